"""Forms filled in with real ink, from a folder of lines whose truth is known.

The folder holds a table ``lines.tsv`` (``file``, ``text`` and, where it is known, ``writer``) and
the pictures beside it. What a value that is free says (a person, an address) is what a line says;
a number that follows from others is set from single digits of one writer.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from pipeline.decoding import lexicon
from pipeline.decoding.lexicon import Lexicon
from pipeline.decoding.personal_names import given_names, name_blocks, split_name, surnames
from pipeline.errors import InputError
from pipeline.fields import Means, load, meaning, means
from pipeline.forms.schema import Form
from pipeline.geometry import BoxPx
from pipeline.language import tr
from pipeline.learning.samples import read_gray, read_labels, shrink
from pipeline.records import Gray
from pipeline.simulate.contents import Filling, Person, pick
from pipeline.simulate.ink import (
    SIGNS,
    Digits,
    Ink,
    coverage_of,
    lay_on_line,
    line_ink,
    tight,
    write_number,
    write_words,
)
from pipeline.simulate.pen import CAP_SHARE, Pen, Strip
from pipeline.text import fold

TABLE = "lines.tsv"
_FREE = (Means.ORGANISATION, Means.EMAIL, Means.PHONE)
_NAME = re.compile(r"[^\W\d_]+(?:(?:['-]| |\. ?)[^\W\d_]+)*\.?")
_MOST_BLOCKS = 3
"""Names of a person, each with its particles."""
_STROKE_MM = 0.38
"""The stroke of a ball-point pen."""
_NARROWEST, _SMALLEST = 0.8, 0.6
"""What would be squeezed to less of its width is written smaller, down to this share."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line in real ink and what it says; ``writer`` is "" where nobody knows."""

    file: Path
    text: str
    writer: str


@dataclass(frozen=True, slots=True)
class Inked:
    """A text as it will stand on the form: lines side by side, or a number set from ``digits``."""

    text: str
    seed: int
    lines: tuple[Line, ...] = ()
    digits: tuple[Line, ...] = ()


InInk = Mapping[tuple[str, int], Inked]
"""By field, and which of its texts."""


@lru_cache(maxsize=8)
def load_folder(folder: Path) -> tuple[Line, ...]:
    """The lines of a folder, as its table has them.

    Raises InputError where the table, a column or a picture is missing, or it holds no line.
    """
    lines = tuple(
        Line(folder / row["file"], row["text"].strip(), row.get("writer") or "")
        for row in read_labels(folder / TABLE)
    )
    for line in lines:
        if not line.file.is_file():
            raise InputError(tr("{path} is missing or is no picture.", path=line.file))
    return lines


def fill_in(
    form: Form, filling: Filling, folder: Path, rng: np.random.Generator
) -> tuple[Filling, InInk]:
    """The form as the writers of the folder fill it in, and the texts that they write.

    The writers are asked in an order that is drawn for the form, those of many lines rather first:
    what the first can write, nobody else does.
    """
    lines = load_folder(folder)
    order = list(dict.fromkeys(lines[int(i)].writer for i in rng.permutation(len(lines))))
    fields, written = dict(filling.fields), dict(filling.written)
    people = list(filling.people)
    inked: dict[tuple[str, int], Inked] = {}
    taken: set[Line] = set()
    surname_first = bool(rng.random() < 0.5)
    by_writer = _names(folder)
    names = [_name(by_writer, order, taken, rng, surname_first=surname_first) for _ in people]
    for zone in form.zones:
        kind = means(zone.type)
        if not zone.lines or zone.comb or not written[zone.field]:
            continue
        if kind is Means.PERSON:
            texts = list(written[zone.field])
            for n, name in enumerate(names[: len(texts)]):
                if name:
                    people[n] = name[0]
                    texts[n] = _value(zone.type, " ".join(line.text for line in name[1]))
                    inked[zone.field, n] = Inked(texts[n], _seed(rng), lines=name[1])
            fields[zone.field] = texts if zone.repeated else texts[0]
            written[zone.field] = tuple(texts)
        elif kind in _FREE and (line := _free(folder, zone.type, order, taken, rng)):
            fields[zone.field] = _value(zone.type, line.text)
            written[zone.field] = (line.text,)
            inked[zone.field, 0] = Inked(line.text, _seed(rng), lines=(line,))
    numbers = {
        (field, n): text
        for field, texts in written.items()
        if not form.zone(field).comb
        for n, text in enumerate(texts)
        if (field, n) not in inked and set(text) <= SIGNS and any(map(str.isdigit, text))
    }
    inked |= _numbers(lines, numbers, order, rng)
    return replace(filling, fields=fields, written=written, people=tuple(people)), inked


def write_inked(
    sheet: Gray, inked: Inked, lines: Sequence[tuple[BoxPx, float]], pen: Pen, *, px_per_mm: float
) -> None:
    """Write a text in ink on the longest of its lines (box, y of the leader dots)."""
    rng = np.random.default_rng(inked.seed)
    box, dots = max(lines, key=lambda line: line[0].w)
    cap_px = pen.cap_mm * (1 + 0.06 * pen.waver * rng.normal()) * px_per_mm
    cap_px = min(cap_px, CAP_SHARE * box.h)
    stroke_px = (_STROKE_MM + 0.08 * pen.weight) * px_per_mm
    strip = _strip(inked, cap_px, stroke_px)
    room = (box.w - 2 * px_per_mm) / (_NARROWEST * max(1.0, strip.end - strip.start))
    if room < 1:
        strip = _strip(inked, cap_px * max(room, _SMALLEST), stroke_px)
    lay_on_line(sheet, strip, (box, dots), pen, rng, px_per_mm=px_per_mm)


