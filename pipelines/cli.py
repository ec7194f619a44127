"""The command line.

    dateline run INPUT... --lake DIR        files to tables: ingest, annotate, link
    dateline ingest | annotate | link       one stage
    dateline stream --kafka B --topic T     the same for a Kafka topic, run after run
    dateline watch INPUT... --lake DIR      run, again and again
    dateline status | verify --lake DIR     what a lake holds; whether it is whole
    dateline compact | migrate --lake DIR   few large sorted files; tables of an older version
    dateline publish --lake DIR --to URL    the lake on an object store
    dateline query --lake DIR [SQL]         DuckDB over the tables
    dateline schema [TABLE]                 the data dictionary

Exit codes: 0 done, 1 some units failed or the run could not go on, 2 wrong usage, 3 another run holds the lake,
4 too many rejects, 130 stopped by Ctrl-C. What stands after ``--`` goes to Beam.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pipelines import processes
from pipelines.options import (
    DEFAULT_MAX_BYTES,
    DEFAULT_MIN_WORDS,
    DEFAULT_MODEL,
    DEFAULT_TIMEOUT_SECONDS,
    DEFAULT_WORKER_ARTICLES,
    DEFAULT_WORKER_MB,
    LOCAL_RUNNER,
    AnnotateConfig,
    IngestConfig,
    RunConfig,
    Scope,
    UsageError,
    check_beam,
    default_workers,
    limits,
    near,
    pairs,
)

if TYPE_CHECKING:
    from pipelines.execute import Execution, StageResult
    from pipelines.lake import Lake

    Stage = Callable[[Lake, Execution], StageResult]

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_BUSY = 3
EXIT_REJECTS = 4
EXIT_STOPPED = 130

app = typer.Typer(
    name="dateline",
    help="Turn a news archive into tables that say who did what to whom, when and where.",
    epilog="Exit codes: 0 done, 1 some units failed, 2 wrong usage, 3 another run holds the lake, 4 too many rejects.",
    no_args_is_help=True,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_beam_flags: tuple[str, ...] = ()
_watching = False  # says nothing of rounds in which there was nothing to do

Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT...",
        help="Files, folders, globs or file system URLs (gs://, s3://, hdfs://).",
    ),
]
LakeDir = Annotated[
    Path, typer.Option("--lake", metavar="DIR", help="The folder that holds the tables.")
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        help="Local processes, about 1 GB each. Default: one per free core.",
    ),
]
WorkerArticles = Annotated[
    int,
    typer.Option(
        "--worker-articles",
        metavar="N",
        help="Replace a local process by a fresh one after N articles; 0 is never.",
    ),
]
WorkerMb = Annotated[
    int,
    typer.Option(
        "--worker-mb",
        metavar="MB",
        help="Replace a local process by a fresh one once it has taken so much memory; 0 is never.",
    ),
]
Runner = Annotated[
    str,
    typer.Option(
        "--runner",
        metavar="NAME",
        help="Beam runner: DirectRunner here, or FlinkRunner, SparkRunner, ...",
    ),
]
Ratio = Annotated[
    float,
    typer.Option(
        "--max-reject-ratio",
        metavar="R",
        help="Publish nothing and exit with 4 if more than this part of a stage's documents is rejected, 0 to 1.",
    ),
]
MinWords = Annotated[
    int,
    typer.Option(
        "--min-words",
        metavar="N",
        help="Fewer words are no article, in files of one document each. Changing it reads inputs again.",
    ),
]
Timeout = Annotated[
    float,
    typer.Option(
        "--timeout-seconds", metavar="S", help="Time for one document; a hanging parser is stopped."
    ),
]
MaxBytes = Annotated[
    int,
    typer.Option(
        "--max-bytes", metavar="N", help="Size of one document, unpacked; larger ones are rejected."
    ),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="FIELD=NAME",
        help="What records call a field of ours: title=headline. Repeatable. Changing it reads inputs again.",
    ),
]
Limit = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=N",
        help="Another limit of the readers, by the name a reject gives it: max_depth=500. Repeatable.",
    ),
]
Model = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="NAME_OR_PATH",
        help="Language model: the one shipped, or an installed spaCy pipeline. Changing it annotates all again.",
    ),
]
Precision = Annotated[
    str,
    typer.Option(
        "--precision",
        metavar="NAME",
        help="auto (the fastest here), int8, bf16 or f32 (the same tables on every machine, slower).",
    ),
]
Knowledge = Annotated[
    list[str] | None,
    typer.Option(
        "--knowledge", metavar="FILE", help="Your own actors and places, beside ours. Repeatable."
    ),
]
Lexicon = Annotated[
    list[str] | None,
    typer.Option(
        "--lexicon", metavar="FILE", help="Your own event lexicon, beside ours. Repeatable."
    ),
]
KeepUnresolved = Annotated[
    bool,
    typer.Option("--keep-unresolved", help="Keep events whose actors are nobody we know."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
Log = Annotated[
    Literal["text", "json"],
    typer.Option(
        "--log", metavar="FORMAT", help="How logs are written to standard error: text or json."
    ),
]
Since = Annotated[
    dt.datetime | None,
    typer.Option(
        "--since",
        metavar="DAY",
        formats=["%Y-%m-%d"],
        help="Only articles published on this day or later; new inputs are read all the same.",
    ),
]
Until = Annotated[
    dt.datetime | None,
    typer.Option(
        "--until",
        metavar="DAY",
        formats=["%Y-%m-%d"],
        help="Only articles published on this day or earlier.",
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="GLOB",
        help="Only inputs whose path, or the end of it, matches: '2024/*.html'. Repeatable.",
    ),
]
Reparse = Annotated[
    bool,
    typer.Option("--reparse", help="Read inputs again that are done; unchanged articles stay."),
]
Reannotate = Annotated[
    bool, typer.Option("--reannotate", help="Annotate articles again that are done.")
]
RetryRejects = Annotated[
    bool,
    typer.Option(
        "--retry-rejects",
        help="Try again what was rejected. Without it: when it was by an older version, or could not be opened and now can.",
    ),
]
Prune = Annotated[
    bool,
    typer.Option(
        "--prune", help="Take away the rows of inputs that are no longer there. Else they stay."
    ),
]
PruneRatio = Annotated[
    float,
    typer.Option(
        "--max-prune-ratio",
        metavar="R",
        help="Refuse to prune more than this part of the known inputs: the archive may not be mounted.",
    ),
]
CompactAfter = Annotated[
    int,
    typer.Option(
        "--compact-after",
        metavar="N",
        help="Compact a table's month when it has so many small files; 0: never.",
    ),
]
Metrics = Annotated[
    Path | None,
    typer.Option(
        "--metrics", metavar="FILE", help="Write Prometheus text there when done, failed or not."
    ),
]


@app.callback()
def about(
    show_version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", is_eager=True)
    ] = False,
) -> None:
    """Turn a news archive into tables that say who did what to whom, when and where."""
    if show_version:
        from pipelines.records import version

        typer.echo(f"dateline {version()}")
        raise typer.Exit


@app.command()
def run(
    inputs: Inputs,
    lake: LakeDir,
    workers: Workers = None,
    worker_articles: WorkerArticles = DEFAULT_WORKER_ARTICLES,
    worker_mb: WorkerMb = DEFAULT_WORKER_MB,
    runner: Runner = LOCAL_RUNNER,
    model: Model = DEFAULT_MODEL,
    precision: Precision = "auto",
    min_words: MinWords = DEFAULT_MIN_WORDS,
    max_reject_ratio: Ratio = 1.0,
    timeout_seconds: Timeout = DEFAULT_TIMEOUT_SECONDS,
    max_bytes: MaxBytes = DEFAULT_MAX_BYTES,
    field_map: Map = None,
    limit: Limit = None,
    knowledge: Knowledge = None,
    lexicon: Lexicon = None,
    keep_unresolved: KeepUnresolved = False,
    since: Since = None,
    until: Until = None,
    only: Only = None,
    reparse: Reparse = False,
    reannotate: Reannotate = False,
    retry_rejects: RetryRejects = False,
    prune: Prune = False,
    max_prune_ratio: PruneRatio = 0.5,
    compact_after: CompactAfter = 48,
    metrics: Metrics = None,
    as_json: AsJson = False,
    log: Log = "text",
    examples: Annotated[
        bool,
        typer.Option("--examples", help="Show events by type and three queries when done."),
    ] = False,
) -> None:
    """Turn files into tables: ingest, annotate and link, doing only what is new or changed."""
    _load_early(lake, model, precision, knowledge, lexicon, keep_unresolved)
    from pipelines import annotate as annotating
    from pipelines import compact as compacting
    from pipelines import dating
    from pipelines import ingest as ingesting
    from pipelines import link as linking
    from transforms.files import covers, list_inputs

    how = _run_config(runner, workers, max_reject_ratio, worker_articles, worker_mb)
    reading = _ingest_config(min_words, timeout_seconds, max_bytes, field_map, limit)
    saying = _annotate_config(model, precision, knowledge, lexicon, keep_unresolved)
    scope = _scope(
        since,
        until,
        only,
        reparse=reparse,
        reannotate=reannotate,
        retry_rejects=retry_rejects,
        prune=prune,
        max_prune_ratio=max_prune_ratio,
    )
    stages: list[Stage] = [
        lambda place, execution: ingesting.main(
            place, execution, reading, *found, scope, covers(inputs)
        ),
        lambda place, execution: annotating.main(place, execution, saying, scope),
        linking.main,
        lambda place, execution: dating.main(place, execution, saying, scope),
    ]
    if compact_after > 0:
        stages.append(lambda place, _: compacting.main(place, compact_after))
    with _attempt("run", lake, metrics, log) as attempt:
        found = list_inputs(inputs, _beam_flags)
        _perform(
            attempt,
            lake,
            how,
            as_json=as_json,
            log=log,
            stages=stages,
            ahead=saying,
            after=_show_examples if examples and not as_json else None,
        )


@app.command()
def ingest(
    inputs: Inputs,
    lake: LakeDir,
    workers: Workers = None,
    worker_articles: WorkerArticles = DEFAULT_WORKER_ARTICLES,
    worker_mb: WorkerMb = DEFAULT_WORKER_MB,
    runner: Runner = LOCAL_RUNNER,
    min_words: MinWords = DEFAULT_MIN_WORDS,
    max_reject_ratio: Ratio = 1.0,
    timeout_seconds: Timeout = DEFAULT_TIMEOUT_SECONDS,
    max_bytes: MaxBytes = DEFAULT_MAX_BYTES,
    field_map: Map = None,
    limit: Limit = None,
    since: Since = None,
    until: Until = None,
    only: Only = None,
    reparse: Reparse = False,
    retry_rejects: RetryRejects = False,
    prune: Prune = False,
    max_prune_ratio: PruneRatio = 0.5,
    metrics: Metrics = None,
    as_json: AsJson = False,
    log: Log = "text",
) -> None:
    """Read files into the articles table."""
    from pipelines import ingest as ingesting
    from transforms.files import covers, list_inputs

    how = _run_config(runner, workers, max_reject_ratio, worker_articles, worker_mb)
    reading = _ingest_config(min_words, timeout_seconds, max_bytes, field_map, limit)
    scope = _scope(
        since,
        until,
        only,
        reparse=reparse,
        retry_rejects=retry_rejects,
        prune=prune,
        max_prune_ratio=max_prune_ratio,
    )
    with _attempt("ingest", lake, metrics, log) as attempt:
        files, problems = list_inputs(inputs, _beam_flags)
        _perform(
            attempt,
            lake,
            how,
            as_json=as_json,
            log=log,
            stages=[
                lambda place, execution: ingesting.main(
                    place, execution, reading, files, problems, scope, covers(inputs)
                )
            ],
        )


@app.command()
def annotate(
    lake: LakeDir,
    workers: Workers = None,
    worker_articles: WorkerArticles = DEFAULT_WORKER_ARTICLES,
    worker_mb: WorkerMb = DEFAULT_WORKER_MB,
    runner: Runner = LOCAL_RUNNER,
    model: Model = DEFAULT_MODEL,
    precision: Precision = "auto",
    max_reject_ratio: Ratio = 1.0,
    knowledge: Knowledge = None,
    lexicon: Lexicon = None,
    keep_unresolved: KeepUnresolved = False,
    since: Since = None,
    until: Until = None,
    only: Only = None,
    reannotate: Reannotate = False,
    retry_rejects: RetryRejects = False,
    metrics: Metrics = None,
    as_json: AsJson = False,
    log: Log = "text",
) -> None:
    """Annotate the articles that are new, or were annotated by another model, lexicon or knowledge."""
    _load_early(lake, model, precision, knowledge, lexicon, keep_unresolved)
    from pipelines import annotate as annotating

    how = _run_config(runner, workers, max_reject_ratio, worker_articles, worker_mb)
    saying = _annotate_config(model, precision, knowledge, lexicon, keep_unresolved)
    scope = _scope(
        since,
        until,
        only,
        reannotate=reannotate,
        retry_rejects=retry_rejects,
    )
    _lake(lake).check()
    with _attempt("annotate", lake, metrics, log) as attempt:
        _perform(
            attempt,
            lake,
            how,
            as_json=as_json,
            log=log,
            stages=[lambda place, execution: annotating.main(place, execution, saying, scope)],
        )


@app.command()
def link(
    lake: LakeDir,
    workers: Workers = None,
    runner: Runner = LOCAL_RUNNER,
    as_json: AsJson = False,
    log: Log = "text",
) -> None:
    """Find articles that are copies of one another, and date articles by others."""
    from pipelines import dating
    from pipelines import link as linking

    _lake(lake).check()
    stages: list[Stage] = [linking.main, dating.main]
    with _attempt("link", lake, None, log) as attempt:
        how = _run_config(runner, workers, 1.0)
        _perform(attempt, lake, how, as_json=as_json, log=log, stages=stages)


@app.command()
def stream(
    lake: LakeDir,
    kafka: Annotated[
        str, typer.Option("--kafka", metavar="HOST:PORT", help="Broker; several with commas.")
    ],
    topic: Annotated[
        str,
        typer.Option("--topic", metavar="NAME", help="Topic whose messages are articles, JSON."),
    ],
    every: Annotated[
        float,
        typer.Option("--every", metavar="S", help="Seconds from a first message to a commit."),
    ] = 120.0,
    max_articles: Annotated[
        int,
        typer.Option("--max-articles", metavar="N", help="Commit earlier after so many messages."),
    ] = 5_000,
    drain: Annotated[
        bool,
        typer.Option("--drain", help="Stop when what is in the topic now has been committed."),
    ] = False,
    kafka_config: Annotated[
        Path | None,
        typer.Option(
            "--kafka-config",
            metavar="FILE",
            help="Client settings (security.protocol=...), a line each.",
        ),
    ] = None,
    skip_lost: Annotated[
        bool,
        typer.Option("--skip-lost", help="Go on behind messages deleted before they were read."),
    ] = False,
    workers: Workers = None,
    runner: Runner = LOCAL_RUNNER,
    model: Model = DEFAULT_MODEL,
    precision: Precision = "auto",
    min_words: MinWords = DEFAULT_MIN_WORDS,
    max_reject_ratio: Ratio = 1.0,
    timeout_seconds: Timeout = DEFAULT_TIMEOUT_SECONDS,
    max_bytes: MaxBytes = DEFAULT_MAX_BYTES,
    field_map: Map = None,
    knowledge: Knowledge = None,
    lexicon: Lexicon = None,
    keep_unresolved: KeepUnresolved = False,
    metrics: Metrics = None,
    as_json: AsJson = False,
    log: Log = "text",
) -> None:
    """Follow a Kafka topic: a small run every few minutes, each message exactly once."""
    from pipelines import report
    from pipelines.execute import Execution
    from pipelines.stream import StreamConfig, follow, read_client_settings

    how = _run_config(runner, workers, max_reject_ratio)
    following = StreamConfig(
        brokers=kafka,
        topic=topic,
        every_seconds=every,
        max_articles=max_articles,
        drain=drain,
        skip_lost=skip_lost,
        client=read_client_settings(str(kafka_config)) if kafka_config else (),
    )
    reading = _ingest_config(min_words, timeout_seconds, max_bytes, field_map)
    saying = _annotate_config(model, precision, knowledge, lexicon, keep_unresolved)
    place = _lake(lake)
    reporter = report.LogReporter() if log == "json" else report.make_reporter(quiet=False)
    last: list[StageResult] = []

    def tell(results: list[StageResult], seconds: float) -> None:
        last[:] = results
        code = _code_of(results)
        note = _begun("stream") | {"exit_code": code, "stages": list(map(report.brief, results))}
        _keep_note(note, place, seconds)
        if metrics is not None:
            _save_metrics(place, metrics, note)
        if as_json:
            line = report.summary_json(results, str(place.root), seconds, code)
            typer.echo(json.dumps(line, ensure_ascii=False))
        else:
            for text in report.summary_lines(results, str(place.root), seconds):
                typer.echo(text)

    with _attempt("stream", lake, metrics, log) as attempt:
        with place.hold("stream"), Execution(how, reporter) as execution:
            execution.ahead = saying
            follow(place, execution, following, reading, saying, tell)
        attempt["stages"] = list(map(report.brief, last))
        _leave(last)


@app.command()
def compact(
    lake: LakeDir,
    least_files: Annotated[
        int,
        typer.Option(
            "--least-files", metavar="N", help="Leave months with fewer small files as they are."
        ),
    ] = 2,
    as_json: AsJson = False,
    log: Log = "text",
) -> None:
    """Write the small files of each month again as a few large ones, sorted for the usual queries."""
    from pipelines import compact as compacting

    _lake(lake).check()
    _keep(
        "compact",
        lake,
        lambda place, _: compacting.main(place, least_files),
        as_json=as_json,
        log=log,
    )


@app.command()
def migrate(lake: LakeDir, as_json: AsJson = False, log: Log = "text") -> None:
    """Write the tables of an older version again as those of this one."""
    from pipelines import migrate as migrating

    _lake(lake).check(migrating=True)
    _keep(
        "migrate",
        lake,
        lambda place, _: migrating.main(place),
        as_json=as_json,
        log=log,
        migrating=True,
    )


@app.command()
def publish(
    lake: LakeDir,
    to: Annotated[str, typer.Option("--to", metavar="URL", help="s3://, gs:// or file:// folder.")],
    grace: Annotated[
        str,
        typer.Option(
            "--grace", metavar="TIME", help="Keep files so long after they cease to count."
        ),
    ] = "1d",
    as_json: AsJson = False,
    log: Log = "text",
) -> None:
    """Bring an object store to the state of a lake: files, then the run record, then what readers go by."""
    from pipelines import publish as publishing
    from pipelines.watch import parse_interval

    seconds = parse_interval(grace)
    _lake(lake).check()
    _keep(
        "publish",
        lake,
        lambda place, _: publishing.main(place, to, seconds),
        as_json=as_json,
        log=log,
    )


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def watch(
    context: typer.Context,
    every: Annotated[
        str,
        typer.Option("--every", metavar="TIME", help="From start to start: 60s, 5m, 2h."),
    ] = "60s",
    rounds: Annotated[int | None, typer.Option("--rounds", hidden=True)] = None,
) -> None:
    """Run again and again until Ctrl-C: dateline watch INPUT... --lake DIR --every 60s, and any flag of run."""
    from pipelines.lake import LakeBusyError
    from pipelines.supervise import RunStoppedError
    from pipelines.watch import parse_interval
    from pipelines.watch import watch as keep_watch
    from transforms.files import InputError

    global _watching

    def once() -> int:
        try:
            code = app(args=["run", *context.args], prog_name="dateline", standalone_mode=False)
            if code == EXIT_STOPPED:  # the command line parser has made a code of it
                raise KeyboardInterrupt
            return code if isinstance(code, int) else 0
        except (LakeBusyError, RunStoppedError, InputError) as error:
            _complain(f"{error}; trying again in {every}")  # such things pass
            return _exit_code_of(error) or 1

    seconds = parse_interval(every)
    _watching = True
    try:
        code = keep_watch(once, seconds, rounds=rounds)
    finally:
        _watching = False
    if code:
        raise typer.Exit(code)


@app.command()
def status(
    lake: LakeDir,
    runs: Annotated[
        int, typer.Option("--runs", metavar="N", help="How many runs and attempts to show.")
    ] = 5,
    as_json: AsJson = False,
) -> None:
    """Show what a lake holds, how its last runs went, how far it is behind, and how it grows."""
    from pipelines import query as reading

    found = reading.status(_lake(lake), runs=max(1, runs))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    typer.echo(
        f"{found['lake']}: {found['inputs']:,} inputs, {found['articles']:,} articles, {found['annotated']:,} annotated"
    )
    typer.echo(
        f"last success {found['last_success_at'] or 'never'}, last change {found['last_commit_at'] or 'never'}, "
        f"newest article {found['newest_article'] or 'unknown'}, {found['waiting']:,} articles waiting for annotation"
    )
    if found["unfinished"]:
        typer.echo("a commit was cut short; the next run will finish it")
    reading.print_rows(
        ["table", "rows", "files", "bytes"],
        [(name, *counts.values()) for name, counts in found["tables"].items()],
        as_json=False,
    )
    if found["rejects"]:
        reading.print_rows(["reject reason", "rows"], list(found["rejects"].items()), as_json=False)
    reading.print_rows(
        ["run", "stage", "finished", "articles", "rejects", "failed", "seconds"],
        [
            (
                item["run_id"],
                item["stage"],
                item["finished_at"],
                item.get("articles"),
                sum(item.get("rejects", {}).values()),
                len(item.get("failed", ())),
                item.get("seconds"),
            )
            for item in found["runs"]
        ],
        as_json=False,
    )
    reading.print_rows(
        ["day", "read", "annotated", "rejects", "bytes added"],
        [tuple(item.values()) for item in found["growth"]],
        as_json=False,
    )
    if found["attempts"]:
        reading.print_rows(
            ["command", "ended", "exit", "seconds", "message"],
            [
                (
                    item["command"],
                    item["finished_at"],
                    item["exit_code"],
                    item["seconds"],
                    item["message"],
                )
                for item in found["attempts"]
            ],
            as_json=False,
        )


@app.command()
def verify(
    lake: LakeDir,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair",
            help="Mend what can be mended: set aside what is damaged, and let the next run make it again.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Prove that a lake is whole: checksums, keys, spans, no row twice, no file that belongs to nobody."""
    from pipelines.repair import repair as mend
    from pipelines.verify import verify as check

    place = _lake(lake)
    deeds: list[str] = []
    if repair:
        place.check()
        with place.hold("verify --repair", repairing=True):
            deeds, problems = mend(place)
    else:
        problems = check(place)
    if as_json:
        found: Any = [problem.to_json() for problem in problems]
        if repair:
            found = {"done": deeds, "problems": found}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        for deed in deeds:
            typer.echo(deed)
        if deeds:
            typer.echo(
                f"what was set aside lies in {place.home / 'quarantine'}; now run the job again"
            )
        for problem in problems:
            typer.echo(f"{problem.name}: {problem.where}: {problem.message}")
        if not problems:
            typer.echo(f"{lake} is whole")
    if problems:
        raise typer.Exit(EXIT_FAILED)


