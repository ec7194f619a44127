"""The lake at size: what a night costs that finds nothing or a little, ``verify``, compaction, and a usual query.

    python -m benchmarks.lake nothing [--files 100000]      a run that finds nothing new
    python -m benchmarks.lake growth [--sizes 10000,1000000] 1,000 new articles on lakes of both sizes
    python -m benchmarks.lake verify [--articles 1000000]
    python -m benchmarks.lake query [--events 10000000]     compact one month, then day and actor country with DuckDB

The tables are generated: texts, spans and events of 500 invented articles, over and over with ids of their own, published
through the commit of the product. Language processing is a stand-in (``tests/fakes.py``), so that only the frame is
measured. Peak memory is that of the largest process; everything is printed with CPU seconds beside the wall clock.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.measure import Used, timed
from pipelines import link
from pipelines.commit import Change
from pipelines.execute import Execution
from pipelines.lake import Lake, Run
from pipelines.options import RunConfig
from pipelines.report import QuietReporter
from schemas import tables
from schemas.documents import InputFile
from schemas.tables import ARTICLES, ENTITIES, EVENTS, MENTIONS, Table
from schemas.units import InputOutcome, Manifest, Selection, StagedFile
from transforms.files import list_inputs
from transforms.parquet import INDEX, OpenFile

TEMPLATES = 500
MENTIONS_EACH, ENTITIES_EACH, EVENTS_EACH = 20, 10, 5
UNIT_ARTICLES = 10_000
GROUP_ARTICLES = 4_000

_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)


def hex_ids(prefix: str, numbers: Any, digits: int = 16) -> pa.Array:
    """Return ids of ours: a letter and 16 hexadecimal digits (or 32: the same twice)."""
    raw = np.ascontiguousarray(numbers.astype(">u8")).view(np.uint8).reshape(-1, 8)
    nibbles = np.empty((len(raw), 16), np.uint8)
    nibbles[:, 0::2], nibbles[:, 1::2] = raw >> 4, raw & 15
    text = _HEX[nibbles]
    if digits == 32:
        text = np.hstack([text, text])
    if prefix:
        text = np.hstack([np.full((len(text), 1), ord(prefix), np.uint8), text])
    width = text.shape[1]
    offsets = np.arange(0, (len(text) + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(
        len(text), pa.py_buffer(offsets), pa.py_buffer(text.tobytes())
    )


class Generator:
    """Makes rows of all tables, consistent with one another."""

    def __init__(self, seed: int = 1) -> None:
        self.rng = np.random.default_rng(seed)
        chance = random.Random(seed)
        names = [f"{first}{second}" for first in ("Al", "Bor", "Cé", "Dan", "Ele", "Fró", "Gor", "Hal") for second in ("mark", "via", "stan", "dor", "ló", "mere", "burg", "nia")]  # fmt: skip
        words = "the of in on after before talks army ministers troops border week said that would meet and agreed over trade police protest strike".split()
        countries = [f"C{number:02d}" for number in range(60)]
        texts, mentions, entities, events = [], [], [], []
        for _ in range(TEMPLATES):
            pieces: list[str] = []
            at = 0
            spans = []
            chosen = chance.sample(names, ENTITIES_EACH)
            for number in range(MENTIONS_EACH):
                filler = " ".join(chance.choices(words, k=9)) + " "
                name = chosen[number % ENTITIES_EACH]
                spans.append((at + len(filler), at + len(filler) + len(name), name))
                piece = f"{filler}{name}. "
                pieces.append(piece)
                at += len(piece)
            text = "".join(pieces)
            texts.append(text)
            ids = hex_ids(
                "e", np.array([abs(hash(name)) % 2**62 for name in chosen], np.uint64)
            ).to_pylist()
            owner = [chance.choice(countries) for _ in chosen]
            mentions += [
                (number, start, end, name, ids[number % ENTITIES_EACH])
                for number, (start, end, name) in enumerate(spans)
            ]
            entities += [(ids[n], chosen[n], owner[n], spans[n][0]) for n in range(ENTITIES_EACH)]
            for number in range(EVENTS_EACH):
                first, second = spans[2 * number], spans[2 * number + 1]
                left, right = 2 * number % ENTITIES_EACH, (2 * number + 1) % ENTITIES_EACH
                events.append(
                    (
                        number,
                        first,
                        second,
                        ids[left],
                        ids[right],
                        owner[left],
                        owner[right],
                        text[first[0] : second[1]],
                    )
                )
        self.texts = pa.array(texts)
        self.mentions, self.entities, self.events = mentions, entities, events
        self._take = {
            "mentions": pa.table(
                dict(
                    zip(
                        ("sentence_index", "start", "end", "text", "entity_id"),
                        map(list, zip(*mentions, strict=True)),
                        strict=True,
                    )
                )
            ),
            "entities": pa.table(
                dict(
                    zip(
                        ("entity_id", "name", "country", "first_start"),
                        map(list, zip(*entities, strict=True)),
                        strict=True,
                    )
                )
            ),
        }
        self._events = self._event_templates()

    def _event_templates(self) -> pa.Table:
        def actors(span: int, entity: int, country: int) -> pa.Array:
            rows = [
                {"text": e[span][2], "start": e[span][0], "end": e[span][1], "entity_id": e[entity], "country": e[country], "code": e[country], "sector": "GOV"}
                for e in self.events
            ]  # fmt: skip
            return pa.array([[row] for row in rows], pa.list_(tables.ACTOR))

        return pa.table(
            {
                "sentence_index": [e[0] for e in self.events],
                "actor": actors(1, 3, 5),
                "recipient": actors(2, 4, 6),
                "actor_country": [e[5] for e in self.events],
                "recipient_country": [e[6] for e in self.events],
                "event_text": [e[7] for e in self.events],
                "trigger": [e[2][2] for e in self.events],
                "trigger_start": [e[2][0] for e in self.events],
                "trigger_end": [e[2][1] for e in self.events],
            }
        )

    def articles(self, count: int, month: str, uris: list[str]) -> tuple[pa.Table, Any]:
        """Return rows of articles of a month and the template of each."""
        chosen = self.rng.integers(0, TEMPLATES, count)
        year, number = map(int, month.split("-"))
        base = np.datetime64(f"{year:04d}-{number:02d}-01T00:00:00", "us").astype(np.int64)
        moments = np.sort(base + self.rng.integers(0, 28 * 86_400, count) * 1_000_000)
        rows = {
            "article_id": hex_ids("a", self.rng.integers(0, 2**63, count, dtype=np.uint64)),
            "uri": pa.array(uris),
            "record_offset": pa.array(np.arange(count) % 1000 + 1),
            "content_hash": hex_ids("", self.rng.integers(0, 2**63, count, dtype=np.uint64), 32),
            "published_at": pa.array(moments).cast(tables.INSTANT),
            "text": self.texts.take(pa.array(chosen)),
            "source_format": "jsonl", "published_precision": "second", "published_basis": "metadata",
            "language": "en", "extractor": "generated", "title": "An invented article",
            "word_count": 200, "paragraph_offsets": [0], "authors": [], "removed": [],
        }  # fmt: skip
        return fill(ARTICLES, rows, count), chosen

    def annotations(self, article_ids: pa.Array, chosen: Any, days: Any) -> dict[str, pa.Table]:
        """Return rows of mentions, entities and events of these articles."""
        count = len(chosen)

        def rows(each: int) -> tuple[Any, pa.Array]:
            owners = np.repeat(np.arange(count), each)
            return (chosen[:, None] * each + np.arange(each)).ravel(), article_ids.take(
                pa.array(owners)
            )

        found = {}
        at, owners = rows(MENTIONS_EACH)
        part = self._take["mentions"].take(pa.array(at))
        ids = hex_ids("m", self.rng.integers(0, 2**63, len(at), dtype=np.uint64))
        columns = {name: part[name] for name in part.schema.names}
        found["mentions"] = fill(
            MENTIONS,
            {**columns, "mention_id": ids, "article_id": owners, "label": "LOC", "kind": "name"},
            len(at),
        )
        at, owners = rows(ENTITIES_EACH)
        part = self._take["entities"].take(pa.array(at))
        columns = {name: part[name] for name in part.schema.names}
        found["entities"] = fill(
            ENTITIES,
            {**columns, "article_id": owners, "type": "GPE", "mention_count": 2, "aliases": []},
            len(at),
        )
        at, owners = rows(EVENTS_EACH)
        found["events"] = self.event_rows(at, owners, np.repeat(days, EVENTS_EACH))
        return found

    def event_rows(self, at: Any, owners: pa.Array, days: Any) -> pa.Table:
        part = self._events.take(pa.array(at))
        columns = {name: part[name] for name in part.schema.names}
        ids = hex_ids("v", self.rng.integers(0, 2**63, len(at), dtype=np.uint64))
        rest = {
            "event_id": ids, "article_id": owners, "event_date": pa.array(days.astype(np.int32), pa.date32()),
            "event_type": "CONSULT", "mode": "meet", "quad_code": 1, "event_scale": 3.0, "goldstein": 3.0,
            "cameo_root": "04", "is_reciprocal": False, "is_root_event": False, "event_date_precision": "day",
            "rule": "generated", "confidence": 0.5, "coder_version": "1", "ontology_version": "1",
            "mention_count": 1, "context": [], "sentence_indexes": [0],
        }  # fmt: skip
        return fill(EVENTS, {**columns, **rest}, len(at))


def fill(table: Table, columns: dict[str, Any], count: int) -> pa.Table:
    """Return rows of a table: single values are repeated, columns not named are null."""
    arrays = []
    for field in table.schema:
        value = columns.get(field.name)
        if isinstance(value, (pa.Array, pa.ChunkedArray)):
            array = value
        elif value is None:
            array = pa.nulls(count, field.type)
        else:
            array = pa.array([value], field.type).take(pa.array(np.zeros(count, np.int64)))
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        if pa.types.is_dictionary(field.type) and not pa.types.is_dictionary(array.type):
            array = array.dictionary_encode()
        arrays.append(array if array.type == field.type else array.cast(field.type))
    return pa.table(arrays, schema=table.schema)


def signatures() -> tuple[str, str]:
    """Return what the stand-ins' ingest and annotate compare."""
    from tests import fakes

    fakes.install()
    from pipelines import annotate, ingest
    from pipelines.options import AnnotateConfig, IngestConfig
    from schemas import ids

    versions = annotate.versions_of(AnnotateConfig())
    return (
        ingest.signature_of(IngestConfig()),
        ids.digest("annotate", *sorted(versions.items())),
    )


