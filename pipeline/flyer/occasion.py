"""What the event is, who gives it, and what is said of the confirmation."""

import re
from collections.abc import Iterator

from pipeline.event import About, Fact
from pipeline.flyer.days import days_in
from pipeline.flyer.rows import CAPITAL, Row, Rows

_QUOTED = re.compile(r"[«“]\s*([^«»“”]{8,300}?)\s*[»”]|(?<!\w)\"([^\"]{8,300}?)\"(?!\w)")
_KINDS = (
    r"journees?|rencontres?|colloque|congres|seminaire|symposium|forum|salon|foire|assises"
    r"|conference|debat|cafe|table ronde|assemblee|reunion|formation|stage|ateliers?|cours"
    r"|concert|recital|spectacle|theatre|soiree|bal|the dansant|fest-noz|fete"
    r"|kermesse|repas|diner|dejeuner|banquet|buffet"
    r"|pique-nique|grillade|bourse|braderie|vide-greniers?|vide|brocante|marche|loto|tombola|tournoi"
    r"|course|randonnee|rando|marche|balade|sortie|voyage|visite|exposition|expo|projection|cine"
    r"|festival|carnaval|portes? ouvertes?|inauguration|vernissage|gala|challenge|trail|cross"
    r"|concours|nuit|week-end|semaine|noel|feu|don du sang|collecte|ceremonie|chasse|galette"
    r"|jeux|olympiades"
)
_KIND = re.compile(
    rf"\W*(?:(?:\d+\s?(?:e|es|eme|er|ere|nd|nde)|grande?|petite?|la|le|les|l')\s*)*(?:{_KINDS})\b"
)
_ABOUT_SOMETHING = re.compile(
    r"\W*(?:\d+\s?(?:e|es|eme|er|ere|nd|nde)\s+)?(?:journees?|demi-journees?|matinees?|apres-midi"
    r"|rencontres?|colloque|congres|seminaire|symposium|forum|assises|conferences?|debat|cafe"
    r"|table ronde|reunion|formation|ateliers?|cycle)\b"
)
"""Kinds of events that have a theme: it is the title, where it stands below."""
_OF_SOMEBODY = re.compile(
    r"\W*\w+\s+(?:de|par|avec|animee? par)\s+"
    r"(?:m|mr|mme|monsieur|madame|dr|pr|docteur|professeure?)\b"
)
"""A kind of event that names no theme but a person: the theme stands above."""
_PROPOSES = re.compile(
    r"(?P<who>[^.!?:\n](?:[^.!?:]|(?<=[a-z]\b)\.){2,200}?)\s+"
    r"(?:(?:a|ont) le plaisir de\s+|(?:est|sont) heureu\w+ de\s+)?(?:vous\s+)?"
    r"(?:propose|organise|invite|presente|convie|accueille|attend|joue"
    r"|donne rendez-vous)(?:nt|r)?\b"
)
_NOBODY = re.compile(
    r"(?:nous|ils?|elles?|on|qui|vous|cette?|ces|chaque|chacun|nos|notre|si|comme|lors|pour|dans"
    r"|une?|(?:le|la|l')\s*(?:buffet|journee|apres-midi|soiree|auteur))\b"
)
_PART = re.compile(r"(?:la |le |notre )?(?:section|commission|bureau)\b")
_BY = re.compile(
    r"\b(?:organise|propose|presente|offert|donne)e?s?\s+par\s+"
    r"|\ba l'(?:initiative|invitation) d[eu]s?\s+|^\W*organis(?:ateurs?|ation)\s*:\s*"
    r"|\bsur (?:une )?proposition d[eu]s?\s+"
)
_BODY = re.compile(
    r"(?:l[ae]s?\s+|l')?(?:association|amicale|club|comite|centre|federation|union|societe|cercle"
    r"|compagnie|collectif|ligue|reseau|foyer|mouvement|syndicat|mairie|commune|ville|amis|groupe|cooperative"
    r"|fondation|institut|conseil|maison|atelier|ensemble|choeur|orchestre|ecole|college|lycee|section"
    r"|entente|etoile|academie|observatoire|delegation|communaute|confrerie|secours"
    r"|scouts|mjc|ccas|apel|ape|as|us|asso|universite|equipe)\b"
)
_OPEN = re.compile(r"\b(?:gratuite?|entree libre|ouverte?s? a)\b")
_OF = re.compile(r"(?:^|(?<=\s))(?:du|de la|de|des)\s+(?:l')?(?!l[ae]\b)")
_ACRONYM_FIRST = re.compile(rf"[{CAPITAL}.]{{2,12}}\s+[–—-]\s+")
_NAME_END = re.compile(
    r"\s*(?:[,.;:!]|\s[–—-]\s|\s(?:et )?avec\s|\sen\s(?:lien|partenariat)|\sdans\sle\s|$)"
)
_DIGIT = re.compile(r"\d")
_ARTICLE = re.compile(r"^(?:(?:le|la|les)\s+|l')", re.IGNORECASE)
_SENTENCE = re.compile(r"\b(?:vous|nous|votre|notre|(?<!c')est|sont|sera|seront|jou(?:e|ent))\b")
_LABEL = re.compile(r"^\W*[\w' ]{2,25}\s:\s|^\W*[\w' ]{2,25}:\s")
_ANNOUNCED = re.compile(
    r"\b(?:convi|invit)\w+\s+(?:a|au)\s+(?:l[ae]s?\s+|l'|sa\s+|son\s+|notre\s+|une?\s+)?"
    rf"(?P<what>(?:{_KINDS})\b(?:\s+(?!de\s+(?:notre|votre)|qui|l[ae]\b|du\s+\w+\s\d)[\w'-]+){{0,6}})"
)
"""A sentence that invites to it."""
_NUMBERED = re.compile(r"\d+\s?,|\d+\s(?!\w{0,3}e\b)[a-zà-ÿ]")
"""A row that begins with the number of a house."""
_TIMED = re.compile(r"^\W{0,3}(?:[eo°] )?(?:de |a )?\d{1,2}\s?[h:]", re.MULTILINE)
"""A row of a programme, below which no title stands."""
_HEAD_ROWS = 14
_QUOTED_SURE, _KIND_SURE, _CAPITALS_SURE, _FIRST_SURE = 0.97, 0.93, 0.9, 0.6
"""How often a title is what stands in quotes, after a kind of event, in capitals, or first."""

