"""WARC, WET and ARC: the pages of a crawl.

Specifications: WARC 1.1, https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/; ARC 1.0,
https://archive.org/web/researcher/ArcFileFormat.php; HTTP/1.1 message syntax, RFC 9112. Read by ourselves: the
record syntax is a few lines, and the readers there are return a payload that was cut off as if it were whole.
Responses with HTML, XHTML or text, resources of these types and conversions (WET) are documents; requests, metadata,
redirects, error pages, pictures and scripts are none and are passed over.
"""

from __future__ import annotations

import dataclasses
import re
import zlib
from collections.abc import Iterator

from schemas.documents import RawDocument
from schemas.outcomes import DocumentError, Reject
from transforms.formats.base import Format, Source
from transforms.formats.plain import parse as parse_plain
from transforms.text import dates

_MAX_HEADER = 65_536
_PAGES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "text",
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
}
_FURNITURE = re.compile(
    r"/(?:robots|ads|humans|security)\.txt$|\.(?:css|js|json|png|jpe?g|gif|svg|ico)$", re.IGNORECASE
)
_ARC = re.compile(rb"^(\S+) (\S+) (\d{14}) (\S+)(?: \S+)*? (\d+)\s*$")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """One record of a crawl: its headers by lower-case name, its content, and whether the content was cut off."""

    headers: dict[str, str]
    content: bytes
    is_cut: bool
    is_too_large: bool


def read_warc(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the documents of a WARC file; ``record_offset`` is the number of the record, from 0.

    Raises:
      DocumentError: ``bad_format`` when the records stop being records.
    """
    number = -1
    while True:
        line = source.stream.readline(_MAX_HEADER)
        if not line:
            break
        if not line.strip(b" \r\n\x00"):
            continue
        number += 1
        if not line.startswith(b"WARC/"):
            shown = line[:60].decode("latin-1")
            raise DocumentError(
                "bad_format", f"record {number} begins with {shown!r}, not with WARC/"
            )
        headers = _headers(source)
        record = _content(source, headers)
        yield from _documents(source, record, number)
        if record.is_cut:
            return


def read_arc(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the documents of an ARC file; ``record_offset`` is the number of the record, from 0.

    Raises:
      DocumentError: ``bad_format`` when the records stop being records.
    """
    number = -1
    while True:
        line = source.stream.readline(_MAX_HEADER)
        if not line:
            break
        if not line.strip():
            continue
        number += 1
        found = _ARC.match(line)
        if not found:
            shown = line[:60].decode("latin-1")
            raise DocumentError("bad_format", f"record {number} has no ARC header: {shown!r}")
        url, _, stamp, kind, length = (g.decode("latin-1") for g in found.groups())
        headers = {
            "warc-type": "arcinfo" if url.startswith("filedesc:") else "response",
            "warc-target-uri": url,
            "warc-date": f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T{stamp[8:10]}:{stamp[10:12]}:{stamp[12:14]}Z",
            "content-type": kind,
            "content-length": length,
        }
        record = _content(source, headers)
        yield from _documents(source, record, number)
        if record.is_cut:
            return


def _headers(source: Source) -> dict[str, str]:
    """Return the named fields up to the next blank line."""
    found: dict[str, str] = {}
    name = ""
    while True:
        line = source.stream.readline(_MAX_HEADER)
        if not line.strip():
            return found
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if text[0] in " \t" and name:
            found[name] += " " + text.strip()
        elif ":" in text:
            name, _, value = text.partition(":")
            name = name.strip().lower()
            found[name] = value.strip()
        if len(found) > 1000:
            raise DocumentError("too_complex", "a record with more than 1,000 header fields")


def _content(source: Source, headers: dict[str, str]) -> _Record:
    """Read the content of a record; of one that is too large only the beginning is kept."""
    length = headers.get("content-length", "")
    if not length.isdigit() or len(length) > 15:
        raise DocumentError("bad_format", f"a record whose Content-Length is {length[:30]!r}")
    size, limit = int(length), source.settings.max_bytes
    content = source.stream.read(min(size, limit))
    left = size - len(content)
    is_cut = len(content) < min(size, limit)
    while left > 0 and not is_cut:
        piece = source.stream.read(min(left, 1_048_576))
        is_cut = not piece
        left -= len(piece)
    return _Record(headers=headers, content=content, is_cut=is_cut, is_too_large=size > limit)


def _documents(source: Source, record: _Record, number: int) -> Iterator[RawDocument | Reject]:
    """Yield the document of a record, or the reason why it cannot be read."""
    headers = record.headers
    kind = headers.get("warc-type", "").lower()
    if kind not in ("response", "resource", "conversion"):
        if record.is_cut:
            yield source.reject(
                DocumentError("truncated", "the file ends inside a record"), record_offset=number
            )
        return
    media, charset, body = headers.get("content-type", ""), None, record.content
    if kind == "response" and body[:5] == b"HTTP/":
        status, fields, body = _split_http(body)
        media = fields.get("content-type", "")
        if status != 200:
            return
        if not record.is_cut:
            try:
                body = _decoded(body, fields, source.settings.max_bytes)
            except DocumentError as error:
                if _format_of(media, body):
                    yield source.reject(error, record_offset=number)
                return
    format_name = _format_of(media, body)
    url = headers.get("warc-target-uri", "").strip("<>") or None
    if format_name is None or _FURNITURE.search((url or "").partition("?")[0]):
        return
    if record.is_cut:
        message = f"the file ends inside a record of {headers.get('content-length')} bytes after {len(record.content)}"
        yield source.reject(DocumentError("truncated", message), record_offset=number)
        return
    if record.is_too_large:
        message = f"a record of {headers.get('content-length')} bytes; the limit is {source.settings.max_bytes} (max_bytes)"
        yield source.reject(DocumentError("too_large", message), record_offset=number)
        return
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", media, re.IGNORECASE)
    charset = found.group(1) if found else None
    retrieved = dates.parse(headers.get("warc-date"))
    yield source.document(
        body,
        format_name,
        record_offset=number,
        charset=charset,
        url=url,
        retrieved_at=retrieved.time if retrieved else None,
    )


def _format_of(media: str, body: bytes) -> str | None:
    """Return the parser for a media type, ``None`` for what is no article."""
    kind = media.partition(";")[0].strip().lower()
    if kind in _PAGES:
        name = _PAGES[kind]
        return name if name != "feed" else None
    if not kind and body.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        return "html"
    return None


def _split_http(block: bytes) -> tuple[int, dict[str, str], bytes]:
    """Return status, header fields and body of an HTTP response."""
    end = re.search(rb"\r?\n\r?\n", block[:_MAX_HEADER])
    head, body = (block[: end.start()], block[end.end() :]) if end else (block, b"")
    lines = head.decode("latin-1").splitlines()
    status = re.match(r"HTTP/\d(?:\.\d)?\s+(\d{3})", lines[0]) if lines else None
    found: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip().lower(), value.strip())
    return int(status.group(1)) if status else 0, found, body


