"""What stands between the review page and everybody else.

Scans and mails are hostile, and so may be any page open in another tab. A request is served only
if its Host is ours (DNS rebinding), its cookie is the one that the opened address was changed for,
and, where it writes, its Origin is ours and it carries the token of that cookie (CSRF). The rest is
told to the browser: no script, style or picture but ours, no frame around us (Content Security
Policy, W3C). See OWASP, "Cross-Site Request Forgery Prevention".
"""

import hmac
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CSRF_HEADER = "x-fiches"
ENTRY = "/entrer"
LOGIN = "/connexion"
_OPEN_PATHS = (ENTRY, LOGIN)
_STATIC = "/static/"
_SAFE = frozenset(("GET", "HEAD"))
_MOST_BODY = 256 * 1024
"""No form of the review is longer; nothing is uploaded."""
_WAIT_S, _LONGEST_WAIT_S = 0.1, 20.0
"""How long the first wrong password is made to wait, twice as long each time, and at most."""
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@dataclass(slots=True)
class Gatekeeper:
    """Who may come in. ``hosts``: the Host headers that are ours, with their port.

    ``password_hash`` (argon2) is asked for where the server listens beyond this machine.
    """

    hosts: frozenset[str]
    password_hash: str = ""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    wrong: int = 0
    asking: Lock = field(default_factory=Lock)

    @classmethod
    def for_hosts(cls, names: Iterable[str], port: int, password: str = "") -> "Gatekeeper":
        hosts = frozenset(f"{name.lower()}:{port}" for name in names)
        return cls(hosts, PasswordHasher().hash(password) if password else "")

    @property
    def cookie(self) -> str:
        """Browsers send a cookie to every port of a host: two servers must not share one."""
        return f"fiches-{sha256(self.token.encode()).hexdigest()[:12]}"

    @property
    def csrf(self) -> str:
        """What every write of this session carries."""
        return hmac.new(self.session.encode(), b"csrf", sha256).hexdigest()

    def takes_token(self, token: str) -> bool:
        """Whether the opened address is the one that was printed; it lets in without a password."""
        return not self.password_hash and _same(token, self.token)

    def takes_password(self, password: str) -> bool:
        if not self.password_hash:
            return False
        with self.asking:  # one at a time: argon2 takes memory, and guesses take turns
            time.sleep(min(_LONGEST_WAIT_S, _WAIT_S * 2**self.wrong) if self.wrong else 0.0)
            try:
                PasswordHasher().verify(self.password_hash, password)
            except VerificationError:
                self.wrong = min(self.wrong + 1, 20)
                return False
            self.wrong = 0
            return True

    def admit(self, response: Response) -> Response:
        """The response, with the cookie that lets later requests in."""
        response.set_cookie(self.cookie, self.session, httponly=True, samesite="strict", path="/")
        return response

    def knows(self, headers: Headers) -> bool:
        return _same(cookie_parser(headers.get("cookie", "")).get(self.cookie, ""), self.session)

    def is_ours(self, origin: str) -> bool:
        return origin.startswith("http://") and origin[7:].lower() in self.hosts


class Guarded:
    """An application behind its gatekeeper."""

    def __init__(self, app: ASGIApp, *, gatekeeper: Gatekeeper) -> None:
        self._app = app
        self._gatekeeper = gatekeeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send_guarded)
            return
        await self._app(scope, _limited(receive), send_guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), str(scope["path"])
        gatekeeper = self._gatekeeper
        if headers.get("host", "").lower() not in gatekeeper.hosts:
            return PlainTextResponse("Adresse inconnue de Fiches.", 421)
        known = gatekeeper.knows(headers)
        if scope["method"] not in _SAFE:
            if not gatekeeper.is_ours(headers.get("origin", "")):
                return PlainTextResponse("Demande venue d'un autre site : refusée.", 403)
            signed = _same(headers.get(CSRF_HEADER, ""), gatekeeper.csrf)
            if path != LOGIN and not (known and signed):
                return PlainTextResponse("Session inconnue : rouvrez l'adresse affichée.", 403)
            if int(headers.get("content-length") or 0) > _MOST_BODY:
                return PlainTextResponse("Trop long.", 413)
        if known or path in _OPEN_PATHS or path.startswith(_STATIC):
            return None
        if gatekeeper.password_hash:
            return RedirectResponse(LOGIN, 303)
        return PlainTextResponse(
            "Pour entrer, ouvrez l'adresse que « fiches review » affiche dans le terminal.", 403
        )


def _limited(receive: Receive) -> Receive:
    """The body, cut off where it is longer than any form of ours."""
    left = _MOST_BODY

    async def limited() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        return message if left >= 0 else {"type": "http.disconnect"}

    return limited


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
