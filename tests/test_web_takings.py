"""Cheques, cash, slips, balances and letters in a real browser, mostly by keyboard alone."""

import re
import shutil
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from threading import Barrier

import pypdfium2
from attacked import attacked
from desks import Inbox, assert_open_to_all, by_field, fiche, press, serving, somebody
from playwright.sync_api import Browser, Download, Page, expect

from pipeline.decisions import MACHINE, Act, Change, Decision
from pipeline.ledger import Movement, PaidBy, Statement, Taking
from pipeline.letters.letter import CONFIRMATION
from pipeline.paths import FORMS
from pipeline.payments.overlap import new_movements
from pipeline.payments.reference import reference_of
from pipeline.store import Store
from pipeline.treasury.letters import FOLDER

expect.set_options(timeout=30_000)  # a busy machine stalls now and then
_DAY = date(2018, 1, 12)
_SERVICES = ("Foyer du Chêne", "IME Les Tilleuls", "ESAT du Moulin", "Foyer du Gué")


def _fill(inbox: Inbox, count: int, **given: str) -> list[str]:
    """Fiches of 42,10 € each, of people who have nothing in common: their ids."""
    for n in range(count):
        name = _SERVICES[n]
        inbox.add(f"{n}.png", fiche(people=somebody(n), organisation=name, **given))
    with Store.open(inbox.url) as store:
        return [filed.id for filed in store.filed()]


def _pay(inbox: Inbox, paid: str, cents: int, by: PaidBy = PaidBy.CHEQUE) -> str:
    pays = (Decision(Act.PAYS, paid, str(cents)),)
    with Store.open(inbox.url) as store:
        return store.take(Taking(_DAY, cents, by, "Foyer du Chêne"), pays, who="Luc")


def _hand_in(inbox: Inbox, subject: str) -> None:
    handed_in = Decision(Act.DEPOSITED, _DAY.isoformat(), "1")
    with Store.open(inbox.url) as store:
        versions = {t.subject: ruling.version for t, ruling in store.ledger().takings}
        store.decide([Change(subject, versions[subject], (handed_in,))], who="Zoé")


def _credit(inbox: Inbox, cents: int) -> None:
    movement = Movement(_DAY, cents, label="REMISE CHEQUES")
    statement = Statement("0" * 64, "qif", "FR76", _DAY, _DAY, (movement,))
    with Store.open(inbox.url) as store:
        store.record_statement(statement, fresh=new_movements)
        credits_it = Decision(Act.DEPOSITED, value="1")
        store.decide([Change("m1", 0, (credits_it,))], who=MACHINE)


def _payments(inbox: Inbox) -> list[tuple[tuple[str, int], ...]]:
    with Store.open(inbox.url) as store:
        return [payment.shares for payment in store.ledger().payments]


@contextmanager
def _opened(
    chromium: Browser, inbox: Inbox, path: str = "/reglements", *, also: str = ""
) -> Iterator[Page]:
    with serving(inbox.out, also=also) as address:
        page = chromium.new_context(viewport={"width": 1366, "height": 768}).new_page()
        zoe = {"name": "relecteur", "value": b64encode("Zoé".encode()).decode()}
        page.context.add_cookies([{**zoe, "url": address.partition("/entrer")[0]}])
        page.goto(address)
        _go(page, path)
        yield page
        page.context.close()


def _go(page: Page, path: str) -> None:
    page.goto("/".join(page.url.split("/")[:3]) + path)


def _said(page: Page, words: str) -> None:
    expect(page.get_by_role("status").first).to_contain_text(words)


def _text_of(download: Download) -> str:
    pdf = pypdfium2.PdfDocument(download.path())
    return "\n".join(page.get_textpage().get_text_range() for page in pdf)


def _add_form(folder: Path) -> str:
    """A form whose organiser has another account: what fiches.toml says of it."""
    shutil.copytree(FORMS / "mais-2018-02-02", folder / "other-form")
    toml = folder / "other-form" / "form.toml"
    text = toml.read_text("utf-8").replace('id = "mais-2018-02-02"', 'id = "other-form"')
    text = text.replace("FR7642559000112102806540308", "FR7630006000011234567890189")
    toml.write_text(text, "utf-8")
    return f'forms = ["{folder}"]\n'


