"""Two fiches that speak of the same people: one question, whose answer says which of them count."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from starlette.responses import RedirectResponse, Response

from pipeline.decisions import Act, Change, Decision, Filed
from pipeline.errors import ConflictError, DocumentError
from pipeline.fields import shown
from pipeline.french import label
from pipeline.judging.doubts import doubts
from pipeline.judging.duplicates import RULE, Pair
from pipeline.judging.values import position
from pipeline.records import Status
from pipeline.review.queue import Place
from pipeline.web import screens
from pipeline.web.desk import GoneError
from pipeline.web.views import View

_WIDTH_PX = 560
ANSWERS = {
    "replace": ("Elle la remplace", "seule la plus récente compte"),
    "add": ("Elle la complète", "les deux comptent, chaque personne une fois"),
    "same": ("C'est la même", "une seule compte, l'autre va aux rejetés"),
    "other": ("C'est une autre inscription", "les deux comptent"),
    "stay": ("La première reste bonne", "seule la première compte"),
}
"""What may be said of the later one of a pair, and what follows."""


def screen(view: View, pair: Pair, *, notice: str = "", status: int = 200) -> Response:
    """The question a pair is, as a whole page or as what htmx puts into one."""
    others = view.desk.here(pair.second, view.who)
    (first, form), (second, _) = (view.desk.file(s) for s in (pair.first, pair.second))
    texts = [
        {r.field: shown(r, form.roles) for r in filed.registration.readings}
        for filed in (first, second)
    ]
    names = sorted({*texts[0], *texts[1]}, key=lambda name: position(form, name))
    rows = [(label(n, form.roles), *(held.get(n, "") for held in texts)) for n in names]
    is_same = all(earlier == later for _, earlier, later in rows)
    return view.work(
        "pair.html.j2",
        title="Même inscription ?",
        address=view.address(pair.second),
        status=status,
        reasons=pair.reasons,
        others=others,
        left=screens.left(view.desk),
        sides=[_side(view, filed) for filed in (first, second)],
        rows=[(name, earlier, later, earlier != later) for name, earlier, later in rows],
        answers=[(act, *words) for act, words in ANSWERS.items()],
        proposed="same" if is_same else "replace",
        seen={"first": first.version, "second": second.version},
        pair=pair,
        notice=notice,
        notice_is_bad=status == 409,
    )


def _side(view: View, filed: Filed) -> dict[str, Any]:
    source, registration = filed.sources[0], filed.registration
    at = source.envelope.received_at if source.envelope else None
    side = {"document": source.document, "came": screens.when(at) if at else "", "height": 0}
    with suppress(DocumentError):  # typed by hand, or gone: its values are shown all the same
        picture = view.desk.pictures.page(source, number=filed.number, page=registration.page)
        side["height"] = round(_WIDTH_PX * picture.height_px / picture.width_px)
        side["image"] = f"/image/page/{filed.subject}/{registration.page}?w={_WIDTH_PX}"
    return side | {"width": _WIDTH_PX}


def _decide(view: View) -> Response:
    first, second = view.typed.get("first", ""), view.typed.get("second", "")
    pair = next((p for p in view.desk.pairs() if (p.first, p.second) == (first, second)), None)
    if pair is None:
        raise GoneError("Cette question est déjà réglée : revenez à la liste.")
    act = view.typed.get("act", "")
    if act == "postpone":
        decided: Mapping[str, Decision] = {second: Decision(Act.POSTPONE, RULE)}
    elif act in ANSWERS:
        decided = _decisions(view, act, pair)
    else:
        return screen(view, pair, notice="Choisir une réponse.", status=422)
    ours, theirs = ((decided[s],) if s in decided else () for s in (second, first))
    seen = view.typed_number("seen_second")
    beside = Change(first, view.typed_number("seen_first"), theirs)
    try:
        view.desk.act(second, ours, seen=seen, who=view.who, beside=(beside,))
    except ConflictError as err:
        return screen(view, pair, notice=str(err), status=409)
    return RedirectResponse(_following(view, second), 303)


def _decisions(view: View, act: str, pair: Pair) -> dict[str, Decision]:
    """What an answer decides about either: something about both, so that neither is ever read again
    under another name."""
    first, second = pair.first, pair.second
    stays = {first: Decision(Act.KEEP, value=second), second: Decision(Act.KEEP, value=first)}
    match act:
        case "replace":
            return stays | {first: Decision(Act.REPLACE, value=second)}
        case "stay":
            return stays | {second: Decision(Act.REPLACE, value=first)}
        case "add":
            return stays | {second: Decision(Act.ADD, value=first)}
        case "same":
            gone, kept = (second, first) if _is_done(view, pair) else (first, second)
            document = view.desk.file(kept)[0].sources[0].document
            return stays | {gone: Decision(Act.DROP, value=kept, reason=f"doublon de {document}")}
        case _:
            return stays


def _is_done(view: View, pair: Pair) -> bool:
    """Whether nothing is left to be asked of the first, and something of the second."""
    first, second = (view.desk.alone(s).registration.status for s in (pair.first, pair.second))
    return first is not Status.REVIEW and second is Status.REVIEW


def _following(view: View, subject: str) -> str:
    """Where to go on: at what is left to ask of the same fiche, then at what comes next."""
    filed, form = view.desk.file(subject)
    if any(not doubt.postponed for doubt in doubts(filed, form)):
        return view.opened(Place(subject, doubts(filed, form)[0].name))
    following = view.next(Place(subject, RULE))
    return view.opened(following) if following else "/relire"


ROUTES = (("/paire", _decide, "POST"),)
