"""The one table of labels: what a model calls a thing, and what the rest of the code calls it.

Entity labels become those of ``schemas.annotations.LABELS``. Relations become Universal Dependencies
(https://universaldependencies.org/en/dep/). Models trained on UD need nothing; the stock English pipelines of spaCy
speak the older scheme of ClearNLP, in which prepositions, copulas and coordination are built the other way round, so
that the tree is rebuilt and not only renamed.
"""

from __future__ import annotations

from collections.abc import Collection

from schemas.annotations import Tokens

TOLD = "dateline_told"
"""Where a spaCy document's ``user_data`` keeps which tokens tell an event: token index to PLOVER type and probability."""

ENTITIES: dict[str, str] = {
    # ours, as the newswire corpus writes them
    "Person": "PERSON",
    "Organization": "ORG",
    "Location": "LOC",
    "Facility": "FAC",
    "NORP": "NORP",
    "Date": "DATE",
    "Money": "MONEY",
    "Product": "PRODUCT",
    "Misc": "MISC",
    # OntoNotes, the stock pipelines; numbers (CARDINAL, ORDINAL, PERCENT, QUANTITY) name nothing and are left out
    "PERSON": "PERSON",
    "ORG": "ORG",
    "GPE": "LOC",
    "LOC": "LOC",
    "FAC": "FAC",
    "DATE": "DATE",
    "TIME": "DATE",
    "MONEY": "MONEY",
    "PRODUCT": "PRODUCT",
    "EVENT": "MISC",
    "LAW": "MISC",
    "LANGUAGE": "MISC",
    "WORK_OF_ART": "MISC",
    # CoNLL 2003 and the like
    "PER": "PERSON",
    "MISC": "MISC",
}
"""A model's entity label to ours; a label that is not here is no span of ours."""

CLEARNLP: dict[str, str] = {
    "acomp": "xcomp",
    "agent": "obl:agent",
    "attr": "xcomp",
    "auxpass": "aux:pass",
    "csubjpass": "csubj:pass",
    "dative": "iobj",
    "dobj": "obj",
    "intj": "discourse",
    "meta": "dep",
    "neg": "advmod",
    "npadvmod": "obl:unmarked",
    "nsubjpass": "nsubj:pass",
    "oprd": "xcomp",
    "poss": "nmod:poss",
    "preconj": "cc:preconj",
    "predet": "det:predet",
    "prt": "compound:prt",
    "quantmod": "advmod",
    "relcl": "acl:relcl",
}
"""Relations of ClearNLP that have another name in UD; prepositions and copulas are built anew first."""

_NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM", "DET", "SYM", "X"})
_BE = frozenset(
    {"be", "is", "are", "was", "were", "been", "being", "am", "'s", "’s", "'re", "’re", "'m", "’m"}
)
_MOVES_TO_PREDICATE = frozenset(
    {
        *(
            "nsubj",
            "nsubjpass",
            "csubj",
            "csubjpass",
            "aux",
            "auxpass",
            "mark",
            "advmod",
            "neg",
            "punct",
            "cc",
        ),
        *(
            "expl",
            "npadvmod",
            "advcl",
            "prep",
            "ccomp",
            "parataxis",
            "intj",
            "conj",
            "preconj",
            "dep",
        ),
    }
)


def is_clearnlp(relations: Collection[str]) -> bool:
    """Tell from a parser's labels whether it speaks ClearNLP."""
    return "pobj" in relations or "nsubjpass" in relations


def clearnlp_to_universal(tokens: Tokens) -> None:
    """Rebuild the trees of ``tokens`` in place, from ClearNLP's conventions to UD.

    Prepositions become the ``case`` of their object (``obl`` of a verb, ``nmod`` of a noun, ``obl:agent`` in a
    passive); the noun or adjective after *be* becomes the head, *be* its ``cop``; conjunctions hang on the conjunct
    they introduce and all conjuncts on the first.
    """
    heads, relations = tokens.heads, tokens.relations
    children: list[list[int]] = [[] for _ in heads]
    for token, head in enumerate(heads):
        if head != token:
            children[head].append(token)
    moved = _raise_predicates(tokens, children)
    _turn_prepositions(tokens, children, moved)
    _flatten_conjuncts(tokens)
    for token, relation in enumerate(relations):
        relations[token] = CLEARNLP.get(relation, relation)
        if relation == "npadvmod" and tokens.tags[heads[token]] in _NOMINAL:
            relations[token] = "nmod:unmarked"


