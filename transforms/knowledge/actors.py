"""From the words of a noun phrase to country, code and sector: ``Moroccan diplomats``, ``rebels in the Ivory Coast``.

The phrase is cut at its head: what stands before it (nationality, organisation, title) and the head itself form the
core; prepositional phrases, appositions and brackets after it are asked only for what the core leaves open. Every
value carries the rule that gave it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Final

from transforms.knowledge.knowledge import EVERYDAY, Knowledge, Organisation, Term, choose_office
from transforms.knowledge.people import Officeholder, first_names_agree
from transforms.knowledge.places import EVERYDAY_PLACES, Place
from transforms.knowledge.words import LOWER_WORDS, pieces

CACHE_SIZE: Final = 10_000
CITY_PEOPLE: Final = 50_000
"""A city after ``in`` or alone needs so many people; below lie mostly surnames and everyday words."""
LARGE_CITY_PEOPLE: Final = 200_000
"""A city before a role (``Karachi police``) needs more: the place is taken by surnames, brands and adjectives too."""

FROM_WORDS: Final = frozenset(("of", "from"))
IN_WORDS: Final = frozenset(
    (
        "in",
        "at",
        "throughout",
        "across",
        "inside",
        "within",
        "near",
        "around",
        "outside",
        "based",
        "on",
        "off",
        "over",
    )
)
AWAY_WORDS: Final = frozenset(
    (
        "to",
        "for",
        "with",
        "against",
        "by",
        "about",
        "toward",
        "towards",
        "into",
        "between",
        "without",
        "under",
        "via",
    )
)
BREAKS: Final = FROM_WORDS | IN_WORDS | AWAY_WORDS
RELATIVE: Final = frozenset(
    ("who", "which", "that", "whose", "where", "whom", "when", "while", "loyal", "linked")
)
APPOSITION: Final = frozenset((",", "(", "[", ":", "-", "–", "—", "--"))
INVOLVED: Final = frozenset(
    (
        "led",
        "backed",
        "allied",
        "occupied",
        "controlled",
        "held",
        "run",
        "supported",
        "trained",
        "sponsored",
        "dominated",
    )
)
BACKED: Final = (["backed"], ["supported"], ["trained"], ["sponsored"], ["funded"])
ORIGIN: Final = frozenset(
    ("born", "based", "educated", "made", "built", "registered", "speaking", "flagged")
)
AGAINST: Final = frozenset(
    ("anti", "pro", "ex", "non", "post", "pre", "meso", "inter", "trans", "pan")
)
FORMER: Final = frozenset(
    ("former", "ex", "deposed", "ousted", "exiled", "late", "onetime", "toppled", "retired")
)
PARTS: Final = frozenset(
    "member members group groups part parts some one two three several number thousands hundreds dozens scores tens "
    "leader leaders supporter supporters sympathizers sympathisers followers fighters wing faction factions "
    "representative representatives spokesman spokeswoman spokesperson head chief chairman commander delegation "
    "delegates officials official majority most many handful pair crew team remnants elements cadres founder".split()
)
NAME_WORDS_OF_ALL: Final = frozenset("the of and for s".split())
DIVIDED: Final = frozenset(("ALB", "SRB", "HRV"))
"""Peoples most of whose news is of those who live in another state."""
MINORITY: Final = frozenset(("minority", "population", "community", "diaspora", "minorities"))
MINORITIES: Final = frozenset(("serb", "croat", "albanian", "turk", "russian", "hungarian"))
"""Peoples named after the state they live in: ``Croatian Serb rebels``, ``Macedonian Albanian politicians``."""
UNIONS: Final = frozenset("federation union association confederation congress alliance".split())
SERVING: Final = frozenset(("officer", "fighter", "militia", "militiaman"))
ARMED: Final = frozenset(("COP", "SPY", "PRM"))
"""Members of a known force are what it is: ``Civil Guard officers``, ``Basij militia``."""
RULING: Final = frozenset(
    ("government", "ministry", "cabinet", "administration", "regime", "authorities", "embassy")
)
"""Bodies of a state: where an armed movement has them, it governs."""
WORKERS: Final = frozenset(
    "workers employees labour labor unions seamen dockers miners teachers nurses drivers pilots railwaymen".split()
)
"""Members by whom a federation or association is known for a trade union."""
RANKS: Final = frozenset(
    "general colonel major marshal field brigadier lieutenant captain sergeant commander gen lt col maj capt brig "
    "admiral vice rear commodore air chief generalissimo corporal".split()
)
"""Titles of officers: of a person who also holds a civil office they say little."""
GENERIC_NAME: Final = frozenset(
    "national liberation army democratic party people s 's front congress conservative labour labor republican socialist "
    "movement union council security intelligence service agency guard alliance coalition forces defense defence supreme "
    "court house of representatives commons senate federal central bank communist christian social liberal popular "
    "united revolutionary the and for justice development assembly workers department ministry commission electoral "
    "royal air force navy marine corps coast state treasury reserve commerce homeland conservatives labour republicans "
    "democrats secret police special action independent progressive freedom progress radical islamic transitional military truth "
    "reconciliation constituent convention".split()
)
"""Words of which names are made that organisations of many countries bear."""
HONORARY: Final = ("REL", "ELI", "MIL")
"""Sectors of titles that also stand between an office and a name."""
OF_BODIES: Final = ("organisation", "name")
SUPRANATIONAL: Final = frozenset(("IGO", "UNO", "EUR", "NGO"))
PRESIDING: Final = frozenset(("president", "vice president", "vice-president"))
"""Heads of states and of clubs: ``president of the teachers' union``."""
STATE: Final = frozenset(("GOV", "REB", "MIL", "ELI", "OPP"))
BODIES: Final = frozenset(
    ("group", "university", "company", "union", "church", "media", "parliament", "court", "ngo")
)
FIGHTING: Final = frozenset(("armed", "party", "movement"))
"""Kinds of organisations whose gunmen are theirs, not unknown ones."""
SUPPORT: Final = frozenset(
    "supporter supporters follower followers loyalist loyalists backers sympathizers".split()
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ActorFacts:
    """Country (alpha-3), PLOVER code and sector of a noun phrase, each with the rule that gave it, or null.

    ``code`` is the country, or IGO, UNO, EUR, NGO, IMG, ISM or MNC where no single country acts.
    """

    country: str | None = None
    code: str | None = None
    sector: str | None = None
    country_basis: str | None = None
    sector_basis: str | None = None


NOTHING: Final = ActorFacts()
_DATED: Final = "dated"
"""What the cache holds for a phrase whose facts depend on the day: a known name is in it."""


@dataclasses.dataclass(slots=True)
class _Hit:
    """A known phrase in the words: pieces ``first`` to ``last`` (exclusive)."""

    first: int
    last: int
    term: Term


def describe_phrase(
    words_lower: Sequence[str], head: int, knowledge: Knowledge, date: dt.date | None = None
) -> ActorFacts:
    """Return country, code and sector of the noun phrase ``words_lower`` whose head is word ``head``.

    ``words_lower`` are tokens in any case (comparison is in lower case); ``head`` is an index into them, or -1 when it
    is not known: then the last word before the first preposition, comma or bracket is taken. ``date`` is the day the
    phrase was written, which decides who held an office. Pure; results are kept in ``knowledge.phrase_cache``.
    """
    undated = ("phrase", tuple(words_lower), head)
    dated = (*undated, date)
    cache = knowledge.phrase_cache
    known = cache.get(undated)
    if known is _DATED:
        known = cache.get(dated)
    if isinstance(known, ActorFacts):
        return known
    facts, is_dated = _describe(words_lower, head, knowledge, date)
    if len(cache) >= CACHE_SIZE:
        cache.clear()
    if is_dated:
        cache[undated] = _DATED
    cache[dated if is_dated else undated] = facts
    return facts


def _describe(
    words: Sequence[str], head: int, knowledge: Knowledge, date: dt.date | None
) -> tuple[ActorFacts, bool]:
    """Return the facts of a phrase, and whether they may be others on another day."""
    parts: list[str] = []
    head_part = -1
    for index, word in enumerate(words):
        split = pieces(word)
        if not split and word in APPOSITION and word not in ("-", "–"):
            split = (word,)
        parts.extend(split)
        if index == head:
            head_part = len(parts) - 1
    if not parts:
        return NOTHING, False
    hits = _without_name_parts(parts, find_terms(parts, knowledge), knowledge)
    if not hits:
        hits = _whole_name(parts, knowledge)
    if head_part < 0:
        head_part = _guess_head(parts, hits)
    phrase = _Phrase(parts, head_part, hits, knowledge, date)
    return phrase.facts(), phrase.is_dated


def find_terms(parts: Sequence[str], knowledge: Knowledge) -> list[_Hit]:
    """Find the longest known phrases from left to right."""
    hits: list[_Hit] = []
    index, size = 0, len(parts)
    longest, terms = knowledge.longest, knowledge.terms
    while index < size:
        length = min(longest.get(parts[index], 0), size - index)
        while length > 0:
            term = terms.get(
                parts[index] if length == 1 else " ".join(parts[index : index + length])
            )
            if term is not None and not (length == 1 and parts[index] in LOWER_WORDS):
                hits.append(_Hit(index, index + length, term))
                index += length
                break
            length -= 1
        else:
            index += 1
    return hits


def _whole_name(parts: Sequence[str], knowledge: Knowledge) -> list[_Hit]:
    """Take a phrase that is nothing but an organisation's everyday name for that: ``the Contras``, ``Solidarity``."""
    start = 1 if parts[0] == "the" else 0
    organisation = knowledge.organisations_by_name.get(" ".join(parts[start:]))
    if organisation is None or parts[start:] in (
        ["who"],
        ["it"],
        ["is"],
        ["us"],
        ["an"],
        ["at"],
        ["let"],
    ):
        return []
    return [_Hit(start, len(parts), organisation_term(organisation))]


def organisation_term(organisation: Organisation) -> Term:
    """Return an organisation as a term."""
    return Term(
        kind="organisation",
        name=organisation.name,
        country=organisation.country,
        code=organisation.code,
        sector=organisation.sector,
        role_kind=organisation.kind,
    )


def _without_name_parts(parts: Sequence[str], hits: list[_Hit], knowledge: Knowledge) -> list[_Hit]:
    """Forget known words that are a part of a known person's name: ``UN`` in ``Kim Jong Un``."""
    kept = []
    for hit in hits:
        if hit.last - hit.first == 1 and hit.term.kind != "role" and hit.first >= 1:
            names = (" ".join(parts[max(0, hit.last - size) : hit.last]) for size in (4, 3, 2))
            if any(knowledge.people.named(name) for name in names):
                continue
        elif hit.term.kind == "role" and hit.term.sector == "MIL" and parts[hit.first] == "marine":
            names = (" ".join(parts[hit.first : hit.first + size]) for size in (4, 3, 2))
            if any(knowledge.people.named(name) for name in names):
                continue
        kept.append(hit)
    return kept


def _guess_head(parts: Sequence[str], hits: Sequence[_Hit]) -> int:
    covered = {index for hit in hits for index in range(hit.first, hit.last)}
    start = 0
    while start < len(parts) - 1 and parts[start] in BREAKS:
        start += 1
    for index in range(start, len(parts)):
        part = parts[index]
        if index in covered and index > start:
            continue
        if index > start and (part in BREAKS or part in RELATIVE or part in APPOSITION):
            return index - 1
    return len(parts) - 1


class _Phrase:
    """One phrase under examination."""

    def __init__(
        self,
        parts: Sequence[str],
        head: int,
        hits: Sequence[_Hit],
        knowledge: Knowledge,
        date: dt.date | None,
    ) -> None:
        self.parts = parts
        self.knowledge = knowledge
        self._date = date
        self.is_dated = False
        self.hits = hits
        self.head_hit = next((hit for hit in hits if hit.first <= head < hit.last), None)
        self.head = self.head_hit.last - 1 if self.head_hit else head
        self.core_end = self._core_end()
        start = self._core_start()
        self.core_country: _Hit | None = None
        self.core = [hit for hit in hits if hit.first >= start and hit.last <= self.core_end]
        self.before = [hit for hit in hits if hit.last <= start]
        self.after = [hit for hit in hits if hit.first >= self.core_end]

    @property
    def date(self) -> dt.date | None:
        """Return the day the phrase was written; who asks makes the answer that day's."""
        self.is_dated = True
        return self._date

    # -- the frame of the phrase -------------------------------------------------------------------------------------

    def _core_end(self) -> int:
        covered = {index for hit in self.hits for index in range(hit.first + 1, hit.last)}
        for index in range(self.head + 1, len(self.parts)):
            part = self.parts[index]
            if index not in covered and (
                part in BREAKS
                or part in RELATIVE
                or part in APPOSITION
                or part == "'s"
                or part == "and"
            ):
                return index
        return len(self.parts)

    def _core_start(self) -> int:
        first = self.head_hit.first if self.head_hit else self.head
        for index in range(first - 1, -1, -1):
            part = self.parts[index]
            if part in BREAKS or part in APPOSITION or part in RELATIVE:
                covered = any(hit.first < index < hit.last for hit in self.hits)
                if not covered:
                    return index + 1
        return 0

    # -- the answer --------------------------------------------------------------------------------------------------

    def facts(self) -> ActorFacts:
        sector, sector_basis, sector_hit = self._sector()
        country, code, basis = self._country(sector_hit)
        by_descent = self.core_country is not None and self.core_country.term.kind in (
            "ethnic",
            "religion",
        )
        if (
            (country is None and code is None)
            or sector is None
            or sector in ("MIL", "ELI", "REL")
            or by_descent
        ):
            person = self._person(sector_hit)
            if person is not None:
                if (country is None and code is None) or by_descent:
                    country, code, basis = (*_place_of(person.country), "office-holder")
                if sector is None or (
                    person.sector == "GOV"
                    and not self._is_former()
                    and (
                        sector == "ELI"
                        or (
                            sector == "MIL"
                            and sector_hit is not None
                            and all(
                                RANKS.issuperset(hit.term.name.split())
                                for hit in self.core
                                if hit.term.sector == "MIL"
                            )
                        )
                    )
                ):
                    sector, sector_basis = self._person_sector(person)
        if country is None and code is None:
            country, code, basis = self._surroundings(sector_hit)
            if sector is None and basis == "gazetteer" and self.head_hit is None and not self.core:
                sector, sector_basis = "CVL", "place"
        if country is not None:
            code = code or country
        elif code in SUPRANATIONAL and basis in OF_BODIES and sector in ("SOC", "OPP"):
            # observers of the OSCE are its staff; its human rights chief is an official
            is_official = sector_hit is not None and sector_hit.term.sector == "GOV"
            sector = "GOV" if is_official and code != "NGO" else None
        elif code == "NGO" and sector == "GOV":
            sector = None
        return ActorFacts(
            country=country,
            code=code,
            sector=sector,
            country_basis=basis if code else None,
            sector_basis=sector_basis if sector else None,
        )

    def _is_former(self) -> bool:
        return any(part in FORMER for part in self.parts[: self.head + 1])

    def _surroundings(self, sector_hit: _Hit | None) -> tuple[str | None, str | None, str | None]:
        """Last resorts for a country: a city, a known person further on, and that peacekeepers act for many states."""
        owner = self._owner()
        if owner is not None:
            return (*_place_of(owner.country), "office-holder")
        city = self._city()
        if city is not None:
            return city, city, "gazetteer"
        for first in range(self.core_end, len(self.parts) - 1):
            for size in (4, 3, 2):
                holders = self.knowledge.people.named(" ".join(self.parts[first : first + size]))
                chosen = _choose(holders, self.date) if holders else None
                if chosen is not None:
                    return (*_place_of(chosen.country), "office-holder")
        if self.parts[self.head] in PARTS:
            for hit in self.after:
                if hit.term.kind == "religion" and self._preposition_of(hit) == "of":
                    return None, hit.term.code, "of"
        if sector_hit is not None and sector_hit.term.name.startswith(("peacekeep", "blue helmet")):
            return None, "IGO", "role"
        if "multinational" in self.parts and sector_hit is not None:
            if sector_hit.term.sector in ("BUS", None):
                return None, "MNC", "role"
            return None, "IGO", "role"
        return None, None, None

    def _owner(self) -> Officeholder | None:
        """Return the known person whose people these are: ``Laurent Kabila's rebels``."""
        for at in range(2, self.core_end):
            if self.parts[at] != "'s":
                continue
            for first in range(max(0, at - 4), at - 1):
                holders = self.knowledge.people.named(" ".join(self.parts[first:at]))
                if holders:
                    return _choose(holders, self.date)
        return None

    def _city_named(self, name: str) -> tuple[Place, float] | None:
        if name in EVERYDAY or name in EVERYDAY_PLACES or name.startswith(("st ", "saint ")):
            return None
        return self.knowledge.gazetteer.choose(name)

    def _city(self) -> str | None:
        """Return the country of a large city that locates the phrase: ``police in Karachi``, ``Karachi police``, ``Cizre``."""
        covered = {index for hit in self.hits for index in range(hit.first, hit.last)}
        starts = [
            index + 1
            for index in range(self.core_end, len(self.parts))
            if self.parts[index] in IN_WORDS or self.parts[index] in FROM_WORDS
        ]
        for start in starts:
            if start < len(self.parts) and self.parts[start] == "the":
                continue
            for size in (5, 4, 3, 2, 1):
                if start + size > len(self.parts) or any(
                    at in covered for at in range(start, start + size)
                ):
                    continue
                chosen = self._city_named(" ".join(self.parts[start : start + size]))
                if chosen is not None and chosen[0].population >= CITY_PEOPLE:
                    return chosen[0].country
        if (
            self.head_hit is not None
            and self.head_hit.term.kind == "role"
            and self.head_hit.first > 0
        ):
            at = self.head_hit.first - 1
            if self.parts[at] == "'s" and at > 0:
                at -= 1
            for size in (2, 1):
                if at + 1 - size < 0 or any(
                    index in covered for index in range(at + 1 - size, at + 1)
                ):
                    continue
                name = " ".join(self.parts[at + 1 - size : at + 1])
                chosen = self._city_named(name)
                if chosen is not None and chosen[0].population >= LARGE_CITY_PEOPLE:
                    return chosen[0].country
            for size in (3, 2, 1):  # Dubai Police General Command
                if size > at or any(index in covered for index in range(size)):
                    continue
                chosen = self._city_named(" ".join(self.parts[:size]))
                if chosen is not None and chosen[0].population >= LARGE_CITY_PEOPLE:
                    return chosen[0].country
        if not self.hits and len(self.parts) <= 3:
            chosen = self._city_named(" ".join(self.parts))
            if chosen is not None and chosen[0].population >= CITY_PEOPLE:
                return chosen[0].country
        return None

    # -- sector ------------------------------------------------------------------------------------------------------

    def _sector(self) -> tuple[str | None, str | None, _Hit | None]:
        head = self.head_hit
        if head is None:
            return self._sector_of_name()
        kind = head.term.kind
        if kind == "role":
            return self._sector_of_role(head)
        if kind == "organisation":
            if head.term.sector is None or self._is_namesake(head):
                title = self._title_before(head.first)
                if title is not None and title.term.rank >= 3 and title.term.role_kind == "group":
                    return title.term.sector, "title", title
            if head.term.role_kind in ("party", "movement", "generic") and self._has_modifier(
                "OPP"
            ):
                return "OPP", "modifier", head
            return head.term.sector, "organisation", head
        if kind == "seat" and not any(hit.term.kind == "role" for hit in self.core):
            return "GOV", "capital", head
        title = self._title_before(head.first)
        if kind in ("country", "region") and title is not None:
            return None, None, head
        if title is not None and title.term.sector and kind not in ("seat", "city"):
            return self._with_former(title.term.sector, title), "title", title
        if (
            (kind in ("people", "ethnic", "religion") and head.term.is_plural)
            or (head.first > 0 and self.parts[head.first - 1] == "ethnic")
            or (kind == "ethnic" and self._place_after(("in", "of", "from")) is not None)
        ):
            return "CVL", "people", head
        if kind == "city":
            return "CVL", "place", head
        return None, None, head

    def _sector_of_name(self) -> tuple[str | None, str | None, _Hit | None]:
        """Sector where the head is no known word, such as a person's name: the title before it, else after it."""
        title = self._title_before(self.head)
        if (
            title is not None
            and title.term.office is None
            and title.term.sector in ("ELI", "MIL", "REL", None)
        ):
            offices = [hit for hit in self.core if hit.term.office and hit.last <= title.first]
            title = offices[-1] if offices else title
        orgs = [
            hit for hit in self.core if hit.term.kind == "organisation" and hit.last <= self.head
        ]
        if title is not None:
            if title.term.sector == "REL" and orgs and orgs[-1].term.sector == "REB":
                return "REB", "organisation", title
            sector, basis, _ = self._sector_of_role(title)
            return sector, "title" if sector else basis, title
        if orgs and orgs[-1].term.sector:
            return orgs[-1].term.sector, "organisation", orgs[-1]
        for hit in self.after:
            if hit.term.kind == "role" and hit.term.sector and self._in_apposition(hit):
                return self._with_former(hit.term.sector, hit), "apposition", hit
        return None, None, None

    def _is_namesake(self, head: _Hit) -> bool:
        """Say whether initials are those of a body of another country: ``Cameroon's main opposition party SDF``."""
        return head.last - head.first == 1 and any(
            self._owns(hit) and hit.term.country not in (None, head.term.country)
            for hit in self.core
            if hit.term.kind == "country"
        )

    def _hit_ending(self, position: int) -> _Hit | None:
        return next((hit for hit in self.core if hit.last == position), None)

    def _title_before(self, position: int) -> _Hit | None:
        titles = [
            hit
            for hit in self.core
            if hit.term.kind == "role" and hit.last <= position and hit.term.role_kind != "modifier"
        ]
        return titles[-1] if titles else None

    def _sector_of_role(self, head: _Hit) -> tuple[str | None, str | None, _Hit | None]:
        office_before = self._hit_ending(head.first)
        if office_before is not None and office_before.term.office and head.term.sector in HONORARY:
            head = office_before  # Foreign Minister Sheikh
        best, basis = head, "role"
        rank = head.term.rank
        for hit in reversed([hit for hit in self.core if hit.last <= head.first]):
            term = hit.term
            if self._is_weak(hit) or (
                self.parts[hit.last : hit.last + 1] == ["'s"] and term.kind != "organisation"
            ):
                continue
            if term.sector == "OPP" and head.term.sector == "JRN":
                continue  # an opposition newspaper is one
            if term.name in RANKS and head.term.role_kind == "group":
                continue  # a general council
            if term.kind == "role" and term.rank > rank:
                best, rank, basis = hit, term.rank, "modifier"
            elif (
                term.kind == "organisation"
                and term.sector
                and (
                    rank <= 2
                    or (
                        head.term.sector == "GOV"
                        and head.term.role_kind == "group"
                        and not (term.sector == "REB" and head.term.name in RULING)
                    )
                    or (head.term.sector == "UAF" and term.role_kind in FIGHTING)
                    or (head.term.name in SERVING and term.sector in ARMED)
                )
                and term.code != term.sector
            ) and not (term.role_kind == "igo" and head.term.sector):
                best, rank, basis = hit, 3, "organisation"
        sector = best.term.sector
        if head.term.sector == "UAF" and (best is not head or self._is_of_a_movement()):
            sector = "REB" if best is head or best.term.sector in ("PTY", "GOV") else sector
        before = self._hit_ending(head.first)
        if (
            rank <= 2
            and head.term.name == "leader"
            and before is not None
            and before.term.kind == "religion"
        ):
            return "REL", "faith", head
        if head.term.name == "coalition" and self.parts[head.first - 1 : head.first] == ["led"]:
            return "MIL", "modifier", head
        if head.term.name in UNIONS and not WORKERS.isdisjoint(self.parts):
            return "LAB", "modifier", head
        if rank <= 2 or head.term.name in PRESIDING:
            inner = self._sector_of_part(head)
            if inner is not None:
                return inner.term.sector, "part of", inner
        if sector is None:
            return None, None, head
        return self._with_former(sector, head), basis, head

    def _is_of_a_movement(self) -> bool:
        """Say whether *of*, *from* names who the armed men are: ``gunmen from the Abu Sayyaf group``."""
        return any(
            hit.term.kind == "organisation"
            and hit.term.role_kind in FIGHTING
            and self._preposition_of(hit) in FROM_WORDS
            for hit in self.after
        )

    def _sector_of_part(self, head: _Hit) -> _Hit | None:
        """Look through ``members of``, ``leader of``, ``supporters of`` at what follows."""
        word = self.parts[head.last - 1]
        presides = head.term.name in PRESIDING
        if word not in PARTS and not presides:
            return None
        index = self.core_end
        if index >= len(self.parts) or self.parts[index] not in ("of", "from", "for"):
            return None
        for hit in self.after:
            if any(
                self.parts[at] in APPOSITION or self.parts[at] in IN_WORDS
                for at in range(index, hit.first)
            ):
                return None
            term = hit.term
            if term.sector is None or term.kind not in ("role", "organisation"):
                continue
            if presides and (term.sector in STATE or term.role_kind not in BODIES):
                return None
            if word in SUPPORT and term.sector not in ("REB", "OPP", "ELI", "PTY"):
                continue
            if term.kind == "organisation" and term.role_kind == "igo":
                continue
            if term.sector == "ELI":
                return _Hit(hit.first, hit.last, dataclasses.replace(term, sector="OPP"))
            return hit
        return None

    def _with_former(self, sector: str, hit: _Hit) -> str:
        """Turn a former official into ELI."""
        if sector not in ("GOV", "LEG", "JUD"):
            return sector
        start = max(0, hit.first - 5)
        if any(self.parts[index] in FORMER for index in range(start, hit.first)):
            return "ELI"
        return sector

    def _has_modifier(self, sector: str) -> bool:
        return any(hit.term.kind == "role" and hit.term.sector == sector for hit in self.core)

    def _in_apposition(self, hit: _Hit) -> bool:
        between = self.parts[self.core_end : hit.first]
        return (
            bool(between)
            and between[0] in APPOSITION
            and not any(part in RELATIVE for part in between)
        )

    # -- country -----------------------------------------------------------------------------------------------------

    def _country(self, sector_hit: _Hit | None) -> tuple[str | None, str | None, str | None]:
        head = self.head_hit
        core = self.core_country = self._core_country(head)
        if core is not None and self.parts[core.last : core.last + 1] in BACKED:
            place = self._place_after(("in", "from", "of"))
            if place is not None:
                return place.term.country, place.term.country, "place"
        if (
            head is not None
            and (head.term.kind in ("ethnic", "religion") or self._is_minority(head))
            and (core is None or core is head or core.term.kind in ("ethnic", "religion"))
        ) or (core is not None and self._is_by_descent(core)):
            place = self._place_after(
                ("of", "in", "from", "at", "near", "throughout", "across", "inside")
            )
            if place is not None:
                return place.term.country, place.term.country, "place"
        if core is not None:
            term = core.term
            basis = (
                "name"
                if core is head
                else "organisation"
                if term.kind == "organisation"
                else "nationality"
            )
            if term.country is not None:
                multinational = term.code if term.code in ("MNC", "NGO") and core is head else None
                return term.country, multinational and term.country, basis
            if term.code is not None and not (
                term.kind == "religion" and self._place_after(tuple(IN_WORDS | FROM_WORDS))
            ):
                city = self._city() if term.kind == "religion" and core is not head else None
                return city, city or term.code, "gazetteer" if city else basis
        after = self._country_after()
        if after is not None:
            return after
        before = [hit for hit in self.before if hit.term.country]
        if before and sector_hit is None and head is None:
            return before[-1].term.country, before[-1].term.country, "phrase"
        return None, None, None

    def _is_by_descent(self, hit: _Hit) -> bool:
        """Say whether an adjective tells descent, not citizenship: ``ethnic Albanian guerrillas in Macedonia``.

        So it is before *minority*, *population* and *community*: ``the Turkish minority in Bulgaria``.
        """
        return "ethnic" in self.parts[max(0, hit.first - 1) : hit.last] or (
            hit is not self.head_hit and self.parts[self.head] in MINORITY
        )

    def _is_minority(self, hit: _Hit) -> bool:
        """Say whether people are named by descent, so that a place decides: ``ethnic Chinese in Indonesia``."""
        before = self.parts[hit.first - 1] if hit.first else ""
        return hit.term.kind in ("people", "demonym") and (
            before == "ethnic" or (hit.term.is_plural and hit.term.country in DIVIDED)
        )

    def _owns(self, hit: _Hit) -> bool:
        return self.parts[hit.last : hit.last + 1] == ["'s"]

    def _is_weak(self, hit: _Hit) -> bool:
        """Say whether a term only colours the phrase: ``Israeli-occupied``, ``anti-American``, ``London-based``."""
        after = self.parts[hit.last] if hit.last < len(self.parts) else ""
        before = self.parts[hit.first - 1] if hit.first else ""
        return after in INVOLVED or after in ORIGIN or before in AGAINST

    def _core_country(self, head: _Hit | None) -> _Hit | None:
        strong: list[_Hit] = []
        organisations: list[_Hit] = []
        weak: list[_Hit] = []
        for hit in self.core:
            term = hit.term
            if term.country is None and term.code is None:
                continue
            if hit is not head and hit.first > self.head:
                continue
            if self._is_weak(hit):
                before = self.parts[hit.first - 1] if hit.first else ""
                if before not in AGAINST:
                    weak.append(hit)
            elif term.kind == "organisation":
                organisations.append(hit)
            elif term.kind in ("ethnic", "religion"):
                if term.country or term.code:
                    weak.append(hit)
            else:
                strong.append(hit)
        if head is not None and head in strong:
            before_head = [hit for hit in strong if hit is not head and hit.term.kind == "demonym"]
            if head.term.kind in ("city", "seat") and before_head:
                return before_head[-1]
            return self._homeland(head, [*strong, *weak]) or head
        if head is not None and head in organisations and self._is_longer_name(head):
            organisations.remove(head)
            head = None
        if head is not None and head in organisations and head.term.role_kind not in ("igo", "ngo"):
            adjectives = [hit for hit in strong if hit.term.kind == "demonym" or self._owns(hit)]
            return adjectives[-1] if adjectives and head.term.role_kind != "media" else head
        if head is not None and head in organisations:
            branch = [
                hit for hit in strong if hit.last == head.first and hit.term.kind == "demonym"
            ]
            return branch[0] if branch and "red" in self.parts[head.first : head.last] else head
        if organisations and not strong and all(map(self._is_generic, organisations)):
            return None
        if strong:
            return self._nearest(strong)
        if organisations:
            return organisations[-1]
        if weak:
            involved = [hit for hit in weak if hit.term.kind not in ("ethnic", "religion")]
            peoples = [
                hit for hit in weak if hit.term.kind in ("ethnic", "religion") and hit.term.country
            ]
            return (peoples or involved or weak)[-1]
        return None

    def _is_longer_name(self, hit: _Hit) -> bool:
        """Say whether a known name of everyday words is the end of an unknown one: ``National`` People's Party."""
        return (
            hit.first > 0
            and self.parts[hit.first - 1] in GENERIC_NAME - NAME_WORDS_OF_ALL
            and GENERIC_NAME.issuperset(self.parts[hit.first : hit.last])
        )

    def _is_generic(self, hit: _Hit) -> bool:
        """Say whether an organisation of a name that many countries have is placed in another: ``... in Macedonia``."""
        if not GENERIC_NAME.issuperset(self.parts[hit.first : hit.last]):
            return False
        place = self._place_after(("of", "in", "from"))
        return place is not None and place.term.country != hit.term.country

    def _homeland(self, head: _Hit, strong: Sequence[_Hit]) -> _Hit | None:
        """Return the country of a minority that is named by where it lives: ``Croatian Serbs``, ``Bulgarian Turks``."""
        if head.term.kind != "people":
            return None
        return next((hit for hit in strong if hit.last == head.first and hit is not head), None)

    def _nearest(self, strong: Sequence[_Hit]) -> _Hit:
        """Choose among nationalities before the head: the nearest adjective, else the first name (``US Iran envoy``)."""
        if len(strong) == 1:
            return strong[0]
        adjectives = [hit for hit in strong if hit.term.kind in ("demonym", "people", "seat")]
        if len(adjectives) > 1 and self.parts[adjectives[-1].first] in MINORITIES:
            return adjectives[-2]
        return adjectives[-1] if adjectives else strong[0]

    def _place_after(self, prepositions: tuple[str, ...]) -> _Hit | None:
        for hit in self.after:
            if hit.term.country is None or hit.term.kind in ("role", "organisation"):
                continue
            if self._preposition_of(hit) in prepositions and not self._is_weak(hit):
                return hit
        return None

    def _preposition_of(self, hit: _Hit) -> str:
        for index in range(hit.first - 1, self.core_end - 1, -1):
            part = self.parts[index]
            if part in BREAKS:
                return part
            if part in APPOSITION or part in RELATIVE:
                return ","
        return ""

    def _country_after(self) -> tuple[str | None, str | None, str | None] | None:
        choices: list[tuple[int, int, _Hit, str]] = []
        for order, hit in enumerate(self.after):
            term = hit.term
            if term.country is None and term.code is None:
                continue
            preposition = self._preposition_of(hit)
            if term.kind == "religion":
                continue
            weak = 3 if self._is_weak(hit) else 0
            if preposition in FROM_WORDS:
                choices.append((0 + weak, order, hit, "of"))
            elif preposition in IN_WORDS and (
                term.kind != "organisation" or term.role_kind == "university"
            ):
                choices.append((1 + weak, order, hit, "place"))
            elif preposition in ("", ","):
                choices.append((2 + weak, order, hit, "apposition"))
        if not choices:
            return None
        _, _, hit, basis = min(choices, key=lambda choice: choice[:2])
        if hit.term.country is not None:
            return hit.term.country, hit.term.country, basis
        return None, hit.term.code, basis

    # -- people ------------------------------------------------------------------------------------------------------

    def _person(self, title: _Hit | None) -> Officeholder | None:
        """Find the office-holder whose name ends at the head, by full name or by title and surname."""
        knowledge, parts = self.knowledge, self.parts
        end = self.core_end
        for first in range(max(0, end - 6), end - 1):
            holders = knowledge.people.named(" ".join(parts[first:end]))
            if holders:
                return _choose(holders, self.date)
        if title is None or title.last > self.head:
            if end == 1 and len(parts[0]) > 4:
                holders = knowledge.people.named(parts[0])
                return _choose(holders, self.date) if holders else None
            return None
        titles = {
            at for hit in self.core if hit.term.kind == "role" for at in range(hit.first, hit.last)
        }
        name = [
            parts[at]
            for at in range(title.last, end)
            if parts[at] not in ("the", "'s") and at not in titles
        ]
        office = title.term.office
        if office is None and title.term.sector == "ELI":
            bare = knowledge.role(title.term.name.removeprefix("former ").removeprefix("ex-"))
            office = bare.office if bare is not None else None
        if office is None or not name:
            return None
        return find_by_surname(knowledge, name, office, self.date) or self._misspelt(name, office)

    def _misspelt(self, name: Sequence[str], office: str) -> Officeholder | None:
        """Find the head of a state whose name differs by one letter: ``President Milosovic``; null when two fit."""
        if office not in ("head of state", "head of government"):
            return None
        found = {
            holder.country: holder
            for joined in self.knowledge.people.heads_like(name[-1])
            for holder in self.knowledge.people.named(joined)
            if holder.office in SAME_OFFICE[office]
            and (len(name) == 1 or first_names_agree(name, holder))
        }
        return next(iter(found.values())) if len(found) == 1 else None

    def _person_sector(self, person: Officeholder) -> tuple[str | None, str | None]:
        if self.date is not None and person.end is not None and person.end < self.date:
            return (
                "ELI" if person.sector in ("GOV", "LEG", "JUD") else person.sector
            ), "office-holder"
        return person.sector, "office-holder"


def _place_of(country: str) -> tuple[str | None, str | None]:
    return (None, country) if country in ("UNO", "IGO", "EUR", "NGO", "IMG") else (country, country)


def _choose(holders: Sequence[Officeholder], date: dt.date | None) -> Officeholder | None:
    chosen = choose_office(holders, date)
    if chosen is None:
        return None
    country, office, _, qid, name = chosen
    bare = office.removeprefix("former ").removeprefix("later ")
    for holder in holders:
        if (holder.country, holder.office, holder.qid, holder.name) == (country, bare, qid, name):
            return holder
    return holders[0]


SAME_OFFICE: Final = {
    "head of state": ("head of state", "head of government"),
    "head of government": ("head of government", "head of state"),
    "deputy head": ("deputy head", "head of government", "head of state"),
}


def find_by_surname(
    knowledge: Knowledge, name: Sequence[str], office: str, date: dt.date | None
) -> Officeholder | None:
    """Find who is meant by title and (part of a) name: ``President Obama``; null when two countries fit."""
    offices = SAME_OFFICE.get(office, (office,))
    candidates: list[Officeholder] = []
    for size in (2, 1):
        surname = " ".join(name[-size:]) if len(name) >= size else ""
        candidates = [
            holder for holder in knowledge.people.surnamed(surname) if holder.office in offices
        ]
        if candidates:
            break
    if not candidates:
        return None
    if len(name) > 1:
        agreeing = [holder for holder in candidates if first_names_agree(name, holder)]
        if not agreeing:
            return None
        candidates = agreeing
    if date is not None:
        current = [holder for holder in candidates if holder.holds(date)]
        candidates = current or candidates
    exact = [holder for holder in candidates if holder.office == offices[0]]
    candidates = exact or candidates
    if len({holder.country for holder in candidates}) != 1:
        return None
    return max(candidates, key=lambda holder: holder.start or dt.date.min)
