"""Reading PETRARCH's dictionaries as they are: actors with synonyms and dated codes, and agents.

The formats are described in the PETRARCH 2 manual, "Dictionaries": ``NAME_OF_ACTOR_ [CODE date] ; comment``, synonyms on
lines that start with ``+``, further dated codes on lines that start with a bracket, agents as ``NOUN {PLURAL} [~SEC]``.
Dates are ``yymmdd`` or ``yyyymmdd``: ``<991231`` until, ``>991231`` from, ``990101-991231`` between.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import pathlib
import re
from collections.abc import Iterator

from transforms.knowledge.tables import KnowledgeError, read_lines

_CODE = re.compile(r"\[([^\[\]]*)\]")
_PLURAL = re.compile(r"\{([^{}]*)\}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DatedCode:
    """A CAMEO actor code with the days it holds, inclusive; null: without limit."""

    code: str
    start: dt.date | None = None
    end: dt.date | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One actor with its synonyms, or one agent (its codes start with ``~``); ``line`` is where it starts."""

    line: int
    names: tuple[str, ...]
    codes: tuple[DatedCode, ...]


def read_dictionary(path: pathlib.Path) -> Iterator[Entry]:
    """Yield the entries of an actor or agent dictionary.

    Raises:
      KnowledgeError: a bracket without end, a date that is none, a synonym or code without an actor before it.
    """
    line_of, names, codes = 0, list[str](), list[DatedCode]()
    for number, raw in enumerate(read_lines(path), 1):
        line = re.split(r"[;#]", raw, maxsplit=1)[0].rstrip()
        stripped = line.strip()
        if not stripped or stripped.startswith(("!", "<!--")):
            continue
        if stripped.count("[") != stripped.count("]"):
            raise KnowledgeError(
                f"{path}:{number}: column {raw.find('[') + 1}: bracket without end: {stripped!r}"
            )
        found = [_code(path, number, raw, match) for match in _CODE.finditer(stripped)]
        name = _CODE.sub(" ", stripped).strip()
        if stripped.startswith(("+", "[")):
            if not line_of:
                raise KnowledgeError(
                    f"{path}:{number}: column 1: {stripped!r} stands before the first actor"
                )
            names += _names(name.removeprefix("+"))
            codes += found
            continue
        if line_of and names:
            yield Entry(line=line_of, names=tuple(names), codes=tuple(codes))
        line_of, names, codes = number, _names(name), found
    if line_of and names:
        yield Entry(line=line_of, names=tuple(names), codes=tuple(codes))


def _names(text: str) -> list[str]:
    plurals = [match[1] for match in _PLURAL.finditer(text)]
    names = [_PLURAL.sub(" ", text), *plurals]
    return [clean for name in names if (clean := " ".join(name.replace("_", " ").split()).lower())]


def _code(path: pathlib.Path, number: int, raw: str, match: re.Match[str]) -> DatedCode:
    parts = match[1].split()
    if not parts:
        raise KnowledgeError(f"{path}:{number}: column {raw.find('[') + 1}: empty brackets")
    when = "".join(parts[1:])
    try:
        if when.startswith("<"):
            return DatedCode(code=parts[0], end=_date(when[1:]))
        if when.startswith(">"):
            return DatedCode(code=parts[0], start=_date(when[1:]))
        if "-" in when:
            start, _, end = when.partition("-")
            return DatedCode(code=parts[0], start=_date(start), end=_date(end))
    except ValueError as error:
        column = raw.find(match[1]) + 1
        raise KnowledgeError(
            f"{path}:{number}: column {column}: {when!r} is no date: {error}"
        ) from error
    return DatedCode(code=parts[0])


def _date(text: str) -> dt.date:
    if len(text) == 6:
        century = "19" if int(text[:2]) >= 40 else "20"
        text = century + text
    return dt.datetime.strptime(text, "%Y%m%d").replace(tzinfo=dt.timezone.utc).date()
