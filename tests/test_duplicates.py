"""The same fiche twice, told by what it says."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from builders import registration
from judged import ENDED

from pipeline.decisions import Filed
from pipeline.judging.duplicates import HELD, RULE, Pair, Twins
from pipeline.records import Candidate, Envelope, Registration, Source, Status
from tests.pages import words

_TYPES = {"organisation": "organisation", "email": "email", "telephone": "phone"}


def _fiche(
    *people: str,
    organisation: str = "ESAT du Moulin",
    email: str = "zoe.martin@exemple.fr",
    telephone: str = "02 99 00 00 00",
    total: int = 8420,
) -> Registration:
    given = registration(people=people or ("Zoé MARTIN", "Luc PETIT"), total=total)
    told = {"organisation": organisation, "email": email, "telephone": telephone}
    for field, text in told.items():
        reading = given.reading(field)
        assert reading is not None
        read = replace(reading, type=_TYPES[field], candidates=(Candidate(text, text, 1.0),))
        given = given.replacing(read)
    return given


def _filed(*given: Registration) -> list[Filed]:
    return [Filed(f"r{i}-1", f"id{i}", 1, 0, one, ()) for i, one in enumerate(given, start=1)]


def duplicates(filed: list[Filed]) -> tuple[Pair, ...]:
    return Twins(filed).pairs()


def test_the_same_fiche_scanned_twice_is_found_with_the_reasons() -> None:
    (pair,) = duplicates(_filed(_fiche(), _fiche(), _fiche("Ana Lima")))
    assert (pair.first, pair.second, pair.score) == ("r1-1", "r2-1", 1.0)
    assert pair.reasons == (
        "Même personne : Zoé MARTIN",
        "Même personne : Luc PETIT",
        "Même service",
        "Même e-mail",
        "Même téléphone",
        "Même total",
    )


def test_a_misread_name_and_a_misread_service_count_as_the_same() -> None:
    other = _fiche("MARTLN Zoé", organisation="ESAT du Moulln", email="", telephone="", total=1)
    (pair,) = duplicates(_filed(_fiche(email="", telephone=""), other))
    assert pair.reasons == ("Noms proches : Zoé MARTIN, MARTLN Zoé", "Service proche")
    assert pair.score < 1


def test_one_contact_that_agrees_is_enough() -> None:
    other = _fiche("Zoe Martin", organisation="Mairie", email="", total=3000)
    (pair,) = duplicates(_filed(_fiche(), other))
    assert pair.reasons == ("Même personne : Zoé MARTIN", "Même téléphone")


_ELSEWHERE = {
    "organisation": "Mairie",
    "email": "z@mairie.example",
    "telephone": "01 44 00 00 01",
}


def test_colleagues_and_namesakes_are_no_duplicates() -> None:
    colleague = _fiche("Ana Lima", "Éva Roy")
    namesake = _fiche("Zoé MARTIN", **_ELSEWHERE)
    assert duplicates(_filed(_fiche(), colleague, namesake)) == ()


def test_nobody_has_the_names_of_two_others() -> None:
    (pair,) = duplicates(_filed(_fiche(), _fiche(**_ELSEWHERE)))
    assert pair.reasons[:2] == ("Même personne : Zoé MARTIN", "Même personne : Luc PETIT")


def test_where_contacts_are_lacking_the_same_whole_name_is_enough() -> None:
    bare = {"organisation": "", "email": "", "telephone": ""}
    assert len(duplicates(_filed(_fiche(**bare), _fiche("Luc PETIT", **bare)))) == 1
    assert duplicates(_filed(_fiche("MARTIN", **bare), _fiche("MARTIN", **bare))) == ()
    near = _fiche("Zoé MARTLN", "Luc PETIF", **bare)
    assert duplicates(_filed(_fiche(**bare), near)) == ()


def test_another_form_a_fiche_that_ended_and_a_pair_kept_apart_are_left_out() -> None:
    one, other, third = _filed(_fiche(), replace(_fiche(), form_id="sortie"), _fiche())
    assert [(p.first, p.second) for p in duplicates([one, other, third])] == [("r1-1", "r3-1")]
    assert duplicates([one, other, replace(third, end=ENDED)]) == ()
    assert duplicates([one, replace(third, kept=("r1-1",))]) == ()
    assert duplicates([replace(one, kept=("r3-1",)), third]) == ()


def test_the_surest_pair_comes_first() -> None:
    weak = _fiche("Zoé MARTIN", organisation="Mairie", email="", total=3000)
    pairs = duplicates(_filed(weak, _fiche(), _fiche()))
    assert (pairs[0].first, pairs[0].second) == ("r2-1", "r3-1")
    assert [p.score for p in pairs] == sorted((p.score for p in pairs), reverse=True)


def test_a_misread_name_is_found_among_many_of_one_service() -> None:
    many = [_fiche(f"Anne N{i:04}x", email="", telephone="") for i in range(40)]
    found = duplicates(
        _filed(
            *many,
            _fiche("Zoé MARTIN", email="", telephone=""),
            _fiche("Zoé MARTLN", email="", telephone=""),
        )
    )
    assert ("r41-1", "r42-1") in {(p.first, p.second) for p in found}


def test_many_registrations_are_not_compared_each_with_each() -> None:
    def fiches(count: int) -> list[Filed]:
        names = (
            (f"N{i:05}".translate(str.maketrans("0123456789", "abcdefghij"))) for i in range(count)
        )
        one = [
            _fiche(f"{name.upper()} Zoé {name[::-1]}", email=f"{name}@exemple.fr", telephone=name)
            for name in names
        ]
        return _filed(*(replace(fiche, readings=fiche.readings[1:]) for fiche in one))

    few, many = fiches(300), fiches(3000)
    start = time.process_time()
    duplicates(few)
    between = time.process_time()
    duplicates(many)
    assert time.process_time() - between < 50 * (between - start)


def test_services_of_one_kind_in_two_towns_are_two_services() -> None:
    alone = {"email": "", "telephone": ""}
    one = _fiche("MARTIN", organisation="Centre hospitalier de Vannes", **alone)
    other = _fiche("MARTIN", organisation="Centre hospitalier de Rennes", **alone)
    assert duplicates(_filed(one, other)) == ()
    shorter = _fiche("MARTIN", organisation="C.H. Vannes centre hospitalier", **alone)
    assert len(duplicates(_filed(one, shorter))) == 1


def test_a_corrected_fiche_is_said_on_both_and_the_last_one_counts_and_asks() -> None:
    first, second = _filed(_fiche(), _fiche("MARTIN Zoé", "Ana Lima", total=3000))
    twins = Twins([first, second])
    for filed, other, rule in ((first, "id2", HELD), (second, "id1", RULE)):
        marked = twins.marked(filed)
        (finding,) = marked.registration.findings
        assert marked.registration.status is Status.REVIEW
        assert (finding.rule, finding.fields) == (rule, ())
        assert other in words(finding)
    assert twins.held() == {"r1-1"}
    assert twins.of("r1-1") == twins.of("r2-1") == twins.pairs()[0]


def test_what_was_corrected_twice_names_what_came_after_it() -> None:
    first, second, third = _filed(_fiche(), _fiche(total=3000), _fiche(total=4000))
    twins = Twins([first, second, third])
    said = [words(twins.marked(filed).registration.findings[-1]) for filed in (second, third)]
    assert "plus récente" in said[0]
    assert "id3" in said[0]
    assert "autre(s)" not in said[0]
    assert "id1" in said[1] or "id2" in said[1]
    assert "1 autre(s)" in said[1]


def test_the_one_that_came_last_by_mail_counts_whatever_its_number() -> None:
    days = {"r1-1": 3, "r2-1": 2}
    filed = [
        replace(one, sources=(_mailed(days[one.subject]),)) for one in _filed(_fiche(), _fiche())
    ]
    twins = Twins(filed)
    assert [(p.first, p.second) for p in twins.pairs()] == [("r2-1", "r1-1")]
    assert twins.held() == {"r2-1"}


def _mailed(day: int) -> Source:
    at = datetime(2018, 2, day, tzinfo=UTC)
    return Source(f"{day}.eml!a.pdf", Path(), "0" * 64, Envelope("z@exemple.fr", "", at))


def test_of_three_in_a_row_only_those_without_a_counted_twin_count() -> None:
    chain = _filed(
        _fiche("Zoé MARTIN", "Ana Lima"), _fiche("Ana Lima", "Éva Roy"), _fiche("Éva Roy")
    )
    twins = Twins(chain)
    assert twins.held() == {"r2-1"}
    ends = [words(twins.marked(one).registration.findings[-1]) for one in chain]
    assert [end.partition("celle-ci ")[2] for end in ends] == [
        *("est comptée, et l'autre non.", "n'est pas comptée.", "est comptée."),
    ]
    twins.refresh("r3-1", None)
    assert twins.held() == {"r1-1"}


def test_who_stands_on_a_fiche_and_on_what_it_adds_to_is_one_person() -> None:
    first, second = _filed(_fiche(), _fiche("MARTIN Zoé", "Ana Lima"))
    second = replace(second, kept=("r1-1",), added_to=("r1-1",))
    twins = Twins([first, second])
    assert twins.pairs() == ()
    assert twins.added(second) == {"MARTIN Zoé"}
    assert twins.added(first) == frozenset()
    cancelled = replace(second, end=ENDED)
    assert Twins([first, cancelled]).added(cancelled) == frozenset()


def test_what_is_decided_changes_the_pairs_as_if_all_were_compared_anew() -> None:
    one, other, third = _filed(_fiche(), _fiche("Ana Lima"), _fiche())
    twins = Twins([one, other, third])
    renamed = replace(other, registration=_fiche("Zoé MARTIN"))
    assert twins.refresh("r2-1", renamed) == {"r1-1", "r2-1", "r3-1"}
    assert twins.pairs() == duplicates([one, renamed, third])
    kept = replace(one, kept=("r3-1",))
    assert twins.refresh("r1-1", kept) == {"r1-1", "r2-1", "r3-1"}
    assert twins.pairs() == duplicates([kept, renamed, third])
    assert twins.refresh("r2-1", None) == {"r1-1", "r2-1", "r3-1"}
    assert twins.pairs() == ()
    assert twins.marked(kept) == kept


def test_hundreds_of_namesakes_are_compared_within_seconds() -> None:
    many = [
        _fiche(
            "Marie MARTIN", organisation=f"Service {i:04}", email=f"m{i}@a.fr", telephone=f"{i:010}"
        )
        for i in range(500)
    ]
    start = time.process_time()
    Twins(_filed(*many))
    assert time.process_time() - start < 5
