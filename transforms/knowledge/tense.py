"""Whether a date expression lies before or after the time of writing, as its governing verb says.

*Protesters marched on Wednesday* means the last Wednesday, *will march on Wednesday* the next. The answer is ``PAST``,
``FUTURE`` or null where the sentence does not tell (*a meeting planned with the minister was to follow on Friday*):
whoever asks must then do without a day.
"""

from __future__ import annotations

from typing import Final, Literal

from schemas.annotations import Tokens

Direction = Literal["past", "future"]

_WILL: Final = frozenset(["will", "'ll", "’ll", "wo", "shall", "sha"])
_MODALS: Final = frozenset("may might should must can".split())
_PRESENT_BE: Final = frozenset(["is", "are", "am", "'s", "’s", "'re", "’re", "'m", "’m"])
_PAST_BE: Final = frozenset(["was", "were"])
_HAVE: Final = frozenset(["have", "has", "had", "'ve", "’ve", "having"])
_BESIDE: Final = frozenset("on late early earlier later the this last next here".split())

_PLANNED: Final = frozenset(
    "scheduled planned slated set due expected expect expects poised supposed tipped rescheduled postponed"
    " delayed adjourned timed".split()
)
"""Participles whose date is that of what is planned, not of the planning."""

_ANTICIPATING: Final = frozenset(
    "announce announced plan planned propose proposed offer offered discuss discussed prepare prepared preparing postpone"
    " postponed cancel cancelled canceled schedule scheduled expect expected await awaited awaiting request requested"
    " demand demanded seek sought invite invited urge urged threaten threatened call called calls promise promised pledge"
    " pledged reschedule rescheduled ban banned permit permitted organise organised organize organized face faces faced"
    " fear feared delay delayed set want wanted hope hoped warn warned".split()
)
"""Verbs whose object may lie ahead: beside them, a past tense says nothing of the day of *the strike on Friday*."""

_INTENDING: Final = frozenset(
    "plan plans planned planning expect expects expected expecting schedule scheduled due set likely unlikely ready"
    " agree agrees agreed vow vows vowed promise promises promised want wants hope hopes hoped intend intends"
    " decide decides decided prepare prepares preparing threaten threatens threatened pledge pledges pledged slated"
    " poised supposed plan plans decision agreement promise threat intention deadline chance bid willing scheduled going"
    " invite invites invited urge urges urged ask asks asked order orders ordered demand demands".split()
)
"""Words whose infinitive lies ahead of them."""

_IMPLICATIVE: Final = frozenset(
    "managed failed began started continued had able unable forced tried helped allowed happened proceeded got".split()
)
"""Past words whose infinitive took place, or did not, when they say."""

_TIMETABLE: Final = frozenset(
    "begins begin starts start opens open ends end meets meet votes vote faces face plays play arrives arrive leaves leave"
    " expires expire closes close takes take returns return visits visit holds hold travels travel flies fly convenes"
    " convene resumes resume heads head goes go comes come hosts host kicks kick gathers gather concludes conclude"
    " has have assumes assume marks mark runs run lasts last".split()
)
"""Verbs whose present tense with a weekday speaks of a timetable: *parliament meets on Monday*."""

_UNDECIDED: Final = frozenset(
    "called proposed planned scheduled demanded requested sought invited expected prepared feared organised organized".split()
)
"""Past verbs that say nothing of a day that stands behind their object, even where the parser hangs it on the verb."""

_HAPPENED: Final = frozenset(
    "attack attacks assault raid raids strike strikes airstrike airstrikes bombing bombings blast explosion shooting"
    " shootings killing killings murder massacre clash clashes violence ambush death deaths crash accident launch arrest"
    " arrests kidnapping abduction incident coup earthquake quake flood floods fire loss defeat victory resignation"
    " collision shelling riot riots announcement statement remarks comments decision verdict".split()
)
"""Nouns that speak of what took place."""

_LOOKS_PAST: Final = frozenset(
    "shot hit cut met put set led left said told held fled shut struck fell rose won lost".split()
)

