"""Engines from Maven Central, fetched once into the user's cache; what the same articles give here."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pipelines import annotate, dating, engines, ingest, link, plan
from pipelines.execute import Execution
from pipelines.lake import Lake
from pipelines.options import AnnotateConfig, IngestConfig, RunConfig
from pipelines.report import QuietReporter
from pipelines.verify import verify
from tests.matchers import lake_rows
from transforms.files import list_inputs

ROOT = Path(__file__).resolve().parents[2]
ARCHIVE = ROOT / "samples" / "archive"
SEEDS = ROOT.parent / "shared" / "seeds"

SMALL = [str(ARCHIVE / name) for name in ("2024-06-03", "2024-06-05", "2024-06-08")]
WHOLE = [str(ARCHIVE), *([str(SEEDS)] if SEEDS.is_dir() else [])]


def install(name: str) -> None:
    """Put an engine into the cache, or skip with the reason."""
    program = {"kafka": "kafka/kafka-broker.jar"}.get(name) or engines._KINDS[name].program
    java = name != "prism"
    if java:
        kind = engines._KINDS["spark" if name == "spark" else "flink"]
        try:
            engines.find_java(kind)
        except engines.EngineError as error:
            pytest.skip(str(error))
    if (engines.cache_folder() / program).is_file():
        return
    if not java:
        pytest.skip("no Prism binary; deploy/install.sh prism builds one in some minutes")
    if shutil.which("mvn") is None:
        pytest.skip(f"no Maven, which would fetch {name}")
    done = subprocess.run(
        [str(ROOT / "deploy" / "install.sh"), name], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"{name} could not be fetched: {done.stderr.strip()[-300:]}")


@pytest.fixture
def small_units(monkeypatch):
    """Cut the work small enough that something is left when something breaks."""
    monkeypatch.setattr(plan, "UNIT_WORDS", 300)
    monkeypatch.setattr(plan, "SMALLEST_UNIT_WORDS", 300)
    monkeypatch.setattr(plan, "UNIT_FILES", 5)


def run_all(inputs, folder, execution, before_annotate=None):
    """Run the stages; return every row of the lake."""
    files, problems = list_inputs(inputs)
    lake = Lake(folder)
    with lake.hold("test"):
        results = [ingest.main(lake, execution, IngestConfig(), files, problems)]
        if before_annotate:
            before_annotate(lake, execution)
        results.append(annotate.main(lake, execution, AnnotateConfig()))
        results.append(link.main(lake, execution))
        results.append(dating.main(lake, execution, AnnotateConfig()))
    assert not any(result.failures for result in results)
    assert verify(lake) == []
    return lake_rows(folder)


@pytest.fixture(scope="session")
def here(tmp_path_factory, _needs_the_model):
    """What two workers on this machine make of the whole archive and of the small one."""
    folder = tmp_path_factory.mktemp("here")
    with Execution(RunConfig(workers=2), QuietReporter()) as execution:
        small = run_all(SMALL, folder / "small", execution)
        whole = run_all(WHOLE, folder / "whole", execution)
    undated = {"date_clues", "inferred_dates"}  # the sample archive alone has none
    assert {name for name, rows in whole.items() if not rows} <= undated
    return {"small": small, "whole": whole}


def execution_on(runner: str) -> Execution:
    """Return an execution on an engine with two slots, whose job server and workers are kept from test to test."""
    install(runner.lower().removesuffix("runner"))
    return Execution(RunConfig(runner=runner, workers=2), QuietReporter())
