"""The benchmark as a picture."""

from collections.abc import Sequence
from pathlib import Path

from pipeline.bench.measure import Result

_OURS, _PEER = "#1f5f8b", "#b8c2cc"
_INK = "#333333"


def draw(results: Sequence[Result], machine: str, path: Path) -> None:
    """Bars of speed and memory, one a program, ours first."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (speed, memory) = plt.subplots(
        1, 2, figsize=(10, 0.7 * len(results) + 1.6), width_ratios=(3, 2), layout="constrained"
    )
    names = [result.name for result in results]
    colours = [_OURS, *[_PEER] * (len(results) - 1)]
    for axes, values, title in (
        (speed, [result.rate for result in results], "pages a minute, start-up included"),
        (memory, [result.peak_mb for result in results], "peak memory of a process, MB"),
    ):
        bars = axes.barh(names, values, color=colours, height=0.6)
        axes.bar_label(bars, [f"{value:.0f}" for value in values], padding=4, color=_INK)
        axes.set_title(title, loc="left", fontsize=11, color=_INK)
        axes.invert_yaxis()
        axes.margins(x=0.14)
        axes.xaxis.set_visible(False)
        axes.tick_params(length=0, labelcolor=_INK)
        axes.spines[["top", "right", "bottom"]].set_visible(False)
    memory.tick_params(labelleft=False)
    figure.supxlabel(
        f"{results[0].pages} pages, median of {len(results[0].seconds)} runs; {machine}",
        fontsize=9,
        color=_INK,
    )
    figure.savefig(path, dpi=150)
    plt.close(figure)
