"""Every bad input costs one line, in French, and never the batch."""

import csv
import os
import subprocess
import sys
from collections.abc import Callable
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.cli import main
from pipeline.config import Settings
from pipeline.errors import DocumentError
from pipeline.forms.schema import load_form
from pipeline.intake.ingest import open_pages
from pipeline.intake.receive import discover
from pipeline.paths import FORMS
from pipeline.records import Page, Rejection
from pipeline.simulate import simulate
from tests.mails import PDF, mail, nested, outlook_message, raw_mail
from tests.paper import (
    FULL_PAGE,
    HEIGHT,
    WIDTH,
    image_object,
    jpeg_object,
    pages_pdf,
    pdf_bytes,
    saved,
    sheet,
)
from tests.test_ingest import deep_png, png_of_size
from tests.test_pdf import StandardEncryption, canvas_pdf

GOOD = "zz bonne fiche.pdf"


@pytest.fixture
def inbox(tmp_path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / GOOD).write_bytes(PDF)
    return folder


def read_all(inbox: Path) -> dict[str, list[str]]:
    """What becomes of each document: "page" for a page read, otherwise the kind of its line."""
    lines: dict[str, list[str]] = {}
    for received in discover(inbox, inbox.parent / "spool", known={}):
        for name, rejection in received.rejections:
            assert rejection.message.endswith(".")
            lines.setdefault(name, []).append(rejection.kind)
        for source in received.sources:
            found = lines.setdefault(source.document, [])
            try:
                for page in open_pages(source, Settings()):
                    found.append("page" if isinstance(page, Page) else page.kind)
            except DocumentError as err:
                found.append(err.kind)
    assert lines.pop(GOOD) == ["page"]
    return lines


def jpeg_cut() -> bytes:
    return saved(sheet(), "JPEG")[:-500]


