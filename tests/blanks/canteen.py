"""A canteen and day-care form: frames with their legends in the edge, a week of days by meals to
tick, a mandate with combs for IBAN and BIC on a second page."""

from typing import Any

from associations.blank import Blank
from associations.people import TODAY, Invention
from associations.prices import euros, tariffs
from associations.sheet import WHITE, Rgb, Sheet

_GREEN: Rgb = (0.13, 0.40, 0.24)
_BOLD = "Helvetica-Bold"
_DAYS = ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi")
_MEALS = {"matin": ("Accueil du matin", 1_20), "midi": ("Repas de midi", 3_85),
          "gouter": ("Goûter", 60), "soir": ("Étude du soir", 2_10)}  # fmt: skip
_CHILDREN = 3
_COLUMNS = ((14.0, 58.0), (72.0, 52.0), (124.0, 42.0), (166.0, 30.0))
_BICS = ("AGRIFRPP835", "CMCIFR2A", "PSSTFRPPREN", "CCBPFRPPNAN", "CEPAFRPP444")
_IBAN_GROUPS = (4, 4, 4, 4, 4, 4, 3)
_LINE: dict[str, Any] = {"rule": "line"}


def _frame(sheet: Sheet, y: float, high: float, legend: str) -> None:
    """A rounded frame whose legend stands in its upper edge."""
    sheet.box((10, y, 190, high), edge=_GREEN, wide=0.4, round_mm=2.5)
    sheet.box((16, y - 2, sheet.width_mm(legend, 11, _BOLD) + 4, 4), fill=WHITE, edge=None)
    sheet.text(18, y + 1.4, legend, 11, font=_BOLD, colour=_GREEN)


def _draw(sheet: Sheet) -> None:
    sheet.text(105, 15, "Les P'tits Bouchons", 20, font=_BOLD, colour=_GREEN, align="middle")
    sheet.text(105, 22, "association des parents d'élèves de Cormeroux", 10, align="middle")
    sheet.text(105, 31, "Cantine et garderie : inscription à l'année 2025-2026", 14, font=_BOLD,
               align="middle")  # fmt: skip
    _draw_family(sheet)
    _draw_week(sheet)
    _frame(sheet, 216, 40, "Santé et autorisations")
    sheet.text(14, 226, "Mon enfant suit un projet d'accueil individualisé (PAI)", 10)
    _yes_no(sheet, "pai", "PAI", 226)
    sheet.text(14, 235, "Il peut quitter l'école seul après l'étude", 10)
    _yes_no(sheet, "seul", "Quitte seul", 235)
    sheet.entry(14, 246, 196, "Allergies ou régime :", "allergies", "text", **_LINE)
    sheet.text(105, 266, "Suite au verso : mandat de prélèvement", 9, font="Helvetica-Oblique",
               align="middle")  # fmt: skip
    sheet.text(196, 284, "page 1/2", 8, align="right")
    sheet.next_page()
    _draw_mandate(sheet)
    sheet.says(
        sum={"total": "total"},
        people={"named": ["enfant_nom", "enfant_prenom"]},
        organiser={"name": "Les P'tits Bouchons", "email": "bouchons@example.org"},
    )


def _yes_no(sheet: Sheet, name: str, label: str, y: float) -> None:
    options = [("oui", "oui", 150.0, y), ("non", "non", 172.0, y)]
    sheet.ticks(name, "yes_no", options, label=label, side=4.4)


def _draw_family(sheet: Sheet) -> None:
    _frame(sheet, 39, 53, "Les enfants")
    top, high = 53.0, 9.0
    for title, (x, wide) in zip(("Nom", "Prénom", "Né(e) le", "Classe"), _COLUMNS, strict=True):
        sheet.text(x + 2, top - 2, title, 10)
        for row in range(_CHILDREN):
            sheet.box((x, top + row * high, wide, high), edge=_GREEN, wide=0.2)
    asked = (
        ("enfant_nom", "surname", "Nom"),
        ("enfant_prenom", "given_name", "Prénom"),
        ("enfant_naissance", "birth_date", "Né(e) le"),
        ("enfant_classe", "text", "Classe"),
    )
    sheet.table(
        [(top + row * high, high) for row in range(_CHILDREN)],
        [{"field": name, "type": kind, "label": label, "x_mm": list(column)}
         for (name, kind, label), column in zip(asked, _COLUMNS, strict=True)],
    )  # fmt: skip
    sheet.text(14, 87, "Merci de remplir une ligne par enfant.", 8, font="Helvetica-Oblique")
    _frame(sheet, 98, 37, "Le responsable de la famille")
    sheet.entry(14, 109, 120, "Nom et prénom :", "responsable", "person", **_LINE)
    sheet.entry(124, 109, 196, "N° CAF :", "caf", "licence", called="N° CAF", **_LINE)
    sheet.entry(14, 119, 196, "Courriel pour la facture :", "courriel", "email", called="Courriel",
                **_LINE)  # fmt: skip
    sheet.entry(14, 129, 100, "Tél. du père :", "tel_pere", "phone", **_LINE)
    sheet.entry(104, 129, 196, "Tél. de la mère :", "tel_mere", "phone", **_LINE)


