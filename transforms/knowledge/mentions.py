"""What an article names: the model's spans, mended and completed with the phrases the tables know.

The model's spans come with titles, possessives and headline words stuck to them, and with a country labelled as an
organisation now and then. Where a phrase of our tables stands in the text with its capitals, the table decides what it
is; where a span holds a title, the person after it is cut out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

from schemas.annotations import AnnotatedArticle, Tokens
from transforms.knowledge.knowledge import EVERYDAY, Knowledge, Organisation, Term
from transforms.knowledge.names import HONORIFICS
from transforms.knowledge.words import LOWER_WORDS, key, pieces

GIVEN_NAMES: Final = frozenset(
    "jordan chad israel georgia kenya india cuba dominica jersey ira malta santiago".split()
)
"""Country and city names that people bear: labelled PERSON and standing alone, they stay a person if the article has
one."""

EDGE_WORDS: Final = frozenset(
    "the a an of in on at to for with by from and or amid as but after before against between near over under its his her "
    "their this that these those while when where if is are was were says said mr mrs ms dr sir via per than into".split()
)
HALF_TITLES: Final = frozenset("special independent deputy assistant high".split())
"""First words of titles that the model takes for the end of an organisation's name: ``UN Special`` Rapporteur."""
BODIES: Final = frozenset(
    "Group Command Enterprise Council Authority Authorities Office Department Committee Commission Assembly Court Party Union "
    "Bank Company Association Heads Board Staff Headquarters Directorate Secretariat Law Code Gazette Hospital School "
    "University Institute Foundation House Service Services Agency Bureau Force Forces Army Navy Police Corps Guard Stool "
    "Drive Street Road Avenue Square Bridge Airport Park Stadium Hotel Palace Station Wharf "
    "Limited Ltd Inc Corporation Centre Center Academy College Society Federation League Fund Trust Ministry".split()
)
"""Last words of names of bodies, which are no person's: what stands before them is no title."""
TITLE_SECTORS: Final = frozenset(("GOV", "MIL", "LEG", "JUD", "COP", "REL"))
NOUNS_OF_HEADLINES: Final = frozenset(
    "threat threats talks war crisis visit alliance deal ties tensions summit".split()
)
DIRECTIONS: Final = frozenset(
    "north south east west northern southern eastern western central northeast northwest southeast southwest "
    "north-eastern north-western mainland upper lower greater rural downtown".split()
)
MONTHS: Final = frozenset(
    "january february march april may june july august september october november december jan feb mar apr jun jul aug "
    "sept sep oct nov dec monday tuesday wednesday thursday friday saturday sunday".split()
)
COMBINING: Final = {
    "anglo": "british", "franco": "french", "graeco": "greek", "greco": "greek", "hispano": "spanish", "indo": "indian",
    "israelo": "israeli", "italo": "italian", "luso": "portuguese", "nippo": "japanese", "russo": "russian",
    "sino": "chinese", "turco": "turkish",
}  # fmt: skip
"""Beginnings of joined adjectives that name a country before a hyphen and the adjective of another: *Sino-Indian*."""
QUIET_LABELS: Final = frozenset(("DATE", "MONEY"))


@dataclasses.dataclass(slots=True)
class Found:
    """One mention: tokens ``first`` to ``last`` (exclusive); ``term`` or ``organisation`` where a table knows it.

    ``start`` and ``end`` are code points where the mention is a part of one token (``ROK`` in ``U.S.-ROK``). ``maybe`` is
    what the tables say of a word that the model called a person (``Georgia``).
    """

    first: int
    last: int
    label: str
    sentence: int
    term: Term | None = None
    organisation: Organisation | None = None
    start: int | None = None
    end: int | None = None
    maybe: Hit | None = None


@dataclasses.dataclass(slots=True)
class Hit:
    """A known phrase in the text, tokens ``first`` to ``last`` (exclusive)."""

    first: int
    last: int
    term: Term
    organisation: Organisation | None = None
    parts: tuple[tuple[int, int, Term], ...] = ()


