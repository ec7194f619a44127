"""What surrounds an event: whether it took place, when, where, who says so, and its casualties."""

from __future__ import annotations

import datetime as dt
from typing import Final

from schemas.facts import DateMention, Entity, Place, ResolvedArticle
from transforms.coding.clauses import Clauses

_NEGATIVES: Final = frozenset(
    "not n't never no neither nor without hardly barely nobody none cannot".split()
)
_FUTURE: Final = frozenset(["will", "'ll", "shall", "wo"])
_HYPOTHETICAL: Final = frozenset(["could", "may", "might", "would", "'d", "can", "should"])
_CONDITIONS: Final = frozenset(["if", "unless", "whether", "provided"])
SAYING: Final = frozenset(
    "say says said saying tell tells told report reports reported announce announces announced"
    " claim claims claimed add adds added state states stated declare declares declared confirm"
    " confirms confirmed note notes noted quote quotes quoted explain explained insist insisted"
    " disclose disclosed reveal revealed write wrote believe believes believed argue argues argued"
    " allege alleged alleges acknowledge acknowledged suggest suggested stress stressed stresses"
    " reiterate reiterated reiterates repeat repeated repeats maintain maintained maintains emphasise emphasised emphasize"
    " emphasized underline underlined warn warned warns testify testified recall recalled complain complained".split()
)
_DEAD: Final = frozenset(
    "kill kills killed killing killings slain slay die dies died dead death deaths massacre"
    " massacred massacring murder murdered execute executed beheaded assassinated".split()
)
_INJURED: Final = frozenset(
    "wound wounds wounded wounding injure injures injured injuring injuries injury hurt maimed"
    " hospitalised hospitalized".split()
)
_ARRESTED: Final = frozenset(
    "arrest arrests arrested arresting detain detains detained detaining detentions jailed"
    " imprisoned nabbed apprehended held".split()
)
_PROTESTING: Final = frozenset(
    "protesters protestors demonstrators marchers strikers rioters people workers students"
    " supporters demonstrated protested marched rallied demonstrations crowd".split()
)
_WORDS: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "a": 1, "an": 1, "dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000,
}  # fmt: skip
_VAGUE: Final = frozenset("dozens hundreds thousands scores tens several some many few".split())


def number(text: str) -> int | None:
    """Read a number written in digits or words; null if it is none or not exact."""
    text = text.lower().replace(",", "")
    if text.isdigit() and len(text) < 10:
        return int(text)
    total = 0
    for part in text.split("-"):
        if part not in _WORDS:
            return None
        total += _WORDS[part]
    return total or None


_STILL_TO: Final = frozenset({"has", "have", "had", "is", "are", "was", "were"})


def is_negated(graph: Clauses, token: int) -> bool:
    """Tell whether a word is negated in its own clause."""
    for kid in graph.kids(token):
        word, relation = graph.lowers[kid], graph.relations[kid]
        if word in _NEGATIVES and relation in (
            "advmod",
            "det",
            "cc",
            "case",
            "mark",
            "cc:preconj",
            "neg",
        ):
            if word == "not" and any(
                graph.lowers[k] in ("only", "just") for k in (kid + 1,) if k < graph.last
            ):
                continue
            return True
        if relation in ("nsubj", "nsubj:pass", "obj") and any(
            graph.lowers[k] in ("no", "neither", "none", "nobody") and graph.relations[k] == "det"
            for k in graph.kids(kid)
        ):
            return True
        if relation in ("nsubj", "nsubj:pass") and word in ("nobody", "none", "neither"):
            return True
        if relation == "obj" and any(
            graph.lowers[k] == "more" and any(graph.lowers[j] == "no" for j in graph.kids(k))
            for k in graph.kids(kid)
        ):
            return True  # "will send no more weapons"
        if relation in ("nsubj", "nsubj:pass", "obj") and any(
            graph.lowers[k] in ("hardly", "barely", "scarcely") and k < kid for k in graph.kids(kid)
        ):
            return True  # "hardly any aid has reached the camps"
    if graph.relations[token] == "xcomp" and graph.lowers[graph.heads[token]] in _STILL_TO:
        above = graph.heads[token]
        if any(graph.lowers[k] == "yet" for k in graph.kids(above)):
            return True  # "has yet to ratify the treaty"
    if graph.tags[token] in ("NOUN", "PROPN"):
        verb = graph.governor_of_noun(token)
        if (
            verb is not None
            and graph.relations[token] in ("obj", "nsubj:pass")
            and not (graph.relations[token] == "nsubj:pass" and graph.lowers[verb] in _ANSWERED)
        ):
            return is_negated(graph, verb)
    return False


