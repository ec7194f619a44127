"""Score entity resolution on labelled articles, without a lake, and time it against language processing.

python -m benchmarks.entities seeds [FOLDER GOLD.json] [--verbose]   entity part of the seed score
python -m benchmarks.entities text "A text." [--date 2021-03-17]     shows every entity and mention
python -m benchmarks.entities time [FILE.jsonl[.xz]] [--limit N]     CPU time of resolution beside the language model's;
                                                                     without FILE on the sample archive
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import itertools
import json
import lzma
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.archive import sample_articles
from schemas import ids
from schemas.annotations import AnnotatedArticle
from schemas.documents import Article
from schemas.facts import ResolvedArticle
from transforms.knowledge.dates import day_of_writing, resolve_dates
from transforms.knowledge.entities import Resolver
from transforms.knowledge.resolve import load_knowledge, resolve_article
from transforms.nlp.models import load_model

SHARED = Path("..") / "shared"


def article(name: str, text: str, date: dt.date | None = None, place: str | None = None) -> Article:
    at = dt.datetime(date.year, date.month, date.day, tzinfo=dt.timezone.utc) if date else None
    return Article(
        article_id=ids.article_id(name, None, None),
        uri=name,
        source_format="text",
        text=text,
        content_hash=ids.content_hash(None, text),
        word_count=len(text.split()),
        extractor="none",
        published_at=at,
        published_precision="day" if at else "unknown",
        dateline_place=place,
    )


def resolved(articles: Iterable[Article], model: str = "default") -> Iterator[ResolvedArticle]:
    knowledge = load_knowledge()
    for annotated in load_model(model).annotate(articles):
        if isinstance(annotated, AnnotatedArticle):
            yield resolve_article(annotated, knowledge)


def simple(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()


def seeds(folder: Path, gold_file: Path, model: str, *, verbose: bool) -> dict[str, str]:
    gold = json.loads(gold_file.read_text("utf-8"))
    texts = {doc["doc"]: (folder / doc["doc"]).read_text("utf-8") for doc in gold}
    dates = {doc["doc"]: dt.date.fromisoformat(doc["published_on"]) for doc in gold}
    results = dict(
        zip(
            texts, resolved([article(k, t, dates[k]) for k, t in texts.items()], model), strict=True
        )
    )
    total = found = split = countries = right = 0
    for doc in gold:
        rows = results[doc["doc"]].entities
        for expected in doc["entities"]:
            names = {simple(name) for name in [expected["name"], *expected["aliases"]]}
            got = [
                row for row in rows if names & {simple(name) for name in [row.name, *row.aliases]}
            ]
            total += 1
            found += bool(got)
            split += len(got) > 1
            if verbose and len(got) != 1:
                print(
                    doc["doc"][:3],
                    expected["name"],
                    [(row.name, row.type, row.aliases) for row in got],
                )
            if got and expected.get("country"):
                countries += 1
                agrees = any(row.country == expected["country"] for row in got)
                right += agrees
                if verbose and not agrees:
                    print(doc["doc"][:3], expected["name"], "country", [row.country for row in got])
    return {
        "entities": f"{found}/{total}",
        "split": str(split),
        "country_right": f"{right}/{countries}",
    }


def show(result: ResolvedArticle) -> None:
    text = result.annotated.article.text
    print("home country:", result.home_country)
    for row in result.entities:
        print(
            f"{row.type:6} {row.name} | {row.country} {row.code} ({row.country_basis}) | {row.sector} ({row.sector_basis})"
            f" | {row.role} | {row.identifier} | {row.geonameid} {row.admin1} {row.resolution} | {row.confidence} | {row.aliases}"
        )
    for mention in result.mentions:
        if mention.kind != "name":
            around = text[max(0, mention.start - 40) : mention.end + 30].replace("\n", " ")
            name = next(
                (row.name for row in result.entities if row.entity_id == mention.entity_id), None
            )
            print(f"  {mention.kind}: {mention.text!r} -> {name}   ...{around}...")


def read_articles(file: Path, limit: int) -> list[Article]:
    data = file.read_bytes()
    if file.suffix == ".xz":
        data = lzma.decompress(data)
    records = [
        json.loads(line) for line in itertools.islice(data.decode("utf-8").splitlines(), limit)
    ]
    return [article(str(record["id"]), record["text"]) for record in records]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """CPU seconds of the language model, of entities with places, and of dates over the same articles."""

    articles: int
    words: int
    model: float
    entities: float
    dates: float

    @property
    def share(self) -> float:
        """Return what resolution costs against language processing."""
        return (self.entities + self.dates) / self.model


def measure(articles: list[Article], model: str = "default") -> Cost:
    """Time the first reading of articles: nothing of them is in any cache, but what a process makes once is made."""
    knowledge = load_knowledge()
    knowledge.phrase_cache.clear()
    language = load_model(model)
    warm = article("warm", "President Smithson said on Monday that the talks in Geneva had failed.")
    for _ in resolved([warm], model):
        pass
    begin = time.process_time()
    annotated = [item for item in language.annotate(articles) if isinstance(item, AnnotatedArticle)]
    reading = time.process_time() - begin
    begin = time.process_time()
    dates = [resolve_dates(item) for item in annotated]
    dating = time.process_time() - begin
    begin = time.process_time()
    for item, found in zip(annotated, dates, strict=True):
        Resolver(item, knowledge, day_of_writing(item, found)).run()
    resolving = time.process_time() - begin
    return Cost(
        articles=len(annotated),
        words=sum(len(item.tokens) for item in annotated),
        model=reading,
        entities=resolving,
        dates=dating,
    )


def report_of(cost: Cost) -> dict[str, str]:
    each = 1000 / cost.articles
    return {
        "articles": str(cost.articles),
        "words": str(cost.words),
        "model_ms_per_article": f"{each * cost.model:.2f}",
        "entities_ms_per_article": f"{each * cost.entities:.2f}",
        "dates_ms_per_article": f"{each * cost.dates:.2f}",
        "share": f"{cost.share:.3f}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="default")
    commands = parser.add_subparsers(dest="command", required=True)
    scoring = commands.add_parser("seeds")
    scoring.add_argument("folder", nargs="?", type=Path, default=SHARED / "seeds")
    scoring.add_argument("gold", nargs="?", type=Path, default=SHARED / "gold" / "seeds_gold.json")
    scoring.add_argument("--verbose", action="store_true")
    showing = commands.add_parser("text")
    showing.add_argument("text")
    showing.add_argument("--date", type=dt.date.fromisoformat)
    timing = commands.add_parser("time")
    timing.add_argument("file", type=Path, nargs="?")
    timing.add_argument("--limit", type=int, default=100)
    options = parser.parse_args()
    if options.command == "text":
        path = Path(options.text)
        text = (
            path.read_text("utf-8") if len(options.text) < 200 and path.is_file() else options.text
        )
        for result in resolved([article("text", text, options.date)], options.model):
            show(result)
        return
    if options.command == "seeds":
        report = seeds(options.folder, options.gold, options.model, verbose=options.verbose)
    else:
        given = options.file
        articles = read_articles(given, options.limit) if given else sample_articles()
        report = report_of(measure(articles, options.model))
    for name, value in report.items():
        print(f"{name:26} {value}")


if __name__ == "__main__":
    main()
