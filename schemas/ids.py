"""How every id is computed: from content or from source position, never random.

An id is the first 16 hexadecimal digits (64 bits) of a BLAKE2b digest over its parts, joined by U+001F, with a
prefix that says what it names. With 64 bits, ten million articles collide with a probability of about 3 in a
million; a collision inside one article (mentions, events) is out of reach.
"""

from __future__ import annotations

import hashlib
import unicodedata

_SEPARATOR = "\x1f"


def digest(*parts: object, size: int = 8) -> str:
    """Return a hexadecimal BLAKE2b digest of ``2 * size`` digits; ``None`` and ``""`` are different parts."""
    joined = _SEPARATOR.join(["\x00" if part is None else str(part) for part in parts])
    return hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


def article_id(uri: str, member: str | None, record_offset: int | None) -> str:
    """Id of an article: where it was read, so that a changed article keeps its id and replaces its rows."""
    return "a" + digest("article", uri, member, record_offset)


def content_hash(title: str | None, text: str) -> str:
    """Hash of what an article says, for exact copies: letters and digits only, so that spacing and quotes do not count.

    128 bits, because two different articles with one hash would lose one of them from the events.
    """
    words = unicodedata.normalize("NFKC", f"{title or ''}\n{text}").casefold()
    return digest("content", "".join(filter(str.isalnum, words)), size=16)


def mention_id(article: str, start: int, end: int) -> str:
    """Id of a mention: its article and its span; two mentions never share a span."""
    return "m" + digest("mention", article, start, end)


def entity_id(kind: str, key: str) -> str:
    """Id of an entity, the same in every article.

    ``key`` is a Wikidata identifier, a country code or the normalised name with what tells namesakes apart.
    """
    return "e" + digest("entity", kind, key)


def event_id(
    article: str, event_type: str, mode: str | None, sentence_index: int, trigger_start: int
) -> str:
    """Id of an event: its article, what it is, and where its trigger stands."""
    return "v" + digest("event", article, event_type, mode, sentence_index, trigger_start)


def unit_id(stage: str, *parts: object) -> str:
    """Id of a work unit: its inputs, the settings and the versions that matter for its result."""
    return stage[0] + digest("unit", stage, *parts)
