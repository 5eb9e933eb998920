"""Options are answered in a real browser: several of them, yes or no, signed or not."""

from io import BytesIO

import pytest
from desks import GATE, Inbox, assert_open_to_all, by_field, press, read, serving
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from pipeline.forms.blank import blank_pages
from pipeline.judging.judge import judge
from pipeline.records import Registration
from pipeline.store import Store
from tests.options import options_form

expect.set_options(timeout=30_000)  # a busy machine stalls now and then
_TOLD = {
    "nom": ("Foyer du Chêne",),
    "formule": ("grande",),
    "jours": ("lundi | mardi", "lundi"),
    "image": ("oui", ""),
    "repas": ("midi",),
    "velo": ("non",),
    "photo": ("",),
    "signature": ("", "oui"),
    "lieu": ("Le Mans",),
}
_DOUBTED = ("jours", "image", "repas", "signature")


@pytest.fixture
def filed(inbox: Inbox) -> Inbox:
    """One fiche of a form of options, some of which are in doubt."""
    form = options_form()
    readings = tuple(
        read(form, field, *texts, doubt="Lecture incertaine." if field in _DOUBTED else "")
        for field, texts in _TOLD.items()
    )
    registration = Registration(form.id, 1, readings, roles=form.roles)
    page = BytesIO()
    Image.fromarray(blank_pages(form)[0].image).save(page, "PNG", dpi=(203, 203))
    inbox.add("a.png", judge(registration, form, GATE), data=page.getvalue())
    return inbox


def _texts(inbox: Inbox) -> dict[str, str]:
    with Store.open(inbox.url) as store:
        (one,) = store.filed()
    return {reading.field: reading.text for reading in one.registration.readings}


def _begin(chromium: Browser, address: str, *, one_by_one: bool) -> Page:
    page = chromium.new_context(viewport={"width": 1366, "height": 768}).new_page()
    if one_by_one:
        by_field(page, address)
    page.goto(address)
    page.keyboard.press("Enter")
    expect(page.locator("#work h1")).to_be_focused()
    return page


def _forms() -> str:
    return f'forms = ["{options_form().folder.parent.as_posix()}"]\n'


def test_several_options_are_ticked_in_one_look(chromium: Browser, filed: Inbox) -> None:
    with serving(filed.out, also=_forms()) as address:
        page = _begin(chromium, address, one_by_one=False)
        days = page.get_by_role("group", name="Jours")
        expect(days.get_by_role("checkbox", name="lundi")).to_be_checked()
        days.get_by_role("checkbox", name="lundi").uncheck()
        days.get_by_role("checkbox", name="samedi").check()
        expect(days.get_by_role("textbox")).to_have_value("mardi | samedi")
        meals = page.get_by_role("group", name="Repas")
        meals.get_by_role("textbox").fill("soir | matin")
        expect(meals.get_by_role("checkbox", name="matin")).to_be_checked()
        expect(meals.get_by_role("checkbox", name="midi")).not_to_be_checked()
        signed = page.get_by_role("group", name="Signature").get_by_role("combobox")
        expect(signed.locator("option")).to_have_text(["présente", "absente"])
        signed.select_option("présente")
        page.get_by_role("group", name="Image").get_by_role("combobox").select_option("Non")
        assert_open_to_all(page, "options")
        page.locator("#work h1").focus()
        press(page, "Enter")
        expect(page.locator("#work h1")).to_contain_text("Plus rien à relire")
        page.context.close()
    told = {"jours": "mardi | samedi", "repas": "matin | soir", "signature": "oui", "image": "non"}
    assert told.items() <= _texts(filed).items()


def test_several_options_are_ticked_field_by_field(chromium: Browser, filed: Inbox) -> None:
    with serving(filed.out, also=_forms()) as address:
        page = _begin(chromium, address, one_by_one=True)
        expect(page.locator("#work h1")).to_have_text("Jours")
        page.get_by_role("checkbox", name="dimanche").check()
        page.locator("#work h1").focus()
        press(page, "Enter")
        expect(page.locator("#work h1")).to_have_text("Image")
        page.context.close()
    assert _texts(filed)["jours"] == "lundi | mardi | dimanche"
