"""What Dateline knows of the world, offline: countries, roles, organisations, office-holders and places.

The tables lie in ``transforms/knowledge/data`` with their sources in its README. A user's file adds rows or overrides
ours (``--knowledge FILE.tsv``, see ``docs/entities.md``).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import hashlib
import logging
import pathlib
from collections.abc import Sequence

import pyarrow as pa

from transforms.knowledge.people import Officeholder, People
from transforms.knowledge.petrarch import read_dictionary
from transforms.knowledge.places import Gazetteer, Place
from transforms.knowledge.tables import DATA, KnowledgeError, read_rows
from transforms.knowledge.words import fold, key, pieces, plural, split_list

logger = logging.getLogger(__name__)

SECTORS = frozenset(
    "COP GOV JUD LEG MIL PRM PTY REB SPY UAF UNK AGR BUS CRM CVL EDU ELI JRN LAB MED REF OPP PRE REL SOC".split()
)
NONSTATE = frozenset(("IGO", "UNO", "EUR", "NGO", "ISM", "IMG", "MNC"))

TABLES = (
    "countries.tsv",
    "regions.tsv",
    "roles.tsv",
    "organisations.tsv",
    "leaders.tsv",
    "officeholders.parquet",
)

# Short names that are everyday words in lower case: a phrase without capitals does not name them.
EVERYDAY = frozenset(
    "is who it total orange apple shell ford dawn quad vox labour liberation solidarity memorial commonwealth total "
    "fed meta mas pas pac mud elf gam raw uni contra wagner tigers amal amnesty amazon target delta "
    "sun times bild sputnik morena apc plan ad an at au ec ap rt let nam alba pan rai ani ais kor ira car male "
    "nice reading mobile chad jordan commons capitol garda cortes dail diet hirak fars mehr ri pml elysee "
    "lg ice model pace arena mend spa sec mma quartet conservatives democrats republicans tories sana ansa rally visa intel tass politico sabah zaman rossiya".split()
) - {
    "ira",
    "chad",
    "jordan",
    "commons",
    "conservatives",
    "democrats",
    "republicans",
    "tories",
    "tass",
    "garda",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What a phrase means to the coder of actors.

    ``kind`` is ``country``, ``seat`` (a capital that stands for its government), ``demonym`` (adjective or one person),
    ``people`` (plural), ``region``, ``city``, ``ethnic``, ``religion``, ``role``, ``organisation`` or ``person``.
    ``rank`` is that of a role, see ``data/roles.tsv``. ``name`` is the canonical name.
    """

    kind: str
    name: str
    country: str | None = None
    code: str | None = None
    sector: str | None = None
    rank: int = 0
    role_kind: str | None = None
    office: str | None = None
    is_plural: bool = False


