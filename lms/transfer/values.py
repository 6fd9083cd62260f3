"""What a cell means: each reader gives the value, or raises ValueError with a sentence for whoever wrote it."""

import re
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from lms.accounts.attrs import Email
from lms.policy import ROLES
from lms.transfer.reading import Cell

YES = {"yes", "y", "true", "1", "ja", "j", "waar", "passed", "geslaagd", "behaald"}
NO = {"no", "n", "false", "0", "nee", "onwaar", "failed", "gezakt", "niet behaald"}
MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan januari", "february feb februari", "march mar maart mrt", "april apr", "may mei",
         "june jun juni", "july jul juli", "august aug augustus", "september sep sept", "october oct oktober okt",
         "november nov", "december dec"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
"""In English and Dutch."""
_email: TypeAdapter[str] = TypeAdapter(Email)


def text(cell: Cell, longest: int = 200) -> str:
    """Text of at most `longest` characters, on one line."""
    words = cell.isoformat() if isinstance(cell, date) else cell
    if len(words) > longest:
        raise ValueError(f"is longer than {longest} characters")
    return words


def identifier(cell: Cell) -> str:
    """What another system calls somebody: at most 50 characters."""
    return text(cell, 50)


def paragraph(cell: Cell) -> str:
    """Text of at most 1,000 characters."""
    return text(cell, 1000)


@lru_cache(maxsize=20_000)
def email(cell: Cell) -> str:
    """A mail address, in lower case."""
    try:
        return _email.validate_python(text(cell, 254))
    except ValidationError:
        raise ValueError("is not a mail address") from None


def yes_or_no(cell: Cell) -> bool:
    """Yes or no, in English or Dutch."""
    word = text(cell).casefold()
    if word in YES or word in NO:
        return word in YES
    raise ValueError("says neither yes nor no")


def percentage(cell: Cell) -> int:
    """A whole number from 0 to 100."""
    number = text(cell).removesuffix("%").strip()
    if re.fullmatch(r"\d{1,3}([.,]0+)?", number, re.ASCII) and 0 <= int(re.split("[.,]", number)[0]) <= 100:
        return int(re.split("[.,]", number)[0])
    raise ValueError("is not a whole number from 0 to 100")


def roles(cell: Cell) -> list[str]:
    """Roles, with commas in between."""
    wanted = {word.strip().casefold() for word in re.split("[,;]", text(cell)) if word.strip()}
    if not wanted or wanted - set(ROLES):
        raise ValueError(f"is not made of {', '.join(ROLES)}")
    return [role for role in ROLES if role in wanted]


@lru_cache(maxsize=20_000)
def moment(cell: Cell, zone: ZoneInfo) -> datetime:
    """A day or a moment that is past; without a zone of its own it is read in the organization's.

    2026-03-01 and 2026-03-01T10:00Z (ISO 8601), 31-3-2026, 31/3/2026, 31.3.2026 (day first), and 1 March 2026 or
    1 maart 2026. What could be two days, such as 3/4/2026, is refused.
    """
    found = cell if isinstance(cell, date) else _written(cell)
    if not isinstance(found, datetime):
        found = datetime.combine(found, time(12))
    found = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    if found.year < 1950:
        raise ValueError("is before 1950")
    if found > datetime.now(UTC):
        raise ValueError("is in the future")
    return found


@lru_cache(maxsize=20_000)
def day(cell: Cell, zone: ZoneInfo) -> date:
    """A day, past or to come, written as for `moment`; of a moment with a zone of its own, the organization's day."""
    found = cell if isinstance(cell, date) else _written(cell)
    if not isinstance(found, datetime):
        return found
    return (found.astimezone(zone) if found.tzinfo else found).date()


def _written(words: str) -> date:
    if re.match(r"\d{4}-\d\d-\d\d", words):
        try:
            return date.fromisoformat(words) if len(words) == 10 else datetime.fromisoformat(words)
        except ValueError:
            raise ValueError("is no day there is") from None
    if parts := re.fullmatch(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", words, re.ASCII):
        day, month, year = int(parts[1]), int(parts[3]), int(parts[4])
        if parts[2] == "/" and day != month and day <= 12 and month <= 12:
            raise ValueError(f"could be two days; write {year}-{month:02}-{day:02} or {year}-{day:02}-{month:02}")
        if parts[2] == "/" and month > 12 >= day:
            day, month = month, day
        return _day(year, month, day)
    if parts := re.fullmatch(r"(\d{1,2}) ([a-z]+)\.? (\d{4})", words.casefold(), re.ASCII):
        return _day(int(parts[3]), MONTHS.get(parts[2], 0), int(parts[1]))
    raise ValueError("is not a day; write it as 2026-03-31")


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("is no day there is") from None
