"""Connections that do not last: uvicorn waits for the rest of a request, and for its reader, for
ever, so that a few hundred half-open connections would leave no place for anybody else.
"""

import asyncio
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


class Hurried(H11Protocol):
    """HTTP/1.1 with a limit of time for a request to arrive, and for an answer to be taken.

    A large file over a slow network has that time again for every ``brisk_bytes`` that came of it.
    Where there are too many connections, those that ask nothing make room: first those that never
    asked anything, then those that asked longest ago.
    """

    patience_s: ClassVar[float] = 15.0
    brisk_bytes: ClassVar[int] = 1_000_000
    most: ClassVar[int] = 200

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._since_s = self.loop.time()
        self._come_bytes = 0
        self._reading: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None

    @property
    def _asks(self) -> bool:
        """Whether a whole request has come that was not answered yet."""
        return self.conn.their_state not in (h11.IDLE, h11.SEND_BODY)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        others = (c for c in self.connections if isinstance(c, Hurried) and c is not self)
        silent = [connection for connection in others if not connection._asks]
        if len(self.connections) > self.most:
            leaves = min(silent, key=lambda c: (c.cycle is not None, c._since_s), default=self)
            leaves.transport.abort()
        self._hurry()

    def connection_lost(self, exc: Exception | None) -> None:
        for alarm in (self._reading, self._writing):
            if alarm:
                alarm.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._come_bytes += len(data)
        self._hurry()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._writing = self.loop.call_later(self.patience_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._writing:
            self._writing.cancel()

    def _hurry(self) -> None:
        """The time is for a whole request, or a good part of it: one that drips in is no better
        than one that stands."""
        if self._reading and (self._asks or self._come_bytes >= self.brisk_bytes):
            self._reading.cancel()
            self._reading = None
        if self._asks:
            self._since_s = self.loop.time()
        elif not self._reading and not self.transport.is_closing():
            self._come_bytes = 0
            self._reading = self.loop.call_later(self.patience_s, self.transport.abort)
