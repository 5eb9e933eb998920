"""A Dovecot of our own for the tests: Debian's, on loopback, in a folder of its own, over TLS.

Everybody who knows the password is a user, with an empty mailbox.
"""

import getpass
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import trustme

from pipeline.config import Mailbox

HOST = "localhost"
PASSWORD = "sésame-ouvre-toi"
ARRIVED = datetime(2018, 1, 10, 14, 5, tzinfo=UTC)
_START_S = 30.0
_USERS, _MAILS = count(1), count(1)


@dataclass(frozen=True)
class Account:
    """A mailbox, and the Maildir it lies in."""

    mailbox: Mailbox
    maildir: Path
    owner: str

    def deliver(
        self, mail: bytes, *, flags: str = "", folder: str = "", arrived: datetime = ARRIVED
    ) -> None:
        """Lay a mail where Dovecot finds it; ``flags`` as Maildir writes them (S: seen)."""
        place = self.folder(folder)
        name = f"1515151515.{next(_MAILS):06}.here"
        path = place / ("cur" if flags else "new") / (f"{name}:2,{flags}" if flags else name)
        path.write_bytes(mail)
        path.chmod(0o644)
        os.utime(path, (arrived.timestamp(), arrived.timestamp()))

    def folder(self, name: str = "") -> Path:
        """The Maildir of a folder, made if need be; without a name, of the INBOX."""
        place = self.maildir / f".{name}" if name else self.maildir
        for made in (self.maildir, place, *(place / part for part in ("cur", "new", "tmp"))):
            if not made.is_dir():
                made.mkdir()
                shutil.chown(made, self.owner)
        return place

    def flags(self, folder: str = "") -> dict[str, str]:
        """The flags of every mail, by its name in the Maildir."""
        place = self.folder(folder)
        names = (path.name for part in ("cur", "new") for path in (place / part).iterdir())
        return {base: flags for base, _, flags in (name.partition(":2,") for name in names)}


@dataclass(frozen=True)
class Server:
    folder: Path
    port: int
    owner: str

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    def account(self, **settings: object) -> Account:
        """A new user with an empty mailbox."""
        user = f"secretariat{next(_USERS)}"
        mailbox = Mailbox.model_validate(
            {"host": HOST, "port": self.port, "user": user, "ca_file": self.ca_file, **settings}
        )
        account = Account(mailbox, self.folder / "mail" / user, self.owner)
        account.folder()
        return account


@contextmanager
def server(program: str) -> Iterator[Server]:
    """A running server, which ends when the tests do, even when they are killed."""
    owner = "dovecot" if os.geteuid() == 0 else getpass.getuser()
    with tempfile.TemporaryDirectory(prefix="fiches-imap-") as name:
        folder = Path(name)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        own = authority.issue_cert(HOST).private_key_and_cert_chain_pem
        own.write_to_path(str(folder / "server.pem"))
        (folder / "dovecot.conf").write_text(_configuration(folder, port, owner), "utf-8")
        (folder / "mail").mkdir()
        alone = ["setpriv", "--pdeathsig=TERM"]
        if os.geteuid() == 0:
            folder.chmod(0o755)
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, owner, owner)
            alone += [f"--reuid={owner}", f"--regid={owner}", "--clear-groups"]
        command = [*alone, program, "-F", "-c", str(folder / "dovecot.conf")]
        process = subprocess.Popen(command, cwd="/", stderr=subprocess.DEVNULL)
        try:
            _wait_for(folder, port, process)
            yield Server(folder, port, owner)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _configuration(folder: Path, port: int, owner: str) -> str:
    import grp  # only where there is a Dovecot, too
    import pwd

    user = pwd.getpwnam(owner)
    group = grp.getgrgid(user.pw_gid).gr_name
    home = f"{folder}/mail/%u"
    return f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {owner}
default_internal_group = {group}
default_login_user = {owner}
first_valid_uid = 1
auth_failure_delay = 0
mail_max_userip_connections = 0
mail_location = maildir:{home}
ssl = required
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={user.pw_uid} gid={user.pw_gid} home={home}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


def _wait_for(folder: Path, port: int, process: subprocess.Popen[bytes]) -> None:
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    end = time.monotonic() + _START_S
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as plain:
                context.wrap_socket(plain, server_hostname=HOST).close()
        except OSError:
            log = folder / "log"
            said = log.read_text("utf-8", "replace") if log.exists() else ""
            assert process.poll() is None, said
            assert time.monotonic() < end, said
            time.sleep(0.05)
        else:
            return
