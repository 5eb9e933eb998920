"""Confidence as a probability, and the threshold that keeps a promised error rate.

**Probability.** What reading says of a value (its posterior) is mapped to how often such a value is
right, for each field type and image quality, by beta calibration (Kull, Silva Filho and Flach,
"Beta calibration", AISTATS 2017): three numbers a map, monotone, the identity among its members. An
isotonic map (Zadrozny and Elkan, "Transforming classifier scores into accurate multiclass
probability estimates", KDD 2002) would need a thousand readings and many errors a cell, and calls
its best readings certain. A cell's map is drawn to its type's, and a type's to the identity, as far
as its errors are too few to say otherwise.

**Promise.** Of the fields accepted no more than the target is wrong, and of the amounts and counts
alone neither: names may use up what sums leave over. One threshold on the calibrated probability
for all that is alike accepts most for a given error rate. It is found on forms that the maps were
not fitted on by fixed sequence testing (Angelopoulos, Bates, Candes, Jordan and Lei, "Learn then
Test", 2021), selective risk control as in Geifman and El-Yaniv, "Selective Classification for Deep
Neural Networks" (NeurIPS 2017): thresholds are tried from strict to lenient, and the last one
counts before the Clopper-Pearson upper bound of the wrong among the accepted exceeds the target.
Many tries cost nothing: the promise is broken only if the first bad threshold passes. The promise
of numbers holds with probability 1 - ``DELTA`` over the draw of the forms it was made with; that of
all fields nearly so, for the numbers it rests on were chosen on the same forms.

The bound takes fields for independent, and forms for drawn like those measured. What a file holds
as text was not read by a machine: it is accepted where its place is sure.
"""

import hashlib
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline import fields
from pipeline.config import Settings
from pipeline.errors import ConfigError
from pipeline.fields import Nature
from pipeline.fingerprint import code_digest
from pipeline.language import tr, why
from pipeline.paths import CALIBRATION, MODELS
from pipeline.rates import DELTA, upper_bound
from pipeline.records import FieldReading, Origin, Quality

FILE_NAME = "calibration.json"
NUMBERS, WORDS = "numbers", "words"
LEAST_DOUBT = 1e-6
"""Posteriors nearer to 0 or 1 are what rounding left."""
_SURE_TEXT = 0.95
_POSTERIORS = ("pipeline.reading.page:read_or_tell", "pipeline.judging.reconcile:reconcile")
"""What they say follows from the code of these, of the field types and of the engines."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


_Share = Annotated[float, Field(ge=0, le=1)]
_Count = Annotated[int, Field(ge=0)]


class Basis(_Part):
    """What posteriors depend on: a calibration is for readers of the same basis only."""

    engine: str
    weights: str
    learned: str
    code: str
    without: tuple[str, ...]


class Made(_Part):
    """How a calibration was made.

    ``labelled`` counts the forms of labelled runs, ``reviewed`` those that people decided about.
    """

    date: str
    form: str
    drawn: _Count
    seed: _Count
    labelled: _Count
    reviewed: _Count = 0
    basis: Basis


class Map(_Part):
    """Beta calibration in one cell: log odds = ``a`` ln p - ``b`` ln(1 - p) + ``c``.

    ``quality`` is empty for a type over all qualities. ``readings`` and ``wrong`` are those fitted.
    """

    type: str
    quality: str
    a: Annotated[float, Field(ge=0)]
    b: Annotated[float, Field(gt=0)]
    c: float
    readings: _Count = 0
    wrong: _Count = 0

    def __call__(self, posterior: float) -> float:
        p = min(max(posterior, LEAST_DOUBT), 1 - LEAST_DOUBT)
        odds = self.a * math.log(p) - self.b * math.log1p(-p) + self.c
        return 1 / (1 + math.exp(-odds)) if odds > -700 else 0.0


class Tally(_Part):
    """Readings of a type that a threshold accepts, and how many of them are wrong."""

    accepted: _Count
    wrong: _Count


class Step(_Part):
    """A threshold, and what it accepts of the forms kept for the proof, by type."""

    threshold: _Share
    proof: dict[str, Tally]

    @property
    def accepted(self) -> int:
        return sum(tally.accepted for tally in self.proof.values())

    @property
    def wrong(self) -> int:
        return sum(tally.wrong for tally in self.proof.values())

    @property
    def worst(self) -> float:
        """The error rate of the worse of amounts and counts: one may not hide the other's."""
        tallies = [tally for kind, tally in self.proof.items() if nature_of(kind) == NUMBERS]
        return max((t.wrong / t.accepted for t in tallies if t.accepted), default=0.0)

    def bound(self, beside: "Step | None" = None) -> float:
        """The upper limit of the error rate of what the step accepts, ``beside`` another's."""
        steps = [step for step in (self, beside) if step]
        return upper_bound(sum(s.wrong for s in steps), sum(s.accepted for s in steps))


class Curve(_Part):
    """The steps of one nature from strict to lenient.

    ``readings``: those of the proof that no finding blocks.
    """

    nature: str
    readings: _Count
    steps: tuple[Step, ...]

    def step(self, target: float, beside: Step | None = None) -> Step | None:
        """The most lenient step that keeps to ``target``; None where none is proven to.

        ``beside`` is what is accepted already, and falls under the same promise.
        The sequence begins where enough is accepted for a proof. How much is right has no say in
        that, so no error is spent on the steps left out.
        """
        enough = math.log(DELTA) / math.log1p(-target)
        proven = None
        for step in self.steps:
            if step.accepted + (beside.accepted if beside else 0) < enough:
                continue
            if step.bound(beside) > target or step.worst > target:
                break
            proven = step
        return proven

    @property
    def least_target(self) -> float:
        """The lowest error rate that any step, taken alone, would prove."""
        return min((max(step.bound(), step.worst) for step in self.steps), default=1.0)


