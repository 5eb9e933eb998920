"""Two fiches that may be one, and what reviews measure."""

from collections import Counter, defaultdict
from contextlib import suppress
from itertools import pairwise
from typing import Any

from starlette.responses import Response

from pipeline.decisions import Act, Change, Decided, Decision, Filed
from pipeline.errors import ConflictError, DocumentError
from pipeline.forms.schema import Form
from pipeline.french import label
from pipeline.judging.checks import error_rates, types_of
from pipeline.web.views import View

_WIDTH_PX = 560
_PAUSE_S = 120.0
"""Whoever decides nothing for so long did something else meanwhile."""
_MOST_PAIRS = 20


def _show(view: View) -> Response:
    shown: list[dict[str, Any]] = []
    for pair in view.desk.pairs()[:_MOST_PAIRS]:
        (left, form), (right, _) = (
            view.desk.file(subject) for subject in (pair.first, pair.second)
        )
        sides = [_side(view, a, b, form) for a, b in ((left, right), (right, left))]
        shown.append({"reasons": pair.reasons, "sides": sides, "first": not shown})
    return view.page("pairs.html.j2", pairs=shown)


def _side(view: View, filed: Filed, other: Filed, form: Form) -> dict[str, Any]:
    registration = filed.registration
    height = 0
    with suppress(DocumentError):  # typed by hand, or gone: its values are shown all the same
        picture = view.desk.pictures.page(
            filed.sources[0], number=filed.number, page=registration.page
        )
        height = round(_WIDTH_PX * picture.height_px / picture.width_px)
    theirs = {reading.field: reading.text for reading in other.registration.readings}
    return {
        "subject": filed.subject,
        "seen": filed.version,
        "other": other.subject,
        "other_seen": other.version,
        "document": filed.sources[0].document,
        "image": f"/image/page/{filed.subject}/{registration.page}?w={_WIDTH_PX}",
        "width": _WIDTH_PX,
        "height": height,
        "fields": [
            (label(r.field, form.roles), r.text, r.text != theirs.get(r.field, ""))
            for r in registration.readings
        ],
    }


def _decide(view: View) -> Response:
    subject, kept = view.typed.get("subject", ""), view.typed.get("kept", "")
    filed, _ = view.desk.file(kept)
    if filed.dropped:
        raise ConflictError("L'autre fiche n'est plus dans les tableaux : revoyez ce doublon.")
    there: tuple[Decision, ...] = ()
    if view.typed.get("act") == "drop":
        reason = f"doublon de {filed.sources[0].document}"
        decision = Decision(Act.DROP, value=kept, reason=reason)
    else:  # of both, so that neither is ever read again and has to be judged anew
        decision, there = Decision(Act.KEEP, value=kept), (Decision(Act.KEEP, value=subject),)
    view.desk.act(
        subject,
        (decision,),
        seen=view.typed_number("seen"),
        who=view.who,
        beside=(Change(kept, view.typed_number("kept_seen"), there),),
    )
    return view.away("/doublons", "C'est noté.")


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


ROUTES = (
    ("/doublons", _show, "GET"),
    ("/doublons", _decide, "POST"),
    ("/bilan", _measured, "GET"),
)
