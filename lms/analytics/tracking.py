"""What Mixpanel gets to know: which changes, which of their columns, and never who somebody is.

People are an opaque id drawn at random. `$insert_id` comes from the change, so that Mixpanel drops a repeat.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from mixpanel import BufferedConsumer, Mixpanel, MixpanelException, ServiceAccountCredentials
from sqlalchemy import select

from lms.accounts import Organization, User
from lms.db import db, utcnow
from lms.events import Change, Unavailable

EVENTS: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("Course", "created"): ("Course created", ("self_enrollment",)),
    ("Course", "updated"): ("Course changed", ("status",)),
    ("Subject", "created"): ("Subject added", ("course_id", "position", "content_id", "event_id")),
    ("Enrollment", "created"): ("Enrolled", ("course_id",)),
    ("Enrollment", "updated"): ("Course completed", ("course_id",)),
    ("Result", "created"): ("Subject finished", ("course_id", "subject_id", "passed", "source")),
    ("Content", "created"): ("Content created", ()),
    ("Event", "created"): ("Event planned", ()),
    ("Package", "created"): ("Package imported", ("standard", "files", "size", "version")),
    ("PackageAttempt", "created"): ("Package begun", ("course_id", "subject_id", "number")),
    ("PackageAttempt", "updated"): ("Package finished", ("course_id", "subject_id", "number", "passed", "score")),
}
"""By type and action: the event's name at Mixpanel and the columns that go along. Nothing else is ever sent."""

KINDS: dict[str, Collection[str]] = {
    object_type: {action for other, action in EVENTS if other == object_type} for object_type, _ in EVENTS
}
REST = 10.0
"""Seconds for which a server that failed is left alone, and a token that was refused."""
OLD = timedelta(days=5)
"""What is older, Mixpanel takes only at its address for imports, and from a service account (its API reference)."""
REFUSAL = "Mixpanel error:"
"""How the library begins the message for an answer that says no; every other message is of a server in trouble."""


class Refused(Exception):
    """Mixpanel answers, and does not take the events of an organization: its token is wrong, for instance."""


class Settings:
    """What `configure` was told, and until when the server or a token is left alone."""

    token: str | None = None
    url: str | None = None
    timeout: float = 5
    credentials: ServiceAccountCredentials | None = None
    """Of the project of `token`; nobody else's old events can be sent."""
    down_until: float = 0
    refused: ClassVar[dict[str, tuple[float, str]]] = {}
    """By token: until when, and with which words."""


def configure(config: Mapping[str, Any]) -> None:
    """Use `MIXPANEL_TOKEN`, `MIXPANEL_TIMEOUT` in seconds, and `MIXPANEL_URL` instead of the real address.

    `MIXPANEL_SERVICE_ACCOUNT`, as `name:secret:project`, lets changes through that are older than five days.
    """
    Settings.token = config["MIXPANEL_TOKEN"]
    Settings.url = config["MIXPANEL_URL"]
    Settings.timeout = config["MIXPANEL_TIMEOUT"]
    account = config.get("MIXPANEL_SERVICE_ACCOUNT")
    Settings.credentials = ServiceAccountCredentials(*account.split(":")) if account else None
    Settings.down_until = 0
    Settings.refused = {}


def track(changes: Sequence[Change]) -> None:
    """Send the changes in batches of 50; two statements. Without a token nothing is sent anywhere.

    Raises Unavailable when the server does not answer, and Refused when it does not take what one organization
    sends, after the others' has been sent: that is nobody else's trouble.
    """
    tokens = _tokens({change.organization_id for change in changes})
    to_send = [change for change in changes if tokens.get(change.organization_id)]
    if not to_send:
        return
    if time.monotonic() < Settings.down_until:
        raise Unavailable("Mixpanel did not answer a moment ago")
    people = _people({change.actor_id for change in to_send if change.actor_id is not None})
    problems = []
    for organization_id in sorted({change.organization_id for change in to_send}):
        own = [change for change in to_send if change.organization_id == organization_id]
        events = [(people.get(change.actor_id or 0, "system"), *event(change)) for change in own]
        try:
            _send(tokens[organization_id] or "", events)
        except Refused as error:
            problems.append(f"organization {organization_id}: {error}")
    if problems:
        raise Refused("; ".join(problems))


def _send(token: str, events: Sequence[tuple[str, str, dict[str, Any]]]) -> None:
    """Send the events of one token; raises Refused or Unavailable, without a call if it did so a moment ago."""
    until, words = Settings.refused.get(token, (0.0, ""))
    if time.monotonic() < until:
        raise Refused(words)
    oldest = (utcnow() - OLD).timestamp()
    can_import = Settings.credentials is not None and token == Settings.token
    if not can_import and any(properties["time"] <= oldest for _who, _name, properties in events):
        raise Refused("more than five days ago: Mixpanel takes that from a service account only")
    # A consumer of its own, because a failed flush keeps its buffer and would send it with the next batch.
    consumer = _consumer()
    mixpanel = Mixpanel(token, consumer=consumer)
    try:
        for who, name, properties in events:
            if properties["time"] > oldest:
                mixpanel.track(who, name, properties)
            else:
                mixpanel.import_data(None, who, name, properties["time"], properties)
        consumer.flush()
    except (MixpanelException, KeyError) as error:  # KeyError: an answer without the field `status`
        words, until = f"{type(error).__name__}: {error}", time.monotonic() + REST
        if str(error).startswith(REFUSAL):
            Settings.refused[token] = (until, words)
            raise Refused(words) from error
        Settings.down_until = until
        raise Unavailable(words) from error


def event(change: Change) -> tuple[str, dict[str, Any]]:
    """The event's name and properties for a change."""
    name, columns = EVENTS[change.object_type, change.action]
    properties = {column: change.state[column] for column in columns}
    own = {"$insert_id": f"change-{change.id}", "time": int(change.created_at.timestamp())}
    return name, properties | {"object_id": change.object_id, "organization_id": change.organization_id} | own


def _tokens(organization_ids: Collection[int]) -> dict[int, str | None]:
    statement = select(Organization.id, Organization.mixpanel_token).where(Organization.id.in_(organization_ids))
    return {id: token or Settings.token for id, token in db.session.execute(statement)}


def _people(ids: Collection[int]) -> dict[int, str]:
    statement = select(User.id, User.analytics_id).where(User.id.in_(ids))
    return {id: analytics_id for id, analytics_id in db.session.execute(statement)}


def _consumer() -> BufferedConsumer:
    options: dict[str, Any] = {"max_size": 50, "request_timeout": Settings.timeout, "retry_limit": 0}
    options["credentials"] = Settings.credentials
    if Settings.url:
        options |= {"events_url": f"{Settings.url}/track", "import_url": f"{Settings.url}/import"}
    return BufferedConsumer(**options)
