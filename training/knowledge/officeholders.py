"""Build ``officeholders.parquet``: who held which office, from an extract of Wikidata (CC0).

The extract is tab-separated with the columns ``country`` (ISO 3166-1 alpha-3), ``position`` (Wikidata's label),
``person``, ``wikidata_id``, ``start`` and ``end`` (year, year-month or day; empty: unknown or still in office). Of its
thousands of position labels the coder needs a few offices; what ``classify`` does not know is left out.
"""

from __future__ import annotations

import collections
import pathlib
import re
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.parquet as pq

from training.knowledge.countries import DATA, OURS, rows_of
from transforms.knowledge.knowledge import parse_date
from transforms.knowledge.words import key

SECTOR_OF = {
    "head of state": "GOV",
    "head of government": "GOV",
    "deputy head": "GOV",
    "foreign": "GOV",
    "defence": "GOV",
    "interior": "GOV",
    "finance": "GOV",
    "justice": "GOV",
    "minister": "GOV",
    "ambassador": "GOV",
    "security adviser": "GOV",
    "spokesperson": "GOV",
    "presidential staff": "GOV",
    "central bank": "GOV",
    "international official": "GOV",
    "speaker": "LEG",
    "chief of staff": "MIL",
    "intelligence": "SPY",
    "police": "COP",
    "judge": "JUD",
    "prosecutor": "JUD",
    "opposition leader": "OPP",
}

# The first rule that matches a label, in lower case, decides.
RULES: tuple[tuple[str, str | None], ...] = (
    (
        r"\b(first lady|spouse|captain regent of|lord mayor|mayor|prefect|lieutenant governor)\b",
        None,
    ),
    (
        r"(general assembly|secretary-general of the united nations|of the world trade organization|osce)",
        "international official",
    ),
    (
        r"\b(parliamentary assembly|arab parliament|international court of justice)\b",
        "international official",
    ),
    (r"\b(leader of the opposition|opposition leader|shadow)\b", "opposition leader"),
    (r"(permanent representative|ambassador) to the united nations", "ambassador"),
    (
        r"^ambassador to (the )?(united states|united kingdom|russia|china|people's republic of china|france|germany|japan"
        r"|israel|european union|ukraine|india|south korea|north korea|iran|iraq|syria|pakistan|afghanistan)",
        "ambassador",
    ),
    (r"^(permanent representative to|ambassador)", None),
    (r"foreign trade|social security|external trade|social justice|foreign aid", "minister"),
    (r"^deputy chairman of the cabinet", "deputy head"),
    (
        r"^(prime minister|premier|president|vice[- ]president|head of government|chief executive|speaker|deputy premier) of (the )?"
        r"(republika srpska|azad kashmir|federation of|crimea|the falkland|buenos aires|cook islands|iraqi kurdistan|bougainville"
        r"|quebec|sarawak|british columbia|manitoba|the generalitat|generalitat|kurdistan|south australia|legislative assembly of)"
        r"|government of aragon|captain regent|co-prince",
        None,
    ),
    (r"^attorney[- ]general|^deputy attorney[- ]general", "justice"),
    (r"\b(supreme court|constitutional court|chief justice|high court|court of)\b", "judge"),
    (r"\b(prosecutor|attorney[- ]general|solicitor[- ]general)\b", "prosecutor"),
    (
        r"\b(senate|national assembly|chamber|house of|parliament|legislative|federation council|state duma|council of states"
        r"|people's congress|consultative assembly|bundestag|bundesrat|house assembly|shura|knesset|folketing|riksdag|storting"
        r"|house of assembly|jirga|majlis)\b.*",
        "speaker?",
    ),
    (r"^speaker\b", "speaker"),
    (
        r"\b(intelligence|cia|secret service|state security service|security service|fsb|mossad|shin bet)\b",
        "intelligence",
    ),
    (
        r"\b(chief of (the )?(defence|defense|general|joint|army|air|naval|navy)|chiefs? of staff of the|joint chiefs"
        r"|chair of the chiefs|general staff|chief of staff of the (army|armed|navy|air)|commander[- ]in[- ]chief|commander of"
        r"|chief of naval|chief of defence|commandant)",
        "chief of staff",
    ),
    (r"\b(national police|police)\b", "police"),
    (
        r"\b(central bank|national bank|reserve bank|people's bank|federal reserve|governor of the bank)\b",
        "central bank",
    ),
    (
        r"\b(deputy|vice|assistant|under-?secretary|parliamentary|junior|adjunct|minister of state|secretary of state for)\b.*"
        r"\b(minister|secretary|president|premier|chancellor|affairs|defence|prime|europe|trade)\b",
        "deputy?",
    ),
    (
        r"\b(vice[- ]president|vice[- ]premier|deputy prime|deputy premier|vice[- ]prime|vice[- ]chancellor|state councilor"
        r"|tánaiste|deputy leader)\b",
        "deputy head",
    ),
    (r"\b(national security advis|homeland security advis|security council)", "security adviser"),
    (r"\b(spokes|spokeperson|press secretary)", "spokesperson"),
    (
        r"(minister|secretary) (of|for) (state for )?(the )?(foreign|external)|minister.*foreign affairs|^secretary of state$"
        r"|foreign (minister|secretary|and commonwealth)|external relations|department of foreign",
        "foreign",
    ),
    (r"(minister|secretary).*(defen[cs]e|armed forces|\bwar\b)", "defence"),
    (
        r"(minister|secretary).*(\binterior|internal affairs|home affairs|home department|homeland|public security"
        r"|state security|national security|\bsecurity\b)",
        "interior",
    ),
    (
        r"(minister|secretary).*(finance|treasury|\beconomy\b)|^treasurer$|chancellor of the exchequer",
        "finance",
    ),
    (r"(minister|secretary).*\bjustice\b|lord chancellor", "justice"),
    (
        r"^(federal )?prime minister|^premier( of the state council)?$|chancellor( of germany)?$|^head of government|taoiseach"
        r"|chairman of the (cabinet|council) of ministers|president of the (council of ministers|government)|^chief executive"
        r"|^minister of state \(monaco\)",
        "head of government",
    ),
    (
        r"^(interim |acting |transitional )?president( of the (republic|country|transitional council|presidency|state))?$"
        r"|^monarch|^king|^queen|^emir|^sultan|^grand duke|^emperor|^head of state|^supreme leader|governor[- ]general"
        r"|chair(man|person)? of the presidency|general secretary of the (chinese )?communist|^captain regent|^sovereign"
        r"|chairman of the (transitional )?sovereignty council|president of the confederation|^pope|^amir",
        "head of state",
    ),
    (r"^member of the federal council$", "minister"),
    (r"\bminister\b|^secretary of (?!the (navy|army|air force))|^federal minister", "minister"),
    (
        r"chief of staff|presidential (administration|executive office)|presidential office|cabinet secretary",
        "presidential staff",
    ),
)
COMPILED = tuple((re.compile(pattern), office) for pattern, office in RULES)


