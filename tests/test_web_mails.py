"""The mail beside what it brought, and a mail without a fiche that speaks of another's."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from desks import PEOPLE, Inbox, fiche, serving
from playwright.sync_api import Browser, Page, expect

from pipeline.records import Envelope, Received, Rejection
from pipeline.store import Store

_HOSTILE = (
    '<script>alert("x")</script><img src="http://127.0.0.1:9/p.png"> Zoé Martin ne vient pas.'
)


def _rows(out: Path, name: str) -> list[dict[str, str]]:
    with (out / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _bare_mail(inbox: Inbox, said: str) -> None:
    envelope = Envelope(
        "Léa <lea@exemple.fr>", "Annulation", datetime(2018, 2, 1, tzinfo=UTC), said
    )
    rejection = Rejection("mail", "Ce courriel n'apporte aucune fiche.", envelope=envelope)
    with Store.open(inbox.url) as store:
        store.record_received(Received("b.eml", 1, 1, (), (("b.eml", rejection),)))


def _open(chromium: Browser, address: str, path: str) -> Page:
    page = chromium.new_page()
    page.goto(address)
    page.goto(address.partition("/entrer")[0] + path)
    return page


def test_a_fiche_shows_the_mail_that_brought_it(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", fiche(), sender="Zoé <zoe@exemple.fr>", subject="Inscription")
    with serving(inbox.out) as address:
        page = _open(chromium, address, "/fiche/r1-1")
        page.get_by_text("Le mail de Zoé <zoe@exemple.fr>").click()
        expect(page.locator("dl.letter")).to_contain_text("Inscription")
        page.close()


@pytest.mark.parametrize(
    ("button", "state", "counted"),
    [("Annuler l'inscription", "annulée", "0"), ("Joindre en note", "vérifiée", "1")],
)
def test_a_mail_without_a_fiche_is_shown_as_text_and_speaks_of_one(
    chromium: Browser, inbox: Inbox, button: str, state: str, counted: str
) -> None:
    inbox.add("a.png", fiche(people=("Luc PETIT",)))
    inbox.add("c.png", fiche(people=PEOPLE[:1], organisation="Mairie", email="m@mairie.fr"))
    _bare_mail(inbox, _HOSTILE)
    with serving(inbox.out) as address:
        page = _open(chromium, address, "/rejets")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.get_by_role("link", name="b.eml").click()
        expect(page.locator("pre.letter")).to_have_text(_HOSTILE)
        assert not [url for url in asked if ":9/" in url]
        expect(page.locator("#fiche optgroup").first).to_have_attribute(
            "label", "Fiches dont parle ce mail"
        )
        expect(page.locator("#fiche")).to_have_value("r2-1")
        page.get_by_label("Ce qu'il en dit").fill("ne vient pas")
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("status")).to_contain_text("C'est noté")
        expect(page.locator("main")).to_contain_text("écarté : ")
        page.goto(address.partition("/entrer")[0] + "/fiche/r2-1")
        expect(page.locator("#work")).to_contain_text("ne vient pas")
        page.close()
    first, second = _rows(inbox.out, "registrations.csv")
    assert (first["etat"], first["comptee"]) == ("vérifiée", "1")
    assert (second["etat"], second["comptee"]) == (state, counted)