def _draw_week(sheet: Sheet) -> None:
    _frame(sheet, 142, 67, "La semaine")
    left, top, wide, high = 46.0, 162.0, 37.0, 7.4
    for n, (said, cents) in enumerate(_MEALS.values()):
        middle = left + (n + 0.5) * wide
        sheet.text(middle, top - 7, said, 9.5, font=_BOLD, align="middle")
        sheet.text(middle, top - 2.4, f"{euros(cents, whole=False)} €", 9.5, align="middle")
        sheet.rule(left + n * wide, top - 11, left + n * wide, top + 5 * high)
    sheet.rule(left + 4 * wide, top - 11, left + 4 * wide, top + 5 * high)
    for row, day in enumerate(_DAYS):
        sheet.rule(14, top + row * high, left + 4 * wide, top + row * high)
        sheet.text(16, top + row * high + 5.2, day, 10)
    sheet.rule(14, top + 5 * high, left + 4 * wide, top + 5 * high)
    cells = {meal: [left + n * wide, wide] for n, meal in enumerate(_MEALS)}
    week = {"field": "semaine", "type": "ticks", "label": "La semaine", "boxes_mm": cells,
            "options": {meal: said for meal, (said, _) in _MEALS.items()},
            "tariffs": tariffs(_MEALS)}  # fmt: skip
    sheet.table([(top + row * high, high) for row in range(len(_DAYS))], [week])
    sheet.entry(112, 206, 194, "Total pour une semaine :", "total", "amount", after="€", **_LINE)
    sheet.text(16, 206, "Cochez d'une croix chaque case voulue.", 8.5, font="Helvetica-Oblique")


def _draw_mandate(sheet: Sheet) -> None:
    sheet.text(105, 20, "Mandat de prélèvement SEPA", 15, font=_BOLD, colour=_GREEN,
               align="middle")  # fmt: skip
    sheet.text(14, 30, "En signant ce mandat, vous autorisez l'association Les P'tits Bouchons à "
               "envoyer à votre banque", 9.5)  # fmt: skip
    sheet.text(14, 35, "des instructions pour débiter votre compte le 10 de chaque mois.", 9.5)
    _frame(sheet, 44, 52, "Titulaire du compte")
    sheet.entry(14, 57, 196, "Nom du titulaire :", "titulaire", "person", **_LINE)
    sheet.entry(14, 68, 196, "Adresse :", "adresse", "address", **_LINE)
    sheet.entry(14, 79, 70, "Code postal :", "code_postal", "postal_code", **_LINE)
    sheet.entry(74, 79, 196, "Ville :", "ville", "town", **_LINE)
    sheet.entry(14, 90, 120, "Pays :", "pays", "text", **_LINE)
    _frame(sheet, 104, 36, "Compte à débiter")
    for name, kind, label, y, groups in (("iban", "iban", "IBAN", 111.0, _IBAN_GROUPS),
                                         ("bic", "text", "BIC", 125.0, (11,))):  # fmt: skip
        sheet.text(14, y + 5.4, label, 11, font=_BOLD)
        boxes = sheet.white_cells((28, y), groups, (5.4, 8.0), colour=_GREEN)
        sheet.lines(name, kind, boxes, label=label, comb=list(groups))
    sheet.entry(14, 154, 74, "Fait à :", "fait_a", "town", **_LINE)
    sheet.entry(78, 154, 128, "Le :", "fait_le", "date", called="Date", **_LINE)
    sheet.text(14, 164, "Signature du titulaire :", 10)
    sheet.box((14, 167, 90, 30), edge=_GREEN, wide=0.3)
    sheet.marks("signature", "signature", {"oui": (14, 167, 90, 30)}, label="Signature")
    sheet.box((120, 162, 80, 35), fill=(0.91, 0.95, 0.91), edge=None)
    sheet.text(123, 168, "Réservé à l'association", 9, font=_BOLD)
    sheet.text(123, 178, "RUM : ______________________________", 9)
    sheet.text(123, 188, "Reçu le : ____________________________", 9)
    sheet.office((120, 162, 80, 35))
    sheet.text(105, 210, "Joindre un relevé d'identité bancaire.", 9, align="middle")
    sheet.text(14, 284, "Les P'tits Bouchons – école Pauline-Kergomard, 72110 Cormeroux", 8)
    sheet.text(196, 284, "page 2/2", 8, align="right")


def _invent(made: Invention) -> dict[str, Any]:
    parent = made.person(ages=(26, 50))
    children = [
        made.person(ages=(3, 11), surname=parent.surname if made.chance(0.8) else "")
        for _ in range(made.number(1, _CHILDREN))
    ]
    week = [[meal for meal in _MEALS if made.chance(0.4)] for _ in _DAYS]
    week[0] = week[0] or ["midi"]
    code, town = made.town()
    return {
        "enfant_nom": [child.surname for child in children],
        "enfant_prenom": [child.given for child in children],
        "enfant_naissance": [child.born.isoformat() for child in children],
        "enfant_classe": [made.one_of(("PS", "MS", "GS", "CP", "CE1", "CE2", "CM1", "CM2"))
                          for _ in children],
        "responsable": parent.name,
        "caf": f"{made.number(1_000_000, 9_999_999)}" if made.chance(0.6) else None,
        "courriel": made.email(parent),
        "tel_pere": made.phone() if made.chance(0.7) else None,
        "tel_mere": made.phone() if made.chance(0.8) else None,
        "semaine": week,
        "total": sum(_MEALS[meal][1] for day in week for meal in day),
        "pai": made.one_of(("non", "non", "oui", None)),
        "seul": made.one_of(("oui", "non", "non")),
        "allergies": made.one_of(("Arachide", "Sans porc", "Lactose", None, None)),
        "titulaire": parent.name,
        "adresse": made.street(),
        "code_postal": code,
        "ville": town,
        "pays": "France" if made.chance(0.8) else None,
        "iban": made.iban(),
        "bic": made.one_of(_BICS) if made.chance(0.9) else None,
        "fait_a": town,
        "fait_le": made.day(TODAY, TODAY.replace(month=10)),
        "signature": "oui" if made.chance(0.9) else None,
    }  # fmt: skip


CANTEEN = Blank("cantine-et-garderie", "Cantine et garderie, Les P'tits Bouchons",
                "two pages of legends, a week to tick", _draw, _invent)  # fmt: skip
