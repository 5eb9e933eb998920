"""What is known beside a form becomes a candidate where it is nearly what was read."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.forms.schema import load_form
from pipeline.judging.background import Background, addresses, says, with_known
from pipeline.judging.members import Members, name_key
from pipeline.judging.reconcile import reconcile
from pipeline.paths import FORMS
from pipeline.records import Backing, Candidate, Envelope, FieldReading, Origin, Registration
from pipeline.text import fold

_FORM = load_form(FORMS / "mais-2018-02-02")
_SIGNED = "Bonjour,\nci-joint notre fiche.\nCordialement\n-- \nLéa ROUX, Foyer du Chêne\nRennes"


def _reading(field: str, kind: str, candidates: dict[str, float]) -> FieldReading:
    listed = tuple(Candidate(v, v, p) for v, p in candidates.items())
    return FieldReading(field, kind, 1, None, next(iter(candidates)), listed)


def _address(candidates: dict[str, float]) -> FieldReading:
    return _reading("email", "email", candidates)


def _service(candidates: dict[str, float]) -> FieldReading:
    return _reading("organisation", "organisation", candidates)


def _form(*readings: FieldReading) -> Registration:
    return Registration(_FORM.id, 1, readings, roles=_FORM.roles)


def _mail(sender: str = "", said: str = "") -> Background:
    return Background(Envelope(sender, "", None, said))


def _judged(reading: FieldReading, background: Background) -> FieldReading:
    """The reading, as it stands after the joint step."""
    done = reconcile(_form(reading), _FORM, background).reading(reading.field)
    assert done is not None
    return done


def _listing(*, emails: tuple[str, ...] = (), services: tuple[str, ...] = ()) -> Members:
    return Members(frozenset(), {fold(name): name for name in services}, frozenset(emails))


# an address

READ = {"lea.roox@foyerduchene.fr": 0.6, "lea.raux@foyerduchene.fr": 0.1}
KNOWN = "lea.roux@foyerduchene.fr"


@pytest.mark.parametrize(
    "background",
    [
        _mail(f"Léa ROUX <{KNOWN.upper()}>"),
        _mail("accueil@exemple.fr", f"Répondre à {KNOWN}, merci."),
        Background(members=_listing(emails=(KNOWN,))),
        Background(known=_listing(emails=(KNOWN,))),
    ],
    ids=("sender", "said", "listed", "confirmed"),
)
def test_a_known_address_nearly_like_what_was_read_is_the_value(background: Background) -> None:
    judged = _judged(_address(READ), background)
    assert judged.text == KNOWN
    assert judged.value == KNOWN
    assert judged.posterior > 0.7
    assert judged.backing is Backing.KNOWN


@pytest.mark.parametrize("without", ["mail", "joint"])
def test_what_is_left_out_proposes_no_address(without: str) -> None:
    envelope = Envelope(f"<{KNOWN}>", "", None)
    judged = _judged(_address(READ), Background(envelope, without=(without,)))
    assert [c.text for c in judged.candidates] == list(READ)


@pytest.mark.parametrize("colleague", ["paul.martin", "accueil", "luc.petit", "l.durand"])
def test_a_colleague_at_the_same_domain_does_not_become_the_value(colleague: str) -> None:
    judged = _judged(_address(READ), _mail(f"{colleague}@foyerduchene.fr"))
    assert judged.text in READ
    assert all(colleague not in candidate.text for candidate in judged.candidates)


def test_a_clear_address_is_not_overwritten_by_one_that_is_nearly_the_same() -> None:
    clear = {"lea.roox@foyerduchene.fr": 0.9995}
    judged = _judged(_address(clear), _mail(f"<{KNOWN}>"))
    assert judged.text == "lea.roox@foyerduchene.fr"
    assert judged.backing is not Backing.KNOWN


@pytest.mark.parametrize(("typed", "read"), [(True, 0.8), (True, 0.97), (False, 0.95)])
def test_a_colleague_one_letter_away_is_not_taken_for_what_was_read_clearly(
    typed: bool, read: float
) -> None:
    address = _reading("email", "email", {"c.martin@ch-tours.fr": read})
    mail = _mail("Emma MARTIN <e.martin@ch-tours.fr>", "Emma MARTIN")
    judged = _judged(replace(address, typed=typed), mail)
    assert (judged.text, judged.backing is Backing.KNOWN) == ("c.martin@ch-tours.fr", False)


def test_what_a_file_holds_as_text_is_never_held_for_something_known() -> None:
    exact = replace(_address({"lea.roox@foyerduchene.fr": 0.5}), origin=Origin.TEXT_LAYER)
    assert with_known(_form(exact), _mail(f"<{KNOWN}>")) == _form(exact)


@pytest.mark.parametrize(
    ("said", "is_said"),
    [
        ("Tél. 02 47 12 34 56", True),
        ("02.47.12.34.56", True),
        ("+33 2 47 12 34 56", True),
        ("réf. 902471234567", False),
        ("5 02 47 12 34 567", False),
        ("90247 123456", False),
    ],
)
def test_a_mail_says_a_number_that_stands_in_it_alone(said: str, is_said: bool) -> None:
    assert says(said, "02 47 12 34 56") is is_said


def test_where_nothing_was_seen_nothing_is_proposed() -> None:
    unread = FieldReading("email", "email", 1, None, "", (Candidate("", "", 0.7),))
    judged = with_known(_form(unread), _mail(f"<{KNOWN}>")).reading("email")
    assert judged == unread


def test_the_senders_own_address_comes_first_and_all_in_small_letters() -> None:
    mail = Envelope("Léa <Lea@Exemple.fr>", "", None, "Ou Paul@exemple.fr.")
    listed, known = _listing(emails=("c@d.fr",)), _listing(emails=("e@f.fr",))
    all_known = Background(mail, listed, known)
    assert addresses(all_known) == ["lea@exemple.fr", "paul@exemple.fr", "c@d.fr", "e@f.fr"]
    some = Background(mail, listed, known, without=("mail", "known"))
    assert addresses(some) == ["c@d.fr"]


# a service


@pytest.mark.parametrize(
    "background",
    [
        _mail("accueil@exemple.fr", _SIGNED),
        Background(members=_listing(services=("Foyer du Chêne",))),
        Background(known=_listing(services=("Foyer du Chêne",))),
    ],
    ids=("signed", "listed", "confirmed"),
)
@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("Foyer dv Chéne", "Foyer du Chêne"),
        ("FOYER DV CHÉNE", "FOYER DU CHÊNE"),
        ("FOYER DV CHENE", "FOYER DU CHENE"),
    ],
)
def test_a_known_service_is_the_value_in_the_case_that_the_form_has(
    background: Background, read: str, expected: str
) -> None:
    judged = _judged(_service({read: 0.6}), background)
    assert judged.text == expected
    assert judged.backing is Backing.KNOWN


def test_a_clear_service_is_not_overwritten_by_the_signature() -> None:
    judged = _judged(_service({"Foyer du Chien": 0.9995}), _mail("a@exemple.fr", _SIGNED))
    assert judged.text == "Foyer du Chien"


def test_another_service_in_the_mail_proposes_nothing() -> None:
    judged = _judged(_service({"ESAT du Moulin": 0.6}), _mail("a@exemple.fr", _SIGNED))
    assert [candidate.text for candidate in judged.candidates] == ["ESAT du Moulin"]


def test_of_people_and_numbers_none_is_proposed() -> None:
    """A namesake differs by a letter, and a colleague's number by a digit."""
    readings = (
        _reading("personnes.1", "person", {"Léa ROUK": 0.5}),
        _reading("telephone", "phone", {"02 40 12 34 66": 0.5}),
    )
    mail = Envelope("Léa ROUX <a@b.fr>", "", None, "Léa ROUX\n02 40 12 34 56")
    known = Background(mail, Members(frozenset({name_key("Léa ROUX")})))
    assert with_known(_form(*readings), known) == _form(*readings)


