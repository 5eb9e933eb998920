"""A holiday colony's fiche, as it was typed on a typewriter long ago: dotted leaders, words to
strike out; what is left of it is a grey scan that lies askew."""

from typing import Any

from associations.blank import Blank
from associations.people import Invention
from associations.prices import tariffs
from associations.sheet import Sheet

_BOLD = "Courier-Bold"
_STAYS = {"juillet_1": ("du 5 au 18 juillet", 468_00), "juillet_2": ("du 19 au 31 juillet", 445_00),
          "aout": ("du 3 au 16 août", 486_00)}  # fmt: skip
_SEXES = (("f", "fille"), ("g", "garçon"))
_DIETS = (("sans_porc", "sans porc"), ("vegetarien", "végétarien"), ("sans_gluten", "sans gluten"))
_YES_NO = (("oui", "oui"), ("non", "non"))


def _draw(sheet: Sheet) -> None:
    sheet.text(20, 22, "Association LES GENETS D'OR", 12, font=_BOLD)
    sheet.text(20, 28, "4 chemin du Phare - 29890 PLOUERZEL", 11)
    sheet.text(105, 42, "COLONIE DE VACANCES - ÉTÉ 2026", 14, font=_BOLD, align="middle")
    sheet.text(105, 48, "FICHE D'INSCRIPTION", 12, align="middle")
    sheet.text(105, 51.5, "=" * 21, 10, align="middle")
    _line(sheet, 63, "NOM DE L'ENFANT :", "nom", "surname")
    _line(sheet, 72, "PRÉNOM :", "prenom", "given_name", to_x=118)
    x = sheet.text(124, 72, "Sexe :", 11)
    x = sheet.words("sexe", "choice", _SEXES, (x + 4, 72), label="Sexe", between=" - ", strike=True)
    _line(sheet, 81, "NÉ(E) LE :", "naissance", "birth_date", to_x=100)
    _line(sheet, 81, "à", "lieu", "town", x=104, called="Lieu de naissance")
    sheet.text(124, 67.2, "(rayer la mention inutile)", 8)
    _line(sheet, 90, "ADRESSE DES PARENTS :", "adresse", "address", more=[(20, 99, 190)])
    _line(sheet, 108, "CODE POSTAL :", "code_postal", "postal_code", to_x=88)
    _line(sheet, 108, "VILLE :", "ville", "town", x=92)
    _line(sheet, 117, "TÉL. DOMICILE :", "domicile", "phone", to_x=106)
    _line(sheet, 117, "PORTABLE :", "portable", "phone", x=110)
    _line(sheet, 126, "PERSONNE À PRÉVENIR :", "prevenir", "person")
    sheet.text(20, 139, "SÉJOUR CHOISI (cocher la case) :", 11)
    stays = [
        (option, f"{said} : {cents // 100} euros", 30, 148 + 8 * n)
        for n, (option, (said, cents)) in enumerate(_STAYS.items())
    ]
    sheet.ticks("sejour", "choice", stays, label="Séjour", size_pt=11, side=4.2,
                tariffs=tariffs(_STAYS))  # fmt: skip
    x = sheet.text(20, 176, "RÉGIME :", 11)
    x = sheet.words("regime", "ticks", _DIETS, (x + 4, 176), label="Régime", between="   ")
    sheet.text(x + 5, 176, "(entourer)", 9)
    x = sheet.text(20, 185, "L'ENFANT SAIT NAGER :", 11)
    sheet.words("nager", "yes_no", _YES_NO, (x + 4, 185), label="Sait nager", between=" - ",
                strike=True)  # fmt: skip
    _line(sheet, 195, "ALLERGIES :", "allergies", "long_text", more=[(20, 204, 190)])
    _line(sheet, 214, "ACOMPTE VERSÉ :", "acompte", "amount", to_x=110, after="euros")
    _line(sheet, 224, "FAIT À", "fait_a", "town", to_x=90)
    _line(sheet, 224, "LE", "fait_le", "date", x=94, to_x=140, called="Date")
    sheet.text(20, 234, "SIGNATURE DES PARENTS :", 11)
    sheet.marks("signature", "signature", {"oui": (20, 236, 78, 26)}, label="Signature")
    sheet.box((112, 232, 78, 30), wide=0.4)
    sheet.text(114, 237.5, "CADRE RÉSERVÉ À L'ASSOCIATION", 8.5, font=_BOLD)
    sheet.text(114, 246, "Dossier n° " + "." * 19, 10)
    sheet.text(114, 255, "Reçu le " + "." * 22, 10)
    sheet.office((112, 232, 78, 30))
    sheet.text(105, 276, "Joindre le carnet de vaccinations et deux timbres.", 9, align="middle")
    sheet.says(people={"named": ["nom", "prenom"]})


def _line(
    sheet: Sheet, y: float, label: str, name: str, kind: str, *, x: float = 20, to_x: float = 190,
    **keys: Any,
) -> None:  # fmt: skip
    sheet.entry(x, y, to_x, label, name, kind, size_pt=11, rule=".", **keys)


def _invent(made: Invention) -> dict[str, Any]:
    child = made.person(ages=(6, 14))
    parent = made.person(surname=child.surname)
    (code, town), (_, birthplace) = made.town(), made.town()
    return {
        "nom": child.surname,
        "prenom": child.given,
        "sexe": made.one_of(("f", "g")),
        "naissance": child.born.isoformat(),
        "lieu": birthplace,
        "adresse": made.street(),
        "code_postal": code,
        "ville": town,
        "domicile": made.phone() if made.chance(0.5) else None,
        "portable": made.phone(),
        "prevenir": parent.name,
        "sejour": made.one_of(tuple(_STAYS)),
        "regime": [name for name, _ in _DIETS if made.chance(0.2)],
        "nager": made.one_of(("oui", "oui", "non")),
        "allergies": made.one_of(("Pollen", "Arachides, trousse d'urgence dans le sac", None)),
        "acompte": made.one_of((100_00, 150_00, 200_00, 468_00)),
        "fait_a": town,
        "fait_le": f"2026-0{made.number(2, 5)}-{made.number(1, 28):02}",
        "signature": "oui" if made.chance(0.9) else None,
    }


COLONY = Blank("colonie-de-vacances", "Fiche d'inscription, colonie Les Genêts d'or",
               "a typewriter's, scanned grey and askew", _draw, _invent, font="Courier",
               scanned=True, tilt_deg=1.4, paper=0.86)  # fmt: skip
