"""Labelled lines of handwriting from the folder of real data, made fit for training.

The folder holds a folder for each set, with a table of its labels. Nothing of it is copied into the
repository. Never trained on are the rows and writers of each table's split ``val``, and of
``names`` and ``amounts``, whose tables know no split, a fifth by the hash of the file's name.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from pipeline import fields
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
from pipeline.paths import RECOGNIZER
from pipeline.records import Gray

LINE_SETS = (
    *("lines", "numbers_ch", "unipen_lines", "unipen_fields", "dhsd"),
    *("lectaurep", "poilus", "peraire", "tables"),
)
"""The sets of lines with a table of their writers' split."""
FIELD_SETS = ("numbers_ch", "unipen_fields")
"""Those whose lines are what people write into fields."""
NAME_SETS = ("names", "names2")
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


@dataclass(frozen=True, slots=True)
class Name:
    """A row of a table of names: ``as_written`` where its accents were looked at by eye."""

    file: str
    text: str
    held_out: bool
    as_written: bool


def is_held_out(file: str) -> bool:
    """Whether this file of the names or the amounts is kept for validation."""
    return int(hashlib.sha256(file.encode()).hexdigest(), 16) % _HELD_OUT == 0


def load_lines(data: Path, name: str, split: str, alphabet: str) -> list[Sample]:
    """The lines of a set's split (``train`` or ``val``) whose labels can be written."""
    samples = []
    for row in read_table(data / name / "lines.tsv"):
        text = clean_label(row["text"], alphabet)
        if row["split"] == split and text:
            image = shrink(read_gray(data / name / row["file"]))
            samples.append(Sample(image, text, name, _kind(name, text), row["file"]))
    return samples


def _kind(name: str, text: str) -> str:
    """The field type that a line of a set resembles."""
    if name not in FIELD_SETS:
        return "text"
    kinds = fields.meaning(Means.EMAIL, Means.PHONE)
    parsed = (kind for kind in kinds if fields.load(kind).parse(text) is not None)
    by_eye = "text" if any(char.isdigit() for char in text) else fields.meaning(Means.PERSON)[0]
    return next(parsed, by_eye)


def load_names(data: Path, name: str, reader: Reader) -> list[Sample]:
    """The names of a set, cut out of their crops: printed "NOM :" and neighbours are masked.

    The pipeline's own crops never hold print, so that the network has no use for reading it. A
    crop to train on is left out whose label does not stand there, or may have dropped an accent
    that the ink shows; the held-out ones all stay.
    """
    samples = []
    for row in read_names(data, name):
        text = clean_label(row.text.replace(" - ", "-"), reader.alphabet)
        if not text or not (row.held_out or row.as_written or not _may_lack_accents(text)):
            continue
        crop, text, log_prob = find_handwriting(read_gray(data / name / row.file), [text], reader)
        if row.held_out or log_prob >= _LEAST_LOG_PROB * len(text):
            kind = meaning(Means.PERSON)[0]
            samples.append(Sample(shrink(crop), text, name, kind, row.file))
    return samples


def read_names(data: Path, name: str) -> list[Name]:
    """The table of ``names`` or ``names2``."""
    table = read_table(data / name / f"{name}.tsv")
    if name == "names2":
        return [
            Name(row["file"], row["text"], row["split"] == "val", row["how"] == "eye")
            for row in table
        ]
    accents = {r["file"]: r["with_accents"] for r in read_table(data / name / "relabel.tsv")}
    return [
        Name(file, accents.get(file, row["text"]), is_held_out(file), file in accents)
        for row in table
        for file in [row["file"]]
    ]


def _may_lack_accents(text: str) -> bool:
    """Whether a French name is spelled with accents that a label in plain letters may have lost."""
    lexicons = (lexicon.load("given_names"), lexicon.load("surnames"))
    return text.isascii() and any(
        not known.isascii()
        for word in re.findall(r"\w+", text)
        for names in lexicons
        for known in names.spellings(word)
    )


def cached_names(data: Path, cache: Path) -> list[Sample]:
    """The names of both sets as ``load_names`` cuts them with the shipped recogniser, which takes
    a while."""
    path = cache / "names.npz"
    if not path.exists():
        reader = Reader.open(RECOGNIZER / "recognizer.onnx")
        save_samples(path, [s for name in NAME_SETS for s in load_names(data, name, reader)])
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


def read_glyphs(data: Path, split: str) -> Iterator[tuple[str, str, Gray]]:
    """The single digits of ``numbers_ch`` of a split: writer, digit, and its ink, 0 to 255."""
    with np.load(data / "numbers_ch" / "glyphs.npz") as held:
        columns = [held[name] for name in ("writer", "digit", "ink", "split")]
    for writer, digit, ink, of in zip(*columns, strict=True):
        if of == split:
            yield str(writer), str(digit), np.asarray(ink, dtype=np.uint8)


def digits_only(amount: Amount) -> Gray:
    """The image without what was written outside the boxes of its digits."""
    outside = written(amount.image)
    for x, y, w, h in amount.boxes:
        outside[max(0, y - 2) : y + h + 2, max(0, x - 2) : x + w + 2] = 0
    outside = cv2.dilate(outside, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.inpaint(amount.image, outside, 3, cv2.INPAINT_TELEA), dtype=np.uint8)


def load_training(
    folder: Path, cache: Path, alphabet: str, *, forms: int | None = None
) -> dict[str, list[Sample]]:
    """The sets to train on, by the names of ``train.WEIGHTS``; of the drawn ``forms`` so many
    files, or all."""
    drawn = [
        replace(s, text=text)
        for path in sorted((cache / "train").glob("*.npz"))[:forms]
        for s in load_samples(path)
        if (text := clean_label(s.text, alphabet))
    ]
    return {
        **{name: load_lines(folder, name, "train", alphabet) for name in LINE_SETS},
        **names_to_train(folder, cache),
        "amounts": load_amounts(folder, held_out=False),
        "real ink": [s for s in drawn if s.source.endswith("-real")],
        "fonts": [s for s in drawn if not s.source.endswith("-real")],
    }


def load_validation(folder: Path, cache: Path, alphabet: str) -> dict[str, list[Sample]]:
    """The sets never trained on: real ones of other writers, and ``forms`` in fonts kept out."""
    forms = [s for path in sorted((cache / "val").glob("*.npz")) for s in load_samples(path)]
    lines = {name: load_lines(folder, name, "val", alphabet) for name in LINE_SETS}
    return {
        **{name: samples for name, samples in lines.items() if samples},
        **dict(zip(NAME_SETS, split_names(folder, cache, held_out=True), strict=True)),
        "amounts": load_amounts(folder, held_out=True),
        "forms": forms,
    }


def names_to_train(folder: Path, cache: Path) -> dict[str, list[Sample]]:
    """The names to train on; those of ``names2`` that nobody looked at are a set of their own."""
    names, names2 = split_names(folder, cache, held_out=False)
    by_eye = {row.file for row in read_names(folder, "names2") if row.as_written}
    return {
        "names": names,
        "names2": [s for s in names2 if s.name in by_eye],
        "names2, not by eye": [s for s in names2 if s.name not in by_eye],
    }


def split_names(folder: Path, cache: Path, *, held_out: bool) -> list[list[Sample]]:
    """The names of each of ``NAME_SETS``: those to train on, or the held-out ones."""
    samples = cached_names(folder, cache)
    split = []
    for name in NAME_SETS:
        files = {row.file for row in read_names(folder, name) if row.held_out == held_out}
        split.append([s for s in samples if s.source == name and s.name in files])
    return split