def limits_text() -> str:
    """Return what the ledger keeps of the limits, as a run without flags has them."""
    from pipelines.options import IngestConfig

    config = IngestConfig()
    return f"timeout {config.timeout_seconds:g} s, {config.max_bytes} bytes"


def make_lake(
    root: Path, count: int, months: int = 24, inputs: list[InputFile] | None = None
) -> Lake:
    """Publish a lake of ``count`` articles, annotated and linked; an input holds a thousand, or one of ``inputs`` each one."""
    lake = Lake(root)
    generator = Generator()
    ingested, annotated = signatures()
    names = [f"{2022 + number // 12}-{number % 12 + 1:02d}" for number in range(months)]
    with lake.hold("benchmark"):
        reading, saying = (
            lake.begin("ingest"),
            Run(run_id="r000002-generated", stage="annotate", started_at=""),
        )
        (lake.root / saying.staging).mkdir(parents=True, exist_ok=True)
        first, number, units_a, units_i = 0, 0, [], []
        while first < count:
            size = min(UNIT_ARTICLES, count - first)
            month = names[number % months]
            files = (
                inputs[first : first + size]
                if inputs
                else [
                    InputFile(uri=f"/archive/{number:05d}-{k:02d}.jsonl", size=1000, modified=1.0)
                    for k in range(-(-size // 1000))
                ]
            )
            each = 1 if inputs else 1000
            uris = [files[k // each].uri for k in range(size)]
            rows, chosen = generator.articles(size, month, uris)
            unit = f"{number:016x}"
            path = f"articles/published_month={month}/i{unit}-{reading.run_id}-0000.parquet"
            file = stage(lake, reading, ARTICLES, path, rows, GROUP_ARTICLES)
            index = OpenFile(
                lake.root,
                "index",
                "index.parquet",
                f"{reading.staging}/i{unit}/index.parquet",
                INDEX,
                (),
            )
            columns = {
                name: rows[name]
                for name in ("article_id", "uri", "content_hash", "published_at", "word_count")
            }
            columns |= {
                "path": pa.array([path] * size),
                "row": pa.array(np.arange(size, dtype=np.int32)),
                "row_hash": rows["content_hash"],
            }
            index.write(pa.table([columns[name] for name in INDEX.names], schema=INDEX))
            outcomes = tuple(InputOutcome(file=f, articles=each, rejects={}) for f in files)
            units_i.append(
                manifest(
                    f"i{unit}",
                    "ingest",
                    ingested,
                    reading,
                    [file],
                    index=index.close(),
                    outcomes=outcomes,
                )
            )
            days = rows["published_at"].cast(pa.int64()).to_numpy() // 86_400_000_000
            ids = rows["article_id"].combine_chunks()
            staged = [
                stage(
                    lake,
                    saying,
                    tables.BY_NAME[name],
                    f"{name}/published_month={month}/a{unit}-{saying.run_id}-0000.parquet",
                    part,
                    GROUP_ARTICLES * part.num_rows // size,
                )
                for name, part in generator.annotations(ids, chosen, days).items()
            ]
            selection = Selection(
                path=path, rows=tuple(range(size)), article_ids=tuple(ids.to_pylist())
            )
            units_a.append(
                manifest(f"a{unit}", "annotate", annotated, saying, staged, selections=(selection,))
            )
            first, number = first + size, number + 1
        lake.commit(reading, Change(manifests=units_i, limits=limits_text()))
        del units_i
        lake.commit(saying, Change(manifests=units_a))
        del units_a
        link.main(lake, Execution(RunConfig(), QuietReporter()))
    return lake


def stage(
    lake: Lake, run: Run, table: Table, path: str, rows: pa.Table, group_rows: int
) -> StagedFile:
    file = OpenFile(
        lake.root, table.name, path, f"{run.staging}/{path}", table.schema, table.text_columns
    )
    for start in range(0, rows.num_rows, group_rows):
        file.write(rows.slice(start, group_rows))
    return file.close()


def manifest(
    unit_id: str, name: str, signature: str, run: Run, files: list[StagedFile], **rest: Any
) -> Manifest:
    return Manifest(
        unit_id=unit_id, stage=name, signature=signature, run_id=run.run_id, files=tuple(files),
        rows={}, rejects={}, articles=0, words=0, seconds=0.0, **{"index": None, **rest},
    )  # fmt: skip


def show(label: str, found: Used, more: str = "") -> None:
    print(
        f"{label:44} {found.wall:7.1f} s wall {found.cpu:7.1f} s CPU {found.peak:6.0f} MB {more}",
        flush=True,
    )


def night(inputs: Path, lake: Path, workers: int = 1) -> Used:
    """Run the job with a fake model, without compaction."""
    settings = ("--workers", str(workers), "--compact-after", "0")
    return timed("tests.fake_dateline", "run", str(inputs), "--lake", str(lake), *settings)


def nothing(work: Path, count: int) -> None:
    """A run over ``count`` files of which none is new."""
    folder = work / "files"
    for number in range(count):
        place = folder / f"{number // 1000:04d}"
        if number % 1000 == 0:
            place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:07d}.txt").write_text("An invented article")
    files, _ = list_inputs([str(folder)])
    make_lake(work / "lake", count, inputs=files)
    first = night(folder, work / "lake", workers=2)
    show(f"nothing new in {count:,} files, checksums once", first)
    again = night(folder, work / "lake", workers=2)
    show(f"nothing new in {count:,} files", again, str(again.output).strip()[:60])


def growth(work: Path, sizes: list[int]) -> None:
    """A thousand new articles, then two hundred changed ones, on lakes of several sizes."""
    folder = work / "new"
    folder.mkdir()
    chance = random.Random(5)
    for number in range(11):
        lines = [
            json.dumps({"title": f"New {number} {n}", "text": " ".join(chance.choice(["France", "met", "Spain", "and", "the", "army", "of"]) for _ in range(200)), "published": f"2023-{n % 12 + 1:02d}-15"})
            for n in range(100)
        ]  # fmt: skip
        (folder / f"{number}.jsonl").write_text("\n".join(lines))
    kept = {path: path.read_text() for path in sorted(folder.iterdir())}
    for size in sizes:
        lake = work / f"lake{size}"
        make_lake(lake, size)
        for path, text in kept.items():
            path.write_text(text)
        # Once with nothing to do, so that the checksums of a lake just made are not counted.
        idle = night(work / "new" / "0.jsonl", lake)
        show(f"100 new articles on {size:,}, checksums once", idle)
        found = night(folder, lake)
        show(f"1,000 new articles on {size:,}", found)
        for path in sorted(kept)[3:5]:
            path.write_text(kept[path].replace("army", "army and police"))
        found = night(folder, lake)
        show(f"200 changed articles on {size:,}", found)
        print(found.output)


def verifying(work: Path, count: int) -> None:
    """``verify`` on a lake of ``count`` articles."""
    make_lake(work / "lake", count)
    size = sum(path.stat().st_size for path in (work / "lake").rglob("*.parquet"))
    rows = count * (1 + MENTIONS_EACH + ENTITIES_EACH + EVENTS_EACH)
    found = timed("tests.fake_dateline", "verify", "--lake", str(work / "lake"))
    show(
        f"verify {count:,} articles, {rows:,} rows",
        found,
        f"{size / 1e9:.2f} GB of Parquet: {found.output}",
    )


def querying(work: Path, count: int) -> None:
    """Events of one day by one country's actors among ``count`` events of one month, before and after compaction."""
    import duckdb

    lake = Lake(work / "lake")
    generator = Generator()
    with lake.hold("benchmark"):
        run = lake.begin("annotate")
        manifests = []
        for number, first in enumerate(range(0, count, 200_000)):
            size = min(200_000, count - first)
            at = generator.rng.integers(0, TEMPLATES * EVENTS_EACH, size)
            owners = hex_ids(
                "a",
                np.sort(generator.rng.integers(0, 2**63, size // EVENTS_EACH + 1, dtype=np.uint64)),
            )
            owners = owners.take(pa.array(np.arange(size) // EVENTS_EACH))
            days = 19_844 + generator.rng.integers(0, 31, size)
            path = f"events/published_month=2024-05/a{number:016x}-{run.run_id}-0000.parquet"
            file = stage(lake, run, EVENTS, path, generator.event_rows(at, owners, days), 20_000)
            manifests.append(manifest(f"a{number:016x}", "annotate", "s", run, [file]))
        lake.commit(run, Change(manifests=manifests))
    sql = (
        "SELECT count(*), avg(goldstein) FROM events "
        "WHERE event_date = DATE '2024-05-17' AND actor_country = 'C07'"
    )
    texts = "SELECT event_id, trigger, recipient_country FROM events WHERE event_date = DATE '2024-05-17' AND actor_country = 'C07'"

    def ask(label: str) -> None:
        connection = duckdb.connect()
        connection.execute("SET VARIABLE dateline_lake = ?", [str(lake.root)])
        connection.execute((lake.home / "views.sql").read_text())
        for name, query in (("count and mean", sql), ("rows", texts)):
            seconds = []
            for _ in range(9):
                started = time.perf_counter()
                rows = connection.execute(query).fetchall()
                seconds.append(time.perf_counter() - started)
            print(
                f"{label:18} {name:16} first {seconds[0] * 1000:6.0f} ms, median of 8 {statistics.median(seconds[1:]) * 1000:6.0f} ms, {len(rows):,} rows",
                flush=True,
            )

    ask("before compaction")
    found = timed("pipelines.cli", "compact", "--lake", str(lake.root))
    sizes = sorted(path.stat().st_size for path in (lake.root / "events").rglob("*.parquet"))
    show(
        f"compact {count:,} events",
        found,
        f"{len(sizes)} files of {sizes[0] / 1e6:.0f} to {sizes[-1] / 1e6:.0f} MB",
    )
    ask("after compaction")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["nothing", "growth", "verify", "query"])
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--sizes", default="10000,1000000")
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    work = args.keep or Path(tempfile.mkdtemp(prefix="dateline-lake-"))
    work.mkdir(parents=True, exist_ok=True)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    try:
        if args.what == "nothing":
            nothing(work, args.files)
        elif args.what == "growth":
            growth(work, [int(size) for size in args.sizes.split(",")])
        elif args.what == "verify":
            verifying(work, args.articles)
        else:
            querying(work, args.events)
    finally:
        if not args.keep:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
