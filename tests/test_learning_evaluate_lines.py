"""Figures over single lines, and the sheet of the worst."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.engines import EngineLine
from pipeline.errors import ConfigError, InputError
from pipeline.learning import evaluate_lines
from pipeline.learning.evaluate_lines import digits, letters, measure
from pipeline.learning.samples import Sample
from pipeline.records import Gray


class Parrot:
    """Says what it was told to, in order."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    def read_lines(self, crops: Sequence[Gray]) -> list[EngineLine]:
        assert len(crops) == len(self.texts)
        return [EngineLine(text, 1.0) for text in self.texts]


def samples(*texts: str) -> list[Sample]:
    return [Sample(np.full((40, 90), 255, np.uint8), t, "lines", "text", "x") for t in texts]


def test_edits_are_counted_over_the_truths_characters_and_words() -> None:
    score = measure(samples("un deux", "trois"), Parrot("un doux", "trois"))
    assert score.cer == pytest.approx(1 / 12)
    assert score.wer == pytest.approx(1 / 3)
    assert score.exact == pytest.approx(1 / 2)
    assert [row.read for row in score.worst] == ["un doux"]


def test_what_the_labels_do_not_know_does_not_count() -> None:
    assert measure(samples("LEA"), Parrot("Léa"), compare=letters).exact == 1.0
    assert measure(samples("1250"), Parrot("1.250,-"), compare=digits).exact == 1.0
    assert measure(samples("1250"), Parrot("1.259"), compare=digits).exact == 0.0


@pytest.mark.parametrize(
    ("field", "truth", "seen"),
    [
        ("amount", "12,1 €", "12,10€"),
        ("count", "2", "2"),
        ("phone", "0299123456", "02.99.12.34.56"),
    ],
)
def test_a_field_type_reads_by_its_grammar(field: str, truth: str, seen: str) -> None:
    assert measure(samples(truth), Parrot(seen), field=field).exact == 1.0


@pytest.mark.parametrize("field", ["checkbox", "colour"])
def test_a_field_type_that_reads_no_lines_is_refused(field: str) -> None:
    with pytest.raises(ConfigError):
        measure(samples("x"), Parrot("x"), field=field)


def test_a_table_names_its_pictures(tmp_path: Path) -> None:
    Image.fromarray(np.full((40, 90), 255, np.uint8)).save(tmp_path / "a.png")
    (tmp_path / "t.tsv").write_text("file\ttext\na.png\tété\n", "utf-8")
    assert [s.text for s in evaluate_lines.load_table(tmp_path / "t.tsv")] == ["été"]
    (tmp_path / "t.tsv").write_text("file\tlabel\na.png\tété\n", "utf-8")
    with pytest.raises(InputError, match="columns file and text"):
        evaluate_lines.load_table(tmp_path / "t.tsv")
    (tmp_path / "t.tsv").write_text("file\ttext\nb.png\tété\n", "utf-8")
    with pytest.raises(InputError, match=r"b\.png"):
        evaluate_lines.load_table(tmp_path / "t.tsv")


def test_nothing_to_read_scores_nothing() -> None:
    assert measure([], Parrot()).lines == 0


def test_the_worst_are_drawn_on_a_sheet(tmp_path: Path) -> None:
    score = measure(samples("un", "deux", "trois"), Parrot("", "deux", "tr0is"))
    evaluate_lines.draw_worst(score, tmp_path / "sheets" / "worst.png")
    sheet = np.asarray(Image.open(tmp_path / "sheets" / "worst.png"))
    assert sheet.shape[0] == 104
    assert (sheet < 128).any()
