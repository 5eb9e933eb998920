"""The inbox becomes receipts: files named, mails opened, attachments laid in the spool."""

import os
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import Settings
from pipeline.errors import InputError, TimeLimitError
from pipeline.intake import unpack
from pipeline.intake.brought import Brought, Opening
from pipeline.intake.ingest import open_pages
from pipeline.intake.naming import clean_name, unique_name
from pipeline.intake.receive import discover, open_here
from pipeline.records import Envelope, Received, Rejection, Source
from pipeline.store import Store
from tests.mails import (
    JPEG,
    LOGO,
    PDF,
    carrying,
    mail,
    nested,
    outlook,
    outlook_message,
    raw_mail,
)
from tests.paper import saved, sheet
from tests.test_attached import with_files, with_note
from tests.test_pdf import canvas_pdf
from tests.test_smime import container
from tests.test_transfer import uuencoded

PARIS_WINTER = timezone(timedelta(hours=1))


@pytest.fixture
def inbox(tmp_path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def spool(tmp_path) -> Path:
    return tmp_path / "spool"


def receipts(inbox, spool, known=None) -> list[Received]:
    return list(discover(inbox, spool, known=known or {}))


def sources(inbox, spool) -> list[Source]:
    return [source for received in receipts(inbox, spool) for source in received.sources]


def refusals(inbox, spool) -> list[tuple[str, str]]:
    return [
        (name, r.kind) for received in receipts(inbox, spool) for name, r in received.rejections
    ]


def put(inbox: Path, name: str, content: object) -> Path:
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.as_bytes())
    return path


def test_files_are_found_in_all_folders_in_the_order_of_their_names(inbox, spool):
    for name in ("b/2.pdf", "b/10.pdf", "c.pdf", "a.pdf", "b/sub/1.pdf"):
        put(inbox, name, PDF)
    assert [r.name for r in receipts(inbox, spool)] == [
        "a.pdf",
        "b/10.pdf",
        "b/2.pdf",
        "b/sub/1.pdf",
        "c.pdf",
    ]


def test_a_plain_scan_is_named_hashed_and_left_where_it_is(inbox, spool):
    path = put(inbox, "lundi/fiche.pdf", PDF)
    (received,) = receipts(inbox, spool)
    assert (received.name, received.size) == ("lundi/fiche.pdf", len(PDF))
    assert received.mtime_ns == path.stat().st_mtime_ns
    assert received.sources == (Source("lundi/fiche.pdf", path, sha256(PDF).hexdigest()),)
    assert not spool.exists()


def test_paths_stay_true_when_the_inbox_is_named_from_elsewhere(inbox, spool, monkeypatch):
    put(inbox, "fiche.pdf", PDF)
    monkeypatch.chdir(inbox.parent)
    ((source,),) = [r.sources for r in receipts(Path("inbox"), Path("spool"))]
    assert source.path == inbox / "fiche.pdf"


def test_only_what_the_system_strews_about_is_passed_over(inbox, spool):
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "~$fiche.docx", ".git/x.pdf", "a.pdf"):
        put(inbox, name, PDF)
    assert [r.name for r in receipts(inbox, spool)] == ["a.pdf"]


@pytest.mark.parametrize("make", ["missing", "file", "empty", "only hidden"])
def test_an_inbox_without_files_says_so(inbox, spool, make):
    target = {"missing": inbox / "nowhere", "file": put(inbox, ".f", b"")}.get(make, inbox)
    with pytest.raises(InputError, match=r"(does not exist|not a folder|holds no file).*\."):
        receipts(target, spool)


# Mails


def test_an_attachment_is_laid_in_the_spool_with_its_envelope(inbox, spool):
    put(inbox, "mail.eml", mail(("Fiche.PDF", PDF), subject="Inscription d'Élodie – 2 fév."))
    (source,) = sources(inbox, spool)
    digest = sha256(PDF).hexdigest()
    assert source.document == "mail.eml!Fiche.PDF"
    assert source.path == spool / f"{digest}.pdf"
    assert source.path.read_bytes() == PDF
    assert source.sha256 == digest
    assert source.envelope is not None
    assert source.envelope.sender == "Emma Petit <emma@exemple.fr>"
    assert source.envelope.subject == "Inscription d'Élodie – 2 fév."
    assert source.envelope.received_at == datetime(2018, 1, 12, 9, 30, tzinfo=PARIS_WINTER)


