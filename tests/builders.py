"""Records for the tests of what is kept and what comes out: invented people only."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

from pipeline.geometry import BoxMm
from pipeline.records import (
    Candidate,
    Envelope,
    FieldReading,
    FieldValue,
    Finding,
    Origin,
    Outcome,
    Received,
    Registration,
    Rejection,
    Severity,
    Source,
    Status,
)
from pipeline.roles import Roles

ENVELOPE = Envelope(
    "zoe.martin@exemple.fr",
    "Inscription de Zoé",
    datetime(2018, 1, 12, 9, 30, tzinfo=timezone(timedelta(hours=1))),
)
ROLES = Roles(
    named="personnes",
    counted=("adherents", "non_adherents"),
    uncounted="etudiants",
    total="total",
    others=("repas",),
    labels=(
        ("adherents", "adhérent"),
        ("non_adherents", "non-adhérent"),
        ("etudiants", "étudiant"),
    ),
    who="organisation",
    contacts=("email", "telephone"),
    payment="paiement",
    titles=(
        ("organisation", "Service"),
        ("email", "E-mail"),
        ("telephone", "Téléphone"),
        ("personnes", "Personne"),
    ),
)
OTHER_ROLES = Roles(
    named="participants",
    counted=("plein_tarif", "jeunes"),
    uncounted="invites",
    total="montant",
    others=("gouters",),
    labels=(("jeunes", "jeune"),),
)
CAMP_ROLES = Roles(
    named="enfants",
    total="a_regler",
    others=("repas", "nuits"),
    who="famille",
    contacts=("email",),
    titles=(
        ("famille", "Nom de famille"),
        ("naissance", "Né le"),
        ("enfants", "Enfant"),
        ("nuits", "Nuits sous la tente"),
        ("a_regler", "À régler"),
    ),
)
PEOPLE = ("Zoé MARTIN", "Luc PETIT")
GAP = Finding(
    "total_matches_tariff",
    Severity.REVIEW,
    ("total",),
    said="Total écrit 90,00 €, tarif attendu 84,20 € (écart 5,80 €).",
)


def source(document: str, *, content: str = "", mail: Envelope | None = None) -> Source:
    """A document; two of the same ``content`` (its name, unless told) have the same bytes."""
    data = (content or document).encode("utf-8", "surrogatepass")
    return Source(document, Path("/inbox") / document, sha256(data).hexdigest(), mail)


def receipt(*sources: Source, name: str = "") -> Received:
    return Received(name or sources[0].document, 2**33, 1_516_000_000_123_456_789, sources)


def reading(field: str, text: str, value: FieldValue = None) -> FieldReading:
    """An accepted reading; ``value`` is the text, unless told."""
    best = Candidate(text if value is None else value, text, 0.99)
    box = BoxMm(11.5, 26.6, 100.7, 9.2)
    return FieldReading(field, "words", 2, box, text, (best,), Origin.OCR, Status.ACCEPTED)


def doubtful(field: str, *, reason: str = "Lecture incertaine ; peut-être : Lue.") -> FieldReading:
    """A reading to review, with two candidates."""
    both = (Candidate("Luc", "Luc", 0.62), Candidate("Lue", "Lue", 0.1 + 0.2))
    return replace(reading(field, "Luc"), candidates=both, status=Status.REVIEW, reason=reason)


def registration(
    *,
    people: tuple[str, ...] = PEOPLE,
    adherents: int = 2,
    non_adherents: int = 0,
    etudiants: int = 0,
    repas: int = 2,
    total: int | None = 8420,
    due: int | None = 8420,
    page: int = 2,
    more: tuple[FieldReading, ...] = (),
    findings: tuple[Finding, ...] = (),
) -> Registration:
    """A filled form, in review as soon as a reading or a finding is."""
    counts = {"adherents": adherents, "non_adherents": non_adherents, "repas": repas}
    readings = (
        reading("organisation", "ESAT du Moulin"),
        reading("email", "zoe.martin@exemple.fr"),
        reading("telephone", "02 99 00 00 00"),
        *(reading(f"personnes.{n}", person) for n, person in enumerate(people, start=1)),
        *(reading(field, str(count), count) for field, count in counts.items()),
        unread("total") if total is None else reading("total", f"{total / 100:.2f}", total),
        reading("paiement", "virement"),
        replace(
            reading("etudiants", str(etudiants), etudiants), origin=Origin.COMPUTED, box_mm=None
        ),
    )
    readings = (*(r for r in readings if r.field not in {m.field for m in more}), *more)
    review = any(r.status is Status.REVIEW for r in readings) or any(
        f.severity is Severity.REVIEW for f in findings
    )
    status = Status.REVIEW if review else Status.ACCEPTED
    return Registration("mais-2018-02-02", page, readings, findings, due, status, ROLES)


def other_registration(*, jeunes: int = 2, gouters: int = 2, total: int = 2500) -> Registration:
    """A filled form of another organiser, who calls no field as the first one does."""
    readings = (
        *(reading(f"participants.{n}", person) for n, person in enumerate(PEOPLE, start=1)),
        reading("plein_tarif", "0", 0),
        reading("jeunes", str(jeunes), jeunes),
        reading("gouters", str(gouters), gouters),
        reading("montant", f"{total / 100:.2f}", total),
        reading("invites", str(2 - jeunes), 2 - jeunes),
    )
    return Registration("sortie", 1, readings, (), 2400, Status.ACCEPTED, OTHER_ROLES)


def camp_registration(*, more: tuple[FieldReading, ...] = ()) -> Registration:
    """A filled form of a third organiser, who shares two fields with the first one, and knows no
    classes of people."""
    readings = (
        reading("naissance", "02/02/2010"),
        reading("famille", "Les ROUX"),
        reading("email", "ines.roux@exemple.fr"),
        *(reading(f"enfants.{n}", name) for n, name in enumerate(("Inès ROUX", "Tom ROUX"), 1)),
        reading("repas", "4", 4),
        reading("nuits", "2", 2),
        reading("a_regler", "60.00", 6000),
        *more,
    )
    return Registration("camp", 1, readings, (), 6000, Status.ACCEPTED, CAMP_ROLES)


def unread(field: str) -> FieldReading:
    """A reading without any candidate."""
    return replace(reading(field, ""), candidates=(), status=Status.REVIEW, reason="Illisible.")


def outcome(
    document: Source,
    *registrations: Registration,
    rejections: tuple[Rejection, ...] = (),
    thumbnails: tuple[bytes, ...] = (),
) -> Outcome:
    return Outcome(
        document,
        2,
        registrations=registrations,
        rejections=rejections,
        seconds=1.5,
        thumbnails=thumbnails,
    )
