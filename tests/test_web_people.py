"""Who has what, and people beyond the form's lines, in a real browser by keyboard alone."""

import csv
from dataclasses import replace

import pytest
from desks import (
    GATE,
    PEOPLE,
    Inbox,
    assert_open_to_all,
    await_keys,
    by_field,
    fiche,
    press,
    reviewed,
    serving,
)
from playwright.sync_api import Browser, Page, expect

from pipeline.decisions import Act, Decision
from pipeline.judging.deciding import apply
from pipeline.records import Registration, Status
from pipeline.store import Store
from tests.pages import form

expect.set_options(timeout=30_000)  # a busy machine stalls now and then
_DOUBT = {"email": ("a@exemple.fr", "b@exemple.fr")}


def mixed(
    people: tuple[str, ...] = PEOPLE[:3], *, doubtful: dict[str, tuple[str, ...]] | None = None
) -> Registration:
    """Three people, of whom two are members, and one eats."""
    given = fiche(people=people, doubtful=doubtful, total="112.10")
    for field, text in {"adherents": "2", "non_adherents": "1", "repas": "1"}.items():
        number = given.reading(field)
        assert number is not None
        value = replace(number.candidates[0], value=int(text), text=text)
        given = given.replacing(replace(number, candidates=(value,)))
    total = Decision(Act.CORRECT, "total", "112,10")  # has all judged anew
    return apply(given, form(), total, gate=GATE)


def _open(chromium: Browser, address: str) -> Page:
    page = chromium.new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.goto(address)
    page.keyboard.press("Enter")
    expect(page.locator("#work h1")).to_be_focused()
    return page


def _people(inbox: Inbox) -> list[tuple[str, str, str]]:
    """Name, tariff and meal of everybody in the table."""
    with (inbox.out / "participants.csv").open(encoding="utf-8", newline="") as file:
        return [(row["nom"], row["tarif"], row["repas"]) for row in csv.DictReader(file)]


def _named(inbox: Inbox) -> list[str]:
    with Store.open(inbox.url) as store:
        (filed,) = store.filed()
    return [person.text for person in filed.registration.named]


def _shared(inbox: Inbox) -> list[str]:
    with Store.open(inbox.url) as store:
        return [value for filed in store.filed() for _, value in filed.shared]


def _done(page: Page) -> None:
    expect(page.locator("#work h1")).to_contain_text("Plus rien à relire")


