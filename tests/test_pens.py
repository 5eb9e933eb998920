"""A paler pen beside dark ink, and traces of writing, are shown to a person."""

import cv2
import numpy as np

from pipeline.forms.blank import PX_PER_MM
from pipeline.paper.dropout import drop_print
from pipeline.paper.lines import find_lines
from pipeline.paper.pens import find_other_pens, find_traces
from pipeline.records import Gray
from tests.pages import fiche, flat, form

_ZONES = form().zones_of(2)


def _image(**grays: int) -> Gray:
    """The fiche with a word in each field named, in its gray."""
    image = fiche().image.copy()
    for field, gray in grays.items():
        box = form().zone(field).lines[-1]
        corner = (round((box.x + 3) * PX_PER_MM), round((box.bottom - 3) * PX_PER_MM))
        cv2.putText(image, "1234", corner, cv2.FONT_HERSHEY_SIMPLEX, 1.4, gray, 3, cv2.LINE_AA)
    return image


def _told(image: Gray) -> list[str]:
    clean = drop_print(flat(image), fiche())
    return [field for finding in find_other_pens(clean, _ZONES) for field in finding.fields]


def test_a_field_in_pencil_among_fields_in_ink_is_told() -> None:
    assert _told(_image(telephone=30, total=40, repas=205)) == ["repas"]


def test_a_form_all_in_pencil_is_one_pen() -> None:
    assert _told(_image(telephone=205, total=200, repas=205)) == []


def test_a_form_all_in_ink_is_one_pen() -> None:
    assert _told(_image(telephone=30, total=90, repas=120)) == []


def test_traces_are_told_only_where_nothing_was_read() -> None:
    image = np.minimum(_image(telephone=30), _image(repas=247, telephone=247))
    clean = drop_print(flat(image), fiche())
    lines = find_lines(clean, _ZONES)
    assert [f.fields for f in find_traces(clean, _ZONES, lines)] == [("repas",)]
