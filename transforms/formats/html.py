"""HTML and XHTML: the article of a web page, without the page.

Specification: https://html.spec.whatwg.org. The body comes from trafilatura, which is fed text that we decoded (its
own guess at the encoding is worse) and a tree that we parsed once; resiliparse stands in where it finds nothing.
Headline, date, authors and publisher come from ``metadata.py``; htmldate is asked only when the page states no date.

Both extractors have quadratic inputs, so markup is measured before it is parsed: a page nests a few dozen levels
deep and an element has a handful of attributes, while 50,000 of either take minutes.
"""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

from schemas.documents import Article, RawDocument, Removed
from schemas.outcomes import DocumentError
from transforms.formats import metadata
from transforms.formats.base import Draft, Format, build, read_one
from transforms.formats.settings import ParseSettings
from transforms.text import dates, layout
from transforms.text.characters import clean, clean_line, repair, unspaced_words
from transforms.text.decoding import declared_charset, decode

logger = logging.getLogger(__name__)

_EMBEDDED = (
    "//blockquote[contains(@class, 'twitter-tweet') or contains(@class, 'instagram-media')"
    " or contains(@class, 'tiktok-embed') or contains(@class, 'twitter-video')]"
)
_FURNITURE = (
    "head", "script", "noscript", "nav", "footer", "aside", "menu", "menuitem", "button", "select", "option", "optgroup", "datalist",
    "textarea", "input", "label", "legend", "fieldset", "dialog", "object", "embed", "applet", "audio", "video", "picture", "source",
    "track", "map", "area", "link", "time", "template", "frame", "frameset", "marquee", "param", "output", "progress",
)  # fmt: skip
_FEW = 40  # words; a shorter body is asked for again
_LONG_WORD = 12  # characters; words that are longer on average are no words but whole sentences
_AREAS = 20  # are looked at; a list of articles has more
_SENTENCE = 80  # characters; what stands in menus and lists of links is mostly shorter
_BODY_NAME = re.compile(
    r"(?<!__)(?:article|post|entry|story)[-_]{0,2}(?:content|body|text)", re.IGNORECASE
)
_BRACKET = re.compile(r"[<>]")
_LONG_TAG = 2000  # characters; a shorter one has no attributes to speak of
_RAW = re.compile(
    r"<(script|style|noscript|template|svg)\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_INLINE = re.compile(
    r"</?(?:a|b|i|em|strong|span|u|font|sup|sub|mark|abbr|cite|q|small|code|time|wbr)\b[^>]*>",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"<(?:/?(?:p|div|h[1-6]|li|ul|ol|tr|table|blockquote|section|article|figure|figcaption|header|footer|pre|td)|br)\b[^>]*>",
                    re.IGNORECASE)  # fmt: skip
_MARKUP = re.compile(r"<[^>]*>")
_NOT_FOUND = re.compile(r"\b(?:404|page not found|not found|access denied|forbidden|error 40\d|error 50\d|just a moment|"
                        r"attention required|are you a robot|captcha|site (?:can['’]t|cannot) be reached)\b", re.IGNORECASE)  # fmt: skip
_CONSENT = re.compile(
    r"\b(?:cookies?|consent|privacy policy|personal data|gdpr|accept all|reject all|our partners)\b",
    re.IGNORECASE,
)
_SNIFF = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|article|div|meta|title|p|h1|table|span|script|main|section)\b",
    re.IGNORECASE,
)


def check_markup(text: str, settings: ParseSettings) -> None:
    """Raise if parsing ``text`` could take quadratic time; the depth is checked by the parser.

    Raises:
      DocumentError: ``too_complex``.
    """
    tags = text.count("<")
    if tags > 2 * settings.max_elements:
        raise DocumentError(
            "too_complex",
            f"{tags} tags; the limit is {settings.max_elements} elements (max_elements)",
        )
    for tag in _long_tags(text):
        if tag.count("=") > settings.max_attributes < len(tag.split()):
            raise DocumentError(
                "too_complex",
                f"an element with more than {settings.max_attributes} attributes (max_attributes)",
            )


