"""Makes an archive of any size by varying the sample articles: no two are copies, all are news.

    python -m benchmarks.archive FOLDER --articles 1000

Each article is a sample article with its paragraphs in another order, some left out, and its numbers changed. The
files are JSONL of 250 records, so that reading them costs little beside language processing.
"""

from __future__ import annotations

import argparse
import functools
import json
import random
import re
from pathlib import Path

from schemas.documents import Article, InputFile
from transforms.formats.isolate import DocumentWorker
from transforms.formats.settings import ParseSettings

SAMPLES = Path(__file__).parent.parent / "samples" / "archive"


def sample_articles() -> list[Article]:
    """Return the different English articles of the sample archive, by id."""
    found: dict[str, Article] = {}
    with DocumentWorker(functools.partial(open, mode="rb"), ParseSettings()) as worker:
        for path in sorted(p for p in SAMPLES.rglob("*") if p.is_file()):
            for outcome in worker.articles(InputFile(uri=str(path), size=path.stat().st_size)):
                if isinstance(outcome, Article) and outcome.language in ("en", None):
                    found.setdefault(outcome.content_hash, outcome)
    return sorted(found.values(), key=lambda a: (a.title or "", a.text))


def vary(article: Article, seed: int) -> dict[str, object]:
    """Return a JSON record of one variation."""
    rng = random.Random(seed)
    paragraphs = article.text.split("\n\n")
    rng.shuffle(paragraphs)
    kept = paragraphs[: max(3, len(paragraphs) - rng.randrange(3))]
    text = re.sub(r"\b\d{2,3}\b", lambda m: str(int(m[0]) + rng.randrange(40)), "\n\n".join(kept))
    return {
        "id": f"{seed}",
        "title": f"{article.title or 'News'} ({seed})",
        "text": text,
        "date": f"2024-{1 + seed % 12:02d}-{1 + seed % 28:02d}",
    }


def make_archive(folder: Path, count: int, per_file: int = 250) -> int:
    """Write the archive and return the number of words in it."""
    samples = sample_articles()
    folder.mkdir(parents=True, exist_ok=True)
    words = 0
    for start in range(0, count, per_file):
        with (folder / f"articles-{start:07d}.jsonl").open("w", encoding="utf-8") as stream:
            for seed in range(start, min(start + per_file, count)):
                record = vary(samples[seed % len(samples)], seed)
                words += len(str(record["text"]).split())
                stream.write(json.dumps(record, ensure_ascii=False) + "\n")
    return words


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=1000)
    args = parser.parse_args()
    words = make_archive(args.folder, args.articles)
    print(f"{args.articles} articles, {words} words in {args.folder}")


if __name__ == "__main__":
    main()
