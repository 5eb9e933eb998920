"""A badminton club's membership: a table of the family, amounts on options, an account, a
signature."""

from typing import Any

from associations.blank import Blank
from associations.people import TODAY, Invention, Person
from associations.prices import euros, tariffs
from associations.sheet import GREY, Sheet

_FORMULAS = {"loisir": ("Loisir", 185_00), "competition": ("Compétition", 210_00),
             "famille": ("Famille", 290_00)}  # fmt: skip
_OPTIONS = {"maillot": ("Maillot du club", 35_00), "volants": ("Lot de volants", 22_50),
            "licence_ufolep": ("Assurance complémentaire", 8_00)}  # fmt: skip
_PAID = {"cheque": "Chèque", "virement": "Virement", "especes": "Espèces",
         "ancv": "Chèques-Vacances"}  # fmt: skip
_ROWS = 5
_COLUMNS = ((12.0, 52.0), (64.0, 46.0), (110.0, 42.0), (152.0, 46.0))
_TABLE_TOP = 104.0
_HIGH = 8.5


def _draw(sheet: Sheet) -> None:
    sheet.box((12, 10, 24, 24), edge=(0.75, 0.2, 0.1), wide=0.8, round_mm=12)
    sheet.text(24, 24.5, "VCB", 18, font="Helvetica-Bold", colour=(0.75, 0.2, 0.1), align="middle")
    sheet.text(42, 18, "VOLANT-CLUB DE BRÉVIGNAC", 17, font="Helvetica-Bold")
    sheet.text(42, 25, "Bulletin d'adhésion – saison 2025-2026", 13)
    sheet.text(42, 31, "Salle des Tilleuls, 14 rue du Stade, 35890 Brévignac – vcb.example.org", 9,
               colour=GREY)  # fmt: skip
    sheet.text(12, 43, "ADHÉRENT PRINCIPAL", 11, font="Helvetica-Bold")
    sheet.rule(12, 44.5, 198, 44.5, wide=0.5)
    sheet.entry(12, 53, 100, "Nom :", "nom", "surname")
    sheet.entry(104, 53, 198, "Prénom :", "prenom", "given_name")
    sheet.entry(12, 62, 100, "Né(e) le :", "naissance", "birth_date", called="Date de naissance")
    sheet.entry(104, 62, 198, "Téléphone :", "telephone", "phone")
    sheet.entry(12, 71, 198, "Adresse :", "adresse", "address")
    sheet.entry(12, 80, 64, "Code postal :", "code_postal", "postal_code")
    sheet.entry(68, 80, 198, "Ville :", "ville", "town")
    sheet.entry(12, 89, 198, "Courriel :", "courriel", "email")
    _draw_family(sheet)
    _draw_money(sheet)
    sheet.text(12, 251, "J'autorise le club à publier des photographies où j'apparais :", 10)
    boxes = [("oui", "oui", 128, 251), ("non", "non", 148, 251)]
    sheet.ticks("droit_image", "yes_no", boxes, label="Droit à l'image", side=3.6)
    sheet.entry(12, 261, 76, "Fait à", "fait_a", "text")
    sheet.entry(80, 261, 124, "le", "fait_le", "date", called="Date")
    sheet.text(12, 269, "Signature (des parents pour les mineurs)", 9)
    sheet.box((12, 270.5, 84, 19), wide=0.2)
    sheet.marks("signature", "signature", {"oui": (12, 270.5, 84, 19)}, label="Signature")
    sheet.box((132, 257, 66, 32.5), fill=(0.92, 0.92, 0.92), edge=None)
    sheet.text(135, 262, "Réservé au club", 9, font="Helvetica-Oblique")
    sheet.text(135, 271, "Reçu le : …………………………", 9)
    sheet.text(135, 279, "Licence n° : ………………………", 9)
    sheet.office((132, 263.5, 66, 26))
    sheet.says(
        sum={"total": "total", "adds": ["don"]},
        people={"named": ["membre_nom", "membre_prenom"]},
        organiser={"name": "Volant-Club de Brévignac", "email": "bureau@vcb.example.org"},
    )


