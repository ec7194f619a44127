"""NITF, NewsML 1.2, NewsML-G2, and other XML with a headline and a text.

Specifications: NITF 3.6, https://iptc.org/standards/nitf/; NewsML 1.2, https://iptc.org/standards/newsml-1/;
NewsML-G2 2.3x, https://iptc.org/std/NewsML-G2/guidelines/. NewsML carries its text as NITF, XHTML or plain, so one
mapping by local names reads all of them. XML of another vocabulary is searched for records as JSON is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from schemas.documents import Article, RawDocument, Removed
from schemas.outcomes import DocumentError, Reject
from transforms.formats import fields, jsontext, xmltree
from transforms.formats.base import Draft, Format, Source, build
from transforms.formats.settings import ParseSettings
from transforms.text import datelines, dates, layout
from transforms.text.names import split_byline

_ITEMS = ("nitf", "newsitem")
_NO_TEXT = frozenset("packageitem conceptitem knowledgeitem planningitem catalogitem".split())
_ASIDE = frozenset(
    "media media-caption media-reference caption figcaption figure table fn note correction series revision-history byline dateline hedline script style".split()
)
_NOT_NEWS = frozenset(
    "svg html plist xsl stylesheet xs:schema schema project kml gpx wsdl definitions sitemapindex urlset opml".split()
)
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def read(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the news items of an XML document, or the records of XML of our users' own making.

    Raises:
      DocumentError: it is no XML, or there is nothing in it that could be an article.
    """
    import lxml.etree

    payload = source.read_all(source.settings.max_container_bytes)
    root = xmltree.parse(payload, source.settings)
    name = xmltree.local(root)
    if name in _NOT_NEWS:
        raise DocumentError("unsupported", f"XML of another kind: the root element is <{name}>")
    items = _items(root)
    if len(items) == 1 and items[0] is root:
        yield source.document(payload, "newsxml")
        return
    if items:
        for number, item in enumerate(items):
            item.tail = None
            if not item.get(_LANG) and root.get(_LANG):
                item.set(_LANG, root.get(_LANG))
            yield source.document(
                lxml.etree.tostring(item),
                "newsxml",
                record_offset=None if len(items) == 1 else number,
            )
        return
    if name in _NO_TEXT or xmltree.find(root, *_NO_TEXT) is not None:
        raise DocumentError("no_article", f"a <{name}> that carries no text")
    yield from _records(source, root)


def _items(root: Any) -> list[Any]:
    """Return the outermost news items of a document."""
    if xmltree.local(root) in _ITEMS:
        return [root]
    found: list[Any] = []

    def walk(element: Any, depth: int) -> None:
        for inner in element:
            name = xmltree.local(inner)
            if name in _ITEMS:
                found.append(inner)
            elif name and depth < 50:
                walk(inner, depth + 1)

    walk(root, 0)
    return found


def _records(source: Source, root: Any) -> Iterator[RawDocument | Reject]:
    """Yield the elements whose children are fields of a record."""
    found = 0
    done: set[Any] = set()
    for element in root.iter():
        if not len(element) or any(a in done for a in element.iterancestors()):
            continue
        record = {
            xmltree.local(c): "\n\n".join(xmltree.paragraphs_of(c))
            for c in element
            if xmltree.local(c)
        }
        if not fields.looks_like_record(record, source.settings.fields) or len(record) < 2:
            continue
        done.add(element)
        record.update(
            {k: v for k, v in element.attrib.items() if isinstance(k, str) and k not in record}
        )
        yield source.document(
            jsontext.dumps(record).encode("utf-8", "replace"), "json", record_offset=found
        )
        found += 1
    if not found:
        raise DocumentError(
            "no_article",
            f"XML without a news item or a record; the root element is <{xmltree.local(root)}>",
        )


def parse(raw: RawDocument, settings: ParseSettings) -> Article:
    """Turn a news item into an article.

    Raises:
      DocumentError: it has no text.
    """
    item = xmltree.parse(raw.payload, settings)
    lines, captions = _body(item)
    if not lines:
        raise DocumentError("no_article", f"a <{xmltree.local(item)}> without text")
    title = _first(item, "hl1", "headline") or xmltree.text_of(xmltree.find(item, "title"))
    found = layout.take_apart("\n".join(lines), title=title, from_markup=True)
    draft = Draft(
        paragraphs=found.paragraphs,
        extractor="newsxml",
        title=title or found.title,
        subtitle=_first(item, "hl2", "subheadline"),
        agency=found.agency,
        removed=[*(Removed(kind="caption", text=c) for c in captions), *found.removed],
    )
    if draft.subtitle == draft.title:
        draft.subtitle = None
    _dateline(draft, item, found)
    _byline(draft, item, found)
    _dates(draft, item)
    draft.source_id = _identifier(item)
    draft.publisher = _provider(item)
    draft.agency = draft.agency or draft.publisher
    draft.section = _subjects(item)
    draft.language = _language(item)
    return build(raw, draft, settings, is_file=False)


