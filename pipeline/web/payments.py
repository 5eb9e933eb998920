"""The room « Paiements »: what came on the account, and which fiches a person says that it pays."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from pipeline.decisions import Act, Change, Decision
from pipeline.errors import ConflictError
from pipeline.ledger import Movement, Ruling
from pipeline.pages import plural
from pipeline.treasury.receive import accounts_of
from pipeline.web import movements
from pipeline.web.desk import GoneError
from pipeline.web.movements import Shares
from pipeline.web.till import Money
from pipeline.web.views import View

ROOM = "/paiements"
_ROWS = 100
_STATES = {
    "": ("à décider", "to decide"),
    "rapproches": ("rapprochés", "matched"),
    "confirmes": ("confirmés", "confirmed"),
    "sans-rapport": ("sans rapport", "unrelated"),
    "tous": ("tous", ""),
}
"""What the list may be of: words, and the state of rulings."""
_UNDONE = "Décision annulée."


def movement_of(view: View, money: Money) -> tuple[Movement, Ruling]:
    """The movement that was asked for. Raises GoneError."""
    known = money.movements.get(str(view.request.path_params["movement"]))
    if known is None:
        raise GoneError("Ce mouvement n'est plus là\u00a0: revenez aux paiements.")
    return known


def _list(view: View) -> Response:
    view.desk.catch_up()
    accounts = accounts_of(view.desk.forms.values())
    return view.page("payments.html.j2", asks_account=len(accounts) != 1, **_standing(view))


def _settle(view: View) -> Response:
    """Decide what is sure, now that statements were given; what the list then shows."""
    view.desk.till.decide_surely()
    return view.page("moved.html.j2", beside_rooms=True, here=ROOM, **_standing(view))


def _standing(view: View) -> dict[str, Any]:
    money, start = view.desk.till.now(), view.number("debut")
    etat, sought = view.asked("etat"), view.asked("q").strip()[:200]
    etat = etat if etat in _STATES else ""
    rows = _rows(money, _STATES[etat][1], sought)
    states = [ruling.state for _, ruling in money.ledger.movements]

    def at(first: int) -> str:
        return f"{ROOM}?" + urlencode({"etat": etat, "q": sought, "debut": first})

    following = money.to_decide[0] if money.to_decide else None
    return {
        "counts": [(words, states.count(state)) for words, state in _STATES.values() if state],
        "begin": address(following) if following else "",
        "hopeless": len(movements.hopeless(money)),
        "states": [(value, words) for value, (words, _) in _STATES.items()],
        "etat": etat,
        "sought": sought,
        "rows": [movements.row(money, *known) for known in rows[start : start + _ROWS]],
        "earlier": at(max(0, start - _ROWS)) if start else "",
        "later": at(start + _ROWS) if start + _ROWS < len(rows) else "",
        "any": bool(states),
    }


def _rows(money: Money, state: str, sought: str) -> list[tuple[Movement, Ruling]]:
    """What waits, in the order in which it is asked about; all else, the last first."""
    if state == "to decide":
        every = [money.movements[movement.subject] for movement in money.to_decide]
    else:
        every = sorted(money.ledger.movements, key=lambda m: (m[0].day, m[0].number), reverse=True)
    return [
        known
        for known in every
        if state in ("", known[1].state) and movements.is_meant(money, *known, sought)
    ]


def address(movement: Movement) -> str:
    """Where a movement is decided."""
    return f"/paiement/{movement.subject}"


def _show(view: View) -> Response:
    return screen(view, movement_of(view, view.desk.till.now())[0].subject)


def screen(
    view: View, subject: str, *, notice: str = "", problem: str = "", status: int = 200
) -> Response:
    """One movement, as a whole page or as what htmx puts into one."""
    money = view.desk.till.now()
    movement, ruling = money.movements[subject]
    others = view.desk.here(subject, view.who)
    following = after(money, movement)
    return view.work(
        "movement.html.j2",
        title="Paiement",
        address=address(movement),
        status=status,
        here=ROOM,
        beside_rooms=view.by_htmx,
        shown=movements.shown(money, movement, ruling),
        left=left(money),
        others=others,
        following=address(following) if following else "",
        notice=notice,
        notice_is_bad=status == 409,
        problem=problem,
    )


def left(money: Money) -> str:
    """How much there is to do."""
    return plural(len(money.to_decide), "mouvement à décider", "mouvements à décider")


def after(money: Money, movement: Movement) -> Movement | None:
    """The movement that is asked about behind this one; behind the last, the first that is left."""
    waiting = list(money.to_decide)
    at = waiting.index(movement) + 1 if movement in waiting else 0
    return next((m for m in (*waiting[at:], *waiting[:at]) if m != movement), None)


def _decide(view: View) -> Response:
    """One stroke about a movement; what is next."""
    money = view.desk.till.now()
    movement, ruling = movement_of(view, money)
    reason = " ".join(view.typed.get("reason", "").split())[:200]
    act = view.typed.get("act", "")
    if act == "cancel" and not reason:
        problem = "Écrire pourquoi ce mouvement est repris."
        return screen(view, movement.subject, problem=problem, status=422)
    decisions: tuple[Decision, ...] = ()
    match act:
        case "pays":
            decisions = paying(movements.shares_in(view.typed.get("pays", ""), money, movement))
        case "unrelated":
            decisions = (Decision(Act.UNRELATED, reason=reason),)
        case "deposited":
            slips = [slip.number for slip in money.slips.get(movement.amount_cents, ())]
            number = view.typed_number("slip")
            decisions = (Decision(Act.DEPOSITED, value=str(number)),) if number in slips else ()
        case "cancel":
            decisions = (Decision(Act.CANCEL, reason=reason),)
    if not decisions:
        return screen(view, movement.subject, problem="Choisir une réponse.", status=422)
    return keep(view, movement, ruling, decisions)


def paying(shares: Shares) -> tuple[Decision, ...]:
    """The decisions that a movement pays these fiches."""
    return tuple(Decision(Act.PAYS, name, str(cents)) for name, cents in shares)


def keep(
    view: View, movement: Movement, ruling: Ruling, decisions: tuple[Decision, ...]
) -> Response:
    """Keep what was decided about a movement, and show what is next; taken back, it is asked about
    again."""
    is_again = decisions[0].act is Act.CANCEL
    following = after(view.desk.till.now(), movement)
    # No newer version than the one that was known here may be claimed.
    seen = min(view.typed_number("seen"), ruling.version)
    try:
        if seen == ruling.version and ruling.is_open is is_again:
            raise ConflictError(
                "Ce mouvement est déjà à décider."
                if is_again
                else "Ce mouvement est déjà décidé\u00a0: le reprendre d'abord."
            )
        view.desk.till.decide(movement.subject, decisions, seen=seen, who=view.who)
    except ConflictError as err:
        return screen(view, movement.subject, notice=str(err), status=409)
    if is_again:
        return screen(view, movement.subject, notice="Repris\u00a0: décider à nouveau.")
    return _next(view, following)


def _next(view: View, following: Movement | None) -> Response:
    money = view.desk.till.now()
    if following is not None and money.movements[following.subject][1].is_open:
        return screen(view, following.subject)
    if money.to_decide:
        return screen(view, money.to_decide[0].subject)
    return view.work(
        "settled.html.j2",
        title="Paiements",
        address=ROOM,
        here=ROOM,
        beside_rooms=view.by_htmx,
    )


def _bulk(view: View) -> Response:
    """Decide at one stroke that all movements without a possible fiche have to do with none."""
    money = view.desk.till.now()
    every = movements.hopeless(money)
    if not every or len(every) != view.typed_number("seen"):
        raise ConflictError("La liste a changé entre-temps\u00a0: la revoir avant de décider.")
    unrelated = (Decision(Act.UNRELATED, reason="aucune fiche possible"),)
    view.desk.till.decide_all(
        [Change(m.subject, money.movements[m.subject][1].version, unrelated) for m in every],
        who=view.who,
    )
    decided = plural(len(every), "mouvement sans rapport", "mouvements sans rapport")
    return view.away(ROOM, f"{decided}. Une annulation (z) les remet tous à décider.")


def undone(view: View, subjects: tuple[str, ...]) -> Response:
    """What is shown once a stroke about movements was undone."""
    if len(subjects) == 1 and view.by_htmx:
        return screen(view, subjects[0], notice=_UNDONE)
    return view.away(ROOM, _UNDONE)


def _seek(view: View) -> Response:
    """Other fiches that a movement may pay; ``partage``: to be added to those that share it."""
    money = view.desk.till.now()
    movement, ruling = movement_of(view, money)
    text = view.asked("q").strip()[:200]
    return view.page(
        "sought.html.j2",
        shown=movements.shown(money, movement, ruling),
        options=movements.sought(money, text, movement),
        sought=text,
        is_split=bool(view.asked("partage")),
    )


def _history(view: View) -> Response:
    money = view.desk.till.now()
    movement, _ = movement_of(view, money)
    decided = view.desk.store.history(movement.subject)
    title = f"Historique du mouvement {movement.subject}"
    return view.page(
        "history.html.j2", title=title, rows=movements.history(money, decided), what="Fiche"
    )


ROUTES = (
    (ROOM, _list, "GET"),
    (f"{ROOM}/rapprocher", _settle, "POST"),
    (f"{ROOM}/sans-fiche", _bulk, "POST"),
    ("/paiement/{movement}", _show, "GET"),
    ("/paiement/{movement}", _decide, "POST"),
    ("/paiement/{movement}/fiches", _seek, "GET"),
    ("/paiement/{movement}/historique", _history, "GET"),
)
