"""``dateline`` beside a bare loop of the same model: wall and CPU seconds, peak memory of a process, words a second.

    python -m benchmarks.run [--articles 1000] [--small 40] [--model default] [--cnn FOLDER] [--keep FOLDER]

(a) ``nlp.pipe`` with one process, (b) with two, (c) with two and a spaCy CNN of the ``sm`` shape (made by
``training.cnn``), (d) a plain pool of two processes; all write one Parquet file of mentions. Start-up is taken out by
running each command on a small archive too and subtracting; the table shows both. Peak memory is that of the largest
single process. Last comes ``benchmarks.paired``: the same work in turn, for ratios that a machine's changes of speed do
not touch, and the limit, the encoder alone. Everything is measured in one run on one machine, so read the ratios.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

from benchmarks.archive import make_archive
from benchmarks.measure import timed


def paired(lake: Path, model: str) -> dict[str, float]:
    """Return what ``benchmarks.paired`` says in its last round."""
    found: dict[str, float] = json.loads(timed("benchmarks.paired", str(lake), "--model", model, "--rounds", "1").output.splitlines()[-1])  # fmt: skip
    return found


def ingest(folder: Path, lake: Path) -> None:
    timed("pipelines.cli", "ingest", str(folder), "--lake", str(lake), "--workers", "2")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--small", type=int, default=40)
    parser.add_argument("--model", default="default")
    parser.add_argument("--cnn", help="a spaCy pipeline of the sm shape, for the row (c)")
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    work = args.keep or Path(tempfile.mkdtemp(prefix="dateline-bench-"))
    words = {}
    sizes = {"small": args.small, "full": args.articles}
    for name, count in sizes.items():
        words[name] = make_archive(work / name, count)
        ingest(work / name, work / f"lake-{name}-base")
    rows = []
    others = {}
    if args.cnn:
        others["(c) nlp.pipe of a CNN, 2 processes"] = lambda n: ("benchmarks.loop", str(work / f"lake-{n}-base"), str(work / "c.parquet"), "--processes", "2", "--model", args.cnn)  # fmt: skip
    for label, build in {
        "(a) nlp.pipe, 1 process": lambda n: ("benchmarks.loop", str(work / f"lake-{n}-base"), str(work / "a.parquet"), "--model", args.model),
        "annotate --workers 1": lambda n: ("pipelines.cli", "annotate", "--lake", str(work / f"lake-{n}-1"), "--workers", "1", "--model", args.model),
        "(b) nlp.pipe, 2 processes": lambda n: ("benchmarks.loop", str(work / f"lake-{n}-base"), str(work / "b.parquet"), "--processes", "2", "--model", args.model),
        "annotate --workers 2": lambda n: ("pipelines.cli", "annotate", "--lake", str(work / f"lake-{n}-2"), "--workers", "2", "--model", args.model),
        **others,
        "(d) pool of 2 processes": lambda n: ("benchmarks.loop", str(work / f"lake-{n}-base"), str(work / "d.parquet"), "--processes", "2", "--pool", "--model", args.model),
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
        f"{'':36}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{'CPU, no start-up':>18}{'words/s':>9}{'CPU x (a)':>11}{'wall x (b)':>11}"
    )
    turns = paired(work / "lake-full-base", args.model)
    a = base["(a) nlp.pipe, 1 process"]
    b = base["(b) nlp.pipe, 2 processes"]
    for label, r in rows:
        cpu = r["full"].cpu - r["small"].cpu
        wall = r["full"].wall - r["small"].wall
        print(
            f"{label:36}{r['full'].wall:9.1f}{r['full'].cpu:9.1f}{r['full'].peak:9.0f}{cpu:18.1f}{moved / wall:9.0f}"
            f"{cpu / (a['full'].cpu - a['small'].cpu):11.2f}{r['full'].wall / b['full'].wall:11.2f}"
        )
    print(
        f"\nin turn, in one process, without start-up: annotate takes {turns['ratio']:.2f} x the CPU of (a) and reaches"
        f" {turns['of_encoder']:.2f} of the encoder's words a second; the event coder is"
        f" {'compiled' if turns['compiled'] else 'plain Python (./run_local.sh compile)'}"
    )
    if not args.keep:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
