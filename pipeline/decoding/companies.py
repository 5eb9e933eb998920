"""The numbers of French companies and associations (SIREN) and of their places (SIRET)."""

import re

from pipeline.check_digits import luhn

_LA_POSTE = "356000000"
"""Its many SIRET numbers follow a rule of their own: the digits add up to a multiple of 5."""


def is_siret(text: str) -> bool:
    """Luhn's formula (ISO/IEC 7812-1) over 14 digits."""
    if not re.fullmatch(r"\d{14}", text, re.ASCII):
        return False
    return (text.startswith(_LA_POSTE) and sum(map(int, text)) % 5 == 0) or luhn(text) == 0


def is_siren(text: str) -> bool:
    """Luhn's formula over 9 digits."""
    return bool(re.fullmatch(r"\d{9}", text, re.ASCII)) and luhn(text) == 0
