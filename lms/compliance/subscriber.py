"""Hears what changes somebody's compliance, and works out again just those whom it concerns.

Not ordered: what is written follows from the facts in the database, whatever came first. What concerns many people is
left to a sweep, which goes through them a chunk at a time.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from lms.compliance import sweeps
from lms.compliance.days import day_of, zone_of
from lms.compliance.deriving import lock
from lms.compliance.models import Assignment, DepartmentPlace, QualificationCourse
from lms.db import db, upsert
from lms.events import Change, EventCenter

PLACE = ("department_id", "job_function_id", "active")
RULES = {"grace", "expiring_days", "ways", "first_needed", "renewal_needed"}
OF_PERSON = {"Evidence", "SignOff", "Exemption", "Holding"}
BY_HAND = {"changed_to", "revoked_on", "suspensions"}

Wanted = dict[tuple[int, frozenset[int] | None], set[int]]
"""Organization and qualifications (None: all) to the people to be worked out."""


@EventCenter.subscriber(
    "compliance",
    batch=True,
    hears={
        "Enrollment": {"created", "updated", "deleted"},
        "User": {"created", "updated"},
        "Assignment": {"created"},
        "Department": {"updated"},
        "Organization": {"updated"},
        "Qualification": {"created", "updated"},
        "Requirement": {"created", "updated"},
        "Exemption": {"created", "updated"},
        "Evidence": {"created", "updated", "deleted"},
        "SignOff": {"created", "updated"},
        "Holding": {"updated"},
    },
)
def keep_up(changes: Sequence[Change]) -> None:
    """Write the facts that changes are, then bring the people concerned up to date."""
    wanted: Wanted = defaultdict(set)
    for change in changes:
        note(change, wanted)
    _of_enrollments([change for change in changes if change.object_type == "Enrollment"], wanted)
    lock([id for ids in wanted.values() for id in ids])
    for (organization_id, qualification_ids), user_ids in sorted(wanted.items(), key=lambda item: item[0][0]):
        sweeps.recompute_now_or_later(organization_id, sorted(user_ids), qualification_ids)


def note(change: Change, wanted: Wanted) -> None:
    """Write down what the change tells about who is where, and ask for whom it concerns."""
    kind, difference, state = change.object_type, change.difference, change.state
    if kind == "User" and any(name in difference for name in PLACE):
        _note_assignment(change)
        wanted[change.organization_id, None].add(change.object_id)
    elif kind == "Assignment":
        wanted[change.organization_id, None].add(state["user_id"])
    elif kind == "Department" and "parent_id" in difference:
        _note_place(change)
        sweeps.begin(change.organization_id, None, {"department_id": change.object_id})
    elif kind == "Organization" and "timezone" in difference:
        sweeps.begin(change.object_id, None, {})
    elif kind in OF_PERSON and (kind != "Holding" or BY_HAND & difference.keys()):
        wanted[change.organization_id, frozenset([state["qualification_id"]])].add(state["user_id"])
    elif kind == "Requirement":
        for before_or_after in (change.before, change.after):
            if before_or_after:
                sweeps.begin(change.organization_id, [state["qualification_id"]], sweeps.target_of(before_or_after))
    elif kind == "Qualification" and RULES & difference.keys():
        included = (change.before or {}).get("ways", {}).get("includes", [])
        sweeps.begin(
            change.organization_id, [change.object_id, *included], {"qualification_id": change.object_id}
        )


def _of_enrollments(changes: Sequence[Change], wanted: Wanted) -> None:
    """Completed courses by which something is obtained; one statement."""
    told = [change for change in changes if any(change.difference.get("completed_at", ()))]
    if not told:
        return
    rows = db.session.execute(
        select(QualificationCourse.course_id, QualificationCourse.qualification_id).where(
            QualificationCourse.course_id.in_({change.state["course_id"] for change in told})
        )
    )
    qualifications: dict[int, set[int]] = defaultdict(set)
    for course_id, qualification_id in rows:
        qualifications[course_id].add(qualification_id)
    for change in told:
        ids = frozenset(qualifications[change.state["course_id"]])
        if ids:
            wanted[change.organization_id, ids].add(change.state["user_id"])


def _note_assignment(change: Change) -> None:
    before, after = change.before or change.state, change.state
    _once(
        Assignment,
        organization_id=change.organization_id, user_id=change.object_id, change_id=change.id,
        from_on=day_of(change.created_at, zone_of(change.organization_id)), recorded_at=change.created_at,
        **{name: after[name] for name in PLACE}, **{f"was_{name}": before[name] for name in PLACE},
    )  # fmt: skip


def _note_place(change: Change) -> None:
    before, after = change.before or change.state, change.state
    _once(
        DepartmentPlace,
        organization_id=change.organization_id, department_id=change.object_id, change_id=change.id,
        from_on=day_of(change.created_at, zone_of(change.organization_id)),
        parent_id=after["parent_id"], was_parent_id=before["parent_id"],
    )  # fmt: skip


def _once(model: Any, **values: Any) -> None:
    db.session.execute(upsert(model).values(**values).on_conflict_do_nothing(index_elements=["change_id"]))
