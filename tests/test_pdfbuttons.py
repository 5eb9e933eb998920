"""Check boxes and radio buttons count by their value where the page shows nothing of it."""

import pypdfium2 as pdfium
import pytest

from pipeline.intake.pdfbuttons import (
    TICKED,
    UNSURE,
    UNTICKED,
    Button,
    marks,
    needs_values,
    stated_values,
)
from tests.paper import pages_pdf


def button(field: str = "a", *, shown: bool = False, state: str = "Off", **more) -> Button:
    told = {"value": "", "export": "Yes", "number": 0, "of": 1} | more
    return Button(field, shown, state, **told)


def radio(number: int, export: str, **more) -> Button:
    return button("pay", export=export, number=number, of=2, **more)


def test_a_box_is_ticked_as_shown_whatever_its_value():
    assert marks([button(shown=True, state="On", value="Off")], {}) == [TICKED]
    assert marks([button(value="Off")], {}) == [UNTICKED]
    assert marks([button()], {}) == [UNTICKED]


def test_a_box_that_says_it_is_ticked_and_cannot_be_drawn_is_ticked():
    assert marks([button(state="Oui", value="Oui")], {}) == [TICKED]


@pytest.mark.parametrize("stated", [{}, {"a": "Oui"}])
def test_a_value_that_nothing_shows_is_unsure(stated):
    value = "" if stated else "Oui"
    assert marks([button(value=value)], stated) == [UNSURE]


def test_the_value_of_a_group_tells_its_button():
    both = [radio(0, "cheque"), radio(1, "virement")]
    assert marks(both, {"pay": "virement"}) == [UNTICKED, UNSURE]
    assert marks(both, {"pay": "1"}) == [UNTICKED, UNSURE]
    assert marks(both, {"pay": "autre"}) == [UNSURE, UNSURE]
    assert marks([radio(0, "x"), radio(1, "y", shown=True, state="y")], {"pay": "x"}) == [
        UNTICKED,
        TICKED,
    ]


def test_values_are_only_searched_where_buttons_leave_them_open():
    assert needs_values([button()])
    assert not needs_values([button(shown=True, state="On")])
    assert not needs_values([button(state="On")])
    assert not needs_values([])


@pytest.mark.parametrize(
    ("value", "read"),
    [(b"/vir", "vir"), (b"(vir)", "vir"), (b"/Ch#e8que", "Chèque"), (b"<FEFF00E9>", "é")],
)
def test_the_value_of_a_field_of_several_buttons_is_found(value, read):
    field = b"<< /FT /Btn /Ff 49152 /T (pay) /V %s /Kids [5 0 R] >>" % value
    kid = b"<< /Type /Annot /Subtype /Widget /Parent 4 0 R /Rect [0 0 9 9] >>"
    data = pages_pdf(
        [(b"", b"/Annots [5 0 R]")], field, kid, catalogue=b"/AcroForm << /Fields [4 0 R] >>"
    )
    with pdfium.PdfDocument(data) as document:
        assert stated_values(document) == {"pay": read}
