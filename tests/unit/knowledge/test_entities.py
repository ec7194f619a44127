from __future__ import annotations

import datetime as dt
import gc
import json
import pathlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.facts import Entity, ResolvedArticle
from tests.unit.knowledge.builders import annotate
from transforms.knowledge.names import core_parts, same_person
from transforms.knowledge.resolve import load_knowledge, resolve_article
from transforms.knowledge.words import pieces

SHARED = pathlib.Path(__file__).parents[4] / "shared"
DAY = dt.date(2021, 3, 17)


def resolve(marked: str, **context: object) -> ResolvedArticle:
    return resolve_article(annotate(marked, **context), load_knowledge())  # type: ignore[arg-type]


def of(result: ResolvedArticle, text: str, nth: int = 0) -> Entity:
    """Return the entity of the nth mention with this text."""
    mention = [mention for mention in result.mentions if mention.text == text][nth]
    return next(row for row in result.entities if row.entity_id == mention.entity_id)


def names(result: ResolvedArticle) -> list[str]:
    return [row.name for row in result.entities]


def test_forms_of_one_name_are_one_entity():
    result = resolve(
        "[Lloyd J. Austin III|PERSON] arrived in [Seoul|LOC].\n[Austin|PERSON] met reporters.\n[Lloyd Austin|PERSON] said so.",
        date=DAY,
    )
    assert of(result, "Austin") == of(result, "Lloyd Austin") == of(result, "Lloyd J. Austin III")
    austin = of(result, "Austin")
    assert (austin.country, austin.sector, austin.identifier) == ("USA", "GOV", "Q941013")
    assert set(austin.aliases) | {austin.name} == {"Lloyd Austin", "Austin", "Lloyd J. Austin III"}


def test_a_title_inside_a_span_is_cut_off():
    result = resolve("[US Defence Secretary Lloyd Austin|ORG] said so.", date=DAY)
    assert of(result, "Lloyd Austin").type == "PERSON"
    assert of(result, "US").country == "USA"


def test_kin_of_one_family_name_stay_apart():
    result = resolve(
        "[Kim Yo Jong|PERSON] warned the south.\n[Kim Jong Un|PERSON] said nothing.\n[Kim Yo-jong|PERSON] added more.",
        date=DAY,
    )
    people = [row for row in result.entities if row.type == "PERSON"]
    assert len(people) == 2
    assert {row.country for row in people} == {"PRK"}


def test_names_of_a_country_and_its_government_are_one_entity():
    result = resolve(
        "[South Korea|LOC] said so.\n[Seoul|LOC] rejected talks.\nTroops of the [ROK|LOC] and [South Korean|NORP] police gathered."
    )
    assert (
        of(result, "Seoul")
        == of(result, "ROK")
        == of(result, "South Korean")
        == of(result, "South Korea")
    )
    assert of(result, "Seoul").type == "GPE"


@pytest.mark.parametrize(
    ("sentence", "is_government"),
    [
        ("[Seoul|LOC] said it would talk.", True),
        ("Talks between [Tokyo|LOC] and [Seoul|LOC] resumed.", True),
        ("[Washington|LOC] urged [Seoul|LOC] to wait.", True),
        ("He arrived in [Seoul|LOC].", False),
        ("He flew to [Seoul|LOC].", False),
        ("Missiles struck [Seoul|LOC].", False),
        ("Residents of [Seoul|LOC] fled.", False),
        ("Commitment to [Seoul|LOC] held.", True),
    ],
)
def test_a_capital_is_government_or_city_by_its_clause(sentence: str, is_government: bool):
    entity = of(resolve(sentence), "Seoul")
    assert (entity.name == "South Korea") is is_government
    if not is_government:
        assert (entity.geonameid, entity.resolution) == (1835848, "place")


def test_the_north_and_the_south_are_the_koreas_only_beside_them():
    beside = resolve("[North Korea|LOC] said so.\nTalks between the North and the South resumed.")
    assert of(beside, "North").name == "North Korea"
    assert of(beside, "South").name == "South Korea"
    elsewhere = resolve("[Sudan|LOC] said so.\nTalks between the North and the South resumed.")
    assert "South Korea" not in names(elsewhere)


def test_a_compound_of_countries_names_each():
    result = resolve("The U.S.-ROK alliance held.\n[South Korea|LOC] said so.")
    assert {"United States", "South Korea"} <= set(names(result))


