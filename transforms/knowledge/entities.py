"""Entities of one article: which mentions are one thing, what it is, and where it belongs.

The rules and their measured precision are described in ``docs/entities.md``.
"""

from __future__ import annotations

import bisect
import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Final

from schemas import ids
from schemas.annotations import AnnotatedArticle, Sentence
from schemas.facts import Entity, Mention, ResolvedArticle
from transforms.knowledge.actors import (
    DIVIDED,
    GENERIC_NAME,
    RANKS,
    ActorFacts,
    describe_phrase,
    find_by_surname,
    organisation_term,
)
from transforms.knowledge.knowledge import NONSTATE, Knowledge, Term, choose_office
from transforms.knowledge.mentions import (
    EDGE_WORDS,
    LABEL_OF,
    MONTHS,
    Found,
    Hit,
    Scan,
    find_mentions,
)
from transforms.knowledge.names import core_parts, may_be_short, same_person
from transforms.knowledge.people import Officeholder
from transforms.knowledge.places import Place, name_of_everyday
from transforms.knowledge.words import key

PLACE_BEFORE: Final = frozenset(
    "in at near outside around inside across throughout via through into off downtown central greater".split()
)
STATE_BEFORE: Final = frozenset("by between against toward towards with for on".split())
PLACE_AFTER: Final = frozenset(
    "street streets suburb suburbs airport outskirts mayor residents resident district university stadium hospital hotel "
    "neighborhood neighbourhood area region station zoo museum square bureau port metro subway skyline".split()
)
MOTION: Final = frozenset(
    "fly travel go arrive return come head leave rush move drive march flee visit reach enter land depart tour trip "
    "flight road train bus visitor route journey stopover stop tumble withdraw evacuate".split()
)
STRIKES: Final = frozenset(
    "bomb shell storm seize capture hit attack shake occupy besiege bombard raid strike leave visit reach enter evacuate "
    "flee tour rock".split()
)
OF_PLACE: Final = frozenset(
    "capital city outskirts streets suburb suburbs south north east west part parts university mayor bishop archbishop "
    "center centre heart kilometers kilometres miles km people residents siege fall battle airport port town district "
    "area bombing southwest southeast northwest northeast".split()
)
SAYING: Final = frozenset(
    "say tell add warn call urge note state declare announce stress insist argue claim comment write ask reply respond "
    "explain describe vow pledge promise reiterate emphasize emphasise acknowledge admit confirm deny express".split()
)
KOREAS: Final = {"north": "PRK", "south": "KOR"}
RIVAL_SHARE: Final = 0.15
"""How large a namesake of a capital must be, against it, to be meant in an article about the namesake's country: Tripoli
in Lebanon has 0.18 of Libya's, London in Ontario 0.04 of England's."""
_TOWARDS: Final = frozenset("to against toward towards on with for over from".split())
ONLY_ONE: Final = frozenset(
    (
        "islamic revolutionary guard corps",
        "central intelligence agency",
        "defense intelligence agency",
        "department of homeland security",
        "federal reserve",
        "federal security service",
        "ministry of state security",
    )
)
"""Names of everyday words that one state alone uses."""
HOME_SHARE: Final = 0.75
"""How much of an article another country must have, against the home country, that a title without country is its."""
SELF_RULED: Final = frozenset(("country", "region"))
CITY_OF_COUNTRY: Final = frozenset(
    ("SGP", "LUX", "DJI", "KWT", "PAN", "GTM", "MCO", "VAT", "HKG", "MAC", "SMR")
)
US_CONTEXT: Final = frozenset(
    "atlanta alabama florida tennessee texas california carolina savannah senate republican democrat louisiana virginia "
    "augusta macon".split()
)
WATERS: Final = frozenset(
    "sea seas ocean gulf lake bay strait straits channel peninsula basin".split()
)
"""What several countries share, so that a country in its name does not own it: the South China Sea."""
WASHINGTON: Final = frozenset(("washington dc", "washington d c"))
ABROAD_PEOPLE: Final = 50_000
"""A smaller place in a country that the article does not name is not meant: the text would say where it lies."""
DIVISIONS: Final = frozenset(
    "province state governorate oblast region department district prefecture provinces".split()
)
VAGUE_ROLES: Final = frozenset(
    "leader chief head president vice-president chairman chairwoman chair spokesman spokeswoman spokesperson secretary "
    "director executive chief-executive co-president".split()
)
"""Last words of titles that name an official of a state only where the text names the state."""
STATE_OFFICES: Final = frozenset(
    (
        "head of state",
        "head of government",
        "deputy head",
        "foreign",
        "defence",
        "interior",
        "finance",
        "justice",
    )
)
COMMON_OFFICES: Final = frozenset(
    (
        "minister",
        "ambassador",
        "chief of staff",
        "police",
        "judge",
        "justice",
        "prosecutor",
        "central bank",
        "presidential staff",
        "intelligence",
        "speaker",
    )
)
"""Offices whose holders are many, and named without a title only in the news of their country."""
MINISTERS: Final = STATE_OFFICES - {"head of state", "deputy head"}
"""Offices that only states have; unions and clubs have presidents too."""
STATE_WORDS: Final = frozenset(
    "ministry government cabinet parliament army police military presidential navy minister parliamentary ministerial".split()
)
NATIONAL_KINDS: Final = frozenset(
    ("armed", "party", "movement", "agency", "parliament", "court", "union", "forces")
)
ROLE_NOUNS: Final = frozenset(
    "minister president premier chancellor secretary chief leader spokesman spokeswoman spokesperson ambassador envoy "
    "general commander king prince governor mayor senator judge prosecutor bishop diplomat adviser negotiator official "
    "lawmaker activist economist analyst".split()
)

NOMINAL_WORDS: Final = ROLE_NOUNS | {"he", "she", "counterpart"}


OF_STATES: Final = frozenset(("GOV", "MIL", "COP", "LEG", "JUD", "SPY"))
FAMOUS_PEOPLE: Final = 300_000
"""A city of fewer people that is named like a head of state needs a word of place before it."""
OWN_OFFICIALS: Final = 2
"""So many officials of a country, and none of the country named most, make it the home of an article."""
LOCAL_NAMES: Final = {
    ("congress", "IND"): "indian national congress",
    ("congress", "NPL"): "nepali congress",
}
"""Everyday names of bodies that a state does not have, and the party so called there."""


@dataclasses.dataclass(slots=True, eq=False)
class Cluster:
    """Mentions of one thing while the article is read."""

    type: str
    identity: tuple[str, ...]
    name: str
    parts: tuple[str, ...] = ()
    mentions: list[int] = dataclasses.field(default_factory=list)
    surfaces: dict[str, int] = dataclasses.field(default_factory=dict)
    country: str | None = None
    country_basis: str | None = None
    code: str | None = None
    sector: str | None = None
    sector_basis: str | None = None
    role: str | None = None
    office: str | None = None
    role_words: set[str] = dataclasses.field(default_factory=set)
    qid: str | None = None
    confidence: float = 0.6
    unlisted: bool = False
    geonameid: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    admin1: str | None = None
    resolution: str | None = None
    is_fixed_name: bool = False
    holds_state_office: bool = False


@dataclasses.dataclass(slots=True)
class _Extra:
    """A nominal or pronoun that was resolved: tokens and cluster."""

    first: int
    last: int
    sentence: int
    cluster: Cluster
    kind: str


