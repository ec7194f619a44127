"""How the shipped language model is made; nothing at run time imports this package.

corpora       the training and development sets, read into plain records
cnn           the small spaCy CNN pipeline: the baseline that the shipped model is measured against

The sets lie outside the repository (``--corpora FOLDER``); their texts are never copied into it.
"""
