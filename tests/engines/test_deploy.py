"""What cannot be run here is checked as far as it can be: job graphs build, options are accepted, files fit together."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess

import pytest

from pipelines import stages
from pipelines.options import AnnotateConfig, IngestConfig, RunConfig, check_beam
from pipelines.plan import annotate_unit, ingest_unit
from pipelines.supervise import Job
from schemas.documents import InputFile
from tests.engines.conftest import ROOT

DEPLOY = ROOT / "deploy"
DATAFLOW = (
    "--project=p",
    "--region=europe-west1",
    "--temp_location=gs://b/t",
    "--staging_location=gs://b/s",
    "--sdk_container_image=r/dateline-worker:0.1.0",
    "--sdk_location=container",
    "--experiments=use_runner_v2",
    "--max_num_workers=10",
    "--machine_type=n2-standard-4",
)


def text(*parts):
    return DEPLOY.joinpath(*parts).read_text()


@pytest.mark.parametrize("stage", ["ingest", "annotate"])
def test_the_job_graph_builds_for_workers_in_an_image(stage):
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions, PortableOptions
    from apache_beam.transforms.environments import DockerEnvironment

    config = {"ingest": IngestConfig(), "annotate": AnnotateConfig()}[stage]
    job = Job(stage=stage, lake="/lake", staging="staging/r1", run_id="r1", config=config)
    unit = {
        "ingest": ingest_unit([InputFile(uri="/in/a.txt", size=1)], "s"),
        "annotate": annotate_unit([("articles/a.parquet", 0, "a1")], 10, "s"),
    }[stage]
    pipeline = beam.Pipeline(options=PipelineOptions(["--runner=DirectRunner"]))
    stages.build(pipeline, job, [unit])
    image = PortableOptions(["--environment_config=r/dateline-worker:0.1.0"])
    graph = pipeline.to_runner_api(default_environment=DockerEnvironment.from_options(image))
    (environment,) = {env.payload for env in graph.components.environments.values()}
    assert b"r/dateline-worker:0.1.0" in environment
    names = " ".join(step.unique_name for step in graph.components.transforms.values())
    assert "WriteTables" in names
    # one shuffle, of units: no article crosses it
    grouped = [t for t in graph.components.transforms.values() if "group_by_key" in t.spec.urn]
    assert len(grouped) == 1


def test_dataflow_options_are_known_to_beam():
    from apache_beam.options.pipeline_options import PipelineOptions

    check_beam(RunConfig(runner="DataflowRunner", beam_flags=DATAFLOW))
    known = PipelineOptions(list(DATAFLOW)).get_all_options(drop_default=True)
    given = {flag.split("=")[0].removeprefix("--") for flag in DATAFLOW}
    assert given <= set(known)


def test_the_template_turns_its_parameters_into_a_command_that_is_accepted(monkeypatch):
    spec = importlib.util.spec_from_file_location("launch", DEPLOY / "dataflow" / "launch.py")
    launch = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(launch)
    declared = json.loads(text("dataflow", "metadata.json"))["parameters"]
    values = {"input": "/a,/b", "lake": "/l", "model": "default", "max_reject_ratio": "0.5"}
    assert {item["name"] for item in declared} == set(values)
    for item in declared:
        for pattern in item.get("regexes", ()):
            assert re.fullmatch(pattern, values[item["name"]])
    command = launch.command_of([*(f"--{k}={v}" for k, v in values.items()), *DATAFLOW])
    at = command.index("--")
    assert tuple(command[at + 1 :]) == DATAFLOW
    from pipelines import cli

    seen = {}
    monkeypatch.setattr(
        cli, "_run_config", lambda *given, **_: seen.setdefault("run", given) and 1 / 0
    )
    with pytest.raises(ZeroDivisionError):
        cli.main(command)
    assert "DataflowRunner" in seen["run"]


def test_the_files_for_kubernetes_fit_the_image_and_the_job_server():
    cluster, job, image = (
        text("flink-kubernetes", "cluster.yaml"),
        text("flink-kubernetes", "job.yaml"),
        text("worker", "Dockerfile"),
    )
    line = re.search(r"<flink.line>([\d.]+)<", text("flink", "pom.xml"))[1]
    assert f"image: flink:{line}-" in cluster
    assert f"flinkVersion: v{line.replace('.', '_')}" in cluster
    assert "name: dateline-flink\n" in cluster
    assert (
        "--flink_master=dateline-flink-rest:8081" in job
    )  # the operator's name for the REST service
    jar = re.search(r"--flink_job_server_jar=(\S+)", job)[1]
    assert jar == "/opt/dateline/flink/flink-job-server.jar"
    assert "COPY --from=flink /flink /opt/dateline/flink" in image
    slots = int(re.search(r'numberOfTaskSlots: "(\d+)"', cluster)[1])
    managers = int(re.search(r"replicas: (\d+)", cluster)[1])
    assert f"--parallelism={slots * managers}" in job
    assert f"--sdk_worker_parallelism={slots}" in job
    beam = re.search(r'"apache-beam==([\d.]+)\.\*"', (ROOT / "pyproject.toml").read_text())[1]
    assert f"ARG BEAM={beam}." in image
    version = re.search(r'^version = "([\d.]+)"', (ROOT / "pyproject.toml").read_text(), re.M)[1]
    assert set(re.findall(r"dateline-(?:worker|driver):([\d.]+)\n", cluster + job)) == {version}
    yaml = pytest.importorskip("yaml")
    for content in (cluster, job):
        for document in yaml.safe_load_all(content):
            assert {"apiVersion", "kind", "metadata", "spec"} <= set(document)


@pytest.mark.parametrize("script", ["install.sh", "start.sh"])
def test_scripts_are_shell_and_refuse_what_they_do_not_know(script):
    shell = shutil.which("bash")
    subprocess.run([shell, "-n", str(DEPLOY / script)], check=True)
    done = subprocess.run(
        [shell, str(DEPLOY / script), "storm"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "name one of" in done.stderr
