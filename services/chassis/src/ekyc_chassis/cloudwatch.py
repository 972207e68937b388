"""Log lines to CloudWatch Logs, beside stdout."""

import logging
import socket

import boto3
from botocore.config import Config
from watchtower import CloudWatchLogHandler

MOST_WAITING = 10_000
"""Lines held while CloudWatch is slow or away; further ones reach stdout only."""
SEND_SECONDS = 5
CLOSE_SECONDS = 5
"""How long the end of the process waits for lines that were not sent yet."""
_CLIENT = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2})


class BoundedHandler(CloudWatchLogHandler):
    """Batches lines in a thread of its own; never waits, and never holds more than `MOST_WAITING` lines."""

    FLUSH_TIMEOUT = CLOSE_SECONDS

    def emit(self, message: logging.LogRecord) -> None:
        """Queue a line, or drop it where too many wait already."""
        if sum(queue.qsize() for queue in self.queues.values()) < MOST_WAITING:
            super().emit(message)  # type: ignore[no-untyped-call]


def cloudwatch_logger(group: str, service: str) -> logging.Logger:
    """Return a logger whose lines go to the log group, into a stream named for the service and the machine.

    The group must exist: infrastructure owns its retention and its encryption. The stream is created when the first
    line goes out, so that a CloudWatch that is away does not hold up the start.
    """
    handler = BoundedHandler(
        log_group_name=group,
        log_stream_name=f"{service}/{socket.gethostname()}/{{process_id}}",
        boto3_client=boto3.client("logs", config=_CLIENT),
        create_log_group=False,
        send_interval=SEND_SECONDS,
    )
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger(f"ekyc.cloudwatch.{service}")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    return logger
