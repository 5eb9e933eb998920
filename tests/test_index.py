"""Of many known forms, a page is matched with few, and the right one is among them."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import AlignmentError
from pipeline.forms import blank as blank_module
from pipeline.forms.blank import COARSE_PX_PER_MM, BlankPage, Features, blank_pages
from pipeline.forms.schema import Form
from pipeline.geometry import BoxPx
from pipeline.paper import propose
from pipeline.paper.align import align_all
from pipeline.paper.index import FEW, LIKELY, best_few, editions_of, likely_pages
from pipeline.records import AlignedPage, Gray
from pipeline.simulate.contents import invent
from pipeline.simulate.draw import choose_look, draw_page
from tests.manyforms import draw_form
from tests.pages import page

_FORMS = 12
_EDITION, _OTHER_EDITION = 3, 4
_SEEN = [(0, 1, "hand"), (1, 1, "typed"), (3, 1, "photo"), (5, 2, "fax"), (6, 1, "photo"),
         (10, 1, "typed"), (11, 1, "hand")]  # fmt: skip


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> list[Form]:
    folder = tmp_path_factory.mktemp("forms")
    return [draw_form(folder, number) for number in range(_FORMS)]


@pytest.fixture(scope="module")
def known(forms: list[Form]) -> tuple[BlankPage, ...]:
    return tuple(blank for form in forms for blank in blank_pages(form))


def _seen(form: Form, number: int, style: str) -> Gray:
    rng = np.random.default_rng([int(form.id[-2:]), number, 7])
    image = draw_page(form, number, invent(form, rng), choose_look(rng, style), rng).image
    return image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def _of(known: Sequence[BlankPage], number: int) -> BlankPage:
    return next(blank for blank in known if blank.form.id == f"form-{number:02d}")


def _says(aligned: AlignedPage) -> tuple[object, ...]:
    matrix = aligned.homography.matrix.tolist()
    return aligned.form_id, aligned.form_page, aligned.inliers, aligned.residual_mm, matrix


@pytest.mark.parametrize(("number", "at", "style"), _SEEN)
def test_a_page_is_aligned_as_if_all_forms_had_been_tried(
    forms: list[Form],
    known: tuple[BlankPage, ...],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    at: int,
    style: str,
) -> None:
    image = _seen(forms[number], at, style)
    matched: list[Features] = []
    match = propose._propose

    def counted(scan: Features, blank: Features) -> object:
        matched.append(blank)
        return match(scan, blank)

    monkeypatch.setattr(propose, "_propose", counted)
    aligned = align_all(page(image), known)
    assert (aligned[0].form_id, aligned[0].form_page) == (forms[number].id, at)
    assert len(matched) <= 2 * LIKELY < len(known)
    monkeypatch.setattr(propose, "likely_pages", lambda _, blanks: list(blanks))
    assert [_says(a) for a in aligned] == [_says(a) for a in align_all(page(image), known)]
    assert len(matched) > len(known)


def test_a_form_that_is_not_known_is_none_of_many(
    known: tuple[BlankPage, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = draw_form(tmp_path_factory.mktemp("strangers"), 1, seed=5)
    with pytest.raises(AlignmentError):
        align_all(page(_seen(stranger, 1, "typed")), known)


def test_few_pages_are_all_matched(known: tuple[BlankPage, ...]) -> None:
    features = known[0].features
    assert likely_pages(features, known[-FEW:]) == list(known[-FEW:])
    assert len(likely_pages(features, known)) < len(known)


def test_a_picture_without_key_points_is_no_form(known: tuple[BlankPage, ...]) -> None:
    nothing = blank_module.find_features(np.full((1100, 777), 255, np.uint8))
    assert propose.propose_by_features(nothing, known) == []


@settings(max_examples=25)
@given(
    which=st.integers(0, _FORMS - 1),
    turn=st.floats(0, 360),
    scale=st.floats(0.6, 1.7),
    shift=st.tuples(st.floats(-300, 300), st.floats(-300, 300)),
    hidden=st.floats(0, 0.8),
)
def test_a_page_is_likely_however_it_lies(
    known: tuple[BlankPage, ...],
    which: int,
    turn: float,
    scale: float,
    shift: tuple[float, float],
    hidden: float,
) -> None:
    blank = _of(known, which)
    shown = np.random.default_rng(which).random(len(blank.features.points)) >= hidden
    cos, sin = scale * np.cos(np.radians(turn)), scale * np.sin(np.radians(turn))
    points = blank.features.points[shown] @ np.array([[cos, sin], [-sin, cos]]) + shift
    features = Features(
        points.astype(np.float32),
        blank.features.descriptors[shown],
        blank.features.sizes_px[shown] * np.float32(scale),
        (blank.features.angles_deg[shown] + np.float32(turn)) % np.float32(360),
    )
    assert likely_pages(features, known)[0] in (blank, *editions_of(blank, known))


def test_editions_are_known_by_their_print(known: tuple[BlankPage, ...]) -> None:
    first, second = _of(known, _EDITION), _of(known, _OTHER_EDITION)
    assert editions_of(first, known) == (second,)
    assert editions_of(second, known) == (first,)
    assert editions_of(_of(known, 0), known) == ()


@pytest.mark.parametrize("number", [_EDITION, _OTHER_EDITION])
def test_an_edition_that_no_key_points_propose_is_compared_all_the_same(
    forms: list[Form], known: tuple[BlankPage, ...], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    lost, match = _of(known, number).features, propose._propose
    monkeypatch.setattr(
        propose, "_propose", lambda scan, b: (0, None) if b is lost else match(scan, b)
    )
    aligned = align_all(page(_seen(forms[number], 1, "hand")), known)
    assert aligned[0].form_id == forms[number].id


@pytest.mark.parametrize("number", [_EDITION, _OTHER_EDITION])
def test_a_piece_is_of_the_edition_whose_print_it_shows(
    forms: list[Form], known: tuple[BlankPage, ...], number: int
) -> None:
    sheet = _seen(forms[number], 1, "hand")
    height, width = sheet.shape
    piece = np.full((height, width), 90, np.uint8)
    piece[: height * 11 // 20] = sheet[: height * 11 // 20]
    (aligned,) = align_all(page(piece), known)
    assert aligned.shown_mm is not None
    assert aligned.form_id == forms[number].id


@given(st.lists(st.floats(0, 300), min_size=1, max_size=80).map(partial(np.array, dtype=float)))
def test_the_best_few_are_those_that_come_near_a_sure_best(scores: np.ndarray) -> None:
    few = best_few(scores)
    assert list(scores[few]) == sorted(scores, reverse=True)[: len(few)]
    assert len(set(few)) == len(few)
    if len(scores) <= FEW:
        assert len(few) == len(scores)
    elif scores.max() < 20:
        assert len(few) == LIKELY
    else:
        assert len(few) == np.count_nonzero(scores >= scores.max() / 2)


@pytest.mark.parametrize("turns", range(4))
def test_words_propose_the_form_that_prints_them_whichever_way_it_lies(
    known: tuple[BlankPage, ...], monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    blank = _of(known, 7)

    # As Tesseract does, only what stands upright is read.
    turned = np.ascontiguousarray(np.rot90(blank.coarse, -turns))

    def read_print(seen: Gray) -> list[tuple[str, float, BoxPx]]:
        boxes = [(word.text, word.box_mm) for word in blank.words]
        k = COARSE_PX_PER_MM
        words = [(text, 0.9, BoxPx(b.x * k, b.y * k, b.w * k, b.h * k)) for text, b in boxes]
        return words if seen.shape == blank.coarse.shape and (seen == blank.coarse).all() else []

    monkeypatch.setattr(propose.tesseract, "read_print", read_print)
    proposals = propose.propose_by_words(turned, known, coarse_scale=1.0)
    assert proposals[0][1] is blank
    assert len(proposals) <= LIKELY
    high, wide = blank.coarse.shape
    corners = np.array([[[0.0, 0.0], [wide, 0], [wide, high], [0, high]]])
    there = cv2.perspectiveTransform(corners, np.linalg.inv(proposals[0][2]))[0]
    at = {0: (0, 0), 1: (high, 0), 2: (wide, high), 3: (0, wide)}[turns]
    np.testing.assert_allclose(there[0], at, atol=1.0)


@pytest.mark.parametrize(("times", "turned"), [(8, 1), (2, 4)])
def test_a_page_that_reads_as_it_stands_is_not_turned(
    known: tuple[BlankPage, ...], monkeypatch: pytest.MonkeyPatch, times: int, turned: int
) -> None:
    seen: list[Gray] = []

    def read_print(image: Gray) -> list[tuple[str, float, BoxPx]]:
        seen.append(image)
        return [(f"{word}", 0.9, BoxPx(0, 0, 9, 9)) for word in ["inconnues"] * times]

    monkeypatch.setattr(propose.tesseract, "read_print", read_print)
    assert propose.propose_by_words(known[0].coarse, known, coarse_scale=1.0) == []
    assert len(seen) == turned


def test_no_form_is_drawn_before_a_page_of_it_is_seen(forms: list[Form]) -> None:
    blank_pages(forms[2])
    blank_pages.cache_clear()
    drawn = blank_module._fine.cache_info().misses
    (blank,) = blank_pages(forms[2])
    assert blank_module._fine.cache_info().misses == drawn
    fresh = blank_module.find_features(blank.coarse)
    for name in ("points", "descriptors", "sizes_px", "angles_deg"):
        np.testing.assert_array_equal(getattr(blank.features, name), getattr(fresh, name))


def test_however_many_forms_are_seen_few_stay_drawn(known: tuple[BlankPage, ...]) -> None:
    first = known[0].image
    for blank in known:
        assert blank.from_print_px.shape == blank.image.shape
    for cached in (blank_module._fine, blank_module._distance_from_print):
        assert cached.cache_info().currsize <= 8 < len(known)
    assert known[0].image is not first
    np.testing.assert_array_equal(known[0].image, first)


@pytest.mark.parametrize("style", ["hand", "typed", "photo"])
def test_a_stranger_with_a_known_form_s_table_is_no_such_form(tmp_path: Path, style: str) -> None:
    form, stranger = (draw_form(tmp_path, number) for number in (103, 205))
    with pytest.raises(AlignmentError):
        align_all(page(_seen(stranger, 1, style)), blank_pages(form))
    assert align_all(page(_seen(form, 1, style)), blank_pages(form))[0].form_id == form.id
