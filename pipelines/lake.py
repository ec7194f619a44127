"""The lake: where files lie, who may write, and how a run becomes visible.

    lake/
      articles/published_month=2021-03/….parquet        and so on for every table
      _dateline/lake.json      which lake this is, and of which format
      _dateline/runs/          one record per committed run, the last one being the state
      _dateline/ledger/        what the state consists of (see ledger.py)
      _dateline/staging/       what runs are working on
      _dateline/intent.json    a commit under way
      _dateline/lock           who holds the lake
      _dateline/attempts.json  how the last commands ended
      _dateline/seen.json      sizes and times of the files, as they were when their checksums were right
      _dateline/views.sql      DuckDB views;  _dateline/schema.json  the data dictionary

Commit: everything a run adds lies complete in the staging folder, the new ledger files and the run record too. Then the
intent is written, in one rename, and with it the run is decided: what it lists is carried out, and after a crash carried
out again by the next start. Without an intent the run never happened; the units it had finished are found and taken over
by the next run. Files have names of their own for ever, so nothing is overwritten. A file whose rows partly go away is
replaced by one without them; old files go before new ones come, so a reader may for a moment miss rows that are being
replaced, and never counts one twice.
"""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import json
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pipelines import lock, migrations
from pipelines.commit import Change, Preparation, Run
from pipelines.ledger import FILES
from pipelines.records import (
    FORMAT,
    REPAIR,
    LakeBusyError,
    LakeDamagedError,
    LakeError,
    State,
    now,
    read_sealed,
    sealed,
    unwritable,
)
from schemas import tables
from schemas.units import Manifest, StagedFile
from transforms import parquet
from transforms.parquet import file_digest, iterate_manifests, sync_folder, write_whole

