"""A number of people or meals. Blank, a dash or a slash is 0; ``2 x`` and ``deux repas`` are 2."""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from pipeline import fields
from pipeline.decoding.ctc import score
from pipeline.decoding.evidence import DIGITS, Channel, weigh
from pipeline.fields import Means, Nature
from pipeline.records import Candidate, FieldValue, LineEvidence
from pipeline.text import fold

_EMPTY = 0.98
_SLASH_DEG, _SLASH_SPREAD_DEG = 17.0, 3.5
"""Strokes leaning more are rather slashes, less rather ones: measured on 155 simulated ones."""
_SLANT_TELLS = 0.9
"""The slant's share of the say about a lone stroke; the engine has the rest."""
_MOST = 99
_WORDS = {
    word: number
    for number, words in enumerate(
        (
            ("zero", "neant", "aucun", "aucune", "rien", "non", "nul", "sans objet", "so"),
            ("un", "une"),
            ("deux",),
            ("trois",),
            ("quatre",),
            ("cinq",),
            ("six",),
            ("sept",),
            ("huit",),
            ("neuf",),
            ("dix",),
            ("onze",),
            ("douze",),
        )
    )
    for word in words
}
_NOTHING = ("-", "--", "/", "//")
_UNIT = r"(?:x|×|repas|rep|pers|personnes?|adherents?|participants?|inscrits?)"
_WRITTEN = re.compile(rf"(?:[x×]\s*)?(?P<number>\d{{1,2}}|[a-z ]+?)\s*{_UNIT}?", re.ASCII)

# Leader dots, and the x of "x 30 €", are no part of the number.
_CHANNEL = Channel(
    "0123456789-/",
    {
        **DIGITS,
        ".,:;'\" _…()*°~": {"": 0.95},
        "xX×": {"": 0.8},
        "–—=~": {"-": 1.0},
        "/": {"/": 0.6, "1": 0.4},
        "\\": {"/": 0.5, "1": 0.5},
    },
)


def _spelled() -> tuple[tuple[str, ...], tuple[int, ...], tuple[float, ...]]:
    """What may be written in digits and signs, each with its value and its log-prior.

    Small numbers are commoner, gently: the arithmetic of the form says more than habit does.
    """
    texts = [(str(n), n, -float(np.log1p(n)) / 2) for n in range(_MOST + 1)]
    texts += [(f"0{n}", n, -3.0) for n in range(10)]
    texts += [(sign, 0, -0.5) for sign in _NOTHING] + [("", 0, -2.0)]
    spelled, values, log_priors = zip(*texts, strict=True)
    return spelled, values, log_priors


_SPELLED, _VALUES, _LOG_PRIORS = _spelled()


def read(lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    """Every plausible count with its probability; what is spelled in letters is read as such."""
    if not lines:
        return (Candidate(0, "0", _EMPTY),)
    if (text := fields.exact_text(lines)) is not None:
        return fields.certain(parse(text), to_text)
    line = max(lines, key=lambda evidence: len(evidence.text))
    probabilities: defaultdict[FieldValue, float] = defaultdict(float)
    likelihoods = score(_CHANNEL.read(line), _CHANNEL.targets, _SPELLED)
    for value, p in zip(_VALUES, weigh(likelihoods, np.array(_LOG_PRIORS)), strict=True):
        probabilities[value] += float(p)
    if line.slant_deg is not None:
        probabilities = _with_slant(probabilities, line.slant_deg)
    in_words = parse(line.text)
    if in_words is not None and re.search(r"[^\W\d_]{2}", line.text):
        left = 1.0 - line.confidence
        probabilities = defaultdict(float, {v: p * left for v, p in probabilities.items()})
        probabilities[in_words] += line.confidence
    return fields.ranked(probabilities, to_text)


def _with_slant(
    seen: Mapping[FieldValue, float], slant_deg: float
) -> defaultdict[FieldValue, float]:
    """A lone straight stroke is a 1, or a slash or dash for nothing: its slant tells better than
    any engine, which has read few slashes."""
    nothing = 1.0 / (1.0 + math.exp(-(slant_deg - _SLASH_DEG) / _SLASH_SPREAD_DEG))
    weighed = defaultdict(float, {v: p * (1.0 - _SLANT_TELLS) for v, p in seen.items()})
    weighed[0] += _SLANT_TELLS * nothing
    weighed[1] += _SLANT_TELLS * (1.0 - nothing)
    return weighed


def to_text(value: FieldValue) -> str:
    return "" if value is None else str(value)


def parse(text: str) -> FieldValue:
    """The count a person typed; None where it is none. Nothing at all is 0."""
    plain = fold(text).strip(" .")
    if not plain or set(plain) <= set("-/"):
        return 0
    match = _WRITTEN.fullmatch(plain)
    if plain in _WORDS or match is None:
        return _WORDS.get(plain)
    number = match["number"].strip()
    return int(number) if number.isdigit() else _WORDS.get(number)


def spelled(value: FieldValue) -> tuple[str, ...]:
    """A number as people write it, or one of the signs for none."""
    if not isinstance(value, int):
        return ()
    if value == 0:
        return ("0", "-", "/", "--", "néant", "Néant", "NEANT")
    return (str(value), f"{value:02d}", f"{value} x")


TYPE = fields.FieldType(
    label="nombre",
    plural="nombres",
    nature=Nature.NUMBER,
    means=Means.COUNT,
    read=read,
    to_text=to_text,
    parse=parse,
    spelled=spelled,
    refused="Ce n'est pas un nombre : écrire par exemple 2, ou rien s'il n'y en a pas.",
    unchecked_digits=True,
)
