"""What the templates show of the records: plain values, in French."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import quote

from pipeline import fields
from pipeline.decisions import Act, Decided, Decision, Filed, Letter
from pipeline.fields import Nature, shown
from pipeline.forms.schema import Form
from pipeline.french import GAP, REASONS, SEEN, finding_label, label, sentence
from pipeline.geometry import BoxMm
from pipeline.judging import deciding, shares
from pipeline.judging.doubts import (
    Doubt,
    alternatives,
    briefly,
    doubtful_characters,
    doubts,
    is_computed,
)
from pipeline.judging.questions import needs_reason
from pipeline.judging.sums import Gap, gap
from pipeline.judging.validate import UNSURE
from pipeline.judging.values import position
from pipeline.pages import euros, plural
from pipeline.records import FieldReading, Origin, Status
from pipeline.review.queue import Place
from pipeline.roles import Roles
from pipeline.web import options
from pipeline.web.desk import Desk
from pipeline.web.views import View

_CROP_PX = 900
"""As wide as the screen shows a crop, on a laptop."""
AROUND_MM = 3.0
_LEAST_CUT_MM = 58.0
_CROP_PX_PER_MM = 14.0
_SEEN = (SEEN, *list(REASONS.values())[1:])
ACTS = {
    Act.CONFIRM: "confirmé",
    Act.CORRECT: "corrigé",
    Act.ILLEGIBLE: "illisible",
    Act.POSTPONE: "remis à plus tard",
    Act.SETTLE: "constat réglé",
    Act.DROP: "doublon retiré",
    Act.REPLACE: "remplacée",
    Act.CANCEL: "annulée",
    Act.RESTORE: "rétablie",
    Act.KEEP: "gardée",
    Act.ADD: "complète une autre",
    Act.NOTE: "note jointe",
    Act.SET_ASIDE: "écarté",
    Act.KEY_IN: "saisi à la main",
    Act.PLACE: "placé à la main et relu",
    Act.CHECK: "vérifié",
    Act.SHARE: "réparti",
    Act.WAIVE: "écart laissé",
    Act.SENT: "courrier préparé",
    Act.PAYS: "paie",
    Act.UNRELATED: "sans rapport",
    Act.DEPOSITED: "remise en banque",
}
"""What was done, in the history."""
LETTERS = {Letter.REQUEST: "demande de règlement", Letter.CONFIRMATION: "confirmation"}


@dataclass(frozen=True, slots=True)
class Line:
    """One field in the list beside the work."""

    label: str
    text: str
    address: str
    sign: str
    colour: str
    spoken: str
    current: bool
    before: bool
    after: bool


@dataclass(frozen=True, slots=True)
class Work:
    """The work on one field or finding, as ``work.html.j2`` shows it."""

    subject: str
    place: str
    seen: int
    label: str
    heading: str
    left: str
    others: str
    is_field: bool
    reason: str
    text: str
    marked: tuple[tuple[str, bool], ...]
    known: bool
    alternatives: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, str], ...]
    several: bool
    motives: tuple[str, ...]
    problem: str
    in_sum: bool
    is_computed: bool
    is_added: bool
    adds: str
    image: str
    image_width: int
    image_height: int
    fields: tuple[Line, ...]
    findings: tuple[str, ...]
    ahead: tuple[str, ...]
    gap: Gap | None
    settled_gap: str


def work(view: View, place: Place, *, others: str, problem: str, typed: str | None) -> Work | None:
    """What is shown of a place; None where its registration has no such field or finding."""
    filed, form = view.desk.file(place.subject)
    registration, name = filed.registration, place.name
    reading = deciding.with_added(registration, form, [name]).reading(name)
    finding = next((f for f in registration.findings if f.rule == name), None)
    if reading is None and finding is None and name not in dict(filed.settled):
        return None
    in_doubt = doubts(filed, form)
    is_check = view.desk.is_check((filed.subject, name))
    title = label(name, form.roles) if reading else finding_label(name)
    box = reading.box_mm if reading else None
    image, width, height = image_of(filed, name, box)
    following = view.next(place)
    if following and following != place:
        prefetch(view.desk, following)
    text, known = held(view.desk, filed.subject, reading) if reading else ("", False)
    if typed is not None:
        text, known = typed, False
    return Work(
        subject=filed.subject,
        place=name,
        seen=filed.version,
        label=title,
        heading=heading(filed),
        left=left(view.desk),
        others=others,
        is_field=reading is not None,
        reason=_reason(
            reading, sentence(finding, form.roles) if finding else "", in_doubt, is_check=is_check
        ),
        text=text,
        known=known,
        marked=marked(reading, text) if reading else (),
        alternatives=offered(reading, text, form.roles) if reading else (),
        options=options.of(form, reading) if reading else (),
        several=reading is not None and fields.several(reading.type),
        motives=motives(name) if finding else (),
        problem=problem,
        in_sum=reading is not None and fields.nature(reading.type) is Nature.NUMBER,
        is_computed=reading is not None and is_computed(reading, form),
        is_added=reading is not None and registration.reading(name) is None,
        adds=adds(view, filed, form),
        image=image,
        image_width=width,
        image_height=height,
        fields=_lines(view, filed, form, in_doubt, name, is_check=is_check),
        findings=tuple(
            sentence(f, form.roles) for f in registration.findings if f.asks and f.rule != name
        ),
        ahead=ahead(view.desk, following),
        gap=gap(registration, form, {}) if form.is_priced else None,
        settled_gap=next((f.settled for f in registration.findings if f.rule == GAP), ""),
    )


def left(desk: Desk) -> str:
    """How much there is to do."""
    counts = desk.counts()
    doubted = plural(counts.doubts, "champ douteux", "champs douteux")
    fiches = plural(counts.to_review, "fiche", "fiches")
    to_share = plural(counts.to_share, "fiche à répartir", "fiches à répartir")
    return f"{doubted}, {fiches}" + (f" ; {to_share}" if counts.to_share else "")


def adds(view: View, filed: Filed, form: Form) -> str:
    """Where a person more is added; empty where the form has no lines of people."""
    fields = deciding.further_line(filed.registration, form)
    return view.address(filed.subject, fields[0]) if fields else ""


def motives(rule: str) -> tuple[str, ...]:
    """Why a finding may be settled."""
    return tuple(REASONS.values()) if needs_reason(rule) else _SEEN


def who_head(forms: Iterable[Form]) -> str:
    """What all forms call whoever registers, or a word for all of them; empty where none asks."""
    heads = {label(form.roles.who, form.roles) for form in forms if form.roles.who}
    return heads.pop() if len(heads) == 1 else "Inscrit par" * bool(heads)


def heading(filed: Filed) -> str:
    """Whose fiche it is, and its document; the first person where no form asks for a service."""
    registration = filed.registration
    who = registration.reading(registration.roles.who)
    text = who.text if who else ""
    if not registration.roles.who:
        text = next((person.text for person in registration.named), "")
    return " · ".join(part for part in (text, filed.sources[0].document) if part)


def _reason(
    reading: FieldReading | None, message: str, in_doubt: tuple[Doubt, ...], *, is_check: bool
) -> str:
    if reading is None:
        return message or "Constat réglé."
    why = next((briefly(d.reason) for d in in_doubt if d.name == reading.field), "")
    if why or is_check:
        return why or f"{UNSURE}."
    if reading.status is Status.REVIEW:  # a person who is being added, or waits for other fields
        return reading.reason
    return "Décidé par une personne." if reading.origin is Origin.HUMAN else "Accepté."


def held(desk: Desk, subject: str, reading: FieldReading) -> tuple[str, bool]:
    """What a field is shown to hold, and whether that is known from another fiche."""
    known = desk.proposed(subject, reading)
    is_mark = fields.nature(reading.type) is Nature.MARK  # of which an option is picked
    return known or (reading.text if is_mark else shown(reading)), bool(known)


def marked(reading: FieldReading, text: str) -> tuple[tuple[str, bool], ...]:
    """The text in runs of sure and of doubtful characters; nothing where all are sure."""
    doubtful = doubtful_characters(reading)
    if text != reading.text or not any(doubtful):
        return ()
    pairs = zip(text, doubtful, strict=True)
    return tuple(
        ("".join(letter for letter, _ in run), doubted)
        for doubted, run in groupby(pairs, key=lambda pair: pair[1])
    )


def offered(
    reading: FieldReading, text: str, roles: Roles, *, most: int = 9, least: float = 0.0
) -> tuple[tuple[str, str], ...]:
    """What else than ``text`` may be there, as one may type it and as readers read it.

    ``least``: how probable a reading has to be, to be worth showing.
    """
    may_be = {c.text: c for c in reversed(reading.candidates)}
    others = [
        (typed, shown(reading, roles, may_be[typed]))
        for typed in alternatives(reading)
        if may_be[typed].probability >= least or typed == reading.text
    ]
    return tuple(pair for pair in others if text not in pair)[:most]


def image_of(
    filed: Filed, name: str, box: BoxMm | None, *, most_px: int = _CROP_PX
) -> tuple[str, int, int]:
    """Where a zone's picture is, and its size on the screen, so that nothing jumps."""
    if box is None:
        return "", 0, 0
    cut = cut_of(box)
    wide, high = cut.w + 2 * AROUND_MM, cut.h + 2 * AROUND_MM
    scale = min(_CROP_PX_PER_MM, most_px / wide)
    address = f"/image/zone/{filed.subject}/{quote(name)}?w={round(wide * scale)}"
    return address, round(wide * scale), round(high * scale)