class Scan:
    """The known phrases of an article: names with capitals, and roles in any case, by their first and last token."""

    __slots__ = ("knowledge", "names", "parts", "role_at", "role_ending", "tokens")

    def __init__(self, tokens: Tokens, knowledge: Knowledge) -> None:
        """Scan all tokens once."""
        self.tokens = tokens
        self.knowledge = knowledge
        self.names: list[Hit] = []
        self.role_at: dict[int, Hit] = {}
        self.role_ending: dict[int, Hit] = {}
        self.parts: list[tuple[str, ...]] = [
            (lower,) if lower.isalpha() and lower.isascii() else pieces(lower)
            for lower in tokens.lowers
        ]
        self._run()

    def _run(self) -> None:
        words, parts = self.tokens.words, self.parts
        longest, cased = self.knowledge.longest, self.knowledge.cased
        size, index = len(words), 0
        while index < size:
            part = parts[index]
            word = words[index]
            if not part or (len(part) == 1 and part[0] not in longest and word not in cased):
                index += 1
                continue
            capital = word[0].isupper() or word[0].isdigit()
            hit: Hit | None = None
            if capital and "-" in word and len(part) > 1:
                hit = self._compound(index)
            if hit is None and part[0] in longest:
                hit = self._longest(index, capital)
            if hit is None and capital and word in cased and self._may_be_short_name(index):
                organisation = cased[word]
                hit = Hit(index, index + 1, _term_of(organisation), organisation)
            if hit is None:
                index += 1
                continue
            if hit.term.kind == "role":
                self.role_at[hit.first] = hit
                self.role_ending[hit.last] = hit
            else:
                if hit.organisation is None and hit.term.kind == "organisation":
                    hit.organisation = self.knowledge.organisations_by_name.get(
                        self.key(hit.first, hit.last)
                    )
                if hit.term.kind in ("demonym", "country") and words[hit.first - 1] in ("-", "–"):
                    self._add_combining(hit.first)
                self.names.append(hit)
            index = hit.last

    def _add_combining(self, index: int) -> None:
        """Add the country that a beginning before the adjective of another names: *Sino* in *Sino-Indian*."""
        tokens, first = self.tokens, index - 2
        if first < 0 or tokens.ends[first] != tokens.starts[index - 1]:
            return
        if tokens.lowers[index] == "china" and tokens.lowers[first] == "indo":
            return  # a peninsula
        adjective = COMBINING.get(tokens.lowers[first])
        term = self.knowledge.terms.get(adjective) if adjective else None
        if term is not None and tokens.ends[index - 1] == tokens.starts[index]:
            self.names.append(Hit(first, first + 1, term))

    def _compound(self, index: int) -> Hit | None:
        """Read a token that joins countries: ``U.S.-ROK``, ``ROK-U.S.-Japan``."""
        start = self.tokens.starts[index]
        found: list[tuple[int, int, Term]] = []
        for piece in self.tokens.words[index].split("-"):
            term = self.knowledge.terms.get(key(piece))
            if (
                term is None
                or term.kind not in ("country", "demonym", "seat")
                or not piece[:1].isupper()
            ):
                return None
            found.append((start, start + len(piece), term))
            start += len(piece) + 1
        return Hit(index, index + 1, found[0][2], parts=tuple(found)) if len(found) > 1 else None

    def _longest(self, start: int, capital: bool) -> Hit | None:
        tokens, parts, terms = self.tokens, self.parts, self.knowledge.terms
        first, after = parts[start], parts[start + 1] if start + 1 < len(parts) else ()
        limit = self.knowledge.longest[first[0]]
        if len(first) == 1 and after and after[0] not in self.knowledge.following.get(first[0], ()):
            if first[0] not in terms:
                return None  # half of what is tried: no phrase goes on like this
            limit = 1
        phrase, count, index = "", 0, start
        best: Hit | None = None
        size = len(parts)
        while index < size and count < limit:
            part = parts[index]
            if not part:
                if (
                    index > start
                    and tokens.words[index] in ("-", "'", "’", ".", "–")
                    and (tokens.ends[index - 1] == tokens.starts[index])
                ):
                    index += 1
                    continue
                break
            joined = part[0] if len(part) == 1 else " ".join(part)
            phrase = f"{phrase} {joined}" if phrase else joined
            count += len(part)
            index += 1
            term = terms.get(phrase)
            if term is not None and (
                term.kind == "role"
                or (
                    self._has_capitals(start, index, capital, phrase)
                    and (term.kind != "organisation" or self._is_written_so(start, index))
                )
            ):
                best = Hit(start, index, term)
        return best

    def _has_capitals(self, start: int, end: int, capital: bool, phrase: str) -> bool:
        words = self.tokens.words
        if phrase in ("us", "us s", "car", "act", "fry"):
            return words[start].isupper()
        if phrase in LOWER_WORDS:
            return capital and self.tokens.tags[start] == "PROPN"
        if capital:
            return True
        if words[start] in ("al", "el", "the", "ethnic", "pro"):
            return any(word[:1].isupper() for word in words[start + 1 : end])
        return False

    def _is_written_so(self, start: int, end: int) -> bool:
        """Say whether one short word has the capitals of the organisation's name: *RAB*, not *Rab*, not *RT-PCR*."""
        word = self.tokens.words[start]
        if end - start > 1 or len(word) > SHORT_NAME or not word.isalpha():
            return True
        if word.isupper():
            following = self.tokens.words[end : end + 2]
            return not (
                len(following) == 2
                and following[0] == "-"
                and following[1].isupper()
                and self.tokens.starts[end] == self.tokens.ends[start]
                and key(following[1]) not in self.knowledge.terms
            )
        return not word.isascii() or word in self.knowledge.cased

    def _may_be_short_name(self, index: int) -> bool:
        """Say whether a word that is also an everyday word stands for an organisation: IS, WHO, but not in headlines in capitals."""
        word = self.tokens.words[index]
        if self.parts[index] and self.parts[index][0] not in EVERYDAY:
            return True
        if not word.isupper() or len(word) < 2 or not self._is_written_so(index, index + 1):
            return False
        around = [
            other
            for other in self.tokens.words[max(0, index - 2) : index + 3]
            if other.isalpha() and other != word
        ]
        return not around or not all(other.isupper() for other in around)

    def key(self, first: int, last: int) -> str:
        """Return the lookup key of a stretch of tokens."""
        return " ".join(" ".join(part) for part in self.parts[first:last] if part)


