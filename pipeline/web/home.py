"""The page to start from: files dropped and read, what waits, what is done, and the tables."""

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from pipeline import system
from pipeline.errors import ConfigError, MailboxError
from pipeline.exporters import occasion, outputs
from pipeline.forms.unknown import own_form
from pipeline.intake.naming import file_name, unique_name
from pipeline.paths import PART
from pipeline.records import Status
from pipeline.web.desk import Desk, GoneError
from pipeline.web.reading import SourceError
from pipeline.web.sources import EVERY_MIN, Sources
from pipeline.web.strangers import strangers
from pipeline.web.views import View

SPARED_BYTES = 200_000_000
"""What drops leave free: what is read must still be kept, and the tables written."""
_TITLES = {
    "registrations.xlsx": "Le classeur : inscriptions, participants, totaux",
    "inscriptions.csv": "Les inscriptions, pour un tableur en français",
    "report.html": "Le rapport, à lire ou à imprimer",
    "registrations.csv": "Les inscriptions, pour un programme",
    "participants.csv": "Les participants, une ligne par personne",
    "rejected.csv": "Ce qui a été rejeté, et pourquoi",
    "fields.csv": "Chaque champ, tel qu'il a été lu",
    "events.json": "Ce que disent les annonces",
}
"""What each table is for, those that people open first."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What counts of an event: fiches, people, what the tariff gives; ``waiting`` fiches are to be
    looked at."""

    event: str
    fiches: int = 0
    people: int = 0
    due_cents: int = 0
    waiting: int = 0


def totals(desk: Desk) -> list[Totals]:
    """What has come of each event, and counts."""
    by_event: dict[str, Totals] = {}
    for filed, people in desk.counted():
        registration = filed.registration
        event = occasion(own_form(registration, desk.forms))
        so_far = by_event.get(event, Totals(event))
        by_event[event] = Totals(
            event,
            so_far.fiches + 1,
            so_far.people + people,
            so_far.due_cents + (registration.total_due_cents or 0),
            so_far.waiting + (registration.status is Status.REVIEW),
        )
    return [by_event[event] for event in sorted(by_event)]


def _show(view: View) -> Response:
    view.desk.catch_up()
    return view.page(
        "home.html.j2", sources=view.desk.sources, every_min=EVERY_MIN, **_standing(view)
    )


def _standing(view: View) -> dict[str, Any]:
    desk = view.desk
    files = {path.name for path in outputs(desk.out) if path.is_file()}
    return {
        "state": desk.sources.reading.state if desk.sources else None,
        "mailbox": desk.sources.mailbox if desk.sources else None,
        "counts": desk.counts(),
        "waiting": sum(1 for refusal in desk.refused() if not refusal.set_aside),
        "strangers": strangers(desk),
        "may_draw": desk.shelf is not None and desk.shelf.changeable,
        "events": totals(desk),
        "tables": [
            (name, _TITLES.get(name) or _of_form(name, desk))
            for name in (*_TITLES, *sorted(files - {*_TITLES}))
            if name in files
        ],
    }


def _of_form(name: str, desk: Desk) -> str:
    """What a table of one form is for; nothing for that of another package."""
    stem, _, form = name.removesuffix(".csv").partition("-")
    title = _TITLES.get(f"{stem}.csv")
    if title is None or form not in desk.forms:
        return ""
    return f"{title}\N{NO-BREAK SPACE}: {occasion(desk.forms[form])}"


def _state(view: View) -> Response:
    """What changes on the page while a run is under way."""
    view.desk.catch_up()
    return view.page("standing.html.j2", beside_rooms=True, here="/accueil", **_standing(view))


def _read(view: View) -> Response:
    """What is new is read; ``mails``: what came into the mailbox, too."""
    _sources(view).reading.begin(mail=bool(view.typed.get("mails")))
    return _state(view)


def _name_folder(view: View) -> Response:
    return _named(view, lambda sources: sources.name_folder(view.typed.get("folder", "").strip()))


def _name_mailbox(view: View) -> Response:
    return _named(view, lambda sources: sources.name_mailbox(view.typed))


