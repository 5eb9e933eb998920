"""What is sure, and what never is: each rule by an example."""

from dataclasses import replace
from datetime import date

import pytest

from pipeline.ledger import Claim, Movement, PaidBy, Slip, Taking
from pipeline.payments.matching import match
from pipeline.payments.outcome import Match, Rule
from pipeline.payments.reference import reference_of

_DAY = date(2018, 1, 15)


def _claim(
    number: int,
    organisation: str = "",
    people: str = "Zoé MARTIN",
    owed: int | None = 3000,
    *,
    paid: int = 0,
    open_: bool | None = None,
) -> Claim:
    id_ = f"{number:02x}a9c2d41b7e-1"
    is_open = paid == 0 if open_ is None else open_
    return Claim(
        id_, reference_of(id_), organisation, tuple(people.split(", ")), owed, paid, is_open
    )


_TILLEULS = _claim(1, "Foyer Les Tilleuls", "Zoé MARTIN, Luc PETIT")
_OTHER = _claim(2, "Mairie de Brest", "Ana LIMA", 4000)


def _matches(
    *credits_: tuple[int, str, str], claims: tuple[Claim, ...] = (_TILLEULS, _OTHER)
) -> list[Match]:
    movements = [
        Movement(_DAY, cents, payer, label, number=number)
        for number, (cents, payer, label) in enumerate(credits_, 1)
    ]
    matches = match(movements, claims, (), event_words=("mais",))
    return [matches[movement.number] for movement in movements]


def _match(
    cents: int, payer: str, label: str = "", *, claims: tuple[Claim, ...] = (_TILLEULS, _OTHER)
) -> Match:
    (matched,) = _matches((cents, payer, label), claims=claims)
    return matched


def _why(
    cents: int, payer: str, label: str = "", *, claims: tuple[Claim, ...] = (_TILLEULS, _OTHER)
) -> Rule:
    """The rule of a credit that has to wait."""
    matched = _match(cents, payer, label, claims=claims)
    assert not matched.sure
    assert matched.shares == ()
    return matched.reason.rule


def _pays(*claims: Claim) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((claim.id, claim.owed_cents or 0) for claim in claims))


# References


def test_an_exact_reference_with_what_it_owes_is_sure() -> None:
    matched = _match(3000, "M DURAND PAUL", f"INSCR {_TILLEULS.reference.lower()}MERCI")
    assert (matched.reason.rule, matched.shares) == (Rule.REFERENCES, _pays(_TILLEULS))
    assert matched.candidates == ()


def test_several_references_are_sure_if_they_owe_it_together() -> None:
    both = f"{_TILLEULS.reference}/{_OTHER.reference}"
    assert _match(7000, "", both).shares == _pays(_TILLEULS, _OTHER)
    assert _why(3000, "", both) is Rule.REFERENCE_AMOUNT


@pytest.mark.parametrize("cents", [2999, 3001, 1500, 6000])
def test_a_reference_with_another_amount_waits_with_its_candidate(cents: int) -> None:
    matched = _match(cents, "FOYER LES TILLEULS", _TILLEULS.reference)
    assert matched.reason.rule is Rule.REFERENCE_AMOUNT
    assert matched.reason.facts == (3000, cents)
    assert matched.candidates[0] == ((_TILLEULS.id, cents),)


def test_a_second_payment_with_the_same_reference_waits() -> None:
    first, second = _matches((3000, "", _TILLEULS.reference), (3000, "", _TILLEULS.reference))
    assert (first.sure, second.reason.rule) == (True, Rule.PAID_BEFORE)


def test_the_reference_of_what_is_not_open_waits() -> None:
    paid, doubtful = _claim(3, paid=3000), _claim(4, open_=False)
    assert _why(3000, "", paid.reference, claims=(paid,)) is Rule.PAID_BEFORE
    assert _why(3000, "", doubtful.reference, claims=(doubtful,)) is Rule.NOT_OPEN


def test_a_reference_outweighs_words_of_another_purpose() -> None:
    assert _match(3000, "", f"COTISATION ET {_TILLEULS.reference}").sure


def test_a_reference_that_two_fiches_share_is_not_exact() -> None:
    twin = replace(_TILLEULS, id=f"{_TILLEULS.id[:8]}ffff-1")
    assert _why(3000, "", twin.reference, claims=(_TILLEULS, twin)) is Rule.UNCLEAR_REFERENCE


