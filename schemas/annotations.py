"""What the language model says of an article, in plain lists: no type of the model's library travels further.

Labels are our own, whatever the model's were (``transforms/nlp/labels.py`` maps them): entity labels of ``LABELS``,
universal part-of-speech tags, Universal Dependencies relations.
"""

from __future__ import annotations

import dataclasses

from schemas.documents import Article

LABELS = ("PERSON", "ORG", "LOC", "FAC", "NORP", "DATE", "MONEY", "PRODUCT", "MISC")
"""Entity labels: person, organisation, place (states included), facility, nationality or group, date, money, ..."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A named stretch of text: tokens ``first`` to ``last`` (exclusive), code points ``start`` to ``end``."""

    first: int
    last: int
    start: int
    end: int
    label: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence: tokens ``first`` to ``last`` (exclusive), code points ``start`` to ``end`` of ``Article.text``."""

    index: int
    first: int
    last: int
    start: int
    end: int


@dataclasses.dataclass(slots=True, kw_only=True)
class Tokens:
    """The words of an article as parallel lists; white space is no token.

    ``starts`` and ``ends`` are code points of ``Article.text``; ``heads`` are token indexes in the article (a root is
    its own head, and a head lies in the token's sentence); ``relations`` are UD relations with subtypes
    (``nsubj:pass``, ``root``); ``lemmas`` are as the model gives them, ``lowers`` the lower-cased words; ``tags`` are
    universal part-of-speech tags; ``xpos`` Penn Treebank tags.
    """

    starts: list[int] = dataclasses.field(default_factory=list)
    ends: list[int] = dataclasses.field(default_factory=list)
    words: list[str] = dataclasses.field(default_factory=list)
    lowers: list[str] = dataclasses.field(default_factory=list)
    lemmas: list[str] = dataclasses.field(default_factory=list)
    tags: list[str] = dataclasses.field(default_factory=list)
    xpos: list[str] = dataclasses.field(default_factory=list)
    relations: list[str] = dataclasses.field(default_factory=list)
    heads: list[int] = dataclasses.field(default_factory=list)

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.words)


@dataclasses.dataclass(slots=True, kw_only=True)
class AnnotatedArticle:
    """An article with its sentences, words and named spans, each in text order; spans do not overlap.

    ``told`` holds the words that the language model takes to tell an event: by token index the PLOVER type and its
    probability, 0 to 1. It is null with models that say nothing of events.
    """

    article: Article
    tokens: Tokens
    sentences: tuple[Sentence, ...]
    spans: tuple[Span, ...]
    told: dict[int, tuple[str, float]] | None = None
