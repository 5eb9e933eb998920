"""What people decided of other fiches is proposed, cautiously, and only proposed."""

import string
from dataclasses import replace

import pytest
from desks import fiche, read
from hypothesis import given
from hypothesis import strategies as st
from judged import confirm, correct
from rapidfuzz.distance import Levenshtein

from pipeline.decisions import Filed
from pipeline.records import Candidate, FieldReading, Registration, Status
from pipeline.review.known import Known, is_near
from tests.pages import form

_FORM = form()


def _filed(subject: str, given: Registration) -> Filed:
    return Filed(subject, subject, 1, 0, given, ())


def _doubt(field: str, *texts: str) -> FieldReading:
    candidates = tuple(Candidate(text, text, 0.5 / 2**n) for n, text in enumerate(texts))
    return replace(read(_FORM, field, texts[0]), candidates=candidates, status=Status.REVIEW)


def _knowing(field: str, text: str) -> Known:
    known = Known()
    known.refresh("r1-1", _filed("r1-1", correct(fiche(), _FORM, field, text)))
    return known


def test_a_typed_value_is_proposed_where_it_is_among_what_may_be_read() -> None:
    known = _knowing("organisation", "Foyer du Chêne")
    assert known.proposed("r2-1", _doubt("organisation", "Foyer", "Foyer du Chêne")) == (
        "Foyer du Chêne"
    )
    assert known.proposed("r2-1", _doubt("email", "Foyer du Chêne")) == ""


def test_a_confirmed_value_is_known_and_what_the_machine_accepted_is_not() -> None:
    known, machine = Known(), fiche()
    known.refresh("r1-1", _filed("r1-1", machine))
    held = machine.reading("organisation")
    assert held is not None
    doubt = _doubt("organisation", held.text)
    assert known.proposed("r2-1", doubt) == ""
    known.refresh("r1-1", _filed("r1-1", confirm(machine, _FORM, "organisation")))
    assert known.proposed("r2-1", doubt) == held.text


def test_a_fiche_proposes_nothing_to_itself_and_what_is_undone_is_known_no_more() -> None:
    known = _knowing("organisation", "Foyer du Chêne")
    doubt = _doubt("organisation", "Foyer du Chêne")
    assert known.proposed("r1-1", doubt) == ""
    known.refresh("r1-1", _filed("r1-1", fiche()))
    assert known.proposed("r2-1", doubt) == ""


def test_what_is_accepted_is_left_alone() -> None:
    known = _knowing("organisation", "Foyer du Chêne")
    doubt = replace(_doubt("organisation", "Foyer du Chêne"), status=Status.ACCEPTED)
    assert known.proposed("r2-1", doubt) == ""


@pytest.mark.parametrize(
    ("field", "known", "texts", "near"),
    [
        ("organisation", "Foyer du Chêne", ("Foyer du Chine", "Foyer du Chone"), True),
        ("organisation", "Foyer du Chêne", ("Foyer du Frêne", "Foyer du Chène"), False),
        ("personnes.1", "Luc PETIT", ("Lux PETIT", "Lue PETIT"), True),
        ("personnes.1", "Luc PETIT", ("Léo PETIT", "Lao PETIT"), False),
        (
            "email",
            "zoe.martin@exemple.fr",
            ("zoe.martln@exemple.fr", "zoe.martjn@exemple.fr"),
            True,
        ),
        # What differs was clearly read.
        ("email", "zoe.martin0@exemple.fr", ("zoe.martin1@exemple.fr", "zoe.martln1@ex.fr"), False),
        ("telephone", "02 40 12 34 56", ("02 40 12 34 58", "02 40 12 34 50"), True),
        ("telephone", "02 40 12 34 56", ("02 40 12 43 56", "02 40 12 48 56"), False),
    ],
)
def test_nearly_is_one_letter_in_eight_or_one_sign_and_always_a_disputed_one(
    field: str, known: str, texts: tuple[str, ...], *, near: bool
) -> None:
    doubt = _doubt(field, *texts)
    assert is_near(doubt, known) is near
    assert _knowing(field, known).proposed("r2-1", doubt) == (known if near else "")


def test_of_two_near_values_none_is_proposed() -> None:
    known = _knowing("telephone", "02 40 12 34 56")
    other = correct(fiche(), _FORM, "telephone", "02 40 12 34 57")
    known.refresh("r3-1", _filed("r3-1", other))
    assert known.proposed("r2-1", _doubt("telephone", "02 40 12 34 58", "02 40 12 34 59")) == ""


_WORDS = (
    st.text(string.ascii_letters + " ", min_size=1, max_size=20)
    .map(lambda text: " ".join(text.split()))  # as all that is typed
    .filter(bool)
)


@given(said=_WORDS, texts=st.lists(_WORDS, min_size=1, max_size=4, unique=True))
def test_whatever_is_proposed_was_decided_elsewhere_and_may_be_what_is_written(
    said: str, texts: list[str]
) -> None:
    held = _knowing("organisation", said)
    proposed = held.proposed("r2-1", _doubt("organisation", *texts))
    assert proposed in ("", said)
    if proposed and proposed not in texts:
        longer = max(len(texts[0]), len(said))
        assert Levenshtein.distance(texts[0], said) * 8 <= longer
    assert held.proposed("r2-1", _doubt("organisation", said, *texts)) == said
