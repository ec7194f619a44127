"""Bytes to text.

The order is: byte order mark; UTF-16 without mark; strict UTF-8 (valid UTF-8 beats a wrong declaration, because
other encodings practically never are valid UTF-8); the declared character set; UTF-8 with a few broken bytes; what
chardet says. Measured on 639 files of known encoding: chardet 7 has 636 right.
"""

from __future__ import annotations

import codecs
import dataclasses
import re

from schemas.outcomes import DocumentError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ALIASES = {
    # What the web calls Latin-1 and ASCII is Windows-1252: https://encoding.spec.whatwg.org/#names-and-labels
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "unicode": "utf-16",
}
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:\-]{2,40})"""
    rb"""|<meta[^>]{0,500}?charset\s*=\s*["']?\s*([A-Za-z0-9._:\-]{2,40})""",
    re.IGNORECASE,
)
_LATIN = frozenset(
    (
        "cp1250",
        "cp1252",
        "cp1254",
        "cp1257",
        "iso8859-1",
        "iso8859-2",
        "iso8859-9",
        "iso8859-15",
        "mac-roman",
    )
)
_SAMPLE = 65_536  # bytes shown to the guesser; more does not make it better and its cost is linear
_TEXT_CONTROLS = frozenset(b"\t\n\r\x0b\x0c\x1a\x1b")

MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"\x7fELF", "an ELF program"),
    (b"\xca\xfe\xba\xbe", "a Java or Mach-O program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"OggS", "an Ogg recording"),
    (b"ID3", "an MP3 recording"),
    (b"fLaC", "a FLAC recording"),
    (b"\x00\x00\x01\x00", "a Windows icon"),
    (b"wOFF", "a web font"),
    (b"wOF2", "a web font"),
    (b"\x1aE\xdf\xa3", "a Matroska film"),
)
"""How files that hold no text begin, with what they are."""

UNSUPPORTED: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Microsoft Office document"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"%!PS", "a PostScript document"),
    (b"Obj\x01", "an Avro container"),
    (b"ORC", "an ORC table"),
)
"""How files begin that may hold articles, in a format we do not read."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Text and how it was had; ``basis`` is ``mark``, ``utf-8``, ``declared``, ``repaired`` or ``guess``."""

    text: str
    encoding: str
    basis: str


def declared_charset(head: bytes) -> str | None:
    """Return the character set that an XML declaration or a ``meta`` element in ``head`` names."""
    found = _DECLARED.search(head[:8192])
    if not found:
        return None
    return (found.group(1) or found.group(2)).decode("ascii", "replace")


def refuse_binary(payload: bytes) -> None:
    """Raise if ``payload`` begins like a file that is no text.

    Raises:
      DocumentError: ``binary`` or ``unsupported``.
    """
    for magic, name in UNSUPPORTED:
        if payload.startswith(magic):
            raise DocumentError("unsupported", f"this is {name}, which is not read")
    for magic, name in MAGIC:
        if payload.startswith(magic):
            raise DocumentError("binary", f"this is {name}")
    if payload[:4] == b"RIFF" or payload[4:8] == b"ftyp":
        raise DocumentError("binary", "this is a recording or a film")


def decode(payload: bytes, declared: str | None = None) -> Decoded:
    """Return the text of ``payload``; ``declared`` is what a header or the markup says its character set is.

    Raises:
      DocumentError: ``binary`` when the bytes are no text, ``bad_encoding`` when no encoding fits.
    """
    refuse_binary(payload)
    for mark, encoding in _BOMS:
        if payload.startswith(mark):
            return Decoded(
                text=_lenient(payload[len(mark) :], encoding), encoding=encoding, basis="mark"
            )
    wide = _wide(payload)
    if wide is not None:
        return wide
    payload = payload.rstrip(b"\x00\x1a")  # padding of old systems
    _refuse_controls(payload)
    try:
        return Decoded(text=payload.decode("utf-8"), encoding="utf-8", basis="utf-8")
    except UnicodeDecodeError:
        pass
    return _other(payload, declared)


