"""Measure any spaCy pipeline on any set in the corpora's formats, and print one table.

    python -m training.evaluate MODEL... --sets FILE... [--json FILE] [--limit N]

The pipeline reads raw text, so its own words and sentences count: a tree's arc is right when both of its words are the
gold words and the label agrees; a name when both of its ends and its label agree. Sets are told by their suffix:
``.jsonl`` news articles with spans, ``.conllu`` trees, ``.iob2`` tagged sentences (PER, LOC and ORG only). Labels of
stock pipelines are mapped by ``transforms/nlp/labels.py`` first.
"""

from __future__ import annotations

import argparse
import collections
import json
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from schemas.annotations import AnnotatedArticle
from schemas.documents import Article
from schemas.outcomes import Reject
from training.corpora import TreeDocument, read_news, read_tagged, read_trees
from transforms.nlp.labels import ENTITIES
from transforms.nlp.models import LanguageModel, load_model

EDITED = frozenset(
    {"news", "bio", "interview", "academic", "voyage", "textbook", "court", "web:weblog"}
)
"""Genres whose writers end their sentences with a stop."""

WEB_LABELS = {"PERSON": "PER", "LOC": "LOC", "FAC": "LOC", "ORG": "ORG"}
"""Our labels to those of the web-text check; its places include buildings."""


class Tally:
    """Right, found and wanted items by name."""

    def __init__(self) -> None:
        """Set up."""
        self.right: collections.Counter[str] = collections.Counter()
        self.found: collections.Counter[str] = collections.Counter()
        self.wanted: collections.Counter[str] = collections.Counter()

    def add(self, key: str, found: set[Any], wanted: set[Any]) -> None:
        """Count the items of one text under ``key``."""
        self.right[key] += len(found & wanted)
        self.found[key] += len(found)
        self.wanted[key] += len(wanted)

    def rows(self) -> dict[str, dict[str, float]]:
        """Return precision, recall and F in per cent, in the order in which keys were added."""
        rows = {}
        for key in self.wanted:
            right, found, wanted = self.right[key], self.found[key], self.wanted[key]
            rows[key] = {
                "precision": round(100 * right / found, 2) if found else 0.0,
                "recall": round(100 * right / wanted, 2) if wanted else 0.0,
                "f": round(200 * right / (found + wanted), 2) if found + wanted else 0.0,
                "wanted": wanted,
            }
        return rows


def annotate(model: LanguageModel, texts: Iterable[str]) -> list[AnnotatedArticle]:
    """Read texts; a text that the model fails on ends the measurement."""
    articles = (
        Article(
            article_id=str(number),
            uri=str(number),
            source_format="text",
            text=text,
            content_hash="",
            word_count=0,
            extractor="",
        )
        for number, text in enumerate(texts)
    )
    read = []
    for outcome in model.annotate(articles):
        if isinstance(outcome, Reject):
            raise RuntimeError(f"text {outcome.uri}: {outcome.message}\n{outcome.traceback}")
        read.append(outcome)
    return read


def measure_news(model: LanguageModel, path: Path, limit: int) -> dict[str, dict[str, float]]:
    """Score names of news articles: all, by label, by region, and boundaries alone."""
    documents = read_news(path)[:limit]
    tally = Tally()
    for document, read in zip(documents, annotate(model, (d.text for d in documents)), strict=True):
        found = {(span.start, span.end, span.label) for span in read.spans}
        wanted = {(start, end, ENTITIES[label]) for start, end, label in document.spans}
        tally.add("names", found, wanted)
        tally.add("names, boundaries alone", {s[:2] for s in found}, {s[:2] for s in wanted})
        for label in sorted({span[2] for span in found | wanted}):
            tally.add(
                f"names {label}",
                {s for s in found if s[2] == label},
                {s for s in wanted if s[2] == label},
            )
        tally.add(f"names in {document.region}", found, wanted)
    return tally.rows()


def measure_tagged(model: LanguageModel, path: Path, limit: int) -> dict[str, dict[str, float]]:
    """Score persons, places and organisations of single sentences, words joined by spaces."""
    sentences = read_tagged(path)[:limit]
    tally = Tally()
    reads = annotate(model, (" ".join(words) for words, _ in sentences))
    for (words, tags), read in zip(sentences, reads, strict=True):
        starts, offset = [], 0
        for word in words:
            starts.append(offset)
            offset += len(word) + 1
        wanted = set()
        place = 0
        while place < len(tags):
            if tags[place].startswith("B-"):
                end = place + 1
                while end < len(tags) and tags[end].startswith("I-"):
                    end += 1
                wanted.add((starts[place], starts[end - 1] + len(words[end - 1]), tags[place][2:]))
                place = end
            else:
                place += 1
        found = {(s.start, s.end, WEB_LABELS[s.label]) for s in read.spans if s.label in WEB_LABELS}
        tally.add("web names", found, wanted)
        for label in ("PER", "LOC", "ORG"):
            tally.add(
                f"web names {label}",
                {s for s in found if s[2] == label},
                {s for s in wanted if s[2] == label},
            )
    return tally.rows()


