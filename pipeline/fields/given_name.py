"""A given name alone, or several, kept as written."""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

from pipeline import fields
from pipeline.decoding.personal_names import given_names
from pipeline.decoding.wording import Wording
from pipeline.fields import Means
from pipeline.fields._names import parse, read_names, to_text, wording
from pipeline.records import Candidate, LineEvidence
from pipeline.text import cased

_NAMES = re.compile(r"[^\W\d_]+(?:(?:\. ?|, ?|[ '-])[^\W\d_]+)*\.?")
_USUAL = 3000
"""Names are invented from so many of the commonest."""
_CAPITALS, _COMPOUND = 0.12, 0.1


@cache
def _wording() -> Wording:
    return wording(given_names())


def read(lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    """Given names with their probabilities, likeliest first."""
    return read_names(lines, _wording(), lambda text: bool(_NAMES.fullmatch(text)))


def invent(rng: np.random.Generator) -> tuple[str, str]:
    """A given name, now and then in capitals; a few are compound."""
    usual = given_names().entries[:_USUAL]
    count = 2 if rng.random() < _COMPOUND else 1
    name = "-".join(usual[int(i)] for i in rng.integers(len(usual), size=count))
    name = name.upper() if rng.random() < _CAPITALS else name
    return name, name


TYPE = fields.FieldType(
    label="prénom",
    plural="prénoms",
    means=Means.GIVEN_NAME,
    read=read,
    to_text=to_text,
    parse=parse,
    spelled=lambda value: [str(value), *cased(str(value))],
    invent=invent,
    lettered=True,
    spelling=True,
)
