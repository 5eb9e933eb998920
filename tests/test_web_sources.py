"""Where fiches come from, named on the start page: a folder that is watched, a mailbox."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dovecot_server import PASSWORD, Server
from playwright.sync_api import Browser, Page, expect

from pipeline.config import Mailbox, load_settings, write_settings
from pipeline.errors import MailboxError
from pipeline.fetch import Fetched
from pipeline.runner import Progress, Summary
from pipeline.web import reading
from pipeline.web.reading import Reading, SourceError
from pipeline.web.sources import Sources
from tests.mails import mail
from tests.test_web_home import SAMPLES, read, started

SUMMARY = Summary(0, 0, 0, 0, 0, 0, 0, 0.0)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The inboxes of all runs, where looks follow each other quickly."""
    monkeypatch.setattr(reading, "_LOOK_EVERY_S", 0.05)
    return []


def watching(inbox: Path, out: Path, runs: list[Path]) -> Reading:
    def run(inbox: Path, _progress: Progress) -> Summary:
        runs.append(inbox)
        return SUMMARY

    watched = Reading(inbox, (out,), run, ended=lambda: None)
    watched.watch()
    return watched


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_what_comes_into_the_folder_is_read_once_it_is_whole(
    tmp_path: Path, runs: list[Path]
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    watching(inbox, tmp_path / "out", runs)
    with (inbox / "scan.pdf").open("wb") as file:
        for _ in range(20):  # a scanner that takes its time
            file.write(b"x")
            file.flush()
            time.sleep(0.02)
            assert not runs
    until(lambda: bool(runs))
    time.sleep(0.3)
    assert runs == [inbox], "once"


def test_what_is_written_beside_the_fiches_is_no_input(tmp_path: Path, runs: list[Path]) -> None:
    out = tmp_path / "inbox" / "outputs"
    out.mkdir(parents=True)
    watching(tmp_path / "inbox", out, runs)
    (out / "registrations.csv").write_text("x")
    (tmp_path / "inbox" / ".hidden.part").write_text("x")
    time.sleep(0.4)
    assert not runs


def test_results_in_the_folder_begin_no_run_however_it_is_called(
    tmp_path: Path, runs: list[Path]
) -> None:
    (tmp_path / "day" / "outputs").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "day", target_is_directory=True)
    watching(tmp_path / "link", tmp_path / "day" / "outputs", runs)
    for n in range(4):
        (tmp_path / "day" / "outputs" / "registrations.csv").write_text(f"{n}")
        time.sleep(0.1)
    assert not runs


def test_a_problem_with_the_mail_outlives_what_came_meanwhile(tmp_path: Path) -> None:
    going = threading.Event()

    def fetch(_inbox: Path, _progress: Progress) -> Fetched:
        going.wait(10)
        raise MailboxError("Le serveur ne répond pas.")

    watched = Reading(tmp_path, (), lambda _inbox, _progress: SUMMARY, ended=lambda: None)
    watched.fetch_with(fetch, every_s=None)
    watched.begin(mail=True)
    watched.begin()  # a file was dropped
    going.set()
    until(lambda: not watched.state.running)
    assert watched.state.problem == "Le serveur ne répond pas."


def test_mail_is_read_where_it_was_laid_though_another_folder_was_named(tmp_path: Path) -> None:
    here, there, runs = tmp_path / "here", tmp_path / "there", []
    here.mkdir()
    there.mkdir()

    def fetch(_inbox: Path, _progress: Progress) -> Fetched:
        watched.read_from(there)
        return Fetched(new=1)

    def run(inbox: Path, _progress: Progress) -> Summary:
        runs.append(inbox)
        return SUMMARY

    watched = Reading(here, (), run, ended=lambda: None)
    watched.fetch_with(fetch, every_s=None)
    watched.begin(mail=True)
    until(lambda: not watched.state.running)
    assert runs == [here, there]


