"""An e-mail address, in lower case. What an engine loses there is mended as a candidate among
others: the dot before ``fr``, the ``@`` taken for a letter, ``tr`` for ``fr``, a provider's name.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from pipeline import fields
from pipeline.decoding import letters, lexicon
from pipeline.decoding.ctc import beam_search, score
from pipeline.decoding.evidence import EVIDENCE_WEIGHT, Channel, weigh
from pipeline.decoding.lexicon import Lexicon
from pipeline.fields import Comparison, Means
from pipeline.records import Candidate, FieldValue, LineEvidence
from pipeline.text import cased, fold

_EMPTY = 0.99
_WIDTH = 12
_LEAST_LIKELY = 5e-3
_LEAST_PARTED = 6
_USUAL_ENDINGS = 8
_UNKNOWN_ENDING = -5.0
"""Log-prior of an address whose domain ends in no known way."""
_NO_ENDING = 0.5
"""How sure one is at most."""
_ODD_DOMAIN = -2.0
"""The same of one with a third part that belongs to no known ending, as in ``sso.fr``."""
_NO_WRITING = -1.0
_DIGIT_FIRST = -1.5
"""Log-prior of a digit before a letter, as in ``6o`` for ``60``; digits mostly follow a name."""
_PARTED = 0.7
_NOT_PARTED = -1.5
"""Log-prior of two words that nothing parts, as in ``ninatremel``."""
_DOMAIN_SHARE = 1.5
"""How much a known domain counts: hardly anybody has one a letter away from a provider's."""
POSTS = frozenset(
    ("accueil", "administration", "cadre", "compta", "contact", "direction", "formation", "info")
) | {"mairie", "rh", "secretariat", "service"}
_POST = 3.0
"""Addresses of a post rather than a person are as usual as common names."""
_NAME_SHARE = 0.4
"""How much a person's name in an address counts, of what it counts on a line of its own."""
_SPELLING_SHARE = 0.2
"""How much it counts how words of an address are spelled."""
_LEAST_SPELLED = -6.0
_REFINED, _DOMAINS_NEAR, _NAMES_NEAR, _POSTS_NEAR = 1, 8, 4, 1
"""So many of the likeliest addresses are varied, each with so many of what is known."""
_POST_CUTOFF = 0.4
"""Posts further from a word than this share of its letters are not like it."""
_CACHED = 4096
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
_LONG_WORD = re.compile(r"[a-z]{3,}")
_NAMES = ("given_names", "surnames")
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
    seen = {a for text, _ in beams for a in _addresses(text) if _ADDRESS.fullmatch(a)}
    proposed = ["", *sorted(seen)]
    likelihoods = score(log_probs, _CHANNEL.targets, proposed)
    log_priors = np.array([_log_prior(address) for address in proposed])
    best = np.argsort(-EVIDENCE_WEIGHT * likelihoods - log_priors)[:_REFINED]
    # A name or domain too hard to read for the search is near what the search made of it.
    near = sorted({a for i in best if proposed[i] for a in _near(proposed[i])} - {*proposed})
    likelihoods = np.append(likelihoods, score(log_probs, _CHANNEL.targets, near))
    log_priors = np.append(log_priors, [_log_prior(address) for address in near])
    shares = map(float, weigh(likelihoods, log_priors))
    weighed = zip([*proposed, *near], shares, strict=True)
    return fields.ranked({address: p * _whole(address) for address, p in weighed}, to_text)


def _whole(address: str) -> float:
    """How sure an address is at most: where nobody's domain ends so, it may be another that the
    engine lost the end of."""
    return 1.0 if not address or endings_of(address.rpartition("@")[2]) else _NO_ENDING


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
        i for i in range(1, len(word) - 2) if is_name(word[i:]) and (i == 1 or is_name(word[:i]))
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


def _near(address: str) -> set[str]:
    """Addresses with a known domain, a name or a post in the place of what is like it."""
    local, _, domain = address.partition("@")
    domains = process.extract(
        domain,
        _domains().entries,
        scorer=Levenshtein.normalized_distance,
        limit=_DOMAINS_NEAR,
    )
    return {f"{local}@{known}" for known, *_ in domains} | {
        f"{local[: word.start()]}{other}{local[word.end() :]}@{domain}"
        for word in _LONG_WORD.finditer(local)
        for other in _names_near(word[0])
    }


@lru_cache(maxsize=_CACHED)
def _names_near(word: str) -> frozenset[str]:
    posts = process.extract(
        word,
        sorted(POSTS),
        scorer=Levenshtein.normalized_distance,
        score_cutoff=_POST_CUTOFF,
        limit=_POSTS_NEAR,
    )
    names = {
        fold(name)
        for known in _NAMES
        for name in lexicon.load(known).neighbours(word, limit=_NAMES_NEAR)
    }
    return frozenset({name for name in names if name.isalpha()} | {post for post, *_ in posts})


def _log_prior(address: str) -> float:
    """Relative to an address of an unknown domain with a known ending."""
    if not address:
        return _NO_WRITING
    local, _, domain = address.partition("@")
    words = sum(map(_words_log_prior, _LONG_WORD.findall(local)))
    known = _DOMAIN_SHARE * _domains().log_prior(domain)
    parts = [ending.count(".") for ending in endings_of(domain)]
    odd = _ODD_DOMAIN if not known and parts and domain.count(".") - max(parts) > 1 else 0.0
    shape = _DIGIT_FIRST * len(re.findall(r"\d[a-z]|^\d+[._-]", local))
    shape += _PARTED if re.search(r"[a-z][._-][a-z]", local) else 0.0
    if not known:  # words of one's own speak against a domain where nobody would spell them so
        own = _LONG_WORD.findall(_without_ending(domain))
        words += sum(min(0.0, _words_log_prior(word)) for word in own)
    return shape + words + odd + (known if known or parts else _UNKNOWN_ENDING)


def _without_ending(domain: str) -> str:
    """A domain without the longest ending that is known, or else its last part."""
    ending = max(endings_of(domain), key=len, default=domain.rpartition(".")[2])
    return domain.removesuffix(f".{ending}")


@lru_cache(maxsize=_CACHED)
def _words_log_prior(word: str) -> float:
    """Of a word, or of two that nothing parts; the first may be a letter."""
    joined = [
        _word_log_prior(word[:i]) + _word_log_prior(word[i:]) + _NOT_PARTED
        for i in (1, *range(3, len(word) - 2))
        if is_name(word[:i]) or is_name(word[i:])
    ]
    return max(_word_log_prior(word), *joined, _LEAST_SPELLED)


def _word_log_prior(word: str) -> float:
    if len(word) < 3:
        return 0.0
    spelling = letters.load().log_prior(word)
    return _SPELLING_SHARE * spelling + _NAME_SHARE * _name_log_prior(word)


@lru_cache(maxsize=_CACHED)
def _name_log_prior(part: str) -> float:
    if part in POSTS:
        return _POST
    return (
        max(0.0, *(lexicon.load(name).log_prior(part) for name in _NAMES)) if is_name(part) else 0.0
    )


@lru_cache(maxsize=_CACHED)
def is_name(part: str) -> bool:
    """Whether people or posts are called so; two letters are too few to tell."""
    return part in POSTS or (len(part) > 2 and any(part in lexicon.load(name) for name in _NAMES))


def endings_of(domain: str) -> list[str]:
    """The known endings that a domain has: ``asso.fr`` and ``fr``."""
    return [ending for ending in _endings().entries if domain.endswith(f".{ending}")]


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