# What is done with an event that took place: "the praise was not shared", "the appeal was not heard".
_ANSWERED: Final = frozenset(
    "shared answered heeded accepted welcomed verified confirmed believed mentioned explained noticed matched repeated"
    " forgotten forgiven understood appreciated reported met heard acknowledged returned reciprocated rewarded satisfied"
    " supported backed endorsed enforced published broadcast recorded".split()
)
_IS_TO: Final = frozenset("is are was were 's \u2019s".split())


def _has_to(graph: Clauses, verb: int) -> bool:
    """Tell whether an infinitive marker, alone or in *due to*, stands right before a verb."""
    return any(
        k < verb
        and graph.relations[k] == "mark"
        and (graph.lowers[k] == "to" or (graph.lowers[k] == "due" and graph.tags[k] == "ADJ"))
        for k in graph.kids(verb)
    )


def modality(graph: Clauses, token: int) -> str | None:
    """Return ``future`` or ``hypothetical`` as the auxiliaries and conjunctions of a clause say, else null."""
    node = token
    if graph.tags[node] in ("NOUN", "PROPN"):
        verb = graph.governor_of_noun(node)
        if verb is not None:
            node = verb
    for _ in range(4):
        for kid in graph.kids(node):
            word, relation = graph.lowers[kid], graph.relations[kid]
            if relation == "aux":
                if word in _FUTURE:
                    return "future"
                if word in _HYPOTHETICAL:
                    # "would" beside a past saying verb is the future of the past
                    if (
                        word in ("would", "'d")
                        and graph.relations[node] == "ccomp"
                        and graph.xpos[graph.heads[node]] in ("VBD", "VBN")
                    ):
                        return "future"
                    return "hypothetical"
            if relation == "mark" and word in _CONDITIONS:
                return "hypothetical"
            if relation in ("aux", "cop") and word in _IS_TO and _has_to(graph, node):
                return "future"  # "is to free two Iraqis", "are due to sign"
            if (
                relation == "mark"
                and word == "to"
                and graph.heads[node] in (node, graph.colon)
                and not any(graph.relations[k] in ("aux", "cop") for k in graph.kids(node))
            ):
                return "future"  # a headline: "Iran to free two Americans"
        if graph.relations[node] == "xcomp" and graph.tags[graph.heads[node]] in (
            "VERB",
            "ADJ",
            "AUX",
        ):
            head = graph.heads[node]
            if graph.lowers[head] in ("is", "are", "was", "were") and any(
                graph.lowers[k] == "to" for k in graph.kids(node)
            ):
                return "future"
            if graph.lowers[head] in (
                "going",
                "set",
                "due",
                "scheduled",
                "expected",
                "likely",
                "poised",
                "planned",
                "slated",
                "about",
            ):
                return "future"
            node = head
            continue
        if graph.relations[node] == "conj" and graph.tags[graph.heads[node]] == "VERB":
            node = graph.heads[node]
            continue
        break
    return None


_LATER: Final = frozenset(
    "after since following when as while amid during before until because".split()
)


