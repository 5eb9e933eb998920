"""What an S/MIME container (CMS, RFC 5652) holds: read where it is only signed or compressed.

The signature is not checked: it tells nothing about what a fiche says.
"""

import zlib
from collections.abc import Iterator

from pipeline.errors import DamagedError, EncryptedError, TooLargeError

_MOST_BYTES = 150_000_000
_MOST_LEVELS = 40
_SEQUENCE, _OID, _OCTETS, _FIRST = 0x30, 0x06, 0x04, 0xA0
_CONSTRUCTED = 0x20
_SIGNED = bytes.fromhex("2a864886f70d010702")
_COMPRESSED = bytes.fromhex("2a864886f70d0109100109")


def unsigned(data: bytes) -> bytes:
    """What was signed or compressed; nothing where a signature stands alone.

    Raises EncryptedError, TooLargeError, and DamagedError where the container is not whole.
    """
    try:
        oid, content = _typed(memoryview(data))
        if oid == _SIGNED:
            # The version and the digests come before what was signed.
            return _octets(_typed(_nth(content, 2))[1])
        if oid == _COMPRESSED:
            return _unpacked(_octets(_typed(_nth(content, 2))[1]))
    except (ValueError, IndexError, zlib.error) as err:
        raise DamagedError("Message signé abîmé : demander un nouvel envoi.") from err
    raise EncryptedError(
        "Courriel chiffré (S/MIME) : il ne peut pas être lu ici. L'ouvrir dans la messagerie et "
        "enregistrer la fiche dans le dossier, ou la demander sans chiffrement à l'expéditeur."
    )


def _unpacked(data: bytes) -> bytes:
    whole = zlib.decompressobj().decompress(data, _MOST_BYTES + 1)
    if len(whole) > _MOST_BYTES:
        raise TooLargeError("Courriel compressé trop grand pour être ouvert.")
    return whole


def _typed(data: memoryview) -> tuple[bytes, memoryview]:
    """The type and the content of a pair of both; no content where there is only the type."""
    _, pair, _ = _element(data)
    tag, oid, rest = _element(pair)
    if tag != _OID:
        raise ValueError("no type")
    if not rest or rest[0] != _FIRST:
        return bytes(oid), memoryview(b"")
    inner = _element(_element(rest)[1])
    # What the container of a type holds is a sequence, or the octets themselves.
    return bytes(oid), inner[1] if inner[0] == _SEQUENCE else _element(rest)[1]


def _nth(data: memoryview, number: int) -> memoryview:
    """The element of that number, from 0, with its tag."""
    for _ in range(number):
        data = _element(data)[2]
    return data


def _octets(data: memoryview) -> bytes:
    """The bytes of octets, which may be cut into pieces, and these into pieces."""
    return b"".join(_pieces(data, 0))


def _pieces(data: memoryview, level: int) -> Iterator[memoryview]:
    if level > _MOST_LEVELS:
        raise ValueError("octets nested too deep")
    while data:
        tag, content, data = _element(data)
        if tag & ~_CONSTRUCTED != _OCTETS:
            return
        if tag & _CONSTRUCTED:
            yield from _pieces(content, level + 1)
        else:
            yield content


def _element(data: memoryview) -> tuple[int, memoryview, memoryview]:
    """The tag and content of the first element, and what follows it. Raises IndexError, ValueError.

    One of indefinite length reaches to its end mark; a cut one, as far as there are bytes.
    """
    tag, length, at = data[0], data[1], 2
    if length == 0x80:
        end = _end(data, at)
        return tag, data[at:end], data[end + 2 :]
    if length > 0x80:
        size = length & 0x7F
        if size > 8:
            raise ValueError("no length")
        length, at = int.from_bytes(data[at : at + size], "big"), at + size
    return tag, data[at : at + length], data[at + length :]


def _end(data: memoryview, at: int) -> int:
    """Where the end mark of an element of indefinite length stands, or the end of what is there."""
    open_elements = 1
    while at + 1 < len(data):
        tag, length = data[at], data[at + 1]
        if tag == 0 and length == 0:
            open_elements -= 1
            if not open_elements:
                return at
            at += 2
        elif length == 0x80:
            open_elements += 1
            if open_elements > _MOST_LEVELS:
                raise ValueError("elements nested too deep")
            at += 2
        else:
            at = len(data) - len(_element(data[at:])[2])
    return len(data)