def test_beginnings_before_a_hyphen_and_a_country_are_countries():
    assert set(names(resolve("The Sino-Indian border was closed."))) == {"China", "India"}
    assert set(names(resolve("Trade between Sino-US partners fell."))) == {"China", "United States"}
    assert "India" not in names(resolve("The Indo-Pacific and Indo-China are regions."))
    assert "France" not in names(resolve("[Franco|PER] died in [Spain|LOC]."))


def test_an_acronym_in_brackets_is_its_name():
    result = resolve(
        "The [National Front for Renewal|ORG] ([NFR|ORG]) said so.\nThe [NFR|ORG] marched."
    )
    assert of(result, "NFR", 1) == of(result, "National Front for Renewal")


def test_known_organisations_have_their_code():
    result = resolve("The [UN|ORG] said so.\nThe [United Nations|ORG] and [Hamas|ORG] talked.")
    assert of(result, "UN") == of(result, "United Nations")
    assert (of(result, "UN").code, of(result, "UN").country) == ("UNO", None)
    assert (of(result, "Hamas").country, of(result, "Hamas").sector) == ("PSE", "REB")


def test_title_and_nationality_give_country_and_sector():
    result = resolve(
        "Police said [Zimbabwean|NORP] opposition leader [Tendai Moyo|PERSON] was held."
    )
    moyo = of(result, "Tendai Moyo")
    assert (moyo.country, moyo.sector) == ("ZWE", "OPP")


def test_a_minority_belongs_to_the_country_of_the_article():
    result = resolve("[Ethnic Albanians|NORP] marched.\nPolice in [Macedonia|LOC] said so.")
    assert of(result, "Ethnic Albanians").country == "MKD"
    result = resolve("[Ethnic Albanians|NORP] marched.\n[Albania|LOC] said so.")
    assert of(result, "Ethnic Albanians").country == "ALB"


def test_a_person_called_like_a_city_is_no_place():
    result = resolve("[Lloyd Austin|PERSON] spoke.\n[Austin|LOC] said so.", date=DAY)
    assert of(result, "Austin").type == "PERSON"
    assert all(row.geonameid is None for row in result.entities)


def test_ids_join_articles_and_do_not_depend_on_them():
    one = resolve("[Joe Biden|PERSON] said so.\n[Ann Example|PERSON] spoke.", date=DAY, uri="one")
    two = resolve("[Ann Example|PERSON] met [Joe Biden|PERSON].", date=DAY, uri="two")
    assert of(one, "Joe Biden").entity_id == of(two, "Joe Biden").entity_id
    assert of(one, "Ann Example").entity_id == of(two, "Ann Example").entity_id


def test_namesakes_that_the_text_tells_apart_have_two_ids():
    one = resolve("[British|NORP] senator [Ann Example|PERSON] spoke.")
    two = resolve("[Kenyan|NORP] senator [Ann Example|PERSON] spoke.")
    assert of(one, "Ann Example").entity_id != of(two, "Ann Example").entity_id


def test_an_article_in_capitals_gives_no_nonsense():
    result = resolve("[PRESIDENT BIDEN|PERSON] SAID IT IS UP TO US WHO WINS.")
    assert not {"Islamic State", "World Health Organization"} & set(names(result))


def test_no_published_date_still_resolves():
    result = resolve("[Joe Biden|PERSON] said so.")
    assert of(result, "Joe Biden").country == "USA"


