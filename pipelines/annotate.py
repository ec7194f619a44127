"""annotate: articles become rows of ``mentions``, ``entities`` and ``events``.

articles ──ReadArticles──▶ Article ──AnnotateArticles──▶ AnnotatedArticle ──ResolveEntities──▶ ResolvedArticle
──CodeEvents──▶ CodedArticle ──WriteTables──▶ mentions, entities, events, rejects
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines import plan
from pipelines.execute import Execution, StageResult, run_stage
from pipelines.lake import Change, Lake
from pipelines.options import WHOLE, AnnotateConfig, Scope
from pipelines.records import version
from pipelines.supervise import Job
from schemas import ids
from schemas.units import Manifest, Unit

if TYPE_CHECKING:
    import apache_beam as beam

STAGE = "annotate"


def build(pipeline: beam.Pipeline, job: Job, units: Sequence[Unit] | None) -> None:
    """Wire the steps; the imports are here so that a command with nothing to do starts without Beam and spaCy."""
    from transforms.annotate import AnnotateArticles
    from transforms.code_events import CodeEvents
    from transforms.read import ReadArticles
    from transforms.resolve import ResolveEntities
    from transforms.stage import SaveManifests, TakeUnits
    from transforms.write import WriteTables

    config: AnnotateConfig = job.config
    (
        pipeline
        | "TakeUnits"
        >> TakeUnits(None if units is None else list(units), f"{job.lake}/{job.staging}")
        | "ReadArticles" >> ReadArticles(job.lake)
        | "AnnotateArticles" >> AnnotateArticles(config.model, config.precision)
        | "ResolveEntities" >> ResolveEntities(config.knowledge)
        | "CodeEvents" >> CodeEvents(config.lexicons, config.keep_unresolved, config.knowledge)
        | "WriteTables" >> WriteTables(job.lake, job.staging, job.run_id)
        | "SaveManifests" >> SaveManifests(f"{job.lake}/{job.staging}")
    )


def versions_of(config: AnnotateConfig) -> dict[str, str]:
    """Return what decides how an article is annotated, cheaply.

    Raises:
      ModelError: there is no such model.
      LexiconError, KnowledgeError: a file of the user's is malformed.
    """
    from transforms.coding.coder import coder_version
    from transforms.dating import CLUES_VERSION
    from transforms.knowledge.resolve import knowledge_digest
    from transforms.nlp.models import describe_model

    # the user's own tables are read once before any work, so that a mistake in them costs nothing else
    if config.lexicons:
        from transforms.coding.lexicon import load_lexicon

        load_lexicon(config.lexicons)
    if config.knowledge:
        from transforms.knowledge.resolve import load_knowledge

        load_knowledge(config.knowledge)
    name, version = describe_model(config.model)
    return {
        "model": f"{name} {version}"
        + (f" {config.precision}" if config.precision != "auto" else ""),
        "coder": coder_version(config.lexicons),
        "knowledge": knowledge_digest(config.knowledge),
        "clues": CLUES_VERSION,
        "keep_unresolved": str(config.keep_unresolved),
    }


def main(
    lake: Lake, execution: Execution, config: AnnotateConfig, scope: Scope = WHOLE
) -> StageResult:
    """Annotate the articles that are new, or were annotated by another model, coder or knowledge.

    ``scope`` says which of them, and what is done again.

    Raises:
      ModelError: there is no such model.
      RunStoppedError: no unit can succeed.
      LakeError: the lake cannot be read or written.
    """
    versions = versions_of(config)
    signature = ids.digest("annotate", *sorted(versions.items()))
    state = lake.state
    todo = plan.plan_annotate(
        state,
        lake.left_over(STAGE),
        signature=signature,
        scope=scope,
        deaths=lake.deaths(STAGE),
        version=version(),
    )
    if todo.empty:
        lake.sweep(STAGE)
        return StageResult(
            stage=STAGE, run_id=None, listed=todo.listed, skipped=todo.skipped, copies=todo.copies
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
        return Change(
            manifests=manifests,
            dropped=[*todo.stale, *plan.annotated_before(state, manifests)],
            facts={
                "signature": signature,
                "settings": dataclasses.asdict(config),
                "versions": versions,
            },
        )

    return run_stage(lake, execution, todo, run, job, make_change)