def cut_of(box: BoxMm) -> BoxMm:
    """What is shown of a zone: with enough of its line to see where it stands."""
    return box.grown(max(0.0, (_LEAST_CUT_MM - box.w) / 2), 0.0)


def ahead(desk: Desk, place: Place | None) -> tuple[str, ...]:
    """The picture that comes next, for the browser to fetch before it is asked for."""
    if place is None:
        return ()
    filed, _ = desk.file(place.subject)
    reading = filed.registration.reading(place.name)
    if reading is None:
        return ()
    address, *_ = image_of(filed, place.name, reading.box_mm)
    return (address,) if address else ()


def prefetch(desk: Desk, place: Place) -> None:
    """Have the page drawn that comes next."""
    filed, _ = desk.file(place.subject)
    reading = filed.registration.reading(place.name)
    page = reading.page if reading else filed.registration.page
    desk.pictures.prefetch(filed.sources[0], number=filed.number, page=page)


def _lines(
    view: View,
    filed: Filed,
    form: Form,
    in_doubt: tuple[Doubt, ...],
    current: str,
    *,
    is_check: bool,
) -> tuple[Line, ...]:
    rules = [d for d in in_doubt if filed.registration.reading(d.name) is None]
    in_order = sorted(filed.registration.readings, key=lambda r: position(form, r.field))
    named = [(r.field, label(r.field, form.roles), r) for r in in_order]
    names = [name for name, *_ in named] + [d.name for d in rules]
    at = names.index(current) if current in names else -1
    lines = []
    for i, name in enumerate(names):
        reading = named[i][2] if i < len(named) else None
        title = named[i][1] if reading else finding_label(name)
        unread = reading is None or reading.status is Status.REVIEW
        if unread or (is_check and name == current):
            sign, colour, spoken = "●", "todo", "à relire :"
        elif reading and reading.origin is Origin.HUMAN:
            sign, colour, spoken = "✓", "ok", "relu :"
        else:
            sign, colour, spoken = "·", "soft", "accepté :"
        lines.append(
            Line(
                label=title,
                text=_beside(
                    reading, next((d.reason for d in rules if d.name == name), ""), form.roles
                )
                if name != current  # it stands large beside its picture
                else "",
                address=view.address(filed.subject, name),
                sign=sign,
                colour=colour,
                spoken=spoken,
                current=name == current,
                before=at > 0 and i == at - 1,
                after=at >= 0 and i == at + 1,
            )
        )
    return tuple(lines)


