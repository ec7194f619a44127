"""From scores to structures: trees that are trees, and names whose labels follow one another legally."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from transforms.nlp.pieces import ELLIPSES, note_end

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEVER = np.float32(-1e9)


class Transitions:
    """Which BIO label may follow which: ``I-x`` only ``B-x`` or ``I-x``."""

    def __init__(self, labels: Sequence[str]) -> None:
        """Tabulate the labels in the order of the model's outputs."""
        self.size = len(labels)
        self.allowed = np.ones((len(labels), len(labels)), bool)
        self.opens = np.array([not label.startswith("I-") for label in labels])
        for place, label in enumerate(labels):
            if label.startswith("I-"):
                self.allowed[:, place] = [
                    before[2:] == label[2:] and before != "O" for before in labels
                ]
        self.penalty = np.where(self.allowed, np.float32(0), NEVER)


def names(
    scores: NDArray[np.float32], ends: Sequence[int], transitions: Transitions
) -> NDArray[np.int64]:
    """Return the best legal label of each word; sentences end before the places ``ends``.

    Scores of a label do not depend on its neighbours, so where the best labels are legal they are the answer; only a
    sentence where they are not is searched.
    """
    best = scores.argmax(1)
    if len(best) == 0:
        return best
    legal = np.empty(len(best), bool)
    legal[0] = transitions.opens[best[0]]
    legal[1:] = transitions.allowed[best[:-1], best[1:]]
    starts = np.array([0, *ends[:-1]])
    legal[starts] = transitions.opens[best[starts]]
    if legal.all():
        return best
    sentence = np.searchsorted(np.array(ends), np.flatnonzero(~legal), side="right")
    for number in np.unique(sentence).tolist():
        low, high = int(starts[number]), int(ends[number])
        best[low:high] = viterbi(scores[low:high], transitions)
    return best


VOTE = 0.5
"""What another mention of the same words counts for a mention's label, its own scores being 1. On development data
0.25 to 1 gained 0.7 to 0.9 F."""

LAST_NAME = 4.0
"""What speaks for a person, in logarithms of probability, where a word alone is the last word of a person's name."""

UNVOTED = frozenset({"Date", "Money"})
"""Labels whose words say what they are."""


class Kinds:
    """The labels of names, their ``B-`` and ``I-`` columns side by side."""

    def __init__(self, labels: Sequence[str]) -> None:
        """Tabulate the labels in the order of the model's outputs."""
        self.names = tuple(label[2:] for label in labels if label.startswith("B-"))
        self.begin = np.array([labels.index(f"B-{name}") for name in self.names])
        self.inside = np.array([labels.index(f"I-{name}") for name in self.names])
        self.kind_of = np.array(
            [self.names.index(label[2:]) if label != "O" else -1 for label in labels]
        )
        self.opens = np.array([label.startswith("B-") for label in labels])
        self.voted = np.array([name not in UNVOTED for name in self.names])
        self.person = self.names.index("Person") if "Person" in self.names else -1


def agree(
    words: Sequence[str], scores: NDArray[np.float32], best: NDArray[np.int64], kinds: Kinds
) -> None:
    """Let the mentions of one name in a text agree on what it is, in place of ``best``; where names stand is kept.

    Mentions of the same words add half of one another's scores; a single word that ends the name of a person
    elsewhere in the text (*Austin* beside *Lloyd Austin*) is likely that person.
    """
    firsts = np.flatnonzero(kinds.opens[best])
    if len(firsts) < 2:
        return
    is_inside = ((best != 0) & ~kinds.opens[best]).tolist()
    kind_of = kinds.kind_of[best].tolist()
    mentions: list[tuple[int, int, int]] = []
    groups: dict[str, list[int]] = {}
    last_names: set[str] = set()
    for first in firsts.tolist():
        last = first + 1
        while last < len(best) and is_inside[last]:
            last += 1
        kind = kind_of[first]
        if not kinds.voted[kind]:
            continue
        if kind == kinds.person and last - first > 1:
            last_names.add(words[last - 1].lower())
        groups.setdefault(" ".join(words[first:last]).lower(), []).append(len(mentions))
        mentions.append((first, last, kind))
    if not mentions:
        return
    own = _kind_scores(scores, mentions, kinds)
    for surface, members in groups.items():
        is_last_name = surface in last_names
        if len(members) == 1 and not is_last_name:
            continue
        together = sum(own[member] for member in members)
        for member in members:
            first, last, kind = mentions[member]
            votes = own[member] + VOTE * (together - own[member])
            if is_last_name:
                votes[kinds.person] += LAST_NAME
            chosen = int(votes.argmax())
            if chosen != kind:
                best[first] = kinds.begin[chosen]
                best[first + 1 : last] = kinds.inside[chosen]


