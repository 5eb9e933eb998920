"""Texts as people write them into the fields of a form; everybody in them is invented."""

import numpy as np

from pipeline import fields
from pipeline.decoding import lexicon
from pipeline.fields import Means
from pipeline.records import FieldValue
from pipeline.simulate import contents, names
from pipeline.simulate.contents import Habits, Person, pick

_DATE, _DIGITS = "date", "digits"
"""Kinds of lines that belong to no field type yet."""
_WIDE: dict[str, float] = {
    Means.PERSON: 0.34,
    Means.EMAIL: 0.28,
    Means.ORGANISATION: 0.16,
    Means.PHONE: 0.17,
    _DATE: 0.05,
}
_NARROW: dict[str, float] = {Means.COUNT: 0.45, Means.AMOUNT: 0.4, _DIGITS: 0.1, _DATE: 0.05}
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
    *("septembre", "octobre", "novembre", "décembre"),
)
_WIDE_MM = 60.0
_USUAL = 2000
"""Rare names are made from so many of the commonest."""
_LETTERS = "abcdefghijklmnopqrstuvwxyzaeioulnr"
_PARTICLES = ("de", "du", "de la", "d'", "Le", "La", "des", "ben", "van", "von", "da")


def invent_habits(rng: np.random.Generator) -> Habits:
    """How one writer writes; all ways about as often, for the recogniser must know them all."""
    return Habits(
        name_order=int(rng.integers(5)),
        phone=int(rng.choice(8, p=(0.3, 0.14, 0.2, 0.12, 0.08, 0.06, 0.05, 0.05))),
        zero=pick(rng, ("0", "0", "-", "/", "--", "néant")),
        amount=int(rng.integers(8)),
    )


def invent_line(rng: np.random.Generator, habits: Habits, width_mm: float) -> tuple[str, str]:
    """The field type and the text of a line of that width."""
    wide = width_mm >= _WIDE_MM
    kind = choose_kind(rng, wide=wide)
    return type_of(kind), invent_text(kind, rng, habits, wide=wide)


def invent_rare_line(rng: np.random.Generator, habits: Habits, width_mm: float) -> tuple[str, str]:
    """The same, but that everybody bears names that stand in no lexicon."""
    if width_mm < _WIDE_MM:
        return invent_line(rng, habits, width_mm)
    return type_of(Means.PERSON), contents.write_person(invent_rare_person(rng), rng, habits)


def type_of(kind: str) -> str:
    """The product's own field type for lines of that kind; the kind itself where it has none."""
    return fields.meaning(Means(kind))[0] if kind in [*Means] else kind


def choose_kind(rng: np.random.Generator, *, wide: bool) -> str:
    """What a text for a wide or a narrow line is about."""
    shares = _WIDE if wide else _NARROW
    return str(rng.choice(list(shares), p=list(shares.values())))


def invent_text(kind: str, rng: np.random.Generator, habits: Habits, *, wide: bool) -> str:
    """What somebody writes into a field that means this."""
    match kind:
        case Means.PERSON:
            return contents.write_person(invent_person(rng), rng, habits)
        case Means.ORGANISATION:
            return invent_organisation(rng)
        case Means.EMAIL:
            return invent_email(rng)
        case Means.PHONE:
            return _spelled(kind, contents.invent_phone(rng))[habits.phone]
        case "date":
            return invent_date(rng, wide=wide)
        case Means.COUNT:
            return invent_count(rng, habits)
        case Means.AMOUNT:
            cents = int(rng.choice((rng.integers(1, 120) * 1000, rng.integers(1, 100_000))))
            return _spelled(kind, cents)[habits.amount]
        case _:
            return "".join(str(d) for d in rng.integers(0, 10, int(rng.integers(1, 7))))


def _spelled(kind: str, value: FieldValue) -> list[str]:
    return fields.load(type_of(kind)).spellings(value)


_ORGANISATION_PARTS = (
    *("C.C.A.S. de", "Mairie de", "CHRS", "Association", "S.A.V.S.", "EHPAD", "ESAT de", "UDAF"),
    *("Foyer de", "Conseil départemental", "Mission locale de", "Centre social", "MAIS", "Emmaüs"),
    *("Coallia", "ADAPEI", "APF France handicap", "Croix-Rouge", "Secours Catholique", "CIAS"),
    *("Adoma", "Aurore", "SAMSAH", "FAM", "MAS", "IME", "ITEP", "SESSAD", "CMP", "PMI", "CADA"),
    *("CPOM", "CAMSP", "GEM", "HUDA", "SIAO", "Pension de famille", "Maison d'enfants", "Lycée"),
)