def _raise_predicates(tokens: Tokens, children: list[list[int]]) -> set[int]:
    """Make the complement of *be* the head of its clause; return the words that hung on *be* before."""
    heads, relations = tokens.heads, tokens.relations
    all_moved: set[int] = set()
    for verb in range(len(heads)):
        if tokens.lowers[verb] not in _BE:
            continue
        predicate = next(
            (child for child in children[verb] if relations[child] in ("attr", "acomp")), None
        )
        if predicate is None:
            continue
        was_root = heads[verb] == verb
        heads[predicate] = predicate if was_root else heads[verb]
        if not was_root:
            children[heads[verb]].remove(verb)
            children[heads[verb]].append(predicate)
        relations[predicate] = relations[verb]
        moved = [
            c for c in children[verb] if c != predicate and relations[c] in _MOVES_TO_PREDICATE
        ]
        all_moved.update(moved)
        for child in moved:
            heads[child] = predicate
        children[verb] = [c for c in children[verb] if c != predicate and c not in moved]
        children[predicate] += [*moved, verb]
        heads[verb] = predicate
        relations[verb] = "cop"
    return all_moved


def _turn_prepositions(tokens: Tokens, children: list[list[int]], clausal: set[int]) -> None:
    """Hang the object of a preposition where the preposition hung, with the preposition as its ``case``.

    ``clausal`` are words that hang on a noun that stands for its clause: their objects are ``obl``, not ``nmod``.
    """
    heads, relations = tokens.heads, tokens.relations
    for token in range(len(heads)):
        relation = relations[token]
        if relation not in ("prep", "agent", "dative"):
            continue
        inner = next(
            (c for c in children[token] if relations[c] in ("pobj", "pcomp", "prep")), None
        )
        # "from under the table": the inner preposition's object is what counts
        chain = [token]
        while inner is not None and relations[inner] == "prep":
            chain.append(inner)
            inner = next(
                (c for c in children[inner] if relations[c] in ("pobj", "pcomp", "prep")), None
            )
        if inner is None:
            if relation == "prep":
                relations[token] = "advmod"
            continue
        head = heads[token]
        is_clause = relations[inner] == "pcomp" and tokens.tags[inner] not in _NOMINAL
        if head == token:
            heads[inner] = inner
            new = "root"
        else:
            heads[inner] = head
            if is_clause:
                new = "acl" if tokens.tags[head] in _NOMINAL and token not in clausal else "advcl"
            elif relation == "agent":
                new = "agent"
            else:
                new = "nmod" if tokens.tags[head] in _NOMINAL and token not in clausal else "obl"
        for preposition in chain:
            heads[preposition] = inner
            relations[preposition] = "mark" if is_clause else "case"
            for child in children[preposition]:
                if child != inner and child not in chain:
                    heads[child] = (
                        head if relations[child] in ("conj", "cc") and head != token else inner
                    )
        relations[inner] = new


def _flatten_conjuncts(tokens: Tokens) -> None:
    """Hang every conjunct on the first and every conjunction on the conjunct it introduces."""
    heads, relations = tokens.heads, tokens.relations
    for token, relation in enumerate(
        relations
    ):  # conjuncts stand left to right, so the head before is settled
        if relation == "conj":
            head = heads[token]
            if relations[head] == "conj" and heads[head] != head:
                heads[token] = heads[head]
    conjuncts: dict[int, list[int]] = {}
    firsts: dict[int, int] = {}
    for token, relation in enumerate(relations):
        if relation == "conj":
            conjuncts.setdefault(heads[token], []).append(token)
            firsts[token] = heads[token]
    for token, relation in enumerate(relations):
        if relation != "cc" or heads[token] == token:
            continue
        first = firsts.get(heads[token], heads[token])
        following = next((c for c in conjuncts.get(first, ()) if c > token), None)
        if following is not None:
            heads[token] = following