def test_what_a_mail_brought_can_be_opened(inbox, spool):
    put(inbox, "mail.eml", mail(("fiche.pdf", PDF), ("photo.jpg", JPEG)))
    for source in sources(inbox, spool):
        assert [page.number for page in open_pages(source, Settings())] == [1]


def test_a_mail_is_told_by_its_content(inbox, spool):
    put(inbox, "sans suffixe", mail(("fiche.pdf", PDF)))
    put(inbox, "photo.jpg", mail(("fiche.pdf", PDF)))
    put(inbox, "courriel.eml", PDF)
    assert [s.document for s in sources(inbox, spool)] == [
        "courriel.eml",
        "photo.jpg!fiche.pdf",
        "sans suffixe!fiche.pdf",
    ]


def test_an_attachment_is_told_by_its_content(inbox, spool):
    put(inbox, "mail.eml", mail(("fiche.txt", PDF), ("fiche.docx", JPEG)))
    assert len(sources(inbox, spool)) == 2


def test_attachments_of_one_name_are_told_apart(inbox, spool):
    put(inbox, "mail.eml", mail(*[("scan.pdf", PDF + b"%d" % n) for n in range(3)]))
    assert [s.document for s in sources(inbox, spool)] == [
        "mail.eml!scan.pdf",
        "mail.eml!scan (2).pdf",
        "mail.eml!scan (3).pdf",
    ]


def test_a_mail_within_a_mail_is_opened_with_its_own_envelope(inbox, spool):
    inner = mail(("fiche.pdf", PDF), subject="Fiche", From="Lou Blanc <lou@exemple.fr>")
    outer = mail(subject="TR")
    outer.add_attachment(inner, filename="transmis.eml")
    put(inbox, "mail.eml", outer)
    (source,) = sources(inbox, spool)
    assert source.document == "mail.eml!transmis.eml!fiche.pdf"
    assert source.envelope.sender == "Lou Blanc <lou@exemple.fr>"
    assert source.envelope.subject == "Fiche"


def test_a_mail_within_a_mail_lacking_fields_takes_those_of_the_outer(inbox, spool):
    inner = mail(("fiche.pdf", PDF), subject="Fiche")
    del inner["From"]
    del inner["Date"]
    put(inbox, "mail.eml", carrying(inner))
    (source,) = sources(inbox, spool)
    assert source.document == "mail.eml!Fiche.eml!fiche.pdf"
    assert source.envelope.sender == "Emma Petit <emma@exemple.fr>"
    assert source.envelope.received_at == datetime(2018, 1, 12, 9, 30, tzinfo=PARIS_WINTER)


def test_a_mail_attached_as_a_file_is_opened(inbox, spool):
    outlook(inbox / "x.msg", ("b.pdf", PDF))
    inner_msg = (inbox / "x.msg").read_bytes()
    (inbox / "x.msg").unlink()
    inner = mail(("a.pdf", PDF)).as_bytes()
    put(inbox, "mail.eml", mail(("transmis.eml", inner), ("transmis.msg", inner_msg)))
    assert [s.document for s in sources(inbox, spool)] == [
        "mail.eml!transmis.eml!a.pdf",
        "mail.eml!transmis.msg!b.pdf",
    ]


def test_mails_ten_deep_are_opened(inbox, spool):
    put(inbox, "mail.eml", nested(9, mail(("fiche.pdf", PDF))))
    (source,) = sources(inbox, spool)
    assert source.document.count("!") == 10


