"""Cut the PP-OCRv6 small recogniser down to the French alphabet.

Training starts from what this makes of the weights that the ``rapidocr`` wheel carries (Apache-2.0;
``data.untrained``). Only the last layer's columns of the characters
kept are copied, so the scores of those characters relative to each other are unchanged; the blank
takes the largest share of what the network gave to characters that French does not use.
"""

from importlib.resources import files
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

ALPHABET = (
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    "ÀÂÄÇÈÉÊËÎÏÔÖÙÛÜŸàâäçèéêëîïôöùûüÿŒœÆæ"
    " .,;:!?'’\"«»()[]/\\|-–—_@&+*=%€°#~<>×ñÑ"
)


SOURCE = Path(str(files("rapidocr") / "models" / "PP-OCRv6_rec_small.onnx"))


def prune(source: Path, target: Path, alphabet: str = ALPHABET) -> None:
    """Write ``source`` with only the blank and ``alphabet`` in its last layer.

    The characters stand in the model's metadata under ``alphabet``, in class order from class 1.
    """
    model = onnx.load(str(source))
    known = next(p.value for p in model.metadata_props if p.key == "character").split("\n")
    classes = {"": 0, " ": len(known) + 1} | {c: i + 1 for i, c in enumerate(known) if c}
    kept = [c for c in dict.fromkeys(alphabet) if c in classes]
    columns = [0, *(classes[c] for c in kept)]
    for tensor in model.graph.initializer:
        if classes[" "] + 1 in tensor.dims:
            array = numpy_helper.to_array(tensor)
            cut = np.ascontiguousarray(array[..., columns])
            tensor.CopyFrom(numpy_helper.from_array(cut, tensor.name))
    model.graph.output[0].type.tensor_type.shape.dim[2].dim_value = len(columns)
    del model.graph.value_info[:], model.metadata_props[:]
    onnx.helper.set_model_props(model, {"alphabet": "".join(kept)})
    target.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(target))
