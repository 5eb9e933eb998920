"""The review is attacked: from other sites, by rebound names, by what stands on the fiches."""

import socket
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from select import select
from urllib.request import url2pathname

import httpx
import pytest
from desks import Inbox, Served, TellingBrowser, fiche, serving
from starlette.datastructures import Headers
from starlette.responses import Response

from pipeline.records import Rejection
from pipeline.web.security import Gatekeeper

EVIL = "<script>document.title='pwned'</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    inbox = Inbox(tmp_path_factory.mktemp("evil"))
    inbox.add(
        "a.png",
        fiche(organisation=EVIL, doubtful={"email": ("zoe@exemple.fr", "zoé@exemple.fr")}),
        sender=f"{EVIL} <zoe@exemple.fr>",
        subject=EVIL,
    )
    inbox.add("b.png", rejection=Rejection("no-form", EVIL))
    with serving(inbox.out) as opened:
        yield opened


@contextmanager
def _entering(address: str) -> Iterator[httpx.Client]:
    """A browser that opened an address."""
    with httpx.Client(base_url=_origin(address), follow_redirects=True, timeout=60) as client:
        assert client.get(address).status_code == 200
        yield client


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[httpx.Client]:
    with _entering(address) as client:
        yield client


def _origin(address: str) -> str:
    return str(httpx.URL(address).copy_with(path="", query=None)).rstrip("/")


def _csrf(browser: httpx.Client) -> str:
    return browser.get("/").text.partition('"X-Fiches": "')[2].partition('"')[0]


def _write(browser: httpx.Client, **headers: str) -> httpx.Response:
    origin = str(browser.base_url).rstrip("/")
    sent = {"origin": origin, "x-fiches": _csrf(browser), **headers}
    return browser.post("/relecteur", data={"who": "Zoé"}, headers=sent)


def test_nothing_is_shown_without_the_printed_address(address: str) -> None:
    origin = _origin(address)
    for path in ("/", "/relire", "/rejets", "/bilan", "/fiche/r1-1", "/image/page/r1-1/1"):
        assert httpx.get(origin + path).status_code == 403
    assert httpx.get(f"{origin}/entrer?cle=wrong").status_code == 403
    guess = httpx.post(f"{origin}/connexion", data={"password": ""}, headers={"origin": origin})
    assert (guess.status_code, guess.headers["location"]) == (303, "/entrer")
    stolen = {"cookie": "fiches-0123456789ab=" + "a" * 43}
    assert httpx.get(origin, headers=stolen).status_code == 403


def test_the_cookie_is_strict_and_out_of_reach_of_scripts(
    address: Served, browser: httpx.Client
) -> None:
    assert browser.get("/").status_code == 200
    httpx.get(address)  # used: knocks
    told = httpx.get(address.again()).headers["set-cookie"]
    assert "HttpOnly" in told
    assert "samesite=strict" in told.lower()


def test_another_host_is_refused(browser: httpx.Client) -> None:
    assert browser.get("/", headers={"host": "evil.example"}).status_code == 421
    assert (
        browser.get("/", headers={"host": f"evil.example:{browser.base_url.port}"}).status_code
        == 421
    )


def test_a_write_needs_our_origin_and_its_token(browser: httpx.Client) -> None:
    assert _write(browser).status_code == 204
    assert _write(browser, origin="http://evil.example").status_code == 403
    assert _write(browser, origin="null").status_code == 403
    assert _write(browser, **{"x-fiches": "0" * 64}).status_code == 403
    without = browser.post("/relecteur", data={"who": "x"})
    assert without.status_code == 403


def test_what_stands_on_a_fiche_or_in_a_mail_stays_text(browser: httpx.Client) -> None:
    for path in ("/", "/relire", "/rejets", "/bilan", "/doublons", "/fiche/r1-1/historique"):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert "<script>document" not in page.text
        assert "<img src=x" not in page.text
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cache-control"] == "no-store"
    assert "&lt;script&gt;" in browser.get("/").text


