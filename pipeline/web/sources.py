"""Where fiches come from: a folder and a mailbox, which the start page names and keeps."""

import os
import threading
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from pydantic import ValidationError

from pipeline.config import Mailbox, faults_of, write_settings
from pipeline.errors import ConfigError
from pipeline.fetch import Fetched, fetch, reach
from pipeline.fetch.password import keep, password_of
from pipeline.language import why
from pipeline.runner import Progress
from pipeline.web.reading import Read, Reading, SourceError

EVERY_MIN = 10.0
"""How often mail is fetched where the page is told to, and the settings say nothing else."""
_OF_ONE = ("since", "move_to", "ca_file")
"""Settings of a mailbox that hold for no other."""
_FIELDS = {"host": "Serveur", "port": "Serveur", "user": "Nom d'utilisateur", "folder": "Dossier"}


class Sources:
    """What a server reads.

    ``changeable``: the page may name others; never where more than this machine can open it.
    """

    def __init__(
        self,
        inbox: Path,
        outputs: Collection[Path],
        config: Path,
        read: Read,
        *,
        ended: Callable[[], object],
        changeable: bool,
    ) -> None:
        """``config`` is the ``fiches.toml`` that keeps what is named; for the others see
        ``Reading``."""
        self.reading = Reading(inbox, outputs, read, ended=ended)
        self.mailbox: Mailbox | None = None
        self.changeable = changeable
        self._outputs, self._config = outputs, config
        self._password = ""  # of this session, where no key ring takes it
        self._naming = threading.Lock()

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
        try:
            os.scandir(folder).close()
            folder = folder.resolve()
        except ValueError as err:
            raise SourceError("Aucun dossier ne porte un tel nom.") from err
        except OSError as err:
            raise SourceError(f"{folder} ne peut pas être ouvert ({why(err)}).") from err
        if any(folder.is_relative_to(path.resolve()) for path in self._outputs):
            raise SourceError(f"{folder} est le dossier des résultats : en nommer un autre.")
        with self._naming:
            write_settings(self._config, {"inbox": str(folder)})
            self.reading.read_from(folder)
        return f"Fiches lit maintenant {folder}, et ce qui y arrivera."

    def name_mailbox(self, typed: Mapping[str, str]) -> str:
        """Fetch from the mailbox that was typed, once it has let us in; what was done.

        Raises SourceError, ConfigError, MailboxError.
        """
        with self._naming:
            mailbox, known = self._typed(typed)
            new = typed.get("password", "")
            if not known and not new:
                raise SourceError("Écrire le mot de passe de cette messagerie.")
            password = new or self._password
            reach(mailbox, password=password or _stored(mailbox))
            kept = bool(new) and keep(mailbox, new)
            keys = ("host", "port", "user", "folder", "every_min", *(() if known else _OF_ONE))
            write_settings(self._config, {"mailbox": {key: getattr(mailbox, key) for key in keys}})
            self.fetch_from(mailbox, "" if kept else password)
        self.reading.begin(mail=True)
        return "La messagerie a répondu : les nouveaux mails arrivent." + (
            ""
            if kept or not new
            else " Cet ordinateur n'a pas de trousseau : au prochain démarrage, "
            "il faudra redonner le mot de passe."
        )

    def _typed(self, typed: Mapping[str, str]) -> tuple[Mailbox, bool]:
        """The mailbox, and whether it is the known one: only then its password and its other
        settings are used."""
        host, _, port = typed.get("host", "").strip().partition(":")
        every_min = (self.mailbox and self.mailbox.every_min) or EVERY_MIN
        named = {
            "host": host,
            "port": port or 993,
            "user": typed.get("user", "").strip(),
            "folder": typed.get("folder", "").strip() or "INBOX",
            "every_min": every_min if typed.get("every") else None,
        }
        try:
            mailbox = Mailbox.model_validate(named)
        except ValidationError as err:
            said = " ".join(f"{_FIELDS[where]} : {what}." for where, what in faults_of(err))
            raise SourceError(said) from err
        if self.mailbox is None or any(
            getattr(mailbox, key) != getattr(self.mailbox, key) for key in ("host", "port", "user")
        ):
            return mailbox, False
        return self.mailbox.model_copy(update={key: getattr(mailbox, key) for key in named}), True


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
