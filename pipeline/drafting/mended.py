"""Lines of a picture that are seen in pieces: dots too faint to be seen, strokes that lean.

Between two pieces on one level the picture is looked at again, all of the gap at once: noise is
evened out there, and a faint line is not.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.drafting.linework import is_level
from pipeline.drafting.records import Print
from pipeline.geometry import BoxMm, bounding_box
from pipeline.records import Gray, Mask

_LEVEL_MM, _LEAST_MM = 0.7, 4.5
_NEAR_MM, _MOST_GAP_MM = 1.2, 14.0
"""A gap in which nothing is seen is none up to the first, and may be faint up to the second."""
_BAND_MM, _BESIDE_MM = 0.35, (0.9, 1.5)
_ABOVE_MM, _LETTER = (0.8, 2.6), 150
"""Where letters would be, over a line, and how dark they are at least."""
_FAINT = 0.3
"""How dark the gap is, of how dark the pieces are, at least."""


def mended(
    rules: Sequence[BoxMm],
    dots: Sequence[BoxMm],
    words: Sequence[Print],
    *,
    even: Gray,
    px_per_mm: float,
) -> tuple[list[BoxMm], list[BoxMm]]:
    """The rules and the runs of dots, those that go on in each other made one; what has dots in it
    is dotted."""
    kept = [rule for rule in rules if not is_level(rule) or rule.w < _LEAST_MM]
    pieces = [(rule, False) for rule in rules if is_level(rule) and rule.w >= _LEAST_MM]
    pieces += [(run, True) for run in dots]
    whole: list[tuple[BoxMm, bool]] = []
    for piece, dotted in sorted(pieces, key=lambda each: each[0].x):
        for n, (last, was_dotted) in enumerate(whole):
            if _goes_on(last, piece, words, even, px_per_mm):
                whole[n] = (_joined(last, piece), dotted or was_dotted)
                break
        else:
            whole.append((piece, dotted))
    kept += [box for box, dotted in whole if not dotted]
    return kept, [box for box, dotted in whole if dotted]


def _joined(last: BoxMm, piece: BoxMm) -> BoxMm:
    both = bounding_box([last, piece])
    return replace(both, y=min(last.y, piece.y), h=max(last.h, piece.h))


def _goes_on(
    last: BoxMm, piece: BoxMm, words: Sequence[Print], even: Gray, px_per_mm: float
) -> bool:
    y = (_middle(last) + _middle(piece)) / 2
    gap = BoxMm(last.right, y, max(0.0, piece.x - last.right), 0.0)
    if abs(_middle(last) - _middle(piece)) > _LEVEL_MM or piece.x < last.right:
        return False
    if gap.w > _MOST_GAP_MM or any(_stands_in(word.box_mm, gap) for word in words):
        return False
    if gap.w <= _NEAR_MM:
        return True
    above = replace(gap, y=gap.y - _ABOVE_MM[1], h=_ABOVE_MM[1] - _ABOVE_MM[0])
    if _part(even, above, px_per_mm).min(initial=255) < _LETTER:
        return False  # letters that no engine read
    seen = min(_darkness(even, box, px_per_mm) for box in (last, piece))
    return _darkness(even, gap, px_per_mm) >= max(2.0, _FAINT * seen)


def _middle(box: BoxMm) -> float:
    return box.y + box.h / 2


def _stands_in(word: BoxMm, gap: BoxMm) -> bool:
    return (
        word.y < gap.y + 1
        and word.bottom > gap.y - 1
        and (min(word.right, gap.right) - max(word.x, gap.x) > 0.3)
    )


def _darkness(even: Gray, box: BoxMm, px_per_mm: float) -> float:
    """How much darker a line is than the paper above and below it, on the mean."""
    middle = _middle(box)

    def mean(top: float, bottom: float) -> float:
        rows = _part(even, BoxMm(box.x, top, box.w, bottom - top), px_per_mm)
        return float(np.mean(rows)) if rows.size else 0.0

    near, far = _BESIDE_MM
    beside = (mean(middle - far, middle - near) + mean(middle + near, middle + far)) / 2
    # Where it stands exactly is not known of a gap: the darkest of three rows.
    level = min(mean(middle + d - 0.15, middle + d + 0.15) for d in (-_BAND_MM, 0.0, _BAND_MM))
    return beside - level


def _part(even: Gray, box: BoxMm, px_per_mm: float) -> Gray:
    x, y = (max(0, round(v * px_per_mm)) for v in (box.x, box.y))
    right, bottom = (round(v * px_per_mm) + 1 for v in (box.right, box.bottom))
    return even[y:bottom, x:right]


def thinned(rule: BoxMm, ink: Mask, px_per_mm: float) -> BoxMm:
    """A level rule that leans, as thin as it is drawn, at its middle."""
    part = _part(ink, rule, px_per_mm)
    if not is_level(rule) or not part.size:
        return rule
    high = float(np.median(np.count_nonzero(part, axis=0))) / px_per_mm
    if not 0 < high < rule.h:
        return rule
    return replace(rule, y=_middle(rule) - high / 2, h=high)
