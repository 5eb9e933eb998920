"""Yes or no: boxes to tick, or words to ring or strike out. A form may print only ``oui``."""

from pipeline import fields
from pipeline.fields import Nature
from pipeline.fields._marks import one_of, parse, to_text

TYPE = fields.FieldType(
    label="oui ou non",
    plural="oui ou non",
    nature=Nature.MARK,
    read_marks=one_of,
    to_text=to_text,
    parse=parse,
    options=(("oui", "Oui"), ("non", "Non")),
)
