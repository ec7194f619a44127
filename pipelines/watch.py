"""watch: the same job again and again, until somebody stops it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Final

from pipelines.options import UsageError

_UNITS: Final = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def parse_interval(text: str) -> float:
    """Return seconds for ``60``, ``90s``, ``5m``, ``2h`` or ``1d``.

    Raises:
      UsageError: it is none of these, or shorter than a second.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text.strip())
    seconds = float(found[1]) * _UNITS[found[2]] if found else 0.0
    if seconds < 1:
        raise UsageError(f"--every {text}: expected a time like 60s, 5m or 2h, one second at least")
    return seconds


def watch(job: Callable[[], int], every: float, *, rounds: int | None = None) -> int:
    """Do ``job`` every so many seconds, counted from start to start; return the exit code of the last round.

    A round that takes longer than ``every`` is followed by the next at once. What ``job`` raises ends the watch.
    KeyboardInterrupt (Ctrl-C, SIGTERM) between two rounds ends it with 0; within one it goes through, and the job keeps
    what it has finished.
    """
    pause = threading.Event()
    code = 0
    count = 0
    while rounds is None or count < rounds:
        started = time.monotonic()
        code = job()
        count += 1
        if rounds is not None and count >= rounds:
            break
        try:
            pause.wait(max(0.0, every - (time.monotonic() - started)))
        except KeyboardInterrupt:  # nothing is under way
            return 0
    return code
