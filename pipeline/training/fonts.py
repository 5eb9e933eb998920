"""Handwriting fonts to draw lines with, as npm's ``@fontsource`` packages carry them.

``python -m pipeline.training.fonts --data DIR --cache CACHE`` installs those that the folder of
real data names into ``CACHE/fonts``, one by one, for some do not install. None of them is shipped.
By the hash of its name, a font is trained on, or never: then it judges, or calibrates.
They lie in ``CACHE/fonts/judge`` and ``CACHE/fonts/calibrate`` besides, as ``--fonts`` takes them.
"""

import argparse
import hashlib
import logging
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.simulate.fonts import draws

_JUDGING, _CALIBRATING = 0.1344, 0.192
"""Hashes up to these shares of all: 15 fonts of the list to judge by, and 10 to calibrate on."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzÀÂÇÉÈÊËÎÏÔÙÛàâçéèêëîïôùûüÿœ"
_SIGNS = "0123456789@._-,'/+()"

_log = logging.getLogger(__name__)


def shared_out(cache: Path) -> Mapping[str, Sequence[Path]]:
    """The installed fonts that hold every French letter: ``judge``, ``calibrate`` and ``train``."""
    files = (cache / "fonts").glob("node_modules/@fontsource/*/files/*-latin-400-normal.woff2")
    fonts: dict[str, list[Path]] = {"judge": [], "calibrate": [], "train": []}
    for path in sorted(filter(_is_whole, files)):
        fonts[use_of(path.name)].append(path)
    return fonts


def use_of(name: str) -> str:
    """What a font of that file name is for, whichever others there are."""
    share = int(hashlib.sha256(name.encode()).hexdigest(), 16) / 16**64
    return "judge" if share < _JUDGING else "calibrate" if share < _CALIBRATING else "train"


def _is_whole(path: Path) -> bool:
    return all(draws(str(path), char) for char in _LETTERS + _SIGNS)


def install(names: Sequence[str], folder: Path) -> list[str]:
    """Install the fonts with npm; gives those that do not install."""
    folder.mkdir(parents=True, exist_ok=True)
    npm = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
    return [
        name
        for name in names
        if not (folder / "node_modules" / "@fontsource" / name).exists()
        and subprocess.run([*npm, f"@fontsource/{name}"], capture_output=True).returncode
    ]


def set_apart(fonts: Mapping[str, Sequence[Path]], folder: Path) -> None:
    """Copy those that are never trained on into a folder for each use."""
    for use in ("judge", "calibrate"):
        shutil.rmtree(folder / use, ignore_errors=True)  # of another draw
        (folder / use).mkdir()
        for font in fonts[use]:
            shutil.copy(font, folder / use)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "fiches")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if shutil.which("npm") is None:
        parser.error("npm is missing, which brings the fonts: on Debian type apt install npm")
    names = (args.data / "handwriting-fonts.txt").read_text("utf-8").split()
    missing = install(names, args.cache / "fonts")
    _log.info("not installed: %s", ", ".join(missing) or "none")
    fonts = shared_out(args.cache)
    set_apart(fonts, args.cache / "fonts")
    for use, files in fonts.items():
        _log.info("%s: %d fonts", use, len(files))


if __name__ == "__main__":
    main()
