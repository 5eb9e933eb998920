"""Written lines are found whole, and nothing else is."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.engines import EngineLine
from pipeline.forms.blank import PX_PER_MM
from pipeline.paper.dropout import drop_print
from pipeline.paper.lines import WrittenLine, find_lines, read_lines
from pipeline.paper.strikes import find_struck_out
from pipeline.paper.strokes import lone_stroke_slant_deg, marks_above
from pipeline.reading.extract import extract, less_sure_over_print
from pipeline.records import Candidate, FieldReading, Gray, LineEvidence
from tests.pages import fiche, flat, form


def _write(image: Gray, text: str, x_mm: float, y_mm: float, *, height_mm: float = 3.0) -> Gray:
    image = image.copy()
    scale = height_mm * PX_PER_MM / 22
    at = (round(x_mm * PX_PER_MM), round(y_mm * PX_PER_MM))
    cv2.putText(image, text, at, cv2.FONT_HERSHEY_DUPLEX, scale, 20, 2, cv2.LINE_AA)
    return image


def _lines(image: Gray) -> list[WrittenLine]:
    return find_lines(drop_print(flat(image), fiche()), form().zones_of(2))


def test_nothing_is_found_on_a_blank() -> None:
    assert _lines(fiche().image) == []


def test_each_line_is_found_under_its_own_field() -> None:
    image = _write(fiche().image, "Foyer", 20, 42)
    image = _write(image, "Nadia Petit", 20, 85)
    image = _write(image, "Paul Henry", 20, 103)
    image = _write(image, "2", 66, 144)
    assert [line.field for line in _lines(image)] == [
        "organisation", "personnes.1", "personnes.3", "adherents",
    ]  # fmt: skip


def test_feet_of_the_line_above_do_not_belong_to_a_line() -> None:
    image = _write(fiche().image, "gypjq gypjq", 20, 86.5, height_mm=4.5)
    assert [line.field for line in _lines(image)] == ["personnes.1"]


_END_MM, _BOX_MM = 112.2, (119.04, 122.51)
"""Where the line of the address ends, and the columns of the check box beside it."""


def test_an_address_that_runs_on_over_a_check_box_is_found_to_its_end() -> None:
    address, height_mm = "accueil.letallec@sessad-tilleuls.eu", 3.0
    image = _write(fiche().image, address, 60, 53, height_mm=height_mm)
    font = cv2.FONT_HERSHEY_DUPLEX
    (width_px, _), _ = cv2.getTextSize(address, font, height_mm * PX_PER_MM / 22, 2)
    end_mm = 60 + width_px / PX_PER_MM
    assert end_mm > _BOX_MM[1] + 2
    (line,) = [one for one in _lines(image) if one.field == "email"]
    assert line.box_mm.right == pytest.approx(end_mm, abs=1.5)


def test_a_tick_beside_an_address_that_runs_on_is_none_of_it() -> None:
    bare = _write(fiche().image, "accueil.letallec@tilleuls.eu", 62, 53)
    ticked = bare.copy()
    for ends in (((119.5, 51.2), (122, 53.8)), ((119.5, 53.8), (122, 51.2))):
        start, stop = ([round(v * PX_PER_MM) for v in end] for end in ends)
        cv2.line(ticked, start, stop, 20, 4, cv2.LINE_AA)
    lines = [next(one for one in _lines(i) if one.field == "email") for i in (bare, ticked)]
    assert lines[0].box_mm.right > _END_MM
    assert lines[1].box_mm == lines[0].box_mm
    assert lines[1].box_mm.right < _BOX_MM[0]


def _mark(image: Gray, x_mm: float, y_mm: float) -> Gray:
    image = image.copy()
    at = [
        (round(x * PX_PER_MM), round(y * PX_PER_MM))
        for x, y in ((x_mm, y_mm), (x_mm + 1, y_mm - 0.7))
    ]
    cv2.line(image, *at, 20, 4, cv2.LINE_AA)
    return image


def test_an_accent_in_the_line_above_belongs_to_the_letter_below_it() -> None:
    bare = _write(fiche().image, "ETIENNE", 20, 92, height_mm=4.5)
    accented = _mark(bare, 22, 86.8)
    (line,) = _lines(accented)
    assert line.field == "personnes.2"
    assert line.box_mm.y < _lines(bare)[0].box_mm.y - 0.5
    assert (line.image != 255).sum() > (_lines(bare)[0].image != 255).sum() + 20
    below = _write(accented, "Nadia Petit", 40, 84)
    assert [one.field for one in _lines(below)] == ["personnes.1", "personnes.2"]
    alone = _write(bare, "Nadia Petit", 40, 84)
    assert _lines(below)[0].box_mm == _lines(alone)[0].box_mm


def test_an_accent_above_the_first_line_is_read_with_it() -> None:
    bare = _write(fiche().image, "ETIENNE", 20, 83, height_mm=4.5)
    assert _lines(_mark(bare, 22, 77.8))[0].box_mm.y < _lines(bare)[0].box_mm.y - 0.5


def test_a_full_stop_stays_with_its_line_however_tall_the_next_one_is() -> None:
    above = _write(fiche().image, "Nadia Petit", 20, 84)
    cv2.circle(above, (round(45.5 * PX_PER_MM), round(83.9 * PX_PER_MM)), 3, 20, -1)
    both = above.copy()
    for x_mm in (40.5, 45.5):
        at = [(round(x_mm * PX_PER_MM), round(y_mm * PX_PER_MM)) for y_mm in (85.6, 93.5)]
        cv2.line(both, *at, 20, 9)
    assert [line.field for line in _lines(both)] == ["personnes.1", "personnes.2"]
    assert _lines(both)[0].box_mm == _lines(above)[0].box_mm


def test_two_lines_that_touch_are_two_lines() -> None:
    image = _write(_write(fiche().image, "Nadia", 20, 86.5), "Paul", 20, 94)
    bar = [(round(30 * PX_PER_MM), round(y_mm * PX_PER_MM)) for y_mm in (84.5, 92.5)]
    cv2.line(image, *bar, 20, 9)
    for y_mm in (85.2, 92.5):
        row = [(round(x_mm * PX_PER_MM), round(y_mm * PX_PER_MM)) for x_mm in (20, 40)]
        cv2.line(image, *row, 20, 9)
    assert [line.field for line in _lines(image)] == ["personnes.1", "personnes.2"]


_WORD, _BELOW = (20.0, 81.0, 24.0, 3.0), (20.0, 88.7, 24.0, 6.0)
"""A word on the line above, a taller one on the line below: left, top, width, height, in mm."""


@pytest.mark.parametrize(
    ("mark", "moves"),
    [
        ((25.0, 87.2, 1.0, 0.7), True),
        ((25.0, 86.3, 1.0, 0.7), False),  # too high above
        ((45.5, 87.2, 1.0, 0.7), False),  # beside the word
        ((25.0, 85.6, 4.0, 2.5), False),  # no mark
    ],
)
def test_a_mark_goes_to_the_letter_right_below_it(
    mark: tuple[float, float, float, float], moves: bool
) -> None:
    assert _moved(_BELOW, mark) == moves


@pytest.mark.parametrize(
    "mark",
    [
        (25.0, 84.3, 1.0, 0.6),  # a cedilla under its letter
        (44.5, 84.0, 1.0, 1.0),  # a comma behind it
    ],
)
def test_a_mark_of_the_line_above_stays_there(mark: tuple[float, float, float, float]) -> None:
    tall = (20.0, 85.4, 30.0, 9.5)
    assert _moved(tall, mark)
    assert not _moved(tall, mark, _WORD)


def test_in_a_comb_a_small_letter_may_stand_far_from_the_one_before() -> None:
    tall, letter, before = (20.0, 85.4, 30.0, 9.5), (35.0, 83.2, 1.2, 1.4), (27.0, 81.5, 3.0, 3.0)
    assert _moved(tall, letter, before)
    assert not _moved(tall, letter, before, apart_mm=10.0)


def _moved(*boxes_mm: tuple[float, float, float, float], apart_mm: float = 0.0) -> bool:
    """Whether the second stroke is given to the line of the first."""
    ink = np.zeros_like(fiche().image)
    for x, y, w, h in boxes_mm:
        rows, columns = (
            slice(round(v * PX_PER_MM), round(e * PX_PER_MM)) for v, e in ((y, y + h), (x, x + w))
        )
        ink[rows, columns] = 255
    _, (x, y, w, h), *_ = boxes_mm
    lines = [line for zone in form().zones_of(2) for line in zone.lines]
    gaps_mm = [apart_mm] * len(lines)
    at = marks_above(ink, lines, gaps_mm)[
        round((y + h / 2) * PX_PER_MM), round((x + w / 2) * PX_PER_MM)
    ]
    return at > 0


def test_writing_that_overshoots_its_line_is_cut_out_whole() -> None:
    image = _write(fiche().image, "Ag", 20, 86.5, height_mm=7.0)
    (line,) = _lines(image)
    assert line.box_mm.h > 9.2
    assert (line.image[:3] == 255).all()
    assert (line.image[-3:] == 255).all()


def test_a_word_that_runs_on_past_its_line_is_cut_out_whole() -> None:
    image = _write(fiche().image, "Residence de l'Estuaire", 70, 42, height_mm=4.0)
    (line,) = _lines(image)
    assert line.box_mm.right > 114


def test_a_mark_in_the_box_beside_a_line_is_not_its_writing() -> None:
    image = _write(fiche().image, "a@exemple.fr", 80, 53)
    ticked = image.copy()
    cv2.line(ticked, (950, 405), (985, 435), 20, 5)
    cv2.line(ticked, (950, 435), (985, 405), 20, 5)
    assert [line.box_mm for line in _lines(ticked)] == [line.box_mm for line in _lines(image)]


_LONG = "accueil.letallec@sessad-tilleuls.eu"


def _width_mm(text: str, *, height_mm: float = 3.0) -> float:
    scale = height_mm * PX_PER_MM / 22
    return cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, scale, 2)[0][0] / PX_PER_MM


@pytest.mark.parametrize("x_mm", [62, 65, 70, 80, 100])
def test_a_line_too_long_is_followed_over_frame_box_and_label(x_mm: int) -> None:
    """Wherever in the text the box stands, and though the label lies under its end."""
    (line,) = _lines(_write(fiche().image, _LONG, x_mm, 53))
    assert line.box_mm.right == pytest.approx(x_mm + _width_mm(_LONG) + 0.8, abs=0.8)
    assert line.over_print


def test_a_line_over_the_frame_alone_is_over_no_print_that_hides_any_of_it() -> None:
    text = "accueil.vivier@sfr.fr"
    (line,) = _lines(_write(fiche().image, text, 117 - _width_mm(text), 53))
    assert 116 < line.box_mm.right < 118.5
    assert not line.over_print


def test_a_remark_far_from_a_line_is_not_its_writing() -> None:
    image = _write(fiche().image, "Foyer", 20, 42)
    beside = _write(image, "midi", 118, 42)
    assert [line.box_mm for line in _lines(beside)] == [line.box_mm for line in _lines(image)]


def test_a_streak_through_the_page_is_not_writing() -> None:
    image = fiche().image.copy()
    image[:, 500:503] = 60
    assert _lines(image) == []


def test_specks_are_not_writing() -> None:
    image = fiche().image.copy()
    rng = np.random.default_rng(1)
    for x, y in rng.integers((100, 220), (880, 1480), (150, 2)):
        image[y : y + 3, x : x + 3] = 0
    assert _lines(image) == []


def test_a_dash_is_writing() -> None:
    image = fiche().image.copy()
    cv2.line(image, (560, 1140), (584, 1138), 20, 4)
    assert [line.field for line in _lines(image)] == ["adherents"]


@pytest.mark.parametrize("slant_deg", [-10.0, 0.0, 25.0, 88.0, 96.0])
def test_the_slant_of_a_lone_stroke_is_measured(slant_deg: float) -> None:
    image = np.full((80, 80), 255, np.uint8)
    dx, dy = 25 * np.sin(np.radians(slant_deg)), 25 * np.cos(np.radians(slant_deg))
    cv2.line(image, (round(40 - dx), round(40 + dy)), (round(40 + dx), round(40 - dy)), 20, 4)
    assert lone_stroke_slant_deg(image) == pytest.approx(slant_deg, abs=2.5)


def test_only_a_lone_straight_stroke_has_a_slant() -> None:
    blank = np.full((60, 120), 255, np.uint8)
    assert lone_stroke_slant_deg(blank) is None
    assert lone_stroke_slant_deg(cv2.circle(blank.copy(), (40, 30), 18, 20, 4)) is None
    two = cv2.line(cv2.line(blank.copy(), (20, 5), (20, 50), 20, 4), (60, 5), (60, 50), 20, 4)
    assert lone_stroke_slant_deg(two) is None


def test_struck_out_writing_is_for_a_person_to_see() -> None:
    image = _write(fiche().image, "Nadia Petit", 20, 85, height_mm=4.0)
    struck = image.copy()
    cv2.line(struck, (150, 668), (470, 660), 20, 4)
    assert find_struck_out(_lines(image)) == ()
    (finding,) = find_struck_out(_lines(struck))
    assert finding.fields == ("personnes.1",)


class _Echo:
    """An engine that says how wide each crop is."""

    def read_lines(self, crops: list[Gray]) -> list[EngineLine]:
        return [EngineLine(str(crop.shape[1]), 0.5) for crop in crops]


def test_evidence_comes_back_under_the_field_it_was_cut_from() -> None:
    image = _write(fiche().image, "Foyer", 85, 33)
    image = _write(image, "des Tilleuls", 20, 42)
    lines = _lines(image)
    seen = read_lines(lines, _Echo())
    assert [e.text for e in seen["organisation"]] == [str(line.image.shape[1]) for line in lines]
    assert len(seen["organisation"]) == 2


def _ticked(image: Gray) -> FieldReading:
    """The payment as it is read where the engine could read nothing."""
    zones, clean = form().zones_of(2), drop_print(flat(image), fiche())
    seen = {line.field: (LineEvidence("", 0.9, line.box_mm),) for line in find_lines(clean, zones)}
    payment = tuple(zone for zone in zones if zone.boxes)
    (reading,) = extract(payment, seen, clean, page=1)
    return reading


@pytest.mark.parametrize("x_mm", [57, 59, 62, 65, 70, 80])
def test_a_line_that_runs_on_over_a_box_is_no_tick_but_asked_about(x_mm: int) -> None:
    reading = _ticked(_write(fiche().image, _LONG, x_mm, 53.5))
    assert reading.value == ""
    assert reading.confidence <= 0.6


@pytest.mark.parametrize("x_mm", [53, 54, 55, 56])
def test_a_line_that_ends_in_a_box_may_be_a_tick_and_is_asked_about(x_mm: int) -> None:
    assert _ticked(_write(fiche().image, _LONG, x_mm, 53.5)).confidence <= 0.6


@pytest.mark.parametrize("x_mm", [55, 59, 62, 65, 70, 80])
def test_a_tick_under_a_line_that_runs_on_is_asked_about(x_mm: int) -> None:
    image = _write(fiche().image, _LONG, x_mm, 53.5)
    for start, end in (((950, 404), (984, 436)), ((950, 436), (984, 404))):
        cv2.line(image, start, end, 20, 5)
    assert _ticked(image).confidence <= 0.6


def test_a_tick_in_another_box_than_the_one_a_line_runs_over_is_the_likeliest() -> None:
    image = _write(fiche().image, _LONG, 62, 53.5)
    cv2.line(image, (955, 678), (978, 702), 20, 6)
    cv2.line(image, (955, 702), (978, 678), 20, 6)
    assert _ticked(image).value == "virement"


def test_what_is_read_of_a_line_over_print_is_doubted() -> None:
    image = _write(fiche().image, _LONG, 62, 53.5)
    lines = _lines(image)
    sure = replace(_ticked(image), field="email", candidates=(Candidate("a@b.fr", "a@b.fr", 0.99),))
    (doubted,) = less_sure_over_print([sure], lines)
    assert doubted.confidence < 0.5
    lines = [replace(line, over_print=False) for line in lines]
    assert less_sure_over_print([sure], lines) == (sure,)
