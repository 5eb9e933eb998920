import json
import re
import unicodedata
from collections import Counter
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageOps

from pipeline import installed, paths
from pipeline.forms.schema import Form, load_form
from pipeline.geometry import Homography
from pipeline.simulate import STYLES, accidents, captured, draw, fonts, paper, pen, simulate
from pipeline.simulate.accidents import Accident
from pipeline.simulate.contents import Filling, invent
from pipeline.simulate.digital import fill_pdf
from pipeline.simulate.layout import draw_form

SAMPLES = Path(__file__).parent.parent / "samples"

OTHER_FORM = """
id = "atelier"
title = "Atelier"
[event]
name = "Atelier"
[organiser]
name = "Personne"
[[zones]]
field = "lieu"
type = "organisation"
lines_mm = [[20, 20, 100, 10]]
[[zones]]
field = "responsable"
type = "person"
lines_mm = [[20, 40, 100, 10]]
[[zones]]
field = "remarque"
type = "unheard-of"
lines_mm = [[20, 60, 100, 10]]
[[zones]]
field = "places"
type = "count"
page = 2
lines_mm = [[20, 20, 40, 10]]
[[zones]]
field = "don"
type = "amount"
page = 2
lines_mm = [[20, 40, 40, 10]]
[[zones]]
field = "accord"
type = "checkbox"
page = 2
boxes_mm = { oui = [20, 60, 4, 4] }
"""


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form(paths.FORMS / "mais-2018-02-02")


@pytest.fixture
def other_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Form:
    """A form of two A5 pages without sum or people, one zone of a type new to the simulator."""
    brought = EntryPoint("unheard-of", "tests.unheard_of:TYPE", installed.FIELDS)
    monkeypatch.setattr(installed, "additions", lambda _group: {"unheard-of": brought})
    folder = tmp_path / "atelier"
    folder.mkdir()
    (folder / "form.toml").write_text(OTHER_FORM, "utf-8")
    blank = pypdfium2.PdfDocument.new()
    for _ in range(2):
        blank.new_page(420, 595)
    blank.save(folder / "blank.pdf")
    return load_form(folder)


def plain_look(rng: np.random.Generator, style: str = "hand", dpi: int = 100) -> draw.Look:
    """A look that neither scales the print nor turns the page."""
    look = draw.choose_look(rng, style)
    return replace(
        look, fit=1.0, offset_mm=(0, 0), turns=0, exif=False, dpi=dpi, coloured=False, print_grey=0
    )


def fillings(form: Form, n: int, *, wrong_sums: float) -> list[Filling]:
    return [invent(form, np.random.default_rng([3, k]), wrong_sums=wrong_sums) for k in range(n)]


def test_truth_agrees_with_the_tariff_and_the_people(form: Form) -> None:
    for filling in fillings(form, 300, wrong_sums=0):
        fields = filling.fields
        due = fields["adherents"] * 3000 + fields["non_adherents"] * 4000 + fields["repas"] * 1210
        assert fields["total"] == filling.total_due_cents == due
        named = len(fields["personnes"])
        assert 1 <= named <= 4
        counted = fields["adherents"] + fields["non_adherents"]
        assert fields["etudiants"] == named - counted >= 0
        assert 0 <= fields["repas"] <= named
    assert any(f.fields["etudiants"] for f in fillings(form, 50, wrong_sums=0))


def test_the_share_of_wrong_sums_is_as_asked(form: Form) -> None:
    def share(asked: float) -> float:
        some = fillings(form, 800, wrong_sums=asked)
        return sum(f.fields["total"] != f.total_due_cents for f in some) / len(some)

    assert share(0.08) == pytest.approx(0.08, abs=0.03)
    assert share(1.0) == 1.0


def test_what_is_written_says_what_the_truth_says(form: Form) -> None:
    for filling in fillings(form, 300, wrong_sums=0.5):
        digits = re.sub(r"\(0\)|\D", "", filling.written["telephone"][0])
        assert re.sub(r"^(00)?33", "0", digits) == filling.fields["telephone"]
        amount = filling.written["total"][0].strip(" €").replace("€", ",").replace(".", ",")
        euros, _, cents = amount.partition(",")
        assert int(euros) * 100 + int(cents or 0) == filling.fields["total"]
        for name in ("adherents", "non_adherents", "repas"):
            text = filling.written[name][0]
            assert filling.fields[name] == (int(text) if text.isdigit() else 0)
        assert list(filling.written["personnes"]) == filling.fields["personnes"]
        assert re.fullmatch(r"[a-z0-9._-]+@[a-z0-9.-]+\.[a-z]+", filling.fields["email"])


