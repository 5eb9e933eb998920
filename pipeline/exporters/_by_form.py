"""What each form has for itself, where the store holds fiches of several."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from unicodedata import normalize

from pipeline.french import label, plural_of
from pipeline.snapshot import RegistrationRow

_UNWRITABLE = re.compile(r"[^\w.-]+")
_LONGEST = 60
"""Characters of a form's id in the name of a file, of which a disk takes 255 bytes."""


def by_form(rows: Iterable[RegistrationRow]) -> dict[str, list[RegistrationRow]]:
    """The fiches of each form, by the form's id, in the order of the ids."""
    forms: dict[str, list[RegistrationRow]] = {}
    for row in rows:
        forms.setdefault(row.registration.form_id, []).append(row)
    return dict(sorted(forms.items()))


def tables(
    name: str,
    rows: Iterable[RegistrationRow],
    render: Callable[[Sequence[RegistrationRow]], str],
) -> dict[str, str]:
    """A table for each form beside the table of that ``name``: ``registrations-<form id>.csv``.

    None where all fiches are of one form: the one table then has all its fields.
    """
    forms = by_form(rows)
    if len(forms) < 2:
        return {}
    names = zip(_names(name, forms), forms.values(), strict=True)
    return {of_form: render(own) for of_form, own in names}


def heads(rows: Iterable[RegistrationRow]) -> Mapping[str, str]:
    """The fields of one form, with what readers call each, in its order: that of the fiche that
    holds most of them, for an earlier edition may have had fewer."""
    heads: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: -len(row.registration.readings)):
        for reading in row.registration.readings:
            field, is_line, _ = reading.field.partition(".")
            head = label(field, row.registration.roles)
            heads.setdefault(field, plural_of(head) if is_line else head)
    return heads


def distinct(names: Iterable[str], *, longest: int) -> Iterator[str]:
    """Names of so many characters at most, told apart by numbers, also where case says nothing."""
    taken = set[str]()
    for name in names:
        free, number = name[:longest], 1
        while free.casefold() in taken:
            number += 1
            tail = f" ({number})"
            free = name[: longest - len(tail)] + tail
        taken.add(free.casefold())
        yield free


def _names(name: str, forms: Iterable[str]) -> Iterator[str]:
    path = PurePath(name)
    plain = (_UNWRITABLE.sub("_", normalize("NFC", form)) for form in forms)
    for of_form in distinct(plain, longest=_LONGEST):
        yield f"{path.stem}-{of_form}{path.suffix}"
