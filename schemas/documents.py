"""From a file to a clean article."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

PRECISIONS = ("second", "day", "month", "year", "unknown")
"""How exactly a time is known. A value of precision ``day`` carries midnight UTC and says nothing about the hour."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """One file of an INPUT, as listed and not yet opened.

    ``uri`` is an absolute path or a file system URL; ``size`` is in bytes; ``modified`` in seconds since 1970, UTC, as
    the file system gives it; ``etag`` where an object store has one.
    """

    uri: str
    size: int
    modified: float | None = None
    etag: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RawDocument:
    """The bytes of one would-be article and where they were found.

    ``member`` is the path inside an archive (``inner.zip!/a/b.html``), ``record_offset`` the number of the record in
    its container: line number from 1 for line formats, index from 0 elsewhere; both null for a file that is one
    document. ``format`` names the parser in ``transforms.formats``. ``charset``, ``url`` and ``retrieved_at`` are what
    the container says of the payload (a WARC record, a mail part, an HTTP header).
    """

    uri: str
    format: str
    payload: bytes
    member: str | None = None
    record_offset: int | None = None
    charset: str | None = None
    url: str | None = None
    retrieved_at: dt.datetime | None = None
    source_id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Text taken out of an article: ``kind`` says as what (``caption``, ``credit``, ``boilerplate``, ``dateline``...)."""

    kind: str
    text: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    r"""One article: its text without boilerplate, and what the source says about it.

    ``text`` is NFC, paragraphs are joined by a blank line (``\n\n``), ``paragraph_offsets`` are the first code points
    of the paragraphs; no paragraph is empty. The headline is not part of ``text``, unless there is no other text.
    ``published_at`` is aware and UTC; where only the day, month or year is known it is the first instant of it and
    ``published_precision`` says so; ``published_basis`` names the evidence (``metadata``, ``url``, ``dateline``,
    ``text``, ``file name``); without evidence it is null and the precision ``unknown``.
    ``language`` is ISO 639-1. ``removed`` holds every line taken out, in order. ``captions`` are those of them that tell
    what happened on a full date, without credits, joined by a blank line: they are annotated as if they stood behind
    ``text``, a blank line between, and spans beyond the text lie in them. ``extra`` is a JSON object with the
    source fields that have no column of their own, or null.
    """

    article_id: str
    uri: str
    source_format: str
    text: str
    content_hash: str
    word_count: int
    extractor: str
    member: str | None = None
    record_offset: int | None = None
    source_id: str | None = None
    url: str | None = None
    canonical_url: str | None = None
    title: str | None = None
    subtitle: str | None = None
    byline: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    agency: str | None = None
    section: str | None = None
    language: str | None = None
    language_confidence: float | None = None
    published_at: dt.datetime | None = None
    published_precision: str = "unknown"
    published_basis: str | None = None
    modified_at: dt.datetime | None = None
    dateline: str | None = None
    dateline_place: str | None = None
    dateline_date: dt.date | None = None
    paragraph_offsets: tuple[int, ...] = (0,)
    minhash: bytes | None = None
    removed: tuple[Removed, ...] = ()
    captions: str | None = None
    extra: str | None = None

    @property
    def inferred(self) -> tuple[dt.date, dt.date] | None:
        """Return the days between which it was published, as other articles prove; null: none does."""
        return None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DatedArticle(Article):
    """An article without a date as it is annotated: other articles prove it was published on one of these days."""

    first_day: dt.date
    last_day: dt.date

    @property
    def inferred(self) -> tuple[dt.date, dt.date] | None:
        """Return the days between which it was published."""
        return self.first_day, self.last_day


def dated(article: Article, first_day: dt.date, last_day: dt.date) -> DatedArticle:
    """Return an article with the days that others prove."""
    return DatedArticle(first_day=first_day, last_day=last_day, **_fields(article))


def undated(article: Article) -> Article:
    """Return an article without what others prove."""
    return Article(**_fields(article))


def _fields(article: Article) -> dict[str, Any]:
    return {field.name: getattr(article, field.name) for field in dataclasses.fields(Article)}
