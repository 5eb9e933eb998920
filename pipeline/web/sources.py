"""Where fiches come from: a folder and a mailbox, which the start page names and keeps."""

from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import ValidationError

from pipeline.config import Mailbox, faults_of, write_settings
from pipeline.errors import ConfigError
from pipeline.fetch import Fetched, fetch, reach
from pipeline.fetch.password import keep, password_of
from pipeline.runner import Progress
from pipeline.web.reading import Read, Reading, SourceError

EVERY_MIN = 10
"""How often mail is fetched where the page is told to."""


class Sources:
    """What a server reads.

    ``changeable``: the page may name others; never where more than this machine can open it.
    """

    def __init__(
        self,
        inbox: Path,
        out: Path,
        config: Path,
        read: Read,
        *,
        ended: Callable[[], object],
        changeable: bool,
    ) -> None:
        """``config`` is the ``fiches.toml`` that keeps what is named; for the others see
        ``Reading``."""
        self.reading = Reading(inbox, out, read, ended=ended)
        self.mailbox: Mailbox | None = None
        self.changeable = changeable
        self._out, self._config = out, config
        self._password = ""  # of this session, where no key ring takes it

    def fetch_from(self, mailbox: Mailbox, password: str = "") -> None:
        """Mail comes from there from now on; without a password, as ``password_of`` says."""

        def take(inbox: Path, progress: Progress) -> Fetched:
            return fetch(mailbox, inbox, password=password or _stored(mailbox), progress=progress)

        self.mailbox, self._password = mailbox, password
        every_min = mailbox.every_min
        self.reading.fetch_with(take, every_s=None if every_min is None else 60 * every_min)

    def name_folder(self, text: str) -> str:
        """Read this folder; what was done. Raises SourceError, ConfigError."""
        folder = _folder(text)
        if not folder.is_absolute():
            raise SourceError("Écrire le chemin entier du dossier, tel que l'ordinateur le montre.")
        if not folder.is_dir():
            raise SourceError(f"{folder} n'est pas un dossier de cet ordinateur.")
        if folder.resolve().is_relative_to(self._out.resolve()):
            raise SourceError(f"{folder} est le dossier des résultats : en nommer un autre.")
        write_settings(self._config, {"inbox": str(folder)})
        self.reading.read_from(folder)
        return f"Fiches lit maintenant {folder}, et ce qui y arrivera."

    def name_mailbox(self, typed: Mapping[str, str]) -> str:
        """Fetch from the mailbox that was typed, once it has let us in; what was done.

        Raises SourceError, ConfigError, MailboxError.
        """
        host, _, port = typed.get("host", "").strip().partition(":")
        named = {
            "host": host,
            "port": port or 993,
            "user": typed.get("user", "").strip(),
            "folder": typed.get("folder", "").strip() or "INBOX",
            "every_min": EVERY_MIN if typed.get("every") else None,
        }
        before = self.mailbox.model_dump() if self.mailbox else {}
        try:
            mailbox = Mailbox.model_validate({**before, **named})
        except ValidationError as err:
            said = " ".join(f"{_FIELDS[where]} : {what}." for where, what in faults_of(err))
            raise SourceError(said) from err
        password = typed.get("password", "")
        kept = not password
        password = password or self._password or _stored(mailbox)
        reach(mailbox, password=password)
        kept = kept or keep(mailbox, password)
        write_settings(self._config, {"mailbox": {key: getattr(mailbox, key) for key in named}})
        self.fetch_from(mailbox, password)
        self.reading.begin(mail=True)
        return "La messagerie a répondu : les nouveaux mails arrivent." + (
            ""
            if kept
            else " Cet ordinateur n'a pas de trousseau : au prochain démarrage, "
            "il faudra redonner le mot de passe."
        )


_FIELDS = {"host": "Serveur", "port": "Serveur", "user": "Nom d'utilisateur", "folder": "Dossier"}


def _folder(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # a home of nobody
        return Path(text)


def _stored(mailbox: Mailbox) -> str:
    try:
        return password_of(mailbox)
    except ConfigError as err:
        raise SourceError(
            f"Pas de mot de passe pour {mailbox.user} : l'écrire sous « Messagerie »."
        ) from err
