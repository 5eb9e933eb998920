"""What the secretary reads of fields and findings, in French."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from pipeline.event import About
from pipeline.french_event import ABOUT, announced, french_date
from pipeline.money import format_cents
from pipeline.records import FieldValue, Finding
from pipeline.roles import Roles

_Sentence = Callable[[Finding, Roles], str]

SENDER, MISREAD, AGREED = "sender", "misread", "agreed"
REASONS = {
    SENDER: "erreur de l'expéditeur",
    MISREAD: "erreur de lecture",
    AGREED: "accord avec l'expéditeur",
}
"""Why the written total and the tariff may differ for good."""
GAP = "total_matches_tariff"
"""The rule of the finding that the written total is not what the tariff gives."""
LINE_GAP = "line_matches_tariff"
"""The same of the amount that is written beside a count."""
SEEN = "vu, la fiche est bonne ainsi"
"""Why a finding may stand that a person has seen and that needs no other reason."""

_FINDINGS = {
    "total_matches_tariff": "Écart",
    "line_matches_tariff": "Écart d'une ligne",
    "people_are_persons": "Service parmi les personnes ?",
    "names_are_whole": "Nom incomplet ?",
    "no_more_counted_than_named": "Inscriptions en trop",
    "somebody_is_named": "Aucune personne inscrite",
    "every_page_is_there": "Page manquante",
    "town_has_its_code": "Code postal et commune",
    "no_stray_ink": "Écriture hors des zones",
    "same_print": "Imprimé différent",
    "same_place": "Ligne ou case déplacée",
    "whole_form": "Fiche coupée",
    "whole_field": "Champ en partie caché",
    "one_pen": "Encre plus pâle",
    "no_traces": "Traces pâles",
    "no_hidden_text": "Texte masqué",
    "note_is_read": "Note dans le PDF",
    "placed_by_hand": "Fiche placée à la main",
    "received_as_text": "Reçue en texte",
    "no_known_form": "Formulaire inconnu",
    "all_text_has_a_label": "Texte sans champ",
    "page_is_whole": "Page abîmée ou incomplète",
    "not_replaced": "Fichier remplacé",
    "received_once_only": "Même inscription ?",
    "replaced_by_none": "Une fiche plus récente",
}
_OF_CONSTRAINTS, _BROKEN = "_holds", "Incohérence"


def label(field: str, roles: Roles) -> str:
    """``Personne 2``, ``Téléphone``, ``Formule (loisir)``; without a title or class, its name."""
    if ":" in field:
        called = dict(roles.titles).get(field) or field.partition(":")[2].replace("_", " ")
        return f"{label(field.partition(':')[0], roles)} ({small(called)})"
    name, _, number = field.partition(".")
    classes = {count: plural_of(singular) for count, singular in roles.labels}
    title = dict(roles.titles).get(name) or classes.get(name) or name.replace("_", " ")
    return f"{title[:1].upper()}{title[1:]} {number}".rstrip()


def finding_label(rule: str) -> str:
    """A title for the finding of that rule, which its message then explains."""
    return _FINDINGS.get(rule, _BROKEN if rule.endswith(_OF_CONSTRAINTS) else "Remarque")


def sentence(finding: Finding, roles: Roles) -> str:
    """What a finding says, with the labels of its form, and why it was settled."""
    words = finding.said
    if not words:
        try:
            words = _SENTENCES.get(finding.rule, _unknown)(finding, roles)
        except (ValueError, IndexError):  # facts that another version of a rule wrote
            words = _unknown(finding, roles)
    if not finding.settled:
        return words
    return f"{words} Réglé : {REASONS.get(finding.settled, finding.settled)}."


def also(names: Iterable[FieldValue]) -> str:
    """Under which further names a document came."""
    quoted = [f"« {name} »" for name in names]
    return f"Reçu aussi sous {'le nom' if len(quoted) == 1 else 'les noms'} {', '.join(quoted)}."


def broken(kind: str, names: Sequence[str], shown: Sequence[str]) -> str:
    """What values, as ``shown``, of fields do not keep to a constraint of that kind."""
    shown = [text or "rien" for text in shown]
    match kind:
        case "at_most":
            return f"{names[0]} : {shown[0]} pour {shown[1]}."
        case "equal":
            return (
                f"{names[0]} ({shown[0]}) et {small(names[1])} ({shown[1]}) devraient être égaux."
            )
        case "in_order":
            return f"{names[1]} ({shown[1]}) vient avant {small(names[0])} ({shown[0]})."
        case "iban" | "siret" | "siren":
            return f"{names[0]} : {shown[0]} n'est pas un {kind.upper()} (clé de contrôle)."
    parts = ", ".join(f"{small(n)} {s}" for n, s in zip(names[:-1], shown[:-1], strict=True))
    return f"{names[-1]} : {shown[-1]} ne s'accorde pas avec {parts}."


def people_named(count: int) -> str:
    """How many people are named, where a constraint counts them."""
    return f"{count} personne(s) nommée(s)"


def plural_of(singular: str) -> str:
    """``adhérents``; a label of several words, or one that ends like a plural, stays as it is."""
    return singular if " " in singular or singular[-1:] in "sxz" else f"{singular}s"


def labels(fields: Iterable[FieldValue], roles: Roles) -> str:
    """Several fields within a sentence."""
    return ", ".join(small(label(str(field), roles)) for field in fields)


def depends_on(fields: Iterable[str], roles: Roles) -> str:
    """Why what follows from other fields is in doubt."""
    return f"Dépend de : {labels(fields, roles)}."


def small(words: str) -> str:
    """Words within a sentence."""
    return words[:1].lower() + words[1:]


def _of_field(words: str) -> _Sentence:
    """A sentence that begins with the field it is about."""
    return lambda finding, roles: f"{label(finding.fields[0], roles)} : {words}"


def _plain(words: str) -> _Sentence:
    return lambda _finding, _roles: words


def _unknown(finding: Finding, roles: Roles) -> str:
    return f"{labels(finding.fields, roles) or 'Fiche'} : à vérifier."


def _gap(finding: Finding, roles: Roles) -> str:
    if len(finding.facts) == 2 and all(isinstance(fact, int) for fact in finding.facts):
        written, due = (int(fact) for fact in finding.facts if fact is not None)
        of_line = f"{label(finding.fields[0], roles)} : écrit"
        return (
            f"{'Total écrit' if finding.rule == GAP else of_line} {format_cents(written)}, tarif "
            f"attendu {format_cents(due)} (écart {format_cents(written - due)})."
        )
    return _unverifiable(finding, roles)


def _unverifiable(finding: Finding, roles: Roles) -> str:
    return f"Somme invérifiable : {labels(finding.facts, roles)} illisible."


def _total_is_written(finding: Finding, roles: Roles) -> str:
    (field,) = finding.fields
    return f"{f'{label(field, roles)} :' if field != roles.total else 'Total'} absent ou illisible."


def _no_more_counted(finding: Finding, _roles: Roles) -> str:
    return "{} inscription(s) payée(s) pour {} personne(s) nommée(s).".format(*finding.facts)


def _one_box(finding: Finding, roles: Roles) -> str:
    field, ticked = finding.facts
    boxes = "plusieurs cases cochées" if ticked else "aucune case cochée"
    return f"{label(str(field), roles)} : {boxes}."


def _every_page(finding: Finding, roles: Roles) -> str:
    return f"Page manquante ou vide : rien n'a été reçu pour {labels(finding.fields, roles)}."


def _agrees(by: str) -> _Sentence:
    def disagreement(finding: Finding, roles: Roles) -> str:
        field, seen, best = finding.facts
        written = f"« {seen} »" if seen else "« illisible »"
        chosen = best or "rien"
        return f"{label(str(field), roles)} : {written} d'après l'écriture, {chosen} d'après {by}."

    return disagreement


def _is_no_person(finding: Finding, _roles: Roles) -> str:
    return (
        f"« {finding.facts[0]} » sur une ligne de personnes se lit comme un service, une "
        "adresse ou une fonction : si ce n'est personne, vider la ligne."
    )


def _name_is_whole(finding: Finding, _roles: Roles) -> str:
    how, text = finding.facts
    if how == "ditto":
        return f"signe de répétition : « {text} ». Écrire le nom entier."
    return (
        f"« {text} » : un seul nom, là où d'autres lignes en portent deux. "
        "Écrire le nom entier (signe de répétition sous un nom ?)."
    )


def _listed(finding: Finding, roles: Roles) -> str:
    count, listed, *unlisted = finding.facts
    counts = f"{count} au tarif {roles.label(finding.fields[0])}, {listed} sur la liste des membres"
    return counts + (f" ; n'y figure pas : {', '.join(map(str, unlisted))}." if unlisted else ".")


def _twice(finding: Finding, _roles: Roles) -> str:
    same = _same_people(*finding.facts)
    return f"Même inscription ? {same} Jusqu'à la réponse, celle-ci est comptée."


def _held(finding: Finding, _roles: Roles) -> str:
    *same, waits = finding.facts
    counts = "n'est pas comptée" if waits else "est comptée, et l'autre non"
    return (
        f"Une fiche plus récente parle des mêmes personnes : {_same_people(*same)} "
        f"Jusqu'à la réponse (page Doublons), celle-ci {counts}."
    )


def _same_people(where: object, others: object, people: object, contacts: object) -> str:
    further = f", et {others} autre(s) fiche(s)" if others else ""
    because = f" ({contacts})" if contacts else ""
    return f"{where}{further}, pour « {people} »{because}."


def no_more(act: str, said: str, who: str, day: date) -> str:
    """Why a registration counts no more: ``said`` is the other one, or the reason."""
    by = f" ({who}, le {french_date(day)})"
    match act:
        case "cancel":
            return f"Annulée{by} : {said or 'sans motif'}."
        case "replace":
            return f"Remplacée par {said or 'une autre fiche'}{by}."
        case _:
            return f"Retirée{by} : {said or 'doublon'}."


def _no_more(finding: Finding, _roles: Roles) -> str:
    act, said, who, day = map(str, finding.facts)
    return no_more(act, said, who, date.fromisoformat(day))


def _print(finding: Finding, _roles: Roles) -> str:
    near, facts = "", finding.facts
    if facts and isinstance(facts[0], str):
        near = f", près de : {', '.join(f'« {word} »' for word in facts)}"
    elif facts:
        near = f", à {facts[0]} cm du bord gauche et {facts[1]} cm du haut"
    words = "L'imprimé n'est pas celui du formulaire connu"
    return f"{words}{near}. Est-ce une autre édition (date, libellés, tarifs) ?"


def _stray(finding: Finding, _roles: Roles) -> str:
    x, y = finding.facts
    return f"Écriture en dehors des zones prévues, à {x} cm du bord gauche et {y} cm du haut."


def _notes(finding: Finding, _roles: Roles) -> str:
    """A page, where it is not the form's own, stands before its notes."""
    groups: list[tuple[str, list[str]]] = []
    for fact in finding.facts:
        if isinstance(fact, int) or not groups:
            groups.append((f", page {fact}" if isinstance(fact, int) else "", []))
        if isinstance(fact, str):
            groups[-1][1].append(f"« {fact} »")
    return " ".join(
        f"{'Note' if len(quoted) == 1 else 'Notes'} dans le PDF{where} : {', '.join(quoted)}."
        for where, quoted in groups
    )


