"""The lake: where files lie, who may write, and how a run becomes visible.

    lake/
      articles/published_month=2021-03/….parquet        and so on for every table
      _dateline/lake.json      which lake this is, and of which format
      _dateline/runs/          one record per committed run, the last one being the state
      _dateline/ledger/        what the state consists of (see ledger.py)
      _dateline/staging/       what runs are working on
      _dateline/intent.json    a commit under way
      _dateline/lock           who holds the lake
      _dateline/views.sql      DuckDB views;  _dateline/schema.json  the data dictionary

Commit: everything a run adds lies complete in the staging folder, the new ledger files and the run record too. Then the
intent is written, in one rename, and with it the run is decided: what it lists is carried out, and after a crash carried
out again by the next start. Without an intent the run never happened; the units it had finished are found and taken over
by the next run. Files have names of their own for ever, so nothing is overwritten. A file whose rows partly go away is
replaced by one without them; old files go before new ones come, so a reader may for a moment miss rows that are being
replaced, and never counts one twice.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import fcntl
import hashlib
import importlib.metadata
import json
import os
import shutil
import socket
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines import ledger
from pipelines.ledger import ANNOTATIONS, ARTICLES, FILES, INPUTS, KINDS, Kind, LedgerFile
from schemas import tables
from schemas.units import Manifest, StagedFile
from transforms import parquet
from transforms.parquet import (
    file_digest,
    iterate_manifests,
    parquet_writer,
    sync_folder,
    write_whole,
)

FORMAT: Final = 1
"""Version of this layout; a lake of a later one is refused."""

_ARTICLE_STAGES: Final = ("annotate", "resolve", "code")
_INPUT_STAGES: Final = ("read", "parse")


class LakeError(RuntimeError):
    """The lake cannot be used; the message is one sentence for the person who called."""


class LakeBusyError(LakeError):
    """Another run holds the lake."""


class LakeDamagedError(LakeError):
    """The lake's own records contradict themselves or the files."""


@dataclasses.dataclass(kw_only=True)
class Change:
    """What a run does to the lake, beside publishing the files of its units.

    ``replaced_uris``: inputs whose articles, with everything made of them, and rejects go away. ``dropped`` are ids of
    articles whose annotations go away. ``replaced_tables`` lose all files they have. ``annotated`` are ids of the articles
    that now count as annotated, by unit. ``facts`` go into the run record.
    """

    manifests: Sequence[Manifest] = ()
    replaced_uris: Sequence[str] = ()
    dropped: Sequence[str] = ()
    replaced_tables: Sequence[str] = ()
    limits: str = ""
    limited_reasons: tuple[str, ...] = ()
    linked: bool = False
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


@dataclasses.dataclass
class State:
    """What the lake holds: the last run record and, read when asked for, the ledger."""

    root: Path
    record: dict[str, Any]
    _tables: dict[str, pa.Table] = dataclasses.field(default_factory=dict)

    @property
    def ledger(self) -> list[LedgerFile]:
        """Return the ledger files, oldest first."""
        return [LedgerFile(**item) for item in self.record.get("ledger", ())]

    def table(self, kind: Kind) -> pa.Table:
        """Return one table of the ledger.

        Raises:
          LakeDamagedError: it cannot be read.
        """
        if kind.name not in self._tables:
            try:
                self._tables[kind.name] = ledger.read_kind(self.root, kind, self.ledger)
            except (OSError, pa.ArrowException) as error:
                raise LakeDamagedError(
                    f"the ledger of {self.root} cannot be read: {error}"
                ) from error
        return self._tables[kind.name]

    @property
    def seq(self) -> int:
        """Return the number of the last run, 0 for none."""
        return int(self.record.get("seq", 0))

    @property
    def articles_version(self) -> int:
        """Return the number of the last run that changed the articles."""
        return int(self.record.get("articles_version", 0))

    @property
    def linked_version(self) -> int:
        """Return the ``articles_version`` that ``duplicates`` was made from."""
        return int(self.record.get("linked_version", 0))


