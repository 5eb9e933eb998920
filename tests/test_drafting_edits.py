"""Edits of a form's file: what is edited changes, comments and all else stay."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.drafting import edits, prices, regroup
from pipeline.drafting.doubts import doubts, settled
from pipeline.drafting.drawn import elsewhere, items
from pipeline.drafting.edits import Spot
from pipeline.drafting.prices import Choice
from pipeline.drafting.snapping import Edges, snapped
from pipeline.drafting.steps import Steps, load, save
from pipeline.geometry import BoxMm
from pipeline.paths import SHIPPED_FORM

TEXT = """\
# The club's fiche.
id = "club"   # its folder
title = "Fiche du club"

[event]
name = "Stage"  # as on the blank
date = 2026-04-11

# Who comes.
[[zones]]
field = "nom"
label = "Nom"  # of a child
type = "surname"
lines_mm = [
  [20.0, 30.0, 50.0, 8.0],  # the first
  [20.0, 40.0, 50.0, 8.0],  # the second
]
repeated = true

[[zones]]
field = "prenom"
type = "given_name"
lines_mm = [[80.0, 30.0, 50.0, 8.0], [80.0, 40.0, 50.0, 8.0]]
repeated = true

# What they eat.
[[zones]]
field = "repas"
type = "count"
lines_mm = [[20.0, 60.0, 20.0, 8.0]]

[[zones]]
field = "formule"
type = "choice"
boxes_mm = { loisir = [20.0, 80.0, 4.0, 4.0], competition = [20.0, 90.0, 4.0, 4.0] }
tariffs = { loisir = "185", competition = "210,50" }  # of the season
[zones.options]
competition = "Compétition"  # with its accent

[[zones]]
field = "total"
type = "amount"
lines_mm = [[20.0, 110.0, 40.0, 8.0]]

[[areas]]
kind = "office"
boxes_mm = [[100.0, 200.0, 60.0, 30.0]]  # stamps

# What it costs.
[sum]
total = "total"
tariffs = { repas = "12,10" }  # each

[people]
named = ["nom", "prenom"]

