"""The frozen records that the stages exchange."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.event import Fact
from pipeline.geometry import BoxMm, BoxPx, FloatArray, Homography
from pipeline.roles import Roles, in_row, row_of

Gray = NDArray[np.uint8]
"""(height, width), 0 black to 255 white."""

Mask = NDArray[np.uint8]
"""(height, width), 255 where something is, else 0."""

FieldValue = str | int | None
"""text: str; count: int; amount: cents; check boxes: the ticked option or ""; None: unreadable."""


class Status(StrEnum):
    """What became of a field or a registration."""

    ACCEPTED = "accepted"
    REVIEW = "review"
    CORRECTED = "corrected"


class Severity(StrEnum):
    """INFO is worth knowing; REVIEW keeps the registration from being accepted."""

    INFO = "info"
    REVIEW = "review"


class Origin(StrEnum):
    """Where a reading comes from."""

    OCR = "ocr"
    TEXT_LAYER = "text-layer"
    COMPUTED = "computed"
    HUMAN = "human"


class Quality(StrEnum):
    """How the paper came to be a picture, which decides how far a reading can be trusted."""

    BILEVEL = "bilevel"
    GREY = "grey"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a mail says of the document it brought; ``received_at`` is aware, or None if unsaid.

    ``said`` is the mail's own text, with its signature: evidence of what a fiche holds.
    """

    sender: str
    subject: str
    received_at: datetime | None
    said: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a person put a page of a form on a page of a document, both 1-based.

    ``corners``: of the form's paper, clockwise from its top left, as shares (0..1) of the page
    image's width and height.
    """

    page: int
    form_id: str
    form_page: int
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One document to read.

    ``document`` is its name for people: the path in the inbox with ``/``, ``mail.eml!piece.pdf``
    for an attachment. ``path`` is the file to open (an attachment's own bytes lie in the spool).
    """

    document: str
    path: Path
    sha256: str
    envelope: Envelope | None = None
    placed: tuple[Placement, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a document, or one page of it, gave no registration; ``message`` is French. ``envelope``:
    of the mail that a piece came with, or that gave nothing to read."""

    kind: str
    message: str
    page: int | None = None
    envelope: Envelope | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TextRun:
    """Text the file itself holds (text layer, form field), where it stands on the page.

    A check box's run is "☒" or "☐", or "◪" where the file contradicts itself. ``hidden``: the page
    does not show it; not ``sure``: perhaps not all of it. ``is_note``: typed over as an annotation.
    ``letters_px``: of each character, None for a blank; empty where the file does not tell.
    """

    text: str
    box_px: BoxPx
    hidden: bool = False
    sure: bool = True
    is_note: bool = False
    letters_px: tuple[BoxPx | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page image; ``image`` is read-only. ``number`` is 1-based.

    ``notes``: what comments in the file say; ``advice``: French, told where no form is found. Not
    ``whole`` where the data behind it are cut or damaged, so that parts of it may be missing.
    ``drawn``: the file holds text and no picture, and ``image`` shows its lines, each a run.
    """

    number: int
    image: Gray
    dpi: float
    runs: tuple[TextRun, ...] = ()
    notes: tuple[str, ...] = ()
    advice: str = ""
    whole: bool = True
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class AlignedPage:
    """A page with the homography that maps its pixels onto a form's page.

    ``inliers`` counts the patches of the blank found where the homography puts them, ``coverage``
    is their share of all patches looked for, ``residual_mm`` their median distance. ``shown_mm``:
    the piece of the form's page that is there, where the page was cut off; None for all of it.
    """

    page: Page
    form_id: str
    form_page: int
    homography: Homography
    inliers: int
    coverage: float
    residual_mm: float
    shown_mm: BoxMm | None = None


@dataclass(frozen=True, slots=True)
class LineEvidence:
    """What an engine saw in one line of a zone.

    ``log_probs``: (frames, classes), natural logarithms, class 0 the CTC blank, class i the
    character ``alphabet[i - 1]``; None where the engine gives only a string. ``exact`` marks text
    that the file itself held (text layer, form field). ``slant_deg``: where the writing is one lone
    straight stroke, how far it leans to the right of upright (a dash: 90), else None.
    """

    text: str
    confidence: float
    box_mm: BoxMm
    log_probs: FloatArray | None = None
    alphabet: str = ""
    exact: bool = False
    slant_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible value with its probability; ``text`` is how outputs write it."""

    value: FieldValue
    text: str
    probability: float


class Backing(StrEnum):
    """What beside the writing speaks for what was read."""

    NOTHING = ""
    FAMILIAR = "familiar"
    """All its words are known ones, or those of the form's own people and service."""
    KNOWN = "known"
    """The mail, a list or an earlier review says the same."""


@dataclass(frozen=True, slots=True)
class FieldReading:
    """The reading of one field: its candidates, best first, and what was decided about it.

    ``raw`` is what the engine saw, before any grammar or lexicon. ``calibrated`` is how often such
    a reading is right, where that was measured; the candidates keep the probabilities they had.
    ``typed``: the writing is print; ``backing``: what beside the writing speaks for the value.
    """

    field: str
    type: str
    page: int
    box_mm: BoxMm | None
    raw: str
    candidates: tuple[Candidate, ...]
    origin: Origin = Origin.OCR
    status: Status = Status.REVIEW
    reason: str = ""
    calibrated: float | None = None
    typed: bool = False
    backing: Backing = Backing.NOTHING

    @property
    def value(self) -> FieldValue:
        return self.candidates[0].value if self.candidates else None

    @property
    def text(self) -> str:
        return self.candidates[0].text if self.candidates else ""

    @property
    def posterior(self) -> float:
        """The probability that reading alone gives the value."""
        return self.candidates[0].probability if self.candidates else 0.0

    @property
    def confidence(self) -> float:
        """How probable it is that the value is right, as well as that is known."""
        return self.posterior if self.calibrated is None else self.calibrated


@dataclass(frozen=True, slots=True)
class Finding:
    """A doubt for the reviewer; ``rule`` is the check behind it, which ``french`` puts into words.

    ``facts``: the values it is about, in the rule's order: one that says the same of other values
    is another finding. ``settled``: the reason why a person settled it; it asks no more then.
    ``said``: words of its own, of the form or of an earlier version of this program.
    """

    rule: str
    severity: Severity
    fields: tuple[str, ...] = ()
    facts: tuple[FieldValue, ...] = ()
    settled: str = ""
    said: str = ""

    @property
    def asks(self) -> bool:
        """Whether a person has to look."""
        return self.severity is Severity.REVIEW and not self.settled


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says a field holds: the field of the ``number``-th form (from 1) of a document,
    on that page of it."""

    source: Source
    number: int
    page: int
    field: str
    type: str
    value: FieldValue


@dataclass(frozen=True, slots=True)
class Registration:
    """One filled form. ``page`` is its first page in the document, ``quality`` its worst page's.

    The total is kept three times: as read (the reading of the total), as computed
    (``total_due_cents``, None where the counts are unreadable), accepted (the reading's status).
    """

    form_id: str
    page: int
    readings: tuple[FieldReading, ...]
    findings: tuple[Finding, ...] = ()
    total_due_cents: int | None = None
    status: Status = Status.REVIEW
    roles: Roles = field(default_factory=Roles)
    quality: Quality = Quality.GREY

    @property
    def confidence(self) -> float:
        """The least confidence of any field: a form is as doubtful as its worst field."""
        return min((r.confidence for r in self.readings), default=0.0)

    @property
    def named(self) -> tuple[FieldReading, ...]:
        """The people named, in the order of their lines; a line that holds nothing names nobody.

        A surname and the given name beside it are one reading, in the field of the surname.
        """
        lines = self.repeated(self.roles.named)
        if self.roles.given:
            rows = {row_of(r.field) for r in (*lines, *self.repeated(self.roles.given))}
            lines = tuple(map(self._person, sorted(rows)))
        return tuple(reading for reading in lines if reading.text)

    def name_parts(self, person: FieldReading) -> tuple[str, str] | None:
        """Surname and given name of one of the ``named``; None where they are one field."""
        if not self.roles.given:
            return None
        given = self.reading(in_row(self.roles.given, row_of(person.field)))
        surname = self.reading(person.field)
        return surname.text if surname else "", given.text if given else ""

    def _person(self, row: int) -> FieldReading:
        """The surname and the given name of a row, or of a form about one person, as one."""
        field, given = (in_row(name, row) for name in (self.roles.named, self.roles.given))
        parts = [part for name in (field, given) if (part := self.reading(name))]
        surname, rest = ("".join(p.text for p in parts if p.field == n) for n in (field, given))
        text = f"{surname.upper()} {rest}".strip()
        in_doubt_first = (Status.REVIEW, Status.CORRECTED, Status.ACCEPTED)
        return replace(
            parts[0],
            field=field,
            candidates=(Candidate(text, text, prod(part.confidence for part in parts)),),
            status=min((part.status for part in parts), key=in_doubt_first.index),
            calibrated=None,
        )

    @property
    def total_cents(self) -> int | None:
        """The total as written; None where unreadable, or where the form asks for none."""
        total = self.reading(self.roles.total)
        return total.value if total and isinstance(total.value, int) else None

    @property
    def gap_cents(self) -> int | None:
        """The total as written minus as computed; None where one of them is unknown."""
        written, due = self.total_cents, self.total_due_cents
        return None if written is None or due is None else written - due

    def reading(self, name: str) -> FieldReading | None:
        return next((r for r in self.readings if r.field == name), None)

    def repeated(self, name: str) -> tuple[FieldReading, ...]:
        """The readings of a field, of each of its lines where it is a repeated one."""
        return tuple(r for r in self.readings if r.field.split(".")[0] == name)

    def holding(self, reading: FieldReading) -> "Registration":
        """The registration with that reading, in the place of the same field's or as a new one."""
        if self.reading(reading.field):
            return self.replacing(reading)
        return replace(self, readings=(*self.readings, reading))

    def replacing(self, reading: FieldReading) -> "Registration":
        """The registration with the reading of the same field replaced."""
        readings = tuple(reading if r.field == reading.field else r for r in self.readings)
        return replace(self, readings=readings)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document; a bug is a rejection of kind ``bug``.

    ``read``: its forms as they were read, before anything is judged; ``registrations``: what each
    of them came to. ``thumbnails``: small JPEGs for the report, one a form in order, or none.
    ``facts``: what its pages say of an event.
    """

    source: Source
    pages: int = 0
    registrations: tuple[Registration, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    seconds: float = field(default=0.0, compare=False)
    thumbnails: tuple[bytes, ...] = ()
    read: tuple[Registration, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Received:
    """One file of the inbox as last seen, with what came out of it.

    ``name`` is its path in the inbox with ``/``. A plain scan gives one source, a mail one for each
    attachment; ``rejections`` pairs the name of a piece that cannot be read with the reason.
    ``size`` and ``mtime_ns`` tell whether it has changed since.
    """

    name: str
    size: int
    mtime_ns: int
    sources: tuple[Source, ...] = ()
    rejections: tuple[tuple[str, Rejection], ...] = ()
