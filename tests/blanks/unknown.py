"""Pages that fit no known form, drawn and read: ``python -m blanks.unknown --out DIR``.

Ten copies of each of six small layouts come into an inbox under names that say nothing: scans that
were typed on, scans and photos written by hand, PDFs filled in on screen. ``truth.json`` says of
each page its ``layout``, its ``medium``, and by printed label the ``type``, the ``value`` and what
is ``written``: the value of a square is the word behind it.

``fiches run`` reads them, with no form but those that ship. ``compare`` holds against the truth
what it made of the pages: the values by label, and the groups. ``misread.csv`` lists what is wrong.
The exit status is 0 where all goals hold; an inbox that is there is not drawn again.
"""

import argparse
import csv
import json
import re
import resource
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from associations import fonts
from associations.blank import Blank
from associations.copies import MEDIA, draw, write_truth
from associations.measure import Goal, agree

from blanks.small import SMALL
from pipeline.errors import ExitCode
from pipeline.forms.unknown import UNKNOWN, described
from pipeline.records import Status
from pipeline.store import Store
from pipeline.text import fold

COPIES = {"typed": 4, "hand": 3, "photo": 1, "pdf": 2}
"""Of each layout, how many come in which way."""
TYPED = ("typed", "pdf")
EXACT = 0.80
"""So many of the typed values must be right."""