# Nobody eats twice.
[[constraints]]
kind = "at_most"
field = "repas"  # at table
limit = "nom"
"""
DATA = tomllib.loads(TEXT)
ZONES = [f"zones.{n}" for n in range(5)]
mm = st.floats(0.6, 190).map(lambda value: round(value, 2))
boxes = st.builds(BoxMm, mm, mm, mm, mm)
spots = st.sampled_from([rect.spot for item in items(DATA, {}, ()) for rect in item.rects])
wheres = st.sampled_from(ZONES)
words = st.text("abcdé ÀN'\"\\#|1", min_size=0, max_size=12)
amounts = st.sampled_from(["", "0", "12,10", "7", "1 200,50 €"])
one_edit: st.SearchStrategy[Callable[[str], str]] = st.one_of(
    st.builds(lambda spot, box: lambda text: edits.put(text, spot, box), spots, boxes),
    st.builds(lambda where, to: lambda text: edits.relabel(text, where, to), wheres, words),
    st.builds(lambda where, to: lambda text: edits.rename(text, where, to), wheres, words),
    st.builds(
        lambda where, kind: lambda text: edits.retype(text, where, kind),
        wheres,
        st.sampled_from(["text", "date", "checkbox", "yes_no", "amount", "signature"]),
    ),
    st.builds(lambda where: lambda text: regroup.split(text, where), wheres),
    st.builds(lambda a, b: lambda text: regroup.join(text, a, b), wheres, wheres),
    st.builds(lambda cost: lambda text: prices.price(text, "repas", cost), amounts),
    st.builds(lambda on: lambda text: prices.total(text, "total", is_total=on), st.booleans()),
    st.builds(lambda on: lambda text: prices.adds(text, "total", is_added=on), st.booleans()),
    st.builds(
        lambda box, kind: lambda text: edits.add(text, kind, 1, box)[0],
        boxes,
        st.sampled_from(["office", "ignore", "text", "checkbox", "signature"]),
    ),
    st.builds(
        lambda called, cost: (
            lambda text: prices.with_options(
                text, "zones.3", [Choice("loisir", called, cost), Choice("", called, cost)]
            )
        ),
        words,
        amounts,
    ),
    st.builds(lambda where: lambda text: edits.delete(text, where), wheres),
    st.builds(lambda where: lambda text: regroup.with_row(text, where), wheres),
    st.builds(lambda where: lambda text: regroup.without_row(text, where), wheres),
    st.builds(
        lambda called, cost: lambda text: prices.with_fixed(text, [Choice("", called, cost)]),
        words,
        amounts,
    ),
)


def tried(edit: Callable[[str], str], text: str) -> str:
    try:
        return edit(text)
    except ValueError:
        return text


def lone_comments(text: str) -> list[str]:
    return re.findall(r"^[ \t]*#.*$", text, re.MULTILINE)


@given(st.lists(one_edit, max_size=6))
def test_whatever_is_edited_comments_of_their_own_line_stay_and_the_file_is_toml(
    several: list[Callable[[str], str]],
) -> None:
    text = TEXT
    for edit in several:
        text = tried(edit, text)
    assert lone_comments(text) == lone_comments(TEXT)
    assert tomllib.loads(text)["title"] == DATA["title"]
    drawn = items(tomllib.loads(text), {}, ())
    assert all(rect.box.w > 0 for item in drawn for rect in item.rects)


@given(spots, boxes)
def test_a_moved_rectangle_moves_alone_and_its_line_keeps_its_comment(
    spot: Spot, box: BoxMm
) -> None:
    text = edits.put(TEXT, spot, box)
    rects = {
        rect.spot: rect.box for item in items(tomllib.loads(text), {}, ()) for rect in item.rects
    }
    before = {rect.spot: rect.box for item in items(DATA, {}, ()) for rect in item.rects}
    assert rects == {**before, spot: box}
    assert re.findall("#.*", text) == re.findall("#.*", TEXT)
    assert edits.put(text, spot, before[spot]) == TEXT


@given(wheres, words)
def test_a_renamed_field_is_called_so_wherever_it_is_spoken_of(where: str, to: str) -> None:
    text = edits.rename(TEXT, where, to)
    n = int(where[-1])
    old, new = DATA["zones"][n]["field"], tomllib.loads(text)["zones"][n]["field"]
    assert re.fullmatch("[a-z][a-z0-9_]*", new)
    assert re.findall("#.*", text) == re.findall("#.*", TEXT)
    data = tomllib.loads(text)
    spoken = [data["sum"], data["people"], data["constraints"]]
    former = [DATA["sum"], DATA["people"], DATA["constraints"]]
    assert _renamed(spoken, new, old) == former


def _renamed(part: Any, old: str, new: str) -> Any:
    if isinstance(part, dict):
        return {new if k == old else k: _renamed(v, old, new) for k, v in part.items()}
    if isinstance(part, list):
        return [_renamed(item, old, new) for item in part]
    return new if part == old else part


def test_the_names_of_fields_are_what_people_call_them() -> None:
    text = edits.rename(TEXT, "zones.2", "Repas du midi, à l'école")
    assert tomllib.loads(text)["zones"][2]["field"] == "repas_du_midi_a_l_ecole"
    assert tomllib.loads(text)["sum"]["tariffs"] == {"repas_du_midi_a_l_ecole": "12,10"}
    assert tomllib.loads(edits.rename(TEXT, "zones.2", "Total"))["zones"][2]["field"] == "total_2"


@given(wheres, st.sampled_from(["text", "yes_no", "checkbox", "date", "licence"]))
def test_a_zone_of_another_type_keeps_its_places(where: str, kind: str) -> None:
    text = edits.retype(TEXT, where, kind)
    before, after = (
        sorted(edits.boxes_of(tomllib.loads(t)["zones"][int(where[-1])])) for t in (TEXT, text)
    )
    assert after == before
    zone = tomllib.loads(text)["zones"][int(where[-1])]
    assert zone["type"] == kind
    assert ("lines_mm" in zone) == (kind not in ("yes_no", "checkbox"))


@pytest.mark.parametrize("where", ["zones.0", "zones.2", "zones.3"])
def test_a_zone_that_is_split_leaves_no_place_out(where: str) -> None:
    text = regroup.split(TEXT, where)
    zones = tomllib.loads(text)["zones"]
    assert len(zones) == 6
    first, last = zones[int(where[-1])], zones[-1]
    assert last["field"] == f"{first['field']}_2"
    assert last["type"] == first["type"]
    area = sum(w * h for zone in (first, last) for *_, w, h in edits.boxes_of(zone))
    whole = DATA["zones"][int(where[-1])]
    assert area == pytest.approx(sum(w * h for *_, w, h in edits.boxes_of(whole)))
    joined = tomllib.loads(regroup.join(text, where, "zones.5"))["zones"]
    assert [zone["field"] for zone in joined] == [zone["field"] for zone in DATA["zones"]]
    if where != "zones.2":
        assert sorted(edits.boxes_of(joined[int(where[-1])])) == sorted(edits.boxes_of(whole))


def test_split_options_keep_what_they_are_called_and_cost() -> None:
    zones = tomllib.loads(regroup.split(TEXT, "zones.3"))["zones"]
    assert zones[3]["tariffs"] == {"loisir": "185"}
    assert zones[5]["tariffs"] == {"competition": "210,50"}
    assert zones[5]["options"] == {"competition": "Compétition"}


def test_zones_in_rows_become_a_table() -> None:
    text = regroup.tabulate(TEXT, ["zones.1", "zones.0"])
    data = tomllib.loads(text)
    (table,) = data["tables"]
    assert table["rows_mm"] == [[30.0, 8.0], [40.0, 8.0]]
    assert [(c["field"], c["x_mm"]) for c in table["columns"]] == [
        ("nom", [20.0, 50.0]),
        ("prenom", [80.0, 50.0]),
    ]
    assert [zone["field"] for zone in data["zones"]] == ["repas", "formule", "total"]
    assert data["people"] == DATA["people"]
    assert lone_comments(text) == lone_comments(TEXT)


def tabled() -> str:
    return regroup.tabulate(TEXT, ["zones.1", "zones.0"])


def test_a_table_gets_rows_and_columns_as_its_others_go_on_and_loses_its_last_row() -> None:
    text = regroup.with_row(tabled(), "tables.0")
    assert tomllib.loads(text)["tables"][0]["rows_mm"] == [[30.0, 8.0], [40.0, 8.0], [50.0, 8.0]]
    assert regroup.without_row(text, "tables.0") == tabled()
    wider, where = regroup.with_column(tabled(), "tables.0")
    assert where == "tables.0.columns.2"
    assert tomllib.loads(wider)["tables"][0]["columns"][2]["x_mm"] == [130.0, 50.0]
    assert edits.delete(wider, where).split() == tabled().split()
    assert lone_comments(text) == lone_comments(wider) == lone_comments(TEXT)


def test_a_zone_gets_a_line_below_its_last_and_keeps_at_least_one() -> None:
    text = regroup.with_row(TEXT, "zones.0")
    assert tomllib.loads(text)["zones"][0]["lines_mm"][2:] == [[20.0, 50.0, 50.0, 8.0]]
    assert "# the second" in text
    with pytest.raises(ValueError, match="dernière ligne"):
        regroup.without_row(TEXT, "zones.2")
    with pytest.raises(ValueError, match="des lignes"):
        regroup.with_row(TEXT, "zones.3")


def test_a_line_more_stands_below_two_side_by_side() -> None:
    beside = TEXT.replace("[20.0, 40.0, 50.0, 8.0]", "[80.0, 30.0, 50.0, 8.0]")
    lines = tomllib.loads(regroup.with_row(beside, "zones.0"))["zones"][0]["lines_mm"]
    assert lines[1:] == [[80.0, 30.0, 50.0, 8.0], [80.0, 38.0, 50.0, 8.0]]


def test_a_table_is_taken_out_whole_with_what_is_said_of_its_columns() -> None:
    data = tomllib.loads(edits.delete(tabled(), "tables.0"))
    assert "tables" not in data
    assert "people" not in data
    assert "constraints" not in data


def test_a_column_for_writing_becomes_one_of_boxes_and_the_reverse() -> None:
    text = edits.retype(tabled(), "tables.0.columns.1", "yes_no")
    column = tomllib.loads(text)["tables"][0]["columns"][1]
    assert column["boxes_mm"] == {"oui": [80.0, 25.0], "non": [105.0, 25.0]}
    assert "x_mm" not in column
    back = tomllib.loads(edits.retype(text, "tables.0.columns.1", "text"))
    assert back["tables"][0]["columns"][1]["x_mm"] == [80.0, 50.0]
    assert "boxes_mm" not in back["tables"][0]["columns"][1]


def test_what_all_pay_is_called_priced_and_gone_again() -> None:
    text = prices.with_fixed(TEXT, [Choice("", "Adhésion de la famille", "10")])
    arithmetic = tomllib.loads(text)["sum"]
    assert arithmetic["fixed"] == {"adhesion_de_la_famille": "10"}
    assert arithmetic["labels"] == {"adhesion_de_la_famille": "Adhésion de la famille"}
    (known,) = prices.fixed(tomllib.loads(text))
    dearer = prices.with_price(text, "sum", known.name, "12,5")
    assert tomllib.loads(dearer)["sum"]["fixed"] == {"adhesion_de_la_famille": "12,50"}
    gone = prices.with_fixed(dearer, [Choice(known.name, "", "")])
    assert tomllib.loads(gone) == DATA
    assert "# each" in gone
    with pytest.raises(ValueError, match="recharger"):
        prices.with_price(TEXT, "sum", "cotisation", "1")
    with pytest.raises(ValueError, match="à côté de son prix"):
        prices.with_fixed(TEXT, [Choice("", " ", "5")])
    assert "adhesion_de_la_famille" in edits.names(tomllib.loads(text)), "no zone is called so"


def test_single_zones_that_stand_in_a_grid_become_a_table_called_like_its_first_row() -> None:
    text = regroup.split(regroup.split(TEXT, "zones.0"), "zones.1")
    names = [zone["field"] for zone in tomllib.loads(text)["zones"]]
    wheres = [f"zones.{n}" for n, name in enumerate(names) if name.startswith(("nom", "prenom"))]
    data = tomllib.loads(regroup.tabulate(text, wheres))
    assert [column["field"] for column in data["tables"][0]["columns"]] == ["nom", "prenom"]
    assert [zone["field"] for zone in data["zones"]] == ["repas", "formule", "total"]


@pytest.mark.parametrize("wheres", [["zones.0", "zones.2"], ["zones.2"], ["zones.3", "zones.0"]])
def test_zones_that_stand_in_no_grid_are_no_table(wheres: list[str]) -> None:
    with pytest.raises(ValueError, match="tableau"):
        regroup.tabulate(TEXT, wheres)


def test_an_option_is_added_called_and_priced_as_people_write_it() -> None:
    choices = [
        Choice("loisir", "Loisir", "190 €"),
        Choice("competition", "Compétition", "210,5"),
        Choice("", "École d'échecs", ""),
    ]
    text = prices.with_options(TEXT, "zones.3", choices)
    zone = tomllib.loads(text)["zones"][3]
    assert zone["tariffs"] == {"loisir": "190", "competition": "210,50", "ecole_d_echecs": "0"}
    assert zone["options"] == {
        "competition": "Compétition",
        "loisir": "Loisir",
        "ecole_d_echecs": "École d'échecs",
    }
    assert zone["boxes_mm"]["ecole_d_echecs"] == [20.0, 100.0, 4.0, 4.0]
    assert "# of the season" in text
    assert "# with its accent" in text
    gone = tomllib.loads(prices.with_options(text, "zones.3", choices[:1]))["zones"][3]
    assert gone["boxes_mm"].keys() == gone["tariffs"].keys() == {"loisir"}


def test_prices_are_written_as_the_file_writes_them() -> None:
    assert tomllib.loads(prices.price(TEXT, "repas", "13,5 €"))["sum"]["tariffs"] == {
        "repas": "13,50"
    }
    shipped = (SHIPPED_FORM / "form.toml").read_text("utf-8")
    tariffs = tomllib.loads(prices.price(shipped, "repas", "13,50"))["sum"]["tariffs_cents"]
    assert tariffs == {"adherents": 3000, "non_adherents": 4000, "repas": 1350}
    assert prices.price(TEXT, "repas", "12,1 €") == TEXT
    with pytest.raises(ValueError, match="montant"):
        prices.price(TEXT, "repas", "douze")
    assert "tariffs" not in tomllib.loads(prices.price(TEXT, "repas", ""))["sum"]


def test_a_sum_begins_with_its_first_tariff_and_goes_with_its_last() -> None:
    bare = TEXT.replace('[sum]\ntotal = "total"\ntariffs = { repas = "12,10" }  # each\n\n', "")
    assert "sum" not in tomllib.loads(bare)
    priced = prices.price(bare, "repas", "9")
    assert tomllib.loads(priced)["sum"] == {"tariffs": {"repas": "9"}}
    assert tomllib.loads(prices.price(priced, "repas", "")) == tomllib.loads(bare)
    written = prices.total(priced, "total", is_total=True)
    assert tomllib.loads(written)["sum"]["total"] == "total"
    assert tomllib.loads(prices.total(written, "total", is_total=False)) == tomllib.loads(priced)


def test_what_is_deleted_is_spoken_of_no_more() -> None:
    data = tomllib.loads(edits.delete(TEXT, "zones.2"))
    assert [zone["field"] for zone in data["zones"]] == ["nom", "prenom", "formule", "total"]
    assert data["sum"] == {"total": "total"}
    assert "constraints" not in data
    assert tomllib.loads(edits.delete(TEXT, "zones.1"))["people"]["named"] == "nom"
    assert "areas" not in tomllib.loads(edits.delete(TEXT, "areas.0"))


@given(st.sampled_from(["office", "ignore", "text", "count", "signature"]), boxes)
def test_what_is_added_and_deleted_again_leaves_the_file_as_it_was(kind: str, box: BoxMm) -> None:
    text, where = edits.add(TEXT, kind, 1, box)
    assert tomllib.loads(text) != DATA
    assert edits.delete(text, where).split() == TEXT.split()


def test_a_zone_that_nobody_reads_becomes_an_area() -> None:
    data = tomllib.loads(edits.as_area(TEXT, "zones.2", "ignore"))
    assert data["areas"][1] == {
        "kind": "ignore",
        "page": 1,
        "boxes_mm": [[20.0, 60.0, 20.0, 8.0]],
    }
    assert "repas" not in [zone["field"] for zone in data["zones"]]
    data = tomllib.loads(edits.as_area(TEXT, "areas.0", "ignore"))
    assert data["areas"][0]["kind"] == "ignore"


def test_the_head_of_a_form_takes_days_the_french_way() -> None:
    text = edits.head(TEXT, {"event.date": "12/04/2027", "organiser.email": "a@exemple.fr"})
    assert str(tomllib.loads(text)["event"]["date"]) == "2027-04-12"
    assert tomllib.loads(text)["organiser"] == {"email": "a@exemple.fr"}
    assert "# as on the blank" in text
    with pytest.raises(ValueError, match="02/02/2018"):
        edits.head(TEXT, {"event.date": "demain"})
    assert edits.head(TEXT, {"organiser.email": "", "title": "Fiche du club"}) == TEXT


def test_faults_stand_beside_the_zone_they_are_of(tmp_path: Path) -> None:
    folder = tmp_path / "club"
    folder.mkdir()
    (folder / "blank.pdf").write_bytes((SHIPPED_FORM / "blank.pdf").read_bytes())
    good = TEXT.replace('["nom", "prenom"]', '"nom"').replace('"surname"', '"person"')
    assert edits.faults(good, folder) == []
    text = edits.put(good, Spot("zones.2", "lines_mm", "0"), BoxMm(180, 60, 80, 8))
    text = edits.with_key(text, "zones.1", "unit", "kg")
    faults = edits.faults(text.replace('id = "club"', 'id = "clubs"'), folder)
    drawn = items(tomllib.loads(text), {"zones.4": "peut-être une date"}, faults)
    assert [item.field for item in drawn if item.faults] == ["prenom", "repas"]
    assert [item.doubt for item in drawn if item.doubt] == ["peut-être une date"]
    assert len(elsewhere(faults, drawn)) == 1


@pytest.mark.parametrize(
    "where", ["zones.9", "sum", "zones", "zones.0.lines_mm", "x", "", "zones.²"]
)
def test_what_is_not_there_is_said(where: str) -> None:
    for edit in (
        lambda: edits.put(TEXT, Spot(where, "lines_mm", "0"), BoxMm(1, 1, 1, 1)),
        lambda: edits.rename(TEXT, where, "x"),
        lambda: edits.retype(TEXT, where, "date"),
        lambda: regroup.split(TEXT, where),
        lambda: regroup.join(TEXT, where, "zones.0"),
        lambda: regroup.tabulate(TEXT, [where]),
        lambda: prices.with_options(TEXT, where, [Choice("", "x")]),
        lambda: edits.delete(TEXT, where),
        lambda: edits.as_area(TEXT, where, "office"),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            edit()


@given(st.lists(one_edit, min_size=1, max_size=5))
def test_undo_is_the_former_text_and_redo_the_later(several: list[Callable[[str], str]]) -> None:
    steps, texts = Steps((TEXT,)), [TEXT]
    for edit in several:
        text = tried(edit, steps.now)
        texts += [text] if text != texts[-1] else []
        steps = steps.then(text)
    for text in texts[-2::-1]:
        steps = steps.undone()
        assert steps.now == text
    assert not steps.may_undo
    for text in texts[1:]:
        steps = steps.redone()
        assert steps.now == text
    assert not steps.may_redo


def test_steps_are_kept_in_a_file(tmp_path: Path) -> None:
    steps = Steps((TEXT,)).then("x = 1")
    save(tmp_path / "steps.json", steps.undone())
    assert load(tmp_path / "steps.json") == steps.undone()
    (tmp_path / "steps.json").write_text('{"texts": [], "at": 0, "number": 0}')
    with pytest.raises(ValueError, match="steps"):
        load(tmp_path / "steps.json")


@given(boxes, st.lists(mm, max_size=4), st.lists(mm, max_size=4), st.booleans())
def test_a_box_snaps_to_near_print_and_no_further(
    box: BoxMm, across: list[float], down: list[float], resized: bool
) -> None:
    edges = Edges(tuple(across), tuple(down))
    made = snapped(box, edges, within_mm=1.0, resized=resized)
    for own, new, size, print_ in (
        (box.x, made.x, (box.w, made.w), across),
        (box.y, made.y, (box.h, made.h), down),
    ):
        ends = (new, new + size[1])
        moved = abs(ends[1] - own - size[0]) if resized else abs(new - own)
        assert moved <= 1.0 + 1e-6
        if moved > 1e-6 and size[1] > 0.5:
            assert any(abs(end - edge) < 1e-6 for end in ends for edge in print_)
        if resized:
            assert new == own
        else:
            assert size[1] == size[0]
    assert snapped(made, edges, within_mm=1.0, resized=resized).w == pytest.approx(made.w)


MARK = "# À VÉRIFIER (62\u00a0%)\u00a0: Un nombre\u00a0?"
MARKED = TEXT.replace('field = "repas"\ntype', f'{MARK}\nfield = "repas"\ntype').replace(
    "[people]\n", "[people]\n# À VÉRIFIER : Tous sont-ils nommés ?\n# Why.\n"
)


def test_what_a_draft_marks_is_doubted_until_somebody_has_looked_at_it() -> None:
    said = {"zones.2": "Un nombre\u00a0?", "people": "Tous sont-ils nommés ?"}
    assert doubts(MARKED) == said
    assert doubts(edits.delete(edits.rename(MARKED, "zones.2", "midi"), "zones.0")) == {
        "zones.1": said["zones.2"],
        "people": said["people"],
    }
    once = settled(MARKED, "zones.2")
    assert doubts(once) == {"people": said["people"]}
    assert settled(once, "people").replace("# Why.\n", "") == TEXT
    assert settled(MARKED, "zones.1") == MARKED


def test_a_new_key_stands_in_its_own_block_and_not_behind_the_next_comment() -> None:
    text = edits.relabel(TEXT, "zones.1", "Prénom")
    assert 'repeated = true\nlabel = "Prénom"\n\n# What they eat.\n[[zones]]' in text
    text = edits.with_key(TEXT, "zones.4", "role", "none")
    assert 'role = "none"\n\n[[areas]]' in text


def test_the_line_of_a_count_is_renamed_and_forgotten_with_it() -> None:
    text = TEXT.replace("# each\n", '# each\nlines = { repas = "total" }\n')
    renamed = tomllib.loads(edits.rename(text, "zones.4", "Somme"))
    assert renamed["sum"]["lines"] == {"repas": "somme"}
    assert "lines" not in tomllib.loads(edits.delete(text, "zones.2"))["sum"]
    assert "lines" not in tomllib.loads(edits.delete(text, "zones.4"))["sum"]


@pytest.mark.parametrize(
    ("boxes", "beside"),
    [
        ([[20, 80, 4, 4], [45, 80, 4, 4]], [70, 80, 4, 4]),
        ([[20, 80, 4, 4], [20, 90, 4, 4]], [20, 100, 4, 4]),
        ([[20, 80, 4, 4]], [20, 86.4, 4, 4]),
        ([[20, 80, 4, 4], [60, 80, 4, 4], [20, 90, 4, 4], [60, 90, 4, 4]], [100, 90, 4, 4]),
    ],
)
def test_an_added_option_stands_where_the_row_or_column_of_the_others_goes_on(
    boxes: list[list[float]], beside: list[float]
) -> None:
    written = ", ".join(f"o{n} = {[float(v) for v in box]}" for n, box in enumerate(boxes))
    text = f'id = "a"\n[[zones]]\nfield = "f"\ntype = "choice"\nboxes_mm = {{ {written} }}\n'
    choices = [Choice(f"o{n}", f"o{n}") for n in range(len(boxes))]
    made = prices.with_options(text, "zones.0", [*choices, Choice("", "Autre")])
    assert tomllib.loads(made)["zones"][0]["boxes_mm"]["autre"] == beside