@pytest.mark.parametrize(
    ("headers", "sender", "subject"),
    [
        (b"From: Ren\xe9e <r@exemple.fr>\r\nSubject: re\xe7u", "Renée <r@exemple.fr>", "reçu"),
        ("From: Renée <r@exemple.fr>\r\nSubject: reçu".encode(), "Renée <r@exemple.fr>", "reçu"),
        (
            b"From: =?iso-8859-1?q?Ren=E9e?= <r@exemple.fr>\r\nSubject: =?utf-8?b?cmXDp3U=?=",
            "Renée <r@exemple.fr>",
            "reçu",
        ),
        (b"From: r@exemple.fr\r\nSubject: =?x-inconnu?q?re=E7u?=", "r@exemple.fr", None),
        (b"From: <<>>\x00@@ \r\nSubject: a\r\n b", None, "a b"),
        (b"From:\r\nSubject:", "", ""),
    ],
)
def test_headers_are_read_as_people_meant_them(inbox, spool, headers, sender, subject):
    put(inbox, "mail.eml", raw_mail(headers))
    (source,) = sources(inbox, spool)
    assert sender in (None, source.envelope.sender)
    assert subject in (None, source.envelope.subject)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (b"Date: Fri, 12 Jan 2018 09:30:00 +0100", (2018, 1, 12, 8, 30)),
        (b"Date: 12 Jan 2018 09:30:00 -0000", (2018, 1, 12, 9, 30)),
        (b"Date: hier\r\nReceived: a; Sat, 13 Jan 2018 10:00:00 +0000", (2018, 1, 13, 10, 0)),
        (
            b"Received: last; Sun, 14 Jan 2018 10:00:00 +0000\r\n"
            b"Received: first; Sat, 13 Jan 2018 10:00:00 +0000",
            (2018, 1, 14, 10, 0),
        ),
        (b"Date: Fri, 99 Jan 99999 99:99:99 +9999", None),
        (b"X-Spam: no", None),
    ],
)
def test_the_day_of_a_mail_is_its_own_or_its_arrival(inbox, spool, headers, expected):
    put(inbox, "mail.eml", raw_mail(b"From: e@exemple.fr\r\nSubject: x\r\n" + headers))
    (source,) = sources(inbox, spool)
    moment = source.envelope.received_at
    assert (moment and moment.astimezone(UTC)) == (expected and datetime(*expected, tzinfo=UTC))


@pytest.mark.parametrize(
    ("filename", "shown"),
    [
        (b"re\xe7u.pdf", "reçu.pdf"),
        ("reçu.pdf".encode(), "reçu.pdf"),
        (b"=?utf-8?q?re=C3=A7u=2Epdf?=", "reçu.pdf"),
        (b"../../etc/passwd", "passwd"),
        (b"C:\\\\Users\\\\Emma\\\\fiche.pdf", "fiche.pdf"),
        (b"", "piece-2.pdf"),
    ],
)
def test_the_names_of_attachments_are_made_presentable(inbox, spool, filename, shown):
    put(inbox, "mail.eml", raw_mail(b"From: e@exemple.fr\r\nSubject: x", filename=filename))
    (source,) = sources(inbox, spool)
    assert source.document == f"mail.eml!{shown}"
    assert source.path.parent == spool


def test_an_attachment_never_leaves_the_spool(inbox, spool, tmp_path):
    put(inbox, "mail.eml", mail(("../../x", PDF), ("..", JPEG), ("/etc/y.p/df", PDF)))
    assert [s.document for s in sources(inbox, spool)] == [
        "mail.eml!x",
        "mail.eml!sans-nom",
        "mail.eml!df",
    ]
    assert {p.name for p in tmp_path.iterdir()} == {"inbox", "spool"}
    assert sorted(p.name for p in spool.iterdir()) == sorted(
        sha256(data).hexdigest() for data in (PDF, JPEG)
    )


def test_logos_and_signatures_are_left_out_beside_a_fiche(inbox, spool):
    message = mail(("fiche.pdf", PDF), ("smime.p7s", b"\x30\x80\x06\x00"), ("rdv.ics", b"BEGIN:V"))
    message.add_attachment(LOGO, "image", "png", cid="<logo@x>", disposition="inline")
    message.add_attachment(b"<p>x</p>", "text", "html", filename="annonce.html")
    put(inbox, "mail.eml", message)
    (received,) = receipts(inbox, spool)
    assert [s.document for s in received.sources] == ["mail.eml!fiche.pdf"]
    assert received.rejections == ()


