"""One of several options: a ticked box or cell, a ringed word, or the one not struck out."""

from pipeline import fields
from pipeline.fields import Nature
from pipeline.fields._marks import one_of, parse, to_text

TYPE = fields.FieldType(
    label="choix",
    plural="choix",
    nature=Nature.MARK,
    read_marks=one_of,
    to_text=to_text,
    parse=parse,
)
