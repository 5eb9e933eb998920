"""The number of a badge: six digits."""

import re
from collections.abc import Sequence

import numpy as np

from pipeline.fields import FieldType, Nature, ranked
from pipeline.records import Candidate, FieldValue, LineEvidence


def read(lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    if not lines:
        return (Candidate("", "", 0.99),)
    line = max(lines, key=lambda one: len(one.text))
    digits = re.sub(r"\D", "", line.text)
    return ranked({digits: line.confidence}, to_text)


def to_text(value: FieldValue) -> str:
    return "" if value is None else str(value)


def parse(text: str) -> FieldValue:
    digits = text.replace(" ", "")
    return digits if re.fullmatch(r"\d{6}", digits) else None


def invent(rng: np.random.Generator) -> tuple[str, str]:
    number = f"{rng.integers(100_000, 1_000_000)}"
    return number, f"{number[:3]} {number[3:]}"


TYPE = FieldType(
    label="badge",
    plural="badges",
    nature=Nature.NUMBER,
    read=read,
    to_text=to_text,
    parse=parse,
    refused="Ce n'est pas un badge : écrire six chiffres.",
    invent=invent,
)
