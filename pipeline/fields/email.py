"""An e-mail address, in lower case. What an engine loses there is mended as a candidate among
others: the dot before ``fr``, the ``@`` taken for a letter, ``tr`` for ``fr``, a provider's name.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline import fields
from pipeline.decoding import lexicon
from pipeline.decoding.ctc import beam_search
from pipeline.decoding.evidence import Channel, posterior
from pipeline.decoding.lexicon import Lexicon
from pipeline.fields import Comparison, Means
from pipeline.records import Candidate, FieldValue, LineEvidence
from pipeline.text import cased

_EMPTY = 0.99
_WIDTH = 12
_LEAST_LIKELY = 5e-3
_LEAST_PARTED = 6
_USUAL_ENDINGS = 8
_UNKNOWN_ENDING = -3.0
"""Log-prior of an address whose domain ends in no known way."""
_ODD_DOMAIN = -2.0
"""The same of one with a third part that belongs to no known ending, as in ``sso.fr``."""
_NO_WRITING = -1.0
_DIGIT_FIRST = -1.5
"""Log-prior of a digit before a letter, as in ``6o`` for ``60``; digits mostly follow a name."""
_PARTED = 0.7
_DOMAIN_SHARE = 1.5
"""How much a known domain counts: hardly anybody has one a letter away from a provider's."""
_POSTS = frozenset(
    ("accueil", "administration", "cadre", "compta", "contact", "direction", "formation", "info")
) | {"mairie", "rh", "secretariat", "service"}
_POST = 3.0
"""Addresses of a post rather than a person are as usual as common names."""
_NAME_SHARE = 0.5
"""How much a person's name in an address counts, of what it counts on a line of its own."""
_CHANNEL = Channel(
    "abcdefghijklmnopqrstuvwxyz0123456789._-@+",
    {
        # Leader dots and dots of the address look alike; blanks are no part of it.
        "": {"": 0.9945, ".": 0.004, "-": 0.001, "_": 0.0005},
        ".": {".": 0.9, "": 0.1},
        " ": {"": 0.4, ".": 0.5, "_": 0.05, "-": 0.05},
        ",;:·": {".": 0.8, "": 0.2},
        "–—~=": {"-": 1.0},
        "-": {"-": 0.94, "_": 0.03, ".": 0.03},
        "_": {"_": 0.95, "-": 0.04},
        "'": {"": 0.8, ".": 0.1},
        "©®&Qà": {"@": 0.9},
        "a": {"a": 0.96, "o": 0.03, "@": 0.01},
        "e": {"e": 0.98, "@": 0.02},
        "I": {"l": 0.5, "i": 0.5},
        "|!]": {"l": 0.7, "i": 0.2, "1": 0.1},
        "1": {"1": 0.85, "l": 0.15},
        "l": {"l": 0.97, "1": 0.02, "i": 0.01},
        "0": {"0": 0.85, "o": 0.15},
        "o": {"o": 0.97, "0": 0.03},
        "t": {"t": 0.97, "f": 0.03},
        "u": {"u": 0.98, "v": 0.02},
        "v": {"v": 0.98, "u": 0.02},
        "5": {"5": 0.95, "s": 0.05},
    },
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_ADDRESS = re.compile(rf"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:{_LABEL}\.)+[a-z]{{2,}}")
_TAKEN_FOR_AT = "aeoqcg0926"


@cache
def _domains() -> Lexicon:
    return lexicon.load("email_domains")


@cache
def _endings() -> Lexicon:
    return lexicon.load("email_endings")


def read(lines: Sequence[LineEvidence]) -> tuple[Candidate, ...]:
    """Addresses with their probabilities; what is no address is not among them."""
    if not lines:
        return (Candidate("", "", _EMPTY),)
    if (text := fields.exact_text(lines)) is not None:
        return fields.certain(parse(text), to_text)
    line = max(lines, key=lambda evidence: len(evidence.text))
    log_probs = _CHANNEL.read(line)
    beams = beam_search(log_probs, _CHANNEL.targets, width=_WIDTH, least_probability=_LEAST_LIKELY)
    proposed = [
        "",
        *sorted({a for text, _ in beams for a in _addresses(text) if _ADDRESS.fullmatch(a)}),
    ]
    log_priors = np.array([_log_prior(address) for address in proposed])
    shares = posterior(log_probs, _CHANNEL.targets, proposed, log_priors)
    return fields.ranked(dict(zip(proposed, map(float, shares), strict=True)), to_text)


def to_text(value: FieldValue) -> str:
    return "" if value is None else str(value)


def parse(text: str) -> FieldValue:
    """The address a person typed, in lower case; "" for none, None where it is no address."""
    plain = "".join(text.split()).lower()
    return plain if not plain or _ADDRESS.fullmatch(plain) else None


def _addresses(text: str) -> set[str]:
    """The addresses a text may stand for: as it is, and with its ``@`` and domain mended."""
    bare = re.sub(r"\.{2,}", ".", text).strip("._-@")
    pairs = {(local, domain) for local, at, domain in [bare.rpartition("@")] if at}
    if not pairs:
        taken = [i for i, c in enumerate(bare) if c in _TAKEN_FOR_AT and 0 < i < len(bare) - 4]
        pairs = {(bare[:i], bare[i + 1 :]) for i in taken}
        pairs |= {
            (bare[: -len(domain)], domain)
            for domain in _domains().entries
            if bare.endswith(domain) and len(bare) > len(domain)
        }
    return {
        f"{name}@{mended}"
        for local, domain in pairs
        for name in _locals(local.replace("@", "a").strip("."))
        for mended in {domain, *_mended_domains(domain)}
    }


def _locals(name: str) -> set[str]:
    """The name before the ``@``; with o among digits as 0, and parted as it may have been by a dot
    or a hyphen that was lost.
    """
    numbered = re.sub(r"(?<=\d)o|o(?=\d)", "0", name)
    head = re.match(r"[a-z]+", name)
    if head is None or len(head[0]) < _LEAST_PARTED:
        return {name, numbered}
    word, rest = head[0], name[head.end() :]
    cuts = [
        i
        for i in range(1, len(word) - 2)
        if _name_log_prior(word[i:]) and (i == 1 or _name_log_prior(word[:i]))
    ]
    return {name, numbered, *(f"{word[:i]}{sign}{word[i:]}{rest}" for i in cuts for sign in ".-")}


def _mended_domains(domain: str) -> set[str]:
    """Known domains that are near, and the domain with a known ending in the place of its own."""
    near = set(_domains().neighbours(domain, limit=4))
    bare = domain.replace("@", "a").strip(".-")
    for ending in _endings().entries[:_USUAL_ENDINGS]:
        for length in range(len(ending) - 1, len(ending) + 2):
            tail = bare[-length:]
            stem = bare[:-length].rstrip(".-")
            if len(stem) > 1 and Levenshtein.distance(tail, ending, score_cutoff=1) <= 1:
                near.add(f"{stem}.{ending}")
    return near


def _log_prior(address: str) -> float:
    """Relative to an address of an unknown domain with a known ending."""
    if not address:
        return _NO_WRITING
    local, _, domain = address.partition("@")
    names = sum(map(_name_log_prior, re.split(r"[^a-z]+", local)))
    known = _DOMAIN_SHARE * _domains().log_prior(domain)
    parts = [ending.count(".") for ending in _endings().entries if domain.endswith(f".{ending}")]
    odd = _ODD_DOMAIN if not known and parts and domain.count(".") - max(parts) > 1 else 0.0
    shape = _DIGIT_FIRST * len(re.findall(r"\d[a-z]|^\d+[._-]", local))
    shape += _PARTED if re.search(r"[a-z][._-][a-z]", local) else 0.0
    return shape + _NAME_SHARE * names + odd + (known if known or parts else _UNKNOWN_ENDING)


@lru_cache(maxsize=4096)
def _name_log_prior(part: str) -> float:
    if len(part) < 3:
        return 0.0
    if part in _POSTS:
        return _POST
    return max(lexicon.load(name).log_prior(part) for name in ("given_names", "surnames"))


TYPE = fields.FieldType(
    label="e-mail",
    plural="adresses e-mail",
    means=Means.EMAIL,
    read=read,
    to_text=to_text,
    parse=parse,
    refused="Ce n'est pas une adresse e-mail : écrire par exemple nom@exemple.fr.",
    headings=(
        *("email", "e-mail", "mail", "courriel", "adresse e-mail", "adresse email", "adresse mail"),
        *("adresse electronique", "adresse de messagerie", "email address"),
    ),
    compared=Comparison(
        pieces=lambda address: fields.halves(address.partition("@")[0]),
        near=lambda first, second: fields.alike(first, second, 88.0),
    ),
    spelled=lambda value: [str(value), *cased(str(value))],
    second_look=True,
    lettered=True,
)
