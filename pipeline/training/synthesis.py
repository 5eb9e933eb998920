"""Draws the pages to train on and to validate with, some with real ink: names in hand capitals, and
numbers put together from single digits of the real amounts (never of the held-out ones).

``python -m pipeline.training.synthesis --data ../shared/data --cache DIR`` draws them.
"""

import argparse
import logging
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from pipeline.forms.blank import blank_pages
from pipeline.forms.schema import load_forms
from pipeline.learning import texts
from pipeline.learning.drawing import STYLES, Invent, RealInk, draw_crops
from pipeline.learning.samples import Sample, save_samples
from pipeline.paths import FORMS
from pipeline.simulate.contents import pick
from pipeline.simulate.fonts import HAND_FONTS
from pipeline.simulate.ink import Ink, coverage_of, tight
from pipeline.training import data
from pipeline.training.fonts import shared_out

FIRST_SEED = 10_000
"""Pages to train on begin here; the validation's own pages lie below."""

_PAGES_A_FILE = 50
_TIMES_A_WRITER = 20

_log = logging.getLogger(__name__)


def collect_ink(
    names: Iterable[Sample],
    amounts: Iterable[data.Amount],
    glyphs: Iterable[dict[str, list[Ink]]] = (),
) -> RealInk:
    """Names and digits cut out of their paper; ``glyphs`` are the single digits of some writers."""
    return RealInk(
        names=tuple((sample.text, tight(coverage_of(sample.image))) for sample in names),
        writers=(*map(cut_digits, amounts), *glyphs),
    )


def digits_of_writers(folder: Path, split: str) -> list[dict[str, list[Ink]]]:
    """The single digits of ``numbers_ch``, each writer's several times over: a cheque's writer
    brings five digits, one of these hundreds."""
    writers: dict[str, dict[str, list[Ink]]] = {}
    for writer, digit, ink in data.read_glyphs(folder, split):
        writers.setdefault(writer, {}).setdefault(digit, []).append(Ink(tight(ink), 0.0, 1.0))
    return [digits for digits in writers.values() for _ in range(_TIMES_A_WRITER)]


def cut_digits(amount: data.Amount) -> dict[str, list[Ink]]:
    """Each digit of an amount that is whole and alone, by what it is."""
    coverage = coverage_of(amount.image)
    usual = float(np.median([h for *_, h in amount.boxes]))
    foot = float(np.median([y + h for _, y, _, h in amount.boxes]))
    _, labels, stats, _ = cv2.connectedComponentsWithStats((coverage > 60).astype(np.uint8))
    digits: dict[str, list[Ink]] = {}
    for digit, (x, y, w, h) in zip(amount.digits, amount.boxes, strict=True):
        inside = labels[y : y + h, x : x + w]
        counts = np.bincount(inside.ravel(), minlength=len(stats))
        own = counts > 0.5 * stats[:, cv2.CC_STAT_AREA]
        own[0] = False
        own &= stats[:, cv2.CC_STAT_AREA] >= 6
        mask = cv2.dilate(own[inside].astype(np.uint8), np.ones((3, 3), np.uint8))
        cut = coverage[y : y + h, x : x + w] * mask
        tallest = int(stats[own, cv2.CC_STAT_HEIGHT].max(initial=0))
        if tallest < 0.7 * h or (cut > 60).mean() < 0.07:
            continue  # it falls apart, or runs into its neighbour
        above = (foot - (y + h)) / usual
        digits.setdefault(digit, []).append(Ink(cut, float(np.clip(above, -0.4, 0.4)), h / usual))
    return digits


def draw_all(
    folder: Path,
    ink: RealInk,
    *,
    pages: int,
    first_seed: int,
    hands: Sequence[str],
    invent: Invent = texts.invent_line,
) -> None:
    """Draw pages into a folder, some a file; files that are there are kept."""
    form = load_forms(FORMS)[0]
    written = sorted({zone.page for zone in form.zones})
    for start in range(first_seed, first_seed + pages, _PAGES_A_FILE):
        path = folder / f"forms-{start}.npz"
        if path.exists():
            continue
        samples: list[Sample] = []
        for seed in range(start, min(start + _PAGES_A_FILE, first_seed + pages)):
            rng = np.random.default_rng(seed)
            style = str(rng.choice(list(STYLES), p=list(STYLES.values())))
            blank = blank_pages(form)[pick(rng, written) - 1]
            samples += draw_crops(
                *(form, blank, ink),
                style=style,
                rng=rng,
                name=f"page-{seed}",
                invent=invent,
                hands=hands,
            )
        save_samples(path, samples)
        _log.info("%s: %d crops", path.name, len(samples))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "fiches")
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    cv2.setNumThreads(1)
    fonts = {use: [str(f) for f in files] for use, files in shared_out(args.cache).items()}
    amounts = data.read_amounts(args.data)
    names = [s for held in data.split_names(args.data, args.cache, held_out=False) for s in held]
    held_out = [amount for amount in amounts if data.is_held_out(amount.name)]
    unseen = collect_ink((), held_out, digits_of_writers(args.data, "val"))
    draw = partial(draw_all, ink=unseen, hands=fonts["judge"])
    draw(args.cache / "val", pages=100, first_seed=FIRST_SEED - 1000)
    rare = texts.invent_rare_line
    draw(args.cache / "rare", pages=40, first_seed=FIRST_SEED - 2000, invent=rare)
    known = [amount for amount in amounts if not data.is_held_out(amount.name)]
    draw_all(
        args.cache / "train",
        collect_ink(names, known, digits_of_writers(args.data, "train")),
        pages=args.pages,
        first_seed=args.first_seed,
        hands=[*HAND_FONTS, *fonts["train"]],
    )


if __name__ == "__main__":
    main()
