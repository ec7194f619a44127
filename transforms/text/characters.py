r"""One spelling for spaces, line breaks and accents, so that equal text is equal.

Nothing that a reader sees is changed: NFC composes accents, the many Unicode spaces become U+0020, line separators
become ``\\n``, and what has no width (zero-width spaces, soft hyphens, direction marks, control characters) goes.
"""

from __future__ import annotations

import re
import unicodedata

_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_RUNS = re.compile(" {2,}")
_LINE_EDGES = re.compile(" *\n *")
_SUSPICIOUS = re.compile(
    "[\xc2\xc3][\x80-\xbf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
    "|\xe2\u20ac|\xe2\x80"
)
_SUSPICIOUS_LEADS = "\xc2\xc3\xe2"  # with which every match of _SUSPICIOUS begins


def clean(text: str) -> str:
    r"""Return ``text`` in NFC with ordinary spaces and ``\\n`` line breaks, edges of lines stripped.

    Idempotent. Joiners (U+200C, U+200D) stay: they carry meaning in Persian and in Indic scripts.
    """
    if text.isprintable() and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return (_RUNS.sub(" ", text) if "  " in text else text).strip(" ")  # one plain line
    if not text.isascii():
        text = _SURROGATES.sub("\ufffd", text)
        text = unicodedata.normalize("NFC", text)
    text = _BREAKS.sub("\n", text)
    text = _SPACES.sub(" ", text)
    text = _INVISIBLE.sub("", text)
    text = _RUNS.sub(" ", text)
    text = _LINE_EDGES.sub("\n", text)
    if not text.isascii():  # taking something out may bring a letter and its accent together
        text = unicodedata.normalize("NFC", text)
    return text.strip(" \n")


def clean_line(text: str) -> str:
    """Return ``text`` cleaned and on one line."""
    line = clean(text)
    return _RUNS.sub(" ", line.replace("\n", " ")) if "\n" in line else line


def unspaced_words(text: str) -> int:
    """Return the words in scripts without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese): two characters are one."""
    return 0 if text.isascii() else len(_UNSPACED.findall(text)) // 2


def repair(text: str) -> str:
    """Undo UTF-8 that was read as a single-byte encoding (``GenÃ¨ve``); any other text comes back unchanged."""
    if text.isascii() or not _is_suspicious(text):
        return text
    import ftfy

    # Line by line: an archive mixes broken quotations into good text, and ftfy repairs a segment as a whole.
    config = ftfy.TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        restore_byte_a0=True,
        replace_lossy_sequences=True,
        decode_inconsistent_utf8=True,
    )
    lines = []
    for line in text.split("\n"):
        if _is_suspicious(line) and len(line) < 1_000_000:
            line = str(ftfy.fix_encoding(line, config))
        lines.append(line)
    return "\n".join(lines)


def _is_suspicious(text: str) -> bool:
    """Tell whether ``text`` has two characters in a row that a wrong decoding makes; looking for one first is ten times as fast."""
    return any(lead in text for lead in _SUSPICIOUS_LEADS) and bool(_SUSPICIOUS.search(text))