def test_what_says_neither_who_nor_where_is_left_blank_now_and_then(tmp_path: Path) -> None:
    draw_form(tmp_path / "form", seed=4)
    form = load_form(tmp_path / "form")
    needed = {form.roles.named, form.roles.given, form.roles.who, *form.roles.contacts} - {""}
    blank: Counter[str] = Counter()
    for seed in range(60):
        filling = invent(form, np.random.default_rng(seed))
        for zone in form.zones:
            if not zone.boxes and filling.fields[zone.field] == "":
                blank[zone.field] += 1
                assert filling.written[zone.field] == ()
    assert needed
    assert not needed & blank.keys()
    assert len(blank) > 3
    assert all(times < 30 for times in blank.values())


def test_a_filled_page_differs_from_the_blank_only_around_its_zones(form: Form) -> None:
    rng = np.random.default_rng(1)
    for k in range(8):
        look = plain_look(rng, "typed" if k % 2 else "hand")
        blank = draw.draw_sheet(form, 2, None, look, rng)
        filled = draw.draw_sheet(form, 2, invent(form, rng), look, rng)
        near = np.zeros_like(blank)
        for zone in form.zones_of(2):
            for box in (*zone.lines, *zone.boxes.values()):
                x, y, w, h = (
                    np.array([box.x - 6, box.y - 5, box.w + 12, box.h + 10]) / 0.254
                ).astype(int)
                near[y : y + h, max(x, 0) : x + w] = 1
        changed = np.abs(filled.astype(int) - blank) > 8
        assert changed.any()
        assert not (changed & (near == 0)).any()


def test_every_zone_that_has_text_gets_ink(form: Form) -> None:
    rng = np.random.default_rng(2)
    for k in range(8):
        look = plain_look(rng, "typed" if k % 2 else "hand")
        filling = invent(form, rng)
        blank = draw.draw_sheet(form, 2, None, look, rng)
        ink = blank.astype(int) - draw.draw_sheet(form, 2, filling, look, rng)
        for zone in form.zones_of(2):
            texts = filling.written[zone.field]
            here = [zone.box_mm] if not zone.repeated else list(zone.lines)
            if zone.boxes:
                here = [zone.boxes[t] for t in texts if t]
            for text, box in zip(texts, here, strict=False):
                x, y, w, h = (np.array([box.x, box.y, box.w, box.h]) / 0.254).astype(int)
                assert bool((ink[y : y + h, x : x + w] > 60).any()) == bool(text), zone.field


def test_the_same_seed_draws_the_same_files(form: Form, tmp_path: Path) -> None:
    for folder, seed in (("a", 7), ("b", 7), ("c", 8)):
        simulate(form, tmp_path / folder, n=len(STYLES), seed=seed)
    a, b, c = (
        {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()} for folder in "abc"
    )
    assert a == b
    assert a["truth.json"] != c["truth.json"]
    assert set(json.loads(a["truth.json"])) == set(a) - {"truth.json"}


def test_several_processes_draw_the_same_files(form: Form, tmp_path: Path) -> None:
    for folder, jobs in (("a", 1), ("b", 2)):
        simulate(form, tmp_path / folder, n=6, seed=7, styles=["digital"], jobs=jobs)
    a, b = (
        {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()} for folder in "ab"
    )
    assert a == b


def test_people_strike_out_on_one_form_in_eight_and_printers_never(form: Form) -> None:
    struck = {True: 0, False: 0}
    for k in range(400):
        rng = np.random.default_rng([4, k])
        filling, printed = invent(form, rng), bool(k % 2)
        writer = pen.choose_pen(rng, printed=printed)
        happened = accidents.happen(form, filling, writer, rng)
        struck[printed] += any(accident.wrong for accident in happened.values())
        for (field, n), accident in happened.items():
            assert accident.wrong != filling.written[field][n] != ""
    assert struck[True] == 0
    assert 10 <= struck[False] <= 45


def test_only_what_does_not_fit_runs_over_the_edge(form: Form) -> None:
    ran = {"narrow": 0, "wide": 0}
    for k in range(200):
        rng = np.random.default_rng([4, k])
        writer = replace(pen.choose_pen(rng, printed=False), cap_mm=4.0)
        for name, email in (("narrow", "jean-christophe.le-bihan@centre.fr"), ("wide", "a@b.fr")):
            filling = Filling({}, {zone.field: () for zone in form.zones} | {"email": (email,)})
            happened = accidents.happen(form, filling, writer, np.random.default_rng([4, k, 1]))
            ran[name] += any(not accident.wrong for accident in happened.values())
    assert ran["wide"] == 0
    assert 20 <= ran["narrow"] <= 100


