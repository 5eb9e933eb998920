"""What beside its writing speaks for a value: what is known says the same, or it is familiar.

A reading that the sender's signature confirms, or all of whose words are names that people bear, is
right far more often than a word that nobody ever wrote, however sure the engine is of both: most of
what is misread becomes no word at all. It is no evidence that weighs candidates (``corroborate``
does that) but a kind of reading, whose rate of errors ``calibration`` measures apart.
"""

import re
from email.utils import parseaddr
from functools import cache

from pipeline import fields
from pipeline.decoding import communes, lexicon
from pipeline.decoding.lexicon import Lexicon
from pipeline.fields import Means
from pipeline.fields.email import endings_of, is_name
from pipeline.fields.organisation import SMALL_WORDS
from pipeline.judging.background import Background, addresses, says
from pipeline.judging.corroborate import made_of, spells
from pipeline.judging.members import name_key
from pipeline.judging.values import texts_of
from pipeline.records import Backing, Envelope, FieldReading, Registration
from pipeline.text import fold

_WORD = re.compile(r"[^\W\d_]+")
_DIGIT_FIRST = re.compile(r"\d[a-z]")
_SPELLED = 0.8
"""A domain is the service's where it spells so much of it."""


def backing_of(
    reading: FieldReading, registration: Registration, background: Background
) -> Backing:
    """What speaks for the reading of a name, a service, a town, an address or a number.

    ``registration`` holds it, and the people and the service that an address may be made of.
    """
    means = fields.means(reading.type)
    if not reading.text:
        return Backing.NOTHING
    if _is_known(reading.text, means, background):
        return Backing.KNOWN
    match means:
        case Means.PERSON:
            is_familiar = _is_familiar_person(reading.text)
        case Means.ORGANISATION:
            is_familiar = _is_familiar_service(reading.text)
        case Means.SURNAME:
            is_familiar = all(word in _known("surnames") for word in _WORD.findall(reading.text))
        case Means.GIVEN_NAME:
            is_familiar = all(word in _known("given_names") for word in _WORD.findall(reading.text))
        case Means.TOWN:
            is_familiar = bool(communes.codes_of(reading.text))
        case Means.EMAIL:
            is_familiar = _is_familiar_address(reading, registration)
        case _:
            is_familiar = False
    return Backing.FAMILIAR if is_familiar else Backing.NOTHING


def _is_known(text: str, means: Means | None, background: Background) -> bool:
    mail, lists = background.mail, background.lists
    match means:
        case Means.EMAIL:
            return text in addresses(background)
        case Means.PERSON:
            shown = parseaddr(mail.sender)[0] if mail else ""
            key = name_key(text)
            is_sender = bool(key) and key == name_key(shown)
            return is_sender or any(m.lists(text) for m in lists) or _is_said(mail, text)
        case Means.ORGANISATION:
            return any(fold(text) in m.organisations for m in lists) or _is_said(mail, text)
        case Means.PHONE:
            return _is_said(mail, text)
        case _:
            return False


def _is_said(mail: Envelope | None, text: str) -> bool:
    return mail is not None and says(mail.said, text)


def _is_familiar_person(text: str) -> bool:
    """Whether it has a given name, and all its words are names."""
    words = _WORD.findall(fold(text))
    is_named = len(words) > 1 and any(word in _known("given_names") for word in words)
    return is_named and all(map(_is_of_names, words))


def _is_familiar_service(text: str) -> bool:
    """Whether all its words are those of services, and it does not break off at a small one."""
    words = _WORD.findall(fold(text))
    return bool(words) and words[-1] not in SMALL_WORDS and all(map(_is_of_services, words))


def _is_familiar_address(reading: FieldReading, registration: Registration) -> bool:
    """Whether it is made of somebody on the form, or of names and posts, at a domain that is known
    or that the service's name, or words of services, make up.

    A hand's marks are lost more often than print's, and nothing else tells: in a hand no two of
    these words may run together, nor a word follow a digit, which may be part of another.
    """
    local, _, domain = reading.text.partition("@")
    if not endings_of(domain):
        return False
    of_local = [word for word in _WORD.findall(local) if len(word) > 1]
    of_domain = _WORD.findall(domain.rpartition(".")[0])
    people = texts_of(registration, Means.PERSON)
    services = texts_of(registration, Means.ORGANISATION)
    own = {word for text in (*people, *services) for word in _WORD.findall(fold(text))}
    is_named = bool(of_local) and all(is_name(word) or word in own for word in of_local)
    is_there = domain in _domains() or all(_is_of_services(w) or w in own for w in of_domain)
    if not reading.typed:
        is_named &= _DIGIT_FIRST.search(local) is None
    else:
        is_named |= any(made_of(local, name) == 1.0 for name in people)
        is_there |= any(spells(domain, name) >= _SPELLED for name in services)
    return is_named and is_there


def _is_of_names(word: str) -> bool:
    return word in _known("given_names") or word in _known("surnames")


def _is_of_services(word: str) -> bool:
    return word in SMALL_WORDS or word in _known("organisation_words")


@cache
def _known(name: str) -> Lexicon:
    return lexicon.load(name).of_words()


@cache
def _domains() -> frozenset[str]:
    return frozenset(lexicon.load("email_domains").entries)
