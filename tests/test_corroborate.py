"""What speaks for a name, an address or an organisation, beside how it was written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.forms.schema import load_form
from pipeline.judging.background import Background, says
from pipeline.judging.corroborate import made_of, spells
from pipeline.judging.members import Members, load_known, name_key, save_known
from pipeline.judging.reconcile import reconcile
from pipeline.judging.shares import shares as shares_of
from pipeline.paths import FORMS
from pipeline.records import Candidate, Envelope, FieldReading, Registration, Severity
from pipeline.simulate.contents import invent_email, invent_organisation, invent_person
from tests.pages import words

_FORM = load_form(FORMS / "mais-2018-02-02")
_KINDS = ("names", "organisation", "mail", "members")


def _reading(name: str, kind: str, candidates: dict[str, float]) -> FieldReading:
    listed = tuple(Candidate(v, v, p) for v, p in candidates.items())
    return FieldReading(name, kind, 1, None, "", listed)


def _number(name: str, kind: str, value: int) -> FieldReading:
    return FieldReading(name, kind, 1, None, "", (Candidate(value, str(value), 0.98),))


def _registration(*texts: FieldReading, adherents: int = 1) -> Registration:
    people = sum(1 for reading in texts if reading.type == "person")
    numbers = [
        _number("adherents", "count", adherents),
        _number("non_adherents", "count", people - adherents),
        _number("repas", "count", 0),
        _number("total", "amount", 3000 * adherents + 4000 * (people - adherents)),
    ]
    return Registration(_FORM.id, 1, (*texts, *numbers), roles=_FORM.roles)


def _members(*names: str) -> Members:
    return Members(frozenset(map(name_key, names)))


def _share(registration: Registration, field: str, text: str) -> float:
    reading = registration.reading(field)
    assert reading is not None
    return sum(c.probability for c in reading.candidates if c.text == text)


@pytest.mark.parametrize(
    ("local", "person", "fit"),
    [
        ("claire.dupont", "Claire DUPONT", 1.0),
        ("dupont-claire", "Claire DUPONT", 1.0),
        ("cdupont", "DUPONT Claire", 1.0),
        ("dupontc35", "Claire DUPONT", 1.0),
        ("jmlegoff", "Jean-Marc LE GOFF", 1.0),
        ("jm.dupont", "Jean-Marc DUPONT", 1.0),
        ("anne.legoff", "Anne LE GOFF", 1.0),
        ("helene.cote", "Hélène CÔTÉ", 1.0),
        ("a.lhostis", "Anne L'HOSTIS", 1.0),
        ("a.hostis", "Anne L'HOSTIS", 0.0),
        ("direction.dupont", "Claire DUPONT", 0.5),
        ("claire.dupond", "Claire DUPONT", 0.0),
        ("claire.dupond", "Luc DUPONT", 0.0),
        ("accueil", "Claire DUPONT", 0.0),
    ],
)
def test_an_address_is_made_of_a_name(local: str, person: str, fit: float) -> None:
    assert made_of(local, person) == fit


def test_a_domain_spells_an_organisation() -> None:
    assert spells("foyer-du-chene.fr", "Foyer du CHÊNE") == 1.0
    assert spells("mais.asso.fr", "M.A.I.S.") == 1.0
    assert 0 < spells("foyerduchene.fr", "Foyer du Chèvre") < 1
    assert spells("adapei35.fr", "Mairie") == 0.0


def test_an_address_and_a_name_confirm_each_other() -> None:
    form = _registration(
        _reading(
            "email", "email", {"claire.dupond@exemple.fr": 0.5, "claire.dupont@exemple.fr": 0.45}
        ),
        _reading("personnes.1", "person", {"Claire DUPONT": 0.55, "Claire DUPANT": 0.4}),
    )
    done = reconcile(form, _FORM)
    assert _share(done, "email", "claire.dupont@exemple.fr") > 0.85
    assert _share(done, "personnes.1", "Claire DUPONT") > 0.9
    apart = reconcile(form, _FORM, Background(without=("names",)))
    assert _share(apart, "email", "claire.dupont@exemple.fr") == pytest.approx(0.45, abs=1e-6)


def test_what_fits_nowhere_loses_nothing() -> None:
    form = _registration(
        _reading("organisation", "organisation", {"Foyer du Chêne": 0.8, "Foyer du Chène": 0.1}),
        _reading("email", "email", {"accueil@orange.fr": 0.7, "acceuil@orange.fr": 0.2}),
        _reading("personnes.1", "person", {"Claire DUPONT": 0.9, "Claire DUPANT": 0.05}),
    )
    everything = Background(Envelope("Luc <luc@autre.fr>", "", None), _members("Zoé PETIT"))
    done = reconcile(form, _FORM, everything)
    for reading in form.readings[:2]:
        again = done.reading(reading.field)
        assert again is not None
        assert again.confidence == pytest.approx(reading.confidence, abs=1e-4)


def test_the_sender_of_the_mail_speaks_for_address_name_and_organisation() -> None:
    form = _registration(
        _reading("organisation", "organisation", {"Foyer du Chène": 0.5, "Foyer du Chien": 0.4}),
        _reading("email", "email", {"z@foyerduchene.fr": 0.4, "2@foyerduchene.fr": 0.5}),
        _reading("personnes.1", "person", {"Zoé MARTEN": 0.5, "Zoé MARTIN": 0.4}),
    )
    mail = Envelope("MARTIN Zoe <Z@FoyerDuChene.fr>", "", None)
    done = reconcile(form, _FORM, Background(mail))
    assert _share(done, "email", "z@foyerduchene.fr") > 0.9
    assert _share(done, "personnes.1", "Zoé MARTIN") > 0.9
    assert _share(done, "organisation", "Foyer du Chène") > 0.6
    assert reconcile(form, _FORM, Background(mail, without=("mail",))) == reconcile(form, _FORM)


def test_clear_writing_is_not_overwritten_by_what_is_known() -> None:
    """A namesake of the sender's: one letter apart, and clearly written."""
    form = _registration(
        _reading("personnes.1", "person", {"Zoé MARTEN": 0.997, "Zoé MARTIN": 0.001})
    )
    mail = Envelope("Zoé Martin <x@exemple.fr>", "", None)
    reading = reconcile(form, _FORM, Background(mail)).reading("personnes.1")
    assert reading is not None
    assert reading.text == "Zoé MARTEN"
    done = reconcile(form, _FORM, Background(mail, _members("Zoé MARTIN")))
    (finding,) = done.findings  # both together outweigh the paper: then a person looks
    assert (finding.rule, finding.severity) == ("reading_agrees_with_rest", Severity.REVIEW)
    assert finding.fields == ("personnes.1",)


