"""What weights remember of the lines they were trained on, kept beside them for ``learn``."""

import zlib
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from pipeline.errors import EngineError
from pipeline.language import tr
from pipeline.learning.last_layer import Memory


def load(path: Path, *, base: str) -> tuple[Memory, ...]:
    """What the weights whose sha256 is ``base`` remember, a memory for each set of lines.

    Raises EngineError where the file is missing, damaged or belongs to others.
    """
    try:
        with np.load(path) as held:
            if str(held["base"]) == base:
                return tuple(map(Memory, held["moments"], held["doubt"]))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as err:
        raise EngineError(
            tr("{path} is missing or damaged: install fiches again.", path=path)
        ) from err
    raise EngineError(tr("{path} belongs to other weights: install fiches again.", path=path))


def save(path: Path, memories: Sequence[Memory], *, base: str) -> None:
    """Write them for the weights whose sha256 is ``base``."""
    moments = np.stack([memory.moments for memory in memories]).astype(np.float32)
    doubt = np.stack([memory.doubt for memory in memories]).astype(np.float32)
    np.savez_compressed(path, base=np.array(base), moments=moments, doubt=doubt)
