"""What an error costs: money, somebody's identity, or only how a name is spelled.

The one place that says so: whoever counts errors, promises few of them or speaks of them asks here.
"""

from enum import StrEnum

from pipeline import fields
from pipeline.fields import Means, Nature
from pipeline.text import fold


class ErrorClass(StrEnum):
    """The dearest first."""

    MONEY = "money"
    """An amount, a count or a payment is another."""
    IDENTITY = "identity"
    """Another letter or digit: another person, service, address or number."""
    SPELLING = "spelling"
    """Only accents, case, signs or blanks of a name or a service differ."""


_SPELLED = (Means.PERSON, Means.ORGANISATION)
"""Types whose signs and case are how a name is spelled; in an address or a number they count."""


def classes_of(kind: str) -> tuple[ErrorClass, ...]:
    """The classes that an error in a field of this type may be of."""
    if fields.nature(kind) is not Nature.WORD:
        return (ErrorClass.MONEY,)
    if fields.means(kind) in _SPELLED:
        return (ErrorClass.IDENTITY, ErrorClass.SPELLING)
    return (ErrorClass.IDENTITY,)


def error_class(kind: str, read: str, truth: str) -> ErrorClass:
    """The class of the error of reading ``read`` where ``truth`` stands, which differ."""
    *dearer, cheapest = classes_of(kind)
    return dearer[0] if dearer and _letters(read) != _letters(truth) else cheapest


def _letters(text: str) -> str:
    """What a name is apart from how it is spelled: its letters and digits."""
    return "".join(filter(str.isalnum, fold(text)))