def test_a_password_is_for_the_mailbox_that_it_was_given_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[tuple[str, str]] = []
    monkeypatch.setattr(
        "pipeline.web.sources.reach",
        lambda mailbox, *, password: tried.append((mailbox.host, password)),
    )
    ring: list[str] = []
    monkeypatch.setattr(
        "pipeline.web.sources.keep",
        lambda _mailbox, password: bool(ring) and not ring.append(password),  # type: ignore[func-returns-value]
    )
    monkeypatch.setenv("FICHES_MAILBOX_PASSWORD", "de l'ancienne")
    config = tmp_path / "fiches.toml"
    sources = Sources(
        tmp_path,
        (),
        config,
        lambda _inbox, _progress: SUMMARY,
        ended=lambda: None,
        changeable=True,
    )
    known = Mailbox(host="imap.fr", user="claire", move_to="Lus", every_min=60)
    write_settings(config, {"mailbox": known.model_dump(exclude_none=True)})
    sources.fetch_from(known, "sésame")
    typed = {"host": "imap.fr", "user": "claire", "every": "1"}
    sources.name_mailbox(typed)
    assert load_settings(config).mailbox == known
    with pytest.raises(SourceError, match="Écrire le mot de passe"):
        sources.name_mailbox(typed | {"host": "imap.ailleurs.fr"})
    assert tried == [("imap.fr", "sésame")]
    sources.name_mailbox({**typed, "host": "imap.ailleurs.fr", "password": "autre"})
    assert tried[1:] == [("imap.ailleurs.fr", "autre")]
    other = load_settings(config).mailbox
    assert other is not None
    assert other.move_to is None, "nobody said so of this one"
    ring.append("there is one now")
    sources.name_mailbox({**typed, "host": "imap.ailleurs.fr", "password": "neuf"})
    monkeypatch.setenv("FICHES_MAILBOX_PASSWORD", "d'aujourd'hui")
    sources.name_mailbox({**typed, "host": "imap.ailleurs.fr"})
    assert tried[-1] == ("imap.ailleurs.fr", "d'aujourd'hui"), "what the ring has is asked anew"


def test_mail_is_fetched_as_often_as_was_said_and_before_it_is_read(
    tmp_path: Path, runs: list[Path]
) -> None:
    did: list[str] = []

    def fetch(inbox: Path, _progress: Progress) -> Fetched:
        did.append("fetched")
        (inbox / f"{len(did)}.eml").write_text("x")
        return Fetched(new=1)

    watched = watching(tmp_path, tmp_path / "out", runs)
    watched.fetch_with(fetch, every_s=0.2)
    until(lambda: len(did) >= 2 and len(runs) >= 2)
    watched.fetch_with(fetch, every_s=None)


def test_a_mail_that_did_not_come_is_told_and_the_rest_is_read(
    tmp_path: Path, runs: list[Path]
) -> None:
    watched = watching(tmp_path, tmp_path / "out", runs)
    watched.fetch_with(
        lambda _inbox, _progress: Fetched(new=3, troubles=["Un mail."]), every_s=None
    )
    watched.begin(mail=True)
    until(lambda: bool(runs) and not watched.state.running)
    assert (watched.state.mails, watched.state.problem) == (3, "Un mail.")


def test_a_run_under_way_is_followed_by_one_for_what_came_meanwhile(tmp_path: Path) -> None:
    going, runs = threading.Event(), []

    def run(_inbox: Path, _progress: Progress) -> Summary:
        runs.append(1)
        going.wait(10)
        return SUMMARY

    watched = Reading(tmp_path, (tmp_path / "out",), run, ended=lambda: None)
    for _ in range(3):
        watched.begin()
    going.set()
    until(lambda: not watched.state.running)
    assert len(runs) == 2


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("", "chemin entier"),
        ("fiches", "chemin entier"),
        ("~nobody-of-that-name/fiches", "chemin entier"),
        ("{tmp}/a\0b", "Aucun dossier"),
        ("{tmp}/" + "a" * 300, "ne peut pas être ouvert"),
        ("{tmp}/nowhere", "ne peut pas être ouvert"),
        ("{tmp}/file", "ne peut pas être ouvert"),
        ("{tmp}/out", "dossier des résultats"),
        ("{tmp}/out/review", "dossier des résultats"),
    ],
)
def test_a_folder_that_cannot_be_read_is_told_and_the_old_one_stays(
    tmp_path: Path, runs: list[Path], named: str, said: str
) -> None:
    (tmp_path / "out" / "review").mkdir(parents=True)
    (tmp_path / "file").write_text("x")
    sources = Sources(
        tmp_path / "inbox",
        (tmp_path / "out",),
        tmp_path / "fiches.toml",
        lambda inbox, _progress: runs.append(inbox) or SUMMARY,
        ended=lambda: None,
        changeable=True,
    )
    with pytest.raises(SourceError, match=said):
        sources.name_folder(named.format(tmp=tmp_path))
    assert sources.reading.inbox == tmp_path / "inbox"
    assert not (tmp_path / "fiches.toml").exists()


