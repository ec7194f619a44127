from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.text.layout import take_apart

TITLE = "Ministers agree border truce after three days of talks"
BODY = (
    "Ministers from two neighbouring states agreed on Tuesday to a border truce, officials said.",
    "“We have signed the text,” the foreign minister, Anna Keller, told reporters.",
    "The defence ministry said troops would withdraw five kilometres from the line.",
    "Observers will report to the joint commission every week, according to the statement.",
)
TEXT = TITLE + "\n\n" + "\n\n".join(BODY)


def kinds(layout):
    return {(r.kind, r.text) for r in layout.removed}


@pytest.mark.parametrize("separator", ["\n\n", "\n", "\r\n", "\u2028"])
def test_headline_and_body(separator):
    found = take_apart(separator.join((TITLE, *BODY)))
    assert found.title == TITLE
    assert found.paragraphs == BODY


def test_an_address_on_the_first_line_is_the_url():
    found = take_apart("https://example.net/2022/06/14/truce\n\n" + "\n\n".join(BODY))
    assert found.url == "https://example.net/2022/06/14/truce"
    assert found.title is None
    assert found.paragraphs == BODY


def test_text_glued_to_an_address_is_given_back():
    found = take_apart("https://example.net/2022/06/14/truce" + "\n\n".join(BODY))
    assert found.url == "https://example.net/2022/06/14/truce"
    assert found.paragraphs == BODY


def test_copies_of_the_title_are_taken_out():
    text = (
        f"{TITLE} | Example Wire\n\n{TITLE}\n\nWorld, News No Comments on {TITLE}\n\n"
        + "\n\n".join(BODY)
    )
    found = take_apart(text)
    assert (found.title, found.publisher, found.section) == (TITLE, "Example Wire", "World, News")
    assert found.paragraphs == BODY


def test_what_stands_below_the_article_is_taken_out():
    tail = "Related Articles\n\nLeave a Reply\n\nYour email address will not be published.\n\nCopyright © 2024 Example Wire\n\nBack to Top"
    found = take_apart(TEXT + "\n\n" + tail)
    assert found.paragraphs == BODY
    assert sum(r.kind == "boilerplate" for r in found.removed) == 5


def test_an_appeal_below_the_article_goes_with_its_heading():
    appeal = "Support Our Journalism\nWe cannot do without you. Your contribution supports unbiased journalism.\nThe Wire is not driven by any interest. We want to serve you the news."
    assert take_apart("\n".join((TITLE, *BODY)) + "\n" + appeal).paragraphs == BODY


def test_sentences_with_words_of_boilerplate_stay():
    lines = (
        BODY[0],
        "The newspaper asked readers to subscribe, and one comment said: “Leave a reply at the embassy.”",
        "Copyright law was also discussed, the minister said.",
        "Share prices rose after the announcement, and advertisement spending fell.",
        *BODY[2:],
    )
    assert take_apart(TITLE + "\n\n" + "\n\n".join(lines)).paragraphs == lines


def test_pointers_in_the_body_go_with_their_headlines():
    text = "\n".join(
        (
            *BODY[:2],
            "",
            "ALSO READ:",
            "Army says line is quiet",
            "Why the border matters",
            *BODY[2:],
        )
    )
    assert take_apart(text).paragraphs == BODY


@pytest.mark.parametrize(
    "pointer",
    [
        "- Zum Artikel: Minister einigen sich auf Waffenruhe",
        "Lire aussi : Les ministres conviennent d’une trêve",
        "Lea también: Los ministros acuerdan una tregua",
        '[button link="/send" type="big"] Send us yours[/button]',
    ],
)
def test_pointers_in_other_languages_and_forgotten_codes_go(pointer):
    text = "\n".join((*BODY[:2], pointer, *BODY[2:]))
    assert take_apart(text, title=TITLE, from_markup=True).paragraphs == BODY