ACCIDENTS = (
    *(Accident(kind, 3, wrong="Durand") for kind in (accidents.AFTER, accidents.BESIDE)),
    *(Accident(accidents.ABOVE, 4, wrong="Durand"), Accident(accidents.OVER_EDGE, 5)),
    Accident(accidents.CLIMBING, 6, cut=20),
)


@pytest.mark.parametrize("accident", ACCIDENTS, ids=lambda accident: accident.kind)
def test_an_accident_changes_nothing_but_its_own_field(form: Form, accident: Accident) -> None:
    email = "l@m.fr" if accident.wrong else "jean-christophe.le-bihan@centre-hospitalier.fr"
    filling = invent(form, np.random.default_rng(1))
    written = {**filling.written, "email": (email,)}
    look = plain_look(np.random.default_rng(1))
    look = replace(look, pen=replace(look.pen, cap_mm=3.5, waver=0.5))

    def sheet(happened: accidents.Accidents) -> np.ndarray:
        filled = replace(filling, written=written)
        return draw.draw_sheet(form, 2, filled, look, np.random.default_rng(8), happened=happened)

    usual, otherwise = sheet({}), sheet({("email", 0): accident})
    y, x = np.nonzero(np.abs(usual.astype(int) - otherwise) > 8)
    zone = form.zone("email").box_mm
    assert y.size
    assert y.min() * 0.254 > zone.y - 5
    assert y.max() * 0.254 < zone.y + zone.h + 3
    beyond = x.max() * 0.254 - zone.right
    assert (beyond > 10) == (accident.kind == accidents.OVER_EDGE)


def test_the_truth_is_what_was_meant_and_tells_the_accident(form: Form, tmp_path: Path) -> None:
    simulate(form, tmp_path, n=10, seed=2, styles=["photo"])
    truth = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    told = [entry for entry in truth.values() if "accidents" in entry]
    assert 1 <= len(told) <= 9
    fields = {zone.field for zone in form.zones}
    assert all(key.split(".")[0] in fields for entry in told for key in entry["accidents"])
    for k, entry in enumerate(truth.values()):
        rng = np.random.default_rng([2, k])
        assert entry["fields"] == invent(form, rng).fields


@pytest.mark.parametrize("style", draw.STYLES)
def test_the_truth_says_where_the_form_lies_on_the_picture(form: Form, style: str) -> None:
    for seed in range(4):
        rng = np.random.default_rng([seed, 11])
        look = replace(draw.choose_look(rng, style), turns=seed, exif=False, dpi=150)
        leaf = draw.draw_page(form, 2, None, look, rng)
        to_mm = Homography.from_matrix(np.linalg.inv(leaf.mm_to_px))
        scale = np.array([[4.0, 0, -0.5], [0, 4.0, -0.5], [0, 0, 1]])
        grey = leaf.image if leaf.image.ndim == 2 else cv2.cvtColor(leaf.image, cv2.COLOR_RGB2GRAY)
        seen = cv2.warpPerspective(grey, scale @ to_mm.matrix, (840, 1188), borderValue=255)
        blank = draw.draw_sheet(form, 2, None, plain_look(rng, dpi=102), rng)
        shown = cv2.resize(blank, (840, 1188), interpolation=cv2.INTER_AREA)
        frame = np.s_[40:800, 40:780]
        (dx, dy), response = cv2.phaseCorrelate(
            shown[frame].astype(np.float64), seen[frame].astype(np.float64)
        )
        assert response > 0.1
        assert max(abs(dx), abs(dy)) < 1.0  # px of a quarter millimetre


def test_the_corners_of_a_photographed_sheet_lie_in_the_picture(form: Form) -> None:
    for seed in range(6):
        rng = np.random.default_rng([seed, 5])
        look = replace(draw.choose_look(rng, "photo"), dpi=100)
        leaf = draw.draw_page(form, 2, None, look, rng)
        high, wide = leaf.image.shape[:2]
        assert ((leaf.corners_px >= 0) & (leaf.corners_px < (wide, high))).all()
        assert leaf.image.max() > 120


