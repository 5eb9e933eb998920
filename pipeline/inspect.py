"""One picture a stage, so that anyone can see where a bad read comes from."""

from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageDraw, ImageFont

from pipeline.config import Settings
from pipeline.errors import DocumentError, ExportError
from pipeline.forms.blank import PX_PER_MM
from pipeline.french import sentence
from pipeline.geometry import BoxMm
from pipeline.intake.ingest import open_pages
from pipeline.intake.receive import open_alone
from pipeline.judging.verdict import criteria, register
from pipeline.language import tr, why
from pipeline.paper.dropout import CleanPage, crop
from pipeline.paths import FONTS
from pipeline.process import as_read
from pipeline.reading.page import Context, FormPage, context, read_page
from pipeline.records import AlignedPage, Candidate, Page, Rejection, Source

_ZONE_COLOUR = (0, 110, 230)
_INK_COLOUR = (220, 60, 20)
_SHEET_WIDTH_PX = 1500


def inspect_document(path: Path, out: Path, settings: Settings) -> list[str]:
    """Write the pictures of each page of ``path`` into ``out``; their paths, and what went wrong.

    The documents in a mail, and the files in a PDF, get a folder each. Every stage is the run's
    own. Raises DocumentError where the document cannot be opened,
    ExportError where ``out`` cannot be written.
    """
    ctx = context(settings)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise ExportError(tr("{path}: cannot be written ({why}).", path=out, why=why(err))) from err
    lines: list[str] = []
    with TemporaryDirectory() as spool:
        brought = open_alone(path, Path(spool))
        for number, source in enumerate(brought.sources, 1):
            if source.document == path.name:
                lines += _inspect_source(source, out, ctx)
                continue
            folder = out / f"{number}-{source.document.rpartition('!')[2]}"
            folder.mkdir(exist_ok=True)
            try:
                lines += _inspect_source(source, folder, ctx)
            except DocumentError as err:
                lines.append(f"{source.document}: {err}")
    return lines + [f"{name}: {refusal.message}" for name, refusal in brought.refusals]


def _inspect_source(source: Source, out: Path, ctx: Context) -> list[str]:
    lines: list[str] = []
    for page in open_pages(source, ctx.settings):
        if isinstance(page, Rejection):
            lines.append(tr("page {number}: {said}", number=page.page, said=page.message))
        else:
            lines += _inspect_page(page, out, ctx)
    return lines


def _inspect_page(page: Page, out: Path, ctx: Context) -> list[str]:
    stem = f"page-{page.number}"
    lines = [_save(Image.fromarray(page.image), out / f"{stem}-1-page.png")]
    try:
        forms = read_page(page, ctx)
    except DocumentError as err:
        return [*lines, tr("page {number}: {said}", number=page.number, said=err)]
    for number, form in enumerate(forms, start=1):
        if isinstance(form, AlignedPage):
            nothing = tr(
                "page {number}: a page of a known form that holds nothing to read",
                number=page.number,
            )
            lines.append(nothing)
            continue
        if isinstance(form, Rejection):
            lines.append(tr("page {number}: {said}", number=page.number, said=form.message))
            continue
        name = stem if len(forms) == 1 else f"{stem}-form-{number}"
        upright = Image.fromarray(form.aligned.page.image)
        lines.append(_save(upright, out / f"{name}-2-upright.png"))
        lines.append(_save(_draw_zones(form), out / f"{name}-3-aligned.png"))
        lines.append(_save(_draw_readings(form, ctx), out / f"{name}-4-crops.png"))
    return lines


def _save(picture: Image.Image, path: Path) -> str:
    picture.save(path)
    return str(path)


def _draw_zones(form: FormPage) -> Image.Image:
    """The flattened page with its zones, and the writing found in them."""
    picture = Image.fromarray(form.clean.image).convert("RGB")
    draw = ImageDraw.Draw(picture)
    zones = form.blank.form.zones_of(form.blank.number)
    boxes = [box for zone in zones for box in (*zone.lines, *zone.boxes.values())]
    writing = [line.box_mm for line in form.lines]
    for box, colour in [(b, _ZONE_COLOUR) for b in boxes] + [(b, _INK_COLOUR) for b in writing]:
        edges = [v * PX_PER_MM for v in (box.x, box.y, box.right, box.bottom)]
        draw.rectangle(edges, None, colour, 2)
    aligned = form.aligned
    title = f"{aligned.form_id} page {aligned.form_page}   {aligned.inliers} patches found "
    title += f"({aligned.coverage:.0%}), residual {aligned.residual_mm:.2f} mm"
    draw.text((12, 12), title, _ZONE_COLOUR, _font(26))
    return picture


def _draw_readings(form: FormPage, ctx: Context) -> Image.Image:
    """Each field's crop before and after dropout, what was read, what was decided; the findings."""
    registration = register(as_read([form]), criteria(ctx.settings))
    decided = {reading.field: reading for reading in registration.readings}
    rows = []
    for reading in form.readings:
        last = decided[reading.field]
        verdict = f"{last.text!r} {last.confidence:.3f} {last.status}: {last.reason}"
        texts = (
            f"{reading.field}: saw {reading.raw!r}, took {verdict}",
            _candidates_text(reading.candidates),
        )
        rows.append(_draw_row(texts, reading.box_mm, form.clean))
    for finding in registration.findings:
        words = f"{finding.rule}: {sentence(finding, registration.roles)}"
        rows.append(_draw_row((words, ""), None, form.clean))
    return _stack(rows)


def _candidates_text(candidates: tuple[Candidate, ...]) -> str:
    return "   ".join(f"{c.text!r} {c.probability:.3f}" for c in candidates[:6])


def _draw_row(texts: tuple[str, str], box: BoxMm | None, clean: CleanPage) -> Image.Image:
    around = box.grown(1.0, 1.0) if box else None
    crops = [crop(image, around) for image in (clean.image, clean.clean)] if around else []
    height = max((c.shape[0] for c in crops), default=0)
    row = Image.new("RGB", (_SHEET_WIDTH_PX, height + 70), "white")
    for i, piece in enumerate(crops):
        row.paste(Image.fromarray(piece), (i * _SHEET_WIDTH_PX // 2, 0))
    draw = ImageDraw.Draw(row)
    draw.text((8, height + 4), texts[0], _ZONE_COLOUR, _font(22))
    draw.text((8, height + 34), texts[1], "black", _font(22))
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
