"""What the recogniser learned from corrections: its last layer, in numbered files.

``001-<checksum>.npz``, ``002-...``: each is a generation, and the last one counts. The checksum of
the content stands in the name, so that a name never means two contents: not after an undoing, and
not on another machine that still remembers an older one.
"""

import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.errors import EngineError
from pipeline.geometry import FloatArray
from pipeline.language import tr, why
from pipeline.paths import write_whole

FOLDER = "learned"
"""Beside the outputs of a run."""
_NAME = re.compile(r"(\d{3,})-([0-9a-f]{16})\.npz")


@dataclass(frozen=True, slots=True)
class Layer:
    """A linear layer: ``weight`` (features, classes) and ``bias`` (classes,)."""

    weight: FloatArray
    bias: FloatArray


def generations(folder: Path) -> list[Path]:
    """The files of the generations in a folder, the oldest first."""
    named = [
        (match, path) for path in folder.glob("*.npz") if (match := _NAME.fullmatch(path.name))
    ]
    return [path for _, path in sorted(named, key=lambda generation: int(generation[0][1]))]


def save(folder: Path, layer: Layer, *, base: str) -> Path:
    """Write the next generation; ``base`` is the sha256 of the weights it was learned from.

    Raises OSError.
    """
    held = io.BytesIO()
    weight, bias = (values.astype(np.float32) for values in (layer.weight, layer.bias))
    np.savez_compressed(held, base=np.array(base), weight=weight, bias=bias)
    earlier = generations(folder)
    number = int(earlier[-1].name.split("-")[0]) + 1 if earlier else 1
    digest = hashlib.sha256(held.getvalue()).hexdigest()[:16]
    path = folder / f"{number:03d}-{digest}.npz"
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(path, held.getvalue())
    return path


def undo(folder: Path) -> Path | None:
    """Take the last generation back; which one it was, or None where there is none.

    Raises OSError.
    """
    earlier = generations(folder)
    if not earlier:
        return None
    earlier[-1].unlink()
    return earlier[-1]


def load(path: Path) -> tuple[Layer, str]:
    """A generation, and the sha256 of the weights it belongs to.

    Raises EngineError where it is missing or its content is not what its name says.
    """
    try:
        content = path.read_bytes()
    except OSError as err:
        raise EngineError(
            tr(
                "{path}: cannot be read ({why}). Learn again, and take `learned` out of "
                "fiches.toml if it stands there.",
                path=path,
                why=why(err),
            )
        ) from err
    name = _NAME.fullmatch(path.name)
    if name is None or hashlib.sha256(content).hexdigest()[:16] != name[2]:
        raise EngineError(
            tr(
                "{path} is damaged (its checksum is wrong). Take it back with `fiches learn "
                "--undo`, or learn again.",
                path=path,
            )
        )
    with np.load(io.BytesIO(content)) as held:
        return Layer(held["weight"], held["bias"]), str(held["base"])
