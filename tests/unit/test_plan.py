from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import plan
from pipelines.lake import State
from pipelines.ledger import ANNOTATIONS, ARTICLES, INPUTS, write_delta
from schemas.units import InputOutcome, Manifest
from tests import builders
from transforms.files import unlisted
from transforms.link import find_copies

LEDGERS = tempfile.TemporaryDirectory()  # gone with the process


def state(inputs=(), articles=(), annotations=()):
    folder = Path(tempfile.mkdtemp(dir=LEDGERS.name))
    files = []
    for kind, rows in ((INPUTS, inputs), (ARTICLES, articles), (ANNOTATIONS, annotations)):
        write_delta(folder / kind.name, kind, kind.rows(rows))
        files.append({"kind": kind.name, "path": kind.name, "rows": len(rows), "sha256": ""})
    return State(root=folder, record={"ledger": files})


def known(file, **changes):
    return {
        "uri": file.uri,
        "size": file.size,
        "modified": file.modified,
        "etag": file.etag,
        "signature": "s1",
        "limits": "l1",
        "limited": 0,
        **changes,
    }


def planned(files, inputs=(), problems=(), left_over=(), signature="s1", limits="l1"):
    return plan.plan_ingest(
        state(inputs), files, problems, left_over, signature=signature, limits=limits
    )


def uris(found):
    return sorted(file.uri for unit in found.units for file in unit.inputs)


A, B = builders.input_file("/a"), builders.input_file("/b")


def test_new_inputs_are_to_do_and_known_ones_are_not():
    found = planned([A, B], [known(A)])
    assert uris(found) == ["/b"]
    assert (found.listed, found.skipped) == (2, 1)


times, etags = st.sampled_from([None, 1.0, 2.0]), st.sampled_from([None, "x"])


@given(
    st.lists(st.tuples(times, etags, st.integers(1, 2)), max_size=6),
    st.lists(
        st.tuples(times, etags, st.integers(1, 2), st.sampled_from(["s1", "s0"]), st.sampled_from(["l1", "l0", None]), st.sampled_from([0, 1, None]), st.booleans()),
        max_size=6,
    ),
)  # fmt: skip
def test_inputs_are_told_apart_together_as_one_by_one(listed, entries):
    files = [
        builders.input_file(f"/{number}", modified=time, etag=etag, size=size)
        for number, (time, etag, size) in enumerate(listed)
    ]
    rows = [
        {"uri": f"/{number}", "modified": time, "etag": etag, "size": size, "signature": signature, "limits": limits, "limited": limited, "rejects": int(rejected)}
        for number, (time, etag, size, signature, limits, limited, rejected) in enumerate(entries)
    ]  # fmt: skip
    wanted = []
    for number, file in enumerate(files):
        row = rows[number] if number < len(rows) else None
        same = row and (row["size"], row["modified"], row["etag"]) == (file.size, file.modified, file.etag)  # fmt: skip
        current = row and row["signature"] == "s1" and (row["limits"] == "l1" or not row["limited"])
        if not (same and current):
            wanted.append(file.uri)
    assert uris(planned(files, rows)) == sorted(wanted)


