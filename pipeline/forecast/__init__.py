"""How well a form will be read, and which of its zones is too small: before it goes out."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from pipeline.config import Settings
from pipeline.errors import InputError
from pipeline.evaluate import Evaluation, Verdict, evaluate, share
from pipeline.forms.schema import Form
from pipeline.forms.zone import Zone
from pipeline.language import tr
from pipeline.runner import Progress, run
from pipeline.simulate import SHIPPED, Hands, simulate
from pipeline.simulate.fonts import PRINT_FONTS
from pipeline.simulate.room import Lack

HANDS = ("typed", "by hand", "photo")
"""Who wrote, and how it came: in print or by hand, scanned or faxed; or photographed."""
FITTING = 0.95
"""A zone is large enough where so much of what people write fits into it."""
OFTEN = 0.2
"""A zone is misread often where this share of its fields, written in one of the ways, is wrong."""


@dataclass(frozen=True, slots=True)
class ZoneForecast:
    """What to expect of one zone.

    ``exact``: the share read exactly of each of the ``HANDS``, None where none was drawn.
    ``accepted``: the share accepted without a person. ``unfit``: the share of what is written that
    does not fit at usual size, None for check boxes; its lines should be ``wider_mm`` and
    ``higher_mm`` larger to fit ``FITTING`` of it.
    """

    field: str
    exact: tuple[float | None, ...]
    accepted: float
    unfit: float | None
    wider_mm: int = 0
    higher_mm: int = 0
    several_lines: bool = False

    @property
    def often_misread(self) -> bool:
        return any(rate is not None and rate < 1 - OFTEN for rate in self.exact)

    @property
    def is_good(self) -> bool:
        return not (self.wider_mm or self.higher_mm or self.often_misread)

    @property
    def verdict(self) -> str:
        """``ok``, or what is wrong; what to change on the paper, where that would help."""
        wanted = []
        if self.wider_mm:
            wanted.append(tr("{mm} mm wider", mm=self.wider_mm))
        if self.higher_mm:
            wanted.append(tr("{mm} mm higher", mm=self.higher_mm))
        if wanted:
            return tr(
                "too small: {more}{each} would fit {share:.0f} % of what people write",
                more=tr(" and ").join(wanted),
                each=tr(" (each line)") if self.several_lines else "",
                share=100 * FITTING,
            )
        return tr("often misread") if self.often_misread else tr("ok")


@dataclass(frozen=True, slots=True)
class Forecast:
    """What to expect of a form, measured on ``copies`` drawn ones."""

    form: Form
    copies: int
    zones: tuple[ZoneForecast, ...]
    accepted: float
    """The share of the copies accepted untouched."""

    def __str__(self) -> str:
        from pipeline.forecast.table import lines

        return "\n".join(lines(self))


def forecast(
    form: Form,
    settings: Settings,
    *,
    n: int,
    seed: int,
    jobs: int,
    mailed: float = 0.0,
    hands: Hands = SHIPPED,
    out: Path | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Forecast:
    """Draw ``n`` copies of the form and read them; ``out`` keeps them, and the forecast as a page.

    ``mailed`` is the share of them that come as mails, ``hands`` who writes by hand. A list of
    members plays no part: nobody drawn is on it. Raises InputError for no copies, OSError, and any
    PipelineError of a run.
    """
    from pipeline.forecast.page import write_page

    if not n:
        raise InputError(tr("Without copies nothing can be foretold: draw some with --n."))
    with TemporaryDirectory(prefix="fiches-simulate-") as folder:
        scratch = Path(folder)
        drawn, read = out or scratch / "drawn", scratch / "read"
        simulate(form, drawn, n=n, seed=seed, mailed=mailed, hands=hands, jobs=jobs)
        bare = settings.model_copy(update={"members": None})
        run(drawn, read, bare, jobs=jobs, progress=progress)
        truth = json.loads((drawn / "truth.json").read_text("utf-8"))
        foretold = foretell(form, truth, evaluate(read, drawn / "truth.json"))
    if out:
        write_page(foretold, out)
    return foretold


def foretell(
    form: Form, truth: Mapping[str, Mapping[str, Any]], evaluation: Evaluation
) -> Forecast:
    """What the copies' truth and their evaluation say of each zone.

    Copies filled in on screen have no pen and no paper: they are left out of it.
    """
    hands = {name: _hand(entry) for name, entry in truth.items() if "font" in entry}
    verdicts: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in evaluation.verdicts:
        if verdict.document in hands:
            verdicts[verdict.field].append(verdict)
    zones = []
    for zone in form.zones:
        of_zone = verdicts[zone.field]
        exact = tuple(_exact([v for v in of_zone if hands[v.document] == hand]) for hand in HANDS)
        accepted = share(sum(v.accepted for v in of_zone), len(of_zone))
        lacks = [lack for name in hands for lack in truth[name]["lacks_mm"].get(zone.field, ())]
        zones.append(_zone(zone, exact, accepted, lacks))
    return Forecast(form, len(truth), tuple(zones), evaluation.stp_rate)


def _zone(
    zone: Zone, exact: tuple[float | None, ...], accepted: float, lacks: Sequence[Lack]
) -> ZoneForecast:
    if not lacks:
        return ZoneForecast(zone.field, exact, accepted, None)
    unfit = share(sum(any(lack) for lack in lacks), len(lacks))
    # At least: what lies between two of the drawn ones is not enough for the larger.
    wider, higher = np.quantile(lacks, FITTING, axis=0, method="higher").astype(int).tolist()
    return ZoneForecast(
        zone.field, exact, accepted, unfit, wider, higher, several_lines=len(zone.lines) > 1
    )


def _hand(entry: Mapping[str, Any]) -> str:
    if entry["style"] == "photo":
        return HANDS[2]
    return HANDS[0] if entry["font"] in PRINT_FONTS else HANDS[1]


def _exact(verdicts: Sequence[Verdict]) -> float | None:
    return share(sum(v.right for v in verdicts), len(verdicts)) if verdicts else None
