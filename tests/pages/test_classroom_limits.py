"""Events through the pages: what does not exist for strangers, what is refused, and how many statements lists run."""

import pytest

from lms import classroom, registrations
from lms.classroom import Event
from lms.db import db
from tests import factories
from tests.registrations.conftest import people, plan  # noqa: F401 - a fixture


@pytest.fixture
def event(author) -> Event:
    """One place, next week."""
    return plan(author, capacity=1)


PAGES = (
    "/events/{e}", "/events/{e}/edit", "/events/{e}/again", "/events/{e}/cancel", "/events/{e}/close",
    "/events/{e}/people/", "/events/{e}/people/add", "/events/{e}/people/{r}/cancel", "/events/{e}/people/{r}/decline",
    "/events/{e}/sessions/new", "/events/{e}/sessions/{s}/edit", "/events/{e}/sessions/{s}/attendance",
    "/events/{e}/sessions/{s}/code", "/events/{e}/sessions/{s}/code.svg", "/events/{e}/sessions/{s}/list",
    "/rooms/{m}/edit", "/agenda/?room={m}", "/check-in/{s}",
)  # fmt: skip
ACTS = (
    "/events/{e}/people/me", "/events/{e}/people/{r}/approve", "/events/{e}/people/{r}/let-in", "/events/{e}/template",
    "/events/{e}/sessions/{s}/cancel", "/events/{e}/sessions/{s}/attendance/{r}", "/rooms/{m}/delete",
    "/events/{e}/delete",
)  # fmt: skip


@pytest.fixture
def ids(author, event, learner):
    row = registrations.register_self(event, learner)
    room = classroom.create_room(classroom.RoomAttrs(name="Lab"), author)
    return {"e": event.id, "s": event.sessions[0].id, "r": row.id, "m": room.id}


def test_another_organizations_events_do_not_exist(client_for, stranger, ids):
    client = client_for(stranger)
    for path in PAGES:
        assert client.get(path.format(**ids)).status_code == 404, path
    for path in ACTS:
        assert client.post(path.format(**ids), data={"state": "late", "reason": "x"}).status_code == 404, path


def test_a_learner_neither_plans_nor_marks(client_for, people, ids):  # noqa: F811
    client = client_for(people[0])
    open_to_all = {"/events/{e}", "/check-in/{s}"}
    for path in PAGES:
        if path not in open_to_all:
            assert client.get(path.format(**ids)).status_code in (403, 404), path
    for path in ACTS[1:]:
        assert client.post(path.format(**ids), data={"state": "late", "reason": "x"}).status_code in (403, 404), path
    lists = ("/events/", "/events/new", "/events/templates", "/rooms/", "/rooms/new", "/agenda/?scope=all")
    for path in (*lists, "/agenda/team"):
        assert client.get(path).status_code == 403, path


def test_people_and_events_are_not_mixed_up(client_for, author, ids):
    other = plan(author, days=20)
    client = client_for(author)
    for path in ("people/{r}/decline", "sessions/{s}/edit", "sessions/{s}/attendance"):
        assert client.get(f"/events/{other.id}/" + path.format(**ids)).status_code == 404, path


LISTS = ("/events/", "/agenda/open", "/agenda/?scope=all&view=list", "/events/{e}/people/", "/rooms/",
         "/events/{e}/sessions/{s}/attendance", "/agenda/?view=list", "/events/{e}/people/add")  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_a_list_runs_the_same_number_of_statements_whatever_its_length(client_for, author, statements, ids, path):
    client, path = client_for(author), path.format(**ids)

    def visit() -> int:
        client.get(path)
        statements.clear()
        assert client.get(path).status_code == 200
        return len(statements)

    def more(number: int) -> None:
        event = plan(author, days=1 + number, title=f"Event {number}")
        registrations.register_people(event, [author.id], author)
        classroom.create_room(classroom.RoomAttrs(name=f"Room {number}"), author)
        person = factories.user(author.organization, f"Person {number}")
        registrations.register_people(db.session.get_one(Event, ids["e"]), [person.id], author, reason="More")

    more(0)
    few = visit()
    for number in range(1, 6):
        more(number)
    assert visit() == few
