import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from builders import (
    ENVELOPE,
    ROLES,
    camp_registration,
    other_registration,
    reading,
    registration,
    unread,
)
from hypothesis import given
from hypothesis import strategies as st
from tables import EVENT, HOSTILE, everything, holding, row, three

from pipeline.exporters import inscriptions, unguarded
from pipeline.records import Registration
from pipeline.snapshot import Snapshot


def lines(snapshot: Snapshot) -> list[dict[str, str]]:
    """The table as a French spreadsheet takes it apart."""
    text = inscriptions.render(snapshot)
    assert text.startswith("\ufeff")
    file = io.StringIO(text[1:], newline="")
    return list(csv.DictReader(file, delimiter=";", strict=True))


def only(form: Registration, **changes: object) -> dict[str, str]:
    (line,) = lines(everything(row(form, **changes)))
    return line


def test_the_table_to_the_letter() -> None:
    assert (
        inscriptions.render(three()).encode()
        == (
            "\ufeffÉtat;Comptée;Événement;Reçue le;Service;E-mail;Téléphone;Personnes;"
            "Nombre de personnes;Adhérents;Non-adhérents;Étudiants;Repas;Total écrit;"
            "Total au tarif;Écart;Dû;Payé;Reste dû;Paiement;Remarques;Expéditeur;Objet;"
            "Document;Page;"
            "Fiche;Référence de paiement\r\n"
            f"acceptée;oui;{EVENT};12/01/2018;ESAT du Moulin;zoe.martin@exemple.fr;02 99 00 00 00;"
            "Zoé MARTIN, Luc PETIT;2;2;0;0;2;84,20;84,20;0,00;84,20;0,00;84,20;virement;;"
            "zoe.martin@exemple.fr;Inscription de Zoé;scan 1.pdf;2;0123456789ab-1;"
            "RF15 0123 4567 1\r\n"
            f"à relire;oui;{EVENT};12/01/2018;ESAT du Moulin;zoe.martin@exemple.fr;02 99 00 00 00;"
            "Éloïse L'HÔTE, Inès ROUX, Luc;3;1;1;0;1;1136,30;82,10;1054,20;82,10;0,00;82,10;"
            "virement;Total écrit 90,00 €, tarif attendu 84,20 € (écart 5,80 €).;"
            "zoe.martin@exemple.fr;"
            "Inscription de Zoé;scan 2.pdf;2;0123456789ab-2;RF85 0123 4567 2\r\n"
            f"acceptée;non;{EVENT};12/01/2018;ESAT du Moulin;zoe.martin@exemple.fr;02 99 00 00 00;"
            "Zoé MARTIN, Luc PETIT;2;2;0;0;2;84,20;84,20;0,00;84,20;0,00;84,20;virement;;"
            "zoe.martin@exemple.fr;Inscription de Zoé;scan 3.pdf;2;0123456789ab-3;"
            "RF58 0123 4567 3\r\n"
        ).encode()
    )


def test_a_negative_amount_stays_a_number() -> None:
    assert only(registration(total=8415))["Écart"] == "-0,05"


def test_what_nobody_could_read_is_empty_and_not_nought() -> None:
    line = only(registration(total=None, due=None, more=(unread("repas"),)), envelope=None)
    empty = ("Total écrit", "Total au tarif", "Écart", "Repas", "Reçue le", "Expéditeur", "Objet")
    assert [line[head] for head in empty] == [""] * len(empty)


def test_the_day_is_that_of_the_senders_clock() -> None:
    late = datetime.fromisoformat("2018-01-31T23:30:00-05:00")
    assert only(registration(), envelope=replace(ENVELOPE, received_at=late))["Reçue le"] == (
        "31/01/2018"
    )
    old = datetime(999, 3, 4, tzinfo=UTC)
    assert only(registration(), envelope=replace(ENVELOPE, received_at=old))["Reçue le"] == (
        "04/03/0999"
    )


def several() -> Snapshot:
    other = other_registration(jeunes=1)
    titles = (("club", "Service"), ("total", "Total écrit"))
    roles = replace(other.roles, who="club", titles=titles)
    readings = (*other.readings, reading("club", "Les Genêts"), reading("total", "3 pages"))
    forms = (registration(), replace(other, roles=roles, readings=readings), camp_registration())
    return everything(*(row(form, n) for n, form in enumerate(forms, start=1)))


def test_several_forms_share_what_readers_call_the_same_and_the_three_amounts() -> None:
    first, second, camp = lines(several())
    assert (first["Service"], second["Service"]) == ("ESAT du Moulin", "Les Genêts")
    assert (first["Total écrit"], second["Total écrit"], camp["Total écrit"]) == (
        *("84,20", "25,00"),
        "60,00",
    )
    assert (first["Repas"], second["Repas"], camp["Repas"]) == ("2", "", "4")
    assert (first["Événement"], second["Événement"]) == (EVENT, "sortie")
    assert camp["Enfants"] == "Inès ROUX, Tom ROUX"
    alone = {"Adhérents", "Étudiants", "Jeunes", "Gouters", "Total écrit (2)", "Né le"}
    assert not alone & {*first}


