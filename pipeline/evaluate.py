"""How well a run read an inbox whose truth is known.

``truth.json`` maps a document's name to ``{"fields": {...}}``, to
``{"registrations": [{"fields": {...}}, ...]}`` in the order of its pages, or to
``{"rejected": kind}``. A field's truth is a text, a number (an amount in cents), a list of texts (a
repeated field), or null (left empty).
"""

import csv
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from pipeline.errors import InputError
from pipeline.exporters import unguarded
from pipeline.exporters.registrations import column_of
from pipeline.records import Status

Truth = str | int | list[str] | None
_Row = Mapping[str, str]


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


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The score of a run.

    Of the ``documents`` received, ``unreadable`` ones are to be rejected and ``refused`` of them
    were; ``unread`` ones hold a form and gave no registration. ``untouched`` ones were accepted
    without review, and ``false`` of these hold a wrong value, or should not be there at all.
    """

    documents: int
    unread: int
    untouched: int
    false: int
    unreadable: int
    refused: int
    verdicts: tuple[Verdict, ...]

    @property
    def stp_rate(self) -> float:
        """Documents accepted untouched over documents received."""
        return _share(self.untouched, self.documents)

    @property
    def false_accept_rate(self) -> float:
        """Wrong documents among those accepted untouched."""
        return _share(self.false, self.untouched)

    @property
    def fields(self) -> tuple[FieldScore, ...]:
        """The score of each field, in the truth's order."""
        grouped: dict[str, list[Verdict]] = {}
        for verdict in self.verdicts:
            grouped.setdefault(verdict.field, []).append(verdict)
        return tuple(FieldScore.of(field, verdicts) for field, verdicts in grouped.items())

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def evaluate(out: Path, truth: Path) -> Evaluation:
    """Score the tables in ``out``. Raises InputError where a file is missing or malformed.

    A document missing from the table is unread: its fields are all wrong.
    """
    registrations: dict[str, list[_Row]] = defaultdict(list)
    for row in _table(out / "registrations.csv"):
        registrations[row["document"]].append(row)
    statuses: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in _table(out / "fields.csv"):
        statuses[row["registration"], row["field"].split(".")[0]].add(row["status"])
    rejected = {row["document"] for row in _table(out / "rejected.csv")}

    truths = _truths(truth)
    unread = untouched = false = unreadable = refused = 0
    verdicts: list[Verdict] = []
    for document, forms in truths.items():
        rows = registrations[document]
        found = [
            verdict
            for form, row in zip_longest(forms, rows)
            for verdict in _verdicts(document, form or {}, row or {}, statuses)
        ]
        accepted = bool(rows) and all(row["status"] == Status.ACCEPTED for row in rows)
        right = len(rows) == len(forms) and all(verdict.right for verdict in found)
        verdicts += found
        untouched += accepted
        false += accepted and not right
        unread += bool(forms) and not rows
        unreadable += not forms
        refused += not forms and not rows and document in rejected
    return Evaluation(len(truths), unread, untouched, false, unreadable, refused, tuple(verdicts))


def _verdicts(
    document: str,
    form: Mapping[str, Truth],
    row: _Row,
    statuses: Mapping[tuple[str, str], set[str]],
) -> Iterator[Verdict]:
    for field, truth in form.items():
        cell = row.get(column_of(field), "") if row else None
        status = statuses.get((row.get("registration", ""), field), set())
        accepted = row.get("status") == Status.ACCEPTED or status == {Status.ACCEPTED.value}
        wanted = _plain_truth(truth)
        if isinstance(truth, int):
            right, edits = cell is not None and _number(cell) == truth, None
        else:
            read = _plain(cell or "", like=wanted)
            right = cell is not None and read == wanted
            edits = Levenshtein.distance(read, wanted)
        yield Verdict(document, field, cell, wanted, right, accepted, edits)


def _plain_truth(truth: Truth) -> str:
    text = " | ".join(truth) if isinstance(truth, list) else "" if truth is None else str(truth)
    return _plain(text, like=text)


def _plain(text: str, *, like: str) -> str:
    """What of ``text`` counts; a phone number's blanks and an address's case do not."""
    plain = " ".join(unicodedata.normalize("NFC", text).replace("’", "'").split())
    if re.fullmatch(r"\+?\d[\d .]{7,}", like):
        digits = re.sub(r"\D", "", plain)
        return re.sub(r"^(00)?33(?=\d{9}$)", "0", digits)
    return plain.lower() if "@" in like else plain


def _number(cell: str) -> int | None:
    """A count, or an amount in cents, which tables always write with two decimals."""
    match = re.fullmatch(r"(-?\d+)(?:\.(\d\d))?", cell)
    return int(match[1] + (match[2] or "")) if match else None


def _table(path: Path) -> list[_Row]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [
                {column: unguarded(cell) for column, cell in row.items()}
                for row in csv.DictReader(file)
            ]
    except OSError as err:
        raise InputError(
            f"{path}: cannot be read ({err.strerror}). Name the folder that a run wrote."
        ) from err


def _truths(path: Path) -> dict[str, list[dict[str, Truth]]]:
    """For each document the fields of its forms; none where it is to be rejected."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except OSError as err:
        raise InputError(f"{path}: cannot be read ({err.strerror}).") from err
    except ValueError as err:
        raise InputError(f"{path}: not valid JSON: {err}.") from err
    if not isinstance(data, dict):
        raise InputError(f"{path}: a truth maps each document's name to what it holds.")
    return {document: _forms(entry, f"{path}: {document}") for document, entry in data.items()}


def _forms(entry: Any, where: str) -> list[dict[str, Truth]]:
    if isinstance(entry, dict):
        if "rejected" in entry:
            return []
        listed = entry.get("registrations", [entry])
        forms = [
            form["fields"]
            for form in (listed if isinstance(listed, list) else ())
            if isinstance(form, dict) and isinstance(form.get("fields"), dict)
        ]
        well = all(_is_truth(value) for form in forms for value in form.values())
        if forms and well and len(forms) == len(listed):
            return forms
    raise InputError(
        f'{where}: give it "fields", "registrations" or "rejected"; a field is a text, a whole '
        "number, a list of texts or null."
    )


def _is_truth(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(text, str) for text in value)
    return value is None or (isinstance(value, str | int) and not isinstance(value, bool))


def _lines(evaluation: Evaluation) -> Iterable[str]:
    e = evaluation
    yield f"{e.documents - e.unreadable} documents to read, {e.unread} unread"
    if e.unreadable:
        yield f"{e.unreadable} documents to reject, {e.refused} rejected"
    yield ""
    yield f"{'field':14}  exact  accepted  wrong of accepted    CER"
    for score in (*e.fields, FieldScore.of("all fields", list(e.verdicts))):
        cer = "" if score.cer is None else f"{score.cer:.4f}"
        yield (
            f"{score.field:14}  {_share(score.exact, score.forms):.3f}     "
            f"{_share(score.accepted, score.forms):.3f}  {score.wrong:6} of {score.accepted:<8} "
            f"{cer:>6}"
        )
    yield ""
    yield (
        f"STP rate {e.stp_rate:.3f}, false-accept rate {e.false_accept_rate:.3f} "
        f"({e.false} of {e.untouched} accepted untouched)"
    )
    wrong = [v for v in e.verdicts if not v.right and v.read is not None]
    if wrong:
        yield ""
        yield f"{len(wrong)} misread:"
    for v in wrong:
        doubt = "ACCEPTED" if v.accepted else "in review"
        yield f"  {v.document}  {v.field}  {doubt}  read {v.read!r}  truth {v.truth!r}"


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
