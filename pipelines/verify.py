"""``dateline verify``: reads everything and names what is wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.lake import Lake
from pipelines.ledger import ANNOTATIONS, ARTICLES, FILES, INPUTS
from pipelines.records import LakeDamagedError, State, read_sealed
from schemas import tables
from transforms.parquet import file_digest

if TYPE_CHECKING:
    import duckdb


@dataclasses.dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong: its name, where, and what was found; ``count`` rows or files."""

    name: str
    where: str
    message: str
    count: int = 1

    def to_json(self) -> dict[str, Any]:
        """Return a plain dictionary."""
        return dataclasses.asdict(self)


PROBLEMS: Final = {
    "damaged_record": "A run record or the ledger cannot be read or contradicts its checksum.",
    "unfinished_commit": "A commit was cut short; the next run finishes it.",
    "missing_file": "A file that the ledger knows is not there.",
    "wrong_checksum": "A file is not the one that was written.",
    "orphan_file": "A Parquet file that no run published.",
    "wrong_schema": "A file's columns are not those of its table.",
    "wrong_row_count": "A file has other rows than the ledger says.",
    "duplicate_key": "Two rows of a table have one key.",
    "missing_reference": "A row names a row of another table that is not there.",
    "wrong_span": "A span does not slice to its text, or lies outside it.",
    "wrong_partition": "A row lies in the folder of another month than its article's.",
    "copy_annotated": "An article that is a copy has events, which are then counted twice.",
    "ledger_mismatch": "The ledger and the tables know different articles.",
}
"""Names of problems and what they mean."""


def verify(lake: Lake) -> list[Problem]:
    """Check everything; return what is wrong, nothing for a whole lake.

    Raises:
      LakeError: there is no lake.
    """
    lake.check()
    problems: list[Problem] = []
    for path in lake.run_records():
        try:
            read_sealed(path)
        except LakeDamagedError as error:
            problems.append(
                Problem(name="damaged_record", where=_relative(lake, path), message=str(error))
            )
    if (lake.home / "intent.json").is_file():
        problems.append(
            Problem(
                name="unfinished_commit",
                where="_dateline/intent.json",
                message="the next run finishes it",
            )
        )
    try:
        state = lake.state
        for file in state.ledger:
            place = lake.root / file.path
            if not place.is_file() or file_digest(place) != file.sha256:
                raise LakeDamagedError(f"{file.path} is missing or was changed")
        ledger = {kind.name: state.table(kind) for kind in (INPUTS, ARTICLES, ANNOTATIONS, FILES)}
    except LakeDamagedError as error:
        return [
            *problems,
            Problem(name="damaged_record", where="_dateline/ledger", message=str(error)),
        ]
    found = list(_check_files(lake, ledger["files"]))
    problems += found
    if any(problem.name in ("missing_file", "wrong_schema") for problem in found):
        return problems  # the tables cannot be read as a whole
    problems += _check_rows(lake, state)
    return problems


def _relative(lake: Lake, path: Path) -> str:
    return str(path.relative_to(lake.root))


def _check_files(lake: Lake, files: pa.Table) -> Iterator[Problem]:
    known = set()
    for item in files.to_pylist():
        path = item["path"]
        known.add(path)
        place = lake.root / path
        if not place.is_file():
            yield Problem(
                name="missing_file", where=path, message="the ledger knows it and it is not there"
            )
            continue
        if file_digest(place) != item["sha256"]:
            yield Problem(
                name="wrong_checksum", where=path, message="it is not the file that was written"
            )
        try:
            metadata = pq.read_metadata(place)
            names = pq.read_schema(place).names
        except (OSError, pa.ArrowException) as error:
            yield Problem(
                name="wrong_schema", where=path, message=f"no readable Parquet file: {error}"
            )
            continue
        if metadata.num_rows != item["rows"]:
            message = f"{metadata.num_rows} rows, the ledger says {item['rows']}"
            yield Problem(name="wrong_row_count", where=path, message=message)
        table = tables.BY_NAME[item["table"]]
        strange = set(names) ^ set(table.columns)
        if strange:
            yield Problem(
                name="wrong_schema",
                where=path,
                message=f"columns differ: {', '.join(sorted(strange))}",
            )
    for name in tables.BY_NAME:
        for place in sorted((lake.root / name).rglob("*.parquet")):
            if _relative(lake, place) not in known:
                yield Problem(
                    name="orphan_file", where=_relative(lake, place), message="no run published it"
                )


def _check_rows(lake: Lake, state: State) -> Iterator[Problem]:
    from pipelines.query import connect

    connection = connect(lake)
    connection.execute("SET preserve_insertion_order = false")
    for table in tables.TABLES:
        keys = ", ".join(f'"{name}"' for name in table.key)
        if table.name != "rejects":  # a file may be rejected twice for one reason
            yield from _ask(
                connection,
                "duplicate_key",
                table.name,
                f"two rows with one key ({keys})",
                f"SELECT count(*) FROM (SELECT {keys} FROM {table.name} GROUP BY {keys} HAVING count(*) > 1)",
            )
    for name, where, message, sql in _CHECKS:
        yield from _ask(connection, name, where, message, sql)
    connection.register(
        "ledger_articles",
        state.table(ARTICLES).select(["article_id", "path", "row", "content_hash"]),
    )
    connection.register("ledger_annotations", state.table(ANNOTATIONS).select(["article_id"]))
    for name, where, message, sql in _LEDGER_CHECKS:
        yield from _ask(connection, name, where, message, sql)


