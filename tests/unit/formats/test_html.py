from __future__ import annotations

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.formats.helpers import BODY, TITLE, articles, check, read, reasons
from transforms.formats import html


def page(body=None, head="", title=TITLE, charset="utf-8", site=" | Example Wire"):
    paragraphs = "".join(f"<p>{p}</p>" for p in (body or BODY))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="{charset}"><title>{title}{site}</title>{head}</head>'
        f'<body><nav><a href="/">Home</a><a href="/w">World</a></nav><article><h1>{title}</h1>{paragraphs}</article>'
        "<aside>Related: Read more about talks</aside><footer>Copyright © 2024 Example Wire</footer></body></html>"
    )


LINKED = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
 {"@type": "WebSite", "name": "Example"}, {"@type": "NewsArticle", "headline": "Ministers agree border truce",
 "datePublished": "2022-06-14T11:30:00+02:00", "dateModified": "2022-06-15T08:00:00Z",
 "author": [{"@type": "Person", "name": "Jane Roe"}, {"@type": "Person", "name": "John Doe"}],
 "publisher": {"@type": "Organization", "name": "Example Wire"}, "articleSection": "World"}]}</script>"""


def test_the_article_without_the_page():
    (found,) = articles(page().encode(), "a.html")
    assert found.title == TITLE
    assert found.text == "\n\n".join(BODY)
    assert found.language == "en"
    check(found)


def paragraphs(first, count):
    return "".join(
        f"<p>Ministers agreed on point {n} of the truce on Tuesday, officials said, and troops would withdraw from "
        f"line {n} within {n + 3} days.</p>"
        for n in range(first, first + count)
    )


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (f"<div class='entry-content'>{paragraphs(1, 6)}</div><div>{paragraphs(7, 1)}</div>", 6),
        (f"<div class='entry-content'>{paragraphs(1, 1)}</div><div>{paragraphs(2, 6)}</div>", 7),
        (f"<div class='entry-content'>{paragraphs(1, 3)}</div><div>{paragraphs(4, 6)}</div>", 9),
        (f"<div class='card'><p>Read our letter.</p></div><article>{paragraphs(1, 7)}</article>", 7),
        (f"<div class='entry-content'>{paragraphs(1, 4)}</div><div class='comments'>{paragraphs(5, 6)}</div>", 4),
        (f"<div>{paragraphs(1, 6)}</div>", 6),
        (f"<article><h3>Other</h3>{paragraphs(90, 1)}</article><article>{paragraphs(1, 9)}</article>", 9),
        (f"<article><h1>{TITLE}</h1>{paragraphs(1, 5)}</article><article>{paragraphs(6, 3)}</article>", 5),
    ],
)  # fmt: skip
def test_an_area_named_for_the_article_is_believed_unless_most_of_the_text_is_elsewhere(
    body, count
):
    (found,) = articles(f"<html><body><h1>{TITLE}</h1>{body}</body></html>".encode(), "a.html")
    assert len([p for p in found.text.split("\n\n") if "of the truce" in p]) == count
    assert "Read our letter" not in found.text


def test_text_without_spaces_is_measured_by_its_characters():
    body = "".join(
        f"<p>第{n}項について両国の閣僚は火曜日に合意したと当局者が述べた。部隊は{n + 3}日以内に境界線から撤退する。</p>"
        for n in range(1, 9)
    )
    markup = f"<html><body><article><h1>停戦</h1>{body}</article></body></html>"
    (found,) = articles(markup.encode(), "a.html")
    assert found.text.count("について両国の閣僚") == 8
    assert html._words([found.text.replace("\n", "")]) > 100


def test_linked_data_states_date_authors_publisher():
    (found,) = articles(page(head=LINKED).encode(), "a.html")
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2022-06-14T09:30:00+00:00"
    assert found.modified_at is not None
    assert (found.authors, found.publisher, found.section) == (
        ("Jane Roe", "John Doe"),
        "Example Wire",
        "World",
    )


def titled(*, og=None, heading=None, element=None, linked=None, site=None):
    head = f'<meta property="og:title" content="{og}">' if og else ""
    head += f'<meta property="og:site_name" content="{site}">' if site else ""
    head += f"<title>{element}</title>" if element else ""
    if linked:
        value = json.dumps({"@type": "NewsArticle", "headline": linked})
        head += f'<script type="application/ld+json">{value}</script>'
    body = f"<h1>{heading}</h1>" if heading else ""
    body += "".join(f"<p>{p}</p>" for p in BODY)
    (found,) = articles(f"<html><head>{head}</head><body>{body}</body></html>".encode(), "a.html")
    return found.title


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ({"og": "Truce agreed at border", "heading": "LIVE: Ministers meet", "element": "x"}, "Truce agreed at border"),
        ({"og": "A word to the wise", "heading": "Ministers agree truce", "linked": "Ministers agree truce"},
         "Ministers agree truce"),
        ({"og": "Opinion | Ministers agree a truce", "heading": "Ministers agree a truce"}, "Ministers agree a truce"),
        ({"og": "The border truce - The Blog", "heading": "The Blog", "element": "The border truce - The Blog"},
         "The border truce"),
        ({"og": "Ministers agree ‘truce’ | Wire", "element": "Ministers agree ‘truce’ | Wire",
          "heading": "Ministers agree 'truce'"}, "Ministers agree ‘truce’"),
        ({"og": "Ministers agree truce：通信", "site": "通信"}, "Ministers agree truce"),
        ({"og": "Example Wire: Ministers agree truce", "site": "Example Wire"}, "Ministers agree truce"),
        ({"og": "Untitled page", "heading": "Ministers agree a truce"}, "Ministers agree a truce"),
        ({"element": "Untitled Document"}, None),
        ({"element": "Home", "heading": "Ministers agree a truce"}, "Ministers agree a truce"),
        ({"element": "Ministers agree a truce - World - Example", "heading": "Example"}, "Ministers agree a truce"),
    ],
)  # fmt: skip
def test_titles_are_what_the_page_mostly_says(stated, title):
    assert titled(**stated) == title


def test_the_name_of_the_site_is_no_author():
    head = '<meta property="og:site_name" content="Example Wire"><meta name="author" content="Example">'
    (found,) = articles(page(head=head).encode(), "a.html")
    assert found.authors == ()
    assert found.byline == "Example"


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2022-06-14T09:30:00Z">',
        '<meta name="pubdate" content="2022-06-14">',
        '<meta itemprop="datePublished" content="14 June 2022">',
        '<meta name="parsely-pub-date" content="2022-06-14T09:30:00Z">',
    ],
)
def test_dates_in_meta_elements(head):
    (found,) = articles(page(head=head).encode(), "a.html")
    assert found.published_at is not None
    assert found.published_at.date().isoformat() == "2022-06-14"
    assert found.published_basis == "metadata"


def test_a_copyright_year_is_no_date():
    (found,) = articles(page().encode(), "a.html")
    assert found.published_at is None


def test_the_dateline_is_taken_out_and_kept():
    (found,) = articles(page(["GENEVA (Reuters) - " + BODY[0], *BODY[1:]]).encode(), "a.html")
    assert found.text == "\n\n".join(BODY)
    assert (found.dateline, found.dateline_place, found.agency) == (
        "GENEVA (Reuters) -",
        "GENEVA",
        "Reuters",
    )


@pytest.mark.parametrize("dateline", ["", "GENEVA: "])
def test_a_description_that_repeats_the_lead_is_no_subtitle(dateline):
    lead = dateline + BODY[0]
    head = f'<meta name="description" content="{lead}">'
    (found,) = articles(page(body=[lead, *BODY[1:]], head=head).encode(), "a.html")
    assert found.subtitle is None
    head = '<meta name="description" content="| What it means for the valley">'
    (found,) = articles(page(head=head).encode(), "a.html")
    assert found.subtitle == "What it means for the valley"


def test_valid_utf8_wins_over_a_wrong_declaration():
    body = [b.replace("Keller", "Müller") for b in BODY]
    (found,) = articles(page(body, charset="iso-8859-1").encode(), "a.html")
    assert "Müller" in found.text
    (found,) = articles(page(body, charset="windows-1252").encode("cp1252"), "a.html")
    assert "Müller" in found.text


@pytest.mark.parametrize(
    "markup",
    [
        "<html><head><title>Home</title></head><body><nav><a href='/a'>A</a></nav></body></html>",
        page(["The page you requested could not be found."], title="404 Not Found", site=""),
        page(
            [
                "We value your privacy. We and our partners store cookies. Accept all. Reject all. Cookie policy."
            ]
        ),
    ],
)
def test_pages_without_an_article_are_rejects(markup):
    assert reasons(markup.encode(), "a.html")[0] in ("no_article", "too_short")


@pytest.mark.parametrize(
    ("markup", "allowed"),
    [
        ("<html><body>" + "<div>" * 50_000 + BODY[0] + "</div>" * 50_000, {"too_deep"}),
        (
            "<html><body><p "
            + " ".join(f'a{i}="1"' for i in range(60_000))
            + f">{BODY[0]}</p></body>",
            {"too_complex"},
        ),
        ("<html><body>" + "<b>x</b>" * 300_000, {"too_complex", "no_article", "too_short"}),
        ("<html><body>" + "<" * 500_000, {"too_complex"}),
        ("<html><body>" + "<!-- " * 200_000, {"no_article", "bad_format", "too_short"}),
        ("<html><body>" + "<p>" * 100_000, {"no_article", "bad_format", "too_short"}),
    ],
)
def test_hostile_markup_is_refused_in_time(markup, allowed):
    begun = time.perf_counter()
    assert set(reasons(markup.encode(), "a.html")) <= allowed
    assert time.perf_counter() - begun < 20


@given(st.text(alphabet="<>/\"'= abp!-&;\n\x00é", max_size=200))
def test_no_markup_raises_anything_undeclared(text):
    for name in ("a.html", "a.txt"):
        assert read(("<html><body>" + text).encode(), name)


@given(st.text("<>ab= ", max_size=80))
def test_long_tags_are_those_that_a_slow_search_finds(text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html, "_LONG_TAG", 8)
        found = [tag for tag in html._long_tags(text) if len(tag) > 8]
    assert found == re.findall(r"<([a-z][^<>]{8,})", text)
