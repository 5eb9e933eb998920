"""Stores of fiches that payments are for: as they were read, without their pictures."""

from dataclasses import replace
from pathlib import Path

from builders import reading, receipt, registration

from pipeline.ledger import Claim
from pipeline.records import FieldReading, Outcome, Registration, Source
from pipeline.store import Store

FORM = "mais-2018-02-02"
TARIFFS = {"adherents": 3000, "non_adherents": 4000, "repas": 1210}
ACCOUNTING = 'tariffs = { adherents = "706", non_adherents = "706", repas = "7088" }'


def fiche(
    name: str,
    *,
    people: tuple[str, ...] = (),
    adherents: int = 2,
    non_adherents: int = 1,
    repas: int = 3,
    total: int | None = None,
    organisation: str = "",
    email: str = "",
) -> Registration:
    """An accepted fiche of the shipped form, its total as the tariff gives it unless told; its
    people (three), service and address are nobody else's."""
    people = people or tuple(f"{given} {name.upper()}" for given in ("Zoé", "Luc", "Ana"))
    counts = {"adherents": adherents, "non_adherents": non_adherents, "repas": repas}
    due = sum(TARIFFS[field] * count for field, count in counts.items())
    read = registration(
        people=people,
        **counts,
        etudiants=max(0, len(people) - adherents - non_adherents),
        total=due if total is None else total,
        due=due,
        more=(
            _typed("organisation", "organisation", organisation or f"Service {name}"),
            _typed("email", "email", email or f"{name}@exemple.fr"),
            _typed(
                "telephone", "phone", f"02 {int.from_bytes(name.encode()[-4:], 'big') % 10**8:08d}"
            ),
        ),
    )
    return replace(read, readings=tuple(map(_as_the_form_types_it, read.readings)))


def fill(store: Store, **fiches: Registration) -> dict[str, str]:
    """Put fiches into a store, a document each: their ids by name."""
    return {name: add(store, name, read) for name, read in fiches.items()}


def add(store: Store, name: str, read: Registration, *, sha256: str = "") -> str:
    """Put a fiche into a store: its id."""
    digest = sha256 or name.encode().hex().ljust(64, "0")[:64]
    source = Source(f"{name}.pdf", Path("/inbox") / f"{name}.pdf", digest)
    store.record_received(receipt(source))
    store.record_outcome(Outcome(source, 1, registrations=(read,)), reader="test")
    return f"{digest[:12]}-1"


def fiche_of(claim: Claim) -> Registration:
    """A fiche that owes what a claim does."""
    owed, people = claim.owed_cents or 0, claim.people
    for meals in range(len(people) + 1):
        for members in range(len(people) + 1):
            others = (owed - meals * 1210 - members * 3000) // 4000
            counts = {"adherents": members, "non_adherents": others, "repas": meals}
            if others >= 0 and sum(TARIFFS[f] * n for f, n in counts.items()) == owed:
                name = claim.id.replace("-", "")
                service = claim.organisation
                return fiche(name, people=people, organisation=service, **counts)
    raise ValueError(f"no counts give {owed}")


def _typed(field: str, kind: str, text: str) -> FieldReading:
    return replace(reading(field, text), type=kind)


def _as_the_form_types_it(read: FieldReading) -> FieldReading:
    kinds = {"personnes": "person", "total": "amount", "paiement": "checkbox"}
    kinds |= dict.fromkeys((*TARIFFS, "etudiants"), "count")
    return replace(read, type=kinds.get(read.field.split(".")[0], read.type))
