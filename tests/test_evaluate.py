import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from builders import GAP, doubtful, reading, registration, source
from PIL import Image

from pipeline.errors import ConfigError, InputError
from pipeline.evaluate import (
    FIELD_S,
    KEY_S,
    OPEN_S,
    Evaluation,
    FieldScore,
    Judged,
    evaluate,
)
from pipeline.evaluate.curves import bins, cells, risk_coverage
from pipeline.evaluate.page import write_page
from pipeline.exporters import export_all
from pipeline.judging.error_class import ErrorClass
from pipeline.rates import Rate
from pipeline.records import Quality, Registration, Rejection
from pipeline.snapshot import RegistrationRow, RejectedRow, Snapshot

TRUTH = {
    "organisation": "ESAT du Moulin",
    "email": "Zoe.Martin@exemple.fr",
    "telephone": "0299000000",
    "personnes": ["Zoé MARTIN", "Luc PETIT"],
    "adherents": 2,
    "non_adherents": 0,
    "repas": 2,
    "etudiants": 0,
    "total": 8420,
    "paiement": "virement",
}


def score(
    tmp_path: Path,
    forms: dict[str, list[Registration]],
    truth: dict[str, Any],
    *,
    rejected: tuple[str, ...] = (),
) -> Evaluation:
    rows = tuple(
        RegistrationRow(f"{source(document).sha256[:12]}-{n}", document, form)
        for document, several in forms.items()
        for n, form in enumerate(several, start=1)
    )
    refused = tuple(RejectedRow(document, Rejection("damaged", "Abîmé.")) for document in rejected)
    export_all(SimpleNamespace(snapshot=lambda: Snapshot(rows, refused)), tmp_path)
    path = tmp_path / "truth.json"
    path.write_text(json.dumps(truth), "utf-8")
    return evaluate(tmp_path, path)


def field(evaluation: Evaluation, name: str) -> FieldScore:
    return next(score for score in evaluation.fields if score.field == name)


def test_a_perfect_run_scores_one(tmp_path: Path) -> None:
    result = score(tmp_path, {"a.pdf": [registration()]}, {"a.pdf": {"fields": TRUTH}})
    assert [verdict for verdict in result.verdicts if not verdict.right] == []
    assert (result.stp_rate, result.false_accept_rate, result.unread) == (1.0, 0.0, 0)
    assert {s.cer for s in result.fields} == {0.0, None}
    assert [s.field for s in result.fields] == list(TRUTH)


def test_a_wrong_value_in_an_accepted_form_is_a_false_accept(tmp_path: Path) -> None:
    forms = {"a.pdf": [registration(total=8520)], "b.pdf": [registration()]}
    result = score(tmp_path, forms, {name: {"fields": TRUTH} for name in forms})
    assert (result.stp_rate, result.false_accept_rate) == (1.0, 0.5)
    assert field(result, "total") == FieldScore("total", 2, 1, 2, 1, None)
    assert "total  ACCEPTED  read '85.20'  truth '8420'" in str(result)


def test_a_wrong_value_in_review_is_not(tmp_path: Path) -> None:
    form = registration(more=(doubtful("personnes.2"),))
    result = score(tmp_path, {"a.pdf": [form]}, {"a.pdf": {"fields": TRUTH}})
    assert (result.untouched, result.false) == (0, 0)
    people = field(result, "personnes")
    assert (people.exact, people.accepted, people.wrong) == (0, 0, 0)
    assert people.cer == pytest.approx(6 / len("Zoé MARTIN | Luc PETIT"))
    assert field(result, "email").accepted == 1


def test_a_missing_document_is_unread_and_all_its_fields_wrong(tmp_path: Path) -> None:
    truth = {"a.pdf": {"fields": TRUTH}, "b.pdf": {"fields": TRUTH}}
    result = score(tmp_path, {"a.pdf": [registration()]}, truth)
    assert (result.documents, result.unread, result.stp_rate) == (2, 1, 0.5)
    assert all((s.forms, s.exact, s.accepted) == (2, 1, 1) for s in result.fields)
    assert field(result, "organisation").cer == 0.5


