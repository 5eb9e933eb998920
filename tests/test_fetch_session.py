"""A mail server that goes wrong costs what it must, in clear words, and nothing else."""

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from pipeline import fetch as fetching
from pipeline.config import Mailbox
from pipeline.errors import ConfigError, MailboxError
from pipeline.fetch import Fetched, fetch, session
from tests.mail_server import HOST, Faulty, HangupError, certified, fetched, serving

MAILS = {uid: f"From: x@exemple.fr\r\n\r\nFiche {uid}\r\n".encode() for uid in (3, 4, 8)}
Answer = Callable[[bytes], bytes | None]
Serve = Callable[[Answer], AbstractContextManager[Faulty]]


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_PAUSE_S", 0.0)


def issued(authority: trustme.CA, name: str, **valid: datetime) -> list[trustme.Blob]:
    return [authority.issue_cert(name, **valid).private_key_and_cert_chain_pem]


@pytest.fixture
def context(tmp_path: Path) -> ssl.SSLContext:
    authority = trustme.CA()
    return certified(tmp_path, authority, *issued(authority, HOST))


@pytest.fixture
def serve(
    context: ssl.SSLContext,
) -> Serve:
    return lambda answer: serving(Faulty(dict(MAILS), answer=answer), context)


def mailbox(server: Faulty, tmp_path: Path, **settings: object) -> Mailbox:
    ca_file = tmp_path / "ca.pem"
    given = {"host": HOST, "port": server.port, "user": "x", "ca_file": ca_file, "timeout_s": 5}
    return Mailbox.model_validate(given | settings)


def take(server: Faulty, tmp_path: Path, **settings: object) -> Fetched:
    return fetch(mailbox(server, tmp_path, **settings), tmp_path / "in", password="x")


def taken(tmp_path: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in (tmp_path / "in").glob("*.eml"))


def once(trouble: Callable[[], bytes], command: bytes) -> Answer:
    """Goes wrong the first time it gets the command."""
    waiting = [trouble]

    def answer(got: bytes) -> bytes | None:
        return waiting.pop()() if waiting and command in got else None

    return answer


def always(trouble: Callable[[], bytes], command: bytes) -> Answer:
    return lambda got: trouble() if got and command in got else None


def hangup() -> bytes:
    raise HangupError


# Who is there


@pytest.mark.parametrize("fault", ["self-signed", "expired", "of another", "unknown"])
def test_a_server_that_cannot_prove_who_it_is_hears_nothing(tmp_path: Path, fault: str) -> None:
    authority, other = trustme.CA(), trustme.CA()
    then = datetime.now(UTC) - timedelta(days=900)
    late = {"not_before": then, "not_after": then + timedelta(days=1)}
    pems, said = {
        "self-signed": ((other.private_key_pem, other.cert_pem), "self-signed certificate"),
        "expired": (issued(authority, HOST, **late), "certificate has expired"),
        "of another": (issued(authority, "imap.example.org"), "its certificate is for another"),
        "unknown": (issued(authority, HOST), "unable to get local issuer"),
    }[fault]
    server = Faulty(dict(MAILS))
    with serving(server, certified(tmp_path, authority, *pems)):
        trusted = {"ca_file": None} if fault == "unknown" else {}
        with pytest.raises(MailboxError, match=rf"cannot prove .*\({said}.*ca_file"):
            take(server, tmp_path, **trusted)
        assert (server.commands, server.connections) == ([], 1)


def test_certificates_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"ca\.pem: cannot be read \(No such file"):
        take(Faulty({}, port=993), tmp_path)
    (tmp_path / "ca.pem").write_text("nonsense")
    with pytest.raises(ConfigError, match=r"ca\.pem: holds no certificate"):
        take(Faulty({}, port=993), tmp_path)


def test_a_server_without_tls_is_told(tmp_path: Path, context: ssl.SSLContext) -> None:
    server = Faulty(dict(MAILS))
    with serving(server, None), pytest.raises(MailboxError, match="does not speak TLS on port"):
        take(server, tmp_path)
    assert not [command for command in server.commands if b"LOGIN" in command]


