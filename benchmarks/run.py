"""``dateline`` beside a bare loop of the same model: wall and CPU seconds, peak memory of a process, words a second.

    python -m benchmarks.run [--articles 1000] [--small 40] [--model default] [--keep FOLDER]

(a) ``nlp.pipe`` with one process, (b) with two; both write one Parquet file of mentions. Start-up is taken out by
running each command on a small archive too and subtracting; the table shows both. Peak memory is that of the largest
single process. Everything is measured in one run on one machine, so read the ratios.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.archive import make_archive

ROOT = Path(__file__).parent.parent


class Peak(threading.Thread):
    """Samples the resident memory of the largest process under a command, in MB."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak, self.done = pid, 0.0, threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.2):
            for pid in _descendants(self.pid):
                try:
                    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
                except (OSError, IndexError, ValueError):
                    continue
                self.peak = max(self.peak, pages * resource.getpagesize() / 1e6)


def _descendants(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, stack = [], [root]
    while stack:
        pid = stack.pop()
        found.append(pid)
        stack.extend(parents.get(pid, ()))
    return found


def timed(*command: str) -> dict[str, float]:
    env = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    peak = Peak(process.pid)
    peak.start()
    _, errors = process.communicate()
    wall = time.perf_counter() - begin
    peak.done.set()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{errors.decode()}")
    return {
        "wall": wall,
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "peak": peak.peak,
    }


def ingest(folder: Path, lake: Path) -> None:
    timed("pipelines.cli", "ingest", str(folder), "--lake", str(lake), "--workers", "2")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--small", type=int, default=40)
    parser.add_argument("--model", default="default")
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    work = args.keep or Path(tempfile.mkdtemp(prefix="dateline-bench-"))
    words = {}
    sizes = {"small": args.small, "full": args.articles}
    for name, count in sizes.items():
        words[name] = make_archive(work / name, count)
        ingest(work / name, work / f"lake-{name}-base")
    rows = []
    for label, build in {
        "(a) nlp.pipe, 1 process": lambda n: ("benchmarks.loop", str(work / f"lake-{n}-base"), str(work / "a.parquet"), "--model", args.model),
        "annotate --workers 1": lambda n: ("pipelines.cli", "annotate", "--lake", str(work / f"lake-{n}-1"), "--workers", "1", "--model", args.model),
        "(b) nlp.pipe, 2 processes": lambda n: ("benchmarks.loop", str(work / f"lake-{n}-base"), str(work / "b.parquet"), "--processes", "2", "--model", args.model),
        "annotate --workers 2": lambda n: ("pipelines.cli", "annotate", "--lake", str(work / f"lake-{n}-2"), "--workers", "2", "--model", args.model),
        "run --workers 2": lambda n: ("pipelines.cli", "run", str(work / n), "--lake", str(work / f"lake-{n}-3"), "--workers", "2", "--model", args.model),
    }.items():  # fmt: skip
        result = {}
        for name in sizes:
            for number in ("1", "2"):
                if (
                    build(name)[0] == "pipelines.cli"
                    and build(name)[1] == "annotate"
                    and build(name)[5] == number
                ):
                    shutil.copytree(
                        work / f"lake-{name}-base",
                        work / f"lake-{name}-{number}",
                        dirs_exist_ok=True,
                    )
            result[name] = timed(*build(name))
        rows.append((label, result))
    base = dict(rows)
    moved = words["full"] - words["small"]
    print(
        f"\n{args.articles} articles, {words['full']} words; start-up measured on {args.small} articles and taken out of the ratios\n"
    )
    print(
        f"{'':28}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{'CPU, no start-up':>18}{'words/s':>9}{'CPU x (a)':>11}{'wall x (b)':>11}"
    )
    a = base["(a) nlp.pipe, 1 process"]
    b = base["(b) nlp.pipe, 2 processes"]
    for label, r in rows:
        cpu = r["full"]["cpu"] - r["small"]["cpu"]
        wall = r["full"]["wall"] - r["small"]["wall"]
        print(
            f"{label:28}{r['full']['wall']:9.1f}{r['full']['cpu']:9.1f}{r['full']['peak']:9.0f}{cpu:18.1f}{moved / wall:9.0f}"
            f"{cpu / (a['full']['cpu'] - a['small']['cpu']):11.2f}{r['full']['wall'] / b['full']['wall']:11.2f}"
        )
    if not args.keep:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
