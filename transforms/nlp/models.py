"""Loading a language model by name or path, and annotating articles with it.

A model is any spaCy pipeline that parses and finds names: ours, which lies beside this module, an installed package
(``en_core_web_sm``) or a folder. What it says leaves this package as the plain lists of ``schemas/annotations.py``.

``describe_model`` imports no spaCy, so that a driver can check a flag and name a model in the ledger at no cost.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import logging
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.annotations import AnnotatedArticle
from schemas.documents import Article
from schemas.outcomes import Reject
from transforms.imports import import_spacy

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

logger = logging.getLogger(__name__)

PACKAGED = {"default": "en_news"}
"""Names of the models that ship with this package, and their folders beside this module."""

BATCH_CHARS = 20_000
"""Text that is with the model at one time: some twenty articles. Ten times as much was no faster and took 40 MB more."""

PIECE_CHARS = 100_000
"""A longer article (a book, a broken file) is read in pieces, cut between paragraphs if it has any."""

UNREAD = ("lemmatizer", "trainable_lemmatizer", "senter", "textcat", "entity_linker")
"""Components whose results nobody downstream reads; they are not loaded."""


class ModelError(ValueError):
    """A model cannot be used; the message is one sentence that says what is missing."""


def describe_model(name_or_path: str = "default") -> tuple[str, str]:
    """Return the name and version of a model, without loading it.

    Raises:
      ModelError: there is no such model, or it has no parser or finds no names.
    """
    meta = _read_meta(_folder_of(name_or_path), name_or_path)
    return f"{meta['lang']}_{meta['name']}", str(meta["version"])


def load_model(
    name_or_path: str = "default", *, precision: str = "auto", lemmas: bool = False
) -> LanguageModel:
    """Load a model: a packaged name (``default``), an installed spaCy package or a folder.

    ``precision`` is ``auto``, ``int8``, ``f32`` or ``bf16`` (``encoder.choose``); it matters to our transformer only.
    Without ``lemmas`` a lemmatizer that is a component of its own is left out.

    Raises:
      ModelError: there is no such model, it was made for another spaCy, or it has no parser or finds no names.
    """
    name, version = describe_model(name_or_path)
    title = f"model {name_or_path!r} ({name} {version})"
    spacy = import_spacy()

    from transforms.nlp import components, encoder, reader

    folder = _data_folder(_folder_of(name_or_path), title)
    meta = _read_meta(folder, name_or_path)
    wanted = meta.get("spacy_version", "")
    installed = spacy.about.__version__
    if wanted and not spacy.util.is_compatible_version(installed, wanted):
        raise ModelError(f"{title} was made for spaCy {wanted}; installed is {installed}")
    steps = meta.get("pipeline", [])
    unread = [step for step in steps if step in UNREAD and not (lemmas and "lemma" in step)]
    is_ours = reader.READER in steps
    settings: dict[str, Any] = {}
    if is_ours:
        settings = {
            f"components.{reader.READER}.precision": precision,
            "nlp.tokenizer": {"@tokenizers": components.UNFILLED},
        }
    try:
        nlp = spacy.load(folder, exclude=unread, config=settings)
    except (OSError, ValueError, ImportError, KeyError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise ModelError(f"{title} cannot be loaded: {reason}") from error
    assigned = {value for step in nlp.pipe_names for value in nlp.get_pipe_meta(step).assigns}
    if "token.dep" not in assigned:
        raise ModelError(f"{title} has no dependency parser")
    if "doc.ents" not in assigned:
        raise ModelError(f"{title} has no component that finds names")
    backend = f"spaCy {installed}"
    if is_ours:
        backend = nlp.get_pipe(reader.READER).backend
        note = encoder.choose(precision).note
        if note:
            logger.warning("%s", note)
    elif components.PARAGRAPHS not in nlp.pipe_names:
        nlp.add_pipe(components.PARAGRAPHS, first=True)
    return LanguageModel(name=name, version=version, backend=backend, nlp=nlp)


@dataclasses.dataclass(slots=True, kw_only=True)
class _Piece:
    """A stretch of an article's text that the model reads at once; ``last`` closes the article."""

    article: Article
    start: int
    text: str
    last: bool


