"""``emargement.pdf``: who was there, in the morning and in the afternoon, by their own hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reportlab.platypus import KeepTogether

from pipeline.decoding.personal_names import split_name
from pipeline.papers.occasion import Occasion
from pipeline.papers.sheet import INK, RULE, SHADE, Flowable, cut, gap, heading, pdf, table, words
from pipeline.text import fold

FILE_NAME = "emargement.pdf"
_TITLE = "Feuille d'émargement"
_WIDTHS_MM = (11.0, 75.0, 81.0, 50.0, 50.0)
_HEADS = ("Nom", "Organisation", "Matin", "Après-midi")
_HOURS_EM = 40.0
_ROW_MM = 10.0
"""High enough to sign."""
_UNKNOWN = "…" * 14
"""Where a pen fills in what is not known."""


@dataclass(frozen=True, slots=True)
class Attendee:
    """A person who is expected; ``name`` is the whole name."""

    name: str
    organisation: str = ""


def attendance(
    occasion: Occasion,
    attendees: Iterable[Attendee],
    *,
    trainers: Sequence[str] = (),
    unannounced: int = 8,
) -> bytes:
    """The sheet that all sign, by name; with so many blank lines for people who come
    ``unannounced``, and boxes for the trainers: two blank ones where nobody is named."""
    rows = sorted(((_surname_first(a.name), a.organisation) for a in attendees), key=_by_name)
    story: list[Flowable] = [_signed(rows, numbered=True)] if rows else []
    if unannounced:
        blank = _signed([("", "")] * unannounced)
        story.append(KeepTogether([gap(6), heading("Venus sans inscription"), gap(1.5), blank]))
    signing = _signed([(name, "") for name in trainers or ("", "")])
    story.append(KeepTogether([gap(6), heading("Intervenants"), gap(1.5), signing]))
    organiser = occasion.organiser.name
    title = f"{_TITLE}, {occasion.name}"
    return pdf(story, title=title, author=organiser, head=_head(occasion), wide=True)


def _head(occasion: Occasion) -> list[Flowable]:
    facts = (
        ("Date", occasion.date or _UNKNOWN, "Lieu", occasion.place or _UNKNOWN),
        (
            "Horaires",
            cut(occasion.hours, _HOURS_EM) or _UNKNOWN,
            "Organisateur",
            occasion.organiser.name or _UNKNOWN,
        ),
    )
    rows = [[words(text, grey=not i % 2) for i, text in enumerate(fact)] for fact in facts]
    return [
        words(_TITLE.upper(), size=8.5, grey=True),
        words(occasion.name, size=16, strong=True),
        gap(1.5),
        table(rows, (18, 62, 26, 161), style=[("LEFTPADDING", (0, 0), (0, -1), 0)]),
    ]


def _signed(rows: Sequence[tuple[str, str]], *, numbered: bool = False) -> Flowable:
    """A table with a box for the morning and another for the afternoon."""
    head = [words("N°" if numbered else "", size=9, strong=True)]
    head += [words(text, size=9, strong=True) for text in _HEADS]
    lines = [
        [
            words(str(number) if numbered else "", grey=True),
            words(name, strong=True),
            words(organisation),
            "",
            "",
        ]
        for number, (name, organisation) in enumerate(rows, 1)
    ]
    style = [
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, INK),
        ("LINEBEFORE", (2, 0), (-1, -1), 0.4, RULE),
        ("LINEAFTER", (-1, 0), (-1, -1), 0.4, RULE),
    ]
    return table([head, *lines], _WIDTHS_MM, least_mm=_ROW_MM, heads=1, style=style)


def _surname_first(name: str) -> str:
    return " ".join(part for part in split_name(name) if part)


def _by_name(row: tuple[str, str]) -> tuple[str, ...]:
    return tuple(map(fold, row))
