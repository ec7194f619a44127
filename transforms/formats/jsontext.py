"""JSON bytes to values and back: orjson, and the standard library for what orjson refuses.

Specification: RFC 8259, https://www.rfc-editor.org/rfc/rfc8259. Exporters written in Python also write NaN and lone
surrogates, which the standard library reads. Depth is checked before parsing: both parsers recurse in C.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from schemas.outcomes import DocumentError
from transforms.text.decoding import decode

_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


def depth_of(payload: bytes, limit: int) -> int:
    """Return how deep brackets nest in ``payload``, counting no further than ``limit + 1``."""
    if payload.count(b"[") + payload.count(b"{") <= limit:
        return 0
    depth = deepest = 0
    for found in _BRACKETS.finditer(payload):
        first = payload[found.start()]
        if first in b"[{":
            depth += 1
            if depth > deepest:
                deepest = depth
                if deepest > limit:
                    return deepest
        elif first in b"]}":
            depth -= 1
    return deepest


def loads(payload: bytes, max_depth: int) -> Any:
    """Return the value of a JSON text.

    Raises:
      DocumentError: ``too_deep``, or ``bad_format`` when it is no JSON.
    """
    if depth_of(payload, max_depth) > max_depth:
        raise DocumentError("too_deep", f"JSON nested deeper than {max_depth} (max_depth)")
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        first = error
    try:
        return json.loads(decode(payload).text, strict=False)
    except (ValueError, RecursionError) as error:
        message = str(first if "Exceeds the limit" not in str(error) else error)
        raise DocumentError("bad_format", f"no JSON: {message[:300]}") from error


def dumps(value: Any) -> str:
    """Return ``value`` as JSON text that can be written as UTF-8."""
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode("utf-8")
    except TypeError:  # a huge integer, or a lone surrogate
        text = json.dumps(value, ensure_ascii=False, default=str)
        return text.encode("utf-8", "replace").decode("utf-8")