def _long_tags(text: str) -> Iterator[str]:
    """Yield the tags of more than ``_LONG_TAG`` characters, looking at the brackets of one stretch in a hundred."""
    start = 0
    while (end := start + _LONG_TAG) < len(text):
        bracket = max(text.rfind("<", start, end), text.rfind(">", start, end))
        if bracket < 0:
            found = _BRACKET.search(text, end)
            bracket = found.start() if found else len(text)
            if text[start - 1 : start] == "<" and text[start].isalpha():
                yield text[start:bracket]
        start = bracket + 1


def parse(raw: RawDocument, settings: ParseSettings) -> Article:
    """Turn a web page into an article.

    Raises:
      DocumentError: it is no markup, hostile, or holds no article.
    """
    decoded = decode(raw.payload, raw.charset or declared_charset(raw.payload))
    text = repair(decoded.text.replace("\x00", ""))
    return build(raw, page_draft(text, raw.url, settings), settings, is_file=True)


def page_draft(text: str, url: str | None, settings: ParseSettings) -> Draft:
    """Return the article of a page given as text.

    Raises:
      DocumentError: as ``parse``.
    """
    check_markup(text, settings)
    page = _Page(text)
    facts = metadata.read_page(page.tree)
    if facts.published is None:
        facts.published = _guess_date(page.tree, url or facts.canonical_url or facts.url)
    _prune(page.tree)
    lines, extractor = _body(page, facts)
    if not lines:
        raise DocumentError("no_article", "the page has no block of running text")
    _refuse_non_articles(lines, facts)
    return _draft(lines, facts, url, extractor)


class _Page:
    """A page as text and as a tree that is cut smaller and smaller, and can be had again.

    Raises:
      DocumentError: as ``_tree``.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = _tree(text)
        self._again: Any = None

    def again(self) -> Any:
        """Return the tree as it was before the furniture was taken out, for all who ask the same one."""
        if self._again is None:
            self._again = _tree(self.text)
            _prune(self._again)
        return self._again


def _tree(text: str) -> Any:
    """Return the root element of the page.

    Raises:
      DocumentError: ``bad_format`` or ``empty``.
    """
    import lxml.etree
    import lxml.html

    parser = lxml.html.HTMLParser(
        encoding="utf-8",
        collect_ids=False,
        default_doctype=False,
        remove_comments=True,
        remove_pis=True,
    )
    # One class for every element: lxml.html's own choice is a Python call each time one is looked at.
    parser.set_element_class_lookup(
        lxml.etree.ElementDefaultClassLookup(element=lxml.html.HtmlElement)
    )
    try:
        tree = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.LxmlError, ValueError, AssertionError) as error:
        raise DocumentError("bad_format", f"no markup that can be parsed: {error}") from error
    if any("Excessive depth" in entry.message for entry in parser.error_log):
        raise DocumentError(
            "too_deep", "markup nested deeper than 256 elements, the limit of libxml2"
        )
    return tree


def _prune(tree: Any) -> None:
    """Take out what is no text and what others wrote: half of a page's elements, which every pass would look at."""
    import lxml.etree

    for embedded in tree.xpath(_EMBEDDED):
        embedded.drop_tree()
    lxml.etree.strip_elements(tree, "style", "svg", "iframe", "canvas", with_tail=False)


def _prune_furniture(tree: Any) -> None:
    """Take out what trafilatura takes out first of all, but after it has searched and copied the tree half a dozen times.

    Only its fast search for precision loses nothing by it: its rescues look at scripts and forms again.
    """
    import lxml.etree

    lxml.etree.strip_elements(tree, *_FURNITURE, with_tail=False)