def test_a_namesake_who_sends_the_mail_does_not_overwrite_a_name_unseen() -> None:
    """Clara is registered by Claire, who gives her own address, and sends and signs the mail."""
    readings = (
        _reading("email", "email", {"claire.dupont@exemple.fr": 0.98}),
        _reading("personnes.1", "person", {"Clara DUPONT": 0.86, "Claire DUPONT": 0.11}),
    )
    mail = "Claire DUPONT <claire.dupont@exemple.fr>"
    known = Background(Envelope(mail, "", None, "Cordialement\nClaire DUPONT"))
    done = reconcile(_registration(*readings), _FORM, known)
    doubted = {n for f in done.findings if f.severity is Severity.REVIEW for n in f.fields}
    person = done.reading("personnes.1")
    assert person is not None
    assert person.text == "Clara DUPONT" or "personnes.1" in doubted


def test_how_many_are_listed_speaks_for_the_members_count() -> None:
    unsure = FieldReading(
        "adherents", "count", 1, None, "", (Candidate(2, "2", 0.5), Candidate(1, "1", 0.45))
    )
    form = _registration(
        _reading("personnes.1", "person", {"Zoé MARTIN": 0.95}),
        _reading("personnes.2", "person", {"Luc PETIT": 0.95}),
    )
    blank = FieldReading("total", "amount", 1, None, "", (Candidate(None, "", 0.95),))
    form = form.replacing(unsure).replacing(blank)
    form = form.replacing(replace(unsure, field="non_adherents"))
    one = reconcile(form, _FORM, Background(members=_members("Luc PETIT")))
    both = reconcile(form, _FORM, Background(members=_members("Luc PETIT", "Zoé MARTIN")))
    assert _share(both, "adherents", "2") > _share(one, "adherents", "2")


def test_somebody_who_pays_as_a_member_and_is_not_listed_is_for_a_person_to_see() -> None:
    form = _registration(
        _reading("personnes.1", "person", {"Zoé MARTIN": 0.99}),
        _reading("personnes.2", "person", {"Luc PETIT": 0.99}),
        adherents=2,
    )
    done = reconcile(form, _FORM, Background(members=_members("Luc PETIT")))
    (finding,) = done.findings
    assert (finding.rule, finding.severity) == ("members_are_listed", Severity.REVIEW)
    assert finding.fields == ("adherents",)
    assert "2 au tarif adhérent, 1 sur la liste" in words(finding)
    assert "Zoé MARTIN" in words(finding)
    assert "Luc" not in words(finding)
    both = Background(members=_members("Luc PETIT", "Martin Zoé"))
    assert reconcile(form, _FORM, both).findings == ()


def test_the_list_tells_who_is_a_member_where_as_many_pay_as_members() -> None:
    form = _registration(
        _reading("personnes.1", "person", {"Zoé MARTIN": 0.99}),
        _reading("personnes.2", "person", {"Luc PETIT": 0.99}),
        adherents=1,
    )
    listed = reconcile(form, _FORM, Background(members=_members("Luc PETIT")))
    (finding,) = listed.findings
    assert (finding.severity, finding.facts) == (Severity.INFO, (1, 1, "Zoé MARTIN"))
    tariffs = {share.person: share.tariff for share in shares_of(listed, {})}
    assert tariffs["personnes.2"] == "adherents"
    neither = _members("Éva ROY")
    (finding,) = reconcile(form, _FORM, Background(members=neither)).findings
    assert finding.severity is Severity.REVIEW
    fewer = Background(members=_members("Luc PETIT", "Martin Zoé"))
    assert reconcile(form, _FORM, fewer).findings == ()


