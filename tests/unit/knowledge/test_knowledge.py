from __future__ import annotations

import datetime as dt
import pathlib
import subprocess
import sys

import pytest

from transforms.knowledge.knowledge import SECTORS, KnowledgeError, load_tables
from transforms.knowledge.resolve import knowledge_digest, load_knowledge
from transforms.knowledge.tables import DATA, read_rows
from transforms.knowledge.words import keys, plural, split_list

ROOT = pathlib.Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("South Korea", "KOR"), ("ROK", "KOR"), ("South Koreans", "KOR"), ("Seoul", "KOR"), ("the Netherlands", "NLD"),
        ("Dutch", "NLD"), ("Soviet Union", "RUS"), ("Zaire", "COD"), ("Côte d'Ivoire", "CIV"), ("U.S.", "USA"), ("US", "USA"),
        ("Burma", "MMR"), ("Kosovars", "KOS"), ("Holy See", "VAT"), ("Hong Kong", "HKG"), ("DPRK", "PRK"), ("FYROM", "MKD"),
        ("Czechoslovakia", "CZE"), ("PSE", "PSE"), ("Türkiye", "TUR"), ("Turkiye", "TUR"), ("Nigerien", "NER"),
        ("Nigerian", "NGA"), ("Dominican", "DOM"), ("Swiss", "CHE"), ("Peking", "CHN"), ("Atlantis", None), ("", None),
    ],
)  # fmt: skip
def test_countries_by_any_usual_name(name: str, country: str | None):
    assert load_knowledge().country(name) == country


@pytest.mark.parametrize(
    ("phrase", "sector", "office"),
    [
        ("defence minister", "GOV", "defence"), ("Defense Minister", "GOV", "defence"), ("police", "COP", None),
        ("rebels", "REB", None), ("troops", "MIL", None), ("lawmakers", "LEG", None), ("students", "EDU", None),
        ("prime ministers", "GOV", "head of government"), ("protesters", "CVL", None), ("policemen", "COP", None),
    ],
)  # fmt: skip
def test_roles(phrase: str, sector: str, office: str | None):
    role = load_knowledge().role(phrase)
    assert role is not None
    assert (role.sector, role.office) == (sector, office)
    assert role.is_plural is (phrase not in ("defence minister", "Defense Minister", "police"))


def test_words_that_are_no_roles():
    assert load_knowledge().role("table") is None
    assert load_knowledge().role("Kenya") is None


def test_organisations_need_capitals_where_they_are_everyday_words():
    known = load_knowledge()
    assert known.organisation("WHO") is not None
    assert known.organisation("who") is None
    assert known.organisation("al Qaeda") is known.organisation("al-Qaeda")


def test_office_holders_by_date():
    known = load_knowledge()
    suh = known.officeholder("Suh Wook", dt.date(2021, 3, 17))
    assert suh is not None
    assert suh[:3] == ("KOR", "defence", "GOV")
    later = known.officeholder("Suh Wook", dt.date(2023, 1, 31))
    assert later is not None
    assert later[:3] == ("KOR", "former defence", "ELI")
    assert known.officeholder("Nobody Inparticular") is None


def test_no_two_organisations_have_one_name():
    owners: dict[str, str] = {}
    for _, row in read_rows(
        DATA / "organisations.tsv", ("name", "aliases", "code", "country", "sector", "kind")
    ):
        for name in keys([row["name"], *split_list(row["aliases"])]):
            assert owners.setdefault(name, row["name"]) == row["name"], name


def test_every_table_row_is_valid():
    known = load_knowledge()
    for term in known.terms.values():
        assert term.sector is None or term.sector in SECTORS, term
        assert term.country is None or term.country in known.countries, term


def test_digest_changes_with_the_users_file(tmp_path: pathlib.Path):
    file = tmp_path / "mine.tsv"
    file.write_text("kind\tname\tcountry\tsector\norganisation\tBlue Falcons\tKEN\tREB\n", "utf-8")
    assert knowledge_digest() == load_knowledge().digest
    assert knowledge_digest((str(file),)) != knowledge_digest()


