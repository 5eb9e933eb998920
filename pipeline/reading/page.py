"""One page: the forms on it found and read, stage by stage, from top to bottom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from pipeline import engines
from pipeline.config import Settings
from pipeline.engines import Engine
from pipeline.errors import (
    AlignmentError,
    DamagedError,
    DocumentError,
)
from pipeline.fields import Nature, nature
from pipeline.forms.blank import BlankPage, blank_pages
from pipeline.forms.schema import Form, find_form, load_forms
from pipeline.forms.zone import Zone
from pipeline.intake.pdfbuttons import UNTICKED
from pipeline.paper.align import align_all, align_placed, upright
from pipeline.paper.covered import find_covered, find_overlaid, shown_fields
from pipeline.paper.dropout import CleanPage
from pipeline.paper.emptiness import is_empty, seems_empty
from pipeline.paper.lines import WrittenLine, find_lines, read_lines
from pipeline.paper.notes import notes_on
from pipeline.paper.passed_over import find_passed_over
from pipeline.paper.pens import find_other_pens, find_traces
from pipeline.paper.piece import clean_piece
from pipeline.paper.same_print import check_print
from pipeline.paper.stray import find_stray_ink
from pipeline.paper.streaks import remove_streaks
from pipeline.paper.strikes import find_struck_out
from pipeline.paper.typed import typed_fields
from pipeline.paths import FORMS
from pipeline.reading.extract import (
    doubted_by_ink,
    extract,
    less_sure_over_print,
    weighed_by_cells,
)
from pipeline.reading.rows import rows_written
from pipeline.reading.second_look import second_looks
from pipeline.reading.second_reader import second_opinions
from pipeline.reading.text_layer import hidden_text, text_layer_lines
from pipeline.reading.text_page import TextFiche, align_text, blank_paper, read_text, text_findings
from pipeline.records import (
    AlignedPage,
    FieldReading,
    Finding,
    LineEvidence,
    Page,
    Placement,
    Rejection,
    Severity,
)

_UNPROVEN = Finding("placed_by_hand", Severity.REVIEW)
_LEAST_FIELDS = 2
_SCRAP = (
    "Un morceau d'une fiche coupée se trouve sur cette image, sans champs à lire. Numériser cette "
    "autre fiche entière, ou la redemander."
)
_DAMAGED = "Page abîmée ou incomplète dans le fichier : demander un nouvel envoi."
_NOTE = (
    "Quelques mots sur cette page, sans fiche (un verso ?) : les lire, et les reporter s'ils "
    "concernent une fiche."
)
_NEGATIVE_MEDIAN = 100
"""Most of a page that is darker may be a negative: dark paper, bright writing."""


@dataclass(frozen=True, slots=True)
class Context:
    """What reading needs besides the document, built once a process."""

    settings: Settings
    forms: dict[str, Form]
    blanks: tuple[BlankPage, ...]
    engine: Engine


@dataclass(frozen=True, slots=True)
class FormPage:
    """One page of a form, read, with what was seen on the way; ``lines`` are those the engine read.

    ``is_blank`` where nobody wrote on it.
    """

    aligned: AlignedPage
    blank: BlankPage
    clean: CleanPage
    lines: tuple[WrittenLine, ...]
    readings: tuple[FieldReading, ...]
    findings: tuple[Finding, ...]
    is_blank: bool


@cache
def context(settings: Settings) -> Context:
    """Raises ConfigError for a form or an engine that is not known."""
    forms = {form.id: form for form in load_forms(FORMS, *settings.forms)}
    chosen = forms.values() if settings.form is None else [find_form(forms.values(), settings.form)]
    blanks = tuple(blank for form in chosen for blank in blank_pages(form))
    engine = engines.load(settings.engine, settings.learned)
    return Context(settings, forms, blanks, engine)


def read_or_tell(
    page: Page | Rejection, ctx: Context, placed: Sequence[Placement]
) -> Sequence[FormPage | AlignedPage | Rejection]:
    """The forms on a page, read, or why there is none; nothing for an empty page.

    A page of a form with nothing to read on it, as a flyer, is only aligned. A page is empty only
    if it was decoded whole and nobody wrote on it.
    """
    if isinstance(page, Rejection):
        return (page,)
    forms: list[FormPage | AlignedPage | Rejection] = []
    try:
        is_placed = any(placement.page == page.number for placement in placed)
        if is_placed or page.advice or page.drawn or not is_empty(page):
            forms = read_page(page, ctx, placed)
    except DocumentError as err:
        if page.whole:
            why = _NOTE if seems_empty(page.image) else str(err)
            return (Rejection(err.kind, page.advice or why, page.number),)
    if not forms and not page.whole:
        return (Rejection(DamagedError.kind, _DAMAGED, page.number),)
    return forms


def read_page(
    page: Page, ctx: Context, placed: Sequence[Placement] = ()
) -> list[FormPage | AlignedPage | Rejection]:
    """The forms that ``align_page`` finds, read; pieces of a form that show hardly any field are
    only told of."""
    on_page = [
        (aligned, find_blank(ctx, aligned.form_id, aligned.form_page))
        for aligned in align_page(page, ctx, placed)
    ]
    read: list[FormPage | AlignedPage | Rejection] = []
    for aligned, blank in on_page:
        if not blank.form.zones_of(blank.number):
            read.append(aligned)
            continue
        if _is_scrap(aligned, blank):
            read.append(Rejection("cut", _SCRAP, page.number))
            continue
        if page.drawn:
            read.append(_read_text(aligned, blank))
            continue
        form_page = _read_aligned(aligned, blank, ctx)
        beside = [(other, its_blank) for other, its_blank in on_page if other is not aligned]
        overlaid = find_overlaid(aligned, blank, beside)
        read.append(replace(form_page, findings=form_page.findings + overlaid))
    return read


def _is_scrap(aligned: AlignedPage, blank: BlankPage) -> bool:
    """Whether so little of a form is there that reading it would help nobody."""
    return aligned.shown_mm is not None and len(shown_fields(aligned, blank)) < _LEAST_FIELDS


def align_page(page: Page, ctx: Context, placed: Sequence[Placement] = ()) -> list[AlignedPage]:
    """The forms on the page, upright, where a person ``placed`` them if so.

    ``placed`` may be on other pages too. Raises AlignmentError where no form fits.
    """
    if page.drawn:
        return align_text(page, ctx.blanks)
    page = replace(page, image=remove_streaks(page.image))
    here = [placement for placement in placed if placement.page == page.number]
    if here:
        fitted = [align_placed(page, find_blank(ctx, p.form_id, p.form_page), p) for p in here]
    else:
        fitted = _align_either_way(page, ctx.blanks)
    return [upright(aligned) for aligned in fitted]


def _align_either_way(page: Page, blanks: Sequence[BlankPage]) -> list[AlignedPage]:
    """As ``align_all``; a dark page that no form fits is tried as a negative, as faxes may be."""
    try:
        return align_all(page, blanks)
    except AlignmentError:
        if np.median(page.image[::8, ::8]) > _NEGATIVE_MEDIAN:
            raise
    return align_all(replace(page, image=255 - page.image), blanks)


def find_blank(ctx: Context, form_id: str, number: int) -> BlankPage:
    """Raises AlignmentError where the form is not known (any more)."""
    for blank in ctx.blanks:
        if (blank.form.id, blank.number) == (form_id, number):
            return blank
    raise AlignmentError(f"Le formulaire {form_id} (page {number}) n'est pas connu.")


def _read_text(aligned: AlignedPage, blank: BlankPage) -> FormPage:
    """A fiche that came as text; a field of which no label was found is not known to be empty."""
    clean, fiche = blank_paper(aligned, blank), read_text(aligned, blank)
    zones = blank.form.zones_of(blank.number)
    read = extract(zones, fiche.held, clean, page=aligned.page.number)
    readings = rows_written([_placed(reading, fiche) for reading in read], blank)
    findings = text_findings(fiche, blank)
    return FormPage(aligned, blank, clean, (), readings, findings, fiche.is_blank)


def _placed(reading: FieldReading, fiche: TextFiche) -> FieldReading:
    """The reading at the line where it stands, or its label does."""
    name = reading.field.partition(".")[0]
    if name not in fiche.places:
        return replace(reading, candidates=())
    stands = reading.field in fiche.held
    return reading if stands else replace(reading, box_mm=fiche.places[name])


@dataclass(frozen=True, slots=True)
class Writing:
    """What was read in the zones of a page: the lines, what the engine saw in them, the fields."""

    lines: tuple[WrittenLine, ...]
    seen: Mapping[str, tuple[LineEvidence, ...]]
    readings: tuple[FieldReading, ...]


def read_writing(
    clean: CleanPage,
    zones: tuple[Zone, ...],
    held: Mapping[str, tuple[LineEvidence, ...]],
    ctx: Context,
    *,
    page: int,
) -> Writing:
    """What is written in the zones of a page of that number; of ``held``, the file itself tells."""
    lines = find_lines(clean, zones)
    seen = read_lines(lines, ctx.engine)
    readings = extract(zones, {**seen, **held}, clean, page=page)
    typed = typed_fields(lines)
    readings = tuple(replace(r, typed=r.field in typed) for r in readings)
    by_eye = [line for line in lines if line.field not in held]
    second = "second" not in ctx.settings.without
    if second:
        readings = second_looks(readings, by_eye, ctx.engine)
    readings = weighed_by_cells(readings, by_eye)
    readings = less_sure_over_print(readings, by_eye)
    if second and ctx.settings.second_reader:
        readings = second_opinions(readings, by_eye)
    return Writing(tuple(lines), seen, readings)


def _read_aligned(aligned: AlignedPage, blank: BlankPage, ctx: Context) -> FormPage:
    zones = blank.form.zones_of(blank.number)
    clean = clean_piece(aligned, blank)
    held = text_layer_lines(aligned, blank)
    writing = read_writing(clean, zones, held, ctx, page=aligned.page.number)
    lines, readings = writing.lines, writing.readings
    shown = shown_fields(aligned, blank)
    readings = tuple(r for r in readings if {r.field, r.field.split(".")[0]} & shown)
    readings = rows_written(readings, blank)
    findings = find_covered(aligned, clean, blank)
    findings += check_print(aligned, clean, blank) + find_stray_ink(clean, blank)
    findings += find_struck_out(lines)
    findings += find_passed_over(clean, blank, lines)
    findings += find_other_pens(clean, zones) + find_traces(clean, zones, lines)
    findings += doubted_by_ink(readings, lines, writing.seen, held)
    findings += hidden_text(aligned, blank) + notes_on(aligned, blank)
    if aligned.coverage == 0:
        findings += (_UNPROVEN,)
    if not aligned.page.whole:
        fields = tuple(zone.field for zone in zones)
        findings += (Finding("page_is_whole", Severity.REVIEW, fields),)
    filled = any(line.text != UNTICKED for held_lines in held.values() for line in held_lines)
    is_blank = not lines and not filled and not findings
    is_blank &= all(r.value == "" for r in readings if nature(r.type) is Nature.MARK)
    return FormPage(aligned, blank, clean, lines, readings, findings, is_blank)
