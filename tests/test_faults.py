"""A seeded part of ``python -m tests.faults``: nights killed at random steps end as undisturbed ones."""

from __future__ import annotations

import os
import random

import pytest

from tests import direct, faults

POINTS = 10
WORKER_POINTS = 1


@pytest.mark.slow
def test_nights_killed_at_random_steps_end_with_the_tables_of_an_undisturbed_one(
    tmp_path, monkeypatch
):
    direct.versions(monkeypatch)
    monkeypatch.setattr(os, "fsync", lambda _: None)
    night = faults.Night(tmp_path)
    assert len(night.steps) > 150
    chance = random.Random(3)
    for number in range(POINTS):
        assert night.disturb(chance, check=number % 8 == 0) == ""


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_the_same_with_workers_of_whom_any_may_die(tmp_path, workers):
    night = faults.WorkerNight(tmp_path, workers)
    chance = random.Random(workers)
    for _ in range(WORKER_POINTS):
        assert night.disturb(chance, check=True) == ""
