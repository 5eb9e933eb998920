"""A bank's file as text: it seldom says rightly how it is encoded, so its bytes tell."""

import codecs
import re

from pipeline.errors import StatementError
from pipeline.language import tr

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_DOS_END = "\x1a"


def text_of(data: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or else Windows-1252. Raises StatementError where it is no text.

    What a file says of its own encoding is not asked: Windows-1252 holds ISO-8859-1, too.
    """
    try:
        text = data.decode(_encoding(data)).removeprefix("\ufeff").rstrip(_DOS_END)
    except UnicodeDecodeError as err:
        raise _no_text() from err
    if not text.strip():
        raise StatementError(tr("it is empty. Download it from the bank once more."))
    if _CONTROL.search(text):
        raise _no_text()
    return text


def _encoding(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _no_text() -> StatementError:
    return StatementError(
        tr(
            "it is no text. Download the statement from the bank in another format: CFONB120, "
            "CAMT.053, OFX, QIF or CSV."
        )
    )