def test_a_photo_shown_in_the_text_of_a_mail_is_a_document(inbox, spool):
    message = mail()
    noisy = saved(sheet(1200, 1700).effect_spread(20), "JPEG")
    message.add_attachment(noisy, "image", "jpeg", cid="<p@x>", disposition="inline")
    put(inbox, "mail.eml", message)
    assert [s.document for s in sources(inbox, spool)] == ["mail.eml!piece-2.jpg"]


def test_a_small_picture_that_was_attached_on_purpose_is_a_document(inbox, spool):
    put(inbox, "mail.eml", mail(("vignette.png", LOGO)))
    assert len(sources(inbox, spool)) == 1


@pytest.mark.parametrize("pieces", [(), (("rdv.ics", b"BEGIN:V"),), (("image001.png", LOGO),)])
def test_a_mail_without_a_fiche_is_named(inbox, spool, pieces):
    put(inbox, "mail.eml", mail(*pieces))
    assert refusals(inbox, spool) == [("mail.eml", "mail")]


def test_a_forwarded_mail_that_forgot_its_fiche_is_named(inbox, spool):
    good, bare = mail(("a.pdf", PDF), subject="un"), mail(subject="deux")
    put(inbox, "mail.eml", carrying(good, bare))
    assert len(sources(inbox, spool)) == 1
    assert refusals(inbox, spool) == [("mail.eml!deux.eml", "mail")]


def test_a_mail_that_is_being_answered_is_no_trouble(inbox, spool):
    put(inbox, "mail.eml", carrying(mail(subject="question"), pieces=(("a.pdf", PDF),)))
    assert len(sources(inbox, spool)) == 1
    assert refusals(inbox, spool) == []


@pytest.mark.parametrize(
    ("name", "data", "kind", "advice"),
    [
        ("fiche.docx", b"PK\x03\x04" + b"\0" * 26 + b"word/document.xml", "unsupported", "PDF"),
        ("winmail.dat", b"\x78\x9f\x3e\x22\0\0", "unsupported", "winmail"),
        ("fiches.zip", b"PK\x03\x04" + b"\0" * 26 + b"fiche.pdf", "unsupported", "extraire"),
        ("fiche.pdf", b"MZ\x90\0", "unsupported", "programme"),
        ("fiche.pdf", b"", "empty", "vide"),
    ],
)
def test_an_attachment_that_may_be_a_fiche_is_named(inbox, spool, name, data, kind, advice):
    put(inbox, "mail.eml", mail(("bonne.pdf", PDF), (name, data)))
    (received,) = receipts(inbox, spool)
    assert len(received.sources) == 1
    ((document, rejection),) = received.rejections
    assert (document, rejection.kind) == (f"mail.eml!{name}", kind)
    assert advice in rejection.message


def test_each_mail_of_a_mailbox_is_opened(inbox, spool):
    mails = [
        mail(("a.pdf", PDF)),
        mail(subject="rien"),
        mail(("c.pdf", JPEG), From="Lou <lou@exemple.fr>"),
    ]
    box = b"\n".join(
        b"From emma@exemple.fr Fri Jan 12 09:30:00 2018\n" + m.as_bytes() for m in mails
    )
    put(inbox, "box.mbox", box)
    assert [s.document for s in sources(inbox, spool)] == ["box.mbox!1!a.pdf", "box.mbox!3!c.pdf"]
    assert sources(inbox, spool)[1].envelope.sender == "Lou <lou@exemple.fr>"
    assert refusals(inbox, spool) == [("box.mbox!2", "mail")]


def test_a_line_that_begins_with_from_does_not_cut_a_mail(inbox, spool):
    message = mail()
    message.set_content("Bonjour,\nFrom 2018 on\nTarif: 30\n\nFrom 2018 on\n\nFrom then\n")
    message.add_attachment(PDF, "application", "pdf", filename="a.pdf")
    text = message.as_bytes(unixfrom=False).replace(b">From", b"From")
    put(inbox, "box", b"From emma@exemple.fr Fri Jan 12 09:30:00 2018\n" + text)
    assert [s.document for s in sources(inbox, spool)] == ["box!1!a.pdf"]
    assert refusals(inbox, spool) == []


