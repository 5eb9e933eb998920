"""What a page says of an event, where no form is filled in on it: read as print, and normalised."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import cv2
import numpy as np

from pipeline.decoding import french
from pipeline.decoding.normalise import Line, Normaliser, as_it_is
from pipeline.decoding.pieces import words_of
from pipeline.engines import tesseract
from pipeline.errors import EngineError, StalledError
from pipeline.event import About, Fact
from pipeline.flyer.columns import label_of
from pipeline.flyer.facts import facts_of
from pipeline.geometry import BoxPx
from pipeline.paper.dropout import flatten, flattened
from pipeline.reading.page import Context, find_blank
from pipeline.records import AlignedPage, Gray, Page, TextRun
from pipeline.text import fold

_MM_PER_INCH = 25.4
_PRINT_DPI = 300.0
"""Tesseract was trained on print of so many dots an inch; coarser pages are enlarged."""
_MOST_ENLARGED, _LONGEST_PX = 3.0, 5000
"""A poster is made smaller: its print is large."""
_LEAST_CHARACTERS = 200
"""A text layer with less is a stamp or a page number: the picture is read."""
_LEAST_FRENCH = 0.4
"""Of a page that is French in print, so many words at least are in the list."""
_PERSONAL = ("person", "organisation")
"""Types of labels that no flyer answers itself."""
_ANSWERS = re.compile(
    r"\b(?:je|j'\w+|m'inscri\w*|mon inscription|ma fiche|ci-joint\w*|en piece jointe|bien recu)\b"
)
"""What whoever registers writes, and no flyer."""
_MOST_STRANGE = 400
"""And no page has so many different words that are in no list; each costs time."""
_NEW_PARAGRAPH = 1.0
"""Lines are so far apart at least, in heights of a line, where a paragraph ends."""


def facts_on(page: Page | AlignedPage, ctx: Context) -> tuple[Fact, ...]:
    """The facts of an event that a page tells.

    A PDF's own text is taken as it is; a picture is read by Tesseract, where it is installed, and
    that, like a text file, is normalised.
    """
    plain, aligned = (page, None) if isinstance(page, Page) else (page.page, page)
    shown = [run for run in plain.runs if not run.hidden and run.sure]
    if not plain.drawn and sum(len(run.text) for run in shown) >= _LEAST_CHARACTERS:
        lines = tuple(map(as_it_is, _held(shown)))
        rows = tuple(map(as_it_is, _rows(shown)))
    else:
        rows = ()
        read = [run.text for run in plain.runs] if plain.drawn else _seen(plain, ctx, aligned)
        lines = _normaliser(_names(ctx)).lines(read) if _is_french(read) else ()
    facts = facts_of(lines, page=plain.number)
    if aligned is None:
        return facts if _announces(lines, facts, rows) else ()
    if plain.drawn or not ctx.forms[aligned.form_id].zones_of(aligned.form_page):
        return facts
    return tuple(fact for fact in facts if fact.about is not About.TITLE)  # a fiche's own


def _announces(lines: Sequence[Line], facts: Iterable[Fact], rows: Sequence[Line] = ()) -> bool:
    """Whether a page that is of no known form is a flyer: a letter, or the fiche of somebody, names
    people who do not want to be contacts of an event. ``rows``: its lines as the page shows them,
    where a file has them in another order."""
    text = fold("\n".join(line.text for line in lines))
    about = {fact.about for fact in facts}
    somewhere = about & {About.PLACE, About.ADDRESS, About.PROGRAMME}
    is_event = About.DATE in about and (somewhere or {About.ORGANISER, About.TARIFF} <= about)
    answered = any(map(_is_answered, (*lines, *rows)))
    return bool(is_event) and not answered and not _ANSWERS.search(text)


def _is_answered(line: Line) -> bool:
    """Whether somebody says behind a label and its colon who comes."""
    label, _, answer = line.text.partition(":")
    labelled = label_of(label)
    return bool(labelled and labelled.kind in _PERSONAL and re.search(r"\w{2}", answer))


def _seen(page: Page, ctx: Context, aligned: AlignedPage | None) -> Sequence[str]:
    """What Tesseract reads on a page."""
    if not tesseract.is_installed():
        return ()
    try:
        return tesseract.read_text(_print(page, ctx, aligned))
    except (EngineError, StalledError):
        return ()


def _print(page: Page, ctx: Context, aligned: AlignedPage | None) -> Gray:
    """The page on white paper, about as fine as Tesseract wants it, and straight where it is known
    how it lies."""
    if aligned:
        blank = find_blank(ctx, aligned.form_id, aligned.form_page)
        px_per_mm = _PRINT_DPI / _MM_PER_INCH
        straight = flattened(aligned, blank, px_per_mm)
        # Nobody wrote there, and engines take the dots to write on for letters.
        for zone in blank.form.zones_of(blank.number):
            for line in zone.lines:
                edges = (line.x, line.y, line.right, line.bottom)
                x, y, right, bottom = (round(edge * px_per_mm) for edge in edges)
                straight[y:bottom, x:right] = 255
        return straight
    wanted = min(_MOST_ENLARGED, max(1.0, _PRINT_DPI / page.dpi))
    scale = min(wanted, _LONGEST_PX / max(page.image.shape))
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return flatten(np.asarray(cv2.resize(page.image, None, fx=scale, fy=scale, interpolation=how)))


def _held(runs: Sequence[TextRun]) -> Iterator[str]:
    """The lines of a text layer in its own order, an empty one where a paragraph ends."""
    before: BoxPx | None = None
    line: list[str] = []
    for run in runs:
        box = run.box_px
        if before and not _is_beside(before, box):
            yield " ".join(line)
            line = []
            gap = box.y - (before.y + before.h)
            if gap > _NEW_PARAGRAPH * box.h or gap < -2 * box.h:
                yield ""
        line += run.text.split("\n")
        before = box
    if line:
        yield " ".join(line)


def _rows(runs: Sequence[TextRun]) -> Iterator[str]:
    """The lines of a text layer as the page shows them: what was typed over it comes last in it."""
    rows: list[list[TextRun]] = []
    for run in sorted(runs, key=lambda run: run.box_px.y + run.box_px.h / 2):
        last = rows[-1][0].box_px if rows else None
        if last and _is_level(last, run.box_px):
            rows[-1].append(run)
        else:
            rows.append([run])
    for row in rows:
        yield " ".join(run.text for run in sorted(row, key=lambda run: run.box_px.x))


def _is_beside(before: BoxPx, box: BoxPx) -> bool:
    """Whether a run goes on in the line of the one before it."""
    return _is_level(before, box) and box.x >= before.x + before.w / 2


def _is_level(box: BoxPx, other: BoxPx) -> bool:
    return abs(box.y + box.h / 2 - other.y - other.h / 2) < min(box.h, other.h) / 2


def _is_french(lines: Iterable[str]) -> bool:
    """Whether enough words are French to be normalised: noise only costs time."""
    words = [
        word for line in lines for word in words_of(line) if re.fullmatch(r"[^\W\d_]{3,}", word)
    ]
    known = french.load()
    strange = [word for word in words if word not in known]
    enough = len(words) - len(strange) >= max(1, _LEAST_FRENCH * len(words))
    return enough and len(set(strange)) <= _MOST_STRANGE


def _names(ctx: Context) -> tuple[str, ...]:
    """The acronyms and names that the forms print."""
    words = {word.text.strip("«»(),;:!?") for blank in ctx.blanks for word in blank.words}
    names = sorted((word for word in words if sum(c.isupper() for c in word) > 1), key=len)
    # Of two spellings, the one with points: with its last, too, which may end the sentence.
    pointed = (name + "." * ("." in name) for name in names)
    return tuple({name.replace(".", ""): name for name in pointed}.values())


@cache
def _normaliser(names: tuple[str, ...]) -> Normaliser:
    return Normaliser(names)
