"""Records to articles: which field of an export means what.

The names are those of Webhose, the GDELT DOC API, NewsAPI, Event Registry, news-please, Common Crawl News exports,
Media Cloud, GNews, Guardian Open Platform, newspaper3k, trafilatura, WordPress and Hugging Face data sets. Names are
compared without case, underscores and dashes. The first name of a list that has a value wins; ``--map title=headline``
puts one before all of them.

Where exporters describe their fields: https://docs.webz.io, https://blog.gdeltproject.org/gdelt-doc-2-0-api-debuts/,
https://newsapi.org/docs/endpoints/everything, https://github.com/EventRegistry/event-registry-python/wiki,
https://github.com/fhamborg/news-please, https://open-platform.theguardian.com/documentation/.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schemas.documents import Article, RawDocument, Removed
from schemas.outcomes import DocumentError
from transforms.formats import jsontext
from transforms.formats.base import Draft, build
from transforms.formats.plain import draft_of_text
from transforms.formats.settings import ParseSettings
from transforms.text import dates
from transforms.text.characters import clean, clean_line
from transforms.text.names import clean_name, split_byline

FIELDS: dict[str, tuple[str, ...]] = {
    "text": (
        "maintext", "main_text", "body_text", "bodytext", "fulltext", "full_text", "article_text", "articletext",
        "article_body", "articlebody", "news_text", "story_text", "cleaned_text", "clean_text", "plain_text",
        "raw_text", "text", "body", "content", "article", "story", "article_content", "content_text", "document",
        "body_xhtml", "body_html", "bodyhtml", "content_html", "html", "post_content", "selftext", "transcript",
    ),
    "summary": ("description", "abstract", "summary", "excerpt", "snippet", "lead", "trailtext", "lede"),
    "title": (
        "title", "headline", "headlines", "head_line", "article_title", "news_title", "title_page", "webtitle",
        "post_title", "hed", "heading",
    ),
    "subtitle": ("subtitle", "subhead", "sub_title", "subheadline", "standfirst", "dek", "kicker"),
    "published": (
        "date_publish", "published_at", "publishedat", "date_published", "datepublished", "publish_date",
        "publication_date", "publicationdate", "published_date", "publisheddate", "published", "pub_date", "pubdate",
        "datetimepub", "datetime_pub", "webpublicationdate", "firstpublicationdate", "first_published", "firstcreated",
        "versioncreated", "date_time", "datetime", "datetimeutc", "seendate", "date", "post_date", "timestamp",
        "created_at", "created", "article_date", "news_date", "time", "publish_time", "published_time", "issued",
    ),
    "modified": ("date_modify", "date_modified", "datemodified", "modified", "modified_at", "updated", "updated_at",
                 "lastmodified", "last_modified", "post_modified", "contentmodified", "content_modified"),
    "url": ("url", "link", "href", "web_url", "weburl", "article_url", "page_url", "source_url", "uri", "permalink",
            "canonicallink", "requested_url"),
    "canonical_url": ("canonical_url", "canonicalurl", "canonical", "canonical_link", "amp_canonical"),
    "publisher": (
        "publisher", "source", "source_name", "sourcename", "site_name", "sitename", "site", "outlet", "media_name",
        "medianame", "publication", "newspaper", "source_domain", "sourcedomain", "domain", "site_full", "feed",
        "sourcecommonname", "provider",
    ),
    "authors": ("authors", "author", "byline", "by_line", "creator", "writer", "writers", "author_name", "journalist"),
    "source_id": ("id", "_id", "guid", "uuid", "article_id", "articleid", "doc_id", "docid", "document_id", "news_id",
                  "record_id", "key", "uri_id", "newid", "pmid", "identifier"),
    "language": ("language", "lang", "language_code", "detected_language", "text_language"),
    "section": ("section", "section_name", "sectionname", "category", "categories", "topic", "desk", "news_desk",
                "rubric", "channel"),
    "agency": ("agency", "wire", "credit", "creditline", "newswire", "news_agency"),
    "dateline": ("dateline", "location_line", "located"),
}  # fmt: skip
"""Our names and the names that exporters use for them, best first."""

_CONTAINERS = ("articles", "results", "data", "posts", "items", "docs", "documents", "hits", "records", "stories",
               "news", "entries", "rows", "response", "content", "list", "value", "objects", "articlesresults")  # fmt: skip
_FOLD = re.compile(r"[\s_\-.]+")
_HTML = re.compile(r"</?(?:p|div|br|span|a|h[1-6]|article|ul|ol|li|strong|em|b|i|img|figure|table|section)\b[^>]{0,500}>",
                   re.IGNORECASE)  # fmt: skip
_CUT = re.compile(r"\s*(?:…|\.\.\.)?\s*\[\+?\d+\s+chars\]\s*$")
_LANGUAGES = {"english": "en", "eng": "en", "french": "fr", "fra": "fr", "fre": "fr", "german": "de", "deu": "de",
              "ger": "de", "spanish": "es", "spa": "es", "arabic": "ar", "ara": "ar", "russian": "ru", "rus": "ru",
              "chinese": "zh", "zho": "zh", "chi": "zh", "portuguese": "pt", "por": "pt", "italian": "it", "ita": "it",
              "japanese": "ja", "jpn": "ja", "turkish": "tr", "tur": "tr", "korean": "ko", "kor": "ko", "hindi": "hi",
              "dutch": "nl", "polish": "pl", "ukrainian": "uk", "hebrew": "he", "persian": "fa", "farsi": "fa"}  # fmt: skip
_URL = re.compile(r"^https?://\S+$")


def fold(name: str) -> str:
    """Return a field name as it is compared."""
    return _FOLD.sub("", name.casefold())


@functools.lru_cache(maxsize=8)
def _names(extra: tuple[tuple[str, str], ...]) -> dict[str, tuple[str, ...]]:
    """Return the folded names for each of our fields, those of ``--map`` first."""
    names: dict[str, tuple[str, ...]] = {}
    for ours, theirs in FIELDS.items():
        mapped = [fold(name) for field, name in extra if field == ours]
        names[ours] = tuple(dict.fromkeys([*mapped, *(fold(n) for n in theirs)]))
    return names


def _pick(folded: Mapping[str, Any], names: Sequence[str]) -> tuple[str | None, Any]:
    """Return the first of ``names`` with a value, and that value."""
    for name in names:
        value = folded.get(name)
        if value not in (None, "", [], {}):
            return name, value
    return None, None


def looks_like_record(value: object, extra: tuple[tuple[str, str], ...] = ()) -> bool:
    """Tell whether a JSON value is an object with a field for text or, short of that, for a title and a summary."""
    if not isinstance(value, dict):
        return False
    folded = {fold(k): v for k, v in value.items() if isinstance(k, str)}
    names = _names(extra)
    _, text = _pick(folded, names["text"])
    if isinstance(text, str) or (isinstance(text, list) and text and isinstance(text[0], str)):
        return True
    _, summary = _pick(folded, names["summary"])
    _, title = _pick(folded, names["title"])
    return isinstance(summary, str) and isinstance(title, str)


def find_records(
    value: object, extra: tuple[tuple[str, str], ...] = (), depth: int = 0
) -> list[Any] | None:
    """Return the records in a JSON document, or ``None`` if it holds none.

    A list is a list of records; an object is one record if it has text, else the wrapper of an exporter
    (``{"articles": [...]}``, ``{"response": {"docs": [...]}}``, ``{"hits": {"hits": [{"_source": ...}]}}``).
    """
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or depth > 3:
        return None
    folded = {fold(k): v for k, v in value.items() if isinstance(k, str)}
    for name in _CONTAINERS:
        inner = folded.get(name)
        if isinstance(inner, list) and any(isinstance(x, dict) for x in inner):
            if name in ("content", "list", "value") and looks_like_record(value, extra):
                continue
            return inner
    if looks_like_record(value, extra):
        return [value]
    for name in (*_CONTAINERS, "source"):
        inner = folded.get(name)
        if isinstance(inner, dict) and (found := find_records(inner, extra, depth + 1)):
            return found
    values = list(value.values())
    if (
        len(values) > 1
        and all(isinstance(v, dict) for v in values)
        and any(looks_like_record(v, extra) for v in values)
    ):
        return values  # {"id-1": {...}, "id-2": {...}}
    return None


def unwrap(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record inside the wrappers that exporters put around one: ``_source``, ``fields``, ``attributes``."""
    for name in (
        "_source",
        "attributes",
        "article",
        "document",
        "doc",
        "post",
        "item",
        "node",
        "fields",
    ):
        inner = record.get(name)
        if isinstance(inner, dict) and looks_like_record({**inner}):
            outer = {k: v for k, v in record.items() if k != name}
            return {**outer, **inner}
    return record


