"""Whom a bank's text names in full: organisations and participants of registrations.

A name stands on the edges of words, whatever blanks are in it, a person's in either order. One that
goes on is another name: ``FOYER LES TILLEULS NORD`` is not ``Foyer Les Tilleuls``, ``JEAN PIERRE
DUPONT`` not ``Pierre Dupont``. So beside a name only another one may stand, or what payers and
banks write around names (``vocabulary``).
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from pipeline.payments.names import Names
from pipeline.payments.spelling import Spelled, singular
from pipeline.payments.vocabulary import BANK, FICHES, LINKS, MONTHS, PEOPLE, TITLES, each, normal

BY_ORGANISATION, BY_PERSON = 1, 2
"""How well a text names a registration."""

_LEAST_CUT = 4
"""Letters that are left of a word where a bank cut it, and that tell it still."""
_LEAST_OF_A_NAME = 9
_CUT = frozenset((31, 32))
_MAYBE_CUT = frozenset((23, 24, 30, 34, 35, 69, 70))
"""How long a field is where banks cut it (CFONB 31, OFX 32), or some do, or a blank was there."""
_AND, _ELSE = normal("et"), each("pour par")
_FOR = each("pour inscription inscr insc")
_REFERENCE = "RF"
_COUNTED = FICHES | PEOPLE | MONTHS


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a field of a bank's text, from token ``start`` up to ``end``.

    ``organisation`` and ``people``: the registrations on which it is the one or the other.
    ``whole``: it is named in full, and does not go on; ``cut``: its bank may have cut it.
    """

    start: int
    end: int
    organisation: frozenset[str]
    people: frozenset[str]
    whole: bool = False
    cut: bool = False

    @property
    def ids(self) -> frozenset[str]:
        return self.organisation | self.people


def mentions(field: Spelled, names: Names, *, widest: int) -> list[Mention]:
    """Whom a field names, and whom it may, where its end is cut; of names in names, the longest.

    ``widest``: the most letters of such a field: where another one is longer, nothing was cut.
    """
    is_widest = len(field.text) >= widest - 1
    at_end = [*_cut_short(field, names, is_widest=is_widest)]
    hits = [*(hit for hit in _hits(field, names) if not _is_same(hit, at_end)), *at_end]
    longest = [hit for hit in hits if not any(_is_within(hit, other) for other in hits)]
    return [
        replace(hit, whole=not hit.cut and _is_whole(hit, field, names, longest)) for hit in longest
    ]


def _is_same(hit: Mention, others: Iterable[Mention]) -> bool:
    return any((hit.start, hit.end) == (other.start, other.end) for other in others)


def named(by_fields: Collection[Mention]) -> dict[str, int]:
    """The registrations that are named in full, and how well. An organisation whose name goes on
    anywhere is another one."""
    whole = [mention for mention in by_fields if mention.whole]
    others = {id_ for m in by_fields if not m.whole and not m.cut for id_ in m.organisation}
    return _levels(whole, without=others)


def cut(by_fields: Iterable[Mention]) -> dict[str, int]:
    """The registrations that may be named where a bank cut its text, and how well."""
    return _levels([mention for mention in by_fields if mention.cut])


def _levels(chosen: Collection[Mention], *, without: Collection[str] = ()) -> dict[str, int]:
    by_organisation = (id_ for mention in chosen for id_ in mention.organisation)
    by_person = (id_ for mention in chosen for id_ in mention.people)
    return dict.fromkeys(
        (id_ for id_ in by_organisation if id_ not in without), BY_ORGANISATION
    ) | dict.fromkeys(by_person, BY_PERSON)


def names_a_stranger(
    field: Spelled, there: Collection[Mention], ids: frozenset[str], names: Names
) -> bool:
    """Whether it says for whom it is, and that is nobody on those registrations:
    ``INSCRIPTION DURAND``, ``POUR MME DURAND``. A title at its beginning is the payer's."""
    tokens = field.tokens
    taken = {place for mention in there for place in range(mention.start, mention.end)}
    return any(
        not names.is_word_of(ids, tokens[place])
        for start in range(len(tokens))
        if start not in taken and _says_for_whom(tokens, start)
        for place in _name_after(tokens, start, taken, names)
    )


def _says_for_whom(tokens: tuple[str, ...], place: int) -> bool:
    word = singular(tokens[place])
    is_inside = any(singular(before) not in BANK | LINKS for before in tokens[:place])
    return word in _FOR or (word in TITLES and is_inside)