BAD: dict[str, tuple[Callable[[], bytes], list[str]]] = {
    "an empty file": (lambda: b"", ["empty"]),
    "a truncated JPEG": (jpeg_cut, ["damaged"]),
    "a damaged PDF": (lambda: PDF[: len(PDF) // 2], ["damaged"]),
    "an encrypted PDF": (
        lambda: canvas_pdf(lambda c: c.drawString(9, 9, "x"), encrypt=StandardEncryption("secret")),
        ["encrypted"],
    ),
    "a PDF without pages": (
        lambda: pdf_bytes(
            b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"
        ),
        ["damaged"],
    ),
    "a PDF of 2000 pages": (lambda: pages_pdf([(b"", b"")] * 2000), ["too-large"]),
    "a renamed program": (lambda: b"MZ\x90\0" + bytes(500), ["unsupported"]),
    "a text file": (lambda: b"Bonjour,\nvoici ma fiche.", ["unsupported"]),
    "a Word file": (lambda: b"PK\x03\x04" + bytes(26) + b"word/document.xml", ["unsupported"]),
    "noise": (lambda: bytes(range(256)) * 9, ["unsupported"]),
    "one pixel": (lambda: saved(sheet(1, 1), "PNG"), ["too-small"]),
    "a picture bomb": (lambda: png_of_size(40_000, 40_000), ["too-large"]),
    "a mail without attachments": (lambda: mail().as_bytes(), ["mail"]),
    "CMYK": (lambda: saved(sheet().convert("CMYK"), "JPEG"), ["page"]),
    "16 bits": (lambda: deep_png(40_000), ["page"]),
    "a palette with alpha": (lambda: saved(sheet().convert("RGBA").quantize(8), "PNG"), ["page"]),
    "a bad page in a PDF": (
        lambda: pages_pdf([(b"", b""), (FULL_PAGE, b"")], jpeg_object(jpeg_cut(), WIDTH, HEIGHT)),
        ["page", "damaged"],
    ),
    "a picture bomb in a PDF": (
        lambda: pages_pdf(
            [(FULL_PAGE, b"")],
            image_object(sheet()).replace(b"/Width 300 /Height 420", b"/Width 40000 /Height 40000"),
        ),
        ["too-large"],
    ),
}


@pytest.mark.parametrize("suffix", [".pdf", ".jpg", ""])
@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_costs_its_own_line(inbox, what, suffix):
    make, expected = BAD[what]
    (inbox / f"a{suffix}").write_bytes(make())
    assert read_all(inbox) == {f"a{suffix}": expected}


@pytest.mark.parametrize("what", [w for w in BAD if "mail" not in w and "text" not in w])
def test_a_bad_attachment_costs_its_own_line(inbox, what):
    make, expected = BAD[what]
    (inbox / "a.eml").write_bytes(mail(("piece.pdf", make())).as_bytes())
    assert read_all(inbox) == {"a.eml!piece.pdf": expected}


ODD_NAMES = [
    (b"deux\nlignes.pdf", "deux lignes.pdf"),
    ("fête 🎉.pdf".encode(), "fête 🎉.pdf"),
    (b"re\xe7u.pdf", "reçu.pdf"),
    ("reçu.pdf".encode(), "reçu.pdf"),
    (b"x" * 246 + b".pdf", "x" * 115 + "….pdf"),
    (b"\x1b[31mrouge\x07.pdf", "[31mrouge .pdf"),
    (b"-rf.pdf", "-rf.pdf"),
    (b"=1+1.pdf", "=1+1.pdf"),
]


@pytest.mark.parametrize(("raw", "shown"), ODD_NAMES)
def test_odd_names_are_read_and_shown(inbox, raw, shown):
    Path(os.fsdecode(os.fsencode(inbox) + b"/" + raw)).write_bytes(PDF)
    assert read_all(inbox) == {shown: ["page"]}


def test_names_that_look_alike_are_told_apart(inbox):
    for raw in (b"re\xe7u.pdf", "reçu.pdf".encode(), "rec\u0327u.pdf".encode()):
        Path(os.fsdecode(os.fsencode(inbox) + b"/" + raw)).write_bytes(PDF)
    assert sorted(read_all(inbox)) == ["reçu (2).pdf", "reçu (3).pdf", "reçu.pdf"]


@pytest.mark.posix
def test_links_to_folders_do_not_loop(inbox, tmp_path):
    (inbox / "sub").mkdir()
    (inbox / "sub" / "b.pdf").write_bytes(PDF)
    (inbox / "sub" / "up").symlink_to(inbox)
    (inbox / "sub" / "self").symlink_to(".")
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "c.pdf").write_bytes(PDF)
    (outside / "deep" / "again").symlink_to(outside)
    (inbox / "far").symlink_to(outside)
    assert read_all(inbox) == {
        "far/deep/again": ["unavailable"],
        "far/deep/c.pdf": ["page"],
        "sub/b.pdf": ["page"],
        "sub/self": ["unavailable"],
        "sub/up": ["unavailable"],
    }


@pytest.mark.posix
def test_links_to_files_are_followed_and_broken_ones_named(inbox, tmp_path):
    (tmp_path / "far.pdf").write_bytes(PDF)
    (inbox / "a.pdf").symlink_to(tmp_path / "far.pdf")
    (inbox / "b.pdf").symlink_to(tmp_path / "gone.pdf")
    (inbox / "c.pdf").symlink_to(inbox / "d.pdf")
    (inbox / "d.pdf").symlink_to(inbox / "c.pdf")
    assert read_all(inbox) == {
        "a.pdf": ["page"],
        "b.pdf": ["unavailable"],
        "c.pdf": ["unavailable"],
        "d.pdf": ["unavailable"],
    }


UNPRIVILEGED = """
import os, sys
from pathlib import Path
from pipeline.intake.receive import discover
os.seteuid(65534)
for r in discover(Path(sys.argv[1]), Path(sys.argv[2]), known={}):
    print(r.name, len(r.sources), *(x.kind for _, x in r.rejections))
"""


@pytest.mark.posix
@pytest.mark.skipif(getattr(os, "geteuid", int)() != 0, reason="only root can give up its rights")
def test_a_file_or_folder_without_read_permission_is_named(inbox):
    for folder in (inbox, *inbox.parents):
        if folder.stat().st_uid == 0 and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    (inbox / "a.pdf").write_bytes(PDF)
    (inbox / "a.pdf").chmod(0)
    (inbox / "b").mkdir(mode=0)
    done = subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, inbox, inbox.parent / "spool"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "a.pdf 0 unavailable",
        "b 0 unavailable",
        f"{GOOD} 1",
    ]


@pytest.mark.parametrize("error", [PermissionError, FileNotFoundError, OSError])
def test_a_file_that_cannot_be_opened_is_named_and_tried_again(inbox, monkeypatch, error):
    (inbox / "a.pdf").write_bytes(PDF)
    real = Path.open

    def refusing(self, *args, **kwargs):
        if self.name == "a.pdf":
            raise error(13, "no")
        return real(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refusing)
        receipts = {r.name: r for r in discover(inbox, inbox.parent / "spool", known={})}
        assert [r.kind for _, r in receipts["a.pdf"].rejections] == ["unavailable"]
    again = {r.name: r for r in discover(inbox, inbox.parent / "spool", known=receipts)}
    assert len(again["a.pdf"].sources) == 1


