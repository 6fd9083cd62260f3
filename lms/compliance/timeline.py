"""The status of one person for one qualification on any day, past or future, worked out from facts. No database.

| state | when |
| --- | --- |
| exempt | required, and an exemption runs; this goes before everything else |
| compliant | required and held |
| expiring | required and held, with at most `expiring_days` days left |
| in_grace | required, not held, but there is time: grace after expiry, or time to comply for who is new there |
| expired | required, was held, the last valid day and the grace are over |
| missing | required and never held, or what was held is revoked or suspended |
| not_required | held without being required; neither held nor required is no status at all |
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from lms.compliance.periods import NONE, Period

COMPLIANT, EXPIRING, IN_GRACE, EXPIRED, MISSING, EXEMPT, NOT_REQUIRED = STATES = (
    "compliant", "expiring", "in_grace", "expired", "missing", "exempt", "not_required",
)  # fmt: skip
NON_COMPLIANT = (EXPIRED, MISSING)
"""Who may not do the work today."""

ORGANIZATION, DEPARTMENT, JOB_FUNCTION, PERSON = TARGETS = ("organization", "department", "job_function", "person")

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Piece:
    """Where somebody was from `start` up to and not including `end`: department with all above it, job function."""

    start: date
    end: date | None
    department_id: int | None = None
    departments: frozenset[int] = frozenset()
    job_function_id: int | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Duty:
    """A requirement: for whom, from when, until when (last day), and how many days newcomers have."""

    id: int
    target: str
    target_id: int | None
    starts_on: date
    ends_on: date | None = None
    comply_days: int = 0
    below: bool = True

    def concerns(self, piece: Piece, user_id: int) -> bool:
        """Whether it is for somebody who is there."""
        if not piece.active:
            return False
        if self.target == DEPARTMENT:
            return self.target_id in piece.departments if self.below else self.target_id == piece.department_id
        if self.target == JOB_FUNCTION:
            return self.target_id == piece.job_function_id
        return self.target == ORGANIZATION or self.target_id == user_id


@dataclass(frozen=True, slots=True)
class Span:
    """A time during which one requirement concerns the person; `end` is the first day after it."""

    start: date
    end: date | None
    due_on: date
    duty_id: int

    def holds(self, day: date) -> bool:
        """Whether it covers the day."""
        return self.start <= day and (self.end is None or day < self.end)


def spans(duties: Sequence[Duty], pieces: Sequence[Piece], user_id: int) -> list[Span]:
    """When each requirement concerns the person, and by when they must comply.

    Who is there already on the day a requirement begins must comply on that day; who comes later, or into the job
    later, has `comply_days` more. Moving within what the requirement covers does not begin anew.
    """
    found = []
    for duty in duties:
        for start, end in _runs(duty, pieces, user_id):
            begins = max(start, duty.starts_on)
            ends = min((day for day in (end, duty.ends_on + DAY if duty.ends_on else None) if day), default=None)
            if ends is None or begins < ends:
                is_new = start > duty.starts_on
                due_on = begins + timedelta(days=duty.comply_days) if is_new else begins
                found.append(Span(begins, ends, due_on, duty.id))
    return found


def _runs(duty: Duty, pieces: Sequence[Piece], user_id: int) -> Iterator[tuple[date, date | None]]:
    """Unbroken runs of pieces that the duty concerns."""
    start = None
    end: date | None = None
    for piece in pieces:
        if duty.concerns(piece, user_id):
            if start is None:
                start = piece.start
            end = piece.end
        elif start is not None:
            yield start, end
            start = None
    if start is not None:
        yield start, end


@dataclass(frozen=True, slots=True)
class Cover:
    """Days on which the qualification is held: `end` is the last valid day; with revocation and suspensions.

    A suspension is its first day and its last, None while it goes on.
    """

    holding_id: int
    start: date
    end: date | None
    revoked_on: date | None = None
    suspensions: tuple[tuple[date, date | None], ...] = ()

    def counts_on(self, day: date) -> bool:
        """Whether the qualification is held by it on that day."""
        if day < self.start or (self.end is not None and day > self.end):
            return False
        if self.revoked_on is not None and day >= self.revoked_on:
            return False
        return not any(first <= day and (last is None or day <= last) for first, last in self.suspensions)

    def lasts(self, day: date) -> date | None:
        """The last day of the unbroken time from `day`, on which it counts."""
        cuts = [self.end] if self.end is not None else []
        if self.revoked_on is not None:
            cuts.append(self.revoked_on - DAY)
        cuts += [first - DAY for first, _last in self.suspensions if first > day]
        return min(cuts, default=None)

    def is_cut_on(self, day: date) -> bool:
        """Whether it would be valid on that day but for a revocation or suspension."""
        return self.start <= day and (self.end is None or day <= self.end) and not self.counts_on(day)


@dataclass(frozen=True, slots=True)
class Leave:
    """An exemption: from its first day to its last."""

    exemption_id: int
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Case:
    """All that decides about one person and one qualification."""

    spans: Sequence[Span] = ()
    covers: Sequence[Cover] = ()
    leaves: Sequence[Leave] = ()
    grace: Period = NONE
    expiring_days: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """A state with its reasons: what it is held by, required by and since when, exempted by; `due_on` is the last day
    to act: of validity, of grace, or of the time to comply."""

    state: str
    valid_until: date | None = None
    due_on: date | None = None
    required_since: date | None = None
    requirement_id: int | None = None
    holding_id: int | None = None
    exemption_id: int | None = None


def state_on(day: date, case: Case) -> State | None:
    """The state on a day; None when the qualification is neither required nor held."""
    binding = [span for span in case.spans if span.holds(day)]
    holding_id, until = _held(day, case.covers)
    if not binding:
        return State(NOT_REQUIRED, until, holding_id=holding_id) if holding_id else None
    span = min(binding, key=lambda one: (one.due_on, one.duty_id))
    required: dict[str, Any] = {"required_since": span.start, "requirement_id": span.duty_id}
    leave = max((one for one in case.leaves if one.start <= day <= one.end), key=_end, default=None)
    if leave is not None:
        return State(EXEMPT, until, leave.end, holding_id=holding_id, exemption_id=leave.exemption_id, **required)
    if holding_id:
        is_expiring = until is not None and (until - day).days <= case.expiring_days
        return State(EXPIRING if is_expiring else COMPLIANT, until, until, holding_id=holding_id, **required)
    return _not_held(day, case, span, required)


def _not_held(day: date, case: Case, span: Span, required: dict[str, Any]) -> State:
    cut = max((cover for cover in case.covers if cover.is_cut_on(day)), key=_start, default=None)
    ended = [cover for cover in case.covers if cover.end is not None and cover.end < day and _ran_out(cover)]
    last = max(ended, key=lambda cover: (cover.end, cover.holding_id), default=None)
    grace_until = case.grace.after(last.end) if last and last.end and case.grace and not cut else None
    until = last.end if last else None
    holding_id = cut.holding_id if cut else last.holding_id if last else None
    allowed = [limit for limit in (grace_until, span.due_on if span.due_on > span.start else None) if limit]
    open_until = max((limit for limit in allowed if day <= limit), default=None)
    if open_until is not None:
        return State(IN_GRACE, until, open_until, holding_id=holding_id, **required)
    if cut or last is None:
        return State(MISSING, None, span.due_on, holding_id=holding_id, **required)
    return State(EXPIRED, until, max(until or day, span.due_on), holding_id=holding_id, **required)


def _held(day: date, covers: Sequence[Cover]) -> tuple[int | None, date | None]:
    """By what it is held on the day, and the last day of the unbroken time; no id where it is not held."""
    standing = [cover for cover in covers if cover.counts_on(day)]
    if not standing:
        return None, None
    best = max(standing, key=lambda cover: (cover.lasts(day) or date.max, cover.holding_id))
    end = best.lasts(day)
    while end is not None and end < date.max:
        following = [cover for cover in covers if cover.counts_on(end + DAY)]
        if not following:
            break
        after = end + DAY
        best = max(following, key=lambda cover: (cover.lasts(after) or date.max, cover.holding_id))
        end = best.lasts(after)
    return best.holding_id, end


def _ran_out(cover: Cover) -> bool:
    """Whether it lasted to its last valid day."""
    return cover.end is not None and cover.end >= cover.start and cover.counts_on(cover.end)


def _end(leave: Leave) -> date:
    return leave.end


def _start(cover: Cover) -> tuple[date, int]:
    return cover.start, cover.holding_id


@dataclass(frozen=True, slots=True)
class Stretch:
    """A state that lasts from `start` to `end`, its last day; None when nothing will change it."""

    start: date
    end: date | None
    state: State


def timeline(case: Case) -> list[Stretch]:
    """Every state there is, in order, from the first day there is something to say to the end of time."""
    stretches: list[Stretch] = []
    days = sorted(_turns(case))
    for day, following in zip_longest(days, days[1:]):
        state = state_on(day, case)
        end = following - DAY if following else None
        if state is None:
            continue
        if stretches and stretches[-1].state == state and stretches[-1].end == day - DAY:
            stretches[-1] = Stretch(stretches[-1].start, end, state)
        else:
            stretches.append(Stretch(day, end, state))
    return stretches


def _turns(case: Case) -> set[date]:
    """Every day on which the state may become another one."""
    days: set[date] = set()
    for span in case.spans:
        days.update({span.start, span.due_on + DAY})
        if span.end:
            days.add(span.end)
    for leave in case.leaves:
        days.update({leave.start, leave.end + DAY})
    for cover in case.covers:
        days.add(cover.start)
        lasts = [cover.end] if cover.end else []
        if cover.revoked_on:
            lasts.append(cover.revoked_on - DAY)
        for first, last in cover.suspensions:
            lasts.append(first - DAY)
            if last:
                days.add(last + DAY)
        for last in lasts:
            if last < date.max:
                days.update({last + DAY, last - timedelta(days=case.expiring_days), case.grace.after(last) + DAY})
    return days
