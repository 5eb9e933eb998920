"""Pictures for the review page, from documents nobody vouches for."""

import io
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pytest
from fake_work import write_document
from PIL import Image

from pipeline.config import Settings
from pipeline.errors import DocumentError
from pipeline.forms.blank import PX_PER_MM
from pipeline.geometry import BoxMm, FloatArray, Homography
from pipeline.guard import Guard
from pipeline.records import Gray, Placement, Source
from pipeline.review import pictures as module
from pipeline.review.pictures import Pictures
from tests.pages import blanks, drawn, fiche, form

_SPOTS_MM = ((195.0, 80.0), (50.0, 213.0), (190.0, 280.0))
"""Where nothing is printed or written on the drawn pages that are used here."""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pictures]:
    pictures = Pictures(tmp_path_factory.mktemp("cache") / "pictures", Settings())
    yield pictures
    pictures.close()


def _gray(style: str, seed: int) -> Gray:
    return np.array(Image.fromarray(drawn(style, seed)[0].image).convert("L"))


def _source(folder: Path, *pages: Gray) -> Source:
    path = folder / "a name <b> of theirs.pdf"
    first, *others = map(Image.fromarray, pages)
    first.save(path, save_all=True, append_images=others, resolution=200)
    return Source(path.name, path, sha256(path.read_bytes()).hexdigest())


def _decoded(jpeg: bytes) -> Gray:
    return np.array(Image.open(io.BytesIO(jpeg)).convert("L"))


def _spotted(image: Gray, mm_to_px: FloatArray) -> Gray:
    """The page with a small disc at each of the spots, where the truth says they lie."""
    spots_px = Homography.from_matrix(np.linalg.inv(mm_to_px)).to_px(np.array(_SPOTS_MM))
    image = image.copy()
    for x, y in spots_px:
        cv2.circle(image, (round(x), round(y)), 5, 0, -1)
    return image


def _middle_of_ink(crop: Gray) -> FloatArray:
    """(x, y), as shares of the crop."""
    ys, xs = np.nonzero(crop < 60)
    assert len(xs), "no ink"
    return (np.array([xs.mean(), ys.mean()]) + 0.5) / crop.shape[::-1]


@pytest.mark.parametrize(("style", "quarters"), [("hand", 0), ("photo", 0), ("photo", 1)])
def test_a_crop_holds_what_lies_on_the_form_where_its_box_says(
    pictures: Pictures, tmp_path: Path, style: str, quarters: int
) -> None:
    leaf = drawn(style, 1)[0]
    spotted = _spotted(_gray(style, 1), leaf.mm_to_px)
    source = _source(tmp_path, np.rot90(spotted, -quarters))
    for x, y in _SPOTS_MM:
        box = BoxMm(x - 5, y - 3, 10, 6)
        jpeg = pictures.crop(source, number=1, page=1, box_mm=box, width_px=2000, around_mm=0)
        off_mm = (_middle_of_ink(_decoded(jpeg)) - 0.5) * (box.w, box.h)
        assert np.linalg.norm(off_mm) < 0.5


def test_a_turned_photo_comes_out_upright_on_the_paper_of_its_form(
    pictures: Pictures, tmp_path: Path
) -> None:
    source = _source(tmp_path, np.rot90(_gray("photo", 2), 2))
    picture = pictures.page(source, number=1, page=1)
    assert 4 <= picture.px_per_mm <= 12
    assert picture.width_px == round(fiche().width_mm * picture.px_per_mm)
    assert picture.height_px == round(fiche().height_mm * picture.px_per_mm)
    seen = _decoded(pictures.whole(source, number=1, page=1, width_px=600))
    print_of = cv2.resize(fiche().image, seen.shape[::-1], interpolation=cv2.INTER_AREA)
    alike = [np.corrcoef(np.rot90(seen, turn).ravel(), print_of.ravel())[0, 1] for turn in (0, 2)]
    assert alike[0] > alike[1] + 0.1


def test_a_page_is_as_fine_as_it_was_scanned(pictures: Pictures, tmp_path: Path) -> None:
    leaf = drawn("typed", 1)[0]
    a, b = Homography.from_matrix(np.linalg.inv(leaf.mm_to_px)).to_px(
        np.array([[50.0, 150], [150, 150]])
    )
    picture = pictures.page(_source(tmp_path, _gray("typed", 1)), number=1, page=1)
    assert picture.px_per_mm == pytest.approx(np.linalg.norm(b - a) / 100, rel=0.01)


