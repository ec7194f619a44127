"""The real thing over the sample archive: readers, model, knowledge and coder, one worker and two."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.lake import Lake
from pipelines.verify import verify
from tests.matchers import lake_rows

ROOT = Path(__file__).resolve().parents[1]
ARCHIVE = ROOT / "samples" / "archive"


pytestmark = pytest.mark.usefixtures("_needs_the_model")


def run(lake, *flags):
    command = [
        sys.executable,
        "-m",
        "pipelines.cli",
        "run",
        str(ARCHIVE),
        "--lake",
        str(lake),
        *flags,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.model
@pytest.mark.slow
def test_the_sample_archive_gives_a_whole_lake_the_same_with_one_worker_and_two(tmp_path):
    run(tmp_path / "one", "--workers", "1")
    rows = lake_rows(tmp_path / "one")
    empty = {name for name, found in rows.items() if not found}
    assert empty == {"date_clues", "inferred_dates"}  # all articles of the archive are dated
    assert verify(Lake(tmp_path / "one")) == []
    run(tmp_path / "two", "--workers", "2")
    assert lake_rows(tmp_path / "two") == rows
    assert "Nothing new" in run(tmp_path / "two")
