"""Work units: what one worker does in one go, and what it hands back.

A unit's id is a hash of its inputs, the settings and the versions that matter, so a unit that was finished before a
crash is recognised afterwards. Units are small (names and row numbers, never text); they are what a runner shuffles.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from schemas.documents import InputFile
from schemas.facts import Event, ResolvedArticle
from schemas.outcomes import Reject


@dataclasses.dataclass(slots=True, kw_only=True)
class CodedArticle:
    """A resolved article with its events, in text order: everything ``annotate`` writes of one article."""

    resolved: ResolvedArticle
    events: tuple[Event, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Some rows of one committed file of ``articles``; ``rows`` count from 0 and ascend.

    ``inferred`` are the days of publication that other articles prove, one item per article: ``2021-03-17/2021-03-18``, or
    null; it is empty where no article of the file has any.
    """

    path: str
    rows: tuple[int, ...]
    article_ids: tuple[str, ...]
    inferred: tuple[str | None, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Condemned:
    """Why a unit is not to be tried again: its one input or article killed a worker, hung, or met a bug of ours."""

    reason: str
    message: str
    error: str | None = None
    traceback: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """The part of a stage one worker does in one go.

    ``stage`` is ``ingest`` or ``annotate``; ``signature`` hashes the settings and versions that matter; ``cost`` orders
    units, big ones first, in bytes or words. An ingest unit has ``inputs``, and ``rejects`` found while listing them; an
    annotate unit has ``selections``. A ``condemned`` unit yields rejects and nothing else; a ``careful`` one goes article
    by article and tells the supervisor which, because it failed before.
    """

    unit_id: str
    stage: str
    signature: str
    cost: int
    inputs: tuple[InputFile, ...] = ()
    rejects: tuple[Reject, ...] = ()
    selections: tuple[Selection, ...] = ()
    condemned: Condemned | None = None
    careful: bool = False

    @property
    def size(self) -> int:
        """Return how many inputs or articles there are to do."""
        return len(self.inputs) + sum(len(selection.rows) for selection in self.selections)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StagedFile:
    """One Parquet file of a unit: ``path`` in the lake once published, ``staged`` where it lies until then.

    Both are relative to the lake. ``sha256`` and ``size`` (bytes) are of the whole file.
    """

    table: str
    path: str
    staged: str
    rows: int
    size: int
    sha256: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class InputOutcome:
    """What became of one input: its articles and its rejects by reason; ``content_hash`` is the SHA-256 of the file."""

    file: InputFile
    articles: int
    rejects: Mapping[str, int]
    content_hash: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a unit left in the staging folder; ``index`` is the staged list of its articles, for the ledger.

    ``rows`` counts the rows of each table, ``rejects`` the rejects of each reason, ``words`` those of the articles;
    ``rejected`` are ids of articles that could not be annotated; ``vanished`` counts inputs that were gone when they were to
    be read, of which there is no outcome.
    """

    unit_id: str
    stage: str
    signature: str
    run_id: str
    files: tuple[StagedFile, ...]
    index: StagedFile | None
    rows: Mapping[str, int]
    rejects: Mapping[str, int]
    articles: int
    words: int
    seconds: float
    outcomes: tuple[InputOutcome, ...] = ()
    selections: tuple[Selection, ...] = ()
    rejected: tuple[str, ...] = ()
    vanished: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return plain lists and dictionaries."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Manifest:
        """Read what ``to_json`` gave, once through JSON.

        Raises:
          KeyError, TypeError, ValueError: it is no manifest of this version.
        """
        values = dict(data)
        values["files"] = tuple(StagedFile(**item) for item in values["files"])
        values["index"] = StagedFile(**values["index"]) if values["index"] else None
        values["outcomes"] = tuple(
            InputOutcome(**{**item, "file": InputFile(**item["file"])})
            for item in values["outcomes"]
        )
        values["rejected"] = tuple(values.get("rejected", ()))
        values["selections"] = tuple(
            Selection(
                path=item["path"],
                rows=tuple(item["rows"]),
                article_ids=tuple(item["article_ids"]),
                inferred=tuple(item.get("inferred", ())),
            )
            for item in values["selections"]
        )
        return cls(**values)