def _term_of(organisation: Organisation) -> Term:
    return Term(
        kind="organisation",
        name=organisation.name,
        country=organisation.country,
        code=organisation.code,
        sector=organisation.sector,
        role_kind=organisation.kind,
    )


SHORT_NAME: Final = 5
"""Names of so many letters may be initials; then only capitals tell them from other words."""
LABEL_OF: Final = {
    "country": "LOC",
    "seat": "LOC",
    "region": "LOC",
    "city": "LOC",
    "demonym": "NORP",
    "people": "NORP",
    "ethnic": "NORP",
    "religion": "NORP",
    "organisation": "ORG",
}


def find_mentions(annotated: AnnotatedArticle, scan: Scan) -> list[Found]:
    """Return the mentions of an article in text order; they do not overlap."""
    tokens = annotated.tokens
    sentence_of = _sentence_index(annotated)
    hits = scan.names
    found: list[Found] = []
    position = 0
    for span in annotated.spans:
        first, last = _trim(tokens, span.first, span.last)
        if span.label in QUIET_LABELS:
            found.append(Found(span.first, span.last, span.label, sentence_of[span.first]))
            continue
        if first >= last:
            continue
        while position < len(hits) and hits[position].last <= first:
            position += 1
        if span.label == "PERSON":
            first, last = _widen(
                tokens, scan, first, last, found[-1].last if found else 0, annotated
            )
        inside = []
        index = position
        while index < len(hits) and hits[index].first < last:
            inside.append(hits[index])
            index += 1
        found.extend(_mend(tokens, scan, first, last, span.label, inside, sentence_of))
    taken = bytearray(len(tokens))
    kept: list[Found] = []
    for mention in found:
        if (
            mention.start is not None
            and kept
            and kept[-1].first == mention.first
            and kept[-1].end != mention.end
        ):
            kept.append(mention)
        elif not any(taken[mention.first : mention.last]):
            taken[mention.first : mention.last] = b"\x01" * (mention.last - mention.first)
            kept.append(mention)
    for hit in hits:
        if not any(taken[hit.first : hit.last]) and _stands_alone(tokens, hit):
            kept.extend(_from_hit(hit, sentence_of))
            taken[hit.first : hit.last] = b"\x01" * (hit.last - hit.first)
    kept.sort(key=lambda mention: (mention.first, mention.start or 0))
    return kept


def _sentence_index(annotated: AnnotatedArticle) -> list[int]:
    index = [0] * len(annotated.tokens)
    for sentence in annotated.sentences:
        for token in range(sentence.first, sentence.last):
            index[token] = sentence.index
    return index


def _from_hit(hit: Hit, sentence_of: Sequence[int]) -> list[Found]:
    sentence = sentence_of[hit.first]
    if hit.parts:
        return [
            Found(hit.first, hit.last, LABEL_OF[term.kind], sentence, term, start=start, end=end)
            for start, end, term in hit.parts
        ]
    return [
        Found(hit.first, hit.last, LABEL_OF[hit.term.kind], sentence, hit.term, hit.organisation)
    ]


