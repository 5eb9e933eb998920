"""A mark is seen wherever it stands in a box or cell of 4 to 60 mm, and at printed words."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import Settings
from pipeline.forms.blank import PX_PER_MM, BlankPage, blank_pages
from pipeline.forms.printed import labels
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm, BoxPx
from pipeline.judging.validate import one_box_is_ticked
from pipeline.paper.covered import find_covered, shown_fields
from pipeline.paper.dropout import CleanPage, drop_print
from pipeline.paper.lines import find_lines
from pipeline.paper.pens import find_other_pens
from pipeline.paper.stray import find_stray_ink
from pipeline.process import process_document
from pipeline.reading.extract import extract
from pipeline.reading.marks import is_mark
from pipeline.reading.text_layer import text_layer_lines
from pipeline.records import (
    AlignedPage,
    Candidate,
    FieldReading,
    Gray,
    LineEvidence,
    Registration,
    Source,
    TextRun,
)
from pipeline.simulate import draw, marks
from pipeline.simulate.contents import invent
from pipeline.simulate.digital import fill_pdf
from tests.options import BRINGS, CELLS, MEALS, ROWS, SIGNED, WORDS, Rectangle, options_form
from tests.pages import flat

SURE = 0.97
Point = tuple[float, float]
Pen = Callable[[Gray], None]


@cache
def _blank() -> BlankPage:
    (page,) = blank_pages(options_form())
    return page


def _pen(*points_mm: Point, wide_mm: float = 0.4) -> Pen:
    """A stroke of the pen through these points."""

    def write(page: Gray) -> None:
        points = [np.round(np.array(points_mm) * PX_PER_MM * 16).astype(np.int32)]
        wide = round(wide_mm * PX_PER_MM)
        cv2.polylines(page, points, False, 30, wide, cv2.LINE_AA, shift=4)

    return write


def _cross(x: float, y: float, size: float = 3.0) -> tuple[Pen, Pen]:
    """Two strokes about that middle."""
    half = size / 2
    return (
        _pen((x - half, y - half), (x + half, y + half)),
        _pen((x + half, y - half), (x - half, y + half)),
    )


def _ring(box: Rectangle, *, open_deg: float = 0.0, by_mm: float = 1.0) -> Pen:
    x, y, wide, high = box
    turns = np.radians(np.linspace(40, 400 - open_deg, 40))
    return _pen(
        *(
            (
                x + wide / 2 + (wide / 2 + by_mm) * float(np.cos(turn)),
                y + high / 2 + (high / 2 + 0.6 * by_mm) * float(np.sin(turn)),
            )
            for turn in turns
        )
    )


def _strike(box: Rectangle) -> Pen:
    x, y, wide, high = box
    return _pen((x - 0.5, y + 0.55 * high), (x + wide + 0.5, y + 0.45 * high))


def _aligned(*pens: Pen) -> AlignedPage:
    page = _blank().image.copy()
    for write in pens:
        write(page)
    return flat(page)


def _clean(*pens: Pen) -> CleanPage:
    return drop_print(_aligned(*pens), _blank())


def _readings(
    clean: CleanPage, seen: Mapping[str, tuple[LineEvidence, ...]] | None = None
) -> dict[str, FieldReading]:
    return {r.field: r for r in extract(_blank().form.zones_of(1), seen or {}, clean, page=1)}


def _read(field: str, *pens: Pen) -> tuple[object, float]:
    reading = _readings(_clean(*pens))[field]
    return reading.value, reading.posterior


def _middle(box: Rectangle) -> Point:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def test_on_a_blank_form_nothing_is_chosen() -> None:
    readings = _readings(_clean())
    marked = [r for r in readings.values() if r.type != "organisation"]
    assert len(marked) == 7
    assert {r.value for r in marked} == {""}
    assert min(r.posterior for r in marked) > SURE


@pytest.mark.parametrize("option", CELLS)
def test_a_cross_is_as_much_in_a_cell_of_16_mm_as_in_a_box_of_4(option: str) -> None:
    value, chance = _read("formule", *_cross(*_middle(CELLS[option]), 2.6))
    assert value == option
    assert chance > SURE


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([*ROWS]),
    st.floats(0.05, 0.95),
    st.floats(0.1, 0.9),
    st.floats(2.0, 5.5),
)
def test_a_cross_anywhere_in_a_cell_of_60_mm_is_seen(
    option: str, across: float, down: float, size: float
) -> None:
    x, y, wide, high = ROWS[option]
    at = (x + size / 2 + across * (wide - size), y + size / 2 + down * (high - size))
    value, chance = _read("jours", *_cross(*at, size))
    assert value == option or chance < SURE  # a print may lie under it
    assert value != "" or chance < SURE


def test_several_cells_are_ticked() -> None:
    pens = (*_cross(60, 95.5), *_cross(180, 95), *_cross(110, 102.5))
    value, chance = _read("jours", *pens)
    assert value == "lundi | jeudi | samedi"
    assert chance > SURE


def test_specks_in_a_large_cell_choose_nothing() -> None:
    rng = np.random.default_rng(3)
    spots = rng.uniform((40, 93), (188, 105), (15, 2))
    specks = (_pen((x, y), (x + 0.1, y), wide_mm=0.3) for x, y in spots)
    assert _read("jours", *specks)[0] == ""


def test_a_tick_that_overshoots_into_the_next_cell_is_not_its() -> None:
    tick = _pen((118, 95), (120, 98), (125, 92.5), (134, 90.5))
    assert _read("jours", tick)[0] == "mardi"


def test_a_cross_on_the_border_of_two_cells_goes_to_a_person() -> None:
    _, chance = _read("jours", *_cross(100, 99, 5.0))
    assert chance < 0.7


def test_a_fold_across_the_cells_is_no_tick() -> None:
    _, chance = _read("jours", _pen((10, 96.5), (200, 96.1), wide_mm=0.3))
    assert chance < 0.7


def test_a_cross_beside_a_small_box_is_not_surely_none() -> None:
    x, y, wide, _ = CELLS["petite"]
    value, chance = _read("formule", *_cross(x - 2.5, y + wide / 2, 2.4))
    assert value == "petite" or chance < SURE


def test_ink_along_the_frame_of_a_box_alone_is_not_surely_a_tick() -> None:
    """It may be the frame's own soft edge, with a speck beside it."""
    x, y, wide, _ = BRINGS["oui"]
    edge = _pen((x + 0.1, y + 0.9), (x + 0.1, y - 0.5), (x + wide, y - 0.5), (x + wide, y + 0.9))
    value, chance = _read("velo", edge)
    assert value != "oui" or chance < SURE
    assert _read("velo", *_cross(x + wide / 2, y + wide / 2, 2.4))[0] == "oui"


