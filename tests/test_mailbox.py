"""Every mail of a mailbox is found, whichever program wrote it."""

from email import policy
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.intake.filekind import Kind
from pipeline.intake.mail import open_mail
from pipeline.intake.mailbox import MOST_MAILS, is_deleted, is_mailbox, mails, unquoted
from tests.mails import mail

DATE = b"Sat Jan 13 08:05:09 2018"
SEPARATORS = {
    "RFC 4155": b"From lea@exemple.fr " + DATE,
    "Thunderbird": b"From - " + DATE,
    "Thunderbird, of folders": b"From ",
    "Eudora": b"From ???@??? " + DATE,
    "Gmail Takeout": b"From 1589@xxx Sat Jan 13 08:05:09 +0000 2018",
    "another mailbox inside": b"From lea@exemple.fr " + DATE + b"\n>From - " + DATE,
    "flags": b"From - " + DATE + b"\nX-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000",
}
BODIES = [
    "Bonjour,\nFrom now on, call me.\nLéa\n",
    "From 2018 on\nTarif: 30\n\nFrom 2018\n\nFrom then\n",
    ">From the start\n>>From afar\n",
    "From\n\nFrom \n\n",
    "From: somebody\nTo: nobody\n",
]


def joined(bodies: list[tuple[str, bytes]], dialect: str, *, gap: bytes, quoted: bool) -> bytes:
    box = b""
    for number, (text, data) in enumerate(bodies):
        message = mail(("a.pdf", data), subject=f"n{number}")
        message.get_payload()[0].set_content(text, cte="8bit")
        cte = ["base64", "quoted-printable", "base64"][number % 3]
        message.get_payload()[1].set_content(data, "application", "pdf", cte=cte, filename="a.pdf")
        raw = message.as_bytes(policy=policy.default.clone(max_line_length=0))
        if quoted:
            raw = b"\n".join(
                b">" + line if line.lstrip(b">").startswith(b"From ") else line
                for line in raw.split(b"\n")
            )
        box += SEPARATORS[dialect] + b"\n" + raw.rstrip(b"\n") + b"\n" + gap
    return box


def cut(box: bytes) -> list[bytes]:
    return [box[start:end] for start, end in mails(BytesIO(box))]


@settings(max_examples=60, deadline=None)
@given(
    bodies=st.lists(
        st.tuples(st.sampled_from(BODIES), st.binary(min_size=1, max_size=90)),
        min_size=1,
        max_size=5,
    ),
    dialect=st.sampled_from(sorted(SEPARATORS)),
    gap=st.sampled_from([b"", b"\n", b"\n\n"]),
    quoted=st.booleans(),
    ends=st.sampled_from([b"\n", b"\r\n", b"\r"]),
)
def test_the_mails_that_were_joined_come_back_with_their_attachments(
    bodies, dialect, gap, quoted, ends
):
    data = [b"%PDF-1.4 " + content.hex().encode() for _, content in bodies]
    pairs = [(text, one) for (text, _), one in zip(bodies, data, strict=True)]
    box = joined(pairs, dialect, gap=gap, quoted=quoted).replace(b"\n", ends)
    assert is_mailbox(box)
    opened = [open_mail(unquoted(one), Kind.EML) for one in cut(box)]
    assert [one.envelope.subject for one in opened] == [f"n{n}" for n in range(len(bodies))]
    assert [[piece.content for piece in one.pieces] for one in opened] == [[one] for one in data]


def test_a_quoted_mail_in_a_piece_does_not_cut_the_mail_that_brings_it():
    message = mail()
    lines = b"Voici :\n\nFrom lea@exemple.fr " + DATE + b"\nFrom: lea@exemple.fr\nSubject: un\n"
    message.add_attachment(lines.decode(), filename="source.txt", cte="8bit")
    message.add_attachment(b"%PDF-1.4", "application", "pdf", filename="a.pdf")
    box = b"From - " + DATE + b"\n" + message.as_bytes() + b"\n"
    assert len(cut(box * 2)) == 2


def test_a_mail_sent_twice_or_cut_short_hides_none_behind_it():
    message = mail(("a.pdf", b"%PDF-1.4")).as_bytes()
    box = b"From - " + DATE + b"\n" + message[: len(message) - 60] + b"\nFrom - " + DATE + b"\n"
    assert len(cut(box + message)) == 2


def test_what_stands_before_the_first_line_is_a_mail_unless_it_is_blank():
    one = b"From - " + DATE + b"\nFrom: a@exemple.fr\nSubject: x\n\ny\n"
    assert len(cut(b"\xef\xbb\xbf\n\n" + one)) == 1
    assert len(cut(b"From: b@exemple.fr\nSubject: y\n\nz\n\n" + one)) == 2


def test_windows_of_a_large_mailbox_overlap(monkeypatch):
    monkeypatch.setattr("pipeline.intake.mailbox._WINDOW_BYTES", 97)
    monkeypatch.setattr("pipeline.intake.mailbox._AHEAD_BYTES", 400)
    one = b"From \nFrom: a@exemple.fr\nSubject: x\n\n" + b"text\n" * 9
    assert cut(one * 40) == [one] * 40


def test_a_mailbox_without_end_is_cut_after_so_many_mails():
    one = b"From \nFrom: a@exemple.fr\nSubject: x\n\n"
    assert len(cut(one * (MOST_MAILS + 50))) == MOST_MAILS + 1


@pytest.mark.parametrize(
    ("header", "deleted"),
    [
        (b"X-Mozilla-Status: 0009", True),
        (b"X-Mozilla-Status: 0001", False),
        (b"X-Mozilla-Status: 1008", True),
        (b"X-Status: AD", True),
        (b"X-Status: A", False),
    ],
)
@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r"])
def test_a_mail_that_only_waits_to_be_removed_is_known(header, deleted, ends):
    data = b"From - \n" + header + b"\nSubject: x\n\nX-Mozilla-Status: 0009\n"
    assert is_deleted(data.replace(b"\n", ends)) is deleted


@pytest.mark.parametrize(
    "text", [b"From now on, all is well.\n", b"From: a@b\nTo: c@d\n\n", b"From \n"]
)
def test_a_text_is_no_mailbox(text):
    assert not is_mailbox(text)


def test_a_message_without_any_header_is_a_mail_where_its_line_is_dated():
    empty = b"From lea@exemple.fr " + DATE + b"\n\nBonjour\n\n"
    assert len(cut(empty * 3)) == 3
