"""A club's entry for a tournament: landscape, combs white on tint, ten rows in stripes."""

from collections.abc import Sequence
from typing import Any

from associations.blank import Blank
from associations.people import Invention
from associations.sheet import WHITE, Rgb, Sheet

_TINT: Rgb = (0.99, 0.90, 0.76)
_STRIPE: Rgb = (0.95, 0.95, 0.97)
_BROWN: Rgb = (0.48, 0.24, 0.05)
_BOLD = "Helvetica-Bold"
_ROWS, _HIGH, _TOP = 10, 8.0, 87.0
_ENTRY_CENTS, _MEAL_CENTS = 8_00, 12_10
_COLUMNS = (("judoka_nom", "surname", "Nom", 22.0, 62.0),
            ("judoka_prenom", "given_name", "Prénom", 84.0, 54.0),
            ("judoka_naissance", "birth_date", "Né(e) le", 138.0, 38.0),
            ("judoka_licence", "licence", "N° de licence", 176.0, 44.0),
            ("judoka_poids", "number", "Poids (kg)", 244.0, 20.0),
            ("judoka_ceinture", "text", "Ceinture", 264.0, 21.0))  # fmt: skip
_SEX_MM = {"f": 226.0, "m": 235.0}
_BELTS = ("blanche", "jaune", "orange", "verte", "bleue", "marron", "noire")


def _comb(
    sheet: Sheet, at: tuple[float, float], left: float, label: str, name: str, kind: str,
    groups: Sequence[int],
) -> None:  # fmt: skip
    sheet.text(at[0], at[1] + 5, label, 10, colour=_BROWN)
    boxes = sheet.white_cells((left, at[1]), groups, (5.0, 7.4), colour=_TINT)
    sheet.lines(name, kind, boxes, label=label, comb=list(groups))


def _white(
    sheet: Sheet, at: tuple[float, float], left: float, wide: float, label: str, name: str,
    kind: str,
) -> None:  # fmt: skip
    sheet.text(at[0], at[1] + 5, label, 10, colour=_BROWN)
    box = (left, at[1], wide, 7.4)
    sheet.box(box, fill=WHITE, edge=None)
    sheet.lines(name, kind, [box], label=label)


def _draw(sheet: Sheet) -> None:
    sheet.box((12, 8, 273, 15), fill=_BROWN, edge=None)
    sheet.text(17, 18, "4e CHALLENGE DES PETITS TATAMIS", 17, font=_BOLD, colour=WHITE)
    sheet.text(281, 18, "dimanche 22 mars 2026 – Judo-club du Haut-Brisson", 11, colour=WHITE,
               align="right")  # fmt: skip
    sheet.box((12, 25, 273, 49), fill=_TINT, edge=None)
    sheet.text(17, 31, "LE CLUB (en capitales, un caractère par case)", 9, font=_BOLD,
               colour=_BROWN)  # fmt: skip
    _comb(sheet, (17, 34), 42, "Nom du club", "club", "organisation", (20,))
    _comb(sheet, (152, 34), 186, "N° d'affiliation", "affiliation", "licence", (8,))
    _comb(sheet, (17, 44), 42, "Code postal", "code_postal", "postal_code", (5,))
    _comb(sheet, (72, 44), 84, "Ville", "ville", "town", (19,))
    _comb(sheet, (184, 44), 206, "Téléphone", "telephone", "phone", (2, 2, 2, 2, 2))
    _white(sheet, (17, 54), 42, 100, "Responsable", "responsable", "person")
    _white(sheet, (152, 54), 172, 108, "Courriel", "courriel", "email")
    _white(sheet, (17, 64), 42, 100, "Coach", "coach", "person")
    sheet.text(152, 69, "Une feuille par club, à renvoyer avant le 8 mars.", 9, colour=_BROWN)
    _draw_rows(sheet)
    _draw_foot(sheet)
    sheet.says(
        sum={"total": "total", "tariffs": {"judokas": "8", "repas": "12,10"},
             "lines": {"judokas": "montant_judokas", "repas": "montant_repas"}},
        people={"named": ["judoka_nom", "judoka_prenom"]},
        event={"name": "4e challenge des petits tatamis"},
    )  # fmt: skip


