"""What a form prints labels its fields: by where it stands, not by what the code knows."""

from pipeline.forms.printed import labels, phrases
from tests.pages import blanks


def test_every_field_of_the_shipped_form_has_its_printed_label() -> None:
    blank = blanks()[1]
    found = {name: phrase.text for name, phrase in labels(blank).items()}
    assert found == {
        "organisation": "Nom du service ou de l'Etablissement :",
        "email": "Adresse Mail @",
        "telephone": "Téléphone :",
        "personnes": "Nom des personnes inscrites :",
        "adherents": "Pour les Adhérents M.A.I.S :",
        "non_adherents": "Pour les non-adhérents M.A.I.S :",
        "repas": "Nombre de repas :",
        "total": "TOTAL REGLEMENT :",
        "paiement:postal": "Règlement par voie postale à adresser à :",
        "paiement:virement": "Par virement bancaire à :",
    }


def test_two_columns_are_two_phrases() -> None:
    texts = {phrase.text for phrase in phrases(blanks()[1])}
    assert {"Adresse Mail @", "Centre d'Habitat L'ETAPE,", "Téléphone :"} <= texts
