"""Mails that mean harm, from the inbox to the page: read as text, and nothing more happens."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from desks import Inbox, picture, serving
from hostile_mails import SAID, Hostile, hostile
from playwright.sync_api import Browser, Page

from pipeline.config import Settings
from pipeline.runner import run
from pipeline.store import Store
from tests.mails import mail

_MAILS = {one.name: one for one in hostile()}
_FICHE = "fiche.eml"
_RUN_S, _PAGE_S = 60.0, 5.0
_WATCHES = """
window.calls = [];
for (const name of ["alert", "confirm", "prompt", "open"]) window[name] = () => calls.push(name);
document.addEventListener("securitypolicyviolation", (event) => calls.push(event.blockedURI));
"""


def _with_fiche() -> bytes:
    """A fiche, brought by a mail that is hostile in every way."""
    bodies = "".join(
        one.data.partition(b"\r\n\r\n")[2].decode("utf-8", "replace")[:2000]
        for one in _MAILS.values()
    )
    message = mail(
        ("fiche.png", picture("hostile")),
        ("<img src=x onerror=alert(1)>.txt.png", b"no picture"),
        ("\u202egnp.elur.exe", b"MZ"),
    )
    body = message.get_payload(0)
    body.set_content(f"<p>{SAID}</p>{bodies}", subtype="html", charset="utf-8")
    del message["From"]
    message["From"] = '"</summary><script>window.pwned=1</script>" <emma@exemple.fr>'
    return message.as_bytes()


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    """All of them, read by a run as any other."""
    inbox = Inbox(tmp_path_factory.mktemp("hostile"))
    for one in _MAILS.values():
        (inbox.folder / one.name).write_bytes(one.data)
    (inbox.folder / _FICHE).write_bytes(_with_fiche())
    began = time.monotonic()
    run(inbox.folder, inbox.out, Settings(), jobs=1, store_url=inbox.url)
    assert time.monotonic() - began < _RUN_S
    return inbox


@pytest.fixture(scope="module")
def page(chromium: Browser, read: Inbox) -> Iterator[Page]:
    with serving(read.out) as address:
        context = chromium.new_context()
        context.add_init_script(_WATCHES)
        page = context.new_page()
        page.goto(address)
        yield page
        context.close()


@pytest.fixture
def asked(page: Page) -> Iterator[list[str]]:
    """What the browser asks for, and what it is interrupted by."""
    asked: list[str] = []
    noted = {
        "request": lambda request: asked.append(request.url),
        "dialog": lambda dialog: (asked.append("dialog"), dialog.dismiss()),
        "download": lambda _download: asked.append("download"),
        "popup": lambda _popup: asked.append("popup"),
    }
    for event, note in noted.items():
        page.on(event, note)  # type: ignore[call-overload]
    yield asked
    for event, note in noted.items():
        page.remove_listener(event, note)


def _origin(page: Page) -> str:
    return page.evaluate("location.origin")  # type: ignore[no-any-return]


def _assert_harmless(page: Page, asked: list[str]) -> None:
    origin = _origin(page)
    assert [url for url in asked if not url.startswith(f"{origin}/")] == []
    assert page.evaluate("[window.pwned, document.title === 'pwned', calls]") == [None, False, []]
    strange = "iframe, object, embed, base, style, meta[http-equiv], video, math"
    assert page.locator(f"{strange}, script:not([src^='/static/'])").count() == 0
    assert page.locator("form[action]:not([action^='/'])").count() == 0
    assert page.locator("img:not([src^='/'])").count() == 0
    # Nothing of ours was closed, opened or imitated by what a mail holds.
    assert page.locator("body > main > #said").count() == 1
    assert page.locator("#said").is_hidden()
    assert page.locator("dialog[open]").count() == 0


def _subjects(read: Inbox) -> dict[str, str]:
    with Store.open(read.url) as store:
        return {refusal.document: refusal.subject for refusal in store.refused()}


def test_every_mail_waits_for_a_person(read: Inbox) -> None:
    assert set(_subjects(read)) >= set(_MAILS)


@pytest.mark.parametrize("one", _MAILS.values(), ids=_MAILS)
def test_a_hostile_mail_is_shown_as_text(
    page: Page, read: Inbox, asked: list[str], one: Hostile
) -> None:
    began = time.monotonic()
    page.goto(f"{_origin(page)}/rejet/{_subjects(read)[one.name]}")
    assert time.monotonic() - began < _PAGE_S
    letter = page.locator("section[aria-labelledby=the-mail]")
    for words in one.shown:
        assert words in letter.inner_text()
    assert letter.locator(":scope *:not(h2, dl, dt, dd, pre)").count() == 0
    plain = page.locator("body").inner_text()
    assert not any(sign in plain for sign in "\u202e\u202d\u2066\x1b\x00\x07\x9b")
    # Its buttons are words: those that do something are ours.
    assert page.get_by_role("button", name="Annuler l'inscription").count() == 1
    assert page.locator("[data-key=Enter]").count() == 0
    _assert_harmless(page, asked)


def test_a_fiche_and_the_lists_show_a_hostile_mail_as_text(
    page: Page, read: Inbox, asked: list[str]
) -> None:
    with Store.open(read.url) as store:
        (filed,) = store.filed()
    for path in (f"/fiche/{filed.subject}", "/", "/rejets", "/accueil", "/relire"):
        page.goto(_origin(page) + path)
        _assert_harmless(page, asked)
    page.goto(f"{_origin(page)}/fiche/{filed.subject}")
    page.locator("details.beside summary").click()
    assert SAID in page.locator("pre.letter").inner_text()
    assert (
        "</summary><script>window.pwned=1</script>"
        in page.locator("details.beside summary").inner_text()
    )
    links = page.locator("details.beside a").all_inner_texts()
    assert "\u202e" not in "".join(links)
    _assert_harmless(page, asked)
    assert not any(path.is_dir() for path in Path(read.folder).iterdir())