@pytest.mark.parametrize(("field", "words"), [("image", WORDS), ("repas", MEALS)])
@pytest.mark.parametrize("open_deg", [0.0, 30.0])
def test_a_ringed_word_is_chosen(field: str, words: dict, open_deg: float) -> None:
    for word, box in words.items():
        value, chance = _read(field, _ring(box, open_deg=open_deg))
        assert value == word
        assert chance > SURE


def test_the_word_that_is_not_struck_out_is_chosen() -> None:
    assert _read("image", _strike(WORDS["oui"]))[0] == "non"
    value, chance = _read("repas", _strike(MEALS["midi"]))
    assert value == "matin | soir"
    assert chance > 0.9


@pytest.mark.parametrize("high", [0.25, 0.5, 0.75])
def test_a_word_struck_out_aslant_from_below_is_not_chosen(high: float) -> None:
    x, y, wide, tall = WORDS["oui"]
    aslant = _pen((x - 0.5, y + 0.95 * tall), (x + wide + 0.5, y + high * 0.8 * tall))
    assert _read("image", aslant)[0] == "non"


def test_a_word_that_is_underlined_is_not_struck_out() -> None:
    x, y, wide, tall = WORDS["oui"]
    line = _pen((x - 0.5, y + 0.92 * tall), (x + wide + 0.5, y + 0.92 * tall))
    value, chance = _read("image", line)
    assert value == "oui"
    assert chance < SURE


def test_words_that_are_all_struck_out_or_of_which_two_are_ringed_go_to_a_person() -> None:
    for pen in (_strike, _ring):
        assert _read("image", *(pen(box) for box in WORDS.values()))[1] < 0.5


def test_a_word_ringed_and_the_other_struck_out_agree() -> None:
    value, chance = _read("image", _ring(WORDS["oui"]), _strike(WORDS["non"]))
    assert value == "oui"
    assert chance > 0.9


def test_a_tick_beside_a_word_goes_to_a_person() -> None:
    x, y, wide, high = WORDS["non"]
    tick = _pen((x + wide + 1, y + 2), (x + wide + 2, y + high), (x + wide + 4, y))
    value, chance = _read("image", tick)
    assert value == "non"
    assert chance < SURE


def _scribble() -> tuple[Pen, ...]:
    """A signature that runs 15 mm beyond its box and over the line beside it."""
    x, y, _, high = SIGNED
    waves = [(x + 10 + 3 * i, y + high / 2 + (9 if i % 2 else -7)) for i in range(20)]
    return (
        _pen(*waves),
        _pen((x + 5, y + high + 4), (x + 30, y + high + 9), (x - 8, y + high + 8)),
    )


