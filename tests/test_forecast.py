import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import paths
from pipeline.cli import main
from pipeline.evaluate import Evaluation, Verdict
from pipeline.forecast import FITTING, HANDS, Forecast, ZoneForecast, foretell
from pipeline.forecast.page import write_page
from pipeline.forms.schema import Form, load_form
from pipeline.simulate.contents import invent
from pipeline.simulate.draw import choose_look
from pipeline.simulate.room import lacks_mm

FORM = "mais-2018-02-02"
PHONE = "[[33.2, 57.8, 79.0, 9.2]]"


def form_with(folder: Path, before: str = "", after: str = "") -> Form:
    """A copy of the form whose ``form.toml`` says something else."""
    told = (paths.FORMS / FORM / "form.toml").read_text("utf-8")
    assert before in told
    (folder / FORM).mkdir(parents=True)
    (folder / FORM / "form.toml").write_text(told.replace(before, after), "utf-8")
    (folder / FORM / "blank.pdf").write_bytes((paths.FORMS / FORM / "blank.pdf").read_bytes())
    return load_form(folder / FORM)


def copies(form: Form, n: int = 80) -> dict[str, dict[str, Any]]:
    """What ``truth.json`` says of room, without the pictures."""
    truth = {}
    for k in range(n):
        rng = np.random.default_rng([9, k])
        filling, style = invent(form, rng), ("typed", "hand", "photo", "fax")[k % 4]
        look = choose_look(rng, style)
        lacks = lacks_mm(form, filling, look.pen, fit=look.fit)
        truth[str(k)] = {"style": style, "font": look.pen.font, "lacks_mm": lacks}
    return truth


def evaluated(*verdicts: Verdict, documents: int = 0) -> Evaluation:
    return Evaluation(documents, 0, 0, 0, 0, 0, verdicts)


def told(form: Form, field: str) -> ZoneForecast:
    foretold = foretell(form, copies(form), evaluated())
    return next(zone for zone in foretold.zones if zone.field == field)


def test_a_zone_much_too_narrow_is_told_and_what_is_advised_is_enough(tmp_path: Path) -> None:
    narrow = told(form_with(tmp_path / "a", PHONE, "[[33.2, 57.8, 25.0, 9.2]]"), "telephone")
    assert narrow.unfit is not None
    assert narrow.unfit > 0.5
    assert 15 < narrow.wider_mm < 70
    assert narrow.higher_mm == 0
    said = f"too small: {narrow.wider_mm} mm wider would fit 95 % of what people write"
    assert narrow.verdict == said

    wider = f"[[33.2, 57.8, {25 + narrow.wider_mm}, 9.2]]"
    healed = told(form_with(tmp_path / "b", PHONE, wider), "telephone")
    assert healed.unfit is not None
    assert healed.unfit <= 1 - FITTING
    assert healed.verdict == "ok"
    less = f"[[33.2, 57.8, {24 + narrow.wider_mm}, 9.2]]"
    still = told(form_with(tmp_path / "c", PHONE, less), "telephone")
    assert still.verdict.startswith("too small: 1 mm wider")


def test_a_zone_too_low_is_told_so(tmp_path: Path) -> None:
    low = told(form_with(tmp_path, PHONE, "[[33.2, 57.8, 79.0, 5.0]]"), "telephone")
    assert low.wider_mm == 0
    assert 1 <= low.higher_mm <= 4
    assert low.verdict.startswith(f"too small: {low.higher_mm} mm higher would fit")


def test_zones_with_enough_room_are_not_too_small() -> None:
    form = load_form(paths.FORMS / FORM)
    foretold = foretell(form, copies(form), evaluated())
    for zone in foretold.zones:
        if zone.field != "email":  # the real form leaves 73 mm for it
            assert (zone.wider_mm, zone.higher_mm) == (0, 0), zone.field
    assert next(z for z in foretold.zones if z.field == "paiement").unfit is None


def test_a_value_may_run_over_all_lines_of_its_zone(tmp_path: Path) -> None:
    lines = "[[77.6, 26.6, 34.6, 9.0], [11.5, 35.6, 100.7, 9.2]]"
    one = told(form_with(tmp_path, lines, "[[77.6, 26.6, 34.6, 9.0]]"), "organisation")
    assert one.wider_mm > 30
    assert not one.several_lines


def test_how_zones_are_read_is_told_by_who_wrote() -> None:
    form = load_form(paths.FORMS / FORM)
    entry = {"lacks_mm": {"total": [[0, 0]]}}
    truth = {
        "a": entry | {"style": "typed", "font": "arimo"},
        "b": entry | {"style": "fax", "font": "caveat"},
        "c": entry | {"style": "hand", "font": "caveat"},
        "d": {"style": "digital"},
    }
    right = {"a": True, "b": True, "c": False, "d": False}
    verdicts = [Verdict(k, "total", "1", "1", ok, k == "a", None) for k, ok in right.items()]
    foretold = foretell(form, truth, evaluated(*verdicts, documents=4))
    total = next(zone for zone in foretold.zones if zone.field == "total")
    assert dict(zip(HANDS, total.exact, strict=True)) == {
        "typed": 1.0,
        "by hand": 0.5,
        "photo": None,
    }
    assert total.accepted == pytest.approx(1 / 3)
    assert total.unfit == 0
    assert total.verdict == "often misread"


def test_the_page_says_it_in_french(tmp_path: Path) -> None:
    form = load_form(paths.FORMS / FORM)
    zones = (
        ZoneForecast("non_adherents", (1.0, 0.9, None), 0.5, 0.2, 12, 3, several_lines=True),
        ZoneForecast("total", (1.0, 0.7, 0.9), 0.5, 0.0),
        ZoneForecast("paiement", (1.0, 1.0, 1.0), 1.0, None),
    )
    page = write_page(Forecast(form, 500, zones, 0.4), tmp_path).read_text("utf-8")
    for words in (
        *("trop petite : ajouter 12 mm de largeur et 3 mm de hauteur à chaque ligne",),
        *("souvent mal lue", "<td>non adherents</td>", "500 exemplaires", "40 %", ">–<"),
    ):
        assert words in page


def test_simulate_draws_reads_and_tells(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "drawn"
    assert main(["simulate", FORM, "--n", "2", "--jobs", "0", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    for zone in load_form(paths.FORMS / FORM).zones:
        assert re.search(rf"^{zone.field} .*(ok|too small|often misread)", said, re.MULTILINE)
    assert "2 copies" in said
    drawn = json.loads((out / "truth.json").read_text("utf-8"))
    assert {path.name for path in out.iterdir()} == {
        *drawn,
        *("truth.json", "members.csv", "forecast.html"),
    }
    assert "2 exemplaires" in (out / "forecast.html").read_text("utf-8")


def test_without_copies_or_a_folder_to_keep_them_nothing_is_done(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["simulate", FORM, "--n", "0"]) == 4
    assert main(["simulate", FORM, "--only-draw"]) == 4
    assert "--out" in capsys.readouterr().err
