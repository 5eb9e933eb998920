"""What options that are ticked or ringed answer: one of them, several, yes or no; and its name."""

import re
from collections.abc import Sequence
from typing import Literal

from pipeline.drafting.kinds import (
    LEAST_SURE,
    SURE_EXACT,
    Entry,
    Kind,
    best_of,
    entries_of,
    key_of,
    names_day,
    slug,
)
from pipeline.drafting.tariffs import without_prices
from pipeline.text import fold

_YES = re.compile(r"oui\b|(?:je |j'\s?)?(?:accepte|autorise|souhaite|consens|donne mon accord)\b")
_NO = re.compile(
    r"non\b|(?:je )?(?:refuse|m'oppose)|(?:je )?(?:ne |n'\s?)\w+ pas\b|(?:n')?autorise pas\b"
)
IS_STATED = re.compile(r"(?:je|nous|j'\s?\w+|l'adherent|le soussigne)\b.{12}")
"""What is agreed to by a tick needs no question."""
_INVARIABLE = re.compile(
    "cours|choix|repas|mois|temps|pass|bus|avis|prix|parcours|permis|taux|secours|colis|fois|acces"
)
"""Nouns that say nothing of how many there are."""
_SEVERAL = re.compile(r"\((?:s|x)\)|\b(?:les|des|aux|vos|mes|nos|ses|quels|quelles|plusieurs)\s+\w")
_ONE = re.compile(
    r"\b(?:l'|un |une |le |la |mon |ma |votre |notre |son |sa |du |au |quel |quelle )\w"
)
_SPEAKS = re.compile(r"(?:je|nous|vous|j'|il|elle|l'enfant|mon enfant|votre enfant)\b")
_ASKS = re.compile(r".*\?\s*$|(?:comment|pourquoi|ou|quand|combien|avez|etes|souhaitez|avons)\b")
_FIRST = 3
"""An option is what one of its first words says."""
_CHOSEN = re.compile(r"\bseule?s?\b|\buniquement\b")
"""What an option says that leaves out the others."""


def marked_kind(question: str, options: Sequence[str]) -> Kind:
    """What options that are ticked or ringed answer, with their ``question``."""
    keys = {key_of(without_prices(option)) for option in options}
    answers = [answer_of(option) for option in options]
    if keys <= {"oui", "non"} or sorted(answers) == ["non", "oui"]:
        return _yes_or_no(question, options, is_plain=keys <= {"oui", "non"})
    match = _match(question, "choice", "ticks")
    is_one = how_many(question) == "one" and not (_is_exact(match) or names_day(question))
    if by_options := _by_options(keys, is_one=is_one):
        return by_options
    if len(options) == 1:
        known = _match(question or options[0], "yes_no", "choice", "ticks")
        if known and known[1] > 0.7:
            return Kind("checkbox", known[0].field, known[0].role, sure=0.8)
        return Kind("checkbox", slug(question or options[0]), sure=0.8)
    number = "one" if any(_CHOSEN.search(fold(o)) for o in options) else how_many(question)
    if match and match[1] >= 0.7:
        exact = _is_exact(match) and not any(_CHOSEN.search(fold(o)) for o in options)
        of_number = {"one": "choice", "several": "ticks", "": match[0].type}[number]
        type_name = match[0].type if exact else of_number
        return Kind(type_name, match[0].field, match[0].role, sure=0.6 + 0.35 * match[1])
    stated = any(IS_STATED.match(fold(option)) for option in options) and "non" not in answers
    several = stated or number == "several" or bool(re.search(r"\bcochez les\b", fold(question)))
    unasked = "autorisations" if several else slug(options[0])
    return Kind(
        "ticks" if several else "choice",
        slug(question) if question else unasked,
        sure=0.6 if question else 0.45,
        why=("Une seule réponse (choix), ou plusieurs (choix multiple)\u00a0? Vérifiez le type.",),
    )


def answer_of(option: str) -> Literal["oui", "non", ""]:
    """Whether an option says yes or no: « J'accepte », « Je refuse »."""
    low = fold(option)
    if _NO.match(low):
        return "non"
    return "oui" if _YES.match(low) else ""


def how_many(question: str) -> Literal["one", "several", ""]:
    """Whether a question speaks of one thing or of several: « Atelier choisi », « Ateliers »."""
    low = re.sub(r"\([^()]{3,}\)", " ", fold(question)).strip()
    if _SEVERAL.search(low):
        return "several"
    if _ASKS.match(low):
        return "one" if re.search(r"\bquel(?:le)?\b|\blequel", low) else ""
    first = re.match(r"(?:l'|l[ea] )?([a-z]{3,})", low)
    if first is None or _SPEAKS.match(low):
        return "one" if _ONE.search(low) else ""
    if _INVARIABLE.fullmatch(first[1]):
        return ""
    return "several" if first[1][-1] in "sx" else "one"


def _match(text: str, *types: str) -> tuple[Entry, float] | None:
    return best_of(text, entries_of(*types)) if text else None


def _is_exact(match: tuple[Entry, float] | None) -> bool:
    return match is not None and match[1] >= SURE_EXACT


def _yes_or_no(question: str, options: Sequence[str], *, is_plain: bool) -> Kind:
    asked = question or ("" if is_plain else options[0])
    match = _match(asked, "yes_no")
    is_known = match is not None and match[1] > LEAST_SURE + 0.1
    name = match[0].field if match and is_known else slug(asked)
    return Kind("yes_no", name, sure=0.95 if asked else 0.6)


def _by_options(keys: set[str], *, is_one: bool) -> Kind | None:
    """What the options alone tell; ``is_one``: the question speaks of one of them."""
    for names, type_name, field, role in _OPTIONS:
        known = frozenset(map(key_of, names.split()))
        # « 18 h 30 » is no man, and « Baby-gym, 2 à 4 ans, mercredi » no day.
        spoken = (
            {word for word in key.split()[:_FIRST] if len(word) > 1 or key == word} for key in keys
        )
        share = sum(bool(known & words) for words in spoken) / len(keys)
        if len(keys) > 1 and share > 0.6:
            return Kind("choice" if is_one else type_name, field, role, sure=0.95)
    return None


_OPTIONS = (
    (
        "cheque espece virement carte ancv cb liquide prelevement postale",
        "choice",
        "paiement",
        "payment",
    ),
    ("masculin feminin homme femme garcon fille m f h g", "choice", "sexe", ""),
    ("mme m mr madame monsieur mlle mademoiselle", "choice", "civilite", ""),
    ("xs m l xl xxl xxxl", "choice", "taille_vetement", ""),
    ("lundi mardi mercredi jeudi vendredi samedi dimanche", "ticks", "jours", ""),
    (
        "matin matinee midi apres soir soiree journee nuit repas dejeuner gouter diner nuitee"
        " garderie cantine accueil etude periscolaire",
        "ticks",
        "moments",
        "",
    ),
    (
        "porc gluten vegetarien vegetarienne vegetalien vegan halal casher lactose viande sel sucre"
        " arachide",
        "ticks",
        "regimes",
        "",
    ),
)
