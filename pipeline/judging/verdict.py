"""A document as it was read, judged: what each of its forms comes to.

Judging needs no picture. What was read is kept beside what it came to, so that another tariff,
target error, calibration or list of members judges a whole inbox again in seconds.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache

from pipeline.config import Settings
from pipeline.forms.schema import Form, load_forms
from pipeline.forms.unknown import own_form, roles_of
from pipeline.judging import calibration
from pipeline.judging.background import Background
from pipeline.judging.gate import Gate
from pipeline.judging.judge import judge
from pipeline.judging.members import Members, load_known, load_members
from pipeline.judging.people import with_repeated_surnames
from pipeline.judging.reconcile import reconcile
from pipeline.paths import FORMS
from pipeline.records import Envelope, Outcome, Registration


@dataclass(frozen=True, slots=True)
class Criteria:
    """What judging goes by besides what was read, built once a process.

    ``without``: evidence that is left out, see ``Background``.
    """

    forms: dict[str, Form]
    gate: Gate
    members: Members | None = None
    known: Members | None = None
    without: Collection[str] = ()


@cache
def criteria(settings: Settings) -> Criteria:
    """Raises ConfigError for a bad form or list of members, or a damaged calibration."""
    return Criteria(
        {form.id: form for form in load_forms(FORMS, *settings.forms)},
        Gate.of(calibration.load(settings.calibration), settings.promise),
        load_members(settings.members) if settings.members else None,
        load_known(settings.known) if settings.known else None,
        settings.without,
    )


def judged(outcome: Outcome, by: Criteria) -> Iterator[Registration]:
    """The registration that each form of a document, as it was read, comes to."""
    for read in outcome.read:
        yield register(read, by, outcome.source.envelope)


def register(read: Registration, by: Criteria, envelope: Envelope | None = None) -> Registration:
    """What a form as it was read comes to: weighed jointly, checked, decided.

    ``envelope`` is of the mail that brought it.
    """
    form = own_form(read, by.forms)
    background = Background(envelope, by.members, by.known, by.without)
    roles = roles_of(form, read.roles.described)
    registration = reconcile(replace(read, roles=roles), form, background)
    return judge(with_repeated_surnames(registration), form, by.gate)
