"""What is only signed is read; what is encrypted says so."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DocumentError, EncryptedError
from pipeline.intake.smime import unsigned

SIGNED, ENVELOPED, DATA = (bytes.fromhex(f"06092a864886f70d01070{n}") for n in (2, 3, 1))


def element(tag: int, content: bytes, *, indefinite: bool = False) -> bytes:
    if indefinite:
        return bytes([tag, 0x80]) + content + b"\0\0"
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def container(content: bytes | None, *, pieces: int = 1, indefinite: bool = False) -> bytes:
    """A signed message, its content cut into pieces; without, its signature alone."""

    def whole(tag: int, inner: bytes) -> bytes:
        return element(tag, inner, indefinite=indefinite)

    inner = b""
    if content is not None:
        step = max(1, -(-len(content) // pieces))
        cut = [element(4, content[n : n + step]) for n in range(0, len(content), step)]
        octets = whole(0x24, b"".join(cut)) if pieces > 1 else element(4, content)
        inner = whole(0xA0, octets)
    signed = element(2, b"\1") + element(0x31, b"") + whole(0x30, DATA + inner) + element(0x31, b"")
    return whole(0x30, SIGNED + whole(0xA0, whole(0x30, signed)))


@given(st.binary(max_size=400), st.integers(1, 5), st.booleans())
def test_what_was_signed_is_read(content, pieces, indefinite):
    assert unsigned(container(content, pieces=pieces, indefinite=indefinite)) == content


@pytest.mark.parametrize("indefinite", [True, False])
def test_a_signature_alone_holds_nothing(indefinite):
    assert unsigned(container(None, indefinite=indefinite)) == b""


def test_an_encrypted_message_says_so():
    with pytest.raises(EncryptedError, match="chiffré"):
        unsigned(element(0x30, ENVELOPED + element(0xA0, element(0x30, b"\2\1\0"))))


@given(st.integers(0, 200), st.integers(0, 200), st.binary(min_size=1, max_size=3))
def test_a_damaged_container_costs_its_own_line(cut, at, junk):
    data = bytearray(container(b"x" * 90, pieces=3, indefinite=bool(at % 2)))
    data[at : at + len(junk)] = junk
    with suppress(DocumentError):
        unsigned(bytes(data[: len(data) - cut]))


def test_pieces_within_pieces_come_to_an_end():
    head = container(b"", indefinite=True).partition(DATA)[0] + DATA + b"\xa0\x80"
    with pytest.raises(DocumentError, match="abîmé"):
        unsigned(head + b"\x24\x80" * 5000)