def test_who_has_what_is_one_question_behind_all_doubts(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", mixed())
    inbox.add("b.png", fiche(people=PEOPLE[3:4], doubtful=_DOUBT))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        expect(page.locator("#work")).to_contain_text(
            "1 champ douteux, 1 fiche ; 1 fiche à répartir"
        )
        press(page, "Enter")
        expect(page.locator("#work h1")).to_have_text("Qui est adhérent ? Repas : pour qui ?")
        assert reviewed(inbox.url) == [Status.ACCEPTED] * 2
        expect(page.locator("#to-give")).to_contain_text(
            "2 × adhérent, 1 × non-adhérent, 1 × repas"
        )
        press(page, "Enter")
        expect(page.get_by_role("alert").last).to_contain_text(
            "Il reste à donner : 2 adhérents, 1 non-adhérent, 1 repas."
        )
        for key in ("2", "a", "b", "c"):  # the second tariff takes the place of the first
            press(page, key)
        expect(page.locator("#to-give")).to_contain_text(
            "2 × adhérent, 0 × non-adhérent, 0 × repas"
        )
        for key in ("ArrowUp", "c"):
            press(page, key)
        expect(page.locator("#to-give")).to_contain_text("-1 × repas")
        press(page, "Enter")
        expect(page.get_by_role("alert").last).to_contain_text("2 repas pour 1 sur la fiche.")
        assert _shared(inbox) == []
        for key in ("2", "c", "Enter"):
            press(page, key)
        _done(page)
        assert reviewed(inbox.url) == [Status.ACCEPTED] * 2
        press(page, "z")
        expect(page.locator("#work h1")).to_have_text("Qui est adhérent ? Repas : pour qui ?")
        expect(page.get_by_role("status")).to_contain_text("Décision annulée.")
        assert _shared(inbox) == []
        for key in ("2", "b", "3", "c", "Enter"):
            press(page, key)
        _done(page)
        page.context.close()
    assert _shared(inbox) == ["adherents repas=0", "non_adherents repas=0", "adherents repas=1"]
    assert _people(inbox) == [
        ("MARTIN", "adhérent", "0"),
        ("PETIT", "non-adhérent", "0"),
        ("ROUX", "adhérent", "1"),
        ("LE GOFF", "adhérent", "1"),
    ]


def test_what_was_said_is_shown_again_and_may_be_said_otherwise(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", mixed())
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        for key in ("1", "b", "c", "Enter"):
            press(page, key)
        _done(page)
        page.goto(address.partition("/entrer")[0] + "/?etat=acceptees")
        page.get_by_role("link", name="a.png").click()
        press(page, "q")
        expect(page.locator("#to-give")).to_contain_text(
            "0 × adhérent, 0 × non-adhérent, 0 × repas"
        )
        expect(
            page.get_by_role("group", name=PEOPLE[0]).get_by_role("checkbox").nth(1)
        ).to_be_checked()
        press(page, "h")
        expect(page.get_by_role("dialog")).to_contain_text("non-adhérent, repas")
        page.keyboard.press("Escape")
        for key in ("1", "c", "2", "c", "Enter"):
            press(page, key)
        _done(page)
        page.context.close()
    assert _shared(inbox)[:2] == ["non_adherents repas=0", "adherents repas=1"]


def test_two_browsers_do_not_tick_over_each_other(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", mixed())
    with serving(inbox.out) as address:
        zoe = _open(chromium, address)
        luc = zoe.context.new_page()
        luc.goto(zoe.url)
        for key in ("1", "b", "c", "Enter"):
            press(zoe, key)
        _done(zoe)
        for key in ("2", "b", "c", "Enter"):
            press(luc, key)
        expect(luc.get_by_role("status")).to_contain_text("rien n'a été enregistré")
        expect(luc.locator("#to-give")).to_contain_text("0 × adhérent, 0 × non-adhérent, 0 × repas")
        zoe.context.close()
    assert _shared(inbox)[0] == "non_adherents repas=1"


@pytest.mark.parametrize("field_by_field", [False, True])
def test_later_puts_the_question_behind_the_others(
    chromium: Browser, inbox: Inbox, *, field_by_field: bool
) -> None:
    inbox.add("a.png", mixed())
    inbox.add("b.png", mixed(PEOPLE[3:]))
    with serving(inbox.out) as address:
        page = chromium.new_context().new_page()
        page.goto(address)
        if field_by_field:
            by_field(page, address)
        press(page, "Enter")
        expect(page.locator(".ask").first).to_contain_text("MARTIN")
        press(page, "r")
        expect(page.locator(".ask").first).to_contain_text("GOFF")
        for key in ("1", "b", "c", "Enter"):
            press(page, key)
        expect(page.locator(".ask").first).to_contain_text("MARTIN")
        for key in ("1", "b", "c", "Enter"):
            press(page, key)
        _done(page)
        page.context.close()
    assert len(_shared(inbox)) == 6


def test_a_fifth_and_a_sixth_person_are_added_counted_and_taken_back(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(people=PEOPLE[:4], total="168.40", doubtful=_DOUBT))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        press(page, "a")
        press(page, "n")
        expect(page.locator('[id="value.personnes.5"]')).to_be_focused()
        expect(page.locator('[id="value.email"]')).to_have_value("b@exemple.fr")
        page.keyboard.type("Awa DIOP")
        page.keyboard.press("Escape")
        press(page, "n")
        expect(page.locator('[id="value.personnes.6"]')).to_be_focused()
        expect(page.locator('[id="value.personnes.5"]')).to_have_value("Awa DIOP")
        page.keyboard.type("Théo GARCIA")
        press(page, "Enter")
        # Four pay, and six are named: two pay nothing, and who they are is asked.
        expect(page.locator("#work h1")).to_contain_text("Qui est adhérent ?")
        assert _named(inbox) == list(PEOPLE)
        press(page, "f")
        press(page, "z")
        expect(page.locator(".ask")).to_have_count(1)
        assert _named(inbox) == list(PEOPLE[:4])
        press(page, "n")
        expect(page.locator('[id="value.personnes.5"]')).to_be_focused()
        page.keyboard.type("Awa DIOP")
        press(page, "Enter")
        expect(page.locator("#work h1")).to_contain_text("Qui est adhérent ?")
        for key in ("5", "b"):
            press(page, key)
        for n in range(1, 5):
            press(page, str(n))
            press(page, "c")
        press(page, "Enter")
        _done(page)
        page.context.close()
    assert _named(inbox) == list(PEOPLE[:5])
    with (inbox.out / "registrations.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["personnes"], row["n_personnes"]) == (" | ".join(PEOPLE[:5]), "5")
    assert (row["adherents"], row["etudiants"], row["status"]) == ("4", "1", "accepted")
    assert [(tariff, meal) for _, tariff, meal in _people(inbox)] == [
        *[("adhérent", "1")] * 4,
        ("étudiant", "0"),
    ]


def test_a_line_without_a_name_adds_nobody(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", fiche(people=PEOPLE[:1], doubtful=_DOUBT))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        press(page, "n")
        expect(page.locator('[id="value.personnes.2"]')).to_be_focused()
        line = page.locator('[data-place="personnes.2"] img.cut')  # what stands there is shown
        await_keys(page)
        assert line.evaluate("image => image.complete && image.naturalWidth > 0")
        page.keyboard.press("Enter")
        _done(page)
        page.context.close()
    assert _named(inbox) == [PEOPLE[0]]


def test_a_person_is_added_field_by_field(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", fiche(people=PEOPLE[:4], total="168.40", doubtful=_DOUBT))
    with serving(inbox.out) as address:
        page = chromium.new_context().new_page()
        page.goto(address)
        by_field(page, address)
        press(page, "Enter")
        press(page, "n")
        expect(page.get_by_label("Personne 5", exact=True)).to_be_focused()
        expect(page.locator(".crop")).to_contain_text("n'est pas sur l'image")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").last).to_contain_text("Écrire le nom")
        expect(page.get_by_label("Personne 5", exact=True)).to_be_focused()
        page.keyboard.type("Awa DIOP")
        page.keyboard.press("Enter")
        expect(page.locator("#work h1")).to_have_text("E-mail")
        expect(page.locator(".fields")).to_contain_text("Awa DIOP")
        assert _named(inbox) == list(PEOPLE[:5])
        press(page, "z")
        expect(page.locator("#work h1")).to_have_text("Personne 5")
        assert _named(inbox) == list(PEOPLE[:4])
        page.context.close()


def test_nobody_is_added_over_what_another_decided(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", fiche(people=PEOPLE[:4], total="168.40", doubtful=_DOUBT))
    with serving(inbox.out) as address:
        zoe = _open(chromium, address)
        luc = zoe.context.new_page()
        luc.goto(zoe.url)
        press(zoe, "Enter")
        _done(zoe)
        press(luc, "n")
        expect(luc.get_by_role("status")).to_contain_text("rien n'a été enregistré")
        zoe.context.close()
    assert _named(inbox) == list(PEOPLE[:4])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_question_fits_a_laptop_and_has_no_serious_barrier(
    chromium: Browser, inbox: Inbox, scheme: str
) -> None:
    inbox.add("a.png", mixed())
    with serving(inbox.out) as address:
        context = chromium.new_context(
            viewport={"width": 1366, "height": 768},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        page = context.new_page()
        page.goto(address)
        assert_open_to_all(page, "list")
        press(page, "Enter")
        await_keys(page)
        press(page, "1")
        assert_open_to_all(page, "people")
        box = page.locator(".confirm .primary").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 768
        press(page, "Enter")
        expect(page.get_by_role("alert").last).to_contain_text("Il reste")
        assert_open_to_all(page, "refused")
        page.set_viewport_size({"width": 390, "height": 844})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390
        context.close()
