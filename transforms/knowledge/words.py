"""Words as the tables compare them: lower case, ASCII, no full stops, hyphens are spaces."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

_PIECES = re.compile(r"'s(?![a-z0-9])|[^\W_]+(?:\.[^\W_]+)*", re.UNICODE)
_FOLDED = str.maketrans(
    {
        "ı": "i",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ß": "ss",
        "æ": "ae",
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "`": "'",
    }
)
_IRREGULAR = {
    "man": "men",
    "woman": "women",
    "person": "people",
    "child": "children",
    "policeman": "policemen",
    "chief of staff": "chiefs of staff",
    "attorney general": "attorneys general",
    "spy": "spies",
    "hero": "heroes",
    "wife": "wives",
    "thief": "thieves",
    "mp": "mps",
    "secretary of state": "secretaries of state",
    "head of state": "heads of state",
    "head of government": "heads of government",
    "member of parliament": "members of parliament",
    "member of congress": "members of congress",
}


LOWER_WORDS = frozenset(("car", "act", "fry", "male", "reunion"))
"""Everyday words that are also names: CAR, ACT, FRY, Male, Réunion. In lower case they name nothing."""


def fold(text: str) -> str:
    """Return ``text`` in lower case with ASCII letters where Unicode decomposes to them."""
    lowered = text.lower().translate(_FOLDED)
    if lowered.isascii():
        return lowered
    return unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode("ascii")


@functools.lru_cache(maxsize=65_536)
def pieces(word: str) -> tuple[str, ...]:
    """Split one word or phrase into comparable pieces; a possessive ``'s`` is a piece of its own."""
    return tuple(piece.replace(".", "").lower() for piece in _PIECES.findall(fold(word)))


def key(text: str) -> str:
    """Return the form under which a phrase is looked up: its pieces joined by a space."""
    return " ".join(pieces(text))


def plural(phrase: str) -> str:
    """Return the regular plural of a noun phrase (its last word), by the rules news English needs."""
    if phrase in _IRREGULAR:
        return _IRREGULAR[phrase]
    head, _, last = phrase.rpartition(" ")
    prefix = f"{head} " if head else ""
    if last in _IRREGULAR:
        return prefix + _IRREGULAR[last]
    if last.endswith("man") and last not in ("german", "roman", "shaman", "talisman", "ottoman"):
        return f"{prefix}{last[:-3]}men"
    if last.endswith("y") and last[-2:-1] not in "aeiou":
        return f"{prefix}{last[:-1]}ies"
    if last.endswith(("s", "x", "ch", "sh", "z")) and not last.endswith("arch"):
        return f"{prefix}{last}es"
    return f"{prefix}{last}s"


def split_list(cell: str) -> list[str]:
    """Split a table cell whose items are separated by ``|``; empty items do not count."""
    return [item for item in (part.strip() for part in cell.split("|")) if item]


def keys(names: Iterable[str]) -> list[str]:
    """Return the lookup keys of names, without duplicates, in order."""
    return list(dict.fromkeys(filter(None, map(key, names))))
