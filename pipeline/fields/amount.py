"""An amount of money in whole cents, as French hands write it: ``136,30 €``, ``136€30``, ``40,-``.

The sign between euros and cents is the first thing an engine loses, so an amount without one is
read both ways.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from pipeline import fields
from pipeline.decoding.ctc import Grammar, beam_search, score
from pipeline.decoding.evidence import DIGITS, Channel, weigh
from pipeline.fields import Means, Nature
from pipeline.money import cents_text, format_cents, parse_cents
from pipeline.records import Candidate, FieldValue, LineEvidence

_EMPTY = 0.95
_CHANNEL = Channel(
    "0123456789,€ -",
    {
        **DIGITS,
        ".": {",": 0.7, "": 0.3},
        ",": {",": 0.9, "": 0.1},
        ";:'’\"": {",": 0.7, "": 0.2},
        "=": {"-": 0.5, "€": 0.3},
        "EeCc£Éé": {"€": 0.9},
        "%": {"": 0.1},
        " ": {" ": 0.8, "": 0.2},
        "_": {"-": 0.5, "": 0.4},
    },
)
_GRAMMAR = Grammar(r"€? ?\d{1,3}( ?\d{3})?(( ?[,€] ?\d{1,2})?( ?€)?| ?, ?--?( ?€)?)?|\d{1,6}( ?€)?")
_WORD = re.compile(r"[^\W\d_]{3}")
_WIDTH = 32
_ODD_CENTS = -1.0
"""Log-prior of an amount that does not end in ten whole cents, as prices mostly do."""
_UNSEPARATED = {3: (0.0, -3.0), 4: (-2.0, -0.5)}
_UNSEPARATED_LONG = (-4.0, -0.3)
"""Log-priors of so many digits without a separator: as whole euros, and as euros and cents."""


def read(lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    """Amounts with their probabilities, in cents; None, most likely, where nothing is written."""
    if not lines:
        return (Candidate(None, "", _EMPTY),)
    if (text := fields.exact_text(lines)) is not None:
        return fields.certain(parse_cents(text), to_text)
    line = max(lines, key=lambda evidence: len(evidence.text))
    log_probs = _CHANNEL.read(line)
    written = dict(beam_search(log_probs, _CHANNEL.targets, grammar=_GRAMMAR, width=_WIDTH))
    texts = list(written)
    likelihoods = score(log_probs, _CHANNEL.targets, texts)
    ways = [(i, *way) for i, text in enumerate(texts) for way in _meanings(text)]
    weights = weigh(
        likelihoods[[i for i, *_ in ways]], np.array([log_prior for *_, log_prior in ways])
    )
    probabilities: defaultdict[FieldValue, float] = defaultdict(float)
    for (_, cents, _), p in zip(ways, weights, strict=True):
        probabilities[cents] += float(p)
    in_words = parse_cents(line.text) if _WORD.search(line.text) else None
    if in_words is not None:  # "30 euros": its letters are none of the digits they look like
        left = 1.0 - line.confidence
        probabilities = defaultdict(float, {v: p * left for v, p in probabilities.items()})
        probabilities[in_words] += line.confidence
    return fields.ranked(probabilities, to_text)


def _meanings(text: str) -> list[tuple[int, float]]:
    """The amounts a spelling may stand for, each with its log-prior."""
    cents = parse_cents(text)
    if cents is None:
        return []
    rare = 0.0 if cents % 10 == 0 else _ODD_CENTS
    digits = text.strip("€ ")
    if re.fullmatch(r"\d+ \d\d", digits):
        digits = digits.replace(" ", "")
    elif not digits.isdigit() or len(digits) < 3:
        return [(cents, rare)]
    whole, lost = _UNSEPARATED.get(len(digits), _UNSEPARATED_LONG)
    odd = 0.0 if digits[-1] == "0" else _ODD_CENTS
    return [(cents, whole + rare), (int(digits), lost + odd)]


def to_text(value: FieldValue) -> str:
    return cents_text(value) if isinstance(value, int) else ""


def parse(text: str) -> FieldValue:
    """The cents of the amount a person typed; None where it is none."""
    return parse_cents(text)


def spelled(value: FieldValue) -> tuple[str, ...]:
    """A sum of money as the French write it, eight ways first; whole euros often without cents."""
    if not isinstance(value, int):
        return ()
    euros, rest = divmod(value, 100)
    whole, comma = str(euros), f"{euros},{rest:02d}"
    if rest:
        point = f"{whole}.{rest:02d}"
        signed = (f"{comma} €", f"{comma}€", f"{whole}€{rest:02d}")
        return (comma, comma, comma, point, point, *signed)
    plain = (whole, whole, comma, comma, f"{whole}.00", f"{comma} €", f"{whole} €", f"{whole}€")
    return (*plain, f"{whole},-", f"{whole},--")


def shown(value: FieldValue) -> str:
    """``84,20 €``."""
    return format_cents(value) if isinstance(value, int) else ""


TYPE = fields.FieldType(
    label="montant",
    plural="montants",
    nature=Nature.NUMBER,
    means=Means.AMOUNT,
    read=read,
    to_text=to_text,
    parse=parse,
    shown=shown,
    spelled=spelled,
    refused="Ce n'est pas un montant : écrire par exemple 84,20.",
    unchecked_digits=True,
)
