"""Beam pipelines for tests, on the runner that is used locally."""

from __future__ import annotations

from typing import Any

import apache_beam as beam
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing.test_pipeline import TestPipeline

from transforms.stage import Batch


def pipeline() -> Any:
    """A TestPipeline; the class is named because ``DirectRunner`` would first try to download another runner."""
    return TestPipeline(runner=FnApiRunner())


def taken(batch: Batch) -> list[Any]:
    """Return a batch's records."""
    return list(batch.take())


def read_all(batches: beam.PCollection[Batch]) -> beam.PCollection[list[Any]]:
    """Give each batch as a list, for ``assert_that``."""
    return batches | "Take" >> beam.Map(taken)
