"""The event lexicon: TSV tables compiled for look-up by the words of a sentence.

The tables' columns and their meaning are documented in ``docs/lexicon.md``.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

from transforms.coding import ontology
from transforms.coding.inflect import noun_forms, verb_forms

FOLDER: Final = Path(__file__).with_name("lexicon")
EVENT_COLUMNS: Final = (
    "form", "pos", "type", "mode", "actor", "recipient", "needs", "blocks", "context", "confidence", "example", "aux",
    "broad",
)  # fmt: skip
OPERATOR_COLUMNS: Final = (
    "form", "pos", "operator", "content", "recipient", "needs", "blocks", "confidence", "example",
)  # fmt: skip
COMPOSITION_COLUMNS: Final = ("operator", "content", "result", "mode", "aux", "confidence", "note")
OPERATORS: Final = frozenset(
    "agree intend threaten refuse request accuse condemn approve allow end lift begin try fail"
    " prevent deny say suppose".split()
)
ANY_FORM: Final = "*"
"""The form of an entry for any word that the language model takes to tell such an event."""

FIGURATIVE: Final = "figurative"
THEME: Final = "theme:"  # before the theme of an article that a word counts towards
PSEUDO_OPERATORS: Final = frozenset({"FUTURE", "HYPOTHETICAL", "NEGATION"})
SLOTS: Final = frozenset(
    "subj obj iobj poss mod comp prt any with against to on upon of from in over at for by"
    " between among into near toward towards about outside after before under within across"
    " through as during inside onto around off out up down behind via amid alongside throughout"
    " beside without following since until despite per than as_of away back forward apart aside"
    " together along that whether if when while above below higher lower".split()
)
SPECIALS: Final = frozenset(
    "actor gov state place person org owned people number money date infinitive".split()
)
DEFAULT_ACTOR: Final = {"V": ("subj",), "A": ("subj",), "N": ("by", "poss", "mod", "subj")}
DEFAULT_RECIPIENT: Final = {"V": ("obj",), "A": (), "N": ()}


class LexiconError(ValueError):
    """A lexicon file is malformed; the message names file, line and column."""


class Condition:
    """One condition on a slot: its filler is one of the words or phrases of ``choice``, or of a ``special`` kind."""

    __slots__ = ("choice", "filled", "is_free", "slot", "special")

    def __init__(self, slot: str, choice: Choice, special: frozenset[str], filled: bool) -> None:
        """Keep all; ``is_free`` says that the condition may hold whatever the words of the sentence."""
        self.slot, self.choice, self.special, self.filled = slot, choice, special, filled
        self.is_free = filled or bool(special)

    @property
    def keys(self) -> frozenset[str] | None:
        """Return words of which the sentence must hold one for the condition to hold; null if it may hold without.

        Asking for them first spares most of the look at the syntax.
        """
        return None if self.is_free else self.choice.keys


class Choice:
    """Words and phrases, of which one must be there; many conditions share one.

    What is made of them is made when it is first asked for: most choices a run never meets.
    """

    __slots__ = ("_classes", "_keys", "_listed", "_phrases", "_size", "_tails", "_words")

    def __init__(self, listed: Sequence[str], classes: Mapping[str, Choice]) -> None:
        """Keep the words as they are written, and what the word classes among them hold."""
        self._listed = listed
        self._classes = classes
        self._words: frozenset[str] | None = None
        self._phrases: tuple[str, ...] = ()
        self._keys: frozenset[str] | None = None
        self._tails: dict[str, tuple[str, ...]] | None = None
        self._size = -1

    @property
    def words(self) -> frozenset[str]:
        """Return the forms of the single words."""
        words = self._words
        return self._find() if words is None else words

    @property
    def phrases(self) -> tuple[str, ...]:
        """Return the phrases, with the forms of their last words."""
        if self._words is None:
            self._find()
        return self._phrases

    @property
    def size(self) -> int:
        """Return how many words and phrases are listed, their forms apart."""
        if self._size < 0:
            self._size = sum(self._classes[w[1:]].size if w[0] == "@" else 1 for w in self._listed)
        return self._size

    @property
    def keys(self) -> frozenset[str]:
        """Return words of which one is there if any of all this is."""
        keys = self._keys
        if keys is None:
            keys = self.words.union(phrase.rpartition(" ")[2] for phrase in self.phrases)
            self._keys = keys
        return keys

    @property
    def tails(self) -> dict[str, tuple[str, ...]]:
        """Return the phrases by their last word."""
        if self._tails is None:
            tails: dict[str, list[str]] = {}
            for phrase in self.phrases:
                tails.setdefault(phrase.rpartition(" ")[2], []).append(phrase)
            self._tails = {tail: tuple(group) for tail, group in tails.items()}
        return self._tails

    def _find(self) -> frozenset[str]:
        singles: set[str] = set()
        phrases: set[str] = set()
        for word in self._listed:
            if word.startswith("@"):
                inner = self._classes[word[1:]]
                singles |= inner.words
                phrases.update(inner.phrases)
                continue
            parts = _tokenised(word)
            if len(parts) == 1:
                singles |= _forms_of(parts[0])
            elif parts:
                head = " ".join(parts[:-1])
                phrases |= {f"{head} {form}" for form in _forms_of(parts[-1])}
        self._phrases = tuple(sorted(phrases))
        words = frozenset(singles)
        self._words = words
        return words


@dataclasses.dataclass(slots=True, eq=False)
class Entry:
    """One line of an event or operator table, compiled.

    ``label`` is the PLOVER type of an event entry or the operator; ``content`` is empty for events. ``rest`` are the
    other words of a multi-word form: before the anchor for nouns, after it for verbs and adjectives. ``alone`` is true
    where the recipient is ``-``: the event never has one. ``aux`` is the auxiliary mode the words themselves imply.
    A ``broad`` entry is looked at only where no other with as many words matches.
    """

    form: str
    pos: str
    label: str
    is_operator: bool
    mode: str | None
    actor: tuple[str, ...]
    recipient: tuple[str, ...]
    content: tuple[str, ...]
    reciprocal: bool
    needs: tuple[Condition, ...]
    blocks: tuple[Condition, ...]
    context: tuple[str, ...]
    confidence: float
    rest: tuple[str, ...]
    source: str
    alone: bool = False
    aux: str | None = None
    broad: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Composition:
    """What an operator makes of its content.

    ``result`` is a type, ``=`` (as it was) or ``-`` (no event); ``mode`` is a mode, ``=`` or null.
    """

    result: str
    mode: str | None
    aux: str | None
    factor: float


class Entries:
    """The entries of one word and part of speech, most specific first, found by the other words of a sentence.

    Forms of one word share them. They are indexed when first asked for: most words of the lexicon a run never meets.
    """

    __slots__ = ("_by_word", "_free", "_free_places", "_keys", "_of_one", "all")

    def __init__(self, entries: Sequence[Entry]) -> None:
        """Sort the entries."""
        self.all = tuple(sorted(entries, key=specificity))
        self._keys: frozenset[str] | None = None

    def _index(self) -> frozenset[str]:
        """Index the entries by the longest other word of their form, or by the words of their shortest condition."""
        by_word: dict[str, list[int]] = {}
        by_choice: dict[Choice, list[int]] = {}
        free = []
        for place, entry in enumerate(self.all):
            word = max(entry.rest, key=len, default="-")
            if word != "-":
                by_word.setdefault(word, []).append(place)
                continue
            choices = [c.choice for c in entry.needs if not c.is_free]
            if choices:
                by_choice.setdefault(min(choices, key=lambda choice: choice.size), []).append(place)
            else:
                free.append(place)
        for choice, places in by_choice.items():
            for word in choice.keys:  # most words share the list of their choice
                by_word[word] = by_word[word] + places if word in by_word else places
        self._by_word = by_word
        self._free_places = free
        self._free = self._at(free)
        self._of_one: dict[str, tuple[Entry, ...]] = {}
        self._keys = frozenset(by_word)
        return self._keys

    def _at(self, places: Iterable[int]) -> tuple[Entry, ...]:
        return tuple(map(self.all.__getitem__, sorted(places)))

    def possible(self, words: frozenset[str]) -> tuple[Entry, ...]:
        """Return the entries whose narrowest condition may hold in a sentence of these words."""
        keys = self._keys
        present = (self._index() if keys is None else keys) & words
        if not present:
            return self._free
        if len(present) > 1:
            found = chain.from_iterable(map(self._by_word.__getitem__, present))
            return self._at({*self._free_places, *found})
        (word,) = present
        if word not in self._of_one:
            self._of_one[word] = self._at({*self._free_places, *self._by_word[word]})
        return self._of_one[word]


@dataclasses.dataclass(slots=True)
class Lexicon:
    """All tables.

    ``anchors`` are the surface words that may trigger anything, ``triggers`` those of them without which no sentence
    has an event, ``bare`` the operators that are events without a content; ``events`` and ``operators`` map such a word
    and a part of speech to its entries. ``open`` holds, by type and part of speech, the entries of any form, most specific
    first.
    """

    anchors: frozenset[str]
    triggers: frozenset[str]
    bare: frozenset[str]
    events: dict[tuple[str, str], Entries]
    open: dict[tuple[str, str], tuple[Entry, ...]]
    operators: dict[tuple[str, str], Entries]
    composition: dict[tuple[str, str], Composition]
    domains: dict[str, str]
    domain_phrases: dict[str, tuple[tuple[tuple[str, ...], str], ...]]
    idioms: dict[str, tuple[tuple[str, ...], ...]]
    figurative: frozenset[str]
    themes: dict[str, str]
    contexts: dict[str, tuple[str, ...]]
    digest: str
    entries: int = 0

    def compose(self, operator: str, content: str, mode: str | None = None) -> Composition | None:
        """Look a pair up: type with mode, then type, then the operator's ``*`` line."""
        table = self.composition
        found = table.get((operator, f"{content}:{mode}")) if mode else None
        found = found or table.get((operator, content))
        return found or (table.get((operator, "*")) if content != "NONE" else None)


