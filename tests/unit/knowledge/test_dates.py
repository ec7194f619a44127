from __future__ import annotations

import csv
import datetime as dt
import functools
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.annotations import AnnotatedArticle, Sentence, Tokens
from schemas.documents import Article
from schemas.facts import DateMention
from transforms.knowledge.dates import infer_publication_date, resolve_dates
from transforms.knowledge.tense import direction

GOLDEN = Path(__file__).parents[2] / "golden" / "dates.tsv"
FLOOR = 0.95
"""Measured with the first CNN model: 0.983 of 241 cases and no wrong day. Before it was mended against them, the grammar
had 160 of the first 171 right with 2 wrong days; of the 70 written after that it had 68 right at first sight, none wrong."""
WRONG_DAYS = 0.01


def article(text: str, **fields: object) -> Article:
    values: dict[str, object] = {
        "article_id": "a1", "uri": "file:///a.txt", "source_format": "plain", "text": text, "content_hash": "h",
        "word_count": len(text.split()), "extractor": "test", **fields,
    }  # fmt: skip
    return Article(**values)  # type: ignore[arg-type]


def published(day: str, *, at: str = "") -> dict[str, object]:
    moment = dt.datetime.fromisoformat(f"{day}T{at or '00:00'}:00").replace(tzinfo=dt.timezone.utc)
    return {"published_at": moment, "published_precision": "second" if at else "day"}


def words_of(text: str, **fields: object) -> AnnotatedArticle:
    """An article cut into words and sentences, without a parse: every word is a noun that is its own head."""
    found = list(re.finditer(r"\w+(?:[.'’-]\w+)*|\S", text))
    sentences, first = [], 0
    for i, match in enumerate(found):
        if match.group() in ".!?" or i == len(found) - 1:
            span = (found[first].start(), match.end())
            sentences.append(
                Sentence(index=len(sentences), first=first, last=i + 1, start=span[0], end=span[1])
            )
            first = i + 1
    words = [m.group() for m in found]
    n = len(words)
    tokens = Tokens(
        starts=[m.start() for m in found], ends=[m.end() for m in found], words=words, lowers=[w.lower() for w in words],
        lemmas=words, tags=["NOUN"] * n, xpos=["NN"] * n, relations=["root"] * n, heads=list(range(n)),
    )  # fmt: skip
    return AnnotatedArticle(
        article=article(text, **fields), tokens=tokens, sentences=tuple(sentences), spans=()
    )


def read(text: str, **fields: object) -> list[tuple[str, str, str, str]]:
    """Expressions of a text with first day, last day and precision."""
    return [(text[m.start : m.end], *value(m)) for m in resolve_dates(words_of(text, **fields))]


def value(mention: DateMention) -> tuple[str, str, str]:
    return str(mention.date or ""), str(mention.date_end or ""), mention.precision


# ---- the labelled cases


def cases() -> list[dict[str, str]]:
    with GOLDEN.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_every_case_names_its_expression_and_a_possible_answer():
    rows = cases()
    assert len(rows) >= 200
    for row in rows:
        assert row["expression"] in row["sentence"], row
        assert bool(row["date"]) == (row["precision"] != "unknown"), row
        if row["date_end"]:
            assert row["date"] < row["date_end"], row


@functools.cache
def _model():
    models = pytest.importorskip("transforms.nlp.models")
    try:
        return models.load_model("default")
    except models.ModelError as error:
        pytest.skip(f"no language model: {error}")


@pytest.mark.model
def test_labelled_cases_are_right_and_wrong_days_are_rare():
    wrong, wrong_days, rows = [], [], cases()
    articles = [
        article(row["sentence"], **(published(row["reference"]) if row["reference"] else {}))
        for row in rows
    ]
    for row, annotated in zip(rows, _model().annotate(articles), strict=True):
        start = row["sentence"].index(row["expression"])
        end = start + len(row["expression"])
        got = [
            value(m) for m in resolve_dates(annotated) if m.start < end and m.end > start and m.date
        ]
        wanted = (row["date"], row["date_end"], row["precision"])
        if (got or [("", "", "unknown")]) != [wanted] and not (row["date"] and wanted in got):
            wrong.append((row["sentence"], wanted, got))
        if any(g[2] == "day" and g[0] != row["date"] for g in got):
            wrong_days.append((row["sentence"], wanted, got))
    assert 1 - len(wrong) / len(rows) >= FLOOR, wrong
    assert len(wrong_days) / len(rows) <= WRONG_DAYS, wrong_days