def test_a_mangled_reference_alone_waits_with_its_candidate() -> None:
    cut = _TILLEULS.reference[:-3]
    matched = _match(3000, "M DURAND PAUL", f"INSCR {cut} MERCI")
    assert matched.reason.rule is Rule.MANGLED_REFERENCE
    assert str(matched.reason.facts[0]).startswith(cut.replace(" ", ""))
    assert matched.candidates == (((_TILLEULS.id, 3000),),)


def test_a_mangled_reference_beside_the_name_is_sure_only_if_both_mean_the_same() -> None:
    assert _match(3000, "FOYER LES TILLEULS", _TILLEULS.reference[:-3]).sure
    assert _why(3000, "FOYER LES TILLEULS", _OTHER.reference[:-3]) is Rule.MANGLED_REFERENCE
    assert _why(3000, "FOYER LES TILLEULS", "RF18 5390 0754 7034") is Rule.MANGLED_REFERENCE


# Names


@pytest.mark.parametrize(
    ("payer", "label"),
    [
        ("FOYER LES TILLEULS", ""),
        ("foyer Les-Tilleuls", "JOURNEE D'ETUDE MAIS"),
        ("F0YER LES TILLEULS", "INSCRIPTION"),
        ("M DURAND PAUL", "INSCRIPTION FOYER LES TILLEULS"),
        ("", "VIR SEPA RECU DE FOYER LESTILLEULS MOTIF INSCRIPTION 02/02/2018"),
        ("MARTIN ZOE", ""),
        ("MME ZOE MARTIN", "REGLEMENT"),
        ("M OU MME PETIT LUC", ""),
        ("M DURAND PAUL", "INSCRIPTION DE ZOE MARTIN"),
        ("FOYER LES TILLEULS", "INSCRIPTION ZOE MARTIN ET LUC PETIT"),
        ("FOYER LES TILLEULS", "INSCRIPTION MARTIN"),
        ("", "VIREMENT DE MME DURAND ANNE INSCRIPTION FOYER LES TILLEULS"),
    ],
)
def test_a_name_in_full_with_what_is_owed_is_sure(payer: str, label: str) -> None:
    matched = _match(3000, payer, label)
    assert (matched.reason.rule, matched.shares) == (Rule.NAME, _pays(_TILLEULS))


@pytest.mark.parametrize(
    ("payer", "label"),
    [
        ("FOYER LES TILLEULS NORD", "INSCRIPTION"),
        ("FOYER LES TILLEULS 2", "INSCRIPTION"),
        ("FOYER LES TILLEULS DE BREST", ""),
        ("LES AMIS DU FOYER LES TILLEULS", ""),
        ("M DURAND", "INSCRIPTION FOYER LES TILLEULS NORD"),
        ("FOYER LES TILLEULS", "FOYER LES TILLEULS NORD"),
        ("FOYER TILLEULS", ""),
        ("MARTIN ZOE LUCE", ""),
        ("ANNE ZOE MARTIN", ""),
        ("MARTIN-DURAND ZOE", ""),
        ("MME MARTIN", "INSCRIPTION Z MARTIN"),
        ("MME MARTINE ZOE", "LUCPETITE"),
    ],
)
def test_a_name_that_goes_on_or_lacks_something_is_not_in_full(payer: str, label: str) -> None:
    _why(3000, payer, label)


@pytest.mark.parametrize(
    ("organisation", "payer", "sure"),
    [
        ("UDAF", "UDAF", True),
        ("UDAF", "ASSO UDAF", True),
        ("UDAF", "VIR SEPA UDAF", True),
        ("UDAF", "UDAF 72", False),
        ("UDAF", "UDAF72", False),
        ("UDAF", "UDAF DE LA SARTHE", False),
        ("UDAF 35", "UDAF35", True),
        ("UDAF 35", "UDAF 351", False),
        ("CHU", "CHU RENNES", False),
        ("CHU", "CHU PAIEMENT RENNES", False),
        ("CCAS de Rennes", "C.C.A.S. DE RENNES", True),
        ("CCAS de Rennes", "CCAS DE RENNES LE CHATEAU", False),
        ("CCAS de Rennes", "CCAS DE RENNES", True),
        ("CCAS de Saint-Jean", "CCAS DE ST JEAN", True),
        ("CCAS de Saint-Jean", "CCAS DE SAINT JEAN DE LUZ", False),
        ("Formation", "FORMATION", False),
    ],
)
def test_a_name_of_one_word_stands_alone(organisation: str, payer: str, sure: bool) -> None:
    claim = _claim(3, organisation)
    assert _match(3000, payer, "INSCRIPTION", claims=(claim, _OTHER)).sure is sure


