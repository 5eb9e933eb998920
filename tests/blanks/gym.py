"""A gymnastics club's membership, dense: a grid of cells with their labels inside, a list of
courses with what each costs, priced options, a frame for the club."""

from typing import Any

from associations.blank import Blank
from associations.people import TODAY, Invention
from associations.prices import euros, tariffs
from associations.sheet import Box, Rgb, Sheet

_RED: Rgb = (0.70, 0.08, 0.16)
_PALE: Rgb = (0.93, 0.93, 0.93)
_BOLD = "Helvetica-Bold"
_COURSES = {
    "baby": ("Baby-gym", "2 à 4 ans", "mercredi 10 h – 10 h 45", 128_00),
    "eveil": ("Éveil gymnique", "4 à 6 ans", "mercredi 11 h – 12 h", 142_00),
    "artistique": ("Gym artistique", "7 ans et plus", "mardi et vendredi 17 h 30", 215_00),
    "trampoline": ("Trampoline", "10 ans et plus", "samedi 14 h – 15 h 30", 189_50),
    "entretien": ("Gym d'entretien", "adultes", "lundi 19 h – 20 h", 136_00),
    "douce": ("Gym douce", "60 ans et plus", "jeudi 9 h 30 – 10 h 30", 96_00),
}
_OPTIONS = {"justaucorps": ("Justaucorps du club", 42_00), "tee_shirt": ("Tee-shirt", 14_50),
            "revue": ("Revue de la fédération", 0)}  # fmt: skip
_PAID = {"cheque": "chèque(s)", "virement": "virement", "pass_sport": "Pass'Sport",
         "vacances": "chèques-vacances"}  # fmt: skip
_IBAN, _BIC = "FR76 3000 4001 2300 0012 3456 705", "GYMCFRPPXXX"
_HIGH = 11.0


def _cell(sheet: Sheet, x: float, y: float, wide: float, label: str) -> Box:
    """A cell with its label inside; gives where one writes."""
    sheet.box((x, y, wide, _HIGH), wide=0.15)
    sheet.text(x + 1.2, y + 3, label, 6.5)
    return (x + 0.8, y + 3.6, wide - 1.6, _HIGH - 4.2)


def _draw(sheet: Sheet) -> None:
    sheet.box((10, 8, 190, 16), edge=_RED, wide=0.7)
    sheet.text(14, 15, "GYM'CLUB DE SAINT-ORLAN", 15, font=_BOLD, colour=_RED)
    sheet.text(14, 21, "Gymnase Colette-Besson, 2 rue de la Palestre, 44390 Saint-Orlan", 8)
    sheet.text(196, 15, "BULLETIN D'ADHÉSION", 12, font=_BOLD, align="right")
    sheet.text(196, 21, "saison 2025 / 2026", 9, align="right")
    _draw_who(sheet)
    _draw_courses(sheet)
    _draw_money(sheet)
    _draw_end(sheet)
    sheet.says(
        sum={"total": "total"},
        people={"named": ["nom", "prenom"]},
        organiser={"name": "Gym'Club de Saint-Orlan", "email": "contact@gymclub.example.org",
                   "iban": _IBAN, "bic": _BIC},
    )  # fmt: skip


def _draw_who(sheet: Sheet) -> None:
    rows: tuple[tuple[tuple[float, str, str, str], ...], ...] = (
        ((95, "NOM", "nom", "surname"), (95, "PRÉNOM", "prenom", "given_name")),
        ((50, "DATE DE NAISSANCE", "naissance", "birth_date"), (45, "SEXE", "sexe", "choice"),
         (95, "TÉLÉPHONE PORTABLE", "telephone", "phone")),
        ((190, "ADRESSE COMPLÈTE", "adresse", "address"),),
        ((38, "CODE POSTAL", "code_postal", "postal_code"), (66, "COMMUNE", "commune", "town"),
         (86, "ADRESSE E-MAIL (bien lisible)", "courriel", "email")),
        ((104, "PERSONNE À PRÉVENIR EN CAS D'URGENCE", "urgence", "person"),
         (86, "SON TÉLÉPHONE", "urgence_tel", "phone")),
    )  # fmt: skip
    for n, row in enumerate(rows):
        x, y = 10.0, 28 + n * _HIGH
        for wide, label, name, kind in row:
            box = _cell(sheet, x, y, wide, label)
            if kind == "choice":
                at = ((f"{name}_f", "F", x + 10, y + 9), (f"{name}_m", "M", x + 26, y + 9))
                options = [(key[-1], *rest) for key, *rest in at]
                sheet.ticks(name, kind, options, label="Sexe", side=3.4, size_pt=9)  # type: ignore[arg-type]
            else:
                sheet.lines(name, kind, [box], label=label.capitalize())
            x += wide


def _draw_courses(sheet: Sheet) -> None:
    top, high = 92.0, 7.2
    edges = (10.0, 52.0, 84.0, 142.0, 170.0, 200.0)
    sheet.box((10, top - 6, 190, 6), fill=_RED, edge=_RED)
    titles = ("COURS", "PUBLIC", "JOUR ET HEURE", "TARIF ANNUEL", "MON CHOIX")
    for title, left in zip(titles, edges, strict=False):
        sheet.text(left + 1.5, top - 1.8, title, 7.5, font=_BOLD, colour=(1, 1, 1))
    boxes: dict[str, Box] = {}
    for n, (option, (said, public, when, cents)) in enumerate(_COURSES.items()):
        y = top + n * high
        for text, left in zip((said, public, when), edges, strict=False):
            sheet.text(left + 1.5, y + 5, text, 9)
        sheet.text(edges[4] - 2, y + 5, f"{euros(cents, whole=False)} €", 9, align="right")
        boxes[option] = (183, y + 1.6, 4, 4)
        sheet.box(boxes[option], wide=0.25)
        sheet.rule(10, y + high, 200, y + high, wide=0.1)
    for x in edges:
        sheet.rule(x, top, x, top + len(_COURSES) * high, wide=0.1)
    sheet.marks("cours", "choice", boxes, label="Cours",
                options={option: said for option, (said, *_) in _COURSES.items()},
                tariffs={option: euros(cents) for option, (*_, cents) in _COURSES.items()},
                )  # fmt: skip


