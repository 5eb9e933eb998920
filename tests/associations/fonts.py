"""The fonts that copies are written with: none of those that the simulator or training draws with.

npm's ``@fontsource`` packages bring them (SIL Open Font License), into a cache outside the
repository. Where npm or the network is missing, only typed copies can be made, in Bitstream Vera,
which reportlab brings.
"""

import shutil
import subprocess
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import reportlab
from fontTools.ttLib import TTFont as FontFile
from PIL import ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

HANDS = ("annie-use-your-telescope", "bad-script", "cedarville-cursive", "gloria-hallelujah",
         "homemade-apple", "mansalva", "reenie-beanie", "shantell-sans", "sue-ellen-francisco",
         "swanky-and-moo-moo")  # fmt: skip
PRINTS = ("ibm-plex-mono", "merriweather", "noto-serif", "nunito", "open-sans", "pt-sans")
JOINED = ("cedarville-cursive", "homemade-apple")
"""Hands that nobody reads in capitals: who writes so writes block letters otherwise."""
BLOCK = ("annie-use-your-telescope", "shantell-sans")
CACHE = Path.home() / ".cache" / "fiches" / "associations"
_SUFFIX = "-latin-400-normal.woff"
_VERA = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"


def install(cache: Path) -> None:
    """Let npm install what is missing. Raises CalledProcessError or FileNotFoundError."""
    missing = [name for name in (*HANDS, *PRINTS) if not _file(name, cache).is_file()]
    if missing:
        cache.mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
        packages = [f"@fontsource/{name}" for name in missing]
        where = [shutil.which("npm") or "npm", *npm[1:], "--prefix", str(cache)]
        subprocess.run([*where, *packages], check=True, capture_output=True)


def hands(cache: Path = CACHE) -> list[Path]:
    """The hands that are installed."""
    return [path for name in HANDS if (path := _file(name, cache)).is_file()]


def block_letters(font: Path, cache: Path = CACHE) -> Path:
    """What the owner of a hand writes capitals with."""
    if font not in {_file(name, cache) for name in JOINED}:
        return font
    return _file(BLOCK[JOINED.index(font.name.removesuffix(_SUFFIX))], cache)


def prints(cache: Path = CACHE) -> list[Path]:
    """The printers' fonts that are installed, and at least one."""
    return [path for name in PRINTS if (path := _file(name, cache)).is_file()] or [_VERA]


def _file(name: str, cache: Path) -> Path:
    files = cache / "node_modules" / "@fontsource" / name / "files"
    return files / (name + _SUFFIX)


@lru_cache(maxsize=256)
def load(path: Path, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size_px, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=64)
def capital_share(path: Path) -> float:
    """How high capitals are, as a share of the font's size."""
    return float(-load(path, 200).getbbox("E", anchor="ls")[1]) / 200


def in_pdf(path: Path) -> str:
    """The font's name for reportlab, which reads no packed fonts."""
    name = path.stem
    if name in pdfmetrics.getRegisteredFontNames():
        return name
    unpacked = BytesIO()
    with FontFile(path) as font:
        font.flavor = None
        font.save(unpacked)
    unpacked.seek(0)
    pdfmetrics.registerFont(TTFont(name, unpacked))
    return name
