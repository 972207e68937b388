"""uvicorn's HTTP protocol with the bounds it lacks: size and time of the headers, number of connections."""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEADER_BYTES = 32 * 2**10
HEADER_SECONDS = 10.0
_ANSWER = "HTTP/1.1 {status} {phrase}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class GuardedProtocol(HttpToolsProtocol):
    """One connection.

    A client that sends its headers a byte at a time, or without end, is answered 408 or 431 and closed; neither
    reaches the application.
    """

    max_connections = 1024

    _timer: asyncio.TimerHandle | None = None
    _header_bytes = 0
    _in_headers = True

    def connection_made(self, transport: Any) -> None:
        """Take the connection, or close it where there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.max_connections:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        else:
            self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes before the body."""
        if self._in_headers:
            self._header_bytes += len(data)
        super().data_received(data)
        if self._in_headers and self._header_bytes > MAX_HEADER_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Start the clock of the next request's headers."""
        super().on_message_begin()
        self._await_headers()

    def on_headers_complete(self) -> None:
        """Stop the clock: the body has bounds of its own."""
        self._in_headers = False
        self._header_bytes = 0
        self._stop_timer()
        super().on_headers_complete()

    def _await_headers(self) -> None:
        self._in_headers = True
        self._stop_timer()
        self._timer = self.loop.call_later(HEADER_SECONDS, self._refuse, HTTPStatus.REQUEST_TIMEOUT)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: HTTPStatus) -> None:
        self._stop_timer()
        if not self.transport.is_closing():
            self.transport.write(_ANSWER.format(status=status.value, phrase=status.phrase).encode())
            self.transport.close()


def guarded_protocol(max_connections: int) -> type[GuardedProtocol]:
    """Return the protocol for a server that closes every connection beyond ``max_connections``."""
    return type("Protocol", (GuardedProtocol,), {"max_connections": max_connections})
