"""The type and the name of what is asked, by its label."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import fields
from pipeline.drafting.kinds import (
    SECTION,
    key_of,
    kind_of,
    lexicon,
    names_day,
    section_of,
    slug,
    whom_text,
)
from pipeline.drafting.options import marked_kind
from pipeline.drafting.records import Shape

NAME = re.compile(r"[a-z][a-z0-9_]*")


@pytest.mark.parametrize(
    ("label", "type_name", "field"),
    [
        ("Nom :", "surname", "nom"),
        ("NOM DE FAMILLE", "surname", "nom"),
        ("Prénom(s)", "given_name", "prenom"),
        ("Né(e) le", "birth_date", "naissance"),
        ("Né(e) à", "town", "lieu_naissance"),
        ("Fait à", "town", "lieu"),
        ("Fait le", "date", "date"),
        ("C.P.", "postal_code", "code_postal"),
        ("Code postal et ville", "postal_town", "cp_ville"),
        ("Courriel (en majuscules) :", "email", "courriel"),
        ("N° de licence", "licence", "licence"),
        ("Numéro de SIRET", "siret", "siret"),
        ("Nombre de repas à 12 €", "count", "repas"),
        ("Nombre de lampions", "count", "nombre_lampions"),
        ("TOTAL À RÉGLER", "amount", "total"),
        ("Valeur totale (€)", "amount", "valeur_totale"),
        ("Dépense prévue en euros", "amount", "depense_prevue_euros"),
        ("Téléphonne", "phone", "telephone"),
        ("Personne à prévenir en cas d'urgence", "person", "urgence"),
        ("Personnes à charge", "number", "personnes_a_charge"),
        ("Club précédent", "text", "club"),
        ("Code adhérent", "licence", "code_adherent"),
        ("Enfant et classe", "text", "enfant_classe"),
        ("Nom du chœur", "organisation", "equipe"),
    ],
)
def test_a_label_tells_type_and_name(label: str, type_name: str, field: str) -> None:
    kind = kind_of(label)
    assert (kind.type, kind.field) == (type_name, field)
    assert kind.sure > 0.6
    assert not kind.why


@pytest.mark.parametrize(
    ("label", "type_name", "whom", "field"),
    [
        ("Tél. du père", "phone", "pere", "telephone"),
        ("Profession de la mère :", "text", "mere", "profession"),
        ("Nom de l'enfant", "surname", "enfant", "nom"),
        ("Signature des parents", "signature", "responsable", "signature"),
    ],
)
def test_a_label_tells_whom_it_is_about(label: str, type_name: str, whom: str, field: str) -> None:
    kind = kind_of(label)
    assert (kind.type, kind.whom, kind.field) == (type_name, whom, field)


def test_what_stands_behind_a_place_tells_what_is_written_there() -> None:
    assert kind_of("Adhésion", behind="€").type == "amount"
    assert kind_of("Tartes", behind="x 3,50 €").type == "count"
    assert kind_of("Hauteur du mât", behind="cm").unit == "cm"
    assert kind_of("Les jumeaux ont", behind="ans").type == "age"


def test_nobody_writes_a_name_on_so_short_a_line() -> None:
    assert kind_of("Participants", wide_mm=20).type == "count"
    assert kind_of("Participants", wide_mm=90).type == "person"


def test_what_is_free_is_counted() -> None:
    assert kind_of("Lutins", behind="gratuit").type == "count"


def test_a_total_is_one_whatever_else_its_label_says() -> None:
    assert kind_of("Engagement + repas = total", behind="€").role == "total"
    assert kind_of("Sous-total", behind="€").role != "total"


def test_a_table_that_is_wished_for_is_not_counted() -> None:
    assert kind_of("Table souhaitée avec").type == "text"


def test_how_many_years_is_a_number() -> None:
    assert kind_of("Depuis combien d'hivers skiez-vous").type == "number"


@pytest.mark.parametrize(
    ("text", "is_day"),
    [
        ("Lundi 19", True),
        ("le 3 mai", True),
        ("12/07", True),
        ("Gym douce", False),
        ("3 ans", False),
    ],
)
def test_a_text_names_a_day(text: str, *, is_day: bool) -> None:
    assert names_day(text) is is_day


def test_an_unknown_label_is_text_and_in_doubt() -> None:
    kind = kind_of("Zorglub préféré")
    assert (kind.type, kind.field) == ("text", "zorglub_prefere")
    assert kind.sure < 0.5
    assert kind.why


def test_a_large_frame_is_signed_or_written_in() -> None:
    assert kind_of("Signature", shape=Shape.AREA).type == "signature"
    assert kind_of("Zorglub", shape=Shape.AREA).type == "long_text"


def test_cells_tell_what_a_label_leaves_open() -> None:
    assert kind_of("Numéro officiel", shape=Shape.COMB, cells=14).type == "siret"


def test_what_is_ticked_where_there_are_no_squares_is_text() -> None:
    assert kind_of("Sexe").type == "text"


@pytest.mark.parametrize(
    ("question", "options", "type_name", "field"),
    [
        ("Droit à l'image :", ["Oui", "Non"], "yes_no", "droit_image"),
        ("Aimez-vous la soupe ?", ["oui", "non"], "yes_no", "aimez_vous_soupe"),
        ("Règlement", ["par chèque", "en espèces", "virement"], "choice", "paiement"),
        ("", ["Chèque", "Espèces"], "choice", "paiement"),
        ("", ["Lundi", "Mardi", "Jeudi"], "ticks", "jours"),
        ("Sexe", ["M", "F"], "choice", "sexe"),
        ("Samedi 12", ["Matin", "Après-midi", "Soir"], "ticks", "moments"),
        ("Niveau :", ["Débutant", "Confirmé"], "choice", "niveau"),
        ("Pièces à joindre", ["photo", "certificat"], "ticks", "pieces"),
        ("", ["J'autorise les photos", "J'ai lu le règlement"], "ticks", "autorisations"),
        ("", ["J'accepte de recevoir la lettre d'information"], "checkbox", "newsletter"),
    ],
)
def test_options_and_their_question_tell_type_and_name(
    question: str, options: list[str], type_name: str, field: str
) -> None:
    kind = marked_kind(question, options)
    assert (kind.type, kind.field) == (type_name, field)


def test_a_way_to_pay_is_the_payment() -> None:
    assert marked_kind("Je règle par", ["chèque", "espèces"]).role == "payment"


@pytest.mark.parametrize(
    ("title", "whom"),
    [
        ("L'ENFANT", "enfant"),
        ("2. Responsable légal 1", "responsable1"),
        ("B - Père", "pere"),
        ("Renseignements concernant l'enfant", "enfant"),
        ("Tarifs", ""),
        ("", ""),
    ],
)
def test_a_title_tells_whom_the_places_below_are_about(title: str, whom: str) -> None:
    assert section_of(title) == whom


def test_readers_are_told_whom_in_french() -> None:
    assert whom_text("pere") == "père"
    assert whom_text("responsable2") == "responsable 2"


def test_every_label_of_the_lexicon_has_a_type_and_a_name() -> None:
    entries = lexicon()
    assert len(entries) > 1000
    for entry in entries:
        assert entry.type == SECTION or entry.type in fields.names(), entry.label
        assert NAME.fullmatch(entry.field), entry.label
        assert NAME.fullmatch(marked_kind("", [entry.label]).field), entry.label
        assert key_of(entry.label), entry.label


def test_most_labels_of_the_lexicon_are_known_as_what_they_are() -> None:
    written = [e for e in lexicon() if e.type != SECTION]
    lines = [e for e in written if fields.nature(e.type) is not fields.Nature.MARK]
    right = sum(kind_of(entry.label).type == entry.type for entry in lines)
    assert right > 0.93 * len(lines)


@given(st.text(max_size=50))
def test_any_label_gives_a_known_type_and_a_plain_name(label: str) -> None:
    kind = kind_of(label)
    assert kind.type in fields.names()
    assert NAME.fullmatch(kind.field)
    assert 0 <= kind.sure <= 1


@given(st.text(max_size=50))
def test_a_name_is_plain_and_short(text: str) -> None:
    assert NAME.fullmatch(slug(text))
    assert len(slug(text)) <= 33


@given(st.sampled_from([e.label for e in lexicon()]))
def test_case_accents_and_colons_change_nothing(label: str) -> None:
    assert kind_of(label.upper() + " :").type == kind_of(label).type


def test_a_short_word_says_little_of_a_long_label() -> None:
    assert kind_of("Port :").type == "phone"
    assert kind_of("Port de lunettes, de lentilles ou d'appareils dentaires :").type != "phone"


def test_cheques_behind_a_line_are_counted_in_figures() -> None:
    assert kind_of("réglé en", behind="chèques à l'ordre du club").type == "number"


def test_a_label_of_which_a_letter_is_not_seen_is_known() -> None:
    assert kind_of("RÉNOM :").type == "given_name"
