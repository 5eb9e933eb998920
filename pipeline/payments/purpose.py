"""What a bank's text says of a credit besides names and references: what it is for, for how many
fiches, and whether it is cheques that were handed in."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from pipeline.payments.naming import Mention
from pipeline.payments.spelling import Spelled, singular
from pipeline.payments.vocabulary import BANK, FICHES, NUMBERS, PARTS, PEOPLE, each, normal

_MOST_WORDS = 5
_LEAST_CUT = 4
_CUT_FROM = 24
_PART = re.compile(r"(?<![\d/.])([1-9]) ?/ ?([2-4])(?![\d/]|\.\d)")
_TIMES = "X"
_MOST_COUNTED = 99
_HANDED_IN = each("remise rem versement verst vrst dépôt encaissement")
_CHEQUES = each("chèque chq cheq chqe")
_NOT_CHEQUES = each("espèces esp cb carte tpe effet lcr prélèvement impayé rejet")
_BARE = each("n bordereau bord du de le")
_PART_WORDS = {normal(words): words for words in PARTS}


class Of(Enum):
    """What a number in a text is of."""

    FICHES = "fiches"
    PEOPLE = "people"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of fiches or people that a text gives."""

    number: int
    of: Of


_NOUNS = dict.fromkeys(FICHES, Of.FICHES) | dict.fromkeys(PEOPLE, Of.PEOPLE)
_NOUNS |= dict.fromkeys(each("inscription inscript inscr insc"), Of.EITHER)


def purpose_in(field: Spelled, names: Iterable[Mention], words: Mapping[str, str]) -> str:
    """The first of those words, by how they are looked up (``normal``), that is outside of names;
    empty where none is."""
    in_names = _places(names)
    count = len(field.tokens)
    for start in range(count):
        for end in range(start + 1, min(start + _MOST_WORDS, count) + 1):
            piece = singular(field.piece(start, end))
            if piece in words and not in_names.issuperset(range(start, end)):
                return words[piece]
    if not count or len(field.text) < _CUT_FROM or count - 1 in in_names:
        return ""
    last = field.tokens[-1]
    is_cut = len(last) >= _LEAST_CUT and not last.isdigit()
    cut = (words[word] for word in sorted(words) if is_cut and word.startswith(last))
    return next(cut, "")


def part_in(field: Spelled, names: Iterable[Mention]) -> str:
    """What tells that a part is paid: ``1/2``, ``acompte``; empty where nothing does."""
    fraction = _PART.search(field.text)
    if fraction and fraction[1] <= fraction[2]:
        return fraction[0]
    return purpose_in(field, names, _PART_WORDS)


def counts_in(field: Spelled, names: Iterable[Mention]) -> Iterator[Counted]:
    """The numbers of fiches and people in a text: ``2 INSCRIPTIONS``, ``FICHES X3``."""
    in_names = _places(names)
    tokens = tuple("" if i in in_names else token for i, token in enumerate(field.tokens))
    for place, token in enumerate(tokens):
        noun = singular(token)
        of = _NOUNS.get(noun)
        if of is None:
            continue
        before = place - 1 - (place > 1 and tokens[place - 1] == _TIMES)
        number = _number(tokens, before)
        if number and not _ends_a_date(tokens, before):
            yield Counted(number, of)
        is_times = tokens[place + 1 : place + 2] == (_TIMES,)
        is_last = place + 2 == len(tokens)
        if (is_times or is_last) and (number := _number(tokens, place + 1 + is_times)):
            yield Counted(number, of)


def _places(names: Iterable[Mention]) -> set[int]:
    """The tokens of names that are whole, or may be."""
    sure = (name for name in names if name.whole or name.cut or name.organisation)
    return {place for name in sure for place in range(name.start, name.end)}


def _number(tokens: tuple[str, ...], place: int) -> int:
    """The small number that a token is; 0 where it is none."""
    if not 0 <= place < len(tokens):
        return 0
    token = tokens[place]
    if token.isdigit():
        return int(token) if int(token) <= _MOST_COUNTED else 0
    return NUMBERS.get(token, 0)


def _ends_a_date(tokens: tuple[str, ...], place: int) -> bool:
    return place >= 2 and all(
        len(token) == 2 and token.isdigit() for token in tokens[place - 2 : place + 1]
    )


def is_deposit(tokens: Iterable[str]) -> bool:
    """Whether it is cheques that were handed in, as banks write it."""
    words = {singular(token) for token in tokens if not token.isdigit()}
    if not words & _HANDED_IN or words & _NOT_CHEQUES:
        return False
    return bool(words & _CHEQUES) or not words - _HANDED_IN - _BARE - BANK


def cheques_in(field: Spelled) -> int:
    """How many cheques it says; 0 where it does not."""
    for place, token in enumerate(field.tokens):
        if singular(token) in _CHEQUES and (number := _number(field.tokens, place - 1)):
            return number
    return 0
