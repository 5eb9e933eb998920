"""One document, from Source to Outcome: reads from top to bottom."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from pipeline import calibration, engines
from pipeline.calibration import Gate
from pipeline.config import Settings
from pipeline.engines import Engine
from pipeline.errors import (
    AlignmentError,
    BugError,
    DamagedError,
    DocumentError,
    PipelineError,
    bug_place,
)
from pipeline.forms.blank import BlankPage, blank_pages
from pipeline.forms.schema import Form, find_form, load_forms
from pipeline.members import Members, load_known, load_members
from pipeline.parts import Part, Stretch, Tell, read_in_parts
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
from pipeline.stages.dropout import CleanPage, drop_print
from pipeline.stages.emptiness import is_empty, seems_empty
from pipeline.stages.extract import doubted_by_ink, extract, hidden_text, text_layer_lines
from pipeline.stages.ingest import open_pages
from pipeline.stages.notes import notes_beside, notes_on
from pipeline.stages.pdfbuttons import UNTICKED
from pipeline.stages.pens import find_other_pens, find_traces
from pipeline.stages.people import with_repeated_surnames
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
    """What ``read_parts`` tells of a document, in this process and without limits."""

    def each(stretch: Stretch, tell: Tell) -> None:
        for part in read_parts(stretch, settings):
            tell(part)

    return read_in_parts(source, each)


def read_parts(stretch: Stretch, settings: Settings) -> Iterator[Part]:
    """Run every stage, and tell what each page gave; images never outlive their form.

    Raises DocumentError (French) where it cannot go on: of a document that cannot be opened, or of
    a page that is all there is, or of a bug, which costs a page and never the batch. Raises
    another PipelineError only where no document could be read (bad configuration, missing engine).
    """
    ctx = context(settings)
    try:
        for step in read_forms(stretch, ctx):
            yield Part(
                step.count,
                step.page,
                step.since,
                tuple(_registered(form, ctx, stretch.source.envelope) for form in step.forms),
                step.rejections,
                step.notes,
            )
    except (PipelineError, MemoryError):
        raise
    except Exception as err:
        where = bug_place(err)
        _log.error("%s: bug (%s)", stretch.source.document, where)
        raise BugError(
            f"Erreur interne ({where}). Signalez-la, et saisissez ce document à la main."
        ) from err


@dataclass(frozen=True, slots=True)
class Step:
    """What a page brought to an end: the pages of each form filled in, and what was rejected.

    The other numbers are those of ``Part``.
    """

    count: int
    page: int
    since: int
    forms: tuple[tuple[FormPage, ...], ...] = ()
    rejections: tuple[Rejection, ...] = ()
    notes: tuple[Finding, ...] = ()


def read_forms(stretch: Stretch, ctx: Context) -> Iterator[Step]:
    """Read page by page; the first step comes before any page. Raises DocumentError.

    Consecutive pages of one form make one registration; a page seen again begins the next. So does
    a page that could not be read: what lies behind it may be another sender's.
    """
    with closing(open_pages(stretch.source, ctx.settings)) as pages:
        count = pages.count
        last = min(stretch.last or count, count)
        yield Step(count, stretch.first, stretch.first)
        group: list[FormPage] = []
        for number in range(stretch.first, last + 1):
            page = pages.page(number)
            ended: list[list[FormPage]] = []
            rejections: list[Rejection] = []
            told = _read_or_tell(page, ctx, stretch.source.placed)
            for found in told:
                if group and not _goes_on(group, found):
                    ended.append(group)
                    group = []
                if isinstance(found, Rejection):
                    rejections.append(found)
                else:
                    group.append(found)
            if group and (number == last or _is_whole(group, ctx)):
                ended.append(group)
                group = []
            rejections += [_blank(form) for form in ended if _is_blank(form)]
            forms = tuple(tuple(form) for form in ended if not _is_blank(form))
            since = group[0].aligned.page.number if group else number + 1
            is_form = any(isinstance(found, FormPage) for found in told)
            notes = () if is_form or isinstance(page, Rejection) else notes_beside(page)
            yield Step(count, number + 1, since, forms, tuple(rejections), notes)


def _is_blank(form: Sequence[FormPage]) -> bool:
    return all(page.is_blank for page in form)


def _blank(form: Sequence[FormPage]) -> Rejection:
    number = form[0].aligned.page.number
    return Rejection("blank", "Fiche vierge : personne ne l'a remplie.", number)


def filled_forms(source: Source, ctx: Context) -> Iterator[tuple[FormPage, ...]]:
    """The pages of each form of a document that is filled in. Raises DocumentError."""
    for step in read_forms(Stretch(source), ctx):
        yield from step.forms


def _read_or_tell(
    page: Page | Rejection, ctx: Context, placed: Sequence[Placement]
) -> Sequence[FormPage | Rejection]:
    """The forms on a page, read, or why there is none; nothing for an empty page or a flyer.

    A page is empty only if it was decoded whole and nobody wrote on it.
    """
    if isinstance(page, Rejection):
        return (page,)
    forms: list[FormPage] = []
    try:
        if page.advice or not is_empty(page):
            forms = read_page(page, ctx, placed)
    except DocumentError as err:
        if page.whole:
            why = _NOTE if seems_empty(page.image) else str(err)
            return (Rejection(err.kind, page.advice or why, page.number),)
    if not forms and not page.whole:
        return (Rejection(DamagedError.kind, _DAMAGED, page.number),)
    return forms


def _goes_on(group: Sequence[FormPage], found: FormPage | Rejection) -> bool:
    last = group[-1].aligned
    return (
        not isinstance(found, Rejection)
        and found.aligned.form_id == last.form_id
        and found.aligned.form_page > last.form_page
    )


def _is_whole(group: Sequence[FormPage], ctx: Context) -> bool:
    """Whether no page of the form can follow."""
    last = group[-1].aligned
    return last.form_page == max(zone.page for zone in ctx.forms[last.form_id].zones)


def read_page(page: Page, ctx: Context, placed: Sequence[Placement] = ()) -> list[FormPage]:
    """The forms that ``align_page`` finds, read."""
    return [_read_aligned(aligned, ctx) for aligned in align_page(page, ctx, placed)]


def align_page(page: Page, ctx: Context, placed: Sequence[Placement] = ()) -> list[AlignedPage]:
    """The forms on the page, upright, where a person ``placed`` them if so; none without zones.

    ``placed`` may be on other pages too. Raises AlignmentError where no form fits.
    """
    page = replace(page, image=remove_streaks(page.image))
    here = [one for one in placed if one.page == page.number]
    if here:
        found = [align_placed(page, find_blank(ctx, p.form_id, p.form_page), p) for p in here]
    else:
        found = _align_either_way(page, ctx.blanks)
    return [
        upright(aligned)
        for aligned in found
        if ctx.forms[aligned.form_id].zones_of(aligned.form_page)
    ]


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


def _read_aligned(aligned: AlignedPage, ctx: Context) -> FormPage:
    blank = find_blank(ctx, aligned.form_id, aligned.form_page)
    zones = blank.form.zones_of(blank.number)
    clean = drop_print(aligned, blank)
    held = text_layer_lines(aligned, blank)
    lines = find_lines(clean, zones)
    seen = read_lines(lines, ctx.engine)
    readings = extract(zones, {**seen, **held}, clean, page=aligned.page.number)
    if "second" not in ctx.settings.without:
        by_eye = [line for line in lines if line.field not in held]
        readings = second_looks(readings, by_eye, ctx.engine)
        if ctx.settings.second_reader:
            readings = second_opinions(readings, by_eye)
    findings = check_print(clean, blank) + find_stray_ink(clean, blank) + find_struck_out(lines)
    findings += find_other_pens(clean, zones) + find_traces(clean, zones, lines)
    findings += doubted_by_ink(readings, lines, seen, held)
    findings += hidden_text(aligned, blank) + notes_on(aligned, blank)
    if aligned.coverage == 0:
        findings += (_UNPROVEN,)
    if not aligned.page.whole:
        fields = tuple(zone.field for zone in zones)
        findings += (Finding("page_is_whole", Severity.REVIEW, _DAMAGED, fields),)
    typed = any(line.text != UNTICKED for held_lines in held.values() for line in held_lines)
    is_blank = not lines and not typed and not findings
    is_blank &= all(r.value == "" for r in readings if r.type == "checkbox")
    return FormPage(aligned, blank, clean, tuple(lines), readings, findings, is_blank)


def _registered(
    group: Sequence[FormPage], ctx: Context, envelope: Envelope | None
) -> tuple[Registration, bytes]:
    """A registration with its thumbnail."""
    return register(group, ctx, envelope), _thumbnail(group[0].clean)


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
    registration = with_repeated_surnames(reconcile(registration, form, background))
    return decide(validate(registration, form), form, ctx.gate)


def _thumbnail(clean: CleanPage) -> bytes:
    height, width = clean.image.shape
    size = (_THUMBNAIL_WIDTH_PX, round(height * _THUMBNAIL_WIDTH_PX / width))
    small = cv2.resize(clean.image, size, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 70])[1].tobytes()
