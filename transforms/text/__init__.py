"""Text as such, whatever format it came in: no Beam, no model.

characters  one spelling for spaces, breaks and accents; repair of broken encodings
decoding    bytes to text: byte order marks, UTF-8, what was declared, a guess
dates       the dates of headers, addresses and records
datelines   the place, day and agency that open a report
language    which language a text is in
layout      the lines of a plain-text article: headline, body, and everything else
names       bylines to people
"""
