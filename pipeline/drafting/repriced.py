"""Date and tariffs of a blank's next edition: what its print says, where the print of the edition
before said what the form has."""

import re
from collections.abc import Mapping
from datetime import date

from rapidfuzz import fuzz

from pipeline.drafting import blocks, prices
from pipeline.drafting.arithmetic import fee_of
from pipeline.drafting.doubts import doubted
from pipeline.drafting.drafted import Draft, DraftZone
from pipeline.drafting.edits import head
from pipeline.drafting.followed import overlap
from pipeline.forms.constraints import date_of
from pipeline.french_event import french_date, weekday
from pipeline.geometry import BoxMm
from pipeline.money import cents_text, format_cents, parse_cents
from pipeline.text import fold

_FACTS = {"event": ("hours", "place"), "organiser": ("email", "iban", "bic")}
_SAME = 85.0
"""Of 100: words so alike name the same."""
_LEAST_OVERLAP = 0.25
Boxes = Mapping[tuple[str, str], tuple[int, BoxMm, int, BoxMm]]


def repriced(text: str, old: Draft, new: Draft, boxes: Boxes) -> str:
    """The text with the day, the tariffs and what else of its event and organiser the ``new`` print
    says; ``boxes``: the page and the place of each option or zone, before and now."""
    text = _with_fees(_with_prices(text, old, new, boxes), old, new)
    return _dated(_with_facts(text, old, new), new)


def _with_fees(text: str, old: Draft, new: Draft) -> str:
    """What every form costs, where the print before said what the form says."""
    for fee in prices.fixed(blocks.parsed(text)):
        known = parse_cents(fee.price)
        printed = [words for words, cents in _fees(old) if cents == known]
        if not printed:
            continue
        costs = {c for w, c in _fees(new) if fuzz.ratio(fold(w), fold(printed[0])) > _SAME}
        if len(costs) == 1:
            text = prices.with_price(text, "sum", fee.name, cents_text(costs.pop()))
        else:
            why = f"«\u00a0{fee.called}\u00a0»\u00a0: {fee.price}\u00a0€ n'est plus imprimé."
            text = doubted(text, "sum", why)
    return text


def _fees(draft: Draft) -> list[tuple[str, int]]:
    said = draft.sum.why if draft.sum else ()
    return [(fee.called, fee.cents) for why in said if (fee := fee_of(why))]


def _with_facts(text: str, old: Draft, new: Draft) -> str:
    """Hours, place, account and the like, where the print before said what the form says."""
    document = blocks.parsed(text)
    said = {}
    for part, was, now in (
        ("event", old.event, new.event),
        ("organiser", old.organiser, new.organiser),
    ):
        for key in _FACTS[part]:
            known = str(document.get(part, {}).get(key, ""))
            before, after = getattr(was, key), getattr(now, key)
            if known and known == before and after and after != before:
                said[f"{part}.{key}"] = after
    return head(text, said) if said else text


def _with_prices(text: str, old: Draft, new: Draft, boxes: Boxes) -> str:
    for (where, option), (page, box, new_page, moved) in boxes.items():
        known = prices.price_of(text, where, option)
        was, now = _printed(old, page, box), _printed(new, new_page, moved)
        if known is None or now == known:
            continue
        if was == known and now is not None:
            text = prices.with_price(text, where, option, cents_text(now))
        elif was == known:
            why = f"{format_cents(known)} n'est plus imprimé\u00a0: est-ce encore le prix\u00a0?"
            text = doubted(text, where, why)
        elif now is not None:
            why = f"Le modèle dit {format_cents(known)}, le nouveau vierge {format_cents(now)}."
            text = doubted(text, where, why)
    return text


def _printed(draft: Draft, page: int, box: BoxMm) -> int | None:
    """What the print asks for what is written or ticked in a box, in cents."""
    shares = [
        (overlap(place, box), zone, option)
        for zone in draft.asked
        if zone.page == page
        for option, place in _places(zone)
    ]
    share, zone, option = max(shares, key=lambda each: each[0], default=(0.0, None, ""))
    if zone is None or share < _LEAST_OVERLAP:
        return None
    return zone.tariffs_cents.get(option) if option else zone.tariff_cents


def _places(zone: DraftZone) -> list[tuple[str, BoxMm]]:
    return [*(("", line) for line in zone.lines), *zone.boxes.items(), *zone.words.items()]


def _dated(text: str, new: Draft) -> str:
    event = blocks.parsed(text).get("event", {})
    before, after = date_of(str(event.get("date", ""))), date_of(new.event.date)
    if before is None or after == before:
        return text
    if after is None:
        return doubted(text, "event", "Le jour n'est pas lu sur le nouveau vierge\u00a0: l'écrire.")
    said = {"event.date": f"{after:%d/%m/%Y}"}
    document = blocks.parsed(text)
    for key in ("title", "event.name"):
        words = str(document.get("title", "") if key == "title" else event.get("name", ""))
        if words:
            said[key] = _renewed(words, before, after)
    return head(text, said)


def _renewed(words: str, before: date, after: date) -> str:
    """A title that names the day, or its year, with the new one."""
    for old, new in (
        (f"{weekday(before)} {french_date(before)}", f"{weekday(after)} {french_date(after)}"),
        (french_date(before), french_date(after)),
        (f"{before:%d/%m/%Y}", f"{after:%d/%m/%Y}"),
        (f"{before.year}", f"{after.year}"),
    ):
        words = re.sub(rf"(?<!\d){re.escape(old)}(?!\d)", new, words, flags=re.IGNORECASE)
    return words
