"""Where a piece of work comes from: which request, which address, by which door. Set at the edges, read by `events`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import uuid4

from structlog.contextvars import bound_contextvars

QUIET = "import"
"""The door of what is done in bulk: the trail has every row of it, under one entry; nobody is told of each."""
ALOUD = "import, told"
"""The same, and those concerned are told, because whoever started it asked for that."""
BULK = (QUIET, ALOUD)


@dataclass(frozen=True, slots=True)
class Origin:
    """The request id that ties page, message, log line and audit together; the client's address; the door (`via`)."""

    request_id: str
    address: str | None = None
    via: str = "system"


_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)


def current_origin() -> Origin:
    """The origin of the work at hand; a new one of `via="system"` where nobody set one."""
    return _origin.get() or Origin(request_id=uuid4().hex)


@contextmanager
def working_for(origin: Origin) -> Iterator[None]:
    """Everything broadcast in the block carries `origin`, and every log line its request id."""
    token = _origin.set(origin)
    try:
        with bound_contextvars(request_id=origin.request_id, via=origin.via):
            yield
    finally:
        _origin.reset(token)
