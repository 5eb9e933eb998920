"""The product knows what the six blanks of associations ask, and finds its way on typed copies."""

from pathlib import Path

import pytest
from associations.blanks import BLANKS
from associations.copies import draw
from associations.tutoring import TUTORING
from paper import read

from pipeline import fields
from pipeline.config import Settings
from pipeline.reading.page import Context, FormPage, align_page, context, read_page
from pipeline.records import Page


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Context:
    folder = tmp_path_factory.mktemp("forms")
    for blank in BLANKS:
        blank.lay_out(folder)
    return context(Settings(forms=(folder,)))


def test_every_place_of_each_form_has_a_type(known: Context) -> None:
    for blank in BLANKS:
        _, asked = blank.make()
        for place in asked.places:
            assert known.forms[blank.id].zone(place.name).type == place.type
            assert place.type in fields.names()


def test_typed_copies_are_placed_on_their_forms(known: Context, tmp_path: Path) -> None:
    truth = draw(BLANKS, tmp_path, each=2, seed=4, media=["typed"], cache=tmp_path)
    assert len(truth) == 2 * len(BLANKS)
    for name, entry in truth.items():
        for page in read(tmp_path / name):
            assert isinstance(page, Page)
            seen = [(aligned.form_id, aligned.form_page) for aligned in align_page(page, known)]
            assert seen == [(entry["form"], page.number)], name


def test_of_a_printed_copy_with_pale_frames_empty_fields_are_read_as_empty(
    known: Context, tmp_path: Path
) -> None:
    ((name, entry),) = draw(
        [TUTORING], tmp_path, each=1, seed=3, media=["typed"], cache=tmp_path
    ).items()
    (page,) = read(tmp_path / name)
    assert isinstance(page, Page)
    (form,) = read_page(page, known)
    assert isinstance(form, FormPage)
    seen = {reading.field: reading.value for reading in form.readings}
    empty = ("age", "participants", "motivation")
    assert [entry["fields"][field] for field in empty] == [None] * 3, "take a seed that leaves them"
    for field in (*empty, "formation", "modules", "experience"):
        assert (seen[field] or None) == entry["fields"][field]
