"""A season of two events: their forms, who registers for them, and what that truly comes to.

Everybody is invented. The truth is reckoned from what was drawn, never from what the product says.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from mimetypes import guess_type
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pypdfium2

from pipeline.forms.schema import Form, load_form
from pipeline.simulate import names
from pipeline.simulate.contents import Filling, Truth, plain
from pipeline.simulate.digital import fill_pdf
from pipeline.simulate.draw import choose_look, draw_page, save
from tests.desks import REPOSITORY
from tests.paper import pages_pdf

_PT_PER_MM = 72 / 25.4
_A4_PT = (595, 842)


@dataclass(frozen=True, slots=True)
class Event:
    """An event and what its form calls its fields: two tariffs, one thing more, in cents.

    ``heads``: what tables call those of each tariff, those counted nowhere, and the thing.
    """

    name: str
    form: Form
    who: str
    email: str
    phone: str
    named: str
    counts: tuple[str, str, str]
    uncounted: str
    total: str
    cents: tuple[int, int, int]
    heads: tuple[str, str, str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """The fields of what is counted, in the order of their ``heads``."""
        return (*self.counts[:2], self.uncounted, self.counts[2])


@dataclass(frozen=True, slots=True)
class Fiche:
    """Who registers for what; ``extra_cents`` is by how much the sender adds up wrongly."""

    event: Event
    who: str
    email: str
    phone: str
    people: tuple[str, ...]
    counts: tuple[int, int, int]
    extra_cents: int = 0

    @property
    def due_cents(self) -> int:
        return sum(n * cents for n, cents in zip(self.counts, self.event.cents, strict=True))

    @property
    def written_cents(self) -> int:
        return self.due_cents + self.extra_cents

    @property
    def uncounted(self) -> int:
        return len(self.people) - self.counts[0] - self.counts[1]

    @property
    def truth(self) -> dict[str, Truth]:
        """By the names of the form's fields, as ``truth.json`` has it."""
        event = self.event
        return {
            event.who: self.who,
            event.email: self.email,
            event.phone: self.phone,
            event.named: list(self.people),
            **dict(zip(event.counts, self.counts, strict=True)),
            event.uncounted: self.uncounted,
            event.total: self.written_cents,
            **{zone.field: next(iter(zone.boxes)) for zone in event.form.zones if zone.boxes},
        }

    @property
    def lines(self) -> dict[str, object]:
        """What stands on each line, by its name."""
        told: dict[str, object] = {**self.truth}
        del told[self.event.named]
        people = enumerate(self.people, start=1)
        return told | {f"{self.event.named}.{n}": person for n, person in people}

    def filling(self) -> Filling:
        """What the pen writes of it."""
        event, truth = self.event, self.truth
        written = {zone.field: (str(truth[zone.field]),) for zone in event.form.zones}
        written |= {
            event.named: self.people,
            event.total: (f"{self.written_cents // 100},{self.written_cents % 100:02d}",),
        }
        return Filling(truth, written)

    def pdf(self) -> bytes:
        """Filled in on screen; of the form, the page with the fields alone."""
        (page,) = {zone.page for zone in self.event.form.zones}
        with TemporaryDirectory() as folder:
            path = Path(folder, "fiche.pdf")
            fill_pdf(self.event.form, self.filling(), path)
            document, file = pypdfium2.PdfDocument(path.read_bytes()), io.BytesIO()
        alone = pypdfium2.PdfDocument.new()
        alone.import_pages(document, [page - 1])
        alone.save(file)
        return file.getvalue()

    def scan(self, style: str, seed: int) -> bytes:
        """The sheet of paper, as PNG."""
        (page,) = {zone.page for zone in self.event.form.zones}
        rng = np.random.default_rng(seed)
        look = replace(choose_look(rng, style), kind="png", dpi=200, fit=1.0, turns=0)
        leaf = draw_page(self.event.form, page, self.filling(), look, rng)
        with TemporaryDirectory() as folder:
            path = Path(folder, "fiche.png")
            save([leaf], path, look)
            return path.read_bytes()


