"""Every route that the application has is attacked, those that are added tomorrow, too."""

import asyncio
import errno
import os
import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import quote

import httpx
import postgres_server
import pytest
from attacked import EVIL, EXPECTED, ORIGIN, Attacked, Attacker, attacked

from pipeline.intake.receive import discover
from pipeline.web import home, security

OPEN = {
    ("GET", "/entrer"),
    ("POST", "/entrer"),
    ("GET", "/connexion"),
    ("POST", "/connexion"),
    ("GET", "/static/{name}"),
}
"""What whoever is outside may ask: nothing is added here without thought."""
TRUE = {
    "{subject}": ("r1-1", "r2-1", "r4-1"),
    "{place}": ("email", "personnes.1"),
    "{name}": ("report.html", "review.css"),
    "{page}": ("1",),
    "{movement}": ("m1", "m2", "m3"),
    "{taking}": ("t1", "t2"),
    "{number}": ("1",),
    "{form}": ("stage", "mais-2018-02-02"),
}
_OTHERWISE = (security.DROP, security.STATEMENTS, security.BLANKS, security.TRIALS)
"""What takes larger bodies than a form, which are files."""
REFUSED = ("x5-0", "p35060800715955")
"""What is no fiche, where a path begins by /rejet."""
FALSE = (
    *(
        "r999-1",
        "r1-99",
        "x999-0",
        "p1",
        "m99",
        "m0",
        "m²",
        f"m{10**30}",
        "r1",
        "r-1",
        "r1-1-1",
        "rx-y",
        f"r{10**30}-1",
        f"x{10**30}-0",
        "x1-" + "9" * 400,
    ),
    *("..", "../../etc/passwd", "/etc/passwd", "C:\\windows\\win.ini", ".", "a\x00b", "\u202eegap"),
    *("' OR 1=1--", "1; DROP TABLE decisions", EVIL, "%2e%2e%2f", "%00", "\r\nSet-Cookie: a=b"),
    *("9" * 5000, "-1", "é" * 300, "fiches.sqlite", "known.json", ".fiches.lock", "{{7*7}}"),
)
VALUES = (
    *(
        "",
        EVIL,
        "' OR 1=1--",
        "a\x00b",
        "-1",
        "1e999",
        "nan",
        "9" * 15,
        "٣",
        "²",
        "\u202e",
        "../..",
    ),
    *("x" * 5000, "\r\nSet-Cookie: a=b", "{{7*7}}", "=cmd|' /C calc'!A0", "0,0 1,0 1,1 nan,inf"),
)
NAMES = (
    *("who", "here", "regard", "subject", "place", "type", "sur", "act", "value", "reason", "seen"),
    *("form", "corners", "page", "quarts", "first", "second", "seen_first", "seen_second", "fiche"),
    *("away", "cle", "password", "value.email", "said.email", "reason.SUM", "words.SUM", "value."),
    *("value.personnes.99999999", "value.personnes.x", "share.personnes.1:adherents", "share.:"),
    *("personnes.1", "email", "total", "paiement"),
    *("pays", "slip", "adds", "part.", "part.x"),
    *(
        "sought",
        "add",
        "remove",
        "by",
        "amount",
        "day",
        "drawer",
        "cheque",
        "bank",
        "t1",
        "t2",
        "t3",
    ),
    *("share.r4-1", "share.r9-9", "share.", "balance", "from"),
    *("zone", "spot", "x", "y", "w", "h", "how", "snap", "label", "name", "role", "extra", "with"),
    *("option.0", "called.0", "price.0", "called", "price", "total", "adds", "kind", "title"),
    *("event.date", "with.zones.0"),
)
"""All that any page of ours sends, and what none does."""
ACTS = (
    *("", "replace", "settle", "cancel", "empty"),
    *("put", "describe", "options", "price", "table", "head", "split", "join", "delete", "area"),
    *("add", "undo", "redo"),
)


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    with attacked(tmp_path_factory.mktemp("attacked")) as review:
        yield review


@pytest.fixture
def emptied(review: Attacked) -> Attacked:
    """The same review, with nothing dropped."""
    shutil.rmtree(review.folder, ignore_errors=True)
    return review


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Attacked]:
    with attacked(tmp_path) as review:
        yield review


def _paths(path: str, fill: Callable[[str], tuple[str, ...]]) -> list[str]:
    """The path with each of its variables replaced, one after the other, by what ``fill`` gives."""
    paths = [path]
    for variable in TRUE:
        paths = [
            each.replace(variable, quote(value, safe="").replace(".", "%2E"))
            for each in paths
            for value in (fill(variable) if variable in each else ("",))
        ]
    assert not any("{" in each for each in paths), f"say what stands for the variable in {path}"
    return paths


