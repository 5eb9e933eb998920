"""The live sum, what is disputed in a reading, and what things are called."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace as Plain

import pytest
from builders import OTHER_ROLES, ROLES, reading, registration

from pipeline import web
from pipeline.fields import shown
from pipeline.forms.constraints import Sum
from pipeline.forms.schema import load_form
from pipeline.forms.zone import Zone
from pipeline.french import finding_label, label
from pipeline.judging.doubts import alternatives, briefly, doubtful_characters
from pipeline.judging.judge import judge
from pipeline.judging.sums import gap
from pipeline.judging.values import as_typed, as_written, is_shown, position, type_of
from pipeline.pages import templates
from pipeline.paths import FORMS
from pipeline.payments.standing import owed_cents
from pipeline.records import Candidate, FieldReading, Status
from tests.judged import LENIENT
from tests.options import options_form

TEMPLATES = Path(web.__file__).parent / "templates"
_FORM = load_form(FORMS / "mais-2018-02-02")


def test_the_sum_is_of_what_is_held_until_something_is_typed() -> None:
    found = gap(registration(total=9000), _FORM, {})
    assert [(line.label, line.count, line.amount_cents) for line in found.lines] == [
        ("Adhérents", 2, 6000),
        ("Non-adhérents", 0, 0),
        ("Repas", 2, 2420),
    ]
    assert (found.due_cents, found.written_cents, found.gap_cents) == (8420, 9000, 580)
    typed = gap(registration(total=9000), _FORM, {"repas": "", "total": "60 €", "email": "x"})
    assert (typed.due_cents, typed.written_cents, typed.gap_cents) == (6000, 6000, 0)


def test_what_cannot_be_a_number_is_unknown_and_named() -> None:
    found = gap(registration(), _FORM, {"repas": "2 ou 3", "total": "?"})
    assert (found.due_cents, found.written_cents, found.gap_cents) == (None, None, None)
    assert found.lines[2].amount_cents is None
    unread = gap(registration(total=None), _FORM, {})
    assert (unread.due_cents, unread.gap_cents) == (8420, None)


def test_a_form_without_a_sum_has_none() -> None:
    assert gap(registration(), _FORM.model_copy(update={"sum": None}), {}).lines == ()


def test_what_is_due_is_known_where_the_form_asks_for_no_total() -> None:
    tariffs = Sum(tariffs_cents=_FORM.sum.tariffs_cents)
    zones = tuple(zone for zone in _FORM.zones if zone.field != "total")
    form = _FORM.model_copy(update={"sum": tariffs, "zones": zones})
    held = registration()
    readings = tuple(r for r in held.readings if r.field != "total")
    held = judge(replace(held, readings=readings, roles=form.roles), form, LENIENT)
    assert (held.total_due_cents, held.status) == (8420, Status.ACCEPTED)
    assert (held.total_cents, held.gap_cents, owed_cents(held)) == (None, None, 8420)
    assert held.findings == ()
    stands = gap(held, form, {"repas": "1"})
    assert (stands.due_cents, stands.asked) == (7210, False)
    pages = templates(TEMPLATES)
    summed = pages.get_template("sum.html.j2").render(gap=stands, settled_gap="")
    assert "72,10" in summed
    assert "Écrit" not in summed
    said = Plain(gap=stands, motives=())
    verdict = pages.get_template("verdict.html.j2").render(sum=said, live=False, reason="")
    assert "72,10" in verdict
    assert "invérifiable" not in verdict
    unread = pages.get_template("verdict.html.j2")
    unknown = Plain(gap=gap(held, form, {"repas": "?"}), motives=())
    assert "invérifiable" in unread.render(sum=unknown, live=False, reason="")


@pytest.mark.parametrize(
    ("others", "marked"),
    [
        ([("MARTLN", 0.1)], "    ^ "),
        ([("MARTIN", 0.1)], "      "),
        ([("MARTLN", 0.015), ("MARTTN", 0.01)], "    ^ "),
        ([("MARTLN", 0.01)], "      "),
        ([("MARTEIN", 0.1)], "   ^^ "),
        ([("MATIN", 0.1)], "  ^   "),
        ([("", 0.1)], "^^^^^^"),
    ],
)
def test_characters_that_others_dispute_are_marked(
    others: list[tuple[str, float]], marked: str
) -> None:
    candidates = [Candidate(text, text, p) for text, p in [("MARTIN", 0.8), *others]]
    found = doubtful_characters(replace(reading("x", ""), candidates=tuple(candidates)))
    assert "".join(" ^"[doubt] for doubt in found) == marked


def test_alternatives_are_each_text_once_the_read_one_first() -> None:
    texts = ["Luc", "Lue", "Luc", "Lux"]
    candidates = tuple(Candidate(text, text, 0.2) for text in texts)
    found = replace(reading("x", ""), candidates=candidates)
    assert alternatives(found) == ("Luc", "Lue", "Lux")
    assert alternatives(found, most=2) == ("Luc", "Lue")
    assert alternatives(replace(found, candidates=())) == ()


def test_case_and_accents_are_offered_and_marked_only_where_they_are_the_doubt() -> None:
    def read(*texts: str) -> FieldReading:
        candidates = tuple(Candidate(text, text, 0.2) for text in texts)
        return replace(reading("x", ""), type="person", candidates=candidates)

    spelled = read("Éric", "Eric", "ERIC")
    assert alternatives(spelled) == ("Éric", "Eric", "ERIC")
    assert doubtful_characters(spelled)[0]
    other = read("Éric", "Eric", "Érie", "ERIE")
    assert alternatives(other) == ("Éric", "Érie")
    assert doubtful_characters(other) == (False, False, False, True)
    doubted = replace(other, reason="Orthographe incertaine.")
    assert alternatives(doubted) == ("Éric", "Eric", "Érie", "ERIE")
    assert doubtful_characters(doubted)[0]


@pytest.mark.parametrize(
    ("reason", "brief"),
    [
        ("Lecture incertaine (62%) ; peut-être : Lue.", "Lecture incertaine."),
        ("Lecture incertaine ; peut-être : Lue.", "Lecture incertaine."),
        ("Orthographe incertaine : Lue, Luë.", "Orthographe incertaine."),
        ("Service : texte barré ou souligné.", "Service : texte barré ou souligné."),
        ("", ""),
    ],
)
def test_a_doubt_is_told_briefly_where_its_readings_are_shown(reason: str, brief: str) -> None:
    assert briefly(reason) == brief


def test_a_value_is_shown_the_french_way_and_left_so_is_what_was_read() -> None:
    total = replace(reading("total", "154.20", 15420), type="amount")
    assert shown(total) == "154,20\N{NO-BREAK SPACE}€"
    assert is_shown(total, "154,20 €")
    assert as_written(_FORM, total, "154,20 €") == "154.20"
    assert as_written(_FORM, total, "1 154,2") == "1154.20"
    assert as_written(_FORM, total, "beaucoup") == "beaucoup"
    assert not is_shown(replace(total, candidates=()), "")


def test_fields_are_called_what_the_secretary_calls_them() -> None:
    fields = ["organisation", "email", "telephone", "personnes.2", "personnes", "adherents"]
    fields += ["non_adherents", "repas", "etudiants", "total", "paiement"]
    assert [label(field, ROLES) for field in fields] == [
        *("Service", "E-mail", "Téléphone", "Personne 2", "Personne", "Adhérents"),
        *("Non-adhérents", "Repas", "Étudiants", "Total", "Paiement"),
    ]
    fields = ["participants.1", "plein_tarif", "jeunes", "invites"]
    assert [label(field, OTHER_ROLES) for field in fields] == [
        *("Participants 1", "Plein tarif", "Jeunes", "Invites"),
    ]
    assert finding_label("total_matches_tariff") == "Écart"
    assert finding_label("another") == "Remarque"


def test_what_is_no_field_comes_last_and_has_no_type() -> None:
    names = ["no_stray_ink", "etudiants", "paiement", "personnes.10", "personnes.2", "email"]
    ordered = sorted(names, key=lambda name: position(_FORM, name))
    assert ordered == ["email", "personnes.2", "personnes.10", "paiement", "etudiants", names[0]]
    assert [type_of(_FORM, name) for name in ordered[2:]] == ["person", "checkbox", "count", ""]


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("repas", "soir, Matin", "matin | soir"),
        ("repas", "midi", "midi"),
        ("repas", " | ", ""),
        ("repas", "", ""),
        ("image", "OUI", "oui"),
        ("formule", "enorme", "enorme"),
        ("signature", "présente", "oui"),
        ("signature", "Absente", ""),
        ("signature", "", ""),
    ],
)
def test_options_are_typed_by_their_names_or_as_readers_call_them(
    field: str, typed: str, value: str
) -> None:
    candidate = as_typed(options_form(), field, typed)
    assert candidate.value == candidate.text == value


@pytest.mark.parametrize(
    ("field", "typed", "choices"),
    [
        ("repas", "midi, goûter", "matin | midi | soir"),
        ("image", "oui, non", "Oui, Non"),
        ("formule", "petite | grande", "petite, moyenne, grande, enorme"),
    ],
)
def test_what_is_no_option_is_refused_with_those_there_are(
    field: str, typed: str, choices: str
) -> None:
    with pytest.raises(ValueError, match="Choisir") as caught:
        as_typed(options_form(), field, typed)
    assert str(caught.value) == f"Choisir : {choices}, ou rien."


def test_a_person_types_what_the_zone_of_the_field_asks_for() -> None:
    zones = (
        Zone(field="licence", type="licence", pattern="[0-9]{7}[A-Z]?", lines_mm=((1, 1, 9, 9),)),
        Zone(field="taille", type="number", unit="cm", lines_mm=((1, 20, 9, 9),)),
    )
    form = _FORM.model_copy(
        update={"zones": zones, "sum": None, "people": None, "constraints": (), "title": "Club"}
    )
    assert as_typed(form, "licence", "12 345 67b").value == "1234567B"
    assert as_typed(form, "taille", "180 cm").value == 180
    with pytest.raises(ValueError, match="la forme que la fiche demande"):
        as_typed(form, "licence", "12345")
    with pytest.raises(ValueError, match="nombre entier"):
        as_typed(form, "taille", "180 mm")
