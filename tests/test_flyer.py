import pytest
from test_normalise import NAMES, SEED

from pipeline.decoding.normalise import Normaliser
from pipeline.event import About, Fact
from pipeline.flyer.columns import label_of
from pipeline.flyer.facts import facts_of


@pytest.fixture(scope="module")
def seed() -> tuple[Fact, ...]:
    return facts_of(Normaliser(NAMES).lines(SEED.split("\n")))


def values(facts: tuple[Fact, ...], about: About) -> list[str]:
    return [fact.value for fact in facts if fact.about is about]


def test_the_seed_says_who_asks_whom_where_and_when(seed: tuple[Fact, ...]) -> None:
    assert values(seed, About.ORGANISER) == ["M.A.I.S. régional de Bretagne et Pays de Loire"]
    assert values(seed, About.DATE) == ["2018-02-02"]
    assert values(seed, About.PLACE) == ["ASKORIA"]
    assert values(seed, About.ADDRESS) == ["2 avenue du Bois l'Abbé, Rennes"]
    assert values(seed, About.TITLE)[0].startswith("Prise en compte de la parole")


def test_the_seed_tells_what_happens_at_eight_times(seed: tuple[Fact, ...]) -> None:
    programme = [fact for fact in seed if fact.about is About.PROGRAMME]
    assert [(fact.value, fact.detail.split()[0]) for fact in programme] == [
        ("08:45-09:15", "Accueil-Emargement"),
        ("09:15", "Introduction"),
        ("10:00-11:30", "Intervention"),
        ("11:30-12:00", "Echanges"),
        ("12:00", "Pause-déjeuner"),
        ("13:45-15:30", "Ateliers"),
        ("15:30", "Pause"),
        ("15:45-17:00", "Retour"),
    ]
    assert programme[-1].detail == "Retour sur les ateliers et échanges avec la salle"
    speakers = {fact.value: fact.detail for fact in seed if fact.about is About.SPEAKER}
    assert speakers.keys() == {"Roger Drouet", "Michel Renault"}
    assert speakers["Michel Renault"] == "Université Rennes 1, FAIR"


def test_the_seed_tells_who_pays_what_and_how(seed: tuple[Fact, ...]) -> None:
    tariffs = [(fact.value, fact.detail) for fact in seed if fact.about is About.TARIFF]
    assert [(cents, text.split()[0]) for cents, text in tariffs] == [
        ("0", "Etudiants"),
        ("3000", "Adhérents"),
        ("4000", "non-adhérents"),
        ("1210", "Nombre"),
    ]
    assert "sauf repas" in tariffs[0][1]
    assert values(seed, About.EMAIL) == ["pays-de-loire@mais.asso.fr"]
    assert values(seed, About.PHONE) == ["+33299362128", "+33675050795"]
    assert values(seed, About.POSTAL) == [
        "Centre d'Habitat L'ETAPE, à l'attention de Véronique Mercier, "
        "291 rte de Sainte-Luce, 44300 Nantes"
    ]
    assert values(seed, About.CONFIRMATION) == [
        "Votre inscription sera confirmée à réception du règlement."
    ]


def test_the_bank_of_the_seed_is_repaired_and_that_is_told(seed: tuple[Fact, ...]) -> None:
    (iban,) = (fact for fact in seed if fact.about is About.IBAN)
    (bic,) = (fact for fact in seed if fact.about is About.BIC)
    assert (iban.value, iban.repaired) == ("FR7642559000112102806540308", False)
    assert (bic.value, bic.read, bic.repaired) == ("CCOPFRPPXXX", "CCOPERPPXXX", True)


def test_each_fact_says_where_it_stands(seed: tuple[Fact, ...]) -> None:
    lines = SEED.split("\n")
    (place,) = (fact for fact in seed if fact.about is About.PLACE)
    assert "ASKORIA" in lines[place.line - 1]
    (iban,) = (fact for fact in seed if fact.about is About.IBAN)
    assert "IBAN" in lines[iban.line - 1]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Té1éphone : ........", "phone"),
        ("Nom du service ou de I'Etablissement :", "organisation"),
        ("Adresse Mail @ .....", "email"),
        ("Pour les Adhérents M.A.I.S", "count"),
        ("L'idée est de pouvoir", ""),
        ("", ""),
    ],
)
def test_labels_are_known_however_they_were_read(text: str, kind: str) -> None:
    labelled = label_of(text)
    assert (labelled.kind if labelled else "") == kind
