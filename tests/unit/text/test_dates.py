from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.text import dates

NOON = dt.datetime(2022, 6, 14, 9, 30, tzinfo=dt.timezone.utc)


@pytest.mark.parametrize(
    "value",
    [
        "2022-06-14T09:30:00Z",
        "2022-06-14T11:30:00+02:00",
        "20220614T093000Z",
        "2022-06-14 09:30:00",
        "Tue, 14 Jun 2022 09:30:00 +0000",
        "Tue, 14 Jun 2022 09:30:00 GMT",
        "June 14, 2022 9:30 AM",
        "14 June 2022, 09:30",
        1655199000,
        1655199000000,
        "1655199000",
        "2022-06-14T09:30:00.123456+0000",
    ],
)
def test_exact_times_are_read(value):
    assert dates.parse(value) == dates.Moment(time=NOON, precision="second")


@pytest.mark.parametrize(
    ("value", "day", "precision"),
    [
        ("2022-06-14", (2022, 6, 14), "day"),
        ("June 14th, 2022", (2022, 6, 14), "day"),
        ("14/06/2022", (2022, 6, 14), "day"),
        ("06/14/2022", (2022, 6, 14), "day"),
        ("14.06.2022", (2022, 6, 14), "day"),
        ("06/06/2022", (2022, 6, 6), "day"),
        ("June 2022", (2022, 6, 1), "month"),
        ("2022", (2022, 1, 1), "year"),
        (dt.date(2022, 6, 14), (2022, 6, 14), "day"),
    ],
)
def test_precision_is_what_is_stated(value, day, precision):
    found = dates.parse(value)
    assert found is not None
    assert (found.time.date(), found.precision) == (dt.date(*day), precision)


@pytest.mark.parametrize(
    "value",
    ["06/07/2022", "0000-00-00", "2022-02-30", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00", "-1", "n/a", "", None,
     True, "1970-01-01T00:00:00Z", 99999999999999999, "2150-03-01", {"a": 1}, "yesterday", float("nan")],
)  # fmt: skip
def test_what_is_ambiguous_or_absurd_is_no_date(value):
    assert dates.parse(value) is None


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://example.net/2022/07/22/floods/", (2022, 7, 22)),
        ("https://example.net/news/2022-7-2-floods.html", (2022, 7, 2)),
        ("https://example.net/view?ud=20220720000323&np=6", (2022, 7, 20)),
        ("https://example.net/2022/jul/05/floods", (2022, 7, 5)),
        ("https://example.net/articles/3185377", None),
        ("https://example.net/issue/0815/page", None),
        ("https://example.net/20221345/", None),
    ],
)
def test_dates_in_addresses(url, day):
    found = dates.from_url(url)
    assert (found.time.date() if found else None) == (dt.date(*day) if day else None)


def test_a_folder_of_a_month_gives_the_month():
    found = dates.from_url("https://example.net/2022/07/africa-taken/")
    assert found is not None
    assert found.precision == "month"


@given(st.one_of(st.text(max_size=60), st.integers(), st.floats()))
def test_no_value_raises(value):
    found = dates.parse(value)
    assert found is None or (found.time.tzinfo is not None and found.time.year >= dates.FIRST_YEAR)


@given(st.text(max_size=200))
def test_no_address_raises(text):
    dates.from_url("https://example.net/" + text)


@pytest.mark.parametrize(
    ("text", "month_day", "day"),
    [
        (
            "The cabinet agreed to the plan today, March 18, 2021, the minister said.",
            None,
            "2021-03-18",
        ),
        (
            "Police said yesterday (17 March 2021) that two men had been arrested.",
            None,
            "2021-03-18",
        ),
        (
            "Voting begins tomorrow, Sunday 3rd July 2022, in all of the districts.",
            None,
            "2022-07-02",
        ),
        (
            "He told the court on March 18, 2021 (today) that he was innocent of it.",
            None,
            "2021-03-18",
        ),
        (
            "Two men were arrested on Thursday March 18, 2021, the police of the city said.",
            None,
            None,
        ),
        ("Today is March 18, 2021", None, None),
        (
            '"I swear today, March 18, 2021, that I saw nothing at all," the letter said.',
            None,
            None,
        ),
        (
            "It happened today, March 18, 2021, they said.\nIt happened today, March 19, 2021, they said.",
            None,
            None,
        ),
        (
            "Two men were arrested on Tuesday, March 16, 2021, the police said there.",
            (3, 17),
            "2021-03-17",
        ),
        ("Two men were arrested on Monday, March 16, 2021, the police said there.", (3, 17), None),
        (
            "Two men were arrested on Tuesday, March 16, 2021, and will be tried in 2022.",
            (3, 17),
            None,
        ),
        (
            "Two men were arrested on March 16, 2021, the police of the city said there.",
            (3, 17),
            None,
        ),
        ("The cabinet agreed to it today, March 18, 2021, the minister said there.", (3, 17), None),
        ("It is said to begin today, March 18, 9999, by those who believe in it.", None, None),
    ],
)
def test_a_day_of_writing_that_running_text_proves(text, month_day, day):
    found = dates.proved_by_text(text.split("\n"), month_day)
    assert (found.isoformat() if found else None) == day
