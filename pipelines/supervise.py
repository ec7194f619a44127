"""Local processes: each runs the same Beam pipeline on the DirectRunner and is handed the next unit when it asks.

The supervisor hands out units, hears of progress, and starts a new worker for one that died. A unit whose worker died,
hung or raised is tried once more, article by article; the one it fails at becomes a reject, and the others go on without
it. Where the article cannot be told, the unit is cut in half again and again until it can. Each worker has a pipe of its own: a queue's lock could be left closed by
a worker that is killed while it holds it.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import importlib
import itertools
import logging
import multiprocessing
import multiprocessing.connection
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any, Final, Protocol

from pipelines.plan import split, take_out
from pipelines.processes import (
    IMPORTED_FIRST,
    START_ATTEMPTS,
    Server,
    end_with_parent,
    start_process,
)
from schemas.units import Condemned, Unit
from transforms.imports import quietly

logger = logging.getLogger(__name__)

MOST_CULPRITS: Final = 20
"""With so many culprits, and less than twenty times as many inputs or articles that went well, the fault lies elsewhere:
units that fail are then left for the next run and not cut up."""


@dataclasses.dataclass(frozen=True, slots=True)
class Counts:
    """Articles, words and rejects."""

    articles: int = 0
    words: int = 0
    rejects: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Add each."""
        return Counts(
            self.articles + other.articles,
            self.words + other.words,
            self.rejects + other.rejects,
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a stage is: ``done_cost`` in the units' own measure, counts of all and of each worker by its number."""

    done_cost: int
    total: Counts
    workers: Mapping[int, Counts]


class Watch(Protocol):
    """Somebody who wants to know how far the work is."""

    def progress(self, found: Progress) -> None:
        """Hear how far the stage is."""

    def note(self, message: str) -> None:
        """Hear of something a person should know."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Job:
    """What a worker needs to build the pipeline of a stage; ``config`` is the stage's frozen config."""

    stage: str
    lake: str
    staging: str
    run_id: str
    config: Any
    beam_flags: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Failure:
    """A unit that met a fault of ours; ``traceback`` is set where our code raised.

    ``rejected``: the one input or article that does it was found and rejected; else the unit was left for the next run.
    """

    unit_id: str
    message: str
    traceback: str | None = None
    rejected: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outcome:
    """The units that were done, parts of a bisected one each for itself, and those that were not for a fault of ours."""

    done: tuple[str, ...]
    failures: tuple[Failure, ...]


class RunStoppedError(RuntimeError):
    """No unit can succeed: the disk is full, the model cannot be loaded. The message is one sentence."""


# ------------------------------------------------------------------------------------------- in the worker


class _WorkerPort:
    """The worker's end: gives units to the pipeline, tells the supervisor how far it is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.unit: Unit | None = None
        self._finished: str | None = None
        self.counts = (0, 0, 0)

    def units(self) -> Iterator[Unit]:
        while True:
            self._connection.send(("next", (self._finished, _peak_memory())))
            self._finished = None
            kind, unit = self._connection.recv()
            if kind == "end":
                return
            self.unit = unit
            yield unit
            self._finished = unit.unit_id
            self.unit = None

    def progress(self, articles: int, words: int, rejects: int) -> None:
        self._connection.send(("progress", (articles, words, rejects)))

    def at(self, index: int) -> None:
        self._connection.send(("at", index))

    def fatal(self, message: str) -> None:
        self._connection.send(("fatal", message))


def _peak_memory() -> int:
    """Return the most memory that this process has had, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class _ForwardLogs(logging.Handler):
    """Sends log records to the supervisor, so that lines of several processes do not run into one another."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._connection.send(("log", (record.levelno, record.name, record.getMessage())))
        except (OSError, ValueError):
            self.handleError(record)


class _LockedConnection:
    """A connection that several threads of a worker may send on."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def send(self, message: Any) -> None:
        with self._lock:
            self._connection.send(message)

    def recv(self) -> Any:
        return self._connection.recv()


def work(connection: Connection, level: int, first: Sequence[str]) -> None:
    """Be a worker: run the pipelines of the jobs that come, until told to stop or the supervisor is gone."""
    for name in first:
        importlib.import_module(name)
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole group; the supervisor decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a fork server has a use of its own for it
    _die_with_parent()
    port_connection: Any = _LockedConnection(connection)
    logging.basicConfig(level=level, handlers=[_ForwardLogs(port_connection)], force=True)
    logging.captureWarnings(True)
    import pyarrow as pa

    pa.set_cpu_count(1)
    try:
        while True:
            kind, job = connection.recv()
            if kind == "quit":
                return
            if kind == "job":
                _run_job(port_connection, job, level)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _run_job(connection: Any, job: Job, level: int) -> None:
    """Run one job's pipeline, again after each unit that raised, until there are no more units."""
    port = _WorkerPort(connection)
    while True:
        try:
            _run_pipeline(port, job, connection, level)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise
        except Exception as error:
            text = "".join(traceback.format_exception(error))
            unit, port.unit = port.unit, None
            connection.send(("failed", (unit.unit_id if unit else None, *_describe(error), text)))
            if (
                unit is None
            ):  # nothing was handed out: the pipeline cannot be built or its models not be loaded
                return
            continue
        connection.send(("ended", None))
        return


def _run_pipeline(port: _WorkerPort, job: Job, connection: Any, level: int) -> None:
    with quietly():
        import apache_beam as beam
        from apache_beam.options.pipeline_options import PipelineOptions
        from apache_beam.runners.portability.fn_api_runner import FnApiRunner

        from pipelines import stages
        from transforms import stage

    # Beam configures the root logger on import.
    logging.basicConfig(level=level, handlers=[_ForwardLogs(connection)], force=True)
    # One bundle is the whole job, so Beam would call it stuck every five minutes.
    logging.getLogger("apache_beam.runners.worker.worker_status").setLevel(logging.ERROR)
    # What a unit raised is told to the supervisor, once.
    logging.getLogger("apache_beam.runners.common").setLevel(logging.CRITICAL)
    logging.getLogger("apache_beam.runners.worker.sdk_worker").setLevel(logging.CRITICAL)
    stage.connect(port)
    try:
        # The class itself: the name "DirectRunner" would first try to download another runner.
        with beam.Pipeline(
            runner=FnApiRunner(), options=PipelineOptions(list(job.beam_flags))
        ) as pipeline:
            stages.build(pipeline, job, None)
    finally:
        stage.connect(None)


def _describe(error: BaseException) -> tuple[str, str]:
    """Return class and message of what really went wrong; the runner wraps it in a text of its own."""
    root = error
    while root.__cause__ is not None:
        root = root.__cause__
    lines = [line for line in str(root).strip().splitlines() if line.strip()]
    last = lines[-1].strip() if lines else ""
    name = type(root).__name__
    head, colon, tail = last.partition(": ")
    if (
        colon and " " not in head and head[:1].isalpha()
    ):  # "ValueError: message [while running 'Annotate']"
        name, last = head.rsplit(".", 1)[-1], tail
    return name, last.split(" [while running")[0]


def _die_with_parent() -> None:
    """End this process when the supervisor ends, at once where the system can; otherwise it would write on unwatched."""
    if sys.platform == "linux":
        import ctypes

        # when the parent dies, which is the supervisor or its fork server; 1: PR_SET_PDEATHSIG
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL)
    end_with_parent()


