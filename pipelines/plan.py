"""What there is to do: inputs and articles, minus what the ledger says is done, cut into work units."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.lake import State
from pipelines.ledger import ANNOTATIONS, ARTICLES, INPUTS
from schemas import ids
from schemas.documents import InputFile
from schemas.outcomes import Reject
from schemas.units import Manifest, Selection, Unit
from transforms.link import find_copies

UNIT_FILES: Final = 200
UNIT_BYTES: Final = 16_000_000
"""An ingest unit: some seconds of parsing. A larger file is a unit of its own."""

UNIT_WORDS: Final = 150_000
"""An annotate unit at most: some ten seconds of language processing, a few hundred articles."""

SMALLEST_UNIT_WORDS: Final = 8_000
"""An annotate unit at least, unless there is no more: a unit writes three files or more, some 20 ms of work, and at 8,000
words that is two or three hundredths of what the language model takes."""

TAPER: Final = 12
"""Each unit takes this part of the words left, within the bounds above, so that workers finish together."""

LIMITED_REASONS: Final = ("timeout", "too_large")
"""Rejects that larger limits could avoid."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """A stage's work: units to do, units a killed run has done already, and what else the commit has to know.

    ``listed`` counts inputs or articles looked at, ``skipped`` those that need nothing; ``copies`` the articles not
    annotated because they are copies. ``stale`` are articles whose annotations must go.
    """

    units: Sequence[Unit]
    adopted: Sequence[Manifest] = ()
    listed: int = 0
    skipped: int = 0
    copies: int = 0
    stale: Sequence[str] = ()

    @property
    def empty(self) -> bool:
        """Tell whether the lake is up to date."""
        return not (self.units or self.adopted or self.stale)


# ------------------------------------------------------------------------------------------------- ingest


def plan_ingest(
    state: State,
    files: Sequence[InputFile],
    problems: Sequence[Reject],
    left_over: Iterable[Manifest],
    *,
    signature: str,
    limits: str,
) -> Plan:
    """Return the inputs that are new, changed, or were read by other versions or settings, as units.

    An input that could not be listed this time, but was read before, keeps its articles: a folder that is not mounted
    tonight is no reason to forget it.
    """
    known = _known_inputs(state)
    pending: dict[str, InputFile] = {}
    rejects: dict[str, Reject] = {}
    for file in files:
        if not _is_done(known.get(file.uri), file, signature, limits):
            pending[file.uri] = file
    for reject in problems:
        if reject.uri not in known:
            rejects[reject.uri] = reject
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
    units = list(_cut_inputs(list(pending.values()), list(rejects.values()), signature))
    units.sort(key=lambda unit: (-unit.cost, unit.unit_id))
    listed = len(files) + len(problems)
    return Plan(units=units, adopted=adopted, listed=listed, skipped=listed - count)


def _known_inputs(state: State) -> Mapping[str, Mapping[str, Any]]:
    table = state.table(INPUTS)
    names = ("uri", "size", "modified", "etag", "signature", "limits", "limited")
    columns = [table[name].to_pylist() for name in names]
    return {
        values[0]: dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)
    }


def _is_done(known: Mapping[str, Any] | None, file: InputFile, signature: str, limits: str) -> bool:
    return (
        known is not None
        and (known["size"], known["modified"], known["etag"])
        == (file.size, file.modified, file.etag)
        and known["signature"] == signature
        and (known["limits"] == limits or not known["limited"])
    )


def _cut_inputs(
    files: Sequence[InputFile], problems: Sequence[Reject], signature: str
) -> Iterator[Unit]:
    """Cut inputs, in the order of their names, because neighbours tend to be of the same month."""
    waiting: list[InputFile] = []
    size = 0
    for file in files:
        if waiting and (len(waiting) >= UNIT_FILES or size + file.size > UNIT_BYTES):
            yield ingest_unit(waiting, signature)
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
    known = state.table(INPUTS)["uri"]
    wanted = pa.array(uris, pa.string())
    return list(wanted.filter(pc.is_in(wanted, value_set=known.combine_chunks())).to_pylist())


# ----------------------------------------------------------------------------------------------- annotate


def plan_annotate(state: State, left_over: Iterable[Manifest], *, signature: str) -> Plan:
    """Return the articles that are no copies and were not annotated by this model and coder, as units.

    ``stale`` are articles that were annotated and have become copies since, because an earlier one came in.
    """
    articles = state.table(ARTICLES)
    annotations = state.table(ANNOTATIONS)
    copies = find_copies(articles)["article_id"]
    stale = copies.filter(pc.is_in(copies, value_set=_values(annotations["article_id"])))
    done = annotations.filter(pc.equal(annotations["signature"], signature))["article_id"]
    pending = articles.filter(
        pc.invert(
            pc.or_(
                pc.is_in(articles["article_id"], value_set=_values(done)),
                pc.is_in(articles["article_id"], value_set=_values(copies)),
            )
        )
    )
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
        if covered and covered <= left:
            left -= covered
            adopted.append(manifest)
    if adopted:
        rows = [row for row in rows if row[:3] in left]
    units = list(_cut_articles(rows, signature))
    units.sort(key=lambda unit: (-unit.cost, unit.unit_id))
    return Plan(
        units=units,
        adopted=adopted,
        listed=articles.num_rows,
        skipped=articles.num_rows - count,
        copies=len(copies),
        stale=stale.to_pylist(),
    )


def annotated_before(state: State, manifests: Iterable[Manifest]) -> list[str]:
    """Return the articles of these units that have annotations, which the new ones replace."""
    covered = [
        article_id for manifest in manifests for _, _, article_id in _rows_of(manifest.selections)
    ]
    wanted = pa.array(covered, pa.string())
    known = _values(state.table(ANNOTATIONS)["article_id"])
    return list(wanted.filter(pc.is_in(wanted, value_set=known)).to_pylist())


def _rows_of(selections: Iterable[Selection]) -> Iterator[tuple[str, int, str]]:
    for selection in selections:
        for row, article_id in zip(selection.rows, selection.article_ids, strict=True):
            yield selection.path, row, article_id


def _cut_articles(rows: Sequence[tuple[str, int, str, int]], signature: str) -> Iterator[Unit]:
    """Cut articles in the order of their files, so that a unit's rows lie in one month."""
    left = sum(words for *_, words in rows)
    target = _target(left)
    waiting: list[tuple[str, int, str]] = []
    size = 0
    for path, row, article_id, words in rows:
        if waiting and size + words > target:
            yield annotate_unit(waiting, size, signature)
            left -= size
            target = _target(left)
            waiting, size = [], 0
        waiting.append((path, row, article_id))
        size += words
    if waiting:
        yield annotate_unit(waiting, size, signature)


def _target(words_left: int) -> int:
    return min(UNIT_WORDS, max(SMALLEST_UNIT_WORDS, words_left // TAPER))


def annotate_unit(rows: Sequence[tuple[str, int, str]], words: int, signature: str) -> Unit:
    """Make the unit of these rows of committed files; ``rows`` are sorted."""
    by_path: dict[str, list[tuple[int, str]]] = {}
    for path, row, article_id in rows:
        by_path.setdefault(path, []).append((row, article_id))
    selections = tuple(
        Selection(
            path=path,
            rows=tuple(row for row, _ in found),
            article_ids=tuple(name for _, name in found),
        )
        for path, found in by_path.items()
    )
    parts = [(selection.path, selection.rows) for selection in selections]
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
    cost = unit.cost // unit.size
    return (
        annotate_unit([rows[index]], cost, unit.signature),
        annotate_unit([*rows[:index], *rows[index + 1 :]], unit.cost - cost, unit.signature),
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
    cost = unit.cost * middle // unit.size
    return (
        annotate_unit(rows[:middle], cost, unit.signature),
        annotate_unit(rows[middle:], unit.cost - cost, unit.signature),
    )


def _values(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
