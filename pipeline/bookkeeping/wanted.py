"""The entries that standing decisions want, whatever is booked already.

Cash accounting: money is booked on the day that it comes, and is income once a registration is paid
in full. What was paid before, and what is too much, is owed to whoever paid: account 4191.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pipeline.bookkeeping.labels import item_label, line_label, payment_label, slip_label
from pipeline.bookkeeping.numbering import in_order
from pipeline.config import Accounting
from pipeline.errors import ConfigError
from pipeline.language import tr
from pipeline.ledger import Entry, EntryLine, PaidBy, Payable, Payment, Slip


def wanted(
    payables: Mapping[str, Payable],
    payments: Sequence[Payment],
    slips: Sequence[Slip],
    accounting: Accounting,
) -> list[Entry]:
    """An entry for each payment and each slip of cheques, by day and source.

    ``payables`` are by id, and hold all registrations that payments name. An entry depends on no
    payment of a later day. Raises ConfigError where a tariff of a registration that was paid has no
    account.
    """
    _check_accounts(payables, payments, accounting)
    entries = []
    paid: Counter[str] = Counter()
    for payment in sorted((payment for payment in payments if payment.shares), key=in_order):
        lines: list[EntryLine] = []
        for registration, cents in payment.shares:
            before, paid[registration] = paid[registration], paid[registration] + cents
            payable = payables[registration]
            lines += _against(payable, before, paid[registration], accounting)
        entries.append(_entry_of(payment, payables, lines, accounting))
    entries += [_entry_of_slip(slip, accounting) for slip in slips]
    return sorted((entry for entry in entries if entry.lines), key=in_order)


def _check_accounts(
    payables: Mapping[str, Payable], payments: Sequence[Payment], accounting: Accounting
) -> None:
    paid = {registration for payment in payments for registration, _ in payment.shares}
    items = (item for registration in paid for item in payables[registration].items)
    fields = {item.field for item in items if item.count}
    missing = sorted(fields - accounting.tariffs.keys())
    if missing:
        field, is_option, option = missing[0].partition(":")
        message = tr(
            "fiches.toml: no account for {fields}. Name one for each tariff under [accounting]: "
            'tariffs = {{ {example} = "706" }}',
            fields=", ".join(missing),
            example=f"{field}.{option}" if is_option else field,
        )
        raise ConfigError(message)


def _entry_of(
    payment: Payment,
    payables: Mapping[str, Payable],
    against: Sequence[EntryLine],
    accounting: Accounting,
) -> Entry:
    """The entry of a payment: the money, then what it is for."""
    account = {
        PaidBy.TRANSFER: accounting.bank,
        PaidBy.CHEQUE: accounting.cheques,
        PaidBy.CASH: accounting.cash,
    }[payment.by]
    cents = sum(share for _, share in payment.shares)
    of = [payables[registration] for registration in dict(payment.shares)]
    label = payment_label(payment.by, cents, of)
    lines = (_debit(account, label, cents), *against)
    return Entry(payment.source, payment.day, label, _with_amounts(lines))


def _entry_of_slip(slip: Slip, accounting: Accounting) -> Entry:
    label = slip_label(slip.number, len(slip.takings))
    lines = (
        _debit(accounting.bank, label, slip.amount_cents),
        _debit(accounting.cheques, label, -slip.amount_cents),
    )
    return Entry(f"s{slip.number}", slip.day, label, _with_amounts(lines))


def _against(
    payable: Payable, before_cents: int, after_cents: int, accounting: Accounting
) -> Iterator[EntryLine]:
    """What stands against the money that brings a registration from ``before`` to ``after``."""
    turns = _is_income(payable, after_cents) - _is_income(payable, before_cents)  # 1, 0 or -1
    for account, what, cents in _income(payable, accounting):
        yield _debit(account, line_label(payable, what), -turns * cents)
    rest_cents = after_cents - before_cents - turns * payable.owed_cents
    yield _debit(accounting.advances, line_label(payable, "avance"), -rest_cents)


def _is_income(payable: Payable, paid_cents: int) -> bool:
    return 0 < payable.owed_cents <= paid_cents


def _income(payable: Payable, accounting: Accounting) -> Iterator[tuple[str, str, int]]:
    """What a registration brings once it is paid: accounts, what for, and cents."""
    for item in payable.items:
        if item.count:
            yield accounting.tariffs[item.field], item_label(item), item.amount_cents
    more_cents = payable.owed_cents - sum(item.amount_cents for item in payable.items)
    if more_cents > 0:
        yield accounting.extras, "en plus du tarif", more_cents
    else:
        yield accounting.rebates, "en moins du tarif", more_cents


def _debit(account: str, label: str, cents: int) -> EntryLine:
    """Negative cents are a credit."""
    return EntryLine(account, label, max(cents, 0), max(-cents, 0))


def _with_amounts(lines: Sequence[EntryLine]) -> tuple[EntryLine, ...]:
    return tuple(line for line in lines if line.debit_cents or line.credit_cents)