# --------------------------------------------------------------------------------------- in the supervisor


@dataclasses.dataclass(eq=False)
class _Worker:
    process: Any
    connection: Connection
    number: int = 1
    unit: Unit | None = None
    heard: float = 0.0
    counts: Counts = Counts()  # of the unit at hand
    read: int = 0  # articles since it was started
    worn: bool = False  # to be replaced by a fresh one
    at: int | None = None  # which input or article of a careful unit it is at
    busy: bool = False  # runs the pipeline of a job
    waiting: bool = False  # asked for a unit and got none yet


class Pool:
    """Worker processes; they come from a fork ``server`` that ``processes.warm`` has started, or are fresh."""

    def __init__(
        self,
        *,
        size: int,
        stall_seconds: float,
        level: int = logging.WARNING,
        server: Server | None = None,
        worker_articles: int = 0,
        worker_bytes: int = 0,
    ) -> None:
        """Start nothing yet.

        A worker is replaced by a fresh one after the unit with which it has read ``worker_articles`` or has had
        ``worker_bytes`` of memory; 0 is no limit.
        """
        self._worker_articles = worker_articles
        self._worker_bytes = worker_bytes
        self._size = size
        self._stall_seconds = stall_seconds
        self._level = level
        self._server = server
        self._workers: list[_Worker] = []
        self._ending = False

    def __enter__(self) -> Pool:
        """Return the pool."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all workers."""
        self.close()

    def run(self, job: Job, units: Sequence[Unit], watch: Watch, *, last: bool = False) -> Outcome:
        """Do all units; after the ``last`` job workers are told to end as soon as nothing is left to do.

        Raises:
          RunStoppedError: no unit can succeed.
        """
        if self._ending:
            self.close()
        outcome = _StageRun(self, job, units, watch).run(wind_up=not last)
        if last:  # nobody waits for them now: letting go of its memory takes a process a fifth of a second
            self._end()
        return outcome

    def _end(self) -> None:
        """Tell all workers to end; ``close`` sees that they did."""
        self._ending = True
        for worker in self._workers:
            if worker.process.is_alive():
                worker.process.terminate()

    def close(self) -> None:
        """End all workers now."""
        self._end()
        deadline = time.monotonic() + 3
        for worker in self._workers:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.connection.close()
        self._workers.clear()
        self._ending = False

    def start(self) -> _Worker:
        """Start one more worker."""
        ours, theirs = multiprocessing.Pipe()
        process = start_process(
            work,
            (theirs, self._level, tuple(IMPORTED_FIRST)),
            name="dateline-worker",
            server=self._server,
        )
        theirs.close()
        taken = {worker.number for worker in self._workers}
        number = next(n for n in itertools.count(1) if n not in taken)
        worker = _Worker(process, ours, number, heard=time.monotonic())
        self._workers.append(worker)
        return worker

    def drop(self, worker: _Worker) -> None:
        """Forget a worker, killing it if it lives."""
        if worker.process.is_alive():
            worker.process.kill()
        worker.process.join()
        worker.connection.close()
        self._workers.remove(worker)

    def is_worn(self, articles: int, peak: int) -> bool:
        """Tell whether a worker that has read so many articles and had so many bytes is to be replaced."""
        return bool(
            (self._worker_articles and articles >= self._worker_articles)
            or (self._worker_bytes and peak >= self._worker_bytes)
        )

    @property
    def workers(self) -> list[_Worker]:
        """Return the workers there are."""
        return self._workers

    @property
    def size(self) -> int:
        """Return how many workers there may be."""
        return self._size

    @property
    def stall_seconds(self) -> float:
        """Return after how long without a word a worker counts as hung."""
        return self._stall_seconds


