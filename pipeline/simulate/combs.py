"""What people write into combs, one character a cell."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.fields import Means, find, means
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm

_WORD = re.compile(r"[^\W_]+")
_TWO_DIGITS = 2
_MOST_TRIES = 40


def in_cells(text: str, comb: Sequence[int]) -> list[str] | None:
    """What stands on each line of a comb with so many cells; None where the text has no room.

    The parts of a date or a number fill a line each where there are as many, and else one cell
    after the other; words stand whole, and on the next line where they do not fit.
    """
    words = _WORD.findall(text)
    if len(words) == len(comb) > 1 and all(map(_fits, words, comb)):
        return [_full(word, cells) for word, cells in zip(words, comb, strict=True)]
    compact = "".join(words)
    if len(comb) > 1 and compact.isdigit():
        return _filled(compact, comb)
    wrapped = _wrapped(text, comb)
    is_number = sum(map(str.isdigit, compact)) > len(compact) / 2
    return _filled(compact, comb) if wrapped is None and is_number else wrapped


def fitting(text: str, comb: Sequence[int]) -> str:
    """The text as far as a comb has room for it."""
    while in_cells(text, comb) is None:
        text = text[:-1].rstrip()
    return text


def into_comb(
    zone: Zone, value: str | int | list[str], texts: tuple[str, ...], rng: np.random.Generator
) -> tuple[str | int | list[str], tuple[str, ...]]:
    """A value and its texts that fit into the cells of a comb: others of its type, where it has any
    to choose from, and else as much of them as there is room for."""
    if not zone.comb:
        return value, texts
    if means(zone.type) is Means.EMAIL and in_cells(texts[0], zone.comb) is None:
        return "", ("",)  # half an address is none
    combs, known = combs_of(zone), find(zone.type) and zone.field_type
    for _ in range(_MOST_TRIES):
        if known is None or isinstance(value, list):
            break
        for way in (*texts, *known.spellings(value)):
            if in_cells(way, combs[0]) is not None:
                return value, (way,)
        if known.invent is None:
            break
        value, line = known.invent(rng)
        texts = (line,)
    cut = tuple(fitting(text, comb) for text, comb in zip(texts, combs, strict=False))
    if cut == texts or isinstance(value, int):
        return value, cut
    return (list(cut) if isinstance(value, list) else "".join(cut)), cut


def combs_of(zone: Zone) -> list[tuple[int, ...]]:
    """The cells of each value of a zone with a comb."""
    return [(cells,) for cells in zone.comb] if zone.repeated else [zone.comb]


def cells_written(zone: Zone, texts: Sequence[str]) -> Iterator[tuple[str, BoxMm]]:
    """Each character that the texts of a zone put into its cells, and that cell; none where it has
    no comb."""
    if not zone.comb:
        return
    lines = [
        line
        for text, comb in zip(texts, combs_of(zone), strict=False)
        for line in in_cells(text, comb) or ()
    ]
    for line, box, cells in zip(lines, zone.lines, zone.comb, strict=False):
        for i, char in enumerate(line):
            if not char.isspace():
                yield char, BoxMm(box.x + i * box.w / cells, box.y, box.w / cells, box.h)


def _fits(word: str, cells: int) -> bool:
    return len(word) <= cells


def _full(word: str, cells: int) -> str:
    return word.zfill(cells) if word.isdigit() and cells == _TWO_DIGITS else word


def _filled(digits: str, comb: Sequence[int]) -> list[str] | None:
    lines = []
    for cells in comb:
        lines.append(digits[:cells])
        digits = digits[cells:]
    return None if digits else lines


def _wrapped(text: str, comb: Sequence[int]) -> list[str] | None:
    words, lines = text.split(), []
    for cells in comb:
        taken = len(words)
        while len(" ".join(words[:taken])) > cells:
            taken -= 1
        lines.append(" ".join(words[:taken]))
        words = words[taken:]
    return None if words else lines
