"""RSS and Atom feeds: one article an item.

Specifications: RSS 2.0, https://www.rssboard.org/rss-specification; RSS 1.0, https://web.resource.org/rss/1.0/spec;
Atom, RFC 4287. The full text is in ``content:encoded``, ``content`` or ``description``; an item with a teaser only is
an article as short as its teaser.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemas.documents import Article, RawDocument
from schemas.outcomes import DocumentError, Reject
from transforms.formats import html, xmltree
from transforms.formats.base import Draft, Format, Source, build
from transforms.formats.plain import draft_of_text
from transforms.formats.settings import ParseSettings
from transforms.text import dates
from transforms.text.names import split_byline


def read(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the items of a feed; ``record_offset`` counts from 0.

    Raises:
      DocumentError: it is no XML, or a feed without items.
    """
    import lxml.etree

    root = xmltree.parse(source.read_all(source.settings.max_container_bytes), source.settings)
    channel = xmltree.child(root, "channel")
    site = xmltree.text_of(xmltree.child(channel if channel is not None else root, "title"))
    language = (
        xmltree.text_of(xmltree.child(channel, "language"))
        if channel is not None
        else root.get("{http://www.w3.org/XML/1998/namespace}lang")
    )
    number = -1
    for number, item in enumerate(i for i in root.iter() if xmltree.local(i) in ("item", "entry")):
        item.tail = None
        if site:
            item.set("dateline-site", site[:200])
        if language:
            item.set("dateline-language", language[:20])
        yield source.document(lxml.etree.tostring(item), "feed", record_offset=number)
    if number < 0:
        raise DocumentError("empty", "a feed without items")


def parse(raw: RawDocument, settings: ParseSettings) -> Article:
    """Turn an item into an article.

    Raises:
      DocumentError: it has no text.
    """
    item = xmltree.parse(raw.payload, settings)
    title = xmltree.text_of(xmltree.child(item, "title"))
    bodies = [
        b
        for b in (
            _body(e)
            for e in item
            if xmltree.local(e)
            in ("encoded", "content", "description", "summary", "fulltext", "body")
        )
        if b
    ]
    if not bodies:
        raise DocumentError("no_article", "a feed item without content or description")
    body = max(bodies, key=len)
    draft = _draft(body, title, settings)
    draft.title, draft.extractor = title or draft.title, "feed"
    draft.url = _link(item) or draft.url
    draft.source_id = xmltree.text_of(xmltree.child(item, "guid", "id"))
    draft.published = (
        _date(item, "pubdate", "published", "issued", "date", "created") or draft.published
    )
    draft.published_basis = "metadata" if draft.published else None
    draft.modified = _date(item, "updated", "modified")
    if draft.published is None and draft.modified is not None:
        draft.published, draft.published_basis = draft.modified, "metadata"
    byline = _author(item)
    if byline:
        draft.byline, draft.authors = byline, split_byline(byline)
    source = xmltree.child(item, "source")
    draft.publisher = (
        xmltree.text_of(xmltree.find(source, "title"))
        if source is not None and len(source)
        else xmltree.text_of(source)
    )
    draft.publisher = draft.publisher or item.get("dateline-site")
    draft.section = ", ".join(_categories(item)[:5]) or None
    language = (item.get("dateline-language") or "")[:2].lower()
    draft.language = language if language.isalpha() else None
    return build(raw, draft, settings, is_file=False)


def _body(element: Any) -> str:
    """Return the content of an element as markup: escaped, CDATA or inline."""
    if len(element):
        return xmltree.markup_of(element)
    return element.text or ""


def _draft(body: str, title: str | None, settings: ParseSettings) -> Draft:
    if "<" in body and ">" in body:
        draft = html.fragment_draft(body, title, settings)
        if draft is not None:
            return draft
    return draft_of_text(html.unescape(body), extractor="feed", title=title, infer_title=False)


def _link(item: Any) -> str | None:
    best = None
    for element in item:
        if xmltree.local(element) != "link":
            continue
        address = element.get("href") or xmltree.text_of(element)
        if (
            address
            and address.startswith("http")
            and (best is None or element.get("rel", "alternate") == "alternate")
        ):
            best = address
    guid = xmltree.text_of(xmltree.child(item, "guid", "id"))
    return best or (guid if guid and guid.startswith("http") else None)


def _date(item: Any, *names: str) -> dates.Moment | None:
    for name in names:
        found = dates.parse(xmltree.text_of(xmltree.child(item, name)))
        if found:
            return found
    return None


def _author(item: Any) -> str | None:
    names: list[str] = []
    for element in item:
        if xmltree.local(element) in ("creator", "author"):
            name = xmltree.text_of(xmltree.child(element, "name")) or xmltree.text_of(element)
            if name and "(" in name and "@" in name:  # RSS 2.0: jane@example.net (Jane Roe)
                name = name.partition("(")[2].rstrip(") ")
            if name:
                names.append(name)
    return ", ".join(names) or None


def _categories(item: Any) -> list[str]:
    found = [e.get("term") or xmltree.text_of(e) for e in item if xmltree.local(e) == "category"]
    return [c for c in found if c]


def sniff(head: bytes, name: str) -> int:
    """Recognise a feed by its root element."""
    start = head[:4096].lower()
    if b"<rss" in start or b"<feed" in start or b"<rdf:rdf" in start:
        stripped = start.lstrip(b"\xef\xbb\xbf \t\r\n")
        return 9 if stripped.startswith((b"<?xml", b"<rss", b"<feed", b"<rdf", b"<!--")) else 0
    return 4 if name.endswith((".rss", ".atom")) else 0


FORMAT = Format(name="feed", suffixes=(".rss", ".atom"), sniff=sniff, read=read, parse=parse)