def _draw_rows(sheet: Sheet) -> None:
    sheet.box((12, _TOP - 8, 273, 8), fill=_BROWN, edge=None)
    titles = [(label, x + wide / 2) for _, _, label, x, wide in _COLUMNS]
    for title, x in (("N°", 17.0), ("F", 228.0), ("M", 237.0), *titles):
        sheet.text(x, _TOP - 2.6, title, 9.5, font=_BOLD, colour=WHITE, align="middle")
    for row in range(_ROWS):
        y = _TOP + row * _HIGH
        if row % 2:
            sheet.box((12, y, 273, _HIGH), fill=_STRIPE, edge=None)
        sheet.text(17, y + 5.5, f"{row + 1}", 9.5, align="middle")
        for x in _SEX_MM.values():
            sheet.box((x, y + 2, 4, 4), fill=WHITE, wide=0.25)
    edges = (12.0, 22.0, 84.0, 138.0, 176.0, 220.0, 244.0, 264.0, 285.0)
    for x in edges:
        sheet.rule(x, _TOP, x, _TOP + _ROWS * _HIGH, wide=0.1)
    sheet.rule(12, _TOP + _ROWS * _HIGH, 285, _TOP + _ROWS * _HIGH, wide=0.3)
    columns: list[dict[str, Any]] = [
        {"field": name, "type": kind, "label": label, "x_mm": [x, wide]}
        for name, kind, label, x, wide in _COLUMNS
    ]
    sheet.table([(_TOP + row * _HIGH, _HIGH) for row in range(_ROWS)], columns)
    squares = {option: [x, 4.0] for option, x in _SEX_MM.items()}
    sex = {"field": "judoka_sexe", "type": "choice", "label": "Sexe", "boxes_mm": squares,
           "options": {"f": "F", "m": "M"}}  # fmt: skip
    sheet.table([(_TOP + row * _HIGH + 2, 4.0) for row in range(_ROWS)], [sex])


def _draw_foot(sheet: Sheet) -> None:
    counted = (("judokas", "Judokas engagés", "8 €"), ("repas", "Plateaux-repas", "12.10 €"))
    for n, (name, said, price) in enumerate(counted):
        y = 178 + 9 * n
        sheet.entry(12, y, 70, f"{said} :", name, "count", rule="line")
        sheet.text(73, y, f"x {price} =", 10)
        sheet.entry(94, y, 128, "", f"montant_{name}", "amount", rule="line", after="€",
                    called=f"{said}, montant")  # fmt: skip
    sheet.entry(12, 196, 70, "Accompagnateurs :", "accompagnateurs", "count", rule="line")
    sheet.text(73, 196, "gratuit", 10)
    sheet.box((92, 189.5, 38, 9), edge=_BROWN, wide=0.6)
    sheet.text(94, 196, "TOTAL", 10, font=_BOLD)
    sheet.text(125, 196, "€", 10)
    sheet.lines("total", "amount", [(107, 190, 17.5, 8)], label="Total")
    sheet.text(140, 174, "Règlement", 10)
    paid = [("cheque", "chèque", 164, 174), ("virement", "virement", 190, 174)]
    sheet.ticks("reglement", "choice", paid, label="Règlement", role="payment")
    sheet.entry(140, 183, 196, "Date :", "fait_le", "date", rule="line")
    sheet.text(140, 190, "Signature du président", 9)
    sheet.marks("signature", "signature", {"oui": (140, 191, 70, 14)}, label="Signature")
    sheet.box((222, 170, 63, 35), edge=(0.5, 0.5, 0.5), wide=0.2)
    sheet.text(224, 174.5, "Ne rien inscrire – organisation", 8, font="Helvetica-Oblique")
    sheet.text(224, 184, "Pesée : ........................................", 9)
    sheet.text(224, 193, "Poule : .........................................", 9)
    sheet.office((222, 170, 63, 35))


def _invent(made: Invention) -> dict[str, Any]:
    me, coach = made.person(), made.person()
    code, town = made.town()
    team = [made.person(ages=(6, 14)) for _ in range(made.number(2, _ROWS))]
    meals, adults = made.number(0, 14), made.number(0, 5)
    entries, eaten = len(team) * _ENTRY_CENTS, meals * _MEAL_CENTS
    return {
        "club": made.one_of(("JUDO CLUB", "DOJO", "ARTS MARTIAUX")) + f" {made.number(2, 99)}",
        "affiliation": f"{made.number(10_000_000, 99_999_999)}" if made.chance(0.8) else None,
        "code_postal": code,
        "ville": town,
        "telephone": made.phone(),
        "responsable": me.name,
        "courriel": made.email(me),
        "coach": coach.name if made.chance(0.7) else None,
        "judoka_nom": [judoka.surname for judoka in team],
        "judoka_prenom": [judoka.given for judoka in team],
        "judoka_naissance": [judoka.born.isoformat() for judoka in team],
        "judoka_licence": [f"{made.number(100_000, 999_999)}" for _ in team],
        "judoka_poids": [made.number(19, 62) for _ in team],
        "judoka_ceinture": [made.one_of(_BELTS) for _ in team],
        "judoka_sexe": [[made.one_of(("f", "m"))] for _ in team],
        "judokas": len(team),
        "repas": meals or None,
        "montant_judokas": entries,
        "montant_repas": eaten or None,
        "accompagnateurs": adults or None,
        "total": entries + eaten,
        "reglement": made.one_of(("cheque", "virement")),
        "fait_le": f"2026-0{made.number(1, 3)}-{made.number(1, 28):02}",
        "signature": "oui" if made.chance(0.9) else None,
    }


CONTEST = Blank("challenge-de-judo", "Engagement, 4e challenge des petits tatamis",
                "landscape, ten striped rows, white combs", _draw, _invent,
                size_mm=(297.0, 210.0))  # fmt: skip