def _all_hits(hits: Sequence[Hit], sentence_of: Sequence[int]) -> list[Found]:
    return [found for hit in hits for found in _from_hit(hit, sentence_of)]


def _stands_alone(tokens: Tokens, hit: Hit) -> bool:
    """Say whether a known phrase that no span covers is that name: not a part of a longer name in capitals."""
    if hit.term.kind in ("country", "demonym", "people", "religion", "ethnic"):
        return True
    before = hit.first - 1
    after = hit.last
    if (
        after < len(tokens)
        and after - hit.first == 1
        and tokens.lowers[hit.first] in EVERYDAY
        and tokens.words[after][:1].isupper()
        and tokens.heads[hit.first] == after
    ):
        return False  # Commonwealth Games
    if tokens.tags[hit.first] not in ("PROPN", "NOUN", "ADJ", "X") or (
        before >= 0
        and tokens.tags[before] == "PROPN"
        and tokens.relations[before] in ("flat", "compound")
        and tokens.heads[before] in range(hit.first, hit.last)
    ):
        return False
    return not (
        after < len(tokens)
        and tokens.relations[after] == "flat"
        and tokens.words[after][:1].isupper()
    )


def _trim(tokens: Tokens, first: int, last: int) -> tuple[int, int]:
    """Cut articles, prepositions, possessives and punctuation off the ends of a span."""
    words, lowers = tokens.words, tokens.lowers
    while first < last and (
        (lowers[first] in EDGE_WORDS and not (words[first].isupper() and len(words[first]) > 1))
        or not any(letter.isalnum() for letter in words[first])
    ):
        first += 1
    while (
        first < last
        and not (last - first > 2 and words[last - 2] in ("-", "–"))
        and (
            lowers[last - 1] in ("'s", "’s", "'", "’", "the", "of", "in", "and")
            or (not any(letter.isalnum() for letter in words[last - 1]) and words[last - 1] != ")")
        )
    ):
        last -= 1
    if first < last and words[last - 1] == ")" and "(" not in words[first:last]:
        last -= 1
    return first, last


def _widen(
    tokens: Tokens, scan: Scan, first: int, last: int, floor: int, annotated: AnnotatedArticle
) -> tuple[int, int]:
    """Take in a first name or a suffix that the model left outside a person: ``Lloyd`` J. Austin ``III``."""
    del annotated
    words, tags = tokens.words, tokens.tags
    size = len(words)
    while (
        first > floor
        and tokens.lowers[first - 1] not in EDGE_WORDS
        and tokens.lowers[first - 1].rstrip(".") not in HONORIFICS
        and tags[first - 1] == "PROPN"
        and words[first - 1][:1].isupper()
        and not words[first - 1].isupper()
        and first not in scan.role_ending
        and tokens.relations[first] in ("flat", "flat:name")
        and tokens.heads[first] == first - 1
        and not any(
            hit.first < first <= hit.last
            for hit in scan.names
            if hit.last >= first - 1 and hit.first <= first
        )
    ):
        first -= 1
    if (
        last + 1 < size
        and words[last] == "-"
        and tokens.ends[last - 1] == tokens.starts[last]
        and (
            tokens.ends[last] == tokens.starts[last + 1]
            and len(words[last + 1]) <= 8
            and tags[last + 1] != "VERB"
            and words[last + 1] not in ("led", "backed", "era")
        )
    ):
        last += 2
    while last < size and (
        words[last] in ("III", "II", "IV", "Jr.", "Jr", "Sr.", "Sr")
        or (
            words[last - 1].endswith(".")
            and len(words[last - 1]) == 2
            and tags[last] == "PROPN"
            and words[last][:1].isupper()
        )
    ):
        last += 1
    return first, last


