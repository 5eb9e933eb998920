"""Fiches of forms that nobody has described, those alike together: each group may become a form."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.drafting.alike import groups_of
from pipeline.forms.schema import Form
from pipeline.forms.unknown import UNKNOWN, described
from pipeline.records import Source
from pipeline.web.desk import Desk

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Group:
    """Fiches of one unknown form. ``name``: the subject of the one that came first; ``labels``:
    some of what it asks, as it is printed; ``copies``: their documents, with the page of each."""

    name: str
    labels: str
    copies: tuple[tuple[Source, int], ...]


def strangers(desk: Desk) -> tuple[Group, ...]:
    """Every group of fiches that count, the largest first."""
    filed = {each.subject: each for each in reversed(desk.counting())}
    forms = dict(_forms(desk))
    return tuple(
        Group(
            subjects[0],
            _labels(forms[subjects[0]]),
            tuple((filed[s].sources[0], filed[s].registration.page) for s in subjects),
        )
        for subjects in groups_of(forms.items())
    )


def _forms(desk: Desk) -> Iterator[tuple[str, Form]]:
    for each in reversed(desk.counting()):
        if each.registration.form_id == UNKNOWN:
            form = described(each.registration.roles.described)
            if form is not None:
                yield each.subject, form


def _labels(form: Form) -> str:
    labels = [zone.label for zone in form.zones if zone.label]
    shown = ", ".join(labels[:_SHOWN])
    return f"{shown}, …" if len(labels) > _SHOWN else shown
