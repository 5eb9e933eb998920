"""What the treasurer reads of a movement: why it is matched, or why it waits. Every sentence stands
here."""

from collections.abc import Callable

from pipeline.money import format_cents
from pipeline.pages import plural
from pipeline.payments.outcome import Reason, Rule

_Fact = str | int


def sentence(reason: Reason) -> str:
    """The French sentence of a reason."""
    words = _SENTENCES[reason.rule]
    return words if isinstance(words, str) else words(*reason.facts)


def _listed(*facts: _Fact) -> str:
    return ", ".join(map(str, facts))


def _gap(owed: _Fact, amount: _Fact) -> str:
    owed_cents, amount_cents = int(owed), int(amount)
    return (
        f"Les fiches citées doivent {format_cents(owed_cents)}, reçu {format_cents(amount_cents)} "
        f"(écart {format_cents(amount_cents - owed_cents)})."
    )


def _not_open(*references: _Fact) -> str:
    return f"Fiche à vérifier d'abord, annulée ou remplacée : {_listed(*references)}."


def _paid_before(*references: _Fact) -> str:
    return f"Déjà payé, en tout ou en partie : {_listed(*references)}. Second versement ?"


def _counted(said: _Fact, there: _Fact, of: _Fact) -> str:
    names = ("personne", "personnes") if of == "people" else ("fiche", "fiches")
    return f"Le libellé annonce {plural(int(said), *names)}, il y en aurait {there}."


def _alone(count: _Fact) -> str:
    if count == 1:
        return "Une fiche doit ce montant, mais rien ne dit que ce virement est le sien."
    return f"{count} fiches doivent ce montant, et rien ne dit laquelle est payée."


_SENTENCES: dict[Rule, str | Callable[..., str]] = {
    Rule.REFERENCES: "Références exactes, montant exact.",
    Rule.NAME: "Nom en toutes lettres, montant exact, rien d'autre ne convient.",
    Rule.SLIP: lambda number: f"Bordereau de remise n° {number}.",
    Rule.DEBIT: "Débit : remboursement, chèque impayé ou autre dépense ?",
    Rule.UNCLEAR_REFERENCE: "Plusieurs fiches portent cette référence.",
    Rule.NOT_OPEN: _not_open,
    Rule.PAID_BEFORE: _paid_before,
    Rule.REFERENCE_AMOUNT: _gap,
    Rule.MANGLED_REFERENCE: lambda text: f"Référence abîmée ou inconnue : « {text} ».",
    Rule.COUNT: _counted,
    Rule.PURPOSE: lambda word: f"Autre objet, d'après « {word} ».",
    Rule.PART: lambda word: f"Paiement d'une partie ? (« {word} »)",
    Rule.HALF: lambda reference: f"Peut-être la moitié de ce que doit {reference}.",
    Rule.RIVALS: lambda count: f"{count} règlements possibles conviennent aussi bien.",
    Rule.TWIN: lambda *others: (
        f"Une fiche payée, ou à vérifier encore, conviendrait aussi bien : {_listed(*others)}."
    ),
    Rule.OTHER_NAMED: "Le libellé nomme quelqu'un qui n'est pas sur cette fiche.",
    Rule.OTHER_CREDIT: "Un autre virement semble payer la même fiche.",
    Rule.NO_SLIP: "Remise de chèques : aucun bordereau ouvert de ce montant.",
    Rule.SEVERAL_SLIPS: lambda *numbers: (
        f"Remise de chèques : bordereau possible, mais pas sûr (n° {_listed(*numbers)})."
    ),
    Rule.NAME_AMOUNT: "Nom connu, mais aucune fiche ouverte ne doit ce montant.",
    Rule.AMOUNT_ALONE: _alone,
    Rule.NOTHING: "Rien de connu : ni référence, ni nom, ni montant.",
}
