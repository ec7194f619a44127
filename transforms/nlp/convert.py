"""spaCy documents to plain lists: ``Doc`` in, ``AnnotatedArticle`` out.

One ``to_array`` call a document and one dictionary look-up a value: under 3 % of what the smallest pipeline costs.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from spacy.attrs import (
    DEP,
    ENT_IOB,
    ENT_TYPE,
    HEAD,
    IDX,
    IS_SPACE,
    LEMMA,
    LENGTH,
    LOWER,
    ORTH,
    POS,
    SENT_START,
    TAG,
)

from schemas.annotations import AnnotatedArticle, Sentence, Span, Tokens
from schemas.documents import Article
from transforms.nlp import labels

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from spacy.language import Language
    from spacy.strings import StringStore
    from spacy.tokens import Doc

_COLUMNS = (
    IDX,
    LENGTH,
    ORTH,
    LOWER,
    LEMMA,
    POS,
    TAG,
    DEP,
    HEAD,
    SENT_START,
    ENT_IOB,
    ENT_TYPE,
    IS_SPACE,
)
_BEGIN, _INSIDE = 3, 1
_CACHED_STRINGS = 100_000
"""Strings kept by their hash; more would only be names that never come back."""


class _Strings(dict[int, str]):
    """Strings by spaCy's hash, kept past the pipeline's own memory."""

    def __init__(self, store: StringStore) -> None:
        super().__init__()
        self._store = store
        self[0] = ""

    def __missing__(self, key: int) -> str:
        if len(self) > _CACHED_STRINGS:
            self.clear()
            self[0] = ""
        self[key] = value = self._store[key]
        return value


class Converter:
    """Turns what one pipeline says of an article into our records, with its labels mapped to ours."""

    def __init__(self, nlp: Language) -> None:
        """Look at the pipeline's labels once."""
        self._strings = _Strings(nlp.vocab.strings)
        relations: set[str] = set()
        for step in nlp.pipe_names:
            if "token.dep" in nlp.get_pipe_meta(step).assigns:
                relations.update(nlp.pipe_labels.get(step, ()))
        self._is_clearnlp = labels.is_clearnlp(relations)

    def __call__(self, article: Article, pieces: Sequence[tuple[int, Doc]]) -> AnnotatedArticle:
        """Convert the documents of one article's pieces of text, each with the offset of the piece."""
        tokens = Tokens()
        sentences: list[Sentence] = []
        spans: list[Span] = []
        told: dict[int, tuple[str, float]] = {}
        is_telling = False
        for offset, doc in pieces:
            if len(doc):
                first = len(tokens)
                kept = self._append(doc, offset, tokens, sentences, spans)
                is_telling = is_telling or labels.TOLD in doc.user_data
                for place, event in doc.user_data.get(labels.TOLD, {}).items():
                    told[first + int(np.searchsorted(kept, place))] = event
        if self._is_clearnlp:
            labels.clearnlp_to_universal(tokens)
        return AnnotatedArticle(
            article=article,
            tokens=tokens,
            sentences=tuple(sentences),
            spans=tuple(spans),
            told=told,
        )

    def _append(
        self, doc: Doc, offset: int, tokens: Tokens, sentences: list[Sentence], spans: list[Span]
    ) -> NDArray[np.int64]:
        """Append what a document says and return its tokens that are no white space."""
        table = doc.to_array(list(_COLUMNS))
        starts, lengths, orth, lower, lemma, pos, tag, relation, head, opens, iob, label, space = (
            table.T
        )
        kept = np.flatnonzero(space == 0)
        if not len(kept):
            return kept
        first = len(tokens)
        begin = starts[kept].astype(np.int64) + offset
        end = begin + lengths[kept].astype(np.int64)
        sentence_of = np.cumsum(opens.view(np.int64) == 1)
        strings = self._strings.__getitem__
        tokens.starts += begin.tolist()
        tokens.ends += end.tolist()
        words = list(map(strings, orth[kept].tolist()))
        lowers = list(map(strings, lower[kept].tolist()))
        tokens.words += words
        tokens.lowers += lowers
        lemmas = lemma[kept]
        tokens.lemmas += (
            list(map(strings, lemmas.tolist()))
            if lemmas.all()
            else _or(lemmas, lowers, self._strings)
        )
        tokens.tags += map(strings, pos[kept].tolist())
        tokens.xpos += map(strings, tag[kept].tolist())
        heads = _heads(head.view(np.int64), space != 0, kept, sentence_of)
        relations = list(map(strings, relation[kept].tolist()))
        for place in np.flatnonzero(heads == np.arange(len(kept))).tolist():
            relations[place] = "root"
        tokens.relations += relations
        tokens.heads += (heads + first).tolist()
        bounds = np.flatnonzero(np.diff(sentence_of[kept])) + 1
        edges = [0, *bounds.tolist(), len(kept)]
        append_sentences(edges, tokens, first, sentences)
        inside = iob[kept]
        names = label[kept]
        begins = [
            (low, labels.ENTITIES.get(self._strings[int(names[low])]))
            for low in np.flatnonzero(inside == _BEGIN).tolist()
        ]
        append_spans(begins, inside == _INSIDE, tokens, first, spans)
        return kept


