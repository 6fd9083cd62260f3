"""Digests, quiet hours and days away, over the changes to and from summer time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.notifications.times import digest_at, is_away, quiet_until

AMSTERDAM, NEW_YORK, KOLKATA = "Europe/Amsterdam", "America/New_York", "Asia/Kolkata"
TO_SUMMER, TO_WINTER = date(2027, 3, 28), date(2027, 10, 31)
"""The nights in which Amsterdam changes; New York changes on others."""


def at(zone: str, text: str, fold: int = 0) -> datetime:
    """A moment by a clock in a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "comes"),
    [
        ("2027-03-27T06:59", "2027-03-27T07:00"),
        ("2027-03-27T07:00", "2027-03-28T07:00"),
        ("2027-03-28T01:30", "2027-03-28T07:00"),
        ("2027-10-30T22:00", "2027-10-31T07:00"),
        ("2027-10-31T08:00", "2027-11-01T07:00"),
    ],
)
def test_a_daily_digest_comes_at_its_time_by_the_readers_clock(now, comes):
    assert digest_at("daily", AMSTERDAM, "07:00", 0, at(AMSTERDAM, now)) == at(AMSTERDAM, comes)


def test_the_day_of_the_change_to_summer_time_has_23_hours_and_that_from_it_25():
    before, after = (at(AMSTERDAM, f"{day}T07:00") for day in (TO_SUMMER - timedelta(days=1), TO_SUMMER))
    assert digest_at("daily", AMSTERDAM, "07:00", 0, before) == after == before + timedelta(hours=23)
    before, after = (at(AMSTERDAM, f"{day}T07:00") for day in (TO_WINTER - timedelta(days=1), TO_WINTER))
    assert digest_at("daily", AMSTERDAM, "07:00", 0, before) == after == before + timedelta(hours=25)


def test_a_time_that_is_skipped_comes_an_hour_later_and_one_that_occurs_twice_comes_once():
    skipped = digest_at("daily", AMSTERDAM, "02:30", 0, at(AMSTERDAM, f"{TO_SUMMER}T00:10"))
    assert skipped.astimezone(ZoneInfo(AMSTERDAM)).strftime("%H:%M") == "03:30"
    first = digest_at("daily", AMSTERDAM, "02:30", 0, at(AMSTERDAM, f"{TO_WINTER}T00:10"))
    assert first == at(AMSTERDAM, f"{TO_WINTER}T02:30")
    assert digest_at("daily", AMSTERDAM, "02:30", 0, first) == at(AMSTERDAM, "2027-11-01T02:30")


def test_a_weekly_digest_comes_on_its_day_in_each_zone():
    now = at(AMSTERDAM, "2027-03-24T12:00")
    for zone in (AMSTERDAM, NEW_YORK, KOLKATA):
        assert digest_at("weekly", zone, "07:00", 0, now) == at(zone, "2027-03-29T07:00")
    monday = at(AMSTERDAM, "2027-03-29T07:00")
    assert digest_at("weekly", AMSTERDAM, "07:00", 0, monday) == at(AMSTERDAM, "2027-04-05T07:00")


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.sampled_from([AMSTERDAM, NEW_YORK, KOLKATA, "Australia/Lord_Howe"]),
    st.integers(0, 23),
    st.sampled_from(["daily", "weekly"]),
)
def test_a_digest_is_always_ahead_and_never_further_than_its_period(now, zone, hour, channel):
    comes = digest_at(channel, zone, f"{hour:02}:30", 2, now)
    assert now < comes <= now + timedelta(days=7 if channel == "weekly" else 1, hours=2)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2027-03-27T21:59", None),
        ("2027-03-27T22:00", "2027-03-28T07:00"),
        ("2027-03-28T01:59", "2027-03-28T07:00"),
        ("2027-03-28T03:01", "2027-03-28T07:00"),
        ("2027-03-28T07:00", None),
        ("2027-10-31T02:30", "2027-10-31T07:00"),
    ],
)
def test_quiet_hours_over_midnight_end_by_the_readers_clock(now, ends):
    found = quiet_until(AMSTERDAM, "22:00", "07:00", at(AMSTERDAM, now))
    assert found == (at(AMSTERDAM, ends) if ends else None)


def test_quiet_hours_that_end_in_the_hour_that_occurs_twice_end_after_now():
    second_round = at(AMSTERDAM, f"{TO_WINTER}T02:15", fold=1)
    assert quiet_until(AMSTERDAM, "22:00", "02:30", second_round) == at(AMSTERDAM, f"{TO_WINTER}T02:30", fold=1)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.sampled_from([AMSTERDAM, NEW_YORK, KOLKATA]),
    st.integers(0, 47),
    st.integers(1, 47),
)
def test_the_end_of_quiet_hours_is_ahead_and_no_longer_quiet(now, zone, begin, length):
    clock = [f"{half % 48 // 2:02}:{half % 2 * 30:02}" for half in (begin, begin + length)]
    ends = quiet_until(zone, *clock, now)
    if ends is not None:
        assert now < ends <= now + timedelta(hours=25)
        again = quiet_until(zone, *clock, ends)
        assert again is None or again - ends <= timedelta(hours=1)


def test_days_away_are_days_in_the_readers_zone_and_may_be_open():
    late = at(NEW_YORK, "2027-05-01T23:30")
    assert is_away(NEW_YORK, date(2027, 5, 1), date(2027, 5, 1), late)
    assert not is_away(AMSTERDAM, date(2027, 5, 1), date(2027, 5, 1), late)
    assert is_away(AMSTERDAM, date(2027, 5, 1), None, late)
    assert is_away(AMSTERDAM, None, date(2027, 5, 2), late)
    assert not is_away(AMSTERDAM, None, None, late)
