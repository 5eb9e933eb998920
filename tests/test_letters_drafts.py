import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import OCCASION, ORGANISER, RECEIPT, text

from pipeline.errors import ConfigError
from pipeline.ledger import PaidBy
from pipeline.letters.draft import draft
from pipeline.letters.letter import Confirmation, Letter, Request
from pipeline.papers.occasion import Occasion, Organiser
from pipeline.papers.receipt import Paid

REQUEST = Request(
    OCCASION,
    "zoe.martin@exemple.fr",
    RECEIPT.payer,
    RECEIPT.people,
    RECEIPT.reference,
    RECEIPT.items,
    RECEIPT.owed_cents,
)
CONFIRMATION = Confirmation(OCCASION, "zoe.martin@exemple.fr", RECEIPT)
HOSTILE = "Zoé\r\nBcc: all@exemple.fr\r\n\r\n<b>{{ 7 * 7 }}</b>"
HEADERS = {"X-Unsent", "From", "To", "Subject", "MIME-Version", "Content-Type"}


def opened(data: bytes) -> EmailMessage:
    """The draft as a mail program takes it."""
    mail = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    assert not any(part.defects for part in mail.walk())
    return mail


def body(data: bytes) -> str:
    part = opened(data).get_body()
    assert isinstance(part, EmailMessage)
    lines = str(part.get_content()).split("\r\n")
    return "\n".join(lines).replace("\u00a0", " ").replace("\u202f", " ")


def test_a_draft_is_opened_for_writing_and_has_no_date() -> None:
    mail = opened(draft(REQUEST))
    assert mail["X-Unsent"] == "1"
    assert mail["From"] == "Les Amis du Moulin <amis@exemple.fr>"
    assert mail["To"] == "zoe.martin@exemple.fr"
    assert mail["Subject"] == "Journée d'été : règlement de votre inscription (RF92 3FA9 C2D4 1)"
    assert set(mail) == HEADERS | {"Content-Transfer-Encoding"}
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content_charset() == "utf-8"


def test_the_request_says_what_is_owed_for_what_and_how_to_pay_it() -> None:
    told = body(draft(REQUEST))
    for words in (
        "votre inscription à « Journée d'été ».",
        "Date : 1er février 2018\nHoraires : 9 h - 17 h\nLieu : Salle Émile-Zola, Rennes\n",
        "Inscription au nom de : ESAT du Moulin\n",
        "Personnes inscrites : Zoé MARTIN, Luc PETIT, Éloïse L'HÔTE\n",
        "- Adultes : 2 × 30,00 € = 60,00 €\n- Jeunes : 1 × 40,00 € = 40,00 €\n"
        "- Goûters : 3 × 12,10 € = 36,30 €\nTotal : 136,30 €\n",
        "régler 136,30 € par virement",
        "IBAN : FR76 4255 9000 1121 0280 6540 308\nBIC : CCOPFRPPXXX\n",
        "Référence : RF92 3FA9 C2D4 1\n",
        "confirmée à réception du règlement",
    ):
        assert words in told
    assert "Déjà réglé" not in told
    assert "Écart" not in told


def test_who_paid_a_part_is_asked_for_the_rest() -> None:
    told = body(draft(replace(REQUEST, paid_cents=10000)))
    assert "Total : 136,30 €\nDéjà réglé : 100,00 €\nReste à régler : 36,30 €\n" in told
    assert "régler 36,30 € par virement" in told


def test_what_was_agreed_stands_between_lines_and_total() -> None:
    told = body(draft(replace(REQUEST, owed_cents=13000)))
    assert "= 36,30 €\n- Écart convenu : −6,30 €\nTotal : 130,00 €\n" in told


def test_what_is_not_known_leaves_no_hole() -> None:
    bare = Occasion("Journée", Organiser("Amis"))
    for letter in (
        replace(REQUEST, occasion=bare, people=("Zoé MARTIN",), reference=""),
        replace(CONFIRMATION, occasion=bare),
    ):
        told = body(draft(letter))
        for word in ("None", "IBAN", "Date :", "Lieu :", "()", "\n\n\n"):
            assert word not in told
    assert "Personne inscrite : Zoé MARTIN\n" in body(
        draft(replace(REQUEST, people=("Zoé MARTIN",)))
    )


