"""Generations of what was learned: kept, used, taken back, never mistaken for one another."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline import learned
from pipeline.config import Settings
from pipeline.engines import ppocr
from pipeline.errors import EngineError
from pipeline.learned import Layer
from pipeline.learning.features import Body
from pipeline.reader import reader_fingerprint, with_learned
from pipeline.runner import run
from pipeline.store import Store
from tests.pages import drawn

LAYER = Layer(np.ones((3, 4)), np.zeros(4))


@pytest.fixture(scope="module")
def stubborn() -> Layer:
    """A last layer that reads an "x" whatever stands there."""
    body = Body.open(ppocr.read_weights())
    bias = body.layer.bias.copy()
    bias[1 + body.alphabet.index("x")] += 100.0
    return replace(body.layer, bias=bias)


def test_a_generation_comes_back_as_it_was(tmp_path: Path) -> None:
    path = learned.save(tmp_path / "learned", LAYER, base="abc")
    layer, base = learned.load(path)
    assert base == "abc"
    assert np.array_equal(layer.weight, LAYER.weight)
    assert np.array_equal(layer.bias, LAYER.bias)


def test_generations_are_numbered_and_undone_one_by_one(tmp_path: Path) -> None:
    first = learned.save(tmp_path, LAYER, base="abc")
    second = learned.save(tmp_path, replace(LAYER, bias=np.ones(4)), base="abc")
    assert [path.name[:3] for path in learned.generations(tmp_path)] == ["001", "002"]
    assert learned.undo(tmp_path) == second
    other = learned.save(tmp_path, replace(LAYER, bias=np.full(4, 2)), base="abc")
    assert other != second, "a name never means two contents"
    assert learned.undo(tmp_path) == other
    assert learned.undo(tmp_path) == first
    assert learned.undo(tmp_path) is None


def test_a_damaged_generation_says_what_to_do(tmp_path: Path) -> None:
    path = learned.save(tmp_path, LAYER, base="abc")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(EngineError, match=r"damaged.*--undo"):
        learned.load(path)
    path.unlink()
    with pytest.raises(EngineError, match="cannot be read"):
        learned.load(path)


def test_the_engine_reads_with_the_learned_layer(tmp_path: Path, stubborn: Layer) -> None:
    path = learned.save(tmp_path, stubborn, base=ppocr.base())
    white = np.full((48, 320), 255, np.uint8)
    assert ppocr.Learned(path).read_lines([white])[0].text == "x"
    assert ppocr.read_lines([white])[0].text == ""


def test_the_engine_refuses_a_layer_of_other_weights(tmp_path: Path, stubborn: Layer) -> None:
    path = learned.save(tmp_path, stubborn, base="other")
    with pytest.raises(EngineError, match="learn again"):
        ppocr.Learned(path).read_lines([np.full((48, 320), 255, np.uint8)])


def test_a_run_takes_the_last_generation_of_these_weights_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert with_learned(Settings(), tmp_path) == Settings()
    folder = tmp_path / learned.FOLDER
    learned.save(folder, LAYER, base=ppocr.base())
    last = learned.save(folder, LAYER, base=ppocr.base())
    taken = with_learned(Settings(), tmp_path)
    assert taken.learned == last
    assert with_learned(Settings(engine="tesseract"), tmp_path).learned is None
    assert with_learned(Settings(learned=tmp_path / "mine"), tmp_path).learned == tmp_path / "mine"
    learned.save(folder, LAYER, base="other")
    assert with_learned(Settings(), tmp_path).learned is None
    assert "learn again" in caplog.text


def test_what_was_read_with_other_weights_is_read_again(tmp_path: Path) -> None:
    one, two = tmp_path / "a" / "001-aa.npz", tmp_path / "001-bb.npz"
    prints = {reader_fingerprint(Settings(learned=path)) for path in (None, one, two)}
    assert len(prints) == 3
    moved = tmp_path / "b" / one.name
    assert reader_fingerprint(Settings(learned=moved)) in prints


@pytest.mark.parametrize("where", ["here", "child", "cluster"])
def test_a_run_reads_with_what_was_learned_wherever_it_reads(
    where: str, tmp_path: Path, stubborn: Layer, request: pytest.FixtureRequest
) -> None:
    scheduler = None
    if where == "cluster":
        pytest.importorskip("distributed")
        scheduler = request.getfixturevalue("scheduler")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    leaf, _ = drawn("hand", 3)
    Image.fromarray(leaf.image).save(inbox / "a.png", dpi=(200, 200))
    out = tmp_path / "out"
    learned.save(out / learned.FOLDER, stubborn, base=ppocr.base())
    settings = Settings(second_reader=False)
    assert run(inbox, out, settings, jobs=int(where == "child"), scheduler=scheduler).read == 1
    with Store.open(f"sqlite:///{out / 'fiches.sqlite'}") as store:
        (row,) = store.snapshot().registrations
    seen = {r.raw for r in row.registration.readings if r.raw and r.type != "checkbox"}
    assert all(set(raw) <= set("x /") for raw in seen)
    assert seen
    shutil.rmtree(out / learned.FOLDER)
    assert run(inbox, out, settings, jobs=0).read == 1, "read again without it"
