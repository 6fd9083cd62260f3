"""EventCenter: what happened in the system, told to every subscriber, durably.

A context function broadcasts after its work, inside the same transaction. The change is a row that commits or
rolls back with the work; its id leaves for the broker after the commit, in one message for all subscribers.
This module knows no subscriber by name and no broker: `EventCenter.publish` is set by the application.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol, TypeVar

from sqlalchemy import Index, String, inspect
from sqlalchemy import event as sa_event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, SessionTransaction, mapped_column

from lms.db import BigId, Json, Owned, Snapshot, db, insert_rows, intpk, snapshot, utcnow
from lms.origin import current_origin

ACTIONS = ("created", "updated", "deleted")


class Actor(Protocol):
    """Who did it: a user, or anything else with an id and an organization."""

    id: Mapped[int]
    organization_id: Mapped[int]


class Unavailable(Exception):
    """Raised by a handler when the server it needs does not answer: no change is to blame, all of them wait."""


class Change(Owned, db.Model):
    """The fact that is broadcast: what was done, the object before and after, by whom, from where.

    Ids grow with the order of the broadcasts of one transaction; between transactions they tell the order of
    broadcasting, which is not always the order of committing.
    """

    __tablename__ = "changes"

    id: Mapped[intpk]
    action: Mapped[str] = mapped_column(String(10))
    object_type: Mapped[str] = mapped_column(String(50))
    object_id: Mapped[int] = mapped_column(BigId)
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
    actor_id: Mapped[int | None] = mapped_column(BigId)
    request_id: Mapped[str] = mapped_column(String(64))
    address: Mapped[str | None] = mapped_column(String(45))
    via: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """When the relay looks whether every subscriber has dealt with it."""
    settled_at: Mapped[datetime | None]
    """When the relay saw that every subscriber had."""

    @property
    def state(self) -> dict[str, Any]:
        """The object's latest known columns: after the change, or before a deletion."""
        return self.after if self.after is not None else (self.before or {})

    @property
    def difference(self) -> dict[str, tuple[Any, Any]]:
        """Each column that differs, with its value before and after; `updated_at` always differs and is left out."""
        before, after = self.before or {}, self.after or {}
        names = [name for name in {**before, **after} if name != "updated_at"]
        pairs = {name: (before.get(name), after.get(name)) for name in names}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


Index(
    "ix_changes_object_unsettled",
    Change.object_type,
    Change.object_id,
    postgresql_where=Change.settled_at.is_(None),
    sqlite_where=Change.settled_at.is_(None),
)
Index(
    "ix_changes_due_at_unsettled",
    Change.due_at,
    postgresql_where=Change.settled_at.is_(None),
    sqlite_where=Change.settled_at.is_(None),
)

WRITTEN = [column.name for column in Change.__table__.columns if column.name not in ("id", "settled_at")]

Handler = Callable[[Change], None] | Callable[[Sequence[Change]], None]
AnyHandler = TypeVar("AnyHandler", bound=Handler)


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a failed delivery is tried again, and how long it waits: `base` seconds, doubling up to `longest`."""

    times: int = 10
    base: float = 2
    longest: float = 3600

    def wait(self, attempt: int) -> float:
        """Seconds to wait after attempt number `attempt` (from 1) failed, before jitter."""
        return min(self.longest, self.base * 2.0 ** min(attempt - 1, 30))


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A named consumer of changes: what it hears, what it does, and the limits it works under."""

    name: str
    handler: Callable[[Any], None]
    hears: Mapping[str, Collection[str]] | None = None
    """Actions by type of object; None hears everything."""
    batch: bool = False
    """The handler takes a list of changes instead of one."""
    outside: bool = False
    """The effect is outside the database: it happens first, the ledger row follows; it must bear a repeat."""
    ordered: bool = False
    """Changes of one object are handled in their order; for effects in the database only."""
    retry: Retry = field(default_factory=Retry)
    time_limit: int = 60
    """Seconds a handler may take for one message."""
    rate_limit: str | None = None
    """Messages that one worker may begin, in Celery's words, for example "100/s"; its backlog is not taken along."""

    def __post_init__(self) -> None:
        """Refuse what cannot be kept: the order holds by locks that last as long as the effect's transaction."""
        if self.ordered and self.outside:
            raise ValueError(f"subscriber {self.name!r}: an effect outside the database cannot be ordered")

    @property
    def queue(self) -> str:
        """Its queue, which is also its task's name."""
        return f"lms.{self.name}"

    def is_interested(self, object_type: str, action: str) -> bool:
        """Whether a change of this kind is for it."""
        return self.hears is None or action in self.hears.get(object_type, ())

    def handle(self, changes: Sequence[Change]) -> None:
        """Do its work for `changes`, in their order."""
        if self.batch:
            self.handler(changes)
            return
        for change in changes:
            self.handler(change)


