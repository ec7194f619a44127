from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.coding import builders as b
from transforms.coding import circumstances
from transforms.coding.clauses import Clauses


def graph(sentence: str, verbs: frozenset[str] = frozenset()) -> Clauses:
    annotated = b.parsed(sentence)
    return Clauses(annotated.tokens, annotated.sentences[0], verbs=verbs)


def words(g: Clauses, tokens: tuple[int, ...]) -> list[str]:
    return [g.tokens.words[t] for t in tokens]


def at(g: Clauses, word: str) -> int:
    return g.tokens.words.index(word)


@pytest.mark.parametrize(
    ("sentence", "verb", "subjects", "objects"),
    [
        (b.ARRESTED, "arrested", ["soldiers"], ["Palestinians"]),
        (b.PASSIVE, "arrested", ["police"], ["leaders"]),
        (b.CONTROLLED, "attack", ["Iran"], ["towns"]),
        (b.URGED, "withdraw", ["Syria"], []),
        (b.URGED, "urged", ["France"], ["Syria"]),
        (b.CONJOINED, "signed", ["minister"], ["treaty"]),
        (b.RELATIVE, "attacked", ["Rebels"], ["village"]),
        (b.RELATIVE, "fled", ["Rebels"], []),
        (b.REDUCED, "backed", ["tanks"], ["Troops"]),
        (b.NOMINAL, "arrest", ["police"], ["journalists"]),
        (b.LIGHT, "talks", ["Iran"], []),
    ],
)
def test_logical_subject_and_object_are_found(sentence, verb, subjects, objects):
    g = graph(sentence)
    token = at(g, verb)
    assert words(g, g.slot(token, "subj")) == subjects
    assert words(g, g.slot(token, "obj")) == objects


def test_a_phrase_of_the_light_verb_belongs_to_its_noun():
    g = graph(b.LIGHT)
    assert words(g, g.slot(at(g, "talks"), "with")) == ["Russia"]


def test_negation_and_future_are_seen_in_the_clause():
    g = graph(b.NEGATED)
    assert circumstances.is_negated(g, at(g, "attack"))
    f = graph(b.FUTURE)
    assert not circumstances.is_negated(f, at(f, "attack"))
    assert circumstances.modality(f, at(f, "attack")) == "future"
    assert circumstances.modality(g, at(g, "attack")) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("1,200", 1200),
        ("three", 3),
        ("twenty-one", 21),
        ("dozens", None),
        ("many", None),
        ("3.5", None),
    ],
)
def test_only_exact_numbers_are_read(text, value):
    assert circumstances.number(text) == value


VISIT = "He/PRP/PRON/nsubj>2 called/VBD/VERB/root>0 off/RP/ADP/compound:prt>2 a/DT/DET/det>5 visit/NN/NOUN/xcomp>2"
TOLD = "Oslo/NNP/PROPN/nsubj>2 told/VBD/VERB/root>0 Riga/NNP/PROPN/iobj>2 to/TO/PART/mark>5 stop/VB/VERB/xcomp>2"
DEEP = (
    "The/DT/DET/det>2 killing/NN/NOUN/nsubj>10 of/IN/ADP/case>5 a/DT/DET/det>5 man/NN/NOUN/nmod>2 by/IN/ADP/case>7"
    " soldiers/NNS/NOUN/nmod>5 yesterday/NN/NOUN/obl:unmarked>10 has/VBZ/AUX/aux>10 angered/VBN/VERB/root>0"
    " them/PRP/PRON/obj>10"
)
AGENT = (
    "He/PRP/PRON/nsubj:pass>3 was/VBD/AUX/aux:pass>3 killed/VBN/VERB/root>0 in/IN/ADP/case>6 his/PRP$/PRON/nmod:poss>6"
    " home/NN/NOUN/obl>3 by/IN/ADP/case>8 soldiers/NNS/NOUN/nmod>6"
)
TENSES = (
    "Oslo/NNP/PROPN/nsubj>2 said/VBD/VERB/root>0 the/DT/DET/det>4 pact/NN/NOUN/nsubj>6 is/VBZ/AUX/cop>6"
    " vital/JJ/ADJ/ccomp>2 and/CC/CCONJ/cc>8 urged/VBD/VERB/conj>6 Riga/NNP/PROPN/obj>8"
)
OPPOSED = "Oslo/NNP/PROPN/nsubj:pass>3 is/VBZ/AUX/aux:pass>3 opposed/VBN/VERB/root>0 to/IN/ADP/case>5 talks/NNS/NOUN/obl>3"
QUOTED = (
    "They/PRP/PRON/nsubj>2 lied/VBD/VERB/ccomp>5 ,/,/PUNCT/punct>2 "
    "\u201d/''/PUNCT/punct>2 denounced/VBD/VERB/root>0 the/DT/DET/det>7 union/NN/NOUN/obj>5"
)
ACCORDING = (
    "Four/CD/NUM/nsubj:pass>3 were/VBD/AUX/aux:pass>3 shot/VBN/VERB/root>0 according/VBG/VERB/case>6"
    " to/IN/ADP/fixed>4 lawyers/NNS/NOUN/obl:agent>3"
)


