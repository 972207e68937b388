"""The bare cost of one gRPC hop: bytes there, bytes back, nothing done with them."""

import asyncio
import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any

import grpc
import psutil
from ekyc_chassis.channel import connect
from ekyc_chassis.limits import MAX_MESSAGE_BYTES

SERVICE = "benchmark.Echo"
WARM_UP = 50


def _echo_server(pipe: Connection, answer_bytes: int) -> None:
    answer = bytes(answer_bytes)
    server = grpc.server(
        ThreadPoolExecutor(1),
        options=[("grpc.max_receive_message_length", MAX_MESSAGE_BYTES), ("grpc.so_reuseport", 0)],
    )
    handlers: dict[str, Any] = {"Call": grpc.unary_unary_rpc_method_handler(lambda _request, _context: answer)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    pipe.send(server.add_insecure_port("127.0.0.1:0"))
    server.start()
    pipe.recv()


async def _calls(port: int, request: bytes, pid: int, calls: int) -> float:
    async with connect(f"127.0.0.1:{port}", SERVICE) as channel:
        call: Any = channel.unary_unary(f"/{SERVICE}/Call")
        both = psutil.Process(), psutil.Process(pid)

        def cpu_seconds() -> float:
            return sum(sum(process.cpu_times()[:2]) for process in both)

        for _ in range(WARM_UP):
            await call(request)
        start = cpu_seconds()
        for _ in range(calls):
            await call(request)
        return (cpu_seconds() - start) * 1000 / calls


def hop_cpu_ms(request_bytes: int, answer_bytes: int, *, calls: int = 300) -> float:
    """Return the CPU-ms of one call, client and server together: an asyncio channel and a threaded server, as ours."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_echo_server, args=(theirs, answer_bytes), daemon=True)
    process.start()
    try:
        return asyncio.run(_calls(ours.recv(), bytes(request_bytes), process.pid or 0, calls))
    finally:
        ours.send(None)
        process.join(10)
