"""What a page says of an event: when, where, by whom, for how much, and how to pay."""

from dataclasses import dataclass
from enum import StrEnum


class About(StrEnum):
    """What a fact is about."""

    TITLE = "title"
    ORGANISER = "organiser"
    DATE = "date"
    PLACE = "place"
    ADDRESS = "address"
    PROGRAMME = "programme"
    SPEAKER = "speaker"
    TARIFF = "tariff"
    EMAIL = "email"
    PHONE = "phone"
    POSTAL = "postal"
    IBAN = "iban"
    BIC = "bic"
    DEADLINE = "deadline"
    CONFIRMATION = "confirmation"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a page says of an event.

    ``value`` is its normal form: a day as ISO 8601, an amount in cents, a number in E.164, text
    else; empty where what was read cannot be right. ``detail`` is what belongs to it (what happens
    at a time, who pays a tariff, where a speaker comes from). ``read`` is what stands there, before
    anything was repaired, at that ``line`` of that ``page`` (both from 1); ``probability`` is how
    sure it is.
    """

    about: About
    value: str
    detail: str = ""
    read: str = ""
    page: int = 1
    line: int = 0
    probability: float = 1.0

    @property
    def repaired(self) -> bool:
        """Whether the value of an account is another than what was read: proven, and to be told."""
        is_account = self.about in (About.IBAN, About.BIC)
        return is_account and bool(self.value) and "".join(self.read.split()) != self.value
