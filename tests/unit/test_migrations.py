"""A lake kept from the first release: read, extended and migrated; and one of another major version."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines import migrate, migrations
from pipelines.lake import Lake
from pipelines.options import Scope
from pipelines.query import list_views, run_query, status
from pipelines.records import LakeError
from pipelines.verify import verify
from schemas import tables
from tests import direct
from tests.direct import run
from tests.matchers import lake_rows
from transforms import parquet

KEPT = Path(__file__).resolve().parents[1] / "lakes" / "first_release.tar.gz"


@pytest.fixture(autouse=True)
def _versions(monkeypatch):
    direct.versions(monkeypatch)
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def lake(tmp_path):
    with tarfile.open(KEPT) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "lake"


@pytest.fixture
def news(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "new-2024-06-20.txt").write_text("New\nThe army of France met Germany there.")
    return folder


def versions(lake):
    return {
        migrations.version_of(pq.read_schema(path))
        for path in lake.rglob("*.parquet")
        if "_dateline" not in str(path)
    }


def test_the_kept_lake_is_of_the_first_schema(lake):
    assert versions(lake) == {"1.0"}
    assert "actor_country" not in pq.read_schema(min((lake / "events").rglob("*.parquet"))).names


def test_a_lake_of_an_older_minor_version_is_read(lake):
    assert verify(Lake(lake)) == []
    assert status(Lake(lake))["tables"]["events"]["rows"] == 40
    assert dict(row[:2] for row in list_views(Lake(lake)))["events"] == 40


def test_a_lake_of_an_older_minor_version_is_extended(lake, news):
    before = lake_rows(lake)
    results = run(lake, news, scope=Scope(only=("*.txt",), since=None), stages=["ingest"])
    assert results[0].articles == 1
    run(lake, news, scope=Scope(only=(str(news / "*"),)), stages=["annotate", "link"])
    assert versions(lake) == {"1.0", tables.SCHEMA_VERSION}
    assert verify(Lake(lake)) == []
    after = lake_rows(lake)
    for name, rows in before.items():
        if name != "events":
            assert set(rows) <= set(after[name])
    _, found = run_query(
        Lake(lake), "SELECT count(*), count(actor_country), count(event_id) FROM events"
    )
    assert found == [(41, 1, 41)], "old rows have no value there yet"


def test_migrate_computes_what_the_old_files_lack(lake):
    with Lake(lake).hold("migrate", migrating=True):
        pass
    place = Lake(lake)
    with place.hold("migrate", migrating=True):
        result = migrate.main(place)
    assert result.skipped == 0
    assert versions(lake) == {tables.SCHEMA_VERSION}
    assert Lake(lake).marker()["schema_version"] == tables.SCHEMA_VERSION
    assert verify(Lake(lake)) == []
    _, ((wrong, known, rows),) = run_query(
        Lake(lake),
        "SELECT count(*) FILTER (actor_country IS DISTINCT FROM actor[1].country "
        "OR recipient_country IS DISTINCT FROM recipient[1].country), count(actor_country), count(*) FROM events",
    )
    assert (wrong, rows) == (0, 40)
    assert known > 10
    place = Lake(lake)
    with place.hold("migrate", migrating=True):
        assert migrate.main(place).run_id is None


def test_rewriting_a_file_extends_it(lake, news):
    """Compaction of old and new files together fills the columns of all rows."""
    run(lake, news, stages=["ingest"])
    run(
        lake,
        news,
        scope=Scope(only=(str(news / "*"),)),
        stages=["annotate", "link"],
        compact_after=2,
    )
    _, ((wrong,),) = run_query(
        Lake(lake),
        "SELECT count(*) FROM events WHERE actor_country IS DISTINCT FROM actor[1].country",
    )
    assert wrong == 0
    assert verify(Lake(lake)) == []


def of_version(monkeypatch, version):
    for module in (tables, migrations, parquet):
        monkeypatch.setattr(module, "SCHEMA_VERSION", version)


def test_a_lake_of_an_older_major_version_is_refused_with_the_command_that_migrates_it(
    lake, news, monkeypatch
):
    of_version(monkeypatch, "2.0")
    before = lake_rows(lake)
    for call in (lambda: run(lake, news), lambda: status(Lake(lake)), lambda: verify(Lake(lake))):
        with pytest.raises(LakeError, match=rf"dateline migrate --lake {lake}"):
            call()
    place = Lake(lake)
    with (
        place.hold("migrate", migrating=True),
        pytest.raises(LakeError, match="no way from 1 to 2"),
    ):
        migrate.main(place)
    assert lake_rows(lake) == before

    def louder(table, rows):
        if table.name != "events":
            return rows
        texts = [f"{text}!" for text in rows["event_text"].to_pylist()]
        return rows.set_column(rows.schema.get_field_index("event_text"), "event_text", [texts])

    monkeypatch.setitem(migrations.STEPS, 1, louder)
    place = Lake(lake)
    with place.hold("migrate", migrating=True):
        migrate.main(place)
    assert versions(lake) == {"2.0"}
    _, ((quiet,),) = run_query(
        Lake(lake), "SELECT count(*) FROM events WHERE event_text NOT LIKE '%!'"
    )
    assert quiet == 0
    assert verify(Lake(lake)) == []


def test_a_lake_of_a_later_minor_version_is_refused(lake, monkeypatch):
    place = Lake(lake)
    with place.hold("migrate", migrating=True):
        migrate.main(place)
    of_version(monkeypatch, "1.0")
    with pytest.raises(LakeError, match="later version"):
        Lake(lake).check()
