"""Runs stages without worker processes and without Beam: plain functions over the fakes, for tests of the lake.

What is tested is everything the driver does (plan, commit, ledger, recovery) with units that are really written.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipelines import annotate, compact, ingest, link
from pipelines.execute import Execution, StageResult
from pipelines.lake import Lake
from pipelines.options import WHOLE, AnnotateConfig, IngestConfig, RunConfig, Scope
from pipelines.report import QuietReporter
from pipelines.supervise import Job, Outcome
from schemas.outcomes import Reject
from schemas.units import CodedArticle, Unit
from tests import fakes
from transforms.files import covers, list_inputs, open_uri
from transforms.read import read_unit
from transforms.stage import Batch
from transforms.write import save_manifest, write_batch


class DirectExecution(Execution):
    """Does units in this process, one after the other."""

    def __init__(self, **changes: object) -> None:
        super().__init__(RunConfig(**changes), QuietReporter())  # type: ignore[arg-type]
        self.units_done: list[str] = []

    def perform(self, job: Job, units: Sequence[Unit]) -> Outcome:
        for unit in units:
            batch = ingest_batch(unit, job) if job.stage == "ingest" else annotate_batch(unit, job)
            manifest = write_batch(batch, job.lake, job.staging, job.run_id)
            save_manifest(manifest, f"{job.lake}/{job.staging}")
            self.units_done.append(unit.unit_id)
        return Outcome(done=tuple(unit.unit_id for unit in units), failures=())


def ingest_batch(unit: Unit, job: Job) -> Batch:
    config: IngestConfig = job.config
    settings = fakes.ParseSettings(min_words=config.min_words, max_bytes=config.max_bytes)
    reader = fakes.DocumentWorker(open_uri, settings)
    records = [*unit.rejects, *(record for file in unit.inputs for record in reader.articles(file))]
    return Batch(unit, records)


def annotate_batch(unit: Unit, job: Job) -> Batch:
    coder = fakes.EventCoder()
    found = []
    for annotated in fakes.LanguageModel().annotate(read_unit(unit, job.lake).take()):
        if isinstance(annotated, Reject):
            found.append(annotated)
            continue
        resolved = fakes.resolve_article(annotated, None)
        found.append(CodedArticle(resolved=resolved, events=coder.code(resolved)))
    return Batch(unit, found)


def run(
    lake: Path | str,
    *inputs: Path | str,
    execution: DirectExecution | None = None,
    min_words: int = 3,
    max_bytes: int = 1000,
    stages: Sequence[str] = ("ingest", "annotate", "link"),
    scope: Scope = WHOLE,
    compact_after: int = 0,
) -> list[StageResult]:
    """Do what ``dateline run`` does."""
    execution = execution or DirectExecution()
    place = Lake(lake)
    results = []
    with place.hold("test"):
        if "ingest" in stages:
            files, problems = list_inputs(map(str, inputs))
            config = IngestConfig(min_words=min_words, max_bytes=max_bytes)
            results.append(
                ingest.main(
                    place, execution, config, files, problems, scope, covers(map(str, inputs))
                )
            )
            if results[-1].too_many_rejects:
                return results
        if "annotate" in stages:
            results.append(annotate.main(place, execution, AnnotateConfig(), scope))
        if "link" in stages:
            results.append(link.main(place, execution))
        if compact_after:
            compact.main(place, compact_after)
    return results


def versions(monkeypatch: object, *, parser: str = "1", model: str = "1") -> None:
    """Fix the versions that signatures are made of."""
    monkeypatch.setattr(
        ingest, "signature_of", lambda config: f"parser {parser} {config.min_words}"
    )  # type: ignore[attr-defined]
    monkeypatch.setattr(annotate, "versions_of", lambda _config: {"model": model})  # type: ignore[attr-defined]
