"""The name of a town, kept as written; the communes of France weigh what was seen."""

from collections.abc import Sequence

import numpy as np

from pipeline import fields
from pipeline.fields import Means
from pipeline.fields._towns import (
    KNOWN,
    TOWN,
    invent_town,
    is_commune,
    towns_like,
    wording,
)
from pipeline.fields._whole import read_whole
from pipeline.fields._words import parse, read_words, to_text
from pipeline.records import Candidate, LineEvidence
from pipeline.text import cased


def read(lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    """Towns with their probabilities, likeliest first."""
    if not lines or fields.exact_text(lines) is not None:
        return read_words(lines, wording(TOWN))
    texts = [read_whole(line, wording(TOWN), _gain, towns_like) for line in lines]
    return fields.ranked(fields.joined(texts), to_text)


def _gain(town: str) -> float:
    return KNOWN if is_commune(town) else 0.0


def invent(rng: np.random.Generator) -> tuple[str, str]:
    """A commune, as somebody writes it."""
    _, text = invent_town(rng)
    return text, text


TYPE = fields.FieldType(
    label="commune",
    plural="communes",
    means=Means.TOWN,
    read=read,
    to_text=to_text,
    parse=parse,
    spelled=lambda value: [str(value), *cased(str(value))],
    invent=invent,
    lettered=True,
    spelling=True,
)
