"""What is asked of a whole fiche at once, and what all the answers decide together."""

from dataclasses import replace

import pytest
from desks import GATE, PEOPLE, fiche
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.decisions import Act, Filed
from pipeline.french import AGREED, GAP, REASONS, SEEN
from pipeline.judging.doubts import doubts
from pipeline.judging.judge import judge
from pipeline.judging.questions import Answers, Settled, questions, settle, words_of
from pipeline.judging.values import shown
from pipeline.records import Candidate, Finding, Registration, Severity, Status
from tests.pages import form

_FORM = form()
_NUMBERS = ("adherents", "non_adherents", "repas", "total")
_STRAY = Finding("no_stray_ink", Severity.REVIEW, facts=(16, 25))
_REASON = REASONS[AGREED]
_DOUBTS = {
    "organisation": ("Foyer du Chêne", "Foyer du Chine"),
    "email": ("a@exemple.fr", "b@exemple.fr"),
    "telephone": ("02 40 12 34 56", "02 40 12 34 57"),
    "personnes.1": (PEOPLE[0], "Zoé MARTEN"),
    "repas": ("2", "7"),
    "total": ("84.20", "34.20"),
}


def _filed(given: Registration) -> Filed:
    return Filed("r1-1", "id", 1, 0, given, ())


def _read(
    *doubtful: str, total: str = "84.20", people: tuple[str, ...] = PEOPLE[:2], stray: bool = False
) -> Registration:
    held = {name: _DOUBTS[name] for name in doubtful}
    given = fiche(people=people, total=total, doubtful=held)
    return judge(replace(given, findings=(*given.findings, *(_STRAY,) * stray)), _FORM, GATE)


def _as_shown(given: Registration, **typed: str) -> Answers:
    """Enter, over all that is shown but for what was typed."""
    texts = {
        name: typed.get(name, shown(held))
        for question in questions(_filed(given), _FORM, also=typed)
        for name in question.fields
        if (held := given.reading(name))
    }
    added = {name: text for name, text in typed.items() if not given.reading(name)}
    return Answers(texts | added, said=words_of(given, _FORM))


def _settled(given: Registration, answers: Answers) -> Settled:
    return settle(given, _FORM, answers, gate=GATE)


def test_a_gap_is_one_question_about_all_its_numbers() -> None:
    given = _read("email", "repas", total="93.20")
    asked = questions(_filed(given), _FORM)
    assert [(question.rule, question.fields) for question in asked] == [
        ("", ("email",)),
        (GAP, _NUMBERS),
    ]
    assert "9,00" in asked[1].words


def test_numbers_in_doubt_stand_together_without_a_gap_too() -> None:
    asked = questions(_filed(_read("repas", "total")), _FORM)
    assert [(question.rule, question.fields, question.words) for question in asked] == [
        (GAP, ("repas", "total"), "")
    ]


def test_a_finding_is_asked_for_itself_where_no_doubtful_field_shows_it() -> None:
    asked = questions(_filed(_read(stray=True)), _FORM)
    assert [(question.rule, question.fields) for question in asked] == [("no_stray_ink", ())]
    somebody = _read(people=(PEOPLE[0], "Foyer du Chêne"))
    (question,) = questions(_filed(somebody), _FORM)
    assert (question.rule, question.fields) == ("", ("personnes.2",))
    assert "se lit comme un service" in question.words


def test_what_a_gap_does_not_say_of_its_numbers_is_said_beside_it() -> None:
    given = _read(people=(PEOPLE[0],), total="93.20")
    counts = given.reading("adherents")
    assert counts is not None
    two = replace(counts, candidates=(Candidate(2, "2", 0.99),))
    asked = questions(_filed(judge(given.replacing(two), _FORM, GATE)), _FORM)
    assert [question.rule for question in asked if "payée" in question.words] == [""]
    assert [question.rule for question in asked if "écart" in question.words] == [GAP]


def test_enter_never_accepts_a_gap() -> None:
    given = _read(total="93.20")
    refused = _settled(given, _as_shown(given))
    assert set(refused.problems) == {GAP}
    settled = _settled(given, replace(_as_shown(given), reasons={GAP: _REASON}))
    assert not settled.problems
    assert settled.after.status is Status.ACCEPTED
    acts = [(one.act, one.field) for one in settled.decisions]
    assert acts == [*((Act.CONFIRM, name) for name in _NUMBERS), (Act.SETTLE, GAP)]