CACHED_ROLES = 20_000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What a role noun says: PLOVER sector, office, and whether it names a person, a group or a thing."""

    sector: str | None
    office: str | None
    kind: str
    is_plural: bool
    rank: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """One country: code, usual name and position of its middle."""

    iso3: str
    iso2: str
    name: str
    geonameid: int | None
    latitude: float | None
    longitude: float | None
    seats: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """One organisation; ``code`` is a PLOVER code where it belongs to no single state."""

    name: str
    aliases: tuple[str, ...]
    code: str | None
    country: str | None
    sector: str | None
    kind: str


class Knowledge:
    """All tables, ready for lookup; immutable after loading."""

    def __init__(self, digest: str) -> None:
        """Make an empty one; ``load`` fills it."""
        self.digest = digest
        self.countries: dict[str, Country] = {}
        self.terms: dict[str, Term] = {}
        self.cased: dict[str, Organisation] = {}
        self.longest: dict[str, int] = {}
        self.following: dict[str, set[str]] = {}
        self.people = People()
        self.organisations_by_name: dict[str, Organisation] = {}
        self.gazetteer: Gazetteer = Gazetteer()
        self.phrase_cache: dict[object, object] = {}
        self._roles: dict[str, Role | None] = {}

    # -- lookups -----------------------------------------------------------------------------------------------------

    def country(self, name: str) -> str | None:
        """Return the ISO 3166-1 alpha-3 code for a country's name, demonym, people, capital or code."""
        term = self.terms.get(key(name))
        if term is not None and term.kind in ("country", "seat", "demonym", "people"):
            return term.country
        upper = name.strip().upper()
        if upper in self.countries:
            return upper
        return None

    def role(self, phrase: str) -> Role | None:
        """Return what a role noun or phrase says (``defence minister``, ``rebels``), null if it is none."""
        try:
            return self._roles[phrase]
        except KeyError:
            if len(self._roles) >= CACHED_ROLES:
                self._roles.clear()
            found = self._roles[phrase] = self._read_role(phrase)
            return found

    def _read_role(self, phrase: str) -> Role | None:
        term = self.terms.get(key(phrase))
        if term is None or term.kind != "role":
            return None
        return Role(
            sector=term.sector,
            office=term.office,
            kind=term.role_kind or "person",
            is_plural=term.is_plural,
            rank=term.rank,
        )

    def organisation(self, name: str) -> Organisation | None:
        """Return an organisation by any of its names; short everyday words need their capitals."""
        found = self.cased.get(name)
        if found is not None:
            return found
        folded = key(name)
        if folded in EVERYDAY and not name.isupper():
            return None
        return self.organisations_by_name.get(folded)

    def officeholder(
        self, name: str, date: dt.date | None = None
    ) -> tuple[str, str, str, str | None, str] | None:
        """Return (country, office, sector, qid, canonical name) of a person by full name.

        With a date, the office held then; after the last office the sector is ``ELI`` (a former official) and the
        office ``former ...``. Null when two namesakes cannot be told apart.
        """
        holders = self.people.named(key(name))
        if not holders:
            return None
        return choose_office(holders, date)

    def place(
        self, name: str, *, country: str | None = None, container: str | None = None
    ) -> Place | None:
        """Return the place of a name: the largest, or the largest in a country or a first-level division."""
        inside = [country] if country else []
        if container:
            inside.append(self.country(container) or key(container))
        found = self.gazetteer.choose(key(name), container=inside)
        return found[0] if found else None

    def term(self, words: Sequence[str]) -> Term | None:
        """Return what a phrase of comparable pieces means."""
        return self.terms.get(" ".join(words))

    # -- filling -----------------------------------------------------------------------------------------------------

    def add_term(self, phrase: str, term: Term, *, override: bool = False) -> None:
        """Make a phrase known; the first meaning stays unless overridden."""
        words = pieces(phrase)
        if not words:
            return
        joined = " ".join(words)
        if override or joined not in self.terms:
            self.terms[joined] = term
        first = words[0]
        if self.longest.get(first, 0) < len(words):
            self.longest[first] = len(words)
        if len(words) > 1:
            self.following.setdefault(first, set()).add(words[1])


def choose_office(
    holders: Sequence[Officeholder], date: dt.date | None
) -> tuple[str, str, str, str | None, str] | None:
    """Choose the office that counts among those of one name; see ``Knowledge.officeholder``."""
    people = {holder.qid or holder.name for holder in holders}
    nations = {holder.country for holder in holders}
    if len(people) > 1 and len(nations) > 1:
        if date is None:
            return None
        current = [holder for holder in holders if holder.start is not None and holder.holds(date)]
        if len({holder.country for holder in current}) != 1:
            return None
        holders = current
    if date is not None:
        current = [holder for holder in holders if holder.holds(date)]
        if current:
            best = max(current, key=_weight)
            return best.country, best.office, best.sector, best.qid, best.name
        past = [holder for holder in holders if holder.end is not None and holder.end < date]
        if past:
            best = max(past, key=_weight)
            return best.country, f"former {best.office}", "ELI", best.qid, best.name
        best = min(holders, key=lambda holder: (holder.start or dt.date.max, holder.office))
        return best.country, f"later {best.office}", best.sector, best.qid, best.name
    best = max(holders, key=_weight)
    return best.country, best.office, best.sector, best.qid, best.name


