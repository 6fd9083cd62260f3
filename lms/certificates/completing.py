"""Certificates of completed courses, for as many completions at once as an import makes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from lms.accounts import Organization, names
from lms.bulk import create_rows
from lms.certificates.issuing import ENROLLMENT, supersede
from lms.certificates.models import COURSE, Certificate
from lms.certificates.numbers import new_number
from lms.certificates.templates import current_template
from lms.courses import Course
from lms.db import among, db

Columns = Mapping[str, Any]


def issue_for_completions(enrollments: Sequence[Columns]) -> None:
    """One certificate for each of these completed enrollments, given as their columns, that has none yet.

    None where the course or the person is gone. Of several about one course for one person, the one issued last
    counts; the others are superseded by it. As many lookups for any number; one more per organization, and two for
    each course that was taken again. In the caller's transaction.
    """
    done = {enrollment["id"]: enrollment for enrollment in enrollments}
    if not done:
        return
    known = select(Certificate.source_id).where(
        Certificate.source_type == ENROLLMENT, among(Certificate.source_id, done)
    )
    for id in db.session.scalars(known):
        del done[id]
    titles = _titles({enrollment["course_id"] for enrollment in done.values()})
    people = names({enrollment["user_id"] for enrollment in done.values()})
    new = [one for one in done.values() if one["course_id"] in titles and one["user_id"] in people]
    if not new:
        return
    zones = _zones({enrollment["organization_id"] for enrollment in new})
    designs = {id: template.id if (template := current_template(id)) else None for id in zones}
    rows = [
        {
            "organization_id": enrollment["organization_id"],
            "number": new_number(),
            "user_id": enrollment["user_id"],
            "kind": COURSE,
            "about_id": enrollment["course_id"],
            "person": people[enrollment["user_id"]],
            "title": titles[enrollment["course_id"]],
            "issued_on": datetime.fromisoformat(enrollment["completed_at"])
            .astimezone(zones[enrollment["organization_id"]])
            .date(),
            "template_id": designs[enrollment["organization_id"]],
            "source_type": ENROLLMENT,
            "source_id": enrollment["id"],
        }
        for enrollment in new
    ]
    create_rows(Certificate, rows, None)
    for user_id, course_id in _taken_again(new):
        supersede(user_id, COURSE, course_id)


def _titles(ids: set[int]) -> dict[int, str]:
    return {id: title for id, title in db.session.execute(select(Course.id, Course.title).where(Course.id.in_(ids)))}


def _zones(ids: set[int]) -> dict[int, ZoneInfo]:
    rows = db.session.execute(select(Organization.id, Organization.timezone).where(Organization.id.in_(ids)))
    return {id: ZoneInfo(zone) for id, zone in rows}


def _taken_again(enrollments: Sequence[Columns]) -> list[tuple[int, int]]:
    """Person and course of these that have more than one certificate that counts."""
    rows = db.session.execute(
        select(Certificate.user_id, Certificate.about_id)
        .where(
            among(Certificate.user_id, {enrollment["user_id"] for enrollment in enrollments}),
            Certificate.kind == COURSE,
            Certificate.about_id.in_({enrollment["course_id"] for enrollment in enrollments}),
            Certificate.superseded_by_id.is_(None),
            Certificate.revoked_on.is_(None),
        )
        .group_by(Certificate.user_id, Certificate.about_id)
        .having(func.count() > 1)
    )
    return [(user_id, course_id) for user_id, course_id in rows]