def _ask(
    connection: duckdb.DuckDBPyConnection, name: str, where: str, message: str, sql: str
) -> Iterator[Problem]:
    count = int(connection.execute(sql).fetchall()[0][0])
    if count:
        yield Problem(name=name, where=where, message=f"{count:,} rows: {message}", count=count)


def _span(table: str, alias: str, start: str, end: str, text: str) -> str:
    """Count rows whose span does not slice to its text; DuckDB's ``substring`` counts code points from 1."""
    return (
        f"SELECT count(*) FROM {table} {alias} JOIN articles a USING (article_id) "
        f"WHERE {start} < 0 OR {end} < {start} OR {end} > length(a.text) "
        f"OR substring(a.text, {start} + 1, {end} - {start}) <> {text}"
    )


def _actors(column: str) -> str:
    return f"(SELECT article_id, unnest({column}) AS x FROM events)"


def _reference(table: str, column: str) -> str:
    return f"SELECT count(*) FROM {table} t WHERE NOT EXISTS (FROM articles a WHERE a.article_id = t.{column})"


_MONTH: Final = (
    "CASE WHEN a.published_at IS NULL OR CAST(a.published_precision AS VARCHAR) IN ('year', 'unknown') THEN 'unknown' "
    "ELSE strftime(a.published_at AT TIME ZONE 'UTC', '%Y-%m') END"
)

_CHECKS: Final = (
    *(
        ("missing_reference", name, "no such article", _reference(name, "article_id"))
        for name in ("mentions", "entities", "events", "duplicates")
    ),
    (
        "missing_reference",
        "duplicates",
        "no such original",
        _reference("duplicates", "original_id"),
    ),
    (
        "missing_reference",
        "mentions",
        "no such entity in the article",
        "SELECT count(*) FROM mentions t WHERE entity_id IS NOT NULL AND NOT EXISTS "
        "(FROM entities e WHERE e.article_id = t.article_id AND e.entity_id = t.entity_id)",
    ),
    *(
        (
            "missing_reference",
            f"events.{column}",
            "no such entity in the article",
            f"SELECT count(*) FROM {_actors(column)} t WHERE x.entity_id IS NOT NULL AND NOT EXISTS "
            "(FROM entities e WHERE e.article_id = t.article_id AND e.entity_id = t.x.entity_id)",
        )
        for column in ("actor", "recipient")
    ),
    (
        "wrong_span",
        "mentions",
        "text is not the article's from start to end",
        _span("mentions", "t", "t.start", 't."end"', "t.text"),
    ),
    (
        "wrong_span",
        "events.trigger",
        "trigger is not the article's from trigger_start to trigger_end",
        _span("events", "t", "t.trigger_start", "t.trigger_end", "t.trigger"),
    ),
    *(
        (
            "wrong_span",
            f"events.{column}",
            "text is not the article's from start to end",
            _span(_actors(column), "t", "t.x.start", 't.x."end"', "t.x.text"),
        )
        for column in ("actor", "recipient")
    ),
    (
        "wrong_span",
        "events.attribution",
        "text is not the article's from start to end",
        _span(
            "(FROM events WHERE attribution IS NOT NULL)",
            "t",
            "t.attribution.start",
            't.attribution."end"',
            "t.attribution.text",
        ),
    ),
    (
        "wrong_partition",
        "articles",
        "published in another month than the folder says",
        f"SELECT count(*) FROM articles a WHERE published_month <> {_MONTH}",
    ),
    *(
        (
            "wrong_partition",
            name,
            "not in the month of the article",
            f"SELECT count(*) FROM {name} t JOIN articles a USING (article_id) "
            "WHERE t.published_month <> a.published_month",
        )
        for name in ("mentions", "entities", "events")
    ),
    (
        "copy_annotated",
        "events",
        "of articles that are copies",
        "SELECT count(*) FROM events JOIN duplicates USING (article_id)",
    ),
)

_LEDGER_CHECKS: Final = (
    (
        "ledger_mismatch",
        "articles",
        "articles that the ledger does not know",
        "SELECT count(*) FROM articles a WHERE NOT EXISTS "
        "(FROM ledger_articles l WHERE l.article_id = a.article_id AND l.content_hash = a.content_hash)",
    ),
    (
        "ledger_mismatch",
        "ledger",
        "articles of the ledger that are not in the table",
        "SELECT count(*) FROM ledger_articles l WHERE NOT EXISTS (FROM articles a WHERE a.article_id = l.article_id)",
    ),
    (
        "ledger_mismatch",
        "ledger",
        "annotated articles that are not there",
        "SELECT count(*) FROM ledger_annotations l WHERE NOT EXISTS "
        "(FROM articles a WHERE a.article_id = l.article_id)",
    ),
    *(
        (
            "ledger_mismatch",
            name,
            "of articles that the ledger does not know as annotated",
            f"SELECT count(*) FROM {name} t WHERE NOT EXISTS "
            "(FROM ledger_annotations l WHERE l.article_id = t.article_id)",
        )
        for name in ("mentions", "entities", "events")
    ),
)