@pytest.mark.parametrize("unicode_strings", [True, False])
def test_an_outlook_mail_is_opened(inbox, spool, unicode_strings):
    outlook(
        inbox / "mail.msg", ("Fiche n°1.pdf", PDF), ("b.jpg", JPEG), unicode_strings=unicode_strings
    )
    first, second = sources(inbox, spool)
    assert [first.document, second.document] == ["mail.msg!Fiche n°1.pdf", "mail.msg!b.jpg"]
    assert first.path.read_bytes() == PDF
    assert first.envelope.sender == "Élodie Blanc <elodie@exemple.fr>"
    assert first.envelope.subject == "Inscription d'Élodie"
    assert first.envelope.received_at == datetime(2018, 1, 15, 10, 0, tzinfo=UTC)


def test_outlook_mails_within_an_outlook_mail_are_opened(inbox, spool):
    innermost = outlook_message(("c.pdf", JPEG), subject="Dedans")
    inner = outlook_message(("b.pdf", PDF), inner=innermost)
    outlook(inbox / "mail.msg", ("a.pdf", PDF), inner=inner)
    assert [s.document for s in sources(inbox, spool)] == [
        "mail.msg!a.pdf",
        "mail.msg!transmis.msg!b.pdf",
        "mail.msg!transmis.msg!transmis.msg!c.pdf",
    ]
    last = sources(inbox, spool)[-1].envelope
    assert (last.subject, last.received_at) == ("Dedans", datetime(2018, 1, 15, 10, 0, tzinfo=UTC))


def test_an_outlook_mail_is_told_from_an_old_word_file(inbox, spool):
    outlook(inbox / "mail.doc", ("a.pdf", PDF))
    assert [s.document for s in sources(inbox, spool)] == ["mail.doc!a.pdf"]


def test_an_outlook_mail_without_a_fiche_is_named(inbox, spool):
    outlook(inbox / "mail.msg")
    assert refusals(inbox, spool) == [("mail.msg", "mail")]


# Mails as programs and gateways leave them


def test_each_mail_of_a_thunderbird_folder_has_its_line(inbox, spool):
    flags = b"From \nX-Mozilla-Status: %s\nX-Mozilla-Status2: 00000000\n"
    box = flags % b"0001" + mail(("a.pdf", PDF)).as_bytes()
    box += flags % b"0009" + mail(("b.pdf", PDF)).as_bytes()
    box += flags % b"0000" + mail(("c.jpg", JPEG)).as_bytes()
    put(inbox, "Inbox", box)
    assert [s.document for s in sources(inbox, spool)] == ["Inbox!1!a.pdf", "Inbox!3!c.jpg"]
    ((name, rejection),) = receipts(inbox, spool)[0].rejections
    assert name == "Inbox!2"
    assert "supprimé" in rejection.message


def test_a_mailbox_that_is_called_a_mail_is_read_whole(inbox, spool):
    one = b"From - Sat Jan 13 08:05:09 2018\n" + mail(("a.pdf", PDF)).as_bytes() + b"\n"
    put(inbox, "a.eml", one)
    put(inbox, "b.eml", one * 2)
    assert [s.document for s in sources(inbox, spool)] == [
        "a.eml!a.pdf",
        "b.eml!1!a.pdf",
        "b.eml!2!a.pdf",
    ]


def test_a_mailbox_attached_to_a_mail_is_read(inbox, spool):
    box = b"From \n" + mail(("a.pdf", PDF)).as_bytes() + b"From \n" + mail().as_bytes()
    put(inbox, "m.eml", mail(("avant.mbox", box)))
    assert [s.document for s in sources(inbox, spool)] == ["m.eml!avant.mbox!1!a.pdf"]
    assert refusals(inbox, spool) == [("m.eml!avant.mbox!2", "mail")]


def test_a_mail_of_apple_mail_is_read(inbox, spool):
    data = mail(("a.pdf", PDF)).as_bytes()
    plist = b'<?xml version="1.0"?><plist><dict><key>flags</key></dict></plist>'
    put(inbox, "1.emlx", b"%-10d\n" % len(data) + data + plist)
    assert [s.document for s in sources(inbox, spool)] == ["1.emlx!a.pdf"]


