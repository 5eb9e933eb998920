"""Typed lines in doubt get a second, independent reading."""

import cv2
import numpy as np
import pytest

from pipeline import fields
from pipeline.engines import EngineLine, tesseract
from pipeline.errors import StalledError
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm
from pipeline.paper.lines import WrittenLine
from pipeline.reading.second_reader import _weigh, second_opinions
from pipeline.records import Candidate, FieldReading, Gray

_ZONE = Zone(field="organisation", type="organisation", lines_mm=((0, 0, 90, 9),))


def _typed(text: str = "Foyer des Tilleuls") -> Gray:
    image = np.full((60, 620), 255, np.uint8)
    cv2.putText(image, text, (10, 42), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 2, cv2.LINE_AA)
    return image


def _line(image: Gray) -> WrittenLine:
    return WrittenLine(_ZONE, 0, BoxMm(0, 0, 80, 8), image)


def _reading(text: str, p: float, *, typed: bool = True) -> FieldReading:
    candidates = (Candidate(text, text, p), Candidate("Foyer", "Foyer", (1 - p) / 2))
    return FieldReading("organisation", "organisation", 1, None, text, candidates, typed=typed)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Tesseract will say, one text for each line it is asked; emptied as it speaks."""
    said: list[str] = []
    monkeypatch.setattr(tesseract, "is_installed", lambda: True)
    monkeypatch.setattr(
        tesseract, "read_lines", lambda crops: [EngineLine(said.pop(0), 0.9) for _ in crops]
    )
    return said


def test_agreement_raises_a_typed_field_in_doubt(answers: list[str]) -> None:
    answers.append("Foyer des Tilleuls")
    (reading,) = second_opinions([_reading("Foyer des Tilleuls", 0.8)], [_line(_typed())])
    assert reading.confidence > 0.95
    assert sum(c.probability for c in reading.candidates) <= 1.0


def test_disagreement_changes_nothing(answers: list[str]) -> None:
    answers.append("Foyer")
    before = _reading("Foyer des Tilleuls", 0.8)
    assert second_opinions([before], [_line(_typed())]) == (before,)


def test_nobody_is_asked_about_hands_or_about_what_is_sure(answers: list[str]) -> None:
    by_hand, sure = _reading("Foyer", 0.8, typed=False), _reading("Foyer", 0.99)
    answers.append("Foyer")
    assert second_opinions([by_hand], [_line(_typed())]) == (by_hand,)
    assert second_opinions([sure], [_line(_typed())]) == (sure,)
    assert answers == ["Foyer"]


def test_without_tesseract_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "is_installed", lambda: False)
    before = _reading("Foyer", 0.8)
    assert second_opinions([before], [_line(_typed())]) == (before,)


def test_a_second_reader_that_hangs_changes_nothing(
    answers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(_: object) -> list[EngineLine]:
        raise StalledError("")

    monkeypatch.setattr(tesseract, "read_lines", hang)
    before = _reading("Foyer des Tilleuls", 0.8)
    assert second_opinions([before], [_line(_typed())]) == (before,)


def test_tesseract_reads_several_lines_in_one_call() -> None:
    crops = [_typed("Foyer des Tilleuls"), np.full((40, 300), 255, np.uint8), _typed("Rennes 35")]
    assert [line.text for line in tesseract.read_lines(crops)] == [
        "Foyer des Tilleuls", "", "Rennes 35",
    ]  # fmt: skip
    assert tesseract.read_lines([]) == []


def test_a_second_reader_that_sees_no_accent_either_says_little_of_it() -> None:
    candidates = (
        Candidate("Mael ROUX", "Mael ROUX", 0.9),
        Candidate("Maël ROUX", "Maël ROUX", 0.08),
    )
    reading = FieldReading("personnes.1", "person", 1, None, "Mael ROUX", candidates)
    weighed = _weigh(reading, "Mael ROUX", fields.load("person"))
    assert 0.95 < weighed.candidates[0].probability < 0.98
    assert sum(c.probability for c in weighed.candidates) > 0.995


def test_a_second_reader_adds_nothing_to_a_line_nothing_was_read_in() -> None:
    unread = FieldReading("email", "email", 1, None, "", ())
    assert _weigh(unread, "no address", fields.load("email")) == unread
