"""A fiche that came as text is read by its labels, and goes to a person."""

from pathlib import Path

import pypdfium2 as pdfium
import pytesseract
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_normalise import SEED

from pipeline.config import Settings
from pipeline.french import sentence
from pipeline.intake.filekind import Kind
from pipeline.intake.textpage import text_pages
from pipeline.process import process_document
from pipeline.reading.text_page import align_text, read_text
from pipeline.records import Origin, Outcome, Source, Status
from tests.pages import blanks, form

FICHE = """FICHE D'INSCRIPTION
Nom du service ou de l'Etablissement : Foyer Les Genêts
Adresse Mail : contact@genets.exemple.fr
Téléphone : 02 61 91 22 33
Nom des personnes inscrites :
MOREAU Lucie
Paul Bernard
Pour les Etudiants : gratuité sauf repas, sur justificatif
Pour les Adhérents M.A.I.S : 1 x 30 €
Pour les non-adhérents M.A.I.S : 1 x40€
Nombre de repas : 2 x 12.10 €
TOTAL REGLEMENT : 94,20 €
[x] Règlement par voie postale à adresser à :
[ ] Par virement bancaire à :
"""
WRITTEN = {
    "organisation": "Foyer Les Genêts",
    "email": "contact@genets.exemple.fr",
    "telephone": "02 61 91 22 33",
    "personnes.1": "MOREAU Lucie",
    "personnes.2": "Paul Bernard",
    "adherents": "1",
    "non_adherents": "1",
    "repas": "2",
    "total": "94.20",
    "paiement": "postal",
    "etudiants": "0",
}


def read(folder: Path, text: str, name: str = "fiche.txt") -> Outcome:
    path = folder / name
    path.write_text(text, "utf-8")
    return process_document(Source(name, path, ""), Settings())


def values(outcome: Outcome) -> dict[str, str]:
    (registration,) = outcome.registrations
    return {reading.field: reading.text for reading in registration.readings}


def test_what_stands_behind_the_labels_is_read(tmp_path: Path) -> None:
    assert values(read(tmp_path, FICHE)) == WRITTEN


def test_labels_are_found_however_an_engine_spelled_them(tmp_path: Path) -> None:
    noisy = (
        FICHE.replace("l'Etab", "I'Etab")
        .replace("Téléphone", "Té|éph0ne")
        .replace("M.A.I.S", "MLALLS")
        .replace("personnes inscrites", "personnes inscrjtes")
        .replace("à adresser à", "a adresser a")
        .replace("TOTAL REGLEMENT : ", "TOTAL REGLEMENT : ....coovivvrrnrin ")
    )
    assert values(read(tmp_path, noisy)) == WRITTEN


def test_all_of_it_goes_to_a_person(tmp_path: Path) -> None:
    (registration,) = read(tmp_path, FICHE).registrations
    assert registration.status is Status.REVIEW
    assert {reading.status for reading in registration.readings} == {Status.REVIEW}
    assert "received_as_text" in {finding.rule for finding in registration.findings}
    origins = {reading.origin for reading in registration.readings if reading.raw}
    assert origins == {Origin.TEXT_LAYER}


def test_a_field_is_shown_at_its_line(tmp_path: Path) -> None:
    (registration,) = read(tmp_path, FICHE).registrations
    phone, empty = registration.reading("telephone"), registration.reading("email")
    assert phone
    assert empty
    assert phone.box_mm
    assert empty.box_mm
    assert 0 < phone.box_mm.y - empty.box_mm.y < 10


def test_a_wrong_sum_is_told(tmp_path: Path) -> None:
    (registration,) = read(tmp_path, FICHE.replace("94,20", "104,20")).registrations
    assert registration.gap_cents == 1000
    assert "total_matches_tariff" in {finding.rule for finding in registration.findings}


@pytest.mark.parametrize("text", [SEED, SEED.replace("x30€", "x35€")])
def test_the_fiche_of_the_seed_is_blank(tmp_path: Path, text: str) -> None:
    outcome = read(tmp_path, text)
    assert outcome.registrations == ()
    assert [rejection.kind for rejection in outcome.rejections] == ["blank"]


OTHER_BANK = SEED.replace("FR76 4255 9000 1121 0280 6540 308", "FR76 3000 6000 0112 3456 7890 189")


def test_print_with_another_account_is_print(tmp_path: Path) -> None:
    outcome = read(tmp_path, OTHER_BANK.replace("CCOPERPPXXX", "AGRIFRPPXXX"))
    assert [rejection.kind for rejection in outcome.rejections] == ["blank"]
    assert "FR7630006000011234567890189" in {fact.value for fact in outcome.facts}


def test_a_value_may_stand_in_the_line_below_its_label(tmp_path: Path) -> None:
    below = FICHE.replace(" : ", " :\n", 3).replace("REGLEMENT : ", "REGLEMENT :\n")
    assert values(read(tmp_path, below)) == WRITTEN


def test_dots_that_were_left_are_no_part_of_a_value(tmp_path: Path) -> None:
    dotted = FICHE.replace("Foyer Les Genêts", "......Foyer Les Genêts........")
    dotted = dotted.replace("02 61 91 22 33", "...02 61 91 22 33....").replace(
        ": 1 x", ": ...1... x"
    )
    assert values(read(tmp_path, dotted)) == WRITTEN


def test_what_stands_before_a_box_in_its_line_is_not_lost(tmp_path: Path) -> None:
    beside = FICHE.replace("Paul Bernard\n", "Paul Bernard        [ ] Par virement bancaire à :\n")
    assert values(read(tmp_path, beside)) == WRITTEN


