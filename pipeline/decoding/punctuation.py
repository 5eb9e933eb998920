"""The marks of printed French where an engine takes one for another, or drops one.

Only what the words around a mark prove is put right: a small letter goes on with its sentence, and
a sentence that is followed by a new one has ended.
"""

import re
from collections.abc import Callable, Sequence

_STRAY = re.compile(r"^(?:['|‘’`´_~]+|[\[({\"“](?=[^\])}\"”]*$)) *(?=[A-ZÀ-Ý])")
"""A speck before a line, read as a mark that nothing closes."""
_NEW = re.compile(r"^[«\"(]?\s*[A-ZÀ-Ý]")
_LAST = re.compile(r"([a-zà-ÿœ]{2,})\s*([.,:;]?)$")
_WORD = re.compile(r"[a-zà-ÿœ]+")
_GOES_ON = re.compile(r"(?<=[a-zà-ÿ])\.(?= [a-zà-ÿ])")
_TORN = re.compile(r"(\w+)- (?!(?:et|ou|ni|à|de|du) )([a-zà-ÿ]+)")
"""A blank behind a hyphen within a line."""
_EXCLAIMED = re.compile(r"(?<=[a-zà-ÿ]l)!(?= [a-zà-ÿ])")
"""The second half of an ``l``, within a sentence."""
_DOUBLED = re.compile(r"(?<=\w)(?:\.\.|\.,|,\.|,,)(?=\s|$)")
_GLUED = re.compile(r"(?<=[a-zà-ÿ])( ?)([:;])(?=[a-zà-ÿ]{2})")
_ASKS = re.compile(
    r"^(?:Comment|Pourquoi|Quel(?:le)?s?|Combien|Qui|Où|Que|Qu') ?.*[a-zà-ÿ] ([72])$"
)
_LEAST_WORDS = 5
"""Fewer words in small letters make no sentence: a heading, an address."""
_SHORT = 4
"""Shorter words that begin a sentence are articles, whatever else is a name."""
_SHORTENED = frozenset(("prof", "chap", "appt", "dept", "boul", "gare", "resp", "suppl"))
_LEAST_LINES, _SHARE = 8, 0.67
"""Sentences end with a stop in a text where so large a share of so many lines shows it."""


def mended(lines: Sequence[str], is_word: Callable[[str], bool]) -> list[str]:
    """The lines with their marks put right; ``is_word`` knows the words of French."""
    own = [_within(line, is_word) for line in lines]
    ends = [_ends(line, _following(own, n), is_word) for n, line in enumerate(own)]
    marks = [line.rstrip()[-1:] for line, end in zip(own, ends, strict=True) if end]
    stopped = sum(mark in ".,:;" for mark in marks)
    all_stop = len(marks) >= _LEAST_LINES and stopped >= _SHARE * len(marks)
    return [
        _stopped(line, always=all_stop) if end else line
        for line, end in zip(own, ends, strict=True)
    ]


def _within(line: str, is_word: Callable[[str], bool]) -> str:
    line = _STRAY.sub("", line)
    line = _TORN.sub(lambda torn: _rejoined(torn, is_word), line)
    line = _EXCLAIMED.sub("", line)
    line = _DOUBLED.sub(".", line)
    line = _GLUED.sub(r" \2 ", line)
    asks = _ASKS.match(line)
    if asks and len(_WORD.findall(line)) >= _LEAST_WORDS:
        line = f"{line[:-1]}?"
    return _GOES_ON.sub(lambda stop: _comma(line[: stop.start()], is_word), line)


def _rejoined(torn: re.Match[str], is_word: Callable[[str], bool]) -> str:
    return f"{torn[1]}-{torn[2]}" if is_word(torn[1]) and is_word(torn[2]) else torn[0]


def _comma(before: str, is_word: Callable[[str], bool]) -> str:
    """What a full stop is that a small letter follows: a comma, but behind what may be short for a
    word, or a line's first."""
    words = _WORD.findall(before)
    whole = (
        len(words[-1]) >= _SHORT
        and words[-1] not in _SHORTENED
        and is_word(words[-1])
        and len(words) > 1
    )
    return "," if whole else "."


def _following(lines: Sequence[str], n: int) -> str:
    return next((line for line in lines[n + 1 :] if line.strip()), "")


def _ends(line: str, following: str, is_word: Callable[[str], bool]) -> bool:
    """Whether a line is the whole of a sentence that ends with it: it begins with a capital, and
    so does the next, with a word that is no name."""
    last = _LAST.search(line)
    if not last or not is_word(last[1]) or not _NEW.match(line):
        return False
    if len(_WORD.findall(line)) < _LEAST_WORDS:
        return False
    first = re.match(r"[^\W\d_]+", following)
    return not following or (first is not None and _begins(first[0], is_word))


def _begins(word: str, is_word: Callable[[str], bool]) -> bool:
    return word[0].isupper() and not word[1:2].isupper() and (len(word) < _SHORT or is_word(word))


def _stopped(line: str, *, always: bool) -> str:
    last = _LAST.search(line)
    if (
        not last
        or len(last[1]) < _SHORT
        or not (last[2] == "," or (always and last[2] in ("", ":", ";")))
    ):
        return line
    return f"{line[: last.end(1)]}."
