"""What every format is made of: its description, its input, and how its findings become an Article."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

from schemas import ids
from schemas.documents import Article, RawDocument, Removed
from schemas.outcomes import DocumentError, Reject
from transforms.formats.settings import ParseSettings
from transforms.text import dates, language
from transforms.text.captions import dated_captions
from transforms.text.characters import clean, clean_line, repair, unspaced_words

_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_MONTH_AND_A_HALF = 45  # days; an address is of the month of the dateline or of the next
_LONG_WORD = 8  # characters with the space behind; in German it is seven
_MAX_TITLE = 1000  # characters; the longest real headline we have seen has 290


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A stream of bytes to read documents from, unpacked, at its beginning.

    ``name`` is what the last part of its name says about its format (lower case, without compression suffix);
    ``member`` its path inside an archive; ``head`` its first bytes, still to be read from ``stream``. ``packed_size``
    is the number of bytes of the file it comes from. ``descend`` reads a member of an archive as a source of its own.
    """

    uri: str
    name: str
    stream: BinaryIO
    head: bytes
    settings: ParseSettings
    member: str | None = None
    depth: int = 0
    packed_size: int = 0
    descend: Callable[[Source, BinaryIO, str], Iterator[RawDocument | Reject]] | None = None

    def reject(
        self, error: DocumentError, *, stage: str = "read", record_offset: int | None = None
    ) -> Reject:
        """Return ``error`` as a row of the rejects table."""
        return Reject(
            stage=stage,
            uri=self.uri,
            member=self.member,
            record_offset=record_offset,
            reason=error.reason,
            message=error.message[:1000],
            error=type(error.__cause__).__name__ if error.__cause__ else None,
        )

    def document(self, payload: bytes, format_name: str, **where: Any) -> RawDocument:
        """Return a document found in this source."""
        return RawDocument(
            uri=self.uri, member=self.member, format=format_name, payload=payload, **where
        )

    def read_all(self, limit: int | None = None) -> bytes:
        """Return the whole stream.

        Raises:
          DocumentError: ``too_large`` when it has more than ``limit`` bytes, ``empty`` when it has none.
        """
        limit = self.settings.max_bytes if limit is None else limit
        payload = self.stream.read(limit + 1)
        if len(payload) > limit:
            raise DocumentError("too_large", f"more than {limit} bytes in one document (max_bytes)")
        if not payload.strip(b" \t\r\n\x00\x0b\x0c"):
            raise DocumentError("empty", "no bytes" if not payload else "nothing but white space")
        return payload


