"""Put trained weights into the product: ``python -m pipeline.training.export RUN/last.pt ...``.

The weights of several runs are averaged (Wortsman et al., "Model soups", ICML 2022). Writes
``float.onnx`` beside the last checkpoint, the same with its heavy layers in whole numbers as
``models/recognizer/recognizer.onnx``, and that file's checksum in ``models/MANIFEST.toml``. The
mean stays in half precision beside this module, for training to go on from; no package holds it.
"""

import argparse
import hashlib
import logging
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from pipeline.paths import MODELS, RECOGNIZER
from pipeline.training import data, model, train
from pipeline.training.quantize import calibration_crops, quantize

CHECKPOINT = Path(__file__).with_name("checkpoint.pt")
_TOLERANCE = 1e-5

_log = logging.getLogger(__name__)


def export(
    checkpoints: Sequence[Path], base: Path, target: Path, *, to_go_on: Path | None = None
) -> float:
    """Write the mean of the checkpoints' averaged weights as ONNX, and as a checkpoint ``to_go_on``
    from.

    Gives the greatest difference of a probability between PyTorch and the file. Raises ValueError
    where they are not the same.
    """
    recognizer = model.from_onnx(base)
    runs = [torch.load(checkpoint, weights_only=True)["average"] for checkpoint in checkpoints]
    mean = {
        name: torch.stack([run[name].float() for run in runs]).mean(0)
        for name in recognizer.weights
    }
    if to_go_on is not None:
        torch.save({"average": {name: value.half() for name, value in mean.items()}}, to_go_on)
    train.put_weights(recognizer, mean)
    model.to_onnx(recognizer, base, target)
    pixels = np.random.default_rng(0).uniform(-1, 1, (2, 3, 48, 320)).astype(np.float32)
    difference = model.difference(recognizer, target, pixels)
    if difference > _TOLERANCE:
        raise ValueError(f"{target} differs from the network by {difference:.1e}")
    return difference


def update_manifest(manifest: Path, weights: Path, *, key: str, origin: str) -> None:
    """Write a file's checksum and origin into the manifest's entry of that name."""
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    text = manifest.read_text("utf-8")
    head, entry, rest = text.partition(f'["{key}"]\n')
    entry_text, gap, others = rest.partition("\n[")
    entry_text = re.sub(r"(?m)^sha256 = .*$", f'sha256 = "{digest}"', entry_text)
    entry_text = re.sub(r"(?m)^origin = .*$", lambda _: f'origin = "{origin}"', entry_text)
    manifest.write_text(head + entry + entry_text + gap + others, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "fiches")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    exact = args.checkpoints[-1].with_name("float.onnx")
    base = data.untrained(args.cache)
    difference = export(args.checkpoints, base, exact, to_go_on=CHECKPOINT)
    target = RECOGNIZER / "recognizer.onnx"
    sets = data.load_training(args.data, args.cache, data.Reader.open(exact).alphabet)
    quantize(exact, target, calibration_crops(sets))
    update_manifest(
        MODELS / "MANIFEST.toml",
        target,
        key="recognizer/recognizer.onnx",
        origin="PP-OCRv6_rec_small.onnx of the rapidocr 3.10.0 wheel, its last layer cut to 136 "
        "French characters, fine-tuned on handwriting and on drawn forms, and put in "
        "whole numbers (pipeline/training)",
    )
    megabytes = target.stat().st_size / 1e6
    _log.info("%s: %.1f MB; in floats it differs by %.1e", target, megabytes, difference)


if __name__ == "__main__":
    main()
