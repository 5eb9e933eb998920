"""A letter as a mail that nobody has sent yet: a mail program opens it, and a person sends it.

``X-Unsent: 1`` opens it for writing. Without a date: it gets that when it is sent. The same letter
gives the same bytes.
"""

import hashlib
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from pipeline.intake.naming import one_line
from pipeline.letters.letter import Confirmation, Letter
from pipeline.letters.wording import worded
from pipeline.papers.receipt import receipt_sheet

_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.ASCII | re.I)
"""A dot-atom at a host: https://www.rfc-editor.org/rfc/rfc5322#section-3.4.1"""


def draft(letter: Letter, *, folder: Path | None = None) -> bytes:
    """The ``.eml`` of a letter, its receipt attached where it has one; ``folder``: of templates
    of one's own. What is no address is left out. Raises ConfigError for a faulty template.
    """
    subject, body = worded(letter, folder=folder)
    organiser = letter.occasion.organiser
    mail = EmailMessage(SMTP)
    mail["X-Unsent"] = "1"
    if sender := _address(organiser.email, name=organiser.name):
        mail["From"] = sender
    if recipient := _address(letter.to):
        mail["To"] = recipient
    mail["Subject"] = subject
    mail.set_content(body, cte="quoted-printable")
    if isinstance(letter, Confirmation) and letter.receipt.number:
        pdf = receipt_sheet(letter.occasion, letter.receipt)
        number = re.sub(r"[^0-9A-Za-z]+", "-", letter.receipt.number)
        mail.add_attachment(pdf, "application", "pdf", filename=f"recu-{number}.pdf")
        mail.set_boundary(hashlib.sha256(body.encode() + pdf).hexdigest()[:32])
    return mail.as_bytes()


def _address(text: str, *, name: str = "") -> Address | None:
    address = text.strip()
    if not _ADDRESS.fullmatch(address):
        return None
    user, _, domain = address.rpartition("@")
    return Address(one_line(name), user, domain)
