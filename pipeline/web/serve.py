"""Open the port, open the browser, serve until told to stop."""

import ipaddress
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import uvicorn
from jinja2 import Environment
from starlette.applications import Starlette

from pipeline import system
from pipeline.config import CONFIG, Configuration, Settings
from pipeline.errors import ConfigError, InputError
from pipeline.exporters import outputs
from pipeline.forms.schema import Form, load_forms
from pipeline.judging.calibration import load
from pipeline.judging.gate import Gate
from pipeline.language import tr
from pipeline.pages import templates
from pipeline.paths import FORMS, close_to_others
from pipeline.reader import with_calibration, with_learned
from pipeline.review.pictures import Pictures
from pipeline.runner import Progress, Summary, make_private, run
from pipeline.store import Store
from pipeline.web import entrance
from pipeline.web.app import make_app
from pipeline.web.connections import Hurried
from pipeline.web.desk import Desk
from pipeline.web.security import ENTRY, Gatekeeper
from pipeline.web.shelf import Shelf
from pipeline.web.sources import Sources

LOOPBACK = "127.0.0.1"
_CACHE, _STORE = "review", "fiches.sqlite"
_TEMPLATES = Path(__file__).parent / "templates"


def serve(
    out: Path,
    settings: Configuration,
    *,
    host: str = LOOPBACK,
    port: int = 0,
    password: str = "",
    store_url: str | None = None,
    inbox: Path | None = None,
    config: Path = CONFIG,
    who: str = "",
    show: Callable[[str], object],
    browse: Callable[[str], object] | None = None,
) -> None:
    """Serve the reviews of what runs wrote into ``out``, and read ``inbox``, where one is named;
    another that the page names stands in ``config`` from then on.

    ``show`` is called with the address, and again whenever that was used and another is needed;
    ``browse`` is called once, with what a browser is to open: that holds no secret, for it may
    stand in the list of processes. ``port`` 0 takes a free one. Beyond this machine a ``password``
    is needed. Returns when the server is stopped; every decision is kept as it is made. Raises
    InputError, ConfigError, StoreError.
    """
    out = out.absolute()
    _keep_closed(host, password)
    if inbox is not None:
        out.mkdir(parents=True, exist_ok=True)
    store_url = store_url or (f"sqlite:///{out / _STORE}" if inbox else _store_in(out))
    make_private(out)
    close_to_others(*outputs(out))  # they are written anew only once something is decided
    completed = with_calibration(with_learned(settings, out), out)
    forms = {form.id: form for form in load_forms(FORMS, *settings.forms)}
    gate = Gate.of(load(completed.calibration), settings.promise)
    listening = _listen(host, port)
    port = listening.getsockname()[1]
    names = {host, LOOPBACK, "localhost"} if is_loopback(host) else {host, *_own_names()}
    gatekeeper = Gatekeeper.for_hosts(names, port, password)
    with Store.open(store_url) as store:
        pictures, own = Pictures(out / _CACHE, completed), is_loopback(host)
        shelf = Shelf(out, completed, config, forms, changeable=own)
        try:
            desk = _desk(store, forms, pictures, out, gate, settings)
            desk.shelf, shelf.kept = shelf, partial(_renew, desk)
            if inbox is not None:
                desk.sources = _sources(inbox, settings, config, store_url, desk, changeable=own)
            pages = templates(_TEMPLATES)
            app = make_app(desk, gatekeeper, pages, who=who)
            shown = socket.gethostname() if host == "0.0.0.0" else host  # noqa: S104
            address, cache = f"http://{shown}:{port}", out / _CACHE
            _let_in(gatekeeper, pages, cache, address, password=password, show=show, browse=browse)
            with suppress(KeyboardInterrupt):  # that is how it is stopped
                uvicorn.Server(_config(app)).run(sockets=[listening])
        finally:
            pictures.close()
            shelf.close()


def _renew(desk: Desk, settings: Settings) -> None:
    """See, and draw with, the forms as they are now."""
    desk.pictures.renew(settings)
    desk.reload()


def _desk(
    store: Store,
    forms: Mapping[str, Form],
    pictures: Pictures,
    out: Path,
    gate: Gate,
    settings: Configuration,
) -> Desk:
    """What reviewers share, as it is set up."""
    share, accounting = settings.quality_sample, settings.accounting
    desk = Desk(store, forms, pictures, out, gate, share=share, accounting=accounting)
    desk.till.templates = settings.letters
    return desk


def _sources(
    inbox: Path,
    settings: Configuration,
    config: Path,
    store_url: str,
    desk: Desk,
    *,
    changeable: bool,
) -> Sources:
    """Reads ``inbox`` behind the page, at once what lies there already."""

    def read(inbox: Path, progress: Progress) -> Summary:
        jobs = max(1, system.cores() - 1)  # one is left for the page
        forms = desk.shelf.settings.forms if desk.shelf else settings.forms
        now = settings.model_copy(update={"forms": forms})
        return run(inbox, desk.out, now, jobs=jobs, store_url=store_url, progress=progress)

    inbox = inbox.absolute()
    outputs = (desk.out, *desk.store.files)
    sources = Sources(inbox, outputs, config, read, ended=desk.catch_up, changeable=changeable)
    if settings.mailbox is not None:
        sources.fetch_from(settings.mailbox)
    if inbox.is_dir():
        sources.reading.begin()
    sources.reading.watch()
    return sources


def _let_in(
    gatekeeper: Gatekeeper,
    pages: Environment,
    cache: Path,
    address: str,
    *,
    password: str,
    show: Callable[[str], object],
    browse: Callable[[str], object] | None,
) -> None:
    """Tell how to enter, at once and whenever that was used; apart from the event loop, which no
    terminal that stands still may stop."""

    def tell(token: str) -> None:
        show(f"{address}{ENTRY}?cle={token}" if token else f"{address}/")

    def begin(token: str) -> None:
        tell(token)
        page = partial(entrance.write_page, cache, pages, address=address)
        if browse:
            with suppress(OSError):  # then what was shown is the way in
                browse(page(token=token).as_uri() if token else f"{address}/")

    gatekeeper.knocked = lambda token: threading.Timer(0, tell, (token,)).start()
    first = "" if password else gatekeeper.new_token()
    threading.Timer(0.3, begin, (first,)).start()


def _keep_closed(host: str, password: str) -> None:
    """Raises ConfigError where others could open the review without a password."""
    if not is_loopback(host) and not password:
        raise ConfigError(
            tr("--host {host}: others could open the review. Give it a password.", host=host)
        )


def _store_in(out: Path) -> str:
    """The store that runs made there. Raises InputError."""
    file = out / _STORE
    if not file.is_file():
        raise InputError(
            tr("{file} is not there: type fiches run first, or say --out or --store.", file=file)
        )
    return f"sqlite:///{file}"


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=Hurried,
        ws="none",
        log_level=logging.ERROR,  # anybody can cause warnings: they would bury the address
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _own_names() -> set[str]:
    """What other machines may call this one: its name, and its addresses."""
    name = socket.gethostname()
    try:
        return {name, *socket.gethostbyname_ex(name)[2]}
    except OSError:
        return {name}


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens; raises ConfigError where the port is taken."""
    listening = socket.socket()
    system.keep_port(listening)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as err:
        listening.close()
        raise ConfigError(
            tr(
                "{host}:{port} cannot be listened on ({said}): name another with --port.",
                host=host,
                port=port,
                said=err,
            )
        ) from err
    return listening
