from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import BinaryIO

import pytest

from schemas.documents import Article, InputFile
from schemas.outcomes import Reject
from tests.unit.formats.helpers import BODY, TEXT, TITLE
from transforms.formats.isolate import DocumentWorker
from transforms.formats.settings import ParseSettings

ROOT = Path(__file__).parents[3]


def open_file(uri: str) -> BinaryIO:
    return open(uri, "rb")  # noqa: PTH123


class _Trap(io.BytesIO):
    """A stream with a place that no reader gets behind."""

    def read(self, size: int | None = -1) -> bytes:
        del size
        data = super().read(24)  # one line: every record is padded to 24 bytes
        if b"hang" in data:
            time.sleep(60)
        if b"spin" in data:
            ctypes.PyDLL(None).usleep(60_000_000)  # in C, holding the interpreter's lock
        if b"crash" in data:
            os.kill(os.getpid(), signal.SIGSEGV)
        return data


def open_trap(uri: str) -> BinaryIO:
    del uri
    words = os.environ["DATELINE_TRAP"].split()
    return _Trap(b"".join(json.dumps({"text": w}).encode().ljust(23) + b"\n" for w in words))


def input_file(path: Path, payload: bytes) -> InputFile:
    path.write_bytes(payload)
    return InputFile(uri=str(path), size=len(payload))


def test_articles_come_back_in_order(tmp_path):
    lines = b"\n".join(json.dumps({"id": i, "text": f"Story {i}."}).encode() for i in range(5000))
    with DocumentWorker(open_file, ParseSettings()) as worker:
        found = list(worker.articles(input_file(tmp_path / "a.jsonl", lines)))
        assert [a.source_id for a in found if isinstance(a, Article)] == [
            str(i) for i in range(5000)
        ]
        (one,) = worker.articles(input_file(tmp_path / "a.txt", TEXT.encode()))
        assert isinstance(one, Article)
        assert (one.title, one.text) == (TITLE, "\n\n".join(BODY))


def test_a_file_that_cannot_be_opened_is_a_reject(tmp_path):
    with DocumentWorker(open_file, ParseSettings()) as worker:
        (found,) = worker.articles(InputFile(uri=str(tmp_path / "none.txt"), size=0))
    assert isinstance(found, Reject)
    assert (found.stage, found.reason) == ("read", "unreadable")


def test_an_abandoned_file_does_not_disturb_the_next(tmp_path):
    many = input_file(tmp_path / "a.jsonl", b'{"text": "One."}\n' * 20_000)
    with DocumentWorker(open_file, ParseSettings()) as worker:
        for _ in worker.articles(many):
            break
        (found,) = worker.articles(input_file(tmp_path / "b.txt", TEXT.encode()))
        assert isinstance(found, Article)


@pytest.mark.parametrize(
    ("trap", "reason"), [("hang", "timeout"), ("spin", "timeout"), ("crash", "crash")]
)
def test_a_document_that_ends_the_reader_costs_itself(trap, reason, monkeypatch):
    monkeypatch.setenv("DATELINE_TRAP", f"one two {trap} three")
    begun = time.monotonic()
    with DocumentWorker(open_trap, ParseSettings(timeout_seconds=1)) as worker:
        found = list(worker.articles(InputFile(uri="trap", size=1)))
    rejects = [a for a in found if isinstance(a, Reject)]
    assert {r.reason for r in rejects} == {reason}
    assert "not read" in rejects[-1].message
    assert time.monotonic() - begun < 30


def test_a_document_behind_the_culprit_is_read(tmp_path, monkeypatch):
    """The culprit is a parse that hangs: the documents before and behind it arrive, each once."""
    lines = [json.dumps({"id": i, "text": f"Story {i}."}) for i in range(300)]
    lines[150] = json.dumps({"id": 150, "text": "HANG"})
    file = input_file(tmp_path / "a.jsonl", "\n".join(lines).encode())
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with DocumentWorker(open_with_hanging_parser, ParseSettings(timeout_seconds=1)) as worker:
        found = list(worker.articles(file))
    assert [a.source_id if isinstance(a, Article) else a.reason for a in found] == [
        *map(str, range(150)), "timeout", *map(str, range(151, 300))
    ]  # fmt: skip


def open_with_hanging_parser(uri: str) -> BinaryIO:
    """Open a file, in a child whose parser hangs on one text."""
    from transforms.formats import reading

    lines = reading._by_name()["jsonl"]

    def hanging(raw, settings):
        if b"HANG" in raw.payload:
            time.sleep(60)
        if b"FAULT" in raw.payload:
            raise KeyError("ours")
        return lines.parse(raw, settings)

    if lines.parse.__name__ != "hanging":
        reading._by_name()["jsonl"] = dataclasses.replace(lines, parse=hanging)
    return open_file(uri)


def test_a_fault_of_ours_is_reported_with_its_traceback(tmp_path):
    lines = b'{"text": "One."}\n{"text": "FAULT"}\n{"text": "Three."}\n'
    with DocumentWorker(open_with_hanging_parser, ParseSettings()) as worker:
        found = list(worker.articles(input_file(tmp_path / "a.jsonl", lines)))
    assert [a.text if isinstance(a, Article) else a.reason for a in found] == [
        "One.",
        "crash",
        "Three.",
    ]
    assert isinstance(found[1], Reject)
    assert (found[1].error, found[1].record_offset) == ("KeyError", 2)
    assert "KeyError" in (found[1].traceback or "")


def test_a_child_that_cannot_start_is_an_error_and_no_reject(tmp_path):
    file = input_file(tmp_path / "a.txt", TEXT.encode())
    with (
        DocumentWorker(_Unloadable(), ParseSettings()) as worker,
        pytest.raises(RuntimeError, match="could not start"),
    ):  # type: ignore[arg-type]
        list(worker.articles(file))


class _Unloadable:
    """Something whose pickle nobody can load."""

    def __reduce__(self):
        return (__import__, ("no_such_module",))


def test_the_child_ends_when_its_parent_is_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys, time\n"
        "from tests.unit.formats.test_isolate import open_file\n"
        "from transforms.formats.isolate import DocumentWorker\n"
        "from transforms.formats.settings import ParseSettings\n"
        "worker = DocumentWorker(open_file, ParseSettings())\n"
        "worker.start()\n"
        "print(worker._child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    alive = True
    while alive and time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):
            state = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[-1].split()[0]
            if state != "Z":
                time.sleep(0.05)
                continue
        alive = False
    assert not alive
