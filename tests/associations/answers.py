"""How people write a value: the same day as ``12/03/2014`` or ``12 mars 2014``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from associations.people import Invention
from associations.sheet import Place
from pipeline.text import fold

MARKS = ("checkbox", "choice", "ticks", "yes_no", "signature", "photo")
_MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
           "octobre", "novembre", "décembre")  # fmt: skip
_SUMS_WRONG_BY = (-10_00, -5_00, -1_00, 1_00, 5_00, 10_00, 20_00, 50_00)
TOTALS = ("total", "montant")
"""What the six call the sum people write below."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands in one place: a text, or options that are marked; neither where it is empty."""

    place: Place
    text: str = ""
    marked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Habits:
    """What one person does alike all over a sheet."""

    capitals: bool
    euro: str
    """What follows an amount."""
    cents: bool
    day: str
    phone: str


def habits(made: Invention) -> Habits:
    return Habits(
        capitals=made.chance(0.35),
        euro=made.one_of(("", "", " €", "€")),
        cents=made.chance(0.4),
        day=made.one_of(("/", "/", "/", ".", "-", "words", "short")),
        phone=made.one_of((" ", " ", ".", "", " ")),
    )


def spoil_sum(values: dict[str, Any], rng: np.random.Generator) -> bool:
    """Let the person add up wrongly: the value becomes what they write. Whether there is a sum."""
    field = next((name for name in TOTALS if values.get(name)), "")
    if not field:
        return False
    wrong = int(_SUMS_WRONG_BY[int(rng.integers(len(_SUMS_WRONG_BY)))])
    values[field] = max(values[field] + wrong, 1_00)
    return True


def answers(
    places: Sequence[Place], values: Mapping[str, Any], ways: Habits, made: Invention
) -> list[Answer]:
    """What stands in each place; amounts have their sign only where none is printed behind."""
    return [_answer(place, _value_at(place, values), ways, made) for place in places]


def _value_at(place: Place, values: Mapping[str, Any]) -> Any:
    value = values[place.field]
    if not place.row:
        return value
    return value[place.row - 1] if place.row <= len(value) else None


def _answer(place: Place, value: Any, ways: Habits, made: Invention) -> Answer:
    if value is None or value == "" or value == []:
        return Answer(place)
    if place.type in MARKS:
        return Answer(place, marked=tuple(value) if isinstance(value, list) else (value,))
    if place.comb:
        return Answer(place, text=_in_cells(place, value))
    return Answer(place, text=_written(place, value, ways, made))


def _in_cells(place: Place, value: Any) -> str:
    """Digits and capitals without accents: what is printed between the cells is not written."""
    if place.type in ("date", "birth_date"):
        return date.fromisoformat(value).strftime("%d%m%Y")
    text = fold(str(value)).upper()
    return text[: sum(place.comb)]


def _written(place: Place, value: Any, ways: Habits, made: Invention) -> str:
    match place.type:
        case "date" | "birth_date":
            return _day(date.fromisoformat(value), ways.day, place.type)
        case "phone":
            pairs = [value[i : i + 2] for i in range(0, 10, 2)]
            return ways.phone.join(pairs)
        case "iban" | "siret":
            size = 4 if place.type == "iban" else 3
            groups = [value[i : i + size] for i in range(0, len(value), size)]
            if place.type == "siret":
                groups = [*groups[:3], value[9:]]
            return " ".join(groups) if made.chance(0.85) else value
        case "amount":
            return _amount(value, ways)
        case "surname" | "town":
            return fold(value).upper() if ways.capitals else value
        case "postal_town":
            return value.upper() if ways.capitals else value
        case _:
            return str(value)


def _day(day: date, way: str, kind: str) -> str:
    if way == "words":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    if way == "short" and kind == "birth_date":
        return f"{day:%d/%m/%y}"
    sign = way if len(way) == 1 else "/"
    return f"{day:%d}{sign}{day:%m}{sign}{day.year}"


def _amount(cents: int, ways: Habits) -> str:
    whole, rest = divmod(cents, 100)
    text = f"{whole},{rest:02}" if rest or ways.cents else f"{whole}"
    return text + ways.euro