@pytest.mark.parametrize(
    "change",
    [{"size": 5}, {"modified": 9.0}, {"etag": "x"}, {"signature": "s0"}],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_input_is_to_do(change):
    assert uris(planned([A], [known(A, **change)])) == ["/a"]


def test_larger_limits_read_again_only_what_met_a_limit():
    inputs = [known(A, limits="l0"), known(B, limits="l0", limited=1)]
    assert uris(planned([A, B], inputs)) == ["/b"]


def test_nothing_new_is_an_empty_plan():
    assert planned([A], [known(A)]).empty


def test_what_cannot_be_listed_is_rejected_once():
    problem = builders.reject(uri="/broken")
    found = planned([], problems=[problem])
    assert [unit.rejects for unit in found.units] == [(problem,)]
    assert planned([], [known(unlisted("/broken"))], [problem]).empty


def test_an_input_that_cannot_be_listed_tonight_keeps_its_articles():
    assert planned([], [known(A)], [builders.reject(uri="/a")]).empty


@given(st.lists(st.integers(0, 40_000_000), max_size=60))
def test_units_hold_every_input_once_within_their_bounds(sizes):
    files = [builders.input_file(f"/{number:03d}", size) for number, size in enumerate(sizes)]
    found = planned(files)
    assert uris(found) == [file.uri for file in files]
    for unit in found.units:
        assert len(unit.inputs) <= plan.UNIT_FILES
        assert len(unit.inputs) == 1 or sum(file.size for file in unit.inputs) <= plan.UNIT_BYTES
    costs = [unit.cost for unit in found.units]
    assert costs == sorted(costs, reverse=True)


def test_ids_of_units_follow_from_inputs_and_settings():
    assert planned([A, B]).units[0].unit_id == planned([A, B]).units[0].unit_id
    ids = {
        planned([A]).units[0].unit_id,
        planned([A], signature="s2").units[0].unit_id,
        planned([B]).units[0].unit_id,
        planned([builders.input_file("/a", 5)]).units[0].unit_id,
    }
    assert len(ids) == 4


def manifest(unit_id="i1", signature="s1", files=(), selections=()):
    return Manifest(
        unit_id=unit_id,
        stage="ingest",
        signature=signature,
        run_id="r0",
        files=(),
        index=None,
        rows={},
        rejects={},
        articles=0,
        words=0,
        seconds=0.0,
        outcomes=tuple(InputOutcome(file=file, articles=1, rejects={}) for file in files),
        selections=tuple(selections),
    )


def test_what_a_killed_run_had_finished_is_taken_over():
    left = manifest(files=[A])
    found = planned([A, B], left_over=[left])
    assert uris(found) == ["/b"]
    assert found.adopted == [left]


@pytest.mark.parametrize(
    "left",
    [
        manifest(files=[A], signature="s0"),
        manifest(files=[builders.input_file("/a", 5)]),
        manifest(files=[A, builders.input_file("/gone")]),
        manifest(files=[]),
    ],
    ids=["other settings", "changed since", "input gone", "no inputs"],
)
def test_what_does_not_fit_any_more_is_not_taken_over(left):
    found = planned([A, B], left_over=[left])
    assert uris(found) == ["/a", "/b"]
    assert not found.adopted


def test_an_input_is_taken_over_once():
    found = planned([A, B], left_over=[manifest("i1", files=[A, B]), manifest("i2", files=[A])])
    assert [item.unit_id for item in found.adopted] == ["i1"]
    assert not found.units


# ------------------------------------------------------------------------------------------------ annotate


def row(
    name,
    number=0,
    content=None,
    published=None,
    words=100,
    path="articles/published_month=2024-05/x.parquet",
):
    return {
        "article_id": name,
        "uri": f"/{name}",
        "path": path,
        "row": number,
        "content_hash": content or f"hash of {name}",
        "published_at": published,
        "word_count": words,
    }


def articles_of(found):
    return sorted(
        name
        for unit in found.units
        for selection in unit.selections
        for name in selection.article_ids
    )


def test_articles_without_annotations_of_this_model_are_to_do():
    current = state(
        articles=[row("a1"), row("a2", 1), row("a3", 2)],
        annotations=[
            {"article_id": "a1", "signature": "s1"},
            {"article_id": "a2", "signature": "s0"},
        ],
    )
    assert articles_of(plan.plan_annotate(current, [], signature="s1")) == ["a2", "a3"]


def test_copies_are_not_annotated_and_the_earliest_is_the_original():
    early, late = (dt.datetime(2024, 5, day, tzinfo=dt.timezone.utc) for day in (1, 2))
    rows = [
        row("a1", 0, "h", late),
        row("a2", 1, "h", early),
        row("a3", 2, "h", None),
        row("a4", 3),
    ]
    found = plan.plan_annotate(state(articles=rows), [], signature="s1")
    assert articles_of(found) == ["a2", "a4"]
    assert found.copies == 2


def test_an_article_that_has_become_a_copy_is_stale():
    early = dt.datetime(2024, 5, 1, tzinfo=dt.timezone.utc)
    current = state(
        articles=[row("a1", 0, "h", None), row("a2", 1, "h", early)],
        annotations=[{"article_id": "a1", "signature": "s1"}],
    )
    found = plan.plan_annotate(current, [], signature="s1")
    assert list(found.stale) == ["a1"]
    assert articles_of(found) == ["a2"]


@given(st.lists(st.integers(0, 60_000), max_size=80))
def test_annotate_units_hold_every_article_once_and_taper(words):
    rows = [row(f"a{number:03d}", number, words=count) for number, count in enumerate(words)]
    found = plan.plan_annotate(state(articles=rows), [], signature="s1")
    assert articles_of(found) == [item["article_id"] for item in rows]
    for unit in found.units:
        assert unit.size == 1 or unit.cost <= plan.UNIT_WORDS
        for selection in unit.selections:
            assert list(selection.rows) == sorted(selection.rows)
    costs = [unit.cost for unit in found.units]
    assert costs == sorted(costs, reverse=True)


def test_units_of_a_large_lake_are_of_full_size_and_the_last_are_small():
    rows = [row(f"a{number:05d}", number, words=400) for number in range(20_000)]
    costs = [
        unit.cost for unit in plan.plan_annotate(state(articles=rows), [], signature="s1").units
    ]
    assert max(costs) > 0.99 * plan.UNIT_WORDS
    assert costs[-2] < 2 * plan.SMALLEST_UNIT_WORDS
    assert len(costs) < 1.3 * 20_000 * 400 / plan.UNIT_WORDS


def test_finished_annotate_units_are_taken_over():
    rows = [row(f"a{number}", number) for number in range(4)]
    left = manifest("a1", selections=[builders.selection(rows[0]["path"], (0, "a0"), (1, "a1"))])
    found = plan.plan_annotate(state(articles=rows), [left], signature="s1")
    assert found.adopted == [left]
    assert articles_of(found) == ["a2", "a3"]


@pytest.mark.parametrize("size", [2, 3, 7, 8])
def test_splitting_a_unit_loses_nothing(size):
    unit = builders.annotate_unit(
        *((f"articles/{number % 2}.parquet", number, f"a{number}") for number in range(size))
    )
    first, second = plan.split(unit)
    assert first.size + second.size == size
    rows = [set(plan._rows_of(part.selections)) for part in (unit, first, second)]
    assert rows[0] == rows[1] | rows[2]
    assert not rows[1] & rows[2]
    assert first.cost + second.cost == unit.cost
    assert len({unit.unit_id, first.unit_id, second.unit_id}) == 3


@pytest.mark.parametrize("index", [0, 3, 6])
def test_taking_one_out_leaves_all_others(index):
    rows = [
        (f"articles/{number % 2}.parquet", number, f"a{number}") for number in (0, 2, 4, 6, 1, 3, 5)
    ]
    unit = builders.annotate_unit(*rows)
    alone, others = plan.take_out(unit, index)
    assert list(plan._rows_of(alone.selections)) == [rows[index]]
    assert list(plan._rows_of(others.selections)) == rows[:index] + rows[index + 1 :]
    unit = builders.ingest_unit(*(f"/{number}" for number in range(7)), rejects=[builders.reject()])
    alone, others = plan.take_out(unit, index)
    assert [file.uri for file in alone.inputs] == [f"/{index}"]
    assert (len(others.inputs), len(others.rejects), len(alone.rejects)) == (6, 1, 0)


def test_splitting_an_ingest_unit_keeps_its_rejects_once():
    unit = builders.ingest_unit("/a", "/b", rejects=[builders.reject()])
    first, second = plan.split(unit)
    assert [file.uri for part in (first, second) for file in part.inputs] == ["/a", "/b"]
    assert (len(first.rejects), len(second.rejects)) == (1, 0)


# ------------------------------------------------------------------------------------------------ copies


@given(
    st.lists(
        st.tuples(st.sampled_from("xyz"), st.none() | st.integers(1, 3)),
        max_size=12,
    ),
    st.randoms(),
)
def test_copies_agree_with_the_obvious_way_in_any_order(items, random):
    rows = [
        row(
            f"a{number:02d}",
            number,
            content,
            None if day is None else dt.datetime(2024, 5, day, tzinfo=dt.timezone.utc),
        )
        for number, (content, day) in enumerate(items)
    ]
    oracle = {}
    for item in rows:
        group = [other for other in rows if other["content_hash"] == item["content_hash"]]
        far = dt.datetime.max.replace(tzinfo=dt.timezone.utc)
        original = min(group, key=lambda other: (other["published_at"] or far, other["article_id"]))
        if original is not item:
            oracle[item["article_id"]] = original["article_id"]
    random.shuffle(rows)
    found = find_copies(ARTICLES.rows(rows))
    assert (
        dict(zip(found["article_id"].to_pylist(), found["original_id"].to_pylist(), strict=True))
        == oracle
    )


def test_no_articles_have_no_copies():
    assert find_copies(ARTICLES.schema.empty_table()).num_rows == 0
    assert isinstance(find_copies(ARTICLES.schema.empty_table()), pa.Table)
