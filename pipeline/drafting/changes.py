"""What differs between a form and the edition of it before, as people say it."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.drafting.drawn import Item, items
from pipeline.drafting.prices import fixed
from pipeline.forms.constraints import date_of
from pipeline.french_event import french_date
from pipeline.pages import plural

_MOVED_MM = 1.0
_FACTS = (
    ("event", "hours", "Heures"),
    ("event", "place", "Lieu"),
    ("organiser", "name", "Organisateur"),
    ("organiser", "email", "E-mail de l'organisateur"),
    ("organiser", "iban", "IBAN"),
    ("organiser", "bic", "BIC"),
)
"""What a form says of its event and organiser beside the day, and what people call it."""


def changes(before: str, after: str) -> tuple[str, ...]:
    """What the form ``after`` has otherwise than the one ``before``, both the texts of their files:
    its day, tariffs, zones that came, went, are called otherwise, or moved by over 1 mm."""
    old, new = tomllib.loads(before), tomllib.loads(after)
    was, now = _by_field(old), _by_field(new)
    said = [*_head(old, new)]
    for name, item in now.items():
        said += (
            _of_zone(was[name], item)
            if name in was
            else [f"«\u00a0{item.label}\u00a0» est ajouté."]
        )
    said += _rows(old, new)
    said += _fixed(old, new)
    said += [
        f"«\u00a0{item.label}\u00a0» n'y est plus." for name, item in was.items() if name not in now
    ]
    moved = [item.label for name, item in now.items() if name in was and _is_moved(was[name], item)]
    if moved:
        said.append(f"Déplacé de plus de 1\u00a0mm\u00a0: {', '.join(moved)}.")
    return tuple(said)


def _by_field(data: Mapping[str, Any]) -> dict[str, Item]:
    return {item.field: item for item in items(data, {}, []) if item.field}


def _head(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, after = (date_of(str(each.get("event", {}).get("date", ""))) for each in (old, new))
    if before != after and after:
        was = f", et non plus le {french_date(before)}" if before else ""
        yield f"Le jour est le {french_date(after)}{was}."
    for part, key, called in _FACTS:
        was, now = (str(each.get(part, {}).get(key, "")) for each in (old, new))
        if was != now:
            yield f"{called}\u00a0: {was or 'rien'} → {now or 'rien'}."
    if old.get("title") != new.get("title"):
        yield f"Le titre est «\u00a0{new.get('title', '')}\u00a0»."


def _rows(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Of each table that both have, how many rows it has now, where that is another number."""
    was, now = (
        {str(table["columns"][0]["field"]): table for table in data.get("tables", ())}
        for data in (old, new)
    )
    for name in was.keys() & now.keys():
        before, after = len(was[name]["rows_mm"]), len(now[name]["rows_mm"])
        if before != after:
            called = now[name]["columns"][0].get("label", name)
            lines = plural(after, "ligne", "lignes")
            yield f"Tableau «\u00a0{called}\u00a0»\u00a0: {lines} au lieu de {before}."


def _fixed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    was, now = ({each.name: each for each in fixed(data)} for data in (old, new))
    for name in {**was, **now}:
        prices = [each[name].price if name in each else "" for each in (was, now)]
        if prices[0] != prices[1]:
            called = (now.get(name) or was[name]).called
            yield f"{called}\u00a0: {_price(prices[0])} → {_price(prices[1])}."


def _of_zone(was: Item, now: Item) -> Iterator[str]:
    if was.label != now.label:
        yield f"«\u00a0{was.label}\u00a0» s'appelle maintenant «\u00a0{now.label}\u00a0»."
    if was.price != now.price:
        yield f"{now.label}\u00a0: {_price(was.price)} → {_price(now.price)}."
    known = {option.name: option for option in was.options}
    for option in now.options:
        called = f"{now.label}, {option.called}"
        if option.name not in known:
            price = f" ({_price(option.price)})" if option.price else ""
            yield f"{called}\u00a0: case ajoutée{price}."
        elif known[option.name].price != option.price:
            yield f"{called}\u00a0: {_price(known[option.name].price)} → {_price(option.price)}."
    for gone in known.keys() - {option.name for option in now.options}:
        yield f"{now.label}\u00a0: la case «\u00a0{known[gone].called}\u00a0» n'y est plus."
    lines = [len(item.rects) for item in (was, now)]
    if not now.options and lines[0] != lines[1]:
        yield f"{now.label}\u00a0: {lines[1]} au lieu de {lines[0]} lignes."


def _price(price: str) -> str:
    return f"{price}\u00a0€" if price else "sans prix"


def _is_moved(was: Item, now: Item) -> bool:
    stood = {(rect.spot.key, rect.spot.entry): rect.box for rect in was.rects}
    for rect in now.rects:
        box = stood.get((rect.spot.key, rect.spot.entry))
        if box is not None and was.page == now.page:
            shifts = (box.x - rect.box.x, box.y - rect.box.y)
            if max(map(abs, shifts)) > _MOVED_MM:
                return True
    return was.page != now.page
