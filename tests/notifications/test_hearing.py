"""At once, merged, in a digest, or not at all; quiet hours and days away: with a clock of our own."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask_mail import Attachment
from sqlalchemy import select

from lms import accounts, courses, notifications
from lms.accounts import User
from lms.db import db, utcnow
from lms.errors import Invalid
from lms.notifications import HabitsAttrs, Mail
from lms.notifications.letters import ATTACH
from lms.notifications.telling import Telling, write
from tests import factories
from tests.notifications.test_telling import tell

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def at(text: str, zone: ZoneInfo = AMSTERDAM) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.fixture
def course(author, learner):
    """A published course with the learner in it, who has been told of it."""
    row = factories.open_course(author)
    courses.enroll(row, [learner.id], author)
    tell()
    db.session.execute(Mail.__table__.delete())
    db.session.commit()
    return row


@pytest.fixture
def send(app, post):
    """Sends what is due at a moment; returns how many mails went."""
    return lambda now: notifications.send_waiting({**app.config, "MAIL_TIMEOUT": 2}, clock=lambda: now)


def news(user: User, title: str, now: datetime, change_id: int, kind: str = "subject_added") -> None:
    """Tell somebody something at a moment."""
    params = {"actor": "Ann", "title": title, "course": "Fire", "course_id": 7, "object_id": 9}
    write(Telling(user.organization_id, change_id, kind, params, now), select(User.id).where(User.id == user.id), now)
    db.session.commit()


def states() -> list[tuple[str, str | None]]:
    db.session.rollback()
    return [(row.state, row.reason) for row in db.session.scalars(select(Mail).order_by(Mail.id))]


def text_of(message) -> str:
    return message.get_body(("plain",)).get_content()


def test_several_changes_to_one_course_within_the_window_become_one_mail_that_lists_them(author, course, send, post):
    for title in ("Hoses", "Pumps", "Ladders"):
        factories.subject(course, author, title)
    tell()
    assert send(utcnow() + timedelta(minutes=4)) == 0
    assert send(utcnow() + timedelta(minutes=5, seconds=5)) == 1
    [message] = post.received
    assert message["Subject"] == "3 changes to Fire safety"
    assert all(title in text_of(message) for title in ("Hoses", "Pumps", "Ladders"))
    assert [state for state, _reason in states()] == ["sent", "joined", "joined"]


def test_a_single_change_in_the_window_is_told_as_itself_and_a_later_one_by_itself(learner, send, post):
    now = at("2027-01-11T10:00")
    news(learner, "Hoses", now, 1)
    assert send(now + timedelta(minutes=5)) == 1
    news(learner, "Pumps", now + timedelta(minutes=6), 2)
    assert send(now + timedelta(minutes=11)) == 1
    assert [message["Subject"] for message in post.received] == ["New in Fire: Hoses", "New in Fire: Pumps"]


def test_changes_to_two_courses_are_two_mails(author, learner, course, send):
    other = factories.open_course(author, title="Hygiene")
    courses.enroll(other, [learner.id], author)
    tell()
    factories.subject(course, author)
    factories.subject(other, author)
    tell()
    assert send(utcnow() + timedelta(minutes=6)) == 3


@pytest.mark.parametrize(
    ("told", "comes"),
    [("2027-03-27T12:00", "2027-03-28T07:00"), ("2027-10-30T12:00", "2027-10-31T07:00")],
)
def test_a_daily_digest_comes_in_the_morning_after_the_night_in_which_the_clock_changes(
    learner, send, post, told, comes
):
    notifications.set_preferences(learner, {"subject_added": "daily", "enrolled": "daily"})
    news(learner, "Hoses", at(told), 1)
    news(learner, "Pumps", at(told) + timedelta(hours=3), 2, "enrolled")
    assert send(at(comes) - timedelta(seconds=1)) == 0
    assert send(at(comes)) == 1
    [message] = post.received
    assert message["Subject"] == "Your day in short"
    assert "Hoses" in text_of(message)
    assert "Ann enrolled you in the course Fire" in text_of(message)
    assert send(at(comes) + timedelta(days=8)) == 0


def test_digests_come_by_each_readers_own_clock_and_at_the_organizations_time(admin, organization, learner, send):
    far = factories.user(organization, "Fay Far")
    far.timezone = "America/New_York"
    db.session.commit()
    notifications.set_defaults(organization, {"subject_added": "weekly"}, "06:15", "4", admin)
    now = at("2027-03-10T12:00")
    news(learner, "Hoses", now, 1)
    news(far, "Hoses", now, 2)
    due = dict(db.session.execute(select(Mail.user_id, Mail.due_at)).all())
    assert due[learner.id] == at("2027-03-12T06:15")
    assert due[far.id] == at("2027-03-12T06:15", ZoneInfo("America/New_York"))


def test_what_was_switched_off_after_it_was_written_is_left_out_of_the_digest(learner, send, post):
    notifications.set_preferences(learner, {"subject_added": "daily", "enrolled": "daily"})
    now = at("2027-01-11T10:00")
    news(learner, "Hoses", now, 1)
    news(learner, "Pumps", now, 2, "enrolled")
    notifications.switch_off(learner.id, learner.organization_id, ["subject_added"])
    assert send(at("2027-01-12T07:00")) == 1
    assert "Hoses" not in text_of(post.received[0])


def test_mail_waits_until_quiet_hours_end_over_the_change_to_summer_time(learner, send, post):
    notifications.set_habits(learner, HabitsAttrs(quiet_from="22:00", quiet_until="07:00"))
    night = at("2027-03-27T23:00")
    news(learner, "Hoses", night, 1, "enrolled")
    assert send(night) == 0
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.state, mail.attempts, mail.due_at) == ("waiting", 0, at("2027-03-28T07:00"))
    assert mail.due_at == night + timedelta(hours=7), "the night is an hour shorter"
    assert send(at("2027-03-28T06:59")) == 0
    assert send(at("2027-03-28T07:00")) == 1


def test_what_merges_in_quiet_hours_is_one_mail_in_the_morning(learner, send, post):
    notifications.set_habits(learner, HabitsAttrs(quiet_from="22:00", quiet_until="07:00"))
    for number, clock in enumerate(("22:30", "23:30")):
        news(learner, f"Part {number}", at(f"2027-03-10T{clock}"), number)
        send(at(f"2027-03-10T{clock}") + timedelta(minutes=6))
    assert send(at("2027-03-11T07:00")) == 1
    assert post.received[0]["Subject"] == "2 changes to Fire"


def test_a_password_reset_comes_at_any_hour_and_to_somebody_who_is_away(learner, send):
    notifications.set_habits(
        learner, HabitsAttrs(quiet_from="00:00", quiet_until="23:59", away_from=date(2020, 1, 1), away_until=None)
    )
    notifications.post_mail(learner, "password_reset", {})
    assert send(utcnow()) == 1


def test_who_is_away_gets_no_mail_and_it_says_why_while_the_note_is_in_the_inbox(learner, send):
    notifications.set_habits(learner, HabitsAttrs(away_from=date(2027, 5, 1), away_until=date(2027, 5, 9)))
    news(learner, "Hoses", at("2027-05-09T23:00"), 1, "enrolled")
    assert send(at("2027-05-09T23:30")) == 0
    assert states() == [("suppressed", "away")]
    assert notifications.unread_count(learner) == 1
    news(learner, "Pumps", at("2027-05-10T00:10"), 2, "enrolled")
    assert send(at("2027-05-10T00:10")) == 1


def test_who_has_left_gets_nothing_and_it_says_why(admin, learner, send):
    news(learner, "Hoses", at("2027-05-09T23:00"), 1, "enrolled")
    accounts.deactivate_user(learner, admin)
    assert send(at("2027-05-09T23:00")) == 0
    assert states() == [("suppressed", "left")]


def test_an_organization_chooses_for_those_who_did_not(admin, organization, learner, course, author):
    notifications.set_defaults(organization, {"subject_added": "in_app"}, "07:00", "0", admin)
    other = factories.user(organization, "Olga")
    courses.enroll(course, [other.id], author)
    notifications.set_preferences(other, {"subject_added": "mail"})
    factories.subject(course, author)
    tell()
    told = select(Mail.user_id).where(Mail.kind == "subject_added")
    assert db.session.scalars(told).all() == [other.id]
    assert notifications.preferences(learner)["subject_added"] == "in_app"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_until": "07:00"}, "quiet_from"),
        ({"quiet_from": "07:00", "quiet_until": "07:00"}, "quiet_until"),
        ({"away_from": date(2027, 5, 2), "away_until": date(2027, 5, 1)}, "away_until"),
    ],
)
def test_hours_and_days_that_make_no_sense_are_refused_beside_the_field(given, field):
    with pytest.raises(Invalid) as refused:
        HabitsAttrs(**given)
    assert set(refused.value.errors) == {field}


def test_no_more_than_the_rate_is_sent_and_what_is_due_later_is_left_to_others(app, post, learner):
    for _ in range(25):
        notifications.post_mail(learner, "enrolled", {"actor": "Ann", "course": "Fire", "course_id": 7})
    now, slept = [utcnow()], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += timedelta(seconds=seconds)

    config = {**app.config, "MAIL_PER_SECOND": 10}
    assert notifications.send_waiting(config, lambda: now[0], sleep) == 25
    assert 2.3 <= sum(slept) <= 2.5


def test_what_goes_along_with_a_kind_goes_with_the_mail_by_itself_and_in_a_digest(learner, send, post, monkeypatch):
    def attach(letter, config):
        return [Attachment("place.txt", "text/plain", letter.params["title"].encode())]

    monkeypatch.setitem(ATTACH, "event_changed", attach)
    now = at("2027-01-11T10:00")
    news(learner, "Drill", now, 1, "event_changed")
    assert send(now + timedelta(minutes=6)) == 1
    notifications.set_preferences(learner, {"event_changed": "daily", "enrolled": "daily"})
    news(learner, "Hoses", now, 2, "enrolled")
    news(learner, "Hall", now, 3, "event_changed")
    assert send(at("2027-01-12T07:00")) == 1
    attached = [[part.get_content().strip() for part in message.iter_attachments()][-1] for message in post.received]
    assert attached == ["Drill", "Hall"]
