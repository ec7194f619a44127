"""The language model: from an article's text to words, trees and named spans.

models        finding, loading and running a model by name or path; ``annotate``
convert       spaCy documents to the plain lists of ``schemas/annotations.py``
labels        the one table that maps a model's labels to ours
components    spaCy components of our own
pieces        words to word pieces and windows, shared by training and run time
en_news_cnn   a small convolutional pipeline, as spaCy writes it
"""
