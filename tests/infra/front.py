"""The public name of an environment in moto: real services behind it, unless ECS runs a broken image."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

BROKEN = "broken"
HIDDEN = {"/metrics", "/ready"}


class Front:
    """A server that passes requests on to a stack, as the listener of modules/balancers does.

    Attributes:
        url: Its own.
        seen: Paths that were asked for.
    """

    def __init__(self, behind: str, image: Callable[[], str]) -> None:
        """Serve.

        Args:
            behind: URL of the stack.
            image: Returns what ECS runs; with the tag "broken", every answer is 503.
        """
        seen: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                seen.append(self.path)
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                if image().endswith(f":{BROKEN}"):
                    answer = httpx.Response(503, text="no targets")
                elif self.path in HIDDEN:
                    answer = httpx.Response(404, text="not for the internet")
                else:
                    wanted = ("content-type", "x-api-key")
                    headers = {name: value for name, value in self.headers.items() if name.lower() in wanted}
                    answer = httpx.request(self.command, behind + self.path, content=body, headers=headers, timeout=30)
                self.send_response(answer.status_code)
                self.send_header("content-length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            do_POST = do_GET  # noqa: N815 - http.server's name

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
                """Say nothing."""

        self.seen = seen
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Close the socket."""
        self._server.shutdown()
        self._server.server_close()
