"""Engines are found by their file's name; Tesseract counts as installed with its French data."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pipeline import engines
from pipeline.engines import ppocr, tesseract
from pipeline.errors import ConfigError, EngineError, StalledError
from pipeline.records import Gray
from pipeline.simulate.pen import Pen, write_line


@pytest.fixture
def _asked_anew() -> Iterator[None]:
    tesseract.is_installed.cache_clear()
    yield
    tesseract.is_installed.cache_clear()


def _program(folder: Path, says: str, then: str = "exit 1") -> None:
    folder.mkdir()
    (folder / "tesseract").write_text(f"#!/bin/sh\necho '{says}'\n{then}\n")
    (folder / "tesseract").chmod(0o755)


@pytest.mark.usefixtures("_asked_anew")
def test_tesseract_without_french_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path / "bin", "List of available languages (1):\neng")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin")
    assert not tesseract.is_installed()


@pytest.mark.usefixtures("_asked_anew")
def test_a_folder_of_any_letters_hides_no_french(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path / "bin", "", r"printf 'List in \"/donn\351es\" (1):\nfra\n'")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin")
    assert tesseract.is_installed()


@pytest.mark.usefixtures("_asked_anew")
def test_a_missing_tesseract_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not tesseract.is_installed()
    with pytest.raises(EngineError, match="apt-get install tesseract-ocr tesseract-ocr-fra"):
        tesseract.read_lines([np.full((40, 200), 255, np.uint8)])


@pytest.mark.usefixtures("_asked_anew")
def test_a_tesseract_that_hangs_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = '[ "$1" = --version ] && exit 0; exec sleep 60'
    _program(tmp_path / "bin", says="tesseract 5.3.0", then=answers)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setattr(tesseract, "_TIME_LIMIT_S", 0.5)
    with pytest.raises(StalledError, match="Tesseract"):
        tesseract.read_print(np.full((40, 200), 255, np.uint8))


@pytest.mark.usefixtures("_asked_anew")
def test_a_page_is_handed_to_tesseract_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "seen"
    answers = f'[ "$1" = --version ] && exit 0; cp "$1" {kept}; exit 1'
    _program(tmp_path / "bin", says="tesseract 5.3.0", then=answers)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    page = np.random.default_rng(1).integers(0, 255, (40, 200)).astype(np.uint8)
    with pytest.raises(EngineError):
        tesseract.read_print(page)
    assert kept.read_bytes().endswith(page.tobytes())


def test_an_unknown_engine_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="ppocr, tesseract"):
        engines.load("guess")


def test_lines_come_back_in_the_order_they_were_given() -> None:
    """Lines are read in batches of like width, whatever their order."""
    wide, narrow = np.full((48, 900), 255, np.uint8), np.full((48, 60), 255, np.uint8)
    frames = [len(line.log_probs) for line in ppocr.read_lines([wide, narrow, wide])]  # type: ignore[arg-type]
    assert frames[0] == frames[2] > frames[1]


def test_white_paper_reads_as_nothing() -> None:
    (line,) = ppocr.read_lines([np.full((60, 300), 255, np.uint8)])
    assert line.text == ""
    assert np.allclose(np.exp(line.log_probs).sum(axis=1), 1.0, atol=1e-3)


def _written(text: str) -> Gray:
    pen = Pen(font="arimo", printed=True, cap_mm=3, lift_mm=0)
    return 255 - write_line(text, pen, np.random.default_rng(1), cap_px=28).coverage


def test_a_line_reads_the_same_alone_and_beside_others() -> None:
    rng = np.random.default_rng(0)
    crops = [_written(text) for text in ("Nina TRÉMEL", "02 99 12 34 56", "12,10")]
    noise = [rng.integers(0, 255, crop.shape, dtype=np.uint8) for crop in crops]
    for alone, beside in zip(crops, ppocr.read_lines([*crops, *noise]), strict=False):
        assert np.array_equal(ppocr.read_lines([alone])[0].log_probs, beside.log_probs)
