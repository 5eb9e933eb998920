"""A photo: whether one is glued into its place, or was put there in the file.

A portrait is hundreds of mm² of what looks like ink; a word in its place goes to a person.
"""

from collections.abc import Mapping

from pipeline import fields
from pipeline.fields import Drawn, Mark, Nature
from pipeline.fields._marks import parse, presence, to_text
from pipeline.records import Candidate

_EMPTY_MM2, _GLUED_MM2 = 1.5, 30.0


def read_marks(marks: Mapping[str, Mark]) -> tuple[Candidate, ...]:
    """``oui`` where there is a picture, ``""`` where there is only paper."""
    return presence(marks, empty_mm2=_EMPTY_MM2, present_mm2=_GLUED_MM2)


TYPE = fields.FieldType(
    label="photo",
    plural="photos",
    nature=Nature.MARK,
    read_marks=read_marks,
    to_text=to_text,
    parse=parse,
    options=(("oui", "présente"), ("", "absente")),
    drawn=Drawn.PICTURE,
)
