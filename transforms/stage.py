"""The only shared Beam plumbing: batches, where units come from, functions over records, progress.

What travels between the steps of a pipeline is one unit's ``Batch``. Its records are read as the last step asks for
them, so a unit of any size flows through the fused steps in the memory of a few articles. Where a runner puts a process
boundary between two steps, a batch turns into a list as it is pickled, and the tables stay the same.
"""

from __future__ import annotations

import dataclasses
import gc
import pickle
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

import apache_beam as beam
from apache_beam.metrics import Metrics

from schemas.outcomes import DocumentError, Reject
from schemas.units import Manifest, Unit
from transforms.parquet import manifest_path

ALONE = threading.RLock()
"""Held while this process works on a unit or loads what that needs. Engines may run several bundles of one worker process
at the same time, as threads; neither spaCy's vocabulary nor our own memories of words allow that, and it would gain nothing:
processes are the parallelism."""


def settle() -> None:
    """Tell the garbage collector that what is loaded stays, and to come by less often.

    The tables are some hundred thousand objects that live as long as the process; without this they are walked through
    again and again, which took half of the resolver's time and a tenth of the model's.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class Batch:
    """A unit and its records, which can be gone through once."""

    __slots__ = ("_records", "unit")

    def __init__(self, unit: Unit, records: Iterable[Any]) -> None:
        """Keep both; nothing is read yet."""
        self.unit = unit
        self._records: Iterable[Any] | None = records

    def take(self) -> Iterator[Any]:
        """Return the records.

        Raises:
          RuntimeError: they were taken before, so nobody may take them for an empty batch.
        """
        if self._records is None:
            raise RuntimeError(f"the records of unit {self.unit.unit_id} are read a second time")
        records, self._records = self._records, None
        return iter(records)


class BatchCoder(beam.coders.Coder):
    """Pickles a batch where it crosses a process boundary, its records becoming a list.

    The size is never asked of the records: Beam estimates it for its own counters, and would go through them.
    """

    def encode(self, value: Batch) -> bytes:
        """Go through the records and pickle them."""
        with ALONE:
            records = list(value.take())
        return pickle.dumps((value.unit, records), protocol=pickle.HIGHEST_PROTOCOL)

    def decode(self, encoded: bytes) -> Batch:
        """Undo ``encode``."""
        return Batch(*pickle.loads(encoded))

    def estimate_size(self, value: Batch) -> int:
        """Return a guess that costs nothing."""
        return 1000 * value.unit.size

    def is_deterministic(self) -> bool:
        """Say that a batch is no key."""
        return False


beam.coders.registry.register_coder(Batch, BatchCoder)


class Counter:
    """Beam counters of one stage: ``in``, ``out``, ``rejected_<reason>``; ``in == out + sum(rejected)``."""

    def __init__(self, stage: str) -> None:
        """Name the stage; counters are made when first used."""
        self._stage = stage
        self._counters: dict[str, Any] = {}

    def add(self, name: str, count: int = 1) -> None:
        """Count ``count`` more of ``name``."""
        counter = self._counters.get(name)
        if counter is None:
            counter = self._counters[name] = Metrics.counter(self._stage, name)
        counter.inc(count)

    def count(self, record: Any) -> None:
        """Count a record on its way out: as a reject of this stage, or as one that goes on."""
        self.add(f"rejected_{record.reason}" if isinstance(record, Reject) else "out")


class MapRecords(beam.PTransform[Any, Any]):
    """Run a function over the records of each batch, one to one; rejects of earlier steps pass by.

    ``make`` is called once per process and gives the function, so that a table or a model it needs is loaded there and
    not pickled. A ``DocumentError`` the function raises becomes a ``Reject`` by ``reject``; everything else is a bug.
    """

    def __init__(
        self,
        stage: str,
        make: Callable[[], Callable[[Any], Any]],
        reject: Callable[[Any, DocumentError], Reject],
    ) -> None:
        """Name the stage for counters; see the class."""
        super().__init__()
        self.stage = stage
        self.make = make
        self.reject = reject

    def expand(self, batches: beam.PCollection[Batch]) -> beam.PCollection[Batch]:
        """Wire the one step."""
        return batches | "Map" >> beam.ParDo(
            _MapRecords(self.stage, self.make, self.reject)
        ).with_output_types(Batch)


class _MapRecords(beam.DoFn):
    def __init__(
        self,
        stage: str,
        make: Callable[[], Callable[[Any], Any]],
        reject: Callable[[Any, DocumentError], Reject],
    ) -> None:
        self.stage = stage
        self.make = make
        self.reject = reject
        self.function: Callable[[Any], Any] | None = None

    def setup(self) -> None:
        with ALONE:
            self.function = self.make()
        self.counter = Counter(self.stage)

    def process(self, batch: Batch) -> Iterator[Batch]:
        yield Batch(batch.unit, self._results(batch.take()))

    def _results(self, records: Iterable[Any]) -> Iterator[Any]:
        function, counter = self.function, self.counter
        assert function is not None
        for record in records:
            if isinstance(record, Reject):
                yield record
                continue
            counter.add("in")
            try:
                result = function(record)
            except DocumentError as error:
                result = self.reject(record, error)
            counter.count(result)
            yield result


class Port(Protocol):
    """What a local worker gives its pipeline: the next unit, and an ear for progress."""

    def units(self) -> Iterator[Unit]:
        """Yield units until the stage is over; asking for the next one says that the last is done."""

    def progress(self, articles: int, words: int, rejects: int) -> None:
        """Hear how far the current unit is."""

    def at(self, index: int) -> None:
        """Hear which input or article of a careful unit is next, from 0."""

    def fatal(self, message: str) -> None:
        """Hear that no unit can succeed (a full disk); the exception follows."""


_port: Port | None = None


def connect(port: Port | None) -> None:
    """Make ``port`` the one this process takes its units from; only a local worker has one."""
    global _port
    _port = port


def fatal(message: str) -> None:
    """Tell the supervisor, if there is one, that the whole run has to stop and why."""
    if _port is not None:
        _port.fatal(message)


def at(index: int) -> None:
    """Tell the supervisor, if there is one, which input or article comes next."""
    if _port is not None:
        _port.at(index)


class Pulse:
    """Tells the port how far a unit is, at most every ``_PULSE_SECONDS``; free of cost without one."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.articles = 0
        self.words = 0
        self.rejects = 0
        self._next = 0.0

    def beat(self) -> None:
        """Report if it is time."""
        if _port is None:
            return
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _PULSE_SECONDS
            self.tell()

    def tell(self) -> None:
        """Report now."""
        if _port is not None:
            _port.progress(self.articles, self.words, self.rejects)


