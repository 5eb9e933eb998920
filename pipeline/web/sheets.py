"""The pages of a fiche as they were received, with the places of its fields."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pipeline.decisions import Filed
from pipeline.errors import DocumentError
from pipeline.geometry import BoxMm, bounding_box
from pipeline.web.views import View

_WHOLE_PX, _PAPER_PX = 1400, 900
_AROUND_MM = 14.0
"""So much of the sheet is shown around its fields, for their print to be read."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A page of the fiche in mm, with the numbers and places of what is asked.

    ``shown``: as much of it as is of use.
    """

    image: str
    shown: BoxMm
    width_mm: float
    height_mm: float
    boxes: tuple[tuple[str, BoxMm], ...]


def papers(
    view: View, filed: Filed, numbers: Mapping[str, str], *, of_sheet: bool = False
) -> Iterator[Paper]:
    """Each page that something is asked of; none where the document cannot be shown.

    ``numbers``: of the fields that are asked; ``of_sheet``: all of the sheet is of use.
    """
    readings = [r for r in filed.registration.readings if r.box_mm]
    asked = {r.page for r in readings if r.field in numbers}
    for page in sorted(asked or {filed.registration.page}):
        with suppress(DocumentError):
            picture = view.desk.pictures.page(filed.sources[0], number=filed.number, page=page)
            width, height = (
                round(px / picture.px_per_mm, 2) for px in (picture.width_px, picture.height_px)
            )
            boxes = {r.field: r.box_mm for r in readings if r.page == page and r.box_mm}
            sheet = BoxMm(0.0, 0.0, width, height)
            around = bounding_box([*boxes.values()] or [sheet]).grown(_AROUND_MM, _AROUND_MM)
            wide = min(_PAPER_PX, picture.width_px)
            yield Paper(
                image=f"/image/page/{filed.subject}/{page}?w={wide}",
                shown=sheet if of_sheet or not boxes else around,
                width_mm=width,
                height_mm=height,
                boxes=tuple((numbers[name], box) for name, box in boxes.items() if name in numbers),
            )


def whole_page(view: View) -> dict[str, Any]:
    """The page that holds a place, with its zones outlined, for ``page.html.j2``."""
    filed, form = view.filed()
    reading = filed.registration.reading(view.place)
    page = reading.page if reading else filed.registration.page
    picture = view.desk.pictures.page(filed.sources[0], number=filed.number, page=page)
    boxes = [
        {"x": r.box_mm.x, "y": r.box_mm.y, "w": r.box_mm.w, "h": r.box_mm.h}
        | {"here": r.field == view.place}
        for r in filed.registration.readings
        if r.box_mm is not None and r.page == page
    ]
    width = min(_WHOLE_PX, picture.width_px)
    return {
        "title": filed.sources[0].document,
        "image": f"/image/page/{filed.subject}/{page}?w={width}",
        "width": width,
        "height": round(width * picture.height_px / picture.width_px),
        "width_mm": round(picture.width_px / picture.px_per_mm, 2),
        "height_mm": round(picture.height_px / picture.px_per_mm, 2),
        "boxes": boxes,
        "form": form.id,
    }
