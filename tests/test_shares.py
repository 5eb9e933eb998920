"""Who has which tariff and who eats: what the counts settle is true, and nothing else is said."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

import pytest
from builders import other_registration, registration, source, unread
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.decisions import Act, Filed
from pipeline.judging.shares import NAME, in_words, is_open, shared, shares, sharing
from pipeline.records import Finding, Registration, Severity, Status
from pipeline.snapshot import Share

NAMES = ("Zoé MARTIN", "Luc PETIT", "Inès ROUX", "Yann LE GOFF")
TARIFFS = ("adherents", "non_adherents", "etudiants")
MEALS = ("repas=1", "repas=0")
Kinds = dict[str, str]

_COUNTS = st.fixed_dictionaries(
    {
        "people": st.integers(1, 4),
        **dict.fromkeys((*TARIFFS, "repas"), st.integers(0, 4)),
    }
)
_TICKED = st.frozensets(
    st.tuples(
        st.sampled_from([f"personnes.{n}" for n in range(1, 5)]),
        st.sampled_from([*TARIFFS, *MEALS]),
    )
)


def fiche(**counts: int) -> Registration:
    """Of the first so many people; where the tariffs are two short, the rest are students."""
    people = NAMES[: counts.pop("people")]
    counts.setdefault("etudiants", max(0, len(people) - sum(counts.get(t, 0) for t in TARIFFS)))
    return registration(people=people, **{"adherents": 0, "repas": 0, **counts})  # type: ignore[arg-type]


def listing(given: Registration, *listed: str) -> Registration:
    """With what a list of members tells of it."""
    unlisted = [p.text for p in given.named if p.text not in listed]
    count = given.reading("adherents")
    assert count is not None
    facts = (count.value, len(given.named) - len(unlisted), *unlisted)
    finding = Finding("members_are_listed", Severity.INFO, ("adherents",), facts)
    return replace(given, findings=(*given.findings, finding))


def compatible(given: Registration, kinds: tuple[str, ...]) -> Iterator[Kinds]:
    """Every way to share a form's counts out among its people."""
    people = [person.field for person in given.named]
    numbers = {}
    for kind in kinds:
        held = given.reading(kind.partition("=")[0])
        assert held is not None
        assert isinstance(held.value, int)
        numbers[kind] = len(people) - held.value if kind.endswith("=0") else held.value
    for way in product(kinds, repeat=len(people)):
        if all(way.count(kind) == number for kind, number in numbers.items()):
            yield dict(zip(people, way, strict=True))


def true_in_all(ways: list[Kinds]) -> Kinds:
    first, *others = ways or [{}]
    return {p: kind for p, kind in first.items() if all(way[p] == kind for way in others)}


def kinds_of(share: Share) -> set[str]:
    return {share.tariff} - {""} | {f"{thing}={count}" for thing, count in share.others}


def settled(given: Registration, said: Mapping[str, str] | None = None) -> dict[str, set[str]]:
    return {share.person: kinds_of(share) for share in shares(given, said or {})}


def by_field(*kinds: str) -> dict[str, str]:
    return {f"personnes.{n}": kind for n, kind in enumerate(kinds, start=1) if kind}


# what the counts settle


@settings(max_examples=300, deadline=None)
@given(_COUNTS, st.lists(st.sampled_from(["", *TARIFFS]), max_size=4), st.data())
def test_settled_is_what_holds_however_the_counts_are_shared_out(
    counts: dict[str, int], said: list[str], data: st.DataObject
) -> None:
    form = fiche(**counts)
    people = [person.field for person in form.named]
    expected: dict[str, set[str]] = {person: set() for person in people}
    for kinds in (TARIFFS, MEALS):
        ways = [*compatible(form, kinds)]
        known = {p: k for p, k in by_field(*said).items() if p in people and k in kinds}
        kept = [way for way in ways if known.items() <= way.items()]
        for person, kind in true_in_all(kept or ways).items():
            expected[person].add(kind)
    assert settled(form, by_field(*said)) == expected
    shuffled = dict(data.draw(st.permutations([*by_field(*said).items()])))
    assert shares(form, shuffled) == shares(form, by_field(*said))


