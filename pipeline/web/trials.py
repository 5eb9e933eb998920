"""What a scan gave that was tried with a form as it is drawn."""

from dataclasses import dataclass, replace

from pipeline import fields
from pipeline.drafting.drawn import Item
from pipeline.geometry import BoxMm
from pipeline.money import format_cents
from pipeline.records import Outcome, Status
from pipeline.roles import BETWEEN

_WHY = "Vérifier les prix, les nombres, et ce que chaque fiche paie en plus."


@dataclass(frozen=True, slots=True)
class Value:
    """What a scan gave for a field, as readers see it."""

    field: str
    text: str
    is_sure: bool


def values_of(outcome: Outcome, items: tuple[Item, ...]) -> dict[str, list[Value]]:
    """What was read, by zone: of the first form on the scan."""
    values: dict[str, list[Value]] = {item.field: [] for item in items if item.field}
    called = {(i.field, option.name): option.called for i in items for option in i.options}
    for registration in outcome.registrations[:1]:
        for reading in registration.readings:
            name = reading.field.split(".")[0]
            if name in values:
                text = fields.load(reading.type).display(reading.value) if reading.text else ""
                text = BETWEEN.join(called.get((name, part), part) for part in text.split(BETWEEN))
                is_sure = reading.status is Status.ACCEPTED
                values[name].append(Value(reading.field, text, is_sure))
    return values


def written(
    items: tuple[Item, ...], values: dict[str, list[Value]], page: int
) -> list[tuple[BoxMm, Value]]:
    """What was read on a page, and the box it stands in; of options, that they are chosen."""
    rows = {item.where: item.rects for item in items if item.sort == "table"}
    stands = []
    for item in (item for item in items if item.page == page):
        for value in values.get(item.field, ()):
            row = value.field.partition(".")[2]
            at = int(row) - 1 if row.isdecimal() else 0
            chosen = set(value.text.split(BETWEEN))
            called = {option.name: option.called for option in item.options}
            cells = rows.get(item.where.partition(".columns.")[0], ())[at : at + 1]
            for n, rect in enumerate(item.rects):
                boxes = [_cell(rect.box, cell.box) for cell in cells] or [rect.box]
                is_here = item.sort == "column" or n == at
                if rect.name and called.get(rect.name) in chosen:
                    stands.append((boxes[0], replace(value, text="✓")))
                elif not rect.name and is_here and value.text:
                    stands.append((boxes[0], value))
    return stands


def _cell(column: BoxMm, row: BoxMm) -> BoxMm:
    return BoxMm(column.x, row.y, column.w, row.h)


def sum_in_words(outcome: Outcome) -> tuple[str, ...]:
    """What the tariff gives for a scan that was tried, and whether the fiche says the same."""
    said = []
    for registration in outcome.registrations[:1]:
        due, gap = registration.total_due_cents, registration.gap_cents
        if due is not None:
            said.append(f"Le tarif donne {format_cents(due)}.")
        if gap:
            written = format_cents(registration.total_cents or 0)
            said.append(f"La fiche dit {written}\u00a0: écart de {format_cents(abs(gap))}. {_WHY}")
        elif gap == 0:
            said.append("La fiche dit la même somme.")
    return (" ".join(said),) if said else ()


def in_words(outcome: Outcome) -> str:
    """What became of a scan that was tried, in words."""
    if outcome.registrations:
        return f"{outcome.source.document} est lu\u00a0: les valeurs sont à côté des zones."
    said = " ".join(dict.fromkeys(rejection.message for rejection in outcome.rejections))
    return f"{outcome.source.document} n'a pas été lu. {said}".strip()
