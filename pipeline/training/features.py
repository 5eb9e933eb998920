"""The recogniser up to its last layer: what that layer is given, and the layer itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnxruntime

from pipeline.engines import ppocr
from pipeline.learned import Layer
from pipeline.training.data import Sample
from pipeline.training.last_layer import Line

_FEATURES = "p2o.pd_op.transpose.8.0"
"""The network's name of what its last layer is given."""


@dataclass(frozen=True, slots=True)
class Body:
    """A network with the ``layer`` that comes last in it, taken apart; ``alphabet`` as shipped."""

    session: onnxruntime.InferenceSession
    layer: Layer
    alphabet: str

    @classmethod
    def open(cls, weights: bytes) -> "Body":
        """Take a network of the shipped kind apart: see ``ppocr.read_weights``."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        tapped = weights + b"".join(map(_as_output, (_FEATURES, *ppocr.LAST_LAYER)))
        session = onnxruntime.InferenceSession(tapped, options, providers=["CPUExecutionProvider"])
        white = {session.get_inputs()[0].name: np.ones((1, 3, ppocr.HEIGHT_PX, 64), np.float32)}
        weight, bias = session.run(list(ppocr.LAST_LAYER), white)
        alphabet = session.get_modelmeta().custom_metadata_map["alphabet"]
        return cls(session, Layer(weight, bias), alphabet)

    def lines(self, samples: Sequence[Sample]) -> list[Line]:
        """The samples as the last layer meets them."""
        name = self.session.get_inputs()[0].name
        return [
            Line(
                self.session.run([_FEATURES], {name: ppocr.to_input([ppocr.scale(sample.image)])})[
                    0
                ][0],
                sample.text,
            )
            for sample in samples
        ]


def _as_output(name: str) -> bytes:
    """Bytes that, behind a network in ONNX, let it give a value it computes as one more output.

    Protocol Buffers merge a message that comes twice, so that a second ``graph`` (field 7 of a
    model) with nothing but an ``output`` (field 12) with nothing but a ``name`` (field 1) adds it.
    """
    message = name.encode()
    for field in (1, 12, 7):
        message = bytes([field << 3 | 2, len(message)]) + message
    return message
