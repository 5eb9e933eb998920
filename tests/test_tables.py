"""A form's tables: stated, checked, and read row by row."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.config import Settings
from pipeline.errors import ConfigError
from pipeline.forms.blank import blank_pages
from pipeline.forms.schema import Form
from pipeline.forms.tables import Table
from pipeline.geometry import BoxMm
from pipeline.judging.deciding import _box, further_line
from pipeline.judging.verdict import criteria, register
from pipeline.reading.page import FormPage, context, read_page
from pipeline.reading.rows import rows_written
from pipeline.records import FieldReading, Registration
from pipeline.simulate.contents import Filling, Person, invent
from pipeline.simulate.draw import choose_look, draw_page
from pipeline.web.refused import _names
from tests.family import child, family_form, read, registered
from tests.pages import page

_MIDI = {"field": "midi", "type": "checkbox", "boxes_mm": {"oui": [80, 4], "non": [90, 5]}}
_AGE = {"field": "age", "type": "age", "x_mm": [20, 30]}


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    return family_form(tmp_path_factory.mktemp("forms"))


def _read_drawn(form: Form, filling: Filling) -> dict[str, FieldReading]:
    rng = np.random.default_rng(6)
    leaf = draw_page(form, 1, filling, choose_look(rng, "typed"), rng)
    ctx = context(Settings(forms=(form.folder.parent,), form="famille"))
    (form_page,) = read_page(page(leaf.image), ctx)
    assert isinstance(form_page, FormPage)
    return {reading.field: reading for reading in form_page.readings}


@pytest.fixture(scope="module")
def drawn(form: Form) -> dict[str, FieldReading]:
    """Two children, of whom the second has no age, and a choice in the fourth row."""
    filling = invent(form, np.random.default_rng(5))
    written = filling.written | {
        "enfant_nom": ("GIRAULT", "DE ROSA"),
        "enfant_prenom": ("Jean-Loup", "Inès"),
        "age": ("6", ""),
        "formule": ("loisir", "competition", "", "loisir"),
    }
    return _read_drawn(form, replace(filling, written=written))


def test_each_column_is_a_zone_with_a_line_or_its_options_in_each_row() -> None:
    table = Table.model_validate({"rows_mm": [[80, 7], [88, 6]], "columns": [_AGE, _MIDI]})
    age, midi = table.zones
    assert age.lines == (BoxMm(20, 80, 30, 7), BoxMm(20, 88, 30, 6))
    assert age.apart == (age,)
    assert [zone.field for zone in midi.apart] == ["midi.1", "midi.2"]
    assert midi.apart[1].boxes == {"oui": BoxMm(80, 88, 4, 6), "non": BoxMm(90, 88, 5, 6)}
    assert [*midi.boxes] == ["oui", "non"]
    assert midi.box_mm == BoxMm(80, 80, 15, 14)
    assert {zone.rows for zone in table.zones} == {2}


def test_columns_stand_behind_the_zones_of_a_form(form: Form) -> None:
    assert [zone.field for zone in form.zones[-5:]] == [
        *("total", "enfant_nom", "enfant_prenom", "age", "formule")
    ]
    assert form.zone("age.3").lines[2] == BoxMm(114, 110, 22, 9)
    assert [z.field for z in form.zones_of(1)][-5:] == [
        "age",
        *(f"formule.{n}" for n in range(1, 5)),
    ]
    assert BoxMm(164, 119, 9, 9) in form.written_mm(1)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (('field = "age"', 'field = "don"'), "tables.0.columns.2.field: 'don' stands twice"),
        (('type = "age"', 'type = "ages"'), "tables.0.columns.2.type: 'ages' is not known"),
        (("x_mm = [114, 22]", ""), "tables.0.columns.2: Value error, a column has either x_mm or"),
        (("x_mm = [114, 22]", "x_mm = [114, 220]"), "tables.0.columns.2: runs off the paper"),
        (("rows_mm = [[92, 9]", "rows_mm = [[292, 9]"), "tables.0.columns.0: runs off the paper"),
        (('type = "age"', 'type = "checkbox"'), "columns.2.type: 'checkbox' has boxes_mm, not x"),
        (("rows_mm = [[92", "page = 2\nrows_mm = [[92"), "tables.0.page: the blank has no page 2"),
        (("x_mm = [114, 22]", "x_mn = [114, 22]"), "tables.0.columns.2.x_mn: Extra inputs are not"),
        (("{ loisir = [142, 9]", "{ [142, 9]"), "not valid TOML"),
        (('competition = "210,00"', 'concours = "1"'), "columns.3.tariffs.concours: no option is"),
        (
            ('competition = "210,00"', "competition = 210"),
            "tariffs.competition: Value error, an am",
        ),
        (
            ('loisir = "185", competition = "210,00"', 'loisir = "185"'),
            "columns.3.tariffs: option 'competition' has no tariff",
        ),
        (('loisir = "Loisir",', 'loisirs = "Loisir",'), "columns.3.options.loisirs: no option is"),
        (('"enfant_prenom"]', '"email"]'), "people.named.1: zone 'email' is of type 'email', not"),
        (('adds = ["don"]', 'adds = ["total"]'), "sum.adds.0: 'total' stands twice"),
        (('adds = ["don"]', 'adds = ["age"]'), "sum.adds.0: zone 'age' is of type 'age', not 'am"),
        (("lines = { maillots", "lines = { age"), "sum.lines.age: 'age' has no tariff"),
        (('type = "count"', 'type = "amount"'), "sum.tariffs.maillots: zone 'maillots' is of type"),
        (
            ("boxes_mm = { oui = [82,", "repeated = true\nboxes_mm = { oui = [82,"),
            "zones.1: Value error, boxes that repeat are a column of [[tables]]",
        ),
        (
            ('tariffs = { maillots = "25" }', 'tariffs = { age = "2" }'),
            "sum.tariffs.age: zone 'age'",
        ),
    ],
)
def test_what_a_table_or_a_sum_cannot_be_is_refused_with_its_line(
    tmp_path: Path, change: tuple[str, str], fault: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        family_form(tmp_path, change)
    assert fault in str(caught.value)
    assert "TOML" in fault or "\n  line " in str(caught.value)


def test_a_fault_of_a_column_has_the_line_of_that_column(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        family_form(tmp_path, ('type = "age"', 'type = "ages"'))
    text = (tmp_path / "famille" / "form.toml").read_text("utf-8").splitlines()
    line = text.index('type = "ages"') + 1
    assert f"line {line}, tables.0.columns.2.type" in str(caught.value)


def test_surnames_and_given_names_of_people_are_columns_of_one_table(tmp_path: Path) -> None:
    alone = '[[tables]]\nrows_mm = [[92, 9]]\n[[tables.columns]]\nfield = "enfant_prenom"'
    with pytest.raises(ConfigError, match="are no columns of one table"):
        family_form(tmp_path, ('[[tables.columns]]\nfield = "enfant_prenom"', alone))


def test_a_bad_column_is_told_by_itself_and_not_by_what_names_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        family_form(tmp_path, ("x_mm = [72, 40]", "x_mm = [72, -40]"))
    assert "people.named" not in str(caught.value)


def test_a_table_is_read_row_by_row(drawn: dict[str, FieldReading]) -> None:
    values = {field: reading.value for field, reading in drawn.items()}
    assert values["enfant_nom.1"] == "GIRAULT"
    assert values["enfant_prenom.1"] == "Jean-Loup"
    assert values["age.1"] == 6
    assert values["formule.1"] == "loisir"
    assert values["enfant_prenom.2"] == "Inès"
    assert values["formule.2"] == "competition"


def test_what_is_empty_in_a_row_that_is_written_in_is_read_as_empty(
    drawn: dict[str, FieldReading], form: Form
) -> None:
    assert drawn["age.2"].text == ""
    assert drawn["age.2"].box_mm == form.zone("age").lines[1]
    assert drawn["formule.4"].value == "loisir"
    assert drawn["enfant_nom.4"].text == ""


def test_of_rows_that_nobody_wrote_in_nothing_is_read(drawn: dict[str, FieldReading]) -> None:
    assert {field for field in drawn if field.endswith(".3")} == set()


def test_rows_that_nobody_wrote_in_ask_nothing(form: Form) -> None:
    filling = invent(form, np.random.default_rng(5))
    people = {"enfant_nom": ("GIRAULT",), "enfant_prenom": ("Inès",), "age": ("6",)}
    written = filling.written | people | {"formule": ("loisir",)}
    readings = _read_drawn(form, replace(filling, written=written)).values()
    seen = Registration(form.id, 1, tuple(readings), roles=form.roles)
    done = register(seen, criteria(Settings(forms=(form.folder.parent,))))
    asked = {field for finding in done.findings for field in finding.fields}
    asked |= {str(fact) for finding in done.findings for fact in finding.facts}
    asked |= {reading.field for reading in done.readings}
    assert {field.partition(".")[2] for field in asked} <= {"", "1"}


def test_a_row_is_read_whole_where_anything_stands_in_it(form: Form) -> None:
    (blank,) = blank_pages(form)
    no_choice = [read(f"formule.{n}", "checkbox", "") for n in range(1, 5)]
    age = read("age.2", "age", None)
    rows = rows_written([read("don", "amount", 500), *no_choice, age], blank)
    assert [r.field for r in rows] == [
        *("don", "enfant_nom.2", "enfant_prenom.2", "age.2", "formule.2")
    ]
    assert rows[3] is age


def test_a_row_with_what_may_be_a_faint_mark_is_not_left_out(form: Form) -> None:
    (blank,) = blank_pages(form)
    faint = read("formule.3", "checkbox", "", 0.6, loisir=0.4)
    rows = rows_written([read("formule.1", "checkbox", ""), faint], blank)
    assert [r.field for r in rows] == ["enfant_nom.3", "enfant_prenom.3", "age.3", "formule.3"]
    assert rows[3] is faint


def test_numbers_in_a_column_are_no_numbers_of_its_rows(form: Form) -> None:
    filling = invent(form, np.random.default_rng(5))
    ages = ("1 an", "2 ans", "3 ans", "4 ans")
    written = filling.written | {"age": ages, "formule": ()}
    read_again = _read_drawn(form, replace(filling, written=written))
    assert [read_again[f"age.{n}"].value for n in range(1, 5)] == [1, 2, 3, 4]


def test_the_place_of_each_cell_is_known(form: Form) -> None:
    assert _box(form.zone("formule.4"), 4) == BoxMm(142, 119, 31, 9)
    assert _box(form.zone("formule.4"), 5) is None
    assert _box(form.zone("age.2"), 2) == BoxMm(114, 101, 22, 9)


def test_a_table_is_typed_row_by_row(form: Form) -> None:
    names = _names(form)
    assert names[:6] == ["email", "assurance", "maillots", "prix_maillots", "don", "total"]
    assert names[6:11] == [
        *("enfant_nom.1", "enfant_prenom.1", "age.1", "formule.1", "enfant_nom.2")
    ]
    assert names[-1] == "formule.4"


def test_a_person_more_is_a_surname_and_a_given_name(form: Form) -> None:
    given = registered(form, *child(1, "ROUX", "Inès", "loisir"))
    assert further_line(given, form) == ("enfant_nom.2", "enfant_prenom.2")


def test_the_simulator_fills_a_row_a_person(form: Form) -> None:
    for seed in range(20):
        filling = invent(form, np.random.default_rng(seed), wrong_sums=0.0)
        columns = ("enfant_nom", "enfant_prenom", "age", "formule")
        assert {len(filling.written[name]) for name in columns} == {len(filling.people)}
        assert filling.fields["enfant_nom"] == [p.surname.upper() for p in filling.people]
        assert isinstance(filling.people[0], Person)
        chosen = filling.written["formule"]
        due = 18500 * chosen.count("loisir") + 21000 * chosen.count("competition")
        due += 1250 * (filling.fields["assurance"] == "oui")
        due += sum(
            value
            for name in ("don", "prix_maillots")
            if isinstance(value := filling.fields[name], int)
        )
        assert filling.total_due_cents == filling.fields["total"] == due
