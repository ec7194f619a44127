"""What is missing is said in one sentence with the fix, and nothing stays behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import engines
from pipelines.engines import Engine, EngineError
from pipelines.options import RunConfig, UsageError
from pipelines.submit import sentence_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def java(tmp_path, monkeypatch):
    """Return a function that puts a Java of some version, and nothing else, in the path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def put(version, then="exit 0"):
        program = folder / "java"
        program.write_text(
            f'#!/bin/sh\ncase "$*" in *-version*) echo \'openjdk version "{version}"\' >&2; exit 0;; esac\n{then}\n'
        )
        program.chmod(0o755)

    return put


def jar(tmp_path):
    path = tmp_path / "cache" / "dateline" / "flink" / "flink-job-server.jar"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")


@pytest.mark.usefixtures("java")
def test_no_java():
    with pytest.raises(
        EngineError, match="Flink needs Java 8 to 21, and no java was found in the path"
    ):
        Engine(RunConfig(runner="FlinkRunner"))


def test_a_java_home_that_is_not_there(java, monkeypatch):
    java("17.0.1")
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    with pytest.raises(EngineError, match="/nowhere/bin/java is not there"):
        Engine(RunConfig(runner="FlinkRunner"))


@pytest.mark.parametrize(("version", "found"), [("25.0.1", "25"), ("1.7.0_80", "7")])
def test_the_wrong_java(java, version, found):
    java(version)
    with pytest.raises(EngineError, match=rf"is Java {found}; set JAVA_HOME"):
        Engine(RunConfig(runner="FlinkRunner"))


def test_old_names_of_versions_are_understood(java):
    java("1.8.0_392")
    with pytest.raises(EngineError, match="no job server jar for Flink"):
        Engine(RunConfig(runner="flink"))


def test_no_jar(java):
    java("17.0.1")
    with pytest.raises(
        EngineError, match=r"make it with deploy/install.sh spark, or name one with"
    ):
        Engine(RunConfig(runner="SparkRunner"))
    with pytest.raises(EngineError, match=r"--flink_job_server_jar /no\.jar: no such file"):
        Engine(RunConfig(runner="FlinkRunner", beam_flags=("--flink_job_server_jar=/no.jar",)))


@pytest.mark.usefixtures("java")
def test_no_prism():
    with pytest.raises(EngineError, match=r"no binary for Prism at .*deploy/install.sh prism"):
        Engine(RunConfig(runner="PrismRunner"))


def test_a_job_server_that_ends_at_once_says_why(java, tmp_path):
    java("17.0.1", then="echo starting; echo 'Error: Invalid or corrupt jarfile'; exit 1")
    jar(tmp_path)
    with pytest.raises(
        EngineError, match=r"ended at once \(exit code 1\): Error: Invalid or corrupt jarfile"
    ):
        Engine(RunConfig(runner="FlinkRunner"))


def test_nobody_answers():
    flags = ("--job_endpoint=localhost:1", "--job_server_timeout=1")
    with pytest.raises(EngineError, match="no job server answers at localhost:1 within 1 s"):
        Engine(RunConfig(runner="PortableRunner", beam_flags=flags))


@pytest.mark.parametrize(
    ("runner", "flags", "sentence"),
    [
        ("PortableRunner", (), "say where the job server is"),
        ("FlinkRunner", ("--flink_master=cluster:8081",), "say where its SDK workers are"),
        ("SparkRunner", ("--spark_master_url=spark://h:7077",), "say where its SDK workers are"),
        ("FlinkRunner", ("--job_endpoint=cluster:8099",), "say where its SDK workers are"),
    ],
)
def test_a_cluster_needs_to_be_told_more(runner, flags, sentence):
    with pytest.raises(UsageError, match=sentence):
        Engine(RunConfig(runner=runner, beam_flags=flags))


def test_runners_that_need_nothing_of_us_get_their_flags():
    engine = Engine(RunConfig(runner="DataflowRunner", beam_flags=("--project=p",)))
    assert engine.flags == ["--runner=DataflowRunner", "--project=p"]


def test_the_command_says_it_and_leaves_the_lake_alone(java, tmp_path):
    java("25")
    article = tmp_path / "a.txt"
    article.write_text("Title\n\n" + "The army of France met its guests once more. " * 8)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pipelines.cli", "ingest", str(article)),
            *("--lake", str(tmp_path / "lake"), "--runner", "FlinkRunner"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if line.startswith("dateline: ")]
    assert len(lines) == 1
    assert "Java 25; set JAVA_HOME" in lines[0]
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "lake" / "articles").exists()


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (
            "java.lang.RuntimeException: Error received from SDK harness for instruction 4: Traceback (most recent call last):\n"
            "  File \"x.py\", line 1, in f\nKeyError: 'a'\n\nDuring handling\n\nTraceback (most recent call last):\n"
            "  File\nOSError: [Errno 28] No space left on device: '/lake/x' [while running 'Write']\n\n\tat org.apache.Beam.run",
            "OSError: [Errno 28] No space left on device: '/lake/x'",
        ),
        (
            "Pipeline BeamApp-1_2 failed in state FAILED: org.a.StatusRuntimeException: CANCELLED: client cancelled",
            "a worker process was lost",
        ),
        (
            "Pipeline BeamApp-1_2 failed in state FAILED: java.io.IOException: Insufficient number of network buffers",
            "Insufficient number of network buffers",
        ),
        (
            "Traceback (most recent call last):\nRuntimeError: OSError: [Errno 28] No space left on device",
            "OSError: [Errno 28] No space left on device",
        ),
        ("", "unknown error"),
    ],
)
def test_what_an_engine_says_becomes_one_sentence(told, sentence):
    assert sentence_of(told) == sentence


def test_the_cache_is_where_the_scripts_put_things(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert engines.cache_folder() == tmp_path / "dateline"
    script = (ROOT / "deploy" / "install.sh").read_text()
    assert "${XDG_CACHE_HOME:-$HOME/.cache}/dateline/$name" in script
    for kind in engines._KINDS.values():
        if kind.java:
            name = kind.program.split("/")[1].removesuffix(".jar")
            pom = (ROOT / "deploy" / kind.name.lower() / "pom.xml").read_text()
            assert f"<finalName>{name}</finalName>" in pom


def test_a_pool_by_itself_starts_workers_and_ends_them_with_itself():
    import grpc
    from apache_beam.portability.api import beam_fn_api_pb2, beam_fn_api_pb2_grpc

    pool = subprocess.Popen(
        [sys.executable, "-m", "pipelines.harness", "--port", "0", "--host", "localhost"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        address = next(line for line in pool.stderr if "listening" in line).split()[-1]
        request = beam_fn_api_pb2.StartWorkerRequest(worker_id="w1")
        request.control_endpoint.url = "localhost:1"
        with grpc.insecure_channel(address) as channel:
            stub = beam_fn_api_pb2_grpc.BeamFnExternalWorkerPoolStub(channel)
            assert stub.StartWorker(request).error == ""
            found = subprocess.run(
                ["ps", "-o", "pid=", "--ppid", str(pool.pid)], capture_output=True, text=True
            )
            assert found.stdout.split()
            stop = beam_fn_api_pb2.StopWorkerRequest(worker_id="w1")
            assert stub.StopWorker(stop).error == ""
    finally:
        pool.terminate()
        assert pool.wait(20) == 0
