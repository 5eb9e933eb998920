"""The routes of one look a fiche: what Enter and the other keys decide about all of it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from starlette.responses import RedirectResponse, Response

from pipeline.decisions import Act, Decision, Filed
from pipeline.errors import ConflictError
from pipeline.forms.schema import Form
from pipeline.french import GAP
from pipeline.judging import deciding
from pipeline.judging.doubts import doubts
from pipeline.judging.questions import Answers, settle
from pipeline.judging.shares import NAME
from pipeline.judging.values import as_written
from pipeline.records import Registration
from pipeline.review.queue import Place
from pipeline.web import balances, ends, forms, looks, mails, pairs, screens
from pipeline.web.views import BY_FIELD, LOOKS, View

_YEAR_S = 31536000


@dataclass(frozen=True, slots=True)
class _Refused:
    """Answers that do not do, or not yet, why, and what they would come to."""

    answers: Answers
    problems: dict[str, str] = field(default_factory=dict)
    after: Registration | None = None


def _begin(view: View) -> Response:
    """The first doubt of the queue, in the way that this browser remembers."""
    place = view.next(None)
    return RedirectResponse(view.opened(place), 303) if place else view.done()


def _open(view: View) -> Response:
    filed, form = view.filed()
    if not view.by_field or view.desk.pair(filed.subject):
        return screen(view, filed.subject)
    in_doubt = doubts(filed, form)
    fields = [reading.field for reading in filed.registration.readings]
    name = in_doubt[0].name if in_doubt else fields[0]
    return RedirectResponse(view.address(filed.subject, name), 303)


def _switch(view: View) -> Response:
    """From one look a fiche to field by field, or back: the browser keeps to it."""
    by_field = view.typed.get("regard") == BY_FIELD
    subject = view.typed.get("subject", "")
    name = view.typed.get("place", "") if by_field else ""
    response = view.away(view.address(subject, name))
    value = BY_FIELD if by_field else ""
    response.set_cookie(LOOKS, value, httponly=True, samesite="strict", max_age=_YEAR_S)
    return response


def _decide(view: View) -> Response:
    """All that is shown of a fiche, at one stroke; what is next."""
    filed, form = view.filed()
    in_doubt = doubts(filed, form)
    answers, checks = _answers(view.typed), view.desk.checks(filed.subject)
    decisions = tuple(Decision(Act.POSTPONE, doubt.name) for doubt in in_doubt)
    refused = None
    if view.typed.get("act") != "postpone":
        outcome = settle(filed.registration, form, answers, gate=view.desk.gate, checked=checks)
        # Checks first, so that they are the first look at their fields.
        decisions = (*_checked(filed, form, answers, checks), *outcome.decisions)
        if outcome.problems:
            refused, decisions = _Refused(answers, dict(outcome.problems), outcome.after), ()
    try:  # of refused answers, too: what another decided meanwhile is told, and not typed over
        view.desk.act(filed.subject, decisions, seen=view.typed_number("seen"), who=view.who)
    except ConflictError as err:
        return screen(view, filed.subject, notice=str(err), status=409)
    if refused:
        return screen(view, filed.subject, refused=refused, status=422)
    now, form = view.desk.file(filed.subject)
    if any(not doubt.postponed for doubt in doubts(now, form)):  # what follows from what was said
        return screen(view, filed.subject)
    asked = next((d for d in in_doubt if not d.postponed), next(iter(in_doubt), None))
    here = Place(filed.subject, asked.name, late=asked.postponed) if asked else None
    following = view.advance(None if checks else here)
    if following and following.name == NAME:
        return RedirectResponse(view.opened(following), 303)
    return screen(view, following.subject) if following else view.done()


def _add(view: View) -> Response:
    """The same look, with what was typed into it, and a line for a person more."""
    filed, form = view.filed()
    answers = _answers(view.typed)
    try:  # what another decided meanwhile is told, and not typed over
        view.desk.act(filed.subject, (), seen=view.typed_number("seen"), who=view.who)
    except ConflictError as err:
        return screen(view, filed.subject, notice=str(err), status=409)
    lines = deciding.with_added(filed.registration, form, answers.texts)
    names = deciding.further_line(lines, form)
    answers = replace(answers, texts={**answers.texts, **dict.fromkeys(names, "")})
    return screen(view, filed.subject, refused=_Refused(answers))


def _checked(
    filed: Filed, form: Form, answers: Answers, checks: Collection[str]
) -> Iterator[Decision]:
    """What a person said of fields that were shown to measure the machine, and the person."""
    for name in sorted(checks & answers.texts.keys()):
        reading = filed.registration.reading(name)
        if reading is not None:
            illegible = name in answers.illegible
            written = "" if illegible else as_written(form, reading, answers.texts[name])
            yield Decision(Act.CHECK, name, written, reading.text)


def _show_sum(view: View) -> Response:
    """The sum as it is typed, into the look at a fiche."""
    filed, form = view.filed()
    answers = _answers(view.typed)
    keys = list(looks.PICK_KEYS[: len(screens.motives(GAP))])
    stands = looks.the_sum(filed.registration, form, answers, keys)
    return view.page("verdict.html.j2", sum=stands, reason=answers.reasons.get(GAP, ""), live=True)


def screen(
    view: View,
    subject: str,
    *,
    notice: str = "",
    refused: _Refused | None = None,
    status: int = 200,
) -> Response:
    """One look at a fiche, as a whole page or as what htmx puts into one; of a pair, at both."""
    pair = view.desk.pair(subject)
    if pair is not None:
        return pairs.screen(view, pair, notice=notice, status=status)
    others = view.desk.here(subject, view.who)
    filed, form = view.desk.file(subject)
    shown = looks.look(
        view,
        filed,
        form,
        others=others,
        answers=refused.answers if refused else None,
        problems=refused.problems if refused else None,
        after=refused.after if refused else None,
    )
    return view.work(
        "look.html.j2",
        title=shown.label,
        address=view.address(subject),
        status=status,
        look=shown,
        ended=ends.words(view.desk, filed),
        beside=mails.of_fiche(view, filed),
        money=balances.of_fiche(view, filed),
        renew=forms.renewal(view, filed),
        notice=notice,
        notice_is_bad=status == 409,
    )


def _answers(typed: dict[str, str]) -> Answers:
    """What stood in the page: ``value.total``, ``said.total``, ``reason.RULE``, ``words.RULE``."""

    def of(kind: str) -> dict[str, str]:
        texts = {name: text for name, text in typed.items() if name.startswith(f"{kind}.")}
        return {name.partition(".")[2]: " ".join(text.split()) for name, text in texts.items()}

    said = of("said")
    return Answers(
        texts=of("value"),
        empty=frozenset(name for name, what in said.items() if what == "empty"),
        illegible=frozenset(name for name, what in said.items() if what == "illegible"),
        reasons={rule: reason[:200] for rule, reason in of("reason").items() if reason},
        said=of("words"),
    )


ROUTES = (
    ("/relire", _begin, "GET"),
    ("/regard", _switch, "POST"),
    ("/fiche/{subject}", _open, "GET"),
    ("/fiche/{subject}", _decide, "POST"),
    ("/fiche/{subject}/somme", _show_sum, "POST"),
    ("/fiche/{subject}/ligne", _add, "POST"),
)
