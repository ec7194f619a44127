"""The command line over the fakes, for tests that kill it: ``python -m tests.fake_dateline run ...``.

``FAULT=name`` kills the process at that step of the commit, ``FAULT=#7`` at the seventh step it passes;
``FAULT_LOG=FILE`` adds a line to a file for each step that any process of the run passes; ``FAULT_TICKET=FILE`` holds a
number, and the process that passes that many steps of all of them, as the first and only one, dies there.
``STALL_SECONDS`` is how long a worker may be silent, ``STREAM_PATIENCE`` how long a broker may be away. ``ONE_LOAD`` has the
workers of all stages forked from one process, where only those of annotate are, so that Beam is loaded once in a run.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import tests.fake_everything  # noqa: F401 - the fakes come first
from pipelines import cli, execute, processes, supervise


def _pool(**settings: Any) -> supervise.Pool:
    if "STALL_SECONDS" in os.environ:
        settings["stall_seconds"] = float(os.environ["STALL_SECONDS"])
    if "ONE_LOAD" in os.environ:
        settings["server"] = processes.Server.MODEL
    return supervise.Pool(**settings)


execute.Pool = _pool  # type: ignore[assignment, misc]

processes.IMPORTED_FIRST.append("tests.fake_everything")

if "STREAM_PATIENCE" in os.environ:
    from pipelines import stream

    stream.PATIENCE_SECONDS = float(os.environ["STREAM_PATIENCE"])

if __name__ == "__main__":
    # a shell that starts the tests in the background has this ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(cli.main())
