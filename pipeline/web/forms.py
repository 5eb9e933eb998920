"""The page « Mes formulaires »: what forms there are, each drawn over its blank, and changed."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pipeline import fields
from pipeline.decisions import Filed
from pipeline.drafting import drawn, people
from pipeline.drafting.arithmetic import fee_of
from pipeline.drafting.doubts import doubts
from pipeline.drafting.drawn import Item
from pipeline.drafting.prices import fixed
from pipeline.drafting.snapping import Edges
from pipeline.drafting.steps import Steps
from pipeline.drafting.write import money_of
from pipeline.errors import PipelineError
from pipeline.intake.naming import file_name
from pipeline.language import on_a_page
from pipeline.web import zoning
from pipeline.web.desk import Desk, GoneError
from pipeline.web.shelf import FormError, Opened, Shelf
from pipeline.web.strangers import strangers
from pipeline.web.trials import in_words, sum_in_words, values_of, written
from pipeline.web.views import View

ROOM = "/formulaires"
_ROLES = (
    ("", "selon son type"),
    ("who", "qui s'inscrit"),
    ("contact", "où le joindre"),
    ("payment", "comment il paie"),
    ("none", "rien de tel"),
)
_KEYS = {"pattern": "Modèle du numéro", "unit": "Unité imprimée"}
"""What a type asks of its zone, too."""
_MOVING = ("delete", "join", "table", "area")
"""Acts after which another zone may stand in the place of the one that was selected."""
_WHOLE = ("event", "sum", "people")
"""Parts of a form that are no zones, and may be in doubt."""
_OTHER_EDITION = ("same_print", "same_place")
"""Findings that ask whether a fiche is of another edition."""
_KEPT = "Le modèle est enregistré"


def _shelf(desk: Desk) -> Shelf:
    if desk.shelf is None:
        raise GoneError("Cette page n'a pas de formulaires.")
    return desk.shelf


def _list(view: View) -> Response:
    shelf = _shelf(view.desk)
    kept = _KEPT in view.asked("dit")
    return view.page("forms.html.j2", known=shelf.known(), changeable=shelf.changeable, kept=kept)


def _opened(view: View) -> Opened:
    try:
        return _shelf(view.desk).open(str(view.request.path_params["form"]))
    except FormError as err:
        raise GoneError(str(err)) from err


def _show(view: View) -> Response:
    opened = _opened(view)
    return _work(view, opened, page=view.number("page"), where=view.asked("zone")[:60])


def _act(view: View) -> Response:
    """One step, and what the form is then."""
    opened, shelf = _opened(view), _shelf(view.desk)
    where, page = view.typed.get("zone", "")[:60], view.typed_number("page")
    selected: list[str] = []

    def edges(number: int) -> Edges:
        return shelf.sheet(opened, number).edges

    def change(steps: Steps) -> Steps:
        after, chosen = zoning.step(steps, view.typed, edges)
        selected.append(chosen)
        return after

    try:
        opened = shelf.edit(opened.known.id, view.typed_number("seen"), change)
    except (ValueError, FormError) as err:
        return _work(view, opened, page=page, where=where, problem=str(err))
    act = view.typed.get("act", "")
    if act in ("sure", "fee"):
        selected.append(next(iter(doubts(opened.steps.now)), where))
    where = "".join(selected) or ("" if act in _MOVING else where)
    moved = act in ("sure", "fee", "add")
    focus = view.typed.get("spot", "") or ("" if moved else act)
    return _work(view, opened, page=0 if moved else page, where=where, focus=focus)


def _work(
    view: View, opened: Opened, *, page: int, where: str, problem: str = "", focus: str = ""
) -> Response:
    """The form over its blank, and what is selected beside it."""
    shelf, text = _shelf(view.desk), opened.steps.now
    data, doubted = tomllib.loads(text), doubts(text)
    faults = shelf.faults(opened)
    items = drawn.items(data, doubted, faults)
    selected = next((item for item in items if item.where == where), None)
    page = selected.page if selected and not page else page or _first_page(items)
    page = max(1, min(page, shelf.sheet(opened, 1).pages))
    tried = shelf.tried(opened)
    values = values_of(tried, items) if tried else {}
    whole = [(at, why) for at, why in doubted.items() if at in _WHOLE]
    doubtful = [item for item in items if item.faults or item.doubt]
    inner = "form_work.html.j2"
    given = {
        "inner": inner,
        "title": str(data.get("title", opened.known.id)),
        "form": opened.known,
        "steps": opened.steps,
        "may_change": shelf.changeable and not opened.known.shipped,
        "may_renew": shelf.changeable and not opened.known.new,
        "edition": _edition(shelf, opened, data, items),
        "page": page,
        "sheet": shelf.sheet(opened, page),
        "items": [*doubtful, *(item for item in items if item not in doubtful)],
        "doubtful": doubtful,
        "next_doubt": _behind(selected, doubtful),
        "selected": selected,
        "doubts": whole,
        "left": len(doubtful) + len(whole),
        "faults": drawn.elsewhere(faults, items),
        "has_faults": bool(faults),
        "problem": problem,
        "focus": focus,
        "types": _types(),
        "called": dict(_types()),
        "roles": _ROLES,
        "extra": _extra(selected),
        "may_cost": _may_cost(selected),
        "is_counted": selected is not None and zoning.is_counted(selected.type),
        "head": [(name, words, _said(data, name)) for name, words in zoning.HEAD],
        "people": _people(data),
        "fixed": fixed(data),
        "fee": _fee(doubted.get("sum", "")),
        "values": values,
        "written": written(items, values, page),
        "tried": in_words(tried) if tried else "",
        "tried_sum": sum_in_words(tried) if tried else (),
        "was_read": tried is not None and bool(tried.registrations),
    }
    status = 422 if problem else 200
    if not view.by_htmx:
        return view.page("form.html.j2", status=status, **given)
    response = view.page(inner, status=status, **given)
    at = {"page": page, **({"zone": where} if selected else {})}
    response.headers["HX-Push-Url"] = f"{ROOM}/{opened.known.id}?{urlencode(at)}"
    return response


@dataclass(frozen=True, slots=True)
class _Edition:
    """What is asked of a next edition: its day, and its tariffs by the names they are sent under,
    with what they are called; what it has otherwise than the one ``of`` before."""

    of: str
    changes: tuple[str, ...]
    day: str
    costs: tuple[tuple[str, str, str], ...]


def _edition(
    shelf: Shelf, opened: Opened, data: dict[str, Any], items: tuple[Item, ...]
) -> _Edition | None:
    """Of a form that is another edition of one, until it is kept."""
    before = str(data.get("edition_of", ""))
    if not before or not opened.known.new:
        return None
    costs = [(f"{zoning.COST}{i.where}/", i.label, i.price) for i in items if i.price]
    costs += [
        (f"{zoning.COST}{item.where}/{option.name}", f"{item.label}, {option.called}", option.price)
        for item in items
        for option in item.options
        if option.price
    ]
    costs += [(f"{zoning.COST}sum/{each.name}", each.called, each.price) for each in fixed(data)]
    return _Edition(before, shelf.changes(opened), _said(data, "event.date"), tuple(costs))


def _people(data: dict[str, Any]) -> dict[str, Any]:
    """What is asked about the people of a form, and what it says so far."""
    said = data.get("people", {})
    named = said.get("named", "")
    named = named if isinstance(named, str) else " ".join(named)
    nameable, countable = people.nameable(data), people.countable(data)
    lines = [f"«\u00a0{each.called}\u00a0»" for each in nameable if str(each) == named]
    counts = [f"«\u00a0{each.called}\u00a0»" for each in countable if each.is_counted]
    return {
        "named": named,
        "nameable": nameable,
        "countable": countable,
        "said": f"Les noms sont dans {lines[0]}, les nombres dans {', '.join(counts)}."
        if lines and counts
        else "",
        "uncounted": said.get("labels", {}).get(said.get("uncounted", ""), ""),
        "members": said.get("members", ""),
    }


def _fee(doubt: str) -> tuple[str, str]:
    """What is proposed that every form costs: what it is called, and its price."""
    fee = fee_of(doubt)
    return (fee.called, money_of(fee.cents)) if fee else ("", "")


def _first_page(items: tuple[Item, ...]) -> int:
    asking = [item.page for item in items if item.faults or item.doubt]
    return min(asking or [item.page for item in items], default=1)


def _behind(selected: Item | None, doubtful: list[Item]) -> Item | None:
    """The doubt behind what is selected; behind the last one the first."""
    at = doubtful.index(selected) + 1 if selected in doubtful else 0
    return doubtful[at % len(doubtful)] if doubtful else None


def _types() -> list[tuple[str, str]]:
    return sorted(((name, fields.load(name).label) for name in fields.names()), key=lambda t: t[1])


def _extra(item: Item | None) -> str:
    """What the type of a zone goes by beside its place, as the page calls it."""
    field_type = fields.find(item.type) if item else None
    return _KEYS.get(field_type.zone_key, "") if field_type else ""


def _may_cost(item: Item | None) -> bool:
    """Whether a sum can speak of a zone: of a number, or of what it speaks of already."""
    if item is None or not item.field:
        return False
    spoken_of = bool(item.price) or item.is_total or item.is_added
    return spoken_of or zoning.may_cost(item.type)


def _said(data: dict[str, Any], name: str) -> str:
    table, _, key = name.rpartition(".")
    value = (data.get(table, {}) if table else data).get(key, "")
    return f"{value:%d/%m/%Y}" if hasattr(value, "strftime") else str(value)


def _renew(view: View) -> Response:
    """The page that asks for the blank of a form's next edition."""
    shelf = _shelf(view.desk)
    try:
        known = shelf.kept_form(str(view.request.path_params["form"]))
    except FormError as err:
        raise GoneError(str(err)) from err
    return view.page("renew.html.j2", form=known, changeable=shelf.changeable)


