"""Whether the check boxes and radio buttons of a PDF are ticked: as shown, or by their value.

Programs that fill forms in often state a button's value and draw nothing; pdfium then says that it
is not ticked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

TICKED, UNTICKED, UNSURE = "☒", "☐", "◪"
"""Runs of check boxes; the last where a file says both, or nothing that can be shown."""
_OFF = ("", "Off")
_STRING = rb"\(((?:[^\\()]|\\.)*)\)|<([0-9A-Fa-f]*)>"
_VALUE = re.compile(rb"/V\s*(?:" + _STRING + rb"|/([^\s/<>\[\]()]*))", re.DOTALL)
_NAME = re.compile(rb"/T\s*(?:" + _STRING + rb")", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Button:
    """One button: ``field`` is its field's full name, ``state`` its /AS, ``value`` its own /V,
    ``export`` what it stands for, ``number`` (from 0) its place among its field's ``of``."""

    field: str
    is_shown_ticked: bool
    state: str
    value: str
    export: str
    number: int
    of: int


def marks(buttons: Sequence[Button], stated: Mapping[str, str]) -> list[str]:
    """The run of each button; ``stated``: the fields' values, as ``stated_values`` has them."""
    groups: dict[str, list[Button]] = {}
    for button in buttons:
        groups.setdefault(button.field, []).append(button)
    return [_mark(button, groups[button.field], stated) for button in buttons]


def needs_values(buttons: Sequence[Button]) -> bool:
    """Whether a field's value can say more than its buttons do."""
    ticked = {button.field for button in buttons if button.is_shown_ticked}
    return any(b.field not in ticked and b.state in _OFF and b.value in _OFF for b in buttons)


def _mark(button: Button, group: Sequence[Button], stated: Mapping[str, str]) -> str:
    if any(b.is_shown_ticked for b in group):
        return TICKED if button.is_shown_ticked else UNTICKED
    if any(b.state not in _OFF for b in group):  # ticked, with nothing to show for it
        return UNTICKED if button.state in _OFF else TICKED
    value = button.value
    if value in _OFF:
        value = stated.get(button.field.rpartition(".")[2], "")
    if value in _OFF:
        return UNTICKED
    meant = [b for b in group if value == b.export]
    meant = meant or [b for b in group if b.of == 1 or value == str(b.number)]
    return UNSURE if button in meant or not meant else UNTICKED


def stated_values(document: pdfium.PdfDocument) -> dict[str, str]:
    """The value of each button field, by the last part of its name.

    pdfium does not tell the value of a field that has several buttons, or whose buttons are parts
    of it; a copy that it writes is plain enough to be searched.
    """
    copy = BytesIO()
    document.save(copy, flags=pdfium_c.FPDF_REMOVE_SECURITY)
    values: dict[str, str] = {}
    for body in copy.getvalue().split(b"endobj"):
        if b"/Btn" not in body or b"stream" in body:
            continue
        name, value = _NAME.search(body), _VALUE.search(body)
        if name and value:
            values[_text(*name.groups())] = _text(*value.groups())
    return values


def _text(plain: bytes | None, digits: bytes | None, name: bytes | None = None) -> str:
    if name is not None:
        return re.sub(rb"#([0-9A-Fa-f]{2})", _of_hex, name).decode("latin-1")
    if digits is not None:
        data = bytes.fromhex(digits.decode() + "0" * (len(digits) % 2))
    else:
        data = re.sub(rb"\\(.)", rb"\1", plain or b"", flags=re.DOTALL)
    if data.startswith(b"\xfe\xff"):
        return data[2:].decode("utf-16-be", "replace")
    return data.decode("latin-1")


def _of_hex(escape: re.Match[bytes]) -> bytes:
    return bytes.fromhex(escape[1].decode())