_EXTENDING: Final = frozenset(
    "extended postponed delayed adjourned suspended closed remain gave given barred banned rescheduled deferred".split()
)
_AT_HAND: Final = _TIMETABLE - {
    "has",
    "have",
    "lasts",
    "last",
    "runs",
    "run",
    "comes",
    "come",
    "faces",
    "face",
} | frozenset(
    "turns turn announces announce unveils unveil launches launch publishes publish releases release says say reports report"
    " signs sign decides decide rules rule hears hear celebrates celebrate observes observe honours honors joins join"
    " addresses address swears inaugurates elects elect buries bury welcomes welcome receives receive".split()
)
"""Verbs whose present tense with *today* speaks of one day; of others it speaks of these times: *today live in exile*."""
_STAGED: Final = frozenset(
    "held opened published released unveiled inaugurated buried marked celebrated observed launched sworn signed".split()
)
"""Participles whose present passive with *today* is of one day."""
_STATES: Final = frozenset(
    "living facing flourishing experiencing suffering happening growing working using becoming thriving struggling "
    "existing remaining standing serving changing considered known".split()
)
_EVENTFUL: Final = _HAPPENED | frozenset(
    "meeting talks session vote votes voting election elections ballot poll referendum hearing ruling visit summit ceremony"
    " event events press news game match protest protests rally march strike issue deadline debate conference speech"
    " announcement decision report incident shootout briefing trial session agenda edition opening funeral release".split()
)
_CALENDAR: Final = frozenset(
    "january february march april may june july august september october november december jan feb mar apr jun jul aug sep"
    " sept oct nov dec monday tuesday wednesday thursday friday saturday sunday".split()
)
_AFTERWARDS: Final = frozenset(["after", "following", "since", "during"])


def direction(tokens: Tokens, first: int, last: int, low: int, high: int) -> Direction | None:
    """Return whether tokens ``first`` to ``last``, a date in the sentence ``low`` to ``high``, lie behind or ahead."""
    return _Clause(tokens, low, high).of_date(first, last)


def is_of_one_day(tokens: Tokens, first: int, last: int, low: int, high: int) -> bool:
    """Say whether *today* or *tomorrow* is a day: *arrived today*, not *today live in exile*, *leaders of tomorrow*."""
    return _Clause(tokens, low, high).is_of_one_day(first, last)


