from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.documents import Article
from schemas.outcomes import Reject
from tests.unit.formats.helpers import BODY, TITLE, articles, check, read, reasons
from transforms.formats.settings import ParseSettings

TEXT = "\n\n".join(BODY)


def record(**fields):
    return json.dumps(fields).encode()


@pytest.mark.parametrize(
    "fields",
    [
        {"title": TITLE, "maintext": TEXT, "date_publish": "2022-06-14 09:30:00", "url": "https://e.net/1",
         "source_domain": "e.net", "authors": ["Jane Roe"], "language": "en", "filename": "x"},
        {"title": TITLE, "text": TEXT, "published": "2022-06-14T11:30:00.000+02:00", "url": "https://e.net/1",
         "author": "Jane Roe", "thread": {"site": "e.net"}, "site": "e.net", "language": "english"},
        {"title": TITLE, "content": TEXT, "publishedAt": "2022-06-14T09:30:00Z", "url": "https://e.net/1",
         "author": "Jane Roe", "source": {"id": None, "name": "e.net"}, "description": BODY[0]},
        {"title": TITLE, "body": TEXT, "dateTime": "2022-06-14T09:30:00Z", "url": "https://e.net/1", "lang": "eng",
         "source": {"uri": "e.net", "title": "e.net"}, "authors": [{"name": "Jane Roe"}]},
        {"headline": TITLE, "body_text": TEXT, "pub_date": "Tue, 14 Jun 2022 09:30:00 GMT", "link": "https://e.net/1",
         "byline": "By Jane Roe", "publication": "e.net"},
        {"Title": TITLE, "Full-Text": TEXT, "seendate": "20220614T093000Z", "URL": "https://e.net/1",
         "domain": "e.net", "Author": "Jane Roe"},
    ],
)  # fmt: skip
def test_the_fields_of_common_exporters(fields):
    (found,) = articles(record(**fields), "a.json")
    assert found.title == TITLE
    assert found.text == TEXT
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2022-06-14T09:30:00+00:00"
    assert (found.published_basis, found.published_precision) == ("metadata", "second")
    assert (found.url, found.publisher, found.authors, found.language) == (
        "https://e.net/1",
        "e.net",
        ("Jane Roe",),
        "en",
    )
    check(found)


def test_a_sentence_comes_through_unchanged():
    sentence = (
        "Protesters in Kiev, 200 of them,  demand   the resignation of the government. (Reuters)"
    )
    (found,) = articles(record(id="plover-17", text=sentence), "a.jsonl")
    assert found.text == " ".join(sentence.split())
    assert (found.title, found.source_id, found.record_offset) == (None, "plover-17", 1)


def test_only_the_dateline_is_taken_off_a_sentence():
    (found,) = articles(record(text="SEOUL (Reuters) - The minister resigned."), "a.json")
    assert (found.text, found.dateline_place, found.agency) == (
        "The minister resigned.",
        "SEOUL",
        "Reuters",
    )


@pytest.mark.parametrize("place", ["PESHAWAR, Pakistan", "TYRE/HAIFA"])
@pytest.mark.parametrize(
    "shape", ["{}", "<p>{}</p><p>Nobody was hurt, he said.</p>", TITLE + "\n\n{}"]
)
def test_datelines_are_taken_off_in_every_shape_of_text(place, shape):
    sentence = "A bomb went off in a market on Tuesday, the police chief said."
    text = shape.format(f"{place} - {sentence}")
    (found,) = articles(record(title=TITLE, text=text), "a.json")
    assert found.dateline_place == place
    assert found.text.startswith(sentence)


@pytest.mark.parametrize(
    "wrapped",
    [
        {"articles": ["R", "R"]},
        {"status": "ok", "response": {"docs": ["R", "R"]}},
        {"hits": {"total": 2, "hits": [{"_source": "R"}, {"_source": "R"}]}},
        {"posts": ["R", "R"], "totalResults": 2},
        {"a-1": "R", "a-2": "R"},
        ["R", "R"],
    ],
)
def test_records_are_found_in_their_wrappers(wrapped):
    text = json.dumps(wrapped).replace('"R"', record(title=TITLE, text=TEXT).decode())
    found = articles(text.encode(), "a.json")
    assert [a.title for a in found] == [TITLE, TITLE]
    assert len({a.article_id for a in found}) == 2


