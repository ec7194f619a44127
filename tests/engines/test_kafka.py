"""A stream from a real broker: killed and resumed it gives what it gives undisturbed, and nothing twice.

The broker comes from Maven Central; what is behind the reading are the stand-ins of ``tests.fakes``, so that a run takes
seconds. One test streams through Flink, with the real model.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

from pipelines import engines
from pipelines.lake import Lake
from pipelines.verify import verify
from tests.engines.conftest import ROOT, install
from tests.matchers import lake_rows

confluent_kafka = pytest.importorskip("confluent_kafka")

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PARTITIONS = 2


def free_port():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


class Broker:
    """One Kafka broker in KRaft mode, which can be stopped and started again."""

    def __init__(self, folder):
        install("kafka")
        ports = free_port(), free_port()
        self.address = f"localhost:{ports[0]}"
        self.folder = folder
        self.settings = folder / "server.properties"
        self.settings.write_text(
            "process.roles=broker,controller\nnode.id=1\n"
            f"controller.quorum.voters=1@localhost:{ports[1]}\n"
            f"listeners=PLAINTEXT://localhost:{ports[0]},CONTROLLER://localhost:{ports[1]}\n"
            f"advertised.listeners=PLAINTEXT://localhost:{ports[0]}\n"
            f"controller.listener.names=CONTROLLER\nlog.dirs={folder / 'data'}\n"
            "offsets.topic.replication.factor=1\ntransaction.state.log.replication.factor=1\n"
        )
        # Spelled with letters only, so that it is the same in an address and in a file name.
        subprocess.run(
            [
                *(*self.java("kafka.tools.StorageTool"), "format"),
                *("-t", "QUJDREVGR0hJSktMTU5PUA", "-c", str(self.settings)),
            ],
            check=True,
            capture_output=True,
        )
        self.process = None
        self.start()

    @staticmethod
    def java(program):
        jars = engines.cache_folder() / "kafka" / "lib" / "*"
        java = engines.find_java(engines._KINDS["flink"])
        return [
            java,
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            str(jars),
            program,
        ]

    def start(self):
        with (self.folder / "broker.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.java("kafka.Kafka"), str(self.settings)], stdout=log, stderr=log
            )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            assert self.process.poll() is None, (self.folder / "broker.log").read_text()[-2000:]
            with contextlib.suppress(OSError), socket.create_connection(self.address.split(":"), 1):
                return
            time.sleep(0.3)
        raise AssertionError("the broker does not come up")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def fill(self, topic, numbers, extra=()):
        from confluent_kafka.admin import AdminClient, NewTopic

        quiet = {"bootstrap.servers": self.address, "log_level": 0}
        admin = AdminClient(quiet)
        if topic not in admin.list_topics(timeout=60).topics:
            for done in admin.create_topics([NewTopic(topic, PARTITIONS, 1)]).values():
                done.result()
        producer = confluent_kafka.Producer(quiet)
        for number in numbers:
            producer.produce(topic, article(number), partition=number % PARTITIONS)
        for value in extra:
            producer.produce(topic, value, partition=0)
        assert producer.flush(60) == 0


def article(number):
    text = f"France met Spain for the {number}. time and the Army of Sudan left. " * 5
    record = {
        "title": f"Meeting {number}",
        "text": text,
        "published": f"2024-03-{number % 28 + 1:02d}",
    }
    return json.dumps(record).encode()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    running = Broker(tmp_path_factory.mktemp("broker"))
    yield running
    running.stop()


def command(broker, topic, lake, *flags, program="tests.fake_dateline"):
    return [
        *(sys.executable, "-m", program, "stream", "--kafka", broker.address, "--topic", topic),
        *("--lake", str(lake), "--workers", "1", *flags),
    ]


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def drain(broker, topic, lake, *flags):
    done = subprocess.run(
        command(broker, topic, lake, "--drain", *flags),
        cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def streams(lake):
    return next(iter(Lake(lake).state.streams.values()))


def test_messages_become_tables_in_small_runs(broker, tmp_path):
    broker.fill("plain", range(30), extra=(None, b"\0\1\2"))
    drain(broker, "plain", tmp_path / "lake", "--max-articles", "12")
    rows = lake_rows(tmp_path / "lake")
    assert len(rows["articles"]) == 30
    assert (
        len(rows["rejects"]) == 1
    )  # a tombstone is nothing; a message that is no text is a reject
    assert len(rows["events"]) > 0
    assert streams(tmp_path / "lake") == {"0": 17, "1": 15}
    runs = [
        json.loads(path.read_bytes())["content"] for path in Lake(tmp_path / "lake").run_records()
    ]
    assert len([run for run in runs if run["stage"] == "ingest"]) == 3
    assert verify(Lake(tmp_path / "lake")) == []
    assert not list((tmp_path / "lake" / "_dateline" / "staging").iterdir())
    drain(broker, "plain", tmp_path / "lake")
    assert len(Lake(tmp_path / "lake").run_records()) == len(runs)  # nothing new, no run
    broker.fill("plain", range(30, 35))
    drain(broker, "plain", tmp_path / "lake")
    assert len(lake_rows(tmp_path / "lake")["articles"]) == 35


def test_killed_and_resumed_nothing_is_lost_and_nothing_twice(broker, tmp_path):
    """With SIGKILL at each of several stages of its progress, told by the commits it has made."""
    broker.fill("killed", range(60))
    drain(broker, "killed", tmp_path / "undisturbed", "--max-articles", "60")
    lake = tmp_path / "lake"
    flags = ("--drain", "--max-articles", "15")
    for commits, delay in ((1, 0.0), (2, 0.3), (5, 0.0)):
        running = subprocess.Popen(
            command(broker, "killed", lake, *flags),
            cwd=ROOT,
            env={**ENVIRONMENT, "FAKE_MODEL_SECONDS": "0.05"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + 120
        while len(Lake(lake).run_records()) < commits and running.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(delay)
        assert running.poll() is None, "it was done before it was killed"
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    drain(broker, "killed", lake, *flags[1:])
    assert lake_rows(lake) == lake_rows(tmp_path / "undisturbed")
    assert streams(lake) == streams(tmp_path / "undisturbed") == {"0": 30, "1": 30}
    assert verify(Lake(lake)) == []


def test_a_broker_that_goes_away_is_one_sentence_and_the_lake_is_as_it_was(tmp_path, broker):
    broker.fill("away", range(4))
    lake = tmp_path / "lake"
    drain(broker, "away", lake)
    before = lake_rows(lake), streams(lake)
    broker.fill("away", range(4, 6))
    running = subprocess.Popen(
        command(broker, "away", lake, "--every", "600"),
        cwd=ROOT,
        env={**ENVIRONMENT, "STREAM_PATIENCE": "2"},
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(8)  # it has read the two messages and waits for more
    broker.stop()
    try:
        _, said = running.communicate(timeout=120)
    finally:
        broker.start()
    assert running.returncode == 1
    sentences = [line for line in said.splitlines() if line.startswith("dateline: ")]
    assert len(sentences) == 1
    assert "went away" in sentences[0]
    assert "Traceback" not in said
    assert (lake_rows(lake), streams(lake)) == before
    drain(broker, "away", lake)
    assert len(lake_rows(lake)["articles"]) == 6


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (("--kafka", "localhost:1"), "no Kafka broker answers at localhost:1"),
        (("--topic", "nowhere"), "topic 'nowhere' at .* cannot be read"),
    ],
)
def test_a_broker_or_topic_that_is_not_there(broker, tmp_path, flags, sentence):
    done = subprocess.run(
        command(broker, "plain", tmp_path / "lake", *flags),
        cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert re.search(sentence, done.stderr)
    assert "Traceback" not in done.stderr


@pytest.mark.flink
@pytest.mark.model
def test_a_stream_through_flink(broker, tmp_path):
    install("flink")
    broker.fill("flink", range(6))
    done = subprocess.run(
        command(broker, "flink", tmp_path / "lake", "--drain", "--runner", "FlinkRunner", program="pipelines.cli"),
        cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(lake_rows(tmp_path / "lake")["articles"]) == 6
    assert streams(tmp_path / "lake") == {"0": 3, "1": 3}
    assert verify(Lake(tmp_path / "lake")) == []