def test_a_signed_mail_is_read_and_a_signed_file_too(inbox, spool):
    inner = mail(("a.pdf", PDF))
    del inner["From"], inner["Subject"], inner["Date"]
    put(inbox, "m.eml", mail(("smime.p7m", container(inner.as_bytes(), pieces=3)), subject="Signé"))
    put(inbox, "fiche.pdf.p7m", container(PDF))
    first, second = sources(inbox, spool)
    assert (first.document, second.document) == ("fiche.pdf.p7m", "m.eml!smime.p7m!a.pdf")
    assert second.envelope.subject == "Signé"


def test_encrypted_mails_say_so(inbox, spool):
    armour = b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"
    message = mail()
    message.set_content(armour.decode())
    put(inbox, "a.eml", message)
    put(inbox, "b.eml", mail(("encrypted.asc", armour)))
    assert refusals(inbox, spool) == [("a.eml", "encrypted"), ("b.eml!encrypted.asc", "encrypted")]


def test_files_in_the_text_of_a_mail_are_documents(inbox, spool):
    text = uuencoded(PDF, "un.pdf") + b"\net\n" + uuencoded(JPEG, "deux.jpg")
    put(inbox, "a.eml", b"From: lea@exemple.fr\nSubject: x\n\nBonjour,\n\n" + text)
    assert [s.document for s in sources(inbox, spool)] == ["a.eml!un.pdf", "a.eml!deux.jpg"]


def test_a_piece_that_was_detached_is_told_beside_another(inbox, spool):
    message = mail(("a.pdf", PDF))
    message.add_attachment(b"", "text", "x-moz-deleted", filename="Deleted: b.pdf")
    put(inbox, "m.eml", message)
    assert [s.document for s in sources(inbox, spool)] == ["m.eml!a.pdf"]
    assert refusals(inbox, spool) == [("m.eml!b.pdf", "mail")]


def test_a_link_to_a_file_elsewhere_is_told_beside_a_fiche(inbox, spool):
    message = mail()
    message.set_content("La seconde fiche : https://drive.google.com/file/d/1aB/view\n")
    message.add_attachment(PDF, "application", "pdf", filename="a.pdf")
    put(inbox, "m.eml", message)
    assert len(sources(inbox, spool)) == 1
    assert refusals(inbox, spool) == [("m.eml", "mail")]


@pytest.mark.parametrize("within", [False, True])
def test_a_mail_without_a_fiche_is_kept_with_its_text(inbox, spool, within, tmp_path):
    bare = mail(subject="Annulation")
    put(inbox, "m.eml", carrying(bare, subject="Tr") if within else bare)
    (receipt,) = receipts(inbox, spool)
    with Store.open(f"sqlite:///{tmp_path / 'fiches.sqlite'}") as store:
        store.record_received(receipt)
        (refused,) = store.refused()
    assert refused.mail == Envelope(
        "Emma Petit <emma@exemple.fr>",
        "Annulation",
        datetime(2018, 1, 12, 8, 30, tzinfo=UTC),
    )
    assert "Bonjour, voici ma fiche." in refused.mail.said


def test_of_a_mail_in_html_only_what_is_seen_is_kept(inbox, spool):
    message = mail()
    message.set_content(
        "<head><title>x</title><style>p { color: red }</style></head><!-- caché --><p>Bonjour,</p>"
        "<p>Zo&eacute; <b>ne vient pas</b>.</p><script>alert(1)</script>",
        subtype="html",
    )
    put(inbox, "m.eml", message)
    ((_, rejection),) = receipts(inbox, spool)[0].rejections
    lines = [" ".join(line.split()) for line in rejection.envelope.said.splitlines()]
    assert [line for line in lines if line] == ["Bonjour,", "Zoé ne vient pas."]


# Files inside a PDF


def test_files_inside_a_pdf_are_documents_or_told(inbox, spool):
    twice = with_files(("deux.jpg", JPEG), data=with_note(PDF))
    word = b"PK\x03\x04" + bytes(26) + b"word/document.xml"
    put(inbox, "a.pdf", with_files(("un.pdf", PDF), ("b.docx", word), ("factur-x.xml", b"<x/>")))
    put(inbox, "b.eml", mail(("c.pdf", twice)))
    assert [s.document for s in sources(inbox, spool)] == [
        "a.pdf",
        "a.pdf!un.pdf",
        "b.eml!c.pdf",
        "b.eml!c.pdf!deux.jpg",
        "b.eml!c.pdf!fiche 2.pdf",
    ]
    assert refusals(inbox, spool) == [("a.pdf!b.docx", "unsupported")]


