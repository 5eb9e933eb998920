"""The room of payments: what came on the account, decided in a real browser by keyboard alone."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import unquote_plus

import pytest
from attacked import Attacked, Attacker, attacked
from bank_files import IBAN, statement, write
from desks import (
    PEOPLE,
    Inbox,
    assert_open_to_all,
    await_keys,
    fiche,
    moved,
    press,
    serving,
    somebody,
)
from playwright.sync_api import Browser, Locator, Page, expect

from pipeline.decisions import Act, Change, Decision
from pipeline.ledger import PaidBy, Ruling, Taking
from pipeline.payments.reference import reference_of
from pipeline.store import Store
from pipeline.web import security

NB = "\N{NO-BREAK SPACE}"


def _open(chromium: Browser, address: str, path: str = "/paiements") -> Page:
    page = chromium.new_page(viewport={"width": 1280, "height": 720})
    page.goto(address)
    page.goto(address.partition("/entrer")[0] + path)
    return page


def _fill(inbox: Inbox) -> list[str]:
    """Fiches of 42.10, 84.20 and 42.10 euros, the last in doubt: their ids, in that order."""
    doubtful = {"email": ("zoe@exemple.fr", "zoé@exemple.fr")}
    inbox.add("a.png", fiche(people=somebody(0), organisation="Foyer du Chêne"))
    people = somebody(1) + somebody(2)
    inbox.add("b.png", fiche(people=people, organisation="IME Les Tilleuls", total="84.20"))
    inbox.add("c.png", fiche(people=PEOPLE[:1], organisation="ESAT du Gué", doubtful=doubtful))
    with Store.open(inbox.url) as store:
        return [filed.id for filed in sorted(store.filed(), key=lambda filed: filed.subject)]


def _type(page: Page, into: Locator, text: str) -> None:
    await_keys(page)
    into.fill(text)


def _seek(page: Page, words: str) -> None:
    """What the whole search answers is there and takes keys: half of it may come first."""
    await_keys(page)
    *before, last = words
    for letter in before:
        page.locator("#seek").press(letter)
    with page.expect_response(lambda answer: words in unquote_plus(answer.url)):
        page.locator("#seek").press(last)
    expect(page.locator("#others > .options")).to_be_visible()
    expect(page.locator(".htmx-request, .htmx-added, .htmx-settling")).to_have_count(0)


def _rulings(inbox: Inbox) -> dict[str, Ruling]:
    with Store.open(inbox.url) as store:
        return {ruling.subject: ruling for _, ruling in store.ledger().movements}


def test_movements_are_decided_by_keyboard_alone(chromium: Browser, inbox: Inbox) -> None:
    first, second, doubtful = _fill(inbox)
    inbox.bank(
        moved(2, 8000, "VIR SEPA INSCRIPTION", "IME LES TILLEULS"),
        moved(3, 12630, f"VIR SEPA 2 FICHES {reference_of(first)}", "MAIRIE"),
        moved(4, 1234, "VIR SEPA CADEAU", "TONTON"),
        moved(5, 4210, "VIR SEPA", "INCONNU"),
    )
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        press(page, "Enter")
        work, heading = page.locator("#work"), page.locator("#work h1")
        expect(heading).to_be_focused()
        expect(heading).to_contain_text(f"80,00{NB}€ IME LES TILLEULS")
        expect(work).to_contain_text(f"il resterait 4,20{NB}€ à payer")
        press(page, "1")
        expect(heading).to_contain_text("MAIRIE")
        press(page, "z")
        expect(heading).to_contain_text("IME LES TILLEULS")
        expect(page.get_by_role("status").first).to_contain_text("Décision annulée")
        assert _rulings(inbox)["m1"].is_open
        press(page, "1")
        expect(heading).to_contain_text("MAIRIE")

        press(page, "s")
        expect(heading).to_contain_text("Partager")
        _seek(page, "ime tilleuls")
        page.get_by_role("button", name="Ajouter").press("Enter")
        added = page.get_by_label("Montant pour IME Les Tilleuls")
        expect(added).to_be_focused()
        _type(page, added, "84,2O")
        press(page, "Enter")
        expect(page.get_by_role("alert").last).to_contain_text("Ce n'est pas un montant")
        _type(page, added, "80")
        expect(page.locator("#sum")).to_contain_text(f"il manque 4,20{NB}€")
        press(page, "Enter")
        expect(page.get_by_role("alert").last).to_contain_text("Rien n'est enregistré")
        assert _rulings(inbox)["m2"].is_open
        press(page, "2")
        expect(added).to_be_focused()
        _type(page, added, "84,20")
        expect(page.locator("#sum")).to_contain_text("le compte est bon")
        press(page, "Enter")
        expect(heading).to_contain_text("INCONNU")
        assert dict(_rulings(inbox)["m2"].pays) == {first: 4210, second: 8420}

        _seek(page, "esat gue")
        expect(page.locator("#others")).to_contain_text("ESAT du Gué")
        page.keyboard.press("Escape")
        expect(heading).to_be_focused()
        key = page.locator("#others [data-key]").get_attribute("data-key")
        press(page, key or "")
        expect(heading).to_contain_text("TONTON")
        press(page, "n")
        expect(heading).to_contain_text("Plus aucun paiement à décider")
        expect(page.locator("#rooms")).to_contain_text("Paiements 0")
        page.close()
    rulings = _rulings(inbox)
    assert rulings["m4"].pays == ((doubtful, 4210),)
    assert rulings["m3"].act is Act.UNRELATED
    assert {ruling.state for ruling in rulings.values()} == {"confirmed", "unrelated"}


def test_what_is_decided_is_taken_back_and_decided_anew_and_the_fiche_tells(
    chromium: Browser, inbox: Inbox
) -> None:
    first, _, _ = _fill(inbox)
    inbox.bank(
        moved(2, 4210, f"VIR SEPA {reference_of(first)}", "FOYER DU CHENE"),
        moved(3, -1250, "FRAIS DE TENUE DE COMPTE"),
        moved(4, -8900, "PRLV SEPA ASSURANCE"),
    )
    with serving(inbox.out) as address:
        page = _open(chromium, address, "/fiche/r1-1")
        paid = page.locator(".paid")
        expect(paid).to_contain_text(f"Dû 42,10{NB}€, payé 42,10{NB}€")
        expect(paid).to_contain_text(reference_of(first))
        expect(paid).to_contain_text("payée")
        paid.get_by_role("link", name="virement du 02/01/2018").click()
        expect(page.locator("#why")).to_contain_text("Rapproché automatiquement")
        press(page, "a")
        expect(page.get_by_role("status").first).to_contain_text("décider à nouveau")
        press(page, "h")
        again = page.get_by_role("dialog").get_by_role("row").nth(1)
        expect(again.get_by_role("cell").nth(3)).to_have_text("repris")
        expect(again).to_contain_text("erreur de rapprochement")
        page.keyboard.press("Escape")
        page.reload()
        press(page, "1")
        expect(page.locator("#work h1")).to_contain_text("Débit")
        assert _rulings(inbox)["m1"].state == "confirmed"

        press(page, "l")
        page.on("dialog", lambda dialog: dialog.accept())
        sweep = page.get_by_role("button", name="sans rapport (2)")
        expect(sweep).to_be_visible()
        await_keys(page)
        sweep.press("Enter")
        swept = page.get_by_role("status").first
        expect(swept).to_contain_text(f"2{NB}mouvements sans rapport")
        expect(page.locator("#standing tbody")).to_contain_text("Aucun mouvement")
        press(page, "z")
        expect(page.locator("#standing tbody tr")).to_have_count(2)
        rulings = _rulings(inbox)
        assert [rulings[m].is_open for m in ("m1", "m2", "m3")] == [False, True, True]
        page.get_by_label("Quels mouvements").select_option("tous")
        page.get_by_label("Chercher").fill("chene 42,10")
        page.get_by_role("button", name="Filtrer").click()
        expect(page.locator("#standing tbody tr")).to_have_count(1)
        expect(page.locator("#standing tbody")).to_contain_text(reference_of(first))
        page.close()


def test_a_banks_files_are_given_and_what_is_sure_is_matched(
    chromium: Browser, inbox: Inbox, tmp_path: Path
) -> None:
    first, _, _ = _fill(inbox)
    movements = (moved(2, 4210, f"VIR {reference_of(first)}"), moved(3, -1250, "FRAIS"))
    good, bad = tmp_path / "janvier.qif", tmp_path / "photo.csv"
    good.write_bytes(write("qif", statement(movements)))
    bad.write_bytes(b"%PDF-1.4 rubbish")
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        expect(page.locator("#standing")).to_contain_text("Aucun relevé n'a encore été donné")
        page.set_input_files("#files", [good, bad])
        said = page.locator("#dropped")
        expect(said).to_contain_text(f"Relevés lus{NB}: 1 sur 2.")
        expect(said).to_contain_text("2 janvier 2018 au 3 janvier 2018, 2 mouvements, 2 nouveaux")
        expect(said).to_contain_text("photo.csv")
        expect(page.locator("#rooms")).to_contain_text("Paiements 1")
        expect(page.locator("#standing tbody tr")).to_have_count(1)
        page.set_input_files("#files", [good])
        expect(said).to_contain_text("déjà donné, rien de nouveau")
        page.close()
    assert [ruling.state for ruling in _rulings(inbox).values()] == ["matched", "to decide"]


def test_a_statement_of_another_account_is_taken_once_that_account_is_named(
    chromium: Browser, inbox: Inbox, tmp_path: Path
) -> None:
    _fill(inbox)
    file = tmp_path / "livret.ofx"
    file.write_bytes(write("ofx1", statement([moved(2, 4210, "VIR")])))
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        page.set_input_files("#files", [file])
        said = page.locator("#dropped")
        expect(said).to_contain_text(f"«{NB}Compte (IBAN){NB}»")
        expect(said).not_to_contain_text("--")
        page.get_by_text("Un autre compte que celui du formulaire").click()
        page.get_by_label("Compte (IBAN)").fill(IBAN)
        page.set_input_files("#files", [file])
        expect(said).to_contain_text(f"1{NB}nouveau")
        page.close()


def test_keys_lead_from_payments_to_cheques_and_back(chromium: Browser, inbox: Inbox) -> None:
    _fill(inbox)
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        press(page, "c")
        expect(page.locator("h1")).to_contain_text("Chèques, espèces, courriers")
        press(page, "l")
        expect(page.locator("h1")).to_have_text("Paiements")
        page.close()


def test_a_movement_is_decided_once_and_the_second_to_decide_is_told(
    chromium: Browser, inbox: Inbox
) -> None:
    _fill(inbox)
    inbox.bank(moved(2, 8000, "VIR SEPA INSCRIPTION", "IME LES TILLEULS"))
    with serving(inbox.out) as address:
        page = _open(chromium, address, "/paiement/m1")
        with Store.open(inbox.url) as store:
            store.decide([Change("m1", 0, (Decision(Act.UNRELATED, reason="un don"),))], who="Léa")
        press(page, "1")
        expect(page.locator("#work .notice")).to_contain_text("Léa a décidé ici entre-temps")
        expect(page.locator("#why")).to_contain_text("Sans rapport par Léa")
        page.goto(page.url.replace("/m1", "/m9"))
        expect(page.get_by_role("alert")).to_contain_text("n'est plus là")
        page.close()
    assert _rulings(inbox)["m1"].reason == "un don"


def test_payments_are_open_to_all_and_fit_every_screen(chromium: Browser, inbox: Inbox) -> None:
    first, second, _ = _fill(inbox)
    long = "REF" + "X" * 120
    inbox.bank(
        moved(2, 4210, f"VIR SEPA {reference_of(first)}", "FOYER DU CHENE"),
        moved(3, 8000, f"VIR SEPA {reference_of(second)} {long}", "IME LES TILLEULS"),
        moved(4, -1250, "FRAIS"),
    )
    with serving(inbox.out) as address:
        page = _open(chromium, address)
        home = page.url.removesuffix("/paiements")
        paths = ("paiements?etat=tous", "paiement/m1", "paiement/m2", "paiement/m2/partage")
        for path in paths:
            page.goto(f"{home}/{path}")
            await_keys(page)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                for width, height in ((1366, 768), (1093, 614), (390, 844)):
                    page.set_viewport_size({"width": width, "height": height})
                    assert_open_to_all(page, f"{path} {scheme} {width}")
                    assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        page.close()


@pytest.fixture
def review(tmp_path: Path) -> Iterator[Attacked]:
    with attacked(tmp_path) as review:
        yield review


def _post(client: Attacker, path: str, **data: str) -> int:
    return client.post(path, headers=client.signed(), data=data).status_code


@pytest.mark.parametrize(
    "pays",
    [
        *("", "{id}:3999", "{id}:4001", "{id}:2000 {id}:2000", "{id}:-4000", "ff-1:4000"),
        *("{id}:4000 {other}:0", "{id}:8000 {other}:-4000", "{id}:40.00", "{id}:" + "9" * 40),
        "{id}:4²",
    ],
)
def test_no_movement_pays_more_or_less_than_it_is(review: Attacked, pays: str) -> None:
    filed = review.desk.till.now().fiches.filed
    client, before = review.entered(), review.decided()
    sent = pays.format(id=filed[0].id, other=filed[1].id)
    assert _post(client, "/paiement/m1", act="pays", pays=sent, seen="0") == 422
    assert review.decided() == before
    sent = f"{filed[0].id}:3000 {filed[1].id}:1000"
    assert _post(client, "/paiement/m1", act="pays", pays=sent, seen="0") == 200
    assert review.desk.till.now().movements["m1"][1].pays == (
        (filed[0].id, 3000),
        (filed[1].id, 1000),
    )


def test_a_debit_gives_back_what_was_paid(review: Attacked) -> None:
    (filed, *_) = review.desk.till.now().fiches.filed
    client = review.entered()
    sent = {f"part.{filed.id}": "12,50", "seen": "0"}
    assert _post(client, "/paiement/m2/partage", **sent) == 200
    assert review.desk.till.now().movements["m2"][1].pays == ((filed.id, -1250),)


def test_a_fiche_whose_money_was_given_back_still_shows_how(review: Attacked) -> None:
    filed = next(f for f in review.desk.till.now().fiches.filed if f.subject == "r2-1")
    client = review.entered()
    assert _post(client, "/paiement/m1", act="pays", pays=f"{filed.id}:4000", seen="0") == 200
    review.inbox.bank(moved(9, -4000, "VIR EMIS"))
    client.get("/paiements")
    version = str(review.desk.file("r2-1")[0].version)
    sent = {"reason": "désistement", "seen": version}
    assert _post(client, "/fiche/r2-1/annuler", **sent) == 303
    assert _post(client, "/paiement/m4", act="pays", pays=f"{filed.id}:-4000", seen="0") == 200
    shown = client.get("/fiche/r2-1").text
    assert "Règlement&nbsp;: remboursée" in shown
    assert f"virement du 09/01/2018, −40,00{NB}€" in shown


def test_what_is_decided_is_not_decided_over_unless_it_is_taken_back(review: Attacked) -> None:
    client = review.entered()
    _, ruling = review.desk.till.now().movements["m3"]
    seen = str(ruling.version)
    assert _post(client, "/paiement/m3", act="unrelated", seen=seen) == 409
    assert _post(client, "/paiement/m3", act="cancel", seen=seen) == 422
    assert _post(client, "/paiement/m3", act="cancel", reason="erreur", seen="0") == 409
    assert _post(client, "/paiement/m1", act="cancel", reason="erreur", seen="0") == 409
    assert _post(client, "/paiement/m3", act="cancel", reason="erreur", seen=seen) == 200
    assert review.desk.till.now().movements["m3"][1].is_open


def test_a_credit_that_comes_to_an_open_slip_deposits_it(review: Attacked) -> None:
    client, till = review.entered(), review.desk.till
    (filed, *_) = till.now().fiches.filed
    taking = Taking(date(2018, 1, 2), 4000, PaidBy.CHEQUE)
    subject = till.take(taking, (Decision(Act.PAYS, filed.id, "4000"),), who="Zoé")
    deposited = Decision(Act.DEPOSITED, "2018-01-02", "7")
    till.decide(subject, (deposited,), seen=10**9, who="Zoé")
    assert "Remise n° 7" in client.get("/paiement/m1").text
    assert _post(client, "/paiement/m1", act="deposited", slip="8", seen="0") == 422
    assert _post(client, "/paiement/m1", act="deposited", slip="7", seen="0") == 200
    assert till.now().movements["m1"][1].slip == 7
    assert 7 not in {slip.number for slip in till.now().ledger.open_slips}


def _undo(client: Attacker, here: str) -> str:
    """What the page that comes then says."""
    answer = client.post("/annuler", headers=client.signed(), data={"here": here})
    return unquote_plus(answer.headers["hx-redirect"])


def test_what_is_undone_out_of_sight_is_named(review: Attacked) -> None:
    client = review.entered()
    filed, _ = review.desk.file("r2-1")
    sent = {"reason": "désistement", "seen": str(filed.version)}
    assert _post(client, "/fiche/r2-1/annuler", **sent) == 303
    assert "Elle était sur une fiche." in _undo(client, "paiements")
    assert _post(client, "/paiement/m1", act="unrelated", seen="0") == 200
    assert "sur un mouvement du compte" in _undo(client, "reglements")


def test_a_stroke_over_all_decides_only_about_what_was_shown(review: Attacked) -> None:
    client, before = review.entered(), review.decided()
    assert _post(client, "/paiements/sans-fiche", seen="2") == 409
    assert review.decided() == before
    assert _post(client, "/paiements/sans-fiche", seen="1") == 204
    rulings = review.desk.till.now().movements
    assert [rulings[m][1].is_open for m in ("m1", "m2")] == [True, False]


def test_a_deposit_of_cheques_waits_for_its_slip_and_is_never_swept_away(review: Attacked) -> None:
    review.inbox.bank(moved(9, 31250, "REMISE DE 3 CHEQUES"))
    client = review.entered()
    assert _post(client, "/paiements/sans-fiche", seen="1") == 204
    assert review.desk.till.now().movements["m4"][1].is_open


def test_what_many_fiches_owe_is_not_swept_away_though_none_is_proposed(review: Attacked) -> None:
    for n in range(6):
        review.inbox.add(f"many{n}.png", fiche(people=somebody(n), organisation=f"Ferme {n}"))
    review.inbox.bank(moved(9, 4210, "VIR SEPA", "INCONNU"))
    client = review.entered()
    client.get("/paiements")
    assert review.desk.till.now().waits[4].candidates == ()
    assert "Aucune fiche à proposer" in client.get("/paiement/m4").text
    assert _post(client, "/paiements/sans-fiche", seen="1") == 204
    assert review.desk.till.now().movements["m4"][1].is_open


def test_more_given_back_than_was_paid_is_said(review: Attacked) -> None:
    (filed, *_) = review.desk.till.now().fiches.filed
    client = review.entered()
    assert _post(client, "/paiement/m1", act="pays", pays=f"{filed.id}:4000", seen="0") == 200
    review.inbox.bank(moved(9, -5000, f"VIR EMIS {reference_of(filed.id)}"))
    client.get("/paiements")
    assert f"10,00{NB}€ rendus de trop" in client.get("/paiement/m4").text


def test_a_statement_that_is_too_long_or_none_is_refused_in_words(review: Attacked) -> None:
    client = review.entered()
    signed = client.signed()
    long = b"x" * 20_000_001
    for data, status, words in (
        (long, 413, "fichier de plus de 20 Mo"),
        (iter([long[:10_000_000]] * 3), 413, f"relevé.ofx{NB}: fichier de plus de 20 Mo"),
        (b"rien", 422, "relevé.ofx"),
    ):
        answer = client.post(
            security.STATEMENTS,
            params={"nom": "../../tmp/relevé.ofx"},
            content=data,
            headers=signed,
        )
        assert answer.status_code == status
        assert answer.text.startswith(words)
        assert "/tmp" not in answer.text
    assert len(review.desk.till.now().movements) == 3


def test_the_rooms_count_what_waits_without_asking_for_the_ledger_again(
    review: Attacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    till = review.desk.till
    assert till.waiting() == 2
    known = till.ledger
    review.desk.act("r4-1", (Decision(Act.CONFIRM, "email"),), seen=10**9, who="Zoé")
    assert till.ledger is known
    till.decide("m1", (Decision(Act.UNRELATED),), seen=0, who="Zoé")
    assert till.waiting() == 1


def test_the_list_is_shown_a_hundred_at_a_time_and_by_state(review: Attacked) -> None:
    review.inbox.bank(*(moved(6 + n % 20, -100 - n, f"FRAIS {n}") for n in range(120)))
    client = review.entered()

    def shown(**asked: str) -> int:
        return client.get("/paiements", params=asked).text.count('href="/paiement/') - 1

    assert shown() == 100
    assert shown(debut="100") == 22
    assert "debut=100" in client.get("/paiements").text
    assert shown(etat="sans-rapport") == 1
    assert shown(etat="tous", debut="100") == 23
    assert shown(q="FRAIS 119") == 1