# ---- what needs no parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Signed on January 31, 2023.", ("January 31, 2023", "2023-01-31", "", "day")),
        ("Signed on 31st of January 2023.", ("31st of January 2023", "2023-01-31", "", "day")),
        ("Signed on Thursday, 18 March 2021.", ("Thursday, 18 March 2021", "2021-03-18", "", "day")),
        ("From 3 to 7 June 2024.", ("3 to 7 June 2024", "2024-06-03", "2024-06-07", "day")),
        ("Held June 3-7, 2024.", ("June 3-7, 2024", "2024-06-03", "2024-06-07", "day")),
        ("Dated 18.03.2021.", ("18.03.2021", "2021-03-18", "", "day")),
        ("Dated 2021-03-18.", ("2021-03-18", "2021-03-18", "", "day")),
        ("In March 2021.", ("March 2021", "2021-03-01", "2021-03-31", "month")),
        ("In the first quarter of 2024.", ("first quarter of 2024", "2024-01-01", "2024-03-31", "quarter")),
        ("In 2018.", ("2018", "2018-01-01", "2018-12-31", "year")),
        ("In the 1990s.", ("the 1990s", "1990-01-01", "1999-12-31", "decade")),
    ],
)  # fmt: skip
def test_full_dates_need_no_day_of_writing(text: str, expected: tuple[str, str, str, str]):
    assert read(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "Signed on Friday.",
        "Signed yesterday.",
        "Signed last year.",
        "Signed on May 2.",
        "Signed two days ago.",
    ],
)
def test_without_a_day_of_writing_relative_dates_have_none(text: str):
    assert [m[1:] for m in read(text)] == [("", "", "unknown")]


@pytest.mark.parametrize(
    "text",
    [
        "Signed on 30 February 2020.",
        "Signed on 03/04/2021.",
        "Open on Sundays.",
        "Open every Monday.",
    ],
)
def test_what_names_no_single_day_has_no_date(text: str):
    assert [m[1:] for m in read(text, **published("2024-06-12"))] == [("", "", "unknown")]


