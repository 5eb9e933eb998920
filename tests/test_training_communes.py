"""The list of communes, made of the package that holds them."""

from typing import Any

from pipeline.training.communes import rows


def _commune(name: str, code: str, population: int, *codes: str, **more: str) -> dict[str, Any]:
    known = {"codesPostaux": [*codes]} if codes else {}
    kind = {"type": "commune-actuelle"}
    return {"nom": name, "code": code, "population": population, **known, **kind, **more}


def test_communes_stand_by_their_inhabitants_with_all_codes_of_their_name():
    communes = [
        _commune("Saint-Paul", "60001", 1000, "60650"),
        _commune("Rennes", "35238", 220_000, "35000", "35200"),
        _commune("Saint-Paul", "97415", 104_000, "97411", "60650"),
    ]
    assert [*rows(communes).items()] == [
        ("Rennes", ["35000", "35200"]),
        ("Saint-Paul", ["97411", "60650"]),
    ]


def test_a_commune_that_was_merged_has_the_codes_of_that_one():
    communes = [
        _commune("Arboys en Bugey", "01015", 700, "01300"),
        _commune("Arbignieu", "01015", 0, type="commune-deleguee", chefLieu="01015"),
        _commune("Paris 1er Arrondissement", "75101", 9, "75001", type="arrondissement-municipal"),
        _commune("Archipel des Crozet", "98412", 0),
        _commune("Château-Chinon (Ville)", "58062", 1, "58120"),
    ]
    assert rows(communes) == {
        "Arboys en Bugey": ["01300"],
        "Château-Chinon": ["58120"],
        "Arbignieu": ["01300"],
    }
