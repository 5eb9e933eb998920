"""One document, from Source to Outcome: reads from top to bottom."""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from pipeline import calibration, engines
from pipeline.calibration import Gate
from pipeline.config import Settings
from pipeline.engines import Engine
from pipeline.errors import AlignmentError, DocumentError, PipelineError, bug_place
from pipeline.forms.blank import BlankPage, blank_pages
from pipeline.forms.schema import Form, find_form, load_forms
from pipeline.members import Members, load_known, load_members
from pipeline.paths import FORMS
from pipeline.records import (
    AlignedPage,
    Envelope,
    FieldReading,
    Finding,
    Outcome,
    Page,
    Placement,
    Registration,
    Rejection,
    Severity,
    Source,
)
from pipeline.stages.align import align_all, align_placed, upright
from pipeline.stages.corroborate import Background
from pipeline.stages.covered import find_covered, shown_fields
from pipeline.stages.dropout import CleanPage
from pipeline.stages.extract import UNTICKED, doubted_by_ink, extract, text_layer_lines
from pipeline.stages.ingest import open_pages
from pipeline.stages.piece import clean_piece
from pipeline.stages.quality import quality_of, worst
from pipeline.stages.recognize import WrittenLine, find_lines, find_struck_out, read_lines
from pipeline.stages.reconcile import reconcile
from pipeline.stages.same_print import check_print
from pipeline.stages.second_look import second_looks
from pipeline.stages.second_reader import second_opinions
from pipeline.stages.stray import find_stray_ink
from pipeline.stages.streaks import remove_streaks
from pipeline.stages.validate import decide, validate

_log = logging.getLogger(__name__)
_THUMBNAIL_WIDTH_PX = 300
_UNPROVEN = Finding(
    "placed_by_hand",
    Severity.REVIEW,
    "La fiche a été placée à la main, et son texte imprimé ne le confirme pas : vérifier tout.",
)
_LEAST_FIELDS = 2
_SCRAP = (
    "Un morceau d'une fiche coupée se trouve sur cette image, sans champs à lire. Numériser cette "
    "autre fiche entière, ou la redemander."
)
_INK_TO_PAPER, _EMPTY_PAGE_INK = 0.85, 0.001
"""Pixels darker than this share of the paper are ink; a page with less ink than that is empty."""


@dataclass(frozen=True, slots=True)
class Context:
    """What reading needs besides the document, built once a process."""

    settings: Settings
    forms: dict[str, Form]
    blanks: tuple[BlankPage, ...]
    engine: Engine
    members: Members | None
    known: Members | None
    gate: Gate


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
    """Raises ConfigError for a form or an engine that is not known, a bad list of members, or a
    damaged calibration.
    """
    forms = {form.id: form for form in load_forms(FORMS, *settings.forms)}
    chosen = forms.values() if settings.form is None else [find_form(forms.values(), settings.form)]
    blanks = tuple(blank for form in chosen for blank in blank_pages(form))
    engine = engines.load(settings.engine, settings.learned)
    members = load_members(settings.members) if settings.members else None
    known = load_known(settings.known) if settings.known else None
    gate = Gate.of(calibration.load(settings.calibration), settings.target_error)
    return Context(settings, forms, blanks, engine, members, known, gate)


def process_document(source: Source, settings: Settings) -> Outcome:
    """Run every stage; the one place where an error becomes data.

    Raises PipelineError only where no document could be read (bad configuration, missing engine).
    """
    started = time.perf_counter()
    ctx = context(settings)
    try:
        outcome = _read_document(source, ctx)
    except DocumentError as err:
        outcome = Outcome(source, rejections=(Rejection(err.kind, str(err)),))
    except PipelineError:
        raise
    except Exception as err:  # a bug fails one document, never the batch
        where = bug_place(err)
        _log.error("%s: bug (%s)", source.document, where)
        message = f"Erreur interne ({where}). Signalez-la, et saisissez ce document à la main."
        outcome = Outcome(source, rejections=(Rejection("bug", message),))
    return replace(outcome, seconds=time.perf_counter() - started)


def read_forms(source: Source, ctx: Context) -> tuple[int, list[list[FormPage]], list[Rejection]]:
    """How many pages a document has, the pages of each form filled in, and what was rejected."""
    found: list[FormPage | Rejection] = []
    count = 0
    for page in open_pages(source, ctx.settings):
        count += 1
        if isinstance(page, Rejection):
            found.append(page)
        elif not _is_empty(page):
            try:
                found += read_page(page, ctx, source.placed)
            except DocumentError as err:
                found.append(Rejection(err.kind, str(err), page.number))
    rejections = [one for one in found if isinstance(one, Rejection)]
    groups = []
    for group in _group(found):
        if all(page.is_blank for page in group):
            number = group[0].aligned.page.number
            rejections.append(Rejection("blank", "Fiche vierge : personne ne l'a remplie.", number))
        else:
            groups.append(group)
    return count, groups, rejections


def _read_document(source: Source, ctx: Context) -> Outcome:
    count, groups, rejections = read_forms(source, ctx)
    if not groups and not rejections:
        message = "Ce document ne contient aucune fiche à lire (page vide ou page d'annonce)."
        rejections.append(Rejection("no-form", message))
    return Outcome(
        source,
        pages=count,
        registrations=tuple(register(group, ctx, source.envelope) for group in groups),
        rejections=tuple(rejections),
        thumbnails=tuple(_thumbnail(group[0].clean) for group in groups),
    )


