"""What binds the fields of a form together, as ``form.toml`` states it; a kind is a class here.

``[sum]`` and ``[people]`` say what outputs need to know as well; ``[[constraints]]`` are any number
of further ones. Each tells whether some values keep to it, and how often senders do not.
"""

import datetime
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import prod
from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pipeline.check_digits import mod_97
from pipeline.decoding.companies import is_siren, is_siret
from pipeline.fields import Means
from pipeline.language import tr
from pipeline.money import parse_cents
from pipeline.records import FieldValue
from pipeline.text import fold

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Use = tuple[str, str, tuple[Means, ...]]
"""Where a constraint names a zone, the zone's name, and what it may mean (none: anything)."""
_NUMBERS = (Means.COUNT, Means.AMOUNT)
NAMES_PEOPLE = (Means.PERSON, Means.SURNAME)
"""What lines hold of which each is a person's."""
_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d\d)")


def _in_cents(written: object) -> int:
    if not isinstance(written, str):
        raise ValueError(tr('an amount stands in quotes, as people write it, like "13,50"'))
    cents = parse_cents(written)
    if cents is None:
        raise ValueError(tr('{written!r} is no amount: write it like "13,50"', written=written))
    return cents


Cents = Annotated[int, Field(ge=0)]
Written = Annotated[int, BeforeValidator(_in_cents)]
"""An amount as people write it; cents inside."""


class Part(BaseModel):
    """A part of a ``form.toml``; an unknown key is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sum(Part):
    """``total`` = the sum of each count times its tariff, which is written in one of two ways, of
    what the options cost that are chosen, and of ``adds``: amounts that are added as they stand.

    ``total`` is empty where nobody is asked to write it. ``lines``: the zone where a count's own
    amount is written, by the count. ``fixed``: what every form costs, whatever is written on it;
    ``labels``, what readers call that.
    """

    total: str = ""
    written_cents: dict[str, Written] = Field(default={}, alias="tariffs")
    whole_cents: dict[str, Cents] = Field(default={}, alias="tariffs_cents")
    adds: tuple[str, ...] = ()
    lines: dict[str, str] = {}
    fixed_cents: dict[Name, Written] = Field(default={}, alias="fixed")
    labels: dict[str, str] = {}

    @model_validator(mode="after")
    def _is_written_once(self) -> Self:
        if self.written_cents and self.whole_cents:
            raise ValueError(tr("a sum has either tariffs or tariffs_cents"))
        return self

    @property
    def tariffs_cents(self) -> dict[str, int]:
        """Cents that one of each field costs."""
        return self.written_cents or self.whole_cents


class People(Part):
    """Lines of ``named`` filled = the sum of ``counted`` + ``uncounted``, never negative.

    ``named``: a zone of persons, or a zone of surnames and one of given names, of which those of a
    row are one person's. ``labels``: what outputs call one person of a count; without, the field's
    name. ``members``: the one of ``counted`` that a list of members can tell. Without ``counted``,
    people are only named.
    """

    zones: str | tuple[str, str] = Field(alias="named")
    counted: tuple[str, ...] = ()
    uncounted: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*)?$")] = ""
    labels: dict[str, str] = {}
    members: str = ""

    @model_validator(mode="after")
    def _calls_all_something(self) -> Self:
        if self.counted and not self.uncounted:
            raise ValueError(tr("uncounted is missing: the name of those whom no count covers"))
        return self

    @property
    def named(self) -> str:
        """The lines of people; of their surnames, where given names stand in another zone."""
        return self.zones if isinstance(self.zones, str) else self.zones[0]

    @property
    def zones_named(self) -> tuple[str, ...]:
        """The zones that name people."""
        return (self.zones,) if isinstance(self.zones, str) else self.zones

    @property
    def given(self) -> str:
        """The zone of given names, where these stand apart; else empty."""
        return "" if isinstance(self.zones, str) else self.zones[1]


class _Constraint(Part):
    """``broken``: how often a sender does not keep to it; ``message`` is for the secretary."""

    kind: str
    broken: Annotated[float, Field(gt=0, lt=1)] = 0.05
    message: str = ""

    ways: ClassVar[float] = 1.0
    """Among how many values a sender who breaks it chooses."""
    chance: ClassVar[float] = 0.5
    """How often unknown values happen to keep to it."""

    @property
    def rule(self) -> str:
        """What a finding says it breaks."""
        return _rule_of(self.kind)

    @property
    def says(self) -> str:
        """What ``french`` calls it."""
        return self.kind

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The fields that are bound together; ``holds`` is asked about each group."""
        raise NotImplementedError

    @property
    def totals(self) -> tuple[str, ...]:
        """Fields that are never bent to the others."""
        return ()

    def uses(self) -> Iterator[Use]:
        """The zones that are named, with what they must be."""
        raise NotImplementedError

    def holds(self, values: Sequence[FieldValue]) -> bool | None:
        """Whether the values of a group keep to it; None where that cannot be known."""
        raise NotImplementedError

    def weight(self, *, holds: bool | None) -> float:
        """How likely a sender writes so, for one given way of writing so."""
        kept, broken = 1.0 - self.broken, self.broken / self.ways
        if holds is None:
            return self.chance * kept + (1.0 - self.chance) * broken
        return kept if holds else broken


