"""Lines in doubt are looked at again, cut closer, and the two looks are weighed together."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from pipeline.engines import EngineLine
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm
from pipeline.paper.lines import WrittenLine
from pipeline.reading.second_look import closely_cut, second_looks, together
from pipeline.records import Candidate, FieldReading, Gray

_ZONE = Zone(field="telephone", type="phone", lines_mm=((0, 0, 90, 9),))
_SEEN, _OTHER = "0266164060", "0266164068"


@dataclass
class _Engine:
    """Says the same of every line, and keeps what it was shown."""

    text: str
    shown: list[Gray] = field(default_factory=list)

    def read_lines(self, crops: Sequence[Gray]) -> list[EngineLine]:
        self.shown += crops
        return [EngineLine(self.text, 0.95) for _ in crops]


def _line() -> WrittenLine:
    image = np.full((60, 300), 255, np.uint8)
    image[20:40, 30:200:20] = 0
    return WrittenLine(_ZONE, 0, BoxMm(0, 0, 80, 8), image)


def _reading(*shares: tuple[str, float]) -> FieldReading:
    candidates = tuple(Candidate(value, value, p) for value, p in shares)
    return FieldReading("telephone", "phone", 1, None, "", candidates)


_IN_DOUBT = _reading((_SEEN, 0.45), (_OTHER, 0.4))


def test_a_second_look_that_sees_the_same_raises_a_field_in_doubt() -> None:
    (after,) = second_looks([_IN_DOUBT], [_line()], _Engine(_SEEN))
    assert after.value == _SEEN
    assert after.confidence > _IN_DOUBT.confidence


def test_a_second_look_may_prefer_another_candidate() -> None:
    (after,) = second_looks([_IN_DOUBT], [_line()], _Engine(_OTHER))
    assert after.value == _OTHER


def test_the_second_look_is_closer() -> None:
    engine = _Engine(_SEEN)
    second_looks([_IN_DOUBT], [_line()], engine)
    (shown,) = engine.shown
    assert 20 <= shown.shape[0] < 30
    assert shown.shape[1] == 300


def test_what_is_sure_and_what_has_no_ink_is_not_looked_at_again() -> None:
    engine = _Engine(_OTHER)
    sure = _reading((_SEEN, 0.9))
    assert second_looks([sure], [_line()], engine) == (sure,)
    assert second_looks([_IN_DOUBT], [], engine) == (_IN_DOUBT,)
    assert engine.shown == []


def test_what_the_sum_settles_is_not_looked_at_again() -> None:
    engine = _Engine("3")
    zone = Zone(field="repas", type="count", lines_mm=((0, 0, 90, 9),))
    count = FieldReading("repas", "count", 1, None, "", (Candidate(3, "3", 0.5),))
    assert second_looks([count], [replace(_line(), zone=zone)], engine) == (count,)
    assert engine.shown == []


def test_a_line_without_dark_ink_stays_as_it_is() -> None:
    faint = np.full((40, 100), 200, np.uint8)
    assert closely_cut(faint) is faint


@pytest.mark.parametrize("second", [(), ((_SEEN, 1.0),), ((_OTHER, 0.7), ("0102030405", 0.2))])
def test_two_looks_together_are_probabilities_best_first(
    second: tuple[tuple[str, float], ...],
) -> None:
    ps = [c.probability for c in together(_IN_DOUBT, _reading(*second).candidates)]
    assert ps == sorted(ps, reverse=True)
    assert 0.0 < sum(ps) <= 1.0


def test_looks_that_contradict_each_other_leave_more_doubt_than_either() -> None:
    first, second = _reading((_SEEN, 0.75)), _reading((_OTHER, 0.75))
    assert together(first, second.candidates)[0].probability < 0.75
