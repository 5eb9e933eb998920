"""The names of accounts, in French."""

from collections.abc import Mapping

from pipeline.bookkeeping.labels import cut, safe

_OF_THE_PLAN = {
    "4": "Tiers",
    "41": "Clients et comptes rattachés",
    "4191": "Clients - Avances et acomptes reçus",
    "46": "Débiteurs divers et créditeurs divers",
    "47": "Comptes transitoires ou d'attente",
    "5": "Comptes financiers",
    "51": "Banques, établissements financiers et assimilés",
    "5112": "Chèques à encaisser",
    "512": "Banques",
    "514": "Chèques postaux",
    "53": "Caisse",
    "58": "Virements internes",
    "6": "Charges",
    "7": "Produits",
    "70": "Ventes et prestations de services",
    "706": "Prestations de services",
    "707": "Ventes de marchandises",
    "708": "Produits des activités annexes",
    "7088": "Autres produits d'activités annexes",
    "709": "Rabais, remises et ristournes accordés",
    "75": "Autres produits de gestion courante",
    "756": "Cotisations",
    "758": "Produits divers de gestion courante",
    "7588": "Autres produits divers de gestion courante",
}
"""As the plan comptable général names them."""


def account_name(account: str, labels: Mapping[str, str]) -> str:
    """The name of the longest beginning of the account that has one; ``labels`` go before those of
    the plan."""
    names = {**_OF_THE_PLAN, **labels}
    begins = (account[:length] for length in range(len(account), 0, -1))
    return cut(safe(next((names[begin] for begin in begins if begin in names), ""))) or account