def test_a_cheque_is_noted_from_its_fiche_and_one_pays_two_fiches(
    chromium: Browser, inbox: Inbox
) -> None:
    first, second, third, fourth = _fill(inbox, 4)
    with _opened(chromium, inbox, "/fiche/r1-1") as page:
        expect(page.locator(".paid")).to_contain_text("Dû 42,10 €, payé 0,00 €")
        press(page, "y")
        expect(page.locator("#amount")).to_be_focused()
        expect(page.locator("#amount")).to_have_value("42,10")
        expect(page.locator("#drawer")).to_have_value("Foyer du Chêne")
        page.fill("#cheque", "0012345")
        press(page, "Enter")
        _said(page, "Chèque, 42,10 € : c'est noté")
        assert _payments(inbox) == [((first, 4210),)]
        press(page, "z")
        _said(page, "C'est annulé")
        assert _payments(inbox) == []

        press(page, "n")
        page.keyboard.type("personne de ce nom")
        press(page, "Enter")
        expect(page.locator("#flaw-sought")).to_contain_text("Aucune autre fiche")
        expect(page.locator("#sought")).to_be_focused()
        page.fill("#sought", "foyer")
        press(page, "Enter")
        expect(page.locator("#note ol button").first).to_be_focused()
        press(page, "2")
        expect(page.locator("#drawer")).to_have_value("Foyer du Gué")
        expect(page.locator("#amount")).to_be_focused()
        press(page, "Escape")
        press(page, "n")
        page.keyboard.type(reference_of(second))
        press(page, "Enter")
        expect(page.locator("#amount")).to_have_value("84,20")
        expect(page.locator("#note .lines li").last).to_contain_text(somebody(1)[0])
        page.fill("#amount", "80")
        press(page, "Enter")
        words = "Les parts font 84,20 €, le règlement 80,00 € : 4,20 € de trop."
        expect(page.locator("#flaw-amount")).to_have_text(words)
        expect(page.locator("#amount")).to_be_focused()
        assert_open_to_all(page, "a wrong sum")
        assert _payments(inbox) == []
        page.get_by_label("Sa part").last.fill("37,90")
        press(page, "Enter")
        _said(page, "Chèque, 80,00 €")
        assert _payments(inbox) == [((fourth, 4210), (second, 3790))]
        assert third
        _go(page, "/fiche/r2-1")
        expect(page.locator(".paid")).to_contain_text(re.compile(r"chèque du [0-9/]+, 37,90"))
        by_field(page, page.url)
        _go(page, "/fiche/r2-1/email")
        press(page, "y")
        expect(page.locator("#amount")).to_have_value("4,20")


def test_cheques_are_handed_in_on_a_slip_and_what_was_noted_is_taken_back(
    chromium: Browser, inbox: Inbox, tmp_path: Path
) -> None:
    inbox.add("z.png", replace(fiche(people=somebody(9)), form_id="other-form"))
    other, *paid = _fill(inbox, 3)
    for name in (*paid[:2], other):
        _pay(inbox, name, 4210)
    with _opened(chromium, inbox, also=_add_form(tmp_path / "forms")) as page:
        page.fill("#sought", "esat")
        press(page, "Enter")
        expect(page.locator("#amount")).to_be_focused()
        page.get_by_label("Espèces").check()
        expect(page.locator("#cheque")).to_be_hidden()
        page.fill("#day", "2018-01-12")
        page.get_by_role("button", name="Noter", exact=True).click()
        _said(page, "Espèces, 42,10 €")

        expect(page.locator("[data-ticked]")).to_have_text("3 chèques, 126,30 €")
        press(page, "b")
        alert, boxes = page.get_by_role("alert").first, page.locator("[data-cents]")
        expect(alert).to_contain_text("Ces chèques vont à plusieurs comptes (FR7630006")
        for box in boxes.all():
            box.uncheck()
        press(page, "b")
        expect(alert).to_contain_text("Cocher les chèques")
        boxes.nth(0).check()
        expect(page.locator("[data-ticked]")).to_have_text("1 chèque, 42,10 €")
        boxes.nth(1).check()
        page.fill("#slip-day", "2018-01-15")
        press(page, "Enter")
        _said(page, "Remise n° 1 : 2 chèques")
        expect(boxes).to_have_count(1)
        with page.expect_download() as download:
            page.get_by_role("link", name="Bordereau de la remise n° 1").click()
        text = _text_of(download.value)
        for words in ("n° 1", "15/01/2018", "Foyer du Chêne", "2 chèques", "84,20"):
            assert words in text.replace("\N{NO-BREAK SPACE}", " ")
        missing = page.request.get("/".join([*page.url.split("/")[:3], "remises/9/bordereau.pdf"]))
        assert (missing.status, "ou plus, de remise de ce numéro" in missing.text()) == (404, True)
        press(page, "z")
        _said(page, "C'est annulé")
        page.locator("[data-cents]").last.uncheck()
        press(page, "b")  # a number that may be on paper is not given again
        _said(page, "Remise n° 2 : 2 chèques")

        cash = page.locator("section", has=page.locator("#cash-title"))
        cash.get_by_text("Retirer…").click()
        page.get_by_label("Motif", exact=True).last.fill("noté deux fois")
        press(page, "Enter")
        _said(page, "Le règlement est retiré")
        expect(page.locator("#cash-title")).to_have_count(0)
        slips = page.locator("section", has=page.locator("#slips-title"))
        slips.get_by_text("2 chèques").click()
        slips.get_by_text("Retirer…").first.click()
        slips.get_by_label("Motif", exact=True).first.fill("rendu")
        press(page, "Enter")
        expect(slips.locator("summary").first).to_have_text("1 chèque")
        for width in (1366, 390):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert_open_to_all(page, f"slips at {width}")
    assert sorted(_payments(inbox)) == sorted([((paid[1], 4210),), ((other, 4210),)])