_OFFICE_WEIGHT = {
    "head of state": 9,
    "head of government": 8,
    "deputy head": 6,
    "foreign": 5,
    "defence": 5,
    "interior": 4,
    "finance": 4,
    "justice": 3,
    "speaker": 3,
}


def _weight(holder: Officeholder) -> tuple[int, dt.date, str]:
    return _OFFICE_WEIGHT.get(holder.office, 1), holder.start or dt.date.min, holder.office


# -- loading ---------------------------------------------------------------------------------------------------------


def _load_countries(known: Knowledge) -> None:
    required = (
        "iso3",
        "iso2",
        "name",
        "names",
        "adjectives",
        "people",
        "seats",
        "geonameid",
        "latitude",
        "longitude",
    )
    rows = [row for _, row in read_rows(DATA / "countries.tsv", required)]
    for row in rows:
        iso3 = row["iso3"]
        known.countries[iso3] = Country(
            iso3=iso3,
            iso2=row["iso2"],
            name=row["name"],
            geonameid=int(row["geonameid"]) if row["geonameid"] else None,
            latitude=float(row["latitude"]) if row["latitude"] else None,
            longitude=float(row["longitude"]) if row["longitude"] else None,
            seats=tuple(split_list(row["seats"])),
        )
        term = Term(kind="country", name=row["name"], country=iso3, code=iso3)
        for name in (row["name"], *split_list(row["names"])):
            known.add_term(name, term)
    for row in rows:
        iso3 = row["iso3"]
        one = Term(kind="demonym", name=row["name"], country=iso3, code=iso3)
        many = Term(kind="people", name=row["name"], country=iso3, code=iso3, is_plural=True)
        for adjective in split_list(row["adjectives"]):
            known.add_term(adjective, one)
            if not adjective.endswith(("ese", "ish", "sh", "ch", "ss", "ois")):
                known.add_term(plural(adjective), many)
        for noun in split_list(row["people"]):
            known.add_term(noun, one)
            known.add_term(plural(noun), many)
        for seat in split_list(row["seats"]):
            known.add_term(
                seat, Term(kind="seat", name=seat, country=iso3, code=iso3, sector="GOV")
            )


def _load_regions(known: Knowledge) -> None:
    required = ("kind", "names", "country", "code", "adjectives", "people")
    for _, row in read_rows(DATA / "regions.tsv", required):
        country = row["country"] or None
        code = row["code"] or country
        kind = row["kind"]
        for name in split_list(row["names"]):
            known.add_term(name, Term(kind=kind, name=name, country=country, code=code))
        people_kind = "ethnic" if kind in ("region", "city") else kind
        adjectives = split_list(row["adjectives"])
        for adjective in adjectives:
            known.add_term(
                adjective, Term(kind=people_kind, name=adjective, country=country, code=code)
            )
        for noun in split_list(row["people"]):
            known.add_term(noun, Term(kind=people_kind, name=noun, country=country, code=code))
            known.add_term(
                plural(noun),
                Term(kind=people_kind, name=noun, country=country, code=code, is_plural=True),
            )


def _load_roles(known: Knowledge) -> None:
    for number, row in read_rows(
        DATA / "roles.tsv", ("form", "sector", "kind", "rank"), ("office",)
    ):
        if row["sector"] and row["sector"] not in SECTORS:
            raise KnowledgeError(
                f"roles.tsv:{number}: column sector: {row['sector']!r} is no PLOVER sector"
            )
        _add_role(
            known,
            row["form"],
            row["sector"] or None,
            row["kind"],
            int(row["rank"]),
            row["office"] or None,
        )


def _add_role(
    known: Knowledge,
    form: str,
    sector: str | None,
    kind: str,
    rank: int,
    office: str | None,
    *,
    override: bool = False,
) -> None:
    known.add_term(
        form,
        Term(kind="role", name=form, sector=sector, rank=rank, role_kind=kind, office=office),
        override=override,
    )
    if kind != "modifier":
        known.add_term(
            plural(form),
            Term(
                kind="role",
                name=form,
                sector=sector,
                rank=rank,
                role_kind=kind,
                office=office,
                is_plural=True,
            ),
            override=override,
        )


