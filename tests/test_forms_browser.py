"""A form drawn in the browser, by the keyboard only: moved, priced, tried, kept, read with."""

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, FileChooser, Page, expect

from pipeline.drafting.doubts import doubts, settled
from pipeline.drafting.draft import draft_of
from pipeline.drafting.sheets import sheets
from pipeline.drafting.write import toml_of
from pipeline.paths import SHIPPED_FORM
from tests.desks import assert_open_to_all, await_keys, press
from tests.small_blanks import SmallBlank
from tests.test_web_home import SAMPLES, read, started

TYPED = next(path for path in SAMPLES if path.name.startswith("remplie"))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A form of one's own, which counts in the place of the shipped one."""
    folder = tmp_path / "formulaires" / SHIPPED_FORM.name
    folder.mkdir(parents=True)
    for name in ("blank.pdf", "form.toml"):
        (folder / name).write_bytes((SHIPPED_FORM / name).read_bytes())
    (tmp_path / "fiches.toml").write_text('forms = ["formulaires"]\n')
    return folder


@pytest.fixture
def page(chromium: Browser, own: Path, tmp_path: Path) -> Iterator[Page]:
    with started(tmp_path) as address:
        page = chromium.new_page()
        page.goto(address)
        page.goto(address.partition("/entrer")[0] + "/formulaires")
        yield page
        page.close()