@settings(max_examples=200, deadline=None)
@given(_COUNTS, st.frozensets(st.sampled_from(NAMES)))
def test_a_list_settles_who_is_a_member_where_as_many_are_listed(
    counts: dict[str, int], listed: frozenset[str]
) -> None:
    form = listing(fiche(**counts), *listed)
    ways = [*compatible(form, TARIFFS)]
    named = {person.field for person in form.named if person.text in listed}
    members = form.reading("adherents")
    assert members is not None
    if members.value == len(named):
        ways = [w for w in ways if {p for p in w if w[p] == "adherents"} == named]
    expected = true_in_all(ways)
    assert {p: k & {*TARIFFS} for p, k in settled(form).items()} == {
        person.field: {expected[person.field]} if person.field in expected else set()
        for person in form.named
    }


def test_a_name_that_a_person_corrected_is_on_no_list() -> None:
    form = listing(fiche(people=2, adherents=1, non_adherents=1), NAMES[0])
    assert settled(form)["personnes.2"] >= {"non_adherents"}
    first = form.named[0]
    form = form.replacing(replace(first, status=Status.CORRECTED))
    assert settled(form) == {p: {"repas=0"} for p in ("personnes.1", "personnes.2")}


def test_a_finding_of_an_earlier_version_settles_nothing() -> None:
    form = fiche(people=2, adherents=1, non_adherents=1)
    older = Finding("members_are_listed", Severity.REVIEW, ("adherents",), said="1 au tarif…")
    assert settled(replace(form, findings=(older,))) == settled(form)


@pytest.mark.parametrize("field", ["adherents", "etudiants", "repas"])
def test_a_count_that_nobody_can_read_settles_nothing(field: str) -> None:
    whole = settled(fiche(people=2, adherents=2, repas=2))["personnes.1"]
    assert whole == {"adherents", "repas=1"}
    form = registration(more=(unread(field),))
    assert settled(form)["personnes.1"] == whole - (
        {"repas=1"} if field == "repas" else {"adherents"}
    )


def test_forms_with_names_of_their_own_are_settled_alike() -> None:
    assert [kinds_of(share) for share in shares(other_registration(), {})] == [
        {"jeunes", "gouters=1"},
        {"jeunes", "gouters=1"},
    ]
    asked = sharing(other_registration(jeunes=1, gouters=1), {})
    assert asked is not None
    assert asked.words == "Qui est jeune\xa0? Gouters\xa0: pour qui\xa0?"
    assert [column.words for column in asked.columns] == ["jeune", "invites", "gouters"]


# what a person says


@settings(max_examples=300, deadline=None)
@given(_COUNTS, _TICKED)
def test_ticks_are_kept_exactly_where_they_leave_one_way_to_share_the_counts_out(
    counts: dict[str, int], ticked: frozenset[tuple[str, str]]
) -> None:
    form = fiche(**counts)
    ticked = frozenset((who, kind) for who, kind in ticked if kind != "repas=0")
    asked = sharing(form, {})
    if asked is None:
        return
    cells = {(who, column.kind) for column in asked.columns for who in column.people}
    one_way: dict[str, set[str]] = {person.field: set() for person in form.named}
    clear = all(
        sum(kind in TARIFFS for who, kind in ticked if who == person) < 2 for person in one_way
    )
    for kinds in (TARIFFS, MEALS):
        if not {kind for _, kind in cells} & {*kinds}:
            continue
        given_kinds = {who: kind for who, kind in ticked & cells if kind in kinds}
        ways = [w for w in compatible(form, kinds) if given_kinds.items() <= w.items()]
        clear &= len(ways) == 1
        for person, kind in (ways or [{}])[0].items():
            one_way[person].add(kind)
    if not clear:
        with pytest.raises(ValueError, match=r"^[A-ZÀ-Ý0-9]"):
            shared(form, ticked)
        return
    decisions = shared(form, ticked)
    assert {d.field: {*d.value.split()} for d in decisions} == one_way
    assert {d.act for d in decisions} == {Act.SHARE}
    said = {d.field: d.value for d in decisions}
    after = sharing(form, said)
    assert after is not None
    assert not after.is_open
    assert after.given >= ticked & cells
    assert all(kinds >= one_way[person] for person, kinds in settled(form, said).items())


