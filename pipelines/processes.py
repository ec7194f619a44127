"""Starting processes of ours: fresh, or forked from a server that has loaded what they need.

Imports nothing but the standard library, so that the server can begin to load before the command line has imported
what it needs itself.
"""

from __future__ import annotations

import contextlib
import enum
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
from pathlib import Path
from typing import Any, Final

START_ATTEMPTS: Final = 5
"""How often a process that does not start is started."""

WARM: Final = "DATELINE_WARM"
"""The environment variable that tells the fork servers what to load: the fields of an ``AnnotateConfig`` as JSON."""

WARM_ADDRESS: Final = "DATELINE_WARM_ADDRESS"
"""The environment variable that tells the model's server where to listen."""

IMPORTED_FIRST: list[str] = []
"""Modules that every worker and the fork servers import before anything else."""

LIMITS: Final = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "ARROW_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
"""The environment of our processes. They are the parallelism: numeric libraries that start threads of their own only get in
each other's way. And Arrow shares the memory of everything else: a pool of its own kept 20 MB of each worker to itself."""


class Server(enum.Enum):
    """What processes are forked from: a server that has loaded Beam, or one below it that has the models too."""

    BEAM = "beam"
    MODEL = "model"


_MODEL_SECONDS: Final = 120.0
"""How long the model's server may take until it can be asked for a process; it answers when it has loaded."""

NO_SETTINGS: Final = "null"

_warmed: str | None = None


class _ModelServer(forkserver.ForkServer):
    """The way to the server that ``pipelines.warm`` forks from the first one; it listens at ``address``."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = self._forkserver_address = address

    def ensure_running(self) -> None:
        """Wait until it listens. A first server that died is started again, and its model's server with it."""
        until = time.monotonic() + _MODEL_SECONDS
        while True:
            forkserver.ensure_running()
            # what it forks holds the first server's life in its hands, too
            self._forkserver_alive_fd = forkserver._forkserver._forkserver_alive_fd  # type: ignore[attr-defined]
            if Path(self.address).exists() or time.monotonic() > until:
                return
            time.sleep(0.01)


_model_server: _ModelServer | None = None


def warm(settings: Mapping[str, Any] | None) -> bool:
    """Begin to load what ``pipelines.warm`` says in two fork servers; return whether there can be any.

    Without settings there is the first of them only. Nothing is waited for, and a second call with the same settings
    does nothing. Only on Linux: elsewhere libraries do not survive a fork.
    """
    if sys.platform != "linux":
        return False
    text = json.dumps(settings)
    if _warmed == NO_SETTINGS and text != NO_SETTINGS:
        cool()
    if _warmed is None:
        _start_servers(text)
    return text in (_warmed, NO_SETTINGS)


def _start_servers(text: str) -> None:
    global _warmed, _model_server
    _warmed = text
    _model_server = _ModelServer(multiprocessing.connection.arbitrary_address("AF_UNIX"))  # type: ignore[attr-defined]
    os.environ.update({**LIMITS, WARM: text, WARM_ADDRESS: _model_server.address})
    multiprocessing.set_forkserver_preload([*IMPORTED_FIRST, "pipelines.warm"])
    # a Ctrl-C reaches the whole group; the servers go when the supervisor does, and not with a traceback
    ignoring = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if ignoring else None
    try:
        forkserver.ensure_running()
    finally:
        if ignoring:
            signal.signal(signal.SIGINT, before)


def cool() -> None:
    """End the fork servers, if there are any, and wait for them, so that the time of their workers is counted as ours.

    They have nothing to save and may still be loading; their workers have ended before.
    """
    global _warmed, _model_server
    if _warmed is None or _model_server is None:
        return
    address, _warmed, _model_server = _model_server.address, None, None
    server: Any = forkserver._forkserver
    if server._forkserver_pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(server._forkserver_pid, signal.SIGTERM)
    with contextlib.suppress(ChildProcessError):
        server._stop()
    Path(address).unlink(missing_ok=True)


def start_process(
    target: Callable[..., None],
    args: tuple[Any, ...],
    *,
    name: str,
    server: Server | None,
    daemon: bool = False,
) -> Any:
    """Start a process of ours and return it: forked from a server that ``warm`` has started, or fresh.

    Raises:
      OSError, EOFError: it does not start, nor after some attempts; a fork server may have died just before.
    """
    os.environ.update(LIMITS)  # before the child's first import
    context: Any = multiprocessing.get_context("spawn" if server is None else "forkserver")
    for attempt in range(START_ATTEMPTS):
        process = context.Process(target=target, args=args, name=name, daemon=daemon)
        try:
            with _no_main_module(), _asking(server):
                process.start()
            break
        except (OSError, EOFError):
            if attempt == START_ATTEMPTS - 1:
                raise
            if server is Server.MODEL and _warmed is not None:  # it died, and the first one lives
                text = _warmed
                cool()
                _start_servers(text)
            time.sleep(0.1)
    return process


@contextlib.contextmanager
def _asking(server: Server | None) -> Iterator[None]:
    """Send requests for processes to the model's server."""
    if server is not Server.MODEL or _model_server is None:
        yield
        return
    usual = forkserver.connect_to_new_process
    forkserver.connect_to_new_process = _model_server.connect_to_new_process
    try:
        yield
    finally:
        forkserver.connect_to_new_process = usual


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
