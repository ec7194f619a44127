"""The schedule files run commands that exist, with the flags they have."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from pipelines.cli import app

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "nightly"


def commands():
    """Return every dateline command line of the schedule files, as words."""
    found = []
    for path in sorted(FOLDER.iterdir()):
        text = path.read_text()
        if path.name == "cronjob.yaml":
            spec = yaml.safe_load(text)["spec"]["jobTemplate"]["spec"]["template"]["spec"]
            (container,) = spec["containers"]
            assert container["command"] == ["dateline"]
            found.append((path.name, container["args"]))
            continue
        if path.suffix == ".py":
            ast.parse(text)
        for line in text.splitlines():
            if line.lstrip().startswith(("#", '"""')):
                continue
            for match in re.finditer(
                r"(?:ExecStart=\S*/|dateline |\")dateline ((?:run|verify)[^>|&]*)", line
            ):
                words = match[1].replace('"', " ").replace("\\n", " ").split()
                found.append(
                    (path.name, [word for word in words if not word.isdigit() or word == "3"])
                )
    return found


@pytest.mark.parametrize(("name", "words"), commands())
def test_the_commands_and_their_flags_exist(name, words):
    command = get_command(app).commands[words[0]]
    known = {option for parameter in command.params for option in parameter.opts}
    flags = {word.split("=")[0] for word in words if word.startswith("--")}
    assert flags <= known, name
    assert "--lake" in flags


def test_every_schedule_has_a_command():
    assert {name for name, _ in commands()} == {
        "airflow_dag.py",
        "cronjob.yaml",
        "dateline.cron",
        "dateline.service",
    }


def test_the_alerts_ask_for_metrics_that_are_written():
    from pipelines.metrics import _HELP

    rules = yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"][0]["rules"]
    asked = {name for rule in rules for name in re.findall(r"dateline_[a-z_]+", rule["expr"])}
    assert asked
    assert asked <= set(_HELP)


def test_the_cron_file_ends_with_a_newline_and_has_six_fields_before_the_command():
    text = (FOLDER / "dateline.cron").read_text()
    assert text.endswith("\n")
    lines = [line for line in text.splitlines() if re.match(r"[\d*]", line)]
    assert len(lines) == 2
    for line in lines:
        *fields, user, _command = line.split(None, 6)
        assert len(fields) == 5
        assert all(re.fullmatch(r"[\d*/,-]+", field) for field in fields)
        assert user == "dateline"
        assert "%" not in line, "cron would turn it into a newline"
