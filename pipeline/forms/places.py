"""Whether zones and areas of a form can stand where its ``form.toml`` says."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pypdfium2 as pdfium

from pipeline.config import Fault
from pipeline.forms.zone import Area, Zone
from pipeline.geometry import BoxMm
from pipeline.language import tr

_MM_PER_PT = 25.4 / 72
_BEYOND_PAPER_MM = 0.5
"""A zone drawn up to the paper's edge may be rounded past it."""


def misplaced(zones: Mapping[str, Zone], areas: Mapping[int, Area], blank: Path) -> Iterator[Fault]:
    """What cannot stand where a form says, by the places of zones and the numbers of areas: off the
    paper of its ``blank``, or a zone in an area."""
    yield from _covered(areas, zones.values())
    try:
        papers = _papers_mm(blank)
    except (OSError, pdfium.PdfiumError) as err:
        yield "blank", str(err)
        return
    for where, zone in zones.items():
        boxes = {f"lines_mm.{n}": line for n, line in enumerate(zone.lines)}
        for option, box in zone.boxes.items():
            boxes[f"{'words_mm' if option in zone.words_mm else 'boxes_mm'}.{option}"] = box
        if where.startswith("tables."):  # its cells are stated by rows and columns
            boxes = {"": zone.box_mm}
        yield from _off_paper(where, zone.page, boxes, papers)
    for i, area in areas.items():
        boxes = {f"boxes_mm.{n}": box for n, box in enumerate(area.boxes)}
        yield from _off_paper(f"areas.{i}", area.page, boxes, papers)


def _covered(areas: Mapping[int, Area], zones: Iterable[Zone]) -> Iterator[Fault]:
    """A zone that an area covers would be read, and is said not to be."""
    for zone in zones:
        boxes = [box for part in zone.apart for box in (*part.lines, *part.boxes.values())]
        middles = [(box.x + box.w / 2, box.y + box.h / 2) for box in boxes]
        for i, area in areas.items():
            for n, box in enumerate(area.boxes if area.page == zone.page else ()):
                if any(box.contains(x, y) for x, y in middles):
                    yield f"areas.{i}.boxes_mm.{n}", tr("covers zone {name!r}", name=zone.field)


def _off_paper(
    where: str, page: int, boxes: Mapping[str, BoxMm], papers: list[tuple[float, float]]
) -> Iterator[Fault]:
    if page > len(papers):
        table = where.partition(".columns")[0]
        yield (
            f"{table}.page",
            tr("the blank has no page {page}, only {pages}", page=page, pages=len(papers)),
        )
        return
    width, height = papers[page - 1]
    for name, box in boxes.items():
        if box.right > width + _BEYOND_PAPER_MM or box.bottom > height + _BEYOND_PAPER_MM:
            yield (
                f"{where}.{name}".rstrip("."),
                tr("runs off the paper of {wide:.0f} x {high:.0f} mm", wide=width, high=height),
            )


def _papers_mm(blank: Path) -> list[tuple[float, float]]:
    """Width and height of each page of the blank. Raises OSError or PdfiumError."""
    if not blank.is_file():
        raise FileNotFoundError(tr("no file {path}", path=blank))
    document = pdfium.PdfDocument(str(blank))
    try:
        sizes = [document.get_page_size(i) for i in range(len(document))]
    finally:
        document.close()
    return [(width * _MM_PER_PT, height * _MM_PER_PT) for width, height in sizes]