class _Clause:
    """One sentence, looked at from a date in it."""

    def __init__(self, tokens: Tokens, low: int, high: int) -> None:
        """Keep what is asked again and again."""
        self.low, self.high = low, high
        self.lowers, self.xpos, self.tags = tokens.lowers, tokens.xpos, tokens.tags
        self.heads, self.relations = tokens.heads, tokens.relations

    def of_date(self, first: int, last: int) -> Direction | None:
        lowers = self.lowers
        before = first - 1
        preposition = ""
        while before >= self.low and (
            lowers[before] in _BESIDE or lowers[before] in ("for", "until", "till", "by")
        ):
            if lowers[before] in ("for", "until", "till", "by"):
                preposition = lowers[before]
            before -= 1
        if before >= self.low + 1 and lowers[before] == "of" and lowers[before - 1] == "ahead":
            return "future"
        if before >= self.low and lowers[before] == "since":
            return "past"
        if before >= self.low and self.tags[before] == "VERB" and not preposition:
            return self.of_verb(before, 0)
        owner = last < self.high - 1 and lowers[last] in ("'s", "’s")
        if owner and not _HAPPENED.isdisjoint(lowers[last + 1 : min(last + 4, self.high)]):
            return "past"  # "to discuss Monday's missile launch"
        governor, nouns = self._climb(first, last)
        if governor is None:
            if any(self._cases(noun) & _AFTERWARDS for noun in nouns):
                return "past"
            governor = self._verb_to_the_right(last)
            if governor is None:
                return "past" if nouns and self._looks_past(nouns[-1]) else None
        if preposition == "for":
            return self._planned_for(governor)
        found = self.of_verb(governor, 0)
        if preposition in ("until", "till") and found == "past":
            return (
                "future"
                if lowers[governor] in _EXTENDING and not self._auxiliaries(governor) & _HAVE
                else None
            )
        return self._through_nouns(governor, nouns, found, first)

    def is_of_one_day(self, first: int, last: int) -> bool:
        lowers = self.lowers
        before = lowers[first - 1] if first > self.low else ""
        after = lowers[last] if last < self.high else ""
        if before in ("of", "better", "brighter", "even", "'s", "’s"):
            return False
        if lowers[first] == "tomorrow":
            return before != "for" or lowers[first - 2 if first - 2 >= self.low else first] in (
                _PLANNED | _ANTICIPATING
            )
        if before in ("earlier", "later", "here", "as", "from", "starting", "by") or after in (
            "morning",
            "afternoon",
            "evening",
            "at",
            "from",
            "(",
        ):
            return True
        if after in ("'s", "’s"):
            return not _EVENTFUL.isdisjoint(lowers[last + 1 : min(last + 4, self.high)])
        if after == "," and last + 1 < self.high and lowers[last + 1] in _CALENDAR:
            return True  # today, March 18
        governor, _ = self._climb(first, last)
        if last < self.high and self.xpos[last] in ("VBZ", "VBP"):
            is_helper = self.relations[last].startswith(("aux", "cop"))
            governor = self.heads[last] if is_helper else last
        if governor is None:
            governor = self.heads[first] if self.tags[self.heads[first]] == "VERB" else None
        return governor is not None and self._takes_place(governor, 0)

    def _takes_place(self, verb: int, depth: int) -> bool:
        """Say whether a verb with *today* tells what happens on that day, rather than what is so these days."""
        auxiliaries, word, xpos = self._auxiliaries(verb), self.lowers[verb], self.xpos[verb]
        if auxiliaries & (_WILL | _PAST_BE | {"did", "had", "would", "must", "should"}):
            return True
        if auxiliaries & {"can", "could", "may", "might", "do", "does"}:
            return False
        if word in _PLANNED:
            return True
        if xpos == "VBD":
            return True
        if xpos == "VBN":
            if auxiliaries & {"has", "have", "'ve", "’ve"}:
                return word not in ("become", "been")
            if auxiliaries & _PRESENT_BE:
                return word in _STAGED
            return self.relations[verb].startswith(("acl", "advcl")) and word not in _STATES
        if xpos == "VBG":
            if auxiliaries & _PRESENT_BE:
                return word not in _STATES
            return not self.relations[verb].startswith("acl") and self._head_takes_place(
                verb, depth
            )
        if xpos in ("VBZ", "VBP"):
            return word in _AT_HAND
        if xpos == "VB":
            head = self.heads[verb]
            if auxiliaries & _PRESENT_BE or self.lowers[head] in _PRESENT_BE:
                return True
            return self._head_takes_place(verb, depth)
        return any(
            self.lowers[kid] in _PLANNED for kid in self._kids(verb)
        )  # due to arrive, misread

    def _head_takes_place(self, verb: int, depth: int) -> bool:
        head = self.heads[verb]
        if head == verb:
            return self._has_to(verb)  # a headline: minister to resign today
        return depth < 4 and (
            self.lowers[head] in _INTENDING
            if self.tags[head] not in ("VERB", "AUX")
            else self._takes_place(head, depth + 1)
        )

    def _through_nouns(
        self, governor: int, nouns: list[int], found: Direction | None, first: int
    ) -> Direction | None:
        """Weigh the nouns between a date and its verb: *after the attack on Monday*, *ahead of talks on Friday*."""
        for noun in nouns:
            cases = self._cases(noun)
            if "ahead" in cases:
                return "future"
            if cases & _AFTERWARDS and found != "future":
                return "past"
            if "before" in cases and found == "past":
                return None
        if nouns and found == "future" and self.lowers[nouns[0]] in _HAPPENED:
            return None
        if not nouns and self.lowers[governor] in _UNDECIDED and found == "past":
            between = range(governor + 1, first)
            if any(self.relations[k] in ("obj", "obl") for k in between):
                return None
        if nouns and found == "past":
            last = nouns[-1]
            if self.lowers[governor] in _ANTICIPATING and not self.relations[last].startswith(
                "nsubj"
            ):
                return None
        if nouns and found is None and self.xpos[governor] in ("VBZ", "VBP"):
            return "future" if self.lowers[governor] in _INTENDING | _ANTICIPATING else None
        return found

    def _looks_past(self, node: int) -> bool:
        """Tell whether a root that the tagger took for a noun is a past verb."""
        return self.heads[node] == node and (
            self.lowers[node] in _LOOKS_PAST or self.lowers[node].endswith("ed")
        )

    def _cases(self, node: int) -> set[str]:
        return {self.lowers[k] for k in self._kids(node) if self.relations[k] in ("case", "mark")}

    def _planned_for(self, governor: int) -> Direction | None:
        auxiliaries = self._auxiliaries(governor)
        if auxiliaries & (_PAST_BE | {"been", "had"}):
            return None
        return (
            "future"
            if self.lowers[governor] in (_PLANNED | _ANTICIPATING)
            else self.of_verb(governor, 0)
        )

    def _climb(self, first: int, last: int) -> tuple[int | None, list[int]]:
        """Return the verb or predicate that governs a span, and the nouns passed on the way to it."""
        node = None
        for token in range(first, last):
            head = self.heads[token]
            if not first <= head < last and self.low <= head < self.high:
                node = head
                break
            if head == token and self._copula(token) is not None:
                return token, []  # "the vote is on Sunday"
        nouns: list[int] = []
        for _ in range(8):
            if node is None:
                return None, nouns
            if self.tags[node] in ("VERB", "AUX") or self._auxiliaries(node):
                return node, nouns
            nouns.append(node)
            head = self.heads[node]
            if head == node:
                return None, nouns
            node = head
        return None, nouns

    def _verb_to_the_right(self, last: int) -> int | None:
        for token in range(last, self.high):
            if self.xpos[token] in ("VBD", "VBZ", "VBP", "MD"):
                return (
                    self.heads[token] if self.relations[token].startswith(("aux", "cop")) else token
                )
            if self.lowers[token] in (";", ":"):
                break
        return None

    def _kids(self, node: int) -> list[int]:
        heads = self.heads
        return [k for k in range(self.low, self.high) if heads[k] == node and k != node]

    def _auxiliaries(self, node: int) -> set[str]:
        return {
            self.lowers[k] for k in self._kids(node) if self.relations[k].startswith(("aux", "cop"))
        }

    def _copula(self, node: int) -> int | None:
        return next((k for k in self._kids(node) if self.relations[k] == "cop"), None)

    def of_verb(self, verb: int, depth: int) -> Direction | None:
        """Return where a verb, or a predicate with its copula, stands in time."""
        if depth > 4:
            return None
        auxiliaries = self._auxiliaries(verb)
        xpos, word = self.xpos[verb], self.lowers[verb]
        if depth == 0 and any(
            self.lowers[k] in ("if", "unless") and k < verb for k in self._kids(verb)
        ):
            found = self._of_head(verb, depth)
            return found if found == "future" else None
        if auxiliaries & _WILL or word in _WILL:
            return "future"
        if "would" in auxiliaries or ("'d" in auxiliaries and xpos == "VB"):
            return "past" if "have" in auxiliaries else "future"
        if "could" in auxiliaries:
            return "past" if "have" in auxiliaries else None
        if auxiliaries & _MODALS:
            return "past" if "have" in auxiliaries else "future"
        if xpos == "VB" or "be" in auxiliaries:
            if self._has_to(verb):
                return self._of_infinitive(verb, auxiliaries, depth)
            return "past" if auxiliaries & {"did"} else self._of_head(verb, depth)
        return self._of_finite(verb, auxiliaries, xpos, word, depth)

    def _of_finite(
        self, verb: int, auxiliaries: set[str], xpos: str, word: str, depth: int
    ) -> Direction | None:
        if xpos == "VBD" and not auxiliaries & _PRESENT_BE:
            return "past"
        if xpos == "VBN" or (xpos == "VBD" and auxiliaries):
            if word in _PLANNED and word not in ("postponed", "delayed", "adjourned"):
                return "future" if not auxiliaries & (_PAST_BE | {"had"}) else None
            if (
                auxiliaries & _PRESENT_BE
                and "been" not in auxiliaries
                and "being" not in auxiliaries
            ):
                return None
            return "past"
        if xpos == "VBG":
            if auxiliaries & _PAST_BE or "been" in auxiliaries:
                return "past"
            if auxiliaries & _PRESENT_BE:
                return "future" if word != "being" else None
            found = self._of_head(verb, depth)
            return (
                None
                if word in ("starting", "beginning", "commencing") and found == "past"
                else found
            )
        if xpos in ("VBZ", "VBP"):
            if word in _PRESENT_BE or word in _TIMETABLE:
                return "future"
            return None
        if auxiliaries & _PAST_BE or auxiliaries & {"been", "had"}:
            return None if word in _PLANNED else "past"
        return (
            "future"
            if auxiliaries & _PRESENT_BE and self.tags[verb] not in ("VERB", "AUX")
            else None
        )

    def _has_to(self, verb: int) -> bool:
        return any(self.lowers[k] == "to" and k < verb for k in self._kids(verb))

    def _of_head(self, verb: int, depth: int) -> Direction | None:
        head = self.heads[verb]
        if head == verb:
            return None
        if self.tags[head] in ("NOUN", "PROPN"):
            governor, _ = self._climb(head, head + 1)
            return self.of_verb(governor, depth + 1) if governor is not None else None
        return self.of_verb(head, depth + 1)

    def _of_infinitive(self, verb: int, auxiliaries: set[str], depth: int) -> Direction | None:
        if auxiliaries & {"have"}:
            return "past"
        if auxiliaries & _PAST_BE:
            return None
        head = self.heads[verb]
        if (
            "be" in auxiliaries
            and self.tags[head] in ("NOUN", "PROPN")
            and self.relations[verb].startswith("acl")
        ):
            return "future"  # "the report, to be released on Friday"
        if head == verb or auxiliaries & _PRESENT_BE:
            return "future"
        word = self.lowers[head]
        if word in _PRESENT_BE:
            return "future"
        if word in _IMPLICATIVE:
            return self.of_verb(head, depth + 1) if self.tags[head] in ("VERB", "AUX") else None
        if word in _INTENDING:
            past = self._auxiliaries(head) & (_PAST_BE | {"had"})
            return None if past and word in _PLANNED | {"likely", "going", "ready"} else "future"
        return "future" if self.of_verb(head, depth + 1) == "future" else None
