"""Ids and spans of many rows at once, as arrays."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Keys = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int64]

_DIGITS: Final = np.full(256, 255, dtype=np.uint8)
for _value, _letter in enumerate(b"0123456789abcdef"):
    _DIGITS[_letter] = _value

_MIX: Final = np.uint64(0x9E3779B97F4A7C15)

SPANS_AT_ONCE: Final = 250_000


def ids_of(column: Any) -> Keys:
    """Return 64 bits for each id, null being 0: the last 16 digits of ours, a hash of anything else."""
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return np.concatenate([*map(_ids_of_array, chunks), np.array([], np.uint64)])


def _ids_of_array(array: pa.Array) -> Keys:
    if pa.types.is_dictionary(array.type):
        words = np.concatenate([_ids_of_array(array.dictionary), np.zeros(1, np.uint64)])
        indices = pc.fill_null(array.indices.cast(pa.int64()), len(words) - 1)
        return words[indices.to_numpy()]
    array = array.cast(pa.large_string())
    result = np.zeros(len(array), np.uint64)
    if not len(array):
        return result
    offsets, data = buffers(array)
    lengths = np.diff(offsets)
    size = int(lengths.max())
    regular = size > 16 and bool(((lengths == size) | (lengths == 0)).all())
    if regular:
        chosen = np.flatnonzero(lengths)
        grid = data[offsets[0] : offsets[-1]].reshape(len(chosen), size)
        digits = _DIGITS[grid[:, size - 16 :]]
        if not (digits == 255).any():
            halves = (digits[:, 0::2] << 4) | digits[:, 1::2]
            values = np.ascontiguousarray(halves).view(">u8")[:, 0].astype(np.uint64)
            # What stands before the digits is the kind, the same for all; a content hash has 16 more digits there.
            result[chosen] = values
            return result
    for number, value in enumerate(array.to_pylist()):
        if value is not None:
            result[number] = _id_of(value)
    return result


def _id_of(text: str) -> int:
    try:
        if len(text) > 16:
            return int(text[-16:], 16)
    except ValueError:
        pass
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def pair_ids(first: Keys, second: Keys) -> Keys:
    """Return 64 bits for each pair of ids."""
    mixed = first * _MIX
    mixed ^= mixed >> np.uint64(29)
    mixed += second
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    return mixed


def in_sorted(values: Keys, known: Keys) -> npt.NDArray[np.bool_]:
    """Tell of each value whether it is among ``known``, which is sorted."""
    if not len(known):
        return np.zeros(len(values), dtype=np.bool_)
    if len(values) > 1000 and len(known) > 1000:
        # Mostly all of them are, and in order they are found several times as fast.
        ordered = np.sort(values[_firsts(values)])
        at = np.searchsorted(known, ordered)
        at[at == len(known)] = 0
        if (known[at] == ordered).all():
            return np.ones(len(values), dtype=np.bool_)
    return known[places(values, known)] == values


def _firsts(values: Keys) -> Counts:
    """Return where a value stands that is not the one before it."""
    starts = np.ones(len(values), np.bool_)
    starts[1:] = values[1:] != values[:-1]
    return np.flatnonzero(starts)


def places(values: Keys, known: Keys) -> Counts:
    """Return where in ``known``, which is sorted and not empty, each value would be, if it is there at all.

    Rows of an article mostly follow one another: one search for all of them.
    """
    firsts = _firsts(values)
    few = len(firsts) * 2 < len(values)
    at = np.searchsorted(known, values[firsts] if few else values)
    at[at == len(known)] = 0
    return np.repeat(at, np.diff([*firsts, len(values)])) if few else at


def buffers(array: pa.Array) -> tuple[Counts, npt.NDArray[np.uint8]]:
    """Return the offsets and the bytes of an array of strings; ``offsets`` is one longer than the array."""
    array = array.cast(pa.large_string())
    _, starts, data = array.buffers()
    offsets = np.frombuffer(starts, np.int64)[array.offset : array.offset + len(array) + 1]
    content = np.frombuffer(data, np.uint8) if data is not None else np.array([], np.uint8)
    return offsets, content


def structs(column: pa.ChunkedArray) -> tuple[pa.StructArray, Counts]:
    """Return the structs of a column of them or of lists of them, without nulls, and the row of each."""
    whole = pa.concat_arrays([*column.chunks, pa.array([], column.type)])
    if pa.types.is_list(whole.type):
        parents = pc.list_parent_indices(whole).to_numpy().astype(np.int64)
        return pc.list_flatten(whole), parents
    rows = np.flatnonzero(pc.is_valid(whole).to_numpy(zero_copy_only=False))
    return whole.take(pa.array(rows)), rows


@dataclasses.dataclass
class Texts:
    """The texts of some articles in one buffer.

    ``order`` sorts ``keys``; ``starts`` are the first bytes of the texts, ``points`` the number of code points before
    them in the buffer, ``lengths`` their own; ``plain`` are the texts of which each byte is one. ``data`` are their bytes, padded. ``shifted`` are the
    positions of the bytes that begin no code point, less the number of such bytes before them.
    """

    keys: Keys
    order: Counts
    starts: Counts
    points: Counts
    lengths: Counts
    plain: npt.NDArray[np.bool_]
    data: npt.NDArray[np.uint8]
    shifted: Counts

    @classmethod
    def of(cls, parts: Sequence[pa.Table]) -> Texts:
        """Take the texts of tables with ``article_id`` and ``text``."""
        found = [chunk.cast(pa.large_string()) for part in parts for chunk in part["text"].chunks]
        texts = pa.concat_arrays([*found, pa.array([], pa.large_string())])
        keys = np.concatenate(
            [*(ids_of(part["article_id"]) for part in parts), np.array([], np.uint64)]
        )
        offsets, data = buffers(texts)
        data = data[offsets[0] : offsets[-1]]
        tails = np.flatnonzero(data.view(np.int8) < -64)  # 0x80 to 0xBF: these begin no code point
        order = np.argsort(keys, kind="stable")
        starts = offsets - offsets[0]
        points = starts - np.searchsorted(tails, starts)
        return cls(
            keys=keys[order],
            order=order,
            starts=starts[:-1],
            points=points[:-1],
            lengths=np.diff(points),
            plain=np.diff(points) == np.diff(starts),
            data=_padded(data),
            shifted=tails - np.arange(len(tails)),
        )

    def wrong_spans(self, articles: Keys, start: Any, end: Any, text: Any) -> Counts:
        """Return the rows whose span does not slice to its text; rows of other articles are passed over.

        ``start`` and ``end`` count code points; a null is wrong.
        """
        if not len(self.keys):
            return np.array([], np.int64)
        at = places(articles, self.keys)
        mine = np.flatnonzero(self.keys[at] == articles)
        firsts, lasts = _numbers(start), _numbers(end)
        strings = _whole(text)
        wrong = []
        for begin in range(0, len(mine), SPANS_AT_ONCE):
            rows = mine[begin : begin + SPANS_AT_ONCE]
            wrong.append(
                self._wrong(
                    rows,
                    self.order[at[rows]],
                    firsts[rows],
                    lasts[rows],
                    strings.take(pa.array(rows)),
                )
            )
        return np.concatenate([*wrong, np.array([], np.int64)])

    def _wrong(
        self, rows: Counts, articles: Counts, start: Counts, end: Counts, text: pa.Array
    ) -> Counts:
        offsets, data = buffers(text)
        # As many code points as the span says, and the same bytes from its beginning on: then its end is right too.
        points = _numbers(pc.utf8_length(text))
        bad = (start < 0) | (end < start) | (end > self.lengths[articles]) | (end - start != points)
        good = np.flatnonzero(~bad)
        first = self._byte_of(articles[good], start[good])
        same = _equal_bytes(
            self.data, first, _padded(data), offsets[:-1][good], np.diff(offsets)[good]
        )
        bad[good[~same]] = True
        return rows[bad]

    def _byte_of(self, articles: Counts, points: Counts) -> Counts:
        """Return where in the buffer a code point of each article begins."""
        found = self.starts[articles] + points
        rest = np.flatnonzero(~self.plain[articles])
        through = self.points[articles[rest]] + points[rest]
        found[rest] = through + np.searchsorted(self.shifted, through, side="right")
        return found


_WORD: Final = 8


def _padded(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return the bytes, and behind them enough that two words may be read where the last one stands."""
    room = 2 * _WORD + -len(data) % _WORD
    return np.concatenate([data, np.zeros(room, np.uint8)])


