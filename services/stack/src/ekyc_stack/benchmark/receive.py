"""The bare cost of receiving the upload: uvicorn as we run it, an application that only drains the body."""

import multiprocessing
import socket
from multiprocessing.connection import Connection
from typing import Any

import psutil
import uvicorn

from ekyc_stack.benchmark.load import drive
from ekyc_stack.stack import HOST

ANSWER = b'{"quality_pass":true}'


async def drain(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer 200 when the body has come; an ASGI application."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})


def _serve(pipe: Connection) -> None:
    listener = socket.create_server((HOST, 0))
    config = uvicorn.Config(drain, http="httptools", lifespan="off", access_log=False, log_level="error")
    pipe.send(listener.getsockname()[1])
    uvicorn.Server(config).run(sockets=[listener])


def receive_cpu_ms(request: bytes, *, seconds: float = 2.0) -> float:
    """Return the server's CPU-ms to receive one upload and answer a few bytes.

    Args:
        request: A whole HTTP request.
        seconds: How long to measure.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        port = ours.recv()
        server = psutil.Process(process.pid)
        drive(port, request, clients=1, seconds=0.3)
        start = sum(server.cpu_times()[:2])
        result = drive(port, request, clients=1, seconds=seconds)
        return (sum(server.cpu_times()[:2]) - start) * 1000 / len(result.latencies_ms)
    finally:
        process.terminate()
        process.join(10)
