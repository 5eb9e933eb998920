"""What the secretary reads of how far things have come, in French."""

from pipeline.ledger import PaidBy
from pipeline.records import Status
from pipeline.snapshot import Life, RegistrationRow

LIVES = {
    Life.RECEIVED: "reçue",
    Life.VERIFIED: "vérifiée",
    Life.PAID: "payée",
    Life.CONFIRMED: "confirmée",
    Life.REPLACED: "remplacée",
    Life.CANCELLED: "annulée",
    Life.REFUNDED: "remboursée",
}
"""How far a registration has come."""
PAID_BY = {PaidBy.TRANSFER: "virement", PaidBy.CHEQUE: "chèque", PaidBy.CASH: "espèces"}
"""How money came."""
RULED = {
    "matched": "rapproché",
    "confirmed": "confirmé",
    "to decide": "à décider",
    "unrelated": "sans rapport",
}
"""What is known of a movement."""
STATUSES = {Status.ACCEPTED: "acceptée", Status.CORRECTED: "corrigée", Status.REVIEW: "à relire"}
"""What became of a fiche."""
CLASSES = {"money": "argent", "identity": "identité", "spelling": "orthographe"}
"""What the secretary reads of the classes of errors."""


def state(row: RegistrationRow) -> str:
    """What became of a registration, in a word."""
    is_further = row.life not in (Life.RECEIVED, Life.VERIFIED)
    return LIVES[row.life] if is_further else STATUSES[row.registration.status]
