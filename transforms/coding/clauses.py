"""One sentence as a graph of Universal Dependencies, and the grammatical slots of its words.

Token numbers are those of the article; a ``Clauses`` covers ``first`` to ``last`` (exclusive). Everything is computed
on demand and kept, since most sentences hold one trigger or none.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Final

from schemas.annotations import Sentence, Tokens

REPORTING: Final = frozenset(
    "said says reported reports announced confirmed added told quoted".split()
)
_REPORTED: Final = REPORTING | {"say", "report", "tells", "announces", "sources"}
_SPEAKING: Final = REPORTING | frozenset(
    "noted stressed emphasised emphasized underlined underscored stated insisted argued declared claimed".split()
)
RELATIVE_PRONOUNS: Final = frozenset({"who", "whom", "which", "that", "whose"})
_REFLEXIVE: Final = frozenset({"itself", "himself", "herself", "themselves"})
PREPOSITION_ALIASES: Final = {
    "upon": "on",
    "onto": "on",
    "towards": "toward",
    "amongst": "among",
    "inside": "in",
}
_OTHER_FORMS: Final = frozenset({*PREPOSITION_ALIASES, *PREPOSITION_ALIASES.values(), "out"})
_GRAMMATICAL: Final = frozenset("any subj obj iobj poss mod comp prt as_of".split())
"""Slots that no single word of the sentence opens."""
_SUBJECTS: Final = frozenset({"nsubj", "nsubj:outer", "csubj"})
_PASSIVE_SUBJECTS: Final = frozenset({"nsubj:pass", "csubj:pass"})
_OBLIQUE: Final = frozenset(
    {
        "obl",
        "nmod",
        "obl:agent",
        "obl:unmarked",
        "nmod:unmarked",
        "acl",
        "advcl",
        "obl:arg",
        "appos",
    }
)
_CLAUSE_MARKS: Final = frozenset({"after", "before", "since", "as", "until"})
_OWN_CASE: Final = frozenset("with by against to from for at between towards toward over".split())
# Object controls the infinitive after most verbs; after these the subject does.
_SUBJECT_CONTROL: Final = frozenset(
    "promise promised promises promising threaten threatened threatens threatening vow vowed"
    " offer offered pledge pledged".split()
)
# Participles that are adjectives without an agent: "Israel is opposed to mediation".
_ADJECTIVAL: Final = frozenset("opposed committed prepared determined dedicated".split())
# Nouns that their subject is rather than does: "the police were mute spectators".
_BEING: Final = frozenset(
    "spectator spectators bystander bystanders onlooker onlookers signatory signatories"
    " liar liars thief thieves murderer murderers killer killers terrorist terrorists criminal criminals barbarian barbarians"
    " fascist fascists nazi nazis traitor traitors butcher butchers bully bullies aggressor aggressors hypocrite hypocrites"
    " barbarism terrorism genocide murder piracy blackmail aggression betrayal hypocrisy madness disgrace outrage insult".split()
)
# Verbs whose noun says what their subject is.
_LINKING: Final = frozenset(
    "become became becomes becoming remain remained remains remaining stay stayed stays seem seemed seems appear appeared"
    " appears prove proved proves turn turned turns be being been feel felt look looked looks".split()
)
# Nouns that taggers read as verbs after a verb, and the verbs that do take an infinitive without "to".
_NOUNS_TOO: Final = frozenset("aid trade work fire help support arms travel talks".split())
_BARE_INFINITIVE: Final = frozenset(
    "help helps helped helping let lets letting make makes made making have has had see saw dare bid go come".split()
)
# Whose passive keeps an object: "were granted asylum".
_GIVEN: Final = frozenset(
    "granted given awarded offered denied refused promised sent paid handed".split()
)
_CALLING: Final = frozenset(
    "call calls called calling describe describes described termed terms dubbed labelled labeled said says".split()
)
# Names of many without an s.
_PLURAL: Final = frozenset({"police", "taliban", "hezbollah", "mujahideen", "janjaweed", "people"})
# Pasts that headlines use for passives: what is active they tell in the present.
_HEADLINE_PASSIVES: Final = frozenset(
    "abducted arrested attacked banned barred beaten beefed blocked bombed booked burned burnt busted called caught charged"
    " clamped closed condemned convicted deployed deported destroyed detained disbanded dismissed eased ejected enforced"
    " evacuated evicted executed expelled extended fined fired foiled freed gunned hanged held imposed indicted injured"
    " jailed kidnapped killed lifted looted lynched mobilised mobilized murdered nabbed ordered ousted picked questioned"
    " raided recalled recovered relaxed released remanded rescued sacked sealed searched seized sentenced shot signed"
    " shut stabbed stormed summoned suspended tightened torched tortured wounded snatched grabbed slain axed toppled"
    " overthrown deposed scrapped shelved vetoed ambushed hijacked rounded exiled impeached quashed downed captured overrun"
    " retaken airlifted acquitted pardoned dissolved flogged maimed massacred slaughtered whisked dragged stripped".split()
)
# Nouns that have a side of their own: what is "with" or "to" them is not with the event they place or date.
_RELATIONAL: Final = frozenset(
    "border borders frontier frontiers boundary tie ties relation relations war conflict treaty agreement deal"
    " alliance dispute link links contact contacts trade cooperation row tension tensions counterpart neighbour".split()
)
# Participles that say who does what a noun names.
_LEADING: Final = frozenset(
    "led headed spearheaded fronted launched mounted staged organised organized conducted waged undertaken perpetrated"
    " orchestrated directed coordinated begun started hosted held ordered imposed decreed declared enforced levied made"
    " voiced levelled leveled issued carried provided donated sponsored brokered mediated".split()
)
_TAKING_NO_OBJECT: Final = frozenset(
    "poured streamed flocked marched gathered rallied demonstrated protested clashed fought trained massed converged"
    " assembled thronged walked returned camped rioted queued fled fasted prayed chanted paraded drilled mediated"
    " negotiated intervened withdrew retreated arrived landed talked conferred appealed pleaded complained"
    " apologised apologized resigned retaliated voted agreed refused threatened vowed promised responded rebelled".split()
)
_TAKING_A_PHRASE: Final = frozenset(
    "fired handed turned opened travelled traveled flew sailed advanced".split()
)
# Prepositions that are never a part of a verb.
_NEVER_PARTICLES: Final = frozenset(
    {"with", "to", "from", "against", "for", "of", "at", "between", "into"}
)
# Nouns whose content is an infinitive.
_PROMISING: Final = frozenset(
    f"{stem}{ending}"
    for stem in (
        "threat offer promise pledge plea call request demand decision plan refusal agreement vow warning attempt bid"
        " appeal order proposal ultimatum commitment readiness invitation effort move willingness failure"
    ).split()
    for ending in ("", "s")
)
_HEADLINE_ACLS: Final = _HEADLINE_PASSIVES | frozenset(
    "sent shut found urged accused blamed given granted rejected approved targeted deported flown moved denied slain"
    " slaughtered massacred maimed hurt gassed dismembered axed dismissed toppled overthrown deposed scrapped shelved vetoed"
    " dissolved lashed flogged whipped ambushed hijacked rounded stripped freed cleared acquitted pardoned exiled impeached"
    " quashed overturned defused intercepted downed hacked vandalised vandalized torn pulled withdrawn recaptured retaken"
    " captured overrun evacuated airlifted delivered pledged signed ratified".split()
)
# What a headline's subject is without "is".
_DISPOSED: Final = frozenset("willing ready set poised open prepared eager due likely".split())
_DOCUMENTS: Final = frozenset(
    "letter letters message messages note notes petition petitions statement statements cable telegram resolution"
    " declaration communique decree order law bill motion tweet report appeal".split()
)
# Verbs whose "of" was hung on their object: "stripped 31 activists of their nationality".
_DEPRIVING: Final = frozenset(
    f"{stem}{ending}"
    for stem, endings in (
        ("strip", ",s,ped,ping"), ("depriv", "e,es,ed,ing"), ("accus", "e,es,ed,ing"), ("rob", ",s,bed,bing"),
        ("reliev", "e,es,ed,ing"), ("convict", ",s,ed,ing"), ("acquit", ",s,ted,ting"), ("suspect", ",s,ed,ing"),
        ("clear", ",s,ed,ing"), ("notif", "y,ies,ied,ying"), ("assur", "e,es,ed,ing"), ("warn", ",s,ed,ing"),
    )
    for ending in endings.split(",")
)  # fmt: skip
_VERB_FORMS: Final = frozenset({"VBZ", "VBP", "VB", "VBD", "VBN"})
# Verbs of headlines that taggers take for nouns, before a preposition.
_NEVER_NOUNS: Final = frozenset(
    "heads backtracks bows relents caves balks apologises apologizes bristles fumes frets lashes leans blacklists".split()
)
_BEFORE_NOUNS: Final = frozenset({"amod", "compound", "det", "nummod", "nmod:poss", "nmod:desc"})
_PARTICLES: Final = frozenset("over up off out back down in away".split())
_TO_WHOM: Final = frozenset({"to", "from", "with", "for"})
_STOPS: Final = frozenset([".", "!", "?", '"', "\u201d"])
# What names a speaker before or after a colon.
_NAMING: Final = frozenset({"PROPN", "NOUN", "ADJ", "PUNCT", "PART"})
# Prepositions that say what a headline's subject is in: "Sri Lanka in talks with India", "Sailors on strike".
_BEING_IN: Final = frozenset({"in", "on", "under"})
_CLOSING: Final = frozenset(['"', "\u201d", "''", "\u2019"])
# Whose subject does not do what the object names: "police solved the murder", "residents fled the attack".
_OBSERVING: Final = frozenset(
    f"{stem}{ending}"
    for stem, endings in (
        ("solv", "e es ed ing"), ("investigat", "e es ed ing"), ("prob", "e es ed ing"), ("witness", " es ed ing"),
        ("watch", " es ed ing"), ("report", " s ed ing"),
        ("describ", "e es ed ing"), ("remember", " s ed ing"), ("recall", " s ed ing"), ("fear", " s ed ing"),
        ("commemorat", "e es ed ing"), ("mark", " s ed ing"), ("mourn", " s ed ing"), ("examin", "e es ed ing"),
        ("document", " s ed ing"), ("record", " s ed ing"), ("monitor", " s ed ing"), ("follow", " s ed ing"),
        ("mention", " s ed ing"), ("film", " s ed ing"), ("study", " ing"), ("studi", "es ed"), ("cit", "e es ed ing"),
        ("review", " s ed ing"), ("discuss", " es ed ing"), ("expect", " s ed ing"),
        ("predict", " s ed ing"), ("cover", " s ed ing"), ("hear", " s d ing"), ("see", " s n ing"),
        ("publish", " es ed ing"), ("broadcast", " s ing"), ("welcom", "e es ed ing"), ("answer", " s ed ing"),
        ("condemn", " s ed ing"), ("shar", "e es ed ing"), ("greet", " s ed ing"), ("hail", " s ed ing"),
        ("prais", "e es ed ing"), ("criticis", "e es ed ing"), ("criticiz", "e es ed ing"), ("denounc", "e es ed ing"),
        ("receiv", "e es ed ing"), ("applaud", " s ed ing"), ("deplor", "e es ed ing"), ("resent", " s ed ing"),
        ("echo", " es ed ing"), ("call", " s ed ing"), ("ignor", "e es ed ing"), ("notic", "e es ed ing"), ("miss", " es ed ing"),
        ("cheer", " s ed ing"), ("celebrat", "e es ed ing"), ("interpret", " s ed ing"), ("verif", "y ies ied ying"),
        ("photograph", " s ed ing"), ("televis", "e es ed ing"), ("quot", "e es ed ing"), ("read", " s ing"), ("overshadow", " s ed ing"),
        ("compar", "e es ed ing"), ("avoid", " s ed ing"), ("avert", " s ed ing"), ("analys", "e es ed ing"), ("recogni", "se ze sed zed"),
    )
    for ending in (["", *endings.split()] if endings.startswith(" ") else endings.split())
) | {"saw", "know", "knows", "knew", "foresaw"}  # fmt: skip


@functools.cache
def _slots_opened_by(words: frozenset[str]) -> frozenset[str]:
    """Return the grammatical slots and those of prepositions that are among ``words`` in another form."""
    forms = words | {PREPOSITION_ALIASES[w] for w in words if w in PREPOSITION_ALIASES}
    if "out" in words:
        forms |= {"from"}
    return _GRAMMATICAL | forms | {w for w, form in PREPOSITION_ALIASES.items() if form in forms}


class _Children(dict[int, list[int]]):
    """Dependents by head; of a word without any an empty list, which is not kept."""

    def __missing__(self, key: int) -> list[int]:
        return []


class Clauses:
    """The syntax of one sentence, asked by slots."""

    __slots__ = (
        "_cases",
        "_passive",
        "_slots",
        "_subject",
        "children",
        "colon",
        "dated",
        "fillable",
        "first",
        "heads",
        "kids",
        "last",
        "lowers",
        "relations",
        "tags",
        "tokens",
        "words",
        "xpos",
    )

    def __init__(
        self,
        tokens: Tokens,
        sentence: Sentence,
        dated: frozenset[int] = frozenset(),
        verbs: frozenset[str] = frozenset(),
    ) -> None:
        """Index the children of every word; ``dated`` are tokens of dates, which fill no slot.

        ``verbs`` are the surface forms of verbs that may be events: those the parser took for nouns or participles
        are looked for in sentences without a verb.
        """
        self.dated = dated
        self.tokens = tokens
        self.first, self.last = sentence.first, sentence.last
        self.lowers, self.tags, self.xpos = tokens.lowers, tokens.tags, tokens.xpos
        self.relations, self.heads = tokens.relations, tokens.heads
        self.words = frozenset(self.lowers[self.first : self.last])
        self.fillable = self.words | _slots_opened_by(self.words & _OTHER_FORMS)
        """Names of slots that may be filled: no preposition that the sentence does not hold fills one."""
        self.colon: int | None = self._read_colon() if ":" in self.words else None
        """The colon that stands for *says*: *UN envoy: Rebels must leave*; null where there is none."""
        self.children = _Children()
        heads = self.heads
        root = self.first
        for i in range(self.first, self.last):
            head = heads[i]
            if head != i:
                if head in self.children:
                    self.children[head].append(i)
                else:
                    self.children[head] = [i]
            else:
                root = i
        self.kids: Callable[[int], list[int]] = self.children.__getitem__
        """Returns the dependents of a word, left to right."""
        self._cases: dict[int, frozenset[str]] = {}
        self._passive: dict[int, bool] = {}
        relations = frozenset(self.relations[self.first : self.last])
        if "," in self.words:
            self._mend_commas()
        if self.colon is not None:
            for kid in self.children[self.colon]:
                if self.relations[kid] == "ccomp" and self.tags[kid] not in ("VERB", "AUX"):
                    self._mend_fragment(kid, verbs)
        elif (
            self.xpos[root] in ("NNS", "VBZ")
            and self.tags[root] == "NOUN"
            and self.lowers[root] in verbs
            and self._has_subject(root)
            and not (self._is_headline() and self._mend_covered(root, self.children[root], verbs))
        ):
            self._read_as_verb(root, "VBZ")  # "ETA hands over arms"
            self._mend_particle(root)
        elif self.tags[root] not in ("VERB", "AUX") or (
            "flat" in relations and self.kids_by(root, "flat")
        ):
            self._mend_fragment(root, verbs)
        elif self.lowers[root] in _REPORTED:
            for kid in self.children[root]:
                if kid < root and self.relations[kid] in ("obj", "nsubj"):
                    self._mend_fragment(kid, verbs)
        if "there" in self.words and "expl" in relations:
            self._mend_existentials()
        if "acl" in relations and not _PROMISING.isdisjoint(self.words):
            self._mend_promises()
        if "free" in self.words and "to" in self.words:
            self._mend_infinitives()
        if "," in self.words and "compound" in relations:
            self._mend_lists()
        if "flat" in relations:
            self._mend_names()
        if "-" in self.words:
            self._mend_hyphens()
            self._mend_pairs()
        if "conj" in relations:
            self._mend_conjuncts()
        if "nmod" in relations:
            self._mend_attachments()
        if "advcl" in relations and self.xpos[self.first] == "VBG":
            self._mend_gerund()
        if "xcomp" in relations:
            self._mend_objects()
        if "obj" in relations and not _NEVER_PARTICLES.isdisjoint(self.words):
            self._mend_oblique()
        self._mend_subjects()
        if not REPORTING.isdisjoint(self.words) or "say" in self.words:
            self._mend_reports()
        if not _CLOSING.isdisjoint(self.words):
            self._mend_quotes()
        if "conj" in relations and "ccomp" in relations:
            self._mend_tenses()
        self._cases.clear()
        self._passive.clear()
        self._slots: dict[tuple[int, str], tuple[int, ...]] = {}
        self._subject: dict[int, tuple[int, ...]] = {}

    def _read_colon(self) -> int | None:
        """Read *UN chief: Rebels must leave* and *Rebels must leave: UN chief* as said by the chief.

        The colon becomes the verb of the sentence. Datelines (*NEW DELHI: ...*), labels with a verb or a preposition
        and lists after a colon stay what they are.
        """
        lowers, tags = self.lowers, self.tags
        first, last = self.first, self.last
        colon = lowers.index(":", first, last)
        if ":" in lowers[colon + 1 : last]:
            return None
        left, right = range(first, colon), range(colon + 1, last)
        if (
            0 < len(left) <= 8
            and len(right) > 2
            and all(tags[i] in _NAMING for i in left if not self._joins_names(i, colon))
            and (not self._is_capital(left) or self._is_capital(right))
            # "Doha: Hospitals received ... ." is sent from Doha
            and (any(tags[i] != "PROPN" for i in left) or self.tokens.words[last - 1] not in _STOPS)
        ):
            speaker, said = left, right
        elif (
            0 < len(right) <= 7
            and len(left) > 3
            and last - first < 24
            and all(tags[i] in _NAMING for i in right)
            and lowers[last - 1] not in _STOPS
        ):
            speaker, said = right, left
        else:
            return None
        addressee: int | None = None
        if speaker is left and "to" in lowers[first:colon]:
            addressee = colon - 1  # "UN to Sudan's generals: let aid through"
            speaker = range(first, lowers.index("to", first, colon))
        heads, relations = list(self.heads), list(self.relations)
        tops = [
            [i for i in part if heads[i] == i or heads[i] not in part] for part in (speaker, said)
        ]
        names = [i for i in tops[0] if tags[i] in ("NOUN", "PROPN")]
        if not names:
            return None
        contents = [i for i in tops[1] if tags[i] in ("VERB", "AUX")] or tops[1]
        who, what = names[-1], contents[0]
        for part, top in zip(tops, (who, what), strict=True):
            for i in part:
                heads[i] = top
                relations[i] = relations[i] if relations[i] == "punct" else "dep"
        heads[colon] = colon
        heads[who] = heads[what] = colon
        relations[colon], relations[who], relations[what] = "root", "nsubj", "ccomp"
        if addressee is not None:
            for i in range(speaker.stop, colon):
                heads[i], relations[i] = addressee, relations[i] if i > speaker.stop else "case"
                if relations[i] not in ("case", "punct", "nmod:poss"):
                    relations[i] = "compound"
            heads[addressee], relations[addressee] = colon, "iobj"
        self.heads, self.relations = heads, relations
        self.tags, self.xpos, self.lowers = list(tags), list(self.xpos), list(lowers)
        self.tags[colon], self.xpos[colon], self.lowers[colon] = "VERB", "VBZ", "says"
        self.words |= {"says"}
        return colon

    def _joins_names(self, token: int, colon: int) -> bool:
        """Tell whether *to* stands between who speaks and who is spoken to: *UN to Sudan: let aid in*."""
        return (
            self.lowers[token] == "to"
            and self.first < token < colon - 1
            and self.tags[token - 1] in ("PROPN", "NOUN")
            and self.tags[colon - 1] in ("PROPN", "NOUN")
            and self.tags[colon + 1] != "NUM"
        )

    def _has_subject(self, root: int) -> bool:
        """Tell whether a word read as a noun has a subject before it and nothing that makes it a predicate."""
        relations = [self.relations[k] for k in self.children[root]]
        return "cop" not in relations and any(
            self.relations[k] == "nsubj" and k < root and self.xpos[k] in ("NNP", "NN")
            for k in self.children[root]
        )

    def _is_capital(self, part: range) -> bool:
        return all(w.isupper() or not w[:1].isalpha() for w in (self.tokens.words[i] for i in part))

    def _is_headline(self) -> bool:
        """Tell whether a sentence is short and ends without a full stop."""
        return self.last - self.first < 20 and self.tokens.words[self.last - 1] not in _STOPS

    def _mend_commas(self) -> None:
        """Read *India, Sri Lanka stage a drill* as two subjects: a headline's comma is an *and*."""
        if not self._is_headline():
            return
        lowers, tags, relations = self.lowers, self.tags, self.relations
        for comma in range(self.first + 1, self.last - 2):
            if lowers[comma] != "," or tags[comma + 1] != "PROPN":
                continue
            second = comma + 1
            if tags[comma - 1] not in ("PROPN", "NOUN"):
                continue
            end = second + 1
            while end < self.last and tags[end] == "PROPN" and tags[end - 1] == "PROPN":
                end += 1
            if end >= self.last or not (
                lowers[end] == "to"
                or lowers[end] == "close"
                or (tags[end] == "VERB" and self.xpos[end] in ("VBP", "VB"))
                or (tags[end] == "NOUN" and relations[end] in ("parataxis", "root"))
            ):
                continue
            if second != self.heads[end - 1] and end - 1 != second:
                second = end - 1 if self.heads[second] == end - 1 else second
            first = comma - 1
            while (
                relations[first] in ("flat", "compound")
                and self.first <= self.heads[first] < comma
                and self.heads[first] != first
            ):
                first = self.heads[first]
            if (
                self.heads[second] == first
                and relations[second] in ("appos", "flat", "nmod:unmarked", "dep", "compound")
                and relations[first] in ("nsubj", "root", "dislocated", "parataxis", "ccomp", "dep")
                and not any(relations[k] in ("case", "det") for k in self.children[first])
            ):
                self._move(second, first, "conj")
                for inner in range(second + 1, end):
                    if self.heads[inner] == first and self.relations[inner] == "flat":
                        self._move(inner, second, "flat")
                relations = self.relations

    def _move(self, token: int, head: int, relation: str) -> None:
        """Hang a word on another head, unless that stands below it; the article's own lists stay as they are."""
        node = head
        while node != token and self.heads[node] != node:
            node = self.heads[node]
        if node == token:
            return
        if self.heads is self.tokens.heads:
            self.heads = list(self.heads)
            self.relations = list(self.relations)
        old = self.heads[token]
        if old in self.children and token in self.children[old]:
            self.children[old] = [k for k in self.children[old] if k != token]
        self.heads[token] = head
        self.relations[token] = relation
        self.children[head] = sorted([*self.children.get(head, ()), token])

    def _read_as_verb(self, token: int, like: str) -> None:
        """Tag a word as a verb of the form ``like``; the article's own tags stay as they are."""
        if self.tags is self.tokens.tags:
            self.tags, self.xpos = list(self.tags), list(self.xpos)
        self.tags[token], self.xpos[token] = "VERB", like

    def _read_as_noun(self, token: int) -> None:
        """Tag a word as a noun; the article's own tags stay as they are."""
        if self.tags is self.tokens.tags:
            self.tags, self.xpos = list(self.tags), list(self.xpos)
        self.tags[token], self.xpos[token] = "NOUN", "NN"

    def _promote(self, verb: int, top: int, subject: int, complement: int | None) -> None:
        """Put a verb in the place of the word at the top of its clause, with its subject and object below it."""
        if verb != top:
            if self.heads is self.tokens.heads:
                self.heads = list(self.heads)
                self.relations = list(self.relations)
            above, relation = self.heads[top], self.relations[top]
            old = self.heads[verb]
            self.children[old] = [k for k in self.children[old] if k != verb]
            if above != top:
                self.children[above] = sorted(
                    [*(k for k in self.children[above] if k != top), verb]
                )
            self.heads[verb] = verb if above == top else above
            self.relations[verb] = "ccomp" if relation in ("obj", "nsubj") else relation
            self.heads[top] = verb
            self.relations[top] = "dep"
            self.children[verb] = sorted([*self.children.get(verb, ()), top])
        for token, relation in ((subject, "nsubj"), (complement, "obj")):
            if token is not None:
                self._move(token, verb, relation)
        if complement is not None and subject < verb < complement:
            # "Israeli jets pound airfield": what stands before the subject is its own
            for kid in list(self.children[complement]):
                if kid < subject and self.relations[kid] in _BEFORE_NOUNS:
                    self._move(kid, subject, self.relations[kid])

    def _mend_fragment(self, top: int, verbs: frozenset[str]) -> None:
        """Find the verb of a sentence that was read as a phrase.

        *Riyadh barred imports* (a participle), *Court jails ex-minister* (a noun), *Masked men set upon students* (an
        addition), *Iran to free two* (a headline's future), *Recep Tayyip Erdogan phoned ...* (a name read as a verb).
        """
        kids = self.children[top]
        if self._mend_participle(top, kids, verbs) or self._mend_sentence(top, kids):
            return
        if any(self.relations[k] in ("cop", "nsubj", "nsubj:pass", "csubj", "expl") for k in kids):
            if self._is_headline():
                self._mend_covered(top, kids, verbs)
            return
        if self.tags[top] == "ADJ" and self.lowers[top] in verbs:
            # "Rebels free Danish nurse", where the rebels were taken for a part of her
            for k in kids:
                left = [g for g in self.children[k] if g == top - 1]
                if self.relations[k] == "obj" and k > top and left:
                    self._read_as_verb(top, "VBP")
                    self._move(left[0], top, "nsubj")
                    return
        self._mend_possessive(top, kids, verbs)
        if self.relations[top] == "nsubj":
            above = self.heads[top]
            if not any(self.relations[k] == "nsubj" and k > top for k in self.children[above]):
                return
        lowers, tags, xpos, relations = self.lowers, self.tags, self.xpos, self.relations
        for k in kids:
            if (
                k > top
                and tags[k] == "VERB"
                and (
                    relations[k] in ("acl", "parataxis")
                    or (relations[k] == "advcl" and lowers[k - 1] == "to" and k == top + 2)
                )
                and not any(relations[g].startswith("nsubj") for g in self.children[k])
                and lowers[k] in verbs
            ):
                marks = [g for g in self.children[k] if relations[g] == "mark"]
                future = bool(marks) and lowers[marks[0]] == "to" and top < marks[0] == k - 1
                if future and tags[top] in ("PROPN", "NOUN"):
                    between = range(top + 1, marks[0])
                    if any(lowers[i] in (":", "-", "\u2013", "\u2014") for i in between):
                        continue
                    self._promote(k, top, top, None)
                    self._join_names(top)
                    return
                if marks:
                    continue
                active = any(relations[g] == "obj" and g > k for g in self.children[k])
                if (relations[k] == "parataxis" and k - top < 6 and xpos[k] in ("VBD", "VBZ")) or (
                    relations[k] == "acl"
                    and active
                    and (
                        xpos[k] in ("VBN", "VBD")
                        or (xpos[k] in ("VBP", "VB") and k == top + 1 and xpos[top] == "NNS")
                    )  # "Azeri forces vacate heights"
                ):
                    if any(lowers[i] == ":" for i in range(top + 1, k)):
                        continue
                    self._read_as_verb(k, "VBD")
                    self._promote(k, top, top, None)
                    return
            if (
                k > top
                and tags[k] == "NOUN"
                and xpos[k] == "NN"
                and relations[k] in ("parataxis", "appos")
                and lowers[k] in verbs
                and self._is_headline()
                and any(relations[g] == "conj" and g < k for g in kids)
                and any(relations[g] == "obj" and g > k for g in self.children[k])
            ):
                self._read_as_verb(k, "VBP")  # "India, Nepal stage joint drill"
                self._promote(k, top, top, None)
                return
            if (
                k > top
                and tags[k] == "ADJ"
                and relations[k] in ("parataxis", "appos", "acl", "amod", "advcl")
                and lowers[k] in _DISPOSED
                and self._is_headline()
                and not any(relations[g].startswith("nsubj") for g in self.children[k])
            ):
                self._promote(k, top, top, None)  # "EU 'willing to talk'"
                return
        if lowers[self.last - 1] == "." and tags[top] in ("NOUN", "PROPN"):
            # "Tens of thousands poured into the square.": a whole sentence, though its verb was read as a participle
            spots = [top, *(k for k in kids if relations[k] == "nmod" and k > top)]
            for k in (k for spot in spots for k in self.children[spot]):
                if (
                    relations[k] == "acl"
                    and xpos[k] in ("VBN", "VBD")
                    and (
                        lowers[k] in _TAKING_NO_OBJECT
                        or (
                            lowers[k] in _TAKING_A_PHRASE
                            and any(
                                relations[g] == "obl" and k < g and "by" not in self._marks_of(g)
                                for g in self.children[k]
                            )
                        )
                    )
                    and not any(
                        relations[g] in ("obl:agent", "aux", "aux:pass", "obj")
                        or (relations[g] == "obl" and "by" in self._marks_of(g) and g == k + 2)
                        for g in self.children[k]
                    )
                ):
                    self._read_as_verb(k, "VBD")
                    self._promote(k, top, top, None)
                    return
        if self._is_headline():
            for k in kids:
                if (
                    k > top
                    and relations[k] in ("acl", "amod")
                    and xpos[k] in ("VBN", "VBD")
                    and lowers[k] in _HEADLINE_ACLS
                    and not any(relations[g] in ("obj", "aux", "mark") for g in self.children[k])
                    and not any(tags[i] == "AUX" or xpos[i] in ("VBZ", "VBP") for i in kids)
                ):
                    self._promote(k, top, top, None)  # "Frigate sent to Red Sea"
                    self.relations[top] = "nsubj:pass"
                    return
        for k in range(max(self.first + 1, top - 6), top + 1):
            before = k - 1
            if lowers[before] == "-" and before - 2 >= self.first:
                before -= 2  # "test-fires", "gang-raped"
            if (
                lowers[k] not in verbs
                or tags[before] not in ("PROPN", "NOUN")
                or not (k == top or self.heads[k] == top or self.heads[self.heads[k]] == top)
                or before == top
                or not (
                    self.heads[before] in (k, top)
                    or (k == top and self.heads[self.heads[before]] == top)
                    or (before == k - 3 and self.heads[before] == k - 2)
                    or (k < top and self.heads[self.heads[before]] == top)
                )
                or relations[before]
                not in ("compound", "nmod:poss", "obl:unmarked", "nmod:unmarked")
                or any(lowers[g] in ("'s", "\u2019s", "'", "\u2019") for g in self.children[before])
            ):
                continue
            if k < top:
                participle = relations[k] == "amod" and xpos[k] in ("VBN", "VBD")
                plural = xpos[before] in ("NNS", "NNPS") or lowers[before] in _PLURAL
                noun = (
                    relations[k] in ("compound", "amod")
                    and tags[k] in ("NOUN", "PROPN", "ADJ")
                    and (
                        xpos[k] in ("NNS", "NNPS", "VBZ")
                        if not plural
                        else xpos[k] in ("NN", "JJ", "VBP")
                    )
                    and self.last - self.first < 16
                )
                if not (participle or noun) or k + 1 > top:
                    continue
                self._read_as_verb(k, "VBD" if participle else "VBZ")
                self._promote(k, top, before, top)
                return
            plural = xpos[before] in ("NNS", "NNPS") or lowers[before] in _PLURAL
            objects = [
                g
                for g in kids
                if g > k
                and (
                    relations[g] in ("obj", "compound", "acl", "nummod")
                    or (relations[g] == "amod" and tags[g] == "NOUN")
                    or (relations[g] == "nmod" and not self._marks_of(g))
                )
            ]
            if (
                lowers[k] in _NEVER_NOUNS
                and k + 1 < self.last
                and tags[k + 1] == "ADP"
                and not plural
            ):
                self._read_as_verb(k, "VBZ")  # "US carrier heads for Gulf"
                self._promote(k, top, before, None)
                return
            if (
                xpos[k] in (("NN", "NNP", "VBP", "VB") if plural else ("NNS", "NNPS", "VBZ"))
                and objects
                and self.last - self.first < 20
            ):
                self._read_as_verb(k, "VBZ")
                self._promote(k, top, before, objects[0])
                return

    def _mend_sentence(self, top: int, kids: list[int]) -> bool:
        """Read *A shipment docked in Colombo.* or *A stoppage by drivers stranded commuters.* as a whole sentence.

        What ends in a full stop has a verb; a participle with an object, or one that is no passive, is it.
        """
        if self.heads[top] != top or self.lowers[self.last - 1] != "." or self.tags[top] != "NOUN":
            return False
        for verb in kids:
            if (
                verb < top
                or self.relations[verb] != "acl"
                or self.xpos[verb] not in ("VBN", "VBD")
                or self.tags[verb] != "VERB"
            ):
                continue
            below = [(k, self.relations[k]) for k in self.children[verb]]
            if any(r in ("aux", "aux:pass", "mark", "obl:agent") for _, r in below):
                return False
            active = any(r == "obj" and k > verb for k, r in below)
            if not active and (
                self.lowers[verb] in _HEADLINE_ACLS
                or not any(r == "obl" and k > verb for k, r in below)
                or any(r == "obl" and "by" in self._marks_of(k) for k, r in below)
                or self.lowers[verb] in _GIVEN
                or verb - top < 2
            ):
                return False
            self._read_as_verb(verb, "VBD")
            for kid, relation in below:
                if kid < verb and (relation.startswith("nsubj") or relation == "obl"):
                    self._move(kid, top, "nmod")  # "by drivers", "to Sri Lanka"
            self._promote(verb, top, top, None)
            return True
        return False

    def _mend_covered(self, top: int, kids: list[int], verbs: frozenset[str]) -> bool:
        """Find the verb of *Japan and India eye closer ties*, read as a part of the noun that is its object."""
        subjects = [k for k in kids if self.relations[k] == "nsubj" and k < top]
        if len(subjects) != 1 or any(self.relations[k] == "cop" for k in kids):
            return False
        subject = subjects[0]
        _, end = self.subtree(subject)
        many = (
            any(self.relations[k] == "conj" for k in self.children[subject])
            or self.xpos[subject] in ("NNS", "NNPS")
            or self.lowers[subject] in _PLURAL
        )
        if (
            end < top
            and self.heads[end] == top
            and self.relations[end] in ("compound", "amod")
            and self.lowers[end] in verbs
            and self.xpos[end] in (("NN", "JJ", "VBP", "VB") if many else ("NNS", "VBZ"))
        ):
            self._read_as_verb(end, "VBP" if many else "VBZ")
            for kid in self.children[end]:
                self._move(kid, top, self.relations[kid])  # "closer" was hung on "eye"
            self._promote(end, top, subject, top)
            return True
        return False

    def _mend_possessive(self, top: int, kids: list[int], verbs: frozenset[str]) -> None:
        """Read *Israel snubs UN envoy* with a verb, where ``snubs`` was taken for the *'s* of a possessor."""
        for owner in kids:
            if owner > top or self.relations[owner] != "nmod:poss":
                continue
            for mark in self.children[owner]:
                if (
                    self.relations[mark] == "case"
                    and self.tags[mark] == "PART"
                    and len(self.lowers[mark]) > 2
                    and self.lowers[mark] in verbs
                ):
                    self._read_as_verb(mark, "VBZ")
                    self._move(mark, top, "compound")
                    self._promote(mark, top, owner, top)
                    return

    def _mend_particle(self, verb: int) -> None:
        """Read *hands over a bomber to Morocco*, taken for a noun with a preposition, as a verb with a particle."""
        after = verb + 1
        if after >= self.last:
            return
        thing = self.heads[after]
        if (
            self.lowers[after] not in _PARTICLES
            or self.relations[after] != "case"
            or self.heads[thing] != verb
            or self.relations[thing] != "nmod"
        ):
            return
        self._move(after, verb, "compound:prt")
        self._move(thing, verb, "obj")
        for kid in list(self.children[thing]):
            if self.relations[kid] == "nmod" and _TO_WHOM & self.cases(kid):
                self._move(kid, verb, "obl")

    def _mend_participle(self, top: int, kids: list[int], verbs: frozenset[str]) -> bool:
        """Find the verb of *Mobs looted shops* or *Sweden cut aid*, read as a participle before its object."""
        if self.heads[top] != top and self.relations[top] not in ("obj", "nsubj"):
            return False
        for k in kids:
            if k > top:
                return False
            if self.relations[k] != "amod" or self.tags[k] != "VERB" or self.lowers[k] not in verbs:
                continue
            prefixed = k - 3 >= self.first and self.lowers[k - 1] == "-"
            subject = k - 3 if prefixed else k - 1  # "Iran test-fired missiles"
            if (
                subject >= self.first
                and self.tags[subject] in ("PROPN", "NOUN")
                and self.relations[subject] in ("nsubj", "compound", "nsubj:pass")
                and self.heads[subject] in ((k - 2, k, top) if prefixed else (top, k))
                and (self.relations[subject] != "compound" or self.xpos[k] not in ("VBG", "JJ"))
                and not any(self.relations[g] in ("cop", "expl", "det") for g in kids)
            ):
                self._read_as_verb(k, "VBD")
                self._promote(k, top, subject, top)
                return True
        return False

    def _join_names(self, first: int) -> None:
        """Read *US, Vietnam to hold talks* as two subjects, not as one with another name."""
        for kid in self.children[first]:
            if (
                self.relations[kid] in ("appos", "nmod:unmarked")
                and self.tags[kid] == self.tags[first] == "PROPN"
                and kid == first + 2
                and self.lowers[kid - 1] == ","
            ):
                self._move(kid, first, "conj")

    def _mend_lists(self) -> None:
        """Read *US, South Korea begin drills* as two names: a comma is no part of one."""
        for token in range(self.first, self.last - 2):
            head = self.heads[token]
            if (
                self.relations[token] == "compound"
                and self.lowers[token + 1] == ","
                and token + 2 <= head <= token + 4
                and self.tags[token] == self.tags[head] == "PROPN"
                and self.heads[head] != head
                and "," not in self.lowers[token + 2 : head]
            ):
                above, relation = self.heads[head], self.relations[head]
                self._move(token, above, relation)
                if self.heads[token] == above:
                    self._move(head, token, "conj")

    def _mend_infinitives(self) -> None:
        """Read *told Russia to free a reporter*, where ``free`` was taken for an adjective."""
        for token in range(self.first + 1, self.last - 1):
            if self.lowers[token] != "free" or self.lowers[token - 1] != "to":
                continue
            noun = self.heads[token]
            above = self.heads[noun]
            if noun > token and self.relations[token] == "amod" and noun != above:
                self._read_as_verb(token, "VB")
                self._move(token, above, "xcomp")
                self._move(noun, token, "obj")
                self._move(token - 1, token, "mark")
            elif self.relations[token - 1] == "mark" and self.heads[token - 1] == token:
                self._read_as_verb(token, "VB")

    def _mend_names(self) -> None:
        """Put names together again: ``flat`` points left, to the first word of its own name."""
        for token in range(self.first, self.last):
            if self.relations[token] != "flat":
                continue
            head = self.heads[token]
            before = token - 1
            while before > self.first and self.lowers[before] == "-":
                before -= 1
            joined = (
                before >= self.first
                and self.tags[before] == "PROPN"
                and self.tags[token] == "PROPN"
            )
            if joined:
                first = self.heads[before] if self.relations[before] == "flat" else before
                if first != head and first < token:
                    self._move(token, first, "flat")
                continue
            if head < token and "," not in self.lowers[head:token]:
                continue
            verb = next(
                (
                    i
                    for i in range(token + 1, min(self.last, token + 40))
                    if self.tags[i] == "VERB"
                    and self.relations[i] not in ("acl", "acl:relcl", "amod")
                ),
                None,
            )
            if verb is None or any(
                self.relations[k].startswith("nsubj") for k in self.children.get(verb, ())
            ):
                continue
            if not any(self.relations[k] == "case" for k in self.children.get(token, ())):
                self._move(token, verb, "nsubj")

    def _mend_hyphens(self) -> None:
        """Read the end of *a sit-in by students* or *the build-up of troops* as a noun, not as an adverb."""
        for token in range(self.first + 2, self.last):
            if self.lowers[token - 1] != "-":
                continue
            if (
                self.xpos[token] in ("VBD", "VBN")
                and self.relations[token] == "amod"
                and self.tags[token - 2] == "VERB"
                and self.heads[self.heads[token]] == token - 2
            ):
                self._mend_doubled(token - 2, token)
            if self.tags[token] not in ("ADV", "ADP"):
                continue
            above = self.heads[token - 2]
            verb = self.heads[above]
            if (
                self.relations[token - 2] == "compound"
                and verb < token - 2 < token < above
                and self.tags[verb] == "VERB"
                and token - 3 in self.children[above]
            ):
                # "staged a sit-in outside parliament", where parliament was staged
                self._read_as_verb(token, "NN")
                self.tags[token] = "NOUN"
                self._move(token, verb, "obj")
                self._move(token - 2, token, "compound")
                self._move(token - 3, token, self.relations[token - 3])
                continue
            if not any(
                self.relations[k] in ("det", "nmod:poss", "amod") for k in self.children[token]
            ):
                continue
            self._read_as_verb(token, "NN")
            self.tags[token] = "NOUN"
            if self.relations[token] == "advmod" and self.tags[self.heads[token]] == "VERB":
                self._move(
                    token, self.heads[token], "nsubj" if self.heads[token] > token else "obj"
                )

    def _mend_doubled(self, first: int, verb: int) -> None:
        """Read *police tear-gassed a crowd* as one verb, its second part."""
        patient = self.heads[verb]
        subjects = [k for k in self.children[first] if self.relations[k] == "nsubj"]
        if not subjects:
            return
        self._read_as_verb(verb, "VBD")
        others = [k for k in self.children[first] if k > verb and k != patient]
        self._promote(verb, first, subjects[0], patient)
        for kid in others:
            self._move(kid, verb, self.relations[kid])

    def _mend_pairs(self) -> None:
        """Let both names of *Saudi-Iranian talks* modify the noun, where the first was hung on the second."""
        for first in range(self.first, self.last - 2):
            second = first + 2
            if (
                self.lowers[first + 1] != "-"
                or self.xpos[first] not in ("JJ", "NNP")
                or not self.tokens.words[first][:1].isupper()
                or not self.tokens.words[second][:1].isupper()
            ):
                continue
            relations = self.relations[first], self.relations[second]
            if (
                relations in (("nsubj", "compound"), ("nsubj", "amod"))
                and self.heads[first] != second
                and self.heads[self.heads[second]] == self.heads[first]
            ):
                self._move(
                    first, self.heads[second], relations[1]
                )  # "China-Serbia pact takes effect"
            elif self.heads[first] == second and set(relations) <= {"amod", "compound"}:
                self._move(first, self.heads[second], relations[1])
            elif self.heads[second] == first and relations in (
                ("compound", "flat"),
                ("amod", "flat"),
            ):
                self._move(second, self.heads[first], relations[0])

    def _mend_conjuncts(self) -> None:
        """Re-attach conjuncts that cannot be: one left of its head, or one with a preposition of its own and no *and*."""
        for token in range(self.first, self.last):
            if self.relations[token] != "conj" or self.tags[token] not in ("NOUN", "PROPN", "PRON"):
                continue
            head = self.heads[token]
            kids = self.children.get(token, ())
            if token < head:
                before = next(
                    (
                        i
                        for i in range(token - 1, max(self.first, token - 7) - 1, -1)
                        if self.tags[i] in ("NOUN", "PROPN") and i not in kids
                    ),
                    None,
                )
                if before is None:
                    continue
                while (
                    self.relations[before] in ("flat", "compound", "amod", "nmod:desc")
                    and self.heads[before] != token
                    and self.first <= self.heads[before] < token
                ):
                    before = self.heads[before]
                if before not in (token, head) and self.heads[before] != token:
                    self._move(token, before, "conj")
                continue
            has_case = any(
                self.relations[k] == "case" and self.lowers[k] in _OWN_CASE for k in kids
            )
            if (
                has_case
                and not any(self.relations[k] == "cc" for k in kids)
                and not self.cases(head)
            ):
                above = self.heads[head]
                if self.relations[head] in ("nsubj", "nsubj:pass", "obj") and above != head:
                    self._move(token, above, "obl")

    def _mend_attachments(self) -> None:
        """Hang a phrase with a preposition on the noun before it: in English none precedes its noun."""
        agents = "by" in self.words
        against = "against" in self.words
        for token in range(self.first, self.last):
            head = self.heads[token]
            if (
                against
                and self.relations[token] == "nmod"
                and self.relations[head] == "obl:agent"
                and self.tags[head] == "PROPN"
                and "against" in self._marks_of(token)
            ):  # "sanctions led by Norway against Belarus": no name is against anybody
                self._move(token, self.heads[head], "obl")
                continue
            if head <= token or not (
                (self.relations[token] == "nmod" and self.tags[head] == "NOUN")
                # "the trip to Haiti by the envoy began": who goes was taken for the subject
                or (
                    agents
                    and self.relations[token] in ("nsubj", "obl")
                    and "by" in self._marks_of(token)
                )
            ):
                continue
            case = min(
                (
                    k
                    for k in self.children.get(token, ())
                    if self.relations[k] == "case" and k < token
                ),
                default=None,
            )
            if case is None or case == self.first or self.lowers[case] in ("'s", "\u2019s"):
                continue
            before = case - 1
            if self.tags[before] in ("NOUN", "PROPN"):
                self._move(token, before, "nmod")

    def _mend_existentials(self) -> None:
        """Hang *to host talks* in *There was an offer from Norway to host talks* on the offer, not on the verb."""
        for verb in list(self.children):
            kids = self.children[verb]
            if not any(self.relations[k] == "expl" and self.lowers[k] == "there" for k in kids):
                continue
            noun = next((k for k in kids if self.relations[k] == "nsubj" and k > verb), None)
            for kid in kids:
                if noun is not None and kid > noun and self.relations[kid] == "advcl":
                    marks = [
                        self.lowers[k] for k in self.children[kid] if self.relations[k] == "mark"
                    ]
                    if marks[:1] == ["to"] and self.lowers[noun + 1 : noun + 2] != [","]:
                        self._move(kid, noun, "acl")

    def _mend_promises(self) -> None:
        """Hang *to blow it up* in *a threat from a group to blow it up* on the threat, not on the group."""
        for token in range(self.first, self.last):
            if self.relations[token] != "acl" or self.xpos[token] != "VB":
                continue
            group = self.heads[token]
            noun = self.heads[group]
            if (
                self.relations[group] == "nmod"
                and noun < group < token
                and self.lowers[noun] in _PROMISING
                and {"from", "by", "of"} & set(self._marks_of(group))
                and any(self.lowers[k] == "to" for k in self.children[token])
            ):
                self._move(token, noun, "acl")

    def _mend_gerund(self) -> None:
        """Read *Fighting between the two armies flared* as a subject, not as an aside to a verb that has none."""
        verb = self.heads[self.first]
        if (
            self.relations[self.first] == "advcl"
            and verb > self.first
            and "," not in self.lowers[self.first : verb]
            and not any(
                self.relations[k].startswith(("nsubj", "csubj")) for k in self.children[verb]
            )
        ):
            self._move(self.first, verb, "nsubj")

    def _marks_of(self, token: int) -> list[str]:
        """Return the prepositions that hang on a word, while the tree is being mended."""
        return [self.lowers[k] for k in self.children[token] if self.relations[k] == "case"]

    def _mend_oblique(self) -> None:
        """Read *with funds* in *provided Tunisia with funds* as no object: objects have no preposition."""
        for token, relation in enumerate(self.relations[self.first : self.last], self.first):
            if relation == "obj":
                for kid in self.children[token]:
                    if kid > token:
                        break
                    if self.relations[kid] == "case" and self.lowers[kid] in _NEVER_PARTICLES:
                        self._move(token, self.heads[token], "obl")
                        break

    def _mend_objects(self) -> None:
        """Read a noun that completes a verb without an object as its object: *called off a visit*, *stopped work*."""
        for token in range(self.first, self.last):
            if self.relations[token] != "xcomp":
                continue
            verb = self.heads[token]
            if verb < token and self._marks_of(token):
                self._move(token, verb, "obl")  # "put on standby"
                continue
            if (
                self.lowers[token] in _NOUNS_TOO
                and self.xpos[token] == "VB"
                and verb == token - 1
                and self.lowers[verb] not in _BARE_INFINITIVE
                and not self.children[token]
            ):
                self._read_as_noun(token)  # "will freeze aid"
            if self.tags[token] != "NOUN":
                continue
            if (
                verb < token
                and self.tags[verb] == "VERB"
                and (
                    self.lowers[verb] not in _LINKING
                    or any(self.relations[k] == "compound:prt" for k in self.children[verb])
                )
                and not any(
                    (
                        self.relations[k] == "obj"
                        or (self.relations[k] == "nsubj:pass" and self.lowers[verb] not in _GIVEN)
                    )
                    and k != token
                    for k in self.children[verb]
                )
                and not any(
                    self.relations[k] in ("case", "mark", "cop")
                    for k in self.children.get(token, ())
                )
            ):
                self._move(token, verb, "obj")

    def _mend_subjects(self) -> None:
        """Read a second subject that follows its verb as the object: a verb has one subject, and it stands first."""
        for verb in list(self.children):
            if self.tags[verb] != "VERB" or self.lowers[verb] in REPORTING:
                continue
            subjects = [k for k in self.children[verb] if self.relations[k] == "nsubj"]
            if subjects and subjects[0] < verb:
                self._mend_between(verb, subjects[0])
            if not subjects and self.relations[verb] == "advcl" and not self.is_passive(verb):
                # "a day after Kim slammed the drill": the conjunction was read as a preposition
                for kid in self.children[verb]:
                    if (
                        kid < verb
                        and self.relations[kid] == "obl"
                        and self.cases(kid) & _CLAUSE_MARKS
                    ):
                        self._move(kid, verb, "nsubj")
                        break
                continue
            if not subjects:
                if not (
                    self._mend_crossed(verb) or self._mend_joined(verb) or self._mend_headless(verb)
                ):
                    self._mend_voice(verb)
                continue
            if len(subjects) < 2 or subjects[0] > verb or subjects[-1] < verb:
                continue
            if any(self.relations[k] in ("obj", "aux:pass") for k in self.children[verb]):
                continue
            self._move(subjects[-1], verb, "obj")

    def _mend_between(self, verb: int, subject: int) -> None:
        """Hang what stands between a subject and its verb on the subject: *A call from Rome to the premier ended the row*."""
        if self.tags[subject] != "NOUN":
            return
        for kid in self.children[verb]:
            if (
                subject < kid < verb
                and self.relations[kid] in ("obl", "obj")
                and kid not in self.dated
                and self.tags[kid] in ("NOUN", "PROPN")
                and self._marks_of(kid)
                and "," not in self.lowers[subject:verb]
            ):
                self._move(kid, subject, "nmod")

    def _mend_crossed(self, verb: int) -> bool:
        """Find the subject of *Sudan's army shelled districts*, which was hung on the object behind the verb."""
        for thing in self.children[verb]:
            if thing < verb or self.relations[thing] != "obj":
                continue
            left = [k for k in self.children[thing] if k < verb]
            if not left or left[-1] != verb - 1 or self.tags[left[-1]] not in ("NOUN", "PROPN"):
                return False
            subject = left.pop()
            relation = self.relations[subject]
            self._move(subject, verb, "nsubj")
            for kid in left:
                self._move(kid, subject, self.relations[kid])
            return relation != "nsubj"
        return False

    def _mend_joined(self, verb: int) -> bool:
        """Find the subject of *India test-fired a missile*, which was taken for a part of *test*."""
        first = verb - 2
        if (
            first <= self.first
            or self.lowers[verb - 1] != "-"
            or self.heads[first] != verb
            or self.relations[first] not in ("obl:unmarked", "obl", "compound", "advmod")
        ):
            return False
        for kid in self.children.get(first, ()):
            if kid == first - 1 and self.tags[kid] in ("PROPN", "NOUN"):
                self._move(kid, verb, "nsubj")
                return True
        return False

    def _mend_headless(self, verb: int) -> bool:
        """Find the subject of a headline's verb, taken for a modifier: *Myanmar pardons a monk*, *A, B sign accord*."""
        if self.heads[verb] != verb or self.xpos[verb] not in _VERB_FORMS:
            return False
        kids = self.children[verb]
        if self.xpos[verb] == "VBN" and not any(self.relations[k] == "obj" for k in kids):
            return False
        if any(
            self.relations[k] in ("aux", "aux:pass", "nsubj:pass", "mark", "expl") for k in kids
        ):
            return False
        for kid in kids:
            if (
                kid < verb
                and self.tags[kid] in ("PROPN", "NOUN")
                and self.relations[kid]
                in (
                    "compound",
                    "dislocated",
                    "nmod:unmarked",
                    "vocative",
                    "nmod:poss",
                    "obl:agent",
                )
                and not any(self.relations[k] in ("case", "cop") for k in self.children[kid])
            ):
                self._move(kid, verb, "nsubj")
                return True
        return False

    def _mend_voice(self, verb: int) -> None:
        """Read *Iran berated Iraq* as active though its subject was taken for that of a passive, or for an object."""
        kids = self.children[verb]
        if not kids or kids[0] > verb or kids[-1] < verb:
            return
        before = [k for k in kids if k < verb and self.relations[k] in ("nsubj:pass", "obj")]
        if len(before) != 1 or any(self.relations[k] in ("aux:pass", "aux") for k in kids):
            return
        passive = self.relations[before[0]] == "nsubj:pass"
        if passive and self.lowers[verb] in _TAKING_NO_OBJECT and not self._is_headline():
            self._move(before[0], verb, "nsubj")  # "The minister conferred with officials"
            return
        for kid in kids:
            if kid < verb or self.relations[kid] not in (("xcomp", "obj") if passive else ("obj",)):
                continue
            own = any(  # "The minister handed in her notice"
                self.tags[k] == "PRON" and self.relations[k] == "nmod:poss"
                for k in self.children[kid]
            )
            if self.tags[kid] == "PROPN" or ((not passive or own) and self.tags[kid] == "NOUN"):
                self._move(before[0], verb, "nsubj")
                self._move(kid, verb, "obj")
                return

    def _mend_reports(self) -> None:
        """Give the subjects of *X signed a treaty, the agency reported* to their verbs where the parser crossed them."""
        for verb in list(self.children):
            if self.lowers[verb] not in REPORTING and self.lowers[verb] != "say":
                continue
            kids = self.children[verb]
            above = self.heads[verb]
            if (
                self.relations[verb] == "parataxis"
                and self.lowers[verb - 1] == ","
                and above < verb
                and [self.relations[k] for k in kids if self.relations[k] != "punct"] == ["obj"]
            ):
                self._move(kids[-1], verb, "nsubj")  # "The king must go, say miners"
                continue
            if (
                self.relations[verb] in ("advcl", "parataxis")
                and self.tags[above] == "VERB"
                and above < verb
            ):
                # "Saudi Arabia donated a centre, the agency reported"
                early = [k for k in kids if self.relations[k] == "nsubj" and k < above]
                if (
                    early
                    and len([k for k in kids if self.relations[k] == "nsubj"]) > len(early)
                    and not any(
                        self.relations[k].startswith("nsubj") for k in self.children.get(above, ())
                    )
                ):
                    for k in early:
                        self._move(k, above, "nsubj")
                    continue
            clause = next(
                (k for k in kids if self.relations[k] in ("ccomp", "parataxis") and k < verb), None
            )
            if clause is None:
                continue
            left = [k for k in kids if self.relations[k] in ("nsubj", "nsubj:pass") and k < clause]
            right = [
                k
                for k in self.children.get(clause, ())
                if self.relations[k] in ("nsubj", "nsubj:pass") and clause < k < verb
            ]
            if not left or any(
                self.relations[k] in ("nsubj", "nsubj:pass") and k < clause
                for k in self.children.get(clause, ())
            ):
                continue
            if not right and len([k for k in kids if self.relations[k].startswith("nsubj")]) < 2:
                continue
            for k in left:
                self._move(k, clause, self.relations[k])
            for k in right:
                self._move(k, verb, self.relations[k])

    def _mend_quotes(self) -> None:
        """Give the verb after a quotation its speaker: *"They expelled her," denounced the centre*."""
        lowers, tags = self.lowers, self.tags
        for i in range(self.first + 2, self.last - 1):
            if (
                lowers[i - 1] not in _CLOSING
                or tags[i] != "VERB"
                or self.xpos[i] not in ("VBD", "VBZ")
                or self.relations[i] not in ("root", "parataxis", "ccomp", "conj")
            ):
                continue
            kids = self.children.get(i, [])
            if any(self.relations[k] in ("nsubj", "nsubj:pass") and k > i for k in kids):
                continue
            speaker = next((k for k in kids if self.relations[k] == "obj" and k > i), None)
            if speaker is None or any(
                self.relations[k] == "nsubj" and lowers[k] not in _CLOSING
                for k in kids
                if k < i - 1
            ):
                continue
            self._move(speaker, i, "nsubj")

    def _mend_tenses(self) -> None:
        """Give a verb in the past back to the speaker whose report is in the present: *said it is vital and vowed ...*."""
        for verb in range(self.first, self.last):
            if self.relations[verb] != "conj" or self.xpos[verb] not in ("VBD", "VBN"):
                continue
            if self.xpos[verb] == "VBN" and any(
                self.relations[k].startswith("aux") for k in self.children.get(verb, ())
            ):
                continue
            head = self.heads[verb]
            if self.xpos[verb] == "VBN" and (
                self.is_passive(head)
                or any(self.xpos[k] == "VBN" for k in self.kids_by(head, "aux"))
                or self.xpos[head] == "VBN"
            ):
                continue  # "has met and agreed" shares its auxiliary
            speaker = self.heads[head]
            if (
                self.relations[head] != "ccomp"
                or head > verb
                or speaker > head
                or self.xpos[speaker] != "VBD"
                or self.lowers[speaker] not in _SPEAKING
            ):
                continue
            kids = self.children.get(verb, ())
            if any(self.relations[k].startswith("nsubj") for k in kids):
                continue
            if self.xpos[head] in ("VBZ", "VBP") or any(
                self.relations[k] in ("aux", "cop", "aux:pass")
                and self.xpos[k] in ("VBZ", "VBP", "MD")
                for k in self.children.get(head, ())
            ):
                self._move(verb, speaker, "conj")

    # -- small looks ---------------------------------------------------------------------------------------------

    def kids_by(self, token: int, *relations: str) -> list[int]:
        """Return the dependents that stand in one of the relations."""
        return [k for k in self.kids(token) if self.relations[k] in relations]

    def cases(self, token: int) -> frozenset[str]:
        """Return the prepositions (and clause markers) of a word, fixed ones joined (``because_of``)."""
        found = self._cases.get(token)
        if found is None:
            names = set()
            kids = self.kids(token)
            first = kids[0] if kids else token
            if first < token and self.relations[first] in ("compound", "amod"):
                # "in [South Korea]": the preposition was hung on the first word of the phrase
                kids = [
                    *kids,
                    *(k for k in self.kids(first) if self.relations[k] == "case" and k < first),
                ]
            for kid in kids:
                if self.relations[kid] in ("case", "mark"):
                    word = self.lowers[kid]
                    names.add(PREPOSITION_ALIASES.get(word, word))
                    fixed = [self.lowers[k] for k in self.kids(kid) if self.relations[k] == "fixed"]
                    if fixed:
                        names.discard(PREPOSITION_ALIASES.get(word, word))
                        names.add("_".join([word, *fixed]))
            if "out" in names and "of" in names:
                names.add("from")  # "flew out of Kabul"
            found = frozenset(names)
            self._cases[token] = found
        return found

    def conjuncts(self, token: int) -> list[int]:
        """Return a word with the words coordinated to it, without clauses that hang on as conjuncts."""
        found = [token]
        for kid in self.kids(token):
            if self.relations[kid] == "conj" and (
                self.tags[kid] not in ("VERB", "AUX") or self.tags[token] == "VERB"
            ):
                found.extend(self.conjuncts(kid))
        return found

    def is_passive(self, verb: int) -> bool:
        """Tell whether a verb is passive: by its dependents, its relation, or a head it is coordinated to."""
        found = self._passive.get(verb)
        if found is None:
            found = self._passive[verb] = self._is_passive(verb)
        return found

    def _is_passive(self, verb: int) -> bool:
        if self.lowers[verb] in _ADJECTIVAL and not any(
            "by" in self.cases(k) for k in self.kids_by(verb, "obl", "obl:agent")
        ):
            return False
        for kid in self.kids(verb):
            relation = self.relations[kid]
            if relation in ("aux:pass", "nsubj:pass", "csubj:pass"):
                return True
            if relation in ("nsubj", "obj"):
                return relation == "nsubj" and self._is_headline_passive(verb)
        if self.xpos[verb] != "VBN":
            return False
        relation = self.relations[verb]
        if relation in ("acl", "amod"):
            return True
        if relation == "conj":
            return self.is_passive(self.heads[verb])
        if relation in ("advcl", "root", "xcomp", "parataxis", "ccomp"):
            return not any(self.relations[k] == "aux" for k in self.kids(verb)) and not any(
                self.relations[k] == "obj" for k in self.kids(verb)
            )
        return False

    def _is_headline_passive(self, verb: int) -> bool:
        """Tell whether a verb is passive without an auxiliary, as headlines have it: *Journalist picked up at dawn*."""
        return (
            self.heads[verb] == verb
            and self.lowers[verb] in _HEADLINE_PASSIVES
            and self.tokens.words[self.last - 1] not in _STOPS
            and self.last - self.first < 16
            and not any(
                self.relations[k] in ("aux", "obj", "iobj", "ccomp", "xcomp", "cop")
                for k in self.kids(verb)
            )
        )

    def _what_is_called(self, token: int) -> int:
        """Return the noun of *what it called harassment by the coast guard*, else the word itself."""
        for verb in self.kids_by(token, "acl:relcl", "acl"):
            if self.lowers[verb] in _CALLING:
                for kid in self.kids(verb):
                    if (
                        kid > verb
                        and self.tags[kid] == "NOUN"
                        and (
                            self.relations[kid] in ("xcomp", "obj")
                            or (self.relations[kid] == "obl" and "as" in self.cases(kid))
                        )
                    ):
                        return kid
        return token

    def antecedent(self, token: int) -> int:
        """Return the noun that a relative pronoun stands for, else the token itself."""
        if self.lowers[token] == "what":
            return self._what_is_called(token)
        if self.lowers[token] not in RELATIVE_PRONOUNS or self.tags[token] not in (
            "PRON",
            "SCONJ",
            "DET",
        ):
            return token
        node = self.heads[token]
        for _ in range(6):
            relation = self.relations[node]
            if relation in ("acl:relcl", "acl"):
                return self.heads[node]
            if self.heads[node] == node:
                break
            node = self.heads[node]
        return token

    # -- who does it ---------------------------------------------------------------------------------------------

    def subjects(self, verb: int, depth: int = 0) -> tuple[int, ...]:
        """Return the heads of the logical subject of a verb or predicate, coordination not yet spread."""
        if verb in self._subject:
            return self._subject[verb]
        self._subject[verb] = ()  # a cycle ends here
        found = self._find_subjects(verb, depth)
        if len(found) == 1 and self.lowers[found[0]] in _REFLEXIVE:
            # "Uganda declared itself willing": who does it
            found = tuple(self.kids_by(self.heads[found[0]], "nsubj")) or found
        self._subject[verb] = found
        return found

    def _find_subjects(self, verb: int, depth: int) -> tuple[int, ...]:
        if depth > 8:
            return ()
        passive = self.is_passive(verb)
        adjectival = self.lowers[verb] in _ADJECTIVAL and not passive
        own: list[int] = []
        for kid in self.kids(verb):
            relation = self.relations[kid]
            if passive:
                cases = self.cases(kid) if relation in ("obl", "obl:agent") else frozenset()
                if (relation == "obl:agent" and (not cases or "by" in cases)) or (
                    relation == "obl" and "by" in cases and self._can_act(kid)
                ):
                    own.append(self.antecedent(kid))
            elif relation in _SUBJECTS or (adjectival and relation == "nsubj:pass"):
                own.append(self.antecedent(kid))
        if passive and not own:
            # "killed in his home by a mob": the agent was hung on the place or the time
            own = [
                inner
                for kid in self.kids_by(
                    verb, "obl", "obj", "nsubj:pass", "obl:unmarked", "xcomp", "advcl"
                )
                for inner in self.kids_by(kid, "nmod", "obl", "obl:agent")
                if not (self.relations[kid] == "advcl" and self.xpos[kid] == "VBN")
                and inner > verb
                and "by" in self.cases(inner)
                and self._can_act(inner)
            ]
        if own or passive:
            return tuple(own)
        return self._inherited(verb, depth, want_object=False)

    def _can_act(self, token: int) -> bool:
        return self.tags[token] in ("NOUN", "PROPN", "PRON", "ADJ", "NUM")

    def _inherited(self, verb: int, depth: int, *, want_object: bool) -> tuple[int, ...]:
        """Return who does (or, for a passive, suffers) a verb that has no subject of its own."""
        relation, head = self.relations[verb], self.heads[verb]
        if head == verb:
            return ()
        if relation == "conj" and self.tags[head] in ("VERB", "AUX", "ADJ", "NOUN"):
            return (
                self.patients(head, depth + 1)
                if want_object and self.is_passive(head)
                else (self.surface_subject(head, depth + 1))
            )
        if relation in ("xcomp", "ccomp"):
            objects = self.kids_by(head, "obj", "iobj")
            if objects and self.lowers[head] not in _SUBJECT_CONTROL and relation == "xcomp":
                return (self.antecedent(objects[0]),)
            oblique = [
                k
                for k in self.kids_by(head, "obl")
                if self.cases(k) & {"on", "to", "for"} and k < verb
            ]
            if (
                oblique
                and relation == "xcomp"
                and self.tags[oblique[0]] in ("PROPN", "NOUN")
                and self._calls_on(head)
            ):
                return (oblique[0],)
            if (
                relation == "ccomp"
                and any(self.relations[k] == "mark" for k in self.kids(verb))
                and self.xpos[verb] != "VB"
            ):
                return ()
            if relation == "ccomp" and any(
                self.relations[k] == "expl" and self.lowers[k] == "there" for k in self.kids(verb)
            ):
                return ()
            return self.surface_subject(head, depth + 1)
        if relation == "advcl":
            return self.surface_subject(head, depth + 1)
        if relation == "acl":
            if self.xpos[verb] == "VBG" and self.lowers[head] in _DOCUMENTS:
                return self.noun_agents(head, depth + 1) or (head,)  # "sent a letter asking"
            if self.xpos[verb] in ("VBG", "VBN") and not any(
                self.lowers[k] == "to" for k in self.kids(verb)
            ):
                return (head,)
            return self.noun_agents(head, depth + 1)
        if relation == "acl:relcl":
            return (
                (head,) if not any(self.relations[k] in _SUBJECTS for k in self.kids(verb)) else ()
            )
        return ()

    def _calls_on(self, head: int) -> bool:
        return self.lowers[head] in {"called", "call", "calls", "calling", "appealed", "appeal", "appeals", "appealing",
                                     "prevailed", "leaned", "pressed"}  # fmt: skip

    def surface_subject(self, verb: int, depth: int = 0) -> tuple[int, ...]:
        """Return the grammatical subject, whatever its role: of a passive, the patient."""
        if self.is_passive(verb):
            return self.patients(verb, depth + 1)
        return self.subjects(verb, depth + 1)

    # -- to whom -------------------------------------------------------------------------------------------------

    def patients(self, verb: int, depth: int = 0) -> tuple[int, ...]:
        """Return the heads of the logical object of a verb."""
        if depth > 8:
            return ()
        if self.is_passive(verb):
            own = tuple(
                self.antecedent(k)
                for k in self.kids(verb)
                if self.relations[k] in _PASSIVE_SUBJECTS
            )
            if own:
                return own
            plain = tuple(
                self.antecedent(k) for k in self.kids(verb) if self.relations[k] == "nsubj"
            )
            return plain or self._inherited(verb, depth, want_object=True)
        own = tuple(self.antecedent(k) for k in self.kids(verb) if self.relations[k] == "obj")
        if own:
            return own
        # "told Moscow to withdraw": whoever is addressed is the object where there is no other
        own = tuple(self.antecedent(k) for k in self.kids(verb) if self.relations[k] == "iobj")
        if own:
            return own
        if self.relations[verb] == "acl:relcl" and any(
            self.relations[k] in _SUBJECTS for k in self.kids(verb)
        ):
            head = self.heads[verb]
            subject = [k for k in self.kids(verb) if self.relations[k] in _SUBJECTS]
            if all(self.antecedent(k) != head for k in subject) and not any(
                self.relations[k] == "obl" and self.lowers[k] in RELATIVE_PRONOUNS
                for k in self.kids(verb)
            ):
                return (head,)
        if (
            self.relations[verb] == "conj"
            and self.tags[self.heads[verb]] == "VERB"
            and verb > self.heads[verb]
        ):
            # shared object: "seized and burned the village" hangs the object on either verb
            return ()
        return ()

    # -- nouns ---------------------------------------------------------------------------------------------------

    def governor_of_noun(self, noun: int) -> int | None:
        """Return the verb that carries a noun as its object or passive subject, if one does."""
        node = noun
        while self.relations[node] == "conj" and self.tags[self.heads[node]] in ("NOUN", "PROPN"):
            node = self.heads[node]
        relation = self.relations[node]
        if relation in ("obj", "nsubj:pass") or (
            relation in ("nsubj",) and self.tags[self.heads[node]] == "VERB"
        ):
            return self.heads[node]
        return None

    def noun_agents(self, noun: int, depth: int = 0) -> tuple[int, ...]:
        """Return who does what a noun names: ``by`` phrase, subject of its light verb, possessor."""
        by = [
            k
            for k in self.kids(noun)
            if self.relations[k] in ("nmod", "obl", "nmod:agent") and "by" in self.cases(k)
        ]
        by = by or self._below(noun, "by")
        if by:
            return tuple(by)
        for kid in self.kids(noun):
            if self.relations[kid] == "acl" and self.lowers[kid] in _LEADING:
                found = self.subjects(kid, depth + 1)
                if found and found != (noun,):
                    return found
        verb = self.governor_of_noun(noun)
        if (
            verb is not None
            and self.relations[noun] != "nsubj"
            and self.lowers[verb] not in _OBSERVING
        ):
            found = self.subjects(verb, depth + 1)
            if found:
                return found
        owners = tuple(self.antecedent(k) for k in self.kids_by(noun, "nmod:poss"))
        if owners or self.relations[noun] != "nmod" or not self.tells_of_head(noun):
            return owners
        head = self.heads[noun]
        while self.relations[head] == "conj":
            head = self.heads[head]  # "Nigeria, Benin leaders in talks"
        if self.tags[head] in ("PROPN", "NOUN") and (
            self.heads[head] == head or self.heads[head] == self.colon
        ):
            return (head,)  # "Sri Lanka in talks with India": a headline without a verb
        return ()

    def says(self, verb: int) -> bool:
        """Tell whether a participle tells what a paper says: *a letter asking for help*."""
        return self.xpos[verb] == "VBG" and self.lowers[self.heads[verb]] in _DOCUMENTS

    def tells_of_head(self, noun: int) -> bool:
        """Tell whether a headline without a verb says what its subject is in: *Rome in talks*, *Premier in Lima for talks*."""
        cases = self.cases(noun)
        if "for" in cases:
            return any(
                k < noun and not self.cases(k).isdisjoint(_BEING_IN)
                for k in self.kids_by(self.heads[noun], "nmod")
            )
        return not cases.isdisjoint(_BEING_IN)

    def _below(self, noun: int, name: str) -> list[int]:
        """Return what a preposition joins to a noun by way of others: *the killing of a man in Gaza by soldiers*."""
        level = [noun]
        for _ in range(3):
            level = [
                k
                for n in level
                for k in self.kids_by(n, "nmod")
                if k > noun and (n == noun or name == "by" or self.lowers[n] not in _RELATIONAL)
            ]
            found = [k for k in level if name in self.cases(k)]
            if found and level is not None:
                return found
        return []

    # -- slots ---------------------------------------------------------------------------------------------------

    def slot(self, token: int, name: str) -> tuple[int, ...]:
        """Return the words that fill a slot of a trigger (``docs/lexicon.md`` lists the slots)."""
        if name not in self.fillable:
            return ()
        key = (token, name)
        found = self._slots.get(key)
        if found is None:
            found = self._slots[key] = tuple(self._slot(token, name))
        return found

    def _slot(self, token: int, name: str) -> Sequence[int]:
        if name not in _GRAMMATICAL:
            return self._prepositional(token, name)
        is_noun = self.tags[token] in ("NOUN", "PROPN")
        if name == "subj":
            if is_noun:
                predicate = self.lowers[token] in _BEING and any(
                    self.relations[k] == "cop" for k in self.kids(token)
                )
                return self.noun_agents(token) or (self.subjects(token) if predicate else ())
            return self.subjects(token)
        if name == "obj":
            if is_noun:
                return self.slot(token, "of")
            if self.is_passive(token):
                # "Albania was granted a loan": the subject is the one it is given to
                remaining = self.kids_by(token, "obj")
                if remaining:
                    return remaining
            return self.patients(token)
        if name == "iobj":
            if self.is_passive(token) and self.kids_by(token, "obj"):
                return self.patients(token)
            return self.kids_by(token, "iobj")
        if name == "poss":
            return [self.antecedent(t) for t in self.kids_by(token, "nmod:poss")]
        if name == "mod":
            found = self.kids_by(token, "amod", "compound", "nmod:desc", "nmod:unmarked", "flat")
            return found + [t for t in self.kids_by(token, "det") if self.tags[t] == "PROPN"]
        if name == "comp":
            return self.kids_by(token, "xcomp", "ccomp", "acl", "advcl", "parataxis")
        if name == "prt":
            return self.kids_by(token, "compound:prt", "advmod")
        return self._prepositional(token, name)

    def _prepositional(self, token: int, name: str) -> list[int]:
        name = PREPOSITION_ALIASES.get(name, name)
        if name in ("that", "whether", "if"):
            clauses = self.kids_by(token, "ccomp", "acl", "advcl", "xcomp")
            return [k for k in clauses if name in self.cases(k)]
        found = [
            self.antecedent(k)
            for k in self.kids(token)
            if (self.relations[k] in _OBLIQUE and name in self.cases(k) and k not in self.dated)
            or (self.lowers[k] == name and self.relations[k] in ("advmod", "compound:prt"))
        ]
        is_noun = self.tags[token] in ("NOUN", "PROPN")
        if found and (is_noun or name in ("of", "by")):
            return found
        if is_noun:
            # the light verb may own the phrase: "held talks in Geneva with Iran"
            verb = self.governor_of_noun(token)
            if (
                verb is not None
                and name not in ("in", "at")
                and not (name == "by" and self.lowers[verb] in _OBSERVING)
            ):
                found = [
                    k
                    for k in self.kids(verb)
                    if self.relations[k] in _OBLIQUE and name in self.cases(k)
                ]
            if not found and name != "of":
                # or its own object: "a shipment of vaccines from Canada to Haiti"
                found = self._below(token, name)
            if not found:
                # or who is said to lead it: "the sanctions led by the EU against Minsk"
                found = [
                    inner
                    for k in self.kids(token)
                    if self.relations[k] == "acl" and self.lowers[k] in _LEADING
                    for inner in self.kids(k)
                    if self.relations[inner] in _OBLIQUE and name in self.cases(inner)
                ]
            if not found and self.relations[token] == "conj":
                found = (
                    self._prepositional(self.heads[token], name)
                    if self.tags[self.heads[token]] == "NOUN"
                    else []
                )
            return found
        # the object may own the phrase: "imposed sanctions on Iran"; or the particle: "stayed away from talks"
        if name not in ("of", "by") or (name == "of" and self.lowers[token] in _DEPRIVING):
            for inner in self.kids_by(token, "obj", "nsubj:pass", "obl", "advmod", "compound:prt"):
                found = found + [
                    k
                    for k in self.kids(inner)
                    if self.relations[k] in _OBLIQUE
                    and name in self.cases(k)
                    and k not in self.dated
                    and k not in found
                ]
        if (
            not found
            and self.relations[token] == "conj"
            and self.tags[self.heads[token]] == "VERB"
            and self.heads[token] > token
        ):
            return self._prepositional(self.heads[token], name)
        return found

    def phrase_left(self, token: int) -> int:
        """Return the first token of the noun phrase that ends in ``token``: its determiners and modifiers."""
        left = token
        for kid in self.kids(token):
            if kid < left and self.relations[kid] in (
                "det", "amod", "compound", "nmod:poss", "nummod", "flat", "nmod:desc", "det:predet", "advmod", "nmod:unmarked",
            ):  # fmt: skip
                left = min(left, self.phrase_left(kid))
        return left

    def subtree(self, token: int) -> tuple[int, int]:
        """Return the first and one past the last token under a word."""
        low, high = token, token + 1
        stack = [token]
        while stack:
            node = stack.pop()
            low, high = min(low, node), max(high, node + 1)
            stack.extend(self.kids(node))
        return low, high
