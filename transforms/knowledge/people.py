"""Office-holders: who held which office when, found by full name or by surname; read in columns, built on demand."""

from __future__ import annotations

import dataclasses
import datetime as dt
import pathlib
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.knowledge.names import near
from transforms.knowledge.words import key, pieces

PARTICLES = frozenset("al el bin ben de van von dos da le la di del abu".split())


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Officeholder:
    """One person in one office; dates are inclusive and null where the source gives none.

    ``country`` is ISO 3166-1 alpha-3, or UNO, IGO, EUR for officials of such bodies.
    """

    name: str
    country: str
    office: str
    sector: str
    qid: str | None = None
    start: dt.date | None = None
    end: dt.date | None = None

    def holds(self, date: dt.date) -> bool:
        """Say whether the person was in office on a day, as far as the source knows."""
        return (self.start is None or self.start <= date) and (self.end is None or date <= self.end)


def surnames(words: Sequence[str]) -> tuple[str, ...]:
    """Return the parts of a name that may stand for it: the last word, and the first where the family name leads."""
    if len(words) == 1:
        return (words[0],)
    last = words[-1]
    found = [last]
    if len(words) == 3 and all(len(word) <= 6 for word in words):
        found.append(words[0])
    if len(words) == 2 and len(words[0]) <= 5:
        found.append(words[0])
    if words[-2] in PARTICLES:
        found.append(f"{words[-2]} {last}")
    return tuple(dict.fromkeys(found))


class People:
    """Office-holders by name; rows of the table become objects when somebody asks for them."""

    def __init__(self) -> None:
        """Make an empty one."""
        self._columns: dict[str, pa.Array] = {}
        self._rows: dict[str, tuple[int, int]] = {}
        self._added: dict[str, list[Officeholder]] = {}
        self._replaced: set[str] = set()
        self._surnames: dict[str, list[str]] | None = None
        self._heads: dict[str, list[tuple[str, str]]] | None = None
        self._starts: dict[str, list[str]] | None = None
        self._built: dict[str, tuple[Officeholder, ...]] = {}

    def read(self, path: pathlib.Path) -> None:
        """Read the table; its rows are sorted by ``key``."""
        table = pq.ParquetFile(path, memory_map=True).read(use_threads=False)
        self._columns = {
            name: table.column(name).combine_chunks()
            for name in table.column_names
            if name != "key"
        }
        first = 0
        names = table.column("key").to_pylist()
        for index, joined in enumerate(names):
            if index + 1 == len(names) or names[index + 1] != joined:
                self._rows[str(joined)] = (first, index + 1)
                first = index + 1

    def add(self, holder: Officeholder, aliases: Iterable[str] = ()) -> None:
        """Make an office-holder known under a name and its other spellings."""
        for name in dict.fromkeys((holder.name, *aliases)):
            joined = key(name)
            if not joined:
                continue
            same = self._added.setdefault(joined, [])
            if holder not in same:
                same.append(holder)
            self._built.pop(joined, None)
        self._surnames = self._heads = self._starts = None

    def replace(self, name: str) -> None:
        """Forget what is known under a name, so that a user's rows take its place."""
        joined = key(name)
        self._replaced.add(joined)
        self._added.pop(joined, None)
        self._built.pop(joined, None)

    def named(self, joined: str) -> tuple[Officeholder, ...]:
        """Return all terms of all persons of a name, given as a lookup key."""
        found = self._built.get(joined)
        if found is None:
            rows = self._rows.get(joined)
            added = self._added.get(joined)
            if rows is None and added is None:
                return ()
            listed = []
            if rows is not None and joined not in self._replaced:
                listed = [self._build(index) for index in range(*rows)]
            found = (*listed, *(holder for holder in added or () if holder not in listed))
            self._built[joined] = found
        return found

    def surnamed(self, surname: str) -> tuple[Officeholder, ...]:
        """Return everybody whose name may be shortened to ``surname``, a lookup key."""
        if self._surnames is None:
            self._surnames = {}
            for joined in (*self._rows, *(name for name in self._added if name not in self._rows)):
                for part in surnames(joined.split(" ")):
                    self._surnames.setdefault(part, []).append(joined)
        found = [
            holder for joined in self._surnames.get(surname, ()) for holder in self.named(joined)
        ]
        return tuple(dict.fromkeys(found))

    def beginning(self, joined: str) -> tuple[Officeholder, ...]:
        """Return everybody whose name of three words or more begins with two words, given as a lookup key."""
        if self._starts is None:
            self._starts = {}
            for name in (*self._rows, *(name for name in self._added if name not in self._rows)):
                words = name.split(" ", 3)
                if len(words) > 2:
                    self._starts.setdefault(f"{words[0]} {words[1]}", []).append(name)
        return tuple(holder for name in self._starts.get(joined, ()) for holder in self.named(name))

    def heads_like(self, surname: str) -> list[str]:
        """Return the lookup keys of heads of state and government whose last name differs by one letter, the first equal."""
        if self._heads is None:
            self._heads = {}
            for joined in self._heads_of_state():
                last = joined.rpartition(" ")[2]
                self._heads.setdefault(last[0], []).append((last, joined))
        return [joined for last, joined in self._heads.get(surname[:1], ()) if near(last, surname)]

    def _heads_of_state(self) -> list[str]:
        offices = ("head of state", "head of government")
        found = [
            joined
            for joined, holders in self._added.items()
            if any(holder.office in offices for holder in holders)
        ]
        if self._columns:
            column = self._columns["office"]
            wanted = {
                code for code, name in enumerate(column.dictionary.to_pylist()) if name in offices
            }
            codes = column.indices.to_pylist()
            found += [
                joined
                for joined, (first, last) in self._rows.items()
                if codes[first] in wanted or not wanted.isdisjoint(codes[first:last])
            ]
        return list(dict.fromkeys(found))

    def _build(self, index: int) -> Officeholder:
        values = {name: column[index].as_py() for name, column in self._columns.items()}
        return Officeholder(**values)


def first_names_agree(name: Sequence[str], holder: Officeholder) -> bool:
    """Say whether the words before a surname can be the holder's: same initial as one of his other names."""
    others = {part[:1] for part in pieces(holder.name)[:-1]}
    return not others or name[0][:1] in others
