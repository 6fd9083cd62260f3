"""Calling the LMS from a program."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lms import client
from lms.client import Client
from lms.db import db
from tests import factories, services


def test_a_list_is_read_to_its_end_page_by_page(lms, server, organization):
    for number in range(5):
        factories.user(organization, f"Person {number}")
    names = [row["name"] for row in lms.list("people", limit=2, fields=["name"])]
    assert sorted(names) == ["Ada Admin", *(f"Person {number}" for number in range(5))]
    assert len(server.asked) == 3


def test_lists_are_filtered(lms, organization):
    factories.user(organization, "In Active").active = False
    db.session.commit()
    assert [row["name"] for row in lms.list("people", active=True)] == ["Ada Admin"]


def test_an_object_is_made_read_changed_and_removed(lms):
    made = lms.create("departments", {"name": "Care"})
    assert lms.get("departments", made["id"])["name"] == "Care"
    assert lms.update("departments", made["id"], {"name": "Nursing"})["name"] == "Nursing"
    lms.delete("departments", made["id"])
    with pytest.raises(client.Gone):
        lms.get("departments", made["id"])


def test_nobodys_change_is_lost(lms):
    made = lms.create("departments", {"name": "Care"})
    seen = lms.etag("departments", made["id"])
    lms.update("departments", made["id"], {"name": "Nursing"})
    with pytest.raises(client.Stale):
        lms.update("departments", made["id"], {"name": "Wards"}, etag=seen)


def test_a_course_is_published_by_its_name(lms, author):
    course = factories.course(author)
    factories.subject(course, author)
    assert lms.act("courses", course.id, "publish")["status"] == "published"


def test_a_refusal_tells_the_fields(lms):
    with pytest.raises(client.Invalid) as refused:
        lms.create("people", {"name": "", "email": "nobody"})
    assert set(refused.value.errors) == {"name", "email"}


def test_the_same_key_is_the_same_object(lms):
    first = lms.create("departments", {"name": "Care"}, idempotency_key="one")
    assert lms.create("departments", {"name": "Care"}, idempotency_key="one") == first
    with pytest.raises(client.Invalid, match="used for another request"):
        lms.create("departments", {"name": "Other"}, idempotency_key="one")


def test_a_key_that_is_no_good_is_forbidden(server):
    with Client(server.address, "lms_x.y") as nobody, pytest.raises(client.Forbidden, match="Send a key"):
        nobody.get("people", 1)


class Moody(ThreadingHTTPServer):
    """Answers what it is told to, one after the other; then yes, with an object that says how often it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.moods: list[tuple[int, dict[str, str]] | None] = []
        self.keys: list[str | None] = []


class Handler(BaseHTTPRequestHandler):
    """One request; a mood of None breaks the connection off."""

    server: Moody

    def do_POST(self):
        self.server.keys.append(self.headers["Idempotency-Key"])
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        mood = self.server.moods.pop(0) if self.server.moods else (201, {})
        if mood is None:
            self.close_connection = True
            return
        body = b'{"id": %d}' % len(self.server.keys)
        self.send_response(mood[0])
        for name, value in {**mood[1], "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def moody() -> Iterator[Moody]:
    with Moody() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def caller(moody) -> Iterator[Client]:
    with Client(f"http://127.0.0.1:{moody.server_port}", "key", retries=3, longest=0.05) as made:
        yield made


def test_after_429_and_503_the_same_is_sent_again_under_the_same_key(moody, caller):
    moody.moods = [(429, {"Retry-After": "0"}), (503, {"Retry-After": "Wed, 25 Nov 2020 07:00:00 GMT"}), None]
    assert caller.create("courses", {"title": "Lifting"}) == {"id": 4}
    assert len(moody.keys) == 4
    assert len(set(moody.keys)) == 1


def test_it_gives_up_after_a_while_and_says_what_was_answered(moody, caller):
    moody.moods = [(503, {})] * 9
    with pytest.raises(client.Problem) as refused:
        caller.create("courses", {})
    assert (refused.value.status, len(moody.keys)) == (503, 4)


def test_what_is_done_twice_if_sent_twice_is_sent_once(moody, caller):
    moody.moods = [None]
    with pytest.raises(client.Unreachable):
        caller.start(1)
    assert len(moody.keys) == 1


def test_the_key_goes_to_no_other_server(moody, caller):
    moody.moods = [(302, {"Location": "http://elsewhere.example/"})]
    with pytest.raises(client.Problem):
        caller.create("courses", {})
    with pytest.raises(client.ClientError, match="another server"):
        caller.url("http://elsewhere.example/api/v1/people")


def test_nobody_at_the_address_is_told_as_that():
    with Client(f"http://127.0.0.1:{services.free_port()}", "key", retries=1, longest=0) as caller:
        with pytest.raises(client.Unreachable):
            caller.get("people", 1)