def test_the_longer_of_two_names_is_meant() -> None:
    nord = _claim(3, "Foyer Les Tilleuls Nord", "Éva ROY")
    claims = (_TILLEULS, nord)
    assert _match(3000, "FOYER LES TILLEULS NORD", claims=claims).shares == _pays(nord)
    assert _match(3000, "FOYER LES TILLEULS", claims=claims).shares == _pays(_TILLEULS)


def test_a_person_in_the_name_of_an_organisation_is_not_named() -> None:
    foundation = _claim(3, "Fondation Zoé Martin", "Éva ROY", 4000)
    assert _why(3000, "FONDATION ZOE MARTIN", claims=(_TILLEULS, foundation)) is Rule.NAME_AMOUNT


def test_a_name_that_its_bank_may_have_cut_is_not_in_full() -> None:
    name = "Pension de famille Les Tilleuls"
    assert len(name) == 31
    claim = _claim(3, name, "Éva ROY")
    assert _why(3000, name.upper(), "INSCRIPTION", claims=(claim,)) is Rule.AMOUNT_ALONE
    longer = (1234, f"{name.upper()} ET DE LA MER", "")
    _, whole = _matches(longer, (3000, name.upper(), ""), claims=(claim,))
    assert whole.sure, "another payer's name is longer: nothing was cut"


def test_what_a_bank_writes_twice_and_cuts_is_no_other_name() -> None:
    nord = _claim(3, "Foyer Les Tilleuls Nord", "Éva ROY")
    label = "VIR SEPA FOYER LES TILLEULS N INSCRIPTION"
    matched = _match(3000, "FOYER LES TILLEULS NORD", label, claims=(_TILLEULS, nord))
    assert matched.shares == _pays(nord)
    own = "VIR SEPA FOYER LES TILLEULS N FOYER LES TILLEULS NORD INSCRIPTION"
    assert _match(3000, "", own, claims=(_TILLEULS, nord)).shares == _pays(nord)
    echo = "VIR SEPA FOYER LES TILLEULS INSCRIPTION"
    _why(3000, "FOYER LES TILLEULS DU SUD", echo, claims=(_TILLEULS, nord))
    twice = "VIR SEPA FOYER LES TILLEULS FOYER LES TILLEULS SUD INSCRIPTION"
    _why(3000, "", twice, claims=(_TILLEULS, nord))


def test_what_the_payer_says_of_another_is_no_echo() -> None:
    namesake = _claim(3, "", "Zoé Luce MARTIN")
    label = "VIR MARTIN ZOE LUCE INSCRIPTION"
    assert _why(3000, "MARTIN ZOE", label, claims=(_TILLEULS, namesake)) is Rule.RIVALS


def test_names_that_share_a_word_are_neither() -> None:
    claim = _claim(3, "Foyer Saint Paul", "Paul MARTIN")
    assert _match(3000, "FOYER SAINT PAUL", "PAUL MARTIN", claims=(claim,)).sure
    _why(3000, "FOYER SAINT PAUL MARTIN", claims=(claim,))


def test_a_title_on_the_fiche_is_no_part_of_the_name() -> None:
    claim = _claim(3, "", "Mme Zoé MARTIN")
    assert _match(3000, "MARTIN ZOE", claims=(claim,)).sure


def test_all_open_fiches_of_an_organisation_are_paid_together() -> None:
    second = _claim(3, "FOYER LES TILLEULS", "Éva ROY", 4210)
    paid = _claim(4, "Foyer Les Tilleuls", "Guy PRAT", 9000, paid=9000)
    claims = (_TILLEULS, second, paid, _OTHER)
    for payer, label in (
        ("FOYER LES TILLEULS", "2 INSCRIPTIONS"),
        ("EVA ROY", "DEUX FICHES"),
        ("FOYER LES TILLEULS", "3 PERSONNES"),
    ):
        assert _match(7210, payer, label, claims=claims).shares == _pays(_TILLEULS, second)


