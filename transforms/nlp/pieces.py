"""Words to what the encoder reads: word pieces, the shape of their letters, and windows of them.

The encoder knows 30,522 lower-cased word pieces without accents (the vocabulary of BERT; greedy longest match first,
https://arxiv.org/abs/1609.08144, section 4.1). What lower-casing loses is given back as two shapes out of twelve, that
of the whole word and that of the piece. Training and run time both come through here, so they cannot differ.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

MAX_PIECES = 160
"""Pieces of a window, its two separators included: as long as in training. Longer windows were worse."""

MAX_WORD_PIECES = 8
"""Pieces kept of one word. Only the first stands for the word; an address of the web needs no forty."""

MAX_WORD_CHARS = 100
"""A longer word is one unknown piece."""

SHAPES = 12
(
    _NONE,
    _LOWER,
    _TITLE,
    _UPPER,
    _INITIAL,
    _MIXED,
    _DIGITS,
    _ALNUM,
    _PUNCT,
    _DOTTED,
    _NUMBER,
    _OTHER,
) = range(SHAPES)

_CACHED_WORDS = 50_000
_ENDS = frozenset({".", "!", "?", "...", "…"})
ELLIPSES = frozenset({"...", "…"})
_CLOSES = frozenset({'"', "'", "”", "’", ")", "]", "''", "»"})


@dataclasses.dataclass(frozen=True, slots=True)
class Word:
    """What the encoder reads of one word: piece numbers, the shape of each piece, the shape of the word."""

    pieces: tuple[int, ...]
    shapes: tuple[int, ...]
    shape: int


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """A stretch of words that the encoder reads at once: words ``first`` to ``last`` (exclusive) of a text.

    ``pieces``, ``shapes`` and ``word_shapes`` are parallel, with a separator at both ends and at line breaks;
    ``places`` says where each word's first piece stands.
    """

    first: int
    last: int
    pieces: list[int]
    shapes: list[int]
    word_shapes: list[int]
    places: list[int]


class Pieces:
    """Cuts words into pieces of a vocabulary, and texts into windows."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        """Number the pieces in the order given; continuing pieces start with ``##``."""
        self._numbers = {piece: number for number, piece in enumerate(vocabulary)}
        self._unknown = self._numbers["[UNK]"]
        self._opens = self._numbers["[CLS]"]
        self._separates = self._numbers["[SEP]"]
        self._words: dict[str, Word] = {}

    @classmethod
    def from_file(cls, path: Path) -> Pieces:
        """Read a vocabulary of one piece a line."""
        return cls(path.read_text(encoding="utf-8").splitlines())

    def word(self, text: str) -> Word:
        """Return what the encoder reads of a word."""
        known = self._words.get(text)
        if known is None:
            if len(self._words) >= _CACHED_WORDS:
                self._words.clear()
            known = self._words[text] = self._cut(text)
        return known

    def windows(
        self,
        words: Sequence[str],
        breaks: Sequence[bool],
        limit: int = MAX_PIECES,
        spaced: Sequence[bool] | None = None,
    ) -> Iterator[Window]:
        """Cut a text into windows of at most ``limit`` pieces.

        ``breaks`` says which words stand after a line break, ``spaced`` which have white space before them (null is
        not known). A window ends at a line break or at what looks like the end of a sentence; only a sentence longer
        than a window is cut inside.
        """
        cut = [self.word(word) for word in words]
        sizes = [len(word.pieces) for word in cut]
        bounds = list(_units(words, breaks, sizes, limit - 3, spaced))
        first = 0
        while first < len(bounds):
            size, last = 2, first
            while last < len(bounds):
                low, _, cost = bounds[last]
                cost += breaks[low]
                if last > first and size + cost > limit:
                    break
                size += cost
                last += 1
            yield self._window(cut, breaks, bounds[first][0], bounds[last - 1][1])
            first = last

    def _window(self, cut: list[Word], breaks: Sequence[bool], first: int, last: int) -> Window:
        pieces, shapes, word_shapes, places = [self._opens], [_NONE], [_NONE], list[int]()
        for number in range(first, last):
            if breaks[number] and number > first:
                pieces.append(self._separates)
                shapes.append(_NONE)
                word_shapes.append(_NONE)
            word = cut[number]
            places.append(len(pieces))
            pieces += word.pieces
            shapes += word.shapes
            word_shapes += [word.shape] * len(word.pieces)
        pieces.append(self._separates)
        shapes.append(_NONE)
        word_shapes.append(_NONE)
        return Window(first, last, pieces, shapes, word_shapes, places)

    def _cut(self, text: str) -> Word:
        if len(text) > MAX_WORD_CHARS:
            return Word((self._unknown,), (_OTHER,), _OTHER)
        pieces, shapes = list[int](), list[int]()
        for run in _runs(text):
            for number, original in self._match(run):
                pieces.append(number)
                shapes.append(shape_of(original))
        if not pieces:
            pieces, shapes = [self._unknown], [_OTHER]
        return Word(
            tuple(pieces[:MAX_WORD_PIECES]), tuple(shapes[:MAX_WORD_PIECES]), shape_of(text)
        )

    def _match(self, run: list[tuple[str, str]]) -> list[tuple[int, str]]:
        """Cut a run of ``(plain, original)`` letters greedily; a run that cannot be cut is one unknown piece."""
        plain = "".join(letter for letter, _ in run)
        found, start = list[tuple[int, str]](), 0
        while start < len(plain):
            end = len(plain)
            while end > start:
                number = self._numbers.get(
                    plain[start:end] if start == 0 else "##" + plain[start:end]
                )
                if number is not None:
                    break
                end -= 1
            else:
                return [(self._unknown, "".join(original for _, original in run))]
            found.append((number, "".join(original for _, original in run[start:end])))
            start = end
        return found


