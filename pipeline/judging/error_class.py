"""What an error costs: money, somebody's identity, or only how a name is spelled.

The one place that says so: whoever counts errors, promises few of them or speaks of them asks here.
"""

from enum import StrEnum
from functools import lru_cache

from pipeline import fields
from pipeline.fields import Drawn, Means, Nature
from pipeline.language import tr
from pipeline.records import FieldReading
from pipeline.text import fold

_OWED = (Means.COUNT, Means.AMOUNT)


class ErrorClass(StrEnum):
    """The dearest first."""

    MONEY = "money"
    """An amount, a count or a payment is another."""
    IDENTITY = "identity"
    """Another letter or digit: another person, service, address or number; or a signature that is
    not there."""
    SPELLING = "spelling"
    """Only accents, case, signs or blanks of a name, a service or other words differ."""


EMPTY = "empty"
"""What a place without writing is measured as, whatever its type: what was missed there has nothing
to do with what it would have said."""


def measured_as(kind: str, text: str) -> str:
    """The type that a text read in a field of type ``kind`` is measured as.

    That nothing is owed, counted or chosen is an answer of its type as any other.
    """
    if text or fields.nature(kind) is Nature.MARK or fields.means(kind) in _OWED:
        return kind
    return EMPTY


def kind_of(reading: FieldReading) -> str:
    """What a reading is measured as."""
    return measured_as(reading.type, reading.text)


def classes_of(kind: str) -> tuple[ErrorClass, ...]:
    """The classes that an error in what is measured as this type may be of."""
    if kind == EMPTY:
        return (ErrorClass.IDENTITY,)
    field_type = fields.find(kind)
    is_there = field_type is not None and field_type.drawn is not Drawn.MARK  # or not: all it says
    if fields.nature(kind) is not Nature.WORD and not is_there:
        return (ErrorClass.MONEY,)
    if field_type and field_type.spelling:
        return (ErrorClass.IDENTITY, ErrorClass.SPELLING)
    return (ErrorClass.IDENTITY,)


def error_class(kind: str, read: str, truth: str) -> ErrorClass:
    """The class of the error of reading ``read`` where ``truth`` stands, which differ."""
    *dearer, cheapest = classes_of(measured_as(kind, read))
    return dearer[0] if dearer and _letters(read) != _letters(truth) else cheapest


def class_name(error: ErrorClass) -> str:
    """What people call the errors of a class."""
    match error:
        case ErrorClass.MONEY:
            return tr("money")
        case ErrorClass.IDENTITY:
            return tr("identity")
        case ErrorClass.SPELLING:
            return tr("spelling")


def is_spared(error: ErrorClass | None, of: ErrorClass) -> bool:
    """Whether what has that error (None: none) has none of class ``of``, nor a dearer one."""
    order = list(ErrorClass)
    return error is None or order.index(error) > order.index(of)


def certainty(reading: FieldReading, of: ErrorClass) -> float:
    """How probable reading makes it that its value has no error of that class, nor a dearer one:
    what differs only in spelling speaks for the same letters."""
    if of is classes_of(kind_of(reading))[-1]:
        return reading.posterior
    letters = _letters(reading.text)
    return min(1.0, sum(c.probability for c in reading.candidates if _letters(c.text) == letters))


def alternatives(reading: FieldReading, doubted: ErrorClass, *, most: int) -> tuple[str, ...]:
    """What else may stand there, likeliest first: what is spelled otherwise only where that is the
    doubt, or all there is."""
    texts = dict.fromkeys(candidate.text for candidate in reading.candidates)
    if doubted is ErrorClass.IDENTITY and ErrorClass.SPELLING in classes_of(reading.type):
        firsts = {_letters(text): text for text in reversed(texts)}
        texts = dict.fromkeys(t for t in texts if firsts[_letters(t)] == t)
    others = [text for text in texts if text != reading.text]
    if not others and doubted is not ErrorClass.SPELLING:
        return alternatives(reading, ErrorClass.SPELLING, most=most)
    return tuple(others[:most])


@lru_cache(maxsize=4096)
def _letters(text: str) -> str:
    """What a name is apart from how it is spelled: its letters and digits."""
    return "".join(filter(str.isalnum, fold(text)))
