"""Copies of the blanks, filled in by invented people, with their truth: the same each time.

``truth.json`` is what ``fiches evaluate`` takes, and says besides of each document its ``form``,
its ``medium``, and how each place was ``written``.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from associations import fonts, on_screen, paper
from associations.answers import answers, habits, spoil_sum
from associations.blank import Blank
from associations.people import Invention
from associations.sheet import Asked
from pipeline.simulate.paper import age
from pipeline.system import process_pool

MEDIA = ("typed", "hand", "photo", "pdf")
TICKS = ", "
"""Between several ticks, in a truth."""
_WRONG_SUMS = 0.1
_DPI = {"typed": (200, 200, 300), "hand": (200, 200, 150), "photo": (200, 220)}


@dataclass(frozen=True, slots=True)
class Order:
    """One copy that is wanted; ``number`` of its blank and ``k`` of its kind seed it."""

    blank: Blank
    medium: str
    seed: int
    number: int
    k: int


def draw(
    blanks: Sequence[Blank],
    out: Path,
    *,
    each: int,
    seed: int,
    media: Sequence[str] = MEDIA,
    jobs: int = 1,
    cache: Path = fonts.CACHE,
) -> dict[str, Any]:
    """Lay ``each`` copies of each blank in each medium into ``out``; gives their truth.

    The photos are of the hand-written sheets, as other people would have sent them in.
    """
    out.mkdir(parents=True, exist_ok=True)
    orders = [
        Order(blank, medium, seed, number, k)
        for number, blank in enumerate(blanks)
        for medium in media
        for k in range(each)
    ]
    made = partial(_copy, out=out, cache=cache)
    if jobs == 1:
        return dict(map(made, orders))
    with process_pool(jobs) as pool:
        return dict(pool.map(made, orders))


def write_truth(truth: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _copy(order: Order, *, out: Path, cache: Path) -> tuple[str, dict[str, Any]]:
    """Draw one copy. Who wrote a photographed sheet also wrote the scanned one of that number."""
    blank, medium = order.blank, order.medium
    seeds = (order.seed, order.number, order.k)
    written = "hand" if medium == "photo" else medium
    rng = np.random.default_rng([*seeds, MEDIA.index(written)])
    raw, asked = blank.make()
    made = Invention(rng)
    values = blank.invent(made)
    wrong_sum = rng.random() < _WRONG_SUMS and spoil_sum(values, rng)
    stands = answers(asked.places, values, habits(made), made)
    font = made.one_of(fonts.hands(cache) if written == "hand" else fonts.prints(cache))
    stem = out / f"{blank.id}-{medium}-{order.k:02}"
    if medium == "pdf":
        dpi, path = 0, stem.with_name(f"{stem.name}.pdf")
        path.write_bytes(on_screen.fill_in(blank, stands, font, rng))
    else:
        dpi = int(rng.choice(_DPI[medium]))
        hand = written == "hand"
        pen = paper.choose_pen(font, fonts.block_letters(font, cache), rng, by_hand=hand)
        shot = np.random.default_rng([*seeds, MEDIA.index(medium), 1])
        pages = [
            _captured(paper.fill_in(raw, page, asked, stands, pen, rng, dpi=dpi), medium, shot, dpi)
            for page in range(1, len(asked.sizes_mm) + 1)
        ]
        path = _save(pages, stem, dpi)
    return path.name, {
        "form": blank.id,
        "medium": medium,
        "style": medium,
        "font": font.stem,
        "dpi": dpi,
        "pages": len(asked.sizes_mm),
        "wrong_sum": bool(wrong_sum),
        "fields": _fields(asked, values),
        "written": {a.place.name: a.text or TICKS.join(a.marked) for a in stands},
    }


def _captured(sheet: np.ndarray, medium: str, rng: np.random.Generator, dpi: int) -> np.ndarray:
    worn = age(sheet, rng, px_per_mm=dpi / 25.4)
    return paper.capture(worn, rng, dpi=dpi, photo=medium == "photo")


def _save(pages: Sequence[np.ndarray], stem: Path, dpi: int) -> Path:
    """One page is a picture, several are a PDF."""
    images = [Image.fromarray(page) for page in pages]
    path = stem.with_name(stem.name + (".jpg" if len(images) == 1 else ".pdf"))
    if len(images) == 1:
        images[0].save(path, quality=80, dpi=(dpi, dpi))
    else:
        raw = BytesIO()
        images[0].save(raw, "PDF", save_all=True, append_images=images[1:], resolution=dpi,
                       quality=80, creationDate=None, modDate=None)  # fmt: skip
        path.write_bytes(raw.getvalue())
    return path


def _fields(asked: Asked, values: dict[str, Any]) -> dict[str, Any]:
    """The truth of each field as evaluations take it: a text, a number, a list of texts, null."""
    repeats = {place.field for place in asked.places if place.row}
    return {field: _truth(value, repeats=field in repeats) for field, value in values.items()}


def _truth(value: Any, *, repeats: bool) -> Any:
    """Of several ticks one text; of rows, a text each."""
    if isinstance(value, list) and not repeats:
        return TICKS.join(value) or None
    if isinstance(value, list):
        return [TICKS.join(row) if isinstance(row, list) else str(row) for row in value]
    return value
