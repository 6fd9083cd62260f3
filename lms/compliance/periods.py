"""Spans of time as people write them down: so many days, weeks, months or years.

Month ends are clipped: a month after 31 January is the last day of February. Multiples are counted from the
original base, never from a clipped date, so that the day does not drift: two months after 31 January is 31 March.
A year after 29 February is 28 February, four years after it is 29 February again.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta

UNITS = ("days", "weeks", "months", "years")
LONGEST = {"days": 36_500, "weeks": 5_200, "months": 1_200, "years": 100}
"""The most of each unit that a rule may have: a century."""


@dataclass(frozen=True, slots=True)
class Period:
    """`number` of `unit`; a number of 0 is no time at all."""

    number: int = 0
    unit: str = "days"

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read what `str` writes, such as "12 months"; the empty text is no time at all. Raises ValueError."""
        if not text:
            return cls()
        number, _, unit = text.partition(" ")
        if unit not in UNITS or not number.isdecimal() or int(number) > LONGEST[unit]:
            raise ValueError(f"{text!r} is not a number of days, weeks, months or years of at most a century")
        return cls(int(number), unit)

    def __str__(self) -> str:
        return f"{self.number} {self.unit}" if self.number else ""

    def __bool__(self) -> bool:
        return self.number > 0

    def after(self, base: date, times: int = 1) -> date:
        """The day `times` periods after `base`, clipped to the month's last day; the last day there is at the most."""
        number = self.number * times
        try:
            match self.unit:
                case "days":
                    return base + timedelta(days=number)
                case "weeks":
                    return base + timedelta(weeks=number)
                case "months":
                    return _add_months(base, number)
            return _add_months(base, number * 12)
        except OverflowError:
            return date.max

    def before(self, day: date) -> date:
        """The day one period before `day`."""
        return self.after(day, -1)


NONE = Period()
"""No time at all."""


def _add_months(base: date, months: int) -> date:
    year, month = divmod(base.year * 12 + base.month - 1 + months, 12)
    if year > MAXYEAR:
        raise OverflowError
    return date(year, month + 1, min(base.day, monthrange(year, month + 1)[1]))
