"""The spaCy component that runs our transformer: tags, lemmas, trees, sentences and names in one pass.

The encoder reads one window of an article at a time (``pieces.py``). No window ever shares a run with another article,
so the result for an article cannot depend on its neighbours, although 8-bit arithmetic scales its numbers by the
largest of a run. It costs nothing either: a window of 160 pieces fills a core's matrix units, and nothing is padded.

The numbers that come out become tags by maximum, names by the best legal sequence of BIO labels, and trees by each
word's best head in its sentence, mended into a tree where that is none.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy import util
from spacy.attrs import DEP, ENT_IOB, ENT_TYPE, HEAD, IS_SPACE, LEMMA, MORPH, POS, SPACY, TAG
from spacy.language import Language
from spacy.tokens import Doc

from transforms.nlp import decode, encoder, labels
from transforms.nlp.chunks import noun_chunks
from transforms.nlp.lemmas import Lemmas
from transforms.nlp.pieces import Pieces, Window

if TYPE_CHECKING:
    from numpy.typing import NDArray

READER = "dateline_reader"

GROUP_WORDS = 2_000
"""Words that the encoder reads before the rest is done for all of them at once. More were no faster and take 4 KB each."""

_FILES = (*encoder.FILES, "vocab.txt", "labels.json", "lemmas.json")


@dataclasses.dataclass(frozen=True, slots=True)
class Analysis:
    """What the reader says of the words of a text: numbers of labels, in the order of the model's ``labels.json``.

    ``heads`` are places of words, a root its own; ``opens`` says which words open a sentence. ``feats`` are -1 where
    nobody asked for them. ``events`` are 0 where a word tells none, or no word of its kind does; ``sure`` are their
    probabilities.
    """

    tags: NDArray[np.int64]
    xpos: NDArray[np.int64]
    feats: NDArray[np.int64]
    relations: NDArray[np.int64]
    heads: NDArray[np.int64]
    opens: NDArray[np.bool_]
    names: NDArray[np.int64]
    events: NDArray[np.int64]
    sure: NDArray[np.float32]


@dataclasses.dataclass(frozen=True, slots=True)
class Text:
    """The words of a text, at least one; white space is none of them.

    ``breaks`` says which words stand after a line break, ``spaced`` which have white space before them.
    """

    words: Sequence[str]
    breaks: Sequence[bool]
    spaced: Sequence[bool]


@dataclasses.dataclass(frozen=True, slots=True)
class _Placed:
    """A window of a text; its first word is the ``low``-th of all texts together."""

    text: Text
    window: Window
    low: int


class Reader:
    """The component. It owns a folder of files (``from_disk``) and has no state that learns."""

    def __init__(self, nlp: Language, name: str = READER, precision: str = "auto") -> None:
        """Remember the vocabulary; the model comes from disk. ``precision``: see ``encoder.open_encoder``."""
        self.name = name
        self.precision = precision
        self._nlp = nlp
        self._folder: Path | None = None
        self._encoder: encoder.Encoder | None = None
        nlp.vocab.get_noun_chunks = noun_chunks  # type: ignore[assignment] # Doc wants triples

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the relations and entity labels, as spaCy's own components do."""
        if self._encoder is None:
            return ()
        return (
            *self.relation_names,
            *dict.fromkeys(label[2:] for label in self.name_labels if label != "O"),
        )

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document in place."""
        if self._encoder is None:
            raise ValueError(f"component {self.name!r} has no model yet: load it with from_disk")
        words, breaks, kept = _words(doc)
        if words:
            self._read(doc, words, breaks, kept)
        else:
            _fill_blank(doc)
        return doc

    def pipe(self, stream: Iterable[Doc], batch_size: int = 64) -> Iterator[Doc]:  # noqa: ARG002 - spaCy's signature
        """Annotate documents in their order; nothing is held back, so memory is that of one document."""
        handle = self._nlp.default_error_handler
        for doc in stream:
            try:
                yield self(doc)
            except Exception as error:
                handle(self.name, self, [doc], error)

    def _read(
        self, doc: Doc, words: list[str], breaks: list[bool], kept: NDArray[np.int64]
    ) -> None:
        ends_in_space = doc.to_array([SPACY]).astype(bool)
        spaced = np.array([True, *(np.diff(kept) > 1) | ends_in_space[kept[:-1]]])
        text = Text(words, breaks, spaced.tolist())
        self._fill(doc, kept, words, *self.analyse([text], feats=True))

    def analyse(self, texts: Sequence[Text], *, feats: bool = False) -> list[Analysis]:
        """Say all there is to say of the words of texts, in memory that depends little on how many there are.

        ``feats`` asks for the morphology too, which costs a seventieth more.
        """
        edges = [0, *itertools.accumulate(len(text.words) for text in texts)]
        groups = _grouped(self._windows(texts, edges))
        parts = [self._read_windows(group, feats=feats) for group in groups]
        if not parts:
            return []
        tags, xpos, morphology, relations, heads, opens, entities, events, sure, scores = (
            np.concatenate(columns) for columns in zip(*parts, strict=True)
        )
        found = []
        for text, (low, high) in zip(texts, itertools.pairwise(edges), strict=True):
            decode.agree(text.words, scores[low:high], entities[low:high], self._kinds)
            columns = (tags, xpos, morphology, relations, heads, opens, entities, events, sure)
            analysis = Analysis(*(column[low:high] for column in columns))
            analysis.heads[:] -= low
            found.append(analysis)
        return found

    def _windows(self, texts: Sequence[Text], edges: Sequence[int]) -> Iterator[_Placed]:
        for text, edge in zip(texts, edges, strict=False):
            for window in self._pieces.windows(text.words, text.breaks, spaced=text.spaced):
                yield _Placed(text, window, edge + window.first)

    def _read_windows(self, placed: Sequence[_Placed], *, feats: bool) -> tuple[NDArray[Any], ...]:
        """Return columns for the words of neighbouring windows; ``heads`` count from the first text's first word."""
        reader = self._encoder
        assert reader is not None
        found = [reader.run(each.window) for each in placed]
        sizes = [each.window.last - each.window.first for each in placed]
        lows = [0, *itertools.accumulate(sizes)]
        scores = np.concatenate([window.scores for window in found])
        names_end, tags_end, xpos_end = self._bounds
        tags = scores[:, names_end:tags_end].argmax(1)
        opens = scores[:, xpos_end] > 0
        heads = []
        for each, window, (low, high) in zip(placed, found, itertools.pairwise(lows), strict=True):
            here = slice(each.window.first, each.window.last)
            starts = opens[low:high]
            words, breaks = each.text.words[here], each.text.breaks[here]
            decode.mend_quotes(words, each.text.spaced[here], starts)
            decode.mend_starts(words, breaks, starts)
            starts[0] = True
            starts |= np.array(breaks)
            heads.append(decode.trees(window.arcs, window.roots[:, 0], starts) + low)
        head = np.concatenate(heads)
        sentence_ends = [*np.flatnonzero(opens)[1:].tolist(), len(opens)]
        return (
            tags,
            scores[:, tags_end:xpos_end].argmax(1),
            reader.feats(found) if feats else np.full(len(opens), -1),
            reader.relations(found, head, self._root),
            head + placed[0].low,
            opens,
            decode.names(scores[:, :names_end], sentence_ends, self._transitions),
            *decode.events(scores[:, xpos_end + 1 :], self._telling[tags]),
            scores[:, :names_end],
        )

    def _fill(self, doc: Doc, kept: NDArray[np.int64], words: list[str], found: Analysis) -> None:
        """Write all columns at once; white space hangs on the word before it."""
        size = len(doc)
        tags, xpos, relations, entities = found.tags, found.xpos, found.relations, found.names
        table = np.zeros((size, 8), np.uint64)
        owner = np.maximum(np.searchsorted(kept, np.arange(size), side="right") - 1, 0)
        table[:, 0], table[:, 1] = self._space_pos, self._space_tag
        table[:, 2] = self._space_dep
        absolute = kept[owner]
        absolute[kept] = kept[found.heads]
        table[:, 4] = self._no_feats
        table[kept, 0], table[kept, 1] = self._tag_keys[tags], self._xpos_keys[xpos]
        table[kept, 2], table[kept, 4] = (
            self._relation_keys[relations],
            self._feat_keys[found.feats],
        )
        table[:, 3] = (absolute - np.arange(size)).astype(np.int64).view(np.uint64)
        doc.user_data[labels.TOLD] = {
            int(kept[place]): event for place, event in self.told(found).items()
        }
        strings = self._nlp.vocab.strings
        table[kept, 5] = [strings.add(lemma) for lemma in self.lemmas(words, xpos.tolist())]
        table[:, 6] = 2
        table[kept, 6], table[kept, 7] = self._name_parts[entities], self._name_keys[entities]
        inside = np.flatnonzero(self._name_parts[entities] == 1)
        for place in inside.tolist():  # white space inside a name belongs to it
            for gap in range(int(kept[place - 1]) + 1, int(kept[place])):
                table[gap, 6], table[gap, 7] = 1, self._name_keys[entities[place]]
        doc.from_array([POS, TAG, DEP, HEAD, MORPH, LEMMA, ENT_IOB, ENT_TYPE], table)  # type: ignore[arg-type]

    def told(self, found: Analysis) -> dict[int, tuple[str, float]]:
        """Return the event that each word tells and its probability, by its place; others are left out."""
        return {
            place: (self.event_names[found.events[place]], round(float(found.sure[place]), 3))
            for place in np.flatnonzero(found.events).tolist()
        }

    def lemmas(self, words: Sequence[str], xpos: Sequence[int]) -> list[str]:
        """Return the dictionary forms of words with the numbers of their tags in ``xpos_names``."""
        if len(self._lemma_cache) > 50_000:
            self._lemma_cache.clear()
        found = list(map(self._lemma_cache.get, zip(words, xpos, strict=True)))
        if None in found:
            for place, (word, tag) in enumerate(zip(words, xpos, strict=True)):
                if found[place] is None:
                    known = self._lemmas(word, self.xpos_names[tag])
                    found[place] = self._lemma_cache[word, tag] = known
        return found  # type: ignore[return-value]

    def from_disk(self, path: str | os.PathLike[str], exclude: Iterable[str] = ()) -> Reader:  # noqa: ARG002
        """Read the model's files."""
        folder = Path(path)
        model = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        self._folder = folder
        self._encoder = encoder.open_encoder(folder, self.precision)
        self._pieces = Pieces.from_file(folder / "vocab.txt")
        self._lemmas = Lemmas(json.loads((folder / "lemmas.json").read_text(encoding="utf-8")))
        self._lemma_cache: dict[tuple[str, int], str] = {}
        self.tag_names: list[str] = model["tags"]
        self.xpos_names: list[str] = model["xpos"]
        self.relation_names: list[str] = model["relations"]
        self.name_labels: list[str] = model["names"]
        sizes = (len(model[head]) for head in ("names", "tags", "xpos"))
        self._bounds = tuple(itertools.accumulate(sizes))
        self._root = self.relation_names.index("root")
        self.event_names: list[str] = model.get("events", ["NONE"])
        self._telling = np.array([tag in decode.TELLING for tag in self.tag_names])
        self._transitions = decode.Transitions(self.name_labels)
        self._kinds = decode.Kinds(self.name_labels)
        self._intern(model)
        return self

    def _intern(self, model: dict[str, list[str]]) -> None:
        """Give every label its number in the pipeline's string store."""
        vocab = self._nlp.vocab

        def keys(values: Iterable[str]) -> NDArray[np.uint64]:
            return np.array([vocab.strings.add(value) for value in values], np.uint64)

        pos_names = model["tags"]
        self._tag_keys = keys(pos_names)
        # part of speech is stored as spaCy's symbol, which is also its string's number
        self._space_pos = vocab.strings["SPACE"]
        self._xpos_keys = keys(model["xpos"])
        self._space_tag = vocab.strings.add("_SP")
        self._relation_keys = keys(
            "ROOT" if value == "root" else value for value in model["relations"]
        )
        self._space_dep = vocab.strings.add("dep")
        self._no_feats = vocab.morphology.add("")
        self._feat_keys = np.array(
            [vocab.morphology.add("" if value == "_" else value) for value in model["feats"]],
            np.uint64,
        )
        self._name_keys = np.array(
            [vocab.strings.add(value[2:]) if value != "O" else 0 for value in self.name_labels],
            np.uint64,
        )
        self._name_parts = np.array(
            [{"O": 2, "I": 1, "B": 3}[value[0]] for value in self.name_labels], np.uint64
        )

    def to_disk(self, path: str | os.PathLike[str], exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Copy the model's files."""
        if self._folder is None:
            raise ValueError(f"component {self.name!r} has no model to write")
        target = util.ensure_path(path)
        target.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            (target / name).write_bytes((self._folder / name).read_bytes())

    @property
    def backend(self) -> str:
        """Say what runs the encoder, and in which precision."""
        return self._encoder.description if self._encoder else "none"


@Language.factory(
    READER,
    assigns=[
        *("token.tag", "token.pos", "token.morph", "token.lemma", "token.dep", "token.head"),
        *("token.is_sent_start", "doc.sents", "doc.ents", "token.ent_iob", "token.ent_type"),
    ],
    default_config={"precision": "auto"},
)
def make_reader(nlp: Language, name: str, precision: str) -> Reader:
    """Make the component for a pipeline."""
    return Reader(nlp, name, precision)


def _words(doc: Doc) -> tuple[list[str], list[bool], NDArray[np.int64]]:
    """Return the words without white space, which of them follow a line break, and their places in the document."""
    is_space = doc.to_array([IS_SPACE]).astype(bool)
    kept = np.flatnonzero(~is_space)
    texts = [token.text for token in doc]
    breaks = np.zeros(len(texts) + 1, bool)
    for place in np.flatnonzero(
        is_space
    ).tolist():  # a break lasts over all white space that follows it
        breaks[place + 1] = "\n" in texts[place] or breaks[place]
    return [texts[place] for place in kept.tolist()], breaks[kept].tolist(), kept


def _grouped(windows: Iterable[_Placed]) -> Iterator[list[_Placed]]:
    """Group neighbours so that a group has about ``GROUP_WORDS``."""
    group: list[_Placed] = []
    size = 0
    for each in windows:
        group.append(each)
        size += each.window.last - each.window.first
        if size >= GROUP_WORDS:
            yield group
            group, size = [], 0
    if group:
        yield group


def _fill_blank(doc: Doc) -> None:
    """Mark a document without words as read."""
    for token in doc:
        token.pos_ = "SPACE"
        token.dep_ = "dep" if token.i else "ROOT"
        token.head = doc[0]
    if len(doc):
        doc.set_ents([])
