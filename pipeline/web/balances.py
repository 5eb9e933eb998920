"""What fiches have paid, and what becomes of what lacks or is too much: said in words, and settled
with a reason."""

from dataclasses import dataclass

from starlette.responses import Response

from pipeline.decisions import Act, Decision, Filed
from pipeline.errors import ConflictError
from pipeline.french_states import LIVES, PAID_BY
from pipeline.ledger import PaidBy, Payment
from pipeline.pages import euros
from pipeline.payments.reference import reference_of
from pipeline.payments.standing import Standing, is_uneven, is_waived
from pipeline.snapshot import Life
from pipeline.treasury.payable import who
from pipeline.web.till import Money
from pipeline.web.views import View

_LACKS = ("remise accordée", "invitation", "frais de la banque", "somme abandonnée")
_TOO_MUCH = ("gardé comme don", "gardé d'accord avec le payeur", "rendu autrement")
_MOST_REASON = 200
"""Characters of a reason; longer ones are cut."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What a fiche has paid, as pages show it.

    ``words``: what lacks or is too much, empty where nothing is; ``left``: why that is left so.
    ``payments``: the day, how, the cents of each, and where it is shown, if anywhere. ``reasons``
    are proposed to settle it; ``may_settle``: there is something that a person may leave so.
    """

    subject: str
    heading: str
    reference: str
    state: str
    owed_cents: int | None
    paid_cents: int
    balance_cents: int
    words: str
    left: str
    payments: tuple[tuple[str, str, int, str], ...]
    reasons: tuple[str, ...]
    may_settle: bool
    may_pay: bool


def of_fiche(view: View, filed: Filed) -> Balance:
    """What that fiche has paid."""
    return _balance(view.desk.till.now(), filed)


def to_settle(money: Money) -> list[Balance]:
    """The fiches that money came for which is not what they owe, and nobody has left it so."""
    return [_balance(money, f) for f in money.fiches.filed if is_uneven(f, money.standing[f.id])]


def words(stands: Standing) -> str:
    """What lacks or is too much; empty where nothing is, or nobody knows."""
    cents, has_ended = stands.balance_cents, stands.life in (Life.CANCELLED, Life.REFUNDED)
    if not cents or stands.owed_cents is None:
        return ""
    amount = euros(abs(cents))
    if has_ended:
        return f"{amount} à rendre" if cents > 0 else f"{amount} rendus de trop"
    return f"{amount} de trop" if cents > 0 else f"il manque {amount}"


def of_ended(money: Money, filed: Filed) -> str:
    """What is to be said of the money that came for a fiche that counts no more."""
    stands = money.standing.get(filed.id)
    if stands is None or not stands.paid_cents:
        return ""
    said = f"{euros(stands.paid_cents)} sont venus pour elle"
    if is_waived(filed, stands.balance_cents) and filed.waived:
        return f"{said} : {filed.waived.reason}."
    return f"{said} : {words(stands)}."


def _balance(money: Money, filed: Filed) -> Balance:
    stands = money.standing[filed.id]
    left = filed.waived.reason if filed.waived and is_waived(filed, stands.balance_cents) else ""
    is_looked_at = stands.life is not Life.RECEIVED and stands.owed_cents is not None
    return Balance(
        filed.subject,
        who(filed.registration) or filed.sources[0].document,
        reference_of(filed.id),
        LIVES[stands.life],
        stands.owed_cents,
        stands.paid_cents,
        stands.balance_cents,
        words(stands),
        left,
        tuple(
            (f"{payment.day:%d/%m/%Y}", PAID_BY[payment.by], cents, _where(payment))
            for payment, cents in money.paid.get(filed.id, ())
        ),
        _LACKS if stands.balance_cents < 0 else _TOO_MUCH,
        bool(is_looked_at and stands.balance_cents and not left),
        filed.end is None and bool(stands.owed_cents or stands.paid_cents),
    )


def _where(payment: Payment) -> str:
    return f"/paiement/{payment.source}" if payment.by is PaidBy.TRANSFER else ""


def _settle(view: View) -> Response:
    """Leave what lacks or is too much as it is, where it still is what was seen."""
    filed, _ = view.filed()
    reason = " ".join(view.typed.get("reason", "").split())
    if not reason:
        return view.words("Dire pourquoi ce solde reste ainsi.", 422)
    balance = of_fiche(view, filed)
    if view.typed.get("balance") != str(balance.balance_cents) or not balance.may_settle:
        raise ConflictError("Ce solde a changé entre-temps : recharger la page pour le revoir.")
    decision = Decision(Act.WAIVE, value=str(balance.balance_cents), reason=reason[:_MOST_REASON])
    view.desk.act(filed.subject, (decision,), seen=filed.version, who=view.who)
    here = "/reglements" if view.typed.get("from") == "reglements" else view.address(filed.subject)
    return view.away(here, "Le solde est réglé. z l'annule.")


ROUTES = (("/reglements/solde/{subject}", _settle, "POST"),)