# Never sure


@pytest.mark.parametrize("payer", ["M DURAND PAUL", "", "MARTIN"])
def test_an_amount_alone_is_never_sure(payer: str) -> None:
    assert _why(3000, payer, "INSCRIPTION") is Rule.AMOUNT_ALONE


@pytest.mark.parametrize("cents", [2999, 3001, 1500])
def test_a_name_with_another_amount_is_never_sure(cents: int) -> None:
    matched = _match(cents, "FOYER LES TILLEULS")
    assert matched.reason.rule is Rule.NAME_AMOUNT
    assert matched.candidates[0] == ((_TILLEULS.id, cents),)


def test_rivals_wait_both_among_the_candidates() -> None:
    rival = _claim(3, "Foyer Les Tilleuls", "Éva ROY")
    matched = _match(3000, "FOYER LES TILLEULS", claims=(_TILLEULS, rival, _OTHER))
    assert matched.reason.rule is Rule.RIVALS
    assert set(matched.candidates) == {_pays(_TILLEULS), _pays(rival)}


def test_one_person_on_two_fiches_is_a_rival() -> None:
    rival = _claim(3, "Mairie de Brest", "Martin Zoé")
    assert _why(3000, "ZOE MARTIN", claims=(_TILLEULS, rival)) is Rule.RIVALS


def test_some_of_an_organisation_s_fiches_are_rivals_of_one() -> None:
    claims = (
        _TILLEULS,
        _claim(3, "Foyer Les Tilleuls", "Éva ROY", 4000),
        _claim(4, "Foyer Les Tilleuls", "Guy PRAT", 7000),
    )
    assert _why(7000, "FOYER LES TILLEULS", claims=claims) is Rule.RIVALS
    assert _match(7000, "FOYER LES TILLEULS", "GUY PRAT", claims=claims).sure


@pytest.mark.parametrize(
    "twin",
    [
        _claim(3, "Foyer Les Tilleuls", "Éva ROY", paid=3000),
        _claim(3, "Foyer Les Tilleuls", "Éva ROY", open_=False),
        _claim(3, "Foyer Les Tilleuls", "Éva ROY", None, open_=False),
        _claim(3, "Foyer Les Tilleuls", "Éva ROY", 9000, paid=6000),
    ],
)
def test_what_is_paid_or_not_yet_verified_may_be_meant_as_well(twin: Claim) -> None:
    claims = (_TILLEULS, twin)
    assert _why(3000, "FOYER LES TILLEULS", claims=claims) is Rule.TWIN
    assert _match(3000, "FOYER LES TILLEULS", "ZOE MARTIN", claims=claims).sure


def test_what_was_paid_together_may_be_meant_as_well() -> None:
    paid = (
        _claim(3, "Foyer Les Tilleuls", "Éva ROY", paid=3000),
        _claim(4, "Foyer Les Tilleuls", "Guy PRAT", 4000, paid=4000),
    )
    claims = (*paid, _claim(5, "Foyer Les Tilleuls", "Ana LIMA", 7000))
    assert _why(7000, "FOYER LES TILLEULS", claims=claims) is Rule.TWIN


def test_a_half_of_what_another_fiche_owes_may_be_a_part_of_that() -> None:
    double = _claim(3, "Foyer Les Tilleuls", "Éva ROY", 6000)
    assert _why(3000, "FOYER LES TILLEULS", claims=(_TILLEULS, double)) is Rule.HALF


def test_two_credits_for_one_fiche_wait_both() -> None:
    by_name = [
        matched.reason.rule
        for matched in _matches((3000, "ZOE MARTIN", ""), (3000, "LUC PETIT", ""))
    ]
    assert by_name == [Rule.OTHER_CREDIT, Rule.OTHER_CREDIT]
    organisation = (3000, "FOYER LES TILLEULS", "")
    for other in (
        (3001, "", _TILLEULS.reference),
        (3001, "FOYER LES TILLEULS", ""),
        (3000, "FOYER LES TILLEU", ""),
        (1500, "FOYER LES TILLEULS", "ACOMPTE"),
    ):
        assert _matches(other, organisation)[1].reason.rule is Rule.OTHER_CREDIT
    for unlike in (
        (1500, "FOYER LES TILLEULS", ""),
        (3000, "FOYER LES TILLEULS", "COTISATION"),
        (3000, "FOYER LES TILLEULS", "POUR MME DURAND"),
        (3000, "FOYER LES TILLEULS NORD", ""),
    ):
        assert _matches(unlike, organisation)[1].sure