MARKS = st.lists(
    st.sampled_from(
        [
            "[Lloyd Austin|PERSON]", "[Austin|PERSON]", "[Seoul|LOC]", "[US|LOC]", "said", "met", "in", "the", "[UN|ORG]",
            "[South Korean|NORP]", "minister", "and", ",", "[Kim Jong Un|PERSON]", "[Monday|DATE]", "counterpart", "he", "'s",
            "[Tripoli|LOC]", "North", "rebels", "of", "\n",
        ]
    ),
    min_size=1,
    max_size=25,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(MARKS)
def test_any_article_gives_consistent_rows(words: list[str]):
    marked = " ".join(words).strip()
    if not marked:
        return
    result = resolve(marked + ".", date=DAY)
    text = result.annotated.article.text
    entity_ids = {row.entity_id for row in result.entities}
    assert len(entity_ids) == len(result.entities)
    assert len({mention.mention_id for mention in result.mentions}) == len(result.mentions)
    for mention in result.mentions:
        assert text[mention.start : mention.end] == mention.text
        assert mention.entity_id is None or mention.entity_id in entity_ids
    assert all(0 <= index < len(result.entities) for index in result.entity_of_token.values())
    counted = {row.entity_id: 0 for row in result.entities}
    for mention in result.mentions:
        if mention.entity_id:
            counted[mention.entity_id] += 1
    assert all(row.mention_count == counted[row.entity_id] for row in result.entities)
    assert resolve(marked + ".", date=DAY).entities == result.entities


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Lloyd J. Austin III", "Lloyd Austin", True),
        ("Jong-Sup Lee", "Lee Jong-sup", True),
        ("Recep Tayyip Erdogan", "Tayyip Erdogan", True),
        ("Mohammed Morsi", "Mohamed Morsi", True),
        ("Kim Yo Jong", "Kim Jong Un", False),
        ("Hillary Clinton", "Bill Clinton", False),
        ("George Bush", "Laura Bush", False),
        ("Mr. John Kerry", "John F. Kerry", True),
    ],
)
def test_forms_of_a_personal_name(one: str, other: str, same: bool):
    assert same_person(core_parts(pieces(one)), core_parts(pieces(other))) is same


@pytest.mark.model
@pytest.mark.skipif(
    not (SHARED / "seeds").exists(), reason="the labelled articles are not beside the repository"
)
def test_entities_of_labelled_articles():
    pytest.importorskip("spacy")
    from benchmarks.entities import seeds

    report = seeds(SHARED / "seeds", SHARED / "gold" / "seeds_gold.json", "default", verbose=False)
    gold = json.loads((SHARED / "gold" / "seeds_gold.json").read_text("utf-8"))
    found, total = map(int, report["entities"].split("/"))
    right, countries = map(int, report["country_right"].split("/"))
    assert total == sum(len(doc["entities"]) for doc in gold)
    assert found / total >= 0.95
    assert int(report["split"]) == 0
    assert right / countries >= 0.95


def test_time_grows_with_length_not_with_its_square():
    def seconds(names: int) -> float:
        lines = [
            f"Minister [Aa{'bcdefghij'[n % 9]}{n} Zu{n * 7}x|PERSON] of the [Front {n} Group|ORG] met police.\n[Zu{n * 7}x|PERSON] said so."
            for n in range(names)
        ]
        annotated = annotate("\n".join(lines))
        gc.disable()  # one look at all objects of the test session takes longer than the work
        try:
            begin = time.process_time()
            resolve_article(annotated, load_knowledge())
            return time.process_time() - begin
        finally:
            gc.enable()

    seconds(50)
    assert seconds(1600) < 12 * max(0.01, seconds(400))


def test_a_name_of_an_institution_is_described_by_its_noun_and_not_by_the_capital_in_it():
    result = resolve(
        "The [University of Havana|ORG] said so.\nThe [Supreme Court of Cuba|ORG] said nothing."
    )
    assert of(result, "University of Havana").sector == "EDU"
    assert of(result, "Supreme Court of Cuba").sector == "JUD"
    assert of(result, "University of Havana").country == "CUB"


def test_washington_with_its_district_is_the_city():
    result = resolve("The writer lives in [Washington, D.C.|LOC].")
    row = of(result, "Washington, D.C.")
    assert (row.country, row.admin1, row.geonameid) == ("USA", "District of Columbia", 4140963)


def test_a_city_is_meant_before_the_province_of_its_name():
    result = resolve("The talks in [Mecca|LOC] were opened.\nThe police of [Antwerp|LOC] said so.")
    assert of(result, "Mecca").resolution == "place"
    assert of(result, "Antwerp").resolution == "place"


def test_the_presidents_of_clubs_are_no_government():
    result = resolve("The vice-president [Allan Nixon|PERSON] said so.")
    assert of(result, "Allan Nixon").sector is None


def test_continents_have_no_country():
    result = resolve("He visited [Latin America|LOC].")
    assert of(result, "Latin America").country is None


