"""What is shown to measure the machine and the reviewer, and what it tells."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from builders import doubtful, reading, registration
from judged import ENDED, confirm, correct

from pipeline.decisions import Act, Decided, Decision, Filed
from pipeline.forms.schema import load_form
from pipeline.judging.checks import error_rates
from pipeline.pages import rate_rows
from pipeline.paths import FORMS
from pipeline.rates import Rate
from pipeline.records import Origin, Registration
from pipeline.review.sample import known, sampled

_FORM = load_form(FORMS / "mais-2018-02-02")


def _filed(given: Registration, number: int = 1) -> Filed:
    return Filed(f"r{number}-1", f"id{number}", 1, 0, given, ())


_MANY = [_filed(registration(), i) for i in range(300)]


def test_about_the_share_is_drawn_and_always_the_same() -> None:
    drawn = sampled(_MANY, seed="a")
    of = len(_MANY) * (len(registration().readings) - 1)
    assert 0.01 * of < len(drawn) < 0.03 * of
    assert drawn == sampled(reversed(_MANY), seed="a")
    assert drawn != sampled(_MANY, seed="b")
    assert sampled(_MANY[:100], seed="a") <= drawn


def test_only_what_the_machine_read_and_accepted_is_drawn() -> None:
    typed = replace(reading("email", "a@exemple.fr"), origin=Origin.TEXT_LAYER)
    given = registration(more=(typed, doubtful("personnes.2")))
    given = confirm(given, _FORM, "telephone")
    drawn = {field for _, field in sampled([_filed(given)], share=1.0, seed="a")}
    assert drawn == {
        *("organisation", "personnes.1", "adherents", "non_adherents", "repas", "total"),
        "paiement",
    }
    assert sampled([replace(_filed(given), end=ENDED)], share=1.0, seed="a") == set()


def test_a_known_field_comes_about_once_in_fifty_doubts() -> None:
    agreed = _filed(confirm(registration(), _FORM, "email"))
    times = [known(lambda: [agreed], shown=n, seed="a") for n in range(5000)]
    shown = [one for one in times if one]
    assert 60 < len(shown) < 140
    assert set(shown) == {("r1-1", "email")}


def test_what_a_person_changed_or_typed_is_not_known() -> None:
    changed = _filed(correct(registration(), _FORM, "email", "b@exemple.fr"))
    typed = _filed(confirm(registration(more=(reading("email", ""),)), _FORM, "email"))
    for one in (changed, typed, _filed(registration())):
        assert known(lambda one=one: [one], shown=1, seed="a", every=1) is None  # type: ignore[misc]
    agreed = _filed(confirm(registration(), _FORM, "email"))
    besides = {("r1-1", "email")}
    assert known(lambda: [agreed], shown=1, seed="a", every=1) == ("r1-1", "email")
    assert known(lambda: [agreed], shown=1, seed="a", every=1, besides=besides) is None


def _decided(number: int, act: Act, field: str, said: str = "", held: str = "") -> Decided:
    at = datetime(2018, 2, 3, tzinfo=UTC)
    decision = Decision(act, field, said, held)
    return Decided(number, number, "r1-1", decision, held, "anne", at, undone=False)


def test_checks_tell_the_errors_of_the_machine_and_of_the_reviewer_apart() -> None:
    done = [
        _decided(1, Act.CHECK, "repas", "2", "2"),
        _decided(2, Act.CHECK, "total", "84.20", "94.20"),
        _decided(3, Act.CONFIRM, "email", "a@b.fr"),
        _decided(4, Act.CHECK, "email", "a@b.fr", "a@b.fr"),
        _decided(5, Act.CHECK, "email", "", "a@b.fr"),
        replace(_decided(6, Act.CHECK, "paiement", "x", "y"), undone=True),
        _decided(7, Act.POSTPONE, "telephone"),
        _decided(8, Act.CHECK, "telephone", "1", "1"),
    ]
    rates = error_rates(reversed(done))
    assert (rates.machine, rates.reviewer) == (Rate(1, 3), Rate(1, 2))


def test_errors_of_the_machine_are_told_by_what_they_cost() -> None:
    types = {("r1-1", "total"): "amount", ("r1-1", "email"): "email", ("r1-1", "nom"): "person"}
    done = [
        _decided(1, Act.CHECK, "total", "84.20", "94.20"),
        _decided(2, Act.CHECK, "email", "a@b.fr", "a@b.fr"),
        _decided(3, Act.CHECK, "nom", "Hélène", "Helene"),
        _decided(4, Act.CHECK, "unheard", "a", "b"),
        _decided(5, Act.CHECK, "total", "94.20", "84.20"),
    ]
    rates = error_rates(done, types)
    assert (rates.machine, rates.reviewer) == (Rate(3, 4), Rate(1, 1))
    assert rates.by_class == (
        ("money", Rate(1, 1)),
        ("identity", Rate(0, 2)),
        ("spelling", Rate(1, 1)),
    )
    rows = rate_rows(rates)
    assert [who.strip() for who, _ in rows] == [
        "la machine", "argent", "identité", "orthographe", "le relecteur",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "of", "low", "high"),
    # Exact values of Clopper and Pearson, as R's binom.test gives them.
    [
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (5, 100, 0.0164, 0.1128),
        (10, 10, 0.6915, 1.0),
    ],
)
def test_intervals_are_exact(wrong: int, of: int, low: float, high: float) -> None:
    rate = Rate(wrong, of)
    assert [rate.low, rate.high] == pytest.approx([low, high], abs=1e-4)
    assert rate.share == wrong / of


def test_nothing_measured_says_nothing() -> None:
    rate = error_rates([]).machine
    assert (rate.share, rate.low, rate.high) == (None, 0.0, 1.0)
