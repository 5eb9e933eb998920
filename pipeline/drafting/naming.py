"""The names of fields: each stands once, and two that ask the same are told apart by whom they are
about."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.drafting.drafted import DraftTable, DraftZone
from pipeline.drafting.kinds import slug, whom_text

_LONGEST = 48


def named_apart(
    zones: Sequence[DraftZone], tables: Sequence[DraftTable]
) -> tuple[tuple[DraftZone, ...], tuple[DraftTable, ...]]:
    """The same zones and tables with names of which none stands twice."""
    every = [*zones, *(column for table in tables for column in table.columns)]
    times = Counter(zone.field for zone in every)
    taken: set[str] = set()
    renamed: dict[tuple[int, str], str] = {}
    fresh = [_fresh(zone, times, taken, renamed) for zone in every]
    fresh = [_with_label(zone, fresh) for zone in fresh]
    head, rest = fresh[: len(zones)], iter(fresh[len(zones) :])
    apart = tuple(replace(t, columns=tuple(next(rest) for _ in t.columns)) for t in tables)
    return tuple(head), apart


def _fresh(
    zone: DraftZone,
    times: Mapping[str, int],
    taken: set[str],
    renamed: dict[tuple[int, str], str],
) -> DraftZone:
    base = zone.field
    if zone.whom and (zone.named_whom or times[base] > 1):
        if base in ("personne", "responsable", zone.whom):
            base = zone.whom
        elif not base.startswith(f"{zone.whom}_"):
            base = f"{zone.whom}_{base}"
    base = base[:_LONGEST].rstrip("_")
    line_of = renamed.get((zone.page, zone.line_of), zone.line_of)
    if line_of != zone.line_of:
        base = f"{line_of}_montant"
    if base in taken and slug(zone.label) not in ("champ", *taken):
        base = slug(zone.label)
    name, n = base, 2
    while name in taken:
        name, n = f"{base}_{n}", n + 1
    taken.add(name)
    renamed[(zone.page, zone.field)] = name
    return replace(zone, field=name, line_of=line_of)


def _with_label(zone: DraftZone, every: Sequence[DraftZone]) -> DraftZone:
    """Two labels that are alike get whom they are about as well."""
    alike = sum(other.label == zone.label for other in every)
    if alike < 2 or not zone.whom or zone.whom not in zone.field:
        return zone
    return replace(zone, label=f"{zone.label} ({whom_text(zone.whom)})")
