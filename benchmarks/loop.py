"""What people would write: ``nlp.pipe`` over the articles of a lake, mentions into one Parquet file.

    python -m benchmarks.loop LAKE OUT.parquet [--model default] [--processes 1] [--pool] [--limit N]

The same model over the same texts as ``dateline annotate``, no entities, no events. With ``--pool`` the processes are a
plain pool of ``multiprocessing`` that is given the texts in batches and gives rows back, instead of spaCy's own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import spacy
from spacy.language import Language

from transforms.nlp import components, models, reader  # noqa: F401 - importing registers our components

COLUMNS = ("article_id", "start", "end", "text", "label")
_nlp: Language | None = None


def load(folder: str) -> None:
    global _nlp
    _nlp = spacy.load(folder)


def read(batch: list[tuple[str, str]]) -> tuple[int, list[tuple[object, ...]]]:
    assert _nlp is not None
    words, rows = 0, list[tuple[object, ...]]()
    for key, text in batch:
        doc = _nlp(text)
        words += len(doc)
        rows += [(key, ent.start_char, ent.end_char, ent.text, ent.label_) for ent in doc.ents]
    return words, rows


def write_with_pool(rows: list[tuple[str, str]], folder: str, processes: int, out: str) -> None:
    """Read the articles with a pool and write what its processes give back."""
    batches = [rows[low : low + 64] for low in range(0, len(rows), 64)]
    words, found = 0, list[tuple[object, ...]]()
    with multiprocessing.get_context("spawn").Pool(processes, load, (folder,)) as pool:
        for count, part in pool.imap_unordered(read, batches):
            words += count
            found += part
    columns = zip(*found, strict=True) if found else ((),) * len(COLUMNS)
    pq.write_table(pa.table(dict(zip(COLUMNS, map(list, columns), strict=True))), out)
    print(f"{len(rows)} articles, {words} words", file=sys.stderr)


def mentions(
    nlp: Language, texts: Iterable[tuple[str, str]], processes: int = 1
) -> tuple[int, dict[str, list[object]]]:
    """Return the number of tokens in texts, given each with its article's id, and columns of what is named in them."""
    columns: dict[str, list[object]] = {name: [] for name in COLUMNS}
    words = 0
    for doc, article_id in nlp.pipe(texts, as_tuples=True, n_process=processes, batch_size=64):
        words += len(doc)
        for ent in doc.ents:
            for name, value in zip(
                columns,
                (article_id, ent.start_char, ent.end_char, ent.text, ent.label_),
                strict=True,
            ):
                columns[name].append(value)
    return words, columns


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("lake")
    parser.add_argument("out")
    parser.add_argument("--model", default="default")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--pool", action="store_true")
    parser.add_argument("--limit", type=int, default=1_000_000_000)
    args = parser.parse_args()
    rows = (
        duckdb.connect()
        .execute(
            f"select article_id, text from read_parquet('{args.lake}/articles/**/*.parquet') order by 1 limit {args.limit}"
        )
        .fetchall()
    )
    folder = str(
        Path(models.__file__).parent / "en_news" if args.model == "default" else args.model
    )
    if args.pool:
        write_with_pool(rows, folder, args.processes, args.out)
        return
    words, columns = mentions(
        spacy.load(folder), ((text, key) for key, text in rows), args.processes
    )
    pq.write_table(pa.table(columns), args.out)
    print(f"{len(rows)} articles, {words} words", file=sys.stderr)


if __name__ == "__main__":
    main()