def registers(
    event: Event,
    n: int,
    *,
    people: int = 1,
    counts: tuple[int, int, int] | None = None,
    extra_cents: int = 0,
) -> Fiche:
    """The ``n``-th who registers, and has nothing in common with the others; all pay the first
    tariff and take the thing, unless ``counts`` say otherwise."""
    surname = names.SURNAMES[5 * n]
    registered = tuple(
        f"{names.GIVEN[7 * n + k]} {names.SURNAMES[5 * n + k].upper()}" for k in range(people)
    )
    return Fiche(
        event,
        f"Foyer {names.HOUSES[n]}",
        f"{plain(names.GIVEN[7 * n])}.{plain(surname)}@exemple.fr",
        f"02{40 + n}{17 * n % 100:02}{53 - n}{31 * n % 100:02}",
        registered,
        counts or (people, 0, people),
        extra_cents,
    )


def mail(
    sender: str, subject: str, text: str, at: datetime, *, piece: str = "", data: bytes = b""
) -> bytes:
    """A mail; with a piece where that has a name."""
    message = EmailMessage()
    message["From"], message["To"] = sender, "inscriptions@exemple.fr"
    message["Subject"], message["Date"] = subject, format_datetime(at)
    message.set_content(text)
    if piece:
        kind = guess_type(piece)[0] or ""
        maintype, _, subtype = kind.partition("/")
        message.add_attachment(data, maintype=maintype, subtype=subtype, filename=piece)
    return message.as_bytes(policy=SMTP)


MAIS = Event(
    "Journée régionale M.A.I.S., 2 février 2018",
    load_form(REPOSITORY / "models" / "forms" / "mais-2018-02-02"),
    *("organisation", "email", "telephone", "personnes"),
    ("adherents", "non_adherents", "repas"),
    *("etudiants", "total"),
    (3000, 4000, 1210),
    ("Adhérents", "Non-adhérents", "Étudiants", "Repas"),
)
_VISIT = """
id = "visite-2018-06-08"
title = "Bulletin de participation, visite du 8 juin 2018"
blank = "blank.pdf"
event = { name = "Visite des jardins", date = 2018-06-08, place = "Parc de la Garenne, Vannes" }
organiser = { name = "Les Amis des Jardins" }

[sum]
total = "montant"
tariffs_cents = { plein_tarif = 2550, tarif_jeune = 935, gouters = 475 }

[people]
named = "participants"
counted = ["plein_tarif", "tarif_jeune"]
uncounted = "invites"
labels = { plein_tarif = "plein tarif", tarif_jeune = "jeune", invites = "invité" }
"""
_LINES = (
    ("structure", "organisation", "Structure", "Structure ou établissement :"),
    ("courriel", "email", "Courriel", "Courriel pour la confirmation :"),
    ("portable", "phone", "Portable", "Téléphone portable :"),
    ("participants", "person", "Participant", "Participants, nom et prénom :"),
    *(("", "", "", words) for words in ("deuxième personne", "troisième personne")),
    ("plein_tarif", "count", "Plein tarif", "Nombre de places à 25,50 euros :"),
    ("tarif_jeune", "count", "Jeunes", "Nombre de places jeunes à 9,35 euros :"),
    ("gouters", "count", "Goûter", "Nombre de goûters à 4,75 euros :"),
    ("montant", "amount", "Montant", "Montant joint au bulletin, en euros :"),
)
_FIRST_MM, _STEP_MM, _LEFT_MM, _WIDE_MM, _HIGH_MM = 70.0, 16.0, 96.0, 95.0, 9.0


def visit(folder: Path) -> Event:
    """The second event; its form is made in the folder, and has nothing of the shipped one."""
    place = folder / "visite-2018-06-08"
    place.mkdir(parents=True)
    zones = []
    for n, (field, kind, label, _) in enumerate(_LINES):
        boxes = [_line(n)]
        if kind == "person":
            boxes += [_line(n + 1), _line(n + 2)]
        if field:
            head = f'[[zones]]\nfield = "{field}"\ntype = "{kind}"\nlabel = "{label}"\n'
            zones.append(f"{head}repeated = {str(kind == 'person').lower()}\nlines_mm = {boxes}\n")
    (place / "form.toml").write_text("\n".join((_VISIT, *zones)), "utf-8")
    (place / "blank.pdf").write_bytes(pages_pdf([(_blank(), b"")], box=_A4_PT))
    return Event(
        "Visite des jardins, 8 juin 2018",
        load_form(place),
        *("structure", "courriel", "portable", "participants"),
        ("plein_tarif", "tarif_jeune", "gouters"),
        *("invites", "montant"),
        (2550, 935, 475),
        ("Plein tarif", "Jeunes", "Invités", "Goûter"),
    )


