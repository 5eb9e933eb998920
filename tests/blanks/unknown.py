"""An inbox of pages that fit no known form: ``python -m blanks.unknown --out DIR``.

Ten copies of each of six small layouts, five typed and five by hand, under names that say nothing.
``truth.json`` says of each page its ``layout``, its ``medium``, and by printed label the ``type``,
the ``value`` and what is ``written``: the value of a square is the word behind it.

``compare`` holds against it what a run made of the pages: the values by label, and the groups.
"""

import argparse
import shutil
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from associations import fonts
from associations.blank import Blank
from associations.copies import draw, write_truth
from associations.measure import agree

from blanks.small import SMALL
from pipeline.text import fold

MEDIA = ("typed", "hand")
EXACT = 0.80
"""So many of the typed values must be right."""


def draw_unknown(
    out: Path, *, each: int = 5, seed: int = 19, jobs: int = 1, cache: Path = fonts.CACHE,
    blanks: Sequence[Blank] = SMALL, media: Sequence[str] = MEDIA,
) -> dict[str, Any]:  # fmt: skip
    """Lay ``each`` copies of each layout in each medium into ``out``; gives their truth."""
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        drawn = draw(blanks, Path(scratch), each=each, seed=seed, media=media, jobs=jobs,
                     cache=cache)  # fmt: skip
        names = np.random.default_rng(seed).permutation(sorted(drawn))
        truth: dict[str, Any] = {}
        for n, old in enumerate(map(str, names), 1):
            name = f"page-{n:02}{Path(old).suffix}"
            shutil.move(Path(scratch) / old, out / name)
            truth[name] = _by_label(drawn[old], {blank.id: blank for blank in blanks})
    return truth


def _by_label(entry: Mapping[str, Any], blanks: Mapping[str, Blank]) -> dict[str, Any]:
    _, asked = blanks[entry["form"]].make()
    labels = {
        zone["label"]: {
            "type": zone["type"],
            "value": entry["fields"][zone["field"]],
            "written": entry["written"][zone["field"]],
        }
        for zone in asked.form["zones"]
    }
    return {"layout": entry["form"], "medium": entry["medium"], "labels": labels}


@dataclass(frozen=True, slots=True)
class Compared:
    """Shares of right values by medium; ``grouped``: of the pages, those that stand only with
    their like, in the largest group of these."""

    exact: Mapping[str, float]
    grouped: float


def compare(
    truth: Mapping[str, Any], read: Mapping[str, Mapping[str, str]], groups: Mapping[str, str]
) -> Compared:
    """``read``: by page, the values by label; ``groups``: by page, the name of its group."""
    right: dict[str, list[bool]] = {}
    for name, entry in truth.items():
        by_label = {_plain(label): value for label, value in read.get(name, {}).items()}
        for label, asked in entry["labels"].items():
            value = by_label.get(_plain(label), "")
            same = agree(asked["type"], value, asked["value"], asked["written"])
            right.setdefault(entry["medium"], []).append(same)
    exact = {medium: sum(said) / len(said) for medium, said in right.items()}
    return Compared(exact, _grouped({name: entry["layout"] for name, entry in truth.items()},
                                    groups))  # fmt: skip


def _plain(label: str) -> str:
    return fold(label).strip(" :*?")


def _grouped(layouts: Mapping[str, str], groups: Mapping[str, str]) -> float:
    sizes = Counter((groups[name], layouts[name]) for name in layouts if groups.get(name))
    kinds = Counter(group for group, _ in sizes)
    largest = {}
    for (group, layout), _ in sizes.most_common():
        largest.setdefault(layout, group)
    right = [
        bool(group := groups.get(name, "")) and largest[layout] == group and kinds[group] == 1
        for name, layout in layouts.items()
    ]
    return sum(right) / len(right)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m blanks.unknown", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("outputs/unknown"))
    parser.add_argument("--each", type=int, default=5, help="copies of a layout in a medium (5)")
    parser.add_argument("--seed", type=int, default=19)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cache", type=Path, default=fonts.CACHE, help="where npm lays fonts")
    asked = parser.parse_args()
    fonts.install(asked.cache)
    truth = draw_unknown(asked.out / "inbox", each=asked.each, seed=asked.seed, jobs=asked.jobs,
                         cache=asked.cache)  # fmt: skip
    write_truth(truth, asked.out / "truth.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
