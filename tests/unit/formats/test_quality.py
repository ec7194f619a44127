"""Floors of quality on labelled data, which is not part of the repository: skipped where it is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks import parsing

SHARED = Path(__file__).resolve().parents[4] / "shared"
pytestmark = pytest.mark.skipif(
    not (SHARED / "gold" / "newswire_parse_dev.jsonl").is_file(),
    reason="the labelled data is not here",
)


def test_plain_text_floors(capsys):
    parsing.plain_text(SHARED, verbose=False)
    printed = capsys.readouterr().out
    exact, total, places, stated, false = map(
        int, re.search(r"exact (\d+)/(\d+); datelines (\d+)/(\d+), (\d+) false", printed).groups()
    )
    assert exact >= 0.9 * total
    assert places >= 0.9 * stated
    assert false == 0
    assert printed.rstrip().endswith("bodies 0")


@pytest.mark.slow
def test_every_sample_is_read_or_rejected_for_its_reason(capsys):
    parsing.samples(SHARED, verbose=True)
    right, total = map(int, re.search(r"samples +(\d+)/(\d+)", capsys.readouterr().out).groups())
    assert right == total > 150


@pytest.mark.slow
def test_hostile_inputs_end_as_expected(capsys):
    parsing.torture(SHARED, verbose=True, small=True)
    printed = capsys.readouterr().out
    found, total, excused, slowest, peak = map(
        float,
        re.search(
            r"(\d+)/(\d+) as expected, (\d+) excused; slowest ([\d.]+) s; peak (\d+) MB", printed
        ).groups(),
    )
    assert found + excused == total >= 170, printed
    assert excused <= 1
    assert slowest <= parsing.SETTINGS.timeout_seconds + 2
    assert peak < 1500
    assert "files touched: none" in printed


@pytest.mark.slow
def test_web_page_floors(capsys):
    parsing.web_pages(SHARED, verbose=False)
    printed = capsys.readouterr().out
    scores = re.findall(r"body F1 ([\d.]+) \(trafilatura alone ([\d.]+)\)", printed)
    (articles, alone), (news, news_alone) = [tuple(map(float, s)) for s in scores]
    assert articles >= max(0.96, alone)
    assert news >= max(0.955, news_alone)
    shape = r"titles (\d+)/(\d+); dates (\d+)/(\d+), (\d+) other; authors (\d+)/(\d+) of (\d+)"
    ours, theirs = [tuple(map(int, found)) for found in re.findall(shape, printed)]
    titles, pages, dates, dated, other, right, named, _ = ours
    assert titles >= max(0.9 * pages, theirs[0])
    assert dates >= max(0.98 * dated, theirs[2])
    assert dates >= 0.99 * (dates + other)
    assert right >= 0.9 * named
