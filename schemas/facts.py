"""What Dateline says of an article: who and where (entities, mentions), who did what to whom (events)."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

from schemas.annotations import AnnotatedArticle


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One stretch of text that names something; ``article.text[start:end] == text`` always holds.

    ``kind`` is ``name``, ``nominal`` (``the Pentagon chief``) or ``pronoun``.
    """

    mention_id: str
    article_id: str
    sentence_index: int
    start: int
    end: int
    text: str
    label: str
    kind: str = "name"
    entity_id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One person, organisation, place or group, as one article shows it.

    ``type`` is PERSON, ORG, GPE (a state, province or city that can act), LOC, FAC, NORP or MISC. ``country`` is ISO
    3166-1 alpha-3 (KOS for Kosovo); ``code`` is the PLOVER actor code: the country, or IGO, UNO, EUR, NGO, IMG, ISM or
    MNC for actors of no single state. ``sector`` is a PLOVER sector. ``*_basis`` names the rule that gave the value.
    ``identifier`` is a Wikidata QID or null. ``confidence`` is that of the resolution, 0 to 1.
    """

    entity_id: str
    article_id: str
    name: str
    type: str
    country: str | None = None
    country_basis: str | None = None
    code: str | None = None
    sector: str | None = None
    sector_basis: str | None = None
    role: str | None = None
    identifier: str | None = None
    aliases: tuple[str, ...] = ()
    mention_count: int = 1
    first_start: int = 0
    geonameid: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    admin1: str | None = None
    resolution: str | None = None
    confidence: float | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One side of an event as the text names it; ``text`` is ``article.text[start:end]``."""

    text: str
    start: int
    end: int
    entity_id: str | None = None
    country: str | None = None
    code: str | None = None
    sector: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an event took place; ``basis`` is ``clause``, ``sentence`` or ``dateline``."""

    text: str
    name: str
    basis: str
    entity_id: str | None = None
    geonameid: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    admin1: str | None = None
    country: str | None = None
    resolution: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One occurrence: who did what to whom, when and where, with the text that says so.

    ``event_text`` is the clause or sentence; ``trigger_start`` and ``trigger_end`` are the word that decided, in code
    points of the article's text. ``rule`` says which lexicon entry and which rules coded it. ``confidence`` is 0 to 1.
    ``sentence_indexes`` are all sentences that report the occurrence, the first being ``sentence_index``.
    """

    event_id: str
    article_id: str
    sentence_index: int
    event_type: str
    quad_code: int
    event_scale: float
    goldstein: float
    cameo_root: str
    event_text: str
    trigger: str
    trigger_start: int
    trigger_end: int
    rule: str
    confidence: float
    coder_version: str
    ontology_version: str
    mode: str | None = None
    context: tuple[str, ...] = ()
    actor: tuple[Actor, ...] = ()
    recipient: tuple[Actor, ...] = ()
    is_reciprocal: bool = False
    is_root_event: bool = False
    auxiliary_mode: str | None = None
    event_date: dt.date | None = None
    event_date_end: dt.date | None = None
    event_date_precision: str = "unknown"
    event_date_basis: str | None = None
    place: Place | None = None
    attribution: Actor | None = None
    dead: int | None = None
    injured: int | None = None
    arrested: int | None = None
    protesters: int | None = None
    mention_count: int = 1
    sentence_indexes: tuple[int, ...] = ()

    @property
    def actor_country(self) -> str | None:
        """Return the country of the first actor."""
        return self.actor[0].country if self.actor else None

    @property
    def recipient_country(self) -> str | None:
        """Return the country of the first recipient."""
        return self.recipient[0].country if self.recipient else None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """An article that is a copy: ``original_id`` is the article that stands for all of them.

    ``kind`` is ``exact`` (same content hash) or ``near``; ``similarity`` is 1 for exact copies.
    """

    article_id: str
    original_id: str
    kind: str
    similarity: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DateMention:
    """A date expression and the days it means; ``start``/``end`` are code points, ``first``/``last`` tokens.

    ``date`` to ``date_end`` (inclusive; null: the same day) is the narrowest range the text fixes, null when nothing
    does; ``precision`` is ``day``, ``week``, ``month``, ``quarter``, ``season``, ``year``, ``decade`` or ``unknown``;
    ``basis`` says what it was counted from (``text``, ``published``, ``dateline``, ``other date``, ``other article``).
    """

    first: int
    last: int
    start: int
    end: int
    date: dt.date | None = None
    date_end: dt.date | None = None
    precision: str = "unknown"
    basis: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A person as one article shows him, and the days between which he held the office it gives him, where known."""

    entity_id: str
    country: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None


LEAST_PERSONS: Final = 3
"""Persons of a meeting that dates others; the article that is dated must name so many, two of them in one sentence."""

WEEK: Final = 6
"""Days from publication within which a weekday without more words lies."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DateClue:
    """What one sentence tells of a day, for the dating of articles by others.

    Evidence has the ``day`` on which three identified persons or more of two countries meet. A claim is of an article
    without a day of publication: a ``weekday`` (0 is Monday) that lies ``earliest`` to ``latest`` days from it (-1 is the
    day before). ``start`` and ``end`` are those of the expression; ``persons`` are those of the sentence, ``is_open`` says that it
    means others too (*their counterparts*), ``countries``
    all that it names, ``place_country`` where it is set (else the dateline). ``is_meeting`` says that it tells of one.
    ``follows``: the sentence announces it after the day of the clue before. ``cast`` are all persons of the article, ``not_before`` the last day with a year that it tells as past. A clue never
    rests on a date that was inferred from another article.
    """

    article_id: str
    sentence_index: int
    start: int
    end: int
    sentence: str
    weekday: int
    is_meeting: bool
    day: dt.date | None = None
    earliest: int | None = None
    latest: int | None = None
    follows: bool = False
    place_country: str | None = None
    persons: tuple[Participant, ...] = ()
    is_open: bool = False
    countries: tuple[str, ...] = ()
    cast: tuple[Participant, ...] = ()
    not_before: dt.date | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class InferredDate:
    """The days on one of which an article without a date was published, as another article proves.

    ``rule`` is ``same occasion`` (another article dates the meeting of the same persons on that weekday) or ``same
    sentence`` (it has the same sentences). ``day`` is that of the expression at ``start`` in this article.
    """

    article_id: str
    published_from: dt.date
    published_until: dt.date
    rule: str
    day: dt.date
    sentence_index: int
    start: int
    evidence_article_id: str
    evidence_sentence_index: int


@dataclasses.dataclass(slots=True, kw_only=True)
class ResolvedArticle:
    """An annotated article with its entities, mentions and dates.

    ``entity_of_token`` maps a token index to an index in ``entities`` for every token of a resolved mention (names,
    and the nominals and pronouns that could be told). ``home_country`` is the country the article is most likely
    about or written in (dateline, else most mentioned), null if that cannot be told.
    """

    annotated: AnnotatedArticle
    entities: tuple[Entity, ...]
    mentions: tuple[Mention, ...]
    entity_of_token: dict[int, int]
    dates: tuple[DateMention, ...] = ()
    home_country: str | None = None
    clues: tuple[DateClue, ...] = ()
