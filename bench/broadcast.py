"""What a request pays for telling four subscribers, and how many changes per second are dealt with to the end.

On PostgreSQL, with RabbitMQ and with Redis, in one run: (a) the four effects inside the request, (b) four
`task.delay(payload)` after the commit, (c) EventCenter with the product's own subscribers. Two worker processes each.
"""

from typing import Any

from bench.both import on_both
from bench.world import fake_world


def run() -> dict[str, Any]:
    """Both brokers."""
    with fake_world() as world:
        return on_both("bench.one_broker", world | {"MIXPANEL_TOKEN": "bench"})
