"""The text that a file itself holds, put on the lines of the form, less what the form prints."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import dropwhile, groupby, pairwise

import numpy as np

from pipeline.forms.blank import BlankPage
from pipeline.geometry import BoxMm, Homography, bounding_box
from pipeline.intake.pdfbuttons import TICKED, UNSURE, UNTICKED
from pipeline.paper.dropout import crop
from pipeline.paper.lines import line_field
from pipeline.reading.characters import Letter, Letters, gap_em, letters_of, text_of_row, words_of
from pipeline.reading.marks import is_mark
from pipeline.reading.near import REACH_MM
from pipeline.records import AlignedPage, Finding, LineEvidence, Severity, TextRun

_PRINT_NEAR_MM = 6.0
"""A word of the text layer within this of the same printed word is that word."""
_PRINT_ON_MM = 1.0
"""Print that has grown together with what was typed stands so near to where the form has it."""
_LEADERS = re.compile(r"[.…_]{2,}")
_BEHIND_LABELS = " :;"
_STOPS = ".…_"
_SAME_ROW = 0.5
"""Words whose middles are apart by less than this share of their height stand in one row."""
_ROW_MM = 5.0
"""The height of a row of typed text, where the form's lines do not tell it."""
_APART_EM = 0.7
"""Between the words of one text there is less than this."""
_UNSURE = 0.5
"""The confidence of text that is known while its place or order is not."""
_BUTTONS = (TICKED, UNTICKED, UNSURE)


