"""From an encoded image to gray pixels: the decoding that scans and PDF pages share."""

import warnings
from io import BytesIO

import cv2
import numpy as np
import pi_heif
from numpy.typing import NDArray
from PIL import Image

from pipeline.config import Settings
from pipeline.errors import DamagedError, TooLargeError, TooSmallError
from pipeline.intake.whole import jpeg_is_whole
from pipeline.records import Gray

pi_heif.register_heif_opener()
# The limit is Settings.max_megapixels, checked on the header before anything is decoded.
Image.MAX_IMAGE_PIXELS = None
# Odd metadata do no harm to the pixels, and a warning on each would drown the progress bar.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

_FORMATS = ("JPEG", "PNG", "TIFF", "HEIF", "AVIF", "JPEG2000", "WEBP", "BMP", "GIF")
_MIN_SIDE_PX = 200
# A4 at 300 dpi, less a margin for scanners that crop: more pixels than that read no better.
_ENOUGH_SHORT_PX, _ENOUGH_LONG_PX = 2430, 3437
_A4_LONG_IN, _MM_PER_IN = 11.69, 25.4
_NEUTRAL = 12
"""Channels that differ by less are a neutral colour with the noise of a JPEG."""
_SAMPLED = 3
"""Every third pixel of every third row tells a page's colours: a pen's stroke is as broad."""
_BROAD_MM, _BROAD_SHARE = 4.5, 0.65
"""In a square so large, writing and a ticked box leave more paper; a highlighter does not."""
_COLOUR_PX_PER_MM = 2.0
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
    except MemoryError:
        raise
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
            image.draft(None, enough if image.height > image.width else enough[::-1])
        image.load()
        orientation = image.getexif().get(0x0112, 1) if exif else 1
        gray = gray_of(image)
        if orientation in _TURNS:
            gray = gray.transpose(_TURNS[orientation])
    except MemoryError:
        raise
    except Exception as err:  # damaged bytes make the decoders raise anything
        raise damaged() from err
    if (factor := reduction(*gray.size)) > 1:
        gray = gray.reduce(factor)
    return pixels(gray), max(1, round(full_px / max(gray.size)))


def gray_of(image: Image.Image) -> Image.Image:
    """Any image in 8-bit gray, see ``ink_gray``; on white paper where it is transparent."""
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(_eight_bits(image))
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    if image.mode in ("1", "L"):
        return image.convert("L")
    return Image.fromarray(ink_gray(np.asarray(image.convert("RGB"))))


def ink_gray(rgb: NDArray[np.uint8]) -> Gray:
    """(height, width, 3) in gray: what is neutral by its luminance, ink by its darkest channel.

    A pale blue is nearly as bright as paper and reflects little red. Each channel is measured
    against the paper's own, so that coloured paper is paper; where a colour is broader than a
    stroke (a highlighter's, a stain's) it is only what was written on.
    """
    luminance: Gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    sample = np.ascontiguousarray(rgb[::_SAMPLED, ::_SAMPLED])
    red, green, blue = cv2.split(sample)
    chroma = cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue))
    if int(chroma.max()) <= _NEUTRAL:
        return luminance
    few = sample[::_SAMPLED, ::_SAMPLED].reshape(-1, 3)
    bright = few.sum(axis=1, dtype=np.int32)
    paper = np.maximum(np.median(few[bright >= np.percentile(bright, 60)], axis=0), 1)
    darkest = luminance
    for channel, level in zip(cv2.split(rgb), paper, strict=True):
        in_paper = cv2.convertScaleAbs(channel, alpha=paper.max() / level, beta=_NEUTRAL)
        darkest = cv2.min(darkest, in_paper)
    cv2.copyTo(luminance, _broad_colour(cv2.subtract(luminance, darkest)), darkest)
    return darkest


def _broad_colour(gained: Gray) -> Gray:
    """Where most of the surroundings are coloured, too, with what was written there or not."""
    height, width = gained.shape
    px_per_mm = max(gained.shape) / _A4_LONG_IN / _MM_PER_IN
    scale = min(1.0, _COLOUR_PX_PER_MM / px_per_mm)
    coloured = cv2.compare(gained, _NEUTRAL, cv2.CMP_GT)
    size = (round(width * scale), round(height * scale))
    around = np.ones((round(_BROAD_MM * px_per_mm * scale),) * 2, np.uint8)
    share = cv2.blur(cv2.resize(coloured, size, interpolation=cv2.INTER_AREA), around.shape)
    broad = cv2.compare(cv2.dilate(share, around), round(255 * _BROAD_SHARE), cv2.CMP_GT)
    full = cv2.resize(broad, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(full, dtype=np.uint8)


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
