"""What every paper and letter says of its event, and of who holds it."""

from dataclasses import dataclass
from datetime import date

from pipeline.french_event import french_date


@dataclass(frozen=True, slots=True)
class Organiser:
    """Who holds an event and is paid; all but the name may be empty.

    ``address``: its lines, as they stand on an envelope. ``vat``: what its receipts say of VAT.
    """

    name: str
    address: str = ""
    siren: str = ""
    iban: str = ""
    bic: str = ""
    email: str = ""
    vat: str = ""


@dataclass(frozen=True, slots=True)
class Occasion:
    """An event; ``hours`` as readers write them (``9 h - 17 h``). Empty is what is not known."""

    name: str
    organiser: Organiser
    day: date | None = None
    hours: str = ""
    place: str = ""

    @property
    def date(self) -> str:
        """``2 février 2018``"""
        return french_date(self.day) if self.day else ""


def in_fours(text: str, *, blank: str = "\N{NO-BREAK SPACE}") -> str:
    """``FR76 4255 9000``: how an IBAN or a reference is written, however it came."""
    signs = "".join(text.split())
    return blank.join(signs[i : i + 4] for i in range(0, len(signs), 4))
