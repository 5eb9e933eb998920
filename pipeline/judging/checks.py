"""What the fields that a review shows without need tell of the machine and of the reviewer."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pipeline.decisions import READ, Act, Decided, Decision, Filed
from pipeline.judging.error_class import ErrorClass, classes_of, error_class, measured_as
from pipeline.rates import Rate, Rates


def error_rates(
    decided: Iterable[Decided], types: Mapping[tuple[str, str], str] = MappingProxyType({})
) -> Rates:
    """What the checks tell. The first look of a person at a field measures the machine, a later
    one the person, also where a document was read anew since; what was undone tells nothing.

    ``types``: of each subject's fields, as far as they are known.
    """
    looked: set[tuple[str, str]] = set()
    checks: dict[bool, list[tuple[str, Decision]]] = {True: [], False: []}
    for entry in sorted(decided, key=lambda d: d.id):
        if entry.undone or entry.decision.act not in READ:
            continue
        place = (entry.subject, entry.decision.field)
        if entry.decision.act is Act.CHECK:
            checks[place in looked].append((types.get(place, ""), entry.decision))
        looked.add(place)
    machine, reviewer = (
        Rate(sum(_is_wrong(check) for _, check in of), len(of))
        for of in (checks[False], checks[True])
    )
    by_class = []
    for error in ErrorClass:
        of = [
            (kind, check)
            for kind, check in checks[False]
            if kind and error in classes_of(measured_as(kind, check.reason))
        ]
        wrong = [
            c for kind, c in of if _is_wrong(c) and error_class(kind, c.reason, c.value) is error
        ]
        if of:
            by_class.append((error.value, Rate(len(wrong), len(of))))
    return Rates(machine, reviewer, tuple(by_class))


def types_of(filed: Iterable[Filed]) -> dict[tuple[str, str], str]:
    """The type of each field of each subject."""
    return {
        (fiche.subject, reading.field): reading.type
        for fiche in filed
        for reading in fiche.registration.readings
    }


def _is_wrong(check: Decision) -> bool:
    """Whether a person read something else than was held for true."""
    return check.value != check.reason
