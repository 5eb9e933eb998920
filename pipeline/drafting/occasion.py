"""What the rest of a blank's print says: its title, the event, who organises it, where to pay.

It is read as a flyer is (``pipeline/flyer``).
"""

import re
from collections.abc import Iterator, Sequence
from statistics import median

from pipeline.decoding.normalise import Line, as_it_is
from pipeline.drafting.drafted import DraftEvent, DraftOrganiser
from pipeline.drafting.kinds import section_of
from pipeline.drafting.phrases import Phrase, is_level, phrases_of
from pipeline.drafting.records import Sheet
from pipeline.event import About, Fact
from pipeline.flyer.facts import facts_of
from pipeline.text import fold, tidy

_FORM_WORDS = re.compile(
    r"\b(?:bulletin|fiche|formulaire|dossier|bon|coupon|feuille|demande|contrat|inscription|adhesion"
    r"|reservation|autorisation|participation|licence|engagement|stage|sejour|commande)\b"
)
_TOP_SHARE = 0.35
"""A title stands in this upper part of the first page."""
_MOST_TITLE = 14
_HIGHER = 1.15
_GAP_MM = 4.0
_ORDER = re.compile(
    r"\bordre\s+(?:de\s+(?:la\s+|l['’]\s?)?|du\s+|des\s+)([^.,;:()]{3,60})", re.IGNORECASE
)
"""To whom a cheque is written."""
_INVITES = re.compile(
    r"(?:le |la |l'|les )?(?:club|association|ecole|centre|amicale|comite|foyer|maison|union|cercle"
    r"|societe|conservatoire|mouvement|federation|ligue|alsh|mjc|harmonie|chorale|troupe)\b"
)
_SEASON = re.compile(r"\b(?:saison|ann[ée]e)\b.*", re.IGNORECASE)
_LEAST_HOURS = 2
"""What lasts less is a part of an event."""
_HOUR = r"\d{1,2}\s?(?:h|heures?)\s?(?:\d{2})?"
_HOURS = re.compile(rf"\b(?:de\s+)?({_HOUR})\s*(?:-|–|à|a)\s*({_HOUR})\b", re.IGNORECASE)


def title_of(sheets: Sequence[Sheet]) -> str:
    """What a form calls itself, of the print on top of its first page: what says that it is a form,
    and what it is for."""
    return ", ".join(filter(None, map(_tidied, _heads(sheets))))


def occasion_of(sheets: Sequence[Sheet]) -> str:
    """What people register for, where the top of the first page says it apart."""
    return _tidied(_heads(sheets)[1])


def _heads(sheets: Sequence[Sheet]) -> tuple[str, str]:
    """What calls itself a form, and the highest print beside it; either may be empty."""
    top = _top(sheets[0]) if sheets else []
    forms = [phrase for phrase in top if _FORM_WORDS.search(fold(phrase.text))]
    others = [
        phrase
        for phrase in top
        if phrase not in forms and len(phrase.text.split()) > 1 and not section_of(phrase.text)
    ]
    called, highest = max(forms, key=_weight, default=None), max(others, key=_weight, default=None)
    if called is None:
        return "", highest.text if highest else ""
    usual_mm = median(phrase.size_mm for phrase in top)
    is_head = highest is not None and (highest.bold or highest.size_mm > _HIGHER * usual_mm)
    return called.text, highest.text if highest and is_head else ""


def _top(sheet: Sheet) -> list[Phrase]:
    return [
        phrase
        for phrase in phrases_of(sheet)
        if phrase.middle_mm < _TOP_SHARE * sheet.height_mm
        and len(phrase.text.split()) <= _MOST_TITLE
        and re.search(r"[^\W\d_]{3}", phrase.text)
        and not phrase.text.endswith(":")
    ]


def _weight(phrase: Phrase) -> tuple[float, bool, float]:
    return (round(phrase.size_mm, 1), phrase.bold, -phrase.middle_mm)


def _tidied(text: str) -> str:
    plain = tidy(text).strip(" :.-–*")
    return plain.capitalize() if plain.isupper() else plain


def facts_on(sheets: Sequence[Sheet]) -> tuple[Fact, ...]:
    """What the pages say of an event, page by page."""
    facts = (facts_of([*_lines(sheet)], page=sheet.number) for sheet in sheets if sheet.words)
    return tuple(fact for page in facts for fact in page)


def event_of(facts: Sequence[Fact], sheets: Sequence[Sheet]) -> DraftEvent:
    """What people register for, when and where."""
    place = _first(facts, About.PLACE)
    address = _first(facts, About.ADDRESS)
    if address and fold(address) not in fold(place):
        place = f"{place}, {address}" if place else address
    ranges = [m for sheet in sheets for p in phrases_of(sheet) if (m := _HOURS.search(p.text))]
    hours = max(ranges, key=_lasts, default=None)
    written = ""
    if hours is not None and _lasts(hours) >= _LEAST_HOURS:
        written = f"{' '.join(hours[1].split())} - {' '.join(hours[2].split())}"
    return DraftEvent(
        name="" if _INVITES.match(fold(occasion_of(sheets))) else occasion_of(sheets),
        date=_first(facts, About.DATE) if _is_one_day(facts) else "",
        hours=written,
        place=place,
    )


def organiser_of(facts: Sequence[Fact], sheets: Sequence[Sheet]) -> DraftOrganiser:
    """Who invites, and how to write to them and to pay."""
    orders = (_ORDER.search(p.text) for sheet in sheets for p in phrases_of(sheet))
    ordered = next((match[1].strip() for match in orders if match), "")
    return DraftOrganiser(
        name=_first(facts, About.ORGANISER) or ordered or _host(sheets),
        email=_first(facts, About.EMAIL),
        iban=_first(facts, About.IBAN),
        bic=_first(facts, About.BIC),
    )


def _host(sheets: Sequence[Sheet]) -> str:
    """Who invites, where the top of the form says only that."""
    said = occasion_of(sheets)
    return _SEASON.sub("", said).strip(" -–,") if _INVITES.match(fold(said)) else ""


def _lasts(hours: re.Match[str]) -> int:
    """How many hours lie between two."""
    first, last = (int(re.split(r"\D", hours[group])[0]) for group in (1, 2))
    return last - first


def _is_one_day(facts: Sequence[Fact]) -> bool:
    """Whether the first day is told, and no other as early on the page: else a person says which
    of them it is."""
    days = [fact.value for fact in facts if fact.about is About.DATE and fact.value]
    return bool(days) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", days[0]))


def _first(facts: Sequence[Fact], about: About) -> str:
    """The likeliest of that kind, the first where several are as likely."""
    of_kind = [fact for fact in facts if fact.about is about and fact.value]
    best = max(of_kind, key=lambda fact: fact.probability, default=None)
    return best.value if best else ""


def _lines(sheet: Sheet) -> Iterator[Line]:
    """The print of a page line by line, an empty one where a paragraph ends."""
    row: list[Phrase] = []
    bottom_mm = 0.0
    for phrase in phrases_of(sheet):
        if row and not is_level(row[0].box_mm.grown(0, -0.8), phrase.box_mm.grown(0, -0.8)):
            yield as_it_is(" ".join(each.text for each in row))
            if phrase.box_mm.y - bottom_mm > _GAP_MM:
                yield as_it_is("")
            row = []
        row.append(phrase)
        bottom_mm = max(bottom_mm, phrase.box_mm.bottom)
    if row:
        yield as_it_is(" ".join(each.text for each in row))
