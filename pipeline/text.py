"""French text as OCR sees it: folding, and a similarity that knows which letters look alike.

The noise of ``M.A.LS.`` for ``M.A.I.S.`` or ``Té|éph0ne`` for ``Téléphone`` is not random: an
engine takes l for I, 0 for o, rn for m. The edit distance after Wagner and Fischer, "The
String-to-String Correction Problem" (1974), with such edits made cheap, tells this noise from
another word.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ`´′", "'"),
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys("«»“”„", '"'),
        "œ": "oe",
        "Œ": "OE",
        "æ": "ae",
        "Æ": "AE",
    }
)
_LOOK_ALIKES = ("lI1|!i][tjJ", "oO0QD°", "zZ27", "sS5", "B8", "g9q", "b6G", "uv", "UV", "ce", "EF")
_SWAPS = {frozenset((a, b)) for group in _LOOK_ALIKES for a in group for b in group if a != b}
_SWAPS |= {frozenset(pair) for pair in ("tf", "rn", "nu", "hn", "hb", "ao", "ae", "4A", "7T", "&à")}
_SHAPES = {"rn": "m", "cl": "d", "vv": "w", "VV": "W", "ii": "uü", "li": "h"}
"""Letters in a row, and those that look like them."""
_MOST_CASED = 6
"""Words of a name whose case may change behind each of them."""
_SWAP_COST = 0.15
_CASE_COST = 0.05
_ACCENT_COST = 0.1
_POINT_COST = 0.2
_POINTS = frozenset(".,;:'\"-_ ")
_SKELETON = str.maketrans(
    {
        **dict.fromkeys("lI1|!i][jJ", "i"),
        **dict.fromkeys("oO0QqD°", "o"),
        **dict.fromkeys("zZ2", "z"),
        **dict.fromkeys("sS5", "s"),
        **dict.fromkeys("B8", "b"),
    }
)


def tidy(text: str) -> str:
    """The same text in NFC, with straight apostrophes, plain hyphens and single spaces."""
    composed = unicodedata.normalize("NFC", text)
    straight = composed.translate(
        {k: v for k, v in _PLAIN.items() if v in ("'", "-")}  # ligatures and quotes stay as written
    )
    return " ".join(straight.split())


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """What two spellings of one word share: no case, accents, ligatures, curly signs or blanks."""
    if text.isascii():
        return " ".join(text.lower().split())
    spread = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return " ".join("".join(c for c in spread if not unicodedata.combining(c)).casefold().split())


def cased(text: str) -> Iterator[str]:
    """A text in the cases in which people write names; capitals often lose their accents."""
    words = text.split()
    spread = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in spread if not unicodedata.combining(c))
    yield from (text, text.lower(), text.title(), text.upper(), bare.upper())
    for i in range(1, min(len(words), _MOST_CASED)):
        yield " ".join([*words[:i], *(w.upper() for w in words[i:])])
        yield " ".join([*(w.upper() for w in words[:i]), *words[i:]])
        yield " ".join([*(w.upper() for w in words[:i]), *(w.title() for w in words[i:])])
        yield " ".join([*(w.title() for w in words[:i]), *(w.upper() for w in words[i:])])


def similarity(raw: str, target: str) -> float:
    """0..1: how well ``raw`` is explained as an OCR misreading of ``target``; 1 when equal."""
    if raw == target:
        return 1.0
    longest = max(len(raw), len(target))
    return max(0.0, 1.0 - confusion_distance(raw, target) / longest)


def confusion_distance(raw: str, target: str) -> float:
    """The edits between the two, each weighed by how readily an engine makes it; symmetric."""
    a = unicodedata.normalize("NFC", raw).translate(_PLAIN)
    b = unicodedata.normalize("NFC", target).translate(_PLAIN)
    rows = [[0.0] * (len(b) + 1) for _ in range(len(a) + 1)]
    costs = [_edit_cost(char) for char in b]
    narrow_b = ["", *(_SHAPES.get(pair, "") for pair in map("".join, pairwise(b)))]
    for j, cost in enumerate(costs, 1):
        rows[0][j] = rows[0][j - 1] + cost
    for i, char in enumerate(a, 1):
        row, above = rows[i], rows[i - 1]
        cost, narrow = _edit_cost(char), _SHAPES.get(a[i - 2 : i], "") if i > 1 else ""
        row[0] = above[0] + cost
        for j, other in enumerate(b, 1):
            best = min(
                above[j] + cost,
                row[j - 1] + costs[j - 1],
                above[j - 1] + (0.0 if char == other else _swap_cost(char, other)),
            )
            if other in narrow:
                best = min(best, rows[i - 2][j - 1] + 2 * _SWAP_COST)
            if char in narrow_b[j - 1]:
                best = min(best, above[j - 2] + 2 * _SWAP_COST)
            row[j] = best
    return rows[-1][-1]


def best_match(
    raw: str, lexicon: Sequence[str], *, min_similarity: float = 0.7
) -> tuple[str, float] | None:
    """The entry that ``raw`` most likely misreads, with its similarity; None below the minimum."""
    entries = tuple(lexicon)
    close = process.extract(
        skeleton(raw),
        _skeletons(entries),
        scorer=Levenshtein.normalized_similarity,
        processor=None,
        limit=15,
        score_cutoff=0.4,
    )
    scored = [(similarity(raw, entries[index]), -index) for _, _, index in close]
    if not scored or max(scored)[0] < min_similarity:
        return None
    best, minus_index = max(scored)
    return entries[-minus_index], best


@lru_cache(maxsize=8)
def _skeletons(entries: tuple[str, ...]) -> list[str]:
    return [skeleton(entry) for entry in entries]


def skeleton(text: str) -> str:
    """The text with look-alikes made equal and points dropped: near skeletons, near shapes."""
    bare = "".join(c for c in text.translate(_SKELETON) if c not in _POINTS)
    folded = fold(bare).translate(_SKELETON)
    return folded.replace("rn", "m").replace("vv", "w")


def plain(text: str) -> str:
    """In small letters without accents, each letter where it was."""
    folded = (fold(char) if char.strip() else char for char in text)
    return "".join(f if len(f) == 1 else c for f, c in zip(folded, text, strict=True))


def shapes(text: str) -> str:
    """As ``plain``, with look-alikes made equal."""
    return plain(text).translate(_SKELETON)


@lru_cache(maxsize=4096)
def _swap_cost(char: str, other: str) -> float:
    if frozenset((char, other)) in _SWAPS:
        return _SWAP_COST
    plain, other_plain = fold(char), fold(other)
    if plain == other_plain:
        return _CASE_COST if char.casefold() == other.casefold() else _ACCENT_COST
    if char in _POINTS and other in _POINTS:
        return _POINT_COST
    return _SWAP_COST + _CASE_COST if frozenset((plain, other_plain)) in _SWAPS else 1.0


def _edit_cost(char: str) -> float:
    return _POINT_COST if char in _POINTS else 0.9
