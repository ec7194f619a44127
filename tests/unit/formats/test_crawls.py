from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.documents import Article
from schemas.outcomes import Reject
from tests.unit.formats.helpers import BODY, TEXT, TITLE, articles, read, reasons

PAGE = (f"<!doctype html><html><head><title>{TITLE}</title></head><body><article><h1>{TITLE}</h1>"
        + "".join(f"<p>{p}</p>" for p in BODY) + "</article></body></html>").encode()  # fmt: skip


def http(payload, *fields, status=200, media="text/html; charset=utf-8"):
    lines = [f"HTTP/1.1 {status} OK", f"Content-Type: {media}", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + payload


def warc(
    content,
    kind="response",
    url="https://example.net/2022/06/14/truce",
    length=None,
    media="application/http",
):
    head = (f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2022-06-14T09:40:00Z\r\n"
            f"Content-Type: {media}\r\nContent-Length: {len(content) if length is None else length}\r\n\r\n")  # fmt: skip
    return head.encode() + content + b"\r\n\r\n"


def test_pages_of_a_crawl_are_articles():
    payload = (
        warc(b"software: x", "warcinfo")
        + warc(http(PAGE))
        + warc(b"GET / HTTP/1.1", "request")
        + warc(http(PAGE))
    )
    for packed in (
        payload,
        gzip.compress(payload),
        b"".join(map(gzip.compress, (payload[:200], payload[200:]))),
    ):
        found = articles(packed, "crawl")
        assert [(a.title, a.record_offset, a.url) for a in found] == [
            (TITLE, n, "https://example.net/2022/06/14/truce") for n in (1, 3)
        ]
        assert found[0].published_basis == "url"


@pytest.mark.parametrize(
    "content",
    [
        http(gzip.compress(PAGE), "Content-Encoding: gzip"),
        http(zlib.compress(PAGE), "Content-Encoding: deflate"),
        http(
            b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (PAGE[:100], PAGE[100:]))
            + b"0\r\n\r\n",
            "Transfer-Encoding: chunked",
        ),
        http(PAGE, "Content-Encoding: gzip", "Transfer-Encoding: chunked"),
    ],
)
def test_codings_are_taken_off_whatever_the_header_says(content):
    assert [a.title for a in articles(warc(content), "a.warc")] == [TITLE]


def test_what_is_no_page_is_passed_over():
    others = (
        warc(http(b"\x89PNG", media="image/png")) + warc(http(PAGE, status=404)) + warc(http(PAGE, status=301))
        + warc(http(b"User-agent: *", media="text/plain"), url="https://example.net/robots.txt")
    )  # fmt: skip
    assert reasons(others + warc(http(PAGE)), "a.warc") == ["ok"]
    assert reasons(others, "a.warc") == ["no_article"]


def test_converted_text_is_plain_text():
    (found,) = articles(warc(TEXT.encode(), "conversion", media="text/plain"), "a.wet")
    assert (found.source_format, found.title) == ("text", TITLE)


def test_a_payload_that_was_cut_is_not_taken_for_whole():
    whole = warc(http(PAGE)) + warc(http(PAGE))
    found = read(whole[:-100], "a.warc")
    assert isinstance(found[0], Article)
    assert [(f.reason, f.record_offset) for f in found[1:] if isinstance(f, Reject)] == [
        ("truncated", 1)
    ]
    assert reasons(warc(http(PAGE), length=999_999) + warc(http(PAGE)), "a.warc") == ["truncated"]


def test_arc():
    content = http(PAGE)
    payload = b"filedesc://x.arc 127.0.0.1 20220614094000 text/plain 4\n1 0\n\n" + (
        b"https://example.net/a 127.0.0.1 20220614094000 text/html %d\n" % len(content)
    ) + content + b"\n"  # fmt: skip
    (found,) = articles(payload, "a.arc")
    assert (found.title, found.url, found.record_offset) == (TITLE, "https://example.net/a", 1)


@given(st.data())
def test_flipped_bytes_never_escape(data):
    broken = bytearray(warc(http(PAGE)) + warc(http(gzip.compress(PAGE))))
    for _ in range(data.draw(st.integers(1, 5))):
        broken[data.draw(st.integers(0, len(broken) - 1))] ^= data.draw(st.integers(1, 255))
    assert read(bytes(broken), "a.warc")