def test_an_account_of_nobody_known_has_no_beneficiary() -> None:
    nobody = replace(OCCASION, organiser=replace(ORGANISER, name=""))
    told = body(draft(replace(REQUEST, occasion=nobody)))
    assert "IBAN" in told
    assert "Bénéficiaire" not in told


def test_the_confirmation_brings_its_receipt() -> None:
    data = draft(CONFIRMATION)
    mail, told = opened(data), body(data)
    assert set(mail) == HEADERS
    assert mail["Subject"] == "Journée d'été : votre inscription est confirmée"
    assert "Le reçu n° 2018-0007 (136,30 €) est joint" in told
    assert "Lieu : Salle Émile-Zola, Rennes\n" in told
    assert "Personnes inscrites : Zoé MARTIN, Luc PETIT, Éloïse L'HÔTE\n" in told
    (receipt,) = mail.iter_attachments()
    assert receipt.get_filename() == "recu-2018-0007.pdf"
    assert receipt.get_content_type() == "application/pdf"
    assert "Reçu n° 2018-0007" in text(receipt.get_content())


def test_the_same_letter_is_the_same_draft() -> None:
    for letter in (REQUEST, CONFIRMATION):
        assert draft(letter) == draft(letter)
    other = replace(CONFIRMATION, receipt=replace(RECEIPT, number="2018-0008"))
    assert opened(draft(other)).get_boundary() != opened(draft(CONFIRMATION)).get_boundary()


@pytest.mark.parametrize(
    "to",
    ["", "zoe", "zoe@", "a@b.fr, c@d.fr", "zoe@exemple.fr\r\nBcc: x@y.fr", "<zoe@x.fr>", "é@x.fr"],
)
def test_what_is_no_address_is_left_for_a_person_to_fill_in(to: str) -> None:
    mail = opened(draft(replace(REQUEST, to=to)))
    assert "To" not in mail
    assert "Bcc" not in mail


def test_an_organiser_without_an_address_is_left_out() -> None:
    bare = replace(OCCASION, organiser=replace(ORGANISER, email=""))
    assert "From" not in opened(draft(replace(REQUEST, occasion=bare)))


def hostile(text: str) -> Iterator[Letter]:
    organiser = replace(ORGANISER, name=text, address=text, bic=text, iban=text, vat=text)
    occasion = Occasion(text, organiser, OCCASION.day, text, text)
    items = tuple(replace(item, label=text) for item in RECEIPT.items)
    paid = (Paid(RECEIPT.day, 100, PaidBy.CHEQUE, text),)
    yield Request(occasion, text, text, (text, text), text, items, 5000)
    receipt = replace(
        RECEIPT, number=text, payer=text, people=(text,), items=items, reference=text, payments=paid
    )
    yield Confirmation(occasion, text, receipt)


def test_no_name_writes_a_header_a_line_or_a_piece_of_template() -> None:
    for letter in hostile(HOSTILE):
        data = draft(letter)
        mail, told = opened(data), body(data)
        assert set(mail) <= HEADERS | {"Content-Transfer-Encoding"}
        assert not re.search(r"^Bcc", told, re.MULTILINE)
        assert "{{ 7 * 7 }}" in told
        assert mail["From"].addresses[0].addr_spec == "amis@exemple.fr"
        assert len(mail["From"].addresses) == 1


@settings(max_examples=150, deadline=None)
@given(name=st.text(max_size=120))
def test_any_name_comes_through_whole_and_as_a_name(name: str) -> None:
    for letter in hostile(name):
        data = draft(letter)
        mail = opened(data)
        assert set(mail) <= HEADERS | {"Content-Transfer-Encoding"}
        assert [a.addr_spec for a in mail["From"].addresses] == ["amis@exemple.fr"]
        assert "To" not in mail or mail["To"] == name.strip()
        assert "Madame, Monsieur," in body(data)
        assert all(len(line) <= 998 for line in data.split(b"\r\n"))


def test_names_of_any_letters_and_signs_come_through_in_headers() -> None:
    name = 'Œuvre "Łódź", <amis> & É. (35) ' + "très longue association " * 6
    occasion = replace(OCCASION, name=name, organiser=replace(ORGANISER, name=name))
    mail = opened(draft(replace(REQUEST, occasion=occasion)))
    assert mail["From"].addresses[0].display_name == name.strip()
    assert mail["Subject"].startswith(name.strip())


