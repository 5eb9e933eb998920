"""What other credits that wait may be meant for: one alone can be sure of a registration."""

from collections import defaultdict
from collections.abc import Iterable

from pipeline.payments.fits import Fit, begins, level, points_at
from pipeline.payments.index import Index, Seen


class Others:
    """The credits that wait, by the registrations that they may be meant for."""

    def __init__(self, waiting: Iterable[Seen], index: Index) -> None:
        self._index = index
        self._pointing = defaultdict[str, dict[int, int]](dict)
        self._beginning = defaultdict[str, list[tuple[Seen, int]]](list)
        for seen in waiting:
            for id_, named in points_at(seen, index).items():
                self._pointing[id_][seen.movement.number] = named
            for id_, named in begins(seen, index).items():
                self._beginning[id_].append((seen, named))

    def claim(self, fit: Fit, seen: Seen) -> bool:
        """Whether another credit that names it as well may be meant for what this one fits, or may
        have paid the other part of what this one names as well."""
        least = level(fit, seen, self._index)
        return any(
            number != seen.movement.number and named >= least
            for id_ in fit
            for number, named in self._pointing[id_].items()
        ) or any(self._completes(id_, seen) for id_ in seen.named.keys() - fit)

    def _completes(self, id_: str, seen: Seen) -> bool:
        """Whether it is the rest of what another credit began."""
        rest = self._index.owed(id_) - seen.movement.amount_cents
        return any(
            other.movement.number != seen.movement.number
            and other.movement.amount_cents == rest
            and named >= seen.named[id_]
            for other, named in self._beginning[id_]
        )
