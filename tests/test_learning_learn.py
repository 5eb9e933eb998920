"""Learning from corrections, from the pictures to the next run's weights."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from pipeline import learned
from pipeline.cli import main
from pipeline.engines import ppocr
from pipeline.errors import EngineError
from pipeline.learning import learn, memory
from pipeline.learning.features import Body
from pipeline.learning.last_layer import Line, Memory, log_softmax
from pipeline.learning.samples import Sample
from pipeline.paths import FONTS, RECOGNIZER
from pipeline.records import Gray
from tests.pages import form

WORDS = (
    *("Rennes", "Vannes", "Brest", "Quimper", "Lorient", "Dinan", "Morlaix", "Redon"),
    *("Auray", "Pontivy", "Lannion", "Guingamp", "Vertou", "Nantes", "Lampaul", "Carhaix"),
    *("Landerneau", "Douarnenez", "Concarneau", "Paimpol", "Cesson", "Crozon", "Dol", "Cancale"),
    *("Betton", "Bruz", "Pleumeur", "Plougastel", "Perros", "Pleslin", "Ercé", "Combourg"),
)


def picture(text: str) -> Gray:
    font = ImageFont.truetype(FONTS / "arimo.ttf", 36)
    image = Image.new("L", (30 + round(font.getlength(text)), 56), 255)
    ImageDraw.Draw(image).text((15, 6), text, 0, font)
    return np.asarray(image, dtype=np.uint8)


def samples(shown: str = "", label: str = "") -> list[Sample]:
    """The words in print, letters replaced on the paper or in the labels."""
    drawn, said = (str.maketrans(pairs[::2], pairs[1::2]) for pairs in (shown, label))
    return [
        Sample(picture(word.translate(drawn)), word.translate(said), "table", "text", word)
        for word in WORDS
    ]


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.open(ppocr.read_weights())


@pytest.fixture(scope="module")
def known(body: Body) -> list[Line]:
    return body.lines(samples())


def test_the_body_and_its_layer_are_the_whole_network(body: Body) -> None:
    line = body.lines(samples()[:1])[0]
    log_probs = log_softmax(line.features @ body.layer.weight + body.layer.bias)
    (read,) = ppocr.read_lines([picture(WORDS[0])])
    assert read.log_probs is not None
    assert np.abs(np.exp(log_probs) - np.exp(read.log_probs)).max() < 1e-4


@pytest.fixture(scope="module")
def shipped(body: Body) -> tuple[Memory, ...]:
    return memory.load(RECOGNIZER / "memory.npz", base=ppocr.base())


def test_a_strange_hand_is_learned_and_nothing_is_forgotten(
    body: Body, known: list[Line], shipped: tuple[Memory, ...]
) -> None:
    what = learn.learn(samples(shown="e€"), known, body, shipped)
    assert what.share > 0
    before, after = what.held_out
    assert after.cer < 0.7 * before.cer
    before, after = what.drawn
    assert after.exact >= before.exact
    assert after.cer <= before.cer
    again = learn.learn(samples(shown="e€")[::-1], known, body, shipped)
    assert np.array_equal(again.layer.weight, what.layer.weight), "in whatever order they come"


def test_wrong_labels_change_nothing(
    body: Body, known: list[Line], shipped: tuple[Memory, ...]
) -> None:
    what = learn.learn(samples(label="eaaennrr"), known, body, shipped)
    assert (what.share, what.layer) == (0.0, body.layer)


def test_a_memory_of_other_weights_or_a_damaged_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "memory.npz"
    memory.save(path, [Memory(np.eye(3), np.ones(2))] * 2, base="abc")
    first, _ = memory.load(path, base="abc")
    assert np.array_equal(first.moments, np.eye(3))
    with pytest.raises(EngineError, match="other weights"):
        memory.load(path, base="def")
    path.write_bytes(b"not the memory")
    with pytest.raises(EngineError, match="damaged"):
        memory.load(path, base="abc")


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table of a strange hand's lines, in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(learn, "draw_lines", lambda _forms, _alphabet: samples())
    rows = ["file\ttext"]
    for sample in samples(shown="e€"):
        Image.fromarray(sample.image).save(f"{sample.name}.png")
        rows.append(f"{sample.name}.png\t{sample.text}")
    Path("lines.tsv").write_text("\n".join(rows), "utf-8")
    return tmp_path / "lines.tsv"


def test_the_command_learns_and_takes_back(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["learn", "--out", "out", "--lines", str(table)]) == 0
    (generation,) = learned.generations(Path("out/learned"))
    said = capsys.readouterr().out
    assert str(generation) in said
    assert "corrections held out" in said
    read = ppocr.Learned(generation.absolute()).read_lines([picture("R€nn€s")])
    assert read[0].text == "Rennes"
    assert main(["learn", "--out", "out", "--undo"]) == 0
    assert "shipped weights again" in capsys.readouterr().out
    assert learned.generations(Path("out/learned")) == []
    assert main(["learn", "--out", "out", "--undo"]) == 0
    assert "nothing was learned" in capsys.readouterr().out


def test_too_few_lines_are_said_and_change_nothing(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = table.read_text("utf-8").splitlines()[:6]
    table.write_text("\n".join([*few, "Rennes.png\t漢字"]), "utf-8")
    assert main(["learn", "--out", "out", "--lines", str(table)]) == 0
    said = capsys.readouterr().out
    assert "Only 5 corrected lines" in said
    assert "1 skipped: the recogniser does not know its letters." in said
    assert not Path("out").exists()


def test_an_engine_that_does_not_learn_says_so(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("fiches.toml").write_text('engine = "tesseract"', encoding="utf-8")
    assert main(["learn", "--lines", str(table)]) == 3
    assert "does not learn" in capsys.readouterr().err


def test_lines_to_rehearse_are_drawn_the_same_each_time() -> None:
    digits = "0123456789"
    drawn = [learn.draw_lines([form()], alphabet, pages=1) for alphabet in (digits + "@.", digits)]
    assert [s.text for s in drawn[0] if s.text.isdigit()] == [s.text for s in drawn[1]]
    assert drawn[1]
