"""Agency text with control characters: IPTC 7901, and the SGML of Reuters-21578.

Specifications: IPTC 7901, https://iptc.org/std/IPTC7901/1.0/specification/7901V5.pdf (message header after SOH, text
after STX, end after ETX); Reuters-21578, README of the collection (Lewis, 1997),
https://kdd.ics.uci.edu/databases/reuters21578/README.txt. The SGML is read as text between known tags: ``BODY`` has a
meaning of its own in every HTML parser.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from schemas.documents import Article, RawDocument, Removed
from schemas.outcomes import DocumentError, Reject
from transforms.formats import jsontext
from transforms.formats.base import Draft, Format, Source, build
from transforms.formats.plain import draft_of_text
from transforms.formats.settings import ParseSettings
from transforms.text import datelines, dates
from transforms.text.agencies import agency
from transforms.text.characters import clean, clean_line
from transforms.text.decoding import decode
from transforms.text.names import split_byline

_CHUNK = 1_048_576
_END = b"</REUTERS>"
_CONTROL = re.compile(r"&#(?:[0-8]|1[0-9]|2[0-9]|3[01]);|[\x00-\x08\x0b-\x1f]")
_LIST = re.compile(r"<D>(.*?)</D>", re.DOTALL)
_REUTER = re.compile(r"\s*\bReuters?\s*$", re.IGNORECASE)


def read_sgml(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the articles of a Reuters-21578 file; ``record_offset`` counts from 0.

    Raises:
      DocumentError: ``truncated`` when the last article does not end, ``too_large`` when one does not.
    """
    buffer, number = b"", 0
    while True:
        more = source.stream.read(_CHUNK)
        buffer += more
        start = 0
        while (end := buffer.find(_END, start)) >= 0:
            begin = buffer.find(b"<REUTERS", start, end)
            if begin >= 0:
                yield source.document(
                    buffer[begin : end + len(_END)], "reuters-sgml", record_offset=number
                )
                number += 1
            start = end + len(_END)
        buffer = buffer[start:]
        if len(buffer) > source.settings.max_bytes:
            raise DocumentError(
                "too_large",
                f"an article of more than {source.settings.max_bytes} bytes (max_bytes)",
            )
        if not more:
            break
    if b"<REUTERS" in buffer:
        yield source.reject(
            DocumentError("truncated", "the last article does not end"), record_offset=number
        )
    elif not number:
        raise DocumentError("empty", "no <REUTERS> element")


def parse_sgml(raw: RawDocument, settings: ParseSettings) -> Article:
    """Turn one ``REUTERS`` element into an article.

    Raises:
      DocumentError: it has no text.
    """
    text = decode(raw.payload, raw.charset or "latin-1").text
    body = _tag(text, "BODY")
    if body is None:  # TYPE="BRIEF" has a title only, TYPE="UNPROC" everything in TEXT
        whole = re.sub(
            r"<(TITLE|DATELINE|AUTHOR)>.*?</\1>", " ", _tag(text, "TEXT") or "", flags=re.DOTALL
        )
        body = re.sub(r"<[^>]*>", " ", whole)
    title = clean_line((_tag(text, "TITLE") or "").replace("*", " ")) or None
    body = _REUTER.sub("", _CONTROL.sub(" ", body).strip(" *\n"))
    paragraphs = [clean_line(p) for p in re.split(r"\n(?:\s*\n| {3,})", body)]
    paragraphs = [p for p in paragraphs if p]
    if not paragraphs and title:  # a flash: the headline is the news
        paragraphs = [title]
    line = clean_line(_tag(text, "DATELINE") or "")
    found = datelines.find(f"{line.rstrip(' -')} - A") if line else None
    author = clean_line(_tag(text, "AUTHOR") or "")
    identifier = re.search(r'NEWID="(\d+)"', text)
    facts = {
        name.lower(): _LIST.findall(_tag(text, name) or "")
        for name in ("TOPICS", "PLACES", "PEOPLE", "ORGS", "EXCHANGES")
    }
    published = dates.parse(_date(clean_line(_tag(text, "DATE") or "")))
    draft = Draft(
        paragraphs=paragraphs,
        extractor="reuters-sgml",
        title=title,
        byline=author or None,
        authors=split_byline(author),
        publisher="Reuters",
        agency="Reuters",
        source_id=identifier.group(1) if identifier else None,
        published=published,
        published_basis="metadata" if published else None,
        dateline=line or None,
        dateline_place=(
            found.place if found else re.split(r",", line)[0].strip(" -") if line else None
        )
        or None,
        dateline_month_day=found.month_day if found else None,
        section=", ".join(facts["topics"]) or None,
        extra=jsontext.dumps({k: v for k, v in facts.items() if v})
        if any(facts.values())
        else None,
        removed=[Removed(kind="dateline", text=line)] if line else [],
    )
    return build(raw, draft, settings, is_file=False)


