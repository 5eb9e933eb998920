"""A postal code and its town speak for each other, and contradict each other only where both are
sure."""

import shutil
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.decoding import communes
from pipeline.forms.schema import Form, load_form
from pipeline.french import finding_label, sentence
from pipeline.judging.background import Background
from pipeline.judging.backing import backing_of
from pipeline.judging.judge import judge
from pipeline.judging.postal import RULE, pairs, town_has_its_code, weight
from pipeline.judging.reconcile import reconcile
from pipeline.paths import SHIPPED_FORM
from pipeline.records import Backing, Candidate, FieldReading, Finding, Registration, Severity
from pipeline.simulate.contents import invent
from tests.judged import ASK_ALL, confirm

MakeForm = Callable[[str], Form]


@pytest.fixture(scope="module")
def make_form(tmp_path_factory: pytest.TempPathFactory) -> MakeForm:
    def made(zones: str) -> Form:
        folder = tmp_path_factory.mktemp("forms") / "adresses"
        folder.mkdir()
        shutil.copy(SHIPPED_FORM / "blank.pdf", folder)
        head = 'id = "adresses"\ntitle = "Adresses"\n'
        (folder / "form.toml").write_text(head + zones, "utf-8")
        return load_form(folder)

    return made


def _zone(field: str, kind: str, *lines: list[float], repeated: bool = False) -> str:
    return (
        f'[[zones]]\nfield = "{field}"\ntype = "{kind}"\npage = 2\nlines_mm = {[*lines]}\n'
        f"repeated = {str(repeated).lower()}\n"
    )


@pytest.fixture(scope="module")
def form(make_form: MakeForm) -> Form:
    return make_form(
        _zone("ville", "town", [50, 40, 50, 8]) + _zone("cp", "postal_code", [20, 40, 25, 8])
    )


def _reading(field: str, kind: str, shares: dict[str, float]) -> FieldReading:
    listed = tuple(Candidate(text, text, p) for text, p in shares.items())
    return FieldReading(field, kind, 2, None, next(iter(shares), ""), listed)


def _registration(codes: dict[str, float], towns: dict[str, float]) -> Registration:
    readings = (_reading("ville", "town", towns), _reading("cp", "postal_code", codes))
    return Registration("adresses", 2, readings)


def _after(form: Form, codes: dict[str, float], towns: dict[str, float]) -> Registration:
    return reconcile(_registration(codes, towns), form)


def _best(registration: Registration, field: str) -> tuple[str, float]:
    reading = registration.reading(field)
    assert reading is not None
    return reading.text, reading.posterior


def _rules(registration: Registration) -> list[str]:
    return [finding.rule for finding in registration.findings]


def test_a_code_and_a_town_that_agree_raise_each_other(form: Form) -> None:
    done = _after(form, {"35000": 0.7, "36000": 0.2}, {"Rennes": 0.7, "Reims": 0.2})
    assert _best(done, "cp") == ("35000", pytest.approx(0.96, abs=0.02))
    assert _best(done, "ville") == ("Rennes", pytest.approx(0.96, abs=0.02))
    assert {r.backing for r in done.readings} == {Backing.KNOWN}


def test_the_town_chooses_among_codes_in_doubt(form: Form) -> None:
    done = _after(form, {"29750": 0.55, "29150": 0.4}, {"Châteaulin": 0.95})
    assert _best(done, "cp")[0] == "29150"


def test_a_code_and_a_town_that_contradict_each_other_are_doubted(form: Form) -> None:
    done = _after(form, {"44000": 0.8}, {"Rennes": 0.8})
    assert _best(done, "cp")[0] == "44000"
    assert _best(done, "cp")[1] < 0.75
    assert _best(done, "ville")[1] < 0.75


def test_what_is_not_known_loses_hardly_anything(form: Form) -> None:
    done = _after(form, {"35042": 0.9}, {"Kerlann-les-Bains": 0.9})
    assert _best(done, "cp") == ("35042", pytest.approx(0.9, abs=0.02))
    assert _best(done, "ville") == ("Kerlann-les-Bains", pytest.approx(0.9, abs=0.02))


def test_a_place_left_empty_says_nothing(form: Form) -> None:
    done = _after(form, {"": 0.98}, {"Rennes": 0.9})
    assert _best(done, "cp") == ("", pytest.approx(0.98, abs=0.01))
    assert _best(done, "ville") == ("Rennes", pytest.approx(0.9, abs=0.02))


def test_nobody_is_overruled_silently(form: Form) -> None:
    done = _after(form, {"29750": 0.75, "29150": 0.1}, {"Châteaulin": 0.99})
    assert _best(done, "cp")[0] == "29150"
    assert "reading_agrees_with_rest" in _rules(done)