def test_several_registrations_are_compared_in_order(tmp_path: Path) -> None:
    two = {"registrations": [{"fields": {"total": 100}}, {"fields": {"total": 200}}]}
    first, second = registration(total=100), registration(total=200, page=4)
    assert score(tmp_path, {"a": [first, second]}, {"a": two}).false == 0
    assert score(tmp_path, {"a": [second, first]}, {"a": two}).false == 1


@pytest.mark.parametrize("found", [1, 3])
def test_one_registration_too_few_or_too_many_is_not_right(tmp_path: Path, found: int) -> None:
    two = {"registrations": [{"fields": TRUTH}, {"fields": TRUTH}]}
    result = score(tmp_path, {"a": [registration()] * found}, {"a": two})
    assert (result.untouched, result.false, result.unread) == (1, 1, 0)
    assert field(result, "total").exact == min(found, 2)


def test_documents_to_reject_are_scored_too(tmp_path: Path) -> None:
    truth = {name: {"rejected": "damaged"} for name in ("a", "b", "c")}
    result = score(tmp_path, {"b": [registration()]}, truth, rejected=("a",))
    assert (result.unreadable, result.refused, result.unread) == (3, 1, 0)
    assert result.false == 1
    assert "3 documents to reject, 1 rejected" in str(result)


@pytest.mark.parametrize(
    ("name", "read", "truth", "right"),
    [
        ("telephone", "+33 2 99 00 00 00", "0299000000", True),
        ("telephone", "02 99 00 00 01", "0299000000", False),
        ("organisation", "L’ESAT  du Moulin", "L'ESAT du Moulin", True),
        ("organisation", "ESAT DU MOULIN", "ESAT du Moulin", False),
        ("organisation", "=ESAT", "=ESAT", True),
        ("ville", "", None, True),
        ("ville", "Rennes", None, False),
        ("page", "recto", "recto", True),
        ("enfants", "3", 3, True),
        ("enfants", "", 0, False),
        ("acompte", "30.00", 3000, True),
        ("acompte", "30", 3000, False),
    ],
)
def test_values_are_compared_by_what_counts(
    tmp_path: Path, name: str, read: str, truth: Any, right: bool
) -> None:
    form = registration(more=(reading(name, read),))
    result = score(tmp_path, {"a": [form]}, {"a": {"fields": {name: truth}}})
    assert [verdict.right for verdict in result.verdicts] == [right]


def test_a_field_of_a_registration_in_review_can_be_accepted(tmp_path: Path) -> None:
    form = registration(findings=(GAP,))
    result = score(tmp_path, {"a": [form]}, {"a": {"fields": TRUTH}})
    assert result.untouched == 0
    assert field(result, "organisation").accepted == 1


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"a": 3}',
        '{"a": {}}',
        '{"a": {"fields": {"total": 1.5}}}',
        '{"a": {"registrations": []}}',
        '{"a": {"registrations": [{"fields": {}}, 3]}}',
    ],
)
def test_a_truth_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    score(tmp_path, {}, {})
    (tmp_path / "truth.json").write_text(text)
    with pytest.raises(InputError, match=r"truth\.json"):
        evaluate(tmp_path, tmp_path / "truth.json")


def test_a_folder_without_tables_is_told(tmp_path: Path) -> None:
    (tmp_path / "truth.json").write_text("{}")
    with pytest.raises(InputError, match=r"registrations\.csv: cannot be read.*Name the folder"):
        evaluate(tmp_path, tmp_path / "truth.json")


def test_an_empty_truth_gives_an_empty_score(tmp_path: Path) -> None:
    result = score(tmp_path, {"a": [replace(registration())]}, {})
    assert (result.stp_rate, result.false_accept_rate, result.fields) == (0.0, 0.0, ())
    assert "STP rate 0.000, false-accept rate 0.000 (0 of 0" in str(result)


