"""The tables, by hand, because they are our promise to whoever queries them.

One ``Table`` per output: columns with descriptions, the key, how its folder is partitioned, and the way from records to
Arrow. Columns are built one by one from the records (``[r.start for r in rows]``), never row by row: it is several
times faster than ``from_pylist``, and a name that is on one side only is an error here instead of a column of nulls.

Adding a nullable column is a minor version of ``SCHEMA_VERSION``; renaming, retyping or changing meaning a major one.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from schemas.documents import Article
from schemas.facts import DateClue, Duplicate, Entity, Event, InferredDate, Mention
from schemas.outcomes import Reject

SCHEMA_VERSION: Final = "1.2"
"""Major and minor version of all tables together; every Parquet file carries it in its metadata."""

UNKNOWN_MONTH: Final = "unknown"

CATEGORY: Final = pa.dictionary(pa.int32(), pa.string())
"""A string out of a small vocabulary."""

INSTANT: Final = pa.timestamp("us", tz="UTC")


class TableError(ValueError):
    """Rows do not fit their table: a null in a required column, or a value of the wrong type."""


def field(name: str, kind: pa.DataType, description: str, *, nullable: bool = False) -> pa.Field:
    """Declare a column; ``description`` goes into the data dictionary and into the files."""
    return pa.field(name, kind, nullable=nullable, metadata={"description": description})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Table:
    """One output: ``name`` is its folder, ``key`` identifies a row, ``order`` sorts the rows of a file.

    A ``partitioned`` table has one folder per ``published_month``: always that of the article, so the writer is told it,
    because mentions and events do not carry it. ``text_columns`` hold values that hardly ever repeat, which dictionary
    encoding would only make larger. ``constants`` are columns that the record does not have and the writer gives;
    ``derived`` are properties of the record that have a column, for queries. ``cluster`` sorts the files of a compacted
    partition for the usual questions (empty: ``order`` does).
    """

    name: str
    description: str
    record: type
    schema: pa.Schema
    key: tuple[str, ...]
    order: tuple[str, ...]
    partitioned: bool = True
    text_columns: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    cluster: tuple[str, ...] = ()

    def to_arrow(self, rows: Sequence[Any], constants: Mapping[str, Any] | None = None) -> pa.Table:
        """Return the rows as an Arrow table, sorted by ``order``.

        Raises:
          TableError: a required value is null or a value does not fit its column.
        """
        given = constants or {}
        if set(given) != set(self.constants):
            raise TableError(
                f"{self.name}: constants are {sorted(given)}, expected {sorted(self.constants)}"
            )
        arrays = []
        for column in self.schema:
            if column.name in given:
                values: list[Any] = [given[column.name]] * len(rows)
            else:
                values = list(map(operator.attrgetter(column.name), rows))
            try:
                arrays.append(build_array(values, column.type))
            except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
                raise TableError(f"{self.name}.{column.name}: {error}") from error
            check_nulls(arrays[-1], column, self.name)
        table = pa.Table.from_arrays(arrays, schema=self.schema)
        if len(rows) > 1:
            table = table.take(sort_indices(table, self.order))
        return table

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(self.schema.names)


def sort_indices(table: pa.Table, order: Iterable[str]) -> pa.Array:
    """Return the row order of ``table`` sorted by the columns ``order``, nulls last."""
    import pyarrow.compute as pc

    keys = {
        name: table[name].cast(pa.string())
        if pa.types.is_dictionary(table[name].type)
        else table[name]
        for name in order
    }
    return pc.sort_indices(pa.table(keys), sort_keys=[(name, "ascending") for name in keys])


def build_array(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Turn the values of one column into an Arrow array; structs come from records by attribute."""
    if pa.types.is_struct(kind):
        absent = [v is None for v in values]
        children = [
            build_array(
                [None if v is None else getattr(v, child.name) for v in values]
                if any(absent)
                else list(map(operator.attrgetter(child.name), values)),
                child.type,
            )
            for child in kind
        ]
        mask = pa.array(absent, pa.bool_())
        return pa.StructArray.from_arrays(children, fields=list(kind), mask=mask)
    if pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
        offsets = list(itertools.accumulate((len(v) for v in values), initial=0))
        items = build_array(list(itertools.chain.from_iterable(values)), kind.value_type)
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), items, type=kind)
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        # A lone surrogate cannot be stored; one for one, so that every span still slices to its text.
        return pa.array(
            [v if v is None else v.encode("utf-8", "replace").decode("utf-8") for v in values], kind
        )


