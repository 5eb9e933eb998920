"""Mail goes from a real Dovecot into an inbox: each message once, whatever dies, and untouched."""

import os
import random
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import keyring
import pytest
from dovecot_server import PASSWORD, Account, Server
from imapclient import IMAPClient

from pipeline import fetch as fetching
from pipeline.cli import main
from pipeline.errors import ConfigError, ExportError, InputError, MailboxError
from pipeline.fetch import Fetched, fetch, reach
from pipeline.fetch.password import VARIABLE
from pipeline.fetch.taken import NOTES, alone
from pipeline.intake import unpack
from pipeline.intake.receive import discover
from tests.mails import PDF, mail
from tests.test_fetch_password import KeyRing

KILLS = int(os.environ.get("FICHES_KILLS", "10"))
MAILS = int(os.environ.get("FICHES_MAILS", "300"))
"""The whole test of issue 16 is 30 kills over 2,000 mails; here, as much as a suite bears."""


def letter(number: int) -> bytes:
    """A small mail, with the line ends that IMAP gives."""
    head = f"From: claire.dupont{number}@exemple.fr\r\nSubject: Fiche {number}\r\n"
    return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\nVoilà.\r\n".encode()


def filled(server: Server, count: int, **settings: object) -> Account:
    account = server.account(**settings)
    for number in range(count):
        account.deliver(letter(number), flags=("", "S", "RS", "FS")[number % 4])
    return account


def contents(inbox: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in inbox.glob("*.eml"))


def letters(count: int) -> list[bytes]:
    return sorted(map(letter, range(count)))


def take(account: Account, inbox: Path, **options: Any) -> Fetched:
    return fetch(account.mailbox, inbox, password=PASSWORD, **options)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    return tmp_path / "inscriptions"


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_PAUSE_S", 0.0)


def test_new_mail_is_laid_in_the_inbox_as_it_is_and_stays_on_the_server_as_it_was(
    dovecot: Server, inbox: Path
) -> None:
    account = filled(dovecot, 8)
    before = account.flags()
    assert take(account, inbox) == Fetched(new=8)
    assert contents(inbox) == letters(8)
    assert account.flags() == before
    assert sorted(set(before.values())) == ["", "FS", "RS", "S"]


def test_each_mail_is_taken_once_and_what_comes_later_too(dovecot: Server, inbox: Path) -> None:
    account = filled(dovecot, 3)
    take(account, inbox)
    files = {path: path.stat().st_mtime_ns for path in inbox.iterdir() if path.suffix == ".eml"}
    assert take(account, inbox) == Fetched()
    account.deliver(letter(3))
    assert take(account, inbox) == Fetched(new=1)
    assert contents(inbox) == letters(4)
    assert all(path.stat().st_mtime_ns == then for path, then in files.items())


def test_what_a_person_takes_out_of_the_inbox_does_not_come_again(
    dovecot: Server, inbox: Path
) -> None:
    account = filled(dovecot, 2)
    take(account, inbox)
    next(inbox.glob("*.eml")).unlink()
    assert take(account, inbox) == Fetched()
    assert len(contents(inbox)) == 1


def test_a_mail_is_named_by_when_it_arrived_and_by_its_bytes(dovecot: Server, inbox: Path) -> None:
    account = dovecot.account()
    account.deliver(letter(1), arrived=datetime(2018, 2, 2, 12, 45, tzinfo=UTC))
    take(account, inbox)
    (path,) = inbox.glob("*.eml")
    digest = sha256(path.read_bytes()).hexdigest()
    assert path.name.startswith("2018-02-02 ")
    assert path.name.endswith(f"h45 {digest[:16]}.eml")


def test_the_same_bytes_are_taken_once(dovecot: Server, inbox: Path) -> None:
    account = filled(dovecot, 2)
    account.deliver(letter(0))
    assert take(account, inbox) == Fetched(new=2, same=1)
    assert contents(inbox) == letters(2)


def test_where_uids_mean_other_messages_all_is_looked_at_again_and_taken_once(
    dovecot: Server, inbox: Path
) -> None:
    account = filled(dovecot, 5)
    take(account, inbox)
    for path in account.maildir.glob("dovecot*"):  # as when a mailbox is restored from a backup
        path.unlink()
    time.sleep(1.1)  # Dovecot numbers folders by the second
    account.deliver(letter(5))
    assert take(account, inbox) == Fetched(new=1, same=5)
    assert contents(inbox) == letters(6)
    assert take(account, inbox) == Fetched()


