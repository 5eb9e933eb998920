"""Confidence as a probability, and the thresholds that keep what is promised of each class.

**Probability.** What reading says of a value (its posterior) is mapped to how often such a value
has no error of a class, by field type, by what wrote it (print or a hand), by whether the mail or a
list says the same, and by image quality: beta calibration (Kull, Silva Filho and Flach, "Beta
calibration", AISTATS 2017), three numbers a map, monotone, the identity among its members. An
isotonic map (Zadrozny and Elkan, "Transforming classifier scores into accurate multiclass
probability estimates", KDD 2002) would need a thousand readings and many errors a cell, and calls
its best readings certain. A cell's map is drawn to its type's, and a type's to the identity, as far
as its errors are too few to say otherwise.

**Promise.** Of the fields accepted that may have an error of a class, no more than the class's
target have one: of money, identity and spelling each (``error_class``), and of print and of hands
each; nor were more seen in any one field type. One threshold on the calibrated probability for all
that is alike accepts most for a given error rate. It is found on forms that the maps were not
fitted on by fixed sequence testing (Angelopoulos, Bates, Candes, Jordan and Lei, "Learn then Test",
2021), selective risk control as in Geifman and El-Yaniv, "Selective Classification for Deep Neural
Networks" (NeurIPS 2017): thresholds are tried from strict to lenient, and the last one counts
before the Clopper-Pearson upper bound of the wrong among the accepted exceeds the target. Many
tries cost nothing: the promise is broken only if the first bad threshold passes. Each class's
promise holds with probability 1 - ``DELTA`` over the draw of the forms it was made with; print and
hands share that out (Bonferroni). That of spelling nearly so, for it is about what passes for its
letters, and the threshold for these was chosen on the same forms.

The types of the form that is measured on share a threshold. All further types, measured on invented
layouts, share another, so that a hard one keeps none of the form's from being accepted. There are
many of them, with fewer readings each: of none of them is it sure (by the lower Clopper-Pearson
bound) that it errs oftener than the target.

The bound takes fields for independent, and forms for drawn like those measured. What a file holds
as text was not read by a machine: it is accepted where its place is sure.
"""

import hashlib
import math
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.config import Promise, Settings
from pipeline.errors import ConfigError
from pipeline.fingerprint import code_digest
from pipeline.judging.error_class import ErrorClass
from pipeline.language import tr, why
from pipeline.paths import CALIBRATION, MODELS
from pipeline.rates import DELTA, Rate, upper_bound
from pipeline.records import Backing

