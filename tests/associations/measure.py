"""How well a run read the copies: by form, by type and by how they were filled in.

A place is a line, a row's cell or a question: what ``fields.csv`` has a line for. Values are
compared as ``fiches evaluate`` does; what was written in capitals need not give back its case and
accents. A value is wrong in spelling only where letters and digits agree.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from associations.copies import MEDIA
from associations.sheet import Asked, Place
from pipeline.evaluate.truth import matches, truth_of
from pipeline.judging.error_class import ErrorClass, classes_of, error_class
from pipeline.text import fold

CHOICES = ("checkbox", "choice", "ticks", "yes_no")
PRESENT = ("signature", "photo")
"""Their value says that something is there, or is empty."""
WORDS = ("surname", "given_name", "person", "organisation", "address", "town", "postal_town",
         "text", "long_text")  # fmt: skip
"""In these, accents, case and signs are spelling; elsewhere each character counts."""
EXACT = {"typed": 0.95, "pdf": 0.95, "hand": 0.80, "photo": 0.80}
"""The goal of each medium: a photographed sheet is hand-written, and a PDF typed."""
PLACED, WRONG = 0.98, 0.001
"""So many pages must be placed; so many of the accepted values may be wrong."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One place of one copy. ``read`` is None where the run has no line for it."""

    document: str
    form: str
    medium: str
    place: str
    type: str
    truth: str
    read: str | None
    right: bool
    spelling: bool
    """Wrong, and nothing but case, accents or signs is."""
    accepted: bool

    @property
    def wrong(self) -> bool:
        """Accepted, and wrong in more than spelling."""
        return self.accepted and not self.right and not self.spelling


@dataclass(frozen=True, slots=True)
class PageSeen:
    """One page of one copy. ``form``: what it was read as; empty where it was not placed."""

    document: str
    wanted: str
    medium: str
    form: str

    @property
    def placed(self) -> bool:
        return self.form == self.wanted


@dataclass(frozen=True, slots=True)
class Measured:
    pages: tuple[PageSeen, ...]
    verdicts: tuple[Verdict, ...]


Row = Mapping[str, str]
"""A line of ``fields.csv``."""
Naming = Callable[[str, Mapping[str, Row]], Mapping[str, Row]]
"""Of a form's id and what was read of a fiche by field: what was read by place."""


def as_named(_form: str, read: Mapping[str, Row]) -> Mapping[str, Row]:
    """Where the form that was read with calls its fields as the blank does."""
    return read


def measure(
    out: Path,
    truth: Mapping[str, Any],
    asked: Mapping[str, Asked],
    *,
    naming: Naming = as_named,
) -> Measured:
    """Hold the tables that a run wrote into ``out`` against the truth."""
    forms = {row["registration"]: row["form"] for row in _table(out / "registrations.csv")}
    read_as: dict[tuple[str, int], str] = {}
    read: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
    for row in _table(out / "fields.csv"):
        form = forms.get(row["registration"], "")
        read_as[row["document"], int(row["page"])] = form
        read[row["document"], form].setdefault(row["field"], row)
    pages = tuple(
        PageSeen(name, entry["form"], entry["medium"], read_as.get((name, page), ""))
        for name, entry in truth.items()
        for page in range(1, entry["pages"] + 1)
    )
    by_place = {name: naming(entry["form"], read[name, entry["form"]])
                for name, entry in truth.items()}  # fmt: skip
    verdicts = tuple(
        _verdict(name, entry, place, by_place[name].get(place.name),
                 placed=read_as.get((name, place.page)) == entry["form"])
        for name, entry in truth.items()
        for place in asked[entry["form"]].places
    )  # fmt: skip
    return Measured(pages, verdicts)


def _verdict(
    document: str,
    entry: Mapping[str, Any],
    place: Place,
    row: Row | None,
    *,
    placed: bool,
) -> Verdict:
    truth = truth_of(place.name, entry["fields"])
    # Of rows that nobody wrote in, a run needs to say nothing.
    nothing = row is None and placed and truth in (None, "")
    value = row["value"] if row else None
    right = nothing or (
        value is not None and agree(place.type, value, truth, entry["written"][place.name])
    )
    return Verdict(
        document,
        entry["form"],
        entry["medium"],
        place.name,
        place.type,
        "" if truth is None else str(truth),
        value,
        right,
        spelling=not right and bool(value) and isinstance(truth, str)
        and place.type in WORDS and _bare(value) == _bare(truth),
        accepted=row is not None and row["status"] == "accepted",
    )  # fmt: skip


def agree(kind: str, read: str, truth: str | int | None, written: str) -> bool:
    """Whether a value of that type was read as it is meant, or as it was written."""
    if kind in PRESENT:
        return bool(read) == bool(truth)
    if kind in CHOICES:
        return options(read) == options(str(truth or ""))
    if kind == "count" and not truth:  # none, whether 0 is written or nothing
        return read in ("", "0")
    if matches(read, truth):
        return True
    return written.isupper() and isinstance(truth, str) and fold(read) == fold(truth)


