"""How ``dateline annotate`` grows: with articles, and with workers.

    python -m benchmarks.scaling [--sizes 1000 3000 10000 30000] [--workers 1 2] [--model default]

For each size the wall and CPU seconds, words a second and the peak memory of the largest process. Memory that grows with
the archive would show here.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from benchmarks.archive import make_archive
from benchmarks.measure import timed
from benchmarks.run import ingest


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 3000, 10_000, 30_000])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--model", default="default")
    args = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="dateline-bench-"))
    print(
        f"{'articles':>9}{'words':>11}{'workers':>9}{'wall s':>9}{'CPU s':>9}{'words/s':>9}{'peak MB':>9}",
        flush=True,
    )
    try:
        for size in args.sizes:
            words = make_archive(work / "in", size)
            ingest(work / "in", work / "base")
            for workers in args.workers:
                lake = work / "lake"
                shutil.copytree(work / "base", lake)
                found = timed("pipelines.cli", "annotate", "--lake", str(lake), "--workers", str(workers), "--model", args.model)  # fmt: skip
                print(
                    f"{size:9}{words:11}{workers:9}{found.wall:9.1f}{found.cpu:9.1f}"
                    f"{words / found.wall:9.0f}{found.peak:9.0f}",
                    flush=True,
                )
                shutil.rmtree(lake)
            shutil.rmtree(work / "in")
            shutil.rmtree(work / "base")
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
