"""A noun phrase to the actor it names.

``Israeli intelligence``, ``rebels in the Ivory Coast``, ``students at a university in Lagos`` and ``he`` name actors as
well as ``Lloyd Austin`` does. The phrase's own words decide first, then what it is attached to, then where the sentence
takes place; ``country_basis`` of the result says which.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Final

from schemas.facts import Actor, Entity, ResolvedArticle
from transforms.coding.circumstances import SAYING
from transforms.coding.clauses import Clauses
from transforms.knowledge.actors import ActorFacts, describe_phrase
from transforms.knowledge.knowledge import Knowledge

_PRONOUNS: Final = frozenset("he she it they him her them we us i you who".split())
_POSSESSIVES: Final = frozenset(["his", "her", "its", "their", "our", "my", "your"])
_DASHES: Final = frozenset(["-", "–", "—", "--", ":"])
_FIRST: Final = frozenset("i we us our my".split())
_OWNERS: Final = frozenset("its his her their".split())
# Plural nouns that, with "two" or "both", name the parties of the story; the paired ones do so alone.
_PAIRED: Final = frozenset(
    "sides allies neighbours neighbors ministers secretaries counterparts rivals foes leaders presidents delegations"
    " negotiators premiers".split()
)
_COLLECTIVE: Final = _PAIRED | frozenset(
    "countries nations governments states leaders presidents officials parties capitals men women premiers kings"
    " militaries armies powers delegations diplomats negotiators teams chiefs counterparts peoples".split()
)
_LOCATING: Final = frozenset("of in from at near throughout across inside for within".split())
_CROWDS: Final = frozenset({"dozens", "scores", "hundreds", "thousands"})
_PORTFOLIOS: Final = frozenset(
    "minister ministers ministry ministries secretary department departments commissioner".split()
)
_BELONGING: Final = frozenset({"of", "from", "in", "for"})
_PLURAL: Final = frozenset({"police", "personnel", "military"})
_JOINING: Final = frozenset({"and", ",", "&", "/"})
_ACTING_TYPES: Final = frozenset({"PERSON", "ORG", "GPE", "NORP"})
_DOMESTIC: Final = frozenset(
    "COP GOV JUD LEG MIL OPP REB PTY CVL EDU LAB MED JRN REL AGR CRM SPY PRM BUS SOC REF ELI UAF".split()
)
# Nouns that stand for a state's forces.
_HARDWARE: Final = frozenset(
    "tank tanks warplane warplanes jet jets plane planes aircraft helicopter helicopters drone"
    " drones gunship gunships gunboat gunboats warship warships ship ships submarine submarines"
    " missile missiles artillery bomber bombers fighter frigate destroyer armour armor shell"
    " shells rocket rockets predator patrol patrols convoy".split()
)
# Endings of nouns for people and bodies; a miss costs an actor, a false one makes a thing act.
_PEOPLE: Final = re.compile(
    r"(?:[^n]ers?|[^t]ors?|ists?|ians?|eers?|ees|men|man|woman|people|folk|nationals?|citizens?|sides?|team|delegates?|"
    r"forces?|council|agency|ministry|side|state|republic|kingdom|neighbou?rs?|allies|ally|envoys?|diplomats?)$"
)
_PARTITIVE: Final = frozenset(
    "group groups number hundreds thousands tens dozens scores crowd crowds team delegation"
    " members member batch lot majority handful column wave party pair series some many most"
    " several all one two three".split()
)


@dataclasses.dataclass(frozen=True, slots=True)
class Named:
    """An actor with what is known of it; ``certain`` is false where the country was taken from the surroundings."""

    actor: Actor
    token: int
    generic: bool
    named: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Party:
    """One of the two parties of a story."""

    entity_id: str | None
    country: str | None
    code: str


Pair = tuple[Party, ...]

_DIVIDED: Final = {"korea": ("PRK", "KOR"), "koreas": ("PRK", "KOR")}
"""Names that two states share, each with a point of the compass before it."""
"""The two parties of a story, or empty while they cannot be told."""


def first_pair(resolved: ResolvedArticle) -> Pair:
    """Return the two countries an article speaks of most, if they stand out from a third."""
    counts: dict[str, int] = {}
    entity_of: dict[str, str] = {}
    for entity in resolved.entities:
        if entity.country and entity.type in ("GPE", "NORP", "PERSON"):
            counts[entity.country] = counts.get(entity.country, 0) + entity.mention_count
            if entity.type == "GPE" and entity.resolution in (None, "country"):
                entity_of.setdefault(entity.country, entity.entity_id)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if len(ranked) < 2 or ranked[1][1] < 3:
        return ()
    if len(ranked) > 2 and ranked[1][1] < 1.5 * ranked[2][1]:
        return ()
    return tuple(Party(entity_of.get(code), code, code) for code, _ in ranked[:2])


def _different(entities: Sequence[Entity]) -> list[Entity]:
    """Return the entities, one for each code, if all of them have a code and they are several."""
    found: dict[str, Entity] = {}
    for entity in entities:
        code = entity.code or entity.country
        if code is None or entity.type == "PERSON":
            return []
        found.setdefault(code, entity)
    return list(found.values()) if len(found) > 1 else []


class Phrases:
    """Resolves noun phrases of one sentence; results are kept."""

    __slots__ = (
        "_cache",
        "article_date",
        "dated",
        "entities",
        "graph",
        "knowledge",
        "muted",
        "resolved",
        "text",
    )

    def __init__(
        self,
        graph: Clauses,
        resolved: ResolvedArticle,
        knowledge: Knowledge,
        muted: frozenset[int] = frozenset(),
    ) -> None:
        """Bind to one sentence of one article; ``muted`` are tokens that name nobody, those of its dateline."""
        self.graph = graph
        self.muted = muted
        self.resolved = resolved
        self.knowledge = knowledge
        self.entities = resolved.entities
        article = resolved.annotated.article
        self.text = article.text
        self.article_date = article.published_at.date() if article.published_at else None
        self.dated = graph.dated
        self._cache: dict[int, Named | None] = {}

    def entity(self, token: int) -> Entity | None:
        """Return the entity a token belongs to."""
        index = self.resolved.entity_of_token.get(token)
        return None if index is None else self.entities[index]

    def actor(self, token: int) -> Named | None:
        """Return the actor named by the phrase whose head is ``token``, or null."""
        if token not in self._cache:
            self._cache[token] = None
            self._cache[token] = None if token in self.muted else self._actor(token, 0)
        return self._cache[token]

    def _span(self, token: int) -> tuple[int, int]:
        """Return the characters of the phrase: modifiers to the head, with the rest of a name after it."""
        graph = self.graph
        left, right = graph.phrase_left(token), token
        while left < token and (
            graph.lowers[left] in ("the", "a", "an", "its", "his", "their")
            or graph.tags[left] in ("ADV", "ADP", "PUNCT", "SCONJ", "CCONJ")
        ):
            left += 1
        for i in range(
            left, token
        ):  # what stands before a dash, in a dateline or is a date is no part of the name
            if (
                i in self.dated
                or i in self.muted
                or (
                    graph.lowers[i] in _DASHES
                    and i > graph.first
                    and graph.tokens.starts[i] > graph.tokens.ends[i - 1]
                )
            ):
                left = i + 1
        index = self.resolved.entity_of_token.get(token)
        if index is not None:
            while self.resolved.entity_of_token.get(right + 1) == index and right + 1 < graph.last:
                right += 1
        else:
            for kid in graph.kids(token):
                if kid == right + 1 and graph.relations[kid] in ("flat", "compound"):
                    right = kid
        return graph.tokens.starts[left], graph.tokens.ends[right]

    def _make(
        self, token: int, *, entity_id: str | None, country: str | None, code: str | None, sector: str | None,
        generic: bool, named: bool,
    ) -> Named:  # fmt: skip
        start, end = self._span(token)
        return Named(
            Actor(
                text=self.text[start:end], start=start, end=end, entity_id=entity_id,
                country=country, code=code or country, sector=sector,
            ),
            token, generic, named,
        )  # fmt: skip

    def _from_entity(self, token: int, entity: Entity) -> Named | None:
        if entity.type not in _ACTING_TYPES and not (
            entity.type in ("LOC", "FAC") and (entity.country or entity.code)
        ):
            return None
        return self._make(
            token, entity_id=entity.entity_id, country=entity.country, code=entity.code or entity.country,
            sector=entity.sector, generic=not (entity.country or entity.code), named=True,
        )  # fmt: skip

    def _actor(self, token: int, depth: int) -> Named | None:
        if depth > 4:
            return None
        graph = self.graph
        entity = self.entity(token)
        word, tag = graph.lowers[token], graph.tags[token]
        if word in _PRONOUNS or word in _POSSESSIVES:
            return self._pronoun(token, entity, depth)
        divided = self.divided(token)
        if divided:
            return self.both(token, divided)[0]
        if entity is not None and not self._is_minority(token):
            found = self._from_entity(token, entity)
            if found is not None and not found.generic:
                return found
            if found is not None:
                more = self._describe(token, depth)
                return self._joined(found, more) if more is not None else found
        if graph.relations[token] in ("compound", "amod") and (
            token + 1 < graph.last and graph.lowers[token + 1] == "-"
        ):
            return None  # "head-on", "state-run", "student-led": no part of a compound acts
        if tag not in ("NOUN", "PROPN", "ADJ", "NUM", "DET", "PRON", "X", "SYM", "VERB"):
            return None
        if word in _PARTITIVE:
            for kid in graph.kids(token):
                if graph.relations[kid] == "nmod" and "of" in graph.cases(kid):
                    inner = self._actor(kid, depth + 1)
                    if inner is not None:
                        return inner
            if word in _CROWDS and not any("of" in graph.cases(kid) for kid in graph.kids(token)):
                return self._make(  # "thousands marched in Warsaw": people
                    token, entity_id=None, country=None, code=None, sector="CVL", generic=True, named=False
                )  # fmt: skip
        return self._describe(token, depth)

    def _joined(self, found: Named, more: Named) -> Named:
        """Give a known name the country and sector that the words around it state."""
        actor = dataclasses.replace(
            found.actor,
            country=found.actor.country or more.actor.country,
            code=found.actor.code or more.actor.code,
            sector=found.actor.sector or more.actor.sector,
        )
        return Named(actor, found.token, actor.code is None, True)

    def _pronoun(self, token: int, entity: Entity | None, depth: int) -> Named | None:
        """Resolve a pronoun: as the resolver did, else to the subject of the clause that reports its own."""
        if entity is not None:
            return self._from_entity(token, entity)
        graph = self.graph
        word = graph.lowers[token]
        if word in ("you", "your"):
            return None
        if word in ("i", "we", "us", "our", "my"):
            return self._speaker_of(token, depth)
        node = graph.heads[token]
        for _ in range(5):
            head = graph.heads[node]
            if head == node:
                break
            if (
                graph.relations[node] in ("ccomp", "advcl", "xcomp", "acl", "conj", "parataxis")
                or word in _POSSESSIVES
            ):
                for subject in (
                    graph.surface_subject(head)
                    if graph.tags[head] in ("VERB", "AUX", "ADJ")
                    else ()
                ):
                    if (
                        subject != token
                        and graph.lowers[subject] not in _PRONOUNS
                        and subject < token
                    ):
                        return self._actor(subject, depth + 1)
            node = head
        if word in _POSSESSIVES and graph.tags[node] in ("VERB", "AUX", "ADJ"):
            for subject in graph.surface_subject(node):
                if subject < token and graph.lowers[subject] not in _PRONOUNS:
                    return self._actor(subject, depth + 1)
        return None

    def _speaker_of(self, token: int, depth: int) -> Named | None:
        """Return who says the clause of a first-person pronoun: *"We warn the government," she said*."""
        graph = self.graph
        node = token
        for _ in range(8):
            head = graph.heads[node]
            for kid in graph.kids(node):
                if graph.lowers[kid] in SAYING and graph.relations[kid] in ("parataxis", "ccomp"):
                    for subject in graph.subjects(kid):
                        if graph.lowers[subject] not in _FIRST:
                            return self._actor(subject, depth + 1)
            if head == node:
                break
            if graph.lowers[head] in SAYING and graph.relations[node] in ("ccomp", "parataxis"):
                for subject in graph.subjects(head):
                    if graph.lowers[subject] not in _FIRST:
                        return self._actor(subject, depth + 1)
            node = head
        return None

    def collective(self, token: int) -> bool:
        """Tell whether a phrase means both parties of the story: *the two sides*, *both ministers*, *the allies*."""
        graph = self.graph
        word = graph.lowers[token]
        if word not in _COLLECTIVE and not (
            word == "both" and graph.tags[token] in ("PRON", "DET")
        ):
            return False
        if self.entity(token) is not None:
            return False
        if word == "both":
            return True
        left = graph.phrase_left(token)
        before = graph.lowers[left:token]
        if any(self.entity(i) is not None for i in range(left, token)):
            return False
        if any(
            graph.relations[k] == "nmod" and graph.cases(k) & _LOCATING for k in graph.kids(token)
        ):
            return False
        if "two" in before or "both" in before:
            return True
        return word in _PAIRED and bool(before) and before[0] in ("the", "their")

    def plural_subject(self) -> list[Named]:
        """Return who the sentence is about if they are several: what *they* in the next one means."""
        graph = self.graph
        for token in range(graph.first, graph.last):
            if graph.relations[token] not in ("nsubj", "nsubj:pass"):
                continue
            members = graph.conjuncts(token)
            if len(members) < 2 and graph.xpos[token] not in ("NNS", "NNPS"):
                continue
            found = [n for n in map(self.actor, members) if n is not None and n.actor.code]
            if len(found) == len(members):
                return found
        return []

    def single_subject(self) -> list[Named]:
        """Return the person the sentence is about, if it is one: what *he* at the start of the next one means."""
        graph = self.graph
        for token in range(graph.first, graph.last):
            if graph.relations[token] not in ("nsubj", "nsubj:pass") or graph.tags[token] == "PRON":
                continue
            named = self.actor(token)
            if named is None or not named.actor.code or len(graph.conjuncts(token)) > 1:
                continue
            role = self.knowledge.role(graph.lowers[token])
            if self._is_person(named) or (
                role is not None and role.kind == "person" and graph.xpos[token] in ("NN", "NNP")
            ):
                return [named]
        return []

    def goes_on_about_somebody(self) -> bool:
        """Tell whether the sentence itself says *he* or *she* of whom the one before is about."""
        graph = self.graph
        return any(
            graph.lowers[token] in ("he", "she") and graph.relations[token] == "nsubj"
            for token in range(graph.first, graph.last)
        )

    def owned(self, token: int) -> int | None:
        """Return the *its* of a phrase that nothing in the sentence resolves, as in *its commander*."""
        graph = self.graph
        for kid in graph.kids_by(token, "nmod:poss"):
            if graph.lowers[kid] in _OWNERS and self.entity(kid) is None:
                return kid
        return None

    def single_body(self) -> list[Named]:
        """Return the state, organisation or group the sentence is about: what *its* in the next one means."""
        graph = self.graph
        for token in range(graph.first, graph.last):
            if graph.relations[token] not in ("nsubj", "nsubj:pass"):
                continue
            head = graph.heads[token]
            if graph.heads[head] != head:
                continue
            named = self.actor(token)
            if named is None or not named.actor.code or self._is_person(named):
                return []
            role = self.knowledge.role(graph.lowers[token])
            is_body = (
                graph.xpos[token] in ("NN", "NNP")
                and len(graph.conjuncts(token)) == 1
                and (role is None or role.kind != "person")
            )
            return [named] if is_body else []
        return []

    def couple(self) -> list[Named]:
        """Return two persons whom the sentence names together: what *the pair* in the next one means."""
        graph = self.graph
        for token in range(graph.first, graph.last):
            if graph.relations[token] == "conj" and graph.tags[token] == "PROPN":
                found = [self.actor(graph.heads[token]), self.actor(token)]
                named = [n for n in found if n is not None and n.actor.code and self._is_person(n)]
                if len(named) == 2:
                    return named
        return []

    def _is_person(self, named: Named) -> bool:
        entity = self.entity(named.token)
        return entity is not None and entity.type == "PERSON"

    def stand_in(self, token: int, members: list[Named]) -> list[Named]:
        """Return the members as the word that stands for them names them."""
        return [
            self._make(
                token, entity_id=n.actor.entity_id, country=n.actor.country, code=n.actor.code, sector=n.actor.sector,
                generic=False, named=n.named,
            )
            for n in members
        ]  # fmt: skip

    def divided(self, token: int) -> Pair:
        """Return the two states that one phrase names, or nothing: *North and South Korea*, *leaders of the two Koreas*."""
        graph = self.graph
        if graph.words.isdisjoint(_DIVIDED):
            return ()
        heads = [token, *(k for k in graph.kids(token) if "of" in graph.cases(k))]
        for head in heads:
            pair = _DIVIDED.get(graph.lowers[head])
            if pair is None:
                continue
            before = graph.lowers[max(graph.first, head - 3) : head]
            if {"north", "south"} <= set(before) or (
                graph.lowers[head] == "koreas" and not {"north", "south"} & set(before)
            ):
                return tuple(Party(None, code, code) for code in pair)
        return ()

    def both(self, token: int, pair: Pair) -> list[Named]:
        """Return the two parties, each with the words that name them together."""
        return [
            self._make(
                token,
                entity_id=party.entity_id,
                country=party.country,
                code=party.code,
                sector="GOV",
                generic=False,
                named=False,
            )
            for party in pair
        ]

    def several(self, token: int) -> list[Named]:
        """Return an actor for each state or group that a plural phrase joins, or nothing if it joins none.

        *The foreign ministers of China and Russia*, *U.S. and South Korean troops*, *police in Kenya and Uganda*.
        """
        graph = self.graph
        if (
            graph.xpos[token] not in ("NNS", "NNPS") and graph.lowers[token] not in _PLURAL
        ) or self.entity(token) is not None:
            return []
        joined = self._joined_before(token)
        if not joined:
            for kid in graph.kids(token):
                if graph.relations[kid] == "nmod" and graph.cases(kid) & _BELONGING:
                    members = graph.conjuncts(kid)
                    joined = _different([e for e in map(self.entity, members) if e is not None])
                    if joined and graph.lowers[token] in _PARTITIVE:
                        return [named for named in map(self.actor, members) if named is not None]
                    if joined:
                        break
        base = self.actor(token) if joined else None
        if base is None or self._is_minority(token):
            return []
        return [
            dataclasses.replace(
                base,
                actor=dataclasses.replace(
                    base.actor, country=e.country, code=e.code or e.country, entity_id=e.entity_id
                ),
                generic=False,
            )
            for e in joined
        ]

    def _joined_before(self, token: int) -> list[Entity]:
        """Return the different entities with a country that are strung together before a noun."""
        graph = self.graph
        left = graph.phrase_left(token)
        if not _JOINING & set(graph.lowers[left:token]):
            return []
        found: list[Entity] = []
        joins = False
        for i in range(left, token):
            entity = self.entity(i)
            if entity is not None:
                if found and found[-1] is entity:
                    continue
                if found and not joins:
                    return []  # "the German president of the European ..."
                found.append(entity)
                joins = False
            elif found and not joins and i + 1 < token:
                joins = graph.lowers[i] in _JOINING
                if not joins:
                    break
            elif found and joins and graph.lowers[i] not in _JOINING:
                break
        return _different(found)

    def _describe(self, token: int, depth: int) -> Named | None:
        """Describe a common noun with its modifiers and attachments."""
        graph = self.graph
        left = graph.phrase_left(token)
        country = code = entity_id = None
        sector: str | None = None
        for i in range(left, token):
            entity = self.entity(i)
            if (
                entity is not None
                and (entity.country or entity.code)
                and entity.type in ("GPE", "NORP", "ORG", "LOC", "PERSON")
            ):
                country, code, entity_id = (
                    entity.country,
                    entity.code or entity.country,
                    entity.entity_id,
                )
                if entity.type in ("ORG",) and entity.sector:
                    sector = entity.sector
            elif graph.lowers[i] in _POSSESSIVES and graph.relations[i] == "nmod:poss":
                owner = self._pronoun(i, entity, depth + 1)
                if owner is not None and country is None:
                    country, code, entity_id = (
                        owner.actor.country,
                        owner.actor.code,
                        owner.actor.entity_id,
                    )
        words = tuple(graph.lowers[left : token + 1])
        if (graph.lowers[token] == "force" and left == token) or (
            graph.lowers[token] == "forces" and graph.lowers[graph.heads[token]][:4] == "join"
        ):
            return None  # "dissolved by force", "joined forces"
        if graph.lowers[token] == "bloc" and entity_id is None:
            return self._make(  # "the West African bloc": of states, whichever it is
                token, entity_id=None, country=None, code="IGO", sector="GOV", generic=False, named=False
            )  # fmt: skip
        facts: ActorFacts = describe_phrase(words, token - left, self.knowledge, self.article_date)
        word = graph.lowers[token]
        if word in _HARDWARE and not (word.startswith("bomber") and facts.sector in ("UAF", "REB")):
            if code is None and facts.code is None:
                return None
            sector = "MIL"
        if self._is_minority(token):
            # a minority named after another state lives where the sentence says
            country = code = entity_id = None
            facts = ActorFacts(sector=facts.sector or "CVL")
        sector = facts.sector or sector
        country, code = country or facts.country, code or facts.code or facts.country
        if facts.code and facts.code != facts.country and not country:
            code = facts.code
        if code in (None, "ISM"):  # Moslem forces in east Bosnia are Bosnia's
            for kid in graph.kids(token):
                if graph.relations[kid] in ("nmod", "appos", "obl", "nmod:unmarked") and (
                    graph.relations[kid] == "appos" or graph.cases(kid) & _LOCATING
                ):
                    entity = self.entity(kid)
                    if (
                        word in _PORTFOLIOS
                        and "of" in graph.cases(kid)
                        and (entity is None or entity.type not in ("GPE", "LOC"))
                    ):
                        continue  # the Minister of Labour is of no party
                    if entity is not None and (entity.country or entity.code):
                        country, code = entity.country, entity.code or entity.country
                        entity_id = entity.entity_id if graph.relations[kid] == "appos" else None
                        sector = sector or (
                            entity.sector if graph.relations[kid] == "appos" else None
                        )
                        break
                    inner = self._actor(kid, depth + 1)
                    if inner is not None and inner.actor.code:
                        country, code = inner.actor.country, inner.actor.code
                        break
        if code is None and graph.relations[token] == "conj":
            # "Biden's defence and foreign policy chiefs": the possessor of the first is that of both
            for kid in graph.kids_by(graph.heads[token], "nmod:poss"):
                owner = self._actor(kid, depth + 1)
                if owner is not None and owner.actor.code:
                    country, code = owner.actor.country, owner.actor.code
        if not self._may_act(token, facts) or (sector is None and code is None):
            return None
        return self._make(
            token, entity_id=entity_id, country=country, code=code, sector=sector,
            generic=code is None, named=False,
        )  # fmt: skip

    def _is_minority(self, token: int) -> bool:
        """Tell whether a phrase is of the kind *ethnic Albanians*."""
        graph = self.graph
        return (
            "ethnic" in graph.words
            and "ethnic" in graph.lowers[max(graph.first, token - 2) : token]
        )

    def _may_act(self, token: int, facts: ActorFacts) -> bool:
        """Tell whether the head of a phrase is somebody: a role, a name, a nationality or a noun for people.

        The words before the head do not count: *military readiness* and *a drone incursion* do nothing.
        """
        graph = self.graph
        word = graph.lowers[token]
        if self._is_minority(token):
            return True
        role = self.knowledge.role(word)
        if role is not None and role.kind != "modifier":
            # "a national plan", "criminal cases", "an official visit" name nobody; "the military" does
            return graph.tags[token] != "ADJ" or (
                graph.relations[token] != "amod"
                and any(graph.relations[k] == "det" for k in graph.kids(token))
            )
        if graph.tags[token] in ("NUM", "DET", "PRON"):
            return True
        if graph.tags[token] in ("PROPN", "ADJ"):
            return facts.code is not None or facts.sector_basis in ("organisation", "name")
        if word in _HARDWARE or facts.sector_basis == "name":
            return True
        if facts.sector_basis == "organisation":
            # "dawn" is no newspaper; names of several words are told by them
            return not (graph.tokens.words[token].islower() and graph.phrase_left(token) == token)
        return facts.country is not None and _PEOPLE.search(word) is not None

    def whoever(self, token: int, country: str, sector: str) -> Named | None:
        """Return the phrase of a word that resolves to nobody as somebody of a country."""
        if self.graph.lowers[token][:1].isdigit():
            return None
        return self._make(
            token,
            entity_id=None,
            country=country,
            code=country,
            sector=sector,
            generic=True,
            named=False,
        )

    def with_country(self, named: Named, code: str, country: str | None) -> Named:
        """Return a generic actor (``police``) with the country of its surroundings."""
        actor = dataclasses.replace(named.actor, code=code, country=country)
        return Named(actor, named.token, True, named.named)

    def is_domestic(self, named: Named) -> bool:
        """Tell whether a group without a country belongs to the place where things happen."""
        return named.generic and named.actor.sector in _DOMESTIC
