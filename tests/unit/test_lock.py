"""One writer: with the kernel's lock and, where there is none, with a file and a heartbeat."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines import lock
from pipelines.lock import HeldError, held

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("kernel", [True, False])
def test_a_second_holder_is_told_who_holds_it_and_a_dead_one_is_taken_over(tmp_path, kernel):
    path = tmp_path / "lock"
    code = (
        "import sys, pathlib; from pipelines.lock import held\n"
        f"with held(pathlib.Path({str(path)!r}), 'first', kernel={kernel}): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(
                HeldError, match=rf"process {holder.pid} on .*\(first\).* last heard of \d+ s ago"
            ),
            held(path, "second", kernel=kernel),
        ):
            pass
    finally:
        holder.kill()
        holder.wait()
    with held(path, "third", kernel=kernel):
        pass
    with held(path, "fourth", kernel=kernel):
        pass


def test_a_holder_elsewhere_is_dead_when_its_heartbeat_is_old(tmp_path):
    path, sign = tmp_path / "lock", tmp_path / "lock.held"
    note = {"host": "elsewhere", "pid": 1, "command": "run", "since": "x", "token": "t", "beat": 0}
    sign.write_text(json.dumps(note))
    with pytest.raises(HeldError, match="elsewhere"), held(path, "me", kernel=False):
        pass
    old = time.time() - lock.DEAD_SECONDS - 1
    os.utime(sign, (old, old))
    with held(path, "me", kernel=False):
        assert json.loads(sign.read_text())["command"] == "me"
    assert not sign.exists()


@pytest.mark.parametrize("kernel", [True, False])
def test_the_heart_beats(tmp_path, monkeypatch, kernel):
    monkeypatch.setattr(lock, "HEARTBEAT_SECONDS", 0.05)
    path = tmp_path / "lock"
    with held(path, "me", kernel=kernel):
        first = json.loads(path.read_text())["beat"]
        deadline = time.monotonic() + 20
        while json.loads(path.read_text())["beat"] == first:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert path.read_text() == ""