_CONFIRMED = re.compile(
    r"\bconfirm(?:ee?s?|era|eront|ation)\b|\bdefinitives?\b|\bprises? en compte\b|\bvalidee?s?\b"
)
_OF_WHAT = re.compile(
    r"\b(?:inscri|reserv|particip|place|demande|bulletin|dossier|adressee|envoyee|parviendra)"
)


def title(rows: Rows) -> Iterator[Fact]:
    """What stands in quotes as a heading; else the heading that names a kind of event, or the one
    below where that says nothing else; else what is in capitals, or first."""
    yield from _quoted(rows) or _headed(rows)


def _quoted(rows: Rows) -> list[Fact]:
    for match in _QUOTED.finditer(rows.text):
        start = rows.text.rfind("\n", 0, match.start()) + 1
        before = rows.plain[start : match.start()].strip()
        announced = re.search(rf"\b(?:{_KINDS})s?\W*$|\b(?:theme|sur|intitulee?)\W*$", before)
        if (before and not announced) or _TIMED.search(rows.plain, 0, match.start()):
            continue
        value = " ".join((match[1] or match[2]).split())
        line = rows.line_at(match.start())
        return [Fact(About.TITLE, value, read=match[0], line=line, probability=_QUOTED_SURE)]
    return []


def _headed(rows: Rows) -> list[Fact]:
    head = [row for _, row in _head(rows)]
    headings = [(n, row) for n, row in enumerate(head) if _may_be_title(row)]
    for n, row in headings:
        if _KIND.match(row.plain):
            if n and _OF_SOMEBODY.match(row.plain) and _is_theme(head[n - 1]):
                return [_title(head[n - 1], _KIND_SURE)]
            below = head[n + 1] if n + 1 < len(head) else None
            if below and _is_theme(below) and _ABOUT_SOMETHING.match(row.plain):
                row = below
            return [_title(row, _KIND_SURE)]
    if announced := _ANNOUNCED.search(rows.plain):
        read = rows.text[announced.start("what") : announced.end("what")]
        line = rows.line_at(announced.start("what"))
        return [Fact(About.TITLE, " ".join(read.split()), "", read, 1, line, _KIND_SURE)]
    for _, row in headings:
        if row.text.isupper() and len(row.text.split()) > 1:
            return [_title(row, _CAPITALS_SURE)]
    return [_title(row, _FIRST_SURE) for _, row in headings if not _is_body(row)][:1]


