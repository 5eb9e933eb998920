"""What was read with a draft, said of the places that the blank was drawn to ask."""

from collections.abc import Mapping
from dataclasses import dataclass

from associations.answers import MARKS
from associations.measure import Row, options

from blanks.spots import Paired, Spot
from pipeline.roles import BETWEEN

_SAID = "yes_no"
"""Its options mean what they are called: a draft that takes « non » for « oui » is not forgiven for
finding both squares."""


@dataclass(frozen=True, slots=True)
class Naming:
    """By form, which drafted spot is which; see ``associations.measure.Naming``."""

    paired: Mapping[str, Paired]

    def __call__(self, form: str, read: Mapping[str, Row]) -> Mapping[str, Row]:
        links: dict[str, list[tuple[Spot, Spot]]] = {}
        for wanted, drafted in self.paired[form].found.items():
            links.setdefault(wanted.name, []).append((wanted, drafted))
        rows = {name: _row(pairs, read) for name, pairs in links.items()}
        return {name: row for name, row in rows.items() if row}


def _row(pairs: list[tuple[Spot, Spot]], read: Mapping[str, Row]) -> Row | None:
    """One line for a place, of the lines of all that a draft made of it; None where there is none.
    It is accepted where all of them are."""
    names = list(dict.fromkeys(drafted.name for _, drafted in pairs))
    rows = [read[name] for name in names if name in read]
    if not rows:
        return None
    accepted = len(rows) == len(names) and all(row["status"] == "accepted" for row in rows)
    said = all(spot.type == _SAID for pair in pairs for spot in pair)
    if pairs[0][0].type in MARKS and pairs[0][1].option and not said:
        value = BETWEEN.join(wanted.option for wanted, drafted in pairs if _marked(drafted, read))
    else:
        value = " ".join(filter(None, (row["value"] for row in rows)))
    return {"value": value, "status": "accepted" if accepted else "review"}


def _marked(drafted: Spot, read: Mapping[str, Row]) -> bool:
    value = read[drafted.name]["value"] if drafted.name in read else ""
    return bool(options(drafted.option) & options(value))
