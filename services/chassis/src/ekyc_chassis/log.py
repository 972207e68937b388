"""Structured logs: one JSON object a line for machines, coloured text for people."""

import logging
import sys
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor, WrappedLogger

from ekyc_chassis.settings import ProcessSettings


def configure(service: str, settings: ProcessSettings) -> None:
    """Set up structlog and the standard library's root logger for this process.

    Args:
        service: Bound to every line.
        settings: `log_json` for JSON lines; otherwise text for people. `log_group` sends them to CloudWatch Logs too.
    """

    def named(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        return {"service": service, **event}  # not a context variable: those end at a thread's border

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        named,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, *(_for_machines() if settings.log_json else _for_people()), *_beside(service, settings)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


def _for_machines() -> list[Processor]:
    # Tracebacks without local variables and without the exception's text: either may hold a picture or a key.
    frames = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
    return [frames, _without_texts, structlog.processors.JSONRenderer()]


def _without_texts(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    for error in event.get("exception", ()):
        error.pop("exc_value", None)
        error.pop("exc_notes", None)
    return event


def _for_people() -> list[Processor]:
    return [
        structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback)
    ]


def _beside(service: str, settings: ProcessSettings) -> list[Processor]:
    """Where finished lines go beside stdout."""
    if settings.log_group is None:
        return []
    from ekyc_chassis.cloudwatch import cloudwatch_logger  # noqa: PLC0415 - boto3 is slow to import and seldom needed

    logger = cloudwatch_logger(settings.log_group, service)

    def send(_logger: WrappedLogger, _name: str, line: Any) -> Any:
        logger.info(line)
        return line

    return [send]
