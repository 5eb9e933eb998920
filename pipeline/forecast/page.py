"""``forecast.html``: the forecast as a page in French, for whoever designs the form."""

from pathlib import Path

from pipeline.forecast import FITTING, Forecast, ZoneForecast
from pipeline.pages import templates

FILE_NAME = "forecast.html"


def write_page(forecast: Forecast, folder: Path) -> Path:
    """Write the page into ``folder``; its path. Raises OSError."""
    environment = templates(Path(__file__).parent)
    environment.filters |= {"percent": _percent, "advice": _advice}
    page = folder / FILE_NAME
    page.write_text(
        environment.get_template("forecast.html.j2").render(forecast=forecast, fitting=FITTING),
        "utf-8",
    )
    return page


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.0f} %"


def _advice(zone: ZoneForecast) -> str:
    wanted = ((zone.wider_mm, "de largeur"), (zone.higher_mm, "de hauteur"))
    more = " et ".join(f"{mm} mm {way}" for mm, way in wanted if mm)
    if more:
        return f"trop petite : ajouter {more}{' à chaque ligne' if zone.several_lines else ''}"
    return "souvent mal lue" if zone.often_misread else "bien"
