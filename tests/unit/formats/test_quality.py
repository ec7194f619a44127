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
def test_web_page_floors(capsys):
    parsing.web_pages(SHARED, verbose=False)
    scores = re.findall(r"body F1 ([\d.]+) \(trafilatura alone ([\d.]+)\)", capsys.readouterr().out)
    (articles, alone), (news, news_alone) = [tuple(map(float, s)) for s in scores]
    assert articles >= max(0.96, alone)
    assert news >= max(0.955, news_alone)
