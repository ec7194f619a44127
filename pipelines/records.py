"""What a lake says of itself: run records with a checksum of their own, the state they make up, and its errors."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import importlib.metadata
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from pipelines import ledger
from pipelines.ledger import Kind, LedgerFile

FORMAT: Final = 1
"""Version of the layout; a lake of a later one is refused."""

REPAIR: Final = "run `dateline verify --repair`"


class LakeError(RuntimeError):
    """The lake cannot be used; the message is one sentence for the person who called."""


class LakeBusyError(LakeError):
    """Another run holds the lake."""


class LakeDamagedError(LakeError):
    """The lake's own records contradict themselves or the files."""


@dataclasses.dataclass
class State:
    """What the lake holds: the last run record and, read when asked for, the ledger."""

    root: Path
    record: dict[str, Any]
    lookups: dict[str, Any] = dataclasses.field(default_factory=dict)
    """What finds rows of the ledger's tables, by their names; see lookup.py."""
    _tables: dict[str, pa.Table] = dataclasses.field(default_factory=dict)
    _narrowed: dict[tuple[str, ...], pa.Table] = dataclasses.field(default_factory=dict)

    @property
    def ledger(self) -> list[LedgerFile]:
        """Return the ledger files, oldest first."""
        return [LedgerFile(**item) for item in self.record.get("ledger", ())]

    def table(self, kind: Kind, columns: tuple[str, ...] | None = None) -> pa.Table:
        """Return one table of the ledger, all columns or its key and some.

        Raises:
          LakeDamagedError: it cannot be read.
        """
        if kind.name in self._tables:
            return self._tables[kind.name]
        key = (kind.name, *(columns or ()))
        if key not in self._narrowed:
            try:
                found = ledger.read_kind(self.root, kind, self.ledger, columns)
            except (OSError, pa.ArrowException) as error:
                raise unreadable_ledger(self.root, error) from error
            if columns is None:
                self._tables[kind.name] = found
                return found
            self._narrowed[key] = found
        return self._narrowed[key]

    @property
    def seq(self) -> int:
        """Return the number of the last run, 0 for none."""
        return int(self.record.get("seq", 0))

    @property
    def articles_version(self) -> int:
        """Return the number of the last run that changed the articles."""
        return int(self.record.get("articles_version", 0))

    @property
    def streams(self) -> dict[str, dict[str, int]]:
        """Return, by ``cluster/topic`` and partition, the offset that ``dateline stream`` reads next."""
        return dict(self.record.get("streams", {}))

    @property
    def dated_from(self) -> str:
        """Return a digest of the clues that ``inferred_dates`` was made from; empty if it never was."""
        return str(self.record.get("dated_from", ""))

    @property
    def linked_version(self) -> int:
        """Return the ``articles_version`` that ``duplicates`` was made from."""
        return int(self.record.get("linked_version", 0))


def unreadable_ledger(root: Path, error: Exception) -> LakeDamagedError:
    """Return the error for a file of the ledger that cannot be read."""
    return LakeDamagedError(f"the ledger of {root} cannot be read: {error}; {REPAIR}")


def now() -> str:
    """Return the time, UTC, to the second, as ISO 8601."""
    return dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")


def sealed(content: Mapping[str, Any]) -> bytes:
    """Render a record with a checksum of itself."""
    body = json.dumps(content, ensure_ascii=False, sort_keys=True)
    seal = hashlib.sha256(body.encode()).hexdigest()
    return json.dumps(
        {"sha256": seal, "content": content}, ensure_ascii=False, sort_keys=True, indent=1
    ).encode()


def read_sealed(path: Path) -> dict[str, Any]:
    """Read what ``sealed`` rendered.

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
        raise LakeDamagedError(f"{path} is damaged: {error}; {REPAIR}") from error
    return dict(content)


def version() -> str:
    """Return the version of this program."""
    try:
        return importlib.metadata.version("dateline-news")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def unwritable(root: Path, error: OSError) -> LakeError:
    """Turn what the disk refused into one sentence."""
    return LakeError(f"the lake {root} cannot be written: {error.strerror or error}")
