"""From a scan to the draft of its confirmation, all of it in the browser."""

import re
from datetime import date
from email import policy
from email.parser import BytesParser
from pathlib import Path

from bank_files import IBAN, statement, write
from playwright.sync_api import Browser, Page, expect

from pipeline.ledger import Movement
from tests.desks import assert_open_to_all, await_keys, press
from tests.test_web_home import SAMPLES, read, started

TYPED = next(path for path in SAMPLES if path.name.startswith("remplie"))


def test_from_a_scan_to_the_draft_of_its_confirmation(chromium: Browser, tmp_path: Path) -> None:
    own = Path(__file__).parent.parent / "models" / "forms"
    copied = tmp_path / "formulaires" / "mais-2018-02-02"
    copied.mkdir(parents=True)
    shipped = own / "mais-2018-02-02"
    (copied / "blank.pdf").write_bytes((shipped / "blank.pdf").read_bytes())
    words = (shipped / "form.toml").read_text("utf-8")
    (copied / "form.toml").write_text(re.sub(r'iban = "\w+"', f'iban = "{IBAN}"', words), "utf-8")
    (tmp_path / "fiches.toml").write_text('forms = ["formulaires"]\n')
    with started(tmp_path) as address:
        page = chromium.new_page()
        page.goto(address)
        home = address.partition("/entrer")[0]
        page.goto(f"{home}/accueil")
        page.set_input_files("#files", [TYPED])
        read(page)
        reference = _accept(page, home)
        _pay(page, home, tmp_path, reference)
        mail = _confirm(page, home)
        page.goto(f"{home}/?etat=confirmee")
        expect(page.locator("tbody tr")).to_have_count(1)
        page.close()
    message = BytesParser(policy=policy.default).parsebytes(mail)
    assert message["X-Unsent"] == "1"
    assert message["Subject"].endswith("votre inscription est confirmée")
    (receipt,) = message.iter_attachments()
    assert receipt.get_content().startswith(b"%PDF")


def _accept(page: Page, home: str) -> str:
    """Clear what is in doubt, if anything: the reference of the only fiche."""
    page.goto(f"{home}/relire")
    if page.locator(".look").count():
        press(page, "Enter")
    page.goto(f"{home}/fiche/r1-1")
    await_keys(page)
    told = page.locator(".paid").inner_text()
    return re.search(r"RF\d\d(?: \w{1,4})+", told)[0]  # type: ignore[index]


def _pay(page: Page, home: str, folder: Path, reference: str) -> None:
    """The bank's file brings the payment, which is matched by itself."""
    page.goto(f"{home}/paiements")
    owed = 3000
    credit = Movement(date(2018, 1, 20), owed, "UDAF 37", f"INSCRIPTION {reference}")
    file = folder / "releve.txt"
    file.write_bytes(write("cfonb120", statement([credit])))
    with page.expect_response("**/paiements/rapprocher"):
        page.set_input_files('input[type="file"]', [file])
    page.goto(f"{home}/paiements?etat=rapproches")
    row = page.locator("tbody tr").first
    expect(row).to_contain_text("rapproché")
    assert_open_to_all(page, "payments")


def _confirm(page: Page, home: str) -> bytes:
    """The draft, as it is downloaded."""
    page.goto(f"{home}/reglements")
    assert_open_to_all(page, "cheques, slips and letters")
    page.get_by_role("button", name=re.compile("courriers")).click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(r"confirmation-RF\w+\.eml")).click()
    return download.value.path().read_bytes()
