"""Requests made up from the OpenAPI document, sent to the running system: no 500, and every answer as documented."""

from typing import Any

import pytest
import schemathesis
from ekyc_stack.stack import Stack
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.e2e.conftest import API_KEY

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = {
    ("POST", "/verify/face"),
    ("POST", "/check/face"),
    ("GET", "/health"),
    ("GET", "/ready"),
    ("GET", "/metrics"),
    ("GET", "/reviews"),
    ("GET", "/reviews/{verification_id}"),
    ("GET", "/reviews/{verification_id}/image"),
    ("POST", "/reviews/{verification_id}/decision"),
    ("DELETE", "/verifications/{verification_id}"),
}


@pytest.fixture(scope="module")
def operations(stack: Stack) -> dict[tuple[str, str], Any]:
    schema: Any = schemathesis.openapi.from_url(f"{stack.url}/openapi.json")
    found = [result.ok() for result in schema.get_all_operations()]
    return {(operation.method.upper(), operation.path): operation for operation in found}


def test_every_operation_is_tried(operations: dict[tuple[str, str], Any]) -> None:
    assert operations.keys() == OPERATIONS


@pytest.mark.parametrize("name", sorted(OPERATIONS), ids=" ".join)
def test_no_request_breaks_the_contract(operations: dict[tuple[str, str], Any], name: tuple[str, str]) -> None:
    @given(case=operations[name].as_strategy())
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def send(case: Any) -> None:
        case.call_and_validate(headers={"X-API-Key": API_KEY}, checks=CHECKS)

    send()
