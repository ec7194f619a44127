"""What there is to do: inputs and articles, minus what the ledger says is done, cut into work units."""

from __future__ import annotations

import dataclasses
import datetime as dt
import fnmatch
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.ledger import ANNOTATIONS, ARTICLES, FILES, INPUTS, INSTANT
from pipelines.lookup import Lookup, lookup
from pipelines.options import WHOLE, Scope, UsageError
from pipelines.records import REPAIR, LakeDamagedError, State
from pipelines.spans import Keys, ids_of, in_sorted
from schemas import ids
from schemas.documents import InputFile
from schemas.outcomes import Reject
from schemas.units import Condemned, Manifest, Selection, Unit
from transforms.files import is_readable, unchanged_digest
from transforms.link import FINGERPRINT, find_copies

UNIT_FILES: Final = 200
UNIT_BYTES: Final = 16_000_000
"""An ingest unit at most: some seconds of parsing. A larger file is a unit of its own."""

SMALLEST_UNIT_BYTES: Final = 1_000_000
"""An ingest unit at least, unless there is no more: a unit writes a file for every month that it meets."""

UNIT_WORDS: Final = 30_000
"""An annotate unit at most: some five seconds of work, two hundred articles, whose rows wait in memory for the end. Twice as
much made a worker some 8 MB larger."""

SMALLEST_UNIT_WORDS: Final = 4_000
"""An annotate unit at least, unless there is no more: a unit writes three files or more, some 20 ms of work, and the last
dozen of a run are so small that no worker waits long for another. Twice as much left one idle for half a second."""

TAPER: Final = 12
"""Each unit takes this part of the words or bytes left, within the bounds above, so that workers finish together."""

LIMITED_REASONS: Final = ("timeout", "too_large")
"""Rejects that larger limits could avoid."""


PASSING_REASONS: Final = ("unreadable",)
"""Rejects whose reason can pass without a trace in the file's size and time: no permission, a disk that was away."""

