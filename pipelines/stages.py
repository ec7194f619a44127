"""The stages by name, for workers that are told which one to build."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines import annotate, ingest, link
from schemas.units import Unit

if TYPE_CHECKING:
    import apache_beam as beam

    from pipelines.supervise import Job


def build(pipeline: beam.Pipeline, job: Job, units: Sequence[Unit] | None) -> None:
    """Wire the pipeline of a job's stage; without ``units`` its worker takes them one by one.

    Raises:
      KeyError: there is no such stage.
    """
    wire = {"ingest": ingest.build, "annotate": annotate.build, "link": link.build}[job.stage]
    wire(pipeline, job, units)
