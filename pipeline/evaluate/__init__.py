"""How well a run read an inbox whose truth is known."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from pipeline.errors import InputError
from pipeline.evaluate.truth import (
    Held,
    Truth,
    load_truth,
    matches,
    number,
    plain,
    plain_truth,
    truth_of,
)
from pipeline.exporters import unguarded
from pipeline.exporters.registrations import column_of
from pipeline.judging.error_class import ErrorClass, classes_of, error_class, measured_as
from pipeline.judging.validate import MISSPELLED, UNSURE
from pipeline.language import tr, why
from pipeline.rates import Rate, upper_bound
from pipeline.records import Origin, Status

_Row = Mapping[str, str]
OPEN_S, FIELD_S, KEY_S = 10.0, 6.0, 120.0
"""Assumed seconds of a person: to open a form that is to review, to look at each of its fields in
doubt, and to key in a form that was not read at all."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One field of one registration against its truth; ``read`` is None where nothing was read."""

    document: str
    field: str
    read: str | None
    truth: str
    right: bool
    accepted: bool
    edits: int | None
    """Edits from what was read to the truth; None for numbers."""
    hand: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """One reading (of one line, where a field is repeated) against its truth.

    ``type``: what it is measured as. ``source``: the quality of the picture, or ``text-layer``.
    ``blocked``: a finding sent it to review, however sure it was. ``error``: what its error costs;
    None where it is right.
    """

    type: str
    source: str
    confidence: float
    right: bool
    accepted: bool
    blocked: bool
    hand: str = ""
    error: ErrorClass | None = None


@dataclass(frozen=True, slots=True)
class FieldScore:
    """All verdicts on a field. ``cer``: edits over the truth's characters, None for numbers."""

    field: str
    forms: int
    exact: int
    accepted: int
    wrong: int
    """Wrong among the accepted."""
    cer: float | None

    @classmethod
    def of(cls, field: str, verdicts: list[Verdict]) -> "FieldScore":
        texts = [v for v in verdicts if v.edits is not None]
        characters = sum(len(v.truth) for v in texts)
        return cls(
            field,
            len(verdicts),
            sum(v.right for v in verdicts),
            sum(v.accepted for v in verdicts),
            sum(v.accepted and not v.right for v in verdicts),
            sum(v.edits or 0 for v in texts) / characters if characters else None,
        )

    @property
    def bound(self) -> float:
        """The 95 % upper bound of the wrong among the accepted (Clopper-Pearson)."""
        return upper_bound(self.wrong, self.accepted)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The score of one or more runs.

    Of the ``documents`` received, ``unreadable`` ones are to be rejected and ``refused`` of them
    were; ``unread`` ones hold a form and gave no registration. ``untouched`` ones were accepted
    without review, and ``false`` of these hold a wrong value, or should not be there at all.
    ``human_s``: the seconds a person needs for the rest, as assumed above.
    """

    documents: int
    unread: int
    untouched: int
    false: int
    unreadable: int
    refused: int
    verdicts: tuple[Verdict, ...]
    judged: tuple[Judged, ...] = ()
    human_s: float = 0.0

    @property
    def stp_rate(self) -> float:
        """Documents accepted untouched over documents received."""
        return share(self.untouched, self.documents)

    @property
    def false_accept_rate(self) -> float:
        """Wrong documents among those accepted untouched."""
        return share(self.false, self.untouched)

    @property
    def fields(self) -> tuple[FieldScore, ...]:
        """The score of each field, in the truth's order."""
        return self.fields_of(self.hands)

    @property
    def hands(self) -> tuple[str, ...]:
        """Who wrote: real or synthetic hands, real ink or fonts, as far as the truth tells."""
        return tuple(dict.fromkeys(v.hand for v in self.verdicts))

    def fields_of(self, hands: tuple[str, ...]) -> tuple[FieldScore, ...]:
        """The score of each field in what those hands wrote, in the truth's order."""
        grouped: dict[str, list[Verdict]] = {}
        for verdict in self.verdicts:
            grouped.setdefault(verdict.field, [])
            if verdict.hand in hands:
                grouped[verdict.field].append(verdict)
        return tuple(FieldScore.of(field, verdicts) for field, verdicts in grouped.items())

    def errors_of(self, hands: tuple[str, ...]) -> dict[ErrorClass, Rate]:
        """By class, the readings in those hands that are wrong so among the accepted ones that
        may be."""
        accepted = [j for j in self.judged if j.accepted and j.hand in hands]
        return {
            error: Rate(
                sum(j.error is error for j in accepted),
                sum(error in classes_of(j.type) for j in accepted),
            )
            for error in ErrorClass
        }

    def __add__(self, other: "Evaluation") -> "Evaluation":
        return Evaluation(
            self.documents + other.documents,
            self.unread + other.unread,
            self.untouched + other.untouched,
            self.false + other.false,
            self.unreadable + other.unreadable,
            self.refused + other.refused,
            self.verdicts + other.verdicts,
            self.judged + other.judged,
            self.human_s + other.human_s,
        )

    def __str__(self) -> str:
        from pipeline.evaluate.table import lines

        return "\n".join(lines(self))


