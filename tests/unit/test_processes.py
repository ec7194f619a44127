"""When the server that loads the model is started, and that none is left behind."""

from __future__ import annotations

from collections.abc import Mapping
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


@pytest.mark.skipif("not processes.sys.platform.startswith('linux')", reason="forks on Linux only")
def test_a_server_that_is_not_wanted_after_all_is_ended_at_once(tmp_path: Path) -> None:
    assert processes.warm({"model": "default"})
    server: Any = processes.forkserver._forkserver
    pid = server._forkserver_pid
    assert Path(f"/proc/{pid}").exists()
    assert cli.main(["run", str(tmp_path / "none"), "--lake", str(tmp_path / "lake")]) == 2
    assert not Path(f"/proc/{pid}").exists()
    assert server._forkserver_pid is None
