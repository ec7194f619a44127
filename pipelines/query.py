"""Reading a lake: DuckDB over its views, rows to the screen, and what ``status`` says."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import json
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow.compute as pc

from pipelines.lake import Lake
from pipelines.ledger import ANNOTATIONS, ARTICLES, FILES, INPUTS
from pipelines.lookup import lookup
from pipelines.records import read_sealed
from pipelines.views import views_sql
from schemas import tables

if TYPE_CHECKING:
    import duckdb


class QueryError(ValueError):
    """DuckDB does not accept the query; the message is its own."""


def connect(lake: Lake) -> duckdb.DuckDBPyConnection:
    """Return an in-memory DuckDB with the lake's views; nothing can be written through them.

    Raises:
      LakeError: there is no lake.
    """
    import duckdb

    lake.check()
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET VARIABLE dateline_lake = ?", [str(lake.root)])
    files = lake.files_now()
    path = lake.home / "views.sql"
    if files is not None:
        present = {name for name, paths in files.items() if paths}
        connection.execute(views_sql(present, old=True, files=files))
    elif path.is_file():
        connection.execute(path.read_text(encoding="utf-8"))
    return connection


def run_query(lake: Lake, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns and rows of a query, over the lake as it was before or after a commit and nothing between.

    A commit that comes in between is noticed, and the query asked again.

    Raises:
      QueryError: DuckDB refuses it.
      LakeError: there is no lake.
    """
    import duckdb

    for attempt in range(1, _QUERY_ATTEMPTS + 1):
        before = _moment(lake)
        last = attempt == _QUERY_ATTEMPTS
        try:
            result = connect(lake).execute(sql)
            if result.description is None:
                return [], []
            found = [column[0] for column in result.description], result.fetchall()
            if last or _moment(lake) == before:
                return found
        except duckdb.IOException as error:  # a file was moved while it was being read
            if last or _moment(lake) == before:
                raise QueryError(str(error)) from error
        except duckdb.Error as error:
            raise QueryError(str(error)) from error
        time.sleep(0.1 * attempt)
    raise AssertionError


_QUERY_ATTEMPTS: Final = 6


def _moment(lake: Lake) -> tuple[str, bool]:
    """Return what changes with every commit, at its beginning and at its end."""
    records = lake.run_records()
    return records[-1].name if records else "", (lake.home / "intent.json").is_file()


def list_views(lake: Lake) -> list[tuple[str, int, str]]:
    """Return each view with its rows and what it is.

    Raises:
      LakeError: there is no lake.
    """
    connection = connect(lake)
    descriptions = {table.name: table.description for table in tables.TABLES}
    found = []
    for (name,) in connection.execute(
        "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1"
    ).fetchall():
        ((count,),) = connection.execute(f'SELECT count(*) FROM "{name}"').fetchall()
        found.append((name, count, descriptions.get(name, "One row per actor and recipient.")))
    return found


def plain(value: Any) -> Any:
    """Turn a value of DuckDB's into one that JSON has."""
    if isinstance(value, dt.datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        return str(value)
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def text(value: Any) -> str:
    """Show a value in a cell."""
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, as_json: bool) -> None:
    """Print a result: JSON, a table on a terminal, or tab-separated lines under a header."""
    if as_json:
        found = [dict(zip(columns, map(plain, row), strict=True)) for row in rows]
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    elif sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table()
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(Text(text(value)) for value in row))
        Console().print(table)
    else:
        clean = str.maketrans("\t\r\n", "   ")
        for row in [columns, *rows]:
            sys.stdout.write("\t".join(text(value).translate(clean) for value in row) + "\n")


def status(lake: Lake, runs: int = 5, days: int = 14) -> dict[str, Any]:
    """Return what a lake holds, how its last ``runs`` and attempts went, and how it grew in the last ``days`` with runs.

    Raises:
      LakeError: there is no lake, or its records are damaged.
    """
    lake.check()
    state = lake.state
    rows: collections.Counter[str] = collections.Counter()
    size: collections.Counter[str] = collections.Counter()
    files: collections.Counter[str] = collections.Counter()
    ledger_files = state.table(FILES, ("table", "rows", "size"))
    for name, count, length in zip(
        *(ledger_files[column].to_pylist() for column in ("table", "rows", "size")), strict=True
    ):
        rows[name] += count
        size[name] += length
        files[name] += 1
    reasons: list[tuple[Any, ...]] = []
    if rows["rejects"]:
        _, reasons = run_query(
            lake,
            "SELECT CAST(reason AS VARCHAR), count(*) FROM rejects GROUP BY 1 ORDER BY 2 DESC, 1",
        )
    articles = lookup(state, ARTICLES)
    newest = pc.max(articles.column("published_at")).as_py()
    annotated = len(lookup(state, ANNOTATIONS))
    records = lake.run_records()
    attempts = lake.attempts()
    return {
        "lake": str(lake.root),
        "inputs": state.table(INPUTS, ("size",)).num_rows,
        "articles": len(articles),
        "annotated": annotated,
        "waiting": max(0, len(articles) - annotated - rows["duplicates"]),
        "newest_article": plain(newest),
        "tables": {
            table.name: {
                "rows": rows[table.name],
                "files": files[table.name],
                "bytes": size[table.name],
            }
            for table in tables.TABLES
        },
        "rejects": dict(reasons),
        "unfinished": (lake.home / "intent.json").is_file(),
        "last_commit_at": state.record.get("finished_at"),
        "last_success_at": next(
            (item["finished_at"] for item in reversed(attempts) if item["exit_code"] == 0), None
        ),
        "attempts": attempts[-runs:] if runs else [],
        "growth": _growth(records, days) if runs else [],
        "runs": [_brief(read_sealed(path)) for path in records[-runs:]] if runs else [],
    }


def _growth(records: Sequence[Path], days: int) -> list[dict[str, Any]]:
    """Return articles read, articles annotated, rejects and bytes added of the last days that had runs, newest last."""
    found: dict[str, dict[str, Any]] = {}
    for path in reversed(records):
        record = read_sealed(path)
        day = str(record["finished_at"])[:10]
        if day not in found:
            if len(found) == days:
                break
            found[day] = {"day": day, "read": 0, "annotated": 0, "rejects": 0, "bytes": 0}
        row = found[day]
        if record["stage"] == "ingest":
            row["read"] += record.get("articles", 0)
        elif record["stage"] == "annotate":
            row["annotated"] += record.get("articles", 0)
        row["rejects"] += sum(record.get("rejects", {}).values())
        if record["stage"] in ("ingest", "annotate", "link"):
            row["bytes"] += sum(item["size"] for item in record.get("added", ()))
    return sorted(found.values(), key=lambda row: str(row["day"]))


def _brief(record: dict[str, Any]) -> dict[str, Any]:
    keys = (
        "run_id",
        "stage",
        "started_at",
        "finished_at",
        "articles",
        "words",
        "rejects",
        "rows",
        "seconds",
        "failed",
    )
    return {key: record[key] for key in keys if key in record}