def _strip(inked: Inked, cap_px: float, stroke_px: float) -> Strip:
    rng = np.random.default_rng([inked.seed, 1])
    if inked.digits:
        writers = [_digits(inked.digits)]
        return write_number(inked.text, writers, rng, cap_px=cap_px, stroke_px=stroke_px)
    words = [_ink(line) for line in inked.lines]
    return write_words(words, rng, cap_px=cap_px, stroke_px=stroke_px)


@lru_cache(maxsize=256)
def _ink(line: Line) -> Ink:
    return line_ink(shrink(read_gray(line.file)))


@lru_cache(maxsize=64)
def _digits(lines: tuple[Line, ...]) -> Digits:
    """Single digits of one writer, their heights against the usual one."""
    cut = [(line.text, tight(coverage_of(read_gray(line.file)))) for line in lines]
    usual = float(np.median([len(coverage) for _, coverage in cut]))
    digits: dict[str, list[Ink]] = defaultdict(list)
    for digit, coverage in cut:
        digits[digit].append(Ink(coverage, 0.0, len(coverage) / usual))
    return digits


def _numbers(
    lines: Sequence[Line],
    texts: Mapping[tuple[str, int], str],
    order: Sequence[str],
    rng: np.random.Generator,
) -> dict[tuple[str, int], Inked]:
    """Numbers in the digits of the one who can write most of them; else a line that says so."""
    digits: dict[str, list[Line]] = {writer: [] for writer in order}
    exact: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if len(line.text) == 1 and line.text.isdigit():
            digits[line.writer].append(line)
        exact[line.text].append(line)
    known = {writer: {line.text for line in some} for writer, some in digits.items()}

    def can(writer: str, text: str) -> bool:
        return {char for char in text if char.isdigit()} <= known[writer]

    writer = max(order, key=lambda who: sum(can(who, text) for text in texts.values()))
    inked = {}
    for key, text in texts.items():
        seed = _seed(rng)
        own = [line for line in exact[text] if line.writer == writer and len(text) > 1]
        if own:
            inked[key] = Inked(text, seed, lines=(pick(rng, own),))
        elif can(writer, text):
            inked[key] = Inked(text, seed, digits=tuple(digits[writer]))
        elif exact[text]:
            inked[key] = Inked(text, seed, lines=(pick(rng, exact[text]),))
    return inked


def _free(
    folder: Path, kind: str, order: Sequence[str], taken: set[Line], rng: np.random.Generator
) -> Line | None:
    """A line that says a value of this type, by the first who can write any."""
    by_writer = _saying(folder, kind)
    for writer in order:
        if left := [line for line in by_writer.get(writer, ()) if line not in taken]:
            taken.add(line := pick(rng, left))
            return line
    return None


def _name(
    by_writer: Mapping[str, Sequence[Line]],
    order: Sequence[str],
    taken: set[Line],
    rng: np.random.Generator,
    *,
    surname_first: bool,
) -> tuple[Person, tuple[Line, ...]] | None:
    """A person by the first who can write any: a line, or two lines of one name each."""
    for writer in order:
        left = [line for line in by_writer.get(writer, ()) if line not in taken]
        single = [line for line in left if len(name_blocks(line.text.split())) == 1]
        if left == single and len(left) < 2:
            continue
        line = pick(rng, left if len(single) > 1 else [o for o in left if o not in single])
        surname, given = split_name(line.text)
        lines: tuple[Line, ...] = (line,)
        if line in single:
            partners = [other for other in single if other != line]
            unlike = [other for other in partners if _is_given(other) != _is_given(line)]
            pair = (line, pick(rng, unlike or partners))
            family, first = reversed(pair) if _is_given(line) else pair
            surname, given = family.text, first.text
            lines = (family, first) if surname_first else (first, family)
        taken.update(lines)
        return Person(given, surname), lines
    return None


@cache
def _saying(folder: Path, kind: str) -> Mapping[str, Sequence[Line]]:
    """By writer, the lines that say a value of this type, and nothing more."""
    by_writer: dict[str, list[Line]] = defaultdict(list)
    for line in load_folder(folder):
        if _value(kind, line.text) and (
            means(kind) is not Means.ORGANISATION or _is_service(line.text)
        ):
            by_writer[line.writer].append(line)
    return by_writer


@cache
def _names(folder: Path) -> Mapping[str, Sequence[Line]]:
    """By writer, the lines that say the name of a person, or one of their names."""
    by_writer: dict[str, list[Line]] = defaultdict(list)
    for line in load_folder(folder):
        blocks = name_blocks(line.text.split())
        if (
            _NAME.fullmatch(line.text)
            and len(blocks) <= _MOST_BLOCKS
            and all(any(map(str.isupper, block)) for block in blocks)
            and not _is_service(line.text)
        ):
            by_writer[line.writer].append(line)
    return by_writer


def _value(kind: str, text: str) -> str:
    """What a text says as a value of this type; "" where it says none, or more than that."""
    value = load(kind).parse(text)
    spelled = map(_bare, load(kind).spellings(value))
    return str(value) if value and _bare(text) in spelled else ""


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, fold(text)))


def _is_service(text: str) -> bool:
    """Whether the words are rather those of services than names of people, or an address."""
    if any(_value(kind, text) for kind in meaning(Means.EMAIL)):
        return False
    words = re.findall(r"[^\W\d_]+", text)
    names = sum(max(given_names().log_prior(w), surnames().log_prior(w)) for w in words)
    return sum(map(_service_words().log_prior, words)) > names


@cache
def _service_words() -> Lexicon:
    return lexicon.load("organisation_words").of_words()


def _is_given(line: Line) -> bool:
    return given_names().log_prior(line.text) > surnames().log_prior(line.text)


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**32))