def _title(row: Row, sure: float) -> Fact:
    value = row.text.strip(" *•-–—:")
    return Fact(About.TITLE, value, read=row.text, line=row.number, probability=sure)


def _may_be_title(row: Row) -> bool:
    """Whether a row may be a heading: no sentence, no label, no day, no place to be."""
    letters = sum(c.isalpha() for c in row.text)
    return (
        letters > 5
        and row.text[:1] not in "(,;-–•"
        and not _NUMBERED.match(row.text)
        and not row.text.endswith((",", ".", ":", ";"))
        and not days_in(row.plain)
        and not _LABEL.match(row.text)
        and not _SENTENCE.search(row.plain)
        and not row.is_heading
        and not re.search(r"\d{1,2}\s?h\b|\d{5}|€|@", row.plain)
    )


def _is_theme(row: Row) -> bool:
    known = _is_body(row) or _BY.search(row.plain) or _OPEN.search(row.plain)
    return _may_be_title(row) and not known


def _is_body(row: Row) -> bool:
    return bool(_BODY.match(row.plain) or _ACRONYM_FIRST.match(row.text))


def organiser(rows: Rows) -> Iterator[Fact]:
    """Who proposes or invites; else by whom it is; else the body that the page begins with."""
    for find in (_proposing, _by, _heading_body, _owner, _part_proposing):
        if fact := find(rows):
            yield fact
            return


def _part_proposing(rows: Rows) -> Fact | None:
    return _proposing(rows, parts=True)


def _proposing(rows: Rows, *, parts: bool = False) -> Fact | None:
    """Who proposes; where ``parts``, a part of a body, too: the page may name the body itself."""
    for match in _PROPOSES.finditer(rows.plain):
        start, _ = rows.sentence(match.start("who") + len(match["who"]) - 1)
        start = max(start, match.start("who"))
        who = rows.text[start : match.end("who")]
        named = re.search(rf"[{CAPITAL}]", who[1:]) or " de" in who
        if _NOBODY.match(rows.plain[start:]) or not named:
            continue
        if not parts and _PART.match(rows.plain[start:]):
            continue
        if "," in who and not _BODY.match(rows.plain[start:]) and " et " not in who:
            continue
        return _organiser(rows, start, match.end("who"))
    return None


def _by(rows: Rows) -> Fact | None:
    """Who is named behind ``organisé par`` and the like."""
    for at, row in rows.placed():
        match = _BY.search(row.plain)
        end = _NAME_END.search(row.text, match.end()) if match else None
        if match and end:
            named = _ARTICLE.sub("", row.text[match.end() : end.start()])[:1].isupper()
            if named or _BODY.match(row.plain, match.end()):
                return _organiser(rows, at + match.end(), at + end.start())
    return None


def _heading_body(rows: Rows) -> Fact | None:
    """The body that a row names before the day."""
    for at, row in _head(rows):
        if days_in(row.plain):
            return None
        names = _is_body(row) and " " in row.text and not _SENTENCE.search(row.plain)
        if names and not _DIGIT.search(row.text):
            return _organiser(rows, at, at + len(row.text))
    return None


def _owner(rows: Rows) -> Fact | None:
    """Whose event a heading says it is: ``Fête du club de pétanque``."""
    for at, row in _head(rows):
        match = _OF.search(row.plain)
        if match is None or not (_KIND.match(row.plain) or not match.start()):
            continue
        if _BODY.match(row.plain, match.end()) and not _DIGIT.search(row.text, match.end()):
            return _organiser(rows, at + match.end(), at + len(row.text))
    return None


def _head(rows: Rows) -> list[tuple[int, Row]]:
    """The first rows of a page, and where they begin."""
    return [(at, row) for at, row in rows.placed() if row.text][:_HEAD_ROWS]


def _organiser(rows: Rows, start: int, end: int) -> Fact:
    read = rows.text[start:end].strip(" ,.")
    value = _ARTICLE.sub("", " ".join(read.split()))
    line = rows.line_at(start)
    return Fact(About.ORGANISER, value, read=read, line=line, probability=_CAPITALS_SURE)


def confirmation(rows: Rows) -> Iterator[Fact]:
    """The sentence that tells when or how an inscription is confirmed."""
    for match in _CONFIRMED.finditer(rows.plain):
        start, end = rows.sentence(match.start())
        if _OF_WHAT.search(rows.plain[start:end]):
            read = rows.text[start:end].strip()
            value = " ".join(read.split())
            yield Fact(About.CONFIRMATION, value, read=read, line=rows.line_at(start))
            return