def draw_unknown(
    out: Path, *, copies: Mapping[str, int] = COPIES, seed: int = 19, jobs: int = 1,
    cache: Path = fonts.CACHE, blanks: Sequence[Blank] = SMALL,
) -> dict[str, Any]:  # fmt: skip
    """Lay so many ``copies`` of each layout by medium into ``out``; gives their truth."""
    out.mkdir(parents=True, exist_ok=True)
    drawn: dict[str, Any] = {}
    with TemporaryDirectory() as scratch:
        for medium, each in copies.items():
            drawn |= draw(blanks, Path(scratch), each=each, seed=seed, media=(medium,), jobs=jobs,
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
class Read:
    """What a run made of the pages of an inbox, by their names.

    ``values``: by label; ``groups``: the name of each page's; ``accepted``: pages of which anything
    is; ``known``: those that were read as of a known form.
    """

    values: Mapping[str, Mapping[str, str]]
    groups: Mapping[str, str]
    accepted: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Said:
    """One value of a page, and whether it is right."""

    page: str
    layout: str
    medium: str
    label: str
    truth: str
    read: str
    right: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """``grouped``: by page, whether it stands only with its like, in the largest group of these."""

    said: tuple[Said, ...]
    grouped: Mapping[str, bool]

    def exact(self, *media: str, layout: str = "") -> float:
        """The share of right values of these media, of one layout or of all."""
        right = [each.right for each in self.said
                 if each.medium in media and layout in ("", each.layout)]  # fmt: skip
        return sum(right) / len(right) if right else 1.0


def compare(truth: Mapping[str, Any], read: Read) -> Compared:
    said = []
    for name, entry in truth.items():
        by_label = {_plain(label): value for label, value in read.values.get(name, {}).items()}
        for label, asked in entry["labels"].items():
            value = by_label.get(_plain(label), "")
            right = agree(asked["type"], value, asked["value"], asked["written"])
            said.append(Said(name, entry["layout"], entry["medium"], label,
                             str(asked["value"] or ""), value, right))  # fmt: skip
    layouts = {name: entry["layout"] for name, entry in truth.items()}
    return Compared(tuple(said), _grouped(layouts, read.groups))


def _plain(label: str) -> str:
    """A label as it is compared: units in brackets stand beside fields, not in their labels."""
    words = re.sub(r"\([^()]*\)$", "", fold(label).strip(" :*?"))
    return " ".join(re.findall(r"\w+", words))


def _grouped(layouts: Mapping[str, str], groups: Mapping[str, str]) -> dict[str, bool]:
    sizes = Counter((groups[name], layouts[name]) for name in layouts if groups.get(name))
    kinds = Counter(group for group, _ in sizes)
    largest: dict[str, str] = {}
    for (group, layout), _ in sizes.most_common():
        largest.setdefault(layout, group)
    return {
        name: bool(group := groups.get(name, "")) and largest[layout] == group and kinds[group] == 1
        for name, layout in layouts.items()
    }


def run(out: Path, *, jobs: int) -> float:
    """Let ``fiches run`` read the inbox; gives the processor seconds that this took.

    Raises CalledProcessError.
    """
    command = [sys.executable, "-m", "pipeline", "run", "inbox", "--out", "read"]
    done = subprocess.run([*command, "--jobs", str(jobs)], cwd=out, check=False)
    if done.returncode not in (ExitCode.OK, ExitCode.SOME_REJECTED):
        done.check_returncode()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def read_of(out: Path) -> Read:
    """What the store of a run beside its tables says."""
    values: dict[str, dict[str, str]] = defaultdict(dict)
    groups, accepted, known = {}, set(), set()
    with Store.open(f"sqlite:///{out / 'fiches.sqlite'}") as store:
        rows = store.snapshot().registrations
    for row in rows:
        fiche = row.registration
        if any(each.status is Status.ACCEPTED for each in (fiche, *fiche.readings)):
            accepted.add(row.document)
        form = described(fiche.roles.described)
        if form is None or not fiche.form_id.startswith(UNKNOWN):
            known.add(row.document)
            continue
        groups[row.document] = fiche.form_id
        labels = {zone.field: zone.label for zone in form.zones}
        for reading in fiche.readings:
            label = labels.get(reading.field) or reading.field
            values[row.document].setdefault(label, reading.text)
    return Read(values, groups, frozenset(accepted), frozenset(known))


def table(truth: Mapping[str, Any], compared: Compared, read: Read) -> Iterator[str]:
    """By layout: pages, those that were read and grouped right, and exact values by medium."""
    media = sorted({entry["medium"] for entry in truth.values()}, key=MEDIA.index)
    yield f"{'':24}{'pages':>7}{'read':>7}{'grouped':>9}" + "".join(f"{m:>8}" for m in media)
    for layout in (*dict.fromkeys(entry["layout"] for entry in truth.values()), ""):
        names = [name for name, entry in truth.items() if layout in ("", entry["layout"])]
        counts = (len(names), sum(name in read.groups for name in names),
                  sum(compared.grouped[name] for name in names))  # fmt: skip
        shares = "".join(f"{compared.exact(m, layout=layout):8.3f}" for m in media)
        yield f"{layout or 'all':24}" + "{:7}{:7}{:9}".format(*counts) + shares


def goals(truth: Mapping[str, Any], compared: Compared, read: Read) -> list[Goal]:
    """What must hold."""
    grouped, exact = sum(compared.grouped.values()), compared.exact(*TYPED)
    lost = len(truth.keys() - read.groups.keys() - read.known)
    return [
        Goal(f"grouped right: {grouped} of {len(truth)}", grouped == len(truth)),
        Goal(f"exact, typed: {exact:.3f}, wanted {EXACT}", exact >= EXACT),
        Goal(f"accepted: {len(read.accepted)}", not read.accepted),
        Goal(f"on a known form: {len(read.known)}", not read.known),
        Goal(f"rejected or lost: {lost}", not lost),
    ]


def _write_misread(compared: Compared, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["page", "layout", "medium", "label", "truth", "read"])
        for each in compared.said:
            if not each.right:
                lines.writerow([each.page, each.layout, each.medium, each.label, each.truth,
                                each.read])  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m blanks.unknown", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("outputs/unknown"))
    for medium, each in COPIES.items():
        parser.add_argument(f"--{medium}", type=int, default=each, help=f"of a layout ({each})")
    parser.add_argument("--seed", type=int, default=19)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cache", type=Path, default=fonts.CACHE, help="where npm lays fonts")
    asked = parser.parse_args()
    told = asked.out / "truth.json"
    if not told.exists():
        fonts.install(asked.cache)
        copies = {medium: getattr(asked, medium) for medium in COPIES}
        drawn = draw_unknown(asked.out / "inbox", copies=copies, seed=asked.seed, jobs=asked.jobs,
                             cache=asked.cache)  # fmt: skip
        write_truth(drawn, told)
    truth = json.loads(told.read_text("utf-8"))
    spent_s = run(asked.out, jobs=asked.jobs)
    read = read_of(asked.out / "read")
    compared = compare(truth, read)
    _write_misread(compared, asked.out / "misread.csv")
    print("\n".join(table(truth, compared, read)))
    print(f"processor time: {spent_s / len(truth):.1f} s a page")
    held = goals(truth, compared, read)
    for goal in held:
        print(f"{'holds' if goal.holds else 'FAILS':6} {goal.said}")
    return ExitCode.OK if all(goal.holds for goal in held) else 1


if __name__ == "__main__":
    sys.exit(main())
