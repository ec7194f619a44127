"""Triggers, operators and composition: what each sentence may be read as, before actors are resolved.

A *reading* says: this word is an event of this type, done by the words in these slots. An *operator* (``agreed to``,
``rejected``, ``lifted``) takes a reading as its content and makes another of it by the table ``composition.tsv``.
Each content word belongs to one reading only, so that one clause gives one event.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from transforms.coding import circumstances
from transforms.coding.clauses import Clauses
from transforms.coding.lexicon import ANY_FORM, Composition, Condition, Entry, Lexicon

_VERBAL: Final = ("VERB", "AUX")
_VERB_TAGS: Final = ("VBN", "VBD", "VBZ", "VBP", "VBG", "VB")
_NOMINAL: Final = ("NOUN", "PROPN")
_CONTENT_RELATIONS: Final = frozenset(
    {"xcomp", "ccomp", "acl", "advcl", "parataxis", "csubj", "acl:relcl"}
)
_ASIDE: Final = frozenset(
    [
        "nsubj",
        "nsubj:pass",
        "nsubj:outer",
        "csubj",
        "obl:agent",
        "parataxis",
        "acl:relcl",
        "discourse",
        "punct",
        "vocative",
    ]
)
_BACKGROUND: Final = frozenset(
    "after before since while amid during because because_of despite as when though although"
    " following until according_to by like unlike besides including under ahead_of due_to".split()
)
# "opened an inquiry with the help of Interpol": nobody it is directed at
_HELP: Final = frozenset(
    "help aid assistance support backing cooperation participation approval consent".split()
)
_PART_OF_NAME: Final = frozenset({"amod", "compound", "nmod:desc", "flat"})
_UTTERING: Final = frozenset({"says", "said", "told", "tells", "shouted", "wrote", "tweeted"})
_QUOTES: Final = frozenset({'"', "\u201c", "\u201d", "'", "\u2018", "``", "''"})
_REASONS: Final = frozenset("as because since while although though when".split())
_CAUSING: Final = frozenset({"forcing", "prompting", "leading", "causing"})
_GUILTY: Final = frozenset({"responsible", "blame"})
_MUST: Final = frozenset({"must", "should", "ought"})
_HAVE_TO: Final = frozenset({"has", "have", "had", "need", "needs", "needed"})
_OBLIGING: Final = _MUST | _HAVE_TO
# As a part of a verb these follow it at once; particles may stand behind the object.
_OWN_PREPOSITIONS: Final = frozenset("on in for at to with against from into of by".split())
_MUTUAL: Final = frozenset({"with", "obj", "between", "among", ""})
_ADDRESSING: Final = frozenset({"request", "accuse", "condemn", "approve", "allow", "prevent"})
_TRANSPARENT: Final = frozenset({"begin", "try"})
_COMPELLING: Final = frozenset(
    "force forces forced forcing compel compels compelled compelling".split()
)
_ANNOUNCING: Final = frozenset(
    "announce announces announced announcing declare declares declared declaring unveil unveiled"
    " unveils proclaim proclaimed order ordered orders approve approved".split()
)
_ACCUSED_BEFORE: Final = frozenset("the an key main prime fellow co-accused other another".split())
# The first letters of verbs that say what a protest is for.
_AIMS: Final = frozenset(
    {
        "demand",
        "protes",
        "denoun",
        "call",
        "callin",
        "press",
        "pressi",
        "oppose",
        "opposi",
        "condem",
    }
)
_WRAPPERS: Final = frozenset({"say", "suppose"})
_AS_SUBJECT: Final = ("nsubj", "csubj", "nsubj:pass", "csubj:pass")
_SENT: Final = frozenset({"AID", "THREATEN", "SUPPORT", "AGREE", "REQUEST", "ACCUSE", "CONCEDE"})
_ANSWERING: Final = frozenset({"refuse", "condemn", "accuse", "approve", "deny", "agree", "intend"})
"""Operators whose passive without an agent leaves its content as the event."""
_WARES: Final = frozenset(
    "share shares stock stocks bond bonds currency market markets index futures export exports wine wines beer film films"
    " movie movies song songs album novel novels painting paintings fashion cuisine dish dishes restaurant restaurants".split()
)
"""What a nationality is said of without being anybody in politics: *Hong Kong shares surrendered their gains*."""
_JOINT: Final = frozenset({"joint", "combined", "common"})
_WHILE: Final = frozenset({"during", "on", "at", "after", "following"})
_GRANTING: Final = frozenset(
    "granted given awarded offered promised denied refused handed extended accorded shown issued".split()
)
_IMPLYING: Final = frozenset({"COERCE", "ASSAULT", "SANCTION"})
"""What may go without naming who does it."""
_SIGNED: Final = frozenset({"signed", "ratified", "initialled", "initialed", "sealed"})
_JOINTS: Final = frozenset({"of", "from", "to", "for", "in", "on", "-"})
"""Prepositions that join the words of a nominal form."""
_LAWS: Final = frozenset(
    "bill bills law laws decree decrees legislation act amendment amendments".split()
)
_ARRIVING: Final = frozenset(
    f"{stem}{ending}"
    for stem, endings in (
        ("land", ",s,ed,ing"), ("arriv", "e,es,ed,ing"), ("fl", "y,ies,ew,own,ying"), ("touch", ",es,ed,ing"),
        ("travel", ",s,ed,led,ing,ling"), ("head", ",s,ed,ing"), ("jet", ",s,ted,ting"), ("com", "e,es,ing"), ("came", ""),
        ("go", ",es,ing"), ("went", ""), ("leav", "e,es,ing"), ("left", ""), ("depart", ",s,ed,ing"), ("set", ",s,ting"),
        ("sail", ",s,ed,ing"), ("return", ",s,ed,ing"), ("embark", ",s,ed,ing"),
    )
    for ending in endings.split(",")
)  # fmt: skip
_CONTENT_MARKS: Final = frozenset({"of", "for", "from", "to", "over", "with"})


_WORDLESS: Final = frozenset({"deny", "say", "suppose", "fail", "prevent"})
"""Operators that are no events themselves: the model hears in them what they are about."""

LEAST_SURE: Final = 0.9
"""Least probability that the model must give a word's event for an entry of any form to apply."""


@dataclasses.dataclass(slots=True)
class Reading:
    """One way to read a word as an event; tokens are article token numbers."""

    trigger: int
    entry: Entry
    event_type: str
    mode: str | None
    actors: tuple[int, ...]
    recipients: tuple[int, ...]
    reciprocal: bool
    confidence: float
    chain: tuple[tuple[str, int], ...] = ()
    aux: str | None = None
    context: tuple[str, ...] = ()
    content: Reading | None = None
    covers: frozenset[int] = frozenset()


@functools.cache
def _parts_of_speech(tag: str, xpos: str) -> tuple[str, ...]:
    """Return the parts of speech under which the lexicon may list a word, the likeliest first."""
    found = []
    if tag in _VERBAL or xpos in _VERB_TAGS:
        found.append("V")
    if tag in _NOMINAL or xpos in ("NN", "NNS"):
        found.append("N")
    if tag in ("ADJ", "VERB", "ADV") or xpos in ("JJ", "VBN"):
        found.append("A")
    return tuple(found)