def invent_organisation(rng: np.random.Generator) -> str:
    """A service: half the generator's, half made of any words that services are named with, so
    that no spelling is leaned towards."""
    draw = rng.random()
    if draw < 0.45:
        return contents.invent_organisation(rng)
    part = str(pick(rng, _ORGANISATION_PARTS))
    if draw < 0.6:
        return f"{part} {_town(rng)}"
    words = [_word(rng, "organisation_words") for _ in range(int(rng.integers(1, 4)))]
    name = " ".join(word[0].upper() + word[1:] if rng.random() < 0.6 else word for word in words)
    name = f"{part.removesuffix(' de')} {name}"
    return name.upper() if rng.random() < 0.2 else name


def invent_person(rng: np.random.Generator) -> Person:
    """Somebody: half the generator's people, half any French names, however rare."""
    if rng.random() < 0.35:
        return contents.invent_person(rng)
    given, surname = _word(rng, "given_names"), _word(rng, "surnames")
    draw = rng.random()
    if draw < 0.1:
        given = f"{given}-{_word(rng, 'given_names')}"
    elif draw < 0.2:
        surname = f"{surname}{pick(rng, '- ')}{_word(rng, 'surnames')}"
    elif draw < 0.28:
        particle = pick(rng, _PARTICLES)
        surname = f"{particle}{'' if particle.endswith(chr(39)) else ' '}{surname}"
    return Person(given, surname)


def invent_rare_person(rng: np.random.Generator) -> Person:
    """Somebody whose names are one letter away from usual ones and stand in no lexicon."""
    return Person(_rare_word(rng, "given_names"), _rare_word(rng, "surnames"))


def _rare_word(rng: np.random.Generator, name: str) -> str:
    known = [lexicon.load(kind) for kind in ("given_names", "surnames")]
    while True:
        word = pick(rng, lexicon.load(name).entries[:_USUAL])
        at = int(rng.integers(1, len(word)))
        other = str(pick(rng, _LETTERS))
        changed = pick(
            rng,
            (
                word[:at] + other + word[at + 1 :],
                word[:at] + word[at + 1 :],
                word[:at] + other + word[at:],
            ),
        )
        if changed.isalpha() and len(changed) > 3 and not any(changed in words for words in known):
            return str(changed)


def invent_email(rng: np.random.Generator) -> str:
    """An address of somebody, at a provider or at a domain of any name."""
    person = invent_person(rng)
    address = contents.invent_email(person, contents.invent_organisation(rng), rng)
    if rng.random() < 0.5:
        local, _ = address.split("@")
        domain = pick(rng, lexicon.load("email_domains").entries)
        if rng.random() < 0.3:
            ending = pick(rng, ("fr", "fr", "com", "org", "net", "eu", "asso.fr"))
            domain = f"{contents.plain(_word(rng, 'surnames'))}.{ending}"
        address = f"{local}@{domain}"
    return address


def invent_date(rng: np.random.Generator, *, wide: bool) -> str:
    """A date in figures, or on a wide line in words, perhaps behind a town."""
    day, month, year = rng.integers(1, 29), rng.integers(1, 13), rng.integers(1990, 2030)
    if wide and rng.random() < 0.7:
        written = f"{day} {_MONTHS[month - 1]} {year}"
        return f"{_town(rng)}, le {written}" if rng.random() < 0.5 else written
    sign = pick(rng, "//.-")
    return f"{day:02d}{sign}{month:02d}{sign}{year if rng.random() < 0.6 else f'{year % 100:02d}'}"


def invent_count(rng: np.random.Generator, habits: Habits) -> str:
    """A small number, sometimes with its unit, or one of the signs for none."""
    draw = rng.random()
    if draw < 0.25:
        return habits.zero
    number = int(rng.integers(1, 10) if draw < 0.9 else rng.integers(10, 100))
    if draw < 0.85:
        return str(number)
    return pick(rng, (f"{number:02d}", f"{number} x", f"x {number}", f"{number} pers", f"{number}"))


def _town(rng: np.random.Generator) -> str:
    return str(pick(rng, names.TOWNS))


def _word(rng: np.random.Generator, name: str) -> str:
    return pick(rng, lexicon.load(name).entries)
