"""Sending what waits: several endpoints at once, one after the other to each, every answer marked as it comes."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, Queue
from typing import Any

from lms import broker
from lms.db import utcnow
from lms.webhooks.addresses import Reach, Resolver, resolve
from lms.webhooks.calling import Answer, post
from lms.webhooks.claiming import Batch, Letter, claim, give_back
from lms.webhooks.marking import mark
from lms.webhooks.payload import MEDIA
from lms.webhooks.settings import reach_of
from lms.webhooks.signing import signed

SEND_TASK = "lms.webhooks.send"
AT_ONCE = 8
"""Endpoints that one worker process calls at the same time: a slow one holds up one of these, not the others."""
RUN_FOR = timedelta(seconds=5)
"""After so long a sender begins nothing new and makes room for other tasks; beat and `wake_sender` go on."""
CLAIM = timedelta(minutes=5)
"""What a killed worker had in hand is sent by another after this; longer than any chunk can take."""
LOOK_AGAIN = 0.5
"""Seconds after which a sender with free hands looks for more while others of its calls are out."""


@dataclass(frozen=True, slots=True)
class _Result:
    """From a calling thread to the one that writes: an answer, or, with none, the end of a batch."""

    batch: Batch
    letter: Letter | None = None
    answer: Answer | None = None
    headers: dict[str, str] = field(default_factory=dict)
    untried: list[int] = field(default_factory=list)


def wake_sender() -> None:
    """Have a worker send soon what waits."""
    broker.wake(SEND_TASK)


def send_waiting(
    config: Mapping[str, Any], clock: Callable[[], datetime] = utcnow, resolver: Resolver = resolve
) -> int:
    """Send until nothing is due or `RUN_FOR` is over; returns how many were taken by their endpoints.

    Several may run at once. A message that was sent and could not be marked (killed in between) is sent again with the
    same webhook-id.
    """
    return _Sender(config, clock, resolver).run()


class _Sender:
    """Threads that call, and this one, which alone speaks with the database."""

    def __init__(self, config: Mapping[str, Any], clock: Callable[[], datetime], resolver: Resolver) -> None:
        self.reach: Reach = reach_of(config)
        self.timeout: float = config["WEBHOOKS_TIMEOUT"]
        self.clock, self.resolver = clock, resolver
        self.results: Queue[_Result] = Queue()
        self.end = clock() + RUN_FOR

    def run(self) -> int:
        """Until nothing is due or time is over."""
        sent, busy = 0, dict[int, Future[None]]()
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhooks") as pool:
            is_more = True
            while True:
                if is_more and len(busy) < AT_ONCE and self.clock() < self.end:
                    for batch in claim(self.clock(), CLAIM, AT_ONCE - len(busy), busy):
                        busy[batch.endpoint_id] = pool.submit(self._call_all, batch)
                if not busy:
                    break
                try:
                    result = self.results.get(timeout=LOOK_AGAIN)
                except Empty:
                    is_more = True
                    continue
                is_more = result.answer is None
                if result.answer is None:
                    busy.pop(result.batch.endpoint_id).result()
                    if result.untried:
                        give_back(result.batch.endpoint_id, result.untried, self.clock())
                elif result.letter is not None:
                    mark(result.batch, result.letter, result.answer, result.headers, self.clock())
                    sent += result.answer.is_good
        if self.clock() >= self.end:
            wake_sender()
        return sent

    def _call_all(self, batch: Batch) -> None:
        """In a thread: one message after the other, until one is not taken in a way that speaks of them all."""
        left = list(batch.letters)
        try:
            while left and self.clock() < self.end:
                letter = left.pop(0)
                headers = self._headers(batch, letter)
                answer = post(batch.url, letter.body.encode(), headers, self.reach, self.timeout, self.resolver)
                self.results.put(_Result(batch, letter, answer, headers))
                if answer.status in (None, 410) or answer.pause is not None:
                    break
        finally:
            self.results.put(_Result(batch, untried=[letter.id for letter in left]))

    def _headers(self, batch: Batch, letter: Letter) -> dict[str, str]:
        return {
            "Content-Type": MEDIA,
            "User-Agent": "LMS-Webhooks/1",
            "Connection": "close",
            **signed(letter.uid, self.clock(), letter.body, batch.secrets),
        }
