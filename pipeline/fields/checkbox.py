"""Check boxes: which option was ticked, by the ink in and just around each box.

Forms want exactly one: a doubtful box leaves little probability to any answer, and two ticked ones
are no answer at all, so that a person looks.
"""

from pipeline import fields
from pipeline.fields import Nature
from pipeline.fields._marks import one_of, parse, to_text

TYPE = fields.FieldType(
    label="case à cocher",
    plural="cases à cocher",
    nature=Nature.MARK,
    read_marks=one_of,
    to_text=to_text,
    parse=parse,
)