def test_a_signature_is_there_or_not() -> None:
    value, chance = _read("signature", *_scribble())
    assert value == "oui"
    assert chance > SURE


def test_a_signature_is_neither_stray_writing_nor_part_of_a_line() -> None:
    rings = (_ring(WORDS["non"], by_mm=3.0), *(_ring(box, by_mm=2.5) for box in MEALS.values()))
    clean = _clean(*_scribble(), *rings)
    assert find_stray_ink(clean, _blank()) == ()
    assert find_lines(clean, _blank().form.zones_of(1)) == []


def test_a_few_words_beside_the_place_to_sign_are_stray() -> None:
    letters = (_pen((70 + 4 * i, 180), (72 + 4 * i, 184), (73 + 4 * i, 180)) for i in range(6))
    assert find_stray_ink(_clean(*letters), _blank()) != ()


def test_a_photo_is_there_or_a_word_in_its_place_or_nothing() -> None:
    zone = _blank().form.zone("photo")
    box = zone.boxes["oui"]

    def glue(page: Gray) -> None:
        high, wide = round(box.h * PX_PER_MM), round(box.w * PX_PER_MM)
        y, x = round(box.y * PX_PER_MM), round(box.x * PX_PER_MM)
        dark = marks.portrait(wide, high, np.random.default_rng(1))
        page[y : y + high, x : x + wide] = 255 - dark

    value, chance = _read("photo", glue)
    assert value == "oui"
    assert chance > SURE
    waves = [(25 + 1.2 * i, 215 + (2 if i % 2 else -2)) for i in range(16)]
    assert _read("photo", _pen(*waves))[1] < SURE


def _typed(text: str, box: Rectangle) -> TextRun:
    x, y, wide, high = (v * PX_PER_MM for v in box)
    long = 16.0 * len(text)
    return TextRun(text, BoxPx(x + (wide - long) / 2, y + high / 2 - 8, long, 16.0))


@pytest.mark.parametrize("text", ["X", "x", "✓", "✔", "☒", "•", "oui", "Oui"])
@pytest.mark.parametrize("option", ["petite", "enorme"])
def test_what_people_type_into_a_box_ticks_it(text: str, option: str) -> None:
    aligned = _aligned()
    page = _with_runs(aligned, _typed(text, CELLS[option]))
    reading = _readings(_clean(), text_layer_lines(page, _blank()))["formule"]
    assert is_mark(text)
    assert reading.value == option
    assert reading.posterior > SURE


@pytest.mark.parametrize("text", ["non", "peut-être"])
def test_other_text_in_a_box_goes_to_a_person(text: str) -> None:
    page = _with_runs(_aligned(), _typed(text, CELLS["enorme"]))
    reading = _readings(_clean(), text_layer_lines(page, _blank()))["formule"]
    assert reading.posterior < 0.6


def test_a_printed_word_with_its_stop_is_not_typed_into_its_place() -> None:
    page = _with_runs(_aligned(), _typed("non.", WORDS["non"]), _typed("jamais", WORDS["oui"]))
    assert set(text_layer_lines(page, _blank())) == {"image:oui"}


def test_a_cross_typed_where_one_signs_goes_to_a_person() -> None:
    page = _with_runs(_aligned(), _typed("X", SIGNED))
    reading = _readings(_clean(*_cross(*_middle(SIGNED))), text_layer_lines(page, _blank()))
    assert reading["signature"].posterior < SURE


def _with_runs(aligned: AlignedPage, *runs: TextRun) -> AlignedPage:
    return replace(aligned, page=replace(aligned.page, runs=runs))


@pytest.mark.parametrize("style", ["typed", "hand"])
def test_what_the_simulator_draws_is_read_or_asked(style: str) -> None:
    form = options_form()
    right = asked = 0
    for seed in range(6):
        rng = np.random.default_rng([seed, 5])
        filling = invent(form, rng)
        look = draw.choose_look(rng, style)
        plain = draw.Look(look.pen, "scan", dpi=round(PX_PER_MM * 25.4), kind="png")
        sheet = np.asarray(draw.draw_sheet(form, 1, filling, plain, rng))
        grey = sheet if sheet.ndim == 2 else cv2.cvtColor(sheet, cv2.COLOR_RGB2GRAY)
        for field, reading in _readings(drop_print(flat(grey), _blank())).items():
            if reading.type == "organisation":
                continue
            is_right = reading.value == filling.fields[field]
            assert is_right or reading.posterior < SURE, (seed, field, reading.raw)
            right += is_right and reading.posterior >= SURE
            asked += reading.posterior < SURE
    assert asked <= 4 < 30 < right


