"""How the shipped language model is made; nothing at run time imports this package.

corpora       the training and development sets, read into plain records
tokenizer     the tokenizer that ships, nearer to Universal Dependencies than spaCy's own
minilm        the transformer with all its heads, and its training
export        a checkpoint to ONNX graphs, 8-bit weights and tables
package       those files as a spaCy pipeline
evaluate      any spaCy pipeline on any set, in one table
cnn           the small spaCy CNN pipeline: the baseline that the shipped model is measured against
figures.json  what the shipped model and the baseline reach, and the log of the training

The sets lie outside the repository (``--corpora FOLDER``); their texts are never copied into it.
"""