def check_nulls(array: pa.Array, column: pa.Field, where: str) -> None:
    """Refuse nulls where the column, or a field inside it, is required.

    Raises:
      TableError: there is a null that the schema does not allow.
    """
    if not column.nullable and array.null_count:
        raise TableError(f"{where}.{column.name}: {array.null_count} nulls in a required column")
    kind = array.type
    if pa.types.is_list(kind):
        check_nulls(array.flatten(), kind.value_field, f"{where}.{column.name}")
    elif pa.types.is_struct(kind):
        for index, child in enumerate(kind):
            check_nulls(array.field(index), child, f"{where}.{column.name}")


def published_month(published_at: dt.datetime | None, precision: str) -> str:
    """Return the partition of an article, ``2021-03``, or ``unknown`` where its month is not known."""
    if published_at is None or precision in ("year", "unknown"):
        return UNKNOWN_MONTH
    return f"{published_at.year:04d}-{published_at.month:02d}"


# ---------------------------------------------------------------------------------------------------- the tables

_ACTOR_FIELDS = (
    field(
        "text", pa.string(), "The actor as the article names it; article text from start to end."
    ),
    field("start", pa.int32(), "First code point in the article's text."),
    field("end", pa.int32(), "Code point after the last."),
    field("entity_id", pa.string(), "Entity it resolves to; null if unresolved.", nullable=True),
    field(
        "country", pa.string(), "Country the actor belongs to, ISO 3166-1 alpha-3.", nullable=True
    ),
    field(
        "code",
        pa.string(),
        "PLOVER actor code: the country, or IGO, UNO, EUR, NGO, IMG, ISM, MNC.",
        nullable=True,
    ),
    field("sector", pa.string(), "PLOVER sector: GOV, MIL, REB, ...", nullable=True),
)
ACTOR: Final = pa.struct(list(_ACTOR_FIELDS))

OPTIONAL_ACTOR: Final = pa.struct([item.with_nullable(True) for item in _ACTOR_FIELDS])
"""The same where there may be no actor at all: Parquet writes no required field below a null struct."""

PLACE: Final = pa.struct(
    [
        field("text", pa.string(), "The place as the article names it.", nullable=True),
        field("name", pa.string(), "Its usual name.", nullable=True),
        field(
            "basis", pa.string(), "Where it was found: clause, sentence or dateline.", nullable=True
        ),
        field("entity_id", pa.string(), "Entity it resolves to.", nullable=True),
        field("geonameid", pa.int64(), "GeoNames identifier.", nullable=True),
        field("latitude", pa.float64(), "Degrees north, WGS 84.", nullable=True),
        field("longitude", pa.float64(), "Degrees east, WGS 84.", nullable=True),
        field("admin1", pa.string(), "State or province.", nullable=True),
        field("country", pa.string(), "ISO 3166-1 alpha-3.", nullable=True),
        field(
            "resolution",
            pa.string(),
            "How exactly it is known: city, admin1, country, ...",
            nullable=True,
        ),
    ]
)

REMOVED: Final = pa.struct(
    [
        field("kind", pa.string(), "What it was: caption, credit, boilerplate, dateline, ..."),
        field("text", pa.string(), "The text as it stood."),
    ]
)

