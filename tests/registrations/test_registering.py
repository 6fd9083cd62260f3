"""Who gets a place: windows, prerequisites, the waiting list and its order, managers, approval, planners, giving up."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lms import classroom, courses, registrations, results
from lms.classroom import EventAttrs
from lms.db import db, utcnow
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.events import EventCenter, assert_received
from lms.registrations import Registration
from tests import factories
from tests.registrations.conftest import begin, plan


def states(event) -> dict[str, str]:
    db.session.expire_all()
    rows = db.session.scalars(select(Registration).where(Registration.event_id == event.id).order_by(Registration.id))
    return {row.user.name[-1]: row.state for row in rows}


def come(event, *users):
    return [registrations.register_self(event, user) for user in users]


def test_places_are_given_in_order_and_then_people_wait(event, people):
    with EventCenter.listen() as heard:
        rows = come(event, *people[:4])
    assert [row.state for row in rows] == ["registered", "registered", "waiting", "waiting"]
    assert [registrations.position(row) for row in rows] == [None, None, 1, 2]
    assert_received(heard, "created", rows[3], people[3])


def test_without_a_limit_everybody_has_a_place(author, people):
    assert {row.state for row in come(plan(author), *people)} == {"registered"}


def test_who_waits_longest_gets_the_place_that_comes_free(event, people):
    first, _second, third, fourth = come(event, *people[:4])
    with EventCenter.listen() as heard:
        registrations.cancel(first, people[0])
    assert states(event) == {"A": "cancelled", "B": "registered", "C": "registered", "D": "waiting"}
    assert_received(heard, "updated", third, people[0])
    assert registrations.position(fourth) == 1


def test_more_places_go_to_who_waits_in_order(event, people, author):
    come(event, *people)
    classroom.update_event(event, EventAttrs(title=event.title, capacity=4), author)
    assert states(event) == dict(zip("ABCDEF", ["registered"] * 4 + ["waiting"] * 2, strict=True))
    classroom.update_event(event, EventAttrs(title=event.title, capacity=None), author)
    assert set(states(event).values()) == {"registered"}


def test_fewer_places_take_none_away_and_give_none_until_there_is_room(event, people, author):
    rows = come(event, *people[:3])
    classroom.update_event(event, EventAttrs(title=event.title, capacity=1), author)
    registrations.cancel(rows[0], people[0])
    assert states(event) == {"A": "cancelled", "B": "registered", "C": "waiting"}


def test_who_cancels_and_comes_again_goes_to_the_end_of_the_list(event, people):
    rows = come(event, *people[:4])
    registrations.cancel(rows[2], people[2])
    again = registrations.register_self(event, people[2])
    assert (again.id, again.state, registrations.position(again)) == (rows[2].id, "waiting", 2)


def test_somebody_who_left_is_passed_over(event, people, admin):
    rows = come(event, *people[:4])
    people[2].active = False
    db.session.commit()
    registrations.cancel(rows[0], people[0])
    assert states(event) == {"A": "cancelled", "B": "registered", "C": "waiting", "D": "registered"}


def test_nobody_registers_twice(event, people):
    come(event, people[0])
    with pytest.raises(Conflict, match="registered or waiting already"):
        come(event, people[0])


@pytest.mark.parametrize(
    ("attrs", "message"),
    [
        ({"opens_at": utcnow() + timedelta(days=1)}, "Registration opens on"),
        ({"closes_at": utcnow() - timedelta(days=1)}, "Registration is closed"),
        ({"days": -1}, "has begun"),
    ],
)
def test_outside_the_window_of_registration_only_a_planner_registers(author, people, attrs, message):
    event = plan(author, **attrs)
    assert message in registrations.obstacle(event, people[0])
    with pytest.raises(Conflict, match=message):
        come(event, people[0])
    registrations.register_people(event, [people[0].id], author)
    assert states(event) == {"A": "registered"}


def test_a_course_may_have_to_be_completed_first(author, people):
    course = factories.open_course(author, subjects=1, title="Basics")
    event = plan(author, prerequisites=[f"course:{course.id}"])
    assert registrations.asked_for(event) == ["Completed the course Basics"]
    with pytest.raises(Conflict, match="Person A lacks: Completed the course Basics"):
        come(event, people[0])
    [enrollment] = courses.enroll(course, [people[0].id], author)
    results.finish_content(enrollment, course.subjects[0], people[0])
    assert come(event, people[0])[0].state == "registered"


def test_with_a_place_elsewhere_at_the_same_time_nobody_gets_another(author, people):
    come(plan(author, title="Sutures"), people[0])
    with pytest.raises(Conflict, match="has a place in “Sutures” at the same time"):
        come(plan(author, hours=1), people[0])
    assert come(plan(author, days=8), people[0])[0].state == "registered"


def test_who_gets_a_place_leaves_the_waiting_lists_at_the_same_time_and_no_others(author, people):
    full = {title: plan(author, days, title=title, capacity=1) for title, days in (("X", 7), ("Y", 7), ("Z", 9))}
    for event, other in zip(full.values(), people[1:], strict=False):
        come(event, other, people[0])
    with EventCenter.listen() as heard:
        first = registrations.registration_of(people[1], full["X"])
        registrations.cancel(first, people[1])
    assert [states(event)["A"] for event in full.values()] == ["registered", "cancelled", "waiting"]
    dropped = registrations.registration_of(people[0], full["Y"])
    assert dropped.reason == "You have a place in “X”."
    assert_received(heard, "updated", dropped, people[1])


def test_and_those_of_the_same_series(author, people):
    event = plan(author, capacity=1)
    [other] = classroom.repeat_event(event, "week", 1, author)
    for one in (event, other):
        come(one, people[1], people[0])
    registrations.cancel(registrations.registration_of(people[1], event), people[1])
    assert (states(event)["A"], states(other)["A"]) == ("registered", "cancelled")


def test_a_manager_registers_the_team_and_nobody_else(event, people, manager):
    rows = registrations.register_team(event, [people[0].id, people[1].id], manager)
    assert [(row.state, row.source, row.by_id) for row in rows] == [("registered", "manager", manager.id)] * 2
    with pytest.raises(NotAllowed, match="your own team"):
        registrations.register_team(event, [people[2].id], manager)
    with pytest.raises(NotAllowed):
        registrations.register_team(event, [people[0].id], people[1])
    registrations.cancel(rows[0], manager)
    assert states(event)["A"] == "cancelled"


def test_all_of_a_team_or_nobody(event, people, manager):
    come(event, people[1])
    with pytest.raises(Conflict, match="Person B is registered"):
        registrations.register_team(event, [people[0].id, people[1].id], manager)
    assert states(event) == {"B": "registered"}


def test_approval_is_asked_of_the_manager_who_agrees_or_declines(author, people, manager):
    event = plan(author, approval=True, capacity=1)
    first, second, third = come(event, *people[:3])
    assert {row.state for row in (first, second, third)} == {"requested"}
    assert [row.id for row in registrations.to_decide(manager)] == [first.id, second.id]
    with pytest.raises(NotAllowed):
        registrations.approve(first, people[0])
    registrations.approve(first, manager)
    registrations.approve(second, manager)
    assert (first.state, second.state) == ("registered", "waiting")
    with pytest.raises(NotAllowed):
        registrations.decline(third, "No", manager)
    with pytest.raises(Invalid, match="Say why"):
        registrations.decline(third, "", author)
    registrations.decline(third, "Not this year", author)
    assert (third.state, third.reason) == ("declined", "Not this year")
    with pytest.raises(Conflict, match="changed in the meantime"):
        registrations.approve(third, author)


def test_a_planner_lets_somebody_in_past_the_order_and_above_the_capacity_with_a_reason(event, people, author):
    rows = come(event, *people[:4])
    with pytest.raises(Invalid, match="goes first"):
        registrations.let_in(rows[3], " ", author)
    with EventCenter.listen() as heard:
        registrations.let_in(rows[3], "Starts at the ward on Monday", author)
    assert states(event) == {"A": "registered", "B": "registered", "C": "waiting", "D": "registered"}
    [told] = [one for one in heard if one.object_id == rows[3].id]
    assert (told.current["reason"], told.actor_id) == ("Starts at the ward on Monday", author.id)
    registrations.register_people(event, [people[4].id], author, reason="Needs it too")
    registrations.register_people(event, [people[5].id], author)
    assert (states(event)["E"], states(event)["F"]) == ("registered", "waiting")
    registrations.cancel(rows[0], people[0])
    assert states(event)["C"] == "waiting", "three places are taken of two"


def test_after_the_deadline_only_the_planner_cancels_and_says_why(author, people):
    event = plan(author, cancel_until=utcnow() - timedelta(hours=1), capacity=1)
    placed, waiting = come(event, *people[:2])
    with pytest.raises(Conflict, match="could be given up until"):
        registrations.cancel(placed, people[0])
    with pytest.raises(Invalid, match="Say why"):
        registrations.cancel(placed, author)
    registrations.cancel(waiting, people[1])
    registrations.cancel(placed, author, "Is ill")
    assert states(event) == {"A": "cancelled", "B": "cancelled"}


def test_nobody_is_promoted_once_it_has_begun_or_is_cancelled(event, people, author):
    rows = come(event, *people[:3])
    begin(event, hours_ago=1)
    registrations.cancel(rows[0], author, "Did not come")
    assert states(event)["C"] == "waiting"


def test_somebody_elses_registration_is_not_ones_own_to_cancel(event, people, stranger):
    [row] = come(event, people[0])
    with pytest.raises(NotAllowed):
        registrations.cancel(row, people[1])
    with pytest.raises(NotFound):
        registrations.cancel(row, stranger)
    with pytest.raises(NotFound):
        registrations.register_self(event, stranger)


def test_an_event_with_people_is_cancelled_not_deleted(event, people, author):
    come(event, people[0])
    with pytest.raises(Conflict, match="Cancel it instead"):
        classroom.delete_event(event, author)
