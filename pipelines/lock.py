"""One writer: who holds a lake, since when, and whether he still lives.

The lock is the kernel's (``flock``), which ends with the process however it dies. Where a file system has none, a file
stands for it: made by one process only, and taken over when its process is gone or its heartbeat is old.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

HEARTBEAT_SECONDS: Final = 15.0
DEAD_SECONDS: Final = 180.0
"""A holder that has been silent for twelve heartbeats is dead, where only its file tells."""

_NOTE_BYTES: Final = 1024  # always written whole, so that a reader never sees half a note


class HeldError(RuntimeError):
    """Somebody else has the lock; the message says who, as far as is known."""


@contextlib.contextmanager
def held(path: Path, command: str, *, kernel: bool = True) -> Iterator[None]:
    """Hold the lock at ``path``; ``kernel`` false goes without ``flock`` from the start.

    Raises:
      HeldError: another process holds it.
      OSError: the folder cannot be written.
    """
    note = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "command": command,
        "since": _time(time.time()),
        "token": uuid.uuid4().hex,
    }
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if kernel:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise HeldError(describe(path)) from None
            except OSError:  # the file system has no locks
                kernel = False
        sign = path.with_name(f"{path.name}.held")
        if not kernel:
            _claim(sign, note)
        stop = threading.Event()
        _write(handle, note)
        beat = threading.Thread(
            target=_beat, args=(handle, note, None if kernel else sign, stop), daemon=True
        )
        beat.start()
        try:
            yield
        finally:
            stop.set()
            beat.join()
            with contextlib.suppress(OSError):
                os.ftruncate(handle, 0)
            if not kernel:
                _release(sign, note)
    finally:
        os.close(handle)


def describe(path: Path) -> str:
    """Say who holds the lock at ``path``: host, process, command, since when, and when it was last heard of."""
    note = _read(path)
    try:
        silent = max(0.0, time.time() - float(note["beat"]))
        return (
            f"process {note['pid']} on {note['host']} ({note['command']}), since {note['since']}, "
            f"last heard of {silent:.0f} s ago"
        )
    except (KeyError, TypeError, ValueError):
        return ""


def _claim(sign: Path, note: dict[str, Any]) -> None:
    """Make the file that stands for the lock, taking over that of a dead holder."""
    for _ in range(3):
        try:
            handle = os.open(sign, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except FileExistsError:
            holder = _read(sign)
            if not _dead(sign, holder):
                raise HeldError(describe(sign)) from None
            # Only one of those who see it dead gets to move it away.
            grave = sign.with_name(f".{sign.name}.{note['token']}")
            with contextlib.suppress(FileNotFoundError):
                sign.rename(grave)
                if _read(grave).get("token") != holder.get("token"):
                    grave.rename(sign)  # a living one had come in between
                    raise HeldError(describe(sign)) from None
                grave.unlink()
            continue
        with contextlib.closing(os.fdopen(handle, "r+b", buffering=0)) as file:
            _write(file.fileno(), note)
        return
    raise HeldError(describe(sign))


def _dead(sign: Path, holder: dict[str, Any]) -> bool:
    if holder.get("host") == socket.gethostname():
        try:
            os.kill(int(holder["pid"]), 0)
        except (ProcessLookupError, KeyError, ValueError):
            return True
        except PermissionError:
            pass
    try:
        return time.time() - sign.stat().st_mtime > DEAD_SECONDS
    except FileNotFoundError:
        return True


def _release(sign: Path, note: dict[str, Any]) -> None:
    if _read(sign).get("token") == note["token"]:
        sign.unlink(missing_ok=True)


def _beat(handle: int, note: dict[str, Any], sign: Path | None, stop: threading.Event) -> None:
    while not stop.wait(HEARTBEAT_SECONDS):
        with contextlib.suppress(OSError):
            _write(handle, note)
            if sign is not None and _read(sign).get("token") == note["token"]:
                other = os.open(sign, os.O_WRONLY)
                try:
                    _write(other, note)
                finally:
                    os.close(other)


def _write(handle: int, note: dict[str, Any]) -> None:
    content = json.dumps({**note, "beat": time.time()}).encode()
    os.pwrite(handle, content.ljust(_NOTE_BYTES), 0)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _time(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
