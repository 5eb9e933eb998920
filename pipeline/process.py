"""One document, from Source to Outcome: read page by page, then judged."""

import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TypeGuard

import cv2

from pipeline.config import Settings
from pipeline.errors import (
    AlignmentError,
    BugError,
    PipelineError,
    TimeLimitError,
    bug_place,
)
from pipeline.event import Fact
from pipeline.intake.ingest import open_pages
from pipeline.judging.verdict import criteria, judged
from pipeline.language import tr
from pipeline.limits import spent_s
from pipeline.paper.dropout import CleanPage
from pipeline.paper.notes import notes_beside
from pipeline.paper.quality import quality_of, worst
from pipeline.parts import Part, Stretch, Tell, outcome_of
from pipeline.reading.flyer_page import facts_on
from pipeline.reading.page import Context, FormPage, context, read_or_tell
from pipeline.reading.unknown_page import Strange, read_unknown
from pipeline.records import (
    AlignedPage,
    Finding,
    Outcome,
    Page,
    Registration,
    Rejection,
    Source,
)

_log = logging.getLogger(__name__)
_THUMBNAIL_WIDTH_PX = 300
_VAIN_ANSWERS = 2
"""Pages in a row without a form may take the time of so many pages together: a file of 40 kB can
show one picture 200 times, each a search for a form that is not there."""


def process_document(source: Source, settings: Settings) -> Outcome:
    """What ``work`` makes of a document, in this process and without limits."""

    def each(task: Stretch | Outcome, tell: Tell) -> None:
        for answer in work(task, settings):
            tell(answer)

    return outcome_of(source, each)


def work(task: Stretch | Outcome, settings: Settings) -> Iterator[Part | Registration]:
    """Part of a document read, or the forms of one as it was read judged: the work of a run.

    Raises DocumentError (French) where it cannot go on: of a document that cannot be opened, or of
    a page that is all there is, or of a bug, which costs a page and never the batch. Raises
    another PipelineError only where no document could be read (bad configuration, missing engine).
    """
    source = task.source
    try:
        by = criteria(settings)
        if isinstance(task, Outcome):
            yield from judged(task, by)
        else:
            yield from read_parts(task, settings)
    except (PipelineError, MemoryError):
        raise
    except Exception as err:
        if isinstance(err, cv2.error) and err.code == cv2.Error.StsNoMem:
            raise MemoryError from err
        where = bug_place(err)
        _log.error("%s", tr("{document}: bug ({place})", document=source.document, place=where))
        raise BugError(
            f"Erreur interne ({where}). Signalez-la, et saisissez ce document à la main."
        ) from err


def read_parts(stretch: Stretch, settings: Settings) -> Iterator[Part]:
    """Tell what each page gave; images never outlive their form. Raises what ``work`` does."""
    ctx = context(settings)
    steps = read_forms(stretch, ctx)
    step: Step | None = next(steps)
    while step:
        was_fiche = yield from _parts_of(step, ctx, by_labels=stretch.by_labels)
        step = _next(steps, was_fiche=was_fiche)


def _next(steps: "Steps", *, was_fiche: bool) -> "Step | None":
    try:
        return steps.send(was_fiche)
    except StopIteration:
        return None


def _parts_of(step: "Step", ctx: Context, *, by_labels: bool) -> Generator[Part, None, bool]:
    """What a step brought to an end; answers whether a page was read by its labels alone.

    That may take the time of another answer, and be ended: so all else is told before, and what is
    told of the page then.
    """
    known = tuple((as_read(form), _thumbnail(form[0].clean)) for form in step.forms)
    refused = tuple(r for r in step.rejections if _is_unknown(r, step))
    others = tuple(r for r in step.rejections if r not in refused)
    if refused:
        at = refused[0].page or step.page
        yield Part(step.count, at, at, known, others, step.notes, meanwhile=refused)
        known, others = (), ()
    by_labels &= bool(refused)
    answers = [_free(page, ctx, by_labels=by_labels) for page in step.free]
    strange = [fiche for fiche, _ in answers if fiche]
    texts = tuple(
        _unknown(page)
        for page, (fiche, facts) in zip(step.free, answers, strict=True)
        if _is_text(page) and not (fiche or facts)
    )
    yield Part(
        step.count,
        step.page,
        step.since,
        (*known, *((fiche.registration, _thumbnail(fiche.clean)) for fiche in strange)),
        (*others, *(() if strange else refused), *texts),
        () if refused else step.notes,
        tuple(fact for _, facts in answers for fact in facts),
    )
    return bool(strange)


def _is_unknown(rejection: Rejection, step: "Step") -> bool:
    """Whether a page that can be read by its labels was refused because no known form fits it."""
    pages = (page for page in step.free if isinstance(page, Page))
    is_of_page = any(page.number == rejection.page for page in pages)
    return is_of_page and rejection.kind == AlignmentError.kind


def _free(
    page: Page | AlignedPage, ctx: Context, *, by_labels: bool
) -> tuple[Strange | None, tuple[Fact, ...]]:
    """A page without a known form, read as far as its labels allow; or what it says of an event."""
    fiche = read_unknown(page, ctx) if by_labels and isinstance(page, Page) else None
    if fiche and fiche.is_answered:
        return fiche, ()
    facts = facts_on(page, ctx)
    return (None if facts else fiche), facts


