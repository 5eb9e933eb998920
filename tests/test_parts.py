"""What is kept of a document whose reading is interrupted, told without any process."""

from collections.abc import Collection
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import (
    BugError,
    DamagedError,
    DocumentError,
    MemoryLimitError,
    TimeLimitError,
)
from pipeline.parts import Part, Stretch, Tell, outcome_of, read_in_parts
from pipeline.records import (
    Finding,
    Outcome,
    Registration,
    Rejection,
    Severity,
    Source,
)

SOURCE = Source("pile.pdf", Path("pile.pdf"), "")


def read(count: int, *, deadly: Collection[int], pages_of_form: int = 1) -> Outcome:
    """A document of forms of so many pages, read by one that dies of some pages."""

    def tell_parts(stretch: Stretch, tell: Tell) -> None:
        last = stretch.last or count
        tell(Part(count, stretch.first, stretch.first))
        since = stretch.first
        for page in range(stretch.first, last + 1):
            if page in deadly:
                raise TimeLimitError("Trop long.")
            whole = page == last or (page - since + 1) == pages_of_form
            form = ((Registration("form", since, ()), b"%d" % since),) if whole else ()
            since = page + 1 if whole else since
            tell(Part(count, page + 1, since, form))

    return read_in_parts(SOURCE, tell_parts)


def pages_of(outcome: Outcome) -> list[int]:
    return [one.page for one in outcome.read]


def test_a_page_that_is_lost_costs_itself_alone() -> None:
    outcome = read(5, deadly={3})
    assert pages_of(outcome) == [1, 2, 4, 5]
    assert outcome.thumbnails == (b"1", b"2", b"4", b"5")
    assert [(r.kind, r.page, r.message) for r in outcome.rejections] == [
        ("time-limit", 3, "Trop long.")
    ]


def test_what_ran_out_of_memory_that_others_had_filled_is_tried_once_more() -> None:
    asked: list[int] = []
    crowded = MemoryLimitError("Trop grand.")
    crowded.crowded = True

    def each(task: Stretch | Outcome, tell: Tell) -> None:
        if isinstance(task, Outcome):
            asked.append(-task.read[0].page)
            if asked.count(-task.read[0].page) == 1:
                raise crowded
            for form in task.read:
                tell(form)
            return
        for page in range(task.first, (task.last or 4) + 1):
            asked.append(page)
            if page == 3 or (page == 2 and asked.count(2) == 1):
                raise MemoryLimitError("Trop grand.")
            tell(Part(4, page + 1, page + 1, ((Registration("form", page, ()), b""),)))

    outcome = outcome_of(SOURCE, each)
    assert pages_of(outcome) == [1, 2, 4]
    assert [one.page for one in outcome.registrations] == [1, 2, 4]
    assert [(r.kind, r.page) for r in outcome.rejections] == [("memory-limit", 3)]
    assert asked == [1, 2, 2, 3, 3, 4, -1, -1]


def test_what_was_told_of_pages_that_are_read_again_is_told_once() -> None:
    """Of two copies of a form of two pages that lie on the first page, one goes on on the next."""
    tries = 0

    def sheets(stretch: Stretch, tell: Tell) -> None:
        nonlocal tries
        tries += 1
        whole = (Registration("form", 1, ()), b"whole")
        note = (1, Finding("note_is_read", Severity.REVIEW, said="2 repas."))
        tell(Part(2, 1, 1))
        tell(Part(2, 2, 1, (whole,), (Rejection("cut", "Un morceau.", 1),), (note,)))
        if tries == 1:
            raise MemoryLimitError("Trop grand.")
        tell(Part(2, 3, 3, ((Registration("form", 1, ()), b"begun"),)))

    outcome = read_in_parts(SOURCE, sheets)
    assert outcome.thumbnails == (b"whole", b"begun")
    assert [one.kind for one in outcome.rejections] == ["cut"]
    assert [len(one.findings) for one in outcome.read] == [0, 1]


def test_pages_that_no_form_fits_do_not_cost_the_fiches_behind_them() -> None:
    asked: list[bool] = []

    def tell_parts(stretch: Stretch, tell: Tell) -> None:
        asked.append(stretch.by_labels)
        for page in range(stretch.first, 7):
            if page < 4:
                unknown = (Rejection("no-form", "Aucun formulaire connu.", page),)
                tell(Part(6, page, page, meanwhile=unknown))
                if stretch.by_labels:
                    raise TimeLimitError("Trop long.")
                tell(Part(6, page + 1, page + 1, (), unknown))
            else:
                tell(Part(6, page + 1, page + 1, ((Registration("form", page, ()), b""),)))

    outcome = read_in_parts(SOURCE, tell_parts)
    assert pages_of(outcome) == [4, 5, 6]
    assert [(r.kind, r.page) for r in outcome.rejections] == [("no-form", n) for n in (1, 2, 3)]
    assert asked == [True, True, False], "labels may cost all of a page's time"


def test_what_needs_too_much_by_itself_is_tried_once() -> None:
    asked: list[Stretch] = []

    def tell_parts(stretch: Stretch, tell: Tell) -> None:
        asked.append(stretch)
        raise MemoryLimitError("Trop grand.")

    (rejection,) = read_in_parts(SOURCE, tell_parts).rejections
    assert rejection.kind == "memory-limit"
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("fault", "kind"), [(TimeLimitError("Trop long."), "no-form"), (BugError("Erreur."), "bug")]
)
def test_of_a_page_that_is_lost_while_more_is_sought_stands_what_was_true_before(
    fault: DocumentError, kind: str
) -> None:
    unknown = Rejection("no-form", "Aucun formulaire connu.", 2)

    def tell_parts(stretch: Stretch, tell: Tell) -> None:
        for page in range(stretch.first, 4):
            if page == 2:
                tell(Part(3, page, page, meanwhile=(unknown,)))
                raise fault
            tell(Part(3, page + 1, page + 1, ((Registration("form", page, ()), b""),)))

    outcome = read_in_parts(SOURCE, tell_parts)
    assert pages_of(outcome) == [1, 3]
    assert [(rejection.kind, rejection.page) for rejection in outcome.rejections] == [(kind, 2)]


