"""The papers of the day of an event: who signs, and what is handed out."""

from collections.abc import Iterator
from pathlib import Path

from pipeline.config import Accounting
from pipeline.event import About
from pipeline.forms.schema import Form
from pipeline.french import label
from pipeline.papers.attendance import FILE_NAME as ATTENDANCE
from pipeline.papers.attendance import Attendee, attendance
from pipeline.papers.meals import FILE_NAME as MEALS
from pipeline.papers.meals import Order, Ordered, meals
from pipeline.snapshot import RegistrationRow, Snapshot
from pipeline.treasury.occasions import occasion_of
from pipeline.treasury.payable import who
from pipeline.treasury.writing import lay

FOLDER = "day"


def write_day(snapshot: Snapshot, out: Path, form: Form, accounting: Accounting) -> list[Path]:
    """Write the attendance sheet, and the list of what is ordered, of a form's event into ``out``.

    All who are registered stand there, whether they have paid or not. Raises ExportError.
    """
    rows = [r for r in snapshot.registrations if r.registration.form_id == form.id and r.counted]
    occasion = occasion_of(form, accounting)
    attendees = [Attendee(person.text, _service(row)) for row in rows for person in row.people]
    others = form.roles.others
    papers = {ATTENDANCE: attendance(occasion, attendees, trainers=_trainers(snapshot, form))}
    if others:
        ordered = (Ordered(label(f, form.roles), tuple(_orders(rows, f))) for f in others)
        papers[MEALS] = meals(occasion, ordered)
    folder = out / FOLDER / form.id
    for name, data in papers.items():
        lay(folder / name, data)
    return [folder / name for name in papers]


def _service(row: RegistrationRow) -> str:
    """The service; nothing where people register themselves."""
    reading = row.registration.reading(row.registration.roles.who)
    return reading.text if reading else ""


def _orders(rows: list[RegistrationRow], field: str) -> Iterator[Order]:
    for row in rows:
        count = row.count(field)
        if count == 0:
            continue
        known = {share.person: dict(share.others).get(field) for share in row.shares}
        has = [p.text for p in row.people for _ in range(known.get(p.field) or 0)]
        perhaps = [p.text for p in row.people if known.get(p.field) is None]
        yield Order(who(row.registration), count, tuple(has), tuple(perhaps))


def _trainers(snapshot: Snapshot, form: Form) -> tuple[str, ...]:
    """Those who speak, as flyers announce them."""
    said = [
        fact.value
        for event in snapshot.events
        if event.form == form.id
        for announcement in event.announcements
        for fact in announcement.facts
        if fact.about is About.SPEAKER
    ]
    return tuple(dict.fromkeys(said))