def test_of_a_portfolio_the_files_are_read_and_not_its_cover(inbox, spool):
    cover = canvas_pdf(lambda c: c.drawString(9, 9, "Ouvrez ce porte-documents dans Acrobat."))
    held = with_files(("un.pdf", PDF), data=cover)
    put(inbox, "a.pdf", held + b"\n% /Collection\n%%EOF\n")
    put(inbox, "b.pdf", with_files(("un.pdf", JPEG)) + b"\n% /Collection\n%%EOF\n")
    assert [s.document for s in sources(inbox, spool)] == [
        "a.pdf!un.pdf",
        "b.pdf",
        "b.pdf!un.pdf",
    ]


# Who opens


def test_plain_scans_are_read_without_opening_anything(inbox, spool):
    put(inbox, "a.pdf", PDF)
    put(inbox, "b.jpg", JPEG)
    put(inbox, "c.docx", b"PK\x03\x04" + bytes(26) + b"word/document.xml")
    found = list(discover(inbox, spool, known={}, opener=lambda task: pytest.fail(task.name)))
    assert [len(received.sources) for received in found] == [1, 1, 0]


def test_a_mail_that_cannot_be_opened_costs_itself_alone(inbox, spool):
    def opener(task: Opening) -> Brought:
        if task.name in ("a.eml", "box!2"):
            raise TimeLimitError("Trop long.")
        return open_here(task)

    put(inbox, "a.eml", mail(("a.pdf", PDF)))
    put(inbox, "b.eml", mail(("b.pdf", PDF)))
    put(inbox, "box", b"".join(b"From \n" + mail(("c.pdf", PDF)).as_bytes() for _ in range(3)))
    found = list(discover(inbox, spool, known={}, opener=opener))
    assert [(name, r.kind) for one in found for name, r in one.rejections] == [
        ("a.eml", "time-limit"),
        ("box!2", "time-limit"),
    ]
    assert [s.document for one in found for s in one.sources] == [
        "b.eml!b.pdf",
        "box!1!c.pdf",
        "box!3!c.pdf",
    ]


# Running again


def opened_files(monkeypatch) -> list[str]:
    names: list[str] = []
    real = Path.open

    def spy(self, *args, **kwargs):
        names.append(self.name)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", spy)
    return names


def test_an_unchanged_inbox_is_not_read_again(inbox, spool, monkeypatch):
    put(inbox, "a.pdf", PDF)
    put(inbox, "b.eml", mail(("c.pdf", PDF)))
    put(inbox, "d.eml", mail())
    first = receipts(inbox, spool)
    opened = opened_files(monkeypatch)
    assert receipts(inbox, spool, {r.name: r for r in first}) == first
    assert opened == []


def test_a_changed_file_is_read_again(inbox, spool):
    path = put(inbox, "a.pdf", PDF)
    known = {r.name: r for r in receipts(inbox, spool)}
    path.write_bytes(PDF + b"\n")
    (again,) = receipts(inbox, spool, known)
    assert again.sources[0].sha256 == sha256(PDF + b"\n").hexdigest()
    os.utime(path, ns=(0, 0))
    assert receipts(inbox, spool, {again.name: again})[0].mtime_ns == 0


def test_a_lost_spool_is_filled_again(inbox, spool):
    put(inbox, "b.eml", mail(("c.pdf", PDF)))
    (known,) = receipts(inbox, spool)
    known.sources[0].path.unlink()
    (again,) = receipts(inbox, spool, {known.name: known})
    assert again == known
    assert again.sources[0].path.read_bytes() == PDF


def test_an_inbox_that_moved_is_read_where_it_is_now(inbox, spool, tmp_path):
    put(inbox, "a.pdf", PDF)
    known = {r.name: r for r in receipts(inbox, spool)}
    moved = inbox.rename(tmp_path / "moved")
    assert receipts(moved, spool, known)[0].sources[0].path == moved / "a.pdf"