class Promise(_Part):
    """What the steps prove for one target, for people to read: no ``threshold``, nothing.

    The ``bound`` of words is that of all fields.
    """

    target: _Share
    nature: str
    threshold: _Share | None = None
    accepted: _Share = 0.0
    wrong: _Count = 0
    bound: _Share = 1.0


class Calibration(_Part):
    """What one ``fiches calibrate`` found."""

    made: Made
    maps: tuple[Map, ...]
    curves: tuple[Curve, ...]
    promises: tuple[Promise, ...] = ()

    def map_of(self, kind: str, quality: str) -> Map | None:
        """The map of a type in a quality, else of the type; None for a type never measured."""
        known = {(cell.type, cell.quality): cell for cell in self.maps}
        return known.get((kind, quality)) or known.get((kind, ""))

    def steps(self, target: float) -> dict[str, Step | None]:
        """By nature, the step that a target error rate leads to; numbers first, words beside."""
        by_nature: dict[str, Step | None] = {}
        for curve in sorted(self.curves, key=lambda c: c.nature != NUMBERS):
            by_nature[curve.nature] = curve.step(target, by_nature.get(NUMBERS))
        return by_nature


@dataclass(frozen=True, slots=True)
class Gate:
    """What a reading has to pass to be accepted: built once a process."""

    maps: Mapping[tuple[str, str], Map | None]
    thresholds: Mapping[str, float]
    """Of the calibrated probability, by field type; a type that is not here is never accepted."""
    least_targets: Mapping[str, float]
    """By nature, the lowest error rate that can be proven, where ``target_error`` cannot."""

    @classmethod
    def of(cls, calibration: Calibration, target_error: float) -> Self:
        types = {cell.type for cell in calibration.maps}
        steps = calibration.steps(target_error)
        thresholds = {nature: step.threshold for nature, step in steps.items() if step}
        return cls(
            {(t, q.value): calibration.map_of(t, q.value) for t in types for q in Quality},
            {t: thresholds.get(nature_of(t), math.inf) for t in types},
            {c.nature: c.least_target for c in calibration.curves if not steps[c.nature]},
        )

    def calibrated(self, reading: FieldReading, quality: Quality) -> FieldReading:
        """The reading with its probability of being right, as far as its type was measured."""
        cell_map = self.maps.get((reading.type, quality.value))
        if cell_map is None or reading.origin is Origin.TEXT_LAYER or not reading.candidates:
            return reading
        return replace(reading, calibrated=cell_map(reading.posterior))

    def accepts(self, reading: FieldReading) -> bool:
        """Whether a reading, calibrated, is sure enough."""
        if reading.origin is Origin.TEXT_LAYER:
            return reading.posterior >= _SURE_TEXT
        sure = sureness(reading.type, reading.posterior, reading.confidence)
        return sure >= self.thresholds.get(reading.type, math.inf)


def sureness(kind: str, posterior: float, calibrated: float) -> float:
    """What a threshold is compared with: the probability of being right, as measured.

    But digits that no sum checks must look as sure before: those measured on are drawn with fonts,
    and people write theirs less clearly.
    """
    field_type = fields.find(kind)
    unchecked = field_type is not None and field_type.unchecked_digits
    return min(posterior, calibrated) if unchecked else calibrated


def nature_of(kind: str) -> str:
    """Which promise a field type falls under."""
    return NUMBERS if fields.nature(kind) is Nature.NUMBER else WORDS


def nature_name(nature: str) -> str:
    """What people call the fields of a nature."""
    return tr("numbers") if nature == NUMBERS else tr("words")


def load(path: Path | None = None) -> Calibration:
    """A calibration; the shipped one, unless told. Raises ConfigError for a file that is none."""
    path = path or CALIBRATION / FILE_NAME
    try:
        return Calibration.model_validate_json(path.read_bytes())
    except OSError as err:
        raise ConfigError(
            tr(
                "{path}: cannot be read ({why}). Type fiches calibrate, or name another with "
                "calibration = in fiches.toml.",
                path=path,
                why=why(err),
            )
        ) from err
    except ValidationError as err:
        raise ConfigError(
            tr(
                "{path}: damaged, or of another version. Type fiches calibrate, or name another "
                "with calibration = in fiches.toml.",
                path=path,
            )
        ) from err


def basis(settings: Settings) -> Basis:
    """What posteriors depend on, with these settings. Raises ConfigError for a damaged install."""
    try:
        manifest = tomllib.loads((MODELS / "MANIFEST.toml").read_text("utf-8"))
        weights = str(manifest["recognizer/recognizer.onnx"]["sha256"])
    except (OSError, ValueError, KeyError) as err:
        raise ConfigError(tr("models/MANIFEST.toml is damaged: install fiches again.")) from err
    lexicons = sorted(e["sha256"] for name, e in manifest.items() if name.startswith("lexicons/"))
    digest = hashlib.sha256("".join(lexicons).encode())
    code = code_digest(*_POSTERIORS, "pipeline.fields.*", "pipeline.engines.*")
    digest.update(code.encode())
    return Basis(
        engine=settings.engine,
        weights=weights if settings.engine == "ppocr" else "",
        learned=settings.learned.name if settings.learned else "",
        code=digest.hexdigest()[:16],
        without=tuple(sorted(settings.without)),
    )


def foreign(made: Basis, now: Basis) -> str:
    """In which parts the basis of a calibration is another than now in use; empty for none."""
    parts = [name for name in Basis.model_fields if getattr(made, name) != getattr(now, name)]
    return ", ".join(parts)
