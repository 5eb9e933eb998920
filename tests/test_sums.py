"""What is due: counts, options that cost something, amounts that are added as they are written."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.bookkeeping.labels import item_label
from pipeline.bookkeeping.wanted import wanted
from pipeline.config import Accounting
from pipeline.errors import ConfigError
from pipeline.exporters._totals import Totals
from pipeline.forms.constraints import SumOf
from pipeline.forms.schema import Form
from pipeline.french import LINE_GAP, label, sentence
from pipeline.judging.doubts import Doubt
from pipeline.judging.judge import judge
from pipeline.judging.questions import needs_reason
from pipeline.judging.reconcile import reconcile
from pipeline.judging.sums import gap, lines, with_due
from pipeline.ledger import PaidBy, Payable, Payment
from pipeline.payments.standing import owed_cents
from pipeline.records import Candidate, FieldReading, Registration, Status
from pipeline.review.queue import money_at_risk
from pipeline.treasury.payable import items_of
from tests.family import child, family_form, read, registered
from tests.judged import accepting, confirm, illegible
from tests.tables import row

_FORMULES = {"loisir": 18500, "competition": 21000}
_ACCEPTS_ALL = accepting(
    *("email", "checkbox", "count", "amount", "surname", "given_name", "age"), above=0.0
)
_CHOICES = st.lists(st.sampled_from(["loisir", "competition"]), max_size=4)


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    return family_form(tmp_path_factory.mktemp("forms"))


@pytest.fixture(scope="module")
def unasked(form: Form, tmp_path_factory: pytest.TempPathFactory) -> Form:
    """Nothing but options costs anything, and no total is asked."""
    assert form.sum
    text = 'total = "total"\ntariffs = { maillots = "25" }\nadds = ["don"]\n'
    text += 'lines = { maillots = "prix_maillots" }\n'
    return family_form(tmp_path_factory.mktemp("unasked"), (f"[sum]\n{text}", ""))


def _family(
    form: Form,
    formules: list[str],
    *,
    assurance: str = "non",
    maillots: int = 0,
    don: int | None = None,
    total: int | None = None,
    line: int | None = None,
) -> Registration:
    rows = (child(n, "ROUX", "Zoé", formule) for n, formule in enumerate(formules, start=1))
    return registered(
        form,
        *(reading for row_read in rows for reading in row_read),
        read("assurance", "checkbox", assurance),
        read("maillots", "count", maillots),
        read("prix_maillots", "amount", line),
        read("don", "amount", don),
        read("total", "amount", total),
    )


def _due(formules: list[str], *, assured: bool, maillots: int, don: int) -> int:
    return sum(_FORMULES[f] for f in formules) + 1250 * assured + 2500 * maillots + don


def _unreadable(reading: FieldReading) -> FieldReading:
    return replace(reading, candidates=())


def _held(registration: Registration, field: str) -> FieldReading:
    reading = registration.reading(field)
    assert reading is not None
    return reading


@given(_CHOICES, st.booleans(), st.integers(0, 9), st.integers(0, 10**7), st.integers(-500, 500))
def test_what_is_due_is_the_sum_of_all_that_is_priced(
    form: Form, formules: list[str], assured: bool, maillots: int, don: int, off: int
) -> None:
    due = _due(formules, assured=assured, maillots=maillots, don=don)
    family = _family(
        form,
        formules,
        assurance="oui" if assured else "non",
        maillots=maillots,
        don=don,
        total=due + off,
    )
    held = with_due(family, form)
    assert (held.total_due_cents, held.gap_cents) == (due, off)
    assert sum(line.amount_cents or 0 for line in lines(family, form)) == due
    assert sum(item.amount_cents for item in items_of(family, form)) == due


@pytest.fixture(scope="module")
def with_fee(tmp_path_factory: pytest.TempPathFactory) -> Form:
    """Every family pays its membership."""
    fee = 'adds = ["don"]\nfixed = { cotisation = "15" }\nlabels = { cotisation = "Adhésion" }'
    return family_form(tmp_path_factory.mktemp("fee"), ('adds = ["don"]', fee))


@given(_CHOICES.filter(bool), st.integers(0, 9))
def test_what_all_pay_is_due_from_everybody(
    with_fee: Form, formules: list[str], maillots: int
) -> None:
    due = _due(formules, assured=False, maillots=maillots, don=0) + 1500
    family = _family(with_fee, formules, maillots=maillots, total=due)
    held = with_due(family, with_fee)
    assert (held.total_due_cents, held.gap_cents) == (due, 0)
    assert ("Adhésion", 1500) in [(i.label, i.amount_cents) for i in items_of(held, with_fee)]


def test_a_total_with_what_all_pay_speaks_for_its_counts(form: Form, with_fee: Form) -> None:
    assert judge(_family(with_fee, ["loisir"], total=20000), with_fee, _ACCEPTS_ALL).findings == ()
    (finding, *_) = judge(_family(form, ["loisir"], total=20000), form, _ACCEPTS_ALL).findings
    assert finding.rule == "total_matches_tariff"
    (bond, *_) = with_fee.bonds
    assert isinstance(bond, SumOf)
    assert bond.holds([0, 0, 18500, 20000])
    assert 18500 in list(bond.mistaken([0, 0, 18500]))


def test_what_all_pay_has_a_name_of_its_own(tmp_path: Path) -> None:
    for n, (fee, words) in enumerate((('{ don = "15" }', "stands twice"),
                                      ('{ cotisation = 15 }', "quotes"))):  # fmt: skip
        change = ('adds = ["don"]', f'adds = ["don"]\nfixed = {fee}')
        with pytest.raises(ConfigError, match=words):
            family_form(tmp_path / str(n), change)


@given(
    _CHOICES.filter(bool),
    st.sampled_from(["assurance", "maillots", "don", "formule.1"]),
    st.sampled_from(["unreadable", "no option"]),
)
def test_what_is_due_is_not_known_where_any_of_it_is_not(
    form: Form, formules: list[str], field: str, how: str
) -> None:
    family = _family(form, formules, assurance="oui", maillots=1, don=500)
    reading = _held(family, field)
    lost = _unreadable(reading)
    if how == "no option" and reading.type == "checkbox":
        lost = replace(reading, candidates=(Candidate("autre", "autre", 0.99),))
    held = with_due(family.replacing(lost), form)
    assert held.total_due_cents is None
    assert owed_cents(held) is None
    gone = replace(family, readings=tuple(r for r in family.readings if r.field != field))
    assert (with_due(gone, form).total_due_cents is None) == (field != "formule.1")


def test_an_unreadable_choice_waits_for_a_person(form: Form) -> None:
    family = _family(form, ["loisir"], total=18500)
    done = judge(family.replacing(_unreadable(_held(family, "formule.1"))), form, _ACCEPTS_ALL)
    assert done.total_due_cents is None
    assert _held(done, "formule.1").status is Status.REVIEW
    settled = illegible(done, form, "formule.1", gate=_ACCEPTS_ALL)
    (asked,) = (finding for finding in settled.findings if finding.asks)
    assert (asked.rule, asked.facts) == ("total_matches_tariff", ("formule.1",))


def test_nothing_chosen_that_costs_something_is_asked_once(form: Form) -> None:
    family = _family(form, ["loisir", ""], total=18500)
    done = judge(family, form, _ACCEPTS_ALL)
    (asked,) = (finding for finding in done.findings if finding.asks)
    assert (asked.rule, asked.fields) == ("one_box_is_ticked", ("formule.2",))
    assert done.total_due_cents == 18500
    answered = confirm(done, form, "formule.2", gate=_ACCEPTS_ALL)
    assert answered.status is Status.ACCEPTED


def test_a_page_that_was_not_received_leaves_what_is_due_unknown(
    tmp_path: Path, form: Form
) -> None:
    family = _family(form, [])
    assert with_due(family, form).total_due_cents == 0
    tables = tuple(table.model_copy(update={"page": 2}) for table in form.tables)
    zones = tuple(
        zone.model_copy(update={"page": 2}) if zone.repeated else zone for zone in form.zones
    )
    of_two = form.model_copy(update={"tables": tables, "zones": zones})
    assert with_due(family, of_two).total_due_cents is None


def test_a_total_says_which_option_was_chosen(form: Form) -> None:
    family = _family(form, ["loisir", "loisir"], total=39500)
    weak = read("formule.2", "checkbox", "loisir", 0.6, competition=0.38)
    done = reconcile(family.replacing(weak), form)
    assert _held(done, "formule.2").value == "competition"
    assert _held(done, "formule.2").posterior > 0.95
    assert [finding.rule for finding in done.findings] == []


def test_an_option_against_the_writing_is_for_a_person_to_see(form: Form) -> None:
    family = _family(form, ["loisir", "loisir"], total=39500)
    weak = read("formule.2", "checkbox", "loisir", 0.9, competition=0.08)
    done = reconcile(family.replacing(weak), form)
    (finding,) = done.findings
    assert finding.rule == "reading_agrees_with_sum"
    assert {"formule.1", "formule.2", "assurance", "total"} <= {*finding.fields}


def test_a_total_that_agrees_lifts_a_gift_and_options(form: Form) -> None:
    family = _family(form, ["loisir"], assurance="oui", don=2000, total=21750)
    weak = replace(
        _held(family, "don"),
        candidates=(Candidate(7000, "70.00", 0.5), Candidate(2000, "20.00", 0.45)),
    )
    done = reconcile(family.replacing(weak), form)
    assert _held(done, "don").value == 2000
    assert _held(done, "assurance").posterior > 0.99


def test_many_rows_are_weighed_in_no_time(form: Form) -> None:
    rows = form.tables[0].model_copy(update={"rows_mm": tuple((9.0 * n, 9.0) for n in range(12))})
    many = form.model_copy(update={"tables": (rows,), "zones": (*form.zones[:-4], *rows.zones)})
    family = _family(many, ["loisir", "competition"] * 6, total=6 * (18500 + 21000))
    weak = [read(f"formule.{n}", "checkbox", "loisir", 0.6, competition=0.38) for n in (2, 4)]
    for reading in weak:
        family = family.replacing(reading)
    done = reconcile(family, many)
    assert [_held(done, f"formule.{n}").value for n in (2, 4)] == ["competition"] * 2


def test_a_gap_names_all_that_the_total_is_made_of(form: Form) -> None:
    done = judge(_family(form, ["loisir"], don=500, total=18500), form, _ACCEPTS_ALL)
    (asked,) = (finding for finding in done.findings if finding.asks)
    assert asked.fields == ("total", "maillots", "assurance", "formule", "don")
    assert asked.facts == (18500, 19000)


def test_the_amount_of_a_line_is_the_count_times_its_tariff(form: Form) -> None:
    family = _family(form, ["loisir"], maillots=3, line=5000, total=26000)
    done = judge(family, form, _ACCEPTS_ALL)
    (asked,) = (finding for finding in done.findings if finding.asks)
    assert (asked.rule, asked.fields, asked.facts) == (
        *(LINE_GAP, ("prix_maillots", "maillots"), (5000, 7500)),
    )
    said = "Montant des maillots : écrit 50,00 €, tarif attendu 75,00 € (écart -25,00 €)."
    assert " ".join(sentence(asked, form.roles).split()) == said
    assert needs_reason(asked.rule)
    right = judge(_family(form, ["loisir"], maillots=3, line=7500, total=26000), form, _ACCEPTS_ALL)
    assert right.status is Status.ACCEPTED


def test_who_leaves_the_amount_of_a_line_blank_is_asked_nothing(form: Form) -> None:
    blank = judge(_family(form, ["loisir"], maillots=3, total=26000), form, _ACCEPTS_ALL)
    assert [finding for finding in blank.findings if finding.asks] == []


def test_the_amount_of_a_line_says_what_was_counted(form: Form) -> None:
    family = _family(form, [], line=5000)
    weak = replace(
        _held(family, "maillots"),
        candidates=(Candidate(7, "7", 0.55), Candidate(2, "2", 0.4)),
    )
    done = reconcile(family.replacing(weak), form)
    assert _held(done, "maillots").value == 2


def test_options_alone_may_be_priced_and_no_total_asked(unasked: Form) -> None:
    assert unasked.sum is None
    assert unasked.bonds == ()
    held = judge(_family(unasked, ["loisir"], assurance="oui"), unasked, _ACCEPTS_ALL)
    assert held.total_due_cents == owed_cents(held) == 19750
    shown = gap(held, unasked, {"formule.1": "competition"})
    assert (shown.due_cents, shown.asked) == (22250, False)
    assert gap(held, unasked, {"formule.1": "?"}).due_cents is None


def test_options_of_which_no_total_is_asked_are_what_they_were_read_as(unasked: Form) -> None:
    family = _family(unasked, ["loisir", "competition"], assurance="oui")
    done = reconcile(family, unasked)
    assert [_held(done, f"formule.{n}").value for n in (1, 2)] == ["loisir", "competition"]
    assert _held(done, "assurance").value == "oui"


def test_of_a_form_that_costs_nothing_nothing_is_owed(form: Form) -> None:
    counted = replace(form.roles, counted=("maillots",), total="", priced=False)
    free = replace(_family(form, ["loisir"]), roles=counted)
    assert owed_cents(free) == 0
    assert owed_cents(replace(free, roles=replace(counted, priced=None))) is None


def test_several_options_of_a_field_all_cost(form: Form) -> None:
    both = read("formule.1", "checkbox", "loisir | competition")
    assert with_due(registered(form, both), form).total_due_cents == 39500


def test_lines_say_option_by_option_what_is_due(form: Form) -> None:
    family = _family(form, ["loisir", "competition", "loisir"], maillots=1, don=1000)
    told = [(line.label, line.count, line.amount_cents) for line in lines(family, form)]
    assert told == [
        ("Maillots", 1, 2500),
        ("Assurance (oui)", 0, 0),
        ("Assurance (non)", 1, 0),
        ("Formule (loisir)", 2, 37000),
        ("Formule (compétition)", 1, 21000),
        ("Don", 1, 1000),
    ]


def test_an_option_is_booked_on_an_account_of_its_own(form: Form) -> None:
    family = _family(form, ["loisir", "competition", "loisir"], don=1000)
    items = items_of(family, form)
    assert [item_label(item) for item in items] == [
        *("Assurance (non) × 1", "Formule (loisir) × 2", "Formule (compétition) × 1", "Don")
    ]
    due = 2 * 18500 + 21000 + 1000
    payable = Payable("a1", "RF18 A1", "ROUX", items, due)
    paid = Payment("m1", date(2018, 9, 3), PaidBy.TRANSFER, (("a1", due),))
    accounting = Accounting.model_validate(
        {
            "tariffs": {
                "formule": {"loisir": "7061", "competition": "7062"},
                "assurance": {"oui": "708", "non": "708"},
                "don": "754",
            }
        }
    )
    (entry,) = wanted({"a1": payable}, [paid], [], accounting)
    booked = {line.account: line.credit_cents for line in entry.lines if line.credit_cents}
    assert booked == {"7061": 37000, "7062": 21000, "754": 1000}
    with pytest.raises(ConfigError, match=r"no account for assurance:non, don, .*assurance.non = "):
        wanted({"a1": payable}, [paid], [], Accounting())


def test_totals_count_each_option_that_is_priced(form: Form) -> None:
    rows = [
        row(with_due(_family(form, formules), form), n)
        for n, formules in enumerate((["loisir", "loisir"], ["competition"], []), start=1)
    ]
    unread = _family(form, ["loisir"])
    unread = unread.replacing(_unreadable(_held(unread, "formule.1")))
    totals = Totals.of([*rows, row(with_due(unread, form), 4)])
    assert totals.chosen["Formule (loisir)"].value == 2
    assert totals.chosen["Formule (loisir)"].unknown == 1
    assert (totals.due.value, totals.due.unknown) == (2 * 18500 + 21000, 1)


def test_an_option_is_worth_what_it_costs(form: Form) -> None:
    family = _family(form, ["loisir"], assurance="oui")
    doubts = [
        Doubt(f, "", "checkbox", f, "", 0.5, postponed=False) for f in ("formule.1", "assurance")
    ]
    worths = [money_at_risk(family, form, doubt) for doubt in doubts]
    assert worths == [18500, 1250]


def test_an_option_is_called_by_its_field_and_its_name(form: Form) -> None:
    assert label("formule:competition", form.roles) == "Formule (compétition)"
    assert label("assurance:oui", form.roles) == "Assurance (oui)"
    assert label("formule.2", form.roles) == "Formule 2"
