"""The routes of the review: what a browser may ask, and what it gets."""

import base64
import contextlib
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from pipeline.decisions import Act, Decision
from pipeline.errors import ConflictError, DocumentError, PipelineError, bug_place
from pipeline.judging.deciding import with_added
from pipeline.judging.duplicates import RULES
from pipeline.judging.questions import decided
from pipeline.judging.shares import NAME
from pipeline.judging.sums import gap
from pipeline.judging.values import as_written
from pipeline.language import on_a_page, tr
from pipeline.review.queue import Place
from pipeline.web import (
    balances,
    bank,
    ends,
    entrance,
    forms,
    home,
    lives,
    mails,
    measured,
    pairs,
    payments,
    people,
    refused,
    screens,
    sheets,
    splits,
    strokes,
    takings,
)
from pipeline.web.desk import Desk, GoneError
from pipeline.web.security import BLANKS, DROP, STATEMENTS, TRIALS, Gatekeeper, Guarded
from pipeline.web.views import View

_log = logging.getLogger(__name__)
_HERE = Path(__file__).parent
_STATIC = {
    "htmx.min.js": "text/javascript",
    "review.js": "text/javascript",
    "review.css": "text/css",
    "forms.js": "text/javascript",
    "forms.css": "text/css",
    "icon.svg": "image/svg+xml",
}
_DAY = "private, max-age=86400"
_PAGE_PX = 1500
_SHEET_PX = 600
_LIST_ROWS = 100
_UNDONE = "Décision annulée."

Handler = Callable[[View], Response]
Take = Callable[[Request, Desk], Awaitable[Response]]
"""What is made of a file that is the body of a request."""


def make_app(desk: Desk, gatekeeper: Gatekeeper, pages: Environment, *, who: str) -> Starlette:
    """The whole application; ``who`` reviews until a browser says otherwise."""
    pages.filters["combine"] = lambda values, more: {**values, **more}
    pages.policies["json.dumps_kwargs"] = {"ensure_ascii": True}

    def route(path: str, handler: Handler, *methods: str) -> Route:
        async def endpoint(request: Request) -> Response:
            form = await request.form() if request.method == "POST" else None
            typed = {k: v for k, v in form.items() if isinstance(v, str)} if form else {}
            csrf = gatekeeper.csrf(request.headers)
            view = View(request, typed, desk, pages, csrf, who)
            return await run_in_threadpool(_answer, handler, view)

        return Route(path, endpoint, methods=list(methods or ("GET",)))

    def taking(path: str, take: Take) -> Route:
        async def endpoint(request: Request) -> Response:
            return await take(request, desk)

        return Route(path, endpoint, methods=["POST"])

    routes = [
        taking(DROP, home.drop),
        taking(STATEMENTS, bank.give),
        taking(BLANKS, forms.bring),
        taking(TRIALS, forms.attempt),
        *entrance.routes(gatekeeper, pages, home="/accueil" if desk.sources else "/"),
        route("/static/{name}", _static),
        route("/", _list),
        route("/relecteur", _name_reviewer, "POST"),
        route("/annuler", _undo, "POST"),
        route("/lot", _bulk, "POST"),
        *(route(path, handler, *methods) for path, handler, *methods in home.ROUTES),
        *(route(path, handler, *methods) for path, handler, *methods in forms.ROUTES),
        *(route(path, handler, *methods) for path, handler, *methods in strokes.ROUTES),
        *(route(path, handler, *methods) for path, handler, *methods in ends.ROUTES),
        *(route(path, handler, *methods) for path, handler, *methods in people.ROUTES),
        route("/fiche/{subject}/historique", _history),
        route("/fiche/{subject}/{place}", _show),
        route("/fiche/{subject}/{place}/page", _page),
        route("/fiche/{subject}/{place}/somme", _sum, "POST"),
        route("/fiche/{subject}/{place}", _decide, "POST"),
        route("/image/zone/{subject}/{place}", _crop),
        route("/image/page/{subject}/{page}", _sheet),
        *(route(path, handler, *methods) for path, handler, *methods in refused.ROUTES),
        *(route(path, handler, *methods) for path, handler, *methods in mails.ROUTES),
        *(route(path, handler, *methods) for path, handler, *methods in pairs.ROUTES),
        *(route(path, handler, *methods) for path, handler, *methods in measured.ROUTES),
        *(route(path, handler, *methods) for path, handler, *methods in payments.ROUTES),
        *(route(path, handler, *methods) for path, handler, *methods in splits.ROUTES),
        *(route(path, handler, *methods) for path, handler, *methods in takings.ROUTES),
    ]
    middleware = [Middleware(Guarded, gatekeeper=gatekeeper)]

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> Any:
        yield
        await run_in_threadpool(desk.close)

    return Starlette(routes=routes, middleware=middleware, lifespan=lifespan)