def test_a_bad_line_costs_itself():
    lines = [
        record(id=1, text="One."),
        b'{"id": 2, "text": ',
        record(id=3, text="Three."),
        b"null",
        b"",
        record(title="x"),
    ]
    found = read(b"\n".join(lines), "a.jsonl")
    assert [a.source_id if isinstance(a, Article) else (a.reason, a.record_offset) for a in found] == [
        "1", ("bad_format", 2), "3", ("bad_record", 4), ("no_article", 6)
    ]  # fmt: skip


def test_lines_are_told_from_an_object_whatever_the_name():
    lines = record(text="One.") + b"\n" + record(text="Two.")
    assert [a.text for a in articles(lines, "a.json")] == ["One.", "Two."]
    assert [a.text for a in articles(b"[" + lines.replace(b"\n", b",") + b"]", "a.jsonl")] == [
        "One.",
        "Two.",
    ]
    pretty = json.dumps({"title": TITLE, "text": TEXT}, indent=2).encode()
    assert articles(pretty, "a.jsonl.json")[0].title == TITLE


def test_what_only_python_writes_is_read():
    assert reasons(b'{"text": "One.", "score": NaN}\n{"text": "Two."}', "a.jsonl") == ["ok", "ok"]
    assert reasons(b'{"text": "One \\ud83d two."}\n{"text": "Two."}', "a.jsonl") == ["ok", "ok"]


def test_a_line_beyond_the_limit_costs_itself():
    settings = ParseSettings(max_line_bytes=1000)
    lines = b"\n".join((record(text="One."), record(text="x" * 5000), record(text="Three.")))
    assert reasons(lines, "a.jsonl", settings) == ["ok", "too_large", "ok"]


def test_deep_nesting_is_refused_before_parsing():
    assert reasons(b"[" * 100_000 + b"]" * 100_000, "a.json") == ["too_deep"]
    deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
    assert reasons(deep + b"\n" + record(text="Two."), "a.jsonl") == ["too_deep", "ok"]


def test_a_cut_list_gives_what_came_before():
    payload = json.dumps([{"text": "One."}, {"text": "Two."}, {"text": "Three."}]).encode()[:-20]
    assert reasons(payload, "a.json")[-1] == "truncated"
    assert reasons(payload, "a.json")[:-1] == ["ok", "ok"]


def test_markup_in_a_record_is_taken_off():
    markup = "".join(f"<p>{p}</p>" for p in BODY) + "<script>alert(1)</script>"
    (found,) = articles(record(title=TITLE, text=markup), "a.json")
    assert found.text == TEXT


def test_fields_without_a_column_are_kept():
    (found,) = articles(record(text="One.", score=3, tags=["a"]), "a.json")
    assert json.loads(found.extra or "") == {"score": 3, "tags": ["a"]}


def test_an_unreadable_date_is_kept_and_not_guessed():
    (found,) = articles(record(text="One.", published="06/07/2022"), "a.json")
    assert found.published_at is None
    assert json.loads(found.extra or "") == {"published": "06/07/2022"}


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ("05/07/2022", None),
        ("06/07/2022", "2022-07-06"),
        ("0000-00-00", None),
        ("2022-02-30", None),
        (-1, None),
        ("9999-12-31T23:59:59Z", None),
        ("il y a 2 heures", "2022-07-06"),
        (None, "2022-07-06"),
    ],
)
def test_the_day_of_an_address_counts_unless_the_record_speaks_against_it(stated, day):
    data = record(title=TITLE, text=TEXT, published=stated, url="https://e.net/2022/07/06/truce")
    (found,) = articles(data, "a.json")
    assert (found.published_at and found.published_at.date().isoformat()) == day
    assert found.published_basis == ("url" if day else None)


def test_a_named_field_comes_before_the_known():
    settings = ParseSettings(fields=(("text", "prose"), ("title", "slug")))
    (found,) = articles(record(text="No.", prose="Yes.", slug="S"), "a.json", settings)
    assert (found.text, found.title) == ("Yes.", "S")


@given(st.dictionaries(st.sampled_from(["text", "title", "date", "authors", "source", "id", "url", "language"]),
                       st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=30)),
                                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
                                    max_leaves=6)))  # fmt: skip
def test_no_record_raises_anything_undeclared(fields):
    for item in read(json.dumps(fields).encode(), "a.json"):
        if isinstance(item, Reject):
            assert item.reason in ("no_article", "bad_record")
        else:
            check(item)