def test_a_user_adds_and_overrides(tmp_path: pathlib.Path):
    file = tmp_path / "mine.tsv"
    file.write_text(
        "kind\tname\taliases\tcountry\tsector\toffice\tqid\tstart\tend\n"
        "organisation\tBlue Falcons\tBF\tKEN\tREB\n"
        "organisation\tHamas\t\tPSE\tGOV\n"
        "role\tflag bearer\t\t\tPTY\n"
        "person\tAda Example\t\tKEN\tGOV\tforeign\t\t2020\t2021-06\n",
        "utf-8",
    )
    known = load_tables((str(file),))
    falcons, hamas = known.organisation("Blue Falcons"), known.organisation("Hamas")
    assert falcons is not None
    assert falcons.country == "KEN"
    assert hamas is not None
    assert hamas.sector == "GOV"
    bearer = known.role("flag bearers")
    assert bearer is not None
    assert bearer.sector == "PTY"
    inside = known.officeholder("Ada Example", dt.date(2021, 6, 30))
    outside = known.officeholder("Ada Example", dt.date(2021, 7, 1))
    assert inside is not None
    assert inside[1] == "foreign"
    assert outside is not None
    assert outside[2] == "ELI"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", ":1: no header line"),
        ("kind\tname\tcolour\n", ":1: column 3: 'colour' is unknown"),
        ("name\tcountry\n", ":1: column 'kind' is missing"),
        ("kind\tname\nplanet\tMars\n", ":2: column kind: 'planet' is unknown"),
        ("kind\tname\tsector\nrole\tbaker\tXYZ\n", ":2: column sector: 'XYZ' is no PLOVER sector"),
        (
            "kind\tname\tcountry\nregion\tNowhere\tKenya\n",
            ":2: column country: 'Kenya' is no three-letter code",
        ),
        ("kind\tname\nrole\tbaker\textra\n", ":2: column 3: 3 cells, expected 2"),
        ("kind\tname\tstart\nperson\tAda Example\t31-02-2020\n", ":2: column start or end"),
        (
            "kind\tname\tstart\tend\nperson\tAda Example\t2021\t2020\n",
            ":2: column end: 2020 is before the start 2021",
        ),
        (
            "kind\tname\tcountry\norganisation\tBlue\tKEN\norganisation\tblue\tUGA\n",
            ":3: column name: 'blue' contradicts line 2",
        ),
    ],
)
def test_a_malformed_file_names_line_and_column(tmp_path: pathlib.Path, content: str, message: str):
    file = tmp_path / "mine.tsv"
    file.write_text(content, "utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_tables((str(file),))
    assert f"{file}{message}" in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "organisation\tBlue Falcons\tBF\tKEN\norganisation\tBrown Foxes\tBF\tUGA\n",
            ":3: column aliases: 'BF' contradicts line 2",
        ),
        (
            "person\tAda Example\t\tKEN\tforeign\t2020\t2021\nperson\tAda Example\t\tUGA\tforeign\t2021\t2022\n",
            ":3: column name: 'Ada Example' contradicts line 2",
        ),
        ("person\tAda Example\t\tKEN\nperson\tAda Example\t\tUGA\n", ":3: column name"),
        (
            "person\tAda Example\t\tKEN\tforeign\t2020\t2020\nperson\tAda Example\t\tKEN\tdefence\t2020\t2021\n",
            None,
        ),
        (
            "person\tAda Example\t\tKEN\tforeign\t2020\t2020\nperson\tAda Example\t\tUNO\tambassador\t2021\t2022\n",
            None,
        ),
        ("organisation\tBlue Falcons\tBF\tKEN\norganisation\tBlue Falcons\tBF\tKEN\n", None),
    ],
)
def test_rows_that_contradict_each_other_are_reported(
    tmp_path: pathlib.Path, rows: str, message: str | None
):
    file = tmp_path / "mine.tsv"
    file.write_text("kind\tname\taliases\tcountry\toffice\tstart\tend\n" + rows, "utf-8")
    if message is None:
        load_tables((str(file),))
        return
    with pytest.raises(KnowledgeError) as caught:
        load_tables((str(file),))
    assert f"{file}{message}" in str(caught.value)


def test_two_files_that_contradict_each_other_are_reported(tmp_path: pathlib.Path):
    one, two = tmp_path / "one.tsv", tmp_path / "two.tsv"
    one.write_text("kind\tname\tcountry\norganisation\tBlue Falcons\tKEN\n", "utf-8")
    two.write_text("kind\tname\tcountry\norganisation\tBlue Falcons\tUGA\n", "utf-8")
    with pytest.raises(KnowledgeError, match=r"two\.tsv:2: .* contradicts .*one\.tsv:2"):
        load_tables((str(one), str(two)))


def test_bytes_that_are_no_text_are_refused(tmp_path: pathlib.Path):
    file = tmp_path / "mine.tsv"
    file.write_bytes(b"kind\tname\nrole\t\xff\xfe\n")
    with pytest.raises(KnowledgeError, match=":2: not UTF-8"):
        load_tables((str(file),))


def test_a_missing_file_is_refused(tmp_path: pathlib.Path):
    with pytest.raises(KnowledgeError, match="cannot be read"):
        load_tables((str(tmp_path / "none.tsv"),))


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("minister", "ministers"), ("policeman", "policemen"), ("attorney general", "attorneys general"), ("party", "parties"),
        ("patriarch", "patriarchs"), ("church", "churches"), ("German", "Germans"), ("boss", "bosses"), ("spy", "spies"),
    ],
)  # fmt: skip
def test_plurals(one: str, many: str):
    assert plural(one.lower()) == many.lower()


def test_loading_is_quick_and_small():
    """One second and 60 MB, in a process of its own; the clock is the processor's, since tests share the machine."""
    code = (
        "import time, pyarrow.parquet\n"
        "def rss(): return int(open('/proc/self/statm').read().split()[1]) * 4096\n"
        "before, begin = rss(), time.process_time()\n"
        "from transforms.knowledge.resolve import load_knowledge\n"
        "load_knowledge()\n"
        "print(time.process_time() - begin, rss() - before)\n"
    )
    if not pathlib.Path("/proc/self/statm").exists():
        pytest.skip("memory of a process is read from /proc")
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    seconds, size = map(float, done.stdout.split())
    assert seconds < 2.0  # 0.4 on an idle machine
    assert size < 60_000_000
