"""Labelled lines of handwriting from the folder of real data, made fit for training.

The folder holds ``lines``, ``names`` and ``amounts``, each with a table of its labels. Nothing of
it is copied into the repository. A fifth of the names and of the amounts, chosen by the hash of the
file's name, is never trained on, and neither are the writers of the ``val`` lines.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from pipeline.decoding import ctc, lexicon
from pipeline.engines import EngineLine, ppocr
from pipeline.fields import Means, meaning
from pipeline.learning.samples import (
    Sample,
    clean_label,
    load_samples,
    read_gray,
    read_table,
    save_samples,
    shrink,
    written,
)
from pipeline.records import Gray

_HELD_OUT = 5
"""One file in so many is held out."""
_LEAST_BAND_PX, _LEAST_GAP_PX = 12, 10
_AS_LIKELY = 3.0
"""Of two parts of a crop that are about as likely, in nats, the smaller holds less print."""
_LEAST_LOG_PROB = -2.0
"""A letter of a name: a label less likely than this on average is not what stands there."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A recogniser of this kind, from any file."""

    session: onnxruntime.InferenceSession
    alphabet: str

    @classmethod
    def open(cls, path: Path, *, threads: int = 1) -> "Reader":
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = threads
        session = onnxruntime.InferenceSession(str(path), options)
        return cls(session, session.get_modelmeta().custom_metadata_map["alphabet"])

    def read_lines(self, crops: Sequence[Gray]) -> list[EngineLine]:
        return ppocr.read_with(self.session, self.alphabet, crops)


def is_held_out(file: str) -> bool:
    """Whether this file of the names or the amounts is kept for validation."""
    return int(hashlib.sha256(file.encode()).hexdigest(), 16) % _HELD_OUT == 0


def load_lines(data: Path, split: str, alphabet: str) -> list[Sample]:
    """The handwritten lines of a split (``train`` or ``val``) whose labels can be written."""
    samples = []
    for row in read_table(data / "lines" / "lines.tsv"):
        text = clean_label(row["text"], alphabet)
        if row["split"] == split and text:
            image = shrink(read_gray(data / "lines" / row["file"]))
            samples.append(Sample(image, text, "lines", "text", row["file"]))
    return samples


def load_names(data: Path, reader: Reader) -> list[Sample]:
    """The names, cut out of their crops: the printed "NOM :" and the neighbours are masked.

    The pipeline's own crops never hold print, so that the network has no use for reading it. An
    accent that the label dropped is put back where a French name has it and the paper shows it. A
    crop to train on whose label does not stand there is left out; the held-out ones all stay.
    """
    lexicons = (lexicon.load("given_names"), lexicon.load("surnames"))
    samples = []
    for row in read_table(data / "names" / "names.tsv"):
        text = clean_label(row["text"].replace(" - ", "-"), reader.alphabet)
        if not text:
            continue
        image = read_gray(data / "names" / row["file"])
        known = [word.upper() for names in lexicons for word in names.spellings(text)]
        spellings = list(dict.fromkeys([text, *(word for word in known if not word.isascii())]))
        crop, text, log_prob = find_handwriting(image, spellings, reader)
        if log_prob >= _LEAST_LOG_PROB * len(text) or is_held_out(row["file"]):
            samples.append(
                Sample(shrink(crop), text, "names", meaning(Means.PERSON)[0], row["file"])
            )
    return samples


def cached_names(data: Path, cache: Path) -> list[Sample]:
    """The names as ``load_names`` cuts them with the untrained recogniser, which takes a while."""
    path = cache / "names.npz"
    if not path.exists():
        save_samples(path, load_names(data, Reader.open(untrained(cache))))
    return load_samples(path)


def untrained(cache: Path) -> Path:
    """The recogniser that training starts from, made anew where the cache does not hold it."""
    path = cache / "untrained.onnx"
    if not path.exists():
        from pipeline.training import prune  # needs the extra ``train``; measuring lines does not

        prune.prune(prune.SOURCE, path)
    return path


def find_handwriting(
    image: Gray, spellings: Sequence[str], reader: Reader
) -> tuple[Gray, str, float]:
    """The part of a crop where one of the spellings stands: the part, the spelling, its log-prob.

    Tried are the bands of rows that hold ink, and each from its wide gaps on; the recogniser
    says which of them may hold the label and nothing else, and the smallest of these is taken.
    """
    parts = list(_parts(image))
    scored = []
    for part, line in zip(parts, reader.read_lines(parts), strict=True):
        if line.log_probs is not None:
            scores = ctc.score(line.log_probs, line.alphabet, list(spellings))
            scored.append((part, spellings[int(scores.argmax())], float(scores.max())))
    likeliest = max(log_prob for _, _, log_prob in scored)
    return min((f for f in scored if f[2] >= likeliest - _AS_LIKELY), key=lambda f: f[0].size)


