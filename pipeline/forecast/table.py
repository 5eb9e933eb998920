"""A forecast as plain text."""

from collections.abc import Iterator

from pipeline.forecast import Forecast
from pipeline.language import tr


def lines(forecast: Forecast) -> Iterator[str]:
    """The table, one line at a time."""
    wide = max(len("zone"), *(len(zone.field) for zone in forecast.zones))
    hands = (tr("typed"), tr("by hand"), tr("photo"))  # as HANDS
    heads = [f"{hand:>7}" for hand in hands] + [tr("accepted"), tr("does not fit")]
    yield " " * wide + "  " + tr("read exactly")
    yield "  ".join([f"{'zone':{wide}}", *heads, tr("verdict")])
    for zone in forecast.zones:
        rates = zip((*zone.exact, zone.accepted, zone.unfit), heads, strict=True)
        cells = [f"{_percent(rate):>{len(head)}}" for rate, head in rates]
        yield "  ".join([f"{zone.field:{wide}}", *cells, zone.verdict])
    yield ""
    yield tr(
        "{copies} copies, {accepted} of them accepted without a person",
        copies=forecast.copies,
        accepted=_percent(forecast.accepted),
    )


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{100 * rate:.0f} %"