ARTICLES: Final = Table(
    name="articles",
    description="One row per article read, copies included: its clean text and what its source says about it.",
    record=Article,
    key=("article_id",),
    order=("article_id",),
    cluster=("published_at", "article_id"),
    text_columns=(
        "article_id",
        "uri",
        "content_hash",
        "url",
        "canonical_url",
        "title",
        "text",
        "minhash",
        "captions",
        "extra",
    ),
    schema=pa.schema(
        [
            field(
                "article_id", pa.string(), "Id of the article, from uri, member and record_offset."
            ),
            field("uri", pa.string(), "File it was read from: absolute path or file system URL."),
            field(
                "member",
                pa.string(),
                "Path inside an archive; null if the file is none.",
                nullable=True,
            ),
            field(
                "record_offset",
                pa.int64(),
                "Number of the record in its container: line from 1, or index from 0; null if the file is one article.",
                nullable=True,
            ),
            field("source_id", pa.string(), "The source's own id of the article.", nullable=True),
            field("source_format", CATEGORY, "Input format it was read as."),
            field("extractor", CATEGORY, "Which parser found the text."),
            field(
                "content_hash",
                pa.string(),
                "Hash of the letters and digits of title and text, for exact copies.",
            ),
            field("url", pa.string(), "Where it was published.", nullable=True),
            field(
                "canonical_url", pa.string(), "The address the page itself names.", nullable=True
            ),
            field("title", pa.string(), "Headline.", nullable=True),
            field("subtitle", pa.string(), "Second headline or teaser.", nullable=True),
            field("byline", pa.string(), "Byline as printed.", nullable=True),
            field("authors", pa.list_(pa.string()), "Names of the authors."),
            field("publisher", pa.string(), "Newspaper, site or broadcaster.", nullable=True),
            field("agency", pa.string(), "News agency it was taken from.", nullable=True),
            field("section", pa.string(), "Section or category at the publisher.", nullable=True),
            field("language", CATEGORY, "Language of the text, ISO 639-1.", nullable=True),
            field(
                "language_confidence",
                pa.float32(),
                "Confidence of the language, 0 to 1.",
                nullable=True,
            ),
            field(
                "published_at",
                INSTANT,
                "Publication time, UTC; the first instant of the day, month or year where no more is known.",
                nullable=True,
            ),
            field(
                "published_precision", CATEGORY, "How exactly: second, day, month, year or unknown."
            ),
            field(
                "published_basis",
                CATEGORY,
                "Evidence: metadata, url, dateline, text, file name.",
                nullable=True,
            ),
            field(
                "modified_at", INSTANT, "When the publisher last changed it, UTC.", nullable=True
            ),
            field("dateline", pa.string(), "Dateline as printed.", nullable=True),
            field("dateline_place", pa.string(), "Place of the dateline.", nullable=True),
            field("dateline_date", pa.date32(), "Date of the dateline.", nullable=True),
            field(
                "text",
                pa.string(),
                "Body: NFC, paragraphs joined by a blank line, boilerplate removed.",
            ),
            field(
                "paragraph_offsets",
                pa.list_(pa.int32()),
                "First code point of each paragraph of text.",
            ),
            field("word_count", pa.int32(), "Words of the text."),
            field("minhash", pa.binary(), "Signature for near copies.", nullable=True),
            field("removed", pa.list_(REMOVED), "What was taken out of the text, in order."),
            field(
                "captions",
                pa.string(),
                "Captions that tell what happened on a full date; coded as if they stood behind text, a blank line between.",
                nullable=True,
            ),
            field(
                "extra",
                pa.string(),
                "Source fields without a column of their own, a JSON object.",
                nullable=True,
            ),
        ]
    ),
)

MENTIONS: Final = Table(
    name="mentions",
    description="One row per stretch of text that names something.",
    record=Mention,
    key=("mention_id",),
    order=("article_id", "start", "end"),
    text_columns=("mention_id",),
    schema=pa.schema(
        [
            field("mention_id", pa.string(), "Id of the mention, from its article and span."),
            field("article_id", pa.string(), "Article it stands in."),
            field("sentence_index", pa.int32(), "Sentence of the article, from 0."),
            field("start", pa.int32(), "First code point in the article's text."),
            field("end", pa.int32(), "Code point after the last."),
            field("text", pa.string(), "The text from start to end."),
            field("label", CATEGORY, "PERSON, ORG, LOC, FAC, NORP, DATE, MONEY, PRODUCT or MISC."),
            field("kind", CATEGORY, "name, nominal or pronoun."),
            field("entity_id", pa.string(), "Entity it names; null if unresolved.", nullable=True),
        ]
    ),
)

