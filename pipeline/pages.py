"""Pages of HTML, drawn from templates: amounts, dates and numbers the French way."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.french_event import french_date
from pipeline.french_states import CLASSES
from pipeline.money import format_cents
from pipeline.rates import Rate, Rates


def templates(folder: Path) -> Environment:
    """The templates of a folder: what is put into them is escaped, what is missing is an error."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {
        "date": french_date,
        "euros": euros,
        "interval": interval,
        "number": number,
        "plural": plural,
        "rate": percent,
        "rows": rate_rows,
    }
    return environment


def number(value: int) -> str:
    """``12 345``, with a narrow no-break space."""
    return f"{value:,}".replace(",", "\u202f")


def euros(cents: int | None) -> str:
    """``1 234,50 €``; empty where the amount is unknown."""
    return "" if cents is None else format_cents(cents).replace("-", "−")


def percent(share: float | None) -> str:
    """``1,5 %``; a dash where it is unknown."""
    return "–" if share is None else f"{100 * share:.1f}\u00a0%".replace(".", ",")


def rate_rows(rates: Rates) -> list[tuple[str, Rate]]:
    """Whose error rates were measured, the machine's by what an error costs, too."""
    by_class = [(f"\u2003{CLASSES[error]}", rate) for error, rate in rates.by_class]
    return [("la machine", rates.machine), *by_class, ("le relecteur", rates.reviewer)]


def interval(rate: Rate) -> str:
    """Between which rates the true one lies, with 95 % confidence."""
    return f"{percent(rate.low)} à {percent(rate.high)}" if rate.of else "–"


def plural(count: int, singular: str, many: str) -> str:
    """``1 fiche``, ``2 fiches``"""
    return f"{number(count)}\u00a0{many if count > 1 else singular}"
