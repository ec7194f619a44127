"""The command line over the fakes, for tests that kill it: ``python -m tests.fake_dateline run ...``.

``FAULT=name`` kills the process at that step of the commit, ``FAULT=#7`` at the seventh step it passes;
``STALL_SECONDS`` is how long a worker may be silent.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from typing import Any

from tests import fakes

fakes.install()

from pipelines import cli, execute, supervise  # noqa: E402 - the fakes come first
from transforms import parquet  # noqa: E402

os.fsync = lambda _: None  # for power cuts, which do not happen in tests

_steps = itertools.count(1)


def _fault(name: str) -> None:
    if os.environ.get("FAULT") in (name, f"#{next(_steps)}"):
        os.kill(os.getpid(), signal.SIGKILL)


parquet.fault = _fault


def _impatient(**settings: Any) -> supervise.Pool:
    return supervise.Pool(**{**settings, "stall_seconds": float(os.environ["STALL_SECONDS"])})


if "STALL_SECONDS" in os.environ:
    execute.Pool = _impatient  # type: ignore[assignment, misc]

if __name__ == "__main__":
    sys.exit(cli.main())
