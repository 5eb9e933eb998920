"""What a reading has to pass to be accepted, by the calibration and what is promised."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from pipeline import fields
from pipeline.config import Promise
from pipeline.fields import Means
from pipeline.judging.calibration import Calibration, Map, Writing
from pipeline.judging.error_class import EMPTY, ErrorClass, certainty, classes_of, kind_of
from pipeline.records import Backing, FieldReading, Origin, Quality

_SURE_TEXT = 0.95
_CLEAR = 0.9
"""Print that is read less surely may be a tidy hand."""
_GUESSED = 0.5
"""How sure digits and joints of an address are at most that the engine did not see."""
_NO_DIGIT, _NO_JOINT = re.compile(r"[^0-9]"), re.compile(r"[^-._]")
_ENDS = re.compile(r"^\W+|\W+$")
_Thresholds = Mapping[tuple[ErrorClass, Writing], float]
_Cell = tuple[str, ErrorClass, bool | None, Backing | None, str]


@dataclass(frozen=True, slots=True)
class Gate:
    """What a reading has to pass to be accepted: built once a process."""

    maps: Mapping[_Cell, Map]
    thresholds: _Thresholds
    """Of the calibrated probability; what has none is never accepted."""
    least_targets: Mapping[ErrorClass, float]
    """The lowest error rate of a class that can be proven, where the one promised cannot."""
    further: Mapping[str, _Thresholds] = field(default_factory=dict)
    """Those of each type that the form measured on has not."""

    @classmethod
    def of(cls, calibration: Calibration, promise: Promise) -> Self:
        least: dict[ErrorClass, float] = {}
        for curve, step in calibration.chosen(promise).values():
            if step is None:
                least[curve.error] = max(least.get(curve.error, 0.0), curve.least_target)
        own, others = (
            {
                key: step.threshold
                for key, (_, step) in calibration.chosen(promise, further=further).items()
                if step
            }
            for further in (False, True)
        )
        kinds = {part.type for part in calibration.maps}
        return cls(
            {(m.type, m.error, m.typed, m.backing, m.quality): m for m in calibration.maps},
            own,
            least,
            {kind: others for kind in kinds if calibration.is_further(kind)},
        )

    def proves(self, kind: str) -> bool:
        """Whether anything of a type is measured, and may be accepted where it is a further one."""
        dearest = classes_of(kind)[0]
        may = kind not in self.further or any(e is dearest for e, _ in self.further[kind])
        return may and (kind, dearest, None, None, "") in self.maps

    def calibrated(self, reading: FieldReading, quality: Quality) -> FieldReading:
        """The reading with its probability of being right, as far as its type was measured."""
        if reading.origin is Origin.TEXT_LAYER or not reading.candidates:
            return reading
        sure = self.sure(reading, classes_of(kind_of(reading))[-1], quality)
        return reading if sure < 0 else replace(reading, calibrated=sure)

    def doubt(self, reading: FieldReading, quality: Quality) -> ErrorClass | None:
        """The dearest class of which the reading may have an error; None where it is accepted."""
        kind = kind_of(reading)
        classes = classes_of(kind)
        if kind == EMPTY and not self.proves(reading.type):
            return classes[0]  # nor what might have been written there
        if reading.origin is Origin.TEXT_LAYER:
            return None if reading.posterior >= _SURE_TEXT else classes[0]
        thresholds = self.further.get(kind, self.thresholds)
        for error in classes:
            sure = self.sure(reading, error, quality)
            if sure < thresholds.get((error, writing_of(error, reading)), math.inf):
                return error
        return None

    def sure(self, reading: FieldReading, error: ErrorClass, quality: Quality) -> float:
        """How probably the reading has no error of that class, as measured; -1 if that never was.

        But written digits that no mail tells must look as sure before: most of those measured on
        are drawn with fonts, and people write theirs less clearly. What a sum checks does.
        """
        kind = kind_of(reading)
        cells: tuple[_Cell, ...] = (
            (kind, error, reading.typed, reading.backing, quality.value),
            (kind, error, reading.typed, reading.backing, ""),
            (kind, error, None, None, ""),
        )
        said = certainty(reading, error)
        field_type = fields.find(kind)
        at_most = _GUESSED if _is_guessed(reading) else 1.0
        is_written = reading.origin is Origin.OCR and not reading.typed
        checked = not is_written or reading.backing is Backing.KNOWN
        unchecked = field_type is not None and field_type.unchecked_digits and not checked
        for cell in cells:
            if cell in self.maps:
                measured = min(at_most, self.maps[cell](said))
                return min(said, measured) if unchecked else measured
        return -1.0


def _is_guessed(reading: FieldReading) -> bool:
    """Whether an address by hand has digits that the engine did not see, or joins its names as
    nobody saw: it saw letters, and names speak for any digits and joints beside them."""
    if reading.typed or fields.means(reading.type) is not Means.EMAIL:
        return False
    if _NO_DIGIT.sub("", reading.text) != _NO_DIGIT.sub("", reading.raw):
        return True
    local, seen = (_ENDS.sub("", t.partition("@")[0]) for t in (reading.text, reading.raw))
    is_known = reading.backing is Backing.KNOWN
    return not is_known and _NO_JOINT.sub("", local) != _NO_JOINT.sub("", seen)


def writing_of(error: ErrorClass, reading: FieldReading) -> Writing:
    """Which promise of a class a reading falls under: a digit alone does not tell who wrote it.

    Print is read clearly: what keeps its line as print does, and is not, may be a tidy hand.
    """
    if error is ErrorClass.MONEY:
        return Writing.ANY
    if kind_of(reading) == EMPTY:
        return Writing.NONE
    is_clear = certainty(reading, ErrorClass.IDENTITY) >= _CLEAR
    return Writing.PRINT if reading.typed and is_clear else Writing.HAND
