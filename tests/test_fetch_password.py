"""Where the password of a mailbox comes from, and where it never is."""

from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as Forgetful
from keyring.errors import KeyringLocked

from pipeline.config import Mailbox, load_settings
from pipeline.errors import ConfigError
from pipeline.fetch.password import VARIABLE, keep, password_of

MAILBOX = Mailbox(host="imap.exemple.fr", user="secretariat@exemple.fr")


class KeyRing(KeyringBackend):
    """One that forgets when the test ends."""

    priority = -1

    def __init__(self) -> None:
        super().__init__()
        self.passwords: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.passwords[service, username] = password


class Locked(KeyRing):
    priority = -1

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("Failed to unlock the collection!")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked


@pytest.fixture(autouse=True)
def _without_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def use(monkeypatch: pytest.MonkeyPatch, backend: KeyringBackend) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", backend)


def test_the_key_ring_gives_what_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, KeyRing())
    assert keep(MAILBOX, "sésame")
    assert password_of(MAILBOX) == "sésame"
    other = MAILBOX.model_copy(update={"host": "imap.example.org"})
    with pytest.raises(ConfigError, match=r"No password for .* at imap\.example\.org"):
        password_of(other)


def test_a_key_ring_that_keeps_nothing_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Forgetful())
    assert not keep(MAILBOX, "sésame")


def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, KeyRing())
    keep(MAILBOX, "kept")
    monkeypatch.setenv(VARIABLE, "said")
    assert password_of(MAILBOX) == "said"


@pytest.mark.parametrize(
    ("backend", "said"), [(NoKeyring, "No recommended backend"), (Locked, "Failed to unlock")]
)
def test_a_key_ring_that_does_not_serve_says_why_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, backend: type[KeyringBackend], said: str
) -> None:
    use(monkeypatch, backend())
    assert not keep(MAILBOX, "sésame")
    with pytest.raises(ConfigError, match=rf"--ask-password.*set {VARIABLE}\. \({said}"):
        password_of(MAILBOX)


def test_a_password_in_the_file_is_refused_and_not_told(tmp_path: Path) -> None:
    path = tmp_path / "fiches.toml"
    path.write_text('[mailbox]\nhost = "h"\nuser = "u"\npassword = "sésame"\n', "utf-8")
    with pytest.raises(ConfigError, match=r"mailbox\.password: a password never stands") as caught:
        load_settings(path)
    assert "sésame" not in str(caught.value)
