"""date: articles without a date get the days of publication that other articles prove, as rows of ``inferred_dates``.

date_clues, events ──infer_dates──▶ inferred_dates ──annotate──▶ mentions, entities, events

``annotate`` leaves what each article tells of a day in ``date_clues``; here they are compared, on the driver: there are few
of them. An article whose days are new or changed is then annotated again, so that its weekdays become days. The clues are
those of the article without its inferred days, so what is inferred rests on no other inference, and depends on the
articles alone. Where no article lacks a date nothing is read.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.execute import Execution, StageResult
from pipelines.lake import Change, Lake, Run
from pipelines.ledger import FILES
from pipelines.options import WHOLE, AnnotateConfig, Scope
from pipelines.plan import inferred_days
from pipelines.records import REPAIR, LakeDamagedError, State
from schemas import ids
from schemas.facts import DateClue, InferredDate, Participant
from schemas.tables import DATE_CLUES, INFERRED_DATES, UNKNOWN_MONTH
from schemas.units import Manifest, Unit
from transforms.dating import LEAST_WORDS, SameSentence, infer_dates
from transforms.parquet import write_links

STAGE: Final = "date"
VERSION: Final = "1"
"""Of the rules by which days are inferred; with another one all are inferred again."""

_UNDATED: Final = f"published_month={UNKNOWN_MONTH}"


def main(
    lake: Lake, execution: Execution, saying: AnnotateConfig | None = None, scope: Scope = WHOLE
) -> StageResult:
    """Bring ``inferred_dates`` up to date with the clues, and annotate again the articles whose days changed.

    Without ``saying`` the next ``annotate`` does the latter.

    Raises:
      RunStoppedError: no unit can succeed.
      LakeError: the lake cannot be read or written.
    """
    started = time.monotonic()
    before = inferred_days(lake.state)
    _infer(lake)
    after = inferred_days(lake.state)
    changed = sum(before.get(name) != after.get(name) for name in {*before, *after})
    result = StageResult(stage=STAGE, run_id=None, listed=len(after), skipped=len(after))
    if changed:
        result = dataclasses.replace(
            result,
            run_id=str(lake.state.record["run_id"]),
            skipped=max(0, len(after) - changed),
            rows={"inferred_dates": len(after)},
            detail=f"{len(after):,} articles dated by others",
        )
        if saying is not None:
            result = _annotate_again(lake, execution, saying, scope, result)
    lake.sweep(STAGE)
    return dataclasses.replace(result, seconds=round(time.monotonic() - started, 2))


def _annotate_again(
    lake: Lake, execution: Execution, saying: AnnotateConfig, scope: Scope, result: StageResult
) -> StageResult:
    from pipelines import annotate

    again = annotate.main(lake, execution, saying, scope)
    _infer(lake)  # the same days; only the files that hold the clues are others now
    return dataclasses.replace(
        result,
        articles=again.articles,
        words=again.words,
        units=again.units,
        rejects=again.rejects,
        failures=again.failures,
        too_many_rejects=again.too_many_rejects,
        detail=f"{result.detail}; {again.articles:,} annotated again",
    )


def _infer(lake: Lake) -> None:
    """Write ``inferred_dates`` again if the clues are others than those it was made from."""
    files = _Files.of(lake.state)
    if not files.claims and not files.inferred:
        return
    source = files.digest()
    if source == lake.state.dated_from:
        return
    dates = _dates(lake.root, files)
    run = lake.begin(STAGE)
    if [_days(date) for date in dates] == _known(lake.root, files.inferred):
        lake.commit(run, Change(dated_from=source))
        return
    with lake.writing():
        manifest = _write(lake, run, dates, source)
    lake.commit(
        run,
        Change(
            manifests=[manifest] if dates else [],
            replaced_tables=[INFERRED_DATES.name],
            dated_from=source,
            facts={"rows": dict(manifest.rows)},
        ),
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Files:
    """The files that dates are inferred from, and those that hold them now.

    ``claims`` are the clues of articles without a month, of which some have no day; ``evidence`` those of the others;
    ``events`` the events of articles with a month.
    """

    claims: tuple[str, ...]
    evidence: tuple[str, ...]
    events: tuple[str, ...]
    inferred: tuple[str, ...]

    @classmethod
    def of(cls, state: State) -> _Files:
        files = state.table(FILES, ("table",))
        found: dict[str, list[str]] = {}
        for path, table in zip(files["path"].to_pylist(), files["table"].to_pylist(), strict=True):
            folder = path.split("/")[1] if table != INFERRED_DATES.name else ""
            found.setdefault(f"{table} {folder == _UNDATED}", []).append(path)
        return cls(
            claims=tuple(sorted(found.get("date_clues True", ()))),
            evidence=tuple(sorted(found.get("date_clues False", ()))),
            events=tuple(sorted(found.get("events False", ()))),
            inferred=tuple(sorted(found.get("inferred_dates False", ()))),
        )

    def digest(self) -> str:
        """Return what stands for their content: a file never changes under its name."""
        return ids.digest("date", VERSION, *self.claims, *self.evidence, *self.events)


def _dates(root: Path, files: _Files) -> list[InferredDate]:
    claims: list[DateClue] = []
    evidence: list[DateClue] = []
    for path in files.claims:
        for clue in _clues(_read(root, path)):
            (claims if clue.day is None else evidence).append(clue)
    if not claims:
        return []
    persons = {person.entity_id for claim in claims for person in claim.cast}
    for path in files.evidence:
        evidence += (
            clue
            for clue in _clues(_read(root, path))
            if any(person.entity_id in persons for person in clue.persons)
        )
    return infer_dates(claims, evidence, _same_sentences(root, claims, files.events))


def _same_sentences(
    root: Path, claims: Sequence[DateClue], events: Sequence[str]
) -> list[SameSentence]:
    """Return the sentences of claims that dated articles have too, with the day that an event has there."""
    by_sentence: dict[str, list[DateClue]] = {}
    for claim in claims:
        if len(claim.sentence.split()) >= LEAST_WORDS:
            by_sentence.setdefault(claim.sentence, []).append(claim)
    wanted = pa.array(list(by_sentence), pa.string())
    names = ["article_id", "sentence_index", "event_text", "event_date", "event_date_precision"]
    found: set[SameSentence] = set()
    for path in events if len(wanted) else ():
        texts = pc.is_in(_read(root, path, ["event_text"])["event_text"], value_set=wanted)
        if not pc.any(texts).as_py():
            continue
        rows = _read(root, path, [*names, "event_date_end"]).filter(texts)
        rows = rows.filter(pc.equal(rows["event_date_precision"].cast(pa.string()), "day"))
        rows = rows.filter(pc.is_null(rows["event_date_end"]))
        for row in rows.to_pylist():
            for claim in by_sentence[row["event_text"]]:
                if row["event_date"].weekday() == claim.weekday:
                    found.add(
                        SameSentence(
                            claim=claim,
                            day=row["event_date"],
                            article_id=row["article_id"],
                            sentence_index=row["sentence_index"],
                        )
                    )
    return list(found)


def _read(root: Path, path: str, columns: list[str] | None = None) -> pa.Table:
    try:
        return pq.read_table(root / path, columns=columns, partitioning=None)
    except (OSError, pa.ArrowException) as error:
        raise LakeDamagedError(f"{path} cannot be read ({error}); {REPAIR}") from error


def _clues(rows: pa.Table) -> Iterator[DateClue]:
    for row in rows.select(list(DATE_CLUES.columns)).to_pylist():
        for name in ("persons", "cast"):
            row[name] = tuple(Participant(**person) for person in row[name])
        row["countries"] = tuple(row["countries"])
        yield DateClue(**row)


def _known(root: Path, paths: Sequence[str]) -> list[tuple[Any, ...]]:
    rows = [tuple(row.values()) for path in paths for row in _read(root, path).to_pylist()]
    return sorted(rows)


def _days(date: InferredDate) -> tuple[Any, ...]:
    return tuple(getattr(date, name) for name in INFERRED_DATES.columns)


def _write(lake: Lake, run: Run, dates: Sequence[InferredDate], source: str) -> Manifest:
    unit = Unit(unit_id=ids.unit_id(STAGE, source), stage=STAGE, signature=source, cost=len(dates))
    return write_links(INFERRED_DATES, dates, unit, str(lake.root), run.staging, run.run_id)
