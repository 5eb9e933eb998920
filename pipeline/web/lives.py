"""The list of fiches, and how far each has come: what was paid says that, so the queue does not."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from pipeline.french_states import LIVES
from pipeline.judging import shares
from pipeline.pages import plural
from pipeline.payments.standing import Standing
from pipeline.records import Status
from pipeline.review.queue import Kind, Row, listed
from pipeline.snapshot import Life
from pipeline.web.views import View

_CHOSEN = {
    "recue": Life.RECEIVED,
    "verifiee": Life.VERIFIED,
    "payee": Life.PAID,
    "confirmee": Life.CONFIRMED,
    "annulee": Life.CANCELLED,
    "remboursee": Life.REFUNDED,
}


def rows(view: View, *, start: int, most: int) -> tuple[list[dict[str, Any]], int]:
    """``most`` lines of the list, from the one at ``start`` (0-based), and of how many: of those
    that have come as far as is asked, or as the queue has them."""
    money = view.desk.till.now()
    life = _CHOSEN.get(view.chosen["etat"])
    if life is None:
        listing = view.desk.listing(view.filters, start=start, most=most)
    else:
        chosen = [money.filed[key] for key, stands in money.standing.items() if stands.life is life]
        filters = replace(view.filters, kind=Kind.ALL)
        listing = listed(chosen, view.desk.forms, filters, start=start, most=most)
    return [_row(view, row, money.standing.get(row.id)) for row in listing.rows], listing.of


def _row(view: View, listed: Row, stands: Standing | None) -> dict[str, Any]:
    life = stands.life if stands else Life.RECEIVED  # one that has just come
    return {
        "address": view.address(listed.subject),
        "document": listed.document,
        "who": listed.who,
        "people": ", ".join(listed.people),
        "total_cents": listed.total_cents,
        "doubts": plural(listed.doubts, "doute", "doutes") if listed.doubts else "",
        "waits": listed.status is Status.REVIEW,
        "shares": f"/fiche/{quote(listed.subject)}/{shares.NAME}" if listed.to_share else "",
        "others": view.desk.others(listed.subject, view.who),
        "state": LIVES[life],
        "is_done": life in (Life.PAID, Life.CONFIRMED),
        "has_ended": life in (Life.REPLACED, Life.CANCELLED, Life.REFUNDED),
    }
