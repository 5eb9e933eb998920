"""From readings with their truth to a calibration that keeps its promise."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from builders import GAP, doubtful, outcome, reading, receipt, registration, source

from pipeline import fields
from pipeline.calibrate import calibrate
from pipeline.calibrate.fit import Sample, fit, fit_maps, samples_against, samples_of
from pipeline.config import Promise, Settings
from pipeline.decisions import Act, Change, Decision
from pipeline.errors import InputError
from pipeline.forms.schema import load_form
from pipeline.judging import calibration
from pipeline.judging.calibration import Map, Writing
from pipeline.judging.error_class import ErrorClass, classes_of, is_spared
from pipeline.judging.gate import Gate, writing_of
from pipeline.paths import FORMS
from pipeline.records import Backing, Candidate, FieldReading, Origin, Quality, Status
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
MONEY, IDENTITY, SPELLING = ErrorClass
GREY = Quality.GREY
FORM = load_form(FORMS / "mais-2018-02-02")
_TRUE = {("count", "grey"): (1.0, 1.3, 0.5), ("count", "photo"): (1.0, 0.8, -0.5)}
_TRUE |= {("person", "grey"): (0.8, 0.9, -0.5), ("person", "photo"): (1.0, 0.5, 0.0)}
TRUE_MAPS = {
    (kind, typed, quality): Map(
        type=kind,
        error=classes_of(kind)[0],
        typed=typed,
        backing=Backing.NOTHING,
        quality=quality,
        **dict(zip("abc", (a, b, c + typed), strict=True)),
    )
    for (kind, quality), (a, b, c) in _TRUE.items()
    for typed in (False, True)
}
"""How often letters, or digits, are right: of print more often."""


def _reading(kind: str, p: float, spelled: float = 1.0, *, typed: bool = False) -> FieldReading:
    """Of digits or letters right with ``p``, and if they are, spelled so with ``spelled``."""
    value, accentless, other = ("2", "2", "7") if kind == "count" else ("Zoé", "Zoe", "Léa")
    shares = {value: p * spelled, other: 1 - p}
    shares |= {accentless: p * (1 - spelled)} if spelled < 1 else {}
    candidates = tuple(Candidate(text, text, share) for text, share in shares.items())
    return FieldReading("x", kind, 1, None, value, candidates, typed=typed)


def _sample(
    kind: str, p: float, error: ErrorClass | None = None, *, quality: Quality = GREY
) -> Sample:
    return Sample(_reading(kind, p), quality, error, free=True)


@dataclass(frozen=True)
class _Drawn:
    sample: Sample
    risks: dict[ErrorClass, float]
    """How probable an error of each class was, before it was drawn."""

    @property
    def key(self) -> tuple[str, bool, str]:
        reading = self.sample.reading
        return reading.type, reading.typed, self.sample.quality.value


def _drawn_forms(count: int, rng: np.random.Generator) -> list[list[_Drawn]]:
    """Forms of two counts and two people, right as often as ``TRUE_MAPS`` say; a name whose letters
    are right is spelled as it was read somewhat more often than reading says."""
    forms = []
    for _ in range(count):
        quality = Quality.PHOTO if rng.random() < 0.4 else GREY
        typed = bool(rng.random() < 0.5)
        form = []
        for kind in ("count", "count", "person", "person"):
            p, spelled = (float(1 / (1 + np.exp(-rng.normal(m, 3)))) for m in (4, 5))
            dearest = classes_of(kind)[0]
            risks = {dearest: 1 - TRUE_MAPS[kind, typed, quality.value](p)}
            if kind == "person":
                risks[SPELLING] = (1 - risks[dearest]) * (1 - spelled**0.7)
            drawn = rng.random()
            error = dearest if drawn < risks[dearest] else None
            if error is None and kind == "person":
                error = SPELLING if drawn < risks[dearest] + risks[SPELLING] else None
            read = _reading(kind, p, spelled if kind == "person" else 1.0, typed=typed)
            sample = Sample(read, quality, error, free=bool(rng.random() < 0.9))
            form.append(_Drawn(sample, risks))
        forms.append(form)
    return forms


def _forms(count: int, rng: np.random.Generator) -> list[list[Sample]]:
    return [[one.sample for one in form] for form in _drawn_forms(count, rng)]


def _risks(gate: Gate, many: list[_Drawn]) -> dict[tuple[ErrorClass, Writing], float]:
    """The true rate of errors of each class, in each writing, of all that the gate accepts."""
    risks: dict[tuple[ErrorClass, Writing], list[float]] = defaultdict(list)
    for one in many:
        if gate.doubt(one.sample.reading, one.sample.quality) is None:
            for error, risk in one.risks.items():
                risks[error, writing_of(error, one.sample.reading)].append(risk)
    return {key: float(np.mean(of_key)) for key, of_key in risks.items()}


PROMISED = tuple(
    (error, writing)
    for error in ErrorClass
    for writing in ((Writing.ANY,) if error is MONEY else (Writing.PRINT, Writing.HAND))
)


def test_the_promise_is_broken_no_more_often_than_was_said() -> None:
    rng = np.random.default_rng(5)
    many = [one for form in _drawn_forms(600, rng) for one in form]
    promise = Promise(money=0.03, identity=0.06, spelling=0.05)
    broken, accepting = Counter[object](), Counter[object]()
    trials = 40
    for trial in range(trials):
        gate = Gate.of(fit(_forms(900, rng), MADE, seed=trial), promise)
        for key, risk in _risks(gate, many).items():
            accepting[key] += 1
            broken[key] += risk > promise.target(key[0])
    allowed = calibration.DELTA * trials + 2 * (calibration.DELTA * trials) ** 0.5
    assert max(broken.values()) <= allowed, broken
    for key in PROMISED:
        assert accepting[key] > 0.75 * trials, accepting


def test_the_fitted_maps_come_near_the_true_ones() -> None:
    samples = [one for form in _forms(12000, np.random.default_rng(1)) for one in form]
    fitted = {(m.type, m.error, m.typed, m.backing, m.quality): m for m in fit_maps(samples)}
    for true in TRUE_MAPS.values():
        near = fitted[true.type, true.error, true.typed, true.backing, true.quality]
        for p in (0.6, 0.9, 0.99, 0.999):
            assert near(p) == pytest.approx(true(p), abs=0.03)


def _is_unchecked(kind: str) -> bool:
    return fields.load(kind).unchecked_digits


def test_on_average_confidence_is_how_often_readings_are_right() -> None:
    rng = np.random.default_rng(2)
    maps = fit_maps([s for f in _forms(6000, rng) for s in f])
    gate = Gate({(m.type, m.error, m.typed, m.backing, m.quality): m for m in maps}, {}, {})
    others = [one for form in _drawn_forms(4000, rng) for one in form]
    for key in TRUE_MAPS:
        here = [one.sample for one in others if one.key == key]
        # Digits by hand that nothing checks are told no surer than they look.
        here = [one for one in here if one.reading.typed or not _is_unchecked(key[0])]
        for error in classes_of(key[0]) if here else ():
            stated = [gate.sure(one.reading, error, one.quality) for one in here]
            spared = [is_spared(one.error, error) for one in here]
            assert np.mean(stated) == pytest.approx(np.mean(spared), abs=0.02)
        told = [gate.calibrated(one.reading, one.quality).confidence for one in here]
        assert not told or np.mean(told) == pytest.approx(
            np.mean([not one.error for one in here]), abs=0.02
        )


def test_few_readings_without_an_error_leave_confidence_as_it_was() -> None:
    few = [_sample("amount", 0.99, quality=Quality.PHOTO)] * 5
    for one in fit_maps(few):
        assert one(0.99) == pytest.approx(0.99, abs=0.005)
        assert one(0.9) < 0.95


def test_readings_that_are_all_wrong_never_turn_the_order_around() -> None:
    shares = np.linspace(0.01, 0.999, 80).tolist()
    samples = [_sample("count", p, None if p < 0.5 else MONEY) for p in shares]
    for one in fit_maps(samples):
        assert one(0.2) <= one(0.9) <= one(0.9999)


def test_each_class_has_maps_of_all_of_a_type_of_each_writing_and_of_each_quality() -> None:
    forms = _forms(40, np.random.default_rng(8))
    made = {(m.type, m.error, m.typed, m.quality) for m in fit_maps([s for f in forms for s in f])}
    for kind in ("count", "person"):
        for error in classes_of(kind):
            cells = {(typed, quality) for k, e, typed, quality in made if (k, e) == (kind, error)}
            kinds = {(None, ""), *product((False, True), ("", "grey", "photo"))}
            assert cells == kinds


def test_a_reading_that_is_known_is_mapped_apart_from_one_that_is_not() -> None:
    """Of the same posterior, the known are all right, and of the others every fourth is wrong."""
    known = replace(_reading("person", 0.8), backing=Backing.KNOWN)
    samples = [Sample(known, GREY, None, free=True)] * 300
    samples += [_sample("person", 0.8, IDENTITY if k % 4 == 0 else None) for k in range(300)]
    maps = {(m.type, m.error, m.typed, m.backing, m.quality): m for m in fit_maps(samples)}
    gate = Gate(maps, {}, {})
    assert gate.sure(known, IDENTITY, GREY) > 0.95
    assert gate.sure(_reading("person", 0.8), IDENTITY, GREY) == pytest.approx(0.75, abs=0.04)


def test_a_misspelled_name_is_wrong_in_its_spelling_and_right_in_its_letters() -> None:
    misspelled = [_sample("person", 0.9, SPELLING)] * 40
    wrong = {m.error: m.wrong for m in fit_maps(misspelled) if m.typed is None}
    assert wrong == {IDENTITY: 0, SPELLING: 40}


def test_a_seed_gives_the_same_calibration() -> None:
    forms = _forms(60, np.random.default_rng(3))
    assert fit(forms, MADE, seed=4) == fit(forms, MADE, seed=4)
    assert fit(forms, MADE, seed=4) != fit(forms, MADE, seed=5)


def test_the_spelling_is_proven_for_each_threshold_that_the_letters_may_have() -> None:
    made = fit(_forms(80, np.random.default_rng(9)), MADE)
    for writing in (Writing.PRINT, Writing.HAND):
        (letters,) = (c for c in made.curves if (c.error, c.writing) == (IDENTITY, writing))
        spelled = [c for c in made.curves if (c.error, c.writing) == (SPELLING, writing)]
        assert [curve.given for curve in spelled] == [step.threshold for step in letters.steps]
        passed = [step.accepted for step in letters.steps]
        assert [curve.readings for curve in spelled] == passed, "here all may be misspelled"
        assert {curve.outside for curve in (letters, *spelled)} == {calibration.DELTA / 2}


def test_a_form_that_names_nobody_is_calibrated_on_too() -> None:
    """An address has no spelling of its own, and a service may never be as sure as one."""
    sure, unsure = _sample("email", 0.999), _sample("organisation", 0.2, IDENTITY)
    for form in ([sure], [sure, unsure], [_sample("count", 0.99)]):
        made = fit([form] * 40, MADE)
        assert all(curve.readings == 30 * len(form) for curve in made.curves if not curve.given)
    made = fit([[sure, sure, unsure]] * 40, MADE)
    assert min(curve.readings for curve in made.curves if curve.error is SPELLING) == 0
    gate = Gate.of(made, Promise(identity=0.06))
    assert [gate.doubt(one.reading, GREY) for one in (sure, unsure)] == [None, IDENTITY]


def test_the_file_says_what_is_promised_and_what_is_not() -> None:
    sure = [[_sample("person", 0.999999)]] * 1600
    made = fit([*_forms(200, np.random.default_rng(5)), *sure], MADE)
    default = Promise()
    for times in (0.5, 1.0, 2.0):
        promise = Promise(**{e.value: times * default.target(e) for e in ErrorClass})
        gate = Gate.of(made, promise)
        told = {
            (proof.error, proof.writing): proof
            for proof in made.proofs
            if proof.target == promise.target(proof.error)
        }
        assert {key for key in PROMISED if key[0] is not SPELLING} <= set(told)
        assert {k: p.threshold for k, p in told.items() if p.accepted} == gate.thresholds
        assert all(p.bound <= p.target for p in told.values() if p.accepted)
    assert {bool(proof.accepted) for proof in made.proofs} == {True, False}


# samples


def test_each_reading_is_held_against_its_own_truth() -> None:
    form = registration(people=("Zoé MARTIN", "Luc PETI"), total=8520)
    samples = samples_of(form, TRUTH)
    wrong = {s.reading.field: s.error for s in samples if s.error}
    assert wrong == {"personnes.2": IDENTITY, "total": IDENTITY}
    assert len(samples) == 11


def test_a_sample_says_of_which_class_its_error_is() -> None:
    form = registration(people=("Zoe MARTIN", "Luc PETI"), adherents=3)
    kinds = {"personnes.1": "person", "personnes.2": "person", "adherents": "count"}
    typed = tuple(replace(r, type=kinds.get(r.field, r.type)) for r in form.readings)
    samples = samples_of(replace(form, readings=typed), TRUTH)
    wrong = {s.reading.field: s.error for s in samples if s.error}
    assert wrong == {"personnes.1": SPELLING, "personnes.2": IDENTITY, "adherents": MONEY}


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
    assert [s.error for s in samples_of(form, TRUTH)][-2:] == [None, IDENTITY]


# what people decided


def _map_of(made: calibration.Calibration, kind: str, **cell: object) -> Map:
    """The map of the dearest class for a cell, of all of the type where none is told."""
    told = {"typed": None, "backing": None, "quality": ""} | cell
    return next(
        m
        for m in made.maps
        if (m.type, m.error) == (kind, classes_of(kind)[0])
        and all(getattr(m, name) == value for name, value in told.items())
    )


def test_what_was_reviewed_moves_the_map_of_its_type_and_never_the_proof() -> None:
    drawn = _drawn_forms(800, np.random.default_rng(6))
    # Of one cell: a map keeps the order, so that the same readings pass each threshold.
    one_cell = ("person", False, "grey")
    forms = [[one.sample for one in form if one.key == one_cell] for form in drawn]
    doubted = [_sample("person", 0.4)] * 300
    without, made = fit(forms, MADE), fit(forms, MADE, reviewed=doubted)
    cell = {"typed": False, "backing": Backing.NOTHING, "quality": "grey"}
    before, after = (_map_of(one, "person", **cell) for one in (without, made))
    assert after(0.4) > before(0.4) + 0.2
    assert (after.readings, after.wrong) == (before.readings + 300, before.wrong)
    letters, others = (
        next(c for c in one.curves if c.error is IDENTITY) for one in (made, without)
    )
    assert letters.readings == others.readings
    assert [step.proof for step in letters.steps] == [step.proof for step in others.steps]
    assert len(letters.steps) > 10


def test_a_type_that_was_only_reviewed_is_never_accepted() -> None:
    forms = _forms(100, np.random.default_rng(7))
    unproven = [_sample("date", 0.9)] * 300
    assert fit(forms, MADE, reviewed=unproven) == fit(forms, MADE)


# the command


def test_drawn_forms_become_a_calibration_that_the_next_run_takes(tmp_path: Path) -> None:
    made = calibrate(FORM, tmp_path, Settings(second_reader=False), n=4, seed=3, jobs=0)
    assert calibration.load(tmp_path / calibration.FILE_NAME) == made
    assert (made.made.drawn, made.made.seed, made.made.form) == (4, 3, FORM.id)
    assert {one.type for one in made.maps} == {zone.type for zone in FORM.zones}
    assert {curve.error for curve in made.curves} == set(ErrorClass)


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
    assert sum(one.readings for one in made.maps if one.typed is None) == 11
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
    read, before = (_map_of(one, "words") for one in (made, without))
    assert (read.readings, read.wrong) == (before.readings + 2, before.wrong + 1)
    assert [c.readings for c in made.curves] == [c.readings for c in without.curves]
    with pytest.raises(InputError, match="leave that --reviewed out"):
        once(reviewed=[tmp_path])


def test_what_the_machine_read_is_judged_not_what_came_of_it(tmp_path: Path) -> None:
    _reviewed_in(tmp_path / "out")
    with Store.open(f"sqlite:///{tmp_path / 'out' / 'fiches.sqlite'}") as store:
        ((read, texts),) = store.reviewed()
    samples = samples_against(read, texts)
    assert [(s.reading.posterior, s.quality, s.error, s.free) for s in samples] == [
        (0.99, GREY, IDENTITY, False),
        (0.62, GREY, None, True),
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
