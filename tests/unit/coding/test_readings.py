from __future__ import annotations

from tests.unit.coding import builders as b
from transforms.coding.clauses import Clauses
from transforms.coding.lexicon import load_lexicon
from transforms.coding.readings import SentenceReader

IGNORED = (
    "Iran/NNP/PROPN/nmod:poss>3 's/POS/PART/case>1 demand/NN/NOUN/nsubj:pass>7 to/IN/ADP/case>5"
    " Iraq/NNP/PROPN/nmod>3 was/VBD/AUX/aux:pass>7 ignored/VBN/VERB/root>0"
)


def readings(sentence: str) -> list[tuple[str, list[str], list[str]]]:
    annotated = b.parsed(sentence)
    graph = Clauses(annotated.tokens, annotated.sentences[0])
    words = annotated.tokens.words
    reader = SentenceReader(
        graph, load_lexicon(), lambda token, kind: graph.tags[token] == "PROPN" and kind == "actor"
    )
    return [
        (r.event_type, [words[t] for t in r.actors], [words[t] for t in r.recipients])
        for r in reader.readings(list(range(graph.first, graph.last)))
    ]


def test_what_nobody_named_answers_stays_what_it_is():
    assert readings(IGNORED) == [("REQUEST", ["Iran"], ["Iraq"])]


def test_what_somebody_answers_is_the_answer():
    answered = IGNORED + " by/IN/ADP/case>9 Turkey/NNP/PROPN/obl:agent>7"
    assert [(kind, actors) for kind, actors, _ in readings(answered)] == [("REJECT", ["Turkey"])]