def _mend(
    tokens: Tokens,
    scan: Scan,
    first: int,
    last: int,
    label: str,
    hits: Sequence[Hit],
    sentence_of: Sequence[int],
) -> list[Found]:
    """Turn one span and the known phrases that touch it into mentions."""
    sentence = sentence_of[first]
    split = _after_title(tokens, scan, first, last, label)
    if split is not None:
        before = _all_hits([hit for hit in hits if hit.last <= split], sentence_of)
        return [*before, Found(split, last, "PERSON", sentence)]
    if not hits:
        if (
            label in ("PERSON", "ORG", "MISC")
            and _only_roles(scan, first, last)
            and label == "PERSON"
        ):
            return []
        return [Found(first, last, label, sentence)]
    whole = next((hit for hit in hits if hit.first <= first and hit.last >= last), None)
    if whole is not None:
        if label == "PERSON" and last - first == 1 and tokens.lowers[first] in GIVEN_NAMES:
            return [Found(first, last, "PERSON", sentence, maybe=whole)]
        return _from_hit(whole, sentence_of)
    head = hits[0]
    if label == "PERSON":
        if head.first <= first and head.term.kind in (
            "demonym",
            "seat",
            "country",
            "organisation",
            "people",
            "ethnic",
        ):
            rest = tokens.lowers[head.last : last]
            if head.term.kind == "demonym" and rest and tokens.words[head.last][:1].isupper():
                return [*_from_hit(head, sentence_of), Found(head.last, last, "PERSON", sentence)]
            if tokens.lowers[head.first] not in GIVEN_NAMES and all(
                word in NOUNS_OF_HEADLINES for word in rest
            ):
                return _from_hit(head, sentence_of)
        return [Found(first, last, "PERSON", sentence)]
    if (
        label == "LOC"
        and head.first <= first
        and any(word in MONTHS or word[:1].isdigit() for word in tokens.lowers[head.last : last])
    ):
        return _from_hit(head, sentence_of)
    if (
        label == "LOC"
        and last - first > 1
        and scan.key(first, last) in scan.knowledge.gazetteer
        and (head.first > first or hits[-1].last < last or len(hits) > 1)
    ):
        return [Found(first, last, label, sentence)]
    if label in ("NORP", "LOC") and (len(hits) > 1 or _only_directions(tokens, first, last, hits)):
        return _all_hits(hits, sentence_of)
    if label == "NORP":
        return _all_hits(hits, sentence_of)
    if head.first < first or hits[-1].last > last:
        return _all_hits(hits, sentence_of)
    if (
        label in ("ORG", "MISC")
        and all(word in NOUNS_OF_HEADLINES for word in tokens.lowers[hits[-1].last : last])
        and (hits[0].first == first and hits[-1].last < last)
    ):
        return _all_hits(hits, sentence_of)
    if (
        len(hits) == 1
        and head.term.kind == "organisation"
        and head.first == first
        and (
            tokens.words[head.last] in ("(", "'s", "’s", "/")
            or all(word.islower() for word in tokens.words[head.last : last])
            or HALF_TITLES.issuperset(tokens.lowers[head.last : last])
            or (head.last in scan.role_at and scan.role_at[head.last].last >= last)
        )
    ):
        return _from_hit(head, sentence_of)
    return [Found(first, last, label, sentence)]


def _after_title(tokens: Tokens, scan: Scan, first: int, last: int, label: str) -> int | None:
    """Return where the name starts after a title inside a span: ``US Defence Secretary | Lloyd Austin``."""
    if label not in ("PERSON", "ORG", "MISC", "NORP", "LOC"):
        return None
    for index in range(last - 1, first, -1):
        role = scan.role_ending.get(index)
        if role is None:
            continue
        if (
            role.term.role_kind != "person"
            or role.term.sector in (None, "CVL", "SOC", "LAB")
            or (
                label != "PERSON"
                and (
                    role.term.is_plural
                    or role.term.rank < 2
                    or role.term.sector not in TITLE_SECTORS
                    or role.term.name == "official"
                )
            )
        ):
            return None
        rest = tokens.words[index:last]
        if label != "PERSON" and rest and rest[-1] in BODIES:
            return None  # the Attorney General Office, General Command
        if not rest or not all(
            word[:1].isupper() or word in ("al", "el", "bin", "de", "van", "von", "-")
            for word in rest
        ):
            return None
        if label != "PERSON" and not all(
            tag in ("PROPN", "PUNCT") for tag in tokens.tags[index:last]
        ):
            return None
        return index
    return None


def _only_roles(scan: Scan, first: int, last: int) -> bool:
    index = first
    while index < last:
        role = scan.role_at.get(index)
        if role is None:
            return False
        index = role.last
    return index == last


def _only_directions(tokens: Tokens, first: int, last: int, hits: Sequence[Hit]) -> bool:
    """Say whether what a known phrase leaves of a place span is a direction: ``northern Gaza``."""
    covered = {index for hit in hits for index in range(hit.first, hit.last)}
    return all(
        index in covered
        or tokens.lowers[index] in DIRECTIONS
        or not tokens.words[index][:1].isupper()
        for index in range(first, last)
    )
