"""Puts the fakes in place on import, in the supervisor and in each of its workers."""

from __future__ import annotations

import fcntl
import itertools
import os
import signal
from pathlib import Path

from tests import fakes

fakes.install()

from transforms import parquet  # noqa: E402 - the fakes come first

os.fsync = lambda _: None  # for power cuts, which do not happen in tests

_steps = itertools.count(1)


def _fault(name: str) -> None:
    if os.environ.get("FAULT") in (name, f"#{next(_steps)}"):
        os.kill(os.getpid(), signal.SIGKILL)
    if "FAULT_LOG" in os.environ:
        with Path(os.environ["FAULT_LOG"]).open("a") as log:
            log.write(f"{name}\n")
    if "FAULT_TICKET" in os.environ:
        _draw(Path(os.environ["FAULT_TICKET"]), name)


def _draw(path: Path, name: str) -> None:
    """Count down the steps of all processes together, and die at zero."""
    with path.open("r+") as ticket:
        fcntl.flock(ticket, fcntl.LOCK_EX)
        text = ticket.read()
        if not text.isdigit():
            return
        ticket.seek(0)
        ticket.truncate()
        ticket.write(name if text == "0" else str(int(text) - 1))
        ticket.flush()
    if text == "0":
        os.kill(os.getpid(), signal.SIGKILL)


parquet.fault = _fault
