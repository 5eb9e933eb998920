"""A mail server of a few lines that goes wrong as it is told to: what a real one never does."""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import trustme

HOST = "localhost"
NUMBER = 1515151515
_FETCH = re.compile(rb"UID FETCH (\d+) .*BODY\.PEEK\[\]<(\d+)\.(\d+)>", re.IGNORECASE)


class HangupError(Exception):
    """Close the connection."""


@dataclass
class Faulty:
    """Serves ``mails`` by their UID.

    ``answer`` may answer a command in its own way: of its words, or of the greeting, which is an
    empty command. It gives what to send, or None to have it done well; or it raises HangupError.
    """

    mails: dict[int, bytes]
    port: int = 0
    answer: Callable[[bytes], bytes | None] = lambda command: None
    commands: list[bytes] = field(default_factory=list)
    connections: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def hang(self) -> bytes:
        self.ended.wait()
        raise HangupError

    def talk(self, connection: socket.socket) -> None:
        """Until the client has gone."""
        with suppress(OSError, HangupError), connection, connection.makefile("rb") as lines:
            connection.sendall(self.answer(b"") or b"* OK [CAPABILITY IMAP4rev1 MOVE] here\r\n")
            for line in lines:
                tag, _, command = line.strip().partition(b" ")
                self.commands.append(command)
                said = self.answer(command)
                said = self._good(command) if said is None else said
                connection.sendall(said + tag + b" OK done\r\n")

    def _good(self, command: bytes) -> bytes:
        verb = command.partition(b" ")[0].upper()
        if verb == b"LOGOUT":
            return b"* BYE\r\n"
        if verb == b"CAPABILITY":
            return b"* CAPABILITY IMAP4rev1 MOVE\r\n"
        if verb in (b"EXAMINE", b"SELECT"):
            state = b"* %d EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY %d] .\r\n"
            return state % (len(self.mails), NUMBER)
        if command.upper().startswith(b"UID SEARCH"):
            none = b"UNDELETED" not in command.upper()
            return b"* SEARCH%s\r\n" % b"".join(b" %d" % u for u in self.mails if not none)
        if match := _FETCH.match(command):
            return fetched(int(match[1]), self.mails[int(match[1])], *map(int, match.groups()[1:]))
        return b""


def fetched(uid: int, mail: bytes, start: int, count: int) -> bytes:
    """A part of a mail, as it is asked for."""
    date = b'INTERNALDATE "10-Jan-2018 14:05:00 +0000"'
    part = mail[start : start + count]
    described = b"UID %d %s RFC822.SIZE %d BODY[]<%d>" % (uid, date, len(mail), start)
    return b"* 1 FETCH (%s {%d}\r\n%s)\r\n" % (described, len(part), part)


@contextmanager
def serving(faulty: Faulty, context: ssl.SSLContext | None) -> Iterator[Faulty]:
    """Serve on loopback, over TLS where there is a ``context``; the port is then known."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        faulty.port = listening.getsockname()[1]

        def serve(plain: socket.socket) -> None:
            with suppress(OSError), plain:
                faulty.talk(context.wrap_socket(plain, server_side=True) if context else plain)

        def accept() -> None:
            with suppress(OSError):
                while not faulty.ended.is_set():
                    plain, _ = listening.accept()
                    faulty.connections += 1
                    threading.Thread(target=serve, args=(plain,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield faulty
        finally:
            faulty.ended.set()
            listening.shutdown(socket.SHUT_RDWR)


def certified(folder: Path, authority: trustme.CA, *pems: trustme.Blob) -> ssl.SSLContext:
    """The server's side of a certificate; ``ca.pem`` in the folder is for the client."""
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    (folder / "server.pem").write_bytes(b"".join(pem.bytes() for pem in pems))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    return context
