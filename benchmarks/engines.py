"""CPU seconds of the whole job on an engine against the local workers, with the same parallelism.

    python -m benchmarks.engines [--articles 3000] [--workers 2] [--runners FlinkRunner SparkRunner PrismRunner]

The same archive, into a new lake each time, one after the other. CPU seconds are those of every process a command started,
also of those that outlived their parent (the fork server): this process takes orphans in and waits for them. They hardly
depend on what else the machine does; wall seconds do.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.archive import make_archive
from benchmarks.measure import ROOT

LOCAL = "DirectRunner"


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(archive: Path, lake: Path, runner: str, workers: int) -> tuple[float, float]:
    """Run the job; return wall and CPU seconds."""
    flags = ["--lake", str(lake), "--runner", runner, "--workers", str(workers)]
    command = [sys.executable, "-m", "pipelines.cli", "run", str(archive), *flags]
    started, before = time.monotonic(), cpu_seconds()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    wall = time.monotonic() - started
    if done.returncode:
        raise SystemExit(f"{runner}: {done.stderr}")
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    return wall, cpu_seconds() - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=3000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runners", nargs="*", default=["FlinkRunner"])
    chosen = parser.parse_args()
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    with tempfile.TemporaryDirectory(prefix="dateline-benchmark-") as name:
        folder = Path(name)
        make_archive(folder / "in", chosen.articles)
        print(f"{chosen.articles:,} articles, {chosen.workers} workers")
        print(f"{'runner':<14} {'wall s':>8} {'CPU s':>8} {'CPU ratio':>10}")
        base = 0.0
        for runner in [LOCAL, *chosen.runners]:
            wall, cpu = measure(folder / "in", folder / runner, runner, chosen.workers)
            base = base or cpu
            print(f"{runner:<14} {wall:>8.1f} {cpu:>8.1f} {cpu / base:>10.2f}", flush=True)


if __name__ == "__main__":
    main()
