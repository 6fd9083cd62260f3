"""Keep a trail of every change."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from lms.accounts import names
from lms.audits.chain import AuditStamp
from lms.audits.models import Audit
from lms.audits.rows import stamped
from lms.classroom import Event
from lms.compliance import Qualification
from lms.courses import Course
from lms.db import copy_rows, db
from lms.events import Change, EventCenter

NAMED_AFTER: dict[str, type[Course] | type[Event] | type[Qualification]] = {
    "course_id": Course,
    "event_id": Event,
    "qualification_id": Qualification,
}
"""What an object without a title of its own is called after, beside its person."""


@EventCenter.subscriber("audits", batch=True)
def record(changes: Sequence[Change]) -> None:
    """Who, what, when, before and after; six statements at most for any number of changes."""
    people = names(
        {id for change in changes for id in (change.actor_id, change.state.get("user_id")) if id is not None}
    )
    untitled = [change for change in changes if not _own_title(change)]
    titles = {
        column: _titles(model, {id for change in untitled if (id := change.state.get(column))})
        for column, model in NAMED_AFTER.items()
    }
    rows = [
        {
            "organization_id": change.organization_id,
            "change_id": change.id,
            "occurred_at": change.created_at,
            "action": change.action,
            "object_type": change.object_type,
            "object_id": change.object_id,
            "title": _own_title(change) or _borrowed_title(change, people, titles),
            "difference": {name: list(pair) for name, pair in change.difference.items()},
            "actor_id": change.actor_id,
            "actor_name": people.get(change.actor_id or 0, ""),
            "request_id": change.request_id,
            "address": change.address,
            "via": change.via,
        }
        for change in changes
    ]
    copy_rows(Audit.__table__, rows)
    stamps = [
        {name: row[name] for name in ("change_id", "organization_id", "occurred_at")} | {"stamp": stamped(row)}
        for row in rows
    ]
    copy_rows(AuditStamp.__table__, stamps)


def _titles(model: type[Course] | type[Event] | type[Qualification], ids: Collection[int]) -> dict[int, str]:
    if not ids:
        return {}
    return {id: title for id, title in db.session.execute(select(model.id, model.title).where(model.id.in_(ids)))}


def _own_title(change: Change) -> str:
    return str(change.state.get("title") or change.state.get("name") or "")


def _borrowed_title(change: Change, people: Mapping[int, str], titles: Mapping[str, Mapping[int, str]]) -> str:
    """The person it is about, and what it is about, as far as there are such."""
    state = change.state
    what = next((found for column in titles if (found := titles[column].get(state.get(column) or 0))), "")
    return " – ".join(filter(None, (people.get(state.get("user_id") or 0), what)))
