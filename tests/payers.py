"""A season of an account, drawn with its truth: registrations, and the credits that pay them.

What persons and banks make of references and names is here, and all that makes matching hard: cents
off, instalments, second payments, rivals, mangled references, wrong numbers of fiches, other
purposes, namesakes, and credits of the very amounts and payers that pay nothing of it. Whether a
credit is ``sure`` follows from what was drawn, by the promised rule, never from the product.
"""

import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from pipeline.ledger import Claim, Movement, PaidBy, Slip, Taking
from pipeline.payments.reference import reference_of
from pipeline.simulate import names

MEMBER_CENTS, OTHER_CENTS, MEAL_CENTS = 3000, 4000, 1210
FIRST = date(2018, 1, 8)
EVENT_WORDS = ("mais", "handicap")
_DAYS = 60
_CUT = 31


@dataclass(frozen=True, slots=True)
class Truth:
    """What a movement is: its ``shares`` of registrations, or a ``slip``, or neither.

    ``sure``: the promised rule makes it sure; ``kind`` is for messages of tests.
    """

    kind: str
    shares: tuple[tuple[str, int], ...] = ()
    slip: int = 0
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Season:
    """A drawn account; ``truth`` by the number of the movement."""

    claims: tuple[Claim, ...]
    slips: tuple[Slip, ...]
    movements: tuple[Movement, ...]
    truth: dict[int, Truth]


def season(seed: int, n: int = 200) -> Season:
    """``n`` registrations and the movements of the weeks in which they are paid."""
    return _Drawing(random.Random(seed)).season(n)


def written(person: str, rng: random.Random) -> str:
    """A name as a bank has it: in capitals, in either order, perhaps with a title."""
    given, _, surname = person.partition(" ")
    ordered = f"{surname} {given}" if rng.random() < 0.6 else person
    return f"{rng.choice(('', '', '', 'M ', 'MME ', 'M. '))}{spoilt(ordered, rng)}"


def spoilt(name: str, rng: random.Random) -> str:
    """A name as people and banks spell it: what they change does not matter."""
    text = name
    if rng.random() < 0.9:
        text = bare(text).upper()
    if rng.random() < 0.3:
        text = re.sub(r"[-'.]", " ", text)
    if rng.random() < 0.1:
        text = text.replace("-", "")
    if rng.random() < 0.1:
        text = re.sub(r" (?=\d)", "", text)
    if rng.random() < 0.1 and "O" in text:
        text = text.replace("O", "0", 1)
    return " ".join(text.split())


def quoted(reference: str, rng: random.Random) -> str:
    """A reference as people and banks write it: all of it is there."""
    text = reference
    if rng.random() < 0.5:
        text = text.replace(" ", "")
    if rng.random() < 0.3:
        text = text.lower()
    if rng.random() < 0.3:
        text = text.replace("0", "O")
    if rng.random() < 0.2:
        at = rng.randrange(1, len(text))
        text = f"{text[:at]} {text[at:]}"
    if rng.random() < 0.2:
        text = text.replace(" ", rng.choice("-./"))
    if rng.random() < 0.15:
        text = (
            f"{rng.choice(('REF', 'N', 'INSCR', '2018'))}{text}{rng.choice(('X', '2018', 'MAIS'))}"
        )
    return text


def mangled(reference: str, rng: random.Random) -> str:
    """A reference of which something is lost, changed or exchanged."""
    text = reference.replace(" ", "")
    at = rng.randrange(2, len(text) - 1)
    match rng.randrange(4):
        case 0:
            other = rng.choice([c for c in "123456789ABCDEF" if c != text[at]])
            return f"{text[:at]}{other}{text[at + 1 :]}"
        case 1:
            return f"{text[:at]}{text[at + 1 :]}"
        case 2:
            return text[: rng.randrange(8, len(text) - 1)]
        case _:
            swapped = f"{text[:at]}{text[at + 1]}{text[at]}{text[at + 2 :]}"
            return swapped if swapped != text else text[:-2]


def bare(text: str) -> str:
    """Without accents and ligatures."""
    spread = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("’", "'"))
    return "".join(c for c in spread if not unicodedata.combining(c))


