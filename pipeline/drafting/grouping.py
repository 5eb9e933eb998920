"""Check squares and words to ring by the question that they answer together."""

import re
from collections.abc import Sequence

from pipeline.drafting.beside import How, Labelled
from pipeline.drafting.options import IS_STATED, answer_of
from pipeline.drafting.phrases import is_level
from pipeline.drafting.tariffs import tariff_cents
from pipeline.geometry import BoxMm
from pipeline.text import fold

_STACK_MM = 13.0
_NEXT_ROW_MM = 9.0
_PAYS = re.compile(
    r"\b(?:cheques?|especes|virement|carte bancaire|prelevement|voie postale|ancv|paiement)\b"
)
_ON_TOP = re.compile(r"\+\s?\d+(?:[.,]\d\d)?\s?(?:€|euros?)")
_ALIGNED_MM = 2.5


def grouped(marks: Sequence[Labelled]) -> list[list[Labelled]]:
    """The marks that answer one question together: in a row, in a stack, or both."""
    groups: list[list[Labelled]] = []
    for mark in marks:
        box = mark.place.box_mm
        stacked = next((g for g in reversed(groups[-4:]) if _is_under(g, box)), None)
        if stacked and (_is_no_more_priced(stacked, mark) or _is_extra(stacked, mark)):
            stacked = None
        asking = next((g for g in reversed(groups[-4:]) if _is_no_of(g, mark)), None)
        last = groups[-1] if groups else None
        if mark.question or (stacked and _is_stated_apart(stacked, mark)):
            groups.append([mark])
        elif asking:
            asking.append(mark)
        elif last and (_is_same_button(last[-1], mark) or _is_asked_in_row(last[0], box)):
            last.append(mark)
        elif stacked is not None and stacked[0].place.shape is mark.place.shape:
            stacked.append(mark)
        elif last and is_level(last[-1].place.box_mm, box) and mark.how is not How.NOTHING:
            last.append(mark)
        else:
            groups.append([mark])
    return groups


def _is_stated_apart(group: Sequence[Labelled], mark: Labelled) -> bool:
    """Whether a statement is agreed to by itself, below others that no question asks for."""
    if group[0].question or not all(IS_STATED.match(fold(e.label)) for e in (*group, mark)):
        return False
    return len(group) > 1 or "non" not in (answer_of(group[0].label), answer_of(mark.label))


def _is_no_more_priced(group: Sequence[Labelled], mark: Labelled) -> bool:
    """Whether it says how one pays, or what one agrees to, below what costs something."""
    low = fold(mark.label)
    priced = all(tariff_cents(each.label) is not None for each in group)
    is_other = bool(_PAYS.search(low) or IS_STATED.match(low))
    return priced and tariff_cents(mark.label) is None and is_other


def _is_extra(group: Sequence[Labelled], mark: Labelled) -> bool:
    """Whether it is paid on top of the option of a group: « + 10 € »."""
    return bool(_ON_TOP.search(mark.label)) and not any(_ON_TOP.search(e.label) for e in group)


def _is_no_of(group: Sequence[Labelled], mark: Labelled) -> bool:
    """Whether it is the « non » of a question whose « oui » ends the line above."""
    first, box = group[0].place.box_mm, mark.place.box_mm
    if len(group) > 1 or not group[0].question or first.x <= box.x:
        return False
    answers = answer_of(group[0].label), answer_of(mark.label)
    return answers == ("oui", "non") and 0 < box.y - first.y <= _NEXT_ROW_MM


def _is_same_button(before: Labelled, mark: Labelled) -> bool:
    """Whether a PDF's buttons exclude each other, or both are ways to pay on a page."""
    if mark.place.asked == "radio" and mark.place.name == before.place.name:
        return True
    aligned = abs(before.place.box_mm.x - mark.place.box_mm.x) < _ALIGNED_MM
    return aligned and all(_PAYS.search(fold(each.label)) for each in (before, mark))


def _is_asked_in_row(first: Labelled, box: BoxMm) -> bool:
    return bool(first.question) and is_level(first.place.box_mm, box)


def _is_under(group: Sequence[Labelled], box: BoxMm) -> bool:
    return any(
        abs(each.place.box_mm.x - box.x) < _ALIGNED_MM
        and 0 < box.y - each.place.box_mm.y < _STACK_MM
        and each.how is not How.HEAD
        for each in group
    )
