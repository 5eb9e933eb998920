"""What is known beside a form: the mail that brought it, a list of members, earlier reviews.

It serves twice. What it holds and is nearly what was read becomes a candidate (``with_known``): a
sender's address is far likelier on the form than any other that is two letters from what an engine
saw. And what was read and is known (``backing``) is right far more often than what is not. Nobody's
word replaces what stands on the form: a candidate is only as likely as the reading leaves room for
another, and as the two look alike.
"""

import math
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from email.utils import parseaddr
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from pipeline import fields
from pipeline.fields import Means
from pipeline.judging.members import Members
from pipeline.records import Candidate, Envelope, FieldReading, Origin, Registration
from pipeline.text import cased, fold, similarity

SENDER, SENDER_NAME, SAID, LISTED = 50.0, 20.0, 10.0, 10.0
"""How much likelier the sender's own address, and name, what the mail says, and who is listed stand
on the form than something else."""
_LEAST_ALIKE = 0.6
_LIKENESS = 20.0
"""A known value is e times less likely for each twentieth by which it looks unlike what was
read."""
_LEAST = 1e-4
"""A known value that is less probable than this is not worth a candidate."""
_CLEAR, _CLEAR_PRINT = 0.9, 0.5
"""What was read so surely, by hand or as print, is not held for something known that looks like it:
a colleague's address differs by a letter."""
_COMPARED = 3
_LEAST_NEAR, _MOST_NEAR = 0.4, 8
"""So near to what was read, by its letters alone, and so many: of others none is looked at."""
_LEAST_WORD = 4
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHRASE = re.compile(r"[^\n,;:()|]+")
_MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Background:
    """What is known beside a form itself; ``without`` names evidence that is left out.

    That is to measure what each kind is worth: ``joint`` (the whole joint step), ``names`` (on the
    form in its address), ``organisation`` (in its domain), ``mail`` (its sender and text),
    ``members``, and ``known`` (people and organisations that reviews of this inbox confirmed).
    """

    envelope: Envelope | None = None
    members: Members | None = None
    known: Members | None = None
    without: Collection[str] = ()

    @property
    def mail(self) -> Envelope | None:
        return None if "mail" in self.without else self.envelope

    @property
    def list(self) -> Members | None:
        return None if "members" in self.without else self.members

    @property
    def lists(self) -> tuple[Members, ...]:
        """Those that a form's people and organisation may be on."""
        known = None if "known" in self.without else self.known
        return tuple(members for members in (self.list, known) if members is not None)


def with_known(registration: Registration, background: Background) -> Registration:
    """The registration with known addresses and services among the candidates of its fields.

    Of people and numbers none is proposed: a colleague's number differs by a digit, and a namesake
    by a letter, as often as an engine errs. What was clearly read, or not read by a machine, stays.
    """
    for reading in registration.readings:
        means = fields.means(reading.type)
        clear = _CLEAR_PRINT if reading.typed else _CLEAR
        is_clear = reading.origin is Origin.TEXT_LAYER or reading.posterior >= clear
        if means in (Means.EMAIL, Means.ORGANISATION) and reading.raw and not is_clear:
            exact = means is Means.EMAIL
            texts = addresses(background) if exact else _services(background)
            ranked = _with_candidates(reading, _candidates(reading, texts, exact=exact))
            registration = registration.replacing(replace(reading, candidates=ranked))
    return registration


@lru_cache(maxsize=4096)
def says(mail_text: str, text: str) -> bool:
    """Whether a mail's text holds a value: its words in a row, or its number however spaced."""
    words = _words_of(text)
    number = words.replace(" ", "")
    if number.isdecimal():
        national = re.sub(r"(?:\+|00)33 ?(?:\(0\))?", "0", mail_text)
        spaced = r"(?<!\d)" + r"[ ./\-\u00a0\u202f]?".join(number) + r"(?!\d)"
        return len(number) > _LEAST_WORD and re.search(spaced, national) is not None
    return len(words) >= _LEAST_WORD and f" {words} " in f" {_words_of(mail_text)} "


@lru_cache(maxsize=4096)
def _words_of(text: str) -> str:
    return " ".join(re.findall(r"[\w@]+", fold(text)))


def _candidates(
    reading: FieldReading, texts: Collection[str], *, exact: bool
) -> Iterator[Candidate]:
    """The known texts that look enough like what was read, with what the reading leaves to each.

    ``exact``: as they are; else in the case in which the form seems to have them.
    """
    left = 1.0 - reading.posterior
    seen = [reading.raw, *(candidate.text for candidate in reading.candidates[:_COMPARED])]
    for known in _nearest(seen, texts):
        spelled = [known] if exact else list(cased(known))
        alike, text = max((_alike(s, t), t) for s in seen for t in spelled)
        probability = left * math.exp(_LIKENESS * (alike - 1.0))
        if alike >= _LEAST_ALIKE and probability >= _LEAST:
            yield Candidate(text, text, probability)


def _nearest(seen: Collection[str], texts: Collection[str]) -> list[str]:
    """The few known texts that are worth weighing by how their letters look, which takes long."""
    folded = {text: fold(text) for text in texts}
    near = (
        process.extract(
            fold(text),
            folded,
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=_LEAST_NEAR,
            limit=_MOST_NEAR,
        )
        for text in dict.fromkeys(seen)
    )
    return list(dict.fromkeys(known for some in near for _, _, known in some))


def _alike(seen: str, known: str) -> float:
    """0..1; of addresses, the part before the @ is as alike as the whole: colleagues share the
    rest."""
    alike = similarity(seen, known)
    if "@" in seen and "@" in known:
        alike = min(alike, similarity(seen.partition("@")[0], known.partition("@")[0]))
    return alike


def _with_candidates(reading: FieldReading, added: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The reading's candidates and the added ones, of each text the likelier, best first."""
    by_text: dict[str, Candidate] = {}
    for candidate in sorted((*reading.candidates, *added), key=lambda c: -c.probability):
        by_text.setdefault(candidate.text, candidate)
    return tuple(by_text.values())


def addresses(background: Background) -> list[str]:
    """The addresses that a form may hold, in small letters, the sender's own first."""
    mail = background.mail
    said = [parseaddr(mail.sender)[1], *_addresses_in(mail.said)] if mail else []
    listed = [address for members in background.lists for address in members.emails]
    return [text.lower() for text in (*said, *listed) if text]


@lru_cache(maxsize=256)
def _addresses_in(mail_text: str) -> tuple[str, ...]:
    return tuple(_ADDRESS.findall(mail_text))


def _services(background: Background) -> list[str]:
    """The services that a form may be of: what is listed, and the phrases of the mail."""
    phrases = _phrases(background.mail.said) if background.mail else []
    listed = [name for members in background.lists for name in members.organisations.values()]
    return [*phrases, *listed]


@lru_cache(maxsize=256)
def _phrases(mail_text: str) -> list[str]:
    """Runs of words that may be a name: from a capital on, up to where the name may end."""
    phrases = []
    for piece in _PHRASE.findall(mail_text):
        words = piece.split()
        starts = [k for k, word in enumerate(words) if word[0].isupper()]
        for start in starts:
            ends = range(start + 1, min(start + _MOST_WORDS, len(words)) + 1)
            phrases += [
                " ".join(words[start:end]).strip(" .-")
                for end in ends
                if end == len(words) or words[end][0].islower()
            ]
    return [phrase for phrase in phrases if len(phrase) >= _LEAST_WORD]
