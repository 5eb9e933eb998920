"""A surname alone, kept as written; particles, hyphens and a second one belong to it."""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

from pipeline import fields
from pipeline.decoding.personal_names import PARTICLES, surnames
from pipeline.decoding.wording import Wording
from pipeline.fields import Means
from pipeline.fields._names import parse, read_names, to_text, wording
from pipeline.records import Candidate, LineEvidence
from pipeline.text import cased

_ONE_NAME = re.compile(r"[^\W\d_]+(?:(?:\. ?|[ '-])[^\W\d_]+)*\.?")
_USUAL = 4000
"""Names are invented from so many of the commonest."""
_CAPITALS, _TWO = 0.55, 0.08


@cache
def _wording() -> Wording:
    return wording(surnames())


def read(lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    """Surnames with their probabilities, likeliest first."""
    return read_names(lines, _wording(), lambda text: bool(_ONE_NAME.fullmatch(text)))


def invent(rng: np.random.Generator) -> tuple[str, str]:
    """A surname, mostly in capitals; a few are two."""
    usual = [name for name in surnames().entries[:_USUAL] if name.lower() not in PARTICLES]
    count = 2 if rng.random() < _TWO else 1
    name = "-".join(usual[int(i)] for i in rng.integers(len(usual), size=count))
    name = name.upper() if rng.random() < _CAPITALS else name
    return name, name


TYPE = fields.FieldType(
    label="nom",
    plural="noms",
    means=Means.SURNAME,
    read=read,
    to_text=to_text,
    parse=parse,
    spelled=lambda value: [str(value), *cased(str(value))],
    invent=invent,
    lettered=True,
    spelling=True,
)
