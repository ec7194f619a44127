"""A process that has loaded everything and forks a command line over the fakes for each line it reads.

For many fault points: a run then costs what it does and not what it loads. Its workers are forked too, where the product
spawns them or forks them from a server of their own. Each line is JSON: ``argv``, ``env``, and ``output``, the file that
takes what it prints; the answer is a line with its exit code, negative for a signal.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import signal
import sys
from typing import Any

import tests.fake_everything  # noqa: F401 - the fakes come first
from pipelines import cli, execute, processes

LOADED = (
    *(f"pipelines.{name}" for name in ("annotate", "compact", "ingest", "link", "query", "views")),
    *(f"transforms.{name}" for name in ("annotate", "code_events", "parse", "read", "write")),
    "transforms.resolve",
)


def prepare() -> None:
    """Load what a run loads, and have workers forked."""
    for name in LOADED:
        importlib.import_module(name)
    context: Any = multiprocessing.get_context("fork")
    processes.multiprocessing.get_context = lambda _method=None: context  # type: ignore[assignment]
    execute.warm = processes.warm = lambda _settings: False  # type: ignore[assignment]


def fork(task: dict[str, Any]) -> int:
    """Run one command line in a child; return its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        output = os.open(task["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        empty = os.open(os.devnull, os.O_RDONLY)
        for handle, place in ((empty, 0), (output, 1), (output, 2)):
            os.dup2(handle, place)
        os.environ.update(task["env"])
        signal.signal(signal.SIGINT, signal.default_int_handler)
        code = cli.main(task["argv"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    prepare()
    for line in sys.stdin:
        sys.stdout.write(f"{fork(json.loads(line))}\n")
        sys.stdout.flush()