def _true(path: str) -> str:
    return _paths(path, lambda variable: TRUE[variable][:1])[0]


def _shut(review: Attacked) -> list[tuple[str, str]]:
    return [(method, _true(path)) for method, path in review.routes() if (method, path) not in OPEN]


def _left(review: Attacked) -> tuple[int, list[str], int]:
    """What no refused request changes."""
    return review.decided(), review.lying_in(), len(review.runs)


def test_the_routes_that_are_attacked_are_those_that_there_are(review: Attacked) -> None:
    routes = review.routes()
    assert len(routes) == len(set(routes))
    assert set(routes) > OPEN
    assert {("POST", "/deposer"), ("GET", "/tableaux/{name}"), ("POST", "/paire")} < set(routes)


def test_no_route_answers_without_a_session(review: Attacked) -> None:
    before = _left(review)
    keeper, ended = review.gatekeeper, review.entered()
    ended_cookie = ended.cookies[keeper.cookie]
    assert ended.post("/sortir", headers=ended.signed()).status_code == 204
    cookies = ("", "x" * 43, ended_cookie, f"{ended_cookie}; {keeper.cookie}=", "\x01é")
    for method, path in _shut(review):
        for cookie in cookies:
            given = f"{keeper.cookie}={cookie}".encode("latin-1")
            sent = {b"origin": ORIGIN.encode(), b"cookie": given, b"x-fiches": b"0" * 64}
            answer = Attacker(review.app).request(method, path, headers=sent, content=b"x")
            assert answer.status_code == 403, (method, path, cookie)
            assert "dernière adresse" in answer.text
    assert _left(review) == before


def test_no_route_answers_once_a_session_has_expired(review: Attacked) -> None:
    client = review.entered()
    signed, before = client.signed(), _left(review)
    review.now[0] += 8 * 3600
    for method, path in _shut(review):
        assert client.request(method, path, headers=signed).status_code == 403, (method, path)
    assert _left(review) == before


def test_a_used_a_wrong_and_an_old_address_let_nobody_in(review: Attacked) -> None:
    keeper, client = review.gatekeeper, Attacker(review.app)
    used = keeper.new_token()
    assert client.get("/entrer", params={"cle": used}).status_code == 303
    old = keeper.new_token()
    review.now[0] += 16 * 60
    for token in (used, old, "", "a" * 43, "\x00", "é", EVIL):
        stranger = Attacker(review.app)
        for answer in (
            stranger.get("/entrer", params={"cle": token}),
            stranger.post("/entrer", data={"cle": token}),
        ):
            assert answer.status_code == 403
            assert "set-cookie" not in answer.headers


def test_no_write_is_taken_from_another_site_or_session(review: Attacked) -> None:
    client, other = review.entered(), review.entered()
    signed, foreign, before = client.signed(), other.signed(), _left(review)
    forged = (
        {},
        {"origin": ORIGIN},
        {"x-fiches": signed["x-fiches"]},
        {**signed, "origin": "http://evil.example"},
        {**signed, "origin": "null"},
        {**signed, "origin": "https://127.0.0.1:8000"},
        {**signed, "origin": "http://127.0.0.1:8001"},
        {**signed, "origin": f"{ORIGIN}.evil.example"},
        {**signed, "origin": "http://evil.example@127.0.0.1:8000"},
        {**signed, "x-fiches": ""},
        {**signed, "x-fiches": "0" * 64},
        foreign,
    )
    writes = [(method, path) for method, path in _shut(review) if method != "GET"]
    assert len(writes) > 15
    for method, path in writes:
        for headers in forged:
            answer = client.request(method, path, headers=headers, data={"who": "x"})
            assert answer.status_code == 403, (method, path, headers)
    assert _left(review) == before


def test_no_route_is_served_under_another_name(review: Attacked) -> None:
    client, before = review.entered(), _left(review)
    signed = client.signed()
    hosts = (
        "evil.example",
        "evil.example:8000",
        "127.0.0.1",
        "127.0.0.1:80",
        "",
        "localhost.:8000",
    )
    for method, path in review.routes():
        for host in hosts:
            answer = client.request(method, _true(path), headers={**signed, "host": host})
            assert answer.status_code == 421, (method, path, host)
    assert _left(review) == before


def test_a_route_takes_no_method_but_its_own(review: Attacked) -> None:
    client, before = review.entered(), _left(review)
    signed, taken = client.signed(), {}
    for method, path in review.routes():
        taken.setdefault(path, set()).add(method)
    for path, methods in taken.items():
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"):
            if method not in methods:
                answer = client.request(method, _true(path), headers=signed)
                expected = {403, 404, 405}  # a longer path's variable may take it
                assert answer.status_code in expected, (method, path)
    assert _left(review) == before