def _decoded(body: bytes, fields: dict[str, str], limit: int) -> bytes:
    """Return an HTTP body with transfer and content codings taken off.

    Crawlers differ in whether they keep the coded bytes, so the bytes decide and the header only hints.
    """
    if "chunked" in fields.get("transfer-encoding", "").lower():
        body = _dechunked(body)
    coding = fields.get("content-encoding", "").lower()
    if body[:2] == b"\x1f\x8b":
        return _inflated(body, 31, limit)
    if "deflate" in coding and body[:1] == b"\x78":
        return _inflated(body, 15, limit)
    if coding == "br" and body.lstrip()[:1] != b"<":
        return _unbrotli(body, limit)
    return body


def _dechunked(body: bytes) -> bytes:
    """Return the data of a chunked body; the body itself if it is not chunked after all."""
    parts: list[bytes] = []
    position = 0
    while True:
        end = body.find(b"\n", position, position + 1024)
        size = (
            re.match(rb"\s*([0-9a-fA-F]{1,8})\s*(?:;[^\r\n]*)?\r?$", body[position:end])
            if end >= 0
            else None
        )
        if not size:
            return b"".join(parts) if parts else body
        length = int(size.group(1), 16)
        if length == 0:
            return b"".join(parts)
        parts.append(body[end + 1 : end + 1 + length])
        position = end + 1 + length
        position += (
            2
            if body[position : position + 2] == b"\r\n"
            else 1
            if body[position : position + 1] == b"\n"
            else 0
        )


def _inflated(body: bytes, bits: int, limit: int) -> bytes:
    inner = zlib.decompressobj(wbits=bits)
    try:
        data = inner.decompress(body, limit + 1)
    except zlib.error as error:
        raise DocumentError("bad_format", f"the page's compression is corrupt: {error}") from error
    if len(data) > limit:
        raise DocumentError("too_large", f"the page unpacks to more than {limit} bytes (max_bytes)")
    return data


def _unbrotli(body: bytes, limit: int) -> bytes:
    try:
        import brotli  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError as error:
        raise DocumentError(
            "unsupported", "a page packed with brotli; pip install dateline-news[brotli]"
        ) from error
    inner = brotli.Decompressor()
    parts: list[bytes] = []
    size = 0
    try:
        for start in range(0, len(body), 8192):
            data = inner.process(body[start : start + 8192])
            size += len(data)
            parts.append(data)
            if size > limit:
                raise DocumentError(
                    "too_large", f"the page unpacks to more than {limit} bytes (max_bytes)"
                )
    except brotli.error as error:
        raise DocumentError("bad_format", f"the page's compression is corrupt: {error}") from error
    return b"".join(parts)


def _sniff_warc(head: bytes, name: str) -> int:  # noqa: ARG001
    return 10 if head.lstrip()[:5] == b"WARC/" else 0


def _sniff_arc(head: bytes, name: str) -> int:  # noqa: ARG001
    return 10 if head.startswith(b"filedesc://") else 0


# The documents have formats of their own: what parses them is never reached.
WARC = Format(
    name="warc", suffixes=(".warc", ".wet"), sniff=_sniff_warc, read=read_warc, parse=parse_plain
)
ARC = Format(name="arc", suffixes=(".arc",), sniff=_sniff_arc, read=read_arc, parse=parse_plain)
