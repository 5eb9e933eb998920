"""``repas.pdf``: what is ordered beside the event itself, and for whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.french import plural_of, small
from pipeline.pages import plural
from pipeline.papers.occasion import Occasion
from pipeline.papers.sheet import INK, RULE, SHADE, Flowable, gap, heading, pdf, table, words
from pipeline.text import fold

FILE_NAME = "repas.pdf"
_NBSP = "\N{NO-BREAK SPACE}"
_BOX = "□"
_WIDTHS_MM = (12.0, 128.0, 40.0)
_MOST_BOXES, _NAMES_A_ROW = 40, 4
_KEPT_ROWS = 3
"""So many of the first rows of an order stay on one page."""


@dataclass(frozen=True, slots=True)
class Order:
    """What one registration orders of a thing: ``count`` of it, None where unreadable.

    ``who`` registers: the service, or else a person. ``people``: those who are known to have it;
    ``perhaps``: those of whom it is not settled, and some of whom have the rest.
    """

    who: str
    count: int | None
    people: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()

    @property
    def open_count(self) -> int:
        """How many are not settled."""
        return max((self.count or 0) - len(self.people), 0)


@dataclass(frozen=True, slots=True)
class Ordered:
    """A thing that is ordered, as readers call it (``Repas``), by all who order it."""

    label: str
    orders: tuple[Order, ...]

    def number(self, count: int) -> str:
        """``2 repas``"""
        singular = small(self.label)
        return plural(count, singular, plural_of(singular))


def meals(occasion: Occasion, things: Iterable[Ordered]) -> bytes:
    """The list to tick off what is handed out: each thing with its total, by who ordered it."""
    story: list[Flowable] = [
        words(occasion.name, size=16, strong=True),
        words(*filter(None, (occasion.date, occasion.place)), joint=" · ", grey=True),
    ]
    for thing in things:
        orders = [order for order in thing.orders if order.count != 0]
        story += [
            gap(7),
            heading(thing.label),
            gap(0.5),
            words(_total(thing, orders), size=12),
            gap(3),
        ]
        if orders:
            story.append(_list(thing, sorted(orders, key=lambda order: fold(order.who))))
    title = f"Commandes, {occasion.name}"
    return pdf(story, title=title, author=occasion.organiser.name)


def _total(thing: Ordered, orders: Sequence[Order]) -> str:
    """``Total : 23 repas, dont 2 à préciser``"""
    total = thing.number(sum(order.count or 0 for order in orders))
    unsettled = sum(order.open_count for order in orders)
    unread = sum(order.count is None for order in orders)
    more = f", dont {unsettled} à préciser" if unsettled else ""
    if unread:
        more += f", sans compter {plural(unread, 'fiche illisible', 'fiches illisibles')}"
    return f"Total{_NBSP}: {total}{more}"


def _list(thing: Ordered, orders: Sequence[Order]) -> Flowable:
    rows: list[list[Flowable]] = []
    style: list[tuple[object, ...]] = [("LINEABOVE", (0, 0), (-1, 0), 0.8, INK)]
    for order in orders:
        first = len(rows)
        rows += _rows(thing, order)
        last = min(len(rows), first + _KEPT_ROWS) - 1
        style += [
            ("BACKGROUND", (0, first), (-1, first), SHADE),
            ("NOSPLIT", (0, first), (-1, last)),
            ("LINEBELOW", (0, first), (-1, len(rows) - 1), 0.4, RULE),
        ]
    return table(rows, _WIDTHS_MM, least_mm=7.5, style=style)


def _rows(thing: Ordered, order: Order) -> list[list[Flowable]]:
    number = "nombre illisible" if order.count is None else thing.number(order.count)
    rows = [["", words(order.who, strong=True), words(number, strong=True, right=True)]]
    rows += [[words(_BOX, size=15), words(person), ""] for person in order.people]
    if order.count is None or order.open_count:
        rows.append(["", words(_open(thing, order)), ""])
        rows += [
            ["", words(*order.perhaps[i : i + _NAMES_A_ROW], grey=True), ""]
            for i in range(0, len(order.perhaps), _NAMES_A_ROW)
        ]
    return rows


def _open(thing: Ordered, order: Order) -> str:
    """``2 repas, 3 personnes : à préciser □ □``"""
    number = thing.number(order.open_count) if order.count is not None else ""
    among = plural(len(order.perhaps), "personne", "personnes") if order.perhaps else ""
    boxes = f"{_NBSP}{_BOX}" * min(order.open_count, _MOST_BOXES)
    return f"{', '.join(filter(None, (number, among)))}{_NBSP}: à préciser {boxes}"
