"""First-aid training, to fill in on screen: tinted fields without edges behind their labels, radio
buttons, and field names that say nothing, as form editors give them."""

from typing import Any

from associations import fillable
from associations.blank import Blank
from associations.people import Invention
from associations.prices import tariffs
from associations.sheet import WHITE, Box, Rgb, Sheet

_RED: Rgb = (0.78, 0.07, 0.12)
_TINT: Rgb = (0.88, 0.92, 0.98)
_BOLD = "Helvetica-Bold"
_COURSES = {"psc": ("PSC 1, un samedi", 65_00), "recyclage": ("Recyclage", 35_00),
            "initiation": ("Initiation de deux heures", 0)}  # fmt: skip
_WHEN = {"samedi": "le samedi", "soir": "en soirée", "vacances": "pendant les vacances"}
_PAYERS = {"moi": "moi-même", "employeur": "mon employeur", "association": "une association"}
_SITES = (" ", "Ancenville", "Bourg-le-Sec", "La Rochemaure")
_HIGH = 7.0


def _field(
    sheet: Sheet, y: float, label: str, span: tuple[float, float], name: str, kind: str, *,
    x: float = 15, said: str = "", choices: tuple[str, ...] = (), **keys: Any,
) -> None:  # fmt: skip
    """A label, and a tinted field from ``span[0]`` to ``span[1]``; a tooltip where ``said``."""
    box = (span[0], y - 5, span[1] - span[0], _HIGH)
    sheet.text(x, y, label, 10)
    sheet.box(box, fill=_TINT, edge=None)
    number = sheet.canvas.getPageNumber() * 100 + round(y)
    fillable.text_field(sheet, f"Texte{number}_{round(x)}", box, said, choices=choices)
    if choices:
        keys["choices"] = choices
    sheet.lines(name, kind, [box], label=label.strip(" *:"), fillable=True, **keys)


def _square(sheet: Sheet, said: str, x: float, y: float) -> Box:
    box = (x, y - 3.8, 4.2, 4.2)
    sheet.box(box, edge=(0.4, 0.4, 0.4), wide=0.25)
    sheet.text(x + 6, y, said, 10)
    return box


def _title(sheet: Sheet, y: float, title: str) -> None:
    sheet.text(15, y, title, 12, font=_BOLD, colour=_RED)
    sheet.rule(15, y + 1.8, 195, y + 1.8, wide=0.3)