def _named(view: View, name: Callable[[Sources], str]) -> Response:
    sources = _sources(view)
    if not sources.changeable:
        return view.words(
            "Cela ne se change que quand Fiches n'est ouvert que pour son ordinateur.", 403
        )
    try:
        return view.away("/accueil", name(sources))
    except (SourceError, ConfigError, MailboxError) as err:
        return view.words(str(err), 422)


def _sources(view: View) -> Sources:
    if view.desk.sources is None:
        raise GoneError("Cette page n'a pas de dossier à lire : ouvrir fiches sans rien derrière.")
    return view.desk.sources


def _table(view: View) -> Response:
    """A table as it now stands."""
    view.desk.write_tables()  # first: that of a form goes with its last fiche
    name = str(view.request.path_params["name"])
    path = next((path for path in outputs(view.desk.out) if path.name == name), None)
    if path is None or not path.is_file():
        raise GoneError("Ce tableau n'est pas encore écrit : lire d'abord des fiches.")
    return FileResponse(path, filename=name)


async def drop(request: Request, desk: Desk) -> Response:
    """One file, laid whole into the inbox; the body is the file itself."""
    if desk.sources is None:
        return PlainTextResponse("Cette page n'a pas de dossier où déposer.", 409)
    inbox = desk.sources.reading.inbox
    name = file_name(str(request.query_params.get("nom", "")))
    try:
        inbox.mkdir(exist_ok=True)  # in its folder: a drive that is not there is not made up
        with _part(inbox) as file:
            async for chunk in request.stream():
                await run_in_threadpool(_write, file, chunk, inbox)
            name = await run_in_threadpool(_lay, file, inbox, name)
    except HTTPException as err:
        return PlainTextResponse(f"{name} : {err.detail}", err.status_code)
    except OSError as err:
        is_full = err.errno in (errno.ENOSPC, errno.EDQUOT)
        hint = "libérer de la place" if is_full else f"vérifier que l'on peut écrire dans {inbox}"
        return PlainTextResponse(
            f"{name} n'a pas pu être déposé : {hint}, puis réessayer.", 507 if is_full else 409
        )
    if desk.sources.reading.inbox != inbox:  # another folder was named meanwhile
        words = f"{name} est dans {inbox}, qui n'est plus lu : le déposer à nouveau."
        return PlainTextResponse(words, 409)
    return PlainTextResponse(f"{name} est déposé.")


@contextlib.contextmanager
def _part(inbox: Path) -> Iterator[IO[bytes]]:
    """A file that no run reads; it is gone in the end, unless it was given a name."""
    part = None
    try:
        with NamedTemporaryFile(dir=inbox, prefix=".", suffix=PART, delete=False) as file:
            part = Path(file.name)
            yield file
    finally:  # once it is closed: Windows deletes no file that is open
        if part is not None:
            part.unlink(missing_ok=True)


def free_bytes(folder: Path) -> int:
    """How much the disk of a folder still takes. Raises OSError."""
    return shutil.disk_usage(folder).free


def _write(file: IO[bytes], chunk: bytes, inbox: Path) -> None:
    if free_bytes(inbox) - len(chunk) < SPARED_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    file.write(chunk)


def _lay(file: IO[bytes], inbox: Path, name: str) -> str:
    """Give a file that is on the disk its name, another where that is taken: the same bytes are
    read once anyway. Returns the name."""
    file.flush()
    os.fsync(file.fileno())
    file.close()
    taken = {path.name for path in inbox.iterdir()}
    while True:
        free = inbox / unique_name(name, taken)
        with contextlib.suppress(FileExistsError):
            free.open("xb").close()  # so that nobody else takes the name
            try:
                system.replace(Path(file.name), free)
            except OSError:
                free.unlink(missing_ok=True)
                raise
            return free.name


ROUTES = (
    ("/accueil", _show, "GET"),
    ("/accueil/etat", _state, "GET"),
    ("/lire", _read, "POST"),
    ("/accueil/dossier", _name_folder, "POST"),
    ("/accueil/messagerie", _name_mailbox, "POST"),
    ("/tableaux/{name}", _table, "GET"),
)
