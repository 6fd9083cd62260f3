"""Every resource by call: lists, one, writes, and what is refused."""

import pytest
from sqlalchemy import func, select

from lms import classroom, compliance, courses, registrations, webhooks
from lms.audits import Audit
from lms.classroom import EventAttrs
from lms.courses import Course
from lms.db import db
from lms.deliveries import deliver
from lms.events import Change, EventCenter, assert_received
from lms.keys import ApiKey
from lms.resources import RESOURCES
from lms.webhooks import EndpointAttrs
from tests import factories
from tests.compliance import world


@pytest.fixture
def everything(author, admin, learner):
    """An organization with at least one row of every resource."""
    course = factories.open_course(author)
    event, _subject = courses.create_event_as_subject(course, factories.event_attrs(), author)
    registrations.register_people(event, [learner.id], author)
    enrollment = courses.enroll(course, [learner.id], author)[0]
    factories.result(enrollment, course.subjects[0], author)
    factories.department(admin)
    factories.job_function(admin)
    webhooks.create_endpoint(EndpointAttrs(title="HR", url="https://hooks.example/"), admin)
    of = world.qualification(admin)
    world.requirement(admin, of)
    compliance.exempt(factories.exemption_attrs(learner, of), admin)
    compliance.record(factories.record_attrs(learner, of), admin)
    world.settle()
    ids = list(db.session.scalars(select(Change.id)))
    for name in ("audits", "activities"):
        deliver(EventCenter.subscribers[name], ids)
    return course


@pytest.mark.parametrize("name", RESOURCES)
def test_a_list_has_what_is_ours_and_nothing_of_another_organization(program, program_of, stranger, everything, name):
    ours = program.get(f"/{name}").json["data"]
    assert ours
    assert set(ours[0]) == {field.name for field in RESOURCES[name].fields}
    theirs = program_of(stranger)
    own = {row["id"] for row in theirs.get(f"/{name}").json["data"]}
    assert not own & {row["id"] for row in ours}
    answer = theirs.get(f"/{name}/{ours[0]['id']}")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize("name", [name for name, one in RESOURCES.items() if one.update or one.delete or one.actions])
def test_nor_can_anything_of_another_organization_be_changed(program, program_of, stranger, everything, name):
    id = program.get(f"/{name}").json["data"][0]["id"]
    theirs, resource = program_of(stranger), RESOURCES[name]
    before = db.session.scalar(select(func.count()).select_from(Change))
    asked = [("PATCH", f"/{name}/{id}")] if resource.update else []
    asked += [("DELETE", f"/{name}/{id}")] if resource.delete else []
    asked += [("POST", f"/{name}/{id}/{action}") for action in resource.actions]
    assert {theirs.call(method, path, {}, If_Match="*").status_code for method, path in asked} == {404}
    assert db.session.scalar(select(func.count()).select_from(Change)) == before


def test_a_list_is_paged_by_cursor_and_each_object_comes_once(program, author):
    made = {factories.course(author, f"Course {number}").id for number in range(7)}
    seen, path = [], "/courses?limit=3&fields=id,title"
    while path:
        page = program.get(path).json
        assert all(set(row) == {"id", "title"} for row in page["data"])
        seen += [row["id"] for row in page["data"]]
        path = page["next"] and page["next"].removeprefix("/api/v1")
    assert (sorted(seen), len(seen)) == (sorted(made), 7)


def test_filters_narrow_a_list(program, author, learner):
    factories.open_course(author, title="Open")
    factories.course(author, title="Draft")
    assert [row["title"] for row in program.get("/courses?status=published").json["data"]] == ["Open"]
    assert [row["id"] for row in program.get(f"/people?email={learner.email}").json["data"]] == [learner.id]
    assert program.get("/courses?updated_since=2199-01-01T00:00:00Z").json["data"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=0", "limit"), ("limit=x", "limit"), ("cursor=%00", "cursor"), ("nonsense=1", "nonsense"),
     ("fields=secret_hash", "fields"), ("updated_since=yesterday", "updated_since")],
)  # fmt: skip
def test_an_argument_that_cannot_be_read_is_named_with_the_reason(program, query, field):
    answer = program.get(f"/courses?{query}")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert set(answer.json["errors"]) == {field}


def test_a_write_is_the_context_functions_own_and_the_trail_names_the_key(program, admin):
    with EventCenter.listen() as heard:
        answer = program.post("/courses", {"title": "Lifting"})
    assert answer.status_code == 201
    course = db.session.get_one(Course, answer.json["id"])
    key = db.session.scalars(select(ApiKey)).one()
    assert_received(heard, "created", course, _Acting(-key.id))
    deliver(EventCenter.subscribers["audits"], [one.change_id for one in heard])
    audit = db.session.scalars(select(Audit).where(Audit.object_type == "Course")).one()
    assert (audit.actor_name, audit.via) == ("API key HR sync", "api")
    assert program.get(answer.headers["Location"].removeprefix("/api/v1")).json == answer.json


class _Acting:
    def __init__(self, id):
        self.id = id


