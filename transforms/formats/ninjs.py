"""ninjs 1, 2 and 3, the IPTC's news in JSON.

Specification: https://iptc.org/std/ninjs/userguide/. Version 1 has ``body_text`` and ``body_xhtml``, ``headline``,
``byline``; versions 2 and 3 have lists: ``bodies``, ``headlines``, ``infosources``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from schemas.documents import Article, RawDocument
from schemas.outcomes import DocumentError, Reject
from transforms.formats import jsontext
from transforms.formats.base import Draft, Format, Source, build, never
from transforms.formats.plain import draft_of_text
from transforms.formats.settings import ParseSettings
from transforms.text import dates
from transforms.text.names import split_byline

_MARKS = frozenset("versioncreated pubstatus urgency usageterms infosources infosource bodies headlines standard "
                   "mimetype representationtype profile firstcreated contentcreated body_xhtml body_text".split())  # fmt: skip
_TYPES = frozenset(
    ("text", "composite", "package", "picture", "video", "audio", "graphic", "component")
)


def is_item(value: dict[str, Any]) -> bool:
    """Tell whether a JSON object is a ninjs item: a URI and at least two members that only ninjs has."""
    if not isinstance(value.get("uri") or value.get("guid"), str):
        return False
    marks = sum(1 for key in value if key.lower() in _MARKS)
    return marks >= 2 or (marks == 1 and value.get("type") in _TYPES)


def parse(raw: RawDocument, settings: ParseSettings) -> Article:
    """Turn one item into an article.

    Raises:
      DocumentError: it is no text item, or has no body.
    """
    item = jsontext.loads(raw.payload, settings.max_depth)
    if not isinstance(item, dict):
        raise DocumentError("bad_format", "a ninjs item is an object")
    item = _lowered(item)
    kind = item.get("type", "text")
    body, is_markup = _body(item)
    if body is None:
        raise DocumentError("no_article", f"a ninjs item of type {kind!r} without a body")
    title = _headline(item, "main") or _string(item.get("headline")) or _string(item.get("title"))
    draft = _draft(body, is_markup, title, settings)
    draft.title = title or draft.title
    draft.subtitle = _headline(item, "sub") or draft.subtitle
    draft.extractor = "ninjs"
    draft.source_id = _string(item.get("uri")) or _string(item.get("guid"))
    byline = _string(item.get("byline")) or _string(item.get("by"))
    if byline:
        draft.byline, draft.authors = byline, split_byline(byline)
    people = [
        _string(p.get("name"))
        for p in _list(item.get("person")) + _list(item.get("people"))
        if _is_author(p)
    ]
    draft.authors = draft.authors or [p for p in people if p]
    draft.publisher = _source(item) or draft.publisher
    draft.agency = draft.agency or draft.publisher
    draft.language = (_string(item.get("language")) or "")[:2].lower() or None
    stated = dates.parse(item.get("firstcreated")) or dates.parse(item.get("contentcreated"))
    draft.published = stated or dates.parse(item.get("versioncreated"))
    draft.published_basis = "metadata" if draft.published else None
    draft.modified = dates.parse(item.get("contentmodified")) or dates.parse(
        item.get("versioncreated")
    )
    located = _string(item.get("located"))
    if located and draft.dateline_place is None:
        draft.dateline_place = located
    subjects = [
        n
        for n in (
            _string(s.get("name")) for s in _list(item.get("subject")) + _list(item.get("subjects"))
        )
        if n
    ]
    draft.section = draft.section or ", ".join(subjects[:5]) or None
    keep = {
        k: v
        for k, v in item.items()
        if k in ("subject", "subjects", "place", "places", "slugline", "urgency", "pubstatus")
    }
    draft.extra = jsontext.dumps(keep) if keep else None
    return build(raw, draft, settings, is_file=False)


def _lowered(value: Any) -> Any:
    """Return ``value`` with its member names in lower case.

    Version 1 writes ``versioncreated``, version 3 also ``versionCreated``.
    """
    if isinstance(value, dict):
        return {str(k).lower(): _lowered(v) for k, v in value.items()}
    return [_lowered(v) for v in value] if isinstance(value, list) else value


def _body(item: dict[str, Any]) -> tuple[str | None, bool]:
    """Return the body and whether it is markup."""
    for body in sorted(
        _list(item.get("bodies")), key=lambda b: str(b.get("contenttype", "")) != "text/plain"
    ):
        value = _string(body.get("value"))
        if value:
            markup = "html" in str(body.get("contenttype", "")) or bool(
                re.search(r"</p>|<p\b", value)
            )
            return value, markup
    for key, markup in (
        ("body_text", False),
        ("body_xhtml", True),
        ("body_html", True),
        ("body_nitf", True),
        ("body", True),
    ):
        value = _string(item.get(key))
        if value:
            return value, markup and "<" in value
    for key, value in item.items():
        if key.startswith("body_") and isinstance(value, str) and value.strip():
            return value, "<" in value
    value = _string(item.get("description_text")) or _string(item.get("description_html"))
    return value, bool(value and "<" in value)


def _draft(body: str, is_markup: bool, title: str | None, settings: ParseSettings) -> Draft:
    if is_markup:
        from transforms.formats import html

        draft = html.fragment_draft(body, title, settings)
        if draft is not None:
            return draft
    return draft_of_text(body, extractor="ninjs", title=title, infer_title=False)


def _headline(item: dict[str, Any], role: str) -> str | None:
    lines = _list(item.get("headlines"))
    for line in lines:
        if str(line.get("role", "main")).endswith(role):
            return _string(line.get("value"))
    if lines and role == "main":
        return _string(lines[0].get("value"))
    return _string(item.get(f"headline_{role}"))  # headline_main, as patternProperties of 1.x allow


def _source(item: dict[str, Any]) -> str | None:
    for source in (
        _list(item.get("infosource")) + _list(item.get("infosources")) + _list(item.get("source"))
    ):
        name = _string(source.get("name"))
        if name:
            return name
    return _string(item.get("source")) or _string(item.get("copyrightholder"))


def _is_author(person: dict[str, Any]) -> bool:
    return "author" in str(person.get("rel", "")).lower()


def _list(value: object) -> list[dict[str, Any]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def read(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the file as one item; ``records.read`` finds items in lists and lines."""
    yield source.document(source.read_all(), "ninjs")


FORMAT = Format(name="ninjs", suffixes=(), sniff=never, read=read, parse=parse)
