"""A list of members, from a CSV file of any spreadsheet: who they are, and what else it tells.

One row a member, with the columns ``surname`` and ``given name``, or ``name``; ``organisation`` and
``e-mail`` may follow, and others are passed over. Headings are English or French.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pipeline import fields
from pipeline.errors import ConfigError
from pipeline.fields import Means
from pipeline.language import tr, why
from pipeline.paths import write_whole
from pipeline.text import fold

_HEADINGS = {
    "surname": "nom|surname|last name|lastname|family name|nom de famille|nom d'usage|nom usuel",
    "given": "prenom|prenoms|given name|given names|first name|firstname",
    "name": "name|full name|nom complet|nom et prenom|nom prenom|prenom nom|prenom et nom"
    "|adherent|membre|member|personne|participant",
}
_SERVICE, _EMAIL = Means.ORGANISATION, Means.EMAIL
_TITLES = frozenset(("m", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle", "dr", "pr"))
_WORD = re.compile(r"[^\W\d_]+")
_SEPARATORS = ";,\t|"


@dataclass(frozen=True, slots=True)
class Members:
    """What a list of members tells; compared without case, accents, titles and order of words.

    ``organisations``: as they are written, by what is compared.
    """

    names: frozenset[tuple[str, ...]]
    organisations: Mapping[str, str] = field(default_factory=dict)
    emails: frozenset[str] = frozenset()

    def lists(self, person: str) -> bool:
        """Whether a person so written is listed; an initial may stand for the given name."""
        return name_key(person) in self.names


def name_key(person: str) -> tuple[str, ...]:
    """What two ways of writing a person share: ``Mme Anne LE GOFF``, ``Le Goff Anne``."""
    return tuple(sorted(w for w in _WORD.findall(fold(person)) if w not in _TITLES))


def load_members(path: Path) -> Members:
    """The list of members. Raises ConfigError, with every fault, where it is none."""
    try:
        text = _decoded(path.read_bytes())
        lines = text.splitlines(keepends=True)
        heading = lines[0] if lines else ""
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(heading)))
    except OSError as err:
        raise ConfigError(tr("{path}: cannot be read ({why}).", path=path, why=why(err))) from err
    except (csv.Error, UnicodeDecodeError) as err:
        raise ConfigError(
            tr("{path}: not a CSV file ({said}): save it as CSV (UTF-8).", path=path, said=err)
        ) from err
    columns = _columns(rows[0] if rows else ())
    if not {"surname", "name"} & set(columns):
        raise ConfigError(
            tr(
                "{path}: its first line names no column 'nom' or 'name': write nom;prenom "
                "above the names.",
                path=path,
            )
        )
    members = [{key: row[i].strip() for key, i in columns.items() if i < len(row)} for row in rows]
    nameless = [
        str(number)
        for number, (row, member) in enumerate(zip(rows, members, strict=True), start=1)
        if number > 1 and any(map(str.strip, row)) and not any(_keys(member))
    ]
    if nameless or not any(_keys(member) for member in members[1:]):
        row_numbers = ", ".join(nameless[:10])
        raise ConfigError(
            tr(
                "{path}: no name in row {rows}: mend the list and run again.",
                path=path,
                rows=row_numbers,
            )
            if nameless
            else tr("{path}: it names nobody: mend the list and run again.", path=path)
        )
    listed = members[1:]
    return Members(
        frozenset(key for member in listed for key in _keys(member)),
        {fold(m[_SERVICE]): m[_SERVICE] for m in listed if m.get(_SERVICE)},
        frozenset(m[_EMAIL].lower() for m in listed if m.get(_EMAIL)),
    )


def save_known(
    path: Path, people: Iterable[str], organisations: Iterable[str], emails: Iterable[str] = ()
) -> None:
    """Keep what people confirmed in reviews, as evidence for later fiches. Raises OSError."""
    kinds = {"people": people, "organisations": organisations, "emails": emails}
    known = {kind: sorted(set(texts)) for kind, texts in kinds.items()}
    write_whole(path, json.dumps(known, ensure_ascii=False, indent=1).encode())


def load_known(path: Path) -> Members:
    """What ``save_known`` kept. Raises ConfigError."""
    try:
        known = json.loads(path.read_text("utf-8"))
        people, organisations = map(name_key, known["people"]), known["organisations"]
        emails = frozenset(address.lower() for address in known.get("emails", ()))
        return Members(frozenset(people), {fold(name): name for name in organisations}, emails)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as err:
        raise ConfigError(
            tr("{path}: damaged. Delete it: the next run writes it anew.", path=path)
        ) from err


def _decoded(data: bytes) -> str:
    """The text, in the encodings that spreadsheets write: UTF-8, UTF-16 with its mark, Windows."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if "\0" in text:
        raise csv.Error(tr("it holds binary data"))
    return text


def _separator(heading: str) -> str:
    counted = Counter(c for c in heading if c in _SEPARATORS)
    return max(_SEPARATORS, key=lambda c: counted[c])


def _columns(heading: Sequence[str]) -> Mapping[str, int]:
    """What each known column stands for; of two that stand for the same, the first counts."""
    columns: dict[str, int] = {}
    for i, title in enumerate(heading):
        plain = fold(title).replace("_", " ").strip(" .:*")
        for key, titles in _titles().items():
            if plain in titles:
                columns.setdefault(key, i)
    return columns


@cache
def _titles() -> Mapping[str, Collection[str]]:
    """What the columns of a list may be called, by what they hold."""
    titles: dict[str, Collection[str]] = {k: names.split("|") for k, names in _HEADINGS.items()}
    for means in (_SERVICE, _EMAIL):
        types = [fields.load(name) for name in fields.meaning(means)]
        titles[means] = {title for field_type in types for title in field_type.headings}
    return titles


def _keys(member: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The ways in which a member may be written: in full, and with an initial."""
    surname, given = member.get("surname", ""), member.get("given", "")
    whole = name_key(member.get("name", "") or f"{given} {surname}")
    if whole:
        yield whole
    initial = "".join(word[0] for word in _WORD.findall(fold(given)))[:1]
    if surname and initial:
        yield name_key(f"{initial} {surname}")
