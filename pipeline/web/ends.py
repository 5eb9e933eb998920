"""Fiches that count no more: cancelled here, and all that may be counted again; and the pairs that
wait for an answer."""

from starlette.responses import RedirectResponse, Response

from pipeline.decisions import Act, Change, Decision, End, Filed
from pipeline.errors import ConflictError
from pipeline.french import no_more
from pipeline.judging.duplicates import where_is
from pipeline.web import balances, screens
from pipeline.web.desk import Desk
from pipeline.web.views import View


def words(desk: Desk, filed: Filed) -> str:
    """Why a fiche counts no more, and whether money came for it; nothing while it does."""
    end = filed.end
    if end is None:
        return ""
    said = end.reason if end.act is Act.CANCEL else _other(desk, end)
    gone = no_more(end.act.value, said, end.who, end.day)
    return " ".join(part for part in (gone, balances.of_ended(desk.till.now(), filed)) if part)


def _other(desk: Desk, end: End) -> str:
    other = desk.known(end.by)
    return where_is(other) if other else end.reason


def _show(view: View) -> Response:
    pairs = [
        {
            "address": view.address(pair.second),
            "documents": [
                view.desk.file(s)[0].sources[0].document for s in (pair.second, pair.first)
            ],
            "reasons": pair.reasons,
        }
        for pair in view.desk.pairs()
    ]
    ended = [
        {
            "subject": filed.subject,
            "address": view.address(filed.subject),
            "heading": screens.heading(filed),
            "words": words(view.desk, filed),
            "seen": filed.version,
        }
        for filed in view.desk.ended()
    ]
    return view.page("ends.html.j2", pairs=pairs, ended=ended)


def _cancel(view: View) -> Response:
    filed, _ = view.filed()
    reason = " ".join(view.typed.get("reason", "").split())[:200]
    if not reason:
        return view.words("Écrire pourquoi l'inscription est annulée.", 422)
    if filed.end is not None:
        raise ConflictError("Cette fiche ne compte déjà plus : rouvrir la liste.")
    decision = Decision(Act.CANCEL, reason=reason)
    view.desk.act(filed.subject, (decision,), seen=view.typed_number("seen"), who=view.who)
    return RedirectResponse(view.address(filed.subject), 303)


def _restore(view: View) -> Response:
    """Let a fiche count again; of one of a pair, the pair is asked about again."""
    filed, _ = view.filed()
    if filed.end is None:
        raise ConflictError("Cette fiche compte déjà : rouvrir la liste.")
    other = view.desk.known(filed.end.by)
    there = (Decision(Act.RESTORE, value=filed.subject),)
    view.desk.act(
        filed.subject,
        (Decision(Act.RESTORE, value=filed.end.by),),
        seen=view.typed_number("seen"),
        who=view.who,
        beside=(Change(other.subject, other.version, there),) if other else (),
    )
    address = view.address(filed.subject)
    return view.away(address) if view.typed.get("away") else RedirectResponse(address, 303)


ROUTES = (
    ("/doublons", _show, "GET"),
    ("/fiche/{subject}/annuler", _cancel, "POST"),
    ("/fiche/{subject}/retablir", _restore, "POST"),
)
