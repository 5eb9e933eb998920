"""What other installed packages add: field types, exporters and engines, by their entry points.

See https://packaging.python.org/en/latest/specifications/entry-points/.
"""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pipeline.errors import ConfigError
from pipeline.language import tr

FIELDS, EXPORTERS, ENGINES = "fiches.fields", "fiches.exporters", "fiches.engines"


@cache
def additions(group: str) -> dict[str, EntryPoint]:
    """The entry points that installed packages add to a group, by name."""
    return {point.name: point for point in entry_points(group=group)}


def load(group: str, name: str) -> Any:
    """What an entry point stands for; None where no package brings it.

    Raises ConfigError where it cannot be imported.
    """
    point = additions(group).get(name)
    if point is None:
        return None
    try:
        return point.load()
    except Exception as err:  # whatever a foreign package does
        raise ConfigError(
            tr(
                "{name!r} ({module}) cannot be loaded: {fault}. Install the package that "
                "brings it again, or remove it.",
                name=name,
                module=point.value,
                fault=type(err).__name__,
            )
        ) from err


def versions(*groups: str) -> list[str]:
    """The packages that add something to these groups, with their versions."""
    return sorted(
        f"{group} {name} {point.value} {point.dist.version if point.dist else ''}"
        for group in groups
        for name, point in additions(group).items()
    )