def _body(page: _Page, facts: metadata.PageFacts) -> tuple[list[str], str]:
    """Return the lines of the body and which extractor found them.

    trafilatura is asked for precision first, without its slow second opinions, and resiliparse, which is ten times
    as fast and takes too much rather than too little, says whether much is missing. Only then more is asked for: the
    wider net, the second opinions, the text in JSON-LD, and at last resiliparse itself. The shares are set on 58
    pages with known bodies: complete bodies had more than 0.78 of what resiliparse took, truncated ones at most 0.76.
    Nor had they less than 0.9 of the page's running text (31 pages), for which resiliparse need not be asked.
    """
    tree = page.tree
    is_forum = facts.kind == "DiscussionForumPosting"  # trafilatura knows one by its script
    if not is_forum:
        _prune_furniture(tree)
    found, area = _surest(tree, is_forum=is_forum)
    size, stated = _words(found), _stated_body(facts)
    if size >= _FEW and size > 0.9 * _running_words(tree) and size > 0.6 * _words(stated):
        return found, "trafilatura"
    other = _resiliparse(page.text)
    most = _words(other)
    if 100 < _words(stated) < 1.5 * most and size < 0.6 * _words(stated):
        return stated, "json-ld"
    if size < 0.78 * most:
        is_enough = size >= _FEW and _running_words(area) > 0.5 * most
        wider = _trafilatura(area if is_enough else page.again(), options=_wide())
        if _words(wider) > 1.05 * size:
            found, size = wider, _words(wider)
    if size < _FEW or size < 0.5 * most or size < 0.3 * _paragraph_words(tree):
        slow = _trafilatura(page.again())
        if _words(slow) > 1.05 * size:
            found, size = slow, _words(slow)
    if stated and size < 0.6 * _words(stated):
        return stated, "json-ld"
    if size < _FEW or (size < 0.5 * most and most > 300):
        running = [line for line in other if layout.is_sentence(line)]
        if _words(running) > 1.5 * size and _words(running) > 0.7 * most:
            return other, "resiliparse"
    return found, "trafilatura"


def _surest(tree: Any, *, is_forum: bool) -> tuple[list[str], Any]:
    """Return the lines that trafilatura is surest of, and the part of the page that it found them in.

    It looks for the article in areas that are named for one, but only after it has copied, searched and cleaned all
    that is around them half a dozen times. Given one area after the other, it finds the same in a third of the time.
    """
    area = None
    for area in () if is_forum else _areas(tree):
        found = _trafilatura(area, fast=True, favor_precision=True)
        if found:
            return found, area
    return (_trafilatura(tree, fast=True, favor_precision=True) if area is None else []), tree


def _areas(tree: Any) -> Iterator[Any]:
    """Yield the parts of a page that may hold its article, the surest first, each as a page of its own."""
    for find in (_stated_areas, _named_areas, _article_areas, _main_areas):
        found = _first_large(find(tree))
        if found is not None and len(found):
            page, body, area = tree.makeelement("html"), tree.makeelement("body"), copy.copy(found)
            area.tail = None
            body.append(area)
            page.append(body)
            yield page


def _first_large(areas: list[Any]) -> Any:
    """Return the first of some areas that has the headline, or else is no teaser beside the others.

    Not the largest: the articles that some pages append to theirs may be longer.
    """
    areas = areas[:_AREAS]
    if len(areas) < 2:
        return areas[0] if areas else None
    with_headline = (area for area in areas if area.find(".//h1") is not None)
    if (first := next(with_headline, None)) is not None:
        return first
    sizes = [_running_words(area) for area in areas]
    return next(area for area, size in zip(areas, sizes, strict=True) if 5 * size >= max(sizes))


def _stated_areas(tree: Any) -> list[Any]:
    return tree.findall(".//*[@itemprop='articleBody']")


def _named_areas(tree: Any) -> list[Any]:
    """Return the parts whose class or id says that they are the text of an article."""
    return [
        element
        for element in tree.iter("div", "section", "article", "main")
        for name in (element.get("class"), element.get("id"))
        if name and _BODY_NAME.search(name)
    ]


def _article_areas(tree: Any) -> list[Any]:
    return tree.findall(".//article")


def _main_areas(tree: Any) -> list[Any]:
    return tree.findall(".//main") or tree.findall(".//*[@role='main']")


