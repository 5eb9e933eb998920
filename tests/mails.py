"""Mails for the tests, from invented people."""

from email.message import EmailMessage
from pathlib import Path

from aspose.email_foss import msg

from tests.paper import FULL_PAGE, image_object, pages_pdf, saved, sheet

PDF = pages_pdf([(FULL_PAGE, b"")], image_object(sheet()))
JPEG = saved(sheet(700, 900), "JPEG")
LOGO = saved(sheet(250, 80), "PNG")


def mail(*pieces: tuple[str, bytes], subject: str = "Inscription", **headers: str) -> EmailMessage:
    """A mail of Emma's with these attachments."""
    message = EmailMessage()
    message["From"] = "Emma Petit <emma@exemple.fr>"
    message["Subject"] = subject
    message["Date"] = "Fri, 12 Jan 2018 09:30:00 +0100"
    for name, value in headers.items():
        del message[name]
        message[name] = value
    message.set_content("Bonjour, voici ma fiche.")
    for name, data in pieces:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message


def carrying(*inner: EmailMessage, subject: str = "TR", pieces: tuple = ()) -> EmailMessage:
    """A mail that brings other mails."""
    message = mail(*pieces, subject=subject)
    for each in inner:
        message.add_attachment(each)
    return message


def nested(depth: int, innermost: EmailMessage) -> EmailMessage:
    for level in range(depth):
        innermost = carrying(innermost, subject=f"niveau {level}")
    return innermost


def raw_mail(
    headers: bytes, data: bytes = PDF, *, filename: bytes = b"fiche.pdf", cut: bytes = b"cut"
) -> bytes:
    """A mail with headers that no library would write; ``cut`` is what parts its pieces."""
    return (
        headers
        + b"\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="
        + cut
        + b"\r\n\r\n"
        b"--" + cut + b"\r\nContent-Type: text/plain\r\n\r\nBonjour\r\n"
        b"--" + cut + b"\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: 8bit\r\n"
        b'Content-Disposition: attachment; filename="'
        + filename
        + b'"\r\n\r\n'
        + data
        + b"\r\n--"
        + cut
        + b"--\r\n"
    )


def outlook(
    path: Path,
    *pieces: tuple[str, bytes],
    inner: "msg.MapiMessage | None" = None,
    unicode_strings: bool = True,
) -> None:
    outlook_message(*pieces, inner=inner, unicode_strings=unicode_strings).save(path)


def outlook_message(
    *pieces: tuple[str, bytes],
    inner: "msg.MapiMessage | None" = None,
    subject: str = "Inscription d'Élodie",
    unicode_strings: bool = True,
) -> "msg.MapiMessage":
    from datetime import UTC, datetime

    message = msg.MapiMessage.create(subject, "Bonjour", unicode_strings=unicode_strings)
    message.set_property(msg.PropertyId.SENDER_NAME, "Élodie Blanc")
    message.set_property(msg.PropertyId.SENDER_EMAIL_ADDRESS, "elodie@exemple.fr")
    message.set_property(
        msg.PropertyId.MESSAGE_DELIVERY_TIME, datetime(2018, 1, 15, 10, 0, tzinfo=UTC)
    )
    for name, data in pieces:
        message.add_attachment(name, data)
    if inner is not None:
        message.add_embedded_message_attachment(inner, filename="transmis.msg")
    return message
