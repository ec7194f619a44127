from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from schemas.documents import Article
from schemas.outcomes import Reject
from tests.unit.formats.helpers import TEXT, TITLE, articles, read, reasons
from transforms.formats.archives import is_safe
from transforms.formats.settings import ParseSettings

PLAIN = TEXT.encode()


def zipped(*members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, payload in members:
            archive.writestr(zipfile.ZipInfo(name), payload, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tarred(*members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, payload in members:
            info = tarfile.TarInfo(name)
            if payload is None:
                info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
                archive.addfile(info)
            else:
                info.size = len(payload)
                archive.addfile(info, io.BytesIO(payload))
    return out.getvalue()


def test_members_are_read_as_files():
    for payload in (zipped(("a.txt", PLAIN), ("d/b.txt.gz", gzip.compress(PLAIN))),
                    tarred(("a.txt", PLAIN), ("d/b.txt.gz", gzip.compress(PLAIN)))):  # fmt: skip
        for packed in (payload, gzip.compress(payload)):
            found = articles(packed, "news")
            assert [(a.member, a.title) for a in found] == [("a.txt", TITLE), ("d/b.txt.gz", TITLE)]
            assert len({a.article_id for a in found}) == 2


def test_an_archive_in_an_archive_is_read_to_a_depth():
    inner = zipped(("a.txt", PLAIN))
    (found,) = articles(zipped(("inner.zip", tarred(("x.zip", inner)))), "n.zip")
    assert found.member == "inner.zip!/x.zip!/a.txt"
    deep = inner
    for _ in range(4):
        deep = zipped(("inner.zip", deep))
    assert reasons(deep, "n.zip") == ["too_deep"]
    assert reasons(zipped(("inner.zip", inner)), "n.zip", ParseSettings(max_archive_depth=1)) == [
        "too_deep"
    ]


def test_names_that_leave_the_archive_and_links_are_refused():
    names = ("../a.txt", "/a.txt", "..\\a.txt", "C:\\a.txt", "b/../../a.txt")
    assert reasons(zipped(*((n, PLAIN) for n in names), ("ok.txt", PLAIN)), "n.zip") == [
        "unsafe"
    ] * 5 + ["ok"]
    assert reasons(tarred(("../a.txt", PLAIN), ("link.txt", None), ("ok.txt", PLAIN)), "n.tar") == [
        "unsafe",
        "unsafe",
        "ok",
    ]
    assert is_safe("a..b/c..txt")


def test_hidden_members_are_passed_over():
    assert reasons(
        zipped(("__MACOSX/._a.txt", b"\0"), (".DS_Store", b"\0"), ("a.txt", PLAIN)), "n.zip"
    ) == ["ok"]


def test_two_members_of_one_name_are_two_articles():
    found = articles(tarred(("a.txt", PLAIN), ("a.txt", PLAIN)), "n.tar")
    assert len({a.article_id for a in found}) == 2


def test_a_bomb_in_an_archive_is_not_unpacked():
    (found,) = read(zipped(("zeros.txt", b"\0" * 10_000_000)), "n.zip")
    assert isinstance(found, Reject)
    assert found.reason == "too_large"
    assert "max_unpack_ratio" in found.message


def test_broken_archives():
    good = zipped(("a.txt", PLAIN), ("b.txt", PLAIN))
    assert reasons(good[:-40], "n.zip") == ["bad_format"]
    flipped = bytearray(good)
    flipped[good.find(b"PK\x03\x04", 4) + 60] ^= 0xFF
    assert reasons(bytes(flipped), "n.zip") == ["ok", "bad_format"]
    assert reasons(zipped(), "n.zip") == ["empty"]
    assert reasons(
        zipped(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")), "n.docx"
    ) == ["unsupported"]
    found = read(tarred(("a.txt", PLAIN), ("b.txt", PLAIN * 40))[:6000], "n.tar")
    assert isinstance(found[0], Article)
    assert {f.reason for f in found[1:] if isinstance(f, Reject)} == {"truncated"}


@given(st.data())
def test_flipped_bytes_never_escape(data):
    for payload, name in (
        (zipped(("a.txt", PLAIN), ("b.txt", PLAIN)), "n.zip"),
        (tarred(("a.txt", PLAIN)), "n.tar"),
    ):
        broken = bytearray(payload)
        for _ in range(data.draw(st.integers(1, 5))):
            broken[data.draw(st.integers(0, len(broken) - 1))] ^= data.draw(st.integers(1, 255))
        assert read(bytes(broken), name)


def test_a_member_without_a_name_is_a_reject():
    bare = io.BytesIO()
    with zipfile.ZipFile(bare, "w") as archive:
        info = zipfile.ZipInfo("x")
        info.filename = ""
        archive.writestr(info, PLAIN)
    assert reasons(bare.getvalue(), "a.zip") == ["bad_format"]


@given(at=st.integers(0, 400), cut=st.integers(0, 60))
def test_damaged_headers_raise_nothing_undeclared(at, cut):
    data = zipped(("a.txt", PLAIN), ("b.txt", PLAIN))
    read(data[:at] + data[at + cut :], "a.zip")
