"""Drawn documents come as mails: who sends them, and what they write.

A mail is evidence for what stands on the form (``judging.corroborate``), and misleads at times: an
assistant writes from an address of the office's, bears the name of somebody registered, signs with
another number. How often each happens is a guess at what a secretary gets, not a measurement.
Mails are drawn from seeds of their own, so that the document is the same with a mail and without.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from mimetypes import guess_type
from pathlib import Path

import numpy as np

from pipeline import fields
from pipeline.fields import Means
from pipeline.forms.schema import Form
from pipeline.simulate import names
from pipeline.simulate.contents import (
    Filling,
    Habits,
    Person,
    invent_domain,
    invent_email,
    invent_organisation,
    invent_person,
    invent_phone,
    pick,
    unaccented,
    write_person,
)

REGISTERED, ASSISTANT, OFFICE = "registered", "assistant", "office"
"""Who sends: somebody on the form, a colleague who is not, an address that nobody owns."""
_SENDERS = {REGISTERED: 0.55, ASSISTANT: 0.3, OFFICE: 0.15}
NAMESAKE = 0.2
"""The share of assistants who bear the surname of somebody on the form."""
_OWN_ADDRESS, _SHARED_ADDRESS = 0.75, 0.3
"""How often the first person on the form, and another, sends from the address on it."""
_OWN_DOMAIN = 0.65
"""How often a colleague writes from a domain of the organisation's, not from a free provider."""
_SILENT, _TELLING, _UNSIGNED = 0.12, 0.35, 0.15
"""How often a mail says nothing, names those registered, and is not signed."""
_SAME_PHONE, _SAME_SERVICE = 0.65, 0.65
"""How often a signature tells the number, and the organisation, that stand on the form."""
_OFFICES = ("secretariat", "secretariat", "accueil", "contact", "formation", "direction", "rh")
_FIRST_DAY = datetime(2018, 1, 2, 7, tzinfo=UTC)
_DAYS = 28


@dataclass(frozen=True, slots=True)
class _Sender:
    """``person`` is nobody for an office; ``role`` says which of the three it is."""

    role: str
    person: Person | None
    address: str


def mail_document(form: Form, filling: Filling, path: Path, rng: np.random.Generator) -> str:
    """Replace a drawn document by a mail that brings it; what a run will call the document."""
    data, mail = path.read_bytes(), path.with_suffix(".eml")
    mail.write_bytes(_mail(form, filling, path.name, data, rng).as_bytes(policy=SMTP))
    path.unlink()
    return f"{mail.name}!{path.name}"


def _mail(
    form: Form, filling: Filling, piece: str, data: bytes, rng: np.random.Generator
) -> EmailMessage:
    organisation = _told(form, filling, Means.ORGANISATION) or invent_organisation(rng)
    sender = _invent_sender(filling, _told(form, filling, Means.EMAIL), organisation, rng)
    mail = EmailMessage()
    shown = _shown(sender, organisation, rng)
    mail["From"] = Address(display_name=shown, addr_spec=sender.address)
    mail["To"] = form.organiser.email or "inscriptions@exemple.invalid"
    mail["Subject"] = _subject(form, rng)
    minutes = int(rng.integers(_DAYS * 24 * 60))
    mail["Date"] = format_datetime(_FIRST_DAY + timedelta(minutes=minutes))
    mail["Message-ID"] = f"<{rng.integers(1 << 60):015x}@exemple.invalid>"
    phone = _told(form, filling, Means.PHONE)
    body = "" if rng.random() < _SILENT else _text(filling, sender, organisation, phone, rng)
    mail.set_content(body)
    maintype, _, subtype = (guess_type(piece)[0] or "application/octet-stream").partition("/")
    mail.add_attachment(data, maintype=maintype, subtype=subtype, filename=piece)
    mail.set_boundary("=-=-fiche-=-=")  # the library's is random
    return mail


def _told(form: Form, filling: Filling, means: Means) -> str:
    """What the form says in its first zone that means that; nothing where it has none."""
    field = next((zone.field for zone in form.zones if fields.means(zone.type) is means), "")
    return str(filling.fields.get(field, ""))


def _invent_sender(
    filling: Filling, email: str, organisation: str, rng: np.random.Generator
) -> _Sender:
    role = str(rng.choice(list(_SENDERS), p=list(_SENDERS.values())))
    if role == REGISTERED:
        # Mostly the first: the address on the form is theirs, though others may use it.
        person = filling.people[0] if rng.random() < 0.7 else pick(rng, filling.people)
        likely = _OWN_ADDRESS if person == filling.people[0] else _SHARED_ADDRESS
        own = bool(email) and rng.random() < likely
        return _Sender(role, person, email if own else invent_email(person, organisation, rng))
    domain = email.rpartition("@")[2]
    if not domain or domain in names.PROVIDERS:
        domain = invent_domain(organisation, rng)
    if role == OFFICE:
        same = email.startswith(_OFFICES) and rng.random() < _OWN_ADDRESS
        return _Sender(role, None, email if same else f"{pick(rng, _OFFICES)}@{domain}")
    person = _invent_assistant(filling, rng)
    address = invent_email(person, organisation, rng)
    if rng.random() < _OWN_DOMAIN:
        address = f"{address.partition('@')[0]}@{domain}"
    else:
        address = f"{address.partition('@')[0]}@{pick(rng, names.PROVIDERS)}"
    return _Sender(role, person, address)


