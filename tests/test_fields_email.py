import pytest
from written import best, held, probability_of, said, seen

from pipeline.fields.email import endings_of, parse, read


@pytest.mark.parametrize(
    ("named", "address"),
    [
        ("nina.tremel@orange.fr", "nina.tremel@orange.fr"),
        ("NINA.TREMEL@ORANGE.FR", "nina.tremel@orange.fr"),
        ("nina.tremel@orange.fr.", "nina.tremel@orange.fr"),
        ("..nina.tremel@orange.fr", "nina.tremel@orange.fr"),
        ("nina.tremel@orange fr", "nina.tremel@orange.fr"),
        ("nina.tremel@gmailcom", "nina.tremel@gmail.com"),
        ("nina.tremel@mais.asso fr", "nina.tremel@mais.asso.fr"),
        ("nina.tremel@orange.tr", "nina.tremel@orange.fr"),
        ("nina.tremel@wanadooo.fr", "nina.tremel@wanadoo.fr"),
        ("nina.tremel@Iaposte.net", "nina.tremel@laposte.net"),
        ("nina.tremelelaposte.net", "nina.tremel@laposte.net"),
        ("níña.tremel@free.fr".replace("í", "i"), "nina.tremel@free.fr"),
        ("nina tremel@free.fr", "nina.tremel@free.fr"),
    ],
)
def test_what_an_engine_loses_is_mended(named, address):
    assert best(read([seen(named)]))[0] == address


@pytest.mark.parametrize(
    "address",
    [
        "secretariat@foyer-kerzu.fr",
        "a.b@xyz-quelconque.org",
        "n_tremel2@ville-machin.bzh",
        "zq@hotnail.fr",
    ],
)
def test_an_unknown_domain_clearly_written_stays_as_written(address):
    assert best(read([seen(address, sure=0.9999)]))[0] == address


def test_a_correction_is_a_candidate_beside_what_was_seen():
    candidates = read([seen("ninatremel@orange.fr", sure=0.9)])
    assert probability_of(candidates, "ninatremel@orange.fr") > 0.1
    assert probability_of(candidates, "nina.tremel@orange.fr") > 0.001


def test_blurred_evidence_is_pulled_to_a_provider():
    unsure = {i: {"x": 0.4, c: 0.35} for i, c in enumerate("a@orange.fr") if c in "rn"}
    assert best(read([seen("a@orange.fr", unsure=unsure)]))[0] == "a@orange.fr"


def test_what_is_no_address_is_hardly_believed():
    assert all(c.probability < 0.5 for c in read([seen("par courrier")]))
    assert all(c.probability < 0.5 for c in read([said("par courrier")]))


def test_a_text_layer_is_certain_or_says_nothing():
    assert best(read([held("Nina.Tremel@Orange.fr")])) == ("nina.tremel@orange.fr", 0.999)
    assert read([held("néant")]) == ()


def test_what_a_person_types_is_an_address_or_refused():
    assert parse(" Nina.Tremel@Orange.fr ") == "nina.tremel@orange.fr"
    assert parse("") == ""
    assert parse("nina.tremel@orange") is None
    assert parse("nina tremel") is None


def test_a_post_and_a_name_may_have_lost_the_dot_between_them() -> None:
    """Too small a dot to be seen leaves the evidence clear."""
    found = {c.text: c.probability for c in read([seen("secretariatlaurent@yahoo.fr")])}
    assert found["secretariat.laurent@yahoo.fr"] > 0.02


def test_an_ending_that_lost_its_first_letter_is_mended() -> None:
    faint = seen("claire@sessad.asso.fr", unsure={14: {"": 0.85, "a": 0.15}})
    assert best(read([faint]))[0] == "claire@sessad.asso.fr"


def test_a_name_too_hard_to_read_for_the_search_is_proposed_from_those_known() -> None:
    faint = seen("secretariat@orange.fr", unsure={7: {"v": 0.6, "r": 0.004}})
    assert probability_of(read([faint]), "secretariat@orange.fr") > 0.05


def test_of_two_readings_the_one_spelled_like_a_name_is_likelier() -> None:
    """Neither stands in a lexicon."""
    unsure = {"q": 0.5, "g": 0.49}
    assert best(read([seen("kergourgadec@kerzu.fr", unsure={7: unsure})]))[0] == (
        "kergourgadec@kerzu.fr"
    )
    assert best(read([seen("n.kerzu@kergourgadec.fr", unsure={15: unsure})]))[0] == (
        "n.kerzu@kergourgadec.fr"
    )


@pytest.mark.parametrize("address", ["c.garcon@free.fr", "nolwenn.herve@askoria.eu"])
def test_a_dot_between_the_names_of_an_address_stays_where_it_is_faint(address: str) -> None:
    faint = seen(address, unsure={address.index("."): {".": 0.2, "": 0.79}})
    assert best(read([faint]))[0] == address


@pytest.mark.parametrize(
    ("joined", "parted"), [("zoemartin", "zoe.martin"), ("raymartin", "ray.martin")]
)
def test_a_short_given_name_is_one_without_its_accent_and_however_rare(
    joined: str, parted: str
) -> None:
    texts = {c.text for c in read([seen(f"{joined}@orange.fr")])}
    assert f"{parted}@orange.fr" in texts


def test_an_ending_that_no_domain_has_loses_to_one_that_is_nearly_as_clear() -> None:
    address = "camille.nadeau@udafsarthe.eu"
    blurred = seen(address, unsure={len(address) - 1: {"i": 0.9, "u": 0.09}})
    assert best(read([blurred]))[0] == address


@pytest.mark.parametrize("domain", ["udaf-sarthe.asso.fr", "kerzu.bzh"])
def test_a_domain_has_the_endings_that_are_known(domain: str) -> None:
    assert endings_of(domain)
    assert not endings_of(f"{domain}x")


def test_an_address_whose_domain_ends_as_nobodys_is_never_sure() -> None:
    value, probability = best(read([seen("paul.martin@foyer.vie")]))
    assert value == "paul.martin@foyer.vie"
    assert probability <= 0.5
