"""Where a form lets people write or mark, spot by spot, and which spots of a draft are those.

A spot is a line, a cell, a comb's group, a square or a word: one box of a ``form.toml``. A draft
has found it where what people write there would be read. Of a line that is ``_WIDE`` of its width
and ``_HIGH`` of its height, for who has found the height of a letter reads the letter; of a square,
a word or a frame to sign in, ``_AREA`` of its area. The drafted box holds its middle and that of no
other spot. Labels that are caught with it cost nothing: a form's print is removed before it is
read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.forms.schema import Form
from pipeline.geometry import BoxMm

_WIDE, _HIGH, _AREA = 0.8, 0.6, 0.6
_TOUCHES = 0.2
"""Of the smaller of two boxes, what they share where one is a bad try at the other."""


@dataclass(frozen=True, slots=True)
class Spot:
    """``name``: as readings are called, ``nom.2``; ``option`` is empty where one writes;
    ``cells``: of a comb."""

    name: str
    type: str
    page: int
    box: BoxMm
    option: str = ""
    cells: int = 0

    @property
    def field(self) -> str:
        return self.name.split(".")[0]


def spots_of(form: Form) -> list[Spot]:
    """All of a form, its pages in turn."""
    pages = sorted({zone.page for zone in form.zones})
    found = []
    for zone in (zone for page in pages for zone in form.zones_of(page)):
        for n, line in enumerate(zone.lines, 1):
            name = f"{zone.field}.{n}" if zone.repeated else zone.field
            cells = zone.comb[n - 1] if zone.comb else 0
            found.append(Spot(name, zone.type, zone.page, line, cells=cells))
        for option, box in zone.boxes.items():
            found.append(Spot(zone.field, zone.type, zone.page, box, option))
    return found


@dataclass(frozen=True, slots=True)
class Paired:
    """``found``: by spot that was wanted, the drafted one; ``needless``: drafted spots that are
    none. A bad try at a spot that went unfound is not needless besides."""

    wanted: tuple[Spot, ...]
    drafted: tuple[Spot, ...]
    found: Mapping[Spot, Spot]
    needless: tuple[Spot, ...]


def pair(wanted: Sequence[Spot], drafted: Sequence[Spot]) -> Paired:
    """Which drafted spot is which; the one that covers most is taken, and each once."""
    found: dict[Spot, Spot] = {}
    left = list(drafted)
    for spot in wanted:
        others = [other for other in wanted if other is not spot and other.page == spot.page]
        reads = [d for d in left if _is_read(spot, d) and not any(_holds(d, o) for o in others)]
        if reads:
            found[spot] = max(reads, key=lambda d: _shared(spot.box, d.box) / _area(d.box))
            left.remove(found[spot])
    unfound = [spot for spot in wanted if spot not in found]
    needless = [d for d in left if not any(_touch(d, spot) for spot in unfound)]
    return Paired(tuple(wanted), tuple(drafted), found, tuple(needless))


def moved(spots: Sequence[Spot], by_page: Mapping[int, "Move"]) -> list[Spot]:
    """The spots of a blank that lies otherwise than it was drawn, where they were drawn."""
    return [
        replace(spot, box=by_page[spot.page](spot.box)) if spot.page in by_page else spot
        for spot in spots
    ]


@dataclass(frozen=True, slots=True)
class Move:
    """From a blank that was drafted to the same as it was drawn: ``matrix`` has two rows of
    three. Boxes stay as level and as large."""

    matrix: tuple[tuple[float, float, float], tuple[float, float, float]]

    def __call__(self, box: BoxMm) -> BoxMm:
        x, y = box.x + box.w / 2, box.y + box.h / 2
        across, down = (a * x + b * y + c for a, b, c in self.matrix)
        return BoxMm(across - box.w / 2, down - box.h / 2, box.w, box.h)


def _is_read(wanted: Spot, drafted: Spot) -> bool:
    if wanted.page != drafted.page or not _holds(drafted, wanted):
        return False
    across, down = _overlap(wanted.box, drafted.box)
    wide, high = across / wanted.box.w, down / wanted.box.h
    if wanted.option:
        return wide * high >= _AREA
    return wide >= _WIDE and high >= _HIGH


def _holds(drafted: Spot, wanted: Spot) -> bool:
    """Whether the middle of the second is in the first."""
    x, y, w, h = wanted.box.x, wanted.box.y, wanted.box.w, wanted.box.h
    return drafted.box.contains(x + w / 2, y + h / 2)


def _touch(drafted: Spot, wanted: Spot) -> bool:
    smaller = min(_area(drafted.box), _area(wanted.box))
    shared = _shared(drafted.box, wanted.box)
    return drafted.page == wanted.page and shared >= _TOUCHES * smaller


def covers(area: BoxMm, wanted: BoxMm) -> bool:
    """Whether a part of a page that is not read is the one that was wanted, or holds it."""
    return _shared(area, wanted) >= _AREA * _area(wanted)


def _overlap(a: BoxMm, b: BoxMm) -> tuple[float, float]:
    across = min(a.right, b.right) - max(a.x, b.x)
    down = min(a.bottom, b.bottom) - max(a.y, b.y)
    return max(across, 0.0), max(down, 0.0)


def _shared(a: BoxMm, b: BoxMm) -> float:
    across, down = _overlap(a, b)
    return across * down


def _area(box: BoxMm) -> float:
    return box.w * box.h
