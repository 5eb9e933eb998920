"""What a flyer says, from its bytes to ``events.json`` and the report."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image
from test_normalise import SEED
from test_text_page import FICHE

from pipeline.config import Settings
from pipeline.exporters import events, report
from pipeline.forms.announced import by_event
from pipeline.process import process_document
from pipeline.records import Gray, Outcome, Source
from pipeline.snapshot import Announcement, Snapshot
from tests.pages import form

PROGRAMME = {
    "08:45-09:15": "Accueil-Emargement",
    "09:15": "Introduction",
    "10:00-11:30": "Intervention",
    "11:30-12:00": "Echanges",
    "12:00": "Pause",
    "13:45-15:30": "Ateliers",
    "15:30": "Pause",
    "15:45-17:00": "Retour",
}
TARIFFS = {"0": "Etudiants", "3000": "Adhérents", "4000": "non-adhérents", "1210": "Nombre"}


def _pages(dpi: int) -> list[Gray]:
    blank = pdfium.PdfDocument(form().blank_path)
    return [page.render(scale=dpi / 72, grayscale=True).to_numpy().squeeze() for page in blank]


def _scanned(folder: Path) -> Path:
    """At 150 dpi, slightly askew, grey and noisy."""
    rng = np.random.default_rng(5)
    path = folder / "scan.tif"
    sheets = []
    for image in _pages(150):
        height, width = image.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), 0.6, 1)
        turned = cv2.warpAffine(image, turn, (width, height), borderValue=255)
        soft = cv2.GaussianBlur(turned, (0, 0), 0.7) * 0.92 + 12
        sheets.append(soft + rng.normal(0, 11, image.shape))
    first, *others = (Image.fromarray(sheet.clip(0, 255).astype(np.uint8)) for sheet in sheets)
    first.save(path, save_all=True, append_images=others, resolution=150)
    return path


def _photographed(folder: Path, number: int) -> Path:
    """On a dark desk, from the side, in uneven light."""
    rng = np.random.default_rng(7)
    image = _pages(230)[number]
    height, width = image.shape
    high, wide = int(1.2 * height), int(1.25 * width)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    places = [[0.10 * wide, 0.07 * high], [0.90 * wide, 0.05 * high]]
    places += [[0.95 * wide, 0.95 * high], [0.06 * wide, 0.93 * high]]
    lens = cv2.getPerspectiveTransform(corners, np.array(places, np.float32))
    seen = cv2.GaussianBlur(
        cv2.warpPerspective(image, lens, (wide, high), borderValue=70), (0, 0), 1
    )
    light = 0.7 + 0.3 * np.linspace(0, 1, wide) * (1 - 0.4 * np.linspace(0, 1, high)[:, None])
    dimmed = seen * light + rng.normal(0, 5, seen.shape)
    path = folder / f"photo{number}.jpg"
    Image.fromarray(dimmed.clip(0, 255).astype(np.uint8)).save(path, quality=82)
    return path


def _as_text(folder: Path) -> list[Path]:
    (folder / "seed.txt").write_text(SEED, "utf-8")
    return [folder / "seed.txt"]


def _read(*paths: Path) -> list[Outcome]:
    return [process_document(Source(path.name, path, ""), Settings()) for path in paths]


ACCOUNT = """Journée du 2 Février 2018 à ASKORIA
Le règlement par virement est à adresser à l'association :
IBAN : FR76 4255 9000 1121 0280 6540 308
BIC : CCOPERPPXXX
"""

SOURCES = {
    "text": _as_text,
    "pdf": lambda _folder: [form().blank_path],
    "scan": lambda folder: [_scanned(folder)],
    "photo": lambda folder: [_photographed(folder, 0), _photographed(folder, 1)],
}


def _event(outcomes: list[Outcome]) -> dict[str, Any]:
    said = [Announcement(o.source.document, o.facts) for o in outcomes if o.facts]
    snapshot = Snapshot(announcements=tuple(said), events=by_event(said, [form()]))
    (only,) = json.loads(events.render(snapshot))
    return dict(only)


def _values(event: dict[str, Any], about: str) -> list[str]:
    return list(dict.fromkeys(fact["value"] for fact in event["facts"] if fact["about"] == about))


@pytest.mark.parametrize("source", SOURCES)
def test_the_flyer_says_the_same_in_text_pdf_scan_and_photo(tmp_path: Path, source: str) -> None:
    outcomes = _read(*SOURCES[source](tmp_path))
    event = _event(outcomes)
    _is_the_seeds(event)
    _says_where(event)
    kinds = [rejection.kind for outcome in outcomes for rejection in outcome.rejections]
    assert kinds == (["no-form", "blank"] if source == "photo" else ["blank"])
    assert [outcome.registrations for outcome in outcomes] == [()] * len(outcomes)


def _is_the_seeds(event: dict[str, Any]) -> None:
    assert event["form"] == form().id
    assert event["contradictions"] == []
    assert _values(event, "organiser") == ["M.A.I.S. régional de Bretagne et Pays de Loire"]
    assert _values(event, "date") == ["2018-02-02"]
    assert _values(event, "place") == ["ASKORIA"]
    assert _values(event, "address") == ["2 avenue du Bois l'Abbé, Rennes"]
    assert _values(event, "email") == ["pays-de-loire@mais.asso.fr"]
    assert sorted(_values(event, "phone")) == ["+33299362128", "+33675050795"]
    assert _values(event, "iban") == ["FR7642559000112102806540308"]
    assert _values(event, "bic") == ["CCOPFRPPXXX"]
    assert _values(event, "postal") == [
        "Centre d'Habitat L'ETAPE, à l'attention de Véronique Mercier, "
        "291 rte de Sainte-Luce, 44300 Nantes"
    ]
    details = {
        about: {f["value"]: f["detail"].split()[0] for f in event["facts"] if f["about"] == about}
        for about in ("programme", "tariff")
    }
    assert details["programme"].keys() == PROGRAMME.keys()
    for clock, begins in PROGRAMME.items():
        assert details["programme"][clock].startswith(begins)
    assert details["tariff"] == TARIFFS
    speakers = {f["value"]: f["detail"] for f in event["facts"] if f["about"] == "speaker"}
    assert speakers.keys() == {"Roger Drouet", "Michel Renault"}
    assert "rennes 1" in speakers["Michel Renault"].lower()
    assert "FAIR" in speakers["Michel Renault"]
    (confirmation,) = _values(event, "confirmation")
    assert confirmation == "Votre inscription sera confirmée à réception du règlement."


def _says_where(event: dict[str, Any]) -> None:
    for fact in event["facts"]:
        assert fact["document"] in event["documents"]
        assert fact["page"] in (1, 2)
        assert fact["line"] >= 1
        assert fact["read"]
        assert 0 <= fact["probability"] <= 1


def test_a_repaired_account_is_told_with_what_was_read(tmp_path: Path) -> None:
    (tmp_path / "account.txt").write_text(ACCOUNT, "utf-8")
    (outcome,) = _read(tmp_path / "account.txt")
    said = [Announcement("account.txt", outcome.facts)]
    snapshot = Snapshot(announcements=tuple(said), events=by_event(said, [form()]))
    (bic,) = (f for f in json.loads(events.render(snapshot))[0]["facts"] if f["about"] == "bic")
    assert (bic["value"], bic["read"], bic["repaired"]) == ("CCOPFRPPXXX", "CCOPERPPXXX", True)
    page = report.render(snapshot)
    assert "CCOPFRPPXXX" in page
    assert "lu « CCOPERPPXXX », rétabli" in page


def test_another_tariff_stands_at_the_top_of_the_report(tmp_path: Path) -> None:
    path = tmp_path / "neuf.txt"
    path.write_text(f"{ACCOUNT}Adhérents : 30 €\nNon-adhérents : 45 €\n", "utf-8")
    (outcome,) = _read(path)
    said = [Announcement("neuf.txt", outcome.facts)]
    page = report.render(Snapshot(announcements=tuple(said), events=by_event(said, [form()])))
    assert "Annonces en désaccord avec le formulaire" in page
    assert "45,00\u00a0€ sur l&#39;annonce, 40,00\u00a0€ dans le formulaire" in page


def test_a_filled_fiche_tells_nothing_of_an_event(tmp_path: Path) -> None:
    path = tmp_path / "fiche.txt"
    path.write_text(FICHE, "utf-8")
    (outcome,) = _read(path)
    assert outcome.registrations
    assert outcome.facts == ()
