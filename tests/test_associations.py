"""The blanks of associations, to be read, to be drafted and unknown, say of themselves what is
true, and so do their copies."""

import csv
import json
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from associations.answers import MARKS, TOTALS, Answer, answers, habits, spoil_sum
from associations.blank import Blank, render
from associations.blanks import BLANKS
from associations.copies import draw
from associations.measure import goals, measure, table
from associations.people import Invention
from associations.sheet import PT_PER_MM, Asked, Box, Place
from blanks import BLANKS as TO_DRAFT
from blanks.small import SMALL

from pipeline import fields
from pipeline.evaluate.truth import load_truth
from pipeline.money import parse_cents
from pipeline.text import fold

_DPI = 200
_PX_PER_MM = _DPI / 25.4
_IDS = [blank.id for blank in BLANKS]
_SEEDS = range(6)


_ALL = (*BLANKS, *TO_DRAFT, *SMALL)


@pytest.fixture(params=_ALL, ids=[blank.id for blank in _ALL])
def blank(request: pytest.FixtureRequest) -> Blank:
    made: Blank = request.param
    return made


def _cut(image: np.ndarray, box: Box, *, by_mm: float = 0.0) -> np.ndarray:
    """What stands in a box, or in one so much smaller on each side."""
    x, y, w, h = box
    left, top = round((x + by_mm) * _PX_PER_MM), round((y + by_mm) * _PX_PER_MM)
    right, bottom = round((x + w - by_mm) * _PX_PER_MM), round((y + h - by_mm) * _PX_PER_MM)
    return image[top:bottom, left:right].min(axis=2)


@cache
def _made(blank: Blank) -> tuple[bytes, Asked]:
    return blank.make()


def _filled(blank: Blank, seed: int) -> tuple[Asked, dict[str, Any], list[Answer]]:
    made = Invention(np.random.default_rng(seed))
    _, asked = _made(blank)
    values = blank.invent(made)
    return asked, values, answers(asked.places, values, habits(made), made)


# --- the blanks ---------------------------------------------------------------------------------


def test_a_form_asks_for_what_its_folder_says(blank: Blank, tmp_path: Path) -> None:
    asked = blank.lay_out(tmp_path)
    said = tomllib.loads((tmp_path / blank.id / "form.toml").read_text("utf-8"))
    expected: dict[str, list[Any]] = {}
    for zone in said["zones"]:
        places = zone.get("lines_mm") or [*(zone.get("boxes_mm") or zone["words_mm"]).values()]
        rows = [[place] for place in places] if zone.get("repeated") else [places]
        for n, row in enumerate(rows, 1):
            name = f"{zone['field']}.{n}" if zone.get("repeated") else zone["field"]
            expected[name] = [zone["type"], zone["page"], *row]
    for told in said.get("tables", ()):
        for n, (top, high) in enumerate(told["rows_mm"], 1):
            for column in told["columns"]:
                spans = [column["x_mm"]] if "x_mm" in column else column["boxes_mm"].values()
                boxes = [[x, top, wide, high] for x, wide in spans]
                expected[f"{column['field']}.{n}"] = [column["type"], told["page"], *boxes]
    drawn = {
        place.name: [place.type, place.page, *map(list, _boxes(place))] for place in asked.places
    }
    assert list(drawn)
    assert set(drawn) == set(expected)
    for name, (kind, page, *boxes) in drawn.items():
        assert expected[name][:2] == [kind, page]
        assert np.allclose(expected[name][2:], boxes, atol=0.01)


def _boxes(place: Place) -> list[Box]:
    return [*place.lines, *place.boxes.values(), *place.words.values()]


def test_where_people_write_nothing_is_printed_yet(blank: Blank) -> None:
    raw, asked = _made(blank)
    pages = [render(raw, page + 1, _DPI) for page in range(len(asked.sizes_mm))]
    for place in asked.places:
        for box, cells in zip(place.lines, place.comb or [1] * len(place.lines), strict=True):
            x, y, w, h = box
            for cell in range(cells):
                # Above the rule or the dots that one writes on.
                inner = (x + cell * w / cells, y, w / cells, 0.75 * h)
                paper = _cut(pages[place.page - 1], inner, by_mm=0.6)
                assert np.percentile(paper, 1) > 190, place.name