def _load_organisations(known: Knowledge) -> None:
    for _, row in read_rows(
        DATA / "organisations.tsv", ("name", "aliases", "code", "country", "sector", "kind")
    ):
        _add_organisation(
            known,
            Organisation(
                name=row["name"],
                aliases=tuple(split_list(row["aliases"])),
                code=row["code"] or row["country"] or None,
                country=row["country"] or None,
                sector=row["sector"] or None,
                kind=row["kind"],
            ),
        )


def _add_organisation(
    known: Knowledge, organisation: Organisation, *, override: bool = False
) -> None:
    term = Term(
        kind="organisation",
        name=organisation.name,
        country=organisation.country,
        code=organisation.code,
        sector=organisation.sector,
        role_kind=organisation.kind,
    )
    for name in (organisation.name, *organisation.aliases):
        if override or name not in known.cased:
            known.cased[name] = organisation
        folded = key(name)
        if override or folded not in known.organisations_by_name:
            known.organisations_by_name[folded] = organisation
        if folded not in EVERYDAY:
            known.add_term(name, term, override=override)


def parse_date(text: str, *, last: bool) -> dt.date | None:
    """Read ``2001``, ``2001-05`` or ``2001-05-07``: its first day, or its last."""
    if not text:
        return None
    parts = [int(part) for part in text.split("-")]
    year, month, day = (*parts, 0, 0)[:3]
    if not last:
        return dt.date(year, month or 1, day or 1)
    if day:
        return dt.date(year, month, day)
    following = dt.date(year + 1, 1, 1) if month in (0, 12) else dt.date(year, month + 1, 1)
    return following - dt.timedelta(days=1)


def _load_people(known: Knowledge) -> None:
    known.people.read(DATA / "officeholders.parquet")
    columns = ("name", "aliases", "country", "office", "sector", "qid", "start", "end")
    for _, row in read_rows(DATA / "leaders.tsv", columns):
        holder = Officeholder(
            name=row["name"], country=row["country"], office=row["office"], sector=row["sector"]
        )
        aliases = split_list(row["aliases"])
        known.people.add(_adopt(known, holder, aliases), (row["name"], *aliases))


def _adopt(known: Knowledge, holder: Officeholder, aliases: Sequence[str]) -> Officeholder:
    """Give a person of our list the identifier, name and terms that the extract has for him under one of his names."""
    found: list[Officeholder] = []
    for name in (holder.name, *aliases):
        found = [
            other for other in known.people.named(key(name)) if other.country == holder.country
        ]
        if found:
            break
    if len({other.qid for other in found}) != 1:
        return holder
    same = [other for other in found if other.office == holder.office]
    for other in found:
        known.people.add(other, (holder.name, *aliases))
    if same:
        return same[-1]
    return dataclasses.replace(holder, qid=found[0].qid, name=found[0].name)


USER_COLUMNS = ("kind", "name")
USER_OPTIONAL = ("aliases", "country", "code", "sector", "office", "qid", "start", "end")
USER_KINDS = ("organisation", "person", "role", "country", "region")


@dataclasses.dataclass(frozen=True, slots=True)
class _Claim:
    """What a row of the user's says of a name, from when to when, and where it stands."""

    where: tuple[pathlib.Path, int]
    meaning: tuple[str | None, ...]
    office: str | None = None
    start: dt.date | None = None
    end: dt.date | None = None

    def contradicts(self, other: _Claim) -> bool:
        """Say whether two claims cannot both hold: other meanings of one thing, or of one office at one time."""
        if self.meaning == other.meaning:
            return False
        if self.office is None and other.office is None:
            return True
        apart = (self.end or dt.date.max) < (other.start or dt.date.min) or (
            other.end or dt.date.max
        ) < (self.start or dt.date.min)
        return not apart and (self.office == other.office or self.meaning[0] != other.meaning[0])


