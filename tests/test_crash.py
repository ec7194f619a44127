"""Real runs with worker processes, killed with SIGKILL at random moments; the tables come out the same."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.lake import Lake
from pipelines.verify import verify
from tests.matchers import lake_rows, workers_of

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def command(archive, lake, *flags):
    return [
        sys.executable,
        "-m",
        "tests.fake_dateline",
        "run",
        str(archive),
        "--lake",
        str(lake),
        *flags,
    ]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Enough articles for several units of each stage."""
    folder = tmp_path_factory.mktemp("in")
    chance = random.Random(3)
    for number in range(400):
        words = " ".join(
            chance.choice(["France", "met", "Spain", "and", "the", "army", "of"])
            for _ in range(100)
        )
        month, day = number % 4 + 1, number % 28 + 1
        (folder / f"{number:03d}-2024-{month:02d}-{day:02d}.txt").write_text(
            f"Title {number}\n{words}"
        )
    for number in range(20):
        source = folder / f"{number:03d}-2024-{number % 4 + 1:02d}-{number % 28 + 1:02d}.txt"
        (folder / f"copy{number:02d}-2024-05-01.txt").write_text(source.read_text())
    (folder / "binary.txt").write_bytes(b"a\0b")
    return folder


@pytest.fixture(scope="module")
def undisturbed(archive, tmp_path_factory):
    lake = tmp_path_factory.mktemp("lakes") / "one"
    subprocess.run(
        command(archive, lake, "--workers", "1"),
        cwd=ROOT,
        env=ENVIRONMENT,
        check=True,
        capture_output=True,
    )
    return lake_rows(lake)


def check(lake, undisturbed):
    assert lake_rows(lake) == undisturbed
    assert verify(Lake(lake)) == []
    assert not list((lake / "_dateline" / "staging").iterdir())


@pytest.mark.slow
def test_two_workers_give_the_tables_of_one(archive, undisturbed, tmp_path):
    subprocess.run(
        command(archive, tmp_path / "lake", "--workers", "2"), cwd=ROOT, env=ENVIRONMENT, check=True
    )
    check(tmp_path / "lake", undisturbed)


@pytest.mark.slow
def test_killed_at_random_moments_and_started_again_it_arrives(archive, undisturbed, tmp_path):
    lake = tmp_path / "lake"
    chance = random.Random(11)
    deaths = 0
    # Long enough that some starts get somewhere, short enough that most are killed.
    for _ in range(5):
        running = subprocess.Popen(
            command(archive, lake, "--workers", "2"),
            cwd=ROOT,
            env={**ENVIRONMENT, "FAKE_MODEL_SECONDS": "0.01"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:  # the first start is always killed: two workers need two seconds for the waiting alone
            running.wait(chance.uniform(1.0, 6.0) if deaths else 1.5)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
            deaths += 1
    subprocess.run(
        command(archive, lake, "--workers", "2"),
        cwd=ROOT,
        env=ENVIRONMENT,
        check=True,
        capture_output=True,
    )
    assert deaths
    check(lake, undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [5, 6, 7])
def test_a_process_killed_at_a_random_moment_costs_nothing(archive, undisturbed, tmp_path, seed):
    """A worker, or the fork server with all its workers. Killed twice at one article, they would have it rejected."""
    lake = tmp_path / "lake"
    running = subprocess.Popen(
        command(archive, lake, "--workers", "2"),
        cwd=ROOT,
        env={**ENVIRONMENT, "FAKE_MODEL_SECONDS": "0.02"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    chance = random.Random(seed)
    wanted, killed = chance.uniform(0.5, 4.0), None
    started = time.monotonic()
    while running.poll() is None and killed is None:
        time.sleep(0.02)
        children = workers_of(running.pid)
        if children and time.monotonic() - started > wanted:
            killed = chance.choice(children)
            with contextlib.suppress(ProcessLookupError):
                os.kill(killed, signal.SIGKILL)
    _, stderr = running.communicate(timeout=120)
    assert running.returncode == 0, stderr
    assert killed  # with 400 articles the waiting alone takes 4 seconds
    check(lake, undisturbed)


@pytest.mark.slow
def test_workers_that_are_worn_are_replaced_and_nothing_else_changes(
    archive, undisturbed, tmp_path
):
    running = subprocess.Popen(
        command(archive, tmp_path / "lake", "--workers", "2", "--worker-articles", "60"),
        cwd=ROOT,
        env={**ENVIRONMENT, "FAKE_MODEL_SECONDS": "0.01"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    seen = set()
    while running.poll() is None:
        seen.update(workers_of(running.pid))
        time.sleep(0.05)
    assert running.returncode == 0
    assert len(seen) > 6  # two for each stage and a fork server would be five
    check(tmp_path / "lake", undisturbed)
