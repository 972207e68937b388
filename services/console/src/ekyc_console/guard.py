"""Only browsers that call the console by a name of its own are served.

The console acts with its keys for whoever reaches it. A page elsewhere whose name its owner points to 127.0.0.1 (DNS
rebinding) would reach it from inside this machine's browser, and Streamlit takes any Origin that equals the Host.
For an Origin that it does not know, Streamlit also asks a server of AWS for this machine's address; none gets that far.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


class Guard:
    """Refuses requests and sockets whose Host or Origin has another name, with a 403."""

    def __init__(self, app: ASGIApp, hostname: str | None) -> None:
        """Guard an application.

        Args:
            app: Is asked by those that may.
            hostname: Served besides this machine's own names.
        """
        self._app = app
        self._names = LOCAL | ({hostname.lower()} if hostname else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] == "lifespan" or self._knows(Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
        else:
            await PlainTextResponse(
                "The console is not known by this name; CONSOLE_HOSTNAME sets the one that it has.", 403
            )(scope, receive, send)

    def _knows(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        return _name(f"//{headers.get('host', '')}") in self._names and (origin is None or _name(origin) in self._names)


def _name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
