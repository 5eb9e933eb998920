"""A festival's volunteers: labels and colons in a column, nothing to write on, a photo to glue in
and room to sign."""

from typing import Any

from associations.blank import Blank
from associations.people import Invention
from associations.sheet import GREY, Sheet

_BOLD = "Helvetica-Bold"
_COLON = 68.0
_DAYS = (("vendredi", "vendredi"), ("samedi", "samedi"), ("dimanche", "dimanche"),
         ("demontage", "démontage"))  # fmt: skip
_SIZES = (("s", "S"), ("m", "M"), ("l", "L"), ("xl", "XL"))
_TEAMS = {"bar": "Bar", "accueil": "Accueil", "technique": "Montage technique", "tri": "Tri"}
_YES_NO = (("oui", "oui"), ("non", "non"))


def _line(
    sheet: Sheet, y: float, label: str, name: str, kind: str, *, to_x: float = 190, **keys: Any
) -> None:
    """A label that ends where all do, and nothing behind it."""
    start = sheet.width_mm(label, 11)
    sheet.entry(_COLON - start, y, to_x, label, name, kind, size_pt=11, rule="none", **keys)


def _asked(sheet: Sheet, y: float, label: str) -> tuple[float, float]:
    """The same of words to ring; gives where they begin."""
    sheet.text(_COLON, y, label, 11, align="right")
    return (_COLON + 4, y)


def _draw(sheet: Sheet) -> None:
    sheet.text(15, 20, "FESTIVAL DES VIEUX GRÉEMENTS", 18, font=_BOLD)
    sheet.text(15, 28, "Devenir bénévole – du 17 au 19 juillet 2026, port de Kermarzin", 12)
    sheet.box((155, 34, 35, 45), edge=GREY, wide=0.3)
    sheet.text(172.5, 56, "Photo", 10, colour=GREY, align="middle")
    sheet.marks("photo", "photo", {"oui": (155, 34, 35, 45)}, label="Photo")
    _line(sheet, 44, "Nom :", "nom", "surname", to_x=150)
    _line(sheet, 55, "Prénom :", "prenom", "given_name", to_x=150)
    _line(sheet, 66, "Date de naissance :", "naissance", "birth_date", to_x=150)
    _line(sheet, 77, "Téléphone :", "telephone", "phone", to_x=150)
    _line(sheet, 88, "Courriel :", "courriel", "email")
    _line(sheet, 99, "Adresse :", "adresse", "address")
    _line(sheet, 110, "Code postal et ville :", "ville", "postal_town")
    _line(sheet, 121, "Profession :", "profession", "text")
    sheet.words("jours", "ticks", _DAYS, _asked(sheet, 136, "Je suis disponible :"),
                label="Disponibilités", between="     ")  # fmt: skip
    sheet.text(190, 136, "(entourez)", 9, colour=GREY, align="right")
    sheet.words("taille", "choice", _SIZES, _asked(sheet, 147, "Taille de tee-shirt :"),
                label="Taille", between="     ")  # fmt: skip
    sheet.words("permis", "yes_no", _YES_NO, _asked(sheet, 158, "Permis de conduire :"),
                label="Permis de conduire", between="  ou  ")  # fmt: skip
    sheet.text(_COLON, 169, "Équipe souhaitée :", 11, align="right")
    lefts = (72.0, 94.0, 122.0, 170.0)
    teams = [(option, said, x, 169.0)
             for (option, said), x in zip(_TEAMS.items(), lefts, strict=True)]  # fmt: skip
    sheet.ticks("equipe", "choice", teams, label="Équipe", size_pt=11)
    _line(sheet, 180, "Éditions déjà faites :", "editions", "number", to_x=100)
    _line(sheet, 191, "Personne à prévenir :", "urgence", "person")
    _line(sheet, 202, "Son téléphone :", "urgence_tel", "phone")
    _line(sheet, 213, "Remarques :", "remarques", "long_text")
    sheet.text(15, 235, "Chaque bénévole reçoit ses repas, une boisson par service et l'entrée des "
               "trois soirées.", 10)  # fmt: skip
    _line(sheet, 247, "Date :", "fait_le", "date", to_x=112)
    x = sheet.text(116, 247, "Signature :", 11)
    sheet.marks("signature", "signature", {"oui": (x + 2, 240, 188 - x, 26)}, label="Signature")
    sheet.text(15, 281, "Les Amis des vieux gréements, capitainerie, 29770 Kermarzin – "
               "benevoles@example.org", 8.5, colour=GREY)  # fmt: skip
    sheet.says(
        people={"named": ["nom", "prenom"]},
        event={"name": "Festival des vieux gréements", "place": "port de Kermarzin"},
    )


def _invent(made: Invention) -> dict[str, Any]:
    me, other = made.person(ages=(16, 72)), made.person()
    code, town = made.town()
    days = [name for name, _ in _DAYS if made.chance(0.5)]
    return {
        "photo": "oui" if made.chance(0.6) else None,
        "nom": me.surname,
        "prenom": me.given,
        "naissance": me.born.isoformat(),
        "telephone": made.phone(),
        "courriel": made.email(me),
        "adresse": made.street(),
        "ville": f"{code} {town}",
        "profession": made.one_of(("Étudiante", "Électricien", "Retraité", "Graphiste", None)),
        "jours": days or ["samedi"],
        "taille": made.one_of(tuple(name for name, _ in _SIZES)),
        "permis": made.one_of(("oui", "non")),
        "equipe": made.one_of(tuple(_TEAMS)),
        "editions": made.number(1, 14) if made.chance(0.6) else None,
        "urgence": other.name,
        "urgence_tel": made.phone(),
        "remarques": made.one_of(("Je préfère travailler le matin, au port",
                                  "Avec ma fille", None)),
        "fait_le": f"2026-0{made.number(3, 6)}-{made.number(1, 28):02}",
        "signature": "oui" if made.chance(0.9) else None,
    }  # fmt: skip


VOLUNTEER = Blank("benevoles-du-festival", "Devenir bénévole, festival des Vieux Gréements",
                  "labels and colons only, a photo", _draw, _invent)  # fmt: skip