def test_a_corrected_number_closes_a_gap_without_a_reason() -> None:
    given = _read(total="93.20")
    settled = _settled(given, _as_shown(given, total="84,20"))
    assert not settled.problems
    assert settled.after.status is Status.ACCEPTED
    assert settled.after.total_cents == 8420


def test_a_gap_that_is_typed_is_asked_before_anything_is_kept() -> None:
    given = _read("total")
    refused = _settled(given, _as_shown(given, total="10"))
    assert set(refused.problems) == {GAP}


def test_a_reason_confirms_the_numbers_that_nobody_doubted_before() -> None:
    given = _read("total")
    everything = {name: shown(given.reading(name)) for name in _NUMBERS}  # type: ignore[arg-type]
    answers = _as_shown(given, **(everything | {"total": "10"}))
    settled = _settled(given, replace(answers, reasons={GAP: _REASON}))
    assert not settled.problems
    assert settled.after.status is Status.ACCEPTED
    assert {one.field for one in settled.decisions} == {*_NUMBERS, GAP}


def test_a_finding_is_kept_as_seen_only_if_its_own_words_were_shown() -> None:
    given = _read(stray=True)
    seen = _settled(given, _as_shown(given))
    assert [(one.field, one.reason) for one in seen.decisions] == [("no_stray_ink", SEEN)]
    unseen = _settled(given, replace(_as_shown(given), said={"no_stray_ink": "autre chose"}))
    assert set(unseen.problems) == {"no_stray_ink"}


def test_what_could_not_be_read_asks_for_an_answer_of_its_own() -> None:
    read = _read("email")
    held = read.reading("email")
    assert held is not None
    given = judge(read.replacing(replace(held, candidates=())), _FORM, GATE)
    shown_only = _as_shown(given)
    assert "Écrire" in _settled(given, shown_only).problems["email"]
    empty = _settled(given, replace(shown_only, empty={"email"}))
    assert [(one.act, one.value) for one in empty.decisions] == [(Act.CORRECT, "")]
    illegible = _settled(given, replace(shown_only, illegible={"email"}))
    assert [one.act for one in illegible.decisions] == [Act.ILLEGIBLE]


def test_what_cannot_be_a_value_is_told_and_nothing_else_is_hidden_by_it() -> None:
    given = _read("repas", "email")
    refused = _settled(given, _as_shown(given, repas="deux ou trois"))
    assert "Ce n'est pas un nombre" in refused.problems["repas"]


def test_people_are_added_with_all_else_that_is_shown_and_nobody_without_a_name() -> None:
    given = _read("email")
    done = _settled(given, _as_shown(given, **{"personnes.3": "Ana Lima", "personnes.4": ""}))
    assert done.problems == {}
    assert [(d.act, d.field) for d in done.decisions] == [
        (Act.CONFIRM, "email"),
        (Act.CORRECT, "personnes.3"),
    ]
    assert [person.text for person in done.after.named] == [*PEOPLE[:2], "Ana Lima"]
    none = _settled(given, _as_shown(given, **{"enfants.1": "Ana Lima"}))
    assert list(none.problems) == ["enfants.1"]


def test_an_amount_left_as_it_is_shown_is_a_confirmation() -> None:
    given = _read("total")
    (decision,) = _settled(given, _as_shown(given)).decisions
    assert (decision.act, decision.value) == (Act.CONFIRM, "84.20")


@settings(deadline=None, max_examples=60)
@given(
    fields=st.lists(st.sampled_from(sorted(_DOUBTS)), unique=True),
    total=st.sampled_from(("84.20", "93.20")),
    stray=st.booleans(),
)
def test_every_doubt_is_asked_once_and_one_stroke_ends_them_all(
    fields: list[str], total: str, *, stray: bool
) -> None:
    read = _read(*fields, total=total, stray=stray)
    asked = questions(_filed(read), _FORM)
    names = [name for question in asked for name in question.fields]
    assert len(names) == len(set(names))
    assert {doubt.field for doubt in doubts(_filed(read), _FORM) if doubt.field} <= set(names)
    settled = _settled(read, replace(_as_shown(read), reasons={GAP: _REASON}))
    assert not settled.problems
    assert settled.after.status is Status.ACCEPTED
    assert len({(d.act, d.field) for d in settled.decisions}) == len(settled.decisions)


@pytest.mark.parametrize("typed", ["84,20", "84.20", "84,20 €", "84€20"])
def test_an_amount_may_be_typed_in_any_french_way(typed: str) -> None:
    given = _read(total="93.20")
    assert not _settled(given, _as_shown(given, total=typed)).problems