def test_a_body_longer_than_any_form_is_refused_everywhere(review: Attacked) -> None:
    client, before = review.entered(), _left(review)
    signed = {**client.signed(), "content-type": "application/x-www-form-urlencoded"}

    def dripping() -> Iterator[bytes]:
        for _ in range(40):
            yield b"who=" + b"x" * 10_000

    for method, path in _shut(review):
        if method != "GET" and path not in (*_OTHERWISE, "/sortir"):  # it reads no body
            for body in (b"who=" + b"x" * 300_000, dripping()):
                answer = client.request(method, path, headers=signed, content=body)
                assert answer.status_code == 413, path
                assert "trop longue" in answer.text
    assert _left(review) == before


@pytest.mark.parametrize("charset", ["undefined", "unicode_escape", "utf-7", "idna", "rot13"])
@pytest.mark.parametrize("path", ["/entrer", "/connexion", "/relecteur", "/rejet/x5-0/ecarter"])
def test_a_form_in_a_coding_of_its_own_is_refused(
    review: Attacked, charset: str, path: str
) -> None:
    client, before = review.entered(), review.decided()
    kind = f"multipart/form-data; boundary=b; charset={charset}"
    body = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n\\ud800+2AA-\r\n'
        for name in ("cle", "password", "who", "reason")
    )
    headers = {**client.signed(), "content-type": kind}
    answer = client.post(path, headers=headers, content=f"{body}--b--\r\n".encode())
    assert answer.status_code == 415
    assert review.decided() == before


def test_no_id_but_a_true_one_of_its_kind_is_answered(review: Attacked) -> None:
    client, before = review.entered(), _left(review)
    signed = client.signed()
    for method, path in review.routes():
        for variable in TRUE:
            if variable not in path:
                continue
            others = TRUE["{subject}"] if path.startswith("/rejet") else REFUSED
            fill = {**{name: of[:1] for name, of in TRUE.items()}, variable: (*FALSE, *others)}
            for asked in _paths(path, fill.__getitem__):
                answer = client.request(method, asked, headers=signed, data={"seen": "0"})
                assert "set-cookie" not in answer.headers
                assert b"SQLite" not in answer.content
                assert b"import " not in answer.content
                if variable != "{place}":  # there it is a field that nobody has: said so, 422
                    assert answer.status_code in (303, 307, 404, 405, 409), (method, asked)
                    assert answer.headers.get("location", ORIGIN).startswith((ORIGIN, "/fiche/"))
    assert _left(review)[1:] == before[1:]


def test_no_value_of_any_form_breaks_a_route(fresh: Attacked) -> None:
    client = fresh.entered()
    for method, path in fresh.routes():
        if method != "POST" or path in ("/sortir", *_OTHERWISE):
            continue
        signed, acts = client.signed(), cycle(ACTS)
        fill = {**TRUE, "{subject}": REFUSED if path.startswith("/rejet") else ("r1-1",)}
        for asked in _paths(path, fill.__getitem__):
            for value in VALUES:
                sent = {**dict.fromkeys(NAMES, value), "act": next(acts) or value}
                answer = client.post(asked, headers=signed, data=sent)
                assert "set-cookie" not in answer.headers or path in ("/relecteur", "/regard")
                assert "\n" not in answer.headers.get("hx-redirect", "")
    rooms = ("/", "/rejets", "/doublons", "/bilan", "/accueil", "/paiements", "/reglements")
    rooms += ("/formulaires", "/formulaires/mais-2018-02-02")
    for path in rooms:
        assert client.get(path).status_code == 200


def test_a_character_that_no_text_holds_breaks_no_database(tmp_path: Path, postgres: str) -> None:
    """PostgreSQL takes no NUL, neither in what it keeps nor in what it is asked for."""
    with attacked(tmp_path, store_url=postgres_server.new_database(postgres)) as review:
        for value in ("a\x00b", "\x00"):
            client = review.entered()
            client.cookies.set("relecteur", b64encode(value.encode()).decode())
            signed = client.signed()
            for path in ("/rejet/%00", "/rejet/x5-0%00/image", "/fiche/%00", "/fiche/r1-1/%00"):
                assert client.get(path).status_code == 404
            for path in ("/fiche/r1-1/email", "/fiche/r4-1/annuler", "/rejet/x5-0/ecarter"):
                sent = {**dict.fromkeys(NAMES, value), "act": "correct"}
                assert client.post(path, headers=signed, data=sent).status_code < 500
            for path in ("/", "/rejets", "/bilan"):
                assert client.get(path).status_code == 200


