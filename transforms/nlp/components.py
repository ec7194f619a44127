"""spaCy components of our own, registered under their names when this module is imported."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

PARAGRAPHS = "dateline_paragraphs"


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
