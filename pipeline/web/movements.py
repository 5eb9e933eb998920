"""What is shown of a movement: the fiches that it may pay, or what was decided about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.decisions import Act, Decided, Decision, Filed
from pipeline.french_states import LIVES, RULED
from pipeline.ledger import Movement, Ruling, Slip
from pipeline.money import cents_text, format_cents
from pipeline.pages import euros
from pipeline.payments.reference import reference_of
from pipeline.payments.standing import Standing
from pipeline.records import Registration
from pipeline.review.queue import holds_all
from pipeline.text import fold
from pipeline.treasury.payable import who
from pipeline.web import screens
from pipeline.web.till import Money

Shares = tuple[tuple[str, int], ...]
KEYS = "123456789"
_MOST_SOUGHT = 8
_PEOPLE_SHOWN = 4
_COLOURS = {"matched": "ok", "confirmed": "ok", "to decide": "todo", "unrelated": "soft"}


@dataclass(frozen=True, slots=True)
class Line:
    """A fiche beside a movement. ``left_cents`` is what is still to be paid of it, below 0 what is
    too much, None where what it owes is not known; ``gets_cents`` is what the movement gives it,
    and ``after`` what that comes to, in words."""

    id: str
    reference: str
    who: str
    people: str
    state: str
    address: str
    owed_cents: int | None
    paid_cents: int
    left_cents: int | None
    gets_cents: int = 0
    after: str = ""
    is_level: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """What a movement may be: ``key`` picks it. ``pays`` are the shares as a page sends them back;
    ``slip``: the cheques that it credits, in the place of fiches."""

    key: str
    lines: tuple[Line, ...] = ()
    pays: str = ""
    slip: Slip | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A movement, as ``movement.html.j2`` shows it: ``reason`` says why it waits, or what was said
    when it was decided; ``lines`` are the fiches that it pays."""

    movement: Movement
    seen: int
    is_open: bool
    state: str
    colour: str
    reason: str
    options: tuple[Option, ...]
    lines: tuple[Line, ...]
    slip: int


def shown(money: Money, movement: Movement, ruling: Ruling) -> Shown:
    """What is shown of a movement."""
    return Shown(
        movement=movement,
        seen=ruling.version,
        is_open=ruling.is_open,
        state=_state(ruling),
        colour=_COLOURS[ruling.state],
        reason=money.waits[movement.number].reason if ruling.is_open else ruling.reason,
        options=tuple(_options(money, movement)) if ruling.is_open else (),
        lines=lines(money, ruling.pays, after=False),
        slip=ruling.slip,
    )


def _state(ruling: Ruling) -> str:
    words = RULED[ruling.state].capitalize()
    match ruling.state:
        case "matched":
            return f"{words} automatiquement"
        case "to decide":
            return words
        case _:
            return f"{words} par {ruling.who}"


def _options(money: Money, movement: Movement) -> Iterator[Option]:
    keys = iter(KEYS)
    for slip in money.slips.get(movement.amount_cents, ()):
        yield Option(next(keys, ""), slip=slip)
    for shares in money.waits[movement.number].candidates:
        yield Option(next(keys, ""), lines(money, shares), sent(shares))


def lines(money: Money, shares: Shares, *, after: bool = True) -> tuple[Line, ...]:
    """The fiches that shares are for; ``after`` says what each comes to by its own."""
    return tuple(_line(money, name, cents, after=after) for name, cents in shares)


def _line(money: Money, name: str, cents: int, *, after: bool) -> Line:
    filed = money.filed.get(name)
    if filed is None:  # its form, or its document, is no more
        return Line(name, "", name, "", "", "", None, 0, None, gets_cents=cents)
    stands, registration = money.standing[name], filed.registration
    owed = stands.owed_cents
    people = [person.text for person in registration.named]
    more = len(people) - _PEOPLE_SHOWN
    left = None if owed is None else owed - stands.paid_cents
    return Line(
        id=name,
        reference=reference_of(name),
        who=who(registration) or filed.sources[0].document,
        people=", ".join(people[:_PEOPLE_SHOWN]) + (f" et {more} de plus" if more > 0 else ""),
        state=LIVES[stands.life],
        address=f"/fiche/{filed.subject}",
        owed_cents=owed,
        paid_cents=stands.paid_cents,
        left_cents=left,
        gets_cents=cents,
        after=_after(stands, cents) if after else "",
        is_level=left == cents,
    )


def _after(stands: Standing, cents: int) -> str:
    """What a fiche comes to with so many cents more."""
    paid = stands.paid_cents + cents
    if paid < 0:
        return f"{format_cents(-paid)} rendus de trop"
    if cents < 0:
        return f"il resterait {format_cents(paid)} de payé" if paid else "plus rien n'est payé"
    if stands.owed_cents is None:
        return "ce qu'elle doit n'est pas connu"
    left = stands.owed_cents - paid
    if left > 0:
        return f"il resterait {format_cents(left)} à payer"
    return f"{format_cents(-left)} de trop" if left else "le compte y est"


