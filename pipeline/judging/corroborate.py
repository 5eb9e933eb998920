"""What speaks for a name, an address or an organisation, beside how it was written.

An e-mail address is often made of a name on the form and of the organisation's; the mail that
brought the form has a sender; a list of members holds names. Each is a likelihood: a candidate that
fits gains a stated factor on those that do not, in the same weighing as all the form's arithmetic.
Nothing is ever overwritten, and what fits nowhere loses nothing.

The factors are estimates: they were set by hand, and no count of real mails is behind them. What
they do is measured, though: ``fiches run --without names`` (or ``mail``, ``members``, ...) tells
what a kind of evidence is worth, and calibration is made with half of the forms in mails.
"""

import re
from collections.abc import Callable, Collection, Iterator
from email.utils import parseaddr
from functools import lru_cache
from itertools import permutations, product

import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline.fields import Means
from pipeline.geometry import FloatArray
from pipeline.judging.background import (
    LISTED,
    SAID,
    SENDER,
    SENDER_NAME,
    Background,
    says,
)
from pipeline.judging.inference import Factor
from pipeline.judging.members import Members, name_key
from pipeline.judging.postal import weight
from pipeline.judging.unknowns import Unknown
from pipeline.records import FieldReading, Finding, Registration, Severity
from pipeline.text import fold

_WHOLE_NAME, _PART_OF_NAME = 40.0, 8.0
"""How much likelier an address is made of a name it spells than of one it does not."""
_OWNED = 0.6
"""How often an address is made of the name of a person on the form."""
_MOST_OWNERS = 4
_ORGANISATION = 8.0
"""The same for a domain that spells the organisation's words."""
_UNLISTED_CLAIM, _LISTED_ELSEWHERE = 0.1, 0.2
"""How often somebody claims to be a member and is not listed, and is listed without claiming it."""
_UNKNOWN_CLAIM = 0.1
_LEAST_WORD = 4
_MISREAD = 2
"""Letters by which a word of a name may be misread."""
_MOST_WORDS = 4
LISTED_RULE = "members_are_listed"
"""The rule of the finding that tells who is not on the list of members."""


def corroborations(
    unknowns: Collection[Unknown],
    background: Background,
    postal: Collection[tuple[str, str]] = (),
) -> tuple[dict[str, FloatArray], list[Factor]]:
    """Priors of further, hidden variables, and the factors between them and the unknowns.

    ``postal``: the fields of each postal code and of the town that it belongs to.
    """
    emails = [u for u in unknowns if u.means is Means.EMAIL]
    people = [u for u in unknowns if u.means is Means.PERSON]
    organisations = [u for u in unknowns if u.means is Means.ORGANISATION]
    hidden: dict[str, FloatArray] = {}
    factors: list[Factor] = []
    for email in emails:
        if "names" not in background.without and people:
            owner = f"owner of {email.name}"
            among = people[:_MOST_OWNERS]
            hidden[owner], factors = _owned(owner, email, among, factors)
        if "organisation" not in background.without:
            factors += [
                _pair(email, organisation, lambda a, o: _gain(_ORGANISATION, spells(_domain(a), o)))
                for organisation in organisations
            ]
    phones = [u for u in unknowns if u.means is Means.PHONE]
    factors += _of_towns(unknowns, postal)
    factors += _of_sender(emails, people, organisations, phones, background)
    factors += _of_list(emails, people, organisations, background)
    return hidden, factors


def members_factor(named: str, listed: FloatArray, count: Unknown) -> Factor:
    """Those who pay as members against those on the list, ``listed`` of each value of ``named``."""
    numbers = count.numbers

    def weigh(at: FloatArray, counted: FloatArray) -> FloatArray:
        more = numbers[counted] - listed[at]
        claimed = np.where(more > 0, _UNLISTED_CLAIM, _LISTED_ELSEWHERE) ** np.abs(more)
        return np.where(numbers[counted] < 0, _UNKNOWN_CLAIM, claimed)

    return Factor((named, count.name), weigh)


def members_are_listed(
    registration: Registration, people: Collection[FieldReading], claimed: str, members: Members
) -> Iterator[Finding]:
    """A finding where more people pay as members (the count ``claimed``) than are listed.

    Where as many do, and others pay otherwise, it only tells who is who.
    """
    count = registration.reading(claimed)
    unlisted = [person.text for person in people if not members.lists(person.text)]
    listed = len(people) - len(unlisted)
    if count is None or not isinstance(count.value, int) or count.value < listed:
        return
    facts: tuple[str | int, ...] = (count.value, listed, *unlisted)
    if count.value > listed:
        yield Finding(LISTED_RULE, Severity.REVIEW, (claimed,), facts)
    elif 0 < listed < len(people):
        yield Finding(LISTED_RULE, Severity.INFO, (claimed,), facts)


@lru_cache(maxsize=4096)
def made_of(local: str, person: str) -> float:
    """How surely the part of an address before the @ is made of a name: 1 whole, 0 not at all.

    ``claire.dupont``, ``dupontc`` and ``jmdupont`` are whole, ``direction.dupont`` is a part (0.5).
    """
    letters = re.sub(r"[^a-z]", "", fold(local))
    words, wholes = _addresses(person)
    if letters in wholes:
        return 1.0
    return 0.5 if any(_is_part(word, letters, words) for word in words) else 0.0


@lru_cache(maxsize=4096)
def _addresses(person: str) -> tuple[list[str], frozenset[str]]:
    """The words of a name, and all that an address made wholly of them may be."""
    joined = fold(person).replace("'", "")  # l.hostis is no address of L'Hostis
    words = [w for w in re.findall(r"[a-z]+", joined) if len(w) > 1][:_MOST_WORDS]
    if len(words) < 2:
        return words, frozenset()
    cuts = product(permutations(words), range(len(words)))
    ends = (("".join(w[0] for w in some[:cut]), "".join(some[cut:])) for some, cut in cuts)
    return words, frozenset(whole for i, rest in ends for whole in (i + rest, rest + i))


