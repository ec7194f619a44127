"""Sentences with their parse, written by hand: ``word/XPOS/TAG/relation>head`` with heads counted from 1, 0 is root."""

from __future__ import annotations

from schemas import ids
from schemas.annotations import AnnotatedArticle, Sentence, Tokens
from schemas.documents import Article


def parsed(*sentences: str) -> AnnotatedArticle:
    tokens = Tokens(
        starts=[], ends=[], words=[], lowers=[], lemmas=[], tags=[], xpos=[], relations=[], heads=[]
    )
    found = []
    text = ""
    for index, sentence in enumerate(sentences):
        first = len(tokens)
        for i, item in enumerate(sentence.split()):
            word, xpos, tag, rest = item.split("/", 3)
            relation, head = rest.split(">")
            if text:
                text += " "
            tokens.starts.append(len(text))
            text += word
            tokens.ends.append(len(text))
            tokens.words.append(word)
            tokens.lowers.append(word.lower())
            tokens.lemmas.append(word.lower())
            tokens.tags.append(tag)
            tokens.xpos.append(xpos)
            tokens.relations.append(relation)
            tokens.heads.append(first + int(head) - 1 if int(head) else first + i)
        found.append(
            Sentence(
                index=index,
                first=first,
                last=len(tokens),
                start=tokens.starts[first],
                end=len(text),
            )
        )
    article = Article(
        article_id=ids.article_id("test", None, None), uri="test", source_format="text", text=text,
        content_hash=ids.content_hash(None, text), word_count=len(tokens), extractor="none",
    )  # fmt: skip
    return AnnotatedArticle(article=article, tokens=tokens, sentences=tuple(found), spans=())


ARRESTED = (
    "Israeli/JJ/ADJ/amod>2 soldiers/NNS/NOUN/nsubj>3 arrested/VBD/VERB/root>0 100/CD/NUM/nummod>5"
    " Palestinians/NNPS/PROPN/obj>3 on/IN/ADP/case>7 Saturday/NNP/PROPN/obl>3 ././PUNCT/punct>3"
)
PASSIVE = (
    "Three/CD/NUM/nummod>3 opposition/NN/NOUN/compound>3 leaders/NNS/NOUN/nsubj:pass>5 were/VBD/AUX/aux:pass>5"
    " arrested/VBN/VERB/root>0 by/IN/ADP/case>7 police/NN/NOUN/obl:agent>5 in/IN/ADP/case>9 Cairo/NNP/PROPN/obl>5"
)
CONTROLLED = (
    "Iran/NNP/PROPN/nsubj>2 threatened/VBD/VERB/root>0 to/TO/PART/mark>4 attack/VB/VERB/xcomp>2"
    " Iraqi/JJ/ADJ/amod>6 towns/NNS/NOUN/obj>4"
)
URGED = (
    "France/NNP/PROPN/nsubj>2 urged/VBD/VERB/root>0 Syria/NNP/PROPN/obj>2 to/TO/PART/mark>5"
    " withdraw/VB/VERB/xcomp>2 from/IN/ADP/case>7 Lebanon/NNP/PROPN/obl>5"
)
CONJOINED = (
    "The/DT/DET/det>2 minister/NN/NOUN/nsubj>5 of/IN/ADP/case>4 Chile/NNP/PROPN/nmod>2 met/VBD/VERB/root>0"
    " his/PRP$/PRON/nmod:poss>8 Peruvian/JJ/ADJ/amod>8 counterpart/NN/NOUN/obj>5 and/CC/CCONJ/cc>10"
    " signed/VBD/VERB/conj>5 a/DT/DET/det>12 treaty/NN/NOUN/obj>10"
)
RELATIVE = (
    "Rebels/NNS/NOUN/nsubj>7 who/WP/PRON/nsubj>3 attacked/VBD/VERB/acl:relcl>1 the/DT/DET/det>5"
    " village/NN/NOUN/obj>3 have/VBP/AUX/aux>7 fled/VBN/VERB/root>0"
)
REDUCED = (
    "Troops/NNS/NOUN/nsubj>6 backed/VBN/VERB/acl>1 by/IN/ADP/case>4 tanks/NNS/NOUN/obl:agent>2 have/VBP/AUX/aux>6"
    " entered/VBN/VERB/root>0 Gaza/NNP/PROPN/obj>6"
)
NOMINAL = (
    "The/DT/DET/det>2 arrest/NN/NOUN/nsubj>9 of/IN/ADP/case>5 two/CD/NUM/nummod>5 journalists/NNS/NOUN/nmod>2"
    " by/IN/ADP/case>8 Turkish/JJ/ADJ/amod>8 police/NN/NOUN/nmod>2 angered/VBD/VERB/root>0 Berlin/NNP/PROPN/obj>9"
)
LIGHT = (
    "Iran/NNP/PROPN/nsubj>2 held/VBD/VERB/root>0 talks/NNS/NOUN/obj>2 in/IN/ADP/case>5 Geneva/NNP/PROPN/obl>2"
    " with/IN/ADP/case>7 Russia/NNP/PROPN/obl>2"
)
NEGATED = "Kenya/NNP/PROPN/nsubj>4 did/VBD/AUX/aux>4 not/RB/PART/advmod>4 attack/VB/VERB/root>0 Uganda/NNP/PROPN/obj>4"
FUTURE = "Kenya/NNP/PROPN/nsubj>3 will/MD/AUX/aux>3 attack/VB/VERB/root>0 Uganda/NNP/PROPN/obj>3"
