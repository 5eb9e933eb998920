"""A starter is run by its system: the one of macOS by a real shell, the others by their rules."""

import configparser
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import shortcut, system
from pipeline.cli import main
from pipeline.shortcut import starter, write_shortcuts

AWKWARD = 'Hélène & Co\'s 100 % "fiches" $HOME `x` \\ ;'
"""A folder's name, as far as a file system bears it."""


def test_the_command_of_macos_starts_python_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / AWKWARD
    folder.mkdir()
    python = tmp_path / "an odd 'python'"
    python.write_text('#!/bin/sh\npwd; for it in "$@"; do echo "$it"; done\n', "utf-8")
    python.chmod(0o755)
    name, text = starter("darwin", str(python), folder)
    assert name == "Fiches.command"
    (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / name).chmod(0o755)
    ended = subprocess.run([tmp_path / name], capture_output=True, text=True, check=True, cwd="/")
    assert ended.stdout.splitlines() == [str(folder), "-P", "-m", "pipeline"]


def test_the_entry_of_a_menu_keeps_to_the_rules_of_freedesktop() -> None:
    name, text = starter("linux", f"/opt/{AWKWARD}/python", Path("/home/a\\b"))
    assert name == "fiches.desktop"
    entry = configparser.RawConfigParser()
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    entry.read_string(text)
    values = dict(entry["Desktop Entry"])
    assert values["Path"] == "/home/a\\\\b"
    assert (values["Type"], values["Terminal"]) == ("Application", "true")
    command = values["Exec"].replace("\\\\", "\\").replace("%%", "%")
    # What is quoted there is quoted as in a shell.
    shown = subprocess.run(
        ["sh", "-c", f"printf '%s\\n' {command}"], capture_output=True, text=True
    )
    assert shown.stdout.splitlines() == [f"/opt/{AWKWARD}/python", "-P", "-m", "pipeline"]


def test_the_batch_of_windows_is_utf8_and_its_percent_signs_are_doubled() -> None:
    name, text = starter("win32", r"C:\Users\Hélène\100%\python.exe", Path(r"\\partage\fiches"))
    assert name == "Fiches.cmd"
    first, second, *rest = text.split("\r\n")
    assert (first, second) == ("@echo off", "chcp 65001 >nul")
    assert f"{first}{second}".isascii()  # what stands before the code page is known
    assert rest == [
        r'pushd "\\partage\fiches"',
        r'"C:\Users\Hélène\100%%\python.exe" -P -m pipeline',
        "if errorlevel 1 pause",
        "",
    ]


@pytest.mark.posix
def test_a_starter_lies_where_its_system_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop, data, here = (tmp_path / name for name in ("Bureau", "data", "here"))
    here.mkdir()
    monkeypatch.setattr(shortcut, "user_desktop_path", lambda: desktop)
    monkeypatch.setattr(shortcut, "user_data_path", lambda: data)
    for name, without, with_desktop in (
        ("win32", [here / "Fiches.cmd"], [desktop / "Fiches.cmd"]),
        ("darwin", [here / "Fiches.command"], [desktop / "Fiches.command"]),
        (
            "linux",
            [data / "applications" / "fiches.desktop"],
            [data / "applications" / "fiches.desktop", desktop / "fiches.desktop"],
        ),
    ):
        monkeypatch.setattr(system, "NAME", name)
        assert write_shortcuts(here) == without
        desktop.mkdir()
        written = write_shortcuts(here)
        assert written == with_desktop
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o700 for path in written)
        for path in desktop.iterdir():
            path.unlink()
        desktop.rmdir()


def test_the_verb_writes_one_that_starts_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["shortcut", "--to", "there"]) == 0
    (written,) = (tmp_path / "there").iterdir()
    assert os.path.relpath(written) in capsys.readouterr().out
    assert str(tmp_path) in written.read_text("utf-8")
    assert sys.executable in written.read_text("utf-8")