def test_what_was_unavailable_is_tried_again_unchanged(inbox, spool):
    path = put(inbox, "a.pdf", PDF)
    stat = path.stat()
    trouble = (("a.pdf", Rejection("unavailable", "…")),)
    known = Received("a.pdf", stat.st_size, stat.st_mtime_ns, rejections=trouble)
    assert receipts(inbox, spool, {"a.pdf": known})[0].sources


def test_a_spooled_file_cut_short_is_written_again(inbox, spool):
    put(inbox, "b.eml", mail(("c.pdf", PDF)))
    ((source,),) = [r.sources for r in receipts(inbox, spool)]
    source.path.write_bytes(PDF[:10])
    receipts(inbox, spool)
    assert source.path.read_bytes() == PDF


def test_a_spool_that_cannot_be_written_costs_one_line(inbox, spool, monkeypatch):
    def full(path, data):
        raise OSError(28, "No space left on device")

    put(inbox, "b.eml", mail(("c.pdf", PDF)))
    put(inbox, "d.pdf", PDF)
    monkeypatch.setattr(unpack, "write_whole", full)
    bad, good = receipts(inbox, spool)
    ((name, rejection),) = bad.rejections
    assert (name, rejection.kind) == ("b.eml!c.pdf", "unavailable")
    assert "disque" in rejection.message
    assert good.sources
    assert list(spool.iterdir()) == []


def test_an_interrupted_write_leaves_no_document(inbox, spool, monkeypatch):
    def killed(self, target):
        raise KeyboardInterrupt

    put(inbox, "b.eml", mail(("c.pdf", PDF)))
    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        receipts(inbox, spool)
    assert list(spool.iterdir()) == []


# Names


@given(st.text(max_size=300) | st.binary(max_size=300).map(os.fsdecode))
def test_a_name_is_one_printable_line_of_bounded_length(raw):
    name = clean_name(raw)
    name.encode("utf-8")
    assert 0 < len(name) <= 120
    assert "/" not in name
    assert "\\" not in name
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in name)
    assert name == unicodedata.normalize("NFC", name)
    assert name.strip(". ")
    assert clean_name(name) == name


@given(st.lists(st.sampled_from(["a.pdf", "a (2).pdf", "a", "b.pdf"]), max_size=12))
def test_names_of_one_folder_are_told_apart(names):
    taken: set[str] = set()
    assert len({unique_name(name, taken) for name in names}) == len(names)


def test_a_long_name_keeps_its_beginning_and_its_suffix():
    name = clean_name("Fiche d'inscription " + "x" * 300 + ".pdf")
    assert name.startswith("Fiche d'inscription x")
    assert name.endswith("x….pdf")


def test_emoji_and_accents_stay():
    assert clean_name("fiche 👨‍👩‍👧 reçue.pdf") == "fiche 👨‍👩‍👧 reçue.pdf"


def test_a_name_that_reads_backwards_is_set_straight():
    assert clean_name("fiche\u202efdp.exe") == "fichefdp.exe"


def test_the_spool_inside_the_inbox_is_not_read(inbox):
    put(inbox, "b.eml", mail(("c.pdf", PDF)))
    spool = inbox / "spool"
    receipts(inbox, spool)
    assert [r.name for r in receipts(inbox, spool)] == ["b.eml"]


def test_outputs_are_no_input_though_the_file_system_writes_their_name_otherwise(
    inbox, spool, monkeypatch
):
    """As macOS does; there ``Résultats``, ``résultats`` and their letters taken apart are one."""
    (inbox / "Résultats").mkdir()
    (inbox / "Résultats" / "report.pdf").write_bytes(b"%PDF-1.4\n")
    (inbox / "fiche.pdf").write_bytes(b"%PDF-1.4\n")
    (inbox / "re\u0301sultats").symlink_to(inbox / "Résultats")
    (asked,) = [p for p in inbox.iterdir() if p.is_symlink()]
    names = [r.name for r in discover(inbox, spool, known={}, outputs=(asked,))]
    assert names == ["fiche.pdf"]