def _kind_scores(
    scores: NDArray[np.float32], mentions: Sequence[tuple[int, int, int]], kinds: Kinds
) -> NDArray[np.float32]:
    """Return the logarithm of each kind's probability over the words of each mention: mentions by kinds."""
    sizes = [last - first for first, last, _ in mentions]
    starts = np.array([0, *itertools.accumulate(sizes[:-1])])
    rows = np.concatenate([np.arange(first, last) for first, last, _ in mentions])
    named = scores[rows]
    named -= named.max(1, keepdims=True)
    named -= np.log(np.exp(named).sum(1, keepdims=True))
    parts = named[:, kinds.inside]
    parts[starts] = named[starts][:, kinds.begin]
    return np.add.reduceat(parts, starts, axis=0)


TELLING: Final = frozenset({"VERB", "NOUN", "ADJ"})
"""Tags of the words that may tell an event."""

LEAST_TOLD: Final = 0.2
"""Least probability of an event that is worth a mention."""


def events(
    scores: NDArray[np.float32], telling: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the event that each word tells, 0 for none, and its probability; only words that are ``telling`` may."""
    found = np.zeros(len(scores), np.int64)
    sure = np.zeros(len(scores), np.float32)
    rows = np.flatnonzero(telling)
    if scores.shape[1] < 2 or not len(rows):
        return found, sure
    own = scores[rows]
    best = own[:, 1:].argmax(1) + 1
    top = own.max(1)
    likely = np.exp(own[np.arange(len(rows)), best] - top)
    likely /= np.exp(own - top[:, None]).sum(1)
    kept = likely >= LEAST_TOLD
    found[rows[kept]] = best[kept]
    sure[rows[kept]] = likely[kept]
    return found, sure


def viterbi(scores: NDArray[np.float32], transitions: Transitions) -> NDArray[np.int64]:
    """Return the legal sequence of labels with the highest sum of scores."""
    total = np.where(transitions.opens, scores[0], NEVER)
    back = np.zeros(scores.shape, np.int64)
    for place in range(1, len(scores)):
        paths = total[:, None] + transitions.penalty
        back[place] = paths.argmax(0)
        total = paths.max(0) + scores[place]
    labels = np.empty(len(scores), np.int64)
    labels[-1] = total.argmax()
    for place in range(len(scores) - 1, 0, -1):
        labels[place - 1] = back[place, labels[place]]
    return labels


QUOTES = frozenset({'"', "'", "“", "”", "‘", "’", "''", "``", "«", "»"})


def mend_quotes(words: Sequence[str], spaced: Sequence[bool], starts: NDArray[np.bool_]) -> None:
    """Move sentence starts, in place, so that a quotation mark stays on the side that it is written against.

    ``spaced`` says which words have white space before them. The encoder does not see spaces, and so cannot tell
    ``he said. "They`` from ``he said." They``.
    """
    for place, word in enumerate(words):
        if word not in QUOTES or place + 1 >= len(words):
            continue
        before, after = spaced[place], spaced[place + 1]
        if before and not after and starts[place + 1]:
            starts[place], starts[place + 1] = True, False
        elif after and not before and starts[place] and place:
            starts[place], starts[place + 1] = False, True


def mend_starts(words: Sequence[str], breaks: Sequence[bool], starts: NDArray[np.bool_]) -> None:
    """Move or take back, in place, sentence starts where the words around them say better.

    The number of a note is of the sentence before it: ``... in July.[6] He``. No sentence begins with a comma, after a
    comma and a closing quotation mark (``"... enough," he said``), or in small letters after an ellipsis: of 15,544 starts
    inside the paragraphs of the training corpora 1, 0 and 9 do. ``breaks`` says which words stand after a line break.
    """
    for place in np.flatnonzero(starts).tolist():
        while place and not breaks[place] and (end := note_end(words, place)) is not None:
            starts[place] = False
            if end == len(words):
                break
            starts[end] = True
            place = end
        if not place or breaks[place] or not starts[place]:
            continue
        before = words[place - 1]
        if (
            words[place] == ","
            or (before in ELLIPSES and words[place][0].islower())
            or (before in QUOTES and place > 1 and words[place - 2] == ",")
        ):
            starts[place] = False


def trees(
    arcs: NDArray[np.float32], roots: NDArray[np.float32], starts: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the head of each word, its own place for a root: one tree for each sentence.

    ``arcs[i, j]`` scores word j as head of word i, ``roots[i]`` is added to ``arcs[i, i]``; ``starts`` says where
    sentences begin. Best heads are almost always a tree; a sentence where they are not is searched for its best tree.
    """
    count = len(arcs)
    sentence = np.cumsum(starts)
    own = np.arange(count)
    arcs[own, own] += roots
    masked = np.where(sentence[:, None] == sentence[None, :], arcs, NEVER)
    heads = masked.argmax(1)
    is_root = heads == own
    bad = np.bincount(sentence[is_root], minlength=int(sentence[-1]) + 1)[1:] != 1
    top = heads
    for _ in range(max(int(count - 1).bit_length(), 1)):
        top = top[top]
    looping = sentence[~is_root[top]]
    if len(looping):
        bad[looping - 1] = True
    if bad.any():
        edges = [*np.flatnonzero(starts).tolist(), count]
        for number in np.flatnonzero(bad).tolist():
            low, high = edges[number], edges[number + 1]
            heads[low:high] = best_tree(masked[low:high, low:high]) + low
    return heads


def best_tree(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the heads of a good tree with one root, its own head; ``scores[i, j]`` is word j as head of word i.

    The root is the word that gains most by being it. Below it, loops are resolved as Chu and Liu (1965) and Edmonds
    (1967) do, which is exact for that root.
    """
    size = len(scores)
    if size == 1:
        return np.zeros(1, np.int64)
    own = np.arange(size)
    others = scores.astype(np.float64)
    gain = others[own, own].copy()
    others[own, own] = -np.inf
    root = int((gain - others.max(1)).argmax())
    others[root] = -np.inf
    return _arborescence(others, root)


def _arborescence(scores: NDArray[np.float64], root: int) -> NDArray[np.int64]:
    """Return the best heads for a given root; the diagonal and the root's row are minus infinity."""
    heads = scores.argmax(1)
    heads[root] = root
    loop = _loop(heads, root)
    if not loop:
        return heads
    size = len(scores)
    inside = np.zeros(size, bool)
    inside[loop] = True
    outside = np.flatnonzero(~inside)
    members = np.flatnonzero(inside)
    kept = len(outside)
    smaller = np.full((kept + 1, kept + 1), -np.inf)
    smaller[:kept, :kept] = scores[np.ix_(outside, outside)]
    leaving = scores[np.ix_(outside, members)]
    smaller[:kept, kept] = leaving.max(1)
    entering = scores[np.ix_(members, outside)] - scores[members, heads[members]][:, None]
    smaller[kept, :kept] = entering.max(0)
    solved = _arborescence(smaller, int(np.flatnonzero(outside == root)[0]))
    result = heads.copy()
    for place, word in enumerate(outside.tolist()):
        if word == root:
            continue
        head = int(solved[place])
        result[word] = members[leaving[place].argmax()] if head == kept else outside[head]
    enter_from = int(solved[kept])
    broken = members[entering[:, enter_from].argmax()]
    result[broken] = outside[enter_from]
    return result


def _loop(heads: NDArray[np.int64], root: int) -> list[int]:
    """Return the words of one loop, or nothing."""
    state = [0] * len(heads)
    state[root] = 2
    for start in range(len(heads)):
        path, word = [], start
        while state[word] == 0:
            state[word] = 1
            path.append(word)
            word = int(heads[word])
        if state[word] == 1:
            return path[path.index(word) :]
        for seen in path:
            state[seen] = 2
    return []