@pytest.mark.parametrize(
    "path",
    [
        "/static/../desk.py",
        "/static/%2e%2e%2fdesk.py",
        "/static/review.css/../../app.py",
        "/image/zone/..%2f..%2fetc/passwd",
        "/image/zone/r1-1/..%2f..%2f..%2fetc%2fpasswd",
        "/image/page/r1-1%00/1",
        "/image/page/r1-1/99",
        "/image/zone/r999-1/email",
        "/image/zone/r1-99/email",
        "/image/zone/'%20OR%201=1--/email",
        "/rejet/x999-0",
        "/rejet/..%2f/image",
    ],
)
def test_no_address_leads_out_of_the_review(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code in (404, 409)
    assert b"root:" not in answer.content
    assert b"import" not in answer.content


def test_a_picture_is_no_larger_than_a_screen_needs(browser: httpx.Client) -> None:
    answer = browser.get("/image/zone/r1-1/email?w=99999")
    assert answer.headers["content-type"] == "image/jpeg"
    assert len(answer.content) < 150_000


def test_a_body_longer_than_any_form_is_refused(browser: httpx.Client) -> None:
    origin = str(browser.base_url).rstrip("/")
    headers = {"origin": origin, "x-fiches": _csrf(browser)}
    answer = browser.post("/relecteur", data={"who": "x" * 400_000}, headers=headers)
    assert answer.status_code == 413


def test_beyond_this_machine_a_password_is_asked_for(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.add("a.png", fiche())
    with serving(inbox.out, "--host", "0.0.0.0", FICHES_PASSWORD="un mot de passe") as opened:
        port = httpx.URL(opened).port
        own = str(httpx.URL(opened).copy_with(host="127.0.0.1"))
        host = {"host": f"{httpx.URL(opened).host}:{port}"}
        assert "Mot de passe" in httpx.get(own, headers=host, follow_redirects=True).text
        origin = {**host, "origin": f"http://{httpx.URL(opened).host}:{port}"}
        for password, status in (("faux", 200), ("un mot de passe", 303)):
            entered = httpx.post(
                f"{own}connexion", data={"password": password}, headers=origin, timeout=20
            )
            assert entered.status_code == status
        assert "fiches-" in entered.headers["set-cookie"]


def test_an_address_works_once_and_no_browser_is_started_with_it(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.add("a.png", fiche())
    browser = TellingBrowser(tmp_path)
    with serving(inbox.out, opens=True, **browser.environment) as printed:
        started_with, token = browser.started_with(), printed.partition("cle=")[2]
        assert started_with.startswith("file:///")
        assert token not in started_with
        page = Path(url2pathname(started_with.removeprefix("file://")))
        assert token in page.read_text(encoding="utf-8")
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
        assert stat.S_IMODE(page.parent.stat().st_mode) == 0o700
        # A browser that is packed as a snap opens no hidden file.
        assert not any(part.startswith(".") for part in page.relative_to(tmp_path).parts)
        _only_the_next_address_lets_in(printed)


def _only_the_next_address_lets_in(printed: Served) -> None:
    with _entering(printed) as first:
        for _ in range(3):
            refused = httpx.get(printed)
            assert refused.status_code == 403
            assert "la dernière adresse" in refused.text
        following = printed.again()
        with _entering(following) as second:
            origin = _origin(printed)
            headers = {"origin": origin, "x-fiches": _csrf(second)}
            # One session's signature is of no use to another.
            assert first.post("/sortir", headers=headers).status_code == 403
            left = second.post("/sortir", headers=headers)
            assert (left.status_code, left.headers["hx-redirect"]) == (204, "/entrer")
            assert second.get("/").status_code == 403
        assert first.get("/").status_code == 200
        assert httpx.get(following).status_code == 403


def test_guesses_of_passwords_do_not_stop_the_review(tmp_path: Path) -> None:
    """Sixty wrong passwords at once: the pages of who is in are served all the while."""
    inbox = Inbox(tmp_path)
    inbox.add("a.png", fiche())
    with serving(inbox.out, "--host", "0.0.0.0", FICHES_PASSWORD="un mot de passe") as opened:
        host, port = httpx.URL(opened).host, httpx.URL(opened).port
        headers = {"host": f"{host}:{port}", "origin": f"http://{host}:{port}"}
        with ExitStack() as stack:
            own = f"http://127.0.0.1:{port}"
            reviewer = stack.enter_context(httpx.Client(base_url=own, headers=headers, timeout=9))
            right = reviewer.post("/connexion", data={"password": "un mot de passe"})
            cookie = {"cookie": right.headers["set-cookie"].partition(";")[0]}
            told = "\r\n".join(f"{name}: {value}" for name, value in headers.items())
            told += "\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 13"
            guesses = []
            for _ in range(60):
                guesses.append(stack.enter_context(socket.create_connection(("127.0.0.1", port))))
                guesses[-1].sendall(f"POST /connexion HTTP/1.1\r\n{told}\r\n\r\n".encode())
                guesses[-1].sendall(b"password=faux")
            pages = [reviewer.get("/", headers=cookie) for _ in range(5)]
            assert {page.status_code for page in pages} == {200}
            assert min(page.elapsed for page in pages) < timedelta(seconds=1)
            answered, _, _ = select(guesses, [], [], 5)
            answers = [one.recv(9999).decode() for one in answered]
            refused = [answer for answer in answers if " 429 " in answer.partition("\r\n")[0]]
            assert len(refused) >= 50
            assert "Trop d&#39;essais : patientez" in refused[0]
            assert {answer.split()[1] for answer in answers} <= {"200", "429"}


def test_a_session_ends_when_unused_and_after_a_day() -> None:
    now = [1_000_000.0]
    keeper = Gatekeeper(frozenset(("127.0.0.1:80",)), clock=lambda: now[0])

    def entered() -> Headers:
        cookie = keeper.admit(Response()).headers["set-cookie"].partition(";")[0]
        return Headers({"cookie": cookie})

    idle, busy = entered(), entered()
    assert keeper.csrf(idle) != keeper.csrf(busy)
    for _ in range(23):
        now[0] += 3600
        assert keeper.knows(busy)
    assert not keeper.knows(idle)
    now[0] += 3600
    assert not keeper.knows(busy)
    assert keeper.csrf(busy) == ""
    leaving = entered()
    keeper.dismiss(leaving, Response())
    assert not keeper.knows(leaving)


def test_a_token_is_void_once_used_once_replaced_and_after_a_while() -> None:
    now, shown = [0.0], []
    keeper = Gatekeeper(frozenset(), clock=lambda: now[0], knocked=shown.append)
    first = keeper.new_token()
    keeper.knock()
    assert shown == []
    second = keeper.new_token()
    assert [keeper.takes_token(one) for one in ("", first, second, second)] == [
        *(False, False),
        *(True, False),
    ]
    keeper.knock()
    keeper.knock()
    assert len(shown) == 1
    now[0] += 16 * 60
    assert not keeper.takes_token(shown[0])
    assert not Gatekeeper(frozenset()).takes_token("")


def test_a_chunked_body_longer_than_any_form_is_told_so(browser: httpx.Client) -> None:
    headers = {
        "origin": str(browser.base_url).rstrip("/"),
        "x-fiches": _csrf(browser),
        "content-type": "application/x-www-form-urlencoded",
    }

    def dripping() -> Iterator[bytes]:
        yield b"who="
        for _ in range(40):
            yield b"x" * 10_000

    answer = browser.post("/relecteur", content=dripping(), headers=headers)
    assert answer.status_code == 413
    assert "trop longue" in answer.text
    assert browser.get("/").status_code == 200
