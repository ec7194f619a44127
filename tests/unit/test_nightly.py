"""Nights: what is new, removed, touched, rejected, asked for again, or deadly; and a month of them against one run."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import shutil

import pytest

from pipelines.lake import Lake
from pipelines.options import Scope, UsageError
from pipelines.records import read_sealed
from pipelines.verify import verify
from schemas.tables import ARTICLES
from tests import direct
from tests.direct import DirectExecution, run
from tests.matchers import lake_rows, row_counts


@pytest.fixture(autouse=True)
def _versions(monkeypatch):
    direct.versions(monkeypatch)
    monkeypatch.setattr(os, "fsync", lambda _: None)  # for power cuts, which do not happen here


def write(folder, name, text, title="A title"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{title}\n{text}")
    return path


@pytest.fixture
def archive(tmp_path):
    folder = tmp_path / "in"
    for number, nation in enumerate(["France", "Spain", "Italy", "Poland"]):
        write(folder, f"{number}-2024-0{number + 4}-01.txt", f"The army of {nation} met Germany.")
    write(folder, "short.txt", "Too short")
    lines = [
        {"title": f"Line {n}", "text": f"Peru met Brazil {n} times.", "published": f"2024-0{n}-09"}
        for n in range(1, 6)
    ]
    (folder / "lines.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def done(results):
    return [result.articles for result in results]


def whole(lake):
    assert verify(Lake(lake)) == []


# ------------------------------------------------------------------------------------ what is new and what is not


def test_a_file_that_grows_has_only_its_new_articles_annotated(archive, tmp_path):
    lake, fresh = tmp_path / "lake", tmp_path / "fresh"
    run(lake, archive)
    with (archive / "lines.jsonl").open("a") as stream:
        stream.write(
            json.dumps({"title": "Line 6", "text": "Cuba met Haiti.", "published": "2024-06-09"})
        )
    assert done(run(lake, archive)) == [6, 1, 0]
    run(fresh, archive)
    assert lake_rows(lake) == lake_rows(fresh)
    whole(lake)


def test_an_article_whose_date_changes_moves_with_its_rows(archive, tmp_path):
    lake, fresh = tmp_path / "lake", tmp_path / "fresh"
    run(lake, archive)
    text = (archive / "lines.jsonl").read_text()
    (archive / "lines.jsonl").write_text(text.replace("2024-01-09", "2023-01-09"))
    assert done(run(lake, archive)) == [5, 1, 0]
    run(fresh, archive)
    assert lake_rows(lake) == lake_rows(fresh)
    whole(lake)


def test_a_file_with_a_new_time_and_the_old_content_is_not_read_again(archive, tmp_path):
    lake = tmp_path / "lake"
    run(lake, archive)
    before = lake_rows(lake)
    for path in archive.iterdir():
        os.utime(path, (1, 1))
    execution = DirectExecution()
    run(lake, archive, execution=execution)
    assert execution.units_done == []
    assert lake_rows(lake) == before
    assert [result.run_id for result in run(lake, archive)] == [None, None, None], (
        "the time is known now"
    )


def test_a_file_that_changes_while_it_is_read_is_read_again(archive, tmp_path, monkeypatch):
    """The content hash is that of the bytes listed, or none."""
    lake, fresh = tmp_path / "lake", tmp_path / "fresh"
    path = archive / "0-2024-04-01.txt"

    original = direct.ingest_batch

    def meanwhile(unit, job):
        batch = original(unit, job)
        records = list(batch.take())
        write(archive, path.name, "The navy of Iceland met Malta.")
        return type(batch)(unit, records)

    monkeypatch.setattr(direct, "ingest_batch", meanwhile)
    run(lake, archive)
    monkeypatch.setattr(direct, "ingest_batch", original)
    assert done(run(lake, archive))[0] == 1
    run(fresh, archive)
    assert lake_rows(lake) == lake_rows(fresh)


def gone_when_read(*names):
    """Return an execution before whose work these files go away."""

    class Gone(DirectExecution):
        def perform(self, job, units):
            if job.stage == "ingest":
                for path in names:
                    path.unlink()
            return super().perform(job, units)

    return Gone()


def test_an_input_that_is_gone_when_it_is_to_be_read_is_as_if_it_had_not_been_listed(
    archive, tmp_path
):
    lake, fresh = tmp_path / "lake", tmp_path / "fresh"
    run(lake, archive)
    run(fresh, archive)
    changed, new = archive / "0-2024-04-01.txt", archive / "new-2024-04-01.txt"
    text = changed.read_text()
    write(archive, changed.name, "The navy of Iceland met Malta and Cyprus.")
    write(archive, new.name, "The navy of Peru met Chile.")
    write(archive, "other-2024-04-01.txt", "The navy of Cuba met Haiti.")
    results = run(lake, archive, execution=gone_when_read(changed, new))
    assert results[0].vanished == 2
    assert (results[0].articles, results[0].rejects) == (1, {})
    run(fresh, archive)  # which never saw them
    assert lake_rows(lake) == lake_rows(fresh)
    assert results[0].run_id
    changed.write_text(text + " And it met Spain.")
    write(archive, new.name, "The navy of Peru met Chile.")
    assert done(run(lake, archive))[0] == 2
    run(fresh, archive)
    assert lake_rows(lake) == lake_rows(fresh)
    assert verify(Lake(lake)) == []


# ----------------------------------------------------------------------------------------------- removed inputs


def test_removed_inputs_stay_and_are_counted(archive, tmp_path):
    lake = tmp_path / "lake"
    run(lake, archive)
    before = lake_rows(lake)
    (archive / "lines.jsonl").unlink()
    results = run(lake, archive)
    assert results[0].vanished == 1
    assert lake_rows(lake) == before


def test_prune_takes_removed_inputs_with_all_their_rows(archive, tmp_path):
    lake, fresh = tmp_path / "lake", tmp_path / "fresh"
    write(archive, "copy-2024-09-01.txt", "The army of France met Germany.")
    run(lake, archive)
    (archive / "0-2024-04-01.txt").unlink()  # the original of the copy
    (archive / "short.txt").unlink()
    results = run(lake, archive, scope=Scope(prune=True))
    assert results[0].pruned == 2
    run(fresh, archive)
    assert lake_rows(lake) == lake_rows(fresh)
    assert row_counts(lake)["duplicates"] == 0
    whole(lake)


def test_prune_leaves_what_other_inputs_brought(archive, tmp_path):
    lake, other = tmp_path / "lake", tmp_path / "other"
    run(lake, archive)
    write(other, "x-2024-01-01.txt", "Chad met Mali there.")
    before = row_counts(lake)["articles"]
    run(lake, other, scope=Scope(prune=True))
    assert row_counts(lake)["articles"] == before + 1


def test_prune_refuses_to_empty_a_lake(archive, tmp_path):
    lake = tmp_path / "lake"
    run(lake, archive)
    for path in list(archive.iterdir())[1:]:
        path.unlink()
    before = lake_rows(lake)
    with pytest.raises(UsageError, match=r"take away 5 of 6 inputs.*mounted"):
        run(lake, archive, scope=Scope(prune=True))
    assert lake_rows(lake) == before
    results = run(lake, archive, scope=Scope(prune=True, max_prune_ratio=1.0))
    assert results[0].pruned == 5


def test_prune_spares_what_lies_below_an_unreadable_folder(archive, tmp_path, monkeypatch):
    from schemas.outcomes import Reject
    from transforms import files

    folder = archive / "sub"
    write(folder, "y-2024-01-02.txt", "Chad met Mali there.")
    lake = tmp_path / "lake"
    run(lake, archive)
    count = row_counts(lake)["articles"]
    listing = files.list_inputs
    reject = Reject(stage="read", uri=str(folder), reason="unreadable", message="no permission")

    def without(patterns, flags=()):
        found, problems = listing(patterns, flags)
        return [file for file in found if "/sub/" not in file.uri], [*problems, reject]

    monkeypatch.setattr(direct, "list_inputs", without)
    results = run(lake, archive, scope=Scope(prune=True))
    assert results[0].pruned == 0
    assert row_counts(lake)["articles"] == count


# ------------------------------------------------------------------------------------------------ tried again


def counting(lake, archive, **changes):
    execution = DirectExecution()
    return done(run(lake, archive, execution=execution, **changes)), execution.units_done


def test_rejects_are_tried_again_when_asked(archive, tmp_path):
    lake = tmp_path / "lake"
    write(archive, "no-2024-01-01.txt", "!reject this please, all of it.")
    run(lake, archive)
    before = lake_rows(lake)
    assert counting(lake, archive)[1] == []
    _, units = counting(lake, archive, scope=Scope(retry_rejects=True))
    assert len(units) == 2, "one unit of what could not be read, one of what could not be annotated"
    assert lake_rows(lake) == before
    whole(lake)


def test_rejects_of_an_older_version_are_tried_again_once(archive, tmp_path, monkeypatch):
    lake = tmp_path / "lake"
    write(archive, "no-2024-01-01.txt", "!reject this please, all of it.")
    run(lake, archive)
    for module in ("commit", "ingest", "annotate"):
        monkeypatch.setattr(f"pipelines.{module}.version", lambda: "99.0")
    _, units = counting(lake, archive)
    assert len(units) == 2
    assert counting(lake, archive)[1] == []
    whole(lake)


def test_what_could_not_be_opened_is_tried_again_when_it_can(archive, tmp_path, monkeypatch):
    from tests import fakes

    lake, fresh = tmp_path / "lake", tmp_path / "fresh"
    path = archive / "1-2024-05-01.txt"
    monkeypatch.setattr(direct, "open_uri", _refusing(path))
    results = run(lake, archive)
    assert results[0].rejects["unreadable"] == 1
    monkeypatch.setattr("pipelines.plan.is_readable", lambda _: False)
    assert counting(lake, archive)[1] == [], "still closed: not even tried"
    monkeypatch.undo()
    direct.versions(monkeypatch)
    assert fakes is not None
    assert done(run(lake, archive)) == [1, 1, 0]
    run(fresh, archive)
    assert lake_rows(lake) == lake_rows(fresh)


def _refusing(path):
    from transforms.files import open_uri

    def refuse(uri):
        if uri == str(path):
            raise PermissionError(13, "Permission denied")
        return open_uri(uri)

    return refuse


# ------------------------------------------------------------------------------------------------ done again


def stamps(lake):
    """Return the run of every file of annotations, by month."""
    return {
        path.parent.name: path.name.split("-")[1] for path in (lake / "mentions").rglob("*.parquet")
    }


def test_a_part_of_the_archive_is_annotated_again_and_the_rest_untouched(archive, tmp_path):
    lake = tmp_path / "lake"
    run(lake, archive)
    before, old = lake_rows(lake), stamps(lake)
    scope = Scope(since=dt.date(2024, 4, 1), until=dt.date(2024, 5, 1), reannotate=True)
    assert done(run(lake, archive, scope=scope)) == [0, 3, 0]
    assert lake_rows(lake) == before
    changed = {month for month, run_id in stamps(lake).items() if old[month] != run_id}
    assert changed <= {"published_month=2024-04", "published_month=2024-05"}
    whole(lake)


def test_a_part_of_the_archive_with_another_model(archive, tmp_path, monkeypatch):
    lake = tmp_path / "lake"
    run(lake, archive)
    direct.versions(monkeypatch, model="2")
    assert done(run(lake, archive, scope=Scope(only=("*.jsonl",)))) == [0, 5, 0]
    assert done(run(lake, archive, scope=Scope(only=("*.jsonl",)))) == [0, 0, 0]
    assert done(run(lake, archive)) == [0, 4, 0], "the rest, when it is asked for"
    whole(lake)


@pytest.mark.parametrize(
    ("scope", "read"),
    [
        (Scope(reparse=True), 9),
        (Scope(reparse=True, only=("*.jsonl",)), 5),
        (Scope(reparse=True, only=("in/0-*",)), 1),
        (Scope(reparse=True, since=dt.date(2024, 7, 1)), 1),
        (Scope(reparse=True, until=dt.date(2024, 1, 9)), 5),
        (Scope(reparse=True, until=dt.date(2024, 1, 8)), 0),
    ],
)
def test_inputs_are_read_again_when_asked(archive, tmp_path, scope, read):
    lake = tmp_path / "lake"
    run(lake, archive)
    before = lake_rows(lake)
    assert done(run(lake, archive, scope=scope)) == [read, 0, 0], (
        "what reads the same stays annotated"
    )
    assert lake_rows(lake) == before
    whole(lake)


def test_new_inputs_outside_the_globs_wait(archive, tmp_path):
    lake = tmp_path / "lake"
    assert done(run(lake, archive, scope=Scope(only=("*.txt",)))) == [4, 4, 0]
    assert done(run(lake, archive)) == [5, 5, 0]


def test_an_empty_range_is_refused():
    with pytest.raises(UsageError, match="after --until"):
        Scope(since=dt.date(2024, 2, 1), until=dt.date(2024, 1, 1))


# --------------------------------------------------------------------------------- what runs died at, run after run


def dead_run(lake, stage, items, number):
    """Leave what a run leaves that was killed with these inputs or articles in hand."""
    folder = lake / "_dateline" / "staging" / f"r9{number:05d}-x.{stage}" / "u1-abc"
    folder.mkdir(parents=True)
    (folder / "items.json").write_text(json.dumps(items))


def test_an_input_that_ends_every_run_is_narrowed_down_and_rejected(archive, tmp_path):
    lake = Lake(tmp_path / "lake")
    lake.create()
    names = [str(path) for path in sorted(archive.iterdir())]
    sizes = []
    from pipelines import plan
    from transforms.files import list_inputs

    files, _ = list_inputs([str(archive)])
    for death in range(6):
        found = plan.plan_ingest(
            lake.state, files, (), (), signature="s", limits="", deaths=lake.deaths("ingest")
        )
        held = [unit for unit in found.units if names[0] in {file.uri for file in unit.inputs}]
        sizes.append(held[0].size)
        if held[0].condemned:
            break
        assert held[0].careful == (death >= 2)
        dead_run(lake.root, "ingest", [file.uri for file in held[0].inputs], death)
    assert held[0].condemned is not None
    assert held[0].condemned.reason == "crash"
    assert sizes == [6, 6, 6, 4, 1, 1]


def test_a_run_that_was_stopped_suspects_nobody(archive, tmp_path):
    lake = tmp_path / "lake"

    class Stopped(DirectExecution):
        def perform(self, *_):
            dead_run(lake, "ingest", ["x"], 1)
            for folder in (lake / "_dateline" / "staging").iterdir():
                (folder / "u").mkdir(exist_ok=True)
                (folder / "u" / "items.json").write_text('["x"]')
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(lake, archive, execution=Stopped())
    assert Lake(lake).deaths("ingest") == {"x": 1}, (
        "the one that died, not the one that was stopped"
    )


# ------------------------------------------------------------------------------------------------ the ledger


def test_the_ledger_says_what_was_seen_and_by_whom(archive, tmp_path):
    import hashlib

    from pipelines.ledger import ANNOTATIONS, INPUTS
    from pipelines.records import version

    lake = tmp_path / "lake"
    run(lake, archive)
    state = Lake(lake).state
    rows = {row["uri"]: row for row in state.table(INPUTS).to_pylist()}
    short = archive / "short.txt"
    found = rows[str(short)]
    assert found["content_hash"] == hashlib.sha256(short.read_bytes()).hexdigest()
    assert (found["size"], found["modified"]) == (short.stat().st_size, short.stat().st_mtime)
    assert (found["rejects"], found["reasons"], found["version"]) == (1, "too_short=1", version())
    record = read_sealed(Lake(lake).run_records()[0])
    assert found["run_id"] == record["run_id"]
    assert record["settings"]["min_words"] == 3
    noted = state.table(ANNOTATIONS).to_pylist()[0]
    assert noted["version"] == version()
    assert noted["unit_id"]


def test_the_row_hash_follows_all_that_annotation_looks_at():
    from tests import builders
    from transforms.parquet import row_hashes

    article = builders.article()
    first = row_hashes(ARTICLES.to_arrow([article]))
    assert first == row_hashes(ARTICLES.to_arrow([article]))
    assert first != row_hashes(ARTICLES.to_arrow([builders.article(text=f"{article.text}!")]))
    assert first == row_hashes(ARTICLES.to_arrow([builders.article(extra='{"a": 1}')]))


# ------------------------------------------------------------------------------------------- a month of nights


class Archive:
    """An archive that lives: every night something is new, changed, removed, copied, broken or mended."""

    def __init__(self, folder, seed):
        self.folder = folder
        self.chance = random.Random(seed)
        self.count = 0
        folder.mkdir()

    def sentence(self):
        nations = self.chance.sample(["France", "Spain", "Italy", "Poland", "Chile", "Peru"], 3)
        return f"The army of {nations[0]} met {nations[1]} and {nations[2]} {self.chance.randrange(10**6)} times."

    def add(self):
        self.count += 1
        day = f"2024-{self.chance.randint(1, 4):02d}-{self.chance.randint(1, 28):02d}"
        kind = self.chance.random()
        files = [path for path in self.folder.rglob("*.txt") if path.is_file()]
        if kind < 0.25 and files:  # a copy, with a day of its own
            target = self.folder / f"{self.count:04d}-copy-{day}.txt"
            shutil.copyfile(self.chance.choice(files), target)
        elif kind < 0.35:
            (self.folder / f"{self.count:04d}.txt").write_bytes(b"broken\0")
        elif kind < 0.45:
            write(self.folder, f"{self.count:04d}-short.txt", "Short")
        elif kind < 0.6:
            lines = [
                json.dumps({"title": f"L{n}", "text": self.sentence(), "published": day})
                for n in range(self.chance.randint(1, 4))
            ]
            (self.folder / f"{self.count:04d}.jsonl").write_text("\n".join([*lines, "no json"]))
        else:
            folder = self.folder / self.chance.choice(["a", "b", "."])
            write(folder, f"{self.count:04d}-{day}.txt", self.sentence())

    def night(self):
        for _ in range(self.chance.randint(1, 5)):
            self.add()
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        for path in self.chance.sample(files, min(2, len(files))):
            change = self.chance.random()
            if change < 0.4:
                path.write_text(f"Changed {self.count}\n{self.sentence()}")
            elif change < 0.6:
                path.unlink()
            elif change < 0.8:
                os.utime(path, (self.chance.randrange(10**9), self.chance.randrange(10**9)))
            elif path.suffix == ".jsonl":
                with path.open("a") as stream:
                    stream.write("\n" + json.dumps({"title": "More", "text": self.sentence()}))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_a_month_of_nights_gives_the_tables_of_one_run(tmp_path, seed):
    """Thirty runs with --prune and compaction by the way; then one run over what the archive has become."""
    archive = Archive(tmp_path / "in", seed)
    lake, fresh = tmp_path / "lake", tmp_path / "fresh"
    for night in range(30):
        archive.night()
        scope = Scope(prune=True, max_prune_ratio=1.0, retry_rejects=night % 7 == 0)
        run(lake, archive.folder, scope=scope, compact_after=6 if night % 3 == 0 else 0)
    run(fresh, archive.folder)
    assert row_counts(lake)["articles"] > 30
    assert row_counts(lake)["duplicates"] > 1
    assert row_counts(lake)["rejects"] > 3
    assert lake_rows(lake) == lake_rows(fresh)
    whole(lake)
    results = run(lake, archive.folder)
    assert [result.run_id for result in results] == [None, None, None]
