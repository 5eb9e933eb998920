"""The steps of somebody who draws a form: what it was after each, kept in a file beside it, so that
a browser that is closed loses nothing."""

import json
from dataclasses import dataclass
from pathlib import Path

from pipeline.paths import write_whole

_MOST = 300
"""Steps that can be taken back; earlier ones go."""


@dataclass(frozen=True, slots=True)
class Steps:
    """A form's file after each step, of which ``at`` is the one that stands; ``number`` counts
    whatever was done."""

    texts: tuple[str, ...]
    at: int = 0
    number: int = 0

    @property
    def now(self) -> str:
        return self.texts[self.at]

    @property
    def may_undo(self) -> bool:
        return self.at > 0

    @property
    def may_redo(self) -> bool:
        return self.at + 1 < len(self.texts)

    def then(self, text: str) -> "Steps":
        """With one more step, which takes the place of those that were undone."""
        if text == self.now:
            return self
        texts = (*self.texts[: self.at + 1], text)[-_MOST:]
        return Steps(texts, len(texts) - 1, self.number + 1)

    def undone(self) -> "Steps":
        return Steps(self.texts, max(0, self.at - 1), self.number + 1)

    def redone(self) -> "Steps":
        return Steps(self.texts, min(len(self.texts) - 1, self.at + 1), self.number + 1)


def load(path: Path) -> Steps:
    """The steps of a file. Raises OSError, ValueError."""
    kept = json.loads(path.read_text("utf-8"))
    try:
        texts = tuple(str(text) for text in kept["texts"])
        at = min(int(kept["at"]), len(texts) - 1)
        if at < 0:
            raise ValueError(f"{path.name}: no steps")
        return Steps(texts, at, int(kept["number"]))
    except (LookupError, TypeError) as err:
        raise ValueError(f"{path.name}: no steps") from err


def save(path: Path, steps: Steps) -> None:
    """Raises OSError."""
    kept = {"number": steps.number, "at": steps.at, "texts": steps.texts}
    write_whole(path, json.dumps(kept, ensure_ascii=False).encode(), durable=True)
