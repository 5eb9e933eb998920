"""What happens to a filled sheet: age, the scanner, the fax machine, the telephone's camera.

Each capture gives the picture with the exact map from sheet pixels to its own. Sheets and pictures
are grey (height, width) or colour (height, width, 3); pixel centres lie at whole numbers.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import FloatArray
from pipeline.records import Gray
from pipeline.simulate.pen import noise

Picture = NDArray[np.uint8]
"""Grey (height, width) or RGB (height, width, 3), 0 black to 255 white."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of a sheet; ``matrix`` (3, 3) maps sheet pixels to picture pixels."""

    image: Picture
    matrix: FloatArray


def age(sheet: Picture, rng: np.random.Generator, *, px_per_mm: float) -> Picture:
    """Fold, stain, punch: each befalls few sheets."""
    high, wide = sheet.shape[:2]
    shade = np.ones((high, wide), dtype=np.float32)
    ys, xs = np.arange(high, dtype=np.float32)[:, None], np.arange(wide, dtype=np.float32)[None]
    if rng.random() < 0.25:
        for part in (1 / 3, 2 / 3) if rng.random() < 0.6 else (0.5,):
            line = (part + rng.normal(0, 0.01)) * high + rng.normal(0, 0.004) * xs
            away = (ys - line) / px_per_mm
            shade *= 1 - 0.16 * rng.random() * np.exp(-((away / 0.25) ** 2))
            shade *= 1 + 0.035 * rng.normal() * np.exp(-np.abs(away) / 12) * np.sign(away)
    if rng.random() < 0.12:
        radius = rng.uniform(12, 40) * px_per_mm
        away = np.hypot(xs - rng.uniform(0, wide), (ys - rng.uniform(0, high)) * 1.03)
        away = away * (1 + 0.03 * noise(rng, (high, wide), cell=radius))
        ring = np.exp(-(((away - radius) / (0.8 * px_per_mm)) ** 2)) + 0.35 * (away < radius)
        shade *= 1 - rng.uniform(0.06, 0.28) * ring
    spoiled = _times(sheet, shade)
    if rng.random() < 0.1:
        for y in (0.5 * high - 40 * px_per_mm, 0.5 * high + 40 * px_per_mm):
            centre = (round(7 * px_per_mm), round(y))
            cv2.circle(
                spoiled, centre, round(2.75 * px_per_mm), _grey(spoiled, 60), -1, cv2.LINE_AA
            )
    return spoiled


def scan(sheet: Picture, rng: np.random.Generator, *, px_per_mm: float, bilevel: bool) -> Shot:
    """Lay the sheet askew on a flatbed; ``bilevel`` gives black and white only."""
    high, wide = sheet.shape[:2]
    angle = float(np.clip(rng.normal(0, 1.0), -2.5, 2.5))
    matrix = _turned_about(wide / 2, high / 2, angle)
    matrix[:2, 2] += rng.normal(0, 0.8, 2) * px_per_mm
    lid = int(rng.choice([255, 250, 40], p=[0.6, 0.25, 0.15]))
    image = _warp(sheet, matrix, (wide, high), border=lid)
    paper = rng.uniform(0.93, 1.0)
    shade = paper * (1 + 0.02 * rng.random() * noise(rng, (high, wide), cell=high / 3))
    image = _blur(_times(image, shade), rng.uniform(0.25, 0.8) * px_per_mm / 8)
    _specks(image, rng, px_per_mm=px_per_mm)
    if rng.random() < 0.08:
        x = int(rng.integers(0, wide))
        image[:, x : x + 1] = np.minimum(image[:, x : x + 1], _grey_array(image, 190))
    image = _grain(image, rng, rng.uniform(1, 7))
    if bilevel:
        level = rng.uniform(118, 175)
        image = np.where(image > level, 255, 0).astype(np.uint8)
    elif rng.random() < 0.3:
        # Many scanners push the paper to white and the ink to black.
        low, top = rng.uniform(0, 45), rng.uniform(205, 240)
        image = np.clip((image.astype(np.float32) - low) * 255 / (top - low), 0, 255).astype(
            np.uint8
        )
    return Shot(image, matrix)


