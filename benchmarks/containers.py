"""Read one big container: is memory flat, and is there work for everybody in ``annotate`` afterwards?

    python -m benchmarks.containers [--megabytes 300] [--kinds jsonl.gz tar warc.gz] [--keep FOLDER]

The container is made of varied sample articles and is one unit of ``ingest``. The resident memory of the processes is
sampled while it is read; the table gives the peaks in the second, the fifth and the last tenth of the time, which are
equal where memory does not depend on size, and the units that ``annotate`` would then have, with their words.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import json
import random
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.archive import sample_articles, vary
from benchmarks.measure import ROOT, descendants, resident
from pipelines.lake import Lake
from pipelines.plan import plan_annotate


class Memory(threading.Thread):
    """Samples the resident memory of a run's processes, in MB: driver, workers, and the readers' children."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.samples: list[dict[str, float]] = []
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.5):
            sizes = {"driver": 0.0, "worker": 0.0, "reader": 0.0}
            for pid in descendants(self.pid):
                with contextlib.suppress(OSError):
                    command = Path(f"/proc/{pid}/cmdline").read_bytes()
                    role = "reader" if b"formats.isolate" in command else "worker"
                    role = "driver" if pid == self.pid else role
                    sizes[role] = max(sizes[role], resident(pid))
            self.samples.append(sizes)

    def tenths(self, role: str) -> str:
        """Return the peaks of the second, the fifth and the last tenth of the time."""
        size = max(1, len(self.samples) // 10)
        parts = [self.samples[(n - 1) * size : n * size if n < 10 else None] for n in (2, 5, 10)]
        return ", ".join(f"{max(s[role] for s in part or self.samples):.0f}" for part in parts)


def records(megabytes: int) -> Iterator[dict[str, object]]:
    """Yield records of some 20,000 bytes, most of them in a field that is no text, over twenty years, until there are so many bytes of them."""
    samples = sample_articles()
    rng = random.Random(1)
    size = seed = 0
    while size < megabytes * 1_000_000:
        record = vary(samples[seed % len(samples)], seed)
        record["date"] = f"{2003 + seed % 20}-{1 + seed // 20 % 12:02d}-{1 + seed % 28:02d}"
        record["tags"] = [f"{rng.getrandbits(64):x}" for _ in range(800)]
        size += len(str(record["text"])) + 16_000
        seed += 1
        yield record


def page(record: dict[str, object]) -> bytes:
    """Return a record as a web page, with as much around it as pages have."""
    paragraphs = "".join(f"<p>{p}</p>" for p in str(record["text"]).split("\n\n"))
    script = f"<script>var tags = {json.dumps(record['tags'])};</script>"
    return (
        f'<!doctype html><html lang="en"><head><title>{record["title"]}</title>{script}'
        f'<meta property="article:published_time" content="{record["date"]}"></head><body>'
        f"<article><h1>{record['title']}</h1>{paragraphs}</article></body></html>"
    ).encode()


def make(kind: str, place: Path, megabytes: int) -> None:
    """Write a container of ``megabytes``, unpacked."""
    if kind == "jsonl.gz":
        with gzip.open(place, "wt", compresslevel=1, encoding="utf-8") as lines:
            for record in records(megabytes):
                lines.write(json.dumps(record) + "\n")
    elif kind == "tar":
        with tarfile.open(place, "w") as archive:
            for number, record in enumerate(records(megabytes)):
                data = json.dumps(record).encode()
                info = tarfile.TarInfo(f"{number // 1000:04d}/{number}.json")
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    else:
        with place.open("wb") as out:
            for number, record in enumerate(records(megabytes // 4)):
                body = page(record)
                block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
                head = (
                    f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://e.example/{number}\r\n"
                    f"WARC-Date: 2024-01-01T00:00:00Z\r\nContent-Type: application/http\r\nContent-Length: {len(block)}\r\n\r\n"
                )
                out.write(gzip.compress(head.encode() + block + b"\r\n\r\n", 1))


def measure(kind: str, folder: Path, megabytes: int) -> None:
    place, lake = folder / f"big.{kind}", folder / f"lake-{kind}"
    if not place.exists():
        make(kind, place, megabytes)
    command = [sys.executable, "-m", "pipelines.cli", "ingest", str(place), "--lake", str(lake)]
    begun = time.perf_counter()
    process = subprocess.Popen([*command, "--workers", "2"], cwd=ROOT, stdout=subprocess.DEVNULL)
    memory = Memory(process.pid)
    memory.start()
    process.wait()
    seconds = time.perf_counter() - begun
    memory.done.set()
    todo = plan_annotate(Lake(lake).state, (), signature="none")
    words = [unit.cost for unit in todo.units]
    print(
        f"{kind:9} {place.stat().st_size / 1e6:4.0f} MB packed, {todo.listed} articles in {seconds:.0f} s; MB of the reader "
        f"{memory.tenths('reader')}, the worker {memory.tenths('worker')}, the driver {memory.tenths('driver')}; annotate has {len(words)} units of "
        f"{min(words):,} to {max(words):,} words",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--kinds", nargs="+", default=["jsonl.gz", "tar", "warc.gz"])
    parser.add_argument("--keep", type=Path, help="leave containers and lakes here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = arguments.keep or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        for kind in arguments.kinds:
            measure(kind, place, arguments.megabytes)


if __name__ == "__main__":
    main()
