"""The list of members of a drawn inbox, as a secretary keeps it: nearly right.

For ``fiches run --members``. It lies beside ``truth.json``, and a run over the same folder refuses
it as it refuses that one: neither is a scan.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pipeline.fields import Means, load, meaning, means
from pipeline.forms.schema import Form
from pipeline.simulate.contents import invent_email, invent_organisation, invent_person

FILE_NAME = "members.csv"
FORGOTTEN = 0.03
"""The share of members whom the list does not name."""
_ORGANISATION_KNOWN, _EMAIL_KNOWN = 0.8, 0.6
_COLUMNS = (
    "nom",
    "prenom",
    *(load(meaning(m)[0]).headings[0] for m in (Means.ORGANISATION, Means.EMAIL)),
)
_Row = tuple[str, str, str, str]


def write_members(form: Form, folder: Path, *, seed: int) -> None:
    """Write ``members.csv``: the members among the people of ``folder/truth.json``, and others.

    A form's members are the first people it names, as many as its count of members; as many people
    again are on the list who never registered. The same truth and seed give the same list. Nothing
    is written for a form that counts no members. Raises OSError.
    """
    if not (form.people and form.people.members):
        return
    rng = np.random.default_rng([seed, 3])
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    rows = [
        row
        for entry in truth.values()
        for row in _members(form, entry["fields"], entry["people"], form.people.members, rng)
        if rng.random() >= FORGOTTEN
    ]
    rows += [_stranger(rng) for _ in range(max(1, len(rows)))]
    with (folder / FILE_NAME).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows(sorted(rows))


def _members(
    form: Form,
    fields: dict[str, object],
    people: list[list[str]],
    count: str,
    rng: np.random.Generator,
) -> Iterator[_Row]:
    known = {means(zone.type): str(fields[zone.field]) for zone in reversed(form.zones)}
    organisation = known.get(Means.ORGANISATION, "")
    for i, (given, surname) in enumerate(people[: int(str(fields[count]))]):
        service = organisation if rng.random() < _ORGANISATION_KNOWN else ""
        # The address on a form is made of the name of the first person on it.
        email = known.get(Means.EMAIL, "") if i == 0 and rng.random() < _EMAIL_KNOWN else ""
        yield surname, given, service, email


def _stranger(rng: np.random.Generator) -> _Row:
    person = invent_person(rng)
    organisation = invent_organisation(rng)
    return person.surname, person.given, organisation, invent_email(person, organisation, rng)