def prominence(
    graph: Clauses, token: int, *, carried: bool, sided: bool, owned: bool, triggers: frozenset[int]
) -> tuple[float, bool]:
    """Return how far a trigger is asserted, 0 to 1, and whether it is only a purpose.

    The main clause and what is reported in it count in full; relative clauses, circumstances and mere nouns less;
    an infinitive of purpose (*talks aimed at ending the war*, *to prevent an attack*) tells what did not happen yet.
    ``carried`` is true for a noun whose verb was read with it (*held talks*), ``sided`` for one that names both sides,
    ``owned`` for one that names who does it;
    ``triggers`` are the words of the other events: what hangs below one of them is its circumstance.
    """
    factor, purpose = 1.0, False
    node = token
    relation = graph.relations[node]
    if graph.tags[node] in ("NOUN", "PROPN") and not carried:
        while relation == "conj" and graph.tags[graph.heads[node]] in ("NOUN", "PROPN"):
            node = graph.heads[node]
            relation = graph.relations[node]
        if relation in ("compound", "amod", "nmod:poss", "flat", "appos", "nmod:desc"):
            factor *= 0.35
        elif _is_state_of(graph, node):
            factor *= (
                0.85  # "Peru president under probe": what a headline without a verb says of him
            )
        elif relation in ("obl", "nmod", "obl:agent", "nmod:unmarked", "obl:unmarked"):
            factor *= 0.75 if sided else 0.5
        elif relation == "obj":
            factor *= 0.85 if sided else 0.7 if owned else 0.6
        elif relation in ("nsubj", "nsubj:pass"):
            factor *= 1.0 if sided else 0.8 if owned else 0.65
    elif relation in ("amod", "compound", "case", "advmod"):
        factor *= 0.3
    for _ in range(8):
        relation, head = graph.relations[node], graph.heads[node]
        if head == node:
            break
        # "slammed the drill, warning the South": a participle without a conjunction tells on
        alongside = relation == "advcl" and graph.xpos[node] == "VBG" and not graph.cases(node)
        if graph.tags[node] in ("VERB", "AUX", "ADJ"):
            infinitive = any(
                graph.lowers[k] == "to" and graph.relations[k] == "mark" for k in graph.kids(node)
            )
            cases = graph.cases(node)
            if relation in ("acl", "advcl") and infinitive and _performs(graph, head):
                pass  # "we take this opportunity to warn", "I am here to reaffirm": it is done by saying so
            elif relation in ("acl", "advcl") and (
                infinitive or cases & {"for", "at", "of", "from", "to"}
            ):
                factor *= 0.5
                purpose = True
            elif relation == "acl:relcl":
                # ", which has agreed to help,": said as much as the main clause
                factor *= 0.9 if _is_aside(graph, node) else 0.75
            elif relation == "acl" and graph.says(node):
                alongside = True  # "a statement calling for restraint"
            elif relation == "acl":
                factor *= 0.8
            elif relation == "advcl" and not alongside:
                factor *= 0.7 if cases & _LATER else 0.85
            elif relation == "ccomp" and graph.lowers[head] not in SAYING:
                factor *= 0.8
            elif relation == "xcomp" and infinitive and graph.tags[head] in ("VERB", "ADJ"):
                factor *= 0.7
        # a noun that names both sides is told in full, whatever its verb tells besides
        told = sided and node == token and relation in ("nsubj", "nsubj:pass")
        if (
            head in triggers
            and relation not in ("conj", "parataxis")
            and not alongside
            and not told
        ):
            factor *= 0.75
        node = head
    return factor, purpose


def _is_aside(graph: Clauses, verb: int) -> bool:
    """Tell whether a relative clause adds something about a name: *China, which released two Canadians, denied*."""
    for kid in graph.kids(verb):
        if kid < verb and graph.lowers[kid] in ("which", "who", "whose", "whom"):
            before = kid - 1
            while before > graph.first and graph.tags[before] == "ADP":
                before -= 1
            return graph.lowers[before] == ","
    return False


def _is_state_of(graph: Clauses, noun: int) -> bool:
    """Tell whether a headline without a verb says of its subject what a noun names: *Minister under fire*."""
    head = graph.heads[noun]
    return (
        graph.relations[noun] == "nmod"
        and graph.heads[head] == head
        and graph.tags[head] in ("NOUN", "PROPN")
        and head < noun
        and (graph.tells_of_head(noun) or "at" in graph.cases(noun))
        and not any(graph.relations[k] in ("cop", "nsubj", "acl:relcl") for k in graph.kids(head))
    )