def test_a_server_that_is_not_there_is_told_at_once(
    tmp_path: Path, context: ssl.SSLContext
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Faulty({}, port=listening.getsockname()[1])
    with pytest.raises(MailboxError, match=r"cannot be reached on port .*Connection refused"):
        take(server, tmp_path)
    with pytest.raises(MailboxError, match=r"imap\.invalid cannot be reached"):
        take(server, tmp_path, host="imap.invalid")


# What it says


@pytest.mark.parametrize(
    "said",
    [
        b"220 smtp.exemple.fr ESMTP\r\n",
        b"\x00\xff" * 500 + b"\r\n",
        b"* OK {4000000000}\r\n" + b"x" * 10_000,
        b"",
    ],
)
def test_nonsense_for_a_greeting_is_told(tmp_path: Path, serve: Serve, said: bytes) -> None:
    def answer(command: bytes) -> bytes | None:
        if command:
            return None
        return said or hangup()

    with (
        serve(answer) as server,
        pytest.raises(MailboxError, match=r"what no mail server says|closed the connection"),
    ):
        take(server, tmp_path, timeout_s=2)


@pytest.mark.parametrize("command", [b"", b"CAPABILITY", b"LOGIN", b"EXAMINE", b"SEARCH"])
def test_a_server_that_hangs_is_told_in_time(tmp_path: Path, serve: Serve, command: bytes) -> None:
    with serve(lambda got: server.hang() if command in got and (got or not command) else None) as (
        server
    ):
        start = time.monotonic()
        with pytest.raises(MailboxError, match="does not answer on port"):
            take(server, tmp_path, timeout_s=0.3)
        assert time.monotonic() - start < 10


@pytest.mark.parametrize("command", [b"UID SEARCH", b"LOGIN", b"EXAMINE"])
def test_an_answer_that_makes_no_sense_is_told(
    tmp_path: Path, serve: Serve, command: bytes
) -> None:
    garbled = b"* SEARCH one two\r\n* 1 FETCH (((\r\n* \xff\r\n"
    with serve(always(lambda: garbled, command)) as server, pytest.raises(MailboxError) as caught:
        take(server, tmp_path)
    assert HOST in str(caught.value)


def test_an_answer_without_end_is_left(
    tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_MOST_BYTES", 10_000)
    flood = b"* 1 EXISTS\r\n" * 1_000
    with (
        serve(always(lambda: flood, b"SEARCH")) as server,
        pytest.raises(MailboxError, match="what no mail server says"),
    ):
        take(server, tmp_path)


# Messages


def test_a_connection_that_drops_in_a_message_is_made_again(tmp_path: Path, serve: Serve) -> None:
    def dropped() -> bytes:
        raise HangupError

    with serve(once(dropped, b"FETCH 4 ")) as server:
        assert take(server, tmp_path) == Fetched(new=3)
        assert server.connections == 2
    assert taken(tmp_path) == sorted(MAILS.values())


@pytest.mark.parametrize(
    "trouble",
    [
        hangup,
        lambda: fetched(4, b"half a mail", 0, 99)[:-6],
        lambda: b"* 1 FETCH (UID 4 BODY[]<0> {9000000000}\r\n",
        lambda: b"* 2 FETCH (UID 4 \xff (\r\n",
        lambda: fetched(4, b"x" * 60_000_000, 0, 60_000_000),
    ],
    ids=["drops", "breaks off", "boasts", "nonsense", "floods"],
)
def test_a_message_that_always_breaks_the_connection_costs_itself_alone(
    tmp_path: Path,
    serve: Serve,
    trouble: Callable[[], bytes],
) -> None:
    with serve(always(trouble, b"FETCH 4 ")) as server:
        told = take(server, tmp_path, timeout_s=0.5)
        assert (told.new, len(told.troubles)) == (2, 1)
        assert "UID 4 in INBOX could not be fetched" in told.troubles[0]
    assert taken(tmp_path) == sorted(MAILS[uid] for uid in (3, 8))
    with serve(lambda got: None) as server:
        assert take(server, tmp_path) == Fetched(new=1, same=2)  # another port, another mailbox
    assert taken(tmp_path) == sorted(MAILS.values())


def test_some_messages_that_break_the_connection_do_not_keep_the_others(
    tmp_path: Path, serve: Serve
) -> None:
    bad = (b"FETCH 3 ", b"FETCH 4 ", b"FETCH 8 ")
    with serve(lambda got: hangup() if any(one in got for one in bad) else None) as server:
        server.mails.update({uid: b"%d" % uid for uid in range(10, 14)})
        told = take(server, tmp_path)
    assert (told.new, len(told.troubles)) == (4, 3)


@pytest.mark.parametrize(
    "answer",
    [b"* 2 FETCH (UID 4 RFC822.SIZE 9 BODY[]<0> NIL)\r\n", b"* 2 FETCH (UID 4 RFC822.SIZE 9)\r\n"],
)
def test_a_message_that_is_not_given_costs_itself_alone(
    tmp_path: Path, serve: Serve, answer: bytes
) -> None:
    with serve(always(lambda: answer, b"FETCH 4 ")) as server:
        told = take(server, tmp_path)
        assert server.connections == 1
    assert (told.new, len(told.troubles)) == (2, 1)
    assert "does not give what is in it" in told.troubles[0]


def test_a_message_that_goes_in_the_meantime_is_passed_over(tmp_path: Path, serve: Serve) -> None:
    with serve(always(lambda: b"", b"FETCH 4 ")) as server:
        assert take(server, tmp_path) == Fetched(new=2)


def test_a_server_that_goes_for_good_is_given_up_and_what_came_is_kept(
    tmp_path: Path, serve: Serve
) -> None:
    with serve(lambda got: hangup() if b"FETCH" in got and b"FETCH 3 " not in got else None) as (
        server
    ):
        server.mails.update({uid: b"%d" % uid for uid in range(10, 40)})
        with pytest.raises(MailboxError, match=r"closed the connection.*1 new mails are here"):
            take(server, tmp_path)
    assert taken(tmp_path) == [MAILS[3]]


@pytest.mark.parametrize("told_size", [0, 1, 10, 100, 1_000])
def test_a_message_is_whole_though_the_server_does_not_know_its_size(
    tmp_path: Path,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    told_size: int,
) -> None:
    monkeypatch.setattr(session, "_PART_BYTES", 32)
    body = bytes(range(97, 123)) * 3

    def answer(got: bytes) -> bytes | None:
        if b"FETCH 4 " not in got:
            return None
        start = int(got.rpartition(b"<")[2].split(b".")[0])
        good = fetched(4, body, start, 32)
        return good.replace(b"SIZE %d " % len(body), b"SIZE %d " % (told_size or len(body)))

    with serve(answer) as server:
        told = take(server, tmp_path)
    if told_size in (1, 10):  # more than twice what it says: that could go on for ever
        assert told.new == 2
    else:
        assert body in taken(tmp_path)


def test_a_server_that_gives_the_same_part_for_ever_is_left(
    tmp_path: Path,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session, "_PART_BYTES", 32)

    def answer(got: bytes) -> bytes | None:
        if b"FETCH 4 " not in got:
            return None
        assert len(server.commands) < 60, "this goes on for ever"
        start = int(got.rpartition(b"<")[2].split(b".")[0])
        return fetched(4, b"x" * 90, 0, 32).replace(b"<0>", b"<%d>" % start)

    with serve(answer) as server:
        assert take(server, tmp_path).new == 2
    assert len(server.commands) < 60


def test_a_message_is_asked_for_once_and_is_never_marked(tmp_path: Path, serve: Serve) -> None:
    with serve(lambda got: None) as server:
        take(server, tmp_path)
    asked = [command for command in server.commands if b"FETCH" in command]
    assert len(asked) == len(MAILS)
    assert all(b"BODY.PEEK[]" in command for command in asked)
    assert not [command for command in server.commands if command.startswith(b"SELECT")]


def test_nothing_is_moved_where_uids_mean_other_messages_by_now(
    tmp_path: Path, serve: Serve
) -> None:
    def answer(got: bytes) -> bytes | None:
        if got.startswith(b"LIST"):
            return b'* LIST () "/" Lues\r\n'
        return b"* OK [UIDVALIDITY 99] .\r\n" if got.startswith(b"SELECT") else None

    with serve(answer) as server:
        assert take(server, tmp_path, move_to="Lues") == Fetched(new=3)
    assert not [command for command in server.commands if b"MOVE" in command]


def test_a_folder_without_mail_is_no_fault(tmp_path: Path, serve: Serve) -> None:
    with serve(lambda got: None) as server:
        server.mails.clear()
        assert take(server, tmp_path) == Fetched()
