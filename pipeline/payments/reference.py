"""The creditor reference (ISO 11649) that a payer is asked to write, and its way back.

``RF``, two check digits (ISO 7064, modulo 97-10), the first eight hexadecimal digits of the
document and the number of the form in it: ``3fa9c2d41b7e-1`` is ``RF92 3FA9 C2D4 1``.

A bank's text is searched without case and blanks, and with a zero for each O. A reference that is
written whole is exact only where no other known one stands there but for one character: so no
single slip ever makes one of another. What is within two slips of a known reference, or else looks
like one, is mangled.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import Hamming, Levenshtein

from pipeline.check_digits import mod_97
from pipeline.payments.spelling import squeeze

_HEX = 8
_HEAD = len("RF00")
_HALF = _HEAD + _HEX // 2
_GRAM = 4
"""Thirteen characters with two slips still have so many in a row that are right."""
_MOST_SLIPS = 2
_MOST = 25
_LEAST_CUT = _HEAD + 3
"""What is left of a reference where a bank cut its text: shorter, it may be anything."""
_LIKE_ONE = re.compile(
    r"(?<![^\W\d_])RF ?[0-9O]{2}[ ./-]?(?=(?:[ ./-]?[0-9A-FO]){6})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Mangled:
    """What looks like a reference and is no exact one; ``near``: the known ones it may be."""

    text: str
    near: frozenset[str]


@dataclass(frozen=True, slots=True)
class Quoted:
    """The references in a text: those that are exact, squeezed, each once; and what is mangled."""

    exact: tuple[str, ...] = ()
    mangled: tuple[Mangled, ...] = ()


def reference_of(id: str) -> str:  # noqa: A002 (what the tables call it)
    """The reference of a registration, by its id in the tables, in groups of four.

    Raises ValueError where that is no such id.
    """
    match = re.fullmatch(r"([0-9a-f]{8})[0-9a-f]*-([1-9][0-9]*)", id)
    if match is None:
        raise ValueError("an id is hexadecimal digits, a hyphen and a number")
    body = f"{match[1]}{match[2]}".upper()
    whole = f"RF{98 - mod_97(f'{body}RF00'):02d}{body}"
    return " ".join(whole[i : i + 4] for i in range(0, len(whole), 4))


def references_in(text: str, known: Collection[str]) -> Quoted:
    """The references that a bank's text quotes, among the ``known``, squeezed ones.

    For many texts, ask ``References`` once.
    """
    return References(known).quoted(text)


class References:
    """Known references, ready to be looked for."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = frozenset(known)
        self._halves: defaultdict[str, set[str]] = defaultdict(set)
        self._grams: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
        for reference in self._known:
            self._halves[reference[:_HALF]].add(reference)
            self._halves[reference[_HALF : _HEAD + _HEX]].add(reference)
            for at in range(len(reference) - _GRAM + 1):
                self._grams[reference[at : at + _GRAM]].add((reference, at))

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._known), default=0)

    def quoted(self, text: str) -> Quoted:
        """What a text quotes of them."""
        squeezed = squeeze(text)
        exact, mangled = dict[str, None](), list[Mangled]()
        rest, done = list[str](), 0
        for place in (match.start() for match in re.finditer("RF", squeezed)):
            if place < done:
                continue
            fitting = self._at(squeezed, place)
            if not any(squeezed.startswith(reference, place) for reference in fitting):
                continue
            rest.append(squeezed[done:place])
            done = place + max(map(len, fitting))
            if len(fitting) == 1:
                exact.update(dict.fromkeys(fitting))
            else:
                mangled.append(Mangled(squeezed[place:done], frozenset(fitting)))
        for piece in (*rest, squeezed[done:]):
            mangled += self._mangled(piece)
        if not exact and not mangled:
            mangled += _strange(text)
        return Quoted(tuple(exact), tuple(mangled))

    def _at(self, squeezed: str, place: int) -> list[str]:
        """The known references that stand there but for one character, or go on where one ends."""
        near = self._halves.get(squeezed[place : place + _HALF], set()) | self._halves.get(
            squeezed[place + _HALF : place + _HEAD + _HEX], set()
        )
        return [
            reference
            for reference in near
            if (shown := squeezed[place : place + len(reference)])
            and (
                Hamming.distance(shown, reference) <= 1
                if len(shown) == len(reference)
                else reference.startswith(shown)
            )
        ]

    def _mangled(self, piece: str) -> Iterator[Mangled]:
        near, shown = set[str](), ""
        for at in range(len(piece) - _GRAM + 1):
            for reference, offset in self._grams.get(piece[at : at + _GRAM], ()):
                start = max(0, at - offset)
                if reference not in near and _is_near(piece, start, reference):
                    near.add(reference)
                    shown = shown or piece[start : start + len(reference)]
        for match in re.finditer(r"RF[0-9]{2}", piece):
            left = piece[match.start() :]
            if _LEAST_CUT <= len(left) < self._longest:
                cut = {reference for reference in self._known if reference.startswith(left)}
                near |= cut
                shown = shown or (left if cut else "")
        if near:
            yield Mangled(shown, frozenset(near))


def _strange(text: str) -> Iterator[Mangled]:
    """What looks like a reference that nobody here knows."""
    for match in _LIKE_ONE.finditer(text):
        yield Mangled(squeeze(text[match.start() :])[:_MOST], frozenset())


def _is_near(piece: str, at: int, reference: str) -> bool:
    """Whether a piece has it near that place, with a slip or two, or all of its document."""
    window = piece[max(0, at - _MOST_SLIPS) : at + len(reference) + _MOST_SLIPS]
    if reference[_HEAD : _HEAD + _HEX] in window:
        return True
    return any(
        Levenshtein.distance(window[start:end], reference, score_cutoff=_MOST_SLIPS) <= _MOST_SLIPS
        for start in range(2 * _MOST_SLIPS + 1)
        for end in range(start + len(reference) - _MOST_SLIPS, len(window) + 1)
    )