def test_each_form_of_a_document_has_its_own_pictures(pictures: Pictures, tmp_path: Path) -> None:
    """Behind a flyer that counts for nothing, and a blank fiche that is no registration."""
    one, two = _gray("typed", 1), _gray("hand", 4)
    source = _source(tmp_path, blanks()[0].image, fiche().image, one, two)
    alone = [_source(_folder(tmp_path, str(n)), image) for n, image in enumerate((one, two))]
    for number, (page, single) in enumerate(zip((3, 4), alone, strict=True), start=1):
        seen = pictures.whole(source, number=number, page=page, width_px=800)
        assert seen == pictures.whole(single, number=1, page=1, width_px=800)


def test_sheets_that_share_a_picture_are_told_apart_as_in_a_run(
    pictures: Pictures, tmp_path: Path
) -> None:
    sheets = [_gray("typed", 1), fiche().image, _gray("hand", 4)]
    height = max(sheet.shape[0] for sheet in sheets)
    padded = [np.pad(s, ((0, height - s.shape[0]), (0, 40)), constant_values=235) for s in sheets]
    source = _source(tmp_path, np.hstack(padded[:2]), np.hstack([padded[0], padded[2]]))
    outcome = pictures.reread(source)
    assert [r.page for r in outcome.registrations] == [1, 2, 2]
    shown = [
        _decoded(pictures.whole(source, number=number, page=page, width_px=840)).astype(float)
        for number, page in ((1, 1), (2, 2), (3, 2))
    ]
    totals = [r.reading("total").text for r in outcome.registrations]  # type: ignore[union-attr]
    same = 1 if totals[1] == totals[0] else 2
    alike = [np.corrcoef(shown[0].ravel(), other.ravel())[0, 1] for other in shown[1:]]
    assert alike[same - 1] > alike[2 - same]
    with pytest.raises(DocumentError, match="relancer la lecture"):
        pictures.page(source, number=4, page=2)


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder


def test_a_crop_is_no_wider_than_asked_and_enlarged_at_most_twice(
    pictures: Pictures, tmp_path: Path
) -> None:
    source = _source(tmp_path, _gray("typed", 1))
    px_per_mm = pictures.page(source, number=1, page=1).px_per_mm

    def size(box: BoxMm, width_px: int) -> tuple[int, int]:
        jpeg = pictures.crop(source, number=1, page=1, box_mm=box, width_px=width_px)
        return Image.open(io.BytesIO(jpeg)).size

    assert size(BoxMm(20, 100, 100, 8), 540) == (540, pytest.approx(80, abs=1))
    assert size(BoxMm(20, 100, 10, 8), 2000)[0] == pytest.approx(2 * 18 * px_per_mm, abs=3)
    at_the_edge = size(BoxMm(200, 290, 30, 30), 2000)
    assert at_the_edge[0] == pytest.approx(2 * 14 * px_per_mm, abs=4)


def test_a_page_is_shown_as_it_was_received(pictures: Pictures, tmp_path: Path) -> None:
    noise = np.random.default_rng(2).integers(0, 255, (1200, 900)).astype(np.uint8)
    received = np.rot90(_gray("typed", 1))
    source = _source(tmp_path, noise, received)
    assert pictures.pages(source) == 2
    assert _decoded(pictures.raw(source, page=1, width_px=4000)).shape == noise.shape
    small = _decoded(pictures.raw(source, page=2, width_px=700))
    same = cv2.resize(received, small.shape[::-1], interpolation=cv2.INTER_AREA)
    assert small.shape[1] == 700
    assert np.abs(small.astype(float) - same).mean() < 3
    with pytest.raises(DocumentError, match="pas de page 3"):
        pictures.raw(source, page=3, width_px=700)
    with pytest.raises(DocumentError, match="Aucun formulaire connu"):
        pictures.page(source, number=1, page=1)


def test_a_document_that_changed_or_went_is_told_in_french(
    pictures: Pictures, tmp_path: Path
) -> None:
    source = _source(tmp_path, _gray("typed", 1), fiche().image)
    source.path.write_bytes(source.path.read_bytes() + b"\n")
    with pytest.raises(DocumentError, match="a changé"):
        pictures.page(source, number=1, page=1)
    source.path.unlink()
    with pytest.raises(DocumentError, match="ne peut pas être ouvert"):
        pictures.pages(source)


