"""The broker: its topology, and the thread through which the application publishes to it."""

from collections.abc import Callable, Sequence

from lms.broker.publisher import Publisher

_publisher: Publisher | None = None


def connect(url: str, subscribers: Callable[[], Sequence[str]]) -> Publisher:
    """Publish to the broker at `url` from now on; `subscribers` names those whose queues must exist."""
    global _publisher
    if _publisher is not None:
        _publisher.flush()
    _publisher = Publisher(url, subscribers)
    return _publisher


def publish(ids: Sequence[int]) -> None:
    """Tell every subscriber of these changes, soon; without a broker it is left to the relay."""
    if _publisher is not None:
        _publisher.publish(ids)


def wake(task: str) -> None:
    """Ask a worker to run `task` soon; beat runs it anyway, later."""
    if _publisher is not None:
        _publisher.wake(task)


def flush() -> None:
    """Wait for what was published by this process to leave, a moment at most."""
    if _publisher is not None:
        _publisher.flush()
