"""The routes of the question who of the people on a fiche has what: one screen, by keyboard."""

from collections.abc import Collection
from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from pipeline.decisions import Act, Decision
from pipeline.errors import ConflictError
from pipeline.judging.doubts import doubts
from pipeline.judging.shares import NAME, Column, Sharing, shared, sharing
from pipeline.records import FieldReading
from pipeline.review.queue import Place
from pipeline.web import screens
from pipeline.web.looks import NUMBERS, PICK_KEYS
from pipeline.web.sheets import papers
from pipeline.web.views import View

Tick = tuple[str, str]
"""A person's field, and a kind that they are of."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """A box beside a person, with the key that ticks it there."""

    column: Column
    key: str
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class _Row:
    """A person; ``number`` is the key that goes there."""

    field: str
    name: str
    number: str
    cells: tuple[_Cell, ...]


def _show(view: View) -> Response:
    return screen(view, str(view.request.path_params["subject"]))


def _decide(view: View) -> Response:
    """All that was ticked, at one stroke; what is next."""
    filed, _ = view.filed()
    here = Place(filed.subject, NAME, late=NAME in filed.postponed)
    ticked, problem = _ticked(view.typed), ""
    decisions: tuple[Decision, ...] = (Decision(Act.POSTPONE, NAME),)
    if view.typed.get("act") != "postpone":
        try:
            decisions = shared(filed.registration, ticked)
        except ValueError as err:
            decisions, problem = (), str(err)
    try:  # of refused ticks, too: what another decided meanwhile is told, and not ticked over
        view.desk.act(filed.subject, decisions, seen=view.typed_number("seen"), who=view.who)
    except ConflictError as err:
        return screen(view, filed.subject, notice=str(err), status=409)
    if problem:
        return screen(view, filed.subject, problem=problem, ticked=ticked, status=422)
    following = view.next(here)
    return RedirectResponse(view.opened(following), 303) if following else view.done()


def screen(
    view: View,
    subject: str,
    *,
    notice: str = "",
    problem: str = "",
    ticked: Collection[Tick] | None = None,
    status: int = 200,
) -> Response:
    """Who has what, as a whole page or as what htmx puts into one; the fiche where it is settled
    without, or where something else is asked first."""
    filed, form = view.desk.file(subject)
    asked = sharing(filed.registration, dict(filed.shared))
    if asked is None or doubts(filed, form):
        if status == 409:
            raise ConflictError(notice)
        return RedirectResponse(view.address(subject), 303)
    others = view.desk.here(subject, view.who)
    given = asked.given if ticked is None else ticked
    numbers = dict(zip((person.field for person in asked.people), NUMBERS, strict=False))
    rows = [
        _Row(person.field, person.text, numbers.get(person.field, ""), _cells(asked, person, given))
        for person in asked.people
    ]
    return view.work(
        "people.html.j2",
        title=asked.words,
        address=view.address(subject, NAME),
        status=status,
        subject=subject,
        seen=filed.version,
        heading=screens.heading(filed),
        left=screens.left(view.desk),
        others=others,
        columns=asked.columns,
        rows=rows,
        papers=papers(view, filed, numbers),
        problem=problem,
        notice=notice,
        notice_is_bad=status == 409,
    )


def _cells(asked: Sharing, person: FieldReading, given: Collection[Tick]) -> tuple[_Cell, ...]:
    return tuple(
        _Cell(column, PICK_KEYS[at : at + 1], (person.field, column.kind) in given)
        for at, column in enumerate(asked.columns)
        if person.field in column.people
    )


def _ticked(typed: dict[str, str]) -> frozenset[Tick]:
    """The boxes that were ticked: ``share.personnes.1:adherents``."""
    names = (name.removeprefix("share.") for name in typed if name.startswith("share."))
    return frozenset((person, kind) for person, _, kind in (name.partition(":") for name in names))


ROUTES = (
    (f"/fiche/{{subject}}/{NAME}", _show, "GET"),
    (f"/fiche/{{subject}}/{NAME}", _decide, "POST"),
)