@pytest.mark.parametrize(
    "text",
    [
        "The July 26 Movement won.", "They read the Sunday Times.", "On Black Friday they shop.", "It may rain.",
        "Some 1,967 people came.", "He paid $2015 for it.", "In the year 9999 all ends.", "The 9/11 attacks.",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_date_gives_none(text: str):
    assert [m for m in read(text, **published("2024-06-12")) if m[1]] == []


def test_a_weekday_that_contradicts_its_date_leaves_the_month():
    assert read("On Friday March 18, 2021.") == [
        ("Friday March 18, 2021", "2021-03-01", "2021-03-31", "month")
    ]


@pytest.mark.parametrize(
    ("reference", "text", "date"),
    [
        ("2024-01-03", "Killed on December 30.", "2023-12-30"),
        ("2023-12-30", "Due on January 3.", "2024-01-03"),
        ("2024-06-12", "Due on June 24.", "2024-06-24"),
        ("2024-03-01", "Born on February 29.", "2024-02-29"),
        ("2024-06-12", "On Monday, June 3.", "2024-06-03"),
    ],
)
def test_a_day_without_year_is_the_nearest(reference: str, text: str, date: str):
    assert [m[1] for m in read(text, **published(reference))] == [date]


@pytest.mark.parametrize(
    ("reference", "text", "date", "last"),
    [
        ("2024-06-12", "Held last Friday.", "2024-06-07", ""),
        ("2024-06-12", "Held next Tuesday.", "2024-06-18", ""),
        (
            "2024-06-12",
            "Held last Monday.",
            "2024-06-03",
            "2024-06-10",
        ),  # this week's or last week's: a range
        ("2024-06-12", "Held on Thursday last week.", "2024-06-06", ""),
        ("2024-06-12", "Held last November.", "2023-11-01", "2023-11-30"),
        ("2024-12-12", "Held last November.", "2024-11-01", "2024-11-30"),
        ("2024-06-12", "Held last winter.", "2023-12-01", "2024-02-29"),
        ("2024-06-12", "Held three days ago.", "2024-06-09", ""),
    ],
)
def test_last_and_next(reference: str, text: str, date: str, last: str):
    assert [m[1:3] for m in read(text, **published(reference))] == [(date, last)]


def test_later_and_earlier_count_from_the_date_before():
    text = "Taken on June 3, 2024. Two days earlier it was shelled."
    assert [m[1] for m in read(text)] == ["2024-06-03", "2024-06-01"]
    text = "Taken on June 3, 2024. The next day they left."
    assert [m[1] for m in read(text)] == ["2024-06-03", "2024-06-04"]
    text = "Taken on June 3, 2024. Two days earlier it was shelled. The next day they left."
    assert [m[1] for m in read(text)][-1] == ""  # the day after which of the two?
    assert [m[1] for m in read("Two days earlier it was shelled.")] == [""]


def test_earlier_is_not_counted_from_one_of_two_days():
    text = "It fell on June 3, 2024, and again on June 9, 2024. Two days earlier it was shelled."
    assert [m[1] for m in read(text)][-1] == ""


def test_the_dateline_is_the_day_of_writing_where_it_agrees():
    near = {**published("2024-06-11"), "dateline_date": dt.date(2024, 6, 10)}
    (mention,) = resolve_dates(words_of("He left earlier today.", **near))
    assert (mention.date, mention.basis) == (dt.date(2024, 6, 10), "dateline")
    far = {**published("2024-06-11"), "dateline_date": dt.date(2023, 6, 10)}
    (mention,) = resolve_dates(words_of("He left earlier today.", **far))
    assert (mention.date, mention.basis) == (dt.date(2024, 6, 11), "published")


def test_a_time_stamp_of_the_night_does_not_say_which_day_today_is():
    late = published("2024-06-09", at="02:44")
    assert [m[1] for m in read("He left earlier today.", **late)] == [""]
    url = "https://harbournews.example/2024/06/08/mayor"
    assert [m[1] for m in read("He left earlier today.", **late, url=url)] == ["2024-06-08"]


@pytest.mark.parametrize("precision", ["month", "year", "unknown"])
def test_a_coarse_publication_date_is_no_day_of_writing(precision: str):
    fields = {**published("2024-06-01"), "published_precision": precision}
    assert [m[1] for m in read("He left earlier today.", **fields)] == [""]


def test_an_absurd_publication_date_is_no_day_of_writing():
    day = dt.datetime(9999, 12, 31, tzinfo=dt.timezone.utc)
    fields = {"published_at": day, "published_precision": "day"}
    assert [m[1:] for m in read("He leaves tomorrow, next year or in ten years.", **fields)] == [
        ("", "", "unknown"),
        ("", "", "unknown"),
    ]


# ---- the day of writing from the text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("They met today, March 18, 2021, in Seoul.", dt.date(2021, 3, 18)),
        ("They met yesterday (17 March 2021).", dt.date(2021, 3, 18)),
        ("They meet tomorrow, Friday March 19, 2021.", dt.date(2021, 3, 18)),
        ("They met on Thursday March 18, 2021, in Seoul.", None),
        ("Today is like March 18, 2021.", None),
        ("They met today, March 18, 2021. They part today, March 20, 2021.", None),
        ("They met. © 2021 Northgate Daily, March 18, 2021.", None),
    ],
)
def test_the_day_of_writing_is_inferred_only_where_the_text_proves_it(
    text: str, day: dt.date | None
):
    annotated = words_of(text)
    assert infer_publication_date(annotated, resolve_dates(annotated)) == (day and (day, "text"))


def test_an_inferred_day_of_writing_serves_the_rest_of_the_text():
    text = "They met today, March 18, 2021. They had arrived yesterday."
    assert [m[1] for m in read(text)] == ["2021-03-18", "2021-03-18", "2021-03-17"]


# ---- tense, on hand-made parses


