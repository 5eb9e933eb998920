"""An evaluation as curves and one page; the only module here that needs matplotlib."""

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import ConfigError
from pipeline.evaluate import Evaluation, Judged, share
from pipeline.evaluate.curves import bins, cells, risk_coverage
from pipeline.evaluate.table import hands_name
from pipeline.language import tr
from pipeline.pages import templates

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAGE = "evaluation.html"
_COLOURS = {"bilevel": "#b4572a", "grey": "#1f5f8b", "photo": "#3f8f5b", "text-layer": "#8a8f96"}
_TYPES = ("#1f5f8b", "#b4572a", "#3f8f5b", "#7a4fa3", "#b8860b", "#8a8f96", "#c2185b", "#00838f")
_INK, _PALE = "#333333", "#d9dee3"
_STEPS: dict[str, Any] = {"drawstyle": "steps-post", "clip_on": False}
_FLOOR = 1e-5
"""Shares and doubts below this are drawn on the edge."""


def write_page(evaluation: Evaluation, folder: Path) -> Path:
    """Write the pictures and the page into ``folder``; the page. Raises ConfigError, OSError."""
    try:
        import matplotlib as mpl
    except ImportError as err:
        raise ConfigError(
            tr("--plots needs matplotlib: type pip install 'fiches[plots]'.")
        ) from err
    mpl.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    judged = evaluation.judged
    captions = _captions()
    figures = (_risk_coverage(judged), _reliability(judged), _calibration_error(judged))
    for name, figure in zip(captions, figures, strict=True):
        figure.savefig(folder / name, dpi=130)
    page = folder / PAGE
    pictures = [
        (name, text, b64encode((folder / name).read_bytes()).decode("ascii"))
        for name, text in captions.items()
    ]
    template = templates(Path(__file__).parent).get_template("evaluation.html.j2")
    page.write_text(template.render(evaluation=evaluation, pictures=pictures, tr=tr), "utf-8")
    return page


def _captions() -> dict[str, str]:
    """What each picture shows."""
    return {
        "risk-coverage.png": tr(
            "What each threshold would accept, and how much of that would be wrong. Dots: what "
            "this run accepted. A curve ends where only what a finding blocks is left."
        ),
        "reliability.png": tr(
            "Stated doubt (1 - confidence) against the share that is wrong. On the line, "
            "confidence is a probability; above it, it promises too much. Whiskers reach to the "
            "95 % upper bound; where none was wrong, a hollow mark is that bound."
        ),
        "calibration-error.png": tr(
            "Mean confidence less the share that is right. The band is ±0.02."
        ),
    }


