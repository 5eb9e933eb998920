"""What stands on a line of people and is nobody's whole name.

A service, an address or a function may stand there, or a given name beneath a ditto mark: under
« Martine DUPONT », « " Paul » is Paul Dupont. Names are told by the lexicons, and by what else the
form says: its own service, the domain of its e-mail address, the other lines.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import cache

from rapidfuzz import fuzz

from pipeline import fields
from pipeline.decoding import lexicon
from pipeline.decoding.numbering import bare
from pipeline.decoding.personal_names import split_name
from pipeline.fields import Means
from pipeline.forms.schema import Form
from pipeline.judging.corroborate import spells
from pipeline.judging.values import texts_of
from pipeline.records import Candidate, FieldReading, Finding, Origin, Registration, Severity
from pipeline.roles import in_row, row_of
from pipeline.text import fold

_WORD = re.compile(r"[^\W_]+")
_SMALL_WORDS = frozenset(
    ("de", "du", "des", "d", "la", "le", "les", "l", "et", "a", "au", "aux", "en", "sur", "sous")
) | {"pour", "par", "un", "une", "avec", "chez", "s", "n", "saint", "sainte", "st", "ste"}
_POINTED = re.compile(r"\b(?:[A-Z]\.){3,}")
_PLURAL = frozenset(("les", "aux", "pour", "et"))
"""Small words that no name has."""
_FUNCTIONS = frozenset(
    _WORD.findall(
        """
        accompagnant accompagnante adherent adherente adjoint adjointe administrateur
        administratrice agent aide allee animateur animatrice apprenti apprentie assistant
        assistante avenue benevole boulevard cadre cedex charge chargee chef cheffe chemin collegue
        comptable conseiller conseillere coordinateur coordinatrice delegue deleguee directeur
        directrice educateur educatrice eleve encadrant encadrante etudiant etudiante formateur
        formatrice gestionnaire impasse infirmier infirmiere intervenant intervenante joint jointe
        liste mandataire medecin mediateur mediatrice membre moniteur monitrice participant
        participante personne personnes presidente psychologue quai referent referente responsable
        route rue secretaire stagiaire technicien technicienne travailleur travailleuse tresorier
        tresoriere veilleur veilleuse voir
        """
    )
)
"""What people do, and where they live; some may be surnames, too."""
_KNOWN_GIVEN, _KNOWN_SURNAME, _SURE_GIVEN = 8000, 12000, 2000
"""Ranks in the lists of names, which hold much that is none further down."""
_UNKNOWN = 10**6
_LONGEST_ACRONYM, _LEAST_WORD = 7, 4
_ALIKE = 85.0
_SPELLED = 0.7

_DITTO_SIGN = r"[\"'«»„“”″〃`´|/\\=~]{1,4}|[-–—_.]{1,4}|(?i:idem|id|ibid)\b\.?"
_LOOKS_DITTO = r"[il1I|!/\\]{1,3}|[nNuUvVhHwWmMrRyYZzTt]"
"""What an engine may make of two strokes, or of a dash."""
_DITTO = re.compile(rf"(?:{_DITTO_SIGN})(?=[\s\w]|$)|(?:{_LOOKS_DITTO})(?=\s)")
_CLEAR_DITTO = re.compile(r"[\"«»„“”″〃]|''|//|\|\||idem|(?:id|ibid)\b", re.IGNORECASE)
_OFFERED = 1e-3
"""The probability of a name that is offered for a given name beneath a ditto mark."""


def people_are_persons(registration: Registration, form: Form) -> Iterator[Finding]:
    """A finding for each line of people that reads like a service, an address or a function."""
    own = texts_of(registration, Means.ORGANISATION)
    domains = [text.partition("@")[2] for text in texts_of(registration, Means.EMAIL)]
    for reading in _read(registration):
        if reads_like_service(reading.text, own=own, domains=domains) or _is_numbered(reading.raw):
            fields = _counting(reading, form)
            yield Finding("people_are_persons", Severity.REVIEW, fields, (reading.text,))


def names_are_whole(registration: Registration, form: Form) -> Iterator[Finding]:
    """A finding for each line that repeats what stands above it by a sign, or lacks half a name."""
    if registration.roles.given:
        yield from _halves(registration, form)
        return
    named = [r for r in registration.readings if fields.means(r.type) is Means.PERSON and r.text]
    for reading in _read(registration):
        others = [r for r in named if r.field != reading.field]
        above = named[: named.index(reading)]
        if not any(_is_whole(other.text) for other in others):
            continue
        if above and _is_ditto(reading, above):
            facts = ("ditto", reading.raw)
        elif not _is_whole(reading.text):
            facts = ("half", reading.text)
        else:
            continue
        yield Finding("names_are_whole", Severity.REVIEW, _counting(reading, form), facts)


def with_repeated_surnames(registration: Registration) -> Registration:
    """Lines that lack half a name, with the surname above offered among their candidates."""
    if registration.roles.given:
        return _with_surnames_above(registration)
    surname = ""
    given_first = False
    for reading in _read(registration):
        family, given = split_name(reading.text)
        if given:
            surname, given_first = family, reading.text.startswith(given)
        elif surname and _is_given(family):
            text = f"{family} {surname}" if given_first else f"{surname} {family}"
            offered = (*reading.candidates, Candidate(text, text, _OFFERED))
            registration = registration.replacing(replace(reading, candidates=offered))
    return registration


def _halves(registration: Registration, form: Form) -> Iterator[Finding]:
    """A finding for each person of whom the surname or the given name is missing."""
    for person in registration.named:
        halves = [person.field, in_row(registration.roles.given, row_of(person.field))]
        readings = [registration.reading(field) for field in halves]
        for field, reading in zip(halves, readings, strict=True):
            if reading and (reading.text or reading.origin is Origin.HUMAN):
                continue
            raw = reading.raw.strip() if reading else ""
            how = ("ditto", raw) if _CLEAR_DITTO.match(raw) else ("half", person.text)
            fields = _counting(replace(person, field=field), form)
            yield Finding("names_are_whole", Severity.REVIEW, fields, how)


def _with_surnames_above(registration: Registration) -> Registration:
    """The same where surnames stand in a column of their own: one that is missing beside a given
    name may be that above."""
    above = ""
    for person in registration.named:
        reading = registration.reading(person.field)
        surname, given = registration.name_parts(person) or ("", "")
        if reading and above and given and not surname and reading.origin is not Origin.HUMAN:
            offered = (*reading.candidates, Candidate(above, above, _OFFERED))
            registration = registration.replacing(replace(reading, candidates=offered))
        above = surname or above
    return registration


def reads_like_service(
    text: str, *, own: Collection[str] = (), domains: Collection[str] = ()
) -> bool:
    """Whether a text is likelier a service, an address or a function than a person.

    ``own``: what the form says its service is; ``domains``: of its e-mail addresses.
    """
    words = _WORD.findall(_POINTED.sub(lambda acronym: acronym[0].replace(".", ""), text))
    content = [word for word in words if fold(word) not in _SMALL_WORDS]
    if not content:
        return False
    telling = [word for word in content if _is_of_services(word)]
    ends = [word for word in {0: content[0], -1: content[-1]}.values() if _is_given(word)]
    if not telling:
        sure = any(_rank("given_names", fold(word)) < _SURE_GIVEN for word in ends)
        its_own = any(fuzz.ratio(fold(text), fold(name)) >= _ALIKE for name in own)
        if not sure and (its_own or any(spells(domain, text) >= _SPELLED for domain in domains)):
            return True
        if len(words) == 1:
            return False
        if words[0].isupper() and fold(words[0]) in _acronyms() and fold(words[1]) in _SMALL_WORDS:
            return True  # « MAS Saint-Yves »
        return not ends and (
            any(fold(word) in _PLURAL for word in words)
            or any(word.isupper() and fold(word) in _acronyms() for word in content)
            or all(fold(word) in _nouns() for word in content)
        )
    if not ends or len(content) != 2:
        return True
    (odd,) = telling[:1]
    if _is_acronym(odd) or (fold(odd) in _FUNCTIONS and not odd.isupper()):
        return True
    # « Paul MAISON », « HOSPITALIER Jean » are people, « Foyer Marie » is none.
    return odd == content[0] and not (odd.isupper() and not content[1].isupper())


def _is_of_services(word: str) -> bool:
    """Whether a word is one of services, of functions or of addresses, and hardly one of names."""
    folded = fold(word)
    if _is_acronym(word) or (folded.isdecimal() and len(folded) > 1):
        return True
    family, given = _rank("surnames", folded), _rank("given_names", folded)
    if family < _KNOWN_SURNAME or given < _SURE_GIVEN:
        return False
    if folded in _FUNCTIONS or folded in _nouns():
        return True
    is_name = min(family, given) < _UNKNOWN
    return not is_name and len(folded) >= _LEAST_WORD and folded in _words_of_services()


def _is_acronym(word: str) -> bool:
    """In capitals, and one that services bear, or no word at all."""
    if not (word.isupper() and 1 < len(word) <= _LONGEST_ACRONYM):
        return False
    folded = fold(word)
    family = _rank("surnames", folded)
    if folded in _acronyms():
        return family > _KNOWN_SURNAME
    return not re.search("[aeiouy]", folded) and family == _UNKNOWN


def _is_given(word: str) -> bool:
    most = _SURE_GIVEN if fold(word) in _nouns() else _KNOWN_GIVEN
    return _rank("given_names", fold(word)) < most and not _is_of_services(word)


def _is_whole(text: str) -> bool:
    return all(split_name(text))


def _is_ditto(reading: FieldReading, above: Sequence[FieldReading]) -> bool:
    """Whether a line has a ditto mark before or behind its name, and the first line has none.

    A sign that may be a bullet or an initial counts only where no whole name is left.
    """
    return any(_has_ditto(raw.strip(), above) for raw in {reading.raw, bare(reading.raw)})


def _has_ditto(raw: str, above: Sequence[FieldReading]) -> bool:
    ditto = _DITTO.match(raw)
    rest = raw[ditto.end() :] if ditto else raw
    behind = re.search(r"\s(?:\"|''|//|«|»|idem|id\.?|[-–—]|11|[nu])$", raw)
    if _CLEAR_DITTO.match(raw) or (behind and not _is_whole(raw[: behind.start()])):
        return True
    bullet = re.match(r"[-–—•*]", bare(above[0].raw).strip())
    dash = re.match(r"[-–—=~_]", raw)
    return bool(ditto) and (bool(dash and not bullet) or not _is_whole(rest.strip()))


def _is_numbered(raw: str) -> bool:
    """Whether what the engine saw holds a number, as addresses and services do."""
    return bool(re.search(r"(?<!\w)(?!11\b)\d{2,5}(?!\w)", bare(raw)))


def _read(registration: Registration) -> list[FieldReading]:
    """The names that the machine read, and nobody has looked at."""
    if registration.roles.given:
        return [person for person in registration.named if person.origin is not Origin.HUMAN]
    return [
        reading
        for reading in registration.readings
        if fields.means(reading.type) is Means.PERSON
        and reading.text
        and reading.origin is not Origin.HUMAN
    ]


def _counting(reading: FieldReading, form: Form) -> tuple[str, ...]:
    """The line, and who is not counted, which follows from it."""
    named = form.people.zones_named if form.people else ()
    counts = form.uncounted and reading.field.split(".")[0] in named
    return (reading.field, form.uncounted) if counts else (reading.field,)


@cache
def _ranks(name: str) -> dict[str, int]:
    entries = lexicon.load(name).of_words().entries
    return {fold(word): rank for rank, word in reversed([*enumerate(entries)])}


def _rank(name: str, folded: str) -> int:
    return _ranks(name).get(folded, _UNKNOWN)


@cache
def _words_of_services(are: Callable[[str], bool] = bool) -> frozenset[str]:
    words = lexicon.load("organisation_words").of_words(without=_SMALL_WORDS).entries
    return frozenset(fold(word) for word in words if are(word))


def _nouns() -> frozenset[str]:
    """What services are and are called after; no saints and towns, whose names people bear, too."""
    return _words_of_services(str.islower)


def _acronyms() -> frozenset[str]:
    return _words_of_services(str.isupper)
