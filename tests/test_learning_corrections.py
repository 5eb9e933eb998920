"""Which crops corrections teach, and with which label."""

import hashlib
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from pipeline import fields
from pipeline.config import Settings
from pipeline.engines import EngineLine
from pipeline.learning.corrections import Gathered, gather, shared_out
from pipeline.reading.page import context
from pipeline.records import Correction, FieldValue, Source
from tests.pages import drawn
from tests.written import seen


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = tmp_path_factory.mktemp("inbox") / "a.png"
    Image.fromarray(drawn("typed", 1)[0].image).save(path, dpi=(200, 200))
    return Source("a.png", path, hashlib.sha256(path.read_bytes()).hexdigest())


def correction(page: Source, field: str, kind: str, value: FieldValue) -> Correction:
    return Correction(page, 1, 1, field, kind, value)


def gathered(*corrections: Correction) -> Gathered:
    return gather(corrections, context(Settings(second_reader=False)))


def test_a_corrected_field_is_cut_out_and_labelled_as_it_is_written(page: Source) -> None:
    filling = drawn("typed", 1)[1]
    phone = str(filling.fields["telephone"])
    found = gathered(
        correction(page, "telephone", "phone", phone),
        correction(page, "total", "amount", int(str(filling.fields["total"]))),
    )
    assert [sample.text for sample in found.samples] == [
        filling.written["telephone"][0],
        filling.written["total"][0],
    ]
    assert all(sample.image.shape[1] > sample.image.shape[0] for sample in found.samples)
    assert not found.skipped


def test_a_value_that_hardly_stands_there_teaches_nothing(page: Source) -> None:
    found = gathered(correction(page, "telephone", "phone", "0712121212"))
    assert found.samples == ()
    assert list(found.skipped) == ["what stands on the paper is hardly the value"]


def test_what_teaches_nothing_is_counted_by_its_reason(page: Source, tmp_path: Path) -> None:
    gone = replace(page, path=tmp_path / "gone.png", sha256="1" * 64)
    changed = replace(page, sha256="0" * 64)
    found = gathered(
        correction(page, "paiement", "checkbox", "postal"),
        correction(gone, "telephone", "phone", "0299123456"),
        correction(changed, "telephone", "phone", "0299123456"),
        correction(page, "personnes.9", "person", "Léa Rault"),
    )
    assert found.samples == ()
    assert found.skipped == {
        "a check box teaches nothing": 1,
        "its document is gone or cannot be read": 2,
        "no writing was found in its field": 1,
    }


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        ("phone", "0299123456", "02.99.12.34.56"),
        ("phone", "02 99 12 34 56", "+33 2 99 12 34 56"),
        ("amount", 13630, "136€30"),
        ("amount", 4000, "40,-"),
        ("count", 0, "néant"),
        ("count", 2, "02"),
        ("person", "Léa Le Goff", "LE GOFF Léa"),
        ("person", "Léa Le Goff", "LEA LE GOFF"),
        ("organisation", "Foyer d'Armor", "FOYER D'ARMOR"),
        ("email", "a.b@orange.fr", "a.b@orange.fr"),
    ],
)
def test_a_value_may_be_spelled_in_several_ways(kind: str, value: FieldValue, written: str) -> None:
    assert written in fields.load(kind).spellings(value)


def test_an_unreadable_value_has_no_spelling() -> None:
    assert fields.load("amount").spellings(None) == []


def _line(text: str) -> EngineLine:
    evidence = seen(text)
    assert evidence.log_probs is not None
    return EngineLine(text, 1.0, evidence.log_probs, evidence.alphabet)


def test_words_are_shared_out_over_lines_as_they_stand_there() -> None:
    words = ["Association", "des", "Amis", "de", "la", "Forge"]
    for cut in range(1, len(words)):
        lines = [" ".join(words[:cut]), " ".join(words[cut:])]
        log_prob, parts = shared_out(words, [_line(text) for text in lines])
        assert parts == lines
        assert log_prob > -1.0


def test_many_words_on_many_lines_are_shared_out_in_a_moment() -> None:
    words = [f"mot{i}" for i in range(60)]
    lines = [" ".join(words[i : i + 6]) for i in range(0, 60, 6)]
    started = time.process_time()
    assert shared_out(words, [_line(text) for text in lines])[1] == lines
    assert time.process_time() - started < 30  # C(59, 9) ways are 12 thousand million


def test_fewer_words_than_lines_stand_nowhere() -> None:
    assert shared_out(["seul"], [_line("seul"), _line("rien")])[1] == []