@pytest.mark.parametrize(
    ("line", "is_date"),
    [
        ("segunda-feira, 22 de janeiro de 2018 às 0:13", True),
        ("Publié le 3 mars 2021 à 10h30", True),
        ("Stand: 3. März 2021, 10:30 Uhr", True),
        ("2022年1月13日 21時19分", True),
        ("1a etapa: 10 de março – Interlagos", False),
        ("Top 10 films 2019", False),
        ("Attack of 22 July 2011 remembered", False),
    ],
)
def test_a_line_above_the_body_that_is_only_a_date_in_any_language_goes(line, is_date):
    found = take_apart("\n".join((line, *BODY)), title=TITLE, from_markup=True)
    assert found.paragraphs == (BODY if is_date else (line, *BODY))


def test_a_label_said_again_before_a_bar_marks_pointers():
    first, second = "FUNDA LOLU | Army says line is quiet", "FUNDA LOLU | Why the border matters"
    text = "\n".join((BODY[0], first, BODY[1], second, *BODY[2:]))
    assert take_apart(text, title=TITLE, from_markup=True).paragraphs == BODY
    once = "\n".join((BODY[0], "Profile | A town of many talks", *BODY[1:]))
    assert (
        "Profile | A town of many talks"
        in take_apart(once, title=TITLE, from_markup=True).paragraphs
    )
    spoken = "\n".join((BODY[0], "[Laughs] “We signed it.”", *BODY[1:]))
    assert len(take_apart(spoken, title=TITLE, from_markup=True).paragraphs) == len(BODY) + 1


@pytest.mark.parametrize(
    "caption",
    [
        "Anna Keller signs the text in Geneva. (Reuters/Jane Roe)",
        "Troops at the line in May. (Image Credit: Defence Ministry)",
        "Photo: Jane Roe / Example Wire",
        "FILE PHOTO: Anna Keller speaks in Geneva, June 2021.",
        "Anna Keller (left) with her colleague in Geneva",
    ],
)
def test_captions_between_paragraphs_are_taken_out(caption):
    found = take_apart("\n\n".join((TITLE, BODY[0], caption, *BODY[1:])))
    assert found.paragraphs == BODY
    assert ("caption", caption) in kinds(found)


def test_a_caption_before_the_dateline_is_no_body():
    caption = "Ministers stand together as they begin their talks in Geneva."
    found = take_apart("\n\n".join((TITLE, caption, "GENEVA: " + BODY[0], *BODY[1:])))
    assert found.paragraphs == BODY
    assert found.dateline is not None
    assert found.dateline.place == "GENEVA"


@pytest.mark.parametrize("from_markup", [False, True])
def test_a_pull_quote_goes_and_what_it_repeats_stays(from_markup):
    said = "“Nobody who was at the table that night believed that the talks would ever come to a good end.”"
    whole = f"{said} She said so twice, and then she left the room."
    found = take_apart(
        "\n\n".join((TITLE, BODY[0], said, whole, BODY[2])), title=TITLE, from_markup=from_markup
    )
    assert found.paragraphs == (BODY[0], whole, BODY[2])
    assert ("pull quote", said) in kinds(found)


def test_subheads_go_and_lists_stay():
    lines = (
        BODY[0],
        "Conditions are:",
        "— An elderly citizen",
        "— Unemployed and over 45",
        *BODY[1:],
    )
    found = take_apart("\n\n".join((TITLE, *lines[:5], "A hard life", *lines[5:])))
    assert found.paragraphs == lines
    assert ("subhead", "A hard life") in kinds(found)


@pytest.mark.parametrize(
    ("tail", "agency"),
    [(" (Yonhap)", "Yonhap"), (" — SPA", "SPA"), (" -unWrap.online", "unWrap.online"), ("\n\nIPS UN Bureau", "IPS"),
     ("\n\n(Reporting by Jane Roe; Editing by John Doe)", None)],
)  # fmt: skip
def test_signatures_are_taken_off_the_end(tail, agency):
    found = take_apart(TEXT + tail)
    assert found.paragraphs == BODY
    assert found.agency == agency