# bounds, curves, hands


def judged(
    confidence: float, *, right: bool = True, accepted: bool = True, blocked: bool = False
) -> Judged:
    return Judged("count", "grey", confidence, right, accepted, blocked, "synthetic")


def test_what_is_wrong_among_the_accepted_has_an_upper_bound(tmp_path: Path) -> None:
    result = score(tmp_path, {"a": [registration()]}, {"a": {"fields": TRUTH}})
    assert field(result, "total").bound == pytest.approx(0.95)
    assert FieldScore("total", 9999, 9999, 2995, 0, None).bound == pytest.approx(0.001, abs=1e-6)


def test_fields_in_real_ink_are_shown_apart_from_those_in_fonts(tmp_path: Path) -> None:
    forms = {"a.pdf": [registration(total=8520)], "b.pdf": [registration()]}
    inked = {"fields": TRUTH, "style": "hand", "ink": ["total", "personnes.2"]}
    truth = {"a.pdf": inked, "b.pdf": {"fields": TRUTH, "style": "typed", "ink": []}}
    result = score(tmp_path, forms, truth)
    assert set(result.hands) == {"ink", "fonts"}
    scored = {h: {s.field: s for s in result.fields_of((h,))} for h in result.hands}
    assert (scored["ink"]["total"].forms, scored["ink"]["total"].wrong) == (1, 1)
    assert (scored["fonts"]["total"].forms, scored["fonts"]["total"].wrong) == (1, 0)
    assert [scored[hand]["personnes"].forms for hand in ("ink", "fonts")] == [1, 1]
    assert [scored[hand]["email"].forms for hand in ("ink", "fonts")] == [0, 2]
    lines = [judged for judged in result.judged if judged.hand == "ink"]
    assert len(lines) == 2  # the total, and the second person
    head = str(result).splitlines()[2]
    assert "real ink" in head
    assert "fonts" in head


def test_errors_among_the_accepted_are_counted_by_what_they_cost(tmp_path: Path) -> None:
    typed = {"total": "amount", "personnes.1": "person", "personnes.2": "person", "email": "email"}
    form = registration()
    more = tuple(replace(r, type=typed[r.field]) for r in form.readings if r.field in typed)
    truth = TRUTH | {"total": 8520, "personnes": ["Zoe MARTIN", "Luc PETIT"]}
    result = score(tmp_path, {"a": [registration(more=more)]}, {"a": {"fields": truth}})
    errors = result.errors_of(result.hands)
    assert errors[ErrorClass.MONEY] == Rate(1, 1)
    assert errors[ErrorClass.SPELLING] == Rate(1, 2)
    assert errors[ErrorClass.IDENTITY].wrong == 0
    assert errors[ErrorClass.IDENTITY].of > 2  # of addresses, too
    assert any(line.startswith("spelling") and "1 of 2" in line for line in str(result).split("\n"))


def test_real_and_synthetic_hands_have_columns_of_their_own(tmp_path: Path) -> None:
    forms = {"a": [registration()], "b": [registration(total=8520)]}
    drawn = {"fields": TRUTH, "style": "hand"}
    result = score(tmp_path, forms, {"a": {"fields": TRUTH}, "b": drawn})
    assert result.hands == ("real", "synthetic")
    wrong = {
        h: [s.wrong for s in result.fields_of((h,)) if s.field == "total"] for h in result.hands
    }
    assert wrong == {"real": [0], "synthetic": [1]}
    head = str(result).splitlines()[2]
    assert head.index("real hands") < head.index("synthetic hands")
    told = score(tmp_path, forms, {"a": drawn | {"hand": "real"}, "b": drawn})
    assert told.hands == ("real", "synthetic")


