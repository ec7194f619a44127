"""What lies beside the tables for those who query them: DuckDB views and the data dictionary."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from schemas import tables
from schemas.tables import Table

_HEADER = """\
-- DuckDB views of this lake, written by Dateline; do not edit.
--   cd LAKE && duckdb -init _dateline/views.sql
-- From elsewhere, say first where the lake is: SET VARIABLE dateline_lake = '/path/to/lake';
SET VARIABLE dateline_lake = coalesce(getvariable('dateline_lake'), '.');
"""

_EVENT_PAIRS = """
-- One row per actor and recipient of an event; either is null where the event has none.
CREATE OR REPLACE VIEW event_pairs AS
SELECT * EXCLUDE (actor_one, recipient_one, actor_country, recipient_country),
       actor_one.text AS actor_text, actor_one.code AS actor_code,
       actor_one.country AS actor_country, actor_one.sector AS actor_sector,
       recipient_one.text AS recipient_text, recipient_one.code AS recipient_code,
       recipient_one.country AS recipient_country, recipient_one.sector AS recipient_sector
FROM (
  SELECT *, unnest(CASE WHEN len(recipient) = 0 THEN [NULL] ELSE recipient END) AS recipient_one
  FROM (SELECT *, unnest(CASE WHEN len(actor) = 0 THEN [NULL] ELSE actor END) AS actor_one FROM events)
);
"""


def views_sql(
    present: Collection[str],
    *,
    old: bool = False,
    files: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Return SQL that makes one view per table; a table without files (not in ``present``) is an empty view.

    ``old``: there may be files of an earlier schema, which lack columns; the views have them all the same. ``files`` are
    the files of each table, relative to the lake, where not simply all that lie in its folder are meant.
    """
    return (
        _HEADER
        + "".join(
            _view(table, table.name in present, old, None if files is None else files[table.name])
            for table in tables.TABLES
        )
        + _EVENT_PAIRS
    )


def _view(table: Table, present: bool, old: bool, paths: Sequence[str] | None) -> str:
    comment = f"\n-- {table.description}\nCREATE OR REPLACE VIEW {table.name} AS\n"
    if present:
        options = "union_by_name = true"
        if table.partitioned:
            options += ", hive_partitioning = true, hive_types = {'published_month': VARCHAR}"
        else:
            options += ", hive_partitioning = false"
        found = [f"{table.name}/**/*.parquet"] if paths is None else paths
        places = ", ".join(
            "getvariable('dateline_lake') || '/" + path.replace("'", "''") + "'" for path in found
        )
        files = f"SELECT * FROM read_parquet([{places}], {options})"
        return f"{comment}{f'{_empty(table)} UNION ALL BY NAME {files}' if old else files};\n"
    return f"{comment}{_empty(table)};\n"


def _empty(table: Table) -> str:
    """Return a query that gives the columns of a table and no rows."""
    columns = [
        f'CAST(NULL AS {duckdb_type(field.type)}) AS "{field.name}"' for field in table.schema
    ]
    if table.partitioned:
        columns.append('CAST(NULL AS VARCHAR) AS "published_month"')
    return f"SELECT {', '.join(columns)} WHERE false"


_DUCKDB = {
    pa.string(): "VARCHAR",
    pa.binary(): "BLOB",
    pa.bool_(): "BOOLEAN",
    pa.int8(): "TINYINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.float32(): "FLOAT",
    pa.float64(): "DOUBLE",
    pa.date32(): "DATE",
    tables.INSTANT: "TIMESTAMPTZ",
}


def duckdb_type(kind: pa.DataType) -> str:
    """Return the DuckDB type that a column of a Parquet file arrives as."""
    if pa.types.is_dictionary(kind):
        return duckdb_type(kind.value_type)
    if pa.types.is_list(kind):
        return f"{duckdb_type(kind.value_type)}[]"
    if pa.types.is_struct(kind):
        fields = ", ".join('"' + child.name + '" ' + duckdb_type(child.type) for child in kind)
        return f"STRUCT({fields})"
    return _DUCKDB[kind]


def schema_json() -> dict[str, Any]:
    """Return the data dictionary: every table and column with its type and description."""
    return {
        "schema_version": tables.SCHEMA_VERSION,
        "tables": [table_json(table) for table in tables.TABLES],
    }


def table_json(table: Table) -> dict[str, Any]:
    """Return one table of the data dictionary."""
    columns = list(_columns(table.schema))
    if table.partitioned:
        columns.append(
            {
                "name": "published_month",
                "type": "string",
                "nullable": False,
                "description": "Month of the article, 2021-03, or unknown; the name of the folder, not in the file.",
            }
        )
    return {
        "name": table.name,
        "description": table.description,
        "key": list(table.key),
        "columns": columns,
    }


def _columns(fields: Iterable[pa.Field]) -> Iterable[dict[str, Any]]:
    for field in fields:
        column = {
            "name": field.name,
            "type": type_name(field.type),
            "nullable": field.nullable,
            "description": (field.metadata or {}).get(b"description", b"").decode(),
        }
        inner = field.type.value_type if pa.types.is_list(field.type) else field.type
        if pa.types.is_struct(inner):
            column["fields"] = list(_columns(inner))
        yield column


def type_name(kind: pa.DataType) -> str:
    """Return a type as a reader of the dictionary expects it."""
    if pa.types.is_dictionary(kind):
        return "string"
    if pa.types.is_list(kind):
        return f"list<{type_name(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return "struct"
    if pa.types.is_timestamp(kind):
        return "timestamp[us, UTC]"
    return str(kind)
