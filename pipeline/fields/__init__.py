"""Field types, one file each; a type is found by its file's name.

``read`` turns the evidence of a field's inked lines into candidates, best first, whose
probabilities sum to at most 1 (the rest is "something else"); no lines, an empty field. ``to_text``
writes a value as outputs do; ``parse`` reads what a person typed. The type ``checkbox`` reads ink
instead of lines, and offers ``read_marks`` in the place of ``read``.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Protocol

from pipeline.decoding.evidence import CERTAIN
from pipeline.errors import ConfigError
from pipeline.records import Candidate, FieldValue, LineEvidence

_MOST_A_LINE = 12
_LEAST_PROBABILITY = 1e-4
"""Candidates less likely than this are not worth carrying along."""


class FieldType(Protocol):
    def read(self, lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]: ...
    def to_text(self, value: FieldValue) -> str: ...
    def parse(self, text: str) -> FieldValue: ...


def names() -> list[str]:
    """The field types a form may name."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


@cache
def load(name: str) -> FieldType:
    """The field type of that name. Raises ConfigError naming the known ones."""
    if name not in names():
        raise ConfigError(f"type = {name!r} is not known; take one of: {', '.join(names())}.")
    field_type: FieldType = importlib.import_module(f"pipeline.fields.{name}")
    return field_type


def ranked(
    probabilities: Mapping[FieldValue, float], to_text: Callable[[FieldValue], str]
) -> tuple[Candidate, ...]:
    """Candidates from the probability of each value: best first, at most 1 in all."""
    total = max(1.0, sum(probabilities.values()))
    kept = [(v, p / total) for v, p in probabilities.items() if p / total >= _LEAST_PROBABILITY]
    return tuple(
        Candidate(value, to_text(value), probability)
        for value, probability in sorted(kept, key=lambda item: -item[1])
    )


def exact_text(lines: Sequence[LineEvidence]) -> str | None:
    """The lines' text where the file itself held all of it; None where some was seen by OCR."""
    if not lines or not all(line.exact for line in lines):
        return None
    return " ".join(line.text for line in lines)


def certain(value: FieldValue, to_text: Callable[[FieldValue], str]) -> tuple[Candidate, ...]:
    """The one candidate of a value the file itself held; none where it could not be parsed."""
    return () if value is None else (Candidate(value, to_text(value), CERTAIN),)


def joined(lines: Sequence[Mapping[str, float]]) -> dict[FieldValue, float]:
    """The probability of each text over several lines; a hyphen at a line's end joins words.

    A line nothing could be read in is left out, and takes half of all certainty with it.
    """
    texts: dict[FieldValue, float] = {"": 1.0}
    for line in lines:
        best = sorted(line.items(), key=lambda item: -item[1])[:_MOST_A_LINE] or [("", 0.5)]
        longer: dict[FieldValue, float] = {}
        for (before, p), (text, q) in product(texts.items(), best):
            whole = _join(str(before), text)
            longer[whole] = longer.get(whole, 0.0) + p * q
        texts = longer
    return texts


def _join(before: str, text: str) -> str:
    return before + text if before.endswith("-") else f"{before} {text}".strip()
