"""Counts of people per state, kept by differences so that a dashboard need not count."""

from collections import Counter

from lms.compliance.models import Tally
from lms.compliance.timeline import DEPARTMENT, JOB_FUNCTION, ORGANIZATION
from lms.db import db, upsert

Bucket = tuple[str, int, int, str]
"""Kind of target, its id (0: none), qualification (or ALL), state."""

ALL = 0
"""In the place of a qualification: all of them together."""


def buckets(
    qualification_id: int, state: str, department_id: int | None, job_function_id: int | None
) -> tuple[Bucket, ...]:
    """Where one status is counted: by qualification, and in the parts of the organization for all together too."""
    return (
        (ORGANIZATION, 0, qualification_id, state),
        (DEPARTMENT, department_id or 0, qualification_id, state),
        (JOB_FUNCTION, job_function_id or 0, qualification_id, state),
        (DEPARTMENT, department_id or 0, ALL, state),
        (JOB_FUNCTION, job_function_id or 0, ALL, state),
    )


def add_differences(organization_id: int, differences: Counter[Bucket]) -> None:
    """Add them to the tallies, in one order so that two workers never wait for each other; one statement."""
    rows = [
        {
            "organization_id": organization_id, "kind": kind, "target_id": target_id,
            "qualification_id": qualification_id, "state": state, "number": number,
        }
        for (kind, target_id, qualification_id, state), number in sorted(differences.items())
        if number
    ]  # fmt: skip
    if rows:
        statement = upsert(Tally)
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["organization_id", "kind", "target_id", "qualification_id", "state"],
                set_={"number": Tally.number + statement.excluded.number},
            ),
            rows,
        )