def test_each_box_to_tick_has_its_frame_where_the_form_says(blank: Blank) -> None:
    raw, asked = _made(blank)
    pages = [render(raw, page + 1, _DPI) for page in range(len(asked.sizes_mm))]
    for place in asked.places:
        for x, y, w, h in place.boxes.values():
            if place.type in ("signature", "photo"):
                continue
            page = pages[place.page - 1]
            for side in ((x - 0.4, y, 0.8, h), (x + w - 0.4, y, 0.8, h)):
                assert _cut(page, side).min(axis=1).max() < 215, place.name
            for side in ((x, y - 0.4, w, 0.8), (x, y + h - 0.4, w, 0.8)):
                assert _cut(page, side).min(axis=0).max() < 215, place.name


def test_a_word_to_ring_stands_where_the_form_says() -> None:
    ringed = 0
    for blank in _ALL:
        if blank.scanned:
            continue
        raw, asked = _made(blank)
        words = {zone["field"]: zone.get("options", {}) for zone in asked.form["zones"]}
        document = pypdfium2.PdfDocument(raw)
        for place in asked.places:
            page = document[place.page - 1]
            for option, (x, y, w, h) in place.words.items():
                top = page.get_height() - y * PT_PER_MM
                edges = {"left": x * PT_PER_MM, "right": (x + w) * PT_PER_MM}
                edges |= {"top": top, "bottom": top - h * PT_PER_MM}
                text = page.get_textpage().get_text_bounded(**edges)
                assert text.strip() == words[place.field].get(option, option)
                ringed += 1
    assert ringed > 30


def test_a_scanned_blank_holds_no_text() -> None:
    held = {blank.id: pypdfium2.PdfDocument(_made(blank)[0])[0] for blank in _ALL}
    silent = {name for name, page in held.items() if not page.get_textpage().count_chars()}
    assert silent == {blank.id for blank in _ALL if blank.scanned}
    assert len(silent) == 2


# --- the copies ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", _SEEDS)
def test_what_is_written_means_what_the_truth_says(blank: Blank, seed: int) -> None:
    asked, values, stands = _filled(blank, seed)
    assert {place.field for place in asked.places} == set(values)
    for answer in stands:
        place = answer.place
        if not answer.text or place.type not in fields.names() or place.type in MARKS:
            continue
        value = values[place.field]
        truth = value[place.row - 1] if place.row else value
        read = fields.load(place.type)
        meant = read.to_text(truth if isinstance(truth, int) else read.parse(truth))
        written = read.to_text(read.parse(answer.text))
        # Capitals have no accents.
        assert written == meant or (answer.text.isupper() and fold(written) == fold(meant))


@pytest.mark.parametrize("seed", _SEEDS)
def test_people_add_up_as_the_form_says_unless_they_err(blank: Blank, seed: int) -> None:
    asked, values, _ = _filled(blank, seed)
    arithmetic = asked.form.get("sum")
    if arithmetic is None:
        assert not set(TOTALS) & set(values)
        return
    due = sum(values[name] or 0 for name in arithmetic.get("adds", ()))
    for field, tariff in arithmetic.get("tariffs", {}).items():
        due += (values[field] or 0) * parse_cents(tariff)
    columns = [column for told in asked.form.get("tables", ()) for column in told["columns"]]
    for zone in (*asked.form["zones"], *columns):
        chosen = values[zone["field"]] if "tariffs" in zone else None
        rows = chosen if zone in columns and chosen else [chosen]
        for row in rows:
            for option in [row] if isinstance(row, str) else row or ():
                due += parse_cents(zone["tariffs"][option])
    if not due:
        assert values[arithmetic["total"]] is None
        return
    assert values[arithmetic["total"]] == due
    assert spoil_sum(values, np.random.default_rng(seed))
    assert values[arithmetic["total"]] != due


