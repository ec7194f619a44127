"""What is printed: progress and summary; rich on a terminal, plain lines elsewhere, JSON where a machine reads.

Results go to standard output; progress, notes and errors to standard error.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol, TextIO

from pipelines.execute import StageResult
from pipelines.supervise import Counts, Progress, Watch

_PLAIN_SECONDS: Final = 10.0  # between two lines of progress in a log file

_VERBS: Final = {"ingest": "reading", "annotate": "annotating", "link": "linking"}


class Reporter(Protocol):
    """Somebody who is told how a command goes."""

    def stage(self, name: str, total_cost: int) -> contextlib.AbstractContextManager[Watch]:
        """Follow one stage's work."""

    def note(self, message: str) -> None:
        """Hear of something a person should know."""


def make_reporter(*, quiet: bool) -> Reporter:
    """Return a live progress bar on a terminal, lines elsewhere; with ``quiet`` neither."""
    if quiet:
        return QuietReporter()
    return LiveReporter() if sys.stderr.isatty() else PlainReporter(sys.stderr)


class _Watch:
    """Passes what it hears to two functions."""

    def __init__(self, progress: Any, note: Any) -> None:
        self._progress = progress
        self._note = note

    def progress(self, found: Progress) -> None:
        self._progress(found)

    def note(self, message: str) -> None:
        self._note(message)


class QuietReporter:
    """Says nothing but what a person should know."""

    @contextlib.contextmanager
    def stage(self, name: str, total_cost: int) -> Iterator[Watch]:  # noqa: ARG002
        """Follow one stage's work in silence."""
        yield _Watch(lambda *_: None, self.note)

    def note(self, message: str) -> None:
        """Write a line."""
        logging.getLogger("dateline").warning("%s", message)


class PlainReporter:
    """Writes a line now and then."""

    def __init__(self, stream: TextIO) -> None:
        """Write to ``stream``."""
        self._stream = stream

    @contextlib.contextmanager
    def stage(self, name: str, total_cost: int) -> Iterator[Watch]:
        """Follow one stage's work."""
        started = last = time.monotonic()

        def progress(found: Progress) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last < _PLAIN_SECONDS:
                return
            last = now
            left = _time_left(now - started, found.done_cost, total_cost)
            self.note(f"{_VERBS[name]}: {_counts(found.total, now - started)}, {left} left")
            if len(found.workers) > 1:
                for number, counts in sorted(found.workers.items()):
                    self.note(f"  worker {number}: {_counts(counts, now - started)}")

        yield _Watch(progress, self.note)

    def note(self, message: str) -> None:
        """Write a line."""
        self._stream.write(f"dateline: {message}\n")
        self._stream.flush()


class LiveReporter:
    """Shows a progress bar."""

    def __init__(self) -> None:
        """Use the terminal of standard error."""
        from rich.console import Console

        self._console = Console(stderr=True)

    @contextlib.contextmanager
    def stage(self, name: str, total_cost: int) -> Iterator[Watch]:
        """Follow one stage's work."""
        import rich.progress
        from rich.progress import BarColumn, TextColumn

        columns = (
            TextColumn("[bold]{task.description:<11}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[percent]}"),
            TextColumn("{task.fields[counts]}"),
            TextColumn("{task.fields[left]}"),
        )
        started = time.monotonic()
        total = max(1, total_cost)
        nothing = _counts(Counts(), 1)
        with rich.progress.Progress(*columns, console=self._console) as bar:
            whole = bar.add_task(
                _VERBS[name], total=total, percent="  0%", counts=nothing, left="? left"
            )
            of_workers: dict[int, rich.progress.TaskID] = {}

            def progress(found: Progress) -> None:
                passed = time.monotonic() - started
                left = _time_left(passed, found.done_cost, total_cost)
                bar.update(
                    whole,
                    completed=found.done_cost,
                    percent=f"{min(100, 100 * found.done_cost // total):>3}%",
                    counts=_counts(found.total, passed),
                    left=f"{left} left",
                )
                if len(found.workers) < 2:
                    return
                for number, counts in sorted(found.workers.items()):
                    if number not in of_workers:  # its bar is its share of what is done
                        of_workers[number] = bar.add_task(
                            f"  worker {number}", total=1, percent="", counts="", left=""
                        )
                    share = counts.articles / max(1, found.total.articles)
                    bar.update(
                        of_workers[number],
                        completed=share,
                        percent=f"{100 * share:>3.0f}%",
                        counts=_counts(counts, passed),
                    )

            yield _Watch(
                progress,
                lambda message: self._console.print(f"dateline: {message}", highlight=False),
            )

    def note(self, message: str) -> None:
        """Write a line."""
        self._console.print(f"dateline: {message}", highlight=False)


def _counts(counts: Counts, seconds: float) -> str:
    """Say how much was done in how long."""
    speed = counts.words / max(seconds, 0.1)
    return f"{counts.articles:,} articles, {speed:,.0f} words/s, {counts.rejects:,} rejects"


