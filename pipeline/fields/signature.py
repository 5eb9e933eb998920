"""A signature: whether there is one. Who signed is nowhere read.

Initials are 5 mm² of ink, a signature 10 and more; a word or a cross in its place goes to a person.
"""

from collections.abc import Mapping

from pipeline import fields
from pipeline.fields import Drawn, Mark, Nature
from pipeline.fields._marks import parse, presence, to_text
from pipeline.records import Candidate

_EMPTY_MM2, _SIGNED_MM2 = 0.5, 2.5


def read_marks(marks: Mapping[str, Mark]) -> tuple[Candidate, ...]:
    """``oui`` where somebody signed, ``""`` where nobody wrote."""
    return presence(marks, empty_mm2=_EMPTY_MM2, present_mm2=_SIGNED_MM2)


TYPE = fields.FieldType(
    label="signature",
    plural="signatures",
    nature=Nature.MARK,
    read_marks=read_marks,
    to_text=to_text,
    parse=parse,
    options=(("oui", "présente"), ("", "absente")),
    drawn=Drawn.SIGNATURE,
)
