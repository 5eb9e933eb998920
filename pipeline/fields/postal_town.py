"""A postal code and its town on one line: ``75011 Paris``; each confirms the other.

``Paris (75011)`` is the same. Either may be missing: what is there is kept.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline import fields
from pipeline.decoding import communes
from pipeline.fields import postal_code
from pipeline.fields._towns import KNOWN, TOWN, invent_town, towns_like, wording
from pipeline.fields._whole import read_whole
from pipeline.fields._words import to_text
from pipeline.records import Candidate, FieldValue, LineEvidence
from pipeline.text import cased, tidy

_EMPTY = 0.99
_ELSEWHERE = -3.0
"""Log-prior of a code and a town that do not go together."""
_AGREEING = 3.5
"""Log-prior of a code and a town that do."""
_WRONG_DIGITS = 2
_CODE = r"(?:0[1-9]|[1-8]\d|9[0-8]) ?\d{3}"
_PATTERN = rf"(?:{_CODE}(?:,? ?-? ?{TOWN})?|{TOWN}(?:,? \(?{_CODE}\)?)?)"
_BEFORE = re.compile(r"(?:F-?)?(?P<code>\d{2} ?\d{3})(?:[ ,-]+(?P<town>.+))?", re.ASCII)
_BEHIND = re.compile(r"(?P<town>.*[^\W\d_].*?)[ ,]+\(?(?P<code>\d{5})\)?", re.ASCII)


def parse(text: str) -> FieldValue:
    """``75011 Paris`` as a person typed it; "" for nothing, None where the code can be none."""
    code, town = split(tidy(text))
    if code and not postal_code.parse(code):
        return None
    return f"{code} {town}".strip()


def split(text: str) -> tuple[str, str]:
    """The code and the town that a text holds; "" for what it lacks."""
    match = _BEFORE.fullmatch(text) or _BEHIND.fullmatch(text)
    if match is None:
        return "", text
    return match["code"].replace(" ", ""), (match["town"] or "").strip(" ,-")


def read(lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    """Codes and towns with their probabilities, likeliest first."""
    if not lines:
        return (Candidate("", "", _EMPTY),)
    if (text := fields.exact_text(lines)) is not None:
        return fields.certain(parse(text), to_text)
    texts = [read_whole(line, wording(_PATTERN, digits=True), _gain, _near) for line in lines]
    values: dict[FieldValue, float] = {}
    for whole, p in fields.joined(texts).items():
        value = parse(str(whole))
        if value is not None:
            values[value] = values.get(value, 0.0) + p
    return fields.ranked(values, to_text)


def _gain(text: str) -> float:
    code, town = split(text)
    match communes.agree(code, town):
        case True:
            return _AGREEING
        case False:
            return _ELSEWHERE
    return KNOWN if communes.codes_of(town) or communes.towns_of(code) else 0.0


def _near(text: str) -> Iterator[str]:
    """The same with a town of its code that looks like the one read, and with such a code."""
    code, town = split(text)
    if not code or not town:
        return
    yield from (f"{code} {other}" for other in towns_like(town, communes.towns_of(code)))
    for other in {town, *towns_like(town)}:
        for known in communes.codes_of(other):
            if Levenshtein.distance(known, code, score_cutoff=_WRONG_DIGITS) <= _WRONG_DIGITS:
                yield f"{known} {other}"


def spelled(value: FieldValue) -> tuple[str, ...]:
    """A code and its town, in the cases of names, and the code in two."""
    code, town = split(to_text(value))
    if not code:
        return tuple(cased(town))
    return tuple(f"{c} {t}".strip() for c in (code, f"{code[:2]} {code[2:]}") for t in cased(town))


def invent(rng: np.random.Generator) -> tuple[str, str]:
    """A commune with a code of its own."""
    name, town = invent_town(rng)
    codes = sorted(communes.codes_of(name))
    code = codes[int(rng.integers(len(codes)))]
    value = f"{code} {town}"
    return value, f"{code[:2]} {code[2:]} {town}" if rng.random() < 0.1 else value


TYPE = fields.FieldType(
    label="code postal et commune",
    plural="codes postaux et communes",
    read=read,
    to_text=to_text,
    parse=parse,
    spelled=spelled,
    invent=invent,
    refused="Ce n'est pas un code postal et une commune : écrire par exemple 75011 Paris.",
    lettered=True,
    spelling=True,
    unchecked_digits=True,
)
