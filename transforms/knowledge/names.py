"""Personal names: when are two of them one person within an article?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SUFFIXES: Final = frozenset(("jr", "sr", "ii", "iii", "iv", "vi", "vii", "viii"))
HONORIFICS: Final = frozenset(
    "mr mrs ms miss dr sir lord lady dame prof professor gen col lt maj capt sgt rev fr sen rep gov hon sheikh sheik "
    "ayatollah mullah maulana imam pope king queen prince princess emir sultan rabbi cardinal bishop archbishop father "
    "sister brother comrade president hajj hojatoleslam shaikh shri smt haji begum".split()
)
KEPT: Final = frozenset("pope king queen prince princess".split())
"""Honorifics that are part of a name where only one word follows (``King Abdullah``, ``Prince Harry``)."""


def core_parts(parts: Sequence[str]) -> tuple[str, ...]:
    """Return the parts of a name that count: no honorific before it, no initial inside it, no ``Jr.`` after it."""
    start = 0
    while start < len(parts) - 1 and parts[start] in HONORIFICS:
        if parts[start] in KEPT and len(parts) - start == 2:
            break
        start += 1
    kept = [part for part in parts[start:] if part not in SUFFIXES and part != "'s"]
    long = [part for part in kept if len(part) > 1]
    if len(long) >= 2 and len(kept[0]) > 1:
        kept = long
    return tuple(kept or parts)


def same_person(one: Sequence[str], other: Sequence[str]) -> bool:
    """Say whether two names of at least two parts each are forms of one name.

    ``Jong-Sup Lee`` and ``Lee Jong-sup`` (another order), ``Lloyd J. Austin III`` and ``Lloyd Austin`` (parts left out),
    ``Tayyip Erdogan`` and ``Recep Tayyip Erdogan``; not ``Kim Yo Jong`` and ``Kim Jong Un``.
    """
    if one == other or sorted(one) == sorted(other):
        return True
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if short[-1] == long[-1] and _close(short[0], long[0]):
        return True
    if len(short) < len(long) and short[-1] == long[-1]:
        return _is_subsequence(short, long)
    if len(short) < len(long) and short[0] == long[0] and len(short) >= 2:
        return tuple(long[: len(short)]) == tuple(short)
    return len(short) == len(long) >= 2 and short[0] == long[0] and near(short[-1], long[-1])


def _is_subsequence(short: Sequence[str], long: Sequence[str]) -> bool:
    rest = iter(long)
    return all(part in rest for part in short)


def _close(one: str, other: str) -> bool:
    """Say whether two first names may be one: equal, one the initial of the other, or spelled alike."""
    if one == other:
        return True
    if len(one) == 1 or len(other) == 1:
        return one[0] == other[0]
    return near(one, other) or (
        len(one) > 2 and len(other) > 2 and (one.startswith(other) or other.startswith(one))
    )


def near(one: str, other: str) -> bool:
    """Say whether two words of five letters or more differ by at most one letter: Mohamed, Mohammed."""
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < 5:
        return False
    if len(one) > len(other):
        one, other = other, one
    index = 0
    while index < len(one) and one[index] == other[index]:
        index += 1
    if len(one) == len(other):
        return one[index + 1 :] == other[index + 1 :]
    return one[index:] == other[index + 1 :]


def may_be_short(part: str, full: Sequence[str]) -> int:
    """Say how well one word stands for a full name: 3 its last part, 2 a leading family name, 1 its first part, 0 not."""
    if part == full[-1]:
        return 3
    if part == full[0]:
        leading = len(full) >= 3 or (len(full) == 2 and len(full[0]) <= 5)
        return 2 if leading else 1
    return 2 if part in full[1:-1] and len(part) > 3 else 0
