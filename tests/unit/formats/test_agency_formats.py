from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.formats.helpers import BODY, TITLE, articles, check, read, reasons

P = "".join(f"<p>{p}</p>" for p in BODY)
TEXT = "\n\n".join(BODY)
NITF = (
    '<nitf><head><title>slug</title><docdata><doc-id id-string="x.1"/><date.issue norm="20220614T093000Z"/>'
    f'<doc.copyright holder="Example Wire" year="2024"/></docdata></head><body><body.head><hedline><hl1>{TITLE}</hl1></hedline>'
    "<byline>By JANE ROE<byttl>Staff Writer</byttl></byline><dateline><location>GENEVA</location></dateline></body.head>"
    f"<body.content><media><media-caption>Jane at work</media-caption></media>{P}</body.content></body></nitf>"
)
G2 = (
    '<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet><newsItem guid="urn:x:1" xml:lang="en"><itemMeta>'
    '<provider literal="Example Wire"/><versionCreated>2022-06-14T09:30:00Z</versionCreated></itemMeta><contentMeta>'
    f"<by>Jane Roe</by><dateline>GENEVA, June 14 (EW) -</dateline><headline>{TITLE}</headline></contentMeta><contentSet>"
    f'<inlineXML><html xmlns="http://www.w3.org/1999/xhtml"><body>{P}</body></html></inlineXML></contentSet></newsItem>'
    "</itemSet></newsMessage>"
)
NEWSML = (
    '<NewsML Version="1.2"><NewsItem xml:lang="en"><Identification><NewsIdentifier><PublicIdentifier>urn:x:1</PublicIdentifier>'
    "</NewsIdentifier></Identification><NewsManagement><FirstCreated>20220614T093000Z</FirstCreated></NewsManagement>"
    f"<NewsComponent><NewsLines><HeadLine>{TITLE}</HeadLine><ByLine>Jane Roe</ByLine><DateLine>GENEVA, June 14, 2022 (EW) -</DateLine>"
    '</NewsLines><AdministrativeMetadata><Provider><Party FormalName="Example Wire"/></Provider></AdministrativeMetadata>'
    f"<ContentItem><DataContent>{P}</DataContent></ContentItem></NewsComponent></NewsItem></NewsML>"
)


@pytest.mark.parametrize("markup", [NITF, G2, NEWSML])
@pytest.mark.parametrize(
    "head",
    [
        "",
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        '<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "nitf.dtd">\n',
    ],
)
def test_agency_xml(markup, head):
    (found,) = articles((head + markup).encode(), "a.xml")
    assert (found.title, found.text) == (TITLE, TEXT)
    assert str(found.published_at) == "2022-06-14 09:30:00+00:00"
    assert (found.dateline_place, found.publisher, found.authors) == (
        "GENEVA",
        "Example Wire",
        ("Jane Roe",),
    )
    assert found.source_id in ("x.1", "urn:x:1")
    check(found)


def test_entities_of_the_document_are_refused():
    for dtd in (
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY a "lol"><!ENTITY b "&a;&a;">',
        '<!ENTITY % p SYSTEM "x"> %p;',
    ):
        assert reasons(f"<?xml version='1.0'?><!DOCTYPE nitf [{dtd}]>{NITF}".encode(), "a.xml") == [
            "unsafe"
        ]


def test_other_xml():
    assert reasons(b'<?xml version="1.0"?><svg><text>hi</text></svg>', "a.xml") == ["unsupported"]
    assert reasons(b'<?xml version="1.0"?><packageItem><x/></packageItem>', "a.xml") == [
        "no_article"
    ]
    records = "".join(
        f"<doc><title>{TITLE}</title><body>{P}</body><date>2022-06-14</date></doc>"
        for _ in range(2)
    )
    found = articles(f'<?xml version="1.0"?><docs>{records}</docs>'.encode(), "a.xml")
    assert [(a.title, a.text, str(a.published_at)[:10]) for a in found] == [
        (TITLE, TEXT, "2022-06-14")
    ] * 2


def test_broken_xml_is_read_as_far_as_it_goes():
    assert reasons(NITF.replace("</body.content>", "").encode(), "a.xml") == ["ok"]
    deep = "<nitf>" + "<p>" * 3000 + "x"
    assert reasons(deep.encode(), "a.xml") == ["too_deep"]


ITEM = "<item><title>{t}</title><link>https://example.net/{n}</link><guid>g{n}</guid><pubDate>Tue, 14 Jun 2022 09:30:00 GMT</pubDate><description>{d}</description></item>"


@pytest.mark.parametrize("body", [f"<![CDATA[{P}]]>", P.replace("<", "&lt;").replace(">", "&gt;")])
def test_feeds(body):
    items = "".join(ITEM.format(t=TITLE, n=n, d=body) for n in range(3))
    found = articles(
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Example Wire</title>{items}</channel></rss>'.encode(),
        "a",
    )
    assert [(a.title, a.text, a.source_id, a.url) for a in found] == [
        (TITLE, TEXT, f"g{n}", f"https://example.net/{n}") for n in range(3)
    ]
    assert {(a.publisher, str(a.published_at)) for a in found} == {
        ("Example Wire", "2022-06-14 09:30:00+00:00")
    }


