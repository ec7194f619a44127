"""Clues of all articles become days of publication of those that state none.

An article without a date that writes *on Thursday, Suh and Austin will join Blinken and Chung for talks in Seoul* is dated
by another that writes *the meeting of Chung, Suh, Blinken and Austin in Seoul on Thursday, March 18, 2021*, where nothing
else fits. A wrong day is worse than none, and the same people meet again, often on the same weekday: ``_fits`` and
``_is_rival`` say what is asked. What is inferred depends on the clues alone, and no clue on what was inferred.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from schemas.facts import LEAST_PERSONS, WEEK, DateClue, InferredDate

CLUES_VERSION: Final = "1"
"""Of what is noted; with another one all articles are annotated again."""
LONGEST_TERM: Final = dt.timedelta(days=730)
"""The persons were in office together no longer than this: who sat together for ten years met on many a Thursday."""
LEAST_WORDS: Final = 12
"""Words of a sentence that two articles do not have by chance."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SameSentence:
    """A sentence of an article without a date that a dated one has too: its claim, and the day it means there."""

    claim: DateClue
    day: dt.date
    article_id: str
    sentence_index: int


_ByPair = Mapping[tuple[object, ...], Sequence[DateClue]]
"""Evidence by each pair of persons in it, sorted; and by pair, weekday and country of the place."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Proof:
    claim: DateClue
    day: dt.date
    rule: str
    article_id: str
    sentence_index: int


def infer_dates(
    claims: Iterable[DateClue], evidence: Iterable[DateClue], same: Iterable[SameSentence] = ()
) -> list[InferredDate]:
    """Return the articles whose days of publication others prove, by id.

    ``claims`` and ``evidence`` are clues without and with a day. The result depends on the clues alone, not on their
    order. Every claim of an article must allow the days that are left; if none is left, nothing is inferred.
    """
    by_article: dict[str, list[DateClue]] = collections.defaultdict(list)
    for claim in claims:
        by_article[claim.article_id].append(claim)
    by_pair: dict[tuple[object, ...], list[DateClue]] = collections.defaultdict(list)
    for clue in evidence:
        for pair in _pairs(person.entity_id for person in clue.persons):
            by_pair[pair].append(clue)
            by_pair[(*pair, clue.weekday, clue.place_country)].append(clue)
    shared: dict[str, list[SameSentence]] = collections.defaultdict(list)
    for found in same:
        shared[found.claim.article_id].append(found)
    inferred = []
    for article_id in sorted(by_article):
        mine = sorted(by_article[article_id], key=lambda claim: claim.start)
        proofs = [
            *_occasions(mine, by_pair),
            *_same_sentences(shared.get(article_id, ())),
        ]
        date = _settle(mine, proofs)
        if date is not None:
            inferred.append(date)
    return inferred


def _pairs(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    return itertools.combinations(sorted(names), 2)


def _occasions(claims: Sequence[DateClue], by_pair: _ByPair) -> list[_Proof]:
    """Return the proofs by the meetings of the same persons; pairs of persons keep famous ones from being compared with all."""
    proofs = []
    for claim in claims:
        if not claim.is_meeting:
            continue
        best = _only(claim, by_pair)
        if best is None or best.day is None:
            continue
        cast = {person.entity_id for person in claim.cast}
        known = [person.entity_id for person in best.persons if person.entity_id in cast]
        others = (other for pair in _pairs(known) for other in by_pair.get(pair, ()))
        if any(_is_rival(claim, best, other) for other in others):
            continue
        proofs.append(
            _Proof(claim, best.day, "same occasion", best.article_id, best.sentence_index)
        )
    return proofs


def _only(claim: DateClue, by_pair: _ByPair) -> DateClue | None:
    """Return the first evidence that fits a claim; null if there is none, of two days, or of the same article."""
    best: DateClue | None = None
    for pair in _pairs(person.entity_id for person in claim.persons):
        for clue in by_pair.get((*pair, claim.weekday, claim.place_country), ()):
            if not _fits(claim, clue):
                continue
            if clue.article_id == claim.article_id or (best is not None and clue.day != best.day):
                return None
            if best is None or _place(clue) < _place(best):
                best = clue
    return best


def _place(clue: DateClue) -> tuple[str, int]:
    return clue.article_id, clue.start


def _fits(claim: DateClue, clue: DateClue) -> bool:
    """Tell whether evidence can be of the occasion of a claim.

    The same weekday; all persons of the sentence, three or more; or two, if it means others too and the article names the
    third; from two countries or more, all of which it names; the same country of the place, known to both; and the persons were in office
    together for two years at most, the day among them.
    """
    if clue.day is None or clue.weekday != claim.weekday:
        return False
    if claim.place_country is None or claim.place_country != clue.place_country:
        return False
    told = {person.entity_id for person in claim.persons}
    theirs = {person.entity_id for person in clue.persons}
    cast = {person.entity_id: person for person in claim.cast if person.entity_id in theirs}
    shared = [person for person in clue.persons if person.entity_id in cast]
    if len(shared) < LEAST_PERSONS or not told <= theirs:
        return False
    if len(told) < (2 if claim.is_open else LEAST_PERSONS):
        return False
    countries = {person.country for person in shared}
    if None in countries or len(countries) < 2 or not countries <= set(claim.countries):
        return False
    terms = [*shared, *cast.values()]
    since = max((person.since for person in terms if person.since), default=None)
    until = min((person.until for person in terms if person.until), default=None)
    if since is None or until is None or until - since > LONGEST_TERM:
        return False
    return since <= clue.day <= until


def _is_rival(claim: DateClue, best: DateClue, other: DateClue) -> bool:
    """Tell whether two of the same persons met at another time too, with the same countries: then it may be that time."""
    assert best.day is not None
    if other.day is None or abs((other.day - best.day).days) <= WEEK:
        return False
    cast = {person.entity_id for person in claim.cast}
    theirs = {person.entity_id for person in best.persons} & cast
    again = [person for person in other.persons if person.entity_id in theirs]
    countries = {person.country for person in best.persons if person.entity_id in theirs}
    return len(again) >= 2 and countries <= set(other.countries)


def _same_sentences(shared: Sequence[SameSentence]) -> list[_Proof]:
    """Return the proofs by sentences that a dated article has word for word: the first one, or two of them."""
    days: dict[int, set[dt.date]] = collections.defaultdict(set)
    for found in shared:
        days[found.claim.start].add(found.day)
    sure = [found for found in shared if len(days[found.claim.start]) == 1]
    sentences = {found.claim.sentence_index for found in sure}
    if len(sentences) < 2 and 0 not in sentences:
        return []
    return [
        _Proof(found.claim, found.day, "same sentence", found.article_id, found.sentence_index)
        for found in sorted(sure, key=lambda s: (s.claim.start, s.article_id, s.sentence_index))
    ]


def _settle(claims: Sequence[DateClue], proofs: Sequence[_Proof]) -> InferredDate | None:
    """Return the days of publication that all claims and proofs of an article allow."""
    if not proofs:
        return None
    left: set[dt.date] | None = None
    for proof in proofs:
        days = set(_published(proof.claim, proof.day))
        left = days if left is None else left & days
    assert left is not None
    for claim in claims:
        left = {day for day in left if _allows(claim, day)}
    for one, two in itertools.pairwise(claims):
        if two.follows:
            left = {day for day in left if _ahead(one, day) < _ahead(two, day)}
    last = claims[0].not_before
    if last is not None:
        left = {day for day in left if day >= last}
    if not left:
        return None
    first = proofs[0]
    return InferredDate(
        article_id=first.claim.article_id,
        published_from=min(left),
        published_until=max(left),
        rule=first.rule,
        day=first.day,
        sentence_index=first.claim.sentence_index,
        start=first.claim.start,
        evidence_article_id=first.article_id,
        evidence_sentence_index=first.sentence_index,
    )


def _published(claim: DateClue, day: dt.date) -> list[dt.date]:
    """Return the days on which an article was published in which a claim means a day."""
    assert claim.earliest is not None
    assert claim.latest is not None
    return [day - dt.timedelta(days=n) for n in range(claim.earliest, claim.latest + 1)]


def _allows(claim: DateClue, published: dt.date) -> bool:
    """Tell whether a claim has a day for an article of that day of publication."""
    assert claim.earliest is not None
    assert claim.latest is not None
    return any(
        (published + dt.timedelta(days=n)).weekday() == claim.weekday
        for n in range(claim.earliest, claim.latest + 1)
    )


def _ahead(claim: DateClue, published: dt.date) -> int:
    """Return how many days after publication an announced weekday lies."""
    return (claim.weekday - published.weekday()) % 7
