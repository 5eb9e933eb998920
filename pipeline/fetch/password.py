"""The password of a mailbox: in the environment or in the system's key ring, never in a file."""

import os

from pipeline.config import Mailbox
from pipeline.errors import ConfigError
from pipeline.language import tr

VARIABLE = "FICHES_MAILBOX_PASSWORD"


def password_of(mailbox: Mailbox) -> str:
    """Raises ConfigError where there is none."""
    if password := os.environ.get(VARIABLE):
        return password
    import keyring  # only now: it looks for all key rings there are
    from keyring.errors import KeyringError

    said = ""
    try:
        password = keyring.get_password(_service(mailbox), mailbox.user)
    except KeyringError as err:
        said = _line(err)
    if password:
        return password
    raise ConfigError(
        tr(
            "No password for {user} at {host}. Type fiches fetch INBOX --ask-password: the "
            "system's key ring keeps it. Where there is no key ring, set {variable}.",
            user=mailbox.user,
            host=mailbox.host,
            variable=VARIABLE,
        )
        + (f" ({said})" if said else "")
    )


def keep(mailbox: Mailbox, password: str) -> bool:
    """Give the password to the key ring; whether there is one that gives it back."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(_service(mailbox), mailbox.user, password)
        return bool(keyring.get_password(_service(mailbox), mailbox.user) == password)
    except KeyringError:
        return False


def _service(mailbox: Mailbox) -> str:
    """What key rings show it under."""
    return f"fiches: {mailbox.host}"


def _line(err: Exception) -> str:
    return next(iter(str(err).splitlines()), "")
