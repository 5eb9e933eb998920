"""What the shipped weights remember, for ``fiches learn``: ``python -m pipeline.training.memory``.

Run it after every export. Writes ``models/recognizer/memory.npz`` and its checksum in
``models/MANIFEST.toml``, from lines that the weights were trained on, and from drawn ones.
"""

import argparse
import hashlib
import logging
import zlib
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from pipeline.engines import ppocr
from pipeline.errors import EngineError
from pipeline.paths import MODELS, RECOGNIZER
from pipeline.training import data
from pipeline.training.data import Sample
from pipeline.training.features import Body
from pipeline.training.last_layer import Memory, remember

_MOST = {"lines": 600, "names": 400, "amounts": 400, "forms": 800}

_log = logging.getLogger(__name__)


def load(path: Path, *, base: str) -> tuple[Memory, ...]:
    """What the weights whose sha256 is ``base`` remember, a memory for each set of lines.

    Raises EngineError where the file is missing, damaged or belongs to others.
    """
    try:
        with np.load(path) as held:
            if str(held["base"]) == base:
                return tuple(map(Memory, held["moments"], held["doubt"]))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as err:
        raise EngineError(f"{path} is missing or damaged: install fiches again.") from err
    raise EngineError(f"{path} belongs to other weights: install fiches again.")


def save(path: Path, memories: Sequence[Memory], *, base: str) -> None:
    """Write them for the weights whose sha256 is ``base``."""
    moments = np.stack([memory.moments for memory in memories]).astype(np.float32)
    doubt = np.stack([memory.doubt for memory in memories]).astype(np.float32)
    np.savez_compressed(path, base=np.array(base), moments=moments, doubt=doubt)


def recall(body: Body, folder: Path, cache: Path) -> tuple[Memory, ...]:
    """What a network remembers of each set it was trained on."""
    sets = trained_on(folder, cache, body.alphabet)
    return tuple(remember(body.lines(samples), body.layer) for samples in sets.values())


def trained_on(folder: Path, cache: Path, alphabet: str) -> dict[str, list[Sample]]:
    """Some of each set that weights are trained on, the same each time."""
    names = data.cached_names(folder, cache)
    sets = {
        "lines": data.load_lines(folder, "train", alphabet),
        "names": [s for s in names if not data.is_held_out(s.name)],
        "amounts": data.load_amounts(folder, held_out=False),
        "forms": data.load_samples(sorted((cache / "train").glob("*.npz"))[0]),
    }
    rng = np.random.default_rng(0)
    return {
        name: [samples[int(i)] for i in rng.permutation(len(samples))[: _MOST[name]]]
        for name, samples in sets.items()
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
    save(target, recall(Body.open(weights), args.data, args.cache), base=base)
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
