"""The product's own site, where a visitor's header says what becomes of the four effects of adding a subject.

`nothing`: they are left out. `inline`: done inside the request. `delay`: four tasks, handed over after the commit.
`broadcast`: what the product does. Served by gunicorn with the product's settings: `gunicorn bench.site:app`.
"""

from typing import Any

from flask import request

from bench import rival
from bench.visitor import HEADER
from lms import create_app
from lms.db import on_commit
from lms.events import Change, EventCenter

app = create_app()
told = EventCenter.broadcast


def broadcast(action: str, *states_and_actor: Any) -> Change | None:
    """What the header asks for, instead of a broadcast."""
    effects = request.headers.get(HEADER, "broadcast")
    if effects == "broadcast":
        return told(action, *states_and_actor)
    if effects == "nothing":
        return None
    subject, actor = states_and_actor[-2:]
    payload = {"id": subject.id, "title": subject.title, "actor": actor.name, "to": "somebody@localhost"}
    on_commit(lambda: rival.happen(payload) if effects == "inline" else rival.delay(payload))
    return None


EventCenter.broadcast = staticmethod(broadcast)  # type: ignore[method-assign, assignment]
