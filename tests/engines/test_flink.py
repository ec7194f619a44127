"""The same tables on a Flink cluster with two task slots and two SDK workers, also when a worker is killed."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from tests.engines.conftest import SMALL, WHOLE, execution_on, run_all
from transforms.parquet import iterate_manifests

pytestmark = [pytest.mark.flink, pytest.mark.slow, pytest.mark.model]


@pytest.fixture(scope="module")
def flink():
    with execution_on("FlinkRunner") as execution:
        yield execution


def test_the_archive_gives_the_tables_it_gives_here(flink, here, tmp_path):
    assert run_all(WHOLE, tmp_path / "lake", flink) == here["whole"]


@pytest.mark.usefixtures("small_units")
def test_a_worker_killed_in_the_middle_costs_nothing(flink, here, tmp_path):
    killed = []

    def kill_when_some_units_are_done(lake, execution):
        def watch():
            while not killed:
                found = [
                    path
                    for folder in lake.staging.glob("*.annotate")
                    for path in iterate_manifests(folder)
                ]
                pids = execution._engine.pool.pids
                if found and pids:
                    os.kill(pids[-1], signal.SIGKILL)
                    killed.append(len(found))
                time.sleep(0.02)

        threading.Thread(target=watch, daemon=True).start()

    assert run_all(SMALL, tmp_path / "lake", flink, kill_when_some_units_are_done) == here["small"]
    assert killed
