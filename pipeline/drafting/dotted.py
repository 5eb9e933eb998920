"""Leaders that a blank draws dot by dot, apart from its strokes."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.drafting.linework import joined, overlap
from pipeline.geometry import BoxMm

_DOT_MM, _DOT_GAP_MM, _LEAST_DOTS = 1.0, 2.6, 6
"""Dashes and drawn dots are so short, stand so near each other, and are so many in a run."""
_LEAST_RUN_MM = 4.5


def dotted(
    rules: Sequence[BoxMm], frames: Sequence[BoxMm]
) -> tuple[list[BoxMm], tuple[BoxMm, ...]]:
    """Runs of drawn dots, which are leaders, apart from the strokes; a frame may be dotted, too."""
    short = [rule for rule in rules if max(rule.w, rule.h) <= _DOT_MM]
    # Pieces of a stroke touch each other; dots stand apart.
    dots = [
        replace(rule, w=max(rule.w, rule.h))
        for rule in joined(short, gap_mm=0.05)
        if max(rule.w, rule.h) <= _DOT_MM
    ]
    runs = []
    for run in joined(dots, gap_mm=_DOT_GAP_MM):
        count = sum(overlap(run.grown(0.05, 0.2), dot.grown(0.05, 0.05)) > 0 for dot in dots)
        is_run = count >= _LEAST_DOTS and run.w >= _LEAST_RUN_MM and run.w > 4 * run.h
        if is_run and not any(_is_side(run, frame) for frame in frames):
            runs.append(run)
    of_runs = {dot for dot in short if any(overlap(dot.grown(0.05, 0.05), r) > 0 for r in runs)}
    strokes = joined(rule for rule in rules if rule not in of_runs)
    return runs, tuple(rule for rule in strokes if max(rule.w, rule.h) > _DOT_MM)


def _is_side(run: BoxMm, frame: BoxMm) -> bool:
    near = min(abs(run.y - frame.y), abs(run.y - frame.bottom)) <= _DOT_MM
    return (
        near and abs(run.x - frame.x) <= _DOT_GAP_MM and abs(run.right - frame.right) <= _DOT_GAP_MM
    )
