"""What the data is: records, ids and the tables they become.

documents     InputFile, RawDocument, Article: from a file to a clean article
annotations   Sentence, Span, Tokens, AnnotatedArticle: what the language model says of it
facts         Entity, Mention, Actor, Event: what we say of it
outcomes      Reject and the fixed vocabulary of reasons
ids           how every id is computed
tables        one Table per Parquet output: columns, key, partition, conversion to Arrow

This package imports the standard library and pyarrow only.
"""
