"""What the secretary reads of fields and findings, in French."""

from pipeline.records import Finding, Roles

SENDER, MISREAD, AGREED = "sender", "misread", "agreed"
REASONS = {
    SENDER: "erreur de l'expéditeur",
    MISREAD: "erreur de lecture",
    AGREED: "accord avec l'expéditeur",
}
"""Why the written total and the tariff may differ for good."""

_FINDINGS = {
    "total_matches_tariff": "Écart",
    "people_are_persons": "Service parmi les personnes ?",
    "names_are_whole": "Nom incomplet ?",
    "no_more_counted_than_named": "Inscriptions en trop",
    "somebody_is_named": "Aucune personne inscrite",
    "every_page_is_there": "Page manquante",
    "no_stray_ink": "Écriture hors des zones",
    "same_print": "Imprimé différent",
    "whole_form": "Fiche coupée",
    "whole_field": "Champ en partie caché",
    "one_pen": "Encre plus pâle",
    "no_traces": "Traces pâles",
    "no_hidden_text": "Texte masqué",
    "note_is_read": "Note dans le PDF",
    "placed_by_hand": "Fiche placée à la main",
    "page_is_whole": "Page abîmée ou incomplète",
    "not_replaced": "Fichier remplacé",
    "received_once_only": "Reçue deux fois ?",
}
_OF_CONSTRAINTS, _BROKEN = "_holds", "Incohérence"


def label(field: str, roles: Roles) -> str:
    """``Personne 2``, ``Adhérents``, ``Téléphone``; a field without a title or class, its name."""
    name, _, number = field.partition(".")
    classes = {one: plural_of(singular) for one, singular in roles.labels}
    told = dict(roles.titles).get(name) or classes.get(name) or name.replace("_", " ")
    return f"{told[:1].upper()}{told[1:]} {number}".rstrip()


def finding_label(rule: str) -> str:
    """A title for the finding of that rule, which its message then explains."""
    return _FINDINGS.get(rule, _BROKEN if rule.endswith(_OF_CONSTRAINTS) else "Remarque")


def told(finding: Finding) -> str:
    """What a finding says, and why it was settled."""
    if not finding.settled:
        return finding.message
    return f"{finding.message} Réglé : {REASONS.get(finding.settled, finding.settled)}."


def plural_of(singular: str) -> str:
    """``adhérents``; a label of several words, or one that ends like a plural, stays as it is."""
    return singular if " " in singular or singular[-1:] in "sxz" else f"{singular}s"