def _other(payload: bytes, declared: str | None) -> Decoded:
    """Decode bytes that are not valid UTF-8."""
    broken = payload.decode("utf-8", "replace")
    bad = broken.count("\ufffd")
    wide = sum(1 for c in broken if c > "\x7f" and c != "\ufffd") if bad * 20 < len(broken) else 0
    if wide > 3 * bad or (bad * 1000 < len(broken) and bad <= 3 and not _is_letter_like(payload)):
        return Decoded(
            text=broken, encoding="utf-8", basis="repaired"
        )  # UTF-8 with a few broken bytes
    encoding = _known(declared)
    if encoding and encoding != "utf-8":
        try:
            text = payload.decode(encoding)
        except (UnicodeDecodeError, ValueError):
            pass
        else:
            if not _has_control_letters(text):
                return Decoded(text=text, encoding=encoding, basis="declared")
    return _guess(payload)


def _guess(payload: bytes) -> Decoded:
    """Decode with what chardet says, else as Windows-1252, the most common of the undeclared."""
    import chardet

    found = chardet.detect(_sample(payload))
    encoding = _known(found.get("encoding")) if (found.get("confidence") or 0) >= 0.2 else None
    if encoding is None:
        encoding = "cp1252"
    try:
        text = payload.decode(encoding)
    except (UnicodeDecodeError, ValueError):
        text = payload.decode(encoding, "replace")
    if encoding in _LATIN and _ascii_letters(text) * 2 < sum(map(str.isalpha, text[:_SAMPLE])):
        raise DocumentError("binary", f"no encoding gives words; the best guess was {encoding}")
    strange = text.count("\ufffd") + sum(1 for c in text if "\x80" <= c <= "\x9f")
    letters = sum(map(str.isalpha, text[:100_000]))
    if strange * 20 > len(text) or letters * 4 < min(len(text), 100_000):
        raise DocumentError(
            "binary", f"no encoding gives readable text; the best guess was {encoding}"
        )
    return Decoded(text=text, encoding=encoding, basis="guess")


def _ascii_letters(text: str) -> int:
    return sum(1 for c in text[:_SAMPLE] if c.isascii() and c.isalpha())


def _sample(payload: bytes) -> bytes:
    """Return the part with the bytes that tell: from a little before the first one that is not ASCII."""
    if len(payload) <= _SAMPLE:
        return payload
    first = re.search(rb"[\x80-\xff]", payload)
    start = max(0, (first.start() if first else 0) - 1024)
    return payload[start : start + _SAMPLE]


def _is_letter_like(payload: bytes) -> bool:
    """Tell whether the bytes beyond ASCII sit inside words, as accents of a single-byte encoding do."""
    return bool(
        re.search(rb"[A-Za-z][\xc0-\xff][A-Za-z ]|[A-Za-z][\x91-\x97\xa0-\xff][A-Za-z]", payload)
    )


def _wide(payload: bytes) -> Decoded | None:
    """Recognise UTF-16 without a mark: Latin text has a zero in every other byte."""
    head = payload[:4096]
    if len(head) < 8 or b"\x00" not in head:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    for encoding, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros > 0.6 * half and others < 0.05 * half:
            try:
                text = payload[: len(payload) // 2 * 2].decode(encoding)
            except UnicodeDecodeError:
                return None
            return Decoded(text=text, encoding=encoding, basis="guess")
    return None


def _refuse_controls(payload: bytes) -> None:
    """Raise if the first part holds more control characters than text ever does."""
    head = payload[:_SAMPLE]
    if not head:
        return
    controls = sum(
        1 for b in head.translate(None, bytes(range(32, 256))) if b not in _TEXT_CONTROLS
    )
    if controls * 20 > len(head) and controls > 8:
        raise DocumentError(
            "binary", f"{controls} of the first {len(head)} bytes are control characters"
        )


def _lenient(payload: bytes, encoding: str) -> str:
    return payload.decode(encoding, "replace")


def _has_control_letters(text: str) -> bool:
    """Tell whether decoding gave C1 control characters, which no text has."""
    return any("\x80" <= c <= "\x9f" for c in text[:_SAMPLE])


def _known(name: str | None) -> str | None:
    """Return the codec for a declared name, or ``None`` for a name nobody knows."""
    if not name:
        return None
    label = name.strip().strip("\"'").lower()
    label = _ALIASES.get(label, label)
    try:
        info = codecs.lookup(label)
    except (LookupError, ValueError):
        return None
    return info.name if info._is_text_encoding else None
