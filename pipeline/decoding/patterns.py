"""A pattern that a form states for a value: of regular expressions the part that is always cheap.

Characters, classes (``[A-Z0-9]``, ``\\d``), groups, ``|`` and numbers of times (``?``, ``{7}``,
``{1,3}``; ``+`` and ``*`` up to the longest value). In how many ways a text may match is bounded:
no text takes long, whatever tries it (for what would, see Cox, "Regular Expression Matching Can Be
Simple And Fast", 2007). Anchors are not needed: the whole value must match.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import prod

import numpy as np

from pipeline.language import tr

LONGEST = 40
"""Values are no longer than that, and patterns no longer than twice that."""
_MOST_WAYS = 2000
"""In so many ways a text may match at most."""
_CLASSES = {"d": "0123456789"}
_PLAIN = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 -/_'°ÉÈÀéèàçù,:#&"
)
_QUANTIFIER = re.compile(r"\{(\d{1,2})(?:,(\d{0,2}))?\}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a pattern allows.

    ``expression``: the same as a regular expression in which nothing is unbounded; ``chars``: all
    the characters that it may hold; ``ways``: in how many a text may match at most; ``draw``: a
    text that matches.
    """

    expression: str
    chars: frozenset[str]
    ways: int
    draw: Callable[[np.random.Generator], str]


@cache
def read_pattern(text: str) -> Pattern:
    """Raises ValueError, which says why, for what is no such pattern or allows too much."""
    if len(text) > 2 * LONGEST:
        raise ValueError(tr("a pattern has {most} characters at most", most=2 * LONGEST))
    whole, at = _options(text, 0)
    if at < len(text):
        raise ValueError(_unknown(text, at))
    if not whole.chars:
        raise ValueError(tr("the pattern allows nothing"))
    return whole


def _options(text: str, at: int) -> tuple[Pattern, int]:
    """What stands from ``at`` on, up to a bracket that closes it, and where that is."""
    options, parts = [], list[Pattern]()
    while at < len(text) and text[at] != ")":
        if text[at] == "|":
            options.append(_in_a_row(parts))
            parts, at = [], at + 1
            continue
        part, at = _part(text, at)
        part, at = _repeated(part, text, at)
        parts.append(part)
    return _any_of([*options, _in_a_row(parts)]), at


def _part(text: str, at: int) -> tuple[Pattern, int]:
    char = text[at]
    if char == "(":
        start = at + 3 if text.startswith("(?:", at) else at + 1
        inside, end = _options(text, start)
        if end >= len(text):
            raise ValueError(_unknown(text, at))
        return inside, end + 1
    if char == "[":
        return _class(text, at + 1)
    if char == "\\":
        return _of_chars(_escaped(text, at)), at + 2
    if char not in _PLAIN:
        raise ValueError(_unknown(text, at))
    return _of_chars(char), at + 1


def _class(text: str, at: int) -> tuple[Pattern, int]:
    """The characters from ``at`` on, up to ``]``."""
    chars, start = set[str](), at
    while at < len(text) and text[at] != "]":
        if text[at] == "\\":
            chars |= {*_escaped(text, at)}
            at += 2
        elif text[at + 1 : at + 2] == "-" and text[at + 2 : at + 3] not in ("", "]"):
            first, last = ord(text[at]), ord(text[at + 2])
            chars |= {chr(code) for code in range(first, last + 1)}
            at += 3
        else:
            chars.add(text[at])
            at += 1
    if at >= len(text) or not chars or not all(c in _PLAIN or c in ".+*" for c in chars):
        raise ValueError(_unknown(text, start - 1))
    return _of_chars("".join(sorted(chars))), at + 1


def _escaped(text: str, at: int) -> str:
    """The characters that a backslash at ``at`` means."""
    char = text[at + 1 : at + 2]
    if char in _CLASSES:
        return _CLASSES[char]
    if not char or char.isalnum():
        raise ValueError(_unknown(text, at))
    return char


def _repeated(part: Pattern, text: str, at: int) -> tuple[Pattern, int]:
    """A part as often as what stands behind it says."""
    char = text[at : at + 1]
    if char in ("?", "+", "*") and char:
        least, most = {"?": (0, 1), "+": (1, LONGEST), "*": (0, LONGEST)}[char]
        return _times(part, least, most), at + 1
    if char != "{":
        return part, at
    match = _QUANTIFIER.match(text, at)
    if match is None:
        raise ValueError(_unknown(text, at))
    least = int(match[1])
    most = int(match[2] or LONGEST) if match[2] is not None else least
    if most < max(1, least):
        raise ValueError(_unknown(text, at))
    return _times(part, least, most), match.end()


def _of_chars(chars: str) -> Pattern:
    expression = f"[{''.join(map(re.escape, chars))}]"
    return Pattern(
        expression, frozenset(chars), 1, lambda rng: chars[int(rng.integers(len(chars)))]
    )


def _in_a_row(parts: list[Pattern]) -> Pattern:
    return _bounded(
        Pattern(
            "".join(part.expression for part in parts),
            frozenset().union(*(part.chars for part in parts)),
            prod(part.ways for part in parts),
            lambda rng: "".join(part.draw(rng) for part in parts),
        )
    )


def _any_of(options: list[Pattern]) -> Pattern:
    if len(options) == 1:
        return options[0]
    return _bounded(
        Pattern(
            f"(?:{'|'.join(option.expression for option in options)})",
            frozenset().union(*(option.chars for option in options)),
            sum(option.ways for option in options),
            lambda rng: options[int(rng.integers(len(options)))].draw(rng),
        )
    )


def _times(part: Pattern, least: int, most: int) -> Pattern:
    """A part so many times in a row; what may be long is drawn short."""
    drawn = min(most, least + 6)
    return _bounded(
        Pattern(
            f"(?:{part.expression}){{{least},{most}}}",
            part.chars,
            sum(part.ways**n for n in range(least, most + 1)),
            lambda rng: "".join(part.draw(rng) for _ in range(int(rng.integers(least, drawn + 1)))),
        )
    )


def _bounded(pattern: Pattern) -> Pattern:
    if pattern.ways > _MOST_WAYS:
        raise ValueError(_ambiguous())
    return pattern


def _ambiguous() -> str:
    return tr("a text may match the pattern in too many ways: say how often each part stands")


def _unknown(text: str, at: int) -> str:
    return tr("{part!r} in the pattern is not known or not closed", part=text[at : at + 8])
