"""What stands between the review page and everybody else.

Scans and mails are hostile, and so may be any page open in another tab, or another user of this
machine. A request is served only if its Host is ours (DNS rebinding), its cookie is of a session
that stands, and, where it writes, its Origin is ours and it carries the token of that session
(CSRF). A session is begun by an address that works once, or by a password, and ends: when its
reviewer says so, when nothing is asked for long, and after a day. The rest is told to the browser:
no script, style or picture but ours, no frame around us (Content Security Policy, W3C). See OWASP,
"Cross-Site Request Forgery Prevention" and "Session Management".
"""

import asyncio
import hmac
import logging
import secrets
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.errors import bug_place
from pipeline.language import tr
from pipeline.statements import MOST_BYTES

_log = logging.getLogger(__name__)

CSRF_HEADER = "x-fiches"
ENTRY = "/entrer"
LOGIN = "/connexion"
_OPEN_PATHS = (ENTRY, LOGIN)
_STATIC = "/static/"
_SAFE = frozenset(("GET", "HEAD"))
_MOST_BODY_BYTES = 256 * 1024
"""No form of the review is longer."""
DROP, _MOST_DROPPED_BYTES = "/deposer", 150_000_000
"""Where files are dropped, one at a time, and how large one may be: more than any run opens."""
STATEMENTS = "/paiements/releves"
"""Where a bank's files are given, one at a time."""
BLANKS, TRIALS = "/formulaires/nouveau", "/formulaires/essayer"
"""Where the blank of a new form is given, and a scan to try a form with."""
_MOST_BLANK_BYTES = 40_000_000
_WAIT_S, _LONGEST_WAIT_S = 0.1, 20.0
"""How long the next guess after a wrong password waits, twice as long each time, and at most."""
_MOST_WAITING = 8
"""Guesses of one machine that may wait; further ones are sent away."""
_TOKEN_S = 15 * 60.0
_IDLE_S, _LONGEST_S = 8 * 3600.0, 24 * 3600.0
"""A session ends when nothing was asked for so long, and after so long in any case."""
_TOO_LONG = "Demande trop longue : elle dépasse 256 Ko, plus que toute page de Fiches n'envoie."
_TOO_LARGE = "fichier de plus de 150 Mo : enregistrer les fiches à part, et les déposer une à une."
_TOO_LONG_A_STATEMENT = (
    f"fichier de plus de {MOST_BYTES // 1_000_000} Mo, et aucun relevé ne l'est : donner le "
    "fichier de la banque, ou des périodes plus courtes."
)
_TOO_LARGE_A_BLANK = "fichier de plus de 40 Mo : numériser cette feuille seule, en 300 points."
TO_ENTER = (
    "Pour entrer, ouvrez la dernière adresse que Fiches affiche dans le terminal : "
    "chacune ne sert qu'une fois, pendant un quart d'heure. Sans terminal, relancez "
    "Fiches : ce qui est confirmé est gardé."
)
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


class TooManyGuessesError(Exception):
    """So many passwords of one machine wait to be tried that another may not."""


@dataclass(slots=True)
class _Session:
    key: str
    began_s: float
    seen_s: float


@dataclass(slots=True)
class _Guesses:
    """The passwords that one machine tries: one at a time, each after the wait of the last."""

    wrong: int = 0
    waiting: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class Gatekeeper:
    """Who may come in. ``hosts``: the Host headers that are ours, with their port.

    ``password_hash`` (argon2) is asked for where the server listens beyond this machine; else a
    token lets in, once. Only the server's event loop calls its methods: a guess that waits holds
    no thread. ``clock`` goes on while the machine sleeps.
    """

    hosts: frozenset[str]
    password_hash: str = ""
    clock: Callable[[], float] = time.time
    knocked: Callable[[str], object] = lambda _token: None
    """Called with a new token where somebody who is not let in needs one: to show it."""
    cookie: str = field(default_factory=lambda: f"fiches-{secrets.token_hex(6)}")
    """Browsers send a cookie to every port of a host: two servers must not share one."""
    _token: str = ""
    _token_until_s: float = 0.0
    _sessions: list[_Session] = field(default_factory=list)
    _guesses: dict[str, _Guesses] = field(default_factory=dict)
    _hashing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    @classmethod
    def for_hosts(cls, names: Iterable[str], port: int, password: str = "") -> "Gatekeeper":
        hosts = frozenset(f"{name.lower()}:{port}" for name in names)
        return cls(hosts, PasswordHasher().hash(password) if password else "")

    def new_token(self) -> str:
        """What lets in once, for a quarter of an hour; the one before is void."""
        self._token = secrets.token_urlsafe(32)
        self._token_until_s = self.clock() + _TOKEN_S
        return self._token

    def takes_token(self, token: str) -> bool:
        """Whether it is the one that was shown last, and was not used yet."""
        taken = self._token_stands() and _same(token, self._token)
        if taken:
            self._token = ""
        return taken

    def knock(self) -> None:
        """Somebody without a session is here: where no token stands, another is shown."""
        if not self.password_hash and not self._token_stands():
            self.knocked(self.new_token())

    async def takes_password(self, password: str, *, client: str) -> bool:
        """Whether it is the password, tried when its turn comes. Raises TooManyGuessesError."""
        guesses = self._guesses.setdefault(client, _Guesses())
        if guesses.waiting >= _MOST_WAITING:
            raise TooManyGuessesError
        guesses.waiting += 1
        try:
            async with guesses.turn:
                if guesses.wrong:
                    await asyncio.sleep(min(_LONGEST_WAIT_S, _WAIT_S * 2**guesses.wrong))
                # In a thread of its own, one at a time: argon2 takes memory.
                loop = asyncio.get_running_loop()
                right = await loop.run_in_executor(self._hashing, self._verifies, password)
                guesses.wrong = 0 if right else min(guesses.wrong + 1, 20)
                return right
        finally:
            guesses.waiting -= 1

    def admit(self, response: Response) -> Response:
        """The response, with the cookie of a session that begins."""
        now_s = self.clock()
        self._sessions = [session for session in self._sessions if self._stands(session)]
        self._sessions.append(_Session(secrets.token_urlsafe(32), now_s, now_s))
        key = self._sessions[-1].key
        response.set_cookie(self.cookie, key, httponly=True, samesite="strict", path="/")
        return response

    def dismiss(self, headers: Headers, response: Response) -> Response:
        """The response, with the session of those headers ended."""
        ended = self._session(headers)
        self._sessions = [session for session in self._sessions if session is not ended]
        response.delete_cookie(self.cookie, httponly=True, samesite="strict", path="/")
        return response

    def knows(self, headers: Headers) -> bool:
        """Whether they are of a session that stands; it is then in use."""
        session = self._session(headers)
        if session is not None:
            session.seen_s = self.clock()
        return session is not None

    def csrf(self, headers: Headers) -> str:
        """What every write of the session of those headers carries."""
        session = self._session(headers)
        return hmac.new(session.key.encode(), b"csrf", sha256).hexdigest() if session else ""

    def is_ours(self, origin: str) -> bool:
        return origin.startswith("http://") and origin[7:].lower() in self.hosts

    def _session(self, headers: Headers) -> _Session | None:
        key = cookie_parser(headers.get("cookie", "")).get(self.cookie, "")
        sessions = [s for s in self._sessions if _same(key, s.key) and self._stands(s)]
        return sessions[0] if sessions else None

    def _stands(self, session: _Session) -> bool:
        now_s = self.clock()
        return now_s < min(session.seen_s + _IDLE_S, session.began_s + _LONGEST_S)

    def _token_stands(self) -> bool:
        return bool(self._token) and self.clock() < self._token_until_s

    def _verifies(self, password: str) -> bool:
        try:
            return PasswordHasher().verify(self.password_hash, password)
        except VerificationError:
            return False