_PERFORMING: Final = frozenset(
    "here opportunity occasion moment chance honour honor pleased happy glad".split()
)


def _performs(graph: Clauses, head: int) -> bool:
    """Tell whether a speaker does by his words what the infinitive below ``head`` says."""
    if graph.lowers[head] not in _PERFORMING:
        return False
    verb = graph.heads[head] if graph.tags[head] == "NOUN" else head
    return any(
        graph.relations[k] == "nsubj" and graph.lowers[k] in ("i", "we") for k in graph.kids(verb)
    )


def attribution(graph: Clauses, token: int, covered: frozenset[int]) -> int | None:
    """Return the head of who reports or claims the clause of a word, or null."""
    node = token
    for _ in range(8):
        for kid in graph.kids(node):
            if (
                graph.relations[kid] in ("parataxis", "ccomp", "advcl")
                and graph.lowers[kid] in SAYING
            ):
                subjects = graph.subjects(kid)
                if subjects:
                    return subjects[0]
            if graph.relations[kid] in ("obl", "nmod", "advcl") and graph.cases(kid) & {
                "according_to"
            }:
                return kid
            if graph.lowers[kid] == "according" and graph.relations[kid] in (
                "case",
                "mark",
                "advcl",
                "obl",
            ):
                below = [
                    k
                    for k in graph.kids(kid)
                    if graph.relations[k] in ("obl", "nmod", "fixed", "obj")
                    and graph.tags[k] in ("NOUN", "PROPN")
                ]
                if below:
                    return below[0]
        head = graph.heads[node]
        if head == node:
            return None
        if (
            graph.relations[node] in ("ccomp", "parataxis")
            and graph.lowers[head] in SAYING
            and head not in covered
        ):
            subjects = graph.subjects(head)
            return subjects[0] if subjects else None
        node = head
    return None


def sizes(graph: Clauses) -> dict[str, int]:
    """Return the counts the sentence states: dead, injured, arrested, protesters; exact numbers only."""
    found: dict[str, int] = {}
    for i in range(graph.first, graph.last):
        if graph.tags[i] != "NUM" or i in graph.dated:
            continue
        value = number(graph.tokens.words[i])
        if value is None or 1900 <= value <= 2100:
            continue
        if i + 1 < graph.last and graph.lowers[i + 1] in ("hundred", "thousand", "million"):
            value *= _WORDS[graph.lowers[i + 1]]
        noun = graph.heads[i]
        if graph.relations[i] == "compound":
            noun = graph.heads[noun]
        if graph.lowers[noun] in (
            "year",
            "years",
            "day",
            "days",
            "percent",
            "%",
            "km",
            "kilometers",
            "miles",
            "month",
            "months",
            "hours",
            "hour",
            "$",
        ):
            continue
        verb = noun if graph.tags[noun] == "VERB" else graph.heads[noun]
        words = {graph.lowers[verb], graph.lowers[noun]}
        is_patient = (
            graph.relations[noun] in ("obj", "nsubj:pass")
            or graph.relations[i] in ("obj", "nsubj:pass")
            or graph.lowers[verb] in ("died", "die", "dead")
            or (graph.tags[noun] in ("ADJ", "VERB") and noun == verb)
            or graph.lowers[noun] in _DEAD
            or graph.lowers[noun] in _INJURED
            or graph.lowers[noun] in _ARRESTED
        )
        if not is_patient and graph.relations[noun] in ("nsubj",):
            is_patient = any(
                graph.lowers[k] in ("dead", "injured", "wounded") for k in graph.kids(verb)
            ) or graph.lowers[verb] in ("dead", "wounded", "injured")
        participles = {
            graph.lowers[k]
            for k in graph.kids(noun)
            if graph.relations[k] in ("acl", "amod", "xcomp")
        }
        for name, vocabulary in (("dead", _DEAD), ("injured", _INJURED), ("arrested", _ARRESTED)):
            if (is_patient and words & vocabulary) or (participles & vocabulary):
                found.setdefault(name, value)
        if graph.lowers[noun] in _PROTESTING and not (words & (_DEAD | _INJURED | _ARRESTED)):
            found.setdefault("protesters", value)
    return found