def test_a_contradiction_is_told_where_both_are_sure(form: Form) -> None:
    sure = _registration({"44000": 0.999}, {"Rennes": 0.999})
    (finding,) = town_has_its_code(sure, form)
    assert (finding.rule, finding.severity, finding.fields) == (
        RULE,
        Severity.REVIEW,
        ("cp", "ville"),
    )
    assert sentence(finding, form.roles) == (
        "Rennes n'a pas le code postal 44000, mais par exemple 35000, 35200, 35700."
    )
    assert finding_label(RULE) == "Code postal et commune"
    for codes, towns in (
        ({"44000": 0.6}, {"Rennes": 0.999}),
        ({"35000": 0.999}, {"Rennes": 0.999}),
        ({"35042": 0.999}, {"Rennes": 0.999}),
        ({"44000": 0.999}, {"Kerlann-les-Bains": 0.999}),
        ({}, {"Rennes": 0.999}),
    ):
        assert not [*town_has_its_code(_registration(codes, towns), form)]


def test_a_person_who_says_both_has_answered(form: Form) -> None:
    judged = judge(_registration({"44000": 0.999}, {"Rennes": 0.999}), form, ASK_ALL)
    assert [f.severity for f in _asked(judged)] == [Severity.REVIEW]
    for field in ("cp", "ville"):
        judged = confirm(judged, form, field, gate=ASK_ALL)
    assert [f.severity for f in _asked(judged)] == [Severity.INFO]


def _asked(registration: Registration) -> list[Finding]:
    return [finding for finding in registration.findings if finding.rule == RULE]


def test_each_code_goes_with_the_town_behind_or_below_it(make_form: MakeForm) -> None:
    form = make_form(
        _zone("ville_naissance", "town", [20, 20, 60, 8])
        + _zone("cp", "postal_code", [20, 40, 25, 8])
        + _zone("ville", "town", [50, 40, 50, 8])
        + _zone("cp_parent", "postal_code", [20, 60, 25, 8])
        + _zone("ville_parent", "town", [20, 70, 60, 8])
        + _zone("cp_seul", "postal_code", [20, 120, 25, 8])
    )
    readings = tuple(_reading(zone.field, zone.type, {"x": 0.9}) for zone in form.zones)
    of_both = pairs(Registration("adresses", 2, readings), form)
    named = {code.field: town.field for code, town in of_both}
    assert named["cp"] == "ville"
    assert named["cp_parent"] == "ville_parent"


def test_in_a_table_the_codes_go_with_the_towns_of_their_row(make_form: MakeForm) -> None:
    form = make_form(
        _zone("cp", "postal_code", [20, 40, 25, 8], [20, 50, 25, 8], repeated=True)
        + _zone("ville", "town", [50, 40, 50, 8], [50, 50, 50, 8], repeated=True)
    )
    readings = (
        _reading("cp.1", "postal_code", {"35000": 0.9}),
        _reading("cp.2", "postal_code", {"44000": 0.9}),
        _reading("ville.2", "town", {"Nantes": 0.9}),
    )
    ((code, town),) = pairs(Registration("adresses", 2, readings), form)
    assert (code.field, town.field) == ("cp.2", "ville.2")


def test_drawn_forms_have_codes_that_are_the_towns(form: Form) -> None:
    pairs = [
        (str(filling.fields["cp"]), str(filling.fields["ville"]))
        for filling in (invent(form, np.random.default_rng(seed)) for seed in range(90))
    ]
    whole = [pair for pair in pairs if all(pair)]
    agreed = sum(communes.agree(*pair) is True for pair in whole)
    assert len(whole) > 45
    assert 0.83 * len(whole) <= agreed < len(whole)  # some people err
    filling = next(
        filling
        for filling in (invent(form, np.random.default_rng(seed)) for seed in range(90))
        if filling.fields["cp"]
    )
    assert form.field_type("cp").parse(filling.written["cp"][0]) == filling.fields["cp"]


def test_names_and_towns_that_are_known_are_familiar() -> None:
    nothing = Registration("adresses", 2, ())
    for kind, text, backing in (
        ("surname", "Le Goff", Backing.FAMILIAR),
        ("surname", "Xyzowski", Backing.NOTHING),
        ("given_name", "Jean-Marie", Backing.FAMILIAR),
        ("given_name", "Zxeriane", Backing.NOTHING),
        ("town", "St Malo", Backing.FAMILIAR),
        ("town", "Kerlann-les-Bains", Backing.NOTHING),
        ("address", "12 rue Pasteur", Backing.NOTHING),
    ):
        reading = _reading("champ", kind, {text: 0.9})
        assert backing_of(reading, nothing, Background()) is backing, text


_TEXTS = st.sampled_from(["", "Rennes", "Nantes", "Kerlann", "35000", "44000", "35042", "99"])
_SHARES = st.dictionaries(_TEXTS, st.floats(0.01, 0.3), min_size=1, max_size=3)


@settings(max_examples=50, deadline=None)
@given(codes=_SHARES, towns=_SHARES)
def test_reconciling_a_code_and_a_town_keeps_probabilities(
    form: Form, codes: dict[str, float], towns: dict[str, float]
) -> None:
    done = _after(form, codes, towns)
    for reading in done.readings:
        assert 0.0 < sum(c.probability for c in reading.candidates) <= 1.0 + 1e-9


@given(_TEXTS, _TEXTS)
def test_a_weight_is_never_none_and_never_forbids(code: str, town: str) -> None:
    assert 0.0 < weight(code, town) <= 1.0
