"""What each registration comes to, by the tariff of its form: for the books and for letters."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.decisions import Filed
from pipeline.errors import ConfigError
from pipeline.forms.schema import Form
from pipeline.judging.sums import lines
from pipeline.language import tr
from pipeline.ledger import Item, Payable, Payment
from pipeline.payments.reference import reference_of
from pipeline.payments.standing import Standing, heir_of
from pipeline.records import Registration
from pipeline.snapshot import Life

_VERIFIED = (Life.VERIFIED, Life.PAID, Life.CONFIRMED)


def payables(
    every: Sequence[Filed], standing: Mapping[str, Standing], forms: Mapping[str, Form]
) -> dict[str, Payable]:
    """Every registration as the books see it, by id.

    Nothing is owed for what counts no more, nor before nobody has to look at it any more; and what
    a person left unpaid is not owed. Raises ConfigError where a form's tariff is not the one by
    which registrations were judged that people have decided about.
    """
    others: Counter[str] = Counter()
    made = {}
    for filed in every:
        stands, form = standing[filed.id], forms.get(filed.registration.form_id)
        items: tuple[Item, ...] = ()
        owed = 0
        if stands.life in _VERIFIED and form is not None:
            items, owed = items_of(filed.registration, form), stands.due_cents
            due = filed.registration.total_due_cents
            if due is not None and sum(item.amount_cents for item in items) != due:
                others[form.id] += 1
        made[filed.id] = Payable(
            filed.id, reference_of(filed.id), who(filed.registration), items, owed
        )
    for form_id, count in others.items():
        raise ConfigError(
            tr(
                "{form}: its tariffs are not those by which {count} registrations were decided. "
                "Put them back in form.toml; what has another price is another form.",
                form=form_id,
                count=count,
            )
        )
    return made


def followed(payments: Iterable[Payment], every: Iterable[Filed]) -> list[Payment]:
    """The payments, with what another registration took the place of under the name of that."""
    heirs = heir_of(every)
    return [
        replace(payment, shares=tuple((heirs.get(name, name), c) for name, c in payment.shares))
        for payment in payments
    ]


def items_of(registration: Registration, form: Form) -> tuple[Item, ...]:
    """What the tariff gives for what the registration counts and chooses, and what it adds."""
    return tuple(
        Item(line.field, line.label, line.count, line.tariff_cents, as_written=line.as_written)
        for line in lines(registration, form)
        if line.count and not (line.as_written and not line.amount_cents)
    )


def who(registration: Registration) -> str:
    """The service, or else the first person named."""
    reading = registration.reading(registration.roles.who)
    named = [person.text for person in registration.named]
    return (reading.text if reading else "") or (named[0] if named else "")