def test_a_form_that_was_begun_before_the_lost_page_is_kept() -> None:
    outcome = read(7, deadly={4}, pages_of_form=3)
    assert pages_of(outcome) == [1, 5]
    outcome = read(7, deadly={3}, pages_of_form=3)
    assert pages_of(outcome) == [1, 4, 7]


def test_a_document_whose_pages_keep_failing_is_given_up_and_each_page_left_is_told() -> None:
    outcome = read(200, deadly=range(2, 201))
    assert pages_of(outcome) == [1]
    assert [r.page for r in outcome.rejections] == list(range(2, 201))
    assert outcome.rejections[2].message.startswith("La page 4 n'a pas été lue : 2 pages ")


def test_what_was_told_before_the_reader_was_lost_is_told_once() -> None:
    """Two sheets lie on the first page; the second one's form goes on on the page that is lost."""

    def sheets(stretch: Stretch, tell: Tell) -> None:
        tell(Part(2, 1, 1))
        whole = (Registration("form", 1, ()), b"whole")
        begun = (Registration("form", 1, ()), b"begun")
        if stretch.last == 1:
            tell(Part(2, 2, 2, (whole, begun), (Rejection("cut", "Un morceau.", 1),)))
            return
        tell(Part(2, 2, 1, (whole,), (Rejection("cut", "Un morceau.", 1),)))
        raise TimeLimitError("Trop long.")

    outcome = read_in_parts(SOURCE, sheets)
    assert outcome.thumbnails == (b"whole", b"begun")
    assert [one.kind for one in outcome.rejections] == ["cut", "time-limit"]


def test_a_note_on_a_page_without_a_form_is_heeded_by_the_fiche_before_it() -> None:
    def noted(page: int) -> Outcome:
        def tell_parts(stretch: Stretch, tell: Tell) -> None:
            for n in (2, 3, 4, 5):
                form = () if n == page else ((Registration("form", n, ()), b""),)
                notes = ((n, Finding("note_is_read", Severity.REVIEW, said="2 repas.")),)
                tell(Part(5, n + 1, n + 1, form, (), notes if n == page else ()))

        return read_in_parts(SOURCE, tell_parts)

    def heeding(outcome: Outcome) -> list[int]:
        return [one.page for one in outcome.read if one.findings]

    assert heeding(noted(4)) == [3]
    assert heeding(noted(2)) == [3, 4, 5]


def test_a_form_that_cannot_be_judged_costs_itself_alone() -> None:
    def each(task: Stretch | Outcome, tell: Tell) -> None:
        if isinstance(task, Outcome):
            for form in task.read:
                if form.page in (2, 5):
                    raise TimeLimitError("Trop long.")
                tell(form)
            return
        for n in range(1, 6):
            form = (Registration("form", n, ()), b"%d" % n)
            tell(Part(5, n + 1, n + 1, (form,)))

    outcome = outcome_of(SOURCE, each)
    assert [one.page for one in outcome.registrations] == [1, 3, 4]
    assert outcome.read == outcome.registrations
    assert outcome.thumbnails == (b"1", b"3", b"4")
    told = [(r.kind, r.page, r.message) for r in outcome.rejections]
    assert told == [("time-limit", 2, "Trop long."), ("time-limit", 5, "Trop long.")]


def test_a_document_of_one_page_or_that_cannot_be_opened_is_rejected_as_a_whole() -> None:
    def damaged(stretch: Stretch, tell: Tell) -> None:
        raise DamagedError("Abîmé.")

    for outcome in (read_in_parts(SOURCE, damaged), read(1, deadly={1})):
        assert outcome.read == ()
        assert [r.page for r in outcome.rejections] == [None]


def test_a_document_that_brings_nothing_says_so() -> None:
    outcome = read_in_parts(SOURCE, lambda stretch, tell: tell(Part(1, 2, 2)))
    assert [r.kind for r in outcome.rejections] == ["no-form"]


def test_what_hinders_every_document_is_passed_on() -> None:
    def no_engine(stretch: Stretch, tell: Tell) -> None:
        raise RuntimeError("no engine")

    with pytest.raises(RuntimeError, match="no engine"):
        read_in_parts(SOURCE, no_engine)


@given(
    count=st.integers(1, 12),
    deadly=st.sets(st.integers(1, 12)),
    pages_of_form=st.integers(1, 3),
)
def test_every_page_is_told_once(count: int, deadly: set[int], pages_of_form: int) -> None:
    outcome = read(count, deadly=deadly, pages_of_form=pages_of_form)
    lost = sorted(page for page in deadly if page <= count)
    alone = [r.page or 1 for r in outcome.rejections if r.message == "Trop long."]
    behind = [r.page for r in outcome.rejections if r.message != "Trop long."]
    assert alone == lost[:2]
    assert behind == (list(range(lost[1] + 1, count + 1)) if len(lost) > 1 else [])
    end = behind[0] if behind else count + 1
    readable = [page for page in range(1, end) if page not in deadly]
    told = [one.page for one in outcome.read]
    assert len(set(told)) == len(told)
    if pages_of_form == 1:
        assert told == readable
    else:
        assert set(told) <= set(readable)
        # A form begins where the reading does, begins anew, and behind each whole one.
        begins = {p for p in readable if p - 1 not in readable}
        assert begins <= set(told)