def test_two_credits_that_make_up_another_fiche_wait() -> None:
    whole = _claim(3, "Foyer Les Tilleuls", "Éva ROY", 10000)
    parts = (7000, "FOYER LES TILLEULS", ""), (3000, "FOYER LES TILLEULS", "")
    _, second = _matches(*parts, claims=(_TILLEULS, whole))
    assert second.reason.rule is Rule.OTHER_CREDIT


@pytest.mark.parametrize(
    "label",
    [
        "2 INSCRIPTIONS",
        "VIR 12345678 2 INSCRIPTIONS",
        "DEUX FICHES",
        "2X INSCRIPTION",
        "INSCRIPTIONS X2",
        "INSCRIPTIONS 2",
        "FICHE 2",
        "3 PERSONNES",
        "1 PERSONNE",
    ],
)
def test_a_number_of_fiches_or_people_that_disagrees_waits(label: str) -> None:
    assert _why(3000, "FOYER LES TILLEULS", label) is Rule.COUNT


@pytest.mark.parametrize(
    "label", ["1 INSCRIPTION", "2 PERSONNES", "DU 02 02 18 INSCRIPTION", "INSCRIPTION 2 FEVRIER"]
)
def test_a_number_that_agrees_or_is_a_day_does_not_matter(label: str) -> None:
    assert _match(3000, "FOYER LES TILLEULS", label).sure


def test_beside_a_reference_inscriptions_may_be_people() -> None:
    assert _match(3000, "", f"2 INSCRIPTIONS {_TILLEULS.reference}").sure
    assert _why(3000, "", f"2 FICHES {_TILLEULS.reference}") is Rule.COUNT
    assert _why(3000, "", f"3 INSCRIPTIONS {_TILLEULS.reference}") is Rule.COUNT


@pytest.mark.parametrize(
    "label",
    ["COTISATION 2018", "Don", "dons", "SUBVENTIONS", "REMB FRAIS", "COTISATI ON", "NOTE DE FRAIS"],
)
def test_words_of_another_purpose_wait(label: str) -> None:
    assert _why(3000, "FOYER LES TILLEULS", label) is Rule.PURPOSE


def test_the_reason_says_the_word_of_the_setting() -> None:
    assert _match(3000, "FOYER LES TILLEULS", "ADHESIONS 2018").reason.facts == ("adhésion",)


def test_the_other_purposes_are_a_setting() -> None:
    movement = Movement(_DAY, 3000, "FOYER LES TILLEULS", "JUMELAGE", number=1)
    for words, sure in ((("jumelages",), False), ((), True)):
        matches = match(
            [movement], [_TILLEULS], [], other_purposes=words, event_words=("jumelage",)
        )
        assert matches[1].sure is sure


def test_such_a_word_in_a_name_does_not_matter() -> None:
    claims = (_claim(3, "Institut Don Bosco", "Jean DON"), _claim(4, "", "Guy DONNADIEU", 4000))
    assert _match(3000, "INSTITUT DON BOSCO", claims=claims).sure
    assert _match(3000, "DON JEAN", "INSCRIPTION", claims=claims).sure
    assert _match(4000, "DONNADIEU GUY", claims=claims).sure
    assert _why(4000, "DONNADIEU GUY", "DON", claims=claims) is Rule.PURPOSE


@pytest.mark.parametrize("label", ["ACOMPTE", "1/2 INSCRIPTION", "SOLDE", "1ER VERSEMENT"])
def test_words_of_a_part_wait(label: str) -> None:
    assert _why(3000, "FOYER LES TILLEULS", label) is Rule.PART


