"""What a web page says about itself: JSON-LD, meta elements, the address and the headline.

Specifications: schema.org NewsArticle, https://schema.org/NewsArticle; the Open Graph protocol, https://ogp.me;
Dublin Core, https://www.dublincore.org/specifications/dublin-core/dcq-html/. Measured on 56 pages of 28 publishers:
JSON-LD and meta have the best titles and the most exact dates of all readers.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from typing import Any

from transforms.text import dates
from transforms.text.characters import clean_line
from transforms.text.names import split_byline

_ARTICLE_TYPES = re.compile(r"(?:article|posting|report|review|newsitem|liveblog)$", re.IGNORECASE)
_PUBLISHED = ("article:published_time", "og:published_time", "parsely-pub-date", "sailthru.date", "datepublished",
              "article:published", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date",
              "citation_publication_date", "citation_date", "pubdate", "publish-date", "publish_date", "publishdate",
              "published_time", "article_date_original", "originalpublicationdate", "cxenseparse:recs:publishtime",
              "rnews:datepublished", "date", "article.published", "ptime", "pdate", "displaydate", "dc.created",
              "og:article:published_time", "cxenseparse:publishtime", "cxense:publishtime", "date.created", "created")  # fmt: skip
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "dc.date.modified",
             "last-modified", "lastmod", "article:updated_time")  # fmt: skip
_AUTHORS = ("author", "article:author_name", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator",
            "citation_author", "byl", "article:author", "cxenseparse:author", "rbauthors", "twitter:data1")  # fmt: skip
_SITES = (
    "og:site_name",
    "application-name",
    "dc.publisher",
    "dcterms.publisher",
    "cre",
    "publisher",
    "twitter:app:name:iphone",
)
_SECTIONS = (
    "article:section",
    "parsely-section",
    "section",
    "og:section",
    "cxenseparse:recs:category",
)
_TITLES = (
    "og:title",
    "twitter:title",
    "parsely-title",
    "sailthru.title",
    "dc.title",
    "dcterms.title",
    "citation_title",
    "headline",
)
_BAR = re.compile(r"\s+(?:[|»•·:]|::|-|–|—)\s+")
_SUFFIX = re.compile(
    r"^(?P<title>.{8,}?)\s*(?:[|»•·]|::|\s-|\s–|\s—|\s:)\s+(?P<site>[^|»•·]{2,60})$"
)
_COMMENT = re.compile(
    r"^\s*(?://\s*)?(?:<!--|<!\[CDATA\[|/\*.*?\*/)+|(?:-->|\]\]>|/\*.*?\*/)+\s*$", re.DOTALL
)
_MAX_LD = 2_000_000


@dataclasses.dataclass(slots=True, kw_only=True)
class PageFacts:
    """What a page states; every field may be missing. ``body`` is the article text that JSON-LD carries."""

    title: str | None = None
    subtitle: str | None = None
    byline: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    section: str | None = None
    url: str | None = None
    canonical_url: str | None = None
    published: dates.Moment | None = None
    modified: dates.Moment | None = None
    language: str | None = None
    body: str | None = None
    is_free: bool | None = None
    is_article: bool = False
    kind: str | None = None


def read_page(tree: Any) -> PageFacts:
    """Return what the page with the element ``tree`` states about itself."""
    facts = PageFacts()
    meta = _meta(tree)
    records = list(_linked_data(tree))
    article = _best_article(records)
    if article is not None:
        _from_linked_data(facts, article, records)
    _from_meta(facts, meta)
    _from_links(facts, tree)
    facts.title = _title(tree, facts, meta)
    if facts.published is None:
        facts.published = _from_markup(tree)
    if not facts.authors:
        _byline(facts, tree)
    if facts.publisher and (facts.publisher.startswith("http") or len(facts.publisher) > 100):
        facts.publisher = None
    language = (
        (tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
        .strip()
        .lower()
    )
    code = re.match(r"[a-z]{2}(?=[-_]|$)", language)
    facts.language = facts.language or (code.group() if code else None)
    return facts


def _meta(tree: Any) -> dict[str, list[str]]:
    """Return the contents of the meta elements by lower-case name."""
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        value = element.get("content") or element.get("value")
        if not value or not value.strip():
            continue
        for attribute in ("property", "name", "itemprop"):
            name = element.get(attribute)
            if name:
                found.setdefault(name.strip().lower(), []).append(value.strip())
    return found


def _linked_data(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of all JSON-LD scripts, graphs flattened."""
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = script.text or ""
        if not text.strip() or len(text) > _MAX_LD:
            continue
        text = _COMMENT.sub("", text.strip()).strip().rstrip(";")
        try:
            value = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            try:
                value = json.loads(re.sub(r",\s*([}\]])", r"\1", text), strict=False)
            except (ValueError, RecursionError):
                continue
        yield from _flatten(value, 0)


