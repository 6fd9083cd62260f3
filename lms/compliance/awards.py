"""What a person holds, worked out from everything they did towards one qualification. No database.

The answer depends on what is known, never on the order in which it became known. What was written down when something
first counted (the rule and the due date of that day) stays with it: a later change of the rule is for what comes later.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lms.compliance.validity import Given, Rule, expiry

COURSES, EVIDENCE, SIGN_OFF = SOURCES = ("courses", "evidence", "sign_off")

Key = tuple[str, int]
"""Kind and id of what a holding comes from: an enrollment, a piece of evidence, a sign-off."""


@dataclass(frozen=True, slots=True)
class Done:
    """Something a person did: a completed course (with its id), evidence (with its own last day), a sign-off."""

    on: date
    kind: str
    id: int
    course_id: int | None = None
    expires_on: date | None = None

    @property
    def key(self) -> Key:
        """What identifies the holding that comes of it."""
        return self.kind, self.id


@dataclass(frozen=True, slots=True)
class Path:
    """Courses of which `needed` must be completed; 0 needs all of them."""

    courses: frozenset[int] = frozenset()
    needed: int = 1

    def is_walked(self, completed: Collection[int]) -> bool:
        """Whether enough of its courses are among `completed`."""
        number = len(self.courses & set(completed))
        return number > 0 and number >= (self.needed or len(self.courses))


@dataclass(frozen=True, slots=True)
class Noted:
    """What is on record about a holding: the rule and due date of then, a changed last day, a revocation."""

    rule: Rule
    due_on: date | None = None
    changed_to: date | None = None
    revoked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Award:
    """A holding as it should be."""

    key: Key
    achieved_on: date
    given: Given
    rule: Rule
    due_on: date | None

    @property
    def valid_until(self) -> date | None:
        """Its last valid day."""
        return self.given.valid_until


def awards(
    done: Sequence[Done],
    first: Path,
    renewal: Path,
    rule: Rule,
    noted: Mapping[Key, Noted],
    due_on: Callable[[date], date | None],
) -> list[Award]:
    """The holdings of one person that follow from what they did, in the order of their days.

    Somebody who holds the qualification, or is in grace, may take the renewal courses instead of the first ones;
    once it has lapsed, the first ones are needed again. A course counts once: what was used up does not count twice.
    """
    given: list[Award] = []
    completed: set[int] = set()
    for step in sorted(done, key=lambda one: (one.on, one.kind, one.id)):
        previous = _previous(given, noted, step.on)
        if step.course_id is not None:
            completed.add(step.course_id)
            renewed = previous is not None and not _has_lapsed(previous, rule, step.on) and renewal.is_walked(completed)
            if not renewed and not first.is_walked(completed):
                continue
            completed.clear()
        note = noted.get(step.key) or Noted(rule, due_on(step.on))
        given.append(_award(step, note, previous))
    return given


def _award(step: Done, note: Noted, previous: Award | None) -> Award:
    if note.changed_to is not None:
        outcome = Given(note.changed_to, note.changed_to, 0, "changed")
    elif step.expires_on is not None:
        outcome = Given(step.expires_on, step.expires_on, 0, "evidence")
    else:
        outcome = expiry(note.rule, step.on, previous.given if previous else None, note.due_on)
    return Award(step.key, step.on, outcome, note.rule, note.due_on)


def _previous(given: Sequence[Award], noted: Mapping[Key, Noted], on: date) -> Award | None:
    """Of what was held before and not revoked by then, what lasts longest."""
    standing = [award for award in given if not _is_revoked(noted.get(award.key), on)]
    return max(standing, key=lambda award: award.valid_until or date.max, default=None)


def _is_revoked(note: Noted | None, on: date) -> bool:
    return note is not None and note.revoked_on is not None and note.revoked_on <= on


def _has_lapsed(previous: Award, rule: Rule, on: date) -> bool:
    return previous.valid_until is not None and on > rule.grace.after(previous.valid_until)
