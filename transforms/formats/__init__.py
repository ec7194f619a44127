"""Bytes of one input format to RawDocument and Article, without Beam.

settings      the limits of readers and parsers
base          Format, Source; findings to Article
reading       read_documents, parse_document: which format, and the loop over it
isolate       the same in a child process that can be killed
compression   gzip, bzip2, xz, zstd, lz4
metadata      what a web page says about itself
fields        which field of a record means what
one module each for the formats in FORMATS

``FORMATS`` is the list of formats. Adding one: a module with a ``FORMAT``, a line here, a sample.
"""

from __future__ import annotations

from transforms.formats import (
    agencytext,
    archives,
    feeds,
    html,
    mail,
    newsxml,
    ninjs,
    plain,
    records,
    rtf,
    tabular,
    warc,
)
from transforms.formats.base import Format

PARSER_VERSION = "2"
"""Changes whenever the same bytes may give another article; part of the id of a work unit."""

FORMATS: tuple[Format, ...] = (
    records.FORMAT,
    records.LINES,
    ninjs.FORMAT,
    html.FORMAT,
    rtf.FORMAT,
    archives.ZIP,
    archives.TAR,
    warc.WARC,
    warc.ARC,
    tabular.PARQUET,
    tabular.ARROW,
    feeds.FORMAT,
    agencytext.SGML,
    agencytext.IPTC7901,
    newsxml.FORMAT,
    mail.MBOX,
    mail.MAIL,
    tabular.CSV,
    plain.FORMAT,
)
"""Every format; where two claim a stream equally, the earlier one reads it."""
