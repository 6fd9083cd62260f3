"""Audits, activities and analytics of what people do."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from sqlalchemy import func, select

from lms import analytics, courses, deliveries
from lms.activities import Activity
from lms.audits import Audit
from lms.courses import CourseAttrs
from lms.db import db
from lms.deliveries import WAITING, Delivery, deliver
from lms.events import Change, EventCenter
from tests import factories, services


def deliver_to(name: str):
    return deliver(EventCenter.subscribers[name], list(db.session.scalars(select(Change.id))))


def test_an_audit_holds_who_what_and_the_difference_field_by_field(author, course):
    courses.update_course(course, CourseAttrs(title="Fire safety, renewed"), author)
    deliver_to("audits")
    audit = db.session.scalars(select(Audit).where(Audit.action == "updated")).one()
    assert (audit.actor_name, audit.object_type, audit.object_id) == ("Arthur Author", "Course", course.id)
    assert audit.difference == {"title": ["Fire safety", "Fire safety, renewed"]}


def test_the_audit_page_filters_and_shows_request_and_address(client_for, admin, author):
    client_for(author).post("/courses/new", data={"title": "Lifting"}, headers={"X-Request-ID": "abc123"})
    deliver_to("audits")
    client = client_for(admin)
    page = client.get("/audits/?q=Lifting&action=created&type=Course").text
    assert "Lifting" in page
    assert "Request abc123 from 127.0.0.1 through web" in page
    assert "Nothing matches" in client.get("/audits/?q=Lifting&action=deleted").text
    assert "Lifting" in client.get("/audits/export.csv?type=Course").text


def test_only_admins_and_auditors_read_the_trail_and_only_their_own(client_for, author, stranger, course):
    deliver_to("audits")
    assert client_for(author).get("/audits/").status_code == 403
    assert course.title not in client_for(stranger).get("/audits/").text


def test_an_activity_is_a_sentence_with_links(client_for, author, course):
    factories.subject(course, author, "Part <2>")
    deliver_to("activities")
    page = client_for(author).get("/activity/").text
    assert f'added the subject <em>Part &lt;2&gt;</em> to <a href="/courses/{course.id}">Fire safety</a>' in page


def test_an_open_page_gets_only_what_is_new(client_for, author, course):
    deliver_to("activities")
    latest = max(db.session.scalars(select(Activity.id)))
    client = client_for(author)
    assert client.get(f"/activity/live?after={latest}").status_code == 204
    factories.subject(course, author, "Extinguishers")
    deliver_to("activities")
    response = client.get(f"/activity/live?after={latest}")
    assert (response.status_code, "Extinguishers" in response.text) == (200, True)
    assert client.get(response.headers["X-Live-Next"]).status_code == 204


class Tracker(BaseHTTPRequestHandler):
    """A real HTTP server in Mixpanel's place."""

    received: list[dict] = []

    def do_POST(self):
        """Keep the events."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.received += json.loads(parse_qs(body)["data"][0])
        answer = b'{"status": 1, "error": null}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def tracker(app):
    """Mixpanel, with a token for the installation."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Tracker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Tracker.received.clear()
    url = f"http://127.0.0.1:{server.server_port}"
    analytics.configure({"MIXPANEL_TOKEN": "t", "MIXPANEL_URL": url, "MIXPANEL_TIMEOUT": 2})
    yield Tracker.received
    analytics.configure(app.config)
    server.shutdown()
    server.server_close()


def test_analytics_learns_what_was_done_but_not_who_it_was(tracker, author, learner):
    courses.enroll(factories.open_course(author), [learner.id], author)
    deliver_to("analytics")
    names = [event["event"] for event in tracker]
    assert "Course created" in names
    assert "Enrolled" in names
    text = json.dumps(tracker)
    assert not any(secret in text for secret in (author.name, author.email, learner.name, learner.email, "127.0.0.1"))
    assert {event["properties"]["distinct_id"] for event in tracker} == {author.analytics_id}


def test_a_repeat_carries_the_same_insert_id(tracker, author, course):
    deliver_to("analytics")
    db.session.query(Delivery).delete()
    db.session.commit()
    deliver_to("analytics")
    ids = [event["properties"]["$insert_id"] for event in tracker]
    assert len(ids) == 2 * len(set(ids)) > 0


def test_without_a_token_nothing_is_sent_and_nothing_is_owed(tracker, app, author, course):
    analytics.configure(app.config)
    assert deliver_to("analytics").done
    assert tracker == []


def test_analytics_that_is_down_waits_and_can_be_seen(client_for, app, admin, author, course):
    url = f"http://127.0.0.1:{services.free_port()}"
    analytics.configure({"MIXPANEL_TOKEN": "t", "MIXPANEL_URL": url, "MIXPANEL_TIMEOUT": 1})
    try:
        outcome = deliver_to("analytics")
    finally:
        analytics.configure(app.config)
    assert outcome.waiting
    assert set(db.session.scalars(select(Delivery.state))) == {WAITING}
    shown = next(row for row in deliveries.status() if row.name == "analytics")
    oldest = db.session.scalar(select(func.min(Change.created_at)).where(Change.id.in_(outcome.waiting)))
    assert (shown.waiting, shown.oldest_owed) == (len(outcome.waiting), oldest)
    assert "Retrying" in client_for(admin).get("/admin/deliveries/").text