def _words(lines: Iterable[str]) -> int:
    """Return the number of words."""
    words = 0
    for line in lines:
        spaced = line.count(" ") + 1
        words += spaced if len(line) < _LONG_WORD * spaced else spaced + unspaced_words(line)
    return words


def _running_words(tree: Any) -> int:
    """Return the number of words in those texts between two tags that are as long as a sentence."""
    texts = (" ".join(text.split()) for text in tree.itertext() if len(text) > _SENTENCE)
    return _words(text for text in texts if len(text) > _SENTENCE)


def _paragraph_words(tree: Any) -> int:
    """Return the number of words in the page's paragraphs that are as long as two sentences."""
    texts = ("".join(p.itertext()) for p in tree.iter("p"))
    return _words(text for text in texts if len(text) > 2 * _SENTENCE)


def _trafilatura(tree: Any, **options: Any) -> list[str]:
    """Return the lines that trafilatura takes for the body."""
    import trafilatura

    try:
        found = trafilatura.bare_extraction(
            tree, include_comments=False, with_metadata=False, **options
        )
    except (
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        IndexError,
        RecursionError,
        AssertionError,
    ) as error:
        logger.debug("trafilatura gave up: %s", error)
        return []
    if found is None:
        return []
    text = found.text if hasattr(found, "text") else found.get("text")
    return [line for line in clean(text or "").split("\n") if line]


def _wide() -> Any:
    """Return options that favour neither precision nor recall, without trafilatura's second go at long pages.

    That go takes half of its time, and what it adds on our development pages we throw away again.
    """
    from trafilatura.settings import Extractor

    options = Extractor(output_format="python", fast=True, comments=False)
    options.focus = "wide"  # any word but its own three: "balanced" is the one that tries again
    return options


def _resiliparse(text: str) -> list[str]:
    """Return the lines that resiliparse takes for the body."""
    from resiliparse.extract.html2text import extract_plain_text

    try:
        found = extract_plain_text(
            text,
            main_content=True,
            alt_texts=False,
            links=False,
            form_fields=False,
            noscript=False,
            comments=False,
        )
    except (ValueError, RuntimeError, TypeError):
        return []
    return [line.lstrip("•- ") for line in clean(found).split("\n") if line]


def _stated_body(facts: metadata.PageFacts) -> list[str]:
    """Return the body that JSON-LD carries, line by line."""
    if not facts.body:
        return []
    body = facts.body
    if "<" in body or "&" in body:
        body = plain(body)
    return [line for line in clean(body).split("\n") if line]


def plain(markup: str) -> str:
    """Return the text of a piece of markup, block elements as line breaks."""
    text = _COMMENT.sub(" ", markup)
    text = _RAW.sub(" ", text)
    text = _BLOCK.sub("\n", text)
    text = _INLINE.sub("", text)
    return unescape(_MARKUP.sub(" ", text))


def _refuse_non_articles(lines: list[str], facts: metadata.PageFacts) -> None:
    """Raise for error pages and consent walls."""
    words = sum(len(line.split()) for line in lines)
    title = facts.title or ""
    if words < 80 and _NOT_FOUND.search(title):
        raise DocumentError("no_article", f"an error page: {title[:100]!r}")
    joined = " ".join(lines)
    if words < 120 and len(_CONSENT.findall(joined)) >= 3 and not facts.is_article:
        raise DocumentError("no_article", "a consent or cookie page")


def _guess_date(tree: Any, url: str | None) -> dates.Moment | None:
    """Return the date that htmldate reads from the page, if any."""
    found = dates.from_url(url)
    if found and found.precision == "day":
        return None  # build() takes it, with its own basis
    import htmldate

    try:
        value = htmldate.find_date(
            tree, original_date=True, extensive_search=False, outputformat="%Y-%m-%d"
        )
    except (
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        IndexError,
        RecursionError,
        OverflowError,
    ) as error:
        logger.debug("htmldate gave up: %s", error)
        return None
    return dates.parse(value)


