"""The page « Mes formulaires »: what forms there are, each drawn over its blank, and changed."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pipeline import fields
from pipeline.drafting import drawn
from pipeline.drafting.doubts import doubts
from pipeline.drafting.drawn import Item
from pipeline.drafting.snapping import Edges
from pipeline.drafting.steps import Steps
from pipeline.errors import PipelineError
from pipeline.fields import Means
from pipeline.intake.naming import file_name
from pipeline.language import on_a_page
from pipeline.records import Outcome, Status
from pipeline.web import zoning
from pipeline.web.desk import Desk, GoneError
from pipeline.web.shelf import FormError, Opened, Shelf
from pipeline.web.strangers import strangers
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
_WHOLE = ("sum", "people")
"""Parts of a form that are no zones, and may be in doubt."""
_DAY = "private, max-age=86400"


def _shelf(desk: Desk) -> Shelf:
    if desk.shelf is None:
        raise GoneError("Cette page n'a pas de formulaires.")
    return desk.shelf


def _list(view: View) -> Response:
    shelf = _shelf(view.desk)
    return view.page("forms.html.j2", known=shelf.known(), changeable=shelf.changeable)


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
    if act == "sure":
        selected.append(next(iter(doubts(opened.steps.now)), where))
    where = "".join(selected) or ("" if act in _MOVING else where)
    moved = act in ("sure", "add")
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
    tried = shelf.tried(opened.known.id)
    values = _values(tried, items) if tried else {}
    doubtful = [item for item in items if item.faults or item.doubt]
    inner = "form_work.html.j2"
    given = {
        "inner": inner,
        "title": str(data.get("title", opened.known.id)),
        "form": opened.known,
        "steps": opened.steps,
        "may_change": shelf.changeable and not opened.known.shipped,
        "page": page,
        "sheet": shelf.sheet(opened, page),
        "items": [*doubtful, *(item for item in items if item not in doubtful)],
        "doubtful": doubtful,
        "next_doubt": _behind(selected, doubtful),
        "selected": selected,
        "doubts": [(at, why) for at, why in doubted.items() if at in _WHOLE],
        "faults": drawn.elsewhere(faults, items),
        "has_faults": bool(faults),
        "problem": problem,
        "focus": focus,
        "types": _types(),
        "called": dict(_types()),
        "roles": _ROLES,
        "extra": _extra(selected),
        "may_cost": _may_cost(selected),
        "head": [(name, words, _said(data, name)) for name, words in zoning.HEAD],
        "values": values,
        "written": _written(items, values),
        "tried": _outcome(tried) if tried else "",
    }
    status = 422 if problem else 200
    if not view.by_htmx:
        return view.page("form.html.j2", status=status, **given)
    response = view.page(inner, status=status, **given)
    at = {"page": page, **({"zone": where} if selected else {})}
    response.headers["HX-Push-Url"] = f"{ROOM}/{opened.known.id}?{urlencode(at)}"
    return response


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
    means = fields.means(item.type) if fields.find(item.type) else Means.OTHER
    spoken_of = bool(item.price) or item.is_total or item.is_added
    return spoken_of or means in (Means.COUNT, Means.AMOUNT)


def _said(data: dict[str, Any], name: str) -> str:
    table, _, key = name.rpartition(".")
    value = (data.get(table, {}) if table else data).get(key, "")
    return f"{value:%d/%m/%Y}" if hasattr(value, "strftime") else str(value)


@dataclass(frozen=True, slots=True)
class _Value:
    """What a scan gave for a field, as readers see it."""

    field: str
    text: str
    is_sure: bool


def _values(outcome: Outcome, items: tuple[Item, ...]) -> dict[str, list[_Value]]:
    """What was read, by zone: of the first form on the scan."""
    values: dict[str, list[_Value]] = {item.field: [] for item in items if item.field}
    for registration in outcome.registrations[:1]:
        for reading in registration.readings:
            name = reading.field.split(".")[0]
            if name in values:
                text = fields.load(reading.type).display(reading.value) if reading.text else ""
                is_sure = reading.status is Status.ACCEPTED
                values[name].append(_Value(reading.field, text, is_sure))
    return values


def _written(items: tuple[Item, ...], values: dict[str, list[_Value]]) -> dict[str, _Value]:
    """What was read, by the rectangle that it stands in; of options, that they are chosen."""
    written = {}
    for item in items:
        for value in values.get(item.field, ()):
            row = value.field.partition(".")[2]
            at = int(row) - 1 if row.isdecimal() else 0
            chosen = {part.strip() for part in value.text.split("|")}
            for n, rect in enumerate(item.rects):
                if rect.name in chosen:
                    written[str(rect.spot)] = replace(value, text="✓")
                elif item.sort == "zone" and not rect.name and n == at and value.text:
                    written[str(rect.spot)] = value
    return written


def _outcome(outcome: Outcome) -> str:
    """What became of a scan that was tried, in words."""
    if outcome.registrations:
        return f"{outcome.source.document} est lu\u00a0: les valeurs sont à côté des zones."
    said = " ".join(dict.fromkeys(rejection.message for rejection in outcome.rejections))
    return f"{outcome.source.document} n'a pas été lu. {said}".strip()


def _image(view: View) -> Response:
    sheet = _shelf(view.desk).sheet(_opened(view), view.leaf)
    return Response(sheet.jpeg, media_type="image/jpeg", headers={"cache-control": _DAY})


def _keep(view: View) -> Response:
    opened, shelf = _opened(view), _shelf(view.desk)
    try:
        shelf.keep(opened.known.id, view.typed_number("seen"))
    except FormError as err:
        return view.words(str(err), 422)
    sources = view.desk.sources
    if sources is not None and sources.reading.inbox.is_dir():
        sources.reading.begin()
    return view.away(ROOM, "Le modèle est enregistré\u00a0: les fiches sont lues avec lui.")


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
    """The blank of a new form, whose bytes are the body: it is drafted."""

    def take(path: Path) -> str:
        _shelf(desk).bring(path, path.name)
        return f"{path.name} est prêt."

    return await _taken(request, take)


async def attempt(request: Request, desk: Desk) -> Response:
    """A scan, whose bytes are the body, read with a form as it is drawn now."""
    form_id = str(request.query_params.get("modele", ""))
    return await _taken(request, lambda path: _outcome(_shelf(desk).attempt(form_id, path)))


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
    (f"{ROOM}/{{form}}/garder", _keep, "POST"),
    (f"{ROOM}/{{form}}/oublier", _throw_away, "POST"),
    (f"{ROOM}/{{form}}/essai", _tried, "POST"),
    (f"{ROOM}/{{form}}/image/{{page}}", _image, "GET"),
)