def test_an_abbreviation_in_brackets_is_no_signature():
    last = "The money is to pay for the Sustainable Development Goals (SDGs)."
    assert take_apart(TEXT + "\n\n" + last).paragraphs[-1] == last


def test_bylines_and_dates_above_the_body():
    text = "\n".join((TITLE, "By Jane Roe", "Published: June 14, 2022", "World News", *BODY))
    found = take_apart(text)
    assert found.authors == ("Jane Roe",)
    assert found.published is not None
    assert found.published.time.date().isoformat() == "2022-06-14"
    assert found.section == "World News"
    assert found.paragraphs == BODY


@pytest.mark.parametrize(
    ("line", "publisher"),
    [
        ("Harbour24 Network", "Harbour24"),
        ("Harbour Post Web Desk", "Harbour Post"),
        ("Our Correspondent", None),
        ("Special Correspondent", None),
        ("Web Desk", None),
        ("Nairobi Bureau", None),
    ],
)
def test_the_byline_of_a_desk_names_the_paper(line, publisher):
    assert take_apart("\n\n".join((TITLE, line, *BODY))).publisher == publisher


def test_an_appeal_names_the_paper():
    appeal = "HBN is read all over the coast. We need your help to stay free, and thank you for it."
    found = take_apart("\n\n".join((TITLE, *BODY, "Support Our Journalism", appeal)))
    assert found.publisher == "HBN"
    assert found.paragraphs == BODY


def test_a_name_in_capitals_is_a_byline_and_no_title():
    found = take_apart("JANE ROE\n" + "\n".join(BODY))
    assert (found.title, found.authors, found.paragraphs) == (None, ("Jane Roe",), BODY)


def test_wrapped_lines_and_broken_words_are_joined():
    wrapped = (
        "Ministers from two neighbouring states agreed on Tuesday to a\n"
        "border truce, officials said, and the text enters into force at\n"
        "midnight, after three days of talks between the neigh-\nbours."
    )
    found = take_apart(TITLE + "\n\n" + wrapped + "\n\n" + BODY[1])
    assert found.paragraphs[0].endswith("talks between the neighbours.")
    assert len(found.paragraphs) == 2


def test_one_line_keeps_its_line_but_for_the_dateline():
    line = "Protesters gathered in the square. Read more. (Yonhap)"
    assert take_apart(line).paragraphs == (line,)
    found = take_apart("SEOUL (Reuters) - " + line)
    assert found.paragraphs == (line,)
    assert ("dateline", "SEOUL (Reuters) -") in kinds(found)


@given(st.text(max_size=500), st.booleans(), st.one_of(st.none(), st.text(max_size=30)))
def test_no_text_is_lost(text, from_markup, title):
    """Every letter of the input is in the body or among what was removed, hyphens of broken words apart."""
    from transforms.text.characters import clean

    found = take_apart(text, title=title, from_markup=from_markup)
    kept = "".join([*found.paragraphs, *(r.text for r in found.removed)])
    assert sorted(c for c in clean(text) if c.isalnum()) == sorted(c for c in kept if c.isalnum())


@given(st.lists(st.sampled_from([*BODY, TITLE, "Related Articles", "Leave a Reply", "ALSO READ:", "By Jane Roe", "World News",
                                 "GENEVA: " + BODY[0], "Photo: Jane Roe", "(Yonhap)", "Copyright © 2024 X", "A hard life", "close"]),
                max_size=12))  # fmt: skip
def test_lines_in_any_order_lose_nothing(lines):
    text = "\n\n".join(lines)
    found = take_apart(text)
    kept = "".join([*found.paragraphs, *(r.text for r in found.removed)])
    assert sorted(c for c in text if c.isalnum()) == sorted(c for c in kept if c.isalnum())


def test_hostile_lines_take_no_time():
    text = (
        f"{TITLE}\n\n{BODY[0]}\n\nBy {'A' * 100_000}\n\n{' ' * 100_000}\n{'-' * 100_000}\n{BODY[1]}\n"
        + "a\n" * 20_000
    )
    begun = time.perf_counter()
    take_apart(text)
    assert time.perf_counter() - begun < 10