_VERBAL: Final = frozenset(["ACCUSE", "CONCEDE", "REJECT", "REQUEST", "SUPPORT", "THREATEN"])
"""Types whose events are mostly words about something else, which may have a day of its own."""
_TELLING: Final = (SAYING - {"declare", "declares", "declared"}) | frozenset(
    "condemn condemns condemned denounce denounces denounced criticise criticised criticize criticized praise praised"
    " welcome welcomed deplore deplored lament lamented mourn mourned mark marked commemorate commemorated recall"
    " recalled blame blamed discuss discussed investigate investigated probe probed unveil unveiled review reviewed"
    " deny denied defend defended mention mentioned describe described link linked recount recounted".split()
)
"""Verbs whose object took place at another time: *condemned the killing on Monday*."""
_HAPPENINGS: Final = frozenset(
    "abduction abductions accident accidents airstrike airstrikes ambush ambushes arrest arrests assassination"
    " assassinations assault assaults attack attacks blast blasts bombardment bombing bombings clash clashes collision"
    " coup crackdown crash crashes death deaths demonstration demonstrations deportation detention dumping earthquake"
    " election elections execution executions explosion explosions expulsion expulsions firing hijacking incident"
    " incidents incursion incursions invasion kidnapping kidnappings killing killings launch launches massacre massacres"
    " murder murders offensive ouster protest protests raid raids rallies rally referendum riot riots seizure shelling"
    " shooting shootings siege strike strikes test tests vote".split()
)
"""Nouns that a day may belong to: *urged an inquiry into the shootings on Wednesday*."""
_LIMITS: Final = frozenset("before by than till until".split())
"""Prepositions that make a day the limit of something and not its time."""
_SHARING: Final = frozenset("at during for in into to with".split())
"""Prepositions between a verb and a noun of the same time: *arrived for talks*, but *resigned over the shooting*."""
_AT_ONCE: Final = frozenset("amid at by during in of to with".split())
_JUDGING: Final = frozenset(
    "acquitted arrested charged convicted detained fined guilty indicted jailed sentenced tried".split()
)
_FRAMES: Final = frozenset(
    "act campaign exchange number round series spate state string wave".split()
)
"""Nouns that frame another one: *a wave of arrests*, *a state of emergency*, but not *a report on the killing*."""


def event_date(
    graph: Clauses,
    trigger: int,
    covers: frozenset[int],
    dates: tuple[DateMention, ...],
    kind: str,
    written: dt.date | None,
) -> tuple[DateMention, str] | None:
    """Return the date of an event and its basis: in its ``clause``, else the only one of the main clause (``sentence``).

    ``kind`` is the event type, ``written`` the day of the article if it is known. A wrong day is worse than none: what
    is told as past has no day after ``written``; a day behind the content of a demand or an accusation may be the
    content's; and the day on which something is reported is not that on which it happened.
    """
    inside = [
        d
        for d in dates
        if graph.first <= d.first < graph.last
        and d.date is not None
        and not _is_limit(graph, d, trigger)
    ]
    if not inside:
        return None
    past = _is_told_as_past(graph, trigger)
    if past and written is not None:
        inside = [d for d in inside if d.date is not None and d.date <= written]
    if kind in _VERBAL:
        covers = frozenset(c for c in covers if graph.tags[c] != "VERB" or c < trigger)
    spine = _spine(graph, trigger, covers)
    best: tuple[int, DateMention] | None = None
    for date in inside:
        if date.first <= trigger < date.last:
            return date, "clause"  # "a day after X slammed": the expression dates its own verb
        if kind in _VERBAL and _is_behind_content(graph, trigger, covers, date):
            continue
        if _is_behind_cause(graph, trigger, covers, date):
            continue
        rank = 0 if _opens_clause(graph, date, spine) else _distance(graph, date, spine, trigger)
        if rank is not None and (best is None or rank < best[0]):
            best = (rank, date)
    if best is not None:
        return best[1], "clause"
    if not _is_of_main_clause(graph, trigger):
        return None
    main = []
    for date in inside:
        governor = _governor(graph, date)
        if governor is None or _dates_own_verb(graph, date):
            continue
        if graph.lowers[governor] in SAYING:
            if not past:
                main.append(date)
        elif graph.relations[governor] == "root" and not (
            _is_behind_cause(graph, trigger, covers, date)
            or (kind in _VERBAL and _is_behind_content(graph, trigger, covers, date))
        ):
            main.append(date)
    return (main[0], "sentence") if len(main) == 1 else None


