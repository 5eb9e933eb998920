"""Forms in real ink: what the lines of a folder say is the truth of what they write."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import paths
from pipeline.cli import main
from pipeline.errors import ExitCode, InputError
from pipeline.fields import load
from pipeline.forms.schema import Form, load_form
from pipeline.records import Gray
from pipeline.simulate import Hands, draw, simulate
from pipeline.simulate.contents import Filling, invent
from pipeline.simulate.fonts import HAND_FONTS
from pipeline.simulate.ink import line_ink, stroke_width, write_words
from pipeline.simulate.ink_folder import InInk, Line, fill_in, load_folder
from pipeline.simulate.pen import Pen, write_line

ADDRESSES = ("zoe.petit@exemple.fr", "Accueil@chrs-rebond.fr")
PHONES = ("02 99 00 00 01", "+33 6 00 00 00 02", "0033 2 99 00 00 03")
NAMES = ("Zoé MARTIN", "Luc Petit", "DUPONT", "CLAIRE", "BERNARD", "PAUL", "LE GOFF", "Anne")
SERVICES = ("Foyer Les Ajoncs", "CHRS de Rennes")
ODD = ("093 331 220 78115", "il pleut", "Zoé et Luc arrivent demain soir", "12/03/1999")
"""Lines that say nothing that a form asks for."""


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form(paths.SHIPPED_FORM)


def picture(text: str, *, cap_px: float = 30) -> Gray:
    pen = Pen(font="lato", printed=True, cap_mm=3, lift_mm=0)
    return 255 - write_line(text, pen, np.random.default_rng(1), cap_px=cap_px).coverage


def ink_folder(folder: Path, lines: Sequence[tuple[str, str]]) -> Path:
    """A folder of lines, each a text and its writer."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = ["file\ttext\tsplit\twriter"]
    for k, (text, writer) in enumerate(lines):
        cv2.imwrite(str(folder / f"{k}.png"), picture(text))
        rows.append(f"{k}.png\t{text}\tval\t{writer}")
    (folder / "lines.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    return folder


def digits(writer: str, some: str = "0123456789") -> list[tuple[str, str]]:
    return [(digit, writer) for digit in some]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lines = [(text, "") for text in (*NAMES, *SERVICES, *ODD)]
    lines += [(text, "a") for text in (*ADDRESSES, PHONES[0])] + digits("a") + digits("c", "12")
    lines += [(text, "b") for text in (PHONES[1:])] + digits("b") + [("62,10", "b")]
    return ink_folder(tmp_path_factory.mktemp("ink") / "lines", lines)


def filled(form: Form, folder: Path, seed: int) -> tuple[Filling, Filling, InInk]:
    """As invented, as the folder's writers fill it in, and what they write."""
    invented = invent(form, np.random.default_rng([seed, 0]))
    return invented, *fill_in(form, invented, folder, np.random.default_rng([seed, 4]))


@given(seed=st.integers(0, 2**32))
def test_the_truth_is_what_the_lines_say(form: Form, folder: Path, seed: int) -> None:
    invented, filling, inked = filled(form, folder, seed)
    for (field, n), text in inked.items():
        said = " ".join(line.text for line in text.lines) or text.text
        assert filling.written[field][n] == said
        zone = form.zone(field)
        truth = filling.fields[field]
        assert load(zone.type).parse(said) == (truth[n] if isinstance(truth, list) else truth)
    assert {line.text for text in inked.values() for line in text.lines}.isdisjoint(ODD)
    assert filling.fields["email"] in {address.lower() for address in ADDRESSES}
    assert filling.fields["telephone"] in ("0299000001", "0600000002", "0299000003")
    assert filling.fields["organisation"] in SERVICES
    for person, name in zip(filling.people, filling.fields["personnes"], strict=True):
        assert sorted(f"{person.given} {person.surname}".split()) == sorted(name.split())
    for field in ("adherents", "non_adherents", "repas", "total", "etudiants", "paiement"):
        assert filling.fields[field] == invented.fields[field]


@given(seed=st.integers(0, 2**32))
def test_the_numbers_of_a_form_are_set_from_the_digits_of_one_writer(
    form: Form, folder: Path, seed: int
) -> None:
    _, filling, inked = filled(form, folder, seed)
    written = {
        field
        for field in ("adherents", "non_adherents", "repas", "total")
        if any(map(str.isdigit, filling.written[field][0]))
    }
    assert written <= {field for field, _ in inked}
    lines = [line for field in written for line in inked[field, 0].digits]
    assert len({line.writer for line in lines}) <= 1
    assert all(len(line.text) == 1 for line in lines)


def test_a_form_is_written_by_one_writer_as_far_as_that_goes(form: Form, folder: Path) -> None:
    for seed in range(40):
        _, _, inked = filled(form, folder, seed)
        phone = inked["telephone", 0].lines[0].writer
        (total,) = {line.writer for line in inked["total", 0].digits + inked["total", 0].lines}
        assert total in "ab"
        if phone == "b":  # who writes no address: somebody else does
            assert inked["email", 0].lines[0].writer == "a"


def test_what_the_folder_cannot_write_is_left_to_the_pen(form: Form, tmp_path: Path) -> None:
    poor = ink_folder(
        tmp_path / "poor", [("Zoé MARTIN", ""), *digits("a", "12"), *digits("b", "3")]
    )
    for seed in range(30):
        invented, filling, inked = filled(form, poor, seed)
        assert ("personnes", 0) in inked
        for field in ("email", "telephone", "organisation"):
            assert (field, 0) not in inked
            assert filling.fields[field] == invented.fields[field]
        for (field, _), text in inked.items():
            assert field == "personnes" or set(text.text) <= {*"12 .,-€"} or text.text == "3"


def test_a_single_name_alone_makes_no_person(form: Form, tmp_path: Path) -> None:
    lone = ink_folder(tmp_path / "lone", [("DUPONT", "a"), ("CLAIRE", "b")])
    assert not filled(form, lone, 1)[2]


def test_the_same_seed_draws_the_same_files_in_ink(
    form: Form, folder: Path, tmp_path: Path
) -> None:
    for name, jobs in (("a", 1), ("b", 2)):
        out = tmp_path / name
        hands = Hands(ink=folder)
        simulate(form, out, n=6, seed=7, styles=["fax", "typed", "digital"], hands=hands, jobs=jobs)
    a, b = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in "ab")
    assert a == b
    for entry in json.loads(a["truth.json"]).values():
        assert ("telephone" in entry["ink"]) == (entry["style"] == "fax" and _by_hand(entry))


