"""The ways in and out: an address that works once, the page that a browser is opened with, a
password; and the end of a session.

What a browser is started with stands in the list of processes, for every user of the machine to
read. It is therefore started with a page that only its own user may open, and that page sends the
token.
"""

import os
from pathlib import Path

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from pipeline.web.security import ENTRY, LOGIN, TO_ENTER, Gatekeeper, TooManyGuessesError

_PAGE = "entree.html"


def write_page(folder: Path, pages: Environment, *, address: str, token: str) -> Path:
    """The page in ``folder`` that enters at ``address``, for the user's own eyes; its path.

    It is no hidden file, and belongs below the user's own folders: browsers that are packed as
    snaps can open no others, and none in /tmp. Raises OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / _PAGE
    path.unlink(missing_ok=True)
    html = pages.get_template("doorstep.html.j2").render(address=address + ENTRY, token=token)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(html.encode())
    return path


def routes(gatekeeper: Gatekeeper, pages: Environment, *, home: str) -> list[Route]:
    """The routes that are open to whoever is outside, and the way out; they lead to ``home``."""

    async def enter(request: Request) -> Response:
        posted = request.method == "POST"
        if gatekeeper.password_hash:
            return RedirectResponse(LOGIN, 303)
        sent = await request.form() if posted else request.query_params
        if not gatekeeper.takes_token(str(sent.get("cle", ""))):
            gatekeeper.knock()
            return HTMLResponse(pages.get_template("words.html.j2").render(text=TO_ENTER), 403)
        if posted:  # a strict cookie does not go along from the page of a file to another one
            return gatekeeper.admit(
                HTMLResponse(pages.get_template("entered.html.j2").render(home=home))
            )
        return gatekeeper.admit(RedirectResponse(home, 303))

    async def log_in(request: Request) -> Response:
        if not gatekeeper.password_hash:
            return RedirectResponse(ENTRY, 303)
        problem, status, headers = "", 200, {}
        if request.method == "POST":
            password = str((await request.form()).get("password", ""))
            client = request.client.host if request.client else ""
            try:
                if await gatekeeper.takes_password(password, client=client):
                    return gatekeeper.admit(RedirectResponse(home, 303))
                problem = "Ce n'est pas le mot de passe."
            except TooManyGuessesError:
                problem, status = "Trop d'essais : patientez une minute, puis réessayez.", 429
                headers = {"retry-after": "60"}
        page = pages.get_template("login.html.j2").render(problem=problem)
        return HTMLResponse(page, status, headers)

    async def leave(request: Request) -> Response:
        away = Response(status_code=204, headers={"HX-Redirect": ENTRY})
        return gatekeeper.dismiss(request.headers, away)

    return [
        Route(ENTRY, enter, methods=["GET", "POST"]),
        Route(LOGIN, log_in, methods=["GET", "POST"]),
        Route("/sortir", leave, methods=["POST"]),
    ]
