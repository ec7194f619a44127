"""What a run changes, and how one commit of it is laid out in the staging folder.

``Preparation`` writes everything a commit adds (rewritten files, ledger deltas, the run record) beside the files of the
units, and says what is to be removed and moved; ``Lake.commit`` writes that down as the intent and carries it out.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines import ledger, migrations
from pipelines.ledger import ANNOTATIONS, ARTICLES, FILES, INPUTS, KINDS, Kind, LedgerFile
from pipelines.lookup import lookup
from pipelines.records import FORMAT, REPAIR, LakeDamagedError, State, now, sealed, version
from schemas import tables
from schemas.documents import InputFile
from schemas.units import Manifest, StagedFile
from transforms.parquet import file_digest, parquet_writer, write_whole

COMPACTED: Final = "c"
"""First letter of the unit of a file that compaction made: it holds rows of many units, of one month."""

_ARTICLE_STAGES: Final = ("annotate", "resolve", "code")
INPUT_STAGES: Final = ("read", "parse")
_ANNOTATION_TABLES: Final = ("mentions", "entities", "events", "date_clues")
_PAIRS: Final = {"duplicates": "original_id", "inferred_dates": "evidence_article_id"}
"""Tables of links between articles, and the column of the other one."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rewritten:
    """Files that take the place of others and hold the same rows; ``moved`` says where articles are now.

    ``moved`` has ``article_id``, ``path`` and ``row``; null where no articles move.
    """

    unit_id: str
    removes: tuple[str, ...]
    files: tuple[StagedFile, ...]
    moved: pa.Table | None = None


@dataclasses.dataclass(kw_only=True)
class Change:
    """What a run does to the lake, beside publishing the files of its units.

    ``replaced_uris``: inputs whose articles, with everything made of them, and rejects go away; an article that comes
    again as it was keeps its annotations. ``dropped`` are ids of articles whose annotations go away. ``replaced_tables``
    lose all files they have. ``touched`` are inputs whose time changed and whose content did not. ``lost`` are files
    that are gone or no longer what they were: they are forgotten and their rows with them; ``stale_uris`` are inputs to
    be read again by the next run. ``rewritten`` replaces files by others with the same rows. ``relink`` says that
    ``duplicates`` has to be made again; ``dated_from`` is what ``inferred_dates`` now rests on, empty if it has to be made
    again and null if nothing changed. ``ledger`` replaces the ledger. ``facts`` go into the run record.
    """

    manifests: Sequence[Manifest] = ()
    replaced_uris: Sequence[str] = ()
    dropped: Sequence[str] = ()
    replaced_tables: Sequence[str] = ()
    touched: Sequence[InputFile] = ()
    lost: Sequence[str] = ()
    stale_uris: Sequence[str] = ()
    rewritten: Sequence[Rewritten] = ()
    limits: str = ""
    limited_reasons: tuple[str, ...] = ()
    linked: bool = False
    relink: bool = False
    dated_from: str | None = None
    ledger: Mapping[str, pa.Table] = dataclasses.field(default_factory=dict)
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Run:
    """One run of one stage, from its plan to its commit."""

    run_id: str
    stage: str
    started_at: str

    @property
    def staging(self) -> str:
        """Return its staging folder, relative to the lake."""
        return f"_dateline/staging/{self.run_id}.{self.stage}"