Read = Callable[[Source], Iterator[RawDocument | Reject]]
Parse = Callable[[RawDocument, ParseSettings], Article]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One input format.

    ``suffixes`` are the endings of file names, with the dot. ``sniff(head, name)`` tells from the first bytes (and,
    in doubt, from the name) whether a stream is of this format: 0 for no, 1 to 10 for the strength of the evidence.
    ``read`` finds the documents of a stream; ``parse`` turns one into an article. Both raise ``DocumentError`` only.
    """

    name: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes, str], int]
    read: Read
    parse: Parse


def read_one(format_name: str) -> Read:
    """Return a reader for formats whose file is one document."""

    def read(source: Source) -> Iterator[RawDocument | Reject]:
        yield source.document(source.read_all(), format_name)

    return read


def never(head: bytes, name: str) -> int:  # noqa: ARG001
    """Claim no stream: for formats that only other readers find."""
    return 0


def source_at(source: Source, stream: BinaryIO, **changes: Any) -> Source:
    """Return ``source`` over another stream."""
    return dataclasses.replace(source, stream=stream, **changes)


def bytes_stream(payload: bytes) -> BinaryIO:
    """Return a stream over bytes in memory."""
    return io.BytesIO(payload)


@dataclasses.dataclass(slots=True, kw_only=True)
class Draft:
    """What a parser found, before normalising; every field may stay empty."""

    paragraphs: Sequence[str]
    extractor: str
    title: str | None = None
    subtitle: str | None = None
    byline: str | None = None
    authors: Sequence[str] = ()
    publisher: str | None = None
    agency: str | None = None
    section: str | None = None
    url: str | None = None
    canonical_url: str | None = None
    source_id: str | None = None
    published: dates.Moment | None = None
    published_basis: str | None = None
    published_unread: object = None
    """What the source says where its date of publication belongs, if that can be read as none."""
    modified: dates.Moment | None = None
    dateline: str | None = None
    dateline_place: str | None = None
    dateline_date: dt.date | None = None
    dateline_month_day: tuple[int, int] | None = None
    language: str | None = None
    removed: Sequence[Removed] = ()
    extra: str | None = None


def build(
    raw: RawDocument, draft: Draft, settings: ParseSettings, *, is_file: bool | None = None
) -> Article:
    """Return the article that ``draft`` describes: texts normalised, language told, ids and hashes computed.

    ``is_file``: the document is a file of its own and has to have ``min_words`` words; by default it is one if it is
    no record of a container.

    Raises:
      DocumentError: ``no_article`` when there is no text, ``too_short`` when there is less than ``min_words``.
    """
    paragraphs = [p for p in (clean_line(repair(p)) for p in draft.paragraphs) if p]
    if not paragraphs:
        raise DocumentError(
            "no_article", "no text was left when everything that is no body had been taken out"
        )
    text = "\n\n".join(paragraphs)
    words = sum(1 for _ in _WORD.finditer(text))
    if len(text) > _LONG_WORD * words:
        words = max(words, unspaced_words(text))
    one_file = raw.record_offset is None if is_file is None else is_file
    if one_file and words < settings.min_words:
        raise DocumentError(
            "too_short", f"{words} words; an article has at least {settings.min_words} (min_words)"
        )
    title = _line(draft.title, _MAX_TITLE)
    code, confidence = language.detect(f"{title}\n{text}" if title and words < 60 else text)
    if code is None and draft.language:
        code, confidence = draft.language, None
    url = _line(draft.url or raw.url, 4000)
    published, basis, dateline_date = _dated(raw, draft, url, paragraphs)
    offsets, position = [], 0
    for paragraph in paragraphs:
        offsets.append(position)
        position += len(paragraph) + 2
    removed = tuple(
        Removed(kind=r.kind, text=t)
        for r, t in ((r, clean(repair(r.text))) for r in draft.removed)
        if t
    )
    return Article(
        article_id=ids.article_id(raw.uri, raw.member, raw.record_offset),
        uri=_printable(raw.uri),
        member=None if raw.member is None else _printable(raw.member),
        record_offset=raw.record_offset,
        source_id=_line(draft.source_id or raw.source_id, 500),
        source_format=raw.format,
        content_hash=ids.content_hash(title, text),
        url=url,
        canonical_url=_line(draft.canonical_url, 4000),
        title=title,
        subtitle=_line(draft.subtitle, 2000),
        byline=_line(draft.byline, 500),
        authors=tuple(dict.fromkeys(a for a in (_line(a, 200) for a in draft.authors) if a)),
        publisher=_line(draft.publisher, 200),
        agency=_line(draft.agency, 200),
        section=_line(draft.section, 300),
        language=code,
        language_confidence=confidence,
        published_at=published.time if published else None,
        published_precision=published.precision if published else "unknown",
        published_basis=basis if published else None,
        modified_at=draft.modified.time if draft.modified else None,
        dateline=_line(draft.dateline, 300),
        dateline_place=_line(draft.dateline_place, 200),
        dateline_date=dateline_date,
        text=text,
        paragraph_offsets=tuple(offsets),
        word_count=words,
        extractor=draft.extractor,
        removed=removed,
        captions=dated_captions(removed),
        extra=draft.extra,
    )


def _line(text: str | None, limit: int) -> str | None:
    """Return ``text`` on one clean line of at most ``limit`` characters, ``None`` for nothing."""
    if not text:
        return None
    line = clean_line(repair(str(text)[: limit * 2]))
    return line[:limit].rstrip() or None


def _printable(name: str) -> str:
    """Return a file name that can be written as UTF-8."""
    return (
        name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        if not name.isascii()
        else name
    )


def _name_date(raw: RawDocument) -> dates.Moment | None:
    """Return the date in the name of the file or of the folders just above it, if there is one."""
    if raw.record_offset is not None:
        return None
    parts = re.split(r"[/\\!]+", raw.member or raw.uri)[-4:]
    for part in reversed(parts):
        found = dates.from_url(f"/{part}/")
        if found and found.precision == "day":
            return found
    found = dates.from_url("/".join(["", *parts]))
    return found if found and found.precision == "day" else None


def _dated(
    raw: RawDocument, draft: Draft, url: str | None, paragraphs: Sequence[str]
) -> tuple[dates.Moment | None, str | None, dt.date | None]:
    """Return when the article was published, on what evidence, and the full date of its dateline.

    Metadata come first, then the address, the dateline, the name of the file, and at last what the text proves; a dateline
    says the day where the address gives the month, or the folder the year.
    """
    dateline = draft.dateline_date
    if draft.published is not None:
        near = draft.published.time.date()
        return (
            draft.published,
            draft.published_basis,
            dateline or _with_year(draft.dateline_month_day, near),
        )
    found = dates.from_url(url or draft.canonical_url)
    if found and not dates.contradicts(draft.published_unread, found):
        if found.precision != "month":
            near = found.time.date()
            return found, "url", dateline or _with_year(draft.dateline_month_day, near)
        day = dateline or _in_month(draft.dateline_month_day, found)
        if day is None or abs((day - found.time.date()).days) > _MONTH_AND_A_HALF:
            return found, "url", dateline
        return dates.parse(day), "dateline", day
    if dateline is not None and (said := dates.parse(dateline)):
        return said, "dateline", dateline
    named = _name_date(raw)
    if named is not None:
        day = _with_year(draft.dateline_month_day, named.time.date())
        if day is not None:
            return dates.parse(day), "dateline", day
        if draft.dateline_month_day is None:
            return named, "file name", dateline
    proved = None
    if draft.published_unread is None:
        proved = dates.proved_by_text(paragraphs, draft.dateline_month_day)
    if proved is None:
        return None, None, dateline
    same = draft.dateline_month_day == (proved.month, proved.day)
    return dates.parse(proved), "text", proved if same else dateline


def _in_month(month_day: tuple[int, int] | None, month: dates.Moment) -> dt.date | None:
    """Return the day of a dateline in a month whose year is known."""
    if month_day is None or month_day[0] != month.time.month:
        return None
    try:
        return dt.date(month.time.year, *month_day)
    except ValueError:
        return None


def _with_year(month_day: tuple[int, int] | None, near: dt.date) -> dt.date | None:
    """Return the month and day of a dateline in the year that puts it within a week of ``near``."""
    if month_day is None:
        return None
    for year in (near.year, near.year - 1, near.year + 1):
        try:
            day = dt.date(year, *month_day)
        except ValueError:
            continue
        if abs((day - near).days) <= 7:
            return day
    return None
