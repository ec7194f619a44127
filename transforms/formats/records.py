"""JSON and JSON Lines: one record or many.

Specifications: RFC 8259, https://www.rfc-editor.org/rfc/rfc8259; https://jsonlines.org. Which field means what is
``fields.py``. Lines and the items of a top-level list are read one after another, so that the size of a file does not
matter; only an object that wraps its records is read as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from schemas.documents import RawDocument
from schemas.outcomes import DocumentError, Reject
from transforms.formats import fields, jsontext, ninjs
from transforms.formats.base import Format, Source, never
from transforms.text.decoding import decode

_SPACE = b" \t\r\n"
_TOKENS = re.compile(rb'["\\\[\]{}]')
_READ = 1_048_576


def read(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the records of a JSON file, told by its first bytes: lines, a list, or one object.

    Raises:
      DocumentError: the file as a whole is no JSON or holds no record.
    """
    head = source.head.lstrip(b"\xef\xbb\xbf" + _SPACE)
    if source.head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in source.head[:64]:
        payload = source.read_all(source.settings.max_container_bytes)
        yield from _whole(source, decode(payload).text.encode("utf-8", "replace"))
        return
    if not head:
        source.read_all()  # raises: empty, or nothing but white space for as long as we look
    if head.startswith(b"[") and not _is_lines(head):
        yield from _list(source)
    elif _is_lines(head) or source.name.endswith((".jsonl", ".ndjson", ".jl")):
        yield from _lines(source)
    else:
        payload = source.read_all(source.settings.max_container_bytes)
        yield from _whole(source, payload)


def _is_lines(head: bytes) -> bool:
    """Tell whether the first line is a complete JSON value and another line follows, or the line is very long."""
    line, newline, rest = head.partition(b"\n")
    if not newline:
        return False
    line = line.strip()
    if not line.startswith((b"{", b"[")) or not line.endswith((b"}", b"]")):
        return False
    if len(line) < 3 and line in (b"{}", b"[]"):
        return bool(rest.strip())
    try:
        jsontext.loads(line, 10_000)
    except DocumentError:
        return False
    return bool(rest.strip())