def _spine(graph: Clauses, trigger: int, covers: frozenset[int]) -> set[int]:
    """Return the words whose time is that of an event: its trigger, and the verbs above it that share its time."""
    spine = {trigger, *covers}
    node = trigger
    for _ in range(6):
        head, relation = graph.heads[node], graph.relations[node]
        if head == node:
            break
        if relation == "advcl":  # "slammed the exercise, warning ..."
            shares = graph.xpos[node] == "VBG" and not graph.cases(node)
        elif relation in _JOINED:
            shares = head in covers or _shares_time(graph, node)
        else:
            shares = False
        if not shares:
            break
        spine.add(head)
        node = head
    return spine


_NOMINAL: Final = ("obj", "nsubj", "nsubj:pass", "obl", "nmod")
_JOINED: Final = frozenset({"xcomp", "conj", "compound", *_NOMINAL})


def _shares_time(graph: Clauses, node: int) -> bool:
    """Tell whether a noun is of the time of the word it hangs on: *held talks*, not *condemned the killing*."""
    relation, head = graph.relations[node], graph.heads[node]
    if relation not in _NOMINAL:
        return True
    if relation == "nmod":
        return graph.lowers[head] in _FRAMES and "of" in graph.cases(node)
    if graph.tags[node] not in ("NOUN", "PROPN"):
        return True
    if relation == "obl":
        return bool(graph.cases(node) & _SHARING)
    return graph.lowers[head] not in _TELLING


def _opens_clause(graph: Clauses, date: DateMention, spine: set[int]) -> bool:
    """Tell whether a date is told more of by the clause of an event: *on August 8, when the ministers met*."""
    follows = date.last + (
        date.last < graph.last and graph.lowers[date.last] in (",", "-", "–", "—")
    )
    return (
        follows < graph.last
        and graph.lowers[follows] == "when"
        and graph.heads[follows] in spine
        and (date.first == graph.first or graph.lowers[date.first - 1] != "since")
    )


def _distance(graph: Clauses, date: DateMention, spine: set[int], trigger: int) -> int | None:
    """Return how far a date stands from the event whose ``spine`` is given, null if it is none of its own."""
    governor = _governor(graph, date)
    if governor is None:
        return None
    if governor == trigger:
        return 0
    modifies = governor >= date.last and graph.tags[governor] in ("NOUN", "PROPN")
    if modifies or _dates_own_verb(graph, date):
        return 100 if governor in spine and not modifies else None  # "ended the 2015 agreement"
    if governor in spine:
        return None if date.precision == "year" and graph.tags[governor] == "NOUN" else 100
    for steps in (1, 2):
        if graph.tags[governor] == "VERB":
            if (
                graph.relations[governor] == "advcl"
                and graph.xpos[governor] == "VBG"
                and not graph.cases(governor)
                and graph.heads[governor] in spine
            ):
                return 150  # "Speaking to reporters on Monday, he accused ..."
            return None
        if graph.heads[governor] == governor:
            return None
        if graph.lowers[governor] in _HAPPENINGS and (
            graph.relations[governor] not in ("nsubj", "nmod") or not _shares_time(graph, governor)
        ):
            return None  # but "a wave of attacks on Saturday killed ..."
        governor = graph.heads[governor]
        if governor in spine:
            return (0 if governor == trigger else 100) + steps
    return None


def _governor(graph: Clauses, date: DateMention) -> int | None:
    """Return the word that a date expression hangs on: the verb of saying right before it, whatever the parser thinks."""
    if _dates_own_verb(graph, date):
        return date.first
    before = date.first - 1
    if before > graph.first and graph.lowers[before] in ("on", "late", "early"):
        before -= 1
    if before >= graph.first and graph.lowers[before] in SAYING and graph.tags[before] == "VERB":
        return before
    inside = range(date.first, date.last)
    return next((graph.heads[t] for t in inside if graph.heads[t] not in inside), None)