def parse_record(raw: RawDocument, settings: ParseSettings) -> Article:
    """Turn the JSON payload of one record into an article.

    Raises:
      DocumentError: it is no record, or holds no text.
    """
    value = jsontext.loads(raw.payload, settings.max_depth)
    if not isinstance(value, dict):
        raise DocumentError("bad_record", f"a record is an object; this is {_kind(value)}")
    return build(raw, record_draft(value, settings), settings, is_file=False)


def record_draft(record: dict[str, Any], settings: ParseSettings) -> Draft:
    """Return the article in a record, with the fields that have no column as ``extra``.

    Raises:
      DocumentError: no field holds text.
    """
    record = unwrap(record)
    folded = {fold(k): v for k, v in record.items() if isinstance(k, str)}
    names = _names(settings.fields)
    used: set[str] = set()

    def take(field: str) -> Any:
        name, value = _pick(folded, names[field])
        if name:
            used.add(name)
        return value

    title = _text(take("title"))
    text_name, text = _pick_text(folded, names, title)
    if text is None:
        present = ", ".join(sorted(map(str, record))[:12])
        raise DocumentError("no_article", f"no field with text; the record has: {present}")
    used.add(text_name)
    draft = _body(text, title, settings)
    if text_name in {fold(n) for n in FIELDS["summary"]}:
        draft.removed = [*draft.removed]
    elif (summary := _text(take("summary"))) and draft.subtitle is None and len(summary) <= 600:
        draft.subtitle = summary if not text.startswith(summary[:60]) else None
    draft.title = title or draft.title
    draft.subtitle = _text(take("subtitle")) or draft.subtitle
    url, canonical = take("url"), take("canonical_url")
    draft.url = url if isinstance(url, str) and _URL.match(url) else draft.url
    draft.canonical_url = canonical if isinstance(canonical, str) else None
    draft.source_id = _identifier(take("source_id"))
    draft.publisher = _name(take("publisher")) or draft.publisher or _name(_thread(record))
    _people(draft, take("authors"))
    draft.section = _joined(take("section")) or draft.section
    draft.agency = _name(take("agency")) or draft.agency
    draft.language = _language(take("language"))
    draft.dateline = _text(take("dateline")) or draft.dateline
    stated, unread = _moment(folded, names["published"], used)
    if stated:
        draft.published, draft.published_basis = stated, "metadata"
    elif unread:
        draft.published_unread = next(folded[name] for name in names["published"] if name in unread)
    draft.modified = dates.parse(take("modified"))
    rest = {
        k: v
        for k, v in record.items()
        if isinstance(k, str) and (fold(k) not in used or fold(k) in unread)
    }
    draft.extra = jsontext.dumps(rest) if rest else None
    return draft


