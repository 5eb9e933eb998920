"""Invented people: names, homes, accounts and numbers that nobody has, all of them possible."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

import numpy as np
from faker import Faker
from schwifty import IBAN

from pipeline.text import fold

_T = TypeVar("_T")
TODAY = date(2025, 9, 1)
_BANKS = ("10278", "13606", "14445", "20041", "30002", "30004")
_TOWNS = """\
35000 Rennes
35400 Saint-Malo
35500 Vitré
35600 Redon
35130 La Guerche-de-Bretagne
44000 Nantes
44600 Saint-Nazaire
44110 Châteaubriant
49000 Angers
49300 Cholet
53000 Laval
56000 Vannes
56100 Lorient
56130 La Roche-Bernard
29200 Brest
29000 Quimper
22000 Saint-Brieuc
22100 Dinan
50300 Avranches
14000 Caen
76600 Le Havre
72000 Le Mans
37000 Tours
86000 Poitiers
79000 Niort
17000 La Rochelle
33000 Bordeaux
31000 Toulouse
34000 Montpellier
13100 Aix-en-Provence
06000 Nice
38000 Grenoble
69003 Lyon
42000 Saint-Étienne
63000 Clermont-Ferrand
87000 Limoges
21000 Dijon
25000 Besançon
67000 Strasbourg
57000 Metz
54000 Nancy
51100 Reims
80000 Amiens
59000 Lille
59800 Lille
62000 Arras
45000 Orléans
35310 Mordelles
35740 Pacé
35230 Saint-Erblon
44390 Nort-sur-Erdre
49500 Segré-en-Anjou-Bleu
""".splitlines()
_STREETS = """\
rue des Lilas
rue du Général-Leclerc
avenue Jean-Jaurès
impasse des Acacias
allée du Verger
place de l'Église
rue Victor-Hugo
chemin de la Fontaine
boulevard de la Liberté
rue du Moulin
rue Émile-Zola
le Bourg
lieu-dit la Ville-ès-Chiens
rue de l'Étang
square des Tilleuls
route de Fougères
rue Anne-de-Bretagne
résidence du Parc, bât. B
""".splitlines()
_SURNAMES = ("Le Goff", "N'Diaye", "Da Silva", "Lefèvre-Dupont", "El Amrani", "Guégan", "Nguyen",
             "Béranger", "Cœuret", "Kowalski", "d'Hervé", "Le Bihan")  # fmt: skip
_GIVEN = ("Marie-Claire", "Jean-Yves", "Gwenaëlle", "Loïc", "Maëlys", "Aïcha", "Youssef", "Anaïs",
          "Erwan", "Chloé", "Zoé", "Théo")  # fmt: skip
_DOMAINS = ("orange.fr", "wanadoo.fr", "free.fr", "gmail.com", "laposte.net", "outlook.fr")


@dataclass(frozen=True, slots=True)
class Person:
    given: str
    surname: str
    born: date

    @property
    def name(self) -> str:
        return f"{self.given} {self.surname}"


class Invention:
    """All that one copy needs, the same for the same seed."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self._faker = Faker("fr_FR")
        self._faker.seed_instance(int(rng.integers(2**31)))

    def one_of(self, among: Sequence[_T]) -> _T:
        return among[int(self.rng.integers(len(among)))]

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def number(self, low: int, high: int) -> int:
        """Between both, which may be drawn too."""
        return int(self.rng.integers(low, high + 1))

    def person(self, *, ages: tuple[int, int] = (22, 78), surname: str = "") -> Person:
        own = self.one_of(_SURNAMES) if self.chance(0.25) else self._faker.last_name()
        given = self.one_of(_GIVEN) if self.chance(0.3) else self._faker.first_name()
        days = self.number(365 * ages[0], 365 * ages[1])
        return Person(given, surname or own, TODAY - timedelta(days=days))

    def town(self) -> tuple[str, str]:
        """A postal code and its town."""
        code, _, town = self.one_of(_TOWNS).partition(" ")
        return code, town

    def street(self) -> str:
        street = self.one_of(_STREETS)
        return f"{self.number(1, 148)}{self.one_of(('', '', '', ' bis'))} {street}"

    def phone(self) -> str:
        return f"0{self.one_of('66771924')}{self.number(0, 10**8 - 1):08}"

    def email(self, person: Person) -> str:
        given, surname = (fold(part).replace(" ", "").replace("'", "") for part in
                          (person.given, person.surname))  # fmt: skip
        sign = self.one_of((".", "-", "_", ""))
        user = self.one_of((f"{given}{sign}{surname}", f"{given[0]}{sign}{surname}",
                            f"{surname}{sign}{given}{self.number(1, 99)}"))  # fmt: skip
        return f"{user}@{self.one_of(_DOMAINS)}"

    def iban(self) -> str:
        account = {"branch_code": f"{self.number(0, 99_999):05}",
                   "account_code": f"{self.number(0, 10**11 - 1):011}"}  # fmt: skip
        return str(IBAN.generate("FR", bank_code=self.one_of(_BANKS), **account))

    def siret(self) -> str:
        siren = _with_luhn(f"{self.number(300_000_00, 899_999_99)}")
        return _with_luhn(f"{siren}{self.number(1, 40):04}")

    def day(self, first: date, last: date) -> str:
        return (first + timedelta(days=self.number(0, (last - first).days))).isoformat()


def _with_luhn(digits: str) -> str:
    doubled = [int(d) * (2 if n % 2 == 0 else 1) for n, d in enumerate(reversed(digits))]
    return digits + str(-sum(d - 9 * (d > 9) for d in doubled) % 10)