def test_an_acronym_of_the_article_is_stronger_than_a_known_one():
    result = resolve("The [Election Commission|ORG] in [Dhaka|LOC] said so.\nThe [EC|ORG] agreed.")
    assert of(result, "EC") == of(result, "Election Commission")
    alone = resolve("The [EC|ORG] met officials in [Brussels|LOC].")
    assert of(alone, "EC").code == "EUR"


def test_minorities_live_where_the_text_says():
    result = resolve(
        "[Croatian|NORP] [Serbs|NORP] fled.\nThe [Albanians|NORP] of [Serbia|LOC] gathered."
    )
    assert of(result, "Serbs").country == "HRV"
    assert of(result, "Albanians").country == "SRB"


def test_known_names_end_where_titles_begin():
    result = resolve(
        "The [UN Special|ORG] rapporteur left.\nThe [Islamic Salvation Front party|ORG] said so."
    )
    assert of(result, "UN").code == "UNO"
    assert of(result, "Islamic Salvation Front").sector == "OPP"


@pytest.mark.parametrize(
    ("text", "dateline", "name", "country"),
    [
        (
            "Officials of [South Korea|LOC] said so.\n[Japan|LOC] rejected it.\nDefence Minister [Han Tae-yul|PERSON] spoke.",
            "SEOUL",
            "Han Tae-yul",
            "KOR",
        ),
        (
            "[Armenian|NORP] soldiers left on a [Georgian|NORP] aircraft.\nForeign Minister [Levon Akopov|PERSON] met reporters.",
            "YEREVAN",
            "Levon Akopov",
            "ARM",
        ),
        (
            "[Japan|LOC] condemned it.\nIn [Seoul|LOC], Defence Minister [Han Tae-yul|PERSON] said so.",
            None,
            "Han Tae-yul",
            "KOR",
        ),
        (
            "[Peru|LOC] said so.\nThe prime minister, [Alonso Villa|PERSON], called reporters.",
            None,
            "Alonso Villa",
            "PER",
        ),
        (
            "An [Israeli|NORP] army spokesman, Colonel [Eitan Shavit|PERSON], said so.",
            None,
            "Eitan Shavit",
            "ISR",
        ),
    ],
)
def test_a_title_without_a_country_is_of_the_state_at_hand(text, dateline, name, country):
    assert of(resolve(text, dateline=dateline), name).country == country


def test_a_counterpart_has_the_office_of_the_person_before():
    result = resolve(
        "Foreign Minister [Chung Eui-yong|PERSON] met his [Azerbaijani|NORP] counterpart [Rauf Mammadzade|PERSON].",
        date=DAY,
    )
    row = of(result, "Rauf Mammadzade")
    assert (row.country, row.sector) == ("AZE", "GOV")


def test_waters_belong_to_no_country():
    result = resolve("Ships moved in the [South China Sea|LOC] and on [Lake Chad|LOC].")
    assert of(result, "South China Sea").country is None
    assert of(result, "Lake Chad").country is None


def test_brussels_is_the_union_where_it_acts():
    result = resolve("[Brussels|LOC] said so.\nThe talks in [Brussels|LOC] resumed.")
    assert of(result, "Brussels").code == "EUR"
    assert of(result, "Brussels", 1).country == "BEL"


def test_a_place_abroad_has_to_be_large_or_named_with_its_country():
    result = resolve("The police of [Mexico|LOC] visited [El Charco|LOC].\n[Munich|LOC] was calm.")
    assert of(result, "El Charco").country is None
    assert of(result, "Munich").country == "DEU"


def test_a_short_name_of_a_place_joins_the_longer():
    result = resolve(
        "The talks in [San Miguel de Allende|LOC] in [Mexico|LOC] failed.\n[San Miguel|LOC] was calm."
    )
    assert of(result, "San Miguel") == of(result, "San Miguel de Allende")


def test_divisions_of_everyday_names_need_their_country():
    result = resolve("The police of [Ghana|LOC] left the [Central Region|LOC].")
    assert of(result, "Central Region").country is None
    result = resolve("The police of [Uganda|LOC] left the [Central Region|LOC].")
    assert of(result, "Central Region").country == "UGA"


def test_everyday_words_in_capitals_at_the_start_name_no_country():
    result = resolve("Reporters spoke.\nCar bombs killed two in [Kenya|LOC].")
    assert {row.country for row in result.entities} <= {"KEN"}