def test_who_is_named_behind_an_inscription_has_to_be_on_the_fiche() -> None:
    for label in ("INSCRIPTION DURAND PAUL", "POUR MME DURAND", "INSCRIPTION MARTIN PAUL"):
        assert _why(3000, "FOYER LES TILLEULS", label) is Rule.OTHER_NAMED
    assert _why(3000, "FOYER LES TILLEULS", "ANA LIMA") is Rule.OTHER_NAMED
    assert _why(3000, "MAIRIE DE BREST FOYER LES TILLEULS", "MAIS") is Rule.OTHER_NAMED
    assert _match(3000, "ANA LIMA", "INSCRIPTION ZOE MARTIN").shares == _pays(_TILLEULS)


def test_a_debit_waits_with_what_was_paid() -> None:
    paid = _claim(3, "Foyer Les Tilleuls", "Éva ROY", paid=3000)
    matched = _match(-3000, "FOYER LES TILLEULS", "CHEQUE IMPAYE", claims=(_TILLEULS, paid))
    assert matched.reason.rule is Rule.DEBIT
    assert matched.candidates == (((paid.id, -3000),),)


# Deposits


def _slip(number: int, *cents: int, day: date = _DAY) -> Slip:
    return Slip(number, day, tuple(Taking(day, each, PaidBy.CHEQUE) for each in cents))


@pytest.mark.parametrize(
    ("label", "sure"),
    [
        ("REMISE CHEQUES 0012345", True),
        ("REM CHQ N 7", True),
        ("Remise de 2 chèques", True),
        ("VERSEMENT", True),
        ("REMISE DE 3 CHEQUES", False),
        ("VERSEMENT ESPECES ET CHEQUES", False),
        ("REMISE CB", False),
        ("INSCRIPTION", False),
    ],
)
def test_a_deposit_of_cheques_is_sure_if_it_equals_one_open_slip(label: str, sure: bool) -> None:
    movement = Movement(_DAY, 7000, "", label, number=1)
    matched = match([movement], [_TILLEULS], [_slip(5, 3000, 4000), _slip(6, 3000)])[1]
    assert (matched.slip, matched.sure) == ((5, True) if sure else (0, False))


def test_a_deposit_waits_where_several_slips_or_none_come_to_it() -> None:
    deposit = Movement(_DAY, 7000, "", "REMISE CHEQUES", number=1)
    later = date(2018, 1, 16)
    for slips, rule in (
        ([_slip(5, 7000), _slip(6, 3000, 4000)], Rule.SEVERAL_SLIPS),
        ([_slip(5, 7001)], Rule.NO_SLIP),
        ([_slip(5, 7000, day=later)], Rule.NO_SLIP),
    ):
        assert match([deposit], [_TILLEULS], slips)[1].reason.rule is rule


def test_two_deposits_that_one_slip_equals_wait_both() -> None:
    deposits = [Movement(_DAY, 7000, "", "REMISE CHEQUES", number=number) for number in (1, 2)]
    matches = match(deposits, [], [_slip(5, 7000)])
    assert [matches[n].reason.rule for n in (1, 2)] == [Rule.SEVERAL_SLIPS] * 2


# Candidates


def test_candidates_are_at_most_five_and_each_gets_all_of_the_amount() -> None:
    claims = tuple(_claim(n, "Foyer Les Tilleuls", f"Éva ROY{n}", 3000 + n) for n in range(1, 12))
    matched = _match(6007, "FOYER LES TILLEULS", claims=claims)
    assert len(matched.candidates) == 5
    assert all(sum(cents for _, cents in shares) == 6007 for shares in matched.candidates)
    assert all(len(shares) == 2 for shares in matched.candidates[:3]), "1 + 6, 2 + 5, 3 + 4"


def test_a_name_that_is_misspelt_or_cut_is_a_candidate() -> None:
    for payer in ("FOYER LES TILEULS", "LES TILEULS", "FOYER LES TILL", "MARTTIN ZOE"):
        assert _match(1234, payer).candidates[0] == ((_TILLEULS.id, 1234),)


def test_an_amount_that_many_owe_gives_no_candidates() -> None:
    claims = tuple(_claim(n, f"Foyer {n}", f"Éva ROY{n}") for n in range(1, 12))
    assert _match(3000, "M DURAND PAUL", claims=claims).candidates == ()
    assert len(_match(3000, "M DURAND PAUL", claims=claims[:5]).candidates) == 5


def test_nothing_known_is_said_to_be_so() -> None:
    matched = _match(1234, "M DURAND PAUL", "SALON")
    assert (matched.reason.rule, matched.candidates) == (Rule.NOTHING, ())