def _draw_family(sheet: Sheet) -> None:
    sheet.text(12, 97, "AUTRES MEMBRES DE LA FAMILLE", 11, font="Helvetica-Bold")
    sheet.box((12, _TABLE_TOP - 5, 186, 5), fill=(0.88, 0.88, 0.88))
    titles = ("Nom", "Prénom", "Date de naissance", "Catégorie")
    bottom = _TABLE_TOP + _ROWS * _HIGH
    for title, (x, wide) in zip(titles, _COLUMNS, strict=True):
        sheet.text(x + wide / 2, _TABLE_TOP - 1.4, title, 9, align="middle")
        sheet.rule(x, _TABLE_TOP - 5, x, bottom)
    sheet.rule(198, _TABLE_TOP - 5, 198, bottom)
    for row in range(_ROWS + 1):
        sheet.rule(12, _TABLE_TOP + row * _HIGH, 198, _TABLE_TOP + row * _HIGH)
    asked = (("membre_nom", "surname", "Nom"), ("membre_prenom", "given_name", "Prénom"),
             ("membre_naissance", "birth_date", "Date de naissance"),
             ("membre_categorie", "text", "Catégorie"))  # fmt: skip
    sheet.table(
        [(_TABLE_TOP + row * _HIGH, _HIGH) for row in range(_ROWS)],
        [
            {"field": name, "type": kind, "label": label, "x_mm": list(column)}
            for (name, kind, label), column in zip(asked, _COLUMNS, strict=True)
        ],
    )


def _draw_money(sheet: Sheet) -> None:
    sheet.text(12, 156, "COTISATION", 11, font="Helvetica-Bold")
    sheet.rule(12, 157.5, 198, 157.5, wide=0.5)
    formulas = [
        (option, f"{said} : {cents // 100} €", 14 + 50 * n, 166)
        for n, (option, (said, cents)) in enumerate(_FORMULAS.items())
    ]
    sheet.ticks("formule", "choice", formulas, label="Formule", tariffs=tariffs(_FORMULAS))
    sheet.text(12, 176, "Options (plusieurs choix possibles) :", 10)
    options = [
        (option, f"{said} : {euros(cents)} €", 14 + 62 * n, 184)
        for n, (option, (said, cents)) in enumerate(_OPTIONS.items())
    ]
    sheet.ticks("options", "ticks", options, label="Options", tariffs=tariffs(_OPTIONS))
    sheet.entry(12, 195, 100, "Don au club (facultatif) :", "don", "amount", after="€",
                called="Don")  # fmt: skip
    sheet.entry(12, 205, 100, "TOTAL À RÉGLER :", "total", "amount", after="€", called="Total")
    sheet.text(12, 217, "Règlement :", 10)
    paid = [(option, said, 38 + 38 * n, 217) for n, (option, said) in enumerate(_PAID.items())]
    sheet.ticks("reglement", "choice", paid, label="Règlement", role="payment")
    sheet.text(12, 228, "Pour un prélèvement en trois fois, IBAN du compte à débiter :", 10)
    sheet.entry(12, 238, 198, "IBAN", "iban", "iban")


def category(person: Person) -> str:
    """The federation's, by the age in the season."""
    age = (TODAY - person.born).days // 365
    for limit, name in ((9, "Minibad"), (11, "Poussin"), (13, "Benjamin"), (15, "Minime"),
                        (17, "Cadet"), (19, "Junior"), (35, "Senior")):  # fmt: skip
        if age < limit:
            return name
    return "Vétéran"


def _invent(made: Invention) -> dict[str, Any]:
    me = made.person()
    code, town = made.town()
    family = [
        made.person(ages=(7, 50), surname=me.surname if made.chance(0.8) else "")
        for _ in range(made.number(0, _ROWS))
    ]
    formula = "famille" if len(family) > 1 else made.one_of(("loisir", "competition"))
    options = [option for option in _OPTIONS if made.chance(0.35)]
    gift = made.one_of((0, 0, 0, 10_00, 20_00, 15_00, 50_00))
    total = _FORMULAS[formula][1] + sum(_OPTIONS[option][1] for option in options) + gift
    return {
        "nom": me.surname,
        "prenom": me.given,
        "naissance": me.born.isoformat(),
        "telephone": made.phone(),
        "adresse": made.street(),
        "code_postal": code,
        "ville": town,
        "courriel": None if made.chance(0.1) else made.email(me),
        "membre_nom": [person.surname for person in family],
        "membre_prenom": [person.given for person in family],
        "membre_naissance": [person.born.isoformat() for person in family],
        "membre_categorie": [category(person) for person in family],
        "formule": formula,
        "options": options,
        "don": gift or None,
        "total": total,
        "reglement": made.one_of(tuple(_PAID)),
        "iban": made.iban() if made.chance(0.5) else None,
        "droit_image": made.one_of(("oui", "oui", "non", None)),
        "fait_a": town,
        "fait_le": made.day(TODAY, TODAY.replace(month=10)),
        "signature": "oui" if made.chance(0.85) else None,
    }


CLUB = Blank("club-de-badminton", "Bulletin d'adhésion, Volant-Club de Brévignac", "a table",
             _draw, _invent)  # fmt: skip
