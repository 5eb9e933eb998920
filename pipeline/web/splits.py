"""One movement that several fiches share: so many cents each, which together are all of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from pipeline.ledger import Movement
from pipeline.money import cents_text, format_cents, parse_cents
from pipeline.web import movements, payments
from pipeline.web.movements import Line
from pipeline.web.till import Money
from pipeline.web.views import View

_PART = "part."
_MOST_PARTS = 50
_NUMBERS = "123456789"


@dataclass(frozen=True, slots=True)
class _Part:
    """A fiche with what was typed beside it; ``number`` is the key that goes there."""

    number: str
    line: Line
    text: str
    problem: str
    is_added: bool


@dataclass(frozen=True, slots=True)
class _Sum:
    """What the parts come to, and in words whether that is the movement; None where one of them is
    no amount."""

    cents: int | None
    words: str
    is_level: bool


def _show(view: View) -> Response:
    money = view.desk.till.now()
    movement, ruling = payments.movement_of(view, money)
    if not ruling.is_open:
        return payments.screen(view, movement.subject)
    return _screen(view, money, movement, _proposed(money, movement))


def _proposed(money: Money, movement: Movement) -> dict[str, str]:
    """The fiches that it may pay, with what is left to pay of each; of a debit, what was paid."""
    is_debit = movement.amount_cents < 0
    texts = {}
    for line in movements.lines(
        money, tuple((name, 0) for name in movements.possible(money, movement))
    ):
        cents = line.paid_cents if is_debit else line.left_cents or 0
        texts[line.id] = _as_typed(cents) if cents > 0 else ""
    return texts


def _as_typed(cents: int) -> str:
    return cents_text(cents).replace(".", ",")


def _typed(view: View, money: Money) -> dict[str, str]:
    """The amounts as they were typed, by the id of the fiche."""
    texts = {
        name.removeprefix(_PART): " ".join(text.split())[:40]
        for name, text in view.typed.items()
        if name.startswith(_PART)
    }
    known = [name for name in texts if name in money.filed][:_MOST_PARTS]
    return {name: texts[name] for name in known}


def _screen(
    view: View,
    money: Money,
    movement: Movement,
    texts: Mapping[str, str],
    *,
    added: str = "",
    problem: str = "",
) -> Response:
    each = movements.lines(money, tuple((name, 0) for name in texts))
    parts = [
        _Part(
            number=_NUMBERS[at : at + 1],
            line=line,
            text=texts[line.id],
            problem=_fault(texts[line.id]) if problem else "",
            is_added=line.id == added,
        )
        for at, line in enumerate(each)
    ]
    ruling = money.movements[movement.subject][1]
    return view.work(
        "split.html.j2",
        title="Partager",
        address=f"{payments.address(movement)}/partage",
        status=422 if problem else 200,
        here=payments.ROOM,
        shown=movements.shown(money, movement, ruling),
        parts=parts,
        sum=_sum(movement, texts),
        problem=problem,
    )


def _fault(text: str) -> str:
    is_amount = not text or parse_cents(text) is not None
    return "" if is_amount else "Ce n'est pas un montant\u00a0: 12,50 par exemple."


def _sum(movement: Movement, texts: Mapping[str, str]) -> _Sum:
    amounts = [parse_cents(text) for text in texts.values() if text]
    whole = abs(movement.amount_cents)
    if None in amounts:
        return _Sum(None, "un montant ne se lit pas", is_level=False)
    total = sum(cents for cents in amounts if cents is not None)
    if total == whole:
        return _Sum(total, "le compte est bon", is_level=True)
    gap = format_cents(abs(whole - total))
    return _Sum(total, f"il manque {gap}" if total < whole else f"{gap} de trop", is_level=False)


def _decide(view: View) -> Response:
    """Keep the parts where they come to the movement; with ``adds``, a fiche more is shown."""
    money = view.desk.till.now()
    movement, ruling = payments.movement_of(view, money)
    texts = _typed(view, money)
    added = view.typed.get("adds", "")
    if added in money.filed:
        texts.setdefault(added, "")
        return _screen(view, money, movement, texts, added=added)
    sum_ = _sum(movement, texts)
    sign = -1 if movement.amount_cents < 0 else 1
    shares = tuple(
        (name, sign * cents) for name, text in texts.items() if (cents := parse_cents(text))
    )
    if not sum_.is_level or not movements.fits(shares, movement):
        problem = f"Rien n'est enregistré\u00a0: {sum_.words}."
        return _screen(view, money, movement, texts, problem=problem)
    return payments.keep(view, movement, ruling, payments.paying(shares))


def _add_up(view: View) -> Response:
    """The sum while it is typed."""
    money = view.desk.till.now()
    movement, _ = payments.movement_of(view, money)
    return view.page("split_sum.html.j2", sum=_sum(movement, _typed(view, money)))


ROUTES = (
    ("/paiement/{movement}/partage", _show, "GET"),
    ("/paiement/{movement}/partage", _decide, "POST"),
    ("/paiement/{movement}/somme", _add_up, "POST"),
)
