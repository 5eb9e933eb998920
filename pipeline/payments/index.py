"""The registrations that movements may pay, ready to be looked up, and what is paid meanwhile."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pipeline.ledger import Claim, Movement
from pipeline.payments.echo import without_echo
from pipeline.payments.names import Names
from pipeline.payments.naming import Mention, cut, mentions, named
from pipeline.payments.reference import Quoted, References
from pipeline.payments.spelling import Spelled, spelled, squeeze


@dataclass(frozen=True, slots=True)
class Seen:
    """A movement, with what its text quotes and whom it names, each registration as well as it
    does: ``named`` in full, or ``cut`` by its bank."""

    movement: Movement
    quoted: Quoted
    payer: Spelled
    label: Spelled
    by_payer: tuple[Mention, ...]
    by_label: tuple[Mention, ...]
    named: dict[str, int]
    cut: dict[str, int]

    @property
    def fields(self) -> tuple[tuple[Spelled, tuple[Mention, ...]], ...]:
        return (self.payer, self.by_payer), (self.label, self.by_label)


class Index:
    """All registrations, by what movements tell of them."""

    def __init__(self, claims: Iterable[Claim], *, event_words: Collection[str] = ()) -> None:
        self.claims = {claim.id: claim for claim in claims}
        self.of_reference = defaultdict[str, list[str]](list)
        self._of_organisation = defaultdict[str, list[str]](list)
        self.of_amount = defaultdict[int, list[str]](list)
        self.paid = set[str]()
        for claim in self.claims.values():
            self.of_reference[squeeze(claim.reference)].append(claim.id)
            self._of_organisation[self._organisation(claim.id)].append(claim.id)
            if claim.owed_cents:
                self.of_amount[claim.owed_cents].append(claim.id)
        self.names = Names(self.claims.values(), event_words=event_words)
        self._references = References(self.of_reference)

    def seen(self, movements: Iterable[Movement]) -> list[Seen]:
        """What movements tell, by day and number."""
        in_order = sorted(movements, key=lambda movement: (movement.day, movement.number))
        widest = (
            max((len(movement.payer) for movement in in_order), default=0),
            max((len(movement.label) for movement in in_order), default=0),
        )
        return [self._seen(movement, *widest) for movement in in_order]

    def _seen(self, movement: Movement, widest_payer: int, widest_label: int) -> Seen:
        payer = spelled(movement.payer)
        label = without_echo(spelled(movement.label), payer, is_name=self.names.is_name)
        by_payer = tuple(mentions(payer, self.names, widest=widest_payer))
        by_label = tuple(mentions(label, self.names, widest=widest_label))
        quoted = self._references.quoted(movement.text)
        both = (*by_payer, *by_label)
        return Seen(movement, quoted, payer, label, by_payer, by_label, named(both), cut(both))

    def is_open(self, id_: str) -> bool:
        return self.claims[id_].open and id_ not in self.paid

    def owed(self, id_: str) -> int:
        """What a registration owes in all; 0 where nobody knows it."""
        return self.claims[id_].owed_cents or 0

    def left(self, id_: str) -> int:
        """What is left to be paid of it."""
        return 0 if id_ in self.paid else self.owed(id_) - self.claims[id_].paid_cents

    def is_begun(self, id_: str) -> bool:
        """Whether something of it is paid."""
        return id_ in self.paid or self.claims[id_].paid_cents != 0

    def beside(self, ids: Iterable[str]) -> list[list[str]]:
        """All registrations of each of their organisations; alone, those that have none."""
        organisations = dict.fromkeys(map(self._organisation, ids))
        return [self._of_organisation[organisation] for organisation in organisations]

    def _organisation(self, id_: str) -> str:
        return squeeze(self.claims[id_].organisation) or id_
