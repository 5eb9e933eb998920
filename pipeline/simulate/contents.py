"""Invented people fill in any form: what they mean (the truth) and what their pen writes."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from pipeline.decoding.communes import codes_of
from pipeline.fields import Means, Nature, find, load, means, nature, several
from pipeline.forms.schema import Form
from pipeline.forms.zone import Zone
from pipeline.judging.postal import zone_pairs
from pipeline.records import FieldValue
from pipeline.roles import BETWEEN
from pipeline.simulate import names
from pipeline.simulate.combs import into_comb

OF_PEOPLE = (Means.PERSON, Means.SURNAME, Means.GIVEN_NAME)
T = TypeVar("T")
Truth = str | int | list[str]


@dataclass(frozen=True, slots=True)
class Person:
    given: str
    surname: str


@dataclass(frozen=True, slots=True)
class Filling:
    """One filled form.

    ``fields`` is the truth (counts as numbers, amounts in cents, phones as ten digits).
    ``written`` is what stands on the paper: by zone, one text a line of a repeated zone; for a
    zone of options those that are chosen. ``total_due_cents`` is what the tariff gives.
    ``people`` are those who registered, in the order of their lines; those of a table fill its
    rows.
    """

    fields: dict[str, Truth]
    written: dict[str, tuple[str, ...]]
    total_due_cents: int | None = None
    people: tuple[Person, ...] = ()

    def texts_in(self, zone: Zone) -> tuple[str, ...]:
        """What stands in a zone; in one that is a row of a column, what stands in that row."""
        name, is_row, row = zone.field.partition(".")
        texts = self.written[name]
        if not is_row:
            return texts
        return tuple(o for text in texts[int(row) - 1 : int(row)] for o in text.split(BETWEEN))


@dataclass(frozen=True, slots=True)
class Habits:
    """How one sender writes, all over the form; the keys of the writing functions below."""

    name_order: int
    phone: int
    zero: str
    amount: int


_MONEY = (Means.COUNT, Means.AMOUNT)
_LEFT_OUT = 0.2
"""How often what nobody depends on is left blank."""
_WRONG_CODE = 0.03
"""How often a town is written beside a code that is another's."""


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    """One of the options, each as likely as another."""
    return options[int(rng.integers(len(options)))]


def invent(form: Form, rng: np.random.Generator, *, wrong_sums: float = 0.08) -> Filling:
    """Somebody fills in the form; ``wrong_sums`` is the share of senders who add up wrongly.

    A zone of a type not known here stays empty.
    """
    habits = _invent_habits(rng)
    people = _invent_people(form, rng)
    organisation = invent_organisation(rng)
    counts = _invent_counts(form, rng, named=len(people))
    fields: dict[str, Truth] = {}
    written: dict[str, tuple[str, ...]] = {}
    beside = _invent_beside(form, people, habits, rng)
    due: int | None = None
    if form.is_priced:
        due = sum(counts.get(n, 0) * cents for n, cents in form.tariffs_cents.items())
        due += sum(form.fixed_cents.values())
        due += sum(_adds(form.zone(name), *held) for name, held in beside.items())
    for zone in form.zones:
        value: Truth
        text: tuple[str, ...]
        if zone.field in beside:
            fields[zone.field], written[zone.field] = beside[zone.field]
            continue
        match means(zone.type):
            case Means.ORGANISATION:
                value = organisation
                text = (value,)
            case Means.PERSON | Means.SURNAME | Means.GIVEN_NAME as part:
                here = [_named(person, part, habits, rng) for person in people]
                value = here if zone.repeated else here[0]
                text = tuple(here) if zone.repeated else (here[0],)
            case Means.EMAIL:
                value = invent_email(people[0], organisation, rng)
                text = (value,)
            case Means.PHONE:
                value = invent_phone(rng)
                text = (_spelled(zone, value, habits.phone),)
            case Means.COUNT:
                value = counts[zone.field]
                text = (str(value) if value else habits.zero,)
            case Means.AMOUNT:
                value = _amount(form, zone, due, counts)
                if value < 0:
                    value = int(rng.integers(1, 400)) * 50
                elif zone.field == form.total and rng.random() < wrong_sums:
                    value = _add_up_wrongly(value, form, counts, rng)
                text = (_spelled(zone, value, habits.amount),)
            case _:
                value, text = _invent_other(zone, rng)
        fields[zone.field], written[zone.field] = into_comb(zone, value, text, rng)
    _give_codes(form, fields, written, rng)
    _leave_out(form, fields, written, rng)
    if form.uncounted:
        counted = sum(counts[name] for name in form.counted)
        fields[form.uncounted] = len(people) - counted
    return Filling(fields, written, due, tuple(people))


