"""The registrations that movements may pay, ready to be looked up, and what is paid meanwhile."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pipeline.ledger import Claim, Movement
from pipeline.payments.echo import without_echo
from pipeline.payments.naming import BY_ORGANISATION, BY_PERSON, Mention, Names
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
        self.of_organisation = defaultdict[str, list[str]](list)
        self.of_amount = defaultdict[int, list[str]](list)
        self.paid = set[str]()
        for claim in self.claims.values():
            self.of_reference[squeeze(claim.reference)].append(claim.id)
            if organisation := squeeze(claim.organisation):
                self.of_organisation[organisation].append(claim.id)
            if claim.owed_cents:
                self.of_amount[claim.owed_cents].append(claim.id)
        self.names = Names(self.claims.values(), event_words=event_words)
        self._references = References(self.of_reference)

    def seen(self, movement: Movement) -> Seen:
        """What a movement tells."""
        payer = spelled(movement.payer)
        label = without_echo(spelled(movement.label), payer, is_name=self.names.is_name)
        by_payer, by_label = (tuple(self.names.mentions(field)) for field in (payer, label))
        named = dict[str, int]()
        for mention in (*by_payer, *by_label):
            if mention.whole:
                for id_ in mention.organisation:
                    named[id_] = max(BY_ORGANISATION, named.get(id_, 0))
                named |= dict.fromkeys(mention.people, BY_PERSON)
        quoted = self._references.quoted(movement.text)
        cut = self.names.cut_short(payer) | self.names.cut_short(label)
        return Seen(movement, quoted, payer, label, by_payer, by_label, named, cut)

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

    def beside(self, id_: str) -> list[str]:
        """All registrations of its organisation; only itself where it has none."""
        return self.of_organisation.get(squeeze(self.claims[id_].organisation), [id_])