def test_what_the_bank_has_credited_or_another_decided_stays(
    chromium: Browser, inbox: Inbox
) -> None:
    paid = _fill(inbox, 3)
    _hand_in(inbox, _pay(inbox, paid[0], 4210))
    _pay(inbox, paid[1], 4210)
    _pay(inbox, paid[2], 4000)
    with _opened(chromium, inbox) as page:
        page.get_by_text("1 chèque", exact=True).click()
        page.get_by_text("Retirer…").last.click()
        page.get_by_label("Motif", exact=True).last.fill("rendu")
        _credit(inbox, 4210)
        press(page, "Enter")
        alert = page.get_by_role("alert").first
        expect(alert).to_contain_text("La banque a crédité la remise n° 1")
        page.locator("h1").click()
        press(page, "z")
        expect(alert).to_contain_text("elle ne s'annule plus")
        _go(page, "/reglements")
        expect(page.locator("#slips-title ~ div")).to_contain_text("créditée")

        page.get_by_text("Laisser ainsi…").click()
        with Store.open(inbox.url) as store:
            (_, ruling) = store.ledger().takings[1]
            taken_back = Decision(Act.CANCEL, reason="noté deux fois")
            store.decide([Change("t2", ruling.version, (taken_back,))], who="Luc")
            store.take(
                Taking(_DAY, 100, PaidBy.CASH), (Decision(Act.PAYS, paid[2], "100"),), who="Luc"
            )
        press(page, "b")
        expect(alert).to_contain_text("n'est plus à remettre")
        page.get_by_role("button", name="remise accordée").click()
        expect(alert).to_contain_text("Ce solde a changé entre-temps")
    with Store.open(inbox.url) as store:
        assert [slip.number for slip in store.ledger().slips] == [1]
        assert [filed.waived for filed in store.filed()] == [None] * 3