def fax(sheet: Gray, rng: np.random.Generator, *, px_per_mm: float) -> Shot:
    """Send the sheet by fax: about 200 dpi across, 100 or 200 down, two levels, lost lines."""
    high, wide = sheet.shape
    shot = scan(sheet, rng, px_per_mm=px_per_mm, bilevel=False)
    across, down = 203 / 25.4 / px_per_mm, (196 if rng.random() < 0.6 else 120) / 25.4 / px_per_mm
    small = cv2.resize(
        _blur(shot.image, 0.35 / across), None, fx=across, fy=down, interpolation=cv2.INTER_AREA
    )
    drift = 12 * noise(rng, small.shape, cell=90)
    black = small.astype(np.float32) + drift < rng.uniform(140, 185)
    black ^= rng.random(small.shape, dtype=np.float32) < rng.uniform(0, 0.0015)
    sent = np.where(black, 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(0, 3))):
        lost = int(rng.integers(1, len(sent)))
        sent[lost] = sent[lost - 1]
    received = cv2.resize(sent, (wide, high), interpolation=cv2.INTER_NEAREST)
    return Shot(np.asarray(received, dtype=np.uint8), shot.matrix)


def photo(sheet: Picture, rng: np.random.Generator, *, px_per_mm: float) -> Shot:
    """Photograph the sheet as it lies on a desk: askew, unevenly lit, a little out of focus."""
    high, wide = sheet.shape[:2]
    margin = rng.uniform(0.03, 0.14) * wide
    size = (round(wide + 2 * margin), round(high + 2 * margin))
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], dtype=np.float64) - 0.5
    turned = _apply(_turned_about(wide / 2, high / 2, float(rng.normal(0, 2.2))), corners)
    tilt = rng.uniform(0.2, 1.0) * 0.055 * wide
    seen = turned + margin + rng.uniform(-tilt, tilt, (4, 2))
    # The whole sheet stays in the picture.
    seen = np.clip(seen, 0.012 * wide, np.array(size) - 0.012 * wide)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), seen.astype(np.float32))
    matrix = np.asarray(matrix, dtype=np.float64)
    shade = _light(rng, (size[1], size[0]))
    page = _warp(sheet, matrix, size, border=255)
    mask = np.zeros((size[1], size[0]), dtype=np.uint8)
    cv2.fillConvexPoly(mask, np.round(seen * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    # The sheet's edge throws a little shadow on the desk.
    drop = np.roll(_blur(mask, 0.8 * px_per_mm), (round(px_per_mm), round(px_per_mm)), (0, 1))
    desk = _times(_desk(rng, page.shape), 1 - 0.5 * (drop.astype(np.float32) / 255))
    paper = rng.uniform(0.8, 0.97)
    lit = _times(_blend(desk, _times(page, paper), mask), shade)
    image = _blur(lit, rng.uniform(0.4, 1.1) * px_per_mm / 8)
    if rng.random() < 0.2:
        image = _shaken(image, rng, px_per_mm=px_per_mm)
    image = _grain(image, rng, rng.uniform(2, 9))
    if image.ndim == 3:
        warmth = rng.normal(0.015, 0.03)
        cast = np.array([1 + warmth, 1 + rng.normal(0, 0.008), 1 - 1.4 * warmth])
        image = np.clip(image * cast.astype(np.float32), 0, 255).astype(np.uint8)
    return Shot(image, matrix)


def turn(shot: Shot, turns: int) -> Shot:
    """Turn the picture clockwise by quarter turns, exactly."""
    image, matrix = shot.image, shot.matrix
    for _ in range(turns % 4):
        quarter = np.array([[0, -1, image.shape[0] - 1], [1, 0, 0], [0, 0, 1]], dtype=np.float64)
        image, matrix = np.rot90(image, -1), quarter @ matrix
    return Shot(np.ascontiguousarray(image), matrix)


def ink_over(page: Gray, ink: Gray, colour: tuple[int, int, int], *, coloured: bool) -> Picture:
    """Lay ink over the form's print; in grey, the ink keeps its luminance."""
    if not coloured:
        luminance = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
        return _ink_channel(page, ink, luminance)
    return np.dstack([_ink_channel(page, ink, level) for level in colour])


def _ink_channel(page: Gray, ink: Gray, level: float) -> Gray:
    through = cv2.LUT(ink, (255 - np.arange(256) * (1 - level / 255)).astype(np.uint8))
    return np.asarray(cv2.multiply(page, through, scale=1 / 255), dtype=np.uint8)


def _turned_about(x: float, y: float, angle_deg: float) -> FloatArray:
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return np.array([[c, -s, x - c * x + s * y], [s, c, y - s * x - c * y], [0, 0, 1]])


def _apply(matrix: FloatArray, points: FloatArray) -> FloatArray:
    return np.asarray(cv2.perspectiveTransform(points[None], matrix)[0], dtype=np.float64)


def _warp(image: Picture, matrix: FloatArray, size: tuple[int, int], *, border: int) -> Picture:
    warped = cv2.warpPerspective(
        image, matrix, size, flags=cv2.INTER_LINEAR, borderValue=(border,) * 3
    )
    return np.asarray(warped, dtype=np.uint8)


def _blur(image: Picture, sigma_px: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), max(sigma_px, 0.2)), dtype=np.uint8)


