"""Starting processes of ours: fresh, or forked from a server that has loaded what annotation needs.

Imports nothing but the standard library, so that the server can begin to load before the command line has imported
what it needs itself.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator, Mapping
from multiprocessing import forkserver
from typing import Any, Final

START_ATTEMPTS: Final = 5
"""How often a process that does not start is started."""

WARM: Final = "DATELINE_WARM"
"""The environment variable that tells the fork server what to load: the fields of an ``AnnotateConfig`` as JSON."""

IMPORTED_FIRST: list[str] = []
"""Modules that every worker and the fork server import before anything else."""

SINGLE_THREADED: Final = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "ARROW_NUM_THREADS": "1",
}
"""Processes are the parallelism; numeric libraries that start threads of their own only get in each other's way."""

_warmed: str | None = None


def warm(settings: Mapping[str, Any]) -> bool:
    """Begin to load what ``pipelines.warm`` says in a fork server; return whether there can be one.

    Nothing is waited for, and a second call with the same settings does nothing. Only on Linux: elsewhere libraries do
    not survive a fork.
    """
    global _warmed
    if sys.platform != "linux":
        return False
    text = json.dumps(settings)
    if _warmed is not None:
        return _warmed == text
    _warmed = text
    os.environ.update({**SINGLE_THREADED, WARM: text})
    multiprocessing.set_forkserver_preload([*IMPORTED_FIRST, "pipelines.warm"])
    # a Ctrl-C reaches the whole group; the server goes when the supervisor does, and not with a traceback
    ignoring = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if ignoring else None
    try:
        forkserver.ensure_running()
    finally:
        if ignoring:
            signal.signal(signal.SIGINT, before)
    return True


def cool() -> None:
    """End the fork server, if there is one, and wait for it, so that the time of its workers is counted as ours.

    It has nothing to save and may still be loading, so it is killed; its workers have ended before.
    """
    global _warmed
    if _warmed is None:
        return
    _warmed = None
    server: Any = forkserver._forkserver
    if server._forkserver_pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(server._forkserver_pid, signal.SIGKILL)
    server._stop()


def start_process(
    target: Callable[..., None],
    args: tuple[Any, ...],
    *,
    name: str,
    forked: bool,
    daemon: bool = False,
) -> Any:
    """Start a process of ours and return it: forked from the server that ``warm`` has started, or fresh.

    Raises:
      OSError, EOFError: it does not start, nor after some attempts; a fork server may have died just before.
    """
    os.environ.update(SINGLE_THREADED)  # before the child's first import
    context: Any = multiprocessing.get_context("forkserver" if forked else "spawn")
    for attempt in range(START_ATTEMPTS):
        process = context.Process(target=target, args=args, name=name, daemon=daemon)
        try:
            with _no_main_module():
                process.start()
            break
        except (OSError, EOFError):
            if attempt == START_ATTEMPTS - 1:
                raise
            time.sleep(0.1)
    return process


@contextlib.contextmanager
def _no_main_module() -> Iterator[None]:
    """Spare a new process the import of what this one was started with, the command line: it is told what to do."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def end_with_parent() -> None:
    """End this process soon after the one that had it started has ended, however that happens."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()