def test_balances_are_settled_and_letters_are_drafted_once(
    chromium: Browser, inbox: Inbox, tmp_path: Path
) -> None:
    own = tmp_path / "own-letters"
    own.mkdir()
    (own / CONFIRMATION).write_text("Objet : À bientôt\nBonjour {{ payeur }}.\n", "utf-8")
    paid = _fill(inbox, 4)
    for name, cents in zip(paid, (3000, 5000, 4210), strict=False):
        _pay(inbox, name, cents)
    with _opened(chromium, inbox, "/fiche/r3-1", also=f'letters = "{own}"\n') as page:
        page.get_by_text("Annuler cette inscription").click()
        expect(page.locator(".cancel")).to_contain_text("42,10 € sont venus pour elle")
        page.fill("#cancel-reason", "ne vient pas")
        press(page, "Enter")
        gone = page.locator("#work .notice").first
        expect(gone).to_contain_text(
            "ne vient pas. 42,10 € sont venus pour elle : 42,10 € à rendre"
        )
        _go(page, "/reglements")
        rows = page.locator("section", has=page.locator("#balances-title")).locator("tbody tr")
        expect(rows).to_have_count(3)
        for n, words in enumerate(("il manque 12,10 €", "7,90 € de trop", "42,10 € à rendre")):
            expect(rows.nth(n)).to_contain_text(words)
        rows.nth(0).get_by_text("Laisser ainsi…").click()
        rows.nth(0).get_by_role("button", name="remise accordée").click()
        _said(page, "Le solde est réglé")
        expect(rows).to_have_count(2)
        press(page, "z")
        expect(rows).to_have_count(3)
        rows.nth(1).get_by_text("Laisser ainsi…").click()
        rows.nth(1).get_by_label("Autre raison").fill("sera déduit l'an prochain")
        press(page, "Enter")
        expect(rows).to_have_count(2)
        rows.nth(1).get_by_text("Laisser ainsi…").click()
        rows.nth(1).get_by_role("button", name="gardé comme don").click()
        expect(rows).to_have_count(1)

        letters = page.locator("#letters-room")
        expect(letters).to_contain_text(
            "À préparer : 2 demandes de règlement et 1 confirmation avec son reçu."
        )
        page.get_by_role("button", name="Préparer les courriers").click()
        expect(letters.get_by_role("status")).to_have_text("3 courriers préparés.")
        expect(letters).to_contain_text("Aucun courrier n'est à préparer.")
        expect(letters.locator("tbody tr")).to_have_count(3)
        assert_open_to_all(page, "letters")
        with page.expect_download() as download:
            letters.get_by_role("link", name="confirmation-").click()
        mail = message_from_bytes(download.value.path().read_bytes(), policy=default)
        assert (mail["X-Unsent"], mail["To"]) == ("1", "accueil@foyer-du-chene.fr")
        body = mail.get_body()
        assert body is not None
        assert body.get_content().split() == ["Bonjour", "IME", "Les", "Tilleuls."]
        assert mail["Subject"] == "À bientôt"
        assert [part.get_content_type() for part in mail.iter_attachments()] == ["application/pdf"]
        _go(page, "/reglements")
        expect(page.get_by_role("button", name="Préparer les courriers")).to_have_count(0)

        states = {"verifiee": [0, 3], "confirmee": [1], "annulee": [2], "payee": [], "recue": []}
        for state, numbers in states.items():
            _go(page, "/")
            page.select_option("#etat", state)
            page.get_by_role("button", name="Filtrer").click()
            links = page.locator("tbody tr td:first-child a")
            expect(links).to_have_text([f"{n}.png" for n in numbers])
        _go(page, "/fiche/r3-1")
        expect(page.locator("#work .notice").first).to_contain_text(
            "venus pour elle : gardé comme don"
        )
        _go(page, "/fiche/r2-1")
        expect(page.locator(".paid")).to_contain_text("7,90 € de trop (sera déduit l'an prochain)")
        press(page, "h")
        expect(page.locator("dialog[open]")).to_contain_text("écart laissé")
        expect(page.locator("dialog[open]")).to_contain_text("courrier préparé")


def test_only_drafts_of_the_folder_of_letters_are_handed_out(tmp_path: Path) -> None:
    with attacked(tmp_path) as review:
        client, out = review.entered(), review.inbox.out
        assert client.post("/courriers", headers=client.signed()).status_code == 200
        folder = out / FOLDER
        draft = min(folder.glob("*.eml"))
        (folder / "secret.eml").symlink_to(out / "fiches.sqlite")
        (folder / "notes.txt").write_text("x")
        (out / "above.eml").write_text("x")
        answer = client.get(f"/courriers/{draft.name}")
        assert answer.headers["content-type"] == "message/rfc822"
        assert answer.headers["content-disposition"] == f'attachment; filename="{draft.name}"'
        assert answer.content == draft.read_bytes()
        for name in ("secret.eml", "notes.txt", "..%2Fabove.eml", "%2e%2e%2fabove.eml", "*.eml"):
            assert client.get(f"/courriers/{name}").status_code == 404, name


def test_slips_made_at_once_have_each_a_number_of_its_own(tmp_path: Path) -> None:
    with attacked(tmp_path) as review:
        till = review.desk.till
        pays = (Decision(Act.PAYS, next(iter(till.now().filed)), "1000"),)
        cheques = [till.take(Taking(_DAY, 1000, PaidBy.CHEQUE), pays, who="Zoé") for _ in range(6)]
        takings, start = till.now().takings, Barrier(len(cheques))

        def deposit(subject: str) -> int:
            start.wait()
            return till.deposit({subject: takings[subject][1].version}, day=_DAY, who="Zoé")

        with ThreadPoolExecutor(len(cheques)) as pool:
            numbers = sorted(pool.map(deposit, cheques))
        assert numbers == [2, 3, 4, 5, 6, 7]
