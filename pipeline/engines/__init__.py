"""OCR engines, one file each; an engine is found by its file's name.

An engine module offers ``read_lines(crops: Sequence[Gray]) -> list[EngineLine]``: each crop is one
line of writing, dark on white, of any size.
"""

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pipeline.errors import ConfigError
from pipeline.geometry import FloatArray
from pipeline.records import Gray


@dataclass(frozen=True, slots=True)
class EngineLine:
    """What an engine saw in a crop; ``log_probs`` as in ``records.LineEvidence``."""

    text: str
    confidence: float
    log_probs: FloatArray | None = None
    alphabet: str = ""


class Engine(Protocol):
    def read_lines(self, crops: Sequence[Gray]) -> list[EngineLine]: ...


def load(name: str, learned: Path | None = None) -> Engine:
    """The engine of that name, with what it ``learned``, if it is one that learns.

    Raises ConfigError naming the known ones.
    """
    known = sorted(module.name for module in pkgutil.iter_modules(__path__))
    if name not in known:
        raise ConfigError(f"engine = {name!r} is not known; take one of: {', '.join(known)}.")
    module: Any = importlib.import_module(f"pipeline.engines.{name}")
    engine: Engine = module
    if learned and hasattr(module, "Learned"):
        engine = module.Learned(learned)
    return engine
