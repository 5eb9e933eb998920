"""The recogniser taken apart: its last layer, and what that layer is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import onnxruntime

from pipeline.engines import ppocr
from pipeline.geometry import FloatArray
from pipeline.learned import Layer
from pipeline.learning.last_layer import Line
from pipeline.learning.samples import Sample
from pipeline.records import Gray

_FAINT = 0.125
"""Features are let through so much smaller, that no probability of the softmax becomes nought."""


@dataclass(frozen=True, slots=True)
class Body:
    """A network whose last layer lets its features through, and the ``layer`` that was there.

    ``alphabet`` is the network's own; ``held`` are values that the session uses.
    """

    session: onnxruntime.InferenceSession
    layer: Layer
    alphabet: str
    held: tuple[onnxruntime.OrtValue, ...]

    @classmethod
    def open(cls, weights: bytes) -> "Body":
        """Take a network apart, the shipped one (``ppocr.read_weights``) or another of its kind."""
        tapped = _session(weights + b"".join(map(_as_output, ppocr.LAST_LAYER)))
        white = np.ones((1, 3, ppocr.HEIGHT_PX, 64), np.float32)
        weight, bias = tapped.run(list(ppocr.LAST_LAYER), {tapped.get_inputs()[0].name: white})
        through = _FAINT * np.eye(*weight.shape, dtype=np.float32), np.zeros_like(bias)
        held = tuple(map(onnxruntime.OrtValue.ortvalue_from_numpy, through))
        session = _session(weights, dict(zip(ppocr.LAST_LAYER, held, strict=True)))
        alphabet = session.get_modelmeta().custom_metadata_map["alphabet"]
        return cls(session, Layer(weight, bias), alphabet, held)

    def lines(self, samples: Sequence[Sample]) -> list[Line]:
        """The samples as the last layer meets them."""
        return [Line(self._features(sample.image), sample.text) for sample in samples]

    def _features(self, crop: Gray) -> FloatArray:
        """(frames, features): the softmax's logits, by those of a class that no feature feeds."""
        count = self.layer.weight.shape[0]
        pixels = {self.session.get_inputs()[0].name: ppocr.to_input([ppocr.scale(crop)])}
        logits = np.log(self.session.run(None, pixels)[0][0])
        features: FloatArray = (logits[:, :count] - logits[:, count : count + 1]) / _FAINT
        return features


def _session(
    weights: bytes, values: Mapping[str, onnxruntime.OrtValue] | None = None
) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    for name, value in (values or {}).items():
        options.add_initializer(name, value)
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])


def _as_output(name: str) -> bytes:
    """Bytes that, behind a network in ONNX, let it give one of its values as one more output.

    Protocol Buffers merge a message that comes twice, so that a second ``graph`` (field 7 of a
    model) with nothing but an ``output`` (field 12) with nothing but a ``name`` (field 1) adds it.
    """
    message = name.encode()
    for field in (1, 12, 7):
        message = bytes([field << 3 | 2, len(message)]) + message
    return message
