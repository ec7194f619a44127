"""The kept samples: one article in every format, read the same from all of them."""

from __future__ import annotations

import gzip
import importlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.documents import Article
from tests.samples import make
from tests.unit.formats.helpers import check, read
from transforms.formats import FORMATS
from transforms.formats.reading import format_of

FOLDER = Path(make.__file__).parent
ROOT = FOLDER.parents[1]
SAMPLES = sorted(
    path.relative_to(FOLDER).as_posix()
    for path in FOLDER.glob("*/*")
    if path.is_file() and path.suffix != ".pyc"
)
_HARMFUL = (
    b"<",
    b"\x00",
    b'"',
    b"\xff\xfe",
    b"]]>",
    b"\n\n",
    b"&#5;",
    b"{",
    b"[",
    b"\\u",
    b"%PDF",
    b"-1",
    b"9" * 40,
)
NO_PUBLISHER = ("text/", "rtf/", "zip/", "tar/", "compression/", "warc/text.wet")
"""Formats of plain text, which do not say who published them nor at what hour."""

AGENCY_FORMATS = ("iptc7901/", "sgml/")
"""Formats in which the agency that sends is the publisher."""


@pytest.mark.parametrize("name", SAMPLES)
def test_the_article_is_the_same_from_every_format(name):
    found = read((FOLDER / name).read_bytes(), name)
    assert len(found) == 1, found
    (article,) = found
    assert isinstance(article, Article), article
    check(article)
    assert article.title == make.TITLE
    assert article.text == "\n\n".join(make.BODY)
    assert article.authors == ("Jane Roe", "John Doe")
    assert article.language == "en"
    assert article.dateline_place == "GENEVA"
    assert article.published_at is not None
    assert article.published_at.date().isoformat() == "2022-06-14"
    if not name.startswith(NO_PUBLISHER):
        assert article.publisher in (make.PUBLISHER, article.agency)
        assert article.publisher == make.PUBLISHER or name.startswith(AGENCY_FORMATS)
    if not name.startswith((*NO_PUBLISHER, *AGENCY_FORMATS)):
        assert article.published_at.isoformat() == "2022-06-14T09:30:00+00:00"
        assert article.agency == "AP"
    if not name.startswith(("sgml/",)):
        assert article.dateline == make.DATELINE.strip() or article.agency == "AP"


def test_every_format_has_a_sample():
    told = set()
    for name in SAMPLES:
        head = (FOLDER / name).read_bytes()
        head = gzip.decompress(head) if head.startswith(b"\x1f\x8b") else head
        told.add(format_of(head, Path(name).name).name)
        told.update(
            a.source_format
            for a in read((FOLDER / name).read_bytes(), name)
            if isinstance(a, Article)
        )
    assert told >= {f.name for f in FORMATS}


@pytest.mark.parametrize("name", sorted(make.samples()))
def test_every_sample_is_kept(name):
    kept = (FOLDER / name).read_bytes()
    if name.startswith(
        ("parquet", "arrow", "compression", "zip", "tar/folder.tgz", "warc/crawl", "arc")
    ):
        assert kept
    else:
        assert kept == make.samples()[name]


def test_the_documentation_has_a_row_for_every_format():
    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    for found in FORMATS:
        assert f"`{found.name}`" in text, f"docs/formats.md has no row for {found.name}"


def test_every_format_links_its_specification():
    modules = {found.read.__module__ for found in FORMATS} | {
        found.parse.__module__ for found in FORMATS
    }
    for name in modules - {"transforms.formats.base", "transforms.formats.fields"}:
        doc = importlib.import_module(name).__doc__ or ""
        assert "http" in doc or "RFC" in doc or "specification" in doc.lower(), name


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=3, deadline=None)
@given(data=st.data())
def test_a_damaged_sample_gives_articles_and_rejects_and_nothing_else(name, data):
    whole = (FOLDER / name).read_bytes()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(whole)))
        end = at + data.draw(st.integers(0, 40))
        put = data.draw(st.one_of(st.binary(max_size=8), st.sampled_from(_HARMFUL)))
        whole = whole[:at] + put + whole[end:]
    found = read(whole, name)
    assert found
    for item in found:
        if isinstance(item, Article):
            check(item)
