"""Kills runs at points of the protocol and starts them again: the tables have to come out as those of an undisturbed run.

    python -m tests.faults --points 200              in one process, without workers: a second a point
    python -m tests.faults --points 200 --workers 2  the command line with real workers, of whom any may die: some seconds each
    python -m tests.faults --points 200 --workers 2 --loaded  the same, forked from a loaded process: a second each

A night with new, changed and removed inputs, a late original, compaction due and a broken file goes over a lake of the
night before. It is killed at a random one of the steps it passes (``transforms.parquet.fault`` marks them: rows written,
files closed, manifests put down, every file of a commit moved or removed, ...), then at another one of the recovery, and
then left in peace. The suite does a seeded part of it (``tests/test_faults.py``); this command does as many as asked.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pipelines.lake import Lake
from pipelines.options import Scope
from pipelines.verify import verify
from tests.matchers import lake_rows
from transforms import parquet

ROOT = Path(__file__).resolve().parents[1]

FIRST = ["France", "Spain", "Italy", "Poland", "Norway", "Chile"]


def write(folder: Path, name: str, text: str, title: str = "A title") -> None:
    (folder / name).write_text(f"{title}\n{text}")


def first_night(folder: Path, size: int = 6) -> None:
    """Make an archive: articles of some months, a copy, a container, broken files."""
    folder.mkdir()
    for number in range(size):
        text = (
            f"The army of {FIRST[number % 6]} met Germany and Austria number {number // 6} there "
            * 3
        )
        write(folder, f"{number}-2024-0{number % 3 + 4}-01.txt", text)
    write(
        folder, "copy-2024-04-02.txt", (folder / "0-2024-04-01.txt").read_text().partition("\n")[2]
    )
    write(folder, "short.txt", "Too short")
    (folder / "binary.txt").write_bytes(b"a\0b")


def second_night(folder: Path) -> None:
    """Change it: something new, changed, removed, mended, and an original older than its copy."""
    write(folder, "1-2024-05-01.txt", "The navy of Iceland left Malta and met Cyprus at sea " * 3)
    write(folder, "new-2024-01-01.txt", "The army of Peru met Germany and Austria there again " * 3)
    text = (folder / "0-2024-04-01.txt").read_text().partition("\n")[2]
    write(folder, "older-2024-03-02.txt", text)
    (folder / "2-2024-06-01.txt").unlink()
    (folder / "binary.txt").write_text(
        "No longer binary\n" + "Now Cuba and Haiti met in Chad again " * 3
    )


def count_steps(work: Callable[[], object]) -> list[str]:
    """Do a piece of work and return the names of the steps it passed."""
    passed: list[str] = []
    parquet.fault, kept = passed.append, parquet.fault
    try:
        work()
    finally:
        parquet.fault = kept
    return passed


def die_at(step: int, work: Callable[[], object]) -> bool:
    """Do the work in a forked child that kills itself at the given step; return whether it died of it."""
    child = os.fork()
    if child == 0:
        left = [step]

        def fault(_name: str) -> None:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

        parquet.fault = fault
        with contextlib.suppress(BaseException):
            work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


class Night:
    """One night over a lake of the night before, done in this process."""

    def __init__(self, folder: Path) -> None:
        from tests.direct import run

        self.folder = folder
        self.archive = folder / "in"
        self.before = folder / "before"
        first_night(self.archive)
        run(self.before, self.archive)
        second_night(self.archive)
        self.undisturbed = folder / "undisturbed"
        shutil.copytree(self.before, self.undisturbed)
        self.steps = count_steps(lambda: self.work(self.undisturbed))
        self.wanted = lake_rows(self.undisturbed)

    def work(self, lake: Path) -> None:
        from tests.direct import run

        scope = Scope(prune=True, retry_rejects=True)
        run(lake, self.archive, scope=scope, compact_after=2)

    def disturb(self, chance: random.Random, *, check: bool) -> str:
        """Kill it at a random step, and half of the recoveries too; return what is wrong, nothing if all is well."""
        lake = self.folder / "lake"
        shutil.rmtree(lake, ignore_errors=True)
        shutil.copytree(self.before, lake)
        step = chance.randrange(len(self.steps))
        died = die_at(step, lambda: self.work(lake))
        again = chance.randrange(2 * len(self.steps))
        died_again = die_at(again, lambda: self.work(lake))
        self.work(lake)
        where = f"killed at {self.steps[step]}" + (
            f" and again at step {again}" if died_again else ""
        )
        if not died:
            return f"{where}: it was not killed"
        if lake_rows(lake) != self.wanted:
            return f"{where}: other tables"
        if check and (problems := verify(Lake(lake))):
            return f"{where}: {problems}"
        if list((lake / "_dateline" / "staging").iterdir()):
            return f"{where}: something is left in the staging folder"
        return ""


class WorkerNight:
    """The same through the command line with worker processes: any process may be the one that dies."""

    def __init__(self, folder: Path, workers: int, *, loaded: bool = False) -> None:
        self.folder = folder
        self.workers = workers
        self.zygote = _zygote() if loaded else None
        self.archive = folder / "in"
        self.before = folder / "before"
        first_night(self.archive, 230)
        assert self.start(self.before).returncode == 0
        second_night(self.archive)
        self.undisturbed = folder / "undisturbed"
        shutil.copytree(self.before, self.undisturbed)
        done = self.start(self.undisturbed, FAULT_LOG=str(folder / "steps"))
        assert done.returncode == 0, done.stderr
        self.steps = len((folder / "steps").read_text().splitlines())
        self.wanted = lake_rows(self.undisturbed)

    def start(self, lake: Path, **changes: str) -> subprocess.CompletedProcess[str]:
        flags = ["--workers", str(self.workers), "--prune", "--compact-after", "2", "--reannotate"]
        command = ["run", str(self.archive), "--lake", str(lake), *flags]
        if self.zygote is not None:
            return self._fork(command, changes)
        return subprocess.run(
            [sys.executable, "-m", "tests.fake_dateline", *command],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), "ONE_LOAD": "1", **changes},
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    def _fork(self, command: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        assert self.zygote is not None
        assert self.zygote.stdin is not None
        assert self.zygote.stdout is not None
        output = self.folder / "output"
        task = {"argv": command, "env": env, "output": str(output)}
        self.zygote.stdin.write(json.dumps(task) + "\n")
        self.zygote.stdin.flush()
        code = int(self.zygote.stdout.readline())
        return subprocess.CompletedProcess(command, code, "", output.read_text())

    def disturb(self, chance: random.Random, *, check: bool) -> str:
        """Kill the process that passes a random step, whichever it is, and start again."""
        lake = self.folder / "lake"
        shutil.rmtree(lake, ignore_errors=True)
        shutil.copytree(self.before, lake)
        step = chance.randrange(self.steps)
        ticket = self.folder / "ticket"
        ticket.write_text(str(step))
        first = self.start(lake, FAULT_TICKET=str(ticket))
        name = ticket.read_text()
        second = self.start(lake)
        where = f"killed at step {step} ({name}), exit code {first.returncode}"
        if second.returncode:
            return f"{where}: the next run left with {second.returncode}: {second.stderr}"
        if lake_rows(lake) != self.wanted:
            return f"{where}: other tables"
        if check and (problems := verify(Lake(lake))):
            return f"{where}: {problems}"
        return ""


def _zygote() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.zygote"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--workers", type=int, default=0, help="0: in one process, without workers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--loaded", action="store_true", help="Fork runs with workers from a loaded process."
    )
    args = parser.parse_args()
    chance = random.Random(args.seed)
    os.fsync = lambda _: None  # for power cuts, which do not happen here
    folder = Path(tempfile.mkdtemp(prefix="dateline-faults-"))
    started = time.monotonic()
    faults = []
    try:
        night = (
            WorkerNight(folder, args.workers, loaded=args.loaded)
            if args.workers
            else _direct(folder)
        )
        for number in range(args.points):
            fault = night.disturb(chance, check=number % 5 == 0)
            if fault:
                faults.append(fault)
                print(f"{number + 1}: {fault}", flush=True)
            if number % 20 == 19:
                seconds = time.monotonic() - started
                print(
                    f"{number + 1} points, {len(faults)} differences, {seconds:.0f} s", flush=True
                )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(
        f"{args.points} points, {args.workers or 'no'} workers, seed {args.seed}: "
        f"{len(faults)} differences, {time.monotonic() - started:.0f} s"
    )
    return 1 if faults else 0


def _direct(folder: Path) -> Night:
    from pipelines import annotate, ingest

    ingest.signature_of = lambda config: f"parser 1 {config.min_words}"  # type: ignore[assignment]
    annotate.versions_of = lambda _config: {"model": "1"}  # type: ignore[assignment]
    return Night(folder)


if __name__ == "__main__":
    sys.exit(main())