def _blurred(truth: str, rng: np.random.Generator) -> dict[str, float]:
    """Candidates, the truth among them and as often right as its probability says."""
    letters = [i for i, c in enumerate(truth) if c.isalpha() and c.isascii()]
    texts = [truth]
    while len(texts) < 4:
        at = int(rng.choice(letters))
        wrong = truth[:at] + "abdeghiklmnoprstuv"[int(rng.integers(18))] + truth[at + 1 :]
        texts += [wrong] if wrong not in texts else []
    shares = 0.97 * rng.dirichlet((2.0, 1.0, 0.5, 0.5))
    place = int(rng.choice(4, p=shares / shares.sum()))
    texts[0], texts[place] = texts[place], texts[0]
    return dict(zip(texts, shares.tolist(), strict=True))


@pytest.mark.parametrize("kind", _KINDS)
def test_true_evidence_raises_the_posterior_of_the_truth_on_average(kind: str) -> None:
    """Of invented senders, whose mails and lists are such as they may be in truth."""
    with_it, without = [], []
    for k in range(60):
        rng = np.random.default_rng([7, k])
        person, organisation = invent_person(rng), invent_organisation(rng)
        name, address = f"{person.given} {person.surname}", invent_email(person, organisation, rng)
        truth = {"organisation": organisation, "email": address, "personnes.1": name}
        kinds = ("organisation", "email", "person")
        fields = zip(truth.items(), kinds, strict=True)
        form = _registration(*(_reading(f, t, _blurred(v, rng)) for (f, v), t in fields))
        sender = address if rng.random() < 0.6 else "secretariat@exemple.fr"
        listed = {name_key("Zoé PETIT")} | ({name_key(name)} if rng.random() < 0.5 else set())
        known = Background(Envelope(sender, "", None), Members(frozenset(listed)))
        alone = tuple(other for other in _KINDS if other != kind)
        for shares, left_out in ((with_it, alone), (without, _KINDS)):
            done = reconcile(form, _FORM, replace(known, without=left_out))
            shares.append(np.mean([_share(done, f, v) for f, v in truth.items()]))
    assert np.mean(with_it) > np.mean(without) + 0.005


def test_what_the_mail_says_speaks_for_name_service_and_number() -> None:
    said = "Bonjour,\nci-joint notre fiche.\n-- \nLéa ROUX, Foyer du Chêne\n+33 (0)2 40 12 34 56"
    for text in ("Léa Roux", "foyer du chene", "02 40 12 34 56"):
        assert says(said, text), text
    for text in ("", "Léa", "Léa Rou", "Roux Léa", "02 40 12 34 57", "2"):
        assert not says(said, text), text


def test_a_name_and_a_number_in_the_signature_are_chosen_among_near_ones() -> None:
    envelope = Envelope("accueil@exemple.fr", "", None, "Cordialement\nLéa ROUX\n02 40 12 34 56")
    readings = (
        _reading("personnes.1", "person", {"Léa ROUE": 0.5, "Léa ROUX": 0.45}),
        _reading("telephone", "phone", {"02 40 12 34 66": 0.5, "02 40 12 34 56": 0.45}),
    )
    read = Registration("mais-2018-02-02", 1, readings)
    done = reconcile(read, _FORM, Background(envelope))
    assert [r.text for r in done.readings[:2]] == ["Léa ROUX", "02 40 12 34 56"]
    assert min(r.confidence for r in done.readings[:2]) > 0.8
    left_out = reconcile(read, _FORM, Background(envelope, without=("mail",)))
    assert [r.text for r in left_out.readings[:2]] == ["Léa ROUE", "02 40 12 34 66"]


def test_people_and_organisations_that_reviews_confirmed_are_chosen_among_near_ones(
    tmp_path: Path,
) -> None:
    save_known(tmp_path / "known.json", ["ROUX Léa"], ["Foyer du Chêne"])
    known = load_known(tmp_path / "known.json")
    readings = (
        _reading("organisation", "organisation", {"Foyer du Chine": 0.5, "Foyer du Chêne": 0.45}),
        _reading("personnes.1", "person", {"Léa ROUE": 0.5, "Léa ROUX": 0.45}),
    )
    done = reconcile(_registration(*readings), _FORM, Background(known=known))
    assert [r.text for r in done.readings[:2]] == ["Foyer du Chêne", "Léa ROUX"]
    left_out = Background(known=known, without=("known",))
    done = reconcile(_registration(*readings), _FORM, left_out)
    assert [r.text for r in done.readings[:2]] == ["Foyer du Chine", "Léa ROUE"]
    assert done.findings == ()  # it is no list of members
