"""A file to double-click that starts ``fiches`` in a folder: the only thing typed is its making.

It names this Python by its whole path, because nothing that a desktop starts need have the PATH of
a terminal; that is why it is written on the machine, and does not come with the package.
"""

import shlex
import sys
from pathlib import Path

from platformdirs import user_data_path, user_desktop_path

from pipeline import system

_START = ("-P", "-m", "pipeline")
"""``fiches``, whatever lies in the folder."""


def write_shortcuts(folder: Path, to: Path | None = None) -> list[Path]:
    """Starters of ``fiches`` in ``folder``: one in ``to``, else wherever this system looks.

    Windows and macOS look on the desktop, and a starter lies in ``folder`` where there is none;
    others in their menu of applications, too. Raises OSError.
    """
    name, text = starter(system.NAME, sys.executable, folder.absolute())
    written = [place / name for place in ([to] if to else _places(folder))]
    for path in written:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        path.chmod(0o700)
    return written


def _places(folder: Path) -> list[Path]:
    desktop = user_desktop_path()
    if system.NAME in ("win32", "darwin"):
        return [desktop if desktop.is_dir() else folder]
    return [user_data_path() / "applications", *([desktop] if desktop.is_dir() else ())]


def starter(platform: str, python: str, folder: Path) -> tuple[str, str]:
    """The name of a starter, and what it says, for a system as ``sys.platform`` calls it."""
    if platform == "win32":
        return "Fiches.cmd", _batch(python, str(folder))
    if platform == "darwin":
        command = shlex.join([python, *_START])
        return "Fiches.command", f"#!/bin/sh\ncd {shlex.quote(str(folder))} && exec {command}\n"
    return "fiches.desktop", _desktop_entry(python, str(folder))


def _batch(python: str, folder: str) -> str:
    """UTF-8 from its second line on; the window stays where there is a fault to read."""
    python, folder = (path.replace("%", "%%") for path in (python, folder))
    lines = (
        "@echo off",
        "chcp 65001 >nul",
        f'pushd "{folder}"',  # unlike cd, also to a share
        f'"{python}" {" ".join(_START)}',
        "if errorlevel 1 pause",
    )
    return "".join(f"{line}\r\n" for line in lines)


def _desktop_entry(python: str, folder: str) -> str:
    """https://specifications.freedesktop.org/desktop-entry-spec/latest/: what is quoted in ``Exec``
    has its backslashes doubled, and then every value has."""
    quoted = "".join(f"\\{char}" if char in '"`$\\' else char for char in python)
    command = f'"{quoted}" {" ".join(_START)}'.replace("%", "%%")
    values = {
        "Type": "Application",
        "Name": "Fiches",
        "Comment": "Des fiches d'inscription au tableau",
        "Exec": command,
        "Path": folder,
        "Terminal": "true",
        "Categories": "Office;",
    }
    lines = (f"{key}={value.replace(chr(92), chr(92) * 2)}\n" for key, value in values.items())
    return "".join(("[Desktop Entry]\n", *lines))
