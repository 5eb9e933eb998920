"""The table of before and after: sets by type, and what the letter model is worth."""

from functools import cache

import numpy as np
from written import best, seen

from pipeline.decoding import letters
from pipeline.fields import person
from pipeline.learning.evaluate_lines import Score
from pipeline.learning.samples import Sample
from pipeline.training import report

PAPER = np.full((48, 96), 255, np.uint8)


def test_simulated_fields_stand_apart_by_type_and_by_what_wrote_them():
    forms = [
        Sample(PAPER, "12,10", source, kind, "page-1")
        for source, kind in (("typed", "amount"), ("hand-real", "amount"), ("photo", "person"))
    ]
    sets = report.by_type({"forms": forms, "names": forms[:1], "unipen_fields": forms[1:]})
    assert list(sets) == [
        *("amount, real ink", "amount, typed", "names", "person, photo"),
        *("unipen_fields, amount", "unipen_fields, person"),
    ]


def test_the_letter_model_tells_a_likely_spelling_and_is_back_after_a_look_without_it():
    blurred = [seen("Nina MONTELLIXR", unsure={13: {"X": 0.55, "E": 0.35}})]
    assert best(person.read(blurred))[0] == "Nina MONTELLIER"
    with report.without_letter_model():
        assert best(person.read(blurred))[0] == "Nina MONTELLIXR"
    assert best(person.read(blurred))[0] == "Nina MONTELLIER"


def test_whatever_a_field_type_keeps_is_forgotten_with_the_letter_model(monkeypatch):
    spelled = cache(lambda: letters.load().log_prior("nina"))
    monkeypatch.setattr(person, "_kept_by_any_name", spelled, raising=False)
    assert spelled() != 0.0
    with report.without_letter_model():
        assert spelled() == 0.0
    assert spelled() != 0.0


def test_a_set_without_a_field_type_leaves_its_cells_empty():
    row = report.Row(Score(40, 0.1, 0.5, 0.25, 2.0))
    assert (
        list(report.table({"lines": row}))[-1]
        == "| lines | 40 | 10.0 | 50.0 | 25.0 | 12.7-41.2 |  |  |  | 2.0 |"
    )
