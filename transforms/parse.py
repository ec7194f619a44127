"""Files become articles."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from typing import Any

import apache_beam as beam

from schemas.documents import Article, InputFile
from schemas.outcomes import Reject
from schemas.units import Unit
from transforms.files import open_uri
from transforms.formats.isolate import DocumentWorker
from transforms.formats.settings import ParseSettings
from transforms.stage import Batch, Counter, at


@dataclasses.dataclass
class ParseArticles(beam.PTransform[Any, Any]):
    """Read the files of each unit and parse what they hold.

    In: Unit. Out: a Batch of Article and Reject; a file that holds nothing gives a Reject. Reading and parsing are one
    step because both face hostile bytes: they run in a spawned child with limits on bytes, depth and time, which dies
    in the place of the worker. Cost: CPU only, no shuffle, memory of one document.
    """

    settings: ParseSettings
    beam_flags: tuple[str, ...] = ()
    lake: str = ""

    def expand(self, units: beam.PCollection[Unit]) -> beam.PCollection[Batch]:
        """Wire the one step."""
        return units | "Parse" >> beam.ParDo(
            _ParseArticles(self.settings, self.beam_flags, self.lake)
        ).with_output_types(Batch)


class _ParseArticles(beam.DoFn):
    def __init__(self, settings: ParseSettings, beam_flags: tuple[str, ...], lake: str) -> None:
        self.settings = settings
        self.open = functools.partial(open_uri, beam_flags=beam_flags, lake=lake)
        self.worker: DocumentWorker | None = None

    def setup(self) -> None:
        self.counter = Counter("parse")

    def process(self, unit: Unit) -> Iterator[Batch]:
        yield Batch(unit, self._records(unit))

    def teardown(self) -> None:
        if self.worker is not None:
            self.worker.__exit__(None, None, None)
            self.worker = None

    def _records(self, unit: Unit) -> Iterator[Article | Reject]:
        for record in self._articles(unit):
            self.counter.add("in")
            self.counter.count(record)
            yield record

    def _articles(self, unit: Unit) -> Iterator[Article | Reject]:
        yield from unit.rejects
        for index, file in enumerate(unit.inputs):
            if unit.careful:
                at(index)
            if unit.condemned is not None:
                fault = unit.condemned
                yield Reject(
                    stage="parse",
                    uri=file.uri,
                    reason=fault.reason,
                    error=fault.error,
                    message=fault.message,
                    traceback=fault.traceback,
                )
                continue
            if self.worker is None:
                self.worker = DocumentWorker(self.open, self.settings).__enter__()
            yield from articles_once(file, self.worker.articles(file))


def articles_once(
    file: InputFile, records: Iterator[Article | Reject]
) -> Iterator[Article | Reject]:
    """Let each article id of a file through once; a second one would make two rows of one key.

    Containers give their records in rising order, or grouped by member, so it is enough to remember the members; and a
    file that gives nothing at all is a reject.
    """
    found = False
    members: set[str] = set()
    last: tuple[str | None, int] | None = None
    for record in records:
        found = True
        if isinstance(record, Reject):
            yield record
            continue
        here = (record.member, -1 if record.record_offset is None else record.record_offset)
        repeats = last is not None and here[0] == last[0] and here[1] <= last[1]
        if last is None or here[0] != last[0]:
            repeats = repeats or (here[0] or "") in members
            members.add(here[0] or "")
        if repeats:
            yield Reject(
                stage="read",
                uri=record.uri,
                member=record.member,
                record_offset=record.record_offset,
                article_id=record.article_id,
                reason="bad_record",
                message="a second article at the same place of the file",
            )
            continue
        last = here
        yield record
    if not found:
        message = "the reader found nothing in this file"
        yield Reject(stage="parse", uri=file.uri, reason="no_article", message=message)