@pytest.mark.parametrize(
    ("sentence", "verb", "subjects", "objects"),
    [
        (VISIT, "called", ["He"], ["visit"]),
        (TOLD, "told", ["Oslo"], ["Riga"]),
        (DEEP, "killing", ["soldiers"], ["man"]),
        (AGENT, "killed", ["soldiers"], ["He"]),
        (TENSES, "urged", ["Oslo"], ["Riga"]),
        (OPPOSED, "opposed", ["Oslo"], []),
        (QUOTED, "denounced", ["union"], []),
        (ACCORDING, "shot", [], ["Four"]),
    ],
)
def test_what_the_parser_hung_elsewhere_is_found(sentence, verb, subjects, objects):
    g = graph(sentence)
    token = at(g, verb)
    assert words(g, g.slot(token, "subj")) == subjects
    assert words(g, g.slot(token, "obj")) == objects


RELATIONS = (
    "nsubj", "obj", "obl", "nmod", "conj", "flat", "compound", "amod", "ccomp", "xcomp", "advcl", "parataxis", "appos",
)  # fmt: skip
WORDS = (("Ruritania", "NNP", "PROPN"), ("said", "VBD", "VERB"), ("arrested", "VBN", "VERB"),
         ("talks", "NNS", "NOUN"), ("and", "CC", "CCONJ"), ("in", "IN", "ADP"), ("that", "WDT", "PRON"),
         (":", ":", "PUNCT"), (",", ",", "PUNCT"))  # fmt: skip


@st.composite
def trees(draw: st.DrawFn) -> str:
    """A sentence of any words, whose heads make a tree, however odd."""
    size = draw(st.integers(2, 14))
    order = draw(st.permutations(range(1, size + 1)))
    heads = {order[0]: 0}
    for i, token in enumerate(order[1:], start=1):
        heads[token] = order[draw(st.integers(0, i - 1))]
    cells = []
    for token in range(1, size + 1):
        word, xpos, tag = draw(st.sampled_from(WORDS))
        relation = "root" if heads[token] == 0 else draw(st.sampled_from(RELATIONS))
        cells.append(f"{word}/{xpos}/{tag}/{relation}>{heads[token]}")
    return " ".join(cells)


@settings(max_examples=300, deadline=None)
@given(trees())
def test_a_mended_tree_is_a_tree(sentence):
    g = graph(sentence, frozenset(word.lower() for word, _, _ in WORDS))
    for token in range(g.first, g.last):
        node, seen = token, set()
        while g.heads[node] != node:
            assert node not in seen
            seen.add(node)
            node = g.heads[node]
        assert g.subtree(token)
        for slot in ("subj", "obj", "with", "of", "poss"):
            g.slot(token, slot)


def test_both_names_of_a_joined_pair_modify_the_noun():
    g = graph(
        "Saudi/JJ/ADJ/amod>3 -/HYPH/PUNCT/punct>1 Iranian/JJ/ADJ/amod>4 talks/NNS/NOUN/nsubj>5"
        " began/VBD/VERB/root>0"
    )
    assert words(g, g.slot(at(g, "talks"), "mod")) == ["Saudi", "Iranian"]


@pytest.mark.parametrize(
    ("sentence", "verb", "subjects", "objects"),
    [
        (
            "Riyadh/NNP/PROPN/compound>3 barred/VBN/VERB/amod>3 imports/NNS/NOUN/root>0"
            " from/IN/ADP/case>5 Lebanon/NNP/PROPN/nmod>3",
            "barred", ["Riyadh"], ["imports"],
        ),
        (
            "Court/NN/NOUN/compound>2 jails/NNS/NOUN/root>0 former/JJ/ADJ/amod>4 minister/NN/NOUN/obj>2",
            "jails", ["Court"], ["minister"],
        ),
        (
            "Rebels/NNS/NOUN/nmod:poss>3 free/JJ/ADJ/amod>3 hostages/NNS/NOUN/root>0",
            "free", ["Rebels"], ["hostages"],
        ),
        (
            "Iran/NNP/PROPN/root>0 to/TO/PART/mark>3 free/VB/VERB/acl>1 two/CD/NUM/nummod>5"
            " Americans/NNPS/PROPN/obj>3",
            "free", ["Iran"], ["Americans"],
        ),
        (
            "Iran/NNP/PROPN/nsubj:pass>2 berated/VBN/VERB/root>0 Iraq/NNP/PROPN/xcomp>2",
            "berated", ["Iran"], ["Iraq"],
        ),
        (
            "Kosovo/NNP/PROPN/compound>2 police/NN/NOUN/obj>3 raid/VBP/VERB/root>0 Serb/JJ/ADJ/amod>5"
            " offices/NNS/NOUN/obj>3",
            "raid", ["police"], ["offices"],
        ),
    ],
)  # fmt: skip
def test_the_verb_of_a_headline_is_found(sentence, verb, subjects, objects):
    g = graph(sentence, frozenset({verb}))
    token = at(g, verb)
    assert g.tags[token] == "VERB"
    assert words(g, g.slot(token, "subj")) == subjects
    assert words(g, g.slot(token, "obj")) == objects