@pytest.mark.parametrize(
    ("ticked", "words"),
    [
        ((), "Il reste à donner : 2 adhérents, 1 non-adhérent, 1 repas."),
        ((("personnes.1", "adherents"),), "Il reste à donner : 1 adhérent, 1 non-adhérent"),
        ((("personnes.2", "non_adherents"),), "Il reste à donner : 1 repas."),
        (
            [(f"personnes.{n}", kind) for n in (1, 2) for kind in ("non_adherents", "repas=1")],
            "2 non-adhérents pour 1 sur la fiche. 2 repas pour 1 sur la fiche.",
        ),
        (
            [("personnes.1", kind) for kind in ("adherents", "non_adherents")],
            "Zoé MARTIN : un seul tarif par personne.",
        ),
    ],
)
def test_what_does_not_agree_with_the_counts_is_refused_in_words(
    ticked: list[tuple[str, str]], words: str
) -> None:
    form = fiche(people=3, adherents=2, non_adherents=1, repas=1)
    with pytest.raises(ValueError, match="^" + words.replace(" :", "\xa0:").replace(" ", r"\s")):
        shared(form, ticked)


def test_only_what_is_open_is_asked() -> None:
    form = fiche(people=3, adherents=2, non_adherents=1, repas=3)
    asked = sharing(form, {})
    assert asked is not None
    assert [(c.words, c.count) for c in asked.columns] == [("adhérent", 2), ("non-adhérent", 1)]
    listed = sharing(listing(fiche(people=3, adherents=1, non_adherents=1), NAMES[1]), {})
    assert listed is not None
    assert [person.text for person in listed.people] == [NAMES[0], NAMES[2]]
    assert listed.words == "Qui est non-adhérent\xa0?"
    assert sharing(fiche(people=2, adherents=2, repas=2), {}) is None
    assert sharing(fiche(people=2, adherents=3, repas=5), {}) is None


def test_a_decision_holds_as_long_as_the_counts_allow_it() -> None:
    form = fiche(people=2, adherents=1, non_adherents=1, repas=1)
    said = {
        d.field: d.value
        for d in shared(form, {("personnes.1", "adherents"), ("personnes.2", "repas=1")})
    }
    assert said == by_field("adherents repas=0", "non_adherents repas=1")
    more = registration(people=NAMES[:3], adherents=2, non_adherents=1, repas=1)
    assert settled(more, said)["personnes.3"] == {"adherents", "repas=0"}
    asked = sharing(fiche(people=2, adherents=1, etudiants=1, repas=1), said)
    assert asked is not None
    assert asked.is_open
    assert {kind for _, kind in asked.given} == {"repas=0", "repas=1"}


def test_it_is_open_until_a_person_said_it() -> None:
    form = fiche(people=2, adherents=1, non_adherents=1, repas=2)
    filed = Filed("r1-1", "a-1", 1, 0, form, (source("a.pdf"),))
    assert is_open(filed)
    said = tuple(by_field("adherents", "non_adherents").items())
    assert not is_open(replace(filed, shared=said))
    assert not is_open(replace(filed, registration=fiche(people=2, adherents=2, repas=2)))


def test_a_decision_is_told_in_the_words_of_its_form() -> None:
    roles = registration().roles
    words = in_words("adherents repas=1", roles), in_words("etudiants repas=0", roles)
    assert words == ("adhérent, repas", "étudiant, repas\xa0: non")
    assert not NAME.isidentifier()


def test_two_of_a_name_are_two_people() -> None:
    form = registration(people=("Zoé MARTIN", "Zoé MARTIN"), adherents=1, non_adherents=1)
    said = by_field("adherents repas=1", "non_adherents repas=1")
    assert Counter(share.tariff for share in shares(form, said)) == {
        "adherents": 1,
        "non_adherents": 1,
    }