class Arithmetic(_Constraint):
    """A written ``total`` that follows from other fields; a sender errs by some plausible amount.

    ``due`` takes numbers, or arrays of them that broadcast.
    """

    total: str
    ways: ClassVar[float] = 200.0
    chance: ClassVar[float] = 0.0
    slip: ClassVar[float] = 0.01
    """How often a sender writes one given total of ``mistaken``."""

    @property
    def parts(self) -> tuple[str, ...]:
        raise NotImplementedError

    def due(self, numbers: Sequence[int]) -> int:
        raise NotImplementedError

    def mistaken(self, _numbers: Sequence[int], /) -> Iterator[int]:
        """The totals of a sender who leaves out one thing or all of a kind, or counts one twice."""
        yield from ()

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        return ((*self.parts, self.total),)

    @property
    def totals(self) -> tuple[str, ...]:
        return (self.total,)

    def holds(self, values: Sequence[FieldValue]) -> bool | None:
        numbers = [value for value in values if isinstance(value, int)]
        return self.due(numbers[:-1]) == numbers[-1] if len(numbers) == len(values) else None


class SumOf(Arithmetic):
    """``total`` = the sum of each field times its whole number (cents a piece, 1 for amounts), and
    ``fixed_cents``, which all pay."""

    kind: Literal["sum"]
    times: Annotated[dict[str, Cents], Field(min_length=1)]
    fixed_cents: Cents = 0

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.times)

    def due(self, numbers: Sequence[int]) -> int:
        each_times = zip(numbers, self.times.values(), strict=True)
        return sum((n * each for n, each in each_times), start=self.fixed_cents)

    def mistaken(self, numbers: Sequence[int], /) -> Iterator[int]:
        due = self.due(numbers)
        if self.fixed_cents:
            yield due - self.fixed_cents
        for number, each in zip(numbers, self.times.values(), strict=True):
            if each == 1:  # an amount
                yield from (due - number, due + number)
            elif each:
                yield from (due - each, due + each, due - number * each)

    def uses(self) -> Iterator[Use]:
        yield "total", self.total, _NUMBERS
        for name in self.times:
            yield f"times.{name}", name, _NUMBERS


class ProductOf(Arithmetic):
    """``total`` = the product of the fields ``of`` (how many, and the price of each)."""

    kind: Literal["product"]
    of: Annotated[tuple[str, ...], Field(min_length=2)]

    @property
    def parts(self) -> tuple[str, ...]:
        return self.of

    def due(self, numbers: Sequence[int]) -> int:
        return prod(numbers)

    def uses(self) -> Iterator[Use]:
        yield "total", self.total, _NUMBERS
        for i, name in enumerate(self.of):
            yield f"of.{i}", name, _NUMBERS


