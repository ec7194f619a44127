"""Batches of records become Parquet files in the staging folder, and a manifest that says what they hold."""

from __future__ import annotations

import collections
import dataclasses
import errno
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import apache_beam as beam

from schemas.documents import Article
from schemas.outcomes import Reject
from schemas.tables import ARTICLES, BY_NAME, DATE_CLUES, REJECTS, UNKNOWN_MONTH, published_month
from schemas.units import CodedArticle, InputOutcome, Manifest, Unit
from transforms.files import unchanged_digest, unlisted
from transforms.parquet import UnitWriter, manifest_path, write_whole
from transforms.stage import ALONE, Batch, Pulse, fatal

_FATAL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)


@dataclasses.dataclass
class WriteTables(beam.PTransform[Any, Any]):
    """Write each batch to Parquet files of its own in the staging folder.

    In: batches of Article, CodedArticle and Reject. Out: one Manifest per batch. A batch that is written again (a retry)
    gets a folder of its own, and the manifest that is saved last counts. Cost: a few per cent of a unit's time.
    """

    lake: str
    staging: str
    run_id: str

    def expand(self, batches: beam.PCollection[Batch]) -> beam.PCollection[Manifest]:
        """Wire the one step."""
        return batches | "Write" >> beam.Map(write_batch, self.lake, self.staging, self.run_id)


def write_batch(batch: Batch, lake: str, staging: str, run_id: str) -> Manifest:
    """Write one batch and say what was written; asking for its records is what makes the earlier steps do their work.

    Raises:
      OSError: the lake cannot be written; where no other unit could be either, the supervisor is told.
    """
    with ALONE:
        return _write_batch(batch, lake, staging, run_id)


def _write_batch(batch: Batch, lake: str, staging: str, run_id: str) -> Manifest:
    started = time.monotonic()
    try:
        writer = UnitWriter(lake, staging, batch.unit, run_id)
        tally = _Tally(batch.unit)
        try:
            for record in batch.take():
                tally.take(record, writer)
            files, index = writer.close()
            tally.pulse.tell()
        except BaseException:
            writer.abort()
            raise
    except OSError as error:
        if error.errno in _FATAL:
            fatal(f"the lake cannot be written: {error.strerror} ({error.filename or lake})")
        raise
    return Manifest(
        unit_id=batch.unit.unit_id,
        stage=batch.unit.stage,
        signature=batch.unit.signature,
        run_id=run_id,
        files=files,
        index=index,
        rows=dict(tally.rows),
        rejects=dict(tally.rejects),
        articles=tally.pulse.articles,
        words=tally.pulse.words,
        seconds=round(time.monotonic() - started, 3),
        outcomes=tally.outcomes(batch.unit),
        selections=batch.unit.selections,
        rejected=tuple(sorted(tally.rejected)),
        vanished=len(tally.vanished),
    )


class _Tally:
    """Sends records to their tables and counts them."""

    def __init__(self, unit: Unit) -> None:
        self.pulse = Pulse()
        self._inputs = {file.uri for file in unit.inputs}
        self.vanished: set[str] = set()
        self.rows: collections.Counter[str] = collections.Counter()
        self.rejects: collections.Counter[str] = collections.Counter()
        self.rejected: set[str] = set()
        self._articles: collections.Counter[str] = collections.Counter()
        self._rejects: dict[str, collections.Counter[str]] = collections.defaultdict(
            collections.Counter
        )

    def take(self, record: Any, writer: UnitWriter) -> None:
        _ROUTES[type(record)](self, record, writer)
        self.pulse.beat()

    def reject(self, record: Reject, writer: UnitWriter) -> None:
        if _is_gone(record) and record.uri in self._inputs:
            self.vanished.add(record.uri)
            return
        writer.add(REJECTS, UNKNOWN_MONTH, record, len(record.message))
        self.rows["rejects"] += 1
        self.rejects[record.reason] += 1
        self._rejects[record.uri][record.reason] += 1
        if record.article_id is not None:
            self.rejected.add(record.article_id)
        self.pulse.rejects += 1

    def article(self, record: Article, writer: UnitWriter) -> None:
        month = published_month(record.published_at, record.published_precision)
        writer.add(ARTICLES, month, record, len(record.text) + len(record.extra or ""))
        self.rows["articles"] += 1
        self._articles[record.uri] += 1
        self.pulse.articles += 1
        self.pulse.words += record.word_count

    def coded(self, record: CodedArticle, writer: UnitWriter) -> None:
        article = record.resolved.annotated.article
        month = published_month(article.published_at, article.published_precision)
        for name, rows in (
            ("mentions", record.resolved.mentions),
            ("entities", record.resolved.entities),
            ("events", record.events),
        ):
            table = BY_NAME[name]
            for row in rows:
                writer.add(table, month, row)
            self.rows[name] += len(rows)
        for clue in record.resolved.clues:
            writer.add(DATE_CLUES, month, clue, len(clue.sentence))
            self.rows[DATE_CLUES.name] += 1
        self.pulse.articles += 1
        self.pulse.words += article.word_count

    def outcomes(self, unit: Unit) -> tuple[InputOutcome, ...]:
        return tuple(
            InputOutcome(
                file=file,
                articles=self._articles[file.uri],
                rejects=dict(self._rejects.get(file.uri, {})),
                content_hash=unchanged_digest(file),
            )
            for file in [*unit.inputs, *(unlisted(reject.uri) for reject in unit.rejects)]
            if file.uri not in self.vanished
        )


def _is_gone(record: Reject) -> bool:
    """Tell whether an input went away between listing and reading: then nothing is known of it, and what was stays."""
    return record.reason == "unreadable" and record.error == FileNotFoundError.__name__


_ROUTES: Mapping[type, Callable[[_Tally, Any, UnitWriter], None]] = {
    Reject: _Tally.reject,
    Article: _Tally.article,
    CodedArticle: _Tally.coded,
}


def save_manifest(manifest: Manifest, folder: str) -> str:
    """Put a manifest where the driver finds it, whole or not at all; return the unit's id."""
    place = manifest_path(Path(folder), manifest.unit_id)
    try:
        write_whole(place, json.dumps(manifest.to_json()).encode())
    except OSError as error:
        if error.errno in _FATAL:
            fatal(f"the lake cannot be written: {error.strerror} ({place})")
        raise
    return manifest.unit_id
