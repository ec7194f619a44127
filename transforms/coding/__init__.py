"""Who did what to whom: from a resolved article to its events. Beam-free and spaCy-free.

inflect       dictionary form -> the forms that stand in text
lexicon       the TSV tables under ``lexicon/``, compiled for look-up by surface word
clauses       one sentence as a graph of Universal Dependencies; grammatical slots of its words
phrases       a noun phrase -> the actor it names (country, code, sector, entity)
coder         triggers, operators, composition, competition: the events of an article
circumstances auxiliary mode, date, place, attribution, casualties and contexts of an event
merging       several reports of one occurrence -> one event
ontology      PLOVER as data: types, modes, quad codes, scores, CAMEO roots

How an event comes about is described in ``docs/coder.md``; the tables in ``docs/lexicon.md``.
"""
