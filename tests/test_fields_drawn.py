"""The types that are read with a grammar, on paper: drawn by the simulator, read by the engine."""

import shutil

import numpy as np
import pytest
from pages import page

from pipeline import fields
from pipeline.config import Promise, Settings
from pipeline.forms.schema import Form, load_form
from pipeline.judging import calibration
from pipeline.judging.gate import Gate
from pipeline.paths import SHIPPED_FORM
from pipeline.reading.page import FormPage, context, read_page
from pipeline.records import FieldReading, Quality
from pipeline.simulate.contents import Filling, invent
from pipeline.simulate.draw import choose_look, draw_page

LINES_MM = {
    "digits": {
        "age": [[11.5, 78.7, 100.7, 9.2]],
        "birth_date": [[11.5, 87.7, 100.7, 9.2]],
        "date": [[38.9, 46.6, 73.3, 9.2]],
        "iban": [[11.5, 35.6, 100.7, 9.2]],
        "number": [[11.5, 96.7, 100.7, 9.2]],
        "postal_code": [[11.5, 105.7, 100.7, 9.2]],
        "siret": [[33.2, 57.8, 79.0, 9.2]],
    },
    "words": {
        "address": [[11.5, 35.6, 100.7, 9.2]],
        "given_name": [[38.9, 46.6, 73.3, 9.2]],
        "licence": [[33.2, 57.8, 79.0, 9.2]],
        "postal_town": [[11.5, 78.7, 100.7, 9.2]],
        "surname": [[11.5, 87.7, 100.7, 9.2]],
        "text": [[11.5, 96.7, 100.7, 9.2]],
        "town": [[11.5, 105.7, 100.7, 9.2]],
    },
    "lines": {"long_text": [[11.5, y, 100.7, 9.2] for y in (78.7, 87.7, 96.7, 105.7)]},
}
"""The places of each type, on forms of their own: there are not enough lines for all on one."""
_KEYS = {"licence": 'pattern = "[0-9]{7}[A-Z]?"\n', "number": 'unit = "cm"\n'}


@pytest.fixture(scope="module", params=LINES_MM)
def form(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Form:
    """The shipped blank with other zones on it."""
    folder = tmp_path_factory.mktemp("forms") / "types"
    folder.mkdir()
    shutil.copy(SHIPPED_FORM / "blank.pdf", folder)
    zones = (
        f'[[zones]]\nfield = "{kind}"\ntype = "{kind}"\npage = 2\nlines_mm = {lines}\n'
        + _KEYS.get(kind, "")
        for kind, lines in LINES_MM[request.param].items()
    )
    head = 'id = "types"\ntitle = "Types"\n[event]\nname = "Types"\n[organiser]\nname = "Nous"\n'
    (folder / "form.toml").write_text(head + "".join(zones), "utf-8")
    return load_form(folder)


@pytest.fixture(scope="module")
def filling(form: Form) -> Filling:
    return invent(form, np.random.default_rng(5))


@pytest.fixture(scope="module")
def readings(form: Form, filling: Filling) -> dict[str, FieldReading]:
    rng = np.random.default_rng(6)
    leaf = draw_page(form, 2, filling, choose_look(rng, "typed"), rng)
    ctx = context(Settings(forms=(form.folder.parent,), form="types"))
    (read,) = read_page(page(leaf.image), ctx)
    assert isinstance(read, FormPage)
    return {reading.field: reading for reading in read.readings}


def test_what_is_invented_and_drawn_is_read(
    filling: Filling, readings: dict[str, FieldReading]
) -> None:
    blank = {name: "" for name, reading in readings.items() if reading.value is None}
    read = {name: reading.value for name, reading in readings.items()}
    assert read | blank == filling.fields


def test_a_type_that_is_not_calibrated_waits_for_a_person(
    readings: dict[str, FieldReading],
) -> None:
    made = calibration.load()
    measured = {
        "maps": tuple(part for part in made.maps if not made.is_further(part.type)),
        "curves": tuple(curve for curve in made.curves if not curve.further),
    }
    gate = Gate.of(made.model_copy(update=measured), Promise())
    assert any(made.is_further(reading.type) for reading in readings.values())
    for reading in readings.values():
        assert reading.posterior > 0.1  # of many words, one is always in doubt
        if made.is_further(reading.type):
            assert gate.doubt(gate.calibrated(reading, Quality.GREY), Quality.GREY) is not None


def test_every_type_with_a_grammar_is_drawn() -> None:
    drawn = {kind for of_form in LINES_MM.values() for kind in of_form}
    assert {kind for kind in fields.names() if fields.load(kind).invent} == drawn
