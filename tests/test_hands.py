"""Whose hands write: shipped fonts, those of a folder, or real ink."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from fontTools.subset import main as subset
from test_ink_folder import ink_folder

from pipeline import paths
from pipeline.errors import InputError
from pipeline.forms.schema import Form, load_form
from pipeline.simulate import Hands, pen, simulate
from pipeline.simulate.contents import invent
from pipeline.simulate.fonts import PRINT_FONTS, is_joined


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form(paths.SHIPPED_FORM)


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hands, and one with no letters but E and N."""
    folder = tmp_path_factory.mktemp("fonts")
    for name in ("caveat", "kalam"):
        shutil.copy(paths.FONTS / f"{name}.ttf", folder / f"my-{name}.ttf")
    file = paths.FONTS / "neucha.ttf"
    subset([str(file), "--text=EN", f"--output-file={folder / 'few.ttf'}"])
    (folder / "LICENSE.txt").write_text("OFL", "utf-8")
    return folder


def test_a_folder_of_fonts_writes_in_place_of_the_shipped_hands(
    form: Form, fonts: Path, tmp_path: Path
) -> None:
    styles = ["hand", "typed"]
    simulate(form, tmp_path, n=12, seed=3, styles=styles, hands=Hands(fonts=fonts))
    truth = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    used = {style: {e["font"] for e in truth.values() if e["style"] == style} for style in styles}
    assert used["hand"] == {"my-caveat.ttf", "my-kalam.ttf"}
    assert used["typed"] <= set(PRINT_FONTS)


def test_where_no_font_has_the_letters_a_shipped_hand_writes(
    form: Form, fonts: Path, tmp_path: Path
) -> None:
    shutil.copy(fonts / "few.ttf", tmp_path / "few.ttf")
    rng = np.random.default_rng(1)
    shipped = pen.choose_pen(rng, printed=False)
    _, taken, _ = Hands(fonts=tmp_path).take_up(form, invent(form, rng), shipped, rng)
    assert taken == shipped


@pytest.mark.parametrize("made", ["nothing", "no font", "no folder"])
def test_what_is_no_folder_of_fonts_is_told(form: Form, tmp_path: Path, made: str) -> None:
    folder = tmp_path / "fonts"
    if made != "no folder":
        folder.mkdir()
    if made == "no font":
        (folder / "mine.ttf").write_bytes(b"hello")
    said = {
        "nothing": "there is no font",
        "no font": r"mine.ttf is no font",
        "no folder": "No such",
    }
    with pytest.raises(InputError, match=said[made]):
        simulate(form, tmp_path / "out", n=1, seed=1, hands=Hands(fonts=folder))


def test_a_share_of_the_forms_is_in_ink_another_in_the_fonts_and_none_in_both(
    form: Form, fonts: Path, tmp_path: Path
) -> None:
    hands = Hands(ink_folder(tmp_path, [("Zoé MARTIN", "a")]), fonts, share=1 / 3)
    count = {"ink": 0, "fonts": 0, "shipped": 0, "printed": 0}
    for k in range(300):
        rng = np.random.default_rng(k)
        filling, own = invent(form, rng), pen.choose_pen(rng, printed=k % 10 == 0)
        _, taken, inked = hands.take_up(form, filling, own, rng)
        assert not inked or taken == own
        who = "ink" if inked else "fonts" if taken != own else "shipped"
        count["printed" if own.printed else who] += 1
        assert not own.printed or who == "shipped"
    assert all(70 <= count[who] <= 110 for who in ("ink", "fonts", "shipped"))


def test_letters_that_join_are_not_torn() -> None:
    files = {name: str(paths.FONTS / f"{name}.ttf") for name in ("dancing-script", "neucha")}
    assert is_joined(files["dancing-script"])
    assert not is_joined(files["neucha"])
