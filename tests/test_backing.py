"""What speaks for a reading beside its writing: it is known, or at least familiar."""

from dataclasses import replace

import pytest

from pipeline.judging.background import Background
from pipeline.judging.backing import backing_of
from pipeline.judging.members import Members, name_key
from pipeline.records import Backing, Candidate, Envelope, FieldReading, Registration

_SAID = (
    "Ci-joint notre fiche.\n-- \nLéa ROUX\nFoyer du Zorglub\n+33 2 40 12 34 56\nl.roux@zorglub.fr"
)
_MAIL = Background(Envelope("Yann Xqzk <yx@zorglub.fr>", "", None, _SAID))
_LIST = Members(
    frozenset({name_key("Qwxz PFUH")}),
    {"esat du zorglub": "ESAT du Zorglub"},
    frozenset({"q@w.fr"}),
)
_NOBODY = Background()


def _reading(kind: str, text: str) -> FieldReading:
    return FieldReading("x", kind, 1, None, text, (Candidate(text, text, 0.9),))


def _backing(
    kind: str,
    text: str,
    background: Background = _NOBODY,
    *others: FieldReading,
    typed: bool = False,
) -> Backing:
    reading = replace(_reading(kind, text), typed=typed)
    return backing_of(reading, Registration("f", 1, (reading, *others)), background)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("person", "Xqzk YANN"),
        ("person", "Léa Roux"),
        ("organisation", "FOYER DU ZORGLUB"),
        ("email", "yx@zorglub.fr"),
        ("email", "l.roux@zorglub.fr"),
        ("phone", "02 40 12 34 56"),
    ],
)
def test_what_the_mail_says_is_known(kind: str, text: str) -> None:
    assert _backing(kind, text, _MAIL) is Backing.KNOWN
    assert _backing(kind, text, replace(_MAIL, without=("mail",))) is not Backing.KNOWN
    assert _backing(kind, text) is not Backing.KNOWN


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("person", "Xqzk YANN-LUC"),
        ("person", "Léa Rou"),
        ("organisation", "Foyer du Zorglubs"),
        ("email", "yx@zorglub.com"),
        ("phone", "02 40 12 34 57"),
    ],
)
def test_what_the_mail_says_nearly_is_not_known(kind: str, text: str) -> None:
    assert _backing(kind, text, _MAIL) is not Backing.KNOWN


@pytest.mark.parametrize(
    ("kind", "text"),
    [("person", "Pfuh Qwxz"), ("organisation", "esat du Zorglub"), ("email", "q@w.fr")],
)
def test_what_a_list_or_a_review_holds_is_known(kind: str, text: str) -> None:
    for background, left_out in (
        (Background(members=_LIST), "members"),
        (Background(known=_LIST), "known"),
    ):
        assert _backing(kind, text, background) is Backing.KNOWN
        assert _backing(kind, text, replace(background, without=(left_out,))) is Backing.NOTHING


@pytest.mark.parametrize(
    ("text", "is_familiar"),
    [
        ("Claire DUPONT", True),
        ("MARTIN Jean-Marc", True),
        ("Claire DUPQNT", False),
        ("Clqire DUPONT", False),
        ("Claire", False),
        ("GIRAULT ROUXEL", False),
    ],
)
def test_a_person_all_of_whose_words_are_names_is_familiar(text: str, *, is_familiar: bool) -> None:
    assert (_backing("person", text) is Backing.FAMILIAR) is is_familiar


@pytest.mark.parametrize(
    ("text", "is_familiar"),
    [
        ("Foyer de vie", True),
        ("Mairie", True),
        ("Foyer de", False),
        ("Fqyer de vie", False),
        ("35", False),
    ],
)
def test_a_service_all_of_whose_words_are_those_of_services_is_familiar(
    text: str, *, is_familiar: bool
) -> None:
    assert (_backing("organisation", text) is Backing.FAMILIAR) is is_familiar


@pytest.mark.parametrize(
    ("text", "is_familiar"),
    [
        ("claire.dupont@orange.fr", True),
        ("contact@orange.fr", True),
        ("claire.dupont@mairie.fr", True),
        ("q.xkwz@orange.fr", True),
        ("xkwz@zorglub35.fr", True),
        ("q.xkwz@zorglub.fr", True),
        ("clqire.dupont@orange.fr", False),
        ("claire.dupont@orqnge.fr", False),
        ("35@orange.fr", False),
    ],
)
def test_an_address_of_somebody_at_a_place_that_is_is_familiar(
    text: str, *, is_familiar: bool
) -> None:
    """The form names Q... Xkwz of the Zorglub; other addresses are of names and posts."""
    on_form = (_reading("person", "Qwerty XKWZ"), _reading("organisation", "Le Zorglub"))
    assert (_backing("email", text, _NOBODY, *on_form) is Backing.FAMILIAR) is is_familiar


def test_who_is_on_the_form_makes_an_address_familiar_that_nobody_else_would() -> None:
    text, person = "q.xkwz@orange.fr", _reading("person", "Qwerty XKWZ")
    assert _backing("email", text) is Backing.NOTHING
    assert _backing("email", text, _NOBODY, person) is Backing.FAMILIAR


@pytest.mark.parametrize(
    "text",
    [
        "qxkwz@orange.fr",
        "clairedupont@orange.fr",
        "contact@creche-zorglub.fr",
        "contact@crechezorglub.fr",
        "claire.dupont8t@orange.fr",
    ],
)
def test_words_of_an_address_that_run_together_are_familiar_in_print_only(text: str) -> None:
    """A hand's dot or hyphen between them may be lost, and the rest would look the same."""
    on_form = (_reading("person", "Qwerty XKWZ"), _reading("person", "Claire DUPONT"))
    service = _reading("organisation", "Crèche Zorglub")
    typed, by_hand = (
        _backing("email", text, _NOBODY, *on_form, service, typed=typed) for typed in (True, False)
    )
    assert typed is Backing.FAMILIAR
    assert (by_hand is Backing.FAMILIAR) is ("-" in text)


@pytest.mark.parametrize("kind", ["count", "amount", "phone", "checkbox", "text", "date"])
def test_nothing_makes_digits_or_marks_familiar(kind: str) -> None:
    assert _backing(kind, "2") is Backing.NOTHING


@pytest.mark.parametrize("kind", ["person", "organisation", "email", "phone"])
def test_nothing_speaks_for_what_is_empty(kind: str) -> None:
    assert _backing(kind, "", _MAIL) is Backing.NOTHING