@app.command()
def query(
    lake: LakeDir,
    sql: Annotated[
        str | None, typer.Argument(metavar="[SQL]", help="DuckDB SQL. Without it: list the views.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Query the tables with DuckDB."""
    from pipelines import query as reading

    place = _lake(lake)
    if sql is None:
        reading.print_rows(
            ["view", "rows", "description"], reading.list_views(place), as_json=as_json
        )
        return
    columns, rows = reading.run_query(place, sql)
    reading.print_rows(columns, rows, as_json=as_json)


@app.command()
def schema(
    table: Annotated[
        str | None, typer.Argument(metavar="[TABLE]", help="One table; without it, all of them.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the data dictionary: tables, columns, types and what they mean."""
    from pipelines import query as reading
    from pipelines import views
    from schemas.tables import BY_NAME, TABLES

    if table is not None and table not in BY_NAME:
        raise UsageError(
            f"there is no table {table!r}{near(table, list(BY_NAME))}; tables: {', '.join(BY_NAME)}"
        )
    chosen = [item for item in TABLES if table in (None, item.name)]
    if as_json:
        content: Any = views.schema_json() if table is None else views.table_json(chosen[0])
        typer.echo(json.dumps(content, ensure_ascii=False, indent=1))
        return
    if table is None:
        reading.print_rows(
            ["table", "key", "description"],
            [(item.name, ", ".join(item.key), item.description) for item in chosen],
            as_json=False,
        )
        return
    typer.echo(f"{chosen[0].name}: {chosen[0].description} Key: {', '.join(chosen[0].key)}.")
    reading.print_rows(
        ["column", "type", "null", "description"],
        list(_column_rows(views.table_json(chosen[0])["columns"])),
        as_json=False,
    )


def _column_rows(
    columns: Sequence[dict[str, Any]], prefix: str = ""
) -> list[tuple[str, str, str, str]]:
    rows = []
    for column in columns:
        rows.append(
            (
                prefix + column["name"],
                column["type"],
                "null" if column["nullable"] else "",
                column["description"],
            )
        )
        rows.extend(_column_rows(column.get("fields", ()), f"{prefix}{column['name']}."))
    return rows


@app.command()
def explain(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE_OR_TEXT", help="A text file, - for standard input, or a text."
        ),
    ],
    model: Model = DEFAULT_MODEL,
    precision: Precision = "auto",
    knowledge: Knowledge = None,
    lexicon: Lexicon = None,
    date: Annotated[
        str | None,
        typer.Option(
            "--date", metavar="YYYY-MM-DD", help="Day of publication, for dates like 'on Monday'."
        ),
    ] = None,
    keep_unresolved: KeepUnresolved = False,
    as_json: AsJson = False,
) -> None:
    """Show why a text is coded as it is: triggers, rules, actors, and what was rejected and why."""
    import datetime as dt

    from pipelines.explain import explain_text, read_source, render

    try:
        published = dt.date.fromisoformat(date) if date else None
    except ValueError as error:
        raise UsageError(f"--date is {date!r}, expected a day as YYYY-MM-DD") from error
    explained = explain_text(
        read_source(source),
        model=model,
        precision=precision,
        knowledge_files=_absolute(knowledge),
        lexicons=_absolute(lexicon),
        published=published,
        keep_unresolved=keep_unresolved,
    )
    typer.echo(
        json.dumps(explained, ensure_ascii=False, indent=1) if as_json else render(explained)
    )


# ------------------------------------------------------------------------------------------- what they share


def _lake(path: Path) -> Lake:
    from pipelines.lake import Lake

    # A Path swallows one slash of "s3://bucket"; say what was meant.
    return Lake(str(path).replace(":/", "://", 1) if ":/" in str(path) else path)


def _absolute(paths: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(str(Path(path).expanduser().absolute()) for path in paths or ())


def _ingest_config(
    min_words: int,
    timeout_seconds: float,
    max_bytes: int,
    field_map: Sequence[str] | None,
    limit: Sequence[str] | None = None,
) -> IngestConfig:
    return IngestConfig(
        min_words=min_words,
        timeout_seconds=timeout_seconds,
        max_bytes=max_bytes,
        fields=pairs("--map", field_map),
        limits=limits(limit),
    )


def _annotate_config(
    model: str,
    precision: str,
    knowledge: Sequence[str] | None,
    lexicon: Sequence[str] | None,
    keep_unresolved: bool,
) -> AnnotateConfig:
    """Return the settings; a model that is missing and a malformed file are told before any work."""
    from pipelines.annotate import versions_of

    config = _annotate_settings(model, precision, knowledge, lexicon, keep_unresolved)
    versions_of(config)
    return config


def _annotate_settings(
    model: str,
    precision: str,
    knowledge: Sequence[str] | None,
    lexicon: Sequence[str] | None,
    keep_unresolved: bool,
) -> AnnotateConfig:
    return AnnotateConfig(
        model=model,
        precision=precision,
        knowledge=_absolute(knowledge),
        lexicons=_absolute(lexicon),
        keep_unresolved=keep_unresolved,
    )


def _load_early(lake: Path, *settings: Any) -> None:
    """Begin to load what annotation needs before this process imports anything else, in a lake that has none yet.

    ``settings`` are those of ``_annotate_settings``. In other lakes there may be nothing to do: a plan is made first.
    """
    if not any((lake / "_dateline" / "ledger").glob("annotations-*")):
        processes.warm(dataclasses.asdict(_annotate_settings(*settings)))


def _scope(
    since: dt.datetime | None, until: dt.datetime | None, only: Sequence[str] | None, **more: Any
) -> Scope:
    return Scope(
        since=since.date() if since else None,
        until=until.date() if until else None,
        only=tuple(only or ()),
        **more,
    )


def _keep(
    command: str, lake: Path, stage: Stage, *, as_json: bool, log: str, migrating: bool = False
) -> None:
    """Do a stage that looks after a lake, in this process."""
    with _attempt(command, lake, None, log) as attempt:
        how = _run_config(LOCAL_RUNNER, 1, 1.0)
        _perform(
            attempt,
            lake,
            how,
            as_json=as_json,
            log=log,
            stages=[stage],
            migrating=migrating,
        )


def _run_config(
    runner: str,
    workers: int | None,
    ratio: float,
    worker_articles: int = DEFAULT_WORKER_ARTICLES,
    worker_mb: int = DEFAULT_WORKER_MB,
) -> RunConfig:

    config = RunConfig(
        runner=runner,
        workers=default_workers() if workers is None else workers,
        max_reject_ratio=ratio,
        worker_articles=worker_articles,
        worker_mb=worker_mb,
        beam_flags=_beam_flags,
    )
    check_beam(config)
    return config


@contextlib.contextmanager
def _attempt(command: str, lake: Path, metrics: Path | None, log: str) -> Iterator[dict[str, Any]]:
    """Keep how a command ends: in the lake's list of attempts, in ``metrics``, and in the log."""
    from pipelines.lake import LakeBusyError

    _set_up_logs(log)
    started = time.monotonic()
    note = _begun(command)
    busy = False
    try:
        yield note
    except typer.Exit as error:
        note["exit_code"] = error.exit_code
        raise
    except BaseException as error:
        busy = isinstance(error, LakeBusyError)
        known = EXIT_STOPPED if isinstance(error, KeyboardInterrupt) else _exit_code_of(error)
        note["exit_code"] = EXIT_FAILED if known is None else known
        note["message"] = str(error) or type(error).__name__
        raise
    finally:
        place = _lake(lake)
        idle = _watching and not any(stage["run_id"] for stage in note["stages"])
        if idle and note["exit_code"] == 0:
            note["idle"] = True
        _keep_note(note, place, time.monotonic() - started, busy=busy)
        logging.getLogger("dateline").info(
            "%s ended with %d",
            command,
            note["exit_code"],
            extra={"fields": {"event": "end", **note}},
        )
        if metrics is not None and not busy:
            _save_metrics(place, metrics, note)


def _begun(command: str) -> dict[str, Any]:
    """Return what is kept of a command that begins now."""
    from pipelines.records import now, version

    return {
        "command": command,
        "version": version(),
        "started_at": now(),
        "exit_code": 0,
        "message": "",
        "stages": [],
    }


def _keep_note(note: dict[str, Any], place: Lake, seconds: float, *, busy: bool = False) -> None:
    """Say that a command has ended now, and keep it in the lake, if there is one and nobody else writes to it."""
    from pipelines.records import now

    note |= {"finished_at": now(), "seconds": round(seconds, 2)}
    if place.exists and not busy:
        place.note_attempt(note)


def _save_metrics(place: Lake, path: Path, note: dict[str, Any]) -> None:
    """Write the metrics; where they cannot be, that is the error of a command that had none.

    Raises:
      LakeError: they cannot be written, and the command ended with 0.
    """
    from pipelines import metrics as measuring
    from pipelines.lake import LakeError

    try:
        measuring.save(place, path, note)
    except LakeError as error:
        if note["exit_code"] == 0:
            raise
        _complain(str(error))


def _perform(
    attempt: dict[str, Any],
    lake: Path,
    config: RunConfig,
    *,
    as_json: bool,
    log: str,
    stages: Sequence[Stage],
    ahead: AnnotateConfig | None = None,
    after: Callable[[Lake], None] | None = None,
    migrating: bool = False,
) -> None:
    """Hold the lake, run the stages one after the other, print what they did and leave with the exit code."""
    from pipelines import report
    from pipelines.execute import Execution

    started = time.monotonic()
    place = _lake(lake)
    reporter = report.LogReporter() if log == "json" else report.make_reporter(quiet=False)
    results: list[StageResult] = []
    with (
        place.hold(attempt["command"], migrating=migrating),
        Execution(config, reporter) as execution,
    ):
        execution.ahead = ahead
        for stage in stages:
            result = stage(place, execution)
            if result.stage in ("compact", "date") and result.run_id is None:
                continue  # seldom there is anything to compact, or to date by others
            results.append(result)
            attempt["stages"].append(report.brief(result))
            if results[-1].too_many_rejects:
                break
    code = _code_of(results)
    seconds = time.monotonic() - started
    if as_json:
        typer.echo(
            json.dumps(
                report.summary_json(results, str(place.root), seconds, code), ensure_ascii=False
            )
        )
    elif not _watching or code or any(result.run_id for result in results):
        for line in report.summary_lines(results, str(place.root), seconds):
            typer.echo(line)
    if after is not None and code == 0 and any(result.run_id for result in results):
        after(place)
    _leave(results)


def _code_of(results: Sequence[StageResult]) -> int:
    """Return the exit code that stands for how stages went."""
    if results and results[-1].too_many_rejects:
        return EXIT_REJECTS
    return EXIT_FAILED if any(result.failures for result in results) else 0


def _leave(results: Sequence[StageResult]) -> None:
    """Say what went wrong, and leave with its exit code if anything did."""
    code = _code_of(results)
    if code == EXIT_REJECTS:
        _complain(
            f"too many rejects in {results[-1].stage}: {sum(results[-1].rejects.values()):,} against "
            f"{results[-1].articles:,} articles; nothing of it was published. The work is kept: run again with a higher "
            "--max-reject-ratio to publish it"
        )
    if code == EXIT_FAILED:
        failures = [failure for result in results for failure in result.failures]
        rejected = sum(failure.rejected for failure in failures)
        if rejected:
            _complain(
                f"{rejected:,} documents met a bug of Dateline's and were rejected, with a traceback in the rejects table"
            )
        if len(failures) > rejected:
            _complain(
                f"{len(failures) - rejected:,} units failed; the rest is published, and the next run tries them again"
            )
    if code:
        raise typer.Exit(code)


def _show_examples(lake: Lake) -> None:
    """Print events by type, the example queries with their results, and how to go on."""
    from pipelines import query as reading
    from pipelines.examples import BY_TYPE, EXAMPLES

    _, counted = reading.run_query(lake, BY_TYPE)
    types = ", ".join(f"{count:,} {name}" for name, count in counted)
    typer.echo(f"{'events':<9} {types or 'none'}")
    for example in EXAMPLES:
        typer.echo(f"\n{example.question}")
        columns, rows = reading.run_query(lake, example.sql)
        reading.print_rows(columns, rows, as_json=False)
    typer.echo(f"\nThe Parquet files: {lake.root}/<table>/**/*.parquet")
    typer.echo(f"Ask more:          dateline query --lake {lake.root} 'SELECT ... FROM events'")


def _set_up_logs(log: str) -> None:
    from pipelines.report import JsonLogs

    handler = logging.StreamHandler()
    handler.setFormatter(
        JsonLogs() if log == "json" else logging.Formatter("%(levelname)s %(name)s: %(message)s")
    )
    logging.basicConfig(
        level=logging.INFO if log == "json" else logging.WARNING, handlers=[handler], force=True
    )


def _complain(message: str) -> None:
    typer.echo(f"dateline: {message}", err=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; return the exit code. What stands after the first ``--`` goes to Beam."""
    global _beam_flags
    ours = list(sys.argv[1:] if arguments is None else arguments)
    _beam_flags = ()
    if "--" in ours:
        at = ours.index("--")
        ours, _beam_flags = ours[:at], tuple(ours[at + 1 :])
    with contextlib.suppress(ValueError):  # only the main thread may
        signal.signal(signal.SIGTERM, _on_terminate)
    try:
        code = app(args=ours, prog_name="dateline", standalone_mode=False)
    except KeyboardInterrupt:
        code = EXIT_STOPPED
    except BrokenPipeError:  # `dateline query ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        known = _exit_code_of(error)
        if known is None:
            raise
        if sentence := _sentence(error):
            _complain(sentence)
        return known
    finally:
        processes.cool()  # what was loaded early, where it was not wanted after all
    if code == EXIT_STOPPED:
        _complain("stopped; what was finished is kept, and the next run goes on from there")
    return code if isinstance(code, int) else 0


def _exit_code_of(error: BaseException) -> int | None:
    """Return the exit code for an error that is no bug, else null."""
    if hasattr(
        error, "format_message"
    ):  # the command line parser's own; typer may bring its own click
        return EXIT_USAGE
    from pipelines.lake import LakeBusyError, LakeError
    from pipelines.query import QueryError
    from pipelines.supervise import RunStoppedError
    from transforms.files import InputError

    codes = {
        LakeBusyError: EXIT_BUSY,
        LakeError: EXIT_FAILED,
        RunStoppedError: EXIT_FAILED,
        QueryError: EXIT_FAILED,
    }
    for kind, code in codes.items():
        if isinstance(error, kind):
            return code
    if isinstance(error, (UsageError, InputError)) or type(error).__name__ in _USAGE_ERRORS:
        return EXIT_USAGE
    return None


_USAGE_ERRORS = (
    "ModelError",
    "KnowledgeError",
    "LexiconError",
)  # by name: their modules are not imported for this


def _sentence(error: Exception) -> str:
    if hasattr(error, "format_message"):
        message = str(error.format_message())  # empty where the help was printed instead
        return f"{message} (see dateline --help)" if message else ""
    return str(error)


def _on_terminate(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
