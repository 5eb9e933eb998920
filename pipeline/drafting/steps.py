"""The steps of somebody who draws a form: what it was after each, kept in a file beside it, so that
a browser that is closed loses nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.paths import write_whole

_MOST = 300
"""Steps that can be taken back; earlier ones go."""


@dataclass(frozen=True, slots=True)
class Step:
    """A form's file, and what is doubtful in it: by field, why (French)."""

    text: str
    doubts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Steps:
    """All steps, of which ``at`` is the one that stands; ``number`` counts whatever was done."""

    steps: tuple[Step, ...]
    at: int = 0
    number: int = 0

    @property
    def now(self) -> Step:
        return self.steps[self.at]

    @property
    def may_undo(self) -> bool:
        return self.at > 0

    @property
    def may_redo(self) -> bool:
        return self.at + 1 < len(self.steps)

    def then(self, step: Step) -> "Steps":
        """With one more step, which takes the place of those that were undone."""
        if step == self.now:
            return self
        steps = (*self.steps[: self.at + 1], step)[-_MOST:]
        return Steps(steps, len(steps) - 1, self.number + 1)

    def undone(self) -> "Steps":
        return Steps(self.steps, max(0, self.at - 1), self.number + 1)

    def redone(self) -> "Steps":
        return Steps(self.steps, min(len(self.steps) - 1, self.at + 1), self.number + 1)


def load(path: Path) -> Steps:
    """The steps of a file. Raises OSError, ValueError."""
    kept = json.loads(path.read_text("utf-8"))
    try:
        steps = tuple(Step(str(step["text"]), dict(step["doubts"])) for step in kept["steps"])
        at = min(int(kept["at"]), len(steps) - 1)
        return Steps(steps, max(0, at), int(kept["number"]))
    except (LookupError, TypeError) as err:
        raise ValueError(f"{path.name}: no steps") from err


def save(path: Path, steps: Steps) -> None:
    """Raises OSError."""
    kept = {
        "number": steps.number,
        "at": steps.at,
        "steps": [{"text": step.text, "doubts": dict(step.doubts)} for step in steps.steps],
    }
    write_whole(path, json.dumps(kept, ensure_ascii=False).encode(), durable=True)
