"""From readings with their truth to a calibration that keeps its promise."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from builders import GAP, doubtful, outcome, reading, receipt, registration, source

from pipeline.calibrate import calibrate
from pipeline.calibrate.fit import Sample, fit, fit_maps, samples_against, samples_of
from pipeline.config import Settings
from pipeline.decisions import Act, Change, Decision
from pipeline.errors import InputError
from pipeline.forms.schema import load_form
from pipeline.judging import calibration
from pipeline.judging.calibration import Gate, Map
from pipeline.paths import FORMS
from pipeline.records import Candidate, Origin, Status
from pipeline.store import Store
from tests.test_calibration import MADE

TRUTH = {
    "organisation": "ESAT du Moulin",
    "email": "zoe.martin@exemple.fr",
    "telephone": "0299000000",
    "personnes": ["Zoé MARTIN", "Luc PETIT"],
    "adherents": 2,
    "non_adherents": 0,
    "repas": 2,
    "etudiants": 0,
    "total": 8420,
    "paiement": "virement",
}
FORM = load_form(FORMS / "mais-2018-02-02")
TRUE_MAPS = {
    ("count", "grey"): Map(type="count", quality="grey", a=1.0, b=1.3, c=0.5),
    ("count", "photo"): Map(type="count", quality="photo", a=1.0, b=0.8, c=-0.5),
    ("person", "grey"): Map(type="person", quality="grey", a=0.8, b=0.9, c=-0.5),
    ("person", "photo"): Map(type="person", quality="photo", a=1.0, b=0.5, c=0.0),
}


def _forms(count: int, rng: np.random.Generator) -> list[list[Sample]]:
    """Forms of two counts and two people, right as often as ``TRUE_MAPS`` say."""
    forms = []
    for _ in range(count):
        quality = "photo" if rng.random() < 0.4 else "grey"
        form = []
        for kind in ("count", "count", "person", "person"):
            p = float(1 / (1 + np.exp(-rng.normal(4, 3))))
            right = bool(rng.random() < TRUE_MAPS[kind, quality](p))
            form.append(Sample(kind, quality, p, right, free=bool(rng.random() < 0.9)))
        forms.append(form)
    return forms


def _risk(gate: Gate, kinds: tuple[str, ...], many: list[Sample]) -> float:
    """The true error rate of what the gate accepts of those types."""
    doubts = [
        1 - TRUE_MAPS[one.type, one.quality](one.posterior)
        for one in many
        if one.type in kinds
        and gate.maps[one.type, one.quality](one.posterior) >= gate.thresholds[one.type]  # type: ignore[misc]
    ]
    return float(np.mean(doubts)) if doubts else 0.0


def test_the_promise_is_broken_no_more_often_than_was_said() -> None:
    rng = np.random.default_rng(5)
    many = [one for form in _forms(1500, rng) for one in form]
    broken = {"numbers": 0, "all": 0}
    accepting = 0
    trials, target = 60, 0.03
    for trial in range(trials):
        gate = Gate.of(fit(_forms(250, rng), MADE, seed=trial), target)
        broken["numbers"] += _risk(gate, ("count",), many) > target
        broken["all"] += _risk(gate, ("count", "person"), many) > target
        accepting += gate.thresholds["count"] < 1
    allowed = calibration.DELTA * trials + 2 * (calibration.DELTA * trials) ** 0.5
    assert max(broken.values()) <= allowed
    assert accepting > 0.75 * trials, "a promise that accepts nothing is kept too easily"


def test_the_fitted_maps_come_near_the_true_ones() -> None:
    samples = [one for form in _forms(6000, np.random.default_rng(1)) for one in form]
    fitted = {(one.type, one.quality): one for one in fit_maps(samples)}
    for key, true in TRUE_MAPS.items():
        for p in (0.6, 0.9, 0.99, 0.999):
            assert fitted[key](p) == pytest.approx(true(p), abs=0.03)


def test_on_average_confidence_is_how_often_readings_are_right() -> None:
    rng = np.random.default_rng(2)
    maps = {(m.type, m.quality): m for m in fit_maps([s for f in _forms(2000, rng) for s in f])}
    others = [one for form in _forms(4000, rng) for one in form]
    for key in TRUE_MAPS:
        here = [one for one in others if (one.type, one.quality) == key]
        stated = np.mean([maps[key](one.posterior) for one in here])
        assert stated == pytest.approx(np.mean([one.right for one in here]), abs=0.02)


def test_few_readings_without_an_error_leave_confidence_as_it_was() -> None:
    few = [Sample("amount", "photo", 0.99, right=True, free=True)] * 5
    for one in fit_maps(few):
        assert one(0.99) == pytest.approx(0.99, abs=0.005)
        assert one(0.9) < 0.95


def test_readings_that_are_all_wrong_never_turn_the_order_around() -> None:
    samples = [Sample("count", "grey", p, p < 0.5, free=True) for p in np.linspace(0.01, 0.999, 80)]
    for one in fit_maps(samples):
        assert one(0.2) <= one(0.9) <= one(0.9999)


def test_a_seed_gives_the_same_calibration() -> None:
    forms = _forms(60, np.random.default_rng(3))
    assert fit(forms, MADE, seed=4) == fit(forms, MADE, seed=4)
    assert fit(forms, MADE, seed=4) != fit(forms, MADE, seed=5)


def test_the_file_says_what_is_promised_and_what_is_not() -> None:
    made = fit(_forms(300, np.random.default_rng(5)), MADE)
    promised = {(one.target, one.nature): one for one in made.promises}
    assert promised[0.0003, "numbers"].threshold is None
    gate = Gate.of(made, 0.01)
    assert promised[0.01, "numbers"].threshold in (gate.thresholds["count"], None)


# samples


def test_each_reading_is_held_against_its_own_truth() -> None:
    form = registration(people=("Zoé MARTIN", "Luc PETI"), total=8520)
    right = {s.type for s in samples_of(form, TRUTH) if not s.right}
    samples = samples_of(form, TRUTH)
    assert right == {"text"}
    assert (len(samples), sum(s.right for s in samples)) == (11, 9)


def test_what_a_finding_blocks_is_fitted_and_proves_nothing() -> None:
    samples = samples_of(registration(findings=(GAP,)), TRUTH)
    assert [s.free for s in samples].count(False) == 1
    proof = fit([samples] * 20, MADE).curves
    assert sum(curve.readings for curve in proof) == 15 * (len(samples) - 1)


@pytest.mark.parametrize("origin", [Origin.HUMAN, Origin.TEXT_LAYER])
def test_what_no_recogniser_read_is_no_sample(origin: Origin) -> None:
    form = registration()
    typed = tuple(replace(r, origin=origin) for r in form.readings)
    assert samples_of(replace(form, readings=typed), TRUTH) == []


def test_a_line_beyond_those_written_is_right_where_nothing_was_read() -> None:
    form = registration(more=(reading("personnes.3", ""), reading("personnes.4", "tache")))
    assert [s.right for s in samples_of(form, TRUTH)][-2:] == [True, False]


# what people decided


def test_what_was_reviewed_moves_the_map_of_its_type_and_never_the_proof() -> None:
    drawn = _forms(400, np.random.default_rng(6))
    # Of one type and quality: a map keeps the order, so that the same readings pass each threshold.
    forms = [[s for s in form if (s.type, s.quality) == ("person", "grey")] for form in drawn]
    doubted = [Sample("person", "grey", 0.4, right=True, free=True)] * 300
    without, made = fit(forms, MADE), fit(forms, MADE, reviewed=doubted)
    before, after = without.map_of("person", "grey"), made.map_of("person", "grey")
    assert before
    assert after
    assert after(0.4) > before(0.4) + 0.2
    assert (after.readings, after.wrong) == (before.readings + 300, before.wrong)
    assert [curve.readings for curve in made.curves] == [c.readings for c in without.curves]
    proofs = [[[step.proof for step in c.steps] for c in one.curves] for one in (made, without)]
    assert proofs[0] == proofs[1]
    assert len(proofs[0][0]) > 10


def test_a_type_that_was_only_reviewed_is_never_accepted() -> None:
    forms = _forms(100, np.random.default_rng(7))
    unproven = [Sample("date", "grey", 0.9, right=True, free=True)] * 300
    assert fit(forms, MADE, reviewed=unproven) == fit(forms, MADE)


# the command


def test_drawn_forms_become_a_calibration_that_the_next_run_takes(tmp_path: Path) -> None:
    made = calibrate(FORM, tmp_path, Settings(second_reader=False), n=4, seed=3, jobs=0)
    assert calibration.load(tmp_path / calibration.FILE_NAME) == made
    assert (made.made.drawn, made.made.seed, made.made.form) == (4, 3, FORM.id)
    assert {one.type for one in made.maps} == {zone.type for zone in FORM.zones}
    assert {curve.nature for curve in made.curves} == {"numbers", "words"}


def _run_in(out: Path) -> None:
    document = source("a.pdf")
    with Store.open(f"sqlite:///{out / 'fiches.sqlite'}") as store:
        store.record_received(receipt(document))
        store.record_outcome(outcome(document, registration()), reader="r")


def test_a_labelled_run_is_calibrated_on(tmp_path: Path) -> None:
    _run_in(tmp_path)
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps({"a.pdf": {"fields": TRUTH}}), "utf-8")
    made = calibrate(FORM, tmp_path, Settings(), n=0, seed=0, jobs=0, labelled=[(tmp_path, truth)])
    assert made.made.labelled == 1
    assert sum(one.readings for one in made.maps if not one.quality) == 11
    truth.write_text(json.dumps({"b.pdf": {"fields": TRUTH}}), "utf-8")
    with pytest.raises(InputError, match=r"tells the truth of no form"):
        calibrate(FORM, tmp_path, Settings(), n=0, seed=0, jobs=0, labelled=[(tmp_path, truth)])


def _reviewed_in(out: Path, *, undone: bool = False) -> None:
    """A run whose doubtful organisation ("Luc" at 0.62) and total were corrected by a person."""
    out.mkdir()
    document = source("a.pdf")
    read = registration(more=(doubtful("organisation"),), findings=(GAP,))
    with Store.open(f"sqlite:///{out / 'fiches.sqlite'}") as store:
        store.record_received(receipt(document))
        store.record_outcome(outcome(document, read), reader="r")
        for field, text in (("organisation", "Luc"), ("total", "90.00")):
            (filed,) = store.filed()
            told = filed.registration.reading(field)
            assert told is not None
            best = (Candidate(text, text, 1.0),)
            said = replace(told, candidates=best, origin=Origin.HUMAN, status=Status.ACCEPTED)
            after = replace(filed.registration.replacing(said), findings=())
            act = Act.CONFIRM if text == told.text else Act.CORRECT
            change = Change(filed.subject, filed.version, (Decision(act, field, text),), after)
            store.decide([change], who="Zoé")
        for _ in range(2 * undone):
            store.undo(who="Zoé")


def test_a_reviewed_run_joins_the_maps(tmp_path: Path) -> None:
    _run_in(tmp_path)
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps({"a.pdf": {"fields": TRUTH}}), "utf-8")
    _reviewed_in(tmp_path / "reviewed")
    once = partial(
        calibrate, FORM, tmp_path, Settings(), n=0, seed=0, jobs=0, labelled=[(tmp_path, truth)]
    )
    made, without = once(reviewed=[tmp_path / "reviewed"]), once()
    assert (made.made.labelled, made.made.reviewed, without.made.reviewed) == (1, 1, 0)
    read, before = (one.map_of("text", "") for one in (made, without))
    assert read
    assert before
    assert (read.readings, read.wrong) == (before.readings + 2, before.wrong + 1)
    assert [c.readings for c in made.curves] == [c.readings for c in without.curves]
    with pytest.raises(InputError, match="leave that --reviewed out"):
        once(reviewed=[tmp_path])


def test_what_the_machine_read_is_judged_not_what_came_of_it(tmp_path: Path) -> None:
    _reviewed_in(tmp_path / "out")
    with Store.open(f"sqlite:///{tmp_path / 'out' / 'fiches.sqlite'}") as store:
        ((read, texts),) = store.reviewed()
    assert samples_against(read, texts) == [
        Sample("text", "grey", 0.99, right=False, free=False),
        Sample("text", "grey", 0.62, right=True, free=True),
    ]


def test_what_was_undone_is_no_reading_of_a_person(tmp_path: Path) -> None:
    _reviewed_in(tmp_path / "out", undone=True)
    with pytest.raises(InputError, match="nobody has confirmed or corrected"):
        calibrate(FORM, tmp_path, Settings(), n=0, seed=0, jobs=0, reviewed=[tmp_path / "out"])


def test_what_was_reviewed_alone_proves_nothing(tmp_path: Path) -> None:
    _reviewed_in(tmp_path / "out")
    with pytest.raises(InputError, match="Nothing was read"):
        calibrate(FORM, tmp_path, Settings(), n=0, seed=0, jobs=0, reviewed=[tmp_path / "out"])


def test_nothing_to_calibrate_on_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Nothing was read"):
        calibrate(FORM, tmp_path, Settings(), n=0, seed=0, jobs=0)
