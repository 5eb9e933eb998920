"""Fonts to train on, and those kept apart by the hash of their names."""

import shutil
import subprocess
from itertools import chain
from pathlib import Path

import pytest
from fontTools import subset
from fontTools.ttLib import TTFont

from pipeline import paths
from pipeline.training import fonts


def _put(cache: Path, name: str, font: Path) -> None:
    folder = cache / "fonts" / "node_modules" / "@fontsource" / name / "files"
    folder.mkdir(parents=True)
    shutil.copy(font, folder / f"{name}-latin-400-normal.woff2")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    for i in range(32):
        _put(folder, f"hand-{i}", paths.FONTS / "kalam.ttf")
    return folder


def test_fonts_to_judge_by_and_to_calibrate_on_are_never_trained_on(cache: Path) -> None:
    shared = fonts.shared_out(cache)
    assert set(shared) == {"judge", "calibrate", "train"}
    assert all(shared.values())
    assert sum(map(len, shared.values())) == 32 == len(set(chain(*shared.values())))


def test_fonts_to_judge_by_and_to_calibrate_on_lie_in_folders_of_their_own(
    cache: Path, tmp_path: Path
) -> None:
    shared = fonts.shared_out(cache)
    (tmp_path / "judge").mkdir()
    (tmp_path / "judge" / "of-another-draw.woff2").touch()
    fonts.set_apart(shared, tmp_path)
    for use in ("judge", "calibrate"):
        assert {f.name for f in (tmp_path / use).iterdir()} == {f.name for f in shared[use]}
    assert not (tmp_path / "train").exists()


def test_a_font_that_does_not_install_moves_no_other_to_another_use(
    cache: Path, tmp_path: Path
) -> None:
    before = {use: {f.name for f in files} for use, files in fonts.shared_out(cache).items()}
    gone = min(before["judge"])
    for path in fonts.shared_out(cache)["train"] + fonts.shared_out(cache)["judge"]:
        if path.name != gone:
            _put(tmp_path, path.name.removesuffix("-latin-400-normal.woff2"), path)
    after = {use: {f.name for f in files} for use, files in fonts.shared_out(tmp_path).items()}
    assert after == {
        "judge": before["judge"] - {gone},
        "calibrate": set(),
        "train": before["train"],
    }


def test_a_font_without_accents_is_left_out(cache: Path, tmp_path: Path) -> None:
    bare = subset.Subsetter()
    bare.populate(text="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@.-_")
    font = TTFont(paths.FONTS / "kalam.ttf")
    bare.subset(font)
    font.save(tmp_path / "bare.ttf")
    _put(tmp_path, "bare", tmp_path / "bare.ttf")
    _put(tmp_path, "whole", paths.FONTS / "kalam.ttf")
    (kept,) = (path for files in fonts.shared_out(tmp_path).values() for path in files)
    assert "whole" in kept.name


def test_what_does_not_install_is_said_and_what_is_there_is_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def npm(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        asked.append(command[-1])
        return subprocess.CompletedProcess(command, int("missing" in command[-1]))

    monkeypatch.setattr(subprocess, "run", npm)
    _put(tmp_path, "there", paths.FONTS / "kalam.ttf")
    assert fonts.install(["there", "new", "missing"], tmp_path / "fonts") == ["missing"]
    assert asked == ["@fontsource/new", "@fontsource/missing"]
