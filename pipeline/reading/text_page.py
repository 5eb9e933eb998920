"""A fiche that came as text: its labels found, however an engine spelled them, and what is behind.

What the form prints is taken out of each line; what is left was written, and belongs to the label
before it, or goes to a person as it is. Nobody can compare it with a paper: so does all of it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from rapidfuzz import fuzz

from pipeline import fields
from pipeline.fields import Means
from pipeline.forms.blank import BlankPage
from pipeline.forms.printed import Phrase, labels
from pipeline.forms.zone import Zone
from pipeline.geometry import BoxMm, Homography
from pipeline.intake.pdfbuttons import TICKED, UNSURE, UNTICKED
from pipeline.paper.dropout import CleanPage, flattened
from pipeline.paper.lines import line_field
from pipeline.reading.text_print import LABEL_PERCENT, bare, is_broken_print, print_in, written_in
from pipeline.records import AlignedPage, Finding, LineEvidence, Page, Severity
from pipeline.text import shapes, tidy

_LEAST_LABELS, _LEAST_SHARE = 3, 0.6
"""A text with so many labels of a form, and this share of them, is that form."""
_TICK = r"[xX×✓✔✗✘]{1,2}"
_MARK = re.compile(
    rf"(?P<ticked>[☒☑✓✔✗✘]|[\[(|{{]\s*{_TICK}\s*[\])|}}]?|(?<!\w){_TICK}\s*[\])|}}]?)\s*$"
    r"|(?P<empty>[☐□]|[\[(]\s*[\])])\s*$"
    r"|(?P<unsure>(?<!\S)(?:[A-Z]?[A-Z0-9]|\S{0,2}[\[\](){}|]\S{0,2}))\s*$"
)
"""What stands before the label of a check box."""
_TICKED_BEHIND = re.compile(rf"[\s:]*(?:[☒☑]|[\[(]?\s*{_TICK}\s*[\])]?|oui)[\s.]*", re.IGNORECASE)
_COLON, _ROW_MM = " :@", 13.0
_LONGER = (Means.PERSON, Means.ORGANISATION, Means.EMAIL, Means.PHONE)
"""One sign is none of these, but a speck."""
_SAYS_SOMETHING = re.compile(r"\d|[^\W\d_]{3}")


@dataclass(frozen=True, slots=True)
class TextFiche:
    """What a text says of a form's page.

    ``held``: by line of a field (``personnes.2``), and for each check box (``paiement:postal``)
    whether it is ticked. ``places``: where the label of each field stands, on the drawn page; a
    field without one was not asked. ``left``: what is written behind no label.
    """

    held: dict[str, tuple[LineEvidence, ...]]
    places: dict[str, BoxMm]
    left: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        every = (line.text for lines in self.held.values() for line in lines)
        return not self.left and all(text in (UNTICKED, UNSURE) for text in every)


@dataclass(frozen=True, slots=True)
class _Part:
    """Text of the field, or check box (``field:option``), of that ``name``; none: its label.
    Without a name, text behind no label."""

    name: str
    text: str
    box_mm: BoxMm

    @property
    def field(self) -> str:
        return self.name.partition(":")[0]

    @property
    def evidence(self) -> LineEvidence:
        return LineEvidence(self.text, 1.0, self.box_mm, exact=True)


def align_text(page: Page, blanks: Sequence[BlankPage]) -> list[AlignedPage]:
    """The pages of the form whose labels stand in a text, each with its lines; none where no form's
    do.

    Their frame is the drawn page, as large as the form's paper.
    """
    shares = [(_share_of_labels(page, blank), blank) for blank in blanks]
    best, form_id = max(((s, b.form.id) for s, b in shares), default=(0.0, ""))
    if best < _LEAST_SHARE:
        return []
    return [
        _aligned(fiche, blank, share)
        for share, blank in shares
        if blank.form.id == form_id and share >= _LEAST_SHARE
        for fiche in _fiches(page, blank)
    ]


def read_text(aligned: AlignedPage, blank: BlankPage) -> TextFiche:
    """What stands behind the labels."""
    parts = [*_Reader(blank).parts(_lines(aligned))]
    held: dict[str, tuple[LineEvidence, ...]] = {}
    for zone in blank.form.zones_of(blank.number):
        own = [part for part in parts if part.text and part.field == zone.field]
        if zone.boxes:
            held |= {part.name: (part.evidence,) for part in own}
        elif zone.repeated:
            held |= {line_field(zone, i): (part.evidence,) for i, part in enumerate(own)}
        elif own:
            held[zone.field] = tuple(part.evidence for part in own)
    places = {part.field: part.box_mm for part in reversed(parts) if part.name}
    return TextFiche(held, places, tuple(part.text for part in parts if not part.name))


def blank_paper(aligned: AlignedPage, blank: BlankPage) -> CleanPage:
    """The drawn page, on which no pen wrote."""
    drawn = flattened(aligned, blank)
    nothing = np.zeros_like(drawn)
    return CleanPage(drawn, drawn, nothing, pale=nothing, traces=nothing)


def text_findings(fiche: TextFiche, blank: BlankPage) -> tuple[Finding, ...]:
    """What keeps every field of the page in review, and what is written behind no label."""
    zones = tuple(zone.field for zone in blank.form.zones_of(blank.number))
    came = Finding("received_as_text", Severity.REVIEW, zones)
    if not fiche.left:
        return (came,)
    return (came, Finding("all_text_has_a_label", Severity.REVIEW, facts=fiche.left))


def _share_of_labels(page: Page, blank: BlankPage) -> float:
    """The share of a form's labels that stand in the text; 0 for too few."""
    lines = [shapes(tidy(run.text)) for run in page.runs]
    wanted = [shapes(bare(label.text)) for label in labels(blank).values()]
    count = sum(any(_stands_in(label, line) for line in lines) for label in wanted)
    return count / len(wanted) if count >= _LEAST_LABELS else 0.0