@dataclass(frozen=True, slots=True)
class Step:
    """What a page brought to an end: the pages of each form filled in, and what was rejected.

    The other numbers are those of ``Part``. ``free``: pages on which no form is filled in, and
    something stands.
    """

    count: int
    page: int
    since: int
    forms: tuple[tuple[FormPage, ...], ...] = ()
    rejections: tuple[Rejection, ...] = ()
    notes: tuple[tuple[int, Finding], ...] = ()
    free: tuple[Page | AlignedPage, ...] = ()


Steps = Generator[Step, bool | None, None]
"""It is sent whether a fiche of no known form was seen on the page of the step before."""


def read_forms(stretch: Stretch, ctx: Context) -> Steps:
    """Read page by page; the first step comes before any page. Raises DocumentError.

    Consecutive pages of one form make one registration; a page seen again begins the next. So does
    a page that could not be read: what lies behind it may be another sender's. Pages in a row that
    hold no form share a limit of time; what lies behind it is told, not read.
    """
    with closing(open_pages(stretch.source, ctx.settings)) as pages:
        count = pages.count
        last = min(stretch.last or count, count)
        yield Step(count, stretch.first, stretch.first)
        group: list[FormPage] = []
        vain_s, most_s = 0.0, _VAIN_ANSWERS * ctx.settings.time_limit_s
        for number in range(stretch.first, last + 1):
            ended: list[list[FormPage]] = []
            rejections: list[Rejection] = []
            began_s = spent_s()
            page = pages.page(number) if vain_s < most_s else _given_up(number)
            answers = read_or_tell(page, ctx, stretch.source.placed)
            for answer in answers:
                if isinstance(answer, AlignedPage):
                    continue
                if group and not _goes_on(group, answer):
                    ended.append(group)
                    group = []
                if isinstance(answer, Rejection):
                    rejections.append(answer)
                else:
                    group.append(answer)
            if group and (number == last or _is_whole(group, ctx)):
                ended.append(group)
                group = []
            blanks = [form for form in ended if _is_blank(form)]
            rejections += [_blank(form) for form in blanks]
            forms = tuple(tuple(form) for form in ended if not _is_blank(form))
            since = group[0].aligned.page.number if group else number + 1
            is_form = any(isinstance(a, FormPage) for a in answers)
            beside = () if is_form or isinstance(page, Rejection) else notes_beside(page)
            notes = tuple((number, note) for note in beside)
            free = _free_pages(page, answers)
            free += [each.aligned for form in blanks for each in form]
            was_fiche = yield Step(
                *(count, number + 1, since, forms, tuple(rejections), notes, tuple(free))
            )
            # What was made of the step counts, too.
            vain_s = 0.0 if is_form or was_fiche else vain_s + spent_s() - began_s


def _given_up(number: int) -> Rejection:
    return Rejection(
        TimeLimitError.kind,
        f"La page {number} n'a pas été lue : les pages qui la précèdent ont pris trop de temps, et "
        "aucune n'est une fiche. Demander un envoi de la fiche seule.",
        number,
    )


def _free_pages(
    page: Page | Rejection, answers: Sequence[FormPage | AlignedPage | Rejection]
) -> list[Page | AlignedPage]:
    """The page, aligned where its form is known; none where it holds a form, or nothing at all."""
    is_form = any(isinstance(answer, FormPage) for answer in answers)
    if isinstance(page, Rejection) or is_form or not page.whole:
        return []
    if not (answers or page.drawn):
        return []
    return [answer for answer in answers if isinstance(answer, AlignedPage)] or [page]


def _is_text(page: Page | AlignedPage) -> TypeGuard[Page]:
    return isinstance(page, Page) and page.drawn and any(run.text for run in page.runs)


def _unknown(page: Page) -> Rejection:
    return Rejection(
        "no-form",
        "Texte sans les libellés d'un formulaire connu, et qui n'est pas une annonce : "
        "le lire, et saisir la fiche à la main s'il y en a une.",
        page.number,
    )


def _is_blank(form: Sequence[FormPage]) -> bool:
    return all(page.is_blank for page in form)


def _blank(form: Sequence[FormPage]) -> Rejection:
    number = form[0].aligned.page.number
    return Rejection("blank", "Fiche vierge : personne ne l'a remplie.", number)


def filled_forms(source: Source, ctx: Context) -> Iterator[tuple[FormPage, ...]]:
    """The pages of each form of a document that is filled in. Raises DocumentError."""
    for step in read_forms(Stretch(source), ctx):
        yield from step.forms


def _goes_on(group: Sequence[FormPage], answer: FormPage | Rejection) -> bool:
    last = group[-1].aligned
    return (
        not isinstance(answer, Rejection)
        and answer.aligned.form_id == last.form_id
        and answer.aligned.form_page > last.form_page
    )


def _is_whole(group: Sequence[FormPage], ctx: Context) -> bool:
    """Whether no page of the form can follow."""
    last = group[-1].aligned
    return last.form_page == max(zone.page for zone in ctx.forms[last.form_id].zones)


def as_read(group: Sequence[FormPage]) -> Registration:
    """What the pages of one filled form hold, each field by itself: nothing is judged yet."""
    return Registration(
        form_id=group[0].aligned.form_id,
        page=group[0].aligned.page.number,
        readings=tuple(reading for page in group for reading in page.readings),
        findings=tuple(finding for page in group for finding in page.findings),
        quality=worst({quality_of(page.aligned) for page in group}),
    )


def _thumbnail(clean: CleanPage) -> bytes:
    height, width = clean.image.shape
    size = (_THUMBNAIL_WIDTH_PX, round(height * _THUMBNAIL_WIDTH_PX / width))
    small = cv2.resize(clean.image, size, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 70])[1].tobytes()
