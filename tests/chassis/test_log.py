"""A log line tells what happened, never what was in the picture."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import structlog
from ekyc_chassis import log
from ekyc_chassis.settings import ProcessSettings
log.configure("quality", ProcessSettings(port=0, log_json={json}))
structlog.get_logger().info("picture assessed", measure="blur")
picture = b"SECRET-PIXELS"
try:
    raise ValueError("broken: a text that may hold anything")
except ValueError:
    structlog.get_logger().exception("unexpected error")
"""


@pytest.mark.parametrize("as_json", [True, False])
def test_lines_and_tracebacks_hold_no_local_variables(as_json: bool) -> None:
    program = PROGRAM.format(json=as_json)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "picture assessed" in run.stdout
    assert "ValueError" in run.stdout
    assert "SECRET-PIXELS" not in run.stdout + run.stderr


def test_json_is_one_object_a_line() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM.format(json=True)], capture_output=True, text=True, check=True)
    first, second = (json.loads(line) for line in run.stdout.splitlines())
    assert second["exception"][0]["exc_type"] == "ValueError"
    assert "may hold anything" not in run.stdout
    assert first["service"] == "quality"
    assert first["event"] == "picture assessed"
    assert first["measure"] == "blur"
    assert first["level"] == "info"
