"""Who speaks, leads or plays, and where they come from."""

import re
from collections.abc import Iterator, Sequence

from pipeline.decoding.personal_names import PARTICLES, given_names, split_name
from pipeline.event import About, Fact
from pipeline.flyer.rows import CAPITAL, Row, Rows
from pipeline.text import plain

_TITLE = (
    r"(?:(?:Maître|Me|M|Mr|Mme|Mlle|Dr|Pr|MM|Mmes)\b\.?|Monsieur|Madame|Docteur|Professeure?)\s+"
)
_PARTICLE = rf"(?:(?:{'|'.join(sorted(PARTICLES))})\s+|[dlDL]')"
_PART = rf"(?:[{CAPITAL}]\.|[{CAPITAL}][\w'-]*)"
_NAME = rf"{_PART}(?:\s+{_PARTICLE}*{_PART}){{1,3}}"
_TITLED = re.compile(rf"\b{_TITLE}(?P<name>{_NAME})")
_UNTITLED = re.compile(rf"(?P<name>{_NAME})")
_LEADS = re.compile(
    r"\b(?:par|avec|anime\w*\s+par|preside\w*\s+par|conference d[e'u]|exposes? d[e'u]"
    r"|interventions? d[e'u]|temoignages? d[e'u]"
    r"|sous\s+la\s+(?:conduite|houlette|direction|presidence|responsabilite)\s+d[e'u]"
    r"|intervenant\w*|animat\w+|conferenci\w+|direction|mise en scene|chef\w* de choeur|formateurs?"
    r"|formatrices?|modera\w+|orateurs?|oratrices?|soliste)\s*:?\s*(?:de\s+)?"
)
_DASHED = re.compile(rf"\s[–—-]\s(?!.*\s[–—-]\s)|\s:\s(?={_NAME}\s?[,(])")
_FUNCTION = re.compile(
    r"\b(?:par|avec|de)\s+(?:l[ae]\s+|l'|notre\s+|d[eu]\s+)"
    r"(?P<function>[^\W\d_][\w' -]{3,60}?),?\s+$"
)
_DOES = re.compile(
    r"\b(direction|mise en scène|animation|chef\w* de chœur|soliste)\W*$", re.IGNORECASE
)
_END = re.compile(r"\.(?=\s|$)|\n\s*\n|\s:\s|;|«|$")
_ABBREVIATED = re.compile(rf"\b(?:Mr|Dr|Pr|Mme|[{CAPITAL}])\Z")
_GOES_ON = re.compile(
    r"\s(?:maitre|profess|direct|charge|psych|sociolog|president|responsable|docteur|medecin|chef"
    r"|enseignant|cherch|econom|format|avocat|architect|ingenieur|journalist|auteur|autrice)"
)
"""What somebody is, behind a stop that an engine made of a comma."""
_AND = re.compile(r"[,\s]*\b(?:et|puis)\s+(?:de\s+|d'|par\s+)?$|[,;]\s*$|^\s*$")
_COMES_FROM = re.compile(
    r"\b(?:(?:universit|ecole|institut|centre|chu|chru|chr|hopita|barreau|conservatoire|associa|feder"
    r"|union|college|lycee|mairie|ministere|agence|observatoire|laboratoire|fondation|museum?|musee"
    r"|conseil|maison|compagnie|orchestre|reseau|mission|caisse|cooperative|faculte|academie"
    r"|ligue|comite|club|service|clinique|cabinet|inra|cnrs|inserm|ville de|region|departement)"
    r"\w*)\b"
)
_ACRONYM = re.compile(rf"\b[{CAPITAL}](?:[{CAPITAL}]|\.(?=[{CAPITAL}])){{2,}}\b")
_FURTHEST, _LONG = 220, 60
"""Characters of all that is said of people; and of a row that may go on in the next."""


def speakers(rows: Rows, programme: Sequence[Fact]) -> Iterator[Fact]:
    """Everybody with a title in the programme, and who stands behind words like ``animé par``.

    ``detail`` is where they come from: their organisations, where some are named, else what they
    are; ``read`` is all that is said of them.
    """
    entries = {
        row.number for row in rows for fact in programme if _is_of(fact, row.text, row.number)
    }
    seen: set[str] = set()
    for start, end in _stretches(rows, entries):
        for fact in _in_stretch(rows, start, end):
            if fact.value not in seen:
                seen.add(fact.value)
                yield fact


def _is_of(fact: Fact, text: str, number: int) -> bool:
    lines = fact.read.split("\n")
    return fact.line <= number < fact.line + 2 * len(lines) and text in lines