def _announced(finding: Finding, roles: Roles) -> str:
    name, said, known = (str(fact) for fact in finding.facts)
    about = About(name)
    payer = f" « {label(finding.fields[0], roles)} »" if finding.fields else ""
    return (
        f"{'Tarif' if payer else ABOUT[about]}{payer} : {announced(about, said)} sur l'annonce, "
        f"{announced(about, known)} dans le formulaire."
    )


def _left_over(finding: Finding, _roles: Roles) -> str:
    quoted = ", ".join(f"« {text} »" for text in finding.facts)
    return f"Texte de la fiche qui ne répond à aucun champ : {quoted}. Le reporter s'il compte."


def _whole_form(finding: Finding, roles: Roles) -> str:
    if finding.facts == ("overlaid",):
        return (
            "Une autre fiche de cette image recouvre celle-ci, ou l'une des deux est coupée. "
            "Vérifier tout, ou demander chaque fiche entière."
        )
    gone = labels((f for f in finding.fields if f != roles.uncounted), roles)
    notice = f"rien n'a été reçu pour {gone}" if gone else "vérifier tout"
    return (
        f"La fiche est coupée, ou en partie cachée : {notice}. La demander entière, ou compléter "
        "d'après le papier."
    )


def _beside_typed(finding: Finding, roles: Roles) -> str:
    text = f"de l'encre en plus du texte « {finding.facts[0]} »"
    return f"{label(finding.fields[0], roles)} : {text}."