@pytest.mark.parametrize(
    ("written", "field", "text"),
    [
        ("Foyer Les Genêts", "organisation", "Centre d'Habitat L'ETAPE"),
        ("MOREAU Lucie", "personnes.1", "Véronique Mercier"),
        ("MOREAU Lucie", "personnes.1", "Ste Luce"),
    ],
)
def test_a_value_like_print_is_a_value(tmp_path: Path, written: str, field: str, text: str) -> None:
    assert values(read(tmp_path, FICHE.replace(written, text)))[field] == text


def test_text_without_a_label_goes_to_a_person(tmp_path: Path) -> None:
    (registration,) = read(tmp_path, f"{FICHE}\nIl faudra annuler Lucie.\n").registrations
    (finding,) = (f for f in registration.findings if f.rule == "all_text_has_a_label")
    assert finding.facts == ("Il faudra annuler Lucie.",)
    assert "« Il faudra annuler Lucie. »" in sentence(finding, registration.roles)


def test_people_beyond_the_lines_are_told(tmp_path: Path) -> None:
    five = "\n".join(f"MARTIN {name}" for name in ("Ève", "Luc", "Zoé", "Max", "Noé"))
    crowd = FICHE.replace("MOREAU Lucie\nPaul Bernard", five)
    (registration,) = read(tmp_path, crowd).registrations
    (finding,) = (f for f in registration.findings if f.rule == "all_text_has_a_label")
    assert finding.facts == ("MARTIN Noé",)


def test_a_field_without_its_label_is_not_taken_for_empty(tmp_path: Path) -> None:
    lacking = "\n".join(line for line in FICHE.splitlines() if "repas :" not in line)
    (registration,) = read(tmp_path, lacking).registrations
    meals = registration.reading("repas")
    assert meals
    assert meals.value is None or meals.status is Status.REVIEW
    assert registration.status is Status.REVIEW


def test_two_fiches_in_one_text_are_two(tmp_path: Path) -> None:
    other = FICHE.replace("Genêts", "Ajoncs").replace("02 61 91 22 33", "02 61 91 44 55")
    outcome = read(tmp_path, f"{FICHE}\n\n{other}")
    services = [form.reading("organisation") for form in outcome.registrations]
    assert [service.text for service in services if service] == [
        "Foyer Les Genêts",
        "Foyer Les Ajoncs",
    ]


@pytest.mark.parametrize(
    ("mark", "paid"),
    [("[x]", "postal"), ("☒", "postal"), ("XX", "postal"), ("X]", "postal"), ("(x)", "postal")],
)
def test_a_mark_before_its_label_ticks_a_box(tmp_path: Path, mark: str, paid: str) -> None:
    ticked = FICHE.replace("[x] Règlement", f"{mark} Règlement")
    assert values(read(tmp_path, ticked))["paiement"] == paid


def test_a_mark_that_nobody_understands_is_no_sure_tick(tmp_path: Path) -> None:
    (registration,) = read(tmp_path, FICHE.replace("[x] Règlement", "[T] Règlement")).registrations
    paid = registration.reading("paiement")
    assert paid
    assert paid.confidence < 0.9


def test_what_tesseract_makes_of_the_blank_is_blank(tmp_path: Path) -> None:
    pdf = pdfium.PdfDocument(form().blank_path)
    picture = pdf[1].render(scale=200 / 72, grayscale=True).to_pil()
    hocr = pytesseract.image_to_pdf_or_hocr(picture, lang="fra", extension="hocr")
    outcome = read(tmp_path, hocr.decode(), "fiche.hocr")
    assert [rejection.kind for rejection in outcome.rejections] == ["blank"]
    assert outcome.registrations == ()


def test_two_words_of_a_fiche_are_none(tmp_path: Path) -> None:
    outcome = read(tmp_path, "Téléphone : 02 61 91 22 33\nNombre de repas : 2\n")
    assert outcome.registrations == ()
    assert [rejection.kind for rejection in outcome.rejections] == ["no-form"]


def test_hocr_of_a_fiche_is_read_like_its_text(tmp_path: Path) -> None:
    lines = FICHE.splitlines()
    spans = (
        f"<span class='ocr_line' title='bbox 200 {200 + 90 * i} 2200 {250 + 90 * i}'>{line}</span>"
        for i, line in enumerate(lines)
    )
    html = f"<div class='ocr_page' title='bbox 0 0 2480 3508'>{''.join(spans)}</div>"
    assert values(read(tmp_path, html, "fiche.hocr")) == WRITTEN


_word = st.text("abdfgjkmopqvwyzéè", min_size=2, max_size=9)
_name = st.lists(_word.map(str.capitalize), min_size=1, max_size=3).map(" ".join)


@settings(max_examples=40)
@given(_name, st.lists(_name, min_size=1, max_size=4), st.integers(1, 40))
def test_whatever_is_written_behind_a_label_is_given_back(
    service: str, people: list[str], meals: int
) -> None:
    lines = FICHE.replace("Foyer Les Genêts", service).replace("2 x 12.10", f"{meals} x 12.10")
    lines = lines.replace("MOREAU Lucie\nPaul Bernard", "\n".join(people))
    (draw,) = text_pages(lines.encode(), Kind.PLAIN_TEXT, Settings())
    (aligned,) = align_text(draw(1), blanks())
    fiche = read_text(aligned, blanks()[1])
    held = fiche.held
    assert fiche.left == ()
    assert [line.text for line in held["organisation"]] == [service]
    assert [held[f"personnes.{n}"][0].text for n in range(1, len(people) + 1)] == people
    assert held["repas"][0].text == str(meals)
    assert fiche.places.keys() >= {zone.field for zone in blanks()[1].form.zones_of(2)}
