"""The work of one ``annotate`` worker beside the bare loop, unit by unit in turn, in one process.

    python -m benchmarks.paired LAKE [--model default] [--rounds 2]

Of each unit of articles first ``nlp.pipe`` makes mentions, as ``benchmarks.loop`` does, then the steps of ``annotate``
make and write all tables. A shared machine's speed changes by a third from one minute to the next; taken in turn, both
feel it alike. Start-up counts for neither. Prints CPU seconds a round, shares, and two ratios: to the loop, and of the
words a second to those of the encoder alone (the same runs of it, timed inside).
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language

from benchmarks.loop import mentions
from pipelines.lake import Lake
from pipelines.plan import plan_annotate
from schemas.units import CodedArticle, Unit
from transforms.annotate import model_of
from transforms.code_events import coder_of
from transforms.imports import compiled
from transforms.knowledge.resolve import resolve_article
from transforms.nlp import models, reader
from transforms.nlp.reader import Reader
from transforms.read import read_unit
from transforms.resolve import knowledge_of
from transforms.stage import Batch, settle
from transforms.write import write_batch

STAGING = "_dateline/paired"


class Clock:
    """CPU seconds by step."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def timed(self, step: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any) -> Any:
            started = time.process_time()
            result = call(*args)
            self.spent[step] = self.spent.get(step, 0.0) + time.process_time() - started
            return result

        return run


def watch_encoder(nlp: Language, clock: Clock, step: str) -> None:
    """Count the time of the encoder itself, if the model is ours."""
    if reader.READER in nlp.pipe_names:
        component: Reader = nlp.get_pipe(reader.READER)  # type: ignore[assignment]
        encoder = component._encoder
        assert encoder is not None
        encoder._run = clock.timed(step, encoder._run)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("lake", type=Path)
    parser.add_argument("--model", default="default")
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    units = plan_annotate(Lake(args.lake).state, (), signature="paired").units
    clock = Clock()
    nlp = spacy.load(models.Path(models.__file__).parent / "en_news" if args.model == "default" else args.model)  # fmt: skip
    model, knowledge = model_of(args.model), knowledge_of(())
    coder = coder_of((), False, ())
    watch_encoder(nlp, clock, "encoder of the loop")
    watch_encoder(model._nlp, clock, "encoder")
    resolve, code = clock.timed("resolve", resolve_article), clock.timed("code", coder.code)
    settle()

    def annotate(unit: Unit) -> None:
        def records() -> Iterator[Any]:
            annotated = model.annotate(read_unit(unit, str(args.lake)).take())
            step = clock.timed("language", lambda: next(annotated, None))
            while (article := step()) is not None:
                resolved = resolve(article, knowledge)
                yield CodedArticle(resolved=resolved, events=tuple(code(resolved)))

        write_batch(Batch(unit, records()), str(args.lake), STAGING, "paired")

    loop, ours = clock.timed("loop", lambda texts: mentions(nlp, texts)), clock.timed("annotate", annotate)  # fmt: skip
    words = 0
    for number in range(args.rounds + 1):
        clock.spent.clear()
        words = 0
        for unit in units if number else units[:1]:  # first a little of both, uncounted
            articles = list(read_unit(unit, str(args.lake)).take())
            words += sum(article.word_count for article in articles)
            loop([(article.text, article.article_id) for article in articles])
            ours(unit)
        if number:
            report(clock.spent, words)
    shutil.rmtree(args.lake / STAGING)


def report(spent: dict[str, float], words: int) -> None:
    """Print one round."""
    whole, encoder = spent["annotate"], spent.get("encoder", 0.0)
    rest = whole - spent["language"] - spent["resolve"] - spent["code"]
    shares = {
        "encoder": encoder,
        "rest of language": spent["language"] - encoder,
        "entities": spent["resolve"],
        "events": spent["code"],
        "reading and writing": rest,
    }
    print(
        json.dumps(
            {
                "words": words,
                "compiled": compiled.is_used(),
                "loop_cpu": round(spent["loop"], 2),
                "annotate_cpu": round(whole, 2),
                "ratio": round(whole / spent["loop"], 3),
                "of_encoder": round(encoder / whole, 3),
                "loop_of_encoder": round(spent.get("encoder of the loop", 0.0) / spent["loop"], 3),
                "shares": {step: round(value / whole, 3) for step, value in shares.items()},
            }
        ),
        flush=True,
    )


if __name__ == "__main__":
    main()
