"""An array that takes time to make and stays the same, kept between processes in the user's cache.

A file there may be broken, or go, or not be written: that costs the time to make it again.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from pipeline.paths import write_whole

_MOST_FILES = 500
"""Those of earlier versions, and of forms that changed, go in time."""
_SUM_BYTES = hashlib.sha256().digest_size


def kept(name: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """What ``make`` gives, or gave before under that ``name``, which says all that it depends on.

    Several may make it at once: each file is written whole, and says the same.
    """
    path = user_cache_path("fiches", appauthor=False) / "blanks" / f"{name}.npy"
    with suppress(OSError, ValueError):
        data = path.read_bytes()
        if data[:_SUM_BYTES] == hashlib.sha256(data[_SUM_BYTES:]).digest():
            return np.asarray(np.load(BytesIO(data[_SUM_BYTES:]), allow_pickle=False))
    made = make()
    buffer = BytesIO()
    np.save(buffer, made, allow_pickle=False)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, hashlib.sha256(buffer.getvalue()).digest() + buffer.getvalue())
        _forget_oldest(path.parent)
    return made


def _forget_oldest(folder: Path) -> None:
    files = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    for path in files[:-_MOST_FILES]:
        path.unlink(missing_ok=True)
