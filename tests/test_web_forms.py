"""« Mes formulaires » as the server has it: what is drawn, tried and kept, and who may not."""

import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from attacked import Attacked, Attacker, attacked
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline.config import Settings
from pipeline.drafting.drafted import Draft
from pipeline.drafting.records import Sheet
from pipeline.drafting.snapping import Edges, edges_of
from pipeline.drafting.steps import Steps, load, save
from pipeline.errors import DocumentError
from pipeline.forms.blank import PX_PER_MM, blank_pages
from pipeline.forms.schema import load_form, load_forms
from pipeline.paths import FORMS, SHIPPED_FORM
from pipeline.records import Candidate, FieldReading, Origin, Outcome, Registration, Source
from pipeline.review import forming
from pipeline.roles import Roles
from pipeline.web import zoning
from pipeline.web.shelf import DRAFTER
from tests.desks import REPOSITORY
from tests.standin_drafter import TEXT

STAGE = "/formulaires/stage"
TYPED = REPOSITORY / "samples" / "inbox" / "remplie à l'écran.pdf"
START = Steps((TEXT.replace("{form_id}", "stage"),))


@pytest.fixture
def review(tmp_path: Path) -> Iterator[Attacked]:
    with attacked(tmp_path) as review:
        yield review


@pytest.fixture
def client(review: Attacked) -> Attacker:
    return review.entered()


def seen(client: Attacker, form: str = "stage") -> str:
    return re.search(r'data-seen="(\d+)"', client.get(f"/formulaires/{form}").text)[1]  # type: ignore[index]


def act(client: Attacker, **typed: str) -> str:
    """The page after one step on the form « stage »."""
    sent = {"seen": seen(client), "page": "2", **typed}
    answer = client.post(STAGE, headers={**client.signed(), "hx-request": "true"}, data=sent)
    assert answer.status_code == 200, answer.text
    return answer.text


def drawn(review: Attacked) -> dict[str, object]:
    steps = load(review.inbox.out / "brouillons" / "stage" / "etapes.json")
    return tomllib.loads(steps.now)


def test_the_list_says_what_may_be_changed(client: Attacker) -> None:
    page = client.get("/formulaires").text
    assert "pas encore enregistré" in page
    assert "livré avec Fiches, en lecture seule" in page
    assert page.index("stage") < page.index("mais-2018-02-02")
    assert '<td class="nowrap">02/02/2018</td>' in page
    assert 'href="/formulaires" aria-current="page"' in page


def test_what_is_doubtful_comes_first_and_says_why(review: Attacked, client: Attacker) -> None:
    page = client.get(STAGE).text
    zones = re.search(r'<ul class="fields zones">(.*?)</ul>', page, re.DOTALL)[1]  # type: ignore[index]
    assert re.findall(r"zone=(zones\.\d)", zones)[0] == "zones.1"
    assert "à vérifier, " in zones
    act(client, act="sure", zone="zones.1")
    assert "à vérifier, " not in client.get(STAGE).text
    assert drawn(review)["title"] == "Fiche à vérifier"


def test_a_shipped_form_is_looked_at_and_not_changed(review: Attacked, client: Attacker) -> None:
    path = "/formulaires/mais-2018-02-02"
    page = client.get(f"{path}?zone=zones.1").text
    assert "lecture seule" in page
    assert "Appliquer" not in page
    assert 'hx-post="/formulaires/mais' not in page
    answer = client.post(
        path, headers=client.signed(), data={"act": "delete", "zone": "zones.1", "seen": "0"}
    )
    assert (answer.status_code, "livré avec Fiches" in answer.text) == (422, True)
    for end in ("garder", "oublier"):
        assert client.post(f"{path}/{end}", headers=client.signed()).status_code == 422
    assert not (review.inbox.out / "brouillons" / "mais-2018-02-02").exists()


