"""A blank on which its own pages cannot be placed is told before any of them comes."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import Settings
from pipeline.doctor import examine
from pipeline.forms.blank import blank_pages
from pipeline.paper.trial import unplaceable
from tests.layouts import KINDS, Layout, banded, invented
from tests.pages import blanks


def _bare() -> Layout:
    """Rules and tints, and not a word."""
    layout = Layout()
    for row in range(8):
        layout.box(15, 30 + 30 * row, 180, 12, gray=0.9)
        layout.zone(15, 30 + 30 * row, 180, 12)
    return layout


def test_the_shipped_form_can_be_placed() -> None:
    assert [unplaceable(blank) for blank in blanks()] == ["", ""]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=4)
@given(seed=st.integers(0, 2**32))
def test_a_blank_of_any_layout_is_placed_on_itself(kind: str, seed: int) -> None:
    with TemporaryDirectory() as folder:
        (blank,) = blank_pages(invented(kind, seed).form(Path(folder, "fiche")))
        assert unplaceable(blank) == ""


def test_a_blank_with_bands_and_frames_is_placed_on_itself(tmp_path: Path) -> None:
    (blank,) = blank_pages(banded().form(tmp_path / "alpin"))
    assert unplaceable(blank) == ""


def test_of_a_blank_without_a_word_the_user_is_told(tmp_path: Path) -> None:
    form = _bare().form(tmp_path / "nue")
    (blank,) = blank_pages(form)
    assert f"{form.blank_path}, page 1: copies of this page" in unplaceable(blank)


def test_the_doctor_tells_of_a_blank_that_cannot_be_placed(tmp_path: Path) -> None:
    form = _bare().form(tmp_path / "nue")
    settings = Settings(forms=(tmp_path,))
    checks = examine(settings, folder=tmp_path)
    (check,) = (check for check in checks if check.what == "forms")
    assert not check.ok
    assert str(form.blank_path) in check.remedy
