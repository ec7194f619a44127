"""Reading bytes as if they were a file."""

from __future__ import annotations

import io

from schemas.documents import Article, InputFile
from schemas.outcomes import DocumentError, Reject
from transforms.formats.reading import parse_document, read_documents
from transforms.formats.settings import ParseSettings

SETTINGS = ParseSettings()
TITLE = "Ministers agree border truce after three days of talks"
BODY = (
    "Ministers from two neighbouring states agreed on Tuesday to a border truce, officials said.",
    "“We have signed the text,” the foreign minister, Anna Keller, told reporters.",
    "The defence ministry said troops would withdraw five kilometres from the line.",
    "Observers will report to the joint commission every week, according to the statement.",
)
TEXT = TITLE + "\n\n" + "\n\n".join(BODY) + "\n"


def read(
    payload: bytes, name: str = "file", settings: ParseSettings = SETTINGS
) -> list[Article | Reject]:
    """Return all articles and rejects of a file with these bytes."""
    found: list[Article | Reject] = []
    file = InputFile(uri=f"/archive/{name}", size=len(payload))
    for document in read_documents(file, io.BytesIO(payload), settings):
        if isinstance(document, Reject):
            found.append(document)
            continue
        try:
            found.append(parse_document(document, settings))
        except DocumentError as error:
            found.append(
                Reject(
                    stage="parse",
                    uri=document.uri,
                    member=document.member,
                    record_offset=document.record_offset,
                    reason=error.reason,
                    message=error.message,
                )
            )
    return found


def articles(
    payload: bytes, name: str = "file", settings: ParseSettings = SETTINGS
) -> list[Article]:
    """Return the articles, which must be all there is."""
    found = read(payload, name, settings)
    assert all(isinstance(a, Article) for a in found), found
    return found  # type: ignore[return-value]


def reasons(payload: bytes, name: str = "file", settings: ParseSettings = SETTINGS) -> list[str]:
    """Return what became of each document: ``ok`` or the reason of its reject."""
    return [a.reason if isinstance(a, Reject) else "ok" for a in read(payload, name, settings)]


def check(article: Article) -> None:
    """Assert what the docstring of Article promises."""
    assert article.text.strip()
    paragraphs = article.text.split("\n\n")
    assert all(p == p.strip() and p and "\n" not in p for p in paragraphs)
    starts = [0]
    for paragraph in paragraphs[:-1]:
        starts.append(starts[-1] + len(paragraph) + 2)
    assert article.paragraph_offsets == tuple(starts)
    assert (article.published_at is None) == (article.published_precision == "unknown")
    assert (article.published_at is None) == (article.published_basis is None)
    assert article.published_at is None or article.published_at.utcoffset() is not None
    article.text.encode()
    article.uri.encode()
