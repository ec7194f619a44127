"""From a plan to a commit, the same for every stage: hand out the units, gather the manifests, publish."""

from __future__ import annotations

import collections
import dataclasses
import logging
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pipelines import options
from pipelines.lake import Change, Lake, Run
from pipelines.options import AnnotateConfig, RunConfig
from pipelines.processes import Server, cool, warm
from pipelines.supervise import Failure, Job, Outcome, Pool
from schemas.units import Manifest, Unit

if TYPE_CHECKING:
    from pipelines.engines import Engine
    from pipelines.plan import Plan
    from pipelines.report import Reporter

logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, kw_only=True)
class StageResult:
    """What a stage did; all counts are of this run only. ``run_id`` is null if nothing was published."""

    stage: str
    run_id: str | None
    listed: int
    skipped: int
    articles: int = 0
    copies: int = 0
    words: int = 0
    units: int = 0
    rows: dict[str, int] = dataclasses.field(default_factory=dict)
    rejects: dict[str, int] = dataclasses.field(default_factory=dict)
    seconds: float = 0.0
    failures: tuple[Failure, ...] = ()
    detail: str = ""
    pruned: int = 0
    vanished: int = 0
    too_many_rejects: bool = False


class Execution:
    """How a command's stages run: its settings, its worker processes, and who is told."""

    def __init__(self, config: RunConfig, reporter: Reporter) -> None:
        """Start nothing yet."""
        self.config = config
        self.reporter = reporter
        self._pools: dict[Server | None, Pool] = {}
        self._engine: Engine | None = None
        self.ahead: AnnotateConfig | None = None
        """What will be annotated after this stage: its model is loaded meanwhile."""

    def __enter__(self) -> Execution:
        """Return the execution."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the worker processes, and an engine that was started for this."""
        for pool in self._pools.values():
            pool.close()
        if self._engine is not None:
            self._engine.close()
        cool()

    def perform(self, job: Job, units: Sequence[Unit]) -> Outcome:
        """Do the units, here or on another runner.

        Raises:
          RunStoppedError: none of them can succeed.
        """
        if not units:
            return Outcome(done=(), failures=())
        if not self.config.local:
            return self._perform_elsewhere(job, units)
        last = job.stage == "annotate"  # what annotates is wanted for nothing else
        if last and (readers := self._pools.pop(Server.BEAM, None)) is not None:
            readers.close()  # their memory is of use to the others
        server = None
        if self._warm(job):
            server = Server.MODEL if last else Server.BEAM
        pool = self._pools.get(server)
        if pool is None:
            level = logging.getLogger().getEffectiveLevel()
            pool = self._pools[server] = Pool(
                size=self.config.workers,
                stall_seconds=self.config.stall_seconds,
                level=max(level, logging.WARNING),
                server=server,
                worker_articles=self.config.worker_articles,
                worker_bytes=self.config.worker_mb * 1_000_000,
            )
        with self.reporter.stage(job.stage, total_cost=sum(unit.cost for unit in units)) as watch:
            return pool.run(job, units, watch, last=server is Server.MODEL)

    def _warm(self, job: Job) -> bool:
        """Begin to load what this job needs, and annotation after it; return whether fork servers do."""
        coming = self._coming(job)
        return warm(None if coming is None else dataclasses.asdict(coming))

    def _coming(self, job: Job) -> AnnotateConfig | None:
        """Return how articles are annotated now or after this job, if they are."""
        return job.config if isinstance(job.config, AnnotateConfig) else self.ahead

    def _perform_elsewhere(self, job: Job, units: Sequence[Unit]) -> Outcome:
        from pipelines.engines import Engine
        from pipelines.submit import run_job

        server = None
        if self._warm(job):  # the model is loaded once, while the job server starts
            server = Server.BEAM if self._coming(job) is None else Server.MODEL
        if self._engine is None:
            options.check_beam(self.config)
            self._engine = Engine(self.config)
        if self._engine.pool is not None:
            self._engine.pool.server = server
        with self.reporter.stage(job.stage, total_cost=sum(unit.cost for unit in units)) as watch:
            return run_job(job, units, self._engine, watch)


def run_stage(
    lake: Lake,
    execution: Execution,
    plan: Plan,
    run: Run,
    job: Job,
    make_change: Callable[[list[Manifest]], Change],
) -> StageResult:
    """Do what a plan says and publish it.

    Raises:
      RunStoppedError: no unit can succeed; what was finished is kept for the next run.
      LakeError: the lake cannot be written.
    """
    started = time.monotonic()
    logger.info(
        "%s: %d listed, %d need nothing, %d units to do, %d taken over; settings %s",
        run.stage,
        plan.listed,
        plan.skipped,
        len(plan.units),
        len(plan.adopted),
        job.config,
    )
    try:
        outcome = execution.perform(job, plan.units)
    except BaseException:
        lake.mark_stopped(run)  # it did not die at what it was doing
        raise
    found = lake.gather(run)
    missing = [unit_id for unit_id in outcome.done if unit_id not in found]
    failures = [
        *outcome.failures,
        *(Failure(unit_id=name, message="the runner lost this unit") for name in missing),
    ]
    manifests = [*plan.adopted, *(found[unit_id] for unit_id in outcome.done if unit_id in found)]
    manifests.sort(key=lambda manifest: manifest.unit_id)
    result = summarize(plan, run, manifests, failures, time.monotonic() - started)
    refused = sum(result.rejects.values())
    if refused and refused / (refused + result.articles) > execution.config.max_reject_ratio:
        return dataclasses.replace(result, run_id=None, too_many_rejects=True)
    if manifests or plan.unattended:
        change = make_change(manifests)
        facts: dict[str, Any] = {
            **change.facts,
            "articles": result.articles,
            "words": result.words,
            "rejects": result.rejects,
            "rows": result.rows,
            "seconds": result.seconds,
            "failed": [dataclasses.asdict(failure) for failure in failures],
            "workers": execution.config.workers,
            "runner": execution.config.runner,
        }
        logger.info("%s: publishing %s: %s", run.stage, run.run_id, result.rows)
        lake.commit(run, dataclasses.replace(change, facts=facts))
    else:
        result = dataclasses.replace(result, run_id=None)
    if not failures:
        lake.sweep(run.stage)
    return result


def summarize(
    plan: Plan, run: Run, manifests: Sequence[Manifest], failures: Sequence[Failure], seconds: float
) -> StageResult:
    """Add up what units did."""
    rows: collections.Counter[str] = collections.Counter()
    rejects: collections.Counter[str] = collections.Counter()
    for manifest in manifests:
        rows.update(manifest.rows)
        rejects.update(manifest.rejects)
    return StageResult(
        stage=run.stage,
        run_id=run.run_id,
        listed=plan.listed,
        skipped=plan.skipped,
        articles=sum(manifest.articles for manifest in manifests),
        copies=plan.copies,
        words=sum(manifest.words for manifest in manifests),
        units=len(manifests),
        rows=dict(sorted(rows.items())),
        rejects=dict(sorted(rejects.items())),
        seconds=round(seconds, 2),
        failures=tuple(failures),
        pruned=len(plan.pruned),
        vanished=plan.vanished + sum(manifest.vanished for manifest in manifests),
    )