FILE_NAME = "calibration.json"
LEAST_DOUBT = 1e-6
"""Posteriors nearer to 0 or 1 are what rounding left."""
_AMPLE = 3.0
"""A proof begins with so many times the readings that would prove a target without an error."""
_HALF = 0.5
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

    ``layouts`` counts the forms of invented layouts, ``labelled`` those of labelled runs,
    ``reviewed`` those that people decided about.
    """

    date: str
    form: str
    drawn: _Count
    seed: _Count
    layouts: _Count = 0
    labelled: _Count
    reviewed: _Count = 0
    basis: Basis


class Writing(StrEnum):
    """What a promise is about apart: anything, print, hands, or that nothing is written."""

    ANY = ""
    PRINT = "print"
    HAND = "hand"
    NONE = "none"


class Map(_Part):
    """Beta calibration in one cell: log odds = ``a`` ln p - ``b`` ln(1 - p) + ``c``.

    Of no error of a class in readings of a type; ``typed``, ``backing`` and ``quality`` as readings
    have them, None and empty for all of them. ``readings`` and ``wrong`` are those fitted.
    """

    type: str
    error: ErrorClass
    typed: bool | None = None
    backing: Backing | None = None
    quality: str = ""
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
        """The error rate of the worst type: easy ones may not hide the errors of a hard one."""
        return max((t.wrong / t.accepted for t in self.proof.values() if t.accepted), default=0.0)

    @property
    def surely_worst(self) -> float:
        """The error rate that some type exceeds, as far as so few readings can tell."""
        return max((Rate(t.wrong, t.accepted).low for t in self.proof.values()), default=0.0)

    def bound(self, outside: float = DELTA) -> float:
        """The upper limit of the error rate of what the step accepts."""
        return upper_bound(self.wrong, self.accepted, outside=outside)


class Curve(_Part):
    """The steps for one class and writing, from strict to lenient.

    ``further``: whether it is about the types that the form measured on has not.
    ``given``: the threshold of the dearer class that all have passed, where there is one.
    ``readings``: those of the proof that no finding blocks. ``outside``: how often its promise may
    be broken.
    """

    error: ErrorClass
    writing: Writing
    readings: _Count
    steps: tuple[Step, ...]
    further: bool = False
    given: _Share | None = None
    outside: _Share = DELTA

    def step(self, target: float) -> Step | None:
        """The most lenient step that keeps to ``target``; None where none is proven to.

        The sequence begins where enough is accepted for a proof, if it can with some errors among
        it: a few readings are wrong and look certain. But no later than where half of all is
        accepted. How much is right has no say in where it begins, so no error is spent on the
        steps left out.
        """
        least = math.log(self.outside) / math.log1p(-target)
        most = max((step.accepted for step in self.steps), default=0)
        enough = max(least, min(_AMPLE * least, _HALF * most))
        proven = None
        for step in self.steps:
            if step.accepted >= enough:
                if self.limit(step) > target:
                    break
                proven = step
        return proven

    def limit(self, step: Step) -> float:
        """The error rate that a step proves, and that no type was seen to exceed; of further types,
        that none is sure to."""
        worst = step.surely_worst if self.further else step.worst
        return max(step.bound(self.outside), worst)

    @property
    def least_target(self) -> float:
        """The lowest error rate, in two digits, that the curve would prove; 1 for none."""
        limits = sorted({_two_digits(self.limit(step)) for step in self.steps})
        return next((limit for limit in limits if limit < 1 and self.step(limit)), 1.0)


def _two_digits(share: float) -> float:
    """No less, as people are told it."""
    unit = 10.0 ** (math.floor(math.log10(share)) - 1)
    return float(f"{math.ceil(share / unit) * unit:.2g}")


class Proof(_Part):
    """What the steps prove for one target, for people to read: no ``threshold``, nothing."""

    target: _Share
    error: ErrorClass
    writing: Writing
    further: bool = False
    threshold: _Share | None = None
    accepted: _Share = 0.0
    wrong: _Count = 0
    bound: _Share = 1.0


class Calibration(_Part):
    """What one ``fiches calibrate`` found."""

    made: Made
    maps: tuple[Map, ...]
    curves: tuple[Curve, ...]
    proofs: tuple[Proof, ...] = ()

    def is_further(self, kind: str) -> bool:
        """Whether a type is none of those that the form measured on has."""
        steps = (step for curve in self.curves if not curve.further for step in curve.steps)
        return not any(kind in step.proof for step in steps)

    def chosen(self, promise: Promise, *, further: bool = False) -> "Chosen":
        """The curve of each class and writing, and the step that a promise leads to on it; of the
        types that the form measured on has, or of the ``further`` ones."""
        chosen: Chosen = {}
        for error in ErrorClass:  # the dearest first: others are about what has passed for it
            for curve in self.curves:
                if (curve.error, curve.further) != (error, further):
                    continue
                if curve.given == _given(chosen, curve):
                    step = curve.step(promise.target(error))
                    chosen[error, curve.writing] = curve, step
        return chosen


Chosen = dict[tuple[ErrorClass, Writing], tuple[Curve, Step | None]]


def _given(chosen: Chosen, curve: Curve) -> float | None:
    """The threshold that what ``curve`` is about has passed already."""
    if curve.error is not ErrorClass.SPELLING:
        return None
    _, dearer = chosen.get((ErrorClass.IDENTITY, curve.writing), (curve, None))
    return dearer.threshold if dearer else None


def writing_name(writing: Writing) -> str:
    """What people call it."""
    match writing:
        case Writing.ANY:
            return tr("print and hands")
        case Writing.NONE:
            return tr("empty places")
        case Writing.PRINT:
            return tr("print")
        case Writing.HAND:
            return tr("hands")


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
