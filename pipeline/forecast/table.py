"""A forecast as plain text."""

from collections.abc import Iterator

from pipeline.forecast import HANDS, Forecast


def lines(forecast: Forecast) -> Iterator[str]:
    """The table, one line at a time."""
    wide = max(len("zone"), *(len(zone.field) for zone in forecast.zones))
    yield f"{'':{wide}}  read exactly"
    heads = "".join(f"{hand:>9}" for hand in HANDS)
    yield f"{'zone':{wide}}{heads}  accepted  does not fit  verdict"
    for zone in forecast.zones:
        rates = "".join(f"{_percent(rate):>9}" for rate in zone.exact)
        columns = f"{_percent(zone.accepted):>8}  {_percent(zone.unfit):>12}  {zone.verdict}"
        yield f"{zone.field:{wide}}{rates}  {columns}"
    yield ""
    accepted = _percent(forecast.accepted)
    yield f"{forecast.copies} copies, {accepted} of them accepted without a person"


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{100 * rate:.0f} %"
