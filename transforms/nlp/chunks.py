"""Noun chunks of Universal Dependencies trees: spaCy's own iterator for English expects other labels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_HEADS = frozenset({"NOUN", "PROPN", "PRON"})
_INNER = frozenset({"compound", "flat", "goeswith", "fixed"})
"""Relations of a noun that is part of another noun's chunk."""
_BEFORE = frozenset(
    {
        "det",
        "det:predet",
        "amod",
        "nummod",
        "compound",
        "nmod:poss",
        "nmod:desc",
        "advmod",
        "flat",
        "fixed",
        "goeswith",
    }
)
_AFTER = frozenset({"flat", "compound", "fixed", "goeswith"})


def noun_chunks(doclike: Doc | Span) -> Iterator[tuple[int, int, int]]:
    """Yield ``(first, last, label)`` of flat noun phrases: no phrase inside another, nothing after the noun.

    A noun's own determiners, adjectives, numbers and possessors belong to it, and so do the other parts of a name; a
    conjunct has a chunk of its own.
    """
    doc = doclike.doc
    label = doc.vocab.strings.add("NP")
    reached = -1
    for token in doclike:
        if token.pos_ not in _HEADS or token.dep_ in _INNER or token.i <= reached:
            continue
        if token.dep_ == "nmod:poss" and token.head.i > token.i and token.head.pos_ in _HEADS:
            continue  # "the minister's car" is one chunk, found at "car"
        first = min(
            [token.i, *(_left_edge(child) for child in token.lefts if child.dep_ in _BEFORE)]
        )
        last = max(
            [token.i, *(_right_edge(child) for child in token.rights if child.dep_ in _AFTER)]
        )
        first = max(first, reached + 1)
        reached = last
        yield first, last + 1, label


def _left_edge(token: Token) -> int:
    return int(token.left_edge.i)


def _right_edge(token: Token) -> int:
    return int(token.right_edge.i) if token.dep_ != "compound" else int(token.i)