def _line(n: int) -> list[float]:
    return [_LEFT_MM, _FIRST_MM + n * _STEP_MM, _WIDE_MM, _HIGH_MM]


def _blank() -> bytes:
    """The print of the second form, as the content of a PDF's page."""
    parts = [
        _text(20, 25, 20, "BULLETIN DE PARTICIPATION"),
        _text(20, 36, 14, "Les Amis des Jardins visitent le parc de la Garenne, à Vannes"),
        _text(20, 44, 14, "vendredi 8 juin 2018, de 9 h 30 à 17 heures, par tous les temps"),
        _text(20, 54, 10, "À renvoyer avant le 25 mai, au dos d'une enveloppe, ou par courriel."),
    ]
    for n, (_, _, _, words) in enumerate(_LINES):
        x, y, wide, high = _line(n)
        parts.append(_text(20, y + 7, 11, words))
        low = (297 - y - high) * _PT_PER_MM
        parts.append(
            f"{x * _PT_PER_MM:.1f} {low:.1f} m {(x + wide) * _PT_PER_MM:.1f} {low:.1f} l S"
        )
    parts.append(_text(20, 240, 10, "Le règlement se fait sur place ; un reçu est remis à chacun."))
    parts.append(
        _text(20, 250, 10, "Prévoir des bottes, un chapeau, et de quoi dessiner les fleurs.")
    )
    return "\n".join(parts).encode("cp1252")


def _text(x_mm: float, y_mm: float, size: int, words: str) -> str:
    words = re.sub(r"([()\\])", r"\\\1", words)
    x, y = x_mm * _PT_PER_MM, (297 - y_mm) * _PT_PER_MM
    return f"BT /F {size} Tf {x:.1f} {y:.1f} Td ({words}) Tj ET"


WAITS, REPLACED, CANCELLED, REJECTED = "waits", "remplacée", "annulée", "rejected"
"""Why a fiche does not count: a later one does until somebody has answered, or for good."""


@dataclass(slots=True)
class Entry:
    """A fiche in the books; its ``state`` is why it does not count, and empty where it does.

    ``elsewhere``: those of its people who are counted with the fiche that it adds to.
    """

    fiche: Fiche
    state: str = ""
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sums:
    """What counts of an event; ``counts`` as ``Event.columns``."""

    fiches: int
    people: int
    counts: tuple[int, ...]
    written_cents: int
    due_cents: int


class Books:
    """What a careful secretary would have on paper: every fiche by the name of its document, and
    the mails without a fiche that nobody has dealt with."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.letters: set[str] = set()

    def enter(self, received: Mapping[str, Fiche]) -> None:
        assert not received.keys() & self.entries.keys()
        self.entries |= {document: Entry(fiche) for document, fiche in received.items()}

    def now(self, state: str, *documents: str) -> None:
        """So it is with these from now on."""
        for document in documents:
            self.entries[document].state = state

    @property
    def events(self) -> list[Event]:
        return list(dict.fromkeys(entry.fiche.event for entry in self.entries.values()))

    def of(self, event: Event) -> dict[str, Entry]:
        return {name: one for name, one in self.entries.items() if one.fiche.event is event}

    def sums(self, event: Event) -> Sums:
        counted = [entry for entry in self.of(event).values() if not entry.state]
        fiches = [entry.fiche for entry in counted]
        each = [(*f.counts[:2], f.uncounted, f.counts[2]) for f in fiches]
        return Sums(
            len(fiches),
            sum(len({*entry.fiche.people} - {*entry.elsewhere}) for entry in counted),
            tuple(map(sum, zip(*each, strict=True))),
            sum(fiche.written_cents for fiche in fiches),
            sum(fiche.due_cents for fiche in fiches),
        )