class _Claims:
    """Everything the user's files say, so that rows that contradict each other are found."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], list[_Claim]] = {}

    def other(self, kind: str, name: str, claim: _Claim) -> _Claim | None:
        """Note a claim; return an earlier one that it contradicts."""
        said = self._said.setdefault((kind, key(name)), [])
        for before in said:
            if before.contradicts(claim):
                return before
        said.append(claim)
        return None


def _load_user(known: Knowledge, file: str, claims: _Claims) -> None:
    path = pathlib.Path(file)
    if path.suffix == ".txt":
        _load_dictionary(known, path, claims)
        return
    for number, row in read_rows(path, USER_COLUMNS, USER_OPTIONAL):
        _check_user_row(path, number, row)
        claim = _claim_of(path, number, row)
        for column, name in (
            ("name", row["name"]),
            *(("aliases", alias) for alias in split_list(row["aliases"])),
        ):
            before = claims.other(row["kind"], name, claim)
            if before is not None:
                there, line = before.where
                where = f"line {line}" if there == path else f"{there}:{line}"
                raise KnowledgeError(
                    f"{path}:{number}: column {column}: {name!r} contradicts {where}; keep one of them"
                )
        _add_user_row(known, path, number, row)


def _claim_of(path: pathlib.Path, number: int, row: dict[str, str]) -> _Claim:
    place = row["country"], row["code"] or row["country"], row["sector"]
    if row["kind"] != "person":
        return _Claim((path, number), (*place, row["office"]))
    start, end = _term_of_row(path, number, row)
    return _Claim((path, number), place, row["office"] or "official", start, end)


def _term_of_row(
    path: pathlib.Path, number: int, row: dict[str, str]
) -> tuple[dt.date | None, dt.date | None]:
    """Return when a row's office was held.

    Raises:
      KnowledgeError: a date that is none, or an end before the start.
    """
    try:
        start, end = parse_date(row["start"], last=False), parse_date(row["end"], last=True)
    except ValueError as error:
        raise KnowledgeError(f"{path}:{number}: column start or end: {error}") from error
    if start is not None and end is not None and end < start:
        raise KnowledgeError(
            f"{path}:{number}: column end: {row['end']} is before the start {row['start']}"
        )
    return start, end


def _load_dictionary(known: Knowledge, path: pathlib.Path, claims: _Claims) -> None:
    """Take over a PETRARCH dictionary: dated names are persons, others organisations, agents are roles.

    These dictionaries were written by many hands and say some things twice: of codes that contradict each other the
    first holds, and the others are reported as warnings.
    """
    for entry in read_dictionary(path):
        name, *synonyms = entry.names
        for dated in entry.codes:
            claim = _Claim(
                (path, entry.line),
                (dated.code,),
                None if dated.start is None and dated.end is None else "official",
                dated.start,
                dated.end,
            )
            kind = "agent" if dated.code.startswith("~") else "actor"
            before = claims.other(kind, name, claim)
            if before is not None:
                logger.warning(
                    "%s:%d: %r has the code %s, which contradicts %s at %s:%d; the first holds",
                    path, entry.line, name, dated.code, before.meaning[0], *before.where,
                )  # fmt: skip
                continue
            bare = dated.code.lstrip("~").upper()
            sectors = [bare[at : at + 3] for at in range(0, len(bare), 3)]
            sector = next((part for part in sectors if part in SECTORS), None)
            if dated.code.startswith("~"):
                for form in entry.names:
                    _add_role(known, form, sector, "person", 3, None, override=True)
                continue
            code = sectors[0] if sectors and len(sectors[0]) == 3 else None
            if code == "IGO" and "UNO" in sectors:
                code = "UNO"
            country = code if code in known.countries else None
            if dated.start is None and dated.end is None:
                organisation = Organisation(
                    name=name,
                    aliases=tuple(synonyms),
                    code=code,
                    country=country,
                    sector=sector,
                    kind="user",
                )
                _add_organisation(known, organisation, override=True)
                continue
            if code is not None:
                person = Officeholder(
                    name=name,
                    country=code,
                    office="official",
                    sector=sector or "UNK",
                    start=dated.start,
                    end=dated.end,
                )
                known.people.add(person, synonyms)


def _check_user_row(path: pathlib.Path, number: int, row: dict[str, str]) -> None:
    if row["kind"] not in USER_KINDS:
        raise KnowledgeError(
            f"{path}:{number}: column kind: {row['kind']!r} is unknown; expected one of {', '.join(USER_KINDS)}"
        )
    if not key(row["name"]):
        raise KnowledgeError(
            f"{path}:{number}: column name: {row['name']!r} holds no letter or digit"
        )
    if row["sector"] and row["sector"] not in SECTORS:
        raise KnowledgeError(
            f"{path}:{number}: column sector: {row['sector']!r} is no PLOVER sector"
        )
    if row["country"] and not (
        len(row["country"]) == 3 and row["country"].isalpha() and row["country"].isupper()
    ):
        raise KnowledgeError(
            f"{path}:{number}: column country: {row['country']!r} is no three-letter code"
        )
    if row["code"] and row["code"] not in NONSTATE and len(row["code"]) != 3:
        raise KnowledgeError(f"{path}:{number}: column code: {row['code']!r} is no actor code")


def _add_user_row(known: Knowledge, path: pathlib.Path, number: int, row: dict[str, str]) -> None:
    names = (row["name"], *split_list(row["aliases"]))
    country, code = row["country"] or None, row["code"] or row["country"] or None
    if row["kind"] == "organisation":
        _add_organisation(
            known,
            Organisation(
                name=row["name"],
                aliases=names[1:],
                code=code,
                country=country,
                sector=row["sector"] or None,
                kind="user",
            ),
            override=True,
        )
    elif row["kind"] == "role":
        for name in names:
            _add_role(
                known,
                name,
                row["sector"] or None,
                "person",
                3,
                row["office"] or None,
                override=True,
            )
    elif row["kind"] in ("country", "region"):
        for name in names:
            known.add_term(
                name,
                Term(kind=row["kind"], name=row["name"], country=country, code=code),
                override=True,
            )
    else:
        start, end = _term_of_row(path, number, row)
        holder = Officeholder(
            name=row["name"],
            country=row["country"],
            office=row["office"] or "official",
            sector=row["sector"] or "GOV",
            qid=row["qid"] or None,
            start=start,
            end=end,
        )
        for name in names:
            if not _is_user(known, name, path):
                known.people.replace(name)
        known.people.add(holder, names[1:])


def _is_user(known: Knowledge, name: str, path: pathlib.Path) -> bool:
    """Say whether a name's rows already come from the user's file, so that two of his rows add up."""
    marks: set[tuple[str, str]] = known.phrase_cache.setdefault("user people", set())  # type: ignore[assignment]
    mark = (str(path), key(name))
    if mark in marks:
        return True
    marks.add(mark)
    return False


def knowledge_digest(extra: Sequence[str] = ()) -> str:
    """Return a digest of our tables and the user's files: changes when any of them does. Cheap: reads, no parsing."""
    digest = hashlib.blake2b(digest_size=8)
    paths = [DATA / name for name in (*TABLES, "places.parquet")]
    for path in [*paths, *map(pathlib.Path, extra)]:
        if path.exists():
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def load_tables(extra: tuple[str, ...] = ()) -> Knowledge:
    """Read every table; prefer ``transforms.knowledge.resolve.load_knowledge``, which keeps what it read."""
    known = Knowledge(knowledge_digest(extra))
    _load_countries(known)
    _load_organisations(known)
    _load_regions(known)
    _load_roles(known)
    _load_people(known)
    claims = _Claims()
    for file in extra:
        _load_user(known, file, claims)
    known.phrase_cache.clear()
    known._roles.clear()
    known.gazetteer = Gazetteer.read(DATA / "places.parquet")
    pa.default_memory_pool().release_unused()  # 17 MB of buffers from unpacking the two Parquet tables
    return known


@functools.lru_cache(maxsize=4)
def load_knowledge(extra: tuple[str, ...] = ()) -> Knowledge:
    """Return the knowledge of a process, read once."""
    return load_tables(extra)


__all__ = [
    "Country",
    "Knowledge",
    "KnowledgeError",
    "Officeholder",
    "Organisation",
    "Role",
    "Term",
    "choose_office",
    "fold",
    "knowledge_digest",
    "load_knowledge",
    "load_tables",
]
