"""What the shipped weights remember, for ``fiches learn``: ``python -m pipeline.training.memory``.

Run it after every export. Writes ``models/recognizer/memory.npz`` and its checksum in
``models/MANIFEST.toml``, from lines that the weights were trained on, and from drawn ones.
"""

import argparse
import hashlib
import logging
from pathlib import Path

import numpy as np

from pipeline.engines import ppocr
from pipeline.learning import memory
from pipeline.learning.features import Body
from pipeline.learning.last_layer import Memory, remember
from pipeline.learning.samples import Sample
from pipeline.paths import MODELS, RECOGNIZER
from pipeline.training import data

_MOST = {"lines": 600, "names2": 400, "amounts": 400, "numbers_ch": 300, "unipen_fields": 400}
_MOST_FORMS = 800

_log = logging.getLogger(__name__)


def recall(body: Body, folder: Path, cache: Path) -> tuple[Memory, ...]:
    """What a network remembers of the sets of ``_MOST``, and of drawn forms."""
    sets = trained_on(folder, cache, body.alphabet)
    return tuple(remember(body.lines(samples), body.layer) for samples in sets.values())


def trained_on(folder: Path, cache: Path, alphabet: str) -> dict[str, list[Sample]]:
    """Some lines of these sets, which weights are trained on, the same each time."""
    sets = data.load_training(folder, cache, alphabet, forms=1)
    forms = [*sets["real ink"], *sets["fonts"]]
    chosen = {name: (sets[name], most) for name, most in _MOST.items()} | {
        "forms": (forms, _MOST_FORMS)
    }
    rng = np.random.default_rng(0)
    return {
        name: [samples[int(i)] for i in rng.permutation(len(samples))[:most]]
        for name, (samples, most) in chosen.items()
    }


def main() -> None:
    from pipeline.training.export import update_manifest  # needs the extra ``train``

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "fiches")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    weights = ppocr.read_weights()
    target = RECOGNIZER / "memory.npz"
    base = hashlib.sha256(weights).hexdigest()
    memory.save(target, recall(Body.open(weights), args.data, args.cache), base=base)
    update_manifest(
        MODELS / "MANIFEST.toml",
        target,
        key="recognizer/memory.npz",
        origin="moments of the features of recognizer.onnx on the lines it was trained on "
        "(python -m pipeline.training.memory)",
    )
    _log.info("%s: %.0f kB", target, target.stat().st_size / 1e3)


if __name__ == "__main__":
    main()