def _body(item: Any) -> tuple[list[str], list[str]]:
    """Return the lines of the text and those of its captions."""
    container = xmltree.find(
        item,
        "body.content",
        "inlinexml",
        "datacontent",
        "inlinedata",
        "contentset",
        "contentitem",
        "body",
    )
    if container is None:
        container = item if xmltree.local(item) == "nitf" else None
    if container is None:
        return [], []
    inner = xmltree.find(container, "body.content")
    if inner is None:
        inner = xmltree.find(container, "body")
    if inner is not None:
        container = inner
    captions = [
        t
        for t in map(
            xmltree.text_of, xmltree.find_all(container, "media-caption", "figcaption", "caption")
        )
        if t
    ]
    if not len(container) and container.text:
        text = container.text
        if "<p" in text.lower():
            from transforms.formats import html

            return [line for line in html.plain(text).split("\n") if line.strip()], captions
        return layout.unwrap(text), captions
    return xmltree.paragraphs_of(container, _ASIDE), captions


def _first(item: Any, *names: str) -> str | None:
    for name in names:
        for element in xmltree.find_all(item, name):
            text = xmltree.text_of(element)
            if text:
                return text
    return None


def _dateline(draft: Draft, item: Any, found: layout.Layout) -> None:
    """Set the dateline: what the text has, else what the item says."""
    if found.dateline:
        draft.dateline, draft.dateline_place = found.dateline.raw, found.dateline.place
        draft.dateline_date, draft.dateline_month_day = found.dateline.day, found.dateline.month_day
        return
    element = xmltree.find(item, "dateline")
    line = xmltree.text_of(element)
    if line:
        known = datelines.find(f"{line.rstrip(' -–—:')} - A")
        location = xmltree.text_of(xmltree.find(element, "location"))
        draft.dateline = line
        draft.dateline_place = (
            location
            or (known.place if known else None)
            or re.split(r"[,(]", line)[0].strip(" -–—")
            or None
        )
        if known:
            draft.dateline_date, draft.dateline_month_day, draft.agency = (
                known.day,
                known.month_day,
                draft.agency or known.agency,
            )
        return
    located = xmltree.find(item, "located")
    if located is not None:
        draft.dateline_place = located.get("literal") or xmltree.text_of(
            xmltree.find(located, "name")
        )


def _byline(draft: Draft, item: Any, found: layout.Layout) -> None:
    element = xmltree.find(item, "byline", "by")
    if element is not None:
        for title in list(xmltree.find_all(element, "byttl")):
            title.text = f", {xmltree.text_of(title) or ''}"
        draft.byline = xmltree.text_of(element)
        person = [t for t in map(xmltree.text_of, xmltree.find_all(element, "person")) if t]
        draft.authors = tuple(person) or split_byline(draft.byline)
    draft.byline = draft.byline or found.byline
    draft.authors = draft.authors or found.authors


def _dates(draft: Draft, item: Any) -> None:
    """Set the dates of publication and change."""
    issue = xmltree.find(item, "date.issue", "date.release")
    stated = [issue.get("norm")] if issue is not None else []
    stated += [
        _first(item, n)
        for n in (
            "firstcreated",
            "contentcreated",
            "thisrevisioncreated",
            "versioncreated",
            "dateid",
            "sent",
        )
    ]
    for value in stated:
        draft.published = draft.published or dates.parse(value)
    if draft.published is None:
        story = xmltree.find(item, "story.date")
        draft.published = (
            dates.parse(story.get("norm") or xmltree.text_of(story)) if story is not None else None
        )
    draft.published_basis = "metadata" if draft.published else None
    draft.modified = dates.parse(
        _first(item, "contentmodified", "thisrevisioncreated", "versioncreated")
    )


def _identifier(item: Any) -> str | None:
    number = xmltree.find(item, "doc-id")
    named = number.get("id-string") if number is not None else None
    return item.get("guid") or named or _first(item, "publicidentifier", "newsitemid")


def _provider(item: Any) -> str | None:
    provider = xmltree.find(item, "provider")
    if provider is not None:
        party = xmltree.find(provider, "party")
        name = (
            xmltree.text_of(provider)
            or provider.get("literal")
            or provider.get("qcode")
            or (party.get("FormalName") if party is not None else None)
        )
        if name:
            return name.rpartition(":")[2]
    holder = xmltree.find(item, "doc.copyright")
    return (holder.get("holder") if holder is not None else None) or _first(
        item, "distributor", "creditline", "providerid"
    )


def _subjects(item: Any) -> str | None:
    names: list[str] = []
    for element in xmltree.find_all(item, "subject", "tobject.subject"):
        name = (
            _first(element, "name")
            or element.get("tobject.subject.type")
            or element.get("tobject.subject.matter")
            or element.get("tobject.subject.detail")
        )
        if name and name not in names:
            names.append(name)
    return ", ".join(names[:5]) or None


def _language(item: Any) -> str | None:
    element = xmltree.find(item, "language")
    tag = (element.get("tag") or element.get("FormalName")) if element is not None else None
    code = (tag or item.get(_LANG) or "")[:2].lower()
    return code if len(code) == 2 and code.isalpha() else None


def sniff(head: bytes, name: str) -> int:
    """Recognise XML; feeds and web pages are claimed more strongly by their own formats."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in start[:8]:
        start = start.replace(b"\x00", b"").lstrip(b"\xff\xfe")
    lowered = start[:4096].lower()
    if re.search(
        rb"<(?:\w+:)?(?:nitf|newsml|newsitem|newsmessage|packageitem|contentset)\b", lowered
    ):
        return 9
    if lowered.startswith(b"<?xml") and b"<html" not in lowered:
        return 7
    return 5 if name.endswith((".xml", ".nitf", ".newsml")) and start.startswith(b"<") else 0


FORMAT = Format(name="newsxml", suffixes=(".xml", ".nitf"), sniff=sniff, read=read, parse=parse)
