"""Bylines to people: ``By Jane Roe and John Doe, staff writers`` to ``Jane Roe``, ``John Doe``."""

from __future__ import annotations

import re

from transforms.text.agencies import agency
from transforms.text.characters import clean_line
from transforms.text.places import is_place

_LEAD = re.compile(r"^(?:(?:written|reported|posted|story|words|text|report|reporting|opinion|analysis|review|interview|commentary)\s+)?"
                   r"(?:by|from|par|von|por|da|di)\s*:?\s+",
                   re.IGNORECASE)  # fmt: skip
_OTHER_WORK = re.compile(
    r"^(?:photos?|photographs?|photography|pictures?|images?|illustrations?|graphics?|videos?|edit(?:ed|ing)|published|compiled|produced|"
    r"translated|fact[- ]checked|reviewed|designed|sponsored)\s+by\b",
    re.IGNORECASE,
)
_JOB = re.compile(
    r"\s+(?:the\s+)?(?:associated press|ap|reuters|afp|upi|bbc|cnn|staff|senior|special|political|guest|contributing)\s+"
    r"(?:[a-z]+\s+)?(?:writer|reporter|correspondent|editor|staff|columnist|contributor)s?$",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^(?:author|authors|byline|reporter|writer|editor)s?\s*:\s*", re.IGNORECASE)
_SPLIT = re.compile(
    r"\s*(?:;|\||/|\s&\s|\sand\s|\swith\s|\sund\s|\set\s|\sy\s|·|•)\s*", re.IGNORECASE
)
_COMMA = re.compile(r"\s*,\s*")
_ROLE = re.compile(
    r"\b(?:correspondents?|reporters?|editors?|writers?|staff|contributors?|columnists?|journalists?|bureau|desk|wire|"
    r"chief|agency|agencies|news|newsroom|team|reuters|associated press|afp|ap|press|times|post|guardian|bbc|"
    r"online|media|service|network|photographer|analyst|producer|in [A-Z]\w+)\b",
    re.IGNORECASE,
)
_NOT_NAME = re.compile(r"https?:|www\.|@|\d|[<>{}=]|^(?:admin|administrator|editor|unknown|none|null|n/?a)$",
                       re.IGNORECASE)  # fmt: skip
_CONTACT = re.compile(
    r"\s+(?:@\w+|\S+@\S+\.\w+|(?:(?:last\s+)?updated|published|posted)\b.*|"
    r"\d{1,2}\s[A-Z][a-z]{2,8}\.?,?\s\d{4}.*|[A-Z][a-z]{2,8}\.?\s\d{1,2},\s\d{4}.*)$",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s*(?:\(.{0,80}\)|\b(?:for|at|in|of)\s+[A-Z].{0,60}|\s[-–—|]\s.{0,80})$")
_NOBODY = frozenset(
    """share follow comments comment advertisement advertising sponsored subscribe login menu home search print email
    redacción redaccion redazione redaktion rédaction redação redactie agencias agenzie agenturen guest guestauthor
    anonymous contributor contributors author authors editorial newsdesk various others""".split()
)
_DEGREES = frozenset("phd ph.d ph.d. md m.d m.d. mba ma msc ba llb".split())
_PARTICLES = frozenset(
    "de da di del della der den van von bin ibn al el la le do dos du ter ten y e i of".split()
)
_SUFFIXES = frozenset("jr jr. sr sr. ii iii iv".split())


def split_byline(line: str | None) -> tuple[str, ...]:
    """Return the people named in a byline, in order, each once.

    Organisations and roles (``Staff Reporter``, ``Reuters``) are no people and are left out.
    """
    if not line:
        return ()
    text = clean_line(line)[:400]
    text = _LABEL.sub("", text)
    text = _LEAD.sub("", text)
    names: list[str] = []
    for part in _SPLIT.split(text):
        for piece in _COMMA.split(part):
            if piece.lower() in _DEGREES or (names and is_place(piece)):
                continue  # By Jane Roe, Nairobi
            if names and piece.lower() in _SUFFIXES:
                names[-1] += f", {piece}"
                continue
            name = clean_name(piece)
            if name and name not in names:
                names.append(name)
    return tuple(names)


def clean_name(text: str) -> str | None:
    """Return one person's name without lead-in, address and role, or ``None`` if this is no person's name."""
    name = _LEAD.sub("", clean_line(text))
    if _OTHER_WORK.match(name):
        return None
    name = _JOB.sub("", _CONTACT.sub("", name))
    name = _TAIL.sub("", name).strip(" ,.;:|-–—")
    if not 3 <= len(name) <= 60 or _NOT_NAME.search(name):
        return None
    words = name.split()
    if len(words) > 6 or _ROLE.search(name) or agency(name):
        return None
    if len(words) == 1 and (name.casefold() in _NOBODY or re.fullmatch(r"[A-Z]{2,5}", name)):
        return None
    if re.search(
        r"\b(?:editorial|board|redac\w+|redaz\w+|redaktion|rédaction|guest|desk)\b",
        name,
        re.IGNORECASE,
    ):
        return None
    if not any(c.isalpha() for c in name):
        return None
    if name.isascii() and name.isupper() and len(words) > 1:
        name = " ".join(_capitalise(w) for w in words)
        words = name.split()
    lower = [w for w in words if w[0].islower() and w.lower() not in _PARTICLES]
    return None if lower and len(lower) * 2 >= len(words) else name


def _capitalise(word: str) -> str:
    """Write a word of an all-capitals name as names are written."""
    if word.lower() in _PARTICLES:
        return word.lower()
    return "-".join(re.sub(r"^(Mc|O['’])([a-z])", lambda m: m.group(1) + m.group(2).upper(), p.capitalize())
                    for p in word.split("-"))  # fmt: skip