def test_atom_and_undeclared_entities():
    entry = (f'<entry><title>Caf&eacute; talks &amp; truce</title><id>tag:x</id><link href="https://example.net/1"/><author><name>Jane Roe</name>'
             f'</author><updated>2022-06-14T09:30:00Z</updated><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{P}</div></content></entry>')  # fmt: skip
    (found,) = articles(
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title>{entry}</feed>'.encode(),
        "a.atom",
    )
    assert (found.title, found.text, found.url, found.authors) == (
        "Café talks & truce",
        TEXT,
        "https://example.net/1",
        ("Jane Roe",),
    )


def test_reuters_sgml():
    body = "\n    ".join(BODY)
    item = (f'<REUTERS TOPICS="YES" NEWID="{{n}}">\n<DATE>14-JUN-1987 09:30:01.50</DATE>\n<TOPICS><D>crude</D></TOPICS>\n<UNKNOWN>&#5;&#5;&#5;C T</UNKNOWN>\n'
            f"<TEXT>&#2;\n<TITLE>{TITLE.upper()}</TITLE>\n<AUTHOR>    By JANE ROE, Reuters</AUTHOR>\n<DATELINE>    GENEVA, June 14 - </DATELINE><BODY>{body}\n Reuter\n&#3;</BODY></TEXT>\n</REUTERS>\n")  # fmt: skip
    payload = '<!DOCTYPE lewis SYSTEM "lewis.dtd">\n' + item.format(n=1) + item.format(n=2)
    found = articles(payload.encode(), "a.sgm")
    assert [(a.source_id, a.title, a.text) for a in found] == [
        (n, TITLE.upper(), TEXT) for n in "12"
    ]
    assert {
        (a.dateline_place, str(a.dateline_date), str(a.published_at), a.section, a.authors)
        for a in found
    } == {("GENEVA", "1987-06-14", "1987-06-14 09:30:01+00:00", "crude", ("Jane Roe",))}
    assert reasons(payload[:-30].encode(), "a.sgm") == ["ok", "truncated"]


def test_iptc_7901():
    import textwrap

    body = "\r\n".join("   " + "\r\n".join(textwrap.wrap(p, 60)) for p in BODY)
    message = f"\x01eca062 4 i 211 ccccb   dpa 061\r\nTalks-truce/\r\n\x02{TITLE} =\r\n\r\n{body}\r\n# dpa NOTEBOOK\r\n## Internet\r\n\x03141130 Jun 22"
    (found,) = articles(message.encode(), "a.txt")
    assert (found.title, found.text, found.agency, found.section) == (
        TITLE,
        TEXT,
        "dpa",
        "Talks-truce",
    )


@pytest.mark.parametrize(
    "item",
    [
        {"uri": "urn:x:1", "type": "text", "versioncreated": "2022-06-14T09:30:00Z", "headline": TITLE, "byline": "By Jane Roe",
         "body_xhtml": P, "located": "Geneva"},
        {"uri": "urn:x:1", "type": "text", "standard": {"name": "ninjs", "version": "3.0"}, "versionCreated": "2022-06-14T09:30:00Z",
         "headlines": [{"role": "main", "value": TITLE}], "by": "Jane Roe", "bodies": [{"contentType": "text/html", "value": P}],
         "located": "Geneva"},
    ],
)  # fmt: skip
def test_ninjs(item):
    (found,) = articles(json.dumps(item).encode(), "a.json")
    assert (found.source_format, found.title, found.text, found.source_id) == (
        "ninjs",
        TITLE,
        TEXT,
        "urn:x:1",
    )
    assert (str(found.published_at), found.authors, found.dateline_place) == (
        "2022-06-14 09:30:00+00:00",
        ("Jane Roe",),
        "Geneva",
    )


MAIL = (
    "From: Example Wire <news@example.net>\nTo: list@example.org\nSubject: =?utf-8?q?Ministers_agree_truce_=E2=80=93_talks?=\n"
    "Date: Tue, 14 Jun 2022 09:30:00 +0000\nMIME-Version: 1.0\nMessage-ID: <m1@example.net>\n"
    'Content-Type: multipart/alternative; boundary="b1"\n\n--b1\nContent-Type: text/plain; charset=utf-8\n\n'
    + TEXT + "\n\nUnsubscribe: https://example.net/u\n--b1\nContent-Type: text/html; charset=utf-8\n\n" + P + "\n--b1--\n"
)  # fmt: skip


def test_mail():
    (found,) = articles(MAIL.encode(), "a.eml")
    assert (found.title, found.text, found.publisher, found.source_id) == (
        "Ministers agree truce – talks",
        TEXT,
        "Example Wire",
        "m1@example.net",
    )
    line = "From news@example.net Tue Jun 14 09:30:00 2022\n"
    found = articles((line + MAIL + "\n" + line + MAIL + "\n").encode(), "a")
    assert [(a.record_offset, a.text) for a in found] == [(0, TEXT), (1, TEXT)]


@given(st.data())
def test_flipped_bytes_never_escape(data):
    for payload, name in (
        (NITF, "a.xml"),
        (G2, "a.xml"),
        (MAIL, "a.eml"),
        ("\x01a 1 dpa 2\r\n\x02T\r\nx\x03", "a"),
    ):
        broken = bytearray(payload.encode())
        for _ in range(data.draw(st.integers(1, 4))):
            broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
        assert read(bytes(broken), name)
