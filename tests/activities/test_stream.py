"""Activities: which changes become one, how they read, and that an open page misses none."""

import threading
import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import escape
from sqlalchemy import select, update

from lms import (
    accounts,
    activities,
    certificates,
    classroom,
    compliance,
    content,
    courses,
    packages,
    questions,
    registrations,
    results,
    tracking,
)
from lms.accounts import ProfileAttrs, UserAttrs
from lms.activities import SENTENCES, Activity
from lms.classroom import EventAttrs
from lms.compliance import SignOffAttrs
from lms.content import ContentAttrs
from lms.courses import CourseAttrs, SubjectAttrs
from lms.db import db, utcnow
from lms.deliveries import deliver
from lms.events import Change, EventCenter
from lms.questions import BankAttrs
from tests import factories
from tests.compliance.world import TODAY, qualification, settle
from tests.packages import making


def tell() -> None:
    """Deliver every change to the activities subscriber."""
    db.session.commit()
    assert not deliver(EventCenter.subscribers["activities"], list(db.session.scalars(select(Change.id)))).waiting


def kinds() -> list[str]:
    tell()
    return list(db.session.scalars(select(Activity.kind).order_by(Activity.change_id)))


def test_every_kind_has_its_moment(author, admin, learner, organization):
    course = factories.open_course(author, subjects=1, self_enrollment=True)
    event, extra = courses.create_event_as_subject(course, factories.event_attrs(), author)
    classroom.update_event(event, EventAttrs(**factories.event_attrs().model_dump() | {"location": "Hall"}), author)
    courses.delete_subject(extra, author)
    classroom.cancel_event(event, "Nobody can come", author)
    over = {"starts_at": utcnow() - timedelta(hours=2), "ends_at": utcnow() - timedelta(hours=1)}
    registrations.close(classroom.create_event(EventAttrs(title="Over", **over), author), author)
    [enrollment] = courses.enroll_self(course, learner)
    results.finish_content(enrollment, course.subjects[0], learner)
    package = packages.import_package(making.scorm12(), author)
    played = courses.add_subject(course, SubjectAttrs(title="Package", content_id=package.content_id), author)
    tracking.current_attempt(enrollment, played, learner)
    [other] = courses.enroll(course, [admin.id], author)
    courses.unenroll(other, author)
    courses.archive_course(course, author)
    courses.reopen_course(course, author)
    courses.delete_course(factories.course(author), author)
    nina = UserAttrs(name="Nina", email="nina@harbour.example", roles=["learner"])
    accounts.create_user(nina, organization.id, None, admin)
    bank = questions.create_bank(BankAttrs(title="Fire"), author)
    questions.take_over(questions.check_file(bank, "ice.txt", b"Ice floats.{T}", "gift", author), author)
    forklift = qualification(admin, "Forklift", accepts_sign_off=True)
    compliance.sign_off(SignOffAttrs(user_id=learner.id, qualification_id=forklift.id, signed_on=TODAY), admin)
    settle()
    tell()
    deliver(EventCenter.subscribers["certificates"], list(db.session.scalars(select(Change.id))))
    certificates.revoke(certificates.certificates_of(learner)[0], "Issued by mistake.", admin)
    factories.started_import(admin)
    assert set(kinds()) == set(SENTENCES)


def test_what_nobody_wants_to_read_about_is_no_activity(author, course, learner):
    before = kinds()
    courses.update_course(course, CourseAttrs(title="Fire safety, 2nd edition"), author)
    accounts.update_profile(learner, ProfileAttrs(name="Lea L.", locale="nl", timezone="Europe/Amsterdam"))
    page = factories.some_content(author)
    content.update_content(page, ContentAttrs(title="Renamed"), author)
    assert kinds() == [*before, "content_created", "content_published"]


def test_telling_again_tells_nothing_twice(author, course):
    assert kinds() == kinds() == ["course_created"]


def test_telling_takes_as_many_statements_for_many_changes_as_for_two(author, course, statements):
    numbers = []
    tell()
    for changes in (2, 40):
        for number in range(changes):
            factories.subject(course, author, f"Subject {number}")
        subjects = select(Change.id).where(Change.object_type == "Subject")
        ids = list(db.session.scalars(subjects.order_by(Change.id.desc()).limit(changes)))
        before = len(statements)
        deliver(EventCenter.subscribers["activities"], ids)
        numbers.append(len(statements) - before)
    assert numbers[0] == numbers[1]


def test_a_course_that_is_gone_is_named_but_not_linked(client_for, author):
    course = factories.course(author, "Short-lived")
    factories.subject(course, author, "Hoses")
    path = f'href="/courses/{course.id}"'
    courses.delete_course(course, author)
    tell()
    page = client_for(author).get("/activity/").text
    assert "deleted the course Short-lived" in page
    assert "took the subject <em>Hoses</em> out of" in page
    assert "to LMS" not in page and "of LMS" not in page
    deleted = page[page.index("deleted the course") :].split("</li>")[0]
    assert path not in deleted


