"""What reviews measure: how much of what is accepted is wrong, and how fast people are."""

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

from starlette.responses import Response

from pipeline.decisions import Act, Decided
from pipeline.judging.checks import error_rates, types_of
from pipeline.web.views import View

_PAUSE_S = 120.0
"""Whoever decides nothing for so long did something else meanwhile."""


def _measured(view: View) -> Response:
    decided = [entry for entry in view.desk.store.decided() if not entry.undone]
    people: dict[str, list[Decided]] = defaultdict(list)
    for entry in decided:
        people[entry.who].append(entry)
    return view.page(
        "measured.html.j2",
        rates=error_rates(decided, types_of(view.desk.store.filed())),
        people=[_pace(who, entries) for who, entries in people.items()],
    )


def _pace(who: str, decided: list[Decided]) -> dict[str, Any]:
    """How much somebody did, and how long a fiche took them; pauses do not count."""
    acts = Counter(entry.decision.act for entry in decided)
    times = sorted(entry.at.timestamp() for entry in decided)
    gaps = [b - a for a, b in pairwise(times) if b - a < _PAUSE_S]
    fiches = len({entry.subject for entry in decided})
    return {
        "who": who,
        "confirmed": acts[Act.CONFIRM],
        "corrected": acts[Act.CORRECT],
        "illegible": acts[Act.ILLEGIBLE],
        "pace": f"{sum(gaps) / fiches:.0f}" if gaps else "–",
    }


ROUTES = (("/bilan", _measured, "GET"),)
