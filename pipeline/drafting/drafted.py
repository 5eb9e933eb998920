"""The draft of a form: what ``form.toml`` will say, and how sure each part of it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as part
from typing import Literal

from pipeline.geometry import BoxMm

_LEAST_SURE = 0.3
"""A picture of something else has places less sure than that alone."""
DOUBTFUL = 0.6
"""Zones less sure than this are looked at first."""


@dataclass(frozen=True, slots=True)
class DraftZone:
    """A zone, or a column of a table: there ``lines`` are its cells, row by row, and ``boxes`` and
    ``words`` those of the first row.

    ``tariff_cents``: what one of a count costs; ``tariffs_cents``: what each option costs.
    ``line_of``: of an amount, the count beside which it stands. ``whom``: what its name begins with
    where another zone asks the same. ``sure``: 0..1, how likely place and type are right;
    ``doubts``: what is not sure, in French.
    """

    field: str
    type: str
    label: str
    page: int
    lines: tuple[BoxMm, ...] = ()
    comb: tuple[int, ...] = ()
    boxes: Mapping[str, BoxMm] = part(default_factory=dict)
    words: Mapping[str, BoxMm] = part(default_factory=dict)
    options: Mapping[str, str] = part(default_factory=dict)
    tariffs_cents: Mapping[str, int] = part(default_factory=dict)
    tariff_cents: int | None = None
    repeated: bool = False
    role: str = ""
    pattern: str = ""
    unit: str = ""
    line_of: str = ""
    whom: str = ""
    named_whom: bool = False
    """Whether the label itself says whom it is about."""
    sure: float = 1.0
    doubts: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """What is in doubt, in French; empty where nothing is."""
        if self.doubts or self.sure >= DOUBTFUL:
            return " ".join(self.doubts)
        return "Fiches hésite\u00a0: est-ce la bonne place, et le bon type\u00a0?"

    @property
    def places(self) -> tuple[BoxMm, ...]:
        return (*self.lines, *self.boxes.values(), *self.words.values())


@dataclass(frozen=True, slots=True)
class DraftTable:
    """A table: where each row begins and how high it is, and its columns."""

    page: int
    rows_mm: tuple[tuple[float, float], ...]
    columns: tuple[DraftZone, ...]


@dataclass(frozen=True, slots=True)
class DraftArea:
    kind: Literal["office", "ignore"]
    page: int
    box_mm: BoxMm
    label: str = ""


@dataclass(frozen=True, slots=True)
class DraftSum:
    """``[sum]``, as ``form.toml`` has it."""

    total: str = ""
    tariffs_cents: Mapping[str, int] = part(default_factory=dict)
    adds: tuple[str, ...] = ()
    lines: Mapping[str, str] = part(default_factory=dict)
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftPeople:
    """``[people]``, as ``form.toml`` has it."""

    named: tuple[str, ...]
    counted: tuple[str, ...] = ()
    uncounted: str = ""
    labels: Mapping[str, str] = part(default_factory=dict)
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftEvent:
    """``[event]``; ``date`` as ISO 8601, empty where none is printed."""

    name: str = ""
    date: str = ""
    hours: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class DraftOrganiser:
    name: str = ""
    email: str = ""
    iban: str = ""
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """All that is proposed for a form."""

    id: str
    title: str
    event: DraftEvent = DraftEvent()
    organiser: DraftOrganiser = DraftOrganiser()
    zones: tuple[DraftZone, ...] = ()
    tables: tuple[DraftTable, ...] = ()
    areas: tuple[DraftArea, ...] = ()
    sum: DraftSum | None = None
    people: DraftPeople | None = None

    @property
    def asked(self) -> tuple[DraftZone, ...]:
        """The zones, and the columns of tables."""
        return (*self.zones, *(column for table in self.tables for column in table.columns))

    @property
    def is_form(self) -> bool:
        """Whether anything on it is likely enough to be a place to write on."""
        return max((zone.sure for zone in self.asked), default=0.0) >= _LEAST_SURE
