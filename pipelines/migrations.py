"""Older tables: files of an earlier minor version are read and extended, those of an earlier major one are migrated.

A minor version adds nullable columns. Files that lack them stay as they are until something rewrites them; whatever
rewrites a file (a changed input, compaction, ``dateline migrate``) gives it the columns of today, computed from the
others where that can be done. A major version changes what columns mean: such a lake is refused until ``dateline migrate``
has rewritten it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from schemas.tables import SCHEMA_VERSION, Table

FIRST_SCHEMA: Final = "1.0"
"""Schema of files and lakes that do not say which one they have."""

_MARK: Final = b"dateline.schema_version"

Step = Callable[[Table, pa.Table], pa.Table]

STEPS: Final[dict[int, Step]] = {}
"""By the old major version: how the rows of a table become those of the next one."""


def parse(version: str) -> tuple[int, int]:
    """Return major and minor.

    Raises:
      ValueError: it is not of the form ``1.0``.
    """
    major, minor = version.split(".")
    return int(major), int(minor)


def version_of(schema: pa.Schema) -> str:
    """Return the schema version a file was written with."""
    return bytes((schema.metadata or {}).get(_MARK, FIRST_SCHEMA.encode())).decode()


def upgrade(table: Table, rows: pa.Table, version: str) -> pa.Table:
    """Return rows of a file of ``version`` as rows of today.

    Raises:
      KeyError: there is no way from its major version.
    """
    for major in range(parse(version)[0], parse(SCHEMA_VERSION)[0]):
        rows = STEPS[major](table, rows)
    return extend(table, rows)


def extend(table: Table, rows: pa.Table) -> pa.Table:
    """Give rows of an earlier minor version the columns they lack, in the order of today."""
    columns = []
    for field in table.schema:
        if field.name in rows.schema.names:
            column = rows[field.name]
            columns.append(column if column.type == field.type else column.cast(field.type))
        elif (table.name, field.name) in _FILLS:
            columns.append(_FILLS[table.name, field.name](rows).cast(field.type))
        else:
            columns.append(pa.nulls(rows.num_rows, field.type))
    return pa.table(columns, schema=table.schema)


def _first_country(side: str) -> Callable[[pa.Table], pa.Array]:
    def fill(rows: pa.Table) -> pa.Array:
        lists = pa.concat_arrays([*rows[side].chunks, pa.array([], rows[side].type)])
        starts = lists.offsets.slice(0, len(lists))
        filled = pc.greater(pc.list_value_length(lists), 0)
        first = pc.if_else(filled, starts, pa.scalar(None, pa.int32()))
        return lists.values.field("country").take(first)

    return fill


_FILLS: Final[Mapping[tuple[str, str], Callable[[pa.Table], pa.Array]]] = {
    ("events", "actor_country"): _first_country("actor"),
    ("events", "recipient_country"): _first_country("recipient"),
}

SQL_FILLS: Final[Mapping[tuple[str, str], str]] = {
    ("events", "actor_country"): "actor[1].country",
    ("events", "recipient_country"): "recipient[1].country",
}
"""The same for DuckDB, which sorts by such columns."""
