"""A course for volunteers, as an AcroForm: text, squares, combs, and a list to choose from."""

from typing import Any

from associations import fillable
from associations.blank import Blank
from associations.people import Invention
from associations.sheet import Box, Rgb, Sheet

_TEAL: Rgb = (0.0, 0.42, 0.45)
_EDGE: Rgb = (0.55, 0.62, 0.65)
_COURSES = {"decouverte": ("Découverte (1 jour)", 45_00), "complet": ("Parcours complet", 120_00)}
_MODULES = {"ordinateur": "Ordinateur", "telephone": "Téléphone", "demarches": "Démarches en ligne",
            "securite": "Sécurité"}  # fmt: skip
_REGIONS = (" ", "Bretagne", "Normandie", "Pays de la Loire", "Centre-Val de Loire")


def _field(
    sheet: Sheet, name: str, kind: str, label: str, box: Box, *, choices: tuple[str, ...] = (),
    cells: int = 0, **keys: Any,
) -> None:  # fmt: skip
    """A label above a frame, in which a viewer writes, and a pen where it is printed."""
    x, y, w, h = box
    sheet.text(x, y - 1.5, label, 9, colour=_TEAL)
    sheet.box(box, edge=_EDGE, wide=0.25, round_mm=0 if cells else 1)
    for cell in range(1, cells):
        sheet.rule(x + cell * w / cells, y, x + cell * w / cells, y + h, wide=0.15)
    fillable.text_field(sheet, name, box, label, cells=cells, choices=choices)
    if choices:
        keys["choices"] = choices
    if cells:
        keys["comb"] = [cells]
    sheet.lines(name, kind, [box], label=label, fillable=True, **keys)


def _square(sheet: Sheet, name: str, option: str, said: str, at: tuple[float, float]) -> Box:
    x, y = at
    side = 4.5
    box = (x, y - side + 0.6, side, side)
    sheet.box(box, edge=_EDGE, wide=0.25)
    sheet.text(x + side + 1.5, y, said, 10)
    style = "check" if option != "complet" else "cross"
    fillable.check(sheet, f"{name}_{option}", box, said, style=style)
    return box


def _draw(sheet: Sheet) -> None:
    sheet.box((14, 12, 3, 20), fill=_TEAL, edge=None)
    sheet.text(21, 20, "Le Fil Numérique", 20, font="Helvetica-Bold", colour=_TEAL)
    sheet.text(21, 29, "Former des bénévoles à l'aide informatique – demande d'inscription", 12)
    _field(sheet, "structure", "organisation", "Structure", (14, 42, 112, 8))
    _field(sheet, "siret", "siret", "SIRET", (130, 42, 66, 8))
    _field(sheet, "nom", "surname", "Nom", (14, 58, 89, 8))
    _field(sheet, "prenom", "given_name", "Prénom", (107, 58, 89, 8))
    _field(
        sheet, "naissance", "birth_date", "Date de naissance (JJMMAAAA)", (14, 74, 64, 8), cells=8
    )
    _field(sheet, "telephone", "phone", "Téléphone", (82, 74, 50, 8))
    _field(sheet, "age", "age", "Âge", (136, 74, 20, 8))
    _field(sheet, "courriel", "email", "Courriel", (14, 90, 182, 8))
    _field(sheet, "adresse", "address", "Adresse", (14, 106, 182, 8))
    _field(sheet, "code_postal", "postal_code", "Code postal", (14, 122, 40, 8), cells=5)
    _field(sheet, "ville", "town", "Ville", (58, 122, 84, 8))
    _field(sheet, "region", "text", "Région", (146, 122, 50, 8), choices=_REGIONS)
    sheet.text(14, 142, "Formation souhaitée", 11, font="Helvetica-Bold")
    boxes = {
        option: _square(
            sheet, "formation", option, f"{said} : {cents // 100} €", (14 + 70 * n, 151)
        )
        for n, (option, (said, cents)) in enumerate(_COURSES.items())
    }
    sheet.marks("formation", "choice", boxes, label="Formation", fillable=True,
                options={option: said for option, (said, _) in _COURSES.items()},
                tariffs={option: str(cents // 100) for option, (_, cents) in _COURSES.items()}
                )  # fmt: skip
    sheet.text(14, 162, "Modules", 11, font="Helvetica-Bold")
    boxes = {
        option: _square(sheet, "modules", option, said, (14 + 46 * n, 171))
        for n, (option, said) in enumerate(_MODULES.items())
    }
    sheet.marks("modules", "ticks", boxes, label="Modules", options=_MODULES, fillable=True)
    sheet.text(14, 183, "J'ai déjà accompagné du public", 10)
    boxes = {
        option: _square(sheet, "experience", option, option, (80 + 22 * n, 183))
        for n, option in enumerate(("oui", "non"))
    }
    sheet.marks("experience", "yes_no", boxes, label="Expérience", fillable=True)
    _field(sheet, "participants", "number", "Nombre de participants", (14, 194, 40, 8))
    _field(sheet, "montant", "amount", "Montant (€)", (58, 194, 40, 8))
    _field(sheet, "iban", "iban", "IBAN de la structure", (102, 194, 94, 8))
    _field(sheet, "motivation", "long_text", "Vos attentes", (14, 212, 182, 8))
    _field(sheet, "fait_le", "date", "Date", (14, 230, 50, 8))
    sheet.text(80, 228.5, "Signature", 9, colour=_TEAL)
    sheet.box((80, 230, 116, 26), edge=_EDGE, wide=0.25, round_mm=1)
    sheet.marks("signature", "signature", {"oui": (80, 230, 116, 26)}, label="Signature")
    sheet.text(14, 277, "Le Fil Numérique, maison des associations, 37170 Chambrelle", 8)
    sheet.says(sum={"total": "montant"}, people={"named": ["nom", "prenom"]})


def _invent(made: Invention) -> dict[str, Any]:
    me = made.person(ages=(19, 75))
    code, town = made.town()
    course = made.one_of(tuple(_COURSES))
    house = made.one_of(("Secours amical", "Régie de quartier", "Amicale laïque", "Centre social"))
    return {
        "structure": f"{house} {made.one_of(('des Rives', 'du Plateau', 'Jean-Moulin'))}",
        "siret": made.siret() if made.chance(0.8) else None,
        "nom": me.surname,
        "prenom": me.given,
        "naissance": me.born.isoformat(),
        "telephone": made.phone(),
        "age": None if made.chance(0.3) else 2025 - me.born.year,
        "courriel": made.email(me),
        "adresse": made.street(),
        "code_postal": code,
        "ville": town,
        "region": made.one_of(_REGIONS[1:]),
        "formation": course,
        "modules": [name for name in _MODULES if made.chance(0.45)],
        "experience": made.one_of(("oui", "non", None)),
        "participants": made.number(1, 140) if made.chance(0.6) else None,
        "montant": _COURSES[course][1],
        "iban": made.iban() if made.chance(0.6) else None,
        "motivation": made.one_of(("Aider les habitants du quartier", "Mieux connaître les outils",
                                   "Ouvrir une permanence le mardi", None)),
        "fait_le": f"2025-09-{made.number(1, 30):02}",
        "signature": "oui" if made.chance(0.7) else None,
    }  # fmt: skip


TUTORING = Blank("formation-de-benevoles", "Demande d'inscription, Le Fil Numérique", "AcroForm",
                 _draw, _invent, acroform=True)  # fmt: skip
