"""spaCy components of our own, registered under their names when this module is imported."""

from __future__ import annotations

from collections.abc import Callable

from spacy import registry
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc

PARAGRAPHS = "dateline_paragraphs"

UNFILLED = "dateline.Unfilled.v1"
"""A tokenizer without rules, for a model that brings them all: else a language's own are made first and thrown away."""


@registry.tokenizers(UNFILLED)  # type: ignore[untyped-decorator]
def make_unfilled_tokenizer() -> Callable[[Language], Tokenizer]:
    """Return what makes the tokenizer of a pipeline."""
    return lambda nlp: Tokenizer(nlp.vocab)


@Language.component(PARAGRAPHS, assigns=["token.is_sent_start"])
def end_sentences_at_paragraphs(doc: Doc) -> Doc:
    """Make a blank line end the sentence: the first word after white space that holds two line feeds opens one.

    Stands before a parser, which keeps the starts it finds.
    """
    opens = False
    for token in doc:
        if token.is_space:
            opens = opens or token.text.count("\n") > 1
        elif opens:
            token.is_sent_start = True
            opens = False
    return doc