def _draw(sheet: Sheet) -> None:
    sheet.box((15, 10, 14, 14), fill=_RED, edge=None)
    for bar in ((20.5, 12.0, 3.0, 10.0), (17.0, 15.5, 10.0, 3.0)):
        sheet.box(bar, fill=WHITE, edge=None)
    sheet.text(34, 17, "Les Sauveteurs du Val d'Auzon", 18, font=_BOLD, colour=_RED)
    sheet.text(34, 24, "Inscription à une formation aux premiers secours", 12)
    sheet.text(15, 33, "Remplissez ce formulaire à l'écran, puis renvoyez-le à "
               "secours@example.org. Les champs marqués * sont obligatoires.", 9)  # fmt: skip
    _title(sheet, 43, "Vous")
    _field(sheet, 53, "Nom *", (42, 102), "nom", "surname", said="Nom de famille")
    _field(sheet, 53, "Prénom *", (130, 195), "prenom", "given_name", x=110, said="Prénom")
    _field(sheet, 63, "Nom de naissance", (48, 102), "nom_naissance", "surname")
    _field(sheet, 63, "Né(e) le *", (130, 160), "naissance", "birth_date", x=110)
    _field(sheet, 73, "Lieu de naissance", (48, 102), "lieu", "town")
    _field(sheet, 73, "Tél. *", (130, 195), "telephone", "phone", x=110)
    _field(sheet, 83, "Adresse *", (42, 195), "adresse", "address")
    _field(sheet, 93, "Code postal *", (42, 66), "code_postal", "postal_code")
    _field(sheet, 93, "Commune *", (96, 195), "commune", "town", x=74)
    _field(sheet, 103, "Courriel *", (42, 195), "courriel", "email", said="Adresse électronique")
    _title(sheet, 117, "Votre formation")
    _radios(sheet, "formation", "Formation", "Groupe1",
            {option: f"{said} – {f'{cents // 100} €' if cents else 'gratuit'}"
             for option, (said, cents) in _COURSES.items()}, (127, 60),
            tariffs=tariffs(_COURSES))  # fmt: skip
    _field(sheet, 138, "Lieu souhaité", (42, 102), "site", "text", choices=_SITES)
    _field(sheet, 138, "Participants", (134, 154), "participants", "count", x=110)
    sheet.text(15, 149, "Disponible", 10)
    boxes = {}
    for n, (option, said) in enumerate(_WHEN.items()):
        boxes[option] = _square(sheet, said, 42 + 44 * n, 149)
        fillable.check(sheet, f"Case{n + 1}", boxes[option], "")
    sheet.marks("disponible", "ticks", boxes, label="Disponible", options=_WHEN, fillable=True)
    _title(sheet, 163, "Règlement")
    _radios(sheet, "payeur", "Payeur", "Groupe2", _PAYERS, (173, 50), role="none")
    _field(sheet, 184, "Structure", (42, 120), "structure", "organisation")
    _field(sheet, 184, "SIRET", (142, 195), "siret", "siret", x=126, said="SIRET de la structure")
    _field(sheet, 194, "Montant (€)", (42, 70), "montant", "amount")
    _field(sheet, 204, "Besoins particuliers", (52, 195), "besoins", "text")
    box = _square(sheet, "J'accepte les conditions générales et le règlement intérieur.", 15, 218)
    fillable.check(sheet, "Case9", box, "Conditions générales")
    sheet.marks("conditions", "checkbox", {"oui": box}, label="Conditions générales",
                fillable=True)  # fmt: skip
    _field(sheet, 230, "Date", (27, 60), "fait_le", "date")
    sheet.text(75, 230, "Signature", 10)
    sheet.box((95, 224, 100, 26), edge=(0.4, 0.4, 0.4), wide=0.25)
    sheet.marks("signature", "signature", {"oui": (95, 224, 100, 26)}, label="Signature")
    sheet.text(105, 280, "Les Sauveteurs du Val d'Auzon, 1 quai des Mariniers, 43390 Auzon-le-Bas",
               8, align="middle")  # fmt: skip
    sheet.says(sum={"total": "montant"}, people={"named": ["nom", "prenom"]})


def _radios(
    sheet: Sheet, name: str, label: str, group: str, options: dict[str, str],
    at: tuple[float, float], **keys: Any,
) -> None:  # fmt: skip
    """Buttons of which one is on, ``at[1]`` mm from one to the next."""
    boxes: dict[str, Box] = {}
    for n, (option, said) in enumerate(options.items()):
        boxes[option] = _square(sheet, said, 15 + at[1] * n, at[0])
        fillable.radio(sheet, group, f"choix{n + 1}", boxes[option], "")
    sheet.marks(name, "choice", boxes, label=label, options=options, fillable=True, **keys)


def _invent(made: Invention) -> dict[str, Any]:
    me = made.person(ages=(16, 70))
    (code, town), (_, birthplace) = made.town(), made.town()
    course = made.one_of(tuple(_COURSES))
    payer = made.one_of(tuple(_PAYERS))
    firm = made.one_of(("Menuiserie du Val", "Régie de quartier", "Crèche Pomme d'Api"))
    return {
        "nom": me.surname,
        "prenom": me.given,
        "nom_naissance": made.person().surname if made.chance(0.3) else None,
        "naissance": me.born.isoformat(),
        "lieu": birthplace,
        "telephone": made.phone(),
        "adresse": made.street(),
        "code_postal": code,
        "commune": town,
        "courriel": made.email(me),
        "formation": course,
        "site": made.one_of(_SITES[1:]),
        "participants": made.number(1, 12) if made.chance(0.5) else None,
        "disponible": [name for name in _WHEN if made.chance(0.5)],
        "payeur": payer,
        "structure": firm if payer != "moi" else None,
        "siret": made.siret() if payer != "moi" and made.chance(0.7) else None,
        "montant": _COURSES[course][1] or None,
        "besoins": made.one_of(("Accès en fauteuil roulant", "Malentendant", None, None)),
        "conditions": "oui" if made.chance(0.9) else None,
        "fait_le": f"2026-0{made.number(1, 6)}-{made.number(1, 28):02}",
        "signature": "oui" if made.chance(0.6) else None,
    }


TRAINING = Blank("premiers-secours", "Inscription, Les Sauveteurs du Val d'Auzon",
                 "AcroForm with radio buttons and mute names", _draw, _invent,
                 acroform=True)  # fmt: skip