def evaluate(out: Path, truth: Path) -> Evaluation:
    """Score the tables in ``out``. Raises InputError where a file is missing or malformed.

    A document missing from the table is unread: its fields are all wrong.
    """
    registrations: dict[str, list[_Row]] = defaultdict(list)
    for row in _table(out / "registrations.csv"):
        registrations[row["document"]].append(row)
    readings: dict[str, list[_Row]] = defaultdict(list)
    for row in _table(out / "fields.csv"):
        readings[row["registration"]].append(row)
    rejected = {row["document"] for row in _table(out / "rejected.csv")}

    held = load_truth(truth)
    unread = untouched = false = unreadable = refused = 0
    human_s = 0.0
    verdicts: list[Verdict] = []
    judged: list[Judged] = []
    for document, holds in held.items():
        forms, rows = holds.forms, registrations[document]
        of_document = [
            verdict
            for form, row in zip_longest(forms, rows)
            for verdict in _verdicts(document, form or {}, row or {}, readings, holds)
        ]
        for form, row in zip(forms, rows, strict=False):
            judged += _judge(form, readings[row["registration"]], holds)
        accepted = bool(rows) and all(row["status"] == Status.ACCEPTED for row in rows)
        right = len(rows) == len(forms) and all(verdict.right for verdict in of_document)
        verdicts += of_document
        untouched += accepted
        false += accepted and not right
        unread += bool(forms) and not rows
        unreadable += not forms
        refused += not forms and not rows and document in rejected
        human_s += KEY_S * max(0, len(forms) - len(rows))
        human_s += sum(_review_s(row, readings[row["registration"]]) for row in rows)
    counts = (len(held), unread, untouched, false, unreadable, refused)
    return Evaluation(*counts, tuple(verdicts), tuple(judged), human_s)


def share(part: int, whole: int) -> float:
    """A share of nothing is none."""
    return part / whole if whole else 0.0


def _verdicts(
    document: str,
    form: Mapping[str, Truth],
    row: _Row,
    readings: Mapping[str, list[_Row]],
    held: Held,
) -> Iterator[Verdict]:
    statuses: dict[str, set[str]] = defaultdict(set)
    for reading in readings.get(row.get("registration", ""), ()):
        statuses[reading["field"].split(".")[0]].add(reading["status"])
    for field, truth in form.items():
        cell = row.get(column_of(field), "") if row else None
        accepted = row.get("status") == Status.ACCEPTED or statuses[field] == {Status.ACCEPTED}
        wanted = plain_truth(truth)
        if isinstance(truth, int):
            right, edits = cell is not None and number(cell) == truth, None
        else:
            read = plain(cell or "", like=wanted)
            right = cell is not None and read == wanted
            edits = Levenshtein.distance(read, wanted)
        hand = held.hand_of(field)
        yield Verdict(document, field, cell, wanted, right, accepted, edits, hand)


def _judge(form: Mapping[str, Truth], readings: list[_Row], held: Held) -> Iterator[Judged]:
    for row in readings:
        if row["field"].split(".")[0] not in form or row["quality"] == Origin.HUMAN:
            continue
        accepted = row["status"] == Status.ACCEPTED
        truth = truth_of(row["field"], form)
        right = matches(row["value"], truth)
        yield Judged(
            measured_as(row["type"], row["value"]),
            row["quality"],
            float(row["confidence"]),
            right,
            accepted,
            blocked=not accepted and not row["reason"].startswith((UNSURE, MISSPELLED)),
            hand=held.hand_of(row["field"]),
            error=None if right else error_class(row["type"], row["value"], plain_truth(truth)),
        )


def _review_s(row: _Row, readings: list[_Row]) -> float:
    if row["status"] != Status.REVIEW:
        return 0.0
    return OPEN_S + FIELD_S * sum(r["status"] == Status.REVIEW for r in readings)


def _table(path: Path) -> list[_Row]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [
                {column: unguarded(cell) for column, cell in row.items()}
                for row in csv.DictReader(file)
            ]
    except OSError as err:
        raise InputError(
            tr(
                "{path}: cannot be read ({why}). Name the folder that a run wrote.",
                path=path,
                why=why(err),
            )
        ) from err