ENTITIES: Final = Table(
    name="entities",
    description="One row per person, place, organisation or group per article.",
    record=Entity,
    key=("article_id", "entity_id"),
    order=("article_id", "first_start", "entity_id"),
    cluster=("entity_id", "article_id"),
    schema=pa.schema(
        [
            field("entity_id", pa.string(), "Id of the entity, the same in every article."),
            field("article_id", pa.string(), "Article it is named in."),
            field("name", pa.string(), "Its fullest or usual name."),
            field("type", CATEGORY, "PERSON, ORG, GPE, LOC, FAC, NORP or MISC."),
            field("country", CATEGORY, "Country it belongs to, ISO 3166-1 alpha-3.", nullable=True),
            field("country_basis", CATEGORY, "Which rule gave the country.", nullable=True),
            field(
                "code",
                CATEGORY,
                "PLOVER actor code: the country, or IGO, UNO, EUR, NGO, IMG, ISM, MNC.",
                nullable=True,
            ),
            field("sector", CATEGORY, "PLOVER sector.", nullable=True),
            field("sector_basis", CATEGORY, "Which rule gave the sector.", nullable=True),
            field(
                "role",
                pa.string(),
                "Office or function, as the article or our tables give it.",
                nullable=True,
            ),
            field("identifier", pa.string(), "Wikidata identifier.", nullable=True),
            field("aliases", pa.list_(pa.string()), "Other names it has in the article."),
            field("mention_count", pa.int32(), "Mentions in the article."),
            field("first_start", pa.int32(), "First code point of the first mention."),
            field("geonameid", pa.int64(), "GeoNames identifier, for places.", nullable=True),
            field("latitude", pa.float64(), "Degrees north, WGS 84.", nullable=True),
            field("longitude", pa.float64(), "Degrees east, WGS 84.", nullable=True),
            field("admin1", pa.string(), "State or province.", nullable=True),
            field("resolution", CATEGORY, "How exactly the place is known.", nullable=True),
            field(
                "confidence", pa.float32(), "Confidence of the resolution, 0 to 1.", nullable=True
            ),
        ]
    ),
)