def _invent_assistant(filling: Filling, rng: np.random.Generator) -> Person:
    """Somebody who is not on the form, and may bear the surname of somebody who is."""
    surname = pick(rng, filling.people).surname if rng.random() < NAMESAKE else ""
    while True:
        person = invent_person(rng)
        if surname:
            person = Person(person.given, surname)
        if person not in filling.people:
            return person


def _shown(sender: _Sender, organisation: str, rng: np.random.Generator) -> str:
    """The name that a mail program shows beside the address."""
    if rng.random() < 0.15:
        return ""
    if sender.person is None:
        return organisation if rng.random() < 0.5 else "Secrétariat"
    return write_person(sender.person, rng, _habits(rng))


def _subject(form: Form, rng: np.random.Generator) -> str:
    ways = (
        *(f"Inscription {form.event.name}", "Inscription journée", "inscription"),
        *("Fiche d'inscription", "Tr: Fiche d'inscription", f"Tr: {form.event.name}", ""),
    )
    return " ".join(pick(rng, ways).split())


def _text(
    filling: Filling, sender: _Sender, organisation: str, phone: str, rng: np.random.Generator
) -> str:
    parts = [pick(rng, ("Bonjour,", "Bonjour,", "Madame, Monsieur,", "Bonjour Madame,"))]
    bring = ("Veuillez trouver ci-joint", "Vous trouverez en pièce jointe", "Ci-joint", "Voici")
    what = ("la fiche d'inscription", "le bulletin d'inscription", "notre inscription")
    parts.append(f"{pick(rng, bring)} {pick(rng, what)}{_those_registered(filling, rng)}.")
    if rng.random() < 0.3:
        parts.append(pick(rng, ("Le règlement suit par courrier.", "Merci de confirmer.")))
    parts.append(pick(rng, ("Cordialement,", "Bien cordialement,", "Cdt,", "Bonne réception,")))
    if rng.random() >= _UNSIGNED:
        parts.append(_signature(sender, organisation, phone, rng))
    return "\n\n".join(parts) + "\n"


def _those_registered(filling: Filling, rng: np.random.Generator) -> str:
    """The people in the text of the mail, spelled as its writer spells, or nobody."""
    if rng.random() >= _TELLING:
        return ""
    habits, bare, short = _habits(rng), rng.random() < 0.25, rng.random() < 0.15
    listed = [
        f"{person.given[0]}. {person.surname.upper()}"
        if short
        else write_person(person, rng, habits)
        for person in filling.people
    ]
    people = ", ".join(unaccented(name) if bare else name for name in listed)
    return f" {pick(rng, ('de', 'pour', 'de Mme/M.'))} {people}"


def _signature(sender: _Sender, organisation: str, phone: str, rng: np.random.Generator) -> str:
    lines = (
        [write_person(sender.person, rng, _habits(rng))] if sender.person else ["Le secrétariat"]
    )
    if sender.person and rng.random() < 0.3:
        lines.append(pick(rng, ("Secrétaire", "Assistante de direction", "Chef de service")))
    if rng.random() < 0.8:
        lines.append(_service(organisation, rng))
    if rng.random() < 0.7:
        number = phone if phone and rng.random() < _SAME_PHONE else _other_phone(phone, rng)
        ways = fields.load(fields.meaning(Means.PHONE)[0]).spellings(number)
        called = pick(rng, ("Tél. : ", "Tél ", "T. ", ""))
        lines.append(f"{called}{ways[_habits(rng).phone]}")
    if rng.random() < 0.3:
        lines.append(sender.address)
    return "\n".join(lines)


def _service(organisation: str, rng: np.random.Generator) -> str:
    """The organisation as a signature writes it: as on the form, otherwise, or what it is of."""
    if rng.random() < _SAME_SERVICE:
        return organisation
    return pick(
        rng,
        (
            organisation.upper(),
            unaccented(organisation),
            organisation.replace(".", ""),
            f"{organisation} - {invent_organisation(rng)}",
            f"Association {pick(rng, names.HOUSES)}",
            invent_organisation(rng),
        ),
    )


def _other_phone(phone: str, rng: np.random.Generator) -> str:
    """Another line of the same house, which differs in its last digits, or another number."""
    other = invent_phone(rng)
    return phone[:8] + other[8:] if phone and rng.random() < 0.4 else other


def _habits(rng: np.random.Generator) -> Habits:
    """How a mail is written, by another pen than the form."""
    return Habits(name_order=int(rng.integers(4)), phone=int(rng.integers(8)), zero="", amount=0)
