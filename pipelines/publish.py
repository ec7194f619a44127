"""publish: the state of a lake on an object store, where nothing can be renamed.

The lake that runs write lies on a disk; after a run its files go to the store under the names they have for ever, then the
ledger, then the run record, then ``_dateline/views.sql``, which lists the files of the tables one by one. Each is one
object and appears whole or not at all, and each names only what is there already: whoever reads through ``views.sql`` (or
by the run record) sees the state of one run, with each article once, at any moment, also when publishing is killed and
started again. What no longer counts is swept later, when whoever began to read before has finished: a glob over the store
may see it until then.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.fs

from pipelines import views
from pipelines.execute import StageResult
from pipelines.lake import Lake
from pipelines.ledger import FILES
from pipelines.records import LakeError
from schemas import tables
from transforms import parquet

STAGE: Final = "publish"

GRACE_SECONDS: Final = 86_400.0
"""How long a file stays after it has ceased to count: a reader that began before may still need it."""

_BLOCK: Final = 8 << 20


def main(lake: Lake, url: str, grace_seconds: float = GRACE_SECONDS) -> StageResult:
    """Bring the store at ``url`` (s3://, gs://, file://...) to the state of the lake.

    Raises:
      LakeError: the store cannot be reached or written.
    """
    started = time.monotonic()
    try:
        store, base = pa.fs.FileSystem.from_uri(url)
        sent, swept = _Publication(lake, store, base.rstrip("/")).publish(grace_seconds)
    except (OSError, pa.ArrowException) as error:
        raise LakeError(f"{url} cannot be written: {error}") from error
    changed = bool(sent or swept)
    return StageResult(
        stage=STAGE,
        run_id=lake.state.record.get("run_id") if changed else None,
        listed=sent,
        skipped=0,
        seconds=round(time.monotonic() - started, 2),
        detail=f"{sent:,} files sent to {url.partition('?')[0]}, {swept:,} swept",
    )


class _Publication:
    """One state on its way to a store."""

    def __init__(self, lake: Lake, store: Any, base: str) -> None:
        self.lake = lake
        self.store = store
        self.base = base

    def publish(self, grace_seconds: float) -> tuple[int, int]:
        """Send what is missing and sweep what is old; return how many files of each."""
        state = self.lake.state
        files = state.table(FILES, ("table", "size"))
        wanted = dict(zip(files["path"].to_pylist(), files["size"].to_pylist(), strict=True))
        there = self._listing()
        missing = sorted(path for path, size in wanted.items() if there.get(path) != size)
        for path in missing:
            self._send(path)
        records = self.lake.run_records()
        record = f"_dateline/runs/{records[-1].name}" if records else ""
        if missing or (record and record not in there) or set(wanted) ^ self._listed(there):
            for file in state.ledger:
                if file.path not in there:
                    self._send(file.path)
            for name in ("lake.json", "schema.json"):
                self._send(f"_dateline/{name}")
            if record:
                self._send(record)
            self._put("_dateline/views.sql", self._views(wanted).encode())
            self._put("_dateline/files.json", json.dumps(sorted(wanted)).encode())
        ledgers = {file.path for file in state.ledger}
        swept = self._sweep(there, {*wanted, *ledgers}, grace_seconds)
        return len(missing), swept

    def _listing(self) -> dict[str, int]:
        """Return the sizes of the objects below the base, by path."""
        selector = pa.fs.FileSelector(self.base, recursive=True, allow_not_found=True)
        cut = len(self.base) + 1
        return {
            info.path[cut:]: info.size
            for info in self.store.get_file_info(selector)
            if info.type == pa.fs.FileType.File
        }

    def _listed(self, there: Mapping[str, int]) -> set[str]:
        """Return the files that readers are told of now."""
        if "_dateline/files.json" not in there:
            return set()
        with self.store.open_input_stream(f"{self.base}/_dateline/files.json") as stream:
            return set(json.loads(stream.read()))

    def _send(self, path: str) -> None:
        target = f"{self.base}/{path}"
        self._make_folder(target)
        with (
            (self.lake.root / path).open("rb") as source,
            self.store.open_output_stream(target) as sink,
        ):
            while block := source.read(_BLOCK):
                sink.write(block)
        parquet.fault(f"publish.{path.split('/')[0]}")

    def _put(self, path: str, content: bytes) -> None:
        target = f"{self.base}/{path}"
        self._make_folder(target)
        with self.store.open_output_stream(target) as sink:
            sink.write(content)
        parquet.fault(f"publish.{path}")

    def _make_folder(self, target: str) -> None:
        if isinstance(self.store, pa.fs.LocalFileSystem):  # stores have no folders
            self.store.create_dir(target.rsplit("/", 1)[0], recursive=True)

    def _views(self, wanted: Mapping[str, int]) -> str:
        files: dict[str, list[str]] = {name: [] for name in tables.BY_NAME}
        for path in sorted(wanted):
            files[path.split("/")[0]].append(path)
        present = {name for name, paths in files.items() if paths}
        old = self.lake.marker()["schema_version"] != tables.SCHEMA_VERSION
        return views.views_sql(present, old=old, files=files)

    def _sweep(self, there: Mapping[str, int], alive: set[str], grace_seconds: float) -> int:
        """Remove what has not counted for so long; what has just ceased to count is noted with the time."""
        now = time.time()
        noted = self._noted(there)
        dead = {
            path: noted.get(path, now)
            for path in there
            if path not in alive
            and (path.split("/")[0] in tables.BY_NAME or path.startswith("_dateline/ledger/"))
        }
        old = sorted(path for path, since in dead.items() if now - since >= grace_seconds)
        for path in old:
            self.store.delete_file(f"{self.base}/{path}")
            parquet.fault("publish.swept")
            del dead[path]
        if dead != noted:
            self._put("_dateline/ceased.json", json.dumps(dead, sort_keys=True).encode())
        return len(old)

    def _noted(self, there: Mapping[str, int]) -> dict[str, float]:
        if "_dateline/ceased.json" not in there:
            return {}
        with self.store.open_input_stream(f"{self.base}/_dateline/ceased.json") as stream:
            return dict(json.loads(stream.read()))
