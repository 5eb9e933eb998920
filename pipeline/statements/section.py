"""What every reader gives: a period of an account as its file says it, and what is wrong there."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from pipeline.errors import StatementError
from pipeline.language import tr
from pipeline.ledger import Movement

EURO = "EUR"


@dataclass(frozen=True, slots=True)
class Section:
    """One period of one account; a file may hold several. What it does not say is None or empty."""

    movements: tuple[Movement, ...]
    account: str = ""
    first: date | None = None
    last: date | None = None
    opening_cents: int | None = None
    closing_cents: int | None = None

    def closing_on(self, day: date, balance_cents: int) -> "Section":
        """The same with the balance of ``day``, if that is the balance of its last day.

        A bank may write today's balance below the movements of an earlier month.
        """
        last = self.last or day
        if day > last or any(movement.day > day for movement in self.movements):
            return self
        return replace(self, last=last, closing_cents=balance_cents)


def wrong(line: int, what: str) -> StatementError:
    """The error for something in a line that cannot be as the bank wrote it."""
    return StatementError(
        tr(
            "line {line}: {what}. Download the file from the bank once more, and give it as it "
            "came, not saved by another program.",
            line=line,
            what=what,
        )
    )


def no_day(line: int) -> StatementError:
    return wrong(line, tr("the date cannot be read"))


def no_amount(line: int) -> StatementError:
    return wrong(line, tr("the amount cannot be read"))


def no_end(line: int) -> StatementError:
    return wrong(line, tr("the file ends here, and should go on"))


def not_euros(line: int) -> StatementError:
    return StatementError(
        tr(
            "line {line}: it is not in euros, and only euros are read. Give the file of an account "
            "in euros.",
            line=line,
        )
    )


def several_accounts() -> StatementError:
    return StatementError(
        tr("it holds several accounts. Download one file for each account from the bank.")
    )


def own_entities() -> StatementError:
    """The error for XML that declares what it then refers to, inside or outside the file."""
    return StatementError(
        tr("it declares entities of its own, as no bank does. Download it from the bank once more.")
    )


def line_of(text: str, at: int) -> int:
    """The line in which the character ``at`` of a text stands."""
    return text.count("\n", 0, at) + 1


def joined_words(texts: Iterable[str], between: str = " ") -> str:
    """Texts in a row, with single blanks, without those that say nothing new."""
    kept = dict.fromkeys(" ".join(text.split()) for text in texts)
    return between.join(filter(None, kept))
