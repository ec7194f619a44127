"""Which captions are evidence of an event, and what is left of them."""

from __future__ import annotations

import pytest

from schemas.documents import Article, Removed
from transforms.read import with_captions
from transforms.text.captions import dated_caption, dated_captions

MEETING = "President Anna Berg and Prime Minister Jon Dahl meet in Oslo on May 6, 2021."


@pytest.mark.parametrize(
    "caption",
    [
        MEETING,
        f"{MEETING} (Reuters/Ada Lind)",
        f"{MEETING} [Ada Lind/AFP]",
        f"{MEETING} Photo: Ada Lind",
        f"Photo: {MEETING}",
        f"{MEETING} (AP Photo/Ada Lind) (Image Credit: Ada Lind)",
    ],
)
def test_a_sentence_with_a_full_date_is_evidence_without_its_credit(caption):
    assert dated_caption(caption) == MEETING


@pytest.mark.parametrize(
    "caption",
    [
        "President Anna Berg and Prime Minister Jon Dahl meet in Oslo on Thursday. (Reuters/Ada Lind)",
        "President Anna Berg and Prime Minister Jon Dahl meet in Oslo in May 2021.",
        "FILE - President Anna Berg meets Prime Minister Jon Dahl in Oslo on May 6, 2021. (AP Photo/Ada Lind)",
        "President Anna Berg meets Prime Minister Jon Dahl in Oslo on May 6, 2021. (File photo: AFP)",
        "In this archive picture of May 6, 2021, President Anna Berg meets Prime Minister Jon Dahl.",
        "President Anna Berg (left) with Jon Dahl, Oslo, May 6, 2021",
        "Oslo, May 6, 2021.",
        "The leaders met on May 6, 2021, and parted on May 9, 2021, after long and hard talks.",
        "President Anna Berg and Prime Minister Jon Dahl meet in Oslo on February 30, 2021.",
    ],
)
def test_what_illustrates_or_has_no_day_is_none(caption):
    assert dated_caption(caption) is None


def test_only_captions_count_and_each_once():
    removed = [
        Removed(kind="boilerplate", text=MEETING.replace("Berg", "Holm")),
        Removed(kind="caption", text=f"{MEETING} (Reuters/Ada Lind)"),
        Removed(kind="caption", text=MEETING),
    ]
    assert dated_captions(removed) == MEETING
    assert dated_captions(removed[:1]) is None


def test_captions_stand_behind_the_text_when_it_is_annotated():
    article = Article(
        article_id="a", uri="u", source_format="text", text="One.\n\nTwo.", content_hash="c", word_count=2,
        extractor="e", paragraph_offsets=(0, 6), captions="Three.\n\nFour.",
    )  # fmt: skip
    annotated = with_captions(article)
    assert annotated.text == "One.\n\nTwo.\n\nThree.\n\nFour."
    assert [annotated.text[start:][:3] for start in annotated.paragraph_offsets] == [
        "One", "Two", "Thr", "Fou",
    ]  # fmt: skip