def test_every_act_of_the_page_is_a_step_that_can_be_taken_back(
    review: Attacked, client: Attacker
) -> None:
    before = drawn(review)
    box = {"x": "50", "y": "160", "w": "40", "h": "9"}
    acts = (
        {"act": "put", "zone": "zones.1", "spot": "zones.1/lines_mm/0", **box},
        {"act": "describe", "zone": "zones.1", "type": "count", "label": "Repas", "name": "Repas"},
        {"act": "price", "zone": "zones.1", "price": "12,10"},
        {"act": "price", "zone": "zones.2", "total": "1"},
        {"act": "add", "type": "choice", "zone": "zones.1"},
        {"act": "options", "zone": "zones.3", "option.0": "choix_1", "called.0": "Loisir",
         "price.0": "185", "called": "Compétition", "price": "210"},
        {"act": "split", "zone": "zones.3"},
        {"act": "join", "zone": "zones.3", "with": "zones.4"},
        {"act": "area", "zone": "zones.3", "kind": "office"},
        {"act": "head", "title": "Stage", "event.date": "11/04/2026"},
        {"act": "delete", "zone": "areas.0"},
    )  # fmt: skip
    for typed in acts:
        act(client, **typed)
    after = drawn(review)
    assert after["title"] == "Stage"
    assert after["sum"] == {"tariffs": {"repas": "12,10"}, "total": "total"}
    assert after["zones"][1]["lines_mm"] == [[50.0, 160.0, 40.0, 9.0]]  # type: ignore[index]
    assert "areas" not in after
    for _ in acts:
        act(client, act="undo")
    assert drawn(review) == before
    for _ in acts:
        act(client, act="redo")
    assert drawn(review) == after


def test_what_a_zone_asks_and_what_it_costs_are_one_step(
    review: Attacked, client: Attacker
) -> None:
    said = {"act": "describe", "zone": "zones.1", "label": "Repas", "name": "repas"}
    act(client, **said, type="count", price="12,10")
    assert drawn(review)["sum"] == {"tariffs": {"repas": "12,10"}}
    act(client, **said, type="text", price="12,10")
    assert "sum" not in drawn(review)
    act(client, act="undo")
    act(client, **said, type="amount", price="12,10", total="1")
    assert drawn(review)["sum"] == {"total": "repas"}
    act(client, act="undo")
    boxes = {"option.0": "choix_1", "called.0": "Végétarien", "price.0": "2"}
    act(client, **said, type="choice")
    act(client, **said, type="choice", **boxes)
    zone = drawn(review)["zones"][1]  # type: ignore[index]
    assert zone["tariffs"] == {"choix_1": "2"}
    assert zone["options"] == {"choix_1": "Végétarien"}
    act(client, **said, type="text", **boxes)
    assert "tariffs" not in drawn(review)["zones"][1]  # type: ignore[index]


def test_rows_columns_and_what_all_pay_are_steps_of_the_page(
    review: Attacked, client: Attacker
) -> None:
    act(client, act="row", zone="zones.1")
    assert len(drawn(review)["zones"][1]["lines_mm"]) == 2  # type: ignore[index]
    act(client, act="table", zone="zones.1")
    page = act(client, act="column", zone="tables.0")
    assert 'id="zone-title">Colonne<' in page
    act(client, act="norow", zone="tables.0")
    assert len(drawn(review)["tables"][0]["rows_mm"]) == 1  # type: ignore[index]
    assert "Retirer tout le tableau" in client.get(STAGE, params={"zone": "tables.0"}).text
    act(client, act="delete", zone="tables.0")
    assert "tables" not in drawn(review)
    page = act(client, act="fixed", called="Adhésion", price="10")
    assert drawn(review)["sum"]["fixed"] == {"adhesion": "10"}  # type: ignore[index]
    assert 'value="Adhésion"' in page


def test_a_fee_that_the_print_names_is_added_or_not_each_by_one_answer(
    review: Attacked, client: Attacker
) -> None:
    asked = "«\u00a0{}\u00a0» est imprimé sans case\u00a0: chaque fiche le paie-t-elle\u00a0?"
    both = " ".join(map(asked.format, ("Adhésion : 10 €", "Frais de dossier : 4 €")))
    folder = review.inbox.out / "brouillons" / "stage"
    marked = f'{START.now}\n[sum]\n# À VÉRIFIER\u00a0: {both}\ntotal = "total"\n'
    save(folder / "etapes.json", Steps((marked,)))
    page = client.get(STAGE).text
    assert "2\u00a0points à vérifier" in page
    assert "Oui, l'ajouter à chaque fiche" in page
    page = act(client, act="fee", zone="sum", called="Adhésion", price="10")
    assert "Frais de dossier" in page
    act(client, act="fee", zone="sum")
    assert drawn(review)["sum"] == {
        "total": "total", "fixed": {"adhesion": "10"}, "labels": {"adhesion": "Adhésion"}
    }  # fmt: skip
    assert "1\u00a0point à vérifier" in client.get(STAGE).text


