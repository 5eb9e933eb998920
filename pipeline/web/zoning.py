"""What a person does to a form on its page: each act a step, made of what the page sends."""

import tomllib
from collections.abc import Callable, Mapping
from math import isfinite

from pipeline import fields
from pipeline.drafting import edits, people, prices, regroup
from pipeline.drafting.arithmetic import Fee, fee_of
from pipeline.drafting.doubts import doubted, doubts, settled
from pipeline.drafting.edits import Spot
from pipeline.drafting.prices import Choice
from pipeline.drafting.snapping import Edges, snapped
from pipeline.drafting.steps import Steps
from pipeline.fields import Means
from pipeline.geometry import BoxMm
from pipeline.money import parse_cents

HEAD = (
    ("title", "Titre du modèle"),
    ("event.name", "Événement"),
    ("event.date", "Jour (jj/mm/aaaa)"),
    ("event.hours", "Heures"),
    ("event.place", "Lieu"),
    ("organiser.name", "Organisateur"),
    ("organiser.email", "E-mail de l'organisateur"),
    ("organiser.iban", "IBAN"),
    ("organiser.bic", "BIC"),
)
"""What a form says of itself, and what the page calls it."""
COST = "cost."
"""Begins the names of what is asked for the tariffs of a next edition."""
_WITHIN_MM = {"mouse": 1.5, "keys": 0.4}
"""How near print draws a zone that is moved: by keys, less than one step of theirs."""
_NEW = (60.0, 8.0)
_NEW_BOX = (4.0, 4.0)
_AT_MM = 20.0
_AREAS = ("office", "ignore")
_SAID_OF_COSTS = {Means.COUNT: ("price",), Means.AMOUNT: ("total", "adds")}
"""What the page sends of what a field costs, by what it means."""
Typed = Mapping[str, str]


def step(steps: Steps, typed: Typed, edges: Callable[[int], Edges]) -> tuple[Steps, str]:
    """The steps with one more, and the place of what is selected then ("" for what was).

    ``edges`` gives the print of a page. Raises ValueError (French) for what cannot be.
    """
    act, where = typed.get("act", ""), typed.get("zone", "")
    if act == "undo":
        return steps.undone(), ""
    if act == "redo":
        return steps.redone(), ""
    text, selected = steps.now, ""
    if act == "add":
        box = _new_place(text, typed)
        text, selected = edits.add(text, _kind(typed), _page(typed), box)
    elif act == "column":
        text, selected = regroup.with_column(text, where)
    elif act == "put":
        text = _put(text, typed, edges)
    elif act in _SIMPLE:
        text = _SIMPLE[act](text, where, typed)
    else:
        raise ValueError("Cette page ne connaît pas cet acte.")
    return steps.then(text), selected


def _described(text: str, where: str, typed: Typed) -> str:
    """What a zone is called, of what type it is, and what goes with that; nobody doubts it then."""
    kind = _kind(typed)
    text = edits.retype(text, where, kind)
    text = edits.relabel(text, where, typed.get("label", ""))
    if name := typed.get("name", "").strip():
        text = edits.rename(text, where, name)
    key = fields.load(kind).zone_key
    if key:
        text = edits.with_key(text, where, key, typed.get("extra", "").strip())
    role = typed.get("role", "")
    if role in ("", "who", "contact", "payment", "none"):
        text = edits.with_key(text, where, "role", role)
    zone = edits.entry_at(tomllib.loads(text), where)
    if "lines_mm" in zone:
        text = edits.with_key(text, where, "repeated", typed.get("repeated", "") == "1")
    return settled(_costing(text, where, typed), where)


def _costing(text: str, where: str, typed: Typed) -> str:
    """What is said of its options and prices at the same time, where it still has such."""
    zone = edits.entry_at(tomllib.loads(text), where)
    if any(key in zone for key in edits.PLACES[1:]):
        return _options(text, where, typed) if "option.0" in typed else text
    if "price" not in typed:
        return text
    said = _SAID_OF_COSTS.get(_means(str(zone.get("type", ""))), ())
    return _price(text, where, {name: typed.get(name, "") for name in said})


def may_cost(kind: str) -> bool:
    """Whether a sum can speak of a field of that type: of a number of pieces, or of an amount."""
    return _means(kind) in _SAID_OF_COSTS


def is_counted(kind: str) -> bool:
    """Whether a field of that type says of how many the price is to be paid."""
    return _means(kind) is Means.COUNT


def _means(kind: str) -> Means:
    return fields.means(kind) if fields.find(kind) else Means.OTHER


def _field(text: str, where: str) -> str:
    return str(edits.entry_at(tomllib.loads(text), where).get("field", ""))


def _put(text: str, typed: Typed, edges: Callable[[int], Edges]) -> str:
    """A rectangle where it was drawn or, if it is to snap, on the print beside that."""
    box = BoxMm(*(_mm(typed.get(side, "")) for side in "xywh"))
    if typed.get("snap"):
        within_mm = _WITHIN_MM.get(typed.get("how", ""), 0.0)
        resized = bool(typed.get("resized"))
        box = snapped(box, edges(_page(typed)), within_mm=within_mm, resized=resized)
    return edits.put(text, Spot.of(typed.get("spot", "")), box)


