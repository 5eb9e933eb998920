"""A music school's year: two columns of typed underscores under section titles, where « Nom »
stands twice; squares that are characters."""

from typing import Any

from associations.blank import Blank
from associations.people import TODAY, Invention
from associations.prices import euros, tariffs
from associations.sheet import Rgb, Sheet

_BAND: Rgb = (0.84, 0.88, 0.95)
_INK: Rgb = (0.12, 0.16, 0.36)
_SQUARE = "\u2751"
_INSTRUMENTS = {"piano": "Piano", "guitare": "Guitare", "violon": "Violon", "flute": "Flûte",
                "batterie": "Batterie", "accordeon": "Accordéon"}  # fmt: skip
_COURSES = {"eveil": ("Éveil musical (5-6 ans)", 150_00), "solfege": ("Solfège seul", 165_00),
            "instrument": ("Instrument seul", 345_00),
            "complet": ("Instrument et solfège", 420_00)}  # fmt: skip
_GROUPS = {"orchestre": ("Orchestre", 45_00), "chorale": ("Chorale", 0),
           "jazz": ("Atelier jazz", 60_00)}  # fmt: skip
_PAID = {"un_cheque": "1 chèque", "trois_cheques": "3 chèques", "especes": "espèces"}
_RENT_CENTS = 18_00
_LEFT, _RIGHT = (14.0, 101.0), (109.0, 196.0)


def _section(sheet: Sheet, y: float, title: str, column: tuple[float, float]) -> None:
    sheet.box((column[0], y - 5, column[1] - column[0], 7), fill=_BAND, edge=None)
    sheet.text(column[0] + 2, y, title, 10.5, font="Helvetica-Bold", colour=_INK)


def _line(
    sheet: Sheet, y: float, label: str, name: str, kind: str, column: tuple[float, float],
    **keys: Any,
) -> None:  # fmt: skip
    sheet.entry(column[0], y, column[1], label, name, kind, rule="_", **keys)


def _draw(sheet: Sheet) -> None:
    sheet.text(105, 17, "École de musique associative « La Portée »", 17, font="Helvetica-Bold",
               colour=_INK, align="middle")  # fmt: skip
    sheet.text(105, 25, "Fiche d'inscription – année 2025/2026", 12, align="middle")
    sheet.text(105, 31, "Une fiche par élève, à déposer au secrétariat avant le 12 septembre", 9,
               font="Helvetica-Oblique", align="middle")  # fmt: skip
    _draw_left(sheet)
    _draw_right(sheet)
    sheet.text(14, 228, "Droit à l'image : j'autorise l'école à filmer les auditions", 10)
    sheet.ticks("image", "yes_no", [("oui", "oui", 114, 228), ("non", "non", 130, 228)],
                label="Droit à l'image", sign=_SQUARE, side=4.0)  # fmt: skip
    sheet.entry(14, 240, 70, "Fait à", "fait_a", "town", rule="_")
    sheet.entry(74, 240, 114, "le", "fait_le", "date", rule="_", called="Date")
    sheet.text(120, 240, "Signature du responsable :", 10)
    sheet.marks("signature", "signature", {"oui": (120, 242, 76, 26)}, label="Signature")
    sheet.text(105, 284, "La Portée – 7 place des Halles, 79300 Vieilleroche – "
               "laportee@example.org", 8, align="middle")  # fmt: skip
    sheet.says(
        sum={"total": "total", "tariffs": {"mois": euros(_RENT_CENTS)}},
        people={"named": ["eleve_nom", "eleve_prenom"]},
        organiser={"name": "La Portée", "email": "laportee@example.org"},
    )


def _draw_left(sheet: Sheet) -> None:
    _section(sheet, 43, "L'ÉLÈVE", _LEFT)
    asked = (("Nom :", "eleve_nom", "surname"), ("Prénom :", "eleve_prenom", "given_name"),
             ("Né(e) le :", "eleve_naissance", "birth_date"), ("Âge :", "age", "age"),
             ("Établissement scolaire :", "ecole", "text"))  # fmt: skip
    for n, (label, name, kind) in enumerate(asked):
        _line(sheet, 54 + 9.5 * n, label, name, kind, _LEFT)
    _section(sheet, 107, "LE PARENT OU RESPONSABLE", _LEFT)
    _line(sheet, 118, "Nom :", "parent_nom", "surname", _LEFT)
    _line(sheet, 127.5, "Prénom :", "parent_prenom", "given_name", _LEFT)
    _line(sheet, 137, "Adresse :", "adresse", "address", _LEFT, more=[(14, 146.5, 101)])
    _line(sheet, 156, "Code postal :", "code_postal", "postal_code", (14, 56))
    _line(sheet, 156, "Ville :", "ville", "town", (58, 101))
    _line(sheet, 165.5, "Tél. :", "telephone", "phone", _LEFT)
    _line(sheet, 175, "Mél :", "courriel", "email", _LEFT)
    _line(sheet, 184.5, "Profession :", "profession", "text", _LEFT)
    _line(sheet, 198, "Remarques :", "remarques", "long_text", _LEFT, more=[(14, 207, 101)])


