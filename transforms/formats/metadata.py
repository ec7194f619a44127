"""What a web page says about itself: JSON-LD, meta elements, the address and the headline.

Specifications: schema.org NewsArticle, https://schema.org/NewsArticle; the Open Graph protocol, https://ogp.me;
Dublin Core, https://www.dublincore.org/specifications/dublin-core/dcq-html/. Measured on 56 pages of 28 publishers:
JSON-LD and meta have the best titles and the most exact dates of all readers.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator
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
_TITLES = {"og:title": 2.0, "twitter:title": 0.5, "parsely-title": 0.5, "sailthru.title": 0.5, "dc.title": 0.5,
           "dcterms.title": 0.5, "citation_title": 0.5, "headline": 0.5}  # fmt: skip
"""Meta elements with a title, surest first, and their weights: publishers write ``og:title`` by hand, once a story; the
others are mostly made from it, or for search engines."""

_HEADING_WEIGHT = 1.5
_PLACEHOLDER = re.compile(
    r"(?:untitled(?: (?:page|document|article|post))?|no title|new page|home ?page|home|index|welcome|article|articles|news|"
    r"page title|document|title|default|blank|null|undefined|none|loading\W*)(?: \d{1,3})?",
    re.IGNORECASE,
)
_LEAD = re.compile(r"[^:|]{3,60}?\s*[:|]\s+(?=\S.{10})")
_BAR = re.compile(r"\s+(?:[|»•·:]|::|-|–|—)\s+")
_SUFFIX = re.compile(
    r"^(?P<title>.{8,}?)\s*(?:[|»•·]|::|\s-|\s–|\s—|\s:)\s+(?P<site>[^|»•·]{2,60})$"
)
_COMMENT = re.compile(
    r"^\s*(?://\s*)?(?:<!--|<!\[CDATA\[|/\*.*?\*/)+|(?:-->|\]\]>|/\*.*?\*/)+\s*$", re.DOTALL
)
_BYLINE_MARK = re.compile(
    r"\b(?:author|byline|by-line)(?:[-_]?(?:name|link|text))?\b", re.IGNORECASE
)
_NO_LETTERS = re.compile(r"[\W_]+")
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
    site = _key(facts.publisher or "")
    facts.authors = tuple(a for a in facts.authors if not site or not site.startswith(_key(a)))
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
        text = text.strip()
        if text[0] not in "{[" or text[-1] not in "}]":
            text = _COMMENT.sub("", text).strip().rstrip(";")
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
        marks = (element.get("rel"), element.get("itemprop"), element.get("class"))
        if not _BYLINE_MARK.search(" ".join(mark for mark in marks if mark)):
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
    """Return the headline: what most of the page's own statements call it.

    JSON-LD, the meta elements, the first-order heading and the title element each name it, often with the name of the
    site around it, sometimes in an older or a shorter wording. Their names are compared without site, spaces and
    punctuation; the wording with most weight wins, and of its spellings the one with most weight.
    """
    stated = _statements(tree, facts, meta)
    first_order = _first_order(tree)
    headings, site = _headings(first_order, facts, [text for _, text in stated])
    heading = _agreed_heading(headings, [text for _, text in stated])
    known = [h for h in (heading, *(text for _, text in stated)) if h]
    votes: list[tuple[float, str]] = []
    for weight, text in stated:
        part = _part_like(heading, text) if heading else None
        votes.append((weight, part or _without_site(text, facts.publisher or site, known)))
    if heading:
        votes.insert(1 if votes else 0, (_HEADING_WEIGHT, heading))
    votes = [vote for vote in votes if not _is_placeholder(vote[1])]
    if not votes:
        return next((h for h in headings if not _is_placeholder(h)), None)
    wordings = _weigh((weight, _key(text)) for weight, text in votes)
    key = max(wordings, key=lambda k: wordings[k])
    spellings = _weigh((weight, text) for weight, text in votes if _key(text) == key)
    return max(spellings, key=lambda text: spellings[text])


def _weigh(votes: Iterable[tuple[float, str]]) -> dict[str, float]:
    """Return the summed weight of each name, in the order in which they come up: the first of equals wins."""
    sums: dict[str, float] = {}
    for weight, name in votes:
        sums[name] = sums.get(name, 0.0) + weight
    return sums


def _statements(tree: Any, facts: PageFacts, meta: dict[str, list[str]]) -> list[tuple[float, str]]:
    """Return what the page gives as its title outside its body, with weights, the surest first."""
    found = [
        (weight, clean_line(meta[name][0])) for name, weight in _TITLES.items() if name in meta
    ]
    if facts.title:
        found.insert(1 if "og:title" in meta else 0, (1.0, clean_line(facts.title)))
    element = next(iter(tree.iter("title")), None)
    if element is not None:
        found.append((0.5, clean_line("".join(element.itertext()))))
    site = _key(facts.publisher or "")
    return [(weight, text) for weight, text in found if text and _key(text) != site]


def _first_order(tree: Any) -> list[str]:
    found = [clean_line(" ".join("".join(h.itertext()).split())) for h in list(tree.iter("h1"))[:6]]
    return [heading for heading in found if heading]


def _headings(
    first_order: list[str], facts: PageFacts, stated: list[str]
) -> tuple[list[str], str | None]:
    """Return the first-order headings that do not name the site, and the site if one does."""
    sites = {_key(facts.publisher or "")}
    for text in stated:
        parts = _BAR.split(text)
        if len(parts) > 1 and len(parts[-1]) < len(parts[0]):
            sites.add(_key(parts[-1]))
    named = {_key(text) for text in stated}
    headings = [h for h in first_order if _key(h) not in sites or _key(h) in named]
    return headings, next((h for h in first_order if h not in headings), None)


def _agreed_heading(headings: list[str], stated: list[str]) -> str | None:
    """Return the heading that is a statement or a part of one, else the one most like one, if there is any."""
    for heading in headings:
        if any(_part_like(heading, text) for text in stated):
            return heading
    best: tuple[float, str] | None = None
    for heading in headings:
        score = max((_overlap(heading, text) for text in stated), default=0.0)
        if score >= 0.5 and len(heading) >= 12 and (best is None or score > best[0]):
            best = (score, heading)
    return best[1] if best else None


def _part_like(heading: str, text: str) -> str | None:
    """Return the part of ``text`` that is the heading, perhaps with a site before or behind it, as ``text`` spells it."""
    key = _key(heading)
    if len(key) < 8:
        return text if key and _key(text) == key else None
    for part in (text, *_BAR.split(text), *_heads(text)):
        if _key(part) == key:
            return part
    folded = _key(text)
    if len(folded) > len(key) >= 20 and folded.startswith(key):
        return heading  # with a bar we do not know
    lead = _LEAD.match(text)
    if lead and (rest := _part_like(heading, text[lead.end() :])):
        return rest
    return None


def _is_placeholder(title: str) -> bool:
    """Tell whether a title says nothing: what an editor or a server puts where there is none."""
    return bool(_PLACEHOLDER.fullmatch(title.strip(" .-|")))


def _heads(title: str) -> list[str]:
    """Return the beginnings of ``title`` up to each bar."""
    return [title[: m.start()] for m in _BAR.finditer(title)]


def _overlap(heading: str, other: str) -> float:
    a, b = set(re.findall(r"\w+", heading.casefold())), set(re.findall(r"\w+", other.casefold()))
    return len(a & b) / max(len(a), 1) if len(a) >= 3 else 0.0


def _without_site(title: str, publisher: str | None, known: list[str]) -> str:
    """Return ``title`` without the name of the site before or behind it."""
    site = _key(publisher or "")
    if site:
        lead = re.match(r"(.{3,60}?)\s*(?:[:|»]|\s[-–—])\s+(?=\S.{10})", title)
        if lead and _key(lead[1]) == site:
            title = title[lead.end() :]
        tail = re.search(r"(?<=\S.{7})\s*[:：|｜/／_]\s*([^:：|｜/／_]{2,60})$", title)
        if tail and _key(tail[1]) == site:
            return title[: tail.start()]
    found = _SUFFIX.match(title)
    if not found:
        return title
    name, head = _key(found["site"]), found["title"]
    if site and name and (name in site or site in name):
        return head
    if any(_key(head) == _key(other) for other in known):
        return head
    return head if "|" in title[found.end("title") :] and len(found["site"].split()) <= 5 else title


def _key(text: str) -> str:
    return _NO_LETTERS.sub("", text).casefold()


def _string(value: object) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    return clean_line(unescape(value)) if isinstance(value, str) and value.strip() else None
