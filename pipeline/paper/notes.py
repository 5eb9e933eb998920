"""Notes in a file, beside its text: comments that only a viewer shows become findings."""

from collections.abc import Iterable

from pipeline.forms.blank import BlankPage
from pipeline.geometry import BoxMm
from pipeline.records import AlignedPage, Finding, Page, Severity, TextRun

_ZONE_REACH_MM = 2.5
"""Text typed over a form misses its zone by so much."""


def notes_on(aligned: AlignedPage, blank: BlankPage) -> tuple[Finding, ...]:
    """One finding where the file comments on the form, or text was typed where nobody is to write.

    Text that the page does not show is a note wherever it stands.
    """
    places = [
        box.grown(_ZONE_REACH_MM, _ZONE_REACH_MM) for box in blank.form.written_mm(blank.number)
    ]

    def is_typed_in(run: TextRun) -> bool:
        corners = aligned.homography.to_mm(run.box_px.corners())
        (x, y), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        box = BoxMm(float(x), float(y), float(right - x), float(bottom - y))
        return not run.hidden and any(_meet(box, place) for place in places)

    page = aligned.page
    typed = [run.text for run in page.runs if run.is_note and not is_typed_in(run)]
    return _finding([*page.notes, *typed])


def notes_beside(page: Page) -> tuple[Finding, ...]:
    """One finding where the file comments on a page without a form, else none."""
    typed = [run.text for run in page.runs if run.is_note]
    return _finding([*page.notes, *typed], page.number)


def _finding(texts: Iterable[str], *page: int) -> tuple[Finding, ...]:
    notes = tuple(dict.fromkeys(" ".join(text.split()) for text in texts))
    return (Finding("note_is_read", Severity.REVIEW, facts=(*page, *notes)),) if notes else ()


def _meet(box: BoxMm, zone: BoxMm) -> bool:
    """Whether one of them holds the other's middle."""
    return zone.contains(box.x + box.w / 2, box.y + box.h / 2) or box.contains(
        zone.x + zone.w / 2, zone.y + zone.h / 2
    )
