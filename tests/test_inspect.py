"""Anyone can see where a bad read comes from."""

from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.config import Settings
from pipeline.inspect import inspect_document
from tests.mails import JPEG, mail
from tests.pages import drawn
from tests.paper import saved


def test_each_stage_leaves_a_picture(tmp_path: Path) -> None:
    source = tmp_path / "scan.png"
    Image.fromarray(drawn("hand", 4)[0].image).save(source)
    written = inspect_document(source, tmp_path / "out", Settings())
    assert [Path(told).name for told in written] == [
        "page-1-1-page.png",
        "page-1-2-upright.png",
        "page-1-3-aligned.png",
        "page-1-4-crops.png",
    ]
    aligned = np.asarray(Image.open(written[2]))
    assert (aligned == (0, 110, 230)).all(axis=2).sum() > 1000, "the zones are drawn"
    assert Image.open(written[3]).height > 500


def test_a_page_no_form_fits_still_leaves_its_own_picture(tmp_path: Path) -> None:
    source = tmp_path / "noise.png"
    noise = np.random.default_rng(1).integers(0, 255, (1800, 1300)).astype(np.uint8)
    Image.fromarray(noise).save(source)
    written = inspect_document(source, tmp_path / "out", Settings())
    assert Path(written[0]).name == "page-1-1-page.png"
    assert "Aucun formulaire connu" in written[1]


def test_each_document_of_a_mail_gets_a_folder_and_the_rest_is_told(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (1800, 1300)).astype(np.uint8)
    message = mail(
        ("un.png", saved(Image.fromarray(noise), "PNG")),
        ("deux.jpg", JPEG),
        ("trois.docx", b"PK\x03\x04" + bytes(26) + b"word/document.xml"),
    )
    (tmp_path / "fiche.eml").write_bytes(message.as_bytes())
    told = inspect_document(tmp_path / "fiche.eml", tmp_path / "out", Settings())
    assert (tmp_path / "out" / "1-un.png" / "page-1-1-page.png").is_file()
    assert (tmp_path / "out" / "2-deux.jpg" / "page-1-1-page.png").is_file()
    assert told[-1].startswith("fiche.eml!trois.docx: ")
