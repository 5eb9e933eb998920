"""The tables as somebody downloads them, held against the books of a season."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openpyxl import load_workbook

from tests.season import CANCELLED, REJECTED, REPLACED, WAITS, Books, Event

_HELD = "Non comptées, en attente d'une réponse (mêmes personnes)"
_ENDED = {REPLACED: "Remplacée", CANCELLED: "Annulée"}
"""The word that a row begins with to say why it counts no more."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What was downloaded, row by row; a sheet of the workbook by its name."""

    registrations: list[dict[str, str]]
    inscriptions: list[dict[str, str]]
    participants: list[dict[str, str]]
    rejected: list[dict[str, str]]
    sheets: Mapping[str, list[dict[str, Any]]]
    of_forms: Mapping[str, list[dict[str, str]]]
    """The tables of several forms, by the form's id."""

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> "Tables":
        sheets = {}
        for sheet in load_workbook(io.BytesIO(files["registrations.xlsx"])):
            heads, *rows = sheet.iter_rows(values_only=True)
            sheets[sheet.title] = [dict(zip(map(str, heads), row, strict=True)) for row in rows]
        return cls(
            _rows(files["registrations.csv"], ","),
            _rows(files["inscriptions.csv"], ";"),
            _rows(files["participants.csv"], ","),
            _rows(files["rejected.csv"], ","),
            sheets,
            {
                form[1]: _rows(data, ",")
                for name, data in files.items()
                if (form := re.fullmatch(r"registrations-(.+)\.csv", name))
            },
        )

    def counting(self, event: Event) -> Iterable[Sequence[Mapping[str, Any]]]:
        """The tables that hold all that the form of an event counts, under its labels."""
        form = event.form.id
        if not self.of_forms:
            return self.inscriptions, self.sheets["Inscriptions"]
        (sheet,) = (self.sheets[name] for name in self.sheets if event.name.startswith(name))
        return self.of_forms[form], sheet

    @property
    def accepted(self) -> int:
        """The fiches that nobody has to look at, and that did not end."""
        return sum(r["status"] != "review" and r["etat"] not in _ENDED for r in self.registrations)

    def waiting(self, event: Event) -> int:
        """The fiches that count, and that somebody has to look at."""
        return sum(
            (row["form"], row["status"], row["comptee"]) == (event.form.id, "review", "1")
            for row in self.registrations
        )

    def remarks(self) -> Iterable[dict[str, str]]:
        """What each table says beside each document."""
        yield {row["document"]: row["findings"] for row in self.registrations}
        for rows in (self.inscriptions, self.sheets["Inscriptions"]):
            yield {row["Document"]: row["Remarques"] or "" for row in rows}

    def check(self, books: Books) -> None:
        """Every table says what the books say, of every fiche and in all."""
        for event in books.events:
            self._check_rows(books, event)
            self._check_sums(books, event)
        self._check_totals(books)
        of_csv, of_book = self.inscriptions, self.sheets["Inscriptions"]
        assert [[*map(_text, row.values())] for row in of_csv] == [
            [*map(_text, row.values())] for row in of_book
        ]
        asked = {r["registration"] for r in self.registrations if r["status"] == "review"}
        assert {row["Fiche"] for row in self.sheets["À relire"]} == asked
        refused = {name for name, one in books.entries.items() if one.state == REJECTED}
        for rows in (self.rejected, self.sheets["Rejetés"]):
            assert {next(iter(row.values())) for row in rows} >= refused | books.letters

    def _check_rows(self, books: Books, event: Event) -> None:
        """No fiche is missing, and each says whether it counts, and why it does not."""
        entries = {name: one for name, one in books.of(event).items() if one.state != REJECTED}
        rows = {r["document"]: r for r in self.registrations if r["form"] == event.form.id}
        shown = {r["Document"]: r for r in self.inscriptions if r["Événement"] == event.name}
        assert rows.keys() == shown.keys() == entries.keys()
        for document, entry in entries.items():
            row, other = rows[document], shown[document]
            counts = not entry.state
            assert (row["comptee"] == "1", other["Comptée"] == "oui") == (counts, counts), document
            if entry.state in _ENDED:
                assert row["etat"] == other["État"] == entry.state
                assert row["findings"].startswith(_ENDED[entry.state])

    def _check_sums(self, books: Books, event: Event) -> None:
        """What a treasurer would add up by hand, in each table."""
        sums = books.sums(event)
        rows = [r for r in self.registrations if (r["form"], r["comptee"]) == (event.form.id, "1")]
        assert len(rows) == sums.fiches
        counted = {row["registration"] for row in rows}
        if not self.of_forms:
            assert _sums(rows, event.columns) == sums.counts
        for table in self.counting(event):
            assert {row["Fiche" if "Fiche" in row else "registration"] for row in table} >= counted
            shown = [
                row for row in table if row.get("comptee") == "1" or row.get("Comptée") == "oui"
            ]
            shown = [row for row in shown if row.get("Événement", event.name) == event.name]
            assert _sums(shown, event.heads) == sums.counts
        assert _cents(rows, event.total, "total_calcule") == (sums.written_cents, sums.due_cents)
        assert sum(row["registration"] in counted for row in self.participants) == sums.people
        assert {row["registration"] for row in self.participants} >= counted
        for table in (self.inscriptions, self.sheets["Inscriptions"]):
            shown = [r for r in table if (r["Événement"], r["Comptée"]) == (event.name, "oui")]
            amounts = _cents(shown, "Total écrit", "Total au tarif")
            assert amounts == (sums.written_cents, sums.due_cents)
        people = [r for r in self.sheets["Participants"] if r["Événement"] == event.name]
        assert len(people) == sums.people

    def _check_totals(self, books: Books) -> None:
        totals = {row["Quoi"]: row for row in self.sheets["Totaux"] if row["Quoi"]}
        everything, sums = totals["Toutes les fiches"], [*map(books.sums, books.events)]
        for event, of_event in zip(books.events, sums, strict=True):
            line = totals[f"Événement : {event.name}"] if len(sums) > 1 else everything
            assert (line["Fiches"], line["Personnes"]) == (of_event.fiches, of_event.people)
            assert tuple(line[head] for head in event.heads) == of_event.counts
            amounts = _cents([line], "Total écrit", "Total au tarif")
            assert amounts == (of_event.written_cents, of_event.due_cents)
        states = [row for name, row in totals.items() if name.startswith("État : ")]
        for lines in ([everything], states):
            assert _sums(lines, ("Fiches", "Personnes")) == (
                sum(one.fiches for one in sums),
                sum(one.people for one in sums),
            )
            assert _cents(lines, "Total écrit", "Total au tarif") == (
                sum(one.written_cents for one in sums),
                sum(one.due_cents for one in sums),
            )
        ended = [entry.state for entry in books.entries.values()]
        for name, state in (
            (_HELD, WAITS),
            ("Fiches remplacées", REPLACED),
            ("Fiches annulées", CANCELLED),
        ):
            assert totals[name]["Fiches"] == ended.count(state)

    def check_fields(self, books: Books) -> None:
        """Every field of every fiche is what its sender wrote."""
        for row in self.registrations:
            fiche = books.entries[row["document"]].fiche
            event = fiche.event
            assert (row[event.who], row[event.email]) == (fiche.who, fiche.email)
            assert row[event.phone].replace(" ", "") == fiche.phone
            assert row[event.named] == " | ".join(fiche.people)
            if self.of_forms:
                own = self.of_forms[event.form.id]
                (of_form,) = (r for r in own if r["registration"] == row["registration"])
                heads = (*event.heads[:2], event.heads[3])
                assert tuple(int(of_form[head]) for head in heads) == fiche.counts
            else:
                assert tuple(int(row[field]) for field in event.counts) == fiche.counts
            assert _cents([row], event.total) == (fiche.written_cents,)


def _rows(data: bytes, separator: str) -> list[dict[str, str]]:
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text, delimiter=separator))


def _sums(rows: Sequence[Mapping[str, Any]], columns: Iterable[str]) -> tuple[int, ...]:
    return tuple(sum(int(row[column]) for row in rows) for column in columns)


def _cents(rows: Sequence[Mapping[str, Any]], *columns: str) -> tuple[int, ...]:
    return tuple(sum(_amount(row[column]) for row in rows) for column in columns)


def _amount(cell: str | float) -> int:
    """In cents; a text has two decimals, behind a point or a comma."""
    if isinstance(cell, str):
        whole, decimals = cell[:-3], cell[-2:]
        assert cell[-3] in ",.", cell
        return int(whole + decimals)
    assert abs(100 * cell - round(100 * cell)) < 1e-6, cell
    return round(100 * cell)


def _text(cell: object) -> str:
    """What a cell says, in the workbook and in the table for French spreadsheets."""
    match cell:
        case None:
            return ""
        case datetime():
            return f"{cell:%d/%m/%Y}"
        case float():
            return f"{cell:.2f}".replace(".", ",").removesuffix(",00")
    return str(cell).removesuffix(",00")
