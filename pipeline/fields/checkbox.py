"""Check boxes: which option was ticked, by the ink in and just around each box.

A blank box holds next to no ink beyond its print, a cross or a tick some, a filled box nearly all.
The chance that a box is ticked is a logistic curve of the logarithm of its ink; the boxes are
taken to be independent, and forms want exactly one: a doubtful box leaves little probability to any
answer, and two ticked ones are no answer at all, so that a person looks.
"""

from collections.abc import Mapping, Sequence
from math import exp, log, prod

from pipeline import fields
from pipeline.errors import ConfigError
from pipeline.fields import Nature
from pipeline.language import tr
from pipeline.records import Candidate, FieldValue, LineEvidence
from pipeline.text import tidy

_EVEN_INK = 0.035
"""The ink at which a box is as likely ticked as not."""
_STEEPNESS = 3.5
"""How fast the odds grow with the logarithm of the ink."""
_LEAST_INK = 0.004
"""Less ink than this is dust and says no more than this does."""
_TICKED_BY_ITSELF = 0.5
"""A box this likely ticked would be the answer if the others were empty."""


def read_marks(
    ink: Mapping[str, float], *, beside: Mapping[str, float] | None = None
) -> tuple[Candidate, ...]:
    """Each option, and ``""`` for none, with its probability; no candidate where two are ticked.

    ``ink``: for each option, the share 0..1 of dark pixels, beyond the blank's own, in and slightly
    around its box; ``beside``: the same before it, where a line of writing that runs on over the
    box leaves as much, and a tick nothing.
    """
    ticked = {option: _ticked(share) for option, share in ink.items()}
    for option, share in (beside or {}).items():
        ticked[option] *= 1 - _ticked(share) / 2
    if sum(p >= _TICKED_BY_ITSELF for p in ticked.values()) > 1:
        return ()
    probabilities: dict[FieldValue, float] = {"": prod(1.0 - p for p in ticked.values())}
    for option, p in ticked.items():
        alone = prod(1.0 - q for other, q in ticked.items() if other != option)
        probabilities[option] = p * alone
    return fields.ranked(probabilities, to_text)


def _ticked(ink: float) -> float:
    return 1.0 / (1.0 + exp(-_STEEPNESS * log(max(ink, _LEAST_INK) / _EVEN_INK)))


def read(_lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    """Check boxes have no lines to read. Raises ConfigError: the form gives them lines_mm."""
    raise ConfigError(tr("a zone of type 'checkbox' has boxes_mm, not lines_mm."))


def to_text(value: FieldValue) -> str:
    return "" if value is None else str(value)


def parse(text: str) -> FieldValue:
    """The option a person chose; "" for none."""
    return tidy(text)


TYPE = fields.FieldType(
    label="case à cocher",
    plural="cases à cocher",
    nature=Nature.MARK,
    read=read,
    read_marks=read_marks,
    to_text=to_text,
    parse=parse,
    shown=lambda value: to_text(value).replace("_", " "),
)