class Resolver:
    """Resolves one article."""

    def __init__(
        self, annotated: AnnotatedArticle, knowledge: Knowledge, date: dt.date | None = None
    ) -> None:
        """Scan the article for what the tables know; ``date`` is when it was written, where its record does not say."""
        self.annotated = annotated
        self.article = annotated.article
        self.tokens = annotated.tokens
        self.knowledge = knowledge
        self.scan = Scan(annotated.tokens, knowledge)
        self.found = find_mentions(annotated, self.scan)
        self.clusters: dict[tuple[str, ...], Cluster] = {}
        self.cluster_of: list[Cluster | None] = [None] * len(self.found)
        self.people: list[Cluster] = []
        self.people_of: dict[str, list[Cluster]] = {}
        self.organisations_of: dict[str, list[Cluster]] = {}
        self.places_of: dict[str, dict[str, Cluster]] = {}
        self.stated_countries: set[str | None] | None = None
        self.found_in: dict[int, list[Found]] = {}
        for mention in self.found:
            self.found_in.setdefault(mention.sentence, []).append(mention)
        self.extras: list[_Extra] = []
        self.named_persons: dict[int, list[tuple[int, int, Cluster]]] = {}
        self.words = frozenset(self.tokens.words)
        self.person_starts = {mention.first for mention in self.found if mention.label == "PERSON"}
        self.date = self._date() or date
        self.home = self.dateline_country = self._dateline_country()
        self.weights = self._country_weights()
        self.named_countries = {
            mention.term.country
            for mention in self.found
            if mention.term is not None
            and mention.term.country
            and mention.term.kind not in ("organisation",)
            and not (mention.term.kind == "seat" and self._has_rivals(mention.term))
        } - {None}
        if self.home is None and self.scan.names:
            self.home = self._most_mentioned()

    # -- context -----------------------------------------------------------------------------------------------------

    def _date(self) -> dt.date | None:
        if self.article.published_at is not None and self.article.published_precision in (
            "second",
            "day",
            "month",
        ):
            return self.article.published_at.date()
        return self.article.dateline_date or (
            self.article.published_at.date() if self.article.published_at is not None else None
        )

    def _dateline_country(self) -> str | None:
        place = self.article.dateline_place
        if not place:
            return None
        for part in (place, *reversed(place.split(","))):
            country = self.knowledge.country(part.strip())
            if country is not None:
                return country
        chosen = self.knowledge.gazetteer.choose(key(place.split(",")[0]))
        return chosen[0].country if chosen else None

    def _country_weights(self) -> dict[str, float]:
        counts: Counter[str] = Counter()
        for mention in self.found:
            if (
                mention.term is not None
                and mention.term.country
                and mention.term.kind not in ("organisation", "ethnic")
            ):
                counts[mention.term.country] += 1
        if self.home is not None:
            counts[self.home] += 2
        top = max(counts.values(), default=0)
        return {country: 0.3 + 0.7 * count / top for country, count in counts.items()}

    def _has_rivals(self, term: Term) -> bool:
        places = self.knowledge.gazetteer.named(key(term.name))
        return any(
            place.country != term.country and place.population >= 100_000 for place in places
        )

    def _most_mentioned(self) -> str | None:
        counts: Counter[str] = Counter()
        for mention in self.found:
            if mention.term is not None and mention.term.country and mention.term.kind != "ethnic":
                counts[mention.term.country] += 2 if mention.sentence == 0 else 1
        for hit in self.scan.names:  # countries within names: Dhaka University, Bangladesh Bank
            if hit.term.country and hit.term.kind in ("country", "demonym", "seat", "region"):
                counts[hit.term.country] += 1
        ranked = counts.most_common(2)
        if len(ranked) == 1 or (ranked and ranked[0][1] > ranked[1][1]):
            return ranked[0][0]
        return None

    def _is_other_side(self, mention: Found) -> bool:
        """Say whether a name is whom something is done or said to, so that who does it may be of any country."""
        tokens = self.tokens
        node = self._head(mention.first, mention.last)
        for _ in range(6):
            relation, head = tokens.relations[node], tokens.heads[node]
            if relation in ("obj", "iobj"):
                return True
            if relation in ("obl", "nmod", "obl:agent"):
                before = range(max(0, node - 6), node)
                cases = {
                    tokens.lowers[k]
                    for k in before
                    if tokens.heads[k] == node and tokens.relations[k] == "case"
                }
                if relation == "obl" or not cases <= {"of", "from", "for"}:
                    return not cases.isdisjoint(_TOWARDS)
            if relation.startswith("nsubj") or head == node:
                return False
            node = head
        return False

    def _settle_home(self) -> None:
        """Take the country whose officials an article without a dateline names, rather than one it only speaks of.

        Papers of Seoul name the North more often than their own country, but two of their own ministers.
        """
        if self.dateline_country is not None:
            return
        counts: Counter[str] = Counter()
        for cluster in self.people:
            if len(cluster.parts) < 2:
                continue
            holders = self.knowledge.people.named(" ".join(cluster.parts))
            countries = {holder.country for holder in holders if holder.office in STATE_OFFICES}
            if len(countries) == 1:
                counts.update(countries)
        ranked = counts.most_common(2)
        if (
            ranked
            and ranked[0][1] >= OWN_OFFICIALS
            and (len(ranked) == 1 or ranked[0][1] > ranked[1][1])
            and ranked[0][0] in self.knowledge.countries
            and not counts[self.home or ""]
        ):
            self.home = ranked[0][0]

    def surface(self, mention: Found) -> str:
        """Return the text of a mention."""
        if mention.start is not None:
            return self.article.text[mention.start : mention.end]
        return self.article.text[
            self.tokens.starts[mention.first] : self.tokens.ends[mention.last - 1]
        ]

    # -- the whole ---------------------------------------------------------------------------------------------------

    def run(self) -> ResolvedArticle:
        """Resolve and return everything."""
        self._names()
        self._short_names()
        self._koreas()
        self._settle_home()
        self._describe_people()
        self._describe_organisations()
        self._nominals()
        return self._result()

    def _cluster(self, type_: str, identity: tuple[str, ...], name: str) -> Cluster:
        cluster = self.clusters.get(identity)
        if cluster is None:
            cluster = Cluster(type=type_, identity=identity, name=name)
            self.clusters[identity] = cluster
        return cluster

    def _assign(self, index: int, cluster: Cluster) -> None:
        self.cluster_of[index] = cluster
        cluster.mentions.append(index)
        surface = " ".join(self.surface(self.found[index]).split())
        if not (
            cluster.unlisted
            and key(surface) in cluster.name.lower().replace(",", " ").split(" ")[:1]
        ):
            cluster.surfaces[surface] = cluster.surfaces.get(surface, 0) + 1

    # -- names -------------------------------------------------------------------------------------------------------

    def _names(self) -> None:
        """Give every name a cluster, except persons called by one word."""
        self._agree_on_labels()
        for index, mention in enumerate(self.found):
            if mention.label in ("DATE", "MONEY"):
                continue
            if mention.term is None and mention.label != "PERSON" and self._is_leader(mention):
                mention.label = "PERSON"  # a headline's "Zelenskiy", taken for a place
            if mention.term is not None:
                self._known(index, mention)
            elif mention.label == "PERSON":
                parts = core_parts(self._parts(mention))
                if len(parts) > 1:
                    self._full_name(index, parts)
            elif mention.label in ("LOC", "FAC"):
                self._place(index, mention)
            elif mention.label == "ORG":
                if self.surface(mention).islower():
                    continue  # the government
                self._organisation(index, mention)
            elif mention.label == "NORP":
                self._group(index, mention)
            else:
                surface = self.surface(mention)
                cluster = self._cluster("MISC", ("MISC", key(surface)), surface)
                self._assign(index, cluster)

    def _is_leader(self, mention: Found) -> bool:
        """Say whether one word, whatever the model called it, is the name that a head of state goes by."""
        if mention.last - mention.first != 1:
            return False
        return any(
            holder.office in ("head of state", "head of government", "foreign")
            for holder in self.knowledge.people.named(key(self.surface(mention)))
        )

    def _agree_on_labels(self) -> None:
        """Give one name one label where the model wavers: the commonest, in doubt the first."""
        votes: dict[str, Counter[str]] = {}
        for mention in self.found:
            if mention.term is None and mention.label not in ("DATE", "MONEY"):
                votes.setdefault(self.scan.key(mention.first, mention.last), Counter())[
                    mention.label
                ] += 1
        for mention in self.found:
            if mention.term is None and mention.label not in ("DATE", "MONEY"):
                labels = votes[self.scan.key(mention.first, mention.last)]
                if len(labels) > 1:
                    mention.label = labels.most_common(1)[0][0]

    def _parts(self, mention: Found) -> tuple[str, ...]:
        return tuple(
            piece for part in self.scan.parts[mention.first : mention.last] for piece in part
        )

    def _known(self, index: int, mention: Found) -> None:
        term = mention.term
        assert term is not None
        if term.kind == "organisation" and term.name == "Brussels":
            self._brussels(index, mention)
        elif term.kind == "organisation":
            self._known_organisation(index, mention, term)
        elif term.kind == "seat":
            self._seat(index, mention, term)
        elif term.kind in ("country", "demonym"):
            if term.country == "GEO" and term.kind == "country" and self._is_us_state():
                self._place_named(index, "georgia", ("USA",), "Georgia")
                return
            self._assign(index, self._country(term.country or ""))
        elif term.kind == "people":
            self._people(index, term)
        elif term.kind in ("region", "city"):
            self._region(index, mention, term)
        else:
            self._ethnic(index, mention, term)

    def _brussels(self, index: int, mention: Found) -> None:
        """Take Brussels for the European Union where it acts, for the city elsewhere."""
        if self._is_government(mention) or not self._place_named(index, "brussels", ("BEL",), ""):
            union = self.knowledge.organisations_by_name["european union"]
            known = dataclasses.replace(mention, organisation=union)
            self._known_organisation(index, known, organisation_term(union))

    def _is_us_state(self) -> bool:
        lowers = self.tokens.lowers
        return (
            any(word in US_CONTEXT for word in lowers)
            and "tbilisi" not in lowers
            and "russia" not in lowers
        )

    def _country(self, iso3: str) -> Cluster:
        country = self.knowledge.countries.get(iso3)
        cluster = self._cluster("GPE", ("country", iso3), country.name if country else iso3)
        if country is not None and cluster.country is None:
            cluster.country = cluster.code = iso3
            cluster.country_basis = "name"
            cluster.geonameid = country.geonameid
            cluster.latitude, cluster.longitude = country.latitude, country.longitude
            cluster.resolution = "country"
            cluster.is_fixed_name = True
            cluster.confidence = 0.98
        return cluster

    def _people(self, index: int, term: Term) -> None:
        surface = self.surface(self.found[index])
        home = self._homeland(index, term)
        identity = ("people", key(surface)) if home is None else ("people", key(surface), home)
        cluster = self._cluster("NORP", identity, surface)
        cluster.country = cluster.code = home or term.country
        cluster.country_basis = "demonym" if home is None else "place"
        cluster.sector, cluster.sector_basis = "CVL", "people"
        cluster.confidence = 0.9
        self._assign(index, cluster)

    def _homeland(self, index: int, term: Term) -> str | None:
        """Return where a people lives that is named after another state: ``Croatian Serbs``, ``the Albanians of Serbia``."""
        mention = self.found[index]
        before = self.found[index - 1] if index else None
        if (
            before is not None
            and before.last == mention.first
            and before.term is not None
            and before.term.kind in ("demonym", "country", "region")
            and before.term.country != term.country
        ):
            return before.term.country
        after = self.found[index + 1] if index + 1 < len(self.found) else None
        if (
            after is not None
            and after.term is not None
            and after.term.kind in ("country", "region", "seat")
            and term.country in DIVIDED
            and after.first - mention.last in (1, 2, 3)
            and after.sentence == mention.sentence
            and self.tokens.lowers[mention.last] in ("of", "in", "from")
        ):
            return after.term.country
        return None

    def _ethnic(self, index: int, mention: Found, term: Term) -> None:
        cluster = self._cluster("NORP", ("group", term.kind, key(term.name)), self.surface(mention))
        cluster.country, cluster.code = term.country, term.code
        cluster.country_basis = "people" if term.country else None
        if (
            term.name.startswith("ethnic ")
            and self.home is not None
            and term.country not in self.weights
        ):
            cluster.country = cluster.code = self.home
            cluster.country_basis = "context"
        if term.is_plural:
            cluster.sector, cluster.sector_basis = "CVL", "people"
        cluster.confidence = 0.7
        self._assign(index, cluster)

    def _group(self, index: int, mention: Found) -> None:
        surface = self.surface(mention)
        facts = self._facts(mention.first, mention.last, self._noun(mention))
        cluster = self._cluster("NORP", ("group", key(surface)), surface)
        self._set_facts(cluster, facts)
        self._assign(index, cluster)

    def _region(self, index: int, mention: Found, term: Term) -> None:
        elsewhere = self._region_elsewhere(term)
        if elsewhere is not None and self._place_named(
            index, key(term.name), (elsewhere,), term.name
        ):
            return
        name = key(term.name).removesuffix(" strip").removesuffix(" region")
        chosen = self.knowledge.gazetteer.choose(
            key(term.name), container=(term.country,) if term.country else ()
        )
        cluster = self._cluster("LOC", ("region", name), term.name)
        cluster.country, cluster.code, cluster.country_basis = term.country, term.code, "region"
        cluster.confidence = 0.9
        if self._acts(mention):
            cluster.type = "GPE"
        if chosen is not None and chosen[0].country == term.country:
            self._set_place(cluster, chosen[0])
        self._assign(index, cluster)

    def _region_elsewhere(self, term: Term) -> str | None:
        """Return another country of the article that has a division of this name: Pakistan's Punjab."""
        if self.stated_countries is None:
            self.stated_countries = {
                mention.term.country
                for mention in self.found
                if mention.term is not None
                and mention.term.kind in ("country", "demonym", "people")
            }
        stated = self.stated_countries
        if term.country in stated:
            return None
        found = {
            place.country
            for place in self.knowledge.gazetteer.named(key(term.name))
            if place.resolution == "admin1" and place.country in stated
        }
        return found.pop() if len(found) == 1 else None

    def _seat(self, index: int, mention: Found, term: Term) -> None:
        """A capital: its government or the city, by what stands around it."""
        country = term.country or ""
        if self._is_another_city(index, mention, term):
            return
        if self._is_government(mention):
            self._assign(index, self._country(country))
            return
        chosen = self.knowledge.gazetteer.choose(
            "washington" if country == "USA" else key(term.name),
            container=("district of columbia",) if country == "USA" else (country,),
        )
        if chosen is None and key(term.name).endswith(" city"):
            chosen = self.knowledge.gazetteer.choose(
                key(term.name).removesuffix(" city"), container=(country,)
            )
        self._capital(index, country, "Washington" if country == "USA" else term.name, chosen)

    def _capital(
        self, index: int, country: str, name: str, chosen: tuple[Place, float] | None
    ) -> None:
        """Assign a mention to the city that is a capital."""
        known = self.knowledge.countries[country]
        cluster = self._cluster("LOC", ("city", key(name), country), f"{name}, {known.name}")
        cluster.country, cluster.country_basis = country, "capital"
        cluster.code = country
        cluster.is_fixed_name = True
        cluster.unlisted = True
        cluster.confidence = 0.9
        if chosen is not None and chosen[0].country == country:
            self._set_place(cluster, chosen[0])
        self._assign(index, cluster)

    def _is_another_city(self, index: int, mention: Found, term: Term) -> bool:
        """Take a capital's name for another city where the text says so (``London, Ontario``) or the article is there."""
        name = key(term.name)
        container = self._container(mention)
        if container and term.country not in container:
            chosen = self.knowledge.gazetteer.choose(name, container=container)
            if chosen is not None and chosen[0].country != term.country and chosen[1] == 0.95:
                return self._place_named(index, name, container, term.name)
        others = self.named_countries
        if term.country in others or not others:
            return False
        places = self.knowledge.gazetteer.named(name)
        seat = max(
            (
                place.population
                for place in places
                if place.country == term.country and place.resolution == "place"
            ),
            default=0,
        )
        rivals = [
            place
            for place in places
            if place.country in others
            and place.population >= RIVAL_SHARE * seat
            and (place.resolution == "place" or place.country == self.home)
        ]
        if not rivals:
            return False
        return self._place_named(index, name, (rivals[0].country,), term.name)

    def _is_government(self, mention: Found) -> bool:
        """Say whether a capital stands for its government, from the words next to it and its place in the clause."""
        tokens = self.tokens
        lowers, tags, relations = tokens.lowers, tokens.tags, tokens.relations
        first, last = mention.first, mention.last
        head = self._head(first, last)
        before = lowers[first - 1] if first else ""
        after = lowers[last] if last < len(lowers) else ""
        if self._opens_as_dateline(mention):
            return False
        if before in PLACE_BEFORE or after in PLACE_AFTER:
            return False
        if after in ("-", "–") and last + 1 < len(lowers) and lowers[last + 1] in ("based", "born"):
            return False
        if after in ("'s", "’s") and last + 1 < len(lowers):
            return lowers[last + 1] not in PLACE_AFTER
        if before in ("to", "from"):
            governor = self._governor(head)
            return self._lemma(governor) not in MOTION
        if before == "of":
            governor = self._governor(head)
            return lowers[governor] not in OF_PLACE and self._lemma(governor) not in MOTION
        if before in STATE_BEFORE:
            return not (before == "for" and self._lemma(self._governor(head)) in MOTION)
        relation = relations[head]
        if relation == "conj":
            other = tokens.heads[head]
            return self._token_is_government(other)
        if relation.startswith("nsubj"):
            return True
        if relation in ("obj", "iobj"):
            return self._lemma(tokens.heads[head]) not in STRIKES
        if relation in ("compound", "nmod:poss", "amod", "nmod:unmarked"):
            return True
        if relation == "appos" or before == ",":
            return False
        return (
            tags[head] == "PROPN"
            and relation in ("root", "vocative", "dislocated", "nmod")
            and not self._is_weak_place(head)
        )

    def _is_weak_place(self, head: int) -> bool:
        return self.tokens.relations[head] == "root"

    def _opens_as_dateline(self, mention: Found) -> bool:
        sentence = self.annotated.sentences[mention.sentence]
        if mention.first - sentence.first > 4:
            return False
        after = self.tokens.lowers[mention.last] if mention.last < len(self.tokens) else ""
        if mention.first == sentence.first and after in ("/", "(", ":", "—", "--", "–"):
            return True
        if mention.sentence == 0 and mention.first == sentence.first and after == ",":
            follows = self.tokens.lowers[mention.last + 1 : mention.last + 2]
            return bool(follows) and (
                follows[0].rstrip(".") in MONTHS or self.tokens.words[mention.first].isupper()
            )
        place = self.article.dateline_place
        return (
            mention.sentence == 0 and bool(place) and after in ("—", "--", "-", "–", "(", ",", ":")
        )

    def _token_is_government(self, token: int) -> bool:
        for mention in self.found:
            if mention.first <= token < mention.last:
                if mention.term is not None and mention.term.kind == "seat":
                    return self._is_government(mention) if mention.first <= token else False
                return (
                    mention.term is not None
                    and mention.term.kind in SELF_RULED
                    and not self._is_location(mention)
                )
        return self.tokens.tags[token] != "PROPN"

    def _is_location(self, mention: Found) -> bool:
        return mention.first > 0 and self.tokens.lowers[mention.first - 1] in PLACE_BEFORE

    def _head(self, first: int, last: int) -> int:
        heads = self.tokens.heads
        for index in range(last - 1, first - 1, -1):
            if not first <= heads[index] < last or heads[index] == index:
                return index
        return last - 1

    def _governor(self, token: int) -> int:
        return self.tokens.heads[token]

    def _lemma(self, token: int) -> str:
        return self.tokens.lemmas[token].lower() or self.tokens.lowers[token]

    def _acts(self, mention: Found) -> bool:
        head = self._head(mention.first, mention.last)
        return self.tokens.relations[head] in ("nsubj", "nmod:poss")

    # -- places ------------------------------------------------------------------------------------------------------

    def _place(self, index: int, mention: Found) -> None:
        surface = self.surface(mention)
        name = self.scan.key(mention.first, mention.last)
        facility = mention.label == "FAC"
        longer = self._longer_place(mention, name)
        if longer is not None:
            self._assign(index, longer)
            return
        if name in WASHINGTON:
            chosen = self.knowledge.gazetteer.choose(
                "washington", container=("district of columbia",)
            )
            self._capital(index, "USA", "Washington", chosen)
            return
        if not facility and "," in surface:
            first, _, rest = surface.partition(",")
            inside = (key(rest), self.knowledge.country(rest.strip()) or "")
            if self._place_named(index, key(first), inside, surface):
                return
        if (
            not facility
            and WATERS.isdisjoint(name.split()[-1:])
            and self._place_named(index, name, self._container(mention), surface)
        ):
            return
        facts = self._facts(mention.first, mention.last, mention.last - 1)
        if (
            not WATERS.isdisjoint(name.split())
            or facts.country_basis == "organisation"
            or self._is_only_organisation(mention)
        ):
            facts = ActorFacts()
        cluster = self._cluster(
            "FAC" if facility else "LOC", ("FAC" if facility else "LOC", name), surface
        )
        if cluster.country is None and facts.country is not None:
            cluster.country = cluster.code = facts.country
            cluster.country_basis = facts.country_basis
        self._assign(index, cluster)

    def _longer_place(self, mention: Found, name: str) -> Cluster | None:
        """Return the place of the article whose name begins with these two words or more: ``San Miguel`` de Allende."""
        if mention.last - mention.first < 2:
            return None
        start = " ".join(name.split()[:2])
        found = [
            cluster
            for full, cluster in self.places_of.get(start, {}).items()
            if full.startswith(f"{name} ")
        ]
        return found[0] if len(found) == 1 else None

    def _is_only_organisation(self, mention: Found) -> bool:
        """Say whether a place's name is a company's or party's, which says nothing of the place: the Amazon."""
        known = self.knowledge.organisations_by_name.get(self.scan.key(mention.first, mention.last))
        return known is not None

    def _container(self, mention: Found) -> tuple[str, ...]:
        """Return what the text says a place lies in: ``Springfield, Illinois``, ``Mosul in northern Iraq``."""
        tokens = self.tokens
        after = mention.last
        if after + 1 >= len(tokens) or tokens.lowers[after] not in (",", "in", "("):
            return ()
        start = after + 1
        names = self.scan.names
        position = bisect.bisect_left(names, start, key=lambda hit: hit.first)
        for hit in names[position : position + 3]:
            if start <= hit.first <= start + 2 and hit.term.country:
                if hit.first > start and tokens.tags[hit.first - 1] not in (
                    "ADJ",
                    "NOUN",
                    "PROPN",
                    "DET",
                ):
                    return ()
                return (key(hit.term.name), hit.term.country)
            if hit.first > start + 2:
                break
        end = start
        while end < len(tokens) and end - start < 3 and tokens.words[end][:1].isupper():
            end += 1
        return tuple(self.scan.key(start, stop) for stop in range(start + 1, end + 1))

    def _place_named(self, index: int, name: str, container: Sequence[str], surface: str) -> bool:
        first, after = self.found[index].first, self.found[index].last
        lowers = self.tokens.lowers
        division = (after < len(self.tokens) and lowers[after] in DIVISIONS) or (
            first > 1 and lowers[first - 1] == "of" and lowers[first - 2] in DIVISIONS
        )
        if name not in self.knowledge.gazetteer:
            bare = name
            for word in (
                " province",
                " city",
                " town",
                " governorate",
                " oblast",
                " region",
                " district",
                " state",
            ):
                bare = bare.removesuffix(word)
            if bare == name or bare not in self.knowledge.gazetteer:
                return False
            name = bare
            division = True
        chosen = self.knowledge.gazetteer.choose(
            name, countries=self.weights, container=container, division=division
        )
        if chosen is None or not self._may_be_place(self.found[index], chosen[0], container):
            return False
        place, confidence = chosen
        identity = (
            ("place", str(place.geonameid)) if place.geonameid else ("place", name, place.country)
        )
        cluster = self._cluster("LOC", identity, place.name)
        cluster.is_fixed_name = True
        cluster.country = cluster.code = place.country
        cluster.country_basis = "gazetteer"
        cluster.confidence = confidence
        self._set_place(cluster, place)
        words = key(place.name).split()
        if len(words) > 2:
            self.places_of.setdefault(" ".join(words[:2]), {})[" ".join(words)] = cluster
        mention = self.found[index]
        if self._acts(mention):
            cluster.type = "GPE"
        self._assign(index, cluster)
        del surface
        return True

    def _may_be_place(self, mention: Found, place: Place, container: Sequence[str]) -> bool:
        """Refuse small places of everyday names: ``Alliance`` (Ohio), where the article writes ``alliance`` too."""
        lowers = self.tokens.lowers
        before = lowers[mention.first - 1] if mention.first else ""
        located = before in PLACE_BEFORE or before in ("from", "to", "of") or bool(container)
        if mention.last - mention.first == 1:
            word = self.tokens.words[mention.first]
            lower = word.lower()
            if lower in self.words or self.tokens.tags[mention.first] != "PROPN":
                return False
            if (
                not located
                and place.population < FAMOUS_PEOPLE
                and self._follows_a_person(mention)
                and self._is_of_a_head(lower)
            ):
                return False  # Rumsfeld and Bush
        if self.surface(mention).isupper() and name_of_everyday(self.surface(mention)):
            return False  # PARAMOUNT in a headline
        weight = self.weights.get(place.country, 0.0)
        if weight == 0.0 and self.weights and not container and place.population < ABROAD_PEOPLE:
            return False
        return located or place.population >= 15_000 or weight >= 0.5

    def _follows_a_person(self, mention: Found) -> bool:
        return any(
            other.label == "PERSON" and 0 <= mention.first - other.last <= 2
            for other in self.found_in.get(mention.sentence, ())
        )

    def _is_of_a_head(self, surname: str) -> bool:
        return any(
            holder.office == "head of state" for holder in self.knowledge.people.surnamed(surname)
        )

    @staticmethod
    def _set_place(cluster: Cluster, place: Place) -> None:
        for name in ("geonameid", "latitude", "longitude", "admin1", "resolution"):
            setattr(cluster, name, getattr(place, name))

    # -- organisations -----------------------------------------------------------------------------------------------

    def _known_organisation(self, index: int, mention: Found, term: Term) -> None:
        own = self._own_acronym(mention, term) or self._defined_here(index, mention, term)
        if own is not None:
            self._assign(index, own)
            return
        organisation = mention.organisation or self.knowledge.organisations_by_name.get(
            key(term.name)
        )
        country, basis = term.country, "organisation"
        code = term.code
        if country is not None and self._is_elsewhere(term, mention.first, mention.last):
            if mention.label != "ORG" or not self.home:
                country = code = None
            else:
                country, code, basis = self.home, self.home, "context"
        elif country is None and code is None:
            facts = self._facts(self._left_edge(mention.first), mention.last, mention.last - 1)
            country, basis = facts.country, facts.country_basis or "context"
        identity = ("organisation", key(term.name), country or "")
        cluster = self._cluster("ORG", identity, term.name)
        cluster.is_fixed_name = True
        cluster.country = country
        cluster.country_basis = basis if country else None
        cluster.code = code if code in NONSTATE else country or code
        cluster.sector = term.sector
        cluster.sector_basis = "organisation" if term.sector else None
        cluster.role = organisation.kind if organisation else None
        cluster.confidence = 0.9
        self._index_organisation(cluster)
        self._assign(index, cluster)

    def _defined_here(self, index: int, mention: Found, term: Term) -> Cluster | None:
        """Return the unknown organisation whose initials stand in brackets after its name: ``Anticorruption (PAC)``."""
        surface = self.surface(mention)
        if index == 0 or not surface.isupper() or len(surface) > len("RENAMO"):
            return None
        if term.country is None or self.weights.get(term.country, 0.0) > 0:
            return None
        if self.tokens.lowers[mention.first - 1] != "(":
            return None
        before, cluster = self.found[index - 1], self.cluster_of[index - 1]
        if before.last != mention.first - 1 or cluster is None or cluster.identity[0] != "ORG":
            return None
        if ("organisation", key(term.name), term.country or "") in self.clusters:
            return None
        known = mention.organisation or self.knowledge.organisations_by_name.get(key(term.name))
        names = (term.name, *known.aliases) if known is not None else (term.name,)
        words = {word for name in names for word in key(name).split()} - GENERIC_NAME
        if not words.isdisjoint(key(cluster.name).split()):
            return None  # the known one under another form of its name: Nationalist Party (KMT)
        self.clusters.setdefault(("acronym", key(surface)), cluster)
        return cluster

    def _own_acronym(self, mention: Found, term: Term) -> Cluster | None:
        """Return the organisation of the article whose initials a known acronym repeats: ``Election Commission (EC)``."""
        surface = self.surface(mention)
        if not (surface.isupper() and surface.isalpha() and 2 <= len(surface) <= 5):
            return None
        if ("organisation", key(term.name), term.country or "") in self.clusters:
            return None
        defined = self.clusters.get(("acronym", key(surface)))
        if defined is not None:
            return defined
        named = [
            cluster
            for cluster in self.organisations_of.get(surface.lower(), ())
            if len(cluster.identity[1].split()) > 1
        ]
        return named[0] if len(named) == 1 else None

    def _is_elsewhere(self, term: Term, first: int, last: int) -> bool:
        """Say whether a name of everyday words (National Liberation Army) has another bearer than our tables'.

        So it is where the bearer's country is absent from the article, or hardly there. Departments are America's, and
        agencies whose name is also used elsewhere are those of an article's country where that is plain.
        """
        name = key(term.name)
        if (
            term.role_kind not in NATIONAL_KINDS
            or self.home is None
            or term.country == self.home
            or self.weights.get(term.country or "", 0.0) >= 0.7 * self.weights.get(self.home, 0.0)
            or name in ONLY_ONE
            or not all(word in GENERIC_NAME for word in name.split())
        ):
            return False
        lowers = self.tokens.lowers
        if lowers[last - 1] == "department":
            return False
        terms = self.knowledge.terms
        for at in range(max(0, first - 2), last):
            stated = terms.get(key(lowers[at]))
            if stated is not None and stated.country == term.country:
                return False  # the U.S. Department of Justice
        if self.dateline_country is not None:
            return True
        own = [m for m in self.found if m.term is not None and m.term.country == self.home]
        if term.role_kind in ("agency", "armed"):
            return len(own) >= 3
        return len(own) >= 3 or not all(map(self._is_other_side, own))

    def _organisation(self, index: int, mention: Found) -> None:
        name = self.scan.key(mention.first, mention.last)
        surface = self.surface(mention)
        bare, acronym = self._split_bracket(surface)
        known = self.knowledge.organisation(bare)
        if known is not None:
            self._known_organisation(
                index, dataclasses.replace(mention, organisation=known), organisation_term(known)
            )
            if acronym:
                self.clusters[("acronym", acronym)] = self.cluster_of[index]  # type: ignore[assignment]
            return
        place = self.knowledge.gazetteer
        if name in place and mention.last - mention.first == 1 and self._looks_like_place(mention):
            self._place_named(index, name, self._container(mention), surface)
            return
        cluster = self._find_organisation(name, surface)
        if cluster is None:
            cluster = self._cluster("ORG", ("ORG", key(bare)), bare)
            self._index_organisation(cluster)
        if acronym:
            self.clusters.setdefault(("acronym", acronym), cluster)
        self._assign(index, cluster)

    def _looks_like_place(self, mention: Found) -> bool:
        return mention.first > 0 and self.tokens.lowers[mention.first - 1] in PLACE_BEFORE

    @staticmethod
    def _split_bracket(surface: str) -> tuple[str, str | None]:
        if surface.endswith(")") and "(" in surface:
            bare, _, rest = surface[:-1].rpartition("(")
            if bare.strip() and rest.isupper():
                return bare.strip(), key(rest)
        return surface, None

    def _index_organisation(self, cluster: Cluster) -> None:
        """Make an organisation known by its initials and, with a space, by each word of its name."""
        if not cluster.mentions:
            marks = {*_initials(cluster.name), *(f"{word} " for word in key(cluster.name).split())}
            for mark in marks:
                self.organisations_of.setdefault(mark, []).append(cluster)

    def _find_organisation(self, name: str, surface: str) -> Cluster | None:
        exact = self.clusters.get(("ORG", name)) or self.clusters.get(("acronym", name))
        if exact is not None:
            return exact
        if surface.isupper() and 2 <= len(surface) <= 8 and surface.isalpha():
            for cluster in self.organisations_of.get(surface.lower(), ()):
                return cluster
        words = name.split()
        if len(words) >= 2:
            known = [self.organisations_of.get(f"{word} ", []) for word in words]
            for cluster in min(known, key=len):  # whose name holds all of the words
                other = cluster.identity[1].split()
                if (
                    cluster.identity[0] == "ORG"
                    and len(other) > len(words)
                    and (other[: len(words)] == words or other[-len(words) :] == words)
                ):
                    return cluster
        return None

    def _describe_organisations(self) -> None:
        """Country and sector of organisations the tables do not know, from their own words and those before them."""
        for cluster in {id(cluster): cluster for cluster in self.clusters.values()}.values():
            if cluster.type != "ORG" or cluster.identity[0] != "ORG":
                continue
            for index in cluster.mentions:
                mention = self.found[index]
                left = self._left_edge(mention.first)
                surface = self.surface(mention)
                if len(cluster.mentions) > 1 and surface.isupper() and len(surface) <= 6:
                    continue  # initials say less than the name
                facts = self._facts(left, mention.last, self._noun(mention))
                title = self.scan.role_ending.get(mention.first)
                if (title is not None and title.term.role_kind == "person") or (
                    facts.sector_basis == "title"
                    and (
                        self._role_in(left, mention.first) is not None
                        or (title is not None and title.term.name == "agency")
                    )
                ):
                    facts = dataclasses.replace(facts, sector=None, sector_basis=None)
                if facts.sector_basis == "capital" or (
                    facts.sector == "GOV" and facts.country is None and self._is_of_a_firm(mention)
                ):
                    facts = dataclasses.replace(facts, sector=None, sector_basis=None)
                self._set_facts(cluster, facts)
                if cluster.country is None and cluster.code is None:
                    self._set_facts(cluster, self._apposition(mention.last, mention.sentence))
                if cluster.country or cluster.code:
                    break
            if cluster.sector in ("CVL", "UAF"):
                cluster.sector = cluster.sector_basis = None
            if cluster.sector in ("GOV", "MIL", "COP", "LEG", "JUD") and not (
                cluster.country or cluster.code
            ):
                cluster.country = cluster.code = self._nearby_country(
                    self.found[cluster.mentions[0]]
                )
                cluster.country_basis = "context" if cluster.country else None
                cluster.confidence = 0.5
                self._rename_locally(cluster)

    def _rename_locally(self, cluster: Cluster) -> None:
        """Take a bare name for what it is at home: ``Congress`` in an article about India is the party."""
        name = LOCAL_NAMES.get((key(cluster.name), cluster.country or ""))
        known = self.knowledge.organisations_by_name.get(name) if name else None
        if known is None:
            return
        cluster.identity = ("organisation", key(known.name), known.country or "")
        cluster.name, cluster.is_fixed_name = known.name, True
        cluster.sector, cluster.sector_basis = known.sector, "organisation"
        cluster.role = known.kind

    def _is_of_a_firm(self, mention: Found) -> bool:
        """Say whether a department is one of a charity, school or firm: ``the Projects Department at Qatar Charity``."""
        after = mention.last
        if after + 2 >= len(self.tokens) or self.tokens.lowers[after] not in ("at", "of", "in"):
            return False
        for start in (after + 1, after + 2):
            position = bisect.bisect_left(self.found, start, key=_first)
            if position < len(self.found) and self.found[position].first == start:
                other = self.found[position]
                sector = self._facts(start, other.last, self._noun(other)).sector
                return other.label == "ORG" and sector not in OF_STATES
        return False

    # -- people ------------------------------------------------------------------------------------------------------

    def _full_name(self, index: int, parts: tuple[str, ...]) -> None:
        for cluster in self._bearers(parts[0], parts[-1]):
            if same_person(parts, cluster.parts):
                if len(parts) > len(cluster.parts):
                    cluster.parts = parts
                    self._index_person(cluster)
                self._assign(index, cluster)
                return
        cluster = Cluster(
            type="PERSON",
            identity=("person", *parts),
            name=self.surface(self.found[index]),
            parts=parts,
        )
        self.people.append(cluster)
        self._index_person(cluster)
        self._assign(index, cluster)

    def _index_person(self, cluster: Cluster) -> None:
        for part in cluster.parts:
            bearers = self.people_of.setdefault(part, [])
            if cluster not in bearers[-3:]:
                bearers.append(cluster)

    def _bearers(self, *parts: str) -> list[Cluster]:
        """Return the persons with one of these words in their name, in the order of the text."""
        if len(parts) == 1 or parts[0] == parts[-1]:
            return self.people_of.get(parts[0], [])
        found = {id(cluster): cluster for part in parts for cluster in self.people_of.get(part, ())}
        return list(found.values())

    def _short_names(self) -> None:
        """Join persons called by one word to the person of that name in the article."""
        for index, mention in enumerate(self.found):
            if self.cluster_of[index] is not None or mention.label != "PERSON":
                continue
            parts = core_parts(self._parts(mention))
            if not parts:
                continue
            cluster = self._person_called(index, parts[-1] if len(parts) == 1 else parts[0])
            if cluster is None:
                if mention.maybe is not None:
                    mention.label, mention.term = (
                        LABEL_OF[mention.maybe.term.kind],
                        mention.maybe.term,
                    )
                    self._known(index, mention)
                    continue
                if self._is_place_after_all(index, mention, parts):
                    continue
                cluster = Cluster(
                    type="PERSON",
                    identity=("person", *parts),
                    name=self.surface(mention),
                    parts=parts,
                )
                self.people.append(cluster)
                self._index_person(cluster)
            self._assign(index, cluster)
        self._misread_short_names()

    def _misread_short_names(self) -> None:
        """Give a word that the model called something else to the person of that name: a headline's ``Austin``."""
        surnames = {
            cluster.parts[-1]: cluster
            for cluster in self.people
            if len(cluster.parts) > 1 and len(cluster.mentions) > 0
        }
        for index, mention in enumerate(self.found):
            cluster = self.cluster_of[index]
            if (
                mention.last - mention.first != 1
                or mention.label in ("PERSON", "DATE", "MONEY")
                or cluster is None
            ):
                continue
            if mention.term is not None and mention.term.kind != "seat":
                continue
            person = surnames.get(self.scan.key(mention.first, mention.last))
            if person is None or cluster.identity[0] in ("organisation", "country"):
                continue
            if self._looks_like_place(mention) and len(person.mentions) < 2:
                continue
            if mention.first > 0 and self.tokens.lowers[mention.first - 1] in ("in", "at", "near"):
                continue
            cluster.mentions.remove(index)
            surface = self.surface(mention)
            if surface in cluster.surfaces:
                cluster.surfaces[surface] -= 1
                if cluster.surfaces[surface] <= 0:
                    del cluster.surfaces[surface]
            self._assign(index, person)

    def _person_called(self, index: int, part: str) -> Cluster | None:
        best: tuple[int, int, Cluster] | None = None
        ties = 0
        for cluster in self._bearers(part):
            if len(cluster.parts) == 1:
                if cluster.parts[0] == part:
                    return cluster
                continue
            fit = may_be_short(part, cluster.parts)
            if fit == 0:
                continue
            before = bisect.bisect_left(cluster.mentions, index)
            recency = cluster.mentions[before - 1] if before else -1
            if fit < 2 and not before:
                continue
            weight = fit if fit == 3 else 2 if fit == 2 else 1
            candidate = (weight, recency, cluster)
            if best is None or candidate[:2] > best[:2]:
                ties = 0 if best is None or candidate[0] > best[0] else ties + 1
                best = candidate
            elif candidate[0] == best[0]:
                ties += 1
        if best is None:
            return None
        if ties:
            heads = [
                cluster
                for cluster in self._bearers(part)
                if self._is_head(cluster) and may_be_short(part, cluster.parts) == best[0]
            ]
            if len(heads) == 1:
                return heads[0]
        return best[2]

    def _is_head(self, cluster: Cluster) -> bool:
        holders = self.knowledge.people.named(" ".join(cluster.parts))
        return any(holder.office in ("head of state", "head of government") for holder in holders)

    def _is_place_after_all(self, index: int, mention: Found, parts: tuple[str, ...]) -> bool:
        """Take a lone word that the model called a person for a place, if it is one of a country of the article.

        Not where it is the subject of a verb of saying or has a title: places seldom speak.
        """
        if len(parts) > 1 or self.scan.role_ending.get(mention.first) is not None:
            return False
        if not self._looks_like_place(mention):
            head = self._head(mention.first, mention.last)
            large = [
                place
                for place in self.knowledge.gazetteer.named(parts[0])
                if place.population >= 100_000 and self.weights.get(place.country, 0.0) > 0
            ]
            if not large or self.tokens.relations[head].startswith("nsubj"):
                return False
        return self._place_named(
            index, " ".join(parts), self._container(mention), self.surface(mention)
        )

    def _noun(self, mention: Found) -> int:
        """Return the token of a name's head noun: the last before a preposition, ``University`` of Havana."""
        for token in range(mention.first + 1, mention.last):
            if self.tokens.lowers[token] in ("of", "for", "in", "on", "against", "to"):
                return token - 1
        return mention.last - 1

    def _describe_people(self) -> None:
        for cluster in self.people:
            facts: list[tuple[ActorFacts, int]] = []
            for index in cluster.mentions:
                mention = self.found[index]
                left = self._left_edge(mention.first)
                if left < mention.first:
                    facts.append((self._title(left, mention, cluster), index))
                facts.append((self._apposition(mention.last, mention.sentence, cluster), index))
                before = self._apposition_before(mention, cluster)
                if before is not None:
                    facts.append((before, index))
            self._settle_person(cluster, facts)

    def _title(self, left: int, mention: Found, cluster: Cluster) -> ActorFacts:
        role = self._role_in(left, mention.first)
        head = mention.first - 1
        addressed = -1 if role is None else self._addressed(left, head)
        if addressed >= 0:
            head = addressed
        facts = self._facts(left, mention.first, head)
        if facts.sector_basis == "modifier" and ("congress", self.home or "") in LOCAL_NAMES:
            words = self.tokens.lowers[left : mention.first]
            if facts.sector == "LEG" and "congress" in words:
                facts = dataclasses.replace(
                    facts, country=self.home, code=self.home, country_basis="context", sector="PTY"
                )
        if role is not None and role.term.name == "counterpart":
            return self._as_counterpart(cluster, mention, facts)
        if role is not None:
            cluster.role = cluster.role or self._phrase(role.first, role.last)
            cluster.office = cluster.office or role.term.office
            cluster.role_words.update(self.scan.parts[role.last - 1])
        return facts

    def _addressed(self, left: int, last: int) -> int:
        """Return the role before ``to`` or ``of`` in a title, else -1: the ``envoy`` of ``US envoy to Niger John Doe``."""
        for token in range(last, left, -1):
            if self.tokens.lowers[token] in ("to", "for", "of"):
                role = self.scan.role_ending.get(token)
                if role is None or role.term.role_kind != "person":
                    return -1
                named = self.tokens.lowers[token] == "of" and self._role_in(token + 1, last + 1)
                return -1 if named else token - 1  # daughter of farmer John Doe
        return -1

    def _as_counterpart(self, cluster: Cluster, mention: Found, facts: ActorFacts) -> ActorFacts:
        """Give ``his Azerbaijani counterpart Rauf Mammadzade`` the office of the person named before him."""
        for position in range(
            bisect.bisect_left(self.found, mention.first, key=_first) - 1, -1, -1
        ):
            other = self.found[position]
            if other.sentence < mention.sentence - 1:
                break
            person = self.cluster_of[position]
            if person is not None and person.type == "PERSON" and person.office:
                cluster.role, cluster.office = person.role, person.office
                return dataclasses.replace(facts, sector=person.sector, sector_basis="counterpart")
        return facts

    def _role_in(self, first: int, last: int) -> Hit | None:
        role = None
        index = first
        while index < last:
            hit = self.scan.role_at.get(index)
            if (
                hit is not None
                and hit.last <= last
                and hit.term.role_kind == "person"
                and hit.term.name != "national"
            ):
                role = hit
            index += 1
        return role

    def _phrase(self, first: int, last: int) -> str:
        return self.article.text[self.tokens.starts[first] : self.tokens.ends[last - 1]].lower()

    def _left_edge(self, first: int) -> int:
        """Walk left over the words that may be a title or nationality before a name."""
        tokens = self.tokens
        tags, lowers = tokens.tags, tokens.lowers
        index = first
        limit = max(0, first - 10)
        while index > limit:
            before = index - 1
            tag = tags[before]
            hit = self.scan.role_ending.get(index)
            if hit is not None and hit.first >= limit:
                index = hit.first
                continue
            if (
                tag in ("PROPN", "ADJ")
                or lowers[before] in ("'s", "’s", "-", "ex", "then")
                or (tag == "NOUN" and lowers[before] not in EDGE_WORDS)
            ):
                if tokens.words[before].isupper() and len(tokens.words[before]) > 12:
                    break
                index = before
                continue
            if (
                lowers[before] == ")"
                and before >= 2
                and lowers[before - 2] == "("
                and (
                    any(
                        found.first == before - 1
                        and found.term is not None
                        and found.term.kind == "country"
                        for found in self.found
                    )
                )
            ):
                index = before - 2
                continue
            if lowers[before] in ("of", "to", "for") and index < first:
                role = self.scan.role_ending.get(before)
                if role is None:
                    break
                index = role.first
                continue
            break
        sentence = self.annotated.sentences[self._sentence(first)]
        return max(index, sentence.first)

    def _sentence(self, token: int) -> int:
        sentences = self.annotated.sentences
        low, high = 0, len(sentences) - 1
        while low < high:
            middle = (low + high) // 2
            if sentences[middle].last <= token:
                low = middle + 1
            else:
                high = middle
        return low

    def _apposition(self, after: int, sentence: int, cluster: Cluster | None = None) -> ActorFacts:
        """Read ``, the South Korean defence minister,`` after a name."""
        tokens = self.tokens
        end = self.annotated.sentences[sentence].last
        if after + 2 >= end or tokens.lowers[after] not in (",", "("):
            return ActorFacts()
        start = after + 1
        if tokens.tags[start] == "NUM" and start + 1 < end and tokens.lowers[start + 1] == ",":
            start += 2
        stop = start
        while (
            stop < end
            and stop - start < 16
            and tokens.lowers[stop] not in (",", ")", ";", ".")
            and (
                tokens.tags[stop] not in ("VERB", "AUX")
                or tokens.relations[stop] in ("amod", "compound")
            )
        ):
            stop += 1
        role = self._first_role(start, stop)
        if role is None or role.last in self.person_starts:
            return ActorFacts()
        opening = tokens.lowers[start]
        if not (
            opening in ("the", "a", "an", "its", "his", "her", "their", "one", "former", "who")
            or role.first == start
            or any(hit.first == start for hit in self.scan.names)
            or tokens.tags[start] in ("ADJ", "NOUN")
        ):
            return ActorFacts()
        head = role.last - 1
        presides_elsewhere = role.term.office == "head of state" and any(
            hit.term.kind == "country" and hit.last < stop and tokens.tags[hit.last] == "PROPN"
            for hit in self._names_between(role.last, stop)
        )
        if presides_elsewhere:  # president of Bangladesh Mahila Parishad
            return dataclasses.replace(
                self._facts(start, stop, head), sector=None, sector_basis=None
            )
        if (
            cluster is not None
            and role.term.office in MINISTERS
            and role.last == stop
            and self._is_plain(start, role.first)
        ):
            cluster.holds_state_office = True
        if cluster is not None and role.term.role_kind == "person" and role.term.sector:
            cluster.role = cluster.role or self._phrase(role.first, role.last)
            cluster.office = cluster.office or role.term.office
            cluster.role_words.update(self.scan.parts[head])
        return self._facts(start, stop, head)

    def _names_between(self, first: int, last: int) -> list[Hit]:
        names = self.scan.names
        position = bisect.bisect_left(names, first, key=lambda hit: hit.first)
        found = []
        while position < len(names) and names[position].last <= last:
            found.append(names[position])
            position += 1
        return found

    def _first_role(self, start: int, stop: int) -> Hit | None:
        """Return the head of a noun phrase in apposition: the last role before the first preposition."""
        found = None
        index = start
        while index < stop:
            hit = self.scan.role_at.get(index)
            if hit is not None and hit.last <= stop:
                found = hit
                index = hit.last
                continue
            if found is not None and self.tokens.tags[index] == "ADP":
                break
            if self.tokens.tags[index] == "ADP":
                return None
            index += 1
        return found if found is not None and found.term.role_kind == "person" else None

    def _apposition_before(self, mention: Found, cluster: Cluster) -> ActorFacts | None:
        """Read ``South Korea's defence minister, Suh Wook,`` before a name."""
        before = self._left_edge(mention.first) - 1
        if before < 1 or self.tokens.lowers[before] != ",":
            return None
        role = self.scan.role_ending.get(before) or self._role_with_complement(before)
        if role is None or role.term.role_kind != "person" or role.term.is_plural:
            return None
        left = self._left_edge(role.first)
        if (
            role.last == before
            and role.term.office in MINISTERS
            and self._is_plain(left, role.first)
        ):
            cluster.holds_state_office = True
        cluster.role = cluster.role or self._phrase(role.first, role.last)
        cluster.office = cluster.office or role.term.office
        cluster.role_words.update(self.scan.parts[role.last - 1])
        return self._facts(left, before, role.last - 1)

    def _role_with_complement(self, end: int) -> Hit | None:
        """Return the role of a phrase that ends at a token: ``the governor of Putumayo``."""
        for token in range(end - 1, max(0, end - 8), -1):
            if self.tokens.lowers[token] in (",", ";", ".", "and", "who"):
                return None
            role = self.scan.role_ending.get(token)
            if role is not None and self.tokens.lowers[token] in ("of", "for", "in"):
                return role
        return None

    def _is_plain(self, first: int, last: int) -> bool:
        """Say whether the words before an office name nobody: ``the``, ``former``."""
        return not any(
            word[:1].isupper() for word in self.tokens.words[first + (first == 0) : last]
        )

    def _facts(self, first: int, last: int, head: int) -> ActorFacts:
        words = self.tokens.lowers[first:last]
        facts = describe_phrase(words, head - first, self.knowledge, self.date)
        if facts.country is not None:
            another = self._names_another(first, last, facts.country)
            if another is not None:
                return dataclasses.replace(
                    facts,
                    country=another or None,
                    code=another or None,
                    country_basis=facts.country_basis if another else None,
                )
        return facts

    def _names_another(self, first: int, last: int, country: str) -> str | None:
        """Return the country really meant by a name that several have, empty where that is open, else null.

        ``Democratic Party`` is another's where ours is not at home, ``Punjab`` is Pakistan's in an article about it.
        """
        found: str | None = None
        for hit in self._names_between(first, last):
            term = hit.term
            if term.country == country:
                if term.kind == "region":
                    return self._region_elsewhere(term)
                if term.kind != "organisation":
                    return None
                if self._is_elsewhere(term, hit.first, hit.last):
                    found = ""
        return found

    def _set_facts(self, cluster: Cluster, facts: ActorFacts) -> None:
        if cluster.country is None and cluster.code is None and (facts.country or facts.code):
            cluster.country, cluster.code = facts.country, facts.code
            cluster.country_basis = facts.country_basis
        if cluster.sector is None and facts.sector:
            cluster.sector, cluster.sector_basis = facts.sector, facts.sector_basis

    def _settle_person(self, cluster: Cluster, facts: Sequence[tuple[ActorFacts, int]]) -> None:
        """Decide a person's country and sector from the table of office-holders and what the article says."""
        for fact, _ in facts:
            if cluster.country is None and cluster.code is None and (fact.country or fact.code):
                cluster.country, cluster.code, cluster.country_basis = (
                    fact.country,
                    fact.code,
                    fact.country_basis,
                )
                if fact.country_basis == "nationality":
                    cluster.country_basis = "title"
            if cluster.sector in (None, "CVL") and fact.sector:
                cluster.sector, cluster.sector_basis = fact.sector, fact.sector_basis
        holder = self._holder(cluster)
        if holder is not None:
            country, office, sector, qid, name = holder
            state = None if country in ("UNO", "IGO", "EUR", "IMG") else country
            if (
                cluster.country is None and cluster.code is None
            ) or cluster.country_basis == "office-holder":
                cluster.country, cluster.code, cluster.country_basis = (
                    state,
                    country,
                    "office-holder",
                )
            rank = cluster.sector == "MIL" and RANKS.issuperset((cluster.role or "-").split())
            if (
                cluster.sector in (None, "CVL")
                or cluster.sector_basis not in ("title", "role", "apposition")
                or (rank and sector == "GOV")
            ):
                cluster.sector, cluster.sector_basis = sector, "office-holder"
            cluster.role = cluster.role or office
            cluster.office = cluster.office or office.removeprefix("former ").removeprefix("later ")
            cluster.qid = qid
            cluster.name = name
            cluster.parts = core_parts(tuple(key(name).split()))
            cluster.is_fixed_name = True
            cluster.confidence = 0.95 if len(cluster.parts) > 1 else 0.85
        elif cluster.country or cluster.code:
            cluster.confidence = 0.85
        elif cluster.sector in ("GOV", "MIL", "COP", "LEG", "JUD") and (
            cluster.holds_state_office or self._is_state_title(cluster)
        ):
            near = self._nearby_country(self.found[cluster.mentions[0]])
            if cluster.role == "secretary of state":  # few states but one call it so without more
                near = "USA" if near == "USA" or "USA" in self.named_countries else None
            cluster.country = cluster.code = near
            cluster.country_basis = "context" if cluster.country else None
            cluster.confidence = 0.5
        if (
            cluster.sector == "GOV"
            and cluster.country is None
            and cluster.code is None
            and cluster.role is not None
            and cluster.role.replace(" ", "-").rpartition("-")[2] in VAGUE_ROLES
        ):
            cluster.sector = cluster.sector_basis = None  # the president of a club

    def _is_state_title(self, cluster: Cluster) -> bool:
        """Say whether an unqualified title is one of the state at hand: every word before the name is known, no name."""
        for index in cluster.mentions:
            mention = self.found[index]
            left = self._left_edge(mention.first)
            if left == mention.first:
                continue
            words = self.tokens.lowers[left : mention.first]
            position, known = left, True
            state = cluster.office in STATE_OFFICES or cluster.role in ("governor", "mayor")
            while position < mention.first:
                role = self.scan.role_at.get(position)
                if role is not None and role.last <= mention.first:
                    position = role.last
                    continue
                known = known and not self.tokens.words[position][:1].isupper()
                position += 1
            state = state or any(word in STATE_WORDS for word in words)
            if known and state:
                return True
        return False

    def _holder(self, cluster: Cluster) -> tuple[str, str, str, str | None, str] | None:
        people = self.knowledge.people
        told = cluster.code if cluster.country is None else cluster.country
        holders: Sequence[Officeholder] = ()
        if len(cluster.parts) > 1:
            forms = {" ".join(cluster.parts), *(key(surface) for surface in cluster.surfaces)}
            for form in sorted(forms, key=len, reverse=True):
                holders = people.named(form)
                if holders:
                    break
            if not holders and len(cluster.parts) > 2 and not self._has_joined_names(cluster):
                holders = people.named(f"{cluster.parts[0]} {cluster.parts[-1]}")
            if not holders and len(cluster.parts) in (2, 3) and self._may_lead(cluster.parts):
                holders = people.named(" ".join((cluster.parts[-1], *cluster.parts[:-1])))
        elif people.named(cluster.parts[0]):
            holders = people.named(cluster.parts[0])
        elif cluster.office:
            found = find_by_surname(self.knowledge, cluster.parts, cluster.office, self.date)
            if found is not None and (told is None or told == found.country):
                holders = people.named(key(found.name))
        if not holders and len(cluster.parts) == 2 and cluster.office:
            holders = self._with_second_surname(cluster)
        if holders and told is None and cluster.office is None:
            holders = [holder for holder in holders if self._may_be_meant(holder)]
        if not holders:
            return None
        if told is not None:
            agreeing = [holder for holder in holders if holder.country == told]
            if agreeing:
                holders = agreeing
            elif told not in ("UNO", "IGO", "EUR", "NGO") and cluster.country_basis in (
                "title",
                "nationality",
                "apposition",
                "of",
            ):
                return None
        return choose_office(holders, self.date)

    @staticmethod
    def _has_joined_names(cluster: Cluster) -> bool:
        """Say whether a given name is of two parts, neither of which may be left out: ``Cho Jae-hyun``."""
        return len(cluster.parts) == 3 and any(
            "-" in surface.partition(" ")[2] for surface in cluster.surfaces
        )

    def _with_second_surname(self, cluster: Cluster) -> Sequence[Officeholder]:
        """Find who has two family names in our table and one in the text: Alexandra Hill Tinoco, foreign minister."""
        found = [
            holder
            for holder in self.knowledge.people.beginning(" ".join(cluster.parts))
            if holder.office == cluster.office
        ]
        return found if len({holder.qid or holder.name for holder in found}) == 1 else ()

    def _may_be_meant(self, holder: Officeholder) -> bool:
        """Say whether a name alone, without title or nationality, is that of an office-holder.

        So it is where his country is in the article, and of heads of state and government; of other well-known offices
        only where the source has an identifier, as names without one are of all times, or where the name is of three words.
        """
        if (
            holder.country in self.weights
            or holder.country == self.home
            or holder.country not in self.knowledge.countries
            or holder.office in ("head of state", "head of government")
            or (len(key(holder.name).split()) > 2 and holder.office not in COMMON_OFFICES)
        ):
            return True
        return holder.qid is not None and holder.office not in COMMON_OFFICES

    @staticmethod
    def _may_lead(parts: Sequence[str]) -> bool:
        return len(parts[-1]) <= 5 and (len(parts) == 3 or len(parts[0]) > 5)

    def _nearby_country(self, mention: Found) -> str | None:
        """Return the country whose official an unqualified title means: of the sentences before, else of the article."""
        stated = self.dateline_country
        for sentence in range(mention.sentence, max(-1, mention.sentence - 3), -1):
            if sentence != mention.sentence and stated is not None:
                return stated  # papers leave out the country of the dateline
            owners: list[str] = []
            for other in self.found_in.get(sentence, ()):
                if other.first >= mention.first or other.term is None:
                    continue
                opens = (
                    sentence == mention.sentence
                    and other.first == self.annotated.sentences[sentence].first + 1
                    and self.tokens.lowers[other.first - 1] == "in"
                )
                if opens and other.term.country is not None:
                    return other.term.country  # In Seoul, Defence Minister ...
                if (
                    other.term.country is None
                    or other.term.kind == "region"
                    or self._is_location(other)
                ):
                    continue
                head = self._head(other.first, other.last)
                after = self.tokens.lowers[other.last] if other.last < len(self.tokens) else ""
                relation = self.tokens.relations[head]
                if (
                    after in ("'s", "’s")
                    or relation in ("nsubj", "nmod:poss")
                    or (relation in ("amod", "compound") and self._is_office(head))
                ):
                    owners.append(other.term.country)
            if owners and sentence == mention.sentence and len(set(owners)) == 1:
                return owners[0]
            if owners and sentence != mention.sentence:
                return self._rather_home(owners[0])
        return self.home

    def _is_office(self, token: int) -> bool:
        """Say whether what a nationality qualifies is an office or body of state: ``Israeli army``, not ``Georgian aircraft``."""
        role = self.scan.role_ending.get(self.tokens.heads[token] + 1)
        return role is not None and role.term.sector in ("GOV", "MIL", "COP", "LEG", "JUD")

    def _rather_home(self, country: str) -> str | None:
        """Return the home country where it stands out from one that a sentence before named: titles need no country there."""
        if self.home is None or self.home == country:
            return country
        stands_out = self.weights.get(country, 0.0) < HOME_SHARE * self.weights.get(self.home, 0.0)
        return self.home if stands_out else country

    # -- the North and the South -------------------------------------------------------------------------------------

    def _koreas(self) -> None:
        """Read ``the North`` and ``the South`` as the two Koreas in an article that names one of them."""
        if ("country", "PRK") not in self.clusters and ("country", "KOR") not in self.clusters:
            return
        tokens = self.tokens
        covered = {
            token
            for index, mention in enumerate(self.found)
            for token in range(mention.first, mention.last)
            if mention.last - mention.first > 1
            or self.cluster_of[index] is None
            or mention.term is not None
        }
        for index, word in enumerate(tokens.words):
            country = KOREAS.get(word.lower()) if word in ("North", "South") else None
            if country is None or index in covered:
                continue
            before = tokens.lowers[index - 1] if index else ""
            after = tokens.words[index + 1] if index + 1 < len(tokens) else ""
            if (
                after[:1].isupper()
                or after == "-"
                or (
                    before not in ("the", "from", "with", "and", "between", "to")
                    and tokens.lowers[index + 1 : index + 2] != ["'s"]
                )
            ):
                continue
            position = next(
                (at for at, mention in enumerate(self.found) if mention.first == index), None
            )
            cluster = self._country(country)
            if position is not None:
                old = self.cluster_of[position]
                if old is not None:
                    old.mentions.remove(position)
                    old.surfaces.pop(self.surface(self.found[position]), None)
                self._assign(position, cluster)
                continue
            self.extras.append(_Extra(index, index + 1, self._sentence(index), cluster, "name"))
            surface = f"the {word}" if before == "the" else word
            cluster.surfaces[surface] = cluster.surfaces.get(surface, 0) + 1

    # -- nominals and pronouns ---------------------------------------------------------------------------------------

    def _nominals(self) -> None:
        """Resolve what high-precision rules can: ``the Pentagon chief``, ``his South Korean counterpart``, ``he said``."""
        for index, cluster in enumerate(self.cluster_of):
            if cluster is not None and cluster.type == "PERSON":
                mention = self.found[index]
                self.named_persons.setdefault(mention.sentence, []).append(
                    (mention.first, mention.last, cluster)
                )
        if not self.people:
            return
        taken = {token for mention in self.found for token in range(mention.first, mention.last)}
        lowers = self.tokens.lowers
        wanted: dict[int, list[int]] = {}
        position = 0
        sentences = self.annotated.sentences
        for token, word in enumerate(lowers):
            if word in NOMINAL_WORDS:
                while sentences[position].last <= token:
                    position += 1
                wanted.setdefault(position, []).append(token)
        for position in sorted(wanted):
            sentence = sentences[position]
            subject = self._person_subject(sentences[position - 1]) if position else None
            for token in wanted[position]:
                if lowers[token] in ("he", "she"):
                    self._pronoun(token, sentence, subject)
                elif token not in taken:
                    if lowers[token] == "counterpart":
                        self._counterpart(token, sentence)
                    else:
                        self._role_phrase(token, sentence, taken)

    def _persons_in(self, sentence: Sentence) -> list[Cluster]:
        return list(
            {id(item[2]): item[2] for item in self.named_persons.get(sentence.index, ())}.values()
        )

    def _person_subject(self, sentence: Sentence) -> Cluster | None:
        """Return the person who is the subject of a sentence's main verb, if no other person is named in it."""
        tokens = self.tokens
        named = self.named_persons.get(sentence.index, ())
        if not named or any(item[2] is not named[0][2] for item in named):
            return None
        for first, last, cluster in named:
            head = self._head(first, last)
            verb = tokens.heads[head]
            if tokens.relations[head] == "nsubj" and (
                tokens.relations[verb] in ("root", "parataxis") or tokens.heads[verb] == verb
            ):
                return cluster
        return None

    def _pronoun(self, token: int, sentence: Sentence, subject: Cluster | None) -> None:
        """Resolve ``he`` or ``she`` as subject, where one person can be meant.

        Either the sentence names nobody before, and the one before has a single person, its subject; or the clause hangs
        on a verb whose subject is the only person named so far.
        """
        tokens = self.tokens
        if tokens.relations[token] not in ("nsubj", "nsubj:pass"):
            return
        verb = tokens.heads[token]
        earlier = [
            cluster
            for cluster in self._persons_in(sentence)
            if self._first_token(cluster, sentence) < token
        ]
        if tokens.relations[verb] in ("root", "parataxis") and not earlier and subject is not None:
            self.extras.append(_Extra(token, token + 1, sentence.index, subject, "pronoun"))
        elif (
            len(earlier) == 1
            and tokens.relations[verb] in ("ccomp", "advcl", "conj", "parataxis")
            and not self._others_between(earlier[0], token, sentence)
            and self._is_subject_of(earlier[0], tokens.heads[verb])
        ):
            self.extras.append(_Extra(token, token + 1, sentence.index, earlier[0], "pronoun"))

    def _others_between(self, cluster: Cluster, token: int, sentence: Sentence) -> bool:
        """Say whether an unnamed person stands between a name and a pronoun: ``his wife, although she``."""
        start = self._first_token(cluster, sentence)
        return any(
            hit.term.role_kind == "person" and not hit.term.is_plural
            for at, hit in self.scan.role_at.items()
            if start < at < token
        )

    def _first_token(self, cluster: Cluster, sentence: Sentence) -> int:
        named = self.named_persons.get(sentence.index, ())
        return next((first for first, _, other in named if other is cluster), sentence.last)

    def _is_subject_of(self, cluster: Cluster, verb: int) -> bool:
        tokens = self.tokens
        for index in cluster.mentions:
            mention = self.found[index]
            head = self._head(mention.first, mention.last)
            if tokens.relations[head] == "nsubj" and tokens.heads[head] == verb:
                return True
        return False

    def _counterpart(self, token: int, sentence: Sentence) -> None:
        """``his South Korean counterpart``: who holds in that country the office of the person named before."""
        left = self._left_edge(token)
        facts = self._facts(left, token + 1, token - left)
        if facts.country is None:
            return
        named = [
            cluster
            for cluster in self._persons_in(sentence)
            if cluster.office and cluster.country != facts.country
        ]
        offices = {cluster.office for cluster in named}
        if len(offices) != 1:
            return
        office = next(iter(offices))
        matching = [
            cluster
            for cluster in self.people
            if cluster.country == facts.country and cluster.office == office
        ]
        if len(matching) == 1:
            self.extras.append(_Extra(left, token + 1, sentence.index, matching[0], "nominal"))

    def _role_phrase(self, token: int, sentence: Sentence, taken: set[int]) -> None:
        """``the South Korean defence minister``, ``the Pentagon chief``, ``the minister``: a person named before."""
        tokens = self.tokens
        if tokens.relations[token] in ("compound", "appos", "flat", "amod"):
            return
        if token + 1 < sentence.last and (
            token + 1 in taken or tokens.relations[token + 1] in ("flat", "appos")
        ):
            return
        if token + 1 < sentence.last and tokens.lowers[token + 1] in (
            "of",
            "for",
            "from",
            ",",
            "who",
        ):
            return
        left = self._left_edge(token)
        article = left - 1
        if article < sentence.first or tokens.lowers[article] != "the":
            return
        facts = self._facts(left, token + 1, token - left)
        role = self.scan.role_ending.get(token + 1)
        office = role.term.office if role is not None else None
        if self.tokens.lowers[left : token + 1] == ["pentagon", "chief"]:
            office, facts = "defence", ActorFacts(country="USA", code="USA", sector="GOV")
        if facts.country is not None and office is not None:
            matching = [
                cluster
                for cluster in self.people
                if cluster.country == facts.country and cluster.office == office
            ]
        elif left == token and facts.country is None:
            lately = self.annotated.sentences[max(0, sentence.index - 2) : sentence.index + 1]
            near = {
                id(cluster): cluster
                for other in lately
                for cluster in self._persons_in(other)
                if self._first_token(cluster, other) < token
            }
            matching = [
                cluster for cluster in near.values() if tokens.lowers[token] in cluster.role_words
            ]
            if len(near) > 2:
                return
        else:
            return
        if len(matching) == 1:
            self.extras.append(_Extra(article, token + 1, sentence.index, matching[0], "nominal"))

    # -- output ------------------------------------------------------------------------------------------------------

    def _result(self) -> ResolvedArticle:
        ordered: dict[int, Cluster] = {}
        for cluster in self.cluster_of:
            if cluster is not None:
                ordered.setdefault(id(cluster), cluster)
        for extra in self.extras:
            ordered.setdefault(id(extra.cluster), extra.cluster)
        position = {identity: index for index, identity in enumerate(ordered)}
        entity_ids = [self._entity_id(cluster) for cluster in ordered.values()]
        merged, target = self._merge_equal_ids(list(ordered.values()), entity_ids)
        place = {identity: target[index] for identity, index in position.items()}
        spans: dict[int, int] = {}
        mentions: list[Mention] = []
        counts: Counter[int] = Counter()
        first_start: dict[int, int] = {}
        for index, found in enumerate(self.found):
            owner = self.cluster_of[index]
            at = place[id(owner)] if owner is not None else None
            mentions.append(
                self._mention(
                    found.first,
                    found.last,
                    found.sentence,
                    found.label,
                    "name",
                    at,
                    merged,
                    found.start,
                    found.end,
                )
            )
            if at is not None:
                counts[at] += 1
                start = self.tokens.starts[found.first]
                first_start[at] = min(first_start.get(at, start), start)
                for token in range(found.first, found.last):
                    spans.setdefault(token, at)
        for extra in self.extras:
            at = place[id(extra.cluster)]
            label = "PERSON" if extra.cluster.type == "PERSON" else "LOC"
            free = [token for token in range(extra.first, extra.last) if token not in spans]
            mentions.append(
                self._mention(
                    extra.first, extra.last, extra.sentence, label, extra.kind, at, merged
                )
            )
            if len(free) < extra.last - extra.first:
                free = [extra.last - 1]
            counts[at] += 1
            start = self.tokens.starts[extra.first]
            first_start[at] = min(first_start.get(at, start), start)
            for token in free:
                spans.setdefault(token, at)
        mentions.sort(key=lambda mention: (mention.start, mention.end))
        entities = tuple(
            self._entity(cluster, entity_id, counts[index], first_start.get(index, 0))
            for index, (cluster, entity_id) in enumerate(merged)
        )
        return ResolvedArticle(
            annotated=self.annotated,
            entities=entities,
            mentions=tuple(mentions),
            entity_of_token=spans,
            home_country=self.home,
        )

    @staticmethod
    def _merge_equal_ids(
        clusters: Sequence[Cluster], entity_ids: Sequence[str]
    ) -> tuple[list[tuple[Cluster, str]], list[int]]:
        """Join clusters that turned out to be one thing (``Gen. Franks`` and ``Tommy Franks`` by their identifier)."""
        merged: list[tuple[Cluster, str]] = []
        seen: dict[str, int] = {}
        target: list[int] = []
        for cluster, entity_id in zip(clusters, entity_ids, strict=True):
            if entity_id in seen:
                keep = merged[seen[entity_id]][0]
                for surface, count in cluster.surfaces.items():
                    keep.surfaces[surface] = keep.surfaces.get(surface, 0) + count
                target.append(seen[entity_id])
                continue
            seen[entity_id] = len(merged)
            target.append(len(merged))
            merged.append((cluster, entity_id))
        return merged, target

    def _entity_id(self, cluster: Cluster) -> str:
        if cluster.qid is not None:
            return ids.entity_id("wikidata", cluster.qid)
        head = cluster.identity[0]
        if head in ("country", "place", "city", "organisation"):
            return ids.entity_id(head, "|".join(cluster.identity[1:]))
        if cluster.type == "PERSON":
            parts = cluster.parts if len(cluster.parts) != 3 else tuple(sorted(cluster.parts))
            return ids.entity_id("person", f"{' '.join(parts)}|{cluster.code or ''}")
        return ids.entity_id(cluster.type, f"{' '.join(cluster.identity[1:])}|{cluster.code or ''}")

    def _mention(
        self,
        first: int,
        last: int,
        sentence: int,
        label: str,
        kind: str,
        at: int | None,
        merged: Sequence[tuple[Cluster, str]],
        start: int | None = None,
        end: int | None = None,
    ) -> Mention:
        if start is None or end is None:
            start, end = self.tokens.starts[first], self.tokens.ends[last - 1]
        return Mention(
            mention_id=ids.mention_id(self.article.article_id, start, end),
            article_id=self.article.article_id,
            sentence_index=sentence,
            start=start,
            end=end,
            text=self.article.text[start:end],
            label=label,
            kind=kind,
            entity_id=None if at is None else merged[at][1],
        )

    def _entity(self, cluster: Cluster, entity_id: str, count: int, first_start: int) -> Entity:
        surfaces = list(cluster.surfaces)
        name = cluster.name
        if not cluster.is_fixed_name and surfaces:
            name = max(
                surfaces,
                key=lambda surface: (len(surface.split()), not surface.isupper(), len(surface)),
            )
        name = " ".join(name.split())
        return Entity(
            entity_id=entity_id,
            article_id=self.article.article_id,
            name=name,
            type=cluster.type,
            country=cluster.country,
            country_basis=cluster.country_basis,
            code=cluster.code or cluster.country,
            sector=cluster.sector,
            sector_basis=cluster.sector_basis,
            role=cluster.role,
            identifier=cluster.qid,
            aliases=tuple(surface for surface in surfaces if surface != name),
            mention_count=count,
            first_start=first_start,
            geonameid=cluster.geonameid,
            latitude=cluster.latitude,
            longitude=cluster.longitude,
            admin1=cluster.admin1,
            resolution=cluster.resolution,
            confidence=cluster.confidence,
        )


def _first(mention: Found) -> int:
    return mention.first


def _initials(name: str) -> tuple[str, str]:
    words = key(name).split()
    every = "".join(word[0] for word in words)
    main = "".join(
        word[0] for word in words if word not in ("of", "the", "and", "for", "in", "on", "to", "de")
    )
    return every, main
