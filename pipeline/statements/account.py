"""Whether a statement is of the account that is asked for, as far as it names its account."""

import re

_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_RIB_COUNTRIES = ("FR", "MC")
_FRENCH_LENGTH = 27


def matches(account: str, iban: str) -> bool:
    """Whether a statement's ``account`` is that of ``iban``; blanks and case do not matter.

    It may be the whole IBAN, or, of a French one (ISO 13616: FR, check digits, bank 5, branch 5,
    number 11, key 2), the RIB with or without its key, or the number alone, with or without the
    key and leading zeros. An account that is not named matches none.
    """
    given, whole = compact(account), compact(iban)
    if not given:
        return False
    if given == whole:
        return True
    if whole[:2] not in _RIB_COUNTRIES or len(whole) != _FRENCH_LENGTH:
        return given == whole[4:]
    bank_and_branch, number, key = whole[4:14], whole[14:25], whole[25:]
    if given in (bank_and_branch + number, bank_and_branch + number + key):
        return True
    bare = number.lstrip("0")
    return given.lstrip("0") in (bare, bare + key)


def written_as_iban(account: str) -> bool:
    """Whether it is written as an IBAN."""
    return _IBAN.fullmatch(compact(account)) is not None


def compact(text: str) -> str:
    """Without blanks and marks, in capitals."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())
