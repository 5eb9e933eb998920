"""Who pays how much, and to which account."""

import re
from collections.abc import Iterator

from pipeline.decoding import bank
from pipeline.event import About, Fact
from pipeline.flyer.days import UNPROVEN
from pipeline.flyer.rows import Row, Rows
from pipeline.text import plain

_EUROS = re.compile(
    r"(?:\bx\s?)?\b(?P<euros>\d{1,3}[ .]\d{3}|\d+)(?:[.,](?P<cents>\d{2}))?\s?(?:€|euros?\b)"
    r"(?:\s?(?P<behind>\d{2})\b(?!\s?€))?"
)
"""``12,50 €``, ``12 € 50``, ``1 200 euros``."""
_FREE = re.compile(r"\b(?:gratuite?s?|(?:entree|acces)\s+libre(?:\s+et\s+gratuite?)?|offerte?s?)\b")
_NOT_FREE = re.compile(
    r"\b(?:parking|stationnement|navette|numero|covoiturage|aperitif|verre|cafe|wifi|boisson|gouter"
    r"|pot|appel|vin)\b"
)
_NO_TARIFF = re.compile(
    r"\b(?:total|bons?\s+d'achat|lots?\b|gagn|caution|subvention|budget|dons?\b|benefice|collect\w+)"
    r"|\b(?:plus|moins)\s+de\s*(?=\d[\d ]*€)"
)
_BEHIND = re.compile(
    r"\s*(?:(?:par|/)\s*[\w']+\s*)?(?:\((?P<note>[^()]+)\)"
    r"|\s*pour\s+(?:les?\s+|la\s+|l'|une?\s+)?(?P<whom>[^,;.€\d/]+?)(?=\s*(?:[,;.€\d/]|\bet\b|$))"
    r"|\s+(?P<bare>[a-z][^,;.€\d/:]{2,40}?)(?=\s*(?:[/,;]|$))|(?<=\w))"
)
"""Behind an amount: for how much of what, and for whom or in which case."""
_ARTICLE = re.compile(r"^(?:p?our\s+)?(?:les?|la|l'|une?|le prix d[eu]s?)\s*(?=\w)", re.IGNORECASE)
_VERB = re.compile(
    r"\s+(?:vous\s+)?(?:est|sont|sera|seront|coute\w*)\b"
    r"(?:\s+(?:propose\w*|fixe\w*|servi\w*|de|a|au|demande\w*|vendu\w*)\b)*"
    r"(?:\s+(?:prix|tarif|montant)\s+(?:de|unique de))?\s*$"
    r"|\s+(?:au\s+(?:prix|tarif)\s+de|a|de)\s*$"
)
_HEAD = re.compile(
    r"^\W*(?:nos\s+)?(?:tarifs?|prix|couts?|participation|frais|entrees?|montants?)\b"
    r"[\w' ()-]{0,40}\s*:\s*"
)
"""What all amounts of a row are."""
_SIGNS = " :.,;-–—x*•=→/"
_IS_WORD = re.compile(r"[^\W\d_]{3}")
_MOST_BEFORE_FREE = 10
_MOST_ABOVE = 4
"""Words before ``gratuit``, and of a row above that says what an amount is for."""
_SEPARATED = re.compile(r"\s*[,;/•|–—-]|.*[.…·_]{2}")
_DASH = re.compile(r"\s[–—-]\s")
_APART = re.compile(r"\s*(?:[,;/•|]|\s[–—-]\s|\bet\b|\bou\b|\.\s)\s*")
_ACCOUNT = re.compile(r"\b(?:IBAN|BIC|RIB)\b")


def tariffs(rows: Rows) -> Iterator[Fact]:
    """Every amount, in cents, with who or what it is for as ``detail``; what is free costs 0."""
    above = ""
    for row in rows:
        facts = [*_amounts(row, above), *_frees(row)]
        yield from facts
        if row.text and not facts:
            above = row.text if row.is_heading or len(row.text.split()) <= _MOST_ABOVE else ""