def _answer(handler: Handler, view: View) -> Response:
    """What a handler gives, or why it cannot, in words."""
    try:
        with on_a_page():
            return handler(view)
    except GoneError as err:
        return view.words(str(err), 404)
    except (ConflictError, DocumentError) as err:
        return view.words(str(err), 409)
    except PipelineError as err:
        return view.words(str(err), 500)
    except Exception as err:  # its own words may quote what was read
        _log.error("%s", tr("bug ({place})", place=bug_place(err)))
        return view.words(f"Erreur interne ({bug_place(err)}). Signalez-la.", 500)


def _static(view: View) -> Response:
    name = str(view.request.path_params["name"])
    if name not in _STATIC:
        return view.words("Inconnu.", 404)
    path = _HERE / "static" / name
    return FileResponse(path, media_type=_STATIC[name], headers={"cache-control": "no-cache"})


def _list(view: View) -> Response:
    view.desk.catch_up()
    start, sought = view.number("debut"), view.chosen["q"].strip()
    shown, of = lives.rows(view, start=start, most=_LIST_ROWS)

    def at(first: int) -> str:
        return "/?" + urlencode({**view.kept, "debut": first})

    return view.page(
        "list.html.j2",
        rows=shown,
        counts=view.desk.counts(),
        types=screens.types(view.desk),
        who=screens.who_head(view.desk.forms.values()),
        forms=sorted(view.desk.forms),
        filters=view.chosen,
        rejected=len(view.desk.refused(sought)) if sought else 0,
        earlier=at(max(0, start - _LIST_ROWS)) if start else "",
        later=at(start + _LIST_ROWS) if start + len(shown) < of else "",
    )


def _name_reviewer(view: View) -> Response:
    response = Response(status_code=204)
    name = " ".join(view.typed.get("who", "").split())[:60]
    # A header holds no letters beyond Latin-1.
    coded = base64.urlsafe_b64encode(name.encode()).decode()
    response.set_cookie("relecteur", coded, httponly=True, samesite="strict", max_age=31536000)
    return response


def _show(view: View) -> Response:
    filed, _ = view.filed()
    return _screen(view, Place(filed.subject, view.place))


def _decide(view: View) -> Response:
    """One stroke; what is next."""
    filed, form = view.filed()
    name = view.place
    here = Place(filed.subject, name, late=name in filed.postponed)
    reading = filed.registration.reading(name)
    text = " ".join(view.typed.get("value", "").split())
    reason = " ".join(view.typed.get("reason", "").split())[:200]
    act = view.typed.get("act", "value")
    if act == "value" and "value" not in view.typed:
        return _refused(view, here, problem="Choisir une réponse.")
    match act:
        case "settle" if not reason:
            return _refused(view, here, notice="Choisir un motif.")
        case "settle":
            decision = Decision(Act.SETTLE, name, reason=reason)
        case "postpone":
            decision = Decision(Act.POSTPONE, name)
        case "illegible":
            decision = Decision(Act.ILLEGIBLE, name)
        case _ if reading is None and not text:
            return _refused(view, here, problem="Écrire le nom de la personne.")
        case _ if reading is None:
            decision = Decision(Act.CORRECT, name, text)
        case _:
            try:
                decision = decided(reading, form, text, empty=act == "empty")
            except ValueError as err:
                return _refused(view, here, problem=str(err), typed=text)
    decisions: tuple[Decision, ...] = (decision,)
    is_check = view.desk.is_check((filed.subject, name))
    if is_check and reading and decision.act is not Act.POSTPONE:
        written = "" if decision.act is Act.ILLEGIBLE else as_written(form, reading, text)
        # First, so that it is the first look at the field.
        decisions = (Decision(Act.CHECK, name, written, reading.text), decision)
    try:
        view.desk.act(
            filed.subject,
            decisions,
            seen=view.typed_number("seen"),
            who=view.who,
        )
    except ValueError as err:
        return _refused(view, here, problem=str(err), typed=text)
    except ConflictError as err:
        return _screen(view, here, notice=str(err), status=409)
    following = view.advance(None if is_check else here)
    if following and following.name == NAME:
        return RedirectResponse(view.opened(following), 303)
    return _screen(view, following) if following else view.done()


