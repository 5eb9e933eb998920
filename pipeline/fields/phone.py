"""A French telephone number: ten national digits, however they are grouped or prefixed.

Where two numbers are written, the first is taken.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import phonenumbers

from pipeline import fields
from pipeline.decoding.ctc import Grammar, beam_search
from pipeline.decoding.evidence import DIGITS, Channel, posterior
from pipeline.fields import Comparison, Means
from pipeline.records import Candidate, FieldValue, LineEvidence

_EMPTY = 0.99
_UNASSIGNED_LOG_PRIOR = -2.0
"""Log-prior of a number outside the French numbering plan: rare, not forbidden."""
_NO_WRITING_LOG_PRIOR = -1.0
_WIDTH = 24
_CHANNEL = Channel(
    "0123456789+ ",
    {
        **DIGITS,
        # Pairs of digits are set apart by any sign; some signs are specks or leader dots.
        ".,-/\\_:;'–—*": {" ": 0.6, "": 0.4},
        " ": {" ": 0.8, "": 0.2},
        "()": {"": 1.0},
        "t": {"+": 0.5, "1": 0.1},
    },
)
_NATIONAL = r"0[1-9]( ?\d\d){4}"
_ABROAD = r"(\+|00 ?)33 ?(0 ?)?[1-9]( ?\d\d){4}"
_GRAMMAR = Grammar(rf" ?({_NATIONAL}|{_ABROAD}|0[1-9]\d( ?\d{{3}}){{2}} ?\d)( ?{_NATIONAL})? ?")
_PREFIX = re.compile(r"(?:\+|00)33(?:\(0\)|0)?(?=[1-9])")
_SEPARATORS = re.compile(r"[\s.,/_:;\-–—]+")


def read(lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    """Numbers with their probabilities, as ten national digits."""
    if not lines:
        return (Candidate("", "", _EMPTY),)
    if (text := fields.exact_text(lines)) is not None:
        return fields.certain(parse(text), to_text)
    line = max(lines, key=lambda evidence: len(evidence.text))
    log_probs = _CHANNEL.read(line)
    beams = beam_search(log_probs, _CHANNEL.targets, grammar=_GRAMMAR, width=_WIDTH)
    texts = [text for text, _ in beams] + [""]
    numbers = [_national(text) for text in texts]
    log_priors = np.array([_log_prior(number) for number in numbers])
    probabilities: defaultdict[FieldValue, float] = defaultdict(float)
    for number, p in zip(
        numbers, posterior(log_probs, _CHANNEL.targets, texts, log_priors), strict=True
    ):
        probabilities[number] += float(p)
    return fields.ranked(probabilities, to_text)


def to_text(value: FieldValue) -> str:
    """``02 66 16 40 60``; a number of another shape as it is."""
    digits = "" if value is None else str(value)
    if len(digits) != 10 or not digits.isdigit():
        return digits
    return " ".join(digits[i : i + 2] for i in range(0, 10, 2))


def parse(text: str) -> FieldValue:
    """The ten digits of the first number a person typed; "" for none, None where it is no number.

    A number from abroad is kept in full, with its ``+``.
    """
    bare = _PREFIX.sub("0", _SEPARATORS.sub("", text).replace("(0)", ""), count=1)
    if not bare:
        return ""
    if re.match(r"0[1-9][0-9]{8}", bare):
        return bare[:10]
    return bare if re.fullmatch(r"\+[1-9][0-9]{6,14}", bare) else None


def _national(text: str) -> str:
    return _PREFIX.sub("0", text.replace(" ", ""), count=1)[:10]


@lru_cache(maxsize=1024)
def _log_prior(number: str) -> float:
    if not number:
        return _NO_WRITING_LOG_PRIOR
    assigned = phonenumbers.is_valid_number(phonenumbers.parse(number, "FR"))
    return 0.0 if assigned else _UNASSIGNED_LOG_PRIOR


def spelled(value: FieldValue) -> tuple[str, ...]:
    """Ten digits as the French write them, eight ways first; another number as it is."""
    text = to_text(value)
    digits = text.replace(" ", "")
    if len(digits) != 10:
        return (text,)
    pairs = text.split()
    abroad = " ".join([digits[1], *pairs[1:]])
    joined = (text, digits, ".".join(pairs), "-".join(pairs), f"+33 {abroad}", "/".join(pairs))
    return (*joined, f"0033 {abroad}", f"+33 (0){abroad}", str(value))


TYPE = fields.FieldType(
    label="téléphone",
    plural="téléphones",
    means=Means.PHONE,
    read=read,
    to_text=to_text,
    parse=parse,
    refused="Ce n'est pas un numéro de téléphone : écrire dix chiffres, ou + et l'indicatif.",
    compared=Comparison(
        pieces=lambda number: fields.halves(re.sub(r"\D", "", number) or number),
        near=lambda first, second: fields.alike(first, second, 90.0),
    ),
    spelled=spelled,
    second_look=True,
    unchecked_digits=True,
)