def _hidden(finding: Finding, roles: Roles) -> str:
    how, text = finding.facts
    field = label(finding.fields[0], roles)
    if how == "hidden":
        return (
            f"{field} : texte masqué dans le PDF (« {text} ») : il a été effacé, recouvert ou "
            "rendu invisible. Seul compte ce que la page montre."
        )
    return (
        f"{field} : le texte « {text} » du PDF est posé sur d'autre encre, ou recouvert en "
        "partie : vérifier sur l'image."
    )


_SENTENCES: Mapping[str, _Sentence] = {
    "total_matches_tariff": _gap,
    "line_matches_tariff": _gap,
    "sum_holds": _unverifiable,
    "product_holds": _unverifiable,
    "total_is_written": _total_is_written,
    "somebody_is_named": _plain("Aucune personne n'est inscrite sur la fiche."),
    "no_more_counted_than_named": _no_more_counted,
    "one_box_is_ticked": _one_box,
    "every_page_is_there": _every_page,
    "town_has_its_code": lambda finding, _roles: (
        "{1} n'a pas le code postal {0}, mais par exemple {2}.".format(*finding.facts)
    ),
    "reading_agrees_with_sum": _agrees("la somme"),
    "reading_agrees_with_rest": _agrees("le reste de ce qui est connu"),
    "people_are_persons": _is_no_person,
    "names_are_whole": _name_is_whole,
    "members_are_listed": _listed,
    "received_once_only": _twice,
    "replaced_by_none": _held,
    "counts_no_more": _no_more,
    "received_once": lambda finding, _roles: also(finding.facts),
    "not_replaced": _plain(
        "Un autre fichier a pris depuis le nom de celui-ci : garder les deux fiches ?"
    ),
    "same_print": _print,
    "same_place": _of_field("ligne ou case ailleurs que sur le formulaire connu : autre édition ?"),
    "no_stray_ink": _stray,
    "not_struck_out": _of_field("texte barré ou souligné."),
    "whole_line": _of_field("écriture au-dessus ou au-dessous de la ligne : en fait-elle partie ?"),
    "one_pen": _of_field("encre bien plus pâle que le reste (crayon, ajout, texte gommé ?)."),
    "no_traces": _of_field("traces très pâles, peut-être de l'écriture : regarder l'original."),
    "note_is_read": _notes,
    "whole_form": _whole_form,
    "flyer_agrees_with_form": _announced,
    "whole_field": _of_field(
        "une partie du champ est cachée ou coupée (étiquette, correcteur, pli, bord de l'image ?). "
        "Vérifier sur le papier ce qui s'y trouve."
    ),
    "no_ink_beside_typed_text": _beside_typed,
    "no_hidden_text": _hidden,
    "placed_by_hand": _plain(
        "La fiche a été placée à la main, et son texte imprimé ne le confirme pas : vérifier tout."
    ),
    "received_as_text": _plain("Fiche reçue en texte, sans image du papier : vérifier tout."),
    "no_known_form": _plain("Formulaire inconnu, lu d'après ses seuls libellés : vérifier tout."),
    "all_text_has_a_label": _left_over,
    "page_is_whole": _plain(
        "Page abîmée ou incomplète dans le fichier : demander un nouvel envoi."
    ),
}
