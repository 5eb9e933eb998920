"""The words of a line of print: cut at blanks, apostrophes and hyphens, with what each may be.

What no list of words can prove is told apart here, so that it is never touched: capitals, acronyms,
known names, numbers, dates, amounts, addresses.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipeline.decoding import lexicon
from pipeline.text import tidy

_APOSTROPHE = "'"
ELIDED = ("l", "d", "n", "s", "j", "m", "t", "c", "qu", "jusqu", "lorsqu", "puisqu", "quelqu")
READ_FOR_L = frozenset(
    {
        "I",
        "1",
        "|",
        "i",
        "!",
        "Il",
        "ll",
        "II",
        "lI",
        "l",
        "V",
        "F",
        "f",
        "t",
        "r",
        "P",
        "h",
        "U",
        "H",
        "N",
        "M",
        "T",
        "",
    }
)
"""What engines make of the ``l`` of ``l'``."""
_VOWEL = re.compile(r"[aeiouyhlàâäéèêëîïôöûùœæ&]", re.IGNORECASE)

_OUTER = "«»\"“”()[]{}*•·:;,.!?…–—-_'"
_LEAD = re.compile(r"(?:!'|['\"!{|])$")
_DIGIT_FIRST = re.compile(r"[0-9][a-zà-ÿ]{3,}")
_ARTICLE = re.compile(r"[IJ][ae]s?|Le|La|Les")
"""What an article looks like, though names are spelled so, too."""
_READ_FOR_A = frozenset("2349@")
_NUMBERED = re.compile(
    r"\b(?:le|au|du|les|des|et|ou|à|de|salle|article|atelier|page|étage|bus|ligne|tram|groupe|module|"
    r"phase|niveau|séance|lot|bâtiment|entrée|porte|quai|hall|tome|chapitre|partie|thème|axe)$",
    re.IGNORECASE,
)
_BEHIND_A = re.compile(
    r"(?:[l1I!]'|'|(?:la|chaque|tout|tous|toute|toutes|notre|nos|votre|vos|leur|leurs|cette|cet|ce|ces|"
    r"son|sa|ses|nous|vous|eux|elle|lui|partir|mieux|travers|domicile|jour|table|venir|savoir|"
    r"ordre|propos|côté|pied|faire|être|dire)\b)"
)
_CHUNK = re.compile(r"\S+")
_ADDRESS = re.compile(r"@|://|www\.|\.(fr|com|org|net|eu)\b", re.IGNORECASE)
_NUMBER = re.compile(r"[\d.,:/\-hH€%x+()]*\d[\d.,:/\-hH€%x+()]*")
_SENTENCE_END = re.compile(r"[.!?:;•\]\[»«]\s*$")
_ELLIPSIS = re.compile(r"[^\W\d_]{2,}(?:\.{3}|…)[)»\"]?")
_LEADER = re.compile(r"(?=\S*[.…_]{3})\S+|[.·…_]{2,}")
_LEADER_LETTERS = frozenset(".,·…_:;ceoinatsrvulm")
_LEADER_KINDS = 0.34
"""Leader dots read as letters are few letters, often."""
_LONG_LEADER = 8


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or a part of one between apostrophes and hyphens, and where it stands in its line.

    ``opening``: a capital there says nothing, as a sentence may begin; ``fixed``: never touched,
    unless it is a name of the form's own; ``elided``: the letters before an apostrophe; ``leader``:
    dots to write on; ``label``: a colon follows; ``for_a``: a digit that was an ``à``.
    """

    start: int
    end: int
    text: str
    opening: bool = False
    fixed: bool = False
    elided: bool = False
    before_vowel: bool = False
    leader: bool = False
    label: bool = False
    for_a: bool = False

    @property
    def is_free(self) -> bool:
        return not (self.fixed or self.elided or self.leader)


def words_of(text: str) -> list[str]:
    """The words of a text as the model of French counts them: ``l'`` is a word."""
    return [piece.text for piece in pieces_of(tidy(text))]


