from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from schemas.documents import InputFile
from schemas.outcomes import Reject
from tests.unit.formats.helpers import BODY, SETTINGS, TEXT, TITLE, articles, check, read, reasons
from transforms.formats.reading import read_documents
from transforms.formats.settings import ParseSettings

PACKERS = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": lambda b: zstandard.ZstdCompressor().compress(b),
}


@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize("named", [True, False])
def test_compression_is_taken_off_whatever_the_name(suffix, named):
    payload = PACKERS[suffix](TEXT.encode())
    (found,) = articles(payload, "a.txt" + suffix if named else "a")
    assert (found.title, found.text) == (TITLE, "\n\n".join(BODY))
    check(found)


@pytest.mark.parametrize("suffix", PACKERS)
def test_members_behind_one_another_are_one_stream(suffix):
    one, two = (
        (json.dumps({"text": t}) + "\n").encode() for t in ("First story.", "Second story.")
    )
    found = articles(PACKERS[suffix](one) + PACKERS[suffix](two), "a.jsonl" + suffix)
    assert [a.text for a in found] == ["First story.", "Second story."]


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_cut_stream_gives_what_came_before_and_says_so(suffix):
    lines = "".join(
        json.dumps({"id": i, "text": f"Story {i} {i * 7919 % 1000003}."}) + "\n"
        for i in range(20_000)
    )
    packed = PACKERS[suffix](lines.encode())
    found = read(packed[: len(packed) * 3 // 5], "a.jsonl" + suffix)
    last = found[-1]
    assert isinstance(last, Reject)
    assert last.reason == "truncated"
    assert 0 < len(found) < 20_000 or suffix == ".bz2"


def test_a_flipped_bit_is_noticed():
    packed = bytearray(gzip.compress(TEXT.encode()))
    packed[-6] ^= 0xFF
    assert reasons(bytes(packed), "a.txt.gz") == ["bad_format"]


def test_garbage_behind_a_stream_is_ignored():
    (found,) = articles(gzip.compress(TEXT.encode()) + b"\0" * 512 + b"garbage", "a.txt.gz")
    assert found.title == TITLE


def test_a_bomb_is_too_large():
    packed = gzip.compress(b"A" * 100_000_000, 9)
    settings = ParseSettings(max_bytes=500_000_000)
    (found,) = read(packed, "a.txt.gz", settings)
    assert isinstance(found, Reject)
    assert found.reason == "too_large"
    assert "max_unpack_ratio" in found.message
    assert reasons(packed, "a.txt.gz") == ["too_large"]


@pytest.mark.parametrize(
    ("payload", "name", "reason"),
    [
        (b"", "a.txt", "empty"),
        (b" \r\n\t\n \xc2\xa0\n", "a.txt", "empty"),
        (b"\xef\xbb\xbf", "a.txt", "empty"),
        (b"", "a.jsonl", "empty"),
        (b"[]", "a.json", "empty"),
        (gzip.compress(b""), "a.txt.gz", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "a.txt", "binary"),
        (b"%PDF-1.4\n", "a.pdf", "unsupported"),
        (TITLE.encode(), "a.txt", "too_short"),
        (b"{'a': 1}", "a.json", "bad_format"),
        (b'{"a": 1}', "a.json", "no_article"),
        (b"\x28\xb5\x2f\xfd" + b"abc" * 70, "a.jsonl.zst", "bad_format"),
    ],
)
def test_what_holds_no_article_is_a_reject_with_its_reason(payload, name, reason):
    assert reasons(payload, name) == [reason]


def test_content_decides_and_not_the_name():
    page = (
        f"<!doctype html><html><head><title>{TITLE}</title></head><body><article><h1>{TITLE}</h1>"
        + "".join(f"<p>{p}</p>" for p in BODY)
    )
    (found,) = articles(page.encode(), "page.txt")
    assert (found.source_format, found.title) == ("html", TITLE)
    record = json.dumps({"title": TITLE, "text": "\n".join(BODY)})
    assert articles(record.encode(), "record.html")[0].source_format == "json"
    (found,) = articles(rb"{\rtf1\ansi\ansicpg1252{\fonttbl\f0 Helvetica;}\f0 " + r"\par\par ".join(TEXT.split("\n\n"))
                        .replace("“", r"\'93").replace("”", r"\'94").encode() + b"}", "a.txt")  # fmt: skip
    assert (found.source_format, found.title, found.text) == ("rtf", TITLE, "\n\n".join(BODY))


def test_min_words_counts_for_files_and_not_for_records():
    settings = ParseSettings(min_words=1000)
    assert reasons(TEXT.encode(), "a.txt", settings) == ["too_short"]
    assert reasons(b'{"text": "Short."}', "a.json", settings) == ["ok"]


def test_a_date_in_the_path_is_weak_evidence_and_the_dateline_completes_it():
    (found,) = articles(TEXT.encode(), "2024-06-14/a.txt")
    assert (found.published_basis, found.published_precision) == ("file name", "day")
    dated = TEXT.replace(BODY[0], "GENEVA, June 13 (Reuters) - " + BODY[0])
    (found,) = articles(dated.encode(), "2024-06-14/a.txt")
    assert found.published_at is not None
    assert (found.published_at.date().isoformat(), found.published_basis) == (
        "2024-06-13",
        "dateline",
    )
    assert str(found.dateline_date) == "2024-06-13"
    (found,) = articles(TEXT.encode(), "a.txt")
    assert found.published_at is None


@pytest.mark.parametrize("day", ["June 13", "June 13 2024", "Jun 13"])
def test_the_dateline_says_the_day_where_the_address_says_the_month(day):
    text = (
        f"https://e.example/news/2024/06/truce\n\n{TITLE}\n\nGENEVA, {day} (Reuters) - "
        + "\n\n".join(BODY)
    )
    (found,) = articles(text.encode(), "a.txt")
    assert found.published_at is not None
    assert found.published_at.date().isoformat() == "2024-06-13"
    assert (found.published_basis, found.published_precision) == ("dateline", "day")
    (found,) = articles(text.replace(day, "May 2").encode(), "a.txt")
    assert (found.published_basis, found.published_precision) == ("url", "month")


def test_ids_and_hashes_depend_on_place_and_content():
    one, two = (articles(TEXT.encode(), name)[0] for name in ("a.txt", "b.txt"))
    assert one.article_id != two.article_id
    assert one.content_hash == two.content_hash
    assert articles(TEXT.encode(), "a.txt")[0] == one


class _Counting(io.BytesIO):
    """A stream that is never read as a whole."""

    biggest = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.biggest = max(self.biggest, len(data))
        return data


@pytest.mark.parametrize("whole", [b"%s", b"[%s]"])
def test_big_files_are_read_in_pieces(whole):
    separator = b"," if whole == b"[%s]" else b"\n"
    line = json.dumps({"text": "x" * 5000}).encode()
    stream = _Counting(whole % separator.join([line] * 3000))
    found = sum(1 for _ in read_documents(InputFile(uri="a.json", size=1), stream, SETTINGS))
    assert found == 3000
    assert stream.biggest <= 1_048_576


@given(
    st.binary(max_size=300),
    st.sampled_from(
        ["a", "a.txt", "a.html", "a.json", "a.jsonl", "a.gz", "a.rtf", "a.xml", "a.csv"]
    ),
)
def test_no_bytes_escape_as_anything_but_articles_and_rejects(payload, name):
    found = read(payload, name)
    assert found
    for item in found:
        if not isinstance(item, Reject):
            check(item)
