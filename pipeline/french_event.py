"""What the secretary reads of days and of events, in French."""

import re
from datetime import date

from pipeline.event import About
from pipeline.money import format_cents

ABOUT = {
    About.TITLE: "Titre",
    About.ORGANISER: "Organisateur",
    About.DATE: "Date",
    About.PLACE: "Lieu",
    About.ADDRESS: "Adresse",
    About.PROGRAMME: "Programme",
    About.SPEAKER: "Intervenants",
    About.TARIFF: "Tarifs",
    About.DEADLINE: "Date limite",
    About.CONFIRMATION: "Confirmation",
    About.EMAIL: "E-mail",
    About.PHONE: "Téléphone",
    About.POSTAL: "Règlement à adresser à",
    About.IBAN: "IBAN",
    About.BIC: "BIC",
}
"""What a fact of a flyer is about, in the order in which readers want to know it."""
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def weekday(day: date) -> str:
    return _DAYS[day.weekday()]


def french_date(day: date) -> str:
    """``1er février 2018``"""
    return f"{day_and_month(day)} {day.year}"


def day_and_month(day: date) -> str:
    return f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]}"


def announced(about: About, value: str) -> str:
    """The value of a fact as readers write it; one that cannot be right is said to be illegible."""
    if not value:
        return "illisible ou faux"
    match about:
        case About.DATE | About.DEADLINE:
            return french_date(date.fromisoformat(value))
        case About.TARIFF:
            return format_cents(int(value)) if int(value) else "gratuit"
        case About.PROGRAMME:
            clocks = re.sub(r"0?(\d+):(\d\d)", "\\1\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}\\2", value)
            return clocks.replace("-", " – ")
        case About.PHONE:
            return _in_groups(re.sub(r"^\+33", "0", value), 2)
        case About.IBAN:
            return _in_groups(value, 4)
    return value


def _in_groups(text: str, size: int) -> str:
    return "\N{NO-BREAK SPACE}".join(text[i : i + size] for i in range(0, len(text), size))