def test_what_all_pay_answers_the_doubt_about_that_fee_alone(
    review: Attacked, client: Attacker
) -> None:
    asked = "«\u00a0{}\u00a0» est imprimé sans case\u00a0: chaque fiche le paie-t-elle\u00a0?"
    both = " ".join(map(asked.format, ("Adhésion : 10 €", "Frais de dossier : 4 €")))
    marked = f'{START.now}\n[sum]\n# À VÉRIFIER\u00a0: {both}\ntotal = "total"\n'
    save(review.inbox.out / "brouillons" / "stage" / "etapes.json", Steps((marked,)))
    page = act(client, act="fixed", called="Badge", price="3")
    assert asked.format("Adhésion : 10 €") in page
    more = {"fixed.0": "badge", "called.0": "Badge", "price.0": "3"}
    page = act(client, act="fixed", called="Adhésion", price="10", **more)
    assert asked.format("Adhésion : 10 €") not in page
    assert asked.format("Frais de dossier : 4 €") in page
    assert drawn(review)["sum"]["fixed"] == {"badge": "3", "adhesion": "10"}  # type: ignore[index]


def test_a_price_is_asked_of_what_is_counted_and_of_nothing_else(client: Attacker) -> None:
    assert "Prix de chacun" not in client.get(f"{STAGE}?zone=zones.1").text
    act(client, act="describe", zone="zones.1", type="count", label="Repas", name="repas")
    page = client.get(f"{STAGE}?zone=zones.1").text
    assert ("Prix de chacun" in page, "on écrit le total" in page) == (True, False)
    page = client.get(f"{STAGE}?zone=zones.2").text
    assert ("Prix de chacun" in page, "on écrit le total" in page) == (False, True)


def test_a_table_is_made_of_the_zones_that_are_ticked(review: Attacked, client: Attacker) -> None:
    for n, (x, y) in enumerate([(20, 200), (80, 200), (20, 210), (80, 210)]):
        act(client, act="add", type="text")
        act(client, act="put", spot=f"zones.{3 + n}/lines_mm/0", x=str(x), y=str(y), w="50", h="8")
    ticked = {f"with.zones.{n}": "1" for n in (4, 5, 6)}
    act(client, act="table", zone="zones.3", **ticked)
    (table,) = drawn(review)["tables"]  # type: ignore[misc]
    assert len(table["rows_mm"]) == len(table["columns"]) == 2
    page = act(client, act="put", spot="tables.0/rows_mm/1", x="0", y="212", w="9", h="7")
    assert drawn(review)["tables"][0]["rows_mm"][1] == [212.0, 7.0]  # type: ignore[index]
    assert "Lignes du tableau" in page


