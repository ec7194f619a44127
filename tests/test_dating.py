"""Articles dated by others, over a lake: the same tables however the articles came in, and nothing left behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.lake import Lake
from pipelines.verify import verify
from tests.matchers import lake_rows
from tests.unit.knowledge.occasion_archives import KOREA

ROOT = Path(__file__).resolve().parents[1]
TEXTS = {
    "announced.txt": f"Drills go on in the south\n\nThe drills go on. {KOREA} will hold talks in Seoul on Thursday. Nobody knew what about.\n",
    "told.txt": f"Allies sign paper in Seoul\n\n{KOREA} held talks in Seoul on Thursday, March 18, 2021. They signed a paper on the cost of the troops.\n",
    "again.txt": f"Allies talk of ships\n\n{KOREA} held talks in Seoul on Thursday, October 21, 2021. They spoke of ships.\n",
    "alone.txt": "Bishops pray in Arusha\n\nThree bishops prayed for rain in Arusha on Thursday. It did not rain, said a farmer of the place.\n",
}


pytestmark = pytest.mark.usefixtures("_needs_the_model")


@pytest.fixture
def archive(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def write(archive, *names):
    for name in names:
        (archive / name).write_text(TEXTS[name])


def command(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def run(archive, lake, *flags):
    return command("run", archive, "--lake", lake, *flags)


def days(lake):
    """Return the day of the meeting that the article without a date announces."""
    uris = {row["article_id"]: Path(row["uri"]).name for row in table(lake, "articles")}
    return {
        str(row["event_date"])
        for row in table(lake, "events")
        if uris[row["article_id"]] == "announced.txt" and "Seoul on Thursday" in row["event_text"]
    }


def table(lake, name):
    return [
        row
        for path in (lake / name).rglob("*.parquet")
        for row in pq.read_table(path, partitioning=None).to_pylist()
    ]


@pytest.mark.model
@pytest.mark.slow
def test_the_tables_depend_on_the_articles_and_not_on_their_nights(archive, tmp_path):
    write(archive, "announced.txt", "alone.txt")
    nightly = tmp_path / "nightly"
    assert "dated by others" not in run(archive, nightly)
    assert days(nightly) == {"None"}
    before = lake_rows(nightly)

    write(archive, "told.txt")
    assert "1 articles dated by others; 1 annotated again" in run(archive, nightly)
    assert days(nightly) == {"2021-03-18"}
    (row,) = table(nightly, "inferred_dates")
    assert (str(row["published_from"]), str(row["published_until"]), row["rule"]) == (
        "2021-03-12", "2021-03-18", "same occasion",
    )  # fmt: skip
    assert verify(Lake(nightly)) == []
    assert "Nothing new" in run(archive, nightly)

    at_once = tmp_path / "once"
    run(archive, at_once, "--workers", "2")
    assert lake_rows(at_once) == lake_rows(nightly)

    write(archive, "again.txt")  # they met on another Thursday too: nothing is proved any more
    run(archive, nightly)
    assert days(nightly) == {"None"}
    assert lake_rows(nightly)["inferred_dates"] == []

    (archive / "told.txt").unlink()
    (archive / "again.txt").unlink()
    run(archive, nightly, "--prune", "--max-prune-ratio", "1")
    assert lake_rows(nightly) == before
    assert verify(Lake(nightly)) == []


@pytest.mark.model
@pytest.mark.slow
def test_a_run_that_ends_before_it_annotates_again_is_completed(archive, tmp_path):
    write(archive, "announced.txt", "told.txt")
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    run(archive, whole)
    for stage in (("ingest", archive), ("annotate",), ("link",)):
        command(*stage, "--lake", cut)
    assert days(cut) == {"None"}
    assert len(lake_rows(cut)["inferred_dates"]) == 1
    command("annotate", "--lake", cut)
    assert days(cut) == {"2021-03-18"}
    assert lake_rows(cut) == lake_rows(whole)
    run(archive, cut)
    assert lake_rows(cut) == lake_rows(whole)

    (archive / "told.txt").unlink()  # the evidence goes away with its article, in one commit
    command("ingest", archive, "--lake", cut, "--prune", "--max-prune-ratio", "1")
    assert lake_rows(cut)["inferred_dates"] == []
    assert verify(Lake(cut)) == []
    run(archive, cut)
    assert days(cut) == {"None"}


@pytest.mark.model
@pytest.mark.slow
def test_compaction_and_lost_files_change_nothing(archive, tmp_path):
    write(archive, *TEXTS)
    (archive / "again.txt").unlink()
    lake = tmp_path / "lake"
    run(archive, lake)
    rows = lake_rows(lake)
    command("compact", "--lake", lake)
    assert lake_rows(lake) == rows
    run(archive, lake)
    assert lake_rows(lake) == rows
    for table in ("inferred_dates", "date_clues"):
        for file in (lake / table).rglob("*.parquet"):
            file.unlink()
        command("verify", "--lake", lake, "--repair")
        run(archive, lake)
        assert lake_rows(lake) == rows
        assert verify(Lake(lake)) == []