def test_a_file_that_vanishes_from_the_inbox_is_named(inbox):
    (inbox / "a.pdf").write_bytes(PDF)
    (inbox / "b.pdf").write_bytes(PDF)
    found = discover(inbox, inbox.parent / "spool", known={})
    assert next(found).name == "a.pdf"
    (inbox / "b.pdf").unlink()
    vanished = next(found)
    assert vanished.name == "b.pdf"
    assert [r.kind for _, r in vanished.rejections] == ["unavailable"]
    assert next(found).name == GOOD


def test_a_file_that_vanishes_before_it_is_opened_is_named(inbox):
    (received,) = discover(inbox, inbox.parent / "spool", known={})
    (inbox / GOOD).unlink()
    with pytest.raises(DocumentError, match="relancer") as caught:
        list(open_pages(received.sources[0], Settings()))
    assert caught.value.kind == "unavailable"


def test_a_file_still_being_written_waits_for_the_next_run(inbox, monkeypatch):
    growing = inbox / "a.pdf"
    growing.write_bytes(PDF)
    real = Path.open

    def append(self, *args, **kwargs):
        file = real(self, *args, **kwargs)
        if self == growing:
            with real(self, "ab") as more:
                more.write(b"more")
        return file

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", append)
        receipts = {r.name: r for r in discover(inbox, inbox.parent / "spool", known={})}
    ((_, rejection),) = receipts["a.pdf"].rejections
    assert rejection.kind == "unavailable"
    assert "en cours d'écriture" in rejection.message
    assert receipts["a.pdf"].sources == ()
    again = {r.name: r for r in discover(inbox, inbox.parent / "spool", known=receipts)}
    assert len(again["a.pdf"].sources) == 1


@pytest.mark.parametrize("name", ["a.pdf.part", "a.pdf.crdownload", "a.TMP"])
def test_a_download_under_way_waits_for_the_next_run(inbox, name):
    (inbox / name).write_bytes(PDF)
    assert read_all(inbox) == {name: ["unavailable"]}


@pytest.mark.posix
def test_what_is_no_ordinary_file_is_not_opened(inbox):
    os.mkfifo(inbox / "a.pdf")
    assert read_all(inbox) == {"a.pdf": ["unsupported"]}


def test_mails_nested_50_deep_are_refused_and_their_neighbours_read(inbox):
    deep = nested(50, mail(("fiche.pdf", PDF)))
    deep.add_attachment(PDF, "application", "pdf", filename="dessus.pdf")
    (inbox / "a.eml").write_bytes(deep.as_bytes())
    lines = read_all(inbox)
    assert lines.pop("a.eml!dessus.pdf") == ["page"]
    ((name, kinds),) = lines.items()
    assert kinds == ["mail"]
    assert name.count("!") == 10


def test_mails_attached_as_files_50_deep_are_refused(inbox):
    data = mail(("fiche.pdf", PDF)).as_bytes()
    headers = b"From: e@exemple.fr\r\nSubject: TR"
    for level in range(50):
        data = raw_mail(headers, data, filename=b"transmis.eml", cut=b"cut%dx" % level)
    (inbox / "a.eml").write_bytes(data)
    assert list(read_all(inbox).values()) == [["mail"]]


def test_outlook_mails_nested_50_deep_are_refused(inbox):
    message = outlook_message(("fiche.pdf", PDF))
    for _ in range(50):
        message = outlook_message(inner=message)
    message.save(inbox / "a.msg")
    assert list(read_all(inbox).values()) == [["mail"]]


def test_a_mail_nested_beyond_all_reason_is_refused(inbox):
    data = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(3000)
    )
    (inbox / "a.eml").write_bytes(b"From: e@exemple.fr\r\nSubject: x\r\n" + data)
    assert list(read_all(inbox)) == ["a.eml"]


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_cut_outlook_mail_costs_its_own_line(inbox, share):
    data = outlook_message(("fiche.pdf", PDF)).to_bytes()
    (inbox / "a.msg").write_bytes(data[: int(len(data) * share)])
    ((_, kinds),) = read_all(inbox).items()
    assert kinds in (["damaged"], ["mail"])


def test_attachments_with_paths_for_names_stay_in_the_spool(inbox):
    (inbox / "a.eml").write_bytes(mail(("../../x", PDF), ("../../y.pdf", PDF)).as_bytes())
    assert read_all(inbox) == {"a.eml!x": ["page"], "a.eml!y.pdf": ["page"]}
    assert {p.name for p in inbox.parent.iterdir()} == {"inbox", "spool"}


