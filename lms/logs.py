"""Log lines: one per event, with its facts as fields, the same from web, worker and commands."""

import logging
import sys
from typing import Any

import structlog


def configure_logging(level: int = logging.INFO, as_json: bool = False) -> None:
    """Send structlog and the libraries' own logging to standard error, with the time in UTC.

    For people by default; `as_json` makes each line one JSON object, for whatever collects them.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *(_JSON if as_json else _TEXT)],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


_TEXT: list[Any] = [
    structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
]
_JSON: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
