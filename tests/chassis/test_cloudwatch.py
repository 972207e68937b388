"""Log lines in CloudWatch Logs: batched, bounded, and never in a request's way."""

import json
import subprocess
import sys
import time
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

GROUP = "/ekyc/test"
PROGRAM = """
import structlog
from ekyc_chassis.log import configure
from ekyc_chassis.settings import ProcessSettings
configure("gateway", ProcessSettings(port=0, log_group="/ekyc/test"))
for number in range(50):
    structlog.get_logger().info("request", number=number)
"""


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)


def test_every_line_arrives_and_stays_on_stdout(monkeypatch: pytest.MonkeyPatch) -> None:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    try:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://{}:{}".format(*server.get_host_and_port()))
        client: Any = boto3.client("logs")
        client.create_log_group(logGroupName=GROUP)
        run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
        (stream,) = client.describe_log_streams(logGroupName=GROUP)["logStreams"]
        assert stream["logStreamName"].startswith("gateway/")
        events = client.get_log_events(logGroupName=GROUP, logStreamName=stream["logStreamName"], startFromHead=True)
    finally:
        server.stop()
    lines = [json.loads(event["message"]) for event in events["events"]]
    assert [line["number"] for line in lines] == list(range(50))
    assert {line["service"] for line in lines} == {"gateway"}
    assert run.stdout.count('"event": "request"') == 50


AWAY = """
import time
from ekyc_chassis import cloudwatch
cloudwatch.MOST_WAITING = 100
logger = cloudwatch.cloudwatch_logger("/ekyc/test", "away")
start = time.monotonic()
for number in range(1000):
    logger.info("line %d", number)
print(time.monotonic() - start, sum(queue.qsize() for queue in logger.handlers[0].queues.values()))
"""


def test_a_cloudwatch_that_is_away_costs_nothing_and_holds_few_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    start = time.monotonic()
    run = subprocess.run([sys.executable, "-c", AWAY], capture_output=True, text=True, check=True)
    seconds, waiting = run.stdout.split()
    assert float(seconds) < 1
    assert int(waiting) <= 100
    assert time.monotonic() - start < 30, "the end of the process waited for CloudWatch"
