from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.outcomes import DocumentError
from transforms.text.decoding import declared_charset, decode

FRENCH = "Le ministre Müller a déclaré mardi à Genève que la réunion était « très utile ». " * 3


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"]
)
def test_text_is_decoded_without_being_told_how(encoding):
    assert decode(FRENCH.encode(encoding)).text == FRENCH


def test_valid_utf8_beats_a_wrong_declaration():
    assert decode(FRENCH.encode(), "iso-8859-1").text == FRENCH


def test_a_declared_charset_is_used_where_utf8_is_invalid():
    russian = "Министр заявил, что переговоры были полезными. " * 3
    assert decode(russian.encode("koi8-r"), "koi8-r").text == russian


def test_a_few_broken_bytes_do_not_make_it_another_encoding():
    payload = ("Es wird kälter, sagte der Bürgermeister von Köln über die Nächte. " * 5).encode()
    found = decode(payload[:40] + b"\xff" + payload[40:])
    assert found.encoding == "utf-8"
    assert found.text.count("\ufffd") == 1


def test_pictures_and_noise_are_no_text():
    for payload in (
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        bytes(range(256)) * 20,
        b"\x7fELF" + b"\0" * 99,
    ):
        with pytest.raises(DocumentError) as error:
            decode(payload)
        assert error.value.reason == "binary"


def test_a_pdf_is_named_as_what_we_do_not_read():
    with pytest.raises(DocumentError, match="PDF") as error:
        decode(b"%PDF-1.4 ...")
    assert error.value.reason == "unsupported"


def test_declarations_are_found_in_markup():
    assert declared_charset(b"<?xml version='1.0' encoding='ISO-8859-2'?>") == "ISO-8859-2"
    assert declared_charset(b"<html><meta charset=utf-8>") == "utf-8"
    assert declared_charset(b"<html>") is None


@given(
    st.binary(max_size=400),
    st.sampled_from([None, "utf-16", "big5", "rot13", "no-such", "idna", "utf-7"]),
)
def test_no_bytes_raise_anything_undeclared(payload, declared):
    with contextlib.suppress(DocumentError):
        decode(payload, declared).text.encode("utf-8", "surrogatepass")