def _refused(
    view: View, here: Place, *, notice: str = "", problem: str = "", typed: str | None = None
) -> Response:
    """Why a stroke does not do; what another decided meanwhile is told, and not typed over."""
    try:
        view.desk.act(here.subject, (), seen=view.typed_number("seen"), who=view.who)
    except ConflictError as err:
        return _screen(view, here, notice=str(err), status=409)
    return _screen(view, here, notice=notice, problem=problem, typed=typed, status=422)


def _undo(view: View) -> Response:
    batch, subjects = view.desk.undo(view.who)
    here = view.typed.get("here", "")
    if here in ("liste", "doublons"):
        return view.away("/" if here == "liste" else "/doublons")
    if here == "reglements" or "".join(subjects).startswith("t"):
        return takings.undone(view, subjects)
    if not subjects:
        return view.words("Il n'y a plus rien à annuler.", 409)
    is_movement = subjects[0].startswith("m")
    if here == "paiements":
        what = "" if is_movement else " Elle était sur une fiche."
        return view.away(payments.ROOM, f"{_UNDONE}{what}")
    if is_movement:
        return payments.undone(view, subjects)
    undone = [d.decision for d in view.desk.store.history(subjects[0]) if d.batch == batch]
    acts = {decision.act for decision in undone}
    if acts & {Act.KEY_IN, Act.PLACE, Act.SET_ASIDE} or not undone:
        return view.away("/rejets", _UNDONE)
    if Act.SHARE in acts:
        return people.screen(view, subjects[0], notice=_UNDONE)
    if view.typed.get("regard") or not undone[-1].field:
        return strokes.screen(view, subjects[0], notice=_UNDONE)
    return _screen(view, Place(subjects[0], undone[-1].field), notice=_UNDONE)


def _bulk(view: View) -> Response:
    kind, least = view.typed.get("type", ""), view.typed_number("sur") / 100
    count = view.desk.confirm_all(kind, max(0.5, least), view.who)
    notice = f"{count} champ(s) confirmé(s). Une annulation (z) les remet tous à relire."
    return view.away("/", notice)


def _screen(
    view: View,
    place: Place,
    *,
    notice: str = "",
    problem: str = "",
    typed: str | None = None,
    status: int = 200,
) -> Response:
    """The work on one place."""
    pair = view.desk.pair(place.subject) if place.name in RULES else None
    if pair is not None:
        return pairs.screen(view, pair, notice=notice, status=status)
    others = view.desk.here(place.subject, view.who)
    filed, _ = view.desk.file(place.subject)
    shown = screens.work(view, place, others=others, problem=problem, typed=typed)
    if shown is None:
        raise GoneError("Ce champ n'est plus là : revenez à la liste.")
    return view.work(
        "work.html.j2",
        title=shown.label,
        address=view.address(place.subject, place.name),
        status=status,
        screen=shown,
        notice=notice,
        notice_is_bad=status == 409,
        gap=shown.gap,
        settled_gap=shown.settled_gap,
        ended=ends.words(view.desk, filed),
        beside=mails.of_fiche(view, filed),
        money=balances.of_fiche(view, filed),
        renew=forms.renewal(view, filed),
    )


def _sum(view: View) -> Response:
    filed, form = view.filed()
    new_gap = gap(filed.registration, form, {view.place: view.typed.get("value", "")})
    return view.page("sum.html.j2", gap=new_gap, settled_gap="")


def _page(view: View) -> Response:
    return view.page("page.html.j2", **sheets.whole_page(view))


def _history(view: View) -> Response:
    filed, _ = view.filed()
    rows = screens.history(view.desk.store.history(filed.subject), filed.registration.roles)
    title = f"Historique de la fiche {filed.id}"
    return view.page("history.html.j2", title=title, rows=rows, what="Champ")


def _crop(view: View) -> Response:
    filed, form = view.filed()
    reading = with_added(filed.registration, form, [view.place]).reading(view.place)
    if reading is None or reading.box_mm is None:
        return view.words("Ce champ n'a pas d'image.", 404)
    width = min(max(view.number("w"), 200), 1600)
    data = view.desk.pictures.crop(
        filed.sources[0],
        number=filed.number,
        page=reading.page,
        box_mm=screens.cut_of(reading.box_mm),
        width_px=width,
        around_mm=screens.AROUND_MM,
    )
    return Response(data, media_type="image/jpeg", headers={"cache-control": _DAY})


def _sheet(view: View) -> Response:
    filed, _ = view.filed()
    width = min(max(view.number("w") or _SHEET_PX, 200), _PAGE_PX)
    data = view.desk.pictures.whole(
        filed.sources[0], number=filed.number, page=view.leaf, width_px=width
    )
    return Response(data, media_type="image/jpeg", headers={"cache-control": _DAY})
