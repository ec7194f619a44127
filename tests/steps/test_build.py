"""build() over the real readers: the local runner, several processes, and a runner behind a job server."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.execute import Execution
from pipelines.ingest import main as ingest
from pipelines.lake import Lake
from pipelines.options import IngestConfig, RunConfig
from pipelines.report import QuietReporter
from pipelines.verify import verify
from tests.matchers import lake_rows
from transforms.files import list_inputs

ROOT = Path(__file__).resolve().parents[2]
IN_PROCESS = "apache_beam.runners.portability.fn_api_runner.FnApiRunner"


@pytest.fixture
def archive(tmp_path):
    folder = tmp_path / "in"
    for number in range(6):
        path = folder / f"{number}" / f"{number}.txt"
        path.parent.mkdir(parents=True)
        path.write_text(
            f"Title {number}\n\n"
            + f"The army of France met its guests for the {number}. time. " * 8
        )
    (folder / "broken.json").write_text("{")
    return folder


def rows_of(archive, lake, monkeypatch, **settings):
    from pipelines import plan

    monkeypatch.setattr(plan, "UNIT_FILES", 2)  # several units
    files, problems = list_inputs([str(archive)])
    place = Lake(lake)
    config = RunConfig(**settings)
    with place.hold("test"), Execution(config, QuietReporter()) as execution:
        result = ingest(place, execution, IngestConfig(), files, problems)
    assert result.units == 4
    assert not result.failures
    assert verify(place) == []
    return lake_rows(lake)


@pytest.fixture
def wanted(archive, tmp_path, monkeypatch):
    found = rows_of(archive, tmp_path / "in process", monkeypatch, runner=IN_PROCESS)
    assert len(found["articles"]) == 6
    assert len(found["rejects"]) == 1
    return found


def test_worker_processes_give_the_same_tables(archive, wanted, tmp_path, monkeypatch):
    assert rows_of(archive, tmp_path / "lake", monkeypatch, workers=2) == wanted


def test_everything_pickles_and_survives_several_processes(archive, wanted, tmp_path, monkeypatch):
    flags = ("--direct_running_mode=multi_processing", "--direct_num_workers=2")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    found = rows_of(archive, tmp_path / "lake", monkeypatch, runner=IN_PROCESS, beam_flags=flags)
    assert found == wanted


@pytest.mark.slow
def test_a_runner_behind_a_job_server_gives_the_same_tables(archive, wanted, tmp_path, monkeypatch):
    """Beam's own portable job server stands in for Flink's and Spark's: the same protocol, workers over gRPC."""
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "apache_beam.runners.portability.local_job_service_main",
            "--port",
            "0",
            "--port_file",
            str(tmp_path / "port"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        port = wait_for_port(tmp_path / "port", server)
        flags = (f"--job_endpoint=localhost:{port}", "--environment_type=LOOPBACK")
        found = rows_of(
            archive, tmp_path / "lake", monkeypatch, runner="PortableRunner", beam_flags=flags
        )
    finally:
        server.kill()
        server.wait()
    assert found == wanted


def wait_for_port(path, server):
    import time

    for _ in range(600):
        assert server.poll() is None, "the job server ended"
        with contextlib.suppress(OSError, ValueError):
            return int(re.search(r"\d+", path.read_text())[0])
        time.sleep(0.1)
    raise AssertionError("no job server")


def test_an_unreachable_job_server_is_one_sentence(archive, tmp_path):
    done = subprocess.run(
        [
            sys.executable, "-m", "pipelines.cli", "ingest", str(archive), "--lake", str(tmp_path / "lake"),
            "--runner", "PortableRunner", "--", "--job_endpoint=localhost:1", "--environment_type=LOOPBACK", "--job_server_timeout=2",
        ],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert "no job server answers at localhost:1 within 2 s" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "lake" / "articles").exists()


def test_the_local_runner_never_looks_for_another_one(tmp_path):
    """The name DirectRunner would try to download Prism; the class that is used does not even import it."""
    code = f"""
import sys
from pipelines import supervise
from pipelines.options import IngestConfig
class Connection:
    def send(self, message):
        assert message[0] != "failed", message
    def recv(self):
        return ("end", None)
job = supervise.Job(stage="ingest", lake={str(tmp_path)!r}, staging="s", run_id="r", config=IngestConfig())
supervise._run_job(Connection(), job, 30)
found = [name for name in sys.modules if "prism" in name]
assert "apache_beam" in sys.modules and not found, found
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