EVENTS: Final = Table(
    name="events",
    description="One row per occurrence an article reports: who did what to whom, when and where.",
    record=Event,
    key=("event_id",),
    order=("article_id", "trigger_start", "event_type", "event_id"),
    text_columns=("event_id", "event_text"),
    derived=("actor_country", "recipient_country"),
    cluster=("event_date", "actor_country", "article_id", "trigger_start", "event_id"),
    schema=pa.schema(
        [
            field("event_id", pa.string(), "Id of the event, from its article, type and trigger."),
            field("article_id", pa.string(), "Article that reports it."),
            field("sentence_index", pa.int32(), "First sentence that reports it, from 0."),
            field("event_type", CATEGORY, "One of the sixteen types of PLOVER."),
            field("mode", CATEGORY, "PLOVER mode of the type.", nullable=True),
            field("context", pa.list_(pa.string()), "PLOVER contexts."),
            field(
                "quad_code",
                pa.int8(),
                "1 verbal and 2 material cooperation, 3 verbal and 4 material conflict.",
            ),
            field("event_scale", pa.float32(), "PLOVER score of type and mode."),
            field("goldstein", pa.float32(), "Goldstein scale, -10 conflict to 10 cooperation."),
            field("cameo_root", CATEGORY, "CAMEO root code, two digits."),
            field("actor", pa.list_(ACTOR), "Who did it."),
            field("recipient", pa.list_(ACTOR), "To whom it was done."),
            field(
                "actor_country",
                CATEGORY,
                "Country of the first actor: the flat column to filter by.",
                nullable=True,
            ),
            field("recipient_country", CATEGORY, "Country of the first recipient.", nullable=True),
            field(
                "is_reciprocal",
                pa.bool_(),
                "Both sides do it to each other; all of them are actors.",
            ),
            field("is_root_event", pa.bool_(), "The article's lead reports it."),
            field(
                "auxiliary_mode",
                CATEGORY,
                "historical, future, hypothetical, negation; else null.",
                nullable=True,
            ),
            field("event_text", pa.string(), "The clause or sentence that says it."),
            field("trigger", pa.string(), "The word that decided."),
            field(
                "trigger_start",
                pa.int32(),
                "First code point of the trigger in the article's text.",
            ),
            field("trigger_end", pa.int32(), "Code point after the trigger."),
            field(
                "event_date",
                pa.date32(),
                "Day of the event, or the first of its range.",
                nullable=True,
            ),
            field(
                "event_date_end",
                pa.date32(),
                "Last day of the range; null: the same day.",
                nullable=True,
            ),
            field(
                "event_date_precision",
                CATEGORY,
                "day, week, month, quarter, season, year, decade or unknown.",
            ),
            field("event_date_basis", CATEGORY, "What the date was counted from.", nullable=True),
            field("place", PLACE, "Where it took place.", nullable=True),
            field("attribution", OPTIONAL_ACTOR, "Who says so.", nullable=True),
            field("dead", pa.int32(), "People killed, as reported.", nullable=True),
            field("injured", pa.int32(), "People injured, as reported.", nullable=True),
            field("arrested", pa.int32(), "People arrested, as reported.", nullable=True),
            field("protesters", pa.int32(), "People protesting, as reported.", nullable=True),
            field("mention_count", pa.int32(), "Times the article reports it."),
            field("sentence_indexes", pa.list_(pa.int32()), "All sentences that report it."),
            field("rule", pa.string(), "Lexicon entry and rules that coded it."),
            field("confidence", pa.float32(), "Confidence of the coding, 0 to 1."),
            field("coder_version", CATEGORY, "Version of coder and lexicon."),
            field("ontology_version", CATEGORY, "Version of PLOVER."),
        ]
    ),
)

DUPLICATES: Final = Table(
    name="duplicates",
    description="One row per article that is a copy of another; its article row stays, its events are not counted.",
    record=Duplicate,
    key=("article_id",),
    order=("original_id", "article_id"),
    partitioned=False,
    schema=pa.schema(
        [
            field("article_id", pa.string(), "The copy."),
            field(
                "original_id",
                pa.string(),
                "The article that stands for all its copies: the earliest.",
            ),
            field("kind", CATEGORY, "exact or near."),
            field("similarity", pa.float32(), "1 for exact copies."),
        ]
    ),
)

PARTICIPANT: Final = pa.struct(
    [
        field("entity_id", pa.string(), "Entity of the person."),
        field("country", pa.string(), "Country of the person.", nullable=True),
        field("since", pa.date32(), "First day in office, if known.", nullable=True),
        field("until", pa.date32(), "Last day in office, if known.", nullable=True),
    ]
)

