"""Names of fields and options, made of what people call them."""

import re
from collections.abc import Collection
from itertools import count

from pipeline.text import fold

_LONGEST = 40


def free_name(words: str, taken: Collection[str]) -> str:
    """A name of a field that no other has: ``Nom du père`` is ``nom_du_pere``."""
    name = re.sub(r"[^a-z0-9]+", "_", fold(words)).strip("_")[:_LONGEST].rstrip("_")
    if not name or not name[0].isalpha():
        name = f"champ_{name}".rstrip("_")
    return _free(name, taken)


def option_name(words: str, taken: Collection[str]) -> str:
    """A name of an option that no other of its zone has."""
    return _free(re.sub(r"[^a-z0-9]+", "_", fold(words)).strip("_") or "choix", taken)


def _free(name: str, taken: Collection[str]) -> str:
    names = (name, *()), (f"{name}_{n}" for n in count(2))
    return next(each for some in names for each in some if each not in taken)
