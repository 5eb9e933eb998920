"""The measure of drafts says what is true of them, and pages of unknown layouts what they ask."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from associations.blank import Blank
from associations.measure import Row
from blanks import BLANKS, drafted
from blanks.colony import COLONY
from blanks.contest import CONTEST
from blanks.frames import move_of
from blanks.gym import GYM
from blanks.leaflet import LEAFLET
from blanks.named import Naming
from blanks.small import SMALL
from blanks.spots import Paired, Spot, moved, pair, spots_of
from blanks.unknown import Read, compare, draw_unknown
from hypothesis import given
from hypothesis import strategies as st

from pipeline.forms.schema import Form, load_form
from pipeline.geometry import BoxMm

_IDS = [blank.id for blank in BLANKS]
_LINE = Spot("nom", "surname", 1, BoxMm(20, 30, 60, 8))
_BELOW = Spot("ville", "town", 1, BoxMm(20, 38, 60, 8))
_NOBODY = {"type": "surname", "value": "Roux", "written": "Roux"}
_SQUARE = Spot("sexe", "choice", 1, BoxMm(100, 30, 4, 4), "f")


def _form(blank: Blank, folder: Path) -> Form:
    blank.lay_out(folder)
    return load_form(folder / blank.id)


def _at(spot: Spot, x: float, y: float, w: float, h: float) -> Spot:
    return Spot("champ_1", "text", spot.page, BoxMm(x, y, w, h), spot.option)


def _redrafted(form: Form, change: Callable[[dict[str, Any]], object]) -> drafted.Scores:
    """The scores of a draft that says something else than the form."""
    path = form.folder / "form.toml"
    data = tomllib.loads(path.read_text("utf-8"))
    change(data)
    draft = Form.model_validate({**data, "folder": form.folder})
    return drafted.score(form, draft, pair(spots_of(form), spots_of(draft)))


def _zone(data: Mapping[str, Any], field: str) -> dict[str, Any]:
    named: dict[str, Any] = next(zone for zone in data["zones"] if zone["field"] == field)
    return named


# --- the blanks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("blank", [*BLANKS, *SMALL], ids=lambda blank: blank.id)
def test_each_form_loads_and_asks_what_is_drawn(blank: Blank, tmp_path: Path) -> None:
    asked = blank.lay_out(tmp_path)
    spots = spots_of(load_form(tmp_path / blank.id))
    drawn = {
        (place.name, place.type, place.page, len((*place.lines, *place.boxes, *place.words)))
        for place in asked.places
    }
    names = [spot.name for spot in spots]
    assert {(s.name, s.type, s.page, names.count(s.name)) for s in spots} == drawn


@pytest.mark.parametrize("blank", BLANKS, ids=_IDS)
def test_a_draft_that_says_all_reaches_every_goal(blank: Blank, tmp_path: Path) -> None:
    form = _form(blank, tmp_path)
    one = _redrafted(form, lambda data: data)
    assert one.holds
    assert one.doubts == ()
    shares = (one.found, one.typed, one.joined, one.combs, one.offices, one.tariffs, one.sums)
    assert all(share.share == 1 for share in shares)


def test_no_two_spots_of_a_blank_are_taken_for_each_other(tmp_path: Path) -> None:
    for blank in BLANKS:
        spots = spots_of(_form(blank, tmp_path))
        backwards = pair(spots, spots[::-1])
        assert all(wanted is other for wanted, other in backwards.found.items())


def test_a_blank_that_lies_askew_is_held_against_the_sheet(tmp_path: Path) -> None:
    spots = spots_of(_form(COLONY, tmp_path))
    path = tmp_path / "scan.pdf"
    path.write_bytes(COLONY.make(tilted=True)[0])
    _, asked = COLONY.make()
    askew = [place.tilted(COLONY.tilt_deg, COLONY.size_mm) for place in asked.places]
    boxes = [BoxMm(*box) for place in askew
             for box in (*place.lines, *place.boxes.values(), *place.words.values())]  # fmt: skip
    scanned = [Spot(s.name, s.type, s.page, box, s.option)
               for s, box in zip(spots, boxes, strict=True)]  # fmt: skip
    assert len(pair(spots, scanned).found) < 0.9 * len(spots)
    assert len(pair(spots, moved(scanned, {1: move_of(COLONY, path)})).found) == len(spots)


def test_a_blank_that_was_straightened_stays_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "straight.pdf"
    path.write_bytes(COLONY.make()[0])
    box = BoxMm(150, 250, 20, 8)
    there = move_of(COLONY, path)(box)
    assert np.allclose((there.x, there.y, there.w, there.h), (box.x, box.y, box.w, box.h), atol=0.1)


# --- the spots ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("box", "reads"),
    [
        ((20, 30, 60, 8), True),
        ((18, 29, 70, 8.9), True),
        ((20, 33, 60, 5), True),
        ((20, 34, 60, 4), False),  # too low to hold what stands on the line
        ((34, 30, 46, 8), False),  # begins where people have written half their name
        ((20, 30, 60, 16), False),  # the next line's writing is in it
        ((20, 130, 60, 8), False),
    ],
)
def test_a_line_is_found_where_what_stands_there_would_be_read(
    box: tuple[float, float, float, float], reads: bool
) -> None:
    paired = pair([_LINE, _BELOW], [_at(_LINE, *box)])
    assert (_LINE in paired.found) is reads


def test_a_square_is_found_by_its_area() -> None:
    near, far = _at(_SQUARE, 100.4, 30.4, 4, 4), _at(_SQUARE, 101.5, 31.5, 4, 4)
    assert pair([_SQUARE], [near]).found == {_SQUARE: near}
    assert pair([_SQUARE], [far]).found == {}


def test_a_spot_of_another_page_is_none_of_this() -> None:
    other = Spot("nom", "surname", 2, _LINE.box)
    paired = pair([_LINE], [other])
    assert (paired.found, paired.needless) == ({}, (other,))


def test_what_is_no_place_and_what_is_found_twice_is_needless() -> None:
    twice, nothing = _at(_LINE, 20, 30.5, 60, 8), _at(_LINE, 20, 200, 60, 8)
    paired = pair([_LINE], [_LINE, twice, nothing])
    assert paired.found == {_LINE: _LINE}
    assert paired.needless == (twice, nothing)


def test_a_bad_try_is_not_found_and_not_needless_besides() -> None:
    paired = pair([_LINE], [_at(_LINE, 40, 30, 40, 8)])
    assert (paired.found, paired.needless) == ({}, ())


@given(st.permutations([_LINE, _BELOW, _SQUARE]), st.floats(-0.8, 0.8), st.floats(-0.8, 0.8))
def test_a_draft_a_little_beside_is_found_whatever_its_order(
    spots: list[Spot], across: float, down: float
) -> None:
    wanted = [_LINE, _BELOW]
    beside = [_at(s, s.box.x + across, s.box.y + down, s.box.w, s.box.h) for s in spots]
    found = pair(wanted, beside).found
    assert {(w.box.x + across, w.box.y + down) for w in wanted} == {
        (d.box.x, d.box.y) for d in found.values()
    }


# --- the scores -----------------------------------------------------------------------------------


def test_a_missing_zone_is_a_place_that_was_not_found(tmp_path: Path) -> None:
    form = _form(GYM, tmp_path)
    one = _redrafted(form, lambda data: data["zones"].remove(_zone(data, "adresse")))
    assert (one.found.right, one.typed.right) == (one.found.of - 1, one.typed.of - 1)
    assert one.needless.right == 0
    assert "not found: adresse" in one.doubts


def test_a_type_is_wrong_of_a_field_whatever_its_rows(tmp_path: Path) -> None:
    form = _form(CONTEST, tmp_path)

    def change(data: dict[str, Any]) -> None:
        data["tables"][0]["columns"][0]["type"] = "text"

    one = _redrafted(form, change)
    assert (one.found.share, one.typed.right) == (1, one.typed.of - 1)


def test_lines_of_text_may_be_one_or_many(tmp_path: Path) -> None:
    form = _form(COLONY, tmp_path)
    one = _redrafted(form, lambda data: _zone(data, "allergies").update(type="text"))
    assert one.typed.share == 1


def test_squares_that_a_draft_tears_apart_are_not_joined(tmp_path: Path) -> None:
    form = _form(GYM, tmp_path)

    def change(data: dict[str, Any]) -> None:
        zone = _zone(data, "reglement")
        own = {key: zone["boxes_mm"].pop(key) for key in ("virement", "vacances")}
        for key in own:
            zone["options"].pop(key)
        data["zones"].append(zone | {"field": "autre", "boxes_mm": own, "options": {}})

    one = _redrafted(form, change)
    assert (one.found.share, one.typed.share) == (1, 1)
    assert one.joined.right == one.joined.of - 1


def test_questions_that_a_draft_throws_together_are_not_joined(tmp_path: Path) -> None:
    form = _form(GYM, tmp_path)

    def change(data: dict[str, Any]) -> None:
        other = _zone(data, "reglement")
        data["zones"].remove(other)
        _zone(data, "cours")["boxes_mm"] |= other["boxes_mm"]
        del _zone(data, "cours")["tariffs"]

    one = _redrafted(form, change)
    assert one.found.share == 1
    assert one.joined.right == one.joined.of - 2


@pytest.mark.parametrize(
    ("change", "right", "of"),
    [
        (lambda data: _zone(data, "cours")["tariffs"].update(baby="12,80"), 8, 9),
        (lambda data: _zone(data, "options").pop("tariffs"), 6, 9),
        (lambda data: _zone(data, "options")["tariffs"].update(revue="1"), 8, 9),
        (lambda data: _zone(data, "sexe").update(tariffs={"f": "5", "m": "0"}), 9, 10),
    ],
)
def test_a_tariff_is_right_to_the_cent_and_none_is_made_up(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], right: int, of: int
) -> None:
    one = _redrafted(_form(GYM, tmp_path), change)
    assert (one.tariffs.right, one.tariffs.of) == (right, of)
    assert not one.holds


def test_a_comb_has_as_many_cells_and_an_office_its_frame(tmp_path: Path) -> None:
    form = _form(CONTEST, tmp_path)

    def change(data: dict[str, Any]) -> None:
        _zone(data, "club")["comb"] = [19]
        data["areas"][0]["boxes_mm"] = [[222, 170, 63, 12]]

    one = _redrafted(form, change)
    assert (one.combs.right, one.combs.of) == (8, 9)
    assert (one.offices.right, one.offices.of) == (0, 1)


def test_what_counts_cost_and_the_total_are_held_by_place(tmp_path: Path) -> None:
    form = _form(LEAFLET, tmp_path)

    def rename(data: dict[str, Any]) -> None:
        _zone(data, "adultes")["field"], _zone(data, "total")["field"] = "nombre", "montant"
        data["sum"] = {"total": "montant", "tariffs": {"nombre": "14", "enfants": "7"}}

    one = _redrafted(form, rename)
    assert (one.tariffs.right, one.tariffs.of) == (1, 2)
    assert one.sums.share == 1
    assert _redrafted(form, lambda data: data["sum"].pop("total")).sums.right == 0


# --- what is read with a draft --------------------------------------------------------------------


def _read(pairs: Mapping[Spot, Spot], rows: Mapping[str, str], **status: str) -> Mapping[str, Row]:
    paired = Paired(tuple(pairs), tuple(pairs.values()), pairs, ())
    read = {name: {"value": value, "status": status.get(name, "accepted")}
            for name, value in rows.items()}  # fmt: skip
    return Naming({"club": paired})("club", read)


def _marked(name: str, kind: str, *options: str) -> list[Spot]:
    return [Spot(name, kind, 1, BoxMm(10 * n, 0, 4, 4), o) for n, o in enumerate(options, 1)]


def test_options_are_named_by_where_their_squares_stand() -> None:
    wanted, other = _marked("sexe", "choice", "f", "m"), _marked("c1", "choice", "femme", "homme")
    read = _read(dict(zip(wanted, other, strict=True)), {"c1": "homme"})
    assert read["sexe"] == {"value": "m", "status": "accepted"}


def test_squares_that_were_torn_apart_are_read_together_and_doubted_together() -> None:
    wanted = _marked("jours", "ticks", "lundi", "mardi")
    other = [*_marked("c1", "checkbox", "oui"), *_marked("c2", "checkbox", "oui")]
    pairs = dict(zip(wanted, other, strict=True))
    both = _read(pairs, {"c1": "oui", "c2": "oui"}, c2="review")
    assert both["jours"] == {"value": "lundi | mardi", "status": "review"}
    assert _read(pairs, {"c1": "", "c2": "oui"})["jours"]["value"] == "mardi"


def test_a_no_for_a_yes_is_not_forgiven() -> None:
    wanted, other = _marked("photo", "yes_no", "oui", "non"), _marked("c1", "yes_no", "non", "oui")
    assert _read(dict(zip(wanted, other, strict=True)), {"c1": "non"})["photo"]["value"] == "non"


def test_what_was_drafted_as_two_lines_is_one_value() -> None:
    lines = [Spot("adresse", "address", 1, BoxMm(0, 10 * n, 90, 8)) for n in (1, 2)]
    other = [Spot(f"c{n}", "text", 1, line.box) for n, line in enumerate(lines, 1)]
    read = _read(dict(zip(lines, other, strict=True)), {"c1": "3 rue du Lac", "c2": "Bât. B"})
    assert read["adresse"]["value"] == "3 rue du Lac Bât. B"


def test_of_a_place_that_was_not_read_nothing_is_said() -> None:
    assert _read({_LINE: _at(_LINE, 20, 30, 60, 8)}, {}) == {}


# --- unknown pages --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unknown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("unknown")
    return out, draw_unknown(out, copies={"typed": 1}, cache=out, blanks=SMALL[:3])


def test_pages_of_unknown_layouts_have_names_that_say_nothing(
    unknown: tuple[Path, dict[str, Any]],
) -> None:
    out, truth = unknown
    assert sorted(path.name for path in out.iterdir()) == sorted(truth)
    assert sorted(truth) == ["page-01.jpg", "page-02.jpg", "page-03.jpg"]
    assert {entry["layout"] for entry in truth.values()} == {blank.id for blank in SMALL[:3]}


def test_who_reads_all_of_unknown_pages_and_sorts_them_is_right(
    unknown: tuple[Path, dict[str, Any]],
) -> None:
    _, truth = unknown
    groups = {name: entry["layout"].upper() for name, entry in truth.items()}
    compared = compare(truth, Read(_parsed(truth), groups))
    assert compared.exact("typed") == 1
    assert all(compared.grouped.values())


def _parsed(truth: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The values as the product's tables say them."""
    return {
        name: {
            f"{label.upper()} :": f"{asked['value'] / 100:.2f}"
            if asked["type"] == "amount"
            else str(asked["value"] or "")
            for label, asked in entry["labels"].items()
        }
        for name, entry in truth.items()
    }


def test_values_under_other_labels_are_not_read(unknown: tuple[Path, dict[str, Any]]) -> None:
    _, truth = unknown
    read = {name: {f"no {label}": value for label, value in labels.items()}
            for name, labels in _parsed(truth).items()}  # fmt: skip
    assert compare(truth, Read(read, {})).exact("typed") < 0.2


def test_a_group_of_two_layouts_is_wrong_and_so_is_the_smaller_half_of_one() -> None:
    truth = {f"{n}": {"layout": layout, "medium": "typed", "labels": {"Nom": _NOBODY}}
             for n, layout in enumerate("aaabbb")}  # fmt: skip
    for groups, right in (("xxxyyy", 6), ("xxzyyy", 5), ("xxxxyy", 2), ("xxx   ", 3)):
        named = {f"{n}": group.strip() for n, group in enumerate(groups)}
        assert sum(compare(truth, Read({}, named)).grouped.values()) == right
