"""How long a qualification is valid: rules as buyers know them from Totara certifications and ILIAS. No database.

Every day is a day in the organization's time zone; `valid_until` is the last valid day.
- `forever`: no last day.
- `completion`: the day it was done plus the period. With days this is ILIAS's "n days after completion".
- `previous`: renewed inside the window, the old last day plus the period; the first time, the due date plus the
  period if there is one; renewed late (after the last valid day, in grace too) or before the window, from completion.
- `fixed`: the base date plus the first multiple of the period that lies after completion and is at least the minimum
  active period away; the minimum is never shorter than the renewal window.
- `season`: to be done in one month of every year, whenever it was last done: valid up to the last day of the first
  such month that begins after completion.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lms.compliance.periods import NONE, Period

FOREVER, COMPLETION, PREVIOUS, FIXED, SEASON = COUNTINGS = ("forever", "completion", "previous", "fixed", "season")


@dataclass(frozen=True, slots=True)
class Rule:
    """The part of a qualification that decides about days."""

    counting: str = FOREVER
    period: Period = NONE
    base_on: date | None = None
    minimum: Period = NONE
    season_month: int | None = None
    window: Period = NONE
    grace: Period = NONE

    def plain(self) -> dict[str, Any]:
        """In values that JSON knows; `Rule.read` is the way back."""
        return {
            "counting": self.counting,
            "period": str(self.period),
            "base_on": self.base_on.isoformat() if self.base_on else None,
            "minimum": str(self.minimum),
            "season_month": self.season_month,
            "window": str(self.window),
            "grace": str(self.grace),
        }

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> "Rule":
        """The rule that `plain` wrote."""
        return cls(
            plain["counting"],
            Period.parse(plain["period"]),
            date.fromisoformat(plain["base_on"]) if plain["base_on"] else None,
            Period.parse(plain["minimum"]),
            plain["season_month"],
            Period.parse(plain["window"]),
            Period.parse(plain["grace"]),
        )

    def opens_on(self, valid_until: date | None) -> date | None:
        """The first day on which a renewal may begin; None where it always may."""
        if valid_until is None:
            return None
        if self.counting == SEASON:
            first = valid_until.replace(day=1)
            return min(first, self.window.before(valid_until)) if self.window else first
        return self.window.before(valid_until) if self.window else None


@dataclass(frozen=True, slots=True)
class Given:
    """A last valid day and what gave it: `base_on` plus `periods` periods, counted in the way `counted` names."""

    valid_until: date | None
    base_on: date
    periods: int
    counted: str


def expiry(rule: Rule, done_on: date, previous: Given | None = None, due_on: date | None = None) -> Given:
    """The last valid day of what was done on `done_on`.

    `previous` is what was held before, None the first time and after a revocation. A due date that would make the
    qualification run out before it was obtained is left aside.
    """
    match rule.counting:
        case "forever":
            return Given(None, done_on, 0, "forever")
        case "fixed":
            return _fixed(rule, done_on)
        case "season":
            return _season(rule, done_on)
        case "previous":
            return _from_previous(rule, done_on, previous, due_on)
    return Given(rule.period.after(done_on), done_on, 1, "completion")


def _from_previous(rule: Rule, done_on: date, previous: Given | None, due_on: date | None) -> Given:
    if previous is None or previous.valid_until is None:
        if due_on is not None and rule.period.after(due_on) >= done_on:
            return Given(rule.period.after(due_on), due_on, 1, "due")
        return Given(rule.period.after(done_on), done_on, 1, "completion")
    opens_on = rule.opens_on(previous.valid_until)
    if done_on > previous.valid_until:
        return Given(rule.period.after(done_on), done_on, 1, "late")
    if opens_on is not None and done_on < opens_on:
        return Given(rule.period.after(done_on), done_on, 1, "early")
    base_on, periods = previous.base_on, previous.periods
    if rule.period.after(base_on, periods) != previous.valid_until:
        base_on, periods = previous.valid_until, 0
    return Given(rule.period.after(base_on, periods + 1), base_on, periods + 1, "previous")


def _fixed(rule: Rule, done_on: date) -> Given:
    """Multiples from 0: a base date that itself lies far enough ahead is the first last day."""
    base_on = rule.base_on or done_on
    earliest = max(rule.minimum.after(done_on), rule.window.after(done_on), done_on + timedelta(days=1))
    low, high = 0, 1
    while rule.period.after(base_on, high) < earliest:
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if rule.period.after(base_on, middle) < earliest else (low, middle)
    return Given(rule.period.after(base_on, low), base_on, low, "fixed")


def _season(rule: Rule, done_on: date) -> Given:
    month = rule.season_month or 1
    year = done_on.year if date(done_on.year, month, 1) > done_on else done_on.year + 1
    last = date(year, month, monthrange(year, month)[1])
    return Given(last, date(year, month, 1), 0, "season")
