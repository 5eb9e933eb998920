"""What a bank writes twice, as far as it has room: the payer again before the label, or the label's
own beginning. What is cut there would read as another name."""

from collections.abc import Callable

from pipeline.payments.spelling import Spelled, singular
from pipeline.payments.vocabulary import BANK, LINKS

_LEAST = 12
"""So many letters that come again are no chance."""


def without_echo(label: Spelled, payer: Spelled, *, is_name: Callable[[str], bool]) -> Spelled:
    """A label without what its bank wrote twice: behind the bank's own words at its beginning, as
    far as that is the payer's, and then, as far as the label goes on with the same.

    What is a part of a name (``is_name``, squeezed) that goes on behind it is none of that.
    """
    start = 0
    while start < len(label.tokens) and _is_of_bank(label.tokens[start]):
        start += 1
    for is_echo in (_of_payer(payer), _of_itself):
        for head in range(min(start, len(label.tokens)), -1, -1):
            label = _without(label, head, is_echo, is_name)
    return label


_IsEcho = Callable[[Spelled, int, int], bool]


def _is_of_bank(token: str) -> bool:
    return singular(token) in BANK | LINKS or token.isdigit()


def _of_payer(payer: Spelled) -> _IsEcho:
    def is_echo(label: Spelled, start: int, end: int) -> bool:
        piece = label.piece(start, end)
        if piece == payer.squeezed:
            return start > 0  # where no word of the bank is before it, the payer wrote it
        return len(piece) >= _LEAST and payer.squeezed.startswith(piece)

    return is_echo


def _of_itself(label: Spelled, start: int, end: int) -> bool:
    piece = label.piece(start, end)
    return len(piece) >= _LEAST and label.squeezed.startswith(piece, label.edges[end])


def _without(
    label: Spelled, start: int, is_echo: _IsEcho, is_name: Callable[[str], bool]
) -> Spelled:
    """The label without the longest echo that begins there."""
    count = len(label.tokens)
    for end in range(count, start, -1):
        if is_echo(label, start, end):
            goes_on = any(
                is_name(label.piece(first, last))
                for first in range(start, end)
                for last in range(end + 1, count + 1)
            )
            kept = (*label.tokens[:start], *label.tokens[end:])
            return label if goes_on else Spelled(label.text, kept)
    return label
