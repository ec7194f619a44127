"""The corpora the language model learns from, read into plain records.

Three formats: news articles with entity spans (JSONL), Universal Dependencies trees (CoNLL-U,
https://universaldependencies.org/format.html) and sentences with entity tags (IOB2 in four columns), each perhaps
compressed with xz. Nothing is filtered here: what a file says is what a record holds.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import lzma
from collections.abc import Iterator
from pathlib import Path


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewsDocument:
    """An article with named spans ``(start, end, label)``, half-open, in code points of ``text``."""

    name: str
    region: str
    text: str
    spans: tuple[tuple[int, int, str], ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """One sentence as parallel lists over its words.

    ``heads`` are word indexes from 0 in the sentence, the root being its own head; ``spaces`` says whether white
    space follows the word; ``opens_paragraph`` whether the sentence is the first of a paragraph.
    """

    words: tuple[str, ...]
    lemmas: tuple[str, ...]
    tags: tuple[str, ...]
    xpos: tuple[str, ...]
    feats: tuple[str, ...]
    heads: tuple[int, ...]
    relations: tuple[str, ...]
    spaces: tuple[bool, ...]
    opens_paragraph: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TreeDocument:
    """The trees of one document in text order; ``genre`` is the part of its name that says where it is from."""

    name: str
    genre: str
    trees: tuple[Tree, ...]


def open_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a text file, compressed or not, without their line ends."""
    with lzma.open(path, "rb") if path.suffix == ".xz" else path.open("rb") as stream:
        for line in stream:
            yield line.decode("utf-8").rstrip("\n")


def read_news(path: Path) -> list[NewsDocument]:
    """Read articles with entity spans."""
    records = (json.loads(line) for line in open_lines(path))
    return [
        NewsDocument(
            name=record["id"],
            region=record["region"],
            text=record["text"],
            spans=tuple((start, end, label) for start, end, label in record["spans"]),
        )
        for record in records
    ]


def read_trees(path: Path) -> list[TreeDocument]:
    """Read documents of dependency trees; a sentence before the first ``# newdoc`` is a document of its own."""
    documents: list[TreeDocument] = []
    name, trees = "", list[Tree]()
    block: list[str] = []

    def close_sentence() -> None:
        if any(not line.startswith("#") for line in block):
            trees.append(_tree(block))
        block.clear()

    def close_document() -> None:
        if trees:
            documents.append(TreeDocument(name=name, genre=genre_of(name), trees=tuple(trees)))
        trees.clear()

    for line in open_lines(path):
        if line.startswith("# newdoc"):
            close_sentence()
            close_document()
            name = line.partition("=")[2].strip()
        elif line:
            block.append(line)
        else:
            close_sentence()
    close_sentence()
    close_document()
    return documents


def genre_of(name: str) -> str:
    """Return the genre that a document's name tells: ``GUM_news_warhol`` is ``news``, ``EWT_reviews_1`` ``web:reviews``."""
    corpus, _, rest = name.partition("_")
    genre = rest.partition("_")[0]
    if corpus == "GUM":
        return genre
    return f"web:{genre or name.partition('-')[0]}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EventSentence:
    """A sentence and the PLOVER types that a careful coder would code in it, the main one first; none if empty."""

    text: str
    types: tuple[str, ...]


def read_event_sentences(path: Path) -> list[EventSentence]:
    """Read labelled sentences: a TSV with the columns ``type`` (several by commas, or NONE) and ``text``.

    Rows whose column ``split`` says anything but ``dev`` are left out: they are there to measure with.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        EventSentence(
            text=row["text"],
            types=tuple(kind for kind in row["type"].split(",") if kind != "NONE"),
        )
        for row in rows
        if row.get("split") in (None, "dev")
    ]


def read_tagged(path: Path) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Read sentences of an IOB2 file as pairs of words and tags; the columns are index, word, tag and others."""
    sentences = []
    words, tags = list[str](), list[str]()
    for line in [*open_lines(path), ""]:
        if line and not line.startswith("#"):
            _, word, tag, *_ = line.split("\t")
            words.append(word)
            tags.append(tag)
        elif not line and words:
            sentences.append((tuple(words), tuple(tags)))
            words, tags = [], []
    return sentences


def _tree(block: list[str]) -> Tree:
    rows = [line.split("\t") for line in block if not line.startswith("#")]
    words = [row for row in rows if row[0].isdigit()]
    # A range line (1-2 don't) tells the space after its last word; the words inside it are written together.
    inside: dict[int, bool] = {}
    for row in rows:
        if "-" in row[0]:
            first, last = (int(number) for number in row[0].split("-"))
            inside.update(dict.fromkeys(range(first, last), False))
            inside[last] = "SpaceAfter=No" not in row[9]
    return Tree(
        words=tuple(row[1] for row in words),
        lemmas=tuple(row[2] for row in words),
        tags=tuple(row[3] for row in words),
        xpos=tuple(row[4] for row in words),
        feats=tuple(row[5] for row in words),
        heads=tuple(int(row[6]) - 1 if row[6] != "0" else place for place, row in enumerate(words)),
        relations=tuple(row[7] for row in words),
        spaces=tuple(inside.get(int(row[0]), "SpaceAfter=No" not in row[9]) for row in words),
        opens_paragraph=any(line.startswith("# newpar") for line in block),
    )