class Guarded:
    """An application behind its gatekeeper."""

    def __init__(self, app: ASGIApp, *, gatekeeper: Gatekeeper) -> None:
        self._app = app
        self._gatekeeper = gatekeeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send_guarded)
            return
        try:
            await self._app(scope, _limited(receive, scope), send_guarded)
        except ClientDisconnect:
            return  # nobody is left to be answered
        except Exception as err:  # its own words may quote what was sent
            _log.error("%s", tr("bug ({place})", place=bug_place(err)))
            if not begun:
                words = f"Erreur interne ({bug_place(err)}). Signalez-la."
                await PlainTextResponse(words, 500)(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), str(scope["path"])
        gatekeeper = self._gatekeeper
        if headers.get("host", "").lower() not in gatekeeper.hosts:
            return PlainTextResponse("Adresse inconnue de Fiches.", 421)
        known = gatekeeper.knows(headers)
        # What enters by its token may come from a file, which has no origin.
        if scope["method"] not in _SAFE and path != ENTRY:
            if not gatekeeper.is_ours(headers.get("origin", "")):
                return PlainTextResponse("Demande venue d'un autre site : refusée.", 403)
            signed = _same(headers.get(CSRF_HEADER, ""), gatekeeper.csrf(headers))
            if path != LOGIN and known and not signed:
                return PlainTextResponse("Cette page est d'une autre session : rechargez-la.", 403)
        # None of our pages sends one; each of its parts may name a coding that gives no characters.
        if headers.get("content-type", "").strip().lower().startswith("multipart"):
            return PlainTextResponse("Forme de demande inconnue de Fiches.", 415)
        if known or path in _OPEN_PATHS or path.startswith(_STATIC):
            most_bytes, words = _most(scope)
            if int(headers.get("content-length") or 0) > most_bytes:
                return PlainTextResponse(words, 413)
            return None
        if not gatekeeper.password_hash:
            gatekeeper.knock()
            return PlainTextResponse(TO_ENTER, 403)
        if "hx-request" in headers:  # a redirection would be shown within the page
            return Response(status_code=204, headers={"HX-Redirect": LOGIN})
        return RedirectResponse(LOGIN, 303)


def _most(scope: Scope) -> tuple[int, str]:
    """How many bytes a request may have, and what is said of more."""
    blank = (_MOST_BLANK_BYTES, _TOO_LARGE_A_BLANK)
    larger = {
        DROP: (_MOST_DROPPED_BYTES, _TOO_LARGE),
        STATEMENTS: (MOST_BYTES, _TOO_LONG_A_STATEMENT),
        BLANKS: blank,
        TRIALS: blank,
    }
    return larger.get(scope["path"], (_MOST_BODY_BYTES, _TOO_LONG))


def _limited(receive: Receive, scope: Scope) -> Receive:
    """The body, refused as soon as it is longer than any form of ours, said beforehand or not."""
    left_bytes, words = _most(scope)

    async def limited() -> Message:
        nonlocal left_bytes
        message = await receive()
        left_bytes -= len(message.get("body", b""))
        if left_bytes < 0:
            raise HTTPException(413, words)
        return message

    return limited


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
