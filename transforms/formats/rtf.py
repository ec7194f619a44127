"""Rich Text Format, also where it was saved as ``.txt``.

Specification: Rich Text Format (RTF) Specification 1.9.1,
https://interoperability.blob.core.windows.net/files/Archive_References/[MSFT-RTF].pdf. Read with striprtf; the text
then goes the way of plain text.
"""

from __future__ import annotations

from schemas.documents import Article, RawDocument
from schemas.outcomes import DocumentError
from transforms.formats.base import Format, build, read_one
from transforms.formats.plain import draft_of_text
from transforms.formats.settings import ParseSettings


def to_text(payload: bytes) -> str:
    """Return the text of an RTF document.

    Raises:
      DocumentError: ``bad_format`` when it cannot be read.
    """
    from striprtf.striprtf import rtf_to_text

    source = payload.decode("latin-1")
    if source.count("{") > 200_000:
        raise DocumentError("too_complex", f"{source.count('{')} groups in an RTF document")
    try:
        # A line break in the file is no line break in the text; "\<newline>" is a paragraph, as "\par" is.
        text: str = rtf_to_text(source, encoding="cp1252", errors="replace")
    except (
        ValueError,
        KeyError,
        IndexError,
        AttributeError,
        TypeError,
        LookupError,
        RecursionError,
    ) as error:
        raise DocumentError("bad_format", f"broken RTF: {error}") from error
    return text


def parse(raw: RawDocument, settings: ParseSettings) -> Article:
    """Read an RTF document as plain text.

    Raises:
      DocumentError: it is broken or holds no article.
    """
    return build(raw, draft_of_text(to_text(raw.payload), extractor="rtf"), settings)


def sniff(head: bytes, name: str) -> int:  # noqa: ARG001
    """Recognise the first group of an RTF file."""
    return 10 if head.lstrip()[:5] == b"{\\rtf" else 0


FORMAT = Format(
    name="rtf",
    suffixes=(".rtf",),
    sniff=sniff,
    read=read_one("rtf"),
    parse=parse,
)