def read_page(
    page: Page, ctx: Context, placed: Sequence[Placement] = ()
) -> list[FormPage | Rejection]:
    """The forms that ``align_page`` finds, read; pieces of a form that show hardly any field are
    only told of."""
    return [
        Rejection("cut", _SCRAP, page.number)
        if _is_scrap(aligned, ctx)
        else _read_aligned(aligned, ctx)
        for aligned in align_page(page, ctx, placed)
    ]


def _is_scrap(aligned: AlignedPage, ctx: Context) -> bool:
    """Whether so little of a form is there that reading it would help nobody."""
    if aligned.shown_mm is None:
        return False
    blank = find_blank(ctx, aligned.form_id, aligned.form_page)
    return len(shown_fields(aligned, blank)) < _LEAST_FIELDS


def align_page(page: Page, ctx: Context, placed: Sequence[Placement] = ()) -> list[AlignedPage]:
    """The forms on the page, upright, where a person ``placed`` them if so; none without zones.

    ``placed`` may be on other pages too. Raises AlignmentError where no form fits.
    """
    page = replace(page, image=remove_streaks(page.image))
    here = [one for one in placed if one.page == page.number]
    if here:
        found = [align_placed(page, find_blank(ctx, p.form_id, p.form_page), p) for p in here]
    else:
        found = align_all(page, ctx.blanks)
    return [
        upright(aligned)
        for aligned in found
        if ctx.forms[aligned.form_id].zones_of(aligned.form_page)
    ]


def find_blank(ctx: Context, form_id: str, number: int) -> BlankPage:
    """Raises AlignmentError where the form is not known (any more)."""
    for blank in ctx.blanks:
        if (blank.form.id, blank.number) == (form_id, number):
            return blank
    raise AlignmentError(f"Le formulaire {form_id} (page {number}) n'est pas connu.")


def _read_aligned(aligned: AlignedPage, ctx: Context) -> FormPage:
    blank = find_blank(ctx, aligned.form_id, aligned.form_page)
    zones = blank.form.zones_of(blank.number)
    clean = clean_piece(aligned, blank)
    held = text_layer_lines(aligned, blank)
    lines = find_lines(clean, zones)
    seen = read_lines(lines, ctx.engine)
    readings = extract(zones, {**seen, **held}, clean, page=aligned.page.number)
    if "second" not in ctx.settings.without:
        by_eye = [line for line in lines if line.field not in held]
        readings = second_looks(readings, by_eye, ctx.engine)
        if ctx.settings.second_reader:
            readings = second_opinions(readings, by_eye)
    shown = shown_fields(aligned, blank)
    readings = tuple(r for r in readings if r.field.split(".")[0] in shown)
    findings = find_covered(aligned, clean, blank)
    findings += check_print(clean, blank) + find_stray_ink(clean, blank) + find_struck_out(lines)
    findings += doubted_by_ink(readings, lines, seen, held)
    if aligned.coverage == 0:
        findings += (_UNPROVEN,)
    typed = any(line.text != UNTICKED for held_lines in held.values() for line in held_lines)
    is_blank = not lines and not typed and not findings
    is_blank &= all(r.value == "" for r in readings if r.type == "checkbox")
    return FormPage(aligned, blank, clean, tuple(lines), readings, findings, is_blank)


def _group(found: Sequence[FormPage | Rejection]) -> Iterator[list[FormPage]]:
    """Consecutive pages of one form make one registration; a page seen again begins the next.

    So does a page that could not be read: what lies behind it may be another sender's.
    """
    group: list[FormPage] = []
    for page in found:
        last = group[-1].aligned if group else None
        if last and (
            isinstance(page, Rejection)
            or page.aligned.form_id != last.form_id
            or page.aligned.form_page <= last.form_page
        ):
            yield group
            group = []
        if not isinstance(page, Rejection):
            group.append(page)
    if group:
        yield group


def register(
    group: Sequence[FormPage], ctx: Context, envelope: Envelope | None = None
) -> Registration:
    """The registration that the pages of one filled form make, reconciled, checked, decided.

    ``envelope`` is of the mail that brought it.
    """
    form = ctx.forms[group[0].aligned.form_id]
    registration = Registration(
        form_id=form.id,
        page=group[0].aligned.page.number,
        readings=tuple(reading for page in group for reading in page.readings),
        findings=tuple(finding for page in group for finding in page.findings),
        roles=form.roles,
        quality=worst({quality_of(page.aligned) for page in group}),
    )
    background = Background(envelope, ctx.members, ctx.known, ctx.settings.without)
    return decide(validate(reconcile(registration, form, background), form), form, ctx.gate)


def _is_empty(page: Page) -> bool:
    """A white page: the back of a sheet, which a scanner sends along. Faint writing is writing."""
    height, width = page.image.shape
    middle = page.image[height // 20 : -height // 20 : 4, width // 20 : -width // 20 : 4]
    paper = float(np.percentile(middle, 75))
    return float((middle < _INK_TO_PAPER * paper).mean()) < _EMPTY_PAGE_INK


def _thumbnail(clean: CleanPage) -> bytes:
    height, width = clean.image.shape
    size = (_THUMBNAIL_WIDTH_PX, round(height * _THUMBNAIL_WIDTH_PX / width))
    small = cv2.resize(clean.image, size, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 70])[1].tobytes()
