"""The bytes of an attached file, whatever gateways made of its declaration."""

import base64
import binascii
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.transfer import content, files_in, text
from tests.mails import PDF

ENCODED = {
    "base64": base64.encodebytes(PDF),
    "quoted-printable": quopri.encodestring(PDF, quotetabs=True),
    "8bit": PDF,
}


def uuencoded(data: bytes, name: str = "fiche.pdf") -> bytes:
    lines = [binascii.b2a_uu(data[n : n + 45]) for n in range(0, len(data), 45)]
    return b"begin 644 " + name.encode() + b"\n" + b"".join(lines) + b"`\nend\n"


def y_encoded(data: bytes, name: str = "fiche.pdf") -> bytes:
    coded = bytearray()
    for n in data:
        n = (n + 42) % 256
        coded += bytes([61, (n + 64) % 256]) if n in (0, 10, 13, 61) else bytes([n])
    return (
        b"=ybegin line=128 size=1 name=" + name.encode() + b"\r\n" + coded + b"\r\n=yend size=1\r\n"
    )


@pytest.mark.parametrize("declared", ["base64", "quoted-printable", "7bit", "8bit", "binary", ""])
@pytest.mark.parametrize("real", ENCODED)
def test_a_wrong_declaration_does_not_spoil_a_file(real, declared):
    assert content(ENCODED[real], declared, "fiche.pdf").rstrip() == PDF.rstrip()


@pytest.mark.parametrize("declared", ["base64", "7bit", "x-uuencode"])
def test_a_uuencoded_file_is_read_whatever_is_declared(declared):
    assert content(uuencoded(PDF), declared, "fiche.pdf") == PDF


@given(st.binary(max_size=300))
def test_what_was_declared_rightly_is_what_it_was(data):
    assert text(base64.encodebytes(data), "base64") == data
    assert text(base64.encodebytes(data).rstrip(b"=\n"), "base64") == data
    assert text(quopri.encodestring(data), "quoted-printable") == data
    assert text(data, "8bit") == data


@given(st.lists(st.binary(min_size=1, max_size=200), max_size=4), st.booleans())
def test_files_in_a_text_come_back_each_with_its_name(files, crlf):
    body = b"Bonjour,\n\n" + b"\nEt :\n".join(
        uuencoded(data, f"f{n}.pdf") for n, data in enumerate(files)
    )
    body = body.replace(b"\n", b"\r\n") if crlf else body
    assert list(files_in(body)) == [(f"f{n}.pdf", data) for n, data in enumerate(files)]


@given(st.binary(min_size=1, max_size=300).filter(lambda data: len(set(data)) > 8))
def test_a_yenc_file_comes_back(data):
    assert list(files_in(b"Bonjour\r\n" + y_encoded(data))) == [("fiche.pdf", data)]


@pytest.mark.parametrize(
    "body", [b"begin 644 the work\nTomorrow we go.\n", b"We begin 12 times\n", b"begin 644 x\n"]
)
def test_words_that_begin_like_a_file_are_none(body):
    assert list(files_in(body)) == []


def test_a_text_that_looks_like_base64_stays_a_text():
    assert content(b"Bonjour", "7bit", "note.txt") == b"Bonjour"
