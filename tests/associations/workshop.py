"""A weekend of workshops: landscape, with printed words to ring or to strike out."""

from typing import Any

from associations.blank import Blank
from associations.people import Invention
from associations.sheet import GREY, Sheet

_HALVES = (("matin", "matin"), ("apres_midi", "après-midi"), ("journee", "journée"))
_HALF_CENTS = {"matin": 18_00, "apres_midi": 18_00, "journee": 32_00}
_CRAFTS = (("poterie", "poterie"), ("vannerie", "vannerie"), ("reliure", "reliure"),
           ("teinture", "teinture végétale"))  # fmt: skip
_LEVELS = (("debutant", "débutant"), ("confirme", "confirmé"))
_PAID = (("cheque", "chèque"), ("especes", "espèces"), ("virement", "virement"))
_YES_NO = (("oui", "oui"), ("non", "non"))
_SERIF, _BOLD, _SLANTED = "Times-Roman", "Times-Bold", "Times-Italic"


def _draw(sheet: Sheet) -> None:
    sheet.text(148.5, 18, "Les Ateliers du Vieux Lavoir", 22, font=_BOLD, align="middle")
    sheet.text(148.5, 26, "Week-end des savoir-faire – samedi 15 et dimanche 16 novembre 2025", 13,
               align="middle")  # fmt: skip
    sheet.text(148.5, 32, "Bulletin à rendre avant le 31 octobre. Entourez ou rayez les mots.", 10,
               font=_SLANTED, colour=GREY, align="middle")  # fmt: skip
    sheet.rule(14, 36, 283, 36, wide=0.4)
    sheet.rule(148.5, 42, 148.5, 176, wide=0.2)
    _draw_who(sheet)
    _draw_what(sheet)
    sheet.text(148.5, 201, "Les Ateliers du Vieux Lavoir, 5 rue de la Fontaine, 86340 Saint-Maixme "
               "– 05 49 00 00 00", 9, colour=GREY, align="middle")  # fmt: skip
    sheet.says(
        sum={"total": "total", "adds": ["don"], "tariffs": {"repas": "14"}},
        people={"named": ["nom", "prenom"]},
    )


def _draw_who(sheet: Sheet) -> None:
    x = sheet.words("civilite", "choice", (("mme", "Mme"), ("m", "M.")), (14, 50),
                    label="Civilité", strike=True)  # fmt: skip
    sheet.text(x + 4, 50, "(rayer la mention inutile)", 9, font=_SLANTED, colour=GREY)
    sheet.entry(14, 61, 143, "Nom", "nom", "surname", size_pt=11)
    sheet.entry(14, 71, 143, "Prénom", "prenom", "given_name", size_pt=11)
    sheet.entry(14, 81, 143, "Adresse", "adresse", "address", size_pt=11, more=[(14, 91, 143)])
    sheet.entry(14, 101, 58, "Code postal", "code_postal", "postal_code", size_pt=11)
    sheet.entry(62, 101, 143, "Commune", "commune", "town", size_pt=11)
    sheet.entry(14, 111, 143, "Téléphone", "telephone", "phone", size_pt=11)
    sheet.entry(14, 121, 143, "Courriel", "courriel", "email", size_pt=11)
    x = sheet.text(14, 133, "Déjà adhérent(e) de l'association :", 11)
    sheet.words("adherent", "yes_no", _YES_NO, (x + 4, 133), label="Adhérent")
    x = sheet.text(14, 144, "Je peux covoiturer :", 11)
    sheet.words("covoiturage", "yes_no", _YES_NO, (x + 4, 144), label="Covoiturage")
    x = sheet.text(14, 155, "J'accepte de figurer sur les photos :", 11)
    sheet.words("photos", "yes_no", _YES_NO, (x + 4, 155), label="Photos", strike=True)
    sheet.entry(14, 168, 143, "Allergies", "allergies", "text", size_pt=11)


