"""OCR engines, one file each; an engine is found by its file's name, or, where another package
brings it, by its entry point ``fiches.engines``.

An engine module offers ``read_lines(crops: Sequence[Gray]) -> list[EngineLine]``: each crop is one
line of writing, dark on white, of any size.
"""

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pipeline import installed
from pipeline.errors import ConfigError
from pipeline.geometry import FloatArray
from pipeline.language import tr
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


def names() -> list[str]:
    """The engines that settings may name."""
    return sorted({*_own(), *installed.additions(installed.ENGINES)})


def _own() -> set[str]:
    return {module.name for module in pkgutil.iter_modules(__path__)}


def load(name: str, learned: Path | None = None) -> Engine:
    """The engine of that name, with what it ``learned``, if it is one that learns.

    Raises ConfigError naming the known ones.
    """
    if name not in names():
        raise ConfigError(
            tr(
                "engine = {name!r} is not known; take one of: {known}.",
                name=name,
                known=", ".join(names()),
            )
        )
    module: Any
    if name in _own():
        module = importlib.import_module(f"pipeline.engines.{name}")
    else:
        module = installed.load(installed.ENGINES, name)
    engine: Engine = module
    if learned and hasattr(module, "Learned"):
        engine = module.Learned(learned)
    return engine