def tab_to(page: Page, selector: str) -> None:
    """By Tab alone, as somebody without a mouse goes there."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("sought => document.activeElement.matches(sought)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def choose(page: Page, label: str) -> None:
    """A zone of the list, by Tab and the arrow keys."""
    await_keys(page)
    tab_to(page, ".zones a")
    for _ in range(20):
        if page.locator(".zones a:focus").inner_text().split("\n")[1].startswith(label):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#zone-title")).to_have_text(label)
    expect(page.locator(".chosen:focus")).to_have_count(1)


def saved(page: Page) -> int:
    """How many steps the page has seen kept."""
    return int(page.locator("#board").get_attribute("data-seen") or 0)


def club(
    path: Path,
    *,
    filled: bool,
    day: str = "samedi 11 avril 2026",
    meal: str = "12,10",
    total: str = "214,20",
) -> Path:
    """The registration for a stage of chess, blank or typed into."""
    written = [(38, 44.5, "MARTIN"), (133, 44.5, "Zoé"), (45, 56.5, "zoe.martin@exemple.fr")]
    written += [(60, 107, "2"), (58, 121, total)]
    with SmallBlank(path) as blank:
        blank.text(60, 18, "Club d'échecs de Vitré", font="Helvetica-Bold", size=16)
        blank.text(60, 26, f"Stage du {day}, salle Du Guesclin")
        for x, y, label, right in ((20, 45, "Nom :", 100), (110, 45, "Prénom :", 190)):
            blank.rule(blank.text(x, y, label) + 3, y + 1, right)
        blank.rule(blank.text(20, 57, "E-mail :") + 3, 58, 120)
        blank.text(20, 72, "Formule", font="Helvetica-Bold", size=11)
        for n, option in enumerate(("Loisir 185 €", "Compétition 210,50 €", "Gratuit pour nous")):
            blank.frame(22, 76 + 8 * n, 4, 4)
            blank.text(30, 79.5 + 8 * n, option)
        blank.rule(blank.text(20, 107.5, "Nombre de repas :") + 3, 108.5, 75)
        blank.text(78, 107.5, f"x {meal} €")
        blank.text(20, 121, "Total à régler :")
        blank.frame(55, 115, 40, 9)
        blank.text(97, 121, "€")
        blank.prose(150, lines=12)
        for x, y, value in written if filled else ():
            blank.text(x, y, value, font="Courier-Bold", size=11)
        if filled:
            blank.text(22.7, 79.4, "X", font="Courier-Bold", size=12)
    return path


def test_a_blank_is_drafted_drawn_tried_kept_and_read_with_by_keyboard_only(
    chromium: Browser, tmp_path: Path
) -> None:
    blank = club(tmp_path / "Stage d'échecs.pdf", filled=False)
    filled = club(tmp_path / "zoe.pdf", filled=True)
    with started(tmp_path) as address:
        page = chromium.new_page()
        page.goto(address)
        page.goto(address.partition("/entrer")[0] + "/formulaires")
        give = [blank, filled]

        def give_next(chooser: FileChooser) -> None:
            if give:
                chooser.set_files(give.pop(0))

        page.on("filechooser", give_next)
        press(page, "n")
        page.wait_for_url("**/formulaires/stage-d-echecs", timeout=60_000)
        _price_and_move(page)
        press(page, "e")
        said = page.locator("#work .notice[role=status]")
        expect(said).to_contain_text("zoe.pdf est lu", timeout=90_000)
        expect(page.locator(".zones")).to_contain_text("zoe.martin@exemple.fr")
        press(page, "s")
        expect(page.locator(".notice[role=status]")).to_contain_text("Le modèle est enregistré")
        expect(page.locator("tbody tr").first).to_contain_text("en usage")
        _run(page, tmp_path, filled, form="stage-d-echecs")
        page.close()
    assert 'forms = ["formulaires"]' in (tmp_path / "fiches.toml").read_text("utf-8")
    form = tomllib.loads((tmp_path / "formulaires/stage-d-echecs/form.toml").read_text("utf-8"))
    (choice,) = (zone for zone in form["zones"] if zone["type"] == "choice")
    assert list(choice["tariffs"].values()) == ["190", "210,50", "0"]


def _price_and_move(page: Page) -> None:
    choose(page, "Formule")
    press(page, "p")
    page.keyboard.press("Control+A")
    page.keyboard.type("190")
    page.keyboard.press("Enter")
    expect(page.locator("#board")).to_have_attribute("data-seen", "1")
    expect(page.locator("#price")).to_have_value("190")
    choose(page, "Nombre de repas")
    x = placed(page)[0]
    press(page, "a")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#board")).to_have_attribute("data-seen", "2")
    assert placed(page)[0] == pytest.approx(x - 0.5)


def test_a_form_is_moved_priced_tried_kept_and_read_with_by_keyboard_only(
    page: Page, own: Path, tmp_path: Path
) -> None:
    tab_to(page, f'a[href="/formulaires/{own.name}"]')
    page.keyboard.press("Enter")
    expect(page.locator("#board")).to_be_visible()
    choose(page, "Repas")
    press(page, "a")  # not to the print
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    expect(page.locator("#board")).to_have_attribute("data-seen", "1")
    expect(page.locator(".chosen:focus")).to_have_count(1)
    press(page, "p")
    page.keyboard.press("Control+A")
    page.keyboard.type("13,50")
    page.keyboard.press("Enter")
    expect(page.locator("#board")).to_have_attribute("data-seen", "2")
    expect(page.locator("#price")).to_have_value("13,50")
    press(page, "z")
    expect(page.locator("#price")).to_have_value("12,10")
    press(page, "y")
    expect(page.locator("#price")).to_have_value("13,50")
    _try(page)
    press(page, "s")
    expect(page.locator(".notice[role=status]")).to_contain_text("Le modèle est enregistré")
    form = tomllib.loads((own / "form.toml").read_text("utf-8"))
    zone = next(zone for zone in form["zones"] if zone["field"] == "repas")
    assert zone["lines_mm"] == [[45.4, 159.9, 43.7, 9.4]]
    assert form["sum"]["tariffs_cents"]["repas"] == 1350
    _run(page, tmp_path, TYPED, form=SHIPPED_FORM.name)


def test_a_fiche_of_the_next_edition_leads_to_its_form_by_keyboard_only(
    chromium: Browser, tmp_path: Path
) -> None:
    own = tmp_path / "formulaires" / "stage"
    own.mkdir(parents=True)
    (tmp_path / "fiches.toml").write_text('forms = ["formulaires"]\n')
    drafted = toml_of(draft_of(sheets(club(own / "blank.pdf", filled=False)), form_id="stage"))
    (own / "form.toml").write_text(f"# Ours.\n{drafted}", "utf-8")
    next_year = {"day": "dimanche 11 avril 2027", "meal": "13"}
    blank = club(tmp_path / "Stage 2027.pdf", filled=False, **next_year)
    fiche = club(tmp_path / "zoe.pdf", filled=True, total="211", **next_year)
    with started(tmp_path) as address:
        page = chromium.new_page()
        page.goto(address)
        page.goto(address.partition("/entrer")[0] + "/formulaires")
        _run(page, tmp_path, fiche, form="stage")
        tab_to(page, 'a[href="/relire"], #begin')
        page.keyboard.press("Enter")
        page.wait_for_url("**/fiche/**")
        await_keys(page)
        tab_to(page, 'a[href="/formulaires/stage/edition"]')
        assert_open_to_all(page, "a fiche of another edition")
        page.keyboard.press("Enter")
        with page.expect_file_chooser() as asked:
            press(page, "n")
        asked.value.set_files(blank)
        page.wait_for_url("**/formulaires/stage-2027", timeout=60_000)
        _told_and_asked(page)
        press(page, "s")
        expect(page.locator(".notice[role=status]")).to_contain_text("Le modèle est enregistré")
        tab_to(page, '.notice a[href="/accueil"]')
        page.keyboard.press("Enter")
        read(page)
        page.close()
    (table,) = tmp_path.rglob("registrations.csv")
    (row,) = csv.DictReader(table.read_text("utf-8").splitlines())
    assert (row["form"], row["total_calcule"], row["ecart"]) == ("stage-2027", "214.00", "-3.00")
    made = (tmp_path / "formulaires/stage-2027/form.toml").read_text("utf-8")
    assert made.startswith("# Ours.")
    assert 'edition_of = "stage"' in made
    assert tomllib.loads(made)["event"]["date"].isoformat() == "2027-04-18"


def _told_and_asked(page: Page) -> None:
    """What changed is listed, and day and tariffs are asked, filled in from the print."""
    expect(page.locator(".changes")).to_contain_text("et non plus le 11 avril 2026")
    expect(page.locator(".changes")).to_contain_text("Nombre de repas")
    assert_open_to_all(page, "a next edition")
    press(page, "t")
    expect(page.locator("#day:focus")).to_have_value("11/04/2027")
    page.keyboard.press("Control+A")
    page.keyboard.type("18/04/2027")
    tab_to(page, "input[value='13']")
    page.keyboard.press("Control+A")
    page.keyboard.type("14,50")
    page.keyboard.press("Enter")
    expect(page.locator("#board")).to_have_attribute("data-seen", "1")
    expect(page.locator(".changes")).to_contain_text("18 avril 2027")
    expect(page.locator(".changes")).to_contain_text("14,50")


def _try(page: Page) -> None:
    with page.expect_file_chooser() as asked:
        press(page, "e")
    asked.value.set_files(TYPED)
    expect(page.locator("#work .notice[role=status]")).to_contain_text("est lu", timeout=90_000)
    expect(page.locator(".board text").first).to_be_attached()
    expect(page.locator(".zones")).to_contain_text("30,00\N{NO-BREAK SPACE}€")
    assert_open_to_all(page, "a form, tried")


def _run(page: Page, folder: Path, scan: Path, *, form: str) -> None:
    """The next run reads with what was kept."""
    await_keys(page)
    tab_to(page, 'a[href="/accueil"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/accueil")
    await_keys(page)
    with page.expect_file_chooser() as asked:
        tab_to(page, "#files")
        page.keyboard.press("Enter")
    asked.value.set_files(scan)
    read(page)
    (table,) = folder.rglob("registrations.csv")
    rows = list(csv.DictReader(table.read_text("utf-8").splitlines()))
    assert [row["form"] for row in rows] == [form]


@pytest.mark.parametrize("width", [1366, 390])
def test_every_page_of_forms_is_open_to_all(page: Page, own: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 850})
    assert_open_to_all(page, f"the list at {width}")
    for zone in ("", "?zone=zones.6", "?zone=zones.8"):
        page.goto(f"{page.url.partition('/formulaires')[0]}/formulaires/{own.name}{zone}")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert_open_to_all(page, f"{zone} at {width}, {scheme}")
        overflows = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not overflows, (zone, width)


def in_sight(page: Page, selector: str) -> bool:
    box = page.locator(selector).first.bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= 768


def test_what_is_to_be_done_and_what_is_selected_stay_in_sight(page: Page, own: Path) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{page.url}/{own.name}?zone=zones.6")
    await_keys(page)
    page.mouse.move(400, 400)
    page.mouse.wheel(0, 900)
    page.wait_for_function("scrollY > 300")
    assert in_sight(page, ".steps ol")
    page.locator(".board .zone").last.click()
    expect(page.locator("#board .chosen").first).not_to_have_attribute("data-where", "zones.6")
    assert in_sight(page, "#zone-title")
    assert in_sight(page, ".steps ol")


def test_on_a_phone_what_is_chosen_is_shown_with_what_it_asks(page: Page, own: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 768})
    page.goto(f"{page.url}/{own.name}")
    await_keys(page)
    page.locator(".board .zone").first.click()
    expect(page.locator("#zone-title")).to_be_visible()
    page.wait_for_function("scrollY > 100")
    assert in_sight(page, "#zone-title")


def test_what_another_window_changed_is_told_where_one_looks(page: Page, own: Path) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{page.url}/{own.name}?zone=zones.6")
    await_keys(page)
    step = "act=row&zone=zones.6&page=2&seen=0"
    status = page.evaluate(
        "async (step) => (await fetch(document.getElementById('board').dataset.post, {"
        "method: 'POST', body: new URLSearchParams(step),"
        "headers: JSON.parse(document.body.getAttribute('hx-headers')) })).status",
        step,
    )
    assert status == 200
    page.mouse.move(400, 400)
    page.mouse.wheel(0, 900)
    page.wait_for_function("scrollY > 300")
    page.locator(".chosen").first.focus()
    press(page, "ArrowRight")
    expect(page.locator("#said")).to_contain_text("dans une autre fenêtre")
    assert in_sight(page, "#said")
    page.reload()
    assert saved(page) == 1


def test_what_was_typed_is_kept_while_a_zone_moves_and_left_only_when_asked(
    page: Page, own: Path
) -> None:
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    page.goto(f"{page.url}/{own.name}?zone=zones.6")
    press(page, "m")
    page.keyboard.press("Control+A")
    page.keyboard.type("Déjeuners")
    page.locator(".chosen").first.focus()
    press(page, "a")
    page.locator(".chosen").first.focus()
    press(page, "ArrowRight")
    expect(page.locator("#board")).to_have_attribute("data-seen", "1")
    expect(page.locator("#label")).to_have_value("Déjeuners")
    assert asked == []
    await_keys(page)
    page.locator(".zones a").first.click()
    expect(page.locator("#label:focus")).to_have_value("Déjeuners")
    assert ["n'est pas appliqué" in words for words in asked] == [True]
    page.keyboard.press("Enter")
    expect(page.locator("#board")).to_have_attribute("data-seen", "2")
    expect(page.locator("#zone-title")).to_have_text("Déjeuners")
    page.locator(".zones a").first.click()
    expect(page.locator("#zone-title")).not_to_have_text("Déjeuners")
    assert len(asked) == 1


def test_a_blank_that_is_drafted_and_one_that_cannot_be_are_told(
    page: Page, tmp_path: Path
) -> None:
    broken = tmp_path / "abîmé.pdf"
    broken.write_bytes(b"%PDF-1.4 nothing")
    page.evaluate(
        "() => { window.seen = []; const said = document.getElementById('dropped');"
        "new MutationObserver(() => window.seen.push(said.innerHTML)).observe(said,"
        "{ childList: true }); }"
    )
    page.set_input_files("#files", broken)
    expect(page.locator("#dropped.bad")).to_contain_text("PDF")
    (first, *_) = page.evaluate("window.seen")
    assert "cherche les zones de abîmé.pdf" in first
    assert "<progress" in first
    assert_open_to_all(page, "a blank that cannot be drafted")


def test_a_doubt_about_the_whole_form_is_reached_and_unfolded_by_keys(
    chromium: Browser, tmp_path: Path
) -> None:
    own = tmp_path / "formulaires" / "stage"
    own.mkdir(parents=True)
    (tmp_path / "fiches.toml").write_text('forms = ["formulaires"]\n')
    drafted = toml_of(draft_of(sheets(club(own / "blank.pdf", filled=False)), form_id="stage"))
    fee = "«\u00a0Adhésion\u00a0: 10 €\u00a0» est imprimé sans case"
    doubt = f"# À VÉRIFIER\u00a0: {fee}\u00a0: chaque fiche le paie-t-elle\u00a0?"
    text = drafted.replace("[sum]\n", f"[sum]\n{doubt}\n")
    for zone in list(doubts(text)):
        text = settled(text, zone) if zone != "sum" else text
    (own / "form.toml").write_text(text, "utf-8")
    with started(tmp_path) as address:
        page = chromium.new_page()
        page.goto(address)
        page.goto(address.partition("/entrer")[0] + "/formulaires/stage")
        press(page, "d")
        expect(page.locator("#whole-1:focus")).to_be_visible()
        tab_to(page, "[data-unfolds]")
        page.keyboard.press("Enter")
        expect(page.locator("#sum[open] summary:focus")).to_be_visible()
        expect(page.locator("#sum input[name=price]")).to_have_value("10")
        press(page, "d")
        page.keyboard.press("Enter")
        expect(page.locator(".steps")).to_contain_text("Rien à vérifier")
        assert_open_to_all(page, "a form whose fee was added")
        page.close()
    (steps,) = tmp_path.rglob("etapes.json")
    assert 'fixed = {adhesion = \\"10\\"}' in steps.read_text("utf-8")


def test_a_zone_is_dragged_by_the_mouse_and_drawn_to_the_print(page: Page, own: Path) -> None:
    page.goto(f"{page.url}/{own.name}?zone=zones.6")
    await_keys(page)
    page.locator(".chosen").scroll_into_view_if_needed()
    x, y, width, height = placed(page)
    drag(page, ".chosen rect", 30, 60)
    expect(page.locator("#board")).to_have_attribute("data-seen", "1")
    moved = placed(page)
    assert moved[1] > y + 5
    assert moved[0] > x + 2
    assert moved[2:] == [width, height]
    drag(page, ".chosen circle", 30, 0)
    expect(page.locator("#board")).to_have_attribute("data-seen", "2")
    wider = placed(page)
    assert wider[:2] == moved[:2]
    assert wider[2] > width + 2


def placed(page: Page) -> list[float]:
    """Where the chosen zone stands, in mm, and how large it is."""
    rect = page.locator(".chosen rect")
    return [float(rect.get_attribute(name) or 0) for name in ("x", "y", "width", "height")]


def drag(page: Page, selector: str, dx: int, dy: int) -> None:
    box = page.locator(selector).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=4)
    page.mouse.up()