@dataclass(frozen=True, slots=True)
class _Place:
    """A line of the form (``cell_mm`` wide are the cells of a comb), or a check box."""

    name: str
    box: BoxMm
    cell_mm: float | None = None


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the text layer on the form; ``line`` is known where its form field tells it.

    ``sure``: whether its place is known, and not only guessed from the box of its run; ``run`` is
    that run. ``letters``: where each stands, as far as the file tells.
    """

    text: str
    box_mm: BoxMm
    run: TextRun
    line: _Place | None = None
    sure: bool = True
    letters: Letters = ()

    @property
    def middle(self) -> tuple[float, float]:
        return self.box_mm.x + self.box_mm.w / 2, self.box_mm.y + self.box_mm.h / 2


def text_layer_lines(aligned: AlignedPage, blank: BlankPage) -> dict[str, tuple[LineEvidence, ...]]:
    """The text the file itself holds and the page shows, by field (``paiement:postal`` for a box),
    print left out.

    ``box_mm`` is where that text stands. Its confidence is below 1 where rows of text share a line
    or it is not certain on which line they stand.
    """
    held: dict[str, tuple[LineEvidence, ...]] = {}
    for place, words in _placed(aligned, blank):
        if shown := [word for word in words if not word.run.hidden]:
            held[place.name] = (*held.get(place.name, ()), _evidence(shown, place))
    return held


def hidden_text(aligned: AlignedPage, blank: BlankPage) -> tuple[Finding, ...]:
    """A finding for each field with text in the file that the page does not show, or not surely.

    Somebody erased it, or it is there to deceive, or a copier guessed it: what counts is what the
    page shows, and a person should know.
    """
    texts: dict[tuple[str, bool], list[str]] = {}
    for place, words in _placed(aligned, blank):
        for word in words:
            # Leader dots and the like say nothing, whoever hides them.
            if any(map(str.isalnum, word.text)) and (word.run.hidden or not word.run.sure):
                key = (place.name.split(":")[0], word.run.hidden)
                texts.setdefault(key, []).append(word.text)
    return tuple(
        Finding(
            "no_hidden_text",
            Severity.REVIEW,
            (field,),
            ("hidden" if hidden else "unsure", " ".join(words)),
        )
        for (field, hidden), words in texts.items()
    )


def _placed(aligned: AlignedPage, blank: BlankPage) -> Iterator[tuple[_Place, list[_Word]]]:
    """The words of the text layer on each line and box of the form from the top, less its print."""
    zones = blank.form.zones_of(blank.number)
    lines = [
        _Place(line_field(zone, i), box, zone.cell_mm(i))
        for zone in zones
        for i, box in enumerate(zone.lines)
    ]
    boxes = [
        _Place(f"{zone.field}:{option}", box.grown(REACH_MM, REACH_MM))
        for zone in zones
        for option, box in zone.boxes.items()
    ]
    words: dict[_Place, list[_Word]] = {}
    runs = _near(aligned, [*lines, *boxes])
    for word in _on_their_lines(_words(runs, aligned.homography, lines, blank), lines, blank):
        places = [word.line] if word.line else [p for p in lines if p.box.contains(*word.middle)]
        of_boxes = [place for place in boxes if place.box.contains(*word.middle)]
        if word.text in _BUTTONS or (of_boxes and is_mark(word.text)):
            places = of_boxes
        elif word.run.hidden or not places:
            places = [*places, *of_boxes]
        for place in places:
            words.setdefault(place, []).append(word)
    yield from sorted(words.items(), key=lambda entry: (entry[0].box.y, entry[0].box.x))


def _evidence(words: list[_Word], place: _Place) -> LineEvidence:
    """The words of one line in reading order: row by row from the top, each from the left."""
    rows: list[list[_Word]] = []
    for word in sorted(words, key=lambda w: w.middle[1]):
        if rows and word.middle[1] - rows[-1][0].middle[1] < _SAME_ROW * word.box_mm.h:
            rows[-1].append(word)
        else:
            rows.append([word])
    texts = [_row(row, place) for row in rows]
    sure = len(rows) == 1 and texts[0][1] and all(word.sure for word in words)
    box = bounding_box([word.box_mm for word in words])
    text = " ".join(text for text, _ in texts)
    return LineEvidence(text, 1.0 if sure else _UNSURE, box, exact=True)


def _row(words: list[_Word], place: _Place) -> tuple[str, bool]:
    """The text of one row, and whether it is surely that: letters that stand apart make words."""
    ordered = sorted(words, key=lambda w: w.box_mm.x)
    parts: list[tuple[str, bool]] = []
    for has_letters, some in groupby(ordered, key=lambda w: bool(w.letters)):
        if has_letters:
            letters = tuple(letter for word in some for letter in word.letters)
            parts.append(text_of_row(letters, cell_mm=place.cell_mm))
        else:
            parts += [(word.text, True) for word in some]
    return " ".join(text for text, _ in parts), all(sure for _, sure in parts)


def _near(aligned: AlignedPage, places: list[_Place]) -> Iterator[TextRun]:
    """The runs that reach a line or a box of the form: a page may hold a whole letter beside."""
    corners = [run.box_px.corners() for run in aligned.page.runs]
    boxes = _boxes_mm(corners, aligned.homography) if corners else ()
    for run, box in zip(aligned.page.runs, boxes, strict=True):
        if any(_touch(box, place.box) for place in places):
            yield run


def _words(
    runs: Iterable[TextRun], homography: Homography, lines: list[_Place], blank: BlankPage
) -> Iterator[_Word]:
    """Each word of the text layer with its box, less those that the form prints."""
    for run in runs:
        in_letters = bool(run.letters_px)
        words = _by_letters(run, homography) if in_letters else _by_box(run, homography, lines)
        yield from (word for word in words if not _is_printed(word, blank))


def _by_letters(run: TextRun, homography: Homography) -> Iterator[_Word]:
    """The words of a run whose letters are known, each where it stands; leader dots left out."""
    text = _LEADERS.sub(lambda dots: " " * len(dots[0]), run.text)
    boxes = iter(_boxes_mm([box.corners() for box in run.letters_px if box], homography))
    letters = letters_of(text, [next(boxes) if box else None for box in run.letters_px])
    yield from (_spelled(word, run) for word in words_of(letters))


def _spelled(letters: Letters, run: TextRun, *, sure: bool = True) -> _Word:
    text = "".join(letter.char for letter in letters)
    box = bounding_box([letter.box_mm for letter in letters])
    return _Word(text, box, run, sure=sure, letters=letters)


def _boxes_mm(corners_px: list[np.ndarray], homography: Homography) -> Iterator[BoxMm]:
    corners = homography.to_mm(np.concatenate(corners_px)).reshape(-1, 4, 2)
    for (x, y), (right, bottom) in zip(
        corners.min(axis=1).tolist(), corners.max(axis=1).tolist(), strict=True
    ):
        yield BoxMm(x, y, right - x, bottom - y)


def _by_box(run: TextRun, homography: Homography, lines: list[_Place]) -> Iterator[_Word]:
    """The words of a run that tells only its own box, as form fields do.

    They are taken to share it out by their length, and its rows to stand one on each of the form's
    lines that it covers.
    """
    (box,) = _boxes_mm([run.box_px.corners()], homography)
    covered = [line for line in lines if _covers(box, line.box)]
    one_zone = len({line.name.split(".")[0] for line in covered}) <= 1
    rows = run.text.split("\n")
    height = box.h / len(rows)
    if len(rows) > 1 and not (covered and one_zone):
        height = min(height, _ROW_MM)
    for i, row in enumerate(rows):
        line = None
        if covered and one_zone and max(len(rows), len(covered)) > 1:
            line = covered[min(i, len(covered) - 1)]
        row_box = BoxMm(box.x, box.y + i * height, box.w, height)
        parts = list(_shared_out(row, row_box))
        sure = one_zone and (len(parts) == 1 or row_box.w >= row_box.h)
        for text, word_box in parts:
            # A field that holds one character is a cell, and all of its box that character's.
            is_cell = len(run.text) == 1 and line is None and text not in _BUTTONS
            letters = (Letter(text, word_box),) if is_cell else ()
            yield _Word(text, word_box, run, line, sure, letters)


def _shared_out(text: str, box: BoxMm) -> Iterator[tuple[str, BoxMm]]:
    """The words of a row with their boxes; in a tall box they are taken to run down it."""
    text = _LEADERS.sub(lambda dots: " " * len(dots[0]), text)
    for word in re.finditer(r"\S+", text):
        start, share = word.start() / len(text), len(word[0]) / len(text)
        if box.w >= box.h:
            yield word[0], BoxMm(box.x + start * box.w, box.y, share * box.w, box.h)
        else:
            yield word[0], BoxMm(box.x, box.y + start * box.h, box.w, share * box.h)


def _covers(box: BoxMm, line: BoxMm) -> bool:
    """Whether a run stands over the middle of a line, or a good part of it, as wide as text is."""
    shared = min(box.right, line.right) - max(box.x, line.x)
    level = box.y <= line.y + line.h / 2 <= box.bottom
    return level and box.w > box.h and shared >= min(box.w, line.w) / 2


def _is_printed(word: _Word, blank: BlankPage) -> bool:
    text = word.text.rstrip(_STOPS)  # the blank's words leave out what may be leader dots
    return any(
        text == printed.text and printed.box_mm.grown(_PRINT_NEAR_MM, 1.0).contains(*word.middle)
        for printed in blank.words
    )


def _on_their_lines(
    words: Iterable[_Word], lines: list[_Place], blank: BlankPage
) -> Iterator[_Word]:
    """The words, cut where the lines of two fields meet and where they have grown together with
    print; those that run on past the end of their line are on it, too."""
    for _, of_run in groupby(words, key=lambda word: id(word.run)):
        parts = [
            part
            for word in of_run
            for near in [[line for line in lines if _touch(word.box_mm, line.box)]]
            for rest in (_without_print(word, blank) if near else [word])
            for part in _cut_by_lines(rest, near)
        ]
        yield from _followed(parts, lines, blank)


def _without_print(word: _Word, blank: BlankPage) -> Iterator[_Word]:
    """What is left of a word that begins or ends with a printed one, or holds it."""
    for printed in blank.words if len(word.letters) > 1 else ():
        start = word.text.find(printed.text) if len(printed.text) > 1 else -1
        end = start + len(printed.text)
        if start < 0 or len(word.text) != len(word.letters):
            continue
        of_print = bounding_box([letter.box_mm for letter in word.letters[start:end]])
        middle = (of_print.x + of_print.w / 2, of_print.y + of_print.h / 2)
        if printed.box_mm.grown(_PRINT_ON_MM - printed.box_mm.w / 2, 1.0).contains(*middle):
            behind = dropwhile(lambda letter: letter.char in _BEHIND_LABELS, word.letters[end:])
            for rest in (word.letters[:start], tuple(behind)):
                if rest:
                    yield from _without_print(_spelled(rest, word.run), blank)
            return
    yield word


def _cut_by_lines(word: _Word, near: list[_Place]) -> Iterator[_Word]:
    """A word whose letters stand on the lines of several fields is one of each; whether that is
    meant, or somebody needed more room, it does not tell."""
    if len(near) < 2 or len(word.letters) < 2:
        yield word
        return
    at: list[_Place | None] = []
    for letter in word.letters:
        here = next((line for line in near if line.box.contains(*letter.middle)), None)
        at.append(here or (at[-1] if at else None))
    parts = [list(some) for _, some in groupby(range(len(at)), key=lambda i: at[i])]
    fields = {place.name for place in at if place}
    for some in parts:
        letters = tuple(word.letters[i] for i in some)
        yield _spelled(letters, word.run, sure=len(fields) < 2)


def _touch(box: BoxMm, other: BoxMm) -> bool:
    across = min(box.right, other.right) - max(box.x, other.x)
    return across > 0 and min(box.bottom, other.bottom) > max(box.y, other.y)


def _followed(words: list[_Word], lines: list[_Place], blank: BlankPage) -> Iterator[_Word]:
    """The words of one run: one that stands close behind the last of a line, where nothing is
    printed and no other line is, goes on there."""
    places = [[p for p in lines if p.box.contains(*word.middle)] for word in words]
    ends: dict[int, _Word] = {}
    for i, (word, after) in enumerate(pairwise(words)):
        if not places[i] or places[i] == places[i + 1] or not _is_close(word, after):
            continue
        if not places[i + 1] and _is_paper(after.box_mm, blank):
            places[i + 1] = places[i]
            ends[i + 1] = replace(after, line=places[i][0])
        elif {p.name for p in places[i]} != {p.name for p in places[i + 1]}:
            ends[i] = replace(ends.get(i, word), sure=False)
            ends[i + 1] = replace(after, sure=False)
    yield from (ends.get(i, word) for i, word in enumerate(words))


def _is_close(word: _Word, after: _Word) -> bool:
    if not word.letters or not after.letters:
        return False
    return gap_em(word.letters[-1], after.letters[0]) < _APART_EM


def _is_paper(box: BoxMm, blank: BlankPage) -> bool:
    """Whether the form prints nothing there."""
    distance = crop(blank.from_print_px, box)
    return bool(distance.size and distance.min() > 0)
