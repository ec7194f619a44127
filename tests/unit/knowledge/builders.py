"""Annotated articles made by hand: names in brackets become spans, a toy grammar gives tags and relations.

``annotate("[Lloyd Austin|PERSON] met [Suh Wook|PERSON] in [Seoul|LOC].")``. The grammar knows one clause: subject, verb,
object, prepositional phrases, coordination; that is what the rules under test look at.
"""

from __future__ import annotations

import datetime as dt
import re

from schemas import ids
from schemas.annotations import AnnotatedArticle, Sentence, Span, Tokens
from schemas.documents import Article

PREPOSITIONS = frozenset(
    "in at on of from to with by for near between against through across outside inside around over into after during".split()
)
DETERMINERS = frozenset("the a an this that his her its their".split())
PRONOUNS = frozenset("he she it they".split())
VERBS = frozenset(
    "said met told warned flew visited urged attacked seized shelled bombed struck killed hit held arrived spoke added "
    "resumed rejected condemned praised fired arrested talked left suspended announced lives reported began is was were "
    "had called thanked asked fled moved opened closed shook reached signed marched gathered".split()
)
_TOKEN = re.compile(r"'s\b|(?:[A-Za-z]\.){2,}|[^\W_]+(?:['’](?!s\b)[^\W_]+)*|[^\w\s]", re.UNICODE)
_MARK = re.compile(r"\[([^\]|]+)\|([A-Z]+)\]")


def annotate(
    marked: str, *, date: dt.date | None = None, dateline: str | None = None, uri: str = "test"
) -> AnnotatedArticle:
    """Build an annotated article from marked text; a sentence ends at a full stop that ends a line."""
    text, wanted = "", []
    position = 0
    for match in _MARK.finditer(marked):
        text += marked[position : match.start()]
        wanted.append((len(text), len(text) + len(match[1]), match[2]))
        text += match[1]
        position = match.end()
    text += marked[position:]
    tokens = Tokens(
        starts=[], ends=[], words=[], lowers=[], lemmas=[], tags=[], xpos=[], relations=[], heads=[]
    )
    sentences: list[Sentence] = []
    offset = 0
    for line in text.split("\n"):
        first = len(tokens)
        for match in _TOKEN.finditer(line):
            _add(tokens, match[0], offset + match.start(), offset + match.end())
        if len(tokens) > first:
            _parse(tokens, first, len(tokens))
            sentences.append(
                Sentence(
                    index=len(sentences),
                    first=first,
                    last=len(tokens),
                    start=tokens.starts[first],
                    end=tokens.ends[-1],
                )
            )
        offset += len(line) + 1
    spans = []
    for start, end, label in wanted:
        inside = [
            i for i in range(len(tokens)) if tokens.starts[i] >= start and tokens.ends[i] <= end
        ]
        spans.append(Span(first=inside[0], last=inside[-1] + 1, start=start, end=end, label=label))
    at = dt.datetime(date.year, date.month, date.day, tzinfo=dt.timezone.utc) if date else None
    article = Article(
        article_id=ids.article_id(uri, None, None),
        uri=uri,
        source_format="text",
        text=text,
        content_hash=ids.content_hash(None, text),
        word_count=len(tokens),
        extractor="none",
        published_at=at,
        published_precision="day" if at else "unknown",
        dateline_place=dateline,
    )
    return AnnotatedArticle(
        article=article, tokens=tokens, sentences=tuple(sentences), spans=tuple(spans)
    )


def _add(tokens: Tokens, word: str, start: int, end: int) -> None:
    lower = word.lower()
    tag = "NOUN"
    if not any(letter.isalnum() for letter in word):
        tag = "PUNCT"
    elif lower == "'s":
        tag = "PART"
    elif lower in PREPOSITIONS:
        tag = "ADP"
    elif lower in DETERMINERS:
        tag = "DET"
    elif lower in PRONOUNS:
        tag = "PRON"
    elif lower == "and":
        tag = "CCONJ"
    elif lower in VERBS:
        tag = "VERB"
    elif word[0].isdigit():
        tag = "NUM"
    elif word[0].isupper():
        tag = "PROPN"
    tokens.starts.append(start)
    tokens.ends.append(end)
    tokens.words.append(word)
    tokens.lowers.append(lower)
    tokens.lemmas.append(_LEMMAS.get(lower, lower))
    tokens.tags.append(tag)
    tokens.xpos.append("")
    tokens.relations.append("dep")
    tokens.heads.append(0)


_LEMMAS = {
    "said": "say", "told": "tell", "flew": "fly", "visited": "visit", "arrived": "arrive", "left": "leave",
    "attacked": "attack", "bombed": "bomb", "shelled": "shell", "seized": "seize", "warned": "warn", "met": "meet",
    "added": "add", "struck": "strike", "reached": "reach", "shook": "shake", "fled": "flee",
}  # fmt: skip


def _parse(tokens: Tokens, first: int, last: int) -> None:
    root = next((i for i in range(first, last) if tokens.tags[i] == "VERB"), first)
    tokens.heads[root], tokens.relations[root] = root, "root"
    index, role = first, "nsubj"
    previous: int | None = None
    while index < last:
        if index == root:
            index, role = index + 1, "obj"
            continue
        tag = tokens.tags[index]
        if tag in ("PUNCT", "CCONJ"):
            tokens.heads[index], tokens.relations[index] = root, "punct" if tag == "PUNCT" else "cc"
            if tag == "CCONJ":
                role = "conj"
            elif tokens.words[index] == ",":
                role = "appos" if previous is not None else role
            index += 1
            continue
        if tag == "ADP":
            tokens.heads[index], tokens.relations[index] = min(index + 1, last - 1), "case"
            role = "obl"
            index += 1
            continue
        if tag == "VERB":
            tokens.heads[index], tokens.relations[index] = root, "conj"
            index += 1
            continue
        end = index
        while end + 1 < last and tokens.tags[end + 1] in (
            "PROPN",
            "NOUN",
            "NUM",
            "DET",
            "PART",
            "PRON",
        ):
            end += 1
        head = end
        while head > index and tokens.tags[head] == "PART":
            head -= 1
        for inner in range(index, end + 1):
            if inner == head:
                continue
            after = tokens.tags[inner + 1] == "PART" if inner < end else False
            tokens.heads[inner] = head
            tokens.relations[inner] = (
                "case"
                if tokens.tags[inner] == "PART"
                else "nmod:poss"
                if after
                else "det"
                if tokens.tags[inner] == "DET"
                else "compound"
            )
        if role == "conj" and previous is not None:
            tokens.heads[head], tokens.relations[head] = previous, "conj"
        else:
            tokens.heads[head], tokens.relations[head] = (
                (previous if role == "appos" and previous else root),
                role,
            )
            previous = head
        if index > first and tokens.tags[index - 1] == "ADP":
            tokens.heads[index - 1] = head
            if (
                index - 2 >= first
                and tokens.lowers[index - 1] == "of"
                and tokens.tags[index - 2] in ("NOUN", "PROPN")
            ):
                tokens.heads[head] = index - 2
        index = end + 1
