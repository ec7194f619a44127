"""Stand-ins for the readers, the model, the knowledge and the coder, so that the frame can be tested in seconds.

``install`` puts them in the place of the real modules, in this process; a test's command line calls it at import, and
so the worker processes that are spawned from it do too. What an article does is written in its text: a line
``!crash``, ``!hang``, ``!bug`` or ``!reject`` makes the fake model do so.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import os
import re
import signal
import sys
import time
import types
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from schemas import ids
from schemas.annotations import AnnotatedArticle, Sentence, Span, Tokens
from schemas.documents import Article, InputFile
from schemas.facts import Actor, Entity, Event, Mention, Place, ResolvedArticle
from schemas.outcomes import Reject

VERSIONS = {"parser": "1", "model": "1", "coder": "1", "knowledge": "1"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ParseSettings:
    min_words: int = 20
    timeout_seconds: float = 30.0
    max_bytes: int = 20_000_000


class DocumentWorker:
    """Reads ``.txt`` (title, then body), ``.jsonl`` (one article a line) and messages (one article each)."""

    def __init__(self, open_file: Callable[[str], BinaryIO], settings: ParseSettings) -> None:
        self.open_file = open_file
        self.settings = settings

    def __enter__(self) -> DocumentWorker:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def articles(self, file: InputFile) -> Iterator[Article | Reject]:
        try:
            stream = self.open_file(file.uri)
        except OSError as error:
            yield Reject(
                stage="read",
                uri=file.uri,
                reason="unreadable",
                message=str(error),
                error=type(error).__name__,
            )
            return
        with stream:
            if file.uri.endswith(".jsonl"):
                for number, line in enumerate(stream, start=1):
                    yield self.record(file.uri, number, line)
            elif file.uri.startswith("kafka://"):
                yield self.record(file.uri, None, stream.read())
            else:
                yield self.document(file.uri, stream.read())

    def record(self, uri: str, number: int | None, line: bytes) -> Article | Reject:
        try:
            data = json.loads(line)
        except ValueError as error:
            return Reject(
                stage="parse",
                uri=uri,
                record_offset=number,
                reason="bad_record",
                message=str(error),
            )
        return build(uri, number, data.get("title"), data["text"], data.get("published"))

    def document(self, uri: str, payload: bytes) -> Article | Reject:
        if b"!crash-reader" in payload:
            os.kill(os.getpid(), signal.SIGKILL)
        if b"!bug-reader" in payload:
            raise KeyError("a bug of the reader's")
        if len(payload) > self.settings.max_bytes:
            return Reject(
                stage="read", uri=uri, reason="too_large", message=f"{len(payload)} bytes"
            )
        if b"\0" in payload:
            return Reject(stage="parse", uri=uri, reason="binary", message="a null byte")
        title, _, text = payload.decode().partition("\n")
        if len(text.split()) < self.settings.min_words:
            return Reject(
                stage="parse", uri=uri, reason="too_short", message=f"{len(text.split())} words"
            )
        found = re.search(r"\d{4}-\d{2}-\d{2}", uri)
        return build(uri, None, title, text.strip(), found[0] if found else None)


def build(
    uri: str, offset: int | None, title: str | None, text: str, published: str | None
) -> Article:
    moment = None
    if published:
        moment = dt.datetime.fromisoformat(published).replace(tzinfo=dt.timezone.utc)
    return Article(
        article_id=ids.article_id(uri, None, offset),
        uri=uri,
        record_offset=offset,
        source_format="jsonl" if offset else "text",
        extractor="fake",
        title=title,
        text=text,
        content_hash=ids.content_hash(title, text),
        word_count=len(text.split()),
        language="en",
        published_at=moment,
        published_precision="day" if moment else "unknown",
        published_basis="file name" if moment else None,
    )


class LanguageModel:
    """Every capitalised word is a span; a sentence ends with a full stop."""

    name = "fake"
    version = "1"

    def annotate(self, articles: Iterable[Article]) -> Iterator[AnnotatedArticle | Reject]:
        for article in articles:
            if "!crash" in article.text:
                os.kill(os.getpid(), signal.SIGKILL)
            if "!hang" in article.text:
                time.sleep(3600)
            if "!bug" in article.text:
                raise KeyError("a bug of the model's")
            if "!reject" in article.text:
                yield Reject(
                    stage="annotate",
                    uri=article.uri,
                    member=article.member,
                    record_offset=article.record_offset,
                    article_id=article.article_id,
                    reason="wrong_language",
                    message="not English",
                )
                continue
            if os.environ.get("FAKE_MODEL_SECONDS"):
                time.sleep(float(os.environ["FAKE_MODEL_SECONDS"]))
            yield annotate(article)


def annotate(article: Article) -> AnnotatedArticle:
    words = [(match.start(), match.end(), match[0]) for match in re.finditer(r"\w+", article.text)]
    count = len(words)
    tokens = Tokens(
        starts=[start for start, _, _ in words],
        ends=[end for _, end, _ in words],
        words=[word for *_, word in words],
        lowers=[word.lower() for *_, word in words],
        lemmas=[word.lower() for *_, word in words],
        tags=["X"] * count,
        xpos=["X"] * count,
        relations=["dep"] * count,
        heads=list(range(count)),
    )
    sentence = Sentence(index=0, first=0, last=count, start=0, end=len(article.text))
    spans = tuple(
        Span(first=index, last=index + 1, start=start, end=end, label="ORG")
        for index, (start, end, word) in enumerate(words)
        if word[0].isupper()
    )
    return AnnotatedArticle(article=article, tokens=tokens, sentences=(sentence,), spans=spans)


def resolve_article(annotated: AnnotatedArticle, _knowledge: object) -> ResolvedArticle:
    article = annotated.article
    mentions, entities = [], {}
    for span in annotated.spans:
        surface = article.text[span.start : span.end]
        key = ids.entity_id("ORG", surface)
        mentions.append(
            Mention(
                mention_id=ids.mention_id(article.article_id, span.start, span.end),
                article_id=article.article_id,
                sentence_index=0,
                start=span.start,
                end=span.end,
                text=surface,
                label=span.label,
                entity_id=key,
            )
        )
        entities.setdefault(
            key,
            Entity(
                entity_id=key,
                article_id=article.article_id,
                name=surface,
                type="ORG",
                country="FRA",
                first_start=span.start,
            ),
        )
    return ResolvedArticle(
        annotated=annotated,
        entities=tuple(entities.values()),
        mentions=tuple(mentions),
        entity_of_token={},
    )


@dataclasses.dataclass(frozen=True)
class Knowledge:
    digest: str = "fake"


class EventCoder:
    """Each pair of neighbouring mentions agrees."""

    def code(self, resolved: ResolvedArticle) -> tuple[Event, ...]:
        article = resolved.annotated.article
        events = []
        for first, second in zip(resolved.mentions[::2], resolved.mentions[1::2], strict=False):
            actors = [
                Actor(
                    text=m.text,
                    start=m.start,
                    end=m.end,
                    entity_id=m.entity_id,
                    country="FRA",
                    code="FRA",
                )
                for m in (first, second)
            ]
            events.append(
                Event(
                    event_id=ids.event_id(article.article_id, "AGREE", None, 0, second.start),
                    article_id=article.article_id,
                    sentence_index=0,
                    event_type="AGREE",
                    quad_code=1,
                    event_scale=3.0,
                    goldstein=3.0,
                    cameo_root="03",
                    event_text=article.text[:80],
                    trigger=second.text,
                    trigger_start=second.start,
                    trigger_end=second.end,
                    rule="fake",
                    confidence=0.5,
                    coder_version="fake",
                    ontology_version="fake",
                    actor=(actors[0],),
                    recipient=(actors[1],),
                    place=Place(text=first.text, name=first.text, basis="clause"),
                )
            )
        return tuple(events)


def describe_model(name_or_path: str = "default") -> tuple[str, str]:
    if name_or_path == "none":
        raise ModelError("--model none: no such model")
    return name_or_path, VERSIONS["model"]


class ModelError(ValueError):
    pass


def _digest(paths: Iterable[str]) -> str:
    return hashlib.sha256(b"".join(Path(path).read_bytes() for path in paths)).hexdigest()


def install() -> None:
    """Put the fakes in the place of the real modules."""
    for name in ("formats", "nlp", "knowledge", "coding"):
        package = types.ModuleType(f"transforms.{name}")
        package.__path__ = []  # type: ignore[attr-defined]
        sys.modules[f"transforms.{name}"] = package
    for key in list(VERSIONS):
        VERSIONS[key] = os.environ.get(f"FAKE_{key.upper()}_VERSION", VERSIONS[key])
    sys.modules["transforms.formats"].PARSER_VERSION = VERSIONS["parser"]  # type: ignore[attr-defined]
    contents = {
        "transforms.formats.settings": {"ParseSettings": ParseSettings},
        "transforms.formats.isolate": {"DocumentWorker": DocumentWorker},
        "transforms.nlp.models": {
            "load_model": lambda _name="default", **_: LanguageModel(),
            "describe_model": describe_model,
            "LanguageModel": LanguageModel,
            "ModelError": ModelError,
        },
        "transforms.knowledge.resolve": {
            "load_knowledge": lambda _extra=(): Knowledge(),
            "knowledge_digest": lambda extra=(): VERSIONS["knowledge"] + _digest(extra),
            "resolve_article": resolve_article,
        },
        "transforms.coding.coder": {
            "load_coder": lambda _lexicons=(), _keep_unresolved=False, _knowledge=(): EventCoder(),
            "coder_version": lambda lexicons=(): VERSIONS["coder"] + _digest(lexicons),
        },
    }
    for name, values in contents.items():
        module = types.ModuleType(name)
        for key, value in values.items():
            setattr(module, key, value)
        sys.modules[name] = module
