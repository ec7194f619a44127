"""Finding a few rows of the ledger without reading all of it.

A night brings a thousand articles to a lake of millions. Which of them are known, which are not annotated, which say what
another one says: such questions are asked of ids, and an id is 64 bits. Each ledger file holds them as numbers beside the
strings (``Kind.numbered``), so those of a million articles are read in milliseconds and compared as sorted arrays; all
other columns are read for the rows that were found, and only in their row groups. Files of versions that wrote no numbers
are read as they are, more slowly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.ledger import Kind, number_column
from pipelines.records import LakeDamagedError, State, unreadable_ledger
from pipelines.spans import Keys, ids_of, in_sorted

Places = npt.NDArray[np.int64]
"""Rows of a table of the ledger as it stands, counted from 0, the oldest first."""


def lookup(state: State, kind: Kind) -> Lookup:
    """Return what finds rows of a table of the ledger; it is made once for a state.

    Raises:
      LakeDamagedError: the ledger cannot be read.
    """
    if kind.name not in state.lookups:
        paths = [state.root / file.path for file in state.ledger if file.kind == kind.name]
        state.lookups[kind.name] = Lookup(state.root, kind, paths)
    found: Lookup = state.lookups[kind.name]
    return found


class Lookup:
    """One table of the ledger, whose keys are ids; ``keys`` are those of its rows as it stands.

    Every method raises ``LakeDamagedError`` where a file cannot be read.
    """

    def __init__(self, lake: Path, kind: Kind, paths: Sequence[Path]) -> None:
        """Read the keys of these files, which are deltas in the order they were written, each with each key once."""
        self._lake = lake
        self._kind = kind
        self._files: list[_File] = []
        newer = np.array([], np.uint64)
        for number, path in enumerate(reversed(paths)):
            file = _File(self, path)
            keys = file.numbers(kind.key)
            own = np.sort(keys)
            alive = ~_flags(file.read(["gone"])["gone"])
            replaced = newer[in_sorted(newer, own)]
            if len(replaced):
                alive &= ~in_sorted(keys, replaced)
            if number + 1 < len(paths):
                newer = np.sort(np.concatenate([newer, own]))
            file.keep(alive)
            file.keys = keys[alive]
            self._files.insert(0, file)
        self.keys: Keys = np.concatenate([*(file.keys for file in self._files), _NO_KEYS])
        ends = np.cumsum([len(file.keys) for file in self._files], dtype=np.int64)
        self._starts = np.concatenate([np.zeros(1, np.int64), ends])

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.keys)

    def numbers(self, name: str) -> Keys:
        """Return the 64 bits of each id in a column of ids."""
        if name == self._kind.key:
            return self.keys
        return np.concatenate([*(file.left(file.numbers(name)) for file in self._files), _NO_KEYS])

    def column(self, name: str) -> pa.ChunkedArray:
        """Return a column; strings come as dictionaries, which suits those that repeat."""
        chunks = [
            chunk for file in self._files for chunk in file.kept(file.read([name]))[name].chunks
        ]
        return pa.chunked_array(chunks, chunks[0].type if chunks else self.type_of(name))

    def places(self, article_ids: Any) -> Places:
        """Return the rows whose key is one of these, an array of strings."""
        return self.places_of(self.keys, ids_of(article_ids))

    @staticmethod
    def places_of(numbers: Keys, wanted: Keys) -> Places:
        """Return where in ``numbers`` one of the ``wanted`` stands."""
        wanted = np.unique(wanted)
        if len(wanted) > 1 << 16 or len(numbers) < 1 << 16:
            return np.flatnonzero(in_sorted(numbers, wanted)).astype(np.int64)
        # A few among many: most are told from their first bits, and need no search.
        sieve = np.zeros(1 << 18, np.bool_)
        sieve[(wanted >> _SIEVE_SHIFT).astype(np.int64)] = True
        likely = np.flatnonzero(sieve[(numbers >> _SIEVE_SHIFT).astype(np.int64)])
        return likely[in_sorted(numbers[likely], wanted)].astype(np.int64)

    def where(self, name: str, values: pa.Array) -> Places:
        """Return the rows that have one of these values in a column of strings."""
        if not len(values):
            return np.array([], np.int64)
        found = []
        for start, file in zip(self._starts, self._files, strict=False):
            mask = [
                _flags(pc.is_in(chunk.dictionary, value_set=values).take(chunk.indices))
                for part in file.groups(name)
                for chunk in part.chunks
            ]
            rows = np.flatnonzero(file.left(np.concatenate([*mask, np.array([], np.bool_)])))
            found.append(rows + start)
        return np.concatenate([*found, np.array([], np.int64)])

    def rows(self, places: Places, names: Sequence[str] | None = None) -> pa.Table:
        """Return some rows, in the order of ``places``, with all columns or these.

        Only the row groups that hold them are read.
        """
        schema = self._kind.schema
        if names is not None:
            schema = pa.schema([schema.field(name) for name in names])
        order = np.argsort(places, kind="stable")
        wanted = places[order]
        parts = [schema.empty_table()]
        for number, file in enumerate(self._files):
            first, last = np.searchsorted(wanted, self._starts[number : number + 2])
            if first < last:
                parts.append(file.take(wanted[first:last] - self._starts[number], schema))
        back = np.empty(len(order), np.int64)
        back[order] = np.arange(len(order))
        return pa.concat_tables(parts).take(pa.array(back))

    def type_of(self, name: str) -> pa.DataType:
        """Return the type of a column."""
        return self._kind.schema.field(name).type

    def damaged(self, error: Exception) -> LakeDamagedError:
        """Return the error for a file that cannot be read."""
        return unreadable_ledger(self._lake, error)


class _File:
    """One file of a table, and which of its rows count."""

    def __init__(self, owner: Lookup, path: Path) -> None:
        self.owner = owner
        self.path = path
        self.keys: Keys = _NO_KEYS
        self._alive: npt.NDArray[np.bool_] | None = None  # null: all of them

    def keep(self, alive: npt.NDArray[np.bool_]) -> None:
        self._alive = None if alive.all() else alive

    def left(self, values: Any) -> Any:
        """Return the values of the rows that count."""
        return values if self._alive is None else values[self._alive]

    def kept(self, rows: pa.Table) -> pa.Table:
        return rows if self._alive is None else rows.filter(pa.array(self._alive))

    def read(self, names: Sequence[str]) -> pa.Table:
        try:
            with pq.ParquetFile(self.path) as file:
                there = _present(file, names)
            with pq.ParquetFile(self.path, read_dictionary=there) as file:
                rows = self._whole(file.read(columns=there, use_threads=False), names)
        except (OSError, pa.ArrowException) as error:
            raise self.owner.damaged(error) from error
        return _dictionaries(rows)

    def _whole(self, rows: pa.Table, names: Sequence[str]) -> pa.Table:
        """Add the columns that a file of an older version lacks, as nulls."""
        for name in names:
            if name not in rows.schema.names:
                kind = self.owner.type_of(name)
                rows = rows.append_column(name, pa.nulls(rows.num_rows, kind))
        return rows.select(names)

    def numbers(self, name: str) -> Keys:
        """Return a column of ids as numbers, for all rows of the file."""
        try:
            with pq.ParquetFile(self.path) as file:
                column = number_column(name)
                if column in file.schema_arrow.names:
                    return file.read(columns=[column], use_threads=False)[column].to_numpy()
                return ids_of(file.read(columns=[name], use_threads=False)[name])
        except (OSError, pa.ArrowException) as error:
            raise self.owner.damaged(error) from error

    def groups(self, name: str) -> Iterator[pa.ChunkedArray]:
        """Yield a column of strings, as dictionaries, of one row group after the other."""
        try:
            with pq.ParquetFile(self.path) as file:
                there = _present(file, [name])
            with pq.ParquetFile(self.path, read_dictionary=there) as file:
                for group in range(file.num_row_groups):
                    rows = file.read_row_group(group, there, use_threads=False)
                    yield _dictionaries(self._whole(rows, [name]))[name]
        except (OSError, pa.ArrowException) as error:
            raise self.owner.damaged(error) from error

    def take(self, rows: Places, schema: pa.Schema) -> pa.Table:
        """Return some of the rows that count; ``rows`` ascend."""
        if self._alive is not None:
            rows = np.flatnonzero(self._alive)[rows]
        parts = [schema.empty_table()]
        try:
            with pq.ParquetFile(self.path) as file:
                there = _present(file, schema.names)
                sizes = [
                    file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)
                ]
                ends = np.cumsum(sizes, dtype=np.int64)
                for group in np.unique(np.searchsorted(ends, rows, side="right")):
                    start = ends[group] - sizes[group]
                    mine = rows[(rows >= start) & (rows < ends[group])] - start
                    part = file.read_row_group(int(group), there, use_threads=False)
                    part = self._whole(part.take(pa.array(mine)), schema.names)
                    parts.append(part.cast(schema))
        except (OSError, pa.ArrowException) as error:
            raise self.owner.damaged(error) from error
        return pa.concat_tables(parts)


_SIEVE_SHIFT = np.uint64(64 - 18)

_NO_KEYS = np.array([], np.uint64)


def _present(file: pq.ParquetFile, names: Sequence[str]) -> list[str]:
    there = set(file.schema_arrow.names)
    return [name for name in names if name in there]


def _dictionaries(rows: pa.Table) -> pa.Table:
    """Make dictionaries of the columns of strings that are none."""
    columns = [
        column.dictionary_encode() if pa.types.is_string(column.type) else column
        for column in rows.columns
    ]
    return pa.table(columns, names=rows.schema.names)


def _flags(column: Any) -> npt.NDArray[np.bool_]:
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return pc.fill_null(whole, False).to_numpy(zero_copy_only=False).astype(np.bool_)