def pieces_of(line: str) -> Iterator[Piece]:
    """The pieces of a tidy line, in their order; marks and blanks are between them."""
    for chunk in _CHUNK.finditer(line):
        whole = chunk[0]
        if is_leader(whole):
            yield Piece(chunk.start(), chunk.end(), whole, leader=True)
            continue
        core = whole.strip(_OUTER)
        if not core:
            continue
        start = chunk.start() + whole.index(core)
        lead = _lost_l(line, start)
        start, core = start - len(lead), lead + core
        acronym = sum(c.isupper() for c in core) > 1 and "." in core
        if acronym and line[start + len(core) : start + len(core) + 1] == ".":
            core += "."
        before, after = line[:start].rstrip(), line[start + len(core) :].lstrip()
        opening = not before or bool(_SENTENCE_END.search(before))
        address = _ADDRESS.search(core) or _NUMBER.fullmatch(core) or acronym
        if address or (core == "&" and not after[:1].islower()):
            yield Piece(
                start, start + len(core), core, fixed=True, for_a=_stands_for_a(before, core, after)
            )
            continue
        for_a = core == "a" and bool(_BEHIND_A.match(after))
        label = after.startswith(":")
        yield from _parts(core, start, opening=opening, label=label, for_a=for_a)


def _lost_l(line: str, start: int) -> str:
    """The marks before a word in small letters that were an ``l``, or the apostrophe behind it."""
    lead = _LEAD.search(line[:start])
    if not lead or not line[start : start + 1].islower():
        return ""
    before = line[: lead.start()].rstrip()
    closed = lead[0].strip("!{[|") and lead[0][-1] in line[start:]
    return "" if closed or not before[-1:].isalnum() else lead[0]


def _stands_for_a(before: str, core: str, after: str) -> bool:
    """Whether a digit stands where a sentence must have ``à``: nothing is counted there."""
    return (
        core in _READ_FOR_A
        and before[-1:].islower()
        and not _NUMBERED.search(before)
        and bool(_BEHIND_A.match(after))
    )


def _parts(core: str, start: int, *, opening: bool, label: bool, for_a: bool) -> Iterator[Piece]:
    left, apostrophe, right = core.partition(_APOSTROPHE)
    if not apostrophe and core[:1] == '"':
        left, right, apostrophe = "", core[1:], core[0]
    elided = bool(apostrophe and right and (left in READ_FOR_L or left.lower() in ELIDED))
    if elided:
        end = start + len(left) + 1
        vowel = bool(_VOWEL.match(right))
        yield Piece(start, end, left + apostrophe, opening=opening, elided=True, before_vowel=vowel)
        core, start = right, end
    at = start
    parts = [*re.split(r"([-'])", core), ""]
    for n, part in enumerate(parts[:-1]):
        if n % 2 == 0 and part:
            prefix = parts[n + 1] == "-" and part[-1] == "o"  # socio-, médico-: in no list
            digit_first = elided and n == 0 and _DIGIT_FIRST.fullmatch(part)
            fixed = prefix or (_is_fixed(part) and not digit_first)
            first, alone = opening and n == 0, label and part == core
            yield Piece(
                at, at + len(part), part, opening=first, fixed=fixed, label=alone, for_a=for_a
            )
        at += len(part)


def _is_fixed(part: str) -> bool:
    """Whether nothing may be made of it but what stands there."""
    letters = sum(c.isalpha() for c in part)
    if letters > 1 and part.upper() == part:
        return True
    if part == "1es":
        return False
    if any(c.isdigit() for c in part):  # a zero among letters is an o, more is a number or a code
        inner = part[1:-1]
        return (
            letters < 4
            or sum(c.isdigit() for c in part) > len(part) / 4
            or not any(c.isdigit() for c in inner)
        )
    if _ARTICLE.fullmatch(part):
        return False
    return part != "&" and (not letters or (part.istitle() and is_name(part)))


@cache
def is_name(part: str) -> bool:
    return part in lexicon.load("given_names") or part in lexicon.load("surnames")


def is_leader(chunk: str) -> bool:
    """Leader dots, with what an engine makes of them."""
    if _ELLIPSIS.fullmatch(chunk):
        return False
    if _LEADER.fullmatch(chunk):
        return True
    lower = chunk.lower()
    kinds = len(set(lower))
    return (
        len(chunk) >= _LONG_LEADER
        and not chunk[0].isupper()  # a name may be spelled so: Cacaca
        and kinds <= _LEADER_KINDS * len(chunk)
        and sum(c in _LEADER_LETTERS for c in lower) >= len(lower) - 1
    )