class LanguageModel:
    """A loaded model. Not shared between threads; one per process.

    ``backend`` says what computes and in which precision, for the run record.
    """

    def __init__(self, *, name: str, version: str, backend: str, nlp: Language) -> None:
        """Keep the pipeline and prepare the conversion of its labels."""
        from transforms.nlp.convert import Converter
        from transforms.nlp.direct import DirectReading
        from transforms.nlp.reader import READER

        self.name = name
        self.version = version
        self.backend = backend
        nlp.max_length = max(nlp.max_length, 4 * PIECE_CHARS)
        self._nlp = nlp
        self._convert: Callable[[Article, Sequence[tuple[int, Any]]], AnnotatedArticle] = Converter(
            nlp
        )
        # with our component alone nobody needs the documents
        self._direct: DirectReading | None = (
            DirectReading(nlp, nlp.get_pipe(READER))  # type: ignore[arg-type]
            if nlp.pipe_names == [READER]
            else None
        )

    def annotate(self, articles: Iterable[Article]) -> Iterator[AnnotatedArticle | Reject]:
        """Annotate articles, in their order and in bounded memory.

        An article that makes the model fail becomes a ``Reject``; the articles read with it are read again singly.
        """
        for batch in _batches(articles):
            yield from self._annotate_batch(batch)

    def _annotate_batch(self, batch: list[Article]) -> list[AnnotatedArticle | Reject]:
        try:
            if self._direct is not None:
                pieces = [
                    (article, [(p.start, p.text) for p in _pieces(article)]) for article in batch
                ]
                return list(self._direct(pieces))
            with self._nlp.memory_zone():
                return list(self._read(batch))
        except (
            Exception
        ) as error:  # whatever a model raises is about its input: the culprit is found below
            if len(batch) == 1:
                return [_reject(batch[0], error)]
        return [outcome for article in batch for outcome in self._annotate_batch([article])]

    def _read(self, batch: list[Article]) -> Iterator[AnnotatedArticle]:
        pieces = [piece for article in batch for piece in _pieces(article)]
        read: list[tuple[int, Doc]] = []
        for piece, doc in zip(pieces, self._nlp.pipe(piece.text for piece in pieces), strict=True):
            read.append((piece.start, doc))
            if piece.last:
                yield self._convert(piece.article, read)
                read = []


def _batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    """Group neighbours so that a batch has about ``BATCH_CHARS`` of text."""
    batch: list[Article] = []
    size = 0
    for article in articles:
        if batch and size + len(article.text) > BATCH_CHARS:
            yield batch
            batch, size = [], 0
        batch.append(article)
        size += len(article.text)
    if batch:
        yield batch


def _pieces(article: Article) -> Iterator[_Piece]:
    """Cut a text at the last blank line, line feed or space before ``PIECE_CHARS``, or there if it has none."""
    start, text = 0, article.text
    while len(text) - start > PIECE_CHARS:
        limit = start + PIECE_CHARS
        cuts = (text.rfind(mark, start + 1, limit) for mark in ("\n\n", "\n", " "))
        end = next((cut for cut in cuts if cut > start), limit)
        yield _Piece(article=article, start=start, text=text[start:end], last=False)
        start = end
    yield _Piece(article=article, start=start, text=text[start:], last=True)


def _reject(article: Article, error: Exception) -> Reject:
    return Reject(
        stage="annotate",
        uri=article.uri,
        member=article.member,
        record_offset=article.record_offset,
        article_id=article.article_id,
        reason="crash",
        error=type(error).__name__,
        message=f"the language model failed on this article: {error}",
        traceback="".join(traceback.format_exception(error)),
    )


def _folder_of(name_or_path: str) -> Path:
    """Return the folder that holds a model's ``meta.json``."""
    if name_or_path in PACKAGED:
        folder = Path(__file__).parent / PACKAGED[name_or_path]
        if folder.is_dir():
            return folder
        raise ModelError(
            f"the packaged model {name_or_path!r} is not in this installation ({folder} is missing)"
        )
    path = Path(name_or_path).expanduser()
    if path.is_dir():
        return path
    if path.exists():
        raise ModelError(
            f"model {name_or_path!r} is a file; a spaCy pipeline is a folder or an installed package"
        )
    try:
        spec = importlib.util.find_spec(name_or_path) if name_or_path.isidentifier() else None
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        known = ", ".join(sorted(PACKAGED))
        raise ModelError(
            f"there is no model {name_or_path!r}: neither one of ours ({known}), nor a folder, nor installed"
        )
    return Path(next(iter(spec.submodule_search_locations)))


def _data_folder(folder: Path, title: str) -> Path:
    """Return where the weights lie: an installed package keeps them one folder below its metadata."""
    if (folder / "config.cfg").is_file():
        return folder
    found = sorted(folder.glob("*/config.cfg"))
    if not found:
        raise ModelError(f"{title} is incomplete: {folder} holds no config.cfg")
    return found[0].parent


def _read_meta(folder: Path, name_or_path: str) -> dict[str, Any]:
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(
            f"{name_or_path!r} is no spaCy pipeline: {folder} holds no meta.json"
        ) from None
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{name_or_path!r} is no spaCy pipeline: its meta.json cannot be read ({error})"
        ) from error
    if not isinstance(meta, dict) or not {"lang", "name", "version"} <= meta.keys():
        raise ModelError(
            f"{name_or_path!r} is no spaCy pipeline: its meta.json names no language, name and version"
        )
    steps = meta.get("pipeline", [])
    if steps and not {"parser", "dateline_reader"} & set(steps) and set(steps) <= _KNOWN_STEPS:
        raise ModelError(
            f"model {name_or_path!r} ({meta['lang']}_{meta['name']}) has no dependency parser"
        )
    return meta


_KNOWN_STEPS = {
    *(
        "tok2vec",
        "transformer",
        "tagger",
        "morphologizer",
        "ner",
        "attribute_ruler",
        "sentencizer",
        "entity_ruler",
    ),
    *UNREAD,
}
