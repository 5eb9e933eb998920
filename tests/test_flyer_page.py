"""Which pages that are of no known form are flyers: nobody else's data becomes an event's."""

from pathlib import Path

import drawn_flyers
import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw, ImageFont

from pipeline.config import Settings
from pipeline.decoding.normalise import as_it_is
from pipeline.flyer.facts import facts_of
from pipeline.geometry import BoxPx
from pipeline.intake.filekind import Kind
from pipeline.intake.textpage import text_pages
from pipeline.paths import FONTS
from pipeline.process import process_document
from pipeline.reading.flyer_page import _announces, facts_on
from pipeline.reading.page import Context, context
from pipeline.records import Page, Source, TextRun
from tests.pages import form

LETTER = """Nantes, le 12 janvier 2018

Madame,

Je vous prie de m'inscrire à la journée régionale du 2 février 2018 à ASKORIA,
2 avenue du Bois l'Abbé à Rennes. Vous trouverez ci-joint un chèque de 42,10 €.

Lucie Moreau, lucie.moreau@exemple.fr, 02 61 91 22 33
"""
SHORT_FICHE = """fiche d'inscription du 2 février 2018 à Rennes
nom du service: foyer les genets
mail: contact@genets.exemple.fr
tel: 0261912233
adherents 30 €
"""
RECIPE = """Soupe au potiron pour quatre personnes
Éplucher le potiron et les pommes de terre, puis les couper en morceaux.
Faire revenir les oignons dans le beurre, ajouter le potiron et couvrir avec de l'eau.
"""


@pytest.fixture(scope="module")
def ctx() -> Context:
    return context(Settings())


def text(said: str) -> Page:
    (draw,) = text_pages(said.encode(), Kind.PLAIN_TEXT, Settings())
    return draw(1)


@pytest.mark.parametrize("said", [LETTER, SHORT_FICHE, RECIPE])
def test_letters_fiches_and_other_texts_announce_nothing(ctx: Context, said: str) -> None:
    assert facts_on(text(said), ctx) == ()


@pytest.mark.parametrize("group", ["ten", "five", "more", "last"])
def test_drawn_flyers_are_announcements(group: str) -> None:
    texts = drawn_flyers.read_all(group, "text")
    missed = []
    for name, lines in texts.items():
        read = [as_it_is(line) for line in lines]
        if not _announces(read, facts_of(read)):
            missed.append(name)
    assert missed == []


@pytest.mark.parametrize("answered", [True, False])
def test_what_was_typed_behind_a_label_last_answers_it(ctx: Context, *, answered: bool) -> None:
    lines = (
        "Amicale laïque de Bessonne – sortie au parc animalier",
        "Dimanche 7 juin 2026, départ du car à 8 h",
        "Lieu : place de la Mairie, 35500 Vitré",
        "Nom et prénom :",
        "Adultes : 26 € – Enfants : 17,50 €, repas compris, à régler avant le départ du car",
        "Organisé par l'Amicale laïque de Bessonne, avec le soutien de la commune",
    )
    runs = [
        TextRun(line, BoxPx(100, 100 + 60 * n, 20 * len(line), 30)) for n, line in enumerate(lines)
    ]
    typed = TextRun("Maëlle Delacourt", BoxPx(500, 282, 300, 28))
    image = np.full((2339, 1654), 255, np.uint8)
    page = Page(1, image, 200, runs=(*runs, *[typed] * answered))
    assert bool(facts_on(page, ctx)) is not answered


def test_noise_costs_no_normalising(ctx: Context) -> None:
    assert facts_on(text("xqzt wvbk jhgf\n" * 50), ctx) == ()


def test_a_scanned_flyer_of_somebody_else_is_read(ctx: Context) -> None:
    page = Image.new("L", (1240, 1754), 250)
    font = ImageFont.truetype(FONTS / "tinos.ttf", 34)
    said = (
        "L'association Les Amis du Canal vous invite",
        "à sa randonnée annuelle",
        "le samedi 14 mars 2026 à 9 h",
        "Salle des fêtes, 12 rue du Port, 35000 Rennes",
        "Adhérents : 5 €",
    )
    for n, line in enumerate(said):
        ImageDraw.Draw(page).text((120, 150 + 90 * n), line, font=font, fill=20)
    scan = Page(1, np.asarray(page), 150.0)
    facts = {(fact.about.value, fact.value) for fact in facts_on(scan, ctx)}
    assert ("date", "2026-03-14") in facts
    assert ("tariff", "500") in facts


def test_a_blank_fiche_alone_gives_the_event_no_title(tmp_path: Path) -> None:
    pdf = pdfium.PdfDocument(form().blank_path)
    pdf.del_page(0)
    pdf.save(tmp_path / "vierge.pdf")
    source = Source("vierge.pdf", tmp_path / "vierge.pdf", "")
    about = {fact.about.value for fact in process_document(source, Settings()).facts}
    assert "iban" in about
    assert "title" not in about