def _stretches(rows: Rows, entries: set[int]) -> Iterator[tuple[int, int]]:
    """The places of the text where people are named who speak."""
    for at, row in rows.placed():
        starts = [leads.end() for leads in _LEADS.finditer(row.plain)]
        if row.number in entries:
            starts += [titled.start() for titled in _TITLED.finditer(row.text)]
            starts += [dashed.end() for dashed in _DASHED.finditer(row.text)]
        for start in sorted(starts):
            yield at + start, _end(rows, at + start)


def _end(rows: Rows, start: int) -> int:
    """A stretch ends with its sentence, and where a row begins that is of something else."""
    stop = len(rows.text)
    for end in _END.finditer(rows.text, start):
        stop = end.start()
        abbreviated = _ABBREVIATED.search(rows.text, start, stop)
        if not abbreviated and not _GOES_ON.match(rows.plain, end.end()):
            break
    first = rows.index_at(start)
    for index in range(first + 1, len(rows.rows)):
        at = rows.start(index) - 1
        if at >= min(stop, start + _FURTHEST):
            break
        if not _follows(rows.rows[index - 1], rows.rows[index], rows.text[start:at]):
            return at
    return min(stop, start + _FURTHEST)


def _follows(before: Row, row: Row, said: str) -> bool:
    """Whether a row goes on what was said of people in the row before."""
    if row.is_heading:
        return False
    if row.starts_low or not said.strip() or said.rstrip().endswith((",", "et", "de")):
        return True
    return len(before.text) > _LONG and not row.text[:1].isdigit()


def _in_stretch(rows: Rows, start: int, end: int) -> Iterator[Fact]:
    """The people of a stretch, each with what is said up to the next."""
    text = rows.text[start:end]
    people = [*_people(text)]
    for n, (first, behind, name) in enumerate(people):
        until = people[n + 1][0] if n + 1 < len(people) else len(text)
        said = re.sub(r"[,\s]*\b(?:et|puis|avec|par)\s*(?:de\s+)?$", "", text[behind:until])
        said = " ".join(said.split()).strip(" .,;:(–—-")
        if said.count("(") < said.count(")"):
            said = said.rstrip(") ")
        said = said or _before(rows, start + first)
        surname, given = split_name(name)
        surname = surname.title() if surname.isupper() else surname
        yield Fact(
            About.SPEAKER,
            f"{given} {surname}".strip(),
            _from(said),
            text[first:until].strip(" ,\n"),
            line=rows.line_at(start + first),
        )


def _before(rows: Rows, start: int) -> str:
    """What the words before a name say that it does: ``direction``, ``par la présidente``."""
    before = rows.text[rows.sentence(start)[0] : start]
    if function := _FUNCTION.search(before):
        return function["function"]
    does = _DOES.search(before)
    return does[1].lower() if does else ""


def _people(text: str) -> Iterator[tuple[int, int, str]]:
    """Names, with where they begin (with their title) and end: the first at once, others behind
    ``et`` or a comma."""
    at = 0
    while at < len(text):
        titled = _TITLED.search(text, at)
        untitled = next((m for m in _UNTITLED.finditer(text, at) if _is_person(text, m, at)), None)
        names = [m for m in (titled, untitled) if m]
        if not names:
            return
        match = min(names, key=lambda m: m.start())
        name = " ".join(match["name"].split())
        yield match.start(), match.end(), name
        at = match.end()


def _is_person(text: str, match: re.Match[str], at: int) -> bool:
    """Whether a name without a title is one: it begins with a given name, and stands where a list
    of people goes on."""
    first = re.split(r"[\s-]", match["name"])[0]
    return first in given_names() and bool(_AND.search(text[at : match.start()]))


def _from(said: str) -> str:
    """The organisations of a description; all of it where it names none."""
    parts = []
    for part in re.split(r"\s*[,;()]\s*|\s+[–—-]\s+", said):
        own, acronym = _COMES_FROM.search(plain(part)), _ACRONYM.search(part)
        if own and " " in part[own.start() :].strip():
            start = min(own.start(), acronym.start()) if acronym else own.start()
            parts.append(_small(part[start:].strip()))
        elif acronym:
            parts.append(acronym[0])
    return ", ".join(dict.fromkeys(parts)) or said


def _small(organisation: str) -> str:
    """Towns in capitals, behind the first word, in small letters: ``Université Rennes 1``."""
    first, blank, rest = organisation.partition(" ")
    if first.isupper():
        return organisation
    return first + blank + re.sub(rf"\b[{CAPITAL}]{{5,}}\b", lambda word: word[0].title(), rest)
