"""Mails are cut into their parts, and no header may explode."""

import time
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import MailError
from pipeline.intake.mime import Allowance, Part, decoded, outline, parameters, parsed

HEAD = b"From: lea@exemple.fr\r\nSubject: x\r\n"
NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=90
)


def leaves(part: Part) -> list[Part]:
    return [leaf for one in part.parts for leaf in leaves(one)] if part.parts else [part]


@settings(deadline=None)
@given(
    name=NAMES, subject=NAMES, body=st.binary(max_size=200), ends=st.sampled_from(["\n", "\r\n"])
)
def test_what_a_mail_program_writes_is_read(name, subject, body, ends):
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content("Bonjour")
    message.add_attachment(body, "application", "pdf", filename=name)
    part = parsed(message.as_bytes(policy=message.policy.clone(linesep=ends)), Allowance())
    text, piece = leaves(part)
    assert part.shown("subject") == subject
    assert (piece.file_name, piece.media_type, piece.encoding) == (
        name,
        "application/pdf",
        "base64",
    )
    assert bytes(text.raw).strip() == b"Bonjour"


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r", b"\r\r\n"])
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\n\n", b"From - Sat\n>From - Sun\n"])
def test_any_line_ends_and_marks_before_the_first_header_will_do(ends, before):
    data = (
        before + b"Content-Type: multipart/mixed;\n boundary=k\n\n--k\n\nun\n--k\n\ndeux\n--k--\n"
    )
    part = parsed(data.replace(b"\n", ends), Allowance())
    assert [bytes(leaf.raw).strip() for leaf in part.parts] == [b"un", b"deux"]


def test_a_boundary_within_a_longer_one_or_in_a_line_cuts_nothing():
    data = (
        HEAD + b"Content-Type: multipart/mixed; boundary=k\n\n--k\n\na --k\n--kk\n--k-\nb\n--k\n\nc"
    )
    assert [bytes(leaf.raw) for leaf in parsed(data, Allowance()).parts] == [
        b"a --k\n--kk\n--k-\nb",
        b"c",
    ]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('x; name="a;b=c.pdf"; size=3', "a;b=c.pdf"),
        ("x; name*=iso-8859-1'fr'%E9t%E9.pdf", "été.pdf"),
        ("x; name*0*=utf-8''%C3; name*1*=%A9t; name*2=e.pdf", "éte.pdf"),
        ("x; name*1=b.pdf; name*0=a", "ab.pdf"),
        ('x; name="C:\\Mes documents\\a.pdf"', "C:\\Mes documents\\a.pdf"),
        ('x; name="a\\"b.pdf', 'a"b.pdf'),
        ("x; name*=a'b.pdf", "a'b.pdf"),
    ],
)
def test_names_are_read_however_they_are_written(header, name):
    assert parameters(header)["name"] == name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=?utf-8?q?=C3?= =?utf-8?q?=A9t=C3=A9?= 2018", "été 2018"),
        ("=?x-none?q?a?=", "a"),
        ("=?utf-8?b?!!?=", "=?utf-8?b?!!?="),
        ("=?zip?q?a?= x", "a x"),
    ],
)
def test_encoded_words_are_decoded_or_left_as_they_are(text, shown):
    assert decoded(text).strip() in (shown, "")


HOSTILE = {
    "digits": b"From: " + b"1" * 32_000 + b"\r\n\r\nx",
    "encoded words": b"From: " + b"=?utf-8?q?=C3=A9?= " * 24_000 + b"\r\n\r\nx",
    "parameters": b"Content-Type: text/plain" + b"; p=1" * 40_000 + b"\r\n\r\nx",
    "continued names": HEAD
    + b"Content-Disposition: attachment"
    + b"".join(b";\r\n filename*%d*=a" % n for n in range(40_000)),
    "folds": b"Subject: x" + b"\r\n y" * 200_000 + b"\r\n\r\nx",
    "spaces": (b"a" + b" " * 50_000 + b"\r\n") * 10,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_header_costs_little(what):
    start = time.process_time()
    part = parsed(HOSTILE[what], Allowance())
    assert len(part.shown("from")) + len(part.shown("subject")) + len(part.file_name) < 20_000
    assert time.process_time() - start < 2.0


def test_parts_without_number_and_without_end_are_refused():
    data = HEAD + b"Content-Type: multipart/mixed; boundary=k\r\n\r\n"
    with pytest.raises(MailError, match="pièces"):
        parsed(data + b"--k\r\n\r\n" * 100_000, Allowance())
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=k%d\r\n\r\n--k%d\r\n" % (n, n) for n in range(99)
    )
    with pytest.raises(MailError, match="niveaux"):
        parsed(nested, Allowance())


@given(st.binary(max_size=400))
def test_any_bytes_are_some_mail(data):
    assert outline(data).headers == parsed(data, Allowance()).headers
