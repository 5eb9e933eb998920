"""Invented texts, crops drawn as the pipeline cuts them, augmentation and batches."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from pipeline.engines import ppocr
from pipeline.forms.blank import BlankPage, blank_pages
from pipeline.forms.schema import Form, load_forms
from pipeline.learning import drawing, texts
from pipeline.learning.samples import Sample, clean_label
from pipeline.paths import FORMS
from pipeline.simulate.ink import write_number
from pipeline.training import augment, synthesis
from pipeline.training.data import Amount
from pipeline.training.prune import ALPHABET


@pytest.fixture(scope="module")
def form() -> Form:
    return load_forms(FORMS)[0]


@pytest.fixture(scope="module")
def blank(form: Form) -> BlankPage:
    return blank_pages(form)[1]


@pytest.fixture(scope="module")
def ink() -> drawing.RealInk:
    """Digits that were cut from invented amounts: each an upright bar of its own thickness."""
    amounts = []
    for i in range(40):
        image = np.full((50, 330), 210, np.uint8)
        boxes = []
        for k in range(10):
            image[8:42, 12 + 32 * k : 15 + 32 * k + k] = 40
            boxes.append((8 + 32 * k, 6, 10 + k, 38))
        amounts.append(Amount(f"{i}.png", image, "0123456789", tuple(boxes)))
    return synthesis.collect_ink((), amounts)


def test_every_invented_text_can_be_learned() -> None:
    rng = np.random.default_rng(3)
    for _ in range(300):
        habits = texts.invent_habits(rng)
        for wide in (True, False):
            kind = texts.choose_kind(rng, wide=wide)
            text = texts.invent_text(kind, rng, habits, wide=wide)
            assert clean_label(text, ALPHABET), text


def test_single_digits_are_written_with_by_writer_and_split(tmp_path: Path) -> None:
    (tmp_path / "numbers_ch").mkdir()
    np.savez(
        tmp_path / "numbers_ch" / "glyphs.npz",
        ink=np.full((4, 64, 64), 200, np.uint8),
        digit=np.array([1, 2, 1, 1], np.uint8),
        writer=np.array(["a", "a", "b", "c"]),
        split=np.array(["train", "train", "train", "val"]),
    )
    train, val = (synthesis.digits_of_writers(tmp_path, split) for split in ("train", "val"))
    assert {tuple(sorted(digits)) for digits in train} == {("1", "2"), ("1",)}
    assert {tuple(digits) for digits in val} == {("1",)}
    assert len(train) == 2 * len(val)


def test_hands_are_those_asked_for_and_small_capitals_are_labelled_as_capitals(
    form: Form, blank: BlankPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    pens = []
    write = drawing.write_zone_text
    monkeypatch.setattr(drawing, "in_capitals", lambda font: font == "kalam")
    monkeypatch.setattr(
        drawing, "write_zone_text", lambda *a, **kw: pens.append(a[3]) or write(*a, **kw)
    )
    for seed in range(4):
        rng, none = np.random.default_rng(seed), drawing.RealInk()
        samples = drawing.draw_crops(
            *(form, blank, none), style="hand", rng=rng, name="x", hands=["kalam", "delius"]
        )
        font = pens[-1].font
        assert all(s.text == s.text.upper() for s in samples) == (font == "kalam")
    assert {pen.font for pen in pens} == {"kalam", "delius"}


def test_a_number_is_put_together_from_real_digits(ink: drawing.RealInk) -> None:
    strip = write_number("07 11", ink.writers, np.random.default_rng(1), cap_px=30)
    columns = (strip.coverage > 100).any(axis=0)
    strokes = np.flatnonzero(np.diff(columns.astype(int)) == 1)
    assert len(strokes) == 4
    assert np.diff(strokes)[1] > np.diff(strokes)[2]  # the space
    assert strip.end <= strip.coverage.shape[1]


@pytest.mark.parametrize("style", ["typed", "hand", "photo", "fax"])
def test_the_crops_of_a_drawn_page_hold_what_their_labels_say(
    form: Form, blank: BlankPage, style: str
) -> None:
    rng = np.random.default_rng(7)
    none = drawing.RealInk()
    samples = drawing.draw_crops(form, blank, none, style=style, rng=rng, name="page-7")
    assert len(samples) >= 6
    if style == "typed":
        read = [line.text for line in ppocr.read_lines([s.image for s in samples])]
        right = sum(a == s.text for a, s in zip(read, samples, strict=True))
        assert right >= 0.7 * len(samples)


def test_the_same_seed_draws_the_same_crops(
    form: Form, blank: BlankPage, ink: drawing.RealInk
) -> None:
    one, other = (
        drawing.draw_crops(
            form, blank, ink, style="hand", rng=np.random.default_rng(5), name="page-5"
        )
        for _ in range(2)
    )
    assert [s.text for s in one] == [s.text for s in other]
    assert all(np.array_equal(a.image, b.image) for a, b in zip(one, other, strict=True))
    assert any(s.source == "hand-real" for s in one)


def sample(text: str, wide: int, source: str = "lines") -> Sample:
    image = np.full((60, wide), 240, np.uint8)
    image[4:56, ::7] = 30
    return Sample(image, text, source, "text", "x")


@pytest.mark.parametrize("source", ["lines", "names2", "numbers_ch", "hand", "hand-real"])
def test_augmented_crops_have_the_networks_height_and_keep_their_ink(source: str) -> None:
    for seed in range(60):
        crop = augment.augment(sample("abc", 200, source), np.random.default_rng(seed))
        assert crop.shape[0] == ppocr.HEIGHT_PX
        assert crop.dtype == np.uint8
        assert crop.std() > 3


def test_batches_have_few_shapes_and_leave_out_what_is_too_short() -> None:
    sets = {
        "lines": [sample("un deux", wide) for wide in range(100, 900, 40)],
        "names": [sample("far too long for its crop", 60)],
    }
    stream = augment.batches(sets, {"lines": 0.5, "names": 0.5}, np.random.default_rng(1))
    some = list(itertools.islice(stream, 40))
    assert {text for batch in some for text in batch.texts} == {"un deux"}
    assert all(batch.width - 130 < max(c.shape[1] for c in batch.crops) for batch in some)
    assert all(c.shape[1] <= batch.width for batch in some for c in batch.crops)
    sizes = {(batch.width, len(batch.texts)) for batch in some}
    assert len(sizes) == len({width for width, _ in sizes})  # one number of crops for each width
