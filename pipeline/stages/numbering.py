"""Numbers and bullets before the lines of a list: « 1. Martine », « 2) Alain », « - Paul ».

They are told by what stands on all the lines of a zone: the n-th begins with what may be an n, or
each with the same bullet. An initial, as in « J. Martin », is none.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from pipeline.records import LineEvidence

Lines = tuple[LineEvidence, ...]

_NUMBERED = re.compile(
    r"\s*[(\[]?(?P<before>[nN]\s?[°ºo]\s?)?(?P<glyph>[0-9]|[^\W\d_]|[|!])"
    r"(?P<sign>\s?[.)\]:°º,]?[-–—]?\s?[-–—)/]?)\s*(?=[^\W\d_])"
)
_BULLET = re.compile(r"\s*[-–—•·*►▪■●>+]+\s*(?=[^\W\d_])")
_GLYPHS = ("1Il|!i", "2Zz", "3", "4", "5Ss", "6b", "7", "8B", "9g")
"""What an engine may take each number for."""
_WHOLE = re.compile(r"[^\W\d_][\w'-]+\.? +[^\W\d_]{2,}")
_OTHER_MARK = re.compile(r"\s*\S[.)\]:°º,/-]*\s+(?=[^\W\d_])")
"""What may be left of a number in a list whose other lines are numbered."""


def without_numbers(lines: Mapping[int, Lines]) -> dict[int, Lines]:
    """The lines of a list, by their index from 0, without the numbers or bullets before them."""
    seen = {i: line for i, line in lines.items() if line and line[0].text.strip()}
    lengths = _of_numbers(seen) or _of_bullets(seen)
    return {
        i: (_behind(line[0], lengths[i]), *line[1:]) if i in lengths else line
        for i, line in lines.items()
    }


def bare(text: str) -> str:
    """A line's text without a number before it."""
    found = _NUMBERED.match(text)
    return text[found.end() :] if found and found["glyph"].isdecimal() else text


def _of_numbers(lines: Mapping[int, Lines]) -> dict[int, int]:
    """How many characters of each line are its number; none where they are no numbered list."""
    found = {}
    sure = 0
    for number, (i, line) in enumerate(sorted(lines.items())):
        match = _NUMBERED.match(line[0].text)
        if match is None or not any(_is_number(match, n) for n in {number, i}):
            continue
        found[i] = match.end()
        sure += match["glyph"].isdecimal()
    letters = [_NUMBERED.match(line[0].text) for _, line in sorted(lines.items())]
    if not sure and len(found) < 2:
        found = {}
    if len(lines) > 1 and len(found) < max(2, len(lines) - 1):
        found = {}
    if len(lines) == 1 and not (sure and _WHOLE.match(next(iter(lines.values()))[0].text[max(found.values()) :])):
        found = {}
    if found:
        for i, line in lines.items():
            other = _OTHER_MARK.match(line[0].text)
            if i not in found and other and _WHOLE.match(line[0].text[other.end() :]):
                found[i] = other.end()
    elif len(lines) > 1 and all(
        match and match["glyph"].lower() == "abcdefghi"[n] and match["sign"].strip()
        and (")" in match["sign"] or _WHOLE.match(line[0].text[match.end() :]))
        for n, (match, (_, line)) in enumerate(zip(letters, sorted(lines.items()), strict=True))
    ):
        found = {i: match.end() for match, i in zip(letters, sorted(lines), strict=True) if match}
    return found


def _is_number(match: re.Match[str], index: int) -> bool:
    """Whether a line may begin with the number of that index, from 0, and not with a word."""
    if index >= len(_GLYPHS) or match["glyph"] not in _GLYPHS[index]:
        return False
    return match["glyph"].isdecimal() or bool(match["sign"])


def _of_bullets(lines: Mapping[int, Lines]) -> dict[int, int]:
    """The same for bullets, which the first line has, too: beneath a name a dash repeats it."""
    found = {i: m.end() for i, line in lines.items() if (m := _BULLET.match(line[0].text))}
    return found if len(found) == len(lines) else {}


def _behind(line: LineEvidence, count: int) -> LineEvidence:
    """What was seen of a line behind its first characters."""
    text = line.text[count:]
    if line.log_probs is None:
        return replace(line, text=text)
    best = line.log_probs.argmax(axis=1)
    starts = np.flatnonzero((best > 0) & (best != np.concatenate([[0], best[:-1]])))
    at = int(starts[count]) if count < len(starts) else len(best)
    return replace(line, text=text, log_probs=line.log_probs[at:])