def _dates_own_verb(graph: Clauses, date: DateMention) -> bool:
    """Tell whether a mention is the verb of *a day after X slammed*, which it dates, and nothing else."""
    return date.last == date.first + 1 and graph.tags[date.first] == "VERB"


def _is_limit(graph: Clauses, date: DateMention, trigger: int) -> bool:
    """Tell whether a date only limits something: *by Wednesday*, *from 1 January*, *its share for 2024*.

    What has happened since a day began on it at the earliest, but *the first attack since November* was later.
    """
    before = graph.lowers[date.first - 1] if date.first > graph.first else ""
    if before in _LIMITS or (before == "from" and date.date_end is None):
        return True
    if before == "for" and date.precision == "year":
        return True
    if "since" in (before, graph.lowers[date.first]):
        helpers = graph.kids_by(trigger, "aux", "aux:pass")
        return not any(graph.lowers[k] in ("has", "have", "had", "'ve", "’ve") for k in helpers)
    return any(
        graph.heads[t] not in range(date.first, date.last) and graph.cases(t) & _LIMITS
        for t in range(date.first, date.last)
    )


def _is_told_as_past(graph: Clauses, trigger: int) -> bool:
    """Tell whether an event has taken place: a past tense, a perfect or a past passive of it or, as subject, of its verb."""
    verb = trigger
    if graph.tags[verb] == "NOUN" and graph.relations[verb] in ("nsubj", "nsubj:pass"):
        verb = graph.heads[verb]
    if graph.xpos[verb] == "VBD":
        return True
    if graph.xpos[verb] != "VBN":
        return False
    for _ in range(4):  # "have killed 105 people and wounded 291"
        if graph.relations[verb] != "conj" or graph.kids_by(verb, "aux", "aux:pass"):
            break
        verb = graph.heads[verb]
    helpers = {graph.lowers[k] for k in graph.kids_by(verb, "aux", "aux:pass")}
    return not helpers.isdisjoint(("has", "have", "had", "was", "were")) and helpers.isdisjoint(
        _FUTURE | _HYPOTHETICAL
    )


def _is_behind_content(
    graph: Clauses, trigger: int, covers: frozenset[int], date: DateMention
) -> bool:
    """Tell whether what a demand or an accusation is about stands between it and a date, which may be that of either."""
    if date.first < trigger:
        return False
    for i in range(trigger + 1, date.first):
        if i in covers and graph.lowers[i] not in _HAPPENINGS - {"protest", "protests", "vote"}:
            continue  # "lodged a protest on Monday"
        if graph.lowers[i] in _HAPPENINGS or graph.xpos[i] in ("VBD", "VBG", "VBN", "VBP", "VBZ"):
            if graph.tags[i] == "AUX" or graph.relations[i] == "amod":
                continue
            return True
    return False


def _is_behind_cause(
    graph: Clauses, trigger: int, covers: frozenset[int], date: DateMention
) -> bool:
    """Tell whether another occurrence stands between an event and a date: *convicted over the bombing on June 3*.

    What an event is part of has its day: *killed in clashes on Sunday*; but a court sits later, whatever it is about.
    """
    allowed = _AT_ONCE - {"in"} if graph.lowers[trigger] in _JUDGING else _AT_ONCE
    return any(
        graph.lowers[i] in _HAPPENINGS
        and i not in covers
        and graph.relations[i] in ("obl", "nmod")
        and not graph.cases(i) & allowed
        and not ("for" in graph.cases(i) and not graph.kids_by(i, "det"))  # "held for murder"
        for i in range(trigger + 1, date.first)
    )