def text_of(document: TreeDocument) -> tuple[str, list[int]]:
    """Return a document's text, its paragraphs parted by blank lines, and where each word starts."""
    parts, starts, size = list[str](), list[int](), 0
    for tree in document.trees:
        if tree.opens_paragraph and parts:
            parts.append("\n\n")
            size += 2
        for word, space in zip(tree.words, tree.spaces, strict=True):
            starts.append(size)
            parts.append(word)
            size += len(word)
            if space:
                parts.append(" ")
                size += 1
    return "".join(parts), starts


def measure_trees(model: LanguageModel, path: Path, limit: int) -> dict[str, dict[str, float]]:
    """Score words, sentences, tags, lemmas and arcs, all and by genre."""
    documents = read_trees(path)[:limit]
    made = [text_of(document) for document in documents]
    tally = Tally()
    for document, (_, starts), read in zip(
        documents, made, annotate(model, (text for text, _ in made)), strict=True
    ):
        tokens = read.tokens
        spans = list(zip(tokens.starts, tokens.ends, strict=True))
        wanted: dict[str, set[Any]] = collections.defaultdict(set)
        offset = 0
        for tree in document.trees:
            places = [
                (starts[offset + n], starts[offset + n] + len(word))
                for n, word in enumerate(tree.words)
            ]
            wanted["sentences"].add((places[0][0], places[-1][1]))
            for number, place in enumerate(places):
                head = places[tree.heads[number]]
                wanted["words"].add(place)
                wanted["UPOS"].add((place, tree.tags[number]))
                wanted["XPOS"].add((place, tree.xpos[number]))
                wanted["lemmas"].add((place, tree.lemmas[number]))
                wanted["UAS"].add((place, head))
                wanted["LAS"].add((place, head, tree.relations[number]))
                if tree.relations[number].split(":")[0] in ("nsubj", "obj", "obl", "iobj", "root"):
                    wanted["LAS of roots, subjects, objects, obliques"].add(
                        (place, head, tree.relations[number])
                    )
            offset += len(tree.words)
        heads = [spans[head] for head in tokens.heads]
        found: dict[str, set[Any]] = {
            "sentences": {(sentence.start, sentence.end) for sentence in read.sentences},
            "words": set(spans),
            "UPOS": set(zip(spans, tokens.tags, strict=True)),
            "XPOS": set(zip(spans, tokens.xpos, strict=True)),
            "lemmas": set(zip(spans, tokens.lemmas, strict=True)),
            "UAS": set(zip(spans, heads, strict=True)),
            "LAS": set(zip(spans, heads, tokens.relations, strict=True)),
        }
        found["LAS of roots, subjects, objects, obliques"] = {
            arc
            for arc in found["LAS"]
            if arc[2].split(":")[0] in ("nsubj", "obj", "obl", "iobj", "root")
        }
        for key in (
            "words",
            "UPOS",
            "XPOS",
            "lemmas",
            "UAS",
            "LAS",
            "LAS of roots, subjects, objects, obliques",
        ):
            tally.add(key, found[key], wanted[key])
        tally.add("sentences", found["sentences"], wanted["sentences"])
        if document.genre in EDITED:
            tally.add("sentences, edited text", found["sentences"], wanted["sentences"])
        tally.add(f"LAS in {document.genre}", found["LAS"], wanted["LAS"])
    return tally.rows()


MEASURES: dict[str, Callable[[LanguageModel, Path, int], dict[str, dict[str, float]]]] = {
    ".jsonl": measure_news,
    ".conllu": measure_trees,
    ".iob2": measure_tagged,
}


def measure(
    name: str, sets: Sequence[Path], limit: int, *, lemmas: bool = True
) -> dict[str, dict[str, float]]:
    """Return the figures of one model on all sets."""
    model = load_model(name, lemmas=lemmas)
    rows: dict[str, dict[str, float]] = {}
    for path in sets:
        suffix = Path(path.name.removesuffix(".xz")).suffix
        started = time.process_time()
        rows |= MEASURES[suffix](model, path, limit)
        rows[f"CPU seconds for {path.name}"] = {"f": round(time.process_time() - started, 1)}
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("--sets", nargs="+", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--limit", type=int, default=None, help="documents read of each set")
    options = parser.parse_args()
    figures = {name: measure(name, options.sets, options.limit) for name in options.models}
    keys = list(dict.fromkeys(key for rows in figures.values() for key in rows))
    print(f"{'':44}" + "".join(f"{Path(name).name:>18}" for name in figures))
    for key in keys:
        print(
            f"{key:44}"
            + "".join(
                f"{rows.get(key, {}).get('f', float('nan')):18.2f}" for rows in figures.values()
            )
        )
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
