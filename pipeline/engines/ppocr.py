"""The PP-OCRv6 small recogniser, cut to the French alphabet, run directly on crops of lines.

Du et al., "PP-OCR: A Practical Ultra Lightweight OCR System" (2020) and its successors. The weights
lie in ``models/recognizer``; nothing is downloaded.
"""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from pipeline import learned
from pipeline.engines import EngineLine
from pipeline.errors import EngineError
from pipeline.language import tr
from pipeline.paths import MODELS, RECOGNIZER
from pipeline.records import Gray
from pipeline.straighten import straighten

HEIGHT_PX = 48
_MIN_WIDTH_PX = 64
_MAX_WIDTH_PX = 1600
_FLOOR = 1e-8
"""Least probability of a character, so that no text is quite impossible."""
LAST_LAYER = ("linear_8.w_0", "linear_8.b_0")
"""The network's names of its last layer's weight and bias."""


def read_weights() -> bytes:
    """The network as it was shipped. Raises EngineError where it is missing or damaged."""
    path = RECOGNIZER / "recognizer.onnx"
    try:
        weights = path.read_bytes()
        manifest = tomllib.loads((MODELS / "MANIFEST.toml").read_text("utf-8"))
    except OSError as err:
        raise EngineError(
            tr("{path} is missing: install fiches again.", path=err.filename)
        ) from err
    if hashlib.sha256(weights).hexdigest() != manifest["recognizer/recognizer.onnx"]["sha256"]:
        raise EngineError(
            tr("{path} is damaged (its checksum is wrong): install fiches again.", path=path)
        )
    return weights


def base() -> str:
    """What names the shipped weights: whatever was learned belongs to these and no others."""
    return hashlib.sha256(read_weights()).hexdigest()


@cache
def _session(layer: Path | None = None) -> tuple[onnxruntime.InferenceSession, str]:
    """The network, on one thread (documents run in parallel), and its alphabet.

    ``layer`` is a learned generation that takes the place of its last layer. Raises EngineError
    where a file is missing or damaged, or the layer was learned from other weights.
    """
    weights = read_weights()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    for name, value in zip(LAST_LAYER, _learned_values(layer) if layer else (), strict=False):
        options.add_initializer(name, value)
    session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    return session, session.get_modelmeta().custom_metadata_map["alphabet"]


@cache  # A session uses these values without keeping them.
def _learned_values(path: Path) -> tuple[onnxruntime.OrtValue, ...]:
    layer, of = learned.load(path)
    if of != base():
        raise EngineError(
            tr("{path} was learned from other weights: type fiches learn again.", path=path)
        )
    return tuple(map(onnxruntime.OrtValue.ortvalue_from_numpy, (layer.weight, layer.bias)))


@dataclass(frozen=True, slots=True)
class Learned:
    """This engine with a learned generation in the place of its last layer."""

    layer: Path

    def read_lines(self, crops: Sequence[Gray]) -> list[EngineLine]:
        return read_with(*_session(self.layer), crops)


def read_lines(crops: Sequence[Gray]) -> list[EngineLine]:
    """Read each crop; the order of the result is the order of the crops."""
    return read_with(*_session(), crops)


def read_with(
    session: onnxruntime.InferenceSession, alphabet: str, crops: Sequence[Gray]
) -> list[EngineLine]:
    """Read each crop with a network of this kind that need not be the shipped one."""
    name = session.get_inputs()[0].name
    # One at a time: in whole numbers a crop's activations are scaled by all that is in the batch,
    # and what is read on a line may not depend on the lines beside it.
    pixels = (to_input([scale(crop)]) for crop in crops)
    return [_line(session.run(None, {name: batch})[0][0], alphabet) for batch in pixels]


def scale(crop: Gray) -> Gray:
    """The crop straightened, at the height the network reads; a very long line is squeezed."""
    crop = straighten(crop)
    height, width = crop.shape
    scaled_width = min(_MAX_WIDTH_PX, max(1, round(width * HEIGHT_PX / height)))
    # A line that was sheared is interpolated twice: one warp would have to shrink it, too, and only
    # INTER_AREA, which cannot shear, takes the mean of all the pixels that thin strokes lie on.
    how = cv2.INTER_AREA if height > HEIGHT_PX else cv2.INTER_LINEAR
    scaled: Gray = cv2.resize(crop, (scaled_width, HEIGHT_PX), interpolation=how)
    return scaled


def to_input(crops: Sequence[Gray], *, least_width: int = _MIN_WIDTH_PX) -> NDArray[np.float32]:
    """(crops, 3, height, width): scaled crops from -1 black to 1 white, padded with white."""
    width = max(least_width, *(crop.shape[1] for crop in crops))
    pixels: NDArray[np.float32] = np.ones((len(crops), 1, HEIGHT_PX, width), np.float32)
    for row, crop in zip(pixels, crops, strict=True):
        row[0, :, : crop.shape[1]] = crop.astype(np.float32) / 127.5 - 1
    return np.repeat(pixels, 3, axis=1)


def _line(probs: NDArray[np.float32], alphabet: str) -> EngineLine:
    best = probs.argmax(axis=1)
    begins = np.flatnonzero((best != 0) & (best != np.concatenate([[0], best[:-1]])))
    text = "".join(alphabet[best[i] - 1] for i in begins)
    confidence = float(np.prod(probs[begins, best[begins]])) if len(begins) else 1.0
    log_probs = np.log(np.maximum(probs.astype(np.float64), _FLOOR))
    return EngineLine(text, confidence, log_probs, alphabet)
