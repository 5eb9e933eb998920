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
    r"\s*[(\[]?(?:[nN]\s?[°ºo]?\s?)?(?P<glyph>[0-9]|[^\W\d_]|[|!])"
    r"(?P<sign>\s?[.)\]:°º,]?[-–—]?\s?[-–—)/]?)\s*(?=[^\W\d_])"
)
_BULLET = re.compile(r"\s*[-–—•·*►▪■●>+]+\s*(?=[^\W\d_])")
_GLYPHS = ("1Il|!i", "2Zz", "3", "4", "5Ss", "6b", "7", "8B", "9g")
"""What an engine may take each number for."""
_LETTERS = "abcdefghi"
_TWO_NAMES = re.compile(r"[^\W\d_][\w'-]+\.? +[^\W\d_]{2,}")
_OTHER_MARK = re.compile(r"\s*(?:\S[.)\]:°º,/-]*|[a-z0-9][lI|1])\s+(?=[^\W\d_])")
"""What may be left of a number in a list whose other lines are numbered."""


def without_numbers(lines: Mapping[int, Lines]) -> dict[int, Lines]:
    """The lines of a list, by their index from 0, without the numbers or bullets before them."""
    texts = {i: line[0].text for i, line in sorted(lines.items()) if line}
    ends = _bullets(texts) or _letters(texts) or _numbers(texts)
    return {
        i: (_behind(line[0], ends[i]), *line[1:]) if i in ends else line
        for i, line in lines.items()
    }


def bare(text: str) -> str:
    """A line's text without a number before it."""
    number = _NUMBERED.match(text)
    return text[number.end() :] if number and number["glyph"].isdecimal() else text


def _numbers(texts: Mapping[int, str]) -> dict[int, int]:
    """Where the number of each line ends that has one. Nearly all have, or its figure is clear and
    two names follow."""
    matches = {}
    for nth, (i, text) in enumerate(texts.items()):
        match = _NUMBERED.match(text)
        if match and (_may_be(match, nth) or _may_be(match, i)):
            matches[i] = match
    if len(matches) < max(2, len(texts) - 1):
        return {i: m.end() for i, m in matches.items() if _is_clear(m, texts[i])}
    return _with_others({i: match.end() for i, match in matches.items()}, texts)


def _with_others(ends: Mapping[int, int], texts: Mapping[int, str]) -> dict[int, int]:
    """Also where the marks end that were misread, in a list that surely is one."""
    others = {i: _OTHER_MARK.match(text) for i, text in texts.items() if i not in ends}
    misread = {i: m.end() for i, m in others.items() if m and _TWO_NAMES.match(texts[i], m.end())}
    return {**misread, **ends}


def _may_be(match: re.Match[str], index: int) -> bool:
    """Whether a line may begin with the number of that index, from 0, and not with a word."""
    fits = index < len(_GLYPHS) and match["glyph"] in _GLYPHS[index]
    return fits and (match["glyph"].isdecimal() or bool(match["sign"].strip()))


def _is_clear(match: re.Match[str], text: str) -> bool:
    return match["glyph"].isdecimal() and bool(_TWO_NAMES.match(text, match.end()))


def _letters(texts: Mapping[int, str]) -> dict[int, int]:
    """The same for « a) », « b) »; « A. », « B. » may be initials, unless two names follow."""
    ends = {}
    for nth, (i, text) in enumerate(texts.items()):
        match = _NUMBERED.match(text)
        if match is None or match["glyph"].lower() != _LETTERS[nth : nth + 1]:
            continue
        if ")" in match["sign"] or (match["sign"] and _TWO_NAMES.match(text, match.end())):
            ends[i] = match.end()
    if len(ends) == len(texts) > 1:
        return ends
    return _with_others(ends, texts) if len(ends) > 1 and len(ends) == len(texts) - 1 else {}


def _bullets(texts: Mapping[int, str]) -> dict[int, int]:
    """The same for bullets, which the first line has, too: beneath a name a dash repeats it."""
    ends = {i: match.end() for i, text in texts.items() if (match := _BULLET.match(text))}
    return ends if len(ends) == len(texts) else {}


def _behind(line: LineEvidence, count: int) -> LineEvidence:
    """What was seen of a line behind its first characters; all of it where that cannot be told."""
    text = line.text[count:]
    if line.log_probs is None:
        return replace(line, text=text)
    best = line.log_probs.argmax(axis=1)
    starts = np.flatnonzero((best > 0) & (best != np.concatenate([[0], best[:-1]])))
    skipped = "".join(line.alphabet[best[i] - 1] for i in starts).find(line.text)
    if skipped < 0:
        return line
    return replace(line, text=text, log_probs=line.log_probs[starts[skipped + count] :])