def renewal(view: View, filed: Filed) -> str:
    """Where the form of a fiche that seems to be of another edition gets one; "" for all others."""
    shelf, registration = view.desk.shelf, filed.registration
    seems = any(f.rule in _OTHER_EDITION and f.asks for f in registration.findings)
    is_there = shelf is not None and shelf.changeable and seems
    return f"{ROOM}/{registration.form_id}/edition" if is_there else ""


def _image(view: View) -> Response:
    sheet = _shelf(view.desk).sheet(_opened(view), view.leaf)
    # Another blank may have come under the same name.
    return Response(sheet.jpeg, media_type="image/jpeg", headers={"cache-control": "no-cache"})


def _keep(view: View) -> Response:
    opened, shelf = _opened(view), _shelf(view.desk)
    try:
        shelf.keep(opened.known.id, view.typed_number("seen"))
    except FormError as err:
        return view.words(str(err), 422)
    sources = view.desk.sources
    if sources is not None and sources.reading.inbox.is_dir():
        sources.reading.begin()
    return view.away(ROOM, f"{_KEPT}\u00a0: les fiches sont lues avec lui.")


def _throw_away(view: View) -> Response:
    try:
        _shelf(view.desk).throw_away(_opened(view).known.id)
    except FormError as err:
        return view.words(str(err), 422)
    return view.away(ROOM, "Ce qui n'était pas enregistré est oublié.")


