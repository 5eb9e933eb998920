"""What is still to be booked: nothing twice, and what is booked stays as it was."""

from dataclasses import replace
from datetime import date, timedelta

from booked import DAY, entry, signed

from pipeline.bookkeeping.compare import due
from pipeline.ledger import Booking, Entry

TODAY = date(2018, 3, 1)
PAID = entry("m1", ("512", 3000), ("706", -3000))
PART = entry("m1", ("512", 3000), ("4191", -3000))


def booking(number: int, given: Entry, *, reverses: int = 0) -> Booking:
    return Booking(number, date(2018, 1, 1), number, given, reverses)


def steps(
    *wanted: Entry, booked: tuple[Booking, ...] = (), until: date | None = None
) -> list[tuple[Entry, int]]:
    return due(wanted, booked, today=TODAY, until=until)


def test_what_is_new_is_booked_as_it_is() -> None:
    assert steps(PAID) == [(PAID, 0)]


def test_what_is_booked_is_not_booked_again() -> None:
    assert steps(PAID, booked=(booking(1, PAID),)) == []


def test_other_words_another_day_or_another_order_of_lines_change_nothing() -> None:
    lines = tuple(replace(line, label="autre") for line in reversed(PAID.lines))
    again = replace(PAID, label="autre", day=TODAY, lines=lines)
    assert steps(again, booked=(booking(1, PAID),)) == []


def test_another_registration_is_a_change_though_the_amounts_are_the_same() -> None:
    def of(who: str, reference: str) -> Entry:
        lines = tuple(replace(x, label=f"{who}, {reference}, Adhérents × 1") for x in PAID.lines)
        return replace(PAID, lines=lines)

    first, second = of("Foyer A", "RF95 6D6F 756C 1"), of("Foyer B", "RF37 6368 656E 1")
    assert steps(of("Le foyer", "RF95 6D6F 756C 1"), booked=(booking(1, first),)) == []
    back, anew = steps(second, booked=(booking(1, first),))
    assert (back[1], anew) == (1, (replace(second, day=TODAY), 0))


def test_what_changed_is_taken_back_and_booked_anew_today() -> None:
    back, new = steps(PART, booked=(booking(7, PAID),))
    assert back == (
        replace(
            entry("m1", ("512", -3000), ("706", 3000), day=TODAY),
            label="Annulation\u00a0: mot",
            lines=tuple(
                replace(line, label="Annulation\u00a0: mot")
                for line in entry("m1", ("512", -3000), ("706", 3000)).lines
            ),
        ),
        7,
    )
    assert new == (replace(PART, day=TODAY), 0)


def test_a_side_is_a_change_too() -> None:
    assert len(steps(entry("m1", ("512", -3000), ("706", 3000)), booked=(booking(1, PAID),))) == 2


def test_what_is_no_more_wanted_is_only_taken_back() -> None:
    ((back, reverses),) = steps(booked=(booking(1, PAID),))
    assert signed(back) == [("512", -3000), ("706", 3000)]
    assert (back.day, reverses) == (TODAY, 1)


def test_what_was_taken_back_is_not_taken_back_again() -> None:
    back = booking(2, entry("m1", ("512", -3000), ("706", 3000)), reverses=1)
    assert steps(booked=(booking(1, PAID), back)) == []


def test_what_is_wanted_again_is_booked_today() -> None:
    back = booking(2, entry("m1", ("512", -3000), ("706", 3000)), reverses=1)
    assert steps(PAID, booked=(booking(1, PAID), back)) == [(replace(PAID, day=TODAY), 0)]


def test_the_last_booking_is_the_one_that_stands() -> None:
    back = booking(2, entry("m1", ("512", -3000), ("706", 3000)), reverses=1)
    booked = (booking(1, PAID), back, booking(3, PART))
    assert steps(PART, booked=booked) == []
    assert [reverses for _, reverses in steps(PAID, booked=booked)] == [3, 0]


def test_each_source_is_compared_with_its_own() -> None:
    others = [replace(PAID, source=source) for source in ("m10", "m2", "s1")]
    assert [one.source for one, _ in steps(PAID, *others)] == ["m1", "m2", "m10", "s1"]
    booked = (booking(1, PAID), booking(2, others[0]))
    assert steps(PAID, *others, booked=booked) == [(others[1], 0), (others[2], 0)]


def test_sources_of_later_days_wait_with_their_corrections() -> None:
    later = replace(PAID, source="m2", day=DAY + timedelta(days=1))
    assert steps(PAID, later, until=DAY) == [(PAID, 0)]
    assert steps(PAID, later, until=later.day) == [(PAID, 0), (later, 0)]
    changed = replace(PART, source="m2", day=later.day)
    booked = (booking(1, later),)
    assert steps(changed, booked=booked, until=DAY) == []
    assert steps(booked=booked, until=DAY) == []
    assert len(steps(changed, booked=booked, until=later.day)) == 2


def test_a_correction_of_an_early_source_does_not_wait() -> None:
    """Its last booking is of a later day than the source."""
    moved = replace(PART, day=TODAY)
    back = booking(2, entry("m1", ("512", -3000), ("706", 3000), day=TODAY), reverses=1)
    booked = (booking(1, PAID), back, booking(3, moved))
    assert [reverses for _, reverses in steps(booked=booked, until=DAY)] == [3]