class _StageRun:
    """One stage's units going through a pool."""

    def __init__(self, pool: Pool, job: Job, units: Sequence[Unit], watch: Watch) -> None:
        self.pool = pool
        self.job = job
        self.watch = watch
        self.queue: collections.deque[Unit] = collections.deque(units)
        self.again: list[Unit] = []  # failed before, or came out of one that did
        self.failures: list[Failure] = []
        self.done: list[str] = []
        self.culprits = 0
        self.done_cost = 0
        self.totals = Counts()
        self.by_worker: dict[int, Counts] = {}
        self.good = 0
        self.starts_failed = 0

    def run(self, *, wind_up: bool) -> Outcome:
        while self.queue or self.again or any(worker.unit for worker in self.pool.workers):
            self._staff()
            self._listen()
            self._check_stalled()
            self._report()
        if wind_up:
            self._dismiss()
        return Outcome(done=tuple(self.done), failures=tuple(self.failures))

    # ------------------------------------------------------------------ hiring and firing

    def _staff(self) -> None:
        open_units = len(self.queue) + len(self.again)
        active = [worker for worker in self.pool.workers if worker.busy]
        wanted = min(self.pool.size, open_units + sum(1 for worker in active if worker.unit))
        for worker in self.pool.workers:
            if len(active) >= wanted:
                break
            if not worker.busy:
                self._assign(worker)
                active.append(worker)
        while len(active) < wanted and len(self.pool.workers) < self.pool.size:
            worker = self.pool.start()
            self._assign(worker)
            active.append(worker)
        for worker in list(self.pool.workers):
            if worker.busy and worker.waiting:
                self._hand_out(worker)

    def _assign(self, worker: _Worker) -> None:
        worker.busy = True
        worker.waiting = False
        worker.heard = time.monotonic()
        self._send(worker, ("job", self.job))

    def _hand_out(self, worker: _Worker) -> None:
        if self.again:
            unit = self.again.pop()
        elif self.queue:
            unit = self.queue.popleft()
        else:
            return
        worker.unit = unit
        worker.waiting = False
        worker.counts = Counts()
        worker.at = None
        worker.heard = time.monotonic()
        self._send(worker, ("unit", unit))

    def _dismiss(self) -> None:
        """Let every pipeline end, so that the workers are free for the next stage."""
        for worker in self.pool.workers:
            if worker.busy and worker.waiting:
                worker.waiting = False
                self._send(worker, ("end", None))
        deadline = time.monotonic() + 20
        while any(worker.busy for worker in self.pool.workers) and time.monotonic() < deadline:
            self._listen()
            for worker in self.pool.workers:
                if worker.busy and worker.waiting:
                    worker.waiting = False
                    self._send(worker, ("end", None))
        for worker in [worker for worker in self.pool.workers if worker.busy]:
            self.pool.drop(worker)

    def _send(self, worker: _Worker, message: Any) -> None:
        # If it died, its sentinel will say so.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            worker.connection.send(message)

    # ------------------------------------------------------------------ hearing

    def _listen(self) -> None:
        sources: dict[Any, _Worker] = {}
        for worker in self.pool.workers:
            sources[worker.connection] = worker
            sources[worker.process.sentinel] = worker
        ready = multiprocessing.connection.wait(list(sources), timeout=0.25)
        dead = []
        for source in ready:
            worker = sources[source]
            if source is worker.connection:
                self._drain(worker)
            else:
                dead.append(worker)
        for worker in dead:
            self._drain(worker)
            self._buried(worker)

    def _drain(self, worker: _Worker) -> None:
        try:
            while worker in self.pool.workers and worker.connection.poll():
                kind, content = worker.connection.recv()
                worker.heard = time.monotonic()
                getattr(self, f"_on_{kind}")(worker, content)
        except (EOFError, ConnectionResetError, BrokenPipeError):
            return

    def _on_next(self, worker: _Worker, content: tuple[str | None, int]) -> None:
        finished, peak = content
        if finished is not None and worker.unit is not None:
            unit, worker.unit = worker.unit, None
            self.done.append(unit.unit_id)
            self.done_cost += unit.cost
            if unit.condemned is None:
                self.good += unit.size
            self.totals += worker.counts
            self.by_worker[worker.number] = (
                self.by_worker.get(worker.number, Counts()) + worker.counts
            )
            worker.read += worker.counts.articles
            worker.counts = Counts()
            worker.worn = self.pool.is_worn(worker.read, peak)
        worker.waiting = True
        self.starts_failed = 0
        if worker.worn:
            logger.debug(
                "worker %d is replaced: %d articles, %d MB",
                worker.number,
                worker.read,
                peak // 1_000_000,
            )
            worker.waiting = False
            self._send(worker, ("end", None))
        else:
            self._hand_out(worker)

    def _on_progress(self, worker: _Worker, counts: tuple[int, int, int]) -> None:
        worker.counts = Counts(*counts)

    def _on_at(self, worker: _Worker, index: int) -> None:
        worker.at = index

    def _on_fatal(self, _: _Worker, message: str) -> None:
        raise RunStoppedError(message)

    def _on_log(self, _: _Worker, record: tuple[int, str, str]) -> None:
        level, name, message = record
        logging.getLogger(name).log(level, "%s", message)

    def _on_ended(self, worker: _Worker, _: None) -> None:
        worker.busy = False
        worker.waiting = False
        if worker.worn:
            self.pool.drop(worker)

    def _on_failed(self, worker: _Worker, content: tuple[str | None, str, str, str]) -> None:
        unit_id, error, message, text = content
        unit, worker.unit = worker.unit, None
        if unit is None or unit_id is None:
            logger.debug("%s", text)
            raise RunStoppedError(f"{self.job.stage} cannot start: {message or error}")
        logger.debug("unit %s: %s", unit.unit_id, text)
        self._suspect(
            unit,
            Condemned(reason="crash", error=error, message=message or error, traceback=text),
            worker.at,
        )

    def _buried(self, worker: _Worker) -> None:
        if worker not in self.pool.workers:
            return
        unit = worker.unit
        self.pool.drop(worker)
        code = worker.process.exitcode
        if unit is None:
            if worker.busy:
                self.starts_failed += 1
                if self.starts_failed >= START_ATTEMPTS:
                    raise RunStoppedError(
                        f"{self.job.stage}: worker processes end as they start ({_cause(code)})"
                    )
            return
        self.watch.note(f"a worker was lost ({_cause(code)}); its unit is tried again")
        fault = Condemned(reason="crash", message=f"the worker was lost: {_cause(code)}")
        self._suspect(unit, fault, worker.at)

    def _check_stalled(self) -> None:
        now = time.monotonic()
        for worker in list(self.pool.workers):
            if worker.unit is not None and now - worker.heard > self.pool.stall_seconds:
                unit = worker.unit
                self.pool.drop(worker)
                limit = f"{self.pool.stall_seconds:g} seconds without progress"
                self.watch.note(f"a worker was stopped after {limit}; its unit is tried again")
                self._suspect(unit, Condemned(reason="timeout", message=limit), worker.at)

    # ------------------------------------------------------------------ finding culprits

    def _suspect(self, unit: Unit, fault: Condemned, at: int | None) -> None:
        """Try a unit again with care; then leave out the one it fails at, or cut it in half if that cannot be told."""
        if unit.condemned is not None or self._systematic():
            self._fail(unit, fault, rejected=False)
        elif not unit.careful:
            self.again.append(dataclasses.replace(unit, careful=True))
        elif unit.size <= 1:
            self._condemn(unit, fault)
        elif at is not None:
            culprit, others = take_out(unit, at)
            self._condemn(culprit, fault)
            self.again.append(others)
        else:
            self.again.extend(dataclasses.replace(half, careful=True) for half in split(unit))

    def _condemn(self, unit: Unit, fault: Condemned) -> None:
        self.culprits += 1
        if fault.traceback is not None:
            self._fail(unit, fault, rejected=True)
        self.again.append(dataclasses.replace(unit, condemned=fault, careful=False))

    def _fail(self, unit: Unit, fault: Condemned, *, rejected: bool) -> None:
        self.failures.append(
            Failure(
                unit_id=unit.unit_id,
                message=fault.message,
                traceback=fault.traceback,
                rejected=rejected,
            )
        )

    def _systematic(self) -> bool:
        return self.culprits >= MOST_CULPRITS and self.good < 20 * self.culprits

    # ------------------------------------------------------------------ telling

    def _report(self) -> None:
        total, each, cost = self.totals, dict(self.by_worker), self.done_cost
        for worker in self.pool.workers:
            if worker.unit is not None:
                total += worker.counts
                each[worker.number] = each.get(worker.number, Counts()) + worker.counts
                if self.job.stage == "annotate":  # costs are words
                    cost += min(worker.unit.cost, worker.counts.words)
        self.watch.progress(Progress(done_cost=cost, total=total, workers=each))


def _cause(code: int | None) -> str:
    if code is not None and code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        return f"{name}, perhaps out of memory" if name == "SIGKILL" else name
    return f"exit code {code}"