def test_without_its_notes_an_inbox_gets_the_same_files_again(dovecot: Server, inbox: Path) -> None:
    account = filled(dovecot, 3)
    take(account, inbox)
    before = sorted(inbox.glob("*.eml"))
    (inbox / NOTES).unlink()
    assert take(account, inbox) == Fetched(new=3)
    assert sorted(inbox.glob("*.eml")) == before


def test_two_folders_are_two_mailboxes(dovecot: Server, inbox: Path) -> None:
    account = filled(dovecot, 2)
    account.deliver(letter(7), folder="Inscriptions")
    other = account.mailbox.model_copy(update={"folder": "Inscriptions"})
    take(account, inbox)
    assert fetch(other, inbox, password=PASSWORD) == Fetched(new=1)
    assert take(account, inbox) == Fetched()


def test_mail_before_a_day_is_left(dovecot: Server, inbox: Path) -> None:
    account = dovecot.account(since="2018-01-10")
    account.deliver(letter(1), arrived=datetime(2018, 1, 9, 12, tzinfo=UTC))
    account.deliver(letter(2), arrived=datetime(2018, 1, 10, 12, tzinfo=UTC))
    assert take(account, inbox) == Fetched(new=1)
    assert contents(inbox) == [letter(2)]


def test_mail_marked_as_deleted_is_left_and_counted(dovecot: Server, inbox: Path) -> None:
    account = filled(dovecot, 2)
    account.deliver(letter(9), flags="ST")
    before = account.flags()
    assert take(account, inbox) == Fetched(new=2, deleted=1)
    assert account.flags() == before


