"""One picture a stage, so that anyone can see where a bad read comes from."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pipeline.config import Settings
from pipeline.errors import DocumentError
from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm
from pipeline.paths import FONTS
from pipeline.process import Context, context
from pipeline.records import AlignedPage, Candidate, Gray, Page, Rejection, Source
from pipeline.stages.align import align, upright
from pipeline.stages.dropout import CleanPage, crop, drop_print
from pipeline.stages.extract import extract, text_layer_lines
from pipeline.stages.ingest import open_pages
from pipeline.stages.recognize import find_lines, read_lines

_ZONE_COLOUR = (0, 110, 230)
_INK_COLOUR = (220, 60, 20)
_SHEET_WIDTH_PX = 1500


def inspect_document(path: Path, out: Path, settings: Settings) -> list[Path]:
    """Write the pictures of each page of ``path`` into ``out``; their paths, in order.

    Raises DocumentError where the document cannot be opened; a page that no form fits still gives
    its own picture.
    """
    ctx = context(settings)
    out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for page in open_pages(Source(path.name, path, sha256=""), settings):
        if not isinstance(page, Rejection):
            written += _inspect_page(page, out, ctx)
    return written


def _inspect_page(page: Page, out: Path, ctx: Context) -> list[Path]:
    stem = f"page-{page.number}"
    written = [_save(Image.fromarray(page.image), out / f"{stem}-1-page.png")]
    try:
        aligned = upright(align(page, ctx.blanks))
    except DocumentError:
        return written
    written.append(_save(Image.fromarray(aligned.page.image), out / f"{stem}-2-upright.png"))
    blank = next(
        b for b in ctx.blanks if (b.form.id, b.number) == (aligned.form_id, aligned.form_page)
    )
    clean = drop_print(aligned, blank)
    zones = blank.form.zones_of(blank.number)
    held = text_layer_lines(aligned, blank)
    lines = [line for line in find_lines(clean, zones) if line.field not in held]
    boxes = [b for z in zones for b in (*z.lines, *z.boxes.values())]
    picture = _draw_zones(clean.image, boxes, [line.box_mm for line in lines], aligned)
    written.append(_save(picture, out / f"{stem}-3-aligned.png"))
    if zones:
        seen = {**read_lines(lines, ctx.engine), **held}
        readings = extract(zones, seen, clean, page=page.number)
        rows = [
            _draw_row(f"{r.field}: {r.raw!r}", _candidates_text(r.candidates), r.box_mm, clean)
            for r in readings
            if r.box_mm is not None
        ]
        written.append(_save(_stack(rows), out / f"{stem}-4-crops.png"))
    return written


def _save(picture: Image.Image, path: Path) -> Path:
    picture.save(path)
    return path


def _draw_zones(
    image: Gray, zones: list[BoxMm], lines: list[BoxMm], aligned: AlignedPage
) -> Image.Image:
    picture = Image.fromarray(image).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for boxes, colour in ((zones, _ZONE_COLOUR), (lines, _INK_COLOUR)):
        for box in boxes:
            draw.rectangle([tuple(c * PX_PER_MM) for c in box.corners()[[0, 2]]], None, colour, 2)
    title = f"{aligned.form_id} page {aligned.form_page}   {aligned.inliers} patches found "
    title += f"({aligned.coverage:.0%}), residual {aligned.residual_mm:.2f} mm"
    draw.text((12, 12), title, _ZONE_COLOUR, _font(26))
    return picture


def _candidates_text(candidates: tuple[Candidate, ...]) -> str:
    return "   ".join(f"{c.text!r} {c.probability:.3f}" for c in candidates[:6])


def _draw_row(title: str, text: str, box: BoxMm, clean: CleanPage) -> Image.Image:
    """The crop before dropout, after it, and what was read."""
    crops = [crop(image, box.grown(1.0, 1.0)) for image in (clean.image, clean.clean)]
    height = max(c.shape[0] for c in crops)
    row = Image.new("RGB", (_SHEET_WIDTH_PX, height + 70), "white")
    row.paste(Image.fromarray(crops[0]), (0, 0))
    row.paste(Image.fromarray(crops[1]), (_SHEET_WIDTH_PX // 2, 0))
    draw = ImageDraw.Draw(row)
    draw.text((8, height + 4), title, _ZONE_COLOUR, _font(22))
    draw.text((8, height + 34), text, "black", _font(22))
    draw.line([(0, height + 68), (_SHEET_WIDTH_PX, height + 68)], "lightgrey", 1)
    return row


def _stack(rows: list[Image.Image]) -> Image.Image:
    sheet = Image.new("RGB", (_SHEET_WIDTH_PX, max(1, sum(r.height for r in rows))), "white")
    y = 0
    for row in rows:
        sheet.paste(row, (0, y))
        y += row.height
    return sheet


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / "carlito.ttf"), size)
