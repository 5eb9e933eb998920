"""The list of fiches, and how far each has come: what was paid says that, so the queue does not."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from pipeline.french import LIVES
from pipeline.judging import shares
from pipeline.pages import plural
from pipeline.records import Status
from pipeline.review.queue import Kind, Listing, Row, listed
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


def listing(view: View, *, start: int, most: int) -> Listing:
    """Rows of the list: of those that have come as far as is asked, or as the queue has them."""
    life = _CHOSEN.get(view.chosen["etat"])
    if life is None:
        return view.desk.listing(view.filters, start=start, most=most)
    money = view.desk.till.now()
    chosen = [money.filed[key] for key, stands in money.standing.items() if stands.life is life]
    filters = replace(view.filters, kind=Kind.ALL)
    return listed(chosen, view.desk.forms, filters, start=start, most=most)


def row(view: View, listed: Row) -> dict[str, Any]:
    """A line of the list."""
    stands = view.desk.till.now().standing.get(listed.id)
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