def shape_of(text: str) -> int:
    """Return the class, 1 to 11, of the letters of a word or piece."""
    if text.isalpha():
        if text.islower():
            return _LOWER
        if text.isupper():
            return _UPPER if len(text) > 1 else _INITIAL
        if text[0].isupper() and text[1:].islower():
            return _TITLE
        return _MIXED if text.upper() != text.lower() else _OTHER
    if text.isdigit():
        return _DIGITS
    letters = [character for character in text if character.isalpha()]
    digits = any(character.isdigit() for character in text)
    if letters and digits:
        return _ALNUM
    if digits:
        return _NUMBER
    if letters:
        if "." in text and all(letter.isupper() for letter in letters):
            return _DOTTED
        return shape_of("".join(letters)) if len(letters) < len(text) else _OTHER
    return (
        _PUNCT
        if text.isascii() or all(unicodedata.category(c)[0] in "PS" for c in text)
        else _OTHER
    )


def _runs(text: str) -> Iterator[list[tuple[str, str]]]:
    """Yield runs of letters as ``(plain, original)``; a punctuation mark or an ideograph is a run of its own."""
    run: list[tuple[str, str]] = []
    for original in text:
        for letter in unicodedata.normalize("NFD", original.lower()):
            category = unicodedata.category(letter)
            if category == "Mn" or category[0] == "C":
                continue
            if category[0] in "ZP" or _is_ascii_symbol(letter) or _is_ideograph(letter):
                if run:
                    yield run
                    run = []
                if category[0] != "Z":
                    yield [(letter, original)]
            else:
                run.append((letter, original))
    if run:
        yield run


def _is_ascii_symbol(letter: str) -> bool:
    return letter.isascii() and not letter.isalnum()


def _is_ideograph(letter: str) -> bool:
    return (
        "\u4e00" <= letter <= "\u9fff"
        or "\u3400" <= letter <= "\u4dbf"
        or "\uf900" <= letter <= "\ufaff"
    )


def note_end(words: Sequence[str], place: int) -> int | None:
    """Return the place behind a note's number in square brackets (``[6]``) that begins at ``place``, if one does."""
    if words[place] != "[" or place + 2 >= len(words) or words[place + 2] != "]":
        return None
    return place + 3 if words[place + 1].isdigit() else None


def _best_cut(words: Sequence[str], first: int, last: int) -> int:
    """Return where a sentence that is too long is cut: behind its last semicolon, else its last comma, else at the end."""
    for mark, least in ((";", 4), (",", 2)):
        for place in range(last - 2, first + (last - first) // least, -1):
            if words[place] == mark:
                return place + 1
    return last


def _units(
    words: Sequence[str],
    breaks: Sequence[bool],
    sizes: Sequence[int],
    limit: int,
    spaced: Sequence[bool] | None,
) -> Iterator[tuple[int, int, int]]:
    """Yield ``(first, last, pieces)`` of stretches that a window should not cut: rough sentences, inside lines."""
    first, size, ended = 0, 0, False
    for number, word in enumerate(words):
        cost = sizes[number]
        closes = ended and word in _CLOSES
        if closes and spaced and spaced[number] and number + 1 < len(words):
            closes = spaced[number + 1]  # a mark that is written against the next word opens
        in_note = ended and any(note_end(words, first) for first in (number, number - 1))
        closes = closes or in_note
        if ended and (word == "," or (word[0].islower() and words[number - 1] in ELLIPSES)):
            ended = False
        if number > first and (breaks[number] or (ended and not closes)):
            yield first, number, size
            first, size = number, 0
        elif number > first and size + cost > limit:
            cut = _best_cut(words, first, number)
            kept = sum(sizes[cut:number])
            yield first, cut, size - kept
            first, size = cut, kept
        size += cost
        ended = closes or word in _ENDS
    if first < len(words):
        yield first, len(words), size
