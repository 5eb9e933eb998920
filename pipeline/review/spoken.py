"""Which fiches a mail speaks of: those of its sender, and of whom it names."""

from collections.abc import Iterable
from email.utils import parseaddr

from pipeline.decisions import Filed
from pipeline.fields import Means
from pipeline.judging.background import says
from pipeline.judging.duplicates import came
from pipeline.judging.values import texts_of
from pipeline.records import Envelope

_WORTH = {Means.PERSON: 3, Means.EMAIL: 2, Means.ORGANISATION: 1, Means.PHONE: 1}
"""What it is worth that the mail says such a value of a fiche."""
_OF_SENDER = 2


def spoken_of(mail: Envelope, all_filed: Iterable[Filed]) -> list[Filed]:
    """Those that the mail says something of, the likeliest and then the latest first."""
    sender = _address(mail)
    text = f"{mail.subject}\n{mail.said}\n{mail.sender}"
    worths = [(_worth(filed, sender, text), came(filed), filed) for filed in all_filed]
    spoken = [entry for entry in worths if entry[0]]
    return [filed for *_, filed in sorted(spoken, key=lambda entry: entry[:2], reverse=True)]


def _worth(filed: Filed, sender: str, text: str) -> int:
    brought = {_address(source.envelope) for source in filed.sources if source.envelope}
    worth = _OF_SENDER if sender and sender in brought else 0
    for means, value in _WORTH.items():
        said = (held for held in texts_of(filed.registration, means) if says(text, held))
        worth += value * sum(1 for _ in said)
    return worth


def _address(mail: Envelope) -> str:
    return parseaddr(mail.sender)[1].lower()