def _is_part(word: str, letters: str, words: Collection[str]) -> bool:
    """Whether a word of a name stands in an address, and not beside another's misreading."""
    if len(word) < _LEAST_WORD or word not in letters:
        return False
    rest = letters.replace(word, "", 1)
    return not rest or all(
        Levenshtein.distance(rest, other, score_cutoff=_MISREAD) > _MISREAD
        for other in words
        if other != word
    )


@lru_cache(maxsize=4096)
def spells(domain: str, organisation: str) -> float:
    """0..1: how much of an organisation's words a domain spells."""
    label = re.sub(r"[^a-z0-9]", "", fold(domain.rpartition(".")[0]))
    words = re.findall(r"[a-z0-9]{3,}", fold(organisation).replace(".", ""))
    spelled = sum(len(word) for word in words if word in label)
    return spelled / sum(map(len, words)) if words else 0.0


def _domain(address: str) -> str:
    return address.rpartition("@")[2] if "@" in address else ""


def _gain(most: float, fit: float) -> float:
    """The weight of what fits so well, 0..1, against what fits wholly: 1 at most."""
    return float(most ** (fit - 1.0))


def _name_gain(address: str, person: str) -> float:
    fit = made_of(address.partition("@")[0], person) if "@" in address else 0.0
    if fit == 1.0:
        return 1.0
    return (_PART_OF_NAME if fit else 1.0) / _WHOLE_NAME


def _owned(
    owner: str, email: Unknown, people: list[Unknown], factors: list[Factor]
) -> tuple[FloatArray, list[Factor]]:
    """The prior of whose name the address is made of (first nobody's), and factors with it."""
    prior = np.full(1 + len(people), _OWNED / len(people))
    prior[0] = (1.0 - _OWNED) / _WHOLE_NAME
    added = []
    for i, person in enumerate(people, start=1):
        fits = _pair_table(email, person, _name_gain)
        weights = np.ones((*fits.shape, len(prior)))
        weights[:, :, i] = fits
        added.append(Factor.of_table((email.name, person.name, owner), weights))
    return prior, factors + added


def _of_towns(
    unknowns: Collection[Unknown], postal: Collection[tuple[str, str]]
) -> Iterator[Factor]:
    by_name = {unknown.name: unknown for unknown in unknowns}
    for code, town in postal:
        if code in by_name and town in by_name:
            yield _pair(by_name[code], by_name[town], weight)


def _of_sender(
    emails: list[Unknown],
    people: list[Unknown],
    organisations: list[Unknown],
    phones: list[Unknown],
    background: Background,
) -> Iterator[Factor]:
    if background.mail is None:
        return
    mail_text, (shown, sender) = background.mail.said, parseaddr(background.mail.sender)
    sender = sender.lower()
    # Who writes a mail signs it, too: that is one fact, so the stronger of two gains counts alone.
    for email in emails:
        yield _alone(
            email, lambda t: 1.0 if t and t == sender else _mail_gain(mail_text, t, SENDER)
        )
    for person in people:
        yield _alone(
            person,
            lambda t: max(_mail_gain(mail_text, t, SENDER_NAME), _sender_gain(t, shown, sender)),
        )
    for organisation in organisations:
        yield _alone(
            organisation,
            lambda t: max(
                _mail_gain(mail_text, t, _ORGANISATION),
                _gain(_ORGANISATION, spells(_domain(sender), t)),
            ),
        )
    for phone in phones:
        yield _alone(phone, lambda t: _mail_gain(mail_text, t, SAID))


def _mail_gain(mail_text: str, text: str, most: float) -> float:
    """What a mail's text says of a value, beside evidence that gains ``most`` at most."""
    return min(1.0, SAID / most) if says(mail_text, text) else 1.0 / most


def _sender_gain(person: str, shown: str, address: str) -> float:
    same = bool(name_key(person)) and name_key(person) == name_key(shown)
    return 1.0 if same else max(1.0 / SENDER_NAME, _name_gain(address, person))


def _of_list(
    emails: list[Unknown],
    people: list[Unknown],
    organisations: list[Unknown],
    background: Background,
) -> Iterator[Factor]:
    lists = background.lists
    if not lists:
        return

    def gain(*, listed: bool) -> float:
        return 1.0 if listed else 1.0 / LISTED

    for email in emails:
        yield _alone(
            email, lambda text: gain(listed=any(text in members.emails for members in lists))
        )
    for person in people:
        yield _alone(
            person, lambda text: gain(listed=any(members.lists(text) for members in lists))
        )
    for organisation in organisations:
        yield _alone(
            organisation,
            lambda text: gain(listed=any(fold(text) in members.organisations for members in lists)),
        )


def _texts(unknown: Unknown) -> list[str]:
    """What each weight of the prior stands for; any other value fits nothing."""
    return [*(candidate.text for candidate in unknown.candidates), ""]


def _alone(unknown: Unknown, weigh: Callable[[str], float]) -> Factor:
    return Factor.of_table((unknown.name,), np.array([weigh(text) for text in _texts(unknown)]))


def _pair(first: Unknown, second: Unknown, weigh: Callable[[str, str], float]) -> Factor:
    return Factor.of_table((first.name, second.name), _pair_table(first, second, weigh))


def _pair_table(first: Unknown, second: Unknown, weigh: Callable[[str, str], float]) -> FloatArray:
    return np.array([[weigh(a, b) for b in _texts(second)] for a in _texts(first)])
