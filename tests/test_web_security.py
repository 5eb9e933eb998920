"""The review is attacked: from other sites, by rebound names, by what stands on the fiches."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from desks import Inbox, fiche, serving

from pipeline.records import Rejection

EVIL = "<script>document.title='pwned'</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
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


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[httpx.Client]:
    """A browser that opened the printed address."""
    with httpx.Client(base_url=_origin(address), follow_redirects=True) as client:
        assert client.get(address).status_code == 200
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
    stolen = {"cookie": "fiches-0123456789ab=" + "a" * 43}
    assert httpx.get(origin, headers=stolen).status_code == 403


def test_the_cookie_is_strict_and_out_of_reach_of_scripts(address: str) -> None:
    told = httpx.get(address).headers["set-cookie"]
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
