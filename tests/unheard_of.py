"""A field type that says no more than it must: nobody knows how to invent it."""

from pipeline.fields import FieldType, ranked

TYPE = FieldType(
    label="remarque",
    plural="remarques",
    read=lambda lines: ranked({line.text: line.confidence for line in lines} or {"": 0.9}, str),
    to_text=lambda value: "" if value is None else str(value),
    parse=lambda text: text.strip(),
)
