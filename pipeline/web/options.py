"""The options that a question of boxes or words offers, as readers call them."""

from pipeline import fields
from pipeline.fields import Nature
from pipeline.forms.schema import Form
from pipeline.forms.zone import Zone
from pipeline.records import FieldReading


def of(form: Form, reading: FieldReading) -> tuple[tuple[str, str], ...]:
    """The boxes of a field that has some, and how they are read."""
    if fields.nature(reading.type) is not Nature.MARK:
        return ()
    return of_zone(form.zone(reading.field))


def of_zone(zone: Zone) -> tuple[tuple[str, str], ...]:
    """The options of a zone, and none of them, with what readers call each."""
    none = ("", zone.called("") or "aucune case")
    return (*((option, zone.called(option)) for option in zone.boxes), none)
