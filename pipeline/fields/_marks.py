"""What marks on options come to: how likely each is meant, by its ink, and by all of them together.

A blank box holds next to no ink beyond its print; a tick of any size, in a square of 4 mm or
anywhere in a cell of a table, half a square millimetre and more. The chance that an option is
marked is a log-logistic curve of that ink. A printed word is chosen by a ring or a mark beside it,
and ruled out by a stroke through it. Options are taken to be independent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from pipeline import fields
from pipeline.fields import Mark
from pipeline.records import Candidate, FieldValue
from pipeline.roles import BETWEEN
from pipeline.text import tidy

_EVEN_MM2, _STEEPNESS = 0.42, 3.5
"""The ink at which a box is as likely marked as not, and how fast the odds grow with its
logarithm."""
_LEAST_MM2 = 0.048
"""Less ink than this is dust and says no more than this does."""
_EVEN_RING, _RING_STEEPNESS = 0.55, 9.0
_EVEN_STRIKE, _STRIKE_STEEPNESS = 0.5, 8.0
_BESIDE_WORD = 0.6
"""Ink at a word that neither rings it nor strikes it out chooses it so often."""
_EVEN_REST_MM2 = 2.0
"""But people mark alike: where another word is ringed or struck out, so little ink may be what is
left of the print, as often as not."""
_LIKELY = 0.5
"""An option this likely marked would be the answer if the others were clean."""
_MOST_DOUBTFUL = 8
"""So many options of one value are taken to be in doubt; the rest are as they seem."""


@dataclass(frozen=True, slots=True)
class _Chances:
    """Of an option: that nobody touched it, that it is marked, that it is struck out; the rest is
    something else."""

    clean: float
    marked: float
    struck: float

    @property
    def left(self) -> float:
        return self.clean + self.struck


def one_of(marks: Mapping[str, Mark]) -> tuple[Candidate, ...]:
    """Each option, and ``""`` for none, with its probability; no candidate where two are marked.

    All but one struck out choose that one.
    """
    chances = _chances(marks)
    if sum(c.marked >= _LIKELY for c in chances.values()) > 1:
        return ()
    probabilities: dict[FieldValue, float] = {"": prod(c.clean for c in chances.values())}
    for option, own in chances.items():
        others = [c for other, c in chances.items() if other != option]
        spared = own.clean * prod(c.struck for c in others) if others else 0.0
        probabilities[option] = own.marked * prod(c.left for c in others) + spared
    return fields.ranked(probabilities, to_text)


def any_of(marks: Mapping[str, Mark]) -> tuple[Candidate, ...]:
    """Each set of options, joined in the form's order, with its probability; ``""`` for none.

    Where none is marked and some are struck out, the others are chosen.
    """
    chances = _chances(marks)
    unsure = sorted(chances, key=lambda o: -min(chances[o].marked, chances[o].left))
    ways = [
        (True, False) if option in unsure[:_MOST_DOUBTFUL] else (c.marked >= c.left,)
        for option, c in chances.items()
    ]
    probabilities: dict[FieldValue, float] = {}
    for chosen in product(*ways):
        pairs = list(zip(chances.values(), chosen, strict=True))
        chance = prod(c.marked if is_chosen else c.left for c, is_chosen in pairs)
        if not any(chosen):
            chance = prod(c.clean for c in chances.values())
        elif not all(chosen):
            chance += prod(c.clean if is_chosen else c.struck for c, is_chosen in pairs)
        text = BETWEEN.join(o for o, is_chosen in zip(chances, chosen, strict=True) if is_chosen)
        probabilities[text] = chance
    return fields.ranked(probabilities, to_text)


def presence(
    marks: Mapping[str, Mark], *, empty_mm2: float, present_mm2: float
) -> tuple[Candidate, ...]:
    """Whether something stands in the one place: its option, or ``""``; in between, neither.

    As much ink as ``empty_mm2`` is as likely dirt as not, as ``present_mm2`` as likely the thing.
    """
    ((option, mark),) = marks.items()
    ink = max(mark.ink_mm2, _LEAST_MM2)
    here = _curve(ink, present_mm2, _STEEPNESS)
    return fields.ranked({option: here, "": 1.0 - _curve(ink, empty_mm2, _STEEPNESS)}, to_text)


def to_text(value: FieldValue) -> str:
    return "" if value is None else str(value)


def parse(text: str) -> FieldValue:
    """The options a person chose, of which most types have but one; "" for none."""
    return BETWEEN.join(filter(None, (tidy(part) for part in text.split(BETWEEN.strip()))))


def _chances(marks: Mapping[str, Mark]) -> dict[str, _Chances]:
    drawn = {option for option, m in marks.items() if m.is_word and max(_drawn(m)) >= _LIKELY}
    return {
        option: _chances_of(mark, _EVEN_REST_MM2 if drawn - {option} else _EVEN_MM2)
        for option, mark in marks.items()
    }


def _chances_of(mark: Mark, even_mm2: float) -> _Chances:
    """``even_mm2``: the ink at a word that chooses it as likely as not."""
    if not mark.is_word:
        inked = _inked(mark.ink_mm2, _EVEN_MM2) * (1 - _inked(mark.before_mm2, _EVEN_MM2) / 2)
        return _Chances(1.0 - inked, inked, 0.0)
    inked, (ringed, struck) = _inked(mark.ink_mm2, even_mm2), _drawn(mark)
    marked = ringed + (1 - ringed) * _BESIDE_WORD * inked
    return _Chances((1 - struck) * (1 - ringed) * (1 - inked), (1 - struck) * marked, struck)


def _drawn(mark: Mark) -> tuple[float, float]:
    """How likely a printed word is ringed, and struck out."""
    return (
        _curve(mark.ringed, _EVEN_RING, _RING_STEEPNESS),
        _curve(mark.struck, _EVEN_STRIKE, _STRIKE_STEEPNESS),
    )


def _inked(ink_mm2: float, even_mm2: float) -> float:
    return _curve(max(ink_mm2, _LEAST_MM2), even_mm2, _STEEPNESS)


def _curve(value: float, even: float, steepness: float) -> float:
    """0 for nothing, a half where ``value`` is ``even``, and towards 1 beyond."""
    odds: float = (value / even) ** steepness
    return odds / (1.0 + odds)
