"""What people would write: ``nlp.pipe`` over the articles of a lake, mentions into one Parquet file.

    python -m benchmarks.loop LAKE OUT.parquet [--model default] [--processes 1] [--limit N]

The same model over the same texts as ``dateline annotate``, no entities, no events.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import spacy

from transforms.nlp import components, models, reader  # noqa: F401 - importing registers our components


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("lake")
    parser.add_argument("out")
    parser.add_argument("--model", default="default")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--limit", type=int, default=1_000_000_000)
    args = parser.parse_args()
    rows = (
        duckdb.connect()
        .execute(
            f"select article_id, text from read_parquet('{args.lake}/articles/**/*.parquet') order by 1 limit {args.limit}"
        )
        .fetchall()
    )
    nlp = spacy.load(
        Path(models.__file__).parent / "en_news" if args.model == "default" else args.model
    )
    columns: dict[str, list[object]] = {
        "article_id": [],
        "start": [],
        "end": [],
        "text": [],
        "label": [],
    }
    words = 0
    for doc, article_id in nlp.pipe(
        ((text, key) for key, text in rows), as_tuples=True, n_process=args.processes, batch_size=64
    ):
        words += len(doc)
        for ent in doc.ents:
            for name, value in zip(
                columns,
                (article_id, ent.start_char, ent.end_char, ent.text, ent.label_),
                strict=True,
            ):
                columns[name].append(value)
    pq.write_table(pa.table(columns), args.out)
    print(f"{len(rows)} articles, {words} words", file=sys.stderr)


if __name__ == "__main__":
    main()
