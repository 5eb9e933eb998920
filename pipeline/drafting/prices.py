"""Edits of what a form asks money for: options and what each costs, tariffs, the sum.

Amounts are written as people write them, ``12,10``; a file that counts in cents goes on doing so.
See ``edits`` for what all edits have in common.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit

from pipeline.drafting import blocks
from pipeline.drafting.edits import PRICES, entry_at, names, set_key
from pipeline.drafting.wording import free_name, option_name
from pipeline.money import cents_text, parse_cents

_APART = 1.6
"""A new option's box stands so many of its heights below the last one."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An option as it is to be: ``name`` is its name so far, empty for a new one; ``called``, what
    readers call it; ``price``, as people write it, empty where it costs nothing by itself."""

    name: str
    called: str
    price: str = ""


def with_options(text: str, where: str, choices: Sequence[Choice]) -> str:
    """The options of a zone: those that are left out go, new ones come, each with its price."""
    document = blocks.parsed(text)
    entry = entry_at(document, where)
    keys = [key for key in ("boxes_mm", "words_mm") if key in entry]
    if not keys:
        raise ValueError("Cette zone n'a pas de cases.")
    kept = [choice.name for choice in choices if choice.name]
    places = {name: key for key in keys for name in entry[key]}
    if not choices or not set(kept) <= places.keys():
        raise ValueError("Une zone de cases en a au moins une.")
    for name in places.keys() - set(kept):
        for part in (entry[places[name]], *(entry.get(key, {}) for key in ("options", *PRICES))):
            part.pop(name, None)
    named = []
    for choice in choices:
        name = choice.name or _added(entry, keys[-1], choice.called)
        _call(entry, name, " ".join(choice.called.split()))
        named.append((name, choice.price))
    for key in (*keys, "options"):
        if key in entry and not entry[key]:
            del entry[key]
    _price_options(entry, dict(named))
    return blocks.written(document, text)


def _added(entry: Any, key: str, called: str) -> str:
    name = option_name(called, [o for k in ("boxes_mm", "words_mm") for o in entry.get(k, ())])
    if key not in entry or not entry[key]:
        raise ValueError("Garder au moins une case de la zone.")
    boxes = [[float(value) for value in box] for box in entry[key].values()]
    entry[key][name] = _beside_last(boxes)
    return name


def _beside_last(boxes: Sequence[list[float]]) -> list[float]:
    """A box more, one step behind the last one: in its row where that has two, else below; of a
    column, where only sideways is said, beside."""
    last = list(boxes[-1])
    if len(last) == 2:
        last[0] = round(last[0] + _APART * last[1], 2)
        return last
    x, y, width, height = last
    row = sorted(box[0] for box in boxes if abs(box[1] - y) < height / 2)
    step_mm = row[-1] - row[-2] if len(row) > 1 else 0.0
    if step_mm > 0:
        return [round(row[-1] + step_mm, 2), y, width, height]
    below = [other for other in (round(box[1], 2) for box in boxes) if other < y]
    step_mm = y - max(below) if below else _APART * height
    return [x, round(y + step_mm, 2), width, height]


def _call(entry: Any, name: str, called: str) -> None:
    """A word of its own only where its name does not say it already."""
    options = entry.get("options", {})
    if options.get(name) == called:
        return
    if not called or called == name.replace("_", " "):
        options.pop(name, None)
        return
    if "options" not in entry:
        entry["options"] = tomlkit.inline_table()
    entry["options"][name] = called


def _price_options(entry: Any, prices: Mapping[str, str]) -> None:
    """What each costs; where one costs something, the others are free."""
    cents = {name: _cents(price) for name, price in prices.items()}
    key = "tariffs_cents" if "tariffs_cents" in entry else "tariffs"
    if not any(cents.values()):
        entry.pop(key, None)
        return
    if key not in entry:
        entry[key] = tomlkit.inline_table()
    for name, value in cents.items():
        _write(entry[key], name, value)


def price(text: str, field: str, written: str) -> str:
    """What one of a counted field costs; nothing takes its tariff out."""
    cents = _cents(written)
    text = text if not written.strip() else blocks.with_table(text, "sum")
    document = blocks.parsed(text)
    if "sum" not in document:
        return text
    arithmetic: Any = document["sum"]
    key = "tariffs_cents" if "tariffs_cents" in arithmetic else "tariffs"
    if written.strip():
        if key not in arithmetic:
            arithmetic[key] = tomlkit.inline_table()
        _write(arithmetic[key], field, cents)
    elif field in arithmetic.get(key, {}):
        del arithmetic[key][field]
        if not arithmetic[key]:
            del arithmetic[key]
    return _without_empty_sum(blocks.written(document, text))


def price_of(text: str, where: str, option: str = "") -> int | None:
    """What an option of a zone costs or, without one, each of a counted field, in cents."""
    entry = entry_at(blocks.parsed(text), where)
    part = entry if option else blocks.parsed(text).get("sum", {})
    known = part.get("tariffs") or part.get("tariffs_cents") or {}
    value = known.get(option or str(entry.get("field", "")))
    return parse_cents(value) if isinstance(value, str) else value


def with_price(text: str, where: str, option: str, written: str) -> str:
    """What an option that has a tariff, or each of a counted field, costs now."""
    document = blocks.parsed(text)
    if where == "sum":
        if option not in document.get("sum", {}).get("fixed", ()):
            raise ValueError("Ce montant n'est plus là\u00a0: recharger la page.")
        _write(document["sum"]["fixed"], option, _cents(written))
        return blocks.written(document, text)
    entry = entry_at(document, where)
    if not option:
        return price(text, str(entry["field"]), written)
    key = next((key for key in PRICES if option in entry.get(key, ())), "")
    if not key:
        raise ValueError("Cette case n'a pas de prix\u00a0: recharger la page.")
    _write(entry[key], option, _cents(written))
    return blocks.written(document, text)


def fixed(data: Mapping[str, Any]) -> tuple[Choice, ...]:
    """What every form costs, as ``Choice``: its name, what readers call it, and its price."""
    arithmetic = data.get("sum", {})
    called = arithmetic.get("labels", {})
    return tuple(
        Choice(name, called.get(name) or name.replace("_", " ").capitalize(), str(price))
        for name, price in arithmetic.get("fixed", {}).items()
    )


def with_fixed(text: str, choices: Sequence[Choice]) -> str:
    """The text with what every form costs; what is not called anything, or costs nothing, goes."""
    if "sum" not in blocks.parsed(text) and not any(choice.called.strip() for choice in choices):
        return text
    text = blocks.with_table(text, "sum")
    document = blocks.parsed(text)
    taken = names(document)
    arithmetic: Any = document["sum"]
    kept: dict[str, tuple[str, str]] = {}
    for choice in choices:
        called, cents = " ".join(choice.called.split()), _cents(choice.price)
        if cents and not called:
            raise ValueError("Écrire aussi, à côté de son prix, ce que chaque fiche paie.")
        if called and cents:
            name = choice.name or free_name(called, [*taken, *kept])
            kept[name] = (called, cents_text(cents).replace(".", ",").removesuffix(",00"))
    for key, n in (("fixed", 1), ("labels", 0)):
        said = {name: words[n] for name, words in kept.items()}
        if said and key not in arithmetic:
            arithmetic[key] = tomlkit.inline_table()
        for name in [name for name in arithmetic.get(key, ()) if name not in said]:
            del arithmetic[key][name]
        for name, words in said.items():
            set_key(arithmetic[key], name, words)
        set_key(arithmetic, key, arithmetic.get(key) or None)
    return _without_empty_sum(blocks.written(document, text))


def total(text: str, field: str, *, is_total: bool) -> str:
    """Whether people write the sum in that field."""
    text = blocks.with_table(text, "sum") if is_total else text
    document = blocks.parsed(text)
    arithmetic: Any = document.get("sum", {})
    if is_total:
        set_key(arithmetic, "total", field)
    elif arithmetic.get("total") == field:
        del arithmetic["total"]
    return _without_empty_sum(blocks.written(document, text))


def adds(text: str, field: str, *, is_added: bool) -> str:
    """Whether the amount of that field is added to the sum as it is written."""
    text = blocks.with_table(text, "sum") if is_added else text
    document = blocks.parsed(text)
    arithmetic: Any = document.get("sum", {})
    added = arithmetic.get("adds", [])
    if is_added and field not in added:
        if "adds" not in arithmetic:
            arithmetic["adds"] = []
        arithmetic["adds"].append(field)
    elif not is_added and field in added:
        added.remove(field)
        if not added:
            del arithmetic["adds"]
    return _without_empty_sum(blocks.written(document, text))


def _without_empty_sum(text: str) -> str:
    document = blocks.parsed(text)
    is_empty = "sum" in document and not document["sum"]
    return blocks.without(text, "sum") if is_empty else text


def _cents(written: str) -> int:
    cents = parse_cents(written) if written.strip() else 0
    if cents is None:
        raise ValueError(
            f"«\u00a0{written}\u00a0» n'est pas un montant\u00a0: écrire 12,10 par exemple."
        )
    return cents


def _write(tariffs: Any, name: str, cents: int) -> None:
    """An amount where it is another: what is written otherwise and says the same stays."""
    old = tariffs.get(name)
    if (parse_cents(old) if isinstance(old, str) else old) == cents and old is not None:
        return
    in_cents = any(isinstance(value, int) for value in tariffs.values())
    tariffs[name] = cents if in_cents else cents_text(cents).replace(".", ",").removesuffix(",00")