class SentenceReader:
    """Finds the readings of one sentence."""

    __slots__ = (
        "_busy",
        "_denied",
        "_events",
        "_memo",
        "_names",
        "_refused",
        "graph",
        "is_kind",
        "lexicon",
        "log",
        "obliges",
        "slot",
        "told",
        "words",
    )

    def __init__(
        self,
        graph: Clauses,
        lexicon: Lexicon,
        is_kind: Callable[[int, str], bool],
        log: list[str] | None = None,
        told: Mapping[int, tuple[str, float]] = MappingProxyType({}),
    ) -> None:
        """``is_kind(token, kind)`` answers @actor, @gov, @place, @person, @org, @number, @money, @date for a filler.

        ``told`` says which words the language model takes to tell which event, with its probability.
        """
        self.graph = graph
        self.lexicon = lexicon
        self.is_kind = is_kind
        self.log = log
        self.told = told
        self.slot = ""  # the slot that the last fill took
        self.words = graph.words
        self.obliges = not _OBLIGING.isdisjoint(graph.words)
        self._events: dict[int, Entry | None] = {}
        self._memo: dict[int, Reading | None] = {}
        self._names: dict[int, frozenset[str]] = {}
        self._busy: set[int] = set()
        self._denied: set[int] = set()  # triggers of what somebody denies
        self._refused: set[int] = set()  # words whose lexicon entries are blocked here

    # -- conditions ----------------------------------------------------------------------------------------------

    def _filler_holds(self, token: int, condition: Condition) -> bool:
        graph = self.graph
        if condition.filled:
            return True
        for kind in condition.special:
            if kind == "owned":
                if self.is_kind(token, "actor") or self._owners(token, ()):
                    return True
            elif self.is_kind(token, kind):
                return True
        words = condition.choice.words
        if words and not words.isdisjoint(self._told(token)):
            return True
        if condition.choice.phrases:
            left = graph.phrase_left(token)
            right = token + 1
            if right < graph.last and (graph.tags[token] == "VERB" or graph.lowers[right] == "of"):
                right = min(right + 3, graph.last)
            text = " ".join(graph.lowers[left:right])
            for phrase in condition.choice.phrases:
                if phrase in text and f" {phrase} " in f" {text} ":
                    return True
        return False

    def _told(self, token: int) -> frozenset[str]:
        """Return the words that a filler is known by: those coordinated to it and those of its name.

        Also *attacks* in *a series of attacks* and *troops* in *hundreds of troops*.
        """
        found = self._names.get(token)
        if found is None:
            graph = self.graph
            lowers, relations = graph.lowers, graph.relations
            words = []
            for t in graph.conjuncts(token):
                words.append(lowers[t])
                for kid in graph.kids(t):
                    relation = relations[kid]
                    if relation in _PART_OF_NAME or (
                        relation == "nmod" and "of" in graph.cases(kid)
                    ):
                        words.append(lowers[kid])
            found = self._names[token] = frozenset(words)
        return found

    def _may_hold(self, condition: Condition) -> bool:
        """Tell whether the sentence has the words that a condition asks for, wherever: the cheap look before the dear one."""
        keys = condition.keys
        return condition.slot in self.graph.fillable and (
            keys is None or not keys.isdisjoint(self.words)
        )

    def _holds(self, token: int, condition: Condition, rest: tuple[str, ...]) -> bool:
        """Tell whether a condition that may hold does hold for the trigger ``token``."""
        graph = self.graph
        if condition.slot == "any":
            choice = condition.choice
            if not choice.words.isdisjoint(self.words):
                return True
            tails = self.words.intersection(choice.tails)
            if tails:
                text = f" {' '.join(graph.lowers[graph.first : graph.last])} "
                if any(f" {phrase} " in text for tail in tails for phrase in choice.tails[tail]):
                    return True
            return any(
                self.is_kind(i, kind)
                for kind in condition.special
                for i in range(graph.first, graph.last)
            )
        fillers = self._fillers(token, condition.slot, rest)
        if condition.slot == "obj" and graph.tags[token] in _NOMINAL:
            fillers += graph.slot(token, "mod")
        for filler in fillers:  # noqa: SIM110 - a generator costs more than the look
            if self._filler_holds(filler, condition):
                return True
        return False

    def _fillers(self, token: int, slot: str, rest: tuple[str, ...]) -> tuple[int, ...]:
        """Return what fills a slot; a particle read as a preposition (*handed over Macau*) hides an object."""
        graph = self.graph
        found = graph.slot(token, slot)
        if not found and slot == "obj" and rest and graph.tags[token] in _VERBAL:
            found = tuple(
                k
                for k in graph.kids(token)
                if graph.relations[k] in ("obl", "nmod")
                and k > token
                and k not in graph.dated
                and graph.cases(k) <= set(rest)
            )
        return found

    def _needs_hold(self, token: int, entry: Entry) -> bool:
        for condition in entry.needs:  # all of them before the dear look at any
            if not self._may_hold(condition):
                return False
        for condition in entry.needs:  # noqa: SIM110 - as above
            if not self._holds(token, condition, entry.rest):
                return False
        return True

    def _blocked_by(self, token: int, entry: Entry) -> Condition | None:
        """Return the condition that forbids an entry here, or null."""
        for condition in entry.blocks:
            if self._may_hold(condition) and self._holds(token, condition, entry.rest):
                return condition
        return None

    def _rest_matches(self, token: int, entry: Entry) -> bool:
        graph = self.graph
        if not entry.rest:
            return True
        if entry.pos == "N":
            i = token - 1
            for word in reversed(entry.rest):
                while i >= graph.first and graph.lowers[i] == "-" and word != "-":
                    i -= 1
                if word == "-":
                    if i >= graph.first and graph.lowers[i] == "-":
                        i -= 1
                    continue
                if i < graph.first or graph.lowers[i] != word:
                    return False
                i -= 1
            return True
        i = token + 1
        matched = token
        for word in entry.rest:
            limit = min(i + (2 if word in _OWN_PREPOSITIONS else 5), graph.last)
            while i < limit and graph.lowers[i] != word:
                if graph.tags[i] in ("VERB", "PUNCT", "CCONJ"):
                    return False
                i += 1
            if i >= limit:
                return False
            if (
                i > token + 1
                and word in _OWN_PREPOSITIONS
                and graph.relations[i] == "case"
                and entry.pos == "V"
                and graph.relations[i - 1] in ("obj", "flat")
                and matched != i - 1
            ):
                return False  # "took office in 1999" takes nobody in
            matched = i
            i += 1
        return True

    def _is_the_accused(self, token: int) -> bool:
        """Tell whether *accused* is a person: *key accused Shaibin Ashraf*, *two accused men*."""
        graph = self.graph
        if graph.relations[token] in ("amod", "compound", "nmod:desc"):
            return not graph.slot(token, "of") and not graph.slot(token, "by")
        return token > graph.first and graph.lowers[token - 1] in _ACCUSED_BEFORE

    def _first_match(self, token: int, entries: tuple[Entry, ...]) -> Entry | None:
        for entry in entries:
            if entry.rest and not self._rest_matches(token, entry):
                continue
            if entry.needs and not self._needs_hold(token, entry):
                continue
            if entry.label == "REQUEST" and entry.pos == "V" and self._states(token, entry):
                continue
            blocked = self._blocked_by(token, entry) if entry.blocks else None
            if blocked is not None:
                if self.log is not None:
                    self.log.append(
                        f"{self.graph.tokens.words[token]!r}: {entry.label} ({entry.source}) blocked by its"
                        f" condition on {blocked.slot}"
                    )
                self._refused.add(token)
                continue
            return entry
        return None

    def _states(self, token: int, entry: Entry) -> bool:
        """Tell whether what should be asked for is stated: *told the paper the owners were stopped*."""
        if not any(c.slot == "comp" for c in entry.needs):
            return False
        clauses = self.graph.slot(token, "comp")
        return bool(clauses) and all(self._is_statement(c) for c in clauses)

    def _is_statement(self, clause: int) -> bool:
        graph = self.graph
        if graph.relations[clause] not in ("ccomp", "parataxis"):
            return False
        kids = graph.kids(clause)
        finite = graph.xpos[clause] in ("VBD", "VBZ", "VBP") or any(
            graph.relations[k] in ("aux", "aux:pass", "cop")
            and graph.xpos[k] in ("VBD", "VBZ", "VBP")
            for k in kids
        )
        return finite and any(graph.relations[k].startswith("nsubj") for k in kids)

    def event_of(self, token: int) -> Entry | None:
        """Return the event entry of a word, or null."""
        if token in self._events:
            return self._events[token]
        graph, table = self.graph, self.lexicon.events
        word = graph.lowers[token]
        event: Entry | None = None
        if word in self.lexicon.anchors and not (word == "accused" and self._is_the_accused(token)):
            parts = _parts_of_speech(graph.tags[token], graph.xpos[token])
            if graph.xpos[token] == "VBG" and graph.relations[token] in _AS_SUBJECT:
                parts = ("N", *parts)  # "fighting between ... flared"
            elif (
                parts == ("N",)
                and word.endswith("ing")
                and (graph.slot(token, "of") or graph.slot(token, "by"))
            ):
                parts = ("N", "V")  # "Turkey's blocking of a website"
            for pos in parts:
                entries = table.get((word, pos))
                if entries is not None:
                    event = self._first_match(token, entries.possible(self.words))
                    if event is not None:
                        break
        if (
            event is None
            and token in self.told
            and token not in self._refused
            and all(operator.label not in _WORDLESS for operator in self.operators_of(token))
        ):
            event = self._open_event(token)
        self._events[token] = event
        return event

    def _open_event(self, token: int) -> Entry | None:
        """Return the entry for words of any form, where the model is sure enough that this one tells its event."""
        graph = self.graph
        kind, sure = self.told[token]
        if sure < LEAST_SURE:
            if self.log is not None:
                self.log.append(
                    f"{graph.tokens.words[token]!r}: the model takes it for {kind}, but is not sure ({sure:.2f})"
                )
            return None
        for pos in _parts_of_speech(graph.tags[token], graph.xpos[token]):
            found = self._first_match(token, self.lexicon.open.get((kind, pos), ()))
            if found is not None:
                return found
        return None

    def operators_of(self, token: int) -> tuple[Entry, ...]:
        """Return the operator entries of a word."""
        graph, table = self.graph, self.lexicon.operators
        word = graph.lowers[token]
        if word not in self.lexicon.anchors:
            return ()
        found: list[Entry] = []
        for pos in _parts_of_speech(graph.tags[token], graph.xpos[token]):
            entries = table.get((word, pos))
            if entries is not None:
                found += [
                    entry
                    for entry in entries.possible(self.words)
                    if (not entry.rest or self._rest_matches(token, entry))
                    and (not entry.needs or self._needs_hold(token, entry))
                    and (not entry.blocks or self._blocked_by(token, entry) is None)
                ]
        return tuple(found)

    # -- events --------------------------------------------------------------------------------------------------

    def _spread(self, tokens: list[int] | tuple[int, ...]) -> tuple[int, ...]:
        found: list[int] = []
        for token in tokens:
            for t in self.graph.conjuncts(token):
                if t not in found:
                    found.append(t)
        return tuple(found)

    def _fill(
        self,
        token: int,
        slots: tuple[str, ...],
        taken: tuple[int, ...] = (),
        rest: tuple[str, ...] = (),
    ) -> tuple[int, ...]:
        """Return the fillers of the first slot that names an actor, itself or by what belongs to it.

        *Israeli* in ``shelled Israeli positions`` and *Lebanon* in ``raided villages in Lebanon`` are sides of the
        event though no position or village acts.
        """
        best: tuple[int, ...] = ()
        nested: tuple[int, ...] = ()
        self.slot = ""
        for slot in slots:
            fillers = [t for t in self._fillers(token, slot, rest) if t not in taken and t != token]
            if not fillers:
                continue
            spread = self._spread(fillers)
            kind = "state" if slot == "mod" else "actor"
            acting = tuple(t for t in spread if t not in taken and self.is_kind(t, kind))
            if acting:
                self.slot = slot
                return acting
            if not nested and not (
                slot == "subj" and all(self.graph.lowers[t] in _WARES for t in spread)
            ):
                nested = tuple(
                    inner for t in spread for inner in self._owners(t, taken) if inner not in taken
                )
            if slot == "mod":  # "student protests", but not "a night curfew"
                spread = tuple(t for t in spread if self.is_kind(t, "actor"))
            best = best or spread
        return nested or best

    def _owners(self, token: int, taken: tuple[int, ...], depth: int = 0) -> tuple[int, ...]:
        """Return the actors that a thing belongs to or is with: modifiers, possessors, attached phrases."""
        graph = self.graph
        for relations in (
            ("nmod:poss",),
            ("amod", "compound", "nmod:desc", "flat"),
            ("nmod", "appos", "nmod:unmarked"),
        ):
            for kid in graph.kids(token):
                if graph.relations[kid] not in relations or kid in taken:
                    continue
                if self.is_kind(kid, "actor"):
                    return self._spread([kid])
                for inner in graph.kids(kid):
                    # "US aid flights": the state was hung on the noun between
                    if graph.relations[inner] == "compound" and self.is_kind(inner, "state"):
                        return (inner,)
        if depth < 2:
            for kid in graph.kids(token):
                if graph.relations[kid] in ("nmod", "appos", "nmod:unmarked"):
                    found = self._owners(kid, taken, depth + 1)
                    if found:
                        return found
        return ()

    def _senders(self, token: int, entry: Entry, recipients: tuple[int, ...]) -> tuple[int, ...]:
        """Return whose an event noun is where its own slots are empty.

        *Iranian praise*, *an ultimatum from Egypt's army*, *the sale of Iranian drones*.
        """
        found: tuple[int, ...] = ()
        if "mod" not in entry.actor:
            found = self._fill(token, ("mod",), recipients)
        if not any(self.is_kind(t, "state") for t in found) and entry.label in _SENT:
            found = self._fill(token, ("from",), recipients)
        if not any(self.is_kind(t, "actor") for t in found) and entry.label in ("AID", "COOPERATE"):
            found = tuple(t for t in self._modifiers(token) if t not in recipients)
        return tuple(t for t in found if self.is_kind(t, "actor"))

    def _granted(self, token: int, taken: tuple[int, ...]) -> tuple[int, ...]:
        """Return who is granted or refused what a noun names: *the activist was granted a pardon*."""
        graph = self.graph
        verb = graph.heads[token]
        if graph.relations[token] != "obj" or graph.lowers[verb] not in _GRANTING:
            return ()
        found = (
            graph.patients(verb) if graph.is_passive(verb) else tuple(graph.kids_by(verb, "iobj"))
        )
        return tuple(t for t in self._spread(found) if t not in taken and t != token)

    def _attending(self, token: int) -> tuple[int, ...]:
        """Return who takes part in a meeting that only says when: *during a visit to Vientiane, the minister spoke*."""
        graph = self.graph
        verb = graph.heads[token]
        joint = "in" in graph.cases(token) and bool(graph.kids_by(token, "amod"))
        if graph.tags[verb] != "VERB" or not (
            graph.cases(token) & _WHILE
            or ("for" in graph.cases(token) and graph.lowers[verb] in _ARRIVING)
            or (joint and _JOINT & {graph.lowers[k] for k in graph.kids(token)})
        ):
            return ()
        return tuple(
            t for t in self._spread(graph.surface_subject(verb)) if self.is_kind(t, "actor")
        )

    def _where_headed(self, token: int, taken: tuple[int, ...]) -> tuple[int, ...]:
        """Return whom *Modi in Bhutan on two-day visit* visits: a headline without a verb says it of the visitor."""
        graph = self.graph
        head = graph.heads[token]
        if not graph.cases(token) & {"on", "for"} or not (
            (graph.relations[token] == "nmod" and head in taken)
            or graph.lowers[head] in _ARRIVING  # "Xi lands in Johannesburg for state visit"
        ):
            return ()
        return tuple(
            k
            for k in graph.kids_by(head, "nmod", "obl")
            if k not in taken and graph.cases(k) & {"in", "to", "at"} and self.is_kind(k, "actor")
        )

    def _modifiers(self, token: int) -> tuple[int, ...]:
        """Return the states that the adjectives of a thing name: *tonnes of Indian wheat*."""
        graph = self.graph
        for node in (token, *(k for k in graph.kids_by(token, "nmod") if "of" in graph.cases(k))):
            for kid in graph.kids_by(node, "amod", "compound"):
                if self.is_kind(kid, "state"):
                    return (kid,)
        return ()

    def purpose(self, reading: Reading) -> tuple[int, ...]:
        """Return whom a protest is aimed at by what it is for: *a strike to demand the president's resignation*."""
        graph = self.graph
        spots = [reading.trigger, *(t for _, t in reading.chain)]
        governor = graph.governor_of_noun(reading.trigger)
        if governor is not None:
            spots.append(governor)
        for spot in spots:
            for kid in graph.kids(spot):
                if graph.relations[kid] in ("advcl", "acl", "xcomp") and graph.tags[kid] == "VERB":
                    found = self._anywhere(kid, reading.actors, frozenset())
                    if found and graph.lowers[kid][:6] in _AIMS:
                        return found
        return ()

    def elsewhere(self, reading: Reading) -> tuple[int, ...]:
        """Return another recipient for a reading whose own turned out to belong to its actor."""
        if reading.entry.alone:
            return ()
        return self._anywhere(reading.trigger, (*reading.actors, *reading.recipients), frozenset())

    def _anywhere(
        self, token: int, taken: tuple[int, ...], skip: frozenset[int]
    ) -> tuple[int, ...]:
        """Return the nearest actor below a trigger that no slot found: shallow first, then left to right."""
        graph = self.graph
        level = [token]
        seen = {token}
        for _ in range(5):
            following: list[int] = []
            for node in level:
                for kid in graph.kids(node):
                    if kid in seen or graph.relations[kid] in _ASIDE:
                        continue
                    cases = graph.cases(kid)
                    if graph.relations[kid] in ("advcl", "obl") and (
                        cases & _BACKGROUND or ("with" in cases and graph.lowers[kid] in _HELP)
                    ):
                        continue
                    if graph.relations[kid] == "advcl" and "of" in cases:
                        continue  # "accused him of killing a minister": the charge
                    if graph.relations[kid] == "conj" and graph.tags[kid] == "VERB":
                        continue
                    if graph.relations[kid] == "acl" and graph.xpos[kid] in ("VBN", "VBG"):
                        continue
                    seen.add(kid)
                    following.append(kid)
            for kid in following:
                if kid not in taken and kid not in skip and self.is_kind(kid, "actor"):
                    return tuple(
                        t
                        for t in self._spread([kid])
                        if t not in taken and self.is_kind(t, "actor")
                    )
            level = [k for k in following if k not in taken]
        return ()

    def _phrase_head(self, token: int, entry: Entry) -> int:
        """Return the word a nominal form hangs on: *exchange* of ``exchange of prisoners``, else the last one."""
        graph = self.graph
        node = token
        if entry.pos == "N" and not _JOINTS.isdisjoint(entry.rest):
            while (graph.relations[node] == "nmod" or "-" in entry.rest) and token - len(
                entry.rest
            ) <= graph.heads[node] < node:
                node = graph.heads[node]
        return node

    def _plain(self, word: int, entry: Entry) -> Reading:
        token = self._phrase_head(word, entry)
        if entry.pos == "A" and entry.actor == ("subj",):
            actors = self._spread(self.graph.surface_subject(token))
        else:
            actors = self._fill(token, entry.actor, rest=entry.rest)
        recipients = (
            self._fill(token, entry.recipient, actors, entry.rest) if entry.recipient else ()
        )
        if word != token and entry.pos == "N" and not actors:
            # "Estonia's call-up of reservists": the possessor was hung on the last part
            actors = self._fill(word, entry.actor, recipients, entry.rest)
        if entry.label == "THREATEN" and "subj" in entry.recipient and not actors:
            # "Kenya said Peru would pay a heavy price": who says so threatens
            speaker = circumstances.attribution(self.graph, token, frozenset())
            if speaker is not None:
                actors = tuple(t for t in self._spread((speaker,)) if t not in recipients)
        if entry.pos == "N" and entry.recipient and not recipients:
            recipients = self._granted(token, actors)
        if entry.pos == "N" and not any(self.is_kind(t, "actor") for t in actors):
            actors = self._senders(token, entry, recipients) or actors
            if entry.label in ("CONSULT", "COOPERATE") and not any(
                self.is_kind(t, "actor") for t in actors
            ):
                actors = self._attending(token) or actors
            recipients = tuple(t for t in recipients if t not in actors)
        if (
            entry.mode in ("expel", "deport")
            and entry.pos == "V"
            and not actors
            and self.graph.is_passive(token)
        ):  # "was expelled from the Council of Europe": by it
            sides = self._fill(token, ("from",), recipients)
            actors = tuple(t for t in sides if self.is_kind(t, "actor"))
        if (
            entry.label == "AID"
            and entry.pos == "V"
            and not any(self.is_kind(t, "actor") for t in actors)
        ):
            # "Indian wheat was delivered to Kabul": the goods say whose they are
            goods = self._fillers(token, "obj", entry.rest)
            actors = tuple(t for g in goods for t in self._modifiers(g)) or actors
            recipients = tuple(t for t in recipients if t not in actors and t not in goods)
        if entry.label == "CONSULT" and entry.pos == "N" and not recipients and actors:
            recipients = self._where_headed(token, actors)
        consumed = set()
        for condition in entry.needs:
            if condition.slot in ("any", "subj"):
                continue
            for filler in self._fillers(token, condition.slot, entry.rest):
                if self._filler_holds(filler, condition) and not self.is_kind(filler, "actor"):
                    consumed.add(filler)
                    consumed.update(self.graph.kids_by(filler, "compound", "amod"))
        reciprocal = entry.reciprocal and (not recipients or self.slot in _MUTUAL)
        if recipients and consumed & set(recipients):
            recipients = self._fill(token, entry.recipient, (*actors, *consumed), entry.rest)
        if (
            entry.recipient
            and not any(self.is_kind(t, "actor") for t in recipients)
            and not (
                entry.label == "CONSULT" and entry.pos == "V"
            )  # what is discussed meets nobody
        ):
            things = self._fillers(token, "obj", entry.rest) + self.graph.slot(token, "comp")
            recipients = self._owner_of(things, actors) or recipients
            reciprocal = reciprocal and not any(self.is_kind(t, "actor") for t in recipients)
        between = self._fill(token, ("between", "among")) if entry.reciprocal else ()
        if entry.reciprocal and entry.pos == "V" and not between and not actors:
            # "Saudi-Iranian talks were held"
            for thing in self._fillers(token, "obj", entry.rest):
                states = self._fill(thing, ("mod",))
                between = states if len(states) > 1 else between
        if len(between) == 1:
            # a long list of office-holders comes apart: the rest was hung on the meeting itself
            between += tuple(
                t
                for t in self._spread(self.graph.kids_by(token, "appos"))
                if t > between[0] and self.is_kind(t, "actor")
            )
        if not recipients and entry.recipient and entry.label != "CONSULT":
            recipients = self._anywhere(token, actors, frozenset())
            reciprocal = reciprocal and not recipients
        if between and not recipients:
            actors = tuple(dict.fromkeys((*between, *(a for a in actors if a in between))))
        if entry.pos == "N":
            consumed.update(range(word - len(entry.rest), word))
            consumed.add(word)
            consumed.discard(token)
        if entry.label == "CONSULT" and entry.pos == "N":
            # what talks are on did not take place: "talks on a prisoner exchange"
            consumed.update(
                k for k in self.graph.kids_by(token, "nmod") if "on" in self.graph.cases(k)
            )
        return Reading(
            trigger=token, entry=entry, event_type=entry.label, mode=entry.mode, actors=actors,
            recipients=recipients, reciprocal=reciprocal,
            confidence=entry.confidence * (self.told[token][1] if entry.form == ANY_FORM else 1.0),
            context=entry.context, covers=frozenset(consumed), aux=entry.aux,
        )  # fmt: skip

    def _content_tokens(self, token: int, operator: Entry) -> list[int]:
        graph = self.graph
        found: list[int] = []
        for slot in operator.content:
            if slot == "comp":
                candidates = [
                    k
                    for k in graph.kids(token)
                    if graph.relations[k] in ("xcomp", "ccomp", "parataxis")
                    and not (k > token and graph.cases(k) & _REASONS)
                ]
                if operator.pos in ("N", "A") or not candidates:
                    candidates += [
                        k
                        for k in graph.kids(token)
                        if graph.relations[k] in ("acl", "advcl", "csubj")
                        and any(
                            graph.lowers[m] == "to"
                            or (graph.lowers[m] == "that" and operator.pos == "N")
                            for m in graph.kids_by(k, "mark")
                        )
                    ]
                if not candidates and token + 1 < graph.last and operator.pos == "V":
                    # "was mulling tearing up a pact": a participle that follows at once is what is mulled
                    after = token + 1
                    if (
                        graph.heads[after] == token
                        and graph.xpos[after] == "VBG"
                        and graph.relations[after] == "advcl"
                    ):
                        candidates.append(after)
                if not candidates:
                    candidates += [
                        k
                        for k in graph.kids(token)
                        if graph.relations[k] in ("advcl",)
                        and operator.label in _ADDRESSING | {"fail"}
                        and graph.kids(k)
                        and graph.cases(k)
                        & ({"from"} if operator.label == "prevent" else _CONTENT_MARKS)
                    ]
            else:
                candidates = list(graph.slot(token, slot))
                if slot in ("of", "for", "from", "to", "on", "over", "with", "against", "by"):
                    candidates += [
                        k
                        for k in graph.kids(token)
                        if graph.relations[k] in ("advcl", "obl", "acl")
                        and slot in graph.cases(k)
                        and k not in candidates
                    ]
            for candidate in candidates:
                for t in graph.conjuncts(candidate):
                    if t not in found and t != token:
                        found.append(t)
        return found

    def reading(self, token: int) -> Reading | None:
        """Return the reading of a word, composed with what it governs."""
        if token in self._memo:
            return self._memo[token]
        if token in self._busy:
            return None
        self._busy.add(token)
        found = self._read(token)
        self._busy.discard(token)
        self._memo[token] = found
        return found

    def _through(self, token: int, *, enacted: bool) -> list[Reading]:
        """Return the readings reached at a content word: its own, or those under a noun that only frames them."""
        reading = self.reading(token)
        if reading is not None:
            return [reading]
        graph = self.graph
        found = []
        for kid in graph.kids(token):
            if (
                graph.relations[kid] == "nmod"
                and "of" in graph.cases(kid)
                and graph.tags[token] == "NOUN"
            ):
                inner = self.reading(kid)
                if inner is not None:
                    found.append(inner)
            elif enacted and graph.relations[kid] == "acl:relcl" and graph.lowers[token] in _LAWS:
                inner = self.reading(kid)  # "passed a bill that gives Israel billions"
                if inner is not None:
                    own = (token, *(t for t in inner.actors if graph.tags[t] == "PRON"))
                    actors = tuple(t for t in inner.actors if t not in own)
                    found.append(dataclasses.replace(inner, actors=actors))
        return found

    def _read(self, token: int) -> Reading | None:
        event, operators = self.event_of(token), self.operators_of(token)
        if (
            event is None
            and not operators
            and not self.obliges
            and self.graph.lowers[token] not in _GUILTY
        ):
            return None
        if self.graph.lowers[token] in _CAUSING and self.graph.relations[token] == "advcl":
            operators = ()  # "a strike, forcing airlines to cancel flights"
        if len(operators) > 1 and any(o.label == "request" for o in operators):
            graph = self.graph
            if graph.kids_by(token, "xcomp") and graph.kids_by(token, "obj", "iobj"):
                # "told Poland to scrap the law" asks, "told Poland that it had" says
                operators = tuple(o for o in operators if o.label != "say")
        best: Reading | None = None
        for operator in operators:
            contents: list[Reading] = []
            for t in self._content_tokens(token, operator):
                contents.extend(self._through(t, enacted=operator.label in _TRANSPARENT))
            for content in contents:
                composed = self._compose(token, operator, content)
                if composed is None:
                    if (
                        operator.label == "deny"
                        and not circumstances.is_negated(self.graph, token)
                        and not (
                            content.event_type == "ACCUSE" and self._is_answered(token, content)
                        )
                    ):
                        self._denied |= {content.trigger} | content.covers
                    continue
                if (
                    operator.label in _TRANSPARENT
                    and best is not None
                    and self._is_direct(token, best.trigger)
                    and not self._is_direct(token, content.trigger)
                ):
                    continue  # "staged a demonstration to demand reforms" is a demonstration
                if (
                    best is None
                    or (composed.confidence > best.confidence)
                    or (
                        operator.label in _TRANSPARENT
                        and self._is_direct(token, content.trigger)
                        and not self._is_direct(token, best.trigger)
                    )
                ):
                    if best is not None:
                        composed.covers |= best.covers
                    best = composed
            if best is not None:
                triggers = [content.trigger for content in contents]
                best.covers = best.covers.union(triggers, *(c.covers for c in contents))
                break
        if event is not None:
            plain = self._plain(token, event)
            if event.pos == "V" and best is None and self.graph.is_passive(token):
                told = self._told_by_patient(token, plain)
                if told is not plain:
                    return told
            outer = best.chain[0][0] if best is not None and best.chain else ""
            if best is None:
                best = plain
            elif not best.chain:
                pass  # what was only answered stays what it is
            elif (event.needs or event.rest) and (
                outer in _TRANSPARENT
                if best.event_type == plain.event_type
                else plain.confidence > best.confidence + 0.1
                or (outer in _WRAPPERS and plain.event_type in ("REQUEST", "THREATEN"))
            ):
                actors = plain.actors
                if best.event_type == plain.event_type and not any(
                    self.is_kind(t, "actor") for t in actors
                ):
                    actors = best.actors  # "its withdrawal was completed"
                best = dataclasses.replace(plain, actors=actors, covers=plain.covers | best.covers)
            elif best.event_type == plain.event_type:
                best = dataclasses.replace(
                    best,
                    recipients=best.recipients or plain.recipients,
                    confidence=max(best.confidence, plain.confidence),
                )
        if best is None and operators:
            best = self._bare(token, operators)
        charge = self._charge(token, best) or self._ruled_out(token, best)
        if charge is not None:
            return charge
        if self.graph.tags[token] in _VERBAL or self.graph.relations[token] == "ccomp":
            must = self._obligation(token, best)
            if must is not None:
                return must
        return best

    def _told_by_patient(self, token: int, plain: Reading) -> Reading:
        """Return what a passive without an agent tells of an event noun whose own actor is named.

        *Kuwait's gift was handed over*: the noun says who did it. *U.S. threats were brushed off*: by whom nobody says,
        so the noun is the event.
        """
        if any(self.is_kind(t, "actor") for t in plain.actors) and not (
            plain.event_type == "CONSULT" and not self.graph.subjects(token)
        ):
            return plain
        for patient in self.graph.patients(token):
            inner = self.reading(patient)
            if (
                inner is None
                or inner.trigger != patient
                or not any(self.is_kind(t, "actor") for t in inner.actors)
            ):
                continue
            if plain.event_type in ("REJECT", "CONSULT") and inner.event_type != plain.event_type:
                return inner
            if plain.event_type == inner.event_type == "ACCUSE":
                return inner  # "Kyiv's claims that ... could not be verified"
            return dataclasses.replace(
                plain,
                actors=inner.actors,
                recipients=tuple(t for t in plain.recipients if t not in inner.actors)
                or tuple(t for t in inner.recipients if t not in inner.actors),
                covers=plain.covers | inner.covers | {patient},
            )
        if plain.entry.reciprocal:
            # "the accord of Israel and Jordan is to be signed"
            for patient in self.graph.patients(token):
                parties = self._fill(patient, ("by", "between", "of", "mod", "poss"))
                if len(parties) > 1 and all(self.is_kind(t, "actor") for t in parties):
                    return dataclasses.replace(
                        plain, actors=parties, recipients=(), reciprocal=True
                    )
        for patient in self.graph.patients(token):
            if patient in plain.covers and self.reading(patient) is None:
                # "a Philippine protest was handed over": what is consumed says whose it is
                found = self._fill(patient, ("by", "poss", "mod", "from"), plain.recipients)
                if any(self.is_kind(t, "state") for t in found):
                    return dataclasses.replace(plain, actors=found)
        return plain

    def _is_direct(self, verb: int, noun: int) -> bool:
        """Tell whether a noun is the verb's own object or subject, not part of its purpose or circumstances."""
        node = noun
        for _ in range(3):
            if self.graph.heads[node] == verb:
                return self.graph.relations[node] in ("obj", "nsubj:pass", "nsubj")
            if self.graph.relations[node] not in ("conj", "nmod", "compound"):
                return False
            node = self.graph.heads[node]
        return False

    def _bare(self, token: int, operators: tuple[Entry, ...]) -> Reading | None:
        """Read an operator whose complement is no event we know."""
        for operator in operators:
            rule = self.lexicon.compose(operator.label, "NONE")
            if rule is None or rule.result in ("-", "="):
                continue
            if operator.content and not self._content_tokens(token, operator):
                continue
            actors = self._fill(token, operator.actor)
            recipients = self._fill(token, operator.recipient, actors)
            content = self._content_tokens(token, operator)
            if not recipients and operator.label in _ADDRESSING | {"refuse"}:
                recipients = self._owner_of(content, actors)
            return Reading(
                trigger=token, entry=operator, event_type=rule.result, mode=None if rule.mode == "=" else rule.mode, actors=actors,
                recipients=recipients, reciprocal=False, confidence=operator.confidence * rule.factor,
                chain=((operator.label, token),), aux=rule.aux,
            )  # fmt: skip
        return None

    def _owner_of(self, content: Sequence[int], taken: tuple[int, ...]) -> tuple[int, ...]:
        """Return whose the content is: *rejected a U.S. offer*, *demanded that Libya go*."""
        graph = self.graph
        for t in content:
            if graph.tags[t] in _VERBAL:
                found = [s for s in graph.surface_subject(t) if s not in taken]
                if found:
                    return self._spread(found)
            else:
                if self.is_kind(t, "actor") and t not in taken:
                    return self._spread([t])
                for slot in ("by", "poss", "mod", "from", "of", "on", "to", "with"):
                    found = [
                        f
                        for f in graph.slot(t, slot)
                        if f not in taken and self.is_kind(f, "actor")
                    ]
                    if found:
                        return self._spread(found)
        return ()

    def _compose(self, token: int, operator: Entry, content: Reading) -> Reading | None:
        rule = self.lexicon.compose(operator.label, content.event_type, content.mode)
        if (
            operator.label in ("agree", "intend")
            and content.trigger != token
            and circumstances.is_negated(self.graph, content.trigger)
        ):
            # "vowed not to step down" refuses, "promised not to expel refugees" agrees
            if rule is not None and rule.result in ("AGREE", "CONCEDE", "="):
                rule = self.lexicon.compose("refuse", content.event_type, content.mode)
            else:
                rule = Composition("AGREE", None, None, 0.8)
        if rule is None or rule.result == "-":
            return None
        result = content.event_type if rule.result == "=" else rule.result
        mode = content.mode if rule.result == "=" or rule.mode == "=" else rule.mode
        own = self._fill(token, operator.actor)
        if operator.pos == "N" and not any(self.is_kind(t, "actor") for t in own):
            own = self._fill(token, ("from",)) or own  # "a threat from Iran to close the strait"
        signed = content.reciprocal and not own and self.graph.lowers[token] in _SIGNED
        unnamed = not own or (
            operator.label in ("end", "fail")
            and not any(self.is_kind(t, "actor") for t in own)  # "was delayed by heavy rain"
        )
        if (
            (operator.label in _ANSWERING or own)
            and unnamed
            and not signed
            and self._is_answered(token, content)
        ):
            # "Kiev's plea was ignored", "the killing of X by Y was condemned": by whom nobody says
            return dataclasses.replace(content, confidence=content.confidence * 0.9)
        own_recipients = self._fill(token, operator.recipient, own) if operator.recipient else ()
        own_recipients = tuple(
            t for t in own_recipients if t != content.trigger and t not in content.covers
        )
        actors = own or content.actors
        reciprocal = signed or (
            content.reciprocal
            and operator.label
            in (
                "agree",
                "begin",
                "try",
                "end",
                "intend",
                "fail",
            )
        )
        if operator.label in _WRAPPERS:
            # the speaker is no actor: the content stands as it is, unless he announces what he does himself
            announced = content.actors
            if (
                self.graph.lowers[token] in _ANNOUNCING
                and self.graph.tags[content.trigger] == "NOUN"
                and not any(self.is_kind(t, "actor") for t in announced)
            ):
                announced = self._fill(token, operator.actor)
            return dataclasses.replace(
                content,
                actors=announced,
                recipients=tuple(t for t in content.recipients if t not in announced), confidence=content.confidence * rule.factor, chain=((operator.label, token), *content.chain),
                aux=content.aux or rule.aux, covers=content.covers | {content.trigger},
            )  # fmt: skip
        if operator.label in _TRANSPARENT and self._is_event_subject(token, content):
            actors, recipients = content.actors, content.recipients
        elif operator.label in _TRANSPARENT and "subj" in operator.recipient:
            # suffer, face, come under, receive: the subject is the one it is done to
            actors = tuple(t for t in content.actors if t not in own)
            recipients = tuple(t for t in own if self.is_kind(t, "actor")) or content.recipients
        elif operator.label in _TRANSPARENT and self.graph.lowers[token] in _COMPELLING:
            # "was forced to resign": who is made to do it does it
            actors = tuple(t for t in own_recipients if self.is_kind(t, "actor")) or content.actors
            recipients = tuple(t for t in content.recipients if t not in actors)
        elif operator.label in _ADDRESSING:
            recipients = tuple(t for t in own_recipients if self.is_kind(t, "actor")) or tuple(
                t for t in content.actors if t not in own
            )
            if not recipients and operator.label == "request":
                recipients = tuple(t for t in content.recipients if t not in own)
            if (
                operator.label in ("accuse", "condemn")
                and not recipients
                and content.event_type not in ("ASSAULT", "COERCE")  # its recipient is the victim
            ):
                recipients = tuple(t for t in content.recipients if t not in own)
        else:
            others = tuple(
                t for t in content.actors if t not in actors and self.is_kind(t, "actor")
            )
            others = others if own else ()
            recipients = (
                tuple(t for t in own_recipients if self.is_kind(t, "actor"))
                or (others if self.graph.tags[content.trigger] == "NOUN" else ())
                or tuple(t for t in content.recipients if t not in actors)
                or others
            )
            if operator.label == "refuse" and content.actors and own and content.event_type in (
                "REQUEST", "AGREE", "THREATEN", "ACCUSE",
            ):  # fmt: skip
                others = tuple(t for t in content.actors if t not in own)
                recipients = others or recipients
        if signed:
            recipients = ()  # both parties sign
        if (
            not any(self.is_kind(t, "actor") for t in recipients)
            and not reciprocal
            and not (content.entry.alone and rule.result in ("=", content.event_type))
        ):
            recipients = self._anywhere(token, actors, frozenset({content.trigger})) or recipients
        return Reading(
            trigger=content.trigger if rule.result == "=" and operator.label in _TRANSPARENT else token,
            entry=operator if rule.result != "=" else content.entry,
            event_type=result, mode=mode, actors=actors, recipients=recipients, reciprocal=reciprocal,
            confidence=math.sqrt(content.confidence * operator.confidence) * rule.factor
            if rule.result != "=" else content.confidence * rule.factor,
            chain=((operator.label, token), *content.chain), aux=rule.aux or content.aux,
            context=content.context, content=content, covers=content.covers | {content.trigger, token},
        )  # fmt: skip

    def _is_answered(self, token: int, content: Reading) -> bool:
        """Tell whether a passive without an agent answers a noun whose own actor is named."""
        graph = self.graph
        return (
            graph.tags[token] == "VERB"
            and graph.tags[content.trigger] in _NOMINAL
            and graph.is_passive(token)
            and content.trigger in graph.patients(token)
            and (
                content.event_type in _IMPLYING
                or any(self.is_kind(t, "actor") for t in content.actors)
            )
        )

    def _is_event_subject(self, token: int, content: Reading) -> bool:
        """Tell whether the content is the operator's own subject (``talks began``)."""
        return content.trigger in self.graph.surface_subject(token)

    def _obligation(self, token: int, reading: Reading | None) -> Reading | None:
        """Read ``X said Y must withdraw`` as a request of X to Y, whatever Y must do."""
        graph = self.graph
        modal = next(
            (
                k
                for k in graph.kids(token)
                if graph.relations[k] == "aux" and graph.lowers[k] in _MUST
            ),
            None,
        )
        if (
            modal is None
            and graph.relations[token] in ("ccomp", "parataxis")
            and graph.xpos[token] == "VB"
            and graph.lowers[graph.heads[token]] in _UTTERING
            and (graph.colon is not None or not _QUOTES.isdisjoint(self.words))
            and not graph.kids_by(token, "nsubj", "nsubj:pass", "aux", "mark", "cop")
        ):
            return self._bidden(token, reading)  # "UN chief: Let aid into Tigray"
        if modal is None and graph.relations[token] == "xcomp":
            # "said Iraq had to pay", "needed to do more"
            above = graph.heads[token]
            if (
                graph.lowers[above] in _HAVE_TO
                and graph.xpos[token] == "VB"
                and not graph.kids_by(above, "aux", "mark")
            ):
                modal, token = above, above
        if modal is None or (reading is not None and reading.event_type in ("REQUEST", "ACCUSE")):
            return None
        node = token
        while graph.relations[node] in ("conj", "xcomp"):
            node = graph.heads[node]
        matrix = graph.heads[node]
        if matrix == node:
            # "The president must go, say miners"
            matrix = next(
                (
                    k
                    for k in graph.kids_by(node, "parataxis")
                    if k > node and graph.lowers[k] in circumstances.SAYING
                ),
                node,
            )
        elif graph.relations[node] not in ("ccomp", "parataxis"):
            return None
        if matrix == node:
            return None
        speakers = self._spread(graph.subjects(matrix))
        addressees = tuple(
            t for t in self._spread(graph.surface_subject(token)) if t not in speakers
        )
        if not any(self.is_kind(t, "actor") for t in addressees):
            addressees = tuple(t for a in addressees for t in self._owners(a, speakers))
        must = self.lexicon.operators.get(("must", "V"))
        entry = must.all[0] if must is not None else None
        rule = self.lexicon.compose(
            "request", reading.event_type if reading else "NONE", reading.mode if reading else None
        )
        if reading is None:
            rule = Composition("REQUEST", None, None, 0.85)  # what Y must do need be no event
        if (
            not speakers
            or not addressees
            or rule is None
            or rule.result in ("-", "=")
            or entry is None
        ):
            return None
        return Reading(
            trigger=token, entry=reading.entry if reading else entry, event_type=rule.result,
            mode=None if rule.mode == "=" else rule.mode, actors=speakers, recipients=addressees, reciprocal=False,
            confidence=0.75 * rule.factor, chain=(("request", modal),), content=reading,
            covers=reading.covers | {token} if reading else frozenset({token}),
        )  # fmt: skip

    def _charge(self, token: int, reading: Reading | None) -> Reading | None:
        """Read ``X said Y was behind the attack`` (or *responsible for*, *to blame for*) as X accusing Y."""
        graph = self.graph
        word = graph.lowers[token]
        if word not in _GUILTY and not (reading is not None and "behind" in self.words):
            return None
        speakers: tuple[int, ...] = ()
        accused: tuple[int, ...] = ()
        if graph.kids_by(token, "cop"):
            if word == "blame":
                guilty = any(graph.lowers[k] == "to" for k in graph.kids_by(token, "mark"))
            elif word == "responsible":
                guilty = any("for" in graph.cases(k) for k in graph.kids_by(token, "obl"))
            else:
                guilty = "behind" in graph.cases(token)
            if not guilty or circumstances.is_negated(graph, token):
                return None
            accused = tuple(graph.kids_by(token, "nsubj"))
            above = graph.heads[token]
            if graph.relations[token] in ("ccomp", "acl", "parataxis"):
                if graph.tags[above] == "NOUN":  # "told a conference that NATO was to blame"
                    above = graph.heads[above]
                speakers = (
                    graph.subjects(above) if graph.lowers[above] in circumstances.SAYING else ()
                )
            elif above == token:
                for kid in graph.kids_by(token, "parataxis"):
                    if graph.lowers[kid] in circumstances.SAYING:
                        speakers = graph.subjects(kid)
        elif (
            "behind" in graph.cases(token)
            and graph.relations[token] == "obl"
            and graph.lowers[graph.heads[token]] in circumstances.SAYING
        ):
            # the same, hung on the saying
            above = graph.heads[token]
            accused = tuple(k for k in graph.kids_by(above, "nsubj") if k < token)
            speakers = tuple(k for k in graph.kids_by(above, "nsubj") if k > above)
        elif "behind" in graph.cases(token) and graph.relations[token] == "nmod":
            # a headline: "Rwanda behind attack on camp, says Burundi"
            top = graph.heads[token]
            above = graph.heads[top]
            if above == top or graph.relations[top] not in ("nsubj", "ccomp"):
                return None
            accused = (top,)
            speakers = tuple(k for k in graph.kids_by(above, "nsubj") if k not in (top, token))
            if graph.lowers[above] not in circumstances.SAYING:
                return None
        accused = self._spread(accused)
        speakers = self._spread(speakers)
        if not any(self.is_kind(t, "actor") for t in accused) or not any(
            self.is_kind(t, "actor") for t in speakers
        ):
            return None
        found = self.lexicon.events.get(("blames", "V"))
        entry = next((e for e in found.all if e.label == "ACCUSE"), None) if found else None
        if entry is None:
            return None
        covers = frozenset({token})
        for content in self._through_all(token):
            covers |= content.covers | {content.trigger}
        return Reading(
            trigger=token, entry=entry, event_type="ACCUSE", mode="allege", actors=speakers, recipients=accused,
            reciprocal=False, confidence=0.8, chain=(("accuse", token),), context=entry.context,
            covers=covers | (reading.covers if reading else frozenset()),
        )  # fmt: skip

    def _ruled_out(self, token: int, reading: Reading | None) -> Reading | None:
        """Read ``There will be no talks with Y, X says`` as X rejecting talks with Y."""
        graph = self.graph
        if (
            reading is None
            or reading.entry.pos != "N"
            or "no" not in self.words
            or not any(graph.lowers[k] == "no" for k in graph.kids_by(token, "det"))
        ):
            return None
        clause = token
        if graph.relations[token] == "nsubj":
            clause = graph.heads[token]
            if graph.lowers[clause] != "be" or not graph.kids_by(clause, "expl"):
                return None
        said = graph.heads[clause]
        rule = self.lexicon.compose("refuse", reading.event_type, reading.mode)
        if (
            said == clause
            or graph.relations[clause] not in ("ccomp", "parataxis")
            or graph.lowers[said] not in circumstances.SAYING
            or rule is None
            or rule.result != "REJECT"
        ):
            return None
        speakers = self._spread(graph.subjects(said))
        if not any(self.is_kind(t, "actor") for t in speakers):
            return None
        return dataclasses.replace(
            reading, event_type="REJECT", mode=None if rule.mode == "=" else rule.mode, actors=speakers,
            recipients=tuple(t for t in (*reading.actors, *reading.recipients) if t not in speakers),
            reciprocal=False, confidence=0.75 * rule.factor, chain=(("refuse", token),),
            covers=reading.covers | {token},
        )  # fmt: skip

    def _through_all(self, token: int) -> list[Reading]:
        """Return the readings of what a predicate is about: *responsible for the attack*."""
        found = []
        for kid in self.graph.kids_by(token, "obl", "nmod"):
            inner = self.reading(kid)
            if inner is not None:
                found.append(inner)
        return found

    def _bidden(self, token: int, reading: Reading | None) -> Reading | None:
        """Read an imperative that somebody utters as a request to whom it concerns."""
        said = self.graph.heads[token]
        speakers = self._spread(self.graph.subjects(said))
        must = self.lexicon.operators.get(("must", "V"))
        rule = self.lexicon.compose(
            "request", reading.event_type if reading else "NONE", reading.mode if reading else None
        )
        if not speakers or must is None or reading is None:
            return None
        if rule is None or rule.result in ("-", "="):
            rule = Composition("REQUEST", None, None, 0.85)
        addressed = self._spread(self.graph.kids_by(said, "iobj", "obj"))
        if not any(self.is_kind(t, "actor") for t in addressed):
            addressed = (*reading.actors, *reading.recipients)
        addressed = tuple(t for t in addressed if t not in speakers)
        if not any(self.is_kind(t, "actor") for t in addressed):
            addressed = self._anywhere(token, speakers, frozenset())
        return Reading(
            trigger=token, entry=reading.entry, event_type=rule.result,
            mode=None if rule.mode == "=" else rule.mode, actors=speakers, recipients=addressed, reciprocal=False,
            confidence=0.75 * rule.factor, chain=(("request", token),), content=reading,
            covers=reading.covers | {token, said},
        )  # fmt: skip

    def readings(self, candidates: list[int]) -> list[Reading]:
        """Return the readings of a sentence that no other reading covers, in text order."""
        lowers, bare = self.graph.lowers, self.lexicon.bare
        if _MUST.isdisjoint(self.words) and not any(
            lowers[t] in bare or self.event_of(t) is not None for t in candidates
        ):
            return []
        found = [r for r in (self.reading(t) for t in candidates) if r is not None]
        found.sort(key=lambda r: (-len(r.chain), -len(r.covers), -r.confidence, r.trigger))
        covered = set(self._denied)
        kept: dict[int, Reading] = {}
        for r in found:
            if r.trigger in covered or r.trigger in kept:
                if self.log is not None and not (
                    r.trigger in kept and kept[r.trigger].entry is r.entry
                ):
                    self.log.append(
                        f"{self.graph.tokens.words[r.trigger]!r}: {r.event_type} ({r.entry.source}) is"
                        f" {'denied' if r.trigger in self._denied else 'content of another trigger'}"
                    )
                continue
            kept[r.trigger] = r
            covered |= r.covers - {r.trigger}
            covered.update(token for _, token in r.chain if token != r.trigger)
        sides = {
            t for r in kept.values() if r.entry.form != ANY_FORM for t in (*r.actors, *r.recipients)
        }
        # who does or suffers what a table tells is heard in it: "Syrian jets pounded a hospital"
        return [kept[t] for t in sorted(kept) if kept[t].entry.form != ANY_FORM or t not in sides]