def _pick_text(
    folded: Mapping[str, Any], names: Mapping[str, tuple[str, ...]], title: str | None
) -> tuple[str, str] | tuple[str, None]:
    """Return the field with the body: the best name, unless a later one holds much more."""
    found: list[tuple[str, str]] = []
    for name in (*names["text"], *names["summary"]):
        text = _text(folded.get(name), paragraphs=True)
        if text and text != title and not _URL.match(text):
            found.append((name, text))
    if not found:
        return "", None
    best = found[0]
    for name, text in found[1:]:
        cut = bool(_CUT.search(best[1]))
        if len(text) > 3 * len(best[1]) + 200 or (cut and len(text) > len(best[1])):
            best = (name, text)
    return best


def _body(text: str, title: str | None, settings: ParseSettings) -> Draft:
    """Return the body of a record: markup taken off, then the grammar of plain text."""
    removed: list[Removed] = []
    if "<" in text and len(_HTML.findall(text[:20_000])) >= 2:
        from transforms.formats import html

        draft = html.fragment_draft(text, title, settings)
        if draft is not None:
            return draft
    cut = _CUT.search(text)
    if cut:  # NewsAPI ends its excerpts so
        removed.append(Removed(kind="truncated", text=cut.group().strip()))
        text = text[: cut.start()]
    lines = [line for line in clean(text).split("\n") if line]
    if title and len(lines) == 2 and _same_words(lines[0], title):
        removed.append(Removed(kind="title", text=lines.pop(0)))
    if len(lines) <= 2:
        # A sentence or two is what the exporter wanted kept: only a dateline is taken off, and from one line nothing.
        first = draft_of_text(lines[0], extractor="record", infer_title=False) if lines else None
        if first is None:
            return Draft(paragraphs=(), extractor="record")
        first.paragraphs = [*first.paragraphs, *lines[1:]]
        draft = first
    else:
        draft = draft_of_text(text, extractor="record", title=title, infer_title=title is None)
    draft.extractor = "record"
    draft.removed = [*draft.removed, *removed]
    return draft