def _beside(reading: FieldReading | None, reason: str, roles: Roles) -> str:
    return shown(reading, roles) if reading else reason


def history(decided: tuple[Decided, ...], roles: Roles) -> list[dict[str, Any]]:
    """The decisions on a fiche, the last first."""
    return [
        {
            "when": when(entry.at),
            "who": entry.who,
            "label": _name_of(entry.decision, roles),
            "act": ACTS[entry.decision.act],
            "was": entry.was,
            "value": _value_of(entry.decision, roles),
            "reason": entry.decision.reason,
            "undone": entry.undone,
        }
        for entry in reversed(decided)
    ]


def _name_of(decision: Decision, roles: Roles) -> str:
    if decision.act is Act.SETTLE:
        return finding_label(decision.field)
    if decision.act is Act.SENT:
        return LETTERS[Letter(decision.field)]
    return label(decision.field, roles) if decision.field else ""


def _value_of(decision: Decision, roles: Roles) -> str:
    if decision.act is Act.WAIVE:
        return euros(int(decision.value))
    is_share = decision.act is Act.SHARE
    return shares.in_words(decision.value, roles) if is_share else decision.value


def when(at: datetime) -> str:
    return at.astimezone().strftime("%d/%m/%Y %H:%M:%S")


def types(desk: Desk) -> list[tuple[str, str, int]]:
    """The field types that have doubts, what they are called, and how many."""
    return [
        (kind, fields.load(kind).plural, count)
        for kind, count in desk.counts().by_type.items()
        if count and kind
    ]
