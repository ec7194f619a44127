"""The language model's figures in one run: how right, how fast, how large.

    python -m benchmarks.language [--models default PATH...] [--corpora FOLDER] [--json FILE]

Accuracy is measured on development data through the pipeline as it ships, from raw text (``training/evaluate.py``).
Speed is CPU time of one process on one thread, from text to entities and trees, start-up aside: the best of three
rounds, because a busy machine only ever makes it slower. Load time (imports included, CPU seconds) and peak memory are those of a fresh process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

from training.corpora import read_news
from training.evaluate import measure
from transforms.nlp.models import _folder_of, load_model

SETS = ("ner_newswire_dev.jsonl.xz", "ner_uner_ewt_dev.iob2.xz", "syntax_dev.conllu.xz")
ROWS = (
    ("NER F, newswire", "names", 81, 84),
    ("  Person", "names PERSON", 88, 91),
    ("  Location", "names LOC", 83, 86),
    ("  Organization", "names ORG", 75, 80),
    ("  boundaries alone", "names, boundaries alone", None, None),
    ("NER F, web text", "web names", 70, 78),
    ("UPOS", "UPOS", 96, 97),
    ("UAS", "UAS", 89, 91.5),
    ("LAS", "LAS", 86.5, 89.5),
    ("sentence F, all", "sentences", 89.5, 92),
    ("sentence F, edited text", "sentences, edited text", 95, 98),
    ("lemma accuracy", "lemmas", 96, 98),
)

PROBE = """
import json, sys, time
started = time.process_time()
from transforms.nlp.models import load_model
model = load_model(sys.argv[1])
loaded = time.process_time() - started
from training.corpora import read_news
from training.evaluate import annotate
from pathlib import Path
annotate(model, [document.text for document in read_news(Path(sys.argv[2]))[:20]])
status = Path("/proc/self/status").read_text()
peak = next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), float("nan"))
print(json.dumps({"load": loaded, "memory": peak, "backend": model.backend}))
"""


def speed(name: str, news: Path, rounds: int = 3) -> float:
    """Return words a CPU second over development articles."""
    model = load_model(name)
    texts = [document.text for document in read_news(news)[:30]]
    from training.evaluate import annotate

    annotate(model, texts[:3])
    best = 0.0
    for _ in range(rounds):
        started = time.process_time()
        words = sum(len(read.tokens) for read in annotate(model, texts))
        best = max(best, words / (time.process_time() - started))
    return best


def figures_of(name: str, corpora: Path) -> dict[str, Any]:
    """Measure one model."""
    rows = measure(name, [corpora / file for file in SETS], None, lemmas=True)
    probe = subprocess.run(
        [sys.executable, "-c", PROBE, name, str(corpora / SETS[0])],
        check=True,
        capture_output=True,
        text=True,
    )
    folder = _folder_of(name)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return {
        "accuracy": rows,
        "words a second": round(speed(name, corpora / SETS[0])),
        "megabytes": round(size / 1e6, 1),
        **json.loads(probe.stdout.splitlines()[-1]),
    }


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--models", nargs="+", default=["default"], metavar="MODEL")
    parser.add_argument("--corpora", type=Path, default=Path("../shared/corpora"))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = {name: figures_of(name, options.corpora) for name in options.models}
    titles = [Path(name).name[:16] for name in figures]
    print(f"{'':28}{'at least':>10}{'aim':>8}" + "".join(f"{title:>18}" for title in titles))

    def line(title: str, least: object, aim: object, values: list[str]) -> None:
        wanted = [" " if value is None else str(value) for value in (least, aim)]
        print(
            f"{title:28}{wanted[0]:>10}{wanted[1]:>8}" + "".join(f"{value:>18}" for value in values)
        )

    for title, key, least, aim in ROWS:
        found = [figure["accuracy"][key]["f"] for figure in figures.values()]
        line(title, least, aim, [f"{value:.2f}" for value in found])
    for title, key, least, aim in (
        ("words a CPU second", "words a second", 9000, 12000),
        ("weights, MB", "megabytes", 50, 30),
        ("load, CPU seconds", "load", 2, 1),
        ("peak memory, MB", "memory", 500, 350),
    ):
        line(title, least, aim, [f"{figure[key]:.1f}" for figure in figures.values()])
    line("computed by", None, None, [str(figure["backend"])[-17:] for figure in figures.values()])
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