MAILS = [
    mail(("a.pdf", PDF)).as_bytes(),
    nested(2, mail(("a.pdf", PDF))).as_bytes(),
    raw_mail(b"From: =?utf-8?q?Ren=C3=A9e?= <r@exemple.fr>\r\nSubject: re\xe7u"),
    outlook_message(("a.pdf", PDF), inner=outlook_message(("b.pdf", PDF))).to_bytes(),
    b"From e@exemple.fr Fri Jan 12 09:30:00 2018\n" + EmailMessage().as_bytes() + b"To: x\n\n",
]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    which=st.integers(0, len(MAILS) - 1),
    cut=st.floats(0.05, 1),
    flips=st.lists(st.tuples(st.integers(0, 6000), st.binary(min_size=1, max_size=6)), max_size=8),
    name=st.sampled_from(["a.eml", "a.msg", "a.mbox", "a"]),
)
def test_a_mail_damaged_in_any_way_costs_its_own_lines(inbox, which, cut, flips, name):
    data = bytearray(MAILS[which])
    for at, junk in flips:
        data[at : at + len(junk)] = junk
    for old in inbox.iterdir():
        if old.name != GOOD:
            old.unlink()
    (inbox / name).write_bytes(bytes(data[: round(cut * len(data))]))
    assert all(document.startswith(name) for document in read_all(inbox))


def test_a_line_for_a_page_says_which(inbox):
    make, _ = BAD["a bad page in a PDF"]
    (inbox / "a.pdf").write_bytes(make())
    first, *_ = discover(inbox, inbox.parent / "spool", known={})
    pages = list(open_pages(first.sources[0], Settings()))
    assert [p.page for p in pages if isinstance(p, Rejection)] == [2]


def tiff_with_a_bad_page(first: Image.Image) -> bytes:
    noise = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH), np.uint8)
    data = bytearray(
        saved(
            first,
            "TIFF",
            save_all=True,
            append_images=[Image.fromarray(noise)],
            compression="tiff_adobe_deflate",
        )
    )
    with Image.open(BytesIO(data)) as tiff:
        tiff.seek(1)
        strip = tiff.tag_v2[273][0]
    data[strip : strip + 2000] = b"\xff" * 2000
    return bytes(data)


def put(inbox: Path, raw: bytes | str, data: bytes) -> None:
    Path(os.fsdecode(os.fsencode(inbox) + b"/" + os.fsencode(raw))).write_bytes(data)


@pytest.mark.posix
def test_every_bad_input_at_once_costs_its_line_and_the_good_fiches_are_read(tmp_path, capsys):
    form, inbox, out = load_form(FORMS / "mais-2018-02-02"), tmp_path / "inbox", tmp_path / "out"
    simulate(form, inbox, n=2, seed=5, styles=["typed"])
    (inbox / "truth.json").unlink()
    drawn = sorted(path for path in inbox.iterdir())
    good = [drawn[0].rename(inbox / GOOD).name, "b.tif"]
    with Image.open(drawn[1]) as fiche:
        put(inbox, "b.tif", tiff_with_a_bad_page(fiche.convert("L")))
    drawn[1].unlink()
    expected = [("b.tif", "damaged")]

    for number, (make, pages) in enumerate(BAD.values()):
        put(inbox, f"{number:02}", make())
        kinds = [kind for kind in pages if kind != "page"] or ["no-form"]
        expected += [(f"{number:02}", kind) for kind in kinds]
    odd_names = {shown: raw for raw, shown in reversed(ODD_NAMES)}
    for width, (shown, raw) in enumerate(odd_names.items(), WIDTH):  # other bytes: no doubles
        put(inbox, raw, saved(sheet(width), "PNG"))
        expected.append((shown, "no-form"))
    (inbox / "loop").symlink_to(inbox)
    (inbox / "gone.pdf").symlink_to(tmp_path / "gone.pdf")
    put(inbox, "download.pdf.part", PDF)
    put(inbox, "paths.eml", mail(("../../x", saved(sheet(280), "PNG"))).as_bytes())
    put(inbox, "deep.eml", nested(50, mail(("fiche.pdf", PDF))).as_bytes())
    expected += [
        ("loop", "unavailable"),
        ("gone.pdf", "unavailable"),
        ("download.pdf.part", "unavailable"),
        ("paths.eml!x", "no-form"),
        ("!".join(["deep.eml", *(f"niveau {level}.eml" for level in range(48, 38, -1))]), "mail"),
    ]

    assert main(["run", str(inbox), "--out", str(out), "--jobs", "2"]) == 8
    assert "Traceback" not in capsys.readouterr().err
    # Before a name that a spreadsheet would compute, an apostrophe stands.
    lines = [(r["document"].removeprefix("'"), r["kind"]) for r in rows(out / "rejected.csv")]
    assert sorted(lines) == sorted(expected)
    assert sorted(r["document"] for r in rows(out / "registrations.csv")) == sorted(good)
    assert {path.name for path in tmp_path.iterdir()} == {"inbox", "out"}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
