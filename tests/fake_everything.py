"""Puts the fakes in place on import, in the supervisor and in each of its workers."""

from __future__ import annotations

import itertools
import os
import signal

from tests import fakes

fakes.install()

from transforms import parquet  # noqa: E402 - the fakes come first

os.fsync = lambda _: None  # for power cuts, which do not happen in tests

_steps = itertools.count(1)


def _fault(name: str) -> None:
    if os.environ.get("FAULT") in (name, f"#{next(_steps)}"):
        os.kill(os.getpid(), signal.SIGKILL)


parquet.fault = _fault