def classify(position: str) -> str | None:
    """Return our office for a Wikidata position label, null for one we do not keep."""
    label = position.lower()
    for pattern, office in COMPILED:
        if pattern.search(label):
            if office == "speaker?":
                return "speaker" if re.match(r"(speaker|president|chair\w*)\b", label) else None
            if office == "deputy?":
                return _deputy(label)
            return office
    return None


def _deputy(label: str) -> str | None:
    if re.search(
        r"\b(vice[- ]president|vice[- ]premier|deputy prime|deputy premier|vice[- ]prime|deputy president)\b",
        label,
    ):
        return "deputy head"
    if re.match(
        r"secretary of state for (defence|foreign|the home|justice|health|education)", label
    ):
        department = label.removeprefix("secretary of state for ")
        for word, office in (
            ("defence", "defence"),
            ("foreign", "foreign"),
            ("the home", "interior"),
            ("justice", "justice"),
        ):
            if department.startswith(word):
                return office
        return "minister"
    if label.startswith(
        ("secretary of state for", "minister of state", "deputy minister", "deputy secretary")
    ):
        return "minister"
    return None


def _date(text: str) -> str:
    return text if re.fullmatch(r"\d{4}(-\d\d){0,2}", text) else ""


def _plausible(row: dict[str, str]) -> bool:
    start, end = _date(row["start"]), _date(row["end"])
    if end and start and end[: len(start)] < start[: len(end)]:
        return False
    if classify(row["position"]) == "head of state" and row["person"] == "Elizabeth II":
        return row["country"] == "GBR"
    return bool(row["person"]) and not re.fullmatch(r"Q\d+", row["person"])


def rows(extract: pathlib.Path) -> Iterable[tuple[str, ...]]:
    """Return our rows; one person's terms in one office that touch are kept apart, as the source has them."""
    kept: set[tuple[str, ...]] = set()
    for row in rows_of(extract):
        office = classify(row["position"])
        if office is None or not _plausible(row):
            continue
        country = OURS.get(row["country"], row["country"])
        if (
            office == "international official"
            and country == "UNO"
            and re.search(r"council of europe|arab|osce|world trade", row["position"].lower())
        ):
            country = "IGO"
        sector = "JUD" if "court of justice" in row["position"].lower() else SECTOR_OF[office]
        qid = row["wikidata_id"] if re.fullmatch(r"Q\d+", row["wikidata_id"]) else ""
        kept.add(
            (row["person"], country, office, sector, qid, _date(row["start"]), _date(row["end"]))
        )
    return kept


def keys_of(name: str, office: str) -> list[str]:
    """Return the lookup keys of a person: monarchs are also known without their country (``Letsie III of Lesotho``)."""
    found = [key(name)]
    monarch = (
        re.fullmatch(r"(.+?)(?: of |, Grand Duke of ).+", name)
        if office == "head of state"
        else None
    )
    if monarch is not None and re.search(r"\s[IVX]+$", monarch[1]):
        found.append(key(monarch[1]))
    return [joined for joined in found if joined]


def build(extract: pathlib.Path) -> int:
    """Write the table, sorted by lookup key; return its number of rows."""
    keyed = sorted((joined, row) for row in rows(extract) for joined in keys_of(row[0], row[2]))
    table = [row for _, row in keyed]
    kinds = pa.dictionary(pa.int32(), pa.string())
    columns = {
        "key": pa.array([joined for joined, _ in keyed], pa.string()),
        "name": pa.array([row[0] for row in table], pa.string()),
        "country": pa.array([row[1] for row in table], kinds),
        "office": pa.array([row[2] for row in table], kinds),
        "sector": pa.array([row[3] for row in table], kinds),
        "qid": pa.array([row[4] or None for row in table], pa.string()),
        "start": pa.array([parse_date(row[5], last=False) for row in table], pa.date32()),
        "end": pa.array([parse_date(row[6], last=True) for row in table], pa.date32()),
    }
    pq.write_table(
        pa.table(columns), DATA / "officeholders.parquet", compression="zstd", compression_level=19
    )
    return len(table)


def report(extract: pathlib.Path) -> str:
    """Return how many rows each office has, and the commonest labels left out."""
    offices: collections.Counter[str] = collections.Counter()
    left: collections.Counter[str] = collections.Counter()
    for row in rows_of(extract):
        office = classify(row["position"])
        if office is None:
            left[row["position"]] += 1
        else:
            offices[office] += 1
    return f"{offices.most_common()}\nleft out: {left.most_common(60)}"
