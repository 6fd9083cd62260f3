"""OneRoster's files as those of our imports: departments, people, courses, enrollments and results."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lms.transfer.oneroster.reading import Roster, Row
from lms.transfer.oneroster.tables import ABSENT, ROLES
from lms.transfer.oneroster.writing import NO_NAME
from lms.transfer.spreadsheet import safe
from lms.transfer.values import NO, YES

ORDER = ("departments", "people", "courses", "enrollments", "results")
"""Kinds, each after those that it needs."""
COLUMNS: dict[str, tuple[str, ...]] = {
    "departments": ("name", "parent"),
    "people": ("external_id", "personnel_number", "email", "name", "department", "roles", "active"),
    "courses": ("title",),
    "enrollments": ("external_id", "course"),
    "results": ("external_id", "course", "subject", "passed", "score", "finished_at"),
}
OURS = {word: role for role, word in ROLES.items()}
DELETED = "tobedeleted"
MOST_SKIPPED = 500
PIECE = 64 * 1024
DEEPEST = 20


@dataclass(slots=True)
class Skipped:
    """What could not be taken over: the first of it by file, row and reason, and how much there was."""

    first: list[dict[str, Any]] = field(default_factory=list)
    number: int = 0

    def add(self, file: str, row: int | None, reason: str) -> None:
        """One more."""
        self.number += 1
        if len(self.first) < MOST_SKIPPED:
            self.first.append({"file": f"{file}.csv", "row": row, "reason": reason})


class Conversion:
    """One zip on its way: what its ids stand for, and what was left out."""

    def __init__(self, roster: Roster, zone: ZoneInfo, pass_mark: int) -> None:
        self.roster, self.zone, self.pass_mark = roster, zone, pass_mark
        self.skipped = Skipped()
        for name in roster.files:
            if name in ABSENT:
                self.skipped.add(name, None, "This file is not read here.")
        self.places = self._places()
        self.courses = {row["sourcedId"]: row.get("title", "") for _number, row in self._kept("courses")}
        self.classes = {
            row["sourcedId"]: self.courses.get(row.get("courseSourcedId", ""), "")
            for _number, row in self._kept("classes")
        }
        self.subjects = self._subjects()

    def csv(self, kind: str) -> Iterator[bytes]:
        """The file of our import, piece by piece."""
        makers: dict[str, Callable[[], Iterator[tuple[str, ...]]]] = {name: getattr(self, f"_{name}") for name in ORDER}
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(COLUMNS[kind])
        for cells in makers[kind]():
            writer.writerow([safe(cell) for cell in cells])
            if buffer.tell() > PIECE:
                yield buffer.getvalue().encode()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue().encode()

    def line_items(self) -> dict[str, list[str]]:
        """Titles of the subjects of each course, in their order."""
        found: dict[str, list[str]] = {}
        for course, title, _least, _most in self.subjects.values():
            if title not in found.setdefault(course, []):
                found[course].append(title)
        return found

    def _kept(self, name: str) -> Iterator[tuple[int, Row]]:
        """Rows that have an id and are not to be deleted."""
        for number, row in self.roster.rows(name):
            if not row.get("sourcedId"):
                self.skipped.add(name, number, "It has no sourcedId.")
            elif row.get("status", "").lower() == DELETED and name != "users":
                self.skipped.add(name, number, "It is to be deleted; nothing is deleted here.")
            else:
                yield number, row

    def _places(self) -> dict[str, str]:
        """Paths of departments by the ids of orgs. The one org that is no department is the organization itself."""
        orgs = {row["sourcedId"]: row for _number, row in self._kept("orgs")}
        others = [id for id, row in orgs.items() if row.get("type") != "department"]
        left_out = set(others) if len(others) == 1 else set()
        places: dict[str, str] = {}
        for id in orgs:
            names: list[str] = []
            here = id
            while here in orgs and here not in left_out and len(names) <= DEEPEST:
                names.insert(0, orgs[here].get("name", ""))
                here = orgs[here].get("parentSourcedId", "")
            places[id] = " > ".join(names)
        return places

    def _subjects(self) -> dict[str, tuple[str, str, float, float]]:
        """Course, title, lowest and highest score by the ids of line items."""
        subjects: dict[str, tuple[str, str, float, float]] = {}
        for number, row in self._kept("lineItems"):
            course = self.classes.get(row.get("classSourcedId", ""), "")
            least, most = _number(row.get("resultValueMin")) or 0.0, _number(row.get("resultValueMax"))
            if course:
                subjects[row["sourcedId"]] = (course, row.get("title", ""), least, 100.0 if most is None else most)
            else:
                self.skipped.add("lineItems", number, "Its class or course is not in the file.")
        return subjects

    def _departments(self) -> Iterator[tuple[str, ...]]:
        for path in sorted({path for path in self.places.values() if path}, key=lambda path: path.count(" > ")):
            parent, _sign, name = path.rpartition(" > ")
            yield name, parent

    def _people(self) -> Iterator[tuple[str, ...]]:
        roles, orgs = self._roles()
        for _number, row in self._kept("users"):
            id, email = row["sourcedId"], row.get("email") or row.get("username", "")
            names = [row.get(f"preferred{part}") or row.get(part[0].lower() + part[1:], "")
                     for part in ("GivenName", "MiddleName", "FamilyName")]  # fmt: skip
            is_gone = row.get("status", "").lower() == DELETED or row.get("enabledUser", "").lower() == "false"
            place = self.places.get(row.get("primaryOrgSourcedId") or orgs.get(id, ""), "")
            yield (
                id, row.get("identifier", ""), email if "@" in email else "",
                " ".join(name for name in names if name and name != NO_NAME), place,
                ", ".join(roles.get(id, ["learner"])), "no" if is_gone else "yes",
            )  # fmt: skip

    def _roles(self) -> tuple[dict[str, list[str]], dict[str, str]]:
        """Our roles, and the org of the primary role, by the ids of users."""
        roles: dict[str, list[str]] = {}
        orgs: dict[str, str] = {}
        for number, row in self._kept("roles"):
            user, role = row.get("userSourcedId", ""), OURS.get(row.get("role", ""))
            if row.get("roleType") == "primary":
                orgs[user] = row.get("orgSourcedId", "")
            if role is None:
                self.skipped.add("roles", number, f"There is no role here for {row.get('role', '')[:50]}.")
            elif role not in roles.setdefault(user, []):
                roles[user].append(role)
        return roles, orgs

    def _courses(self) -> Iterator[tuple[str, ...]]:
        for title in self.courses.values():
            yield (title,)

    def _enrollments(self) -> Iterator[tuple[str, ...]]:
        for number, row in self._kept("enrollments"):
            course = self.classes.get(row.get("classSourcedId", ""), "")
            if row.get("role") != "student":
                self.skipped.add("enrollments", number, "Only students are in courses here.")
            elif not course:
                self.skipped.add("enrollments", number, "Its class or course is not in the file.")
            else:
                yield row.get("userSourcedId", ""), course

    def _results(self) -> Iterator[tuple[str, ...]]:
        for number, row in self._kept("results"):
            subject = self.subjects.get(row.get("lineItemSourcedId", ""))
            if subject is None:
                self.skipped.add("results", number, "Its line item is not in the file.")
                continue
            course, title, least, most = subject
            score = _percentage(row.get("score"), least, most)
            passed = self._is_passed(row, score)
            if passed is None:
                self.skipped.add("results", number, "It does not say whether it was passed.")
                continue
            yield (
                row.get("studentSourcedId", ""), course, title, "yes" if passed else "no",
                "" if score is None else str(score), self._moment(row.get("scoreDate", "")),
            )  # fmt: skip

    def _is_passed(self, row: Row, score: int | None) -> bool | None:
        """By its words, else by the score; None while nothing is decided."""
        if row.get("scoreStatus") not in ("fully graded", "partially graded") or row.get("inProgress") == "true":
            return None
        words = row.get("textScore", "").casefold()
        if words in YES or words in NO:
            return words in YES
        if row.get("incomplete") == "true":
            return False
        return None if score is None else score >= self.pass_mark

    def _moment(self, text: str) -> str:
        """A day; of today the moment that is now, because noon may be still to come."""
        now = datetime.now(self.zone)
        return now.isoformat(timespec="seconds") if text[:10] == now.date().isoformat() else text


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if abs(number) < 1e9 else None


def _percentage(text: str | None, least: float, most: float) -> int | None:
    score = _number(text)
    if score is None or most <= least:
        return None
    return round(min(1.0, max(0.0, (score - least) / (most - least))) * 100)
