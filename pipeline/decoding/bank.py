"""Bank accounts in print: an IBAN or a BIC that was misread is repaired only where that is proven.

An IBAN has two check digits (ISO 13616: modulo 97) and, in France, a key of its own; it names its
bank, and the register of banks that schwifty (MIT) carries gives that bank's BIC (ISO 9362).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from schwifty import BIC, IBAN, registry
from schwifty.exceptions import SchwiftyException

_LIKE_DIGITS = {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "|": "1", "!": "1", "Z": "2"}
_LIKE_DIGITS |= {"E": "3", "A": "4", "S": "5", "G": "6", "T": "7", "B": "8"}
_LIKE = ("O0QDC", "I1L|!J", "Z2", "S5", "B8", "G6", "EF", "PFR", "UV", "MN", "T7", "A4")
"""Characters that engines take for each other in capitals."""
_MOST_WRONG = 2
_BIC_LENGTHS = (8, 11)

_IBAN = re.compile(r"\b[A-Z]{2}[ .]?[0-9OIl|SBZG]{2}(?:[ .-]?\n?[0-9A-Za-z|!]){11,30}")
"""It may go on in the next line."""
_FRENCH_LENGTH = 27
_LABELLED_BIC = re.compile(
    r"\b(?:BIC|SWIFT|B[Il1|]C)\b[^A-Z0-9]{0,4}([A-Z0-9|!](?: ?[A-Z0-9|!]){7,10})\b"
)
_BARE_BIC = re.compile(r"\b([A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b")


@dataclass(frozen=True, slots=True)
class Account:
    """An IBAN or a BIC: as it was read, at ``start`` of its text, and as it is.

    ``value`` has no blanks; empty where what was read cannot be right and no repair is proven.
    """

    start: int
    read: str
    value: str

    @property
    def repaired(self) -> bool:
        return bool(self.value) and self.value != compact(self.read)


def compact(text: str) -> str:
    return re.sub(r"[\s.-]", "", text).upper()


def ibans(text: str) -> Iterator[Account]:
    """Every IBAN of a text: as written, or with the characters that its check digits prove."""
    for match in _IBAN.finditer(text):
        read = match[0]
        lengths = (end for end in range(len(read), 14, -1) if read[end - 1 : end].strip())
        values = ((read[:end], iban(read[:end])) for end in lengths)
        read, value = next(((r, value) for r, value in values if value), (_as_long(read), ""))
        if value or _has_digits(read):
            yield Account(match.start(), read, value)


def _has_digits(read: str) -> bool:
    """Whether it can be meant for an account: words in capitals are not, nor is ``BP 40``."""
    digits = sum(char.isdigit() for char in read)
    return read[:2] in registry.get_countries() and digits >= len(compact(read)) / 2


def _as_long(read: str) -> str:
    """What was read, without what stands behind it where a French IBAN is full."""
    for end in range(1, len(read) + 1):
        if read.startswith("FR") and len(compact(read[:end])) == _FRENCH_LENGTH:
            return read[:end]
    return read.partition("\n")[0]


def iban(text: str) -> str:
    """The IBAN that a text must be, without blanks; empty where it may be none, or several."""
    read = compact(text)
    if _is_iban(read):
        return read
    # Only a letter read for a digit is put right: a digit for a digit would be a guess.
    suspects = [i for i in range(2, len(read)) if read[i] in _LIKE_DIGITS]
    repairs = {
        repaired
        for n in range(1, _MOST_WRONG + 1)
        for places in combinations(suspects, n)
        if _is_iban(repaired := _with(read, places, [_LIKE_DIGITS[read[i]] for i in places]))
    }
    return repairs.pop() if len(repairs) == 1 else ""


def has_account(text: str) -> bool:
    return any(_has_digits(match[0]) for match in _IBAN.finditer(text))


def bics(text: str, accounts: list[Account]) -> Iterator[Account]:
    """Every BIC behind its label, and without one that of an account's bank; one that is none is
    taken for the bank's of an account there, where it differs from that only in characters that
    look alike."""
    banks = [str(bank) for account in accounts if account.value and (bank := _bank(account.value))]
    labelled = [*_LABELLED_BIC.finditer(text)]
    known = {match.start(1) for match in labelled}
    bare = (match for match in _BARE_BIC.finditer(text) if match.start(1) not in known)
    for match in (*labelled, *(match for match in bare if _is_of(match[1], banks))):
        read = match[1]
        near = [bank for bank in banks if _looks_like(compact(read), bank)]
        value = near[0] if near else compact(read) if _is_bic(compact(read)) else ""
        yield Account(match.start(1), read, value)


def _is_iban(text: str) -> bool:
    try:
        IBAN(text, validate_bban=True)
    except SchwiftyException:
        return False
    return True


def _is_bic(text: str) -> bool:
    try:
        return BIC(text).exists
    except SchwiftyException:
        return False


def _bank(account: str) -> BIC | None:
    try:
        return IBAN(account).bic
    except SchwiftyException:
        return None


def _is_of(read: str, banks: list[str]) -> bool:
    """Whether a bank code is that of an account's bank: at its head office, or at any branch."""
    return any(read[:8] == bank[:8] for bank in banks)


def _looks_like(read: str, bank: str) -> bool:
    if len(read) not in _BIC_LENGTHS:
        return False
    pairs = [(a, b) for a, b in zip(read, bank, strict=False) if a != b]
    return len(pairs) <= _MOST_WRONG and all(b in _others(a) for a, b in pairs)


def _others(char: str) -> str:
    return "".join(
        {c for group in _LIKE if char in group for c in group if c != char and c.isalnum()}
    )


def _with(text: str, places: Iterable[int], chars: Iterable[str]) -> str:
    letters = list(text)
    for place, char in zip(places, chars, strict=True):
        letters[place] = char
    return "".join(letters)
