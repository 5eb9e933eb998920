"""A federation's request for a licence: combs of white cells on a tint, which only exists as the
picture that somebody scanned."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from associations.blank import Blank
from associations.people import TODAY, Invention
from associations.sheet import WHITE, Box, Sheet

_TINT = (0.80, 0.89, 0.82)
_GREEN = (0.05, 0.35, 0.2)
_CELL_MM, _CELL_HIGH_MM = 6.4, 7.6
_CATEGORIES = {"jeune": "Jeune", "adulte": "Adulte", "handisport": "Handisport",
               "decouverte": "Découverte"}  # fmt: skip


def _comb(
    sheet: Sheet, at: tuple[float, float], name: str, kind: str, cells: Sequence[int], label: str,
    *, between: str = "", **keys: Any,
) -> None:  # fmt: skip
    """White cells, in groups with a sign ``between``; the label stands before the first."""
    x, y = at
    sheet.text(x, y + 5.2, label, 10, colour=_GREEN)
    size = (_CELL_MM, _CELL_HIGH_MM)
    boxes = sheet.white_cells((52.0, y), cells, size, colour=_GREEN, between=between)
    sheet.lines(name, kind, boxes, label=label, comb=list(cells), **keys)


def _white_line(
    sheet: Sheet, y: float, name: str, kind: str, label: str, box: Box, *, unit: str = ""
) -> None:
    sheet.text(14, y + 5.2, label, 10, colour=_GREEN)
    sheet.box(box, fill=WHITE, edge=_GREEN, wide=0.15)
    keys = {"unit": unit} if unit else {}
    sheet.lines(name, kind, [box], label=label, **keys)
    if unit:
        sheet.text(box[0] + box[2] + 1.5, y + 5.2, unit, 10, colour=_GREEN)


def _draw(sheet: Sheet) -> None:
    sheet.box((8, 8, 194, 281), edge=_GREEN, wide=0.6, round_mm=3)
    sheet.text(105, 19, "LIGUE DES ARCHERS DU PAYS D'OUTREVAL", 15, font="Helvetica-Bold",
               colour=_GREEN, align="middle")  # fmt: skip
    sheet.text(105, 27, "Demande de licence 2025-2026", 13, colour=_GREEN, align="middle")
    sheet.text(105, 33, "À remplir en lettres capitales, une lettre par case", 9,
               font="Helvetica-Oblique", align="middle")  # fmt: skip
    sheet.box((10, 38, 190, 120), fill=_TINT, edge=None)
    _comb(sheet, (14, 42), "nom", "surname", [20], "Nom")
    _comb(sheet, (14, 53), "prenom", "given_name", [20], "Prénom")
    _comb(sheet, (14, 64), "naissance", "birth_date", [2, 2, 4], "Date de naissance", between="/")
    boxes = {"f": (143, 65, 5.5, 5.5), "m": (166, 65, 5.5, 5.5)}
    for option, said in (("f", "Femme"), ("m", "Homme")):
        sheet.box(boxes[option], fill=WHITE, edge=_GREEN, wide=0.15)
        sheet.text(boxes[option][0] + 7, 69.2, said, 10, colour=_GREEN)
    sheet.marks("sexe", "choice", boxes, label="Sexe", options={"f": "Femme", "m": "Homme"})
    _white_line(sheet, 75, "adresse", "address", "Adresse", (52, 75, 142, 7.6))
    _comb(sheet, (14, 86), "code_postal", "postal_code", [5], "Code postal")
    _comb(sheet, (14, 97), "ville", "town", [22], "Ville")
    _comb(sheet, (14, 108), "telephone", "phone", [2, 2, 2, 2, 2], "Téléphone", between=".")
    _white_line(sheet, 119, "courriel", "email", "Courriel", (52, 119, 142, 7.6))
    _white_line(sheet, 130, "nationalite", "text", "Nationalité", (52, 130, 70, 7.6))
    _white_line(sheet, 141, "taille", "number", "Taille", (52, 141, 24, 7.6), unit="cm")
    sheet.text(92, 146.2, "Allonge", 10, colour=_GREEN)
    sheet.box((110, 141, 24, 7.6), fill=WHITE, edge=_GREEN, wide=0.15)
    sheet.text(135.5, 146.2, "cm", 10, colour=_GREEN)
    sheet.lines("allonge", "number", [(110, 141, 24, 7.6)], label="Allonge", unit="cm")
    sheet.box((10, 164, 190, 52), fill=_TINT, edge=None)
    _comb(sheet, (14, 168), "numero", "licence", [7, 1], "N° de licence",
          pattern="[0-9]{7}[A-Z]")  # fmt: skip
    sheet.text(118, 173.2, "(en cas de renouvellement)", 9, font="Helvetica-Oblique")
    sheet.text(14, 184.5, "Catégorie", 10, colour=_GREEN)
    boxes = {option: (52 + 36 * n, 180, 5.5, 5.5) for n, option in enumerate(_CATEGORIES)}
    for option, box in boxes.items():
        sheet.box(box, fill=WHITE, edge=_GREEN, wide=0.15)
        sheet.text(box[0] + 7, 184.5, _CATEGORIES[option], 10, colour=_GREEN)
    sheet.marks("categorie", "choice", boxes, label="Catégorie", options=_CATEGORIES)
    _comb(sheet, (14, 191), "certificat", "date", [2, 2, 4], "Certificat médical du", between="/")
    _white_line(sheet, 202, "club", "text", "Club", (52, 202, 142, 7.6))
    sheet.box((14, 222, 34, 42), edge=_GREEN, wide=0.3)
    sheet.text(31, 244, "Photo", 9, colour=_GREEN, align="middle")
    sheet.marks("photo", "photo", {"oui": (14, 222, 34, 42)}, label="Photo")
    sheet.text(58, 227, "Signature du licencié", 9, colour=_GREEN)
    sheet.box((58, 229, 70, 35), edge=_GREEN, wide=0.3)
    sheet.marks("signature", "signature", {"oui": (58, 229, 70, 35)}, label="Signature")
    sheet.text(136, 227, "Cachet de la ligue", 9, colour=_GREEN)
    sheet.box((136, 229, 58, 35), edge=_GREEN, wide=0.3)
    sheet.office((136, 229, 58, 35))
    sheet.text(105, 275, "Ligue des archers du Pays d'Outreval – 2 place du Champ-de-Foire, 49610 "
               "Outreval", 8, align="middle")  # fmt: skip
    sheet.says(people={"named": ["nom", "prenom"]})


def _invent(made: Invention) -> dict[str, Any]:
    me = made.person(ages=(9, 70))
    code, town = made.town()
    return {
        "nom": me.surname,
        "prenom": me.given,
        "naissance": me.born.isoformat(),
        "sexe": made.one_of(("f", "m")),
        "adresse": made.street(),
        "code_postal": code,
        "ville": town,
        "telephone": made.phone(),
        "courriel": made.email(me) if made.chance(0.85) else None,
        "nationalite": made.one_of(("Française", "Française", "Française", "Belge", "Portugaise")),
        "taille": made.number(128, 197),
        "allonge": made.number(55, 82) if made.chance(0.7) else None,
        "numero": f"{made.number(0, 9_999_999):07}{made.one_of('ABCDEFGHJKLMNPRSTVWXYZ')}"
        if made.chance(0.6)
        else None,
        "categorie": made.one_of(tuple(_CATEGORIES)),
        "certificat": made.day(date(2025, 6, 1), TODAY) if made.chance(0.8) else None,
        "club": f"{made.one_of(('Archers', 'Compagnie d’arc', 'Les Flèches'))} de {town}".replace(
            "de Le ", "du ").replace("’", "'"),
        "photo": "oui" if made.chance(0.6) else None,
        "signature": "oui" if made.chance(0.9) else None,
    }  # fmt: skip


LICENCE = Blank("licence-de-tir-a-l-arc",
                "Demande de licence, Ligue des archers du Pays d'Outreval",
                "a scanned comb on tint", _draw, _invent, scanned=True)  # fmt: skip
