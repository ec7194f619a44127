"""A stage's units as one job on another runner: submitted, watched, and submitted again with what is left after a fault.

The engine moves names of units; what they gave lies in the lake's staging folder, a manifest for each that is finished.
So a job that dies has not lost what it did: whatever started again, the engine or we, leaves finished units out, and a
unit that was written twice counts once, with the manifest that came last.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from pipelines.engines import Engine, EngineError
from pipelines.supervise import Counts, Failure, Job, Outcome, Progress, RunStoppedError, Watch
from schemas.units import Unit
from transforms.imports import quietly
from transforms.parquet import iterate_manifests, manifest_path

logger = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 1.0
"""How often the staging folder is looked at for progress; a listing of some hundred names."""

_SPARE_SUBMISSIONS: Final = 2
"""How often a job that finished nothing is submitted again: a worker can be lost before its first unit is done."""

_WORKER_LOST: Final = re.compile(r"StatusRuntimeException: (?:CANCELLED|UNAVAILABLE)|disconnected")
"""What engines say when a worker process has died: their end of its connection closed."""

_PYTHON_ERROR: Final = re.compile(
    r"^\s*(?:Caused by: )?(?:\w+\.)*(\w*(?:Error|Exception|Interrupt|Exit)): (.+?)(?: \[while running.*)?$",
    re.MULTILINE,
)

_JAVA_NAMES: Final = re.compile(
    r"^Pipeline \S+ failed in state \w+: |\b(?:\w+\.)+\w+(?:Exception|Error): "
)
"""What stands before the message: which job it was, and the classes of the exceptions around it."""

_FULL: Final = ("[Errno 28]", "[Errno 122]", "[Errno 30]", "[Errno 13]")
"""No space, no quota, a read-only file system, no permission: no other unit could be written either."""


def run_job(job: Job, units: Sequence[Unit], engine: Engine, watch: Watch) -> Outcome:
    """Run the pipeline over all units; those of a job that failed for good are failures, the others are done.

    Raises:
      RunStoppedError: the engine cannot be reached, the lake cannot be written, or not one unit succeeded.
    """
    folder = Path(job.lake) / job.staging
    left = list(units)
    spare = _SPARE_SUBMISSIONS
    while True:
        with _without_engine_logs(), _Progress(folder, units, watch):
            error = _submit(job, left, engine)
        before = len(left)
        left = [unit for unit in left if not manifest_path(folder, unit.unit_id).is_file()]
        if not left:
            if error is not None:
                logger.debug("all units were finished when the job failed: %s", error)
            return Outcome(done=tuple(unit.unit_id for unit in units), failures=())
        if error is None:
            error = "the runner lost this unit"
        text = f"{job.stage} on {engine.flags[0].removeprefix('--runner=')} failed: {sentence_of(error)}"
        if any(mark in error for mark in _FULL):
            raise RunStoppedError(
                f"{text}; make {job.lake} writable again and run again, finished units are kept"
            )
        if len(left) == before:
            if spare == 0 or "Traceback (most recent call last)" in error:
                break
            spare -= 1
        # What was first may be what killed the worker: the others go before it now.
        first = min(engine.workers, len(left) - 1)
        left = [*left[first:], *left[:first]]
        watch.note(
            f"{sentence_of(error)}; {len(left):,} of {len(units):,} units are submitted again"
        )
    if len(left) == len(units):
        raise RunStoppedError(text)
    failures = tuple(Failure(unit_id=unit.unit_id, message=sentence_of(error)) for unit in left)
    lost = {unit.unit_id for unit in left}
    return Outcome(
        done=tuple(unit.unit_id for unit in units if unit.unit_id not in lost), failures=failures
    )


def _submit(job: Job, units: Sequence[Unit], engine: Engine) -> str | None:
    """Run the pipeline once; return what went wrong, if anything did.

    Raises:
      EngineError: the job server is gone.
    """
    with quietly():
        import apache_beam as beam
        import grpc
        from apache_beam.options.pipeline_options import PipelineOptions

        from pipelines import stages

    try:
        pipeline = beam.Pipeline(options=PipelineOptions(list(engine.flags)))
        stages.build(pipeline, job, list(units))
        result = pipeline.run()
        try:
            result.wait_until_finish()
        except KeyboardInterrupt:
            result.cancel()
            raise
    except grpc.RpcError as error:
        logger.debug("the connection broke", exc_info=True)
        if error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
            raise EngineError(
                f"{job.stage}: the job server went away ({error.details()}); what was finished is kept, "
                "start it again and run again"
            ) from error
        return f"{type(error).__name__}: {error.details()}"
    except Exception as error:
        logger.debug("the job failed", exc_info=True)
        return str(error).strip() or type(error).__name__
    return None


@contextlib.contextmanager
def _without_engine_logs() -> Iterator[None]:
    """Keep what engines send as log messages, stack traces of pages, away from standard error.

    What they say of a failure comes back as one text, and is told once; flags only the job server knows are no mistake.
    """

    def wanted(record: logging.LogRecord) -> bool:
        return record.module not in ("portable_runner", "pipeline_options", "stager")

    def told(fault: threading.ExceptHookArgs) -> None:
        if fault.thread is None or not fault.thread.name.startswith("wait_until_finish"):
            usual(fault)

    handlers = list(logging.getLogger().handlers)
    for handler in handlers:
        handler.addFilter(wanted)
    # Beam's own threads fall over a job server that goes away; so does the call that is waiting, which says it.
    usual, threading.excepthook = threading.excepthook, told
    try:
        yield
    finally:
        threading.excepthook = usual
        for handler in handlers:
            handler.removeFilter(wanted)


def sentence_of(error: str) -> str:
    """Return the part of an engine's failure that says what happened: the last error Python raised, else Java's first."""
    if "Traceback (most recent call last)" in error and (found := _PYTHON_ERROR.findall(error)):
        python = [item for item in found if not item[0].endswith("Exception")] or found
        name, message = python[-1]
        while (inner := re.match(r"(?:\w+\.)*(\w+Error): (.+)", message)) is not None:
            name, message = inner[1], inner[2]
        return f"{name}: {message.strip()}"[:500]
    if _WORKER_LOST.search(error):
        return "a worker process was lost"
    lines = [line.strip() for line in error.splitlines() if line.strip()]
    return _JAVA_NAMES.sub("", (lines or ["unknown error"])[-1])[:500]


class _Progress:
    """Looks at the staging folder while a job runs, and tells what has been finished."""

    def __init__(self, folder: Path, units: Sequence[Unit], watch: Watch) -> None:
        self._folder = folder
        self._costs = {unit.unit_id: unit.cost for unit in units}
        self._watch = watch
        self._seen: dict[str, Counts] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="progress", daemon=True)

    def __enter__(self) -> _Progress:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._look()

    def _look_on(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        for path in iterate_manifests(self._folder):
            unit_id = path.name.split(".", 1)[0]
            if unit_id in self._costs and unit_id not in self._seen:
                self._seen[unit_id] = _counts(path)
        cost = sum(self._costs[name] for name in self._seen)
        total = sum(self._seen.values(), start=Counts())
        self._watch.progress(Progress(done_cost=cost, total=total, workers={}))


def _counts(path: Path) -> Counts:
    try:
        data: dict[str, Any] = json.loads(path.read_bytes())
        return Counts(data["articles"], data["words"], sum(data["rejects"].values()))
    except (OSError, ValueError, KeyError):
        return Counts()