def test_progress_is_told_and_may_end_the_fetch(dovecot: Server, inbox: Path) -> None:
    account, seen = filled(dovecot, 3), []
    take(account, inbox, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    take(account, inbox, progress=lambda done, total: seen.append((done, total)))
    assert len(seen) == 4

    def stop(done: int, total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    account = filled(dovecot, 3)
    with pytest.raises(KeyboardInterrupt):
        take(account, inbox / "2", progress=stop)
    assert take(account, inbox / "2") == Fetched(new=2)


# Moving


@pytest.fixture(params=["MOVE", "UIDPLUS", "neither"])
def can(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the server can do of moving: all, as Dovecot does, or as an older one."""
    has = IMAPClient.has_capability
    missing = {"MOVE": [], "UIDPLUS": ["MOVE"], "neither": ["MOVE", "UIDPLUS"]}[request.param]
    monkeypatch.setattr(
        IMAPClient, "has_capability", lambda self, name: name not in missing and has(self, name)
    )
    return request.param


def test_mail_that_is_safely_here_is_moved_where_that_is_asked_for(
    dovecot: Server, inbox: Path, can: str
) -> None:
    account = filled(dovecot, 6, move_to="Lues")
    account.folder("Lues")
    account.deliver(letter(9), flags="ST")  # marked by a person: no plain EXPUNGE may take it
    before = sorted(account.flags().values())
    fetched = take(account, inbox)
    assert contents(inbox) == letters(6)
    if can == "neither":
        assert (fetched.moved, len(account.flags())) == (0, 7)
        assert "can neither MOVE nor expunge" in fetched.troubles[0]
    else:
        assert fetched == Fetched(new=6, deleted=1, moved=6)
        assert list(account.flags().values()) == ["ST"]
        assert sorted([*account.flags("Lues").values(), "ST"]) == before
    assert take(account, inbox).new == 0


def test_mail_that_an_earlier_fetch_could_not_move_is_moved_by_the_next(
    dovecot: Server, inbox: Path
) -> None:
    account = filled(dovecot, 3)
    account.folder("Lues")
    take(account, inbox)
    moving = account.mailbox.model_copy(update={"move_to": "Lues"})
    assert fetch(moving, inbox, password=PASSWORD) == Fetched(moved=3)
    assert account.flags() == {}
    assert len(account.flags("Lues")) == 3


@pytest.mark.parametrize(
    ("folder", "said"),
    [("INBOX", "INBOX is the folder that mail is fetched from"), ("Lues", "Lues .*: INBOX\\.")],
)
def test_a_folder_that_mail_cannot_be_moved_to_is_told_before_any_is_fetched(
    dovecot: Server, inbox: Path, folder: str, said: str
) -> None:
    account = filled(dovecot, 1, move_to=folder)
    with pytest.raises(ConfigError, match=said):
        take(account, inbox)
    assert contents(inbox) == []


# Limits


def test_a_large_mail_is_whole_and_takes_little_memory(dovecot: Server, inbox: Path) -> None:
    account = dovecot.account()
    large = letter(1) + b"".join(b"%076d\r\n" % n for n in range(300_000))
    account.deliver(large)
    tracemalloc.start()
    try:
        take(account, inbox)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    (path,) = inbox.glob("*.eml")
    assert path.read_bytes() == large
    assert len(large) > 23_000_000
    assert peak < len(large)  # a part of 4 MiB, as it came and parsed


def test_a_mail_above_the_limits_is_rejected_with_its_reason(
    dovecot: Server, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = dovecot.account()
    account.deliver(letter(1) + 70_000 * b"trop\r\n")
    account.deliver(mail(("fiche.pdf", PDF)).as_bytes())
    take(account, inbox)
    monkeypatch.setattr(unpack, "_MOST_BYTES", 400_000)
    receipts = list(discover(inbox, tmp_path / "spool", known={}))
    assert [r.kind for receipt in receipts for _, r in receipt.rejections] == ["too-large"]
    assert [s.path.suffix for receipt in receipts for s in receipt.sources] == [".pdf"]


# What goes wrong here


def test_two_fetches_into_one_inbox_do_not_meet(dovecot: Server, inbox: Path) -> None:
    account = filled(dovecot, 1)
    with alone(inbox), pytest.raises(InputError, match="being fetched into it already"):
        take(account, inbox)
    assert take(account, inbox) == Fetched(new=1)


def test_a_full_disk_loses_nothing(
    dovecot: Server, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, written = filled(dovecot, 3), []

    def full(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) == 3:  # two a mail
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match=r"inscriptions: cannot be written \(No space left"):
        take(account, inbox)
    assert len(contents(inbox)) == 1
    assert not list(inbox.glob(".*.part"))
    assert take(account, inbox) == Fetched(new=2)


def test_an_inbox_that_cannot_be_made_is_told(dovecot: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="cannot be written"):
        take(filled(dovecot, 1), tmp_path / "file" / "inbox")


# What goes wrong there


def test_a_wrong_password_is_told_with_what_to_do(dovecot: Server, inbox: Path) -> None:
    account = filled(dovecot, 1)
    with pytest.raises(MailboxError, match=r"does not let .* in .*--ask-password"):
        fetch(account.mailbox, inbox, password="wrong")


def test_a_missing_folder_is_told_with_those_that_are_there(dovecot: Server, inbox: Path) -> None:
    account = filled(dovecot, 1, folder="Réservations")
    account.folder("Inscriptions")
    with pytest.raises(ConfigError, match=r"Réservations cannot be .*: INBOX, Inscriptions\."):
        take(account, inbox)


def test_a_folder_may_have_any_name(dovecot: Server, inbox: Path) -> None:
    account = filled(dovecot, 0, folder="Fiches reçues & co")
    account.deliver(letter(1), folder="Fiches re&AOc-ues &- co")
    assert take(account, inbox) == Fetched(new=1)
    assert reach(account.mailbox, password=PASSWORD) == 1


# Kills


CHILD = """
import sys
from pathlib import Path
from pipeline.config import Mailbox
from pipeline.fetch import fetch
fetch(Mailbox.model_validate_json(sys.argv[1]), Path(sys.argv[2]), password=sys.argv[3])
"""


def started(account: Account, inbox: Path) -> subprocess.Popen[bytes]:
    """A fetch in a process of its own."""
    given = (account.mailbox.model_dump_json(), str(inbox), PASSWORD)
    return subprocess.Popen([sys.executable, "-c", CHILD, *given])


def whole(inbox: Path) -> Iterator[bool]:
    for path in inbox.glob("*.eml"):
        yield sha256(path.read_bytes()).hexdigest()[:16] == path.stem.split()[-1]


def test_killed_at_any_moment_it_takes_each_mail_once(dovecot: Server, inbox: Path) -> None:
    account = filled(dovecot, MAILS)
    before, chance, killed = account.flags(), random.Random(KILLS), 0
    while killed < KILLS:
        goal = len(list(inbox.glob("*.eml"))) + chance.randrange(2 * MAILS // KILLS // 3 + 1)
        process = started(account, inbox)
        while process.poll() is None and len(list(inbox.glob("*.eml"))) < goal:
            time.sleep(0.005)
        time.sleep(chance.random() * 0.05)
        assert process.poll() is None, "killed before it was done"
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        assert all(whole(inbox))
    assert started(account, inbox).wait() == 0
    assert contents(inbox) == letters(MAILS)
    assert len((inbox / NOTES).read_bytes().splitlines()) >= MAILS
    assert account.flags() == before
    assert take(account, inbox) == Fetched()


def test_killed_while_it_moves_it_loses_nothing(dovecot: Server, inbox: Path) -> None:
    account = filled(dovecot, 40, move_to="Lues")
    account.folder("Lues")
    process = started(account, inbox)
    while process.poll() is None and not account.flags("Lues"):
        time.sleep(0.001)
    process.kill()
    process.wait()
    assert started(account, inbox).wait() == 0
    assert contents(inbox) == letters(40)
    assert account.flags() == {}
    assert len(account.flags("Lues")) == 40


# The command


def test_the_command_fetches_and_says_what_to_type_next(
    dovecot: Server,
    inbox: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, PASSWORD)
    account = filled(dovecot, 2)
    account.deliver(letter(0))
    account.deliver(letter(5), flags="T")
    keys = account.mailbox.model_dump(include={"host", "user", "port"}) | {"ca_file": "ca.pem"}
    lines = [f"{key} = {value!r}" for key, value in keys.items()]
    (tmp_path / "fiches.toml").write_text("\n".join(["[mailbox]", *lines]), "utf-8")
    (tmp_path / "ca.pem").write_bytes(dovecot.ca_file.read_bytes())
    assert main(["fetch", str(inbox)]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"2 new mails in {inbox}.",
        "1 held the same as mails fetched before.",
        "1 left, for they are marked as deleted.",
        f"Type fiches run {inbox} to read them.",
    ]
    assert "3 of 3 new mails fetched" in said.err
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["doctor"]) == 0
    assert "not asked: fiches doctor --mailbox connects to it" in capsys.readouterr().out
    assert main(["doctor", "--mailbox"]) == 0
    assert "3 mails in INBOX" in capsys.readouterr().out
    monkeypatch.setenv(VARIABLE, "wrong")
    assert main(["fetch", str(inbox)]) == 4
    assert "does not let" in capsys.readouterr().err
    assert main(["doctor", "--mailbox"]) == 5


def test_the_command_asks_for_the_password_and_gives_it_to_the_key_ring(
    dovecot: Server,
    inbox: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    account, kept = filled(dovecot, 1), KeyRing()
    monkeypatch.setattr(keyring.core, "_keyring_backend", kept)
    keys = account.mailbox.model_dump(mode="json", include={"host", "user", "port", "ca_file"})
    lines = [f"{key} = {value!r}" for key, value in keys.items()]
    (tmp_path / "fiches.toml").write_text("\n".join(["[mailbox]", *lines]), "utf-8")
    assert main(["fetch", str(inbox)]) == 3
    assert "--ask-password" in capsys.readouterr().err
    for typed, code in (("wrong", 4), (PASSWORD, 0)):
        monkeypatch.setattr("getpass.getpass", lambda prompt, typed=typed: typed)
        assert main(["fetch", str(inbox), "--ask-password"]) == code
    assert list(kept.passwords.values()) == [PASSWORD]
    assert "key ring of this system keeps" in capsys.readouterr().out
    assert main(["fetch", str(inbox)]) == 0


@pytest.mark.parametrize("arguments", [["fetch", "inbox"], ["doctor", "--mailbox"]])
def test_without_a_mailbox_the_command_says_what_to_write(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 3
    assert "write [mailbox] with host and user into fiches.toml" in capsys.readouterr().err
