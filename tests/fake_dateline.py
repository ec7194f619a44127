"""The command line over the fakes, for tests that kill it: ``python -m tests.fake_dateline run ...``.

``FAULT=name`` kills the process at that step of the commit, ``FAULT=#7`` at the seventh step it passes.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys

from tests import fakes

fakes.install()

from pipelines import cli  # noqa: E402 - the fakes come first
from transforms import parquet  # noqa: E402

_steps = itertools.count(1)


def _fault(name: str) -> None:
    if os.environ.get("FAULT") in (name, f"#{next(_steps)}"):
        os.kill(os.getpid(), signal.SIGKILL)


parquet.fault = _fault

if __name__ == "__main__":
    sys.exit(cli.main())
