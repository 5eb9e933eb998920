"""From an encoded image to gray pixels: the decoding that scans and PDF pages share."""

import warnings
from io import BytesIO

import numpy as np
import pi_heif
from PIL import Image

from pipeline.config import Settings
from pipeline.errors import DamagedError, TooLargeError, TooSmallError
from pipeline.records import Gray
from pipeline.stages.whole import jpeg_is_whole

pi_heif.register_heif_opener()
# The limit is Settings.max_megapixels, checked on the header before anything is decoded.
Image.MAX_IMAGE_PIXELS = None
# Odd metadata do no harm to the pixels, and a warning on each would drown the progress bar.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

_FORMATS = ("JPEG", "PNG", "TIFF", "HEIF", "AVIF", "JPEG2000", "WEBP", "BMP", "GIF")
_MIN_SIDE_PX = 200
# A4 at 300 dpi, less a margin for scanners that crop: more pixels than that read no better.
_ENOUGH_SHORT_PX, _ENOUGH_LONG_PX = 2430, 3437
_A4_LONG_IN = 11.69
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each EXIF orientation."""


def damaged() -> DamagedError:
    """The error of an image whose bytes do not hold together."""
    return DamagedError("Image abîmée ou incomplète : demander un nouvel envoi.")


def open_image(data: bytes) -> Image.Image:
    """Read the header of an image file. Raises DamagedError, also for a JPEG without its end."""
    if data.startswith(b"\xff\xd8") and not jpeg_is_whole(data):
        raise damaged()
    try:
        return Image.open(BytesIO(data), formats=_FORMATS)
    except Exception as err:  # a damaged header makes the parsers raise anything
        raise damaged() from err


def check_not_huge(width_px: int, height_px: int, *, settings: Settings) -> None:
    """Raises TooLargeError for an image that must not be decoded."""
    if width_px * height_px > settings.max_megapixels * 1e6:
        raise TooLargeError(
            f"Image de {width_px} x {height_px} pixels, trop grande pour être lue : "
            "numériser à nouveau à 300 points par pouce."
        )


def check_not_tiny(width_px: int, height_px: int) -> None:
    """Raises TooSmallError for an image that cannot hold a form."""
    if min(width_px, height_px) < _MIN_SIDE_PX:
        raise TooSmallError(
            f"Image de {width_px} x {height_px} pixels, trop petite pour être lue : "
            "numériser à nouveau à 200 ou 300 points par pouce."
        )


def page_dpi(width_px: int, height_px: int, stated_dpi: float | None) -> float:
    """The stated resolution where it makes a sheet of paper; otherwise that of an A4 page.

    Cameras and scanning apps state 72 dpi whatever they took, which would make a page of a metre.
    """
    long_px = max(width_px, height_px)
    if stated_dpi and 50 <= stated_dpi <= 1200 and 5 <= long_px / stated_dpi <= 18:
        return stated_dpi
    return long_px / _A4_LONG_IN


def stated_dpi(image: Image.Image) -> float | None:
    """The resolution in the file's metadata, whatever it is worth."""
    try:
        return float(image.info["dpi"][0])
    except (KeyError, TypeError, IndexError, ValueError, ZeroDivisionError):
        return None


def decode(image: Image.Image, settings: Settings, *, exif: bool) -> tuple[Gray, int]:
    """The current frame in gray, turned upright by ``exif``, and the factor it was reduced by.

    The array is read-only. Raises DamagedError where the frame is not whole (a truncated scan must
    not be read as though it were), TooLargeError and TooSmallError.
    """
    check_not_huge(*image.size, settings=settings)
    check_not_tiny(*image.size)
    full_px = max(image.size)
    try:
        if image.format in ("JPEG", "MPO"):
            enough = (_ENOUGH_SHORT_PX, _ENOUGH_LONG_PX)
            image.draft("L", enough if image.height > image.width else enough[::-1])
        image.load()
        orientation = image.getexif().get(0x0112, 1) if exif else 1
        gray = gray_of(image)
        if orientation in _TURNS:
            gray = gray.transpose(_TURNS[orientation])
    except Exception as err:  # damaged bytes make the decoders raise anything
        raise damaged() from err
    gray = gray.reduce(reduction(*gray.size))
    return pixels(gray), max(1, round(full_px / max(gray.size)))


def gray_of(image: Image.Image) -> Image.Image:
    """Any image in 8-bit gray, on white paper where it is transparent."""
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(_eight_bits(image))
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image.convert("RGBA")).convert("L")
    return image.convert("L")


def reduction(width_px: int, height_px: int) -> int:
    """The whole factor that leaves an image no less than A4 at 300 dpi."""
    long_px, short_px = max(width_px, height_px), min(width_px, height_px)
    return max(1, min(long_px // _ENOUGH_LONG_PX, short_px // _ENOUGH_SHORT_PX))


def pixels(gray: Image.Image) -> Gray:
    """The pixels of a gray image, read-only."""
    array = np.ascontiguousarray(np.asarray(gray, dtype=np.uint8))
    array.flags.writeable = False
    return array


def _eight_bits(image: Image.Image) -> Gray:
    """16-bit samples scaled, not cut; other deep samples scaled by their largest."""
    deep = np.nan_to_num(np.asarray(image))
    if image.mode.startswith("I;16"):
        return np.asarray(deep >> 8, dtype=np.uint8)
    top = float(deep.max())
    scale = 255 / (65535 if 255 < top <= 65535 else max(top, 1.0))
    return np.asarray(np.clip(deep * scale, 0, 255), dtype=np.uint8)