class AtMost(_Constraint):
    """``field`` is no more than ``limit``, a number, or lines of people: as many as are named."""

    kind: Literal["at_most"]
    field: str
    limit: str
    broken: Annotated[float, Field(gt=0, lt=1)] = 0.02

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        return ((self.field, self.limit),)

    def uses(self) -> Iterator[Use]:
        yield "field", self.field, _NUMBERS
        yield "limit", self.limit, (*_NUMBERS, *NAMES_PEOPLE)

    def holds(self, values: Sequence[FieldValue]) -> bool | None:
        value, limit = values
        return value <= limit if isinstance(value, int) and isinstance(limit, int) else None


class _Chain(_Constraint):
    """Each of ``fields`` is bound to the next."""

    fields: Annotated[tuple[str, ...], Field(min_length=2)]

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        return tuple(pairwise(self.fields))

    def uses(self) -> Iterator[Use]:
        for i, name in enumerate(self.fields):
            yield f"fields.{i}", name, ()


class Equal(_Chain):
    """``fields`` say the same, but for case and accents."""

    kind: Literal["equal"]
    ways: ClassVar[float] = 10.0
    chance: ClassVar[float] = 0.1

    def holds(self, values: Sequence[FieldValue]) -> bool | None:
        first, second = values
        if first is None or second is None:
            return None
        return fold(str(first)) == fold(str(second))


class InOrder(_Chain):
    """``fields`` are dates, or numbers, none before the one it follows; empty ones say nothing."""

    kind: Literal["in_order"]
    broken: Annotated[float, Field(gt=0, lt=1)] = 0.01

    def holds(self, values: Sequence[FieldValue]) -> bool | None:
        first, second = values
        if isinstance(first, int) and isinstance(second, int):
            return first <= second
        before, after = date_of(first), date_of(second)
        return before <= after if before and after else None


class CheckDigits(_Constraint):
    """``field`` holds a number that checks itself: ``iban`` (ISO 13616), ``siret``, ``siren``."""

    kind: Literal["check_digits"]
    field: str
    scheme: Literal["iban", "siret", "siren"]
    broken: Annotated[float, Field(gt=0, lt=1)] = 0.02
    ways: ClassVar[float] = 10.0
    chance: ClassVar[float] = 0.05

    @property
    def says(self) -> str:
        return self.scheme

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        return ((self.field,),)

    def uses(self) -> Iterator[Use]:
        yield "field", self.field, ()

    def holds(self, values: Sequence[FieldValue]) -> bool | None:
        text = "" if values[0] is None else re.sub(r"[\s.-]", "", str(values[0])).upper()
        if not text:
            return None
        match self.scheme:
            case "iban":
                return is_iban(text)
            case "siret":
                return is_siret(text)
            case "siren":
                return is_siren(text)


Constraint = Annotated[
    SumOf | ProductOf | AtMost | Equal | InOrder | CheckDigits, Field(discriminator="kind")
]


def _rule_of(kind: str) -> str:
    return f"{kind}_holds"


RULES = frozenset(
    _rule_of(kind)
    for model in get_args(get_args(Constraint)[0])
    for kind in get_args(model.model_fields["kind"].annotation)
)
"""The rules of every kind of constraint."""


def date_of(value: FieldValue) -> datetime.date | None:
    """The date a text says, as ``2018-02-01`` or the French way; None where it says none."""
    text = str(value or "").strip()
    french = _DATE.fullmatch(text)
    if french:
        day, month, year = map(int, french.groups())
        text = f"{year + 2000 if year < 100 else year:04}-{month:02}-{day:02}"
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def is_iban(text: str) -> bool:
    """ISO 7064, MOD 97-10; a French one has 27 characters."""
    if not re.fullmatch(r"[A-Z]{2}\d\d[A-Z0-9]{11,30}", text, re.ASCII):
        return False
    return mod_97(text[4:] + text[:4]) == 1 and (text[:2] != "FR" or len(text) == 27)