def test_a_box_of_the_mask_has_the_ink_it_shows() -> None:
    """So that mm² are mm²: a filled square of 4 mm is about 16 mm²."""
    x, y, wide, high = CELLS["petite"]
    box = BoxMm(x, y, wide, high)

    def fill(page: Gray) -> None:
        edges = (round(v * PX_PER_MM) for v in (y, box.bottom, x, box.right))
        top, bottom, left, right = edges
        page[top:bottom, left:right] = 20

    raw = _readings(_clean(fill))["formule"].raw
    assert 8 < float(raw.split()[0].partition(":")[2]) < 20


def test_a_photo_hides_print_and_a_pen_of_its_own_signs() -> None:
    """Neither is a doubt about the fiche."""
    box = _blank().form.zone("photo").boxes["oui"]

    def glue(page: Gray) -> None:
        edges = (round(v * PX_PER_MM) for v in (box.y, box.bottom, box.x, box.right))
        top, bottom, left, right = edges
        page[top:bottom, left:right] = 150

    aligned = _aligned(glue)
    assert find_covered(aligned, drop_print(aligned, _blank()), _blank()) == ()
    zones = _blank().form.zones_of(1)
    clean = _clean(*_cross(62, 72), *_cross(60, 95.5), *_scribble())
    pale = np.zeros_like(clean.ink)
    x, y, wide, high = (round(v * PX_PER_MM) for v in SIGNED)
    pale[y : y + high, x : x + wide] = clean.ink[y : y + high, x : x + wide]
    faded = np.where(pale > 0, np.uint8(170), clean.image)
    assert find_other_pens(replace(clean, pale=pale, image=faded), zones) == ()


def test_a_question_of_words_is_there_and_its_rings_cover_nothing() -> None:
    aligned = _aligned(_ring(WORDS["oui"]), *(_strike(box) for box in MEALS.values()))
    assert {"image", "repas"} <= shown_fields(aligned, _blank())
    assert find_covered(aligned, drop_print(aligned, _blank()), _blank()) == ()


@given(
    st.floats(0, 20).map(lambda mm: round(mm, 2)),
    st.floats(0, 290).map(lambda mm: round(mm, 2)),
    st.floats(2, 6).map(lambda mm: round(mm, 2)),
)
@settings(max_examples=15, deadline=None)
def test_a_box_at_the_edge_of_the_page_is_looked_at(x: float, y: float, side: float) -> None:
    form, corner = _blank().form, (x, y, side, side)
    zones = [
        Zone(field="velo", type="checkbox", label="Vélo", page=1, boxes_mm={"oui": corner})
        if zone.field == "velo"
        else zone
        for zone in form.zones
    ]
    blank = replace(_blank(), form=form.model_copy(update={"zones": zones}))
    aligned = _aligned()
    fields = {f for finding in find_covered(aligned, _clean(), blank) for f in finding.fields}
    assert fields <= {"velo"}


def test_a_text_cannot_say_that_a_word_is_ringed() -> None:
    named = labels(_blank())
    assert "velo:oui" in named
    assert not [name for name in named if name.startswith(("image", "repas"))]


@pytest.mark.parametrize(
    ("name", "rules"),
    [("ticks", []), ("signature", []), ("photo", []), ("choice", ["one_box_is_ticked"])],
)
def test_none_is_an_answer_of_its_own_but_where_one_is_wanted(name: str, rules: list[str]) -> None:
    reading = FieldReading("x", name, 1, None, "", (Candidate("", "", 0.99),))
    registration = Registration("options", 1, (reading,))
    told = [finding.rule for finding in one_box_is_ticked(registration, options_form())]
    assert told == rules


def test_what_is_filled_in_on_screen_is_read(tmp_path: Path) -> None:
    """Typed crosses, drawn rings and strikes, a signature, a picture."""
    form = options_form()
    settings_ = Settings(forms=[form.folder.parent], form=form.id)
    for seed in (2, 5):
        filling = invent(form, np.random.default_rng(seed))
        path = tmp_path / f"{seed}.pdf"
        fill_pdf(form, filling, path)
        outcome = process_document(Source(path.name, path, ""), settings_)
        (registration,) = outcome.registrations
        texts = {r.field: r.value for r in registration.readings if r.type != "organisation"}
        assert texts.items() <= filling.fields.items()
        assert "no_stray_ink" not in {finding.rule for finding in registration.findings}
