"""Wrap exported files as a spaCy pipeline.

    python -m training.package --files FOLDER --out FOLDER --version 1.0.0

The result loads with ``spacy.load`` wherever this project is installed, for ``transforms.nlp.reader`` registers the
one component that it consists of.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import spacy

from training.tokenizer import adapt_tokenizer
from transforms.nlp.reader import READER


def package(files: Path, out: Path, version: str, name: str = "dateline_news") -> None:
    """Write the pipeline to ``out``."""
    nlp = spacy.blank("en")
    adapt_tokenizer(nlp)
    reader = nlp.add_pipe(READER)
    reader.from_disk(files)
    nlp.meta.update(
        name=name,
        version=version,
        spacy_version=">=3.8.0,<4.0.0",
        license="CC BY-SA 4.0",
        author="The Dateline authors",
        description="English news: names, tags, lemmas, Universal Dependencies and sentences from one small transformer.",
        sources=[
            {"name": "UD English EWT", "license": "CC BY-SA 4.0"},
            {"name": "UD English GUM", "license": "CC BY 4.0 and others, see MODEL_CARD.md"},
            {"name": "Worldwide English newswire (labels; texts not included)"},
            {"name": "MiniLM-L6-H384-uncased", "license": "Apache-2.0"},
        ],
    )
    nlp.meta.pop("performance", None)
    shutil.rmtree(out, ignore_errors=True)
    nlp.to_disk(out, exclude=["vocab"])
    # the strings of the blank vocabulary are rebuilt on loading; lookups are not needed
    shutil.rmtree(out / "vocab", ignore_errors=True)


def main() -> None:
    """Read the options and package."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--files", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--version", default="1.0.0")
    options = parser.parse_args()
    package(options.files, options.out, options.version)


if __name__ == "__main__":
    main()
