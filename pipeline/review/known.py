"""What people have decided of other fiches, proposed where the same is in doubt again.

A secretary who has typed a service, an address, a telephone number or a person once need not type
it again: where a later fiche has that very text among what may well have been read, or nearly reads
as it, it is proposed first. Nothing is kept until a person confirms it.

**Nearly** is meant cautiously, case and accents included. Of a service or a person, at most one
letter in eight may differ, so that no short name stands for another. Of an address or a telephone
number, it is one sign. Each has to be one that the reading itself disputes: what was clearly read
as another is another. Where two known values are near, none is proposed.
"""

from collections import Counter
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein

from pipeline import fields
from pipeline.decisions import Filed
from pipeline.fields import Means
from pipeline.judging.doubts import doubtful_characters
from pipeline.records import FieldReading, Origin, Status

_LETTERS_AN_EDIT = 8
_LEAST_SHARE = 0.1
"""What may have been read counts from this share of what is likeliest on."""
_WORDS = (Means.ORGANISATION, Means.PERSON, Means.SURNAME, Means.GIVEN_NAME)
_SIGNS = (Means.EMAIL, Means.PHONE)

_Said = tuple[Means, str]


@dataclass(slots=True)
class Known:
    """The texts that people decided, by what they mean; ``refresh`` it after each decision."""

    _by_subject: dict[str, frozenset[_Said]] = field(default_factory=dict)
    _counts: Counter[_Said] = field(default_factory=Counter)

    def refresh(self, subject: str, filed: Filed | None) -> None:
        """Take in a registration as it now is, or None where it is no more."""
        self._counts.subtract(self._by_subject.pop(subject, frozenset()))
        if filed is None or filed.end:
            return
        said = frozenset(
            (fields.means(reading.type), reading.text)
            for reading in filed.registration.readings
            if reading.origin is Origin.HUMAN
            and reading.text
            and fields.means(reading.type) in (*_WORDS, *_SIGNS)
        )
        if said:
            self._by_subject[subject] = said
            self._counts.update(said)

    def proposed(self, subject: str, reading: FieldReading) -> str:
        """What people said elsewhere, and this doubtful field may well hold; "" for nothing."""
        means, own = fields.means(reading.type), self._by_subject.get(subject, frozenset())
        if reading.status is not Status.REVIEW or means not in (*_WORDS, *_SIGNS):
            return ""
        texts = {
            text
            for (meant, text), count in self._counts.items()
            if meant is means and count > ((means, text) in own)
        }
        least = _LEAST_SHARE * reading.posterior
        likely = {c.text for c in reading.candidates if c.probability >= least}
        near = [text for text in texts if text in likely or is_near(reading, text)]
        return near[0] if len(near) == 1 else ""


def is_near(reading: FieldReading, known: str) -> bool:
    """Whether what was read may well be that known value, misread."""
    read = reading.text
    in_signs = fields.means(reading.type) in _SIGNS
    most = 1 if in_signs else max(len(read), len(known)) // _LETTERS_AN_EDIT
    if Levenshtein.distance(read, known, score_cutoff=most) > most:
        return False
    disputed = {i for i, doubted in enumerate(doubtful_characters(reading)) if doubted}
    return all(
        not disputed.isdisjoint({edit.src_start - 1, edit.src_start})
        if edit.tag == "insert"
        else disputed.issuperset(range(edit.src_start, edit.src_end))
        for edit in Levenshtein.opcodes(read, known)
        if edit.tag != "equal"
    )
