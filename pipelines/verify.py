"""``dateline verify``: reads everything and names what is wrong.

A partition is gone through at a time, two side by side, in arrays and not row by row: ids are compared as the 64 bits
they are, spans as ranges of bytes in one buffer of all texts. So a million articles take the memory of a month.
"""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines import migrations, spans
from pipelines.lake import Lake
from pipelines.ledger import ANNOTATIONS, ARTICLES, FILES, KINDS, Kind
from pipelines.lookup import Lookup, lookup
from pipelines.records import LakeDamagedError, State, read_sealed
from pipelines.spans import Texts, ids_of, in_sorted, pair_ids
from schemas import tables
from schemas.tables import UNKNOWN_MONTH
from transforms.parquet import file_digest

Keys = npt.NDArray[np.uint64]

THREADS: Final = 2

TEXT_BYTES: Final = 64_000_000
"""Text of articles looked at together; a partition with more of it is gone through as often as it takes."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong: its name, where, and what was found; ``count`` rows or files.

    ``articles`` are the ids of the articles whose rows are wrong, for repair.
    """

    name: str
    where: str
    message: str
    count: int = 1
    articles: tuple[str, ...] = dataclasses.field(default=(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return a plain dictionary."""
        found = dataclasses.asdict(self)
        del found["articles"]
        return found


PROBLEMS: Final = {
    "damaged_record": "A run record or the ledger cannot be read or contradicts its checksum.",
    "foreign_record": "A run record is of another lake.",
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
    problems = list(_check_records(lake))
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
        files = state.table(FILES)
        for kind in KINDS.values():
            _read_all(state, kind)
    except LakeDamagedError as error:
        return [
            *problems,
            Problem(name="damaged_record", where="_dateline/ledger", message=str(error)),
        ]
    found = _check_files(lake, files)
    problems += found
    if any(problem.name in ("missing_file", "wrong_schema") for problem in found):
        return problems  # the tables cannot be read as a whole
    return problems + _Rows(lake, state).check()


def _read_all(state: State, kind: Kind) -> None:
    """See whether a table of the ledger can be read.

    Raises:
      LakeDamagedError: it cannot.
    """
    if kind.numbered:
        lookup(state, kind)
    else:
        state.table(kind, (kind.schema.names[1],))


def _check_records(lake: Lake) -> Iterator[Problem]:
    owner = lake.marker()["lake_id"]
    for path in lake.run_records():
        where = str(path.relative_to(lake.root))
        try:
            record = read_sealed(path)
        except LakeDamagedError as error:
            yield Problem(name="damaged_record", where=where, message=str(error))
            continue
        if record.get("lake_id", owner) != owner:
            message = f"of the lake {record['lake_id']}, this one is {owner}"
            yield Problem(name="foreign_record", where=where, message=message)


# -------------------------------------------------------------------------------------------------- files


def _check_files(lake: Lake, files: pa.Table) -> list[Problem]:
    items = files.to_pylist()
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        found = [
            problem
            for problems in pool.map(lambda item: _check_file(lake.root, item), items)
            for problem in problems
        ]
    known = {item["path"] for item in items}
    for path in sorted(set(lake.found_files()) - known):
        found.append(Problem(name="orphan_file", where=path, message="no run published it"))
        found += _check_columns(lake.root, path)
    return found


def _check_file(root: Path, item: dict[str, Any]) -> list[Problem]:
    path = item["path"]
    place = root / path
    if not place.is_file():
        message = "the ledger knows it and it is not there"
        return [Problem(name="missing_file", where=path, message=message)]
    found = []
    if file_digest(place) != item["sha256"]:
        message = "it is not the file that was written"
        found.append(Problem(name="wrong_checksum", where=path, message=message))
    strange = _check_columns(root, path)
    if strange and "no readable" in strange[0].message:
        return [*found, *strange]
    rows = pq.read_metadata(place).num_rows
    if rows != item["rows"]:
        message = f"{rows} rows, the ledger says {item['rows']}"
        found.append(Problem(name="wrong_row_count", where=path, message=message))
    return [*found, *strange]


def _check_columns(root: Path, path: str) -> list[Problem]:
    try:
        schema = pq.read_schema(root / path)
    except (OSError, pa.ArrowException) as error:
        message = f"no readable Parquet file: {error}"
        return [Problem(name="wrong_schema", where=path, message=message)]
    table = tables.BY_NAME[path.split("/")[0]]
    strange = set(schema.names) ^ set(table.columns)
    if migrations.version_of(schema) != tables.SCHEMA_VERSION:  # it may lack what came later
        strange -= {field.name for field in table.schema if field.nullable}
    if not strange:
        return []
    message = f"columns differ: {', '.join(sorted(strange))}"
    return [Problem(name="wrong_schema", where=path, message=message)]


# --------------------------------------------------------------------------------------------------- rows


class _Findings:
    """What the checks of all partitions found, added up by kind."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: collections.Counter[tuple[str, str, str]] = collections.Counter()
        self._articles: dict[tuple[str, str, str], set[str]] = collections.defaultdict(set)

    def add(
        self, name: str, where: str, message: str, count: int, articles: Sequence[str | None] = ()
    ) -> None:
        if count:
            with self._lock:
                self._counts[name, where, message] += count
                self._articles[name, where, message].update(filter(None, articles))

    def problems(self) -> list[Problem]:
        return [
            Problem(
                name=name,
                where=where,
                message=f"{count:,} rows: {message}",
                count=count,
                articles=tuple(sorted(self._articles[name, where, message])),
            )
            for (name, where, message), count in sorted(self._counts.items())
        ]


@dataclasses.dataclass
class _Stray:
    """Rows of a partition whose article is not in it: they are judged when all articles are known."""

    table: str
    articles: pa.Array


_REPEATING: Final = {
    "mentions": ["article_id", "entity_id"],
    "entities": ["article_id", "entity_id"],
    "events": ["article_id"],
    "date_clues": ["article_id"],
}


@dataclasses.dataclass
class _Ledger:
    """What the ledger says of the articles, in the order of their files and rows.

    Those of the file ``paths[number]`` stand from ``starts[number]`` on.
    """

    keys: Keys
    hashes: Keys
    paths: dict[str, int]
    starts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, articles: Lookup) -> _Ledger:
        path = articles.column("path").unify_dictionaries()
        names = path.chunk(0).dictionary.to_pylist() if path.num_chunks else []
        codes = np.concatenate(
            [*(chunk.indices.to_numpy() for chunk in path.chunks), np.array([], np.int64)]
        ).astype(np.int64)
        rows = articles.column("row").to_numpy().astype(np.int64)
        order = np.argsort((codes << 32) | rows)
        return cls(
            keys=articles.keys[order],
            hashes=articles.numbers("content_hash")[order],
            paths={name: number for number, name in enumerate(names)},
            starts=np.searchsorted(codes[order], np.arange(len(names) + 1)),
        )

    def of_file(self, path: str) -> tuple[Keys, Keys]:
        """Return ids and content hashes of a file's articles, by row."""
        number = self.paths.get(path)
        if number is None:
            return self.keys[:0], self.hashes[:0]
        here = slice(self.starts[number], self.starts[number + 1])
        return self.keys[here], self.hashes[here]


def _with_captions(rows: pa.Table) -> pa.Table:
    """Return ids and texts as spans count in them: with the captions behind; older files have none."""
    if "captions" not in rows.schema.names:
        return rows
    captions = rows["captions"]
    if captions.null_count < len(captions):
        both = pc.binary_join_element_wise(rows["text"], captions, "\n\n", null_handling="skip")
        rows = rows.set_column(rows.schema.get_field_index("text"), "text", both)
    return rows.drop_columns("captions")


class _Rows:
    """The rows of all tables against one another and against the ledger."""

    def __init__(self, lake: Lake, state: State) -> None:
        self.root = lake.root
        self.findings = _Findings()
        self.folders: dict[str, list[str]] = collections.defaultdict(list)
        for path in sorted(lake.found_files()):
            self.folders[path.rsplit("/", 1)[0]].append(path)
        self.ledger = _Ledger.of(lookup(state, ARTICLES))
        self.annotated = np.sort(lookup(state, ANNOTATIONS).keys)
        self.articles: list[Keys] = []
        self.strays: list[_Stray] = []
        self._lock = threading.Lock()
        self.copies = self._copies()

    def check(self) -> list[Problem]:
        months = {
            path.split("/")[1]
            for folder, paths in self.folders.items()
            for path in paths[:1]
            if tables.BY_NAME[folder.split("/")[0]].partitioned and "/" in folder
        }
        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(self._check_month, sorted(months)))
        everything = np.sort(np.concatenate([*self.articles, np.array([], np.uint64)]))
        twice = int(np.count_nonzero(everything[1:] == everything[:-1]))
        self.findings.add("duplicate_key", "articles", "two rows with one key (article_id)", twice)
        self._check_strays(everything)
        self._check_ledger(everything)
        self._check_links(everything)
        return self.findings.problems()

    def _read(self, folder: str, columns: Sequence[str]) -> Iterator[tuple[str, pa.Table]]:
        """Yield the row groups of a folder's files with the file's path; ids that repeat come as dictionaries."""
        repeating = _REPEATING.get(folder.split("/")[0], [])
        for path in self.folders.get(folder, ()):
            with pq.ParquetFile(self.root / path, read_dictionary=repeating) as file:
                for group in range(file.num_row_groups):
                    yield path, file.read_row_group(group, columns=list(columns))

    def _copies(self) -> Keys:
        found = [
            ids_of(rows["article_id"]) for _, rows in self._read("duplicates", ("article_id",))
        ]
        return np.sort(np.concatenate([*found, np.array([], np.uint64)]))

    # ---------------------------------------------------------------------------------- one partition

    def _check_month(self, month: str) -> None:
        folder = f"articles/{month}"
        names = ("article_id", "published_at", "published_precision", "content_hash")
        keys: list[Keys] = []
        for path, rows in _by_file(self._read(folder, names)):
            found = ids_of(rows["article_id"])
            keys.append(found)
            self._check_article_month(month, rows)
            self._check_places(path, rows, found)
        here = np.concatenate([*keys, np.array([], np.uint64)])
        with self._lock:
            self.articles.append(here)
        known = np.sort(here)
        entities = self._check_entities(month, known)
        first = True
        for texts in self._texts(folder):
            self._check_spans(month, texts, known, entities, first=first)
            first = False
        if first:
            self._check_spans(month, Texts.of([]), known, entities, first=True)

    def _check_article_month(self, month: str, rows: pa.Table) -> None:
        stamps = rows["published_at"].cast(pa.int64()).combine_chunks()
        vague = pc.is_in(
            rows["published_precision"].cast(pa.string()), value_set=pa.array(["year", "unknown"])
        )
        unknown = pc.or_(pc.is_null(stamps), vague.combine_chunks()).to_numpy(zero_copy_only=False)
        moments = pc.fill_null(stamps, 0).to_numpy().view("datetime64[us]")
        name = month.removeprefix("published_month=")
        if name == UNKNOWN_MONTH:
            wrong = np.flatnonzero(~unknown)
        elif re.fullmatch(r"\d{4}-\d{2}", name):
            here = moments.astype("datetime64[M]") == np.datetime64(name, "M")
            wrong = np.flatnonzero(unknown | ~here)
        else:
            wrong = np.arange(rows.num_rows)
        self.findings.add(
            "wrong_partition",
            "articles",
            "published in another month than the folder says",
            len(wrong),
            rows["article_id"].take(pa.array(wrong, pa.int64())).to_pylist(),
        )

    def _check_places(self, path: str, rows: pa.Table, keys: Keys) -> None:
        """Compare a file's articles with what the ledger says of it, row by row."""
        known, known_hashes = self.ledger.of_file(path)
        hashes = ids_of(rows["content_hash"])
        if len(known) == len(keys):
            same = (known == keys) & (known_hashes == hashes)
        else:
            same = np.isin(keys, known)
        wrong = np.flatnonzero(~same)
        self.findings.add(
            "ledger_mismatch",
            "articles",
            "articles that the ledger does not know",
            len(wrong),
            rows["article_id"].take(pa.array(wrong)).to_pylist(),
        )

    def _check_entities(self, month: str, known: Keys) -> Keys:
        found = []
        for _, rows in self._read(f"entities/{month}", ("article_id", "entity_id")):
            articles = ids_of(rows["article_id"])
            self._check_owners("entities", rows, articles, known)
            found.append(pair_ids(articles, ids_of(rows["entity_id"])))
        pairs = np.sort(np.concatenate([*found, np.array([], np.uint64)]))
        twice = int(np.count_nonzero(pairs[1:] == pairs[:-1]))
        message = "two rows with one key (article_id, entity_id)"
        self.findings.add("duplicate_key", "entities", message, twice)
        return pairs

    def _check_owners(self, table: str, rows: pa.Table, articles: Keys, known: Keys) -> None:
        """Set aside the rows whose article is not in the partition, and name those of articles not annotated."""
        away = np.flatnonzero(~in_sorted(articles, known))
        if len(away):
            with self._lock:
                self.strays.append(_Stray(table, _strings(rows["article_id"].take(pa.array(away)))))
        unknown = np.flatnonzero(~in_sorted(articles, self.annotated))
        self.findings.add(
            "ledger_mismatch",
            table,
            "of articles that the ledger does not know as annotated",
            len(unknown),
            rows["article_id"].take(pa.array(unknown)).to_pylist(),
        )
        if table == "events" and len(self.copies):
            copied = np.flatnonzero(in_sorted(articles, self.copies))
            self.findings.add(
                "copy_annotated",
                "events",
                "of articles that are copies",
                len(copied),
                rows["article_id"].take(pa.array(copied)).to_pylist(),
            )

    def _texts(self, folder: str) -> Iterator[Texts]:
        """Yield the texts of a partition, some ten thousand articles at a time."""
        waiting: list[pa.Table] = []
        size = 0
        for _, found in self._read(folder, ("article_id", "text", "captions")):
            rows = _with_captions(found)
            waiting.append(rows)
            size += rows["text"].nbytes
            if size > TEXT_BYTES:
                yield Texts.of(waiting)
                waiting, size = [], 0
        if waiting:
            yield Texts.of(waiting)

    def _check_spans(
        self, month: str, texts: Texts, known: Keys, entities: Keys, *, first: bool
    ) -> None:
        """Check mentions and events; references and keys only the ``first`` time through."""
        keys: list[Keys] = []
        columns: tuple[str, ...] = ("mention_id", "article_id", "entity_id", "start", "end", "text")
        for _, rows in self._read(f"mentions/{month}", columns):
            articles = ids_of(rows["article_id"])
            if first:
                keys.append(ids_of(rows["mention_id"]))
                self._check_owners("mentions", rows, articles, known)
                self._check_references(
                    "mentions", rows["article_id"], articles, rows["entity_id"], entities
                )
            self._compare(
                texts, "mentions", "text is not the article's from start to end",
                rows["article_id"], articles, rows["start"], rows["end"], rows["text"],
            )  # fmt: skip
        self._check_twice("mentions", "mention_id", keys)
        if first:
            for _, rows in self._read(f"date_clues/{month}", ("article_id",)):
                self._check_owners("date_clues", rows, ids_of(rows["article_id"]), known)
        keys = []
        columns = (
            "event_id", "article_id", "trigger_start", "trigger_end", "trigger", "actor",
            "recipient", "attribution", "place",
        )  # fmt: skip
        for _, rows in self._read(f"events/{month}", columns):
            articles = ids_of(rows["article_id"])
            if first:
                keys.append(ids_of(rows["event_id"]))
                self._check_owners("events", rows, articles, known)
            self._compare(
                texts, "events.trigger", "trigger is not the article's from trigger_start to trigger_end",
                rows["article_id"], articles, rows["trigger_start"], rows["trigger_end"], rows["trigger"],
            )  # fmt: skip
            for name in ("actor", "recipient", "attribution", "place"):
                inner, parents = spans.structs(rows[name])
                owners = rows["article_id"].take(pa.array(parents))
                theirs = articles[parents]
                if first:
                    self._check_references(
                        f"events.{name}", owners, theirs, inner.field("entity_id"), entities
                    )
                if name != "place":
                    self._compare(
                        texts, f"events.{name}", "text is not the article's from start to end",
                        owners, theirs, inner.field("start"), inner.field("end"), inner.field("text"),
                    )  # fmt: skip
        self._check_twice("events", "event_id", keys)

    def _check_twice(self, table: str, key: str, found: Sequence[Keys]) -> None:
        everything = np.sort(np.concatenate([*found, np.array([], np.uint64)]))
        twice = int(np.count_nonzero(everything[1:] == everything[:-1]))
        self.findings.add("duplicate_key", table, f"two rows with one key ({key})", twice)

    def _check_references(
        self, where: str, names: pa.ChunkedArray, articles: Keys, entity_ids: Any, entities: Keys
    ) -> None:
        named = pc.is_valid(entity_ids).to_numpy(zero_copy_only=False)
        wanted = pair_ids(articles, ids_of(entity_ids))
        wrong = np.flatnonzero(named & ~in_sorted(wanted, entities))
        self.findings.add(
            "missing_reference",
            where,
            "no such entity in the article",
            len(wrong),
            names.take(pa.array(wrong)).to_pylist(),
        )

    def _compare(
        self,
        texts: Texts,
        where: str,
        message: str,
        names: pa.ChunkedArray,
        articles: Keys,
        start: Any,
        end: Any,
        text: Any,
    ) -> None:
        wrong = texts.wrong_spans(articles, start, end, text)
        self.findings.add(
            "wrong_span", where, message, len(wrong), names.take(pa.array(wrong)).to_pylist()
        )

    # ---------------------------------------------------------------------------------- all of them

    def _check_strays(self, everything: Keys) -> None:
        for stray in self.strays:
            there = in_sorted(ids_of(stray.articles), everything)
            for mask, name, message in (
                (~there, "missing_reference", "no such article"),
                (there, "wrong_partition", "not in the month of the article"),
            ):
                found = stray.articles.filter(pa.array(mask)).to_pylist()
                self.findings.add(name, stray.table, message, len(found), found)

    def _check_ledger(self, everything: Keys) -> None:
        for keys, message in (
            (self.ledger.keys, "articles of the ledger that are not in the table"),
            (self.annotated, "annotated articles that are not there"),
        ):
            missing = int(np.count_nonzero(~in_sorted(keys, everything)))
            self.findings.add("ledger_mismatch", "ledger", message, missing)

    def _check_links(self, everything: Keys) -> None:
        self._check_twice("duplicates", "article_id", [self.copies])
        for table, other, message in (
            ("duplicates", "original_id", "no such original"),
            ("inferred_dates", "evidence_article_id", "no such article of evidence"),
        ):
            for _, rows in self._read(table, ("article_id", other)):
                for name, fault in (("article_id", "no such article"), (other, message)):
                    missing = ~in_sorted(ids_of(rows[name]), everything)
                    found = rows["article_id"].filter(pa.array(missing)).to_pylist()
                    self.findings.add("missing_reference", table, fault, len(found), found)


def _by_file(groups: Iterator[tuple[str, pa.Table]]) -> Iterator[tuple[str, pa.Table]]:
    """Put the row groups of each file together."""
    path = ""
    waiting: list[pa.Table] = []
    for name, rows in groups:
        if name != path and waiting:
            yield path, pa.concat_tables(waiting)
            waiting = []
        path = name
        waiting.append(rows)
    if waiting:
        yield path, pa.concat_tables(waiting)


def _strings(column: pa.ChunkedArray) -> pa.Array:
    plain = column.cast(pa.string())
    return pa.concat_arrays([*plain.chunks, pa.array([], pa.string())])