def _times(image: Picture, shade: NDArray[np.floating] | float) -> Picture:
    field = np.asarray(shade, dtype=np.float32)
    lit = image * (field[..., None] if image.ndim == 3 and field.ndim else field)
    return np.asarray(np.clip(lit, 0, 255, out=lit), dtype=np.uint8)


def _blend(under: Picture, over: Picture, mask: Gray) -> Picture:
    weight = mask.astype(np.float32) / 255
    weight = weight[..., None] if over.ndim == 3 else weight
    return np.asarray(under + (over - under.astype(np.float32)) * weight, dtype=np.uint8)


def _grain(image: Picture, rng: np.random.Generator, sigma: float) -> Picture:
    """Sensor noise. A tile of it, laid at random, is as good as fresh noise and much faster."""
    tile = (rng.standard_normal((512, 521), dtype=np.float32) * sigma).astype(np.int16)
    high, wide = image.shape[:2]
    rows = np.resize(tile, (-(-high * 2 // 512) * 512, 521))
    columns = [np.roll(rows, int(rng.integers(0, 512)), 0)[:high] for _ in range(-(-wide // 521))]
    grain = np.hstack(columns)[:, :wide]
    grain = grain[..., None] if image.ndim == 3 else grain
    return np.asarray(np.clip(image + grain, 0, 255), dtype=np.uint8)


def _specks(image: Picture, rng: np.random.Generator, *, px_per_mm: float) -> None:
    for _ in range(int(rng.poisson(float(rng.choice([0, 4, 25, 80]))))):
        centre = (int(rng.integers(image.shape[1])), int(rng.integers(image.shape[0])))
        radius = max(0, round(rng.exponential(0.12) * px_per_mm))
        cv2.circle(image, centre, radius, _grey(image, int(rng.integers(0, 140))), -1, cv2.LINE_AA)


def _shaken(image: Picture, rng: np.random.Generator, *, px_per_mm: float) -> Picture:
    length = max(2, round(rng.uniform(0.15, 0.45) * px_per_mm))
    kernel = np.zeros((length, length), dtype=np.float32)
    ends = ((0, length // 2), (length - 1, int(rng.integers(length))))
    cv2.line(kernel, ends[0], ends[1], 1.0, 1)
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), dtype=np.uint8)


def _light(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Light that falls off to one side, and perhaps the shadow of a hand or a head."""
    high, wide = shape
    xs = np.linspace(-1, 1, wide, dtype=np.float32)[None]
    ys = np.linspace(-1, 1, high, dtype=np.float32)[:, None]
    way, fall = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.28)
    shade = 1 - fall * (0.5 + 0.5 * (np.cos(way) * xs + np.sin(way) * ys))
    shade = shade * (1 - rng.uniform(0, 0.2) * (xs**2 + ys**2) / 2)
    if rng.random() < 0.45:
        side = rng.uniform(0, 2 * np.pi)
        edge = np.cos(side) * xs + np.sin(side) * ys - rng.uniform(0.1, 0.8)
        edge = edge + 0.08 * noise(rng, shape, cell=wide / 4)
        shade = shade * (1 - rng.uniform(0.15, 0.5) / (1 + np.exp(-edge / rng.uniform(0.02, 0.2))))
    return np.asarray(shade, dtype=np.float32)


def _desk(rng: np.random.Generator, shape: tuple[int, ...]) -> Picture:
    """A wooden, dark or light table top."""
    high, wide = shape[:2]
    grain = noise(rng, (high, wide), cell=wide / 5)
    streaks = cv2.resize(rng.standard_normal((high // 3, 6), dtype=np.float32), (wide, high))
    texture = 1 + rng.uniform(0.02, 0.12) * grain + rng.uniform(0, 0.09) * streaks
    wood, dark, light = (150, 108, 70), (58, 56, 60), (178, 176, 172)
    colour = (wood, wood, dark, dark, light)[int(rng.integers(5))]
    if len(shape) == 2:
        return _times(np.full((high, wide), round(sum(colour) / 3), dtype=np.uint8), texture)
    return _times(np.full((high, wide, 3), colour, dtype=np.uint8), texture)


def _grey(image: Picture, level: int) -> tuple[int, ...]:
    return (level,) * (3 if image.ndim == 3 else 1)


def _grey_array(image: Picture, level: int) -> Picture:
    return np.full((1,) * image.ndim, level, dtype=np.uint8)