def _flatten(value: object, depth: int) -> Iterator[dict[str, Any]]:
    if depth > 6:
        return
    if isinstance(value, list):
        for item in value[:200]:
            yield from _flatten(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "itemListElement"):
            if isinstance(value.get(key), (list, dict)):
                yield from _flatten(value[key], depth + 1)


def _types(record: dict[str, Any]) -> list[str]:
    kinds = record.get("@type")
    return [k for k in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(k, str)]


def _best_article(records: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the record that describes the article of the page: of several, the one with most to say."""
    found = [r for r in records if any(_ARTICLE_TYPES.search(k) for k in _types(r))]
    if not found:
        found = [r for r in records if "WebPage" in _types(r) and r.get("datePublished")]
    wanted = ("headline", "datePublished", "author", "articleBody", "publisher")
    return max(found, key=lambda r: sum(1 for k in wanted if r.get(k)), default=None)


def _from_linked_data(
    facts: PageFacts, article: dict[str, Any], records: list[dict[str, Any]]
) -> None:
    by_id = {r["@id"]: r for r in records if isinstance(r.get("@id"), str) and len(r) > 1}

    def follow(value: object) -> object:
        if (
            isinstance(value, dict)
            and set(value) <= {"@id", "@type"}
            and isinstance(value.get("@id"), str)
        ):
            return by_id.get(value["@id"], value)
        return value

    facts.is_article = any(_ARTICLE_TYPES.search(k) for k in _types(article))
    facts.kind = next(iter(_types(article)), None)
    facts.title = _string(article.get("headline")) or _string(article.get("name"))
    facts.subtitle = _string(article.get("alternativeHeadline"))
    facts.published = dates.parse(
        _string(article.get("datePublished")) or _string(article.get("dateCreated"))
    )
    facts.modified = dates.parse(_string(article.get("dateModified")))
    values = article.get("author") or article.get("creator")
    names: list[str] = []
    for value in values if isinstance(values, list) else [values]:
        person = follow(value)
        if isinstance(person, dict):
            named = person.get("name")
            several = named if isinstance(named, list) else [named]
            if "Organization" in str(person.get("@type", "")):
                facts.byline = facts.byline or next(
                    (n for n in several if isinstance(n, str)), None
                )
                continue
            names.extend(n for n in several if isinstance(n, str))
        elif isinstance(person, str):
            names.append(person)
    _set_authors(facts, names)
    publisher = follow(article.get("publisher") or article.get("sourceOrganization"))
    if isinstance(publisher, list) and publisher:
        publisher = follow(publisher[0])
    facts.publisher = (
        _string(publisher.get("name")) if isinstance(publisher, dict) else _string(publisher)
    )
    section = article.get("articleSection")
    facts.section = _string(section[0] if isinstance(section, list) and section else section)
    language = article.get("inLanguage")
    code = (
        re.match(r"[a-z]{2}(?=[-_]|$)", str(language).lower())
        if isinstance(language, str)
        else None
    )
    facts.language = code.group() if code else None
    body = article.get("articleBody") or article.get("text")
    facts.body = body if isinstance(body, str) and len(body) > 100 else None
    free = article.get("isAccessibleForFree")
    facts.is_free = None if free is None else str(free).lower() not in ("false", "no", "0")
    page = article.get("mainEntityOfPage") or article.get("url")
    address = page.get("@id") if isinstance(page, dict) else page
    facts.canonical_url = (
        address if isinstance(address, str) and address.startswith("http") else None
    )


def _from_meta(facts: PageFacts, meta: dict[str, list[str]]) -> None:
    for name in _PUBLISHED:
        if facts.published is not None and facts.published.precision == "second":
            break
        for value in meta.get(name, ()):
            moment = dates.parse(value)
            if moment and (facts.published is None or _refines(moment, facts.published)):
                facts.published = moment
                break
    for name in _MODIFIED:
        if facts.modified is None and name in meta:
            facts.modified = dates.parse(meta[name][0])
    if not facts.authors:
        for name in _AUTHORS:
            values = [v for v in meta.get(name, ()) if not v.startswith(("http", "@"))]
            _set_authors(facts, values)
            if facts.authors:
                break
    for name in _SITES:
        if facts.publisher is None and name in meta:
            facts.publisher = clean_line(meta[name][0])
    for name in _SECTIONS:
        if facts.section is None and name in meta:
            facts.section = clean_line(meta[name][0])
    if facts.url is None and meta.get("og:url", [""])[0].startswith("http"):
        facts.url = meta["og:url"][0]
    if meta.get("og:type", [""])[0].lower() == "article":
        facts.is_article = True
    for name in ("description", "og:description"):
        if facts.subtitle is None and name in meta and len(meta[name][0]) <= 400:
            facts.subtitle = clean_line(meta[name][0])


def _refines(moment: dates.Moment, known: dates.Moment) -> bool:
    """Tell whether ``moment`` gives the hour of a day that is known already."""
    return (
        moment.precision == "second"
        and known.precision == "day"
        and moment.time.date() == known.time.date()
    )


def _set_authors(facts: PageFacts, values: list[str]) -> None:
    """Set authors, and the byline as written."""
    lines = [clean_line(v) for v in values if v and v.strip()][:20]
    people: list[str] = []
    for line in lines:
        people.extend(split_byline(line))
    if lines and facts.byline is None:
        facts.byline = ", ".join(lines)[:300]
    if people:
        facts.authors = tuple(dict.fromkeys(people))


def _from_links(facts: PageFacts, tree: Any) -> None:
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            address = (link.get("href") or "").strip()
            if address.startswith("http"):
                facts.canonical_url = address
                return


def _from_markup(tree: Any) -> dates.Moment | None:
    """Return the date of the element that marks itself as the date of publication."""
    best: dates.Moment | None = None
    for element in tree.iter("time", "span", "div", "abbr", "meta", "p"):
        mark = (element.get("itemprop") or "").lower()
        classes = (element.get("class") or "").lower()
        if (
            element.tag != "time"
            and "datepublished" not in mark
            and not re.search(r"publish(?:ed)?[-_]?(?:date|time)|\bdtstamp\b", classes)
        ):
            continue
        if "modified" in mark or "updat" in classes or "modif" in classes:
            continue
        value = (
            element.get("datetime")
            or element.get("content")
            or element.get("title")
            or (element.text or "")
        )
        moment = dates.parse(value)
        if moment is None:
            continue
        if "datepublished" in mark or element.get("pubdate") is not None:
            return moment
        if best is None and not _inside_list(element):
            best = moment
    return best


def _inside_list(element: Any) -> bool:
    """Tell whether an element belongs to a teaser: a time in a list, an aside or the foot of a page."""
    for ancestor in element.iterancestors():
        name = f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}".lower()
        if ancestor.tag in ("aside", "footer", "nav", "li") or re.search(
            r"related|sidebar|teaser|promo|recommend|latest|comment|widget|trending", name
        ):
            return True
    return False


def _byline(facts: PageFacts, tree: Any) -> None:
    """Set authors from the element that marks itself as the byline."""
    for element in tree.iter("a", "span", "div", "p", "address"):
        mark = f"{element.get('rel') or ''} {element.get('itemprop') or ''} {element.get('class') or ''}".lower()
        if not re.search(r"\b(?:author|byline|by-line)(?:[-_]?(?:name|link|text))?\b", mark):
            continue
        if _inside_list(element):
            continue
        text = clean_line(" ".join(element.itertext()))
        if not 4 <= len(text) <= 150:
            continue
        people = split_byline(text)
        if people and len(people) <= 6:
            facts.authors, facts.byline = people, facts.byline or text
            return


def _title(tree: Any, facts: PageFacts, meta: dict[str, list[str]]) -> str | None:
    """Return the headline: what JSON-LD, the meta elements and the first-order heading agree on."""
    headings = [
        clean_line(" ".join("".join(h.itertext()).split())) for h in list(tree.iter("h1"))[:6]
    ]
    headings = [h for h in headings if h]
    stated = [
        clean_line(t)
        for t in ([facts.title] if facts.title else []) + [meta[n][0] for n in _TITLES if n in meta]
    ]
    stated = [t for t in stated if t]
    element = next(iter(tree.iter("title")), None)
    page = clean_line("".join(element.itertext())) if element is not None else ""
    others = [*stated, page]
    for heading in headings:
        if any(_same(heading, other) for other in others if other):
            return _common_spelling(heading, others)
    best: tuple[float, str] | None = None
    for heading in headings:
        score = max((_overlap(heading, other) for other in others if other), default=0.0)
        if score >= 0.7 and len(heading) >= 12 and (best is None or score > best[0]):
            best = (score, heading)
    if best:
        return best[1]
    for title in (*stated, page):
        if title:
            return _without_site(title, facts.publisher, [*headings, *stated])
    return headings[0] if headings else None


def _same(heading: str, other: str) -> bool:
    """Tell whether ``other`` is the heading, perhaps with the name of the site behind or before it."""
    a, b = _key(heading), _key(other)
    if not a or len(a) < 8:
        return False
    if a == b:
        return True
    return any(_key(part) == a for part in (*_BAR.split(other), *_heads(other)))


def _common_spelling(heading: str, others: list[str]) -> str:
    """Return the heading as most sources write it: they differ in spaces and quotation marks."""
    key = _key(heading)
    spelled = Counter({heading: 1})
    for other in others:
        for part in dict.fromkeys((other, *_BAR.split(other), *_heads(other))):
            if _key(part) == key:
                spelled[part] += 1
                break
    best, count = spelled.most_common(1)[0]
    return best if count > spelled[heading] else heading


def _heads(title: str) -> list[str]:
    """Return the beginnings of ``title`` up to each bar."""
    return [title[: m.start()] for m in _BAR.finditer(title)]


def _overlap(heading: str, other: str) -> float:
    a, b = set(re.findall(r"\w+", heading.casefold())), set(re.findall(r"\w+", other.casefold()))
    return len(a & b) / max(len(a), 1) if len(a) >= 3 else 0.0


def _without_site(title: str, publisher: str | None, known: list[str]) -> str:
    """Return ``title`` without the name of the site behind it."""
    if (
        publisher
        and (lead := re.match(r"(.{3,60}?)\s*[:|]\s+(?=\S.{10})", title))
        and _key(lead[1]) == _key(publisher)
    ):
        title = title[lead.end() :]
    found = _SUFFIX.match(title)
    if not found:
        return title
    site, head = found["site"], found["title"]
    if publisher and (_key(site) in _key(publisher) or _key(publisher) in _key(site)):
        return head
    if any(_key(head) == _key(other) for other in known):
        return head
    return head if "|" in title[found.end("title") :] and len(site.split()) <= 5 else title


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _string(value: object) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    return clean_line(unescape(value)) if isinstance(value, str) and value.strip() else None
