"""Ids and spans as arrays, against slow and obvious ones."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipelines.spans import Texts, ids_of, in_sorted, pair_ids

words = st.text(alphabet="aé漢🙂 b", max_size=20)


@given(st.lists(words, min_size=1, max_size=6), st.data())
def test_spans_are_wrong_where_slicing_says_so(texts, data):
    names = [f"a{number:016x}" for number in range(len(texts))]
    rows = []
    for _ in range(data.draw(st.integers(0, 12))):
        at = data.draw(st.integers(0, len(texts) - 1))
        start = data.draw(st.integers(-2, 22))
        end = data.draw(st.integers(-2, 22))
        right = texts[at][max(start, 0) : max(end, 0)]
        rows.append((at, start, end, data.draw(st.sampled_from([right, right, right, "a", None]))))
    parts = [
        pa.table({"article_id": names[k : k + 2], "text": texts[k : k + 2]})
        for k in range(0, len(texts), 2)
    ]
    found = Texts.of(parts).wrong_spans(
        ids_of(pa.array([names[at] for at, *_ in rows], pa.string())),
        pa.array([start for _, start, _, _ in rows], pa.int32()),
        pa.array([end for _, _, end, _ in rows], pa.int32()),
        pa.array([text for *_, text in rows], pa.string()),
    )
    wanted = [
        number
        for number, (at, start, end, text) in enumerate(rows)
        if not (0 <= start <= end <= len(texts[at])) or texts[at][start:end] != text
    ]
    assert sorted(found.tolist()) == wanted


def test_rows_of_other_articles_are_passed_over():
    texts = Texts.of([pa.table({"article_id": ["a0000000000000001"], "text": ["abc"]})])
    other = ids_of(pa.array(["a0000000000000002"]))
    assert texts.wrong_spans(other, pa.array([0]), pa.array([9]), pa.array(["x"])).tolist() == []


@given(
    st.lists(
        st.one_of(st.none(), st.text(max_size=20), st.integers(0, 2**64 - 1).map("a{:016x}".format))
    )
)
def test_equal_ids_and_only_they_have_equal_bits(ids):
    column = pa.chunked_array([pa.array(ids, pa.string())])
    bits = ids_of(column).tolist()
    assert bits == ids_of(column.dictionary_encode()).tolist()
    known = {name: number for name, number in zip(ids, bits, strict=True) if name is not None}
    assert len(set(known.values())) == len(known)
    ours = [name for name in ids if name and name.startswith("a") and len(name) == 17]
    assert all(
        known[name] == int(name[1:], 16)
        for name in ours
        if all(c in "0123456789abcdef" for c in name[1:])
    )


@given(st.lists(st.integers(0, 20)), st.lists(st.integers(0, 20)))
def test_membership(values, known):
    found = in_sorted(np.array(values, np.uint64), np.sort(np.array(known, np.uint64)))
    assert found.tolist() == [value in known for value in values]


@given(st.integers(0, 2**32), st.integers(0, 3))
def test_membership_of_many(seed, strangers):
    rng = np.random.default_rng(seed)
    known = np.sort(rng.integers(0, 2**64, 2000, dtype=np.uint64))
    values = np.concatenate(
        [np.repeat(rng.permutation(known), 2), known[:strangers] + np.uint64(1)]
    )
    assert np.array_equal(in_sorted(values, known), np.isin(values, known))


def test_pairs_differ_in_order():
    first, second = np.array([1, 2, 1], np.uint64), np.array([2, 1, 2], np.uint64)
    found = pair_ids(first, second)
    assert found[0] == found[2]
    assert found[0] != found[1]