ATTEMPTS_KEPT: Final = 100


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

    def check(self, *, migrating: bool = False) -> None:
        """Refuse what is no lake of ours; ``migrating`` takes one of an older major version.

        Raises:
          LakeError: there is none, or one of a later format or an older major version.
        """
        if not self.exists:
            raise LakeError(f"{self.root} is no lake (it has no _dateline/lake.json)")
        marker = self.marker()
        if marker["format"] > FORMAT:
            raise self._too_new(f"lake format {marker['format']}", str(FORMAT))
        oldest, ours = map(migrations.parse, (marker["schema_version"], tables.SCHEMA_VERSION))
        if oldest > ours:
            raise self._too_new(f"schema {marker['schema_version']}", tables.SCHEMA_VERSION)
        if oldest[0] < ours[0] and not migrating:
            raise LakeError(
                f"{self.root} has tables of schema {marker['schema_version']}, this version of Dateline writes "
                f"{tables.SCHEMA_VERSION}; rewrite them with: dateline migrate --lake {self.root}"
            )

    def _too_new(self, found: str, known: str) -> LakeError:
        return LakeError(
            f"{self.root} was written by a later version of Dateline ({found}, this one knows {known}); "
            "upgrade with: pip install --upgrade dateline-news"
        )

    def marker(self) -> dict[str, Any]:
        """Return what ``lake.json`` says: ``format``, ``lake_id`` and the oldest ``schema_version`` of its files.

        Raises:
          LakeDamagedError: it cannot be read.
        """
        path = self.home / "lake.json"
        try:
            found = json.loads(path.read_bytes())
            schema = str(found.get("schema_version", migrations.FIRST_SCHEMA))
            migrations.parse(schema)
            return {
                **found,
                "format": int(found["format"]),
                "lake_id": str(found["lake_id"]),
                "schema_version": schema,
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise LakeDamagedError(f"{path} cannot be read: {error}") from error

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
            marker = {
                "format": FORMAT,
                "lake_id": uuid.uuid4().hex,
                "created_at": now(),
                "schema_version": tables.SCHEMA_VERSION,
            }
            self.write_views()
            write_whole(self.home / "lake.json", json.dumps(marker, indent=2).encode())
        except OSError as error:
            raise unwritable(self.root, error) from error

    @contextlib.contextmanager
    def hold(
        self, command: str, *, repairing: bool = False, migrating: bool = False
    ) -> Iterator[None]:
        """Be the one writer, finish or undo what a killed one left, and look whether the files are the ledger's.

        ``repairing`` takes a damaged lake as it is.

        Raises:
          LakeBusyError: another process holds the lake.
          LakeDamagedError: files are missing, changed, or not this lake's; named, and nothing was done.
          LakeError: the lake cannot be written.
        """
        if migrating:
            self.check(migrating=True)
        else:
            self.create()
        try:
            with lock.held(self.home / "lock", command):
                self._held = True
                self._state = None
                try:
                    if not repairing:
                        self.recover()
                        self.inspect()
                    yield
                finally:
                    self._held = False
        except lock.HeldError as error:
            holder = f": {error}" if str(error) else ""
            raise LakeBusyError(f"{self.root} is held by another run{holder}") from None
        except OSError as error:
            if self._is_ours(error):
                raise unwritable(self.root, error) from error
            raise

    def _is_ours(self, error: OSError) -> bool:
        return str(error.filename or "").startswith(str(self.home / "lock"))

    # ------------------------------------------------------------------------------------------ state

    @property
    def state(self) -> State:
        """Return the state, read once and again after each commit.

        Raises:
          LakeDamagedError: the last run record cannot be read, or is another lake's.
          LakeError: a later version of the program has written it.
        """
        if self._state is None:
            records = self.run_records()
            record = read_sealed(records[-1]) if records else {}
            if record:
                self._check_record(records[-1], record)
            self._state = State(self.root, record)
        return self._state

    def _check_record(self, path: Path, record: Mapping[str, Any]) -> None:
        owner = self.marker()["lake_id"]
        if record.get("lake_id", owner) != owner:
            raise LakeDamagedError(
                f"{path} is of another lake ({record['lake_id']}, this one is {owner}); {REPAIR}"
            )
        latest = str(record.get("schema_version", migrations.FIRST_SCHEMA))
        if migrations.parse(latest) > migrations.parse(tables.SCHEMA_VERSION):
            raise self._too_new(f"schema {latest}", tables.SCHEMA_VERSION)

    def forget(self) -> None:
        """Read the state again when it is next asked for."""
        self._state = None

    def assume(self, state: State) -> None:
        """Take this as the state until the next commit; for repair."""
        self._state = state

    def run_records(self) -> list[Path]:
        """Return the run records, in the order of the runs."""
        folder = self.home / "runs"
        return sorted(folder.glob("r*.json")) if folder.is_dir() else []

    def found_files(self) -> dict[str, tuple[int, int]]:
        """Return size and time (nanoseconds) of every Parquet file that lies in a table's folder, by path."""
        found: dict[str, tuple[int, int]] = {}
        for name in tables.BY_NAME:
            for folder, _, names in os.walk(self.root / name):
                for file in names:
                    if file.endswith(".parquet"):
                        place = os.path.join(folder, file)  # noqa: PTH118 - a Path each takes ten times as long
                        status = os.stat(place)  # noqa: PTH116
                        path = os.path.relpath(place, self.root)
                        found[path] = (status.st_size, status.st_mtime_ns)
        return found

    def inspect(self) -> None:
        """Compare the files with the ledger, by name and size, by checksum where the time is not the one last seen.

        Raises:
          LakeDamagedError: naming what is missing, changed, or not this lake's.
        """
        files = self.state.table(FILES, ("size", "sha256"))
        rows = zip(*(files[name].to_pylist() for name in ("path", "size", "sha256")), strict=True)
        found = self.found_files()
        seen = self._seen()
        faults = []
        for path, size, digest in rows:
            here = found.pop(path, None)
            if here is None:
                faults.append(f"{path} is gone")
            elif here[0] != size or (
                seen.get(path) != list(here) and file_digest(self.root / path) != digest
            ):
                faults.append(f"{path} was changed")
            else:
                seen[path] = list(here)
        faults.extend(f"{path} is of no run of this lake" for path in sorted(found))
        if faults:
            more = f" and {len(faults) - 3:,} more" if len(faults) > 3 else ""
            raise LakeDamagedError(
                f"{self.root} is not as the last run left it: {'; '.join(faults[:3])}{more}; {REPAIR}"
            )
        known = set(files["path"].to_pylist())
        self._remember({path: value for path, value in seen.items() if path in known})

    def _seen(self) -> dict[str, list[int]]:
        try:
            found = json.loads((self.home / "seen.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _remember(self, seen: Mapping[str, list[int]]) -> None:
        """Keep what was seen; only a saving, so a disk that refuses does not matter."""
        content = json.dumps(seen, sort_keys=True).encode()
        path = self.home / "seen.json"
        with contextlib.suppress(OSError):
            if not path.is_file() or path.read_bytes() != content:
                write_whole(path, content)

    def attempts(self) -> list[dict[str, Any]]:
        """Return how the last commands ended, oldest first: those that published nothing too."""
        try:
            found = json.loads((self.home / "attempts.json").read_bytes())
        except (OSError, ValueError):
            return []
        return found if isinstance(found, list) else []

    def note_attempt(self, attempt: Mapping[str, Any]) -> None:
        """Keep how a command ended, of rounds with nothing to do the last one; a disk that refuses does not matter."""
        with contextlib.suppress(OSError):
            kept = self.attempts()
            if kept and attempt.get("idle") and kept[-1].get("idle"):
                kept.pop()
            kept = [*kept, dict(attempt)][-ATTEMPTS_KEPT:]
            write_whole(self.home / "attempts.json", json.dumps(kept, ensure_ascii=False).encode())

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

    def deaths(self, stage: str) -> dict[str, int]:
        """Return at which inputs (uris) or articles (ids) of a stage runs have died, and how many of them.

        What a run was at shows in the attempts without a manifest; a run that was stopped, and did not die, says so.
        """
        found: collections.Counter[str] = collections.Counter()
        for folder in self.staging.glob(f"*.{stage}"):
            if (folder / "stopped").is_file():
                continue
            done = {path.name.split(".")[0] for path in iterate_manifests(folder)}
            items: set[str] = set()
            for path in folder.glob("*/items.json"):
                if path.parent.name.split("-")[0] not in done:
                    with contextlib.suppress(OSError, ValueError):
                        items.update(json.loads(path.read_bytes()))
            found.update(items)
        return dict(found)

    def mark_stopped(self, run: Run) -> None:
        """Say that a run ended by itself, so that nobody suspects what it was at."""
        with contextlib.suppress(OSError):
            (self.root / run.staging / "stopped").touch()

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
            raise unwritable(self.root, error) from error

    # ------------------------------------------------------------------------------------------ commit

    def commit(self, run: Run, change: Change) -> dict[str, Any]:
        """Publish a run; return its record. See the module for how.

        Raises:
          LakeError: the disk refused; before the intent the lake is as it was, after it the next start goes on.
        """
        assert self._held, "commit needs the lock"
        with self.writing():
            parquet.fault("commit.begin")
            plan = Preparation(self.root, self.marker()["lake_id"], self.state, run, change)
            record = plan.prepare()
            parquet.fault("commit.prepared")
            intent = {
                "run_id": run.run_id,
                "lake_id": self.marker()["lake_id"],
                "staging": run.staging,
                "removes": plan.removes,
                "moves": plan.moves,
                "last": plan.last,
                "later": plan.later,
            }
            write_whole(self.home / "intent.json", sealed(intent))
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
                intent = read_sealed(path)
                owner = self.marker()["lake_id"]
                if intent.get("lake_id", owner) != owner:
                    raise LakeDamagedError(f"{path} is of another lake; {REPAIR}")
                self._carry_out(intent)
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
                    f"run {intent['run_id']} was cut short and its file {staged} is gone; {REPAIR}"
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

    def files_now(self) -> dict[str, list[str]] | None:
        """Return the files of each table while a commit is under way or was cut short, as it will have them.

        From the moment the intent is there, the run has happened: a file it adds is at its place or still staged. Null
        when no commit is under way: then what lies in the folders is what counts.

        Raises:
          LakeDamagedError: the intent or the ledger cannot be read.
        """
        path = self.home / "intent.json"
        if not path.is_file():
            return None
        intent = read_sealed(path)
        self.forget()
        removed = set(intent["removes"])
        places = {name: name for name in self.state.table(FILES, ("table",))["path"].to_pylist()}
        places |= {target: staged for staged, target in intent["moves"]}
        found: dict[str, list[str]] = {name: [] for name in tables.BY_NAME}
        for target, staged in places.items():
            table = target.split("/")[0]
            if table in found and target not in removed:
                found[table].append(target if (self.root / target).is_file() else staged)
        return found

    def write_views(self) -> None:
        """Write views.sql and schema.json for the files there are now."""
        from pipelines import views

        present = {name for name in tables.BY_NAME if any((self.root / name).rglob("*.parquet"))}
        old = self.exists and self.marker()["schema_version"] != tables.SCHEMA_VERSION
        write_whole(self.home / "views.sql", views.views_sql(present, old=old).encode())
        content = json.dumps(views.schema_json(), indent=1, ensure_ascii=False).encode()
        path = self.home / "schema.json"
        if not path.is_file() or path.read_bytes() != content:
            write_whole(path, content)
