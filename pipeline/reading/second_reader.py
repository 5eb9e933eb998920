"""Ask a second, independent reader about typed lines in doubt.

Tesseract shares neither network nor segmentation with the default engine: where both read the same
value, that is evidence, and where they differ nothing is lost. It is asked once a page, for all the
doubtful lines together, and only for type, which is what it reads well.
"""

from collections.abc import Iterable
from dataclasses import replace

from pipeline.engines import tesseract
from pipeline.errors import StalledError
from pipeline.fields import FieldType
from pipeline.paper.lines import WrittenLine
from pipeline.records import FieldReading
from pipeline.text import fold

_SURE = 0.98
"""A field is in doubt, and worth asking about, below this: what is accepted is decided later."""
_AGREEMENT = 12.0
"""How much likelier two readers agree on the truth than on the same error."""
_SAME_LETTERS = 4.0
"""The same on the letters, where they are wrong about an accent."""


def second_opinions(
    readings: Iterable[FieldReading],
    lines: Iterable[WrittenLine],
) -> tuple[FieldReading, ...]:
    """The readings, those of typed lines in doubt with Tesseract's agreement weighed in.

    Without Tesseract nothing changes.
    """
    readings = tuple(readings)
    by_field: dict[str, list[WrittenLine]] = {}
    for line in lines:
        by_field.setdefault(line.field, []).append(line)
    doubtful = {
        r.field: by_field[r.field]
        for r in readings
        if r.typed and r.field in by_field and r.confidence < _SURE
    }
    if not doubtful or not tesseract.is_installed():
        return readings
    asked = [line for of_field in doubtful.values() for line in of_field]
    try:
        answers = iter(tesseract.read_lines([line.as_read for line in asked]))
    except StalledError:  # what was read stays as doubtful as it was
        return readings
    texts = {name: " ".join(next(answers).text for _ in doubtful[name]) for name in doubtful}
    types = {name: lines[0].zone.field_type for name, lines in doubtful.items()}
    return tuple(
        _weigh(r, texts[r.field], types[r.field]) if r.field in texts else r for r in readings
    )


def _weigh(reading: FieldReading, text: str, kind: FieldType) -> FieldReading:
    """The reading with the odds of its value raised, where the second reader says the same.

    Never another value: what leader dots spoil, they spoil for both. It says less of the same with
    another accent: what is too faint for one is mostly so for the other.
    """
    if not text or not reading.candidates or kind.parse(text) != reading.value:
        return reading
    best, *others = reading.candidates
    alike = fold(reading.text)
    times = [_AGREEMENT, *(_SAME_LETTERS if fold(c.text) == alike else 1.0 for c in others)]
    weights = [c.probability * t for c, t in zip((best, *others), times, strict=True)]
    whole = sum(weights) + max(0.0, 1.0 - sum(c.probability for c in reading.candidates))
    weighed = (
        replace(c, probability=w / whole) for c, w in zip((best, *others), weights, strict=True)
    )
    return replace(reading, candidates=tuple(weighed))
