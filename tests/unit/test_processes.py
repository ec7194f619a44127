"""When the server that loads the model is started, and that none is left behind."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from pipelines import cli, processes


@pytest.fixture
def warmed(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """Return the settings with which loading is begun, without beginning it."""
    found: list[Mapping[str, Any]] = []
    monkeypatch.setattr(processes, "warm", lambda settings: found.append(settings) or False)
    return found


def test_a_first_run_begins_to_load_before_it_looks_at_anything(
    tmp_path: Path, warmed: list[Mapping[str, Any]]
) -> None:
    assert cli.main(["run", str(tmp_path / "none"), "--lake", str(tmp_path / "lake")]) == 2
    assert [settings["model"] for settings in warmed] == ["default"]


def test_where_there_are_annotations_the_plan_says_whether_to_load(
    tmp_path: Path, warmed: list[Mapping[str, Any]]
) -> None:
    ledger = tmp_path / "lake" / "_dateline" / "ledger"
    ledger.mkdir(parents=True)
    (ledger / "annotations-r000002-20240101T000000Z.parquet").touch()
    assert cli.main(["run", str(tmp_path / "none"), "--lake", str(tmp_path / "lake")]) == 2
    assert warmed == []


linux = pytest.mark.skipif("not processes.sys.platform.startswith('linux')", reason="forks on Linux only")  # fmt: skip

NOTHING_TO_LOAD = {"model": "default", "lexicons": [], "knowledge": ["/there/is/no/such/file"]}


def say_who(connection: Connection) -> None:
    """Be a process that says which it is and which forked it."""
    connection.send((os.getpid(), os.getppid()))


def ask(server: processes.Server | None) -> tuple[int, int]:
    """Start a process; return its id and its parent's."""
    ours, theirs = multiprocessing.Pipe()
    process = processes.start_process(say_who, (theirs,), name="asked", server=server)
    theirs.close()
    own, parent = ours.recv()
    process.join()
    assert process.exitcode == 0
    return own, parent


@contextlib.contextmanager
def servers() -> Iterator[int]:
    """Have fork servers that load nothing but Beam; yield the first one's id."""
    assert processes.warm(NOTHING_TO_LOAD)
    try:
        server: Any = processes.forkserver._forkserver
        yield server._forkserver_pid
    finally:
        processes.cool()


def is_alive(pid: int) -> bool:
    """Tell whether there is such a process."""
    return Path(f"/proc/{pid}").exists()


def has_not_ended(pid: int) -> bool:
    """Tell whether a process runs; one that nobody has waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


@linux
def test_a_server_that_is_not_wanted_after_all_is_ended_at_once(tmp_path: Path) -> None:
    with servers() as first:
        assert is_alive(first)
        assert cli.main(["run", str(tmp_path / "none"), "--lake", str(tmp_path / "lake")]) == 2
        assert not is_alive(first)
        assert os.environ[processes.WARM_ADDRESS]
        assert not Path(os.environ[processes.WARM_ADDRESS]).exists()


@linux
def test_one_server_forks_what_reads_and_one_below_it_what_annotates() -> None:
    with servers() as first:
        reader, below_first = ask(processes.Server.BEAM)
        _, model = ask(processes.Server.MODEL)
        fresh, here = ask(None)
        assert below_first == first
        assert model not in (first, os.getpid())
        assert Path(f"/proc/{model}/stat").read_text().rsplit(")", 1)[1].split()[1] == str(first)
        assert here == os.getpid()
        assert len({reader, fresh, model}) == 3
    assert not is_alive(first)
    assert not is_alive(model)


@linux
@pytest.mark.parametrize("which", [0, 1])
def test_servers_that_died_are_started_again(which: int) -> None:
    with servers() as first:
        _, model = ask(processes.Server.MODEL)
        os.kill((first, model)[which], signal.SIGKILL)
        until = time.monotonic() + 10
        while has_not_ended(model) and time.monotonic() < until:  # it goes when the first one does
            time.sleep(0.01)
        _, again = ask(processes.Server.MODEL)
        assert again not in (first, model)
        ask(processes.Server.BEAM)


@linux
def test_without_settings_there_is_no_model_until_some_come() -> None:
    assert processes.warm(None)
    try:
        server: Any = processes.forkserver._forkserver
        first = server._forkserver_pid
        _, parent = ask(processes.Server.BEAM)
        assert parent == first
        assert not Path(os.environ[processes.WARM_ADDRESS]).exists()
        assert processes.warm(NOTHING_TO_LOAD)
        assert not is_alive(first)
        _, model = ask(processes.Server.MODEL)
        assert model != server._forkserver_pid
        assert processes.warm(None)
        assert not processes.warm({**NOTHING_TO_LOAD, "model": "another"})
    finally:
        processes.cool()
    assert not is_alive(model)
