"""The places of a PDF that is filled in on the screen: its form fields say where, and what for.

See ISO 32000-1, 12.7: a field's /FT, /Ff, /T and /TU, and its widgets' boxes and appearances.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.pdftypes import resolve1
from pdfminer.psparser import PSLiteral

from pipeline.drafting.records import Place, Shape
from pipeline.geometry import BoxMm

_MM_PER_PT = 25.4 / 72
_HIDDEN = 2 | 32
"""Flags of a widget that no viewer shows."""
_READ_ONLY, _PUSH_BUTTON, _RADIO, _COMB = 1, 1 << 16, 1 << 15, 1 << 24
_AREA_MM = 14.0
_LEAST_MM = 1.5
_MOST_PARENTS = 16


def fields_of_pdf(path: Path) -> Mapping[int, tuple[Place, ...]]:
    """The places of each page's form fields, by its number from 1; pages without any are not in it.

    Raises whatever pdfplumber does on a damaged file.
    """
    with pdfplumber.open(path) as document:
        by_page = {number: tuple(_places(p)) for number, p in enumerate(document.pages, 1)}
    return {number: places for number, places in by_page.items() if places}


def _places(page: Any) -> Iterator[Place]:
    left, top, *_ = page.cropbox
    for item in page.annots:
        own: Mapping[str, Any] = item["data"]
        if _text(resolve1(own.get("Subtype"))) != "Widget" or int(own.get("F", 0)) & _HIDDEN:
            continue
        field = _inherited(own)
        box = BoxMm(
            (item["x0"] - left) * _MM_PER_PT,
            (item["top"] - top) * _MM_PER_PT,
            (item["x1"] - item["x0"]) * _MM_PER_PT,
            (item["bottom"] - item["top"]) * _MM_PER_PT,
        )
        flags = int(field.get("Ff") or 0)
        if min(box.w, box.h) >= _LEAST_MM and not flags & _READ_ONLY:
            yield from _place(box, own, field, flags)


def _inherited(own: Mapping[str, Any]) -> dict[str, Any]:
    """A widget's entries with those it has from its parents, its name in full."""
    field: dict[str, Any] = {}
    names: list[str] = []
    at: Any = own
    for _ in range(_MOST_PARENTS):
        if not isinstance(at, Mapping):
            break
        if name := _text(resolve1(at.get("T"))):
            names.insert(0, name)
        for key in ("FT", "Ff", "TU", "MaxLen"):
            if key not in field and key in at:
                field[key] = resolve1(at[key])
        at = resolve1(at.get("Parent"))
    return field | {"T": ".".join(names)}


def _place(
    box: BoxMm, own: Mapping[str, Any], field: Mapping[str, Any], flags: int
) -> Iterator[Place]:
    name = _text(field.get("TU")) or field["T"]
    match _text(field.get("FT")):
        case "Btn" if not flags & _PUSH_BUTTON:
            asked = "radio" if flags & _RADIO else "check"
            yield Place(box, Shape.BOX, name=name, asked=asked, option=_on_state(own))
        case "Sig":
            yield Place(box, Shape.AREA, name=name, asked="signature")
        case "Ch":
            yield Place(box, Shape.LINE, name=name, asked="choice")
        case "Tx":
            cells = int(field.get("MaxLen") or 0) if flags & _COMB else 0
            shape = Shape.AREA if box.h >= _AREA_MM else Shape.LINE
            yield Place(box, Shape.COMB if cells else shape, cells=cells, name=name, asked="text")


def _on_state(own: Mapping[str, Any]) -> str:
    """What the button is called when it is on: the state of its appearance that is not Off."""
    looks = resolve1(own.get("AP"))
    normal = resolve1(looks.get("N")) if isinstance(looks, Mapping) else None
    states = normal if isinstance(normal, Mapping) else {}
    return next((str(state) for state in states if state != "Off"), "")


def _text(value: object) -> str:
    """A name or a string of the PDF."""
    if isinstance(value, PSLiteral):
        value = value.name
    if isinstance(value, bytes):
        coded = "utf-16" if value.startswith((b"\xfe\xff", b"\xff\xfe")) else "latin-1"
        return value.decode(coded, "replace").strip()
    return value.strip() if isinstance(value, str) else ""
