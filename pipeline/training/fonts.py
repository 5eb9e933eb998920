"""Handwriting fonts to draw lines with, as npm's ``@fontsource`` packages carry them.

``python -m pipeline.training.fonts --data DIR --cache CACHE`` installs those that the folder of
real data names into ``CACHE/fonts``, one by one, for some do not install. None of them is shipped.
By the hash of their names, some are never trained on: those to judge by, and those to calibrate on.
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

_TO_JUDGE, _TO_CALIBRATE = 15, 10
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzÀÂÇÉÈÊËÎÏÔÙÛàâçéèêëîïôùûüÿœ"
_SIGNS = "0123456789@._-,'/+()"

_log = logging.getLogger(__name__)


def shared_out(cache: Path) -> Mapping[str, Sequence[Path]]:
    """The installed fonts that hold every French letter: ``judge``, ``calibrate`` and ``train``."""
    files = (cache / "fonts").glob("node_modules/@fontsource/*/files/*-latin-400-normal.woff2")
    fonts = sorted(filter(_is_whole, files), key=lambda path: _rank(path.name))
    ends = (_TO_JUDGE, _TO_JUDGE + _TO_CALIBRATE)
    return {
        "judge": fonts[: ends[0]],
        "calibrate": fonts[ends[0] : ends[1]],
        "train": fonts[ends[1] :],
    }


def _rank(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


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
    names = (args.data / "handwriting-fonts.txt").read_text("utf-8").split()
    missing = install(names, args.cache / "fonts")
    _log.info("not installed: %s", ", ".join(missing) or "none")
    fonts = shared_out(args.cache)
    set_apart(fonts, args.cache / "fonts")
    for use, files in fonts.items():
        _log.info("%s: %d fonts", use, len(files))


if __name__ == "__main__":
    main()