def _lines(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the records of JSON Lines; a bad line costs itself only."""
    limit = source.settings.max_line_bytes
    number = found = 0
    while True:
        number += 1
        line = source.stream.readline(limit + 1)
        if not line:
            break
        if len(line) > limit and not line.endswith(b"\n"):
            _skip_line(source)
            error = DocumentError(
                "too_large", f"line {number} has more than {limit} bytes (max_line_bytes)"
            )
            yield source.reject(error, record_offset=number)
            found += 1
            continue
        line = line.strip(b" \t\r\n\x00\x1e\xef\xbb\xbf" if number == 1 else b" \t\r\n\x00\x1e")
        if not line:
            continue
        found += 1
        yield from _line(source, line, number)
    if not found:
        raise DocumentError("empty", "no line holds anything")


def _line(source: Source, line: bytes, number: int) -> Iterator[RawDocument | Reject]:
    """Yield what is on one line: a record, or (rarely) a list of them."""
    if line.startswith(b"{"):
        yield source.document(line, "jsonl", record_offset=number)
        return
    if line.startswith(b"["):
        try:
            value = jsontext.loads(line, source.settings.max_depth)
        except DocumentError as error:
            yield source.reject(error, record_offset=number)
            return
        for index, record in enumerate(value):
            yield _item(source, record, number * 1_000_000 + index)
        return
    shown = line[:60].decode("utf-8", "replace")
    yield source.reject(
        DocumentError("bad_record", f"line {number} is no JSON object: {shown!r}"),
        record_offset=number,
    )


def _skip_line(source: Source) -> None:
    """Read on to the end of a line that is too long, in bounded memory."""
    while True:
        piece = source.stream.readline(_READ)
        if not piece or piece.endswith(b"\n"):
            return


def _item(source: Source, record: Any, index: int) -> RawDocument | Reject:
    """Return one record of a list."""
    if not isinstance(record, dict):
        shown = str(record)[:60]
        return source.reject(
            DocumentError("bad_record", f"item {index} is no object: {shown!r}"),
            record_offset=index,
        )
    return source.document(
        jsontext.dumps(record).encode("utf-8", "replace"), "json", record_offset=index
    )


def _whole(source: Source, payload: bytes) -> Iterator[RawDocument | Reject]:
    """Yield the records of a JSON document in memory."""
    try:
        value = jsontext.loads(payload, source.settings.max_depth)
    except DocumentError as error:
        lines = [line for line in payload.split(b"\n") if line.strip()]
        if error.reason != "bad_format" or len(lines) < 2 or not lines[1].lstrip().startswith(b"{"):
            raise
        for number, line in enumerate(payload.split(b"\n"), start=1):
            if line.strip():
                yield from _line(source, line.strip(), number)
        return
    if isinstance(value, dict) and ninjs.is_item(value):
        yield source.document(payload, "ninjs")
        return
    records = list(fields.records_of(value, source.settings))
    if isinstance(value, dict) and len(records) == 1 and records[0][1] is value:
        yield source.document(payload, "json")
        return
    for index, record in records:
        if isinstance(record, dict) and ninjs.is_item(record):
            yield source.document(jsontext.dumps(record).encode(), "ninjs", record_offset=index)
        else:
            yield _item(source, record, index)


def _list(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the items of a top-level list, one after another, without holding the list."""
    index = 0
    for piece in _pieces(source):
        try:
            record = jsontext.loads(piece, source.settings.max_depth)
        except DocumentError as error:
            yield source.reject(error, record_offset=index)
        else:
            if isinstance(record, dict) and ninjs.is_item(record):
                yield source.document(piece, "ninjs", record_offset=index)
            elif isinstance(record, dict):
                yield source.document(piece, "json", record_offset=index)
            else:
                yield _item(source, record, index)
        index += 1
    if index == 0:
        raise DocumentError("empty", "an empty JSON list")


def _pieces(source: Source) -> Iterator[bytes]:
    """Yield the bytes of each item of a top-level list by counting brackets outside strings.

    Raises:
      DocumentError: ``truncated`` when the list does not end, ``too_large`` or ``too_deep`` for one item.
    """
    limit, max_depth = source.settings.max_line_bytes, source.settings.max_depth
    buffer, position, start = b"", 0, -1
    depth, in_string, opened = 0, False, False
    while True:
        more = source.stream.read(_READ)
        if not more:
            if depth or in_string or not opened:
                raise DocumentError("truncated", "the JSON list ends before its closing bracket")
            return
        if start >= 0:
            buffer, position, start = buffer[start:] + more, position - start, 0
        else:
            buffer, position = buffer[position:] + more, 0
        if len(buffer) > limit + _READ:
            raise DocumentError(
                "too_large", f"an item of the list has more than {limit} bytes (max_line_bytes)"
            )
        while True:
            found = _TOKENS.search(buffer, position)
            if not found:
                position = len(buffer)
                break
            at = found.start()
            token = buffer[at]
            position = at + 1
            if in_string:
                if token == 0x5C:  # backslash: the next byte is no delimiter
                    if at + 1 >= len(buffer):
                        position = at
                        break
                    position = at + 2
                elif token == 0x22:
                    in_string = False
                    if depth == 1 and start >= 0:  # a bare string in the list
                        yield buffer[start:position]
                        start = -1
                continue
            if token == 0x22:
                in_string = True
                if depth == 1:
                    start = at
            elif token in b"[{":
                depth += 1
                opened = True
                if depth == 2 and start < 0:
                    start = at
                if depth > max_depth:
                    raise DocumentError(
                        "too_deep", f"JSON nested deeper than {max_depth} (max_depth)"
                    )
            elif token in b"]}":
                depth -= 1
                if depth == 1 and start >= 0:
                    yield buffer[start:position]
                    start = -1
                elif depth <= 0:
                    return
        if start < 0 and position > 0:
            buffer, position = buffer[position:], 0


def sniff(head: bytes, name: str) -> int:
    """Recognise a JSON object or list by its first bytes."""
    start = head.lstrip(b"\xef\xbb\xbf" + _SPACE)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = head[2:40].replace(b"\x00", b"").lstrip(_SPACE)
    named = name.endswith((".json", ".jsonl", ".ndjson", ".jl"))
    if start[:1] == b"{" and not start.startswith(b"{\\rtf"):
        after = start[1:].lstrip(_SPACE)[:1]
        return 8 if after in (b'"', b"}") else (7 if named else 0)
    if start[:1] == b"[":
        after = start[1:].lstrip(_SPACE)[:1]
        return 8 if after in (b"{", b"]", b"[") else (7 if named else 0)
    return 5 if named else 0


FORMAT = Format(
    name="json",
    suffixes=(".json", ".jsonl", ".ndjson", ".jl"),
    sniff=sniff,
    read=read,
    parse=fields.parse_record,
)
LINES = Format(name="jsonl", suffixes=(), sniff=never, read=read, parse=fields.parse_record)