class Preparation:
    """One commit, laid out in the staging folder; ``lake`` is its folder, ``lake_id`` what its files call it."""

    def __init__(self, lake: Path, lake_id: str, state: State, run: Run, change: Change) -> None:
        """Write nothing yet."""
        self.lake = lake
        self.lake_id = lake_id
        self.state = state
        self.run = run
        self.run_id = run.run_id
        self.change = change
        self.folder = f"{run.staging}/commit"
        self.removes: list[str] = []
        self.moves: list[tuple[str, str]] = []
        self.later: list[str] = []
        self.last: tuple[str, str] = ("", "")
        self.added: list[StagedFile] = []
        self.deltas: dict[str, list[pa.Table]] = {name: [] for name in KINDS}
        self.indexes: list[pa.Table] = []
        self._rewrites = 0
        self._lost_done = False

    def prepare(self) -> dict[str, Any]:
        """Lay everything out; return the run record.

        Raises:
          LakeDamagedError: a file it has to rewrite is not what the ledger says.
          OSError: the disk refuses.
        """
        shutil.rmtree(self.lake / self.folder, ignore_errors=True)  # of an attempt that failed
        (self.lake / self.folder).mkdir(parents=True)
        self.indexes = [
            pq.read_table(self.lake / manifest.index.staged, partitioning=None)
            for manifest in self.change.manifests
            if manifest.index is not None
        ]
        for name, table in self.change.ledger.items():
            self.deltas[name].append(table)
        self._take_away()
        self._add_units()
        self._touch()
        changed = any(delta.num_rows for delta in self.deltas["articles"])
        self._add_rewritten()
        for file in self.added:
            self.moves.append((file.staged, file.path))
        files = self._write_ledger()
        record = self._record(files, changed)
        path = f"_dateline/runs/{self.run_id}.json"
        self.last = (f"{self.folder}/record.json", path)
        write_whole(self.lake / self.last[0], sealed(record))
        return record

    # -------------------------------------------------------------------------------- what goes away

    def _take_away(self) -> None:
        """Take rows of replaced inputs, and dropped annotations, out of every table."""
        change = self.change
        if change.lost:
            self._remove_files(self._owners(pa.array(change.lost, pa.string())))
            self._lost_done = True
        self._remove_files(self._files_of(change.replaced_tables, None))
        if not (change.replaced_uris or change.dropped or change.lost):
            return
        uris = pa.array(change.replaced_uris, pa.string())
        inputs = _matching(self.state.table(INPUTS, ("unit_id",)), "uri", uris)
        known = lookup(self.state, ARTICLES)
        lost = pa.array(change.lost, pa.string())
        there = np.union1d(known.where("uri", uris), known.where("path", lost))
        articles = known.rows(there, ("article_id", "uri", "path", "row_hash"))
        gone = _whole(articles["article_id"])
        lasting = self._unchanged(articles)
        losing = pa.concat_arrays(
            [gone.filter(pc.invert(lasting)), pa.array(change.dropped, pa.string())]
        )
        said = lookup(self.state, ANNOTATIONS)
        annotations = said.rows(said.places(losing), ("article_id", "unit_id"))
        self.deltas["inputs"].append(INPUTS.gone(inputs["uri"]))
        self.deltas["articles"].append(ARTICLES.gone(gone))
        self.deltas["annotations"].append(ANNOTATIONS.gone(annotations["article_id"]))

        ids = _whole(annotations["article_id"])
        units = pc.unique(annotations["unit_id"])
        homes = pc.unique(known.rows(known.places(ids), ("path",))["path"]).to_pylist()
        months = {path.split("/")[1] for path in homes}
        of_articles = self._files_of(_ANNOTATION_TABLES, units)
        of_articles += [
            (path, unit_id)
            for path, unit_id in self._compacted(_ANNOTATION_TABLES)
            if path.split("/")[1] in months
        ]
        for path, unit_id in sorted(set(of_articles)):
            self._rewrite(
                path,
                unit_id,
                ("article_id",),
                lambda rows: pc.is_in(rows["article_id"], value_set=ids),
            )
        if len(gone):
            for path, unit_id in self._owners(pc.unique(articles["path"])):
                self._rewrite(
                    path,
                    unit_id,
                    ("article_id",),
                    lambda rows: pc.is_in(rows["article_id"], value_set=gone),
                )
        vanished = gone.filter(pc.invert(lasting))
        for table, other in _PAIRS.items():
            if not len(vanished) or table in change.replaced_tables:
                continue

            def linked(rows: pa.Table, other: str = other) -> pa.ChunkedArray:
                return pc.or_(
                    pc.is_in(rows["article_id"], value_set=vanished),
                    pc.is_in(rows[other], value_set=vanished),
                )

            for path, unit_id in self._files_of([table], None):
                self._rewrite(path, unit_id, ("article_id", other), linked)
        both = pa.concat_arrays([_whole(units), _whole(pc.unique(inputs["unit_id"]))])

        def rejected(rows: pa.Table) -> pa.ChunkedArray:
            stages = rows["stage"].cast(pa.string())
            of_article = pc.and_(
                pc.is_in(rows["article_id"], value_set=ids),
                pc.is_in(stages, value_set=pa.array(_ARTICLE_STAGES)),
            )
            of_input = pc.and_(
                pc.is_in(rows["uri"], value_set=uris),
                pc.is_in(stages, value_set=pa.array(INPUT_STAGES)),
            )
            return pc.or_(of_article, of_input)

        of_rejects = {*self._files_of(["rejects"], both), *self._compacted(["rejects"])}
        for path, unit_id in sorted(of_rejects):
            self._rewrite(path, unit_id, ("stage", "article_id", "uri"), rejected)

    def _unchanged(self, articles: pa.Table) -> pa.Array:
        """Mark the articles that the units of this run bring again, with all that annotation looks at as it was."""
        if not self.indexes or not articles.num_rows:
            return pa.array([False] * articles.num_rows, pa.bool_())
        new = pa.concat_tables(self.indexes)
        at = pc.index_in(articles["article_id"], value_set=_whole(new["article_id"]))
        again = pc.equal(articles["row_hash"], new["row_hash"].take(_whole(at)))
        return _whole(pc.fill_null(again, False))

    def _files_of(self, names: Sequence[str], units: pa.Array | None) -> list[tuple[str, str]]:
        files = self._files()
        chosen = pc.is_in(files["table"], value_set=pa.array(names, pa.string()))
        if units is not None:
            chosen = pc.and_(chosen, pc.is_in(files["unit_id"], value_set=_whole(units)))
        return _pairs(files.filter(chosen))

    def _compacted(self, names: Sequence[str]) -> list[tuple[str, str]]:
        files = self._files()
        chosen = pc.is_in(files["table"], value_set=pa.array(names, pa.string()))
        return _pairs(
            files.filter(pc.and_(chosen, pc.starts_with(files["unit_id"], pattern=COMPACTED)))
        )

    def _owners(self, paths: pa.Array) -> list[tuple[str, str]]:
        return _pairs(_matching(self._files(), "path", paths))

    def _files(self) -> pa.Table:
        """Return the files there are, without those that are lost."""
        files = self.state.table(FILES, ("table", "unit_id"))
        if self._lost_done:
            lost = pa.array(self.change.lost, pa.string())
            files = files.filter(pc.invert(pc.is_in(files["path"], value_set=lost)))
        return files

    def _remove_files(self, files: Iterable[tuple[str, str]]) -> None:
        paths = [path for path, _ in files]
        self.removes.extend(paths)
        self.deltas["files"].append(FILES.gone(pa.array(paths, pa.string())))

    def _rewrite(self, path: str, unit_id: str, columns: Sequence[str], drop: Any) -> None:
        """Replace a file by one without the rows that ``drop`` marks, seeing ``columns``; one that loses none stays."""
        source = self.lake / path
        try:
            old = pq.ParquetFile(source)
        except (OSError, pa.ArrowException) as error:
            raise LakeDamagedError(f"{path} cannot be read ({error}); {REPAIR}") from error
        with old:
            mask = _whole(pc.invert(pc.fill_null(drop(old.read(columns=list(columns))), False)))
            left_rows = pc.sum(mask).as_py() or 0
            if left_rows == len(mask):
                return
            self._remove_files([(path, unit_id)])
            if not left_rows:
                return
            self._rewrites += 1
            name = f"{unit_id}-{self.run_id}-w{self._rewrites:04d}.parquet"
            staged = self._copy(old, f"{path.rsplit('/', 1)[0]}/{name}", mask, left_rows)
        self.added.append(staged)
        self.deltas["files"].append(FILES.rows([file_row(staged, unit_id, self.run_id)]))
        if staged.table == "articles":
            self._renumber(path, staged.path, mask)

    def _copy(self, old: pq.ParquetFile, target: str, mask: pa.Array, rows: int) -> StagedFile:
        """Write the rows of a file that ``mask`` keeps, row group by row group, with the columns of today."""
        table = tables.BY_NAME[target.split("/", 1)[0]]
        place = self.lake / self.folder / target
        place.parent.mkdir(parents=True, exist_ok=True)
        first = 0
        with place.open("xb") as sink:
            with parquet_writer(sink, table.schema, table.text_columns) as writer:
                for group in range(old.num_row_groups):
                    found = old.read_row_group(group)
                    left = found.filter(mask.slice(first, found.num_rows))
                    first += found.num_rows
                    if left.num_rows:
                        left = migrations.extend(table, left)
                        writer.write_table(left, row_group_size=left.num_rows)
            sink.flush()
            os.fsync(sink.fileno())
        return StagedFile(
            table=table.name,
            path=target,
            staged=f"{self.folder}/{target}",
            rows=rows,
            size=place.stat().st_size,
            sha256=file_digest(place),
        )

    def _renumber(self, old: str, new: str, kept: pa.Array) -> None:
        """Tell the ledger where the articles of a rewritten file are now."""
        known = lookup(self.state, ARTICLES)
        rows = known.rows(known.where("path", pa.array([old]))).sort_by("row")
        if rows.num_rows != len(kept):
            raise LakeDamagedError(
                f"{old} has {len(kept)} rows and the ledger {rows.num_rows}; {REPAIR}"
            )
        left = rows.filter(kept)
        left = left.set_column(
            left.schema.get_field_index("path"),
            "path",
            pa.array([new] * left.num_rows, pa.string()),
        )
        left = left.set_column(
            left.schema.get_field_index("row"), "row", pa.array(range(left.num_rows), pa.int32())
        )
        self.deltas["articles"].append(ARTICLES.conform(left))

    # -------------------------------------------------------------------------------- what comes

    def _add_units(self) -> None:
        inputs: list[dict[str, Any]] = []
        for index in self.indexes:
            self.deltas["articles"].append(ARTICLES.conform(_alive(index)))
        for manifest in self.change.manifests:
            self.added.extend(manifest.files)
            self.deltas["files"].append(
                FILES.rows(
                    [file_row(file, manifest.unit_id, manifest.run_id) for file in manifest.files]
                )
            )
            for outcome in manifest.outcomes:
                limited = sum(
                    outcome.rejects.get(reason, 0) for reason in self.change.limited_reasons
                )
                inputs.append(
                    {
                        **dataclasses.asdict(outcome.file),
                        "signature": manifest.signature,
                        "limits": self.change.limits,
                        "limited": limited,
                        "articles": outcome.articles,
                        "rejects": sum(outcome.rejects.values()),
                        "reasons": render_reasons(outcome.rejects),
                        "content_hash": outcome.content_hash,
                        "version": version(),
                        "unit_id": manifest.unit_id,
                        "run_id": self.run_id,
                        "gone": False,
                    }
                )
            if manifest.selections:
                self.deltas["annotations"].append(self._annotations(manifest))
        if inputs:
            self.deltas["inputs"].append(INPUTS.rows(inputs))

    def _touch(self) -> None:
        """Keep the new times of inputs whose content is the old, and mark those that are to be read again."""
        if self.change.stale_uris:
            stale = pa.array(self.change.stale_uris, pa.string())
            known = _matching(self.state.table(INPUTS), "uri", stale).to_pylist()
            self.deltas["inputs"].append(
                INPUTS.rows([{**row, "signature": "", "content_hash": None} for row in known])
            )
        if not self.change.touched:
            return
        times = {file.uri: (file.modified, file.etag) for file in self.change.touched}
        rows = _matching(self.state.table(INPUTS), "uri", pa.array(list(times), pa.string()))
        found = rows.to_pylist()
        for row in found:
            row["modified"], row["etag"] = times[row["uri"]]
        self.deltas["inputs"].append(INPUTS.rows(found))

    def _add_rewritten(self) -> None:
        for item in self.change.rewritten:
            self._remove_files([(path, item.unit_id) for path in item.removes])
            self.added.extend(item.files)
            self.deltas["files"].append(
                FILES.rows([file_row(file, item.unit_id, self.run_id) for file in item.files])
            )
            if item.moved is not None:
                self.deltas["articles"].append(self._moved(item.moved))

    def _moved(self, moved: pa.Table) -> pa.Table:
        known = lookup(self.state, ARTICLES)
        rows = known.rows(known.places(moved["article_id"]))
        at = _whole(pc.index_in(moved["article_id"], value_set=_whole(rows["article_id"])))
        if at.null_count:
            raise LakeDamagedError(
                f"{at.null_count:,} articles are in the tables and not in the ledger; {REPAIR}"
            )
        found = rows.take(at)
        for name in ("path", "row"):
            found = found.set_column(found.schema.get_field_index(name), name, moved[name])
        return ARTICLES.conform(found)

    def _annotations(self, manifest: Manifest) -> pa.Table:
        ids = [
            article_id for selection in manifest.selections for article_id in selection.article_ids
        ]
        count = len(ids)
        days = [
            day
            for selection in manifest.selections
            for day in selection.inferred or (None,) * len(selection.rows)
        ]
        columns = {
            "article_id": pa.array(ids, pa.string()),
            "signature": pa.array([manifest.signature] * count, pa.string()),
            "rejected": pc.is_in(
                pa.array(ids, pa.string()), value_set=pa.array(manifest.rejected, pa.string())
            ),
            "version": pa.array([version()] * count, pa.string()),
            "unit_id": pa.array([manifest.unit_id] * count, pa.string()),
            "run_id": pa.array([self.run_id] * count, pa.string()),
            "inferred": pa.array(days, pa.string()),
            "gone": pa.array([False] * count, pa.bool_()),
        }
        return pa.table(columns, schema=ANNOTATIONS.schema)

    # -------------------------------------------------------------------------------- ledger and record

    def _write_ledger(self) -> list[LedgerFile]:
        """Write one delta per changed table, merged with the last ones; return the new list of ledger files."""
        result: list[LedgerFile] = []
        for kind in KINDS.values():
            files = [file for file in self.state.ledger if file.kind == kind.name]
            deltas = [delta for delta in self.deltas[kind.name] if delta.num_rows]
            if not deltas:
                result.extend(files)
                continue
            merged = ledger.files_to_merge(files, sum(delta.num_rows for delta in deltas))
            kept, taken = files[: len(files) - merged], files[len(files) - merged :]
            older = [pq.read_table(self.lake / file.path, partitioning=None) for file in taken]
            table = ledger.fold(kind, [*older, *deltas], keep_gone=bool(kept))
            self.later.extend(file.path for file in taken)
            result.extend(kept)
            if table.num_rows:
                result.append(self._write_delta(kind, table))
        return result

    def _write_delta(self, kind: Kind, table: pa.Table) -> LedgerFile:
        path = f"_dateline/ledger/{kind.name}-{self.run_id}.parquet"
        staged = f"{self.folder}/{kind.name}.parquet"
        place = self.lake / staged
        with place.open("wb") as sink:
            ledger.write_delta(sink, kind, table)
            sink.flush()
            os.fsync(sink.fileno())
        self.moves.append((staged, path))
        return LedgerFile(kind=kind.name, path=path, rows=table.num_rows, sha256=file_digest(place))

    def _record(self, files: Sequence[LedgerFile], changed: bool) -> dict[str, Any]:
        seq = self.state.seq + 1
        articles_version = seq if changed else self.state.articles_version
        return {
            "format": FORMAT,
            "schema_version": tables.SCHEMA_VERSION,
            "lake_id": self.lake_id,
            "run_id": self.run_id,
            "seq": seq,
            "stage": self.run.stage,
            "version": version(),
            "started_at": self.run.started_at,
            "finished_at": now(),
            **self.change.facts,
            "streams": {**self.state.streams, **self.change.facts.get("streams", {})},
            "units": [
                {
                    "unit_id": manifest.unit_id,
                    "run_id": manifest.run_id,
                    "articles": manifest.articles,
                    "words": manifest.words,
                    "rows": dict(manifest.rows),
                    "rejects": dict(manifest.rejects),
                    "seconds": manifest.seconds,
                }
                for manifest in self.change.manifests
            ],
            "added": [
                {"path": file.path, "rows": file.rows, "size": file.size, "sha256": file.sha256}
                for file in self.added
            ],
            "removed": self.removes,
            "ledger": [dataclasses.asdict(file) for file in files],
            "articles_version": articles_version,
            "dated_from": self.state.dated_from
            if self.change.dated_from is None
            else self.change.dated_from,
            "linked_version": self.state.articles_version
            if self.change.linked
            else -1
            if self.change.relink
            else self.state.linked_version,
        }


def file_row(file: StagedFile, unit_id: str, run_id: str) -> dict[str, Any]:
    """Return what the ledger keeps of a file."""
    return {
        "path": file.path,
        "table": file.table,
        "unit_id": unit_id,
        "run_id": run_id,
        "rows": file.rows,
        "size": file.size,
        "sha256": file.sha256,
    }


def _matching(table: pa.Table, column: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    return table.filter(pc.is_in(table[column], value_set=_whole(values)))


def _pairs(files: pa.Table) -> list[tuple[str, str]]:
    return sorted(zip(files["path"].to_pylist(), files["unit_id"].to_pylist(), strict=True))


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return array if isinstance(array, pa.Array) else pa.concat_arrays(array.chunks)


def render_reasons(rejects: Mapping[str, int]) -> str:
    """Write counts by reason as the ledger keeps them: ``binary=1 too_short=2``."""
    return " ".join(f"{reason}={count}" for reason, count in sorted(rejects.items()))


def _alive(table: pa.Table) -> pa.Table:
    return table.append_column("gone", pa.array([False] * table.num_rows, pa.bool_()))