DATE_CLUES: Final = Table(
    name="date_clues",
    description="One row per expression that can date articles without a date, or be dated by others.",
    record=DateClue,
    key=("article_id", "start"),
    order=("article_id", "start"),
    text_columns=("sentence",),
    schema=pa.schema(
        [
            field("article_id", pa.string(), "Article it stands in."),
            field("sentence_index", pa.int32(), "Sentence of the article, from 0."),
            field("start", pa.int32(), "First code point of the expression."),
            field("end", pa.int32(), "Code point after the last."),
            field("sentence", pa.string(), "The sentence."),
            field("weekday", pa.int8(), "Day of the week, 0 is Monday."),
            field("is_meeting", pa.bool_(), "The sentence tells of a meeting of persons."),
            field(
                "day",
                pa.date32(),
                "Evidence: the day, from the article's own date or text; null: a claim.",
                nullable=True,
            ),
            field(
                "earliest",
                pa.int8(),
                "Claim: the day lies at least so many days after publication (-1: the day before).",
                nullable=True,
            ),
            field(
                "latest",
                pa.int8(),
                "Claim: the day lies at most so many days after publication.",
                nullable=True,
            ),
            field(
                "follows", pa.bool_(), "Claim: announced after the day before it in the sentence."
            ),
            field(
                "place_country",
                CATEGORY,
                "Country where it is set: of the sentence, else of the dateline.",
                nullable=True,
            ),
            field("persons", pa.list_(PARTICIPANT), "Persons of the sentence."),
            field("is_open", pa.bool_(), "It means others too: their counterparts, ministers."),
            field("countries", pa.list_(pa.string()), "Countries of what the sentence names."),
            field("cast", pa.list_(PARTICIPANT), "Claim: all persons of the article."),
            field(
                "not_before",
                pa.date32(),
                "Claim: the last day with a year that the article tells as past.",
                nullable=True,
            ),
        ]
    ),
)

INFERRED_DATES: Final = Table(
    name="inferred_dates",
    description="One row per article without a date whose days of publication another article proves.",
    record=InferredDate,
    key=("article_id",),
    order=("article_id",),
    partitioned=False,
    schema=pa.schema(
        [
            field("article_id", pa.string(), "The article; its published_at stays null."),
            field("published_from", pa.date32(), "First day on which it can have been published."),
            field("published_until", pa.date32(), "Last day on which it can have been published."),
            field("rule", CATEGORY, "same occasion or same sentence."),
            field("day", pa.date32(), "Day of the expression that was dated."),
            field("sentence_index", pa.int32(), "Its sentence, from 0."),
            field("start", pa.int32(), "First code point of the expression."),
            field("evidence_article_id", pa.string(), "Article that dates it."),
            field("evidence_sentence_index", pa.int32(), "Sentence of that article, from 0."),
        ]
    ),
)

REJECTS: Final = Table(
    name="rejects",
    description="One row per input that did not become an article, or article that could not be annotated.",
    record=Reject,
    key=("stage", "uri", "member", "record_offset", "reason", "message"),
    order=("stage", "uri", "member", "record_offset", "reason", "message"),
    partitioned=False,
    text_columns=("uri", "message"),
    constants=("run_id",),
    schema=pa.schema(
        [
            field("run_id", CATEGORY, "Run that rejected it."),
            field("stage", CATEGORY, "Step that rejected it: read, parse or annotate."),
            field("uri", pa.string(), "File it was read from."),
            field("member", pa.string(), "Path inside an archive.", nullable=True),
            field(
                "record_offset", pa.int64(), "Number of the record in its container.", nullable=True
            ),
            field("article_id", pa.string(), "The article, where there was one.", nullable=True),
            field("reason", CATEGORY, "One word out of a fixed vocabulary."),
            field("error", CATEGORY, "Class of the exception, if there was one.", nullable=True),
            field("message", pa.string(), "What was found and what was expected."),
            field(
                "traceback", pa.string(), "Where in our code, if the fault is ours.", nullable=True
            ),
        ]
    ),
)

ANNOTATED: Final = (
    "article_id",
    "uri",
    "member",
    "record_offset",
    "source_format",
    "extractor",
    "content_hash",
    "url",
    "title",
    "subtitle",
    "publisher",
    "agency",
    "section",
    "language",
    "language_confidence",
    "published_at",
    "published_precision",
    "published_basis",
    "dateline",
    "dateline_place",
    "dateline_date",
    "text",
    "paragraph_offsets",
    "captions",
    "word_count",
)
"""Columns of ``articles`` that annotation looks at; an article read again with these unchanged keeps its annotations."""

TABLES: Final = (
    ARTICLES,
    MENTIONS,
    ENTITIES,
    EVENTS,
    DUPLICATES,
    DATE_CLUES,
    INFERRED_DATES,
    REJECTS,
)
BY_NAME: Final = {table.name: table for table in TABLES}
