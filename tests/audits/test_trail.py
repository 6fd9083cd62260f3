"""The trail: what is in it, what never is, and how it is read and exported."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from lms import accounts, audits, courses
from lms.accounts import OrganizationAttrs, ProfileAttrs, UserAttrs
from lms.audits import Audit
from lms.courses import CourseAttrs
from lms.db import db, snapshot, transaction
from lms.deliveries import deliver
from lms.events import Change, EventCenter
from lms.views.audits import lines
from tests import factories


def record() -> None:
    """Deliver every change to the audits subscriber."""
    db.session.commit()
    assert not deliver(EventCenter.subscribers["audits"], list(db.session.scalars(select(Change.id)))).waiting


def exported(client, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"/audits/export.csv{query}")
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.text)))


def test_every_change_is_kept_once_however_often_it_is_delivered(author, course):
    factories.subject(course, author)
    record()
    record()
    changes = list(db.session.scalars(select(Change.id).order_by(Change.id)))
    assert list(db.session.scalars(select(Audit.change_id).order_by(Audit.change_id))) == changes


def test_a_deletion_keeps_what_was_deleted(author, course):
    id = course.id
    courses.delete_course(course, author)
    record()
    audit = db.session.scalars(select(Audit).where(Audit.action == "deleted")).one()
    assert (audit.object_id, audit.title, audit.actor_name) == (id, "Fire safety", "Arthur Author")
    assert audit.difference["title"] == ["Fire safety", None]


def test_an_enrollment_is_called_after_the_person_and_the_course(client_for, admin, author, learner):
    courses.enroll(factories.open_course(author), [learner.id], author)
    record()
    [row] = exported(client_for(admin), "?q=Lea+Learner&type=Enrollment")
    assert (row["title"], row["who"]) == ("Lea Learner – Fire safety", "Arthur Author")


def test_no_secret_is_ever_in_the_trail(client_for, admin, organization):
    secrets = {"password": "pa55word-hash", "fs_uniquifier": "un1quifier", "analytics_id": "0paque"}
    user = accounts.create_user(
        UserAttrs(name="Nina", email="nina@harbour.example", roles=["learner"]),
        organization.id,
        secrets["password"],
        admin,
    )
    with transaction():
        previous = snapshot(user)
        for name, value in secrets.items():
            setattr(user, name, value)
        organization.mixpanel_token = "t0ken"
        EventCenter.broadcast("updated", previous, user, admin)
    accounts.update_profile(user, ProfileAttrs(name="Nina N.", locale="nl", timezone="Europe/Amsterdam"))
    accounts.update_organization(organization, OrganizationAttrs(name="Harbour"), admin)
    record()
    text = json.dumps([row.difference for row in db.session.scalars(select(Audit))])
    text += client_for(admin).get("/audits/export.csv").text
    assert "Nina N." in text
    assert not [secret for secret in (*secrets, *secrets.values(), "mixpanel_token", "t0ken") if secret in text]


def test_recording_takes_as_many_statements_for_many_changes_as_for_two(author, statements):
    numbers = []
    for changes in (2, 60):
        for _ in range(changes):
            factories.course(author)
        ids = list(db.session.scalars(select(Change.id).order_by(Change.id.desc()).limit(changes)))
        before = len(statements)
        deliver(EventCenter.subscribers["audits"], ids)
        numbers.append(len(statements) - before)
    assert numbers[0] == numbers[1]


def test_a_day_begins_and_ends_in_the_zone_of_the_reader(client_for, admin, author):
    late, early = factories.course(author, "Late"), factories.course(author, "Early")
    record()
    midnight = datetime(2026, 3, 1, 23, tzinfo=UTC)
    for course, moment in ((late, midnight - timedelta(seconds=1)), (early, midnight)):
        this = (Audit.object_type == "Course", Audit.object_id == course.id)
        db.session.execute(update(Audit).where(*this).values(occurred_at=moment))
    db.session.commit()
    client = client_for(admin)
    assert [row["title"] for row in exported(client, "?since=2026-03-01&until=2026-03-01")] == ["Late"]
    assert [row["title"] for row in exported(client, "?since=2026-03-02&until=2026-03-02")] == ["Early"]


@pytest.mark.parametrize(
    "query",
    [
        "since=0001-01-01", "until=9999-12-31", "since=yesterday", "until=2026-02-30",
        "since=2026-03-01&until=2026-02-01", "action=nonsense&type=nonsense", "action=%00&type=%00", "page=99999999",
        "sort=nonsense", "q=%25_%5C", "since=&until=&q=", "type=Course&type=User",
    ],
)  # fmt: skip
def test_no_address_breaks_the_page_or_the_export(client_for, admin, query):
    record()
    client = client_for(admin)
    assert client.get(f"/audits/?{query}").status_code == 200
    assert client.get(f"/audits/export.csv?{query}").status_code == 200


def test_the_export_is_what_is_filtered_and_the_page_offers_just_that(client_for, admin, author, course):
    courses.update_course(course, CourseAttrs(title="Renewed"), author)
    factories.course(author, "Another")
    record()
    client = client_for(admin)
    page = client.get("/audits/?q=Renewed&action=updated&type=Course").text
    assert 'href="/audits/export.csv?q=Renewed&amp;action=updated&amp;type=Course"' in page
    [row] = exported(client, "?q=Renewed&action=updated&type=Course")
    assert (row["who"], row["action"], row["title"]) == ("Arthur Author", "updated", "Renewed")
    assert json.loads(row["difference"]) == {"title": ["Fire safety", "Renewed"]}


def test_more_than_a_chunk_is_exported_in_the_order_of_the_changes(client_for, admin, author):
    with transaction():
        for number in range(600):
            factories.course(author, f"Course {number}")
    record()
    titles = [row["title"] for row in exported(client_for(admin), "?type=Course")]
    assert titles == [f"Course {number}" for number in range(600)]


def test_nobody_else_exports_the_trail_and_nobody_that_of_another_organization(client_for, author, stranger, course):
    record()
    assert client_for(author).get("/audits/export.csv").status_code == 403
    assert "Fire safety" not in client_for(stranger).get("/audits/export.csv").text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=50).filter(str.strip))
def test_no_title_runs_as_a_formula_and_every_title_survives(admin, title):
    db.session.execute(Audit.__table__.delete())
    row = Audit(
        organization_id=admin.organization_id, change_id=1, occurred_at=admin.created_at, action="created",
        object_type="Course", object_id=1, title=title, difference={}, request_id="r", via="web",
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    [cell] = [row["title"] for row in csv.DictReader(io.StringIO("".join(lines(audits.export(admin)))))]
    assert cell.removeprefix("'") == title.removeprefix("'")
    assert cell[0] not in "=+-@\t\r"


def test_the_page_takes_as_many_statements_when_the_trail_is_long(client_for, admin, author, statements):
    client = client_for(admin)
    numbers = []
    for _ in range(2):
        factories.course(author)
        record()
        before = len(statements)
        assert client.get("/audits/").status_code == 200
        numbers.append(len(statements) - before)
        for _ in range(20):
            factories.course(author)
    assert numbers[0] == numbers[1]
