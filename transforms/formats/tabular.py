"""CSV, TSV, Parquet and Arrow: one article a row.

Specifications: RFC 4180, https://www.rfc-editor.org/rfc/rfc4180; https://parquet.apache.org/docs/file-format/;
https://arrow.apache.org/docs/format/Columnar.html. Which column means what is ``fields.py``. No row is skipped
silently: one that does not fit its header is a reject.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any, cast

from schemas.documents import RawDocument
from schemas.outcomes import DocumentError, Reject
from transforms.formats import fields, jsontext
from transforms.formats.archives import seekable
from transforms.formats.base import Format, Source
from transforms.text.decoding import decode

_DELIMITERS = ",;\t|"
_BATCH = 256
_MAX_ERRORS = 1000
_KNOWN = frozenset(fields.fold(n) for names in fields.FIELDS.values() for n in names)


def read_csv(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the rows of a CSV or TSV file as records; ``record_offset`` is the number of the row, from 1.

    Raises:
      DocumentError: there is no header with a column for text.
    """
    settings = source.settings
    csv.field_size_limit(settings.max_bytes)
    encoding = _encoding(source.head)
    text = io.TextIOWrapper(
        cast("Any", source.stream), encoding=encoding, errors="replace", newline=""
    )
    lines = _without_nulls(text, settings.max_line_bytes)
    first = next(lines, "")
    delimiter = _delimiter(first, source.name)
    rows = csv.reader(_chain(first, lines), delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
    except csv.Error as error:
        raise DocumentError("bad_format", f"the header cannot be read: {error}") from error
    _check_header(header, settings.fields)
    yield from _rows(source, rows, header)


def _rows(
    source: Source, rows: Iterator[list[str]], header: list[str]
) -> Iterator[RawDocument | Reject]:
    number = errors = 0
    while errors < _MAX_ERRORS:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            errors += 1
            problem = DocumentError("bad_record", f"row {number} is malformed: {error}")
            yield source.reject(problem, record_offset=number)
            continue
        if not any(cell.strip() for cell in row):
            number -= not row
            continue
        if len(row) != len(header):
            problem = DocumentError(
                "bad_record", f"row {number} has {len(row)} cells; the header has {len(header)}"
            )
            yield source.reject(problem, record_offset=number)
            continue
        record = {k: v for k, v in zip(header, row, strict=True) if v and k}
        yield source.document(
            jsontext.dumps(record).encode("utf-8", "replace"), "csv", record_offset=number
        )
    else:
        raise DocumentError("bad_format", f"{errors} malformed rows; the rest was not read")
    if number == 1:
        raise DocumentError("empty", "a header without rows")


def _encoding(head: bytes) -> str:
    """Return the encoding of a table from its first bytes."""
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    sample = head[: head.rfind(b"\n") + 1] or head
    return decode(sample).encoding


def _without_nulls(text: io.TextIOWrapper, limit: int) -> Iterator[str]:
    """Yield the lines of ``text``, pieces of those beyond the limit, without the character that the csv module refuses."""
    while line := text.readline(limit):
        yield line.replace("\x00", "")


def _chain(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _delimiter(header: str, name: str) -> str:
    """Return the character that separates the names of the header."""
    bare = re.sub(r'"[^"]*"', '""', header)
    counts = {d: bare.count(d) for d in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda d: counts[d])
    if counts[best] == 0:
        return "\t" if name.endswith((".tsv", ".tab")) else ","
    return best


def _check_header(header: list[str], extra: tuple[tuple[str, str], ...]) -> None:
    """Raise if no column is known to hold text."""
    texts = {fields.fold(n) for n in (*fields.FIELDS["text"], *fields.FIELDS["summary"])}
    texts |= {fields.fold(theirs) for ours, theirs in extra if ours == "text"}
    if not any(fields.fold(name) in texts for name in header):
        shown = ", ".join(name[:30] for name in header[:12])
        raise DocumentError(
            "no_article", f"no column is named as one with text; the columns are: {shown}"
        )


def read_parquet(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the rows of a Parquet file as records; ``record_offset`` counts from 0.

    Raises:
      DocumentError: it cannot be read, or has no column for text.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(pa.PythonFile(seekable(source), mode="r"))
        names = [field.name for field in table.schema_arrow if _is_plain(field.type)]
        _check_header(names, source.settings.fields)
        yield from _batches(source, table.iter_batches(batch_size=_BATCH, columns=names), "parquet")
    except (pa.ArrowException, OSError, ValueError, OverflowError, KeyError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError("bad_format", f"a Parquet file that cannot be read: {error}") from error


def read_arrow(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the rows of an Arrow or Feather file as records; ``record_offset`` counts from 0.

    Raises:
      DocumentError: it cannot be read, or has no column for text.
    """
    import pyarrow as pa

    try:
        if source.head.startswith(b"ARROW1"):
            table = pa.ipc.open_file(pa.PythonFile(seekable(source), mode="r"))
            batches = (table.get_batch(i) for i in range(table.num_record_batches))
        else:
            table = pa.ipc.open_stream(pa.PythonFile(source.stream, mode="r"))
            batches = iter(table)
        plain = [i for i, field in enumerate(table.schema) if _is_plain(field.type)]
        _check_header([table.schema.names[i] for i in plain], source.settings.fields)
        yield from _batches(source, _slices(batches, plain), "arrow")
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError("bad_format", f"an Arrow file that cannot be read: {error}") from error


def _slices(batches: Iterator[Any], columns: list[int]) -> Iterator[Any]:
    """Yield pieces of a few rows, checked: Arrow follows a damaged offset to wherever it points."""
    for batch in batches:
        wanted = batch.select(columns)  # by their places: names need not be different
        wanted.validate(full=True)
        for start in range(0, wanted.num_rows, _BATCH):
            yield wanted.slice(start, _BATCH)


def _is_plain(kind: Any) -> bool:
    """Tell whether a column can be part of a record: no binary, no vectors of numbers."""
    import pyarrow as pa

    if (
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    ):
        return False
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return not (pa.types.is_floating(kind.value_type) or pa.types.is_integer(kind.value_type))
    return True


def _batches(source: Source, batches: Iterator[Any], name: str) -> Iterator[RawDocument | Reject]:
    number = 0
    for batch in batches:
        for row in batch.to_pylist():
            record = {
                k: v.isoformat() if hasattr(v, "isoformat") else v
                for k, v in row.items()
                if v is not None
            }
            yield source.document(
                jsontext.dumps(record).encode("utf-8", "replace"), name, record_offset=number
            )
            number += 1
    if number == 0:
        raise DocumentError("empty", "a table without rows")


def sniff_csv(head: bytes, name: str) -> int:
    """Recognise a table by its name, or by a first line that is a list of known field names."""
    if name.endswith((".csv", ".tsv", ".tab")):
        return 5
    line = (
        head.lstrip(b"\xef\xbb\xbf").partition(b"\n")[0][:2000].decode("utf-8", "replace").strip()
    )
    cells = [fields.fold(c.strip('" ')) for c in line.split(_delimiter(line, name))]
    known = sum(1 for c in cells if c in _KNOWN)
    return 4 if len(cells) >= 2 and known >= 2 and known * 2 >= len(cells) else 0


def _sniff_parquet(head: bytes, name: str) -> int:  # noqa: ARG001
    return 10 if head.startswith(b"PAR1") else 0


def _sniff_arrow(head: bytes, name: str) -> int:
    if head.startswith(b"ARROW1"):
        return 10
    return (
        9
        if head.startswith(b"\xff\xff\xff\xff")
        and name.endswith((".arrow", ".arrows", ".ipc", ".feather"))
        else 0
    )


CSV = Format(
    name="csv",
    suffixes=(".csv", ".tsv", ".tab"),
    sniff=sniff_csv,
    read=read_csv,
    parse=fields.parse_record,
)
PARQUET = Format(
    name="parquet",
    suffixes=(".parquet", ".pq"),
    sniff=_sniff_parquet,
    read=read_parquet,
    parse=fields.parse_record,
)
ARROW = Format(
    name="arrow",
    suffixes=(".arrow", ".feather", ".ipc"),
    sniff=_sniff_arrow,
    read=read_arrow,
    parse=fields.parse_record,
)