def test_a_change_needs_the_version_one_has_seen(program, author):
    course = factories.course(author)
    path = f"/courses/{course.id}"
    tag = program.get(path).headers["ETag"]
    assert program.call("PATCH", path, {"title": "New"}).status_code == 428
    changed = program.call("PATCH", path, {"title": "New"}, If_Match=tag)
    assert (changed.status_code, changed.json["title"], changed.json["summary"]) == (200, "New", course.summary)
    assert program.call("PATCH", path, {"title": "Newer"}, If_Match=tag).status_code == 412
    assert program.get(path, If_None_Match=changed.headers["ETag"]).status_code == 304
    assert program.call("DELETE", path, If_Match=tag).status_code == 412
    assert program.call("DELETE", path, If_Match=changed.headers["ETag"]).status_code == 204
    assert program.get(path).status_code == 404


def test_a_repeated_write_does_nothing_and_gets_the_first_answer(program):
    first = program.post("/courses", {"title": "Once"}, Idempotency_Key="a1")
    again = program.post("/courses", {"title": "Once"}, Idempotency_Key="a1")
    assert (again.status_code, again.json, again.headers["Idempotent-Replayed"]) == (201, first.json, "true")
    assert db.session.scalar(select(func.count()).select_from(Course)) == 1
    other = program.post("/courses", {"title": "Other"}, Idempotency_Key="a1")
    assert (other.status_code, set(other.json["errors"])) == (422, {"Idempotency-Key"})


def test_a_refused_write_may_be_repeated_with_the_same_key(program):
    assert program.post("/courses", {"title": ""}, Idempotency_Key="b1").status_code == 422
    assert program.post("/courses", {"title": "Now"}, Idempotency_Key="b1").status_code == 201


def test_errors_stand_by_field(program):
    answer = program.post("/people", {"name": "", "email": "nobody", "roles": ["king"]})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert set(answer.json["errors"]) == {"name", "email", "roles"}


def test_people_are_changed_as_far_as_sent(program, learner):
    path = f"/people/{learner.id}"
    answer = program.change(path, {"personnel_number": "0042", "external_id": "hr-42"})
    assert (answer.json["name"], answer.json["personnel_number"]) == (learner.name, "0042")
    assert program.get("/people?external_id=hr-42").json["data"][0]["id"] == learner.id
    other = program.post("/people", {"name": "B", "email": "b@harbour.example", "external_id": "hr-42"})
    assert set(other.json["errors"]) == {"external_id"}


def test_people_are_enrolled_and_their_results_recorded(program, author, learner):
    course = factories.open_course(author, subjects=1)
    subject_id = course.subjects[0].id
    enrolled = program.post("/enrollments", {"course_id": course.id, "user_id": learner.id})
    assert enrolled.status_code == 201
    result = program.post("/results", {"subject_id": subject_id, "user_id": learner.id, "passed": True, "score": 90})
    assert (result.status_code, result.json["score"], result.json["source"]) == (201, 90, "api")
    assert program.get(f"/enrollments/{enrolled.json['id']}").json["completed_at"] is not None
    assert program.post("/enrollments", {"course_id": course.id, "user_id": learner.id}).status_code == 409


def test_people_are_registered_for_an_event_wait_for_a_place_and_are_cancelled(program, author, learner):
    event = classroom.create_event(EventAttrs(**factories.event_attrs().model_dump() | {"capacity": 1}), author)
    first = program.post("/registrations", {"event_id": event.id, "user_id": learner.id})
    second = program.post("/registrations", {"event_id": event.id, "user_id": author.id})
    assert [(one.status_code, one.json["state"]) for one in (first, second)] == [(201, "registered"), (201, "waiting")]
    assert program.post("/registrations", {"event_id": 999_999, "user_id": author.id}).status_code == 422
    assert program.post(f"/registrations/{first.json['id']}/cancel").status_code == 200
    assert program.get(f"/registrations/{second.json['id']}").json["state"] == "registered"


def test_a_course_is_published_by_call(program, author):
    course = factories.course(author)
    assert program.post(f"/courses/{course.id}/publish").status_code == 409
    factories.subject(course, author)
    assert program.post(f"/courses/{course.id}/publish").json["status"] == "published"


@pytest.mark.parametrize(
    ("method", "path", "sent", "mimetype", "status"),
    [
        ("GET", "/nothing", b"", "", 404),
        ("GET", "/courses/99999999999999999999999", b"", "", 404),
        ("PUT", "/courses", b"", "", 405),
        ("POST", "/courses", b"title=x", "application/x-www-form-urlencoded", 415),
        ("POST", "/courses", b"{", "application/json", 400),
        ("POST", "/courses", b"[]", "application/json", 400),
        ("POST", "/courses", b'{"title": "\\u0000"}', "application/json", 400),
        ("POST", "/courses", b'{"title": "\\ud800"}', "application/json", 400),
        ("POST", "/courses", b"[" * 200_000, "application/json", 400),
        ("POST", "/courses", b" " * (17 * 1024 * 1024), "application/json", 413),
        ("POST", "/events", b'{"title": "x", "starts_at": "0001-01-01T00:00:00+14:00", "ends_at": "0001-01-01T09:00Z"}',
         "application/json", 422),
    ],
)  # fmt: skip
def test_every_refusal_is_a_problem_document(program, method, path, sent, mimetype, status):
    answer = program.client.open(
        f"/api/v1{path}", method=method, data=sent, content_type=mimetype or None,
        headers={"Authorization": f"Bearer {program.bearer}"},
    )  # fmt: skip
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["status"] == status
    assert answer.json["detail"]
