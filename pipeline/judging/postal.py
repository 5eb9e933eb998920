"""Postal codes and towns of one form: which belong together, and whether they agree.

An address on a form has a place for its code and one for its town, side by side or under each
other; in a table, in one row. What they say together is known (``communes``), so each speaks for
the other, and nobody's word replaces what was written: where both are surely read and do not go
together, a person is asked.
"""

from collections.abc import Iterator
from functools import lru_cache

from pipeline import fields
from pipeline.decoding import communes
from pipeline.fields import Means
from pipeline.forms.schema import Form
from pipeline.forms.zone import Zone
from pipeline.records import FieldReading, Finding, Origin, Registration, Severity

AGREE, UNKNOWN, CONTRADICT = 1.0, 0.1, 0.01
"""How likely a code and a town stand together on a form that go together, of which one is not known
(a CEDEX, a hamlet), and that do not: estimates, as all of ``corroborate``."""
_SURE = 0.9
"""A reading less sure than this is looked at anyway, for itself."""
_TOLD = 3
RULE = "town_has_its_code"
"""The rule of the finding that tells where a code and a town do not go together."""


def pairs(registration: Registration, form: Form) -> Iterator[tuple[FieldReading, FieldReading]]:
    """Each postal code with the town that it belongs to, where both were received."""
    zones = zone_pairs(form)
    for reading in registration.readings:
        name, dot, number = reading.field.partition(".")
        town = registration.reading(f"{zones[name]}{dot}{number}") if name in zones else None
        if town is not None:
            yield reading, town


def weight(code: str, town: str) -> float:
    """How likely such a code and such a town stand together; what is empty says nothing."""
    agree = communes.agree(code, town)
    return UNKNOWN if agree is None else AGREE if agree else CONTRADICT


def agreeing(registration: Registration, form: Form) -> frozenset[str]:
    """The fields of the codes and the towns that go together."""
    of_both = [
        (code.field, town.field)
        for code, town in pairs(registration, form)
        if communes.agree(code.text, town.text)
    ]
    return frozenset(field for both in of_both for field in both)


def town_has_its_code(registration: Registration, form: Form) -> Iterator[Finding]:
    """A finding where both are sure, and do not go together."""
    for code, town in pairs(registration, form):
        if _is_sure(code) and _is_sure(town) and communes.agree(code.text, town.text) is False:
            codes = sorted(communes.codes_of(town.text))[:_TOLD]
            facts = (code.text, town.text, ", ".join(codes))
            yield Finding(RULE, Severity.REVIEW, (code.field, town.field), facts)


def _is_sure(reading: FieldReading) -> bool:
    return reading.origin is Origin.HUMAN or reading.posterior >= _SURE


@lru_cache(maxsize=64)
def zone_pairs(form: Form) -> dict[str, str]:
    """The zone of the town by that of its code: the nearest on the page, behind or below it; no
    town has two codes, and what is repeated goes with what is repeated."""
    codes = [zone for zone in form.zones if fields.means(zone.type) is Means.POSTAL_CODE]
    towns = [zone for zone in form.zones if fields.means(zone.type) is Means.TOWN]
    near = sorted(
        (_distance_mm(code, town), code.field, town.field)
        for code in codes
        for town in towns
        if (code.page, code.repeated) == (town.page, town.repeated)
    )
    paired: dict[str, str] = {}
    for _, code_name, town_name in near:
        if code_name not in paired and town_name not in paired.values():
            paired[code_name] = town_name
    return paired


def _distance_mm(code: Zone, town: Zone) -> float:
    """How far one is from the other, more so where the town stands before its code."""
    across, down = town.box_mm.x - code.box_mm.right, town.box_mm.y - code.box_mm.y
    behind = across if across >= 0 else _BEFORE * max(0.0, code.box_mm.x - town.box_mm.right)
    return behind + _ROW * (down if down >= 0 else -_BEFORE * down)


_ROW = 4.0
"""A mm further down counts like so many across: what stands in one row belongs together."""
_BEFORE = 3.0
"""A mm before counts like so many behind."""