def _amounts(row: Row, above: str) -> Iterator[Fact]:
    head = _HEAD.match(row.plain)
    amounts = [*_EUROS.finditer(row.plain)]
    ends = [_BEHIND.match(row.plain, match.end()) for match in amounts]
    at = 0
    for match, behind in zip(amounts, ends, strict=True):
        start, at = at, behind.end() if behind else match.end()
        cents = 100 * int(re.sub(r"\D", "", match["euros"]))
        cents += int(match["cents"] or match["behind"] or 0)
        before = row.text[head.end() if head and not start else start : match.start()]
        own = _group(row, behind, "whom")
        if len(amounts) > 1 and not own:
            own = _group(row, behind, "note") or (head and _group(row, behind, "bare")) or ""
        who = _payer(before)
        if own and (not who or (behind and behind["whom"])):
            who = f"{who} {own}".strip()
        who = who or (_payer(row.text[: head.end()]) if head else "") or _payer(above)
        if who and cents and not _NO_TARIFF.search(row.plain[: match.end()]):
            read = row.text[start:at].strip()
            yield Fact(About.TARIFF, str(cents), who, read, line=row.number, probability=UNPROVEN)


def _group(row: Row, match: re.Match[str] | None, group: str) -> str:
    return row.text[match.start(group) : match.end(group)].strip() if match and match[group] else ""


def _frees(row: Row) -> Iterator[Fact]:
    match = _FREE.search(row.plain)
    if match is None or _NOT_FREE.search(row.plain):
        return
    amounts = [amount.end() for amount in _EUROS.finditer(row.plain)]
    if amounts and amounts[-1] > match.start():
        return
    start = amounts[-1] if amounts else 0
    start += max(
        (dash.end() for dash in _DASH.finditer(row.text[start : match.start()])), default=0
    )
    before, behind = row.text[start : match.start()], row.text[match.end() :]
    if len(before.split()) > _MOST_BEFORE_FREE or (
        match[0].startswith("offert") and ":" not in before
    ):
        return
    behind = _ACCOUNT.split(behind)[0]
    behind = re.split(r"\s(?=[A-ZÀ-Ý][\w' -]{3,}\s:)|[.;!]\s|\.$", behind)[0]
    who = _payer(before)
    if who and not _IS_WORD.search(who):  # garbled
        return
    what = "Entrée" if match[0].startswith("entree") else ""
    but = _payer(behind) if not who else behind.strip(" :,.!")
    detail = " ".join(part for part in (who or what, but) if part)
    read = row.text[start : match.end() + len(behind)].strip()
    yield Fact(About.TARIFF, "0", detail or read, read, line=row.number)


def _payer(text: str) -> str:
    """Who or what an amount is for, without leader dots, articles and verbs."""
    if text.rstrip().endswith(":") and not _SEPARATED.match(text):
        return _ARTICLE.sub("", text.strip(_SIGNS))
    words = re.sub(r"[.…·_]{2,}.*|\s[.…·_](?:\s.*|$)", "", text)
    parts = [part for part in _APART.split(words.strip(_SIGNS)) if part]
    words = parts[-1] if parts and not _is_one(words) else words
    words = words.strip(_SIGNS)
    if verb := _VERB.search(plain(words)):
        words = words[: verb.start()]
    return _ARTICLE.sub("", words).strip(_SIGNS)


def _is_one(text: str) -> bool:
    """Whether a text with commas is one payer: it begins the row."""
    return text[:1].isupper() or (text[:1].islower() and "," not in text)


def accounts(text: Rows) -> Iterator[Fact]:
    """Every IBAN and BIC, from the lines as they were read: proven, or without a value."""
    ibans = [*bank.ibans(text.text)]
    for about, group in ((About.IBAN, ibans), (About.BIC, [*bank.bics(text.text, ibans)])):
        for account in group:
            line, sure = text.line_at(account.start), 1.0 if account.value else 0.0
            yield Fact(about, account.value, read=account.read, line=line, probability=sure)
