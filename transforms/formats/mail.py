"""E-mail: newsletters and wire copy as eml files and mbox folders.

Specifications: RFC 5322, https://www.rfc-editor.org/rfc/rfc5322; RFC 2045 to 2047 (MIME); mbox, RFC 4155. The text
part is the article unless it is a stub beside an HTML part.
"""

from __future__ import annotations

import email
import email.errors
import email.message
import email.policy
import re
from collections.abc import Iterator

from schemas.documents import Article, RawDocument
from schemas.outcomes import DocumentError, Reject
from transforms.formats import html
from transforms.formats.base import Draft, Format, Source, build
from transforms.formats.plain import draft_of_text
from transforms.formats.settings import ParseSettings
from transforms.text import dates
from transforms.text.characters import clean, clean_line
from transforms.text.decoding import decode
from transforms.text.names import clean_name

_HEADER = re.compile(rb"^(?:from|to|subject|date|received|return-path|message-id|mime-version|delivered-to|x-[\w-]+|reply-to|sender|"
                     rb"content-type|dkim-signature|list-[\w-]+|authentication-results)\s?:", re.IGNORECASE)  # fmt: skip
_MAX_PARTS = 200
_FAULTS = (ValueError, LookupError, TypeError, AttributeError, IndexError, KeyError, UnicodeError, AssertionError,
           email.errors.MessageError, RecursionError)  # fmt: skip


def read_mail(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the file as one message."""
    yield source.document(source.read_all().lstrip(), "mail")


def read_mbox(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the messages of a folder; ``record_offset`` counts from 0."""
    limit = source.settings.max_bytes
    number, size, is_blank = -1, 0, True
    lines: list[bytes] = []

    def message() -> RawDocument | Reject:
        if size > limit:
            error = DocumentError("too_large", f"a message of more than {limit} bytes (max_bytes)")
            return source.reject(error, record_offset=number)
        return source.document(b"".join(lines), "mail", record_offset=number)

    while line := source.stream.readline(1_048_576):
        if is_blank and line.startswith(b"From "):
            if number >= 0:
                yield message()
            number, size = number + 1, 0
            lines = []
            is_blank = False
            continue
        is_blank = not line.strip()
        size += len(line)
        if size <= limit:
            lines.append(line[1:] if re.match(rb">+From ", line) else line)
    if number < 0:
        raise DocumentError("empty", "a folder without messages")
    yield message()


def parse(raw: RawDocument, settings: ParseSettings) -> Article:
    """Turn a message into an article.

    Raises:
      DocumentError: it cannot be read, or has no text.
    """
    try:
        message = email.message_from_bytes(raw.payload, policy=email.policy.compat32)
        text, markup = _parts(message)
    except _FAULTS as error:
        raise DocumentError("bad_format", f"a message that cannot be read: {error}") from error
    title = _header(message, "Subject")
    draft = _draft(text, markup, title, settings)
    draft.extractor = "mail"
    draft.title = title or draft.title
    sent = dates.parse(_header(message, "Date"))
    if sent:
        draft.published, draft.published_basis = sent, "metadata"
    sender = _header(message, "From") or ""
    name = re.sub(r"\s*<[^>]*>\s*|\"|\s*\([^)]*\)", "", sender).strip()
    if name and "@" not in name:
        draft.publisher = draft.publisher or name
        if not draft.authors and (person := clean_name(name)) and len(person.split()) in (2, 3):
            draft.byline = draft.byline or name
    draft.source_id = (_header(message, "Message-ID") or "").strip("<> ") or None
    return build(raw, draft, settings, is_file=False)


def _header(message: email.message.Message, name: str) -> str | None:
    """Return a header, its encoded words decoded."""
    from email.header import decode_header

    value = message.get(name)
    if value is None:
        return None
    try:
        parts = [p if isinstance(p, str) else decode(p, c).text for p, c in decode_header(value)]
    except (*_FAULTS, DocumentError):
        return clean_line(str(value)) or None
    return clean_line("".join(parts)) or None


def _parts(message: email.message.Message) -> tuple[str, str]:
    """Return the plain and the HTML text of a message, attachments aside."""
    plain: list[str] = []
    markup: list[str] = []
    for number, part in enumerate(message.walk()):
        if number > _MAX_PARTS:
            break
        if part.is_multipart() or "attachment" in str(part.get("Content-Disposition", "")).lower():
            continue
        kind = part.get_content_type()
        if kind not in ("text/plain", "text/html"):
            continue
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes) or not payload.strip():
            continue
        charset = part.get_content_charset()
        try:
            text = decode(payload, charset).text
        except DocumentError:
            continue
        (plain if kind == "text/plain" else markup).append(text)
    return "\n\n".join(plain), "\n".join(markup)


def _draft(text: str, markup: str, title: str | None, settings: ParseSettings) -> Draft:
    """Return the article in whichever part has more of it."""
    words = len(clean(text).split())
    if markup and words < 40:
        draft = html.fragment_draft(markup, title, settings)
        if draft is not None and sum(len(p.split()) for p in draft.paragraphs) > words:
            return draft
    if not words:
        raise DocumentError("no_article", "a message without text")
    body = re.split(r"\n-- ?\n", text)[0] or text  # a signature begins with two dashes
    return draft_of_text(body, extractor="mail", title=title, infer_title=False)


def sniff_mail(head: bytes, name: str) -> int:
    """Recognise a message by the header fields it begins with."""
    lines = head.lstrip()[:8192].split(b"\n")
    if not lines or not _HEADER.match(lines[0]):
        return 5 if name.endswith(".eml") else 0
    known = sum(1 for line in lines[:60] if _HEADER.match(line))
    return 9 if known >= 3 or (known >= 2 and name.endswith(".eml")) else 0


def sniff_mbox(head: bytes, name: str) -> int:
    """Recognise a folder by the line before its first message."""
    first, _, rest = head.partition(b"\n")
    if (
        first.startswith(b"From ")
        and re.search(rb"\d{4}\s*$|\d\d:\d\d", first)
        and _HEADER.match(rest.lstrip(b">"))
    ):
        return 10
    return 6 if name.endswith(".mbox") and first.startswith(b"From ") else 0


MAIL = Format(name="mail", suffixes=(".eml",), sniff=sniff_mail, read=read_mail, parse=parse)
MBOX = Format(name="mbox", suffixes=(".mbox",), sniff=sniff_mbox, read=read_mbox, parse=parse)