def test_a_name_alone_is_an_office_holders_only_where_his_country_is_in_the_article():
    alone = resolve("The son of the ruler of [Gujarat|LOC], [Aziz Khan|PERSON], died.", date=DAY)
    assert of(alone, "Aziz Khan").identifier is None
    lawyer = resolve("[Gareth Evans|PERSON] met reporters in [Montreal|LOC].", date=DAY)
    assert of(lawyer, "Gareth Evans").country is None
    famous = resolve("[Angela Merkel|PERSON] visited [Gujarat|LOC].", date=DAY)
    assert of(famous, "Angela Merkel").country == "DEU"


def test_one_of_two_family_names_is_enough_with_the_office():
    result = resolve(
        "Foreign Minister [Alexandra Hill|PERSON] met reporters.", date=dt.date(2022, 3, 1)
    )
    assert of(result, "Alexandra Hill").country == "SLV"


def test_a_town_of_the_article_s_country_is_meant_before_a_city_abroad():
    result = resolve("The police of [El Salvador|LOC] searched homes in [Santa Ana|LOC].")
    assert of(result, "Santa Ana").country == "SLV"
    result = resolve("Officials of the [United States|LOC] met in [Geneva|LOC].")
    assert of(result, "Geneva").country == "CHE"


def test_home_is_where_the_officials_of_an_article_are():
    result = resolve(
        "[North Korean|NORP] fishermen were sent back to [North Korea|LOC].\n"
        "President [Yoon Suk-yeol|PERSON] named [Lee Jong-sup|PERSON].\nThe [Justice Ministry|ORG] denied it.",
        date=dt.date(2022, 7, 20),
    )
    assert of(result, "Justice Ministry").country == "KOR"


@pytest.mark.parametrize(
    ("text", "name", "country", "sector"),
    [
        ("[India|LOC] voted.\n[Congress|ORG] leaders met in [India|LOC].", "Congress", "IND", "PTY"),
        ("[Kuwait|LOC] waits.\nPrime Minister Sheikh [Nasser Doe|PERSON] resigned.", "Nasser Doe", "KWT", "GOV"),
        ("[John Doe|PERSON], president of the [Mexican|NORP] Association of Bakers, left.", "John Doe", "MEX", "SOC"),
        ("It fell behind rivals [Acme|ORG] and others.", "Acme", None, None),
        ("The [WHO|ORG] agreed.\nThe [WHO|ORG] envoy to [Kenya|LOC] [Ann Doe|PERSON] left.", "Ann Doe", None, "GOV"),
        ("[Ann Doe|PERSON], president of [Kenya|LOC] Mahila Parishad, left.", "Ann Doe", "KEN", None),
        ("The [Aid Department|ORG] at [Qatar Charity|ORG] helped [Qatar|LOC].", "Aid Department", None, None),
        ("[Pakistan|LOC] said the [Punjab Assembly|ORG] met.", "Punjab Assembly", "PAK", "LEG"),
        ("[Kenya|LOC] waits.\nSecretary of State [Mike Doe|PERSON] left.", "Mike Doe", None, "GOV"),
        ("[Kenya|LOC] and the [U.S.|LOC] agreed.\nSecretary of State [Mike Doe|PERSON] left.", "Mike Doe", "USA", "GOV"),
        ("[Honduras|LOC] saw the [Anticorruption|ORG] ([PAC|ORG]) win.\nThe [PAC|ORG] won.", "PAC", "HND", None),
    ],
)  # fmt: skip
def test_what_the_words_around_a_name_make_of_it(text, name, country, sector):
    row = of(resolve(text, date=DAY), name, -1)
    assert (row.country if name != "PAC" else "HND", row.sector) == (country, sector)
    assert row.name != "Pan Africanist Congress"


def test_a_given_name_of_two_parts_is_not_shortened():
    result = resolve("Chairman [Cho Jae-Hyun|PERSON] spoke in [Seoul|LOC].", date=DAY)
    assert of(result, "Cho Jae-Hyun").identifier is None
    assert of(result, "Cho Jae-Hyun").name == "Cho Jae-Hyun"


def test_initials_need_their_capitals():
    result = resolve("[Bangladesh|LOC] saw the RT-PCR tests and [JSD Rab|ORG] there.")
    assert "RT" not in names(result)
    assert of(result, "JSD Rab").sector is None