@dataclass(frozen=True, slots=True)
class Heard:
    """One broadcast as a listener hears it, after the commit."""

    action: str
    object_type: str
    object_id: int
    actor_id: int | None
    change_id: int
    previous: Mapping[str, Any] | None
    current: Mapping[str, Any] | None


class EventCenter:
    """Broadcasts changes and knows who listens. Used through its class; it has no instances."""

    subscribers: ClassVar[dict[str, Subscriber]] = {}
    relay_after: ClassVar[timedelta] = timedelta(seconds=30)
    publish: ClassVar[Callable[[Sequence[int]], None]] = staticmethod(lambda ids: None)
    """Called once per committed transaction with the ids of its changes; must be quick and never raise."""
    _listeners: ClassVar[list[list[Heard]]] = []

    @classmethod
    def broadcast(cls, action: str, *states_and_actor: Any) -> Change:
        """Tell every subscriber: `("created", object, actor)`, `("deleted", object, actor)`,
        `("updated", previous, object, actor)`, where `previous` is a `snapshot` taken before the change.

        Returns the change; it is written, and gets its id, when the transaction commits.
        The actor is None when the system acts by itself. To be called inside the transaction of the work.
        Raises ValueError on any other action, an object that is not saved, a live row as `previous`, and an actor
        or previous state that does not belong to the object's organization.
        """
        if action not in ACTIONS:
            raise ValueError(f"{action!r} is not one of {', '.join(ACTIONS)}")
        wanted = 3 if action == "updated" else 2
        if len(states_and_actor) != wanted:
            raise ValueError(f"{action!r} takes {'previous, object and actor' if wanted == 3 else 'object and actor'}")
        *states, actor = states_and_actor
        current = _saved_state(states[-1])
        previous = states[0] if action == "updated" else None
        if action == "updated":
            _check_previous(previous, current)
        if actor is not None and actor.organization_id != current.organization_id:
            raise ValueError("the actor belongs to another organization than the object")
        origin, now = current_origin(), utcnow()
        change = Change(
            organization_id=current.organization_id,
            action=action,
            object_type=current.type,
            object_id=current.id,
            before=dict(previous.values) if previous else dict(current.values) if action == "deleted" else None,
            after=None if action == "deleted" else dict(current.values),
            actor_id=actor.id if actor is not None else None,
            request_id=origin.request_id,
            address=origin.address,
            via=origin.via,
            created_at=now,
            due_at=now + cls.relay_after,
        )
        session: Session = db.session()
        session.info.setdefault("changes", []).append((change, session.get_nested_transaction()))
        return change

    @classmethod
    def subscriber(cls, name: str, **options: Any) -> Callable[[AnyHandler], AnyHandler]:
        """Decorator: the function is subscriber `name`; `options` are the fields of `Subscriber`."""

        def register(handler: AnyHandler) -> AnyHandler:
            if name in cls.subscribers and cls.subscribers[name].handler is not handler:
                raise ValueError(f"there is a subscriber {name!r} already")
            cls.subscribers[name] = Subscriber(name, handler, **options)
            return handler

        return register

    @classmethod
    def interested(cls, object_type: str, action: str) -> list[str]:
        """Names of the subscribers that hear changes of this kind."""
        return [name for name, subscriber in cls.subscribers.items() if subscriber.is_interested(object_type, action)]

    @classmethod
    @contextmanager
    def listen(cls) -> Iterator[list[Heard]]:
        """Collect what is broadcast and committed by this process while the block runs."""
        heard: list[Heard] = []
        cls._listeners.append(heard)
        try:
            yield heard
        finally:
            cls._listeners[:] = [listener for listener in cls._listeners if listener is not heard]

    @classmethod
    def forget(cls) -> list[Change]:
        """Take back what was broadcast in the transaction at hand, so that it is neither written nor told."""
        return [change for change, _savepoint in db.session().info.pop("changes", ())]

    @classmethod
    def committed(cls, changes: Sequence[Change]) -> None:
        """Tell the listeners of this process, then the broker, of changes whose transaction has committed."""
        heard = [Heard(c.action, c.object_type, c.object_id, c.actor_id, c.id, c.before, c.after) for c in changes]
        cls.told([change.id for change in changes], heard)

    @classmethod
    def told(cls, ids: Sequence[int], heard: Sequence[Heard]) -> None:
        """The same for changes that are at hand as ids and in the listeners' words: `lms.bulk` writes many at once."""
        for listener in cls._listeners:
            listener.extend(heard)
        cls.publish(ids)


