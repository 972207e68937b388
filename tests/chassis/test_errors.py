"""Every reason crosses a real wire and comes back as itself."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from ekyc_chassis.errors import ERRORS, EkycError, reason_of
from ekyc_chassis.server import Server
from ekyc_chassis.settings import ProcessSettings

SERVICE = "test.Failing"


def fail(request: bytes, context: grpc.ServicerContext) -> bytes:
    """Raise what the request names."""
    del context
    name = request.decode()
    if name in ERRORS:
        raise EkycError(name)
    raise ValueError(f"secret {name}")


def register(server: grpc.Server) -> None:
    handlers: dict[str, Any] = {"Fail": grpc.unary_unary_rpc_method_handler(fail)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))


@pytest.fixture(scope="module")
def channel() -> Iterator[grpc.Channel]:
    server = Server(SERVICE, register, ProcessSettings(port=0, drain_seconds=1), concurrency=4)
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield channel
    server.stop()


def call(channel: grpc.Channel, name: str) -> grpc.RpcError:
    method: Any = channel.unary_unary(f"/{SERVICE}/Fail")
    with pytest.raises(grpc.RpcError) as caught:
        method(name.encode(), timeout=5)
    return caught.value


@pytest.mark.parametrize("reason", sorted(ERRORS))
def test_a_reason_survives_the_wire(channel: grpc.Channel, reason: str) -> None:
    error = call(channel, reason)
    assert reason_of(error) == reason
    assert error.code() == ERRORS[reason].grpc_code
    assert error.details() == ERRORS[reason].title


def test_the_unexpected_says_nothing(channel: grpc.Channel) -> None:
    error = call(channel, "token")
    assert reason_of(error) == "internal"
    assert "token" not in str(error.details())
    assert "secret" not in str(error.trailing_metadata())


def test_an_unknown_reason_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        EkycError("no_such_reason")


def test_without_details_the_status_code_decides() -> None:
    with grpc.insecure_channel("127.0.0.1:1") as channel:
        error = call(channel, "internal")
    assert error.code() == grpc.StatusCode.UNAVAILABLE
    assert reason_of(error) == "backend_unavailable"