def _time_left(passed: float, done: int, total: int) -> str:
    if done <= 0 or total <= 0:
        return "?"
    seconds = round(passed * max(0, total - done) / done)
    if seconds >= 3600:
        return f"{seconds // 3600}:{seconds % 3600 // 60:02d} h"
    return f"{seconds // 60}:{seconds % 60:02d}"


# ---------------------------------------------------------------------------------------------- summaries


def summary_json(
    results: Sequence[StageResult], lake: str, seconds: float, exit_code: int
) -> dict[str, Any]:
    """Return a command's results for machines."""
    return {
        "lake": lake,
        "seconds": round(seconds, 2),
        "exit_code": exit_code,
        "stages": [dataclasses.asdict(result) for result in results],
    }


def summary_lines(results: Sequence[StageResult], lake: str, seconds: float) -> Iterator[str]:
    """Return a command's results for people."""
    if not any(result.run_id or result.failures or result.too_many_rejects for result in results):
        yield f"Nothing new to do: {lake} is up to date ({seconds:.1f} s)."
        return
    for result in results:
        yield from _stage_lines(result)
    yield f"{'total':<9} {seconds:.1f} s; tables in {lake}"


def _stage_lines(result: StageResult) -> Iterator[str]:
    if not (result.run_id or result.failures or result.too_many_rejects):
        yield f"{result.stage:<9} nothing new"
        return
    rejected = sum(result.rejects.values())
    parts = []
    if result.stage == "ingest":
        parts.append(
            f"{result.articles:,} articles of {result.words:,} words from {result.listed:,} inputs"
        )
        if result.skipped:
            parts.append(f"{result.skipped:,} inputs unchanged")
    elif result.stage == "annotate":
        parts.append(f"{result.articles:,} articles, {result.words:,} words")
        parts.append(
            ", ".join(
                f"{result.rows.get(name, 0):,} {name}"
                for name in ("mentions", "entities", "events")
            )
        )
        if result.seconds > 0:
            parts.append(f"{result.words / result.seconds:,.0f} words/s")
    if result.detail:
        parts.append(result.detail)
    if result.pruned:
        parts.append(f"{result.pruned:,} removed inputs pruned")
    elif result.vanished:
        parts.append(f"{result.vanished:,} inputs no longer there (their rows stay; --prune)")
    if result.copies:
        parts.append(
            f"{result.copies:,} copies" + (" skipped" if result.stage == "annotate" else "")
        )
    parts.append(f"{result.seconds:.1f} s")
    yield f"{result.stage:<9} " + "; ".join(parts)
    if rejected:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in by_count(result.rejects))
        yield f"{'':<9} {rejected:,} rejects: {reasons}"
    for failure in result.failures[:5]:
        yield f"{'':<9} failed: unit {failure.unit_id}: {failure.message}"
    if len(result.failures) > 5:
        yield f"{'':<9} and {len(result.failures) - 5:,} more failures"


def brief(result: StageResult) -> dict[str, Any]:
    """Return what is kept of a stage in the list of attempts, in logs and in metrics."""
    return {
        "stage": result.stage,
        "run_id": result.run_id,
        "listed": result.listed,
        "skipped": result.skipped,
        "articles": result.articles,
        "words": result.words,
        "rows": result.rows,
        "rejects": result.rejects,
        "failures": len(result.failures),
        "pruned": result.pruned,
        "vanished": result.vanished,
        "seconds": result.seconds,
    }


def by_count(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Sort a count, largest first."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


class JsonLogs(logging.Formatter):
    """One JSON object per line, for ``--log json``."""

    def format(self, record: logging.LogRecord) -> str:
        """Render a record."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        content: dict[str, Any] = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        content.update(
            getattr(record, "fields", {})
        )  # what a machine asks for, beside the sentence
        if record.exc_info:
            content["exception"] = self.formatException(record.exc_info)
        return json.dumps(content, ensure_ascii=False)


class LogReporter:
    """Writes progress as log records, for ``--log json``."""

    def __init__(self) -> None:
        """Use the logger ``dateline``."""
        self._logger = logging.getLogger("dateline")

    @contextlib.contextmanager
    def stage(self, name: str, total_cost: int) -> Iterator[Watch]:
        """Follow one stage's work."""
        started = last = time.monotonic()

        def progress(found: Progress) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _PLAIN_SECONDS:
                last = now
                self._logger.info(
                    "%s: %d articles, %.0f words/s, %d rejects, %.0f%% done",
                    name,
                    found.total.articles,
                    found.total.words / (now - started),
                    found.total.rejects,
                    100 * found.done_cost / max(1, total_cost),
                    extra={
                        "fields": {
                            "event": "progress",
                            "stage": name,
                            "articles": found.total.articles,
                            "words": found.total.words,
                            "rejects": found.total.rejects,
                            "done": round(found.done_cost / max(1, total_cost), 4),
                        }
                    },
                )

        yield _Watch(progress, self.note)

    def note(self, message: str) -> None:
        """Log it."""
        self._logger.warning("%s", message)
