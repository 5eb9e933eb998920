"""Cheques and cash: noted, taken back, and handed in to the bank together."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from pipeline.decisions import Act, Decision
from pipeline.errors import ConflictError
from pipeline.ledger import PaidBy, Ruling, Slip, Taking
from pipeline.pages import euros, plural
from pipeline.papers.occasion import Organiser
from pipeline.papers.slip import slip_sheet
from pipeline.payments.reference import reference_of
from pipeline.review.queue import holds_all
from pipeline.text import fold
from pipeline.treasury.occasions import occasion_of
from pipeline.treasury.payable import who
from pipeline.web import balances, drafts
from pipeline.web.desk import Desk, GoneError
from pipeline.web.noting import (
    MOST_LINES,
    SOUGHT,
    Draft,
    Line,
    Noted,
    as_typed,
    day_of,
    following,
    read,
    with_line,
)
from pipeline.web.till import Money, today
from pipeline.web.views import View

HOME = "/reglements"
_ROOM = "/paiements"
_SHARE = "share."
"""Begins the name of the part of a fiche, which ends with its subject."""
_MOST_OFFERED = 9
"""Fiches that a search offers: as many as have a key."""
_MOST_SIGNS, _MOST_REASON = 100, 200
_NAMES = {PaidBy.CHEQUE: "Chèque", PaidBy.CASH: "Espèces"}


def _show(view: View) -> Response:
    view.desk.catch_up()
    money = view.desk.till.now()
    draft = Draft(day=today().isoformat())
    if asked := view.asked("fiche"):
        draft = with_line(draft, _line(view.desk, money, asked))
    noted = [_row(money, *pair) for pair in money.takings.values()]
    open_slips = {slip.number for slip in money.ledger.open_slips}
    return view.page(
        "takings.html.j2",
        here=_ROOM,
        cheques=[row for row in noted if row["taking"].by is PaidBy.CHEQUE and not row["slip"]],
        cash=[row for row in noted if row["taking"].by is PaidBy.CASH],
        slips=[
            {
                "slip": slip,
                "is_open": slip.number in open_slips,
                "rows": [row for row in noted if row["slip"] == slip.number],
            }
            for slip in reversed(money.ledger.slips)
        ],
        balances=balances.to_settle(money),
        letters=drafts.shown(view),
        **_given(draft),
    )


def _given(draft: Draft) -> dict[str, Any]:
    """What the form shows."""
    ways = [(way.value, name) for way, name in _NAMES.items()]
    return {"draft": draft, "ways": ways, "today": today().isoformat()}


def _row(money: Money, taking: Taking, ruling: Ruling) -> dict[str, Any]:
    """A cheque or cash, and whose fiches it pays."""
    paid = [(money.filed.get(name), name, cents) for name, cents in ruling.pays]
    return {
        "taking": taking,
        "seen": ruling.version,
        "slip": ruling.slip,
        "fiches": [
            {
                "subject": filed.subject if filed else "",
                "heading": (filed and who(filed.registration)) or reference_of(name),
                "cents": cents,
            }
            for filed, name, cents in paid
        ],
    }


def _line(desk: Desk, money: Money, subject: str) -> Line:
    """A fiche that may be paid. Raises GoneError, and ConflictError where it counts no more."""
    filed, _ = desk.file(subject)
    if filed.end is not None:
        raise ConflictError("Cette fiche ne compte plus : un règlement ne peut y être noté.")
    stands = money.standing.get(filed.id)
    left_cents = max(0, -stands.balance_cents) if stands else 0
    return Line(
        subject,
        filed.id,
        who(filed.registration) or filed.sources[0].document,
        ", ".join(person.text for person in filed.registration.named),
        reference_of(filed.id),
        left_cents,
        as_typed(left_cents) if left_cents else "",
    )


def _typed(view: View, money: Money) -> Draft:
    """What stood in the form."""
    typed = {name: " ".join(text.split())[:_MOST_SIGNS] for name, text in view.typed.items()}
    subjects = [name.removeprefix(_SHARE) for name in typed if name.startswith(_SHARE)]
    lines = tuple(
        replace(_line(view.desk, money, subject), share=typed[f"{_SHARE}{subject}"])
        for subject in subjects[:MOST_LINES]
    )
    by = PaidBy.CASH if typed.get("by") == PaidBy.CASH else PaidBy.CHEQUE

    def text(name: str) -> str:
        return typed.get(name, "")

    return Draft(
        lines,
        by,
        amount=text("amount"),
        drawer=text("drawer"),
        cheque=text("cheque"),
        bank=text("bank"),
        day=text("day"),
        sought=text("sought"),
    )


def _choose(view: View) -> Response:
    """The form with a fiche more or less; of several that a search gives, one is to be picked."""
    desk, money = view.desk, view.desk.till.now()
    draft, added, gone = _typed(view, money), view.typed.get("add"), view.typed.get("remove")
    if gone:
        left = tuple(line for line in draft.lines if line.subject != gone)
        return _form(view, following(draft, left))
    if added:
        return _form(view, with_line(draft, _line(desk, money, added)))
    if not draft.sought:
        return _form(view, draft.but(SOUGHT, "Écrire un nom, un service ou une référence."))
    known = {line.subject for line in draft.lines}
    subjects = [subject for subject in sought(desk, money, draft.sought) if subject not in known]
    if not subjects:
        return _form(view, draft.but(SOUGHT, "Aucune autre fiche ne porte ces mots."))
    if len(subjects) == 1:
        return _form(view, with_line(draft, _line(desk, money, subjects[0])))
    offered = tuple(_line(desk, money, subject) for subject in subjects[:_MOST_OFFERED])
    return _form(view, replace(draft, offered=offered, further=len(subjects) - len(offered)))


def sought(desk: Desk, money: Money, text: str) -> list[str]:
    """The fiches that count and hold these words in their reference, people, service or document:
    first those that owe something, then by who registers."""
    hits = []
    for filed in desk.counting():
        registration, reference = filed.registration, reference_of(filed.id)
        held = [reference.replace(" ", ""), who(registration), filed.sources[0].document]
        held += [person.text for person in registration.named]
        if holds_all(fold("\n".join(held)), text):
            stands = money.standing.get(filed.id)
            is_even = stands is None or stands.balance_cents >= 0
            hits.append((is_even, fold(who(registration)), filed.subject))
    return [subject for *_, subject in sorted(hits)]


def _form(view: View, draft: Draft) -> Response:
    status = 422 if draft.problems else 200
    return view.page("note.html.j2", status=status, **_given(draft))


def _take(view: View) -> Response:
    """Note what was typed, and what it pays."""
    noted = read(_typed(view, view.desk.till.now()), today=today())
    if not isinstance(noted, Noted):
        return _form(view, noted)
    pays = [Decision(Act.PAYS, name, str(cents)) for name, cents in noted.pays]
    view.desk.till.take(noted.taking, pays, who=view.who)
    name, amount = _NAMES[noted.taking.by], euros(noted.taking.amount_cents)
    return view.away(HOME, f"{name}, {amount} : c'est noté. z l'annule.")


def _take_back(view: View) -> Response:
    """What was noted never came; of a slip that the bank has credited, it did."""
    subject = str(view.request.path_params["taking"])
    money = view.desk.till.now()
    if subject not in money.takings:
        raise GoneError("Ce règlement n'est pas, ou plus, parmi ceux que l'on a notés.")
    reason = " ".join(view.typed.get("reason", "").split())[:_MOST_REASON]
    if not reason:
        return view.words("Écrire pourquoi ce règlement est retiré.", 422)
    _, ruling = money.takings[subject]
    if ruling.slip and ruling.slip not in {slip.number for slip in money.ledger.open_slips}:
        raise ConflictError(
            f"La banque a crédité la remise n° {ruling.slip} : ce chèque ne se retire plus. S'il "
            "revient impayé, la banque le débite, et ce mouvement se décide sous Paiements."
        )
    cancel = Decision(Act.CANCEL, reason=reason)
    view.desk.till.decide(subject, [cancel], seen=view.typed_number("seen"), who=view.who)
    return view.away(HOME, "Le règlement est retiré. z l'annule.")


def _hand_in(view: View) -> Response:
    """The cheques that are ticked, on one slip."""
    day = day_of(view.typed.get("day", ""), today=today())
    if day is None:
        return view.words("Écrire le jour de la remise, au plus tard aujourd'hui.", 422)
    takings = view.desk.till.now().takings
    ticked = [name for name in view.typed if name[:1] == "t" and name[1:].isdecimal()]
    if not ticked:
        return view.words("Cocher les chèques à remettre.", 422)
    cheques = [takings.get(subject) for subject in ticked]
    if any(pair is None or pair[1].slip or pair[0].by is PaidBy.CASH for pair in cheques):
        raise ConflictError("Un de ces chèques n'est plus à remettre : recharger la page.")
    paid = [name for pair in cheques if pair for name, _ in pair[1].pays]
    if len(accounts := _organisers(view.desk, paid)) > 1:
        ibans = " et ".join(sorted(accounts))
        words = f"Ces chèques vont à plusieurs comptes ({ibans}) : une remise pour chacun."
        return view.words(words, 422)
    seen = {subject: view.typed_number(subject) for subject in ticked}
    number = view.desk.till.deposit(seen, day=day, who=view.who)
    said = f"Remise n° {number} : {plural(len(seen), 'chèque', 'chèques')}."
    return view.away(HOME, f"{said} Imprimer son bordereau, le signer et le joindre aux chèques.")


def _organisers(desk: Desk, paid: Iterable[str]) -> dict[str, Organiser]:
    """Who is paid for these registrations, by id: the organisers, by their accounts."""
    known = desk.till.now().filed
    forms = {known[name].registration.form_id for name in paid if name in known}
    organisers = [
        occasion_of(desk.forms[form], desk.till.accounting).organiser
        for form in sorted(forms & desk.forms.keys())
    ]
    return {organiser.iban: organiser for organiser in organisers}


def _print_slip(view: View) -> Response:
    number = str(view.request.path_params["number"])
    slips = {str(slip.number): slip for slip in view.desk.till.now().ledger.slips}
    if number not in slips:
        raise GoneError("Il n'y a pas, ou plus, de remise de ce numéro.")
    name = f"remise-{number}.pdf"
    return Response(
        slip_sheet(_organiser(view.desk, slips[number]), slips[number]),
        media_type="application/pdf",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _organiser(desk: Desk, slip: Slip) -> Organiser:
    """Whose account a slip is for."""
    takings = desk.till.now().takings
    paid = (name for taking in slip.takings for name, _ in takings[taking.subject][1].pays)
    return next(iter(_organisers(desk, paid).values()), Organiser(""))


def undone(view: View, subjects: Iterable[str]) -> Response:
    """What to show once a stroke was undone from here."""
    kinds = {subject[0] for subject in subjects}
    if not kinds:
        return view.away(HOME, "Il n'y a plus rien à annuler.")
    # What is no more in sight is named: nobody undoes what they do not mean.
    what = " Cette décision était sur un mouvement du compte." if "m" in kinds else ""
    return view.away(HOME, f"C'est annulé.{what}")


ROUTES = (
    (HOME, _show, "GET"),
    (HOME, _take, "POST"),
    ("/reglements/fiches", _choose, "POST"),
    ("/reglements/{taking}/retirer", _take_back, "POST"),
    *balances.ROUTES,
    ("/remises", _hand_in, "POST"),
    ("/remises/{number}/bordereau.pdf", _print_slip, "GET"),
    *drafts.ROUTES,
)
