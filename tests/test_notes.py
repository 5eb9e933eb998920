"""What comments in a file say comes before a person."""

from dataclasses import replace

from pipeline.forms.blank import BlankPage
from pipeline.forms.zone import Area
from pipeline.geometry import BoxMm, BoxPx
from pipeline.paper.notes import notes_beside, notes_on
from pipeline.records import Finding, Severity, TextRun
from tests.pages import fiche, flat, words


def typed(text: str, box: BoxMm, *, hidden: bool = False) -> TextRun:
    at = BoxPx(*(8 * v for v in (box.x, box.y, box.w, box.h)))
    return TextRun(text, at, hidden=hidden, is_note=True)


def found(
    *runs: TextRun, notes: tuple[str, ...] = (), blank: BlankPage | None = None
) -> tuple[Finding, ...]:
    aligned = flat(fiche().image)
    aligned = replace(aligned, page=replace(aligned.page, runs=runs, notes=notes))
    return notes_on(aligned, blank or fiche())


def test_notes_are_quoted_in_one_finding():
    (finding,) = found(notes=("2 repas\nseulement", "merci"))
    assert finding.severity is Severity.REVIEW
    assert words(finding) == "Notes dans le PDF : « 2 repas seulement », « merci »."


def test_text_typed_into_a_zone_is_no_note_and_a_remark_beside_it_is_one():
    line = fiche().form.zone("total").lines[-1]
    assert found(typed("72,10", line)) == ()
    assert found(typed("sans repas", BoxMm(120, 4, 40, 6)))
    assert found(typed("72,10", line, hidden=True))


def test_text_typed_into_an_area_that_nobody_reads_is_no_note() -> None:
    area = Area(kind="office", page=2, boxes_mm=((115, 2, 50, 10),))
    blank = replace(fiche(), form=fiche().form.model_copy(update={"areas": (area,)}))
    assert found(typed("reçu le 3", BoxMm(120, 4, 40, 6)), blank=blank) == ()
    assert found(typed("reçu le 3", BoxMm(120, 14, 40, 6)), blank=blank)


def test_a_note_on_a_page_without_a_form_tells_its_page():
    page = flat(fiche().image).page
    assert notes_beside(page) == ()
    (finding,) = notes_beside(replace(page, number=3, notes=("à rappeler",)))
    assert words(finding) == "Note dans le PDF, page 3 : « à rappeler »."
