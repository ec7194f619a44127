"""Write one article in every format that we read: ``python tests/samples/make.py`` makes the files beside it.

The files are kept, so that a reader is tested with bytes that it did not write itself yesterday. Binary ones differ from
one version of their library to the next; that is no reason to make them again.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet as pq
import zstandard

HERE = Path(__file__).parent
TITLE = "Ministers agree border truce after three days of talks"
BYLINE = "By Jane Roe and John Doe"
PUBLISHER = "Lakeside Wire"
URL = "https://lakeside-wire.example/2022/06/14/border-truce.html"
TIME = "2022-06-14T09:30:00Z"
DATELINE = "GENEVA, June 14, 2022 (AP) - "
BODY = (
    "Ministers from two neighbouring states agreed on Tuesday to a border truce, officials said.",
    "“We have signed the text,” the foreign minister, Anna Keller, told reporters.",
    "The defence ministry said troops would withdraw five kilometres from the line.",
    "Observers will report to the joint commission every week, according to the statement.",
)
TEXT = DATELINE + "\n\n".join(BODY)
PLAIN = f"{TITLE}\n\n{BYLINE}\n\n{TEXT}\n"
MARKUP = "".join(f"<p>{p}</p>" for p in (DATELINE + BODY[0], *BODY[1:]))


def page(doctype: str = "<!doctype html>", root: str = '<html lang="en">') -> str:
    linked = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": TITLE,
        "datePublished": TIME,
        "author": [
            {"@type": "Person", "name": "Jane Roe"},
            {"@type": "Person", "name": "John Doe"},
        ],
        "publisher": {"@type": "Organization", "name": PUBLISHER},
    }
    return (
        f'{doctype}\n{root}<head><meta charset="utf-8"/><title>{TITLE} | {PUBLISHER}</title>'
        f'<link rel="canonical" href="{URL}"/>'
        f'<script type="application/ld+json">{json.dumps(linked)}</script></head><body>'
        f'<nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li></ul></nav>'
        f"<article><h1>{TITLE}</h1>{MARKUP}</article>"
        f"<footer>Copyright © 2024 {PUBLISHER}</footer></body></html>\n"
    )


def records() -> dict[str, object]:
    """Return the article as the exports of services and libraries have it, by the name of the sample."""
    people = ["Jane Roe", "John Doe"]
    webhose = {"thread": {"site": PUBLISHER}, "url": URL, "author": BYLINE, "published": TIME, "title": TITLE,
               "text": TEXT, "language": "english", "crawled": "2022-06-14T12:00:00Z"}  # fmt: skip
    newsapi = {"source": {"id": None, "name": PUBLISHER}, "author": BYLINE, "title": TITLE, "description": BODY[0],
               "url": URL, "publishedAt": TIME, "content": TEXT}  # fmt: skip
    registry = {"uri": "7", "lang": "eng", "dateTime": TIME, "url": URL, "title": TITLE, "body": TEXT,
                "source": {"uri": "lakeside-wire.example", "title": PUBLISHER}, "authors": [{"name": n} for n in people]}  # fmt: skip
    please = {"authors": people, "date_publish": "2022-06-14 09:30:00", "filename": "a.html", "language": "en",
              "maintext": TEXT, "source_domain": PUBLISHER, "title": TITLE, "title_page": None, "url": URL}  # fmt: skip
    crawl = {"requested_url": URL, "plain_text": TEXT, "published_date": TIME, "title": TITLE, "author": BYLINE,
             "sitename": PUBLISHER, "tags": [], "language": "en"}  # fmt: skip
    gdelt = {"url": URL, "title": TITLE, "seendate": "20220614T093000Z", "domain": PUBLISHER, "language": "English",
             "sourcecountry": "Switzerland", "text": TEXT, "author": BYLINE}  # fmt: skip
    ninjs = {"uri": "urn:example:1", "type": "text", "versioncreated": TIME, "language": "en", "byline": BYLINE,
             "pubstatus": "usable"}  # fmt: skip
    return {
        "json/plain.json": {"title": TITLE, "text": TEXT, "date": TIME, "author": BYLINE, "publisher": PUBLISHER, "url": URL},
        "json/webhose.json": webhose,
        "json/newsapi.json": {"status": "ok", "totalResults": 1, "articles": [newsapi]},
        "json/event-registry.json": {"articles": {"results": [registry]}},
        "json/news-please.json": please,
        "json/common-crawl.json": [crawl],
        "json/gdelt-doc.json": {"articles": [gdelt]},
        "ninjs/v1.json": {**ninjs, "headline": TITLE, "body_xhtml": MARKUP, "source": PUBLISHER},
        "ninjs/v2.json": {**ninjs, "headlines": [{"role": "main", "value": TITLE}], "infosource": [{"name": PUBLISHER}],
                          "bodies": [{"role": "main", "contenttype": "text/plain", "value": TEXT}]},
        "ninjs/v3.json": {**ninjs, "standard": {"name": "ninjs", "version": "3.0"}, "infoSources": [{"name": PUBLISHER}],
                          "headlines": [{"role": "main", "value": TITLE}],
                          "bodies": [{"role": "main", "contentType": "text/html", "value": MARKUP}]},
    }  # fmt: skip


def rows(delimiter: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(["title", "text", "date", "author", "publisher", "url"])
    writer.writerow([TITLE, TEXT, TIME, BYLINE, PUBLISHER, URL])
    return out.getvalue()


def table() -> pa.Table:
    row = {
        "title": TITLE,
        "text": TEXT,
        "date": TIME,
        "author": BYLINE,
        "publisher": PUBLISHER,
        "url": URL,
    }
    return pa.Table.from_pylist([row])


def warc(kind: str, media: str, block: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {URL}\r\nWARC-Date: 2022-06-15T00:00:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        f"Content-Type: {media}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def http() -> bytes:
    body = page().encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def arc() -> bytes:
    version = b"1 0 Example\nURL IP-address Archive-date Content-type Archive-length\n"
    first = (
        b"filedesc://a.arc 0.0.0.0 20220615000000 text/plain %d\n" % len(version) + version + b"\n"
    )
    block = http()
    return (
        first + f"{URL} 127.0.0.1 20220615000000 text/html {len(block)}\n".encode() + block + b"\n"
    )


def feeds() -> dict[str, str]:
    escaped = MARKUP.replace("&", "&amp;").replace("<", "&lt;")
    return {
        "feed/feed.rss": '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{PUBLISHER}</title><language>en</language><item><title>{TITLE}</title><link>{URL}</link>"
        f"<pubDate>Tue, 14 Jun 2022 09:30:00 GMT</pubDate><dc:creator>{BYLINE}</dc:creator>"
        f"<content:encoded><![CDATA[{MARKUP}]]></content:encoded></item></channel></rss>\n",
        "feed/feed.atom": '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f'<title>{PUBLISHER}</title><entry><title>{TITLE}</title><link rel="alternate" href="{URL}"/>'
        f"<published>{TIME}</published><author><name>Jane Roe</name></author><author><name>John Doe</name></author>"
        f'<content type="html">{escaped}</content></entry></feed>\n',
    }


def agency() -> dict[str, str]:
    nitf = (
        f'<nitf><head><title>{TITLE}</title><docdata><date.issue norm="20220614T093000Z"/>'
        f'<doc.copyright holder="{PUBLISHER}"/></docdata></head><body><body.head><hedline><hl1>{TITLE}</hl1></hedline>'
        f"<byline>{BYLINE}</byline><dateline><location>GENEVA</location></dateline></body.head>"
        f"<body.content>{MARKUP}</body.content></body></nitf>"
    )
    xml = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return {
        "newsxml/nitf.xml": xml + nitf + "\n",
        "newsxml/newsml-1.2.xml": xml
        + "<NewsML><NewsEnvelope><DateAndTime>20220614T093000Z</DateAndTime></NewsEnvelope><NewsItem>"
        "<Identification><NewsIdentifier><ProviderId>lakeside-wire.example</ProviderId><DateId>20220614</DateId>"
        "<NewsItemId>1</NewsItemId></NewsIdentifier></Identification><NewsManagement><NewsItemType FormalName='News'/>"
        "<FirstCreated>20220614T093000Z</FirstCreated></NewsManagement><NewsComponent><NewsLines>"
        f"<HeadLine>{TITLE}</HeadLine><ByLine>{BYLINE}</ByLine><DateLine>GENEVA</DateLine></NewsLines>"
        f"<AdministrativeMetadata><Provider><Party FormalName='{PUBLISHER}'/></Provider></AdministrativeMetadata>"
        f"<NewsComponent><ContentItem><DataContent>{MARKUP}</DataContent></ContentItem></NewsComponent></NewsComponent>"
        "</NewsItem></NewsML>\n",
        "newsxml/newsml-g2.xml": xml
        + '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:example:1" standard="NewsML-G2" '
        f'standardversion="2.25"><itemMeta><provider literal="{PUBLISHER}"/><versionCreated>{TIME}</versionCreated>'
        f"<firstCreated>{TIME}</firstCreated></itemMeta><contentMeta><by>{BYLINE}</by><headline>{TITLE}</headline>"
        f'<infoSource literal="{PUBLISHER}"><name>{PUBLISHER}</name></infoSource></contentMeta><contentSet>'
        '<inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>'
        f"<body>{MARKUP}</body></html></inlineXML></contentSet></newsItem>\n",
        "sgml/reuters.sgm": '<!DOCTYPE lewis SYSTEM "lewis.dtd">\n<REUTERS TOPICS="NO" NEWID="1">\n'
        "<DATE>14-JUN-2022 09:30:00.00</DATE>\n<UNKNOWN>&#5;&#5;&#5;C T</UNKNOWN>\n<TEXT>&#2;\n"
        f"<TITLE>{TITLE}</TITLE>\n<AUTHOR>    {BYLINE}</AUTHOR>\n<DATELINE>    GENEVA, June 14 - </DATELINE><BODY>"
        + "\n    ".join(BODY)
        + "\n Reuter\n&#3;</BODY></TEXT>\n</REUTERS>\n",
    }  # fmt: skip


def mail() -> str:
    return (
        f"From: {PUBLISHER} <desk@lakeside-wire.example>\nTo: readers@lakeside-wire.example\nSubject: {TITLE}\n"
        "Date: Tue, 14 Jun 2022 09:30:00 +0000\nMIME-Version: 1.0\n"
        'Content-Type: multipart/alternative; boundary="b1"\n\n--b1\nContent-Type: text/plain; charset=utf-8\n\n'
        f"{BYLINE}\n\n{TEXT}\n\nUnsubscribe: https://lakeside-wire.example/u\n--b1\n"
        f"Content-Type: text/html; charset=utf-8\n\n{page()}\n--b1--\n"
    )


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, (2022, 6, 14, 9, 30, 0)), data)
    return out.getvalue()


def tarred(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def samples() -> dict[str, bytes]:
    """Return the bytes of every sample by its path."""
    plain = PLAIN.encode()
    rtf = PLAIN.replace("“", r"\ldblquote ").replace("”", r"\rdblquote ").replace("\n", "\\par\n")
    wire = f"\x01lsw001 4 i 1 lsw 0001\r\nTruce/\r\n\x02{TITLE}\r\n{BYLINE}\r\n   {TEXT}\r\n\x03140930 GMT jun 22\r\n\x04"
    found: dict[str, bytes] = {
        "text/plain.txt": plain,
        "text/address.txt": f"{URL}\r\n\r\n{PLAIN}".replace("\n", "\r\n").replace("\r\r", "\r").encode(),
        "text/utf-16.txt": b"\xff\xfe" + PLAIN.encode("utf-16-le"),
        "rtf/plain.rtf": (r"{\rtf1\ansi\ansicpg1252 " + rtf + "}").encode("ascii"),
        "html/page.html": page().encode(),
        "html/page.xhtml": page('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" '
                                '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">',
                                '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en">').encode(),
        "csv/table.csv": rows(",").encode(),
        "csv/table.tsv": rows("\t").encode(),
        "warc/crawl.warc.gz": gzip.compress(warc("response", "application/http; msgtype=response", http()), mtime=0),
        "warc/text.wet": warc("conversion", "text/plain", plain),
        "arc/crawl.arc.gz": gzip.compress(arc(), mtime=0),
        "iptc7901/wire.txt": wire.encode(),
        "mail/letter.eml": mail().encode(),
        "mbox/letters.mbox": ("From desk@lakeside-wire.example Tue Jun 14 09:30:00 2022\n" + mail() + "\n").encode(),
        "zip/folder.zip": zipped(("2022/truce.txt", plain)),
        "zip/nested.zip": zipped(("inner.tar", tarred(("truce.txt", plain)))),
        "tar/folder.tar": tarred(("2022/truce.txt", plain)),
        "tar/folder.tgz": gzip.compress(tarred(("2022/truce.txt", plain)), mtime=0),
        "compression/plain.txt.gz": gzip.compress(plain, mtime=0),
        "compression/plain.txt.bz2": bz2.compress(plain),
        "compression/plain.txt.xz": lzma.compress(plain),
        "compression/plain.txt.zst": zstandard.compress(plain),
    }  # fmt: skip
    found |= {name: value.encode() for name, value in {**feeds(), **agency()}.items()}
    found |= {
        name: json.dumps(value, ensure_ascii=False).encode() for name, value in records().items()
    }
    line = json.dumps(records()["json/plain.json"], ensure_ascii=False)
    found["json/lines.jsonl"] = f"{line}\n".encode()
    try:
        import lz4.frame
    except ImportError:
        pass
    else:
        found["compression/plain.txt.lz4"] = lz4.frame.compress(plain)
    buffer = io.BytesIO()
    pq.write_table(table(), buffer)
    found["parquet/table.parquet"] = buffer.getvalue()
    for name, options in (
        ("arrow/table.feather", {}),
        ("arrow/table.arrow", {"compression": "uncompressed"}),
    ):
        buffer = io.BytesIO()
        pyarrow.feather.write_feather(table(), buffer, **options)
        found[name] = buffer.getvalue()
    return found


def main() -> None:
    for name, data in samples().items():
        path = HERE / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main()