def _rows(name: str, text: str, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and cells; refuse an unknown, missing or doubled column and a row with too many cells."""
    header: list[str] | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith("#") or not line.strip():
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if header is None:
            header = cells
            wrong = [c for c in header if c not in columns] or [
                c for c in columns[:2] if c not in header
            ]
            if wrong or len(set(header)) != len(header):
                raise LexiconError(
                    f"{name}:{number}: the header is {' '.join(header)!r}; expected the columns"
                    f" {' '.join(columns)}, separated by tabs"
                )
            continue
        if len(cells) > len(header):
            raise LexiconError(
                f"{name}:{number}: {len(cells)} cells under {len(header)} columns; is there a tab too many?"
            )
        cells += [""] * (len(header) - len(cells))
        yield number, dict(zip(header, cells, strict=True))


def _number(name: str, line: int, column: str, value: str, default: float) -> float:
    if not value:
        return default
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0.0 < number <= 1.5:
        raise LexiconError(
            f"{name}:{line}: {column} is {value!r}, expected a number above 0 and up to 1"
        )
    return number


def _tokenised(form: str) -> tuple[str, ...]:
    """Split a form as the tokenizer splits text: hyphens between letters are words of their own."""
    form = form.lower()
    if "-" not in form:
        return tuple(form.split())
    return tuple(w for w in re.split(r"\s+|(?<=[a-z])(-)(?=[a-z])", form) if w)


@functools.lru_cache(maxsize=50_000)
def _forms_of(word: str) -> frozenset[str]:
    if not word.isalpha():
        return frozenset({word})
    if word == "unit":  # whose past is a part of too many names
        return frozenset(noun_forms(word))
    return frozenset(verb_forms(word) | noun_forms(word))


class _Compiler:
    """Turns cells into entries; holds the word classes."""

    def __init__(self, classes: Mapping[str, str], origin: Mapping[str, str]) -> None:
        self.raw = classes
        self.origin = origin
        self.classes: dict[str, Choice] = {}
        self.busy: set[str] = set()
        self.known: dict[str, tuple[Condition, ...]] = {}
        self.choices: dict[tuple[str, ...], Choice] = {}
        self.known_cells: dict[str, tuple[Condition, ...]] = {}
        self.known_slots: dict[str, tuple[str, ...]] = {"": ()}

    def word_class(self, name: str, where: str) -> Choice:
        if name in self.classes:
            return self.classes[name]
        if name not in self.raw:
            raise LexiconError(
                f"{where}: the word class @{name} is not defined in any classes*.tsv"
            )
        if name in self.busy:
            raise LexiconError(f"{self.origin[name]}: the word class @{name} contains itself")
        self.busy.add(name)
        words = [word.strip().lower() for word in self.raw[name].split("|")]
        self.classes[name] = self.choice(words, self.origin[name])
        self.busy.discard(name)
        return self.classes[name]

    def choice(self, words: Sequence[str], where: str) -> Choice:
        for word in words:
            if word.startswith("@"):
                self.word_class(word[1:], where)
        if len(words) == 1 and words[0].startswith("@"):
            return self.classes[words[0][1:]]
        key = tuple(words)
        if key not in self.choices:
            self.choices[key] = Choice(key, self.classes)
        return self.choices[key]

    def conditions(self, cell: str, where: str) -> tuple[Condition, ...]:
        """Compile the conditions of a cell; many cells repeat one another, and share what is compiled."""
        known = self.known_cells.get(cell)
        if known is not None:
            return known
        found: list[Condition] = []
        for part in cell.split(";"):
            part = part.strip()
            if part:
                if part not in self.known:
                    self.known[part] = self.condition(part, where)
                found.extend(self.known[part])
        self.known_cells[cell] = tuple(found)
        return self.known_cells[cell]

    def condition(self, part: str, where: str) -> tuple[Condition, ...]:
        """Compile one condition, one for each of its slots."""
        slots, equals, cell = part.partition("=")
        values = [v.strip() for v in cell.split("|") if v.strip()]
        if not equals or not values:
            raise LexiconError(
                f"{where}: the condition {part!r} is not of the form slot=word|word|@class"
            )
        special = frozenset(v[1:] for v in values if v[0] == "@" and v[1:] in SPECIALS)
        filled = "*" in values
        listed = [v for v in values if v != "*" and not (v[0] == "@" and v[1:] in special)]
        choice = self.choice([word.lower() for word in listed], where)
        found = []
        for slot in re.split(r"[\s,/]+", slots.strip()):
            if slot not in SLOTS:
                raise LexiconError(
                    f"{where}: {slot!r} is no slot; expected one of {' '.join(sorted(SLOTS))}"
                )
            found.append(Condition(slot, choice, special, filled))
        return tuple(found)

    def slots(self, cell: str, where: str) -> tuple[str, ...]:
        known = self.known_slots.get(cell)
        if known is not None:
            return known
        names = tuple(re.split(r"[\s,]+", cell.strip())) if cell.strip() else ()
        for name in names:
            if name not in SLOTS and name not in ("recip", "-"):
                raise LexiconError(
                    f"{where}: {name!r} is no slot; expected one of {' '.join(sorted(SLOTS))}"
                )
        self.known_slots[cell] = names
        return names


@functools.lru_cache(maxsize=20_000)
def _noun_forms(word: str) -> frozenset[str]:
    return frozenset(noun_forms(word))


@functools.lru_cache(maxsize=20_000)
def _verb_forms(word: str) -> frozenset[str]:
    return frozenset(verb_forms(word))


def _anchor(form: str, pos: str, where: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the surface forms of the anchor word and the other words of the form."""
    parts = _tokenised(form)
    if not parts:
        raise LexiconError(f"{where}: the form is empty")
    if form == ANY_FORM:
        return frozenset({ANY_FORM}), ()
    if pos == "N":
        return _noun_forms(parts[-1]), parts[:-1]
    if pos == "V":
        return _verb_forms(parts[0]), parts[1:]
    return frozenset({parts[0]}), parts[1:]


def _event_entry(compiler: _Compiler, name: str, line: int, row: dict[str, str]) -> Entry:
    where = f"{name}:{line}"
    pos, kind, mode = row["pos"], row["type"], row.get("mode") or None
    if pos not in ("V", "N", "A"):
        raise LexiconError(f"{where}: pos is {pos!r}, expected V, N or A")
    if kind not in ontology.TYPES:
        raise LexiconError(f"{where}: type is {kind!r}, expected one of {' '.join(ontology.TYPES)}")
    if mode and mode not in ontology.TYPES[kind].modes:
        raise LexiconError(
            f"{where}: {kind} has no mode {mode!r}; expected one of {' '.join(ontology.TYPES[kind].modes) or 'none'}"
        )
    context = tuple((row.get("context") or "").split())
    for item in context:
        if item not in ontology.CONTEXTS:
            raise LexiconError(f"{where}: {item!r} is no PLOVER context")
    aux = row.get("aux") or None
    if aux and aux not in ontology.AUXILIARY_MODES:
        raise LexiconError(
            f"{where}: aux is {aux!r}, expected one of {' '.join(ontology.AUXILIARY_MODES)}"
        )
    recipient = compiler.slots(row.get("recipient") or "", where)
    reciprocal = "recip" in recipient
    given = tuple(s for s in recipient if s not in ("recip", "-"))
    if not recipient:
        given = DEFAULT_RECIPIENT[pos]
    _, rest = _anchor(row["form"], pos, where)
    return Entry(
        form=row["form"].lower(),
        pos=pos,
        label=kind,
        is_operator=False,
        mode=mode,
        actor=compiler.slots(row.get("actor") or "", where) or DEFAULT_ACTOR[pos],
        recipient=given,
        content=(),
        reciprocal=reciprocal,
        needs=compiler.conditions(row.get("needs") or "", where),
        blocks=compiler.conditions(row.get("blocks") or "", where),
        context=context,
        confidence=_number(name, line, "confidence", row.get("confidence") or "", 0.7),
        rest=rest,
        source=where,
        alone="-" in recipient,
        aux=aux,
        broad=bool(row.get("broad")),
    )


def _operator_entry(compiler: _Compiler, name: str, line: int, row: dict[str, str]) -> Entry:
    where = f"{name}:{line}"
    pos, operator = row["pos"], row["operator"]
    if pos not in ("V", "N", "A"):
        raise LexiconError(f"{where}: pos is {pos!r}, expected V, N or A")
    if operator not in OPERATORS:
        raise LexiconError(
            f"{where}: operator is {operator!r}, expected one of {' '.join(sorted(OPERATORS))}"
        )
    recipient = compiler.slots(row.get("recipient") or "", where)
    _, rest = _anchor(row["form"], pos, where)
    return Entry(
        form=row["form"].lower(),
        pos=pos,
        label=operator,
        is_operator=True,
        mode=None,
        actor=DEFAULT_ACTOR[pos],
        recipient=tuple(s for s in recipient if s not in ("recip", "-")),
        content=tuple(s for s in compiler.slots(row.get("content") or "", where) if s != "-"),
        reciprocal=False,
        needs=compiler.conditions(row.get("needs") or "", where),
        blocks=compiler.conditions(row.get("blocks") or "", where),
        context=(),
        confidence=_number(name, line, "confidence", row.get("confidence") or "", 0.7),
        rest=rest,
        source=where,
    )


def _composition(name: str, line: int, row: dict[str, str]) -> tuple[tuple[str, str], Composition]:
    where = f"{name}:{line}"
    operator, content, result = row["operator"], row["content"], row["result"]
    if operator not in OPERATORS | PSEUDO_OPERATORS:
        raise LexiconError(f"{where}: {operator!r} is no operator")
    kind, _, kind_mode = content.partition(":")
    if kind not in ontology.TYPES and content not in ("*", "NONE"):
        raise LexiconError(
            f"{where}: content is {content!r}, expected a PLOVER type, TYPE:mode, * or NONE"
        )
    if kind_mode and kind_mode not in ontology.TYPES[kind].modes:
        raise LexiconError(f"{where}: {kind} has no mode {kind_mode!r}")
    if result not in ontology.TYPES and result not in ("=", "-"):
        raise LexiconError(f"{where}: result is {result!r}, expected a PLOVER type, = or -")
    mode, aux = row.get("mode") or None, row.get("aux") or None
    if (
        mode
        and mode != "="
        and result in ontology.TYPES
        and mode not in ontology.TYPES[result].modes
    ):
        raise LexiconError(f"{where}: {result} has no mode {mode!r}")
    if aux and aux not in ontology.AUXILIARY_MODES:
        raise LexiconError(
            f"{where}: aux is {aux!r}, expected one of {' '.join(ontology.AUXILIARY_MODES)}"
        )
    factor = (
        0.0
        if result == "-"
        else _number(name, line, "confidence", row.get("confidence") or "", 1.0)
    )
    return (operator, content), Composition(result, mode, aux, factor)


def _friends(
    name: str, text: str
) -> tuple[
    dict[str, str],
    dict[str, list[tuple[tuple[str, ...], str]]],
    dict[str, list[tuple[str, ...]]],
    frozenset[str],
    dict[str, str],
]:
    """Return single words by domain, phrases of domains by their last word, idioms by their first, figures of speech, words by theme."""
    figurative: frozenset[str] = frozenset()
    themes: dict[str, str] = {}
    domains: dict[str, str] = {}
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    idioms: dict[str, list[tuple[str, ...]]] = {}
    for line, row in _rows(name, text, ("domain", "words", "example")):
        if not row["domain"] or not row["words"]:
            raise LexiconError(f"{name}:{line}: domain and words must both be given")
        for word in row["words"].split("|"):
            parts = _tokenised(word.strip())
            if not parts:
                continue
            if row["domain"] == FIGURATIVE:
                figurative |= _forms_of(parts[0])
            elif row["domain"].startswith(THEME):
                for form in noun_forms(parts[0]) if parts[0].isalpha() else {parts[0]}:
                    themes.setdefault(form, row["domain"].removeprefix(THEME))
            elif len(parts) == 1:
                if row["domain"] != "idiom":
                    for form in noun_forms(parts[0]) if parts[0].isalpha() else {parts[0]}:
                        domains.setdefault(form, row["domain"])
            elif row["domain"] == "idiom":
                idioms.setdefault(parts[0], []).append(parts)
            else:
                for form in noun_forms(parts[-1]) if parts[-1].isalpha() else {parts[-1]}:
                    phrases.setdefault(form, []).append(((*parts[:-1], form), row["domain"]))
    return domains, phrases, idioms, figurative, themes


def _contexts(tables: list[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return PLOVER contexts by the surface words that tell them."""
    found: dict[str, list[str]] = {}
    for name, text in tables:
        for line, row in _rows(name, text, ("context", "words")):
            if row["context"] not in ontology.CONTEXTS:
                raise LexiconError(f"{name}:{line}: {row['context']!r} is no PLOVER context")
            for word in row["words"].split("|"):
                word = word.strip().lower()
                for form in noun_forms(word) if word.isalpha() else {word}:
                    if row["context"] not in found.setdefault(form, []):
                        found[form].append(row["context"])
    return {word: tuple(contexts) for word, contexts in found.items()}


def _sources(extra: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return (name, text) of every table, the user's last."""
    files = sorted(FOLDER.glob("*.tsv")) + [Path(path) for path in extra]
    tables = []
    for path in files:
        try:
            tables.append(
                (path.name if path.parent == FOLDER else str(path), path.read_text("utf-8"))
            )
        except UnicodeDecodeError as error:
            raise LexiconError(f"{path}: not UTF-8 text (byte {error.start})") from error
        except OSError as error:
            raise LexiconError(f"{path}: cannot be read: {error.strerror}") from error
    return tables


def lexicon_digest(extra: tuple[str, ...] = ()) -> str:
    """Return a digest over every table that ``load_lexicon(extra)`` would read."""
    return _digest(_sources(extra))


def _digest(tables: list[tuple[str, str]]) -> str:
    total = hashlib.blake2b(digest_size=8)
    for _, text in tables:
        total.update(text.encode("utf-8"))
        total.update(b"\0")
    return total.hexdigest()


def _header(text: str) -> set[str]:
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            return {cell.strip() for cell in line.split("\t")}
    return set()


@functools.lru_cache(maxsize=4)
def load_lexicon(extra: tuple[str, ...] = ()) -> Lexicon:
    """Read the shipped tables and the user's files; a user's line replaces shipped lines of the same form, pos and needs.

    Raises:
      LexiconError: a file cannot be read or a line is malformed.
    """
    tables = _sources(extra)
    classes: dict[str, str] = {}
    origin: dict[str, str] = {}
    by_kind: dict[str, list[tuple[str, str]]] = {
        "event": [],
        "operator": [],
        "composition": [],
        "friends": [],
        "contexts": [],
    }
    for name, text in tables:
        header = _header(text)
        if {"name", "words"} <= header:
            for line, row in _rows(name, text, ("name", "words", "note")):
                key = row["name"].lstrip("@")
                words = classes[key] + "|" + row["words"] if key in classes else row["words"]
                classes[key] = words
                origin.setdefault(key, f"{name}:{line}")
        elif {"context", "words"} <= header:
            by_kind["contexts"].append((name, text))
        elif {"domain", "words"} <= header:
            by_kind["friends"].append((name, text))
        elif {"operator", "result"} <= header:
            by_kind["composition"].append((name, text))
        elif "operator" in header:
            by_kind["operator"].append((name, text))
        elif header:
            by_kind["event"].append((name, text))
    compiler = _Compiler(classes, origin)
    entries: dict[tuple[str, str, str, bool], Entry] = {}
    for name, text in by_kind["event"]:
        for line, row in _rows(name, text, EVENT_COLUMNS):
            place = (row["form"].lower(), row["pos"], row.get("needs", "") + row["type"], False)
            entries[place] = _event_entry(compiler, name, line, row)
    for name, text in by_kind["operator"]:
        for line, row in _rows(name, text, OPERATOR_COLUMNS):
            place = (row["form"].lower(), row["pos"], row.get("needs", "") + row["operator"], True)
            entries[place] = _operator_entry(compiler, name, line, row)
    composition: dict[tuple[str, str], Composition] = {}
    for name, text in by_kind["composition"]:
        for line, row in _rows(name, text, COMPOSITION_COLUMNS):
            key2, value = _composition(name, line, row)
            composition[key2] = value
    domains: dict[str, str] = {}
    domain_phrases: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {}
    idioms: dict[str, tuple[tuple[str, ...], ...]] = {}
    figurative: set[str] = set()
    themes: dict[str, str] = {}
    for name, text in by_kind["friends"]:
        singles, phrases, found_idioms, found_figures, found_themes = _friends(name, text)
        figurative |= found_figures
        themes.update(found_themes)
        domains.update(singles)
        for last, pairs in phrases.items():
            domain_phrases[last] = (*domain_phrases.get(last, ()), *pairs)
        for first, found in found_idioms.items():
            idioms[first] = tuple(
                sorted({*idioms.get(first, ()), *found}, key=lambda p: (-len(p), p))
            )
    tables_by_kind: tuple[dict[tuple[str, str], list[Entry]], ...] = ({}, {})
    for entry in entries.values():
        for form in _anchor(entry.form, entry.pos, entry.source)[0]:
            tables_by_kind[entry.is_operator].setdefault((form, entry.pos), []).append(entry)
    shared: dict[tuple[int, ...], Entries] = {}

    def entries_of(listed: list[Entry]) -> Entries:
        same = tuple(map(id, listed))
        if same not in shared:
            shared[same] = Entries(listed)
        return shared[same]

    open_entries: dict[tuple[str, str], tuple[Entry, ...]] = {}
    for pos in ("V", "N", "A"):
        for entry in sorted(tables_by_kind[0].pop((ANY_FORM, pos), ()), key=specificity):
            kind = entry.label, entry.pos
            open_entries[kind] = (*open_entries.get(kind, ()), entry)
    events, operators = (
        {key: entries_of(listed) for key, listed in table.items()} for table in tables_by_kind
    )
    anchors = frozenset(form for table in (events, operators) for form, _ in table)
    labels = {
        o for (o, content), rule in composition.items() if content == "NONE" and rule.result != "-"
    }
    bare = frozenset(
        form for (form, _), found in operators.items() if any(e.label in labels for e in found.all)
    )
    triggers = frozenset(form for form, _ in events) | bare
    return Lexicon(
        anchors,
        triggers,
        bare,
        events,
        open_entries,
        operators,
        composition,
        domains,
        domain_phrases,
        idioms,
        frozenset(figurative),
        themes,
        _contexts(by_kind["contexts"]),
        _digest(tables),
        len(entries),
    )


def specificity(entry: Entry) -> tuple[int, bool, int, float, str]:
    """Most words first, broad ones last, then most conditions, then the surest; ties by where it stands."""
    return (-len(entry.rest), entry.broad, -len(entry.needs), -entry.confidence, entry.source)
