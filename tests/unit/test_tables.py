from __future__ import annotations

import dataclasses
import datetime as dt
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import tables
from schemas.tables import (
    ACTOR,
    ARTICLES,
    EVENTS,
    MENTIONS,
    REJECTS,
    TABLES,
    TableError,
    published_month,
)
from tests import builders, strategies

CONSTANTS = {"rejects": {"run_id": "r1"}}


def constants(table):
    return CONSTANTS.get(table.name, {})


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_columns_are_the_fields_of_the_record(table):
    fields = {field.name for field in dataclasses.fields(table.record)}
    assert set(table.columns) - set(table.constants) - set(table.derived) == fields
    assert all(isinstance(getattr(table.record, name), property) for name in table.derived)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_is_described_and_keys_exist(table):
    def check(fields):
        for field in fields:
            assert (field.metadata or {}).get(b"description"), f"{table.name}.{field.name}"
            inner = field.type.value_type if pa.types.is_list(field.type) else field.type
            if pa.types.is_struct(inner):
                check(inner)

    check(table.schema)
    assert table.description.endswith(".")
    assert {*table.key, *table.order, *table.cluster, *table.text_columns} <= set(table.columns)


def test_structs_have_the_fields_of_their_records():
    from schemas.documents import Removed
    from schemas.facts import Actor, Place

    for struct, record in ((ACTOR, Actor), (tables.PLACE, Place), (tables.REMOVED, Removed)):
        assert {field.name for field in struct} == {
            field.name for field in dataclasses.fields(record)
        }


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        (ARTICLES, st.lists(strategies.articles, max_size=4)),
        (EVENTS, st.lists(strategies.events, max_size=4)),
        (REJECTS, st.lists(strategies.rejects, max_size=4)),
    ],
    ids=["articles", "events", "rejects"],
)
def test_rows_survive_a_parquet_round_trip(table, rows):
    @given(rows)
    def check(found):
        arrow = table.to_arrow(found, constants(table))
        buffer = io.BytesIO()
        pq.write_table(arrow, buffer)
        back = pq.read_table(buffer).to_pylist()
        # The oracle: rows as plain dictionaries, built the slow way.
        wanted = [
            {
                **constants(table),
                **plain(row),
                **{name: getattr(row, name) for name in table.derived},
            }
            for row in found
        ]
        assert sorted(map(repr, map(ordered, map(plain, back)))) == sorted(
            map(repr, map(ordered, wanted))
        )

    check()


def plain(value):
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if dataclasses.is_dataclass(value):
        return {
            field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    return value


def ordered(row):
    return {name: row[name] for name in sorted(row)}


def test_rows_are_sorted_by_the_tables_order():
    rows = [
        builders.mention(start=start, end=start + 1, article_id=name)
        for name in "ba"
        for start in (5, 1)
    ]
    found = MENTIONS.to_arrow(rows).to_pylist()
    assert [(row["article_id"], row["start"]) for row in found] == [
        ("a", 1),
        ("a", 5),
        ("b", 1),
        ("b", 5),
    ]


def test_a_null_in_a_required_column_is_refused():
    with pytest.raises(TableError, match=r"mentions\.text: 1 nulls"):
        MENTIONS.to_arrow([builders.mention(), builders.mention(start=7, text=None)])


def test_a_null_inside_a_list_of_structs_is_refused():
    with pytest.raises(TableError, match="actor"):
        EVENTS.to_arrow([builders.event(actor=(builders.actor(text=None),))])


def test_a_value_of_the_wrong_type_is_refused():
    with pytest.raises(TableError, match=r"mentions\.start"):
        MENTIONS.to_arrow([builders.mention(start="zero", mention_id="m1")])


def test_a_number_too_large_for_its_column_is_refused():
    with pytest.raises(TableError, match=r"mentions\.start"):
        MENTIONS.to_arrow([builders.mention(start=2**40)])


def test_missing_constants_are_refused():
    with pytest.raises(TableError, match="run_id"):
        REJECTS.to_arrow([builders.reject()])


def test_no_place_and_no_attribution_are_null():
    rows = [
        builders.event(),
        builders.event(event_id="v2", place=builders.place(), attribution=builders.actor()),
    ]
    found = EVENTS.to_arrow(rows).to_pylist()
    assert [row["place"] is None for row in found] == [True, False]
    assert [row["attribution"] is None for row in found] == [True, False]


def test_a_lone_surrogate_is_replaced_one_for_one():
    found = MENTIONS.to_arrow([builders.mention(text="a\ud800b")]).to_pylist()
    assert found[0]["text"] == "a?b"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_without_rows_has_its_columns(table):
    assert table.to_arrow([], constants(table)).schema.equals(table.schema)


@pytest.mark.parametrize(
    ("moment", "precision", "month"),
    [
        (dt.datetime(2021, 3, 31, 23, 59, tzinfo=dt.timezone.utc), "second", "2021-03"),
        (dt.datetime(987, 1, 1, tzinfo=dt.timezone.utc), "day", "0987-01"),
        (dt.datetime(2021, 3, 1, tzinfo=dt.timezone.utc), "month", "2021-03"),
        (dt.datetime(2021, 1, 1, tzinfo=dt.timezone.utc), "year", "unknown"),
        (None, "unknown", "unknown"),
    ],
)
def test_the_month_is_known_or_unknown(moment, precision, month):
    assert published_month(moment, precision) == month
