"""An organization of so many people, 50 qualifications, and what follows from them; made in a few statements.

Everybody must hold ten: three of the whole organization, three of the job function, four of the division. Of each nine
in ten people have completed its course, on a day of the last 440; it is valid for 400 days, with 30 days of grace.
"""

# ruff: noqa: S608 - the statements are put together from numbers and names of ours

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import text

from lms import accounts, compliance
from lms.accounts import DepartmentAttrs, JobFunctionAttrs, User
from lms.compliance import QualificationAttrs, RequirementAttrs
from lms.compliance.deriving import recompute
from lms.courses import Course
from lms.db import db, transaction
from lms.events import EventCenter
from tests import factories

PERIOD, GRACE, EXPIRING, TEAM = 400, 30, 60, 50
JOBS, DIVISIONS = 10, 4
REQUIRED = timedelta(days=365)
BEGAN = timedelta(days=1000)


class World:
    """The organization with its administrator, teams and qualifications."""

    def __init__(self, people: int) -> None:
        self.people = people
        self.postgresql = db.engine.dialect.name == "postgresql"
        EventCenter.publish = staticmethod(lambda ids: None)
        self.organization = factories.organization("Large Hospital")
        self.organization.timezone = "UTC"
        self.admin = factories.user(self.organization, "Ada Admin", "admin", "author")
        self.today = datetime.now(UTC).date()
        self.since = self.today - REQUIRED
        self._make_places()
        self._make_qualifications()
        self._fill()

    def _make_places(self) -> None:
        def department(name: str, parent_id: int | None = None) -> int:
            return accounts.create_department(DepartmentAttrs(name=name, parent_id=parent_id), self.admin).id

        self.jobs = [
            accounts.create_job_function(JobFunctionAttrs(name=f"Job {number}"), self.admin).id
            for number in range(JOBS)
        ]
        self.divisions = [department(f"Division {number}") for number in range(DIVISIONS)]
        first = department("Team 0", self.divisions[0])
        teams = max(1, self.people // TEAM)
        self.teams = list(range(first, first + teams))
        if teams > 1:
            self._do(
                "INSERT INTO departments (id, organization_id, parent_id, name, created_at, updated_at)"
                f" SELECT n + {first}, {self.organization.id}, {self.divisions[0]} + n % {DIVISIONS}, 'Team ' || n,"
                f" :now, :now FROM {self._numbers(1, teams - 1)}"
            )

    def _make_qualifications(self) -> None:
        self.courses: list[Course] = []
        self.qualifications: list[int] = []
        self.requirements: list[int] = []
        for number in range(50):
            course = factories.open_course(self.admin, subjects=1, title=f"Course {number:02}")
            attrs = QualificationAttrs(
                title=f"Qualification {number:02}", counting="completion", period=f"{PERIOD} days",
                grace=f"{GRACE} days", expiring_days=EXPIRING, first_courses=[course.id],
            )  # fmt: skip
            qualification = compliance.create_qualification(attrs, self.admin)
            self.courses.append(course)
            self.qualifications.append(qualification.id)
            if number < 3 + 3 * JOBS + 4 * DIVISIONS:
                self.requirements.append(self._require(number, qualification.id))

    def _require(self, number: int, qualification_id: int) -> int:
        target: dict[str, Any] = {"target": "organization"}
        if number >= 3 + 3 * JOBS:
            target = {"target": "department", "department_id": self.divisions[(number - 3 - 3 * JOBS) % DIVISIONS]}
        elif number >= 3:
            target = {"target": "job_function", "job_function_id": self.jobs[(number - 3) % JOBS]}
        attrs = RequirementAttrs(qualification_id=qualification_id, starts_on=self.since, **target)
        return compliance.create_requirement(attrs, self.admin).id

    def _numbers(self, first: int, last: int) -> str:
        if self.postgresql:
            return f"generate_series({first}, {last}) AS numbers(n)"
        return (
            f"(WITH RECURSIVE numbers(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})"
            " SELECT n FROM numbers)"
        )

    def _plus(self, day: str, days: int | str) -> str:
        return f"({day} + CAST({days} AS integer))" if self.postgresql else f"date({day}, ({days}) || ' days')"

    def _do(self, statement: str) -> None:
        now = datetime.now(UTC)
        values = {"now": now if self.postgresql else now.strftime("%Y-%m-%d %H:%M:%S.%f")}
        db.session.execute(text(statement), values if ":now" in statement else {})
        db.session.commit()

    def _fill(self) -> None:
        """People, completed courses, holdings, periods, statuses, counts."""
        organization, began = self.organization.id, self._moment(self.today - BEGAN)
        first_job, first_team, teams = self.jobs[0], self.teams[0], len(self.teams)
        json = "'[\"learner\"]'" + ("::jsonb" if self.postgresql else "")
        self.first_user = self.admin.id + 1
        self._do(
            "INSERT INTO users (id, organization_id, name, email, locale, timezone, roles, department_id,"
            " job_function_id, active, fs_uniquifier, analytics_id, created_at, updated_at)"
            f" SELECT n + {self.first_user}, {organization}, 'Person ' || n, 'person' || n || '@large.example', 'en',"
            f" 'UTC', {json}, {first_team} + n % {teams}, {first_job} + n % {JOBS}, true, 'u' || n, 'a' || n,"
            f" {began}, {began}"
            f" FROM {self._numbers(0, self.people - 1)}"
        )
        # The rows are right by how they are made; three keys for each of millions would be looked up otherwise.
        self._do("SET session_replication_role = replica" if self.postgresql else "PRAGMA foreign_keys=OFF")
        self._do("CREATE TABLE bench_pairs AS " + self._pairs())
        self._do(
            "INSERT INTO enrollments (organization_id, course_id, user_id, round, completed_at, created_at, updated_at)"
            f" SELECT {organization}, course_id, user_id, 1, {self._at_noon('done_on')}, {began}, {began}"
            " FROM bench_pairs WHERE done_on IS NOT NULL"
        )
        last = self._plus("p.done_on", PERIOD)
        rule = self._rule()
        self._do(
            "INSERT INTO holdings (organization_id, user_id, qualification_id, source, source_id, achieved_on, rule,"
            " due_on, valid_from, valid_until, base_on, periods, counted, change_reason, revoke_reason, suspensions,"
            " withdrawn, created_at, updated_at)"
            f" SELECT {organization}, p.user_id, p.qualification_id, 'courses', e.id, p.done_on, {rule},"
            f" CASE WHEN p.done_on >= {self._day(self.since)} THEN {self._day(self.since)} END, p.done_on, {last},"
            f" p.done_on, 1, 'completion', '', '', {self._json('[]')}, false, :now, :now"
            " FROM bench_pairs p JOIN enrollments e ON e.user_id = p.user_id AND e.course_id = p.course_id"
            " WHERE p.done_on IS NOT NULL"
        )
        self._fill_periods()
        self._do("SET session_replication_role = DEFAULT" if self.postgresql else "PRAGMA foreign_keys=ON")
        with transaction():
            recompute(organization, [self.admin.id])
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE" if self.postgresql else "ANALYZE"))
        compliance.daily.count_the_day(organization, self.today)
        self._do("UPDATE changes SET settled_at = :now")

    def _pairs(self) -> str:
        """Who must hold what, and when they did its course; one in ten never did."""
        first, job, team = self.first_user, self.jobs[0], self.divisions[0]
        matches = (
            "r.target = 'organization' OR (r.target = 'job_function' AND r.job_function_id = u.job_function_id)"
            " OR (r.target = 'department' AND r.department_id = d.parent_id)"
        )
        spread = "(u.id * 7 + r.qualification_id * 13)"
        done_on = self._plus(self._day(self.today), f"-({spread} % 440)")
        return (
            "SELECT u.id AS user_id, r.qualification_id, r.id AS requirement_id, c.course_id,"
            f" CASE WHEN {spread} % 10 > 0 THEN {done_on} END AS done_on"
            " FROM users u JOIN departments d ON d.id = u.department_id"
            f" JOIN requirements r ON {matches}"
            f" JOIN qualification_courses c ON c.qualification_id = r.qualification_id WHERE u.id >= {first}"
            f" AND {job} > 0 AND {team} > 0"
        )

    def _fill_periods(self) -> None:
        organization = self.organization.id
        since, last = self._day(self.since), "h.valid_until"
        columns = (
            "INSERT INTO status_periods (organization_id, user_id, qualification_id, from_on, until_on, state,"
            " valid_until, due_on, required_since, requirement_id, holding_id, recorded_at) SELECT"
        )
        held = (
            "FROM bench_pairs p JOIN holdings h ON h.user_id = p.user_id AND h.qualification_id = p.qualification_id"
        )
        soon, over = self._plus(last, -EXPIRING), self._plus(last, GRACE)
        start = f"CASE WHEN p.done_on > {since} THEN p.done_on ELSE {since} END"
        soon_start = f"CASE WHEN {soon} > {start} THEN {soon} ELSE {start} END"
        who = f"{organization}, p.user_id, p.qualification_id,"
        required = f"{since}, p.requirement_id,"
        none, no_id = "CAST(NULL AS date)" if self.postgresql else "NULL", "CAST(NULL AS bigint)"
        for values in (
            f"{who} {since}, {self._plus('p.done_on', -1)}, 'missing', {none}, {since}, {required} {no_id}, :now"
            f" FROM bench_pairs p WHERE p.done_on > {since}",
            f"{who} {since}, {none}, 'missing', {none}, {since}, {required} {no_id}, :now"
            " FROM bench_pairs p WHERE p.done_on IS NULL",
            f"{who} p.done_on, {self._plus(since, -1)}, 'not_required', {last}, {none}, {none}, {no_id}, h.id, :now"
            f" {held} WHERE p.done_on < {since}",
            f"{who} {start}, {self._plus(soon, -1)}, 'compliant', {last}, {last}, {required} h.id, :now {held}"
            f" WHERE {start} < {soon}",
            f"{who} {soon_start}, {last}, 'expiring', {last}, {last}, {required} h.id, :now {held}",
            f"{who} {self._plus(last, 1)}, {over}, 'in_grace', {last}, {over}, {required} h.id, :now {held}",
            f"{who} {self._plus(over, 1)}, {none}, 'expired', {last}, {last}, {required} h.id, :now {held}",
        ):
            self._do(f"{columns} {values}")
        today = self._day(self.today)
        self._do(
            "INSERT INTO statuses (organization_id, user_id, qualification_id, state, since, valid_until, due_on,"
            " required_since, requirement_id, holding_id, next_change_on, department_id, job_function_id)"
            " SELECT s.organization_id, s.user_id, s.qualification_id, s.state, s.from_on, s.valid_until, s.due_on,"
            f" s.required_since, s.requirement_id, s.holding_id, {self._plus('s.until_on', 1)}, u.department_id,"
            " u.job_function_id FROM status_periods s JOIN users u ON u.id = s.user_id"
            f" WHERE s.from_on <= {today} AND (s.until_on IS NULL OR s.until_on >= {today})"
        )
        targets = {"organization": "0", "department": "department_id", "job_function": "job_function_id"}
        for kind, target in targets.items():
            self._do(
                "INSERT INTO tallies (organization_id, kind, target_id, qualification_id, state, number)"
                f" SELECT organization_id, '{kind}', {target}, qualification_id, state, count(*) FROM statuses"
                " GROUP BY organization_id, 3, qualification_id, state"
            )
        self._do(
            "INSERT INTO tallies (organization_id, kind, target_id, qualification_id, state, number)"
            " SELECT organization_id, kind, target_id, 0, state, sum(number) FROM tallies WHERE kind <> 'organization'"
            " GROUP BY organization_id, kind, target_id, state"
        )

    def _day(self, day: date) -> str:
        return f"CAST('{day.isoformat()}' AS date)" if self.postgresql else f"'{day.isoformat()}'"

    def _moment(self, day: date) -> str:
        moment = datetime.combine(day, time(9), UTC)
        if self.postgresql:
            return f"CAST('{moment.isoformat()}' AS timestamptz)"
        return f"'{moment:%Y-%m-%d %H:%M:%S.000000}'"

    def _at_noon(self, column: str) -> str:
        return f"({column} + time '12:00') AT TIME ZONE 'UTC'" if self.postgresql else f"{column} || ' 12:00:00.000000'"

    def _json(self, words: str) -> str:
        return f"'{words}'::jsonb" if self.postgresql else f"'{words}'"

    def _rule(self) -> str:
        return self._json(
            f'{{"counting": "completion", "period": "{PERIOD} days", "base_on": null, "minimum": "",'
            f' "season_month": null, "window": "", "grace": "{GRACE} days"}}'
        ).replace(":", "\\:").replace("\\:\\:", "::")  # fmt: skip

    def somebody(self, number: int) -> User:
        """A person, another one for each number."""
        return db.session.get_one(User, self.first_user + (number * 7919) % self.people)