def _mm(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or abs(value) > 2000:
        raise ValueError("Cette place n'est pas sur la page.")
    return value


def _page(typed: Typed) -> int:
    text = typed.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:4]) < 100 else 1


def _kind(typed: Typed) -> str:
    kind = typed.get("type", "")
    if kind not in fields.names() and not (typed.get("act") == "add" and kind in _AREAS):
        raise ValueError("Choisir un type.")
    return kind


def _new_place(text: str, typed: Typed) -> BoxMm:
    """Below what is selected, else at the top of the page."""
    kind, where = _kind(typed), typed.get("zone", "")
    is_box = kind in fields.names() and fields.nature(kind) is fields.Nature.MARK
    width, height = _NEW_BOX if is_box else _NEW
    if where:
        boxes = list(edits.boxes_of(edits.entry_at(tomllib.loads(text), where)))
        if boxes and len(boxes[-1]) == 4:
            x, y, _, h = map(float, boxes[-1])
            return BoxMm(x, y + h + 2, width, height)
    return BoxMm(_AT_MM, _AT_MM, width, height)


def _options(text: str, where: str, typed: Typed) -> str:
    choices = [
        Choice(typed[f"option.{n}"], typed.get(f"called.{n}", ""), typed.get(f"price.{n}", ""))
        for n in range(len(typed))
        if f"option.{n}" in typed and not typed.get(f"gone.{n}")
    ]
    if typed.get("called", "").strip():
        choices.append(Choice("", typed["called"], typed.get("price", "")))
    return prices.with_options(text, where, choices)


def _fixed(text: str, _where: str, typed: Typed) -> str:
    """What every form costs; the fee that was in doubt is not, once it is among that."""
    choices = [
        Choice(typed[f"fixed.{n}"], typed.get(f"called.{n}", ""), typed.get(f"price.{n}", ""))
        for n in range(len(typed))
        if f"fixed.{n}" in typed
    ]
    choices.append(Choice("", typed.get("called", ""), typed.get("price", "")))
    text, fee = prices.with_fixed(text, choices), fee_of(doubts(text).get("sum", ""))
    is_added = fee is not None and parse_cents(typed.get("price", "")) == fee.cents
    return _answered(text, fee) if fee and is_added else text


def _fee(text: str, _where: str, typed: Typed) -> str:
    """The fee that is in doubt made one that every form costs, or not (nothing is ``called``)."""
    fee = fee_of(doubts(text).get("sum", ""))
    if fee is None:
        return text
    known = prices.fixed(tomllib.loads(text))
    more = Choice("", typed.get("called", ""), typed.get("price", ""))
    return prices.with_fixed(_answered(text, fee), [*known, more])


def _answered(text: str, fee: Fee) -> str:
    """The text without the doubt about a fee, and with what else is in doubt of the sum."""
    text = settled(text, "sum")
    return doubted(text, "sum", fee.rest) if fee.rest else text


def _price(text: str, where: str, typed: Typed) -> str:
    name = _field(text, where)
    text = prices.price(text, name, typed.get("price", ""))
    text = prices.total(text, name, is_total=bool(typed.get("total")))
    return prices.adds(text, name, is_added=bool(typed.get("adds")))


def _table(text: str, where: str, typed: Typed) -> str:
    others = [name.removeprefix("with.") for name in typed if name.startswith("with.")]
    return regroup.tabulate(text, [*dict.fromkeys([where, *others])])


def _head(text: str, _where: str, typed: Typed) -> str:
    return edits.head(text, {name: typed[name] for name, _ in HEAD if name in typed})


def _edition(text: str, _where: str, typed: Typed) -> str:
    """The day of the next edition, and what all costs there; nobody doubts the day then."""
    if day := typed.get("event.date", "").strip():
        text = settled(edits.head(text, {"event.date": day}), "event")
    for name, price in typed.items():
        if name.startswith(COST) and price.strip():
            where, _, option = name.removeprefix(COST).partition("/")
            text = prices.with_price(text, where, option, price)
    return text


def _people(text: str, _where: str, typed: Typed) -> str:
    """Who the people are, and what one of each kind is called; nobody doubts it then."""
    ones = {
        name: typed.get(f"one.{name}", "")
        for name in (key.removeprefix("counted.") for key in typed if key.startswith("counted."))
    }
    text = people.with_people(
        text,
        typed.get("named", ""),
        ones,
        uncounted=typed.get("uncounted", ""),
        members=typed.get("members", ""),
    )
    return settled(text, "people")


_SIMPLE: Mapping[str, Callable[[str, str, Typed], str]] = {
    "describe": _described,
    "sure": lambda text, where, _: settled(text, where),
    "options": _options,
    "price": _price,
    "fixed": _fixed,
    "fee": _fee,
    "table": _table,
    "head": _head,
    "edition": _edition,
    "people": _people,
    "row": lambda text, where, _: regroup.with_row(text, where),
    "norow": lambda text, where, _: regroup.without_row(text, where),
    "split": lambda text, where, _: regroup.split(text, where),
    "join": lambda text, where, typed: regroup.join(text, where, typed.get("with", "")),
    "delete": lambda text, where, _: edits.delete(text, where),
    "area": lambda text, where, typed: edits.as_area(text, where, _area(typed)),
}


def _area(typed: Typed) -> str:
    kind = typed.get("kind", "")
    if kind not in _AREAS:
        raise ValueError("Choisir ce que c'est.")
    return kind
