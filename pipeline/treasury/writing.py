"""Papers and letters, laid into a folder of the outputs."""

from pathlib import Path

from pipeline.errors import ExportError
from pipeline.language import tr, why
from pipeline.paths import tidy, write_whole


def lay(path: Path, data: bytes) -> None:
    """Write a file whole, its folder made if need be, and clear what a killed run left of it.
    Raises ExportError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        tidy(path)
        write_whole(path, data, durable=True)
    except OSError as err:
        raise ExportError(
            tr("{path}: cannot be written ({why}).", path=path, why=why(err))
        ) from err
