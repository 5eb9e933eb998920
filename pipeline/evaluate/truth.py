"""What an inbox truly holds, and whether what was read is that.

``truth.json`` maps a document's name to ``{"fields": {...}}``, to
``{"registrations": [{"fields": {...}}, ...]}`` in the order of its pages, or to
``{"rejected": kind}``. A field's truth is a text, a number (an amount in cents), a list of texts (a
repeated field), or null (left empty). ``"hand": "real"`` or ``"synthetic"`` says who wrote it;
unsaid, what was drawn with a ``style`` or a ``font`` is synthetic. Of a drawn document, ``"ink"``
lists the fields that stand there in real ink; all others are then written with fonts.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.language import tr, why

Truth = str | int | list[str] | None
SYNTHETIC, REAL = "synthetic", "real"
INK, FONTS = "ink", "fonts"
"""Who wrote the fields of a drawn document, where its truth tells."""


@dataclass(frozen=True, slots=True)
class Held:
    """What one document holds: the fields of its forms (none where it is to be rejected).

    ``ink``: the fields, and lines of repeated fields, in real ink; None where that is not said.
    """

    forms: tuple[Mapping[str, Truth], ...]
    hand: str
    ink: frozenset[str] | None = None

    def hand_of(self, field: str) -> str:
        """Who wrote a field, or a line of it; of a repeated field, real ink wrote any line."""
        if self.ink is None:
            return self.hand
        written = field in self.ink or any(name.split(".")[0] == field for name in self.ink)
        return INK if written else FONTS


def load_truth(path: Path) -> dict[str, Held]:
    """Each document's truth. Raises InputError where the file is missing or malformed."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except OSError as err:
        raise InputError(tr("{path}: cannot be read ({why}).", path=path, why=why(err))) from err
    except ValueError as err:
        raise InputError(tr("{path}: not valid JSON: {said}.", path=path, said=err)) from err
    if not isinstance(data, dict):
        raise InputError(
            tr("{path}: a truth maps each document's name to what it holds.", path=path)
        )
    return {document: _held(entry, f"{path}: {document}") for document, entry in data.items()}


def matches(read: str, truth: str | int | None) -> bool:
    """Whether a value as tables write it is the truth."""
    if isinstance(truth, int):
        return number(read) == truth
    wanted = plain_truth(truth)
    return plain(read, like=wanted) == wanted


def truth_of(field: str, form: Mapping[str, Truth]) -> str | int | None:
    """The truth of one reading, of one line of a repeated field too: nothing where none stands.

    Raises KeyError for a field that the truth does not tell.
    """
    name, _, line = field.partition(".")
    truth = form[name]
    if not isinstance(truth, list):
        return truth
    index = int(line or 1) - 1
    return truth[index] if index < len(truth) else None


def plain_truth(truth: Truth) -> str:
    """What of the truth counts, the lines of a repeated field joined as tables join them."""
    text = (
        " | ".join(filter(None, truth))
        if isinstance(truth, list)
        else ""
        if truth is None
        else str(truth)
    )
    return plain(text, like=text)


def plain(text: str, *, like: str) -> str:
    """What of ``text`` counts; a phone number's blanks and an address's case do not."""
    plain = " ".join(unicodedata.normalize("NFC", text).replace("’", "'").split())
    if re.fullmatch(r"\+?\d[\d .]{7,}", like):
        digits = re.sub(r"\D", "", plain)
        return re.sub(r"^(00)?33(?=\d{9}$)", "0", digits)
    return plain.lower() if "@" in like else plain


def number(cell: str) -> int | None:
    """A count, or an amount in cents, which tables always write with two decimals."""
    match = re.fullmatch(r"(-?\d+)(?:\.(\d\d))?", cell)
    return int(match[1] + (match[2] or "")) if match else None


def _held(entry: Any, where: str) -> Held:
    if isinstance(entry, dict):
        drawn = SYNTHETIC if {"style", "font"} & set(entry) else REAL
        hand = str(entry.get("hand", drawn))
        if "rejected" in entry:
            return Held((), hand)
        listed = entry.get("registrations", [entry])
        forms = [
            form["fields"]
            for form in (listed if isinstance(listed, list) else ())
            if isinstance(form, dict) and isinstance(form.get("fields"), dict)
        ]
        well = all(_is_truth(value) for form in forms for value in form.values())
        if forms and well and len(forms) == len(listed):
            ink = entry.get("ink")
            names = frozenset(map(str, ink)) if isinstance(ink, list) else None
            return Held(tuple(forms), hand, names)
    raise InputError(
        tr(
            '{where}: give it "fields", "registrations" or "rejected"; a field is a '
            "text, a whole number, a list of texts or null.",
            where=where,
        )
    )


def _is_truth(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(text, str) for text in value)
    return value is None or (isinstance(value, str | int) and not isinstance(value, bool))
