"""Folders of real ink to draw forms with, of people whose ink is never trained on.

``python -m pipeline.training.ink --data ../shared/data --cache CACHE`` writes
``CACHE/ink/calibrate`` and ``CACHE/ink/test``, each as ``fiches simulate --ink`` takes it. No
writer is in both; of a name, whose writer nobody knows, the hash of its file says which. Nothing of
it is copied into the repository.
"""

import argparse
import csv
import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pipeline.learning.samples import read_gray, read_table, written
from pipeline.records import Gray
from pipeline.simulate.ink_folder import TABLE
from pipeline.training import data
from pipeline.training.synthesis import cut_digits

FOLDERS = ("calibrate", "test")
_EACH_DIGIT = 6
"""So many of a writer's digits: whoever wrote hundreds would write all the forms."""
_LEAST_PX = 4
"""Smaller specks are the paper's."""
_HIGHEST, _WIDEST_GAP = 1.9, 3.0
"""A name with its accents and tails is no higher, and no gap in it wider, in heights of letters."""
_MARGIN_PX = 5
_ODD = ("apb_Fern_Anderson",)
"""Writers whose small letters, cut one by one out of their joined hand, are not what they are
called, as looked at: r stands there as e, f as g."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture with what it says; ``writer`` is "" where nobody knows, ``name`` its file's."""

    name: str
    image: Gray
    text: str
    writer: str


def folder_of(line: Labelled) -> str:
    """The folder that a line goes to."""
    digest = hashlib.sha256((line.writer or line.name).encode()).hexdigest()
    return FOLDERS[int(digest, 16) % 2 == 0]


def lines_of(folder: Path) -> Iterator[Labelled]:
    """The lines of a set that are not trained on."""
    for row in read_table(folder / "lines.tsv"):
        if row["split"] == "val" and not (row["writer"] in _ODD and row["text"].islower()):
            image = read_gray(folder / row["file"])
            name = f"{folder.name}-{Path(row['file']).stem}.png"
            yield Labelled(name, image, row["text"], row["writer"])


def single_digits(folder: Path) -> Iterator[Labelled]:
    """Some digits of each writer that is not trained on."""
    count: Counter[tuple[str, str]] = Counter()
    for i, (writer, digit, ink) in enumerate(data.read_glyphs(folder, "val")):
        count[writer, digit] += 1
        if count[writer, digit] <= _EACH_DIGIT:
            yield Labelled(f"digit-{i:05}.png", _on_paper(ink), digit, writer)


def cheques(folder: Path) -> Iterator[Labelled]:
    """The digits of each amount that is held out, which somebody of its own wrote."""
    for amount in data.read_amounts(folder):
        if data.is_held_out(amount.name):
            stem = Path(amount.name).stem
            for digit, cuts in cut_digits(amount).items():
                for n, cut in enumerate(cuts):
                    name = f"cheque-{stem}-{digit}{n}.png"
                    yield Labelled(name, _on_paper(cut.coverage), digit, f"cheque-{stem}")


def names(folder: Path, reader: data.Reader) -> Iterator[Labelled]:
    """Names that nobody trains on, cut out of the print around them where that can be done."""
    for row in data.read_names(folder, "names2"):
        if row.held_out and row.as_written:
            picture = read_gray(folder / "names2" / row.file)
            crop, text, _ = data.find_handwriting(picture, [row.text], reader)
            if is_alone(crop, text):
                yield Labelled(f"name-{Path(row.file).stem}.png", crop, text, "")


def is_alone(crop: Gray, text: str) -> bool:
    """Whether a crop of a name shows nothing but that: no print, no neighbour, nothing cut off.

    Told by the pieces of ink alone: what a recogniser can read must not choose what is measured.
    """
    ink = written(crop)
    _, _, pieces, _ = cv2.connectedComponentsWithStats(ink)
    pieces = pieces[1:][pieces[1:, cv2.CC_STAT_AREA] >= _LEAST_PX]
    if not len(pieces):
        return False
    tops, heights = pieces[:, cv2.CC_STAT_TOP], pieces[:, cv2.CC_STAT_HEIGHT]
    letter = float(np.median(np.sort(heights)[-len(text) :]))
    top, bottom = int(tops.min()), int((tops + heights).max())
    gap = int(np.diff(np.flatnonzero(ink.any(axis=0))).max(initial=0))
    return (
        top > 0
        and bottom < len(crop)
        and bottom - top <= _HIGHEST * letter
        and gap <= _WIDEST_GAP * letter
        and len(pieces) <= 1.4 * len(text) + 2
    )


def _on_paper(coverage: Gray) -> Gray:
    return np.asarray(np.pad(255 - coverage, _MARGIN_PX, constant_values=255), dtype=np.uint8)


def write_folders(lines: Iterable[Labelled], out: Path) -> dict[str, int]:
    """Write the folders; how many lines each holds."""
    rows: dict[str, list[tuple[str, str, str]]] = {name: [] for name in FOLDERS}
    for line in lines:
        name = folder_of(line)
        rows[name].append((line.name, line.text, line.writer))
        (out / name).mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(out / name / line.name), line.image)
    for name, table in rows.items():
        with (out / name / TABLE).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, "excel-tab", quoting=csv.QUOTE_NONE, lineterminator="\n")
            writer.writerows([("file", "text", "writer"), *table])
    return {name: len(table) for name, table in rows.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "fiches")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    cv2.setNumThreads(1)
    reader = data.Reader.open(data.untrained(args.cache))
    lines = [
        *lines_of(args.data / "numbers_ch"),
        *single_digits(args.data),
        *names(args.data, reader),
        *lines_of(args.data / "unipen_fields"),
        *cheques(args.data),
    ]
    out = args.cache / "ink"
    for name, count in write_folders(lines, out).items():
        _log.info("%s: %d lines", out / name, count)


if __name__ == "__main__":
    main()
