"""References: made from an id, and recognised in what a bank writes, or surely not."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.payments.reference import reference_of, references_in
from pipeline.payments.spelling import squeeze

_IDS = st.builds("{:012x}-{}".format, st.integers(0, 16**12 - 1), st.integers(1, 30) | st.just(1))
_GARBAGE = st.text(string.ascii_letters + string.digits + " -/.", max_size=12)
"""What banks let through."""
_CHARACTERS = string.ascii_uppercase + string.digits


def _known(*ids: str) -> frozenset[str]:
    return frozenset(squeeze(reference_of(each)) for each in ids)


def test_the_reference_is_that_of_the_promise() -> None:
    assert reference_of("3fa9c2d41b7e-1") == "RF92 3FA9 C2D4 1"


@pytest.mark.parametrize(
    "text", ["", "r12-1", "3fa9c2d4", "3fa9c2d41b7e-", "3fa9c2d41b7e-0", "3FA-1"]
)
def test_what_is_no_id_has_no_reference(text: str) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        reference_of(text)


@given(_IDS)
def test_check_digits_are_those_of_iso_11649(id_: str) -> None:
    squeezed = squeeze(reference_of(id_))
    moved = squeezed[4:] + squeezed[:4]
    assert int("".join(str(int(char, 36)) for char in moved)) % 97 == 1
    assert len(squeezed) <= 25


@pytest.mark.parametrize(
    "text",
    [
        "RF92 3FA9 C2D4 1",
        "rf923fa9c2d41",
        "Vir. de M. Petit/RF92.3FA9.C2D4.1",
        "INSCRIPTIONRF923FA9C2D41MERCI",
        "R F 9 2 3 F A 9 C 2 D 4 1",
        "2018RF92-3FA9-C2D4-1 2018",
        "RF92 3FA9 C2D4 1 RF92 3FA9 C2D4 1",
        "RF92 3FA9 C2D4 1 ET RF92 3FA9 C",
    ],
)
def test_case_blanks_and_neighbours_do_not_matter(text: str) -> None:
    known = _known("3fa9c2d41b7e-1", "aaaaaaaaaaaa-1")
    assert references_in(text, known).exact == ("RF923FA9C2D41",)


def test_a_letter_o_is_a_zero() -> None:
    known = _known("3f00c2d41b7e-1")
    (squeezed,) = known
    assert references_in(squeezed.replace("0", "O"), known).exact == (squeezed,)


@given(_IDS, _GARBAGE, st.sampled_from(("", "X", " MERCI", "-2018")), st.data())
def test_blanks_and_what_stands_around_never_hide_a_reference(
    id_: str, before: str, after: str, data: st.DataObject
) -> None:
    squeezed = squeeze(reference_of(id_))
    gaps = st.sampled_from(("", "", " ", "-", ".", "/"))
    text = "".join(char + data.draw(gaps) for char in squeezed.lower())
    assert references_in(f"{before}{text}{after}", _known(id_)).exact == (squeezed,)


@given(_IDS, st.lists(_IDS, max_size=3), st.data())
def test_no_single_slip_makes_one_reference_of_another(
    id_: str, others: list[str], data: st.DataObject
) -> None:
    document, _, _ = id_.partition("-")
    siblings = [f"{document}-{number}" for number in (1, 2, 3, 10, 11, 12, 23)]
    squeezed = squeeze(reference_of(id_))
    at = data.draw(st.integers(0, len(squeezed) - 1))
    other = data.draw(st.sampled_from([c for c in _CHARACTERS if squeeze(c) != squeezed[at]]))
    slipped = f"{squeezed[:at]}{other}{squeezed[at + 1 :]}"
    quoted = references_in(slipped, _known(id_, *siblings, *others))
    assert quoted.exact == ()


@given(_IDS, st.data())
def test_a_slip_is_seen_to_be_near(id_: str, data: st.DataObject) -> None:
    squeezed = squeeze(reference_of(id_))
    at = data.draw(st.integers(0, len(squeezed) - 1))
    slipped = data.draw(
        st.sampled_from(
            (
                f"{squeezed[:at]}{squeezed[at + 1 :]}",
                f"{squeezed[:at]}Z{squeezed[at + 1 :]}",
                f"{squeezed[:at]}7{squeezed[at:]}",
            )
        )
    )
    quoted = references_in(f"INSCRIPTION {slipped}", _known(id_))
    if quoted.exact:  # what was put in stands beside it
        assert squeezed in slipped
    else:
        assert [mangled.near for mangled in quoted.mangled] == [{squeezed}]


def test_a_reference_that_begins_like_a_longer_one_is_not_exact() -> None:
    """Where a bank cuts its text, only luck would tell them apart."""
    short, long = next(
        (short, long)
        for number in range(16**4)
        for short in _known(f"{number:08x}-1")
        for long in _known(*(f"{number:08x}-1{last}" for last in range(10)))
        if long.startswith(short)
    )
    for text in (short, long):
        quoted = references_in(text, {short, long})
        assert quoted.exact == ()
        assert quoted.mangled[0].near == {short, long}


def test_a_slip_in_a_longer_reference_does_not_make_a_shorter_one() -> None:
    """Of forms 1 and 10 and more of a document whose check digits differ in one."""
    short, long = next(
        (short, long)
        for number in range(16**4)
        for short in _known(f"{number:08x}-1")
        for long in _known(*(f"{number:08x}-1{last}" for last in range(10)))
        if sum(a != b for a, b in zip(short, long, strict=False)) == 1
    )
    slipped = short + long[len(short) :]
    assert references_in(slipped, {short, long}).exact == ()
    assert references_in(slipped, {short}).exact == (short,)


def test_several_references_are_all_there_in_their_order() -> None:
    known = _known("3fa9c2d41b7e-1", "aaaaaaaaaaaa-2")
    second = reference_of("aaaaaaaaaaaa-2")
    assert references_in(f"{second}RF923FA9C2D41", known).exact == (
        squeeze(second),
        "RF923FA9C2D41",
    )


@pytest.mark.parametrize(
    "text",
    [
        "RF92 3FA9 C2",  # cut
        "92 3FA9 C2D4 1",
        "FR92 3FA9 C2D4 1",
        "RF29 3FA9 C2D4 1",
        "REF 3FA9C2D4",
    ],
)
def test_what_is_left_of_a_reference_is_mangled(text: str) -> None:
    quoted = references_in(text, _known("3fa9c2d41b7e-1", "aaaaaaaaaaaa-1"))
    assert quoted.exact == ()
    assert [mangled.near for mangled in quoted.mangled] == [{"RF923FA9C2D41"}]


def test_a_reference_of_others_is_seen_and_stands_for_nothing() -> None:
    quoted = references_in("RF18 5390 0754 7034", _known("3fa9c2d41b7e-1"))
    assert quoted.exact == ()
    assert [mangled.near for mangled in quoted.mangled] == [frozenset()]


@pytest.mark.parametrize(
    "text",
    ["", "VIR CERF 02 02 2018 15 H", "SURF 2018 0202 18", "FR76 3000 4000 0312 3456 7890 143"],
)
def test_ordinary_text_quotes_nothing(text: str) -> None:
    quoted = references_in(text, _known("3fa9c2d41b7e-1"))
    assert (quoted.exact, quoted.mangled) == ((), ())