def parse(*rows: str) -> Tokens:
    """Tokens from ``word tag xpos relation head`` lines."""
    cells = [row.split() for row in rows]
    words = [c[0] for c in cells]
    return Tokens(
        starts=[], ends=[], words=words, lowers=[w.lower() for w in words], lemmas=words,
        tags=[c[1] for c in cells], xpos=[c[2] for c in cells], relations=[c[3] for c in cells],
        heads=[int(c[4]) for c in cells],
    )  # fmt: skip


ON_MONDAY = ("on ADP IN case {n}", "Monday PROPN NNP obl {v}")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["They PRON PRP nsubj 1", "marched VERB VBD root 1"], "past"),
        (["They PRON PRP nsubj 2", "will AUX MD aux 2", "march VERB VB root 2"], "future"),
        (["They PRON PRP nsubj 3", "would AUX MD aux 3", "have AUX VB aux 3", "marched VERB VBN root 3"], "past"),
        (["They PRON PRP nsubj 3", "are AUX VBP aux 3", "to PART TO mark 3", "march VERB VB root 3"], "future"),
        (["They PRON PRP nsubj 3", "were AUX VBD aux 3", "to PART TO mark 3", "march VERB VB root 3"], None),
        (["They PRON PRP nsubj 2", "are AUX VBP aux:pass 2", "scheduled VERB VBN root 2"], "future"),
        (["They PRON PRP nsubj 2", "were AUX VBD aux:pass 2", "scheduled VERB VBN root 2"], None),
        (["They PRON PRP nsubj 2", "were AUX VBD aux:pass 2", "arrested VERB VBN root 2"], "past"),
        (["They PRON PRP nsubj 2", "are AUX VBP aux 2", "marching VERB VBG root 2"], "future"),
        (["They PRON PRP nsubj 2", "were AUX VBD aux 2", "marching VERB VBG root 2"], "past"),
        (["Parliament NOUN NN nsubj 1", "meets VERB VBZ root 1"], "future"),
        (["They PRON PRP nsubj 1", "know VERB VBP root 1"], None),
    ],
)  # fmt: skip
def test_a_verb_says_where_its_day_lies(rows: list[str], expected: str | None):
    verb = len(rows) - 1
    date = [row.format(n=verb + 2, v=verb) for row in ON_MONDAY]
    tokens = parse(*rows, *date, ". PUNCT . punct " + str(verb))
    assert direction(tokens, verb + 2, verb + 3, 0, len(tokens)) == expected


@pytest.mark.parametrize(
    "words",
    ["Monday ", "May 3 to ", "3 ", "two days earlier ", "early ", "in the ", "1999-", "\n \t"],
)
def test_a_hostile_text_takes_no_time(words: str):
    text = "On Monday " + words * (100_000 // len(words)) + "in May."
    annotated = words_of(text, **published("2024-06-12"))
    began = time.process_time()
    resolve_dates(annotated)
    assert time.process_time() - began < 8  # quadratic code took minutes


# ---- properties

TEXTS = st.lists(
    st.sampled_from(
        "on Monday Tuesday's last next this May March June 3 31 2024 1999 , . – - to and from the two days earlier ago"
        " week weekend month year decade in since early mid-February today tomorrow yesterday Feb. 30th of 18/03/2021"
        " first quarter half 1990s ’80s summer Christmas Eve 2021-22 99999999 that same day after before \n".split(
            " "
        )
    ),
    max_size=30,
).map(" ".join)


@given(TEXTS, st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)) | st.none())
@settings(max_examples=300, deadline=None)
def test_any_words_give_ordered_mentions_inside_the_text(text: str, day: dt.date | None):
    fields = {}
    if day is not None:
        moment = dt.datetime(day.year, day.month, day.day, tzinfo=dt.timezone.utc)
        fields = {"published_at": moment, "published_precision": "day"}
    annotated = words_of(text, **fields)
    mentions = resolve_dates(annotated)
    assert resolve_dates(annotated) == mentions
    assert list(mentions) == sorted(mentions, key=lambda m: (m.start, m.end))
    for mention in mentions:
        assert 0 <= mention.start < mention.end <= len(text)
        assert 0 <= mention.first < mention.last <= len(annotated.tokens)
        assert (mention.date is None) == (mention.precision == "unknown")
        if mention.date_end is not None:
            assert mention.date is not None
            assert mention.date < mention.date_end
