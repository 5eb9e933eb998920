"""Folders of real ink that nothing was trained on: writers apart, names alone on their crop."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import Gray
from pipeline.simulate.ink_folder import load_folder
from pipeline.simulate.pen import Pen, write_line
from pipeline.training import ink
from pipeline.training.ink import Labelled

PEN = Pen(font="lato", printed=True, cap_mm=3, lift_mm=0)
BLACK = np.zeros((4, 4), np.uint8)


def picture(text: str, *, cap_px: float = 30) -> Gray:
    return 255 - write_line(text, PEN, np.random.default_rng(1), cap_px=cap_px).coverage


@given(st.text(min_size=1), st.lists(st.text(), min_size=2))
def test_all_that_a_writer_wrote_goes_to_one_folder(writer: str, names: list[str]) -> None:
    assert len({ink.folder_of(Labelled(name, BLACK, "x", writer)) for name in names}) == 1


def test_names_without_a_writer_are_divided_evenly() -> None:
    folders = [ink.folder_of(Labelled(f"{i}.png", BLACK, "x", "")) for i in range(1000)]
    assert set(folders) == {*ink.FOLDERS}
    assert 0.45 < folders.count("test") / 1000 < 0.55


def test_the_folders_can_be_drawn_with(tmp_path: Path) -> None:
    lines = [Labelled(f"{i}.png", picture("Zoé"), "Zoé", f"w{i}") for i in range(20)]
    counts = ink.write_folders(lines, tmp_path)
    assert sum(counts.values()) == 20
    for name, count in counts.items():
        loaded = load_folder(tmp_path / name)
        assert len(loaded) == count
        assert {line.text for line in loaded} == {"Zoé"}
    writers = [{line.writer for line in load_folder(tmp_path / name)} for name in counts]
    assert writers[0].isdisjoint(writers[1])


def test_only_lines_that_are_not_trained_on_are_taken(tmp_path: Path) -> None:
    rows = [("a", "w1", "train"), ("b", "w2", "val"), ("c", "apb_Fern_Anderson", "val")]
    rows.append(("C", "apb_Fern_Anderson", "val"))
    for text, *_ in rows:
        cv2.imwrite(str(tmp_path / f"{text}.png"), picture(text))
    table = [f"{text}.png\t{text}\t{writer}\t{split}" for text, writer, split in rows]
    (tmp_path / "lines.tsv").write_text("\n".join(["file\ttext\twriter\tsplit", *table]), "utf-8")
    assert [line.text for line in ink.lines_of(tmp_path)] == ["b", "C"]


def test_a_writer_of_many_digits_gives_some_of_each(tmp_path: Path) -> None:
    (tmp_path / "numbers_ch").mkdir()
    np.savez(
        tmp_path / "numbers_ch" / "glyphs.npz",
        ink=np.zeros((60, 64, 64), np.uint8),
        digit=np.arange(60) % 3,
        writer=np.array(["v", "t"] * 30),
        split=np.array(["val", "train"] * 30),
    )
    digits = list(ink.single_digits(tmp_path))
    assert {line.writer for line in digits} == {"v"}
    assert sorted(line.text for line in digits) == sorted("012" * 6)


def test_a_name_alone_on_its_crop_is_taken() -> None:
    assert ink.is_alone(picture("MARCHAND"), "MARCHAND")
    assert ink.is_alone(picture("ZOÉ LE GOFF"), "ZOÉ LE GOFF")


@pytest.mark.parametrize("what", ["print before it", "a line above", "cut off", "far off", "blank"])
def test_a_crop_that_shows_more_or_less_than_the_name_is_left_out(what: str) -> None:
    name = picture("MARCHAND")
    space = np.full((len(name), 300), 255, np.uint8)
    crop = {
        "print before it": np.hstack([picture("NOM PRÉNOM DATE : "), name]),
        "a line above": np.vstack([picture("BERNARD "), name[:, : picture("BERNARD ").shape[1]]]),
        "cut off": name[: np.flatnonzero((name < 128).any(axis=1)).max() - 3],
        "far off": np.hstack([name, space, picture("I")]),
        "blank": space,
    }
    assert not ink.is_alone(np.ascontiguousarray(crop[what]), "MARCHAND")
