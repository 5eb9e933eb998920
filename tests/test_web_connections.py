"""Connections that stand still make room; whoever asks and listens is served."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import httpx
import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from pipeline.web.connections import Hurried

_PATIENCE_S = 0.4
_MOST = 20
_LARGE_BYTES = 32 * 1024 * 1024


class _Quick(Hurried):
    patience_s = _PATIENCE_S
    brisk_bytes = 50_000


class _Narrow(Hurried):
    most = _MOST


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"] == "/long":
        await asyncio.sleep(3 * _PATIENCE_S)
    body = await Request(scope, receive).body()
    large = scope["path"] == "/large"
    answer = Response(bytes(_LARGE_BYTES)) if large else PlainTextResponse(f"{len(body)}")
    await answer(scope, receive, send)


@contextmanager
def _serving(protocol: type[Hurried]) -> Iterator[int]:
    """The port of a server."""
    config = uvicorn.Config(
        _app, http=protocol, ws="none", lifespan="off", log_level="critical", timeout_keep_alive=2
    )
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with _serving(_Quick) as listening:
        yield listening


def _is_closed(connection: socket.socket, *, within_s: float) -> bool:
    connection.settimeout(within_s)
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        pass
    return True


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: a\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHo",
    ],
)
def test_a_request_that_never_ends_is_given_up(port: int, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(sent)
        assert _is_closed(connection, within_s=15 * _PATIENCE_S)


def test_a_request_that_drips_in_is_given_up(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        for _ in range(4 * 8):
            with suppress(ConnectionError):
                connection.sendall(b"X-More: x\r\n")
            time.sleep(_PATIENCE_S / 8)
        assert _is_closed(connection, within_s=0.1)


def test_a_large_file_over_a_slow_network_is_taken_whole(port: int) -> None:
    def coming() -> Iterator[bytes]:
        for _ in range(4 * 8):
            yield b"x" * 80_000
            time.sleep(_PATIENCE_S / 8)

    answer = httpx.post(f"http://127.0.0.1:{port}/", content=coming(), timeout=30, verify=False)
    assert answer.text == f"{4 * 8 * 80_000}"


def test_a_large_file_that_drips_in_is_given_up(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n")
        for _ in range(4 * 8):
            with suppress(ConnectionError):
                connection.sendall(b"x" * 2_000)
            time.sleep(_PATIENCE_S / 8)
        assert _is_closed(connection, within_s=0.1)


def test_who_asks_in_time_waits_for_a_long_answer_and_is_served_again(port: int) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", verify=False) as client:
        assert client.get("/long").text == "0"
        time.sleep(3 * _PATIENCE_S)
        assert client.post("/", content=b"x" * 200_000).text == "200000"


def test_an_answer_that_nobody_takes_is_given_up(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(4 * _PATIENCE_S)
        taken, connection_lost = 0, False
        connection.settimeout(5)
        try:
            while data := connection.recv(1 << 20):
                taken += len(data)
        except ConnectionError:
            connection_lost = True
        assert connection_lost or taken < _LARGE_BYTES


def test_a_newcomer_is_served_where_all_others_were() -> None:
    with ExitStack() as stack:
        port = stack.enter_context(_serving(_Narrow))
        known = [
            stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", verify=False))
            for _ in range(_MOST)
        ]
        assert {client.get("/").text for client in known} == {"0"}
        assert httpx.get(f"http://127.0.0.1:{port}/", verify=False).text == "0"


def test_where_all_others_wait_for_an_answer_a_newcomer_is_turned_away() -> None:
    with ExitStack() as stack:
        port = stack.enter_context(_serving(_Narrow))
        for _ in range(_MOST):
            waits = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            waits.sendall(b"GET /long HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(_PATIENCE_S)
        newcomer = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        assert _is_closed(newcomer, within_s=_PATIENCE_S)
        assert waits.recv(1024).startswith(b"HTTP/1.1 200")


def test_silent_connections_make_room_for_who_asks() -> None:
    with ExitStack() as stack:
        port = stack.enter_context(_serving(_Narrow))
        known = stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}"))
        assert known.get("/").text == "0"
        silent = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            for _ in range(_MOST + 5)
        ]
        assert httpx.get(f"http://127.0.0.1:{port}/", verify=False).text == "0"
        assert known.get("/").text == "0"
        assert [_is_closed(one, within_s=0.1) for one in (silent[0], silent[-1])] == [True, False]