def _equal_bytes(
    left: npt.NDArray[np.uint8],
    left_starts: Counts,
    right: npt.NDArray[np.uint8],
    right_starts: Counts,
    sizes: Counts,
) -> npt.NDArray[np.bool_]:
    """Tell which stretches of two padded buffers are equal, eight bytes of each at a time."""
    same = np.ones(len(sizes), np.bool_)
    at = 0
    rows = np.flatnonzero(sizes > 0)
    while len(rows):
        shared = _words(left, left_starts[rows] + at) ^ _words(right, right_starts[rows] + at)
        spare = np.maximum(0, at + _WORD - sizes[rows]).astype(np.uint64) * np.uint64(8)
        same[rows] = (shared << spare) == 0
        at += _WORD
        rows = rows[same[rows] & (sizes[rows] > at)]
    return same


def _words(data: npt.NDArray[np.uint8], starts: Counts) -> npt.NDArray[np.uint64]:
    """Return the eight bytes from each place on, the first one lowest; zeros beyond the end."""
    whole = data.view("<u8")
    at = np.minimum(starts >> 3, len(whole) - 2)
    shift = ((starts & 7) * 8).astype(np.uint64)
    high = np.where(
        shift == 0, np.uint64(0), whole[at + 1] << ((np.uint64(64) - shift) & np.uint64(63))
    )
    return (whole[at] >> shift) | high


def _numbers(column: Any) -> Counts:
    return pc.fill_null(_whole(column).cast(pa.int64()), -1).to_numpy(zero_copy_only=False)


def _whole(column: Any) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        return pa.concat_arrays([*column.chunks, pa.array([], column.type)])
    return column