def _is_of_main_clause(graph: Clauses, trigger: int) -> bool:
    """Tell whether no relative or adverbial clause, which may speak of another time, lies between a word and the root."""
    node = trigger
    for _ in range(8):
        head, relation = graph.heads[node], graph.relations[node]
        if head == node:
            return True
        if relation == "acl:relcl":
            kids = graph.kids(node)
            if not any(graph.lowers[k] == "where" for k in kids) or not any(
                graph.relations[k] == "nsubj" and graph.tags[k] == "PRON" for k in kids
            ):
                return False  # but "on Tuesday they were in Tokyo, where they criticised ..."
        elif relation == "acl":
            if graph.xpos[node] not in ("VB", "VBG"):
                return False
        elif relation == "advcl":
            if graph.xpos[node] not in ("VB", "VBG") or graph.cases(node) - {"to"}:
                return False
        elif not _shares_time(graph, node):
            return False
        node = head
    return False


_PLACING: Final = frozenset("in at near outside around across inside from".split())


_NAMING: Final = ("appos", "flat", "compound", "amod", "nmod", "nmod:desc", "nmod:poss")
_PLACE_NOUNS: Final = frozenset(
    "capital city town village port region province district state area areas part parts suburb suburbs outskirts"
    " island islands valley county township quarter camp enclave centre center department north south east west".split()
)


# Verbs that say of an event only that it comes about, or how much of it there is.
_COMING: Final = frozenset(
    "grow grows grew growing mount mounts mounted mounting rise rises rose rising spread spreads swell swells take takes"
    " took taking come comes came coming hold holds held holding follow follows followed".split()
)


def event_place(
    graph: Clauses,
    trigger: int,
    covers: frozenset[int],
    resolved: ResolvedArticle,
    actors: frozenset[str],
) -> tuple[int, Entity, str] | None:
    """Return token, entity and basis of where an event took place: a place beside its trigger, else in its sentence."""
    near: list[tuple[int, int, Entity]] = []
    if graph.words.isdisjoint(_PLACING):
        return None
    inside = resolved.entity_of_token.keys() & range(graph.first, graph.last)
    for i in sorted(inside):
        index = resolved.entity_of_token[i]
        entity = resolved.entities[index]
        if entity.type not in ("GPE", "LOC", "FAC"):
            continue
        if (
            i + 1 < graph.last
            and resolved.entity_of_token.get(i + 1) == index
            and graph.heads[i] != i
            and graph.heads[i] > i
        ):
            continue
        spot = i
        above = graph.heads[i]
        if graph.relations[i] in _NAMING and graph.lowers[above] in _PLACE_NOUNS:
            spot = above  # "in the Haitian capital Port-au-Prince", "in parts of Shillong"
        if graph.relations[spot] not in ("obl", "nmod") or not graph.cases(spot) & _PLACING:
            continue
        if "from" in graph.cases(spot) and graph.relations[spot] != "obl":
            continue  # "challenges from China" are not in China
        node, steps = graph.heads[spot], 1
        spine = {trigger, *covers}
        if graph.relations[trigger] == "nsubj" and graph.lowers[graph.heads[trigger]] in _COMING:
            spine.add(graph.heads[trigger])  # "Calls grow in Peru for an election"
        while node not in spine and graph.heads[node] != node and steps < 6:
            node = graph.heads[node]
            steps += 1
        if node in spine:
            rank = (
                steps
                + (0 if "from" not in graph.cases(spot) else 3)
                + (2 if entity.entity_id in actors else 0)
            )
            near.append((rank, i, entity))
    if not near:
        return None
    rank, token, entity = min(near, key=lambda item: (item[0], item[1]))
    return token, entity, "clause" if rank <= 3 else "sentence"


def as_place(entity: Entity, text: str, basis: str) -> Place:
    """Copy what is known of a place into an event's place."""
    return Place(
        text=text, name=entity.name, basis=basis, entity_id=entity.entity_id, geonameid=entity.geonameid,
        latitude=entity.latitude, longitude=entity.longitude, admin1=entity.admin1, country=entity.country,
        resolution=entity.resolution,
    )  # fmt: skip


def historical_before(reference: dt.date | None) -> dt.date | None:
    """Return the day before which an event is history: a year before the article."""
    if reference is None or reference.year <= 1:
        return None
    return reference - dt.timedelta(days=366)