def put(folder: Path, template: str, name: str = "demande.txt.j2") -> Path:
    path = folder / name
    path.write_text(template, "utf-8")
    return path


def test_ones_own_template_counts_and_the_other_ships(tmp_path: Path) -> None:
    put(tmp_path, "Objet : À payer\nBonjour {{ payeur }}, {{ reste }} {{ iban }}\n")
    data = draft(REQUEST, folder=tmp_path)
    assert opened(data)["Subject"] == "À payer"
    assert body(data) == "Bonjour ESAT du Moulin, 136,30 € FR76 4255 9000 1121 0280 6540 308\n"
    assert draft(CONFIRMATION, folder=tmp_path) == draft(CONFIRMATION)


def test_a_template_may_have_a_mark_of_notepad_and_pieces_beside_it(tmp_path: Path) -> None:
    put(tmp_path, "\ufeffObjet: Bonjour\r\n{% include 'fin.txt' %}\r\n")
    put(tmp_path, "Bien à vous", "fin.txt")
    data = draft(REQUEST, folder=tmp_path)
    assert (opened(data)["Subject"], body(data)) == ("Bonjour", "Bien à vous\n")


@pytest.mark.parametrize(
    ("template", "line", "what"),
    [
        ("Objet : A\n\n{{ evenment }}\n", 3, "'evenment' is undefined"),
        ("Objet : A\n{{ lignes[0].prix }}\n", 2, "no attribute 'prix'"),
        ("Objet : A\n{% if date %}\n", 2, "endif"),
        ("Objet : A\n{{ date | nope }}\n", 2, "nope"),
        ("Objet : A\n\n{{ total + 1 }}\n", 3, "TypeError"),
        ("Objet : A\n{{ ''.__class__.__mro__ }}\n", 2, "unsafe"),
        ("Objet : A\n{{ personnes.__init__.__globals__ }}\n", 2, "unsafe"),
        ("Objet : A\n{% include 'nothing.txt' %}\n", 2, "no file nothing.txt"),
        ("Bonjour\n", 1, "Objet"),
        ("Objet : {{ recu }}\nBonjour\n", 1, "Objet"),
        ("", 1, "Objet"),
    ],
)
def test_a_faulty_template_says_its_file_line_and_what(
    tmp_path: Path, template: str, line: int, what: str
) -> None:
    path = put(tmp_path, template)
    with pytest.raises(ConfigError) as error:
        draft(REQUEST, folder=tmp_path)
    assert f"{path}, line {line}: " in str(error.value)
    assert what in str(error.value)
    assert "Mend it" in str(error.value)


def test_a_fault_in_a_piece_is_said_of_the_piece(tmp_path: Path) -> None:
    put(tmp_path, "Objet : A\n{% include 'fin.txt' %}\n")
    piece = put(tmp_path, "\n{{ qui }}\n", "fin.txt")
    with pytest.raises(ConfigError, match=re.escape(f"{piece}, line 2: 'qui' is undefined")):
        draft(REQUEST, folder=tmp_path)
    put(tmp_path, "\n\n{% endif %}\n", "fin.txt")
    with pytest.raises(ConfigError, match=re.escape(f"{piece}, line 3: ")):
        draft(REQUEST, folder=tmp_path)


def test_a_fault_names_nobody(tmp_path: Path) -> None:
    put(tmp_path, "Objet : A\n{{ personnes[0] | int(base='x') }}{{ payeur | round }}\n")
    with pytest.raises(ConfigError) as error:
        draft(REQUEST, folder=tmp_path)
    assert not any(name in str(error.value) for name in (*RECEIPT.people, RECEIPT.payer))


def test_a_template_in_another_encoding_says_where(tmp_path: Path) -> None:
    path = tmp_path / "demande.txt.j2"
    path.write_bytes("Objet : A\nÀ régler\n".encode("cp1252"))
    with pytest.raises(ConfigError, match=re.escape(f"{path}, line 2: not UTF-8")):
        draft(REQUEST, folder=tmp_path)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="letters ="):
        draft(REQUEST, folder=tmp_path / "none")
