"""Build the lexicons of French names: ``python -m pipeline.training.lexicons`` (extra ``train``).

Sources: ``names-dataset`` (MIT), whose names carry a frequency rank by country, and ``Faker``'s
fr_FR names (MIT), which are fewer but spelled with their accents.
"""

import gzip
import logging
import pickle
import re
from importlib.metadata import version
from pathlib import Path

import names_dataset  # type: ignore[import-untyped]
from faker.providers.person.fr_FR import Provider

from pipeline.paths import LEXICONS
from pipeline.text import fold

_NAME = re.compile(r"[A-ZÀ-ÖØ-ÞŒ][a-zà-öø-ÿœ]+(?:[ '-](?:[A-ZÀ-ÖØ-ÞŒ]?[a-zà-öø-ÿœ]+))*")
_VOWEL = re.compile(r"[aeiouy]")
_THRICE = re.compile(r"(.)\1\1|ii$")
_FAKER_RANK = 1000
"""Where a name that only Faker lists is put: common enough, of unknown rank."""

_log = logging.getLogger(__name__)


def build(source: str, faker_names: tuple[str, ...]) -> list[str]:
    """Names by falling frequency; ``source`` is the stem of a file of names-dataset."""
    path = Path(names_dataset.__file__).parent / "v3" / f"{source}.pkl.gz"
    with gzip.open(path) as file:
        entries = pickle.load(file)  # noqa: S301  (a file of the installed package)
    ranks = {name: entry["rank"].get("FR") for name, entry in entries.items() if "rank" in entry}
    ranked = sorted((rank, name) for name, rank in ranks.items() if rank and _is_name(name))
    names = [name for _, name in ranked]
    missing = [name for name in faker_names if name not in set(names) and _is_name(name)]
    return [*names[:_FAKER_RANK], *missing, *names[_FAKER_RANK:]]


def _is_name(name: str) -> bool:
    folded = fold(name)
    return bool(_NAME.fullmatch(name) and _VOWEL.search(folded) and not _THRICE.search(folded))


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    sources = f"names-dataset {version('names-dataset')} (MIT) and Faker {version('Faker')} (MIT)"
    for name, source, faker_names in (
        ("given_names", "first_names", tuple(Provider.first_names)),
        ("surnames", "last_names", tuple(Provider.last_names)),
    ):
        names = build(source, faker_names)
        header = (
            f"# {len(names)} French {name.replace('_', ' ')} by falling frequency.\n"
            f"# From {sources}; made by pipeline/training/lexicons.py.\n"
        )
        (LEXICONS / f"{name}.txt").write_text(header + "\n".join(names) + "\n", "utf-8")
        _log.info("%s: %d", name, len(names))


if __name__ == "__main__":
    main()