def test_values_that_were_read_stand_in_their_rows_of_a_table(
    review: Attacked, client: Attacker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n, (x, y) in enumerate([(20, 200), (80, 200), (20, 210), (80, 210)]):
        act(client, act="add", type="text")
        act(client, act="put", spot=f"zones.{3 + n}/lines_mm/0", x=str(x), y=str(y), w="50", h="8")
    act(client, act="table", zone="zones.3", **{f"with.zones.{n}": "1" for n in (4, 5, 6)})
    name = drawn(review)["tables"][0]["columns"][1]["field"]  # type: ignore[index]
    values = [Candidate(text, text, 0.99) for text in ("Rouge", "Vert")]
    readings = tuple(
        FieldReading(f"{name}.{n}", "text", 2, None, value.text, (value,), Origin.OCR)
        for n, value in enumerate(values, start=1)
    )
    source = Source("a.pdf", Path("a.pdf"), "0")
    outcome = Outcome(source, 1, (Registration("stage", 2, readings),))
    monkeypatch.setattr(review.desk.shelf, "tried", lambda _form: outcome)
    page = client.get(STAGE, params={"page": "2"}).text
    texts = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>(\w+)<', page)
    assert texts == [("81.0", "205.4", "Rouge"), ("81.0", "215.4", "Vert")]


def test_faults_are_told_beside_their_zone_and_hinder_keeping(client: Attacker) -> None:
    act(
        client,
        act="put",
        zone="zones.2",
        spot="zones.2/lines_mm/0",
        x="200",
        y="178",
        w="99",
        h="9",
    )
    page = client.get(f"{STAGE}?zone=zones.2").text
    assert "papier de 210" in page
    assert "Il reste des fautes" in page
    kept = client.post(f"{STAGE}/garder", headers=client.signed(), data={"seen": seen(client)})
    assert kept.status_code == 422


def test_what_cannot_be_is_said_and_changes_nothing(review: Attacked, client: Attacker) -> None:
    before = drawn(review)
    for typed, words in (
        ({"act": "price", "zone": "zones.1", "price": "douze"}, "montant"),
        ({"act": "split", "zone": "zones.9"}, "plus là"),
        ({"act": "put", "spot": "zones.1/lines_mm/0", "x": "nan", "y": "1", "w": "1", "h": "1"},
         "sur la page"),
        ({"act": "describe", "zone": "zones.1", "type": "roi"}, "type"),
    ):  # fmt: skip
        sent = {"seen": seen(client), "page": "2", **typed}
        answer = client.post(STAGE, headers=client.signed(), data=sent)
        assert (answer.status_code, words in answer.text) == (422, True), words
    assert drawn(review) == before


def test_a_step_on_what_another_window_changed_is_refused(client: Attacker) -> None:
    old = seen(client)
    act(client, act="delete", zone="zones.0")
    answer = client.post(
        STAGE, headers=client.signed(), data={"act": "delete", "zone": "zones.0", "seen": old}
    )
    assert (answer.status_code, "autre fenêtre" in answer.text) == (409, True)


def test_a_moved_zone_snaps_to_the_print_unless_it_shall_not(
    review: Attacked, client: Attacker
) -> None:
    shelf = review.desk.shelf
    assert shelf is not None
    edge = shelf.sheet(shelf.open("stage"), 2).edges.across[0]
    box = {"x": f"{edge + 1.2:.2f}", "y": "159.4", "w": "30", "h": "9.4"}
    put = {"act": "put", "zone": "zones.1", "spot": "zones.1/lines_mm/0", **box}
    act(client, **put, how="mouse", snap="1")
    assert drawn(review)["zones"][1]["lines_mm"][0][0] == edge  # type: ignore[index]
    act(client, **put, how="keys", snap="1")
    assert drawn(review)["zones"][1]["lines_mm"][0][0] == round(edge + 1.2, 2)  # type: ignore[index]
    act(client, **put, how="mouse")
    assert drawn(review)["zones"][1]["lines_mm"][0][0] == round(edge + 1.2, 2)  # type: ignore[index]


def test_the_frame_of_the_shipped_blank_is_print_to_snap_to() -> None:
    form = load_form(SHIPPED_FORM)
    edges = edges_of(blank_pages(form)[1].image, PX_PER_MM)
    assert any(abs(edge - 9.3) < 1 for edge in edges.across)
    assert len(edges.across) < 6


def test_what_was_drawn_is_kept_and_read_with_from_then_on(
    review: Attacked, client: Attacker
) -> None:
    config = review.inbox.folder.parent / "fiches.toml"
    config.write_text('# My settings.\nquality_sample = 0.0\n\n[mailbox]\nhost = "h"\nuser = "u"\n')
    act(client, act="describe", zone="zones.1", type="count", label="Repas", name="repas")
    kept = client.post(f"{STAGE}/garder", headers=client.signed(), data={"seen": seen(client)})
    assert kept.headers["hx-redirect"].startswith("/formulaires?dit=")
    folder = config.parent / "formulaires"
    assert tomllib.loads(config.read_text())["forms"] == ["formulaires"]
    assert config.read_text().startswith("# My settings.")
    assert "# Somebody is registered here." in (folder / "stage" / "form.toml").read_text("utf-8")
    forms = {form.id: form for form in load_forms(FORMS, folder)}
    assert forms["stage"].zone("repas").type == "count"
    assert review.desk.forms["stage"] == forms["stage"]
    assert review.desk.shelf is not None
    assert review.desk.shelf.settings.forms == (folder,)
    assert not (review.inbox.out / "brouillons" / "stage").exists()
    assert "en usage" in client.get("/formulaires").text
    act(client, act="delete", zone="zones.2")
    assert load_form(folder / "stage").zone("total")
    client.post(f"{STAGE}/garder", headers=client.signed(), data={"seen": seen(client)})
    assert "total" not in (folder / "stage" / "form.toml").read_text("utf-8")


def test_what_was_drawn_can_be_forgotten(review: Attacked, client: Attacker) -> None:
    assert client.post(f"{STAGE}/oublier", headers=client.signed()).status_code == 204
    assert client.get(STAGE).status_code == 404
    assert not (review.inbox.out / "brouillons" / "stage").exists()


def bring(client: Attacker, name: str, data: bytes) -> tuple[int, str]:
    answer = client.post(
        "/formulaires/nouveau", params={"nom": name}, content=data, headers=client.signed()
    )
    return answer.status_code, answer.text


def test_a_pdf_and_a_picture_are_drafted_and_opened(
    review: Attacked, client: Attacker, tmp_path: Path
) -> None:
    blank = (SHIPPED_FORM / "blank.pdf").read_bytes()
    assert bring(client, "Fiche d'été 2026.pdf", blank)[0] == 200
    opened = client.post("/formulaires/ouvrir", headers=client.signed())
    assert opened.headers["hx-redirect"] == "/formulaires/fiche-d-ete-2026"
    page = client.get("/formulaires/fiche-d-ete-2026").text
    assert "1\u00a0point à vérifier" in page
    os.utime(review.inbox.out / "brouillons" / "fiche-d-ete-2026" / "etapes.json", (1, 1))
    photo = tmp_path / "photo.png"
    Image.new("L", (1240, 1754), 255).save(photo, dpi=(150, 150))
    assert bring(client, "photo.png", photo.read_bytes())[0] == 200
    opened = client.post("/formulaires/ouvrir", headers=client.signed())
    assert opened.headers["hx-redirect"] == "/formulaires/photo"
    picture = client.get("/formulaires/photo/image/1")
    assert picture.headers["content-type"] == "image/jpeg"
    assert 'viewBox="0 0 209.' in client.get("/formulaires/photo?page=1").text
    assert bring(client, "photo.png", photo.read_bytes())[0] == 200
    assert client.get("/formulaires/photo-2").status_code == 200


def test_a_document_of_word_is_to_be_saved_as_pdf(review: Attacked, client: Attacker) -> None:
    status, words = bring(client, "fiche.docx", b"PK\x03\x04" + b"word/document.xml" * 20)
    assert (status, "L'enregistrer au format PDF" in words) == (422, True)
    for name, data in (("x.pdf", b"%PDF-1.4 nothing"), ("x.txt", b"Nom :"), ("x.pdf", b"")):
        status, words = bring(client, name, data)
        assert (status, len(words) > 20) == (422, True), words
    assert [p.name for p in (review.inbox.out / "brouillons").iterdir()] == ["stage"]


def test_a_scan_is_tried_on_the_spot_and_its_values_stand_beside_the_zones(
    review: Attacked, client: Attacker
) -> None:
    act(client, act="describe", zone="zones.1", type="count", label="Repas", name="repas")
    asked = {"nom": "remplie.pdf", "modele": "stage"}
    answer = client.post(
        "/formulaires/essayer", params=asked, content=TYPED.read_bytes(), headers=client.signed()
    )
    assert (answer.status_code, "est lu" in answer.text) == (200, True), answer.text
    page = client.post(f"{STAGE}/essai", headers={**client.signed(), "hx-request": "true"})
    assert page.headers["hx-retarget"] == "#work"
    assert "30,00\u00a0€" in page.text
    assert 'class="sure"' in page.text or 'class="unsure"' in page.text
    assert "Le tarif donne" not in page.text
    assert review.decided() == review.decided()
    act(client, act="put", spot="zones.2/lines_mm/0", x="53", y="178", w="48", h="9")
    assert "30,00\u00a0€" not in client.get(STAGE).text
    blank = client.post("/formulaires/essayer", params=asked, content=b"", headers=client.signed())
    assert "n'a pas été lu" in blank.text or blank.status_code == 422


def tried_with(
    review: Attacked, monkeypatch: pytest.MonkeyPatch, *readings: FieldReading, due: int | None
) -> None:
    source = Source("zoe.pdf", Path("zoe.pdf"), "0")
    roles = Roles(total="total", priced=True)
    registration = Registration("stage", 2, readings, total_due_cents=due, roles=roles)
    outcome = Outcome(source, 1, (registration,))
    monkeypatch.setattr(review.desk.shelf, "tried", lambda _form: outcome)


def reading(field: str, kind: str, value: Any, text: str) -> FieldReading:
    candidates = (Candidate(value, text, 0.99),)
    return FieldReading(field, kind, 2, None, text, candidates, Origin.OCR)


def test_a_trial_says_whether_the_tariff_gives_what_the_fiche_says(
    review: Attacked, client: Attacker, monkeypatch: pytest.MonkeyPatch
) -> None:
    total = reading("total", "amount", 10150, "101,50")
    tried_with(review, monkeypatch, total, due=9150)
    page = client.get(STAGE).text
    assert "Le tarif donne 91,50\u00a0€." in page
    assert "La fiche dit 101,50\u00a0€\u00a0: écart de 10,00\u00a0€." in page
    tried_with(review, monkeypatch, total, due=10150)
    assert "La fiche dit la même somme." in client.get(STAGE).text


def test_what_was_read_of_options_is_called_as_people_call_it_and_ticked_where_it_was(
    review: Attacked, client: Attacker, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(client, act="describe", zone="zones.1", type="choice", label="Repas", name="repas")
    act(client, act="options", zone="zones.1", **{"option.0": "choix_1", "called.0": "Végétarien"})
    nothing = reading("service", "organisation", "", "")
    tried_with(review, monkeypatch, nothing, reading("repas", "choice", "choix_1", "choix_1"),
               due=None)  # fmt: skip
    page = client.get(STAGE, params={"page": "2"}).text
    assert ">Végétarien</span>" in page
    assert page.count("✓</text>") == 1


def test_what_was_tried_before_a_form_was_kept_is_not_said_of_it(
    review: Attacked, client: Attacker
) -> None:
    shelf = review.desk.shelf
    assert shelf is not None
    act(client, act="describe", zone="zones.1", type="count", label="Repas", name="repas")
    shelf.attempt("stage", _copied(review.inbox.folder.parent / "essai"))
    assert shelf.tried(shelf.open("stage"))
    client.post(f"{STAGE}/garder", headers=client.signed(), data={"seen": seen(client)})
    assert shelf.tried(shelf.open("stage")) is None


def _copied(folder: Path) -> Path:
    folder.mkdir()
    path = folder / "remplie.pdf"
    path.write_bytes(TYPED.read_bytes())
    return path


def test_nothing_is_changed_where_others_can_open_the_page(
    review: Attacked, client: Attacker
) -> None:
    assert review.desk.shelf is not None
    review.desk.shelf.changeable = False
    assert "que pour son ordinateur" in client.get("/formulaires").text
    blank = (SHIPPED_FORM / "blank.pdf").read_bytes()
    assert bring(client, "a.pdf", blank)[0] == 422
    for path in (STAGE, f"{STAGE}/garder", f"{STAGE}/oublier"):
        sent = {"act": "delete", "zone": "zones.0", "seen": "0"}
        assert client.post(path, headers=client.signed(), data=sent).status_code == 422
    assert "Appliquer" not in client.get(f"{STAGE}?zone=zones.1").text


@pytest.mark.parametrize("value", ["", "zones.99", "x" * 5000, "\x00", "<script>", "-1", "999999"])
def test_no_zone_or_page_of_an_address_breaks_the_page(client: Attacker, value: str) -> None:
    for path in (STAGE, "/formulaires/mais-2018-02-02"):
        assert client.get(path, params={"zone": value, "page": value}).status_code == 200


def test_what_is_just_leads_to_the_next_doubt(review: Attacked, client: Attacker) -> None:
    folder = review.inbox.out / "brouillons" / "stage"
    marked = START.now.replace('field = "total"', '# À VÉRIFIER : Le total ?\nfield = "total"')
    save(folder / "etapes.json", Steps((marked,)))
    page = act(client, act="sure", zone="zones.1")
    assert 'id="zone-title">Total<' in page
    assert "Le total ?" in page


def test_a_picture_of_a_blank_is_drafted_on_a_blank_of_its_own(tmp_path: Path) -> None:
    form = load_form(SHIPPED_FORM)
    picture, blank = tmp_path / "vierge.png", tmp_path / "blank.pdf"
    dpi = PX_PER_MM * 25.4
    Image.fromarray(blank_pages(form)[1].image).save(picture, dpi=(dpi, dpi))
    text = forming.work(forming.Draft(picture, blank, "club", DRAFTER), Settings())
    assert len(tomllib.loads(text)["zones"]) >= 6
    sheet = forming.work(forming.Show(blank, 1), Settings())
    assert (round(sheet.width_mm), sheet.pages) == (210, 1)


def test_an_empty_page_is_no_blank(tmp_path: Path) -> None:
    picture = tmp_path / "blanc.png"
    Image.new("L", (1240, 1754), 255).save(picture, dpi=(150, 150))
    with pytest.raises(DocumentError, match="Aucun endroit où écrire"):
        forming.work(forming.Draft(picture, tmp_path / "b.pdf", "club", DRAFTER), Settings())


def test_a_photo_in_which_no_place_is_likely_is_no_blank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = forming.draft_of

    def unsure(sheets: Sequence[Sheet], *, form_id: str) -> Draft:
        made = real(sheets, form_id=form_id)
        return replace(made, zones=tuple(replace(z, sure=0.15) for z in made.zones), tables=())

    monkeypatch.setattr(forming, "draft_of", unsure)
    task = forming.Draft(SHIPPED_FORM / "blank.pdf", tmp_path / "b.pdf", "chat", DRAFTER)
    with pytest.raises(DocumentError, match="Aucun endroit où écrire"):
        forming.work(task, Settings())
    assert not (tmp_path / "b.pdf").exists()


def test_pictures_are_drawn_with_the_forms_as_they_are_kept(review: Attacked) -> None:
    (source,) = (filed.sources[0] for filed in review.desk.store.filed()[:1])
    before = review.desk.pictures.raw(source, page=1, width_px=300)
    review.desk.pictures.renew(Settings(form=SHIPPED_FORM.name))
    assert review.desk.pictures.raw(source, page=1, width_px=300) == before


EDITION = "/formulaires/mais-2018-02-02/edition"


def renew(client: Attacker, form: str, data: bytes) -> tuple[int, str]:
    asked = {"nom": "Fiche 2019.pdf", "modele": form}
    answer = client.post(
        "/formulaires/nouveau", params=asked, content=data, headers=client.signed()
    )
    return answer.status_code, answer.text


def test_a_shipped_form_s_next_edition_is_one_s_own_with_its_day_and_tariffs(
    review: Attacked, client: Attacker
) -> None:
    assert f'href="{EDITION}"' in client.get("/formulaires/mais-2018-02-02").text
    assert 'name="modele" value="mais-2018-02-02"' in client.get(EDITION).text
    blank = (SHIPPED_FORM / "blank.pdf").read_bytes()
    assert renew(client, "mais-2018-02-02", blank) == (200, "Fiche 2019.pdf est prêt.")
    path = "/formulaires/fiche-2019"
    page = client.get(path).text
    assert "Nouvelle édition de mais-2018-02-02" in page
    assert "Rien d'autre que le vierge" in page
    (cost,) = re.findall(r'name="(cost\.[^"]*)" value="12,10"', page)
    chosen = client.get(f"{path}?zone=zones.1").text
    assert chosen.index('id="zone-title"') < chosen.index('id="edition-title"')
    sent = {"act": "edition", "event.date": "01/02/2019", cost: "13", "seen": "0"}
    answer = client.post(path, headers={**client.signed(), "hx-request": "true"}, data=sent)
    assert "Le jour est le 1er février 2019, et non plus le 2 février 2018." in answer.text
    assert "Repas\u00a0: 12,10\u00a0€ → 13,00\u00a0€." in answer.text
    kept = client.post(f"{path}/garder", headers=client.signed(), data={"seen": "1"})
    assert kept.status_code == 204
    made = review.desk.forms["fiche-2019"]
    assert made.edition_of == "mais-2018-02-02"
    assert made.tariffs_cents["repas"] == 1300
    assert made.folder == review.inbox.folder.parent / "formulaires" / "fiche-2019"
    assert load_form(SHIPPED_FORM).tariffs_cents["repas"] == 1210


def test_only_a_form_in_use_and_a_blank_of_it_make_an_edition(
    review: Attacked, client: Attacker, tmp_path: Path
) -> None:
    assert client.get(f"{STAGE}/edition").status_code == 404
    blank = (SHIPPED_FORM / "blank.pdf").read_bytes()
    assert renew(client, "stage", blank)[0] == 422
    Image.new("L", (1240, 1754), 255).save(tmp_path / "x.png", dpi=(150, 150))
    status, words = renew(client, "mais-2018-02-02", (tmp_path / "x.png").read_bytes())
    assert (status, "en faire un nouveau modèle" in words) == (422, True)
    assert [p.name for p in (review.inbox.out / "brouillons").iterdir()] == ["stage"]


def test_the_straight_picture_is_the_blank_of_an_edition_that_is_a_picture(tmp_path: Path) -> None:
    form = load_form(SHIPPED_FORM)
    picture, blank = tmp_path / "vierge.png", tmp_path / "blank.pdf"
    turned = Image.fromarray(blank_pages(form)[1].image).rotate(1.5, fillcolor=255, expand=False)
    turned.save(picture, dpi=(PX_PER_MM * 25.4, PX_PER_MM * 25.4))
    text = (SHIPPED_FORM / "form.toml").read_text("utf-8")
    task = forming.Renew(picture, blank, "mais-2019", text, form.blank_path, form.id)
    made = tomllib.loads(forming.work(task, Settings()))
    assert {zone["page"] for zone in made["zones"]} == {1}
    (tmp_path / "form.toml").write_text(forming.work(task, Settings()))
    (phone,) = (zone for zone in made["zones"] if zone["field"] == "telephone")
    rules = forming.work(forming.Show(blank, 1), Settings())
    assert rules.pages == 1
    assert all(
        abs(a - b) < 2 for a, b in zip(phone["lines_mm"][0], (33.2, 57.8, 79.0, 9.2), strict=True)
    )


def test_people_are_said_in_plain_words(review: Attacked, client: Attacker) -> None:
    act(client, act="describe", zone="zones.0", type="person", label="Noms", name="noms")
    act(client, act="describe", zone="zones.1", type="count", label="Repas", name="repas")
    said = {"counted.repas": "1", "one.repas": "convive", "uncounted": "autre"}
    page = act(client, act="people", named="noms", **said)
    assert 'value="convive"' in page
    assert drawn(review)["people"] == {
        "named": "noms",
        "counted": ["repas"],
        "uncounted": "autres",
        "labels": {"repas": "convive", "autres": "autre"},
    }


def test_a_fiche_whose_form_lost_a_field_waits_until_it_is_read_again(
    review: Attacked, client: Attacker
) -> None:
    (filed, *_) = review.desk.store.filed()
    form = review.desk.forms[filed.registration.form_id]
    pages = (f"/fiche/{filed.subject}", f"/fiche/{filed.subject}/email")
    lost = tuple(zone for zone in form.zones if zone.field != "paiement")
    forms: Any = review.desk.forms
    forms[form.id] = form.model_copy(update={"zones": lost})
    review.desk.reload()
    for path in (*pages, "/", "/relire", "/accueil", "/doublons", "/bilan", "/paiements"):
        answer = client.get(path)
        assert answer.status_code in (200, 303, 404), (path, answer.text)
        assert "Erreur interne" not in answer.text
    assert "elle est lue à nouveau" in client.get(pages[0]).text
    review.desk.write_tables()


@given(
    st.sampled_from(
        ["put", "describe", "options", "price", "table", "head", "split", "join", "delete",
         "area", "add", "sure", "undo", "redo", "row", "norow", "column", "fixed", "fee", "", "x"]
    ),
    st.dictionaries(
        st.sampled_from(
            ["spot", "x", "y", "w", "h", "how", "snap", "resized", "page", "type", "label", "name",
             "role", "extra", "repeated", "option.0", "called.0", "price.0", "gone.0", "called",
             "price", "total", "adds", "kind", "with", "with.zones.0", "title", "event.date"]
        ),
        st.sampled_from(
            ["", "1", "12,10", "-3", "nan", "text", "choice", "count", "office", "zones.0", "\x00",
             "zones.1", "zones.2/lines_mm/0", "areas.0", "sum", "é" * 90, '"]\n[x]', "١", "mouse"]
        ),
    ),
    st.sampled_from(["", "zones.0", "zones.1", "zones.2", "zones.-1", "tables.0", "sum.x", "\x00"]),
)  # fmt: skip
def test_whatever_a_page_sends_is_a_step_or_refused_and_the_file_stays_one(
    act: str, typed: dict[str, str], where: str
) -> None:
    sent = {**typed, "act": act, "zone": where}
    try:
        steps, _ = zoning.step(START, sent, lambda _page: Edges((10.0,), (20.0,)))
    except ValueError:
        return
    data = tomllib.loads(steps.now)
    assert data["id"] == "stage"
    assert "# Somebody is registered here." in steps.now