@dataclass
class _Drawing:
    """A season while it is drawn. ``unsettled``: who pays one thing twice, or something else."""

    rng: random.Random
    claims: list[Claim] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)
    by_name: list[tuple[int, str, str]] = field(default_factory=list)
    quoted: set[str] = field(default_factory=set)

    def season(self, n: int) -> Season:
        self._draw_claims(n)
        self._draw_credits()
        self._draw_others()
        self._draw_deposits()
        for place, organisation, person in self.by_name:
            self._settle(place, organisation, person)
        order = list(range(len(self.movements)))
        order.sort(key=lambda place: (self.movements[place].day, self.rng.random()))
        moved = [replace(self.movements[p], number=i) for i, p in enumerate(order, 1)]
        truth = {i: self.truths[p] for i, p in enumerate(order, 1)}
        return Season(tuple(self.claims), tuple(self.slips), tuple(moved), truth)

    # Who registers

    def _draw_claims(self, n: int) -> None:
        surnames = self.rng.sample(names.SURNAMES, 60) + list(names.PARTICLE_SURNAMES[:8])
        organisations = self._organisations()
        while len(self.claims) < n:
            organisation = next(organisations) if self.rng.random() < 0.65 else ""
            size = self.rng.choices((1, 2, 3, 5), (6, 3, 1.5, 0.5))[0] if organisation else 1
            for _ in range(size):
                self._add_claim(organisation, surnames)
        del self.claims[n:]

    def _organisations(self) -> Iterator[str]:
        yield from ("UDAF", "UDAF 35", "CHU", "ASSOCIATION DON BOSCO", "Fondation Jean Martin")
        seen = set[str]()
        while True:
            pattern = self.rng.choice(names.SERVICES)
            name = pattern.format(
                house=self.rng.choice(names.HOUSES),
                town=self.rng.choice(names.TOWNS),
                department=self.rng.choice(names.DEPARTMENTS),
                number=self.rng.randrange(14, 86),
            )
            if name in seen:
                continue
            seen.add(name)
            yield name
            if self.rng.random() < 0.1:
                yield f"{name} {self.rng.choice(('Nord', 'Sud', 'Enfance', 'en Mer'))}"

    def _add_claim(self, organisation: str, surnames: list[str]) -> None:
        people = [self._person(surnames) for _ in range(self.rng.choices((1, 2, 3), (6, 3, 1))[0])]
        if self.claims and self.rng.random() < 0.02:
            people[0] = self.rng.choice(self.claims).people[0]
        counts = [self.rng.randrange(2) for _ in people]
        owed = sum(OTHER_CENTS if other else MEMBER_CENTS for other in counts)
        owed += MEAL_CENTS * self.rng.choice((0, 0, len(people)))
        id_ = f"{self.rng.randrange(16**12):012x}-{self.rng.choice((1, 1, 1, 2, 3, 11))}"
        claim = Claim(id_, reference_of(id_), organisation, tuple(people), owed, 0, open=True)
        match self.rng.randrange(40):
            case 0 | 1:
                claim = replace(claim, open=False)
            case 2:
                claim = replace(claim, open=False, owed_cents=None)
            case 3 | 4:
                claim = replace(claim, open=False, paid_cents=owed)
            case 5:
                claim = replace(claim, open=False, owed_cents=0)
        self.claims.append(claim)

    def _person(self, surnames: list[str]) -> str:
        given = self.rng.choice(names.GIVEN if self.rng.random() < 0.85 else names.COMPOUND_GIVEN)
        return f"{given} {self.rng.choice(surnames)}"

    def _stranger(self) -> str:
        """Somebody who is on no registration."""
        known = {person for claim in self.claims for person in claim.people}
        while (person := self._person(list(names.SURNAMES))) in known:
            pass
        return person

    # What they pay

    def _draw_credits(self) -> None:
        todo = [claim for claim in self.claims if claim.open]
        self.rng.shuffle(todo)
        done = set[str]()
        for claim in todo:
            if claim.id in done:
                continue
            group = self._group(claim)
            if len(group) > 2 and not done & {c.id for c in group} and self.rng.random() < 0.3:
                done |= {c.id for c in group[:2]}
                self._pay_some(group[:2])
            if claim.id in done:
                continue
            if len(group) > 1 and not done & {c.id for c in group} and self.rng.random() < 0.4:
                done |= {c.id for c in group}
                self._pay_group(group)
                continue
            done.add(claim.id)
            self._pay(claim)

    def _group(self, claim: Claim) -> list[Claim]:
        if not claim.organisation:
            return [claim]
        return [c for c in self.claims if c.open and c.organisation == claim.organisation]

    def _pay_group(self, group: list[Claim]) -> None:
        amount = sum(c.owed_cents or 0 for c in group)
        shares = tuple(sorted((c.id, c.owed_cents or 0) for c in group))
        payer = spoilt(group[0].organisation, self.rng)
        if self.rng.random() < 0.6:
            references = " ".join(quoted(c.reference, self.rng) for c in group)
            count = self.rng.choice(("", "", f"{len(group)} INSCRIPTIONS ", "INSCRIPTIONS "))
            self._add(
                Truth("group by references", shares, sure=True), amount, payer, count + references
            )
            self.quoted |= {c.id for c in group}
            return
        kind = "group by name"
        label = self.rng.choice((f"{len(group)} INSCRIPTIONS", "INSCRIPTIONS JOURNEE MAIS", ""))
        self.by_name.append((len(self.movements), group[0].organisation, ""))
        self._add(Truth(kind, shares), amount, payer, label)

    def _pay_some(self, some: list[Claim]) -> None:
        """Some fiches of an organisation, not all: nothing tells which."""
        shares = tuple(sorted((c.id, c.owed_cents or 0) for c in some))
        amount, payer = sum(cents for _, cents in shares), spoilt(some[0].organisation, self.rng)
        self._add(Truth("some of several", shares), amount, payer, "INSCRIPTIONS MAIS")

    def _pay(self, claim: Claim) -> None:
        ways: dict[Callable[[Claim], None], float] = {
            self._by_reference: 36,
            self._by_person: 14,
            self._by_organisation: 16 if claim.organisation else 0,
            self._not_at_all: 6,
            self._cents_off: 4,
            self._in_parts: 4,
            self._twice: 5,
            self._mangled: 6,
            self._miscounted: 3,
            self._with_another_purpose: 4,
            self._announced_as_a_part: 2,
        }
        self.rng.choices([*ways], [*ways.values()])[0](claim)

    def _not_at_all(self, claim: Claim) -> None:
        pass

    def _by_reference(self, claim: Claim) -> None:
        self._add(
            self._paid("reference", claim, sure=True), claim.owed_cents or 0, *self._quoting(claim)
        )
        self.quoted.add(claim.id)

    def _quoting(self, claim: Claim) -> tuple[str, str]:
        reference = quoted(claim.reference, self.rng)
        label = self.rng.choice(
            (
                reference,
                f"INSCRIPTION {reference}",
                f"{reference} {written(claim.people[0], self.rng)}",
                f"/INV/{reference}/ MERCI",
                f"COTISATION ET INSCRIPTION {reference}",
                f"SOLDE {reference}",
            )
        )
        return self._any_payer(claim), label

    def _any_payer(self, claim: Claim) -> str:
        stranger = self._stranger()
        payers = [written(stranger, self.rng), written(claim.people[0], self.rng)]
        if claim.organisation:
            payers.append(spoilt(claim.organisation, self.rng))
        return self.rng.choice(payers)

    def _by_person(self, claim: Claim) -> None:
        person = self.rng.choice(claim.people)
        name = written(person, self.rng)
        stranger = written(self._stranger(), self.rng)
        payer, label = self.rng.choice(
            (
                (name, "INSCRIPTION JOURNEE MAIS"),
                (name, ""),
                (name, "REGLEMENT FORMATION DU 02/02/2018"),
                (stranger, f"INSCRIPTION {name}"),
                (stranger, f"INSCRIPTION DE {name} JOURNEE MAIS"),
            )
        )
        self.by_name.append((len(self.movements), "", person))
        self._add(self._paid("person", claim), claim.owed_cents or 0, payer, label)

    def _by_organisation(self, claim: Claim) -> None:
        name = spoilt(claim.organisation, self.rng)
        person = self.rng.choice(("", "", self.rng.choice(claim.people)))
        label = f"INSCRIPTION {written(person, self.rng)}" if person else "JOURNEE D'ETUDE MAIS"
        self.by_name.append((len(self.movements), claim.organisation, person))
        self._add(self._paid("organisation", claim), claim.owed_cents or 0, name, label)

    def _paid(
        self, kind: str, claim: Claim, cents: int | None = None, *, sure: bool = False
    ) -> Truth:
        return Truth(
            kind, ((claim.id, claim.owed_cents or 0 if cents is None else cents),), sure=sure
        )

    # What makes it hard

    def _cents_off(self, claim: Claim) -> None:
        amount = (claim.owed_cents or 0) + self.rng.choice((-1, 1, 10, -10))
        self._add(self._paid("cents off", claim, amount), amount, *self._either(claim))

    def _in_parts(self, claim: Claim) -> None:
        first = (claim.owed_cents or 0) // 2
        for amount in (first, (claim.owed_cents or 0) - first):
            self._add(self._paid("part", claim, amount), amount, *self._either(claim))

    def _either(self, claim: Claim) -> tuple[str, str]:
        if self.rng.random() < 0.5:
            return self._quoting(claim)
        return self._named(claim), "INSCRIPTION"

    def _named(self, claim: Claim) -> str:
        if claim.organisation and self.rng.random() < 0.6:
            return spoilt(claim.organisation, self.rng)
        return written(self.rng.choice(claim.people), self.rng)

    def _twice(self, claim: Claim) -> None:
        """The first is surely a payment where it quotes; what comes later is to give back."""
        amount, payer = claim.owed_cents or 0, self._named(claim)
        by_reference = self.rng.random() < 0.6
        day = self._day()
        label = quoted(claim.reference, self.rng) if by_reference else "INSCRIPTION"
        if by_reference:
            self.quoted.add(claim.id)
        first = self._paid("first of two", claim, sure=by_reference)
        self._add(first, amount, payer, label, day=day)
        again = self.rng.choice((label, "INSCRIPTION JOURNEE"))
        later = day + timedelta(days=self.rng.randrange(1, 20))
        self._add(Truth("second of two"), amount, payer, again, day=later)

    def _mangled(self, claim: Claim) -> None:
        text = mangled(claim.reference, self.rng)
        if self.rng.random() < 0.5:
            payer = written(self._stranger(), self.rng)
        else:
            payer = self._named(claim)
        self._add(self._paid("mangled", claim), claim.owed_cents or 0, payer, f"INSCRIPTION {text}")

    def _miscounted(self, claim: Claim) -> None:
        """Paid is for two, and one of them has not come: or else it was miscounted."""
        label = self.rng.choice(("2 INSCRIPTIONS", "DEUX FICHES", "3 BULLETINS MAIS", "FICHES X2"))
        self._add(Truth("miscounted"), claim.owed_cents or 0, self._named(claim), label)

    def _with_another_purpose(self, claim: Claim) -> None:
        self._add(
            Truth("other purpose"), claim.owed_cents or 0, self._named(claim), self._purpose()
        )

    def _purpose(self) -> str:
        return self.rng.choice(
            (
                "COTISATION 2018",
                "DON",
                "Don à l'association",
                "SUBVENTIONS 2018",
                "REMBOURSEMENT FRAIS",
                "FACTURE 2018-114",
                "ADHESION",
                "LOYER JANVIER",
                "RETOUR VIREMENT",
            )
        )

    def _announced_as_a_part(self, claim: Claim) -> None:
        label = self.rng.choice(("ACOMPTE INSCRIPTION", "SOLDE", "1/2 INSCRIPTION", "ARRHES"))
        self._add(Truth("announced part"), claim.owed_cents or 0, self._named(claim), label)

    # What pays nothing of it

    def _draw_others(self) -> None:
        amounts = [claim.owed_cents for claim in self.claims if claim.owed_cents]
        for claim in self.rng.sample(self.claims, len(self.claims) // 5):
            amount = claim.owed_cents or self.rng.choice(amounts)
            strange = written(self._stranger(), self.rng)
            payer, label, kind = self.rng.choice(
                (
                    (strange, "INSCRIPTION", "amount alone"),
                    ("", "VIREMENT", "amount alone"),
                    (strange, self._purpose(), "amount alone"),
                    (self._named(claim), self._purpose(), "other purpose"),
                    (self._longer(claim), "INSCRIPTION", "longer name"),
                    (strange, f"INSCRIPTION {self._longer(claim)}", "longer name"),
                    (claim.organisation, f"INSCRIPTION {strange}", "not received"),
                    (claim.organisation, f"POUR {strange} JOURNEE", "not received"),
                    (strange, f"INSCRIPTION {claim.people[0].split(' ', 1)[1].upper()}", "surname"),
                    (strange, "RF18 5390 0754 7034 FACTURE", "foreign reference"),
                    (strange, reference_of(f"{self.rng.randrange(16**12):012x}-1"), "unknown"),
                )
            )
            self._add(Truth(kind), amount, payer, label)
        for claim in self.rng.sample(self.claims, len(self.claims) // 20):
            if not claim.open:
                label = quoted(claim.reference, self.rng)
                self._add(Truth("not open"), claim.owed_cents or 3000, self._named(claim), label)
            self._add(Truth("debit"), -(claim.owed_cents or 3000), self._named(claim), "VIR EMIS")

    def _longer(self, claim: Claim) -> str:
        """A name that has the claim's in it, and is another's."""
        given, _, surname = claim.people[0].partition(" ")
        of_person = self.rng.choice(
            (f"{given}-Luce {surname}", f"{surname} {given} Ange", f"{given} {surname}-Quimerch")
        )
        if not claim.organisation or self.rng.random() < 0.5:
            return bare(of_person).upper()
        name = bare(claim.organisation).upper()
        return self.rng.choice(
            (f"{name} OUEST", f"{name} LES PINS", f"AMIS DE {name}", f"{name} 2")
        )

    # Cheques

    def _draw_deposits(self) -> None:
        for number in range(1, 7):
            takings = tuple(
                Taking(self._day(), self.rng.choice((3000, 4000, 4210, 7000)), PaidBy.CHEQUE)
                for _ in range(self.rng.randrange(1, 12))
            )
            self.slips.append(Slip(number, max(taking.day for taking in takings), takings))
        amounts = [slip.amount_cents for slip in self.slips]
        for slip in self.slips:
            alone = amounts.count(slip.amount_cents) == 1
            day = slip.day + timedelta(days=self.rng.randrange(4))
            match self.rng.randrange(4):
                case 0:
                    off = slip.amount_cents + 1
                    self._add(
                        Truth("deposit, cent off"), off, "", "REMISE CHEQUES 0012345", day=day
                    )
                case 1 | 2:
                    label = self.rng.choice(
                        (
                            "REMISE CHEQUES 0012345",
                            "REM CHQ N 123",
                            "REMISE DE CHEQUES",
                            "VERSEMENT CHEQUE",
                        )
                    )
                    truth = Truth("deposit", slip=slip.number, sure=alone)
                    if alone:
                        self._add(truth, slip.amount_cents, "", label, day=day)

    # How the bank writes it

    def _day(self) -> date:
        return FIRST + timedelta(days=self.rng.randrange(_DAYS))

    def _add(
        self, truth: Truth, cents: int, payer: str, label: str, *, day: date | None = None
    ) -> None:
        moved = Movement(day or self._day(), cents, payer, label)
        self.movements.append(moved)
        self.truths.append(truth)

    def _settle(self, place: int, organisation: str, person: str) -> None:
        """Whether one thing alone fits what that movement names."""
        amount = self.movements[place].amount_cents
        waiting = [c for c in self.claims if c.open and c.id not in self.quoted]
        named = [
            c
            for c in waiting
            if (organisation and c.organisation == organisation) or person in c.people
        ]
        fitting = {(c.id,) for c in named if c.owed_cents == amount}
        for claim in named:
            group = [c for c in waiting if organisation_of(c) == organisation_of(claim)]
            if sum(c.owed_cents or 0 for c in group) == amount:
                fitting.add(tuple(sorted(c.id for c in group)))
        mine = tuple(id_ for id_, _ in self.truths[place].shares)
        self.truths[place] = replace(self.truths[place], sure=fitting == {mine})


def organisation_of(claim: Claim) -> str:
    """Its organisation, or itself."""
    return claim.organisation or claim.id


def in_the_label(movements: Iterable[Movement], rng: random.Random) -> list[Movement]:
    """As banks write them that have no place for the payer, or too little for the label."""
    return [_retold(movement, rng.randrange(4)) for movement in movements]


def _retold(movement: Movement, way: int) -> Movement:
    payer, label = movement.payer, movement.label
    match way:
        case 0:
            return movement
        case 1:
            return replace(movement, payer="", label=f"VIREMENT DE {payer} {label} ".strip())
        case 2:
            head = f"VIR SEPA {payer or label}"[:_CUT]
            return replace(movement, label=bare(f"{head} {label}").upper())
        case _:
            return replace(movement, payer=(payer or label)[:32], label=label)