def test_no_value_in_an_address_or_a_cookie_breaks_a_page(review: Attacked) -> None:
    client = review.entered()
    names = (
        "q",
        "etat",
        "modele",
        "type",
        "ordre",
        "debut",
        "dit",
        "w",
        "page",
        "quarts",
        "formulaire",
        "partage",
        "fiche",
    )
    for method, path in review.routes():
        if method == "GET":
            for value in VALUES:
                client.cookies.set("relecteur", quote(value))
                client.cookies.set("regard", quote(value))
                answer = client.get(_true(path), params=dict.fromkeys(names, value))
                assert answer.status_code in (200, 303, 403, 404, 409), (path, value)


@pytest.mark.parametrize("name", ["report.html", "registrations.csv", "registrations.xlsx"])
def test_a_table_is_saved_and_never_shown_as_a_page(review: Attacked, name: str) -> None:
    answer = review.entered().get(f"/tableaux/{name}")
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    for markup in (b"<script", b"<img src=x"):  # it is opened from the disk, too
        assert markup not in answer.content or name.endswith(".csv")


def test_a_bug_is_told_without_what_was_sent_and_sealed_like_all_else(
    review: Attacked, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(_raw: str) -> str:
        raise ValueError("Zoé MARTIN")

    client = review.entered()
    signed = client.signed()
    client.event_hooks["response"].clear()
    monkeypatch.setattr(home, "file_name", breaks)
    answer = client.post(security.DROP, params={"nom": "a.png"}, content=b"x", headers=signed)
    assert answer.status_code == 500
    assert answer.text.startswith("Erreur interne (ValueError, ")
    assert EXPECTED.items() <= answer.headers.items()
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "bug (ValueError" in caplog.text
    assert "MARTIN" not in caplog.text


def _dropped(review: Attacked, client: Attacker, name: str, body: Any = b"x") -> httpx.Response:
    return client.post(security.DROP, params={"nom": name}, content=body, headers=client.signed())


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../evil.png", "evil.png"),
        ("/etc/passwd", "passwd"),
        ("a\\b.png", "b.png"),
        ("C:evil.png", "C_evil.png"),
        ("a.png:hidden", "a.png_hidden"),
        ("%2e%2e%2fevil.png", "%2e%2e%2fevil.png"),
        ("a\x00b.png", "a b.png"),
        ("a\r\nb.png", "a b.png"),
        ("a\x1b[31mb.png", "a [31mb.png"),
        ("\u202egnp.exe", "gnp.exe"),
        ("CON.png", "_CON.png"),
        ("nul", "_nul"),
        ("aux .txt", "_aux .txt"),
        ("com¹.pdf", "_com¹.pdf"),
        ("lpt1.tar.gz", "_lpt1.tar.gz"),
        ("console.png", "console.png"),
        ('a<b>|c?*".png', "a_b__c___.png"),
        ("a.png. .", "a.png"),
        (".hidden", "_.hidden"),
        ("~$fiche.docx", "_~$fiche.docx"),
        ("Thumbs.db", "_Thumbs.db"),
        ("..", "sans-nom"),
        ("", "sans-nom"),
        ("  ", "sans-nom"),
    ],
)
def test_a_dropped_file_is_kept_by_a_name_that_every_system_takes_and_reads(
    emptied: Attacked, name: str, kept: str
) -> None:
    answer = _dropped(emptied, emptied.entered(), name)
    assert (answer.status_code, answer.text) == (200, f"{kept} est déposé.")
    assert emptied.lying_in() == [kept]
    assert {path.name for path in emptied.folder.parent.iterdir()} <= {
        *("inbox", "out", "cache", "dropped")
    }
    (received,) = discover(emptied.folder, emptied.folder.parent / "spool", known={})
    assert received.name == kept


@pytest.mark.parametrize("letter", ["a", "é", "\U0001f4c4", "e\u0301"])
def test_a_very_long_name_is_cut_to_what_a_disk_takes(emptied: Attacked, letter: str) -> None:
    client = emptied.entered()
    for _ in range(3):
        assert _dropped(emptied, client, letter * 5000 + ".png").status_code == 200
    names = emptied.lying_in()
    assert len(names) == 3
    assert all(name.endswith(".png") and len(name.encode()) <= 255 for name in names)