def _parts(image: Gray) -> Iterable[Gray]:
    yield image
    ink = image < 160
    for top, bottom in _runs(ink.sum(axis=1) > 0, least_gap=2):
        if bottom - top < _LEAST_BAND_PX:
            continue
        columns = _runs(ink[top:bottom].sum(axis=0) > 0, least_gap=_LEAST_GAP_PX)
        right = columns[-1][1] + 6
        for left, _ in columns[:4]:
            if right - left >= 2 * _LEAST_BAND_PX:
                x0, y0 = max(0, left - 6), max(0, top - 4)
                yield np.ascontiguousarray(image[y0 : bottom + 4, x0:right])


def _runs(
    filled: np.ndarray[tuple[int], np.dtype[np.bool_]], *, least_gap: int
) -> list[tuple[int, int]]:
    """(start, stop) of the runs of True; a gap shorter than ``least_gap`` ends none."""
    at = np.flatnonzero(filled)
    if not at.size:
        return []
    breaks = np.flatnonzero(np.diff(at) > least_gap)
    starts, stops = at[np.r_[0, breaks + 1]], at[np.r_[breaks, at.size - 1]] + 1
    return [(int(a), int(b)) for a, b in zip(starts, stops, strict=True)]


@dataclass(frozen=True, slots=True)
class Amount:
    """A handwritten amount: its digits, and the box (x, y, w, h) of each in px of the image."""

    name: str
    image: Gray
    digits: str
    boxes: tuple[tuple[int, int, int, int], ...]


def read_amounts(data: Path) -> list[Amount]:
    """The amounts whose boxes agree with their digits."""
    amounts = []
    for row in read_table(data / "amounts" / "amounts.tsv"):
        boxes = sorted(json.loads(row["boxes"]), key=lambda box: float(box[0] + box[2] / 2))
        if "".join(str(box[4]) for box in boxes) == row["digits"]:
            image = read_gray(data / "amounts" / row["file"])
            places = tuple((int(x), int(y), int(w), int(h)) for x, y, w, h, _ in boxes)
            amounts.append(Amount(row["file"], image, row["digits"], places))
    return amounts


def load_amounts(data: Path, *, held_out: bool) -> list[Sample]:
    """The amounts to train on, or the held-out ones.

    The labels know digits only. To train on, what stands outside the digits' boxes (points, commas,
    closing strokes) is painted over, so that nobody learns to overlook a decimal point, and a wide
    gap is a space.
    """
    samples = []
    for amount in read_amounts(data):
        if is_held_out(amount.name) != held_out:
            continue
        image, text = amount.image, amount.digits
        if not held_out:
            image, text = digits_only(amount), _spaced(amount)
        samples.append(Sample(image, text, "amounts", meaning(Means.AMOUNT)[0], amount.name))
    return samples


def _spaced(amount: Amount) -> str:
    wide = 0.6 * float(np.median([w for _, _, w, _ in amount.boxes]))
    text = amount.digits[0]
    for digit, (x0, _, w, _), (x1, *_) in zip(
        amount.digits[1:], amount.boxes, amount.boxes[1:], strict=False
    ):
        text += (" " if x1 - x0 - w > wide else "") + digit
    return text


def digits_only(amount: Amount) -> Gray:
    """The image without what was written outside the boxes of its digits."""
    outside = written(amount.image)
    for x, y, w, h in amount.boxes:
        outside[max(0, y - 2) : y + h + 2, max(0, x - 2) : x + w + 2] = 0
    outside = cv2.dilate(outside, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.inpaint(amount.image, outside, 3, cv2.INPAINT_TELEA), dtype=np.uint8)


def load_training(folder: Path, cache: Path, alphabet: str) -> dict[str, list[Sample]]:
    """The sets to train on, by the names of ``train.WEIGHTS``."""
    forms = [
        replace(s, text=text)
        for path in sorted((cache / "train").glob("*.npz"))
        for s in load_samples(path)
        if (text := clean_label(s.text, alphabet))
    ]
    names = cached_names(folder, cache)
    return {
        "lines": load_lines(folder, "train", alphabet),
        "names": [s for s in names if not is_held_out(s.name)],
        "amounts": load_amounts(folder, held_out=False),
        "real ink": [s for s in forms if s.source.endswith("-real")],
        "fonts": [s for s in forms if not s.source.endswith("-real")],
    }


def load_validation(folder: Path, cache: Path, alphabet: str) -> dict[str, list[Sample]]:
    """The sets never trained on: ``lines`` (other writers), ``names``, ``amounts``, ``forms``."""
    forms = [s for path in sorted((cache / "val").glob("*.npz")) for s in load_samples(path)]
    return {
        "lines": load_lines(folder, "val", alphabet),
        "names": [s for s in cached_names(folder, cache) if is_held_out(s.name)],
        "amounts": load_amounts(folder, held_out=True),
        "forms": forms,
    }