def _tag(text: str, name: str) -> str | None:
    found = re.search(rf"<{name}(?:\s[^>]*)?>(.*?)</{name}>", text, re.DOTALL)
    return html.unescape(_CONTROL.sub(" ", found.group(1))) if found else None


def _date(text: str) -> str:
    """Return ``19-OCT-1987 15:37:46.03`` as a date that is known."""
    found = re.search(r"(\d{1,2})-([A-Za-z]{3})-(\d{4})(?:\s+(\d\d:\d\d:\d\d))?", text)
    return f"{found[1]} {found[2]} {found[3]} {found[4] or ''}".strip() if found else text


def parse_iptc(raw: RawDocument, settings: ParseSettings) -> Article:
    """Turn an IPTC 7901 message into an article.

    Raises:
      DocumentError: it has no text.
    """
    text = decode(raw.payload, raw.charset).text
    head, stx, rest = text.partition("\x02")
    if not stx:
        raise DocumentError("bad_format", "an IPTC 7901 message has its text after STX (U+0002)")
    body = rest.partition("\x03")[0]
    lines = body.replace("\r", "").split("\n")
    title = clean_line(lines[0]).rstrip("= ") if lines else ""
    kept, removed = [], []
    for number, line in enumerate(lines[1:], start=1):
        if re.match(
            r"^\s*#+\s|^\s*dpa\s\w{2,3}\s\w{2}", line
        ):  # notes to editors, signature and time
            removed = [clean(x) for x in lines[number:] if x.strip()]
            break
        kept.append(line)
    draft = draft_of_text(
        "\n".join(_joined(kept)), extractor="iptc7901", title=title or None, infer_title=False
    )
    slug = [clean_line(x) for x in head.strip("\x01 \r\n").split("\n") if x.strip()]
    signed = re.search(r"\b([A-Za-z]{2,8})\s+\d{2,4}\s*$", slug[0]) if slug else None
    draft.agency = draft.agency or (agency(signed.group(1)) if signed else None)
    draft.publisher = draft.publisher or draft.agency
    draft.section = slug[1].rstrip("/") if len(slug) > 1 else None
    found = re.match(r"([a-zA-Z]{3}\d{2,4})\b", slug[0]) if slug else None
    draft.source_id = found.group(1) if found else None
    draft.removed = [*draft.removed, *(Removed(kind="note", text=r) for r in removed)]
    return build(raw, draft, settings, is_file=False)


def _joined(lines: list[str]) -> list[str]:
    """Return paragraphs: a new one begins with spaces or after a blank line."""
    found: list[str] = []
    fresh = True
    for line in lines:
        if not line.strip():
            fresh = True
        elif fresh or line.startswith("  "):
            found.append(line.strip())
            fresh = False
        else:
            found[-1] += " " + line.strip()
    return found


def read_iptc(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the messages of a file: each begins with SOH; ``record_offset`` counts from 0 if there are several."""
    payload = source.read_all(source.settings.max_container_bytes)
    messages = [m for m in re.split(rb"(?=\x01)", payload) if b"\x02" in m]
    if not messages:
        raise DocumentError("bad_format", "no message with a header (U+0001) and a text (U+0002)")
    for number, message in enumerate(messages):
        yield source.document(
            message, "iptc7901", record_offset=None if len(messages) == 1 else number
        )


def _sniff_sgml(head: bytes, name: str) -> int:
    start = head[:4096]
    if b"<REUTERS" in start and (
        b"<!DOCTYPE lewis" in start or start.lstrip().startswith(b"<REUTERS")
    ):
        return 10
    return 5 if name.endswith((".sgm", ".sgml")) and b"<REUTERS" in head else 0


def _sniff_iptc(head: bytes, name: str) -> int:  # noqa: ARG001
    start = head.lstrip(b" \r\n\t\x16")
    return 9 if start[:1] == b"\x01" and b"\x02" in start[:1000] else 0


SGML = Format(
    name="reuters-sgml",
    suffixes=(".sgm", ".sgml"),
    sniff=_sniff_sgml,
    read=read_sgml,
    parse=parse_sgml,
)
IPTC7901 = Format(
    name="iptc7901", suffixes=(".iptc",), sniff=_sniff_iptc, read=read_iptc, parse=parse_iptc
)
