"""A choir's weekend, as somebody typed it in a word processor: labels, colons, and room."""

from typing import Any

from associations.blank import Blank
from associations.people import TODAY, Invention
from associations.sheet import Sheet

_VOICES = ("Soprano", "Alto", "Ténor", "Basse")


def _draw(sheet: Sheet) -> None:
    sheet.text(105, 26, "Ensemble vocal La Clé des Champs", 18, font="Times-Bold", align="middle")
    sheet.text(105, 35, "Inscription au stage de printemps, 11 et 12 avril 2026", 14,
               align="middle")  # fmt: skip
    sheet.text(25, 50, "Le stage a lieu à la salle polyvalente de Montgré. Le repas du samedi soir "
               "est pris en commun.", 11)  # fmt: skip
    sheet.text(25, 56, "Merci de renvoyer cette feuille remplie avant le 15 mars, avec votre "
               "chèque à l'ordre du chœur.", 11)  # fmt: skip
    y, gap = 61.0, 11.0
    asked = (("Nom :", "nom", "surname", 25, 105), ("Prénom :", "prenom", "given_name", 110, 185),
             ("Date de naissance :", "naissance", "birth_date", 25, 105),
             ("Pupitre :", "pupitre", "text", 110, 185),
             ("Adresse :", "adresse", "address", 25, 185),
             ("Code postal :", "code_postal", "postal_code", 25, 80),
             ("Ville :", "ville", "town", 85, 185),
             ("Téléphone :", "telephone", "phone", 25, 185),
             ("Adresse électronique :", "courriel", "email", 25, 185),
             ("Années de chant :", "annees", "number", 25, 85),
             ("Chœur actuel :", "choeur", "organisation", 90, 185))  # fmt: skip
    before = 0.0
    for label, name, kind, left, right in asked:
        y += gap if left <= before or before == 0 else 0
        before = left
        sheet.entry(left, y, right, label, name, kind, size_pt=12, rule="none")
    sheet.text(25, y + 14, "Je m'inscris au stage (55 € par personne) et au repas (16,50 € par "
               "personne) :", 12)  # fmt: skip
    sheet.entry(25, y + 25, 105, "Nombre de stagiaires :", "stagiaires", "count", size_pt=12,
                rule="none")  # fmt: skip
    sheet.entry(110, y + 25, 185, "Nombre de repas :", "repas", "count", size_pt=12, rule="none")
    sheet.entry(25, y + 36, 105, "Montant du chèque :", "montant", "amount", size_pt=12,
                rule="none")  # fmt: skip
    sheet.entry(25, y + 49, 185, "Remarques :", "remarques", "long_text", size_pt=12, rule="none",
                more=[(25, y + 57, 185)])  # fmt: skip
    sheet.entry(25, y + 72, 90, "Fait le :", "fait_le", "date", size_pt=12, rule="none",
                called="Date")  # fmt: skip
    x = sheet.text(100, y + 72, "Signature :", 12)
    place = (x + 2, y + 66, 185 - x, 22)
    sheet.marks("signature", "signature", {"oui": place}, label="Signature")
    sheet.text(105, 285, "La Clé des Champs, mairie de Montgré, 42130 Montgré", 9, align="middle")
    sheet.says(
        sum={"total": "montant", "tariffs": {"stagiaires": "55", "repas": "16,50"}},
        people={"named": ["nom", "prenom"]},
    )


def _invent(made: Invention) -> dict[str, Any]:
    me = made.person(ages=(18, 82))
    code, town = made.town()
    singers = made.number(1, 3)
    meals = made.number(0, singers + 1)
    return {
        "nom": me.surname,
        "prenom": me.given,
        "naissance": me.born.isoformat(),
        "pupitre": made.one_of(_VOICES),
        "adresse": made.street(),
        "code_postal": code,
        "ville": town,
        "telephone": made.phone(),
        "courriel": made.email(me) if made.chance(0.85) else None,
        "annees": made.number(1, 45) if made.chance(0.8) else None,
        "choeur": made.one_of(("Chorale Arpège", "Les Voix du Lac", "Chœur de Chambre", None)),
        "stagiaires": singers,
        "repas": meals or None,
        "montant": singers * 55_00 + meals * 16_50,
        "remarques": made.one_of(("Je viens avec ma sœur, merci de nous placer ensemble",
                                  "Arrivée samedi vers 11 heures", "Régime sans sel", None, None)),
        "fait_le": made.day(TODAY.replace(year=2026, month=2), TODAY.replace(year=2026, month=3)),
        "signature": "oui" if made.chance(0.85) else None,
    }  # fmt: skip


CHOIR = Blank("stage-de-chant", "Inscription au stage, Ensemble vocal La Clé des Champs",
              "no lines at all", _draw, _invent, font="Times-Roman")  # fmt: skip
