"""Any of several options: the boxes, cells or words that are marked; ``midi | soir``."""

from pipeline import fields
from pipeline.fields import Nature
from pipeline.fields._marks import any_of, parse, to_text

TYPE = fields.FieldType(
    label="choix multiple",
    plural="choix multiples",
    nature=Nature.MARK,
    read_marks=any_of,
    to_text=to_text,
    parse=parse,
    several=True,
)
