"""The mail beside what it brought; and one without a fiche, that speaks of another's."""

from typing import Any

from starlette.responses import Response

from pipeline.decisions import Act, Change, Decision, Filed
from pipeline.errors import ConflictError
from pipeline.records import Envelope
from pipeline.review.spoken import spoken_of
from pipeline.web import screens
from pipeline.web.views import View

_MOST_NOTED = 200
_MOST_OTHERS = 400


def of_fiche(view: View, filed: Filed) -> dict[str, Any]:
    """The mail that brought a fiche, what else came with it, and the notes on the fiche."""
    source = filed.sources[0] if filed.sources else None
    return {
        "mail": shown(source.envelope if source else None),
        "pieces": _beside(view, source.document, filed.subject) if source else [],
        "notes": [(reason, f"/rejet/{subject}") for subject, reason in filed.notes],
    }


def shown(mail: Envelope | None) -> dict[str, str]:
    """A mail as its page shows it: text, whatever it was; nothing for none."""
    if mail is None:
        return {}
    at = screens.when(mail.received_at) if mail.received_at else ""
    return {
        "sender": mail.sender,
        "subject": mail.subject,
        "at": at,
        "text": mail.said.strip(),
    }


def choices(view: View, mail: Envelope) -> list[tuple[str, list[tuple[str, str]]]]:
    """The fiches that a mail may speak of, by group: each its subject and its heading."""
    counted = view.desk.counting()
    spoken = spoken_of(mail, counted)
    named = {filed.subject for filed in spoken}
    others = [filed for filed in counted if filed.subject not in named][:_MOST_OTHERS]
    groups = (("Fiches dont parle ce mail", spoken), ("Autres fiches", others))
    return [
        (title, [(filed.subject, _heading(filed)) for filed in group])
        for title, group in groups
        if group
    ]


def _heading(filed: Filed) -> str:
    people = ", ".join(reading.text for reading in filed.registration.named)
    return " · ".join(part for part in (screens.heading(filed), people) if part)


def _beside(view: View, document: str, subject: str) -> list[tuple[str, str]]:
    """What else came in the same mail: names and addresses."""
    mail, of_mail, _ = document.partition("!")
    if not of_mail:
        return []
    brought = [
        (filed.sources[0].document, f"/fiche/{filed.subject}")
        for filed in view.desk.counting()
        if filed.subject != subject and filed.sources
    ]
    brought += [(r.document, f"/rejet/{r.subject}") for r in view.desk.refused()]
    return sorted({pair for pair in brought if pair[0].partition("!")[0] == mail})


def _say_of(view: View) -> Response:
    """What a mail without a fiche says of one: that it is cancelled, or a note; it then waits no
    more itself."""
    subject, fiche = str(view.request.path_params["subject"]), view.typed.get("fiche", "")
    refusal = view.desk.store.refusal_of(subject)
    filed = view.desk.known(fiche)
    if refusal is None or filed is None or filed.end is not None:
        raise ConflictError("Choisir une fiche : celle-ci n'est plus là, ou ne compte plus.")
    act = Act.CANCEL if view.typed.get("act") == "cancel" else Act.NOTE
    said = " ".join(view.typed.get("reason", "").split())
    reason = said[:_MOST_NOTED] or f"mail « {refusal.document} »"
    document = filed.sources[0].document
    words = f"annule {document}" if act is Act.CANCEL else f"note jointe à {document}"
    aside = Change(subject, view.typed_number("seen"), (Decision(Act.SET_ASIDE, reason=words),))
    view.desk.act(
        fiche,
        (Decision(act, value=subject, reason=reason),),
        seen=filed.version,
        who=view.who,
        beside=(aside,),
    )
    return view.away("/rejets", f"C'est noté : {words}.")


ROUTES = (("/rejet/{subject}/fiche", _say_of, "POST"),)