def test_what_was_drawn_is_kept_and_drawn_again_where_it_was_lost(
    pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = _source(tmp_path, _gray("typed", 3))
    path = pictures.page(source, number=1, page=1).path
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert set(path.stem) <= set("0123456789abcdef-")
    kept = path.read_bytes()

    def opened(*_: object) -> object:
        raise AssertionError("the document was opened")

    with monkeypatch.context() as patch:
        patch.setattr(Guard, "ask", opened)
        assert pictures.whole(source, number=1, page=1, width_px=300)
    path.write_bytes(kept[:100])
    assert pictures.whole(source, number=1, page=1, width_px=300)
    path.unlink()
    pictures.page(source, number=1, page=1)
    assert path.read_bytes() == kept


def test_pictures_of_a_month_ago_are_deleted(tmp_path: Path) -> None:
    old, draft, new = tmp_path / "old.jpg", tmp_path / "tmpa1b2", tmp_path / "new.jpg"
    for path in (old, draft, new):
        path.write_bytes(b"a page")
    month_ago = time.time() - 31 * 24 * 3600
    for path in (old, draft):
        os.utime(path, (month_ago, month_ago))
    Pictures(tmp_path, Settings()).close()
    assert [path.name for path in tmp_path.iterdir()] == ["new.jpg"]


def test_threads_that_ask_for_one_page_have_it_drawn_once(
    pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = _source(tmp_path, _gray("typed", 5))
    asked: list[object] = []
    ask = Guard.ask

    def counted(guard: Guard, task: object) -> object:
        asked.append(task)
        return ask(guard, task)

    monkeypatch.setattr(Guard, "ask", counted)
    pictures.prefetch(source, number=1, page=1)
    with ThreadPoolExecutor(4) as executor:
        found = list(executor.map(lambda _: pictures.page(source, number=1, page=1).path, range(4)))
    assert len(set(found)) == len(asked) == 1


def test_a_page_drawn_ahead_is_there_and_what_hinders_it_is_silent(
    pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = _source(tmp_path, _gray("typed", 6))
    pictures.prefetch(replace(good, sha256="0" * 64), number=1, page=1)
    pictures.prefetch(good, number=1, page=1)
    deadline = time.monotonic() + 60
    path = pictures._path(good, 1, 1)
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("text", "told"),
    [("spin", "plus de 0,5 s de calcul"), ("kill", "signal 9"), ("segfault", "tomber")],
)
def test_a_document_that_kills_its_reader_costs_an_error_and_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: str
) -> None:
    monkeypatch.setattr(module, "_WORK", "fake_work:draw")
    pictures = Pictures(tmp_path / "cache", Settings(time_limit_s=0.5))
    path = write_document(tmp_path / "a.pdf", text)
    with pytest.raises(DocumentError, match=told):
        pictures.page(Source("a.pdf", path, ""), number=1, page=1)
    pictures.close()


def test_a_form_placed_by_hand_is_read_again_and_shown_where_it_was_placed(
    pictures: Pictures, tmp_path: Path
) -> None:
    leaf = drawn("photo", 1)[0]
    image = _gray("photo", 1)
    high, wide = fiche().image.shape
    paper_mm = np.array([[0, 0], [wide, 0], [wide, high], [0, high]]) / PX_PER_MM
    to_px = Homography.from_matrix(np.linalg.inv(leaf.mm_to_px)).to_px
    shares = (to_px(paper_mm) + 0.5) / image.shape[::-1]
    corners = tuple((float(x) + 0.006, float(y)) for x, y in shares)
    source = _source(tmp_path, _spotted(image, leaf.mm_to_px))
    placed = replace(source, placed=(Placement(1, form().id, 2, corners),))
    (registration,) = pictures.reread(placed).registrations
    assert registration.form_id == form().id
    pictures.page(source, number=1, page=1)
    by_hand = pictures.page(placed, number=1, page=1)
    assert by_hand.path != pictures.page(source, number=1, page=1).path
    x, y = _SPOTS_MM[0]
    jpeg = pictures.crop(
        placed, number=1, page=1, box_mm=BoxMm(x - 5, y - 3, 10, 6), width_px=900, around_mm=0
    )
    assert np.linalg.norm((_middle_of_ink(_decoded(jpeg)) - 0.5) * (10, 6)) < 0.5


def test_a_form_placed_by_hand_on_a_page_that_seems_empty_is_read(
    pictures: Pictures, tmp_path: Path
) -> None:
    source = _source(tmp_path, np.full((3508, 2480), 250, np.uint8))
    whole = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    placed = replace(source, placed=(Placement(1, form().id, 2, whole),))
    (registration,) = pictures.reread(placed).registrations
    assert registration.form_id == form().id