def _same_words(one: str, other: str) -> bool:
    """Tell whether two lines have the same letters and figures."""
    a, b = (re.sub(r"[\W_]+", "", text).casefold() for text in (one, other))
    return bool(a) and a == b


def _text(value: object, *, paragraphs: bool = False) -> str | None:
    """Return the text of a value: a string, a list of paragraphs, or an object that wraps one."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, list):
        parts = [p for p in (_text(v) for v in value[:10_000]) if p]
        return ("\n\n" if paragraphs else " ").join(parts) or None
    if isinstance(value, dict):
        for key in (
            "text",
            "value",
            "main",
            "rendered",
            "plain",
            "content",
            "en",
            "default",
            "print_headline",
            "#text",
            "$",
        ):
            found = (
                _text(value.get(key), paragraphs=paragraphs)
                if not isinstance(value.get(key), dict)
                else None
            )
            if found:
                return found
    return None


def _thread(record: dict[str, Any]) -> object:
    """Return where the thread of a Webhose record says it was published."""
    thread = record.get("thread")
    return {k: thread.get(k) for k in ("site_full", "site")} if isinstance(thread, dict) else None


def _name(value: object) -> str | None:
    """Return the name in a value: a string, an object with a name, or the first of a list."""
    if isinstance(value, str):
        return clean_line(value) or None
    if isinstance(value, list):
        return next((n for n in map(_name, value) if n), None)
    if isinstance(value, dict):
        for key in (
            "name",
            "title",
            "fullname",
            "site_full",
            "site",
            "uri",
            "domain",
            "id",
            "text",
        ):
            if isinstance(value.get(key), str) and value[key].strip():
                return clean_line(value[key])
    return None


def _joined(value: object) -> str | None:
    if isinstance(value, list):
        return ", ".join(n for n in (_name(v) for v in value[:20]) if n) or None
    return _name(value)


def _people(draft: Draft, value: object) -> None:
    """Set byline and authors from a field of names."""
    if value is None:
        return
    values = value if isinstance(value, list) else [value]
    lines = [n for n in (_name(v) for v in values[:50]) if n]
    if not lines:
        return
    draft.byline = ", ".join(lines)
    people: list[str] = []
    for line in lines:
        whole = clean_name(line) if isinstance(value, list) else None
        people.extend([whole] if whole else split_byline(line))
    draft.authors = tuple(dict.fromkeys(people))


def _identifier(value: object) -> str | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (str, int)):
        return str(value)
    if isinstance(value, dict):
        inner = value.get("$oid") or value.get("id") or value.get("_id") or value.get("#text")
        return str(inner) if isinstance(inner, (str, int)) else None
    return None


def _language(value: object) -> str | None:
    """Return an ISO 639-1 code for what a record says of its language."""
    name = _name(value)
    if not name:
        return None
    key = name.casefold().strip()
    if key in _LANGUAGES:
        return _LANGUAGES[key]
    code = re.match(r"([a-z]{2})(?:[-_][a-z]{2,4})?$", key)
    return code.group(1) if code else None


def _moment(
    folded: Mapping[str, Any], names: Sequence[str], used: set[str]
) -> tuple[dates.Moment | None, frozenset[str]]:
    """Return the first date that can be read, and the names of those that could not."""
    unread = set()
    best: dates.Moment | None = None
    for name in names:
        value = folded.get(name)
        if value in (None, "", [], {}):
            continue
        if isinstance(value, dict):
            value = value.get("$date") or value.get("value") or value.get("iso")
        if isinstance(value, list):
            value = value[0]
        found = dates.parse(value)
        if found:
            used.add(name)
            if best is None or (best.precision != "second" and found.precision == "second"
                                and best.time.date() == found.time.date()):  # fmt: skip
                best = found
        else:
            unread.add(name)
    return best, frozenset(unread)


def _kind(value: object) -> str:
    return {list: "a list", str: "a string", type(None): "null", bool: "true or false"}.get(
        type(value), "a number"
    )


def records_of(value: object, settings: ParseSettings) -> Iterator[tuple[int, Any]]:
    """Yield the records of a JSON document with their index.

    Raises:
      DocumentError: it holds none.
    """
    found = find_records(value, settings.fields)
    if found is None:
        what = (
            f"an object with {', '.join(list(map(str, value))[:10])}"
            if isinstance(value, dict)
            else _kind(value)
        )
        raise DocumentError("no_article", f"JSON without a record that has text: {what}")
    if not found:
        raise DocumentError("empty", "an empty JSON list")
    yield from enumerate(found)
