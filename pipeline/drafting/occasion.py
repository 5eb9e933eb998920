"""What the rest of a blank's print says: its title, the event, who organises it, where to pay.

It is read as a flyer is (``pipeline/flyer``).
"""

import re
from collections.abc import Iterator, Sequence

from pipeline.decoding.normalise import Line, as_it_is
from pipeline.drafting.drafted import DraftEvent, DraftOrganiser
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
_GAP_MM = 4.0
_HOUR = r"\d{1,2}\s?(?:h|heures?)\s?(?:\d{2})?"
_HOURS = re.compile(rf"\b(?:de\s+)?({_HOUR})\s*(?:-|–|à|a)\s*({_HOUR})\b", re.IGNORECASE)


def title_of(sheets: Sequence[Sheet]) -> str:
    """What a form calls itself: of the highest print on top of its first page, first what says that
    it is a form."""
    if not sheets:
        return ""
    top = [
        phrase
        for phrase in phrases_of(sheets[0])
        if phrase.middle_mm < _TOP_SHARE * sheets[0].height_mm
        and len(phrase.text.split()) <= _MOST_TITLE
        and re.search(r"[^\W\d_]{3}", phrase.text)
    ]
    if not top:
        return ""

    def rank(phrase: Phrase) -> tuple[float, bool, float]:
        says = bool(_FORM_WORDS.search(fold(phrase.text)))
        return (phrase.size_mm * (1.6 if says else 1.0), phrase.bold, -phrase.middle_mm)

    return tidy(max(top, key=rank).text).strip(" :.-–")


def facts_on(sheets: Sequence[Sheet]) -> tuple[Fact, ...]:
    """What the pages say of an event, page by page."""
    facts = (facts_of([*_lines(sheet)], page=sheet.number) for sheet in sheets if sheet.words)
    return tuple(fact for page in facts for fact in page)


def event_of(facts: Sequence[Fact], sheets: Sequence[Sheet]) -> DraftEvent:
    """When and where what people register for takes place."""
    place = _first(facts, About.PLACE)
    address = _first(facts, About.ADDRESS)
    if address and fold(address) not in fold(place):
        place = f"{place}, {address}" if place else address
    hours = next(
        (match for sheet in sheets for p in phrases_of(sheet) if (match := _HOURS.search(p.text))),
        None,
    )
    written = f"{' '.join(hours[1].split())} - {' '.join(hours[2].split())}" if hours else ""
    return DraftEvent(
        date=_first(facts, About.DATE) if _is_one_day(facts) else "",
        hours=written,
        place=place,
    )


def organiser_of(facts: Sequence[Fact]) -> DraftOrganiser:
    """Who invites, and how to write to them and to pay."""
    return DraftOrganiser(
        name=_first(facts, About.ORGANISER),
        email=_first(facts, About.EMAIL),
        iban=_first(facts, About.IBAN),
        bic=_first(facts, About.BIC),
    )


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