def append_sentences(
    edges: Sequence[int], tokens: Tokens, first: int, sentences: list[Sentence]
) -> None:
    """Add the sentences between neighbouring ``edges``, which count from token ``first``."""
    for low, high in itertools.pairwise(edges):
        sentences.append(
            Sentence(
                index=len(sentences),
                first=first + low,
                last=first + high,
                start=tokens.starts[first + low],
                end=tokens.ends[first + high - 1],
            )
        )


def append_spans(
    begins: Iterable[tuple[int, str | None]],
    is_inside: NDArray[np.bool_],
    tokens: Tokens,
    first: int,
    spans: list[Span],
) -> None:
    """Add the spans that begin at places counted from token ``first``, each with our label, null for none of ours.

    A span goes on as long as ``is_inside`` says.
    """
    for low, name in begins:
        if name is None:
            continue
        high = low + 1
        while high < len(is_inside) and is_inside[high]:
            high += 1
        words = tokens.words[first + low : first + high]
        if not any(character.isalnum() for word in words for character in word):
            continue  # an emoji or a dash names nothing
        spans.append(
            Span(
                first=first + low,
                last=first + high,
                start=tokens.starts[first + low],
                end=tokens.ends[first + high - 1],
                label=name,
            )
        )


def _or(lemmas: NDArray[np.uint64], lowers: list[str], strings: _Strings) -> list[str]:
    """Return lemmas, the lower-cased word where the model gives none."""
    return [
        strings[key] if key else lower for key, lower in zip(lemmas.tolist(), lowers, strict=True)
    ]


def _heads(
    relative: NDArray[np.int64],
    is_space: NDArray[np.bool_],
    kept: NDArray[np.int64],
    sentence_of: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return heads as indexes into ``kept``: white space is left out, every sentence has exactly one root."""
    absolute = np.arange(len(relative)) + relative
    for _ in range(8):  # a word under white space goes to the head of that white space
        lost = np.flatnonzero(is_space[absolute])
        if not len(lost):
            break
        absolute[lost] = absolute[absolute[lost]]
    place = np.full(len(relative), -1)
    place[kept] = np.arange(len(kept))
    heads = place[absolute[kept]]
    own = np.arange(len(kept))
    sentence = sentence_of[kept]
    heads = np.where((heads < 0) | (sentence[heads] != sentence), own, heads)
    roots = np.flatnonzero(heads == own)
    _, firsts, counts = np.unique(sentence[roots], return_index=True, return_counts=True)
    if (
        counts.max(initial=0) > 1
    ):  # only where white space was a root: the first root takes the others
        keeper = dict(zip(sentence[roots[firsts]].tolist(), roots[firsts].tolist(), strict=True))
        for root in roots.tolist():
            heads[root] = keeper[int(sentence[root])]
    return heads
