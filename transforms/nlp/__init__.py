"""The language model: from an article's text to words, trees and named spans.

models        finding, loading and running a model by name or path; ``annotate``
convert       spaCy documents to the plain lists of ``schemas/annotations.py``
labels        the one table that maps a model's labels to ours
reader        the spaCy component that runs the transformer that ships
pieces        words to word pieces and windows, shared by training and run time
encoder       one window through the graph, by onnxruntime or OpenVINO
decode        scores to sentences, trees and names
lemmas        dictionary forms: a table, and rules over endings
chunks        noun chunks of Universal Dependencies trees
components    a small component that other pipelines need
en_news       the model that ships, as spaCy writes it, with its model card
"""