def _risk_coverage(judged: Sequence[Judged]) -> "Figure":
    """A panel for each hand, a curve for each type."""
    hands = sorted({reading.hand for reading in judged}) or [""]
    kinds = sorted({reading.type for reading in judged})
    figure, panels = _panels(len(hands), columns=len(hands), size=(6.2, 4.6))
    for axes, hand in zip(panels, hands, strict=True):
        for kind, colour in zip(kinds, _TYPES * (1 + len(kinds) // len(_TYPES)), strict=False):
            ours = [reading for reading in judged if reading.type == kind and reading.hand == hand]
            accepted = [reading for reading in ours if reading.accepted]
            shares, wrong = risk_coverage(ours)
            axes.plot(shares, wrong.clip(_FLOOR), color=colour, lw=1.6, label=kind, **_STEPS)
            if accepted:
                risk = share(sum(not reading.right for reading in accepted), len(accepted))
                dot = (len(accepted) / len(ours), max(risk, _FLOOR))
                axes.plot(*dot, "o", color=colour, ms=6, clip_on=False, zorder=3)
        _titled(axes, hands_name(hand or "all"))
        _log(axes, "y")
        axes.set(xlim=(0, 1), xlabel=tr("accepted share"), ylabel=tr("wrong among the accepted"))
    if kinds:
        panels[-1].legend(frameon=False, fontsize=8, loc="upper left")
    return figure


def _reliability(judged: Sequence[Judged]) -> "Figure":
    """A panel for each type, a series of bins for each source."""
    kinds = sorted({reading.type for reading in judged}) or [""]
    figure, panels = _panels(len(kinds), columns=4, size=(3.3, 3.1))
    sources = sorted({reading.source for reading in judged})
    for axes, kind in zip(panels, kinds, strict=True):
        axes.plot([_FLOOR, 1], [_FLOOR, 1], color=_PALE, lw=1.2, zorder=0)
        for source in sources:
            series = bins(
                [reading for reading in judged if (reading.type, reading.source) == (kind, source)]
            )
            colour = _COLOURS.get(source, _INK)
            for point in series:
                x = max(point.doubt, _FLOOR)
                if point.wrong:
                    y = point.wrong / point.readings
                    axes.plot([x, x], [y, point.bound], color=colour, lw=1, alpha=0.5)
                    axes.plot(x, y, "o", color=colour, ms=5, clip_on=False)
                else:
                    axes.plot(x, point.bound, "v", color=colour, mfc="none", ms=5, clip_on=False)
        _titled(axes, kind)
        _log(axes, "x")
        _log(axes, "y")
    for axes in panels[::4]:
        axes.set_ylabel(tr("share that is wrong"))
    figure.supxlabel(tr("stated doubt"), fontsize=10, color=_INK)
    handles = [
        panels[0].plot([], [], "o", color=_COLOURS.get(s, _INK), ms=5, label=s)[0] for s in sources
    ]
    if handles:
        figure.legend(handles=handles, loc="outside upper right", ncols=4, frameon=False)
    return figure


def _calibration_error(judged: Sequence[Judged]) -> "Figure":
    """A row for each type, a dot for each source; the larger, the more readings."""
    measured = cells(judged)
    kinds = sorted({cell.type for cell in measured}, reverse=True)
    figure, (axes,) = _panels(1, columns=1, size=(7, 0.4 * len(kinds) + 1.2))
    axes.axvspan(-0.02, 0.02, color=_PALE, alpha=0.6, lw=0)
    for source in sorted({cell.source for cell in measured}):
        here = [cell for cell in measured if cell.source == source]
        axes.scatter(
            [cell.error for cell in here],
            [kinds.index(cell.type) for cell in here],
            s=[12 + 3 * cell.readings**0.5 for cell in here],
            color=_COLOURS.get(source, _INK),
            alpha=0.85,
            label=source,
        )
    axes.set_yticks(range(len(kinds)), kinds)
    axes.set_xlabel(tr("mean confidence - share that is right"))
    reach = max([0.03, *(abs(cell.error) * 1.15 for cell in measured)])
    axes.set_xlim(-reach, reach)
    if measured:
        figure.legend(loc="outside upper right", ncols=4, frameon=False)
    return figure


def _panels(
    count: int, *, columns: int, size: tuple[float, float]
) -> tuple["Figure", "list[Axes]"]:
    """A figure of so many panels in rows of ``columns``; ``size`` is one panel's, in inches."""
    from matplotlib.figure import Figure

    columns = min(columns, count)
    rows = -(-count // columns)
    wide, high = size
    figure = Figure(figsize=(wide * columns, high * rows + 0.4), layout="constrained")
    grid: Any = figure.subplots(rows, columns, squeeze=False)
    panels: list[Axes] = list(grid.ravel())
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8, labelcolor=_INK)
    for axes in panels[count:]:
        axes.remove()
    return figure, panels[:count]


def _titled(axes: "Axes", title: str) -> None:
    axes.set_title(title, loc="left", fontsize=11, color=_INK)


def _log(axes: "Axes", which: str) -> None:
    """A logarithmic axis from ``_FLOOR`` (and below) to 1."""
    axis, limits = (
        (axes.set_xscale, axes.set_xlim) if which == "x" else (axes.set_yscale, axes.set_ylim)
    )
    axis("log")
    limits(_FLOOR, 1)
    ticks = [10.0**k for k in range(-5, 1)]
    labels = ["0", "1e-4", "0.001", "0.01", "0.1", "1"]
    (axes.set_xticks if which == "x" else axes.set_yticks)(ticks, labels)
    axes.minorticks_off()