def test_each_reading_is_judged_with_its_type_and_source(tmp_path: Path) -> None:
    form = replace(
        registration(total=8520, findings=(GAP,), more=(doubtful("email"),)),
        quality=Quality.PHOTO,
    )
    result = score(tmp_path, {"a": [form]}, {"a": {"fields": TRUTH}})
    assert {one.source for one in result.judged} == {"photo"}
    (cell,) = cells(result.judged)
    assert (cell.readings, cell.right) == (11, 9)
    assert cell.error == pytest.approx((10 * 0.99 + 0.62) / 11 - 9 / 11)
    assert [one.accepted for one in result.judged].count(False) == 1
    assert not any(one.blocked for one in result.judged), "it is only unsure"


@pytest.mark.parametrize(
    ("reason", "blocked"),
    [
        ("Lecture incertaine ; peut-être : Lue.", False),
        ("Orthographe incertaine.", False),
        ("Orthographe incertaine ; peut-être : Luç.", False),
        ("Dépend de : adhérents.", True),
    ],
)
def test_what_is_only_unsure_is_not_blocked(tmp_path: Path, reason: str, *, blocked: bool) -> None:
    form = registration(more=(doubtful("email", reason=reason),))
    result = score(tmp_path, {"a": [form]}, {"a": {"fields": TRUTH}})
    assert [one.blocked for one in result.judged if not one.accepted] == [blocked]


def test_human_time_is_what_a_person_would_look_at(tmp_path: Path) -> None:
    forms = {"a": [registration()], "b": [registration(more=(doubtful("email"),))]}
    truth = {name: {"fields": TRUTH} for name in ("a", "b", "c")}
    result = score(tmp_path, forms, truth)
    assert result.human_s == OPEN_S + FIELD_S + KEY_S
    assert "human time 45 s a document (assumed: 10 s" in str(result)


def test_runs_are_counted_together(tmp_path: Path) -> None:
    one = score(tmp_path, {"a": [registration()]}, {"a": {"fields": TRUTH}})
    both = one + one
    assert (both.documents, both.untouched, both.stp_rate) == (2, 2, 1.0)
    assert field(both, "total").forms == 2


def test_the_curve_rises_from_the_surest_and_leaves_out_what_is_blocked() -> None:
    found = [judged(0.99), judged(0.9, right=False), judged(0.9), judged(1.0, blocked=True)]
    shares, wrong = risk_coverage(found)
    assert shares.tolist() == [0.25, 0.75]
    assert wrong.tolist() == [0.0, pytest.approx(1 / 3)]
    assert risk_coverage([])[0].size == 0


def test_bins_hold_equal_numbers_the_surest_first() -> None:
    found = [judged(0.5 + k / 200, right=k >= 10) for k in range(100)]
    parts = bins(found)
    assert [one.readings for one in parts] == [20] * 5
    assert [one.wrong for one in parts] == [0, 0, 0, 0, 10]
    assert parts == sorted(parts, key=lambda one: one.doubt)
    assert sum(one.readings for one in bins(found[:7])) == 7


def test_the_page_holds_the_pictures_and_the_tables(tmp_path: Path) -> None:
    forms = {"a": [registration()], "b": [registration(total=8520)]}
    drawn = {"fields": TRUTH, "style": "hand"}
    result = score(tmp_path, forms, {"a": {"fields": TRUTH}, "b": drawn})
    page = write_page(result, tmp_path / "plots")
    text = page.read_text("utf-8")
    assert text.count("data:image/png;base64,") == 3
    assert "1 of 2" in text
    assert "STP rate 1.000" in text
    assert {path.name for path in page.parent.iterdir()} == {
        *("evaluation.html", "risk-coverage.png", "reliability.png", "calibration-error.png")
    }
    for path in page.parent.glob("*.png"):
        assert np.asarray(Image.open(path).convert("L")).std() > 5


def test_an_empty_evaluation_has_a_page(tmp_path: Path) -> None:
    assert write_page(score(tmp_path, {}, {}), tmp_path / "plots").is_file()


def test_without_matplotlib_the_page_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ConfigError, match=r"pip install 'fiches\[plots\]'"):
        write_page(score(tmp_path, {}, {}), tmp_path / "plots")
