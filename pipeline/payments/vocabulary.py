"""The words that payers and banks write around names and references."""

from pipeline.config import OTHER_PURPOSES
from pipeline.payments.spelling import singular, squeeze

PARTS = (
    "acompte", "arrhes", "solde", "échéance", "mensualité", "avance", "tranche", "reste",
    "reliquat", "complément", "partiel", "partie", "1er versement", "2e versement",
    "2ème versement", "premier versement", "second versement", "deuxième versement", "en 2 fois",
    "en deux fois", "en plusieurs fois", "1 sur 2", "2 sur 2",
)  # fmt: skip
"""What tells a payment of a part."""


def normal(words: str) -> str:
    """How a word, or several in a row, are looked up: squeezed, in the singular."""
    return singular(squeeze(words))


def each(words: str) -> frozenset[str]:
    """Each of some words, as it is looked up."""
    return frozenset(map(normal, words.split()))


FICHES = each("inscription inscript inscr insc fiche bulletin dossier formulaire")
PEOPLE = each("personne pers participant participante place stagiaire salarié adhérent pax agent")
_COUNTED = ("un une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")
NUMBERS = {
    squeeze(word): number for number, words in enumerate(_COUNTED, 1) for word in words.split()
}
LINKS = each("de du des d la le les l a au aux en et sur sous pour par")
TITLES = each("m mr mme mlle mm ms monsieur madame mademoiselle dr docteur me ou")
MONTHS = each(
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre janv "
    "fev fevr avr juil sept oct nov dec"
)
BANK = each(
    "vir virt virement virements reçu sepa inst instantané instantanée sct crédit emis émetteur "
    "donneur ordre ordonnateur do remettant débiteur nom benef bénéficiaire votre faveur motif "
    "objet libellé info infos communication message ref référence id ident notprovided notprov "
    "eref nref rcn npy lcc lc2 nbe end to rf fr eur euro no num numéro nr date valeur op opération "
    "bq banque web internet mobile permanent ponctuel compte cpt asso association via"
)
_PURPOSES = each(
    "règlement regl rglt reglt rgt paiement paiemt payt payement payer versement verst frais "
    "participation inscrit inscrite journée jour jrnee formation form stage colloque conférence "
    "séminaire congrès atelier rencontre assises salon événement event session réunion repas "
    "déjeuner diner midi matin matinée après soir soirée tarif entrée acces accueil année "
    "concernant selon suite étude professionnelle professionnel régionale nationale départementale "
    "merci bonjour cordialement svp cf voir total montant chèque chq remise lundi mardi mercredi "
    "jeudi vendredi samedi dimanche"
)
_OTHER = each(" ".join((*OTHER_PURPOSES, *PARTS)))
_AROUND = TITLES | MONTHS | FICHES | PEOPLE | NUMBERS.keys() | BANK | _PURPOSES | _OTHER
NEUTRAL = _AROUND - LINKS
"""Words beside a name that are no part of it."""
