"""Closed-loop clients: each sends its next request when its last is answered. Made to cost little CPU itself."""

import multiprocessing
import socket
import threading
import time
from dataclasses import dataclass, field

BOUNDARY = "----benchmark"


@dataclass(slots=True)
class Result:
    """What the clients saw."""

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    unexpected: list[bytes] = field(default_factory=list)


def http_request(port: int, api_key: str, image: bytes) -> bytes:
    """Return a whole POST /verify/face with one multipart field."""
    body = (
        (
            f"--{BOUNDARY}\r\n"
            'Content-Disposition: form-data; name="image"; filename="photo.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        ).encode()
        + image
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )
    head = (
        "POST /verify/face HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{port}\r\n"
        f"X-API-Key: {api_key}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _exchange(connection: socket.socket, request: bytes) -> bytes:
    """Send one request and return the whole response."""
    connection.sendall(request)
    response = b""
    while b"\r\n\r\n" not in response:
        response += _receive(connection)
    head, _, body = response.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    )
    while len(body) < length:
        body += _receive(connection)
    return head + b"\r\n\r\n" + body


def _receive(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data


def _client(port: int, request: bytes, end: float, result: Result) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (start := time.perf_counter()) < end:
            response = _exchange(connection, request)
            result.latencies_ms.append((time.perf_counter() - start) * 1000)
            if not response.startswith(b"HTTP/1.1 200") or b'"quality_pass":true' not in response:
                result.unexpected.append(response[:500])


def _drive(port: int, request: bytes, clients: int, seconds: float, results: "multiprocessing.Queue[Result]") -> None:
    result = Result()
    start = time.perf_counter()
    threads = [threading.Thread(target=_client, args=(port, request, start + seconds, result)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.seconds = time.perf_counter() - start
    results.put(result)


def drive(port: int, request: bytes, *, clients: int, seconds: float) -> Result:
    """Load the gateway from a process of its own."""
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[Result] = context.Queue()
    process = context.Process(target=_drive, args=(port, request, clients, seconds, results))
    process.start()
    result = results.get(timeout=seconds + 60)
    process.join()
    return result
