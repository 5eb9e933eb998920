"""Undo what an engine does to two columns: it reads across them.

On a fiche the left column prints labels, with dots to write on behind them; what stands behind a
label's dots on the same line is the other column. On a flyer a programme may stand beside tariffs.
Taken line by line, each column reads on.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from pipeline.decoding.normalise import LEADER_TEXT, Line
from pipeline.paths import LEXICONS
from pipeline.text import fold, similarity

_ALIKE = 0.8
_MOST_LONGER = 2
"""What is so many times as long as a label is no misreading of it."""
_SPECKS = re.compile(r"^[\s:;.,_'-]*(?:[a-z]{1,2}\s+)*(?=[A-ZÀ-Ý\d\[(]|$)")
"""The last of the dots, read as letters, before a column that begins with a capital."""
_COLON = re.compile(r"\s*[:@]")
_AMOUNT = r"[A-ZÀ-Ý][^€:.]*(?:[:.…]\W*)?\d+(?:[.,]\d\d)?\s?(?:€|euros?)(?:\s(?:l'|par\s|/\s?)\w+)?"
_FREE = r"(?:Entrée|Accès|Participation)\s(?:libre|gratuite?)\b.*|Gratuit.*"
_ACROSS = re.compile(
    r"\W{0,3}\d{1,2}\s?[hH:].*?[^\W\d].*?[a-zà-ÿ)]\s+"
    rf"(?=(?:{_AMOUNT}|{_FREE})\W*$)"
)
_LEAST_ACROSS = 2
_TO_WRITE_ON = re.compile(r"^[\s:.…·_@;,'-]*$")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label that a line begins with, its field type, and what follows it on the line."""

    line: int
    label: str
    kind: str
    behind: str


@dataclass(frozen=True, slots=True)
class Columns:
    """The lines of a page, in the order to read them, with their numbers (from 1); the labels."""

    lines: tuple[tuple[int, str], ...]
    labels: tuple[Labelled, ...]


def untangled(lines: Sequence[Line]) -> Columns:
    """What stands behind labels, read on as a column of its own; the labels by themselves."""
    read: list[tuple[int, str]] = []
    labels = []
    for number, line in enumerate(lines, start=1):
        text = line.text.strip()
        labelled = label_of(text)
        if labelled is None:
            read.append((number, text))
            continue
        labels.append(replace(labelled, line=number))
        if not _is_to_fill(text, labelled):
            read.append((number, text))
            continue
        behind = _SPECKS.sub("", labelled.behind.rpartition(LEADER_TEXT)[2])
        read.append((number, "" if _TO_WRITE_ON.match(behind) else behind.strip()))
    return Columns(tuple(read), tuple(labels))


def apart(rows: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """The rows, but where several in a row begin with a time and end with an amount or the like, of
    which a capital begins a column of its own: first what is left, then what is right."""
    read: list[tuple[int, str]] = []
    right: list[tuple[int, str]] = []
    for number, text in (*rows, (0, "")):
        if match := _ACROSS.match(text):
            right.append((number, text[match.end() :].strip()))
            read.append((number, text))
            continue
        if text or not number:
            if len(right) >= _LEAST_ACROSS:
                ends = dict(right)
                left = [(n, t.removesuffix(ends.get(n, "")).rstrip()) for n, t in read]
                read = [*left, (right[0][0], ""), *right, (right[-1][0], "")]
            right = []
        read.append((number, text))
    return read[:-1]


def _is_to_fill(text: str, labelled: Labelled) -> bool:
    """Whether one may write behind a label: ``Association Les Amis`` only begins with one."""
    head = text[: len(text) - len(labelled.behind)]
    behind = labelled.behind
    return (
        labelled.kind == "heading"
        or head.endswith(":")
        or bool(_COLON.match(behind))
        or LEADER_TEXT in behind
        or bool(_TO_WRITE_ON.match(behind))
    )


def label_of(text: str) -> Labelled | None:
    """The known label that a line begins with, however an engine spelled it; of several the one
    that is most alike, and then the longest."""
    best: tuple[float, int] = (_ALIKE, 0)
    labelled = None
    for label, kind in _labels():
        head, behind = _cut(text, len(label.split()))
        bare = fold(head).strip(" :@.'")
        near = 0 < len(bare) < _MOST_LONGER * len(label)
        alike = similarity(bare, fold(label)) if near else 0.0
        if (alike, len(label)) > best:
            best, labelled = (alike, len(label)), Labelled(0, label, kind, behind)
    return labelled


def _cut(text: str, words: int) -> tuple[str, str]:
    """The first words of a text, and the rest."""
    match = re.match(rf"(?:\S+\s+){{{words - 1}}}\S+", text)
    return (match[0], text[match.end() :]) if match else ("", text)


@cache
def _labels() -> tuple[tuple[str, str], ...]:
    lines = (LEXICONS / "form_labels.txt").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    return tuple((label, kind) for label, kind in pairs)
