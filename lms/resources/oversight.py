"""What was done: to read, never to write."""

from lms.activities import Activity
from lms.audits import Audit
from lms.events import Change
from lms.resources.resource import Field, Resource

AUDITS = Resource(
    name="audits",
    one="audit",
    scope="oversight",
    model=Audit,
    view=("view", "Audit"),
    fields=(
        Field("id", Audit.id, "integer"),
        Field("change_id", Audit.change_id, "integer", filter=True),
        Field("occurred_at", Audit.occurred_at, "date-time"),
        Field("action", Audit.action, filter=True),
        Field("object_type", Audit.object_type, filter=True),
        Field("object_id", Audit.object_id, "integer", filter=True),
        Field("title", Audit.title),
        Field("difference", Audit.difference, "object"),
        Field("actor_id", Audit.actor_id, "integer", nullable=True, filter=True),
        Field("actor_name", Audit.actor_name),
        Field("request_id", Audit.request_id, filter=True),
        Field("address", Audit.address, nullable=True),
        Field("via", Audit.via, filter=True),
    ),
)

ACTIVITIES = Resource(
    name="activities",
    one="activity",
    scope="oversight",
    model=Activity,
    view=("view", "User"),
    fields=(
        Field("id", Activity.id, "integer"),
        Field("change_id", Activity.change_id, "integer", filter=True),
        Field("occurred_at", Activity.occurred_at, "date-time"),
        Field("kind", Activity.kind, filter=True),
        Field("actor_id", Activity.actor_id, "integer", nullable=True, filter=True),
        Field("course_id", Activity.course_id, "integer", nullable=True, filter=True),
        Field("user_id", Activity.user_id, "integer", nullable=True, filter=True),
        Field("params", Activity.params, "object"),
    ),
)

CHANGES = Resource(
    name="changes",
    one="change",
    scope="oversight",
    model=Change,
    view=("view", "Audit"),
    fields=(
        Field("id", Change.id, "integer"),
        Field("action", Change.action, filter=True),
        Field("object_type", Change.object_type, filter=True),
        Field("object_id", Change.object_id, "integer", filter=True),
        Field("before", Change.before, "object", nullable=True),
        Field("after", Change.after, "object", nullable=True),
        Field("actor_id", Change.actor_id, "integer", nullable=True, filter=True),
        Field("request_id", Change.request_id, filter=True),
        Field("via", Change.via, filter=True),
        Field("created_at", Change.created_at, "date-time"),
    ),
)
