"""Score the event coder on labelled sentences, without a lake: fast to run after every change of a rule.

    python -m benchmarks.events gsr   [GOLD.jsonl] [--out PRED.jsonl]    records with id, doc_id, text
    python -m benchmarks.events sentences [FILE.tsv ...] [--split test] [--errors]
    python -m benchmarks.events unpolitical [FILE.txt] [--errors]         news without politics: events per 1,000 sentences
    python -m benchmarks.events text "A sentence." [--date 2021-03-17]    explains a text
    python -m benchmarks.events tables LAKE OUT.jsonl                     a lake's events in the columns of the PLOVER scorer

``gsr`` and ``tables`` write one JSON object for each event with ``doc_id``, ``event_type``, ``source_codes``,
``target_codes`` and ``confidence``; negated events are left out, since what did not happen is no event.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from schemas import ids
from schemas.documents import Article
from schemas.facts import Event, ResolvedArticle
from transforms.coding.coder import EventCoder, load_coder
from transforms.knowledge.resolve import load_knowledge, resolve_article
from transforms.nlp.models import load_model

SENTENCES = Path("tests/golden/sentences")
UNPOLITICAL = Path("tests/golden/unpolitical.txt")


def article(name: str, text: str, date: dt.date | None = None) -> Article:
    at = dt.datetime(date.year, date.month, date.day, tzinfo=dt.timezone.utc) if date else None
    return Article(
        article_id=ids.article_id(name, None, None), uri=name, source_format="text", text=text,
        content_hash=ids.content_hash(None, text), word_count=len(text.split()), extractor="none", source_id=name,
        published_at=at, published_precision="day" if at else "unknown",
    )  # fmt: skip


class Bench:
    def __init__(self, model: str, lexicons: tuple[str, ...] = ()) -> None:
        self.model = load_model(model)
        self.knowledge = load_knowledge()
        self.coder: EventCoder = load_coder(lexicons, knowledge=self.knowledge)
        self.seconds: Counter[str] = Counter()

    def resolved(self, articles: list[Article]) -> Iterator[ResolvedArticle]:
        begin = time.process_time()
        for annotated in self.model.annotate(articles):
            self.seconds["language"] += time.process_time() - begin
            begin = time.process_time()
            found = resolve_article(annotated, self.knowledge)
            self.seconds["resolve"] += time.process_time() - begin
            yield found
            begin = time.process_time()

    def events(
        self, articles: list[Article]
    ) -> Iterator[tuple[ResolvedArticle, tuple[Event, ...]]]:
        for resolved in self.resolved(articles):
            begin = time.process_time()
            found = self.coder.code(resolved)
            self.seconds["code"] += time.process_time() - begin
            yield resolved, found


def record(doc_id: str, event: Event) -> dict[str, object]:
    return {
        "doc_id": doc_id,
        "event_type": event.event_type,
        "source_codes": [a.code for a in event.actor],
        "target_codes": [a.code for a in event.recipient],
        "confidence": event.confidence,
        "rule": event.rule,
        "trigger": event.trigger,
    }


def gsr(bench: Bench, gold: Path, out: Path) -> None:
    texts = {r["doc_id"]: r["text"] for r in map(json.loads, gold.read_text("utf-8").splitlines())}
    with out.open("w", encoding="utf-8") as stream:
        for resolved, events in bench.events([article(k, t) for k, t in texts.items()]):
            for event in events:
                if event.auxiliary_mode != "negation":
                    stream.write(json.dumps(record(resolved.annotated.article.uri, event)) + "\n")
    print({k: round(v, 2) for k, v in bench.seconds.items()})


def tables(lake: str, out: Path) -> None:
    import duckdb

    rows = duckdb.connect().execute(
        f"""select a.source_id as doc_id, e.event_type, [x.code for x in e.actor] as source_codes,
                   [x.code for x in e.recipient] as target_codes, e.confidence
            from read_parquet('{lake}/events/**/*.parquet', hive_partitioning=true) e
            join read_parquet('{lake}/articles/**/*.parquet', hive_partitioning=true) a using (article_id)
            where e.auxiliary_mode is distinct from 'negation' order by all"""
    )
    names = [d[0] for d in rows.description]
    with out.open("w", encoding="utf-8") as stream:
        for row in rows.fetchall():
            stream.write(json.dumps(dict(zip(names, row, strict=True))) + "\n")


def codes(sides: Iterable[str | None]) -> set[str]:
    return {"IGO" if c in ("UNO", "EUR") else c for c in sides if c}


def sentences(bench: Bench, files: list[Path], split: str | None, errors: bool) -> dict[str, float]:
    """Score labelled sentences, print the figures and return the two that are held to a floor."""
    rows = []
    for file in files or sorted(SENTENCES.glob("*.tsv")):
        with file.open(encoding="utf-8", newline="") as stream:
            rows += list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    rows = [r for r in rows if not split or r["split"] == split]
    found = {
        r.annotated.article.uri: e
        for r, e in bench.events([article(r["id"], r["text"]) for r in rows])
    }
    count: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = {}
    sure: dict[int, Counter[str]] = {}
    for row in rows:
        events = found[row["id"]]
        positive = (
            [e for e in events if e.auxiliary_mode != "negation"]
            if row.get("aux") != "negation"
            else list(events)
        )
        wanted = row["type"]
        types = {e.event_type for e in positive}
        for e in positive:
            tenth = sure.setdefault(min(int(e.confidence * 10), 9), Counter())
            tenth["all"] += 1
            tenth["right"] += e.event_type == wanted
        kind = kinds.setdefault(row.get("kind") or "-", Counter())
        kind["all"] += 1
        if wanted == "NONE":
            right = not positive
            count["none"] += 1
            count["none_right"] += right
        else:
            right = wanted in types
            count["events"] += 1
            count["type_right"] += right
            count["top_right"] += (
                bool(positive) and max(positive, key=lambda e: e.confidence).event_type == wanted
            )
            count["extra"] += len(types - {wanted})
            mine = [e for e in positive if e.event_type == wanted]
            a, r = (
                codes((row.get("actor") or "").split(";")),
                codes((row.get("recipient") or "").split(";")),
            )
            sides = [
                (codes(x.code for x in e.actor), codes(x.code for x in e.recipient)) for e in mine
            ]
            triple = any(
                (x == a and y == r) or (x | y == a | r and e.is_reciprocal)
                for (x, y), e in zip(sides, mine, strict=True)
            )
            count["triple_right"] += triple
            if mine:
                count["aux_all"] += 1
                count["aux_right"] += any(
                    (e.auxiliary_mode or "") == (row.get("aux") or "") for e in mine
                )
                if row.get("mode"):
                    count["mode_all"] += 1
                    count["mode_right"] += any(e.mode == row["mode"] for e in mine)
            if errors and right and not triple:
                print(
                    f"ACTORS {row['id']} {row['type']} {sorted(a)}->{sorted(r)} got {[(sorted(x), sorted(y)) for x, y in sides]} | {row['text']}"
                )
        kind["right"] += right
        if errors and not right:
            print(
                f"TYPE {row['id']} {wanted} got {[(e.event_type, e.trigger, e.rule) for e in events]} | {row['text']}"
            )
    n = max(1, count["events"])
    print(
        f"sentences with an event {count['events']}: type {count['type_right'] / n:.3f}, surest {count['top_right'] / n:.3f}, actors too {count['triple_right'] / n:.3f}, other types {count['extra'] / n:.2f} a sentence"
    )
    print(
        f"mode {count['mode_right'] / max(1, count['mode_all']):.3f} of {count['mode_all']}, auxiliary mode {count['aux_right'] / max(1, count['aux_all']):.3f} of {count['aux_all']}"
    )
    print(
        f"sentences without {count['none']}: coded {1 - count['none_right'] / max(1, count['none']):.3f}"
    )
    print("events right by confidence: " + ", ".join(f"{t / 10:.1f} {n['right'] / n['all']:.2f} of {n['all']}" for t, n in sorted(sure.items())))  # fmt: skip
    for name, kind in sorted(kinds.items(), key=lambda item: -item[1]["all"]):
        print(f"   {name:16} {kind['right'] / kind['all']:.2f} of {kind['all']}")
    print({k: round(v, 2) for k, v in bench.seconds.items()})
    return {
        "type": count["type_right"] / n,
        "none_coded": 1 - count["none_right"] / max(1, count["none"]),
    }


def unpolitical(bench: Bench, file: Path, errors: bool) -> float:
    """Code articles in which nothing political happens; print and return the events per 1,000 sentences.

    The file holds articles apart by empty lines, each a line with its kind and its text; ``#`` begins a comment.
    Negated events count too.
    """
    lines = [x for x in file.read_text("utf-8").splitlines() if not x.startswith("#")]
    blocks = [b.strip().split("\n", 1) for b in "\n".join(lines).split("\n\n") if b.strip()]
    kinds = {f"{kind}-{i}": kind for i, (kind, _) in enumerate(blocks)}
    articles = [article(k, t) for k, (_, t) in zip(kinds, blocks, strict=True)]
    count: dict[str, Counter[str]] = {}
    for resolved, events in bench.events(articles):
        of = count.setdefault(kinds[resolved.annotated.article.uri], Counter())
        of["sentences"] += len(resolved.annotated.sentences)
        of["events"] += len(events)
        for event in events if errors else ():
            print(f"{event.event_type} {event.trigger} {event.rule} {event.confidence} | {event.event_text}")  # fmt: skip
    total = sum(count.values(), Counter())
    rate = 1000 * total["events"] / total["sentences"]
    print(
        f"{total['events']} events in {total['sentences']} sentences without politics: {rate:.1f} per 1,000"
    )
    for kind, of in sorted(count.items(), key=lambda item: -item[1]["sentences"]):
        print(f"   {kind:16} {of['events']} in {of['sentences']}")
    return rate


def text(bench: Bench, given: str, date: dt.date | None) -> None:
    for resolved in bench.resolved([article("text", given, date)]):
        tokens = resolved.annotated.tokens
        for sentence in resolved.annotated.sentences:
            print(
                " ".join(
                    f"{tokens.words[i]}/{tokens.tags[i]}/{tokens.relations[i]}>{tokens.words[tokens.heads[i]]}"
                    for i in range(sentence.first, sentence.last)
                )
            )
        for e in resolved.entities:
            print(
                "  entity",
                e.type,
                e.name,
                e.country,
                e.code,
                e.sector,
                e.role,
                e.identifier,
                e.aliases,
            )
        for explanation in bench.coder.explain(resolved):
            for note in explanation.notes:
                print("  --", note)
            for event in explanation.events:
                print("  ==", event.event_type, event.mode, [(a.text, a.code, a.sector) for a in event.actor], "->", [(a.text, a.code, a.sector) for a in event.recipient], "recip" if event.is_reciprocal else "", event.auxiliary_mode, event.confidence, event.rule, event.event_date, event.place.name if event.place else None, event.attribution.text if event.attribution else None, (event.dead, event.injured, event.arrested, event.protesters))  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("gsr", "sentences", "unpolitical", "text", "tables"))
    parser.add_argument("inputs", nargs="*")
    parser.add_argument("--model", default="default")
    parser.add_argument("--split")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--date", type=dt.date.fromisoformat)
    parser.add_argument("--out", type=Path, default=Path("plover_predictions.jsonl"))
    args = parser.parse_args()
    if args.what == "tables":
        tables(args.inputs[0], Path(args.inputs[1]))
        return
    bench = Bench(args.model)
    if args.what == "gsr":
        gsr(
            bench,
            Path(args.inputs[0] if args.inputs else "../shared/gold/plover_gsr_dev.jsonl"),
            args.out,
        )
    elif args.what == "sentences":
        sentences(bench, [Path(p) for p in args.inputs], args.split, args.errors)
    elif args.what == "unpolitical":
        unpolitical(bench, Path(args.inputs[0]) if args.inputs else UNPOLITICAL, args.errors)
    else:
        text(bench, args.inputs[0], args.date)


if __name__ == "__main__":
    main()
