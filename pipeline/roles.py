"""What the fields of a form stand for, and which of them stand in one row of a table."""

from dataclasses import dataclass

BETWEEN = " | "
"""Stands between the options of a value where several may be chosen."""


@dataclass(frozen=True, slots=True)
class Roles:
    """What a form's fields stand for, kept with each registration: outputs never need the form.

    ``who``: the service or whoever else registers; ``contacts``: where to write or call;
    ``named``: the lines of people, or of their surnames, whose ``given`` names stand in a field of
    their own; ``counted`` and ``uncounted``: the counts that class them; ``total``: the written
    amount; ``others``: the priced counts that are not of people (meals); ``prices``: what else is
    added up, options (``formule:loisir``) and amounts; ``said``: the fields that say something of
    each person; ``priced``: whether anything carries a tariff; ``payment``: how it is paid. Empty
    where the form has none. ``labels`` pairs a class's count with what readers call one of its
    people, ``titles`` any field, or option, with its own title. ``described``: of a form that no
    folder knows, its ``form.toml``.
    """

    named: str = ""
    counted: tuple[str, ...] = ()
    uncounted: str = ""
    total: str = ""
    others: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    who: str = ""
    contacts: tuple[str, ...] = ()
    payment: str = ""
    titles: tuple[tuple[str, str], ...] = ()
    given: str = ""
    prices: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    priced: bool | None = None
    described: str = ""

    @property
    def is_priced(self) -> bool:
        """The same; an earlier version did not keep it."""
        return bool(self.counted or self.others) if self.priced is None else self.priced

    @property
    def classes(self) -> tuple[str, ...]:
        """The counts that together count every person named."""
        return (*self.counted, self.uncounted) if self.uncounted else self.counted

    def label(self, field: str) -> str:
        """How readers call those whom that count counts."""
        return dict(self.labels).get(field, field)


def option_of(field: str, option: str) -> str:
    """What an option of a field is called where it has a tariff."""
    return f"{field}:{option}"


def row_of(field: str) -> int:
    """The row of a table, from 1, where a field stands: that of ``age.2``; 0 for one that stands
    alone."""
    number = field.partition(".")[2]
    return int(number) if number.isdigit() else 0


def in_row(name: str, row: int) -> str:
    """The field of that name in a row; 0 for one that stands alone."""
    return f"{name}.{row}" if row else name