def _stands_in(label: str, line: str) -> bool:
    long_enough = len(line) >= len(label) - 1
    return long_enough and fuzz.partial_ratio(label, line, score_cutoff=LABEL_PERCENT) > 0


def _fiches(page: Page, blank: BlankPage) -> Iterator[Page]:
    """The page with the lines of each fiche on it: another one begins where its first label comes
    again."""
    first, *_ = sorted(labels(blank).values(), key=lambda label: label.middle_mm)
    label = shapes(bare(first.text))
    begins = [n for n, run in enumerate(page.runs) if _stands_in(label, shapes(tidy(run.text)))]
    cuts = [0, *begins[1:], len(page.runs)]
    for start, end in pairwise(cuts):
        yield replace(page, runs=page.runs[start:end])


def _aligned(page: Page, blank: BlankPage, share: float) -> AlignedPage:
    height_px, width_px = page.image.shape
    matrix = np.diag([blank.width_mm / width_px, blank.height_mm / height_px, 1.0])
    frame = Homography.from_matrix(matrix)
    count = round(share * len(labels(blank)))
    return AlignedPage(page, blank.form.id, blank.number, frame, count, share, residual_mm=0.0)


def _lines(aligned: AlignedPage) -> Iterator[tuple[str, BoxMm]]:
    for run in aligned.page.runs:
        corners = aligned.homography.to_mm(run.box_px.corners())
        (x, y), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        if text := tidy(run.text):
            yield text, BoxMm(float(x), float(y), float(right - x), float(bottom - y))


def _is_beside(label: Phrase | None, phrase: Phrase) -> bool:
    """Whether the form prints something in the row of a label, or in the next: an engine may read
    across two columns. What it prints elsewhere was written here."""
    return label is not None and abs(label.middle_mm - phrase.middle_mm) < _ROW_MM


class _Reader:
    """Goes through the lines of a fiche: what stands behind a label, as far as it has room."""

    def __init__(self, blank: BlankPage) -> None:
        self._blank = blank
        self._names = {phrase: name for name, phrase in labels(blank).items()}
        self._zones = {zone.field: zone for zone in blank.form.zones_of(blank.number)}
        self._gone: set[Phrase] = set()
        self._open: Zone | None = None
        self._room = 0
        self._begun = False

    def parts(self, lines: Iterable[tuple[str, BoxMm]]) -> Iterator[_Part]:
        for text, box in lines:
            # Print comes once: where something is to be written, what comes again was written.
            stands = print_in(text, self._blank, self._gone if self._open else ())
            at = 0
            label: Phrase | None = None
            before: Phrase | None = None
            for printed, behind in zip(stands, [*stands[1:], None], strict=True):
                behind_label = label is not None and before == label
                at_once = behind_label and not text[at : printed.start].strip(_COLON)
                if at_once and printed.phrase and not _is_beside(label, printed.phrase):
                    continue
                rest, at = text[at : printed.start], printed.end
                if before and not behind_label and is_broken_print(rest, self._blank):
                    rest = ""
                if printed.phrase:
                    self._gone.add(printed.phrase)
                name = self._names.get(printed.phrase, "") if printed.phrase else ""
                before = printed.phrase
                if ":" in name:
                    after = text[printed.end : behind.start] if behind else ""
                    yield from self._box(name, rest, after, box)
                    at += len(after) if _TICKED_BEHIND.fullmatch(after) else 0
                    continue
                yield from self._give(rest, box, surely=behind_label)
                if name:
                    label = printed.phrase
                    self._begun, self._open = True, self._zones[name]
                    self._room = len(self._open.lines)
                    yield _Part(name, "", box)

    def _box(self, name: str, rest: str, after: str, box: BoxMm) -> Iterator[_Part]:
        mark = _MARK.search(rest)
        yield from self._give(rest[: mark.start()] if mark else rest, box)
        state = UNTICKED
        if _TICKED_BEHIND.fullmatch(after) or (mark and mark["ticked"]):
            state = TICKED
        elif mark and mark["unsure"]:
            state = UNSURE
        yield _Part(name, state, box)

    def _give(self, rest: str, box: BoxMm, *, surely: bool = False) -> Iterator[_Part]:
        """``surely`` written: it stands behind its label."""
        counts = self._open is not None and fields.means(self._open.type) is Means.COUNT
        text = written_in(rest, None if surely else self._blank, counts=counts)
        if self._open and len(text) < 2 and fields.means(self._open.type) in _LONGER:
            return
        if text and self._open:
            yield _Part(self._open.field, text, box)
            self._room -= 1
            self._open = self._open if self._room else None
        elif self._begun and _SAYS_SOMETHING.search(text):
            yield _Part("", text, box)
