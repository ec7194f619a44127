"""From scores to structures: trees that are trees, and names whose labels follow one another legally."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

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
                self.allowed[:, place] = [before[2:] == label[2:] and before != "O" for before in labels]
        self.penalty = np.where(self.allowed, np.float32(0), NEVER)


def names(scores: NDArray[np.float32], ends: Sequence[int], transitions: Transitions) -> NDArray[np.int64]:
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


def trees(arcs: NDArray[np.float32], roots: NDArray[np.float32], starts: NDArray[np.bool_]) -> NDArray[np.int64]:
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
