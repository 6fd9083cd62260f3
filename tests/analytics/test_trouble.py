"""Analytics when Mixpanel is slow, broken, or refuses one organization's token: real HTTP servers, real deliveries."""

import json
import threading
import time
from contextlib import ExitStack
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select, update

from lms import analytics
from lms.analytics.tracking import EVENTS, Settings, track
from lms.db import db, utcnow
from lms.deliveries import Delivery, deliver
from lms.events import Change, EventCenter
from tests import factories

SAID_YES = (200, b'{"status": 1, "error": null}')
SAID_NO = (401, b'{"status": 0, "error": "token, missing or empty"}')


class Mixpanel(ThreadingHTTPServer):
    """Keeps the batches it takes; `answers` are by token, `seconds` is how long it thinks."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls = 0
        self.paths: list[str] = []
        self.batches: list[list[dict]] = []
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.seconds = 0.0


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Mixpanel

    def do_POST(self):
        self.server.calls += 1
        self.server.paths.append(self.path)
        batch = json.loads(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["data"][0])
        time.sleep(self.server.seconds)
        status, body = self.server.answers.get(batch[0]["properties"]["token"], SAID_YES)
        if status == 200:
            self.server.batches.append(batch)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def mixpanel(app):
    with ExitStack() as stack:
        server = stack.enter_context(Mixpanel())
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        stack.callback(server.shutdown)
        stack.callback(analytics.configure, app.config)
        url = f"http://127.0.0.1:{server.server_port}"
        analytics.configure({"MIXPANEL_TOKEN": None, "MIXPANEL_URL": url, "MIXPANEL_TIMEOUT": 0.3})
        yield server


def with_token(organization, token):
    organization.mixpanel_token = token
    db.session.commit()


def deliver_all():
    db.session.commit()
    return deliver(EventCenter.subscribers["analytics"], list(db.session.scalars(select(Change.id))))


def courses_of(server) -> set[int]:
    return {event["properties"]["object_id"] for batch in server.batches for event in batch}


def test_only_organizations_with_a_token_are_counted_each_under_its_own(mixpanel, organization, author, stranger):
    with_token(organization, "ours")
    ours = factories.course(author)
    factories.course(stranger)
    outcome = deliver_all()
    assert not outcome.waiting
    assert courses_of(mixpanel) == {ours.id}
    assert set(mixpanel.paths) == {"/track"}
    assert {event["properties"]["token"] for batch in mixpanel.batches for event in batch} == {"ours"}


def test_a_token_that_is_refused_is_the_trouble_of_its_organization_alone(mixpanel, author, stranger):
    with_token(author.organization, "wrong")
    with_token(stranger.organization, "good")
    mixpanel.answers["wrong"] = SAID_NO
    ours = [factories.course(author) for _ in range(4)]
    theirs = [factories.course(stranger) for _ in range(4)]
    outcome = deliver_all()
    assert courses_of(mixpanel) == {course.id for course in theirs}
    waiting = set(db.session.scalars(select(Change.object_id).where(Change.id.in_(outcome.waiting))))
    assert waiting == {course.id for course in ours}


def test_a_refused_token_is_not_tried_again_for_every_single_change(mixpanel, author):
    with_token(author.organization, "wrong")
    mixpanel.answers["wrong"] = SAID_NO
    for _ in range(8):
        factories.course(author)
    assert len(deliver_all().waiting) == 8
    assert mixpanel.calls == 1


def test_once_the_token_is_right_what_waited_is_sent(mixpanel, author):
    with_token(author.organization, "wrong")
    mixpanel.answers["wrong"] = SAID_NO
    course = factories.course(author)
    deliver_all()
    with_token(author.organization, "right")
    track(db.session.scalars(select(Change).where(Change.object_type == "Course")).all())
    assert courses_of(mixpanel) == {course.id}


@pytest.mark.parametrize(
    "answer",
    [(502, b"<h1>Bad gateway</h1>"), (500, b"{}"), (200, b"not json")],
    ids=["gateway", "no status", "no json"],
)
def test_a_server_in_trouble_is_left_alone_for_a_while(mixpanel, author, stranger, answer):
    for user, token in ((author, "one"), (stranger, "two")):
        with_token(user.organization, token)
        mixpanel.answers[token] = answer
        factories.course(user)
    outcome = deliver_all()
    assert len(outcome.waiting) == 2
    assert mixpanel.calls == 1


def test_a_server_that_hangs_costs_the_timeout_once_and_then_nothing(mixpanel, author):
    with_token(author.organization, "ours")
    mixpanel.seconds = 1.5
    for _ in range(3):
        factories.course(author)
    began = time.monotonic()
    assert len(deliver_all().waiting) == 3
    factories.course(author)
    deliver_all()
    assert time.monotonic() - began < 1.2
    assert mixpanel.calls == 1
    assert Settings.down_until > time.monotonic()


def make_old(course) -> None:
    db.session.execute(
        update(Change).where(Change.object_id == course.id).values(created_at=utcnow() - timedelta(days=6))
    )


def test_what_is_older_than_five_days_is_imported_by_the_service_account(mixpanel, author):
    url = f"http://127.0.0.1:{mixpanel.server_port}"
    analytics.configure({
        "MIXPANEL_TOKEN": "ours", "MIXPANEL_URL": url, "MIXPANEL_TIMEOUT": 1,
        "MIXPANEL_SERVICE_ACCOUNT": "name:secret:42",
    })  # fmt: skip
    old, new = factories.course(author), factories.course(author)
    make_old(old)
    assert not deliver_all().waiting
    assert courses_of(mixpanel) == {old.id, new.id}
    assert sorted(mixpanel.paths) == ["/import?project_id=42", "/track"]


def test_without_one_it_waits_with_the_reason_and_holds_up_nothing_newer(mixpanel, author):
    with_token(author.organization, "ours")
    old, new = factories.course(author), factories.course(author)
    make_old(old)
    [waiting] = deliver_all().waiting
    assert courses_of(mixpanel) == {new.id}
    assert "service account" in db.session.get_one(Delivery, (waiting, "analytics")).error


def test_many_changes_go_in_batches_of_fifty(mixpanel, author):
    with_token(author.organization, "ours")
    for _ in range(120):
        factories.course(author)
    assert not deliver_all().waiting
    assert [len(batch) for batch in mixpanel.batches] == [50, 50, 20]


def test_nothing_is_sent_but_the_columns_of_the_table(mixpanel, author, learner):
    with_token(author.organization, "ours")
    course = factories.open_course(author, title="A telling title")
    assert not deliver_all().waiting
    sent = {(event["event"], *sorted(event["properties"])) for batch in mixpanel.batches for event in batch}
    always = {"$insert_id", "$lib_version", "distinct_id", "mp_lib", "object_id", "organization_id", "time", "token"}
    for name, *properties in sent:
        [allowed] = [columns for other, columns in EVENTS.values() if other == name]
        assert set(properties) == always | set(allowed)
    assert course.title not in json.dumps(mixpanel.batches)