def _draw_money(sheet: Sheet) -> None:
    sheet.text(10, 143, "OPTIONS", 8, font=_BOLD, colour=_RED)
    options = [
        (option, f"{said} {f'{euros(cents)} €' if cents else 'gratuit'}", 10 + 62 * n, 149)
        for n, (option, (said, cents)) in enumerate(_OPTIONS.items())
    ]
    sheet.ticks("options", "ticks", options, label="Options", side=3.4, size_pt=9,
                tariffs=tariffs(_OPTIONS))  # fmt: skip
    sheet.text(10, 158, "RÈGLEMENT", 8, font=_BOLD, colour=_RED)
    paid = [(option, said, 10 + 32 * n, 164) for n, (option, said) in enumerate(_PAID.items())]
    sheet.ticks("reglement", "choice", paid, label="Règlement", side=3.4, size_pt=9,
                role="payment")  # fmt: skip
    sheet.box((146, 156, 54, 11), wide=0.5)
    sheet.text(148, 163.5, "TOTAL", 10, font=_BOLD)
    sheet.text(196, 163.5, "€", 10)
    sheet.lines("total", "amount", [(162, 157.5, 32, 8)], label="Total")
    sheet.text(10, 173, f"Pour un virement : IBAN {_IBAN} – BIC {_BIC}", 8)
    sheet.text(10, 177.5, "Deux adhérents de la même famille : 10 % de remise sur le second tarif, "
               "à voir avec le trésorier.", 8)  # fmt: skip


def _draw_end(sheet: Sheet) -> None:
    sheet.text(10, 188, "J'accepte que mon image paraisse sur le site du club :", 9)
    sheet.ticks("image", "yes_no", [("oui", "oui", 92, 188), ("non", "non", 108, 188)],
                label="Droit à l'image", side=3.4, size_pt=9)  # fmt: skip
    said = "J'ai répondu NON à toutes les questions du questionnaire de santé."
    sheet.ticks("sante", "checkbox", [("oui", said, 10, 196)], label="Questionnaire de santé",
                side=3.4, size_pt=9)  # fmt: skip
    sheet.text(10, 206, "Le règlement intérieur est affiché au gymnase. L'adhésion n'est "
               "enregistrée qu'avec le dossier complet.", 8)  # fmt: skip
    sheet.lines("fait_le", "date", [_cell(sheet, 10, 211, 40, "DATE")], label="Date")
    sheet.box((54, 211, 74, 30), wide=0.15)
    sheet.text(55.2, 214, "SIGNATURE (du représentant légal pour les mineurs)", 6.5)
    sheet.marks("signature", "signature", {"oui": (54.5, 215, 73, 25.5)}, label="Signature")
    sheet.box((132, 211, 68, 30), fill=_PALE, edge=(0.5, 0.5, 0.5))
    sheet.text(134, 215.5, "RÉSERVÉ AU CLUB", 8, font=_BOLD)
    for n, said in enumerate(("certificat médical", "paiement", "licence saisie le")):
        sheet.box((134, 218.4 + 7 * n, 3, 3), wide=0.2)
        sheet.text(139, 221 + 7 * n, said, 8)
    sheet.rule(163, 235.5, 197, 235.5, dots=True)
    sheet.office((132, 211, 68, 30))
    sheet.text(105, 252, "Association loi 1901 – contact@gymclub.example.org", 8, align="middle")


def _invent(made: Invention) -> dict[str, Any]:
    course = made.one_of(tuple(_COURSES))
    ages = {"baby": (2, 4), "eveil": (4, 6), "artistique": (7, 16), "trampoline": (10, 20),
            "entretien": (20, 59), "douce": (60, 84)}  # fmt: skip
    me = made.person(ages=ages[course])
    other = made.person(surname=me.surname if made.chance(0.6) else "")
    code, town = made.town()
    options = [option for option in _OPTIONS if made.chance(0.35)]
    return {
        "nom": me.surname,
        "prenom": me.given,
        "naissance": me.born.isoformat(),
        "sexe": made.one_of(("f", "f", "m", None)),
        "telephone": made.phone(),
        "adresse": made.street(),
        "code_postal": code,
        "commune": town,
        "courriel": made.email(me) if made.chance(0.9) else None,
        "urgence": other.name if made.chance(0.8) else None,
        "urgence_tel": made.phone() if made.chance(0.8) else None,
        "cours": course,
        "options": options,
        "reglement": made.one_of(tuple(_PAID)),
        "total": _COURSES[course][3] + sum(_OPTIONS[option][1] for option in options),
        "image": made.one_of(("oui", "oui", "non", None)),
        "sante": "oui" if made.chance(0.8) else None,
        "fait_le": made.day(TODAY, TODAY.replace(month=10)),
        "signature": "oui" if made.chance(0.9) else None,
    }


GYM = Blank("club-de-gymnastique", "Bulletin d'adhésion, Gym'Club de Saint-Orlan",
            "dense cells, a list of tariffs", _draw, _invent)  # fmt: skip