SUSPECT_DEATHS: Final = 2
CONDEMNED_DEATHS: Final = 5
"""An input or article at which so many runs died is tried in ever smaller units (16, 4, 1), and then rejected. Five in a
row are no chance: a scheduler that kills a run every night meets another article each time, since what was finished is kept."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """A stage's work: units to do, units a killed run has done already, and what else the commit has to know.

    ``listed`` counts inputs or articles looked at, ``skipped`` those that need nothing; ``copies`` the articles not
    annotated because they are copies. ``stale`` are articles whose annotations must go, ``pruned`` inputs whose rows
    must; ``touched`` inputs with a new time and the old content. ``vanished`` counts inputs that are no longer there.
    """

    units: Sequence[Unit]
    adopted: Sequence[Manifest] = ()
    listed: int = 0
    skipped: int = 0
    copies: int = 0
    stale: Sequence[str] = ()
    pruned: Sequence[str] = ()
    touched: Sequence[InputFile] = ()
    vanished: int = 0

    @property
    def empty(self) -> bool:
        """Tell whether the lake is up to date."""
        return not (self.units or self.adopted or self.unattended)

    @property
    def unattended(self) -> bool:
        """Tell whether there is something to commit even without units."""
        return bool(self.stale or self.pruned or self.touched)


# ------------------------------------------------------------------------------------------------- ingest


def plan_ingest(
    state: State,
    files: Sequence[InputFile],
    problems: Sequence[Reject],
    left_over: Iterable[Manifest],
    *,
    signature: str,
    limits: str,
    scope: Scope = WHOLE,
    covered: Callable[[str], bool] | None = None,
    deaths: Mapping[str, int] | None = None,
    version: str | None = None,
) -> Plan:
    """Return the inputs that are new, changed, or were read by other versions or settings, as units.

    An input that could not be listed this time, but was read before, keeps its articles: a folder that is not mounted
    tonight is no reason to forget it. ``covered`` tells whether a uri would be listed if it were there; ``deaths`` counts
    the runs that died at an input; ``version`` is that of the program, null for no matter.

    Raises:
      UsageError: pruning would take away more than ``scope`` allows.
    """
    table = state.table(INPUTS, _KNOWN_COLUMNS)
    new = _unsettled(table, files, signature, limits, scope)
    known = _known_inputs(table, [*(file.uri for file in new), *(item.uri for item in problems)])
    in_range = _uris_in_range(state, scope)
    pending: dict[str, InputFile] = {}
    rejects: dict[str, Reject] = {}
    touched: list[InputFile] = []
    for file in new:
        if scope.only and not _matches(file.uri, scope.only):
            continue
        entry = known.get(file.uri)
        if entry is None or not entry.names(file):
            if entry is not None and _is_current(entry, signature, limits) and entry.holds(file):
                touched.append(file)
            else:
                pending[file.uri] = file
        elif in_range is not None and file.uri not in in_range:
            continue
        elif not _is_current(entry, signature, limits) or _again(entry, file, scope, version):
            pending[file.uri] = file
    for reject in problems:
        if reject.uri not in known and (not scope.only or _matches(reject.uri, scope.only)):
            rejects[reject.uri] = reject
    vanished = _vanished(table["uri"], files, problems, scope, covered)
    count = len(pending) + len(rejects)
    adopted = []
    for manifest in left_over:
        if manifest.signature != signature or not manifest.outcomes:
            continue
        done = [outcome.file for outcome in manifest.outcomes]
        if all(
            pending.get(file.uri) == file or (file.uri in rejects and file.size < 0)
            for file in done
        ):
            adopted.append(manifest)
            for file in done:
                pending.pop(file.uri, None)
                rejects.pop(file.uri, None)
    suspects = {uri: pending.pop(uri) for uri in _suspects(deaths) if uri in pending}
    units = list(_cut_inputs(list(pending.values()), list(rejects.values()), signature))
    units.sort(key=lambda unit: (-unit.cost, unit.unit_id))
    units += _watched(suspects, deaths or {}, lambda some: ingest_unit(some, signature))
    listed = len(files) + len(problems)
    return Plan(
        units=units,
        adopted=adopted,
        listed=listed,
        skipped=listed - count,
        touched=touched,
        pruned=vanished if scope.prune else (),
        vanished=len(vanished),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Known:
    """What the ledger knows of an input."""

    size: int
    modified: float | None
    etag: str | None
    signature: str | None
    limits: str | None
    limited: int | None
    rejects: int | None
    reasons: str | None
    content_hash: str | None
    version: str | None

    def names(self, file: InputFile) -> bool:
        """Tell whether the listing shows the file that was read."""
        return (self.size, self.modified, self.etag) == (file.size, file.modified, file.etag)

    def holds(self, file: InputFile) -> bool:
        """Tell whether the file has the content that was read, by reading it."""
        return (
            self.size == file.size
            and self.content_hash is not None
            and unchanged_digest(file) == self.content_hash
        )


_KNOWN_COLUMNS: Final = tuple(field.name for field in dataclasses.fields(_Known))


def _known_inputs(table: pa.Table, uris: Sequence[str]) -> Mapping[str, _Known]:
    """Return what the ledger knows of these inputs, of those that it knows."""
    rows = table.filter(pc.is_in(table["uri"], value_set=pa.array(uris, pa.string())))
    columns = [rows[name].to_pylist() for name in _KNOWN_COLUMNS]
    return dict(zip(rows["uri"].to_pylist(), map(_Known, *columns), strict=True))


def _unsettled(
    table: pa.Table, files: Sequence[InputFile], signature: str, limits: str, scope: Scope
) -> list[InputFile]:
    """Return the files that may need something.

    Most nights nearly all need nothing: they are as they were, have no rejects, and were read by this version and with
    these settings. These are told here, all together.
    """
    if scope.reparse or not table.num_rows:
        return list(files)
    listed = pa.array([file.uri for file in files], pa.string())
    rows = table.take(pc.index_in(listed, value_set=_values(table["uri"])))
    current = pc.or_(
        pc.equal(rows["limits"], limits), pc.equal(pc.fill_null(rows["limited"], 0), 0)
    )
    settled = pc.and_(pc.equal(rows["signature"], signature), pc.fill_null(current, False))
    settled = pc.and_(settled, pc.equal(pc.fill_null(rows["rejects"], 0), 0))
    for name, missing, values in (
        ("size", -9, [file.size for file in files]),
        ("modified", -9.0, [file.modified for file in files]),
        ("etag", "", [file.etag for file in files]),
    ):
        there = pa.array(values, rows[name].type)
        same = pc.equal(pc.fill_null(rows[name], missing), pc.fill_null(there, missing))
        settled = pc.and_(settled, same)
    return [file for file, done in zip(files, _flags(settled).tolist(), strict=True) if not done]


def _is_current(known: _Known, signature: str, limits: str) -> bool:
    return known.signature == signature and (known.limits == limits or not known.limited)


def _again(known: _Known, file: InputFile, scope: Scope, version: str | None) -> bool:
    """Tell whether an input that is done is to be done again."""
    if scope.reparse:
        return True
    if not known.rejects:
        return False
    if scope.retry_rejects or (version is not None and known.version != version):
        return True
    reasons = known.reasons or ""
    return any(f"{reason}=" in reasons for reason in PASSING_REASONS) and is_readable(file.uri)


def _matches(uri: str, patterns: Iterable[str]) -> bool:
    """Tell whether a uri, or the end of it from a slash on, matches one of the globs; ``*`` crosses folders."""
    return any(
        fnmatch.fnmatchcase(uri, pattern) or fnmatch.fnmatchcase(uri, f"*/{pattern}")
        for pattern in patterns
    )


def _in_range(articles: pa.Table, scope: Scope) -> pa.Table:
    """Return the articles published within the days of a scope; without days all of them."""
    utc = dt.timezone.utc
    for day, compare in ((scope.since, pc.greater_equal), (scope.until, pc.less)):
        if day is not None:
            last = day + dt.timedelta(days=1) if compare is pc.less else day
            moment = dt.datetime(last.year, last.month, last.day, tzinfo=utc)
            articles = articles.filter(
                compare(articles["published_at"], pa.scalar(moment, INSTANT))
            )
    return articles


def _uris_in_range(state: State, scope: Scope) -> set[str] | None:
    """Return the inputs that have an article within the days of a scope; null if days do not matter."""
    if not scope.dated:
        return None
    articles = state.table(ARTICLES, ("uri", "published_at"))
    return set(_in_range(articles, scope)["uri"].to_pylist())


def _vanished(
    known: pa.ChunkedArray,
    files: Sequence[InputFile],
    problems: Sequence[Reject],
    scope: Scope,
    covered: Callable[[str], bool] | None,
) -> list[str]:
    """Return the inputs that were read once, would be listed tonight, and are not there.

    Raises:
      UsageError: pruning them would take away more than the scope allows.
    """
    if covered is None:
        return []
    there = pa.array([file.uri for file in files], pa.string())
    unlisted = tuple(reject.uri for reject in problems)
    absent = known.filter(pc.invert(pc.is_in(known, value_set=there)))
    gone = [uri for uri in absent.to_pylist() if covered(uri)]
    if unlisted and gone:  # what lies below something unreadable may well be there
        gone = [uri for uri in gone if not uri.startswith(unlisted)]
    if scope.only:
        gone = [uri for uri in gone if _matches(uri, scope.only)]
    if scope.prune and len(gone) > max(1, scope.max_prune_ratio * len(known)):
        raise UsageError(
            f"--prune would take away {len(gone):,} of {len(known):,} inputs, and --max-prune-ratio allows "
            f"{scope.max_prune_ratio:g} of them; see whether the archive is mounted, or raise --max-prune-ratio"
        )
    return sorted(gone)


# ------------------------------------------------------------------------------- at what earlier runs have died


def _suspects(deaths: Mapping[str, int] | None) -> list[str]:
    return sorted(name for name, count in (deaths or {}).items() if count >= SUSPECT_DEATHS)


def _watched(
    suspects: Mapping[str, Any], deaths: Mapping[str, int], make: Callable[[list[Any]], Unit]
) -> Iterator[Unit]:
    """Cut what runs have died at into careful units, the smaller the more often; what stays to the end is condemned."""
    by_count: dict[int, list[Any]] = {}
    for name, item in suspects.items():
        by_count.setdefault(min(deaths[name], CONDEMNED_DEATHS), []).append(item)
    for count, items in sorted(by_count.items()):
        size = max(1, 64 >> (2 * (count - 1)))
        for start in range(0, len(items), size):
            unit = dataclasses.replace(make(items[start : start + size]), careful=True)
            if count >= CONDEMNED_DEATHS:
                fault = Condemned(
                    reason="crash", message=f"{count} runs died while they were at it"
                )
                unit = dataclasses.replace(unit, condemned=fault, careful=False)
            yield unit


def _cut_inputs(
    files: Sequence[InputFile], problems: Sequence[Reject], signature: str
) -> Iterator[Unit]:
    """Cut inputs, in the order of their names, because neighbours tend to be of the same month."""
    left = sum(file.size for file in files)
    target = _tapered(left, SMALLEST_UNIT_BYTES, UNIT_BYTES)
    waiting: list[InputFile] = []
    size = 0
    for file in files:
        if waiting and (len(waiting) >= UNIT_FILES or size + file.size > target):
            yield ingest_unit(waiting, signature)
            left -= size
            target = _tapered(left, SMALLEST_UNIT_BYTES, UNIT_BYTES)
            waiting, size = [], 0
        waiting.append(file)
        size += file.size
    if waiting:
        yield ingest_unit(waiting, signature)
    if problems:
        yield ingest_unit((), signature, problems)


def ingest_unit(files: Sequence[InputFile], signature: str, rejects: Sequence[Reject] = ()) -> Unit:
    """Make the unit of these inputs."""
    parts: list[object] = [signature]
    parts += [(file.uri, file.size, file.modified, file.etag) for file in files]
    parts += [(reject.uri, reject.reason, reject.message) for reject in rejects]
    return Unit(
        unit_id=ids.unit_id("ingest", *parts),
        stage="ingest",
        signature=signature,
        cost=sum(file.size for file in files) + 1000 * (len(files) + len(rejects)),
        inputs=tuple(files),
        rejects=tuple(rejects),
    )


def replaced_uris(state: State, manifests: Iterable[Manifest]) -> list[str]:
    """Return the inputs of these units that the ledger knows already."""
    uris = [outcome.file.uri for manifest in manifests for outcome in manifest.outcomes]
    known = state.table(INPUTS, ("unit_id",))["uri"]
    wanted = pa.array(uris, pa.string())
    return list(wanted.filter(pc.is_in(wanted, value_set=_values(known))).to_pylist())


# ----------------------------------------------------------------------------------------------- annotate


def plan_annotate(
    state: State,
    left_over: Iterable[Manifest],
    *,
    signature: str,
    scope: Scope = WHOLE,
    deaths: Mapping[str, int] | None = None,
    version: str | None = None,
) -> Plan:
    """Return the articles that are no copies and were not annotated by this model and coder, as units.

    ``stale`` are articles that were annotated and have become copies since, because an earlier one came in. Copies are
    looked for among articles without annotations and those of equal content: of two annotated articles neither is a
    copy, since a copy's annotations go away with the commit that makes it one.
    """
    articles, annotations = lookup(state, ARTICLES), lookup(state, ANNOTATIONS)
    known, annotated = np.sort(articles.keys), np.sort(annotations.keys)
    fresh = known[~in_sorted(known, annotated)]
    copies = _copies_of(articles, fresh)
    stale = copies.filter(pa.array(in_sorted(ids_of(copies), annotated)))
    inferred = inferred_days(state)
    settled = _is_settled(annotations, signature, scope, version)
    if inferred or state.dated_from:
        settled &= _has_days(annotations, inferred)
    # On most nights all that is annotated is settled.
    done = annotated if settled.all() else np.sort(annotations.keys[settled])
    todo = fresh if settled.all() else known[~in_sorted(known, done)]
    todo = todo[~in_sorted(todo, np.sort(ids_of(copies)))]
    pending = articles.rows(
        articles.places_of(articles.keys, todo),
        ("article_id", "path", "row", "uri", "word_count", "published_at"),
    )
    pending = _in_range(pending, scope)
    if scope.only:
        chosen = [_matches(uri, scope.only) for uri in pending["uri"].to_pylist()]
        pending = pending.filter(pa.array(chosen, pa.bool_()))
    pending = pending.select(["path", "row", "article_id", "word_count"]).sort_by(
        [("path", "ascending"), ("row", "ascending")]
    )
    rows = list(zip(*(column.to_pylist() for column in pending.columns), strict=True))
    count = len(rows)
    adopted = []
    left = {(path, row, article_id) for path, row, article_id, _ in rows}
    for manifest in left_over:
        if manifest.signature != signature:
            continue
        covered = set(_rows_of(manifest.selections))
        days = {row[2]: day for row in covered if (day := inferred.get(row[2]))}
        if covered and covered <= left and days == _days_of(manifest.selections):
            left -= covered
            adopted.append(manifest)
    if adopted:
        rows = [row for row in rows if row[:3] in left]
    suspicious = set(_suspects(deaths))
    suspects = {row[2]: row for row in rows if row[2] in suspicious}
    units = list(
        _cut_articles([row for row in rows if row[2] not in suspicious], signature, inferred)
    )
    units.sort(key=lambda unit: (-unit.cost, unit.unit_id))
    units += _watched(
        suspects,
        deaths or {},
        lambda some: annotate_unit(
            [row[:3] for row in some], sum(words for *_, words in some), signature, inferred
        ),
    )
    return Plan(
        units=units,
        adopted=adopted,
        listed=len(articles),
        skipped=len(articles) - count,
        copies=len(copies),
        stale=stale.to_pylist(),
    )


def _copies_of(articles: Lookup, fresh: Keys) -> pa.ChunkedArray:
    """Return the ids of the copies among articles and those of equal content; ``fresh`` are sorted keys."""
    content = articles.numbers("content_hash")
    hashes = content[articles.places_of(articles.keys, fresh)]
    places = articles.places_of(content, hashes)
    return find_copies(articles.rows(places, FINGERPRINT))["article_id"]


def _is_settled(
    annotations: Lookup, signature: str, scope: Scope, version: str | None
) -> npt.NDArray[np.bool_]:
    """Mark the annotations that stay: by this model and coder, unless they are to be made again."""
    if scope.reannotate:
        return np.zeros(len(annotations), np.bool_)
    settled = _equals(annotations.column("signature"), signature)
    if not scope.retry_rejects and version is None:
        return settled
    rejected = _flags(annotations.column("rejected"))
    if not scope.retry_rejects:
        rejected &= ~_equals(annotations.column("version"), str(version))
    return settled & ~rejected


def _equals(column: pa.ChunkedArray, value: str) -> npt.NDArray[np.bool_]:
    """Tell where a column of dictionaries has a value."""
    found = [
        _flags(pc.equal(chunk.dictionary, value).take(chunk.indices)) for chunk in column.chunks
    ]
    return np.concatenate([*found, np.array([], np.bool_)])


def _flags(column: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    return pc.fill_null(column, False).to_numpy(zero_copy_only=False).astype(np.bool_)


def annotated_before(state: State, manifests: Iterable[Manifest]) -> list[str]:
    """Return the articles of these units that have annotations, which the new ones replace."""
    covered = [
        article_id for manifest in manifests for _, _, article_id in _rows_of(manifest.selections)
    ]
    known = lookup(state, ANNOTATIONS)
    places = known.places(pa.array(covered, pa.string()))
    return list(known.rows(places, ("article_id",))["article_id"].to_pylist())


def _rows_of(selections: Iterable[Selection]) -> Iterator[tuple[str, int, str]]:
    for selection in selections:
        for row, article_id in zip(selection.rows, selection.article_ids, strict=True):
            yield selection.path, row, article_id


def inferred_days(state: State) -> dict[str, str]:
    """Return the days of publication that other articles prove, by article, as a selection has them.

    Raises:
      LakeDamagedError: the table cannot be read.
    """
    files = state.table(FILES, ("table",))
    paths = files.filter(pc.equal(files["table"], "inferred_dates"))["path"].to_pylist()
    names = ("article_id", "published_from", "published_until")
    found = {}
    for path in paths:
        try:
            rows = pq.read_table(state.root / path, columns=list(names), partitioning=None)
        except (OSError, pa.ArrowException) as error:
            raise LakeDamagedError(f"{path} cannot be read ({error}); {REPAIR}") from error
        for article_id, first, last in zip(*(rows[n].to_pylist() for n in names), strict=True):
            found[article_id] = f"{first}/{last}"
    return found


def _has_days(annotations: Lookup, inferred: Mapping[str, str]) -> npt.NDArray[np.bool_]:
    """Mark the annotations that were made with the days that are now inferred, if any."""
    with_days = ~_equals_null(annotations.column("inferred"))
    wanted = ids_of(pa.array(list(inferred), pa.string()))
    places = np.flatnonzero(with_days | in_sorted(annotations.keys, np.sort(wanted)))
    same = np.ones(len(annotations), np.bool_)
    rows = annotations.rows(places.astype(np.int64), ("article_id", "inferred"))
    same[places] = [
        inferred.get(article_id) == day
        for article_id, day in zip(
            rows["article_id"].to_pylist(), rows["inferred"].to_pylist(), strict=True
        )
    ]
    return same


def _equals_null(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    found = [pc.is_null(chunk).to_numpy(zero_copy_only=False) for chunk in column.chunks]
    return np.concatenate([*found, np.array([], np.bool_)]).astype(np.bool_)


def _days_of(selections: Iterable[Selection]) -> dict[str, str]:
    """Return the days of publication that units have of other articles, by article."""
    return {
        article_id: day
        for selection in selections
        for article_id, day in zip(selection.article_ids, selection.inferred, strict=False)
        if day is not None
    }


def _cut_articles(
    rows: Sequence[tuple[str, int, str, int]], signature: str, inferred: Mapping[str, str]
) -> Iterator[Unit]:
    """Cut articles in the order of their files, so that a unit's rows lie in one month."""
    left = sum(words for *_, words in rows)
    target = _tapered(left, SMALLEST_UNIT_WORDS, UNIT_WORDS)
    waiting: list[tuple[str, int, str]] = []
    size = 0
    for path, row, article_id, words in rows:
        if waiting and size + words > target:
            yield annotate_unit(waiting, size, signature, inferred)
            left -= size
            target = _tapered(left, SMALLEST_UNIT_WORDS, UNIT_WORDS)
            waiting, size = [], 0
        waiting.append((path, row, article_id))
        size += words
    if waiting:
        yield annotate_unit(waiting, size, signature, inferred)