def test_people_are_links_for_those_who_may_open_them_only(client_for, author, admin, learner):
    course = factories.open_course(author)
    courses.enroll(course, [learner.id], author)
    tell()
    for_admin, for_learner = client_for(admin).get("/activity/").text, client_for(learner).get("/activity/").text
    assert f'<a href="/people/{learner.id}">Lea Learner</a>' in for_admin
    assert f'<a href="/people/{author.id}">Arthur Author</a>' in for_admin
    assert f'<a href="/people/{learner.id}">Lea Learner</a>' in for_learner
    assert f"/people/{author.id}" not in for_learner
    assert "Arthur Author enrolled" in for_learner


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(st.sampled_from("<>&\"'%(){}s x"), min_size=1).filter(str.strip))
def test_a_name_is_text_whatever_it_looks_like(app, client_for, author, course, title):
    factories.subject(course, author, "x")
    tell()
    activity = db.session.scalars(select(Activity).order_by(Activity.change_id.desc())).first()
    names = dict.fromkeys(("actor", "user", "title", "course"), title)
    db.session.execute(update(Activity).where(Activity.id == activity.id).values(params=activity.params | names))
    db.session.commit()
    page = client_for(author).get("/activity/").text
    assert f"<em>{escape(title)}</em>" in page


def test_each_organization_course_and_person_has_its_own_stream(author, learner, stranger):
    ours, other, foreign = factories.open_course(author), factories.course(author), factories.course(stranger)
    courses.enroll(ours, [learner.id], author)
    tell()

    def stream(reader, **chosen):
        return {(row.kind, row.course_id) for row in activities.activities_page(reader, **chosen).items}

    assert ("course_created", foreign.id) not in stream(author)
    assert stream(stranger) == {("course_created", foreign.id)}
    assert {id for _kind, id in stream(author, course_id=ours.id)} == {ours.id}
    assert stream(author, user_id=learner.id) == {("enrolled", ours.id)}
    assert ("course_created", other.id) in stream(author, user_id=author.id)


def test_a_learner_reads_about_the_own_courses_but_not_about_colleagues(author, learner, organization):
    mine, other = factories.open_course(author), factories.open_course(author)
    colleague = factories.user(organization)
    courses.enroll(mine, [learner.id, colleague.id], author)
    factories.subject(mine, author, "New")
    factories.subject(other, author, "Elsewhere")
    tell()
    read = [(row.kind, row.course_id, row.user_id) for row in activities.activities_page(learner).items]
    assert ("enrolled", mine.id, learner.id) in read
    assert ("subject_added", mine.id, None) in read
    assert not [row for row in read if row[1] == other.id or row[2] == colleague.id]
    assert len(read) == len(activities.newer(learner, 0))
    assert len(read) < len(activities.newer(author, 0))


def test_the_open_page_of_a_course_hears_of_that_course_only(client_for, author, course):
    other = factories.course(author, "Another")
    tell()
    client = client_for(author)
    address = f"/activity/live?after={activities.latest_id(author.organization_id)}&course={course.id}"
    factories.subject(other, author, "Elsewhere")
    tell()
    assert client.get(address).status_code == 204
    factories.subject(course, author, "Here")
    tell()
    response = client.get(address)
    assert "Here" in response.text
    assert "Elsewhere" not in response.text
    assert f"course={course.id}" in response.headers["X-Live-Next"]


def test_visitors_hear_nothing_and_strangers_nothing_of_ours(app, client_for, author, stranger, course):
    tell()
    assert app.test_client().get("/activity/live?after=0").status_code == 302
    assert "Fire safety" not in client_for(stranger).get("/activity/live?after=0").text


@pytest.mark.parametrize("query", ["after=", "after=x", "after=-1", "after=99999999999999999999", "course=x", ""])
def test_no_address_breaks_the_live_answer(client_for, author, query):
    tell()
    assert client_for(author).get(f"/activity/live?{query}").status_code in (200, 204)


def test_an_open_page_misses_nothing_while_several_workers_tell_at_once(app, author, client_for):
    course = factories.course(author)
    for number in range(120):
        factories.subject(course, author, f"Subject {number}")
    db.session.commit()
    ids = list(db.session.scalars(select(Change.id).order_by(Change.id)))
    client = client_for(author)

    def work(own: list[int]) -> None:
        with app.app_context():
            for start in range(0, len(own), 5):
                deliver(EventCenter.subscribers["activities"], own[start : start + 5])

    workers = [threading.Thread(target=work, args=(ids[number::4],)) for number in range(4)]
    for worker in workers:
        worker.start()
    after, seen = 0, set()
    while any(worker.is_alive() for worker in workers) or activities.newer(author, after):
        db.session.rollback()
        rows = activities.newer(author, after)
        seen |= {row.id for row in rows}
        after = max((row.id for row in rows), default=after)
        time.sleep(0.01)
    db.session.rollback()
    assert set(db.session.scalars(select(Activity.id))) == seen
    assert urlsplit(client.get("/activity/live?after=0").headers["X-Live-Next"]).path == "/activity/live"
