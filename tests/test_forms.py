"""Forms are folders, checked where they enter."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from pipeline.config import Accounting
from pipeline.errors import ConfigError
from pipeline.exporters import occasion
from pipeline.forms.announced import by_event
from pipeline.forms.schema import load_form, load_forms
from pipeline.geometry import BoxMm
from pipeline.paths import FORMS
from pipeline.roles import Roles
from pipeline.simulate.contents import invent
from pipeline.simulate.mails import mail_document
from pipeline.snapshot import Announcement
from pipeline.treasury.occasions import occasion_of
from pipeline.treasury.receive import accounts_of
from tests.test_announced import SAID as FLYER

_MAIS = FORMS / "mais-2018-02-02"


def _copy(tmp_path: Path, name: str, *changes: tuple[str, str]) -> Path:
    folder = tmp_path / name
    shutil.copytree(_MAIS, folder)
    text = (folder / "form.toml").read_text("utf-8").replace("mais-2018-02-02", name)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "form.toml").write_text(text, "utf-8")
    return folder


def test_adding_a_form_is_adding_a_folder(tmp_path: Path) -> None:
    _copy(tmp_path, "sortie-2019")
    assert [form.id for form in load_forms(FORMS, tmp_path)] == ["mais-2018-02-02", "sortie-2019"]


def test_a_form_may_be_another_edition_of_one_that_is_there(tmp_path: Path) -> None:
    _copy(tmp_path, "sortie-2019", ('title = "', 'edition_of = "sortie-2018"\ntitle = "'))
    with pytest.raises(ConfigError, match=r"edition_of: no other form is called 'sortie-2018'"):
        load_forms(FORMS, tmp_path)
    _copy(tmp_path, "sortie-2018")
    editions = {form.id: form.edition_of for form in load_forms(FORMS, tmp_path)}
    assert editions == {_MAIS.name: "", "sortie-2018": "", "sortie-2019": "sortie-2018"}


def test_a_form_is_no_edition_of_itself(tmp_path: Path) -> None:
    _copy(tmp_path, "sortie-2019", ('title = "', 'edition_of = "sortie-2019"\ntitle = "'))
    with pytest.raises(ConfigError, match=r"line 5, edition_of: no other form"):
        load_forms(tmp_path)


def test_a_form_may_say_from_when_to_when(tmp_path: Path) -> None:
    assert load_form(_MAIS).event.hours == "9 h 15 - 17 h"
    without = _copy(tmp_path, "sortie-2019", ('hours = "9 h 15 - 17 h"\n', ""))
    assert load_form(without).event.hours == ""


def test_an_event_without_a_name_is_called_by_the_title_of_its_form(tmp_path: Path) -> None:
    nameless = _copy(tmp_path, "nameless", ('name = "Journée régionale M.A.I.S."\n', ""))
    assert occasion(load_form(nameless)) == f"{load_form(_MAIS).title}, 2 février 2018"


def test_a_form_may_say_nothing_of_event_and_organiser(tmp_path: Path) -> None:
    folder = _copy(tmp_path, "bare")
    text = (folder / "form.toml").read_text("utf-8")
    start, end = text.index("[event]"), text.index("# Page 1 of the blank")
    (folder / "form.toml").write_text(text[:start] + text[end:], "utf-8")
    form = load_form(folder)
    assert occasion(form) == form.title
    assert occasion_of(form, Accounting()).organiser.name == ""
    assert accounts_of([form]) == ()
    (announced,) = by_event([Announcement("annonce.pdf", FLYER)], [form])
    assert announced.form == ""
    mail_document(
        form,
        invent(form, np.random.default_rng(1)),
        folder / "blank.pdf",
        np.random.default_rng(2),
    )
    assert (folder / "blank.eml").exists()


def test_a_form_may_have_tariffs_and_ask_for_no_total(tmp_path: Path) -> None:
    form = load_form(_copy(tmp_path, "sortie-2019", ('total = "total"\n', "")))
    assert form.sum is not None
    assert form.roles.total == ""
    assert form.roles.others == ("repas",)
    assert form.bonds == form.constraints


def test_every_fault_of_a_form_is_told_at_once_with_its_path(tmp_path: Path) -> None:
    folder = _copy(
        tmp_path,
        "bad",
        ('title = "', 'titel = "'),
        ("repeated = true", 'repeated = "perhaps"'),
        ("lines_mm = [[38.9, 46.6, 73.3, 9.2]]", "lines_mm = [[38.9, 46.6, -73.3, 9.2]]"),
    )
    with pytest.raises(ConfigError) as caught:
        load_form(folder)
    message = str(caught.value)
    assert "titel" in message
    assert "title" in message
    assert "zones.3.repeated" in message
    assert "zones.1.lines_mm" in message
    assert str(folder / "form.toml") in message


def test_faults_between_the_parts_of_a_form_are_told_with_those_in_them(tmp_path: Path) -> None:
    folder = _copy(
        tmp_path,
        "bad",
        ('type = "phone"', 'type = "fax"'),
        ('type = "email"\npage = 2', 'type = "email"\npage = 3'),
        ("[44.4, 159.4, 44.2, 9.4]", "[184.4, 159.4, 44.2, 9.4]"),
        ('type = "checkbox"', 'type = "count"'),
        ('type = "amount"', 'type = "count"'),
        ("repeated = true", "repeated = false"),
        ("repas = 1210", "repas = -1210"),
        ('uncounted = "etudiants"', 'uncounted = "repas"'),
        ("labels = { adherents", "labels = { enfants"),
    )
    with pytest.raises(ConfigError) as caught:
        load_form(folder)
    told = [line.split(": ")[0].split(", ")[-1] for line in str(caught.value).splitlines()[1:]]
    assert sorted(told) == [
        "constraints.0.limit",
        "people.labels.enfants",
        "people.labels.etudiants",
        "people.named",
        "people.uncounted",
        "sum.tariffs_cents.repas",
        "zones.1.page",
        "zones.2.type",
        "zones.6.lines_mm.0",
        "zones.8.type",
    ]
    assert "organisation, person, phone" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (('type = "amount"', 'type = "count"'), "sum.total: zone 'total' is of type 'count'"),
        (
            ('field = "repas"\ntype = "count"', 'field = "repas"\ntype = "amount"'),
            "sum.tariffs_cents.repas: zone 'repas' is of type 'amount', not 'count'",
        ),
        (
            ('field = "adherents"\ntype', 'field = "adherents"\nrepeated = true\ntype'),
            "people.counted.0: zone 'adherents' must not be repeated",
        ),
        (('type = "person"', 'type = "email"'), "people.named: zone 'personnes' is of type"),
        (("[119.04, 84.41, 3.47", "[219.04, 84.41, 3.47"), "zones.8.boxes_mm.virement: runs off"),
        (('field = "email"', 'field = "telephone"'), "zones.1.field: 'telephone' stands twice"),
    ],
)
def test_a_fault_between_the_parts_of_a_form_is_told(
    tmp_path: Path, change: tuple[str, str], fault: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_form(_copy(tmp_path, "bad", change))
    assert fault in str(caught.value)


@pytest.mark.parametrize(
    ("area", "fault"),
    [
        ('kind = "office"\nboxes_mm = [[10, 290, 50, 30]]', "areas.0.boxes_mm.0: runs off"),
        ('kind = "office"\npage = 3\nboxes_mm = [[1, 1, 5, 5]]', "areas.0.page: the blank has no"),
        ('kind = "office"\nboxes_mm = []', "areas.0.boxes_mm: Tuple should have at least 1 item"),
        ('kind = "bureau"\nboxes_mm = [[1, 1, 5, 5]]', "areas.0.kind: Input should be 'office'"),
        (
            'kind = "ignore"\npage = 2\nboxes_mm = [[1, 1, 5, 5], [30, 40, 90, 20]]',
            "areas.0.boxes_mm.1: covers zone 'email'",
        ),
    ],
)
def test_an_area_that_cannot_be_is_refused(tmp_path: Path, area: str, fault: str) -> None:
    folder = _copy(tmp_path, "bad", ("# Nobody eats twice.", f"[[areas]]\n{area}\n"))
    with pytest.raises(ConfigError) as caught:
        load_form(folder)
    assert fault in str(caught.value)


_BOXES = "boxes_mm = { postal = [119.04, 50.8, 3.47, 3.47], virement = [119.04, 84.41, 3.47, 3.6] }"


@pytest.mark.parametrize(
    ("places", "fault"),
    [
        (
            f'{_BOXES}\noptions = {{ cheque = "Chèque" }}',
            "zones.8.options.cheque: no option is called",
        ),
        (f"{_BOXES}\nwords_mm = {{ postal = [9, 9, 9, 9] }}", "'postal' stands in both boxes_mm"),
        ('boxes_mm = { "a|b" = [119.04, 50.8, 3.47, 3.47] }', "zones.8.boxes_mm.a|b"),
        ("words_mm = { postal = [219, 50.8, 9, 4] }", "zones.8.words_mm.postal: runs off"),
        (f'type = "signature"\n{_BOXES}', "zones.8.type: 'signature' has the options oui"),
        (f'type = "yes_no"\n{_BOXES}', "zones.8.type: 'yes_no' has the options oui, non"),
    ],
)
def test_options_that_cannot_be_are_told(tmp_path: Path, places: str, fault: str) -> None:
    changes = [(_BOXES, places)]
    if "type" in places:
        changes = [('type = "checkbox"\n', ""), *changes]
    with pytest.raises(ConfigError) as caught:
        load_form(_copy(tmp_path, "bad", *changes))
    assert fault in str(caught.value)


def test_options_are_called_as_the_form_says_or_as_their_type_does(tmp_path: Path) -> None:
    called = f'{_BOXES}\noptions = {{ postal = "Par courrier" }}'
    form = load_form(_copy(tmp_path, "called", (_BOXES, called)))
    assert form.zone("paiement").called("postal") == "Par courrier"
    assert form.zone("paiement").called("virement") == "virement"
    assert ("paiement:postal", "Par courrier") in form.roles.titles
    words = "words_mm = { oui = [119.04, 50.8, 9, 4], non = [139.04, 50.8, 9, 4] }"
    changes = (('type = "checkbox"', 'type = "yes_no"'), (_BOXES, words))
    said = load_form(_copy(tmp_path, "said", *changes)).zone("paiement")
    assert [said.called(option) for option in said.boxes] == ["Oui", "Non"]
    assert [*said.words_mm] == [*said.boxes]


def test_people_may_write_in_zones_and_areas(tmp_path: Path) -> None:
    area = '[[areas]]\nkind = "office"\npage = 2\nboxes_mm = [[1, 1, 5, 5]]\n'
    form = load_form(_copy(tmp_path, "office", ("# Nobody eats twice.", area)))
    assert form.written_mm(2) == (*load_form(_MAIS).written_mm(2), BoxMm(1, 1, 5, 5))
    assert form.written_mm(1) == ()


_ORDERED = '[[constraints]]\nkind = "in_order"\nfields = ["telephone", "email"]\n'


def test_a_form_states_what_binds_its_fields(tmp_path: Path) -> None:
    folder = _copy(tmp_path, "bound", ("# Nobody eats twice.", _ORDERED))
    assert [bond.kind for bond in load_form(folder).bonds] == ["sum", "in_order", "at_most"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (('limit = "personnes"', 'limit = "people"'), "constraints.0.limit: no zone is called"),
        (('limit = "personnes"', 'limit = "email"'), "constraints.0.limit: zone 'email' is of"),
        (('field = "repas"\nlimit', 'field = "personnes"\nlimit'), "constraints.0.field: zone"),
        (('kind = "at_most"', 'kind = "at_least"'), "'at_most', 'equal', 'in_order'"),
        (('limit = "personnes"', 'limits = "personnes"'), "constraints.0.at_most.limit"),
        (('limit = "personnes"', 'limit = "repas"'), "constraints.0.limit: 'repas' stands twice"),
        (
            ('counted = ["adherents", "non_adherents"]', 'counted = ["adherents", "adherents"]'),
            "people.counted.1: 'adherents' stands twice",
        ),
        (('members = "adherents"', 'members = "repas"'), "people.members: 'repas' is not counted"),
    ],
)
def test_a_constraint_that_cannot_be_is_refused(
    tmp_path: Path, change: tuple[str, str], fault: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_form(_copy(tmp_path, "bad", change))
    assert fault in str(caught.value)


@pytest.mark.parametrize("zones", ["zones = 3", "zones = [3]", "[[zones]]\nfield = ['a']"])
def test_nonsense_is_told_and_not_stumbled_over(tmp_path: Path, zones: str) -> None:
    folder = _copy(tmp_path, "bad")
    (folder / "form.toml").write_text(f'id = "bad"\n{zones}\n', "utf-8")
    with pytest.raises(ConfigError, match="zones"):
        load_form(folder)


def test_a_blank_that_is_no_pdf_is_refused(tmp_path: Path) -> None:
    folder = _copy(tmp_path, "torn")
    (folder / "blank.pdf").write_bytes(b"%PDF-1.4 torn")
    with pytest.raises(ConfigError, match=r"blank: .*PDF"):
        load_form(folder)


def test_a_form_tells_what_its_fields_stand_for(tmp_path: Path) -> None:
    names = {"personnes": "participants", "total": "montant", "adherents": "jeunes"}
    folder = _copy(tmp_path, "sortie")
    text = (folder / "form.toml").read_text("utf-8")
    for old, new in names.items():
        text = re.sub(rf"\b{old}\b", new, text)
    text = text.replace("[sum]\nmontant", "[sum]\ntotal").replace("# montant", "# total")
    text = text.replace('montant = "montant"', 'total = "montant"')
    (folder / "form.toml").write_text(text, "utf-8")
    assert load_form(folder).roles == Roles(
        named="participants",
        counted=("jeunes", "non_adherents"),
        uncounted="etudiants",
        total="montant",
        others=("repas",),
        labels=(
            ("jeunes", "adhérent"),
            ("non_adherents", "non-adhérent"),
            ("etudiants", "étudiant"),
        ),
        who="organisation",
        contacts=("email", "telephone"),
        payment="paiement",
        titles=(
            ("organisation", "Service"),
            ("email", "E-mail"),
            ("telephone", "Téléphone"),
            ("participants", "Personne"),
        ),
        priced=True,
    )


def test_a_field_without_a_role_has_that_of_its_type(tmp_path: Path) -> None:
    folder = _copy(tmp_path, "sortie")
    path = folder / "form.toml"
    text = path.read_text("utf-8").replace('role = "payment"\n', "")
    path.write_text(text.replace('label = "E-mail"', 'role = "none"'), "utf-8")
    roles = load_form(folder).roles
    assert (roles.who, roles.contacts, roles.payment) == ("organisation", ("telephone",), "")


def test_a_field_without_a_label_is_called_like_its_type_where_it_is_alone(tmp_path: Path) -> None:
    folder = _copy(tmp_path, "sortie")
    path = folder / "form.toml"
    text = path.read_text("utf-8").replace('label = "Service"\n', "")
    path.write_text(text.replace('label = "E-mail"\ntype = "email"', 'type = "phone"'), "utf-8")
    titles = dict(load_form(folder).roles.titles)
    assert (titles["organisation"], titles["telephone"]) == ("Service", "Téléphone")
    assert "email" not in titles


def test_a_folder_of_forms_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        load_forms(FORMS, tmp_path / "nowhere")


def test_arithmetic_on_a_zone_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    folder = _copy(tmp_path, "bad", ("repas = 1210", "dessert = 1210"))
    with pytest.raises(ConfigError, match=r"sum.tariffs_cents.dessert.*no zone"):
        load_form(folder)


_IN_CENTS = "tariffs_cents = { adherents = 3000, non_adherents = 4000, repas = 1210 }"


def test_tariffs_may_stand_as_people_write_money(tmp_path: Path) -> None:
    written = 'tariffs = { adherents = "1 136,30", non_adherents = "40", repas = "12.10 €" }'
    arithmetic = load_form(_copy(tmp_path, "euros", (_IN_CENTS, written))).sum
    assert arithmetic is not None
    assert arithmetic.tariffs_cents == {"adherents": 113630, "non_adherents": 4000, "repas": 1210}


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        (
            "tariffs = { repas = 13.5 }",
            "sum.tariffs.repas: Value error, an amount stands in quotes",
        ),
        ("tariffs = { repas = 13 }", "sum.tariffs.repas: Value error, an amount stands in quotes"),
        ('tariffs = { repas = "13,505" }', "sum.tariffs.repas: Value error, '13,505' is no amount"),
        ('tariffs = { repas = "-3" }', "sum.tariffs.repas: Value error, '-3' is no amount"),
        ('tariffs = { dessert = "3" }', "sum.tariffs.dessert: no zone is called 'dessert'"),
        (
            f'{_IN_CENTS}\ntariffs = {{ repas = "3" }}',
            "sum: Value error, a sum has either tariffs or",
        ),
        ("", "sum: nothing is added up: it, or the options of a zone, have tariffs"),
    ],
)
def test_a_tariff_that_is_not_exactly_one_amount_is_refused(
    tmp_path: Path, written: str, fault: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_form(_copy(tmp_path, "bad", (_IN_CENTS, written)))
    assert fault in str(caught.value)


def test_a_folder_named_other_than_its_form_is_refused(tmp_path: Path) -> None:
    folder = _copy(tmp_path, "one").rename(tmp_path / "two")
    with pytest.raises(ConfigError, match="is not the folder's name"):
        load_form(folder)


def test_a_form_without_its_blank_is_refused(tmp_path: Path) -> None:
    folder = _copy(tmp_path, "bare")
    (folder / "blank.pdf").unlink()
    with pytest.raises(ConfigError, match="no file"):
        load_form(folder)


def test_no_form_at_all_says_what_to_add(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"form\.toml"):
        load_forms(tmp_path)