# whatever is known

_WORDS = st.text("abé CD.-", min_size=1, max_size=12)
_LISTED = st.lists(_WORDS, max_size=6)


@given(st.dictionaries(_WORDS, st.floats(0.01, 0.3), min_size=1, max_size=3), _LISTED, _LISTED)
def test_a_known_text_is_only_as_likely_as_the_reading_leaves_room_for(
    read: dict[str, float], services: list[str], said: list[str]
) -> None:
    reading = _service(dict(sorted(read.items(), key=lambda item: -item[1])))
    known = Background(Envelope("", "", None, "\n".join(said)), _listing(services=tuple(services)))
    given_room = with_known(_form(reading), known).reading("organisation")
    assert given_room is not None
    shares = [candidate.probability for candidate in given_room.candidates]
    assert shares == sorted(shares, reverse=True)
    assert len({candidate.text for candidate in given_room.candidates}) == len(shares)
    before = {candidate.text: candidate.probability for candidate in reading.candidates}
    after = {candidate.text: candidate.probability for candidate in given_room.candidates}
    for text, share in before.items():
        assert after[text] >= share
    for text in after.keys() - before.keys():
        assert after[text] <= 1 - reading.posterior


def test_a_mail_of_nothing_but_names_is_weighed_in_time() -> None:
    """As long as a mail's text is kept; letter by letter it would take a minute."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    said = " ".join(f"Foyer{a}{b} du{b}" for a in letters for b in letters)
    started = time.process_time()
    for sent in (said, said.title(), said.replace("du", "Du") * 2):
        with_known(_form(_service({"Foyer du Chéne": 0.5})), _mail("a@b.fr", sent[:20_000]))
    assert time.process_time() - started < 5