def rows(folder: Path) -> int:
    """How many fiches the table has."""
    return len((folder / "outputs" / "registrations.csv").read_text("utf-8").splitlines()) - 1


# --- in a browser ---------------------------------------------------------------------------------


@pytest.fixture
def open_page(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Opens the start page of a server of its own in ``tmp_path``, any number of times."""
    servers = []

    def opened(*flags: str) -> Page:
        server = started(tmp_path, *flags)
        address = server.__enter__()
        page = chromium.new_page()
        servers.append((server, page))
        page.goto(address)
        page.goto(address.partition("/entrer")[0] + "/accueil")
        return page

    yield opened
    for server, page in servers:
        page.close()
        server.__exit__(None, None, None)


def test_a_folder_named_on_the_page_is_read_watched_and_remembered(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    folder = tmp_path / "Numérisés"
    folder.mkdir()
    shutil.copy(SAMPLES[0], folder)
    page = open_page()
    page.locator("#folder summary").click()
    page.fill("#folder-path", str(folder))
    page.keyboard.press("Enter")
    expect(page.locator("p.notice[role=status]")).to_contain_text(f"Fiches lit maintenant {folder}")
    page.reload()
    read(page)
    expect(page.locator("#standing")).to_contain_text("Lecture terminée : 1 document")
    shutil.copy(SAMPLES[1], folder)
    until(lambda: rows(tmp_path) == 2)
    page.evaluate("window.dispatchEvent(new Event('focus'))")  # as where one comes back to the page
    expect(page.locator("#standing tbody td").nth(1)).to_have_text("2")
    assert load_settings(tmp_path / "fiches.toml").inbox == folder
    expect(open_page().locator("#folder summary")).to_contain_text(str(folder))


def test_a_mailbox_is_named_and_fetched_from_on_the_page(
    open_page: Callable[..., Page], tmp_path: Path, dovecot: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    account = dovecot.account()
    host, port, user = (getattr(account.mailbox, key) for key in ("host", "port", "user"))
    # The page asks for no certificate: who has one of one's own says so in the file.
    config = tmp_path / "fiches.toml"
    where = f'host = "{host}"\nport = {port}\nuser = "{user}"\nfolder = "Autre"\n'
    config.write_text(f'[mailbox]\n{where}ca_file = "{account.mailbox.ca_file}"\n', "utf-8")
    account.deliver(bytes(mail((SAMPLES[0].name, SAMPLES[0].read_bytes()))))
    page = open_page()
    page.locator("#mailbox summary").click()
    expect(page.locator("#mail-host")).to_have_value(f"{host}:{port}")
    page.fill("#mail-folder", "INBOX")
    page.fill("#mail-password", "faux")
    page.get_by_role("button", name="Prendre les mails de cette messagerie").click()
    expect(page.locator("#said")).to_contain_text(user)
    assert load_settings(config).mailbox != account.mailbox

    page.fill("#mail-password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("p.notice[role=status]")).to_contain_text("La messagerie a répondu")
    read(page)
    expect(page.locator("#standing")).to_contain_text("1 nouveau mail. Lecture terminée")
    assert load_settings(config).mailbox == account.mailbox
    assert PASSWORD not in config.read_text("utf-8")

    account.deliver(bytes(mail((SAMPLES[1].name, SAMPLES[1].read_bytes()))))
    page.get_by_role("button", name="Prendre les nouveaux mails").click()
    until(lambda: rows(tmp_path) == 2)
    assert set(account.flags().values()) == {""}
