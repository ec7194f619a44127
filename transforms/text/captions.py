"""Captions that are evidence: full sentences which say what happened on a full date.

*The ministers hold a news conference at the Pentagon on November 3, 2022. (Agency/Name)* is no part of the body, and says
who did what and when as well as any sentence of it. Such a caption is coded behind the body. One of the archive (*FILE -
...*) is not: it illustrates other news, and stands under hundreds of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from schemas.documents import Removed
from transforms.text.dates import FULL_DATE, written_day
from transforms.text.layout import CAPTION_END, is_sentence

_LONGEST = 700  # code points; a longer one is a paragraph
_FEWEST_WORDS = 8
_ARCHIVED = re.compile(
    r"\bfiles?\b(?=\s*(?:[-–—:|)\]]|photo|picture|image|pic\b))|\(\s*file|\barchiv|\bfile\s*$|"
    r"\b(?:undated|representati(?:ve|onal)|illustration|screen(?:grab|shot))\b|^\W*file\b",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^\W*(?:photo|image|picture|caption)s?\s*:\s*", re.IGNORECASE)
_DATED = re.compile(rf"\b{FULL_DATE}")


def dated_captions(removed: Iterable[Removed]) -> str | None:
    """Return the captions among what was taken out that tell what happened on a full date, joined by blank lines.

    Each without label and credit, and once; null where there is none.
    """
    found = (dated_caption(item.text) for item in removed if item.kind == "caption")
    return "\n\n".join(dict.fromkeys(text for text in found if text)) or None


def dated_caption(text: str) -> str | None:
    """Return a caption without label and credit if it is one paragraph of full sentences with one full date."""
    if len(text) > _LONGEST or "\n" in text or not _DATED.search(text) or _ARCHIVED.search(text):
        return None
    text = _LABEL.sub("", text)
    while credit := CAPTION_END.search(text):
        text = text[: credit.start()].rstrip(" ([")
    days = {written_day(date.group()) for date in _DATED.finditer(text)}
    if len(days) != 1 or None in days or not is_sentence(text):
        return None
    return text if len(text.split()) >= _FEWEST_WORDS else None
