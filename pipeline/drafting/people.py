"""Edits of whom a form names, and who of them is counted: see ``edits`` for what they share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tomlkit

from pipeline import fields
from pipeline.drafting import blocks
from pipeline.drafting.edits import entries, names, set_key
from pipeline.drafting.wording import free_name
from pipeline.fields import Means


@dataclass(frozen=True, slots=True)
class Named:
    """Zones that may name people: one of persons, or one of surnames with one of given names;
    what readers call them."""

    zones: tuple[str, ...]
    called: str

    def __str__(self) -> str:
        return " ".join(self.zones)


@dataclass(frozen=True, slots=True)
class Counted:
    """A zone that may count some of the people, and what one of those is called."""

    field: str
    called: str
    single: str
    is_counted: bool


def nameable(data: Mapping[str, Any]) -> tuple[Named, ...]:
    """The zones of a form by which people may be named."""
    persons = list(_meaning(data, Means.PERSON))
    surnames, given = (list(_meaning(data, m)) for m in (Means.SURNAME, Means.GIVEN_NAME))
    return (
        *(Named((name,), called) for name, called in persons),
        *(Named((a, b), f"{x}, {y}") for a, x in surnames for b, y in given),
    )


def countable(data: Mapping[str, Any]) -> tuple[Counted, ...]:
    """The zones of a form that may count people."""
    said = data.get("people", {})
    counted, labels = said.get("counted", ()), said.get("labels", {})
    return tuple(
        Counted(name, called, str(labels.get(name, "")), name in counted)
        for name, called in _meaning(data, Means.COUNT)
    )


def _meaning(data: Mapping[str, Any], means: Means) -> Iterator[tuple[str, str]]:
    for _, entry in entries(data):
        kind, name = str(entry.get("type", "")), str(entry.get("field", ""))
        if fields.find(kind) and fields.means(kind) is means:
            yield name, str(entry.get("label", "")) or name.replace("_", " ").capitalize()


def with_people(
    text: str, named: str, ones: Mapping[str, str], *, uncounted: str = "", members: str = ""
) -> str:
    """The text with who the people are.

    ``named``: as ``Named`` says it; nothing where nobody is named. ``ones``: the counts of those
    who are counted, each with what one of them is called; ``uncounted``: what those are called whom
    no count covers. ``members``: the count that a list of members can tell.
    """
    document = blocks.parsed(text)
    known = {str(each): each.zones for each in nameable(document)}
    if not named:
        return blocks.without(text, "people") if "people" in document else text
    if named not in known or not ones.keys() <= set(names(document)):
        raise ValueError("Cette zone n'est plus là\u00a0: recharger la page.")
    text = blocks.with_table(text, "people")
    document = blocks.parsed(text)
    people: Any = document["people"]
    zones = known[named]
    set_key(people, "named", list(zones) if len(zones) > 1 else zones[0])
    set_key(people, "counted", list(ones) or None)
    set_key(people, "members", members if members in ones else "")
    other = str(people.get("uncounted", "")) or free_name("autres", names(document))
    set_key(people, "uncounted", other if ones else "")
    called = {**ones, other: uncounted} if ones else {}
    _call(people, {name: " ".join(words.split()) for name, words in called.items()})
    return blocks.written(document, text)


def _call(people: Any, called: Mapping[str, str]) -> None:
    """What one of each count is called; only what is another changes."""
    labels = people.get("labels", {})
    for name in [name for name in labels if not called.get(name)]:
        del labels[name]
    for name, words in called.items():
        if words and labels.get(name) != words:
            if "labels" not in people:
                people["labels"] = tomlkit.inline_table()
                labels = people["labels"]
            labels[name] = words
    if "labels" in people and not labels:
        del people["labels"]