def _give_codes(
    form: Form,
    fields: dict[str, Truth],
    written: dict[str, tuple[str, ...]],
    rng: np.random.Generator,
) -> None:
    """Write beside each town a postal code of its own, where one is asked for."""
    for code, town in zone_pairs(form).items():
        if rng.random() >= _WRONG_CODE and (codes := sorted(codes_of(str(fields[town])))):
            chosen = pick(rng, codes)
            fields[code] = chosen
            written[code] = (_spelled(form.zone(code), chosen, int(rng.integers(6)) // 5),)


def _leave_out(
    form: Form,
    fields: dict[str, Truth],
    written: dict[str, tuple[str, ...]],
    rng: np.random.Generator,
) -> None:
    """Leave blank some of what says neither who registers nor where to write, as people do."""
    roles = form.roles
    needed = {roles.named, roles.given, roles.who, *roles.contacts}
    for zone in form.zones:
        is_written = nature(zone.type) is not Nature.MARK and means(zone.type) not in _MONEY
        may_be_blank = is_written and not zone.repeated and zone.field not in needed
        if may_be_blank and rng.random() < _LEFT_OUT:
            fields[zone.field], written[zone.field] = "", ()


def _invent_options(zone: Zone, rng: np.random.Generator) -> tuple[str, ...]:
    """What somebody chooses: one of the options or none, or each of several as often as not."""
    options = tuple(zone.boxes)
    if not several(zone.type):
        return (pick(rng, (*options, *options, "")),)
    return tuple(option for option in options if rng.random() < 0.5)


def _invent_beside(
    form: Form, people: Sequence[Person], habits: Habits, rng: np.random.Generator
) -> dict[str, tuple[Truth, tuple[str, ...]]]:
    """What has to be known before the sum is, and what the rows of tables say of each person."""
    beside: dict[str, tuple[Truth, tuple[str, ...]]] = {}
    for zone in form.zones:
        if zone.field in form.adds:
            cents = int(rng.integers(0, 3)) * 1000
            text = (_spelled(zone, cents, habits.amount),) if cents else ()
            beside[zone.field] = cents or "", text
        elif zone.repeated and means(zone.type) not in OF_PEOPLE:
            each = [_invent_other(zone, rng) for _ in people[: zone.rows]]
            truths = [str(value) for value, _ in each]
            beside[zone.field] = truths, tuple(BETWEEN.join(text) for _, text in each)
        elif zone.tariffs_cents:
            beside[zone.field] = _invent_other(zone, rng)
    return beside


def _invent_other(zone: Zone, rng: np.random.Generator) -> tuple[str | int, tuple[str, ...]]:
    """The truth and the text of a field that nothing else on the form says anything of."""
    if zone.boxes:
        chosen = _invent_options(zone, rng)
        return BETWEEN.join(chosen), chosen
    if find(zone.type) is None or (invent_value := zone.field_type.invent) is None:
        return "", ()
    invented, line = invent_value(rng)
    return invented, (line,)


def _adds(zone: Zone, value: Truth, texts: Sequence[str]) -> int:
    """What is due for the options chosen in a zone, or for the amount that stands there."""
    if not zone.tariffs_cents:
        return value if isinstance(value, int) else 0
    return sum(zone.tariffs_cents.get(text, 0) for text in texts)


def _amount(form: Form, zone: Zone, due: int | None, counts: Mapping[str, int]) -> int:
    """What follows from the rest of the form; -1 for what does not."""
    if zone.field == form.total and due is not None:
        return due
    lines = form.sum.lines if form.sum else {}
    count = next((count for count, line in lines.items() if line == zone.field), "")
    return counts[count] * form.tariffs_cents[count] if count else -1


def _named(person: Person, part: Means, habits: Habits, rng: np.random.Generator) -> str:
    """A name, or what a form asks of it."""
    match part:
        case Means.SURNAME:
            return person.surname.upper()
        case Means.GIVEN_NAME:
            return person.given
        case _:
            return write_person(person, rng, habits)


def _invent_habits(rng: np.random.Generator) -> Habits:
    return Habits(
        name_order=int(rng.choice(5, p=(0.34, 0.3, 0.15, 0.17, 0.04))),
        phone=int(rng.choice(8, p=(0.34, 0.16, 0.2, 0.12, 0.08, 0.04, 0.03, 0.03))),
        zero=pick(rng, ("", "", "", "0", "0", "-", "-", "/")),
        amount=int(rng.integers(8)),
    )


def invent_person(rng: np.random.Generator) -> Person:
    """A person nobody knows; one in nine bears a compound name of one kind or another."""
    given = pick(rng, names.COMPOUND_GIVEN if rng.random() < 0.11 else names.GIVEN)
    draw = rng.random()
    if draw < 0.13:
        return Person(given, pick(rng, names.PARTICLE_SURNAMES))
    surname = pick(rng, names.SURNAMES)
    if draw < 0.2:
        surname = f"{surname}-{pick(rng, names.SURNAMES)}"
    return Person(given, surname)


def invent_organisation(rng: np.random.Generator) -> str:
    """A service of the French social sector."""
    name = pick(rng, names.SERVICES).format(
        house=pick(rng, names.HOUSES),
        town=pick(rng, names.TOWNS),
        department=pick(rng, names.DEPARTMENTS),
        number=pick(rng, ("22", "29", "35", "44", "49", "53", "56", "72", "85")),
    )
    name = re.sub(r"\bde (?=[AEÉIO])", "d'", name.replace(" de Le ", " du "))
    return name.upper() if rng.random() < 0.12 else name


def invent_email(person: Person, organisation: str, rng: np.random.Generator) -> str:
    """An address at a provider or at a domain of the organisation's own."""
    given, surname = plain(person.given), plain(person.surname)
    initials = "".join(part[0] for part in re.split(r"[-' ]", person.given))
    joint = pick(rng, (".", ".", ".", "-", "_", ""))
    local = pick(
        rng,
        (
            f"{given}{joint}{surname}",
            f"{given}{joint}{surname}",
            f"{plain(initials)}{joint}{surname}",
            f"{surname}{joint}{given}",
            f"{surname}{rng.integers(1, 99)}",
            f"{pick(rng, ('accueil', 'contact', 'direction', 'secretariat', 'formation'))}",
            f"{pick(rng, ('accueil', 'direction', 'secretariat', 'rh', 'cadre'))}{joint}{surname}",
        ),
    )
    if rng.random() < 0.5:
        return f"{local}@{pick(rng, names.PROVIDERS)}"
    return f"{local}@{invent_domain(organisation, rng)}"


def invent_domain(organisation: str, rng: np.random.Generator) -> str:
    """A domain of the organisation's own, made of its words."""
    words = [
        w
        for w in re.split(r"[^a-z0-9]+", _fold(organisation).replace(".", ""))
        if w not in _SMALL_WORDS
    ]
    own = pick(rng, ("-", "-", "")).join(words[:3])
    return f"{own}.{pick(rng, ('fr', 'fr', 'fr', 'asso.fr', 'org', 'com', 'bzh', 'eu'))}"


def invent_phone(rng: np.random.Generator) -> str:
    """Ten digits."""
    start = pick(rng, ("02", "02", "02", "06", "06", "06", "07", "01", "03", "04", "05", "09"))
    third = int(rng.integers(3 if start == "07" else 0, 10))
    return f"{start}{third}" + "".join(str(d) for d in rng.integers(0, 10, 7))


def write_person(person: Person, rng: np.random.Generator, habits: Habits) -> str:
    """A name in the sender's order and case; now and then capitals lose their accents."""
    upper = person.surname.upper()
    if rng.random() < 0.25:
        upper = unaccented(upper)
    return (
        f"{person.given} {upper}",
        f"{upper} {person.given}",
        f"{person.surname} {person.given}",
        f"{person.given} {person.surname}",
        f"{person.given.upper()} {upper}",
    )[habits.name_order]


def _spelled(zone: Zone, value: FieldValue, habit: int) -> str:
    """A value in the way that is somebody's habit, among those that its type knows."""
    ways = load(zone.type).spellings(value)
    return ways[habit % len(ways)]


def _invent_people(form: Form, rng: np.random.Generator) -> list[Person]:
    """The people a form names (at least one: somebody writes), often of one service."""
    room = max(
        (z.rows for z in form.zones if means(z.type) in OF_PEOPLE and z.repeated),
        default=1,
    )
    weights = 0.6 ** np.arange(room)
    return [invent_person(rng) for _ in range(1 + int(rng.choice(room, p=weights / weights.sum())))]


def _invent_counts(form: Form, rng: np.random.Generator, *, named: int) -> dict[str, int]:
    """Counts that agree with the people named: who is counted nowhere is a student."""
    counts = {
        z.field: int(rng.integers(0, named + 1)) for z in form.zones if means(z.type) is Means.COUNT
    }
    if not form.counted:
        return counts
    left = named - (int(rng.integers(1, named + 1)) if rng.random() < 0.15 else 0)
    *some, last = rng.permutation(np.array(form.counted, dtype=object))
    for name in some:
        counts[name] = int(pick(rng, (0, left, left, int(rng.integers(0, left + 1)))))
        left -= counts[name]
    return counts | {last: left}


def _add_up_wrongly(
    due: int, form: Form, counts: Mapping[str, int], rng: np.random.Generator
) -> int:
    """A total that is not ``due``: one thing too many or too few, a line left out, a slip."""
    left_out = tariff = 500
    if form.tariffs_cents:
        name, tariff = pick(rng, tuple(form.tariffs_cents.items()))
        left_out = due - counts[name] * tariff
    off = (tariff, -tariff, 1000, -1000, 100, -90, 900)
    slips = (left_out, *(due + cents for cents in off))
    return pick(rng, [cents for cents in slips if cents > 0 and cents != due])


_SMALL_WORDS = {"de", "du", "la", "le", "les", "l", "d", "des", "sur", "sous", "c", "a", "s", "u"}


def unaccented(text: str) -> str:
    """The same letters without their accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _fold(text: str) -> str:
    return unaccented(text).lower().replace("œ", "oe")


def plain(name: str) -> str:
    """A name as it stands in an e-mail address."""
    return re.sub(r"[^a-z-]", "", _fold(name))