def _saved_state(row: Any) -> Snapshot:
    if not isinstance(row, DeclarativeBase):
        raise ValueError(f"{row!r} is not a row")
    state = inspect(row)
    if state.pending:
        db.session.flush()
    if state.transient or state.detached:
        raise ValueError(f"this {type(row).__name__} is not saved: add it to the session before broadcasting")
    return snapshot(row)


def _check_previous(previous: Any, current: Snapshot) -> None:
    if not isinstance(previous, Snapshot):
        raise ValueError("previous must be a snapshot taken before the change, not a live row")
    if (previous.type, previous.id, previous.organization_id) != (current.type, current.id, current.organization_id):
        raise ValueError("previous and current are not the same object")


@sa_event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    """All changes of the transaction at once, past the unit of work: nothing else refers to their rows."""
    if session.in_nested_transaction() or not session.info.get("changes"):
        return
    changes = [change for change, _savepoint in session.info["changes"]]
    rows = [{name: getattr(change, name) for name in WRITTEN} for change in changes]
    for change, id in zip(changes, insert_rows(Change.__table__, rows), strict=True):
        change.id = id


@sa_event.listens_for(Session, "after_commit")
def _publish(session: Session) -> None:
    if session.in_nested_transaction():
        return
    changes = [change for change, _savepoint in session.info.pop("changes", ())]
    if changes:
        EventCenter.committed(changes)


@sa_event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    """Of a savepoint only what was broadcast since it was set."""
    kept = [pair for pair in session.info.pop("changes", ()) if ended.nested and not _is_within(pair[1], ended)]
    session.info["changes"] = kept


def _is_within(savepoint: SessionTransaction | None, outer: SessionTransaction) -> bool:
    while savepoint is not None and savepoint is not outer:
        savepoint = savepoint.parent
    return savepoint is not None


def assert_received(heard: Sequence[Heard], action: str, obj: Any, actor: Actor | None) -> None:
    """Fail unless `heard` holds a broadcast of `action` on `obj` by `actor`; the message lists what was heard."""
    wanted = (action, type(obj).__name__, obj.id, actor.id if actor is not None else None)
    got = [(one.action, one.object_type, one.object_id, one.actor_id) for one in heard]
    if wanted not in got:
        raise AssertionError(f"not heard: {wanted}; heard: {got}")


Answer = TypeVar("Answer")


def eventually(question: Callable[[], Answer], timeout: float = 10, every: float = 0.05) -> Answer:
    """Ask until the answer is true, and return it; each time in a new transaction, so that a worker's commit shows.

    Raises AssertionError after `timeout` seconds, with the last answer or the last AssertionError of `question`.
    """
    end = time.monotonic() + timeout
    while True:
        db.session.rollback()
        try:
            answer = question()
            problem = f"the answer was still {answer!r}"
            if answer:
                return answer
        except AssertionError as error:
            problem = str(error)
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout} seconds: {problem}")
        time.sleep(every)