def test_a_phrase_without_a_verb_of_events_stays_a_phrase():
    g = graph(
        "Photos/NNS/NOUN/root>0 of/IN/ADP/case>3 buildings/NNS/NOUN/nmod>1 in/IN/ADP/case>5 Gaza/NNP/PROPN/nmod>3",
        frozenset({"buildings"}),
    )
    assert g.heads is g.tokens.heads


def test_what_is_to_happen_is_future():
    headline = graph(
        "Iran/NNP/PROPN/root>0 to/TO/PART/mark>3 free/VB/VERB/acl>1 two/CD/NUM/obj>3",
        frozenset({"free"}),
    )
    assert circumstances.modality(headline, at(headline, "free")) == "future"
    due = graph(
        "Iran/NNP/PROPN/nsubj>5 is/VBZ/AUX/cop>5 due/JJ/ADJ/mark>5 to/TO/PART/fixed>3 sign/VB/VERB/root>0"
    )
    assert circumstances.modality(due, at(due, "sign")) == "future"


def test_a_pair_of_countries_is_no_name_of_two_words():
    g = graph(
        "A/DT/DET/det>5 U.S./NNP/PROPN/compound>5 -/HYPH/PUNCT/punct>2 ROK/NNP/PROPN/flat>2"
        " exercise/NN/NOUN/nsubj>6 began/VBD/VERB/root>0"
    )
    assert words(g, g.slot(at(g, "exercise"), "mod")) == ["U.S.", "ROK"]
    name = graph(
        "Jean/NNP/PROPN/nsubj>4 -/HYPH/PUNCT/punct>1 Claude/NNP/PROPN/flat>1 left/VBD/VERB/root>0"
    )
    assert words(name, name.slot(at(name, "left"), "subj")) == ["Jean"]


@pytest.mark.parametrize(
    ("sentence", "verb", "subjects"),
    [
        (  # a speaker before a colon
            "UN/NNP/PROPN/compound>2 envoy/NN/NOUN/root>0 :/:/PUNCT/punct>6 Rebels/NNS/NOUN/nsubj>6"
            " must/MD/AUX/aux>6 leave/VB/VERB/parataxis>2 Goma/NNP/PROPN/obj>6",
            "says", ["envoy"],
        ),
        (  # and after one
            "Rebels/NNS/NOUN/nsubj>3 must/MD/AUX/aux>3 leave/VB/VERB/root>0 Goma/NNP/PROPN/obj>3"
            " :/:/PUNCT/punct>7 UN/NNP/PROPN/compound>7 envoy/NN/NOUN/parataxis>3",
            "says", ["envoy"],
        ),
        (  # the first of two subjects hung loose
            "Bahrain/NNP/PROPN/dislocated>4 ,/,/PUNCT/punct>3 Israel/NNP/PROPN/conj>1 sign/VB/VERB/root>0"
            " accord/NN/NOUN/obj>4",
            "sign", ["Bahrain"],
        ),
    ],
)  # fmt: skip
def test_headlines_are_read_as_sentences(sentence, verb, subjects):
    g = graph(sentence, frozenset({"sign", "leave"}))
    if verb == "says":
        assert g.colon is not None
        token = g.colon
    else:
        token = at(g, verb)
    assert words(g, g.subjects(token)) == subjects
    assert sum(g.heads[i] == i for i in range(g.first, g.last)) == 1


def test_a_headlines_comma_is_an_and():
    g = graph(
        "Modi/NNP/PROPN/nsubj>4 ,/,/PUNCT/punct>3 Macron/NNP/PROPN/flat>1 discuss/VBP/VERB/root>0"
        " order/NN/NOUN/obj>4"
    )
    assert words(g, tuple(g.conjuncts(at(g, "Modi")))) == ["Modi", "Macron"]


@pytest.mark.parametrize(
    "sentence",
    [
        "DELHI/NNP/PROPN/root>0 :/:/PUNCT/punct>1 Police/NN/NOUN/nsubj>4 left/VBD/VERB/parataxis>1",
        "He/PRP/PRON/nsubj>2 bought/VBD/VERB/root>0 three/CD/NUM/nummod>4 things/NNS/NOUN/obj>2 :/:/PUNCT/punct>6"
        " bread/NN/NOUN/appos>4 and/CC/CCONJ/cc>8 a/DT/DET/det>9 knife/NN/NOUN/conj>6",
    ],
)
def test_datelines_and_lists_are_no_speakers(sentence):
    assert graph(sentence).colon is None


def test_a_headline_without_a_verb_says_what_its_subject_is_in():
    g = graph(
        "Lanka/NNP/PROPN/root>0 in/IN/ADP/case>3 talks/NNS/NOUN/nmod>1 with/IN/ADP/case>5 IMF/NNP/PROPN/nmod>3"
    )
    assert words(g, g.noun_agents(at(g, "talks"))) == ["Lanka"]