def _draw_what(sheet: Sheet) -> None:
    left, right = 154, 283
    x = sheet.text(left, 50, "Samedi :", 11, font=_BOLD)
    sheet.words("samedi", "choice", _HALVES, (x + 4, 50), label="Samedi",
                tariffs={"matin": "18", "apres_midi": "18", "journee": "32"})  # fmt: skip
    x = sheet.text(left, 61, "Dimanche :", 11, font=_BOLD)
    sheet.words("dimanche", "choice", _HALVES, (x + 4, 61), label="Dimanche",
                tariffs={"matin": "18", "apres_midi": "18", "journee": "32"})  # fmt: skip
    sheet.text(left, 69, "(demi-journée : 18 € ; journée : 32 €)", 9, font=_SLANTED, colour=GREY)
    x = sheet.text(left, 80, "Ateliers :", 11, font=_BOLD)
    sheet.words("ateliers", "ticks", _CRAFTS, (x + 4, 80), label="Ateliers", between="   ")
    x = sheet.text(left, 91, "Niveau :", 11, font=_BOLD)
    x = sheet.words("niveau", "choice", _LEVELS, (x + 4, 91), label="Niveau", strike=True)
    sheet.text(x + 4, 91, "(rayer la mention inutile)", 9, font=_SLANTED, colour=GREY)
    sheet.entry(left, 103, right - 50, "Nombre de repas (14 € le repas)", "repas", "count",
                size_pt=11, called="Nombre de repas")  # fmt: skip
    sheet.entry(left, 113, right - 50, "Don de soutien", "don", "amount", size_pt=11, after="€",
                called="Don")  # fmt: skip
    sheet.entry(left, 123, right - 50, "Total à régler", "total", "amount", size_pt=11, after="€",
                called="Total")  # fmt: skip
    x = sheet.text(left, 134, "Par :", 11)
    sheet.words("reglement", "choice", _PAID, (x + 4, 134), label="Règlement", role="payment")
    sheet.entry(left, 145, left + 60, "Le", "fait_le", "date", size_pt=11, called="Date")
    sheet.text(left, 154, "Signature :", 11)
    sheet.marks("signature", "signature", {"oui": (left + 22, 149, 90, 24)},
                label="Signature")  # fmt: skip
    sheet.box((14, 179, 269, 14), fill=(0.9, 0.9, 0.9), edge=None)
    sheet.text(17, 184, "Ne rien écrire ici – bureau :", 9, font=_SLANTED)
    sheet.office((14, 179, 269, 14))


def _invent(made: Invention) -> dict[str, Any]:
    me = made.person()
    code, town = made.town()
    days = [made.one_of(("matin", "apres_midi", "journee", None)) for _ in range(2)]
    days = days if any(days) else ["journee", None]
    crafts = [name for name, _ in _CRAFTS if made.chance(0.4)]
    meals, gift = made.number(0, 4), made.one_of((0, 0, 0, 5_00, 10_00, 20_00))
    total = sum(_HALF_CENTS[day] for day in days if day) + meals * 14_00 + gift
    return {
        "civilite": made.one_of(("mme", "m")),
        "nom": me.surname,
        "prenom": me.given,
        "adresse": made.street(),
        "code_postal": code,
        "commune": town,
        "telephone": made.phone(),
        "courriel": made.email(me) if made.chance(0.9) else None,
        "adherent": made.one_of(("oui", "non")),
        "covoiturage": made.one_of(("oui", "non", None)),
        "photos": made.one_of(("oui", "oui", "non")),
        "allergies": made.one_of(("Gluten", "Fruits à coque", "Aucune", None, None)),
        "samedi": days[0],
        "dimanche": days[1],
        "ateliers": crafts or ["poterie"],
        "niveau": made.one_of(("debutant", "confirme")),
        "repas": meals or None,
        "don": gift or None,
        "total": total,
        "reglement": made.one_of(tuple(name for name, _ in _PAID)),
        "fait_le": f"2025-10-{made.number(1, 30):02}",
        "signature": "oui" if made.chance(0.9) else None,
    }


WORKSHOP = Blank("week-end-des-savoir-faire", "Bulletin, Les Ateliers du Vieux Lavoir",
                 "landscape, words to ring", _draw, _invent, size_mm=(297.0, 210.0),
                 font="Times-Roman")  # fmt: skip
