"""The careful secretary who measures what a review costs sees, picks, types and confirms."""

import pytest
from desks import PEOPLE, Inbox, fiche, reviewed, serving
from playwright.sync_api import Browser

from pipeline.bench.looks import M_S, Looked, clear, seconds, table
from pipeline.evaluate.truth import Truth
from pipeline.records import Status
from tests.pages import form

_ADDRESSES = ("accueil@foyer-du-chene.fr", "accueii@foyer-du-chene.fr")


def _truth(n: int, **changes: Truth) -> dict[str, Truth]:
    written: dict[str, Truth] = {
        "organisation": "Foyer du Chêne",
        "email": _ADDRESSES[0],
        "telephone": "0240123456",
        "personnes": [PEOPLE[n]],
        "adherents": 1,
        "non_adherents": 0,
        "repas": 1,
        "total": 4210,
        "paiement": "virement",
        "etudiants": 0,
    }
    return written | changes


def test_each_fiche_costs_its_looks_and_keys(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("right.png", fiche(doubtful={"email": _ADDRESSES}))
    inbox.add(
        "picked.png",
        fiche(people=PEOPLE[1:2], doubtful={"email": ("luo@exemple.fr", "luc@exemple.fr")}),
    )
    inbox.add("typed.png", fiche(people=PEOPLE[2:3], doubtful={"total": ("47.10", "41.10")}))
    inbox.add("gap.png", fiche(people=PEOPLE[3:4], total="50.00"))
    truths = {
        "r1-1": _truth(0),
        "r2-1": _truth(1, email="luc@exemple.fr"),
        "r3-1": _truth(2),
        "r4-1": _truth(3, total=5000),
    }
    with serving(inbox.out) as address:
        page = chromium.new_context().new_page()
        page.goto(address)
        looked = {fiche.subject: fiche for fiche in clear(page, form(), truths)}
        page.context.close()
    assert reviewed(inbox.url) == [Status.ACCEPTED] * 4
    assert looked["r1-1"] == Looked("r1-1", looks=1, keys=1, shown=1, right=1)
    assert looked["r2-1"] == Looked("r2-1", looks=1, keys=2, shown=1, right=0)  # a letter, Enter
    total = len("42,10")  # a gap as read: all numbers are shown, the total is the fourth
    assert looked["r3-1"] == Looked("r3-1", looks=1, keys=1 + total + 1, shown=4, right=3)
    assert looked["r4-1"] == Looked("r4-1", looks=1, keys=2, shown=4, right=4)  # a reason, Enter


def test_seconds_are_those_of_the_keystroke_level_model() -> None:
    looked = [Looked("r1-1", 1, 1, 1, 1), Looked("r2-1", 2, 9, 3, 1)]
    assert seconds(looked, 0.2) == pytest.approx(3 * M_S + 10 * 0.2)


def test_a_fiche_that_nobody_looked_at_counts_with_nothing() -> None:
    rows = table([Looked("r1-1", 1, 3, 2, 1)], {"r1-1": "hand", "r2-1": "hand", "r3-1": "typed"})
    hand, typed = (row.split() for row in rows.splitlines()[1:])
    assert hand[:5] == ["hand", "2", "0.50", "1.50", "50%"]
    assert typed[:5] == ["typed", "1", "0.00", "0.00", "-"]
