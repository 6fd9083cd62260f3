"""Rules follow what changes: people who move, departments that move, courses that open."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import and_

from lms.courses import PUBLISHED
from lms.db import on_commit, utcnow
from lms.events import Change, EventCenter
from lms.rules.applying import follow, mark_stale
from lms.rules.kinds import KINDS
from lms.rules.models import Rule
from lms.rules.rules import wake

EVERY_ACTION = frozenset({"created", "updated", "deleted"})


def _heard() -> Mapping[str, Collection[str]]:
    """What rules follow: people, courses, and what the kinds say."""
    heard: dict[str, Collection[str]] = {"User": {"created", "updated"}, "Course": {"updated"}}
    for kind in KINDS.values():
        heard |= dict.fromkeys((*kind.hears, *kind.person), EVERY_ACTION)
    return heard


@EventCenter.subscriber("rules", batch=True, hears=_heard())
def keep_up(changes: Sequence[Change]) -> None:
    """Enroll or take out the people that changed at once; what may concern everybody is left to the job."""
    people: dict[tuple[int, frozenset[str]], set[int]] = defaultdict(set)
    is_any_stale = 0
    for change in changes:
        if change.object_type == "Course" and change.difference.get("status", ("", ""))[1] == PUBLISHED:
            is_any_stale += mark_stale(Rule.course_id == change.object_id)
        for person_id, kinds in _people(change).items():
            people[change.organization_id, kinds].add(person_id)
        for_everybody = _kinds_for_everybody(change)
        if for_everybody:
            is_any_stale += mark_stale(
                and_(Rule.organization_id == change.organization_id, Rule.kind.in_(for_everybody))
            )
    for (organization_id, of_kinds), ids in sorted(people.items(), key=lambda item: item[0][0]):
        follow(organization_id, sorted(ids), of_kinds, utcnow())
    if is_any_stale:
        on_commit(wake)


def _people(change: Change) -> dict[int, frozenset[str]]:
    """Whom to look at again, and by which kinds of rules."""
    if change.object_type == "User":
        changed = set(change.difference)
        kinds = frozenset(name for name, kind in KINDS.items() if changed & set(kind.user_columns))
        return {change.object_id: kinds} if kinds else {}
    of = change.object_type
    columns = {name: kind.person[of] for name, kind in KINDS.items() if of in kind.person}
    ids = {change.state.get(column) for column in columns.values()} - {None}
    return {id: frozenset(columns) for id in ids if id is not None}


def _kinds_for_everybody(change: Change) -> list[str]:
    changed = set(change.difference)
    return [
        name
        for name, kind in KINDS.items()
        if change.object_type in kind.hears
        and (not kind.hears[change.object_type] or changed & set(kind.hears[change.object_type]))
    ]