def _by_hand(entry: dict[str, str]) -> bool:
    return entry["font"] in HAND_FONTS


def test_real_ink_stands_on_its_line_as_large_as_the_pen_writes(form: Form, folder: Path) -> None:
    for seed in range(12):
        rng = np.random.default_rng(seed)
        look = draw.choose_look(rng, "hand")
        pen = replace(look.pen, cap_mm=3.5, lift_mm=0.5)
        look = replace(look, fit=1.0, offset_mm=(0, 0), dpi=150, coloured=False, pen=pen)
        _, filling, inked = filled(form, folder, seed)
        only = {key: text for key, text in inked.items() if key == ("telephone", 0)}
        texts = dict.fromkeys(filling.written, ("",)) | {"telephone": filling.written["telephone"]}
        written = replace(filling, written=texts)
        blank = draw.draw_sheet(form, 2, None, look, rng).astype(int)
        ink = blank - draw.draw_sheet(form, 2, written, look, rng, inked=only)
        y, x = (np.flatnonzero((ink > 50).any(axis=axis)) / 150 * 25.4 for axis in (1, 0))
        box = form.zone("telephone").box_mm
        assert box.x - 1 < x.min() < x.max() < box.right + 1
        assert 2.6 < y.max() - y.min() < 4.6
        dots = draw.where_to_write(np.clip(blank, 0, 255).astype(np.uint8), box, look)[1]
        assert abs(dots / 150 * 25.4 - y.max()) < 2.0


@pytest.mark.parametrize("text", ["ZOÉ MARTIN", "luc.petit@exemple.fr", "02 99 00", "Guy Le Goff"])
@pytest.mark.parametrize("cap_px", [20, 45])
def test_the_baseline_and_the_capitals_of_a_line_are_measured(text: str, cap_px: int) -> None:
    ink = line_ink(picture(text, cap_px=cap_px))
    assert len(ink.coverage) / ink.height == pytest.approx(cap_px, rel=0.15)
    pen = Pen(font="lato", printed=True, cap_mm=3, lift_mm=0)
    strip = write_line(text, pen, np.random.default_rng(1), cap_px=cap_px)
    rows = np.flatnonzero((strip.coverage > 60).any(axis=1))
    assert -ink.above * cap_px == pytest.approx(rows.max() + 1 - strip.baseline, abs=0.12 * cap_px)


def test_the_lines_of_a_folder_are_those_of_its_table(folder: Path) -> None:
    lines = load_folder(folder)
    assert lines[0] == Line(folder / "0.png", "Zoé MARTIN", "")
    assert {line.writer for line in lines} == {"", "a", "b", "c"}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (None, "lines.tsv: No such file"),
        ("file\tname\na.png\tZoé\n", "needs a first line with the columns file and text"),
        ("file\ttext\na.png\t\n", "a line with both for each picture"),
        ("file\ttext\na.png\tZoé\n", "a.png is missing or is no picture"),
        (b"file\ttext\na.png\tZo\xe9\n", "no table in UTF-8"),
    ],
)
def test_a_bad_table_is_refused_before_anything_is_drawn(
    form: Form, tmp_path: Path, table: str | bytes | None, said: str
) -> None:
    if table is not None:
        (tmp_path / "lines.tsv").write_bytes(table if isinstance(table, bytes) else table.encode())
    with pytest.raises(InputError, match=said):
        simulate(form, tmp_path / "out", n=1, seed=1, hands=Hands(ink=tmp_path))
    assert not (tmp_path / "out").exists()


def test_the_command_draws_in_ink(form: Form, folder: Path, tmp_path: Path) -> None:
    command = ["simulate", form.id, "--n", "2", "--seed", "1", "--jobs", "0", "--only-draw"]
    command += ["--out", str(tmp_path / "drawn")]
    assert main([*command, "--ink", str(folder)]) == ExitCode.OK
    typed, hand = json.loads((tmp_path / "drawn" / "truth.json").read_text("utf-8")).values()
    assert typed["ink"] == []
    assert {"email", "telephone", "personnes.1", "total"} <= set(hand["ink"])
    assert hand["fields"]["email"] in {address.lower() for address in ADDRESSES}
    assert main([*command, "--ink", str(tmp_path)]) == ExitCode.INPUT


def test_who_writes_smaller_does_so_with_the_same_pen() -> None:
    ink, rng = line_ink(picture("LUC PETIT", cap_px=60)), np.random.default_rng(1)
    thin = write_words([ink], rng, cap_px=20).coverage
    strip = write_words([ink], rng, cap_px=20, stroke_px=5.0).coverage
    assert stroke_width(thin) < 4
    assert stroke_width(strip) == pytest.approx(5.0, abs=0.7)
    bold = stroke_width(write_words([ink], rng, cap_px=60).coverage)
    kept = write_words([ink], rng, cap_px=60, stroke_px=bold / 2).coverage
    assert stroke_width(kept) == pytest.approx(bold)