class Lake:
    """A lake on a local disk."""

    def __init__(self, root: str | Path) -> None:
        """Name the lake; nothing is touched.

        Raises:
          LakeError: the name is a URL.
        """
        if "://" in str(root):
            raise LakeError(
                f"--lake {root}: a lake lies on a local or mounted disk in this version, not at a URL"
            )
        self.root = Path(os.path.abspath(Path(root).expanduser()))  # noqa: PTH100 - no symlink is followed
        self.home = self.root / "_dateline"
        self.staging = self.home / "staging"
        self._state: State | None = None
        self._held = False

    # ------------------------------------------------------------------------------------------ opening

    @property
    def exists(self) -> bool:
        """Tell whether there is a lake."""
        return (self.home / "lake.json").is_file()

    def check(self) -> None:
        """Refuse what is no lake of ours.

        Raises:
          LakeError: there is none, or one of a later format.
        """
        if not self.exists:
            raise LakeError(f"{self.root} is no lake (it has no _dateline/lake.json)")
        try:
            marker = json.loads((self.home / "lake.json").read_bytes())
            version = int(marker["format"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise LakeDamagedError(f"{self.home / 'lake.json'} cannot be read: {error}") from error
        if version > FORMAT:
            raise LakeError(
                f"{self.root} was written by a later version of Dateline (lake format {version}, this one knows "
                f"{FORMAT}); upgrade with: pip install --upgrade dateline-news"
            )

    def create(self) -> None:
        """Make the lake if there is none yet.

        Raises:
          LakeError: the folder holds other things, or cannot be written.
        """
        if self.exists:
            self.check()
            return
        try:
            if self.root.exists() and not self.root.is_dir():
                raise LakeError(f"--lake {self.root} is a file")
            # A folder with nothing but our own home is a lake whose creation was cut short.
            if self.root.is_dir() and any(
                entry.name != "_dateline" for entry in self.root.iterdir()
            ):
                raise LakeError(
                    f"--lake {self.root} is not empty and holds no lake; name a new folder"
                )
            for folder in (self.home / "runs", self.home / "ledger", self.staging):
                folder.mkdir(parents=True, exist_ok=True)
            marker = {"format": FORMAT, "lake_id": uuid.uuid4().hex, "created_at": now()}
            self.write_views()
            write_whole(self.home / "lake.json", json.dumps(marker, indent=2).encode())
        except OSError as error:
            raise _unwritable(self.root, error) from error

    @contextlib.contextmanager
    def hold(self, command: str) -> Iterator[None]:
        """Be the one writer, and finish or undo what a killed one left.

        The lock is the kernel's (``flock``): it ends with the process that holds it, however that dies. What the file
        says is for people.

        Raises:
          LakeBusyError: another process holds the lake.
          LakeError: the lake cannot be written.
        """
        self.create()
        path = self.home / "lock"
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise _unwritable(self.root, error) from error
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LakeBusyError(f"{self.root} is held by another run{_holder(path)}") from None
            note = {
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "command": command,
                "since": now(),
            }
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps(note).encode(), 0)
            self._held = True
            self.recover()
            yield
        finally:
            self._held = False
            with contextlib.suppress(OSError):
                os.ftruncate(handle, 0)
            os.close(handle)

    # ------------------------------------------------------------------------------------------ state

    @property
    def state(self) -> State:
        """Return the state, read once and again after each commit."""
        if self._state is None:
            records = self.run_records()
            self._state = State(self.root, read_record(records[-1]) if records else {})
        return self._state

    def run_records(self) -> list[Path]:
        """Return the run records, in the order of the runs."""
        folder = self.home / "runs"
        return sorted(folder.glob("r*.json")) if folder.is_dir() else []

    # ------------------------------------------------------------------------------------------ a run

    def begin(self, stage: str) -> Run:
        """Open a staging folder for a new run.

        Raises:
          LakeError: the lake cannot be written.
        """
        moment = dt.datetime.now(dt.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        run = Run(run_id=f"r{self.state.seq + 1:06d}-{moment}", stage=stage, started_at=now())
        with self.writing():
            (self.root / run.staging).mkdir(parents=True, exist_ok=True)
        return run

    def gather(self, run: Run) -> dict[str, Manifest]:
        """Return the manifests that units of this run have left, by unit."""
        return {manifest.unit_id: manifest for manifest in self._manifests(self.root / run.staging)}

    def left_over(self, stage: str) -> list[Manifest]:
        """Return the units of a stage that killed runs had finished, whole ones only, the latest of each."""
        found: dict[str, Manifest] = {}
        for folder in sorted(self.staging.glob(f"*.{stage}")):
            for manifest in self._manifests(folder):
                files = [*manifest.files, *([manifest.index] if manifest.index else [])]
                if all(self._intact(file) for file in files):
                    found[manifest.unit_id] = manifest
        return list(found.values())

    def _manifests(self, folder: Path) -> Iterator[Manifest]:
        for path in iterate_manifests(folder):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                yield Manifest.from_json(json.loads(path.read_bytes()))

    def _intact(self, file: StagedFile) -> bool:
        place = self.root / file.staged
        return (
            place.is_file()
            and place.stat().st_size == file.size
            and file_digest(place) == file.sha256
        )

    def sweep(self, stage: str) -> None:
        """Remove what runs of a stage have left in the staging folder; for when the stage is complete."""
        for folder in list(self.staging.glob(f"*.{stage}")):
            shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Turn what the disk refuses into one sentence."""
        try:
            yield
        except OSError as error:
            raise _unwritable(self.root, error) from error

    # ------------------------------------------------------------------------------------------ commit

    def commit(self, run: Run, change: Change) -> dict[str, Any]:
        """Publish a run; return its record. See the module for how.

        Raises:
          LakeError: the disk refused; before the intent the lake is as it was, after it the next start goes on.
        """
        assert self._held, "commit needs the lock"
        with self.writing():
            parquet.fault("commit.begin")
            plan = _Plan(self, run, change)
            record = plan.prepare()
            parquet.fault("commit.prepared")
            intent = {
                "run_id": run.run_id,
                "staging": run.staging,
                "removes": plan.removes,
                "moves": plan.moves,
                "last": plan.last,
                "later": plan.later,
            }
            write_whole(self.home / "intent.json", _sealed(intent))
            parquet.fault("commit.intent")
            self._carry_out(intent)
        return record

    def recover(self) -> None:
        """Carry out a commit that was decided and cut short.

        Raises:
          LakeDamagedError: a file it needs is gone.
        """
        assert self._held, "recovery needs the lock"
        path = self.home / "intent.json"
        with self.writing():
            if path.is_file():
                self._carry_out(read_sealed(path))
            for orphan in self.home.glob(".*"):  # halves of files that write_whole was putting down
                orphan.unlink()

    def _carry_out(self, intent: Mapping[str, Any]) -> None:
        """Do what an intent says; doing it again changes nothing."""
        folders = set()
        for number, path in enumerate(intent["removes"]):
            (self.root / path).unlink(missing_ok=True)
            parquet.fault(f"commit.remove.{number}")
        for number, (staged, path) in enumerate([*intent["moves"], intent["last"]]):
            source, target = self.root / staged, self.root / path
            if source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                source.replace(target)
                folders.add(target.parent)
            elif not target.exists():
                raise LakeDamagedError(
                    f"run {intent['run_id']} was cut short and its file {staged} is gone"
                )
            parquet.fault(f"commit.move.{number}")
        for folder in sorted(folders):
            sync_folder(folder)
        for path in intent["later"]:
            (self.root / path).unlink(missing_ok=True)
        parquet.fault("commit.moved")
        self._state = None
        self.write_views()
        parquet.fault("commit.views")
        (self.home / "intent.json").unlink(missing_ok=True)
        parquet.fault("commit.closed")
        shutil.rmtree(self.root / intent["staging"], ignore_errors=True)
        self._remove_empty_partitions(intent["removes"])
        parquet.fault("commit.end")

    def _remove_empty_partitions(self, removed: Iterable[str]) -> None:
        for folder in {(self.root / path).parent for path in removed}:
            if folder.parent != self.root:
                with contextlib.suppress(OSError):
                    folder.rmdir()

    def write_views(self) -> None:
        """Write views.sql and schema.json for the files there are now."""
        from pipelines import views

        present = {name for name in tables.BY_NAME if any((self.root / name).rglob("*.parquet"))}
        write_whole(self.home / "views.sql", views.views_sql(present).encode())
        content = json.dumps(views.schema_json(), indent=1, ensure_ascii=False).encode()
        path = self.home / "schema.json"
        if not path.is_file() or path.read_bytes() != content:
            write_whole(path, content)


class _Plan:
    """Prepares one commit in the staging folder."""

    def __init__(self, lake: Lake, run: Run, change: Change) -> None:
        self.lake = lake
        self.state = lake.state
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
        self._rewrites = 0

    def prepare(self) -> dict[str, Any]:
        shutil.rmtree(self.lake.root / self.folder, ignore_errors=True)  # of an attempt that failed
        (self.lake.root / self.folder).mkdir(parents=True)
        self._take_away()
        self._add_units()
        for file in self.added:
            self.moves.append((file.staged, file.path))
        files = self._write_ledger()
        record = self._record(files)
        path = f"_dateline/runs/{self.run_id}.json"
        self.last = (f"{self.folder}/record.json", path)
        write_whole(self.lake.root / self.last[0], _sealed(record))
        return record

    # -------------------------------------------------------------------------------- what goes away

    def _take_away(self) -> None:
        """Take rows of replaced inputs, and dropped annotations, out of every table."""
        change = self.change
        self._remove_files(self._files_of(list(change.replaced_tables), None))
        if not change.replaced_uris and not change.dropped:
            return
        uris = pa.array(change.replaced_uris, pa.string())
        inputs = _matching(self.state.table(INPUTS), "uri", uris)
        articles = _matching(self.state.table(ARTICLES), "uri", uris)
        gone = articles["article_id"].combine_chunks()
        dropped = pa.concat_arrays([gone, pa.array(change.dropped, pa.string())])
        annotations = _matching(self.state.table(ANNOTATIONS), "article_id", dropped)
        self.deltas["inputs"].append(INPUTS.gone(inputs["uri"]))
        self.deltas["articles"].append(ARTICLES.gone(articles["article_id"]))
        self.deltas["annotations"].append(ANNOTATIONS.gone(annotations["article_id"]))

        ids = annotations["article_id"].combine_chunks()
        units = pc.unique(annotations["unit_id"])
        for path, unit_id in self._files_of(["mentions", "entities", "events"], units):
            self._rewrite(path, unit_id, lambda rows: pc.is_in(rows["article_id"], value_set=ids))
        if len(gone):
            owners = self._owners(pc.unique(articles["path"]))
            for path, unit_id in owners:
                self._rewrite(
                    path, unit_id, lambda rows: pc.is_in(rows["article_id"], value_set=gone)
                )
            if "duplicates" not in change.replaced_tables:
                for path, unit_id in self._files_of(["duplicates"], None):
                    self._rewrite(
                        path,
                        unit_id,
                        lambda rows: pc.or_(
                            pc.is_in(rows["article_id"], value_set=gone),
                            pc.is_in(rows["original_id"], value_set=gone),
                        ),
                    )
        both = pa.concat_arrays([units, pc.unique(inputs["unit_id"])])

        def rejected(rows: pa.Table) -> pa.ChunkedArray:
            stages = rows["stage"].cast(pa.string())
            of_article = pc.and_(
                pc.is_in(rows["article_id"], value_set=ids),
                pc.is_in(stages, value_set=pa.array(_ARTICLE_STAGES)),
            )
            of_input = pc.and_(
                pc.is_in(rows["uri"], value_set=uris),
                pc.is_in(stages, value_set=pa.array(_INPUT_STAGES)),
            )
            return pc.or_(of_article, of_input)

        for path, unit_id in self._files_of(["rejects"], both):
            self._rewrite(path, unit_id, rejected)

    def _files_of(self, names: Sequence[str], units: pa.Array | None) -> list[tuple[str, str]]:
        files = self.state.table(FILES)
        chosen = pc.is_in(files["table"], value_set=pa.array(names, pa.string()))
        if units is not None:
            chosen = pc.and_(chosen, pc.is_in(files["unit_id"], value_set=units))
        return _pairs(files.filter(chosen))

    def _owners(self, paths: pa.Array) -> list[tuple[str, str]]:
        return _pairs(_matching(self.state.table(FILES), "path", paths))

    def _remove_files(self, files: Iterable[tuple[str, str]]) -> None:
        paths = [path for path, _ in files]
        self.removes.extend(paths)
        self.deltas["files"].append(FILES.gone(pa.array(paths, pa.string())))

    def _rewrite(self, path: str, unit_id: str, drop: Any) -> None:
        """Replace a file by one without the rows that ``drop`` marks; one that loses none stays."""
        source = self.lake.root / path
        try:
            old = pq.ParquetFile(source)
        except (OSError, pa.ArrowException) as error:
            raise LakeDamagedError(
                f"{path} cannot be read ({error}); run `dateline verify`"
            ) from error
        with old:
            name = path.split("/", 1)[0]
            table = tables.BY_NAME[name]
            self._rewrites += 1
            target = (
                f"{path.rsplit('/', 1)[0]}/{unit_id}-{self.run_id}-w{self._rewrites:04d}.parquet"
            )
            place = self.lake.root / self.folder / target
            place.parent.mkdir(parents=True, exist_ok=True)
            kept: list[pa.Array] = []
            with place.open("xb") as sink:
                with parquet_writer(sink, old.schema_arrow, table.text_columns) as writer:
                    for group in range(old.num_row_groups):
                        rows = old.read_row_group(group)
                        keep = pc.invert(pc.fill_null(drop(rows), False))
                        kept.append(
                            pa.concat_arrays([*keep.chunks])
                            if isinstance(keep, pa.ChunkedArray)
                            else keep
                        )
                        left = rows.filter(keep)
                        if left.num_rows:
                            writer.write_table(left, row_group_size=left.num_rows)
                sink.flush()
                os.fsync(sink.fileno())
        mask = pa.concat_arrays(kept) if kept else pa.array([], pa.bool_())
        left_rows = pc.sum(mask).as_py() or 0
        if left_rows == len(mask):
            place.unlink()
            return
        self._remove_files([(path, unit_id)])
        if not left_rows:
            place.unlink()
            return
        staged = StagedFile(
            table=name,
            path=target,
            staged=f"{self.folder}/{target}",
            rows=left_rows,
            size=place.stat().st_size,
            sha256=file_digest(place),
        )
        self.added.append(staged)
        self.deltas["files"].append(FILES.rows([_file_row(staged, unit_id, self.run_id)]))
        if name == "articles":
            self._renumber(path, target, mask)

    def _renumber(self, old: str, new: str, kept: pa.Array) -> None:
        """Tell the ledger where the articles of a rewritten file are now."""
        rows = _matching(self.state.table(ARTICLES), "path", pa.array([old])).sort_by("row")
        if rows.num_rows != len(kept):
            raise LakeDamagedError(
                f"{old} has {len(kept)} rows and the ledger {rows.num_rows}; run `dateline verify`"
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
        for manifest in self.change.manifests:
            self.added.extend(manifest.files)
            self.deltas["files"].append(
                FILES.rows(
                    [_file_row(file, manifest.unit_id, manifest.run_id) for file in manifest.files]
                )
            )
            if manifest.index is not None:
                self.deltas["articles"].append(
                    ARTICLES.conform(
                        _alive(
                            pq.read_table(self.lake.root / manifest.index.staged, partitioning=None)
                        )
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
                        "unit_id": manifest.unit_id,
                        "run_id": self.run_id,
                        "gone": False,
                    }
                )
            if manifest.selections:
                self.deltas["annotations"].append(self._annotations(manifest))
        if inputs:
            self.deltas["inputs"].append(INPUTS.rows(inputs))

    def _annotations(self, manifest: Manifest) -> pa.Table:
        ids = [
            article_id for selection in manifest.selections for article_id in selection.article_ids
        ]
        count = len(ids)
        columns = {
            "article_id": pa.array(ids, pa.string()),
            "signature": pa.array([manifest.signature] * count, pa.string()),
            "unit_id": pa.array([manifest.unit_id] * count, pa.string()),
            "run_id": pa.array([self.run_id] * count, pa.string()),
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
            older = [pq.read_table(self.lake.root / file.path, partitioning=None) for file in taken]
            table = ledger.fold(kind, [*older, *deltas], keep_gone=bool(kept))
            self.later.extend(file.path for file in taken)
            result.extend(kept)
            if table.num_rows:
                result.append(self._write_delta(kind, table))
        return result

    def _write_delta(self, kind: Kind, table: pa.Table) -> LedgerFile:
        path = f"_dateline/ledger/{kind.name}-{self.run_id}.parquet"
        staged = f"{self.folder}/{kind.name}.parquet"
        place = self.lake.root / staged
        with place.open("wb") as sink:
            pq.write_table(table, sink, compression="zstd", row_group_size=1 << 20)
            sink.flush()
            os.fsync(sink.fileno())
        self.moves.append((staged, path))
        return LedgerFile(kind=kind.name, path=path, rows=table.num_rows, sha256=file_digest(place))

    def _record(self, files: Sequence[LedgerFile]) -> dict[str, Any]:
        changed = any(delta.num_rows for delta in self.deltas["articles"])
        seq = self.state.seq + 1
        articles_version = seq if changed else self.state.articles_version
        return {
            "format": FORMAT,
            "run_id": self.run_id,
            "seq": seq,
            "stage": self.run.stage,
            "version": version(),
            "started_at": self.run.started_at,
            "finished_at": now(),
            **self.change.facts,
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
            "linked_version": self.state.articles_version
            if self.change.linked
            else self.state.linked_version,
        }


def _file_row(file: StagedFile, unit_id: str, run_id: str) -> dict[str, Any]:
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
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return table.filter(pc.is_in(table[column], value_set=values))


def _pairs(files: pa.Table) -> list[tuple[str, str]]:
    return sorted(zip(files["path"].to_pylist(), files["unit_id"].to_pylist(), strict=True))


def _alive(table: pa.Table) -> pa.Table:
    return table.append_column("gone", pa.array([False] * table.num_rows, pa.bool_()))


def _unwritable(root: Path, error: OSError) -> LakeError:
    return LakeError(f"the lake {root} cannot be written: {error.strerror or error}")


def _holder(path: Path) -> str:
    """Say who holds a lock, as far as its file tells."""
    try:
        note = json.loads(path.read_bytes())
        return (
            f": process {note['pid']} on {note['host']} ({note['command']}), since {note['since']}"
        )
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def now() -> str:
    """Return the time, UTC, to the second, as ISO 8601."""
    return dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")


def _sealed(content: Mapping[str, Any]) -> bytes:
    """Render a record with a checksum of itself."""
    body = json.dumps(content, ensure_ascii=False, sort_keys=True)
    seal = hashlib.sha256(body.encode()).hexdigest()
    return json.dumps(
        {"sha256": seal, "content": content}, ensure_ascii=False, sort_keys=True, indent=1
    ).encode()


def read_sealed(path: Path) -> dict[str, Any]:
    """Read what ``_sealed`` rendered.

    Raises:
      LakeDamagedError: it is cut, edited or not there.
    """
    try:
        data = json.loads(path.read_bytes())
        content = data["content"]
        body = json.dumps(content, ensure_ascii=False, sort_keys=True)
        if data["sha256"] != hashlib.sha256(body.encode()).hexdigest():
            raise ValueError("its checksum does not fit")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LakeDamagedError(f"{path} is damaged: {error}") from error
    return dict(content)


def read_record(path: Path) -> dict[str, Any]:
    """Read a run record.

    Raises:
      LakeDamagedError: it is cut, edited or not there.
    """
    return read_sealed(path)


def version() -> str:
    """Return the version of this program."""
    try:
        return importlib.metadata.version("dateline-news")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
