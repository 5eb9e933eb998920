"""Documents that could not be read: seen, placed by hand, typed by hand, or set aside."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import cv2
import numpy as np
from starlette.responses import Response

from pipeline import fields
from pipeline.decisions import Act, Change, Decision, Refused
from pipeline.errors import ConflictError, DocumentError
from pipeline.forms.schema import Form
from pipeline.french import label
from pipeline.judging import deciding
from pipeline.records import Gray, Placement, Registration
from pipeline.roles import in_row
from pipeline.web import mails, options
from pipeline.web.desk import GoneError
from pipeline.web.views import View

_WIDTH_PX = 1200
_CORNERS = ("en haut à gauche", "en haut à droite", "en bas à droite", "en bas à gauche")
_INSET = 0.04
_PEOPLE_SHOWN = 6
"""Lines for people in a form typed by hand, where the form has no fewer."""


def _find(view: View) -> Refused:
    refusal = view.desk.store.refusal_of(str(view.request.path_params["subject"]))
    if refusal is None:
        raise GoneError("Ce document n'est plus parmi les rejetés.")
    return refusal


def _all(view: View) -> Response:
    sought = view.asked("q")
    return view.page("refused.html.j2", refused=view.desk.refused(sought), sought=sought)


def _show(view: View, *, problem: str = "", problems: dict[str, str] | None = None) -> Response:
    refusal = _find(view)
    forms = view.desk.forms
    form = forms.get(view.typed.get("form") or view.asked("formulaire")) or next(
        iter(forms.values())
    )
    page = _number(view, "page") or refusal.rejection.page or 1
    turns = _number(view, "quarts") % 4
    given: dict[str, Any] = {"image": "", "pages": 0, "unseen": ""}
    try:
        if refusal.source is None:
            raise DocumentError("il n'a pas été reçu sous une forme que l'on puisse ouvrir.")
        given["pages"] = view.desk.pictures.pages(refusal.source)
        page = min(page, given["pages"])
        high, wide = _turned(view, refusal, page, turns).shape
        query = urlencode({"page": page, "quarts": turns})
        given |= {"image": f"/rejet/{refusal.subject}/image?{query}", "width": wide, "height": high}
        given["ratio"] = round(high / wide, 5)
    except DocumentError as err:
        given["unseen"] = str(err)
    far = 1 - _INSET
    places = [(_INSET, _INSET), (far, _INSET), (far, far), (_INSET, far)]
    tall = given.get("ratio", 1.0)
    given["corners"] = [
        (x, round(y * tall, 4), name) for (x, y), name in zip(places, _CORNERS, strict=True)
    ]
    blanks = [
        (f"{f.id}/{number}", f"{f.id}, page {number}")
        for f in forms.values()
        for number in sorted({zone.page for zone in f.zones})
    ]
    return view.page(
        "refusal.html.j2",
        status=422 if problem or problems else 200,
        refusal=refusal,
        problem=problem,
        page=page,
        turns=turns,
        blanks=blanks,
        form=form.id,
        forms=sorted(forms),
        fields=_entries(form, view.typed, problems or {}),
        mail=mails.shown(refusal.mail),
        fiches=mails.choices(view, refusal.mail) if refusal.mail else [],
        **given,
    )


def _number(view: View, name: str) -> int:
    return view.typed_number(name) or view.number(name)


def _turned(view: View, refusal: Refused, page: int, turns: int) -> Gray:
    """The page as received, turned clockwise by quarters. Raises DocumentError."""
    if refusal.source is None:
        raise DocumentError("Ce document ne peut pas être montré.")
    data = view.desk.pictures.raw(refusal.source, page=page, width_px=_WIDTH_PX)
    image: Gray = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE))
    return np.rot90(image, -turns)


def _image(view: View) -> Response:
    page, turns = max(1, view.number("page")), view.number("quarts") % 4
    image = np.ascontiguousarray(_turned(view, _find(view), page, turns))
    data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
    return Response(data, media_type="image/jpeg")


def _place(view: View) -> Response:
    """Read the document again, with the form where a person put it."""
    refusal = _find(view)
    turns, page = view.typed_number("quarts") % 4, view.typed_number("page")
    form_id, _, number = view.typed.get("form", "").partition("/")
    corners = _corners(view.typed.get("corners", ""), turns)
    known = form_id in view.desk.forms and number.isdecimal()
    if refusal.source is None or not corners or not known:
        return _show(view, problem="Poser les quatre coins sur une page que l'on voit.")
    placement = Placement(page, form_id, int(number), corners)
    source = replace(refusal.source, placed=(*refusal.source.placed, placement))
    outcome = view.desk.pictures.reread(source)
    if not outcome.registrations or any(r.page == page for r in outcome.rejections):
        reasons = " ".join(r.message for r in outcome.rejections if r.page in (page, None))
        return _show(view, problem=reasons or "La fiche n'a pas pu être lue ainsi.")
    view.desk.store.replace_outcome(
        refusal.subject,
        outcome,
        judge=view.desk.judged,
        who=view.who,
        seen=view.typed_number("seen"),
        reader="placed",
    )
    return _done(view, "Le document est relu : la fiche est maintenant à relire.")


def _corners(text: str, turns: int) -> tuple[tuple[float, float], ...]:
    """The corners on the page as received, from those on the turned picture; none if malformed."""
    try:
        points = [tuple(float(v) for v in point.split(",")) for point in text.split()]
    except ValueError:
        return ()
    if len(points) != 4 or any(len(p) != 2 or not all(0 <= v <= 1 for v in p) for p in points):
        return ()
    for _ in range(turns):  # a quarter clockwise puts (x, y) at (1 - y, x)
        points = [(y, 1 - x) for x, y in points]
    return tuple((x, y) for x, y in points)


def _set_aside(view: View) -> Response:
    refusal = _find(view)
    reason = " ".join(view.typed.get("reason", "").split())[:200]
    if not reason:
        return _show(view, problem="Écrire pourquoi le document est écarté.")
    change = Change(
        refusal.subject, view.typed_number("seen"), (Decision(Act.SET_ASIDE, reason=reason),)
    )
    view.desk.store.decide([change], who=view.who)
    return _done(view, "Le document est écarté, avec son motif.")


def _key_in(view: View) -> Response:
    """A registration typed from the picture."""
    refusal = _find(view)
    form = view.desk.forms.get(view.typed.get("form", ""))
    if form is None:
        return _show(view, problem="Choisir un formulaire.")
    registration = Registration(form.id, refusal.rejection.page or 1, (), roles=form.roles)
    problems = {}
    for name in _names(form):
        text = " ".join(view.typed.get(name, "").split())
        if not text and "." in name:
            continue
        try:
            decision = Decision(Act.CORRECT, name, text)
            registration = deciding.apply(registration, form, decision, gate=view.desk.gate)
        except ValueError as err:
            problems[name] = str(err)
    if problems:
        return _show(view, problem="Corriger les champs marqués.", problems=problems)
    try:
        view.desk.store.key_in(
            refusal.subject, registration, who=view.who, seen=view.typed_number("seen")
        )
    except ConflictError as err:
        return _show(view, problem=str(err))
    return _done(view, "La fiche est enregistrée.")


def _names(form: Form) -> list[str]:
    """The fields of a form, with a line for each person; tables row by row."""
    names = []
    of_tables = {field for table in form.tables for field in table.fields}
    for zone in (zone for zone in form.zones if zone.field not in of_tables):
        lines = max(zone.rows, _PEOPLE_SHOWN) if zone.repeated else 0
        names += [f"{zone.field}.{i}" for i in range(1, lines + 1)] or [zone.field]
    for table in form.tables:
        rows = range(1, len(table.rows_mm) + 1)
        names += [in_row(field, row) for row in rows for field in table.fields]
    return names


def _entries(form: Form, typed: dict[str, str], problems: dict[str, str]) -> list[dict[str, Any]]:
    entries = []
    for name in _names(form):
        zone = form.zone(name)
        offered = options.of_zone(zone) if zone.boxes else ()
        entries.append(
            {
                "name": name,
                "label": label(name, form.roles),
                "text": typed.get(name, ""),
                "options": (*offered[-1:], *offered[:-1]),  # none comes first
                "several": fields.several(zone.type),
                "problem": problems.get(name, ""),
            }
        )
    return entries


def _done(view: View, notice: str) -> Response:
    view.desk.reload()
    return view.away("/rejets", notice)


ROUTES = (
    ("/rejets", _all, "GET"),
    ("/rejet/{subject}", _show, "GET"),
    ("/rejet/{subject}/image", _image, "GET"),
    ("/rejet/{subject}/placer", _place, "POST"),
    ("/rejet/{subject}/ecarter", _set_aside, "POST"),
    ("/rejet/{subject}/saisir", _key_in, "POST"),
)
