"""The whole job over the sample archive: its tables, and that no way of running it changes them.

The golden tables are text, one line a row, so that a change can be read in a diff. Ids are left out (they follow the
place of the files); a row is named by its article's path. ``pytest --update-golden`` rewrites them; the commit says why.
"""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples" / "archive"
# Ids follow the place of a file, and the smallest id stands for equal copies of one day: so the place is always the same.
ARCHIVE = Path("/tmp/dateline-golden/archive")
GOLDEN = Path(__file__).parent / "archive"
EXACT = ("--precision", "f32")  # the same tables on every machine

pytestmark = pytest.mark.model

TEXTS = {
    "articles": """
        SELECT path, record_offset, source_format, title, byline, publisher, agency, language, published_at,
               published_precision, published_basis, dateline_place, word_count, [x.kind FOR x IN removed] AS removed,
               left(text, 60) AS starts, right(text, 40) AS ends
        FROM named ORDER BY path, record_offset""",
    "rejects": "SELECT replace(uri, getvariable('archive'), '') AS path, record_offset, stage, reason, message FROM rejects ORDER BY ALL",
    "duplicates": """
        SELECT c.path, c.record_offset, o.path AS original, o.record_offset AS original_record, kind
        FROM duplicates d JOIN named c ON c.article_id = d.article_id JOIN named o ON o.article_id = d.original_id
        ORDER BY ALL""",
    "entities": """
        SELECT path, record_offset, name, type, country, code, sector, role, identifier, mention_count, geonameid
        FROM entities JOIN named USING (article_id)
        ORDER BY path, record_offset, first_start, name, type""",
    "events": """
        SELECT path, record_offset, sentence_index AS s, event_type, mode,
               [x.text || '/' || coalesce(x.code, '?') FOR x IN actor] AS actor,
               [x.text || '/' || coalesce(x.code, '?') FOR x IN recipient] AS recipient,
               is_reciprocal AS recip, auxiliary_mode AS aux, event_date AS day, place.name AS place, trigger,
               sentence_indexes
        FROM events JOIN named USING (article_id)
        ORDER BY path, record_offset, sentence_index, trigger_start, event_type""",
}


def dateline(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pipelines.cli", *arguments]


def run(lake: Path, workers: int = 1) -> None:
    subprocess.run(
        dateline("run", str(ARCHIVE), "--lake", str(lake), "--workers", str(workers), *EXACT),
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip


def connect(lake: Path) -> duckdb.DuckDBPyConnection:
    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'")
    db.execute("SET VARIABLE archive = ?", [f"{ARCHIVE}/"])
    for table in ("articles", "mentions", "entities", "events", "duplicates", "rejects"):
        files = f"{lake}/{table}/**/*.parquet"
        db.execute(
            f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{files}', hive_partitioning = true)"
        )
    db.execute(
        "CREATE VIEW named AS SELECT *, replace(uri, getvariable('archive'), '') AS path FROM articles"
    )
    return db


def rendering(lake: Path, query: str) -> str:
    result = connect(lake).execute(query)
    lines = ["\t".join(column[0] for column in result.description)]
    for row in result.fetchall():
        cells = ("" if v is None else str(v).replace("\t", " ").replace("\n", " ") for v in row)
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n"


def everything(lake: Path) -> dict[str, list[tuple]]:
    """Return every row of every table, without what names the run."""
    db = connect(lake)
    tables = {}
    for table in ("articles", "mentions", "entities", "events", "duplicates", "rejects"):
        columns = [
            f'"{c[0]}"' for c in db.execute(f"DESCRIBE {table}").fetchall() if c[0] != "run_id"
        ]
        tables[table] = sorted(
            map(repr, db.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall())
        )
    return tables


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> Iterator[Path]:
    ARCHIVE.parent.mkdir(parents=True, exist_ok=True)
    with (ARCHIVE.parent / "in-use").open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)  # another run of the tests would take the files away
        shutil.rmtree(ARCHIVE, ignore_errors=True)
        shutil.copytree(SAMPLES, ARCHIVE)
        folder = tmp_path_factory.mktemp("archive") / "lake"
        run(folder)
        yield folder


@pytest.mark.parametrize("table", TEXTS)
def test_the_sample_archive_gives_its_golden_tables(lake, table, request):
    found = rendering(lake, TEXTS[table])
    file = GOLDEN / f"{table}.tsv"
    if request.config.getoption("--update-golden"):
        file.write_text(found, "utf-8")
    assert found == file.read_text("utf-8")


def test_every_article_of_the_manifest_is_there_with_its_day(lake):
    """The day in UTC may be the next where a time with its offset is given, and that of a dateline the one before."""
    db = connect(lake)
    wrong = db.execute(
        f"""
        SELECT m.path, m.record, m.title, n.title, m.published, n.published_at
        FROM read_csv('{GOLDEN / "manifest.tsv"}', delim = '\t', header = true, all_varchar = true, quote = '') m
        LEFT JOIN named n ON n.path = m.path AND coalesce(n.record_offset::VARCHAR, '') = coalesce(m.record, '')
        WHERE m.kind <> 'reject' AND (n.article_id IS NULL OR abs(n.published_at::DATE - m.published::DATE) > (n.published_precision = 'second' OR n.published_basis = 'dateline')::INT)"""
    ).fetchall()
    assert wrong == []


def test_every_span_slices_to_its_text(lake):
    db = connect(lake)
    for table, text, start, end in (
        ("mentions", "t.text", '"start"', '"end"'),
        ("events", "trigger", "trigger_start", "trigger_end"),
    ):
        wrong = db.execute(
            f"SELECT count(*) FROM {table} t JOIN articles a USING (article_id)"
            f" WHERE substring(a.text, t.{start} + 1, t.{end} - t.{start}) <> {text}"
        ).fetchone()
        assert wrong == (0,)


@pytest.mark.slow
def test_two_workers_give_the_tables_of_one(lake, tmp_path):
    run(tmp_path / "lake", workers=2)
    assert everything(tmp_path / "lake") == everything(lake)


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_gives_the_tables_of_an_undisturbed_one(
    lake, tmp_path
):
    folder = tmp_path / "lake"
    rng = random.Random(20240603)
    for _ in range(4):
        process = subprocess.Popen(
            dateline("run", str(ARCHIVE), "--lake", str(folder), "--workers", "2", *EXACT),
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        time.sleep(rng.uniform(2.0, 12.0))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    run(folder)
    assert everything(folder) == everything(lake)
    checked = subprocess.run(
        dateline("verify", "--lake", str(folder)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.slow
def test_a_second_run_does_nothing(lake):
    before = {p: p.stat().st_mtime_ns for p in lake.rglob("*.parquet")}
    done = subprocess.run(
        dateline("run", str(ARCHIVE), "--lake", str(lake), *EXACT),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Nothing new to do" in done.stdout
    assert {p: p.stat().st_mtime_ns for p in lake.rglob("*.parquet")} == before
