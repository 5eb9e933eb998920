"""What flyers say, by event; and what they say otherwise than the form."""

from dataclasses import replace

import pytest

from pipeline.event import About, Fact
from pipeline.forms.announced import by_event
from pipeline.french import sentence
from pipeline.snapshot import Announcement
from tests.pages import form

SAID = (
    Fact(About.ORGANISER, "M.A.I.S. régional de Bretagne"),
    Fact(About.DATE, "2018-02-02"),
    Fact(About.PLACE, "ASKORIA"),
    Fact(About.ADDRESS, "2 avenue du Bois l'Abbé, Rennes"),
    Fact(About.EMAIL, "pays-de-loire@mais.asso.fr"),
    Fact(About.TARIFF, "3000", "Adhérents M.A.I.S"),
    Fact(About.TARIFF, "4000", "non-adhérents M.A.I.S"),
    Fact(About.TARIFF, "1210", "Nombre de repas"),
    Fact(About.TARIFF, "0", "Etudiants sauf repas"),
    Fact(About.IBAN, "FR7642559000112102806540308"),
    Fact(About.BIC, "CCOPFRPPXXX"),
)


def but(about: About, value: str, detail: str = "") -> tuple[Fact, ...]:
    """What is said, with another value."""
    return tuple(
        replace(fact, value=value) if (fact.about, fact.detail) == (about, detail) else fact
        for fact in SAID
    )


def told(*facts: Fact) -> list[str]:
    (event,) = by_event([Announcement("annonce.pdf", facts)], [form()])
    return [sentence(finding, event.roles).replace("\u00a0", " ") for finding, _ in event.findings]


def test_a_flyer_that_agrees_with_its_form_is_told_nothing_about() -> None:
    assert told(*SAID) == []


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            but(About.TARIFF, "3500", "Adhérents M.A.I.S"),
            "Tarif « Adhérents » : 35,00 € sur l'annonce, 30,00 € dans le formulaire.",
        ),
        (
            but(About.TARIFF, "4500", "non-adhérents M.A.I.S"),
            "Tarif « Non-adhérents » : 45,00 € sur l'annonce, 40,00 € dans le formulaire.",
        ),
        (
            but(About.TARIFF, "1400", "Nombre de repas"),
            "Tarif « Repas » : 14,00 € sur l'annonce, 12,10 € dans le formulaire.",
        ),
        (
            but(About.DATE, "2018-02-09"),
            "Date : 9 février 2018 sur l'annonce, 2 février 2018 dans le formulaire.",
        ),
        (
            but(About.IBAN, "FR7630006000011234567890189"),
            "IBAN : FR76 3000 6000 0112 3456 7890 189 sur l'annonce, "
            "FR76 4255 9000 1121 0280 6540 308 dans le formulaire.",
        ),
        (
            but(About.EMAIL, "autre@mais.asso.fr"),
            "E-mail : autre@mais.asso.fr sur l'annonce, "
            "pays-de-loire@mais.asso.fr dans le formulaire.",
        ),
    ],
)
def test_each_thing_said_otherwise_is_told(facts: tuple[Fact, ...], said: str) -> None:
    assert told(*facts) == [said]


def test_another_organisers_flyer_is_held_against_no_form() -> None:
    other = (Fact(About.DATE, "2018-02-02"), Fact(About.TARIFF, "2500", "Adhérents"))
    (event,) = by_event([Announcement("club.pdf", other)], [form()])
    assert (event.form, event.findings) == ("", ())


def test_an_honest_flyer_does_not_hide_another() -> None:
    announcements = [Announcement("vraie.pdf", SAID)]
    announcements.append(Announcement("fausse.pdf", but(About.IBAN, "FR7630006000011234567890189")))
    (event,) = by_event(announcements, [form()])
    assert [(finding.facts[0], document) for finding, document in event.findings] == [
        ("iban", "fausse.pdf")
    ]


def test_a_second_account_beside_the_known_one_is_told() -> None:
    more = Fact(About.IBAN, "FR7630006000011234567890189")
    assert len(told(*SAID, more)) == 1


def test_the_same_flyer_from_many_is_one_event() -> None:
    announcements = [Announcement(f"{n}.pdf", SAID) for n in range(3)]
    announcements.append(Announcement("neuf.pdf", but(About.DATE, "2018-02-09")))
    announcements.append(Announcement("club.pdf", (Fact(About.DATE, "2018-06-01"),)))
    said = by_event(announcements, [form()])
    assert [(event.form, len(event.announcements)) for event in said] == [
        (form().id, 3),
        (form().id, 1),
        ("", 1),
    ]
