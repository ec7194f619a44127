"""What one article can tell of the days of others, or of its own if it states none: ``transforms/dating.py`` compares it."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from schemas.annotations import AnnotatedArticle, Sentence
from schemas.facts import (
    LEAST_PERSONS,
    WEEK,
    DateClue,
    DateMention,
    Entity,
    Participant,
    ResolvedArticle,
)
from transforms.knowledge.actors import SAME_OFFICE
from transforms.knowledge.dates import writes_year
from transforms.knowledge.knowledge import Knowledge
from transforms.knowledge.tense import direction
from transforms.knowledge.words import key

WEEKDAYS: Final = "monday tuesday wednesday thursday friday saturday sunday".split()
_WEEKDAY: Final = re.compile(
    r"(?:on\s+)?(" + "|".join(WEEKDAYS) + r")(?:\s+(?:morning|afternoon|evening|night))?",
    re.IGNORECASE,
)
_MEETING: Final = frozenset(
    "meet meets met meeting meetings talks summit summits dialogue negotiations conference".split()
)
_HOLDING: Final = frozenset(
    "hold holds held holding have has had begin begins began begun start starts started open opens opened end ends ended"
    " conclude concludes concluded join joins joined attend attends attended convene convenes convened gather gathers"
    " gathered take takes took taken place conduct conducted sit sat come came continue continues continued".split()
)
"""Verbs whose day is that of a meeting they take place, hold or are at."""
_EDGES: Final = frozenset("end start beginning conclusion sidelines margins close opening".split())
_DURING: Final = frozenset("at during in".split())
_REPEATED: Final = frozenset(
    "weekly monthly annual annually regular regularly routine usual usually often fortnightly daily every each again"
    " another second third fourth fifth sixth latest resumed resume".split()
)
"""Words of what comes back: which time of several it is does not show."""
_UNCERTAIN: Final = frozenset(
    "not n't n’t never cancelled canceled postponed if whether unless denied".split()
)
"""Words of what did not take place, or may not."""
_OTHERS: Final = frozenset(
    "envoys aides advisers advisors representatives delegates delegations deputies teams staff actors supporters lawyers"
    " envoy aide adviser representative delegation deputy team lawyer".split()
)
"""Who meets in the place of others that the sentence names."""
_UNLIKE: Final = _REPEATED | _UNCERTAIN | _OTHERS
_COUNTERPARTS: Final = frozenset("counterparts ministers secretaries".split())
"""What a sentence may call persons whom the article names elsewhere."""
_SAYING: Final = frozenset("said told announced stated reported declared confirmed says".split())
"""What is said in the first sentence was said on the day of publication or the day before."""
_OUT_OF_ORDER: Final = frozenset("after before following since prior ahead until till or".split())
_QUOTES: Final = (("“", "”"), ("«", "»"), ("„", "“"))


def read_clues(resolved: ResolvedArticle, knowledge: Knowledge) -> tuple[DateClue, ...]:
    """Return what an article can tell of the days of others, or others of its own, in text order.

    ``resolved`` was read without an inferred date. Dated sentences count where three persons of two countries meet; the
    weekdays of an article that has a day of publication are dates, those of one that has none are claims.
    """
    if not resolved.dates:
        return ()
    return _Reader(resolved, knowledge).read()


class _Reader:
    def __init__(self, resolved: ResolvedArticle, knowledge: Knowledge) -> None:
        self.resolved = resolved
        self.knowledge = knowledge
        annotated: AnnotatedArticle = resolved.annotated
        self.article = annotated.article
        self.tokens = annotated.tokens
        self.sentences = annotated.sentences
        self.starts = [sentence.first for sentence in annotated.sentences]
        self.text = annotated.article.text
        self.is_undated = self.article.published_at is None and self.article.dateline_date is None
        self.claimed = False
        self._entities: dict[str, Entity] | None = None
        self._named: dict[int, list[Entity]] | None = None

    def read(self) -> tuple[DateClue, ...]:
        by_sentence: dict[int, list[DateMention]] = collections.defaultdict(list)
        for date in self.resolved.dates:
            by_sentence[max(0, bisect_right(self.starts, date.first) - 1)].append(date)
        found: list[DateClue] = []
        for index, dates in by_sentence.items():
            sentence = self.sentences[index]
            for date in dates:
                clue = self._clue(sentence, date, dates)
                if clue is not None:
                    found.append(clue)
        if any(clue.day is None for clue in found):
            cast = tuple(
                self._participant(self.entities[name])
                for name in sorted(self.entities)
                if _is_person(self.entities[name])
            )
            last = self._last_past_day()
            found.sort(key=lambda clue: clue.start)
            found = [
                clue
                if clue.day is not None
                else dataclasses.replace(
                    clue, cast=cast, not_before=last, follows=self._follows(before, clue)
                )
                for before, clue in zip([None, *found], found, strict=False)
            ]
        return tuple(sorted(found, key=lambda clue: clue.start))

    def _follows(self, before: DateClue | None, clue: DateClue) -> bool:
        """Tell whether a sentence announces two days in their order: *will meet on Wednesday and sign on Thursday*."""
        if before is None or before.sentence_index != clue.sentence_index:
            return False
        between = self.text[before.end : clue.start].lower().split()
        return (
            bool(before.latest and clue.latest)
            and "and" in between
            and _OUT_OF_ORDER.isdisjoint(between)
        )

    @property
    def entities(self) -> dict[str, Entity]:
        if self._entities is None:
            self._entities = {entity.entity_id: entity for entity in self.resolved.entities}
        return self._entities

    def _clue(
        self, sentence: Sentence, date: DateMention, dates: Sequence[DateMention]
    ) -> DateClue | None:
        if date.date is not None:
            if date.precision != "day" or date.date_end is not None or len(dates) > 1:
                return None
            return self._evidence(sentence, date, date.date)
        return self._claim(sentence, date) if self.is_undated else None

    def _evidence(self, sentence: Sentence, date: DateMention, day: dt.date) -> DateClue | None:
        if not self._is_meeting(sentence, date):
            return None
        clue = self._note(sentence, date, day.weekday(), day)
        persons = [person for person in clue.persons if person.country]
        if len(persons) < LEAST_PERSONS or len({person.country for person in persons}) < 2:
            return None
        return dataclasses.replace(clue, day=day)

    def _claim(self, sentence: Sentence, date: DateMention) -> DateClue | None:
        match = _WEEKDAY.fullmatch(self.text, date.start, date.end)
        if match is None or self._is_quoted(date.start):
            return None
        before = self.tokens.lowers[max(sentence.first, date.first - 2) : date.first]
        if before[-1:] in (["the"], ["a"], ["one"], ["that"], ["this"]):
            return None
        bounds = self._bounds(sentence, date, before)
        if bounds is None:
            return None
        clue = self._note(sentence, date, WEEKDAYS.index(match[1].lower()))
        return dataclasses.replace(clue, earliest=bounds[0], latest=bounds[1])

    def _bounds(
        self, sentence: Sentence, date: DateMention, before: Sequence[str]
    ) -> tuple[int, int] | None:
        """Return how many days after publication a weekday can lie, as its verb says."""
        way = direction(self.tokens, date.first, date.last, sentence.first, sentence.last)
        if way == "future":
            return 0, WEEK
        if way != "past":
            return None
        if {"earlier", "later"} & set(before):
            return -1, 0
        if sentence.index > 0 or not self._is_said(date):
            return -WEEK, 0
        # An agency writes the name of its own day; a newspaper writes it on that day and on the next.
        return (0 if self.article.agency and "late" not in before else -1), 0

    def _is_said(self, date: DateMention) -> bool:
        """Tell whether a day is that of a report: *said on Wednesday*."""
        head = self._governor(date)
        return self.tokens.lowers[head] in _SAYING or self._stands_behind_saying(date)

    def _stands_behind_saying(self, date: DateMention) -> bool:
        before = self.tokens.lowers[max(0, date.first - 3) : date.first]
        nearest = [word for word in before if word not in ("on", "late", "early")][-1:]
        return not _SAYING.isdisjoint(nearest)

    def _note(
        self, sentence: Sentence, date: DateMention, weekday: int, day: dt.date | None = None
    ) -> DateClue:
        named = self._named_in(sentence)
        persons = {e.entity_id: e for e in named if _is_person(e)}
        countries = {e.country for e in named if e.country}
        return DateClue(
            article_id=self.article.article_id,
            sentence_index=sentence.index,
            start=date.start,
            end=date.end,
            sentence=self.text[sentence.start : sentence.end],
            weekday=weekday,
            is_meeting=self._is_meeting(sentence, date),
            place_country=self._place_country(sentence),
            persons=tuple(self._participant(persons[name], day) for name in sorted(persons)),
            countries=tuple(sorted(country for country in countries if country)),
            is_open=not _COUNTERPARTS.isdisjoint(
                self.tokens.lowers[sentence.first : sentence.last]
            ),
        )

    def _named_in(self, sentence: Sentence) -> list[Entity]:
        if self._named is None:
            self._named = collections.defaultdict(list)
            for mention in self.resolved.mentions:
                if mention.entity_id in self.entities:
                    self._named[mention.sentence_index].append(self.entities[mention.entity_id])
        return self._named.get(sentence.index, [])

    def _participant(self, entity: Entity, day: dt.date | None = None) -> Participant:
        since, until = self._term(entity, day)
        return Participant(
            entity_id=entity.entity_id, country=entity.country, since=since, until=until
        )

    def _term(self, entity: Entity, day: dt.date | None) -> tuple[dt.date | None, dt.date | None]:
        """Return the first and the last day of a known person in the office that the article gives him, where known.

        Without a title that is an office, in any office of his sector; of several terms the one that holds on ``day``.
        """
        if entity.identifier is None:
            return None, None
        title = self.knowledge.role(entity.role) if entity.role else None
        office = title.office if title is not None else None
        terms = [
            holder
            for holder in self.knowledge.people.named(key(entity.name))
            if holder.qid == entity.identifier
            and (
                holder.sector == entity.sector
                if office is None
                else holder.office in SAME_OFFICE.get(office, (office,))
            )
        ]
        if day is not None:
            terms = [term for term in terms if term.holds(day)] or terms
        starts, ends = [term.start for term in terms], [term.end for term in terms]
        since = None if None in starts else min((day for day in starts if day), default=None)
        until = None if None in ends else max((day for day in ends if day), default=None)
        return since, until

    def _place_country(self, sentence: Sentence) -> str | None:
        for mention in self.resolved.mentions:
            if mention.sentence_index != sentence.index or mention.entity_id is None:
                continue
            entity = self.entities.get(mention.entity_id)
            head = self.text[max(0, mention.start - 4) : mention.start]
            if (
                entity is not None
                and entity.type in ("GPE", "LOC", "FAC")
                and entity.country
                and re.search(r"\b(?:in|at)\s$", head, re.IGNORECASE)
            ):
                return entity.country
        return self.resolved.home_country if self.article.dateline_place else None

    def _is_meeting(self, sentence: Sentence, date: DateMention) -> bool:
        """Tell whether a date is that of a meeting: *met on*, *will hold talks on*, *at the end of their meeting on*.

        Not of what is said or done about one: *praised the talks on Thursday*, *remembered their meeting on Thursday*.
        """
        lowers = self.tokens.lowers
        words = lowers[sentence.first : sentence.last]
        if _MEETING.isdisjoint(words) or not _UNLIKE.isdisjoint(words):
            return False
        if self._stands_behind_saying(date):
            return False  # "they met, the agency said on Thursday", whatever the parser makes of it
        head = self._governor(date)
        low, high = sorted((head, date.first))
        if any(
            self.tokens.tags[token] == "VERB" and self.tokens.words[token].islower()
            for token in range(low + 1, high)
        ):
            return False  # a nearer verb: "a film that shows how they met opened on Thursday"
        if self.tokens.tags[head] != "VERB":
            return lowers[head] in _MEETING and self._is_held(head, sentence)
        if not self._takes_place(head):
            return False
        if lowers[head] in _MEETING:
            return self._is_done_by_persons(head, sentence)
        return any(
            lowers[token] in _MEETING and self._is_of(token, head, sentence)
            for token in range(sentence.first, sentence.last)
        )

    def _is_held(self, noun: int, sentence: Sentence) -> bool:
        """Tell whether a meeting, a noun, is told as one that takes place."""
        verb = self._above(noun)
        return self._takes_place(verb) and self._is_of(noun, verb, sentence)

    def _above(self, noun: int) -> int:
        """Return the word that a noun hangs on, past *the end of*."""
        head = self.tokens.heads[noun]
        while self.tokens.lowers[head] in _EDGES and self.tokens.heads[head] != head:
            head = self.tokens.heads[head]
        return head

    def _takes_place(self, verb: int) -> bool:
        """Tell whether a verb says that something takes place: not *hoped to meet*, *demanded that they meet*."""
        auxiliaries = {self.tokens.lowers[kid] for kid in self._kids(verb, "aux", "aux:pass")}
        form = self.tokens.xpos[verb]
        if form in ("VBD", "VBP", "VBZ"):
            return True
        if form == "VBN":
            return bool(auxiliaries)
        if auxiliaries & {"will", "'ll", "’ll", "shall"}:
            return True
        above = self.tokens.heads[verb]
        return self.tokens.relations[verb] == "conj" and above < verb and self._takes_place(above)

    def _kids(self, head: int, *relations: str) -> list[int]:
        low, high = self._sentence_of(head)
        return [
            token
            for token in range(low, high)
            if self.tokens.heads[token] == head and self.tokens.relations[token] in relations
        ]

    def _sentence_of(self, token: int) -> tuple[int, int]:
        sentence = self.sentences[max(0, bisect_right(self.starts, token) - 1)]
        return sentence.first, sentence.last

    def _is_done_by_persons(self, verb: int, sentence: Sentence) -> bool:
        """Tell whether the subject of a verb is a person: not *envoys of Kerry met*, *actors playing Kerry met*."""
        node = verb
        subjects = self._kids(node, "nsubj", "nsubj:pass")
        while (
            not subjects
            and self.tokens.relations[node] == "conj"
            and self.tokens.heads[node] != node
        ):
            node = self.tokens.heads[node]
            subjects = self._kids(node, "nsubj", "nsubj:pass")
        persons = self._person_tokens(sentence)
        for subject in subjects:
            if subject in persons or self.tokens.lowers[subject] in _MEETING:
                return True
            for token in persons:
                if self.tokens.heads[token] == subject and not self._kids(token, "case"):
                    return True
        return False

    def _person_tokens(self, sentence: Sentence) -> set[int]:
        names = {name for name, entity in self.entities.items() if _is_person(entity)}
        spans = [
            (mention.start, mention.end)
            for mention in self.resolved.mentions
            if mention.sentence_index == sentence.index and mention.entity_id in names
        ]
        starts = self.tokens.starts
        return {
            token
            for token in range(sentence.first, sentence.last)
            if any(start <= starts[token] < end for start, end in spans)
        }

    def _governor(self, date: DateMention) -> int:
        """Return the word outside a date that it hangs on."""
        head = self.tokens.heads[date.last - 1]
        for _ in range(date.last - date.first):
            if not date.first <= head < date.last:
                break
            head = self.tokens.heads[head]
        return head

    def _is_of(self, noun: int, verb: int, sentence: Sentence) -> bool:
        """Tell whether a meeting is what a verb tells, or the time at which it does."""
        relations = self.tokens.relations
        top = noun
        while self.tokens.lowers[self.tokens.heads[top]] in _EDGES:  # "at the end of a meeting"
            top = self.tokens.heads[top]
        if self.tokens.heads[top] != verb or top == verb:
            return False
        if self.tokens.lowers[verb] in _HOLDING:
            return self._is_done_by_persons(verb, sentence)
        cases = {self.tokens.lowers[kid] for kid in self._kids(top, "case")}
        return relations[top].startswith("obl") and not cases.isdisjoint(_DURING)

    def _is_quoted(self, position: int) -> bool:
        start = self.text.rfind("\n\n", 0, position) + 1
        before = self.text[start:position]
        if before.count('"') % 2:
            return True
        return any(before.count(opening) > before.count(closing) for opening, closing in _QUOTES)

    def _last_past_day(self) -> dt.date | None:
        """Return the last date with a year that the text does not put into the future."""
        found = []
        for date in self.resolved.dates:
            if date.date is None or not writes_year(self.text[date.start : date.end]):
                continue
            sentence = self.sentences[max(0, bisect_right(self.starts, date.first) - 1)]
            way = direction(self.tokens, date.first, date.last, sentence.first, sentence.last)
            if way == "past" or (way is None and date.precision == "day"):
                found.append(date.date)
        return max(found, default=None)


def _is_person(entity: Entity) -> bool:
    """Tell whether an entity is a person who can be known again: by identifier, or by a full name."""
    if entity.type != "PERSON" or entity.sector == "ELI":
        return False
    return entity.identifier is not None or " " in entity.name
