"""Labelled crops of single lines: what is learned from, made fit for the recogniser."""

import csv
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pipeline.errors import InputError
from pipeline.language import tr, why
from pipeline.records import Gray

_TYPOGRAPHIC = str.maketrans(
    {**dict.fromkeys("“”„", '"'), **dict.fromkeys("‘`´", "'"), "…": "...", "−": "-", "\u00a0": " "}
)
_STORED_HEIGHT_PX = 72
"""Higher crops are shrunk to this: half as much again as the network reads."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A crop of one line, dark on white, with what stands on it.

    ``source`` is the set it comes from (``lines names amounts``, or how a form was captured),
    ``kind`` the field type it resembles, ``name`` the file or the page it was cut from.
    """

    image: Gray
    text: str
    source: str
    kind: str
    name: str


def clean_label(text: str, alphabet: str) -> str:
    """The label in the recogniser's own characters; empty where that is not possible.

    A foreign letter becomes its base letter, quotation marks become plain ones; ``<>``, which
    stands for something crossed out, goes.
    """
    plain = text.replace('\\"', '"').replace("<>", "").translate(_TYPOGRAPHIC)
    letters = [c if c in alphabet else unicodedata.normalize("NFD", c)[0] for c in plain]
    cleaned = " ".join("".join(letters).split())
    return cleaned if all(c in alphabet for c in cleaned) else ""


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a TSV with a heading. Raises InputError where it is missing or is no table."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except OSError as err:
        raise InputError(tr("{path}: {why}.", path=path, why=why(err))) from err
    except (UnicodeDecodeError, csv.Error) as err:
        raise InputError(
            tr("{path}: is no table in UTF-8 with tabs between the columns.", path=path)
        ) from err


def read_labels(path: Path) -> list[dict[str, str]]:
    """The rows of a table of lines: a picture beside it (``file``) and its truth (``text``) each.

    Raises InputError where the table or a column is missing, or it holds no line.
    """
    rows = read_table(path)
    if not rows or not all(row.get("file") and (row.get("text") or "").strip() for row in rows):
        raise InputError(
            tr(
                "{path}: needs a first line with the columns file and text, tab between, and "
                "a line with both for each picture.",
                path=path,
            )
        )
    return rows


def read_gray(path: Path) -> Gray:
    """A crop from its file. Raises InputError where it is no picture."""
    try:
        image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE)
    except (OSError, cv2.error):  # missing, or empty
        image = None
    if image is None:
        raise InputError(tr("{path} is missing or is no picture.", path=path))
    return np.asarray(image, dtype=np.uint8)


def flatten(image: Gray) -> Gray:
    """The image with its paper made white."""
    paper = cv2.dilate(image, np.ones((9, 9), np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), 7)
    return np.asarray(cv2.divide(image, np.maximum(paper, 30), scale=255), dtype=np.uint8)


def written(image: Gray) -> Gray:
    """255 where there is ink on the image, else 0, by Otsu's threshold."""
    _, ink = cv2.threshold(flatten(image), 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    return np.asarray(ink, dtype=np.uint8)


def shrink(image: Gray) -> Gray:
    """The crop at a height that is worth keeping."""
    scale = _STORED_HEIGHT_PX / image.shape[0]
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), _STORED_HEIGHT_PX)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def save_samples(path: Path, samples: Sequence[Sample]) -> None:
    """Write samples into one ``.npz`` file, which appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    np.savez_compressed(
        part,
        pixels=np.concatenate([s.image.ravel() for s in samples] or [np.zeros(0, np.uint8)]),
        shapes=np.array([s.image.shape for s in samples], dtype=np.int32).reshape(-1, 2),
        labels=np.array([(s.text, s.source, s.kind, s.name) for s in samples], dtype=np.str_),
    )
    part.rename(path)


def load_samples(path: Path) -> list[Sample]:
    """The samples of a file that ``save_samples`` wrote."""
    with np.load(path) as held:
        pixels, shapes, labels = held["pixels"], held["shapes"], held["labels"]
    ends = np.cumsum(shapes.prod(axis=1))[:-1]
    return [
        Sample(image.reshape(shape), *(str(v) for v in label))
        for image, shape, label in zip(np.split(pixels, ends), shapes, labels, strict=True)
    ]
