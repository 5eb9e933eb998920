"""What one look at a fiche shows: all that is asked of it at once, beside its picture."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pipeline import fields
from pipeline.decisions import Filed
from pipeline.forms.schema import Form
from pipeline.french import GAP, SEEN, finding_label, label
from pipeline.judging import deciding, shares
from pipeline.judging.doubts import briefly, doubts, is_computed
from pipeline.judging.questions import Answers, Question, questions, words_of
from pipeline.judging.sums import Gap, gap, sum_fields
from pipeline.judging.validate import UNSURE
from pipeline.records import FieldReading, Origin, Registration, Status
from pipeline.review.queue import Place
from pipeline.web import options, screens
from pipeline.web.sheets import Paper, papers
from pipeline.web.views import View

PICK_KEYS = "abcdegjkostuwx"
"""The letters that pick what is offered; the others are commands."""
NUMBERS = "1234567890"
_MOST_OFFERED, _LEAST_OFFERED = 3, 0.01
"""So many other readings, each so probable: there are other fields to look at."""
_CROP_PX = 560
UNREADABLE = "?"
"""Stands for a number that a person declares illegible, while the sum is shown."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One field of a question.

    ``number`` is the key that goes there. ``offered``: keys, values, and how these are read.
    ``said``: "empty" or "illegible" where a person said so. ``tariff_cents``: of a priced count.
    """

    name: str
    label: str
    number: str
    text: str
    known: bool
    marked: tuple[tuple[str, bool], ...]
    offered: tuple[tuple[str, str, str], ...]
    options: tuple[tuple[str, str], ...]
    several: bool
    words: str
    problem: str
    said: str
    in_sum: bool
    is_computed: bool
    is_added: bool
    tariff_cents: int | None
    image: str
    image_width: int
    image_height: int


@dataclass(frozen=True, slots=True)
class Card:
    """One question; ``words`` are a finding's, and ``motives`` keys and reasons to settle it."""

    name: str
    rule: str
    title: str
    words: str
    asks: tuple[Ask, ...]
    motives: tuple[tuple[str, str], ...]
    reason: str
    problem: str
    is_sum: bool


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum as it stands, and the keys and reasons for a gap; no reasons where none is needed."""

    gap: Gap
    motives: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Look:
    """One fiche, as ``look.html.j2`` shows it. ``place``: its first question.

    ``said``: the rules of all findings shown, with their words; ``problem``: what else is asked.
    ``adds``: a person may be added; ``shares``: it may be said who has what.
    """

    subject: str
    seen: int
    label: str
    place: str
    heading: str
    left: str
    others: str
    cards: tuple[Card, ...]
    papers: tuple[Paper, ...]
    ahead: tuple[str, ...]
    sum: Sum
    said: tuple[tuple[str, str], ...]
    problem: str
    adds: bool
    shares: str


@dataclass(slots=True)
class _Looking:
    """A fiche while its look is made: the keys go to what comes first."""

    view: View
    filed: Filed
    form: Form
    answers: Answers
    problems: Mapping[str, str]
    checks: frozenset[str]
    added: frozenset[str] = frozenset()
    keys: Iterator[str] = field(default_factory=lambda: iter(PICK_KEYS))
    numbers: Iterator[str] = field(default_factory=lambda: iter(NUMBERS))

    def card(self, question: Question) -> Card:
        rule, is_sum = question.rule, question.rule == GAP
        motives = () if is_sum else self._keyed(screens.motives(rule)) if rule else ()
        registration = self.filed.registration
        read = (r for name in question.fields if (r := registration.reading(name)))
        asks = tuple(self._ask(reading, question) for reading in read)
        return Card(
            name=question.name,
            rule=rule,
            title=_title(question, asks),
            words=question.words if rule else "",
            asks=asks,
            motives=motives,
            # What Enter says of a finding that needs no other reason.
            reason=self.answers.reasons.get(rule, SEEN if SEEN in dict(motives).values() else ""),
            problem=self.problems.get(rule, "") if rule else "",
            is_sum=is_sum,
        )

    def _keyed(self, words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        return tuple((next(self.keys, ""), motive) for motive in words)

    def _ask(self, reading: FieldReading, question: Question) -> Ask:
        name = reading.field
        text, known = screens.held(self.view.desk, self.filed.subject, reading)
        said = "empty" if name in self.answers.empty else ""
        said = "illegible" if name in self.answers.illegible else said
        typed = self.answers.texts.get(name, text)
        if typed.split() != text.split():
            text, known = typed, False
        offered = screens.offered(
            reading, text, self.form.roles, most=_MOST_OFFERED, least=_LEAST_OFFERED
        )
        image, width, height = screens.image_of(self.filed, name, reading.box_mm, most_px=_CROP_PX)
        return Ask(
            name=name,
            label=label(name, self.form.roles),
            number=next(self.numbers, ""),
            text=text,
            known=known,
            marked=screens.marked(reading, text),
            offered=tuple((next(self.keys, ""), typed, words) for typed, words in offered),
            options=options.of(self.form, reading),
            several=fields.several(reading.type),
            words=self._words(reading, question),
            problem=self.problems.get(name, ""),
            said=said,
            in_sum=question.rule == GAP,
            is_computed=is_computed(reading, self.form),
            is_added=name in self.added,
            tariff_cents=self.form.tariffs_cents.get(name),
            image=image,
            image_width=width,
            image_height=height,
        )

    def _words(self, reading: FieldReading, question: Question) -> str:
        """Why a field is asked: not what its card says already."""
        if reading.field in self.checks and not (question.words and not question.rule):
            return f"{UNSURE}."  # as any other doubt, but never in the place of a finding
        if not question.rule:
            return briefly(question.words) or _standing(reading)
        own = briefly(reading.reason) if reading.status is Status.REVIEW else ""
        return "" if own and own in question.words else own


def look(
    view: View,
    filed: Filed,
    form: Form,
    *,
    others: str,
    answers: Answers | None = None,
    problems: Mapping[str, str] | None = None,
    after: Registration | None = None,
) -> Look:
    """What is shown of a fiche: its doubts or, of one that is done, all it holds.

    ``answers``, ``problems``: what was given, and why it does not do; ``after``: what would follow.
    """
    answers, checks = answers or Answers(), view.desk.checks(filed.subject)
    to_share = not doubts(filed, form) and shares.sharing(filed.registration, dict(filed.shared))
    if after is not None:  # what follows from what was typed is asked, too
        asking = replace(filed.registration, findings=after.findings)
        filed = replace(filed, registration=asking)
    known = filed.registration
    filed = replace(filed, registration=deciding.with_added(known, form, answers.texts))
    every = [reading.field for reading in filed.registration.readings]
    asked = questions(filed, form, also={*checks, *answers.texts})
    asked = asked or questions(filed, form, also=every)
    added = frozenset(r.field for r in filed.registration.readings if not known.reading(r.field))
    looking = _Looking(view, filed, form, answers, problems or {}, checks, added)
    has_sum = any(question.rule == GAP for question in asked)
    gap_keys = [next(looking.keys) for _ in screens.motives(GAP)] if has_sum else []
    cards = tuple(looking.card(question) for question in asked)
    following = view.next(Place(filed.subject, asked[0].name))
    ahead: tuple[str, ...] = ()
    if following and following.subject != filed.subject:
        screens.prefetch(view.desk, following)
        ahead = screens.ahead(view.desk, following)
    numbers = {ask.name: ask.number for card in cards for ask in card.asks}
    of_sheet = any(card.rule and not card.asks for card in cards)
    who_shown = filed.registration.roles.who in numbers
    return Look(
        subject=filed.subject,
        seen=filed.version,
        label=cards[0].title,
        place=asked[0].fields[0] if asked[0].fields else asked[0].rule,
        heading=filed.sources[0].document if who_shown else screens.heading(filed),
        left=screens.left(view.desk),
        others=others,
        cards=cards,
        papers=tuple(papers(view, filed, numbers, of_sheet=of_sheet)),
        ahead=ahead,
        sum=the_sum(filed.registration, form, answers, gap_keys),
        said=tuple(words_of(filed.registration, form).items()),
        problem=" ".join(
            words
            for name, words in (problems or {}).items()
            if name not in {*numbers, *(question.rule for question in asked)}
        ),
        adds=bool(deciding.further_line(filed.registration, form)),
        shares=view.address(filed.subject, shares.NAME) if to_share else "",
    )


def the_sum(registration: Registration, form: Form, answers: Answers, keys: list[str]) -> Sum:
    """The sum with what was typed. A gap asks for a reason, and so does what cannot be added up."""
    summed = sum_fields(registration, form)
    typed = {
        name: UNREADABLE if name in answers.illegible else text
        for name, text in answers.texts.items()
        if name in summed
    }
    stands = gap(registration, form, typed)
    unverifiable = any(
        f.rule == GAP and f.asks and len(f.fields) == 0 for f in registration.findings
    )
    asks = bool(stands.gap_cents) or unverifiable or not set(typed).isdisjoint(answers.illegible)
    motives = tuple(zip(keys, screens.motives(GAP), strict=False)) if asks else ()
    return Sum(stands, motives)


def _title(question: Question, asks: tuple[Ask, ...]) -> str:
    if not question.rule:
        return asks[0].label
    if question.rule == GAP:
        return "Écart entre le total écrit et le tarif" if question.words else "La somme"
    return finding_label(question.rule)


def _standing(reading: FieldReading) -> str:
    return "Décidé par une personne." if reading.origin is Origin.HUMAN else "Accepté."
