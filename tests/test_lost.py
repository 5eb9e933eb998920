"""What a mail no longer holds is told, and what every mail says is not."""

import pytest

from pipeline.intake.lost import link_in, removal_in, tells_of_removal, why_lost
from pipeline.intake.mime import outline


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Type: text/x-moz-deleted; name=a.pdf",
        b"Content-Type: application/pdf\nX-Mozilla-External-Attachment-URL: file:///C:/a.pdf",
        b"Content-Type: message/external-body; access-type=x-mutt-deleted",
        b"Content-Type: application/pdf\nX-Mozilla-Cloud-Part: cloudFile; url=https://x",
        b"Content-Type: message/partial; number=1; total=3",
        b"Content-Type: application/pdf\nX-Apple-Content-Length: 90210",
        b"Content-Type: application/x-microsoft-rpmsg-message; name=message.rpmsg",
    ],
)
def test_a_part_that_stands_for_a_file_elsewhere_says_so(headers):
    error = why_lost(outline(headers + b"\n\n"))
    assert error is not None
    assert str(error).endswith(".")


def test_a_part_that_holds_its_file_is_not_lost():
    assert (
        why_lost(outline(b"Content-Type: application/pdf\nX-Apple-Content-Length: 4\n\n%PDF"))
        is None
    )


@pytest.mark.parametrize(
    "text",
    [
        "Ce message a été vérifié par l'antivirus : aucun virus.",
        "This e-mail and any files are confidential.",
        "La fiche est en pièce jointe. Bien à vous",
        "Si ce message ne vous est pas destiné, merci de le détruire.",
    ],
)
def test_what_mails_say_of_themselves_is_no_note(text):
    assert not tells_of_removal(text)
    assert removal_in(text) is None
    assert link_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour,\n\n[La pièce jointe fiche.pdf a été supprimée manuellement]",
        "[The attachment fiche.pdf has been manually removed]",
        'Bonjour\nAttachment Converted: "C:\\EUDORA\\fiche.pdf"\n',
        "A non-text attachment was scrubbed...\nName: fiche.pdf",
    ],
)
def test_what_programs_write_where_they_removed_a_piece_is_told(text):
    assert removal_in(text) is not None


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("https://drive.google.com/file/d/1aB/view?usp=sharing", True),
        ("Téléchargez : https://we.tl/t-AbC", True),
        ("https://esat-moulin.sharepoint.com/:b:/s/x", True),
        ("https://www.exemple.fr/plan-d-acces", False),
        ("https://www.dropbox.com", False),
    ],
)
def test_a_link_to_a_file_elsewhere_is_told(text, leads):
    assert (link_in(text) is not None) is leads