def test_each_of_several_forms_has_a_table_in_its_order_under_its_labels() -> None:
    files = inscriptions.further(several())
    assert [*files] == [
        *("inscriptions-camp.csv", "inscriptions-mais-2018-02-02.csv", "inscriptions-sortie.csv"),
    ]
    before = "\ufeffÉtat;Comptée;Événement;Reçue le;"
    after = ";Remarques;Expéditeur;Objet;Document;Page;Fiche;Référence de paiement"
    money = ";Nombre de personnes;Total au tarif;Écart;Dû;Payé;Reste dû"
    shown = [text.splitlines()[0] for text in files.values()]
    assert [head.removeprefix(before).removesuffix(money + after) for head in shown] == [
        "Né le;Nom de famille;Email;Enfants;Repas;Nuits sous la tente;À régler",
        "Service;E-mail;Téléphone;Personnes;Adhérents;Non-adhérents;Repas;Total;Paiement;Étudiants",
        "Participants;Plein tarif;Jeunes;Gouters;Montant;Invites;Service;Total écrit",
    ]
    (camp,) = files["inscriptions-camp.csv"].splitlines()[1:]
    assert (
        ";02/02/2010;Les ROUX;ines.roux@exemple.fr;Inès ROUX, Tom ROUX;4;2;60,00;2;60,00;" in camp
    )


def test_a_form_without_a_total_keeps_the_column_of_what_was_written() -> None:
    form = camp_registration()
    form = replace(form, roles=replace(form.roles, total=""))
    files = inscriptions.further(everything(row(form), row(registration(), 2)))
    assert ";Total écrit;Total au tarif;" in files["inscriptions-camp.csv"].splitlines()[0]


def test_two_fields_of_one_name_keep_a_column_each() -> None:
    form = registration(more=(reading("a", "un"), reading("b", "deux")))
    roles = replace(form.roles, titles=(*form.roles.titles, ("a", "Note"), ("b", "Note")))
    line = only(replace(form, roles=roles))
    assert (line["Note"], line["Note (2)"]) == ("un", "deux")


def test_a_repeated_field_has_one_column_however_many_lines_are_filled() -> None:
    first, second = lines(
        everything(row(registration(people=("Zoé MARTIN",))), row(registration(), 2))
    )
    assert (first["Personnes"], second["Personnes"]) == ("Zoé MARTIN", "Zoé MARTIN, Luc PETIT")


def test_a_number_that_is_neither_count_nor_amount_stays_as_it_is_written() -> None:
    line = only(registration(more=(replace(reading("licence", "012"), type="text"),)))
    assert line["Licence"] == "012"


def test_readers_see_options_as_the_form_has_them_called() -> None:
    roles = replace(
        ROLES, titles=(*ROLES.titles, ("repas_du:le_midi", "Midi"), ("signe:", "absente"))
    )
    more = (
        replace(reading("repas_du", "le_midi | soir"), type="ticks"),
        replace(reading("signe", ""), type="signature"),
    )
    line = only(replace(registration(more=more), roles=roles))
    assert (line["Repas du"], line["Signe"]) == ("Midi, soir", "absente")


def test_a_table_without_fiches_has_its_heads() -> None:
    text = inscriptions.render(Snapshot())
    assert text.startswith("\ufeffÉtat;Comptée;Événement;Reçue le;Nombre de personnes;Total écrit;")
    assert text.count("\r\n") == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_begins_a_formula_and_all_can_be_given_back(text: str) -> None:
    (line,) = lines(holding(text))
    held = ("Service", "E-mail", "Téléphone", "Expéditeur", "Objet", "Document", "Événement")
    assert {unguarded(line[head]) for head in held} == {text}
    assert not [cell for cell in line.values() if re.match(r"[\s\"]*[=+@-]\s*\S", cell)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b\x1bc", r"a\x00b\x1bc"),
        ("caf\udce9", r"caf\udce9"),
        ("fin\uffff", r"fin\uffff"),
        ("a\r\nb\rc", "a\nb\nc"),
    ],
)
def test_what_is_no_character_is_shown(text: str, shown: str) -> None:
    (line,) = lines(holding(text))
    assert line["Service"] == shown


@pytest.mark.parametrize("letter", ["é", "𝐅"])
def test_a_cell_is_no_longer_than_excel_holds(letter: str) -> None:
    (line,) = lines(holding(letter * 40_000))
    units = len(line["Service"].encode("utf-16-le")) // 2
    assert 32_760 <= units <= 32_767
    assert line["Service"].strip(letter) == " […]"
    (line,) = lines(holding("é" * 32_767))
    assert line["Service"] == "é" * 32_767


@given(st.text(max_size=30))
def test_a_table_is_read_back_as_it_was_written(text: str) -> None:
    (line,) = lines(holding(text))
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    assert re.sub(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]", lambda m: ascii(m[0])[1:-1], plain) == (
        unguarded(line["Service"])
    )