_PULSE_SECONDS = 0.3  # a progress bar that moves; at a few bytes a message the cost is nothing


@dataclasses.dataclass
class TakeUnits(beam.PTransform[Any, Any]):
    """Where units come from: handed over one by one by this worker's supervisor, or all at once.

    In: nothing. Out: Unit. With ``units`` null the worker asks its port for the next unit when the last one is written:
    that keeps workers balanced, and saves the tenth of a second a pipeline takes to start. Else all units are dealt out
    by the runner; they are names and row numbers, so the shuffle carries a few kilobytes each. A runner that starts a job
    again after a fault deals them out again: those whose manifests lie in ``folder`` by then are left out.
    """

    units: list[Unit] | None = None
    folder: str = ""

    def expand(self, begin: beam.pvalue.PBegin) -> beam.PCollection[Unit]:
        """Wire the source."""
        if self.units is None:
            return begin | "Seat" >> beam.Create([0]) | "Take" >> beam.FlatMap(_take)
        return (
            begin
            | "List" >> beam.Create(self.units)
            | "Deal" >> beam.Reshuffle()
            | "Left" >> beam.Filter(_is_left, self.folder).with_output_types(Unit)
        )


def _is_left(unit: Unit, folder: str) -> bool:
    return not manifest_path(Path(folder), unit.unit_id).is_file()


def _take(_seat: int) -> Iterator[Unit]:
    if _port is None:
        raise RuntimeError("no supervisor to take units from; give TakeUnits its units")
    yield from _port.units()


@dataclasses.dataclass
class SaveManifests(beam.PTransform[Any, Any]):
    """Lay each unit's manifest beside its files, where the driver gathers them; the last step of every pipeline.

    In: Manifest. Out: unit ids. A file and not an element, so that any runner will do and so that what a killed run had
    finished is found by the next one.
    """

    folder: str

    def expand(self, manifests: beam.PCollection[Manifest]) -> beam.PCollection[str]:
        """Wire the one step."""
        from transforms.write import save_manifest

        return manifests | "Save" >> beam.Map(save_manifest, folder=self.folder)