def test_turning_a_picture_moves_its_map_along() -> None:
    image = np.zeros((30, 50), dtype=np.uint8)
    image[4, 17] = 255
    for turns in range(5):
        shot = paper.turn(paper.Shot(image, np.eye(3)), turns)
        x, y, _ = shot.matrix @ (17, 4, 1)
        assert shot.image[round(y), round(x)] == 255


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_exif_orientation_undoes_the_turn(form: Form, tmp_path: Path, turns: int) -> None:
    rng = np.random.default_rng(turns)
    look = replace(draw.choose_look(rng, "photo"), turns=turns, exif=True, kind="jpg", dpi=75)
    leaf = draw.draw_page(form, 2, None, look, rng)
    draw.save([leaf], tmp_path / "photo.jpg", look)
    stored = Image.open(tmp_path / "photo.jpg")
    upright = np.asarray(ImageOps.exif_transpose(stored), dtype=float)
    assert upright.shape == leaf.image.shape
    assert np.abs(upright - leaf.image).mean() < 12
    assert leaf.turns == captured([leaf], look)["pages"][0]["turns"] == 0


@pytest.mark.parametrize("kind", draw.KINDS)
@pytest.mark.parametrize("bilevel", [True, False])
def test_every_kind_of_file_can_be_opened(
    form: Form, tmp_path: Path, kind: str, bilevel: bool
) -> None:
    rng = np.random.default_rng(1)
    look = replace(plain_look(rng, dpi=75), kind=kind, bilevel=bilevel)
    leaf = draw.draw_page(form, 2, invent(form, rng), look, rng)
    path = tmp_path / f"fiche.{kind}"
    draw.save([leaf], path, look)
    if kind == "pdf":
        assert len(pypdfium2.PdfDocument(path)) == 1
    else:
        assert Image.open(path).size == leaf.image.shape[::-1]
    if bilevel:
        assert set(np.unique(leaf.image)) <= {0, 255}


def test_a_form_never_seen_before_can_be_drawn(other_form: Form, tmp_path: Path) -> None:
    simulate(other_form, tmp_path / "out", n=6, seed=1)
    truth = json.loads((tmp_path / "out" / "truth.json").read_text("utf-8"))
    for name, entry in truth.items():
        fields = entry["fields"]
        assert "total_due" not in entry
        assert fields["lieu"]
        assert fields["remarque"] == ""
        assert isinstance(fields["responsable"], str)
        assert fields["accord"] in ("oui", "")
        assert fields["don"] > 0
        if entry["style"] != "digital":
            assert [page["form_page"] for page in entry["pages"]] == [1, 2], name
            assert name.endswith((".pdf", ".tif"))


def test_a_form_filled_on_screen_carries_its_text(form: Form, tmp_path: Path) -> None:
    for filling in fillings(form, 3, wrong_sums=0):
        fill_pdf(form, filling, tmp_path / "fiche.pdf")
        document = pypdfium2.PdfDocument(tmp_path / "fiche.pdf")
        text = unicodedata.normalize("NFC", document[1].get_textpage().get_text_range())
        for written in (*filling.written["personnes"], *filling.written["total"]):
            assert written in text
        assert str(filling.fields["email"]) in text


@pytest.mark.parametrize("name", [*fonts.HAND_FONTS, *fonts.PRINT_FONTS])
def test_every_font_has_the_french_letters_and_its_licence(name: str) -> None:
    font = fonts.load_font(name, 40)
    missing = bytes(font.getmask("\U0010fffd"))
    for letter in "éèêëàâäçïîôöûùüœÿÉÈÊËÀÂÇÏÎÔÛŒ€@'-_.,+/()&0123456789":
        mask = bytes(font.getmask(letter))
        assert any(mask), letter
        assert mask != missing, letter
    assert (paths.FONTS / f"{name}.LICENSE.txt").read_text("utf-8").strip()


def test_the_sample_inbox_is_small_and_its_truth_complete() -> None:
    truth = json.loads((SAMPLES / "truth.json").read_text("utf-8"))
    files = {unicodedata.normalize("NFC", p.name): p for p in (SAMPLES / "inbox").iterdir()}
    assert {document.split("!")[0] for document in truth} == set(files)
    assert sum(path.stat().st_size for path in files.values()) < 4_000_000
    assert {entry.get("rejected") for entry in truth.values()} == {None, "blank", "damaged"}
    sums = [e for e in truth.values() if "total_due" in e and "fields" in e]
    assert sum(e["fields"]["total"] != e["total_due"] for e in sums) == 1