def _tapered(left: int, smallest: int, largest: int) -> int:
    return min(largest, max(smallest, left // TAPER))


def annotate_unit(
    rows: Sequence[tuple[str, int, str]],
    words: int,
    signature: str,
    inferred: Mapping[str, str] | None = None,
) -> Unit:
    """Make the unit of these rows of committed files; ``rows`` are sorted, ``inferred`` are days of articles."""
    days = inferred or {}
    by_path: dict[str, list[tuple[int, str]]] = {}
    for path, row, article_id in rows:
        by_path.setdefault(path, []).append((row, article_id))
    selections = tuple(
        Selection(
            path=path,
            rows=tuple(row for row, _ in found),
            article_ids=tuple(name for _, name in found),
            inferred=tuple(days.get(name) for _, name in found)
            if any(name in days for _, name in found)
            else (),
        )
        for path, found in by_path.items()
    )
    parts: list[object] = [(selection.path, selection.rows) for selection in selections]
    parts += [selection.inferred for selection in selections if selection.inferred]
    return Unit(
        unit_id=ids.unit_id("annotate", signature, *parts),
        stage="annotate",
        signature=signature,
        cost=words,
        selections=selections,
    )


# ----------------------------------------------------------------------------------------- finding culprits


def take_out(unit: Unit, index: int) -> tuple[Unit, Unit]:
    """Return a unit of one input or article alone, and a unit of all others; ``unit`` has at least two."""
    if unit.stage == "ingest":
        others = [*unit.inputs[:index], *unit.inputs[index + 1 :]]
        alone = ingest_unit([unit.inputs[index]], unit.signature)
        return alone, ingest_unit(others, unit.signature, unit.rejects)
    rows = list(_rows_of(unit.selections))
    days = _days_of(unit.selections)
    cost = unit.cost // unit.size
    left = [*rows[:index], *rows[index + 1 :]]
    return (
        annotate_unit([rows[index]], cost, unit.signature, days),
        annotate_unit(left, unit.cost - cost, unit.signature, days),
    )


def split(unit: Unit) -> tuple[Unit, Unit]:
    """Cut a unit of at least two inputs or articles in half."""
    middle = unit.size // 2
    if unit.stage == "ingest":
        return (
            ingest_unit(unit.inputs[:middle], unit.signature, unit.rejects),
            ingest_unit(unit.inputs[middle:], unit.signature),
        )
    rows = list(_rows_of(unit.selections))
    days = _days_of(unit.selections)
    cost = unit.cost * middle // unit.size
    return (
        annotate_unit(rows[:middle], cost, unit.signature, days),
        annotate_unit(rows[middle:], unit.cost - cost, unit.signature, days),
    )


def _values(column: pa.ChunkedArray) -> pa.Array:
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return array if isinstance(array, pa.Array) else pa.concat_arrays(array.chunks)
