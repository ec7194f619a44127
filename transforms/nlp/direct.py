"""Articles to plain lists with our own model, without a spaCy document in between.

A document is built of hashes of strings, and unbuilt again to get the strings: with our model that cost as much as a
tenth of the whole reading. Here the words come from spaCy's tokenizer once for each different stretch without white
space (it never looks beyond one) and are kept; the rest is what ``reader.Reader`` would write into a document and
``convert.Converter`` would read from it. A test holds the two ways to be equal.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from spacy.attrs import SPACY

from schemas.annotations import AnnotatedArticle, Tokens
from schemas.documents import Article
from transforms.nlp import labels
from transforms.nlp.convert import append_sentences, append_spans
from transforms.nlp.reader import Analysis, Text

if TYPE_CHECKING:
    from spacy.language import Language

    from transforms.nlp.reader import Reader

_CACHED_STRETCHES = 50_000
_LONGEST_CACHED = 60


class Words:
    """Cuts text into words as spaCy's tokenizer does."""

    def __init__(self, nlp: Language) -> None:
        """Use the tokenizer of ``nlp``."""
        self._nlp = nlp
        self._known: dict[str, tuple[str, ...]] = {}

    def __call__(self, stretches: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the words of each stretch of text without white space."""
        known = self._known
        found = list(map(known.get, stretches))
        if None in found:
            self._learn([s for s, words in zip(stretches, found, strict=True) if words is None])
            found = [known[stretch] for stretch in stretches]
            if len(known) > _CACHED_STRETCHES:
                known.clear()
            for stretch in stretches:
                if len(stretch) > _LONGEST_CACHED:
                    known.pop(stretch, None)
        return found  # type: ignore[return-value]

    def _learn(self, stretches: Sequence[str]) -> None:
        different = list(dict.fromkeys(stretches))
        with self._nlp.memory_zone():
            doc = self._nlp.tokenizer(" ".join(different))
            texts = [token.text for token in doc]
            ends = np.flatnonzero(doc.to_array([SPACY])) + 1
        edges = [0, *ends.tolist(), len(texts)]
        for stretch, (low, high) in zip(different, itertools.pairwise(edges), strict=True):
            self._known[stretch] = tuple(texts[low:high])


class DirectReading:
    """Reads articles with the one component of our pipeline."""

    def __init__(self, nlp: Language, reader: Reader) -> None:
        """Look at the model's labels once."""
        self._words = Words(nlp)
        self._reader = reader
        self._tags = np.array(reader.tag_names, object)
        self._xpos = np.array(reader.xpos_names, object)
        self._relations = np.array(reader.relation_names, object)
        names = reader.name_labels
        self._labels = [labels.ENTITIES.get(name[2:]) for name in names]
        self._begins = np.array([name.startswith("B-") for name in names])
        self._inside = np.array([name.startswith("I-") for name in names])

    def __call__(
        self, articles: Sequence[tuple[Article, Sequence[tuple[int, str]]]]
    ) -> list[AnnotatedArticle]:
        """Read articles, each given with the pieces of its text and their offsets."""
        found: list[AnnotatedArticle] = []
        parts: list[_Part] = []
        for article, pieces in articles:
            annotated = AnnotatedArticle(
                article=article,
                tokens=Tokens(),
                sentences=(),
                spans=(),
                told={} if len(self._reader.event_names) > 1 else None,
            )
            found.append(annotated)
            cut = (self._cut(annotated, offset, text) for offset, text in pieces)
            parts.extend(part for part in cut if part is not None)
        analyses = self._reader.analyse([part.text for part in parts])
        for part, analysis in zip(parts, analyses, strict=True):
            self._fill(part, analysis)
        return found

    def _cut(self, annotated: AnnotatedArticle, offset: int, text: str) -> _Part | None:
        """Cut a text into words."""
        stretches = text.split()
        if not stretches:
            return None
        words: list[str] = []
        starts: list[int] = []
        breaks: list[bool] = []
        spaced: list[bool] = []
        find, end = text.find, 0
        for stretch, parts in zip(stretches, self._words(stretches), strict=True):
            begin = find(stretch, end)
            gap = begin - end
            breaks.append(text[end] == "\n" if gap == 1 else gap > 1 and "\n" in text[end:begin])
            spaced.append(True)
            end = begin + len(stretch)
            begin += offset
            if len(parts) == 1:
                words.append(parts[0])
                starts.append(begin)
                continue
            for part in parts:
                words.append(part)
                starts.append(begin)
                begin += len(part)
            breaks += [False] * (len(parts) - 1)
            spaced += [False] * (len(parts) - 1)
        return _Part(annotated, Text(words, breaks, spaced), starts)

    def _fill(self, part: _Part, found: Analysis) -> None:
        words, starts, tokens = part.text.words, part.starts, part.annotated.tokens
        first = len(tokens)
        tokens.starts += starts
        tokens.ends += [begin + len(word) for begin, word in zip(starts, words, strict=True)]
        tokens.words += words
        tokens.lowers += [word.lower() for word in words]
        tokens.lemmas += self._reader.lemmas(words, found.xpos.tolist())
        tokens.tags += self._tags[found.tags].tolist()
        tokens.xpos += self._xpos[found.xpos].tolist()
        tokens.relations += self._relations[found.relations].tolist()
        tokens.heads += (found.heads + first).tolist()
        edges = [*np.flatnonzero(found.opens).tolist(), len(words)]
        sentences, spans = list(part.annotated.sentences), list(part.annotated.spans)
        append_sentences(edges, tokens, first, sentences)
        begins = [
            (low, self._labels[int(found.names[low])])
            for low in np.flatnonzero(self._begins[found.names]).tolist()
        ]
        append_spans(begins, self._inside[found.names], tokens, first, spans)
        part.annotated.sentences, part.annotated.spans = tuple(sentences), tuple(spans)
        if part.annotated.told is not None:
            told = self._reader.told(found)
            part.annotated.told.update((first + place, event) for place, event in told.items())


@dataclasses.dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of an article: its words, and where in the article each begins."""

    annotated: AnnotatedArticle
    text: Text
    starts: list[int]
