from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.text import datelines


@pytest.mark.parametrize(
    ("head", "place", "agency"),
    [
        ("YAOUNDÉ, May 13 2022 (IPS) - ", "YAOUNDÉ", "IPS"),
        ("Seoul/UNI: ", "Seoul", "UNI"),
        ("ISLAMABAD, Mar 03: ", "ISLAMABAD", None),
        ("Ulaanbaatar/MONTSAME/. ", "Ulaanbaatar", "MONTSAME"),
        ("ATHENS — ", "ATHENS", None),
        ("Srinagar- ", "Srinagar", None),
        ("Doha: ", "Doha", None),
        ("SYDNEY and KUALA LUMPUR, Jul 26 2022 (IPS) - ", "SYDNEY and KUALA LUMPUR", "IPS"),
        ("BEIJING, Aug. 3, 2022 /PRNewswire/ -- ", "BEIJING", "PR Newswire"),
        ("LONDON, Reuters - ", "LONDON", "Reuters"),
        ("Lagos, Nigeria | AFP | ", "Lagos, Nigeria", "AFP"),
        ("New Delhi [India], July 20 (ANI): ", "New Delhi", "ANI"),
        ("SEOUL (Reuters) - ", "SEOUL", "Reuters"),
        ("(Reuters) - ", None, "Reuters"),
        ("MCHINJI — ", "MCHINJI", None),
        ("Port-au-Prince — ", "Port-au-Prince", None),
        ("PESHAWAR, Pakistan - ", "PESHAWAR, Pakistan", None),
        ("TYRE/HAIFA - ", "TYRE/HAIFA", None),
        ("WASHINGTON / BEIJING, June 5 (Reuters) - ", "WASHINGTON / BEIJING", "Reuters"),
        ("NEW YORK, (AP) — ", "NEW YORK", "AP"),
        ("TEHRAN, Iran (AP) _ ", "TEHRAN, Iran", "AP"),
        ("Paris (AFP) ", "Paris", "AFP"),
        ("New Delhi, Jun 5 (PTI) ", "New Delhi", "PTI"),
        ("MOSCOW, June 5. /TASS/. ", "MOSCOW", "TASS"),
        ("BOGOTA (Colombia), June 5 (EFE).- ", "BOGOTA", "EFE"),
        ("VATICAN CITY, June 5, 2022 / 10:00 am (CNA) - ", "VATICAN CITY", "CNA"),
        ("CAIRO - 26 July 2022: ", "CAIRO", None),
        ("KYIV (Ukraine) - ", "KYIV", None),
        ("MANILA, Philippines (UPDATED) – ", "MANILA, Philippines", None),
        ("June 5 (Reuters) - ", None, "Reuters"),
        ("BULAWAYO, Zimbabwe , Jun 21 2022 (IPS) - ", "BULAWAYO, Zimbabwe", "IPS"),
        ("CAIRO, June 2022: ", "CAIRO", None),
        ("AFP.- London -", "London", "AFP"),
    ],
)
def test_datelines_of_many_shapes_are_found(head, place, agency):
    found = datelines.find(head + "The minister said so on Tuesday.")
    assert found is not None
    assert (found.place, found.agency, found.end) == (place, agency, len(head))
    assert not found.is_outlet


@pytest.mark.parametrize(
    "text",
    [
        "Abuja – Nigeria's army said on Monday that it had won.",
        "TEHRAN - Turkey plans to buy more gas.",
        "Srinagar- The Anti Corruption Bureau (ACB) on Monday arrested a man.",
        "Paris: iPhone sales rose on Monday.",
    ],
)
def test_a_town_may_stand_before_a_country_and_an_abbreviation(text):
    found = datelines.find(text)
    assert found is not None
    assert found.place == text.split()[0].rstrip("-:")


@pytest.mark.parametrize(
    "text",
    [
        "Energy Crisis - South African President Announces Action Plan",
        "EXCLUSIVE - The ministry has a plan.",
        "Police: Man shot in Leeds",
        "Lloyd Austin: “We are ready,” he said.",
        "Iran-Iraq talks failed on Monday.",
        "Paris-based firm Airbus said on Monday it would hire.",
        "US President Joe Biden - who was in Rome - said so.",
        "President Joe Biden (D) said on Monday that it was over.",
        "Russia - Ukraine talks were broken off.",
        "China, Russia: Partners met on Monday.",
        "Smith (Labour) The vote was held.",
        "Ahmed/Zorro - The men were seen on Monday.",
        "POLICE/ARMY - The men were seen on Monday.",
        'The minister said: "No"',
        "In 2002 a unique book was published.",
    ],
)
def test_what_only_looks_like_one_is_none(text):
    assert datelines.find(text) is None


def test_the_name_of_a_paper_is_no_place():
    found = datelines.find("TODAY NICARAGUA – The army has bought two boats.")
    assert found is not None
    assert found.is_outlet
    assert found.place is None


def test_full_dates_and_dates_without_a_year_are_told_apart():
    full = datelines.find("YAOUNDÉ, May 13 2022 (IPS) - Growing up was hard.")
    part = datelines.find("KUWAIT CITY, July 25: To protect the reputation of all.")
    assert full is not None
    assert full.day == dt.date(2022, 5, 13)
    assert part is not None
    assert (part.day, part.month_day) == (None, (7, 25))


@given(st.text(max_size=300))
def test_a_dateline_is_a_prefix(text):
    found = datelines.find(text)
    assert found is None or text[: found.end].strip() == found.raw


def test_hostile_openings_take_no_time():
    begun = time.perf_counter()
    for text in (
        "A" * 100_000,
        "A b " * 50_000,
        "A, " * 50_000,
        "(" * 100_000,
        "A " + "/" * 100_000,
    ):
        datelines.find(text)
    assert time.perf_counter() - begun < 2
