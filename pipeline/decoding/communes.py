"""The communes of France and their postal codes: which towns a code serves, and which codes a town
has.

``models/lexicons/communes.tsv.gz`` holds the names by falling number of inhabitants, those of
communes that were merged into others among them, for people write on as they did;
``pipeline/training/communes.py`` makes it. It is never whole: firms and CEDEX have codes of their
own, and hamlets names.
"""

import gzip
import re
import zlib
from functools import cache, lru_cache

from pipeline.decoding.lexicon import Lexicon
from pipeline.errors import ConfigError
from pipeline.language import tr
from pipeline.paths import LEXICONS
from pipeline.text import fold

SMALL_WORDS = frozenset(
    ("de", "du", "des", "d", "l", "la", "le", "les", "lès", "lez", "en", "sur", "sous", "et")
) | {"à", "au", "aux", "près", "cedex"}
"""What a town's name holds in small letters."""
_SHORT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "s/": "sur"}
_BEHIND = re.compile(r" (?:cedex(?: \d+)?|\d{1,2}(?: ?(?:er|e|eme))?(?: arrondissement)?)$")
"""What the post, or a large town, adds to its name."""
_PARTS = re.compile(r"s/|[a-z0-9]+")


@cache
def _all() -> dict[str, tuple[str, ...]]:
    """The codes of each commune, the largest first. Raises ConfigError without the list."""
    path = LEXICONS / "communes.tsv.gz"
    try:
        rows = gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as err:
        raise ConfigError(
            tr("{path} is missing or damaged: install fiches again.", path=path)
        ) from err
    pairs = (row.partition("\t") for row in rows if not row.startswith("#"))
    return {name: tuple(codes.split()) for name, _, codes in pairs}


@cache
def names() -> Lexicon:
    """Whole names, as they are spelled."""
    return Lexicon(_all())


@cache
def words() -> Lexicon:
    """The single words of the names."""
    return names().of_words(without=SMALL_WORDS)


@cache
def _codes_by_key() -> dict[str, frozenset[str]]:
    codes: dict[str, set[str]] = {}
    for name, of_name in _all().items():
        codes.setdefault(_key(name), set()).update(of_name)
    return {key: frozenset(of_key) for key, of_key in codes.items()}


@cache
def _towns_by_code() -> dict[str, tuple[str, ...]]:
    towns: dict[str, list[str]] = {}
    for name, codes in _all().items():
        for code in codes:
            towns.setdefault(code, []).append(name)
    return {code: tuple(of_code) for code, of_code in towns.items()}


def codes_of(town: str) -> frozenset[str]:
    """The postal codes of all communes of that name, however it is spelled; none for no commune."""
    return _codes_by_key().get(_key(town), frozenset())


def towns_of(code: str) -> tuple[str, ...]:
    """The communes that a postal code serves, the largest first."""
    return _towns_by_code().get(code, ())


@lru_cache(maxsize=65536)
def agree(code: str, town: str) -> bool | None:
    """Whether a town has that postal code; None where one of them is not known.

    A code of no commune may be a CEDEX: it is not known in the town's own department, and no
    other's anywhere else.
    """
    codes = codes_of(town)
    if not codes or not code:
        return None
    if code in codes:
        return True
    if code in _towns_by_code():
        return False
    return None if department(code) in map(department, codes) else False


def department(code: str) -> str:
    """The department of a postal code; both of Corsica are 20."""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


@lru_cache(maxsize=65536)
def _key(town: str) -> str:
    """What all ways of writing a town's name share."""
    folded = re.sub(r"(?<=\d)(?=[a-z])", " ", fold(town))
    parts = " ".join(_SHORT.get(part, part) for part in _PARTS.findall(folded))
    return _BEHIND.sub("", parts)