def _name_after(
    tokens: tuple[str, ...], start: int, taken: Collection[int], names: Names
) -> Iterator[int]:
    """The words behind that place, up to one that is around names, another name or a reference."""
    has_begun = False
    for place in range(start + 1, len(tokens)):
        if place in taken or tokens[place] == _REFERENCE:
            return
        leads_on = _leads_on(tokens, place, names)
        if has_begun and leads_on and singular(tokens[place]) not in LINKS:
            return
        if not leads_on and len(tokens[place]) > 1:
            has_begun = True
            yield place


def _leads_on(tokens: tuple[str, ...], place: int, names: Names) -> bool:
    """Whether the word there is around names, not of them."""
    token, word = tokens[place], singular(tokens[place])
    if token.isdigit() or word in names.neutral or word in LINKS:
        return True
    return place + 1 == len(tokens) and any(other.startswith(token) for other in names.neutral)


def _hits(field: Spelled, names: Names) -> Iterator[Mention]:
    count = len(field.tokens)
    for start in range(count):
        for end in range(start + 1, count + 1):
            name = field.piece(start, end)
            if len(name) > names.longest:
                break
            if names.is_name(name):
                yield _mention(start, end, [name], names)


def _cut_short(field: Spelled, names: Names, *, is_widest: bool) -> Iterator[Mention]:
    """The names that begin like the field's end and go on; or end there, if it may have been cut:
    where no field is wider, or such a longer name is known."""
    count, width = len(field.tokens), len(field.text)
    for start in range(count):
        piece = field.piece(start, count)
        longer = [*names.longer(piece)] if len(piece) >= _LEAST_OF_A_NAME else []
        if not names.is_name(piece):
            if longer:
                yield replace(_mention(start, count, longer, names), cut=True)
        elif (is_widest and width in _CUT) or (longer and width in _CUT | _MAYBE_CUT):
            yield replace(_mention(start, count, [piece, *longer], names), cut=True)


def _mention(start: int, end: int, spellings: Collection[str], names: Names) -> Mention:
    organisation = frozenset(i for name in spellings for i in names.organisations.get(name, ()))
    people = frozenset(i for name in spellings for i in names.people.get(name, ()))
    return Mention(start, end, organisation, people)


def _is_within(hit: Mention, other: Mention) -> bool:
    is_inside = other.start <= hit.start and hit.end <= other.end
    return is_inside and (hit.start, hit.end) != (other.start, other.end)


def _is_whole(hit: Mention, field: Spelled, names: Names, others: list[Mention]) -> bool:
    if any(o is not hit and o.start < hit.end and hit.start < o.end for o in others):
        return False
    if names.is_short(field.piece(hit.start, hit.end)):
        return _stands_alone(hit, field, names, others)
    return _begins(hit, field, names, others) and _ends(hit, field, names, others)


def _stands_alone(hit: Mention, field: Spelled, names: Names, others: list[Mention]) -> bool:
    """Whether nothing else tells anything: a name of one word may be a part of any other."""
    return all(
        hit.start <= place < hit.end
        or any(other.people and other.start <= place < other.end for other in others)
        or (place != hit.end and singular(field.tokens[place]) in LINKS)
        or _says_nothing(field, place, hit, names)
        for place in range(len(field.tokens))
    )


def _begins(hit: Mention, field: Spelled, names: Names, others: list[Mention]) -> bool:
    place = hit.start - 1
    while place >= 0 and singular(field.tokens[place]) in LINKS:
        if hit.people and singular(field.tokens[place]) == _AND:
            return True
        place -= 1
    if place < 0 or field.tokens[place].isdigit():
        return True
    ends_there = any(other.end == place + 1 for other in others)
    return ends_there or _says_nothing(field, place, hit, names)


def _ends(hit: Mention, field: Spelled, names: Names, others: list[Mention]) -> bool:
    place = hit.end
    if place == len(field.tokens) or any(other.start == place for other in others):
        return True
    is_and = hit.people and singular(field.tokens[place]) == _AND
    return bool(is_and) or _says_nothing(field, place, hit, names)


def _says_nothing(field: Spelled, place: int, hit: Mention, names: Names) -> bool:
    """Whether the token there is no part of the name."""
    token = field.tokens[place]
    after = field.tokens[place + 1] if place + 1 < len(field.tokens) else ""
    if token.isdigit():  # ``MECS LES LILAS 2`` is another house; ``2 INSCRIPTIONS`` is none
        is_count_or_date = after.isdigit() or singular(after) in _COUNTED
        return not hit.organisation or len(token) > 2 or is_count_or_date
    word = singular(token)
    if word in names.neutral or names.is_person_of(hit.organisation, token):
        return True
    if word in LINKS:
        return after.isdigit() or word in _ELSE
    is_cut = not after and len(token) >= _LEAST_CUT
    return is_cut and any(other.startswith(token) for other in names.neutral)