def _draw_right(sheet: Sheet) -> None:
    _section(sheet, 43, "L'INSTRUMENT", _RIGHT)
    options = [
        (option, said, 111 + 29 * (n % 3), 53 + 8 * (n // 3))
        for n, (option, said) in enumerate(_INSTRUMENTS.items())
    ]
    sheet.ticks("instrument", "choice", options, label="Instrument", sign=_SQUARE, side=4.0)
    _line(sheet, 72, "Années de pratique :", "pratique", "number", _RIGHT)
    sheet.text(109, 82, "Avez-vous l'instrument ?", 10)
    sheet.ticks("possede", "yes_no", [("oui", "oui", 154, 82), ("non", "non", 170, 82)],
                label="Possède l'instrument", sign=_SQUARE, side=4.0)  # fmt: skip
    _section(sheet, 94, "LES COURS", _RIGHT)
    _priced(sheet, "cours", "choice", "Cours", _COURSES, 104)
    _section(sheet, 141, "LES PRATIQUES COLLECTIVES", _RIGHT)
    _priced(sheet, "collectif", "ticks", "Pratique collective", _GROUPS, 151)
    _section(sheet, 180, "LE RÈGLEMENT", _RIGHT)
    sheet.text(109, 190, "Location d'un instrument (18 € par mois)", 10)
    _line(sheet, 198, "Nombre de mois :", "mois", "count", _RIGHT)
    _line(sheet, 207, "Total à payer :", "total", "amount", _RIGHT, after="€", called="Total")
    paid = [(option, said, 111 + 29 * n, 216) for n, (option, said) in enumerate(_PAID.items())]
    sheet.ticks("reglement", "choice", paid, label="Règlement", sign=_SQUARE, side=4.0,
                role="payment")  # fmt: skip


def _priced(
    sheet: Sheet, name: str, kind: str, label: str, priced: dict[str, tuple[str, int]], y: float
) -> None:
    """A square a line, and what it costs at the column's right edge."""
    at = [(option, said, 111.0, y + 8 * n) for n, (option, (said, _)) in enumerate(priced.items())]
    for (_, cents), (*_, down) in zip(priced.values(), at, strict=True):
        said = f"{euros(cents)} €" if cents else "gratuite"
        sheet.text(195, down, said, 10, font="Helvetica-Bold", align="right")
    sheet.ticks(name, kind, at, label=label, sign=_SQUARE, side=4.0,
                tariffs=tariffs(priced))  # fmt: skip


def _invent(made: Invention) -> dict[str, Any]:
    parent = made.person(ages=(28, 55))
    pupil = made.person(ages=(5, 17), surname=parent.surname if made.chance(0.7) else "")
    code, town = made.town()
    course = made.one_of(tuple(_COURSES))
    groups = [name for name in _GROUPS if made.chance(0.3)]
    plays = course in ("instrument", "complet")
    months = made.number(1, 10) if plays and made.chance(0.4) else 0
    total = _COURSES[course][1] + sum(_GROUPS[name][1] for name in groups) + months * _RENT_CENTS
    return {
        "eleve_nom": pupil.surname,
        "eleve_prenom": pupil.given,
        "eleve_naissance": pupil.born.isoformat(),
        "age": (TODAY - pupil.born).days // 365,
        "ecole": made.one_of(("École Jean-Zay", "Collège Mendès-France", "École des Tilleuls",
                              "Lycée Marguerite-Yourcenar")),
        "parent_nom": parent.surname,
        "parent_prenom": parent.given,
        "adresse": made.street(),
        "code_postal": code,
        "ville": town,
        "telephone": made.phone(),
        "courriel": made.email(parent) if made.chance(0.9) else None,
        "profession": made.one_of(("Menuisier", "Assistante sociale", "Agricultrice", None)),
        "remarques": made.one_of(("Merci d'éviter le mercredi matin", "Souhaite jouer avec sa sœur "
                                  "à l'orchestre du samedi", None)),
        "instrument": made.one_of(tuple(_INSTRUMENTS)) if plays else None,
        "pratique": made.number(1, 9) if plays and made.chance(0.8) else None,
        "possede": made.one_of(("oui", "non")) if plays else None,
        "cours": course,
        "collectif": groups,
        "mois": months or None,
        "total": total,
        "reglement": made.one_of(tuple(_PAID)),
        "image": made.one_of(("oui", "oui", "non")),
        "fait_a": town,
        "fait_le": made.day(TODAY, TODAY.replace(month=10)),
        "signature": "oui" if made.chance(0.9) else None,
    }  # fmt: skip


MUSIC = Blank("ecole-de-musique", "Fiche d'inscription, école de musique La Portée",
              "two columns of underscores", _draw, _invent)  # fmt: skip
