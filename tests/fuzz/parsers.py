"""Fuzz one reader and its parser with Atheris, or all of them in turn.

    pip install atheris
    python -m tests.fuzz.parsers [NAME...] [--seconds 600] [--corpus DIR]

NAME is a format of ``transforms.formats.FORMATS`` or ``any``, which tells the format from the bytes as a run does. The
kept samples of ``tests/samples`` are the first inputs. What is found: an exception that is no ``DocumentError``, an
article that breaks its promises (``tests.unit.formats.helpers.check``), and an input that takes more than thirty seconds.
Each parser runs in a process of its own; the command ends with 1 if one of them found something, and its input lies in
the corpus folder as ``crash-...`` or ``timeout-...``.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import subprocess
import sys
import tempfile
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "samples"
_FOLDERS = {
    "jsonl": "json",
    "reuters-sgml": "sgml",
    "any": "*",
}
_SECONDS_FOR_ONE = 30
_MAX_BYTES = 16_384


def names() -> list[str]:
    from transforms.formats import FORMATS

    return [*(found.name for found in FORMATS), "any"]


def fuzz(name: str, corpus: Path, seconds: int) -> None:
    """Fuzz one parser in this process, which Atheris ends."""
    import atheris

    with atheris.instrument_imports(include=["transforms.formats", "transforms.text"]):
        from schemas.documents import InputFile, RawDocument
        from schemas.outcomes import DocumentError
        from tests.unit.formats.helpers import check, read
        from transforms.formats import FORMATS
        from transforms.formats.base import Source
        from transforms.formats.reading import _buffered, _descend, parse_document, read_documents
        from transforms.formats.settings import ParseSettings

    logging.disable(logging.CRITICAL)
    settings = ParseSettings(min_words=3, max_unpacked_bytes=20_000_000, max_bytes=2_000_000)
    formats = {found.name: found for found in FORMATS}

    def one(data: bytes) -> None:
        stream = io.BytesIO(data)
        if name == "any":
            documents = read_documents(InputFile(uri="/f/file", size=len(data)), stream, settings)
        else:
            source = Source(
                uri=f"/f/file.{name}",
                name=f"file.{name}",
                stream=_buffered(stream),
                head=data[:65_536],
                settings=settings,
                packed_size=len(data),
                descend=_descend,
            )
            documents = formats[name].read(source)
        with contextlib.suppress(
            DocumentError, EOFError, OSError
        ):  # what reading.read_source expects
            for number, document in enumerate(documents):
                if isinstance(document, RawDocument):
                    with contextlib.suppress(DocumentError):
                        check(parse_document(document, settings))
                if number > 1000:
                    break

    for path in SAMPLES.glob("*/*"):  # what is imported late would count as the first input's time
        if path.is_file() and path.suffix != ".pyc":
            read(path.read_bytes(), path.name)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={_SECONDS_FOR_ONE}",
        f"-max_len={_MAX_BYTES}",
        f"-artifact_prefix={corpus}/",
        "-rss_limit_mb=3000",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()


def sow(name: str, corpus: Path) -> None:
    """Put the kept samples of a format into its corpus."""
    corpus.mkdir(parents=True, exist_ok=True)
    for path in SAMPLES.glob(f"{_FOLDERS.get(name, name)}/*"):
        if path.is_file() and path.stat().st_size <= _MAX_BYTES:
            (corpus / f"seed-{path.parent.name}-{path.name}").write_bytes(path.read_bytes())


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="formats; all if none is given")
    parser.add_argument("--seconds", type=int, default=600, help="for each parser")
    parser.add_argument("--corpus", type=Path, help="keep inputs here, a folder for each parser")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        fuzz(arguments.names[0], arguments.corpus, arguments.seconds)
        return 0
    unknown = set(arguments.names) - set(names())
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: expected some of {', '.join(names())}")
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.names or names():
            corpus = (arguments.corpus or Path(folder)) / name
            sow(name, corpus)
            command = [
                sys.executable,
                "-m",
                __spec__.name,
                name,
                "--inside",
                "--corpus",
                str(corpus),
            ]
            done = subprocess.run(
                [*command, "--seconds", str(arguments.seconds)],
                capture_output=True,
                text=True,
                errors="replace",
            )
            stats = dict(
                line.split(":")[-2:]
                for line in done.stderr.splitlines()
                if line.startswith("stat::")
            )
            tried = stats.get("number_of_executed_units", "?").strip()
            print(
                f"{name:13} {tried} inputs, {'found something' if done.returncode else 'nothing found'}",
                flush=True,
            )
            if done.returncode:
                found += 1
                print(done.stderr[-4000:])
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