def test_the_same_seed_draws_the_same_copies(tmp_path: Path) -> None:
    drawn = [
        draw(
            BLANKS[3:4], tmp_path / name, each=1, seed=seed, media=["typed", "pdf"], cache=tmp_path
        )
        for name, seed in (("a", 3), ("b", 3), ("c", 4))
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    for name in drawn[0]:
        first, second, other = ((tmp_path / f / name).read_bytes() for f in "abc")
        assert first == second != other


# --- the measure --------------------------------------------------------------------------------

_PLACES = (
    Place("nom", "surname", 1),
    Place("total", "amount", 1),
    Place("formule", "choice", 1),
    Place("jours.1", "ticks", 1),
    Place("jours.2", "ticks", 1),
    Place("don", "amount", 1),
)
_TRUE = {
    "nom": "Lefèvre",
    "total": 18500,
    "formule": "loisir",
    "jours": ["lundi, jeudi"],
    "don": None,
    "repas": None,
}


def _measured(
    tmp_path: Path,
    read: Mapping[str, str] | None = None,
    *,
    written: str = "LEFEVRE",
    places: tuple[Place, ...] = _PLACES,
) -> Any:
    values = {"nom": "Lefèvre", "total": "185.00", "formule": "loisir", "jours.1": "jeudi | lundi"}
    out = tmp_path / "read"
    out.mkdir(exist_ok=True)
    with (out / "registrations.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["registration", "form"], ["r1", "club"]])
    with (out / "fields.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["document", "page", "registration", "field", "value", "status"])
        for field, value in (values | dict(read or {})).items():
            rows.writerow(["a.jpg", "1", "r1", field, value, "accepted"])
    texts = {"nom": written, "total": "185 €", "formule": "loisir", "don": "", "repas": ""}
    texts |= {"jours.1": "lundi, jeudi", "jours.2": ""}
    entry = {"form": "club", "medium": "typed", "pages": 1, "fields": _TRUE, "written": texts}
    asked = {"club": Asked("club", places, {}, {}, ())}
    return measure(out, {"a.jpg": entry}, asked)


def test_a_copy_read_as_it_was_written_reaches_every_goal(tmp_path: Path) -> None:
    measured = _measured(tmp_path)
    assert all(verdict.right for verdict in measured.verdicts)
    held = goals(measured, ["surname", "amount", "choice", "ticks"])
    assert all(goal.holds for goal in held), held
    assert any("pages placed 1 of 1" in line for line in table(measured, {"club": "a table"}))


@pytest.mark.parametrize(
    ("field", "value", "fails"),
    [
        ("total", "186.00", "wrong amounts and choices"),
        ("don", "12.00", "wrong amounts and choices"),
        ("formule", "", "wrong amounts and choices"),
        ("jours.1", "jeudi", "wrong amounts and choices"),
        ("nom", "Lefevbre", "wrong among accepted"),
    ],
)
def test_a_wrong_value_that_was_accepted_fails(
    tmp_path: Path, field: str, value: str, fails: str
) -> None:
    measured = _measured(tmp_path, {field: value})
    failed = [goal.said for goal in goals(measured, ["surname", "amount", "choice", "ticks"])
              if not goal.holds]  # fmt: skip
    assert any(said.startswith(fails) for said in failed)
    assert any(said.startswith("exact, typed") for said in failed)


def test_capitals_need_not_give_their_accents_back_but_letters_count(tmp_path: Path) -> None:
    assert _measured(tmp_path, {"nom": "LEFEVRE"}).verdicts[0].right
    assert not _measured(tmp_path, {"nom": "LEFEBVRE"}).verdicts[0].right


def test_accents_are_spelling_in_words_only(tmp_path: Path) -> None:
    small = _measured(tmp_path, {"nom": "Lefévre"}, written="Lefèvre").verdicts[0]
    assert (small.right, small.spelling, small.wrong) == (False, True, False)


def test_a_count_left_empty_is_none(tmp_path: Path) -> None:
    places = (Place("repas", "count", 1),)
    for value, wrong in (("0", False), ("", False), ("1", True)):
        verdict = _measured(tmp_path, {"repas": value}, places=places).verdicts[0]
        assert verdict.wrong is wrong


def test_a_page_read_as_another_form_is_not_placed(tmp_path: Path) -> None:
    _measured(tmp_path)
    path = tmp_path / "read" / "registrations.csv"
    path.write_text(path.read_text("utf-8").replace("club", "other"), "utf-8")
    entry = {"form": "club", "medium": "typed", "pages": 1, "fields": _TRUE, "written": {}}
    entry["written"] = dict.fromkeys([place.name for place in _PLACES], "")
    asked = {"club": Asked("club", _PLACES, {}, {}, ())}
    measured = measure(tmp_path / "read", {"a.jpg": entry}, asked)
    assert not measured.pages[0].placed
    assert not any(verdict.right for verdict in measured.verdicts)


def test_a_type_that_is_not_known_fails(tmp_path: Path) -> None:
    last = goals(_measured(tmp_path), ["surname", "amount", "choice"])[-1]
    assert not last.holds
    assert "ticks" in last.said


def test_the_truth_is_what_an_evaluation_takes(tmp_path: Path) -> None:
    truth = draw(BLANKS, tmp_path / "inbox", each=1, seed=5, media=["pdf"], cache=tmp_path)
    (tmp_path / "truth.json").write_text(json.dumps(truth), "utf-8")
    assert set(load_truth(tmp_path / "truth.json")) == {f"{name}-pdf-00.pdf" for name in _IDS}