def _draft(lines: list[str], facts: metadata.PageFacts, url: str | None, extractor: str) -> Draft:
    """Return the article of a page from its lines and what it states."""
    found = layout.take_apart("\n".join(lines), title=facts.title, from_markup=True)
    dateline = found.dateline
    published, basis = facts.published, "metadata"
    if published is None and found.published is not None:
        published, basis = found.published, "text"
    subtitle = (facts.subtitle or "").strip(" |") or None
    paragraphs = list(found.paragraphs)
    lead = f"{dateline.raw if dateline else ''} {paragraphs[0] if paragraphs else ''}"
    if subtitle and (_same_start(subtitle, lead) or _same_start(subtitle, (*paragraphs, "")[0])):
        subtitle = None  # a description that only repeats the lead
    return Draft(
        paragraphs=paragraphs,
        extractor=extractor,
        title=facts.title or found.title,
        subtitle=subtitle,
        byline=facts.byline or found.byline,
        authors=facts.authors or found.authors,
        publisher=facts.publisher,
        agency=found.agency,
        section=facts.section,
        url=url or facts.url or facts.canonical_url,
        canonical_url=facts.canonical_url,
        published=published,
        published_basis=basis if published else None,
        modified=facts.modified,
        dateline=dateline.raw if dateline else None,
        dateline_place=dateline.place if dateline else None,
        dateline_date=dateline.day if dateline else None,
        dateline_month_day=dateline.month_day if dateline else None,
        language=facts.language,
        removed=found.removed,
    )


def _same_start(one: str, other: str) -> bool:
    a, b = re.sub(r"\W+", "", one).casefold(), re.sub(r"\W+", "", other).casefold()
    return bool(a) and b.startswith(a[:60])


def fragment_draft(markup: str, title: str | None, settings: ParseSettings) -> Draft | None:
    """Return the article in a piece of markup without a page around it, as feeds and records carry it.

    ``None`` if there is no text in it.
    """
    head = markup[:3000].lower()
    if "<html" in head or "<body" in head:
        draft = page_draft(markup, None, settings)
        draft.title = title or draft.title
        return draft
    check_markup(markup, settings)
    captions = [
        clean_line(plain(m.group()))
        for m in re.finditer(
            r"<figcaption\b.{0,2000}?</figcaption>", markup, re.IGNORECASE | re.DOTALL
        )
    ]
    body = re.sub(
        r"<(figure|aside|nav|form|button)\b[^>]*>.{0,20000}?</\1\s*>",
        "\n",
        markup,
        flags=re.IGNORECASE | re.DOTALL,
    )
    text = plain(re.sub(r"\s*\n\s*", " ", body) if _BLOCK.search(body) else body)
    found = layout.take_apart(text, title=title, from_markup=True)
    if not found.paragraphs:
        return None
    dateline = found.dateline
    return Draft(
        paragraphs=found.paragraphs,
        extractor="fragment",
        title=title or found.title,
        byline=found.byline,
        authors=found.authors,
        agency=found.agency,
        published=found.published,
        published_basis="text" if found.published else None,
        dateline=dateline.raw if dateline else None,
        dateline_place=dateline.place if dateline else None,
        dateline_date=dateline.day if dateline else None,
        dateline_month_day=dateline.month_day if dateline else None,
        removed=[*(Removed(kind="caption", text=c) for c in captions if c), *found.removed],
    )


def sniff(head: bytes, name: str) -> int:
    """Recognise markup by its first tags."""
    named = name.endswith((".html", ".htm", ".xhtml", ".shtml", ".php", ".asp", ".aspx"))
    start = head[:4096]
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = start.replace(b"\x00", b"")
    stripped = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if stripped[:15].lower().startswith((b"<!doctype html", b"<html")):
        return 9
    if (
        stripped.startswith(b"<")
        and _SNIFF.search(stripped[:2048])
        and not (stripped.startswith(b"<?xml") and b"<html" not in stripped.lower())
    ):
        return 7 if named else 6
    if named and b"<" in start:
        return 6
    return 3 if named else 0


FORMAT = Format(
    name="html",
    suffixes=(".html", ".htm", ".xhtml", ".shtml"),
    sniff=sniff,
    read=read_one("html"),
    parse=parse,
)
