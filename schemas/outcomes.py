"""What happens to an input that does not become an article or whose article cannot be annotated."""

from __future__ import annotations

import dataclasses
from typing import Final

REASONS: Final[dict[str, str]] = {
    "unreadable": "The file could not be opened or read: permission, vanished, input/output error.",
    "empty": "No bytes, or nothing but white space and markup.",
    "binary": "The bytes are no text in any encoding we know (a picture, a program, a database).",
    "bad_encoding": "Text, but its encoding could not be told or contradicts itself.",
    "bad_format": "The bytes do not follow the format they claim: broken JSON, XML, CSV, mail.",
    "bad_record": "One record of a container is malformed; its neighbours were read.",
    "truncated": "A compressed stream or a container ends early.",
    "encrypted": "The archive or the member needs a password.",
    "unsupported": "A format or a compression we do not read, or whose optional reader is not installed.",
    "too_large": "Larger than --max-bytes, or it unpacks to more.",
    "too_deep": "Nested deeper than the parsers' limit: markup, JSON, archives in archives.",
    "too_complex": "More elements or attributes than the parsers' limit.",
    "too_short": "Fewer words than --min-words.",
    "no_article": "A readable document that holds no article: an index page, a menu, a list of links.",
    "unsafe": "A member name or a link that leaves its archive, or a loop of links.",
    "wrong_language": "Not English, which is the language the model knows.",
    "timeout": "Took longer than --timeout-seconds; the reader was stopped.",
    "crash": "The reader or the model was killed by this input alone.",
}
"""The fixed vocabulary of ``rejects.reason`` with what each means. Adding one is a minor version."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One input we could not process, or chose not to.

    ``stage`` is the step that rejected it (``read``, ``parse``, ``annotate``); ``error`` is the name of the exception
    class, if there was one; ``message`` says what was found and what was expected; ``traceback`` is set only where the
    fault is ours.
    """

    stage: str
    uri: str
    reason: str
    message: str
    member: str | None = None
    record_offset: int | None = None
    article_id: str | None = None
    error: str | None = None
    traceback: str | None = None

    def __post_init__(self) -> None:
        """Refuse a reason outside the vocabulary, so that a typo fails in the test that makes it."""
        if self.reason not in REASONS:
            raise ValueError(
                f"unknown reject reason {self.reason!r}; expected one of {', '.join(REASONS)}"
            )


class DocumentError(ValueError):
    """A document cannot become an article; ``reason`` is one of ``REASONS``.

    The one exception that readers and parsers of hostile input declare; anything else they raise is a bug.
    """

    def __init__(self, reason: str, message: str) -> None:
        """Keep the reason beside the message."""
        if reason not in REASONS:
            raise AssertionError(f"unknown reject reason {reason!r}")
        super().__init__(message)
        self.reason = reason
        self.message = message

    def __reduce__(self) -> tuple[type[DocumentError], tuple[str, str]]:
        """Survive the way between processes with both arguments."""
        return type(self), (self.reason, self.message)
