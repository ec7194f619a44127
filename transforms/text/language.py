"""Which language a text is in."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

_SAMPLE = 3000  # characters; more changes nothing
_MIN_LETTERS = 24  # shorter Latin text is a coin toss for any identifier
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LETTER = re.compile(r"[^\W\d_]")
_ENGLISH = frozenset(
    """the of and to a in that is was for on with as by at from it an be his has had are were said will he they
    have not its their which this who after been would or about over more when she her against into up than could
    but we our also during if there you between before out under while some all one two you're i been them
    him told no new other because since most where what can should through being did do until both those these
    may says""".split()
)
_FOREIGN = frozenset(
    """de la le les des und der die das et en el los las que por para con una un il di che per non sono het een van
    dat op niet och att det som av på og er til ikke i yang dan dari untuk dengan ini itu ng sa mga na ang nga ka
    ba ko da na ya wa ni kwa nie się jest do w z que não em os um uma dos da na no se du au aux est dans pour
    ve bir bu için ile""".split()
)
_AMBIGUOUS = _ENGLISH & _FOREIGN


def detect(text: str) -> tuple[str | None, float | None]:
    """Return the ISO 639-1 code of the language of ``text`` and a confidence from 0 to 1.

    Text full of English function words is English without further ado, which is most of an English archive and
    costs 50 microseconds. The rest goes to py3langid. Too short a text has no language: ``(None, None)``.
    """
    sample = text[:_SAMPLE]
    words = _WORD.findall(sample.lower())
    if not words:
        return None, None
    english = sum(1 for w in words if w in _ENGLISH and w not in _AMBIGUOUS)
    foreign = sum(1 for w in words if w in _FOREIGN and w not in _AMBIGUOUS)
    share = english / len(words)
    if share >= 0.18 and english > 3 * foreign and english >= 2:
        return "en", round(min(0.99, 0.8 + share / 2), 3)
    if share >= 0.12 and english > foreign and english >= 8:
        return "en", round(0.5 + english / (english + foreign) / 3, 3)
    latin = sum(1 for c in sample if c.isascii() and c.isalpha())
    letters = len(_LETTER.findall(sample))
    if letters < _MIN_LETTERS and latin * 2 > letters:
        return ("en", 0.5) if english > foreign else (None, None)
    if letters < 4:
        return None, None
    code, confidence = _identifier()(sample)
    return code, round(float(confidence), 3)


@functools.lru_cache(maxsize=1)
def _identifier() -> Callable[[str], tuple[str, float]]:
    """Load the identifier, once and late: a second that an English archive never spends."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(sorted({label for label in identifier.labels if len(label) == 2}))
    classify: Callable[[str], tuple[str, float]] = identifier.classify
    return classify