def sent(shares: Shares) -> str:
    """Shares as a page sends them back: see ``shares_in``."""
    return " ".join(f"{name}:{cents}" for name, cents in shares)


def shares_in(text: str, money: Money, movement: Movement) -> Shares:
    """The shares that a page sent back; none where they are no payment of this movement."""
    shares = []
    for part in text.split():
        name, _, cents = part.partition(":")
        digits = cents.removeprefix("-")
        if name not in money.filed or not (digits.isascii() and digits.isdigit()):
            return ()
        shares.append((name, int(cents) if len(digits) < 16 else 0))
    return tuple(shares) if fits(shares, movement) else ()


def fits(shares: Sequence[tuple[str, int]], movement: Movement) -> bool:
    """Whether shares come to a movement, each of another fiche, and all of its sign."""
    sign = -1 if movement.amount_cents < 0 else 1
    return (
        len({name for name, _ in shares}) == len(shares)
        and all(cents * sign > 0 for _, cents in shares)
        and sum(cents for _, cents in shares) == movement.amount_cents
    )


def possible(money: Money, movement: Movement) -> tuple[str, ...]:
    """All fiches among the candidates of a movement, by id, the likeliest first."""
    every = money.waits[movement.number].candidates
    return tuple(dict.fromkeys(name for shares in every for name, _ in shares))


def hopeless(money: Money) -> tuple[Movement, ...]:
    """The movements that wait and can pay nothing that is known. What some fiches owe exactly, and
    a deposit of cheques, which may wait for its slip, are none of them."""
    return tuple(
        movement
        for movement in money.to_decide
        if money.waits[movement.number].is_strange and movement.amount_cents not in money.slips
    )


def sought(money: Money, text: str, movement: Movement) -> tuple[Option, ...]:
    """The fiches that hold all words of a text, each with the whole movement; their keys come
    behind those of its candidates."""
    if not text.strip():
        return ()
    hits = [f for f in money.fiches.filed if holds_all(words_of(f), text)][:_MOST_SOUGHT]
    slips = money.slips.get(movement.amount_cents, ())
    taken = len(money.waits[movement.number].candidates) + len(slips)
    keys = KEYS[taken:]
    return tuple(
        Option(keys[at : at + 1], lines(money, shares), sent(shares))
        for at, filed in enumerate(hits)
        for shares in [((filed.id, movement.amount_cents),)]
    )


def words_of(filed: Filed) -> str:
    """What a search of a fiche looks at: with its reference, whole and in groups of four."""
    reference = reference_of(filed.id)
    registration = filed.registration
    texts = (reference, reference.replace(" ", ""), filed.sources[0].document)
    return fold("\n".join((*texts, *_texts(registration))))


def _texts(registration: Registration) -> Iterator[str]:
    roles = registration.roles
    for name in (roles.who, *roles.contacts):
        reading = registration.reading(name)
        if reading:
            yield reading.text
    yield from (person.text for person in registration.named)


def row(money: Money, movement: Movement, ruling: Ruling) -> dict[str, object]:
    """A line of the list."""
    return {
        "address": f"/paiement/{movement.subject}",
        "movement": movement,
        "state": RULED[ruling.state],
        "colour": _COLOURS[ruling.state],
        "slip": ruling.slip,
        "reason": money.waits[movement.number].reason if ruling.is_open else ruling.reason,
        "fiches": lines(money, ruling.pays, after=False),
    }


def is_meant(money: Money, movement: Movement, ruling: Ruling, text: str) -> bool:
    """Whether a movement, or a fiche that it pays, holds all words of a search."""
    if not text:
        return True
    amount = movement.amount_cents
    amounts = f"{format_cents(amount)} {cents_text(amount).replace('.', ',')}"
    plain = fold(f"{movement.text}\n{amounts}\n{movement.day:%d/%m/%Y}")
    paid = [words_of(money.filed[name]) for name, _ in ruling.pays if name in money.filed]
    return holds_all("\n".join((plain, *paid)), text)


def history(money: Money, decided: Sequence[Decided]) -> list[dict[str, object]]:
    """The decisions about a movement, the last first, as ``history.html.j2`` shows them."""
    return [
        {
            "when": screens.when(entry.at),
            "who": entry.who,
            "label": _fiche(money, entry.decision),
            "act": "repris"
            if entry.decision.act is Act.CANCEL
            else screens.ACTS[entry.decision.act],
            "was": "",
            "value": _value(entry.decision),
            "reason": entry.decision.reason,
            "undone": entry.undone,
        }
        for entry in reversed(decided)
    ]


def _fiche(money: Money, decision: Decision) -> str:
    if decision.act is not Act.PAYS:
        return ""
    (line,) = lines(money, ((decision.field, 0),), after=False)
    return f"{line.reference} {line.who}".strip()


def _value(decision: Decision) -> str:
    match decision.act:
        case Act.PAYS:
            return euros(int(decision.value))
        case Act.DEPOSITED:
            return f"remise n° {decision.value}"
        case _:
            return ""
