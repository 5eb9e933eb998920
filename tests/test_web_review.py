"""The review in a real browser, over the real server and a real store, mostly by keyboard alone.

Field by field, which a browser remembers; ``test_web_look`` is about one look a fiche.
"""

import csv
import os
import re
import signal
import time
from pathlib import Path

import pytest
from desks import (
    PEOPLE,
    Inbox,
    TellingBrowser,
    assert_open_to_all,
    await_keys,
    by_field,
    fiche,
    press,
    reviewed,
    serving,
    somebody,
    weight,
)
from playwright.sync_api import Browser, Page, expect

from pipeline.exporters import export_all, outputs
from pipeline.forms.schema import load_forms
from pipeline.paths import FORMS
from pipeline.records import Rejection, Status
from pipeline.store import Store

expect.set_options(timeout=30_000)  # a busy machine stalls now and then


def _open(chromium: Browser, address: str) -> Page:
    page = chromium.new_page(viewport={"width": 1280, "height": 720})
    by_field(page, address)
    page.goto(address)
    return page


def _rows(out: Path, name: str) -> list[dict[str, str]]:
    with (out / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _begin(page: Page) -> None:
    page.keyboard.press("Enter")
    expect(page.locator("#work h1")).to_be_focused()


def test_a_queue_of_twenty_is_cleared_by_keyboard_alone(chromium: Browser, inbox: Inbox) -> None:
    for n in range(20):
        email = (f"zoe.martin{n}@exemple.fr", f"zoe.martln{n}@exemple.fr")
        inbox.add(f"{n:02}.png", fiche(people=somebody(n), doubtful={"email": email}))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        _begin(page)
        for n in range(20):
            expect(page.locator("#work")).to_contain_text(f"{20 - n} champ")
            press(page, "Enter" if n % 2 else "1")
        expect(page.locator("#work h1")).to_contain_text("Plus rien à relire")
        page.close()
    assert reviewed(inbox.url) == [Status.ACCEPTED] * 20
    rows = [row for row in _rows(inbox.out, "fields.csv") if row["field"] == "email"]
    assert sorted(row["status"] for row in rows) == ["accepted"] * 10 + ["corrected"] * 10


def test_one_key_clears_a_fiche_whose_first_alternative_is_right(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(doubtful={"telephone": ("02 40 12 34 57", "02 40 12 34 56")}))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        _begin(page)
        press(page, "1")
        expect(page.locator("#work h1")).to_contain_text("Plus rien à relire")
        page.close()
    assert reviewed(inbox.url) == [Status.ACCEPTED]


def test_undo_goes_back_across_fiches_that_are_closed(chromium: Browser, inbox: Inbox) -> None:
    for n in range(3):
        inbox.add(
            f"{n}.png",
            fiche(people=somebody(n), doubtful={"organisation": (f"Foyer {n}", f"Fover {n}")}),
        )
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        _begin(page)
        for _ in range(3):
            press(page, "Enter")
        await_keys(page)
        for left in (1, 2, 3):
            press(page, "z")
            expect(page.locator("#work")).to_contain_text(f"{left} champ")
        press(page, "z")
        expect(page.get_by_role("alert")).to_contain_text("plus rien à annuler")
        page.close()
    assert reviewed(inbox.url) == [Status.REVIEW] * 3


def test_a_value_is_typed_and_the_sum_follows_while_one_types(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(total="84.20", doubtful={"repas": ("1", "7")}))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        page.goto(page.url + "fiche/r1-1/repas")
        press(page, "m")
        page.keyboard.type("2")
        expect(page.locator("#sum")).to_contain_text("54,20")
        press(page, "Control+a")
        page.keyboard.type("deux ou trois")
        press(page, "Enter")
        expect(page.locator("#problem")).to_contain_text("Ce n'est pas un nombre")
        page.close()
    assert reviewed(inbox.url) == [Status.REVIEW]


def test_a_gap_is_settled_with_a_reason_before_the_fiche_is_accepted(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(total="50.00"))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        _begin(page)
        while page.get_by_role("heading", name="Écart").count() == 0:
            press(page, "Enter")
            await_keys(page)
        assert reviewed(inbox.url) == [Status.REVIEW]
        press(page, "1")
        expect(page.locator("#work h1")).to_contain_text("Plus rien à relire")
        page.close()
    assert reviewed(inbox.url) == [Status.ACCEPTED]
    assert "expéditeur" in _rows(inbox.out, "registrations.csv")[0]["findings"]
    written = {path: path.read_bytes() for path in outputs(inbox.out)}
    with Store.open(inbox.url) as store:  # as a run would write them
        export_all(store, inbox.out, load_forms(FORMS))
    assert {path: path.read_bytes() for path in outputs(inbox.out)} == written


def test_many_fields_are_confirmed_at_one_stroke_and_undone_by_one(
    chromium: Browser, inbox: Inbox
) -> None:
    for n in range(4):
        inbox.add(
            f"{n}.png",
            fiche(people=somebody(n), doubtful={"organisation": (f"Foyer {n}", f"Fover {n}")}),
        )
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        page.on("dialog", lambda dialog: dialog.accept())
        page.select_option("#lot-type", "organisation")
        page.eval_on_selector("#lot-sur", "s => s.add(new Option('55', '55', true, true))")
        page.get_by_role("button", name="Confirmer en lot").click()
        expect(page.get_by_role("status")).to_contain_text("4 champ")
        assert reviewed(inbox.url) == [Status.ACCEPTED] * 4
        with Store.open(inbox.url) as store:
            assert len({one.id for one in store.decided()}) == 4
        press(page, "z")
        expect(page.locator(".tally dd").first).to_have_text("4")
        page.close()
    assert reviewed(inbox.url) == [Status.REVIEW] * 4


def test_a_rejected_document_is_keyed_in(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", rejection=Rejection("no-form", "Aucun formulaire connu."))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        page.get_by_role("link", name="Rejetés").click()
        page.get_by_role("link", name="a.png").click()
        page.get_by_label("Service").fill("Foyer du Chêne")
        page.get_by_label("Personne 1").fill(PEOPLE[0])
        page.get_by_label("Total").fill("trente")
        page.get_by_role("button", name="Enregistrer la fiche").click()
        expect(page.get_by_text("Ce n'est pas un montant")).to_be_visible()
        expect(page.get_by_label("Service")).to_have_value("Foyer du Chêne")
        page.get_by_label("Total").fill("30")
        page.get_by_label("Adhérents", exact=True).fill("1")
        page.get_by_role("button", name="Enregistrer la fiche").click()
        expect(page.get_by_role("status")).to_contain_text("enregistrée")
        page.close()
    assert reviewed(inbox.url) == [Status.ACCEPTED]
    assert _rows(inbox.out, "rejected.csv") == []
    assert _rows(inbox.out, "registrations.csv")[0]["total"] == "30.00"


def test_a_form_is_placed_by_its_four_corners_and_read(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", rejection=Rejection("no-form", "Aucun formulaire connu."))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        page.goto(page.url + "rejet/x1-0")
        corners = page.locator("circle")
        expect(corners).to_have_count(4)
        board = page.locator("svg[data-corners]").bounding_box()
        assert board is not None
        ends = [(0, 0), (1, 0), (1, 1), (0, 1)]
        for corner, (x, y) in zip(corners.all(), ends, strict=True):
            corner.scroll_into_view_if_needed()
            at = corner.bounding_box()
            board = page.locator("svg[data-corners]").bounding_box()
            assert at is not None
            assert board is not None
            page.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
            page.mouse.down()
            page.mouse.move(
                board["x"] + x * board["width"], board["y"] + y * board["height"], steps=4
            )
            page.mouse.up()
        page.get_by_role("button", name="Relire ainsi").click()
        expect(page.get_by_role("status")).to_contain_text("relu", timeout=60_000)
        page.close()
    with Store.open(inbox.url) as store:
        (filed,) = store.filed()
    assert filed.registration.reading("organisation") is not None


def test_a_rejected_document_is_set_aside_with_its_reason(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", rejection=Rejection("no-form", "Aucun formulaire connu."))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        page.goto(page.url + "rejet/x1-0")
        page.get_by_label("Motif").fill("n'est pas une fiche")
        page.get_by_role("button", name="Écarter").click()
        expect(page.get_by_role("status")).to_contain_text("écarté")
        page.close()
    assert "n'est pas une fiche" in _rows(inbox.out, "rejected.csv")[0]["message"]


def _twice(inbox: Inbox) -> None:
    """The second corrects the address of the first."""
    for name, email in (("mail.png", "accuei1@foyer.fr"), ("scan.png", "accueil@foyer.fr")):
        inbox.add(name, fiche(people=PEOPLE[:2], total="84.20", email=email))


def test_of_a_pair_decided_in_two_browsers_the_first_answer_stands(
    chromium: Browser, inbox: Inbox
) -> None:
    _twice(inbox)
    with serving(inbox.out) as address:
        one, other = (_open(chromium, address) for _ in range(2))
        other.context.add_cookies(one.context.cookies())
        for page in (one, other):
            page.goto(address.partition("/entrer")[0] + "/fiche/r2-1")
        press(one, "4")
        expect(one.get_by_text("Plus rien à relire")).to_be_visible()
        press(other, "Enter")
        expect(other.get_by_role("alert")).to_contain_text("déjà réglée")
        for page in (one, other):
            page.close()
    assert [row["comptee"] for row in _rows(inbox.out, "registrations.csv")] == ["1", "1"]


@pytest.mark.parametrize(
    ("key", "states", "counted"),
    [
        ("Enter", ["remplacée", "vérifiée"], ["0", "1"]),
        ("1", ["remplacée", "vérifiée"], ["0", "1"]),
        ("2", ["vérifiée", "vérifiée"], ["1", "1"]),
        ("3", ["vérifiée"], ["1"]),
        ("4", ["vérifiée", "vérifiée"], ["1", "1"]),
        ("5", ["vérifiée", "remplacée"], ["1", "0"]),
    ],
)
def test_two_fiches_of_the_same_people_are_one_question(
    chromium: Browser, inbox: Inbox, key: str, states: list[str], counted: list[str]
) -> None:
    _twice(inbox)
    with Store.open(inbox.url) as store:
        waiting = store.snapshot().registrations
    assert [row.counted for row in waiting] == [False, True]
    assert all(row.registration.findings for row in waiting)
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        _begin(page)
        expect(page.locator("#work h1")).to_contain_text("Même inscription ?")
        differing = page.locator("tr.differs")
        expect(differing).to_have_count(1)
        expect(differing).to_contain_text("accuei1@foyer.fr")
        press(page, key)
        expect(page.get_by_text("Plus rien à relire")).to_be_visible()
        page.close()
    rows = _rows(inbox.out, "registrations.csv")
    assert [row["etat"] for row in rows] == states
    assert [row["comptee"] for row in rows] == counted
    people = [row["nom"] for row in _rows(inbox.out, "participants.csv")]
    assert len(people) == (4 if key == "4" else 2)
    assert len(_rows(inbox.out, "rejected.csv")) == (key == "3")


def test_a_cancelled_fiche_counts_no_more_until_it_is_restored(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(people=PEOPLE[:2], total="84.20"))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        page.goto(page.url + "fiche/r1-1/email")
        page.get_by_text("Annuler cette inscription…").click()
        page.get_by_label("Motif").fill("mail du 3 mars")
        page.get_by_role("button", name="Annuler l'inscription").click()
        expect(page.locator("#work")).to_contain_text("mail du 3 mars.")
        expect(page.get_by_text("Annuler cette inscription…")).to_have_count(0)
        page.get_by_role("link", name="Doublons").click()
        expect(page.locator("main")).to_contain_text("mail du 3 mars.")
        page.close()
    (row,) = _rows(inbox.out, "registrations.csv")
    assert (row["etat"], row["comptee"]) == ("annulée", "0")
    assert "mail du 3 mars" in row["findings"]
    assert _rows(inbox.out, "participants.csv") == []
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        page.goto(page.url + "doublons")
        page.get_by_role("button", name="Rétablir").click()
        expect(page.locator("#work h1")).to_be_visible()
        expect(page.get_by_role("button", name="Rétablir")).to_have_count(0)
        page.close()
    (row,) = _rows(inbox.out, "registrations.csv")
    assert (row["etat"], row["comptee"]) == ("vérifiée", "1")


def test_a_pair_whose_earlier_fiche_is_restored_is_asked_about_again(
    chromium: Browser, inbox: Inbox
) -> None:
    _twice(inbox)
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        _begin(page)
        press(page, "Enter")
        expect(page.get_by_text("Plus rien à relire")).to_be_visible()
        page.goto(address.partition("/entrer")[0] + "/doublons")
        page.get_by_role("button", name="Rétablir").click()
        expect(page.locator("h1")).to_contain_text("Même inscription ?")
        press(page, "1")
        expect(page.get_by_text("Plus rien à relire")).to_be_visible()
        press(page, "z")
        expect(page.locator("#work h1")).to_contain_text("Même inscription ?")
        page.close()
    assert [row["comptee"] for row in _rows(inbox.out, "registrations.csv")] == ["0", "1"]


@pytest.mark.parametrize("typed", ["", "pas une adresse"])
def test_two_browsers_on_one_fiche_do_not_overwrite_each_other(
    chromium: Browser, inbox: Inbox, typed: str
) -> None:
    doubts = {"email": ("a@exemple.fr", "b@exemple.fr"), "telephone": ("02 40 12 34 56",)}
    inbox.add("a.png", fiche(doubtful=doubts))
    with serving(inbox.out) as address:
        pages = []
        for name in ("Zoé", "Luc"):
            context = chromium.new_context()
            page = context.new_page()
            by_field(page, address)
            page.goto(address)
            if pages:
                expect(page.get_by_text("ne sert qu'une fois")).to_be_visible()
                page.goto(address.again())
            page.get_by_label("Relu par").fill(name)
            with page.expect_response("**/relecteur"):
                press(page, "Enter")
            page.goto(page.url + "fiche/r1-1/email")
            pages.append(page)
        zoe, luc = pages
        expect(luc.get_by_text("Zoé travaille aussi sur cette fiche")).to_be_visible()
        press(zoe, "1")
        expect(zoe.locator("#work h1")).to_contain_text("Téléphone")
        if typed:  # a stroke that is refused tells it, too
            press(luc, "m")
            luc.locator("#value").fill(typed)
        luc.keyboard.press("Enter")
        expect(luc.locator("#work")).to_contain_text("Zoé a décidé")
        expect(luc.locator("#value")).to_have_value("b@exemple.fr")
        for page in pages:
            page.context.close()
    with Store.open(inbox.url) as store:
        (filed,) = store.filed()
    email = filed.registration.reading("email")
    assert email is not None
    assert email.text == "b@exemple.fr"


def test_killed_at_any_moment_no_confirmed_decision_is_lost(
    chromium: Browser, inbox: Inbox
) -> None:
    for n in range(5):
        email = (f"zoe{n}@exemple.fr", f"zoë{n}@exemple.fr")
        inbox.add(f"{n}.png", fiche(people=somebody(n), doubtful={"email": email}))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        _begin(page)
        for n in range(3):
            press(page, "Enter")
            expect(page.locator("#work")).to_contain_text(f"{4 - n} champ")
        port = re.search(r":(\d+)", address)
        assert port is not None
        _kill_listener(int(port[1]))
        press(page, "Enter")
        expect(page.get_by_role("alert")).to_contain_text("ne répond plus")
        page.close()
    assert sorted(reviewed(inbox.url)) == [Status.ACCEPTED] * 3 + [Status.REVIEW] * 2


def _kill_listener(port: int) -> None:
    """Kill -9 whoever listens on the port."""
    import psutil

    for connection in psutil.net_connections("tcp"):
        if connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
            os.kill(connection.pid, signal.SIGKILL)
            time.sleep(0.2)
            return
    raise AssertionError("nobody listens")


def test_no_view_has_a_serious_barrier(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", fiche(total="50.00", doubtful={"email": ("a@exemple.fr", "b@exemple.fr")}))
    inbox.add("b.png", fiche(total="50.00"))
    inbox.add("c.png", rejection=Rejection("no-form", "Aucun formulaire connu."))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        home = page.url
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for path in (
                *("", "relire", "fiche/r1-1/repas", "fiche/r1-1/total_matches_tariff", "rejets"),
                *("rejet/x3-0", "doublons", "bilan"),
            ):
                page.goto(home + path)
                assert_open_to_all(page, f"{scheme} /{path}")
        page.goto(f"{home}fiche/r1-1/email")
        for key in ("p", "h", "?"):
            page.keyboard.press(key)
            expect(page.locator("dialog[open]")).to_be_visible()
            assert_open_to_all(page, f"key {key}")
            press(page, "Escape")
            expect(page.locator("dialog[open]")).to_have_count(0)
        page.close()


def test_crop_value_and_sum_fit_a_laptop_s_screen_at_larger_text(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(doubtful={"repas": ("1", "7")}))
    with serving(inbox.out) as address:
        page = chromium.new_page(viewport={"width": 1366, "height": 720})
        page.goto(address)
        page.goto(f"{page.url}fiche/r1-1/repas")
        for size in ("100%", "125%"):
            page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
            for part in (".crop img", "#value", "#sum"):
                box = page.locator(part).bounding_box()
                assert box is not None
                assert box["y"] + box["height"] <= 720, (size, part)
        page.close()


def test_a_page_weighs_little(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", fiche(doubtful={"email": ("a@exemple.fr", "b@exemple.fr")}))
    with serving(inbox.out) as address:
        page = chromium.new_page()
        page.goto(address)  # the list
        listed = weight(page)
        page.goto(f"{page.url}fiche/r1-1/email")
        expect(page.locator(".crop img")).to_be_visible()
        field = weight(page)
        page.close()
    # Each with its scripts and styles, as if the browser had none in its cache.
    assert 20_000 < listed < 300_000
    assert 20_000 < field < 300_000


def test_a_password_lets_a_browser_in(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", fiche())
    with serving(inbox.out, "--host", "0.0.0.0", FICHES_PASSWORD="sésame") as address:
        port = address.rpartition(":")[2].strip("/")
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.get_by_label("Mot de passe").fill("faux")
        page.get_by_role("button", name="Entrer").click()
        expect(page.get_by_role("alert")).to_contain_text("pas le mot de passe")
        page.get_by_label("Mot de passe").fill("sésame")
        page.get_by_role("button", name="Entrer").click()
        expect(page.get_by_text("fiches à relire", exact=True)).to_be_visible()
        page.close()


def test_a_search_reaches_the_rejected_documents(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", fiche())
    for name in ("flou-é.png", "autre.png"):
        inbox.add(name, rejection=Rejection("no-form", "Aucun formulaire connu."))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        page.get_by_label("Chercher").fill("FLOU connu")
        page.get_by_role("button", name="Filtrer").click()
        page.get_by_role("link", name="1 document rejeté répond").click()
        expect(page.get_by_role("link", name="flou-é.png")).to_be_visible()
        expect(page.get_by_role("link", name="autre.png")).to_have_count(0)
        page.get_by_label("Chercher").fill("rien de tel")
        page.get_by_role("button", name="Chercher").click()
        expect(page.get_by_text("Aucun document rejeté ne correspond")).to_be_visible()
        page.close()


def test_keys_of_one_sign_can_be_switched_off_for_good(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", fiche(doubtful={"email": ("a@exemple.fr", "b@exemple.fr")}))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        _begin(page)
        press(page, "?")
        page.get_by_label("Touches d'une lettre").uncheck()
        page.get_by_role("button", name="Fermer").click()
        page.reload()
        for key in ("1", "v", "i", "?"):
            press(page, key)
        expect(page.locator("#work")).to_contain_text("1 champ")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("button", name="Aide").click()
        page.get_by_label("Touches d'une lettre").check()
        page.get_by_role("button", name="Fermer").click()
        press(page, "1")
        expect(page.locator("#work h1")).to_contain_text("Plus rien à relire")
        page.close()


def test_check_boxes_are_corrected_by_keyboard_and_escape_changes_nothing(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(doubtful={"paiement": ("virement", "postal")}))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        _begin(page)
        press(page, "m")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Escape")
        expect(page.locator("#value")).to_have_value("virement")
        press(page, "m")
        page.locator("#value").select_option("postal")
        page.keyboard.press("Enter")
        expect(page.locator("#work h1")).to_contain_text("Plus rien à relire")
        page.close()
    with Store.open(inbox.url) as store:
        (filed,) = store.filed()
    assert [r.text for r in filed.registration.readings if r.field == "paiement"] == ["postal"]


def test_what_was_typed_is_kept_by_tab_and_a_held_key_decides_nothing(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche(doubtful={"email": ("a@exemple.fr", "b@exemple.fr")}))
    inbox.add(
        "b.png", fiche(people=PEOPLE[1:2], doubtful={"email": ("a@exemple.fr", "b@exemple.fr")})
    )
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        _begin(page)
        page.evaluate(
            "for (let i = 0; i < 9; i++) document.dispatchEvent(new KeyboardEvent("
            "'keydown', {key: 'Enter', repeat: true, bubbles: true}))"
        )
        expect(page.locator("#work")).to_contain_text("2 champs")
        press(page, "m")
        page.keyboard.type("c@exemple.fr")
        page.keyboard.press("Tab")
        expect(page.locator("#work")).to_contain_text("1 champ")
        page.close()
    with Store.open(inbox.url) as store:
        texts = {filed.registration.readings[1].text for filed in store.filed()}
    assert texts == {"a@exemple.fr", "c@exemple.fr"}


def test_an_illegible_count_does_not_clear_a_gap(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", fiche(total="50.00", doubtful={"adherents": ("1", "7")}))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        page.goto(page.url + "fiche/r1-1/adherents")
        press(page, "i")
        expect(page.locator("#work h1")).not_to_contain_text("Adhérents")
        for _ in range(8):
            if page.get_by_role("heading", name="Écart").count():
                break
            press(page, "Enter")
            await_keys(page)
        expect(page.locator(".reason")).to_contain_text("invérifiable")
        page.close()
    assert reviewed(inbox.url) == [Status.REVIEW]


def test_a_sample_of_accepted_fields_is_shown_and_measures_the_machine(
    chromium: Browser, inbox: Inbox
) -> None:
    for n in range(12):
        email = (f"zoe{n}@exemple.fr", f"zoë{n}@exemple.fr")
        inbox.add(f"{n:02}.png", fiche(people=somebody(n), doubtful={"email": email}))
    with serving(inbox.out, quality_sample=0.5) as address:
        page = _open(chromium, address)
        _begin(page)
        shown: set[str | None] = set()
        for _ in range(40):
            if page.get_by_text("Plus rien à relire").count():
                break
            if page.locator("#work h1").inner_text() != "E-mail":
                expect(page.locator(".reason")).to_contain_text("Lecture incertaine")
                shown.add(page.locator("#work form.entry").get_attribute("hx-post"))
            press(page, "Enter")
            await_keys(page)
        checked = len(shown)
        assert checked >= 2
        page.goto(f"{address.partition('/entrer')[0]}/bilan")
        machine = page.locator("tr", has_text="la machine")
        expect(machine).to_contain_text(str(checked))
        page.close()
    with Store.open(inbox.url) as store:
        checks = [one for one in store.decided() if one.decision.act == "check"]
    # Now and then a field that was just confirmed is shown again: that measures the reviewer.
    checks = [one for one in checks if one.decision.field != "email"]
    assert len({(one.subject, one.decision.field) for one in checks}) == checked
    assert {one.decision.value == one.decision.reason for one in checks} == {True}
    report = (inbox.out / "report.html").read_text("utf-8")
    assert f'<td>la machine</td><td class="n">{checked}</td><td class="n">0</td>' in report


def test_what_a_run_reads_during_a_review_joins_the_list(chromium: Browser, inbox: Inbox) -> None:
    inbox.add("a.png", fiche(doubtful={"email": ("a@exemple.fr", "b@exemple.fr")}))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        expect(page.get_by_role("link", name="b.png")).to_have_count(0)
        inbox.add(
            "b.png", fiche(people=PEOPLE[1:2], doubtful={"email": ("a@exemple.fr", "b@exemple.fr")})
        )
        page.reload()
        expect(page.get_by_role("link", name="b.png")).to_have_count(1)
        page.close()


def test_the_page_that_the_browser_is_started_with_enters_and_a_session_is_closed(
    chromium: Browser, inbox: Inbox
) -> None:
    inbox.add("a.png", fiche())
    browser = TellingBrowser(inbox.out.parent)
    with serving(inbox.out, opens=True, **browser.environment) as address:
        page = chromium.new_page()
        page.goto(browser.started_with())
        expect(page.get_by_role("link", name="Rejetés")).to_be_visible()
        assert "cle" not in page.url
        page.get_by_role("button", name="Se déconnecter").click()
        expect(page.get_by_text("la dernière adresse")).to_be_visible()
        page.go_back()
        expect(page.get_by_text("la dernière adresse")).to_be_visible()
        page.goto(address.again())
        expect(page.get_by_role("link", name="Rejetés")).to_be_visible()
        page.close()
