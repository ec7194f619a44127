"""Plain text: the grammar of ``transforms.text.layout`` over decoded bytes.

Specification: RFC 2046, section 4.1 (Text Media Type), https://www.rfc-editor.org/rfc/rfc2046#section-4.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from schemas.documents import Article, RawDocument, Removed
from schemas.outcomes import DocumentError, Reject
from transforms.formats.base import Draft, Format, Source, build
from transforms.formats.settings import ParseSettings
from transforms.text import layout
from transforms.text.characters import clean, repair
from transforms.text.decoding import decode

_MAX_LINE = 1_000_000  # characters; the longest paragraph of a real article has a hundredth of it


def draft_of_text(
    text: str, *, extractor: str, title: str | None = None, infer_title: bool = True
) -> Draft:
    """Return what the plain-text grammar finds in ``text``."""
    found = layout.take_apart(repair(text), title=title, infer_title=infer_title)
    dateline = found.dateline
    return Draft(
        paragraphs=found.paragraphs,
        extractor=extractor,
        title=found.title,
        subtitle=found.subtitle,
        byline=found.byline,
        authors=found.authors,
        publisher=found.publisher,
        agency=found.agency,
        section=found.section,
        url=found.url,
        published=found.published,
        published_basis="text" if found.published else None,
        dateline=dateline.raw if dateline else None,
        dateline_place=dateline.place if dateline else None,
        dateline_date=dateline.day if dateline else None,
        dateline_month_day=dateline.month_day if dateline else None,
        removed=found.removed,
    )


def read(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the file as one document."""
    yield source.document(source.read_all(), "text")


def parse(raw: RawDocument, settings: ParseSettings) -> Article:
    """Read a text payload.

    Raises:
      DocumentError: it is no text, or holds no article.
    """
    text = clean(decode(raw.payload, raw.charset).text)
    if not text:
        raise DocumentError("empty", "nothing but white space and control characters")
    longest = max(map(len, text.split("\n")))
    if longest > _MAX_LINE:
        raise DocumentError(
            "too_large", f"a line of {longest} characters; the limit is {_MAX_LINE}"
        )
    draft = draft_of_text(text, extractor="layout")
    if not draft.paragraphs and draft.title:
        draft.removed = [*draft.removed, Removed(kind="title", text=draft.title)]
    return build(raw, draft, settings, is_file=True)


def sniff(head: bytes, name: str) -> int:  # noqa: ARG001
    """Take what no other format claims."""
    return 2 if name.endswith((".txt", ".text", ".md")) else 1


FORMAT = Format(name="text", suffixes=(".txt", ".text", ".md"), sniff=sniff, read=read, parse=parse)