def test_a_drop_that_is_cut_leaves_nothing(review: Attacked) -> None:
    client = review.entered()
    headers = {**client.signed(), "host": "127.0.0.1:8000"}
    headers["cookie"] = f"{review.gatekeeper.cookie}={client.cookies[review.gatekeeper.cookie]}"
    before, sent = review.lying_in(), []
    coming = iter(
        [
            {"type": "http.request", "body": b"x" * 9999, "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive() -> Any:
        return next(coming)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": security.DROP,
        "query_string": b"nom=a.png",
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }
    asyncio.run(review.app(scope, receive, send))  # type: ignore[arg-type]
    assert sent == []
    assert review.lying_in() == before


@pytest.mark.parametrize("chunked", [True, False])
def test_a_drop_beyond_what_a_run_opens_is_refused_and_leaves_nothing(
    review: Attacked, monkeypatch: pytest.MonkeyPatch, *, chunked: bool
) -> None:
    monkeypatch.setattr(security, "_MOST_DROPPED_BYTES", 50_000)
    before, whole = review.lying_in(), b"x" * 60_000
    body = (whole[at : at + 10_000] for at in range(0, len(whole), 10_000)) if chunked else whole
    answer = _dropped(review, review.entered(), "a.png", body)
    assert answer.status_code == 413
    assert "fichier de plus de 150 Mo" in answer.text
    assert review.lying_in() == before


@pytest.mark.parametrize("fails", ["fsync", "replace"])
def test_a_full_disk_is_said_and_leaves_nothing(
    emptied: Attacked, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    client = emptied.entered()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, fails, full)
    answer = _dropped(emptied, client, "a.png")
    monkeypatch.undo()
    assert answer.status_code == 507
    assert "a.png n'a pas pu être déposé" in answer.text
    assert "libérer de la place" in answer.text
    assert emptied.lying_in() == []
    assert _dropped(emptied, client, "a.png").status_code == 200


def test_drops_stop_before_the_disk_is_full(
    emptied: Attacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, free = emptied.entered(), [home.SPARED_BYTES + 20_000]
    monkeypatch.setattr(home, "free_bytes", lambda _folder: free[0])

    def dripping() -> Iterator[bytes]:
        for _ in range(4):
            free[0] -= 10_000
            yield b"x" * 10_000

    answer = _dropped(emptied, client, "a.png", dripping())
    assert answer.status_code == 507
    assert "libérer de la place" in answer.text
    assert emptied.lying_in() == []


def _at_once(*asks: Callable[[], httpx.Response]) -> list[int]:
    start = Barrier(len(asks))

    def run(ask: Callable[[], httpx.Response]) -> int:
        start.wait()
        return ask().status_code

    with ThreadPoolExecutor(len(asks)) as pool:
        return sorted(pool.map(run, asks))


def test_drops_of_one_name_at_once_are_all_kept(emptied: Attacked) -> None:
    client = emptied.entered()
    signed = client.signed()

    def ask(n: int) -> Callable[[], httpx.Response]:
        cookies = dict(client.cookies)
        return lambda: Attacker(emptied.app, cookies).post(
            security.DROP, params={"nom": "a.png"}, content=b"%d" % n, headers=signed
        )

    assert _at_once(*map(ask, range(8))) == [200] * 8
    assert sorted((emptied.folder / name).read_bytes() for name in emptied.lying_in()) == [
        b"%d" % n for n in range(8)
    ]


def test_of_two_ends_decided_at_once_one_stands(fresh: Attacked) -> None:
    client = fresh.entered()
    signed, cookies = client.signed(), dict(client.cookies)
    seen = {s: str(fresh.desk.file(s)[0].version) for s in ("r2-1", "r3-1", "r4-1")}

    def post(path: str, **data: str) -> Callable[[], httpx.Response]:
        return lambda: Attacker(fresh.app, cookies).post(path, headers=signed, data=data)

    def cancel(subject: str) -> Callable[[], httpx.Response]:
        return post(f"/fiche/{subject}/annuler", reason="ne vient pas", seen=seen[subject])

    assert _at_once(*[cancel("r4-1")] * 4) == [303, 409, 409, 409]
    pair = {"first": "r2-1", "second": "r3-1"}
    seen_of = {"seen_first": seen["r2-1"], "seen_second": seen["r3-1"]}
    replace = post("/paire", **pair, **seen_of, act="replace")
    statuses = _at_once(replace, cancel("r2-1"), replace, cancel("r2-1"))
    assert statuses[0] == 303
    assert set(statuses[1:]) <= {404, 409}
    ended = [filed.subject for filed in fresh.desk.ended()]
    assert ended.count("r2-1") == 1
    history = fresh.desk.store.history("r2-1")
    assert len({entry.batch for entry in history}) == 1
