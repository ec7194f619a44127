"""ingest: files become rows of ``articles``.

files ──ParseArticles──▶ Article ──WriteTables──▶ articles, rejects
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipelines import plan
from pipelines.execute import Execution, StageResult, run_stage
from pipelines.lake import Change, Lake
from pipelines.options import WHOLE, IngestConfig, Scope
from pipelines.records import version
from pipelines.supervise import Job
from schemas import ids
from schemas.documents import InputFile
from schemas.outcomes import Reject
from schemas.units import Manifest, Unit

if TYPE_CHECKING:
    import apache_beam as beam

STAGE = "ingest"


def build(pipeline: beam.Pipeline, job: Job, units: Sequence[Unit] | None) -> None:
    """Wire the steps; the imports are here so that a command with nothing to do starts without Beam."""
    from transforms.formats.settings import ParseSettings
    from transforms.parse import ParseArticles
    from transforms.stage import SaveManifests, TakeUnits
    from transforms.write import WriteTables

    config: IngestConfig = job.config
    settings = ParseSettings(
        min_words=config.min_words,
        timeout_seconds=config.timeout_seconds,
        max_bytes=config.max_bytes,
        **_readers_settings(config),
    )
    (
        pipeline
        | "TakeUnits"
        >> TakeUnits(None if units is None else list(units), f"{job.lake}/{job.staging}")
        | "ParseArticles" >> ParseArticles(settings, job.beam_flags, job.lake)
        | "WriteTables" >> WriteTables(job.lake, job.staging, job.run_id)
        | "SaveManifests" >> SaveManifests(f"{job.lake}/{job.staging}")
    )


def _readers_settings(config: IngestConfig) -> dict[str, Any]:
    """Return the settings that most runs leave alone, where they are set."""
    found: dict[str, Any] = {
        name: value if name == "max_unpack_ratio" else int(value) for name, value in config.limits
    }
    if config.fields:
        found["fields"] = config.fields
    return found


def signature_of(config: IngestConfig) -> str:
    """Hash what decides how a file is parsed; a file read under another signature is read again."""
    from transforms.formats import PARSER_VERSION

    return ids.digest("ingest", PARSER_VERSION, config.min_words, *config.fields)


def main(
    lake: Lake,
    execution: Execution,
    config: IngestConfig,
    files: Sequence[InputFile],
    problems: Sequence[Reject],
    scope: Scope = WHOLE,
    covered: Callable[[str], bool] | None = None,
    streams: Mapping[str, Mapping[str, int]] | None = None,
) -> StageResult:
    """Read the inputs that are new or changed, or that ``scope`` asks for again.

    ``covered`` tells which uris would be listed if they were there, so that removed ones are known. ``streams`` says, by
    topic and partition, which offset comes next when all these inputs are in; it is committed with them, or not at all.

    Raises:
      UsageError: pruning would take away too much.
      RunStoppedError: no unit can succeed.
      LakeError: the lake cannot be read or written.
    """
    signature = signature_of(config)
    limits = f"timeout {config.timeout_seconds:g} s, {config.max_bytes} bytes"
    limits += "".join(f", {name} {value:g}" for name, value in sorted(config.limits))
    state = lake.state
    todo = plan.plan_ingest(
        state,
        files,
        problems,
        lake.left_over(STAGE),
        signature=signature,
        limits=limits,
        scope=scope,
        covered=covered,
        deaths=lake.deaths(STAGE),
        version=version(),
    )
    if todo.empty:
        lake.sweep(STAGE)
        return StageResult(
            stage=STAGE,
            run_id=None,
            listed=todo.listed,
            skipped=todo.skipped,
            vanished=todo.vanished,
        )
    run = lake.begin(STAGE)
    job = Job(
        stage=STAGE,
        lake=str(lake.root),
        staging=run.staging,
        run_id=run.run_id,
        config=config,
        beam_flags=execution.config.beam_flags,
    )

    def make_change(manifests: list[Manifest]) -> Change:
        done = {outcome.file.uri for manifest in manifests for outcome in manifest.outcomes}
        whole = all(file.uri in done for unit in todo.units for file in unit.inputs)
        return Change(
            manifests=manifests,
            replaced_uris=[*plan.replaced_uris(state, manifests), *todo.pruned],
            touched=todo.touched,
            limits=limits,
            limited_reasons=plan.LIMITED_REASONS,
            facts={
                "signature": signature,
                "settings": dataclasses.asdict(config),
                "pruned": len(todo.pruned),
                "touched": len(todo.touched),
                "vanished": todo.vanished,
                **({"streams": streams} if streams and whole else {}),
            },
        )

    return run_stage(lake, execution, todo, run, job, make_change)