def options(text: str) -> set[str]:
    """Options in any order, as names or as readers see them."""
    return {fold(part).replace("_", " ") for part in re.split(r"[,;|]", text)} - {""}


def _bare(text: str) -> str:
    """What is left of a text where only letters and digits count."""
    return re.sub(r"[^0-9a-z]", "", fold(text))


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# --- what is printed --------------------------------------------------------------------------


def table(measured: Measured, titles: Mapping[str, str]) -> Iterable[str]:
    """By form and type; ``titles`` say what is particular of each form."""
    yield (
        f"{'':24}{'places':>7}"
        + "".join(f"{medium:>7}" for medium in MEDIA)
        + (f"{'accepted':>10}{'wrong':>7} (+ spelling)")
    )
    for form, title in titles.items():
        seen = [page for page in measured.pages if page.wanted == form]
        if not seen:
            continue
        yield ""
        yield f"{form} ({title}): {_placed(seen)}"
        mine = [v for v in measured.verdicts if v.form == form]
        by_type: dict[str, list[Verdict]] = defaultdict(list)
        for verdict in mine:
            by_type[verdict.type].append(verdict)
        for kind in sorted(by_type):
            yield _line(f"  {kind}", by_type[kind])
        yield _line("  all", mine)
    yield ""
    yield _line("all forms", measured.verdicts)
    yield _line("  where something stands", [v for v in measured.verdicts if v.truth])
    yield f"all forms: {_placed(measured.pages)}"


def by_class(measured: Measured) -> Iterable[str]:
    """Of the accepted values, how many are wrong, by what that costs; the dearest first."""
    accepted = [v for v in measured.verdicts if v.accepted]
    yield ""
    for error in ErrorClass:
        may_err = [v for v in accepted if error in classes_of(v.type)]
        wrong = sum(not v.right and error_class(v.type, v.read or "", v.truth) is error
                    for v in may_err)  # fmt: skip
        yield f"wrong among accepted, {error}: {wrong} of {len(may_err)}"


def _placed(pages: Sequence[PageSeen]) -> str:
    media = [
        f"{medium} {sum(p.placed for p in mine)} of {len(mine)}"
        for medium in MEDIA
        if (mine := [page for page in pages if page.medium == medium])
    ]
    elsewhere = sum(bool(page.form) and not page.placed for page in pages)
    told = f"pages placed {sum(p.placed for p in pages)} of {len(pages)} ({', '.join(media)})"
    return told + (f", {elsewhere} on another form" if elsewhere else "")


def _line(name: str, verdicts: Sequence[Verdict]) -> str:
    shares = "".join(
        f"{_share([v for v in verdicts if v.medium == medium]):>7}" for medium in MEDIA
    )
    accepted = [v for v in verdicts if v.accepted]
    return (
        f"{name:24}{len(verdicts):7}{shares}{len(accepted):10}"
        f"{sum(v.wrong for v in accepted):7} (+ {sum(v.spelling for v in accepted)})"
    )


def _share(verdicts: Sequence[Verdict]) -> str:
    return f"{sum(v.right for v in verdicts) / len(verdicts):.3f}" if verdicts else ""


@dataclass(frozen=True, slots=True)
class Goal:
    said: str
    holds: bool


def goals(measured: Measured, types: Iterable[str]) -> list[Goal]:
    """What must hold; ``types`` are those that the product knows."""
    pages, verdicts, known = measured.pages, measured.verdicts, set(types)
    placed = sum(page.placed for page in pages) / len(pages)
    listed = [Goal(f"pages placed {placed:.3f}, wanted {PLACED}", placed >= PLACED)]
    for medium, wanted in EXACT.items():
        if mine := [v for v in verdicts if v.medium == medium]:
            exact = sum(v.right for v in mine) / len(mine)
            listed.append(Goal(f"exact, {medium}: {exact:.3f}, wanted {wanted}", exact >= wanted))
    accepted = [v for v in verdicts if v.accepted]
    wrong = sum(v.wrong for v in accepted)
    listed.append(
        Goal(f"wrong among accepted: {wrong} of {len(accepted)}", wrong <= WRONG * len(accepted))
    )
    costly = sum(v.wrong for v in accepted if v.type == "amount" or v.type in CHOICES)
    listed.append(Goal(f"wrong amounts and choices among accepted: {costly}", costly == 0))
    untyped = sorted({v.type for v in verdicts} - known)
    said = "every place has a type" + (f", but {', '.join(untyped)} are not known" * bool(untyped))
    return [*listed, Goal(said, not untyped)]


def write_misread(measured: Measured, path: Path) -> None:
    """Each place that is not as it should be, for whoever mends the reading."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["document", "place", "type", "truth", "read", "accepted", "spelling"])
        for v in measured.verdicts:
            if not v.right:
                row = (v.document, v.place, v.type, v.truth, v.read, v.accepted, v.spelling)
                table.writerow(row)
