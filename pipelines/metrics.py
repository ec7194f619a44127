"""What a monitoring system reads: how the last commands went and what the lake holds, as Prometheus text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pipelines.lake import Lake
from pipelines.query import status
from pipelines.records import LakeError
from transforms.parquet import write_whole

Sample = tuple[Mapping[str, str], float]

_HELP: Final = {
    "dateline_info": "The version that ran last.",
    "dateline_last_attempt_timestamp_seconds": "When the last command ended, well or not.",
    "dateline_last_attempt_exit_code": "Its exit code: 0 done, 1 failed, 2 usage, 4 too many rejects, 130 stopped.",
    "dateline_last_attempt_duration_seconds": "How long it took.",
    "dateline_last_success_timestamp_seconds": "When a command last ended with 0.",
    "dateline_stage_articles": "Articles the last command did, by stage.",
    "dateline_stage_rejects": "Rejects of the last command, by stage and reason.",
    "dateline_stage_failures": "Units of the last command that met a fault, by stage.",
    "dateline_stage_duration_seconds": "How long each stage of the last command took.",
    "dateline_inputs_vanished": "Inputs the last command did not find again.",
    "dateline_inputs": "Inputs the ledger knows.",
    "dateline_articles": "Articles in the lake.",
    "dateline_articles_waiting": "Articles that are no copies and are not annotated yet.",
    "dateline_newest_article_timestamp_seconds": "Publication of the newest article.",
    "dateline_table_rows": "Rows of each table.",
    "dateline_table_bytes": "Bytes of each table.",
    "dateline_table_files": "Files of each table.",
    "dateline_rejects": "Rows of the rejects table, by reason.",
    "dateline_unfinished_commit": "1 if a commit was cut short and waits for the next run.",
}


def save(lake: Lake, path: Path, attempt: Mapping[str, Any]) -> None:
    """Write the metrics to a file, whole or not at all; ``attempt`` is the command that ends, be it kept or not.

    Raises:
      LakeError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, render(lake, attempt).encode())
    except OSError as error:
        raise LakeError(f"--metrics {path} cannot be written: {error.strerror or error}") from error


def render(lake: Lake, attempt: Mapping[str, Any]) -> str:
    """Return the metrics; of a lake that is not there or damaged, those of the attempts only."""
    samples: dict[str, list[Sample]] = {}
    attempts = lake.attempts()
    if not attempts or attempts[-1] != attempt:  # a lake that cannot be written does not know of it
        attempts.append(dict(attempt))
    for name, labels, value in [*_of_attempts(attempts), *_of_lake(lake)]:
        samples.setdefault(name, []).append((labels, value))
    lines = []
    for name, found in samples.items():
        lines += [f"# HELP {name} {_HELP[name]}", f"# TYPE {name} gauge"]
        lines += [f"{name}{_labels(labels)} {value:.16g}" for labels, value in found]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    escape = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})
    return (
        "{" + ",".join(f'{key}="{value.translate(escape)}"' for key, value in labels.items()) + "}"
    )


def _of_attempts(attempts: list[dict[str, Any]]) -> Iterator[tuple[str, Mapping[str, str], float]]:
    if not attempts:
        return
    last = attempts[-1]
    yield "dateline_info", {"version": str(last.get("version"))}, 1
    yield "dateline_last_attempt_timestamp_seconds", {}, seconds(last["finished_at"])
    yield "dateline_last_attempt_exit_code", {}, last["exit_code"]
    yield "dateline_last_attempt_duration_seconds", {}, last["seconds"]
    successes = [attempt for attempt in attempts if attempt["exit_code"] == 0]
    if successes:
        yield "dateline_last_success_timestamp_seconds", {}, seconds(successes[-1]["finished_at"])
    for stage in last.get("stages", ()):
        labels = {"stage": stage["stage"]}
        yield "dateline_stage_articles", labels, stage["articles"]
        yield "dateline_stage_duration_seconds", labels, stage["seconds"]
        yield "dateline_stage_failures", labels, stage["failures"]
        for reason, count in stage["rejects"].items():
            yield "dateline_stage_rejects", {**labels, "reason": reason}, count
        if stage["stage"] == "ingest":
            yield "dateline_inputs_vanished", {}, stage["vanished"]


def _of_lake(lake: Lake) -> Iterable[tuple[str, Mapping[str, str], float]]:
    try:
        found = status(lake, runs=0)
    except LakeError:
        return
    yield "dateline_inputs", {}, found["inputs"]
    yield "dateline_articles", {}, found["articles"]
    yield "dateline_articles_waiting", {}, found["waiting"]
    if found["newest_article"]:
        yield "dateline_newest_article_timestamp_seconds", {}, seconds(found["newest_article"])
    for table, counts in found["tables"].items():
        for name in ("rows", "bytes", "files"):
            yield f"dateline_table_{name}", {"table": table}, counts[name]
    for reason, count in found["rejects"].items():
        yield "dateline_rejects", {"reason": reason}, count
    yield "dateline_unfinished_commit", {}, float(found["unfinished"])


def seconds(moment: str) -> float:
    """Return seconds since 1970 of a time as the records have it."""
    return dt.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()
