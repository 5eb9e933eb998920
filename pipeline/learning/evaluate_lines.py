"""How well a recogniser reads single lines of known text: behind ``fiches evaluate-lines``.

Character and word error rates are edits over the truth's characters or words; exact is the share of
lines read without a fault.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.distance import Levenshtein

from pipeline import fields
from pipeline.engines import Engine, EngineLine
from pipeline.errors import ConfigError
from pipeline.fields import FieldType, Nature
from pipeline.geometry import BoxMm
from pipeline.language import tr
from pipeline.learning.samples import Sample, read_gray, read_labels
from pipeline.paths import FONTS
from pipeline.records import Gray, LineEvidence
from pipeline.text import fold

_TILE_PX = (760, 104)
_CROP_HEIGHT_PX = 60
_NOWHERE = BoxMm(0.0, 0.0, 0.0, 0.0)

Compare = Callable[[str], str]
"""What of a text counts."""


def as_written(text: str) -> str:
    return text


def letters(text: str) -> str:
    """The letters without case and accents: all that the labels of the names know."""
    return "".join(c for c in fold(text) if c.isalpha())


def digits(text: str) -> str:
    """The digits: all that the labels of the amounts know."""
    return "".join(c for c in text if c.isdigit())


@dataclass(frozen=True, slots=True)
class LineScore:
    """One line: its truth, what was read, and the edits between them."""

    sample: Sample
    read: str
    edits: int


@dataclass(frozen=True, slots=True)
class Score:
    """Figures over some lines, 0..1; ``ms_a_line`` is the time of reading, and of the field type
    where one was asked for."""

    lines: int
    cer: float
    wer: float
    exact: float
    ms_a_line: float
    worst: tuple[LineScore, ...] = ()


def load_table(path: Path) -> list[Sample]:
    """The lines of a TSV with the columns ``file`` (beside the table) and ``text``.

    Raises InputError where the table, a column or a picture is missing, or it holds no line.
    """
    return [
        Sample(read_gray(path.parent / row["file"]), row["text"], "table", "text", row["file"])
        for row in read_labels(path)
    ]


def measure(
    samples: Sequence[Sample],
    engine: Engine,
    *,
    compare: Compare = as_written,
    field: str = "text",
) -> Score:
    """Read every sample and compare. An empty list scores nothing.

    ``text`` takes the line as the recogniser reads it; any other field type reads it by its grammar
    and lexicon, and the truth is put into the type's own spelling first. Raises ConfigError for a
    field type that is not known or reads no lines.
    """
    if not samples:
        return Score(0, 0.0, 0.0, 0.0, 0.0)
    field_type = None if field == "text" else _line_type(field)
    started = time.perf_counter()
    lines = engine.read_lines([sample.image for sample in samples])
    read = [line.text if field_type is None else _value(line, field_type) for line in lines]
    seconds = time.perf_counter() - started
    if field_type is not None:
        samples = [replace(s, text=_in_own_spelling(s.text, field_type)) for s in samples]
    rows = []
    characters = words = word_edits = 0
    for sample, text in zip(samples, read, strict=True):
        truth, seen = compare(sample.text), compare(text)
        rows.append(LineScore(sample, text, Levenshtein.distance(truth, seen)))
        characters += len(truth)
        words += len(truth.split())
        word_edits += Levenshtein.distance(truth.split(), seen.split())
    worst = sorted(rows, key=lambda row: -row.edits / max(1, len(row.sample.text)))
    return Score(
        lines=len(rows),
        cer=sum(row.edits for row in rows) / max(1, characters),
        wer=word_edits / max(1, words),
        exact=sum(row.edits == 0 for row in rows) / len(rows),
        ms_a_line=1000 * seconds / len(rows),
        worst=tuple(row for row in worst if row.edits),
    )


def _line_type(name: str) -> FieldType:
    field_type = fields.load(name)
    if field_type.nature is Nature.MARK:
        raise ConfigError(tr("type = {name!r} reads no lines.", name=name))
    return field_type


def _value(line: EngineLine, field_type: FieldType) -> str:
    """What the field would hold: its likeliest value as outputs write it, or nothing."""
    evidence = LineEvidence(line.text, line.confidence, _NOWHERE, line.log_probs, line.alphabet)
    candidates = field_type.read((evidence,))
    return candidates[0].text if candidates else ""


def _in_own_spelling(text: str, field_type: FieldType) -> str:
    value = field_type.parse(text)
    return text if value is None else field_type.to_text(value)


def validate(
    sets: Mapping[str, Sequence[Sample]], engine: Engine, most: Mapping[str, int] | None = None
) -> dict[str, Score]:
    """The score of each set, or of some of its samples, the same each time."""
    compare = {"names": letters, "amounts": digits}
    scores = {}
    for name, samples in sets.items():
        few = len(samples) if most is None else most[name]
        chosen = np.random.default_rng(0).permutation(len(samples))[:few]
        some = [samples[int(i)] for i in chosen]
        scores[name] = measure(some, engine, compare=compare.get(name, as_written))
    return scores


def describe(scores: Mapping[str, Score]) -> str:
    """The figures of each set on one line."""
    return "  ".join(
        f"{name}: CER {100 * s.cer:.2f} exact {100 * s.exact:.1f} % of {s.lines}"
        for name, s in scores.items()
    )


def draw_worst(score: Score, path: Path, *, most: int = 60) -> None:
    """A picture sheet (PNG) of the lines read worst: the crop, the truth and what was read."""
    rows = score.worst[:most]
    columns = 2 if len(rows) > 1 else 1
    wide, high = _TILE_PX
    sheet = Image.new("L", (columns * wide, max(1, -(-len(rows) // columns)) * high), 255)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(FONTS / "arimo.ttf", 15)
    for i, row in enumerate(rows):
        x, y = i % columns * wide + 8, i // columns * high + 4
        sheet.paste(Image.fromarray(_fitted(row.sample.image)), (x, y))
        pen.text((x, y + _CROP_HEIGHT_PX + 2), f"vrai : {row.sample.text}", fill=0, font=font)
        pen.text((x, y + _CROP_HEIGHT_PX + 19), f"lu :    {row.read}", fill=90, font=font)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, "PNG")


def _fitted(image: Gray) -> Gray:
    scale = min(_CROP_HEIGHT_PX / image.shape[0], (_TILE_PX[0] - 16) / image.shape[1])
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