def _begin(view: View) -> Response:
    """To the draft that was made last."""
    newest = _shelf(view.desk).newest()
    return view.away(f"{ROOM}/{newest}" if newest else ROOM)


def _gather(view: View) -> Response:
    """A draft of what the fiches of an unknown form share, to be looked at at once."""
    group = next((g for g in strangers(view.desk) if g.name == view.typed.get("groupe", "")), None)
    if group is None:
        raise GoneError("Ces fiches ne sont plus là\u00a0: revenir à l'accueil.")
    try:
        form_id = _shelf(view.desk).gather(group.copies, "nouveau-formulaire")
    except PipelineError as err:
        return view.words(str(err), 422)
    return view.away(
        f"{ROOM}/{form_id}", "Voici ce que ces fiches ont en commun\u00a0: à vérifier."
    )


def _tried(view: View) -> Response:
    """The form with what a scan gave, in the place of the form without."""
    opened = _opened(view)
    response = _work(view, opened, page=view.typed_number("page"), where="")
    response.headers["HX-Retarget"] = "#work"
    return response


async def bring(request: Request, desk: Desk) -> Response:
    """The blank of a new form, or of the next edition of a known one, whose bytes are the body."""

    known = str(request.query_params.get("modele", ""))

    def take(path: Path) -> str:
        shelf = _shelf(desk)
        shelf.renew(known, path) if known else shelf.bring(path)
        return f"{path.name} est prêt."

    return await _taken(request, take)


async def attempt(request: Request, desk: Desk) -> Response:
    """A scan, whose bytes are the body, read with a form as it is drawn now."""
    form_id = str(request.query_params.get("modele", ""))
    return await _taken(request, lambda path: in_words(_shelf(desk).attempt(form_id, path)))


async def _taken(request: Request, take: Any) -> Response:
    """What is made of a file that is the body; it is gone then. Or why nothing can be."""
    name = file_name(str(request.query_params.get("nom", "")))
    try:
        data = b"".join([chunk async for chunk in request.stream()])
    except HTTPException as err:
        return PlainTextResponse(f"{name}\u00a0: {err.detail}", err.status_code)

    def work() -> Response:
        with on_a_page(), TemporaryDirectory(prefix="fiches-") as folder:
            path = Path(folder) / name
            try:
                path.write_bytes(data)
                return PlainTextResponse(take(path))
            except PipelineError as err:
                return PlainTextResponse(f"{name}\u00a0: {err}", 422)
            except OSError:
                return PlainTextResponse(f"{name}\u00a0: le disque n'en veut pas.", 507)

    return await run_in_threadpool(work)


ROUTES = (
    (ROOM, _list, "GET"),
    (f"{ROOM}/ouvrir", _begin, "POST"),
    (f"{ROOM}/reunir", _gather, "POST"),
    (f"{ROOM}/{{form}}", _show, "GET"),
    (f"{ROOM}/{{form}}", _act, "POST"),
    (f"{ROOM}/{{form}}/edition", _renew, "GET"),
    (f"{ROOM}/{{form}}/garder", _keep, "POST"),
    (f"{ROOM}/{{form}}/oublier", _throw_away, "POST"),
    (f"{ROOM}/{{form}}/essai", _tried, "POST"),
    (f"{ROOM}/{{form}}/image/{{page}}", _image, "GET"),
)
